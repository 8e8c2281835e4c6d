"""Works are cited by key, every key is in the file, and every work in the file is cited."""

import re
from pathlib import Path

import pytest

from seq2seq.words import LANGUAGES
from seq2seq.works import keys, works, works_named, write_citations

ROOT = Path(__file__).parents[1]
TEXTS = [
    *(ROOT / "assets/lessons").rglob("*.md"), *(ROOT / "assets/locale").glob("*.po"), *(ROOT / "seq2seq").rglob("*.py"),
]  # fmt: skip
CITED = {path: keys(path.read_text(encoding="utf-8")) for path in TEXTS if path.name != "works.py"}


def test_every_key_is_in_the_file_and_every_work_is_cited():
    cited = {key for found in CITED.values() for key in found}
    assert cited == works().keys()


BY_HAND = re.compile(r"(?:et al\.|[A-Z]\w+ (?:&|and|与) [A-Z]\w+|等)[,，]? ?[(（]?(?:19|20)\d\d")


def test_nobody_is_cited_by_hand():
    found = {path.name: BY_HAND.findall(path.read_text(encoding="utf-8")) for path in CITED}
    assert not {name: by_hand for name, by_hand in found.items() if by_hand}


def test_both_languages_cite_the_same_works():
    for path in (ROOT / "assets/lessons/en").glob("*.md"):
        assert sorted(CITED[path]) == sorted(CITED[ROOT / "assets/lessons/zh" / path.name]), path.stem


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_citation_is_found_again_in_what_was_written(language):
    for work in works().values():
        for text in (f"x [@{work.key}].", f"@{work.key} x", f"x [@vaswani2017; @{work.key}]"):
            written = write_citations(text, language)
            assert "@" not in written and work in works_named(written, language)
            assert set(works_named(written, language)) <= {work, works()["vaswani2017"]}


def test_citations_as_each_language_writes_them():
    text = "x [@koehn2017; @yang2018]. @bahdanau2015: x [@elman1990]"
    assert write_citations(text, "en") == (
        "x (Koehn & Knowles, 2017; Yang et al., 2018). Bahdanau et al. (2015): x (Elman, 1990)"
    )
    assert (
        write_citations(text, "zh")
        == "x（Koehn 与 Knowles，2017；Yang 等，2018）. Bahdanau 等（2015）: x（Elman，1990）"
    )


@pytest.mark.parametrize("work", works().values(), ids=lambda work: work.key)
def test_a_work_says_who_when_what_where(work):
    assert work.authors and work.title and work.where and 1950 < work.year < 2030
    assert work.key == re.sub("[^a-z]", "", work.authors[0].split()[-1].lower()) + str(work.year)
    assert re.match(
        r"https://(arxiv\.org/abs/\d{4}\.\d{4,5}$|doi\.org/10\.|proceedings\.mlr|d2l\.ai)",
        work.address or "https://d2l.ai",
    )
