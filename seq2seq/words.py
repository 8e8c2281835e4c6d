"""Every sentence a person sees, in every language: `Words("zh").say("train.start")`.

The sentences lie in `assets/locale/{en,zh}.po` under stable ids, with `{slots}` to fill.
"""

from dataclasses import dataclass
from functools import cache

from babel.messages.pofile import read_po

from seq2seq.folders import ASSETS
from seq2seq.tasks import InputError

LANGUAGES = {"en": "English", "zh": "中文"}
LOCALE = ASSETS / "locale"


@cache
def sentences(language: str) -> dict[str, str]:
    """All sentences of a language, by id."""
    with (LOCALE / f"{language}.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file) if message.id and message.string}


@dataclass(frozen=True)
class Words:
    """One language's sentences. Raises KeyError for an id it does not have: a test looks for every id in use."""

    language: str = "en"

    def say(self, key: str, **slots: object) -> str:
        """The sentence of this id, its slots filled."""
        sentence = sentences(self.language)[key]
        return sentence.format(**slots) if slots else sentence

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in sentences(self.language)


def say_error(error: InputError, language: str = "en") -> str:
    """The one sentence that says what was wrong with the input and what would be right."""
    return Words(language).say(error.key, **error.slots)
