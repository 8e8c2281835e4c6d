"""What a page says where a run does not move on: what is known, and nobody blamed who can do nothing for it."""

import time
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from seq2seq.tasks import InputError
from seq2seq.training.leases import LEASE
from seq2seq.training.place import StoreError
from seq2seq.training.pool import worker_count
from seq2seq.training.records import RunRecord
from seq2seq.ui.markdown import Markdown, PageWords, in_a_row
from seq2seq.ui.session import run_store
from seq2seq.ui.workers import pool

SILENCE = 4.0  # seconds without a heartbeat, or without a worker, after which that is said
QUIET = 6.0  # seconds without a report after which that is said


def say_silence(runs: Sequence[RunRecord], words: PageWords) -> None:
    """Each thing once that holds up one of some runs, or did."""
    said = dict.fromkeys(told for run in runs for told in (why_silent(run, words), lost(run, words)) if told)
    for told in said:
        st.caption(in_a_row([Markdown(":material/info:"), told]))


def why_silent(run: RunRecord, words: PageWords) -> Markdown | None:
    """Why no report comes of a run that should train; None where nothing is amiss."""
    now = time.time()
    if run.state == "queued" and now - (run.moved or run.created) > SILENCE:
        return _why_untaken(words)
    if run.state != "running":
        return None
    if run.trouble:
        return words.error(run.trouble)
    if run.lease and now - (run.lease - LEASE) > SILENCE:
        if trouble := _store_trouble():
            return words.error(trouble)
        return words.say("train.silent", step=run_store().checkpoint_step(run.id) or 0)
    if run.moved and now - run.moved > QUIET:
        return words.say("train.quiet", n=f"{now - run.moved:.0f}")
    return None


def _why_untaken(words: PageWords) -> Markdown | None:
    """Why no worker takes a run that waits; None while others are at work."""
    if run_store().workers_heard():
        return None
    if trouble := _store_trouble():
        return words.error(trouble)
    workers = pool()
    try:
        if worker_count() == 0:
            return words.say("train.no_workers")
    except InputError as error:
        return words.error(error)
    if workers and workers.trouble:
        return words.say("train.workers_fail", error=workers.trouble)
    if workers and any(not worker.spoken for worker in workers.workers):
        return words.say("train.workers_start")
    return words.say("train.untaken")


@st.cache_resource(ttl=5, max_entries=1, show_spinner=False)
def _store_trouble() -> StoreError | None:
    """What keeps the store from being written; asked for once in a while, whoever looks."""
    return run_store().database.trouble()


def lost(run: RunRecord, words: PageWords) -> Markdown | None:
    """What is to be known about a worker that died on this run."""
    if run.lost_at is None or run.state == "failed":
        return None
    waits = run.device is None and (run_store().checkpoint_step(run.id) or 0) == run.lost_step
    key = "train.lost" if waits else "train.went_on"
    return words.say(f"{key}.{run.lost_why}" if run.lost_why else key, time=_clock(run.lost_at), step=run.lost_step)


def _clock(seconds: float) -> str:
    """The time of day where the browser is."""
    try:
        zone = ZoneInfo(st.context.timezone or "")
    except (ZoneInfoNotFoundError, ValueError):
        zone = None  # the server's
    return f"{datetime.fromtimestamp(seconds, zone):%H:%M:%S}"
