"""A story as one file that plays offline.

The file loads nothing: the player's modules and the story lie in it, under a Content-Security-Policy that allows just
that script, by its hash, and no `eval` (Vega then interprets its expressions instead of compiling them).
"""

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from seq2seq.player.bundle import WEB, drawing_library
from seq2seq.stories.explain import Explainer, Unknown
from seq2seq.stories.formulas import FormulaBook
from seq2seq.stories.story import Story, to_json

IMPORT = re.compile(r'^import \{ ([^}]+) \} from "\./(\w+)\.js";$', re.M)
EXPORT = re.compile(r"^export (?=(?:default |async )?(?:function|class|const) (\w+))", re.M)
PAGE = """<!doctype html>
<html lang="{language}" data-theme="{theme}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '{hash}'; \
style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main><h1>{title}</h1><div class="studio-player"></div></main>
<script type="application/json" id="story">{story}</script>
<script type="module">{script}</script>
</body>
</html>
"""
THEMES = ("light", "dark")
READERS, NOTEBOOKS = "reader", "notebook"  # whose theme is taken where none is given
DARK = "--st-background-color: #0f141a; --st-text-color: #e8edf3; --st-primary-color: #8f50be; color-scheme: dark;"
STYLE = f"""
:root {{ --studio-head: 4px; --st-background-color: #f7f8fa; --st-text-color: #1d2733; --st-primary-color: #7b3fa0; }}
:root {{ color-scheme: light; }}
:root[data-theme=dark] {{ {DARK} }}
@media (prefers-color-scheme: dark) {{ :root[data-theme={READERS}] {{ {DARK} }} }}
"""
STYLE += """
body { margin: 0; background: var(--st-background-color); color: var(--st-text-color); }
body { font-family: system-ui, sans-serif; }
main { max-width: 1500px; margin: 0 auto; padding: 16px; }
h1 { font-size: 1.3rem; }
"""


@cache
def one_script() -> str:
    """The player's modules as one script without imports, each in a scope of its own, in the order they need."""
    written: dict[str, str] = {}

    def write(name: str) -> None:
        if name in written:
            return
        text = (WEB / f"{name}.js").read_text(encoding="utf-8")
        for _, needed in IMPORT.findall(text):
            write(needed)
        if name == "vega":
            body, count = re.subn(r"export\s*\{\s*(\S+) as vegaEmbed\s*\};?\s*$", r"return { vegaEmbed: \1 };", text)
            assert count == 1, "the drawing library exports vegaEmbed and nothing else"
        else:
            names = EXPORT.findall(text)
            body = IMPORT.sub(
                r"const { \1 } = module_\2;", EXPORT.sub("", text).replace("\ndefault function", "\nfunction")
            )
            body += f"\nreturn {{ {', '.join(names)} }};"
        written[name] = f"const module_{name} = (() => {{\n{body}\n}})();\n"

    drawing_library()
    write("player")
    write("notebook")
    start = (
        'if (document.documentElement.dataset.theme === "notebook") module_notebook.fitIn();\n'
        'module_player.mount({ data: document.getElementById("story").textContent, parentElement: document.body });\n'
    )
    return "".join(written.values()).replace("</script", "<\\/script") + start


def to_html(
    story: Story | str, title: str = "Seq2Seq Studio", language: str = "en", explainer: Explainer | None = None,
    theme: str | None = None,
) -> str:  # fmt: skip
    """One self-contained page that plays the story (or its JSON) offline.

    Args:   explainer: with it, every number that can be clicked explains itself offline too; theme: "light", "dark",
            or "notebook" (the one of the notebook around it, else light); None: the reader's own.
    Raises: InputError if the drawing library is missing and cannot be made.
    """
    text = story.to_json() if isinstance(story, Story) else story
    if explainer:
        text = with_explanations(text, explainer)
    script = one_script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return PAGE.format(
        language=language,
        theme=theme or READERS,
        title=html.escape(title),
        hash=f"sha256-{digest}",
        style=(WEB / "player.css").read_text(encoding="utf-8") + STYLE,
        story=text.replace("<", "\\u003c"),  # in JSON the same text, and no tag can end the script it lies in
        script=script,
    )


def with_explanations(story: str, explainer: Explainer) -> str:
    """The story's JSON with the explanation of every number that its pictures show, and of those behind the steps."""
    told, book = json.loads(story), FormulaBook()
    listings: dict[str, int] = {}
    answers: dict[str, object] = {}
    for address in dict.fromkeys(clickable(told)):
        try:
            answer = explainer.explain(address).told(book)
        except Unknown:
            continue
        if "listing" in answer:  # each function once in the file
            text = to_json(answer["listing"])
            answer["listing"] = listings.setdefault(text, len(listings))
        answers[address] = answer
    told |= {"explanations": answers, "explained": book.templates}
    told["explained_listings"] = [json.loads(text) for text in listings]
    return to_json(told)


def clickable(story: Mapping[str, Any]) -> Iterator[str]:
    """Addresses of the numbers that a story's pictures and formulas show.

    A row of data names its number in `ask`, or several in `asks`; a row of units has `ask` and a list `unit`.
    """
    for step in story["steps"]:
        yield from (slot[1] for slot in step.get("formula", []) if isinstance(slot, list))
    for view in story["views"]:
        for row in (row for rows in view["data"].values() for row in rows):
            yield from row.get("asks", [])
            if isinstance(row.get("unit"), list):
                yield from (f"{row['ask']} {unit}" for unit in row["unit"])
            elif "ask" in row:
                yield row["ask"]


def write_html(
    story: Story | str, path: str | Path, title: str = "Seq2Seq Studio", language: str = "en",
    explainer: Explainer | None = None, theme: str | None = None,
) -> Path:  # fmt: skip
    """Write that page to a file; returns its path.

    Raises: OSError if the file cannot be written.
    """
    path = Path(path)
    path.write_text(to_html(story, title, language, explainer, theme), encoding="utf-8")
    return path
