"""What the bottleneck page looks at: two shipped models of one size, one source of growing length, one disturbance."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache, partial
from typing import Any

from seq2seq.models.recurrent import Recurrent
from seq2seq.recording import record_decoding
from seq2seq.recording.by_length import pairs_by_length, score_by_length, scored_lengths
from seq2seq.recording.changes import start_instead
from seq2seq.studies.lengths import lent, read_source, stored_curves
from seq2seq.studies.shipped import LENGTHS_HIDDEN, lengths_name, shipped_card
from seq2seq.studies.trained import Trained, load_trained
from seq2seq.tasks import InputError, Pair, Vocabulary
from seq2seq.tasks.sequences import LetterTask
from seq2seq.traces import (
    BorrowStart,
    BottleneckTrace,
    DecodingTrace,
    Disturbed,
    DisturbStart,
    LengthScore,
    Scores,
    Side,
)

SIDES = ("none", "general")
TASKS = ("reverse", "copy")
DISTURBED_PAIRS = 100  # of each length, under a disturbance: a second or two
SHOWN_LENGTH = 8  # letters at which another first state is shown
Start = DisturbStart | BorrowStart
Vocabularies = tuple[Vocabulary, Vocabulary]


def card_scores(rows: Sequence[Mapping[str, Any]]) -> Scores:
    """Scores by length as cards and reports hold them."""
    return {row["length"]: LengthScore.from_dict(row) for row in rows}


def bottleneck_trace(task: str, hidden: int, text: str, change: Start | None = None) -> BottleneckTrace:
    """A source through both models of a task, letter by letter longer; with a change, all of it disturbed.

    Raises: InputError if there is no such task, or the text cannot be used.
    """
    if task not in TASKS:
        raise InputError("input.no_such", what="task", value=task, choices=", ".join(TASKS))
    if hidden not in LENGTHS_HIDDEN:
        raise InputError("input.no_such", what="hidden", value=hidden, choices=", ".join(map(str, LENGTHS_HIDDEN)))
    models = {name: load_side(task, name, hidden) for name in SIDES}
    letters = models["none"].task
    assert isinstance(letters, LetterTask)
    source = read_source(letters, text)
    other = next(name for name in TASKS if name != task)
    lender = lent(source)
    none, general = (_side(name, models[name], source, lender, change) for name in SIDES)
    return BottleneckTrace(
        task, source, tuple(letters.rearrange("".join(source[: i + 1])) for i in range(len(source))),
        letters.longest, letters.letters, (none, general),
        (other, card_scores(shipped_card(lengths_name(other, "none", hidden))["by_length"])), lender[:SHOWN_LENGTH],
    )  # fmt: skip


@cache
def load_side(task: str, name: str, hidden: int) -> Trained:
    """One of the two models of a task and size. Shared: never to be changed."""
    return load_trained(lengths_name(task, name, hidden))


@cache
def held_out(task: LetterTask) -> dict[int, list[Pair]]:
    """Pairs of the test split, by length, on which a disturbance is scored."""
    return pairs_by_length(task, "test", scored_lengths(task), DISTURBED_PAIRS)


def score_disturbed(change: Start, model: Recurrent, task: LetterTask, vocabularies: Vocabularies) -> Scores:
    """Exact match by length with another first state, on held-out pairs; they borrow among their own length."""
    start = partial(start_instead, change=change)
    groups = [{length: pairs} for length, pairs in held_out(task).items()]
    scored = [score_by_length(model, task, vocabularies, group, start) for group in groups]
    return {score.length: score for scores in scored for score in scores}


def card_disturbed(model: Recurrent, task: LetterTask, vocabularies: Vocabularies) -> dict[str, Any]:
    """What a card says of a model with another first state: borrowed, or of zeros."""
    changes: dict[str, Start] = {"borrow": BorrowStart(()), "zero": DisturbStart(0, model.config.width)}
    return {
        kind: [score.to_dict() for score in score_disturbed(change, model, task, vocabularies).values()]
        for kind, change in changes.items()
    }


@lru_cache(maxsize=64)
def scores_under(change: Start, task: str, name: str, hidden: int) -> Scores:
    """The scores of one of the models with another first state, whoever lends it."""
    model = load_side(task, name, hidden)
    assert isinstance(model.task, LetterTask)
    return score_disturbed(change, model.recurrent, model.task, model.vocabularies)


def _side(name: str, model: Trained, source: tuple[str, ...], lender: tuple[str, ...], change: Start | None) -> Side:
    card, task, hidden = shipped_card(model.name), model.task.name, model.config.model.hidden
    shown = source[:SHOWN_LENGTH]
    others: dict[str, Start] = {"borrow": BorrowStart(lender), "zero": DisturbStart(0, model.recurrent.config.width)}
    seeds = {curve["seed"]: card_scores(curve["by_length"]) for curve in stored_curves() if curve["name"] == model.name}
    return Side(
        name,
        Prefixes(model, source, change),
        scores_under(_of_any(change), task, name, hidden) if change else card_scores(card["by_length"]),
        {} if change else {
            key: Disturbed(decode_prefix(model, shown, other), card_scores(card["disturbed"][key]))
            for key, other in others.items()
        },
        seeds,
    )  # fmt: skip


def _of_any(change: Start) -> Start:
    """The change as it is done to a batch, whoever lends to whom: what scores are kept under."""
    return BorrowStart(()) if isinstance(change, BorrowStart) else change


class Prefixes(Sequence[DecodingTrace]):
    """The first 1, 2, 3, … letters of a source, each decoded when it is first asked for: a click needs one of them."""

    def __init__(self, model: Trained, source: tuple[str, ...], change: Start | None) -> None:
        self.decode: Callable[[int], DecodingTrace] = lru_cache(maxsize=None)(
            lambda number: decode_prefix(model, source[: number + 1], change)
        )
        self.length = len(source)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, i: Any) -> Any:
        if isinstance(i, slice):
            return [self.decode(number) for number in range(self.length)[i]]
        return self.decode(range(self.length)[i])


def decode_prefix(model: Trained, source: Sequence[str], change: Start | None = None) -> DecodingTrace:
    """Some letters decoded, at most as many steps as the right output has."""
    if isinstance(change, DisturbStart):  # as many units as the model has
        change = replace(change, last=min(change.last, model.recurrent.config.width))
    if isinstance(change, BorrowStart):
        change = BorrowStart(change.source[: len(source)])
    return record_decoding(model.recurrent, source, model.vocabularies, longest=len(source) + 1, change=change)
