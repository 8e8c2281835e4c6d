"""The pictures of a reading, filled with its numbers."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from seq2seq.stories.cell.diagram import UNITS, cell_diagram
from seq2seq.stories.cell.maps import unit_maps
from seq2seq.stories.cell.steps import Moment, Told
from seq2seq.stories.cell.subject import GATES, Subject
from seq2seq.stories.cell.tracks import unit_tracks
from seq2seq.stories.charts import top_tokens
from seq2seq.stories.decoding import busiest
from seq2seq.stories.explain.vectors import Vectors
from seq2seq.stories.formulas import percent
from seq2seq.stories.sentences import in_a_row, listed, titled
from seq2seq.stories.story import View
from seq2seq.stories.tokens import quoted, short_sign, token_row
from seq2seq.words import Words

TOP, TOP_HEIGHT = 8, 184  # tokens, and pixels for them: nothing is written for most of the story
Row = dict[str, Any]


def overview(subjects: Sequence[Subject], picked: Sequence[int], sort: str, told: Told, answer: str | None,
             words: Words) -> View:  # fmt: skip
    """Tokens, and the inside of each cell at the position in hand."""
    say, first = words.say, subjects[0].trace
    orders = [strip_units(one, sort, unit) for one, unit in zip(subjects, picked, strict=True)]
    data: dict[str, list[Row]] = {
        "source": source_rows(subjects[0]),
        "output": output_rows(subjects[0], answer) if len(subjects) == 1 else answers_rows(subjects, answer),
        "strips": [row for k, one in enumerate(subjects) for row in _strips(k, one, orders[k])],
        "values": [row for k, one in enumerate(subjects) for row in _values(k, one, picked[k])],
    }
    signals: Row = {"S": len(first.source), "T": len(data["output"])}
    signals |= {"at_at": [moment.at for moment in told.moments]}
    signals["wrote_at"] = [moment.wrote if len(subjects) == 1 else len(data["output"]) * (moment.stage in
                           ("write", "done")) for moment in told.moments]  # fmt: skip
    for k in range(len(subjects)):
        signals[f"row{k}"], signals[f"picked{k}"] = int(np.flatnonzero(orders[k] == picked[k])[0]), picked[k]
        signals[f"lit{k}_at"] = [moment.lit[k] if moment.lit else () for moment in told.moments]
        signals[f"known{k}_at"] = [moment.known[k] if moment.known else () for moment in told.moments]
    spec = cell_diagram(
        tuple(one.cell for one in subjects), tuple(panel_name(one, words) for one in subjects), say("axis.source"),
        say("axis.output"), say("inside.picked"), say("inside.old"), say("inside.new"),
    )  # fmt: skip
    alternatives = [titled(step, words) for step in told.steps]
    hint = say("inside.overview.hint", shown=min(UNITS, subjects[0].units))
    return View("overview", say("inside.overview.title"), hint, spec, "vega", alternatives, data, "values", signals,
                wide=True)  # fmt: skip


def panel_name(subject: Subject, words: Words) -> str:
    """What a panel is called: its cell, and its layer and direction where there is a choice."""
    name = words.say(f"cell.{subject.cell}")
    if len(subject.trace.encoder) > 1:
        name += " · " + words.say("inside.layer", layer=subject.layer + 1)
    if len(subject.trace.directions) > 1:
        name += " · " + words.say(f"inside.way.{subject.way}")
    return name


def strip_units(subject: Subject, sort: str, unit: int) -> np.ndarray:
    """The units that the strips show: the first of the order, the picked one among them."""
    order = subject.order(sort)[:UNITS]
    return order if unit in order else np.append(order[:-1], unit)


def source_rows(subject: Subject) -> list[Row]:
    """The tokens that are read."""
    return [{"i": i, "ask": f"{subject.key} source {i} 0"} | token_row(token)
            for i, token in enumerate(subject.trace.source)]  # fmt: skip


def output_rows(subject: Subject, answer: str | None) -> list[Row]:
    """The tokens one cell's model writes, with their probabilities, marked where the right ones are known."""
    trace = subject.trace
    rows: list[Row] = []
    wanted = None if answer is None else [*answer, "⟨eos⟩"]
    for t, (token, v) in enumerate(zip(trace.output, trace.chosen, strict=True)):
        right = wanted is not None and t < len(wanted) and wanted[t] == token
        mark = None if wanted is None else "right" if right else "wrong"
        p = percent(float(np.exp(trace.log_probs[t, v])))
        rows.append({"t": t, "mark": mark, "p": p, "ask": f"{subject.key} chosen {t}", **token_row(token)})
    return rows


def answers_rows(subjects: Sequence[Subject], answer: str | None) -> list[Row]:
    """Of several cells, what each model writes first."""
    return [output_rows(one, answer)[0] | {"t": k} for k, one in enumerate(subjects)]


def _strips(k: int, subject: Subject, units: np.ndarray) -> list[Row]:
    """One row for each vector and position: what is read, and what is computed."""
    rows, vectors = [], Vectors(subject.trace)
    inputs = [vectors.encoder_input(subject.layer, i) for i in range(len(subject.trace.source))]
    kept = busiest(np.array([[number.value for number in row] for row in inputs]), UNITS)
    for i, numbers in enumerate(inputs):
        before = subject.trace.before(subject.way, i)
        flat = subject.trace.encoder[subject.layer - 1] if subject.layer else {}
        if len(flat) < 2:  # a joined input has two addresses: its strip is shown, its numbers lie one layer down
            ask = numbers[0].address.rpartition(" ")[0]
            rows.append({"k": k, "g": "x", "i": i, "v": [numbers[u].value for u in kept], "unit": kept,
                         "ask": f"{subject.key} {ask}"})  # fmt: skip
        else:
            rows.append({"k": k, "g": "x", "i": i, "v": [numbers[u].value for u in kept], "unit": kept, "ask": ""})
        for state in subject.carried:
            ask = "" if before is None else subject.address(state, before)
            values = subject.before(state, i)[units]
            rows.append({"k": k, "g": f"{state} before", "i": i, "v": values, "unit": units, "ask": ask})
        for name, values in subject.gates.items():
            ask = subject.address(name, i)
            rows.append({"k": k, "g": name, "i": i, "v": values[i, units], "unit": units, "ask": ask})
    return rows


def _values(k: int, subject: Subject, unit: int) -> list[Row]:
    """The picked unit's numbers, one row for each vector and position."""
    rows = []
    for i in subject.trace.order(subject.way):
        before = subject.trace.before(subject.way, i)
        for state in subject.carried:
            text = f"{subject.before(state, i)[unit]:.2f}".replace("-", "−")
            row = {"k": k, "g": f"{state} before", "i": i, "text": text}
            rows.append(row if before is None else row | {"ask": f"{subject.address(state, before)} {unit}"})
        for name in subject.names:
            number = subject.number(name, i, unit)
            text = f"{number.value:.2f}".replace("-", "−")
            rows.append({"k": k, "g": name, "i": i, "text": text, "ask": number.address})
    return rows


def done(subject: Subject, k: int, moments: Sequence[Moment]) -> dict[str, list[int]]:
    """For each gate and state, how many positions are known at each step."""
    order = {position: number for number, position in enumerate(subject.trace.order(subject.way))}
    return {
        name: [
            0 if moment.at < 0 else order[moment.at] + int(name in moment.known[k]) for moment in moments
        ]
        for name in subject.names
    }  # fmt: skip


def maps(subject: Subject, k: int, alone: bool, unit: int, sort: str, told: Told, words: Words) -> View:
    """Every unit at every position, one small map for each gate and state."""
    say, order = words.say, subject.order(sort)
    cells = [
        {"g": name, "i": i, "v": values[i, order], "unit": order, "ask": subject.address(name, i)}
        for name, values in subject.gates.items()
        for i in range(len(subject.trace.source))
    ]
    where = np.flatnonzero(order == unit)
    signals: Row = {"S": len(subject.trace.source), "U": len(order), "at_at": [moment.at for moment in told.moments]}
    signals["picked_row"] = int(where[0]) if len(where) else -1
    signals |= {f"done_{name}_at": track for name, track in done(subject, k, told.moments).items()}
    title = say("inside.maps.title") if alone else say("inside.maps.of", cell=panel_name(subject, words))
    hint = say("inside.maps.hint", shown=len(order), units=subject.units, sort=say(f"inside.sort.{sort}"))

    def describe(moment: Moment) -> str:
        if moment.at < 0:
            return say("inside.nothing")
        parts = [
            say("inside.maps.alt", gate=say(f"gate.short.{name}"), mean=f"{values[moment.at].mean():.2f}")
            for name, values in subject.gates.items()
            if name in moment.known[k]
        ]
        return in_a_row([say("inside.maps.at", position=moment.at + 1), *parts])

    return View(
        f"maps-{k}", title, hint, maps_spec(subject, GATES, words), "vega", _each(told, describe),
        {"cells": cells, "source": short_rows(subject)}, "cells", signals,
    )  # fmt: skip


def maps_spec(subject: Subject, gates: Sequence[str], words: Words) -> Any:
    """The template of a cell's maps; `gates` are those that lie between 0 and 1."""
    say, shares = words.say, tuple(name for name in subject.names if name in gates)
    keys = [("value", say("inside.key.low"), say("inside.key.high"))]
    if shares:
        keys.insert(0, ("share", say("inside.key.shut"), say("inside.key.open")))
    if not gates:
        keys = [("value", say("inside.key.less"), say("inside.key.more"))]
    titles = tuple(say(f"gate.short.{name}") for name in subject.names)
    return unit_maps(subject.names, titles, shares, tuple(keys), subject.way == "backward")


def short_rows(subject: Subject) -> list[Row]:
    """The tokens as the foot of a picture shows them."""
    return [{"i": i, "short": short_sign(token)} for i, token in enumerate(subject.trace.source)]


def track_rows(subjects: Sequence[Subject], unit: int) -> tuple[list[Row], list[Row]]:
    """One unit's points, for one reading or two of the same cell, and the range of each track."""
    points, bands = [], []
    for name in subjects[0].names:
        values = [one.gates[name][:, unit] for one in subjects]
        high = 1.0 if name != "c" else max(1.0, float(np.ceil(max(np.abs(row).max() for row in values))))
        low = 0.0 if name in GATES else -high
        bands.append({"g": name, "low": f"{low:g}".replace("-", "−"), "high": f"{high:g}", "zero": -low / (high - low)})
        points += [
            {"g": name, "i": i, "v": v, "y": (v - low) / (high - low), "side": side,
             "ask": f"{one.address(name, i)} {unit}"}
            for side, (one, row) in enumerate(zip(subjects, values, strict=True))
            for i, v in enumerate(row.tolist())
        ]  # fmt: skip
    return points, bands


def life(subject: Subject, k: int, alone: bool, unit: int, told: Told, words: Words) -> View:
    """The picked unit over the positions: a line for each gate and state."""
    say = words.say
    points, bands = track_rows([subject], unit)
    track = [moment.at for moment in told.moments]
    signals: Row = {"S": len(subject.trace.source), "at_at": track, "now_at": track}
    signals |= {f"done_{name}_at": values for name, values in done(subject, k, told.moments).items()}
    slots = {"unit": unit + 1, "cell": panel_name(subject, words)}

    def describe(moment: Moment) -> str:
        if moment.at < 0:
            return say("inside.nothing")
        known = [name for name in subject.names if name in moment.known[k]]
        values = listed((f"{name} {subject.gates[name][moment.at, unit]:.3f}" for name in known), words)
        return say("inside.life.alt", unit=unit + 1, position=moment.at + 1, values=values or "–")

    return View(
        f"life-{k}", say("inside.life.title" if alone else "inside.life.of", **slots),
        say(f"inside.life.hint.{subject.cell}"),
        unit_tracks(subject.names, backward=subject.way == "backward"), "vega", _each(told, describe),
        {"points": points, "bands": bands, "source": short_rows(subject)}, "points", signals,
    )  # fmt: skip


def probabilities(subject: Subject, k: int, alone: bool, told: Told, words: Words) -> View:
    """The most probable tokens at the output step in hand."""
    columns = [moment.col for moment in told.moments]
    title = words.say("decoding.top.title") if alone else words.say("inside.top.of", cell=panel_name(subject, words))
    return top_view(f"probabilities-{k}", title, subject, columns, words)


def top_view(id: str, title: str, subject: Subject, columns: Sequence[int], words: Words) -> View:
    """The most probable tokens of one model at each step's output, −1 for none."""
    trace, say = subject.trace, words.say
    first = next((k for k, t in enumerate(columns) if 0 <= t < len(trace.output)), len(columns) - 1)
    nothing = say("inside.top.nothing", step=first + 1)
    rows = [
        {
            "t": t, "rank": rank, "token": quoted(trace.vocabulary[v]), "p": np.exp(trace.log_probs[t, v]),
            "chosen": bool(v == trace.chosen[t]), "ask": f"{subject.key} probability {t} {v}",
        }
        for t in range(len(trace.output))
        for rank, v in enumerate(trace.ranking(t)[:TOP])
    ]  # fmt: skip

    def describe(t: int) -> str:
        if not 0 <= t < len(trace.output):
            return nothing
        best = [f"{row['token']} {percent(float(row['p']))}" for row in rows if row["t"] == t][:3]
        return say("decoding.top.alt", best=listed(best, words))

    signals = {"row_at": columns, "told_at": [int(0 <= t < len(trace.output)) for t in columns]}
    spec = top_tokens(say("axis.probability"), say("axis.token"), nothing) | {"height": TOP_HEIGHT}
    alternatives = [describe(t) for t in columns]
    return View(id, title, say("decoding.top.hint"), spec, "vega-lite", alternatives, {"top": rows}, "top", signals)


def _each(told: Told, describe: Callable[[Moment], str]) -> list[str]:
    return [describe(moment) for moment in told.moments]
