"""The equations of a cutting, for its steps and for the numbers that are clicked."""

from seq2seq.stories.formulas import Line
from seq2seq.traces import CutTrace

PARTS_SHOWN = 3


def count_line(trace: CutTrace, number: int, rank: int) -> Line:
    """How often a pair occurs before merge `number`: word by word, those that bring most of it."""
    record = trace.merges[number - 1]
    left, right, count = record.candidates[rank]
    parts, line = record.parts[rank], Line()
    own = rf"\mathrm{{n}}({line.text(show(left))},\ {line.text(show(right))})"
    terms = [rf"{line.text(pairs)} \cdot {line.text(times)}" for _, pairs, times in parts[:PARTS_SHOWN]]
    more = r" + \cdots" if len(parts) > PARTS_SHOWN else ""
    result = line.text(f"{count:,}", f"pair {number} {rank}")
    line.latex = rf"{own} = \sum_w c_w \cdot f_w \\ = {' + '.join(terms)}{more} = {result}"
    return line


def saved_line(trace: CutTrace, number: int) -> Line:
    """What a merge leaves of the pieces: every pair of them was two, and is one."""
    line = Line()
    before, after = (f"{trace.pieces[made]:,}" for made in (number - 1, number))
    count = line.text(f"{trace.merges[number - 1].count:,}", f"pair {number} 0")
    line.latex = rf"N_{{{line.text(number)}}} = {line.text(before)} - {count} = {line.text(after)}"
    return line


def show(piece: str) -> str:
    """A piece as it is written anywhere: a space needs a sign."""
    return "".join("␣" if character.isspace() else character for character in piece)
