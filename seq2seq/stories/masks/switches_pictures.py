"""How masks switched off are drawn: every output with its move; exact match against pads, length by length."""

from functools import cache
from typing import Any

from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

STILL = 1e-3  # below this a log-probability has not moved: rounding of float32
MOST = 12.0  # nats at which a bar is full
SETTINGS = ("masked", "encoder", "cross", "both")
SETTING_COLORS = {"masked": "correct", "encoder": "encoder", "cross": "attention", "both": "wrong"}


@cache
def outputs_picture(moves: str, alone: str, replaced: str) -> Spec:
    """Every output of the batch: a bar as high as it moved, and below it the token that it now thinks most probable.

    Data: outputs {k, b, t, token, right, move, tip, ask}, lines {k, b, source, written, right}. Signals: T, B, k_at
    (setting in hand), at (position replaced), changed_at (0 or 1).
    """
    bars, row, top = 46, 92, 34
    signals = [
        value("T", 1), value("B", 1), value("at", 0), *stepped("k"), *smooth("changed"),
        derived("roomy", "width > 640"), derived("side", "roomy ? 118 : 8"), derived("room", "roomy ? 190 : 8"),
        derived("tall", f"roomy ? {row} : {row + 40}"),
        derived("pitch", "min(54, (width - side - room) / T)"), derived("height", f"{top} + B * tall + 8"),
        derived("letter", "clamp(pitch * 0.5, 9, 18)"),
    ]  # fmt: skip
    data = [
        {"name": "outputs"}, {"name": "lines"}, filtered("now", "outputs", "datum.k === k", key="b t"),
        filtered("told", "lines", "datum.k === k", key="b"),
    ]  # fmt: skip
    x, y = "side + datum.t * pitch", f"{top} + datum.b * tall + (roomy ? 0 : 40)"
    sign = "(datum.right ? '  ✓' : '  ✗')"
    high = f"min(1, datum.move / {MOST}) * {bars}"
    marks = [
        text(quoted_text(moves), "side", 12, align="left", color="muted", size=13, limit="width - side"),
        rect(  # the token replaced, in every row
            "side + (at + 1) * pitch", top - 8, "pitch", "height - 38", silent=True, fill="attention",
            fillOpacity="0.12 * changed", cornerRadius=6,
        ),
        text(quoted_text(replaced), "side + (at + 1.5) * pitch", top - 14, color="attention", size="roomy ? 12 : 10",
             fillOpacity="changed", fontWeight=600),
        rect(f"{x} + 2", f"{y} + {bars} + 4", "pitch - 4", 28, "now", clickable=True, cornerRadius=5,
             fill="datum.right ? correct : wrong", fillOpacity="datum.right ? 0.16 : 0.26", tooltip="datum.tip",
             ask="datum.ask"),
        text("datum.token", f"{x} + pitch / 2", f"{y} + {bars} + 18", "now", size="letter",
             fontWeight="datum.right ? 400 : 700"),
        text("datum.right ? '' : '✗'", f"{x} + pitch - 9", f"{y} + {bars} + 9", "now", color="wrong",
             size="pitch < 30 ? 0 : 10"),
        rect(f"{x} + pitch * 0.22", f"{y} + {bars} - {high}", "pitch * 0.56", f"max(1.5, {high})", "now",
             clickable=True, fill="attention", fillOpacity=0.85, cornerRadius=2, tooltip="datum.tip", ask="datum.ask"),
        text(f"datum.move > {STILL} ? format(datum.move, '.1f') : '0'", f"{x} + pitch / 2",
             f"{y} + {bars} - 8 - {high}", "now", color="muted", size="pitch < 26 ? 0 : 11"),
        text("roomy ? datum.source : ''", "side - 12", f"{y} + {bars} + 18", "told", align="right", color="encoder",
             size=15, fontWeight=600, limit="side - 14"),
        text(f"roomy ? '' : datum.source + (datum.written ? '  →  ' + datum.written + {sign} : '')", "side",
             f"{y} - 24", "told", align="left", size=13, limit="width - 16",
             color="!datum.written ? encoder : datum.right ? correct : wrong", fontWeight=600),
        text(f"roomy && datum.written ? {quoted_text(alone)} : ''", "side + T * pitch + 18", f"{y} + {bars} - 4",
             "told", align="left", color="muted", size=12),
        text(f"roomy && datum.written ? datum.written + {sign} : ''", "side + T * pitch + 18", f"{y} + {bars} + 18",
             "told", align="left", color="datum.right ? correct : wrong", size=17, fontWeight=700, limit="room - 20"),
    ]  # fmt: skip
    return diagram(760, 340, signals, data, marks)


@cache
def curves_picture(
    settings: tuple[tuple[str, str], ...], x_title: str, y_title: str, lengths: tuple[int, ...], length: str
) -> Spec:
    """Exact match against pads, one small chart a source length; the setting in hand stands out.

    Data: curves {under, length, pads, share, ask, tip}. Signals: lit_at (number of the setting in hand), last (pads).
    """
    tall, top = 150, 66
    count = len(lengths)
    signals = [
        value("last", 16), *stepped("lit"), derived("across", f"width > 640 ? {count} : {max(1, count // 2)}"),
        derived("wide", "(width - 44) / across"), derived("down", f"ceil({count} / across)"),
        derived("height", f"{top} + down * {tall + 62} + 16"),
    ]  # fmt: skip
    scales = [{"name": "y", "type": "linear", "domain": [0, 1], "range": [tall, 0]}]
    data: list[dict[str, Any]] = [{"name": "curves"}]
    marks: list[dict[str, Any]] = [
        text(quoted_text(y_title), 0, 10, align="left", color="muted", size=13, limit="width"),
    ]
    for number, (under, name) in enumerate(settings):
        marks.append(
            text(quoted_text(f"● {name}"), f"width > 640 ? {number} * (width / 4) : {number % 2} * (width / 2)",
                 f"width > 640 ? 36 : {30 + 18 * (number // 2)}", align="left", color=SETTING_COLORS[under],
                 size="width > 640 ? 14 : 12", fontWeight=f"lit === {number} ? 800 : 500", limit="width / 2 - 8")
        )  # fmt: skip
    for k, letters in enumerate(lengths):
        x0, y0 = f"(44 + ({k} % across) * wide)", f"({top} + floor({k} / across) * {tall + 62} + 10)"
        x, y = f"{x0} + 6 + datum.pads / last * (wide - 30)", f"{y0} + scale('y', datum.share)"
        for share in (0, 0.5, 1):
            marks.append(mark("rule", silent=True, x=x0, x2=f"{x0} + wide - 18", y=f"{y0} + {tall * (1 - share)}",
                              y2=f"{y0} + {tall * (1 - share)}", stroke="faint", strokeWidth=1))  # fmt: skip
            marks.append(text(f"{k} % across === 0 ? '{share:.0%}' : ''", f"{x0} - 6", f"{y0} + {tall * (1 - share)}",
                              align="right", color="muted", size=11))  # fmt: skip
        marks.append(text(quoted_text(length.replace("@", str(letters))), f"{x0} + (wide - 18) / 2",
                          f"{y0} + {tall + 36}", color="ink", size=13, fontWeight=600))  # fmt: skip
        for pads in (0, 4, 8, 12, 16):
            marks.append(text(f"'{pads}'", f"{x0} + 6 + {pads} / last * (wide - 30)", f"{y0} + {tall + 14}",
                              color="muted", size=11))  # fmt: skip
        for number, (under, _) in enumerate(settings):
            rows = f"rows_{k}_{under}"
            data.append(filtered(rows, "curves", f"datum.length === {letters} && datum.under === '{under}'"))
            bold = f"lit === {number}"
            marks += [
                mark("line", rows, silent=True, x=x, y=y, stroke=SETTING_COLORS[under],
                     strokeWidth=f"{bold} ? 3.5 : 1.5", strokeOpacity=f"{bold} ? 1 : 0.45"),
                mark("symbol", rows, clickable=True, x=x, y=y, size=f"{bold} ? 70 : 26", fill=SETTING_COLORS[under],
                     fillOpacity=f"{bold} ? 1 : 0.45", ask="datum.ask", tooltip="datum.tip"),
            ]  # fmt: skip
    marks.append(text(quoted_text(x_title), "width / 2", "height - 9", color="muted", size=12, limit="width"))
    return diagram(760, 280, signals, data, marks, scales=scales)
