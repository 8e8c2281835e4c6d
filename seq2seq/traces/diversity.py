"""How different, and how right, outputs are that were drawn at several temperatures."""

from dataclasses import dataclass

from seq2seq.traces.sampling import Cut

TEMPERATURES = (0.0, 0.3, 0.5, 0.7, 1.0, 1.3, 1.6, 2.0, 3.0)


@dataclass(frozen=True)
class Heat:
    """n outputs drawn at one temperature. right: how many of them; None where nothing is right or wrong.

    different: outputs among them; different_right: right ones. most: the one drawn most often, as text, and how often.
    """

    temperature: float
    n: int
    right: int | None
    different: int
    different_right: int
    most: tuple[str, int]
    flaw: str | None = None  # what is wrong with that one whatever was read

    @property
    def share_right(self) -> float:
        """Of the outputs."""
        return (self.right or 0) / self.n


@dataclass(frozen=True)
class DiversityTrace:
    """The same temperatures with top-k and top-p as they were asked for, and with temperature alone.

    answers: how many right outputs there are; None where that is not known.
    """

    source: tuple[str, ...]
    cut: Cut
    seed: int
    answers: int | None
    heats: tuple[Heat, ...]  # in rising temperature, that of the cut among them
    alone: tuple[Heat, ...]

    @property
    def judged(self) -> bool:
        """Whether anything is right or wrong here."""
        return all(heat.right is not None for heat in self.heats)

    @property
    def now(self) -> int:
        """Which of them has the temperature asked for."""
        return next(i for i, heat in enumerate(self.heats) if heat.temperature == self.cut.temperature)
