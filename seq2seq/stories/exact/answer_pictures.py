"""A given answer beside what the model would rather write, as Vega templates."""

from functools import cache

from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

LEFT, ROWS, CURVE = 64, 150, 200  # pixels: the axis, the tokens above, the sums below
BAR, HEAD = 30, 34  # of the list of a beam's step


@cache
def answer_and_model(titles: tuple[tuple[str, str], ...]) -> Spec:
    """Two rows of tokens, and below them the running sums; `titles`: (key, words) for mine, model, sums.

    Data:    mine {t, token, p, tip, ask, rank}, model {t, token, p, tip, ask}: tokens and their log-probabilities;
             sums {who (0 own, 1 best, 2 beam), t, before, sum, ask, tip}; ticks {y, label}; drop {t,
             text}; ends {who, t, at, row, text}: labels.
    Signals: columns, floor, beams (whether the beam's output is another than the best); t_at (tokens shown).
    """
    say = dict(titles)
    signals = [
        value("columns", 7), value("floor", -7), value("beams", 0), *smooth("t"),
        derived("roomy", "width > 560"), derived("wide", f"width - {LEFT} - (roomy ? 150 : 16)"),
        derived("pitch", "min(92, wide / columns)"), derived("letter", "clamp(pitch * 0.5, 8, 24)"),
        derived("size", "roomy ? 13 : 11.5"),
    ]  # fmt: skip

    def x(t: str) -> str:
        return f"({LEFT} + ({t} + 0.5) * pitch)"

    def y(score: str) -> str:
        return f"({top} + clamp(({score}) / floor, 0, 1) * {CURVE})"

    top = ROWS + 58
    bottom = top + CURVE
    seen, line_end = "t > datum.t + 0.5 ? 1 : 0.3", f"{LEFT} + columns * pitch"
    colors = "datum.who === 0 ? ink : datum.who === 1 ? decoder : muted"
    marks: list[Mark] = []
    for key, row, color in (("mine", 40, "ink"), ("model", 118, "decoder")):
        marks += [
            text(quoted_text(say[key]), 0, row - 28, align="left", color=color, size="size", fontWeight=600,
                 limit="width"),
            mark("text", key, clickable=True, x=x("datum.t"), y=row, align="'center'", baseline="'middle'",
                 text="datum.token", fontSize="letter", fontWeight=700, fill=color, opacity=seen, ask="datum.ask",
                 tooltip="datum.tip", limit="pitch - 2"),
            text("pitch > 30 ? replace(format(datum.p, '.2f'), '-', '−') : ''", x("datum.t"), row + 20, key,
                 color="muted", size="clamp(pitch * 0.3, 10, 13)", opacity=seen),
        ]  # fmt: skip
    marks += [
        rect(f"{LEFT} + (max(t, 1) - 1) * pitch + 1", 16, "pitch - 2", f"{bottom - 16}", silent=True, fill="attention",
             fillOpacity="0.08 * clamp(t, 0, 1)", stroke="attention", strokeOpacity="0.5 * clamp(t, 0, 1)",
             cornerRadius=5),
        text(quoted_text(say["sums"]), 0, top - 22, align="left", size="size", fontWeight=600, limit="width"),
        mark("rule", "ticks", silent=True, x=LEFT, x2=line_end, y=f"{top} + datum.y * {CURVE}",
             y2=f"{top} + datum.y * {CURVE}", stroke="faint", strokeOpacity=0.5),
        text("datum.label", LEFT - 8, f"{top} + datum.y * {CURVE}", "ticks", align="right", color="muted", size=12),
        mark("rule", "sums", silent=True, x=f"datum.t === 0 ? {LEFT} : {x('datum.t - 1')}", x2=x("datum.t"),
             y=y("datum.before"), y2=y("datum.sum"), stroke=colors, strokeWidth="datum.who === 0 ? 3 : 2",
             strokeDash={"signal": "datum.who === 2 ? [3, 4] : [1, 0]"},
             opacity="(datum.who === 2 ? beams : 1) * (datum.who > 0 || t > datum.t + 0.5 ? 1 : 0.25)"),
        mark("symbol", "sums", clickable=True, x=x("datum.t"), y=y("datum.sum"), size="datum.who === 0 ? 80 : 44",
             fill=colors, tooltip="datum.tip", ask="datum.ask",
             opacity="(datum.who === 2 ? beams : 1) * (datum.who > 0 || t > datum.t + 0.5 ? 1 : 0.25)"),
        *_ends(x("datum.t")),
        mark("rule", "drop", silent=True, x=x("datum.t"), x2=x("datum.t"), y=f"{top} - 8", y2=bottom, stroke="wrong",
             strokeWidth=2, strokeDash={"value": [5, 4]}, opacity="clamp(t - datum.t, 0, 1)"),
        text("'✗ ' + datum.text", f"clamp({x('datum.t')}, {LEFT} + 70, width - 110)", bottom + 16, "drop",
             color="wrong", size="size", fontWeight=700, opacity="clamp(t - datum.t, 0, 1)", limit="width - 8"),
    ]  # fmt: skip
    data = [{"name": name} for name in ("mine", "model", "sums", "ticks", "drop", "ends")]
    return diagram(900, bottom + 34, signals, data, marks)


def _ends(x: str) -> list[Mark]:
    """Beside the last point of each line, whose it is; below each other where there is no room beside them."""
    colors = "datum.who === 0 ? ink : datum.who === 1 ? decoder : muted"
    return [
        mark("text", "ends", silent=True, x=f"roomy ? min({x} + 12, width - 140) : width - 4",
             y="roomy ? " + f"{ROWS + 58} + datum.at * {CURVE}" + f" : {ROWS + 66} + datum.row * 17",
             align="roomy ? 'left' : 'right'", baseline="'middle'", text="datum.text", fill=colors,
             fontSize="size", fontWeight=600, opacity="datum.who === 2 ? beams : 1", limit="roomy ? 150 : wide * 0.6")
    ]  # fmt: skip


@cache
def step_of_beam(title: str, nothing: str, names: tuple[str, str, str]) -> Spec:
    """The best candidates of a beam's step, and where the answer's beginning stands, as a Vega template.

    names: what kept, dropped and finished ones are.
    Data:    candidates {m, i, rank, text, total, state (0 kept, 1 dropped, 2 finished), own, ask}.
    Signals: rows, floor; m_at.
    """
    signals = [
        value("rows", 6), value("floor", -7), *stepped("m"), derived("size", "width > 420 ? 13 : 11.5"),
        derived("x0", "min(190, width * 0.44)"), derived("wide", "width - x0 - 66"),
        derived("height", f"{HEAD} + 26 + rows * {BAR} + 8"),
    ]  # fmt: skip
    row = f"{HEAD + 26} + datum.i * {BAR}"
    color = "datum.state === 0 ? decoder : datum.state === 2 ? ink : muted"
    sign = "(datum.state === 0 ? '● ' : datum.state === 2 ? '■ ' : '× ')"
    marks: list[Mark] = [
        text(quoted_text(title), 0, 9, align="left", size="size", fontWeight=600, limit="width"),
        *[
            text(quoted_text(f"{mark_} {name}"), f"{k} * width / 3", 32, align="left", color=shade, size="size",
                 limit="width / 3 - 6")
            for k, (mark_, name, shade) in enumerate(zip("●×■", names, ("decoder", "muted", "ink"), strict=True))
        ],
        rect(0, f"{row} - 2", "width", BAR - 4, "now", silent=True, fill="attention", cornerRadius=4,
             fillOpacity="datum.own ? 0.14 : 0"),
        text("datum.rank + '.'", 24, f"{row} + {BAR / 2 - 4}", "now", align="right", color="muted", size=12),
        text(f"{sign} + datum.text", 32, f"{row} + {BAR / 2 - 4}", "now", align="left", color=color, size=15,
             fontWeight="datum.own ? 700 : 500", limit="x0 - 38"),
        mark("rect", "now", clickable=True, x="x0", width="max(2, (1 - clamp(datum.total / floor, 0, 1)) * wide)",
             y=f"{row} + 4", height=BAR - 16, fill=color, fillOpacity=0.7, ask="datum.ask", cornerRadius=2),
        mark("text", "now", clickable=True, x="width - 2", y=f"{row} + {BAR / 2 - 4}", align="'right'",
             baseline="'middle'", text="replace(format(datum.total, '.3f'), '-', '−')", fill="ink", fontSize=12,
             ask="datum.ask"),
        text(quoted_text(nothing), "width / 2", f"{HEAD + 26} + rows * {BAR} / 2", color="muted", size=14,
             fillOpacity="length(data('now')) > 0 ? 0 : 1", limit="width"),
    ]  # fmt: skip
    data = [{"name": "candidates"}, filtered("now", "candidates", "datum.m === m")]
    return diagram(440, 240, signals, data, marks)
