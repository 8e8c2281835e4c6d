"""What a command reads: lines that can be used, or why not; and what is to be said of one, on standard error."""

import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from seq2seq.studies.trained import Trained
from seq2seq.tasks import InputError
from seq2seq.tasks.remarks import remarks
from seq2seq.words import Words, say_error

WORDS = Words("en")
UTF16, UTF8 = (b"\xff\xfe", b"\xfe\xff"), b"\xef\xbb\xbf"  # marks of byte order
GUESSES = ("utf-8", "latin-1")


def check_text(text: str) -> str:
    """The text, if it is text.

    Raises: InputError if it holds bytes that are not UTF-8 (a command line keeps them as lone surrogates), a tab, or
            another control character.
    """
    for position, character in enumerate(text, 1):
        if "\udc80" <= character <= "\udcff":
            raise InputError("input.not_utf8", byte=f"0x{ord(character) - 0xDC00:02X}", position=position)
        if character == "\t":
            raise InputError("input.tab", position=position)
        if ord(character) < 32 or 127 <= ord(character) < 160:
            raise InputError("input.control", code=f"U+{ord(character):04X}", position=position)
    return text


def read_lines(stream: BinaryIO) -> Iterator[tuple[int, str | InputError]]:
    """The lines of a file in UTF-8, counted from 1, each as text or as the reason why it cannot be used.

    A byte order mark before the first is left out, and so is a carriage return at the end of each.
    Raises: InputError if it is in UTF-16, which has no lines of bytes.
    """
    for number, line in enumerate(stream, 1):
        if number == 1:
            if line.startswith(UTF16) or line[1::2].count(0) > len(line) // 3 or line[::2].count(0) > len(line) // 3:
                raise InputError("input.utf16")
            line = line.removeprefix(UTF8)
        try:
            yield number, check_text(line.decode("utf-8", "surrogateescape").removesuffix("\n").removesuffix("\r"))
        except InputError as error:
            yield number, error


def warn(sentence: str, line: int | None = None) -> None:
    """One sentence on standard error, with the number of the line that it is about."""
    place = "" if line is None else WORDS.say("command.line", number=line)
    print(f"seq2seq: {place}{sentence}", file=sys.stderr, flush=True)


def warn_of(error: InputError, line: int | None = None) -> str:
    """Say why an input cannot be used; returns the sentence."""
    told = say_error(error)
    warn(told, line)
    return told


def facts_of(trained: Trained, text: str, line: int | None = None) -> dict[str, Any]:
    """The unknown tokens of an input and its right output, as far as it has one; what is odd is said too."""
    task, vocabulary = trained.task, trained.vocabularies[0]
    source = task.normalise(text)
    for remark in remarks(task, vocabulary, text):
        slots = remark.slots | ({"tokens": " ".join(remark.tokens)} if remark.tokens else {})
        warn(WORDS.say(remark.key, **slots), line)
    return {"unknown": vocabulary.unknown(task.tokenise(source)), "expected": task.answer(source)}


def judge(trained: Trained, row: dict[str, Any], line: int | None = None) -> None:
    """Add to a result whether it was written to its end, and what is wrong with it whatever was read; say so too."""
    row["ended"] = bool(row["ended"]) if "ended" in row else "⟨eos⟩" in row["tokens"]
    row["flaw"] = trained.task.flaw(row["output"])
    if not row["ended"]:
        warn(WORDS.say("command.cut", output=row["output"]), line)
    if row["flaw"]:
        warn(WORDS.say(f"flaw.{row['flaw']}", output=row["output"]), line)
