"""The views of a shuffled source, and their data."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from seq2seq.stories.formulas import exact
from seq2seq.stories.positions.shuffle_pictures import UNITS, far_picture, looks_picture, shuffle_picture
from seq2seq.stories.positions.shuffled import ROUNDING, WAYS, Shuffled
from seq2seq.stories.sentences import pair, titled
from seq2seq.stories.story import Step, View
from seq2seq.stories.tokens import quoted, short_sign
from seq2seq.words import Words

FLOOR = 1e-9  # where a difference of exactly 0 is drawn on the logarithmic axis
Rows = list[dict[str, Any]]
Pairs = Mapping[str, Shuffled]


def tiny(value: float) -> str:
    """A difference: 0, a power of ten where it is rounding, else two decimals."""
    if value == 0:
        return "0"
    if value >= 0.005:
        return f"{value:.2f}"
    digits, power = f"{value:.0e}".split("e")
    return f"{digits}·10{str(int(power)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def shuffle_views(pairs: Pairs, words: Words, steps: Sequence[Step], tracks: Mapping[str, Sequence[int]]) -> list[View]:
    """The overview of both readings; how far they lie apart; whom the first output looks at."""
    say, one = words.say, pairs[WAYS[0]]
    alternatives = [titled(step, words) for step in steps]
    rows = (say("shuffle.row.0"), *(say("shuffle.row", layer=row) for row in one.rows[1:]))
    size = {"S": len(one.order), "T": max(two.outputs for two in pairs.values())}

    def at(*names: str) -> dict[str, Any]:
        return {f"{name}_at": tracks[name] for name in names}

    names = ("typed", "shuffled", "difference", "first", "second", "probability", "decoder", "waiting")
    captions = tuple(say(f"shuffle.caption.{name}") for name in names)
    far = far_picture(
        (*rows, say("shuffle.row.output")), say("shuffle.axis.far"), say("shuffle.way.without"),
        say("shuffle.way.with"), say("shuffle.rounding"),
    )  # fmt: skip
    looks = looks_picture(
        say("shuffle.axis.look"), say("shuffle.caption.typed"), say("shuffle.caption.shuffled"), say("shuffle.waiting")
    )
    return [
        View("shuffle", say("shuffle.view.title"), say("shuffle.view.hint"), shuffle_picture(captions, rows), "vega",
             alternatives, _overview(pairs, words), "far",
             size | at("way", "row", "moved", "second", "apart", "wrote"), wide=True),
        View("far", say("shuffle.far.title"), say("shuffle.far.hint"), far, "vega", alternatives,
             {"far": _largest(pairs, words)}, "far", {"level": ROUNDING} | at("told0", "told1")),
        View("looks", say("shuffle.looks.title"), say("shuffle.looks.hint"), looks, "vega", alternatives,
             {"looks": _looks(pairs, words)}, "looks", {"S": size["S"]} | at("way", "look")),
    ]  # fmt: skip


def _units(pairs: Pairs) -> list[int]:
    """The features that are drawn: those of the top layer that differ most between tokens, in their order."""
    spread = sum(two.typed.encoder[-1]["h"].std(0) for two in pairs.values())
    return sorted(np.argsort(-np.asarray(spread))[:UNITS].tolist())


def _overview(pairs: Pairs, words: Words) -> dict[str, Rows]:
    one, units = pairs[WAYS[0]], _units(pairs)
    data: dict[str, Rows] = {"typed_states": [], "shuffled_states": [], "far": [], "outputs": []}
    data["source"] = [
        {"i": i, "to": to, "token": short_sign(token)}
        for i, (token, to) in enumerate(zip(one.typed.source, one.place, strict=True))
    ]
    for way, name in enumerate(WAYS):
        two = pairs[name]
        for row in two.rows:
            for side, states in zip(("typed", "shuffled"), two.states(row), strict=True):
                for i, state in enumerate(states):
                    at = i if side == "typed" else two.place[i]
                    data[f"{side}_states"].append(
                        {
                            "way": way, "row": row, "i": i, "to": two.place[i], "v": state[units].tolist(),
                            "unit": units, "ask": f"{name}.{side} {f'encoder {row - 1} h' if row else 'source'} {at}",
                            "tip": words.say("shuffle.tip", token=quoted(two.typed.source[i]), position=at + 1),
                        }
                    )  # fmt: skip
            for i, v in enumerate(two.far(row).tolist()):
                data["far"].append(
                    {"way": way, "row": row, "i": i, "to": two.place[i], "v": v, "told": tiny(v),
                     "same": v <= ROUNDING, "ask": f"far {name} {row} {i}"}
                )  # fmt: skip
        data["outputs"] += _outputs(two, way, name)
    return data


def _outputs(two: Shuffled, way: int, name: str) -> Rows:
    rows, shifts = [], two.shifts()
    for t in range(two.outputs):
        one, other = (trace.output[t] if t < len(trace.output) else "" for trace in (two.typed, two.shuffled))
        rows.append(
            {"way": way, "t": t, "typed": short_sign(one), "shuffled": short_sign(other), "differs": one != other,
             "d": float(shifts[t]) if t < two.both else None,
             "told": tiny(float(shifts[t])) if t < two.both else "", "ask": f"shift {name} {t}"}
        )  # fmt: skip
    return rows


def _largest(pairs: Pairs, words: Words) -> Rows:
    """The largest difference of each row, and of the probabilities behind them."""
    rows = []
    for way, name in enumerate(WAYS):
        two = pairs[name]
        found = [(two.far(row), f"far {name} {row}") for row in two.rows]
        for row, (far, ask) in enumerate([*found, (two.shifts(), f"shift {name}")]):
            at, v = int(far.argmax()), float(far.max())
            tip = pair(words.say(f"shuffle.way.{name}"), exact(v), words)
            rows.append({"row": row, "way": way, "v": v, "shown": max(v, FLOOR), "ask": f"{ask} {at}", "tip": tip})
    return rows


def _looks(pairs: Pairs, words: Words) -> Rows:
    rows = []
    for way, name in enumerate(WAYS):
        two = pairs[name]
        for k, (side, weights) in enumerate(zip(("typed", "shuffled"), two.looks(0), strict=True)):
            for i, v in enumerate(weights.tolist()):
                at, token = i if side == "typed" else two.place[i], quoted(two.typed.source[i])
                rows.append(
                    {"way": way, "i": i, "token": short_sign(two.typed.source[i]), "k": k, "v": v,
                     "ask": f"{name}.{side} weight 0 {at}", "tip": words.say("shuffle.look.tip", token=token)}
                )  # fmt: skip
    return rows
