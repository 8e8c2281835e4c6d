"""Who is looking, and what is shared between all who look: the store, its workers, loaded models."""

import gc
import hmac
import secrets
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import streamlit as st

from seq2seq.player.bundle import drawing_library
from seq2seq.stories.stored import ATTENTION_INPUT, ATTENTION_MODEL
from seq2seq.studies.shipped import shipped_names
from seq2seq.tasks import InputError
from seq2seq.training.executor import LocalExecutor
from seq2seq.training.pool import worker_count
from seq2seq.training.records import RunRecord
from seq2seq.training.store import RunStore

if TYPE_CHECKING:
    from seq2seq.studies.trained import Trained

COOKIE = "seq2seq_owner"
PATIENCE = 3.0  # seconds a page waits for another program that writes into the store
YEAR = 365 * 24 * 3600
PLAYER_FILES = ["vega.js", "player.js"]  # asked for early: the largest, and the one that names all the others

# No account: the browser keeps a token nobody can guess, and whoever shows it owns its runs.
_keeper = st.components.v2.component(
    "seq2seq.owner",
    html="<span hidden></span>",
    js="""
    export default function ({ data }) {
      const pair = `${data.name}=${data.token}`;
      const keep = (how) => (document.cookie = `${pair}; path=/; max-age=${data.age}; ${how}`);
      const kept = () => document.cookie.split("; ").includes(pair);
      try {
        keep("SameSite=Strict");
        if (!kept() && isSecureContext) keep("SameSite=None; Secure; Partitioned"); // in a frame on another site
      } catch (error) {
        if (error.name !== "SecurityError") throw error; // a sandboxed frame keeps nothing at all
      }
      if (document.querySelector("link[data-player]")) return;
      const address = performance.getEntriesByType("resource").map((entry) => entry.name);
      const root = address.find((name) => name.includes("/static/"))?.split("/static/")[0] ?? location.origin;
      for (const file of data.files) {
        const early = document.createElement("link");
        early.rel = "modulepreload";
        early.dataset.player = file;
        early.href = `${root}/_stcore/bidi-components/seq2seq.player/${file}`;
        document.head.append(early);
      }
    }
    """,
)


def owner() -> str:
    """The token of the browser that looks: from its cookie, else a new one."""
    if "owner" not in st.session_state:
        kept = st.context.cookies.get(COOKIE, "")
        st.session_state["owner"] = kept if len(kept) == 43 else secrets.token_urlsafe(32)
    return str(st.session_state["owner"])


def is_own(run: RunRecord) -> bool:
    """Whether the browser that looks may ask something of a run; the store asks for itself whenever something is."""
    return hmac.compare_digest(run.owner.encode(), owner().encode())


def keep_owner() -> None:
    """Have the browser keep the token, and fetch early what the player needs, which is made first if it is missing."""
    with suppress(InputError):  # the player says what is wrong
        drawing_library()
    _keeper(key="owner-keeper", data={"name": COOKIE, "token": owner(), "age": YEAR, "files": PLAYER_FILES})


@st.cache_resource(max_entries=1)
def run_store() -> RunStore:
    """The run store of this server.

    Raises: StoreError if it cannot be opened; the next page that asks tries again.
    """
    return RunStore(patience=PATIENCE)


def executor() -> LocalExecutor:
    """Where runs are asked for."""
    return LocalExecutor(run_store())


_starting = threading.Lock()
_loading: threading.Thread | None = None


def load_torch() -> None:
    """Load torch in the background, once a server: asked for after the first picture is out."""
    global _loading
    with _starting:
        if worker_count() == 0:  # no workers, no torch; Streamlit and the charts are many objects too
            if not gc.get_freeze_count():
                spare_the_collector()
        elif _loading is None:
            _loading = threading.Thread(target=_prepare, name="torch-loader", daemon=True)
            _loading.start()


def _prepare() -> None:
    """Spend the seconds of importing torch, and a first decoding, before somebody waits for them."""
    from seq2seq.studies.trained import load_trained
    from seq2seq.training.device import share_the_machine

    share_the_machine()
    load_trained(ATTENTION_MODEL).record(ATTENTION_INPUT)
    spare_the_collector()


def spare_the_collector() -> None:
    """What is loaded stays: looking through its million objects, now and then, held up a click by 250 ms."""
    gc.collect()
    gc.freeze()


def trained(reference: str, step: int | None = None) -> "Trained":
    """A model by run id or shipped name, after so many updates. Shared: never to be changed.

    None: as it is now, which of a shipped model it always is.
    Raises: InputError if it cannot be used, or has been trained further than that.
    """
    if reference in shipped_names():
        return _loaded(reference, None)
    return _loaded(reference, run_store().checkpoint_step(reference) if step is None else step)


@st.cache_resource(max_entries=16, show_spinner=False)
def _loaded(reference: str, step: int | None) -> "Trained":
    from seq2seq.studies.trained import load_trained

    return load_trained(reference, run_store(), step)
