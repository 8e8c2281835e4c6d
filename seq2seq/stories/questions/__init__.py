"""Predict, then reveal: questions made from the live numbers, asked only where the answer is clear."""

from seq2seq.stories.questions.decoding import decoding_questions
from seq2seq.stories.questions.training import training_questions

__all__ = ["decoding_questions", "training_questions"]
