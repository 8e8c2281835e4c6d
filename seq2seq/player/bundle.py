"""Write the drawing library that the player needs beside it: Vega, out of vl-convert, with nothing from the network.

python -m seq2seq.player.bundle
"""

from pathlib import Path

WEB = Path(__file__).parent / "web"


def write_bundle() -> Path:
    """Write `vega.js`, an ES module that exports `vegaEmbed`; returns its path."""
    import vl_convert

    target = WEB / "vega.js"
    target.write_text(vl_convert.javascript_bundle("export { vegaEmbed };"), encoding="utf-8")
    return target


if __name__ == "__main__":
    print(write_bundle())
