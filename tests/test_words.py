"""Every sentence exists in every language, with the same slots, and every id in use exists."""

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from seq2seq.words import LANGUAGES, LOCALE, Words, sentences

ROOT = Path(__file__).parents[1]
CODE = "\n".join(
    path.read_text(encoding="utf-8")
    for path in [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "seq2seq").rglob("*.py")]
)


PHRASE = "count."  # what follows a number; each language has those that its own sentences name
VERBS = re.findall(
    r"\w+",
    "is has was had names gets sees finds falls gives begins becomes comes drops keeps holds looks writes reads brings costs "
    "wins takes puts moves lets does changes carries asks ends goes stays turns depends divides belongs fixes lies as its "
    "this raises s",
)


def slots(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def phrases(sentence: str) -> set[str]:
    return {phrase for _, _, phrase, _ in Formatter().parse(sentence) if phrase}


def test_languages_have_the_same_sentences_with_the_same_slots():
    english = {key: forms for key, forms in sentences("en").items() if not key.startswith(PHRASE)}
    for language in LANGUAGES:
        other = {key: forms for key, forms in sentences(language).items() if not key.startswith(PHRASE)}
        assert other.keys() == english.keys()
        for key, forms in english.items():
            for form in other[key]:
                # one thing may be told without its number
                assert slots(form) | {"count"} == slots(forms[-1]) | {"count"}, f"{language}: {key}"
            assert slots(other[key][-1]) == slots(forms[-1]), f"{language}: {key}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plural_has_the_forms_of_its_language(language):
    """Read as gettext's own tools read it; a sentence is a plural in all languages or in none."""
    with (LOCALE / f"{language}.po").open("rb") as file:
        catalog = read_po(file, abort_invalid=True)
    plural = {message.id[0] for message in catalog if message.pluralizable}
    assert all(len(sentences(language)[key]) == catalog.num_plurals for key in plural)
    with (LOCALE / "en.po").open("rb") as file:
        english = {message.id[0] for message in read_po(file) if message.pluralizable}
    assert {key for key in plural ^ english if not key.startswith(PHRASE)} == set()
    named = {phrase for forms in sentences(language).values() for form in forms for phrase in phrases(form)}
    assert {PHRASE + phrase for phrase in named} == {key for key in sentences(language) if key.startswith(PHRASE)}


def test_the_plural_follows_the_number():
    one, three = (Words().say("beam.ranking.alt", count=n, list="a") for n in (1, 3))
    assert one.startswith("1 output has") and three.startswith("3 outputs have")
    assert (
        Words()
        .say("beam.expand.title", number=1, kept=1, tokens="1", count="1,001")
        .endswith("1 hypothesis × 1 token = 1,001 candidates")
    )
    for n in (1, 3):
        assert f"{n} 个" in Words("zh").say("beam.ranking.alt", count=n, list="a")


def test_no_number_stands_before_a_plural_that_it_does_not_choose():
    """“1 pads”, “1 time(s)”: a number of things takes `msgid_plural`, or names its phrase."""
    phrase = [forms[-1] for key, forms in sentences("en").items() if key.startswith(PHRASE)]
    counted = {form.split()[-1] for form in phrase if "{count} " in form} - {"times", "others"}
    for key, forms in sentences("en").items():
        assert not any(re.search(r"\w\((e?s|ies)\)", form) for form in forms), key
        if len(forms) > 1:
            continue
        for plus, found in re.findall(r"(\+ )?\{\w+\}\*{0,2}((?: [a-zA-Z’'-]+){1,3})", forms[0]):
            word, *more = found.split()
            plural = [word] if word.endswith("s") and word not in {*VERBS, "times", "nats", "others"} else []
            if word not in {"of", "are", "in", "for", "and", "with", "over", "the", "The", *VERBS}:
                plural += [other for other in (word, *more) if other in counted]
            assert plus or not plural, f"{key}: {found} in “{forms[0]}”"


def test_chinese_is_chinese():
    same = {"cell.gru", "cell.lstm", "cell.transformer", "player.step_of"}
    for key, (sentence, *_) in sentences("zh").items():
        said = re.sub(r"\{[^}]*\}", "", sentences("en")[key][0])  # what is not a slot
        if key not in same and re.search("[a-z]{3}", said) and "·" not in sentence:
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
