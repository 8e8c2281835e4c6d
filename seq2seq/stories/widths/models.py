"""The same curve for every model: where wider is better, where it is worse, and where it does not matter."""

from functools import cache

from seq2seq.stories.signals import smooth
from seq2seq.stories.vega import Spec, derived, diagram, mark, quoted_text, text, value

HEIGHT, TOP, FOOT, LEFT = 274, 34, 44, 48


@cache
def all_models(x_title: str, y_title: str) -> Spec:
    """The lines as a Vega template.

    Data:    segments {w, v, w2, v2, own, s}; points {w, v, own, tip, s}; names {w, v, name, own}.
    Signals: widest, now_at.
    """
    signals = [
        value("widest", 10), *smooth("now"), derived("room", "clamp(width * 0.3, 104, 190)"),
        derived("wide", f"width - {LEFT} - room"),
    ]  # fmt: skip
    tall = HEIGHT - TOP - FOOT

    def x(field: str) -> str:
        return f"{LEFT} + ({field} - 1) / (widest - 1) * wide"

    def y(field: str) -> str:
        return f"{TOP} + (1 - {field}) * {tall}"

    color = "datum.own ? encoder : muted"
    marks = [
        *(
            mark("rule", silent=True, x=LEFT, x2=f"{LEFT} + wide", y=TOP + (1 - share) * tall,
                 y2=TOP + (1 - share) * tall, stroke="faint", strokeWidth=1)
            for share in (0, 0.5, 1)
        ),
        *(
            text(quoted_text(f"{share:.0%}"), LEFT - 6, TOP + (1 - share) * tall, align="right", color="muted", size=12)
            for share in (0, 0.5, 1)
        ),
        text(quoted_text(y_title), 0, 12, align="left", color="muted", size=12),
        text(quoted_text(x_title), f"{LEFT} + wide / 2", HEIGHT - 8, color="muted", size=12),
        text("datum.w", x("datum.w"), HEIGHT - FOOT + 14, "ticks", color="muted", size=12),
        mark("rule", "segments", silent=True, x=x("datum.w"), x2=x("datum.w2"), y=y("datum.v"), y2=y("datum.v2"),
             stroke=color, strokeWidth="datum.own ? 3 : 2", strokeCap={"value": "round"}),
        mark("symbol", "points", x=x("datum.w"), y=y("datum.v"), size="datum.own ? 70 : 40", fill=color,
             tooltip="datum.tip"),
        text("datum.name", f"{LEFT} + wide + 10", f"{TOP} + datum.at * {tall}", "names", align="left", color=color,
             fontWeight="datum.own ? 700 : 400", size="width > 440 ? 13 : 11", limit="room - 12"),
        mark("rule", silent=True, x=x("now"), x2=x("now"), y=TOP, y2=HEIGHT - FOOT, stroke="ink", strokeWidth=1.5,
             strokeOpacity=0.45),
    ]  # fmt: skip
    data = [{"name": "segments"}, {"name": "points"}, {"name": "names"}, {"name": "ticks"}]
    return diagram(620, HEIGHT, signals, data, marks)
