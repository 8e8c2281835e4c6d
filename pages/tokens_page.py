"""Tokens: cut a text, fill a batch, look into an embedding table."""

from seq2seq.ui.page import begin_page, beside_lesson, one_sentence
from seq2seq.ui.tokens import TOKENS_TRIES, show_part

words = begin_page("tokens")
tries = [(words.say(f"tokens.try.{name}"), act) for name, act in TOKENS_TRIES.items()]
with beside_lesson("tokens", words, tries), one_sentence(words, "tokens-cut"):
    show_part(words)
