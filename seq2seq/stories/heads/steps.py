"""The steps: head after head, then each off alone, then one after the other until none is left."""

from dataclasses import dataclass, replace

from seq2seq.stories.formulas import FormulaBook, Line, Number, percent, short
from seq2seq.stories.heads import names
from seq2seq.stories.heads.names import does, head_name, pattern_name
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step
from seq2seq.traces.heads import NAMED, HeadPlace, HeadScore, HeadsTrace, row_entropy
from seq2seq.words import Words

LONGEST = 24  # tokens of an output that a sentence shows
KEPT = 0.95  # of the exact match: so many heads can go before less is left
Key = tuple[str, int]  # kind of a step, and its number


@dataclass(frozen=True)
class Moment:
    """What one step shows: kind "intro", "head" (its number), "alone", "gone" (how many) or "end"."""

    kind: str
    k: int  # the head in hand, in the order of `head_places`
    held: int = 0  # whether it is framed
    gone: int = 0  # how many are off
    number: int = 0

    @property
    def key(self) -> Key:
        """What a question names the step by that answers it."""
        return self.kind, self.number


@dataclass(frozen=True)
class Told:
    """All steps, and what each shows."""

    steps: list[Step]
    moments: list[Moment]
    chapters: list[str]
    formulas: list[str]


class HeadsTeller:
    """Builds the steps in order; way: what stands where a head's output was."""

    def __init__(self, trace: HeadsTrace, way: str, words: Words) -> None:
        self.trace, self.way, self.words, self.book = trace, way, words, FormulaBook()
        self.measured, self.pruning = trace.measured, trace.measured.pruned[way]
        self.places = [head.place for head in self.measured.heads]
        self.steps: list[Step] = []
        self.moments: list[Moment] = []
        self.chapters: list[str] = []

    def sentence(self, key: str, **slots: object) -> str:
        return self.words.say(f"heads.{key}", **(self.common | slots))

    @property
    def common(self) -> dict[str, object]:
        """Slots that any sentence may use."""
        sentence = self.trace.sentence
        return {
            "n": self.measured.n, "all": len(self.places), "heads": sentence.heads, "layers": sentence.layers,
            "width": sentence.width, "d_k": sentence.head_width, "source": "".join(sentence.source),
            "output": sentence.text, "base": percent(self.measured.base.exact),
            "way": names.way_name(self.way, self.words), "count": len(sentence.source),
        }  # fmt: skip

    def add(self, key: str, moment: Moment, line: Line, passage: Passage, **slots: object) -> None:
        """One step; its sentences are `key.title` and `key.text`."""
        title, text = (self.sentence(f"{key}.{part}", **slots) for part in ("title", "text"))
        self.steps.append(Step(title, text, len(self.chapters) - 1, line.into(self.book), passage))
        self.moments.append(moment)

    def tell(self) -> Told:
        """All of it."""
        self.chapters.append(self.sentence("chapter.intro"))
        line = Line()
        line.latex = rf"d_k = \frac{{d}}{{N}} = \frac{{{line.text(self.trace.sentence.width)}}}"
        line.latex += rf"{{{line.text(self.trace.sentence.heads)}}} = {line.text(self.trace.sentence.head_width)}"
        self.add("intro", Moment("intro", 0), line, names.SPLIT)
        for k, place in enumerate(self.places):
            if place.layer == place.head == 0:
                self.chapters.append(self.sentence(f"chapter.{place.block}"))
            self.head(k, place)
        self.chapters.append(self.sentence("chapter.alone"))
        self.alone()
        self.chapters.append(self.sentence("chapter.gone"))
        for gone in range(1, len(self.places) + 1):
            self.gone(gone)
        self.end()
        return Told(self.steps, self.moments, self.chapters, self.book.templates)

    # ---- one head

    def head(self, k: int, place: HeadPlace) -> None:
        """What one head looks at, measured, and what its loss alone costs."""
        head = self.measured.heads[k]
        best, done = head.shares[head.best], does(head)
        slots = {
            "name": head_name(place, self.words), "does": self.sentence(f"does.{done}"), "id": place.id,
            "entropy": f"{head.entropy.value:.2f}", "most": f"{head.most.value:.2f}",
            "pattern": pattern_name(head.best, self.words), "share": percent(best.value),
            "exact": percent(head.off[self.way].exact), "named": f"{NAMED:.0%}",
        }  # fmt: skip
        key = "head" if done == head.best else f"head.{done}"
        self.add(key, Moment("head", k, 1, 0, k), self.entropy_line(place), names.ENTROPY, **slots)

    def entropy_line(self, place: HeadPlace) -> Line:
        """The entropy of its widest row in this sentence, with its numbers."""
        side, layer, block = place.address
        rows = self.trace.sentence.gates(side, layer)[f"{block}.weights"][place.head]  # type: ignore[arg-type]
        entropies = [row_entropy(row.tolist()) for row in rows]
        q = max(range(len(entropies)), key=lambda t: entropies[t])
        line, row = Line(), rows[q].tolist()
        numbers = [Number(w, f"{side} {layer} {block}.weights {place.head} {q} {j}") for j, w in enumerate(row)]
        seen = sorted((number for number in numbers if number.value > 0), key=lambda number: -number.value)
        line.latex = rf"H_{{{line.text(q + 1)}}} = -\sum_j \alpha_j \ln \alpha_j"
        line.latex += rf" \\ = -{line.number(seen[0])} \,\ln {line.number(seen[0])}"
        line.latex += r" - \cdots" if len(seen) > 1 else ""
        line.latex += rf" \\ = {line.text(short(entropies[q]), f'row {place.id} {q}')}"
        return line

    # ---- off

    def alone(self) -> None:
        """Every head off once, alone."""
        heads = sorted(self.measured.heads, key=lambda head: head.off[self.way].exact)
        worst = heads[0]
        base = self.measured.base.exact
        free = [head for head in heads if head.off[self.way].exact >= base - 0.01]
        slots = {
            "worst": head_name(worst.place, self.words), "id": worst.place.id,
            "exact": percent(worst.off[self.way].exact), "free": len(free), "points": "1",
        }  # fmt: skip
        line = self.share_line(worst.off[self.way], f"alone {self.way} {worst.place.id}")
        self.add("alone", Moment("alone", self.places.index(worst.place), 0, 0), line, names.ALONE, **slots)

    def share_line(self, score: HeadScore, address: str) -> Line:
        """A count over a count."""
        line = Line()
        line.latex = r"\mathrm{mean}_X\  [\,\hat{Y} = Y\,]"
        line.latex += rf" \\ = \frac{{{line.text(f'{score.right:,}')}}}{{{line.text(f'{score.n:,}')}}}"
        line.latex += rf" = {line.text(percent(score.exact), address)}"
        return line

    def gone(self, gone: int) -> None:
        """One more head off."""
        place, score = self.pruning.order[gone - 1], self.pruning.scores[gone - 1]
        before = self.pruning.scores[gone - 2] if gone > 1 else self.measured.base
        written = self.trace.written[self.way][gone - 1]
        same = written == self.trace.sentence.output
        alone = self.measured.head(place).off[self.way]
        slots: dict[str, object] = {
            "name": head_name(place, self.words), "id": place.id, "gone": gone, "left": len(self.places) - gone,
            "exact": percent(score.exact), "before": percent(before.exact), "alone": percent(alone.exact),
            "loss": short(score.loss), "written": self.written(written), "differ": _differ(written, self.trace),
            "right": score.right,
        }  # fmt: skip
        same_key = "same" if same else "differs" if slots["written"] else "empty"
        slots["sentence"] = self.sentence(f"gone.{same_key}", **slots)
        key = "gone" if self.pruning.greedy else "gone.ordered"
        if gone == len(self.places):
            key = "gone.all" if slots["written"] else "gone.all.empty"
        passage = names.PRUNE if self.pruning.greedy else names.IN_ORDER
        line = self.share_line(score, f"kept {self.way} {gone}")
        self.add(key, Moment("gone", self.places.index(place), 1, gone, gone), line, passage, **slots)

    def written(self, tokens: tuple[str, ...]) -> str:
        """An output as a person reads it; it may be empty, or never end."""
        text = "".join(token for token in tokens if token != "⟨eos⟩")
        return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

    def end(self) -> None:
        """How many could go."""
        base, scores = self.measured.base, self.pruning.scores
        can = can_go(base, scores)
        alone = [self.measured.head(place).off[self.way].exact for place in self.pruning.order[: can + 1]]
        slots: dict[str, object] = {
            "can": can, "kept": f"{KEPT:.0%}", "then": percent(scores[can].exact) if can < len(scores) else "",
            "next": can + 1, "least": percent(min(alone, default=0.0)),
        }  # fmt: skip
        last = replace(self.moments[-1], kind="end", number=0, held=0)
        score = scores[can - 1] if can else base
        line = self.share_line(score, f"kept {self.way} {can}")
        self.add("end", last, line, names.COUNT, **slots)


def can_go(base: HeadScore, scores: tuple[HeadScore, ...]) -> int:
    """How many heads can go, in this order, before less than KEPT of the exact match is left."""
    kept = 0
    for score in scores:
        if score.exact < KEPT * base.exact:
            break
        kept += 1
    return kept


def _differ(written: tuple[str, ...], trace: HeadsTrace) -> int:
    """At how many places an output differs from the one with all heads."""
    own = trace.sentence.output
    return sum(one != other for one, other in zip(written, own, strict=False)) + abs(len(written) - len(own))
