"""`app`: start the server and open the browser."""

import argparse
import errno
import os
import socket
import sys

from seq2seq.tasks import InputError

PORT = 8501
HERE = "127.0.0.1"


def add_serving(app: argparse.ArgumentParser) -> None:
    """The options of `app`."""
    app.add_argument("--port", type=int, default=PORT, metavar="N", help=f"default: {PORT}")
    app.add_argument("--address", metavar="A", help="listen there; default: this machine only")
    app.add_argument("--headless", action="store_true", help="open no browser (nor on a machine without a screen)")


def open_app(options: argparse.Namespace) -> int:
    """`app`: serve until it is stopped.

    Raises: InputError if nothing can listen there.
    """
    check_port(options.address or HERE, options.port)
    from seq2seq.ui.serve import serve

    serve(server_options(options))
    return 0


def check_port(address: str, port: int) -> None:
    """Say what is wrong with an address or a port before the server is started.

    Raises: InputError if nothing can listen there.
    """
    if not 1 <= port <= 65535:
        raise InputError("input.out_of_range", name="port", value=port, low=1, high=65535)
    try:
        family, kind, _, _, place = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            if os.name == "posix":  # as the server will: what an ended one left behind does not count
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise InputError("input.port_taken", port=port) from error
        raise InputError("input.cannot_listen", address=address, port=port, error=error.strerror) from error


def server_options(options: argparse.Namespace) -> list[str]:
    """What `streamlit run` is told."""
    headless = options.headless or without_screen()
    told = ["--server.port", str(options.port), "--server.headless", str(headless).lower()]
    if options.address:
        told += ["--server.address", options.address]
        if options.address not in ("0.0.0.0", "::"):
            told += ["--browser.serverAddress", options.address]
    return told


def without_screen() -> bool:
    """Whether no browser can be opened here: in CI, or where a Unix has no display."""
    if "CI" in os.environ:
        return True
    return sys.platform not in ("win32", "darwin") and not {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ)
