"""How a decoder without positions can count: what share of its weight ⟨bos⟩ gets, step by step, measured.

    python -m seq2seq.studies.bos_weights

looks at the shipped model that reverses letters with positions in the encoder alone, and writes
assets/measured/bos_weights.json.
"""

import json
from dataclasses import asdict

from seq2seq.folders import ASSETS
from seq2seq.studies.shipped import POSITION_TASKS, positions_name
from seq2seq.traces.positions import BosWeight

MEASURED = ASSETS / "measured" / "bos_weights.json"
MODEL = positions_name("reverse", "sinusoidal", "none")
INPUTS, LETTERS = 100, 8  # held-out inputs that are read, all equally long


def stored_weights() -> list[BosWeight]:
    """What comes with the studio."""
    if not MEASURED.exists():
        return []
    return [BosWeight(**entry) for entry in json.loads(MEASURED.read_text(encoding="utf-8"))["weights"]]


def measure() -> list[BosWeight]:
    """Read the inputs along what is right for them, and add up each head's weight on the first token it reads."""
    from seq2seq.studies.trained import load_trained

    trained = load_trained(MODEL)
    held_out = [pair for pair in POSITION_TASKS["reverse"].sample("dev", 2000) if len(pair.source) == LETTERS]
    totals = sum(
        trained.record_transformer(pair.source, pair.target).decoder[0]["self.weights"][:, :, 0].astype("float64")
        for pair in held_out[:INPUTS]
    )  # (N, T)
    n = len(held_out[:INPUTS])
    return [
        BosWeight(head, step, float(total), n)
        for head, row in enumerate(totals)  # type: ignore[arg-type]
        for step, total in enumerate(row, 1)
    ]


if __name__ == "__main__":
    told = {"command": "python -m seq2seq.studies.bos_weights", "model": MODEL, "letters": LETTERS}
    held = [asdict(weight) for weight in measure()]
    MEASURED.write_text(json.dumps(told | {"weights": held}) + "\n", encoding="utf-8")
    for weight in held:
        print(f"head {weight['head']} step {weight['step']}: {weight['total'] / weight['n']:.3f}")
