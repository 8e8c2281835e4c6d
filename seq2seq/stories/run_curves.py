"""Curves of runs over their updates, with something and without it: one plot, or two beside each other."""

from seq2seq.stories.signals import Signal, smooth
from seq2seq.stories.vega import Mark, derived, mark, quoted_text, rect, text, value

TALL, TOP, BELOW = 210, 66, 52
COLOR = "(datum.good ? correct : wrong)"
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
