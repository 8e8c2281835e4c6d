"""Force a given output through a model: "why not my answer?"."""

from collections.abc import Sequence

import numpy as np

from seq2seq.decoding.allowed import check_number, check_penalty, numbers_of
from seq2seq.decoding.writer import Writer
from seq2seq.traces.judging import JudgedTrace
from seq2seq.traces.scoring import LengthPenalty
from seq2seq.traces.search import MOST_STEPS


def judge(writer: Writer, tokens: Sequence[str], penalty: LengthPenalty) -> JudgedTrace:
    """What the model makes of an output, token by token, ⟨eos⟩ behind them; nothing at all is an output too.

    Raises: InputError if a token is not in the vocabulary, or there are too many.
    """
    check_penalty(penalty)
    check_number("length", len(tokens) + 1, 1, MOST_STEPS)
    numbers = [*numbers_of(tokens, writer), writer.end]
    last, state = writer.begin()
    rows = []
    for number in numbers:
        ahead = writer.ahead(last, state)
        row = ahead.log_probs[0].copy()
        row[list(writer.never)] = -np.inf
        rows.append(row)
        last, state = [number], ahead.state
    every = np.array(rows)
    own = every[np.arange(len(numbers)), numbers]
    return JudgedTrace(
        vocabulary=writer.vocabulary, tokens=tuple(numbers), log_probs=own, preferred=every.argmax(1),
        preferred_log_probs=every.max(1), ranks=(every > own[:, None]).sum(1),
        score=penalty.score(float(own.sum()), len(numbers)),
    )  # fmt: skip
