"""The story of the two switches: encoder's and decoder's positions, each setting trained and scored."""

from collections.abc import Mapping, Sequence
from typing import Any

from seq2seq.stories.explain.equation import Explanation, Unknown
from seq2seq.stories.formulas import Line, percent
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.positions.board_pictures import LEARNT, board_picture, switches_picture
from seq2seq.stories.positions.counting import counting_view, explain_bos
from seq2seq.stories.questions.options import MARGIN, ask, mixed, named, offered
from seq2seq.stories.sentences import in_a_row, titled
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Question, Step, Story, View
from seq2seq.traces.positions import BosWeight, PositionRun, PositionsTrace
from seq2seq.words import Words

KINDS = ("sinusoidal", "learned", "none")
NEAR = 0.03  # how near to the chance level is none at all
Ways = tuple[str, str]
Shares = Mapping[str, Sequence[float]]  # task → exact match of its runs without any positions
ORDER: tuple[Ways, ...] = (
    ("sinusoidal", "sinusoidal"), ("none", "none"), ("sinusoidal", "none"), ("none", "sinusoidal"),
    ("learned", "learned"), ("learned", "none"), ("none", "learned"), ("learned", "sinusoidal"),
    ("sinusoidal", "learned"),
)  # fmt: skip
PLACES = Passage("models/positions.py", "Positions.forward")
CAUSAL = Passage("models/transformer.py", "Transformer.target_visible", ("torch.ones(count",))
SCORED = Passage("training/evaluate.py", "evaluate", ("exact += ",))


def board_story(
    trace: PositionsTrace, words: Words, name: str, bare: Shares | None = None, weights: Sequence[BosWeight] = ()
) -> Story:
    """Tell of one setting after the other.

    Args: name says whose runs they are (part of the story's identity); bare: what every task comes to without any
          positions, for a question that compares them; weights: how a decoder without positions counts, if measured.
    """
    ways = [pair for pair in ORDER if pair in trace.ways]
    steps = [_step(trace, pair, words, bare or {}) for pair in ways]
    alternatives, say = [titled(step, words) for step in steps], words.say
    kinds = tuple(say(f"board.kind.{kind}") for kind in KINDS)
    at = {"enc_at": [KINDS.index(pair[0]) for pair in ways], "dec_at": [KINDS.index(pair[1]) for pair in ways]}
    sides = (say("board.encoder"), say("board.decoder"))
    switches = switches_picture(*sides, say("board.source"), say("board.output"), say("board.answer"), kinds)
    board = board_picture(
        say("board.rows"), say("board.columns"), kinds, say("board.chance", p=percent(trace.chance)),
        say("board.exact"),
    )  # fmt: skip
    views = [
        View("switches", say("board.switches.title"), say("board.switches.hint"), switches, "vega", alternatives,
             {"models": _models(trace, ways)}, "models", at | {"way_at": list(range(len(ways)))}, wide=True),
        View("board", say("board.view.title"), say("board.view.hint"), board, "vega", alternatives,
             _data(trace, words), "dots", at | {"level": trace.chance}, wide=True),
    ]  # fmt: skip
    if weights:
        views.append(counting_view(weights, words, len(steps)))
    title = say("board.title")
    return Story(f"board|{name}|{trace.task}", title, steps, views, [title], player_labels(words), linked=False)


def shares_told(shares: Sequence[float]) -> str:
    """Exact match of one or several runs."""
    low, high = percent(min(shares)), percent(max(shares))
    return low if low == high else f"{low} – {high}"


def verdict(trace: PositionsTrace, pair: Ways) -> str:
    """What the runs of a setting come to, all of them: works, chance, between, or waiting where there is none."""
    shares = trace.shares(pair)
    if not shares:
        return "waiting"
    if min(shares) >= LEARNT:
        return "works"
    return "chance" if all(abs(share - trace.chance) <= NEAR for share in shares) else "between"


# ---- steps


def _step(trace: PositionsTrace, pair: Ways, words: Words, bare: Shares) -> Step:
    say, runs, found = words.say, trace.of(pair), verdict(trace, pair)
    slots: dict[str, object] = {
        "encoder": say(f"board.kind.{pair[0]}"), "decoder": say(f"board.kind.{pair[1]}"), "seeds": len(runs),
        "shares": shares_told(trace.shares(pair)) if runs else "–", "n": f"{runs[0].n:,}" if runs else "–",
        "task": say(f"positions.task.{trace.task}"), "chance": percent(trace.chance),
    }  # fmt: skip
    told_both = trace.shares(("sinusoidal", "sinusoidal"))
    if told_both:
        slots["told"] = shares_told(told_both)
    counted = [run.letters / run.n for run in runs if run.letters is not None]
    if counted:
        slots["letters"] = shares_told(counted)
    told = [say(f"board.found.{found}", **slots)]
    reason = _reason(trace, pair, found, bool(counted))
    if reason:
        told.append(say(f"board.why.{reason}", **slots))
    title = say("board.step.waiting" if found == "waiting" else "board.step.title", **slots)
    passage = CAUSAL if reason == "causal" else SCORED if reason else PLACES
    return Step(title, in_a_row(told), 0, None, passage, _question(trace, pair, found, words, bare))


def _reason(trace: PositionsTrace, pair: Ways, found: str, counted: bool) -> str | None:
    """Which sentence says why, where the runs show what it says."""
    encoder, decoder = pair
    if trace.task == "reverse":
        if encoder == "none" and found == "chance" and counted:
            return "letters"
        if encoder != "none" and decoder == "none" and found == "works":
            return "causal"
        return "both" if found == "works" and "none" not in pair else None
    told, shares = trace.shares(("sinusoidal", "sinusoidal")), trace.shares(pair)
    if encoder != "none" or not shares:
        return None
    if trace.task == "sort-repeats" and told:
        return "counting" if max(shares) < min(told) else None
    return "sort" if found == "works" else None


# ---- questions


def _question(trace: PositionsTrace, pair: Ways, found: str, words: Words, bare: Shares) -> Question | None:
    if found == "waiting":
        return None
    if pair == ("none", "none"):
        return _survives(words, bare) or _how_many(trace, pair, words)
    if pair == ("sinusoidal", "none"):
        return _true_or_false(trace, pair, found, words)
    return _how_many(trace, pair, words) if pair == ("none", "sinusoidal") else None


def _survives(words: Words, bare: Shares) -> Question | None:
    """Without any positions: which of sort and reverse still works?"""
    if not all(bare.get(task) for task in ("reverse", "sort")):
        return None
    works = {task: min(bare[task]) >= LEARNT for task in ("reverse", "sort")}
    fails = {task: max(bare[task]) <= 1 - LEARNT for task in ("reverse", "sort")}
    if not all(works[task] or fails[task] for task in works):
        return None
    kinds = {(True, False): "reverse", (False, True): "sort", (True, True): "both", (False, False): "neither"}
    answers = named(words, "question.board.survives", list(kinds.values()), kinds[works["reverse"], works["sort"]])
    slots = {"reverse": shares_told(bare["reverse"]), "sort": shares_told(bare["sort"])}
    prompt, why = words.say("question.board.survives"), words.say("question.board.survives.why", **slots)
    return ask("survives", "compare", prompt, why, answers)


def _true_or_false(trace: PositionsTrace, pair: Ways, found: str, words: Words) -> Question | None:
    """The decoder alone without positions: does it still work?"""
    if found not in ("works", "chance"):
        return None
    slots = {"task": words.say(f"positions.task.{trace.task}"), "shares": shares_told(trace.shares(pair))}
    truth, works = (words.say("question.true"), words.say("question.false")), found == "works"
    reply = words.say(f"question.board.decoder.{found}.reply")
    answers = dict(zip(truth, ("", reply) if works else (reply, ""), strict=True))
    why = words.say(f"question.board.decoder.why.{found}", **slots)
    prompt = words.say("question.board.decoder", **slots)
    return ask("decoder", "true-false", prompt, why, answers)


def _how_many(trace: PositionsTrace, pair: Ways, words: Words) -> Question | None:
    """How many outputs are exactly right? Asked only where every run is near one of the options."""
    shares, guesses = trace.shares(pair), {"all": 1.0, "half": 0.5, "chance": trace.chance}
    near = [key for key, guess in guesses.items() if all(abs(share - guess) < MARGIN / 2 for share in shares)]
    if len(near) != 1:
        return None
    slots: dict[str, object] = {
        "encoder": words.say(f"board.kind.{pair[0]}"), "decoder": words.say(f"board.kind.{pair[1]}"),
        "task": words.say(f"positions.task.{trace.task}"), "shares": shares_told(shares),
        "chance": percent(trace.chance),
    }  # fmt: skip
    others = [(key, words.say(f"question.board.not.{key}")) for key in guesses]
    answers = mixed(offered(near[0], others), f"{trace.task}{pair}")
    prompt, why = words.say("question.board.many", **slots), words.say("question.board.many.why", **slots)
    return ask(
        f"many {pair[0]} {pair[1]}", "compare", prompt, why, answers,
        lambda key: words.say("question.board.about", p=f"{guesses[key]:.0%}"),
    )  # fmt: skip


# ---- data


def _models(trace: PositionsTrace, ways: Sequence[Ways]) -> list[dict[str, Any]]:
    """What the first run of each setting wrote for one held-out source."""
    rows = []
    for number, pair in enumerate(ways):
        for run in trace.of(pair)[:1]:
            source, answer, output = run.sample
            rows.append(
                {"w": number, "source": source, "answer": answer, "output": output or "∅", "right": output == answer}
            )
    return rows


def _data(trace: PositionsTrace, words: Words) -> dict[str, list[dict[str, Any]]]:
    cells, dots = [], []
    for e, encoder in enumerate(KINDS):
        for d, decoder in enumerate(KINDS):
            shares = trace.shares((encoder, decoder))
            mean = sum(shares) / len(shares) if shares else 0.5
            cells.append({"e": e, "d": d, "mean": mean, "told": percent(mean) if shares else "–"})
            for k, run in enumerate(trace.of((encoder, decoder))):
                dots.append(
                    {"e": e, "d": d, "k": k, "of": len(shares), "share": run.share, "ask": _address(run),
                     "tip": _named(run, words)}
                )  # fmt: skip
    return {"cells": cells, "dots": dots}


def _address(run: PositionRun) -> str:
    return f"exact {run.encoder} {run.decoder} {run.seed}"


def _named(run: PositionRun, words: Words) -> str:
    kinds = {"encoder": words.say(f"board.kind.{run.encoder}"), "decoder": words.say(f"board.kind.{run.decoder}")}
    return words.say("board.explain", **kinds, seed=run.seed, n=f"{run.n:,}", steps=run.steps)


class BoardExplainer:
    """Explains a dot: a run's, `exact ENCODER DECODER seed`, or a head's, `bos head step`."""

    def __init__(self, trace: PositionsTrace, words: Words, weights: Sequence[BosWeight] = ()) -> None:
        self.words = words
        self.runs = {_address(run): run for run in trace.runs}
        self.weights = {f"bos {weight.head} {weight.step}": weight for weight in weights}

    def explain(self, address: str) -> Explanation:
        """How the number at this address came about.

        Raises: Unknown if there is no such run.
        """
        if address in self.weights:
            return explain_bos(self.weights[address], self.words)
        if address not in self.runs:
            raise Unknown(address)
        run, line, values = self.runs[address], Line(), Line()
        line.latex = r"\mathrm{mean}_X\  [\,\hat{Y} = Y\,]"
        values.latex = rf"= \frac{{{values.text(f'{run.right:,}')}}}{{{values.text(f'{run.n:,}')}}}"
        name = _named(run, self.words)
        return Explanation(address, name, (line, values), run.share, run.right / run.n, SCORED)
