"""The equations of a training board, with the numbers of the run's reports.

Addresses (k: the report's number of updates; t, i rows and columns of the probe's attention map; s sample, c letter):

    train k · loss k · token_accuracy k · exact_match k · probe k t i · letter k s c
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from seq2seq.stories.explain.equation import Addressed, Explanation, softmax
from seq2seq.stories.formulas import Line, Number, exact
from seq2seq.stories.sources import Passage
from seq2seq.stories.tokens import quoted
from seq2seq.words import Words

EVALUATE, TRAINER, ATTENTION = "training/evaluate.py", "training/trainer.py", "models/attention.py"


class TrainingExplainer(Addressed):
    """Explains the numbers of a run's reports."""

    def __init__(self, reports: Sequence[Mapping[str, Any]], words: Words) -> None:
        self.reports, self.words = {report["step"]: report for report in reports}, words
        self.kinds: dict[str, Callable[..., Explanation]] = {
            "train": self.train, "loss": self.loss, "token_accuracy": self.token_accuracy,
            "exact_match": self.exact_match, "probe": self.probe, "letter": self.letter,
        }  # fmt: skip

    def find(self, kind: str, index: list[str]) -> Explanation:
        """Of the report of a step: "weight 120 3 4"."""
        step, *places = map(self.counted, index)
        return self.kinds[kind](self.reports[step], *places)

    def name(self, key: str, report: Mapping[str, Any], **slots: object) -> str:
        return self.words.say(f"explain.{key}", step=report["step"], n=report["n"], **slots)

    def share(
        self, kind: str, report: Mapping[str, Any], symbol: str, right: int, all: int, passage: Passage
    ) -> Explanation:
        """A count over a count."""
        line, numbers = Line(), Line()
        line.latex = symbol
        numbers.latex = rf"= \frac{{{numbers.text(f'{right:,}')}}}{{{numbers.text(f'{all:,}')}}}"
        address, name = f"{kind} {report['step']}", self.name(kind, report)
        return Explanation(address, name, (line, numbers), report[kind], right / all, passage)

    def token_accuracy(self, report: Mapping[str, Any]) -> Explanation:
        symbol = r"\frac{1}{N} \sum_t [\,\hat{y}_t = y_t\,]"
        passage = Passage(EVALUATE, "evaluate", ("right_tokens +=",))
        return self.share("token_accuracy", report, symbol, report["right_tokens"], report["tokens"], passage)

    def exact_match(self, report: Mapping[str, Any]) -> Explanation:
        symbol = r"\mathrm{mean}_X\  [\,\hat{Y} = Y\,]"
        passage = Passage(EVALUATE, "evaluate", ("written, _ = greedy", "exact +="))
        return self.share("exact_match", report, symbol, report["right"], report["n"], passage)

    def loss(self, report: Mapping[str, Any]) -> Explanation:
        line, numbers, tokens = Line(), Line(), report["tokens"]
        line.latex = r"L = -\frac{1}{n} \sum_t \ln P(y_t \mid y_{<t}, X)"
        total = report["loss"] * tokens
        numbers.latex = rf"= \frac{{{numbers.text(f'{total:,.2f}')}}}{{{numbers.text(f'{tokens:,}')}}}"
        passage = Passage(EVALUATE, "evaluate", ("loss +=",))
        name = self.name("loss", report)
        return Explanation(f"loss {report['step']}", name, (line, numbers), report["loss"], total / tokens, passage)

    def train(self, report: Mapping[str, Any]) -> Explanation:
        line, numbers, value, batches = Line(), Line(), report["train_loss"], report["batches"]
        if value is None:
            raise KeyError("no batch has been trained on yet")
        line.latex = r"\frac{1}{m} \sum_{b=1}^{m} L_b"
        total = value * batches
        numbers.latex = rf"= \frac{{{numbers.text(exact(total))}}}{{{numbers.text(batches)}}}"
        name, passage = self.name("train", report), Passage(TRAINER, "Trainer.update", ("loss = token_loss",))
        return Explanation(f"train {report['step']}", name, (line, numbers), value, total / batches, passage)

    def probe(self, report: Mapping[str, Any], t: int, i: int) -> Explanation:
        probe = report["probe"]
        if probe.get("heads"):
            return self.mean_of_heads(report, t, i)
        scores = [Number(score) for score in probe["scores"][t]]
        line, numbers = Line(), Line()
        own = rf"e_{{{line.text(t + 1)},{line.text(i + 1)}}}"
        row = rf"e_{{{line.text(t + 1)},j}}"
        line.latex = (
            rf"\alpha_{{{line.text(t + 1)},{line.text(i + 1)}}} = \frac{{\exp({own})}}{{\sum_{{j'}} \exp({row})}}"
        )
        numbers.latex = rf"= \frac{{\exp({numbers.number(scores[i])})}}{{{numbers.powers(scores)}}}"
        name = self.name("weight", report, number=t + 1, token=quoted(probe["source"][i]), position=i + 1)
        computed, passage = softmax(scores[i].value, scores), Passage(ATTENTION, "weigh", ("softmax",))
        address = f"probe {report['step']} {t} {i}"
        return Explanation(address, name, (line, numbers), probe["weights"][t][i], computed, passage)

    def mean_of_heads(self, report: Mapping[str, Any], t: int, i: int) -> Explanation:
        """Several heads looked: the map shows their mean."""
        probe, line, numbers = report["probe"], Line(), Line()
        parts = [Number(head[t][i]) for head in probe["heads"]]
        count, place = line.text(len(parts)), rf"{line.text(t + 1)},{line.text(i + 1)}"
        line.latex = rf"\bar{{\alpha}}_{{{place}}} = \frac{{1}}{{{count}}} \sum_{{\mathrm{{heads}}}} \alpha"
        terms = " + ".join(numbers.factor(part) for part in parts)
        numbers.latex = rf"= \frac{{1}}{{{numbers.text(len(parts))}}} ({terms})"
        token, address = quoted(probe["source"][i]), f"probe {report['step']} {t} {i}"
        name = self.name("heads", report, number=t + 1, token=token, position=i + 1, heads=len(parts))
        computed = sum(part.value for part in parts) / len(parts)
        passage = Passage("models/transformer.py", "Transformer.read_out", ("mean(1)",))
        return Explanation(address, name, (line, numbers), probe["weights"][t][i], computed, passage)

    def letter(self, report: Mapping[str, Any], s: int, c: int) -> Explanation:
        sample = report["samples"][s]
        written, wanted = sample["output"][c], sample["target"][c : c + 1]
        line, numbers, same = Line(), Line(), float(written == wanted)
        line.latex = rf"[\,\hat{{y}}_{{{line.text(c + 1)}}} = y_{{{line.text(c + 1)}}}\,]"
        numbers.latex = rf"= [\,{numbers.text(quoted(written))} = {numbers.text(quoted(wanted) or '∎')}\,]"
        name, passage = self.name("letter", report, number=c + 1), Passage(EVALUATE, "evaluate", ("exact +=",))
        return Explanation(f"letter {report['step']} {s} {c}", name, (line, numbers), same, same, passage)
