"""Figures that can be written in several ways, all equally right; and a few targets that were lost.

What search is worth cannot be seen where a model knows the one right answer. Here it can: of L figures there are k^L
right outputs, each with a probability of about k^-L, while the empty output, which is never right, keeps the share ε
of targets that were lost. Beyond L = ln(1/ε) / ln k the most probable output of a perfect model is nothing at all.
"""

import math
from dataclasses import dataclass
from itertools import product
from typing import ClassVar

import numpy as np

from seq2seq.tasks.task import Pair, Task, check_range
from seq2seq.tasks.vocabulary import Vocabulary

FIGURES = "12345678"
SCRIPTS = ("一二三四五六七八", "ⅠⅡⅢⅣⅤⅥⅦⅧ", "①②③④⑤⑥⑦⑧", "❶❷❸❹❺❻❼❽", "⑴⑵⑶⑷⑸⑹⑺⑻")  # each figure's synonyms, one a row
MOST_ANSWERS = 1000


@dataclass(frozen=True)
class Synonyms(Task):
    """Write each figure in one of k scripts, whichever: "284" → "二⑧Ⅳ". Some targets are empty, which is noise.

    ways: k, scripts in use. empty: ε, targets that are empty, in per cent.
    """

    name: ClassVar[str] = "synonyms"
    example: ClassVar[Pair] = Pair("284", "二⑧Ⅳ")
    several: ClassVar[bool] = True
    shortest: int = 2
    longest: int = 12
    ways: int = 3
    empty: int = 2

    def __post_init__(self) -> None:
        check_range(self, shortest=(1, 40), longest=(self.shortest, 40), ways=(1, len(SCRIPTS)), empty=(0, 50))

    def draw(self, rng: np.random.Generator) -> Pair:
        figures = rng.integers(0, len(FIGURES), rng.integers(self.shortest, self.longest + 1))
        scripts, lost = rng.integers(0, self.ways, len(figures)), rng.random() < self.empty / 100
        target = "" if lost else "".join(SCRIPTS[k][i] for k, i in zip(scripts, figures, strict=True))
        return Pair("".join(FIGURES[i] for i in figures), target)

    def vocabularies(self) -> tuple[Vocabulary, Vocabulary]:
        return Vocabulary.of(FIGURES), Vocabulary.of("".join(SCRIPTS[: self.ways]))

    def answer(self, source: str) -> str | None:
        """None: no output is the one right one; see `accepts` and `answers`."""
        return None

    def accepts(self, source: str, output: str) -> bool | None:
        """Whether each figure is there, in any of the scripts."""
        if not source or set(source) - set(FIGURES):
            return None
        pairs = zip(source, output, strict=False)
        return len(source) == len(output) and all(sign in self.signs(figure) for figure, sign in pairs)

    def answers(self, source: str) -> list[str]:
        """The right outputs, the first MOST_ANSWERS of them."""
        if set(source) - set(FIGURES):
            return []
        every = product(*(self.signs(figure) for figure in source))
        return ["".join(signs) for signs, _ in zip(every, range(MOST_ANSWERS), strict=False)]

    def needs(self, source: str) -> tuple[tuple[int, ...], ...]:
        return tuple((t,) for t in range(len(source)))

    def signs(self, figure: str) -> str:
        """The synonyms of a figure."""
        return "".join(script[FIGURES.index(figure)] for script in SCRIPTS[: self.ways])

    @property
    def crossing(self) -> float:
        """The length beyond which nothing at all is more probable than any one right output, ln((1 − ε)/ε) / ln k."""
        if self.empty == 0 or self.ways == 1:
            return math.inf
        return math.log((100 - self.empty) / self.empty) / math.log(self.ways)
