"""Both models trained live, as ordinary runs: the same settings, once without attention and once with it."""

import streamlit as st

from seq2seq.models.config import RecurrentConfig
from seq2seq.stories.bottleneck import RunsExplainer, pair_story
from seq2seq.tasks import make_task
from seq2seq.tasks.sequences import LetterTask
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.records import RunRecord
from seq2seq.ui.address import says_new, settle_part, touch, write_address
from seq2seq.ui.asking import say_whose
from seq2seq.ui.board import REFRESH, show_status
from seq2seq.ui.bottleneck import TASKS
from seq2seq.ui.controls import choice, whole
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.page import one_sentence
from seq2seq.ui.player import show_story
from seq2seq.ui.session import executor, owner, run_store
from seq2seq.words import Words

SIDES = ("none", "general")
SCORED = 20  # held-out strings of each length in a report
SEEDS, UPDATES, LONGEST = (0, 9999), (100, 5000), (4, 25)


@st.fragment
def train_both(words: PageWords) -> None:
    """Settings, the button, and both runs as they go; the rest of the page rests meanwhile."""
    with st.container(key="train-both", border=True), one_sentence(words):
        st.subheader(words.say("bottleneck.live.heading"), anchor=False)
        st.caption(words.say("bottleneck.live.help"))
        configs, pressed = _settings(words)
        if pressed:
            started = [executor().submit(config, owner()) for config in configs]
            st.session_state["bn-runs"] = ",".join(started)
            st.rerun()
        runs = _wanted(words)
        if runs:
            live = not all(run.resting for run in runs)
            st.fragment(_board, run_every=REFRESH if live else None)([run.id for run in runs], words, live)
    settle_part()


def _settings(words: PageWords) -> tuple[list[RunConfig], bool]:
    """Both configurations, and whether the button was pressed.

    Raises: InputError if they do not fit together.
    """
    say = words.say
    with st.container(key="live-controls", horizontal=True, vertical_alignment="bottom"):
        task = choice(
            "bn-live", say("bottleneck.task"), TASKS, "reverse", lambda name: say(f"train.task.{name}"), width=190
        )
        hidden = int(choice("bn-h", say("bottleneck.live.hidden"), ("32", "64", "128"), "64", width=120))
        longest = whole("bn-longest", say("bottleneck.live.longest"), 20, *LONGEST, width=170)
        steps = whole("bn-updates", say("train.steps"), 1500, *UPDATES, step=100, width=170)
        seed = whole("bn-seed", say("train.seed"), 1, *SEEDS, width=140)
        pressed = st.button(
            say("bottleneck.live.start"), key="train-both-now", on_click=touch, type="primary",
            icon=":material/play_arrow:",
        )  # fmt: skip
    letters = make_task({"name": task, "shortest": 1, "longest": longest})
    training = TrainingConfig(steps=steps, until=None, seed=seed, by_length=SCORED)
    shapes = [RecurrentConfig(attention=attention, hidden=hidden) for attention in ("none", "general")]
    return [RunConfig(letters, shape, training) for shape in shapes], pressed


def _wanted(words: PageWords) -> list[RunRecord]:
    """The two runs that were started here, or that the link names; none where they are not both there."""
    if says_new("bn-runs"):
        st.session_state["bn-runs"] = st.query_params.get("bn-runs")
    wanted = st.session_state.get("bn-runs")
    write_address("bn-runs", None)
    if not wanted:
        return []
    found = [run_store().get(id) for id in str(wanted).split(",")[:2]]
    runs = [run for run in found if run is not None and isinstance(run.config.task, LetterTask)]
    if [run.config.model.attention for run in runs] != list(SIDES):
        st.warning(words.say("bottleneck.live.gone"), icon=":material/link_off:")
        return []
    write_address("bn-runs", str(wanted))
    return runs


def _board(ids: list[str], words: PageWords, live: bool) -> None:
    with one_sentence(words):
        runs = [run for id in ids if (run := run_store().get(id))]
        if len(runs) != len(SIDES):
            st.warning(words.say("bottleneck.live.gone"), icon=":material/link_off:")
            return
        if live == all(run.resting for run in runs):
            st.rerun()  # they came to rest, or go on again
        say_whose(runs, words)
        for run, side in zip(runs, SIDES, strict=True):
            show_status(run, words, f"-{side}")
            last, steps = run_store().last_report(run.id), run.config.training.steps
            step = last["step"] if last else 0
            st.progress(min(1.0, step / steps), words.say("train.progress", step=step, steps=steps))
        story = _told(tuple(ids), tuple(_last_scored(id) for id in ids), words.language)
        if not story:
            st.caption(words.say("bottleneck.live.no_report"))
            return

        def explain() -> RunsExplainer:
            return RunsExplainer(_reports(ids), words.plain)

        show_story(story, "bottleneck-runs", words, explain)


def _reports(ids: list[str]) -> dict[str, list[dict[str, object]]]:
    return {side: run_store().reports(id) for side, id in zip(SIDES, ids, strict=True)}


def _last_scored(id: str) -> int:
    """The last update of a run that was scored by length."""
    return max((report["step"] for report in run_store().reports(id) if report.get("by_length")), default=-1)


@st.cache_data(max_entries=32, show_spinner=False)
def _told(ids: tuple[str, ...], steps: tuple[int, ...], language: str) -> str:
    """The story of two runs as far as they have been scored, as JSON; made again only when there is more."""
    longest = getattr(run_store().get(ids[0]).config.task, "longest", 0)  # type: ignore[union-attr]
    story = pair_story(_reports(list(ids)), longest, ",".join(ids), Words(language))
    return story.to_json() if story else ""
