"""Trace → story: many outputs drawn, counted beside their exact probabilities, and whether the two fit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from seq2seq.stories.explain.equation import Addressed, Explanation
from seq2seq.stories.flaws import Flaw, say_flaws, signed
from seq2seq.stories.formulas import FormulaBook, Line, Number, exact, percent, short
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.questions.options import ask, mixed
from seq2seq.stories.sampling import names
from seq2seq.stories.sampling.counted_picture import counted_bars
from seq2seq.stories.sentences import clauses, in_a_row, pair
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Question, Step, Story, View
from seq2seq.stories.tokens import short_sign
from seq2seq.traces.counting import LEAST, Counted, count
from seq2seq.traces.sampling import Distribution, SampleTrace, Share
from seq2seq.words import Words

LOOKS = (10, 30, 100, 300, 1000)  # after so many draws it is counted
ODD, RARE = 0.05, 0.001  # a χ² that chance alone exceeds so seldom is odd, or too odd
Accepts = Callable[[str], bool | None]


def looks(n: int) -> list[int]:
    """After how many draws a story counts, the last of them n."""
    return [0, *(look for look in LOOKS if look < n), n]


class CountedStory:
    """One sample, looked at again and again as it grows."""

    def __init__(self, trace: SampleTrace, found: Distribution, accepts: Accepts, words: Words, flaw: Flaw) -> None:
        self.trace, self.found, self.words, self.accepts, self.flaw = trace, found, words, accepts, flaw
        self.counted = [count(trace, found, n) for n in looks(trace.asked.samples)]

    def sentence(self, key: str, **slots: object) -> str:
        return self.words.say(f"sampling.many.{key}", **slots)

    def text(self, share: Share) -> str:
        """An output as a row shows it."""
        text = "".join(short_sign(self.trace.vocabulary[n]) for n in share.tokens if n != self.trace.end)
        shown = text + ("" if share.ended else "…") if text else self.sentence("empty")
        return signed(shown, self.flaw(self.trace.read(share.tokens)) if share.ended else None)

    def right(self, share: Share) -> int:
        """1 right, 0 wrong, −1 where nothing is."""
        judged = self.accepts(self.trace.read(share.tokens))
        return -1 if judged is None else int(judged and share.ended)

    # ---- steps

    def steps(self, book: FormulaBook) -> Iterator[Step]:
        yield self.listed(book)
        for k, counted in enumerate(self.counted[1:], 1):
            key, passage = self.verdict(counted)
            slots = self.slots(counted)
            line = Line()
            line.latex = r"\chi^2 = \sum_Y \frac{(M_Y - M P(Y))^2}{M P(Y)}"
            if counted.freedom:
                line.latex += rf" = {line.text(short(counted.chi_square), f'chi {k}')}"
                chi = line.text(short(counted.chi_square))
                line.latex += rf" \\ P(\chi^2_{{{line.text(counted.freedom)}}} \ge {chi})"
                line.latex += rf" = {line.text(short(counted.chance), f'chance {k}')}"
            text = in_a_row([self.sentence("counted", **slots), self.sentence(f"verdict.{key}", **slots)])
            yield Step(self.sentence("title", n=f"{counted.n:,}"), text, 0, line.into(book), passage, self.question(k))

    def listed(self, book: FormulaBook) -> Step:
        """The exact distribution."""
        found, shares, line = self.found, self.found.shares, Line()
        right = [share.prob for share in shares if self.right(share) == 1]
        judged = any(self.right(share) >= 0 for share in shares)
        flaws = [self.flaw(self.trace.read(share.tokens)) for share in shares if share.ended]
        slots = {
            "count": len(shares), "covered": percent(found.covered), "missing": percent(max(0.0, 1 - found.covered)),
            "right": len(right), "share": percent(sum(right)),
            "best": self.text(shares[0]) if shares else "–", "p": percent(shares[0].prob if shares else 0.0),
        }  # fmt: skip
        cover = "whole" if found.whole else "part"
        text = in_a_row(
            [self.sentence("exact.text", **slots), self.sentence(f"exact.{cover}", **slots)]
            + ([self.sentence("exact.right", **slots)] if judged else [])
        )
        text = say_flaws(text, flaws, self.words)
        parts = [Number(share.prob, f"share {i}") for i, share in enumerate(shares)]
        line.head = 2
        line.latex = rf"\sum_Y P(Y) \\ = {line.elided(parts, line.number) if parts else line.text(0)}"
        line.latex += rf" \\ = {line.text(short(found.covered), 'covered')}"
        return Step(self.sentence("exact.title", **slots), text, 0, line.into(book), names.EXACT)

    def slots(self, counted: Counted) -> dict[str, object]:
        """What the sentences about a look say."""
        shares = self.found.shares
        expected = shares[0].prob * counted.n if shares else 0.0
        return {
            "n": f"{counted.n:,}", "best": self.text(shares[0]) if shares else "–",
            "seen": counted.counts[0] if shares else 0, "expected": f"{expected:.1f}",
            "other": counted.other, "missing": percent(max(0.0, 1 - self.found.covered)),
            "chi": f"{counted.chi_square:.1f}", "freedom": counted.freedom, "chance": percent(counted.chance),
            "cells": len(counted.cells), "least": LEAST, "hit": sum(seen > 0 for seen in counted.counts),
            "count": len(shares),
        }  # fmt: skip

    def verdict(self, counted: Counted) -> tuple[str, Passage]:
        """What χ² says, and where it is computed."""
        if not counted.freedom:
            return ("one" if len(self.found.shares) == 1 and self.found.whole else "few"), names.COUNT
        if counted.chance < RARE:
            return "rare", names.CHANCE
        return ("odd" if counted.chance < ODD else "fits"), names.CHI

    def question(self, k: int) -> Question | None:
        """About how many of n draws will be the first output?"""
        counted, shares = self.counted[k], self.found.shares
        if k != len(self.counted) - 1 or not shares or len(shares) < 2:
            return None
        n, p = counted.n, shares[0].prob
        near, wide = round(n * p), 2 * (n * p * (1 - p)) ** 0.5
        options = sorted({near, round(n / 2) if p < 0.25 else round(n / 20), n, max(1, round(n * p / 4))})
        apart = min((abs(other - near) for other in options if other != near), default=0)
        if near < LEAST or len(options) < 3 or apart < 1.5 * wide or abs(counted.counts[0] - n * p) > 1.2 * wide:
            return None
        slots = {"n": f"{n:,}", "text": self.text(shares[0]), "p": percent(p), "seen": counted.counts[0],
                 "expected": near, "wide": round(wide)}  # fmt: skip
        say = self.words.say
        answers = {
            f"≈ {option:,}": "" if option == near else say("question.sampling.count.reply", share=percent(option / n))
            for option in options
        }
        prompt, why = say("question.sampling.count", **slots), say("question.sampling.count.why", **slots)
        return ask("count", "compare", prompt, why, mixed(answers, "count"))

    # ---- the picture

    def view(self) -> View:
        shares, sentence = self.found.shares, self.sentence
        outputs = [
            {"i": i, "text": self.text(share), "right": self.right(share), "p": share.prob,
             "spread": (share.prob * (1 - share.prob)) ** 0.5, "ask": f"share {i}",
             "tip": pair(self.text(share), exact(share.prob), self.words)}
            for i, share in enumerate(shares)
        ]  # fmt: skip
        seen = [share.prob for share in shares]
        for counted in self.counted:
            seen += [times / counted.n for times in counted.counts] if counted.n >= 100 else []
        titles = {key: sentence(f"picture.{key}") for key in ("exact", "drawn", "band")}
        signals: dict[str, Any] = {
            "M": max(1, len(shares)), "most": min(1.0, 1.05 * max(seen, default=1.0)),
            "L": max((len(row["text"]) for row in outputs), default=1),
            "wider": 0.62 if all(row["text"].isascii() for row in outputs) else 1.15,
            "k_at": list(range(len(self.counted))), "look_at": list(range(len(self.counted))),
            "band_at": [2 / counted.n**0.5 if counted.n else 0 for counted in self.counted],
        }  # fmt: skip
        return View(
            "counted", sentence("picture.title"), sentence("picture.hint"),
            counted_bars(tuple(sorted(titles.items()))), "vega",
            [self.in_words(counted) for counted in self.counted],
            {"outputs": outputs, "counts": list(self.rows())}, "outputs", signals, wide=True,
        )  # fmt: skip

    def rows(self) -> Iterator[Mapping[str, Any]]:
        for k, counted in enumerate(self.counted):
            before = self.counted[max(0, k - 1)]
            for i, times in enumerate(counted.counts):
                told = f"{times:,}" if counted.n else percent(self.found.shares[i].prob)
                yield {
                    "k": k, "i": i, "share": times / max(1, counted.n), "before": before.counts[i] / max(1, before.n),
                    "told": told, "tip": f"{times:,} / {counted.n:,}", "ask": f"seen {k} {i}" if k else f"share {i}",
                }  # fmt: skip

    def in_words(self, counted: Counted) -> str:
        """What the picture shows at a look."""
        told = [
            self.sentence("alt.row", text=self.text(share), p=percent(share.prob), seen=times, n=counted.n)
            for share, times in list(zip(self.found.shares, counted.counts, strict=True))[:5]
        ]  # fmt: skip
        rows = clauses(told, self.words)
        return self.sentence("alt", n=counted.n, count=len(self.found.shares), rows=rows)


def counted_story(
    trace: SampleTrace, found: Distribution, accepts: Accepts, words: Words, name: str, flaw: Flaw = lambda output: None
) -> Story:
    """Tell how the frequencies of many draws come to fit the exact distribution.

    Args: flaw: what is wrong with an output whatever was read.
    """
    told, book = CountedStory(trace, found, accepts, words, flaw), FormulaBook()
    steps = list(told.steps(book))
    identity = "|".join(["sampling-many", name, "".join(trace.source)])
    return Story(
        identity, words.say("sampling.many.heading"), steps, [told.view()], [words.say("sampling.many.heading")],
        player_labels(words), book.templates, linked=False,
    )  # fmt: skip


class CountedExplainer(Addressed):
    """Explains `share i` (exact), `seen k i` (drawn), `covered`, `chi k`, `chance k`; k: which look, i: output."""

    def __init__(self, trace: SampleTrace, found: Distribution, words: Words) -> None:
        self.trace, self.found, self.words = trace, found, words
        self.grown = [count(trace, found, n) for n in looks(trace.asked.samples)]
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "share": self.share, "seen": self.seen, "covered": self.covered, "chi": self.chi, "chance": self.chance,
        }  # fmt: skip

    def name(self, key: str, **slots: object) -> str:
        return self.words.say(f"sampling.many.explain.{key}", **slots)

    def text(self, i: int) -> str:
        return "".join(short_sign(self.trace.vocabulary[n]) for n in self.found.shares[i].tokens)

    def share(self, i: int) -> Explanation:
        prob, line = self.found.shares[i].prob, Line()
        line.latex = r"P(Y) = \prod_t P(y_t)"
        told = self.name("share", text=self.text(i))
        return Explanation(f"share {i}", told, (line,), prob, prob, names.EXACT, given=True)

    def seen(self, k: int, i: int) -> Explanation:
        counted, line, values = self.grown[k], Line(), Line()
        if not counted.n:
            raise IndexError(k)
        times, expected = counted.counts[i], self.found.shares[i].prob * counted.n
        line.latex = rf"M_Y / M = {line.text(f'{times:,}')} / {line.text(f'{counted.n:,}')}"
        values.latex = rf"M P(Y) = {values.text(f'{counted.n:,}')} \cdot {values.number(Number(self.found.shares[i].prob, f'share {i}'))}"  # noqa: E501
        values.latex += rf" = {values.text(short(expected))}"
        told = self.name("seen", text=self.text(i), n=f"{counted.n:,}")
        return Explanation(f"seen {k} {i}", told, (values, line), times / counted.n, times / counted.n, names.COUNT)

    def covered(self) -> Explanation:
        line = Line()
        parts = [Number(share.prob, f"share {i}") for i, share in enumerate(self.found.shares)]
        line.latex = rf"\sum_Y P(Y) = {line.elided(parts, line.number)}"
        value = float(sum(number.value for number in parts))
        told = self.name("covered", count=len(parts))
        return Explanation("covered", told, (line,), self.found.covered, value, names.EXACT)

    def chi(self, k: int) -> Explanation:
        counted, line, values = self.grown[k], Line(), Line()
        if not counted.freedom:
            raise IndexError(k)
        line.latex = r"\chi^2 = \sum_Y \frac{(M_Y - M P(Y))^2}{M P(Y)}"
        terms: Sequence[Any] = counted.cells
        values.latex = "= " + values.elided(
            terms, lambda cell: rf"\frac{{({values.text(cell.seen)} - {values.text(short(cell.expected))})^2}}"
            rf"{{{values.text(short(cell.expected))}}}",
        )  # fmt: skip
        told = self.name("chi", cells=len(counted.cells), least=LEAST, n=f"{counted.n:,}")
        computed = sum((cell.seen - cell.expected) ** 2 / cell.expected for cell in counted.cells)
        return Explanation(f"chi {k}", told, (line, values), counted.chi_square, computed, names.CHI)

    def chance(self, k: int) -> Explanation:
        counted, line = self.grown[k], Line()
        if not counted.freedom:
            raise IndexError(k)
        chi = line.number(Number(counted.chi_square, f"chi {k}"))
        line.latex = rf"P(\chi^2_{{{line.text(counted.freedom)}}} \ge {chi})"
        told = self.name("chance", freedom=counted.freedom)
        return Explanation(f"chance {k}", told, (line,), counted.chance, counted.chance, names.CHANCE)
