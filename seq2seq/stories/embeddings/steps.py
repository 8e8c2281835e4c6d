"""The steps of an embedding table: one row is looked up, then training moves all of them, then what is seen."""

from dataclasses import dataclass, replace
from typing import Any

from seq2seq.stories.embeddings.measures import Geometry
from seq2seq.stories.embeddings.questions import embedding_questions
from seq2seq.stories.embeddings.views import embedding_views
from seq2seq.stories.formulas import FormulaBook, Line, Number, percent, short
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step, Story
from seq2seq.stories.tokens import quoted
from seq2seq.traces import EmbeddingTrace
from seq2seq.traces.embeddings import SPECIAL
from seq2seq.words import Words

MEASURES = "stories/embeddings/measures.py"
SYMMETRIC = ("reverse", "copy")  # tasks that treat every letter alike: exchange two in all sentences, nothing changes


@dataclass(frozen=True)
class Moment:
    """Where every track stands: the snapshot, whether a row is picked, compared, and whether it is all over."""

    stage: str
    k: int = 0
    picked: int = 0
    compared: int = 0
    over: int = 0


def passages(kind: str) -> dict[str, Passage]:
    """Where each stage is computed."""
    look = (
        Passage("models/recurrent.py", "Recurrent.encode", ("source_embedding(",))
        if kind == "source"
        else Passage("models/recurrent.py", "Recurrent.forward", ("target_embedding(",))
    )
    return {
        "table": Passage("models/recurrent.py", "Recurrent.start_small"),
        "look": look,
        "neighbours": Passage(MEASURES, "cosines", ("products = ", "np.divide")),
        "moved": Passage("training/trainer.py", "Trainer.update", ("loss.backward", "self.optimiser.step()")),
        "after": Passage(MEASURES, "cosines", ("products = ", "np.divide")),
        "done": Passage(MEASURES, "rank_correlation", ("apart = ", "return")),
    }


def embedding_story(trace: EmbeddingTrace, kind: str, token: str, words: Words) -> Story:
    """Tell one table ("source" or "target") and one token's row in it.

    Raises: ValueError if the table has no such token.
    """
    geometry = Geometry(trace, kind)
    place = geometry.tokens.index(token)
    teller = _Teller(geometry, place, words)
    teller.tell()
    questions = embedding_questions(geometry, place, words)
    steps = [
        replace(step, question=questions.pop((moment.stage, moment.k), None))
        for step, moment in zip(teller.steps, teller.moments, strict=True)
    ]
    identity = "|".join(["embeddings", trace.name, kind, token, str(trace.steps[-1])])
    title = words.say(f"embeddings.title.{kind}", token=quoted(token))
    views = embedding_views(geometry, place, steps, teller.moments, words)
    return Story(identity, title, steps, views, teller.chapters, player_labels(words), teller.book.templates)


class _Teller:
    """Builds the steps in order."""

    def __init__(self, geometry: Geometry, place: int, words: Words) -> None:
        self.geometry, self.place, self.words, self.book = geometry, place, words, FormulaBook()
        self.token = quoted(geometry.tokens[place])
        self.passages = passages(geometry.kind)
        self.steps: list[Step] = []
        self.moments: list[Moment] = []
        self.chapters: list[str] = []

    def add(self, key: str, moment: Moment, line: Line | None = None, **slots: object) -> None:
        title, text = (self.words.say(f"embeddings.{key}.{part}", **slots) for part in ("title", "text"))
        formula = line.into(self.book) if line else None
        self.steps.append(Step(title, text, len(self.chapters) - 1, formula, self.passages[moment.stage]))
        self.moments.append(moment)

    def tell(self) -> None:
        geometry, say = self.geometry, self.words.say
        last = geometry.snapshots - 1
        beginning = "before" if last else "after"
        self.chapters.append(say(f"embeddings.chapter.{beginning}"))
        _, V, E = geometry.table.shape
        slots: dict[str, Any] = {"rows": V, "units": E, "total": V * E, "step": geometry.trace.steps[0]}
        self.add(f"table.{beginning}", Moment("table"), **slots)
        self.look(0)
        self.near("neighbours" if last else "neighbours.after", 0)
        if last:
            self.chapters.append(say("embeddings.chapter.training"))
            for k in range(1, last + 1):
                self.moved(k)
            self.chapters.append(say("embeddings.chapter.after"))
            self.near("after", last, "after")
        self.done(last)

    def look(self, k: int) -> None:
        """One-hot times table is a row."""
        geometry, line, (_, V, E) = self.geometry, Line(), self.geometry.table.shape
        number = self.place + SPECIAL
        row = [Number(value, f"unit {k} {number} {e}") for e, value in enumerate(geometry.table[k, number])]
        line.latex = (
            rf"\mathrm{{onehot}}({line.text(number)})^\top E = E_{{{line.text(number)}}} \\ = {line.units(row)}"
        )
        self.add("look", Moment("look", k, 1), line, token=self.token, number=number, rows=V, units=E)

    def near(self, key: str, k: int, stage: str = "neighbours") -> None:
        """The nearest row by cosine."""
        geometry, line = self.geometry, Line()
        (best, value), (second, other) = geometry.neighbours(k, self.place)[:2]
        own, its = self.place + SPECIAL, best + SPECIAL
        u, v = rf"E_{{{line.text(self.token)}}}", rf"E_{{{line.text(quoted(geometry.tokens[best]))}}}"
        line.latex = (
            rf"\cos({u},\ {v}) = \frac{{{u} \cdot {v}}}{{\|{u}\|\,\|{v}\|}}"
            rf" = {line.number(Number(value, f'cosine {k} {own} {its}'))}"
        )
        slots = {
            "token": self.token, "best": quoted(geometry.tokens[best]), "value": short(value),
            "second": quoted(geometry.tokens[second]), "other": short(other), "units": geometry.table.shape[2],
        }  # fmt: skip
        self.add(key, Moment(stage, k, 1, 1), line, **slots)

    def moved(self, k: int) -> None:
        """One snapshot."""
        geometry, line = self.geometry, Line()
        slots = self.seen(k) | {"step": geometry.trace.steps[k]}
        line.latex = rf"|\rho| = {line.number(Number(geometry.order_seen(k), f'rho {k}'))}"
        self.add("moved", Moment("moved", k, 1, 1), line, **slots)

    def seen(self, k: int) -> dict[str, Any]:
        """What is measured in a snapshot, as sentences say it."""
        geometry = self.geometry
        n = len(geometry.ordered)
        return {
            "rho": f"{geometry.order_seen(k):.2f}", "rho_chance": f"{geometry.chance:.2f}",
            "rho_rare": f"{geometry.rare:.2f}",
            "near": percent(geometry.next_door(k) / n), "near_chance": percent(geometry.next_door_chance),
            "share": percent(float(geometry.shares[0])), "best": quoted(geometry.tokens[
                geometry.neighbours(k, self.place)[0][0]]), "token": self.token,
        }  # fmt: skip

    def done(self, last: int) -> None:
        """What is really seen, beside what chance would show."""
        geometry, line = self.geometry, Line()
        task = geometry.trace.task
        key = "done.sort" if task == "sort" else "done.symmetric" if task in SYMMETRIC else "done"
        n = len(geometry.ordered)
        apart = int(((geometry.places(last) - range(n)) ** 2).sum())
        line.latex = (
            r"|\rho| = \left|1 - \frac{6 \sum_i d_i^2}{n (n^2 - 1)}\right|"
            rf" \\ = \left|1 - \frac{{6 \cdot {line.text(apart)}}}"
            rf"{{{line.text(n)} \cdot {line.text(n * n - 1)}}}\right|"
            rf" = {line.number(Number(geometry.order_seen(last), f'rho {last}'))}"
        )
        self.add(key, Moment("done", last, 1, 1, 1), line, **self.seen(last))
