"""Make the stored stories anew from the shipped models: python -m seq2seq.studies.store_stories."""

from collections.abc import Callable, Iterator

from seq2seq.decoding import beam_search, judge, sample
from seq2seq.models.config import CELLS
from seq2seq.preparing.batching import record_batches
from seq2seq.preparing.cutting import record_cutting
from seq2seq.stories import stored
from seq2seq.stories.batching import batching_story
from seq2seq.stories.beam import Verdicts, beam_story, greedy_output
from seq2seq.stories.bottleneck import bottleneck_story
from seq2seq.stories.cell import Subject, cell_story, to_try
from seq2seq.stories.convolution import convolution_story
from seq2seq.stories.cutting import cutting_story
from seq2seq.stories.decoding import decoding_story
from seq2seq.stories.embeddings import embedding_story
from seq2seq.stories.exact import Answer, answer_story, exact_story
from seq2seq.stories.gradients import Reach, arm_key, backward_story
from seq2seq.stories.heads import heads_story
from seq2seq.stories.masks import leak_story, masks_story, switches_story
from seq2seq.stories.positions import places_story
from seq2seq.stories.sampling import counted_story, heat_story, sampling_story
from seq2seq.stories.self_attention import focus_of, self_attention_story
from seq2seq.stories.states import states_story
from seq2seq.stories.story import Story
from seq2seq.stories.widths import widths_story
from seq2seq.studies import widths
from seq2seq.studies.bottleneck import bottleneck_trace
from seq2seq.studies.contest import hold_contest
from seq2seq.studies.embeddings import load_embeddings
from seq2seq.studies.heads import heads_trace
from seq2seq.studies.heads import measured as measured_heads
from seq2seq.studies.leak import leak_trace, measured_runs, shipped_maps
from seq2seq.studies.masked import masked_batch, switched_batch
from seq2seq.studies.masks import letter_task, measured, read_sentences
from seq2seq.studies.places import record_waves
from seq2seq.studies.recordings import recall_run
from seq2seq.studies.sampled import exact_shares, judged_by, record_diversity
from seq2seq.studies.shipped import MASK_TASKS
from seq2seq.studies.shuffled import told_shuffled
from seq2seq.studies.states import StateChoice, record_states
from seq2seq.studies.trained import load_trained
from seq2seq.tasks import Dates, Reverse
from seq2seq.traces.exact import ExactSettings
from seq2seq.traces.sampling import Cut, SampleSettings
from seq2seq.traces.search import BeamSettings, Limits
from seq2seq.training.reach import record_gradients
from seq2seq.training.trainer import start_model
from seq2seq.words import LANGUAGES, Words

Stored = Iterator[tuple[str, Story]]  # name and story


def home(words: Words) -> Stored:
    """The home page: one date in several languages."""
    trained = load_trained(stored.HOME_MODEL)
    for key, date in stored.HOME_DATES.items():
        trace, answer = trained.record(date), trained.task.answer(date)
        yield f"home-{key}", decoding_story(trace, words, stored.HOME_MODEL, answer, flaw=trained.task.flaw(trace.text))


def attention(words: Words) -> Stored:
    """The attention page: one word, reversed."""
    trained = load_trained(stored.ATTENTION_MODEL)
    answer = trained.task.answer(stored.ATTENTION_INPUT)
    yield "attention", decoding_story(trained.record(stored.ATTENTION_INPUT), words, stored.ATTENTION_MODEL, answer)


def convolution(words: Words) -> Stored:
    """The convolution page: one word, read by windows and reversed."""
    trained = load_trained(stored.CONVOLUTION_MODEL)
    answer = trained.task.answer(stored.CONVOLUTION_INPUT)
    trace = trained.record_convolution(stored.CONVOLUTION_INPUT)
    yield "convolution", convolution_story(trace, words, stored.CONVOLUTION_MODEL, answer)


def self_attention(words: Words) -> Stored:
    """The page on self-attention: one word, read by the first layer of a Transformer's encoder."""
    trace = load_trained(stored.SELF_ATTENTION_MODEL).record_transformer(stored.SELF_ATTENTION_INPUT)
    focus = focus_of(trace, "encoder", "self", 0, stored.SELF_ATTENTION_HEAD, stored.SELF_ATTENTION_QUERY)
    yield "self-attention", self_attention_story(focus, words, stored.SELF_ATTENTION_MODEL)


def gradients(words: Words) -> Stored:
    """The Gradients page: a plain RNN that nobody has trained yet, and the arms beside it."""
    traces = {}
    for key, config in {arm_key(cell, way): recall_run(cell, way) for way in (False, True) for cell in CELLS}.items():
        traces[key] = record_gradients(start_model(config), config.task, 0)
    wider = recall_run("rnn", scale=2.0)
    doubled = record_gradients(start_model(wider), wider.task, 0)
    yield "gradients", backward_story(Reach(traces, "rnn", 1.0, 1.0, False, doubled), words)


def bottleneck(words: Words) -> Stored:
    """The bottleneck page: one source of growing length."""
    trace = bottleneck_trace(stored.BOTTLENECK_TASK, stored.BOTTLENECK_HIDDEN, stored.BOTTLENECK_INPUT)
    yield "bottleneck", bottleneck_story(trace, words)


def cell(words: Words) -> Stored:
    """The page Inside the cell: one letter, held over some noise by an LSTM."""
    trained = load_trained(stored.CELL_MODEL)
    subject = Subject("1", stored.CELL_MODEL, trained.record(stored.CELL_INPUT))
    trials = [trained.record(stored.CELL_INPUT, change=change) for change in to_try(subject)]
    yield "cell", cell_story([subject], words, answer=trained.task.answer(stored.CELL_INPUT), trials=trials)


def tokens(words: Words) -> Stored:
    """The tokens page: a date cut, a batch, and a table of embeddings; none of them needs a network."""
    cutting = record_cutting(Dates(), stored.CUT_TEXT, stored.CUT_MERGES)
    yield "tokens-cut", cutting_story(cutting, words)
    shortest, longest = stored.BATCH_LENGTHS
    batches = record_batches(
        Reverse(shortest, longest), stored.BATCH_SIZE, stored.BATCH_BUCKET, False, stored.BATCH_DRAW
    )
    yield "tokens-batch", batching_story(batches, words)
    yield (
        "tokens-embeddings",
        embedding_story(load_embeddings(stored.EMBEDDING_MODEL), "source", stored.EMBEDDING_TOKEN, words),
    )


def heads(words: Words) -> Stored:
    """The Heads page: one word, and every head of a small Transformer."""
    found = measured_heads(stored.HEADS_MODEL)
    assert found, "python -m seq2seq.studies.heads first"
    yield "heads", heads_story(heads_trace(load_trained(stored.HEADS_MODEL), stored.HEADS_INPUT, found), words)


def exact(words: Words) -> Stored:
    """The page Exact search: figures with synonyms, whose most probable output is nothing at all."""
    trained, source = load_trained(stored.EXACT_MODEL), stored.EXACT_INPUT
    asked = ExactSettings(width=stored.EXACT_WIDTH, budget=stored.EXACT_BUDGET)
    contest = hold_contest(trained.writer(source), asked, trained.task, source)
    yield "exact", exact_story(contest, words, stored.EXACT_MODEL)
    judged = judge(trained.writer(source), list(stored.EXACT_ANSWER), asked.penalty)
    yield "exact-answer", answer_story(Answer(contest, judged), words, stored.EXACT_MODEL)


def states(words: Words) -> Stored:
    """The page on states: where held-out dates end, and the ways of one date in several languages."""
    trace = record_states(load_trained(stored.STATES_MODEL), StateChoice(), stored.STATES_SENTENCES)
    yield "states", states_story(trace, words, stored.STATES_MODEL)


def positions(words: Words) -> Stored:
    """The Positions page: one source in two orders, and the table of waves."""
    task, text, how = stored.POSITIONS_TASK, stored.POSITIONS_INPUT, stored.POSITIONS_ORDER
    yield "positions", told_shuffled(task, text, how, words, load_trained)
    yield "positions-table", places_story(record_waves(), words, "sinusoidal")


def masks(words: Words) -> Stored:
    """The Masks page: a batch of three words under its masks."""
    trained = load_trained(stored.MASKS_MODEL)
    sentences = read_sentences(letter_task(trained.config), stored.MASKS_INPUT)
    trace = masked_batch(trained, sentences, stored.MASKS_LAYER, stored.MASKS_HEAD)
    yield "masks", masks_story(trace, words, stored.MASKS_MODEL, stored.MASKS_SENTENCE)
    switched = switched_batch(trained, sentences, stored.MASKS_PADS, stored.MASKS_AT)
    yield "masks-switches", switches_story(switched, measured().get("pads", []), words, stored.MASKS_MODEL)
    for task in MASK_TASKS:
        leak = leak_story(leak_trace(task, measured_runs(task), shipped_maps(task)), words, "measured")
        if leak:
            yield f"masks-leak-{task}", leak


def compare(words: Words) -> Stored:
    """The page that compares decoders: one model, beams of growing width."""
    found = widths.measured()
    plain = [trace for (_, alpha), trace in found.items() if alpha == 0.0]
    yield "compare", widths_story(found[stored.COMPARE_MODEL, 0.0], plain, words)


def beam(words: Words) -> Stored:
    """The Greedy and beam page: a word that greedy decoding gets wrong, and a beam gets right."""
    trained, text = load_trained(stored.BEAM_MODEL), stored.BEAM_INPUT
    trace = beam_search(trained.writer(text), BeamSettings(stored.BEAM_WIDTH))
    accepts = trained.task.accepts
    finished = {int(node): accepts(text, trace.text(int(node))) for node in trace.finished}
    told = Verdicts(finished, accepts(text, greedy_output(trace)))
    yield "beam", beam_story(trace, words, stored.BEAM_MODEL, told)


def sampling(words: Words) -> Stored:
    """The page on sampling: one output drawn, many counted, and the same at several temperatures."""
    trained, text, name = load_trained(stored.SAMPLING_MODEL), stored.SAMPLING_INPUT, stored.SAMPLING_MODEL
    cut, seed, writer = Cut(*stored.SAMPLING_CUT), stored.SAMPLING_SEED, trained.writer(text)
    drawn = sample(writer, SampleSettings(cut, Limits(), stored.SAMPLING_DRAWS, seed))
    accepts = judged_by(trained.task, text)
    yield "sampling", sampling_story(drawn, words, name, accepts(drawn.text(0)))
    yield "sampling-many", counted_story(drawn, exact_shares(writer, cut, Limits()), accepts, words, name)
    yield "sampling-heat", heat_story(record_diversity(writer, trained.task, text, cut, Limits(), seed), words, name)


PAGES: tuple[Callable[[Words], Stored], ...] = (
    home,
    tokens,
    cell,
    gradients,
    bottleneck,
    attention,
    self_attention,
    positions,
    masks,
    heads,
    beam,
    exact,
    sampling,
    compare,
    convolution,
    states,
)


def stored_stories() -> Stored:
    """Every first picture, in every language: "NAME-LANGUAGE"."""
    for language in LANGUAGES:
        for page in PAGES:
            for name, story in page(Words(language)):
                yield f"{name}-{language}", story


if __name__ == "__main__":
    stored.STORIES.mkdir(parents=True, exist_ok=True)
    for name, story in stored_stories():
        (stored.STORIES / f"{name}.json").write_text(story.to_json(), encoding="utf-8")
        print(name)
