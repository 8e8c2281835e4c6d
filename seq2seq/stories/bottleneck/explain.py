"""The numbers of the bottleneck's story, each with its equation.

Addresses (SIDE: none or general; L: letters read; t: a place of the output, from 1):

    bits L · chance L · exact SIDE L · place SIDE L t · seed SIDE SEED L · borrow SIDE L · zero SIDE L · other L ·
    SIDE WAY …: a number of that decoding, WAY being its length, "borrow" or "zero"; see `DecodingExplainer`
"""

from collections.abc import Callable

from seq2seq.stories.bottleneck.scenes import bits
from seq2seq.stories.explain.decoding import DecodingExplainer
from seq2seq.stories.explain.equation import Addressed, Explanation
from seq2seq.stories.formulas import Line
from seq2seq.stories.sources import Passage
from seq2seq.traces import BottleneckTrace, LengthScore, Scores
from seq2seq.words import Words

COUNTS = Passage("recording/by_length.py", "score_by_length", ("places = tuple", "int(right.all(1).sum())"))
RUNS = Passage("recording/by_length.py", "_right_letters", ("memory = model.encode", "walk(model", "written == target"))
DISTURBS = {
    "zero": Passage("recording/changes.py", "partly_disturbed", ("value[:, change.first",)),
    "borrow": Passage("recording/changes.py", "start_instead", ("h.roll",)),
}


def share_explained(address: str, name: str, right: int, n: int, value: float, passage: Passage) -> Explanation:
    """A count over a count."""
    line, numbers = Line(), Line()
    line.latex = r"\mathrm{mean}_X\  [\,\hat{Y} = Y\,]"
    numbers.latex = rf"= \frac{{{numbers.text(f'{right:,}')}}}{{{numbers.text(f'{n:,}')}}}"
    return Explanation(address, name, (line, numbers), value, right / n, passage)


class BottleneckExplainer(Addressed):
    """Explains the numbers of one source of growing length."""

    def __init__(self, trace: BottleneckTrace, words: Words) -> None:
        self.trace, self.words = trace, words
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "bits": self.bits, "chance": self.chance, "exact": self.exact, "place": self.place, "seed": self.seed,
            "borrow": self.borrow, "zero": self.zero, "other": self.other,
        }  # fmt: skip

    def find(self, kind: str, index: list[str]) -> Explanation:
        """A number of the curves, or, "none 8 weight 3 5", of one decoding of a side."""
        if kind in self.kinds:
            return super().find(kind, index)
        side, way = self.trace.side(kind), index[0]
        decoding = side.disturbed[way].decoding if way in side.disturbed else side.decodings[self.at(way)]
        return DecodingExplainer(decoding, self.words).explain(" ".join(index[1:])).under(f"{kind} {way}")

    def at(self, length: str) -> int:
        """Place of the decoding of that many letters."""
        if int(length) < 1:
            raise IndexError(length)
        return int(length) - 1

    def name(self, key: str, **slots: object) -> str:
        return self.words.say(f"explain.bottleneck.{key}", **slots)

    def model(self, side: str) -> str:
        return self.words.say(f"bottleneck.side.{side}")

    def bits(self, length: int) -> Explanation:
        line, numbers, letters = Line(), Line(), self.trace.letters
        one = bits(1, letters)
        line.latex = rf"L \cdot \log_2 {line.text(letters)}"
        numbers.latex = rf"= {numbers.text(length)} \cdot {numbers.text(f'{one:.4f}')}"
        value = bits(int(length), letters)
        name = self.name("bits", count=length, letters=letters)
        return Explanation(f"bits {length}", name, (line, numbers), value, length * one)

    def chance(self, length: int) -> Explanation:
        line, letters = Line(), self.trace.letters
        line.latex = rf"\left( \frac{{1}}{{{line.text(letters)}}} \right)^{{{line.text(length)}}}"
        value = letters ** -float(length)
        name = self.name("chance", count=length, letters=letters)
        return Explanation(f"chance {length}", name, (line,), value, (1 / letters) ** length)

    def score(self, address: str, key: str, score: LengthScore, passage: Passage, **slots: object) -> Explanation:
        name = self.name(key, count=score.length, n=score.n, **slots)
        return share_explained(address, name, score.right, score.n, score.share, passage)

    def exact(self, side: str, length: int) -> Explanation:
        scores = self.trace.side(side).scores
        return self.score(f"exact {side} {length}", "exact", scores[length], COUNTS, side=self.model(side))

    def seed(self, side: str, seed: int, length: int) -> Explanation:
        scores = self.trace.side(side).seeds[seed]
        address = f"seed {side} {seed} {length}"
        return self.score(address, "seed", scores[length], COUNTS, side=self.model(side), seed=seed)

    def under(self, kind: str, side: str, length: int) -> Explanation:
        scores: Scores = self.trace.side(side).disturbed[kind].scores
        return self.score(f"{kind} {side} {length}", kind, scores[length], DISTURBS[kind], side=self.model(side))

    def borrow(self, side: str, length: int) -> Explanation:
        return self.under("borrow", side, length)

    def zero(self, side: str, length: int) -> Explanation:
        return self.under("zero", side, length)

    def other(self, length: int) -> Explanation:
        task, scores = self.trace.other
        name = self.words.say(f"train.task.{task}")
        return self.score(f"other {length}", "other", scores[length], COUNTS, task=name)

    def place(self, side: str, length: int, t: int) -> Explanation:
        score = self.trace.side(side).scores[length]
        if t < 1:
            raise IndexError(t)
        right = score.places[t - 1]
        line, numbers = Line(), Line()
        place = line.text(t)
        line.latex = rf"\frac{{1}}{{N}} \sum_X [\,\hat{{y}}_{{{place}}} = y_{{{place}}}\,]"
        numbers.latex = rf"= \frac{{{numbers.text(f'{right:,}')}}}{{{numbers.text(f'{score.n:,}')}}}"
        name = self.name("place", side=self.model(side), count=length, n=score.n, place=t)
        value = right / score.n
        return Explanation(f"place {side} {length} {t}", name, (line, numbers), value, value, RUNS)
