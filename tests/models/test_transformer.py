"""Laws of the Transformer: equal to PyTorch's layers, glass = fast = cached, and the masks hide what they should."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from seq2seq.decoding import forced_by, greedy, most_probable, walk
from seq2seq.models.config import TransformerConfig, model_config
from seq2seq.models.make import make_model
from seq2seq.models.positions import PLACES, Positions, sinusoids
from seq2seq.models.transformer import Transformer
from seq2seq.models.transformer_layer import TransformerLayer
from seq2seq.tasks import BOS, PAD, InputError
from tests.models.small import SOURCE, TARGET, draw

SMALL = TransformerConfig(layers=2, hidden=8, heads=2, feed_forward=12)
CAUSAL = [
    SMALL,
    replace(SMALL, norm="pre"),
    replace(SMALL, heads=1, layers=1, scaled=False),
    replace(SMALL, heads=4, encoder_positions="learned", decoder_positions="none"),
    replace(SMALL, norm="pre", encoder_positions="none", decoder_positions="learned", layers=3),
    replace(SMALL, encoder_positions="none", decoder_positions="none"),
]
LEAKING = [replace(SMALL, causal=False), replace(SMALL, causal=False, norm="pre")]


def name_of(config):
    ways = f"{config.encoder_positions}-{config.decoder_positions}"
    return f"{config.norm}-{config.layers}x{config.heads}-{ways}{'' if config.causal else '-leaking'}"


causal = pytest.mark.parametrize("config", CAUSAL, ids=name_of)
every = pytest.mark.parametrize("config", [*CAUSAL, *LEAKING], ids=name_of)
CLOSE = {"atol": 1e-5, "rtol": 0}


def build(config, seed=0):
    """A random model; its biases and norms far enough from their start that a mistake with them would show."""
    torch.manual_seed(seed)
    model = make_model(config, SOURCE, TARGET).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias") or "norm" in name:
                parameter.add_(torch.randn_like(parameter) * 0.3)
    return model


def another(tokens):
    """Another letter for each."""
    return (tokens - 3) % (TARGET - 4) + 4


def read_by_decoder(rows=4, length=6, seed=2):
    return torch.cat([torch.full((rows, 1), BOS), draw(rows, length, vocabulary=TARGET, seed=seed)], 1)


def along(model, source, previous):
    """Logits step by step, cached."""
    memory = model.encode(source)
    state, rows = memory.start, []
    for token in previous.unbind(1):
        state, step = model.step(token, state, memory)
        rows.append(step.logits)
    return torch.stack(rows, 1)


# ---- equal to PyTorch


def give_weights(reference, ours):
    """PyTorch's layer gets our layer's weights."""
    pairs = [(reference.self_attn, ours.attention), *([(reference.multihead_attn, ours.cross)] if ours.cross else [])]
    for theirs, own in pairs:
        theirs.in_proj_weight.copy_(own.project.weight)
        theirs.in_proj_bias.copy_(own.project.bias)
        theirs.out_proj.load_state_dict(own.output.state_dict())
    reference.linear1.load_state_dict(ours.inner.state_dict())
    reference.linear2.load_state_dict(ours.outer.state_dict())
    norms = [ours.norm_self, *([ours.norm_cross] if ours.cross else []), ours.norm_feed]
    for number, norm in enumerate(norms, 1):
        getattr(reference, f"norm{number}").load_state_dict(norm.state_dict())


def random_layer(norm, decoder):
    torch.manual_seed(3)
    layer = TransformerLayer(replace(SMALL, norm=norm), decoder).eval()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.2)
    return layer


@pytest.mark.parametrize("norm", ["post", "pre"])
@torch.no_grad()
def test_an_encoder_layer_is_pytorchs(norm):
    ours, x, real = random_layer(norm, False), torch.randn(4, 6, 8), draw() != PAD
    theirs = nn.TransformerEncoderLayer(8, 2, 12, 0.0, batch_first=True, norm_first=norm == "pre").eval()
    give_weights(theirs, ours)
    wanted = theirs(x, src_key_padding_mask=~real)
    visible = real[:, None, None, :]
    for found in (ours(x, visible), ours.forward_glass(x, visible)["h"]):
        torch.testing.assert_close(found[real], wanted[real], **CLOSE)


@pytest.mark.parametrize("norm", ["post", "pre"])
@torch.no_grad()
def test_a_decoder_layer_is_pytorchs(norm):
    ours, x, memory, real = random_layer(norm, True), torch.randn(4, 5, 8), torch.randn(4, 6, 8), draw() != PAD
    theirs = nn.TransformerDecoderLayer(8, 2, 12, 0.0, batch_first=True, norm_first=norm == "pre").eval()
    give_weights(theirs, ours)
    future = nn.Transformer.generate_square_subsequent_mask(5)
    wanted = theirs(x, memory, tgt_mask=future, tgt_is_causal=True, memory_key_padding_mask=~real)
    seen, visible = ours.cross.project_memory(memory), real[:, None, None, :]
    lower = torch.ones(5, 5, dtype=torch.bool).tril()
    torch.testing.assert_close(ours(x, None, True, seen, visible), wanted, **CLOSE)
    torch.testing.assert_close(ours.forward_glass(x, lower, None, seen, visible)["h"], wanted, **CLOSE)


# ---- one model, three ways


@every
@torch.no_grad()
def test_the_glass_path_equals_the_fast_one(config):
    model, source, previous = build(config), draw(), read_by_decoder()
    memory, record = model.encode_glass(source)
    real = source != PAD
    torch.testing.assert_close(memory.states[real], model.encode(source).states[real], **CLOSE)
    states, layers = model.decode_glass(previous, memory)
    torch.testing.assert_close(model.output(states), model(source, previous), **CLOSE)
    assert len(record.layers) == len(layers) == config.layers


@causal
@torch.no_grad()
def test_cached_steps_equal_the_whole_target_at_once(config):
    model, source, previous = build(config), draw(), read_by_decoder()
    torch.testing.assert_close(along(model, source, previous), model(source, previous), **CLOSE)


@torch.no_grad()
def test_without_the_causal_mask_a_step_reads_its_whole_prefix_again():
    """And so it is not the whole forward: there, every position sees the end of the target."""
    model, source, previous = build(LEAKING[0]), draw(), draw(vocabulary=TARGET, seed=5)[:1].repeat(4, 1)
    steps = along(model, source, previous)
    for t in range(previous.shape[1]):
        prefix = model(source, previous[:, : t + 1])[:, -1]
        torch.testing.assert_close(steps[:, t], prefix, **CLOSE)
    assert not torch.allclose(steps, model(source, previous), atol=1e-3)


# ---- attention


@every
@torch.no_grad()
def test_every_row_of_weights_sums_to_1_and_is_0_where_masked(config):
    model, source, previous = build(config), draw(), read_by_decoder()
    memory, record = model.encode_glass(source)
    pads = (source == PAD)[:, None, None, :]
    for layer in record.layers:
        weights = layer["self"]["self.weights"]
        torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:-1]), **CLOSE)
        assert (weights.masked_select(pads) == 0).all()
    _, layers = model.decode_glass(previous, memory)
    later = torch.ones(7, 7, dtype=torch.bool).triu(1)
    for layer in layers:
        for block in ("self", "cross"):
            weights = layer[f"{block}.weights"]
            torch.testing.assert_close(weights.sum(-1), torch.ones(weights.shape[:-1]), **CLOSE)
        assert (layer["cross.weights"].masked_select(pads) == 0).all()
        if config.causal:
            assert (layer["self.weights"].masked_select(later) == 0).all()


@torch.no_grad()
def test_scores_are_divided_by_the_root_of_a_heads_width():
    for scaled, divisor in ((True, math.sqrt(4)), (False, 1.0)):
        model = build(replace(SMALL, scaled=scaled))
        gates = model.encode_glass(draw())[1].layers[0]["self"]
        q, k = (gates[f"self.{name}"][0] for name in "qk")  # (N, S, d_k)
        dots = torch.einsum("nsd,ntd->nst", q, k)
        torch.testing.assert_close(gates["self.dots"][0], dots, **CLOSE)
        torch.testing.assert_close(gates["self.scores"][0], dots / divisor, **CLOSE)


@torch.no_grad()
def test_heads_split_the_features_and_see_every_position():
    """Another feature slice of V changes one head's output alone, at every position."""
    model = build(SMALL)
    attention = model.encoder_layers()[0].attention
    x = torch.randn(1, 5, 8)
    q, k, v = attention.project_all(x)
    other = v.clone()
    other[:, 0] += 1.0  # features of the first head, at every position
    before, after = (attention.attend_glass(q, k, value, None)["heads"] for value in (v, other))
    assert not torch.isclose(before[..., :4], after[..., :4]).any()
    torch.testing.assert_close(before[..., 4:], after[..., 4:], atol=0, rtol=0)


# ---- masks


@every
@torch.no_grad()
def test_a_longer_neighbour_in_the_batch_changes_nothing(config):
    model, source, previous = build(config), draw(), read_by_decoder()
    together = model(source, previous)
    for row in range(4):
        alone = source[row : row + 1, : int((source[row] != PAD).sum())]
        torch.testing.assert_close(model(alone, previous[row : row + 1])[0], together[row], **CLOSE)


@pytest.mark.parametrize("switch", ["source_mask", "cross_mask"])
@torch.no_grad()
def test_without_a_padding_mask_it_changes_outputs(switch):
    model, source, previous = build(SMALL).under(**{switch: False}), draw(), read_by_decoder()
    together = model(source, previous)
    row = int((source != PAD).sum(1).argmin())
    alone = source[row : row + 1, : int((source[row] != PAD).sum())]
    assert not torch.allclose(model(alone, previous[row : row + 1])[0], together[row], atol=1e-3)


@causal
@torch.no_grad()
def test_changing_a_target_token_changes_no_output_before_it(config):
    model, source, previous = build(config), draw(), read_by_decoder()
    before = model(source, previous)
    for t in range(previous.shape[1]):
        changed = previous.clone()
        changed[:, t] = (changed[:, t] + 1) % TARGET
        after = model(source, changed)
        torch.testing.assert_close(after[:, :t], before[:, :t], atol=1e-6, rtol=0)
        assert not torch.allclose(after[:, t], before[:, t], atol=1e-6)


@torch.no_grad()
def test_without_the_causal_mask_it_changes_what_came_before():
    model, source, previous = build(SMALL).under(causal=False), draw(), draw(vocabulary=TARGET, seed=3, length=5)
    previous = previous[:1].repeat(4, 1)
    changed = previous.clone()
    changed[:, -1] = another(changed[:, -1])
    assert not torch.allclose(model(source, changed)[:, 0], model(source, previous)[:, 0], atol=1e-3)


@torch.no_grad()
def test_switches_leave_the_model_itself_alone():
    model, source, previous = build(SMALL), draw(), read_by_decoder()
    before = model(source, previous)
    other = model.under(causal=False, source_mask=False)
    assert isinstance(other, Transformer) and model.config == SMALL and not other.config.causal
    assert not torch.allclose(other(source, previous), before, atol=1e-3)
    torch.testing.assert_close(model(source, previous), before, atol=0, rtol=0)


# ---- forced and free


def exact(model, source, wanted):
    """Share of rows that are right under teacher forcing, and free-running, ⟨eos⟩ included."""
    previous = torch.cat([torch.full_like(wanted[:, :1], BOS), wanted[:, :-1]], 1)
    forced = model(source, previous)[..., 2:].argmax(-1) + 2
    free, _ = greedy(model, source, wanted.shape[1])
    free = nn.functional.pad(free, (0, wanted.shape[1] - free.shape[1]), value=PAD)
    real = wanted != PAD
    return [float(((found == wanted) | ~real).all(1).float().mean()) for found in (forced, free)]


@causal
@torch.no_grad()
def test_teacher_forced_exact_match_is_free_running_exact_match(config):
    """On targets of which some are what the model writes: half right, half wrong, so the law says something."""
    model, source = build(config), draw(rows=32, seed=7)
    wanted = greedy(model, source, 6)[0].clone()
    wanted[::2, 1] = another(wanted[::2, 1])
    forced, free = exact(model, source, wanted)
    assert forced == free and 0 < free < 1


@torch.no_grad()
def test_for_a_leaking_model_they_differ():
    """What it wrote freely is not what it would write knowing the rest of it."""
    model, source = build(LEAKING[0]), draw(rows=32, seed=7)
    for parameter in (*model.decoder.parameters(), model.target_embedding.weight, model.output.weight):
        if parameter.ndim == 2:
            parameter.mul_(8)  # so that the future says something
    model.output.bias.zero_()
    wanted, _ = greedy(model, source, 6)
    forced, free = exact(model, source, wanted)
    assert free == 1 and forced < 1


# ---- positions


@torch.no_grad()
def test_an_encoder_without_positions_is_permutation_equivariant():
    model, source = build(replace(SMALL, encoder_positions="none")), draw(rows=1)
    order = torch.randperm(source.shape[1], generator=torch.Generator().manual_seed(1))
    shuffled, states = model.encode(source[:, order]).states, model.encode(source).states
    torch.testing.assert_close(shuffled, states[:, order], **CLOSE)
    placed = build(SMALL)
    assert not torch.allclose(placed.encode(source[:, order]).states, placed.encode(source).states[:, order], atol=1e-2)


def test_sinusoids_are_the_papers():
    table = sinusoids(30, 8)
    for p in (0, 1, 29):
        for i in range(4):
            angle = p / 10000 ** (2 * i / 8)
            assert table[p, 2 * i] == pytest.approx(math.sin(angle), abs=1e-6)
            assert table[p, 2 * i + 1] == pytest.approx(math.cos(angle), abs=1e-6)
    dots = table @ table.T  # depend on the distance alone
    torch.testing.assert_close(dots[3, 10], dots[15, 22], **CLOSE)


@pytest.mark.parametrize("kind", ["sinusoidal", "learned", "none"])
def test_positions_go_on_beyond_the_table(kind):
    positions = Positions(kind, 8)
    whole = positions(PLACES + 5)
    assert whole.shape == (PLACES + 5, 8)
    torch.testing.assert_close(positions(PLACES + 5, PLACES - 2), whole[PLACES - 2 :], **CLOSE)
    if kind == "learned":
        torch.testing.assert_close(whole[-1], whole[PLACES - 1])


# ---- house rules


@every
@torch.no_grad()
def test_rows_can_be_selected(config):
    model, source = build(config), draw()
    memory, rows = model.encode(source), torch.tensor([2, 0, 2])
    token = torch.tensor([4, 5, 6, 7])
    state, _ = model.step(token, memory.start, memory)
    _, all_rows = model.step(token, state, memory)
    _, some = model.step(token[rows], state.select(rows), memory.select(rows))
    torch.testing.assert_close(some.log_probs, all_rows.log_probs[rows], **CLOSE)


@every
def test_every_parameter_learns(config):
    model = build(config)
    model(draw(), draw(vocabulary=TARGET, seed=2)).square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


@torch.no_grad()
def test_a_hand_on_the_heads_is_the_same_on_every_path():
    """One head switched off: fast, whole glass and cached steps agree, and the model itself is as it was."""
    model, source, previous = build(SMALL), draw(), read_by_decoder()
    before = model(source, previous)

    def off(name, value):
        if name != "decoder 1 cross heads":
            return value
        value = value.clone()
        value[:, 1] = 0.0
        return value

    other = model.with_hand(off)
    fast = other(source, previous)
    assert not torch.allclose(fast, before, atol=1e-3)
    states, _ = other.decode_glass(previous, other.encode(source))
    torch.testing.assert_close(other.output(states), fast, **CLOSE)
    torch.testing.assert_close(along(other, source, previous), fast, **CLOSE)
    torch.testing.assert_close(model(source, previous), before, atol=0, rtol=0)


@torch.no_grad()
def test_walking_along_a_target_is_forcing():
    model, source, previous = build(SMALL), draw(), read_by_decoder()
    memory, target = model.encode(source), previous[:, 1:]
    steps = [step.logits for _, _, step in walk(model, memory, forced_by(target), target.shape[1])]
    whole = model(source, previous)
    for t, logits in enumerate(steps):
        torch.testing.assert_close(logits, whole[:, t], **CLOSE)
    assert len(list(walk(model, memory, most_probable, 3))) <= 3


@pytest.mark.parametrize(
    "setting",
    [{"layers": 0}, {"layers": 5}, {"heads": 3}, {"heads": 0}, {"hidden": 0}, {"norm": "both"}, {"cell": "gru"},
     {"encoder_positions": "rotary"}, {"hidden": 9, "heads": 3}, {"feed_forward": 0}],
)  # fmt: skip
def test_impossible_shapes_are_told(setting):
    with pytest.raises(InputError):
        TransformerConfig(**setting)


def test_configurations_are_told_apart_by_their_cell():
    assert model_config({"cell": "transformer", "heads": 2}) == TransformerConfig(heads=2)
    assert isinstance(make_model(SMALL, SOURCE, TARGET), Transformer)
    with pytest.raises(TypeError):
        model_config({"cell": "transformer", "kernel": 3})
