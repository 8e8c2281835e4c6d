"""Gradients: step back from the loss to the symbol, watch training open the way, and see clipping at work."""

from seq2seq.ui.gradient_runs import show_clipping, show_training
from seq2seq.ui.gradients import GRADIENT_TRIES, choose_part, show_backward
from seq2seq.ui.page import begin_page, beside_lesson, one_sentence

SHOWS = {"back": show_backward, "training": show_training, "clipping": show_clipping}

words = begin_page("gradients")
tries = [(words.say(f"gradients.try.{name}"), act) for name, act in GRADIENT_TRIES.items()]
with beside_lesson("gradients", words, tries), one_sentence(words, "gradients"):
    SHOWS[choose_part(words)](words)
