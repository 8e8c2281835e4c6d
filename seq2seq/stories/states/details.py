"""The pictures beside the cloud: silhouettes as bars, and the nearest states of one."""

from functools import cache

from seq2seq.stories.signals import stepped
from seq2seq.stories.vega import Spec, derived, diagram, filtered, quoted_text, rect, text, value

BAR, GAP, HEAD = 17, 12, 30  # heights in pixels: a bar, between two groups, above all
NEAR_ROW = 31


@cache
def silhouette_bars(groups: int, clouds: int, below: str, above: str) -> Spec:
    """One group of bars a label, one bar a cloud; a cloud's bars come when it was shown.

    Data: bars {group, cloud, name, v, ask, tip}. Signals: cloud_names, told_at (the last cloud told; −1: none).
    """
    tall = clouds * BAR + GAP
    height = HEAD + groups * tall + 44 + clouds * 20
    bottom = HEAD + groups * tall
    signals = [
        value("cloud_names", []), *stepped("told"), derived("left", "clamp(width * 0.3, 100, 190)"),
        derived("shown", "told"),
    ]  # fmt: skip
    scales = [
        {"name": "x", "type": "linear", "domain": [-0.4, 0.8], "clamp": True,
         "range": [{"signal": "left"}, {"signal": "width - 40"}]},
    ]  # fmt: skip
    axes = [{"orient": "bottom", "scale": "x", "tickCount": 5, "offset": bottom - height, "grid": True,
             "gridOpacity": 0.3, "domain": False, "ticks": False}]  # fmt: skip
    color = "[muted, encoder, decoder]"
    top = f"{HEAD} + datum.group * {tall} + datum.cloud * {BAR}"
    marks = [
        rect(
            "min(scale('x', 0), scale('x', datum.v))", top, "abs(scale('x', datum.v) - scale('x', 0))", BAR - 3,
            "seen", clickable=True, fill=f"{color}[datum.cloud]", tooltip={"field": "tip"}, ask="datum.ask",
        ),
        text(
            "format(datum.v, '.2f')", "max(scale('x', 0), scale('x', datum.v)) + 5", f"{top} + {BAR / 2 - 1}", "seen",
            align="left", size=12, color="muted",
        ),
        text("datum.name", "left - 8", f"{top} + {BAR * clouds / 2}", "firsts", align="right",
             size="clamp(width / 36, 12, 16)", limit="left - 10"),
        rect("scale('x', 0) - 0.75", HEAD - 4, 1.5, bottom - HEAD + 4, fill="ink", fillOpacity=0.6, silent=True),
        text(quoted_text(below), "scale('x', 0) - 8", 12, align="right", color="muted", size=12),
        text(quoted_text(above), "scale('x', 0) + 8", 12, align="left", color="muted", size=12),
        rect(10, f"{bottom + 34} + datum.cloud * 20", 14, 12, "keys", fill=f"{color}[datum.cloud]", silent=True),
        text("cloud_names[datum.cloud]", 32, f"{bottom + 40} + datum.cloud * 20", "keys", align="left",
             limit="width - 40"),
    ]  # fmt: skip
    data = [
        {"name": "bars"}, filtered("seen", "bars", "datum.cloud <= shown"),
        filtered("firsts", "bars", "datum.cloud == 0"), filtered("keys", "bars", "datum.group == 0"),
    ]  # fmt: skip
    return diagram(400, height, signals, data, marks, scales=scales, axes=axes)


@cache
def nearest_list(distance: str) -> Spec:
    """The nearest states of one, in the present cloud: their sentences, and how far they are.

    Data: near {cloud, rank, text, d, agrees, ask}. Signals: cloud_at, texts (whose neighbours, one a cloud).
    """
    signals = [
        *stepped("cloud"), value("texts", []), value("farthest", []),
        derived("bar", "width * 0.28"), derived("start", "width - bar - 52"),
    ]  # fmt: skip
    row = f"{HEAD + 8} + datum.rank * {NEAR_ROW}"
    marks = [
        text("texts[cloud]", 0, 12, align="left", size="clamp(width / 32, 14, 18)", fontWeight=650,
             limit="width - bar - 60", color="attention"),
        text(quoted_text(distance), "start", 12, align="left", color="muted", size=12),
        text("datum.text", 0, row, "now", align="left", size="clamp(width / 34, 13, 17)", limit="start - 10"),
        rect("start", f"{row} - 8", "bar * datum.d / farthest[cloud]", 16, "now", clickable=True, ask="datum.ask",
             fill="attention", fillOpacity="datum.agrees ? 0.85 : 0.35"),
        text("format(datum.d, '.2f')", "start + bar * datum.d / farthest[cloud] + 6", row, "now", align="left", size=12,
             color="muted"),
    ]  # fmt: skip
    data = [{"name": "near"}, filtered("now", "near", "datum.cloud == cloud")]
    return diagram(400, HEAD + 8 * NEAR_ROW + 4, signals, data, marks)
