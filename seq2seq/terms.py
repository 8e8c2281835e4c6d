"""The glossary: one name for one thing in every language, and what it means."""

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from seq2seq.folders import ASSETS
from seq2seq.works import write_citations

FILE = ASSETS / "terms.toml"


@dataclass(frozen=True)
class Term:
    """A word of the field: its name, what it means in at most 30 words, and the page (its stem) that explains it.

    instead: other names of the same thing, which no sentence uses.
    """

    key: str
    name: str
    means: str
    page: str
    instead: tuple[str, ...]


@cache
def terms(language: str) -> dict[str, Term]:
    """All terms by key, in the order of the file: from what is seen first to what comes late."""

    def read(key: str, facts: dict[str, Any]) -> Term:
        instead = tuple(facts.get("instead", {}).get(language, ()))
        return Term(key, facts[language], write_citations(facts["means"][language], language), facts["page"], instead)

    with FILE.open("rb") as file:
        return {key: read(key, facts) for key, facts in tomllib.load(file).items()}
