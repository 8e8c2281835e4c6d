"""Make the stored stories anew from the shipped models: python -m seq2seq.training.store_stories."""

from collections.abc import Callable, Iterator

from seq2seq.stories.decoding import decoding_story
from seq2seq.stories.states import states_story
from seq2seq.stories.stored import (
    ATTENTION_INPUT,
    ATTENTION_MODEL,
    HOME_DATES,
    HOME_MODEL,
    STATES_MODEL,
    STATES_SENTENCES,
    STORIES,
)
from seq2seq.stories.story import Story
from seq2seq.training.states import StateChoice, record_states
from seq2seq.training.trained import load_trained
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


def states(words: Words) -> Stored:
    """The page on states: where held-out dates end, and the ways of one date in several languages."""
    trace = record_states(load_trained(STATES_MODEL), StateChoice(), STATES_SENTENCES)
    yield "states", states_story(trace, words, STATES_MODEL)


PAGES: tuple[Callable[[Words], Stored], ...] = (home, attention, states)


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
