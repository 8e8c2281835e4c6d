"""Start the app: python -m seq2seq.ui.serve [options of `streamlit run`].

`streamlit run app.py` works too, but while a folder `pages/` exists Streamlit takes a fresh server for an old
multipage app until the first page has run, and the first visitor who comes by a link is told that there is no such
page. Here that is said beforehand, and the workers start with the server: `streamlit run` runs no line of ours before
somebody looks.
"""

import sys
from pathlib import Path

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.cli import main

from seq2seq.tasks import InputError
from seq2seq.training.place import StoreError, StoreNameError
from seq2seq.ui.workers import start_workers
from seq2seq.words import say_error

APP = Path(__file__).parents[2] / "app.py"


def serve(options: list[str]) -> None:
    """Run the app's server until it is stopped.

    Raises: InputError if a setting in the environment cannot be meant.
    """
    try:
        start_workers()
    except StoreNameError:
        raise
    except StoreError as error:  # tomorrow there may be room: pages that need no run can be seen all the same
        print(f"seq2seq: {say_error(error)}", file=sys.stderr)
    PagesManager.uses_pages_directory = False
    sys.argv = ["streamlit", "run", str(APP), *options]
    main()


if __name__ == "__main__":
    try:
        serve(sys.argv[1:])
    except InputError as error:
        sys.exit(f"seq2seq: {say_error(error)}")
