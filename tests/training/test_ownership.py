"""Whoever has a run's id may read it; only its owner's token moves it, whichever verb is used, today or tomorrow."""

import inspect

import pytest
from sqlalchemy import event

from seq2seq.tasks import InputError
from seq2seq.training.executor import Executor, LocalExecutor
from seq2seq.training.store import RunStore
from tests.training.trouble import SMALL, report

VERBS = sorted(name for name, _ in inspect.getmembers(RunStore, inspect.isfunction) if not name.startswith("_"))
STRANGER = {"owner": "a stranger", "worker": "a stranger's worker", "step": 1, "body": {}, "data": b"", "part": "x",
            "state": "stopped", "device": "cpu"}  # fmt: skip


def content(store):
    with store.transaction() as connection:
        return [
            connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            for table in ("runs", "reports", "checkpoints", "snapshots")
        ]


def call(store, verb, run, **given):
    """Call it with a run's id and what somebody else can know; a parameter that is new must be named above."""
    verb = getattr(store, verb)
    wanted = inspect.signature(verb).parameters.values()
    values = {"run": store.get(run) if verb.__name__ == "ahead" else run} | STRANGER | given
    known = {p.name: values[p.name] for p in wanted if p.default is p.empty or p.name in ("owner", "worker")}
    result = verb(**known)
    return list(result) if inspect.isgenerator(result) else result


class TestStore:
    @pytest.mark.parametrize("verb", [verb for verb in VERBS if verb not in ("submit", "transaction")])
    @pytest.mark.parametrize("state", ["running", "paused", "stopped"])
    def test_no_verb_lets_a_stranger_change_a_run(self, verb, state):
        store = RunStore()
        run = store.submit(SMALL, "me", worker="w")
        store.save(run, 1, b"weights", "w")
        store.record(run, 1, report(1), "w")
        if state != "running":
            store.finish(run, "w", state)
        before, written = content(store), []
        event.listen(
            store.database.engine, "before_cursor_execute",
            lambda connection, cursor, statement, *_: written.append(statement.split()[0]),
        )  # fmt: skip
        try:
            if verb == "asked":
                with store.asked(run, STRANGER["owner"]):
                    pytest.fail("it let a stranger in")
            call(store, verb, run)
        except InputError as error:
            assert error.key == "input.not_yours"  # noqa: PT017
            assert set(written) <= {"SELECT", "PRAGMA"}
        assert content(store) == before

    @pytest.mark.parametrize("token", ["", "m", "ME", "me ", "mе", "me\x00", "command-line", "x" * 100_000])
    def test_nearly_the_token_is_not_the_token(self, token):
        store = RunStore()
        run = store.submit(SMALL, "me")
        for ask in (store.ask_to_stop, store.ask_to_pause, store.resume):
            with pytest.raises(InputError, match="not_yours"):
                ask(run, token)
        assert store.get(run).state == "queued"

    def test_a_run_that_is_not_there_is_said_to_be_gone(self):
        with pytest.raises(InputError, match="run_gone"):
            RunStore().ask_to_stop("0123456789ab", "me")

    def test_a_stopped_run_has_ended(self):
        store = RunStore()
        run = store.submit(SMALL, "me")
        store.ask_to_stop(run, "me")
        for ask in (store.resume, store.ask_to_pause, store.ask_to_stop):
            ask(run, "me")
            assert store.get(run).state == "stopped" and not store.get(run).pause


class TestExecutor:
    def test_every_verb_but_state_takes_the_token(self):
        for name, verb in inspect.getmembers(Executor, inspect.isfunction):
            if not name.startswith("_") and name != "state":
                assert "owner" in inspect.signature(verb).parameters, name

    def test_it_carries_the_token_to_the_store(self):
        store = RunStore()
        executor, run = LocalExecutor(store), store.submit(SMALL, "me")
        for ask in (executor.pause, executor.resume, executor.cancel):
            with pytest.raises(InputError, match="not_yours"):
                ask(run, "you")
        executor.pause(run, "me")
        assert executor.state(run).state == "paused"
        executor.resume(run, "me")
        assert executor.state(run).state == "queued"
        executor.cancel(run, "me")
        assert executor.state(run).state == "stopped"
