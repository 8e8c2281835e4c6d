"""To be written."""

from seq2seq.ui.page import begin_page, beside_lesson

words = begin_page("positions")
with beside_lesson("positions", words):
    pass
