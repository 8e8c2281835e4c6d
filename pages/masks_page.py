"""Masks: what a model must not see, what each mask hides, and what becomes of a model without it."""

from seq2seq.ui.masks import MASKS_PARTS, MASKS_TRIES, masks_explainer, told_masks, what_is_masked
from seq2seq.ui.masks_leak import how_it_leaks
from seq2seq.ui.masks_switches import switch_masks_off
from seq2seq.ui.page import begin_page, beside_lesson, one_sentence
from seq2seq.ui.parts import chosen_part
from seq2seq.ui.player import offer_export, show_story

words = begin_page("masks")
tries = [(words.say(f"masks.try.{name}"), act) for name, act in MASKS_TRIES.items()]
with beside_lesson("masks", words, tries), one_sentence(words, "masks"):
    part = chosen_part("masks", MASKS_PARTS, words)
    if part == "see":
        batch = what_is_masked(words, follow=True)
        story, explain = told_masks(batch, words), masks_explainer(batch, words)
        show_story(story, "masks", words, explain)
        offer_export(story, "masks", words, explain)
    elif part == "off":
        switch_masks_off(what_is_masked(words, follow=False), words)
    else:
        how_it_leaks(words)
