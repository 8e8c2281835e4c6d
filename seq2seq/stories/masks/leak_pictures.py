"""How the leak is drawn: loss and free-running exact match side by side; two maps of decoder self-attention."""

from functools import cache

from seq2seq.stories.signals import Signal, smooth, stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

TALL, TOP, BELOW = 210, 66, 52
COLOR = "(datum.good ? correct : wrong)"


@cache
def leak_curves(loss: str, exact: str, x_title: str, names: tuple[str, str]) -> Spec:
    """Two plots over the updates, up to the one in hand; side by side, or one below the other where it is narrow.

    Data: runs {good (with the mask), bold, line, step, loss, exact, asks, tip}, bound {v, told, ask} (none, or one).
    Signals: last (updates of a run), high (largest loss), now_at (the update in hand).
    """
    at, place = "scale('loss', datum.v)", "left"
    marks: list[Mark] = [
        *plot("runs", "loss", loss, "0", "0", x_title),
        mark("rule", "bound", clickable=True, x=place, x2="wide - 8", y=at, y2=at, stroke="ink",
             strokeDash={"value": [3, 3]}, strokeWidth=2, ask="datum.ask"),
        text("datum.told + ' ' + format(datum.v, '.2f')", "wide - 10", f"{at} + 15", "bound", align="right",
             size=12, silent=False, clickable=True, ask="datum.ask", limit="wide - left - 12"),
        *plot("runs", "exact", exact, "across", "down", x_title),
        *legend(names),
    ]  # fmt: skip
    loss_scale = {"name": "loss", "type": "linear", "domain": [0, {"signal": "high"}], "range": [TOP + TALL, TOP]}
    data = [{"name": "runs"}, {"name": "bound"}]
    return diagram(
        760, 340, [value("high", 3.5), *plot_signals()], data, marks, scales=[loss_scale, EXACT]
    )  # fmt: skip


EXACT = {"name": "exact", "type": "linear", "domain": [0, 1], "range": [TOP + TALL, TOP]}


def plot_signals(plots: int = 2) -> list[Signal]:
    """Where two plots lie, or the only one."""
    beside = "roomy" if plots == 2 else "false"
    return [
        value("last", 600), *smooth("now"), derived("roomy", "width > 640"),
        derived("wide", f"{beside} ? (width - 60) / 2 : width - 8"), derived("left", "46"),
        derived("down", f"roomy ? 0 : {(plots - 1) * (TALL + TOP + BELOW)}"),
        derived("across", f"{beside} ? wide + 60 : 0"),
        derived("height", f"{TOP + TALL + BELOW} + down"),
    ]  # fmt: skip


def legend(names: tuple[str, str]) -> list[Mark]:
    """What solid and dashed lines are."""
    return [
        text(quoted_text(f"{sign} {name}"), f"{number} * min(width / 2, 260)", 14, align="left", color=color,
             size="width < 420 ? 12 : 15", fontWeight=700)
        for number, (sign, name, color) in enumerate(zip("—╌", names, ("correct", "wrong"), strict=True))
    ]  # fmt: skip


def plot(data: str, kind: str, title: str, x0: str, y0: str, x_title: str) -> list[Mark]:
    """One of two plots: a field of the rows, on the scale of its name, over the updates."""
    x = f"({x0} + left + datum.step / last * (wide - left - 14))"
    y = f"({y0} + scale('{kind}', datum.{kind}))"
    now = f"({x0} + left + now / last * (wide - left - 14))"
    shown = "format(datum.loss, '.4f')" if kind == "loss" else "format(datum.exact, '.1%')"
    marks: list[Mark] = [
        text(quoted_text(title), x0, f"{y0} + {TOP - 22}", align="left", color="ink", size=14, fontWeight=600,
             limit="wide"),
    ]  # fmt: skip
    for level in (0, 1, 2, 3) if kind == "loss" else (0, 0.5, 1):
        at = f"{y0} + scale('{kind}', {level})"
        label = f"'{level}'" if kind == "loss" else f"'{level:.0%}'"
        marks += [
            mark("rule", silent=True, x=f"{x0} + left", x2=f"{x0} + wide - 8", y=at, y2=at, stroke="faint"),
            text(label, f"{x0} + left - 7", at, align="right", color="muted", size=12),
        ]
    for update in (0, 200, 400, 600):
        marks.append(
            text(f"{update} > last ? '' : '{update}'", f"{x0} + left + {update} / last * (wide - left - 14)",
                 f"{y0} + {TOP + TALL + 14}", color="muted", size=12)
        )  # fmt: skip
    line = mark(
        "line", "one", silent=True, x=x, y=y, stroke=COLOR, strokeWidth="datum.bold ? 3.2 : 1.3",
        strokeOpacity="datum.bold ? 1 : 0.55", strokeDash="datum.good ? [1, 0] : [7, 3]",
    )  # fmt: skip
    return [
        *marks,
        text(quoted_text(x_title), f"{x0} + left + (wide - left) / 2", f"{y0} + {TOP + TALL + 34}", color="muted",
             size=12),
        {"type": "group", "from": {"facet": {"name": "one", "data": data, "groupby": ["line"]}}, "marks": [line],
         "interactive": False},
        mark("symbol", data, clickable=True, x=x, y=y, size="datum.bold ? 36 : 12", fill=COLOR,
             shape="datum.good ? 'circle' : 'cross'", ask=f"datum.asks[{int(kind == 'exact')}]",
             tooltip=f"datum.tip + ': ' + {shown}"),
        rect(f"{now} + 5", f"{y0} + {TOP - 10}", f"max(0, {x0} + wide - {now})", TALL + 14, fill="panel",
             fillOpacity="now >= last ? 0 : 0.93", silent=True),
        mark("rule", silent=True, x=now, x2=now, y=f"{y0} + {TOP - 8}", y2=f"{y0} + {TOP + TALL}", stroke="ink",
             strokeOpacity=0.45, strokeWidth=1.5),
    ]  # fmt: skip


@cache
def leak_maps(names: tuple[str, str], rows: str, columns: str, ahead: str, nothing: str) -> Spec:
    """What both decoders look at in their own input, and below each what it says with and without the target.

    Data: cells {m, t, j, w, hidden, tip, ask}, tokens {m, n, read, write}, lines {m, told, forced, free, right}.
    Signals: T, came_at (the maps are there), lit_at (the next position stands out), words_at (what it writes by
    itself), row_at (the row that looks ahead the most).
    """
    head, foot = 84, 96
    signals = [
        value("T", 1), *smooth("came"), *smooth("lit"), *smooth("words"), *stepped("row"),
        derived("roomy", "width > 560"), derived("wide", "roomy ? (width - 40) / 2 : width"),
        derived("pitch", "min(34, (wide - 52) / T)"), derived("tall", f"{head} + T * pitch + {foot}"),
        derived("height", "tall * (roomy ? 1 : 2)"), derived("letter", "clamp(pitch * 0.5, 9, 16)"),
    ]  # fmt: skip
    data = [{"name": name} for name in ("cells", "tokens", "lines")]
    data += [filtered("seen", "cells", "!datum.hidden"), filtered("hidden", "cells", "datum.hidden"),
             filtered("next", "cells", "datum.m === 1 && datum.j === datum.t + 1")]  # fmt: skip

    def left(m: str) -> str:
        return f"((roomy ? {m} * (wide + 40) : 0) + 46 + max(0, (wide - 46 - T * pitch) / 2))"

    def top(m: str) -> str:
        return f"((roomy ? 0 : {m} * tall) + {head})"

    x, y = f"{left('datum.m')} + datum.j * pitch + 1", f"{top('datum.m')} + datum.t * pitch + 1"
    veiled, left_top = "(roomy ? wide + 40 : 0)", "(roomy ? 44 : tall + 44)"  # the leaking one, below its name
    size, low = "pitch - 2", f"{top('datum.m')} + T * pitch"
    marks = [
        *[
            text(quoted_text(name), left(str(m)), f"{top(str(m))} - 66", align="left", color=color, size=15,
                 fontWeight=700, limit="wide - 40")
            for m, (name, color) in enumerate(zip(names, ("correct", "wrong"), strict=True))
        ],
        *[
            text(quoted_text(columns), left(str(m)), f"{top(str(m))} - 38", align="left", color="muted", size=12,
                 limit="wide - 40")
            for m in (0, 1)
        ],
        rect(x, y, size, size, "seen", clickable=True, cornerRadius=2, fill="decoder",
             fillOpacity="0.1 + 0.9 * datum.w", tooltip="datum.tip", ask="datum.ask"),
        rect(x, y, size, size, "hidden", clickable=True, cornerRadius=2, fill="faint", fillOpacity=0.15, stroke="faint",
             tooltip="datum.tip", ask="datum.ask"),
        mark("path", "hidden", silent=True, x=x, y=y, path="'M3 ' + (pitch - 6) + 'L' + (pitch - 6) + ' 3'",
             stroke="muted", strokeOpacity=0.5),
        rect(f"{x} - 1", f"{y} - 1", "pitch", "pitch", "next", silent=True, stroke="wrong", strokeWidth=2.5,
             strokeOpacity="lit", cornerRadius=3),
        text("datum.read", f"{left('datum.m')} + (datum.n + 0.5) * pitch", f"{top('datum.m')} - 14", "tokens",
             size="letter"),
        text("datum.write", f"{left('datum.m')} - 14", f"{top('datum.m')} + (datum.n + 0.5) * pitch", "tokens",
             size="letter", color="decoder", fontWeight=700),
        text("datum.told", left("datum.m"), f"{low} + 22", "lines", align="left", size=14, color="muted",
             limit="wide - 46"),
        text("datum.forced", left("datum.m"), f"{low} + 44", "lines", align="left", size=14, limit="wide - 46"),
        text("datum.free + (datum.right ? '  ✓' : '  ✗')", left("datum.m"), f"{low} + 68", "lines", align="left",
             size=15, fontWeight=700, color="datum.right ? correct : wrong", fillOpacity="words",
             limit="wide - 46"),
        text(quoted_text(ahead), f"{left('1')} + T * pitch", f"{top('1')} - 66", align="right", color="wrong",
             size="roomy && wide > 380 ? 12 : 0", fillOpacity="lit"),
        text(quoted_text(rows), f"{left('0')} - 36", f"{top('0')} + T * pitch / 2", color="muted", size=12, angle=-90),
        rect(f"{veiled} - 4", f"{left_top} - 4", "wide + 8", "tall - 44", fill="panel", fillOpacity="1 - came",
             silent=True),
        rect(f"{veiled} - 4", f"{left_top} - 4", "came > 0.5 ? 0 : wide + 8", "tall - 44", fill="panel",
             fillOpacity=0.01),
        text(quoted_text(nothing), f"{veiled} + wide / 2", f"{left_top} + 110", color="muted", size=14,
             fillOpacity="1 - came", limit="wide - 20"),
    ]  # fmt: skip
    return diagram(760, 420, signals, data, marks)
