"""Trace of states → story: the cloud with its ways, the silhouettes and the nearest states beside it."""

from typing import Any

import numpy as np

from seq2seq.stories.formulas import percent, short
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import bracketed, listed, pair
from seq2seq.stories.states.asides import Aside, way_asides, written_asides
from seq2seq.stories.states.cloud import COLOURINGS, cloud_picture
from seq2seq.stories.states.colourings import Colouring, colourings, index_of
from seq2seq.stories.states.details import nearest_list, silhouette_bars
from seq2seq.stories.states.explain import cloud_name, group_name
from seq2seq.stories.states.measured import Measured
from seq2seq.stories.states.steps import StatesTeller
from seq2seq.stories.story import Story, View
from seq2seq.stories.tokens import quoted, short_sign
from seq2seq.traces import StatesTrace
from seq2seq.words import Words

NUMBERS = "①②③④⑤"
GROUPED = 0.15  # mean silhouette from which groups get their names in the picture: below it they lie in one heap
TOLD = "told"  # colour as the story goes


def states_story(
    trace: StatesTrace, words: Words, name: str, colour: str = TOLD, unit: int | None = None
) -> Story:  # fmt: skip
    """Tell where the states of a trace lie.

    Args:    name says whose states they are; colour: a colouring kept through all steps, or "told"; unit: see there.
    """
    measured = Measured(trace)
    found = colourings(measured, words, unit)
    teller = StatesTeller(measured, words, found, None if colour == TOLD else index_of(found, colour))
    teller.tell()
    views = [
        _cloud(measured, teller, found, words),
        _silhouettes(measured, teller, words),
        _near(measured, teller, words),
    ]
    chosen = "|".join(path.text for path in trace.paths)
    identity = f"states|{name}|{trace.which}|{trace.at}|{trace.part}|{trace.layer}|{colour}|{unit}|{chosen}"
    return Story(
        identity, words.say("page.states.title"), teller.steps, views, teller.chapters, player_labels(words),
        teller.book.templates,
    )  # fmt: skip


def _cloud(measured: Measured, teller: StatesTeller, found: tuple[Colouring, ...], words: Words) -> View:
    trace, clouds = measured.trace, range(len(measured.trace.clouds))
    points = [
        {
            "i": i,
            "x": [measured.places[c, i, 0] for c in clouds],
            "y": [measured.places[c, i, 1] for c in clouds],
            "u": [round(one.u[i], 3) for one in found],
            "s": [one.shapes[i] for one in found],
            "near": [measured.nearest[c][i] for c in clouds],
            "tip": _tip(measured, found, i, words),
            "asks": [f"state {c} {i}" for c in clouds],
        }
        for i in range(len(trace.points))
    ]
    legend = [
        {"c": c, "i": i, "label": entry.label, "u": entry.u, "s": entry.shape}
        for c, one in enumerate(found)
        for i, entry in enumerate(one.legend)
    ]
    cells = [40 + 7.6 * max(_width(entry.label) for entry in one.legend) for one in found]
    entries = [len(one.legend) for one in found]
    spare = COLOURINGS - len(found)  # the picture counts on that many
    signals: dict[str, Any] = {
        "kinds": [one.kind for one in found],
        "titles_x": [_axis(measured, words, c, 0) for c in clouds],
        "titles_y": [_axis(measured, words, c, 1) for c in clouds],
        "example": measured.example, "entries": entries + [0] * spare, "cells": cells + [96] * spare,
        "count": len(trace.paths), "picked": -1,
    }  # fmt: skip
    signals |= {
        f"{track}_at": teller.track(track) for track in ("cloud", "coloured", "head", "wrote", "pale", "near", "lead")
    }
    frames = [_frame(measured, moment.cloud, moment.pale > 0, moment.wrote >= 0) for moment in teller.moments]
    signals |= {f"{name}_at": [frame[n] for frame in frames] for n, name in enumerate(("mx", "my", "ex", "ey"))}
    data = {
        "points": points, "centres": _centres(measured, found), "legend": legend, "ways": _ways(measured, words),
        "written": _written(measured, words),
        "chosen": [{"j": j, "number": NUMBERS[j], "text": path.text} for j, path in enumerate(trace.paths)],
    }  # fmt: skip
    alternatives = [
        words.say("states.alt", title=step.title, cloud=cloud_name(trace, words, moment.cloud),
                  by=found[moment.coloured].name, text=step.text)
        for step, moment in zip(teller.steps, teller.moments, strict=True)
    ]  # fmt: skip
    return View(
        "cloud", words.say("states.cloud.title"), words.say("states.cloud.hint"), cloud_picture(), "vega", alternatives,
        data, "points", signals, wide=True,
    )  # fmt: skip


def _tip(measured: Measured, found: tuple[Colouring, ...], i: int, words: Words) -> str:
    told = [measured.read(i), f"→ {measured.trace.answers[measured.trace.points[i].sentence]}"]
    told += [pair(one.name, one.names[i], words) for one in found if one.id != "unit"]
    return "\n".join(told)


def _width(label: str) -> float:
    """About how many Latin letters wide a text is."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in label)


def _axis(measured: Measured, words: Words, c: int, a: int) -> str:
    return words.say("states.axis", number=a + 1, share=percent(float(measured.projections[c].shares[a])))


def _frame(measured: Measured, c: int, ways: bool, writes: bool) -> tuple[float, float, float, float]:
    """Middle and extent of what is drawn: the cloud, and on the ways of sentences those too."""
    shown = [measured.places[c][:, :2]]
    if ways:
        shown += [way[:, :2] for way in (measured.written if writes else measured.ways)]
    low, high = (getattr(np.vstack(shown), edge)(0) for edge in ("min", "max"))
    middle, extent = (low + high) / 2, np.maximum(high - low, 1e-6)
    return float(middle[0]), float(middle[1]), float(extent[0]), float(extent[1])


def _centres(measured: Measured, found: tuple[Colouring, ...]) -> list[dict[str, Any]]:
    """The names of groups at their middles, in the clouds that they divide."""
    rows = []
    for c in range(len(measured.trace.clouds)):
        for n, one in enumerate(found):
            score = measured.score(c, one.grouped) if one.grouped else None
            if score is None or score < GROUPED:
                continue
            names = np.array(one.names)
            for entry in one.legend:
                places = measured.places[c][names == entry.label]
                if len(places) > 1:
                    x, y = np.median(places[:, :2], axis=0)
                    rows.append({"cloud": c, "c": n, "x": x, "y": y, "label": entry.label, "w": _width(entry.label)})
    return rows


def _ways(measured: Measured, words: Words) -> list[dict[str, Any]]:
    """Every state of the encoder on the ways, one after the other; `g` counts them all."""
    rows: list[dict[str, Any]] = []
    sides = way_asides([way[:, :2] for way in measured.ways], measured.places[measured.trace.trained][:, :2])
    for j, (path, way) in enumerate(zip(measured.trace.paths, measured.ways, strict=True)):
        for k in range(len(way)):
            after = way[min(k + 1, len(way) - 1)]
            token = quoted(path.source[k - 1]) if k else words.say("states.start")
            tip = f"{path.text}\n{k}: {token}"
            rows.append(
                {"g": len(rows), "j": j, "k": k, "x": way[k, 0], "y": way[k, 1], "nx": after[0], "ny": after[1],
                 "token": token, "number": NUMBERS[j], "last": k == len(way) - 1, "tip": tip, "ask": f"way {j} {k} 0"}
                | _aside(sides[j], k)
            )  # fmt: skip
    return rows


def _written(measured: Measured, words: Words) -> list[dict[str, Any]]:
    """Every state of the decoder on the ways."""
    rows: list[dict[str, Any]] = []
    sides = written_asides([way[:, :2] for way in measured.written], measured.places[measured.writing][:, :2])
    for j, (path, way) in enumerate(zip(measured.trace.paths, measured.written, strict=True)):
        for k in range(len(way)):
            after = way[min(k + 1, len(way) - 1)]
            token = short_sign(path.output[k - 1]) if k else "s₀"
            rows.append(
                {"j": j, "k": k, "x": way[k, 0], "y": way[k, 1], "nx": after[0], "ny": after[1], "token": token,
                 "number": NUMBERS[j], "tip": f"{path.text}\n{k}: {token}", "ask": f"written {j} {k} 0"}
                | _aside(sides[j], k)
            )  # fmt: skip
    return rows


def _aside(sides: list[Aside], k: int) -> dict[str, float]:
    """Where the name at place k of a way stands, and where the next: right and down, 1 is as far as it goes."""
    (x, y), (nx, ny) = sides[k], sides[min(k + 1, len(sides) - 1)]
    return {"ax": x, "ay": -y, "nax": nx, "nay": -ny}


def _silhouettes(measured: Measured, teller: StatesTeller, words: Words) -> View:
    trace, clouds = measured.trace, range(len(measured.trace.clouds))
    groups = [g for g in measured.groups if all(measured.score(c, g) is not None for c in clouds)]
    rows: list[dict[str, Any]] = []
    for n, group in enumerate(groups):
        for c in clouds:
            score, called = measured.score(c, group) or 0.0, group_name(trace, words, group)
            tip = pair(listed([called, cloud_name(trace, words, c)], words), f"{score:.4f}", words)
            row = {"group": n, "cloud": c, "name": called, "v": score, "tip": tip, "ask": f"silhouette {c} {group}"}
            rows.append(row)
    spec = silhouette_bars(
        len(groups), len(clouds), words.say("states.silhouette.below"), words.say("states.silhouette.above")
    )
    alternatives = [
        words.say("states.silhouette.none")
        if moment.told < 0
        else words.say("states.silhouette.alt", told=listed((
            f"{bracketed(row['name'], cloud_name(trace, words, row['cloud']), words)} {short(row['v'])}"
            for row in rows if row["cloud"] <= moment.told
        ), words))
        for moment in teller.moments
    ]  # fmt: skip
    signals = {"cloud_names": [cloud_name(trace, words, c) for c in clouds], "told_at": teller.track("told")}
    title, hint = words.say("states.silhouette.title"), words.say("states.silhouette.hint")
    return View("silhouettes", title, hint, spec, "vega", alternatives, {"bars": rows}, "bars", signals)


def _near(measured: Measured, teller: StatesTeller, words: Words) -> View:
    trace, i = measured.trace, measured.example
    labels = trace.label("month" if trace.task == "dates" else "last")
    rows: list[dict[str, Any]] = [
        {
            "cloud": c, "rank": rank, "text": measured.read(j), "d": measured.between[c][i, j],
            "agrees": bool(labels[i] == labels[j]), "ask": f"distance {c} {i} {j}",
        }
        for c in range(len(trace.clouds))
        for rank, j in enumerate(measured.nearest[c][i].tolist())
    ]  # fmt: skip
    near = [
        listed((f"“{row['text']}” {short(row['d'])}" for row in rows if row["cloud"] == c), words)
        for c in range(len(trace.clouds))
    ]
    text = f"“{measured.read(i)}”"
    alternatives = [
        words.say(
            "states.near.alt", text=text, cloud=cloud_name(trace, words, moment.cloud), listed=near[moment.cloud],
        )
        for moment in teller.moments
    ]  # fmt: skip
    signals = {
        "cloud_at": teller.track("cloud"), "texts": [text] * len(trace.clouds),
        "farthest": [max(float(row["d"]) for row in rows if row["cloud"] == c) for c in range(len(trace.clouds))],
    }  # fmt: skip
    key = "states.near.hint.dates" if trace.task == "dates" else "states.near.hint"
    hint = words.say(key, size=trace.clouds[0].states.shape[1])
    title = words.say("states.near.title")
    spec = nearest_list(words.say("states.near.distance"))
    return View("nearest", title, hint, spec, "vega", alternatives, {"near": rows}, "near", signals)
