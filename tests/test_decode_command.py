"""`decode`, by each way of searching, as a person uses it."""

import io
import json
import sys

import pytest

from seq2seq.__main__ import main
from seq2seq.tasks import Dates

MODEL = "search-reverse-half"


def told(capsys, *arguments, text="hello", model=MODEL):
    status = main(["decode", model, text, *arguments])
    out, err = capsys.readouterr()
    return status, out, err


def rows(capsys, *arguments, **more):
    status, out, _ = told(capsys, *arguments, "--json", **more)
    assert status == 0
    return json.loads(out)


def test_a_beam_of_one_is_greedy(capsys):
    greedy = rows(capsys)
    found = rows(capsys, "--beam", "1")["hypotheses"]
    assert len(found) == 1 and found[0]["tokens"] == greedy["tokens"]
    assert found[0]["log_prob"] == pytest.approx(greedy["log_prob"], abs=1e-4)


def test_n_best_come_best_first(capsys):
    found = rows(capsys, "--beam", "5", "--n-best", "3", "--length-penalty", "1")["hypotheses"]
    assert len(found) == 3 and {"tokens", "log_prob", "score"} <= found[0].keys()
    scores = [row["score"] for row in found]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == pytest.approx(found[0]["log_prob"] / len(found[0]["tokens"]), abs=1e-5)
    wu = rows(capsys, "--beam", "5", "--length-penalty", "1", "--penalty", "wu")["hypotheses"][0]
    assert wu["score"] == pytest.approx(wu["log_prob"] / ((5 + len(wu["tokens"])) / 6), abs=1e-5)


def test_exact_is_proved_or_says_that_it_is_not(capsys):
    found = rows(capsys, "--exact")
    assert found["proved"] and found["expansions"] > 0
    assert found["hypotheses"][0]["score"] >= rows(capsys, "--beam", "4")["hypotheses"][0]["score"] - 1e-5
    found = rows(capsys, "--exact", "--budget", "1")
    assert found["expansions"] == 1 and not found["proved"]
    status, out, _ = told(capsys, "--exact", "--budget", "1")
    assert status == 0 and "not proved within 1 expansions" in out


def test_the_most_probable_synonym_of_a_long_source_is_nothing(capsys):
    assert rows(capsys, "--exact", text="12345678", model="search-synonyms")["hypotheses"][0]["tokens"] == ["⟨eos⟩"]
    found = rows(capsys, "--exact", "--shortest", "9", text="12345678", model="search-synonyms")
    assert len(found["hypotheses"][0]["output"]) == 8


def test_samples_are_the_same_for_the_same_seed(capsys):
    drawn = [
        rows(capsys, "--sample", "--temperature", "1.5", "--seed", seed, "--n-best", "5")["hypotheses"]
        for seed in ("3", "3", "4")
    ]
    assert drawn[0] == drawn[1] != drawn[2] and len(drawn[0]) == 5
    cold = rows(capsys, "--sample", "--temperature", "0")["hypotheses"][0]
    assert cold["tokens"] == rows(capsys)["tokens"]


def test_limits(capsys):
    found = rows(capsys, "--beam", "3", "--longest", "3", "--forbid", "o")["hypotheses"][0]
    assert len(found["tokens"]) <= 3 and "o" not in found["tokens"]
    never = rows(capsys, "--beam", "3", "--longest", "6", "--shortest", "6")["hypotheses"][0]
    assert len(never["tokens"]) == 6


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--beam", "0"), "width is 0"),
        (("--beam", "10000"), "width is 10000"),
        (("--beam", "2", "--n-best", "3"), "n-best is 3"),
        (("--beam", "2", "--n-best", "0"), "n-best is 0"),
        (("--beam", "2", "--forbid", "é"), "“é” is not a token"),
        (("--beam", "2", "--longest", "0"), "longest is 0"),
        (("--beam", "2", "--length-penalty", "99"), "alpha is 99"),
        (("--beam", "2", "--temperature", "1"), "--temperature belongs to --sample"),
        (("--length-penalty", "1"), "--length-penalty belongs to --beam, --exact"),
        (("--sample", "--top-p", "0"), "top_p is 0"),
        (("--sample", "--n-best", "1000000"), "samples is 1000000"),
        (("--exact", "--budget", "0"), "budget is 0"),
    ],
)
def test_what_cannot_be_done_gets_one_sentence(capsys, options, said):
    status, out, err = told(capsys, *options)
    assert status == 2 and not out and said in err and len(err.splitlines()) == 1


def test_an_empty_text_gets_one_sentence(capsys):
    status, _, err = told(capsys, "--beam", "3", text="")
    assert status == 2 and len(err.splitlines()) == 1


def test_two_ways_at_once_are_refused(capsys):
    with pytest.raises(SystemExit):
        main(["decode", MODEL, "hello", "--beam", "3", "--exact"])
    assert "not allowed with" in capsys.readouterr().err


class Bytes:
    """Standard input as a file of bytes."""

    def __init__(self, data):
        self.buffer = io.BytesIO(data)


def decoded(monkeypatch, capsys, data, *arguments, model=MODEL):
    monkeypatch.setattr(sys, "stdin", Bytes(data))
    status = main(["decode", model, *arguments])
    out, err = capsys.readouterr()
    return status, out.splitlines(), err.splitlines()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\nhello\n", "nothing to read"), (b"hello\tolleh\nhello\n", "a tab at character 6"),
        (b"hel\0lo\nhello\n", "U+0000"), (b"h\xe9llo\nhello\n", "0xE9 at character 2"), (b"\xc3\xa9\nhello\n", "none of these"),
        (b"hel\rlo\nhello\n", "U+000D"), (b"a" * 99 + b"\nhello\n", "99"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_used_gets_one_sentence_on_standard_error(monkeypatch, capsys, data, said):
    status, out, err = decoded(monkeypatch, capsys, data, "--json")
    errors = [json.loads(line) for line in out if "error" in line]
    assert status == 2 and len(out) == 2 and len(errors) == 1 and said in errors[0]["error"]
    assert f"seq2seq: line {errors[0]['line']}: {errors[0]['error']}" in err
    status, out, err = decoded(monkeypatch, capsys, data)
    assert status == 2 and len(out) == 1 and said in err[0]


def test_marks_of_byte_order_and_carriage_returns_are_no_part_of_a_line(monkeypatch, capsys):
    plain = decoded(monkeypatch, capsys, b"abcd\nwxyz\n")
    assert plain == decoded(monkeypatch, capsys, b"\xef\xbb\xbfabcd\r\nwxyz\r\n")
    assert plain == decoded(monkeypatch, capsys, b"abcd\nwxyz")
    assert plain[0] == 0 and plain[1] == ["dcba", "zyxw"] and not plain[2]


@pytest.mark.parametrize("name", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named(monkeypatch, capsys, name):
    status, out, err = decoded(monkeypatch, capsys, "hello\nabc\n".encode(name), "--json")
    assert status == 2 and not out and len(err) == 1 and "UTF-16" in err[0]


@pytest.mark.parametrize(("text", "said"), [("h\udce9llo", "0xE9"), ("hello\tolleh", "tab"), ("he\0llo", "U+0000")])
def test_arguments_are_looked_at_too(capsys, tmp_path, text, said):
    for command in (["decode", MODEL, text], ["export", MODEL, text, "--out", str(tmp_path / "a.html")]):
        status = main(command)
        out, err = capsys.readouterr()
        assert status == 2 and not out and said in err and len(err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_what_the_page_says_is_said_here(capsys):
    """Unknown tokens, and a form that the training data has not: results go on, remarks on standard error."""
    status, out, err = told(capsys, "--json", text="héllo", model="reverse-gru-general")
    row = json.loads(out)
    assert status == 0 and row["unknown"] == ["é"] and row["expected"] == "olléh" and row["ended"] is True
    assert "Not in the vocabulary, read as ⟨unk⟩: é" in err and len(err.splitlines()) == 1
    status, out, err = told(capsys, "--json", text="3/4/2021", model="dates-gru-additive")
    assert status == 0 and json.loads(out)["expected"] is None and "Not a date as the training data writes them" in err
    status, out, err = told(capsys, "--json", text="3 mars 2021", model="dates-gru-additive")
    row = json.loads(out)
    assert (row["output"], row["expected"], row["flaw"], row["unknown"]) == ("2021-03-03", "2021-03-03", None, [])
    assert status == 0 and not err


def test_an_output_cut_off_or_no_day_of_the_calendar_is_told(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(Dates, "flaw", lambda task, output: "no_day")
    status, out, err = told(capsys, "--json", text="3 mars 2021", model="dates-gru-additive")
    assert status == 0 and json.loads(out)["flaw"] == "no_day" and "“2021-03-03” is not a day of the calendar" in err
    options = ["3 mars 2021", "--out", str(tmp_path / "a.html"), "--json"]
    assert main(["export", "dates-gru-additive", *options]) == 0
    out, err = capsys.readouterr()
    row = json.loads(out)
    assert row["flaw"] == "no_day" and row["ended"] and "not a day" in err
    assert "is not a day of the calendar" in (tmp_path / "a.html").read_text(encoding="utf-8")
    status, out, err = told(capsys, "--json", "--sample", "--longest", "3", "--temperature", "0")
    row = json.loads(out)["hypotheses"][0]
    assert row["ended"] is ("⟨eos⟩" in row["tokens"]) and ("cut off" in err) == (not row["ended"])
