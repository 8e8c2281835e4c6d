"""The benches' own arithmetic; nothing here is timed."""

import json

from seq2seq.__main__ import main
from seq2seq.bench import joeynmt
from seq2seq.bench.benches import BENCHES
from seq2seq.bench.joeynmt import Schedule, Told, peer_settings, read_line, write_files
from seq2seq.bench.table import FILE, Bar, Result, Row, line, markdown, replace_section
from seq2seq.bench.training import SPEED, shape_options
from seq2seq.bench.transformer import SPEED as TRANSFORMER_SPEED
from seq2seq.models.recurrent import Recurrent
from seq2seq.tasks.task import split_of

SCHEDULE = Schedule(batch=128, learning_rate=0.004, updates=200, every=50)


def test_a_ratio_is_held_against_its_bar():
    fast = Row("speed", 30_000, "tokens/s", 10_000, Bar(low=1.8, aim=2.5, ratio=True), threads=2)
    assert fast.met is True
    assert line(fast) == "| speed, 2 threads | 30,000 tokens/s | 10,000 tokens/s | 3.00 | ratio ≥ 1.8, aim 2.5 | met |"
    slow = Row("time", 6, "s", 10, Bar(high=0.5, ratio=True))
    assert slow.met is False and line(slow).endswith("| ratio ≤ 0.5 | **missed** |")


def test_a_figure_without_a_peer_is_held_against_its_own_bar():
    assert Row("step", 15.9, "ms", bar=Bar(high=16)).met and not Row("step", 16.1, "ms", bar=Bar(high=16)).met
    assert Row("step", 2.0, "ms", 200.0, Bar(high=16), threads=0).met  # a peer that only stands beside it
    assert line(Row("size", 327.4, "kB", threads=0)) == "| size | 327 kB | – | – | – |  |"


def test_a_bar_on_a_ratio_is_missed_without_a_peer():
    assert Row("speed", 30_000, "tokens/s", bar=Bar(low=1.8, ratio=True)).met is False


def test_a_section_is_replaced_and_the_rest_is_kept():
    before = "# B\n\n<!-- bench trace -->\nold\n<!-- end of bench trace -->\n\nkept\n"
    after = replace_section(before, "trace", r"new \1")
    assert after == "# B\n\n<!-- bench trace -->\nnew \\1\n<!-- end of bench trace -->\n\nkept\n"
    added = replace_section(after, "whatif", "first")
    assert added.startswith(after.rstrip()) and replace_section(added, "whatif", "first") == added


def test_misses_are_written_too():
    told = markdown(Result("time", [Row("time", 6, "s", 10, Bar(high=0.5, ratio=True))], "How."), "machine · date")
    assert told.startswith("How. machine · date\n") and "**missed**" in told


def test_every_bench_has_its_place():
    text = FILE.read_text(encoding="utf-8")
    for name in BENCHES:
        assert text.count(f"<!-- bench {name} -->") == text.count(f"<!-- end of bench {name} -->") == 1


def test_both_sides_have_the_same_network(tmp_path):
    ours, theirs = SPEED.model, peer_settings(SPEED, SCHEDULE, tmp_path)["model"]
    encoder, decoder = theirs["encoder"], theirs["decoder"]
    assert encoder["hidden_size"] == ours.hidden == 64 and encoder["bidirectional"] is ours.bidirectional is True
    assert (
        decoder["hidden_size"] == ours.width == 128 and decoder["attention"] == "luong" and ours.attention == "general"
    )
    for side in (encoder, decoder):
        assert side["rnn_type"] == ours.cell and side["embeddings"]["embedding_dim"] == ours.embedding == 32
        assert side["num_layers"] == ours.layers and side["dropout"] == 0
    source, target = SPEED.task.vocabularies()
    parameters = sum(weight.numel() for weight in Recurrent(ours, len(source), len(target)).parameters())
    assert parameters == 154_880 + len(target)  # as JoeyNMT counts its own; our output has a bias


def test_both_sides_have_the_same_transformer(tmp_path):
    ours, theirs = TRANSFORMER_SPEED.model, peer_settings(TRANSFORMER_SPEED, SCHEDULE, tmp_path)["model"]
    for side in (theirs["encoder"], theirs["decoder"]):
        assert (side["type"], side["layer_norm"], side["dropout"]) == ("transformer", "post", 0)
        assert (side["num_layers"], side["num_heads"]) == (ours.layers, ours.heads) == (2, 4)
        assert side["hidden_size"] == side["embeddings"]["embedding_dim"] == ours.hidden and side["embeddings"]["scale"]
        assert side["ff_size"] == ours.feed_forward == 256
    told = shape_options(ours)
    assert told["--heads"] == 4 and told["--feed-forward"] == 256 and told["--cell"] == "transformer"


def test_both_sides_learn_the_same_task(tmp_path, monkeypatch):
    monkeypatch.setattr(joeynmt, "TRAIN_PAIRS", 50)
    settings = json.loads(write_files(SPEED, SCHEDULE, tmp_path).read_text())
    assert settings["training"]["batch_size"] == SPEED.training.batch and settings["testing"]["beam_size"] == 1
    for split in ("train", "dev"):
        sources, targets = ((tmp_path / f"{split}.{side}").read_text().splitlines() for side in ("src", "trg"))
        assert targets == [SPEED.task.answer(source) for source in sources]
        assert {split_of(source) for source in sources} == {split}


LOG = """\
2026-11-22 02:04:37,366 - INFO - joeynmt.config -           cfg.testing.eval_metrics : ['sequence_accuracy']
2026-11-22 01:47:08,371 - INFO - joeynmt.model - Total params: 154880
2026-11-22 01:47:08,512 - INFO - joeynmt.training - EPOCH 1
2026-11-22 01:47:10,021 - INFO - joeynmt.training - Epoch   1, Step:       50, Batch Loss:     1.213301, Batch Acc: 0.301210, Tokens per Sec:    30436, Lr: 0.003098
2026-11-22 01:47:10,040 - INFO - joeynmt.prediction - Predicting 200 example(s)... (Greedy decoding with min_output_length=1, max_output_length=12, return_prob='none', generate_unk=True, repetition_penalty=-1, no_repeat_ngram_size=-1)
2026-11-22 01:47:10,102 - INFO - joeynmt.prediction - Evaluation result (greedy): sequence_accuracy:  45.00, loss:   0.51, ppl:   1.66, acc:   0.88, 0.0000[sec]
"""  # fmt: skip


def test_the_peers_log_is_read():
    told = [read_line(text) for text in LOG.splitlines()]
    assert told == [None, Told(parameters=154_880), Told(epoch=1), Told(rate=30_436), None, Told(accuracy=45.0)]


def one_sentence(capsys, *arguments):
    assert main(["bench", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1
    return told.err


def test_a_missing_peer_gets_one_sentence(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(joeynmt, "PYTHON", tmp_path / "python")
    assert "make peers" in one_sentence(capsys, "--only", "training")


def test_a_missing_browser_gets_one_sentence(capsys, monkeypatch):
    monkeypatch.setattr("seq2seq.bench.browser.chromium", lambda: None)
    assert "Chromium" in one_sentence(capsys, "--only", "first-picture")


def test_an_unknown_bench_gets_one_sentence(capsys):
    assert "nope" in one_sentence(capsys, "--only", "nope")


def test_another_device_knows_training_only(capsys):
    assert "trace" in one_sentence(capsys, "--only", "trace", "--device", "cuda")
