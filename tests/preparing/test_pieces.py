"""Byte-pair encoding: laws for whatever is learnt from, and the merges of an independent implementation."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

from seq2seq.preparing.cutting import NEVER_SEEN, SENTENCES, record_cutting
from seq2seq.preparing.pieces import RAREST, WORD, Learner, cut, merge, neighbours, split_words, table
from seq2seq.tasks import SPECIALS, TASKS, Dates, InputError, Reverse, Sort
from seq2seq.traces.preparing import UNK

texts = st.lists(st.text("ab c年", min_size=1, max_size=12), min_size=1, max_size=12)


def learnt(corpus, most=30):
    learner = Learner.of(corpus)
    won = [(winner, counts[winner]) for winner, counts in learner.learn_many(most)]
    return learner, won


def reference(corpus, most):
    """The merges that Hugging Face's trainer learns from the same words, and its tokenizer."""
    characters = {character for text in corpus for character in text}
    tokenizer = Tokenizer(models.BPE(unk_token="⟨unk⟩"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(WORD.pattern), "isolated")
    trainer = trainers.BpeTrainer(
        vocab_size=len(SPECIALS) + len(characters) + most, min_frequency=RAREST, special_tokens=list(SPECIALS),
        show_progress=False,
    )  # fmt: skip
    tokenizer.train_from_iterator(corpus, trainer)
    return tokenizer


def merges_of(tokenizer):
    import json

    return [tuple(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]


class TestLaws:
    @given(texts, st.text(max_size=20))
    @settings(deadline=None, max_examples=60)
    def test_pieces_put_together_are_the_text(self, corpus, text):
        learner, _ = learnt(corpus)
        for any_text in (text, *corpus):
            assert "".join(cut(any_text, learner.merges)) == any_text
            assert "".join(split_words(any_text)) == any_text

    @given(texts)
    @settings(deadline=None, max_examples=60)
    def test_encoded_and_decoded_is_the_same(self, corpus):
        learner, _ = learnt(corpus)
        vocabulary = table(learner)
        for text in corpus:
            numbers = vocabulary.encode(cut(text, learner.merges))
            assert UNK not in numbers and "".join(vocabulary.decode(numbers)) == text

    @given(texts)
    @settings(deadline=None, max_examples=60)
    def test_a_merge_saves_exactly_as_many_pieces_as_it_counted(self, corpus):
        learner = Learner.of(corpus)
        before = sum(learner.pieces().values())
        size = len(learner.tokens)
        for winner, counts in learner.learn_many(20):
            wanted = before - counts[winner]
            best = max(counts.values())
            assert counts[winner] == best >= RAREST
            learner_after = Learner(learner.words, list(learner.tokens), dict(learner.cuts), list(learner.merges))
            learner_after.learn(winner)
            before = sum(learner_after.pieces().values())
            assert before == wanted
            assert 0 <= len(learner_after.tokens) - size <= 1
            size = len(learner_after.tokens)

    @given(texts)
    @settings(deadline=None, max_examples=40)
    def test_what_was_learnt_from_is_cut_as_the_learner_left_it(self, corpus):
        learner, _ = learnt(corpus)
        for word, pieces in learner.cuts.items():
            assert cut(word, learner.merges) == pieces

    @given(st.lists(st.sampled_from("ab"), max_size=12))
    def test_counted_is_what_can_be_merged(self, pieces):
        for pair, count in neighbours(pieces).items():
            assert len(pieces) - len(merge(pieces, pair)) == count

    def test_pieces_stay_inside_words(self):
        learner, _ = learnt(["in the end", "in the en", "the end in"], 50)
        assert all(" " not in token[1:] for token in learner.tokens[4:])

    def test_ties_go_to_the_lower_ids(self):
        (winner, _), *_ = learnt(["dc", "dc", "ab", "ab"])[1]
        assert winner == ("a", "b")


class TestReference:
    @pytest.mark.parametrize("task", [Dates(), Reverse(), Sort()], ids=lambda task: task.name)
    def test_merges_and_encodings_are_those_of_tokenizers(self, task):
        """Until runs such as 999 differ: tokenizers counts the pair 99 twice there, we once, as it can be merged."""
        corpus = [pair.source for pair in task.sample("train", SENTENCES)]
        corpus = [
            text for text in corpus if not any(a == b == c for a, b, c in zip(text, text[1:], text[2:], strict=False))
        ]
        learner, _ = learnt(corpus, 60)
        tokenizer = reference(corpus, 60)
        assert learner.merges == merges_of(tokenizer)
        assert learner.tokens == [tokenizer.id_to_token(number) for number in range(tokenizer.get_vocab_size())]
        vocabulary = table(learner)
        fresh = [pair.source for pair in task.sample("test", 200)] + [f"x{NEVER_SEEN}y"]
        for text in fresh:
            told = tokenizer.encode(text)
            assert vocabulary.encode(cut(text, learner.merges)) == told.ids

    @given(st.lists(st.text("abcd ", min_size=1, max_size=10), min_size=1, max_size=10))
    @settings(deadline=None, max_examples=60)
    def test_encodings_agree_for_the_same_merges(self, corpus):
        """Whatever was learnt: merge by merge in our order is what theirs does by rank."""
        learner, _ = learnt(corpus, 15)
        vocabulary = {token: number for number, token in enumerate(learner.tokens)}
        theirs = Tokenizer(models.BPE(vocab=vocabulary, merges=learner.merges, unk_token="⟨unk⟩"))
        theirs.pre_tokenizer = pre_tokenizers.Split(Regex(WORD.pattern), "isolated")
        for text in [*corpus, "dcba abcd"]:
            assert table(learner).encode(cut(text, learner.merges)) == theirs.encode(text).ids

    def test_a_run_is_where_the_two_differ(self):
        """Ours is what the merge saves; the difference is told in the module."""
        corpus = ["aaa", "aaa", "bc", "bc", "bc"]
        learner, won = learnt(corpus, 1)
        assert won == [(("b", "c"), 3)]
        assert merges_of(reference(corpus, 1)) == [("a", "a")]


class TestRecord:
    @pytest.mark.parametrize("task", [make() for make in TASKS.values()], ids=lambda task: task.name)
    def test_a_record_is_whole(self, task):
        trace = record_cutting(task, task.example.source, 12)
        assert len(trace.cuts) == len(trace.counts) == len(trace.merges) + 1
        assert trace.sizes[-1] == len(trace.tokens)
        for before, after, record in zip(trace.pieces, trace.pieces[1:], trace.merges, strict=False):
            assert before - after == record.count
        assert all("".join(pieces) == task.normalise(task.example.source) for pieces in trace.cuts)
        assert all(a >= b for a, b in pairwise(map(len, trace.cuts)))

    def test_what_was_never_seen_is_unknown_and_stays_in_place(self):
        trace = record_cutting(Dates(), "3 ☃ mars", 5)
        assert trace.unknown == ("☃",) and trace.id("☃") == UNK and trace.id("3") > UNK

    def test_random_letters_have_no_pairs(self):
        """So that the page may say so: forty merges save dates more than a fifth of their length, random letters a tenth."""
        saved = {}
        for task in (Dates(), Reverse()):
            trace = record_cutting(task, task.example.source, 40)
            saved[task.name] = 1 - trace.pieces[-1] / trace.pieces[0]
        assert saved["dates"] > 0.2 and saved["reverse"] < 0.12

    @pytest.mark.parametrize(
        ("text", "key"), [("", "input.empty"), ("  ", "input.empty"), ("a" * 61, "input.too_long")]
    )
    def test_what_cannot_be_cut_is_said(self, text, key):
        with pytest.raises(InputError, match=key):
            record_cutting(Dates(), text, 3)
