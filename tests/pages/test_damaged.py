"""Damaged weights and reports: one sentence on every page that takes a model, and a picture; never an exception."""

import copy
import json
import random
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load, save

from seq2seq.models.config import ConvConfig, RecurrentConfig, TransformerConfig
from seq2seq.stories.training import training_story
from seq2seq.studies.trained import load_trained
from seq2seq.tasks import InputError, make_task
from seq2seq.training.checkpoint import pack
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.reports import of_one_kind, read_report
from seq2seq.training.store import RunStore
from seq2seq.training.trainer import Trainer, start_model
from seq2seq.ui import session
from seq2seq.words import Words
from tests.pages.test_pages import open_page, stories
from tests.training.trouble import report

SMALL = TrainingConfig(steps=12, until=None, batch=8, device="cpu")
SHAPES = {
    "recurrent": RecurrentConfig(hidden=6, embedding=4),
    "conv": ConvConfig(layers=1, hidden=6),
    "transformer": TransformerConfig(layers=1, hidden=8, heads=2, feed_forward=8),
}
TAKING = {  # page → shape, and the controls of a link to it
    "attention": ("recurrent", "model", {}),
    "cell": ("recurrent", "cell1", {}),
    "tokens": ("recurrent", "embedding-model", {"part": "embeddings"}),
    "states": ("recurrent", "state-model", {}),
    "beam": ("recurrent", "model", {}),
    "exact": ("recurrent", "model", {}),
    "sampling": ("recurrent", "model", {}),
    "compare": ("recurrent", "model", {}),
    "convolution": ("conv", "model", {}),
    "self_attention": ("transformer", "model", {}),
    "heads": ("transformer", "model", {}),
    "masks": ("transformer", "model", {}),
}


def sound(shape, **more):
    config = RunConfig(make_task({"name": "reverse"}), replace(SHAPES[shape], **more), SMALL)
    return config, pack(start_model(config), None, step=10, seconds=1.0)


def edited(change, facts='{"step": 10, "seconds": 1.0}'):
    """Damage: other tensors, or other facts."""

    def damage(data):
        tensors = load(data)
        change(tensors)
        return save(tensors, {"facts": facts})

    return damage


def first(tensors):
    return next(name for name in sorted(tensors) if name.endswith("source_embedding.weight"))


def fill(value):
    return edited(lambda tensors: tensors[first(tensors)].fill_(value))


def remake(make):
    return edited(lambda tensors: tensors.update({first(tensors): make(tensors[first(tensors)])}))


def with_facts(facts):
    return edited(lambda tensors: None, facts)


DAMAGE = {
    "nan": fill(float("nan")),
    "infinite": fill(float("inf")),
    "cut": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "noise": lambda data: bytes(range(256)) * 4,
    "missing": edited(lambda tensors: tensors.pop(first(tensors))),
    "another": edited(lambda tensors: tensors.update({"weights.more": torch.zeros(2)})),
    "narrow": remake(lambda table: table[:, :-1].contiguous()),
    "short": remake(lambda table: table[:-1].contiguous()),
    "half": remake(lambda table: table.half()),
    "whole numbers": remake(lambda table: table.long()),
    "facts a list": with_facts("[10, 1.0]"),
    "facts no JSON": with_facts("{"),
    "step a text": with_facts('{"step": "10", "seconds": 1.0}'),
    "step a share": with_facts('{"step": 10.5, "seconds": 1.0}'),
    "another step": with_facts('{"step": 9, "seconds": 1.0}'),
    "seconds nothing": with_facts('{"step": 10, "seconds": null}'),
}
ON_PAGES = ("nan", "cut", "narrow", "facts a list")  # one of each place that finds it


def put(store, config, data, owner="somebody"):
    """A finished run with these weights."""
    run = store.submit(config, owner, worker="w")
    store.record(run, 10, report(10), "w")
    store.save(run, 10, data, "w")
    store.finish(run, "w", "finished")
    return run


class TestLoading:
    @pytest.mark.parametrize("shape", SHAPES)
    def test_every_damage_is_one_sentence(self, shape):
        config, data = sound(shape)
        store = RunStore()
        assert load_trained(put(store, config, data), store).step == 10
        for name, damage in DAMAGE.items():
            run = put(store, config, damage(data))
            with pytest.raises(InputError, match="damaged_checkpoint|not_finite_weights"):
                load_trained(run, store)
                pytest.fail(name)

    def test_a_worker_says_it_at_once_instead_of_dying(self):
        from seq2seq.training.checkpoint import unpack

        trainer = Trainer(RunConfig(make_task({"name": "reverse"}), SHAPES["recurrent"], SMALL))
        next(run := trainer.run())
        next(run)
        data = trainer.checkpoint()
        state = next(name for name in load(data) if name.endswith("exp_avg"))
        for change in (
            lambda tensors: tensors[state].fill_(float("nan")),
            lambda tensors: tensors.update({state: torch.zeros(3)}),
            lambda tensors: tensors.pop(state),
            lambda tensors: tensors.update({"optimiser.x.exp_avg": torch.zeros(3)}),
            lambda tensors: tensors.update({"optimiser.999.exp_avg": torch.zeros(3)}),
            lambda tensors: tensors.update({"optimiser.0": torch.zeros(3)}),
        ):
            with pytest.raises(InputError):
                Trainer(trainer.config, unpack(edited(change)(data)))
        Trainer(trainer.config, unpack(edited(lambda tensors: None)(data)))


@pytest.mark.parametrize("page", TAKING)
def test_every_page_shows_one_sentence_and_a_picture(page):
    """A link to one damaged run after another, in one session; then to a sound one, which is shown."""
    shape, id, query = TAKING[page]
    config, data = sound(shape)
    store, app = RunStore(), None
    for name in ON_PAGES:
        if page == "tokens" and name.startswith("facts"):  # it reads the tables alone, and these are sound
            continue
        run = put(store, config, DAMAGE[name](data))
        if app is None:
            app = open_page(page, **query, **{id: run})
        else:
            app.query_params[id] = run
            app.run()
        assert not app.exception, (name, app.exception)
        assert len(app.warning) == 1, (name, [warning.value for warning in app.warning])
        assert stories(app), name
    app.query_params[id] = put(store, config, data)
    app.run()
    assert not app.exception and not app.warning


@pytest.mark.parametrize(
    ("page", "shape", "query"),
    [
        ("tokens", {"embedding": 1}, {"part": "embeddings", "table": "target"}),
        ("tokens", {"embedding": 2, "hidden": 1}, {"part": "embeddings"}),
        ("states", {"hidden": 1}, {"state-space": "1"}),
        ("cell", {"hidden": 1, "embedding": 1}, {}),
        ("attention", {"hidden": 1, "embedding": 1}, {}),
        ("self_attention", {"hidden": 2, "heads": 1, "feed_forward": 1}, {}),
        ("heads", {"hidden": 2, "heads": 1, "feed_forward": 1}, {}),
        ("convolution", {"hidden": 1}, {}),
    ],
)
def test_the_smallest_models_are_shown(page, shape, query):
    kind, id, _ = TAKING[page]
    run = put(RunStore(), *sound(kind, **shape))
    app = open_page(page, **query, **{id: run})
    assert not app.warning and stories(app)


class TestStep:
    def test_weights_that_are_newer_than_the_page_are_not_shown_under_its_number(self):
        """And a model is held once, whoever asks for it."""
        config, data = sound("recurrent")
        store = session.run_store()
        run = put(store, config, data)
        assert session.trained(run, 10) is session.trained(run) and session.trained(run).step == 10
        store.save(run, 11, edited(lambda tensors: None, '{"step": 11, "seconds": 1.0}')(data))
        assert session.trained(run).step == 11
        assert session.trained(run, 10).step == 10  # still in hand
        session._loaded.clear()
        with pytest.raises(InputError, match="gone_on"):
            session.trained(run, 10)
        shipped = "reverse-gru-general"
        assert session.trained(shipped, None) is session.trained(shipped, 3000) is session.trained(shipped)

    def test_the_card_says_the_step_and_the_score_of_the_weights(self):
        """Reports run ahead of the weights: what is said is the report of the weights' own update."""
        config, data = sound("recurrent")
        store = session.run_store()
        run = put(store, config, data)
        store.record(run, 12, report(12, exact_match=0.75))
        app = open_page("attention", model=run)
        captions = " ".join(caption.value for caption in app.caption)
        assert "10 updates" in captions and "25" in captions and "75" not in captions


class TestReports:
    def pieces(self, value, path=()):
        """Every place in a report."""
        yield path
        entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, part in entries:
            yield from self.pieces(part, (*path, key))

    def test_whatever_stands_in_any_place_of_a_report_the_story_is_told(self):
        """A report that is not whole is left out; one that is read can be told beside the others."""
        whole = [json.loads(json.dumps(each.to_dict())) for each in _attending().run()]
        odd = (None, True, -1, 0, 1.5, float("nan"), float("inf"), 10**40, "x", "", [], [[]], [None], {}, {"a": 1})
        words, draw = Words("en"), random.Random(1)
        read = 0
        paths = list(self.pieces(whole[1]))
        for path in [path for path in paths if len(path) < 4] + draw.sample(paths, 60):
            for value in draw.sample(odd, 3):
                spoilt = copy.deepcopy(whole[1])
                place = spoilt
                for key in path[:-1]:
                    place = place[key]
                if path:
                    place[path[-1]] = value
                else:
                    spoilt = value
                found = read_report(json.dumps(spoilt), whole[1]["step"])
                if found and found != whole[1]:
                    read += 1
                    kept = of_one_kind([whole[0], found, whole[2]])
                    training_story("x", kept, words, 30).to_json()
        assert read  # some of these are values that may stand there


def _attending():
    return Trainer(RunConfig(make_task({"name": "reverse"}), SHAPES["recurrent"], SMALL))


def test_a_diverging_run_ends_in_a_sentence_everywhere():
    """The address that once put an exception on Train, and the pages that its model opens."""
    import threading

    from seq2seq.training.worker import train_claimed

    app = open_page(
        "train", cell="transformer", optimiser="sgd", clipping="0", steps="12", until="0", **{"transformer-rate": "10"}
    )
    app.button(key="train").click().run()
    store = session.run_store()
    run = store.claim("w")
    assert train_claimed(store, run, "w", threading.Event()) == "failed"
    app.run()
    said = " ".join(each.value for each in app.markdown)
    assert not app.exception and "diverged" in said and stories(app)
    again = open_page("train", run=run.id)
    assert not again.exception and stories(again)
    for page, id in (("self_attention", "model"), ("sampling", "model")):
        looked = open_page(page, **{id: run.id})
        assert not looked.exception and stories(looked)


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("attention", {"text": "a" * 150}),
        ("attention", {"text": " ", "model": "dates-gru-additive"}),
        ("cell", {"input": "a" * 150}),
        ("tokens", {"cut-text": "a" * 150}),
        ("tokens", {"part": "batch", "shortest-length": "9", "longest-length": "3"}),
        ("states", {"sentences": "a;b;c;d;e;f;g;h"}),
    ],
)
def test_an_unreadable_text_in_a_link_leaves_a_sentence_and_a_picture(page, query):
    app = open_page(page, **query)
    assert len(app.warning) == 1 and stories(app)
