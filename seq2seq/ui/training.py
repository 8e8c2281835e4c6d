"""The Train page's parts: the settings, and which run to look at."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from seq2seq.models.config import (
    ATTENTIONS,
    CELLS,
    CONV,
    CONV_LIMITS,
    KERNELS,
    NORMS,
    PADDINGS,
    POSITIONS,
    READOUTS,
    TRANSFORMER,
    TRANSFORMER_LIMITS,
    ConvConfig,
    ModelConfig,
    RecurrentConfig,
    TransformerConfig,
)  # fmt: skip
from seq2seq.models.config import LIMITS as MODEL_LIMITS
from seq2seq.tasks import TASKS, make_task
from seq2seq.training.config import (
    LIMITS,
    MOMENTUM,
    OPTIMISER_NAMES,
    OPTIMISERS,
    TRANSFORMER_RATE,
    RunConfig,
    TrainingConfig,
)
from seq2seq.training.device import likely_devices
from seq2seq.training.records import RunRecord
from seq2seq.ui.address import says_new, settle_part, touch, write_address
from seq2seq.ui.board import name_run
from seq2seq.ui.controls import choice, decimal, switch, whole
from seq2seq.ui.markdown import Markdown, PageWords
from seq2seq.ui.page import one_sentence
from seq2seq.ui.session import executor, owner, run_store

CONV_SHAPE = {  # by the ids of its controls
    "conv-layers": ConvConfig.layers, "conv-hidden": ConvConfig.hidden, "kernel": str(ConvConfig.kernel),
    "readout": ConvConfig.readout, "padding": ConvConfig.padding,
}  # fmt: skip

SIZES, SIDES = ("layers", "hidden", "heads", "feed_forward"), ("encoder_positions", "decoder_positions")
SWITCHES = ("causal", "source_mask", "cross_mask", "scaled")
TRANSFORMER_SHAPE = {  # by the ids of its controls
    **{f"transformer-{name}": getattr(TransformerConfig, name) for name in (*SIZES, *SIDES, *SWITCHES)},
    "norm": TransformerConfig.norm, "transformer-rate": TRANSFORMER_RATE,
}  # fmt: skip
LENGTH_CHOSEN = ("reverse", "copy", "sort", "random-target")  # tasks whose longest input can be chosen


def _set(**values: Any) -> Callable[[], None]:
    """A callback that sets these controls by their ids, and all others to their defaults."""
    defaults = {
        "task": "reverse",
        "longest": 10,
        "distance": 20,
        "shift": 3,
        "distinct": False,
        **CONV_SHAPE,
        **TRANSFORMER_SHAPE,
        **asdict(RecurrentConfig()),
        **asdict(TrainingConfig()),
        "until": True,
        "clipping": True,
    }
    return lambda: st.session_state.update(defaults | values)


TRAIN_TRIES: dict[str, Callable[[], None]] = {
    "none": _set(task="reverse", attention="none"),
    "addition": _set(task="addition", attention="general", bidirectional=True, hidden=96, steps=4000),
    "dates": _set(task="dates", cell="gru", attention="additive", bidirectional=True),
    "transformer": _set(task="reverse", cell=TRANSFORMER),
}


@st.fragment
def choose_and_start(words: PageWords) -> None:
    """The settings and the button that starts a run; while they are changed, the rest of the page rests."""
    with one_sentence(words):
        config, pressed = chosen_config(words)
        if pressed:
            st.session_state["run"] = executor().submit(config, owner())
            st.rerun()
    settle_part()


def chosen_config(words: PageWords) -> tuple[RunConfig, bool]:
    """The settings on the page, and whether Train was pressed.

    Raises: InputError if they do not fit together.
    """
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        task = choice(
            "task", say("train.task"), list(TASKS), "reverse", lambda name: say(f"train.task.{name}"), width=220
        )
        cells = (*CELLS, CONV, TRANSFORMER)
        cell = choice("cell", say("train.cell"), cells, "gru", lambda name: say(f"cell.{name}"), width=160)
        attention = _attention(words) if cell in CELLS else RecurrentConfig.attention
        pressed = st.button(
            say("train.start"), key="train", on_click=touch, type="primary", icon=":material/play_arrow:", width=140
        )
    example = TASKS[task].example
    st.caption(say("train.example", source=example.source, target=example.target))
    with st.expander(say("train.more"), icon=":material/tune:", key="more"):
        model, settings, data = _more(words, task, cell)
    if isinstance(model, RecurrentConfig):
        model = replace(model, cell=cell, attention=attention)
    return RunConfig(make_task({"name": task, **data}), model, settings), pressed


def _attention(words: PageWords) -> str:
    """How a recurrent decoder looks at the source."""
    say = words.say
    return choice(
        "attention", say("train.attention"), ATTENTIONS, "general", lambda name: say(f"attention.{name}"), width=230
    )


def _recurrent_shape(words: PageWords, cell: str) -> RecurrentConfig:
    say = words.say
    bidirectional = switch("bidirectional", say("train.bidirectional"), False, help=say("train.bidirectional.help"))
    sizes: dict[str, Any] = {
        name: whole(name, say(f"train.{name}"), getattr(RecurrentConfig, name), *map(int, MODEL_LIMITS[name]))
        for name in ("layers", "embedding", "hidden")
    }
    return replace(RecurrentConfig(bidirectional=bidirectional), **sizes, **_start(words, cell))


def _conv_shape(words: PageWords) -> ConvConfig:
    """Layers, width of a window, and who writes; only without a decoder may the windows look to one side."""
    say = words.say
    layers = whole("conv-layers", say("train.layers"), ConvConfig.layers, *CONV_LIMITS["layers"])
    kernel = choice("kernel", say("train.kernel"), [str(k) for k in KERNELS], str(ConvConfig.kernel))
    hidden = whole("conv-hidden", say("train.width"), ConvConfig.hidden, *CONV_LIMITS["hidden"])
    readout = choice(
        "readout", say("train.readout"), READOUTS, ConvConfig.readout, lambda name: say(f"train.readout.{name}")
    )
    padding = ConvConfig.padding
    if readout == "positions":
        padding = choice("padding", say("train.padding"), PADDINGS, padding, lambda name: say(f"field.padding.{name}"))
    config = ConvConfig(layers=layers, kernel=int(kernel), hidden=hidden, readout=readout, padding=padding)
    key = "train.conv.positions" if readout == "positions" else "train.conv.attention"
    st.caption(say(key, field=config.field))
    return config


def _transformer_shape(words: PageWords) -> TransformerConfig:
    """Sizes, where LayerNorm stands, positions, and what can be switched off."""
    say, values = words.say, dict[str, Any]()
    for name in SIZES:
        label = say({"hidden": "train.width", "layers": "train.layers.transformer"}.get(name, f"train.{name}"))
        low, high = map(int, TRANSFORMER_LIMITS[name])
        values[name] = whole(f"transformer-{name}", label, getattr(TransformerConfig, name), low, high)
    values["norm"] = choice(
        "norm", say("train.norm"), NORMS, TransformerConfig.norm, lambda name: say(f"train.norm.{name}")
    )
    for name in SIDES:
        values[name] = choice(
            f"transformer-{name}", say(f"train.{name}"), POSITIONS, getattr(TransformerConfig, name),
            lambda kind: say(f"train.positions.{kind}"),
        )  # fmt: skip
    for name in SWITCHES:
        values[name] = switch(f"transformer-{name}", say(f"train.{name}"), True, help=say(f"train.{name}.help"))
    config = TransformerConfig(**values)
    slots = {"heads": config.heads, "width": config.head_width, "hidden": config.hidden}
    st.caption(say("train.transformer.heads", **slots))
    return config


def _rate(words: PageWords, cell: str) -> float:
    """The learning rate; a Transformer's is another one, so that neither changes when the other is looked at."""
    id, usual = ("learning_rate", TrainingConfig.learning_rate)
    if cell == TRANSFORMER:
        id, usual = "transformer-rate", TRANSFORMER_RATE
    return decimal(id, words.say("train.learning_rate"), usual, *LIMITS["learning_rate"], format="%.5f", step=0.001)


def _schedule(words: PageWords, optimiser: str) -> dict[str, Any]:
    """How the rate rises and falls, and of AdamW how the weights shrink."""
    say, default = words.say, TrainingConfig
    low, high = map(int, LIMITS["warm_up"])
    found: dict[str, Any] = {
        "warm_up": whole("warm_up", say("train.warm_up"), default.warm_up, low, high, help=say("train.warm_up.help"))
    }
    for name, step in (("decay_to", 0.05), ("weight_decay", 0.01)):
        if name == "decay_to" or optimiser == "adamw":
            help, limits = say(f"train.{name}.help"), LIMITS[name]
            found[name] = decimal(name, say(f"train.{name}"), getattr(default, name), *limits, step=step, help=help)
    return found


def _rates(training: TrainingConfig, words: PageWords) -> Markdown:
    """The learning rate at the first update, at its highest, and at the last."""
    at = max(range(min(training.steps, training.warm_up + 1)), key=training.rate_at, default=0)
    rates = {"first": 0, "highest": at, "last": training.steps - 1}
    told = {name: f"{training.rate_at(step):.3g}" for name, step in rates.items()}
    return words.say("train.schedule", at=at + 1, **told)


def _more(words: PageWords, task: str, cell: str) -> tuple[ModelConfig, TrainingConfig, dict[str, int]]:
    """The settings folded away: shape, training, data. Those that do not apply are not there."""
    say, data_settings = words.say, {}
    shape, way, data = st.columns(3, gap="medium")
    model: ModelConfig
    with shape:
        shapes: dict[str, Callable[[PageWords], ModelConfig]] = {CONV: _conv_shape, TRANSFORMER: _transformer_shape}
        model = shapes[cell](words) if cell in shapes else _recurrent_shape(words, cell)
    with way:
        optimiser = choice(
            "optimiser", say("train.optimiser"), OPTIMISERS, TrainingConfig.optimiser, OPTIMISER_NAMES.__getitem__,
            help=say("train.optimiser.help", momentum=MOMENTUM),
        )  # fmt: skip
        rate = _rate(words, cell)
        hidden = _schedule(words, optimiser)
        batch = whole("batch", say("train.batch"), TrainingConfig.batch, *map(int, LIMITS["batch"]))
        clip = _clip(words)
        seed = whole("seed", say("train.seed"), TrainingConfig.seed, *map(int, LIMITS["seed"]))
    with data:
        until = switch("until", say("train.until"), True)
        steps = whole("steps", say("train.steps"), TrainingConfig.steps, *map(int, LIMITS["steps"]), step=100)
        if task in LENGTH_CHOSEN:
            data_settings["longest"] = whole("longest", say("train.longest"), 10, 4, 20)
        if task == "sort":
            data_settings["distinct"] = switch("distinct", say("train.distinct"), False)
        if task == "recall":
            data_settings["distance"] = whole("distance", say("train.distance"), 20, 1, 50)
        if task == "shift":
            data_settings["distance"] = whole("shift", say("train.shift"), 3, 0, 20)
        devices = likely_devices()
        automatic = say("train.device.auto", device=devices[0].upper())
        device = choice(
            "device", say("train.device"), ["auto", *devices], "auto",
            lambda name: automatic if name == "auto" else name.upper(),
        )  # fmt: skip
    training = TrainingConfig(steps, 0.99 if until else None, batch, optimiser, rate, seed, device, clip, **hidden)
    with way:
        st.caption(_rates(training, words))
    return model, training, data_settings


def _start(words: PageWords, cell: str) -> dict[str, Any]:
    """How the weights are drawn: the recurrent matrices' scale, and an LSTM's forget bias."""
    say, names = words.say, ["recurrent_scale", *(["forget_bias"] if cell == "lstm" else [])]
    return {
        name: decimal(
            name, say(f"train.{name}"), getattr(RecurrentConfig, name), *MODEL_LIMITS[name], step=0.5,
            help=say(f"train.{name}.help"),
        )
        for name in names
    }  # fmt: skip


def _clip(words: PageWords) -> float | None:
    """The norm that gradients are clipped to; None: they are not."""
    if not switch("clipping", words.say("train.clipping"), True):
        return None
    low, high = LIMITS["clip"]
    return decimal("clip", words.say("train.clip"), 1.0, low, high, step=0.5)


def pick_run(words: PageWords) -> RunRecord | None:
    """The run to look at: the one just started, the link's, or the newest of this browser's; others can be picked."""
    store = run_store()
    if says_new("run"):
        st.session_state["run"] = st.query_params.get("run")
    wanted = st.session_state.get("run")
    mine = {run.id: run for run in store.recent(owner())}
    if wanted and wanted not in mine:
        with one_sentence(words):
            linked = store.get(wanted)
            if linked is None:
                st.warning(words.say("train.no_such_run", run=wanted[:40]), icon=":material/link_off:")
            else:
                mine = {linked.id: linked, **mine}
    if not mine:
        write_address("run", None)
        return None
    if st.session_state.get("run") not in mine:
        st.session_state["run"] = wanted if wanted in mine else next(iter(mine))
    if len(mine) > 1:
        choice(
            "run",
            words.say("train.runs"),
            list(mine),
            next(iter(mine)),
            lambda id: name_run(mine[id], words),
            width=420,
        )
    write_address("run", st.session_state["run"])
    return mine[st.session_state["run"]]
