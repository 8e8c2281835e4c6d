"""`decode`: greedily, by a beam, exactly, or by chance; one text, or a line at a time."""

import argparse
import io
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from seq2seq.tasks import InputError
from seq2seq.traces.exact import ExactSettings, ExactTrace
from seq2seq.traces.sampling import Cut, SampleSettings, SampleTrace
from seq2seq.traces.scoring import PENALTIES, LengthPenalty
from seq2seq.traces.search import STOPS, BeamSettings, Limits, SearchTrace

if TYPE_CHECKING:
    from seq2seq.studies.trained import Trained

Row = dict[str, Any]


def add_decoding(decode: argparse.ArgumentParser) -> None:
    """The options of `decode`."""
    decode.add_argument("model", metavar="RUN", help="a run's id or a shipped model's name")
    decode.add_argument("text", metavar="TEXT", nargs="?")
    way = decode.add_mutually_exclusive_group()
    way.add_argument("--beam", type=int, metavar="K", help="beam search, K hypotheses wide")
    way.add_argument("--exact", action="store_true", help="the output with the best score of all, if it can be proved")
    way.add_argument("--sample", action="store_true", help="draw outputs by chance")
    # None where nothing is given: an option that its way of decoding would not look at is refused
    decode.add_argument("--length-penalty", type=float, metavar="A", help="--beam, --exact: scores are divided by it")
    decode.add_argument(
        "--penalty", choices=PENALTIES, help="--beam, --exact: |Y|^A (power), or Wu's ((5 + |Y|) / 6)^A"
    )
    decode.add_argument("--stop", choices=STOPS, help="--beam: when to end; bound: when no hypothesis can win any more")
    decode.add_argument("--budget", type=int, metavar="N", help="--exact: beginnings to look at, at most")
    decode.add_argument("--temperature", type=float, metavar="T", help="--sample: 0 takes the most probable token")
    decode.add_argument("--top-k", type=int, metavar="N", help="--sample: from the N most probable tokens; 0: all")
    decode.add_argument("--top-p", type=float, metavar="P", help="--sample: from the fewest tokens that reach P")
    decode.add_argument("--seed", type=int, metavar="N", help="--sample: the same seed draws the same")
    decode.add_argument("--n-best", type=int, metavar="N", help="--beam, --sample: how many outputs to print")
    for name, text in (("shortest", "fewest"), ("longest", "most")):
        decode.add_argument(f"--{name}", type=int, metavar="N", help=f"--beam, --exact, --sample: {text} tokens")
    decode.add_argument("--forbid", metavar="TOKENS", help="--beam, --exact, --sample: characters never to be written")


SEARCHES: dict[str, tuple[str, ...]] = {  # which options each way of decoding looks at
    "beam": ("length_penalty", "penalty", "stop", "n_best", "shortest", "longest", "forbid"),
    "exact": ("length_penalty", "penalty", "budget", "shortest", "longest", "forbid"),
    "sample": ("temperature", "top_k", "top_p", "seed", "n_best", "shortest", "longest", "forbid"),
    "greedy": (),
}


def way_of(options: argparse.Namespace) -> str:
    """How to decode.

    Raises: InputError if an option belongs to another way.
    """
    way = "exact" if options.exact else "sample" if options.sample else "greedy" if options.beam is None else "beam"
    for name in sorted({option for known in SEARCHES.values() for option in known}):
        if getattr(options, name) is not None and name not in SEARCHES[way]:
            homes = ", ".join(f"--{home}" for home, known in SEARCHES.items() if name in known)
            raise InputError("input.other_way", option="--" + name.replace("_", "-"), ways=homes)
    return way


def given(options: argparse.Namespace, **names: str) -> dict[str, Any]:
    """Those of the options that were given, under the names of a settings class."""
    found = {field: getattr(options, option) for field, option in names.items()}
    return {field: value for field, value in found.items() if value is not None}


def decoder(options: argparse.Namespace) -> "tuple[Trained, Callable[[str], list[Row]]]":
    """The model, and what decodes one text into rows to print; nothing is loaded before the options are known to be
    good.
    """
    way = way_of(options)
    limits = Limits(forbidden=tuple(options.forbid or ""), **given(options, shortest="shortest", longest="longest"))
    penalty = LengthPenalty(**given(options, alpha="length_penalty", kind="penalty"))
    if options.n_best is not None and options.n_best < 1:
        raise InputError("input.out_of_range", name="n-best", value=options.n_best, low=1, high="…")

    from seq2seq.decoding import beam_search, exact_search, sample
    from seq2seq.studies.trained import load_trained

    trained = load_trained(options.model)
    if way == "beam":
        asked = BeamSettings(options.beam, penalty, limits, **given(options, stop="stop"))
        if options.n_best is not None and options.n_best > asked.width:
            raise InputError("input.out_of_range", name="n-best", value=options.n_best, low=1, high=asked.width)
        return trained, lambda text: beam_rows(beam_search(trained.writer(text), asked), options.n_best or 1)
    if way == "exact":
        exact = ExactSettings(penalty, limits, **given(options, budget="budget"))
        return trained, lambda text: exact_rows(exact_search(trained.writer(text), exact))
    if way == "sample":
        cut = Cut(**given(options, temperature="temperature", top_k="top_k", top_p="top_p"))
        drawn = SampleSettings(cut, limits, options.n_best or 1, **given(options, seed="seed"))
        return trained, lambda text: sample_rows(sample(trained.writer(text), drawn))

    def greedy_rows(text: str) -> list[Row]:
        trace = trained.write(text)
        return [{"output": trace.text, "tokens": list(trace.output), "log_prob": round(trace.log_prob, 6)}]

    return trained, greedy_rows


def beam_rows(trace: SearchTrace, most: int) -> list[Row]:
    """The best outputs of a beam."""
    return [
        {
            "output": trace.text(node), "tokens": trace.tokens(node), "log_prob": round(float(trace.total[node]), 6),
            "score": round(float(trace.score[node]), 6), "ended": trace.ended(node),
        }
        for node in trace.hypotheses[:most].tolist()
    ]  # fmt: skip


def exact_rows(trace: ExactTrace) -> list[Row]:
    """The best output of all, or the best that was found."""
    best = trace.best
    found: Row = {"output": trace.text(best), "tokens": trace.tokens(best), "log_prob": round(best.log_prob, 6)}
    return [{**found, "score": round(best.score, 6), "proved": trace.proved, "expansions": trace.expansions}]


def sample_rows(trace: SampleTrace) -> list[Row]:
    """The outputs drawn, in their order."""
    rows = []
    for row, numbers in enumerate(trace.tokens.tolist()):
        tokens = [trace.vocabulary[number] for number in numbers if number >= 0]
        log_prob = round(float(trace.log_prob[row]), 6)
        rows.append({"output": trace.text(row), "tokens": tokens, "log_prob": log_prob})
    return rows


def decode_texts(options: argparse.Namespace) -> int:
    """`decode`: results go to standard output; a line that cannot be used is named on standard error."""
    from seq2seq.commands.inputs import check_text, facts_of, judge, read_lines, warn_of

    (trained, decode), greedy = decoder(options), way_of(options) == "greedy"

    def show(text: str, line: int | None = None) -> None:
        rows = decode(text)
        known = facts_of(trained, text, line)
        for row in rows:
            judge(trained, row, line)
        if not options.json:
            print("\n".join(plain(row, options) for row in rows), flush=True)
        elif greedy:
            print(json.dumps(rows[0] | known, ensure_ascii=False), flush=True)
        else:
            facts = {name: rows[0].pop(name) for name in ("proved", "expansions") if name in rows[0]}
            print(json.dumps({"hypotheses": rows, **facts, **known}, ensure_ascii=False), flush=True)

    if options.text is not None:
        show(check_text(options.text))
        return 0
    status = 0
    for number, line in read_lines(getattr(sys.stdin, "buffer", None) or io.BytesIO(sys.stdin.read().encode())):
        try:
            if isinstance(line, InputError):
                raise line
            show(line, number)
        except InputError as error:
            status = 2
            told = warn_of(error, number)
            if options.json:
                print(json.dumps({"error": told, "line": number}, ensure_ascii=False), flush=True)
    return status


def plain(row: Row, options: argparse.Namespace) -> str:
    """An output as a line: alone, or with what it scores where several are printed."""
    if "proved" in row:
        told = "proved" if row["proved"] else f"not proved within {row['expansions']} expansions"
        return f"{row['output']}\t{row['score']:.4f}\t{told}"
    if options.n_best is None:
        return str(row["output"])
    return f"{row['output']}\t{row.get('score', row['log_prob']):.4f}"
