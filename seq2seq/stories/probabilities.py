"""The most probable tokens of each output step, for every story in which something is written."""

from collections.abc import Sequence

import numpy as np

from seq2seq.stories.charts import top_tokens
from seq2seq.stories.formulas import percent
from seq2seq.stories.sentences import listed
from seq2seq.stories.story import View
from seq2seq.stories.tokens import quoted
from seq2seq.traces import WritingTrace
from seq2seq.words import Words

TOP = 8


def probabilities_view(trace: WritingTrace, words: Words, steps: Sequence[int], told: Sequence[int]) -> View:
    """Bars of the output step in hand.

    Args: for each step of the story, steps says which output step that is, told (0 or 1) whether it is predicted yet.
    """
    say, chosen, probabilities = words.say, trace.chosen, np.exp(trace.log_probs)
    order = [trace.ranking(t)[:TOP] for t in range(len(trace.output))]
    rows = [
        {
            "t": t, "rank": rank, "token": quoted(trace.vocabulary[token]), "p": probabilities[t, token],
            "chosen": bool(token == chosen[t]), "ask": f"probability {t} {token}",
        }
        for t in range(len(order))
        for rank, token in enumerate(order[t])
    ]  # fmt: skip

    def describe(t: int) -> str:
        best = [f"{quoted(trace.vocabulary[token])} {percent(probabilities[t, token])}" for token in order[t][:3]]
        return say("decoding.top.alt", best=listed(best, words))

    alternatives = [describe(t) if shown else say("decoding.top.nothing") for t, shown in zip(steps, told, strict=True)]
    return View(
        "probabilities", say("decoding.top.title"), say("decoding.top.hint"),
        top_tokens(say("axis.probability"), say("axis.token"), say("decoding.top.nothing")), "vega-lite",
        alternatives, {"top": rows}, "top", {"row_at": list(steps), "told_at": list(told)},
    )  # fmt: skip
