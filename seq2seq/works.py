"""What is cited: one file of works, named by keys in lessons, in sentences and in the docstrings of the code.

`[@bahdanau2015]` becomes "(Bahdanau et al., 2015)", `[@koehn2017; @yang2018]` names both in one pair of brackets, and
`@bahdanau2015` by itself "Bahdanau et al. (2015)"; in Chinese the same with its own signs and words.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from seq2seq.folders import ASSETS

FILE = ASSETS / "works.toml"
KEY = r"[a-z]+\d{4}[a-z]?"
CITED = re.compile(rf"\s?\[((?:@{KEY}(?:; )?)+)\]|@({KEY})(?![a-z\d])")


@dataclass(frozen=True)
class Work:
    """A paper or a book; `others`: authors that come after those named here."""

    key: str
    authors: tuple[str, ...]
    year: int
    title: str
    where: str
    address: str = ""
    others: int = 0

    def by(self, language: str) -> str:
        """Its authors as a text names them: one, two, or the first "et al."."""
        names = [name.split()[-1] for name in self.authors]
        if len(names) + self.others > 2:
            return f"{names[0]} 等" if language == "zh" else f"{names[0]} et al."
        return (" 与 " if language == "zh" else " & ").join(names)

    def short(self, language: str) -> str:
        """Authors and year, as they are written within brackets."""
        return f"{self.by(language)}{'，' if language == 'zh' else ', '}{self.year}"

    def in_text(self, language: str) -> str:
        """Authors as part of the sentence, and the year in brackets."""
        return f"{self.by(language)}（{self.year}）" if language == "zh" else f"{self.by(language)} ({self.year})"


@cache
def works() -> dict[str, Work]:
    """All works by key, in the order of the alphabet."""
    with FILE.open("rb") as file:
        read = tomllib.load(file)
    return {key: Work(key, **{**facts, "authors": tuple(facts["authors"])}) for key, facts in sorted(read.items())}


def keys(text: str) -> list[str]:
    """Keys of the works that a text cites, each once, in its order."""
    return list(dict.fromkeys(re.findall(rf"@({KEY})(?![a-z\d])", text)))


def write_citations(text: str, language: str) -> str:
    """The text with its keys written out.

    Raises: KeyError for a key that is not in the file: a test looks for every key in use.
    """

    def written(match: re.Match[str]) -> str:
        if match[2]:
            beside = " " if language == "zh" and re.search(r"[一-鿿]$", text[: match.start()]) else ""
            return beside + works()[match[2]].in_text(language)
        found = [works()[key].short(language) for key in keys(match[1])]
        return f"（{'；'.join(found)}）" if language == "zh" else f" ({'; '.join(found)})"

    return CITED.sub(written, text)


def works_named(text: str, language: str) -> list[Work]:
    """The works that a text names as `write_citations` writes them, or by their keys; in the order of the alphabet."""
    return [work for work in works().values() if any(name in text for name in _names(work, language))]


def _names(work: Work, language: str) -> Iterable[str]:
    return f"@{work.key}", work.short(language), work.in_text(language)
