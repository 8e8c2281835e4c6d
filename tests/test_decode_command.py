"""`decode`, by each way of searching, as a person uses it."""

import json

import pytest

from seq2seq.__main__ import main

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
