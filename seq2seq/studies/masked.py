"""A typed batch through a trained Transformer, under its masks and with some of them off."""

from seq2seq.recording.masks import record_masks, record_switches
from seq2seq.studies.masks import letter_task
from seq2seq.studies.trained import Trained, finite, load_trained
from seq2seq.tasks import Pair
from seq2seq.traces.masks import LeakMap, MasksTrace, SwitchesTrace

MOST_WRITTEN = 16  # letters of a free-running output that are shown: it may never end
Sentences = tuple[tuple[str, ...], ...]


def answers(trained: Trained, sentences: Sentences) -> Sentences:
    """The right output of each sentence."""
    task = letter_task(trained.config)
    return tuple(tuple(task.rearrange("".join(sentence))) for sentence in sentences)


def masked_batch(trained: Trained, sentences: Sentences, layer: int, head: int) -> MasksTrace:
    """One head of one layer over the batch, under teacher forcing along the right outputs."""
    targets = answers(trained, sentences)
    return finite(record_masks(trained.transformer, sentences, targets, trained.vocabularies, layer, head))


def switched_batch(trained: Trained, sentences: Sentences, pads: int, at: int) -> SwitchesTrace:
    """The batch with more pads, with masks off, and with the target token of a position replaced."""
    targets = answers(trained, sentences)
    return finite(record_switches(trained.transformer, sentences, targets, trained.vocabularies, pads, at))


def look_ahead(reference: str, pair: Pair) -> LeakMap:
    """What a model's decoder looks at in its own input, forced along the pair's target; and what it writes alone."""
    trained = load_trained(reference)
    forced = trained.record_transformer(pair.source, pair.target)
    alone = trained.record_transformer(pair.source)
    best = forced.log_probs[:, 2:].argmax(-1) + 2  # ⟨pad⟩ and ⟨bos⟩ are never written
    return LeakMap(
        forced.source,
        forced.output,
        tuple(forced.vocabulary[token] for token in best),
        "".join(token for token in alone.output if token != "⟨eos⟩")[:MOST_WRITTEN],
        forced.decoder[-1]["self.weights"],
    )
