"""The loop: steps, and now and then a report of how it goes. Knows nothing of stores, pages or terminals."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop

from seq2seq.models.make import make_model
from seq2seq.models.model import Seq2Seq
from seq2seq.models.recurrent import Recurrent
from seq2seq.recording import record
from seq2seq.recording.by_length import pairs_by_length, score_by_length, scored_lengths
from seq2seq.tasks import PAD, InputError, Pair
from seq2seq.tasks.sequences import LetterTask
from seq2seq.traces import ConvTrace, TransformerTrace
from seq2seq.training.checkpoint import Checkpoint, all_finite, load_weights, pack, restore_optimiser
from seq2seq.training.config import CONFIRMED, MOMENTUM, WATCHED, RunConfig, TrainingConfig
from seq2seq.training.device import pick_device
from seq2seq.training.evaluate import evaluate, right_of, shift_right, to_device, token_loss
from seq2seq.training.reach import reach_norms
from seq2seq.training.reports import GradientNorm, Probe, Report, is_finite

SECONDS_BETWEEN_REPORTS = 0.5
SHOWN = 3  # sample predictions in a report
PROBE_LENGTH = 16  # tokens at most: a map that can be read at a glance
UPDATES_BETWEEN_LENGTHS = 50  # updates between two scores by length: they cost about as much as two updates


def make_optimiser(config: TrainingConfig, model: Seq2Seq) -> Optimizer:
    """The optimiser by its name, at the configured learning rate."""
    rate, parameters = config.learning_rate, model.parameters()
    if config.optimiser == "sgd":
        return SGD(parameters, lr=rate, momentum=MOMENTUM)
    if config.optimiser == "rmsprop":
        return RMSprop(parameters, lr=rate)
    if config.optimiser == "adam":
        return Adam(parameters, lr=rate, fused=True)  # one pass over all weights: a tenth of a Transformer's update
    return AdamW(parameters, lr=rate, weight_decay=config.weight_decay, fused=True)


def is_milestone(step: int) -> bool:
    """Reports every 10 updates to 150, where attention forms, then every 25."""
    return step % 10 == 0 if step <= 150 else step % 25 == 0


def start_model(config: RunConfig) -> Seq2Seq[Any]:
    """The model as a run begins: the same weights for the same seed."""
    source, target = config.task.vocabularies()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.training.seed)
        return make_model(config.model, len(source), len(target))


class Good(NamedTuple):
    """A checkpoint whose every number is finite, and the update it was taken after."""

    step: int
    data: bytes


class Diverged(InputError):
    """A number of the training is no longer finite: `what` (loss, gradient, weights, held_out) at update `step`."""

    def __init__(self, what: str, step: int, good: Good) -> None:
        super().__init__(f"input.diverged_{what}", step=step, kept=good.step)
        self.good = good


class Trainer:
    """One run: `for report in trainer.run(): …`; `trainer.checkpoint()` at any report.

    The data of a step depend on the seed and the step alone, so a run that goes on from a checkpoint sees
    exactly what it would have seen.
    """

    def __init__(self, config: RunConfig, checkpoint: Checkpoint | None = None) -> None:
        self.config, self.device = config, pick_device(config.training.device)
        self.source_vocabulary, self.target_vocabulary = config.task.vocabularies()
        self.model = start_model(config).to(self.device)
        self.optimiser = make_optimiser(config.training, self.model)
        self.step, self.seconds = 0, 0.0
        if checkpoint:
            self.restore(checkpoint)
        self.good = Good(self.step, self.checkpoint())
        held_out = config.task.sample("dev", CONFIRMED)
        self.held_out, self.right = held_out, right_of(config.task, held_out)
        self.probe_pair = max(held_out[:20], key=lambda pair: (len(pair.source) <= PROBE_LENGTH, len(pair.source)))
        self.watched, self.confirmed = self.batch(held_out[:WATCHED]), self.batch(held_out)
        self.lengths: dict[int, list[Pair]] = {}
        if config.training.by_length and isinstance(config.task, LetterTask):
            self.lengths = pairs_by_length(config.task, "dev", scored_lengths(config.task), config.training.by_length)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint.

        Raises: InputError if it is another model's, or lacks a part.
        """
        load_weights(self.model, checkpoint.weights)
        restore_optimiser(self.optimiser, checkpoint.optimiser)
        self.step, self.seconds = checkpoint.facts["step"], checkpoint.facts["seconds"]

    def batch(self, pairs: Any) -> Any:
        """Pairs as token numbers."""
        return self.config.task.batch(pairs, self.source_vocabulary, self.target_vocabulary)

    def checkpoint(self) -> bytes:
        """Everything needed to go on, or to decode."""
        return pack(self.model, self.optimiser, step=self.step, seconds=self.seconds)

    def embeddings(self) -> dict[str, np.ndarray]:
        """The two embedding tables as they are now, by name, float32; without a decoder there is but one."""
        modules = dict(self.model.named_children())
        tables = {name: modules.get(f"{name}_embedding") for name in ("source", "target")}
        return {
            name: table.weight.detach().float().cpu().numpy().copy()
            for name, table in tables.items()
            if isinstance(table, torch.nn.Embedding)
        }

    def run(self, pause: float = SECONDS_BETWEEN_REPORTS) -> Iterator[Report]:
        """Train to the end, yielding a report at step 0, at milestones, and whenever `pause` seconds have passed.

        Raises: Diverged if a number is no longer finite; `good` is then still the checkpoint of the last report.
        """
        training = self.config.training
        began = reported = time.perf_counter()
        losses: list[torch.Tensor] = []
        norms: list[torch.Tensor] = []
        tokens = 0
        if self.step == 0:
            yield self.checked(self.report(None, 0, 0.0, done=False))
            began = reported = time.perf_counter()
        while self.step < training.steps:
            loss, norm, count = self.update()
            losses.append(loss)
            norms.append(norm)
            tokens += count
            now = time.perf_counter()
            late = now - reported > pause
            last = self.step == training.steps
            if not (late or last or is_milestone(self.step)):
                continue
            self.check(losses, norms)
            mean = float(torch.stack(losses).mean())  # waits for the device
            now = time.perf_counter()
            self.seconds += now - began
            rate = tokens / max(now - began, 1e-9)
            gradient = self.gradient_norm(norms)
            report = self.checked(replace(self.report(mean, len(losses), rate, done=last), gradient=gradient))
            yield report
            if report.done:
                return
            losses, norms, tokens = [], [], 0
            began = reported = time.perf_counter()

    def check(self, losses: list[torch.Tensor], norms: list[torch.Tensor]) -> None:
        """Look whether the updates since the report before went well.

        Raises: Diverged at the first update whose loss or gradient is not finite, or if a weight no longer is.
        """
        for what, values in (("loss", losses), ("gradient", norms)):
            odd = (~torch.isfinite(torch.stack(values))).nonzero()
            if len(odd):
                raise Diverged(what, self.step - len(values) + int(odd[0]) + 1, self.good)
        if not all_finite(self.model.state_dict().values()):
            raise Diverged("weights", self.step, self.good)

    def checked(self, report: Report) -> Report:
        """The report, if all its numbers are finite; the weights that it tells of are then the last good ones.

        Raises: Diverged if one is not.
        """
        if not is_finite(report.to_dict()):
            raise Diverged("held_out", self.step, self.good)
        self.good = Good(self.step, self.checkpoint())
        return report

    def update(self) -> tuple[torch.Tensor, torch.Tensor, int]:
        """One update on one batch: its loss and the gradients' norm before clipping, both still on the device, and
        its number of target tokens.
        """
        training, task = self.config.training, self.config.task
        rng = np.random.default_rng([training.seed, self.step])
        pairs = task.pairs("train", rng)
        batch = self.batch(next(pairs) for _ in range(training.batch))
        source, target = to_device(batch, self.device)
        for group in self.optimiser.param_groups:
            group["lr"] = training.rate_at(self.step)
        loss = token_loss(self.model(source, shift_right(target)), target)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        gradients = [weight.grad for weight in self.model.parameters() if weight.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients)
        if training.clip is not None:
            torch.nn.utils.clip_grads_with_norm_(self.model.parameters(), training.clip, norm)
        self.optimiser.step()
        self.step += 1
        return loss.detach(), norm.detach(), int((batch.target != PAD).sum())

    def gradient_norm(self, norms: list[torch.Tensor]) -> GradientNorm:
        """What the gradients' norms of some updates come to; a norm above the limit was clipped to it."""
        values, clip = torch.stack(norms), self.config.training.clip
        clipped = 0 if clip is None else int((values > clip).sum())
        return GradientNorm(float(values.mean()), float(values.max()), clipped, len(norms))

    def report(self, train_loss: float | None, batches: int, rate: float, done: bool) -> Report:
        """Look at the held-out pairs; near the goal at more of them, before it counts as reached."""
        until = self.config.training.until
        score = evaluate(self.model, self.watched, self.target_vocabulary, right=self.right)
        if done or (until is not None and score.exact_match >= until and is_milestone(self.step)):
            score = evaluate(self.model, self.confirmed, self.target_vocabulary, right=self.right)
            done = done or (until is not None and score.exact_match >= until)
        samples = [
            {"source": pair.source, "target": pair.target, "output": output} | self.flaw(output)
            for pair, output in zip(self.held_out[:SHOWN], score.outputs, strict=False)
        ]
        return Report(
            self.step, self.seconds, train_loss, score.loss, score.token_accuracy, score.exact_match, score.n,
            score.tokens, score.right_tokens, score.right, batches, rate, samples, self.probe(), done,
            reach=self.reach(), by_length=self.by_length(done),
        )  # fmt: skip

    def flaw(self, output: str) -> dict[str, str]:
        """What is wrong with an output whatever was read, if anything is."""
        flaw = self.config.task.flaw(output)
        return {"flaw": flaw} if flaw else {}

    def reach(self) -> dict[str, Any] | None:
        """How far back learning reaches, where the run asks for it and the model has a recurrence to go back along."""
        if not (self.config.training.reach and isinstance(self.model, Recurrent)):
            return None
        return reach_norms(self.model, self.config.task)

    def by_length(self, done: bool) -> list[dict[str, Any]] | None:
        """Scores length by length, now and then and at the end; None where they are not asked for."""
        task = self.config.task
        if not self.lengths or not isinstance(task, LetterTask) or (self.step % UPDATES_BETWEEN_LENGTHS and not done):
            return None
        vocabularies = (self.source_vocabulary, self.target_vocabulary)
        return [score.to_dict() for score in score_by_length(self.model, task, vocabularies, self.lengths)]

    def probe(self) -> Probe:
        """The probe sentence as the model writes it now, at most a few tokens longer than it should be."""
        task = self.config.task
        trace = record(
            self.model,
            task.tokenise(self.probe_pair.source),
            (self.source_vocabulary, self.target_vocabulary),
            longest=len(self.probe_pair.target) + 3,
        )

        def rounded(values: np.ndarray | None) -> Any:
            return None if values is None else np.round(values, 4).astype(float).tolist()

        several = isinstance(trace, TransformerTrace | ConvTrace) and trace.decoder
        layer = len(trace.decoder) if several else None
        heads = trace.head_weights if isinstance(trace, TransformerTrace) else None
        weights = trace.weights if heads is None else np.round(heads, 4).mean(0)  # of the heads as they are kept
        maps = (rounded(trace.scores), rounded(weights))
        return Probe(list(trace.source), list(trace.output), *maps, layer, rounded(heads))
