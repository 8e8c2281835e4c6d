"""Runs side by side: which of them there are, what is missing, and a board that follows those that train."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from seq2seq.stories.sentences import listed
from seq2seq.studies.recordings import recorded_reports, recording_of
from seq2seq.training.config import RunConfig
from seq2seq.training.records import RunRecord
from seq2seq.ui.address import touch
from seq2seq.ui.asking import heard, say_unheard, stop_those
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.page import one_sentence
from seq2seq.ui.session import executor, owner, run_store
from seq2seq.ui.silence import say_silence

REFRESH = 0.7  # seconds between two looks at runs that train
NEWEST = 200  # runs of this browser that are looked through


def own_run(config: RunConfig) -> RunRecord | None:
    """The newest run of this browser with exactly this configuration."""
    return next((run for run in run_store().recent(owner(), NEWEST) if run.config == config), None)


@dataclass(frozen=True)
class Followed:
    """A run that is compared: how it is called, its configuration, its record (None: recorded, or never asked for)."""

    key: str
    name: str
    config: RunConfig
    recording: str | None
    record: RunRecord | None

    @property
    def missing(self) -> bool:
        """Whether it has to be trained to be seen whole."""
        return not self.recording and (self.record is None or self.record.state in ("failed", "stopped"))

    @property
    def live(self) -> bool:
        """Whether more reports are to come by themselves."""
        return self.record is not None and not self.record.resting

    def reports(self) -> list[dict[str, Any]]:
        """Its reports that say how far learning reaches."""
        if self.recording:
            return recorded_reports(self.recording)
        found = run_store().reports(self.record.id) if self.record else []
        return [report for report in found if report.get("reach")]


def follow(wanted: Sequence[tuple[str, str, RunConfig]]) -> list[Followed]:
    """The runs of (key, name, configuration), as recorded, or as this browser has them."""
    mine = run_store().recent(owner(), NEWEST)
    found = []
    for key, name, config in wanted:
        recording = recording_of(config)
        record = None if recording else next((run for run in mine if run.config == config), None)
        found.append(Followed(key, name, config, recording, record))
    return found


def show_followed(
    wanted: Sequence[tuple[str, str, RunConfig]], words: PageWords, show: Callable[[list[Followed], bool], None]
) -> None:
    """A board of runs; while one of them goes on it looks again by itself, and the rest of the page rests.

    show: draws those that have reports, told whether more are to come.
    """
    with one_sentence(words):
        runs = follow(wanted)
        _offer_training(runs, words)
        live = any(run.live for run in runs)
        st.fragment(_board, run_every=REFRESH if live else None)(wanted, words, show, live)


def _offer_training(runs: list[Followed], words: PageWords) -> None:
    say, missing = words.say, [run for run in runs if run.missing]
    recorded = [run.name for run in runs if run.recording]
    if recorded:
        st.caption(say("gradients.recorded", names=listed(recorded, words.plain)))
    if not missing:
        return
    with st.container(key="missing", horizontal=True, vertical_alignment="center"):
        st.button(
            say("gradients.train", count=len(missing)), key="train-missing", type="primary",
            icon=":material/play_arrow:", on_click=_train, args=(tuple(run.config for run in missing),),
        )  # fmt: skip
        st.caption(say("gradients.missing", names=listed((run.name for run in missing), words.plain)))
    say_unheard("followed", words)


def _train(configs: Sequence[RunConfig]) -> None:
    """Ask for the runs; a store that cannot be written gets its sentence on the page."""

    def submit() -> None:
        for config in configs:
            executor().submit(config, owner())

    touch()
    heard("followed", submit)


def _board(
    wanted: Sequence[tuple[str, str, RunConfig]],
    words: PageWords,
    show: Callable[[list[Followed], bool], None],
    live: bool,
) -> None:
    with one_sentence(words):
        runs = follow(wanted)
        if live != any(run.live for run in runs):
            st.rerun()  # they came to rest, or began: the board ends, or begins, to look by itself
        _states(runs, words)
        seen = [run for run in runs if run.reports()]
        if seen:
            show(seen, live)
        elif live:
            st.info(words.say("gradients.waiting"), icon=":material/hourglass:")
        else:
            st.info(words.say("gradients.nothing"), icon=":material/play_arrow:")


def _states(runs: list[Followed], words: PageWords) -> None:
    """How those stand that are not simply done, and a button that stops them."""
    say, told = words.say, []
    going = [run.record for run in runs if run.record and not run.record.over]
    for run in runs:
        record = run.record
        if record is None or record.state == "finished":
            continue
        slots: dict[str, object] = {"device": (record.device or "").upper()}
        state: str = record.state
        if state == "queued":
            slots["ahead"] = run_store().ahead(record)
        elif state == "running":
            state = "stopping" if record.stop else "running" if record.device else "starting"
        elif state == "failed":
            slots["error"] = words.error(record.error) if record.error else ""
        told.append(say("gradients.run", name=run.name, state=say(f"train.state.{state}", **slots)))
    if not told:
        return
    with st.container(key="following", horizontal=True, vertical_alignment="center"):
        st.caption("  \n".join(told))
        if going:
            st.button(say("gradients.stop"), key="stop-followed", icon=":material/stop:", on_click=_stop, args=(going,))
    say_unheard("following", words)
    say_silence(going, words)


def _stop(runs: Sequence[RunRecord]) -> None:
    heard("following", stop_those, runs)
