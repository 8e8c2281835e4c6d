"""What a finished output is worth: its log-probability, divided by a penalty of its length.

A log-probability is negative, so that dividing it by more makes it *larger*: a larger α favours longer outputs.
"""

from dataclasses import dataclass

POWER, WU = "power", "wu"
PENALTIES = (POWER, WU)
ALPHA_LOWEST, ALPHA_HIGHEST = -2.0, 5.0


@dataclass(frozen=True)
class LengthPenalty:
    """score(Y) = ln P(Y) / lp(Y); |Y| counts ⟨eos⟩.

    power: lp = |Y|^α (Dive into Deep Learning, section 10.8; Hugging Face's `length_penalty`).
    wu:    lp = ((5 + |Y|) / 6)^α (@wu2016, section 7).
    """

    alpha: float = 0.0
    kind: str = POWER

    def divisor(self, length: int) -> float:
        """What a log-probability is divided by, lp of an output of so many tokens, at least one."""
        return float((length if self.kind == POWER else (5 + length) / 6) ** self.alpha)

    def score(self, log_prob: float, length: int) -> float:
        """The score of an output of so many tokens."""
        return log_prob / self.divisor(length)

    def bound(self, log_prob: float, length: int, longest: int) -> float:
        """The most that any output can score whose first `length` tokens have this log-probability.

        More tokens can only lower the log-probability; the divisor is largest at one end of the lengths still to come.
        """
        return max(self.score(log_prob, max(1, length)), self.score(log_prob, longest))
