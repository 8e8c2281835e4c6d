"""Heads: what each of them does, and which are needed."""

from seq2seq.ui.heads import HEADS_TRIES, heads_explainer, heads_to_look_at, heads_told, say_how_measured
from seq2seq.ui.heads_off import what_if_off
from seq2seq.ui.page import begin_page, beside_lesson, one_sentence
from seq2seq.ui.player import offer_export, show_story

words = begin_page("heads")
tries = [(words.say(f"heads.try.{name}"), act) for name, act in HEADS_TRIES.items()]
with beside_lesson("heads", words, tries), one_sentence(words, "heads"):
    looked = heads_to_look_at(words)
    say_how_measured(looked, words)
    story, explain = heads_told(looked, words), heads_explainer(looked, words)
    show_story(story, "heads", words, explain)
    offer_export(story, "heads", words, explain)
    what_if_off(looked, words)
