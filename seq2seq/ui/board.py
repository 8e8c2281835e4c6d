"""The board that follows a run: how it stands, its figures, its story, and what can be asked of it."""

from typing import Any

import streamlit as st

from seq2seq.models.config import ConvConfig, TransformerConfig
from seq2seq.stories.explain import TrainingExplainer
from seq2seq.stories.formulas import percent
from seq2seq.stories.training import training_story
from seq2seq.training.config import CONFIRMED, MOMENTUM, OPTIMISER_NAMES, WATCHED, RunConfig
from seq2seq.training.records import RunRecord
from seq2seq.ui.asking import heard, say_unheard, say_whose
from seq2seq.ui.convolution import convolves
from seq2seq.ui.heads import has_heads
from seq2seq.ui.markdown import Markdown, PageWords, escape, in_a_row
from seq2seq.ui.masks import masks_itself
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.self_attention import attends
from seq2seq.ui.session import executor, is_own, owner, run_store
from seq2seq.ui.silence import say_silence
from seq2seq.words import Words

REFRESH = 0.5  # seconds between two looks at a run that trains
ICONS = {
    "queued": "hourglass", "starting": "hourglass", "running": "model_training", "finished": "check_circle",
    "failed": "error", "paused": "pause_circle", "pausing": "pause_circle",
}  # fmt: skip


def name_run(run: RunRecord, words: PageWords) -> Markdown:
    """A run in a few words."""
    parts = (
        f"train.task.{run.config.task.name}",
        f"cell.{run.config.model.cell}",
        f"attention.{run.config.model.attention}",
    )
    return in_a_row([*(words.say(part) for part in parts), escape(run.id[:4])], " · ")


def describe_training(config: RunConfig, words: PageWords) -> Markdown:
    """How a run is trained, in a line."""
    say, way = words.say, config.training
    decay = say("train.card.decay", decay=f"{way.weight_decay:g}") if way.optimiser == "adamw" else ""
    clip = say("train.card.no_clip") if way.clip is None else say("train.card.clip", clip=f"{way.clip:g}")
    return say(
        "train.card", optimiser=OPTIMISER_NAMES[way.optimiser], rate=f"{way.learning_rate:g}", warm_up=way.warm_up,
        decay_to=f"{way.decay_to:.3g}", decay=decay, clip=clip, batch=way.batch, seed=way.seed,
    )  # fmt: skip


def _unsaid(config: RunConfig, words: PageWords) -> Markdown:
    """What of the training nobody can choose."""
    kinds: dict[type, str] = {ConvConfig: "conv", TransformerConfig: "transformer"}
    return words.say(
        "train.card.help", optimiser=words.say("train.optimiser.help", momentum=MOMENTUM), watched=WATCHED,
        confirmed=f"{CONFIRMED:,}", start=words.say(f"train.card.start.{kinds.get(type(config.model), 'recurrent')}"),
    )  # fmt: skip


def show_run(run: RunRecord, words: PageWords) -> None:
    """The board of a run; while it goes on, it looks again twice a second, and the rest of the page rests."""
    live = not run.resting
    st.fragment(_board, run_every=REFRESH if live else None)(run.id, words, live)


def _board(run_id: str, words: PageWords, live: bool) -> None:
    with one_sentence(words):
        run = run_store().get(run_id)
        if run is None:
            st.warning(words.say("input.run_gone", run=run_id), icon=":material/link_off:")
            return
        if live == run.resting:
            st.rerun()  # it came to rest, or goes on again: the board begins, or ends, to look by itself
        show_status(run, words)
        st.caption(describe_training(run.config, words), help=_unsaid(run.config, words))
        say_whose([run], words)
        last = run_store().last_report(run_id)
        _figures(run, last, words)
        if last:
            tokens = len(run.config.task.vocabularies()[1])
            story = _told(run_id, last["step"], last["done"], words.language, tokens)

            def explain() -> TrainingExplainer:
                return TrainingExplainer(run_store().reports(run_id), words.plain)

            show_story(story, "training", words, explain)
            if run.over:
                offer_export(story, "train", words, explain)
        if run.resting and run_store().checkpoint_step(run_id) is not None:
            _way_on(run, words)


def _way_on(run: RunRecord, words: PageWords) -> None:
    """The pages that look into a model of this kind."""
    with st.container(key="ways-on", horizontal=True, gap="medium"):
        for page, label, asked in _ways_on(run):
            st.page_link(
                f"pages/{page}_page.py", label=words.say(label), icon=":material/visibility:", width="content",
                query_params=asked | {"lang": words.language},
            )  # fmt: skip


def _ways_on(run: RunRecord) -> list[tuple[str, str, dict[str, str]]]:
    """Each of these pages, how its link is called, and what the link asks of it."""
    model, config = {"model": run.id}, run.config
    if convolves(config):
        return [("convolution", "train.open.convolution", model)]
    if not has_heads(config):
        return [("attention", "train.open", model)]
    ways = [("heads", "train.open.heads", model)]
    if masks_itself(config):
        ways.append(("masks", "train.open.masks", model))
    if not attends(config):  # it sees the future: there is no decoding to step through
        return [("masks", "train.open.leak", {"masks-part": "leak"}), *ways]
    return [("attention", "train.open", model), ("self_attention", "train.open.self_attention", model), *ways]


@st.cache_data(max_entries=32, show_spinner=False)
def _told(run_id: str, step: int, done: bool, language: str, tokens: int) -> str:
    """The story of a run up to a step, as JSON: made again only when there is a new report."""
    reports = run_store().reports(run_id)
    until = [report for report in reports if report["step"] <= step]
    return training_story(run_id, until, Words(language), tokens).to_json()


def show_status(run: RunRecord, words: PageWords, part: str = "") -> None:
    """How the run stands, and what can be asked of it; `part` tells it from another on the same page."""
    slots: dict[str, object] = {}
    state: str = run.state
    if state == "queued":
        slots["ahead"] = run_store().ahead(run)
    elif state == "running":
        state = "stopping" if run.stop else "pausing" if run.pause else "running" if run.device else "starting"
        slots["device"] = (run.device or "").upper()
    elif state == "failed":
        slots["error"] = words.error(run.error) if run.error else ""
    with st.container(horizontal=True, vertical_alignment="center", key=f"status{part}"):
        icon = f":material/{ICONS.get(state, 'stop_circle')}:"
        st.markdown(f"{icon} **{words.say(f'train.state.{state}', **slots)}** — {name_run(run, words)}")
        with st.container(horizontal=True, width="content", key=f"asks{part}"):
            _asks(run, words, part)
    say_unheard(run.id, words)
    say_silence([run], words)


def _asks(run: RunRecord, words: PageWords, part: str) -> None:
    """Pause or resume, and stop; only its owner may."""
    ask, still = executor(), run.over or run.stop or not is_own(run)
    if run.state == "paused" or (run.pause and not run.over):
        name, icon, act = "resume", "play_arrow", ask.resume
    else:
        name, icon, act = "pause", "pause", ask.pause
    st.button(
        words.say(f"train.{name}"), key=f"{name}{part}", icon=f":material/{icon}:", disabled=still,
        help=words.say(f"train.{name}.help"), on_click=heard, args=(run.id, act, run.id, owner()),
    )  # fmt: skip
    st.button(
        words.say("train.stop"), key=f"stop{part}", icon=":material/stop:", disabled=still,
        help=words.say("train.stop.help"), on_click=heard, args=(run.id, ask.cancel, run.id, owner()),
    )  # fmt: skip


def _figures(run: RunRecord, last: dict[str, Any] | None, words: PageWords) -> None:
    """Progress and the last report's numbers; their room is there before the first report."""
    say, total = words.say, run.config.training.steps
    step = last["step"] if last else 0
    done = run.state == "finished"
    st.progress(1.0 if done else min(1.0, step / total), say("train.progress", step=step, steps=total))
    left = None
    if last and step and not run.resting:
        left = last["seconds"] / step * (total - step)
    now = run.config.training.rate_at(min(step, total - 1))
    values = {
        "loss": f"{last['loss']:.3f}" if last else "–",
        "token": percent(last["token_accuracy"]) if last else "–",
        "exact": percent(last["exact_match"]) if last else "–",
        "rate": f"{last['tokens_per_second']:,.0f}" if last and last["tokens_per_second"] else "–",
        "now": f"{now:.3g}",
        "left": f"{left:.0f} s" if left is not None else "0 s" if run.over else "–",
    }
    st.caption(say("train.latest", step=step) if last else say("train.no_report"))
    with st.container(horizontal=True, key="figures"):
        for name, value in values.items():
            help = say(f"train.help.{name}", n=last["n"] if last else 0) if name != "left" else None
            st.metric(say(f"train.metric.{name}"), value, help=help, border=True)
