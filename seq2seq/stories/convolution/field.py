"""Where the field ends: the fan of one state, and below it, column by column, how many letters models get right."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from seq2seq.stories.explain.equation import Explanation, Unknown
from seq2seq.stories.formulas import Line, percent
from seq2seq.stories.network.marks import curve
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.questions.options import MARGIN, ask
from seq2seq.stories.sentences import titled
from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Question, Step, Story, View
from seq2seq.stories.vega import Spec, derived, diagram, mark, quoted_text, rect, text, value
from seq2seq.traces import FieldRun, FieldTrace
from seq2seq.words import Words

LEARNT = 0.95  # letters right from which a distance counts as learnt
TOP, ROW, BOX = 26, 46, 18  # of the fan: where it begins, from layer to layer, a state's height
PLOT = 190  # height of the chart
PADDING = Passage("models/convolution.py", "borders", ("return",))
READ_OUT = Passage("models/convolutional.py", "Convolutional.forward", ("missing = ", "return self.output(nn"))


def field_story(trace: FieldTrace, words: Words, name: str) -> Story:
    """Tell of one distance after the other; name says whose runs they are (part of the story's identity)."""
    steps = [_step(trace, distance, words) for distance in trace.distances]
    identity = "|".join(["field", name, str(trace.kernel), str(trace.layers), trace.padding])
    say = words.say
    view = View(
        "field", say("field.view.title"), say("field.view.hint"), _spec(trace, words), "vega",
        [titled(step, words) for step in steps], _data(trace, words), "runs",
        {
            "left": trace.distances[-1], "right": _right(trace), "reach": trace.reach, "chance": trace.chance,
            "d_at": list(trace.distances),
            "known_at": [int(bool(trace.shares(distance))) for distance in trace.distances],
        },
        wide=True,
    )  # fmt: skip
    return Story(
        identity, say("field.title"), steps, [view], [say("field.heading")], player_labels(words), linked=False
    )


def _right(trace: FieldTrace) -> int:
    """How many columns lie to the right of the state: what its field holds there."""
    return 0 if trace.padding == "causal" else trace.reach


def _named(trace: FieldTrace, distance: int) -> str:
    """Where a distance lies."""
    return "outside" if distance > trace.reach else "edge" if distance == trace.reach else "inside"


def _shares(shares: Sequence[float]) -> str:
    """Letters right, one or several runs."""
    low, high = f"{min(shares):.1%}", f"{max(shares):.1%}"
    return low if low == high else f"{low} – {high}"


def _step(trace: FieldTrace, distance: int, words: Words) -> Step:
    shares, place = trace.shares(distance), _named(trace, distance)
    slots = {
        "distance": distance, "reach": trace.reach, "layers": trace.layers, "chance": percent(trace.chance),
        "place": words.say(f"field.place.{place}"), "shares": _shares(shares) if shares else "–",
    }  # fmt: skip
    key = place if shares else "waiting"
    if shares and place != "outside" and min(shares) < LEARNT:
        key = "unlearnt"
    passage = PADDING if place == "outside" else READ_OUT
    question = _question(trace, distance, words) if shares else None
    return Step(
        words.say("field.step.title", **slots), words.say(f"field.step.{key}", **slots), 0, None, passage, question
    )


def _question(trace: FieldTrace, distance: int, words: Words) -> Question | None:
    """One position beyond the field: how many letters will be right?"""
    shares = trace.shares(distance)
    if distance != trace.reach + 1 or any(abs(share - trace.chance) > MARGIN for share in shares):
        return None
    slots = {"distance": distance, "reach": trace.reach, "shares": _shares(shares), "letters": round(1 / trace.chance)}
    guesses = {1.0: words.say("question.field.all"), 0.75: words.say("question.field.most"), trace.chance: ""}
    prompt, why = words.say("question.field", **slots), words.say("question.field.why", **slots)
    answers = {words.say("question.field.about", p=f"{share:.0%}"): reply for share, reply in guesses.items()}
    return ask(f"field {distance}", "compare", prompt, why, answers)


def _data(trace: FieldTrace, words: Words) -> dict[str, Any]:
    runs = [
        {
            "d": run.distance, "seed": run.seed, "share": run.share, "outside": run.distance > trace.reach,
            "tip": words.say("field.explain", distance=run.distance, seed=run.seed, n=run.n, steps=run.steps),
            "ask": f"letters {run.distance} {run.seed}",
        }
        for run in trace.runs
    ]  # fmt: skip
    before, behind = _window(trace)
    edges = [
        {"row": row, "to": to, "from": to + offset}
        for row in range(1, trace.layers + 1)
        for to in range(-(trace.layers - row) * before, (trace.layers - row) * behind + 1)
        for offset in range(-before, behind + 1)
    ]
    states = [
        {"row": row, "x": x}
        for row in range(trace.layers + 1)
        for x in range(-(trace.layers - row) * before, (trace.layers - row) * behind + 1)
    ]
    columns = [{"x": x, "name": _column(x)} for x in range(-trace.distances[-1], _right(trace) + 1)]
    means = [
        {"d": distance, "share": sum(shares) / len(shares)}
        for distance in trace.distances
        if (shares := trace.shares(distance))
    ]
    return {"runs": runs, "edges": edges, "states": states, "columns": columns, "means": means}


def _column(x: int) -> str:
    """A position, seen from the state: i − 3, i, i + 1."""
    return "i" if x == 0 else f"i − {-x}" if x < 0 else f"i + {x}"


def _window(trace: FieldTrace) -> tuple[int, int]:
    """How many positions of a window lie to the left and to the right of its own."""
    return (trace.kernel - 1, 0) if trace.padding == "causal" else (trace.kernel // 2, trace.kernel // 2)


def _spec(trace: FieldTrace, words: Words) -> Spec:
    say = words.say
    return field_picture(
        trace.layers, say("field.axis.y"), say("field.axis.x"), say("field.chance", p=percent(trace.chance)),
        say("field.edge"), say("field.row.source"), say("field.row.top", layer=trace.layers), say("field.needs"),
    )  # fmt: skip


@cache
def field_picture(
    layers: int, y_title: str, x_title: str, chance: str, edge: str, source: str, top: str, needs: str
) -> Spec:
    """The picture as a Vega template; positions are counted from the state in hand, to the left below 0.

    Data: columns {x, name}; states {row, x}; edges {row, to, from}; runs {d, seed, share, outside, tip, ask};
    means {d, share}. Signals: left, right (columns beside the state), reach, chance; d_at (the distance in hand),
    known_at (whether a run of it is finished).
    """
    foot = TOP + layers * ROW  # top of the letters' boxes
    begin = foot + BOX + 72  # of the chart
    base = begin + PLOT
    signals = [
        value("left", 7), value("right", 4), value("reach", 4), value("chance", 0.04), *smooth("d"),
        *stepped("known"),
        derived("sx", "width > 560 ? 132 : 46"),
        derived("pitch", "(width - sx - 12) / (left + right + 1)"),
        derived("small", "clamp(pitch * 0.3, 9, 14)"),
    ]  # fmt: skip
    scales = [{"name": "share", "type": "linear", "domain": [0, 1], "range": [base, begin]}]
    axes = [{"orient": "left", "scale": "share", "format": ".0%", "tickCount": 3, "offset": {"signal": "-sx"},
             "grid": False}]  # fmt: skip

    def x(of: str) -> str:
        return f"(sx + ({of} + left + 0.5) * pitch)"

    half = "min(pitch * 0.36, 16)"

    def y(row: str) -> str:
        return f"({foot} - ({row}) * {ROW})"

    path = curve(x("datum.from"), f"({y('datum.row')} + {ROW - 1})", x("datum.to"), f"({y('datum.row')} + {BOX + 1})")
    needed = "d > reach + 0.5 ? wrong : correct"
    marks = [
        rect(  # the field, through both pictures
            "sx + (left - reach) * pitch", TOP - 14, "(reach + right + 1) * pitch", base - TOP + 14, silent=True,
            fill="encoder", fillOpacity=0.08,
        ),
        mark("path", "edges", silent=True, path=path, stroke="encoder", strokeOpacity=0.6, strokeWidth=1.4),
        rect(
            f"{x('datum.x')} - {half}", y("datum.row"), f"2 * {half}", BOX, "states", silent=True, cornerRadius=4,
            fill="encoder", fillOpacity="datum.row == 0 ? 0.35 : 0.75", stroke="panel",
        ),
        rect(
            f"{x('datum.x')} - {half}", foot, f"2 * {half}", BOX, "columns", silent=True, cornerRadius=4,
            stroke="muted", strokeOpacity=0.6,
        ),
        text("pitch < 34 && datum.x % 2 ? '' : datum.name", x("datum.x"), foot + BOX + 14, "columns", color="muted",
             size="small"),
        _side(source, foot + BOX / 2),
        _side(top, TOP + BOX / 2),
        # the letter that is needed now
        rect(
            f"{x('-d')} - {half} - 3", foot - 3, f"2 * {half} + 6", BOX + 6, silent=True, cornerRadius=6, stroke=needed,
            strokeWidth=3,
        ),
        text(
            f"{quoted_text(needs)} + (d > reach + 0.5 ? ' ✗' : ' ✓')", x("-d"), foot + BOX + 30, color=needed,
            size="max(12, small)", fontWeight=600,
        ),
        # accuracy
        mark("rule", silent=True, x="sx", x2="width - 8", y="scale('share', chance)", stroke="muted",
             strokeDash={"value": [5, 4]}),
        text(quoted_text(chance), "width - 8", "scale('share', chance) - 10", color="muted", size=12, align="right"),
        mark("rule", silent=True, x="sx + (left - reach) * pitch", y=TOP - 14, y2=base, stroke="encoder",
             strokeWidth=2),
        text(quoted_text("← " + edge), "sx + (left - reach) * pitch - 6", TOP - 5, align="right", color="encoder",
             size=12, fontWeight=600),
        mark("line", "means", silent=True, x=x("-datum.d"), y="scale('share', datum.share)", stroke="muted",
             strokeWidth=1.5, strokeOpacity=0.7),
        mark(
            "symbol", "runs", clickable=True, x=f"{x('-datum.d')} + (datum.seed - 2) * min(6, pitch * 0.12)",
            y="scale('share', datum.share)", size=110, fill="datum.outside ? wrong : correct",
            shape="datum.outside ? 'cross' : 'circle'", stroke="panel",
            tooltip="datum.tip + ': ' + format(datum.share, '.1%')",
        ),
        rect(f"{x('-d')} - pitch * 0.42", begin - 8, "pitch * 0.84", PLOT + 16, silent=True, stroke=needed,
             strokeWidth=2, cornerRadius=5),
        text(quoted_text(y_title), "sx - 40", begin - 20, align="left", color="muted", size=12),
        text("pitch < 34 && datum.x % 2 ? '' : (datum.x > 0 ? '' : -datum.x)", x("datum.x"), base + 14, "columns",
             color="muted", size="small"),
        text(quoted_text(x_title), x("-left / 2"), base + 34, color="muted", size=12),
    ]  # fmt: skip
    data = [{"name": name} for name in ("columns", "states", "edges", "runs", "means")]
    return diagram(760, base + 46, signals, data, marks, scales=scales, axes=axes)


def _side(words: str, y: float) -> dict[str, Any]:
    return text(quoted_text(words), "sx - 10", y, align="right", color="muted", size="width > 560 ? 13 : 10")


class FieldExplainer:
    """Explains a dot: `letters d seed`."""

    def __init__(self, trace: FieldTrace, words: Words) -> None:
        self.words = words
        self.runs: dict[str, FieldRun] = {f"letters {run.distance} {run.seed}": run for run in trace.runs}

    def explain(self, address: str) -> Explanation:
        """How the number at this address came about.

        Raises: Unknown if there is no such run.
        """
        if address not in self.runs:
            raise Unknown(address)
        run, line, values = self.runs[address], Line(), Line()
        d, back = line.text(run.distance), line.text(run.distance)
        line.latex = rf"\frac{{1}}{{N}} \sum_{{j \geq {d}}} [\,\hat{{y}}_j = w_{{j - {back}}}\,]"
        values.latex = rf"= \frac{{{values.text(f'{run.right:,}')}}}{{{values.text(f'{run.letters:,}')}}}"
        name = self.words.say("field.explain", distance=run.distance, seed=run.seed, n=run.n, steps=run.steps)
        passage = Passage("training/evaluate.py", "evaluate", ("right_tokens +=",))
        return Explanation(address, name, (line, values), run.share, run.right / run.letters, passage)
