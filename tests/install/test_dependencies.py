"""What the studio needs is named once, and said alike where pip, make and a wheel's builder read it."""

import re
import tomllib
from importlib.metadata import requires

from seq2seq import __version__
from seq2seq.folders import PACKAGE

ROOT = PACKAGE.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = PROJECT["project"]["dependencies"]


def test_requirements_name_what_the_project_depends_on():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    named = [line for line in lines if line and not line.startswith("#")]
    assert named == [*DEPENDENCIES, "-e ."]


def test_every_dependency_is_pinned():
    groups = PROJECT["project"]["optional-dependencies"]
    assert set(groups) == {"dev", "peers"}
    for requirement in [*DEPENDENCIES, *groups["dev"]]:
        assert re.fullmatch(r"[\w.-]+==[\w.]+", requirement), requirement
    assert "torch==2.13.0" in DEPENDENCIES and "torch==2.13.0" in groups["peers"]


def test_a_wheel_is_built_with_the_drawing_library_that_the_app_uses():
    (used,) = [name for name in DEPENDENCIES if name.startswith("vl-convert")]
    assert used in PROJECT["build-system"]["requires"]


def test_what_is_installed_here_is_this_project():
    assert PROJECT["project"]["version"] == __version__
    assert any(name.startswith("streamlit") for name in requires("seq2seq") or [])
