"""The steps of a cutting: three levels, then merge after merge, then what came of it."""

from dataclasses import dataclass, replace

from seq2seq.stories.cutting.equations import count_line, saved_line
from seq2seq.stories.cutting.questions import cutting_questions
from seq2seq.stories.cutting.views import cutting_views, shown
from seq2seq.stories.formulas import FormulaBook, Line, percent
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sentences import listed
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step, Story
from seq2seq.traces import CutTrace
from seq2seq.words import Words

PIECES = "preparing/pieces.py"
SLOWLY = 3  # merges that are told in two steps: first counted, then made
IDS_SHOWN = 6


@dataclass(frozen=True)
class Moment:
    """Where every track stands: rows that are shown (0 or 1), merges made, and the merge whose counts are shown."""

    stage: str
    words: int = 0
    characters: int = 0
    pieces: int = 0
    made: int = 0
    counted: int = 0  # 0: none yet


PASSAGES = {
    "intro": Passage("tasks/task.py", "Task.normalise"),
    "words": Passage("tasks/vocabulary.py", "Vocabulary.encode", ("return",)),
    "characters": Passage(PIECES, "cut", ("words = [list",)),
    "count": Passage(PIECES, "Learner.counts", ("total[pair] +=",)),
    "merge": Passage(PIECES, "merge", ("if tuple", "merged.append(pair[0]", "place += 2")),
    "done": Passage(PIECES, "cut", ("for pair in merges", "words = [merge(")),
    "unknown": Passage("tasks/vocabulary.py", "Vocabulary.encode", ("return",)),
}


def cutting_story(trace: CutTrace, words: Words) -> Story:
    """Tell how a text is cut, level by level and merge by merge."""
    teller = _Teller(trace, words)
    teller.tell()
    questions = cutting_questions(trace, words)
    steps = [
        replace(step, question=questions.pop((moment.stage, moment.counted), None))
        for step, moment in zip(teller.steps, teller.moments, strict=True)
    ]
    identity = "|".join(["cutting", trace.task, trace.text, str(len(trace.merges))])
    title = words.say("cutting.title", text=trace.text)
    views = cutting_views(trace, steps, teller.moments, words)
    return Story(identity, title, steps, views, teller.chapters, player_labels(words), teller.book.templates)


class _Teller:
    """Builds the steps in order."""

    def __init__(self, trace: CutTrace, words: Words) -> None:
        self.trace, self.words, self.book = trace, words, FormulaBook()
        self.steps: list[Step] = []
        self.moments: list[Moment] = []
        self.chapters: list[str] = []

    def add(self, key: str, moment: Moment, line: Line | None, **slots: object) -> None:
        title, text = (self.words.say(f"cutting.{key}.{part}", **slots) for part in ("title", "text"))
        formula = line.into(self.book) if line else None
        self.steps.append(Step(title, text, len(self.chapters) - 1, formula, PASSAGES[moment.stage]))
        self.moments.append(moment)

    def tell(self) -> None:
        trace, say = self.trace, self.words.say
        self.chapters.append(say("cutting.chapter.levels"))
        self.levels()
        self.chapters.append(say("cutting.chapter.merges"))
        for number in range(1, len(trace.merges) + 1):
            self.merge(number)
        self.chapters.append(say("cutting.chapter.result"))
        self.result()

    def levels(self) -> None:
        trace = self.trace
        self.add("intro", Moment("intro"), None, text=trace.text, count=len(trace.text))
        missed = [shown(word) for word, known in trace.words if not known]
        key = "words.unknown" if missed else "words"
        slots: dict[str, object] = {
            "count": len(trace.words), "size": trace.word_table, "sentences": trace.sentences,
            "missed": listed((f"“{word}”" for word in missed), self.words),
        }  # fmt: skip
        self.add(key, Moment("words", 1), self.ids(trace.word_ids), **slots)
        key = "characters.unknown" if trace.unknown else "characters"
        slots = {
            "count": len(trace.cuts[0]), "size": trace.sizes[0], "characters": trace.characters,
            "missed": listed((f"“{sign}”" for sign in trace.unknown), self.words),
        }  # fmt: skip
        self.add(key, Moment("characters", 1, 1), self.ids([trace.id(piece) for piece in trace.cuts[0]]), **slots)

    def ids(self, numbers: list[int] | tuple[int, ...]) -> Line:
        """The text as numbers, the first of them."""
        line = Line()
        told = [line.text(number) for number in numbers[:IDS_SHOWN]]
        more = [r"\ldots"] if len(numbers) > IDS_SHOWN else []
        line.latex = r"x = (" + r",\ ".join([*told, *more]) + ")"
        return line

    def merge(self, number: int) -> None:
        trace, record = self.trace, self.trace.merges[number - 1]
        left, right, count = record.candidates[0]
        before, after = len(trace.cuts[number - 1]), len(trace.cuts[number])
        slots: dict[str, object] = {
            "number": number, "left": shown(left), "right": shown(right), "piece": shown(record.piece), "count": count,
            "id": trace.id(record.piece), "before": before, "after": after, "size": trace.sizes[number],
            "sentences": trace.sentences,
        }  # fmt: skip
        if number <= SLOWLY:
            moment = Moment("count", 1, 1, 1, number - 1, number)
            self.add("count", moment, count_line(trace, number, 0), **slots)
        key = "merge.shorter" if after < before else "merge.same"
        line = saved_line(trace, number) if number <= SLOWLY else count_line(trace, number, 0)
        self.add(key, Moment("merge", 1, 1, 1, number, number), line, **slots)

    def result(self) -> None:
        trace = self.trace
        made = len(trace.merges)
        last = Moment("done", 1, 1, 1, made, made)
        slots: dict[str, object] = {
            "words": len(trace.words), "characters": len(trace.cuts[0]), "pieces": len(trace.cuts[-1]), "merges": made,
            "word_table": trace.word_table, "first": trace.sizes[0], "last": trace.sizes[-1],
            "saved": percent(1 - trace.pieces[-1] / trace.pieces[0]),
            "before": f"{trace.pieces[0] / trace.sentences:.1f}", "after": f"{trace.pieces[-1] / trace.sentences:.1f}",
        }  # fmt: skip
        line = Line()
        ratio = rf"\frac{{{line.text(f'{trace.pieces[-1]:,}')}}}{{{line.text(f'{trace.sentences:,}')}}}"
        line.latex = rf"\bar{{n}} = {ratio} = {line.text(slots['after'], f'length {made}')}"
        self.add("done.random" if trace.random else "done", last, line, **slots)
        plain, disguised = trace.disguised
        key = "unknown.more" if disguised > plain else "unknown.same"
        moment = replace(last, stage="unknown")
        self.add(key, moment, None, sign=shown(trace.swapped), plain=plain, disguised=disguised)
