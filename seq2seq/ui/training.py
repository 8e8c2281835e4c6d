"""The Train page's parts: the settings, the runs, and the board that follows a run."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from seq2seq.models.config import ATTENTIONS, CELLS, RecurrentConfig
from seq2seq.models.config import LIMITS as MODEL_LIMITS
from seq2seq.stories.formulas import percent
from seq2seq.stories.training import training_story
from seq2seq.tasks import TASKS, make_task
from seq2seq.training.config import LIMITS, OPTIMISERS, RunConfig, TrainingConfig
from seq2seq.training.device import likely_devices
from seq2seq.training.records import RunRecord
from seq2seq.ui.controls import choice, decimal, switch, whole
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.session import executor, owner, run_store
from seq2seq.words import Words, say_error

REFRESH = 0.5  # seconds between two looks at a run that trains


def _set(**values: Any) -> Callable[[], None]:
    """A callback that sets these controls by their ids, and all others to their defaults."""
    defaults = {
        "task": "reverse",
        "longest": 10,
        **asdict(RecurrentConfig()),
        **asdict(TrainingConfig()),
        "until": True,
    }
    return lambda: st.session_state.update(defaults | values)


TRAIN_TRIES: dict[str, Callable[[], None]] = {
    "none": _set(task="reverse", attention="none"),
    "addition": _set(task="addition", attention="general", bidirectional=True, hidden=96, steps=4000),
    "dates": _set(task="dates", cell="gru", attention="additive", bidirectional=True),
}


def chosen_config(words: Words) -> tuple[RunConfig, bool]:
    """The settings on the page, and whether Train was pressed.

    Raises: InputError if they do not fit together.
    """
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        task = choice(
            "task", say("train.task"), list(TASKS), "reverse", lambda name: say(f"train.task.{name}"), width=220
        )
        cell = choice("cell", say("train.cell"), CELLS, "gru", lambda name: say(f"cell.{name}"), width=150)
        attention = choice(
            "attention",
            say("train.attention"),
            ATTENTIONS,
            "general",
            lambda name: say(f"attention.{name}"),
            width=230,
        )
        pressed = st.button(say("train.start"), key="train", type="primary", icon=":material/play_arrow:", width=140)
    example = TASKS[task].example
    st.caption(say("train.example", source=example.source, target=example.target))
    with st.expander(say("train.more"), icon=":material/tune:", key="more"):
        model, settings, longest = _more(words, task)
    options = {"longest": longest} if longest else {}
    run_task = make_task({"name": task, **options})
    return RunConfig(run_task, replace(model, cell=cell, attention=attention), settings), pressed


def _more(words: Words, task: str) -> tuple[RecurrentConfig, TrainingConfig, int | None]:
    """The settings folded away: shape, training, data."""
    say, longest = words.say, None
    shape, way, data = st.columns(3, gap="medium")
    with shape:
        bidirectional = switch("bidirectional", say("train.bidirectional"), False, help=say("train.bidirectional.help"))
        sizes: dict[str, Any] = {
            name: whole(name, say(f"train.{name}"), getattr(RecurrentConfig, name), *MODEL_LIMITS[name])
            for name in ("layers", "embedding", "hidden")
        }
    with way:
        optimiser = choice("optimiser", say("train.optimiser"), OPTIMISERS, TrainingConfig.optimiser)
        low, high = LIMITS["learning_rate"]
        rate = decimal(
            "learning_rate",
            say("train.learning_rate"),
            TrainingConfig.learning_rate,
            low,
            high,
            format="%.5f",
            step=0.001,
        )
        batch = whole("batch", say("train.batch"), TrainingConfig.batch, *map(int, LIMITS["batch"]))
        seed = whole("seed", say("train.seed"), TrainingConfig.seed, *map(int, LIMITS["seed"]))
    with data:
        until = switch("until", say("train.until"), True)
        steps = whole("steps", say("train.steps"), TrainingConfig.steps, *map(int, LIMITS["steps"]), step=100)
        if task in ("reverse", "copy", "sort"):
            longest = whole("longest", say("train.longest"), 10, 4, 20)
        devices = likely_devices()
        automatic = say("train.device.auto", device=devices[0].upper())
        device = choice(
            "device", say("train.device"), ["auto", *devices], "auto",
            lambda name: automatic if name == "auto" else name.upper(),
        )  # fmt: skip
    training = TrainingConfig(steps, 0.99 if until else None, batch, optimiser, rate, seed, device)
    return replace(RecurrentConfig(bidirectional=bidirectional), **sizes), training, longest


def name_run(run: RunRecord, words: Words) -> str:
    """A run in a few words."""
    parts = (
        f"train.task.{run.config.task.name}",
        f"cell.{run.config.model.cell}",
        f"attention.{run.config.model.attention}",
    )
    return " · ".join([*(words.say(part) for part in parts), run.id[:4]])


def pick_run(words: Words) -> RunRecord | None:
    """The run to look at: the one just started, the link's, or the newest of this browser's; others can be picked."""
    store = run_store()
    wanted = st.session_state.get("run") or st.query_params.get("run")
    mine = {run.id: run for run in store.recent(owner())}
    if wanted and wanted not in mine:
        linked = store.get(wanted)
        if linked is None:
            st.warning(words.say("train.no_such_run", run=wanted[:40]), icon=":material/link_off:")
            st.query_params.pop("run", None)
        else:
            mine = {linked.id: linked, **mine}
    if not mine:
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
    st.query_params["run"] = st.session_state["run"]
    return mine[st.session_state["run"]]


def show_run(run: RunRecord, words: Words) -> None:
    """The board of a run; while it goes on, it looks again twice a second, and the rest of the page rests."""
    live = not run.over
    st.fragment(_board, run_every=REFRESH if live else None)(run.id, words, live)


def _board(run_id: str, words: Words, live: bool) -> None:
    store = run_store()
    run = store.get(run_id)
    if run is None:
        return
    if live and run.over:
        st.rerun()
    last = store.last_report(run_id)
    _status(run, words)
    _figures(run, last, words)
    if last:
        story = _told(run_id, last["step"], last["done"], words.language)
        show_story(story, key="training")
        if run.over:
            offer_export(story, "training", words)
    if run.over and store.checkpoint_step(run_id) is not None:
        st.page_link(
            "pages/attention_page.py", label=words.say("train.open"), icon=":material/visibility:",
            query_params={"model": run_id, "lang": words.language},
        )  # fmt: skip


@st.cache_data(max_entries=32, show_spinner=False)
def _told(run_id: str, step: int, done: bool, language: str) -> str:
    """The story of a run up to a step, as JSON: made again only when there is a new report."""
    reports = run_store().reports(run_id)
    return training_story(run_id, [report for report in reports if report["step"] <= step], Words(language)).to_json()


def _status(run: RunRecord, words: Words) -> None:
    """How the run stands, and the way to stop it."""
    slots: dict[str, object] = {}
    state: str = "stopping" if run.stop and not run.over else run.state
    if state == "queued":
        slots["ahead"] = run_store().ahead(run)
    elif state == "running":
        state = "running" if run.device else "starting"
        slots["device"] = (run.device or "").upper()
    elif state == "failed":
        slots["error"] = say_error(run.error, words.language) if run.error else ""
    icons = {"queued": "hourglass", "starting": "hourglass", "running": "model_training", "finished": "check_circle"}
    icons["failed"] = "error"
    with st.container(horizontal=True, vertical_alignment="center", key="status"):
        icon = f":material/{icons.get(state, 'stop_circle')}:"
        st.markdown(f"{icon} **{words.say(f'train.state.{state}', **slots)}** — {name_run(run, words)}")
        st.button(
            words.say("train.stop"), key="stop", icon=":material/stop:", disabled=run.over or run.stop,
            on_click=executor().cancel, args=(run.id,),
        )  # fmt: skip


def _figures(run: RunRecord, last: dict[str, Any] | None, words: Words) -> None:
    """Progress and the last report's numbers; their room is there before the first report."""
    say, total = words.say, run.config.training.steps
    step = last["step"] if last else 0
    done = run.state == "finished"
    st.progress(1.0 if done else min(1.0, step / total), say("train.progress", step=step, steps=total))
    left = None
    if last and step and not run.over:
        left = last["seconds"] / step * (total - step)
    values = {
        "loss": f"{last['loss']:.3f}" if last else "–",
        "token": percent(last["token_accuracy"]) if last else "–",
        "exact": percent(last["exact_match"]) if last else "–",
        "rate": f"{last['tokens_per_second']:,.0f}" if last and last["tokens_per_second"] else "–",
        "left": f"{left:.0f} s" if left is not None else "0 s" if run.over else "–",
    }
    with st.container(horizontal=True, key="figures"):
        for name, value in values.items():
            help = say(f"train.help.{name}", n=last["n"] if last else 0) if name != "left" else None
            st.metric(say(f"train.metric.{name}"), value, help=help, border=True)
