"""To be written."""

from seq2seq.ui.page import begin_page, beside_lesson

words = begin_page("self_attention")
with beside_lesson("self_attention", words):
    pass
