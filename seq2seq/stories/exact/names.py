"""What is what in an exact search, in words, and the lines of our own source that compute it."""

import math

from seq2seq.stories.formulas import Line, Number
from seq2seq.stories.sources import Passage
from seq2seq.stories.tokens import quoted
from seq2seq.traces.contest import EXACT, ContestTrace, Found
from seq2seq.traces.exact import ExactTrace
from seq2seq.traces.scoring import POWER, LengthPenalty
from seq2seq.traces.search import ROOT, Output
from seq2seq.words import Words

FILE, SCORING = "decoding/exact.py", "traces/scoring.py"
NOTHING = "∅"  # an output of nothing but ⟨eos⟩
LONGEST = 22  # characters of an output in a sentence
FIRST_BAR = Passage(FILE, "Search.__init__", ("self.beam = ", "self.best = "))
EXPAND = Passage(FILE, "Search.expand", ("heapq.heappop", "ahead = ", "self.add("))
ADD = Passage(FILE, "Search.add", ("bound = ", "elif bound >", "self.fate[node] = DROPPED"))
BETTER = Passage(FILE, "Search.add", ("if bound > self.best.score", "self.best = "))
PROMISES = Passage(FILE, "Search.promises", ("return",))
GAP = Passage(FILE, "Search.expand", ("self.gaps.append",))
LOOP = Passage(FILE, "exact_search", ("while search.promises()", "search.expand()"))
PROVED = Passage(FILE, "Search.trace", ("proved = ",))
TOTAL = Passage(FILE, "Search.add", ("total += log_prob",))
SCORE = Passage(SCORING, "LengthPenalty.score", ("return",))
DIVISOR = Passage(SCORING, "LengthPenalty.divisor", ("return",))
BOUND = Passage(SCORING, "LengthPenalty.bound", ("return",))
TOKEN = Passage("decoding/writer.py", "ModelWriter.ahead", ("after, step = ", "return Ahead"))
TABLE = Passage("decoding/writer.py", "TableWriter.ahead", ("np.log(",))
SEARCH_ERROR = Passage("traces/exact.py", "ExactTrace.search_error", ("if self.best.score", "return False if"))
MODEL_ERROR = Passage("traces/contest.py", "ContestTrace.model_error", ("return not best.right", "return True if"))
CROSSING = Passage("tasks/synonyms.py", "Synonyms.crossing", ("return math.log",))


def cut(text: str) -> str:
    """An output as a sentence shows it."""
    if not text:
        return NOTHING
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def written(trace: ExactTrace, node: int) -> str:
    """A beginning as it reads; ⟨eos⟩ stands as itself."""
    return cut("".join(quoted(trace.vocabulary[trace.token[n]]) for n in trace.path(node))) if node != ROOT else "…"


def signed(value: float, digits: int = 3) -> str:
    """A number in a sentence or a picture."""
    return f"{value:.{digits}f}".replace("-", "−")


def who(found: Found, words: Words, best: bool = False) -> str:
    """Who found an output; best: an exact search that has not proved it."""
    key = "so_far" if best and found.name == EXACT else found.name
    return words.say(f"exact.who.{key}", width=found.width)


def spaces(trace: ExactTrace) -> str:
    """About how many outputs the limits allow: all that have ended by then, and all that are cut off there."""
    letters, longest = max(1, len(set(trace.token.tolist()) - {trace.beam.end})), trace.asked.limits.longest
    if longest * math.log10(letters + 1) < 6:
        first = trace.asked.limits.shortest - 1
        return f"{sum(letters**n for n in range(first, longest)) + letters**longest:,}"
    power = int(longest * math.log10(letters) + math.log10(letters / max(1, letters - 1)))
    return "10" + str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def length_of(output: Output) -> int:
    """|Y|, ⟨eos⟩ counted."""
    return max(1, len(output.tokens))


def divisor_latex(penalty: LengthPenalty, line: Line, length: int) -> str:
    """The penalty of a length, with its numbers."""
    alpha = line.text(f"{penalty.alpha:g}")
    if penalty.kind == POWER:
        return rf"{line.text(length)}^{{{alpha}}}"
    return rf"\left(\frac{{5 + {line.text(length)}}}{{6}}\right)^{{{alpha}}}"


def score_line(penalty: LengthPenalty, log_prob: Number, length: int) -> Line:
    """A score with its numbers: a log-probability by its penalty."""
    line = Line()
    line.latex = rf"\frac{{{line.number(log_prob)}}}{{{divisor_latex(penalty, line, length)}}}"
    return line


def best_of(contest: ContestTrace) -> Found:
    """The best output known."""
    return contest.who(EXACT)
