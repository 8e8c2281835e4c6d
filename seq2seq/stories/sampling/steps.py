"""The telling: token by token, from what the model says through each cut to the number that is drawn."""

import math
from dataclasses import dataclass

from seq2seq.stories.flaws import flawed
from seq2seq.stories.formulas import FormulaBook, Line, Number, exact, percent, short
from seq2seq.stories.sampling import names
from seq2seq.stories.sampling.names import stage_name, stages_on, written
from seq2seq.stories.sentences import bracketed, listed
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step
from seq2seq.stories.tokens import quoted
from seq2seq.traces.sampling import STAGES, SampleTrace, falling
from seq2seq.words import Words

DRAW = len(STAGES)  # the stage behind the cuts
TERMS = 3  # of a sum that are written out


@dataclass(frozen=True)
class Moment:
    """What a step shows: token t (from 0) after a stage; written: how many tokens stand there."""

    kind: str  # intro, a stage, draw, end
    t: int
    stage: int
    written: int


@dataclass(frozen=True)
class Told:
    """The steps, what each shows, and the formulas."""

    steps: list[Step]
    moments: list[Moment]
    chapters: list[str]
    formulas: list[str]


class SamplingTeller:
    """Tells how one output is drawn. right: whether it is; None where nothing is right or wrong; flaw: what is wrong
    with it whatever was read.
    """

    def __init__(self, trace: SampleTrace, words: Words, right: bool | None = None, flaw: str | None = None) -> None:
        self.trace, self.words, self.right, self.flaw = trace, words, right, flaw
        self.cut = trace.asked.cut
        self.book, self.steps, self.moments, self.chapters = FormulaBook(), [], [], []  # type: ignore[var-annotated]

    def sentence(self, key: str, **slots: object) -> str:
        """A sentence of this story."""
        return self.words.say(f"sampling.{key}", **slots)

    def add(self, key: str, moment: Moment, line: Line, passage: Passage, **slots: object) -> None:
        """One step; its sentences are `key.title` and `key.text`."""
        title, text = (self.sentence(f"{key}.{part}", **slots) for part in ("title", "text"))
        self.steps.append(Step(title, text, len(self.chapters) - 1, line.into(self.book), passage))
        self.moments.append(moment)

    def tell(self) -> Told:
        """All of it."""
        self.chapters.append(self.sentence("chapter.intro"))
        self.intro()
        for t in range(len(self.trace.drawn)):
            self.chapters.append(self.sentence("chapter.token", number=t + 1))
            tellers = {"model": self.model, "temperature": self.temperature, "top_k": self.top_k, "top_p": self.top_p}
            for stage in stages_on(self.cut):
                tellers[stage](t)
            self.draw(t)
        self.end()
        return Told(self.steps, self.moments, self.chapters, self.book.templates)

    # ---- what several steps say

    def token(self, number: int) -> str:
        """A token as a sentence shows it."""
        return quoted(self.trace.vocabulary[number])

    def prob(self, t: int, stage: str, token: int) -> Number:
        """One probability and its address."""
        return Number(float(self.trace.stages[stage][t, token]), f"{stage} {t} {token}")

    def best(self, t: int, stage: str, most: int) -> str:
        """The most probable tokens with their probabilities, in a sentence."""
        probs = self.trace.stages[stage][t]
        few = [n for n in falling(probs)[:most].tolist() if probs[n] >= 5e-4]
        return listed((bracketed(self.token(n), percent(float(probs[n])), self.words) for n in few), self.words)

    def behind(self, t: int) -> str:
        """What is written before a token."""
        before = written(self.trace, t)
        return self.sentence("behind", written=before) if before else self.sentence("behind.nothing")

    # ---- steps

    def intro(self) -> None:
        line = Line()
        line.latex = rf"P(Y) = \prod_{{t}} P(y_t) \\ = {self.factors(line)}"
        stages = [stage_name(stage, self.cut, self.words) for stage in stages_on(self.cut)[1:]]
        key = "intro" if stages else "intro.plain"
        self.add(key, Moment("intro", 0, 0, 0), line, names.SAMPLE, cuts=listed(stages, self.words),
                 source="".join(map(quoted, self.trace.source)) or "–", seed=self.trace.asked.seed)  # fmt: skip

    def factors(self, line: Line) -> str:
        """The probabilities as they were drawn, of the first tokens."""
        tokens = self.trace.chosen.tolist()
        shown = [line.number(self.prob(t, "top_p", n)) for t, n in enumerate(tokens[:TERMS])]
        return r" \cdot ".join([*shown, *([r"\cdots"] if len(tokens) > TERMS else [])])

    def model(self, t: int) -> None:
        entropy, line = self.trace.entropy(t, "model"), Line()
        ways = math.exp(entropy)
        line.latex = rf"H = -\sum_w P(w) \ln P(w) = {line.text(short(entropy), f'entropy model {t}')}"
        line.latex += rf" \\ \exp(H) = {line.text(f'{ways:.2f}')}"
        key = "model.sure" if ways < 1.2 else "model"
        passage = names.AHEAD if self.trace.source else names.TABLE
        self.add(key, Moment("model", t, 0, t), line, passage, number=t + 1, behind=self.behind(t),
                 best=self.best(t, "model", 4), entropy=short(entropy), ways=f"{ways:.1f}")  # fmt: skip

    def temperature(self, t: int) -> None:
        heat, line = self.cut.temperature, Line()
        first = int(falling(self.trace.stages["model"][t])[0])
        before, after = self.prob(t, "model", first), self.prob(t, "temperature", first)
        slots = {"token": self.token(first), "before": percent(before.value), "after": percent(after.value),
                 "T": f"{heat:g}", "H": short(self.trace.entropy(t, "temperature")),
                 "H_before": short(self.trace.entropy(t, "model"))}  # fmt: skip
        moment = Moment("temperature", t, 1, t)
        if heat == 0:
            line.latex = rf"\lim_{{T \to 0}} \mathrm{{softmax}}(\ell / T)_{{{line.text(slots['token'])}}}"
            line.latex += f" = {line.number(after)}"
            self.add("temperature.zero", moment, line, names.COLD, **slots)
            return
        line.latex = rf"P'({line.text(slots['token'])}) = \frac{{{line.number(before)}^{{1/{line.text(f'{heat:g}')}}}}}"
        line.latex += rf"{{\sum_w P(w)^{{1/{line.text(f'{heat:g}')}}}}} = {line.number(after)}"
        key = "temperature.hot" if heat > 1 else "temperature.cold"
        self.add(key, moment, line, names.CUTS["temperature"], **slots)

    def top_k(self, t: int) -> None:
        line, before = Line(), self.trace.stays(t, "temperature")
        stays = self.trace.stays(t, "top_k")
        self.cut_line(t, line, "temperature", "top_k")
        lost = 1 - self.kept(t, "temperature", "top_k")
        key = "top_k" if stays < before else "top_k.all"
        self.add(key, Moment("top_k", t, 2, t), line, names.CUTS["top_k"], k=self.cut.top_k, stays=stays,
                 gone=before - stays, lost=percent(lost), kept=self.kept_names(t, "top_k"))  # fmt: skip

    def top_p(self, t: int) -> None:
        line, before = Line(), self.trace.stays(t, "top_k")
        stays = self.trace.stays(t, "top_p")
        kept = self.kept(t, "top_k", "top_p")
        order = falling(self.trace.stages["top_k"][t])[:stays].tolist()
        numbers = [self.prob(t, "top_k", n) for n in order]
        sum_ = line.elided(numbers, line.number)
        line.latex = rf"{sum_} = {line.text(short(kept), f'kept top_p {t}')} \ge {line.text(f'{self.cut.top_p:g}')}"
        first = self.prob(t, "top_p", order[0])
        line.latex += rf" \\ P'({line.text(self.token(order[0]))}) = {line.number(numbers[0])} \,/\,"
        line.latex += rf" {line.text(short(kept), f'kept top_p {t}')} = {line.number(first)}"
        key = "top_p" if stays < before else "top_p.all"
        key = "top_p.one" if stays == 1 and before > 1 else key
        self.add(key, Moment("top_p", t, 3, t), line, names.CUTS["top_p"], p=f"{self.cut.top_p:g}", stays=stays,
                 gone=before - stays, kept=self.kept_names(t, "top_p"), sum=percent(kept),
                 short=percent(kept - numbers[-1].value))  # fmt: skip

    def kept(self, t: int, before: str, after: str) -> float:
        """What the tokens that stay had before the others went."""
        stages = self.trace.stages
        return math.fsum(stages[before][t][stages[after][t] > 0].tolist())

    def kept_names(self, t: int, stage: str) -> str:
        """The tokens that stay, the first of them if there are many."""
        probs = self.trace.stages[stage][t]
        order = [n for n in falling(probs).tolist() if probs[n] > 0]
        told = listed(map(self.token, order[:6]), self.words)
        return told + ("…" if len(order) > 6 else "")

    def cut_line(self, t: int, line: Line, before: str, after: str) -> None:
        """The most probable token's share of what stays."""
        first = int(falling(self.trace.stages[after][t])[0])
        old, new = self.prob(t, before, first), self.prob(t, after, first)
        line.latex = rf"P''({line.text(self.token(first))}) = \frac{{{line.number(old)}}}"
        line.latex += rf"{{{line.text(short(self.kept(t, before, after)), f'kept {after} {t}')}}} = {line.number(new)}"

    def draw(self, t: int) -> None:
        line, chosen, luck = Line(), int(self.trace.chosen[t]), float(self.trace.drawn[t])
        probs = self.trace.stages["top_p"][t]
        reach = Number(math.fsum(probs[self.trace.below(t, chosen)].tolist()), f"reach {t} {chosen}")
        end = reach.value + float(probs[chosen])
        line.latex = rf"{line.number(reach)} \le \xi = {line.text(short(luck), f'draw {t}')}"
        line.latex += rf" \\ \xi < {line.number(reach)} + {line.number(self.prob(t, 'top_p', chosen))}"
        alone = self.trace.stays(t, "top_p") == 1
        rank = int((self.trace.stages["model"][t] > self.trace.stages["model"][t, chosen]).sum())
        key = "draw.alone" if alone else "draw.best" if rank == 0 else "draw"
        if chosen == self.trace.end:
            key += ".end"
        self.add(key, Moment("draw", t, DRAW, t + 1), line, names.DRAW, token=self.token(chosen), number=t + 1,
                 luck=short(luck), begin=short(reach.value), end=short(end), rank=rank + 1,
                 share=percent(float(probs[chosen])))  # fmt: skip

    def end(self) -> None:
        line, trace = Line(), self.trace
        own, drawn = trace.log_prob_after("model"), trace.log_prob_after("top_p")
        line.latex = rf"\ln P_{{\mathrm{{model}}}} = {line.text(short(own), 'whole model')}"
        line.latex += rf" \\ \ln P_{{\mathrm{{drawn}}}} = {line.text(short(drawn), 'whole drawn')}"
        last = len(trace.drawn) - 1
        right = {True: "right", False: "wrong", None: "neither"}[self.right]
        ended = trace.chosen[last] == trace.end
        verdict = self.sentence(f"end.{right}" if ended or self.right is None else "end.cut")
        key = "end" if trace.text(0) else "end.empty"
        self.add(key, Moment("end", last, DRAW, last + 1), line, names.TOTAL, written=trace.text(0),
                 model=percent_small(math.exp(own)), drawn=percent_small(math.exp(drawn)), verdict=verdict,
                 seed=trace.asked.seed)  # fmt: skip
        self.steps[-1] = flawed(self.steps[-1], self.flaw, trace.text(0), self.words)


def percent_small(share: float) -> str:
    """A share that may be tiny: as a percentage where it can be read as one, else by its digits."""
    return percent(share) if share >= 0.001 else exact(share)
