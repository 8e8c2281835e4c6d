"""The story of a shuffled source: read without positions, then with them; what changes and what does not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from seq2seq.stories.explain.vectors import numbers
from seq2seq.stories.formulas import FormulaBook, Line, Number, short
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.positions.shuffle_questions import shuffle_question
from seq2seq.stories.positions.shuffle_views import shuffle_views, tiny
from seq2seq.stories.positions.shuffled import WAYS, Shuffled
from seq2seq.stories.sentences import in_a_row
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step, Story
from seq2seq.stories.tokens import quoted
from seq2seq.words import Words

MODEL, HEADS = "models/transformer.py", "models/multi_head.py"
EMBED = Passage(MODEL, "Transformer.embed_source", ("return",))
NO_PLACES = Passage("models/positions.py", "Positions.forward", ("return torch.zeros",))
PLACES = Passage("models/positions.py", "Positions.forward", ("waves",))
MIX = Passage(HEADS, "MultiHead.attend_glass", ("scores = ", "weights = ", "mixed = "))
LAYERS = Passage(MODEL, "Transformer.encode_glass", ("for number, layer", "gates = layer"))
LOOK = Passage("models/transformer_layer.py", "TransformerLayer.forward_glass", ("return self.cross.attend_glass",))
WRITE = Passage("decoding/walk.py", "best_token", ("return",))
SHOWN = 3  # places of a permutation that are named
TRACKS = ("way", "row", "moved", "second", "apart", "wrote", "look", "told0", "told1")


@dataclass
class Told:
    """The steps while they are written, and the tracks beside them."""

    pairs: Mapping[str, Shuffled]
    words: Words
    answers: tuple[str, str]  # what is right for the typed source, and for the shuffled one
    book: FormulaBook = field(default_factory=FormulaBook)
    steps: list[Step] = field(default_factory=list)
    tracks: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in TRACKS})
    now: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TRACKS, 0))
    way: str = WAYS[0]

    @property
    def pair(self) -> Shuffled:
        """The readings of the model in hand."""
        return self.pairs[self.way]

    def slots(self) -> dict[str, object]:
        """What most sentences name."""
        pair = self.pair
        return {
            "typed": "".join(pair.typed.source), "shuffled": "".join(pair.shuffled.source), "count": len(pair.order),
            "layers": pair.typed.layers, "outputs": pair.outputs,
        }  # fmt: skip

    def add(
        self, key: str, passage: Passage, line: Line | None = None, slots: Mapping[str, object] | None = None,
        more: Sequence[str] = (), **tracks: int,
    ) -> None:  # fmt: skip
        """One step, with more sentences after its own; tracks that are not named stay as they are."""
        self.now |= tracks
        for name, held in self.tracks.items():
            held.append(self.now[name])
        named, say = self.slots() | dict(slots or {}), self.words.say
        title, text = say(f"shuffle.{key}.title", **named), in_a_row([say(f"shuffle.{key}.text", **named), *more])
        question = shuffle_question(self.pair, key, self.words)
        formula = line.into(self.book) if line else None
        self.steps.append(Step(title, text, WAYS.index(self.way), formula, passage, question))


def shuffle_story(pairs: Mapping[str, Shuffled], words: Words, name: str, answers: tuple[str, str]) -> Story:
    """Tell it of two models.

    Args: pairs: by what their encoder's positions are, "without" and "with"; name says which models and which input
          (part of the story's identity); answers: what is right for the typed source, and for the shuffled one.
    """
    told = Told(pairs, words, answers)
    _without(told)
    told.way = WAYS[1]
    _with(told)
    say = words.say
    return Story(
        f"shuffle|{name}", say("shuffle.title"), told.steps, shuffle_views(pairs, words, told.steps, told.tracks),
        [say(f"shuffle.chapter.{way}") for way in WAYS], player_labels(words), told.book.templates,
    )  # fmt: skip


def _without(told: Told) -> None:
    pair, top = told.pair, told.pair.typed.layers
    told.add("read", NO_PLACES, _embedding(told, 0))
    told.add("shuffle", EMBED, _order(pair), second=1, moved=1)
    for row in range(1, top + 1):
        told.add("layer" if row == 1 else "layer.above", MIX if row == 1 else LAYERS, _mix(told) if row == 1 else None,
                 {"layer": row}, row=row)  # fmt: skip
    told.add("back", LAYERS, _apart(told, top), _far(pair, top), moved=0, apart=1, told0=top + 1)
    told.add("look", LOOK, _look(told), _looking(pair), look=1, moved=1)
    key = "written" if pair.changed == 0 else "written.differs"
    told.add(key, WRITE, None, _written(told), _uncounted(pair.typed.source, told.words), wrote=1, told0=top + 2)


def _with(told: Told) -> None:
    pair, top = told.pair, told.pair.typed.layers
    told.add("waves", PLACES, _embedding(told, 0), way=1, row=0, moved=1, apart=0, wrote=0, look=0)
    told.add("waves.back", EMBED, _apart(told, 0), _far(pair, 0), moved=0, apart=1, told1=1)
    told.add("waves.top", LAYERS, _apart(told, top), _far(pair, top), row=top, told1=top + 1)
    told.add("waves.look", LOOK, _look(told), _looking(pair), look=1, moved=1)
    key = "waves.written" if pair.changed else "waves.same"
    told.add(key, WRITE, None, _written(told), wrote=1, told1=top + 2)


# ---- what the steps name


def _far(pair: Shuffled, row: int) -> dict[str, object]:
    far = pair.far(row)
    return {
        "layer": row, "differing": len(pair.differing(row)), "most": tiny(float(far.max())),
        "least": tiny(float(far.min())), "staying": sum(i == j for i, j in enumerate(pair.order)),
    }  # fmt: skip


def _looking(pair: Shuffled) -> dict[str, object]:
    one, other = pair.looks(0)
    return {
        "token": quoted(pair.typed.source[int(one.argmax())]), "weight": short(float(one.max())),
        "other_token": quoted(pair.typed.source[int(other.argmax())]), "other": short(float(other.max())),
        "most": tiny(float(np.abs(one - other).max())),
    }  # fmt: skip


def _written(told: Told) -> dict[str, object]:
    pair, answers = told.pair, told.answers
    say, right = told.words.say, [pair.typed.text == answers[0], pair.shuffled.text == answers[1]]
    return {
        "first": pair.typed.text, "second": pair.shuffled.text, "changed": pair.changed,
        "answer": answers[0], "other_answer": answers[1], "most": tiny(float(pair.shifts().max())),
        "verdict": say(f"shuffle.verdict.{sum(right)}" if right[0] == right[1] else "shuffle.verdict.1"),
    }  # fmt: skip


def _uncounted(source: Sequence[str], words: Words) -> list[str]:
    """What a model whose encoder has no positions makes of repeated letters: a larger share, never a number."""
    counts = Counter(source)
    times = min(counts.values())
    if max(counts.values()) == 1:
        return []
    told = [words.say("shuffle.written.repeats")]
    if times > 1 and len(set(counts.values())) == 1:
        slots = {"typed": "".join(source), "once": "".join(counts), "times": times}
        told.append(words.say("shuffle.written.multiple", **slots))
    return told


# ---- formulas


def _embedding(told: Told, i: int) -> Line:
    line, trace = Line(), told.pair.typed
    token, prefix = line.text(quoted(trace.source[i])), f"{told.way}.typed"
    places = "" if told.way == WAYS[0] else rf" + \mathrm{{PE}}_{{{line.text(i)}}}"
    vector = line.units(numbers(trace.embedded[i], f"{prefix} source {i}"))
    line.latex = rf"x_{{{line.text(i + 1)}}} = \sqrt{{d}}\, E[{token}]{places} \\ = {vector}"
    return line


def _order(pair: Shuffled) -> Line:
    line = Line()
    moves = [rf"\pi({line.text(i + 1)}) = {line.text(place + 1)}" for i, place in enumerate(pair.place[:SHOWN])]
    line.latex = r",\ ".join(moves) + (r",\ \ldots" if len(pair.place) > SHOWN else "")
    return line


def _mix(told: Told) -> Line:
    """The first layer's first head, asked by the first token: a weighted sum, in whatever order."""
    line, trace = Line(), told.pair.typed
    weights = trace.encoder[0]["self.weights"][0, 0]
    named = [Number(float(w), f"{told.way}.typed encoder 0 self.weights 0 0 {j}") for j, w in enumerate(weights)]
    largest = sorted(range(len(named)), key=lambda j: -named[j].value)[: SHOWN - 1]
    terms = [rf"{line.number(named[j])}\, v_{{{line.text(j + 1)}}}" for j in largest]
    line.latex = r"\sum_j \alpha_{1j}\, v_j \\ = " + " + ".join(terms) + r" + \cdots"
    return line


def _apart(told: Told, row: int) -> Line:
    """The largest difference of a row, as a formula that leads to both numbers."""
    line, pair = Line(), told.pair
    i = int(pair.far(row).argmax())
    value = Number(float(pair.far(row)[i]), f"far {told.way} {row} {i}")
    h, apart = "h" if row else "x", line.text(tiny(value.value), value.address)
    line.latex = rf"\max_u |{h}_{{\pi({line.text(i + 1)}),u}}^{{\prime}} - {h}_{{{line.text(i + 1)},u}}| = {apart}"
    if told.way == WAYS[0]:
        line.latex = r"\mathrm{Enc}(\Pi X) = \Pi\, \mathrm{Enc}(X) \\ " + line.latex
    return line


def _look(told: Told) -> Line:
    """The largest weight of either reading; weights are means over the heads."""
    line, pair = Line(), told.pair
    line.latex = r"\bar{\alpha}_j = \frac{1}{N} \sum_{\mathrm{heads}} \alpha_j \\ "
    shown = []
    for side, weights in (("typed", pair.typed.weights[0]), ("shuffled", pair.shuffled.weights[0])):
        i, prime = int(weights.argmax()), r"^{\prime}" if side == "shuffled" else ""
        place = line.text(i + 1)
        value = line.number(Number(float(weights[i]), f"{told.way}.{side} weight 0 {i}"))
        shown.append(rf"\bar{{\alpha}}_{{{place}}}{prime} = {value}")
    line.latex += r",\quad ".join(shown)
    return line
