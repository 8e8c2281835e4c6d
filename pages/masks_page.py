"""To be written."""

from seq2seq.ui.page import begin_page, beside_lesson

words = begin_page("masks")
with beside_lesson("masks", words):
    pass
