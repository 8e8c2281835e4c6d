"""The numbers of the heads' story, each with its equation.

Addresses (ID: a head's short name such as e1.2; q: a query, counted from 0; WAY: zero or mean):

    row ID q · entropy ID · most ID · share ID PATTERN · alone WAY ID · kept WAY k (k heads off; 0: none), and every
    number of the sentence's trace; see `TransformerExplainer`
"""

import math
from collections.abc import Callable

from seq2seq.stories.bottleneck.explain import share_explained
from seq2seq.stories.explain.equation import Addressed, Explanation
from seq2seq.stories.formulas import Line, Number, exact
from seq2seq.stories.heads import names
from seq2seq.stories.heads.names import head_name, pattern_name, way_name
from seq2seq.stories.sentences import listed
from seq2seq.stories.tokens import quoted
from seq2seq.stories.transformer import TransformerExplainer
from seq2seq.traces import TransformerTrace
from seq2seq.traces.heads import HeadPlace, HeadScore, HeadsTrace, Mean, MeasuredHeads, row_entropy
from seq2seq.words import Words


def row_explained(trace: TransformerTrace, place: HeadPlace, q: int, words: Words) -> Explanation:
    """The entropy of one row of one sentence: every weight times its logarithm."""
    side, layer, block = place.address
    if q < 0 or place.head >= trace.heads:
        raise IndexError(q)
    row = trace.gates(side, layer)[f"{block}.weights"][place.head][q].tolist()  # type: ignore[arg-type]
    begin = f"{side} {layer} {block}.weights {place.head} {q}"
    numbers = [Number(w, f"{begin} {j}") for j, w in enumerate(row) if w > 0]
    line, values = Line(), Line()
    line.latex = rf"H_{{{line.text(q + 1)}}} = -\sum_j \alpha_j \ln \alpha_j"
    terms = values.elided(numbers, lambda number: rf"{values.number(number)} \,\ln {values.number(number)}")
    values.latex = rf"= -({terms})"
    token = quoted(trace.tokens(side, block)[0][q])  # type: ignore[arg-type]
    told = words.say("heads.explain.row", name=head_name(place, words), token=token, position=q + 1)
    computed = -math.fsum(number.value * math.log(number.value) for number in numbers)
    return Explanation(f"row {place.id} {q}", told, (line, values), row_entropy(row), computed, names.ENTROPY)


class HeadsExplainer(Addressed):
    """Explains the numbers of one model's heads over one sentence."""

    def __init__(self, trace: HeadsTrace, words: Words) -> None:
        self.trace, self.words = trace, words
        self.inner = TransformerExplainer(trace.sentence, words)
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "row": self.row, "entropy": self.entropy, "most": self.most, "share": self.share, "alone": self.alone,
            "kept": self.kept,
        }  # fmt: skip

    @property
    def measured(self) -> MeasuredHeads:
        """What was measured over the sample."""
        return self.trace.measured

    def find(self, kind: str, index: list[str]) -> Explanation:
        """A number that was measured, or one of the sentence."""
        return super().find(kind, index) if kind in self.kinds else self.inner.find(kind, index)

    def row(self, id: str, q: int) -> Explanation:
        return row_explained(self.trace.sentence, HeadPlace.read(id), q, self.words)

    def entropy(self, id: str) -> Explanation:
        head = self.measured.head(HeadPlace.read(id))
        told = self.words.say("heads.explain.entropy", name=head_name(head.place, self.words), n=self.measured.n)
        return self.mean(f"entropy {id}", told, r"\bar{H} = \frac{1}{R} \sum_r H_r", head.entropy)

    def most(self, id: str) -> Explanation:
        head = self.measured.head(HeadPlace.read(id))
        told = self.words.say("heads.explain.most", name=head_name(head.place, self.words), n=self.measured.n)
        return self.mean(f"most {id}", told, r"\frac{1}{R} \sum_r \ln m_r", head.most)

    def share(self, id: str, pattern: str) -> Explanation:
        head = self.measured.head(HeadPlace.read(id))
        told = self.words.say(
            "heads.explain.share", name=head_name(head.place, self.words), n=self.measured.n,
            pattern=pattern_name(pattern, self.words),
        )  # fmt: skip
        found = head.shares[pattern]
        symbols = r"\frac{1}{R} \sum_r \sum_{j \in \mathrm{pattern}} \alpha_{rj}"
        return self.mean(f"share {id} {pattern}", told, symbols, found, keys=True)

    def mean(self, address: str, told: str, symbols: str, found: Mean, keys: bool = False) -> Explanation:
        """A sum over rows, by how many there are."""
        line, values = Line(), Line()
        line.latex = symbols
        values.latex = rf"= \frac{{{values.text(exact(found.total))}}}{{{values.text(f'{found.rows:,}')}}}"
        computed = found.total / found.rows
        return Explanation(address, told, (line, values), found.value, computed, names.KEYS if keys else names.LOOKS)

    def score(self, address: str, told: str, score: HeadScore) -> Explanation:
        return share_explained(address, told, score.right, score.n, score.exact, names.COUNT)

    def alone(self, way: str, id: str) -> Explanation:
        head = self.measured.head(HeadPlace.read(id))
        told = self.words.say(
            "heads.explain.alone", name=head_name(head.place, self.words), way=way_name(way, self.words),
            n=self.measured.n,
        )  # fmt: skip
        return self.score(f"alone {way} {id}", told, head.off[way])

    def kept(self, way: str, k: int) -> Explanation:
        pruning = self.measured.pruned[way]
        if not isinstance(k, int) or k > len(pruning.order):
            raise IndexError(k)
        off = listed((place.id for place in pruning.order[:k]), self.words)
        key = "heads.explain.kept" if k else "heads.explain.base"
        told = self.words.say(key, off=off, count=k, way=way_name(way, self.words), n=self.measured.n)
        return self.score(f"kept {way} {k}", told, pruning.scores[k - 1] if k else self.measured.base)
