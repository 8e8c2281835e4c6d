"""An address that no page has: what there is instead."""

from seq2seq.ui.page import begin_page
from seq2seq.ui.ways import show_ways

words = begin_page("nowhere")
show_ways(words)
