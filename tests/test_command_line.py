"""The command line, as a person uses it."""

import json
import subprocess
import sys

import pytest

from seq2seq.__main__ import main


def run(capsys, *arguments):
    status = main(list(arguments))
    told = capsys.readouterr()
    return status, told.out, told.err


def test_tasks(capsys):
    status, out, _ = run(capsys, "tasks", "--json")
    assert status == 0 and {row["task"] for row in json.loads(out)} >= {
        "dates",
        "reverse",
        "copy",
        "sort",
        "addition",
    }


def test_train_then_runs_then_decode(capsys):
    options = (
        "--task",
        "reverse",
        "--hidden",
        "16",
        "--steps",
        "20",
        "--batch",
        "8",
        "--device",
        "cpu",
        "--seed",
        "1",
    )
    status, out, _ = run(capsys, "train", *options, "--json")
    told = json.loads(out.splitlines()[-1])
    assert status == 0 and told["steps"] == 20 and told["device"] == "cpu"
    assert {"run", "exact_match", "seconds", "target_tokens_per_second"} <= told.keys()
    status, out, _ = run(capsys, "runs", "--json")
    assert told["run"] in {row["run"] for row in json.loads(out)}
    status, out, _ = run(capsys, "decode", told["run"], "hello", "--json")
    assert (
        status == 0
        and {"output", "tokens", "log_prob", "ended", "flaw", "unknown", "expected"} == json.loads(out).keys()
    )


def test_a_convolutional_model_is_trained_listed_decoded_and_exported(capsys, tmp_path):
    options = ("--cell", "conv", "--layers", "2", "--kernel", "5", "--hidden", "8", "--steps", "20", "--batch", "8")
    status, out, _ = run(capsys, "train", *options, "--device", "cpu", "--json")
    told = json.loads(out.splitlines()[-1])
    assert status == 0 and told["steps"] == 20
    _, out, _ = run(capsys, "runs", "--json")
    row = next(row for row in json.loads(out) if row["run"] == told["run"])
    assert row["cell"] == "conv" and row["attention"] == "every_layer"
    status, out, _ = run(capsys, "decode", told["run"], "hello", "--json")
    assert (
        status == 0
        and {"output", "tokens", "log_prob", "ended", "flaw", "unknown", "expected"} == json.loads(out).keys()
    )
    status, out, _ = run(capsys, "export", "reverse-conv", "kernel", "--out", str(tmp_path / "a.html"), "--json")
    assert status == 0 and json.loads(out)["output"] == "lenrek" and (tmp_path / "a.html").stat().st_size > 100_000


def test_a_transformer_is_decoded_and_exported(capsys, tmp_path):
    file = tmp_path / "a.html"
    status, out, _ = run(capsys, "decode", "reverse-transformer", "kernel", "--json")
    assert status == 0 and json.loads(out)["output"] == "lenrek"
    for options in ((), ("--layer", "1", "--head", "4", "--language", "zh")):
        status, out, _ = run(capsys, "export", "reverse-transformer", "abcd", "--out", str(file), "--json", *options)
        assert status == 0 and json.loads(out)["output"] == "dcba" and file.stat().st_size > 100_000
    for options in (("--layer", "3"), ("--head", "0"), ("--head", "-1")):
        status, _, err = run(capsys, "export", "reverse-transformer", "abcd", "--out", str(file), *options)
        assert status == 2 and options[0].strip("-") in err


def test_a_transformer_that_sees_the_future_has_no_story(capsys, tmp_path):
    options = ("--cell", "transformer", "--no-causal", "--layers", "1", "--hidden", "8", "--heads", "2", "--steps", "5")
    status, out, _ = run(capsys, "train", *options, "--batch", "8", "--device", "cpu", "--json")
    told = json.loads(out.splitlines()[-1])
    assert status == 0
    status, _, err = run(capsys, "export", told["run"], "abcd", "--out", str(tmp_path / "a.html"))
    assert status == 2 and "causal mask" in err and not (tmp_path / "a.html").exists()


@pytest.mark.parametrize("options", [("--layers", "9"), ("--padding", "causal"), ("--hidden", "0")])
def test_an_impossible_convolution_is_told(capsys, options):
    status, _, err = run(capsys, "train", "--cell", "conv", *options)
    assert status == 2 and err.startswith("seq2seq: ")


def test_decode_a_date(capsys):
    status, out, _ = run(capsys, "decode", "dates-gru-additive", "3 mars 2021", "--json")
    told = json.loads(out)
    assert status == 0 and told["output"] == "2021-03-03" and told["tokens"][-1] == "⟨eos⟩" and told["log_prob"] <= 0


def test_decode_strings_never_seen(capsys):
    status, out, _ = run(capsys, "decode", "reverse-gru-general", "neverseen")
    assert status == 0 and out.strip() == "neesreven"


@pytest.mark.parametrize("json_too", [True, False])
def test_lines_from_standard_input(json_too):
    """A line that cannot be used is named on standard error, and the rest go on; standard output holds results only."""
    command = [sys.executable, "-m", "seq2seq", "decode", "reverse-gru-general", *(["--json"] if json_too else [])]
    told = subprocess.run(command, input="abc\n\nxyz\n", capture_output=True, text=True)
    lines = told.stdout.splitlines()
    assert told.returncode == 2 and told.stderr.startswith("seq2seq: line 2: ") and "nothing to read" in told.stderr
    if json_too:
        assert [json.loads(line).get("output") for line in lines] == ["cba", None, "zyx"]
        assert json.loads(lines[1])["line"] == 2 and json.loads(lines[1])["error"] in told.stderr
    else:
        assert lines == ["cba", "zyx"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("decode", "nope", "abc"), ("decode", "reverse-gru-general", ""), ("decode", "reverse-gru-general", "a" * 10_000),
        ("train", "--hidden", "0"), ("train", "--steps", "-5"), ("train", "--until", "7"), ("decode", "reverse-gru-general", "日本"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence(capsys, arguments):
    status, out, err = run(capsys, *arguments)
    assert status == 2 and out == "" and err.count("\n") == 1 and "Traceback" not in err


def test_export(capsys, tmp_path):
    file = tmp_path / "story.html"
    status, out, _ = run(
        capsys, "export", "reverse-gru-general", "abc", "--out", str(file), "--language", "zh", "--json"
    )
    assert status == 0 and json.loads(out)["output"] == "cba" and "解码器" in file.read_text(encoding="utf-8")


def test_export_to_nowhere_gets_one_sentence(capsys, tmp_path):
    status, out, err = run(capsys, "export", "reverse-gru-general", "abc", "--out", str(tmp_path / "no" / "f.html"))
    assert status == 2 and out == "" and "cannot be written" in err
