"""The file of a SQLite store, seen from outside: whether it is still the one that was opened, and what to do if not.

SQLite knows a file's write-ahead log by its name only, and would write what a replaced file left behind into whatever
took its place (https://www.sqlite.org/howtocorrupt.html, 1.4 and 4.3). So each store's file bears a number of its own,
and so does everything in its log: `Database` writes both.
"""

import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from weakref import WeakValueDictionary

from filelock import FileLock

try:
    import fcntl
except ImportError:  # Windows: there an open file can be neither deleted nor replaced
    fcntl = None  # type: ignore[assignment]

HEADER = 100  # bytes with which a SQLite file, and thus its first page, begins
MARK = 68  # where in them the number stands that says whose file it is (PRAGMA application_id)
LOG_HEADER, FRAME_HEADER = 32, 24  # bytes of a log's header, and of that of each page in it (fileformat2.html, 4.1)
SHARED, SHARED_BYTES = 0x40000002, 510  # where in a file SQLite sets the lock that everybody who reads has

Identity = tuple[int, ...]


class StoreFile:
    """One for each file in a process: `StoreFile.of(path)`.

    It holds the file open for as long as anybody here uses it: closing any descriptor of a file ends all locks that
    this process has on it, SQLite's too (howtocorrupt.html, 2.2), and the next program to close the store would then
    delete the log that is still written here.
    """

    _all: "WeakValueDictionary[Path, StoreFile]" = WeakValueDictionary()
    _finding = threading.Lock()

    def __init__(self, path: Path) -> None:
        self.path, self.log = path, Path(f"{path}-wal")
        self.looking = threading.Lock()
        self.held: int | None = None  # its descriptor
        self.place: Identity = ()

    def __del__(self) -> None:
        if self.held is not None:
            os.close(self.held)

    @classmethod
    def of(cls, path: Path) -> "StoreFile":
        """The one of this path."""
        with cls._finding:
            found = cls._all.get(path)
            if found is None:
                found = cls._all[path] = cls(path)
            return found

    def identity(self) -> Identity:
        """What tells the file from any other: where it lies on the disk, and its number; () where there is none."""
        with self.looking:
            try:
                self._hold()
                return (*self.place, _mark_of(self._header()))
            except OSError:
                return ()

    def _hold(self) -> None:
        state = self.path.stat()
        if self.held is not None and (state.st_dev, state.st_ino) == self.place:
            return
        descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        if self.held is not None:
            os.close(self.held)  # nobody needs locks on what is gone
        self.held, state = descriptor, os.fstat(descriptor)
        self.place = (state.st_dev, state.st_ino)

    def _header(self) -> bytes:
        assert self.held is not None
        os.lseek(self.held, 0, os.SEEK_SET)
        return os.read(self.held, HEADER)

    @contextmanager
    def left_alone(self) -> Iterator[None]:
        """Meanwhile nobody who closes it writes its log into it: it may be another file's by now.

        Where the system has no locks that count within a process, only what other programs hold keeps them from it.
        """
        locked = self._lock("F_RDLCK")
        try:
            yield
        finally:
            if locked:
                self._lock("F_UNLCK")

    def _lock(self, kind: str) -> bool:
        if self.held is None or not hasattr(fcntl, "F_OFD_SETLK"):
            return False
        wanted = struct.pack("hhqqi4x", getattr(fcntl, kind), os.SEEK_SET, SHARED, SHARED_BYTES, 0)
        with suppress(OSError):
            fcntl.fcntl(self.held, fcntl.F_OFD_SETLK, wanted)
            return True
        return False

    def drop_foreign_log(self) -> None:
        """Delete the log beside the file, and its index, if they are another file's.

        Of many that find one at once, one deletes it, and nobody the log that comes after it.
        """
        if self._log_is_foreign():
            with FileLock(f"{self.path}-replaced.lock", timeout=10):
                if self._log_is_foreign():
                    for end in ("-shm", "-wal"):  # in this order: whoever comes between them still finds a foreign log
                        Path(f"{self.path}{end}").unlink(missing_ok=True)

    def _log_is_foreign(self) -> bool:
        if not self.log.exists():
            return False
        identity = self.identity()
        return not identity or any(mark != identity[-1] for mark in _marks(self.log))


def _mark_of(header: bytes) -> int:
    return int.from_bytes(header[MARK : MARK + 4], "big")


def _marks(log: Path) -> set[int]:
    """The numbers of all first pages in a log that are not left from before it was last begun anew."""
    found = set()
    with suppress(FileNotFoundError), log.open("rb") as pages:
        beginning = pages.read(LOG_HEADER)
        if len(beginning) == LOG_HEADER:
            size, salt = struct.unpack(">I", beginning[8:12])[0], beginning[16:24]
            while len(frame := pages.read(FRAME_HEADER)) == FRAME_HEADER and frame[8:16] == salt:
                if frame[:4] == b"\0\0\0\1":
                    found.add(_mark_of(pages.read(HEADER)))
                    pages.seek(size - HEADER, os.SEEK_CUR)
                else:
                    pages.seek(size, os.SEEK_CUR)
    return found
