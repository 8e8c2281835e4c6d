"""Where the run store is: the folder and the URL that the environment names, and how they are called in a sentence.

A URL may hold a password, and a wrongly written one may hold it anywhere: of a database server nothing but its kind is
ever told, and what the server says is told without any piece of the URL.
"""

import os
import re
from pathlib import Path
from urllib.parse import unquote

import platformdirs
from sqlalchemy import make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from seq2seq.tasks import InputError

VARIABLE = "SEQ2SEQ_STORE"
SHORTEST = 2  # characters of a piece of a URL that is looked for in what a server says


class StoreError(InputError):
    """The store cannot be read or written now; nothing in it has changed."""


class StoreNameError(StoreError):
    """There can be no store under this name, today or tomorrow."""


def studio_home() -> Path:
    """The folder that holds runs, made if need be; SEQ2SEQ_HOME, or the platform's place for a user's data.

    Raises: StoreError if there can be no such folder.
    """
    home = Path(os.environ.get("SEQ2SEQ_HOME") or platformdirs.user_data_dir("seq2seq-studio")).absolute()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError("input.store_closed", store=home, error=error.strerror) from error
    return home


def default_url() -> str:
    """The store of this user on this machine, or SEQ2SEQ_STORE."""
    named = os.environ.get(VARIABLE, "").strip()
    return address_of(named) if named else _address(studio_home() / "runs.db")


def address_of(url: str) -> str:
    """The URL as it means the same in every program: a file by its whole path.

    Raises: StoreNameError if it names no database, or one that no other program could see.
    """
    try:
        parts = make_url(url)
        parts.get_dialect()
    except (SQLAlchemyError, ValueError, ImportError, AttributeError):
        raise StoreNameError("input.store_url", store=VARIABLE) from None  # it may hold a password: not a word of it
    if parts.get_backend_name() != "sqlite":
        return url
    file = parts.database or ""
    if file in ("", ":memory:") or parts.query.get("mode") == "memory" or file.startswith("file::memory:"):
        raise StoreNameError("input.store_in_memory", store=VARIABLE)
    if file.startswith("file:"):  # SQLite's own way to write a path, which may mean yet another thing
        raise StoreNameError("input.store_url", store=VARIABLE)
    if Path(file).is_dir() or file.endswith(("/", os.sep)):
        raise StoreNameError("input.store_folder", store=file)
    return _address(Path(file).absolute())


def store_name(url: str) -> str:
    """What a sentence calls the store: a file's path, or the kind of a database server."""
    parts = make_url(url)
    return str(parts.database) if parts.get_backend_name() == "sqlite" else parts.get_backend_name()


def said_without(url: str, error: BaseException) -> str:
    """The first line of what a database said, without any piece of a server's URL: it may be one of a password."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    line = said[0] if said else type(error).__name__
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        return line
    rest = url.partition("://")[2]
    pieces = {piece for text in (rest, unquote(rest)) for piece in re.split(r"[@:/?#&=%+\s]+", text)}
    pieces |= {rest, unquote(rest), parts.password or "", *map(str, parts.query.values())}
    for piece in sorted((piece for piece in pieces if len(piece) >= SHORTEST), key=len, reverse=True):
        line = re.sub(re.escape(piece), "…", line, flags=re.IGNORECASE)
    return line


def _address(file: Path) -> str:
    return URL.create("sqlite", database=str(file)).render_as_string()
