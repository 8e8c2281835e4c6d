"""What each width's step says: what rose, what fell; and at the end the best outputs of all."""

from collections.abc import Sequence

from seq2seq.stories.formulas import Formula, FormulaBook, Line, percent, short
from seq2seq.stories.sentences import in_a_row
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step
from seq2seq.stories.widths.questions import widths_questions
from seq2seq.traces.widths import WidthScore, WidthsTrace
from seq2seq.words import Words

CHANGED = 0.02  # of the sentences: less is no change worth a word
SCORED = Passage("studies/widths.py", "_score", ("right = [", "errors = sum"))
SEARCHED = Passage("studies/widths.py", "measure_widths", ("exact = exact_search", "proved += ", "known = "))


class WidthsTeller:
    """Tells a trace, one step a width, and one more for the best outputs of all."""

    def __init__(self, trace: WidthsTrace, words: Words) -> None:
        self.trace, self.words, self.book = trace, words, FormulaBook()

    def chapters(self) -> list[str]:
        return [self.words.say(f"widths.chapter.{key}") for key in ("greedy", "wider", "best")]

    def tell(self) -> Sequence[Step]:
        questions = widths_questions(self.trace, self.words)
        steps = [self.width(k, score) for k, score in enumerate(self.trace.scores)]
        return [
            Step(title, text, chapter, formula, passage, questions.get(number))
            for number, (title, text, chapter, formula, passage) in enumerate([*steps, self.best()])
        ]

    def facts(self, score: WidthScore) -> dict[str, object]:
        """What the sentences about one width are filled with."""
        trace = self.trace
        return {
            "width": score.width, "right": score.right, "n": trace.n, "share": percent(trace.share(score)),
            "log_prob": short(score.log_prob), "errors": score.errors, "empty": score.empty,
            "ratio": f"{trace.length_ratio(score):.2f}",
        }  # fmt: skip

    def width(self, k: int, score: WidthScore) -> tuple[str, str, int, Formula, Passage]:
        trace, say, facts = self.trace, self.words.say, self.facts(score)
        said = [say("widths.right", **facts)]
        if k:
            said.append(say(f"widths.{self.direction(k)}", **facts))
        said.append(say("widths.errors" if score.errors else "widths.no_errors", **facts))
        if score.empty / trace.n > CHANGED:
            said.append(say("widths.empty", **facts))
        title = say("widths.greedy.title" if score.width == 1 else "widths.width.title", **facts)
        return title, in_a_row(said), min(k, 1), self.formula(score), SCORED

    def direction(self, k: int) -> str:
        """How exact match changed from the width before, beside the log-probability, which a search is about."""
        before, now = self.trace.scores[k - 1], self.trace.scores[k]
        change = (now.right - before.right) / self.trace.n
        if change < -CHANGED:
            return "worse"
        return "better" if change > CHANGED else "same"

    def best(self) -> tuple[str, str, int, Formula | None, Passage]:
        trace, say = self.trace, self.words.say
        last = trace.scores[-1]
        slots = {
            **self.facts(last), "proved": trace.proved, "budget": f"{trace.budget:,}", "best_right": trace.best_right,
            "best_empty": trace.best_empty, "best_log_prob": short(trace.best_log_prob),
        }  # fmt: skip
        said = [say("widths.best.proved" if trace.proved == trace.n else "widths.best.some", **slots)]
        said.append(say("widths.best.right", **slots))
        said.append(say(f"widths.best.{self.verdict()}", **slots))
        if trace.crossing is not None:
            said.append(say("widths.best.crossing", crossing=f"{trace.crossing:.1f}"))
        line = Line()
        share = percent(trace.best_right / trace.n)
        line.latex = rf"\frac{{{line.text(trace.best_right)}}}{{{line.text(trace.n)}}} = {line.text(share, 'best')}"
        return say("widths.best.title"), in_a_row(said), 2, line.into(self.book), SEARCHED

    def verdict(self) -> str:
        """Whether the search or the model is to blame for what is wrong, on the whole."""
        trace = self.trace
        greedy, wrong = trace.scores[0], trace.n - trace.best_right
        if trace.best_right < greedy.right - CHANGED * trace.n:
            return "worse"
        return "fine" if wrong <= CHANGED * trace.n else "model"

    def formula(self, score: WidthScore) -> Formula:
        """Exact match, and tokens written for each token of the references."""
        trace, line = self.trace, Line()
        names = [self.words.say(f"widths.panel.{key}") for key in ("exact", "ratio")]
        line.latex = (
            rf"{line.text(names[0])} = \frac{{{line.text(score.right)}}}{{{line.text(trace.n)}}}"
            rf" = {line.text(percent(trace.share(score)), f'exact {score.width}')} \\ "
            rf"{line.text(names[1])} = \frac{{{line.text(f'{score.tokens:,}')}}}{{{line.text(f'{trace.tokens:,}')}}}"
            rf" = {line.text(f'{trace.length_ratio(score):.3f}', f'ratio {score.width}')}"
        )
        return line.into(self.book)
