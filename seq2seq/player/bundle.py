"""The drawing library that the player needs beside it: Vega, out of vl-convert, with nothing from the network.

It is made when it is missing; a wheel brings it along. By hand: python -m seq2seq.player.bundle
"""

import os
import tempfile
from pathlib import Path

WEB = Path(__file__).parent / "web"
LIBRARY = WEB / "vega.js"


def write_bundle(target: Path = LIBRARY) -> Path:
    """Write `vega.js`, an ES module that exports `vegaEmbed`; returns its path.

    Whoever reads meanwhile finds all of it or nothing, also when two programs write it at once.
    Raises: OSError if it cannot be written, ImportError if vl-convert is not installed.
    """
    import vl_convert

    text = vl_convert.javascript_bundle("export { vegaEmbed };")
    number, draft = tempfile.mkstemp(dir=target.parent, prefix="vega-", suffix=".js")
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(text)
        Path(draft).chmod(0o644)
        Path(draft).replace(target)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        if not target.exists():  # else another program was quicker, and still holds it open
            raise
    return target


def drawing_library() -> Path:
    """Where `vega.js` lies; made first if it is missing.

    Raises: InputError if it is missing and cannot be made.
    """
    if LIBRARY.exists():
        return LIBRARY
    from seq2seq.tasks import InputError

    try:
        return write_bundle(LIBRARY)
    except OSError as error:
        raise InputError("input.no_drawing_library", path=LIBRARY, error=error.strerror) from error
    except ImportError as error:
        raise InputError("input.no_drawing_library", path=LIBRARY, error=error) from error


if __name__ == "__main__":
    print(write_bundle())
