"""Training speed of the Transformer, ours against JoeyNMT's: each by its own command, on the same network and data."""

from dataclasses import replace

from seq2seq.bench.joeynmt import Schedule, require_peer
from seq2seq.bench.table import Bar, Result, Row
from seq2seq.bench.training import GOAL, ROUNDS, SPEED_UPDATES, compare, measure_training_on, row
from seq2seq.models.config import TransformerConfig
from seq2seq.tasks import make_task
from seq2seq.training.config import TRANSFORMER_RATE, RunConfig, TrainingConfig

SPEED = RunConfig(
    make_task({"name": "reverse"}),
    TransformerConfig(),
    TrainingConfig(steps=SPEED_UPDATES, until=None, learning_rate=TRANSFORMER_RATE, device="cpu"),
)
RACE = replace(SPEED, training=replace(SPEED.training, steps=TrainingConfig.steps, until=GOAL))
PEER_SPEED = Schedule(batch=128, learning_rate=0.002, updates=SPEED_UPDATES, every=50)
PEER_RACE = Schedule(batch=128, learning_rate=0.002, updates=1500, every=25, warm_up=100)
MOST, AIM = 60, 30  # seconds to the goal


def measure_transformer() -> Result:
    """`transformer`: speed at one and at two threads, and the time to 99 % at one."""
    require_peer()
    rows: list[Row] = []
    for threads in (1, 2):
        sides = compare(SPEED, PEER_SPEED, threads)
        rows.append(row("target tokens, batch 128", "tokens/s", sides, threads, Bar(low=1.3, ratio=True)))
    sides = compare(RACE, PEER_RACE, 1)
    rows.append(row("99 % exact match", "s", sides, 1, Bar(high=MOST, aim=AIM)))
    rows.append(row("99 % exact match, the whole command", "s", sides, 1))
    return Result("transformer", rows, HOW)


def measure_transformer_on(device: str) -> Result:
    """The same on another device, without a peer."""
    return measure_training_on(device, "transformer", SPEED, RACE)


HOW = (
    "Reverse, 26 letters, 4–10 long; a Transformer of 2 + 2 layers, d = 64, 4 heads, feed-forward 256, post-norm, "
    "sinusoidal positions. The peer is JoeyNMT 2.3.0 with the same network (all our parameters but the 30 of the "
    f"output's bias), dropout 0. Medians of {ROUNDS} runs, in turn. Tokens a second are each program's own, over "
    f"{SPEED_UPDATES} updates. Time to 99 %: training with validations, without start-up; ours by the defaults of our "
    f"command (rate {TRANSFORMER_RATE}), JoeyNMT with Adam, rate {PEER_RACE.learning_rate} after {PEER_RACE.warm_up} "
    f"updates of warm-up, a validation every {PEER_RACE.every}; ours on 1,000 held-out pairs, JoeyNMT's on 200."
)
