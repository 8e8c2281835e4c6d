"""Greedy and beam: how an output is searched for, token by token, and what a width finds that greed does not."""

from seq2seq.ui.beam import BEAM_TRIES, beam_explainer, beam_told, search_asked
from seq2seq.ui.beam_pick import go_on_from
from seq2seq.ui.page import begin_page, beside_lesson, one_sentence
from seq2seq.ui.player import offer_export, show_story

words = begin_page("beam")
tries = [(words.say(f"beam.try.{name}"), act) for name, act in BEAM_TRIES.items()]
with beside_lesson("beam", words, tries), one_sentence(words, "beam"):
    asked = search_asked(words)
    story, explain = beam_told(asked, words), beam_explainer(asked, words)
    show_story(story, "beam", words, explain, below=lambda address: go_on_from(asked, address, words))
    offer_export(story, "beam", words, explain)
