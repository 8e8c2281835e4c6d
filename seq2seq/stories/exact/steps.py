"""The steps: the bar to beat, one beginning after the other, the proof, and whose error it was."""

import math
from dataclasses import dataclass

import numpy as np

from seq2seq.stories.exact import names
from seq2seq.stories.exact.moments import Moment, search_moments
from seq2seq.stories.exact.names import cut, signed, written
from seq2seq.stories.formulas import FormulaBook, Line, Number, percent
from seq2seq.stories.sentences import in_a_row, listed
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step
from seq2seq.traces.contest import BEAM, EXACT, ContestTrace, Found
from seq2seq.traces.exact import ENDED, SAME, ExactTrace
from seq2seq.traces.scoring import LengthPenalty
from seq2seq.traces.search import ROOT
from seq2seq.words import Words

Key = tuple[str, int]  # kind of a step, and how many expansions it shows
ONE = LengthPenalty(1.0)  # the textbook's, where none was asked for


@dataclass(frozen=True)
class Told:
    """All steps, and what each shows."""

    steps: list[Step]
    moments: list[Moment]
    chapters: list[str]
    formulas: list[str]


def flipped(contest: ContestTrace) -> tuple[Found, Found] | None:
    """Of the outputs found, the one that wins without a penalty and the one that wins with |Y|, where they differ."""
    if contest.exact.asked.penalty.alpha != 0:
        return None
    best = contest.who(EXACT)
    normed = max(contest.found, key=lambda one: ONE.score(one.output.log_prob, names.length_of(one.output)))
    score = ONE.score(normed.output.log_prob, names.length_of(normed.output))
    own = ONE.score(best.output.log_prob, names.length_of(best.output))
    return (best, normed) if normed.output.tokens != best.output.tokens and score > own + SAME else None


class ExactTeller:
    """Builds the steps in order."""

    def __init__(self, contest: ContestTrace, words: Words) -> None:
        self.contest, self.trace, self.words, self.book = contest, contest.exact, words, FormulaBook()
        self.beam, self.best = contest.who(BEAM), contest.who(EXACT)
        self.steps: list[Step] = []
        self.moments: list[Moment] = []
        self.chapters: list[str] = []

    @property
    def common(self) -> dict[str, object]:
        """Slots that any sentence may use."""
        trace = self.trace
        return {
            "width": trace.asked.width, "beam": cut(self.beam.text), "beam_score": signed(self.beam.output.score),
            "best": cut(self.best.text), "best_score": signed(self.best.output.score), "all": trace.expansions,
            "made": f"{len(trace.parent):,}", "many": names.spaces(trace), "longest": trace.asked.limits.longest,
            "budget": trace.asked.budget, "upper": signed(float(trace.upper[-1])), "alpha": trace.asked.penalty.alpha,
            "still": len(trace.open_after(trace.expansions - 1)),
        }  # fmt: skip

    def sentence(self, key: str, **slots: object) -> str:
        return self.words.say(f"exact.{key}", **(self.common | slots))

    def add(self, key: str, moment: Moment, line: Line, passage: Passage, more: str = "", **slots: object) -> None:
        """One step; its sentences are `key.title` and `key.text`, and what more there is to say."""
        title, text = (self.sentence(f"{key}.{part}", **slots) for part in ("title", "text"))
        text = in_a_row([text, more])
        self.steps.append(Step(title, text, len(self.chapters) - 1, line.into(self.book), passage))
        self.moments.append(moment)

    def tell(self) -> Told:
        """All of it."""
        tellers = {"start": self.start, "look": self.look, "rise": self.look, "group": self.group, "end": self.end}
        for moment in search_moments(self.trace):
            if moment.kind == "start" or moment.shown == 1 or moment.kind == "end":
                chapter = {"start": "bar", "end": "verdict"}.get(moment.kind, "proof")
                self.chapters.append(self.sentence(f"chapter.{chapter}"))
            tellers[moment.kind](moment)
        last = self.moments[-1].shown
        self.verdict(Moment("verdict", last))
        if self.contest.lost:
            self.lost(Moment("lost", last))
        if found := flipped(self.contest):
            self.normalised(Moment("normalised", last), *found)
        return Told(self.steps, self.moments, self.chapters, self.book.templates)

    # ---- the search

    def start(self, moment: Moment) -> None:
        """The beam's output is the first to beat."""
        source = "".join(self.trace.source)
        key = "start" if source else "start.table"
        self.add(key, moment, self.score_lines(self.beam), names.FIRST_BAR, source=cut(source) if source else "")

    def score_lines(self, found: Found) -> Line:
        """A score, in symbols and with its numbers."""
        line, output, penalty = Line(), found.output, self.trace.asked.penalty
        line.latex = r"\mathrm{score}(Y) = \frac{\ln P(Y \mid X)}{\mathrm{lp}(|Y|)}"
        log_prob = line.number(Number(output.log_prob, f"sum {found.name}"))
        divisor = names.divisor_latex(penalty, line, names.length_of(output))
        score = line.number(Number(output.score, f"score {found.name}"))
        line.latex += rf" \\ = \frac{{{log_prob}}}{{{divisor}}} = {score}"
        return line

    def look(self, moment: Moment) -> None:
        """One expansion, and what came of it."""
        trace, e = self.trace, moment.e
        node, children = int(trace.expanded[e]), trace.behind(int(trace.expanded[e]))
        bar, before = float(trace.lower[e]), self.bar_before(e)
        opened = int(((trace.fate[children] != ENDED) & (trace.bound[children] > bar)).sum())
        ended = [n for n in children.tolist() if trace.fate[n] == ENDED]
        slots: dict[str, object] = {
            "e": moment.shown, "beginning": written(trace, node), "count": len(children), "opened": opened,
            "dropped": len(children) - opened - len(ended), "lower": signed(bar), "before": signed(before),
            "bound": signed(self.bound_of(node)), "open": len(trace.open_after(e)),
            "felled": int(((trace.born < e) & (trace.order > e) & (trace.fate != ENDED) & (trace.bound > before)
                           & (trace.bound <= bar)).sum()),
        }  # fmt: skip
        if moment.kind == "rise":
            output = max(ended, key=lambda n: trace.bound[n])
            slots["found"] = written_output(trace, output)
            key = "rise.root" if node == ROOT and slots["found"] == names.NOTHING else "rise"
            self.add(key, moment, self.bound_line(output, bar=False), names.BETTER, "", **slots)
            return
        whole = [n for n in ended if trace.token[n] == trace.beam.end]
        more = ""
        if whole:
            own, key = float(trace.bound[whole[0]]), "known" if self.is_best(whole[0]) else "worse"
            key = "equal" if key == "worse" and abs(own - bar) <= SAME else key
            more = self.sentence(
                f"look.{key}", found=written_output(trace, whole[0]), score=signed(own), lower=signed(bar)
            )
        cut_off = [n for n in ended if trace.token[n] != trace.beam.end]
        key = "look.root" if node == ROOT else "look.last" if cut_off else "look"
        best = int(children[np.argmax(trace.bound[children])])
        self.add(key, moment, self.bound_line(best), names.ADD, more, **slots)

    def is_best(self, node: int) -> bool:
        """Whether an output is the best one, which the beam knew already."""
        trace = self.trace
        return tuple(int(trace.token[n]) for n in trace.path(node)) == trace.best.tokens

    def bar_before(self, e: int) -> float:
        """The best score before an expansion."""
        return float(self.trace.lower[e - 1]) if e > 0 else self.beam.output.score

    def bound_of(self, node: int) -> float:
        """The most that a beginning promises; of the empty one, certainty."""
        return 0.0 if node == ROOT else float(self.trace.bound[node])

    def bound_line(self, node: int, bar: bool = True) -> Line:
        """What one beginning or output promises, with its numbers, and whether that beats the bar."""
        trace, penalty, line = self.trace, self.trace.asked.penalty, Line()
        whole, length = trace.fate[node] == ENDED, int(trace.length[node])
        name = line.text(written(trace, node))
        total = line.number(Number(float(trace.total[node]), f"total {node}"))
        if whole or penalty.alpha <= 0 or length == trace.asked.limits.longest:
            divisor = names.divisor_latex(penalty, line, length)
        else:
            divisor = names.divisor_latex(penalty, line, trace.asked.limits.longest)
        own = line.number(Number(float(trace.bound[node]), f"bound {node}"))
        symbol = r"\mathrm{score}" if whole else r"\mathrm{bound}"
        fraction = rf"= \frac{{{total}}}{{{divisor}}}" if penalty.alpha else r"= \ln P"
        line.latex = rf"{symbol}(\text{{“}}{name}\text{{”}}) \\ {fraction} = {own}"
        if bar:
            at = int(trace.born[node])
            sign = ">" if trace.bound[node] > trace.lower[at] else r"\le"
            line.latex += rf" \;{sign}\; {line.number(Number(float(trace.lower[at]), f'lower {at}'))}"
        return line

    def group(self, moment: Moment) -> None:
        """Several expansions at once."""
        trace, e = self.trace, moment.e
        slots = {
            "first": moment.first, "e": moment.shown, "count": moment.shown - moment.first + 1,
            "beginning": written(trace, int(trace.expanded[e])), "open": len(trace.open_after(e)),
            "upper": signed(float(trace.upper[e])), "lower": signed(float(trace.lower[e])),
        }  # fmt: skip
        self.add("group", moment, self.gap_line(e), names.LOOP, "", **slots)

    def gap_line(self, e: int) -> Line:
        """Where both bounds stand."""
        line, trace = Line(), self.trace
        lower, upper = (Number(float(a[e]), f"{n} {e}") for n, a in (("lower", trace.lower), ("upper", trace.upper)))
        sign = "=" if upper.value <= lower.value + SAME else r"\le"
        line.latex = rf"{line.number(lower)} {sign} \max_Y \mathrm{{score}}(Y) {sign} {line.number(upper)}"
        return line

    def end(self, moment: Moment) -> None:
        """Proved, or not."""
        trace = self.trace
        if not trace.proved:
            self.add("open", moment, self.gap_line(trace.expansions - 1), names.PROVED)
            return
        equal = [cut(text) for text in equals(trace)]
        more = self.sentence("proved.equal", equal=listed(equal[:4], self.words)) if equal else ""
        self.add("proved", moment, self.gap_line(trace.expansions - 1), names.PROVED, more)

    # ---- what it means

    def verdict(self, moment: Moment) -> None:
        """Search error, model error, both, or none."""
        kind = self.contest.verdict
        line = Line()
        beam, best = (
            line.number(Number(found.output.score, f"score {found.name}")) for found in (self.beam, self.best)
        )
        same = self.beam.output.score >= self.best.output.score - SAME
        line.latex = rf"\mathrm{{score}}(Y_{{\mathrm{{beam}}}}) = {beam} \\ {'=' if same else '<'}"
        line.latex += rf"\; \mathrm{{score}}(Y_{{\mathrm{{best}}}}) = {best}"
        passage = names.MODEL_ERROR if kind in ("model", "lucky", "both", "unproved.model") else names.SEARCH_ERROR
        answer = self.contest.of("right")
        more = ""
        if answer and not self.best.right:
            more = self.sentence("verdict.answer", answer=cut(answer.text), score=signed(answer.output.score))
        if not self.trace.source:  # the textbook speaks of probabilities
            shares = {f"p_{name}": f"{math.exp(one.output.log_prob):.3g}" for name, one in
                      (("beam", self.beam), ("best", self.best))}  # fmt: skip
            more = self.sentence("verdict.table", **shares)
        self.add(f"verdict.{kind}", moment, line, passage, more)

    def lost(self, moment: Moment) -> None:
        """Why nothing at all wins: many right outputs share what a few lost targets keep."""
        lost = self.contest.lost
        assert lost is not None
        line = Line()
        right = float(np.log1p(-lost.empty) - lost.length * np.log(lost.ways))
        above, ways = rf"1 - {line.text(f'{lost.empty:g}')}", rf"{line.text(lost.ways)}^{{{line.text(lost.length)}}}"
        line.latex = rf"\ln \frac{{{above}}}{{{ways}}} = {line.text(signed(right))}"
        line.latex += rf" \qquad \ln \varepsilon = \ln {line.text(f'{lost.empty:g}')}"
        line.latex += rf" = {line.text(signed(float(np.log(lost.empty))))} \\ "
        line.latex += r"L^* = \frac{\ln \left((1 - \varepsilon) / \varepsilon\right)}{\ln \mathrm{scripts}}"
        line.latex += rf" = {line.text(f'{lost.crossing:.2f}')}"
        key = "lost" if lost.length > lost.crossing else "lost.short"
        slots = {
            "length": lost.length, "ways": lost.ways, "outputs": f"{lost.outputs:,}", "empty": percent(lost.empty),
            "share": percent((1 - lost.empty) / lost.outputs), "crossing": f"{lost.crossing:.2f}",
        }  # fmt: skip
        self.add(key, moment, line, names.CROSSING, "", **slots)

    def normalised(self, moment: Moment, best: Found, other: Found) -> None:
        """Who would win if each log-probability were divided by its length."""
        line, parts = Line(), []
        for found in (other, best):
            length = names.length_of(found.output)
            log_prob = line.number(Number(found.output.log_prob, f"sum {found.name}"))
            score = signed(ONE.score(found.output.log_prob, length))
            parts.append(rf"\frac{{{log_prob}}}{{{line.text(length)}}} = {line.text(score)}")
        line.latex = r" \;>\; ".join(parts)
        lengths: dict[str, object] = {
            "lengths": names.length_of(other.output), "short": names.length_of(best.output), "other": cut(other.text),
        }  # fmt: skip
        key = "normalised.right" if other.right and not best.right else "normalised"
        self.add(key, moment, line, names.SCORE, "", **lengths)


def written_output(trace: ExactTrace, node: int) -> str:
    """An output of the tree as it is read."""
    return cut("".join(trace.vocabulary[trace.token[n]] for n in trace.path(node) if trace.token[n] != trace.beam.end))


def equals(trace: ExactTrace) -> list[str]:
    """Other outputs met that score as well as the best."""
    nodes = np.flatnonzero((trace.fate == ENDED) & (trace.bound >= trace.best.score - SAME)).tolist()
    paths = [tuple(int(trace.token[n]) for n in trace.path(node)) for node in nodes]
    own = tuple(trace.best.tokens)
    return ["".join(trace.vocabulary[n] for n in path if n != trace.beam.end) for path in paths if path != own]
