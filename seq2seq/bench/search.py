"""Beam search with its whole tree recorded, against Hugging Face's `generate`, which keeps only what it returns."""

import string
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from seq2seq.bench.table import Bar, Result, Row
from seq2seq.tasks import InputError

TOKENS, WIDTHS, TIMES, WARM = 16, (1, 4, 8), 60, 3


def measure_search() -> Result:
    """`search`: milliseconds an output, widths 1, 4 and 8, in turn."""
    from seq2seq.training.device import share_the_machine

    share_the_machine()
    rows = []
    for width in WIDTHS:
        mine, theirs = ours(width), peer(width)
        took: tuple[list[float], list[float]] = ([], [])
        for _ in range(WARM + TIMES):
            for side, run in zip(took, (mine, theirs), strict=True):
                began = time.perf_counter()
                run()
                side.append(1000 * (time.perf_counter() - began))
        name = "greedy" if width == 1 else f"beam {width}"
        bar = None if width == 1 else Bar(high=0.5, ratio=True)
        rows.append(Row(f"{name}, {TOKENS} tokens", median(took[0][WARM:]), "ms", median(took[1][WARM:]), bar))
    how = (
        "A Transformer of 2 + 2 layers, d = 64, 4 heads, feed-forward 256, 30 tokens, random weights; 16 tokens in, 16 "
        "out, no shorter. Ours keeps every candidate and where each hypothesis looked. The peer: Hugging Face's "
        f"`generate` over MarianMT of the same shape, with its cache. Medians of {TIMES}, in turn."
    )
    return Result("search", rows, how)


def ours(width: int) -> Callable[[], Any]:
    """Our search, ready to run: the source is read anew each time, as `generate` does."""
    import torch

    from seq2seq.decoding import ModelWriter, beam_search
    from seq2seq.models.config import TransformerConfig
    from seq2seq.models.make import make_model
    from seq2seq.tasks import Vocabulary
    from seq2seq.traces.search import BeamSettings, Limits

    vocabulary = Vocabulary.of(string.ascii_lowercase)
    torch.manual_seed(0)
    model = make_model(TransformerConfig(), len(vocabulary), len(vocabulary)).eval()
    source, asked = torch.arange(4, 4 + TOKENS)[None], BeamSettings(width, limits=Limits(TOKENS, TOKENS))
    return lambda: beam_search(ModelWriter(model, source, (), vocabulary.tokens), asked)


def peer(width: int) -> Callable[[], Any]:
    """The peer's, ready to run.

    Raises: InputError if it is not installed.
    """
    try:
        from transformers import GenerationConfig, MarianConfig, MarianMTModel
    except ImportError as error:
        raise InputError("input.no_transformers") from error
    import torch

    torch.manual_seed(0)
    shape: dict[str, Any] = {"d_model": 64, "vocab_size": 30, "max_position_embeddings": 64}
    for side in ("encoder", "decoder"):
        shape |= {f"{side}_layers": 2, f"{side}_attention_heads": 4, f"{side}_ffn_dim": 256}
    special: dict[str, Any] = {"pad_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 1}
    model = MarianMTModel(MarianConfig(**shape, **special, forced_eos_token_id=None)).eval()
    source = torch.arange(4, 4 + TOKENS)[None]
    asked = GenerationConfig(
        num_beams=width, max_new_tokens=TOKENS, min_new_tokens=TOKENS, do_sample=False, bos_token_id=1, **special
    )
    return lambda: model.generate(source, generation_config=asked)
