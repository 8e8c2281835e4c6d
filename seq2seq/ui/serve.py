"""Start the app's server. For developers: python -m seq2seq.ui.serve [options of `streamlit run`]."""

import sys

from streamlit.web.cli import main

from seq2seq.folders import APP
from seq2seq.player.bundle import drawing_library
from seq2seq.tasks import InputError
from seq2seq.training.place import StoreError, StoreNameError, default_url
from seq2seq.training.pool import worker_count
from seq2seq.words import say_error


def serve(options: list[str]) -> None:
    """Run the app's server until it is stopped; its settings lie beside app.py, in `.streamlit/config.toml`.

    Raises: InputError if the player's drawing library is missing and cannot be made, or a setting in the environment
    cannot be meant.
    """
    check_settings()
    drawing_library()
    sys.argv = ["streamlit", "run", str(APP), *options]
    main()


def check_settings() -> None:
    """Look at the settings in the environment before the server begins.

    Raises: InputError if one cannot be meant. A store that cannot be used now is only told of: pages can be seen.
    """
    worker_count()
    try:
        default_url()
    except StoreNameError:
        raise
    except StoreError as error:
        print(f"seq2seq: {say_error(error)}", file=sys.stderr)


if __name__ == "__main__":
    try:
        serve(sys.argv[1:])
    except InputError as wrong:
        print(f"seq2seq: {say_error(wrong)}", file=sys.stderr)
        sys.exit(2)
