"""Self-attention: one layer, one head, one token, through every matrix of it; and why scores are divided by √d_k."""

from seq2seq.ui.page import begin_page, beside_lesson, one_sentence
from seq2seq.ui.parts import chosen_part
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.self_attention import (
    SELF_ATTENTION_PARTS,
    SELF_ATTENTION_TRIES,
    layer_explainer,
    looked_through,
    what_to_look_at,
)
from seq2seq.ui.self_attention_scale import what_the_scale_does

words = begin_page("self_attention")
tries = [(words.say(f"selfatt.try.{name}"), act) for name, act in SELF_ATTENTION_TRIES.items()]
with beside_lesson("self_attention", words, tries), one_sentence(words, "self-attention"):
    if chosen_part("selfatt", SELF_ATTENTION_PARTS, words) == "layer":
        looked = what_to_look_at(words)
        story, explain = looked_through(looked, words), layer_explainer(looked, words)
        show_story(story, "self-attention", words, explain)
        offer_export(story, "self_attention", words, explain)
    else:
        what_the_scale_does(words)
