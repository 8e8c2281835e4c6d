"""The glossary is whole, short, and kept to: a thing has one name in all sentences of a language."""

import re
from pathlib import Path

import pytest

from seq2seq.terms import terms
from seq2seq.ui.navigation import GROUPS
from seq2seq.words import LANGUAGES, sentences

LESSONS = Path(__file__).parents[1] / "assets" / "lessons"
every_language = pytest.mark.parametrize("language", LANGUAGES)


def texts(language):
    """All that a person reads: sentences by id, lessons by name."""
    found = {key: str(sentence) for key, sentence in sentences(language).items()}
    return found | {path.stem: path.read_text(encoding="utf-8") for path in (LESSONS / language).glob("*.md")}


@every_language
def test_a_term_is_defined_in_at_most_30_words(language):
    for term in terms(language).values():
        length = len(re.findall("[一-鿿]", term.means)) / 2 if language == "zh" else len(term.means.split())
        assert term.name and 0 < length <= 30, term.key
        assert term.means.endswith("。" if language == "zh" else "."), term.key


def test_terms_lead_to_pages_and_have_names_of_their_own():
    stems = {place.stem for places in GROUPS.values() for place in places}
    for language in LANGUAGES:
        assert {term.page for term in terms(language).values()} <= stems
        names = [term.name for term in terms(language).values()]
        assert len(set(names)) == len(names)


@every_language
def test_no_sentence_uses_a_second_name_for_a_term(language):
    for term in terms(language).values():
        for other in term.instead:
            pattern = other if language == "zh" else rf"\b{re.escape(other)}\b"
            wrong = [key for key, text in texts(language).items() if re.search(pattern, text, re.IGNORECASE)]
            assert not wrong, f"{other} instead of {term.name}: {wrong}"
