"""Outputs drawn at random, counted and judged: what the page on sampling is told from."""

from collections.abc import Callable
from dataclasses import replace

from seq2seq.decoding import Writer, distribution, sample
from seq2seq.tasks import Task
from seq2seq.traces.diversity import TEMPERATURES, DiversityTrace, Heat
from seq2seq.traces.sampling import Cut, Distribution, SampleSettings, SampleTrace
from seq2seq.traces.search import Limits

Accepts = Callable[[str], bool | None]
MOST, COVERED, BUDGET = 60, 0.999, 400  # outputs that are listed, their share of all, beginnings looked at
DRAWN = 300  # outputs at each temperature


def exact_shares(writer: Writer, cut: Cut, limits: Limits) -> Distribution:
    """The exact probabilities of the most probable outputs, as many as can be shown."""
    return distribution(writer, cut, limits, MOST, COVERED, BUDGET)


def judged_by(task: Task | None, source: str) -> Accepts:
    """What says of an output whether it is right; None of it where nothing is."""
    if task is None:
        return lambda output: None
    known: dict[str, bool | None] = {}

    def accepts(output: str) -> bool | None:
        if output not in known:
            known[output] = task.accepts(task.normalise(source), output)
        return known[output]

    return accepts


def record_diversity(
    writer: Writer, task: Task | None, source: str, cut: Cut, limits: Limits, seed: int = 0, n: int = DRAWN
) -> DiversityTrace:
    """Draw n outputs at each of several temperatures, and at that of the cut; with the cut, and without."""
    accepts = judged_by(task, source)
    heats = sorted({*TEMPERATURES, cut.temperature})
    settings = SampleSettings(cut, limits, n, seed)
    cuts = [replace(cut, temperature=heat) for heat in heats]
    flaw = task.flaw if task else lambda output: None
    found = [_heat(sample(writer, replace(settings, cut=one)), accepts, flaw) for one in cuts]
    alone = found
    if cut.top_k or cut.top_p < 1:
        alone = [_heat(sample(writer, replace(settings, cut=Cut(heat))), accepts, flaw) for heat in heats]
    answers = None if task is None else len(task.answers(task.normalise(source)))
    return DiversityTrace(writer.source, cut, seed, answers or None, tuple(found), tuple(alone))


def _heat(trace: SampleTrace, accepts: Accepts, flaw: Callable[[str], str | None]) -> Heat:
    counts = trace.counts()
    texts = {tokens: trace.read(tokens) for tokens in counts}
    known = {tokens: trace.end in tokens and accepts(text) for tokens, text in texts.items()}
    judged = all(accepts(text) is not None for text in texts.values())
    most = next(iter(counts))
    return Heat(
        trace.asked.cut.temperature, trace.asked.samples,
        sum(count for tokens, count in counts.items() if known[tokens]) if judged else None,
        len(counts), sum(bool(right) for right in known.values()), (texts[most], counts[most]),
        flaw(texts[most]) if trace.end in most else None,
    )  # fmt: skip
