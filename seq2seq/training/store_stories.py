"""Make the stored stories anew from the shipped models: python -m seq2seq.training.store_stories."""

from collections.abc import Callable, Iterator

from seq2seq.models.config import CELLS
from seq2seq.stories.bottleneck import bottleneck_story
from seq2seq.stories.convolution import convolution_story
from seq2seq.stories.decoding import decoding_story
from seq2seq.stories.gradients import Reach, arm_key, backward_story
from seq2seq.stories.stored import (
    ATTENTION_INPUT,
    ATTENTION_MODEL,
    BOTTLENECK_HIDDEN,
    BOTTLENECK_INPUT,
    BOTTLENECK_TASK,
    CONVOLUTION_INPUT,
    CONVOLUTION_MODEL,
    HOME_DATES,
    HOME_MODEL,
    STORIES,
)  # fmt: skip
from seq2seq.stories.story import Story
from seq2seq.training.bottleneck import bottleneck_trace
from seq2seq.training.reach import record_gradients
from seq2seq.training.recordings import recall_run
from seq2seq.training.trained import load_trained
from seq2seq.training.trainer import start_model
from seq2seq.words import LANGUAGES, Words

Stored = Iterator[tuple[str, Story]]  # name and story


def home(words: Words) -> Stored:
    """The home page: one date in several languages."""
    trained = load_trained(HOME_MODEL)
    for key, date in HOME_DATES.items():
        yield f"home-{key}", decoding_story(trained.record(date), words, HOME_MODEL, trained.task.answer(date))


def attention(words: Words) -> Stored:
    """The attention page: one word, reversed."""
    trained = load_trained(ATTENTION_MODEL)
    answer = trained.task.answer(ATTENTION_INPUT)
    yield "attention", decoding_story(trained.record(ATTENTION_INPUT), words, ATTENTION_MODEL, answer)


def convolution(words: Words) -> Stored:
    """The convolution page: one word, read by windows and reversed."""
    trained = load_trained(CONVOLUTION_MODEL)
    answer = trained.task.answer(CONVOLUTION_INPUT)
    trace = trained.record_convolution(CONVOLUTION_INPUT)
    yield "convolution", convolution_story(trace, words, CONVOLUTION_MODEL, answer)


def gradients(words: Words) -> Stored:
    """The Gradients page: a plain RNN that nobody has trained yet, and the arms beside it."""
    traces = {}
    for key, config in {arm_key(cell, way): recall_run(cell, way) for way in (False, True) for cell in CELLS}.items():
        traces[key] = record_gradients(start_model(config), config.task, 0)
    wider = recall_run("rnn", scale=2.0)
    doubled = record_gradients(start_model(wider), wider.task, 0)
    yield "gradients", backward_story(Reach(traces, "rnn", 1.0, 1.0, False, doubled), words)


def bottleneck(words: Words) -> Stored:
    """The bottleneck page: one source of growing length."""
    yield "bottleneck", bottleneck_story(bottleneck_trace(BOTTLENECK_TASK, BOTTLENECK_HIDDEN, BOTTLENECK_INPUT), words)


PAGES: tuple[Callable[[Words], Stored], ...] = (home, attention, convolution, gradients, bottleneck)


def stored_stories() -> Stored:
    """Every first picture, in every language: "NAME-LANGUAGE"."""
    for language in LANGUAGES:
        for page in PAGES:
            for name, story in page(Words(language)):
                yield f"{name}-{language}", story


if __name__ == "__main__":
    STORIES.mkdir(parents=True, exist_ok=True)
    for name, story in stored_stories():
        (STORIES / f"{name}.json").write_text(story.to_json(), encoding="utf-8")
        print(name)
