"""Which lines of our own source compute what a step or a number of a convolutional decoding is about."""

from seq2seq.stories.sources import Passage

LAYER, MODEL, ATTENTION = "models/convolution.py", "models/convolutional.py", "models/attention.py"


def _cell(*pieces: str) -> Passage:
    return Passage(LAYER, "conv_step", pieces)


STEPS: dict[str, Passage] = {
    "embed": Passage(MODEL, "Convolutional.read_source", ("embedded = ",)),
    "conv": _cell("both = ", "a, b = "),
    "a": _cell("both = ", "a, b = "),
    "b": _cell("both = ", "a, b = "),
    "gate": _cell("gate = "),
    "glu": _cell("product = "),
    "residual": _cell("h = (product"),
    "h": _cell("h = (product"),
    "layer": Passage(MODEL, "Convolutional.read", ("window = padded", "conv_step")),
    "memory": Passage(MODEL, "Convolutional.memory", ("return Memory",)),
    "dconv": Passage(MODEL, "Convolutional.step", ("window = ", "gates = conv_step")),
    "look": Passage(MODEL, "Convolutional.look", ("query = ", "scores = ", "weights = ", "context = ")),
    "join": Passage(MODEL, "Convolutional.step", ("joined = ",)),
    "predict": Passage(MODEL, "Convolutional.step", ("logits = ", "log_softmax")),
    "predict.positions": Passage(MODEL, "Convolutional.step_positions", ("z = ", "logits = ", "log_softmax")),
    "end": Passage("decoding/walk.py", "walk", ("ended = ended |", "if bool(ended.all())")),
    "done": Passage("traces/writing.py", "WritingTrace.log_prob", ("return",)),
}
LOOK: dict[str, Passage] = {
    "query": Passage(MODEL, "Convolutional.look", ("query = ",)),
    "scores": Passage(MODEL, "Convolutional.look", ("scores = ",)),
    "weights": Passage(ATTENTION, "weigh", ("softmax",)),
    "context": Passage(ATTENTION, "mix", ("einsum",)),
}
RECEIVE = STEPS["memory"]
PREDICT: dict[str, Passage] = {
    "logits": Passage(MODEL, "Convolutional.step", ("logits = ",)),
    "probability": Passage(MODEL, "Convolutional.step", ("log_softmax",)),
}


def choose_passage(forced: bool) -> Passage:
    """Where the next token is chosen."""
    if forced:
        return Passage("decoding/walk.py", "forced_by", ("return target[",))
    return Passage("decoding/walk.py", "best_token", ("return",))
