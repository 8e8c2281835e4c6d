"""The Sampling page's controls, and the story of one output."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from seq2seq.stories.sampling import SamplingExplainer, sampling_story
from seq2seq.stories.stored import SAMPLING_CUT, SAMPLING_DRAWS, SAMPLING_INPUT, SAMPLING_MODEL, SAMPLING_SEED
from seq2seq.stories.tokens import quoted
from seq2seq.tasks import InputError, Task
from seq2seq.traces.sampling import Cut, SampleSettings, SampleTrace
from seq2seq.traces.search import Limits
from seq2seq.ui.address import touch
from seq2seq.ui.controls import slide, whole
from seq2seq.ui.markdown import PageWords, code, in_a_row
from seq2seq.ui.searching import EXAMPLES, Written, beneath_of, choose_writer, describe_writer, longest_of, writer_of
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

INPUTS = {**EXAMPLES, "synonyms": SAMPLING_INPUT, "reverse": "studio"}
HOTTEST, MOST_K, LAST_SEED = 3.0, 50, 9999
ROOM = 8  # tokens that an output may be longer than its source


@dataclass(frozen=True)
class Asked:
    """What is drawn: from whom, of which text, how cut, by which seed."""

    written: Written
    text: str
    cut: Cut
    seed: int

    @property
    def task(self) -> Task | None:
        """The task of the model."""
        return self.written.task

    @property
    def limits(self) -> Limits:
        """How long an output may become."""
        longest = longest_of(self.written)
        return Limits(longest if self.written.model is None else max(longest, len(self.text) + ROOM))

    @property
    def stored(self) -> bool:
        """Whether this is what the first picture shows."""
        return self == Asked(self.written, SAMPLING_INPUT, Cut(*SAMPLING_CUT), SAMPLING_SEED) and (
            self.written.reference == SAMPLING_MODEL
        )


def _set(model: str, text: str, task: str, heat: float, k: int, p: float) -> Callable[[], None]:
    """A callback that sets these controls, by their ids."""
    values: dict[str, Any] = {"model": model, "text": text, "text-for": task, "draw-seed": SAMPLING_SEED}
    values |= {"temperature": heat, "top-k": k, "top-p": p}
    return lambda: st.session_state.update(values)


SAMPLING_TRIES: dict[str, Callable[[], None]] = {
    "dates": _set("search-dates-short", "3/4/21", "dates-short", 1.5, 3, 0.9),
    "hot": _set(SAMPLING_MODEL, SAMPLING_INPUT, "synonyms", 3.0, 0, 1.0),
    "half": _set("search-reverse-half", "studio", "reverse", 1.0, 0, 1.0),
    "solved": _set("reverse-transformer", "studio", "reverse", 1.0, 0, 1.0),
}


def what_to_draw(words: PageWords) -> Asked:
    """The controls: who writes what, and how it is cut; below them, in a line, how good the model is."""
    say, (heat, k, p) = words.say, SAMPLING_CUT
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        written = choose_writer(words, SAMPLING_MODEL, textbook=True, examples=INPUTS)
    with st.container(key="cuts", horizontal=True, vertical_alignment="bottom"):
        heat = slide("temperature", say("sampling.temperature.label"), heat, 0.0, HOTTEST, 0.1,
                     help=say("sampling.temperature.help"), width=260)  # fmt: skip
        k = whole("top-k", say("sampling.top_k.label"), k, 0, MOST_K, help=say("sampling.top_k.help"), width=130)
        p = slide("top-p", say("sampling.top_p.label"), p, 0.05, 1.0, 0.05, help=say("sampling.top_p.help"), width=260)
        seed = whole("draw-seed", say("sampling.seed.label"), SAMPLING_SEED, 0, LAST_SEED,
                     help=say("sampling.seed.help"), width=130)  # fmt: skip
        st.button(say("sampling.again"), on_click=_again, icon=":material/casino:", type="primary",
                  help=say("sampling.again.help"), key="draw-again")  # fmt: skip
    text = _readable(written, words)
    describe_writer(written, words)
    return Asked(written, text, Cut(round(heat, 2), k, round(p, 2)), seed)


def _again() -> None:
    """The next seed."""
    touch()
    st.session_state["draw-seed"] = (int(st.session_state["draw-seed"]) + 1) % (LAST_SEED + 1)


def _readable(written: Written, words: PageWords) -> str:
    """The text if the model can read it; else a sentence why not, and the last text that it could read."""
    task, kept = written.task, st.session_state.get("sampled-last")
    if task is None:
        return ""
    last = kept[1] if kept and kept[0] == task.name else INPUTS.get(task.name, task.example.source)
    try:
        tokens = task.read(written.text, task.vocabularies()[0])
    except InputError as error:
        st.warning(words.say(error.key, **error.slots), icon=":material/edit:")
        return str(last)
    st.session_state["sampled-last"] = (task.name, written.text)
    unknown = task.vocabularies()[0].unknown(tokens)
    if unknown:
        shown = in_a_row([code(quoted(token)) for token in unknown[:12]])
        st.info(words.say("input.some_unknown", tokens=shown), icon=":material/help:")
    return written.text


# ---- the story


def sampling_told(asked: Asked, words: PageWords) -> str:
    """The story's JSON. The first picture is stored, so that it needs no torch."""
    if asked.stored:
        return stored_story(f"sampling-{words.language}")
    return _told(asked, words.language)


def sampling_explainer(asked: Asked, words: PageWords) -> Callable[[], SamplingExplainer]:
    """What explains the numbers of the story, made when the first one is asked."""

    def made() -> SamplingExplainer:
        beneath = beneath_of(asked.written.reference, asked.written.step, asked.text, words)
        assert beneath, "nothing is drawn from the table"
        return SamplingExplainer(drawn(asked, SAMPLING_DRAWS), words.plain, beneath)

    return made


@st.cache_data(max_entries=64, show_spinner=False)
def _told(asked: Asked, language: str) -> str:
    trace, right, flaw = drawn(asked, SAMPLING_DRAWS), None, None
    if asked.task:
        flaw = asked.task.flaw(trace.text(0))
        right = asked.task.accepts(asked.task.normalise(asked.text), trace.text(0))
    return sampling_story(trace, Words(language), asked.written.reference, right, flaw).to_json()


def drawn(asked: Asked, samples: int) -> SampleTrace:
    """So many outputs; the first of them is the one that is told. Shared: never to be changed."""
    settings = SampleSettings(asked.cut, asked.limits, samples, asked.seed)
    return _drawn(asked.written.reference, asked.written.step, asked.text, settings)


@st.cache_resource(max_entries=32, show_spinner=False)
def _drawn(reference: str, step: int | None, text: str, settings: SampleSettings) -> SampleTrace:
    from seq2seq.decoding import sample

    return sample(writer_of(reference, step, text), settings)
