"""From a text to the story of its decoding, on the server: what a learner waits for after typing."""

import string
import time
from statistics import median

from seq2seq.bench.table import Bar, Result, Row

MODEL, LENGTHS, TIMES = "reverse-gru-general", (10, 20, 40), 15
TRANSFORMER = "reverse-transformer"
HELD = 20  # tokens the bars are about


def measure_trace() -> Result:
    """`trace`: the glass trace, the story with its JSON, and its size, as the text grows."""
    from seq2seq.stories.decoding import decoding_story
    from seq2seq.studies.trained import load_trained
    from seq2seq.training.device import share_the_machine
    from seq2seq.words import Words

    share_the_machine()
    trained, words = load_trained(MODEL), Words("en")
    rows = []
    for tokens in LENGTHS:
        text = (string.ascii_lowercase * 3)[:tokens]
        traced, told, size = [], [], 0
        for _ in range(TIMES + 1):
            began = time.perf_counter()
            trace = trained.record(text)
            between = time.perf_counter()
            size = len(decoding_story(trace, words, MODEL, trained.task.answer(text)).to_json().encode())
            traced.append(1000 * (between - began))
            told.append(1000 * (time.perf_counter() - between))
        title, held = f"{tokens} → {len(trace.output) - 1} tokens", tokens == HELD
        rows += [
            Row(f"glass trace, {title}", median(traced[1:]), "ms", bar=Bar(high=50) if held else None),
            Row(f"story and its JSON, {title}", median(told[1:]), "ms", bar=Bar(high=100) if held else None),
            Row(f"size of the story, {title}", size / 1000, "kB", bar=Bar(high=500) if held else None, threads=0),
        ]
    transformer = load_trained(TRANSFORMER)
    text, times = (string.ascii_lowercase * 3)[:HELD], []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        transformer.record_transformer(text, target=text[::-1])
        times.append(1000 * (time.perf_counter() - began))
    title = f"glass trace of a Transformer, {HELD} → {HELD} tokens"
    rows.append(Row(title, median(times[1:]), "ms", bar=Bar(high=80)))
    how = f"`{MODEL}`, medians of {TIMES}, after one that does not count; `{TRANSFORMER}` (2 + 2 layers), forced."
    return Result("trace", rows, how)
