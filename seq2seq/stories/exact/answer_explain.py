"""The numbers of a given answer, each with its equation.

Addresses (t: a token, counted from 0; n: a candidate of the beam; WHO: mine, exact or beam):

    own t · preferred t · run WHO t · score mine · candidate n, and those of the contest; see `ExactExplainer`
"""

from collections.abc import Callable

from seq2seq.stories.exact.answer import Answer
from seq2seq.stories.exact.explain import ExactExplainer, sum_explained
from seq2seq.stories.explain.beneath import Beneath
from seq2seq.stories.explain.equation import Explanation
from seq2seq.stories.formulas import Number
from seq2seq.stories.tokens import quoted
from seq2seq.words import Words


class AnswerExplainer(ExactExplainer):
    """Explains the numbers of one answer, and of the contest beside it."""

    def __init__(self, answer: Answer, words: Words, beneath: Beneath | None = None) -> None:
        super().__init__(answer.contest, words, beneath)
        self.answer, self.judged = answer, answer.judged
        more: dict[str, Callable[..., Explanation]] = {
            "own": self.own, "preferred": self.preferred, "run": self.run, "score": self.score_of,
            "candidate": self.candidate, "step": self.step, "sum": self.sum_of,
        }  # fmt: skip
        self.kinds = {**self.kinds, **more}

    def before(self, t: int) -> str:
        return "".join(quoted(token) for token in self.answer.tokens[:t]) or "…"

    def own(self, t: int) -> Explanation:
        tokens = self.judged.tokens
        return self.of_token(f"own {t}", float(self.judged.log_probs[t]), tokens[t], tokens[:t], self.before(t))

    def preferred(self, t: int) -> Explanation:
        token, value = int(self.judged.preferred[t]), float(self.judged.preferred_log_probs[t])
        return self.of_token(f"preferred {t}", value, token, self.judged.tokens[:t], self.before(t))

    def parts(self, who: str) -> list[Number]:
        """The log-probability of each token of an output."""
        if who == "mine":
            return [Number(float(value), f"own {t}") for t, value in enumerate(self.judged.log_probs)]
        return [Number(value, f"log {who} {t}") for t, value in enumerate(self.contest.who(who).log_probs)]

    def run(self, who: str, t: int) -> Explanation:
        parts = self.parts(who)[: t + 1]
        value = dict(self.answer.sums)[who][t]
        told = self.name("run", t=len(parts), who=self.words.say(f"exact.answer.line.{who}"))
        return sum_explained(f"run {who} {t}", told, parts, value)

    def score_of(self, who: str) -> Explanation:
        if who != "mine":
            return self.score(who)
        told = self.words.say("exact.explain.score.mine", output=self.answer.text or "∅")
        total = Number(self.judged.log_prob, "sum mine")
        return self.divided("score mine", told, total, len(self.judged.tokens), self.judged.score)

    def sum_of(self, who: str) -> Explanation:
        if who != "mine":
            return self.sum(who)
        told = self.words.say("exact.explain.sum.mine", output=self.answer.text or "∅")
        return sum_explained("sum mine", told, self.parts("mine"), self.judged.log_prob)

    # ---- the beam

    def candidate(self, n: int) -> Explanation:
        beam = self.trace.beam
        parts = [Number(float(beam.log_prob[node]), f"step {node}") for node in beam.path(n)]
        text = "".join(quoted(beam.vocabulary[beam.token[node]]) for node in beam.path(n))
        return sum_explained(f"candidate {n}", self.name("total", beginning=text), parts, float(beam.total[n]))

    def step(self, n: int) -> Explanation:
        beam = self.trace.beam
        numbers = beam.numbers(n)
        before = "".join(quoted(beam.vocabulary[number]) for number in numbers[:-1]) or "…"
        return self.of_token(f"step {n}", float(beam.log_prob[n]), numbers[-1], numbers[:-1], before)
