"""Sampling: one output drawn token by token, many against the exact distribution, diversity against correctness."""

from seq2seq.ui.page import begin_page, beside_lesson, one_sentence
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.sampling import SAMPLING_TRIES, sampling_explainer, sampling_told, what_to_draw
from seq2seq.ui.sampling_many import how_hot, many_outputs

words = begin_page("sampling")
tries = [(words.say(f"sampling.try.{name}"), act) for name, act in SAMPLING_TRIES.items()]
with beside_lesson("sampling", words, tries), one_sentence(words, "sampling"):
    asked = what_to_draw(words)
    story, explain = sampling_told(asked, words), sampling_explainer(asked, words)
    show_story(story, "sampling", words, explain)
    offer_export(story, "sampling", words, explain)
    many_outputs(asked, words)
    how_hot(asked, words)
