"""The studio's pages, in the order of a learner's way."""

from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode


class Place(NamedTuple):
    """A page: its file is `pages/{stem}_page.py`, never the same name as its address; icon: Material's name."""

    stem: str
    address: str
    icon: str

    @property
    def file(self) -> str:
        """The page's file, from the folder of app.py."""
        return f"pages/{self.stem}_page.py"


GROUPS: dict[str, tuple[Place, ...]] = {
    "start": (Place("home", "home", "home"), Place("train", "train", "model_training")),
    "read": (
        Place("tokens", "tokens", "grid_on"),
        Place("cell", "inside-the-cell", "memory"),
        Place("gradients", "gradients", "waves"),
        Place("bottleneck", "bottleneck", "filter_alt"),
    ),
    "attend": (
        Place("attention", "attention", "visibility"),
        Place("self_attention", "self-attention", "hub"),
        Place("positions", "positions", "format_list_numbered"),
        Place("masks", "masks", "visibility_off"),
        Place("heads", "heads", "account_tree"),
    ),
    "search": (
        Place("beam", "beam", "lan"),
        Place("exact", "exact", "verified"),
        Place("sampling", "sampling", "casino"),
        Place("compare", "compare-decoders", "query_stats"),
    ),
    "rooms": (
        Place("convolution", "convolution", "filter_center_focus"),
        Place("states", "state-space", "scatter_plot"),
    ),
}
HOME = GROUPS["start"][0]
SOURCES = Place("sources", "sources", "menu_book")  # in no group: every page leads there from its foot


def meant_by(path: str) -> str | None:
    """The address of the page that a path means, however it is written: "Attention/", "state_space", "home".

    The home page's own address is "". None: it means none, or is none of a page.
    """
    name = path.strip("/").lower().replace("_", "-").replace(" ", "-").removesuffix(".html")
    if not path or "/" in name:
        return None
    for places in (*GROUPS.values(), (SOURCES,)):
        for place in places:
            if name in (place.address, place.stem.replace("_", "-")):
                return "" if place == HOME else place.address
    return None


def moved(address: str, query: str) -> tuple[str, str]:
    """Where an older link leads today, address and query: the part on the scale was one of the Masks page."""
    asked = dict(parse_qsl(query, keep_blank_values=True))
    alone = asked.keys() & {"draw", "scale-runs"} and asked.keys() <= {"draw", "scale-runs", "lang"}
    if address != "masks" or not (asked.get("masks-part") == "scale" or alone):
        return address, query
    asked.pop("masks-part", None)
    return "self-attention", urlencode({"selfatt-part": "scale", **asked})
