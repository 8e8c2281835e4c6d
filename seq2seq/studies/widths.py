"""Does a wider beam help? One model, many held-out sentences, beams of several widths, and the best output of all.

    python -m seq2seq.studies.widths [NAME …]

Each model's figures go into assets/measured/widths.json as soon as they are there.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

from seq2seq.folders import ASSETS
from seq2seq.studies.shipped import SEARCHED
from seq2seq.tasks import Pair, Task
from seq2seq.tasks.synonyms import Synonyms
from seq2seq.traces.exact import SAME, ExactSettings
from seq2seq.traces.scoring import LengthPenalty
from seq2seq.traces.search import BeamSettings, Limits
from seq2seq.traces.widths import WidthScore, WidthsTrace

if TYPE_CHECKING:  # it brings torch
    from seq2seq.studies.trained import Trained

MEASURED = ASSETS / "measured" / "widths.json"
MODELS = (*SEARCHED, "reverse-transformer")
WIDTHS, ALPHAS = (1, 2, 3, 4, 5, 8, 10), (0.0, 1.0)
SENTENCES, BUDGET = 200, 1000


def measure_widths(
    trained: "Trained", penalty: LengthPenalty, n: int, budget: int = BUDGET, widths: Sequence[int] = WIDTHS
) -> WidthsTrace:
    """Decode n pairs of the test split, and search each exactly within a budget of expansions."""
    from seq2seq.decoding import beam_search, exact_search

    task: Task = trained.task
    pairs = task.sample("test", n)
    limits = Limits(longest=max(len(task.tokenise(pair.target)) for pair in pairs) + 4)
    found: dict[int, list[tuple[str, float, float, int, float]]] = {width: [] for width in widths}
    best: list[tuple[str, float, float]] = []
    proved = 0
    for pair in pairs:
        writer = trained.writer(pair.source)
        for width in widths:
            began = time.perf_counter()
            tree = beam_search(writer, BeamSettings(width, penalty, limits))
            took, node = 1000 * (time.perf_counter() - began), tree.best
            found[width].append(
                (tree.text(node), float(tree.total[node]), float(tree.score[node]), len(tree.numbers(node)), took)
            )
        exact = exact_search(writer, ExactSettings(penalty, limits, budget, max(widths)))
        proved += exact.proved
        best.append((exact.text(exact.best), exact.best.log_prob, exact.best.score))
    known = [max(top[2], *(found[width][k][2] for width in widths)) for k, top in enumerate(best)]
    right = [bool(task.accepts(pair.source, top[0])) for pair, top in zip(pairs, best, strict=True)]
    return WidthsTrace(
        trained.name, task.name, penalty, n, proved, sum(right), sum(not top[0] for top in best),
        sum(top[1] for top in best) / n, sum(len(task.tokenise(pair.target)) + 1 for pair in pairs), budget,
        tuple(_score(task, pairs, width, found[width], known) for width in widths),
        task.crossing if isinstance(task, Synonyms) else None,
    )  # fmt: skip


def _score(
    task: Task, pairs: Sequence[Pair], width: int, found: Sequence[tuple[str, float, float, int, float]],
    known: Sequence[float],
) -> WidthScore:  # fmt: skip
    """One width's figures; known: the best score that is known of each sentence."""
    texts, log_probs, scores, tokens, times = zip(*found, strict=True)
    right = [bool(task.accepts(pair.source, text)) for pair, text in zip(pairs, texts, strict=True)]
    counts: tuple[Counter[int], ...] = (Counter(), Counter(), Counter())
    for pair, is_right, text in zip(pairs, right, texts, strict=True):
        for counter, counted in zip(counts, (1, int(is_right), int(not text)), strict=True):
            counter[len(task.tokenise(pair.source))] += counted
    by_length = {length: (count, counts[1][length], counts[2][length]) for length, count in sorted(counts[0].items())}
    errors = sum(best > score + SAME for best, score in zip(known, scores, strict=True))
    return WidthScore(
        width, sum(right), sum(not text for text in texts), sum(log_probs) / len(pairs), errors, sum(tokens),
        median(times), by_length,
    )  # fmt: skip


def measured() -> dict[tuple[str, float], WidthsTrace]:
    """What was measured of the shipped models, by name and α."""
    if not MEASURED.exists():
        return {}
    traces = [WidthsTrace.from_dict(row) for row in json.loads(MEASURED.read_text(encoding="utf-8"))]
    return {(trace.model, trace.penalty.alpha): trace for trace in traces}


def measure_all(names: Sequence[str]) -> None:
    """Measure these shipped models, without and with length normalisation."""
    from seq2seq.studies.trained import load_trained
    from seq2seq.training.device import share_the_machine

    share_the_machine()
    for name in names:
        for alpha in ALPHAS:
            trace = measure_widths(load_trained(name), LengthPenalty(alpha), SENTENCES)
            kept = {**measured(), (name, alpha): trace}
            rows = ",\n".join(json.dumps(one.to_dict(), ensure_ascii=False) for one in kept.values())
            MEASURED.write_text(f"[\n{rows}\n]\n", encoding="utf-8")
            told = {score.width: (score.right, score.errors, round(score.ms, 1)) for score in trace.scores}
            print(name, alpha, f"proved {trace.proved} of {trace.n}, best right {trace.best_right}", told, flush=True)


if __name__ == "__main__":
    measure_all(sys.argv[1:] or MODELS)
