"""Laws of every task: what is held out is never trained on, and the answers are right."""

import pytest

from seq2seq.tasks import BOS, EOS, PAD, TASKS, UNK, InputError, Vocabulary, make_task

ALL = [make_task({"name": name}) for name in TASKS]
named = pytest.mark.parametrize("task", ALL, ids=lambda task: task.name)


@named
def test_the_worked_example_is_right(task):
    assert task.__doc__ and f'"{task.example.source}"' in task.__doc__ or task.name in ("copy", "reverse", "sort")
    if task.answer(task.example.source) is not None:
        assert task.answer(task.example.source) == task.example.target


@named
def test_splits_share_no_source_and_no_key(task):
    samples = {split: task.sample(split, 400) for split in ("train", "dev", "test")}
    sources = {split: {pair.source for pair in pairs} for split, pairs in samples.items()}
    keys = {split: {task.split_key(pair) for pair in pairs} for split, pairs in samples.items()}
    for a, b in (("train", "dev"), ("train", "test"), ("dev", "test")):
        assert not sources[a] & sources[b]
        assert not keys[a] & keys[b]


@named
def test_every_drawn_token_is_in_the_vocabulary(task):
    source, target = task.vocabularies()
    for pair in task.sample("train", 500):
        assert not source.unknown(task.tokenise(pair.source)), pair
        assert not target.unknown(task.tokenise(pair.target)), pair


@named
def test_drawn_sources_are_normal_and_readable(task):
    source, _ = task.vocabularies()
    for pair in task.sample("dev", 100):
        assert task.normalise(pair.source) == pair.source
        assert "".join(task.read(pair.source, source)) == pair.source


@named
def test_the_same_seed_draws_the_same(task):
    assert task.sample("train", 20, (7,)) == task.sample("train", 20, (7,)) != task.sample("train", 20, (8,))


@named
def test_settings_make_the_same_task_again(task):
    assert make_task(task.settings()) == task


@named
def test_a_batch_ends_in_eos_and_is_padded(task):
    pairs = task.sample("train", 8)
    vocabularies = task.vocabularies()
    batch = task.batch(pairs, *vocabularies)
    for row, pair in zip(batch.target, pairs, strict=True):
        length = len(pair.target)
        assert row[length] == EOS and (row[length + 1 :] == PAD).all() and BOS not in row
        assert "".join(vocabularies[1].decode(row.tolist())) == pair.target


@pytest.mark.parametrize(
    ("name", "source", "target"),
    [
        ("reverse", "abcd", "dcba"), ("copy", "abcd", "abcd"), ("sort", "dbca", "abcd"), ("addition", "99+1", "100"),
        ("addition", "0+0", "0"), ("recall", "Cstuv", "C"), ("recall", "stuv", None),
        ("shift", "studio", "___stu"), ("shift", "ab", "__"),
    ],
)  # fmt: skip
def test_answers(name, source, target):
    assert make_task({"name": name}).answer(source) == target


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_typed_is_told(text):
    with pytest.raises(InputError, match=r"input\.empty"):
        ALL[0].read(text, ALL[0].vocabularies()[0])


def test_too_much_typed_is_told():
    with pytest.raises(InputError) as told:
        ALL[1].read("a" * 10_000, ALL[1].vocabularies()[0])
    assert told.value.key == "input.too_long" and told.value.slots["length"] == 10_000


def test_a_task_with_hardly_any_source_is_told():
    tiny = make_task({"name": "copy", "shortest": 1, "longest": 1, "letters": 2})
    with pytest.raises(InputError, match="too_small"):
        tiny.sample("dev", 1), tiny.sample("test", 1)


def test_special_tokens_cannot_be_typed():
    vocabulary = Vocabulary.of("ab")
    assert vocabulary.encode(["⟨pad⟩", "⟨eos⟩", "a", "?"]) == [UNK, UNK, 4, UNK]


@pytest.mark.parametrize(
    "settings", [{"name": "nope"}, {"name": "reverse", "colour": 1}, {"name": "reverse", "longest": 0}]
)
def test_wrong_settings_are_told(settings):
    with pytest.raises(InputError):
        make_task(settings)


@pytest.mark.parametrize("distance", [0, 1, 5, 23])
def test_a_shifted_letter_stands_so_many_positions_later(distance):
    task = make_task({"name": "shift", "distance": distance})
    for source, target in task.sample("dev", 30):
        assert len(target) == len(source) and target[:distance] == "_" * distance
        assert all(target[i] == source[i - distance] for i in range(distance, len(source)))


@pytest.mark.parametrize("distance", [-1, 24, 99])
def test_a_shift_that_leaves_no_letter_is_told(distance):
    with pytest.raises(InputError):
        make_task({"name": "shift", "distance": distance})
