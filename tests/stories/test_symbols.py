"""One symbol means one thing on a page; every symbol of a stored story stands in the table of its page."""

import json

import pytest

from seq2seq.stories.formulas import mathml
from seq2seq.stories.stored import STORIES
from seq2seq.stories.symbols import PAGES, SYMBOLS, all_signs, size_of, symbols_in, symbols_of
from seq2seq.words import LANGUAGES, sentences
from tests.stories.conftest import PLAIN


@pytest.mark.parametrize("page", PAGES)
def test_no_symbol_means_two_things_on_a_page(page):
    signs = [SYMBOLS[id].sign for id in PAGES[page]]
    assert sorted(set(signs)) == sorted(signs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_symbol_has_a_meaning_of_its_own(language):
    said = [sentences(language)[f"symbol.{id}"] for id in SYMBOLS]
    assert all(said) and {id for ids in PAGES.values() for id in ids} == set(SYMBOLS)


@pytest.mark.parametrize("path", sorted(STORIES.glob("*-en.json")), ids=lambda path: path.stem)
def test_a_stored_story_shows_only_what_its_table_has(path):
    page = next(page for page in PAGES if path.stem.startswith(page.replace("_", "-")))
    signs = all_signs(json.loads(path.read_text(encoding="utf-8"))["formulas"])
    assert signs - PLAIN <= {SYMBOLS[id].sign for id in PAGES[page]}


@pytest.mark.parametrize(
    ("latex", "signs"),
    [
        (r"\alpha_{1,j} = \frac{\exp(e_{1,j})}{\sum_{j'} \exp(e_{1,j'})}", {"α", "j", "e", "exp"}),
        (r"v_a^\top \tanh(W_a s_{2} + U_a h_{3})", {"v_a", "W_a", "s", "U_a", "h", "tanh"}),
        (r"\bar{h} + \mathrm{PE}_{j} \cdot d_k", {"bar h", "PE", "j", "d_k"}),
        (r"\text{@0} = 3 \text{“}", set()),
    ],
)
def test_the_symbols_of_a_formula(latex, signs):
    assert symbols_in(mathml(latex)) == signs


def test_a_table_has_the_order_of_its_page_and_the_numbers_that_are_known():
    assert symbols_of("attention", {"h", "X", "no such sign"}) == ["source", "state"]
    assert size_of("state", {"D": 64}) == "D = 64" and size_of("state", {}) == "D"
    assert size_of("heads", {"N": 4}) == "4" and size_of("id", {"B": 2, "S": 9}) == r"B \times S = 2 \times 9"
