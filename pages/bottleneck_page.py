"""Bottleneck: one source of growing length through one vector, and beside it with attention."""

from seq2seq.ui.bottleneck import BOTTLENECK_TRIES, chosen_source, explainer, told
from seq2seq.ui.bottleneck_runs import train_both
from seq2seq.ui.bottleneck_whatif import disturb
from seq2seq.ui.page import begin_page, beside_lesson, one_sentence
from seq2seq.ui.player import offer_export, show_story

words = begin_page("bottleneck")
tries = [(words.say(f"bottleneck.try.{name}"), act) for name, act in BOTTLENECK_TRIES.items()]
with beside_lesson("bottleneck", words, tries):
    with one_sentence(words, "bottleneck"):
        chosen = chosen_source(words)
        story, explain = told(chosen, words), explainer(chosen, words)
        show_story(story, "bottleneck", words, explain)
        offer_export(story, "bottleneck", words, explain)
        disturb(chosen, words)
    train_both(words)
