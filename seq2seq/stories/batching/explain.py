"""The equations of a batch, with the numbers of its trace.

Addresses (b row, s column, counted from 0; kind 0 at random, 1 by length; k a batch, or a size of batch):

    cell b s · mask b s · length b · width · pads · left · waste · batch kind k ·
    measured kind · expected kind · law k kind
"""

from collections.abc import Callable

from seq2seq.stories.explain.equation import Addressed, Explanation
from seq2seq.stories.formulas import Line
from seq2seq.stories.sources import Passage
from seq2seq.stories.tokens import quoted
from seq2seq.traces import BatchTrace, Heap
from seq2seq.traces.preparing import PAD
from seq2seq.words import Words

TASK, BATCHING = "tasks/task.py", "preparing/batching.py"
TRACE = "traces/preparing.py"


class BatchingExplainer(Addressed):
    """Explains the numbers of one batch, and of many."""

    def __init__(self, trace: BatchTrace, words: Words) -> None:
        self.trace, self.words = trace, words
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "cell": self.cell, "mask": self.mask, "length": self.length, "width": self.width, "pads": self.pads,
            "left": self.left, "waste": self.waste, "batch": self.batch, "measured": self.measured,
            "expected": self.expected, "law": self.law,
        }  # fmt: skip

    def name(self, key: str, **slots: object) -> str:
        return self.words.say(f"batching.explain.{key}", **slots)

    def cell(self, b: int, s: int) -> Explanation:
        """The id of what stands there."""
        value, line = int(self.trace.ids[b, s]), Line()
        token = self.trace.tokens[b][s] if self.trace.mask[b, s] else "⟨pad⟩"
        line.latex = rf"x_{{{line.text(b + 1)},{line.text(s + 1)}}} = \mathrm{{id}}({line.text(quoted(token))})"
        name = self.name("cell", row=b + 1, column=s + 1)
        return Explanation(
            f"cell {b} {s}", name, (line,), value, value, Passage(TASK, "pad", ("row[: len",)), given=True
        )

    def mask(self, b: int, s: int) -> Explanation:
        """Whether it is no pad."""
        line, numbers, number = Line(), Line(), int(self.trace.ids[b, s])
        own = rf"m_{{{line.text(b + 1)},{line.text(s + 1)}}}"
        line.latex = rf"{own} = [\,x_{{{line.text(b + 1)},{line.text(s + 1)}}} \neq \mathrm{{pad}}\,]"
        numbers.latex = rf"= [\,{numbers.text(number, f'cell {b} {s}')} \neq {numbers.text(PAD)}\,]"
        name = self.name("mask", row=b + 1, column=s + 1)
        passage = Passage("models/recurrent.py", "Recurrent.encode", ("mask = source != PAD",))
        value = float(self.trace.mask[b, s])
        return Explanation(f"mask {b} {s}", name, (line, numbers), value, float(number != PAD), passage)

    def length(self, b: int) -> Explanation:
        """The sum of its row of the mask."""
        line, numbers, row = Line(), Line(), self.trace.mask[b].astype(int).tolist()
        line.latex = rf"n_{{{line.text(b + 1)}}} = \sum_s m_{{{line.text(b + 1)},s}}"
        cells = list(enumerate(row))
        numbers.latex = "= " + numbers.elided(cells, lambda cell: numbers.text(cell[1], f"mask {b} {cell[0]}"))
        passage = Passage(TRACE, "BatchTrace.lengths", ("mask.sum(1)",))
        name = self.name("length", row=b + 1)
        return Explanation(
            f"length {b}", name, (line, numbers), int(self.trace.lengths[b]), len(self.trace.tokens[b]), passage
        )

    def width(self) -> Explanation:
        """The longest of the batch."""
        line, numbers, lengths = Line(), Line(), [len(tokens) for tokens in self.trace.tokens]
        line.latex = r"S = \max_b\, n_b"
        told = [numbers.text(length, f"length {b}") for b, length in enumerate(lengths[:8])]
        more = [r"\ldots"] if len(lengths) > len(told) else []
        numbers.latex = r"= \max(" + r",\ ".join([*told, *more]) + ")"
        passage = Passage(TASK, "pad", ("np.full",))
        return Explanation(
            "width", self.name("width"), (line, numbers), self.trace.mask.shape[1], max(lengths), passage
        )

    def _fill(self, address: str, lengths: list[int], value: int, function: str) -> Explanation:
        """Rows times width, less what is real."""
        width, line, numbers = max(lengths), Line(), Line()
        line.latex = r"B \cdot S - \sum_b n_b"
        numbers.latex = rf"= {numbers.text(len(lengths))} \cdot {numbers.text(width)} - {numbers.text(sum(lengths))}"
        computed = len(lengths) * width - sum(lengths)
        return Explanation(
            address, self.name(address), (line, numbers), value, computed, Passage(TRACE, function, ("return",))
        )

    def pads(self) -> Explanation:
        """Of the batch."""
        lengths = [len(tokens) for tokens in self.trace.tokens]
        return self._fill("pads", lengths, self.trace.pads, "BatchTrace.pads")

    def left(self) -> Explanation:
        """Of the batch without its longest sentence."""
        lengths = [len(tokens) for tokens in self.trace.tokens]
        lengths.remove(max(lengths))
        return self._fill("left", lengths, self.trace.without_longest, "BatchTrace.without_longest")

    def waste(self) -> Explanation:
        """Pads over cells."""
        line, numbers, (B, S) = Line(), Line(), self.trace.mask.shape
        line.latex = r"\frac{\mathrm{pads}}{B \cdot S}"
        top = numbers.text(self.trace.pads, "pads")
        numbers.latex = rf"= \frac{{{top}}}{{{numbers.text(B)} \cdot {numbers.text(S, 'width')}}}"
        value = float((~self.trace.mask).mean())
        passage = Passage(TRACE, "BatchTrace.pads", ("return",))
        return Explanation("waste", self.name("waste"), (line, numbers), value, self.trace.pads / (B * S), passage)

    def heap(self, kind: int) -> Heap:
        """Both ways of dealing, by number."""
        return (self.trace.at_random, self.trace.by_length)[kind]

    def batch(self, kind: int, k: int) -> Explanation:
        """One of many."""
        heap, line, numbers = self.heap(kind), Line(), Line()
        real, rows, width = int(heap.real[k]), int(heap.rows[k]), int(heap.widths[k])
        line.latex = r"1 - \frac{\sum_b n_b}{B \cdot S}"
        numbers.latex = rf"= 1 - \frac{{{numbers.text(real)}}}{{{numbers.text(rows)} \cdot {numbers.text(width)}}}"
        value = 1 - float(heap.real[k] / heap.cells[k])
        passage = Passage(TRACE, "Heap.waste", ("return",))
        name = self.name("batch", number=k + 1)
        return Explanation(f"batch {kind} {k}", name, (line, numbers), value, 1 - real / (rows * width), passage)

    def measured(self, kind: int) -> Explanation:
        """Of all batches together."""
        heap, line, numbers = self.heap(kind), Line(), Line()
        real, cells = int(heap.real.sum()), int((heap.widths * heap.rows).sum())
        line.latex = r"1 - \frac{\mathrm{real}}{\mathrm{cells}}"
        numbers.latex = rf"= 1 - \frac{{{numbers.text(f'{real:,}')}}}{{{numbers.text(f'{cells:,}')}}}"
        passage = Passage(TRACE, "Heap.waste", ("return",))
        name = self.name("measured", count=len(heap.real))
        return Explanation(f"measured {kind}", name, (line, numbers), heap.waste, 1 - real / cells, passage)

    def expected(self, kind: int) -> Explanation:
        """By the law of the lengths."""
        heap, trace, line, numbers = self.heap(kind), self.trace, Line(), Line()
        passage = Passage(BATCHING, "expected_width", ("cells +=",))
        line.latex = r"1 - \frac{\bar{n}}{\mathbb{E}[\max n]}"
        numbers.latex = rf"= 1 - \frac{{{numbers.text(f'{trace.mean:.4f}')}}}{{{numbers.text(f'{heap.width:.4f}')}}}"
        name = self.name(f"expected.{'length' if kind else 'random'}", low=trace.span[0], high=trace.span[1])
        computed = 1 - trace.mean / heap.width
        return Explanation(f"expected {kind}", name, (line, numbers), heap.expected, computed, passage)

    def law(self, k: int, kind: int) -> Explanation:
        """The same for another size of batch."""
        trace, line, numbers = self.trace, Line(), Line()
        value, widest = trace.expected[k][kind], trace.takes[k][kind]
        line.latex = r"1 - \frac{\bar{n}}{\mathbb{E}[\max n]}"
        numbers.latex = rf"= 1 - \frac{{{numbers.text(f'{trace.mean:.4f}')}}}{{{numbers.text(f'{widest:.4f}')}}}"
        name = self.name("law", size=trace.sizes[k])
        passage = Passage(BATCHING, "expected_longest", ("return",))
        computed = 1 - trace.mean / widest
        return Explanation(f"law {k} {kind}", name, (line, numbers), value, computed, passage)
