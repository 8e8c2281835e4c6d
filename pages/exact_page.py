"""Exact search: is the best output the right one, and whose error is it if not?"""

from seq2seq.ui.exact import EXACT_TRIES, choose_search, exact_explainer, exact_told
from seq2seq.ui.exact_answer import why_not_mine
from seq2seq.ui.page import begin_page, beside_lesson, one_sentence
from seq2seq.ui.player import offer_export, show_story

words = begin_page("exact")
tries = [(words.say(f"exact.try.{name}"), act) for name, act in EXACT_TRIES.items()]
with beside_lesson("exact", words, tries), one_sentence(words, "exact"):
    asked = choose_search(words)
    story, asked = exact_told(asked, words)
    explain = exact_explainer(asked, words)
    show_story(story, "exact", words, explain)
    offer_export(story, "exact", words, explain)
    why_not_mine(asked, words)
