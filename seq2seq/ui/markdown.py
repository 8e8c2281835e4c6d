"""Text for Streamlit, which reads Markdown in every label, caption, help and box: what is foreign comes out as text.

`PageWords` are what a page gets to speak with: each slot of a sentence is escaped, unless it is a number or `Markdown`
already, as another sentence is. Stories and the player show text nodes, and get `words.plain`.
"""

import re
import unicodedata
from dataclasses import dataclass

from seq2seq.tasks import InputError
from seq2seq.words import Words

JOINER = "\u2060"  # keeps two signs apart without being seen: Streamlit looks for some patterns after Markdown is read
SEEN = {sign: 0x2400 + sign for sign in range(32)} | {0x7F: 0x2421} | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
LONE = re.compile("[\ud800-\udfff\ufffe\uffff\ufdd0-\ufdef]")
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
ACTIVE = re.compile(r"([\\`*_{}\[\]<>#|~$&])")
FIRST = re.compile(r"^([-+=.:!])|^(\d{1,9})([.)])(?=\s|$)")
# :name:, :name[, :material/name:, http://, www.name, name@name, -> <- -- >= <= ~=
APART = re.compile(r"(?<=[:@])(?=\S|$)|(?<=[wW]{3})(?=\.)|(?<=[-<>~])(?=\\?[-<>=])")


class Markdown(str):
    """Markdown of our own, in which everything foreign is escaped."""

    __slots__ = ()


def clean(text: str) -> str:
    """Text without what steers a line: breaks become spaces, control characters signs; what turns the way round goes.

    Text that runs from right to left is isolated, so that it turns nothing beside it.
    """
    text = BIDI.sub("", BREAKS.sub(" ", LONE.sub("\ufffd", text)))
    text = text.translate(SEEN)
    if any(unicodedata.bidirectional(sign) in ("R", "AL", "AN") for sign in text):
        return f"\u2068{text}\u2069"
    return text


def escape(text: str) -> Markdown:
    """Foreign text as Markdown that shows it."""
    text = ACTIVE.sub(r"\\\1", clean(text))
    lead = len(text) - len(text.lstrip(" "))
    rest = FIRST.sub(lambda found: rf"\{found[1]}" if found[1] else rf"{found[2]}\{found[3]}", text[lead:])
    return Markdown((" " if lead < 4 else "\xa0") * lead + APART.sub(JOINER, rest)) or Markdown(JOINER)


def code(text: str) -> Markdown:
    """Foreign text as code, in a fence longer than any in it."""
    text = clean(text).replace(":", f":{JOINER}")
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return Markdown(f"{fence} {text or ' '} {fence}")


def in_a_row(parts: list[Markdown], between: str = " ") -> Markdown:
    """Markdown, one beside the other."""
    return Markdown(between.join(parts))


def as_text(text: str) -> str:
    """What a sentence says, for the few places where Streamlit shows plain text: options of a list, names of files."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text.replace(JOINER, "")) if isinstance(text, Markdown) else text


class _Escaping(Words):
    """Sentences whose slots are escaped."""

    def show(self, value: object) -> str:
        """A slot's value in a sentence."""
        return value if isinstance(value, Markdown) else escape(str(value))


@dataclass(frozen=True)
class PageWords:
    """The sentences of a language as Streamlit shows them; no `Words`, so that neither is taken for the other."""

    language: str

    @property
    def plain(self) -> Words:
        """The same sentences for a story, which shows text as text."""
        return Words(self.language)

    def say(self, key: str, **slots: object) -> Markdown:
        """The sentence of this id, its slots filled: numbers and `Markdown` as they are, all else escaped."""
        return Markdown(_Escaping(self.language).say(key, **slots))

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return self.plain.has(key)

    def error(self, error: InputError) -> Markdown:
        """The one sentence that says what was wrong with the input and what would be right."""
        return self.say(error.key, **error.slots)
