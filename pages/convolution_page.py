"""Convolution: how far a state sees, layer by layer, and where its field ends."""

from seq2seq.ui.convolution import CONVOLUTION_TRIES, convolution_explainer, convolved, what_to_look_at
from seq2seq.ui.convolution_whatif import what_if_replaced
from seq2seq.ui.field import where_the_field_ends
from seq2seq.ui.page import begin_page, beside_lesson, one_sentence
from seq2seq.ui.player import offer_export, show_story

words = begin_page("convolution")
tries = [(words.say(f"convolution.try.{name}"), act) for name, act in CONVOLUTION_TRIES.items()]
with beside_lesson("convolution", words, tries):
    with one_sentence(words, "convolution"):
        looked = what_to_look_at(words)
        story, explain = convolved(looked, words), convolution_explainer(looked, words)
        show_story(story, "convolution", words, explain)
        offer_export(story, "convolution", words, explain)
        what_if_replaced(looked, words)
    where_the_field_ends(words)
