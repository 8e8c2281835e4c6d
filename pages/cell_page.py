"""Inside the cell: choose a cell, or several, and step through every gate of its reading."""

from seq2seq.ui.cell import CELL_TRIES, choose_cells, inside_explainer, look_inside
from seq2seq.ui.cell_whatif import what_if_inside
from seq2seq.ui.page import begin_page, beside_lesson, one_sentence
from seq2seq.ui.player import offer_export, show_story

words = begin_page("cell")
tries = [(words.say(f"cell.try.{name}"), act) for name, act in CELL_TRIES.items()]
with beside_lesson("cell", words, tries), one_sentence(words, "cell"):
    looked = look_inside(choose_cells(words), words)
    explain = inside_explainer(looked, words)
    show_story(looked.story, "cell", words, explain)
    offer_export(looked.story, "cell", words, explain)
    what_if_inside(looked, words)
