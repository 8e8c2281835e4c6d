"""The convolutional encoder-decoder, and the encoder alone with one linear layer a position.

@gehring2017: no recurrence; a layer sees k positions at once, and only a stack of layers
sees far. Where we differ: embeddings have the layers' width, so that nothing must be projected between the two, and
start from N(0, 0.3) instead of N(0, 0.1); the context of m states is not scaled by m √(1/m), and joins the decoder's
state as every other residual does, times √½; the encoder's gradients are not divided by the number of attentions
(section 3.4); no weight normalisation, which the authors' own program has.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from seq2seq.models.attention import mix, weigh
from seq2seq.models.cells import Gates
from seq2seq.models.config import ConvConfig
from seq2seq.models.convolution import HALF, borders, conv_layer, conv_step, make_layer
from seq2seq.models.model import (
    EncoderRecord,
    Look,
    Memory,
    ReadTouch,
    Seq2Seq,
    Step,
    Touch,
    read_untouched,
    untouched,
)  # fmt: skip
from seq2seq.tasks import EOS, PAD

PLACES = 64  # positions that have an embedding of their own; all behind them share the last one's
WAY = "conv"  # what the encoder's one way of reading is called in its record


class ConvState(NamedTuple):
    """What a decoder layer must remember: its last k − 1 inputs, (B, k − 1, C); and the position (B,) to write."""

    inputs: tuple[Tensor, ...]
    position: Tensor

    def select(self, rows: Tensor) -> "ConvState":
        return ConvState(tuple(inputs[rows] for inputs in self.inputs), self.position[rows])


class Convolutional(Seq2Seq[ConvState]):
    """A convolutional encoder-decoder over `source` and `target` vocabularies of the given sizes."""

    def __init__(self, config: ConvConfig, source: int, target: int) -> None:
        super().__init__()
        self.config, width = config, config.hidden
        self.causal_encoder, self.decodes = config.padding == "causal", config.readout == "decoder"
        self.source_embedding = nn.Embedding(source, width, padding_idx=PAD)
        self.source_place = nn.Embedding(PLACES, width)
        self.encoder = nn.ModuleList(make_layer(width, config.kernel) for _ in range(config.layers))
        if self.decodes:
            self.target_embedding = nn.Embedding(target, width, padding_idx=PAD)
            self.target_place = nn.Embedding(PLACES, width)
            self.decoder = nn.ModuleList(make_layer(width, config.kernel) for _ in range(config.layers))
            self.query = nn.ModuleList(nn.Linear(width, width) for _ in range(config.layers))
        self.output = nn.Linear(width, target)
        self.start_small()

    @torch.no_grad()
    def start_small(self) -> None:
        """Draw the embeddings from N(0, 0.3), as the recurrent models do."""
        for module in self.modules():
            if isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, std=0.3)
                if module.padding_idx is not None:
                    module.weight[module.padding_idx] = 0.0

    def layer(self, layer: int, decoder: bool = False) -> nn.Conv1d:
        """One convolution."""
        found = (self.decoder if decoder else self.encoder)[layer]
        assert isinstance(found, nn.Conv1d)
        return found

    # ---- reading

    def read_source(self, source: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Source (B, S) as it is read, its mask, and its embeddings e (B, S, C), 0 at pads.

        Without a decoder each source ends in ⟨eos⟩: the position from which the output's end is read.
        """
        if not self.decodes:
            source = torch.cat([source, torch.full_like(source[:, :1], PAD)], 1)
            ends = (source != PAD).sum(1, keepdim=True)
            source = source.scatter(1, ends, EOS)
        mask = source != PAD
        embedded = self.source_embedding(source) + self.places(self.source_place, source.shape[1])
        return source, mask, embedded * mask[:, :, None]

    def places(self, table: nn.Embedding, count: int) -> Tensor:
        """Position embeddings (count, C); positions the table does not have take its last."""
        return table(torch.arange(count, device=self.device).clamp(max=PLACES - 1))

    def memory(self, z: Tensor, embedded: Tensor, mask: Tensor) -> Memory[ConvState]:
        """What the decoder gets: keys z, and values z + e, which know more of the token itself."""
        rows, before = len(z), self.config.kernel - 1
        layers = self.config.layers if self.decodes else 0
        inputs = tuple(z.new_zeros(rows, before, self.config.hidden) for _ in range(layers))
        start = ConvState(inputs, torch.zeros(rows, dtype=torch.long, device=z.device))
        return Memory(z + embedded if self.decodes else z, mask, z if self.decodes else None, start)

    def encode(self, source: Tensor) -> Memory[ConvState]:
        _, mask, embedded = self.read_source(source)
        return self.memory(self.encode_embedded(embedded, mask), embedded, mask)

    def encode_embedded(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """The top layer z (B, S, C) from embeddings (B, S, C); pads are 0 before every layer. The fast path."""
        x = embedded
        for layer in range(self.config.layers):
            x = conv_layer(self.layer(layer), x, self.causal_encoder) * mask[:, :, None]
        return x

    def encode_glass(
        self, source: Tensor, touch: ReadTouch = read_untouched
    ) -> tuple[Memory[ConvState], EncoderRecord]:
        _, mask, embedded = self.read_source(source)
        x, layers = embedded, []
        for layer in range(self.config.layers):
            gates = self.read(x, mask, layer, touch)
            layers.append({WAY: gates})
            x = gates["h"]
        return self.memory(x, embedded, mask), EncoderRecord(embedded, layers)

    def read(self, x: Tensor, mask: Tensor, layer: int, touch: ReadTouch = read_untouched) -> Gates:
        """One encoder layer at one position after the other: gates by name, each (B, S, C), 0 at pads."""
        k = self.config.kernel
        before, behind = borders(k, self.causal_encoder)
        padded = torch.cat([x.new_zeros(len(x), before, x.shape[2]), x, x.new_zeros(len(x), behind, x.shape[2])], 1)
        record: list[Gates] = []
        for position in range(x.shape[1]):
            window = padded[:, position : position + k]
            gates = touch(layer, WAY, position, conv_step(self.layer(layer), window, x[:, position]))
            record.append({name: value * mask[:, position, None] for name, value in gates.items()})
        return {name: torch.stack([gates[name] for gates in record], 1) for name in record[0]}

    # ---- writing, whole target at once

    def forward(self, source: Tensor, previous: Tensor) -> Tensor:
        memory, steps = self.encode(source), previous.shape[1]
        if not self.decodes:
            missing = max(0, steps - memory.states.shape[1])
            return self.output(nn.functional.pad(memory.states, (0, 0, 0, missing))[:, :steps])
        assert memory.keys is not None
        embedded = x = self.target_embedding(previous) + self.places(self.target_place, steps)
        for layer in range(self.config.layers):
            state = conv_layer(self.layer(layer, decoder=True), x, causal=True)
            query = self.query[layer](state) + embedded  # (B, T, C)
            scores = torch.bmm(query, memory.keys.transpose(1, 2))  # (B, T, S)
            weights = scores.masked_fill(~memory.mask[:, None, :], -torch.inf).softmax(-1)
            x = (state + torch.bmm(weights, memory.states)) * HALF
        return self.output(x)

    # ---- writing, one token after the other

    def step(
        self, token: Tensor, state: ConvState, memory: Memory[ConvState], touch: Touch = untouched
    ) -> tuple[ConvState, Step]:
        if not self.decodes:
            return self.step_positions(state, memory)
        place = self.target_place(state.position.clamp(max=PLACES - 1))
        embedded = x = self.target_embedding(token) + place
        layers, inputs, look = [], [], None
        for layer in range(self.config.layers):
            window = torch.cat([state.inputs[layer], x[:, None]], 1)  # (B, k, C): itself and what came before
            gates = conv_step(self.layer(layer, decoder=True), window, x)
            top = layer == self.config.layers - 1
            look = self.look(layer, gates["h"], embedded, memory, touch if top else untouched)
            joined = (gates["h"] + look.context) * HALF
            gates |= {"residual": gates["h"], "h": touch("state", joined) if top else joined}
            gates |= {"query": look.query, "scores": look.scores, "weights": look.weights, "context": look.context}
            layers.append(gates)
            inputs.append(window[:, 1:])
            x = gates["h"]
        logits = self.output(x)
        after = ConvState(tuple(inputs), state.position + 1)
        return after, Step(embedded, layers, look, x, logits, logits.log_softmax(-1))

    def look(self, layer: int, state: Tensor, embedded: Tensor, memory: Memory[ConvState], touch: Touch) -> Look:
        """One decoder layer looks at the source: its state and the token just read ask together."""
        assert memory.keys is not None
        query = self.query[layer](state) + embedded
        scores = torch.einsum("bd,bsd->bs", query, memory.keys)
        weights = touch("weights", weigh(scores, memory.mask))
        context = touch("context", mix(weights, memory.states))
        return Look(query, scores, weights, context)

    def step_positions(self, state: ConvState, memory: Memory[ConvState]) -> tuple[ConvState, Step]:
        """Without a decoder: the encoder's state at this position; zeros behind the source's end."""
        count = memory.states.shape[1]
        at = state.position.clamp(max=count - 1)
        inside = (state.position < count)[:, None]
        z = memory.states[torch.arange(len(at), device=at.device), at] * inside
        logits = self.output(z)
        return ConvState((), state.position + 1), Step(z, [], None, z, logits, logits.log_softmax(-1))
