"""How hypotheses and their numbers are written in sentences."""

from dataclasses import dataclass, field

from seq2seq.stories.flaws import Flaw
from seq2seq.stories.tokens import quoted
from seq2seq.traces.search import FINISHED, KEPT, ROOT, SearchTrace


@dataclass(frozen=True)
class Verdicts:
    """What the task says of outputs: right, wrong, or (None) neither; finished ones by number, and greedy's.

    flaw: what is wrong with an output whatever was read.
    """

    finished: dict[int, bool | None] = field(default_factory=dict)
    greedy: bool | None = None
    flaw: Flaw = lambda output: None


def log_number(value: float, digits: int = 2) -> str:
    """A log-probability in a sentence."""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def in_a_node(value: float) -> str:
    """A log-probability where there is little room: two decimals, of what is large one."""
    return log_number(value, 2 if value > -9.995 else 1)


def written(trace: SearchTrace, node: int, nothing: str = "⟨bos⟩") -> str:
    """A hypothesis as a node shows it: all its tokens."""
    return "".join(quoted(token) for token in trace.tokens(node)) if node != ROOT else nothing


def greedy_text(trace: SearchTrace) -> str:
    """What greedy writes, ⟨eos⟩ included."""
    return "".join(quoted(trace.vocabulary[number]) for number in trace.greedy.tokens)


def greedy_output(trace: SearchTrace) -> str:
    """What greedy writes as it is read, without ⟨eos⟩."""
    numbers = trace.greedy.tokens
    return "".join(trace.vocabulary[number] for number in (numbers[:-1] if trace.end in numbers else numbers))


def greedy_leaves(trace: SearchTrace) -> int | None:
    """The step at which the beam drops greedy's path; None where it never does."""
    for step, node in enumerate(trace.greedy.node):
        if node == ROOT or trace.status[node] not in (KEPT, FINISHED):
            return step
    return None
