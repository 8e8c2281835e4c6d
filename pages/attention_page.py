"""Attention: choose a model, type an input, and step through its decoding."""

from seq2seq.ui.decoding import ATTENTION_TRIES, chosen_model_and_input, decode, explainer
from seq2seq.ui.page import begin_page, beside_lesson, one_sentence
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.whatif import what_if

words = begin_page("attention")
tries = [(words.say(f"attention.try.{name}"), act) for name, act in ATTENTION_TRIES.items()]
with beside_lesson("attention", words, tries), one_sentence(words, "attention"):
    decoded = decode(chosen_model_and_input(words), words)
    explain = explainer(decoded, words)
    show_story(decoded.story, "attention", words, explain)
    offer_export(decoded.story, "attention", words, explain)
    what_if(decoded, words)
