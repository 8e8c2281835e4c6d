"""Make the stored stories anew from the shipped models: python -m seq2seq.training.store_stories."""

from collections.abc import Iterator

from seq2seq.stories.decoding import decoding_story
from seq2seq.stories.stored import ATTENTION_INPUT, ATTENTION_MODEL, HOME_DATES, HOME_MODEL, STORIES
from seq2seq.stories.story import Story
from seq2seq.training.trained import load_trained
from seq2seq.words import LANGUAGES, Words


def stored_stories() -> Iterator[tuple[str, Story]]:
    """Name and story of every first picture, in every language."""
    home, attention = load_trained(HOME_MODEL), load_trained(ATTENTION_MODEL)
    for language in LANGUAGES:
        words = Words(language)
        for key, date in HOME_DATES.items():
            trace = home.record(date)
            yield f"home-{key}-{language}", decoding_story(trace, words, HOME_MODEL, home.task.answer(date))
        trace = attention.record(ATTENTION_INPUT)
        answer = attention.task.answer(ATTENTION_INPUT)
        yield f"attention-{language}", decoding_story(trace, words, ATTENTION_MODEL, answer)


if __name__ == "__main__":
    STORIES.mkdir(parents=True, exist_ok=True)
    for name, story in stored_stories():
        (STORIES / f"{name}.json").write_text(story.to_json(), encoding="utf-8")
        print(name)
