"""Runs on the Train page, in every language: pausing, a worker that dies, a store that cannot be used."""

import json
import time

import pytest
from sqlalchemy import event

from seq2seq.models.config import RecurrentConfig
from seq2seq.tasks import make_task
from seq2seq.training.config import RunConfig, TrainingConfig
from seq2seq.training.leases import LEASE
from seq2seq.training.place import StoreError
from seq2seq.training.store import RunStore
from seq2seq.ui import session, silence
from seq2seq.words import Words, say_error
from tests.pages.test_pages import every_language, open_page, stories, train_one
from tests.training.trouble import locked

CONFIG = RunConfig(make_task({"name": "reverse"}), training=TrainingConfig(steps=40, batch=8, device="cpu"))


def texts(app):
    """All that is said on the page."""
    return "\n".join(found.value for kind in (app.markdown, app.caption, app.warning, app.info) for found in kind)


def say(language, key, **slots):
    return Words(language).say(key, **slots)


@every_language
def test_a_waiting_run_is_paused_and_resumed(language):
    store = RunStore()
    first, run = (store.submit(CONFIG, "me") for _ in range(2))
    app = open_page("train", language, "me", run=run)
    app.button(key="pause").click().run()
    assert store.get(run).state == "paused" and say(language, "train.state.paused") in texts(app)
    assert store.get(first).state == "queued"
    app.button(key="resume").click().run()
    assert store.get(run).state == "queued" and say(language, "train.state.queued", ahead=1) in texts(app)
    assert not app.exception


@every_language
def test_a_running_run_is_asked_to_pause(language):
    store = RunStore()
    run = store.submit(CONFIG, "me", worker="w")
    app = open_page("train", language, "me", run=run)
    app.button(key="pause").click().run()
    assert store.renew(run, "w", "cpu") == "pause" and say(language, "train.state.pausing") in texts(app)
    store.finish(run, "w", "paused")
    app.run()
    assert not app.exception and not app.button(key="resume").disabled and not app.button(key="stop").disabled


def bottleneck_runs(owner):
    letters = make_task({"name": "reverse", "shortest": 1, "longest": 20})
    shapes = [RecurrentConfig(attention=attention, hidden=12, embedding=8) for attention in ("none", "general")]
    way = TrainingConfig(steps=40, until=None, batch=8, device="cpu")
    return [RunStore().submit(RunConfig(letters, shape, way), owner) for shape in shapes]


@pytest.mark.parametrize("page", ["train", "bottleneck"])
@every_language
def test_a_linked_run_can_only_be_looked_at(page, language):
    """Whoever has the link; and a message made by hand, which no button that is off would send, changes nothing."""
    store = RunStore()
    runs = bottleneck_runs("me")
    parts = [""] if page == "train" else ["-none", "-general"]
    query = {"run": runs[0]} if page == "train" else {"bn-runs": ",".join(runs)}
    app = open_page(page, language, "a stranger", **query)

    def press(key):
        button = app.button(key=key)
        assert button.disabled
        button.proto.disabled = False
        button.click().run()
        assert not app.exception

    assert texts(app).count(say(language, "train.not_yours")) == 1
    for part in parts:
        for verb in ("pause", "stop"):
            press(f"{verb}{part}")
            assert [store.get(run).state for run in runs] == ["queued"] * 2
    store.ask_to_pause(runs[0], "me")
    app.run()
    press(f"resume{parts[0]}")
    assert store.get(runs[0]).state == "paused"
    mine = open_page(page, language, "me", **query)
    assert say(language, "train.not_yours") not in texts(mine) and not mine.button(key=f"stop{parts[0]}").disabled


@pytest.mark.parametrize("verb", ["pause", "stop"])
def test_what_reaches_the_server_all_the_same_is_refused_by_the_store(verb, monkeypatch):
    """A page that forgot to look whose run it is: the store does not."""
    store = RunStore()
    run = store.submit(CONFIG, "me")
    app = open_page("train", "en", "a stranger", run=run)
    monkeypatch.setattr("seq2seq.ui.board.is_own", lambda run: True)
    app.run()
    assert not app.button(key=verb).disabled
    app.button(key=verb).click().run()
    assert store.get(run).state == "queued" and not app.exception
    assert say("en", "input.not_yours") in texts(app)


@every_language
def test_a_paused_run_opens_on_attention(language):
    store, run = RunStore(), train_one("me")
    with store.transaction() as connection:
        connection.exec_driver_sql("UPDATE runs SET state = 'paused'")
    app = open_page("train", language, run=run)
    assert stories(app) and any(run in json.dumps(str(link.proto)) for link in app.get("page_link"))
    app = open_page("attention", language, model=run, text="abc")
    assert not app.warning and stories(app)[0]["id"].startswith(f"decoding|{run}|abc|")


@every_language
def test_a_dead_worker_is_told_while_it_is_silent_and_afterwards(language):
    store = RunStore()
    run = store.submit(CONFIG, "me", worker="w")
    store.save(run, 20, b"")
    silent = say(language, "train.silent", step=20)
    assert silent not in texts(open_page("train", language, run=run))
    with store.transaction() as connection:
        connection.exec_driver_sql(f"UPDATE runs SET lease = {time.time() + 4}")  # last heard 6 s ago
    assert silent in texts(open_page("train", language, run=run))
    store.release("w")
    before, after = (say(language, key, time="*", step=20).split("*")[1] for key in ("train.lost", "train.went_on"))
    assert before in texts(open_page("train", language, run=run))
    store.ask_to_pause(run, "me")
    assert before in texts(open_page("train", language, run=run))  # paused before it went on
    store.resume(run, "me")
    store.claim("v")
    store.renew(run, "v", "cpu")
    assert after in texts(open_page("train", language, run=run))


@every_language
def test_where_no_report_comes_the_reason_is_said_and_nobody_blamed(language):
    """In the order in which it is found out: nothing runs, all is well, the disk, the store, an update that is long."""
    store = RunStore()
    run = store.submit(CONFIG, "me")

    def told(**columns):
        silence._store_trouble.clear()
        with store.transaction() as connection:
            for name, value in columns.items():
                connection.exec_driver_sql(f"UPDATE runs SET {name} = ?", (value,))
        return texts(open_page("train", language, run=run))

    reasons = {
        "nobody": say(language, "train.no_workers"), "full": say_error(StoreError("input.store_full"), language),
        "locked": say_error(StoreError("input.store_locked"), language), "silent": say(language, "train.silent", step=0),
        "quiet": say(language, "train.quiet", n="*").split("*")[1],
    }  # fmt: skip

    def found(said):
        return [name for name, reason in reasons.items() if reason in said]

    assert found(told()) == []
    assert found(told(created=time.time() - 9, moved=time.time() - 9)) == ["nobody"]
    store.claim("w")
    assert found(told(device="cpu")) == []
    assert found(told(moved=time.time() - 30)) == ["quiet"]
    store.renew(run, "w", "cpu", StoreError("input.store_full"))
    assert found(told()) == ["full"]
    store.renew(run, "w", "cpu", None)
    told(lease=time.time() + LEASE - 9)
    assert found(told()) == ["silent"]
    silence._store_trouble.clear()
    with locked(store):
        assert found(texts(open_page("train", language, run=run))) == ["locked"]


@every_language
def test_a_run_that_kills_its_workers_says_so(language):
    store = RunStore()
    run = store.submit(CONFIG, "me")
    for _ in range(3):
        store.claim("w")
        store.release("w")
    assert say(language, "input.lost", n=3, step=0) in texts(open_page("train", language, run=run))


@every_language
def test_a_damaged_run_in_the_link_gets_a_sentence(language):
    store = RunStore()
    run = store.submit(CONFIG, "me")
    with store.transaction() as connection:
        connection.exec_driver_sql("UPDATE runs SET config = '{'")
    app = open_page("train", language, run=run)
    assert [warning.value for warning in app.warning] == [say(language, "input.damaged_run", run=run)]


@every_language
def test_a_damaged_run_in_the_list_leaves_the_others(language):
    app = open_page("train", language)
    app.button(key="train").click().run()
    app.button(key="train").click().run()
    broken = app.session_state["run"]
    with RunStore().transaction() as connection:
        connection.exec_driver_sql("UPDATE runs SET config = '{' WHERE id = ?", (broken,))
    app.run()
    assert not app.exception and len(app.warning) == 1
    (sound,) = RunStore().recent()
    assert app.session_state["run"] == sound.id
    app.run()
    assert not app.exception and not app.warning


@every_language
def test_a_locked_store_gets_a_sentence_and_keeps_the_settings(language, monkeypatch):
    monkeypatch.setattr(session, "PATIENCE", 0.1)
    session.run_store.clear()
    app = open_page("train", language)
    app.button(key="train").click().run()
    run = app.session_state["run"]
    app.number_input(key=f"hidden.{language}").set_value(48).run()
    sentence = say(language, "input.store_locked")
    with locked(RunStore()):
        app.button(key="train").click().run()
        assert [warning.value for warning in app.warning] == [sentence] and not app.exception
        app.button(key="pause").click().run()
        assert sentence in texts(app) and not app.exception
    assert app.number_input(key=f"hidden.{language}").value == 48
    app.button(key="pause").click().run()
    assert RunStore().get(run).state == "paused" and sentence not in texts(app)


@every_language
@pytest.mark.parametrize("page", ["home", "train", "attention"])
def test_a_store_that_cannot_be_opened_stops_no_page(page, language, home, monkeypatch):
    monkeypatch.setenv("SEQ2SEQ_WORKERS", "1")
    (home / "runs.db").write_bytes(b"This is no database. " * 100)
    app = open_page(page, language)  # no exception
    sentence = say(language, "input.store_damaged", store=home / "runs.db")
    assert [warning.value for warning in app.warning] == ([sentence] if page != "home" else [])
    assert stories(app) or page == "train"  # what is shipped can be looked at all the same
    monkeypatch.setenv("SEQ2SEQ_WORKERS", "0")
    (home / "runs.db").unlink()  # mended: no restart is needed
    app.run()
    assert not app.warning and not app.exception


def test_a_full_disk_gets_a_sentence():
    app = open_page("train")

    def hold(connection, *_):
        connection.execute("PRAGMA max_page_count = 1")

    event.listen(session.run_store().database.engine, "checkout", hold)
    for _ in range(40):  # until the pages there are full
        app.button(key="train").click().run()
        if app.warning:
            break
    assert not app.exception and "is full" in app.warning[0].value
