"""The notebooks run as they stand, from top to bottom, and are kept without outputs."""

import nbformat
import pytest
from nbclient import NotebookClient

from seq2seq.folders import PACKAGE

NOTEBOOKS = sorted((PACKAGE.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    assert len(notebook.cells) <= 12
    written = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in written)
    NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(tmp_path)}}).execute()
    told = [output for cell in written for output in cell.outputs]
    assert told and not any(output.output_type == "error" or output.get("name") == "stderr" for output in told), told
    if any("show(" in cell.source for cell in written):
        assert any("<iframe" in output.get("data", {}).get("text/html", "") for output in told)


def test_there_are_three():
    assert len(NOTEBOOKS) == 3
