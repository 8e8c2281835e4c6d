"""What heads and patterns are called, and which lines of our own source measure them."""

from seq2seq.stories.sources import Passage
from seq2seq.traces.heads import HeadPlace, MeasuredHead
from seq2seq.words import Words

SPREAD = 0.8  # of the entropy of looking everywhere alike: from there on a head without a pattern counts as spread
MEASURE = "recording/heads.py"
LOOKS = Passage(MEASURE, "measure_looks", ("entropy = -np.where", "totals[place] +=", "shares[place][name] = "))
ENTROPY = Passage("traces/heads.py", "row_entropy", ("return",))
KEYS = Passage("traces/heads.py", "keys_of", ("single = ", "return"))
OFF = Passage(MEASURE, "switch_off", ("value = value.clone()", "value[part, head] = stand_in"))
ALONE = Passage(MEASURE, "measure_heads", ("base, *scores = ",))
PRUNE = Passage(MEASURE, "prune", ("scores = score_without(model, few", "best = min", "order.append"))
IN_ORDER = Passage(MEASURE, "prune", ("left, order = sorted", "order.append"))
COUNT = Passage(MEASURE, "score_without", ("output = _write", "right = (output"))
LOSS = Passage(MEASURE, "score_without", ("loss = cross_entropy", "losses = "))
SPLIT = Passage("models/multi_head.py", "MultiHead.split", ("return",))
MIX = Passage("models/multi_head.py", "MultiHead.attend_glass", ("mixed = ", "heads = ", "out = "))


def head_name(place: HeadPlace, words: Words) -> str:
    """A head in words, its short name behind."""
    slots = {"layer": place.layer + 1, "head": place.head + 1, "id": place.id}
    return words.say(f"heads.name.{place.block}", **slots)


def does(head: MeasuredHead) -> str:
    """The key of what a head seems to do: a pattern, "spread" or "none"."""
    if head.pattern == "none" and head.entropy.value >= SPREAD * head.most.value:
        return "spread"
    return head.pattern


def pattern_name(pattern: str, words: Words) -> str:
    """A pattern in words."""
    return words.say(f"heads.pattern.{pattern}")


def way_name(way: str, words: Words) -> str:
    """What stands where a head's output was."""
    return words.say(f"heads.way.{way}")
