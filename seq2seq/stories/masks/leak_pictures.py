"""How the leak is drawn: loss and free-running exact match side by side; two maps of decoder self-attention."""

from functools import cache

from seq2seq.stories.run_curves import EXACT, TALL, TOP, legend, plot, plot_signals
from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value


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
