"""Trace → story: the same outputs drawn at rising temperatures, how different they become and how wrong."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from seq2seq.stories.bottleneck.explain import share_explained
from seq2seq.stories.explain.equation import Addressed, Explanation
from seq2seq.stories.flaws import say_flaws, signed
from seq2seq.stories.formulas import FormulaBook, Line, percent
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.questions.options import MARGIN, ask, mixed, offered
from seq2seq.stories.sampling import names
from seq2seq.stories.sampling.heat_picture import heat_picture
from seq2seq.stories.sentences import in_a_row
from seq2seq.stories.story import Question, Step, Story, View
from seq2seq.traces.diversity import DiversityTrace, Heat
from seq2seq.words import Words

APART = 0.09  # points closer than this, of a panel's side, share one label


def heat_story(trace: DiversityTrace, words: Words, name: str) -> Story:
    """Tell what each temperature gives, where something is right or wrong; begins at the one that is set."""
    told, book = HeatTeller(trace, words), FormulaBook()
    steps = list(told.steps(book))
    identity = "|".join(["sampling-heat", name, "".join(trace.source), str(len(steps))])
    title = words.say("sampling.heat.heading")
    return Story(
        identity, title, steps, [told.view()], [title], player_labels(words), book.templates, start=trace.now,
        linked=False,
    )  # fmt: skip


class HeatTeller:
    """A step a temperature."""

    def __init__(self, trace: DiversityTrace, words: Words) -> None:
        self.trace, self.words = trace, words
        self.cuts = bool(trace.cut.top_k or trace.cut.top_p < 1)

    def sentence(self, key: str, **slots: object) -> str:
        return self.words.say(f"sampling.heat.{key}", **slots)

    def slots(self, i: int) -> dict[str, object]:
        heat, alone, most = self.trace.heats[i], self.trace.alone[i], self.trace.heats[i].most
        return {
            "T": f"{heat.temperature:g}", "n": heat.n, "right": percent(heat.share_right), "different": heat.different,
            "different_right": heat.different_right, "answers": self.trace.answers or "–",
            "most": signed(most[0], heat.flaw) or self.words.say("sampling.many.empty"), "times": most[1],
            "alone": percent(alone.share_right), "alone_different": alone.different,
        }  # fmt: skip

    def steps(self, book: FormulaBook) -> Iterator[Step]:
        for i, heat in enumerate(self.trace.heats):
            slots, line = self.slots(i), Line()
            line.latex = rf"\frac{{{line.text(heat.right)}}}{{{line.text(heat.n)}}} = "
            line.latex += line.text(percent(heat.share_right), f"right cut {i}")
            kind = ".zero" if heat.temperature == 0 else ".one" if heat.different == 1 else ""
            parts = [self.sentence(f"text{kind}", **slots)]
            if self.cuts and heat.temperature:
                parts.append(self.sentence("text.alone", **slots))
            text = say_flaws(in_a_row(parts), [heat.flaw], self.words)
            title = self.sentence("title.now" if i == self.trace.now else "title", **slots)
            passage = names.JUDGE if heat.temperature else names.COLD
            yield Step(title, text, 0, line.into(book), passage, self.question(i))

    # ---- questions

    def question(self, i: int) -> Question | None:
        """At T = 0, how many are different? And where heat costs much: more or less right?"""
        heat, slots = self.trace.heats[i], self.slots(i)
        if i == 1 and heat.different == 1:
            return self.still_one(i)
        steepest = self.steepest()
        if i == 0 or i != steepest:
            return None
        after, before = self.trace.alone[i].share_right, self.trace.alone[i - 1].share_right
        slots |= {"T_before": f"{self.trace.alone[i - 1].temperature:g}", "right_before": percent(before)}
        apart = [share for share in (before, 0.0, after / 3, 1.0, 0.5) if abs(share - after) > MARGIN / 2]
        guesses = [(f"{share:.0%}", "higher" if share > after else "lower") for share in apart]
        others = [(text, self.words.say(f"question.sampling.hot.{why}")) for text, why in guesses]
        answers = mixed(offered(f"{after:.0%}", others, 2), f"heat {i}")
        prompt, why = (self.words.say(f"question.sampling.hot{part}", **slots) for part in ("", ".why"))
        return ask(f"hot {i}", "compare", prompt, why, answers)

    def still_one(self, i: int) -> Question:
        """Where the model is sure, a little heat changes nothing."""
        slots, n = self.slots(i), self.trace.heats[i].n
        answers = {"1": "", f"≈ {n // 10}": self.words.say("question.sampling.one.few")}
        answers[f"≈ {n // 2}"] = self.words.say("question.sampling.one.many")
        prompt, why = (self.words.say(f"question.sampling.one{part}", **slots) for part in ("", ".why"))
        return ask("one", "compare", prompt, why, answers)

    def steepest(self) -> int | None:
        """Where temperature alone loses most of the right outputs; None where that is not clear."""
        shares = [heat.share_right for heat in self.trace.alone]
        falls = [before - after for before, after in zip(shares, shares[1:], strict=False)]
        worst = max(range(len(falls)), key=lambda i: falls[i])
        return worst + 1 if falls[worst] > MARGIN else None

    # ---- the picture

    def view(self) -> View:
        trace, sentence = self.trace, self.sentence
        rows = [*self.points(0, trace.heats), *self.points(1, trace.alone)]
        keys = ("right", "count", "different", "heat", "over", "against", "answers", "cut", "alone")
        titles = {key: sentence(f"picture.{key}", n=trace.heats[0].n) for key in keys}
        signals: dict[str, Any] = {
            "N": trace.heats[0].n, "hot": trace.heats[-1].temperature, "answers": trace.answers or 0,
            "cuts": int(self.cuts), "at_at": list(range(len(trace.heats))),
            "T_at": [heat.temperature for heat in trace.heats],
            "right_at": [heat.share_right for heat in trace.heats],
            "different_at": [heat.different for heat in trace.heats],
        }  # fmt: skip
        alternatives = [sentence("alt", **self.slots(i)) for i in range(len(trace.heats))]
        return View(
            "heat", sentence("picture.title"), sentence("picture.hint"), heat_picture(tuple(sorted(titles.items()))),
            "vega", alternatives, {"points": rows}, "points", signals, wide=True,
        )  # fmt: skip

    def points(self, way: int, heats: Sequence[Heat]) -> Iterator[dict[str, Any]]:
        labelled: list[tuple[float, float]] = []
        for i, heat in enumerate(heats):
            before = heats[max(0, i - 1)]
            place = (math.log(heat.different) / math.log(heat.n), heat.share_right)
            near = any(abs(place[0] - x) < APART and abs(place[1] - y) < APART for x, y in labelled)
            labelled += [] if near else [place]
            kind = ("cut", "alone")[way]
            yield {
                "way": way, "i": i, "T": heat.temperature, "right": heat.share_right, "different": heat.different,
                "r0": before.share_right, "d0": before.different, "T0": before.temperature,
                "label": "" if near else f"T {heat.temperature:g}", "ask_right": f"right {kind} {i}",
                "ask_different": f"different {kind} {i}", "tip": self.sentence(
                    "tip", T=f"{heat.temperature:g}", right=percent(heat.share_right), different=heat.different),
            }  # fmt: skip


class HeatExplainer(Addressed):
    """Explains `right WAY i` and `different WAY i`; WAY: cut or alone, i: which temperature."""

    def __init__(self, trace: DiversityTrace, words: Words) -> None:
        self.trace, self.words = trace, words
        self.kinds: dict[str, Callable[..., Explanation]] = {"right": self.right, "different": self.different}

    def heat(self, way: str, i: int) -> Heat:
        return {"cut": self.trace.heats, "alone": self.trace.alone}[way][i]

    def right(self, way: str, i: int) -> Explanation:
        heat = self.heat(way, i)
        told = self.words.say("sampling.heat.explain.right", T=f"{heat.temperature:g}", n=heat.n)
        if heat.right is None:
            raise IndexError(i)
        return share_explained(f"right {way} {i}", told, heat.right, heat.n, heat.share_right, names.JUDGE)

    def different(self, way: str, i: int) -> Explanation:
        heat, line = self.heat(way, i), Line()
        line.latex = rf"|\{{Y_1, \ldots, Y_{{{line.text(heat.n)}}}\}}|"
        told = self.words.say("sampling.heat.explain.different", T=f"{heat.temperature:g}", n=heat.n)
        return Explanation(f"different {way} {i}", told, (line,), heat.different, heat.different, names.COUNT)
