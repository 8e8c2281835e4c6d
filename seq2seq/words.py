"""Every sentence a person sees, in every language: `Words("zh").say("train.start")`.

The sentences lie in `assets/locale/{en,zh}.po` under stable ids, with `{slots}` to fill. A sentence with a number of
things has one form for each of its language's plurals (`msgid_plural`), chosen by the slot `count`. Where a sentence
holds several numbers, or one beside others, it names each phrase: `{kept:hypotheses}` stands for the sentence
`count.hypotheses` with `count` = kept, "1 hypothesis" or "3 hypotheses".
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from seq2seq.folders import ASSETS
from seq2seq.tasks import InputError
from seq2seq.terms import Term, terms
from seq2seq.works import write_citations

LANGUAGES = {"en": "English", "zh": "中文"}
LOCALE = ASSETS / "locale"

Part = tuple[str, str | None, str]  # what stands before a slot, the slot, the phrase that counts it


@cache
def _catalogue(language: str) -> Catalog:
    with (LOCALE / f"{language}.po").open("rb") as file:
        return read_po(file)


@cache
def sentences(language: str) -> dict[str, tuple[str, ...]]:
    """All sentences of a language, by id: each in one form, or in one form for each plural."""
    found = {}
    for message in _catalogue(language):
        if message.pluralizable and all(message.string):
            found[message.id[0]] = tuple(write_citations(form, language) for form in message.string)
        elif message.id and not message.pluralizable and message.string:
            found[message.id] = (write_citations(str(message.string), language),)
    return found


@cache
def _plural(language: str) -> Callable[[int], int]:
    return c2py(_catalogue(language).plural_expr)


@cache
def _parts(sentence: str) -> tuple[Part, ...]:
    return tuple((text, name, noun or "") for text, name, noun, _ in Formatter().parse(sentence))


def _form(forms: tuple[str, ...], count: object, language: str) -> str:
    """The form for so many; a number that is not whole takes the last."""
    if len(forms) == 1:
        return forms[0]
    written = str(count).replace(",", "").replace("\u202f", "")
    return forms[_plural(language)(int(written))] if written.isdecimal() else forms[-1]


@dataclass(frozen=True)
class Words:
    """One language's sentences. Raises KeyError for an id it does not have: a test looks for every id in use."""

    language: str = "en"

    def say(self, key: str, **slots: object) -> str:
        """The sentence of this id, its slots filled; of its plurals the one for the slot `count`."""
        sentence = _form(sentences(self.language)[key], slots.get("count"), self.language)
        return self._fill(sentence, slots) if slots else sentence

    def _fill(self, sentence: str, slots: dict[str, object]) -> str:
        told = []
        for text, name, noun in _parts(sentence):
            told.append(text)
            if name is not None:
                told.append(self.say(f"count.{noun}", count=slots[name]) if noun else self.show(slots[name]))
        return "".join(told)

    def show(self, value: object) -> str:
        """A slot's value in a sentence."""
        return str(value)

    def term(self, key: str) -> Term:
        """A word of the glossary: its name and what it means."""
        return terms(self.language)[key]

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in sentences(self.language)


def say_error(error: InputError, language: str = "en") -> str:
    """The one sentence that says what was wrong with the input and what would be right."""
    return Words(language).say(error.key, **error.slots)
