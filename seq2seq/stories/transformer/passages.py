"""Which lines of our own source compute what a step or a number of a Transformer is about."""

from seq2seq.stories.sources import Passage
from seq2seq.traces import Change, DisturbContext, DisturbUnit, LookElsewhere, ReadInstead

MODEL, LAYER, HEADS = "models/transformer.py", "models/transformer_layer.py", "models/multi_head.py"
POSITIONS = "models/positions.py"


def _attend(*pieces: str) -> Passage:
    return Passage(HEADS, "MultiHead.attend_glass", pieces)


EMBED = {
    "encoder": Passage(MODEL, "Transformer.embed_source", ("return",)),
    "decoder": Passage(MODEL, "Transformer.embed_target", ("place = ", "return")),
}
PLACE = {
    "sinusoidal": Passage(POSITIONS, "sinusoids", ("rates = ", "angles = ", "return")),
    "learned": Passage(POSITIONS, "Positions.forward", ("return self.table",)),
    "none": Passage(POSITIONS, "Positions.forward", ("torch.zeros",)),
}
PROJECT_SELF = Passage(HEADS, "MultiHead.project_all", ("q, k, v = ",))
PROJECT_QUERY = Passage(HEADS, "MultiHead.project_query", ("return",))
PROJECT_MEMORY = Passage(HEADS, "MultiHead.project_memory", ("k, v = ",))
ATTENTION = {
    "dots": _attend("dots = "),
    "scores": _attend("scores = dots"),
    "mask": _attend("visible = "),
    "weights": _attend("visible = ", "weights = "),
    "heads": _attend("mixed = ", "heads = "),
    "out": _attend("out = "),
}
FEED = Passage(LAYER, "TransformerLayer.feed_glass", ("inner = ", "return"))
RESIDUAL = Passage(LAYER, "TransformerLayer.around_glass", ("residual = ",))
NORM = {
    "post": Passage(LAYER, "TransformerLayer.around_glass", ("normed = norm(residual)",)),
    "pre": Passage(LAYER, "TransformerLayer.around_glass", ("normed = norm(x)",)),
}
MEMORY = Passage(MODEL, "Transformer.memory", ("x = self.encoder_norm(x)", "looks = "))
FINAL = {
    "encoder": Passage(MODEL, "Transformer.memory", ("x = self.encoder_norm(x)",)),
    "decoder": Passage(MODEL, "Transformer.step", ("readout = ",)),
}
MEAN = Passage(MODEL, "Transformer.read_out", ("mean(1)",))
PREDICT = {
    "logits": Passage(MODEL, "Transformer.read_out", ("logits = ",)),
    "probability": Passage(MODEL, "Transformer.read_out", ("log_softmax",)),
}
CACHE = Passage(MODEL, "Transformer.step", ("before = ", "gates = layer.forward_glass", "keys, values = "))
KEPT = Passage(MODEL, "Transformer.memory", ("looks = ", "looked = "))
ENCODE = Passage(MODEL, "Transformer.encode_glass", ("embedded = ", "layer.forward_glass", "x = gates"))
BLOCKS = Passage(LAYER, "TransformerLayer.forward_glass", ("x, kept = ", "x, looked = ", "x, fed = "))
BRING = _attend("mixed = ", "heads = ", "out = ")
READ_OUT = Passage(MODEL, "Transformer.read_out", ("logits = ", "log_softmax"))
END = Passage("decoding/walk.py", "walk", ("ended = ended |", "if bool(ended.all())"))
DONE = Passage("traces/writing.py", "WritingTrace.log_prob", ("return",))
CHANGED_BY: dict[type[Change], Passage] = {
    LookElsewhere: Passage("recording/changes.py", "across", ("cross weights", "value = value", "value[:, slice")),
    DisturbContext: Passage("recording/changes.py", "across", ("cross heads", "return disturbed")),
    DisturbUnit: Passage(MODEL, "Transformer.step", ('touch("state"',)),
    ReadInstead: Passage("recording/begin.py", "source_as_read", ("change.position",)),
}


def choose_passage(forced: bool) -> Passage:
    """Where the next token is chosen."""
    if forced:
        return Passage("decoding/walk.py", "forced_by", ("return target[",))
    return Passage("decoding/walk.py", "best_token", ("return",))
