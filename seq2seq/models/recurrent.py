"""RNN, GRU and LSTM encoder-decoders, with or without attention.

@sutskever2014 (no attention: the last state is all the decoder gets), @bahdanau2015 (additive:
the state *before* the step asks, the context goes *into* the step), @luong2015 (the products: the state
*after* the step asks, the context joins it for the prediction). Where we differ: with every attention the logits are
read from tanh(W [c; s]), as in Luong; Bahdanau reads them from a maxout layer over the state before the step, the last
token and the context. The decoder begins with a copy of the encoder's last state, both directions side by side, where
Bahdanau computes s₀ = tanh(W h₁) from the backward state at the first position. Luong's input feeding, by which the
last step's read-out goes into the next step, is not there.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from seq2seq.models.attention import Attention, attend, mix, weigh
from seq2seq.models.cells import Gates, cell_step, cell_weights, fast_cell_step
from seq2seq.models.config import RecurrentConfig
from seq2seq.models.model import (
    EncoderRecord,
    InnerTouch,
    Look,
    Memory,
    ReadTouch,
    Seq2Seq,
    Step,
    Touch,
    inside_untouched,
    read_untouched,
    untouched,
)  # fmt: skip
from seq2seq.tasks import PAD

NETWORKS: dict[str, type[nn.RNN] | type[nn.GRU] | type[nn.LSTM]] = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


class RecurrentState(NamedTuple):
    """State of each decoder layer: h and, for an LSTM, c, each (B, D)."""

    h: tuple[Tensor, ...]
    c: tuple[Tensor, ...] = ()

    def select(self, rows: Tensor) -> "RecurrentState":
        return RecurrentState(tuple(h[rows] for h in self.h), tuple(c[rows] for c in self.c))


class Recurrent(Seq2Seq[RecurrentState]):
    """A recurrent encoder-decoder over `source` and `target` vocabularies of the given sizes."""

    def __init__(self, config: RecurrentConfig, source: int, target: int) -> None:
        super().__init__()
        self.config = config
        network, width = NETWORKS[config.cell], config.width
        self.source_embedding = nn.Embedding(source, config.embedding, padding_idx=PAD)
        self.target_embedding = nn.Embedding(target, config.embedding, padding_idx=PAD)
        self.encoder = network(
            config.embedding,
            config.hidden,
            config.layers,
            batch_first=True,
            bidirectional=config.bidirectional,
        )
        read = config.embedding + (width if config.asks_before else 0)
        self.decoder = network(read, width, config.layers, batch_first=True)
        self.attention = Attention(config.attention, width) if config.attention != "none" else None
        self.combine = nn.Linear(2 * width, width) if self.attention else None
        self.output = nn.Linear(width, target)
        for start in (self.start_small, self.scale_recurrence, self.open_forget_gates):
            start()

    @torch.no_grad()
    def start_small(self) -> None:
        """Draw the embeddings from a narrower range than PyTorch's N(0, 1).

        A GRU then learns reverse and copy in about half the updates, and dates in slightly more: see BENCHMARKS.md.
        """
        for embedding in (self.source_embedding, self.target_embedding):
            nn.init.normal_(embedding.weight, std=0.3)
            embedding.weight[PAD] = 0.0

    @torch.no_grad()
    def open_forget_gates(self) -> None:
        """Set the sum of the LSTM's two forget biases (order i f g o) to the configured value."""
        if self.config.cell == "lstm":
            for network in (self.encoder, self.decoder):
                for name, bias in network.named_parameters():
                    if name.startswith("bias"):
                        gate = bias.chunk(4)[1]
                        gate.fill_(self.config.forget_bias if "_ih_" in name else 0.0)

    # ---- fast path

    def encode(self, source: Tensor) -> Memory[RecurrentState]:
        mask = source != PAD
        embedded = self.source_embedding(source)
        if bool(mask.all()):
            states, final = self.encoder(embedded)
        else:
            lengths = mask.sum(1).cpu()
            packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
            states, final = self.encoder(packed)
            states, _ = pad_packed_sequence(states, batch_first=True, total_length=source.shape[1])
        h, c = final if self.config.cell == "lstm" else (final, None)
        return self.memory(states, mask, self.join(h), () if c is None else self.join(c))

    def join(self, final: Tensor) -> tuple[Tensor, ...]:
        """Last states (layers · directions, B, H) as one (B, D) for each layer, directions side by side."""
        layers = final.unflatten(0, (self.config.layers, -1))  # (layers, directions, B, H)
        return tuple(torch.cat(tuple(layer), dim=-1) for layer in layers)

    def memory(
        self, states: Tensor, mask: Tensor, h: tuple[Tensor, ...], c: tuple[Tensor, ...]
    ) -> Memory[RecurrentState]:
        """What the decoder gets: the states with their keys, and its own first state."""
        keys = self.attention.keys(states) if self.attention else None
        return Memory(states, mask, keys, RecurrentState(h, c))

    def forward(self, source: Tensor, previous: Tensor) -> Tensor:
        memory = self.encode(source)
        embedded = self.target_embedding(previous)  # (B, T, E)
        if self.config.asks_before:
            return self.output(self.forward_additive(embedded, memory))
        h, c = memory.start
        start = (torch.stack(h), torch.stack(c)) if c else torch.stack(h)
        states, _ = self.decoder(embedded, start)  # (B, T, D)
        if self.attention and self.combine and memory.keys is not None:
            context = self.attention.attend_all(states, memory.states, memory.keys, memory.mask)
            states = torch.tanh(self.combine(torch.cat([context, states], -1)))
        return self.output(states)

    def forward_additive(self, embedded: Tensor, memory: Memory[RecurrentState]) -> Tensor:
        """Readouts (B, T, D): each step needs the context that the step before it asked for."""
        assert self.attention and self.combine and memory.keys is not None
        state, pairs = memory.start, []
        weights = [cell_weights(self.decoder, layer) for layer in range(self.config.layers)]
        for x in embedded.unbind(1):
            scores = self.attention.compare(state.h[-1], memory.keys).scores
            context, _ = attend(scores, memory.states, memory.mask)
            x, h, c = torch.cat([x, context], -1), [], []
            for layer, weight in enumerate(weights):
                x, cell = fast_cell_step(
                    self.config.cell, x, state.h[layer], state.c[layer] if state.c else None, weight
                )
                h.append(x)
                c.extend([] if cell is None else [cell])
            state = RecurrentState(tuple(h), tuple(c))
            pairs.append(torch.cat([context, x], -1))
        return torch.tanh(self.combine(torch.stack(pairs, 1)))

    # ---- glass path

    def encode_glass(
        self, source: Tensor, touch: ReadTouch = read_untouched, inside: InnerTouch = inside_untouched
    ) -> tuple[Memory[RecurrentState], EncoderRecord]:
        mask = source != PAD
        embedded = x = self.source_embedding(source)
        layers, h, c = [], [], []
        for layer in range(self.config.layers):
            gates = {way: self.read(x, mask, layer, way, touch, inside) for way in self.config.directions}
            ends = {"forward": mask.sum(1) - 1, "backward": torch.zeros_like(mask.sum(1))}
            rows = torch.arange(len(source), device=source.device)
            h.append(torch.cat([gates[way]["h"][rows, ends[way]] for way in gates], -1))
            if self.config.cell == "lstm":
                c.append(torch.cat([gates[way]["c"][rows, ends[way]] for way in gates], -1))
            x = torch.cat([gates[way]["h"] for way in gates], -1)  # (B, S, D)
            layers.append(gates)
        return self.memory(x, mask, tuple(h), tuple(c)), EncoderRecord(embedded, layers)

    def read(self, x: Tensor, mask: Tensor, layer: int, way: str, touch: ReadTouch, inside: InnerTouch) -> Gates:
        """One layer reading x (B, S, I) in one direction: gates by name, each (B, S, H), 0 at pads."""
        backward = way == "backward"
        weights = cell_weights(self.encoder, layer, backward)
        h = c = x.new_zeros(len(x), self.config.hidden)
        record: list[Gates] = []
        positions = range(x.shape[1])
        for position in reversed(positions) if backward else positions:
            real = mask[:, position, None]
            gates = cell_step(self.config.cell, x[:, position], h, c, weights, inside(layer, way, position))
            gates = touch(layer, way, position, gates)
            h = torch.where(real, gates["h"], h)
            c = torch.where(real, gates.get("c", c), c)
            record.append({name: value * real for name, value in gates.items()})
        if backward:
            record.reverse()
        return {name: torch.stack([gates[name] for gates in record], 1) for name in record[0]}

    def step(
        self,
        token: Tensor,
        state: RecurrentState,
        memory: Memory[RecurrentState],
        touch: Touch = untouched,
    ) -> tuple[RecurrentState, Step]:
        embedded = x = self.target_embedding(token)
        look = None
        if self.config.asks_before:  # the state before the step asks, and the context goes into the step
            look = self.look(state.h[-1], memory, touch)
            x = torch.cat([embedded, look.context], -1)
        layers: list[Gates] = []
        for layer in range(self.config.layers):
            cell = state.c[layer] if state.c else None
            gates = cell_step(self.config.cell, x, state.h[layer], cell, cell_weights(self.decoder, layer))
            if layer == self.config.layers - 1:
                gates["h"] = touch("state", gates["h"])
            layers.append(gates)
            x = gates["h"]
        if self.attention and not self.config.asks_before:  # the new state asks
            look = self.look(x, memory, touch)
        readout = x
        if self.combine and look:
            readout = torch.tanh(self.combine(torch.cat([look.context, x], -1)))
        logits = self.output(readout)
        after = RecurrentState(
            tuple(gates["h"] for gates in layers), tuple(gates["c"] for gates in layers if "c" in gates)
        )
        return after, Step(embedded, layers, look, readout, logits, logits.log_softmax(-1))

    def look(self, query: Tensor, memory: Memory[RecurrentState], touch: Touch) -> Look:
        """One look at the source: compare, weigh, mix."""
        assert self.attention and memory.keys is not None
        scores, asking, hidden = self.attention.compare(query, memory.keys)
        weights = touch("weights", weigh(scores, memory.mask))
        context = touch("context", mix(weights, memory.states))
        return Look(query, scores, weights, context, asking, hidden)

    @torch.no_grad()
    def scale_recurrence(self) -> None:
        """Multiply the recurrent matrices, every gate's, by the configured scale; no other number changes."""
        for network in (self.encoder, self.decoder):
            for name, weight in network.named_parameters():
                if name.startswith("weight_hh"):
                    weight.mul_(self.config.recurrent_scale)
