"""Inside a recurrent cell: every gate of every step, alone or cells side by side, and what a what-if does to them."""

from seq2seq.stories.cell.comparison import cell_comparison
from seq2seq.stories.cell.questions import to_try
from seq2seq.stories.cell.story import cell_story, explain_subjects
from seq2seq.stories.cell.subject import MOST_CELLS, SORTS, Subject

__all__ = ["MOST_CELLS", "SORTS", "Subject", "cell_comparison", "cell_story", "explain_subjects", "to_try"]
