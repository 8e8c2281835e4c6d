"""Two runs → one story: both curves grow update by update, live, and can be wound back."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import altair as alt

from seq2seq.stories.bottleneck.curves import COLOR, PADDING, legend, run_curves
from seq2seq.stories.bottleneck.explain import share_explained
from seq2seq.stories.bottleneck.scenes import bits
from seq2seq.stories.bottleneck.story import short_names
from seq2seq.stories.charts import Spec, finish, overlay
from seq2seq.stories.explain.equation import Explanation, Unknown
from seq2seq.stories.formulas import Line, percent
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import in_a_row
from seq2seq.stories.signals import stepped
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step, Story, View
from seq2seq.traces import LengthScore, Scores
from seq2seq.words import Words

Report = Mapping[str, Any]
MEASURES = Passage("training/trainer.py", "Trainer.by_length", ("score_by_length",))
HALF = 0.5
LETTERS = 26


def scored(reports: Sequence[Report]) -> dict[int, Scores]:
    """Scores by length at each update that has them."""
    return {
        report["step"]: {row["length"]: LengthScore.from_dict(row) for row in report["by_length"]}
        for report in reports
        if report.get("by_length")
    }


def reached(scores: Scores) -> int:
    """The longest length up to which at least half of the outputs are right."""
    longest = 0
    for length in sorted(scores):
        if scores[length].share < HALF:
            break
        longest = length
    return longest


def pair_story(runs: Mapping[str, Sequence[Report]], longest: int, name: str, words: Words) -> Story | None:
    """Tell two runs ("none" and "general") by their reports; None before the first is there.

    A step is an update at which one of them was scored; a run that is not yet there is shown as far as it is.
    """
    curves = {side: scored(reports) for side, reports in runs.items()}
    updates = sorted({step for scores in curves.values() for step in scores})
    if not updates:
        return None
    say = words.say
    latest = [{side: _latest(scores, step) for side, scores in curves.items()} for step in updates]
    most = max(length for row in latest for got in row.values() if got for length in got[1])
    steps = [_step(step, row, words) for step, row in zip(updates, latest, strict=True)]
    rows = [
        {
            "k": k, "side": side, "length": length, "share": score.share, "n": score.n, "right": score.right,
            "ask": f"exact {side} {got[0]} {length}",
        }
        for k, row in enumerate(latest)
        for side, got in row.items()
        if got
        for length, score in got[1].items()
    ]  # fmt: skip
    reach = [
        {"step": step, "side": side, "reach": reached(scores[step]), "ask": f"reach {side} {step}"}
        for side, scores in curves.items()
        for step in sorted(scores)
    ]
    told = [step.text for step in steps]
    names = short_names(words)
    views = [
        View(
            "growing", say("bottleneck.growing.title"), say("bottleneck.growing.hint"),
            run_curves((say("axis.length_bits"), say("axis.exact")), names, say("bottleneck.beyond")), "vega-lite",
            told, {"curve": rows}, "curve",
            {"bits": bits(1, LETTERS), "most": most, "longest": longest, "k_at": list(range(len(updates)))},
        ),
        View(
            "reach", say("bottleneck.reach.title"), say("bottleneck.reach.hint"),
            reach_curves(say("axis.step"), say("axis.reach"), names), "vega-lite", told, {"reach": reach}, "reach",
            {"now_at": updates, "most": most, "last": max(updates)},
        ),
    ]  # fmt: skip
    return Story(
        f"bottleneck-runs|{name}", say("bottleneck.runs.title"), steps, views, [""], player_labels(words), follow=True
    )


def _latest(scores: Mapping[int, Scores], step: int) -> tuple[int, Scores] | None:
    """A run's last scores at or before an update, with the update they are from."""
    before = [at for at in scores if at <= step]
    return (max(before), scores[max(before)]) if before else None


def _step(step: int, row: Mapping[str, tuple[int, Scores] | None], words: Words) -> Step:
    said = []
    for side, got in row.items():
        name = words.say(f"bottleneck.side.{side}")
        if got is None:
            said.append(words.say("bottleneck.runs.waits", side=name))
            continue
        at = reached(got[1])
        key = "at" if got[0] == step else "behind"
        said.append(words.say(f"bottleneck.runs.{key}", side=name, step=got[0], reach=at))
    key = "untrained" if step == 0 else "update"
    return Step(words.say(f"bottleneck.runs.{key}", step=step), in_a_row(said), passage=MEASURES)


@cache
def reach_curves(x_title: str, y_title: str, names: tuple[str, str]) -> Spec:
    """How long strings may be, so that half of them come out right, update by update.

    Data: reach {step, side, reach, ask}. Signals: now_at (the update in hand), most, last.
    """
    x = alt.X("step:Q", axis=alt.Axis(title=x_title, grid=False, tickCount=6), scale=alt.Scale(nice=False))
    y = alt.Y("reach:Q", axis=alt.Axis(title=y_title, tickCount=5), scale=alt.Scale(domain=alt.ExprRef("[0, most]")))
    layers: list[Any] = []
    for side, color in COLOR.items():
        rows = alt.Chart(alt.NamedData(name="reach")).transform_filter(f"datum.side == '{side}'")
        line = rows.mark_line(strokeWidth=3, color=alt.expr(color), interpolate="step-after", tooltip=None)
        tip = [alt.Tooltip("step:Q", title=x_title), alt.Tooltip("reach:Q", title=y_title)]
        dots = rows.mark_point(filled=True, size=90, opacity=0, cursor="pointer")
        layers += [line.encode(x=x, y=y), dots.encode(x=x, y=y, tooltip=tip)]
    place = "scale('x', now)"
    rule = overlay(
        "rule",
        {
            "x": alt.expr(f"{place} - 0.75"), "x2": alt.expr(f"{place} + 0.75"), "y": 0, "y2": alt.expr("height"),
            "color": alt.expr("decoder"), "opacity": 0.7, "tooltip": None,
        },
    )  # fmt: skip
    signals = [*stepped("now"), {"name": "most", "value": 25}, {"name": "last", "value": 1}]
    return finish(
        alt.layer(*layers, rule, *legend(names, ("encoder", "attention"))).properties(padding=PADDING), 280, signals
    )


class RunsExplainer:
    """Explains the numbers of two runs. Addresses: exact SIDE UPDATE LENGTH · reach SIDE UPDATE."""

    def __init__(self, runs: Mapping[str, Sequence[Report]], words: Words) -> None:
        self.scores, self.words = {side: scored(reports) for side, reports in runs.items()}, words

    def explain(self, address: str) -> Explanation:
        """How the number at this address came about.

        Raises: Unknown if the runs have no such number.
        """
        try:
            kind, side, step, *rest = address.split()
            scores = self.scores[side][int(step)]
            name = self.words.say(f"bottleneck.side.{side}")
            if kind == "reach" and not rest:
                return self.reach(address, name, int(step), scores)
            if kind != "exact":
                raise KeyError(kind)
            score = scores[int(rest[0])]
            named = self.words.say("explain.bottleneck.run", side=name, step=step, count=score.length, n=score.n)
            return share_explained(address, named, score.right, score.n, score.share, MEASURES)
        except (KeyError, ValueError, IndexError) as error:
            raise Unknown(address) from error

    def reach(self, address: str, side: str, step: int, scores: Scores) -> Explanation:
        """The last length at which half are right, and the first at which they are not."""
        at = reached(scores)
        line, numbers = Line(), Line()
        line.latex = rf"\max \{{ L : \mathrm{{mean}}_X\  [\,\hat{{Y}} = Y\,] \ge {line.text(HALF)} \}}"
        shown = [scores[length] for length in (at, min((n for n in scores if n > at), default=0)) if length in scores]
        numbers.latex = r",\quad ".join(
            rf"L = {numbers.text(score.length)}:\ \frac{{{numbers.text(score.right)}}}{{{numbers.text(score.n)}}}"
            rf" = {numbers.text(percent(score.share))}"
            for score in shown
        )
        named = self.words.say("explain.bottleneck.reach", side=side, step=step)
        return Explanation(address, named, (line, numbers), float(at), float(at), MEASURES)
