"""A store's file that is deleted or replaced while it is used: noticed everywhere, and nothing accepted is lost."""

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from seq2seq.training.place import StoreError
from seq2seq.training.store import RunStore
from seq2seq.training.worker import train_claimed
from tests.training.trouble import SMALL, report

ROOT = Path(__file__).parents[2]


@pytest.fixture
def file(home):
    return home / "runs.db"


def delete(file):
    file.unlink()


def delete_all(file):
    for each in file.parent.glob("runs.db*"):
        each.unlink()


def delete_folder(file):
    shutil.rmtree(file.parent)
    file.parent.mkdir()


def replace(file):
    other = file.parent / "other.db"
    RunStore(f"sqlite:///{other}").database.engine.dispose()
    other.replace(file)


def overwrite(file):
    """In place, as `cp` does: the same file to the system, another to whoever reads it; the old one's log stays."""
    other = file.parent / "other.db"
    RunStore(f"sqlite:///{other}").database.engine.dispose()
    with file.open("r+b") as there:
        there.write(other.read_bytes())
        there.truncate()


def overwrite_all(file):
    overwrite(file)
    for each in file.parent.glob("runs.db-*"):
        each.unlink()


WAYS = [delete, delete_all, delete_folder, replace, overwrite, overwrite_all]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_accepted_afterwards_is_what_everybody_reads(way, file):
    """A server and its worker, each with connections of its own, open since before."""
    server, worker = RunStore(), RunStore()
    lost = server.submit(SMALL, "me")
    assert worker.get(lost)
    way(file)
    run = server.submit(SMALL, "me")
    assert worker.claim("w").id == run and RunStore().get(run).state == "running"
    assert server.get(lost) is None
    worker.record(run, 1, report(1), "w")
    assert server.last_report(run)["step"] == 1
    with server.transaction() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


OTHER = """
import sys
from seq2seq.training.store import RunStore
from tests.training.trouble import SMALL
store = RunStore()
print(store.submit(SMALL, "me"), flush=True)
for line in sys.stdin:
    print(store.submit(SMALL, "me"), flush=True)
"""


@pytest.mark.parametrize("way", WAYS)
def test_nor_is_anything_lost_between_two_programs(way, file):
    """Each closes the lost file in its own time; SQLite, as it closes, would write its log and delete it by name."""
    store = RunStore()
    store.submit(SMALL, "me")
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with other:
        lost, accepted = other.stdout.readline(), []
        assert len(store.recent()) == 2
        way(file)
        for _ in range(3):
            accepted.append(store.submit(SMALL, "me"))
            other.stdin.write("\n")
            other.stdin.flush()
            accepted.append(other.stdout.readline().strip())
        other.stdin.close()
    assert {run.id for run in store.recent()} == {run.id for run in RunStore().recent()} == set(accepted) - {lost}


@pytest.mark.parametrize("way", [delete, replace])
def test_a_run_written_into_a_lost_file_is_not_accepted(way, file):
    store = RunStore()
    with pytest.raises(StoreError, match="store_replaced"), store.transaction() as connection:
        connection.exec_driver_sql("UPDATE runs SET stop = 0")
        way(file)
    assert store.recent() == []


def test_a_worker_lets_go_of_a_run_that_is_gone(file):
    store = RunStore()
    run = store.get(store.submit(SMALL, "me", worker="w"))
    ended = train_claimed(store, run, "w", threading.Event(), lambda report: delete(file) if report.step == 0 else None)
    assert ended == "running"  # nobody's run: nothing more was written of it
    assert store.get(run.id) is None and store.reports(run.id) == [] and store.checkpoint(run.id) is None
    next_one = store.submit(SMALL, "me")
    assert train_claimed(store, store.claim("w"), "w", threading.Event()) == "finished"
    assert store.get(next_one).state == "finished"


@pytest.mark.parametrize("content", [b"no database " * 500, b""])
def test_nonsense_written_over_it_is_said_and_mended_without_a_restart(content, file):
    store = RunStore()
    store.submit(SMALL, "me")
    store.database.engine.dispose()
    file.write_bytes(content)
    if content:
        for read in (store.recent, lambda: store.submit(SMALL, "me")):
            with pytest.raises(StoreError, match="store_damaged"):
                read()
        delete_all(file)
    run = store.submit(SMALL, "me")
    assert [found.id for found in RunStore().recent()] == [run]


def test_many_that_open_a_new_store_agree_which_it_is(file):
    stores, together = [], threading.Barrier(8)

    def open_one():
        together.wait()
        stores.append(RunStore())

    many = [threading.Thread(target=open_one) for _ in range(8)]
    for thread in many:
        thread.start()
    for thread in many:
        thread.join()
    runs = [store.submit(SMALL, "me") for store in stores for _ in range(3)]  # not once: it was replaced
    with stores[0].transaction() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert len(stores[0].recent()) == len(runs) == 24


@pytest.mark.parametrize("times", [1, 3])
def test_looking_at_the_file_gives_up_none_of_its_locks(times, file):
    """Or another program that ends takes itself for the last one, and deletes the log that is being written."""
    store = RunStore()
    for _ in range(times):
        store.submit(SMALL, "me")
    log = file.with_name("runs.db-wal").stat().st_ino
    program = "from seq2seq.training.store import RunStore; print(len(RunStore().recent()))"
    seen = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert int(seen.stdout) == times and file.with_name("runs.db-wal").stat().st_ino == log
    store.submit(SMALL, "me")
    assert len(store.recent()) == times + 1
