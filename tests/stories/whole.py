"""What holds of every story: no step, track, alternative or slot is missing. And: its numbers explain themselves."""

import json
import random
import re

import pytest

CELLS = 200  # numbers of a view that are asked


def check_whole(story):
    """Every view has its alternatives and tracks, every sentence and formula its slots; returns the story's JSON, read."""
    data = json.loads(story.to_json())
    steps = len(data["steps"])
    for view in data["views"]:
        assert len(view["alternatives"]) == steps and all(view["alternatives"]), view["id"]
        for name, value in view["signals"].items():
            assert not name.endswith("_at") or len(value) == steps, f"{view['id']} {name}"
    for step in data["steps"]:
        assert step["title"] and step["text"] and "{" not in step["title"] + step["text"]
        if "formula" in step:
            used = {int(n) for n in re.findall(r"@(\d+)", data["formulas"][step["formula"][0]])}
            assert used <= set(range(len(step["formula"]) - 1))
    assert not any("\\" in template for template in data["formulas"])
    return data


def addresses(view):
    """Everything in a view that can be clicked, of rows that name one number or several."""
    for rows in view.data.values():
        for row in rows:
            yield from [address for address in [row.get("ask"), *row.get("asks", [])] if address]


def check_explained(story, explainer):
    """Some numbers of each view: their equations come to the trace's values, and their lines of source are found."""
    rng = random.Random(1)
    for view in story.views:
        found = list(dict.fromkeys(addresses(view)))
        for address in rng.sample(found, min(CELLS, len(found))):
            explanation = explainer.explain(address)
            assert explanation.address == address and "{" not in explanation.name and explanation.lines
            assert explanation.computed == pytest.approx(explanation.value, abs=2e-4), address
            assert explanation.told_alone()["lines"]
