"""A trained convolutional model reads a source in which one token is another."""

from seq2seq.models.convolutional import Convolutional
from seq2seq.recording import record_convolution
from seq2seq.studies.trained import Trained
from seq2seq.tasks import InputError
from seq2seq.traces import ConvTrace


def record_replaced(trained: Trained, text: str, position: int, token: str) -> ConvTrace:
    """Everything that happens between a typed text, its token at a position replaced, and the output.

    Raises: InputError if the text cannot be used, or the model is of another kind.
    """
    if not isinstance(trained.model, Convolutional):
        raise InputError("input.other_model", run=trained.name)
    source, vocabularies, _ = trained.read(text, None)
    return record_convolution(trained.model, [*source[:position], token, *source[position + 1 :]], vocabularies)
