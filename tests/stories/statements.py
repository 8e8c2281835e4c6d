"""Which version of a true-or-false statement a question shows."""

import re

from seq2seq.words import sentences


def says(question, key, language="en"):
    """Whether the prompt is the version that holds; it must be one of the two."""
    kinds = {}
    for version in ("holds", "fails"):
        parts = re.split(r"\{[^}]+\}", sentences(language)[f"{key}.{version}"][0])
        kinds[version] = bool(re.fullmatch(".*?".join(map(re.escape, parts)), question.prompt))
    assert kinds["holds"] != kinds["fails"], question.prompt
    return kinds["holds"]


def true_or_false_right(question, key):
    """Whether a statement that holds is called true, and the other false."""
    return question.right == (0 if says(question, key) else 1)
