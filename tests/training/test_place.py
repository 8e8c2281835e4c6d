"""Where the store is: the same file for every program, and not a letter of a password anywhere."""

import subprocess
import sys
import traceback
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import URL

from seq2seq.tasks import InputError
from seq2seq.training.place import StoreNameError, address_of, default_url, said_without, store_name
from seq2seq.training.pool import Worker, WorkerPool, worker_count
from seq2seq.training.store import RunStore
from seq2seq.words import LANGUAGES, say_error

PASSWORDS = st.text("abcXYZ019@:/%?#&= ", min_size=6, max_size=20).filter(lambda text: text.strip() == text)


def told(url):
    """All that is said, printed or raised where a store of this URL is opened."""
    try:
        RunStore(url, patience=0.1)
    except InputError as error:
        said = [say_error(error, language) for language in LANGUAGES]
        return "\n".join([*said, *traceback.format_exception(error), str(error), repr(error)]), said
    pytest.fail("it opened")
    return None


class TestPassword:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(PASSWORDS, st.sampled_from(["nodriver", "postgresql", "mysql", "foo+bar"]), st.booleans())
    @example("p@ss:w/rd%zz", "postgresql", False)
    @example("sec/ret@at", "postgresql", False)
    def test_of_a_url_well_or_badly_written_nothing_is_told(self, password, kind, well):
        if well:
            url = URL.create(kind, "anna", password, "host", database="runs").render_as_string(hide_password=False)
        else:
            url = f"{kind}://anna:{password}@host/runs"
        everything, said = told(url)
        assert password not in everything
        assert all(piece not in " ".join(said) for piece in password.replace("@", "/").split("/") if len(piece) > 4)

    def test_in_the_query_neither(self):
        everything, _ = told("postgresql://host/runs?user=anna&password=sesame77&sslpassword=open%40it")
        assert "sesame77" not in everything and "open" not in everything

    def test_what_a_server_says_is_told_without_it(self):
        url = "postgresql://anna:p%40ss@word@host/runs?password=hidden1"
        error = OSError('could not translate host name "word@host": wrong password "p@ss", hidden1 for ANNA')
        said = said_without(url, error)
        assert said.startswith("could not translate") and "wrong password" not in said
        assert not any(piece in said for piece in ("word@", "p@ss", "hidden1", "ANNA"))

    def test_nor_stands_it_in_a_workers_arguments(self):
        worker = Worker("postgresql://anna:sesame77@127.0.0.1:1/runs")
        try:
            arguments = Path(f"/proc/{worker.program.pid}/cmdline")
            if not arguments.exists():
                pytest.skip("only Linux shows them here")
            assert b"seq2seq.training.worker" in arguments.read_bytes() and b"sesame" not in arguments.read_bytes()
        finally:
            worker.kill()
            worker.close()

    def test_nor_in_a_locks_name(self, tmp_path, monkeypatch):
        names = set()
        for password in ("one", "other"):
            monkeypatch.setenv("SEQ2SEQ_STORE", f"postgresql://anna:{password}@host/runs")
            names.add(WorkerPool(home=tmp_path, size=1).lock.lock_file)
        assert len(names) == 1


class TestName:
    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true",
                                     "sqlite:///x?mode=memory"])  # fmt: skip
    def test_memory_is_refused(self, url):
        with pytest.raises(StoreNameError, match="store_in_memory"):
            RunStore(url)

    @pytest.mark.parametrize(
        "url", ["foo", "who://knows", "sqlite", "://", "sqlite:/x.db", "http://a b", "postgresql://a:b/c"]
    )
    def test_what_names_no_database_is_refused(self, url, monkeypatch):
        monkeypatch.setenv("SEQ2SEQ_STORE", url)
        with pytest.raises(StoreNameError, match="store_url"):
            RunStore()

    def test_a_folder_is_refused(self, tmp_path):
        for name in (tmp_path, f"{tmp_path}/not-yet/"):
            with pytest.raises(StoreNameError, match="store_folder"):
                RunStore(f"sqlite:///{name}")

    def test_a_relative_path_means_one_file_wherever_a_program_runs(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("SEQ2SEQ_STORE", "sqlite:///runs.db")
        store = RunStore()
        assert store_name(store.url) == str(tmp_path / "runs.db")
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        store.database.engine.dispose()
        assert store.recent() == [] and not list((tmp_path / "elsewhere").iterdir())

    @pytest.mark.parametrize("name", ["a b", "c#d", "e?f", "g%20h", "i@j", "k:l", "ü"])
    def test_any_folder_can_be_a_home(self, name, tmp_path, monkeypatch):
        monkeypatch.setenv("SEQ2SEQ_HOME", str(tmp_path / name))
        RunStore()
        assert (tmp_path / name / "runs.db").exists()
        assert address_of(default_url()) == default_url()


class TestWorkerCount:
    @pytest.mark.parametrize("asked", ["abc", "-1", "1e9", "1.5", "65", "99999999999", "²", "٣", "1 2"])
    def test_what_is_no_count_gets_a_sentence(self, asked, monkeypatch):
        monkeypatch.setenv("SEQ2SEQ_WORKERS", asked)
        with pytest.raises(InputError, match="worker_count") as told:
            worker_count()
        assert all(asked in say_error(told.value, language) for language in LANGUAGES)

    @pytest.mark.parametrize(("asked", "count"), [("0", 0), (" 3 ", 3), ("64", 64)])
    def test_what_is(self, asked, count, monkeypatch):
        monkeypatch.setenv("SEQ2SEQ_WORKERS", asked)
        assert worker_count() == count

    def test_none_is_one_a_core(self, monkeypatch):
        monkeypatch.setenv("SEQ2SEQ_WORKERS", "")
        assert 1 <= worker_count() <= 4


@pytest.mark.parametrize(
    "setting", [{"SEQ2SEQ_WORKERS": "abc"}, {"SEQ2SEQ_STORE": "sqlite://", "SEQ2SEQ_WORKERS": "1"}]
)
def test_a_server_that_cannot_be_meant_does_not_start_and_says_why(setting, monkeypatch):
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    ended = subprocess.run([sys.executable, "-m", "seq2seq.ui.serve"], capture_output=True, text=True, timeout=100)
    assert ended.returncode == 2 and ended.stderr.startswith("seq2seq: ") and ended.stderr.count("\n") == 1
