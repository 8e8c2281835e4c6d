"""What is shown first is no picture of its own: every stored story is made again here and compared."""

import json
from functools import cache

import pytest

from seq2seq.stories.stored import STORIES, read_story
from seq2seq.studies.store_stories import stored_stories


@cache
def made():
    return {name: story.to_json() for name, story in stored_stories()}


def test_none_is_missing_and_none_left_over():
    assert {path.stem for path in STORIES.glob("*.json")} == set(made())


def alike(stored, fresh, path=""):
    """Equal, but for the last digits of numbers, which differ between processors."""
    assert type(stored) is type(fresh) or {type(stored), type(fresh)} == {int, float}, path
    if isinstance(stored, dict):
        assert list(stored) == list(fresh), path
        for key in stored.keys() - {"unit"}:  # which units change most may hang on the last digit
            alike(stored[key], fresh[key], f"{path}.{key}")
    elif isinstance(stored, list):
        assert len(stored) == len(fresh), path
        for number, (a, b) in enumerate(zip(stored, fresh, strict=True)):
            alike(a, b, f"{path}[{number}]")
    elif isinstance(stored, float):
        assert stored == pytest.approx(fresh, abs=2e-3, rel=1e-2), path
    elif not isinstance(stored, str):
        assert stored == fresh, path


@pytest.mark.parametrize("name", sorted(path.stem for path in STORIES.glob("*.json")))
def test_a_stored_story_is_what_its_model_says_today(name):
    """Steps and their lines of source, templates, data; a line added above them must not leave wrong numbers."""
    stored, fresh = json.loads(read_story(name)), json.loads(made()[name])
    assert [step["title"] for step in stored["steps"]] == [step["title"] for step in fresh["steps"]]
    assert stored["listings"] == fresh["listings"]
    assert [step.get("code") for step in stored["steps"]] == [step.get("code") for step in fresh["steps"]]
    assert [view["template"] for view in stored["views"]] == [view["template"] for view in fresh["views"]]
    alike(stored, fresh)
