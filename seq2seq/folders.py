"""Where the studio's own files lie: sentences, lessons, weights, pages.

In the repository they stand at its top level, beside the package; in a wheel they lie inside it (`setup.py` puts them
there), under one folder that looks like that top level.
"""

from pathlib import Path

PACKAGE = Path(__file__).parent
INSTALLED = PACKAGE / "studio"
ROOT = INSTALLED if INSTALLED.is_dir() else PACKAGE.parent
ASSETS = ROOT / "assets"
APP = ROOT / "app.py"
