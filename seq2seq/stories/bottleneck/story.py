"""Trace → story: one source grows letter by letter; the overview, both curves, and where in the output errors are."""

from collections.abc import Sequence
from typing import Any

from seq2seq.stories.bottleneck.curves import length_curves, places_bars
from seq2seq.stories.bottleneck.scenes import Scene, bits, scenes_of, vessel_data
from seq2seq.stories.bottleneck.steps import BottleneckTeller
from seq2seq.stories.bottleneck.vessel import vessel
from seq2seq.stories.formulas import percent
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import titled
from seq2seq.stories.story import Step, Story, View
from seq2seq.traces import BottleneckTrace, Scores
from seq2seq.words import Words

SIDES = ("none", "general")


def bottleneck_story(trace: BottleneckTrace, words: Words, start: int = 0) -> Story:
    """Tell what becomes of one source of growing length.

    Returns: a story whose views all follow `step`.
    """
    scenes, teller = scenes_of(trace), BottleneckTeller(trace, words)
    steps = teller.tell(scenes)
    views = [overview(trace, scenes, steps, words), _curves(trace, scenes, words), _places(trace, scenes, words)]
    identity = "|".join(["bottleneck", trace.task, str(trace.sides[0].size), "".join(trace.source)])
    title = words.say("bottleneck.title", source="".join(trace.source))
    return Story(identity, title, steps, views, teller.chapters(), player_labels(words), teller.book.templates, start)


def side_names(words: Words) -> tuple[str, str]:
    """What the two models are called."""
    none, general = (words.say(f"bottleneck.name.{side}") for side in SIDES)
    return none, general


def short_names(words: Words) -> tuple[str, str]:
    """The same in two words."""
    none, general = (words.say(f"bottleneck.side.{side}") for side in SIDES)
    return none, general


def overview(trace: BottleneckTrace, scenes: Sequence[Scene], steps: Sequence[Step], words: Words) -> View:
    """The source, the vector, and both outputs."""
    say = words.say
    signals = {
        "P": len(trace.source) + 1, "D": trace.sides[0].size, "L_at": [scene.length for scene in scenes],
    }  # fmt: skip
    numbers = say("bottleneck.numbers", size=trace.sides[0].size)
    return View(
        "overview", say("bottleneck.overview.title"), say("bottleneck.overview.hint"),
        vessel(side_names(words), numbers, say("bottleneck.handed")), "vega",
        [titled(step, words) for step in steps], vessel_data(trace, dict(enumerate(scenes)), words), "tokens",
        signals, wide=True,
    )  # fmt: skip


def score_rows(scores: Scores, ask: str, **more: Any) -> list[dict[str, Any]]:
    """One row a length; `ask` is the beginning of its address."""
    return [
        {"length": length, "share": score.share, "n": score.n, "right": score.right, "ask": f"{ask} {length}", **more}
        for length, score in scores.items()
    ]


def curves_spec(words: Words, **dashed: str) -> Any:
    """The template of the curves; `dashed` names those that are shown at times."""
    say = words.say
    titles = say("axis.length_bits"), say("axis.exact")
    return length_curves(titles, short_names(words), say("bottleneck.beyond"), **dashed)


def _curves(trace: BottleneckTrace, scenes: Sequence[Scene], words: Words) -> View:
    say = words.say
    lengths = sorted({length for side in trace.sides for length in side.scores})
    most = max(lengths)
    data = {
        "curve": [row for side in trace.sides for row in score_rows(side.scores, f"exact {side.name}", side=side.name)],
        "seeds": [
            {"run": f"{side.name} {seed}", "side": side.name, "length": length, "share": score.share}
            for side in trace.sides
            for seed, scores in side.seeds.items()
            for length, score in scores.items()
        ],
        "dashed": [
            {"kind": kind} | row
            for side in trace.sides
            for kind, disturbed in side.disturbed.items()
            for row in score_rows(disturbed.scores, f"{kind} {side.name}", side=side.name)
        ],
        "other": score_rows(trace.other[1], "other"),
        "chance": [{"length": length, "share": trace.letters ** -float(length)} for length in range(1, most + 1)],
    }
    after = len(trace.source)
    shown = [0 if scene.kind == "intro" else scene.length if scene.kind == "length" else most for scene in scenes]
    signals = {
        "bits": bits(1, trace.letters), "most": most, "longest": trace.longest,
        "shown_at": [most if length >= after else length for length in shown],
        "now_at": [0 if scene.kind in ("intro", "end") else scene.length for scene in scenes],
        "borrow_at": [float(scene.kind == "borrow") for scene in scenes],
        "zero_at": [float(scene.kind == "zero") for scene in scenes],
        "twin_at": [float(scene.kind == "twin") for scene in scenes],
    }  # fmt: skip
    dashed = {key: say(f"bottleneck.dashed.{key}") for key in ("borrow", "zero")}
    dashed["twin"] = say("bottleneck.dashed.twin", task=say(f"train.task.{trace.other[0]}"))
    return View(
        "curves", say("bottleneck.curves.title"), say("bottleneck.curves.hint"), curves_spec(words, **dashed),
        "vega-lite",
        [_compared(trace, scene, words) for scene in scenes], data, "curve", signals,
    )  # fmt: skip


def _compared(trace: BottleneckTrace, scene: Scene, words: Words) -> str:
    """Both shares at a length, in words."""
    none, general = (side.scores.get(scene.length) for side in trace.sides)
    if not none or not general:
        return words.say("bottleneck.unscored", count=scene.length)
    slots = {"count": scene.length, "none": percent(none.share), "general": percent(general.share), "n": none.n}
    return words.say("bottleneck.curves.alt", **slots)


def _places(trace: BottleneckTrace, scenes: Sequence[Scene], words: Words) -> View:
    say = words.say
    rows = [
        {
            "length": length, "side": side.name, "place": range(1, length + 1),
            "share": [right / score.n for right in score.places],
            "asks": [f"place {side.name} {length} {t}" for t in range(1, length + 1)],
        }
        for side in trace.sides
        for length, score in side.scores.items()
    ]  # fmt: skip

    def describe(scene: Scene) -> str:
        score = trace.side("none").scores.get(scene.length)
        if not score:
            return say("bottleneck.unscored", count=scene.length)
        first, last = (percent(score.places[t] / score.n) for t in (0, -1))
        return say("bottleneck.places.alt", count=scene.length, first=first, last=last)

    spec = places_bars(say("axis.place"), say("axis.letters_right"), short_names(words), say("bottleneck.nothing"))
    signals = {"now_at": [scene.length for scene in scenes], "most": len(trace.source)}
    return View(
        "places", say("bottleneck.places.title"), say("bottleneck.places.hint"), spec, "vega-lite",
        [describe(scene) for scene in scenes], {"places": rows}, "places", signals,
    )  # fmt: skip
