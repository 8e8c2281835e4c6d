"""The story of an exact search: how its proof closes, and whose error the beam's output is."""

from seq2seq.stories.exact.answer import Answer, answer_story
from seq2seq.stories.exact.answer_explain import AnswerExplainer
from seq2seq.stories.exact.explain import ExactExplainer
from seq2seq.stories.exact.story import exact_story

__all__ = ["Answer", "AnswerExplainer", "ExactExplainer", "answer_story", "exact_story"]
