"""To be written."""

from seq2seq.ui.page import begin_page, beside_lesson

words = begin_page("heads")
with beside_lesson("heads", words):
    pass
