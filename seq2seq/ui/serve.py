"""Start the app's server. For developers: python -m seq2seq.ui.serve [options of `streamlit run`]."""

import sys

from streamlit.web.cli import main

from seq2seq.folders import APP
from seq2seq.player.bundle import drawing_library


def serve(options: list[str]) -> None:
    """Run the app's server until it is stopped; its settings lie beside app.py, in `.streamlit/config.toml`.

    Raises: InputError if the player's drawing library is missing and cannot be made.
    """
    drawing_library()
    sys.argv = ["streamlit", "run", str(APP), *options]
    main()


if __name__ == "__main__":
    serve(sys.argv[1:])
