"""Trace → story: an exact search as its proof closes, and the error that it lays bare."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from seq2seq.stories import flaws
from seq2seq.stories.exact import names
from seq2seq.stories.exact.moments import Moment, rises
from seq2seq.stories.exact.names import NOTHING, cut, signed, who, written
from seq2seq.stories.exact.pictures import closing_bounds, one_expansion, outputs_table
from seq2seq.stories.exact.plan import Plan, make_plan, paths_of, route, ticks
from seq2seq.stories.exact.questions import exact_questions
from seq2seq.stories.exact.steps import ExactTeller, Told
from seq2seq.stories.exact.tree import search_tree
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import listed, pair, titled
from seq2seq.stories.story import Story, View
from seq2seq.stories.tokens import quoted, short_sign
from seq2seq.traces.contest import BEAM, EXACT, GREEDY, RIGHT, WIDER, ContestTrace, Found
from seq2seq.traces.exact import ENDED, ExactTrace
from seq2seq.traces.search import ROOT
from seq2seq.words import Words

MOST_ROWS = 8  # beginnings shown of one expansion
MOST_POINTS = 260  # of a line
APART = 0.105  # of the height of the tree, between two outputs beside it
SEARCHED = ("start", "look", "rise", "group")  # moments before the end


def exact_story(contest: ContestTrace, words: Words, model: str) -> Story:
    """Tell how an exact search went, and whether the beam's output was a search error or a model error.

    Args: model: how a link calls it; the same model and input keep the player's step while settings change.
    """
    told = ExactTeller(contest, words).tell()
    questions = exact_questions(contest, told.moments, words)
    steps = [
        replace(step, question=questions.get((moment.kind, moment.shown)))
        for step, moment in zip(told.steps, told.moments, strict=True)
    ]  # fmt: skip
    plan = make_plan(contest)
    views = [
        _tree(contest, plan, told, words), _bounds(contest, plan, told, words),
        _expansion(contest, plan, told, words), _outputs(contest, told, words),
    ]  # fmt: skip
    trace = contest.exact
    source = "".join(trace.source)
    identity = "|".join(["exact", model, source, str(trace.expansions), str(trace.asked.width), trace.text(trace.best)])
    title = words.say("exact.title", source=source) if source else words.say("exact.title.table")
    return Story(identity, title, steps, views, told.chapters, player_labels(words), told.formulas)


def tracks_of(trace: ExactTrace, moments: Sequence[Moment]) -> dict[str, Any]:
    """At each moment: expansions shown, the bar and the most promising bound, as scores."""
    bar = trace.beam_output.score
    return {
        "shown_at": [moment.shown for moment in moments],
        "low_at": [float(trace.lower[m.e]) if m.shown else bar for m in moments],
        "high_at": [float(trace.upper[m.e]) if m.shown else 0.0 for m in moments],
    }


# ---- the tree


def _tree(contest: ContestTrace, plan: Plan, told: Told, words: Words) -> View:
    trace, say, moments = contest.exact, words.say, told.moments
    tracks = tracks_of(trace, moments)
    here = [int(trace.expanded[m.e]) if m.shown else ROOT for m in moments]
    spots = [plan.at(node) for node in here]
    held = [int(m.kind in ("look", "rise", "group") and node != ROOT) for m, node in zip(moments, here, strict=True)]
    labels = [written(trace, node) for node in here]
    scores = [signed(float(trace.bound[node]), 2) if node != ROOT else "" for node in here]
    signals: dict[str, Any] = {
        "whole": int(plan.whole), "shown_at": tracks["shown_at"],
        "bar_at": [plan.y(score) for score in tracks["low_at"]],
        "upper_at": [plan.y(score) for score in tracks["high_at"]],
        "cx_at": [x for x, _ in spots], "cy_at": [y for _, y in spots], "held_at": held,
        "won_at": [int(m.kind not in SEARCHED) for m in moments],
        "here_at": [f"{label}  {score}" for label, score in zip(labels, scores, strict=True)],
        "here_short_at": [label if len(label) < 9 else f"…{label[-8:]}" for label in labels],
        "bar_text_at": [say("exact.tree.bar", score=signed(score)) for score in tracks["low_at"]],
        "upper_short_at": [signed(score, 2) for score in tracks["high_at"]],
        "upper_text_at": [_promised(trace, m, words) for m in moments],
    }  # fmt: skip
    node = trace.node_of(contest.who(EXACT).output.tokens)
    best = [] if node is None or node not in plan.x else [{"path": route(plan, trace.path(node))}]
    data = {
        "paths": paths_of(plan, tracks["shown_at"]), "nodes": _nodes(plan, words), "lane": lane(contest, plan, words),
        "ticks": [{"y": plan.y(v), "label": signed(v, 2 if plan.floor > -1 else 1)} for v in ticks(plan.floor)],
        "best": best,
    }  # fmt: skip
    titles = {key: say(f"exact.tree.{key}") for key in ("outputs", "looked", "open", "below")}
    titles["y"] = say("exact.tree.y" if trace.asked.penalty.alpha == 0 else "exact.tree.y.penalty")
    alternatives = [titled(step, words) for step in told.steps]
    return View(
        "tree", say("exact.tree.title"), say("exact.tree.hint"), search_tree(tuple(sorted(titles.items()))), "vega",
        alternatives, data, "lane", signals, wide=True,
    )  # fmt: skip


def _promised(trace: ExactTrace, moment: Moment, words: Words) -> str:
    """What stands at the upper line."""
    if not moment.shown:
        return words.say("exact.tree.anything")
    if moment.kind not in SEARCHED and trace.proved:
        return words.say("exact.tree.closed")
    return words.say("exact.tree.upper", score=signed(float(trace.upper[moment.e])))


def _nodes(plan: Plan, words: Words) -> list[dict[str, Any]]:
    """The root, and whatever has a place of its own; of a large tree, what was looked behind at first."""
    trace = plan.trace
    nodes = [node for node in plan.x if node != ROOT]
    if not plan.whole:
        nodes = trace.expanded[1:MOST_POINTS].tolist()
    rows: list[dict[str, Any]] = [
        {"x": plan.x[ROOT], "y": 0.0, "span": 0.04, "born": -1, "order": 0, "ended": False, "token": "",
         "tip": words.say("exact.tree.root"), "ask": ""}
    ]  # fmt: skip
    for node in nodes:
        x, y = plan.at(node)
        bound = signed(float(trace.bound[node]))
        rows.append(
            {"x": x, "y": y, "span": plan.span[node], "born": trace.born[node], "order": trace.order[node],
             "ended": trace.fate[node] == ENDED, "token": short_sign(trace.vocabulary[trace.token[node]]),
             "tip": f"{written(trace, node)}  {bound}", "ask": f"bound {node}"}
        )  # fmt: skip
    return rows


def lane(contest: ContestTrace, plan: Plan, words: Words) -> list[dict[str, Any]]:
    """The outputs beside the tree, those that are the same in one row, and none upon the other."""
    last, risen = contest.exact.expansions, rises(contest.exact)
    since = {GREEDY: 0, BEAM: 0, RIGHT: 0, WIDER: last, EXACT: risen[-1] + 1 if risen else last}
    same: dict[tuple[int, ...], list[Found]] = {}
    for found in contest.found:
        same.setdefault(found.output.tokens, []).append(found)
    rows: list[dict[str, Any]] = []
    for group in sorted(same.values(), key=lambda group: -group[0].output.score):
        first, score = group[0], signed(group[0].output.score)
        note = listed((words.say(f"exact.lane.{found.name}", width=found.width) for found in group), words)
        start = min(since[found.name] for found in group)
        early = [found for found in group if since[found.name] == start and found.name != WIDER]
        rows.append(
            {"y": plan.y(first.output.score), "label": f"{flagged(first.text, first.flaw)}  {score}",
             "short": cut(first.text)[:8], "score": score,
             "right": -1 if first.right is None else int(first.right),
             "from": start, "note": note,
             "early": listed((words.say(f"exact.lane.{found.name}", width=found.width) for found in early), words),
             "ask": f"score {first.name}", "tip": pair(f"{flagged(first.text, first.flaw)}  {score}", note, words)}
        )  # fmt: skip
    at, lowest = 0.0, 1 - 0.03
    for i, row in enumerate(rows):
        at = max(at, min(row["y"], lowest - (len(rows) - 1 - i) * APART))  # as low as leaves room for those below
        row["at"] = at
        at += APART
    return rows


# ---- outputs and verdict


def _outputs(contest: ContestTrace, told: Told, words: Words) -> View:
    say, moments, count = words.say, told.moments, len(told.moments)
    end = next(t for t, m in enumerate(moments) if m.kind == "end")
    verdict = next(t for t, m in enumerate(moments) if m.kind == "verdict")
    rows: list[dict[str, Any]] = []
    for i, found in enumerate(contest.found):
        output = found.output
        rows.append(
            {"i": i, "who": who(found, words, not contest.exact.proved), "text": flagged(found.text, found.flaw),
             "log_prob": output.log_prob, "length": names.length_of(output), "score": output.score,
             "right": -1 if found.right is None else int(found.right),
             "from": 0 if found.name in (GREEDY, BEAM, RIGHT) else end, "to": count,
             "asks": [f"sum {found.name}", f"score {found.name}"]}
        )  # fmt: skip
    unknown: dict[str, Any] = {"text": "…", "log_prob": None, "length": None, "score": None, "right": -1, "from": 0}
    unknown |= {"to": end - 1, "asks": ["", ""]}
    waiting = [row | unknown | {"who": who(contest.who(name), words, True)}
               for row, name in zip(rows, [f.name for f in contest.found], strict=True) if row["from"]]  # fmt: skip
    chips: list[dict[str, Any]] = [
        {"i": i, "bad": -1 if error is None else int(error), "text": say(f"exact.chip.{name}.{_known(error)}")}
        for i, (name, error) in enumerate((("search", contest.search_error), ("model", contest.model_error)))
    ]
    keys = ("who", "output", "log_prob", "length", "score")
    who_, output_, log_prob, length, score = (say(f"exact.outputs.{key}") for key in keys)
    heads = (who_, output_, log_prob, length, score)

    def describe(t: int) -> str:
        told = [
            say("exact.outputs.alt.row", who=row["who"], text=row["text"], score=signed(row["score"]),
                sign=say(f"exact.outputs.sign.{row['right']}"))
            for row in rows if row["from"] <= t
        ]  # fmt: skip
        if t >= verdict:
            told += [chip["text"] for chip in chips]
        return listed(told, words)

    signals = {
        "rows": len(rows), "t_at": list(range(count)), "told_at": [int(t >= verdict) for t in range(count)],
    }  # fmt: skip
    hint = flaws.say_flaws(say("exact.outputs.hint", nothing=NOTHING), [found.flaw for found in contest.found], words)
    return View(
        "outputs", say("exact.outputs.title"), hint,
        outputs_table(heads, say("exact.outputs.later")), "vega",
        [describe(t) for t in range(count)], {"outputs": rows + waiting, "verdict": chips}, "outputs", signals,
    )  # fmt: skip


def flagged(output: str, flaw: str | None) -> str:
    """An output as long as there is room, with the sign if it has a flaw."""
    return flaws.signed(cut(output), flaw)


def _known(error: bool | None) -> str:
    return "unknown" if error is None else "yes" if error else "no"


# ---- the bounds


def _bounds(contest: ContestTrace, plan: Plan, told: Told, words: Words) -> View:
    trace, say = contest.exact, words.say
    count = trace.expansions
    kept = {0, count - 1, *rises(trace), *(m.e for m in told.moments if m.shown)}
    kept |= set(np.linspace(0, count - 1, min(count, MOST_POINTS)).round().astype(int).tolist())
    rows: list[dict[str, Any]] = [{"e": 0, "lower": trace.beam_output.score, "upper": 0.0, "asks": ["score beam", ""]}]
    rows += [
        {"e": e + 1, "lower": trace.lower[e], "upper": trace.upper[e], "asks": [f"lower {e}", f"upper {e}"]}
        for e in sorted(kept)
    ]  # fmt: skip
    tracks = tracks_of(trace, told.moments)
    size = next(size for power in range(6) for size in (10**power, 2 * 10**power, 5 * 10**power) if count / size <= 6)
    signals: dict[str, Any] = {"count": count, "floor": plan.floor, **tracks}
    signals |= {f"{name}_text_at": [signed(v, 2) for v in tracks[f"{name}_at"]] for name in ("low", "high")}

    def describe(t: int) -> str:
        low, high = (signed(tracks[name][t]) for name in ("low_at", "high_at"))
        return say("exact.bounds.alt", e=tracks["shown_at"][t], lower=low, upper=high)

    spec = closing_bounds(*(say(f"exact.bounds.{key}") for key in ("y", "x", "upper", "lower")))
    data = {
        "gap": rows, "marks_x": [{"e": e} for e in range(0, count + 1, size)],
        "ticks": [{"y": plan.y(v), "label": signed(v, 2 if plan.floor > -1 else 1)} for v in ticks(plan.floor)],
    }  # fmt: skip
    return View(
        "bounds", say("exact.bounds.title"), say("exact.bounds.hint"), spec, "vega",
        [describe(t) for t in range(len(told.moments))], data, "gap", signals,
    )  # fmt: skip


# ---- one expansion


def _expansion(contest: ContestTrace, plan: Plan, told: Told, words: Words) -> View:
    trace, say, rows, alternatives = contest.exact, words.say, [], []
    for m, moment in enumerate(told.moments):
        if not moment.shown:
            alternatives.append(say("exact.made.nothing"))
            continue
        rows += (made := _made(trace, m, moment, words))
        kept = [f"{row['label']} {signed(row['bound'], 2)}" for row in made[:4]]
        here = written(trace, int(trace.expanded[moment.e]))
        alternatives.append(say("exact.made.alt", beginning=here, made=listed(kept, words)))
    tracks = tracks_of(trace, told.moments)
    most = max(len([row for row in rows if row["m"] == m]) for m in {row["m"] for row in rows})
    signals = {
        "floor": plan.floor, "rows": most, "m_at": list(range(len(told.moments))), "low_at": tracks["low_at"],
        "here_at": [written(trace, int(trace.expanded[m.e])) if m.shown else "" for m in told.moments],
        "shown_at": tracks["shown_at"],
    }  # fmt: skip
    spec = one_expansion(
        say("exact.made.y"), say("exact.made.bar"), say("exact.made.nothing"),
        (say("exact.made.open"), say("exact.made.dropped"), say("exact.made.output")),
    )  # fmt: skip
    return View(
        "made", say("exact.made.title"), say("exact.made.hint"), spec, "vega", alternatives, {"made": rows}, "made",
        signals,
    )  # fmt: skip


def _made(trace: ExactTrace, m: int, moment: Moment, words: Words) -> list[dict[str, Any]]:
    """The most probable beginnings made by an expansion, and ⟨eos⟩ in any case."""
    children, bar = trace.behind(int(trace.expanded[moment.e])).tolist(), float(trace.lower[moment.e])
    shown = children[:MOST_ROWS]
    ends = [node for node in children[MOST_ROWS:] if trace.token[node] == trace.beam.end]
    rows = []
    for i, node in enumerate([*shown[: MOST_ROWS - len(ends)], *ends]):
        fate = 2 if trace.fate[node] == ENDED else 0 if trace.bound[node] > bar else 1
        token, beginning = quoted(trace.vocabulary[trace.token[node]]), written(trace, node)
        tip = words.say(
            "exact.made.tip", beginning=beginning, log_prob=signed(float(trace.log_prob[node])),
            total=signed(float(trace.total[node])), bound=signed(float(trace.bound[node])),
        )  # fmt: skip
        rows.append(
            {"m": m, "i": i, "label": f"+ {token}", "token": token, "bound": trace.bound[node], "fate": fate,
             "log_prob": trace.log_prob[node], "total": trace.total[node], "ask": f"bound {node}", "tip": tip}
        )  # fmt: skip
    return rows
