"""A store that cannot be read or written says so in one sentence, and has lost nothing."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import event

from seq2seq.__main__ import main
from seq2seq.tasks import InputError
from seq2seq.training.place import StoreError
from seq2seq.training.store import RunStore
from seq2seq.training.worker import train_claimed
from tests.training.trouble import SMALL, locked, report


def make_old(file):
    """The table of runs as version 0.1 made it at first, with a run in it."""
    old = sqlite3.connect(file)
    old.execute(
        "CREATE TABLE runs (id VARCHAR NOT NULL, owner VARCHAR NOT NULL, created FLOAT NOT NULL,"
        " config TEXT NOT NULL, state VARCHAR NOT NULL, stop INTEGER NOT NULL, worker VARCHAR, lease FLOAT,"
        " device VARCHAR, error TEXT, PRIMARY KEY (id))"
    )
    config = '{"task": {"name": "reverse"}, "model": {}, "training": {"steps": 12, "batch": 8}}'
    old.execute("INSERT INTO runs VALUES ('old', 'me', 1.0, ?, 'queued', 0, NULL, NULL, NULL, NULL)", (config,))
    old.commit()
    old.close()


class TestStore:
    def test_a_database_of_an_earlier_version_opens(self, tmp_path):
        file = tmp_path / "old.db"
        make_old(file)
        store = RunStore(f"sqlite:///{file}")
        assert [run.id for run in store.recent("me")] == ["old"]
        assert train_claimed(store, store.claim("w"), "w", threading.Event()) == "finished"

    @pytest.mark.parametrize("old", [True, False])
    def test_many_open_it_at_the_same_time(self, tmp_path, old):
        """A server and its workers do, on the first day as on the day after an update."""
        file, opened = tmp_path / "runs.db", []
        if old:
            make_old(file)
        together = threading.Barrier(12)

        def open_one():
            together.wait()
            opened.append(RunStore(f"sqlite:///{file}"))

        many = [threading.Thread(target=open_one) for _ in range(12)]
        for thread in many:
            thread.start()
        for thread in many:
            thread.join()
        assert len(opened) == 12 and len(opened[0].recent()) == old

    def test_locked(self):
        store = RunStore(patience=0.1)
        run = store.submit(SMALL, "me")
        with locked(store):
            for write in (lambda: store.submit(SMALL, "me"), lambda: store.ask_to_stop(run, "me")):
                with pytest.raises(StoreError, match="store_locked"):
                    write()
            assert store.get(run).state == "queued"  # whoever reads does not wait
        with locked(store, alone=True):
            for read in (lambda: store.get(run), lambda: RunStore(patience=0.1)):
                with pytest.raises(StoreError, match="store_locked"):
                    read()
        assert [found.id for found in store.recent()] == [run] and store.get(run).state == "queued"

    def test_full(self):
        """SQLite itself says so here: it may not grow."""
        store = RunStore()
        run = store.submit(SMALL, "me")
        store.save(run, 1, b"first")

        def hold(connection, *_):
            connection.execute("PRAGMA max_page_count = 1")

        event.listen(store.database.engine, "checkout", hold)
        with pytest.raises(StoreError, match="store_full"):
            store.save(run, 2, bytes(1_000_000))
        event.remove(store.database.engine, "checkout", hold)
        assert store.checkpoint(run) == (1, b"first")

    @pytest.mark.parametrize("content", [b"This is no database. " * 100, b"SQLite format 3\x00" + b"x" * 5000])
    def test_not_a_database(self, tmp_path, content):
        file = tmp_path / "runs.db"
        file.write_bytes(content)
        with pytest.raises(StoreError, match="store_damaged"):
            RunStore(f"sqlite:///{file}")
        assert file.read_bytes() == content  # nothing was done to what may be a person's file

    def test_a_place_that_is_none(self):
        with pytest.raises(StoreError, match="store_closed"):
            RunStore("sqlite:////nowhere/at/all/runs.db")

    def test_a_home_that_is_a_file(self, tmp_path, monkeypatch):
        (tmp_path / "home").write_text("")
        monkeypatch.setenv("SEQ2SEQ_HOME", str(tmp_path / "home"))
        with pytest.raises(StoreError, match="store_closed"):
            RunStore()


def damage(store, run, **columns):
    with store.transaction() as connection:
        for name, value in columns.items():
            connection.exec_driver_sql(f"UPDATE runs SET {name} = ? WHERE id = ?", (value, run))


DAMAGES = [
    {"config": "{"}, {"config": "[]"}, {"config": "null"}, {"config": '{"task": 1, "model": 2, "training": 3}'},
    {"config": '{"task": {"name": ["reverse"]}, "model": {}, "training": {}}'}, {"state": "lost in thought"},
    {"error": "["}, {"error": '{"a": 1}'}, {"error": '["x"]'},
    {"config": '{"task": {"name": "reverse"}, "model": {"hidden": "wide"}, "training": {}}'},
]  # fmt: skip


class TestDamagedRow:
    @pytest.mark.parametrize("columns", DAMAGES, ids=str)
    def test_it_is_told_and_the_others_stay(self, columns):
        store = RunStore()
        sound, broken = (store.submit(SMALL, "me") for _ in range(2))
        damage(store, broken, **columns)
        with pytest.raises(InputError, match="damaged_run"):
            store.get(broken)
        assert [run.id for run in store.recent("me")] == [sound]
        assert [error.slots["run"] for error in store.damaged("me")] == [broken]

    def test_a_worker_passes_over_it(self):
        store = RunStore()
        broken, sound = (store.submit(SMALL, "me") for _ in range(2))
        damage(store, broken, config="{")
        assert store.claim("w").id == sound
        assert store.claim("w") is None  # it failed, and is tried no more

    def test_the_command_line_names_it_and_lists_the_others(self, capsys):
        store = RunStore()
        sound, broken = (store.submit(SMALL, "me") for _ in range(2))
        damage(store, broken, config="{")
        assert main(["runs"]) == 0
        told = capsys.readouterr()
        assert sound in told.out and broken not in told.out
        assert told.err.count("\n") == 1 and broken in told.err

    def test_a_damaged_report_is_left_out(self):
        store = RunStore()
        for step in (0, 10):
            store.record("run", step, report(step))
        with store.transaction() as connection:
            connection.exec_driver_sql("UPDATE reports SET body = '{' WHERE step = 10")
        assert store.reports("run") == [report(0)] and store.last_report("run") == report(0)


@pytest.mark.parametrize("arguments", [("runs",), ("decode", "0123456789ab", "abc"), ("train", "--steps", "1")])
def test_the_command_line_says_one_sentence_about_a_damaged_store(arguments, home, capsys):
    Path(home, "runs.db").write_bytes(b"This is no database. " * 100)
    assert main(list(arguments)) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1 and "is damaged" in told.err
