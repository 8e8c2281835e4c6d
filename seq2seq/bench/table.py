"""What was measured, beside its bar: rows, the table they make, and the section of BENCHMARKS.md that holds it."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from seq2seq.folders import ROOT

FILE = ROOT / "BENCHMARKS.md"
HEAD = "| what | ours | peer | ours ÷ peer | bar | |\n|---|---|---|---|---|---|"


@dataclass(frozen=True)
class Bar:
    """What a figure must reach: at most `high` or at least `low`; of the ratio to the peer where there is one.

    `aim`: what we hope for beyond it.
    """

    high: float | None = None
    low: float | None = None
    aim: float | None = None
    ratio: bool = False

    def met(self, value: float) -> bool:
        """Whether a figure reaches it."""
        return (self.high is None or value <= self.high) and (self.low is None or value >= self.low)


@dataclass(frozen=True)
class Row:
    """One figure. `threads` is of both sides; `peer` the same figure of the peer, taken in the same run."""

    name: str
    ours: float
    unit: str
    peer: float | None = None
    bar: Bar | None = None
    threads: int = 1

    @property
    def ratio(self) -> float | None:
        """Ours divided by the peer's."""
        return None if self.peer is None else self.ours / self.peer

    @property
    def met(self) -> bool | None:
        """Whether the bar is reached; None where there is none."""
        if self.bar is None:
            return None
        value = self.ratio if self.bar.ratio else self.ours
        return value is not None and self.bar.met(value)

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return asdict(self) | {"ratio": self.ratio, "met": self.met}


@dataclass(frozen=True)
class Result:
    """All figures of one bench, and how they were taken, in a sentence or two."""

    name: str
    rows: Sequence[Row]
    how: str


def number(value: float) -> str:
    """A figure with as many digits as a noisy machine deserves."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def bar_text(row: Row) -> str:
    """The bar in words: "≤ 16 ms", "ratio ≥ 1.8, aim 2.5"."""
    bar = row.bar
    if bar is None:
        return "–"
    sign, value = ("≤", bar.high) if bar.high is not None else ("≥", bar.low or 0.0)
    unit = "" if bar.ratio else f" {row.unit}"
    return ("ratio " if bar.ratio else "") + f"{sign} {value:g}{unit}" + (f", aim {bar.aim:g}" if bar.aim else "")


def line(row: Row) -> str:
    """One line of the table."""
    threads = f", {row.threads} thread{'s' * (row.threads > 1)}" if row.threads else ""
    peer = "–" if row.peer is None else f"{number(row.peer)} {row.unit}"
    ratio = "–" if row.ratio is None else f"{row.ratio:.2f}"
    met = {None: "", True: "met", False: "**missed**"}[row.met]
    return f"| {row.name}{threads} | {number(row.ours)} {row.unit} | {peer} | {ratio} | {bar_text(row)} | {met} |"


def markdown(result: Result, machine: str) -> str:
    """A bench's table, with how and where it was measured."""
    return "\n".join([f"{result.how} {machine}", "", HEAD, *map(line, result.rows)])


def replace_section(text: str, name: str, body: str) -> str:
    """The text with the body between the comments of this bench; behind the rest if it has no such comments yet."""
    begin, end = f"<!-- bench {name} -->", f"<!-- end of bench {name} -->"
    section = f"{begin}\n{body}\n{end}"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if pattern.search(text):
        return pattern.sub(lambda _: section, text)
    return f"{text.rstrip()}\n\n## {name.capitalize()}\n\n{section}\n"


def write(results: Sequence[Result], machine: str, path: Path = FILE) -> None:
    """Put the results into BENCHMARKS.md, each in its place."""
    text = path.read_text(encoding="utf-8")
    for result in results:
        text = replace_section(text, result.name, markdown(result, machine))
    path.write_text(text, encoding="utf-8")


def describe_machine(gpu: str | None = None) -> str:
    """The machine that measures, its software, and the date."""
    processor = platform.processor() or platform.machine()
    if (cpus := Path("/proc/cpuinfo")).exists():
        names = re.findall(r"model name\s*: (.*)", cpus.read_text(encoding="utf-8"))
        processor = names[0] if names else processor
    software = ", ".join(f"{name} {version(name)}" for name in ("torch", "streamlit"))
    python = platform.python_version()
    parts = [*([gpu] if gpu else []), f"{os.cpu_count()} cores ({processor})", f"Python {python}, {software}"]
    return " · ".join([*parts, date.today().isoformat()])
