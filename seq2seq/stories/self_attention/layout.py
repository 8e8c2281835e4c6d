"""Where the matrices of the overview lie: eighteen slots, some of which a layer may leave empty.

Three columns of strips and grids above (what comes in; Q, K and V; the products and what becomes of them), a row of
strips below (the rest of the layer). Widths follow the picture's; heights do not.
"""

from seq2seq.stories.signals import Signal
from seq2seq.stories.vega import derived

SLOTS = (
    "in1", "in2", "in3", "q", "k", "v", "dots", "scores", "weights", "heads",
    "rest1", "rest2", "rest3", "rest4", "rest5", "rest6", "rest7", "rest8",
)  # fmt: skip
SLOT = {name: number for number, name in enumerate(SLOTS)}
SPLIT = ("q", "k", "v", "heads")  # matrices whose features belong to heads
GRIDS = ("dots", "scores", "weights")
REST = 8  # slots of the lower row
TALL, CAPTION = 96, 40  # of a strip; above each, room for its name
TOP = 44
LINES = [TOP + line * (TALL + CAPTION) for line in range(3)]  # tops of the three lines above
GRID_TOP = TOP + 22  # below the names of the keys
GRID_TALL = 2 * TALL + CAPTION - 22
BELOW = LINES[2] + TALL + 62  # top of the lower row
HEIGHT = BELOW + TALL + 24


def layout_signals() -> list[Signal]:
    """X, Y, W, H of every slot as arrays, from the picture's width, `counts` (rows of each), L, M and `rest`."""
    grid = [f"labels + 2 * cw + 2 * gap + keyed + {k} * (gw + gap)" for k in range(3)]
    xs = ["labels"] * 3 + ["labels + cw + gap"] * 3 + grid + ["width - cw - 2"]
    xs += [f"labels + {k} * (bw + low)" for k in range(REST)]
    ys = [*map(str, LINES), *map(str, LINES), *[str(GRID_TOP)] * 3, str(LINES[2]), *[str(BELOW)] * REST]
    widths = ["cw"] * 6 + ["gw"] * 3 + ["cw"] + ["bw"] * REST
    strips = [f"min({TALL}, 22 * counts[{number}])" for number in range(len(SLOTS))]
    heights = strips[:6] + ["gh"] * 3 + strips[9:]
    return [
        derived("roomy", "width > 640"),
        derived("large", "width > 1050"),
        derived("small", "large ? 14 : roomy ? 12.5 : 11"),
        derived("labels", "roomy ? 34 : 13"),
        derived("keyed", "roomy ? 22 : 9"),  # queries' names before each grid
        derived("gap", "roomy ? 30 : 10"),
        derived("low", "roomy ? 26 : 9"),
        # two columns of strips and three grids share the width
        derived("room", "width - labels - 4 * gap - keyed - 2"),
        derived("gw", f"min({GRID_TALL}, M * 44, room / 4.4)"),
        derived("gh", f"min({GRID_TALL}, L * 44, gw * L / M)"),
        derived("cw", "(room - 3 * gw) / 2"),
        derived("bw", "(width - labels - (rest - 1) * low - 2) / rest"),
        derived("X", "[" + ", ".join(xs) + "]"),
        derived("Y", "[" + ", ".join(ys) + "]"),
        derived("W", "[" + ", ".join(widths) + "]"),
        derived("H", "[" + ", ".join(heights) + "]"),
    ]  # fmt: skip


def row_y(slot: str, row: str) -> str:
    """The middle of a row of a slot, as an expression."""
    return f"(Y[{slot}] + ({row} + 0.5) * H[{slot}] / counts[{slot}])"
