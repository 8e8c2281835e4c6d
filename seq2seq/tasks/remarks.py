"""What should be known about an input that a model reads all the same: the page says it, and the command line."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from seq2seq.tasks.sequences import LetterTask
from seq2seq.tasks.task import Task
from seq2seq.tasks.vocabulary import Vocabulary

SHOWN = 12  # unknown tokens that are listed


@dataclass(frozen=True)
class Remark:
    """`key` names the sentence, `slots` fill it; tokens: those that it is about."""

    key: str
    slots: dict[str, object] = field(default_factory=dict)
    tokens: tuple[str, ...] = ()


def remarks(task: Task, vocabulary: Vocabulary, text: str) -> Iterable[Remark]:
    """Of a typed input: tokens that are unknown, a length never trained on, a form that no training data has."""
    tokens = task.tokenise(task.normalise(text))
    unknown = vocabulary.unknown(tokens)
    if unknown:
        yield Remark("input.some_unknown", tokens=tuple(unknown[:SHOWN]))
    if isinstance(task, LetterTask) and not task.shortest <= len(tokens) <= task.longest:
        lengths: dict[str, object] = {"shortest": task.shortest, "longest": task.longest, "length": len(tokens)}
        yield Remark("attention.trained_on", lengths)
    if task.name == "dates" and task.answer("".join(tokens)) is None:
        yield Remark("attention.not_a_date")
