"""Trace → story: the heads of one model over one sentence, what each does, and what is left without them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from seq2seq.stories.formulas import percent
from seq2seq.stories.heads.closer import large_map, share_bars
from seq2seq.stories.heads.maps import head_maps
from seq2seq.stories.heads.names import does, head_name, pattern_name
from seq2seq.stories.heads.needed import needed_heads
from seq2seq.stories.heads.questions import heads_questions
from seq2seq.stories.heads.steps import HeadsTeller, Moment, Told
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import listed, titled
from seq2seq.stories.story import Story, View
from seq2seq.stories.tokens import short_sign, token_row
from seq2seq.traces import TransformerTrace
from seq2seq.traces.heads import NAMED, HeadPlace, HeadScore, HeadsTrace, MeasuredHead, keys_of, row_entropy
from seq2seq.words import Words

FAINT = 0.04  # weights below this are not drawn in a small map
BLOCKS = ("e", "d", "x")
BEYOND = 5  # tokens of an output that are shown beyond the length of the model's own
NEVER = 10**6  # a rank that is never reached


def heads_story(trace: HeadsTrace, words: Words, way: str = "zero") -> Story:
    """Tell what each head does and which are needed.

    Args: way: what stands where a head's output was, "zero" or "mean".
    Returns: a story whose views all follow `step`.
    """
    told = HeadsTeller(trace, way, words).tell()
    questions = heads_questions(trace, way, words)
    steps = [
        replace(step, question=questions.get(moment.key))
        for step, moment in zip(told.steps, told.moments, strict=True)
    ]  # fmt: skip
    views = [
        _overview(trace, told, way, words), _closer(trace, told, words), _shares(trace, told, words),
        _needed(trace, told, way, words),
    ]  # fmt: skip
    sentence = trace.sentence
    identity = "|".join(["heads", trace.measured.model, way, "".join(sentence.source)])
    title = words.say("heads.title", source="".join(sentence.source))
    known = {"d": trace.sentence.width, "N": trace.sentence.heads, "d_k": trace.sentence.head_width}
    return Story(identity, title, steps, views, told.chapters, player_labels(words), told.formulas, sizes=known)


def weights_of(trace: TransformerTrace, place: HeadPlace) -> np.ndarray:
    """(L, M) of one head in one sentence."""
    side, layer, block = place.address
    return trace.gates(side, layer)[f"{block}.weights"][place.head]  # type: ignore[arg-type]


def address_of(place: HeadPlace) -> str:
    """How the weights of a head begin their addresses."""
    side, layer, block = place.address
    return f"{side} {layer} {block}.weights {place.head}"


def seen_by(trace: TransformerTrace, place: HeadPlace) -> list[int]:
    """How many keys each query sees; the first so many."""
    side, _, block = place.address
    return trace.visible(side, block).sum(1).tolist()  # type: ignore[arg-type]


# ---- the overview


def block_titles(words: Words) -> tuple[str, str, str]:
    """What the three blocks are called."""
    encoder, own, cross = (words.say(f"heads.block.{block}") for block in BLOCKS)
    return encoder, own, cross


def map_rows(trace: TransformerTrace, places: Sequence[HeadPlace], version: int, ask: str = "") -> list[dict[str, Any]]:
    """One row a query of every head: what it sees, and its weights but for the faintest."""
    rows = []
    for place in places:
        seen, at = seen_by(trace, place), {"v": version, "b": BLOCKS.index(place.block), "l": place.layer}
        for q, row in enumerate(weights_of(trace, place)):
            keys = [j for j, w in enumerate(row) if w >= FAINT]
            rows.append(
                at | {"h": place.head, "q": q, "seen": seen[q], "w": row[keys], "key": keys,
                      "ask": f"{ask}{address_of(place)} {q}"}
            )  # fmt: skip
    return rows


def map_labels(heads: Sequence[MeasuredHead], ranks: Mapping[HeadPlace, int], words: Words) -> list[dict[str, Any]]:
    """What stands round every small map: its id, what it seems to do, its entropy, and when it goes."""
    rows = []
    for head in heads:
        done, place = does(head), head.place
        share = f" {head.shares[head.best].value:.0%}" if done == head.best else ""
        rows.append(
            {"b": BLOCKS.index(place.block), "l": place.layer, "h": place.head, "id": place.id,
             "name": words.say(f"heads.short.{done}") + share, "plain": not share,
             "short": words.say(f"heads.short.{done}"), "h_alone": f"H {head.entropy.value:.2f}",
             "spread": f"H {head.entropy.value:.2f} / {head.most.value:.2f}",
             "ask_name": f"share {place.id} {head.best}", "ask_spread": f"entropy {place.id}",
             "rank": ranks.get(place, NEVER)}
        )  # fmt: skip
    return rows


def output_rows(k: int, line: int, written: Sequence[str], own: Sequence[str], ask: str) -> list[dict[str, Any]]:
    """One output, token by token, and where it differs from the model's own."""
    return [
        {"k": k, "line": line, "t": t, "differs": t >= len(own) or own[t] != token,
         "ask": f"{ask}chosen {t}" if ask or not line else ""}
        | token_row(token) | {"token": short_sign(token)}
        for t, token in enumerate(written[: len(own) + BEYOND])
    ]  # fmt: skip


def told_row(k: int, line: int, score: HeadScore, ask: str, key: str, words: Words, **slots: object) -> dict[str, Any]:
    """The caption of an output: how many are off, and the exact match on the sample."""
    known = {"exact": percent(score.exact), "right": f"{score.right:,}", "n": f"{score.n:,}"} | slots
    return {"k": k, "line": line, "text": words.say(f"heads.told.{key}", **known), "ask": ask}


def overview_view(
    data: Mapping[str, Any], trace: TransformerTrace, tracks: Mapping[str, Any], alternatives: Sequence[str],
    words: Words, id: str = "overview", hint: str = "hint",
) -> View:  # fmt: skip
    """The small maps, with the tracks that move them."""
    longest = max((row["t"] + 1 for row in data["outputs"]), default=1)
    signals = {
        "N": trace.heads, "R": trace.layers, "S": len(trace.source), "T": len(trace.output), "D": longest, **tracks,
    }  # fmt: skip
    return View(
        id, words.say("heads.overview.title"), words.say(f"heads.overview.{hint}"), head_maps(block_titles(words)),
        "vega", alternatives, data, "maps", signals, wide=True,
    )  # fmt: skip


def _overview(trace: HeadsTrace, told: Told, way: str, words: Words) -> View:
    sentence, measured = trace.sentence, trace.measured
    pruning, places = measured.pruned[way], [head.place for head in measured.heads]
    ranks = {place: rank for rank, place in enumerate(pruning.order)}
    outputs, lines = output_rows(0, 0, sentence.output, sentence.output, ""), []
    lines.append(told_row(0, 0, measured.base, "kept zero 0" if way == "zero" else "kept mean 0", "all", words))
    for k, (written, score) in enumerate(zip(trace.written[way], pruning.scores, strict=True), 1):
        outputs += output_rows(k, 1, written, sentence.output, "")
        lines.append(told_row(k, 1, score, f"kept {way} {k}", "off", words, off=k, all=len(places)))
    data = {
        "rows": map_rows(sentence, places, 0), "maps": map_labels(measured.heads, ranks, words), "outputs": outputs,
        "told": lines,
    }  # fmt: skip
    at = [places[moment.k] for moment in told.moments]
    tracks = {
        "b_at": [BLOCKS.index(place.block) for place in at], "l_at": [place.layer for place in at],
        "h_at": [place.head for place in at], "held_at": [moment.held for moment in told.moments],
        "gone_at": [moment.gone for moment in told.moments], "v_at": [0] * len(at),
    }  # fmt: skip
    alternatives = [titled(step, words) for step in told.steps]
    return overview_view(data, sentence, tracks, alternatives, words)


# ---- the head in hand


def pattern_cells(trace: TransformerTrace, head: MeasuredHead) -> list[tuple[int, int]]:
    """The cells (query, key) that a head's best pattern means in this sentence."""
    side, _, block = head.place.address
    queries, keys = trace.tokens(side, block)  # type: ignore[arg-type]
    seen = seen_by(trace, head.place)
    following = trace.output if side == "decoder" else queries
    cells = [(q, j) for q in range(len(queries)) for j in keys_of(head.best, q, queries, keys, following[q])]
    return [(q, j) for q, j in cells if j < seen[q] and seen[q] > 1]


def _closer(trace: HeadsTrace, told: Told, words: Words) -> View:
    sentence, rows, patterns = trace.sentence, [], []
    for k, head in enumerate(trace.measured.heads):
        seen = seen_by(sentence, head.place)
        for q, row in enumerate(weights_of(sentence, head.place)):
            rows.append(
                {"k": k, "q": q, "w": row[: seen[q]], "key": range(seen[q]),
                 "ask": f"{address_of(head.place)} {q}", "entropy": f"{row_entropy(row.tolist()):.2f}",
                 "ask_entropy": f"row {head.place.id} {q}"}
            )  # fmt: skip
        if does(head) == head.best:
            patterns += [{"k": k, "q": q, "key": j} for q, j in pattern_cells(sentence, head)]
    signals = {
        "source": [short_sign(token) for token in sentence.source],
        "read": [short_sign(token) for token in sentence.read],
        "k_at": [moment.k for moment in told.moments],
        "b_at": [BLOCKS.index(trace.measured.heads[moment.k].place.block) for moment in told.moments],
    }
    say = words.say
    asking = (say("heads.closer.query.source"), say("heads.closer.query.read"))
    asked = (say("heads.closer.key.source"), say("heads.closer.key.read"))
    return View(
        "head", say("heads.closer.title"), say("heads.closer.hint"), large_map(asking, asked, "H"), "vega",
        [_look_in_words(trace, moment, words) for moment in told.moments], {"rows": rows, "patterns": patterns},
        "rows", signals,
    )  # fmt: skip


def _look_in_words(trace: HeadsTrace, moment: Moment, words: Words) -> str:
    """Where each query looks most."""
    sentence, place = trace.sentence, trace.measured.heads[moment.k].place
    side, _, block = place.address
    queries, keys = sentence.tokens(side, block)  # type: ignore[arg-type]
    best = [
        words.say("heads.closer.alt.row", query=short_sign(queries[q]), asked=short_sign(keys[int(row.argmax())]),
                  weight=f"{row.max():.2f}")
        for q, row in enumerate(weights_of(sentence, place))
    ]  # fmt: skip
    return words.say("heads.closer.alt", name=head_name(place, words), rows=listed(best, words))


def _shares(trace: HeadsTrace, told: Told, words: Words) -> View:
    rows, say = [], words.say
    for k, head in enumerate(trace.measured.heads):
        part = head.entropy.value / head.most.value if head.most.value else 0.0
        text = f"{head.entropy.value:.2f} / {head.most.value:.2f}"
        rows.append({"k": k, "r": 0, "name": say("heads.shares.entropy"), "v": part, "text": text, "best": False,
                     "ask": f"entropy {head.place.id}"})  # fmt: skip
        for r, (pattern, share) in enumerate(head.shares.items(), 1):
            rows.append(
                {"k": k, "r": r, "name": pattern_name(pattern, words), "v": share.value,
                 "text": percent(share.value) if share.rows else "–", "best": does(head) == pattern,
                 "ask": f"share {head.place.id} {pattern}"}
            )  # fmt: skip

    def describe(moment: Moment) -> str:
        head = trace.measured.heads[moment.k]
        told = listed(
            (f"{pattern_name(name, words)} {percent(share.value)}" for name, share in head.shares.items()), words
        )
        return say("heads.shares.alt", name=head_name(head.place, words), shares=told,
                   entropy=f"{head.entropy.value:.2f}", most=f"{head.most.value:.2f}")  # fmt: skip

    spec = share_bars(
        say("heads.shares.spread", n=trace.measured.n), say("heads.shares.where"),
        say("heads.shares.named", named=f"{NAMED:.0%}"),
    )  # fmt: skip
    most = max(len(head.shares) for head in trace.measured.heads)
    signals = {"rows": most, "line": NAMED, "k_at": [moment.k for moment in told.moments]}
    return View(
        "shares", say("heads.shares.title"), say("heads.shares.hint", n=trace.measured.n), spec, "vega",
        [describe(moment) for moment in told.moments], {"bars": rows}, "bars", signals,
    )  # fmt: skip


# ---- which are needed


def _needed(trace: HeadsTrace, told: Told, way: str, words: Words) -> View:
    measured, say = trace.measured, words.say
    pruning = measured.pruned[way]
    exact = [measured.base.exact, *(score.exact for score in pruning.scores)]
    ids = ["", *(place.id for place in pruning.order)]
    kept = [
        {"i": i, "exact": share, "before": exact[max(0, i - 1)], "id": ids[i], "ask": f"kept {way} {i}",
         "tip": say("heads.needed.tip", off=i, exact=percent(share))}
        for i, share in enumerate(exact)
    ]  # fmt: skip
    alone = [
        {"i": i, "exact": measured.head(place).off[way].exact, "ask": f"alone {way} {place.id}",
         "tip": say("heads.needed.tip.alone", name=head_name(place, words),
                    exact=percent(measured.head(place).off[way].exact))}
        for i, place in enumerate(pruning.order, 1)
    ]  # fmt: skip
    others = [name for name in measured.pruned if name != way]
    other = []
    for name in others:
        shares = [measured.base.exact, *(score.exact for score in measured.pruned[name].scores)]
        other += [{"i": i, "exact": shares[i], "before": shares[i - 1]} for i in range(1, len(shares))]
    titles = {key: say(f"heads.needed.{key}") for key in ("x", "y", "alone", "nothing")}
    titles |= {"kept": say(f"heads.needed.kept.{way}"), "other": say(f"heads.needed.other.{way}")}
    signals: dict[str, Any] = {"n": len(pruning.order), "others": len(others)}
    signals |= {"gone_at": [moment.gone for moment in told.moments]}
    signals |= {"alone_at": [int(moment.kind not in ("intro", "head")) for moment in told.moments]}

    def describe(moment: Moment) -> str:
        if moment.kind in ("intro", "head"):
            return say("heads.needed.nothing")
        return say("heads.needed.alt", off=moment.gone, all=len(pruning.order), exact=percent(exact[moment.gone]))

    return View(
        "needed", say("heads.needed.title"), say("heads.needed.hint"), needed_heads(tuple(sorted(titles.items()))),
        "vega", [describe(moment) for moment in told.moments],
        {"kept": kept, "alone": alone, "other": other}, "kept", signals, wide=True,
    )  # fmt: skip
