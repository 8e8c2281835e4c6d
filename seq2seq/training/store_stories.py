"""Make the stored stories anew from the shipped models: python -m seq2seq.training.store_stories."""

from collections.abc import Callable, Iterator

from seq2seq.preparing.batching import record_batches
from seq2seq.preparing.cutting import record_cutting
from seq2seq.stories.batching import batching_story
from seq2seq.stories.cutting import cutting_story
from seq2seq.stories.decoding import decoding_story
from seq2seq.stories.embeddings import embedding_story
from seq2seq.stories.stored import (
    ATTENTION_INPUT,
    ATTENTION_MODEL,
    BATCH_BUCKET,
    BATCH_DRAW,
    BATCH_LENGTHS,
    BATCH_SIZE,
    CUT_MERGES,
    CUT_TEXT,
    EMBEDDING_MODEL,
    EMBEDDING_TOKEN,
    HOME_DATES,
    HOME_MODEL,
    STORIES,
)
from seq2seq.stories.story import Story
from seq2seq.tasks import Dates, Reverse
from seq2seq.training.snapshots import load_embeddings
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


def tokens(words: Words) -> Stored:
    """The tokens page: a date cut, a batch, and a table of embeddings; none of them needs a network."""
    cutting = record_cutting(Dates(), CUT_TEXT, CUT_MERGES)
    yield "tokens-cut", cutting_story(cutting, words)
    shortest, longest = BATCH_LENGTHS
    batches = record_batches(Reverse(shortest, longest), BATCH_SIZE, BATCH_BUCKET, False, BATCH_DRAW)
    yield "tokens-batch", batching_story(batches, words)
    yield "tokens-embeddings", embedding_story(load_embeddings(EMBEDDING_MODEL), "source", EMBEDDING_TOKEN, words)


PAGES: tuple[Callable[[Words], Stored], ...] = (home, attention, tokens)


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
