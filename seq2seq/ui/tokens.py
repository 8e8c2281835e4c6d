"""The Tokens page's parts: a text cut, sentences in a batch, an embedding table; each with controls and a story."""

from collections.abc import Callable
from typing import Any, NamedTuple

import streamlit as st

from seq2seq.preparing.batching import record_batches
from seq2seq.preparing.cutting import record_cutting
from seq2seq.stories.batching import BatchingExplainer, batching_story
from seq2seq.stories.cutting import CuttingExplainer, cutting_story
from seq2seq.stories.embeddings import EmbeddingExplainer, Geometry, embedding_story
from seq2seq.stories.explain import Explainer
from seq2seq.stories.stored import (
    BATCH_BUCKET,
    BATCH_DRAW,
    BATCH_LENGTHS,
    BATCH_SIZE,
    CUT_MERGES,
    CUT_TEXT,
    EMBEDDING_MODEL,
    EMBEDDING_TOKEN,
)
from seq2seq.stories.tokens import quoted
from seq2seq.studies.embeddings import load_embeddings
from seq2seq.studies.shipped import shipped_names
from seq2seq.tasks import LONGEST_INPUT, TASKS, InputError, Task, make_task
from seq2seq.tasks.sequences import LetterTask
from seq2seq.traces import BatchTrace, CutTrace, EmbeddingTrace
from seq2seq.traces.embeddings import SPECIAL
from seq2seq.ui.address import says_new
from seq2seq.ui.controls import choice, line, segments, switch, whole
from seq2seq.ui.embedding_space import show_space
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.models import choose_model, describe
from seq2seq.ui.page import told_or_last
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.session import run_store
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

PARTS = ("cut", "batch", "embeddings")
FEWEST, MOST = 5, 60  # merges
SIZES, WIDTHS, LENGTHS, DRAWS = (2, 128), (1, 20), (1, 40), (1, 999)
TABLES = ("source", "target")


def _set(**values: Any) -> Callable[[], None]:
    """A callback that sets controls; a text that it sets is one for the task it sets."""
    return lambda: st.session_state.update(values | {"cut-for": values.get("corpus")})


TOKENS_TRIES: dict[str, Callable[[], None]] = {
    "chinese": _set(part="cut", corpus="dates", merges=CUT_MERGES, **{"cut-text": "2019年10月20日 星期日"}),
    "random": _set(part="cut", corpus="reverse", merges=CUT_MERGES, **{"cut-text": "studio"}),
    "bucket": _set(
        part="batch", bucketed=True,
        **{"batch-task": "reverse", "batch-size": BATCH_SIZE, "bucket-width": BATCH_BUCKET, "draw": BATCH_DRAW,
           "shortest-length": BATCH_LENGTHS[0], "longest-length": BATCH_LENGTHS[1]},
    ),
    "alphabet": _set(
        part="embeddings", table="source", token=EMBEDDING_TOKEN, **{"embedding-model": EMBEDDING_MODEL}
    ),
}  # fmt: skip


def show_part(words: PageWords) -> None:
    """The part that is chosen: its controls, and its story."""
    say = words.say
    part = segments(
        "part", say("tokens.part"), PARTS, "cut", lambda id: say(f"tokens.part.{id}"), label_visibility="collapsed"
    )
    {"cut": show_cutting, "batch": show_batch, "embeddings": show_embeddings}[part](words)


def _task_name(words: PageWords) -> Callable[[str], str]:
    return lambda name: words.say(f"train.task.{name}")


def _show(story: str, part: str, words: PageWords, explain: Callable[[], Explainer]) -> None:
    show_story(story, f"tokens-{part}", words, explain)
    offer_export(story, "tokens", words, explain)


# ---- cut


def show_cutting(words: PageWords) -> None:
    """A text cut at three levels, and the merges learnt from a task's sentences."""
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        corpus = choice("corpus", say("tokens.corpus"), list(TASKS), "dates", _task_name(words), width=280)
        text = _chosen_text(corpus, words)
        merges = whole("merges", say("tokens.merges"), CUT_MERGES, FEWEST, MOST, step=5, width=150)
    note = st.empty()
    asked, story = told_or_last(
        "cut", (corpus, text, merges), lambda each: _cut_story(*each, words.language), words,
        [(corpus, _example(corpus), merges)],
    )  # fmt: skip
    corpus, text, merges = asked
    if issubclass(TASKS[corpus], LetterTask):
        note.info(say("tokens.random"), icon=":material/shuffle:")
    _show(story, "cut", words, lambda: CuttingExplainer(_cut(corpus, text, merges), words.plain))


def _example(corpus: str) -> str:
    return CUT_TEXT if corpus == "dates" else TASKS[corpus].example.source


def _chosen_text(corpus: str, words: PageWords) -> str:
    """The text typed; where another task was picked, an example of that task."""
    before = st.session_state.get("cut-task")
    if before not in (None, corpus) and st.session_state.get("cut-for") != corpus and not says_new("cut-text"):
        st.session_state["cut-text"] = _example(corpus)
    st.session_state["cut-task"] = corpus
    st.session_state.pop("cut-for", None)
    help = words.say("tokens.text.help")
    return line("cut-text", words.say("tokens.text"), _example(corpus), 10 * LONGEST_INPUT, help=help)


@st.cache_resource(max_entries=32, show_spinner=False)
def _cut(corpus: str, text: str, merges: int) -> CutTrace:
    """Shared: never to be changed."""
    return record_cutting(make_task({"name": corpus}), text, merges)


@st.cache_data(max_entries=32, show_spinner=False)
def _cut_story(corpus: str, text: str, merges: int, language: str) -> str:
    """The story's JSON. The first picture is stored."""
    if (corpus, text, merges) == ("dates", CUT_TEXT, CUT_MERGES):
        return stored_story(f"tokens-cut-{language}")
    return cutting_story(_cut(corpus, text, merges), Words(language)).to_json()


# ---- batch


class Dealing(NamedTuple):
    """What the controls say: sentences of which task and lengths, B, width of a bucket, which batch, which draw."""

    task: str
    lengths: tuple[int, int]
    size: int
    width: int
    bucketed: bool
    draw: int


FIRST = Dealing("reverse", BATCH_LENGTHS, BATCH_SIZE, BATCH_BUCKET, False, BATCH_DRAW)


def show_batch(words: PageWords) -> None:
    """One batch, and the same sentences in many."""
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        name = choice("batch-task", say("tokens.batch.task"), list(TASKS), "reverse", _task_name(words), width=220)
        lengths = BATCH_LENGTHS
        if issubclass(TASKS[name], LetterTask):
            lengths = (
                whole("shortest-length", say("tokens.batch.shortest"), BATCH_LENGTHS[0], *LENGTHS, width=120),
                whole("longest-length", say("tokens.batch.longest"), BATCH_LENGTHS[1], *LENGTHS, width=120),
            )
        size = whole("batch-size", say("tokens.batch.size"), BATCH_SIZE, *SIZES, width=170)
        width = whole("bucket-width", say("tokens.batch.width"), BATCH_BUCKET, *WIDTHS, width=150)
        draw = whole(
            "draw", say("tokens.batch.draw"), BATCH_DRAW, *DRAWS, width=150, help=say("tokens.batch.draw.help")
        )
        bucketed = switch("bucketed", say("tokens.batch.bucketed"), False)
    asked = Dealing(name, lengths, size, width, bucketed, draw)
    asked, story = told_or_last("batch", asked, lambda each: _batch_story(each, words.language), words, [FIRST])
    _show(story, "batch", words, lambda: BatchingExplainer(_batch(asked), words.plain))


def _task(name: str, lengths: tuple[int, int]) -> Task:
    """The task, letters of these lengths.

    Raises: InputError if the shortest is longer than the longest.
    """
    if not issubclass(TASKS[name], LetterTask):
        return make_task({"name": name})
    shortest, longest = lengths
    if shortest > longest:
        raise InputError("input.lengths", shortest=shortest, longest=longest)
    return make_task({"name": name, "shortest": shortest, "longest": longest})


@st.cache_resource(max_entries=32, show_spinner=False)
def _batch(asked: Dealing) -> BatchTrace:
    """Shared: never to be changed."""
    task = _task(asked.task, asked.lengths)
    return record_batches(task, asked.size, asked.width, asked.bucketed, asked.draw)


@st.cache_data(max_entries=32, show_spinner=False)
def _batch_story(asked: Dealing, language: str) -> str:
    """The story's JSON. The first picture is stored."""
    if asked == FIRST:
        return stored_story(f"tokens-batch-{language}")
    return batching_story(_batch(asked), Words(language)).to_json()


# ---- embeddings


def show_embeddings(words: PageWords) -> None:
    """A table looked up, and what training made of it; below, in three dimensions."""
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        model = choose_model(words, EMBEDDING_MODEL, id="embedding-model", hold=_embeddings)
        table = choice("table", say("tokens.table"), TABLES, "source", lambda id: say(f"tokens.table.{id}"), width=270)
        trace = _embeddings(model.reference, model.step)
        tokens = trace.tokens[table][SPECIAL:]
        first = EMBEDDING_TOKEN if EMBEDDING_TOKEN in tokens else tokens[0]
        token = choice("token", say("tokens.token"), tokens, first, quoted, width=110)
    st.caption(describe(model, words))
    if not model.step:
        st.info(say("tokens.few", step=model.step), icon=":material/hourglass:")
    story = _embedding_story(model.reference, model.step, table, token, words.language)
    _show(story, "embeddings", words, lambda: EmbeddingExplainer(Geometry(trace, table), words.plain))
    show_space(Geometry(trace, table), tokens.index(token), words)


@st.cache_resource(max_entries=16, show_spinner=False)
def _embeddings(reference: str, step: int) -> EmbeddingTrace:
    """The tables of a model at its checkpoint of that step. Shared: never to be changed."""
    return load_embeddings(reference, run_store(), None if reference in shipped_names() else step)


@st.cache_data(max_entries=32, show_spinner=False)
def _embedding_story(reference: str, step: int, table: str, token: str, language: str) -> str:
    """The story's JSON. The first picture is stored."""
    if (reference, table, token) == (EMBEDDING_MODEL, "source", EMBEDDING_TOKEN):
        return stored_story(f"tokens-embeddings-{language}")
    return embedding_story(_embeddings(reference, step), table, token, Words(language)).to_json()
