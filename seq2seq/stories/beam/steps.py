"""The steps of a beam search: who is expanded, who goes on, why it stops, which output wins, and what greedy wrote."""

from dataclasses import dataclass

import numpy as np

from seq2seq.stories.beam import passages
from seq2seq.stories.beam.ending import Ending, ending_of, winner
from seq2seq.stories.beam.names import (
    Verdicts,
    greedy_leaves,
    greedy_output,
    greedy_text,
    log_number,
    written,
)  # fmt: skip
from seq2seq.stories.flaws import say_flaw
from seq2seq.stories.formulas import FormulaBook, Line, Number, percent
from seq2seq.stories.sentences import bracketed, in_a_row, listed
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step
from seq2seq.stories.tokens import quoted
from seq2seq.traces.scoring import POWER
from seq2seq.traces.search import FINISHED, FULL, KEPT, OUTSIDE, PRUNED, ROOT, SearchTrace
from seq2seq.words import Words

SLOW = 8  # steps of a search up to which expanding and choosing are told apart
CLOSE = 0.005  # a gap that the picture cannot tell from none
NAMED = 4  # hypotheses that a sentence names
Key = tuple[str, int]  # kind of a step, and its number


@dataclass(frozen=True)
class Moment:
    """What one step shows: its kind, the search's step in hand, how many columns are seen, the node in hand."""

    kind: str
    number: int
    seen: int
    hand: int  # ROOT: nothing written yet
    halo: int = 0  # how many expanded hypotheses are framed
    won: int = 0

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


class BeamTeller:
    """Builds the steps in order."""

    def __init__(self, trace: SearchTrace, verdicts: Verdicts, words: Words, returned: int) -> None:
        self.trace, self.verdicts, self.words, self.returned = trace, verdicts, words, returned
        self.book, self.leaves = FormulaBook(), greedy_leaves(trace)
        self.steps: list[Step] = []
        self.moments: list[Moment] = []
        self.chapters: list[str] = []

    def tell(self) -> Told:
        """All of it."""
        trace = self.trace
        self.chapters = [self.sentence("chapter.search"), self.sentence("chapter.end")]
        key = "intro" if trace.source else "intro.table"
        self.add(key, Moment("intro", 0, 0, ROOT), self.product_line(), passages.BEGIN)
        for step in range(trace.steps):
            if trace.steps <= SLOW or step == 0:
                self.expand(step)
            self.choose(step)
        self.stop()
        self.rank()
        self.compare()
        return Told(self.steps, self.moments, self.chapters, self.book.templates)

    def sentence(self, key: str, **slots: object) -> str:
        trace = self.trace
        common = {
            "width": trace.asked.width, "source": "".join(trace.source), "steps": trace.steps,
            "longest": trace.asked.limits.longest,
        }  # fmt: skip
        return self.words.say(f"beam.{key}", **(common | slots))

    def add(
        self, key: str, moment: Moment, line: Line, passage: Passage, chapter: int = 0, more: tuple[str, ...] = (),
        **slots: object,
    ) -> None:  # fmt: skip
        """One step; its sentences are `key.title` and `key.text`, and whatever stands behind them."""
        text = in_a_row([self.sentence(f"{key}.text", **slots), *more])
        title = self.sentence(f"{key}.title", **slots)
        self.steps.append(Step(title, text, chapter, line.into(self.book), passage))
        self.moments.append(moment)

    def listed(self, nodes: np.ndarray) -> str:
        """Some hypotheses, with their totals; of many, the first."""
        trace = self.trace
        named = [bracketed(written(trace, int(n)), log_number(trace.total[n]), self.words) for n in nodes[:NAMED]]
        more = [self.sentence("more", count=len(nodes) - NAMED)] if len(nodes) > NAMED else []
        return listed([*named, *more], self.words)

    # ---- lines

    @staticmethod
    def product_line() -> Line:
        """What a total is."""
        line = Line()
        line.latex = r"\ln P(y_1 \ldots y_t) \\ = \sum_{t'=1}^{t} \ln P(y_{t'} \mid y_1 \ldots y_{t'-1})"
        return line

    def total_line(self, node: int) -> Line:
        """The total of one candidate: its parent's, and one token more."""
        trace, parent = self.trace, int(self.trace.parent[node])
        line = Line()
        line.latex = rf"\ln P({line.text(written(trace, node))}) \\ = "
        before = Number(float(trace.total[parent]), f"total {parent}") if parent != ROOT else Number(0.0)
        line.latex += rf"{line.factor(before)} + {line.factor(Number(float(trace.log_prob[node]), f'edge {node}'))}"
        line.latex += rf" \\ = {line.text(log_number(float(trace.total[node]), 3), f'total {node}')}"
        return line

    def score_line(self, node: int) -> Line:
        """The score of an output."""
        trace, length = self.trace, int(self.trace.step[node]) + 1
        penalty, line = trace.asked.penalty, Line()
        line.latex = (
            r"\frac{\ln P(Y)}{|Y|^{\alpha_{lp}}}"
            if penalty.kind == POWER
            else r"\frac{\ln P(Y)}{((5+|Y|)/6)^{\alpha_{lp}}}"
        )
        total = line.number(Number(float(trace.total[node]), f"total {node}"))
        base = line.text(length) if penalty.kind == POWER else rf"((5 + {line.text(length)})/6)"
        line.latex += rf" \\ = \frac{{{total}}}{{{base}^{{{line.text(f'{penalty.alpha:g}')}}}}}"
        line.latex += rf" = {line.text(log_number(float(trace.score[node]), 3), f'score {node}')}"
        return line

    # ---- one step of the search

    def expand(self, step: int) -> None:
        """Every hypothesis that was kept is continued by every token that may be written."""
        trace = self.trace
        nodes = np.flatnonzero(trace.step == step)
        parents = list(dict.fromkeys(trace.parent[nodes].tolist()))
        before = np.array(sorted(parents, key=lambda parent: -1 if parent == ROOT else int(trace.rank[parent])))
        given = step < len(trace.asked.limits.prefix)
        each = len(nodes) // len(parents)
        even = each * len(parents) == len(nodes)
        key = "expand.given" if given else "expand.first" if step == 0 else "expand" if even else "expand.uneven"
        slots: dict[str, object] = {
            "number": step + 1, "kept": len(parents), "tokens": each, "count": len(nodes),
            "list": self.listed(before) if step else "", "token": quoted(trace.vocabulary[int(trace.token[nodes[0]])]),
        }  # fmt: skip
        hand = int(before[0])
        passage = passages.GIVEN if given else passages.EXPAND
        moment = Moment("expand", step, step, hand, len(parents) if step else 0)
        more = (self.sentence("expand.rule"),) if step == 1 else ()
        self.add(key, moment, self.total_line(int(nodes[0])), passage, 0, more, **slots)

    def choose(self, step: int) -> None:
        """Who goes on, who is pruned and by how much, who has finished."""
        trace, nodes = self.trace, np.flatnonzero(self.trace.step == step)
        status = trace.status[nodes]
        kept, done, out, late = (nodes[status == which] for which in (KEPT, FINISHED, PRUNED, OUTSIDE))
        slots: dict[str, object] = {
            "number": step + 1, "count": len(nodes), "kept": len(kept), "list": self.listed(kept), "pruned": len(out),
        }  # fmt: skip
        more = [self.sentence("expand.rule")] if step == 1 and trace.steps > SLOW else []
        if len(out) and len(kept):
            gap = float(trace.total[kept[-1]] - trace.total[out[0]])
            key = "choose.pruned" if gap >= CLOSE else "choose.tie"
            more.append(self.sentence(key, text=written(trace, int(out[0])), gap=log_number(gap),
                                 pruned=len(out)))  # fmt: skip
        if len(done):
            key = "finished" if all(trace.ended(int(node)) for node in done) else "cut"
            more.append(self.sentence(f"choose.{key}", list=self.listed(done)))
        if len(late) and trace.rank[late[0]] < 2 * trace.asked.width + 1:
            more.append(self.sentence("choose.outside", list=self.listed(late[:1]), rank=int(trace.rank[late[0]]) + 1))
        more.append(self.greedy_sentence(step))
        best = int(max([*kept[:1], *done[:1]], key=lambda node: float(trace.total[node])))
        key = "choose" if len(kept) else "choose.last"
        passage = passages.CHOOSE if step + 1 < trace.asked.limits.longest else passages.CUT_OFF
        self.add(key, Moment("choose", step, step + 1, best), self.total_line(best), passage, 0, tuple(more), **slots)

    def greedy_sentence(self, step: int) -> str:
        """What becomes of greedy's path at the step, where it is dropped there."""
        trace = self.trace
        if self.leaves != step:
            return ""
        node = trace.greedy.node[step]
        text = "".join(quoted(trace.vocabulary[number]) for number in trace.greedy.tokens[: step + 1])
        if node == ROOT:
            return self.sentence("choose.greedy.gone", text=text)
        return self.sentence("choose.greedy", text=text, rank=int(trace.rank[node]) + 1)

    # ---- the end

    def stop(self) -> None:
        """Which rule ended the search."""
        trace, ending = self.trace, ending_of(self.trace)
        slots: dict[str, object] = {
            "finished": len(trace.finished), "bound": log_number(ending.most), "worst": log_number(ending.worst),
            "open": written(trace, ending.open_node) if ending.open_node != ROOT else "",
            "total": log_number(float(trace.total[ending.open_node])) if ending.open_node != ROOT else "",
        }  # fmt: skip
        last = self.moments[-1]
        moment = Moment("stop", 0, last.seen, last.hand)
        remark = self.sentence("stop.unsure") if trace.asked.stop == FULL and ending.reason == "full" else ""
        if ending.reason == "guess":
            remark = self.sentence("stop.guess.unsure")
        self.add(f"stop.{ending.reason}", moment, self.stop_line(ending), passages.STOPS[ending.passage], 1, (remark,),
                 **slots)  # fmt: skip

    @staticmethod
    def stop_line(ending: Ending) -> Line:
        """What was compared."""
        line = Line()
        if ending.reason in ("bound", "guess"):
            name = "bound" if ending.reason == "bound" else "score"
            line.latex = (
                rf"\mathrm{{{name}}} = {line.text(log_number(ending.most, 3), f'{ending.reason} {ending.open_node}')}"
            )
            line.latex += rf" \le {line.text(log_number(ending.worst, 3), f'score {ending.worst_node}')}"
        else:
            line.latex = rf"|\mathrm{{finished}}| = {line.text(ending.finished)}"
        return line

    def rank(self) -> None:
        """The best score, and whether another α would have it otherwise."""
        trace, best = self.trace, self.trace.best
        more = [self.flaw(trace.text(best)), self.verdict(self.verdicts.finished.get(best))]
        known = [right for right in self.verdicts.finished.values() if right is not None]
        if len(known) > 1:
            more.append(self.sentence("rank.right", right=sum(known), known=len(known)))
        more.append(self.other_alpha())
        if self.returned > 1:
            more.append(self.sentence("rank.returned", returned=min(self.returned, len(trace.hypotheses)),
                                 asked=self.returned))  # fmt: skip
        slots: dict[str, object] = {
            "count": len(trace.finished), "text": written(trace, best), "score": log_number(trace.score[best], 3),
            "alpha": f"{trace.asked.penalty.alpha:g}", "total": log_number(trace.total[best]),
            "length": int(trace.step[best]) + 1,
            "penalty": self.words.say(f"search.penalty.{trace.asked.penalty.kind}"),
        }  # fmt: skip
        moment = Moment("rank", 0, trace.steps, best, 0, 1)
        key = "rank" if trace.asked.penalty.alpha else "rank.plain"
        self.add(key, moment, self.score_line(best), passages.RANK, 1, tuple(more), **slots)

    def other_alpha(self) -> str:
        """Whether the winner is another one where α is 0 or 1."""
        low, high = winner(self.trace, 0.0), winner(self.trace, 1.0)
        lengths = [int(self.trace.step[node]) + 1 for node in (low, high)]
        if low == high:
            return self.sentence("rank.same") if len(set(self.trace.step[self.trace.finished].tolist())) > 1 else ""
        return self.sentence("rank.longer", low=written(self.trace, low), high=written(self.trace, high),
                        short=lengths[0], long=lengths[1])  # fmt: skip

    def flaw(self, output: str) -> str:
        """What is wrong with an output whatever was read."""
        return say_flaw(self.verdicts.flaw(output), output, self.words)

    def verdict(self, right: bool | None) -> str:
        """Right or wrong, in a sentence; nothing where nobody knows."""
        return "" if right is None else self.sentence("right" if right else "wrong")

    def compare(self) -> None:
        """Greedy's output beside the beam's best."""
        trace, best = self.trace, self.trace.best
        same = list(trace.greedy.tokens) == trace.numbers(best)
        own, other = float(trace.greedy.log_prob), float(trace.total[best])
        key = "end.same" if same else "end.better" if other > own else "end.worse"
        slots: dict[str, object] = {
            "greedy": greedy_text(trace), "beam": written(trace, best), "p": percent(float(np.exp(own))),
            "q": percent(float(np.exp(other))), "ln_p": log_number(own), "ln_q": log_number(other),
        }  # fmt: skip
        more = [self.flaw(text) for text in dict.fromkeys((greedy_output(trace), trace.text(best)))]
        if not same and self.verdicts.greedy is not None:
            right = self.verdicts.finished.get(best)
            more.append(self.sentence(f"end.verdict.{_yes(self.verdicts.greedy)}.{_yes(right)}"))
        elif self.verdicts.greedy is not None:
            more.append(self.verdict(self.verdicts.greedy))
        if self.leaves is not None and not same:
            more.append(self.sentence("end.left", number=self.leaves + 1))
        if not greedy_output(trace):
            more.append(self.sentence("end.empty"))
        line = Line()
        line.latex = (
            rf"\ln P_{{\mathrm{{greedy}}}} = {line.text(log_number(own, 3), f'greedy {len(trace.greedy.tokens) - 1}')}"
        )
        line.latex += rf" \\ \ln P_{{\mathrm{{beam}}}} = {line.text(log_number(other, 3), f'total {best}')}"
        self.add(key, Moment("end", 0, trace.steps, best, 0, 1), line, passages.GREEDY, 1, tuple(more), **slots)


def _yes(right: bool | None) -> str:
    return "right" if right else "wrong"
