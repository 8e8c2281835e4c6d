"""Beside the tree: the top of the distribution behind the hypothesis in hand, and where the model looks for it."""

from typing import Any

from seq2seq.stories.signals import Signal
from seq2seq.stories.vega import Mark, derived, mark, quoted_text, rect, text

TOP, ROW, TITLE, LOOK, GAP = 8, 23, 44, 84, 20  # bars, and pixels
FATES = ("●", "✕", "∎", "✕")  # of candidates by their status


def panel_signals(width: int) -> list[Signal]:
    """Where the panel stands: right of the tree, or below it; its two parts side by side where there is room.

    `width`: of the panel beside the tree, in pixels. Needs beside, room, tree, texts, source, attends.
    """
    bars = TITLE + TOP * ROW
    return [
        derived("px", f"beside ? width - {width} : 2"), derived("py", "beside ? 4 : tree + 14"),
        derived("twin", "!beside && width > 620 && attends > 0"),
        derived("part", f"beside ? {width} - 2 : twin ? width / 2 - 16 : min(720, width - 4)"),
        derived("lx", "twin ? px + part + 28 : px"), derived("ly", f"twin ? py : py + {bars + GAP}"),
        derived("deep", f"twin || attends == 0 ? {bars} : {bars + GAP + TITLE + LOOK}"),
        derived("height", "beside ? max(tree, deep + 10) : tree + 18 + deep"),
        derived("long", "max(40, part - 232)"),
        derived("place", "min(44, part / max(1, length(source)))"),
        derived("behind", "texts[sel]"),
    ]  # fmt: skip


def panel_marks(say: dict[str, str]) -> list[Mark]:
    """Bars of the distribution, then the row of attention."""
    return [_kept(one) for one in (*_distribution(say), *_look(say))]


def _kept(one: Mark) -> Mark:
    """The same marks for whatever hypothesis: drawn anew, a row costs more than a step may."""
    key = {"top": "k", "look": "i"}.get(one.get("from", {}).get("data", ""))
    return one | {"key": key} if key else one


def _distribution(say: dict[str, str]) -> list[Mark]:
    y = f"py + {TITLE} + (datum.k + 0.5) * {ROW}"
    fates = "[" + ", ".join(f"'{fate}'" for fate in FATES) + "][datum.fate]"
    known = "seen > datum.d + 0.5"
    color = f"{known} && datum.fate != 1 && datum.fate != 3 ? decoder : muted"
    shown: dict[str, Any] = {"silent": False, "clickable": True, "ask": "'edge ' + datum.n"}
    heads = ((say["p"], "px + 56 + long"), (say["ln"], "px + 122 + long"))
    return [
        text(f"{quoted_text(say['behind'])} + ' “' + behind + '”'", "px", "py + 9", align="left", size=14.5,
             fontWeight=600, limit="part"),
        *(text(quoted_text(words), x, f"py + {TITLE - 10}", align="left", color="muted", size=12)
          for words, x in heads),
        rect("px + 48", f"{y} - 8", "max(1.5, exp(datum.lp) * long)", 16, "top", clickable=True, fill=color,
             fillOpacity=0.85, cornerRadius=3, ask="'edge ' + datum.n"),
        text("datum.tok", "px + 38", y, "top", align="right", size=14.5, fontWeight=600, **shown),
        text("format(exp(datum.lp), '.3f')", "px + 56 + long", y, "top", align="left", size=12.5, **shown),
        text("replace(format(datum.lp, '.2f'), '-', '−')", "px + 122 + long", y, "top", align="left", size=12.5,
             color="muted", **shown),
        text(f"{known} ? {fates} : ''", "px + 178 + long", y, "top", size=12.5, align="left", color=color),
    ]  # fmt: skip


def _look(say: dict[str, str]) -> list[Mark]:
    x, base = "lx + datum.i * place", f"ly + {TITLE + LOOK - 30}"
    tall = LOOK - 40
    bar: dict[str, Any] = {"clickable": True, "tooltip": "source[datum.i] + '  ' + format(datum.w, '.3f')"}
    ask = "'weight ' + datum.e + ' ' + datum.i"
    return [
        text(f"attends > 0 ? {quoted_text(say['look'])} : ''", "lx", "ly + 9", align="left", size=14.5,
             fontWeight=600, limit="part"),
        rect(x, f"{base} - {tall}", "place - 3", tall, "look", fill="attention", fillOpacity=0.08, ask=ask, **bar),
        rect(x, f"{base} - max(1, datum.w * {tall})", "place - 3", f"max(1, datum.w * {tall})", "look",
             fill="attention", ask=ask, **bar),
        text("place > 28 && datum.w > 0.005 ? format(datum.w, '.2f') : ''", f"{x} + (place - 3) / 2",
             f"{base} - max(1, datum.w * {tall}) - 8", "look", size=11.5, color="muted"),
        mark("text", "look", text="source[datum.i]", x=f"{x} + (place - 3) / 2", y=f"{base} + 14", align="'center'",
             baseline="'middle'", fill="ink", fontSize="clamp(place * 0.42, 9, 16)", silent=True),
    ]  # fmt: skip
