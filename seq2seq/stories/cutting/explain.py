"""The equations of a cutting, with the numbers of its trace.

Addresses (k a merge, counted from 1; m merges made; i a piece of the text; v an id):

    pair k RANK · id m i · length m · size m · count v m
"""

from collections.abc import Callable

from seq2seq.stories.cutting.equations import count_line, show
from seq2seq.stories.explain.equation import Addressed, Explanation
from seq2seq.stories.formulas import Line
from seq2seq.stories.sources import Passage
from seq2seq.traces import CutTrace
from seq2seq.traces.preparing import SPECIALS, UNK
from seq2seq.words import Words

PIECES = "preparing/pieces.py"


class CuttingExplainer(Addressed):
    """Explains the numbers of one cutting."""

    def __init__(self, trace: CutTrace, words: Words) -> None:
        self.trace, self.words = trace, words
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "pair": self.pair, "id": self.id, "length": self.length, "size": self.size, "count": self.count,
        }  # fmt: skip

    def name(self, key: str, **slots: object) -> str:
        return self.words.say(f"cutting.explain.{key}", **slots)

    def pair(self, number: int, rank: int) -> Explanation:
        """Word by word."""
        if number < 1:
            raise IndexError(number)
        record = self.trace.merges[number - 1]
        left, right, count = record.candidates[rank]
        total = sum(pairs * times for _, pairs, times in record.parts[rank])
        name = self.name("pair", left=show(left), right=show(right), made=number - 1)
        passage = Passage(PIECES, "Learner.counts", ("total[pair] +=",))
        line = count_line(self.trace, number, rank)
        words = Line()
        told = [rf"{words.text(show(word))}" for word, _, _ in record.parts[rank][:3]]
        words.latex = r"w:\ " + r",\ ".join(told) + (r",\ \ldots" if len(record.parts[rank]) > 3 else "")
        return Explanation(f"pair {number} {rank}", name, (line, words), count, total, passage)

    def id(self, made: int, place: int) -> Explanation:
        """Special tokens, then characters in order, then pieces as they were learnt."""
        trace = self.trace
        piece = trace.cuts[made][place]
        value, line = trace.id(piece), Line()
        own = rf"\mathrm{{id}}({line.text(show(piece))})"
        if value == UNK:
            line.latex = rf"{own} = \mathrm{{id}}({line.text('⟨unk⟩')})"
            computed, key = UNK, "id.unknown"
        elif value < SPECIALS + trace.characters:
            before = sum(character < piece for character in trace.tokens[SPECIALS : SPECIALS + trace.characters])
            line.latex = rf"{own} = {line.text(SPECIALS)} + {line.text(before)}"
            computed, key = SPECIALS + before, "id.character"
        else:
            before = next(k for k, record in enumerate(trace.merges) if record.piece == piece and record.new)
            earlier = sum(record.new for record in trace.merges[:before])
            line.latex = rf"{own} = {line.text(SPECIALS)} + {line.text(trace.characters)} + {line.text(earlier)}"
            computed, key = SPECIALS + trace.characters + earlier, "id.piece"
        passage = Passage("tasks/vocabulary.py", "Vocabulary.encode", ("return",))
        return Explanation(f"id {made} {place}", self.name(key, piece=show(piece)), (line,), value, computed, passage)

    def length(self, made: int) -> Explanation:
        """What there was, less every pair that was merged."""
        trace, line, numbers = self.trace, Line(), Line()
        saved = [record.count for record in trace.merges[:made]]
        left = trace.pieces[0] - sum(saved)
        line.latex = r"\bar{n} = \frac{N_0 - \sum_k c_k}{\mathrm{sentences}}"
        terms = " - ".join(numbers.text(f"{count:,}") for count in saved[:3]) if saved else ""
        more = r" - \cdots" if len(saved) > 3 else ""
        top = rf"{numbers.text(f'{trace.pieces[0]:,}')}{' - ' + terms if terms else ''}{more}"
        numbers.latex = rf"= \frac{{{top}}}{{{numbers.text(f'{trace.sentences:,}')}}}"
        value = trace.pieces[made] / trace.sentences
        passage = Passage(PIECES, "Learner.learn", ("merge(self.cuts",))
        name = self.name("length", made=made)
        return Explanation(f"length {made}", name, (line, numbers), value, left / trace.sentences, passage)

    def size(self, made: int) -> Explanation:
        """Special tokens, characters, and one for each merge that made something new."""
        trace, line, numbers = self.trace, Line(), Line()
        new = sum(record.new for record in trace.merges[:made])
        line.latex = r"V = \mathrm{special} + \mathrm{characters} + \mathrm{merges}"
        numbers.latex = rf"= {numbers.text(SPECIALS)} + {numbers.text(trace.characters)} + {numbers.text(new)}"
        passage = Passage(PIECES, "Learner.learn", ("self.tokens.append",))
        value, computed = trace.sizes[made], SPECIALS + trace.characters + new
        return Explanation(f"size {made}", self.name("size", made=made), (line, numbers), value, computed, passage)

    def count(self, number: int, made: int) -> Explanation:
        """What there was of it, more by the merges that made it, less by those that used it up."""
        trace, line, numbers = self.trace, Line(), Line()
        piece, value = trace.tokens[number], int(trace.counts[made, number])
        first, gained, used = int(trace.counts[0, number]), 0, 0
        for record in trace.merges[:made]:
            left, right, count = record.candidates[0]
            gained += count * (record.piece == piece)
            used += count * ((left == piece) + (right == piece))
        line.latex = rf"c({line.text(show(piece))}) = c_0 + \mathrm{{made}} - \mathrm{{used}}"
        numbers.latex = rf"= {numbers.text(f'{first:,}')} + {numbers.text(f'{gained:,}')} - {numbers.text(f'{used:,}')}"
        name = self.name("count", piece=show(piece), made=made)
        passage = Passage(PIECES, "Learner.pieces", ("total[piece] +=",))
        return Explanation(f"count {number} {made}", name, (line, numbers), value, first + gained - used, passage)
