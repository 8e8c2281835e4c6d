"""The steps of a batch under its masks: its pads, what the encoder must not see, what the decoder must not see."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from seq2seq.stories.formulas import FormulaBook, Line, Number, percent, short, stacked
from seq2seq.stories.masks.questions import masks_questions
from seq2seq.stories.masks.views import masks_views
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step, Story
from seq2seq.stories.tokens import quoted
from seq2seq.traces.masks import PLACES, MasksTrace
from seq2seq.words import Words

MODEL = "models/transformer.py"
WEIGHTS = Passage("models/multi_head.py", "MultiHead.attend_glass", ("visible = ", "weights = touch"))
PASSAGES = {
    "batch": Passage("tasks/task.py", "pad", ("row[: len(numbers)]",)),
    "encoder": Passage(MODEL, "Transformer.source_visible", ("return",)),
    "encoder.weights": WEIGHTS,
    "encoder.pads": Passage(MODEL, "Transformer.encode", ("mask, x", "visible = ")),
    "self": Passage(MODEL, "Transformer.target_visible", (".tril()",)),
    "cross": Passage(MODEL, "Transformer.cross_visible", ("return",)),
    "cross.weights": WEIGHTS,
    "loss": Passage("training/evaluate.py", "token_loss", ("ignore_index",)),
}


@dataclass(frozen=True)
class Moment:
    """Where every track stands: the attention in hand, its sentence and its row, and how much is shown."""

    stage: str
    p: int = -1  # number of the attention in PLACES
    b: int = 0
    i: int = 0
    shown: float = 0  # grids shown so far
    open: float = 0  # rows of the causal grid shown so far
    glow: float = 0  # weights beside the scores


def masks_story(trace: MasksTrace, words: Words, name: str, sentence: int) -> Story:
    """Tell what each mask hides, sentence by sentence and output by output; sentence: the one whose rows are walked."""
    teller = _Teller(trace, words, sentence)
    teller.tell()
    questions = masks_questions(trace, words, sentence)
    steps = [
        replace(step, question=questions.get((moment.stage, moment.b, moment.i)))
        for step, moment in zip(teller.steps, teller.moments, strict=True)
    ]
    told = " ".join("".join(source) for source in trace.sources)
    identity = "|".join(["masks", name, told, str(trace.layer), str(trace.head), str(sentence)])
    views = masks_views(trace, steps, teller.moments, words)
    title = words.say("masks.title", count=len(trace.sources))
    return Story(identity, title, steps, views, teller.chapters, player_labels(words), teller.book.templates)


class _Teller:
    """Builds the steps in order."""

    def __init__(self, trace: MasksTrace, words: Words, sentence: int) -> None:
        self.trace, self.words, self.sentence, self.book = trace, words, sentence, FormulaBook()
        self.steps: list[Step] = []
        self.moments: list[Moment] = []
        self.chapters: list[str] = []
        self.lengths = [len(source) for source in trace.sources]
        self.shortest = self.lengths.index(min(self.lengths))

    def add(self, key: str, moment: Moment, line: Line | None = None, **slots: Any) -> None:
        title, text = (self.words.say(f"masks.{key}.{part}", **slots) for part in ("title", "text"))
        formula = line.into(self.book) if line else None
        self.steps.append(Step(title, text, len(self.chapters) - 1, formula, PASSAGES[moment.stage]))
        self.moments.append(moment)

    def tell(self) -> None:
        say, lengths = self.words.say, self.lengths
        self.chapters.append(say("masks.chapter.batch"))
        pads = sum(self.trace.width - n for n in lengths)
        longest = lengths.index(max(lengths))
        slots: dict[str, Any] = {"count": len(lengths), "width": self.trace.width, "pads": pads}
        slots["longest"] = self.sentence_name(longest)
        self.add("batch" if pads else "batch.even", Moment("batch", b=self.sentence), **slots)
        self.encoder()
        self.causal()
        self.cross()

    def sentence_name(self, b: int) -> str:
        """A sentence as text."""
        return "".join(map(quoted, self.trace.sources[b]))

    def encoder(self) -> None:
        """Sentence by sentence, what is padded."""
        self.chapters.append(self.words.say("masks.chapter.encoder"))
        S = self.trace.width
        for b, n in enumerate(self.lengths):
            moment = Moment("encoder", 0, b, 0, 1)
            slots = {"sentence": self.sentence_name(b), "n": n, "hidden": S - n, "width": S}
            self.add("encoder" if n < S else "encoder.full", moment, self.count(0, b, 0), **slots)
        self.weights("encoder", Moment("encoder.weights", 0, self.shortest, 0, 1, 0, 1))
        if self.lengths[self.shortest] < S:
            moment = Moment("encoder.pads", 0, self.shortest, self.lengths[self.shortest], 1, 0, 1)
            self.add("encoder.pads", moment, sentence=self.sentence_name(self.shortest))

    def causal(self) -> None:
        """Output by output, what the decoder may see of its own input."""
        self.chapters.append(self.words.say("masks.chapter.self"))
        trace, b = self.trace, self.sentence
        read, written = trace.read(b), trace.targets[b]
        look = trace.looks["self"]
        for t in range(len(written)):
            after = float(look.open[b, t, t + 1 :].sum())
            slots = {
                "number": t + 1, "token": quoted(written[t]), "read": quoted(read[t]), "hidden": trace.height - t - 1,
                "height": trace.height, "future": percent(after), "sentence": self.sentence_name(b),
            }  # fmt: skip
            key = "self.first" if t == 0 else "self.last" if t == len(written) - 1 else "self"
            moment = Moment("self", 1, b, t, 2, t + 1, 1)
            self.add(key, moment, stacked([self.count(1, b, t), self.softmax(1, b, t)]), **slots)

    def cross(self) -> None:
        """Padding again, seen from the decoder."""
        self.chapters.append(self.words.say("masks.chapter.cross"))
        S, T = self.trace.width, self.trace.height
        for b, n in enumerate(self.lengths):
            slots = {"sentence": self.sentence_name(b), "n": n, "hidden": S - n, "width": S}
            moment = Moment("cross", 2, b, 0, 3, T)
            self.add("cross" if n < S else "cross.full", moment, self.count(2, b, 0), **slots)
        self.weights("cross", Moment("cross.weights", 2, self.shortest, 0, 3, T, 1))
        rows = sum(T - len(target) for target in self.trace.targets)
        last = min(len(self.trace.targets[self.shortest]), T - 1)
        moment = Moment("loss", 2, self.shortest, last, 3, T, 1)
        self.add("loss" if rows else "loss.even", moment, pads=rows, cells=len(self.lengths) * T)

    def weights(self, place: str, moment: Moment) -> None:
        """From scores to weights in one row of the shortest sentence."""
        look, b, i = self.trace.looks[place], moment.b, moment.i
        hidden = ~look.visible[b, i]
        slots = {
            "sentence": self.sentence_name(b), "hidden": int(hidden.sum()), "shown": int((~hidden).sum()),
            "pads": percent(float(look.open[b, i][hidden].sum())), "layer": self.trace.layer + 1,
            "head": self.trace.head + 1,
        }  # fmt: skip
        key = f"{place}.weights" + ("" if hidden.any() else ".all")
        self.add(key, moment, self.softmax(moment.p, b, i), **slots)

    def count(self, p: int, b: int, i: int) -> Line:
        """How many keys the row sees."""
        line, place = Line(), PLACES[p]
        total, seen = self.trace.size(place)[1], int(self.trace.looks[place].visible[b, i].sum())
        shown = line.text(seen, f"seen {place} {b} {i}")
        if place == "self":
            line.latex = rf"\sum_j m_{{{line.text(i + 1)},j}} = {shown} \qquad m_{{t,j}} = [\,j \leq t\,]"
        else:
            line.latex = rf"\sum_j m_j = {shown} = {line.text(total)} - {line.text(total - seen)}"
        return line

    def softmax(self, p: int, b: int, i: int) -> Line:
        """The largest weight of the row, as exp over a sum of the visible only."""
        place, line = PLACES[p], Line(head=1, tail=1)
        look = self.trace.looks[place]
        best = int(look.weights[b, i].argmax())
        shown = [
            Number(float(look.scores[b, i, j]), f"score {place} {b} {i} {j}")
            for j in range(look.scores.shape[2])
            if look.visible[b, i, j]
        ]
        own = Number(float(look.scores[b, i, best]), f"score {place} {b} {i} {best}")
        weight = line.text(short(float(look.weights[b, i, best])), f"weight {place} {b} {i} {best}")
        where = rf"\alpha_{{{line.text(i + 1)},{line.text(best + 1)}}}"
        line.latex = rf"{where} = \frac{{\exp({line.number(own)})}}{{{line.powers(shown)}}} \\ = {weight}"
        return line


def moments_of(moments: Sequence[Moment], track: str) -> list[float]:
    """One track, a value a step."""
    return [getattr(moment, track) for moment in moments]
