"""Start the app's server. For developers: python -m seq2seq.ui.serve [options of `streamlit run`].

`streamlit run app.py` works too, but while a folder `pages/` exists Streamlit takes a fresh server for an old
multipage app until the first page has run, and the first visitor who comes by a link is told that there is no such
page. Saying beforehand what `st.navigation` says then is all that this adds.
"""

import sys

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.cli import main

from seq2seq.folders import APP
from seq2seq.player.bundle import drawing_library


def serve(options: list[str]) -> None:
    """Run the app's server until it is stopped; its settings lie beside app.py, in `.streamlit/config.toml`.

    Raises: InputError if the player's drawing library is missing and cannot be made.
    """
    drawing_library()
    PagesManager.uses_pages_directory = False
    sys.argv = ["streamlit", "run", str(APP), *options]
    main()


if __name__ == "__main__":
    serve(sys.argv[1:])
