"""The steps of a backward pass: from the loss to the last state, one position after another, then the comparison."""

from dataclasses import dataclass, replace
from typing import Any

from seq2seq.stories.formulas import FormulaBook, Line, exact
from seq2seq.stories.gradients.arms import CELL_NAMES, Reach, arm_name, fold, mean_norms, scientific
from seq2seq.stories.sentences import clauses
from seq2seq.stories.sources import Passage, cell_passage
from seq2seq.stories.story import Question, Step
from seq2seq.words import Words

FILE = "training/gradients.py"
LOSS = Passage(FILE, "example_losses", ("losses = ", "return"))
BACKWARD = Passage(FILE, "state_gradients", ("loss = ", "torch.autograd.grad(", "loss, ["))
FACTORS = Passage(FILE, "local_factors", ("after = cell_step", "return vmap"))
MEANS = Passage(
    "training/reach.py",
    "record_gradients",
    ("found = state_gradients", "return None if values is None else array(values.norm"),
)
SCALED = Passage("models/recurrent.py", "Recurrent.scale_recurrence", ("weight.mul_",))
LOOKED = Passage(FILE, "Leaves.remember", ("states = ",))
STEADY = 1.5  # times over ten steps: less is neither growth nor decay worth the name


@dataclass(frozen=True)
class Moment:
    """Where the clock's tracks stand: the lowest position reached (S: none), and how far each part shows."""

    now: int
    looked: float = 0  # in the overview: attention's part of the gradient
    caption: str = ""
    asked: int = 0  # parts of the comparison that are open: 1 the other cells, 2 attention, 3 the doubled matrix


def tenfold(first: float, last: float, steps: int) -> float:
    """By how much a gradient grows over ten steps back, on the average."""
    return (first / last) ** (10 / max(steps, 1)) if first > 0 and last > 0 else 0.0


def fate(growth: float) -> str:
    """What becomes of it: "vanish", "steady" or "explode"."""
    return "explode" if growth > STEADY else "vanish" if growth < 1 / STEADY else "steady"


class Teller:
    """Builds the steps in order; `say` looks up a sentence under `gradients.`."""

    def __init__(self, reach: Reach, words: Words) -> None:
        self.reach, self.trace, self.words = reach, reach.trace, words
        self.book = FormulaBook()
        self.steps: list[Step] = []
        self.moments: list[Moment] = []
        self.S = len(self.trace.source)
        self.arm = reach.hand

    def say(self, key: str, **slots: object) -> str:
        return self.words.say(f"gradients.{key}", **slots)

    def name(self, key: str) -> str:
        return arm_name(key, self.reach.forget_bias, self.words)

    def add(self, key: str, chapter: int, moment: Moment, line: Line | None, passage: Passage, **slots: object) -> None:
        title, text = (self.say(f"{key}.{part}", **slots) for part in ("title", "text"))
        formula = line.into(self.book) if line else None
        self.steps.append(Step(title, text, chapter, formula, passage))
        self.moments.append(moment)

    def tell(self) -> None:
        """The whole pass, then what the other arms do."""
        trace, S = self.trace, self.S
        slots: dict[str, Any] = {
            "cell": CELL_NAMES[trace.cell], "source": "".join(trace.source), "symbol": trace.target[0],
            "distance": S - 1, "loss": exact(trace.loss), "last": S,
        }  # fmt: skip
        line = Line()
        line.latex = rf"L = -\frac{{1}}{{T}} \sum_t \ln P(y_t \mid y_{{<t}}, X) \\ = {line.text(exact(trace.loss))}"
        key = "intro.trained" if self.reach.trained else "intro"
        self.add(key, 0, Moment(S), line, LOSS, updates=trace.updates, **slots)
        for t in reversed(range(S)):
            self.arrive(t, slots)
        self.compare(slots)

    def norm(self, line: Line, t: int, value: bool = True) -> str:
        """‖∂L/∂h_t‖ in symbols, or its value, which explains itself."""
        if value:
            return line.text(scientific(float(self.trace.norms[t])), f"norm {self.arm} h {t}")
        return norm_of(gradient(line.text(t + 1)))

    def arrive(self, t: int, slots: dict[str, Any]) -> None:
        """The gradient reaches a position."""
        trace, norms = self.trace, self.trace.norms
        shown = scientific(float(norms[t]))
        slots = slots | {"t": t + 1, "norm": shown, "after": t + 2}
        moment = Moment(t, float(trace.looked is not None), f"‖∂L/∂h{subscript(t + 1)}‖ = {shown}")
        line = Line()
        if t == self.S - 1:
            by = rf"\frac{{\partial L}}{{\partial s_0}}{self.straight(line, t)}"
            line.latex = rf"{self.norm(line, t, False)} = \left\lVert {by} \right\rVert \\ = {self.norm(line, t)}"
            self.add("start.attention" if trace.looked is not None else "start", 1, moment, line, BACKWARD, **slots)
            return
        ratio = float(norms[t] / norms[t + 1]) if norms[t + 1] > 0 else 0.0
        whole = float(norms[t] / norms[-1]) if norms[-1] > 0 else 0.0
        line.latex = self.one_step(line, t, ratio)
        direction = "smaller" if whole < 1 else "larger"
        slots |= {"ratio": scientific(ratio), "times": fold(1 / whole if 0 < whole < 1 else whole)}
        key = f"symbol.{direction}" if t == 0 else f"back.{direction}"
        if whole == 0:
            key = "symbol.gone" if t == 0 else "back.gone"
        elif trace.looked is not None:
            key += ".attention"
        self.add(key, 1, moment, line, cell_passage(trace.cell), **slots)

    def straight(self, line: Line, t: int) -> str:
        """What attention adds to what the recurrence carries."""
        if self.trace.looked is None:
            return ""
        return rf" + \left[\frac{{\partial L}}{{\partial h_{{{line.text(t + 1)}}}}}\right]_{{\mathrm{{att}}}}"

    def one_step(self, line: Line, t: int, ratio: float) -> str:
        """A step back, in symbols and with its numbers."""
        state = "(h,c)" if self.trace.c is not None else "h"
        left = self.norm(line, t, False)
        after = line.text(t + 2)
        carried = rf"J_{{{after}}}^{{\top}} \frac{{\partial L}}{{\partial {state}_{{{line.text(t + 2)}}}}}"
        right = rf"\left\lVert {carried}{self.straight(line, t)} \right\rVert"
        ratio_slot = line.text(scientific(ratio), f"ratio {self.arm} {t}")
        product = rf"{ratio_slot} \cdot {self.norm(line, t + 1)}"
        return rf"{left} = {right} \\ = {product} \\ = {self.norm(line, t)}"

    def compare(self, slots: dict[str, Any]) -> None:
        """All arms side by side; then the recurrent matrix made twice as large."""
        reach, attention = self.reach, self.arm.endswith("-attention")
        moment = replace(self.moments[-1], caption="")
        for number, (key, with_attention) in enumerate((("others", attention), ("looked", not attention)), 1):
            keys = reach.others(with_attention)
            if not keys:
                continue
            moment = replace(moment, asked=number)
            told = clauses(map(self.falls, [self.arm, *keys] if key == "others" else keys), self.words)
            kind = "attention" if with_attention else "plain"
            self.add(
                f"{key}.{kind}", 2, moment, self.means(keys), LOOKED if with_attention else MEANS, told=told, **slots
            )
        if reach.doubled:
            norms, before = mean_norms(reach.doubled), mean_norms(self.trace)
            growth = tenfold(float(norms[0]), float(norms[-1]), self.S - 1)
            more: dict[str, Any] = {
                "scale": f"{2 * reach.scale:g}", "first": scientific(float(norms[0])),
                "end": scientific(float(norms[-1])), "before": scientific(float(before[0])),
                "ten": fold(growth if growth > 1 else 1 / growth if growth else 0.0),
            }  # fmt: skip
            line = Line()
            line.latex = rf"U \leftarrow {line.text(more['scale'])}\, U_0"
            self.add(f"doubled.{fate(growth)}", 2, replace(moment, asked=3), line, SCALED, **slots | more)

    def falls(self, key: str) -> str:
        """An arm's norms at both ends, in words."""
        norms = mean_norms(self.reach.traces[key])
        first, last = (scientific(float(norms[i])) for i in (0, -1))
        return self.words.say("gradients.falls", arm=self.name(key), first=first, last=last)

    def means(self, keys: list[str]) -> Line:
        """The mean norm at the symbol, of the arm that keeps most."""
        best = max(keys, key=lambda key: mean_norms(self.reach.traces[key])[0])
        line, trace = Line(), self.reach.traces[best]
        number = line.text(scientific(float(mean_norms(trace)[0])), f"mean {best} h 0")
        n = line.text(len(trace.h_norms))
        line.latex = (
            rf"\frac{{1}}{{{n}}} \sum_{{x}} {norm_of(gradient('1'))} \\ = {number} \quad "
            rf"(\mathrm{{{line.text(self.name(best))}}})"
        )
        return line

    def ask(self, questions: dict[str, Question]) -> list[Step]:
        """The steps, each with the question that it answers: by position ("t 3") or part ("asked 1")."""
        asked: list[Step] = []
        opened = 0
        for step, moment in zip(self.steps, self.moments, strict=True):
            place = f"asked {moment.asked}" if moment.asked > opened else f"t {moment.now}"
            opened = max(opened, moment.asked)
            asked.append(replace(step, question=questions.pop(place, None)))
        return asked


def gradient(t: str, state: str = "h") -> str:
    r"""\frac{∂L}{∂h_t}."""
    return rf"\frac{{\partial L}}{{\partial {state}_{{{t}}}}}"


def norm_of(latex: str) -> str:
    return rf"\left\lVert {latex} \right\rVert"


def subscript(t: int) -> str:
    return str(t).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
