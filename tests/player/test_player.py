"""The browser side is where Streamlit looks for it, whole, and loads nothing from elsewhere."""

import re
from importlib.metadata import distribution

import pytest

from seq2seq.__main__ import main
from seq2seq.player import bundle
from seq2seq.player.bundle import WEB
from seq2seq.player.export import one_script

OURS = sorted(path for path in WEB.iterdir() if path.name != "vega.js")


def test_streamlit_finds_the_player():
    """A miss is silent, so it is looked for: by the scanner that Streamlit itself uses."""
    from streamlit.components.v2.manifest_scanner import scan_component_manifests

    found = {
        component.name: component.resolve_asset_root(root)
        for manifest, root in scan_component_manifests()
        if manifest.name == "seq2seq"
        for component in manifest.components
    }
    assert found["player"] == WEB.resolve()


def test_the_distribution_is_named_as_streamlit_needs_it():
    told = distribution("seq2seq").metadata
    assert told["Name"] == "seq2seq" and "streamlit" in told["Summary"].lower()


def test_the_drawing_library_is_there():
    text = (WEB / "vega.js").read_text(encoding="utf-8")
    assert len(text) > 500_000 and "export{" in text[-200:] and "vegaEmbed" in text[-200:]


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_nothing_is_loaded_from_outside(path):
    text = path.read_text(encoding="utf-8")
    addresses = set(re.findall(r"""["'(](?:https?:)?//[^"')]+""", text))
    assert addresses <= {'"http://www.w3.org/2000/svg'}
    assert not re.search(r"\beval\(|new Function", text)


@pytest.mark.parametrize("path", [path for path in OURS if path.suffix == ".js"], ids=lambda path: path.name)
def test_markup_is_only_ever_ours(path):
    """`innerHTML` takes a formula template and nothing else: tokens are text nodes."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if "innerHTML" in line or "insertAdjacentHTML" in line or "outerHTML" in line:
            assert path.name == "formula.js" and "templates[number]" in line


def test_every_import_has_its_file():
    for path in OURS:
        if path.suffix == ".js":
            for name in re.findall(r'from "\./([\w.]+)"', path.read_text(encoding="utf-8")):
                assert (WEB / name).exists(), f"{path.name} imports {name}"


def test_every_colour_of_the_stories_is_in_both_themes():
    from seq2seq.stories.signals import PALETTE

    theme = (WEB / "theme.js").read_text(encoding="utf-8")
    for part in theme.split("const ")[1:3]:
        for name in PALETTE:
            assert re.search(rf'\b{name}: "#[0-9a-fA-F]{{6}}"', part), name


def test_the_drawing_library_is_made_where_it_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "LIBRARY", tmp_path / "vega.js")
    assert bundle.drawing_library().read_bytes() == (WEB / "vega.js").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["vega.js"]  # no draft is left
    monkeypatch.setattr(bundle, "write_bundle", None)  # what is there is not made again
    assert bundle.drawing_library() == tmp_path / "vega.js"


def test_a_drawing_library_that_cannot_be_made_gets_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(bundle, "LIBRARY", tmp_path / "no-such-folder" / "vega.js")
    one_script.cache_clear()
    status = main(["export", "reverse-gru-general", "abc", "--out", str(tmp_path / "a.html")])
    told = capsys.readouterr().err
    assert status == 2 and told.count("\n") == 1 and "seq2seq.player.bundle" in told
