"""Positions: without them a Transformer reads a set; how waves tell what comes first; which side needs to be told."""

from seq2seq.ui.page import begin_page, beside_lesson, one_sentence
from seq2seq.ui.parts import chosen_part
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.position_runs import which_side_needs_it
from seq2seq.ui.position_tables import how_a_position_is_told
from seq2seq.ui.positions import POSITIONS_PARTS, POSITIONS_TRIES, shuffle_explainer, shuffled, what_to_look_at

words = begin_page("positions")
tries = [(words.say(f"positions.try.{name}"), act) for name, act in POSITIONS_TRIES.items()]
with beside_lesson("positions", words, tries), one_sentence(words, "positions"):
    part = chosen_part("positions", POSITIONS_PARTS, words)
    if part == "order":
        looked = what_to_look_at(words)
        story, explain = shuffled(looked, words), shuffle_explainer(looked, words)
        show_story(story, "positions", words, explain)
        offer_export(story, "positions", words, explain)
    elif part == "table":
        how_a_position_is_told(words)
    else:
        which_side_needs_it(words)
