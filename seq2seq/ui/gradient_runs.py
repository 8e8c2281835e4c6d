"""The Gradients page's stories of whole trainings: what they open, and what clipping does."""

from collections.abc import Sequence

import streamlit as st

from seq2seq.stories.gradients import Curve, CurvesExplainer, arm_key, arm_name, clipping_story, reach_story
from seq2seq.stories.gradients.arms import CELLS
from seq2seq.studies.recordings import clipping_run, recall_run
from seq2seq.ui.controls import decimal, slide
from seq2seq.ui.gradients import Chosen, chosen_task
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.runs import Followed, show_followed

BIASES = (0.0, 1.0, 3.0)  # the ladder's; the one chosen comes to them


def show_training(words: PageWords) -> None:
    """The same arms, trained: their reports, recorded or live."""
    chosen = chosen_task(words)
    st.caption(words.say("gradients.setting", distance=chosen.distance, n=64))
    wanted = []
    for cell, attention, bias in _arms(chosen):
        key = arm_key(cell, attention)
        config = recall_run(cell, attention, chosen.distance, bias, chosen.scale)
        wanted.append((f"{key}-{bias:g}" if cell == "lstm" else key, arm_name(key, bias, words.plain), config))

    def show(runs: list[Followed], live: bool) -> None:
        curves = []
        for run in runs:
            tone = "encoder" if run.config.model.attention == "none" else "attention"
            curves.append(Curve(run.key, run.name, run.config.model.cell, tone, run.reports()))
        story = reach_story(f"{chosen.distance}|{chosen.scale:g}", curves, words.plain, live, _own(runs)).to_json()
        _show(story, "gradients-training", curves, words, live)

    show_followed(wanted, words, show)


def _arms(chosen: Chosen) -> list[tuple[str, bool, float]]:
    """Cell, attention and forget bias of every run."""
    arms = [(cell, False, 1.0) for cell in CELLS[:2]]
    arms += [("lstm", False, bias) for bias in sorted({*BIASES, chosen.bias})]
    return arms + ([(cell, True, chosen.bias) for cell in CELLS] if chosen.attention else [])


def show_clipping(words: PageWords) -> None:
    """Two runs that differ in one setting."""
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        scale = round(slide("clip-scale", say("gradients.clipping.scale"), 4.0, 0.5, 6.0, 0.5, width=260), 3)
        limit = round(decimal("clip-at", say("gradients.clipping.value"), 1.0, 0.01, 100.0, step=0.25, width=200), 4)
    st.caption(say("gradients.clipping.about"))
    names = (say("gradients.clipping.on", limit=f"{limit:g}"), say("gradients.clipping.off"))
    wanted = [
        ("clipped", names[0], clipping_run(limit, scale)),
        ("unclipped", names[1], clipping_run(None, scale)),
    ]

    def show(runs: list[Followed], live: bool) -> None:
        tones = {"clipped": "correct", "unclipped": "wrong"}
        curves = [Curve(run.key, run.name, "rnn", tones[run.key], run.reports()) for run in runs]
        if len(curves) < 2:
            st.info(say("gradients.waiting"), icon=":material/hourglass:")
            return
        story = clipping_story(f"{scale:g}", curves[0], curves[1], limit, words.plain, live, _own(runs)).to_json()
        _show(story, "gradients-clipping", curves, words, live)

    show_followed(wanted, words, show)


def _own(runs: Sequence[Followed]) -> bool:
    """Whether somebody trained one of them here, and waits for its last report; a recording is told from its start."""
    return any(run.record for run in runs)


def _show(story: str, key: str, curves: Sequence[Curve], words: PageWords, live: bool) -> None:
    def explain() -> CurvesExplainer:
        return CurvesExplainer(curves, words.plain)

    show_story(story, key, words, explain)
    if not live:
        offer_export(story, "gradients", words, explain)
