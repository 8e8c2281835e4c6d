"""The overview: a sentence read from left to right, and the gradient that flows back, as thick as it is strong."""

from functools import cache

from seq2seq.stories.gradients.frame import MARGINS, columns, curtain, frame, middle, token_row
from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

NUMBER, ARCS, HALF = 20, 96, 50  # the number's middle; the room of the arcs above the river; half its widest


@cache
def overview_diagram(arcs: bool, flow: str, states: str, source: str, decoder: str, loss: str, attention: str) -> Spec:
    """The picture, with room for attention's arcs or without; the other arguments say what its parts are called.

    Data: tokens {t, token}; flow {t, share, v, ask, tip}: how thick, from 0 to 1; looked {t, share, ask, tip}: what
    attention brings to each state, none without. Signals: S, now_at (the lowest position reached; S: none),
    looked_at (how far attention's part shows), caption_at (the number in hand), loss_text, mouth (how thick it begins).
    """
    river = NUMBER + 34 + HALF + (ARCS if arcs else 0)  # middles of the bands, from above
    row, tokens = river + HALF + 36, river + HALF + 80
    signals = [
        *columns(*MARGINS), *smooth("looked"), *stepped("caption"), value("loss_text", ""), value("mouth", 1),
        derived("out", "width - right + 16"), derived("box", "min(84, right - 20)"),
    ]  # fmt: skip
    thick = f"2 + {2 * HALF - 2} * datum.share"
    arc = (
        f"'M' + (out + box / 2) + ',' + {row - 20} + 'C' + (out + box / 2) + ',' + {NUMBER + 4} + ' ' + "
        f"(left + (datum.t + 0.5) * pitch) + ',' + {NUMBER + 4} + ' ' + (left + (datum.t + 0.5) * pitch) + ',' + "
        f"({river - 4} - ({thick}) / 2)"
    )
    marks = [
        mark(
            "path", "looked", path=arc, stroke="attention", strokeWidth="0.6 + 5 * datum.share", clickable=True,
            strokeOpacity="0.7 * looked", tooltip={"field": "tip"}, ask="looked > 0.5 ? datum.ask : null",
        ),
        _band(flow, river, "encoder"),
        _band(states, row, "muted"),
        _band(source, tokens, "muted"),
        # the river: one shape, and over it a column for each position to point at
        mark(
            "area", "flow", silent=True, x=middle(), y=f"{river} - ({thick}) / 2", y2=f"{river} + ({thick}) / 2",
            fill="encoder", fillOpacity=0.8, interpolate={"value": "monotone"},
        ),
        rect(
            "width - right - pitch / 2", f"{river} - 1 - {HALF - 1} * mouth", "pitch / 2 + 16",
            f"2 + {2 * HALF - 2} * mouth", silent=True, fill="encoder", fillOpacity=0.8,
        ),
        text("'‹'", middle("(datum.t + 0.5)"), river - 1, "inner", color="panel", size="datum.share > 0.3 ? 18 : 0"),
        curtain(river - HALF - 4, river + HALF + 4),
        rect(
            "left + datum.t * pitch", river - HALF, "pitch", 2 * HALF, "flow", clickable=True, fill="panel",
            fillOpacity=0.001, tooltip={"field": "tip"}, ask="datum.t >= now - 0.5 ? datum.ask : null",
        ),
        rect(
            "left + (datum.t + 0.1) * pitch", row - 13, "pitch * 0.8", 26, "tokens", silent=True, cornerRadius=5,
            fill="encoder", fillOpacity=0.18, stroke="encoder", strokeOpacity=0.5,
        ),
        frame(river - HALF - 8, row + 18),
        *token_row(tokens),
        rect(
            "out", row - 20, "box", 40, silent=True, cornerRadius=7, fill="decoder", fillOpacity=0.16,
            stroke="decoder",
        ),
        text(quoted_text(decoder), "out + box / 2", row, color="ink", size="width < 560 ? 12 : 15", limit="right"),
        rect("out", river - 24, "box", 48, silent=True, cornerRadius=7, fill="panel"),
        rect(
            "out", river - 24, "box", 48, silent=True, cornerRadius=7, fill="wrong", fillOpacity=0.14, stroke="wrong"
        ),
        text(quoted_text(loss), "out + box / 2", river - 10, size="width < 560 ? 12 : 14", limit="right - 10"),
        text("loss_text", "out + box / 2", river + 11, size="width < 560 ? 13 : 17", fontWeight=600),
        text(
            "caption", "clamp(edge + pitch / 2, left + 100, width - right - 60)", NUMBER, color="ink",
            size="width < 560 ? 16 : 20", fontWeight=600,
        ),
        text(
            quoted_text(attention), 8, NUMBER + 40, align="left", color="attention", size=13,
            fillOpacity="length(data('looked')) ? looked : 0",
        ),
    ]  # fmt: skip
    data = [
        {"name": "tokens"}, {"name": "flow"}, {"name": "looked"}, filtered("inner", "flow", "datum.t % 2 == 0"),
    ]  # fmt: skip
    return diagram(900, tokens + 20, signals, data, marks)


def _band(name: str, y: float, color: str) -> Spec:
    return text(
        quoted_text(name), 8, y, align="left", color=color, size="width < 560 ? 12 : 14", fontWeight=600, limit="left"
    )
