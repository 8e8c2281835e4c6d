"""What pyproject.toml cannot say: a wheel also holds what stands at the repository's top level, and the player whole.

`app.py`, `pages/`, `assets/` and Streamlit's settings go into `seq2seq/studio/`, which looks like that top level;
`seq2seq/folders.py` finds them there. An editable installation reads them where they stand.
"""

import runpy
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
TOP_LEVEL = ["app.py", "pages", "assets", ".streamlit/config.toml", "pyproject.toml"]  # Streamlit reads the last too
LEFT_OUT = shutil.ignore_patterns("__pycache__", "pictures")


class BuildStudio(build_py):
    """The package, and what belongs to it outside its folder."""

    def run(self) -> None:
        """Build, and for a wheel add the rest."""
        if not self.editable_mode:  # what was deleted since an earlier build must not come along
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        if not self.editable_mode:
            self.add_top_level(Path(self.build_lib) / "seq2seq")

    def add_top_level(self, package: Path) -> None:
        """Put what stands outside the package, and what has to be made, where an installed one looks for it."""
        for name in TOP_LEVEL:
            source, target = HERE / name, package / "studio" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=LEFT_OUT)
            else:
                shutil.copy2(source, target)
        bundle = runpy.run_path(str(HERE / "seq2seq" / "player" / "bundle.py"))
        bundle["write_bundle"](package / "player" / "web" / "vega.js")


setup(cmdclass={"build_py": BuildStudio})
