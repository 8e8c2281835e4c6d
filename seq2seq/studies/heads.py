"""What the heads of the shipped Transformers do, and which of them are needed.

    python -m seq2seq.studies.heads

measures what the Heads page shows (held-out pairs, one thread) and writes assets/measured/heads.json.
"""

import json
from typing import TYPE_CHECKING

from seq2seq.folders import ASSETS
from seq2seq.studies.shipped import shipped_card
from seq2seq.tasks import Pair
from seq2seq.traces.heads import HeadPlace, HeadsOff, HeadsTrace, MeasuredHeads

if TYPE_CHECKING:  # it loads torch, and what was measured is shown before that
    from seq2seq.studies.trained import Trained

MEASURED = ASSETS / "measured" / "heads.json"
MODELS = ("reverse-transformer", "dates-transformer")
PAIRS = 400  # held-out pairs, of the dev split, for a shipped model
LONGER = 5  # tokens that an output without some heads may be longer than the model's own
LIVE_PAIRS, LIVE_DECIDE = 100, 50  # for a run of one's own, which somebody waits for


def held_out(trained: "Trained", n: int) -> list[Pair]:
    """Pairs it never trained on; always the same."""
    return trained.task.sample("dev", n)


def measured(model: str) -> MeasuredHeads | None:
    """What comes with the studio, if this model was measured."""
    if not MEASURED.exists():
        return None
    found = json.loads(MEASURED.read_text(encoding="utf-8"))["models"]
    return next((MeasuredHeads.from_dict(row) for row in found if row["model"] == model), None)


def measure(trained: "Trained", way: str) -> MeasuredHeads:
    """The same of a run of one's own, on fewer pairs, one way of switching heads off."""
    from seq2seq.recording.heads import measure_heads

    pairs = held_out(trained, LIVE_PAIRS)
    return measure_heads(
        trained.transformer, trained.name, trained.task, pairs, trained.vocabularies, (way,), LIVE_DECIDE
    )  # fmt: skip


def pairs_of(found: MeasuredHeads, trained: "Trained") -> list[Pair]:
    """The pairs that a model was measured on."""
    return held_out(trained, found.n)


def heads_trace(trained: "Trained", text: str, found: MeasuredHeads) -> HeadsTrace:
    """One sentence through a model whose heads were measured, and what it writes as they go."""
    from seq2seq.recording.heads import mean_outputs, write_without

    model, (source, vocabularies, _) = trained.transformer, trained.read(text, None)
    written = {}
    for way, pruning in found.pruned.items():
        means = None
        if way == "mean":
            means = mean_outputs(model, trained.task, pairs_of(found, trained), vocabularies)
        written[way] = write_without(model, source, vocabularies, pruning.order, means)
    answer = trained.task.answer(trained.task.normalise(text))
    tokens = None if answer is None else (*trained.task.tokenise(answer), "⟨eos⟩")
    return HeadsTrace(trained.record_transformer(text), found, written, tokens)


def switched_off(trained: "Trained", trace: HeadsTrace, places: tuple[HeadPlace, ...], way: str) -> HeadsOff:
    """The same sentence and the same held-out pairs, with some heads off."""
    from seq2seq.recording import record_transformer
    from seq2seq.recording.heads import mean_outputs, score_without, without

    model, vocabularies, pairs = trained.transformer, trained.vocabularies, pairs_of(trace.measured, trained)
    means = mean_outputs(model, trained.task, pairs, vocabularies) if way == "mean" else None
    (score,) = score_without(model, trained.task.batch(pairs, *vocabularies), [places], means)
    touched, longest = without(model, places, way, means), len(trace.sentence.output) + LONGER
    after = record_transformer(touched, trace.sentence.source, vocabularies, longest=longest)
    return HeadsOff(places, way, after, score)


def _measure_shipped(name: str) -> MeasuredHeads:
    from seq2seq.recording.heads import measure_heads
    from seq2seq.studies.trained import load_trained

    trained = load_trained(name)
    return measure_heads(
        trained.transformer, name, trained.task, held_out(trained, PAIRS), trained.vocabularies
    )  # fmt: skip


def _store(models: list[MeasuredHeads]) -> None:
    told = {
        "command": "python -m seq2seq.studies.heads", "split": "dev", "pairs": PAIRS,
        "seeds": {found.model: shipped_card(found.model)["config"]["training"]["seed"] for found in models},
        "models": [found.to_dict() for found in models],
    }  # fmt: skip
    MEASURED.write_text(json.dumps(told) + "\n", encoding="utf-8")


if __name__ == "__main__":
    import sys

    import torch

    torch.set_num_threads(1)
    asked = sys.argv[1:] or MODELS
    kept = {name: found for name in MODELS if name not in asked and (found := measured(name))}
    for name in asked:
        kept[name] = _measure_shipped(name)
        base, pruned = kept[name].base, kept[name].pruned
        print(name, base.exact, {way: [round(score.exact, 3) for score in p.scores] for way, p in pruned.items()})
        _store(list(kept.values()))
