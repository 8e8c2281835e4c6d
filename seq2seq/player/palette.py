"""The player's colours, for what is drawn outside it: read from its theme, so that there is one palette only."""

import re
from functools import cache
from pathlib import Path

THEME = Path(__file__).parent / "web" / "theme.js"


@cache
def palette(dark: bool) -> dict[str, str]:
    """Colours by what they mean, such as "encoder"."""
    text = THEME.read_text(encoding="utf-8")
    block = text.split("const DARK = {" if dark else "const LIGHT = {", 1)[1].split("}", 1)[0]
    return dict(re.findall(r'(\w+): "(#[0-9A-Fa-f]{6})"', block))
