"""Compare decoders: the same sentences, beams of growing width, and the best output of all."""

from seq2seq.ui.compare import COMPARE_TRIES, chosen_model, explainer, measurement, told
from seq2seq.ui.page import begin_page, beside_lesson, one_sentence
from seq2seq.ui.player import offer_export, show_story

words = begin_page("compare")
tries = [(words.say(f"compare.try.{name}"), act) for name, act in COMPARE_TRIES.items()]
with beside_lesson("compare", words, tries), one_sentence(words, "compare"):
    compared = chosen_model(words)
    trace = measurement(compared, words)
    if trace:
        story, explain = told(compared, trace, words), explainer(trace, words)
        show_story(story, "compare", words, explain)
        offer_export(story, "compare", words, explain)
