"""The overview: a source in the middle; above it, one vector and what came out of it; below it, attention's way."""

from functools import cache
from typing import Any

from seq2seq.stories.network.marks import curve
from seq2seq.stories.signals import smooth
from seq2seq.stories.vega import VALUES, Mark, derived, diagram, filtered, mark, quoted_text, rect, text, value

TALL, GAP, STRIP, THIN = 30, 74, 30, 16  # pixels: a token, a funnel, the vector, the other model's first state
CAPTION, BEFORE = 46, 34  # room for a side's name; for a second row of outputs
SIDES = ("none", "general")
LARGE = "clamp(width / 46, 12, 18)"  # letters of a side's name
COLOR = {"none": "encoder", "general": "attention"}


class Heights:
    """Where things lie, top to bottom, in pixels; `before`: there is a second row of outputs on each side."""

    def __init__(self, before: bool) -> None:
        more = BEFORE if before else 0
        self.before = {"none": CAPTION + TALL / 2, "general": 0.0}
        self.output = {"none": CAPTION + TALL / 2 + more, "general": 0.0}
        self.vector = self.output["none"] + TALL / 2 + GAP
        self.source = self.vector + STRIP + GAP + TALL / 2
        self.output["general"] = self.source + TALL + 100
        self.before["general"] = self.output["general"] + more
        self.first = self.before["general"] + TALL / 2 + 30  # top of the other model's first state
        self.caption = {"none": 14.0, "general": self.first + THIN + 26}
        self.all = self.caption["general"] + 16


@cache
def vessel(names: tuple[str, str], numbers: str, handed: str, was: str = "") -> dict[str, Any]:
    """The template; `names` of the two sides; `numbers` and `handed` stand beside their first states; with `was`, the
    outputs from before a change have a row of their own.

    Data: tokens {k, side, token: […], tip: […], wrong: […], asks: […]}; source {i, token};
    vectors {k, side, v, unit, ask}; links {k, i: […], t: […], w: […], asks: […]}; told {k, side, text, right};
    before, as tokens.
    Signals: k_at is the step itself; L_at how many letters have been read; P columns; D units.
    """
    at = Heights(bool(was))
    signals = [
        *smooth("L"), value("P", 26), value("D", 64), derived("k", "round(step)"), derived("count", "L_at[k]"),
        derived("pitch", "min(46, (width - 16) / P)"), derived("sx", "(width - pitch * P) / 2"),
        derived("letter", "clamp(pitch * 0.62, 11, 21)"), derived("box", f"min(width * 0.56, {9 * 64})"),
        derived("bx", "(width - box) / 2"), derived("small", "clamp(width / 60, 11, 15)"),
    ]  # fmt: skip
    lists = {"type": "flatten", "fields": ["token", "tip", "wrong", "asks"], "as": ["token", "tip", "wrong", "ask"]}
    lists["index"] = "t"
    cells = {"type": "flatten", "fields": ["v", "unit"]}
    data: list[dict[str, Any]] = [{"name": name} for name in ("tokens", "before", "source", "vectors", "links", "told")]
    for name in ("tokens", "before", "vectors", "links", "told"):
        data.append(filtered(f"{name}_now", name, "datum.k == k"))
    data += [
        {"name": "written", "source": "tokens_now", "transform": [lists]},
        {"name": "written_before", "source": "before_now", "transform": [lists]},
        {"name": "units", "source": "vectors_now", "transform": [cells]},
        {
            "name": "ribbons",
            "source": "links_now",
            "transform": [{"type": "flatten", "fields": ["i", "t", "w", "asks"], "as": ["i", "t", "w", "ask"]}],
        },
        filtered("read", "source", "datum.i < count"),
    ]
    marks = [
        *(mark for side in SIDES for mark in _funnels(side, at)),
        *_ribbons(at),
        *_source(at),
        *(mark for side, name in zip(SIDES, names, strict=True) for mark in _side(side, name, at)),
        *_vector("none", at.vector, STRIP, quoted_text(numbers)),
        *_vector("general", at.first, THIN, quoted_text(handed)),
    ]
    if was:
        marks += [mark for side in SIDES for mark in _tokens("written_before", side, at.before[side], faint=True)]
        for side, row in (("none", "written_before"), ("general", "written_before")):
            marks.append(
                text(
                    quoted_text(was),
                    "sx",
                    at.before[side] + (-23 if side == "none" else 23),
                    f"{row}_{side}_one",
                    align="left",
                    color="muted",
                    size="small",
                )  # fmt: skip
            )
            data.append(filtered(f"{row}_{side}_one", "before_now", f"datum.side == '{side}'"))
    return diagram(900, at.all, signals, _sided(data), marks, scales=[VALUES])


def _sided(data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The datasets, and those of one side alone."""
    split = [
        filtered(f"{name}_{side}", name, f"datum.side == '{side}'")
        for name in ("written", "written_before", "units", "told_now")
        for side in SIDES
    ]
    names = {row["name"] for row in data}
    return [*data, *(row for row in split if row["name"] not in names)]


def _funnels(side: str, at: Heights) -> list[Mark]:
    """What goes into the vector and comes out of it, drawn as wide as it is."""

    def shape(width: str, wide: float, narrow: float) -> str:
        corners = [("sx", wide), (f"(sx + {width} * pitch)", wide), ("(bx + box)", narrow), ("bx", narrow)]
        return " + ' L' + ".join(f"{x} + ',' + {y}" for x, y in corners)

    def funnel(width: str, wide: float, narrow: float, strength: float) -> Mark:
        points = f"'M' + {shape(width, wide, narrow)} + ' Z'"
        return mark("path", path=points, fill=COLOR[side], fillOpacity=strength, silent=True)

    if side == "none":
        out = funnel("(L + 1)", at.output[side] + TALL / 2 + 3, at.vector - 4, 0.13)
        return [out, funnel("L", at.source - TALL / 2 - 3, at.vector + STRIP + 4, 0.13)]
    return [funnel("(L + 1)", at.before[side] + TALL / 2 + 12, at.first - 3, 0.08)]


def _ribbons(at: Heights) -> list[Mark]:
    """Where each output looks: as wide as its weight."""
    top, bottom = at.source + TALL / 2 + 3, at.output["general"] - TALL / 2 - 3
    line = curve("sx + (datum.i + 0.5) * pitch", str(top), "sx + (datum.t + 0.5) * pitch", str(bottom))
    return [
        mark(
            "path", "ribbons", clickable=True, path=line, stroke="attention", strokeWidth="0.6 + 9 * datum.w",
            strokeOpacity="0.15 + 0.5 * datum.w", strokeCap={"value": "round"},
            tooltip="format(datum.w, '.4f')", ask="datum.ask",
        )
    ]  # fmt: skip


def _source(at: Heights) -> list[Mark]:
    x, y = "sx + (datum.i + 0.5) * pitch", at.source
    return [
        rect(
            "sx + (datum.i + 0.06) * pitch", y - TALL / 2, "pitch * 0.88", TALL, "read", silent=True, cornerRadius=5,
            fill="encoder", fillOpacity=0.2,
        ),
        text("datum.token", x, y, "read", size="letter", fontWeight=600),
        rect(  # the letter that has just come
            "sx + (L - 1 + 0.03) * pitch", y - TALL / 2 - 2, "pitch * 0.94", TALL + 4, silent=True, cornerRadius=6,
            stroke="encoder", strokeWidth=2.5, opacity="clamp(L, 0, 1)",
        ),
    ]  # fmt: skip


def _tokens(data: str, side: str, y: float, faint: bool = False) -> list[Mark]:
    """One row of output letters: a wrong one in another colour, underlined twice over."""
    rows, x = f"{data}_{side}", "sx + (datum.t + 0.5) * pitch"
    color = "datum.wrong ? wrong : correct"
    ask = None if faint else "datum.ask"
    return [
        rect(
            "sx + (datum.t + 0.06) * pitch", y - TALL / 2, "pitch * 0.88", TALL, rows, clickable=not faint,
            cornerRadius=5, fill=color, fillOpacity=0.07 if faint else 0.18, tooltip="datum.tip", ask=ask,
        ),
        text("datum.token", x, f"{y} - 1", rows, size="letter", color="muted" if faint else "ink", fontWeight=600),
        rect(
            "sx + (datum.t + 0.14) * pitch", y + TALL / 2 - 5, "pitch * 0.72", "datum.wrong ? 3 : 0", rows,
            silent=True, fill="wrong",
        ),
    ]  # fmt: skip


def _side(side: str, name: str, at: Heights) -> list[Mark]:
    """A side's name, how its output went, and its output."""
    y, told = at.caption[side], f"told_now_{side}"
    color = [{"test": "datum.right", "signal": "correct"}, {"signal": "wrong"}]
    return [
        text(
            quoted_text(name), 4, y, align="left", color=COLOR[side], size="clamp(width / 46, 12, 18)", fontWeight=600
        ),
        text("datum.text", "width - 4", y, told, align="right", size=LARGE, fill=color),
        *_tokens("written", side, at.output[side]),
    ]


def _vector(side: str, y: float, height: float, words: str) -> list[Mark]:
    """The numbers of a first state as a strip, and beside it what they are."""
    return [
        rect(
            "bx - 3", y - 3, "box + 6", height + 6, silent=True, cornerRadius=5, stroke=COLOR[side],
            strokeWidth=2.5 if side == "none" else 1.5, fill="panel",
        ),
        rect(
            "bx + datum.unit * box / D", y, "box / D + 0.2", height, f"units_{side}", clickable=True,
            fill={"scale": "value", "field": "v"}, tooltip="(datum.unit + 1) + ': ' + format(datum.v, '.4f')",
            ask="datum.ask + ' ' + datum.unit",
        ),
        text(words, "bx + box + 10", y + height / 2, align="left", color="muted", size="small", limit="bx - 10"),
    ]  # fmt: skip
