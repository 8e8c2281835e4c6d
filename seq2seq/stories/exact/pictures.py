"""The pictures beside the tree: the two bounds as they close in, one expansion, and the outputs compared."""

from functools import cache
from typing import Any

from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

GAP_LEFT, GAP_TOP, GAP_TALL = 52, 46, 210
ROW, HEAD = 27, 58  # of the picture of one expansion
LINE, TABLE_TOP = 50, 40  # of the table


@cache
def closing_bounds(y: str, x: str, upper: str, lower: str) -> Spec:
    """The best score so far and the most that is still promised, over the expansions, as a Vega template.

    Data:    gap {e, lower, upper, ask_lower, ask_upper}, e counted from 0 (nothing looked behind yet); ticks {y,
             label}, y between 0 and 1; marks_x {e}.
    Signals: count, floor; shown_at, low_at, high_at (scores), low_text_at, high_text_at.
    """
    signals = [
        value("count", 40), value("floor", -7), *smooth("shown"), *smooth("low"), *smooth("high"), *stepped("low_text"),
        *stepped("high_text"), derived("wide", f"width - {GAP_LEFT} - 14"), derived("size", "width > 420 ? 13 : 11.5"),
    ]  # fmt: skip

    def px(e: str) -> str:
        return f"({GAP_LEFT} + ({e}) / count * wide)"

    def py(score: str) -> str:
        return f"({GAP_TOP} + clamp(({score}) / floor, 0, 1) * {GAP_TALL})"

    bottom, end = GAP_TOP + GAP_TALL, f"{GAP_LEFT} + wide"
    step: dict[str, Any] = {"interpolate": {"value": "step-after"}}
    marks: list[Mark] = [
        text(quoted_text(y), 0, 9, align="left", size="size", fontWeight=600, limit="width"),
        mark("rule", "ticks", silent=True, x=GAP_LEFT, x2=end, y=f"{GAP_TOP} + datum.y * {GAP_TALL}",
             y2=f"{GAP_TOP} + datum.y * {GAP_TALL}", stroke="faint", strokeOpacity=0.5),
        text("datum.label", GAP_LEFT - 7, f"{GAP_TOP} + datum.y * {GAP_TALL}", "ticks", align="right", color="muted",
             size=12),
        mark("area", "gap", silent=True, x=px("datum.e"), y=py("datum.upper"), y2=py("datum.lower"), fill="decoder",
             fillOpacity=0.13, **step),
        mark("line", "gap", silent=True, x=px("datum.e"), y=py("datum.upper"), stroke="decoder", strokeWidth=2.5,
             strokeDash={"value": [6, 4]}, **step),
        mark("line", "gap", silent=True, x=px("datum.e"), y=py("datum.lower"), stroke="ink", strokeWidth=2.5, **step),
        rect(f"{px('shown')} + 1", GAP_TOP - 6, f"max(0, {end} - {px('shown')} + 8)", GAP_TALL + 12, silent=True,
             fill="panel", fillOpacity=0.88),
        mark("rule", silent=True, x=px("shown"), x2=px("shown"), y=GAP_TOP, y2=bottom, stroke="muted",
             strokeOpacity=0.6),
        *_grips(px, py),
        text("datum.e", px("datum.e"), bottom + 15, "marks_x", color="muted", size=12),
        text(quoted_text(x), f"{GAP_LEFT} + wide / 2", bottom + 36, color="muted", size="size"),
        text(quoted_text(f"┄ {upper}"), GAP_LEFT, 29, align="left", color="decoder", size="size", fontWeight=600,
             limit="wide * 0.56"),
        text(quoted_text(f"━ {lower}"), "width - 6", 29, align="right", color="ink", size="size", fontWeight=600,
             limit="wide * 0.42"),
    ]  # fmt: skip
    data = [{"name": "gap"}, {"name": "ticks"}, {"name": "marks_x"}]
    return diagram(440, bottom + 46, signals, data, marks)


def _grips(px: Any, py: Any) -> list[Mark]:
    """Where both stand now, in numbers; and a place to click at every expansion."""
    marks: list[Mark] = []
    for name, color, side in (("upper", "decoder", -14), ("lower", "ink", 14)):
        level = "high" if name == "upper" else "low"
        words = f"{level}_text"
        apart = "clamp((high - low) / -floor * 40, 0, 1)" if name == "upper" else "1"  # where they meet, one number
        place = f"clamp({px('shown')}, {GAP_LEFT + 40}, width - 46)"
        marks += [
            mark("symbol", "gap", clickable=True, x=px("datum.e"), y=py(f"datum.{name}"), size=90, fill=color,
                 fillOpacity=0.01, ask=f"datum.ask_{name}", tooltip=f"format(datum.{name}, '.3f')"),
            mark("symbol", silent=True, x=px("shown"), y=py(level), size=70, fill=color),
            text(words, place, f"{py(level)} + {side}", color="panel", size=13, fontWeight=700, stroke="panel",
                 strokeWidth=4, opacity=apart),
            text(words, place, f"{py(level)} + {side}", color=color, size=13, fontWeight=700, opacity=apart),
        ]  # fmt: skip
    return marks


@cache
def one_expansion(y: str, bar: str, nothing: str, names: tuple[str, str, str]) -> Spec:
    """What was made behind the beginning in hand, most probable first, as a Vega template.

    names: what a beginning is that stays open, one that is dropped, an output.
    Data:    made {m, i, token, bound, log_prob, total, fate (0 open, 1 dropped, 2 output), ask, tip}.
    Signals: floor, rows; m_at, low_at (the bar's score), here_at (the beginning), shown_at.
    """
    signals = [
        value("floor", -7), value("rows", 8), *stepped("m"), *smooth("low"), *stepped("here"), *stepped("shown"),
        derived("x0", "width > 420 ? 130 : 84"), derived("wide", "width - x0 - 60"),
        derived("height", f"{HEAD} + rows * {ROW} + 44"), derived("size", "width > 420 ? 13 : 11.5"),
    ]  # fmt: skip

    def px(score: str) -> str:
        return f"(x0 + (1 - clamp(({score}) / floor, 0, 1)) * wide)"

    row = f"{HEAD} + (datum.i + 0.5) * {ROW}"
    color = "datum.fate === 0 ? decoder : datum.fate === 2 ? ink : muted"
    bottom = f"{HEAD} + rows * {ROW}"
    marks: list[Mark] = [
        text(quoted_text(y), 0, 9, align="left", size="size", fontWeight=600, limit="width"),
        *[
            text(quoted_text(f"{sign} {name}"), f"{number} * width / 3", 32, align="left", color=shade, size="size",
                 limit="width / 3 - 6")
            for number, (sign, name, shade) in enumerate(
                zip("●×■", names, ("decoder", "muted", "ink"), strict=True))
        ],
        rect("x0", HEAD - 4, f"{px('low')} - x0", f"rows * {ROW} + 8", silent=True, fill="faint", fillOpacity=0.28),
        mark("rule", silent=True, x=px("low"), x2=px("low"), y=HEAD - 6, y2=f"{bottom} + 6", stroke="ink",
             strokeWidth=2.5),
        text(quoted_text(bar), f"clamp({px('low')}, x0 + 46, width - 60)", f"{bottom} + 18", color="ink", size="size",
             fontWeight=600),
        mark("rule", "now", silent=True, x="x0", x2=px("datum.bound"), y=row, y2=row, stroke=color,
             strokeOpacity=0.45, strokeWidth=2),
        mark("symbol", "now", clickable=True, x=px("datum.bound"), y=row, size=110, fill=color, stroke=color,
             strokeWidth="datum.fate === 1 ? 2 : 1", tooltip="datum.tip", ask="datum.ask",
             shape="datum.fate === 0 ? 'circle' : datum.fate === 2 ? 'square' : "
             "'M-.5,-.5L.5,.5M.5,-.5L-.5,.5'"),
        mark("text", "now", clickable=True, x="x0 - 10", y=row, align={"value": "right"},
             baseline={"value": "middle"}, text="datum.label", fill="ink", fontSize=15, ask="datum.ask",
             tooltip="datum.tip", limit="x0 - 12"),
        text("replace(format(datum.bound, '.2f'), '-', '−')", "width - 4", row, "now", align="right", color=color,
             size=13),
        text(quoted_text(nothing), "width / 2", f"{HEAD} + rows * {ROW} / 2", color="muted", size=14,
             fillOpacity="shown > 0 ? 0 : 1", limit="width"),
    ]  # fmt: skip
    data = [{"name": "made"}, filtered("now", "made", "datum.m === m")]
    return diagram(440, 300, signals, data, marks)


@cache
def outputs_table(heads: tuple[str, str, str, str, str], later: str) -> Spec:
    """Who found which output, what it scores, whether it is right; below it the verdict, as a Vega template.

    heads: who, output, ln P, |Y|, score; later: what stands where the verdict will.
    Data:    outputs {i, who, text, log_prob, length, score, right, from, to, ask_log_prob, ask_score}, numbers null
             where they are not known yet; verdict {i, text, bad}.
    Signals: rows; t_at (number of the step), told_at (whether the verdict is).
    """
    signals = [
        value("rows", 5), *stepped("t"), *smooth("told"), derived("roomy", "width > 560"),
        derived("line", f"roomy ? {LINE - 8} : {LINE + 4}"),
        derived("height", f"{TABLE_TOP} + rows * line + 92"), derived("size", "roomy ? 14 : 12.5"),
        derived("score_x", "width - 8"), derived("length_x", "width - (roomy ? 92 : 76)"),
        derived("log_x", "width - (roomy ? 150 : 118)"), derived("text_x", "roomy ? min(230, width * 0.3) : 8"),
    ]  # fmt: skip
    top = f"{TABLE_TOP} + datum.i * line"
    first, second = f"{top} + line * (roomy ? 0.5 : 0.29)", f"{top} + line * (roomy ? 0.5 : 0.7)"
    color = "datum.right === 1 ? correct : datum.right === 0 ? wrong : ink"
    who, output, log_prob, length, score = heads
    marks: list[Mark] = [
        text(quoted_text(who), 8, 20, align="left", color="muted", size=12),
        text(quoted_text(output), "text_x", 20, align="left", color="muted", size="roomy ? 12 : 0"),
        *[
            text(quoted_text(head), x, 20, align="right", color="muted", size=12)
            for head, x in ((log_prob, "log_x"), (length, "length_x"), (score, "score_x"))
        ],
        rect(0, top, "width", "line - 4", "shown", silent=True, fill=color, fillOpacity=0.09, cornerRadius=5),
        text("datum.who", 8, first, "shown", align="left", size="size", color="ink", limit="roomy ? text_x - 16 : "
             "width - 20"),
        text("(datum.right === 1 ? '✓ ' : datum.right === 0 ? '✗ ' : '') + datum.text", "text_x", second, "shown",
             align="left", color=color, size="roomy ? 17 : 15", fontWeight=700, limit="log_x - 64 - text_x"),
        *_numbers("log_x", second, "datum.log_prob", "datum.ask_log_prob"),
        *_numbers("length_x", second, "datum.length", ""),
        *_numbers("score_x", second, "datum.score", "datum.ask_score"),
        text(quoted_text(later), 8, f"{TABLE_TOP} + rows * line + 26", align="left", color="muted",
             size="roomy ? 14 : 12.5", opacity="1 - told", limit="width - 12"),
        text("(datum.bad === 1 ? '✗ ' : datum.bad === 0 ? '✓ ' : '? ') + datum.text", 8,
             f"{TABLE_TOP} + rows * line + 26 + datum.i * 30", "verdict", align="left", fontWeight=700,
             size="roomy ? 16 : 13", opacity="told", limit="width - 12",
             color="datum.bad === 1 ? wrong : datum.bad === 0 ? correct : muted"),
    ]  # fmt: skip
    data = [
        {"name": "outputs"}, {"name": "verdict"}, filtered("shown", "outputs", "datum.from <= t && t <= datum.to"),
    ]  # fmt: skip
    return diagram(900, 260, signals, data, marks)


def _numbers(x: str, y: str, number: str, ask: str) -> list[Mark]:
    if not ask:
        return [text(f"{number} === null ? '' : {number}", x, y, "shown", align="right", size="size", color="ink")]
    return [
        mark("text", "shown", clickable=True, x=x, y=y, align={"value": "right"}, baseline={"value": "middle"},
             text=f"{number} === null ? '' : replace(format({number}, '.3f'), '-', '−')", fill="ink", fontSize="size",
             ask=ask)
    ]  # fmt: skip
