"""Search record → story: the tree, every candidate, and the ranking of what has finished."""

from dataclasses import replace
from typing import Any

import numpy as np

from seq2seq.stories.beam.candidates import all_candidates
from seq2seq.stories.beam.layout import DROPPED, Layout
from seq2seq.stories.beam.names import Verdicts, in_a_node, log_number, written
from seq2seq.stories.beam.panel import TOP
from seq2seq.stories.beam.questions import beam_questions
from seq2seq.stories.beam.ranking import HIGHEST, MOST, overtaken, ranked_outputs
from seq2seq.stories.beam.steps import BeamTeller, Moment, Told
from seq2seq.stories.beam.tree import beam_tree
from seq2seq.stories.flaws import say_flaws, signed
from seq2seq.stories.formulas import percent
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import listed, titled
from seq2seq.stories.story import Story, View
from seq2seq.stories.tokens import short_sign
from seq2seq.traces.scoring import PENALTIES, WU, LengthPenalty
from seq2seq.traces.search import FINISHED, KEPT, ROOT, SearchTrace
from seq2seq.words import Words

NOT_YET = "…"


def beam_story(
    trace: SearchTrace, words: Words, model: str = "", verdicts: Verdicts | None = None, returned: int = 1
) -> Story:
    """Tell a beam search, step by step.

    Args: verdicts: which outputs are right; returned: n, how many outputs are asked back.
    Returns: a story whose views all follow `step`.
    """
    verdicts = verdicts or Verdicts()
    told = BeamTeller(trace, verdicts, words, returned).tell()
    questions = beam_questions(trace, words)
    steps = [
        replace(step, question=questions.get(moment.key))
        for step, moment in zip(told.steps, told.moments, strict=True)
    ]  # fmt: skip
    views = [
        _overview(trace, told, verdicts, words), _ranking(trace, told, verdicts, words, returned),
        _candidates(trace, told, words),
    ]  # fmt: skip
    asked = trace.asked
    identity = "|".join(
        ["beam", model, "".join(trace.source), str(asked.width), asked.stop, f"{asked.penalty.alpha:g}",
         asked.penalty.kind, str(asked.limits.shortest), str(asked.limits.longest), "".join(asked.limits.prefix),
         "".join(asked.limits.forbidden)]
    )  # fmt: skip
    title = words.say("beam.title" if trace.source else "beam.title.table", source="".join(trace.source))
    return Story(identity, title, steps, views, told.chapters, player_labels(words), told.formulas)


# ---- the tree


def node_rows(trace: SearchTrace, layout: Layout, words: Words) -> list[dict[str, Any]]:
    """The candidates that are drawn."""
    rows, of = [], {int(node): e for e, node in enumerate(trace.expanded)}
    won = set(trace.path(trace.best))
    for node, drawn in layout.drawn.items():
        parent = int(trace.parent[node])
        done = trace.status[node] == FINISHED
        tip = words.say(
            "beam.tip", text=written(trace, node), p=percent(float(np.exp(trace.log_prob[node]))),
            total=log_number(float(trace.total[node]), 3), whole=percent(float(np.exp(trace.total[node]))),
            rank=int(trace.rank[node]) + 1,
        )  # fmt: skip
        rows.append(
            {"n": node, "s": drawn.step, "y": drawn.y, "lane": drawn.lane,
             "t": short_sign(trace.vocabulary[int(trace.token[node])]), "lp": in_a_node(float(trace.log_prob[node])),
             "total": in_a_node(float(trace.total[node])),
             "score": in_a_node(float(trace.score[node])) if done else "", "ps": drawn.step - 1,
             "py": layout.y(parent), "e": of.get(node, of[parent]), "tip": tip, "won": node in won,
             "ask": f"score {node}" if done else f"total {node}", "ask_edge": f"edge {node}"}
        )  # fmt: skip
    return rows


def greedy_rows(trace: SearchTrace, layout: Layout) -> list[dict[str, Any]]:
    """Greedy's path, in the tree and beside it."""
    rows, before, total = [], layout.root_y, 0.0
    path = trace.greedy
    for step, (y, node, number, log_prob) in enumerate(
        zip(layout.greedy, path.node, path.tokens, path.log_probs, strict=True)
    ):  # fmt: skip
        total += log_prob
        rows.append(
            {"s": step, "y": y, "ps": step - 1, "py": before, "t": short_sign(trace.vocabulary[number]),
             "lp": in_a_node(log_prob), "total": in_a_node(total),
             "alone": node not in layout.drawn, "ask": f"greedy {step}",
             "low": node in layout.drawn and layout.drawn[node].lane == DROPPED}
        )  # fmt: skip
        before = y
    return rows


def top_rows(trace: SearchTrace) -> list[dict[str, Any]]:
    """The most probable tokens behind every hypothesis that was expanded, and what became of them."""
    rows = []
    for e, node in enumerate(trace.expanded.tolist()):
        best = trace.children(node)[:TOP]
        depth = 0 if node == ROOT else int(trace.step[node]) + 1
        rows.append(
            {"e": e, "d": depth, "tok": [short_sign(trace.vocabulary[int(trace.token[n])]) for n in best],
             "lp": trace.log_prob[best], "n": best, "fate": trace.status[best],
             "asks": [f"edge {node}" for node in best]}
        )  # fmt: skip
    return rows


def _overview(trace: SearchTrace, told: Told, verdicts: Verdicts, words: Words) -> View:
    layout, say = Layout(trace), words.say
    of = {int(node): e for e, node in enumerate(trace.expanded)}
    data: dict[str, Any] = {
        "nodes": node_rows(trace, layout, words), "greedy": greedy_rows(trace, layout), "tops": top_rows(trace),
        "steps": [{"s": s, "name": say("beam.step", number=s + 1)} for s in range(max(trace.steps, _long(trace)))],
        "looks": [] if trace.weights is None else [{"e": e, "w": w} for e, w in enumerate(trace.weights)],
    }  # fmt: skip
    moments = told.moments
    right = verdicts.finished.get(trace.best)
    signals: dict[str, Any] = {
        "cols": max(trace.steps, _long(trace)), "tree": layout.height, "shelf_y": layout.shelf_top,
        "kept_y": layout.kept_top, "dropped_y": layout.dropped_top, "lane_y": layout.lane_top,
        "root_y": layout.root_y, "alone": layout.alone,         "right": _sign(right),
        "picked": -2, "picked_e": -2,
        "texts": [written(trace, int(node)) for node in trace.expanded],
        "source": [short_sign(token) for token in trace.source], "attends": int(trace.weights is not None),
        "seen_at": [_seen(moment, trace) for moment in moments], "col_at": [_column(moment) for moment in moments],
        "hand_at": [moment.hand for moment in moments],
        "hand_e_at": [of.get(moment.hand, of.get(_parent(trace, moment.hand), 0)) for moment in moments],
        "halo_at": [float(moment.halo > 0) for moment in moments],
        "halo_tall_at": [moment.halo * layout.kept_row - 2 for moment in moments], "won_at": [m.won for m in moments],
    }  # fmt: skip
    keys = ("shelf", "kept", "dropped", "alone", "behind", "p", "ln", "look")
    titles = tuple((key, say(f"beam.tree.{key}")) for key in keys)
    alternatives = [titled(step, words) for step in told.steps]
    hint = say("beam.tree.hint")
    return View(
        "tree", say("beam.tree.title"), hint, beam_tree(titles), "vega", alternatives, data, "nodes", signals, wide=True
    )  # fmt: skip


def _long(trace: SearchTrace) -> int:
    return len(trace.greedy.tokens)


def _seen(moment: Moment, trace: SearchTrace) -> int:
    """How many columns are shown; at the end greedy's own too."""
    return max(trace.steps, _long(trace)) if moment.kind in ("stop", "rank", "end") else moment.seen


def _column(moment: Moment) -> int:
    """The column in hand."""
    return moment.seen if moment.kind in ("intro", "expand") else max(0, moment.seen - 1)


def _parent(trace: SearchTrace, node: int) -> int:
    return ROOT if node == ROOT else int(trace.parent[node])


# ---- what has finished


def shown_outputs(trace: SearchTrace) -> list[int]:
    """The outputs that are ranked: the best under any α of the track, at most MOST."""
    found: dict[int, int] = {}
    for kind in PENALTIES:
        for alpha in np.linspace(0, HIGHEST, 9):
            scores = trace.rescored(LengthPenalty(float(alpha), kind))
            nodes = np.flatnonzero(trace.status == FINISHED)
            for place, node in enumerate(nodes[np.argsort(-scores[nodes], kind="stable")].tolist()):
                found[node] = min(place, found.get(node, place))
    return sorted(found, key=lambda node: (found[node], node))[:MOST]


def _ranking(trace: SearchTrace, told: Told, verdicts: Verdicts, words: Words, returned: int) -> View:
    say, nodes = words.say, shown_outputs(trace)
    lengths = {node: int(trace.step[node]) + 1 for node in nodes}

    flaws = [verdicts.flaw(trace.text(node)) for node in nodes]

    def named(node: int) -> str:
        return signed(written(trace, node), verdicts.flaw(trace.text(node)))

    outputs = [
        {"i": i, "n": node, "s": int(trace.step[node]), "text": named(node), "total": trace.total[node],
         "length": lengths[node], "right": _sign(verdicts.finished.get(node)), "ask": f"score {node}"}
        for i, node in enumerate(nodes)
    ]  # fmt: skip
    known = [(float(trace.total[node]), lengths[node]) for node in nodes]
    pairs = [
        {"i": i, **{kind: overtaken(one, other, kind, i < j) for kind in PENALTIES}}
        for i, one in enumerate(known) for j, other in enumerate(known) if i != j
    ]  # fmt: skip
    penalty, moments = trace.asked.penalty, told.moments
    signals: dict[str, Any] = {
        "rows": len(nodes), "returned": min(returned, len(nodes)), "alpha": min(HIGHEST, max(0.0, penalty.alpha)),
        "wu": int(penalty.kind == WU), "asked_alpha": penalty.alpha, "asked_wu": int(penalty.kind == WU),
        "first": min(int(trace.step[node]) for node in nodes), "seen_at": [moment.seen for moment in moments],
    }  # fmt: skip

    def describe(moment: Moment) -> str:
        done = [node for node in trace.finished.tolist() if trace.step[node] < moment.seen]
        if not done:
            return say("beam.ranking.nothing")
        told = listed((f"{named(n)} {log_number(trace.score[n], 3)}" for n in done[:MOST]), words)
        return say("beam.ranking.alt", count=len(done), list=told)

    keys = ("alpha", "power", "wu", "nothing")
    titles = tuple((key, say(f"beam.ranking.{key}")) for key in keys)
    hint = say_flaws(say("beam.ranking.hint"), flaws, words)
    hint = say_flaws(say("beam.ranking.hint"), flaws, words)
    return View(
        "ranking", say("beam.ranking.title"), hint, ranked_outputs(titles), "vega",
        [describe(moment) for moment in moments], {"outputs": outputs, "pairs": pairs}, "outputs", signals,
    )  # fmt: skip


def _sign(right: bool | None) -> int:
    return 0 if right is None else 1 if right else -1


# ---- every candidate


def _candidates(trace: SearchTrace, told: Told, words: Words) -> View:
    say, of = words.say, {int(node): e for e, node in enumerate(trace.expanded)}
    rows = []
    for step in range(trace.steps):
        nodes = np.flatnonzero(trace.step == step)[::-1]  # the best are drawn last, on top
        rows.append(
            {"s": step, "n": nodes, "token": trace.token[nodes],
             "total": np.round(trace.total[nodes], 3), "status": trace.status[nodes],
             "parent": [of[int(p)] for p in trace.parent[nodes]]}
        )  # fmt: skip
    greedy, before = [], 0.0
    for step, log_prob in enumerate(trace.greedy.log_probs[: trace.steps]):
        greedy.append({"s": step, "total": before + log_prob, "before": before})
        before += log_prob
    alive = trace.total[(trace.status == KEPT) | (trace.status == FINISHED)]
    signals: dict[str, Any] = {
        "cols": trace.steps, "low": max(float(trace.total.min()), 3 * float(alive.min()) - 2),
        "tokens": [short_sign(token) for token in trace.vocabulary],
        "texts": [written(trace, int(node)) for node in trace.expanded],
        "seen_at": [moment.seen for moment in told.moments],
        "col_at": [min(trace.steps - 1, _column(moment)) for moment in told.moments],
    }  # fmt: skip

    def describe(moment: Moment) -> str:
        if not moment.seen:
            return say("beam.candidates.nothing")
        nodes = np.flatnonzero(trace.step == moment.seen - 1)
        kept = int((trace.status[nodes] == KEPT).sum())
        best, last = (log_number(float(trace.total[node])) for node in (nodes[0], nodes[-1]))
        return say("beam.candidates.alt", number=moment.seen, count=len(nodes), kept=kept, best=best, last=last)

    spec = all_candidates(*(say(f"beam.candidates.{key}") for key in ("y", "x", "greedy")))
    return View(
        "candidates", say("beam.candidates.title"), say("beam.candidates.hint", count=len(trace.step)), spec, "vega",
        [describe(moment) for moment in told.moments], {"steps": rows, "greedy": greedy}, "steps", signals,
    )  # fmt: skip
