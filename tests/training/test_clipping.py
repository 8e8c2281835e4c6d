"""Clipping and what a report says of gradients; records from before there were such settings; recorded runs."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from seq2seq.__main__ import build_parser
from seq2seq.commands.train import config_from
from seq2seq.studies.recordings import RECORDED, recorded_reports, recorded_weights, recording_of
from seq2seq.tasks import InputError, make_task
from seq2seq.training.checkpoint import unpack
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.reach import reach_norms
from seq2seq.training.trainer import Trainer, start_model
from tests.training.trouble import SMALL


def trained(**settings):
    trainer = Trainer(replace(SMALL, training=replace(SMALL.training, optimiser="sgd", **settings)))
    return trainer, list(trainer.run())


def test_a_report_tells_the_norm_before_clipping():
    """The same gradient, taken by hand at the first update."""
    _, reports = trained(clip=0.01, steps=1)
    trainer = Trainer(replace(SMALL, training=replace(SMALL.training, optimiser="sgd", clip=None, steps=1)))
    trainer.update()
    squares = sum(float((p.grad**2).sum()) for p in trainer.model.parameters())
    gradient = reports[-1].gradient
    assert gradient.mean == gradient.largest == pytest.approx(math.sqrt(squares), rel=1e-5)
    assert (gradient.clipped, gradient.updates) == (1, 1)


def test_clipping_keeps_the_direction_and_shortens_to_the_limit():
    def move(clip):
        trainer = Trainer(replace(SMALL, training=replace(SMALL.training, optimiser="sgd", clip=clip, steps=1)))
        before = torch.nn.utils.parameters_to_vector(trainer.model.parameters()).detach().clone()
        _, norm, _ = trainer.update()
        return torch.nn.utils.parameters_to_vector(trainer.model.parameters()).detach() - before, float(norm)

    free, norm = move(None)
    short, _ = move(norm / 10)
    same, _ = move(norm * 10)
    torch.testing.assert_close(short, free / 10, rtol=1e-3, atol=1e-7)
    torch.testing.assert_close(same, free)


def test_no_clipping_counts_no_update():
    _, reports = trained(clip=None)
    assert sum(report.gradient.clipped for report in reports if report.gradient) == 0
    assert sum(report.gradient.updates for report in reports if report.gradient) == SMALL.training.steps


def test_records_from_before_these_settings_load():
    values = SMALL.to_dict()
    for part, names in {"model": ("recurrent_scale",), "training": ("clip", "reach")}.items():
        for name in names:
            values[part].pop(name)
    assert RunConfig.from_dict(values) == SMALL
    assert SMALL.training.clip == 1.0 and not SMALL.training.reach and SMALL.model.recurrent_scale == 1.0


@pytest.mark.parametrize("settings", [{"clip": 0.0}, {"clip": -1.0}, {"clip": math.nan}])
def test_a_limit_that_cannot_be(settings):
    with pytest.raises(InputError):
        TrainingConfig(**settings)


@pytest.mark.parametrize("settings", [{"recurrent_scale": -1.0}, {"recurrent_scale": 99.0}, {"forget_bias": 99.0}])
def test_a_start_that_cannot_be(settings):
    with pytest.raises(InputError):
        replace(SMALL.model, **settings)


def test_the_command_line_has_the_settings():
    words = "train --task recall --distance 7 --cell lstm --recurrent-scale 2.5 --clip none --reach --forget-bias 3"
    config = config_from(build_parser().parse_args(words.split()))
    assert config.task == make_task({"name": "recall", "distance": 7}) and config.model.recurrent_scale == 2.5
    assert config.training.clip is None and config.training.reach and config.model.forget_bias == 3
    assert config_from(build_parser().parse_args(["train", "--clip", "0.5"])).training.clip == 0.5


def test_a_report_says_how_far_learning_reaches_only_where_asked():
    task = make_task({"name": "recall", "distance": 4})
    config = RunConfig(task, replace(SMALL.model, cell="lstm"), replace(SMALL.training, reach=True))
    reports = list(Trainer(config).run())
    first = reach_norms(start_model(config), task)
    assert reports[0].reach == first and len(first["h"]) == len(first["c"]) == 5
    assert reports[-1].reach != first
    assert all(report.reach is None for report in trained()[1])


@pytest.mark.parametrize("name", RECORDED)
def test_a_recording_ends_as_its_weights_say(name):
    """Nothing in it is written by hand: its first and last gradients are taken again from the weights."""
    config, reports = RECORDED[name], recorded_reports(name)
    assert recording_of(config) == name
    model = start_model(config)
    for weights, report in ((None, reports[0]), (unpack(recorded_weights(name)).weights, reports[-1])):
        if weights:
            model.load_state_dict(weights)
        for state in ("h", "c"):
            found, kept = reach_norms(model, config.task)[state], report["reach"][state]
            assert (found is None) == (kept is None)
            if kept:
                np.testing.assert_allclose(found, kept, rtol=1e-3)


def test_a_recorded_run_can_be_run_again():
    config = replace(RECORDED["clipped"], training=replace(RECORDED["clipped"].training))
    kept = {report["step"]: report for report in recorded_reports("clipped")}
    for report in Trainer(config).run():
        if report.step == 10:
            assert report.loss == pytest.approx(kept[10]["loss"], rel=0.02)
            assert report.gradient.largest == pytest.approx(kept[10]["gradient"]["largest"], rel=0.02)
            break
    assert (
        recorded_reports("clipped")[-1]["exact_match"] > 0.95 > 0.6 > recorded_reports("unclipped")[-1]["exact_match"]
    )
