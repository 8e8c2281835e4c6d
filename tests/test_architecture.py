"""Imports run downward only, and what must stay light stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from seq2seq.ui.navigation import GROUPS

ROOT = Path(__file__).parents[1]
# A package may import from those named behind it, and from itself.
ALLOWED = {
    "tasks": set(),
    "models": {"tasks"},
    "traces": set(),
    "preparing": {"tasks", "traces"},
    "decoding": {"tasks", "models", "traces"},
    "recording": {"tasks", "models", "decoding", "traces"},
    "works": set(),
    "terms": {"works"},
    "words": {"tasks", "terms", "works"},
    "stories": {"traces", "words"},
    "player": {"tasks", "stories"},
    "training": {"tasks", "models", "decoding", "recording", "traces", "words"},
    "studies": {"tasks", "models", "decoding", "preparing", "recording", "traces", "stories", "training", "words"},
    "ui": {
        "tasks",
        "models",
        "preparing",
        "decoding",
        "traces",
        "stories",
        "player",
        "training",
        "studies",
        "words",
        "terms",
        "works",
    },  # fmt: skip
    "bench": {"tasks", "models", "decoding", "traces", "stories", "training", "studies", "words"},
    "commands": {"tasks", "models", "decoding", "traces", "training", "studies", "words", "player", "ui"},
    "notebook": {"tasks", "stories", "player", "studies", "words"},
    "__main__": {"tasks", "commands", "training", "words", "bench"},
}


def imported(path: Path) -> set[str]:
    """Modules that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def sources(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", sources("seq2seq"), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_downward(path):
    part = path.relative_to(ROOT / "seq2seq").parts[0].removesuffix(".py")
    if part == "__init__":
        return
    for module in imported(path):
        name, *rest = module.split(".")
        if name == "seq2seq" and rest and rest[0] not in (part, "folders"):
            assert rest[0] in ALLOWED[part], f"{part} must not import {module}"
        if name == "streamlit":
            assert part == "ui" or path.parent.name == "apart", f"only ui may import streamlit, not {part}"
        if name == "torch":
            parts = {"models", "decoding", "recording", "training", "studies", "bench"}
            assert part in parts, f"{part} must not import torch"


@pytest.mark.parametrize("folder", ["pages"])
def test_pages_leave_torch_to_the_library(folder):
    for path in [ROOT / "app.py", *sources(folder)]:
        assert not any(module.split(".")[0] == "torch" for module in imported(path)), path


def test_one_place_says_where_the_assets_lie():
    """In a wheel they lie elsewhere than in the repository: whoever looks for them asks `folders`."""
    for path in [ROOT / "app.py", *sources("pages"), *sources("seq2seq")]:
        if path.name != "folders.py":
            told = path.read_text(encoding="utf-8")
            assert '"assets"' not in told and '"assets/' not in told and '"app.py"' not in told, path


def test_the_package_and_its_commands_are_light():
    """`import seq2seq` loads nothing; the command line no torch and no Streamlit before a command needs them."""
    for program in ("import seq2seq", "import seq2seq.__main__"):
        look = f"import sys; {program}; sys.exit(' '.join({{'torch', 'streamlit', 'altair'}} & set(sys.modules)) or 0)"
        assert subprocess.run([sys.executable, "-c", look], cwd=ROOT).returncode == 0, program


def test_asking_for_a_run_costs_no_torch():
    program = "import sys; import seq2seq.training.executor, seq2seq.training.pool; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT).returncode == 0


def test_a_first_picture_costs_no_torch():
    """One server, a visitor a page; after each we look whether it was loaded."""
    program = f"""
import sys
from streamlit.testing.v1 import AppTest
for stem in {[place.stem for places in GROUPS.values() for place in places]}:
    app = AppTest.from_file("app.py", default_timeout=60).run()
    if stem != "home":
        app = app.switch_page(f"pages/{{stem}}_page.py").run()
    assert not app.exception, (stem, app.exception)
    assert "torch" not in sys.modules, stem
"""
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert told.returncode == 0, told.stderr


def test_page_files_never_share_a_name_with_an_address():
    """A deep link whose path equals a file's stem would run the page without app.py."""
    for path in sources("pages"):
        assert path.stem.endswith("_page")


def test_the_waiting_policy_is_set_before_torch_is_loaded():
    program = "import os, seq2seq; print(os.environ['OMP_WAIT_POLICY'])"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert told.stdout.strip() == "PASSIVE"
