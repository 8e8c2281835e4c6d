"""The overview: a sentence read from left to right, and the gradient that flows back, as thick as it is strong."""

from functools import cache

from seq2seq.stories.gradients.frame import MARGINS, columns, curtain, frame, middle, token_row
from seq2seq.stories.signals import smooth, stepped
from seq2seq.stories.vega import Spec, derived, diagram, filtered, mark, quoted_text, rect, text, value

NUMBER, ARCS, RIVER, STATES, TOKENS, HEIGHT = 20, 40, 172, 254, 298, 318  # middles of the bands, from above
HALF = 40  # half of the widest river


@cache
def overview_diagram(flow: str, states: str, source: str, decoder: str, loss: str, attention: str) -> Spec:
    """The picture, its parts called by the arguments.

    Data: tokens {t, token}; flow {t, share, v, ask, tip}: how thick, from 0 to 1; looked {t, share, ask, tip}: what
    attention brings to each state, none without. Signals: S, now_at (the lowest position reached; S: none),
    looked_at (how far attention's part shows), caption_at (the number in hand), loss_text.
    """
    signals = [
        *columns(*MARGINS), *smooth("looked"), *stepped("caption"), value("loss_text", ""),
        derived("out", "width - right + 16"), derived("box", "min(84, right - 24)"),
    ]  # fmt: skip
    thick = f"2 + {2 * HALF - 2} * datum.share"
    arc = (
        f"'M' + (out + box / 2) + ',' + {STATES - 20} + 'C' + (out + box / 2) + ',' + {ARCS - 30} + ' ' + "
        f"(left + (datum.t + 0.5) * pitch) + ',' + {ARCS - 30} + ' ' + (left + (datum.t + 0.5) * pitch) + ',' + "
        f"({RIVER - 4} - ({thick}) / 2)"
    )
    marks = [
        _band(flow, RIVER, "encoder"),
        _band(states, STATES, "muted"),
        _band(source, TOKENS, "muted"),
        # the river: one shape, and over it a column for each position to point at
        mark(
            "area", "flow", silent=True, x=middle(), y=f"{RIVER} - ({thick}) / 2", y2=f"{RIVER} + ({thick}) / 2",
            fill="encoder", fillOpacity=0.8, interpolate={"value": "monotone"},
        ),
        rect("out - 16 - pitch / 2", RIVER - 3, "pitch / 2 + 16", 6, silent=True, fill="encoder", fillOpacity=0.8),
        text("'‹'", middle("(datum.t + 0.5)"), RIVER - 1, "inner", color="panel", size="datum.share > 0.3 ? 18 : 0"),
        curtain(RIVER - HALF - 4, RIVER + HALF + 4),
        rect(
            "left + datum.t * pitch", RIVER - HALF, "pitch", 2 * HALF, "flow", clickable=True, fill="panel",
            fillOpacity=0.001, tooltip={"field": "tip"}, ask="datum.t >= now - 0.5 ? datum.ask : null",
        ),
        mark(
            "path", "looked", path=arc, stroke="attention", strokeWidth="0.6 + 5 * datum.share", clickable=True,
            strokeOpacity="0.7 * looked", tooltip={"field": "tip"}, ask="looked > 0.5 ? datum.ask : null",
        ),
        rect(
            "left + (datum.t + 0.1) * pitch", STATES - 13, "pitch * 0.8", 26, "tokens", silent=True, cornerRadius=5,
            fill="encoder", fillOpacity=0.18, stroke="encoder", strokeOpacity=0.5,
        ),
        frame(RIVER - HALF - 8, STATES + 18),
        *token_row(TOKENS),
        rect(
            "out", STATES - 20, "box", 40, silent=True, cornerRadius=7, fill="decoder", fillOpacity=0.16,
            stroke="decoder",
        ),
        text(quoted_text(decoder), "out + box / 2", STATES, color="ink", size="width < 560 ? 12 : 15", limit="right"),
        rect(
            "out", RIVER - 24, "box", 48, silent=True, cornerRadius=7, fill="wrong", fillOpacity=0.14, stroke="wrong"
        ),
        text(quoted_text(loss), "out + box / 2", RIVER - 10, size="width < 560 ? 12 : 14", limit="right - 10"),
        text("loss_text", "out + box / 2", RIVER + 11, size="width < 560 ? 13 : 17", fontWeight=600),
        text(
            "caption", "clamp(edge + pitch / 2, left + 100, width - right - 60)", NUMBER, color="ink",
            size="width < 560 ? 16 : 20", fontWeight=600,
        ),
        text(
            quoted_text(attention), 8, ARCS + 30, align="left", color="attention", size=13,
            fillOpacity="length(data('looked')) ? looked : 0",
        ),
    ]  # fmt: skip
    data = [
        {"name": "tokens"}, {"name": "flow"}, {"name": "looked"}, filtered("inner", "flow", "datum.t % 2 == 0"),
    ]  # fmt: skip
    return diagram(900, HEIGHT, signals, data, marks)


def _band(name: str, y: float, color: str) -> Spec:
    return text(
        quoted_text(name), 8, y, align="left", color=color, size="width < 560 ? 12 : 14", fontWeight=600, limit="left"
    )
