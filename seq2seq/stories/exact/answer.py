"""Trace → story: "why not my answer?": a given output, forced through the model, beside what won."""

import math
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from seq2seq.stories.exact import names
from seq2seq.stories.exact.answer_pictures import answer_and_model, step_of_beam
from seq2seq.stories.exact.names import cut, signed
from seq2seq.stories.exact.plan import BELOW, ticks
from seq2seq.stories.exact.questions import answer_questions
from seq2seq.stories.formulas import FormulaBook, Line, Number, percent
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import in_a_row, listed, pair, titled
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step, Story, View
from seq2seq.stories.tokens import quoted, short_sign
from seq2seq.traces.contest import BEAM, EXACT, BeamFate, ContestTrace, fate_in_beam
from seq2seq.traces.exact import SAME
from seq2seq.traces.judging import JudgedTrace
from seq2seq.traces.search import FINISHED, KEPT
from seq2seq.words import Words

CANDIDATES = 6  # of a beam's step that are listed, the answer's own among them
FORCE = Passage("decoding/judge.py", "judge", ("ahead = ", "row[list(writer.never)]", "rows.append"))
OWN = Passage("decoding/judge.py", "judge", ("own = every",))
PRUNE = Passage("decoding/beam.py", "Tree.grow", ("status = np.where", "status[np.flatnonzero(~ended)"))
APART = 0.1  # of the height of the curves, between two labels


@dataclass(frozen=True)
class Answer:
    """A given output beside the best: what the story tells of."""

    contest: ContestTrace
    judged: JudgedTrace

    @property
    def tokens(self) -> list[str]:
        """Its tokens, ⟨eos⟩ the last."""
        return [self.judged.vocabulary[number] for number in self.judged.tokens]

    @property
    def text(self) -> str:
        """As it is read."""
        return "".join(self.tokens[:-1])

    @property
    def fate(self) -> BeamFate:
        """What became of it in the beam."""
        return fate_in_beam(self.contest.exact.beam, self.judged.tokens)

    @property
    def sums(self) -> list[tuple[str, list[float]]]:
        """The running sums of its log-probabilities, of the best output's and of the beam's."""
        best, beam = self.contest.who(EXACT), self.contest.who(BEAM)
        parts = (("mine", self.judged.log_probs.tolist()), (EXACT, best.log_probs), (BEAM, beam.log_probs))
        return [(name, list(accumulate(values))) for name, values in parts]

    @property
    def verdict(self) -> str:
        """In a word, how it compares with the best output known: best, equal, behind, or better (not proved)."""
        best = self.contest.exact.best
        if best.tokens == self.judged.tokens:
            return "best"
        ahead = self.judged.score - best.score
        return "equal" if abs(ahead) <= SAME else "better" if ahead > 0 else "behind"


def answer_story(answer: Answer, words: Words, model: str) -> Story:
    """Tell token by token what the model holds of an answer, and what the beam did with it."""
    book, steps = FormulaBook(), [_intro(answer, words)]
    steps += [_token(answer, t, words, book) for t in range(len(answer.tokens))]
    steps.append(_end(answer, words, book))
    asked = answer_questions(answer.fate, answer.tokens, answer.contest.exact.asked.width, words)
    for at, question in asked:
        steps[at] = replace(steps[at], question=question)
    views = [_overview(answer, steps, words), _candidates(answer, len(steps), words)]
    source = "".join(answer.contest.exact.source)
    identity = "|".join(["exact-answer", model, source, answer.text])
    title = words.say("exact.answer.title", answer=cut(answer.text))
    return Story(identity, title, steps, views, [title], player_labels(words), book.templates, linked=False)


# ---- steps


def _intro(answer: Answer, words: Words) -> Step:
    slots = {"answer": cut(answer.text), "best": cut(answer.contest.who(EXACT).text), "tokens": len(answer.tokens)}
    title, text = (words.say(f"exact.answer.intro.{part}", **slots) for part in ("title", "text"))
    return Step(title, text, passage=FORCE)


def _token(answer: Answer, t: int, words: Words, book: FormulaBook) -> Step:
    judged, tokens = answer.judged, [quoted(token) for token in answer.tokens]
    own, best = float(judged.log_probs[t]), float(judged.preferred_log_probs[t])
    rank, total = int(judged.ranks[t]), answer.sums[0][1][t]
    slots: dict[str, object] = {
        "t": t + 1, "token": tokens[t], "before": "".join(tokens[:t]) or "…", "own": signed(own),
        "p": percent(math.exp(own)), "preferred": quoted(judged.vocabulary[judged.preferred[t]]),
        "best": signed(best), "q": percent(math.exp(best)), "rank": rank + 1, "total": signed(total),
    }  # fmt: skip
    key = "same" if rank == 0 else "other"
    text = words.say(f"exact.answer.token.{key}", **slots)
    fate = answer.fate
    if t == fate.t and fate.kind != "best":
        text = in_a_row([text, _of_beam(answer, words)])
    line, new = Line(), Number(own, f"own {t}")
    line.latex = rf"\sum_{{t' \le {line.text(t + 1)}}} \ln P(y_{{t'}} \mid y_{{<t'}}, X) \\ = "
    if t:
        before = Number(answer.sums[0][1][t - 1], f"run mine {t - 1}")
        line.latex += rf"{line.number(before)} + {line.factor(new)} = "
    line.latex += line.number(Number(total, f"run mine {t}"))
    passage = PRUNE if t == fate.t and fate.kind in ("pruned", "outside") else OWN
    return Step(words.say("exact.answer.token.title", **slots), text, 0, line.into(book), passage)


def _of_beam(answer: Answer, words: Words) -> str:
    """What the beam did with it, in a sentence."""
    fate, beam = answer.fate, answer.contest.exact.beam
    slots: dict[str, object] = {"width": beam.asked.width, "t": fate.t + 1}
    if fate.kind in ("pruned", "outside"):
        slots |= {"rank": int(beam.rank[fate.node]) + 1, "total": signed(float(beam.total[fate.node]))}
        kept = [n for n in _step_nodes(answer, fate.t) if beam.status[n] in (KEPT, FINISHED)]
        slots["kept"] = listed((f"“{_beginning(answer, n)}”" for n in kept[:4]), words)
        slots["worst"] = signed(float(beam.total[kept[-1]])) if kept else ""
        slots["more"] = "" if len(kept) <= 4 else "…"
    if fate.kind == "finished":
        slots |= {"score": signed(float(beam.score[fate.node])), "beam": cut(answer.contest.who(BEAM).text)}
        slots["best"] = signed(answer.contest.who(BEAM).output.score)
    return words.say(f"exact.answer.beam.{fate.kind}", **slots)


def _step_nodes(answer: Answer, t: int) -> list[int]:
    """A beam's candidates at a step, best first."""
    beam = answer.contest.exact.beam
    found = (beam.step == t).nonzero()[0].tolist()
    return sorted(found, key=lambda node: int(beam.rank[node]))


def _beginning(answer: Answer, node: int) -> str:
    beam = answer.contest.exact.beam
    return cut("".join(quoted(beam.vocabulary[beam.token[n]]) for n in beam.path(node)))


def _end(answer: Answer, words: Words, book: FormulaBook) -> Step:
    best, judged = answer.contest.who(EXACT), answer.judged
    line = Line()
    mine, other = Number(judged.score, "score mine"), Number(best.output.score, f"score {EXACT}")
    sign = {"best": "=", "equal": "=", "better": ">", "behind": "<"}[answer.verdict]
    line.latex = rf"\mathrm{{score}}(Y_{{\mathrm{{own}}}}) = {line.number(mine)}"
    line.latex += rf" \\ {sign}\; \mathrm{{score}}(Y_{{\mathrm{{best}}}}) = {line.number(other)}"
    slots = {
        "answer": cut(answer.text), "score": signed(judged.score), "best": cut(best.text),
        "other": signed(best.output.score), "width": answer.contest.exact.asked.width,
        "lost": _costliest(answer, words),
    }  # fmt: skip
    title, text = (words.say(f"exact.answer.end.{answer.verdict}.{part}", **slots) for part in ("title", "text"))
    if answer.fate.kind != "best" or answer.verdict == "best":
        text = in_a_row([text, _of_beam(answer, words)])
    return Step(title, text, 0, line.into(book), names.SCORE)


def _costliest(answer: Answer, words: Words) -> str:
    """The token at which most is lost against what the model would rather write, in a sentence; "" if none is."""
    judged = answer.judged
    loss = judged.preferred_log_probs - judged.log_probs
    t = int(loss.argmax())
    if loss[t] <= SAME:
        return words.say("exact.answer.lost.none")
    preferred = quoted(judged.vocabulary[judged.preferred[t]])
    return words.say(
        "exact.answer.lost", t=t + 1, token=quoted(answer.tokens[t]), preferred=preferred, loss=signed(float(loss[t]))
    )


# ---- views


def _overview(answer: Answer, steps: list[Step], words: Words) -> View:
    judged, say, count = answer.judged, words.say, len(answer.tokens)
    columns = max(len(values) for _, values in answer.sums)
    lowest = min(values[-1] for _, values in answer.sums)
    floor = min(-0.05, BELOW * lowest)
    mine = [_tile(t, answer.tokens[t], float(judged.log_probs[t]), f"own {t}", words) for t in range(count)]
    model = [
        _tile(t, judged.vocabulary[judged.preferred[t]], float(judged.preferred_log_probs[t]), f"preferred {t}", words)
        for t in range(count)
    ]  # fmt: skip
    same = answer.contest.who(BEAM).output.tokens == answer.contest.who(EXACT).output.tokens
    texts = {"mine": answer.text, EXACT: answer.contest.who(EXACT).text, BEAM: answer.contest.who(BEAM).text}
    sums, ends = [], []
    for who, (name, values) in enumerate(answer.sums):
        sums += [
            {"who": who, "t": t, "before": values[t - 1] if t else 0.0, "sum": total, "ask": f"run {name} {t}",
             "tip": in_a_row([say(f"exact.answer.line.{name}"), signed(total)])}
            for t, total in enumerate(values)
        ]  # fmt: skip
        ends.append({"who": who, "t": len(values) - 1, "at": values[-1] / floor, "row": who,
                     "text": in_a_row([say(f"exact.answer.line.{name}"), cut(texts[name])])})  # fmt: skip
    fate = answer.fate
    lost, width = fate.kind not in ("best", "finished"), answer.contest.exact.asked.width
    drop = [{"t": fate.t, "text": say(f"exact.answer.drop.{fate.kind}", width=width)}] if lost else []
    data = {
        "mine": mine, "model": model, "sums": sums, "ends": _apart(ends),
        "drop": drop,
        "ticks": [{"y": v / floor, "label": signed(v, 1)} for v in ticks(floor)],
    }  # fmt: skip
    titles = tuple((key, say(f"exact.answer.{key}")) for key in ("mine", "model", "sums"))
    shown = [*range(count + 1), count]
    signals = {"columns": columns, "floor": floor, "beams": int(not same), "t_at": shown}
    return View(
        "answer", say("exact.answer.view"), say("exact.answer.hint"), answer_and_model(titles), "vega",
        [titled(step, words) for step in steps], data, "mine", signals, wide=True,
    )  # fmt: skip


def _tile(t: int, token: str, log_prob: float, ask: str, words: Words) -> dict[str, Any]:
    return {
        "t": t,
        "token": short_sign(token),
        "p": log_prob,
        "ask": ask,
        "tip": pair(quoted(token), signed(log_prob), words),
    }


def _apart(ends: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The labels of the lines, none upon the other."""
    at = -1.0
    for end in sorted(ends, key=lambda end: float(end["at"])):
        end["at"] = at = max(end["at"], at + APART)
    return ends


def _candidates(answer: Answer, count: int, words: Words) -> View:
    beam, say, rows = answer.contest.exact.beam, words.say, []
    followed = beam.follow(list(answer.judged.tokens))
    alternatives = []
    for m in range(count):
        t = min(m, len(followed)) - 1
        shown = _listed(answer, t, followed) if t >= 0 else []
        for i, node in enumerate(shown):
            status = int(beam.status[node])
            rows.append(
                {"m": m, "i": i, "rank": int(beam.rank[node]) + 1, "text": _beginning(answer, node),
                 "total": beam.total[node], "own": node == followed[t], "ask": f"candidate {node}",
                 "state": 0 if status == KEPT else 2 if status == FINISHED else 1}
            )  # fmt: skip
        told = listed(
            (f"{int(beam.rank[n]) + 1}. {_beginning(answer, n)} {signed(float(beam.total[n]))}" for n in shown), words
        )
        alternatives.append(say("exact.answer.candidates.alt", told=told) if shown else say("exact.answer.none"))
    floor = min([-0.05, *(1.05 * float(row["total"]) for row in rows)])
    spec = step_of_beam(
        say("exact.answer.candidates.y", width=beam.asked.width), say("exact.answer.none"),
        (say("exact.answer.kept"), say("exact.made.dropped"), say("exact.answer.finished")),
    )  # fmt: skip
    signals = {"rows": CANDIDATES, "floor": floor, "m_at": list(range(count))}
    return View(
        "candidates", say("exact.answer.candidates.title", width=beam.asked.width), say("exact.answer.candidates.hint"),
        spec, "vega", alternatives, {"candidates": rows}, "candidates", signals,
    )  # fmt: skip


def _listed(answer: Answer, t: int, followed: list[int]) -> list[int]:
    """The best candidates of a step, and the answer's own."""
    nodes = _step_nodes(answer, t)
    first = nodes[:CANDIDATES]
    return first if followed[t] in first else [*first[:-1], followed[t]]
