"""The record of a batch read by a Transformer under its masks, and of the same batch with some of them off."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from seq2seq.traces.run_report import RunReport

PLACES = ("encoder", "self", "cross")  # the three attentions of a layer that a mask lies over


@dataclass(frozen=True)
class MaskedLook:
    """One head of one attention over a whole batch. B sentences, L queries, M keys; d_k features of a head.

    weights are exactly 0 where not visible; `open` is the softmax of the same scores with no mask over them.
    """

    q: np.ndarray  # (B, L, d_k)
    k: np.ndarray  # (B, M, d_k)
    scores: np.ndarray  # (B, L, M) before the mask
    visible: np.ndarray  # (B, L, M) bool, True = visible
    weights: np.ndarray  # (B, L, M)
    open: np.ndarray  # (B, L, M)


@dataclass(frozen=True)
class MasksTrace:
    """A batch under teacher forcing, one head of one layer: what each mask hides, and the scores it hides.

    Sources and targets are padded on the right to S and T; a target ends in ⟨eos⟩, what the decoder reads begins with
    ⟨bos⟩.
    """

    layer: int
    head: int
    heads: int
    head_width: int  # d_k
    scale: float  # what dots are multiplied by: 1 / √d_k
    sources: tuple[tuple[str, ...], ...]  # (B,) of each sentence, without pads
    targets: tuple[tuple[str, ...], ...]  # (B,) ⟨eos⟩ last
    source_ids: np.ndarray  # (B, S)
    target_ids: np.ndarray  # (B, T)
    looks: dict[str, MaskedLook]  # by PLACES

    @cached_property
    def real(self) -> np.ndarray:
        """(B, S) bool: no pad of the source."""
        return np.arange(self.source_ids.shape[1]) < np.array([len(source) for source in self.sources])[:, None]

    @property
    def width(self) -> int:
        """S, decided by the longest sentence."""
        return int(self.source_ids.shape[1])

    @property
    def height(self) -> int:
        """T, the longest target with its ⟨eos⟩."""
        return int(self.target_ids.shape[1])

    def read(self, b: int) -> tuple[str, ...]:
        """What the decoder reads of sentence b: its target, shifted right."""
        return ("⟨bos⟩", *self.targets[b][:-1])

    def queries(self, place: str, b: int) -> tuple[str, ...]:
        """Tokens that ask, without pads."""
        return self.sources[b] if place == "encoder" else self.read(b)

    def keys(self, place: str, b: int) -> tuple[str, ...]:
        """Tokens that are asked, without pads."""
        return self.read(b) if place == "self" else self.sources[b]

    def size(self, place: str) -> tuple[int, int]:
        """Rows and columns of a grid, pads included."""
        return (self.width if place == "encoder" else self.height, self.height if place == "self" else self.width)


@dataclass(frozen=True)
class Switched:
    """The batch under one setting of its masks. T outputs, V target tokens."""

    name: str
    off: tuple[str, ...]  # masks switched off: encoder, cross, causal
    pads: int  # put behind the longest source
    changed: bool  # whether one target token that the decoder reads was replaced
    log_probs: np.ndarray  # (B, T, V) under teacher forcing
    written: tuple[str, ...]  # (B,) free-running; empty where the target was changed


@dataclass(frozen=True)
class SwitchesTrace:
    """A batch under its own masks and with some of them off; `base` is what the others are compared with.

    at: position of the target token that is replaced, counted from 0; other: by what.
    """

    sources: tuple[tuple[str, ...], ...]
    targets: tuple[tuple[str, ...], ...]  # ⟨eos⟩ last
    target_ids: np.ndarray  # (B, T)
    vocabulary: tuple[str, ...]
    at: int
    other: str
    pads: int
    base: Switched
    settings: tuple[Switched, ...]

    def reference(self, setting: Switched) -> Switched:
        """What a setting is compared with: `base`; where the causal mask is off too, the same without the change."""
        return next(row for row in self.settings if row.name == "open") if setting.name == "causal" else self.base

    def moved(self, setting: Switched) -> np.ndarray:
        """(B, T): by how much the log-probability moved that moved most; 0 behind a sentence's end.

        Tokens that have less than 1e-6 both times do not count: a model says nothing definite of them.
        """
        before = self.reference(setting).log_probs
        likely = np.maximum(before, setting.log_probs) > np.log(1e-6)
        apart = np.abs(setting.log_probs.astype(np.float64) - before) * likely
        found: np.ndarray = apart.max(-1) * self.real
        return found

    @cached_property
    def real(self) -> np.ndarray:
        """(B, T) bool: no pad of the target."""
        lengths = np.array([len(target) for target in self.targets])
        return np.arange(self.target_ids.shape[1]) < lengths[:, None]

    def best(self, setting: Switched) -> np.ndarray:
        """(B, T) the most probable token; ⟨pad⟩ and ⟨bos⟩ are never written."""
        found: np.ndarray = setting.log_probs[..., 2:].argmax(-1) + 2
        return found


@dataclass(frozen=True)
class LeakRun:
    """One run with the causal mask or without it. At its end, where it was scored: exact match forced and free."""

    causal: bool
    seed: int
    reports: tuple[RunReport, ...]
    forced: float | None = None  # exact match under teacher forcing
    free: float | None = None  # exact match free-running
    n: int = 0  # pairs of these two

    @property
    def side(self) -> str:
        """What it is called in addresses."""
        return "causal" if self.causal else "leaking"


@dataclass(frozen=True)
class LeakMap:
    """What a trained decoder looks at in its own input, forced along a target: the heads of its top layer.

    weights (N, T, T); T outputs, what it reads begins with ⟨bos⟩.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]  # ⟨eos⟩ last
    forced: tuple[str, ...]  # (T,) the most probable token of each output, the target given
    free: str  # what it writes by itself
    weights: np.ndarray

    @property
    def read(self) -> tuple[str, ...]:
        """What the decoder reads, shifted right."""
        return ("⟨bos⟩", *self.target[:-1])

    @property
    def mean(self) -> np.ndarray:
        """(T, T): the mean over the heads."""
        found: np.ndarray = self.weights.mean(0)
        return found


@dataclass(frozen=True)
class LeakTrace:
    """Runs of one task with the causal mask and without it, and what one of each looks at.

    bound: the lowest loss without seeing the future, from `letters` and the `lengths` of targets; None: unknown.
    """

    task: str
    bound: float | None
    letters: int
    lengths: tuple[int, ...]
    runs: tuple[LeakRun, ...]
    updates: int  # of a whole run
    maps: dict[str, LeakMap]  # by LeakRun.side; may be empty

    def of(self, side: str) -> tuple[LeakRun, ...]:
        """The runs of one side, the first seed first."""
        return tuple(sorted((run for run in self.runs if run.side == side), key=lambda run: run.seed))
