"""Questions about one decoding by a Transformer: where it looks, what it may see, what is computed anew, what next."""

from collections.abc import Iterator

from seq2seq.stories.looks import Look
from seq2seq.stories.questions.decoding import attention_questions
from seq2seq.stories.questions.options import ask, offered, rising, true_or_false
from seq2seq.stories.sentences import listed
from seq2seq.stories.story import Question
from seq2seq.stories.tokens import quoted
from seq2seq.traces import TransformerTrace
from seq2seq.words import Words

Place = tuple[str, int, int]  # stage, output column and layer of the step that answers
Asked = Iterator[tuple[Place, Question]]


def transformer_questions(trace: TransformerTrace, words: Words, look: Look) -> dict[Place, Question]:
    """Questions by the step before which they are asked, about the layer and the head that the story tells of."""
    found: dict[Place, Question] = {}
    for maker in (at_once, sees_only, computed_again):
        for place, question in maker(trace, words):
            found.setdefault(place, question)
    for asked in attention_questions(trace, look.weights, words):
        for stage, t, question in asked:
            layer = trace.layers - 1 if stage in ("predict", "done") else look.layer
            found.setdefault((stage, t, layer), question)
    return found


def at_once(trace: TransformerTrace, words: Words) -> Asked:
    """Must the encoder's first position wait for nothing, its last for all others?"""
    count, seed = len(trace.source), "".join(trace.source)
    if count > 1:
        yield ("feed", -1, 0), true_or_false(words, "question.transformer.once", "once", seed, count=count)


def sees_only(trace: TransformerTrace, words: Words) -> Asked:
    """At the third output: how many tokens does the masked self-attention see?"""
    T = len(trace.output)
    if T < 4:
        return
    t = 2
    slots = {"number": t + 1, "outputs": T, "read": listed(map(quoted, trace.read[: t + 1]), words)}
    prompt, why = words.say("question.transformer.sees", **slots), words.say("question.transformer.sees.why", **slots)
    guesses = [
        (n, words.say(f"question.transformer.sees.{name}")) for n, name in ((1, "one"), (t, "before"), (T, "all"))
    ]
    yield ("back", t, 0), ask("sees", "compare", prompt, why, rising(offered(t + 1, guesses)))


def computed_again(trace: TransformerTrace, words: Words) -> Asked:
    """Are keys and values of what was read before computed again?"""
    if len(trace.output) > 1:
        yield ("cache", 1, 0), true_or_false(words, "question.transformer.again", "again", "".join(trace.source))
