"""Trace → story: one model's figures over the width of its beam, by the source's length, and beside other models."""

from collections.abc import Sequence
from typing import Any

from seq2seq.stories.formulas import percent, short
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import clauses, listed, pair, titled
from seq2seq.stories.story import Step, Story, View
from seq2seq.stories.widths.lengths import width_by_length
from seq2seq.stories.widths.models import all_models
from seq2seq.stories.widths.panels import small_curves
from seq2seq.stories.widths.steps import WidthsTeller
from seq2seq.traces.widths import WidthScore, WidthsTrace
from seq2seq.words import Words

PANELS = ("exact", "log_prob", "errors", "ratio", "ms")
NAMED = ("search-synonyms", "search-reverse-half", "search-dates-short", "reverse-transformer")


def widths_story(trace: WidthsTrace, others: Sequence[WidthsTrace], words: Words) -> Story:
    """Tell what becomes of a model's outputs as its beam grows; others: traces to draw beside it."""
    teller = WidthsTeller(trace, words)
    steps = teller.tell()
    views = [_panels(trace, steps, words), _by_length(trace, words), _models(trace, others, words)]
    identity = f"widths|{trace.model}|{trace.penalty.kind}|{trace.penalty.alpha:g}"
    title = words.say("widths.title", model=called(trace, words))
    return Story(identity, title, steps, views, teller.chapters(), player_labels(words), teller.book.templates)


def called(trace: WidthsTrace, words: Words) -> str:
    """What a model is called in a picture: a run of one's own by its task."""
    return words.say(f"widths.model.{trace.model}" if trace.model in NAMED else f"train.task.{trace.task}")


def _figure(trace: WidthsTrace, score: WidthScore, panel: str) -> tuple[float, str]:
    """A panel's figure of a width, as a number and as a text."""
    if panel == "log_prob":
        return score.log_prob, short(score.log_prob)
    if panel == "ms":
        return score.ms, f"{score.ms:.1f} ms"
    if panel == "ratio":
        return trace.length_ratio(score), f"{trace.length_ratio(score):.2f}"
    share = trace.share(score) if panel == "exact" else trace.error_rate(score)
    return share, percent(share)


def _ends(panel: str, values: Sequence[float]) -> tuple[float, float]:
    """The ends of a panel's vertical axis."""
    if panel in ("exact", "errors"):
        return 0.0, 1.0
    if panel == "log_prob":
        return min(values) * 1.1, 0.0
    return 0.0, max(1.2 if panel == "ratio" else 1.0, max(values) * 1.1)


def _end(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _panels(trace: WidthsTrace, steps: Sequence[Step], words: Words) -> View:
    say, scores = words.say, trace.scores
    points: list[dict[str, Any]] = []
    titles, limits = [], []
    best = {"exact": trace.best_right / trace.n, "log_prob": trace.best_log_prob}
    for m, panel in enumerate(PANELS):
        held = [_figure(trace, score, panel) for score in scores]
        low, high = _ends(panel, [*(value for value, _ in held), *([best[panel]] if panel in best else [])])
        points += [
            {"m": m, "k": k, "w": score.width, "h": (value - low) / (high - low), "v": told, "n": value,
             "ask": f"{panel} {score.width}"}
            for k, (score, (value, told)) in enumerate(zip(scores, held, strict=True))
        ]  # fmt: skip
        ends = {"exact": ("0%", "100%"), "errors": ("0%", "100%")}.get(panel, (_end(low), _end(high)))
        titles.append({"m": m, "name": say(f"widths.panel.{panel}"), "low": ends[0], "high": ends[1]})
        if panel in best:
            limits.append({"m": m, "h": (best[panel] - low) / (high - low), "ask": "best"})
    widths = [score.width for score in scores]
    signals = {
        "widest": widths[-1], "last": len(widths) - 1, "shown_at": [*widths, widths[-1]],
        "now_at": [*widths, widths[-1]], "best_at": [0.0] * len(widths) + [1.0], "count": len(PANELS),
    }  # fmt: skip
    data: dict[str, Any] = {
        "points": points, "titles": titles, "limits": limits,
        "ticks": [{"m": m, "w": width} for m in range(len(PANELS)) for width in widths],
    }  # fmt: skip
    spec = small_curves(len(PANELS), say("widths.axis.width"), say("widths.best.label"))
    return View(
        "overview", say("widths.overview.title"), say("widths.overview.hint", n=trace.n), spec, "vega",
        [titled(step, words) for step in steps], data, "points", signals, wide=True,
    )  # fmt: skip


def _by_length(trace: WidthsTrace, words: Words) -> View:
    say, lengths = words.say, trace.lengths
    cells = []
    for r, score in enumerate(trace.scores):
        for c, length in enumerate(lengths):
            n, right, empty = score.by_length[length]
            slots = {"width": score.width, "length": length, "n": n, "right": right, "empty": empty}
            cells.append(
                {"r": r, "c": c, "v": right / n, "none": empty / n, "n": n, "tip": say("widths.cell", **slots),
                 "ask": f"cell {score.width} {length}"}
            )  # fmt: skip
    count = len(trace.scores)
    cross = -1.0
    if trace.crossing is not None and lengths[0] <= trace.crossing <= lengths[-1]:
        cross = trace.crossing - lengths[0] + 0.5
    signals = {
        "R": count, "C": len(lengths), "cross": cross, "row_at": [*range(count), count],
        "shown_at": [*range(count), count],
    }  # fmt: skip
    spec = width_by_length(
        say("widths.axis.length"), say("widths.axis.width"), say("widths.empty.sign"), say("widths.crossing")
    )
    told = [_told_by_length(score, words) for score in trace.scores]
    return View(
        "by-length", say("widths.by_length.title"), say("widths.by_length.hint"), spec, "vega", [*told, told[-1]],
        {
            "cells": cells, "rows": [{"r": r, "name": f"K = {score.width}"} for r, score in enumerate(trace.scores)],
            "columns": [{"c": c, "name": length} for c, length in enumerate(lengths)],
        }, "cells", signals,
    )  # fmt: skip


def _told_by_length(score: WidthScore, words: Words) -> str:
    shares = listed(
        (pair(length, f"{right / n:.0%}", words) for length, (n, right, _) in score.by_length.items()), words
    )
    return words.say("widths.by_length.alt", width=score.width, shares=shares)


def _models(trace: WidthsTrace, others: Sequence[WidthsTrace], words: Words) -> View:
    say = words.say
    segments, points, ends = [], [], []
    for one in (*(other for other in others if other.model != trace.model), trace):
        own, name = int(one.model == trace.model), called(one, words)
        shares = [(score.width, one.share(score)) for score in one.scores]
        segments += [
            {"w": w, "v": v, "w2": w2, "v2": v2, "own": own}
            for (w, v), (w2, v2) in zip(shares, shares[1:], strict=False)
        ]
        points += [
            {"w": w, "v": v, "own": own, "tip": pair(listed([name, f"K = {w}"], words), percent(v), words)}
            for w, v in shares
        ]
        ends.append({"v": shares[-1][1], "name": name, "own": own})
    names = _apart(ends)
    widths = [score.width for score in trace.scores]
    told = [say("widths.models.alt", width=width, shares=clauses(_said(width, points), words)) for width in widths]
    data: dict[str, Any] = {
        "segments": segments,
        "points": points,
        "names": names,
        "ticks": [{"w": width} for width in widths],
    }
    return View(
        "models", say("widths.models.title"), say("widths.models.hint"),
        all_models(say("widths.axis.width"), say("widths.panel.exact")), "vega", [*told, told[-1]], data, "points",
        {"widest": widths[-1], "now_at": [*widths, widths[-1]]},
    )  # fmt: skip


def _said(width: int, points: Sequence[dict[str, Any]]) -> list[str]:
    return [str(point["tip"]) for point in points if point["w"] == width]


def _apart(ends: Sequence[dict[str, Any]], least: float = 0.11) -> list[dict[str, Any]]:
    """Where names stand beside the ends of their lines, from the top, none on another."""
    placed: list[dict[str, Any]] = []
    for row in sorted(ends, key=lambda end: -end["v"]):
        at = max(1 - row["v"], placed[-1]["at"] + least if placed else 0.0)
        placed.append({**row, "at": at})
    return placed
