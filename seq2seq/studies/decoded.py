"""One decoding as a story, whatever kind of model it is: what `export` writes and a notebook shows."""

from dataclasses import dataclass, replace

from seq2seq.stories.convolution import ConvolutionExplainer, convolution_story
from seq2seq.stories.decoding import decoding_story
from seq2seq.stories.explain import DecodingExplainer, Explainer
from seq2seq.stories.story import Story
from seq2seq.stories.transformer import TransformerExplainer, transformer_decoding_story
from seq2seq.studies.trained import Trained
from seq2seq.tasks import InputError
from seq2seq.traces import ConvTrace, DecodingTrace, TransformerTrace
from seq2seq.words import Words


@dataclass(frozen=True)
class Decoded:
    """The story of a decoding, what explains its numbers, the output, and the step at which its first token stands.

    ended: whether ⟨eos⟩ was written.
    """

    story: Story
    explainer: Explainer
    output: str
    first_written: int
    ended: bool = True


def story_of(
    trained: Trained, text: str, words: Words, layer: int | None = None, head: int | None = None,
    step: int | None = None,
) -> Decoded:  # fmt: skip
    """Read the text, write greedily, and tell how.

    Args:   layer, head: of a Transformer, counted from 1 (None: the top layer, the mean of the heads); step: where the
            story opens, counted from 0.
    Raises: InputError if the text cannot be used, or there is no such layer, head or step.
    """
    trace = trained.write(text)
    story, explainer = _told(trained, trace, text, words, layer, head)
    if step is not None:
        _check("step", step, 0, len(story.steps) - 1)
        story = replace(story, start=step)
    before = len(story.chapters) - 1 - len(trace.output)  # then comes a chapter an output token, and the result
    first_written = max(number for number, told in enumerate(story.steps) if told.chapter <= before)
    return Decoded(story, explainer, trace.text, first_written, trace.finished)


def _told(
    trained: Trained, trace: DecodingTrace | ConvTrace | TransformerTrace, text: str, words: Words,
    layer: int | None, head: int | None,
) -> tuple[Story, Explainer]:  # fmt: skip
    """The story by the kind of model."""
    name, task = trained.name, trained.task
    answer, flaw = task.answer(task.normalise(text)), task.flaw(trace.text)
    if isinstance(trace, TransformerTrace):
        if not trace.causal:
            raise InputError("input.sees_the_future", run=name)
        top, top_head = _number("layer", layer, trace.layers), _number("head", head, trace.heads)
        story = transformer_decoding_story(trace, words, name, answer, top, top_head, flaw)
        return story, TransformerExplainer(trace, words)
    for option, number in (("layer", layer), ("head", head)):
        if number is not None:
            raise InputError("input.transformer_only", name=option, run=name)
    if isinstance(trace, ConvTrace):
        return convolution_story(trace, words, name, answer, flaw=flaw), ConvolutionExplainer(trace, words)
    return decoding_story(trace, words, name, answer, flaw=flaw), DecodingExplainer(trace, words)


def _number(name: str, number: int | None, most: int) -> int | None:
    """One of so many, told from 1, counted from 0."""
    if number is None:
        return None
    _check(name, number, 1, most)
    return number - 1


def _check(name: str, number: int, low: int, high: int) -> None:
    if not low <= number <= high:
        raise InputError("input.out_of_range", name=name, value=number, low=low, high=high)
