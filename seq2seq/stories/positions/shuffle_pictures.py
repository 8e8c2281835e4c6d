"""Pictures of a shuffled source: both readings one over the other, and how far they lie apart."""

from functools import cache
from typing import Any

from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import VALUES, Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

UNIT, UNITS, TOKEN = 5, 14, 28  # a feature's height, how many are drawn, a token's height
STRIP = UNIT * UNITS
FIRST = 34  # middle of the typed tokens
UPPER = FIRST + 22  # top of the typed strips
LOWER = UPPER + STRIP + 74  # top of the shuffled strips
SECOND = LOWER + STRIP + 22  # middle of the shuffled tokens
DIFFERENCE = SECOND + 50
WRITTEN = DIFFERENCE + 68  # middle of what is written for the typed source
SHIFTS = WRITTEN + 92


@cache
def shuffle_picture(captions: tuple[str, ...], rows: tuple[str, ...]) -> Spec:
    """Typed source and its states, shuffled source and its states, links between them, and what is written.

    Captions: typed, shuffled, difference, written (typed, shuffled), probability, decoder, nothing yet; rows: strips.
    Data:    source {i, to, token}; typed_states and shuffled_states {way, row, i, to, v: […], unit: […], ask, tip};
             far {way, row, i, to, v, told, same, ask}; outputs {way, t, typed, shuffled, differs, told, ask}.
    Signals: S, T; way_at (0 without positions, 1 with), row_at, moved_at (1: shuffled, 0: put back in order), second_at
             (whether the shuffled reading is there), apart_at (whether differences are told), wrote_at.
    """
    typed, shuffled, difference, first, second, probability, decoder, waiting = captions
    signals = [
        value("S", 1), value("T", 1), *stepped("way"), *stepped("row"), *smooth("moved"), *smooth("second"),
        *smooth("apart"), *smooth("wrote"), derived("roomy", "width > 640"), derived("side", "roomy ? 176 : 0"),
        derived("pitch", "min(width > 900 ? 104 : 88, (width - side - 8) / max(S, T))"),
        derived("sx", "side + (width - side - S * pitch) / 2"), derived("tx", "side + (width - side - T * pitch) / 2"),
        derived("left", "roomy ? min(sx, tx) - 16 : 0"), derived("letter", "clamp(pitch * 0.5, 12, 19)"),
        derived("small", "clamp(pitch * 0.27, 11, 14)"), derived("rows", str(list(rows))),
    ]  # fmt: skip
    there = "(datum.i + (datum.to - datum.i) * moved)"
    marks = [
        *_tokens(str(FIRST), "datum.i"), *_strips("typed_now", UPPER, "datum.i"), *_links(there),
        rect(0, UPPER + STRIP + 4, "width", f"{DIFFERENCE - 14 - UPPER - STRIP} * (1 - second)", fill="panel"),
        *_to_come(),
        *_guard(_tokens(str(SECOND), there)), *_guard(_strips("shuffled_now", LOWER, there)),
        *_differences(there), *_outputs(),
        _caption(quoted_text(typed), FIRST, FIRST - 24, "encoder"),
        _caption("rows[row]", UPPER + STRIP / 2, FIRST - 24, "encoder", right=True),
        *_guard([_caption("roomy ? rows[row] : ''", LOWER + STRIP / 2, 0, "encoder")]),
        *_guard([_caption(quoted_text(shuffled), SECOND, SECOND + 24, "encoder")], "0.7 + 0.3 * second"),
        *_guard([_caption(quoted_text(difference), DIFFERENCE, SECOND + 24, "muted", right=True)], "apart"),
        text(quoted_text(waiting), "sx + S * pitch / 2", WRITTEN - 30, color="muted", size=14, opacity="1 - wrote"),
        *_guard([text(quoted_text(f"↓ {decoder}"), "sx + S * pitch / 2", WRITTEN - 29, color="decoder", size=12)],
                "wrote"),
        *_guard([
            _caption(quoted_text(first), WRITTEN, WRITTEN - 25, "decoder"),
            _caption(quoted_text(second), WRITTEN + 44, WRITTEN + 69, "decoder"),
            _caption(quoted_text(probability), SHIFTS, WRITTEN + 69, "muted", right=True),
        ], "wrote"),
    ]  # fmt: skip
    return diagram(760, SHIFTS + 20, signals, _data(), marks, scales=[VALUES | {"domain": [-2, 0, 2]}])


def _data() -> list[dict[str, Any]]:
    here = "datum.way == way"
    flat = {"type": "flatten", "fields": ["v", "unit"], "index": "u"}
    address = {"type": "formula", "expr": "datum.ask + ' ' + datum.unit", "as": "ask"}
    data: list[dict[str, Any]] = [{"name": "source"}]
    for side in ("typed", "shuffled"):
        name = f"{side}_states"
        data += [
            {"name": name}, {"name": f"{side}_flat", "source": name, "transform": [flat, address]},
            filtered(f"{side}_now", f"{side}_flat", f"{here} && datum.row == row", key="i u"),
        ]  # fmt: skip
    return [
        *data, {"name": "far"}, filtered("far_now", "far", f"{here} && datum.row == row", key="i"),
        {"name": "outputs"}, filtered("outputs_now", "outputs", here, key="t"),
    ]  # fmt: skip


def _guard(marks: list[Mark], by: str = "second") -> list[Mark]:
    """Marks that are not there before a track says so."""
    for one in marks:
        one["encode"]["update"]["opacity"] = {"signal": by}
    return marks


def _caption(words: str, y: float, narrow: float, color: str, right: bool = False) -> Mark:
    """A row's name at the side; where the picture is narrow, in a line of its own, at its left or right end."""
    return mark(
        "text", silent=True, text=words, x="roomy ? left : width - 4" if right else "left", y=f"roomy ? {y} : {narrow}",
        align="'right'" if right else "roomy ? 'right' : 'left'", baseline="'middle'", fill=color, fontSize=12,
    )  # fmt: skip


def _tokens(y: str, at: str) -> list[Mark]:
    return [
        rect(f"sx + ({at} + 0.08) * pitch", f"{y} - {TOKEN / 2}", "pitch * 0.84", TOKEN, "source", silent=True,
             cornerRadius=5, fill="encoder", fillOpacity=0.14),
        text("datum.token", f"sx + ({at} + 0.5) * pitch", y, "source", size="letter", fontWeight=600),
    ]  # fmt: skip


def _strips(data: str, top: float, at: str) -> list[Mark]:
    return [
        rect(
            f"sx + ({at} + 0.14) * pitch", f"{top} + datum.u * {UNIT}", "pitch * 0.72", UNIT + 0.3, data,
            clickable=True, fill={"scale": "value", "field": "v"}, tooltip="datum.tip + format(datum.v, '.4f')",
        )
    ]  # fmt: skip


def _to_come() -> list[Mark]:
    """Dashed, where the other reading will stand, and what is written."""

    def outline(y: float, height: float, by: str) -> Mark:
        return rect("sx + (datum.i + 0.11) * pitch", y, "pitch * 0.78", height, "source", silent=True, cornerRadius=5,
                    stroke="faint", strokeDash={"value": [4, 4]}, strokeOpacity=f"1 - {by}")  # fmt: skip

    return [
        outline(LOWER, STRIP, "second"), outline(SECOND - TOKEN / 2, TOKEN, "second"),
        outline(WRITTEN - TOKEN / 2, TOKEN, "wrote"), outline(WRITTEN + 44 - TOKEN / 2, TOKEN, "wrote"),
    ]  # fmt: skip


def _links(there: str) -> list[Mark]:
    """From each token's state to where it stands in the other reading."""
    x, x2 = "(sx + (datum.i + 0.5) * pitch)", f"(sx + ({there} + 0.5) * pitch)"
    y, y2 = UPPER + STRIP + 6, LOWER - 6
    middle = (y + y2) / 2
    path = f"'M' + {x} + ',{y} C' + {x} + ',{middle} ' + {x2} + ',{middle} ' + {x2} + ',{y2}'"
    return [
        mark("path", "source", silent=True, path=path, stroke="encoder", strokeWidth="clamp(pitch * 0.09, 2, 6)",
             strokeOpacity=0.45, strokeCap={"value": "round"})
    ]  # fmt: skip


def _differences(there: str) -> list[Mark]:
    """Below each token, by how much its state differs: told while both stand in one order."""
    return _guard(
        [
            rect(f"sx + ({there} + 0.06) * pitch", DIFFERENCE - 13, "pitch * 0.88", 26, "far_now", clickable=True,
                 cornerRadius=6, fill="datum.same ? correct : wrong", fillOpacity=0.16),
            text("(datum.same ? '=' : '≠') + (pitch > 46 ? ' ' : '') + (pitch > 34 ? datum.told : '')",
                 f"sx + ({there} + 0.5) * pitch", DIFFERENCE, "far_now", size="small"),
        ],
        "apart",
    )  # fmt: skip


def _outputs() -> list[Mark]:
    """What is written for either source, and how far the probabilities lie apart."""
    marks: list[Mark] = []
    x = "tx + (datum.t + 0.5) * pitch"
    for field, y in (("typed", WRITTEN), ("shuffled", WRITTEN + 44)):
        marks += [
            rect("tx + (datum.t + 0.08) * pitch", y - TOKEN / 2, "pitch * 0.84", TOKEN, "outputs_now", silent=True,
                 cornerRadius=5, fill="decoder", fillOpacity=0.14, stroke="decoder",
                 strokeWidth="datum.differs ? 2.5 : 0"),
            text(f"datum.{field}", x, y, "outputs_now", size="letter", fontWeight=600),
        ]  # fmt: skip
    marks += [
        text("datum.differs ? '≠' : '='", x, WRITTEN + 22, "outputs_now", size=14, fontWeight=700,
             fill="datum.differs ? wrong : correct"),
        text("pitch > 30 ? datum.told : ''", x, SHIFTS, "outputs_now", size="small", silent=False,
             cursor={"value": "pointer"}, ask="datum.ask"),
    ]  # fmt: skip
    return _guard(marks, "wrote")


@cache
def far_picture(rows: tuple[str, ...], y_title: str, without: str, with_: str, rounding: str) -> Spec:
    """The largest difference of every row and of the probabilities, both models, on a logarithmic axis.

    Data: far {row, way, v, shown, ask, tip}. Signals: rounding_level; told0_at and told1_at (how many rows of either
    model are told).
    """
    top, height, count = 40, 190, len(rows)
    base = top + height
    signals = [
        value("level", 1e-5), *stepped("told0"), *stepped("told1"), derived("sx", "52"),
        derived("pitch", f"(width - sx - 10) / {count}"),
    ]  # fmt: skip
    scales = [{"name": "y", "type": "log", "domain": [1e-9, 10], "range": [base, top], "clamp": True}]
    labels = "datum.value == 1 ? '1' : '10' + ['⁻²', '⁻⁴', '⁻⁶', '⁻⁸'][round(-log(datum.value) / LN10 / 2) - 1]"
    axes = [{"orient": "left", "scale": "y", "values": [1e-8, 1e-6, 1e-4, 1e-2, 1], "offset": {"signal": "-sx"},
             "grid": False, "encode": {"labels": {"update": {"text": {"signal": labels}}}}}]  # fmt: skip
    x = "sx + (datum.row + 0.5 + (datum.way - 0.5) * 0.24) * pitch"
    shown = "datum.row < (datum.way ? told1 : told0)"
    color = "datum.way ? wrong : correct"
    marks = [
        rect("sx", "scale('y', level)", "width - sx - 10", f"{base} - scale('y', level)", silent=True, fill="correct",
             fillOpacity=0.07),
        text(quoted_text(rounding), "sx + 8", "scale('y', level) + 12", align="left", color="muted", size=12),
        mark("rule", "far", silent=True, x=x, y="scale('y', datum.shown)", y2=base, stroke=color, strokeWidth=2,
             strokeOpacity=f"{shown} ? 0.5 : 0"),
        mark("symbol", "far", clickable=True, x=x, y="scale('y', datum.shown)", size=110, fill=color, stroke="panel",
             shape="datum.way ? 'square' : 'circle'", opacity=f"{shown} ? 1 : 0", tooltip="datum.tip"),
        *(text(quoted_text(name), f"sx + ({k} + 0.5) * pitch", f"{base + 16} + (pitch < 84 ? {k % 2 * 15} : 0)",
               color="muted", size=12)
          for k, name in enumerate(rows)),
        text(quoted_text(y_title), 2, 10, align="left", color="muted", size=12),
        text(quoted_text("● " + without), "sx", 28, align="left", color="correct", size=12),
        text(quoted_text("■ " + with_), "sx + (width - sx) / 2", 28, align="left", color="wrong", size=12),
    ]  # fmt: skip
    return diagram(420, base + 42, signals, [{"name": "far"}], marks, scales=scales, axes=axes)


@cache
def looks_picture(y_title: str, typed: str, shuffled: str, waiting: str) -> Spec:
    """Whom the first output looks at: for every token two bars, one of each reading.

    Data: looks {way, i, token, k (0 typed, 1 shuffled), v, ask, tip}. Signals: S, way_at, look_at (0: not yet).
    """
    top, height = 40, 190
    base = top + height
    signals = [
        value("S", 1), *stepped("way"), *stepped("look"), derived("sx", "44"),
        derived("pitch", "(width - sx - 10) / S"),
    ]  # fmt: skip
    scales = [{"name": "y", "type": "linear", "domain": [0, 1], "range": [base, top]}]
    axes = [{"orient": "left", "scale": "y", "format": ".1f", "tickCount": 5, "offset": {"signal": "-sx"},
             "grid": False}]  # fmt: skip
    marks = [
        rect("sx + (datum.i + 0.14 + datum.k * 0.38) * pitch", "scale('y', datum.v)", "pitch * 0.34",
             f"{base} - scale('y', datum.v)", "looks_now", clickable=True, cornerRadius=2, fill="attention",
             fillOpacity="datum.k ? 0.35 : 0.9", stroke="attention", opacity="look",
             tooltip="datum.tip + format(datum.v, '.4f')"),
        mark("rule", silent=True, x="sx", x2="width - 10", y=base, stroke="faint"),
        text("datum.k ? '' : datum.token", "sx + (datum.i + 0.5) * pitch", base + 16, "looks_now", size=14),
        text(quoted_text(y_title), 2, 10, align="left", color="muted", size=12),
        text(quoted_text("■ " + typed), "sx", 28, align="left", color="attention", size=12),
        text(quoted_text("□ " + shuffled), "sx + (width - sx) / 2", 28, align="left", color="attention", size=12),
        text(quoted_text(waiting), "sx + (width - sx) / 2", top + height / 2, color="muted", size=14,
             opacity="look ? 0 : 1"),
    ]  # fmt: skip
    data = [{"name": "looks"}, filtered("looks_now", "looks", "datum.way == way", key="i k")]
    return diagram(420, base + 28, signals, data, marks, scales=scales, axes=axes)
