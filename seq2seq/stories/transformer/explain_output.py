"""The prediction, number by number: logits, their softmax, and the choice."""

from seq2seq.stories.explain.equation import Explanation, dot, softmax
from seq2seq.stories.explain.vectors import numbers, row
from seq2seq.stories.formulas import Line, Number
from seq2seq.stories.tokens import quoted
from seq2seq.stories.transformer import passages
from seq2seq.stories.transformer.equations import Equations, inside


class OutputEquations(Equations):
    """Equations of the output layer."""

    def logit(self, t: int, v: int) -> Explanation:
        token, right = quoted(self.trace.vocabulary[inside(v)]), self.vectors.readout(inside(t))
        left = numbers(row(self.vectors.parameter("output.weight"), v))
        bias, own = Number(float(self.vectors.parameter("output.bias")[v])), self.vectors.logits(t)[v]
        line, values = Line(), Line()
        line.latex = rf"\ell_{{{line.text(token)}}} = (W_y\, s_{{{line.text(t + 1)}}} + b_y)_{{{line.text(token)}}}"
        values.latex = rf"= {values.products(left, right)} + {values.factor(bias)}"
        told, computed = self.name("logit", token=token, number=t + 1), dot(left, right) + bias.value
        return Explanation(own.address, told, (line, values), own.value, computed, passages.PREDICT["logits"])

    def probability(self, t: int, v: int) -> Explanation:
        own, logits = self.vectors.probability(inside(t), inside(v)), self.vectors.logits(t)
        token, line, values = quoted(self.trace.vocabulary[v]), Line(), Line()
        y = rf"y_{{{line.text(t + 1)}}} = {line.text(token)}"
        line.latex = rf"P({y}) = \frac{{\exp(\ell_{{{line.text(token)}}})}}{{\sum_w \exp(\ell_w)}}"
        values.latex = rf"= \frac{{\exp({values.number(logits[v])})}}{{{values.powers(logits)}}}"
        told, computed = self.name("probability", token=token, number=t + 1), softmax(logits[v].value, logits)
        return Explanation(own.address, told, (line, values), own.value, computed, passages.PREDICT["probability"])

    def chosen(self, t: int) -> Explanation:
        v, best = int(self.trace.chosen[inside(t)]), int(self.trace.ranking(t)[0])
        own, line, values = self.vectors.probability(t, v), Line(), Line()
        y, token = rf"y_{{{line.text(t + 1)}}}", quoted(self.trace.output[t])
        line.latex = rf"{y} = \underset{{w}}{{\mathrm{{argmax}}}}\ P({y} = w)"
        values.latex = rf"= {values.text(token)}, \quad P = {values.number(own)}"
        key = "chosen" if v == best else "chosen.other"
        told = self.name(key, token=token, number=t + 1, best=quoted(self.trace.vocabulary[best]))
        computed = self.vectors.probability(t, best).value if v == best else own.value
        passage = passages.choose_passage(self.trace.forced)
        return Explanation(f"chosen {t}", told, (line, values), own.value, computed, passage)
