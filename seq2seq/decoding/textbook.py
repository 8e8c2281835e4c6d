"""The textbook's example: a table in place of a model, in which the greedy choice is not the best one.

@zhang2023, section 10.8, figures 10.8.1 and 10.8.2. It prints the rows behind "", "A",
"AB", "ABC", "AC" and "ACB". The rows that it leaves out are ours: REST behind everything else, in which nothing is so
probable that it would change the lesson.
"""

import itertools

from seq2seq.decoding.writer import TableWriter

TOKENS = ("A", "B", "C", "⟨eos⟩")
PRINTED: dict[str, tuple[float, ...]] = {  # what was written → the probabilities of TOKENS
    "": (0.5, 0.2, 0.2, 0.1),
    "A": (0.1, 0.4, 0.3, 0.2),
    "AB": (0.2, 0.2, 0.4, 0.2),
    "ABC": (0.0, 0.2, 0.2, 0.6),
    "AC": (0.1, 0.6, 0.2, 0.1),
    "ACB": (0.1, 0.2, 0.1, 0.6),
}
REST = (0.3, 0.3, 0.2, 0.2)
LONGEST = 4  # tokens, ⟨eos⟩ among them


def textbook_writer() -> TableWriter:
    """The example as a writer, for outputs of up to LONGEST tokens."""
    prefixes = ("".join(letters) for n in range(LONGEST) for letters in itertools.product("ABC", repeat=n))
    return TableWriter({prefix: PRINTED.get(prefix, REST) for prefix in prefixes}, TOKENS)
