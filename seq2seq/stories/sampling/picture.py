"""The overview: what the model has read and written, four distributions of the next token side by side, and the draw.

Rows are tokens, the same in all four; a row that loses its probability is hatched, and what it had flows to the rows
that stay. Below lies what is left, end to end from 0 to 1: the number that is drawn falls on one of them. Where it is
narrow, the four stand two by two.
"""

from functools import cache

from seq2seq.stories.signals import Signal, smooth, stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

ROW, HEADING, RULER, BOX = 25, 50, 34, 30  # heights in pixels: a row of bars, a column's heading, the line, a token
NUMBER = 42  # width of a number behind its bar


@cache
def stage_picture(titles: tuple[tuple[str, str], ...]) -> Spec:
    """The picture as a Vega template; `titles`: (key, words) for source, output, draw, short (the
    same where there is little room), looks.

    Data:    source {i, token}; looks {t, i, w, ask}: where the model looked; output {n, token, right, ask};
             heads {t, c, title, told, off, ask}; bars {t, c, r, token, own, v, before, out, left (nothing any more),
             gone (the stage that removed it), chosen, cum, sum (running sums before the cut by p), text, tip, ask};
             flows {t, c, a, b, v}; pieces {t, x, y, token, chosen, tip, ask}.
    Signals: S, T, R (source, output, rows at most), A (whether it looks), P (top-p, 1: off); for each step t_at, c_at
             (the stage: 0 to 3, 4 the draw), u_at (the number drawn), n_at (tokens written).
    """
    say = dict(titles)
    marks = [
        *_read(say), *_written(say), *_headings(), *_flows(), *_bars(), *_running(), *_line(say), *_pointer(),
    ]  # fmt: skip
    data = [
        *({"name": name} for name in ("source", "looks", "output", "heads", "bars", "flows", "pieces")),
        *(filtered(f"{name}_now", name, "datum.t == t") for name in ("looks", "heads", "bars", "flows", "pieces")),
        filtered("labels", "bars_now", "!wide || datum.c == 0"),
        filtered("struck", "labels", "datum.gone < 4 && (wide || datum.c >= datum.gone)"),
        filtered("ghosts", "bars_now", "datum.out"), filtered("solid", "bars_now", "datum.v > 0 || datum.out"),
        filtered("sums", "bars_now", "datum.c == 3 && datum.sum > 0 && P < 1"),
        filtered("lucky", "bars_now", "datum.chosen && datum.c == 3"),
        filtered("hit", "pieces_now", "datum.chosen"),
    ]  # fmt: skip
    spec = diagram(900, 500, _signals(), data, marks)
    del spec["height"]  # a signal: it follows the width
    return spec


def _signals() -> list[Signal]:
    here = "[floor(step)]", "[min(ceil(step), length(c_at) - 1)]"
    glides = f"t_at{here[0]} == t_at{here[1]} ? lerp([c_at{here[0]}, c_at{here[1]}], step - floor(step))"
    return [
        value("S", 0), value("T", 1), value("R", 8), value("A", 0), value("P", 1),
        *stepped("t"), *smooth("u"), *stepped("n"), value("c_at", [0]),
        derived("c", f"{glides} : c_at[round(step)]"),  # it glides from stage to stage, and jumps to the next token
        derived("wide", "width > 580"), derived("left", "width > 900 ? 64 : 46"),
        derived("pitch", "wide ? (width - left) / 4 : width / 2"),
        derived("gap", "wide ? clamp((width - 600) / 8, 26, 64) : 8"),
        derived("bar", f"(wide ? pitch : pitch - left) - gap - {NUMBER}"),
        derived("read", "S > 0 ? (A ? 102 : 66) : 0"),
        derived("top", "wide ? max(read, 66) + 12 : read + 78"),
        derived("block", f"{HEADING} + R * {ROW} + 18"),
        derived("foot", "top + (wide ? 1 : 2) * block + 44"), derived("height", f"foot + {RULER} + 34"),
        derived("token", "min(36, (wide ? width / 2 - 30 : width) / max(S, T, 1))"),
        derived("letter", "clamp(token * 0.5, 9, 17)"), derived("size", "width > 1000 ? 14 : 12.5"),
        derived("ox", "wide && S > 0 ? width / 2 + 10 : 0"), derived("oy", "wide ? 0 : read"),
    ]  # fmt: skip


X = "(wide ? left + datum.c * pitch : (datum.c % 2) * pitch + left)"
Y = f"(top + (wide || datum.c < 2 ? 0 : block) + {HEADING} + datum.r * {ROW})"
SHOWN = "(datum.c == 0 ? 1 : clamp(c - datum.c + 1, 0, 1))"
LONG = f"(lerp([datum.before, datum.v], {SHOWN}) * bar)"


def _read(say: dict[str, str]) -> list[Mark]:
    """The source, and how much the model looks at each token of it."""
    x, heading = "datum.i * token", quoted_text(say["source"])
    looks = quoted_text(say["looks"])
    return [
        text(f"S > 0 ? {heading} : ''", 0, 9, align="left", color="encoder", size="size", fontWeight=600),
        rect(f"{x} + 1", 22, "token - 3", BOX, "source", silent=True, fill="encoder", fillOpacity=0.14, cornerRadius=5),
        text("datum.token", f"{x} + token / 2", 22 + BOX / 2, "source", size="letter", fontWeight=600),
        rect(f"{x} + 1", 56, "token - 3", "max(1.5, datum.w * 30)", "looks_now", clickable=True, fill="attention",
             cornerRadius=2, tooltip="format(datum.w, '.4f')"),
        text(f"A ? {looks} : ''", "S * token + 8", 64, align="left", color="attention", size="size - 1",
             limit="(wide ? width / 2 : width) - S * token - 16"),
    ]  # fmt: skip


def _written(say: dict[str, str]) -> list[Mark]:
    """What is written so far; the place in hand is framed."""
    x, shown = "ox + datum.n * token", "(datum.n < n ? 1 : 0)"
    return [
        text(quoted_text(say["output"]), "ox", "oy + 9", align="left", color="decoder", size="size", fontWeight=600),
        rect(f"{x} + 1", "oy + 22", "token - 3", BOX, "output", silent=True, fill="decoder",
             fillOpacity=f"0.05 + 0.12 * {shown}", cornerRadius=5),
        text("datum.token", f"{x} + token / 2", f"oy + {22 + BOX / 2}", "output", size="letter", fontWeight=600,
             fillOpacity=shown),
        rect("ox + t * token", "oy + 21", "token - 1", BOX + 2, silent=True, stroke="ink", strokeWidth=2.5,
             cornerRadius=6, strokeOpacity="n > T - 1 && c == 0 && t == 0 ? 0 : 1"),
    ]  # fmt: skip


def _headings() -> list[Mark]:
    """Of each column: which stage it is, and how many tokens can still be drawn."""
    x, y = f"{X} - (wide ? 0 : left - 6)", "(top + (wide || datum.c < 2 ? 0 : block))"
    shown = f"(datum.off ? 0.55 : 0.5 + 0.5 * {SHOWN})"
    return [
        text("datum.title", x, f"{y} + 12", "heads_now", align="left", size="size", fontWeight=650, opacity=shown,
             limit="pitch - 10"),
        text("datum.told", x, f"{y} + 31", "heads_now", align="left", size="size - 1", color="muted", silent=False,
             clickable=True, opacity="clamp(c - datum.c + 1, 0, 1)", limit="pitch - 8"),
    ]  # fmt: skip


def _flows() -> list[Mark]:
    """From rows that lose to rows that gain, as a stage comes; gone again as the next one does."""
    y = f"(top + {HEADING} + {ROW / 2})"
    x = "(left + datum.c * pitch)"
    a, b = f"({y} + datum.a * {ROW})", f"({y} + datum.b * {ROW})"
    path = (
        f"'M' + ({x} - gap - 2) + ',' + {a} + 'C' + ({x} - gap * 0.35) + ',' + {a} + ' ' + ({x} - gap * 0.65) + ','"
        f" + {b} + ' ' + ({x} - 4) + ',' + {b}"
    )
    return [
        mark("path", "flows_now", silent=True, path=path, stroke="decoder", strokeCap={"value": "round"},
             strokeWidth="clamp(datum.v * 40, 1, 20)",
             strokeOpacity="wide ? 0.45 * clamp(c - datum.c + 1, 0, 1) * clamp(datum.c + 1 - c, 0, 1) : 0"),
    ]  # fmt: skip


def _bars() -> list[Mark]:
    """Probabilities, each on a track as long as 1; where a stage removed a token, a dashed ghost of what it had."""
    hatch = (
        f"'M' + 0 + ',' + {ROW - 9} + 'L' + min({ROW - 9}, datum.before * bar) + ',' + max(0, {ROW - 9} - datum.before"
        f" * bar) + (datum.before * bar > {ROW - 9} ? 'M' + (datum.before * bar - {ROW - 9}) + ',' + {ROW - 9} + 'l'"
        f" + {ROW - 9} + ',' + (-{ROW - 9}) : '')"
    )
    return [
        rect(X, f"{Y} + 4", "bar", ROW - 9, "bars_now", silent=True, fill="faint", fillOpacity=0.16, cornerRadius=2),
        text("datum.token", f"{X} - 10", f"{Y} + {ROW / 2}", "labels", align="right", fontWeight=600,
             size="datum.own ? (wide ? 16 : 14) : 11", limit="left - 8",
             color="datum.own ? ink : muted"),
        mark("rule", "struck", silent=True, x=f"{X} - 32", x2=f"{X} - 6", y=f"{Y} + {ROW / 2}", y2=f"{Y} + {ROW / 2}",
             stroke="wrong", strokeWidth=1.6, strokeOpacity="clamp(c - datum.gone + 1, 0, 1)"),
        rect(X, f"{Y} + 4", "max(2, datum.before * bar)", ROW - 9, "ghosts", silent=True, stroke="muted",
             strokeDash={"value": [3, 2]}, fill="faint", fillOpacity=0.12, opacity=SHOWN, cornerRadius=2),
        mark("path", "ghosts", silent=True, x=X, y=f"{Y} + 4", path=hatch, stroke="muted",
             strokeOpacity=f"0.5 * {SHOWN}"),
        rect(X, f"{Y} + 4", f"max(datum.v > 0 ? 1.5 : 0, {LONG})", ROW - 9, "solid", clickable=True, fill="decoder",
             fillOpacity="datum.own ? 0.85 : 0.4", opacity=SHOWN, cornerRadius=2, tooltip="datum.tip"),
        text("datum.text", f"{X} + max(datum.v > 0 ? {LONG} : 0, datum.out ? datum.before * bar : 0) + 6",
             f"{Y} + {ROW / 2}", "bars_now", align="left", size="wide ? 13 : 11.5", opacity=SHOWN, silent=False,
             clickable=True, color="datum.out ? wrong : datum.v > 0 ? ink : muted",
             fontWeight="datum.out ? 700 : 400"),
        rect(f"{X} - 4", f"{Y} + 1", f"{LONG} + 8", ROW - 3, "lucky", silent=True, stroke="ink", strokeWidth=2,
             cornerRadius=4, strokeOpacity="clamp(c - 3, 0, 1)"),
    ]  # fmt: skip


def _running() -> list[Mark]:
    """In the last column: the running sum as stairs, and the line that it has to reach."""
    shown = "clamp(c - 2, 0, 1)"
    x = "(wide ? left + 3 * pitch : pitch + left)"
    y = f"(top + (wide ? 0 : block) + {HEADING})"
    return [
        rect(f"{X} + (datum.cum - datum.sum) * bar", f"{Y} + {ROW - 4}", "datum.sum * bar", 3, "sums", silent=True,
             fill="muted", opacity=shown),
        mark("rule", silent=True, x=f"{x} + P * bar", x2=f"{x} + P * bar", y=f"{y} - 2", y2=f"{y} + R * {ROW} + 2",
             stroke="ink", strokeDash={"value": [5, 3]}, strokeWidth=1.4, opacity=f"P < 1 ? {shown} : 0"),
        text("'p = ' + P", f"{x} + P * bar", f"{y} + R * {ROW} + 10", size=12, color="muted",
             opacity=f"P < 1 ? {shown} : 0"),
    ]  # fmt: skip


def _line(say: dict[str, str]) -> list[Mark]:
    """What is left, end to end."""
    shown, x, long = "clamp(c - 2.4, 0.25, 1)", "(2 + datum.x * (width - 4))", "((datum.y - datum.x) * (width - 4))"
    ticks = [
        text(f"'{share:g}'", f"2 + {share} * (width - 4)", f"foot + {RULER} + 14", color="muted", size=12,
             align="left" if share == 0 else "right" if share == 1 else "center")
        for share in (0, 0.25, 0.5, 0.75, 1)
    ]  # fmt: skip
    return [
        text(f"width > 480 ? {quoted_text(say['draw'])} : {quoted_text(say['short'])}", 2, "foot - 30", align="left",
             size="size", fontWeight=600, limit="width - 4",
             opacity=f"0.5 + 0.5 * {shown}"),
        rect(2, "foot", "width - 4", RULER, silent=True, stroke="faint", fill="faint", fillOpacity=0.1, cornerRadius=3),
        rect(f"{x} + 0.75", "foot", f"max(0.8, {long} - 1.5)", RULER, "pieces_now", clickable=True, fill="decoder",
             fillOpacity="datum.own ? 0.28 : 0.12", opacity=shown, cornerRadius=3, tooltip="datum.tip"),
        rect(f"{x} + 0.75", "foot", f"max(0.8, {long} - 1.5)", RULER, "hit", silent=True, fill="decoder",
             fillOpacity="0.75 * clamp(c - 3, 0, 1)", stroke="ink", strokeWidth=2, strokeOpacity="clamp(c - 3, 0, 1)",
             cornerRadius=3),
        text(f"{long} > 22 ? datum.token : ''", f"{x} + {long} / 2", f"foot + {RULER / 2}", "pieces_now", size=16,
             fontWeight=650, opacity=shown),
        *ticks,
    ]  # fmt: skip


def _pointer() -> list[Mark]:
    """The number drawn: it comes from 0 and stops where it fell."""
    shown = "clamp(3 * (c - 3), 0, 1)"
    x = "(2 + u * clamp(c - 3, 0, 1) * (width - 4))"
    path = f"'M' + ({x} - 7) + ',' + (foot - 13) + 'l14,0l-7,11z'"
    return [
        mark("rule", silent=True, x=x, x2=x, y="foot - 2", y2=f"foot + {RULER} + 4", stroke="ink", strokeWidth=2.5,
             opacity=shown),
        mark("path", silent=True, path=path, fill="ink", opacity=shown),
        mark("text", text="'ξ = ' + format(u, '.3f')", x=f"{x} + (u < 0.8 ? 12 : -12)", y="foot - 9", fill="ink",
             fontSize=13, fontWeight=650, align="u < 0.8 ? 'left' : 'right'", baseline="'middle'", opacity=shown,
             clickable=True, ask="'draw ' + t"),
    ]  # fmt: skip
