"""`python -m seq2seq app`: what the server is told, and what is said when it cannot listen."""

import socket
import tomllib

import pytest

from seq2seq.__main__ import build_parser, main
from seq2seq.commands.app import PORT, server_options, without_screen
from seq2seq.folders import ROOT


def told(*arguments):
    words = server_options(build_parser().parse_args(["app", *arguments]))
    return dict(zip(words[::2], words[1::2], strict=True))


@pytest.fixture
def screen(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")


def test_a_browser_opens_where_there_is_a_screen(screen, monkeypatch):
    assert told() == {"--server.port": str(PORT), "--server.headless": "false"}
    assert told("--headless")["--server.headless"] == "true"
    monkeypatch.setenv("CI", "true")
    assert without_screen() and told()["--server.headless"] == "true"


def test_an_address_is_listened_on_and_shown(screen):
    shown = told("--address", "192.168.1.5", "--port", "8600")
    assert shown["--server.address"] == shown["--browser.serverAddress"] == "192.168.1.5"
    assert shown["--server.port"] == "8600"
    assert "--browser.serverAddress" not in told("--address", "0.0.0.0")


def test_a_port_that_is_taken_gets_one_sentence(capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert main(["app", "--port", str(port)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and str(port) in said and "--port" in said


@pytest.mark.parametrize(
    "options", [("--port", "0"), ("--port", "70000"), ("--address", "192.0.2.1"), ("--address", "-")]
)
def test_what_cannot_be_listened_on_gets_one_sentence(capsys, options):
    assert main(["app", *options]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and options[1] in said and "None" not in said


def test_settings_lie_beside_the_app_wherever_it_is():
    """Streamlit reads `.streamlit/config.toml` beside app.py last, in whatever folder it is started."""
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert {"light", "dark"} < settings["theme"].keys() and settings["browser"]["gatherUsageStats"] is False
