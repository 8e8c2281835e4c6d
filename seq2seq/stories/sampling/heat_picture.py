"""Diversity against correctness: both over the temperature, and one against the other."""

from functools import cache

from seq2seq.stories.signals import smooth
from seq2seq.stories.vega import Mark, Spec, derived, diagram, filtered, mark, quoted_text, text, value

TOP, FOOT, LEFT, RIGHT = 70, 52, 46, 34  # pixels


@cache
def heat_picture(titles: tuple[tuple[str, str], ...]) -> Spec:
    """The picture as a Vega template; `titles`: (key, words) for right, different, heat, against, answers, cut, alone.

    Data:    points {way (0 with the cuts, 1 temperature alone), i, T, right (share), different, r0, d0, T0 (of the
             point before), label, tip, ask_right, ask_different}.
    Signals: N (outputs at each temperature), hot (the highest), answers (0: not known), cuts (whether anything is cut
             besides), now (which is set); for each step at_at, T_at, right_at, different_at.
    """
    say = dict(titles)
    signals = [
        value("N", 300), value("hot", 3), value("answers", 0), value("cuts", 0), value("now", 0),
        *smooth("at"), *smooth("T"), *smooth("right"), *smooth("different"),
        derived("wide", "width > 580"), derived("tall", "width > 900 ? 300 : 210"),
        derived("side", f"(wide ? (width - {2 * LEFT + 34}) / 2 : width - {LEFT}) - {RIGHT}"),
        derived("sx", f"wide ? side + {2 * LEFT + RIGHT + 24} : {LEFT}"),
        derived("sy", f"wide ? 0 : {TOP + FOOT + 12} + tall"),
        derived("height", f"{TOP + FOOT} + tall + sy"), derived("size", "width > 900 ? 13.5 : 12"),
    ]  # fmt: skip
    marks = [*_grid(say), *_over_heat(), *_against(say), *_key(say)]
    data = [{"name": "points"}, *(filtered(f"way{way}", "points", f"datum.way == {way}") for way in (0, 1))]
    spec = diagram(900, 340, signals, data, marks)
    del spec["height"]
    return spec


def _tx(heat: str) -> str:
    return f"({LEFT} + ({heat}) / hot * side)"


def _y(share: str) -> str:
    return f"({TOP} + tall - ({share}) * tall)"


def _dx(count: str) -> str:
    """Where a number of different outputs lies: logarithmic from 1 to N."""
    return f"(sx + log(max(1, {count})) / log(N) * (side - 12))"


def _log(count: str) -> str:
    return f"(log(max(1, {count})) / log(N))"


def _grid(say: dict[str, str]) -> list[Mark]:
    marks = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        for x, y in ((str(LEFT), _y(str(share))), ("sx", f"({_y(str(share))} + sy)")):
            marks += [
                mark("rule", silent=True, x=x, x2=f"{x} + side", y=y, y2=y, stroke="faint",
                     strokeOpacity=0.7 if share in (0, 1) else 0.35),
                text(quoted_text(f"{share:.0%}"), f"{x} - 8", y, align="right", color="muted", size=12),
            ]  # fmt: skip
    bottom = f"{TOP} + tall"
    for heat in (0, 0.5, 1, 1.5, 2, 2.5, 3):
        marks.append(text(f"{heat} <= hot ? '{heat:g}' : ''", _tx(str(heat)), f"{bottom} + 14", color="muted", size=12))
    for count in (1, 10, 100, 300):
        marks.append(text(f"{count} <= N ? '{count}' : ''", f"{LEFT} + side + 7", _y(_log(str(count))), align="left",
                          color="decoder", size=12))  # fmt: skip
    for count in (1, 3, 10, 30, 100, 300):
        marks.append(
            text(f"{count} <= N ? '{count}' : ''", _dx(str(count)), f"{bottom} + 14 + sy", color="muted", size=12)
        )
    marks += [
        text(quoted_text(say["heat"]), f"{LEFT} + side / 2", f"{bottom} + 36", color="muted", size="size"),
        text(quoted_text(say["different"]), "sx + side / 2", f"{bottom} + 36 + sy", color="muted", size="size",
             limit="side + 30"),
        text(quoted_text(say["over"]), 2, 12, align="left", size="size + 0.5", fontWeight=650, limit="side + 40"),
        text(quoted_text(say["against"]), "sx - 44", "12 + sy", align="left", size="size + 0.5", fontWeight=650,
             limit="side + 54"),
        mark("rule", silent=True, x=_dx("answers"), x2=_dx("answers"), y=f"{TOP - 6} + sy", y2=f"{bottom} + sy",
             stroke="correct", strokeDash={"value": [5, 4]}, strokeWidth=1.5, opacity="answers > 1 ? 1 : 0"),
        text(f"{quoted_text(say['answers'])} + ' ' + answers", f"{_dx('answers')} + 6", f"{bottom} - 12 + sy",
             align="left", color="correct", size=12, opacity="answers > 1 ? 1 : 0", limit="side"),
    ]  # fmt: skip
    return marks


def _over_heat() -> list[Mark]:
    """Two curves over the temperature: how many are right, and how many different."""
    marks = []
    for way in (1, 0):
        faint = "(cuts ? 0.55 : 0)" if way else "1"
        dash = {"value": [5, 4]} if way else None
        for value_, before, color in (("datum.right", "datum.r0", "correct"),
                                      (_log("datum.different"), _log("datum.d0"), "decoder")):  # fmt: skip
            marks.append(
                mark("rule", f"way{way}", silent=True, x=_tx("datum.T0"), x2=_tx("datum.T"), y=_y(before),
                     y2=_y(value_), stroke=color, strokeWidth=1.5 if way else 2.5, strokeDash=dash, strokeOpacity=faint,
                     strokeCap={"value": "round"})
            )  # fmt: skip
    for value_, color, ask, shape in (
        ("datum.right", "correct", "datum.ask_right", "circle"),
        (_log("datum.different"), "decoder", "datum.ask_different", "diamond"),
    ):
        marks.append(
            mark("symbol", "way0", clickable=True, x=_tx("datum.T"), y=_y(value_), size=60, fill=color, ask=ask,
                 shape={"value": shape}, tooltip="datum.tip")
        )  # fmt: skip
    marks += [
        mark("rule", silent=True, x=_tx("T"), x2=_tx("T"), y=TOP - 8, y2=f"{TOP} + tall", stroke="ink", strokeWidth=1.5,
             strokeDash={"value": [2, 3]}),
        mark("symbol", silent=True, x=_tx("T"), y=_y("right"), size=190, stroke="ink", strokeWidth=2.5, fill=None),
        mark("symbol", silent=True, x=_tx("T"), y=_y(_log("different")), size=190, stroke="ink", strokeWidth=2.5),
        text("'T = ' + format(T, '.2~f')", f"clamp({_tx('T')}, 60, {LEFT} + side - 20)", TOP - 17, size=13,
             fontWeight=700),
    ]  # fmt: skip
    return marks


def _against(say: dict[str, str]) -> list[Mark]:
    """One against the other: up is right, to the right is different."""
    marks = []
    for way in (1, 0):
        marks.append(
            mark("rule", f"way{way}", silent=True, x=_dx("datum.d0"), x2=_dx("datum.different"),
                 y=f"{_y('datum.r0')} + sy", y2=f"{_y('datum.right')} + sy", stroke="ink",
                 strokeWidth=1.5 if way else 2.5, strokeDash={"value": [5, 4]} if way else None,
                 strokeOpacity="(cuts ? 0.6 : 0)" if way else 1, strokeCap={"value": "round"})
        )  # fmt: skip
    marks += [
        mark("symbol", "way0", clickable=True, x=_dx("datum.different"), y=f"{_y('datum.right')} + sy", size=60,
             fill="ink", tooltip="datum.tip", ask="datum.ask_right"),
        text("datum.label", f"{_dx('datum.different')} + 9",
             f"{_y('datum.right')} + sy + (datum.right > 0.9 ? 14 : -3)", "way1", align="left", size=12, color="muted"),
        mark("symbol", silent=True, x=_dx("different"), y=f"{_y('right')} + sy", size=210, stroke="ink",
             strokeWidth=2.5),
        text("'T = ' + format(T, '.2~f')", f"max({_dx('different')} - 13, sx + 44)", f"{_y('right')} + sy - 15",
             align="right", size=13, fontWeight=700),
    ]  # fmt: skip
    return marks


def _key(say: dict[str, str]) -> list[Mark]:
    """What is what."""
    return [
        text(quoted_text(f"● {say['right']}"), LEFT, 30, align="left", color="correct", size="size",
             limit="side * 0.46"),
        text(quoted_text(f"◆ {say['count']}"), f"{LEFT} + side * 0.48", 30, align="left", color="decoder", size="size",
             limit="side * 0.52"),
        text(quoted_text(f"● {say['cut']}"), "sx", "30 + sy", align="left", color="ink", size="size",
             limit="side * 0.46", opacity="cuts"),
        text(quoted_text(f"┄ {say['alone']}"), "sx + side * 0.48", "30 + sy", align="left", color="muted", size="size",
             limit="side * 0.52", opacity="cuts"),
    ]  # fmt: skip
