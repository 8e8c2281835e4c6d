"""Every sentence exists in every language, with the same slots, and every id in use exists."""

import re
from pathlib import Path
from string import Formatter

import pytest

from seq2seq.words import LANGUAGES, sentences

ROOT = Path(__file__).parents[1]
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "seq2seq").rglob("*.py")]
)


def slots(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_languages_have_the_same_sentences_with_the_same_slots():
    english = sentences("en")
    for language in LANGUAGES:
        other = sentences(language)
        assert other.keys() == english.keys()
        for key, sentence in english.items():
            assert slots(other[key]) == slots(sentence), f"{language}: {key}"


def test_chinese_is_chinese():
    same = {"cell.gru", "cell.lstm", "cell.transformer", "player.step_of"}
    for key, sentence in sentences("zh").items():
        if key not in same and re.search("[a-z]{3}", sentences("en")[key]) and "·" not in sentence:
            assert re.search("[一-鿿]", sentence), f"{key}: {sentence}"


@pytest.mark.parametrize("key", sorted(set(re.findall(r'(?:\bsay|InputError)\(\s*"([a-z_.]+)"', CODE))))
def test_every_id_in_the_code_exists(key):
    known = sentences("en")
    # inside a teller, ids are written without their common beginning
    assert any(
        prefix + key in known for prefix in ("", "decoding.", "inside.", "inside.whatif.", "selfatt.", "selfatt.loupe.")
    )


def test_every_lesson_exists_in_every_language():
    names = {path.name for path in (ROOT / "assets/lessons/en").glob("*.md")}
    assert names
    for language in LANGUAGES:
        assert {path.name for path in (ROOT / "assets/lessons" / language).glob("*.md")} == names


@pytest.mark.parametrize("path", sorted((ROOT / "assets/lessons/en").glob("*.md")), ids=lambda path: path.stem)
def test_a_lesson_has_80_to_200_words(path):
    assert 80 <= len(path.read_text(encoding="utf-8").split()) <= 200
