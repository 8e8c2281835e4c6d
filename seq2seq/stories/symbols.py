"""The letters of formulas: what each means, on which page, and which of them a formula shows.

One symbol means one thing on a page, and one thing has one symbol on every page where that can be. The tables of the
pages take their rows from here, and a test reads every formula by it. A formula's symbols are found in its MathML:
letters with their accents (bar h), letters with a fixed index (W_a), and names set upright (PE). Indices are letters,
too; primes only say that a thing was changed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree


@dataclass(frozen=True)
class Symbol:
    """A letter or name of formulas; its meaning is the sentence "symbol.ID".

    sign: as `symbols_in` finds it; latex: as a formula writes it; shape: the letters of its axes, "" where it has none.
    """

    sign: str
    latex: str
    shape: str = ""


SYMBOLS: dict[str, Symbol] = {
    "source": Symbol("X", "X"), "output": Symbol("Y", "Y"), "output.hat": Symbol("hat Y", r"\hat{Y}"),
    "letter.hat": Symbol("hat y", r"\hat{y}"), "written": Symbol("y", "y"), "token": Symbol("w", "w"),
    "table": Symbol("E", "E"), "place": Symbol("PE", r"\mathrm{PE}"), "input": Symbol("x", "x"),
    "probability": Symbol("P", "P"), "probability.mean": Symbol("bar P", r"\bar{P}"),
    "logit": Symbol("ℓ", r"\ell", "V"), "loss": Symbol("L", "L"), "length": Symbol("L", "L"),
    "state": Symbol("h", "h", "D"), "state.way": Symbol("arrow h", r"\overrightarrow{h}"),
    "state.mean": Symbol("bar h", r"\bar{h}"), "decoder.mean": Symbol("bar s", r"\bar{s}"),
    "decoder.state": Symbol("s", "s", "D"), "readout": Symbol("tilde s", r"\tilde{s}", "D"),
    "cell": Symbol("c", "c"), "input.gate": Symbol("i", "i"), "forget.gate": Symbol("f", "f"),
    "cell.candidate": Symbol("g", "g"), "output.gate": Symbol("o", "o"), "reset.gate": Symbol("r", "r"),
    "update.gate": Symbol("z", "z"), "candidate": Symbol("n", "n"), "weights": Symbol("W", "W"),
    "recurrent": Symbol("U", "U"), "bias": Symbol("b", "b"), "sigmoid": Symbol("σ", r"\sigma"),
    "combine": Symbol("W_c", "W_c"), "combine.bias": Symbol("b_c", "b_c"), "to.logits": Symbol("W_y", "W_y"),
    "to.logits.bias": Symbol("b_y", "b_y"), "score": Symbol("e", "e"), "weight": Symbol("α", r"\alpha"),
    "weight.mean": Symbol("bar α", r"\bar{\alpha}"), "exponent": Symbol("α_lp", r"\alpha_{lp}"),
    "context": Symbol("a", "a"), "align.state": Symbol("W_a", "W_a"), "align.key": Symbol("U_a", "U_a"),
    "align.row": Symbol("v_a", "v_a"), "query": Symbol("q", "q"), "key": Symbol("k", "k"),
    "value": Symbol("v", "v"), "queries": Symbol("Q", "Q"), "keys": Symbol("K", "K"), "values": Symbol("V", "V"),
    "contexts": Symbol("A", "A"), "memory": Symbol("m", "m"), "mask": Symbol("m", "m"),
    "to.query": Symbol("W_Q", "W_Q"), "to.query.conv": Symbol("W_q", "W_q"), "to.key": Symbol("W_K", "W_K"),
    "to.value": Symbol("W_V", "W_V"), "from.heads": Symbol("W_O", "W_O"), "width": Symbol("d", "d"),
    "head.width": Symbol("d_k", "d_k"), "size": Symbol("D", "D"), "heads": Symbol("N", "N"),
    "inner": Symbol("φ", r"\varphi"), "inner.weights": Symbol("W_1", "W_1"), "inner.bias": Symbol("b_1", "b_1"),
    "outer.weights": Symbol("W_2", "W_2"), "outer.bias": Symbol("b_2", "b_2"), "gain": Symbol("γ", r"\gamma"),
    "shift": Symbol("β", r"\beta"), "lost": Symbol("ε", r"\varepsilon"), "layer.norm": Symbol("LN", r"\mathrm{LN}"),
    "feed.forward": Symbol("FFN", r"\mathrm{FFN}"), "normed": Symbol("n", "n"), "residual": Symbol("r", "r"),
    "block.output": Symbol("o", "o"), "step": Symbol("t", "t"), "position": Symbol("j", "j"),
    "unit": Symbol("u", "u"), "row.unit": Symbol("j", "j"), "tap": Symbol("κ", r"\kappa"),
    "gated": Symbol("A", "A"), "gating": Symbol("B", "B"), "gating.weights": Symbol("V", "V"),
    "field": Symbol("RF", r"\mathrm{RF}"), "glu": Symbol("GLU", r"\mathrm{GLU}"), "count": Symbol("N", "N"),
    "entropy": Symbol("H", "H"), "entropy.mean": Symbol("bar H", r"\bar{H}"),
    "rows": Symbol("R", "R"), "row": Symbol("r", "r"), "batches": Symbol("m", "m"),
    "batch": Symbol("b", "b"), "tokens": Symbol("n", "n"), "targets": Symbol("T", "T"),
    "source.length": Symbol("S", "S"), "vocabulary": Symbol("V", "V"), "jacobian": Symbol("J", "J", "2D × 2D"),
    "eigenvalue": Symbol("λ", r"\lambda"), "same": Symbol("δ", r"\delta"), "temperature": Symbol("T", "T"),
    "kept": Symbol("S", "S"), "luck": Symbol("ξ", r"\xi"), "uniform": Symbol("𝒰", r"\mathcal{U}"),
    "draws": Symbol("M", "M"), "chi": Symbol("χ", r"\chi"), "penalty": Symbol("lp", r"\mathrm{lp}"),
    "score.output": Symbol("score", r"\mathrm{score}"), "bound": Symbol("bound", r"\mathrm{bound}"),
    "wave.position": Symbol("p", "p"), "wave.pair": Symbol("i", "i"), "angle": Symbol("a", "a"),
    "angle.other": Symbol("b", "b"), "order": Symbol("π", r"\pi"), "permutation": Symbol("Π", r"\Pi"),
    "encoder": Symbol("Enc", r"\mathrm{Enc}"), "component": Symbol("PC", r"\mathrm{PC}"), "axis": Symbol("w", "w"),
    "axes": Symbol("W", "W"), "distance": Symbol("d", "d"), "inside": Symbol("a", "a"), "outside": Symbol("b", "b"),
    "silhouette": Symbol("sil", r"\mathrm{sil}"), "points": Symbol("N", "N"), "point": Symbol("i", "i"),
    "part": Symbol("k", "k"), "id": Symbol("x", "x", "B × S"), "table.mean": Symbol("bar E", r"\bar{E}"),
    "batch.mask": Symbol("m", "m", "B × S"), "sentence.length": Symbol("n", "n"),
    "mean.length": Symbol("bar n", r"\bar{n}"), "batch.width": Symbol("S", "S"), "batch.size": Symbol("B", "B"),
    "batch.row": Symbol("b", "b"), "batch.column": Symbol("s", "s"), "expected": Symbol("𝔼", r"\mathbb{E}"),
    "pair.count": Symbol("c", "c"), "frequency": Symbol("f", "f"), "pieces": Symbol("N", "N"),
    "rank": Symbol("d", "d"), "rho": Symbol("ρ", r"\rho"), "onehot": Symbol("onehot", r"\mathrm{onehot}", "V"),
    "reals": Symbol("ℝ", r"\mathbb{R}"), "merge": Symbol("k", "k"), "number.v": Symbol("v", "v"),
    "row.index": Symbol("i", "i"),
}  # fmt: skip

# The symbols of each page, in the order of its table; no two of a page have the same sign, and a test holds it so.
_RECURRENT = (
    "input state state.way decoder.state readout cell input.gate forget.gate cell.candidate output.gate "
    "reset.gate update.gate candidate weights recurrent bias sigmoid"
)
_ATTENTION = "score weight context align.state align.key align.row size"
_WRITTEN = (
    "source output written token table probability logit to.logits to.logits.bias step position source.length targets"
)
_READ_AND_WRITTEN = (
    "source output written token table probability logit to.logits to.logits.bias combine combine.bias step "
    "position source.length targets vocabulary"
)
_TRANSFORMER = (
    "weight.mean query key value to.query to.key to.value from.heads width head.width heads inner inner.weights "
    "inner.bias outer.weights outer.bias gain shift layer.norm feed.forward place unit wave.position"
)
_CONVOLUTION = "gated gating gating.weights tap to.query.conv"
_SEARCHED = (
    "source output output.hat written token table probability logit to.logits to.logits.bias combine combine.bias "
    "step position"
)
_MODEL = (_RECURRENT, _ATTENTION, _CONVOLUTION, _TRANSFORMER)  # what the numbers of any model that writes are made of
_INTO_THE_MODEL = ("beam", "exact", "sampling")  # their numbers lead on into the model that is searched (beneath.py)
_PAGES = {
    "home": (
        _READ_AND_WRITTEN,
        _RECURRENT,
        _ATTENTION,
    ),
    "train": (
        "loss source output output.hat letter.hat written probability weight weight.mean score step "
        "position tokens batches batch",
    ),
    "tokens": (
        "table id batch.mask sentence.length mean.length batch.width batch.size batch.row batch.column "
        "expected pair.count frequency pieces token rank rho onehot table.mean merge number.v row.index "
        "vocabulary",
    ),
    "cell": (
        _READ_AND_WRITTEN,
        _RECURRENT,
    ),
    "gradients": (
        "loss targets source output output.hat written probability state decoder.state cell input "
        "input.gate forget.gate cell.candidate output.gate reset.gate update.gate candidate recurrent "
        "bias jacobian eigenvalue same unit row.unit step",
    ),
    "bottleneck": (
        _READ_AND_WRITTEN,
        _RECURRENT,
        _ATTENTION,
        "length reals output.hat letter.hat count",
    ),
    "attention": (
        _READ_AND_WRITTEN,
        _RECURRENT,
        _ATTENTION,
        _TRANSFORMER,
    ),
    "self_attention": (
        _WRITTEN,
        "queries keys values contexts memory normed residual block.output input state decoder.state "
        "weight score context bias weights",
        _TRANSFORMER,
    ),
    "positions": (
        "source output output.hat token table place input state decoder.state weight.mean weight value "
        "query key width heads unit position wave.position wave.pair angle angle.other order permutation "
        "encoder probability",
    ),
    "masks": (
        "mask token written source output output.hat query key score weight weight.mean head.width heads "
        "width probability probability.mean loss targets entropy vocabulary unit step position",
    ),
    "heads": (
        "weight entropy entropy.mean position query key head.width width heads output output.hat source rows row",
    ),
    "beam": (
        _SEARCHED,
        "exponent penalty score.output bound",
    ),
    "exact": (
        _SEARCHED,
        "penalty score.output bound length lost",
    ),
    "sampling": (
        _SEARCHED,
        "temperature kept luck uniform entropy draws chi",
    ),
    "compare": ("source output.hat probability exponent length lost",),
    "convolution": (
        _WRITTEN,
        "input state decoder.state place gated gating gating.weights weights bias sigmoid field glu tap "
        "query to.query.conv score weight context unit count letter.hat",
    ),
    "states": (
        "state state.mean decoder.state decoder.mean component axis axes eigenvalue distance inside "
        "outside silhouette points point part unit",
    ),
}
PAGES = {
    page: tuple(dict.fromkeys(" ".join(parts + _MODEL * (page in _INTO_THE_MODEL)).split()))
    for page, parts in _PAGES.items()
}

ACCENTS = {"¯": "bar", "‾": "bar", "^": "hat", "ˆ": "hat", "~": "tilde", "˜": "tilde", "→": "arrow", "←": "arrow"}
FIXED = frozenset(symbol.sign for symbol in SYMBOLS.values() if "_" in symbol.sign)  # letters whose index names them


@lru_cache(maxsize=4096)
def symbols_in(mathml: str) -> frozenset[str]:
    """The signs of a formula: "h", "bar α", "W_a", "PE"; functions and words, set upright, among them."""
    found: set[str] = set()
    for part in re.findall(r"<math.*?</math>", mathml, re.DOTALL):
        _read(ElementTree.fromstring(re.sub(r'\sxmlns="[^"]*"', "", part)), found)
    return frozenset(found)


def all_signs(formulas: Iterable[str]) -> frozenset[str]:
    """The signs of several formulas."""
    return frozenset[str]().union(*map(symbols_in, formulas))


def symbols_of(page: str, signs: Iterable[str]) -> list[str]:
    """Which symbols of a page have these signs, in the order of its table; by id."""
    known = set(signs)
    return [id for id in PAGES.get(page, ()) if SYMBOLS[id].sign in known]


def size_of(id: str, sizes: Mapping[str, int]) -> str:
    """The size of a symbol as LaTeX, with the numbers that are known: D = 64."""
    symbol = SYMBOLS[id]
    if not symbol.shape:
        return str(sizes[symbol.sign]) if symbol.sign in sizes else ""
    axes = symbol.shape.split(" × ")
    told = r" \times ".join(axes)
    return told if set(axes) - set(sizes) else rf"{told} = " + r" \times ".join(str(sizes[axis]) for axis in axes)


def _read(element: ElementTree.Element, found: set[str]) -> None:
    children = list(element)
    if element.tag in ("msub", "msup", "msubsup", "mover", "munder", "munderover") and children:
        name, mark = _one(children[0]), _one(children[1]) if len(children) > 1 else ""
        if element.tag == "mover" and name and mark in ACCENTS:
            found.add(f"{ACCENTS[mark]} {name}")
            return
        if element.tag in ("msub", "msubsup") and f"{name}_{mark}" in FIXED:
            found.add(f"{name}_{mark}")
            children = children[2:]
    upright = ""
    for child in [*children, None]:
        if child is not None and child.tag == "mi" and child.get("mathvariant") == "normal":
            upright += child.text or ""
            continue
        if upright:
            found.add(upright)
            upright = ""
        if child is None:
            break
        if child.tag == "mi" and child.text and child.text.isalpha():
            found.add(child.text)
        _read(child, found)


def _one(element: ElementTree.Element) -> str:
    """What an element says, if it is a letter, a number or a sign."""
    return "".join(text.strip() for text in element.itertext())
