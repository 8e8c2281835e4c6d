"""What a run is: task, model and training settings, all frozen; cache key, URL and record are this one thing."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from seq2seq.models.config import ModelConfig, RecurrentConfig, TransformerConfig, model_config
from seq2seq.tasks import InputError, Task, make_task

# AdamW: @loshchilov2019; Adam: @kingma2015
OPTIMISER_NAMES = {"adamw": "AdamW", "adam": "Adam", "rmsprop": "RMSprop", "sgd": "SGD"}
OPTIMISERS = tuple(OPTIMISER_NAMES)
WATCHED, CONFIRMED = 200, 1000  # held-out pairs: looked at in every report; needed before "until" counts as reached
MOMENTUM = 0.9  # of SGD; what else stays as PyTorch has it is told on the Train page
DEVICES = ("auto", "cuda", "mps", "cpu")
LIMITS: dict[str, tuple[float, float]] = {
    "steps": (1, 100_000),
    "batch": (1, 1024),
    "learning_rate": (1e-6, 10.0),
    "seed": (0, 2**31 - 1),
    "clip": (1e-6, 1e6),
    "by_length": (0, 200),
    "warm_up": (0, 10_000),
    "decay_to": (0.0, 1.0),
    "weight_decay": (0.0, 1.0),
}


@dataclass(frozen=True)
class TrainingConfig:
    """How to train.

    until: stop once that share of held-out examples is exactly right; None: take all steps. clip: the norm of all
    gradients together that an update may have at most (@pascanu2013); None: any. reach: each
    report also says how far back learning reaches (`training/reach.py`). by_length: held-out pairs of each length that
    now and then are scored length by length (letter tasks); 0: none. warm_up: updates over which the learning rate
    rises to its full value; decay_to: the share of it that is left at the end (see `rate_at`). weight_decay: the share
    of the rate by which AdamW shrinks every weight at each update (Loshchilov & Hutter 2019, arXiv:1711.05101); the
    other optimisers have none.
    """

    steps: int = 1500
    until: float | None = 0.99
    batch: int = 128
    optimiser: str = "adamw"
    learning_rate: float = 4e-3
    seed: int = 1
    device: str = "auto"
    clip: float | None = 1.0
    reach: bool = False
    by_length: int = 0
    warm_up: int = 30
    decay_to: float = 0.05
    weight_decay: float = 0.01

    def __post_init__(self) -> None:
        for name, choices in (("optimiser", OPTIMISERS), ("device", DEVICES)):
            value = getattr(self, name)
            if value not in choices:
                raise InputError("input.no_such", what=name, value=value, choices=", ".join(choices))
        for name, (low, high) in (LIMITS | {"until": (0.01, 1.0)}).items():
            value = getattr(self, name)
            if value is None and name in ("until", "clip"):
                continue
            if not low <= value <= high:
                raise InputError("input.out_of_range", name=name, value=value, low=low, high=high)

    def rate_at(self, step: int) -> float:
        """The learning rate of update `step`, counted from 0: η · min(1, (t + 1)/W) · (1 − (1 − d) t/T).

        A linear warm-up over W = `warm_up` updates, at most all T, while the rate falls linearly to the share d.
        """
        warm = min(1.0, (step + 1) / max(1, min(self.warm_up, self.steps)))
        return self.learning_rate * warm * max(self.decay_to, 1 - (1 - self.decay_to) * step / self.steps)


TRANSFORMER_RATE = 1e-3


def usual_rate(model: ModelConfig) -> float:
    """The learning rate that suits a kind of model: see BENCHMARKS.md."""
    return TRANSFORMER_RATE if isinstance(model, TransformerConfig) else TrainingConfig.learning_rate


@dataclass(frozen=True)
class RunConfig:
    """Everything that decides a run."""

    task: Task
    model: ModelConfig = field(default_factory=RecurrentConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {"task": self.task.settings(), "model": asdict(self.model), "training": asdict(self.training)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "RunConfig":
        """The configuration that `to_dict` gave.

        Raises: InputError if a part is missing, unknown or out of range.
        """
        try:
            return cls(
                make_task(values["task"]),
                model_config(values["model"]),
                TrainingConfig(**values["training"]),
            )
        except (KeyError, TypeError) as error:
            raise InputError("input.no_such_setting", name=str(error)) from error

    @property
    def recurrent(self) -> RecurrentConfig:
        """The model's shape, where it is a recurrent one.

        Raises: TypeError if it is of another kind.
        """
        if not isinstance(self.model, RecurrentConfig):
            raise TypeError(f"a {type(self.model).__name__} has no recurrence")
        return self.model

    def on(self, device: str) -> "RunConfig":
        """The same run on another device."""
        return replace(self, training=replace(self.training, device=device))
