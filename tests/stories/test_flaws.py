"""An output that is no day of the calendar is marked wherever it is told of, by more than a colour."""

import pytest

from seq2seq.decoding import beam_search, sample
from seq2seq.stories.beam import Verdicts, beam_story
from seq2seq.stories.cell import cell_story
from seq2seq.stories.cell.subject import Subject
from seq2seq.stories.comparison import comparison_story
from seq2seq.stories.convolution import convolution_story
from seq2seq.stories.decoding import decoding_story, right_or_wrong
from seq2seq.stories.exact import exact_story
from seq2seq.stories.flaws import SIGN, say_flaw
from seq2seq.stories.sampling import counted_story, heat_story, sampling_story
from seq2seq.stories.training import training_story
from seq2seq.stories.transformer import transformer_decoding_story
from seq2seq.studies.contest import hold_contest
from seq2seq.studies.sampled import exact_shares, record_diversity
from seq2seq.studies.trained import load_trained
from seq2seq.tasks.dates_short import DatesShort
from seq2seq.traces import WriteInstead
from seq2seq.traces.exact import ExactSettings
from seq2seq.traces.sampling import Cut, SampleSettings
from seq2seq.traces.search import BeamSettings, Limits
from seq2seq.words import LANGUAGES, Words

DATE, SHORT = "3 mars 2021", "3/4/21"
FLAW = "no_day"


def told(name, words, flaw, monkeypatch):
    """One story, and the output that it tells of."""
    if name in ("decoding", "transformer", "what-if", "cell"):
        trained = load_trained("dates-transformer" if name == "transformer" else "dates-gru-additive")
        if name == "transformer":
            trace = trained.record_transformer(DATE)
            return transformer_decoding_story(trace, words, "m", None, flaw=flaw), trace.text
        trace = trained.record(DATE)
        if name == "decoding":
            return decoding_story(trace, words, "m", flaw=flaw), trace.text
        if name == "cell":
            return cell_story([Subject("1", "m", trace)], words, flaws=[flaw]), trace.text
        after = trained.record(DATE, change=WriteInstead(0, "9"))
        return comparison_story(trace, after, words, "m", flaws=(None, flaw)), after.text
    if name == "convolution":
        trace = load_trained("reverse-conv").record_convolution("studio")
        return convolution_story(trace, words, "m", flaw=flaw), trace.text
    writer, task = load_trained("search-dates-short").writer(SHORT), DatesShort()
    monkeypatch.setattr(DatesShort, "flaw", lambda task, output: flaw)
    if name == "beam":
        trace = beam_search(writer, BeamSettings(3))
        return beam_story(trace, words, "m", Verdicts(flaw=task.flaw)), trace.text(trace.best)
    if name == "exact":
        contest = hold_contest(writer, ExactSettings(width=2), task, SHORT)
        return exact_story(contest, words, "m"), contest.exact.text(contest.exact.best)
    if name == "heat":
        trace = record_diversity(writer, task, SHORT, Cut(), Limits(), n=5)
        return heat_story(trace, words, "m"), trace.heats[0].most[0]
    drawn = sample(writer, SampleSettings(Cut(), Limits(), 10, 0))
    if name == "sampling":
        return sampling_story(drawn, words, "m", flaw=flaw), drawn.text(0)
    found = exact_shares(writer, Cut(), Limits())
    return counted_story(drawn, found, lambda output: None, words, "m", task.flaw), ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name",
    ["decoding", "transformer", "what-if", "cell", "convolution", "beam", "exact", "sampling", "counted", "heat"],
)
def test_every_story_says_so_with_a_sign(name, language, monkeypatch):
    words = Words(language)
    story, output = told(name, words, FLAW, monkeypatch)
    text = story.to_json()
    assert SIGN in text and (
        say_flaw(FLAW, output, words)[2:] in text or words.say("flaw.no_day.listed", sign=SIGN) in text
    )
    fine, _ = told(name, words, None, monkeypatch)
    assert SIGN not in fine.to_json()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_runs_samples_say_so(language):
    words = Words(language)
    probe = {"source": ["3"], "output": ["2"], "scores": None, "weights": None}
    report = {"step": 0, "loss": 1.0, "train_loss": None, "token_accuracy": 0.1, "exact_match": 0.0, "n": 3, "right": 0,
              "tokens": 10, "right_tokens": 1, "seconds": 0.0, "done": False, "probe": probe}  # fmt: skip
    sample = {"source": "3 mars 2021", "target": "2021-03-03", "output": "2021-03-33"}
    marked, plain = (
        training_story("r", [report | {"samples": [sample | flaw]}], words, 15).to_json()
        for flaw in ({"flaw": FLAW}, {})
    )
    assert say_flaw(FLAW, "2021-03-33", words) in marked and words.say("flaw.no_day.short") in marked
    assert SIGN not in plain


def test_tokens_of_such_an_output_are_marked_wrong_even_without_an_answer():
    assert right_or_wrong("ab", None) == [None, None] and right_or_wrong("ab", None, FLAW) == ["wrong", "wrong"]
    assert right_or_wrong("ab", "ac", FLAW) == ["right", "wrong"]
