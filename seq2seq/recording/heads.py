"""Measure the heads of a Transformer: what each looks at, and what the model can do without it.

A head that is off gives, at every position, zeros ("zero") or its own mean over held-out pairs ("mean"), in place of
what it mixed. One head alone hides that others can stand in for it, so they are also taken away one after the other.
After @michel2019 and @voita2019.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from seq2seq.decoding import most_probable, walk
from seq2seq.models.cells import Touch
from seq2seq.models.transformer import WAY, Transformer
from seq2seq.recording.decoding import LONGEST_OUTPUT
from seq2seq.tasks import BOS, PAD, Batch, Pair, Task, Vocabulary
from seq2seq.traces.heads import (
    PATTERNS,
    SIDES,
    WAYS,
    HeadPlace,
    HeadScore,
    Mean,
    MeasuredHead,
    MeasuredHeads,
    Pruning,
    head_places,
    keys_of,
)

MOST_GREEDY = 32  # heads that are tried all again at each step: 528 trials
ROWS = 2400  # sentences at a time, so that memory stays bounded
Means = Mapping[HeadPlace, Tensor]  # each head's mean output, (d_k,)
Vocabularies = tuple[Vocabulary, Vocabulary]


# ---- off


def switch_off(variants: Sequence[Sequence[HeadPlace]], rows: int, heads: int, means: Means | None = None) -> Touch:
    """A hand that switches other heads off in each part of a batch: variant v in `rows` rows from v · rows on.

    means: what stands where a head's output was; None: zeros.
    """
    found: dict[str, list[tuple[slice, int, Tensor | float]]] = {}
    for number, off in enumerate(variants):
        for place in off:
            side, layer, block = place.address
            part, stand_in = slice(number * rows, (number + 1) * rows), means[place] if means else 0.0
            found.setdefault(f"{side} {layer} {block} heads", []).append((part, place.head, stand_in))

    def hand(name: str, value: Tensor) -> Tensor:  # (B, N, T, d_k)
        if name not in found:
            return value
        value = value.clone()
        for part, head, stand_in in found[name]:
            value[part, head] = stand_in
        return value

    return hand


def without(model: Transformer, off: Sequence[HeadPlace], way: str, means: Means | None = None) -> Transformer:
    """The same weights, with some heads off.

    Raises: ValueError if they are to give their means, which are not there.
    """
    if way == "mean" and means is None:
        raise ValueError("to give its mean, a head's mean must be known")
    return model.with_hand(switch_off([off], 2**40, model.config.heads, means if way == "mean" else None))


@torch.inference_mode()
def mean_outputs(model: Transformer, task: Task, pairs: Sequence[Pair], vocabularies: Vocabularies) -> Means:
    """What each head gives on average, over all positions of the pairs that are no pads; decoder along the answers."""
    sums: dict[HeadPlace, Tensor] = {}
    counts: dict[str, int] = {}

    def adding(mask: Tensor, block: str) -> Touch:
        def hand(name: str, value: Tensor) -> Tensor:
            side, layer, own, kind = name.split()
            letter = next(key for key, parts in SIDES.items() if parts == (side, own))
            if kind == "heads":
                for head in range(value.shape[1]):
                    place = HeadPlace(letter, int(layer), head)
                    total = value[:, head][mask].double().sum(0)  # (d_k,)
                    sums[place] = sums[place] + total if place in sums else total
                if layer == "0":
                    counts[letter] = counts.get(letter, 0) + int(mask.sum())
            return value

        return hand

    for start in range(0, len(pairs), ROWS):
        source, target = _tensors(task.batch(pairs[start : start + ROWS], *vocabularies), model)
        memory = model.with_hand(adding(source != PAD, "e")).encode(source)
        model.decode_glass(_previous(target), memory, adding(target != PAD, "d"))
    return {place: (total / counts[place.block]).float() for place, total in sums.items()}


# ---- scores


@torch.inference_mode()
def score_without(
    model: Transformer, batch: Batch, variants: Sequence[Sequence[HeadPlace]], means: Means | None = None,
    written: bool = True,
) -> list[HeadScore]:  # fmt: skip
    """Score the model once for each variant, with its heads off; many variants go through the model as one batch.

    written: also write freely and count; else only the loss along the answers is measured, and `right` is 0.
    """
    source, target = _tensors(batch, model)
    n, found = len(source), []
    each = max(1, ROWS // n)
    for start in range(0, len(variants), each):
        part = variants[start : start + each]
        touched = model.with_hand(switch_off(part, n, model.config.heads, means))
        sources, targets = source.repeat(len(part), 1), target.repeat(len(part), 1)
        loss = cross_entropy(
            touched(sources, _previous(targets)).flatten(0, 1), targets.flatten(), ignore_index=PAD, reduction="none"
        )
        losses = loss.view(len(part), -1).sum(1) / float((target != PAD).sum())
        right = [0] * len(part)
        if written:
            output = _write(touched, sources, target.shape[1])
            right = (output == targets).all(1).view(len(part), n).sum(1).tolist()
        found += [HeadScore(int(r), n, float(x)) for r, x in zip(right, losses.tolist(), strict=True)]
    return found


def _write(model: Transformer, source: Tensor, longest: int) -> Tensor:
    """What is written greedily, (B, longest), PAD behind its end."""
    output = torch.stack([tokens for tokens, _, _ in walk(model, model.encode(source), most_probable, longest)], 1)
    return torch.nn.functional.pad(output, (0, longest - output.shape[1]), value=PAD)


def prune(
    model: Transformer, batch: Batch, alone: Mapping[HeadPlace, HeadScore], means: Means | None = None,
    pairs: int | None = None,
) -> Pruning:  # fmt: skip
    """Take heads away one after the other until none is left: each time the one whose loss is least without it.

    Where there are too many heads to try them all again and again, in the order of their losses alone.

    Args: alone: scores with one head off; pairs: decide on so many of the batch, None: on all.
    """
    few, greedy = Batch(*(part[:pairs] for part in batch)), len(alone) <= MOST_GREEDY
    left, order = sorted(alone, key=lambda place: alone[place].loss), list[HeadPlace]()
    while left:
        best = 0
        if greedy:
            scores = score_without(model, few, [(*order, place) for place in left], means, written=False)
            best = min(range(len(left)), key=lambda k: scores[k].loss)
        order.append(left.pop(best))
    scores = score_without(model, batch, prefixes(order), means)
    return Pruning(tuple(order), tuple(scores), greedy, len(few.source))


def prefixes(order: Sequence[HeadPlace]) -> list[Sequence[HeadPlace]]:
    """The first head off, the first two, … all of them."""
    return [order[: k + 1] for k in range(len(order))]


@torch.inference_mode()
def write_without(
    model: Transformer, source: Sequence[str], vocabularies: Vocabularies, order: Sequence[HeadPlace],
    means: Means | None = None,
) -> tuple[tuple[str, ...], ...]:  # fmt: skip
    """What one sentence becomes with the first head of the order off, the first two, …: tokens, ⟨eos⟩ included."""
    numbers = torch.tensor([vocabularies[0].encode(source)], device=model.device)
    touched = model.with_hand(switch_off(prefixes(order), 1, model.config.heads, means))
    output = _write(touched, numbers.repeat(len(order), 1), LONGEST_OUTPUT)
    tokens = vocabularies[1].tokens
    return tuple(tuple(tokens[n] for n in row if n != PAD) for row in output.tolist())


# ---- what it looks at


def _looks(
    model: Transformer, task: Task, pairs: Sequence[Pair], vocabularies: Vocabularies
) -> Iterator[tuple[str, int, np.ndarray, list[str], list[str], list[str]]]:
    """Block, layer, weights (N, L, M), tokens of queries and keys, and what is written at each query, pair by pair."""
    for start in range(0, len(pairs), ROWS):
        part = pairs[start : start + ROWS]
        source, target = _tensors(task.batch(part, *vocabularies), model)
        memory, read = model.encode_glass(source)
        _, decoder = model.decode_glass(_previous(target), memory)
        for row, pair in enumerate(part):
            tokens, answer = task.tokenise(pair.source), [*task.tokenise(pair.target), "⟨eos⟩"]
            fed = ["⟨bos⟩", *answer[:-1]]
            S, T = len(tokens), len(answer)
            for layer in range(model.config.layers):
                own, gates = read.layers[layer][WAY]["self.weights"][row, :, :S, :S], decoder[layer]
                yield "e", layer, own.numpy(), tokens, tokens, tokens
                yield "d", layer, gates["self.weights"][row, :, :T, :T].numpy(), fed, fed, answer
                yield "x", layer, gates["cross.weights"][row, :, :T, :S].numpy(), fed, tokens, answer


@torch.inference_mode()
def measure_looks(
    model: Transformer, task: Task, pairs: Sequence[Pair], vocabularies: Vocabularies
) -> dict[HeadPlace, tuple[Mean, Mean, dict[str, Mean]]]:
    """Entropy of each head's rows, what it would be at most, and the share of weight that each pattern gets."""
    places = head_places(model.config.layers, model.config.heads)
    totals = {place: np.zeros(2) for place in places}
    shares = {place: dict.fromkeys(PATTERNS[place.block], Mean(0.0, 0)) for place in places}
    rows: dict[HeadPlace, int] = dict.fromkeys(places, 0)
    for block, layer, weights, queries, keys, written in _looks(model, task, pairs, vocabularies):
        L, M = weights.shape[1:]
        sees = np.arange(1, L + 1) if block == "d" and model.config.causal else np.full(L, M)
        chosen = sees > 1  # a row that sees one key has no choice
        if not chosen.any():
            continue
        held = weights.astype(float)
        with np.errstate(divide="ignore", invalid="ignore"):
            entropy = -np.where(held > 0, held * np.log(held), 0).sum(-1)  # (N, L)
        masks = {name: _mask(name, queries, keys, written) for name in PATTERNS[block]}
        for head in range(weights.shape[0]):
            place = HeadPlace(block, layer, head)
            totals[place] += entropy[head, chosen].sum(), np.log(sees[chosen]).sum()
            rows[place] += int(chosen.sum())
            for name, mask in masks.items():
                there = mask.any(1) & chosen
                so_far, weight = shares[place][name], float((held[head] * mask)[there].sum())
                shares[place][name] = Mean(so_far.total + weight, so_far.rows + int(there.sum()))
    return {
        place: (
            Mean(float(totals[place][0]), rows[place]), Mean(float(totals[place][1]), rows[place]),
            shares[place],
        )
        for place in places
    }  # fmt: skip


def _mask(pattern: str, queries: Sequence[str], keys: Sequence[str], written: Sequence[str]) -> np.ndarray:
    """(L, M) bool: which keys a pattern means, for each query."""
    mask = np.zeros((len(queries), len(keys)), dtype=bool)
    for t, token in enumerate(written):
        mask[t, keys_of(pattern, t, queries, keys, token)] = True
    return mask


def measure_heads(
    model: Transformer, name: str, task: Task, pairs: Sequence[Pair], vocabularies: Vocabularies,
    ways: Sequence[str] = WAYS, decide: int | None = None,
) -> MeasuredHeads:  # fmt: skip
    """Everything about every head, on these pairs; decide: on how many of them the order of removal is decided."""
    looks = measure_looks(model, task, pairs, vocabularies)
    batch, base = task.batch(pairs, *vocabularies), None
    alone: dict[str, dict[HeadPlace, HeadScore]] = {}
    pruned: dict[str, Pruning] = {}
    for way in ways:
        means = mean_outputs(model, task, pairs, vocabularies) if way == "mean" else None
        base, *scores = score_without(model, batch, [(), *((place,) for place in looks)], means)
        alone[way] = dict(zip(looks, scores, strict=True))
        pruned[way] = prune(model, batch, alone[way], means, decide)
    assert base
    heads = tuple(
        MeasuredHead(place, entropy, most, shares, {way: alone[way][place] for way in ways})
        for place, (entropy, most, shares) in looks.items()
    )
    return MeasuredHeads(name, len(pairs), base, heads, pruned)


def _tensors(batch: Batch, model: Transformer) -> tuple[Tensor, Tensor]:
    source, target = (torch.from_numpy(part).to(model.device) for part in batch)
    return source, target


def _previous(target: Tensor) -> Tensor:
    """What the decoder reads along the answers; an ⟨eos⟩ before pads, which a leaking model would see, is a pad."""
    previous = torch.cat([torch.full_like(target[:, :1], BOS), target[:, :-1]], 1)
    return previous.masked_fill(target == PAD, PAD)
