"""Every number explains itself: its equation in symbols, then with the learner's numbers, then its value.

A number in a picture has an address, such as "weight 3 5". The numbers of an equation have addresses too, so that a
learner can go down from a probability to a single weight of the network. All of them come from the trace.
"""

from seq2seq.stories.explain.decoding import DecodingExplainer
from seq2seq.stories.explain.equation import Explainer, Explanation, Unknown
from seq2seq.stories.explain.several import SeveralExplainer
from seq2seq.stories.explain.training import TrainingExplainer

__all__ = ["DecodingExplainer", "Explainer", "Explanation", "SeveralExplainer", "TrainingExplainer", "Unknown"]
