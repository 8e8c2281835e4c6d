"""The Transformer encoder-decoder.

@vaswani2017. Where we differ: the two embeddings and the output layer have weights of their
own, and embeddings are drawn from N(0, d^-½), so that times √d they are as large as the positions added to them (drawn
from N(0, 1) they would drown them).
"""

import copy
import math
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor, nn

from seq2seq.models.cells import Gates, Touch, untouched
from seq2seq.models.config import TransformerConfig
from seq2seq.models.model import EncoderRecord, Look, Memory, ReadTouch, Seq2Seq, Step, read_untouched
from seq2seq.models.multi_head import joined
from seq2seq.models.positions import Positions
from seq2seq.models.transformer_layer import TransformerLayer
from seq2seq.tasks import PAD

WAY = "self"  # what the encoder's one way of reading is called in its record


class TransformerState(NamedTuple):
    """What a decoder must remember: K and V (B, N, t, d_k) of each layer, and the tokens (B, t) read so far.

    Without the causal mask nothing computed before holds once another token is there: K and V stay empty.
    """

    keys: tuple[Tensor, ...]
    values: tuple[Tensor, ...]
    read: Tensor

    def select(self, rows: Tensor) -> "TransformerState":
        keys, values = (tuple(kept.index_select(0, rows) for kept in held) for held in (self.keys, self.values))
        return TransformerState(keys, values, self.read.index_select(0, rows))


class Transformer(Seq2Seq[TransformerState]):
    """A Transformer over `source` and `target` vocabularies of the given sizes.

    A hand on it (`with_hand`) is called with "SIDE l self heads" or "decoder l cross heads" and what the heads mix,
    (B, N, T, d_k), on both paths; on the glass path also with "SIDE l BLOCK weights", (B, N, T, S). The hand on a
    decoder step is called with the decoder's, T = 1, and with "state", the top layer's state (B, 1, d).
    """

    def __init__(self, config: TransformerConfig, source: int, target: int) -> None:
        super().__init__()
        self.config, width = config, config.hidden
        self.hand: Touch = untouched
        self.source_embedding = nn.Embedding(source, width, padding_idx=PAD)
        self.target_embedding = nn.Embedding(target, width, padding_idx=PAD)
        self.source_place = Positions(config.encoder_positions, width)
        self.target_place = Positions(config.decoder_positions, width)
        self.encoder = nn.ModuleList(TransformerLayer(config, decoder=False) for _ in range(config.layers))
        self.decoder = nn.ModuleList(TransformerLayer(config, decoder=True) for _ in range(config.layers))
        pre = config.norm == "pre"  # a sum of residuals that nobody has normed yet
        self.encoder_norm = nn.LayerNorm(width) if pre else None
        self.decoder_norm = nn.LayerNorm(width) if pre else None
        self.output = nn.Linear(width, target)
        self.start_small()

    @torch.no_grad()
    def start_small(self) -> None:
        """Draw the embeddings from N(0, d^-½): times √d they have the positions' size."""
        for embedding in (self.source_embedding, self.target_embedding):
            nn.init.normal_(embedding.weight, std=self.config.hidden**-0.5)
            embedding.weight[PAD] = 0.0

    # ---- the same weights, used otherwise

    def under(
        self, causal: bool | None = None, source_mask: bool | None = None, cross_mask: bool | None = None
    ) -> "Transformer":
        """The same weights under other masks, as in the configuration; None: as it is. This model stays as it is."""
        asked = {"causal": causal, "source_mask": source_mask, "cross_mask": cross_mask}
        config, other = self.config, copy.copy(self)
        for name, value in asked.items():
            if value is not None:
                config = replace(config, **{name: value})  # type: ignore[arg-type]
        other.config = config
        return other

    def with_hand(self, hand: Touch) -> "Transformer":
        """The same weights with a hand on what the heads mix, training and greedy decoding included."""
        other = copy.copy(self)
        other.hand = hand
        return other

    def touched_by(self, touch: Touch) -> Touch:
        """The model's own hand, then another."""
        return touch if self.hand is untouched else lambda name, value: touch(name, self.hand(name, value))

    # ---- what is read

    def embed_source(self, source: Tensor) -> Tensor:
        """√d E[x] + P, (B, S, d)."""
        place = self.source_place(source.shape[1], device=source.device)
        return self.source_embedding(source) * math.sqrt(self.config.hidden) + place

    def embed_target(self, previous: Tensor, start: int = 0) -> Tensor:
        """√d E[y] + P for the tokens from position `start` on, (B, T, d)."""
        place = self.target_place(start + previous.shape[1], start, previous.device)
        return self.target_embedding(previous) * math.sqrt(self.config.hidden) + place

    # ---- masks: True = visible

    def source_visible(self, mask: Tensor) -> Tensor | None:
        """What the encoder sees, (B, 1, 1, S); None: everything."""
        return mask[:, None, None, :] if self.config.source_mask and not bool(mask.all()) else None

    def cross_visible(self, mask: Tensor) -> Tensor | None:
        """What of the source the decoder sees, (B, 1, 1, S); None: everything."""
        return mask[:, None, None, :] if self.config.cross_mask and not bool(mask.all()) else None

    def target_visible(self, previous: Tensor) -> Tensor | None:
        """What of its own input the decoder sees: the present and the past, (T, T).

        Without the causal mask: all but the pads, (B, 1, 1, T), so that the leak is the future alone.
        """
        if self.config.causal:
            count = previous.shape[1]
            return torch.ones(count, count, dtype=torch.bool, device=previous.device).tril()
        real = previous != PAD
        return None if bool(real.all()) else real[:, None, None, :]

    # ---- fast path

    def encode(self, source: Tensor) -> Memory[TransformerState]:
        mask, x = source != PAD, self.embed_source(source)
        visible = self.source_visible(mask)
        for number, layer in enumerate(self.encoder):
            x = layer(x, visible, touch=self.hand, place=f"encoder {number}")
        return self.memory(x, mask)

    def memory(self, x: Tensor, mask: Tensor) -> Memory[TransformerState]:
        """What the decoder gets: the states, and every decoder layer's K and V of them, computed once a source."""
        if self.encoder_norm:
            x = self.encoder_norm(x)
        looks = [layer.cross.project_memory(x) for layer in self.decoder_layers() if layer.cross]
        looked = tuple((k.contiguous(), v.contiguous()) for k, v in looks)  # once, not at each step
        nothing = x.new_zeros(len(x), self.config.heads, 0, self.config.head_width)
        empty = (nothing,) * self.config.layers if self.config.causal else ()
        read = torch.zeros(len(x), 0, dtype=torch.long, device=x.device)
        return Memory(x, mask, None, TransformerState(empty, empty, read), looked)

    def forward(self, source: Tensor, previous: Tensor) -> Tensor:
        memory, x = self.encode(source), self.embed_target(previous)
        mask = None if self.config.causal else self.target_visible(previous)
        across = self.cross_visible(memory.mask)
        for number, (layer, seen) in enumerate(zip(self.decoder, memory.looked, strict=True)):
            x = layer(x, mask, self.config.causal, seen, across, self.hand, f"decoder {number}")
        return self.output(self.decoder_norm(x) if self.decoder_norm else x)

    # ---- glass path

    def encode_glass(
        self, source: Tensor, touch: ReadTouch = read_untouched
    ) -> tuple[Memory[TransformerState], EncoderRecord]:
        mask = source != PAD
        embedded = x = self.embed_source(source)
        visible, layers = self.source_visible(mask), []
        for number, layer in enumerate(self.encoder_layers()):
            gates = layer.forward_glass(x, visible, touch=self.hand, place=f"encoder {number}")
            gates = touch(number, WAY, 0, gates)
            layers.append({WAY: gates})
            x = gates["h"]
        return self.memory(x, mask), EncoderRecord(embedded, layers)

    def decode_glass(
        self, previous: Tensor, memory: Memory[TransformerState], touch: Touch = untouched
    ) -> tuple[Tensor, list[Gates]]:
        """The decoder over a whole target at once, as the paper writes it: T × T scores under the causal mask.

        Returns: states (B, T, d) that the output layer reads; each layer's values by name.
        """
        x, mask = self.embed_target(previous), self.target_visible(previous)
        across, layers, touch = self.cross_visible(memory.mask), [], self.touched_by(touch)
        for number, (layer, seen) in enumerate(zip(self.decoder_layers(), memory.looked, strict=True)):
            gates = layer.forward_glass(x, mask, None, seen, across, touch, f"decoder {number}")
            layers.append(gates)
            x = gates["h"]
        return (self.decoder_norm(x) if self.decoder_norm else x), layers

    def step(
        self, token: Tensor, state: TransformerState, memory: Memory[TransformerState], touch: Touch = untouched
    ) -> tuple[TransformerState, Step]:
        read = torch.cat([state.read, token[:, None]], 1)
        if not self.config.causal:  # the new token changes everything before it: the whole prefix again
            x, whole = self.decode_glass(read, memory, touch)
            layers = [{name: _last_query(name, value) for name, value in gates.items()} for gates in whole]
            return TransformerState((), (), read), self.read_out(self.embed_target(read)[:, -1], layers, x[:, -1])
        embedded = x = self.embed_target(token[:, None], state.read.shape[1])  # (B, 1, d)
        across, layers, hand = self.cross_visible(memory.mask), [], self.touched_by(touch)
        for number, (layer, seen) in enumerate(zip(self.decoder_layers(), memory.looked, strict=True)):
            before = (state.keys[number], state.values[number])
            gates = layer.forward_glass(x, None, before, seen, across, hand, f"decoder {number}")
            if number == self.config.layers - 1:
                gates["h"] = touch("state", gates["h"])
            layers.append(gates)
            x = gates["h"]
        keys, values = (tuple(gates[f"self.{name}"] for gates in layers) for name in "kv")
        readout = (self.decoder_norm(x) if self.decoder_norm else x)[:, 0]
        return TransformerState(keys, values, read), self.read_out(embedded[:, 0], layers, readout)

    def read_out(self, embedded: Tensor, layers: list[Gates], readout: Tensor) -> Step:
        """The prediction of one step; its look at the source is the top layer's, the mean over its heads."""
        top = layers[-1]
        scores, weights = (top[f"cross.{name}"].mean(1)[:, 0] for name in ("scores", "weights"))  # (B, S)
        look = Look(joined(top["cross.q"])[:, 0], scores, weights, top["cross.heads"][:, 0])
        logits = self.output(readout)
        return Step(embedded, layers, look, readout, logits, logits.log_softmax(-1))

    # ---- parts, typed

    def encoder_layers(self) -> list[TransformerLayer]:
        """The encoder, bottom layer first."""
        return [layer for layer in self.encoder if isinstance(layer, TransformerLayer)]

    def decoder_layers(self) -> list[TransformerLayer]:
        """The decoder, bottom layer first."""
        return [layer for layer in self.decoder if isinstance(layer, TransformerLayer)]


def _last_query(name: str, value: Tensor) -> Tensor:
    """What a step at the last position alone would give: its row of T; all keys and values that it sees."""
    return value if name.endswith((".k", ".v")) else value[..., -1:, :]
