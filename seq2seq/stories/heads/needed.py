"""Which heads are needed: exact match with each off alone, and as they go one after the other."""

from functools import cache

from seq2seq.stories.signals import smooth
from seq2seq.stories.vega import Spec, derived, diagram, mark, quoted_text, rect, text, value

LEFT, RIGHT, TOP, TALL, FOOT = 52, 10, 46, 190, 66  # pixels


@cache
def needed_heads(titles: tuple[tuple[str, str], ...]) -> Spec:
    """The picture as a Vega template; `titles`: (key, words) for y, x, kept, alone, other and nothing.

    Data:    kept {i, exact, before, id, tip, ask}: i heads off, `before` what it was with one less; alone {i, exact,
             tip, ask}: the i-th of them alone; other {i, exact, before}: the other way, in its own order.
    Signals: n (heads), gone_at (how many are off), alone_at (whether those alone are shown), others (whether the other
             way was measured).
    """
    say = dict(titles)
    signals = [
        value("n", 24), value("others", 0), *smooth("gone"), *smooth("alone"),
        derived("pitch", f"(width - {LEFT + RIGHT}) / (n + 1)"), derived("tight", "pitch < 32"),
        derived("size", "width > 640 ? 13 : 11.5"),
    ]  # fmt: skip

    def x(i: str) -> str:
        return f"({LEFT} + ({i} + 0.5) * pitch)"

    def y(share: str) -> str:
        return f"({TOP + TALL} - ({share}) * {TALL})"

    shown, bottom = "clamp(gone - datum.i + 1, 0, 1)", TOP + TALL
    known = "alone > 0.5 || gone > datum.i - 0.5"
    marks = [
        *(one for share in (0, 0.25, 0.5, 0.75, 1) for one in (
            mark("rule", silent=True, x=LEFT, x2="width", y=y(str(share)), y2=y(str(share)), stroke="faint",
                 strokeOpacity=0.7 if share in (0, 1) else 0.35),
            text(quoted_text(f"{share:.0%}"), LEFT - 8, y(str(share)), align="right", color="muted", size=12),
        )),
        mark("rule", "other", silent=True, x=x("datum.i - 1"), x2=x("datum.i"), y=y("datum.before"),
             y2=y("datum.exact"), stroke="muted", strokeDash={"value": [4, 4]}, strokeWidth=1.5,
             opacity="clamp(gone, 0, 1)"),
        mark("rule", "kept", silent=True, x=x("datum.i - 1"), x2=x("datum.i"), y=y("datum.before"),
             y2=y("datum.exact"), stroke="attention", strokeWidth=3, strokeCap={"value": "round"},
             opacity=f"datum.i > 0 ? {shown} : 0"),
        mark("symbol", "alone", clickable=True, x=x("datum.i"), y=y("datum.exact"), size=70, fill="panel",
             stroke="encoder", strokeWidth=2, shape={"value": "diamond"}, opacity="alone", tooltip="datum.tip"),
        mark("symbol", "kept", clickable=True, x=x("datum.i"), y=y("datum.exact"), size=64, fill="attention",
             opacity=shown, tooltip="datum.tip"),
        rect(f"{x('gone')} - pitch / 2 + 1", TOP - 6, "pitch - 2", TALL + 12, silent=True, stroke="ink",
             cornerRadius=4, strokeWidth=1.5, opacity="clamp(gone, 0, 1)"),
        mark("text", "kept", silent=True, x=x("datum.i"), y=bottom + 12, text=f"datum.i == 0 ? '' : {known} ? "
             "datum.id : '·'", angle="tight ? -90 : 0", align="tight ? 'right' : 'center'", baseline="'middle'",
             fill="ink", fontSize="clamp(pitch * 0.4, 8.5, 13)"),
        text(quoted_text(say["x"]), f"(width + {LEFT}) / 2", bottom + 50, color="muted", size="size",
             limit=f"width - {LEFT}"),
        text(quoted_text(say["y"]), 0, 8, align="left", fontWeight=600, size="size"),
        text(quoted_text(say["nothing"]), f"(width + {LEFT}) / 2", TOP + TALL / 2, color="muted", size=15,
             fillOpacity="1 - max(clamp(gone, 0, 1), alone)"),
        # what is what, in words
        text(quoted_text(f"● {say['kept']}"), LEFT, 28, align="left", color="attention", size="size",
             limit=f"(width - {LEFT}) * 0.4"),
        text(quoted_text(f"◇ {say['alone']}"), f"{LEFT} + (width - {LEFT}) * 0.42", 28, align="left", color="encoder",
             size="size", fillOpacity="0.75 + 0.25 * alone", limit=f"(width - {LEFT}) * 0.24"),
        text(quoted_text(f"┄ {say['other']}"), "width - 2", 28, align="right", color="muted", size="size",
             fillOpacity="others * clamp(gone, 0, 1)", limit=f"(width - {LEFT}) * 0.32"),
    ]  # fmt: skip
    data = [{"name": name} for name in ("kept", "alone", "other")]
    return diagram(900, TOP + TALL + FOOT, signals, data, marks)
