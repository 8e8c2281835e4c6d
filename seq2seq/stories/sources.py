"""Our own source beside the picture: which lines of which function computed what is shown.

A passage names a function and pieces of its lines; the lines are found in the file as it is installed, so what is
shown is what ran. A test holds every passage to its file.
"""

import ast
from dataclasses import dataclass
from functools import cache

from seq2seq.folders import PACKAGE


@dataclass(frozen=True)
class Passage:
    """Lines of a function: `pieces` are parts of the lines that run, none for all of them."""

    file: str  # below the package
    function: str  # "name" or "Class.name"
    pieces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """A function as it stands in its file, without its docstring."""

    file: str
    function: str
    lines: tuple[tuple[int, str], ...]  # number in the file, text

    def told(self) -> dict[str, object]:
        """As plain values for the player."""
        return {"file": f"seq2seq/{self.file}", "function": self.function, "lines": self.lines}

    def lit(self, passage: Passage) -> list[int]:
        """Which of the lines run, counted from 0.

        Raises: LookupError if a piece is not in the function.
        """
        texts = [text for _, text in self.lines]
        if not passage.pieces:
            return list(range(1, len(texts)))
        found: set[int] = set()
        for piece in passage.pieces:
            hits = {number for number, text in enumerate(texts) if piece in text}
            if not hits:
                raise LookupError(f"{passage.function} in {passage.file} has no line with {piece!r}")
            found |= hits
        return sorted(found)


@cache
def listing(passage: Passage) -> Listing:
    """The function that a passage is about.

    Raises: LookupError if the file has no such function.
    """
    text = (PACKAGE / passage.file).read_text(encoding="utf-8")
    node = _find(ast.parse(text), passage.function.split("."))
    rows = text.splitlines()
    body = node.body
    documented = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    skipped = range(body[0].lineno, (body[0].end_lineno or 0) + 1) if documented and len(body) > 1 else range(0)
    numbers = [number for number in range(node.lineno, (node.end_lineno or 0) + 1) if number not in skipped]
    indent = len(rows[node.lineno - 1]) - len(rows[node.lineno - 1].lstrip())
    lines = [(number, rows[number - 1][indent:]) for number in numbers]
    return Listing(passage.file, passage.function, tuple((number, line) for number, line in lines if line.strip()))


def _find(tree: ast.AST, path: list[str]) -> ast.FunctionDef:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == path[0]:
            if path[1:]:
                return _find(node, path[1:])
            if isinstance(node, ast.FunctionDef):
                return node
    raise LookupError(f"there is no {'.'.join(path)}")


# ---- what computes what

SCORE_PIECES = {
    "additive": ("asking = ", "hidden = ", "return Comparison(hidden"),
    "dot": ("torch.einsum", "return Comparison(scores"),
    "general": ("torch.einsum", "return Comparison(scores"),
    "scaled_dot": ("torch.einsum", "return Comparison(scores"),
}
CELL_GATES = {"rnn": ("h",), "gru": ("r", "z", "n", "h"), "lstm": ("i", "f", "g", "o", "c", "h")}
ATTENTION, RECURRENT = "models/attention.py", "models/recurrent.py"
STEP = "Recurrent.step"


def cell_passage(cell: str, gate: str = "") -> Passage:
    """Where a cell computes a gate, or, with none named, its whole step."""
    gates = (gate,) if gate else CELL_GATES[cell]
    pieces = tuple("return" if name == "h" else f" {name} = " for name in gates)
    return Passage("models/cells.py", f"{cell}_step", pieces)


def stage_passage(stage: str, cell: str, attention: str, forced: bool = False) -> Passage:
    """Where a stage of a decoding is computed; the stages are those of a story's steps."""
    passages = {
        "intro": Passage("recording/decoding.py", "record_decoding", ("source_vocabulary.encode",)),
        "encoder": cell_passage(cell),
        "start": Passage(RECURRENT, "Recurrent.encode_glass", ("h.append", "c.append", "return self.memory")),
        "state": Passage(RECURRENT, STEP, ("gates = cell_step", 'x = gates["h"]')),
        "query": Passage(RECURRENT, STEP, ("look = self.look(state.h[-1]",)),
        "scores": Passage(ATTENTION, "Attention.compare", SCORE_PIECES.get(attention, ())),
        "weights": Passage(ATTENTION, "weigh", ("softmax",)),
        "context": Passage(ATTENTION, "mix", ("einsum",)),
        "predict": Passage(
            RECURRENT, STEP,
            ("logits = ", "log_softmax") if attention == "none" else ("readout = torch", "logits = ", "log_softmax"),
        ),
        "choose": Passage("decoding/walk.py", "forced_by", ("return target[",))
        if forced
        else Passage("decoding/walk.py", "best_token", ("return",)),
        "end": Passage("decoding/walk.py", "walk", ("ended = ended |", "if bool(ended.all())")),
        "done": Passage("traces/writing.py", "WritingTrace.log_prob", ("return",)),
    }  # fmt: skip
    return passages[stage]
