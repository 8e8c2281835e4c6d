"""The Masks page's parts; of its first, the batch, the head that looks, the sentence that is followed, their story."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from seq2seq.models.config import TransformerConfig
from seq2seq.stories.masks import MasksExplainer, masks_story
from seq2seq.stories.stored import (
    MASKS_HEAD,
    MASKS_INPUT,
    MASKS_LAYER,
    MASKS_MODEL,
    MASKS_SENTENCE,
)
from seq2seq.studies.masks import letter_task, read_sentences
from seq2seq.tasks import InputError
from seq2seq.tasks.sequences import LetterTask
from seq2seq.traces.masks import MasksTrace
from seq2seq.training.config import RunConfig
from seq2seq.ui.address import is_opened, write_address
from seq2seq.ui.controls import choice, line
from seq2seq.ui.markdown import PageWords
from seq2seq.ui.models import ChosenModel, choose_model
from seq2seq.ui.session import trained
from seq2seq.ui.stored import stored_story
from seq2seq.words import Words

LONGEST_LINE = 120
MASKS_PARTS = {  # with the controls that only they have
    "see": ("follow", "layer", "head"),
    "off": ("pads", "replace"),
    "leak": ("leak-task", "leak-runs"),
}
Sentences = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class MaskedBatch:
    """What the page looks at: a model and its batch; where they are followed, sentence, layer and head, from 0."""

    model: ChosenModel
    sentences: Sentences
    sentence: int = MASKS_SENTENCE
    layer: int = MASKS_LAYER
    head: int = MASKS_HEAD

    @property
    def text(self) -> str:
        """The batch as it was typed."""
        return " ".join("".join(sentence) for sentence in self.sentences)


def _set(**values: Any) -> Callable[[], None]:
    """A callback that sets these controls, by their ids."""
    return lambda: st.session_state.update(values)


MASKS_TRIES: dict[str, Callable[[], None]] = {
    "longer": _set(**{"masks-part": "see", "masks-batch": "mask transformer"}, follow="1"),
    "even": _set(**{"masks-part": "see", "masks-batch": "pixel words masks"}, follow="2"),
    "layer": _set(**{"masks-part": "see", "masks-batch": MASKS_INPUT}, layer="1", head="2"),
    "leak": _set(**{"masks-part": "leak", "leak-task": "reverse"}),
}


def masks_itself(config: RunConfig) -> bool:
    """Whether a run is a Transformer with its three masks, on words."""
    model = config.model
    if not isinstance(model, TransformerConfig) or not isinstance(config.task, LetterTask):
        return False
    return model.causal and model.source_mask and model.cross_mask


def what_is_masked(words: PageWords, follow: bool) -> MaskedBatch:
    """The controls that matter, in one row; below it, in a line, how good the model is.

    Args: follow: whether one sentence is followed, in one head.
    """
    say = words.say
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom"):
        model = choose_model(words, MASKS_MODEL, masks_itself)
        sentences = _readable(model, _typed(words), words)
        followed = _followed(model, sentences, words) if follow else ()
    task, config = letter_task(model.config), model.config.model
    assert isinstance(config, TransformerConfig)
    st.caption(
        say(
            "masks.card",
            task=say(f"train.task.{task.name}"),
            layers=config.layers,
            heads=config.heads,
            steps=f"{model.step:,}",
            shortest=task.shortest,
            longest=task.longest,
            exact=f"{model.exact_match:.1%}",
            n=f"{model.n:,}",
        )  # fmt: skip
    )
    return MaskedBatch(model, sentences, *followed)


def _typed(words: PageWords) -> str:
    """The batch as it was typed; older links call it as the Train page calls the size of a batch."""
    if is_opened("masks-batch") and "masks-batch" not in st.query_params and "batch" in st.query_params:
        st.session_state["masks-batch"] = st.query_params["batch"][:LONGEST_LINE]
    write_address("batch", None)
    say = words.say
    return line("masks-batch", say("masks.sentences"), MASKS_INPUT, LONGEST_LINE, help=say("masks.sentences.help"))


def _readable(model: ChosenModel, text: str, words: PageWords) -> Sentences:
    """The batch if it can be read; else a sentence why not, and the last batch that could."""
    task = letter_task(model.config)
    try:
        sentences = read_sentences(task, text)
    except InputError as error:
        st.warning(words.error(error), icon=":material/edit:")
        kept = st.session_state.get("masks-batch-last", MASKS_INPUT)
        return read_sentences(task, kept)
    st.session_state["masks-batch-last"] = text
    return sentences


def _followed(model: ChosenModel, sentences: Sentences, words: PageWords) -> tuple[int, int, int]:
    """The sentence whose outputs are walked through, and the layer and the head whose weights are shown."""
    say, config = words.say, model.config.model
    assert isinstance(config, TransformerConfig)
    names = {str(b + 1): f"{b + 1}: {''.join(sentence)}" for b, sentence in enumerate(sentences)}
    default = str(min(MASKS_SENTENCE, len(sentences) - 1) + 1)
    sentence = choice(
        "follow", say("masks.sentence"), list(names), default, names.__getitem__, width=150,
        help=say("masks.sentence.help"),
    )  # fmt: skip
    layers = [str(layer + 1) for layer in range(config.layers)]
    heads = [str(head + 1) for head in range(config.heads)]
    layer = choice(
        "layer", say("masks.layer"), layers, str(min(MASKS_LAYER, config.layers - 1) + 1),
        lambda n: say("masks.layer.name", layer=n), width=120,
    )  # fmt: skip
    head = choice(
        "head", say("masks.head"), heads, str(MASKS_HEAD + 1), lambda n: say("masks.head.name", head=n), width=120
    )
    return int(sentence) - 1, int(layer) - 1, int(head) - 1


def told_masks(batch: MaskedBatch, words: PageWords) -> str:
    """The story of the batch, as JSON."""
    model = batch.model
    return _told(
        model.reference, model.step, batch.sentences, batch.sentence, batch.layer, batch.head, words.language
    )  # fmt: skip


def masks_explainer(batch: MaskedBatch, words: PageWords) -> Callable[[], MasksExplainer]:
    """What explains the numbers of the batch, made when the first one is asked."""
    model = batch.model
    return lambda: MasksExplainer(
        traced_masks(model.reference, model.step, batch.sentences, batch.layer, batch.head), words.plain
    )


@st.cache_data(max_entries=64, show_spinner=False)
def _told(
    reference: str, step: int, sentences: Sentences, sentence: int, layer: int, head: int, language: str
) -> str:  # fmt: skip
    """The story's JSON. The first picture is stored, so that it needs no torch."""
    text = " ".join("".join(row) for row in sentences)
    first = (reference, text, sentence, layer, head)
    if first == (MASKS_MODEL, MASKS_INPUT, MASKS_SENTENCE, MASKS_LAYER, MASKS_HEAD):
        return stored_story(f"masks-{language}")
    trace = traced_masks(reference, step, sentences, layer, head)
    return masks_story(trace, Words(language), reference, sentence).to_json()


@st.cache_resource(max_entries=32, show_spinner=False)
def traced_masks(reference: str, step: int, sentences: Sentences, layer: int, head: int) -> MasksTrace:
    """The batch at work. Shared: never to be changed."""
    from seq2seq.studies.masked import masked_batch

    return masked_batch(trained(reference, step), sentences, layer, head)
