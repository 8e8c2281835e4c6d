"""What should have been written, and what in the source decides it: so that a story can say why."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """The right output for a source, as far as its task can tell.

    answer: its tokens, without ⟨eos⟩; None where there is none, or not one alone. needs: for each of its tokens the
    source positions that decide it, counted from 0; empty where the task cannot tell.
    """

    task: str
    answer: tuple[str, ...] | None = None
    needs: tuple[tuple[int, ...], ...] = ()
