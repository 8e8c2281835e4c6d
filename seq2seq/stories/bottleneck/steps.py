"""What each step of the bottleneck's story says, and its formula with the numbers of that length."""

from seq2seq.stories.bottleneck.explain import COUNTS, DISTURBS, RUNS
from seq2seq.stories.bottleneck.questions import bottleneck_questions
from seq2seq.stories.bottleneck.scenes import Scene, bits, wrong_places
from seq2seq.stories.formulas import Formula, FormulaBook, Line, percent
from seq2seq.stories.sentences import in_a_row
from seq2seq.stories.sources import Passage, stage_passage
from seq2seq.stories.story import Question, Step
from seq2seq.traces import BottleneckTrace, LengthScore, Side
from seq2seq.words import Words

CHAPTERS = {"intro": 0, "length": 0, "borrow": 2, "zero": 2, "twin": 2, "end": 2}
HALF, MOSTLY = 0.5, 0.8


def longest_half(side: Side) -> int:
    """The longest length of which at least half of the outputs are right, all shorter ones too; 0 if there is none."""
    reached = 0
    for length, score in side.scores.items():
        if score.share < HALF:
            break
        reached = length
    return reached


def how_kept(trace: BottleneckTrace, kind: str, length: int) -> str:
    """What another first state leaves of the model with attention: "kept", "partly" or "lost"."""
    score = trace.side("general").disturbed[kind].scores.get(length)
    if not score or MOSTLY > score.share > 1 - MOSTLY:
        return "partly"
    return "kept" if score.share >= MOSTLY else "lost"


class BottleneckTeller:
    """Tells a trace, one step a scene."""

    def __init__(self, trace: BottleneckTrace, words: Words) -> None:
        self.trace, self.words, self.book = trace, words, FormulaBook()

    def tell(self, scenes: list[Scene]) -> list[Step]:
        """One step a scene, each with the question that it answers."""
        questions = bottleneck_questions(self.trace, self.words)
        return [self.step(scene, questions.get(scene)) for scene in scenes]

    def chapters(self) -> list[str]:
        """Lengths that were trained on, longer ones, and what else can be seen."""
        return [
            self.words.say(f"bottleneck.chapter.{key}", longest=self.trace.longest)
            for key in ("trained", "beyond", "changed")
        ]

    def step(self, scene: Scene, question: Question | None) -> Step:
        title, text = getattr(self, scene.kind)(scene)
        chapter = 1 if scene.kind == "length" and scene.length > self.trace.longest else CHAPTERS[scene.kind]
        return Step(title, text, chapter, self.formula(scene), self.passage(scene), question)

    def passage(self, scene: Scene) -> Passage:
        if scene.kind == "intro":
            return stage_passage("start", "gru", "none")
        return DISTURBS.get(scene.kind) or (RUNS if scene.kind == "length" else COUNTS)

    # ---- what is said

    def source(self, length: int) -> str:
        return "".join(self.trace.source[:length])

    def intro(self, scene: Scene) -> tuple[str, str]:
        none, general = self.trace.sides
        slots = {"source": self.source(len(self.trace.source)), "size": none.size, "longest": self.trace.longest}
        slots |= {"task": self.words.say(f"train.task.{self.trace.task}")}
        return self.words.say("bottleneck.intro.title", **slots), self.words.say("bottleneck.intro.text", **slots)

    def length(self, scene: Scene) -> tuple[str, str]:
        trace, length = self.trace, scene.length
        slots = {"count": length, "bits": f"{bits(length, trace.letters):.0f}", "source": self.source(length)}
        said = [self.wrote(side, scene) for side in trace.sides]
        none, general = (side.scores.get(length) for side in trace.sides)
        if none and general:
            said.append(self.compare(none, general))
        else:
            said.append(self.words.say("bottleneck.unscored", count=length))
        if length == trace.longest + 1:
            said.append(self.words.say("bottleneck.new_ground", longest=trace.longest))
        return self.words.say(f"bottleneck.length.{'title' if length > 1 else 'one'}", **slots), in_a_row(said)

    def wrote(self, side: Side, scene: Scene) -> str:
        """What a side made of the source, and where its first error is."""
        decoding, answer = scene.decoding(side), self.trace.answers[scene.length - 1]
        wrong = wrong_places(decoding, answer)
        key = f"bottleneck.wrote.{side.name}.{'wrong' if wrong else 'right'}"
        return self.words.say(key, output=decoding.text, answer=answer, place=wrong[0] + 1 if wrong else 0)

    def compare(self, none: LengthScore, general: LengthScore) -> str:
        return self.words.say("bottleneck.compare", n=none.n, none=percent(none.share), general=percent(general.share))

    def borrow(self, scene: Scene) -> tuple[str, str]:
        return self.disturbed(scene, lender="".join(self.trace.lender))

    def zero(self, scene: Scene) -> tuple[str, str]:
        return self.disturbed(scene)

    def disturbed(self, scene: Scene, **slots: object) -> tuple[str, str]:
        """What became of both sides with another first state, said by how much is still right."""
        for side in self.trace.sides:
            decoding = scene.decoding(side)
            score = side.disturbed[scene.kind].scores.get(scene.length)
            slots[side.name] = decoding.text or "∎"
            slots[f"{side.name}_share"] = percent(score.share) if score else "–"
            slots["n"] = score.n if score else 0
        kept = how_kept(self.trace, scene.kind, scene.length)
        if scene.kind == "zero" and kept == "lost" and how_kept(self.trace, "borrow", scene.length) != "kept":
            kept = "plain"
        slots |= {"source": self.source(scene.length), "count": scene.length}
        title, text = (self.words.say(f"bottleneck.{scene.kind}.{part}", **slots) for part in ("title", "text"))
        return title, in_a_row((text, self.words.say(f"bottleneck.{scene.kind}.{kept}")))

    def twin(self, scene: Scene) -> tuple[str, str]:
        task, scores = self.trace.other
        own, other = self.trace.side("none").scores.get(scene.length), scores.get(scene.length)
        names = [self.words.say(f"train.task.{name}") for name in (self.trace.task, task)]
        slots = {
            "task": names[0], "other": names[1], "count": scene.length, "share": percent(own.share) if own else "–",
            "another": percent(other.share) if other else "–",
        }  # fmt: skip
        return self.words.say("bottleneck.twin.title", **slots), self.words.say("bottleneck.twin.text", **slots)

    def end(self, scene: Scene) -> tuple[str, str]:
        none, general = map(longest_half, self.trace.sides)
        slots = {
            "none": none, "general": general, "bits": f"{bits(none, self.trace.letters):.0f}",
            "most": f"{bits(general, self.trace.letters):.0f}", "size": self.trace.sides[0].size,
            "room": 32 * self.trace.sides[0].size,
        }  # fmt: skip
        return self.words.say("bottleneck.end.title", **slots), self.words.say("bottleneck.end.text", **slots)

    # ---- formulas

    def formula(self, scene: Scene) -> Formula:
        """The bits of this length, how many for each number of the vector, and both shares as counts."""
        line, trace = Line(), self.trace
        if scene.kind == "intro":
            line.latex = rf"s_0 = h_L \in \mathbb{{R}}^{{{line.text(trace.sides[0].size)}}}"
            return line.into(self.book)
        value = bits(scene.length, trace.letters)
        parts = [
            rf"L \log_2 {line.text(trace.letters)} = {line.text(scene.length)} \cdot {line.text('4.70')}"
            rf" = {line.text(f'{value:.1f}', f'bits {scene.length}')}\ \mathrm{{bit}}"
        ]
        for side in trace.sides:
            scores = side.disturbed[scene.kind].scores if scene.kind in side.disturbed else side.scores
            score = scores.get(scene.length)
            if score:
                kind = scene.kind if scene.kind in side.disturbed else "exact"
                name = self.words.say(f"bottleneck.side.{side.name}")
                address = f"{kind} {side.name} {scene.length}"
                parts.append(
                    rf"{line.text(name)}:\ \frac{{{line.text(score.right)}}}"
                    rf"{{{line.text(score.n)}}} = {line.text(percent(score.share), address)}"
                )  # fmt: skip
        line.latex = r" \\ ".join(parts)
        return line.into(self.book)
