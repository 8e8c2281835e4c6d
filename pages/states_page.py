"""State space: where many sentences end up, and the ways of a few, token by token."""

from seq2seq.ui.page import begin_page, beside_lesson, one_sentence
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.states import STATES_TRIES, choose_states, explainer, show_in_space, told

words = begin_page("states")
tries = [(words.say(f"states.try.{name}"), act) for name, act in STATES_TRIES.items()]
with beside_lesson("states", words, tries), one_sentence(words, "states"):
    looked = told(choose_states(words), words)
    explain = explainer(looked, words)
    show_story(looked.story, "states", words, explain)
    offer_export(looked.story, "states", words, explain)
    show_in_space(looked, words)
