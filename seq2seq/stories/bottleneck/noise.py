"""The fixed vector made visible: both models again, another first state under them, length by length."""

from collections.abc import Mapping
from typing import Any

from seq2seq.stories.bottleneck.explain import DISTURBS, BottleneckExplainer
from seq2seq.stories.bottleneck.scenes import Scene, bits, token_rows, vessel_data, wrong_places
from seq2seq.stories.bottleneck.story import curves_spec, score_rows, short_names, side_names
from seq2seq.stories.bottleneck.vessel import vessel
from seq2seq.stories.explain.equation import Explanation, Unknown
from seq2seq.stories.formulas import FormulaBook, Line, percent
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import in_a_row, titled
from seq2seq.stories.story import Step, Story, View
from seq2seq.traces import BorrowStart, BottleneckTrace, DisturbStart
from seq2seq.words import Words


def describe(change: DisturbStart | BorrowStart, words: Words) -> str:
    """What was done to the first state."""
    if isinstance(change, BorrowStart):
        return words.say("bottleneck.did.borrow", source="".join(change.source))
    how = words.say("whatif.zero.said")
    if change.noise is not None:
        how = words.say("whatif.noise.said", noise=f"{change.noise:g}")
    return words.say("bottleneck.did.start", first=change.first + 1, last=change.last, how=how)


def disturbed_story(
    before: BottleneckTrace, after: BottleneckTrace, change: DisturbStart | BorrowStart, words: Words
) -> Story:
    """Tell what another first state does, length by length; while only its amount changes, it stays the same story."""
    scenes = [Scene("length", length) for length in after.lengths]
    book, did = FormulaBook(), describe(change, words)
    steps = [_step(scene, before, after, did, words, book, change) for scene in scenes]
    data = vessel_data(after, dict(enumerate(scenes)), words)
    data["before"] = [
        token_rows(k, side.name, scene.decoding(side), before.answers[scene.length - 1], "", words)
        for k, scene in enumerate(scenes)
        for side in before.sides
    ]
    say = words.say
    numbers = say("bottleneck.numbers", size=after.sides[0].size)
    signals = {"P": len(after.source) + 1, "D": after.sides[0].size, "L_at": list(after.lengths)}
    overview = View(
        "overview", say("bottleneck.disturbed.title"), say("bottleneck.disturbed.hint"),
        vessel(side_names(words), numbers, say("bottleneck.handed"), say("bottleneck.before")), "vega",
        [titled(step, words) for step in steps], data, "tokens", signals, wide=True,
    )  # fmt: skip
    kind = "borrow" if isinstance(change, BorrowStart) else "noise" if change.noise is not None else "zero"
    identity = "|".join(["bottleneck-changed", kind, before.task, str(before.sides[0].size), "".join(before.source)])
    start = min(7, len(scenes) - 1)
    return Story(
        identity, did, steps, [overview, _curves(before, after, scenes, words)], [did], player_labels(words),
        book.templates, start, linked=False,
    )  # fmt: skip


def _step(
    scene: Scene, before: BottleneckTrace, after: BottleneckTrace, did: str, words: Words, book: FormulaBook,
    change: DisturbStart | BorrowStart,
) -> Step:  # fmt: skip
    said, line, parts = [words.say("bottleneck.disturbed.did", did=did)], Line(), []
    answer = before.answers[scene.length - 1]
    for old, new in zip(before.sides, after.sides, strict=True):
        outputs = [side.decodings[scene.length - 1] for side in (old, new)]
        name = words.say(f"bottleneck.side.{new.name}")
        slots = {"side": name[0].upper() + name[1:], "before": outputs[0].text, "after": outputs[1].text}
        wrong = len([t for t in wrong_places(outputs[1], answer) if t < len(answer)])
        key = "same" if outputs[0].output == outputs[1].output else "differs"
        said.append(words.say(f"bottleneck.disturbed.{key}", **slots, wrong=wrong, count=len(answer)))
        scores = [side.scores.get(scene.length) for side in (old, new)]
        if scores[0] and scores[1]:
            was, now = (percent(score.share) for score in scores if score)
            address = f"exact {new.name} {scene.length}"
            parts.append(
                rf"{line.text(name)}:\ {line.text(was, f'before {address}')} \to "
                rf"\frac{{{line.text(scores[1].right)}}}{{{line.text(scores[1].n)}}} = "
                rf"{line.text(now, f'after {address}')}"
            )
    line.latex = r" \\ ".join(parts)
    formula = line.into(book) if parts else None
    passage = DISTURBS["borrow" if isinstance(change, BorrowStart) else "zero"]
    return Step(words.say("bottleneck.letters", count=scene.length), in_a_row(said), 0, formula, passage)


def _curves(before: BottleneckTrace, after: BottleneckTrace, scenes: list[Scene], words: Words) -> View:
    say = words.say
    pairs = list(zip(before.sides, after.sides, strict=True))
    most = max(length for side in after.sides for length in side.scores)
    data: Mapping[str, list[dict[str, Any]]] = {
        "curve": [
            row
            for _, side in pairs
            for row in score_rows(side.scores, f"after exact {side.name}", side=side.name)
        ],
        "dashed": [
            row
            for side, _ in pairs
            for row in score_rows(side.scores, f"before exact {side.name}", side=side.name, kind="zero")
        ],
        "seeds": [], "other": [],
        "chance": [{"length": length, "share": before.letters ** -float(length)} for length in range(1, most + 1)],
    }  # fmt: skip
    signals = {
        "bits": bits(1, before.letters), "most": most, "longest": before.longest, "shown_at": [most] * len(scenes),
        "now_at": [scene.length for scene in scenes], "zero_at": [1.0] * len(scenes),
        **{f"{kind}_at": [0.0] * len(scenes) for kind in ("borrow", "twin")},
    }  # fmt: skip
    n = max(score.n for side in after.sides for score in side.scores.values())

    def told(scene: Scene) -> str:
        shares = [side.scores.get(scene.length) for pair in pairs for side in pair]
        if not all(shares):
            return say("bottleneck.unscored", count=scene.length)
        texts = [percent(score.share) for score in shares if score]
        names = short_names(words)
        return say("bottleneck.disturbed.alt", count=scene.length, none=names[0], none_before=texts[0],
                   none_after=texts[1], general=names[1], general_before=texts[2], general_after=texts[3])  # fmt: skip

    return View(
        "curves", say("bottleneck.curves.title"), say("bottleneck.disturbed.curves", n=n),
        curves_spec(words, zero=say("bottleneck.dashed.before")), "vega-lite", [told(scene) for scene in scenes], data,
        "curve", signals, wide=True,
    )  # fmt: skip


class DisturbedExplainer:
    """Explains the numbers of both: curves begin with "before" or "after", all else is from after the change."""

    def __init__(self, before: BottleneckTrace, after: BottleneckTrace, words: Words) -> None:
        self.sides = {"before": BottleneckExplainer(before, words), "after": BottleneckExplainer(after, words)}

    def explain(self, address: str) -> Explanation:
        """How the number at this address came about.

        Raises: Unknown if there is no such number.
        """
        side, _, rest = address.partition(" ")
        if side in self.sides:
            if not rest:
                raise Unknown(address)
            return self.sides[side].explain(rest).under(side)
        return self.sides["after"].explain(address)
