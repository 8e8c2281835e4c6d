"""The steps behind the heads: joined and mixed by W_O, residual and LayerNorm, the feed-forward block."""

from typing import TYPE_CHECKING

from seq2seq.stories.formulas import Line, Number, short
from seq2seq.stories.self_attention.layout import SLOT
from seq2seq.stories.self_attention.matrices import slot_of
from seq2seq.stories.tokens import quoted
from seq2seq.stories.transformer import passages

if TYPE_CHECKING:
    from seq2seq.stories.self_attention.tell import Teller


class Rest:
    """Adds these steps to a teller's."""

    def __init__(self, teller: "Teller") -> None:
        self.teller, self.focus = teller, teller.focus
        self.post = self.focus.trace.norm == "post"
        self.masked = (self.focus.side, self.focus.block) == ("decoder", "self")

    def tell(self) -> None:
        self.join()
        self.out()
        self.residual(self.focus.block, "residual")
        if self.post:
            self.norm(self.focus.block, "norm")
        if self.masked:
            self.across()
        if not self.post:
            self.norm("feed", "norm")
        self.inner()
        self.outer()
        self.residual("feed", "residual2" if self.post else "h")
        if self.post:
            self.norm("feed", "h")
        self.done()

    def place(self, name: str, before: str) -> dict[str, object]:
        """Tracks of a step that fills the slot of `name` from the slot before it."""
        slot = slot_of(self.focus, name)
        return {"slot": SLOT[slot], "goal": SLOT[slot], "origin": SLOT[before], "flow": "none", "glow": 0, "lit": 1}

    def join(self) -> None:
        """The heads, one beside the other."""
        teller, line = self.teller, Line()
        heads = self.focus.trace.heads
        parts = r";\ ".join(rf"a^{{({line.text(n + 1)})}}" for n in range(min(heads, 4)))
        line.latex = rf"a = [{parts}" + (r";\ \ldots]" if heads > 4 else "]")
        scene = teller.scenes.heads(teller.loupe("join"), teller.own("heads"), "a")
        key = "join" if heads > 1 else "join.one"
        teller.add(key, line, passages.ATTENTION["heads"], scene, shows=["heads"], slot=SLOT["heads"], dim=1,
                   flow="none", glow=0, stage="join")  # fmt: skip

    def out(self) -> None:
        """W_O mixes what the heads bring."""
        teller, focus = self.teller, self.focus
        vector = teller.own("out")
        u = teller.loud(vector)
        weights = focus.vectors.layer_parameter(focus.side, focus.layer, focus.block, "output.weight")[u]
        title = teller.say("selfatt.loupe.title.out", query=teller.spot["query"], feature=u + 1)
        scene = teller.scenes.product(title, teller.own("heads"), weights, vector[u], "a", "W_O")
        slot = slot_of(focus, "out")
        line, slots = teller.units(r"o = W_O\, a + b", vector), {"feature": u + 1, "value": short(vector[u].value)}
        teller.add("out", line, passages.ATTENTION["out"], scene, shows=[slot], stage="out", slots=slots,
                   **self.place("out", "heads"))  # fmt: skip

    def residual(self, block: str, name: str) -> None:
        """What came in is added again."""
        teller, focus = self.teller, self.focus
        state = focus.vectors.state(focus.side, focus.layer, block, focus.query)
        out, both = teller.values(f"{block}.out"), teller.values(f"{block}.residual")
        say, scenes = teller.say, teller.scenes
        gave = say("selfatt.loupe.gave.feed" if block == "feed" else "selfatt.loupe.gave")
        lines = [
            scenes.vector(say("selfatt.loupe.came"), "x", state),
            scenes.vector(gave, "+ o", out),
            scenes.vector(say("selfatt.loupe.both"), "=", both),
        ]
        line = teller.units(r"r = x + o" if block != "feed" else r"r = n + o", both)
        slot = slot_of(focus, name)
        before = slot_of(focus, "outer" if block == "feed" else "out")
        key = "residual.feed" if block == "feed" else "residual"
        teller.add(key, line, passages.RESIDUAL, scenes.stack(teller.loupe("residual"), lines), shows=[slot],
                   stage=key, **(self.place(name, before) | {"flow": "row", "glow": 1}))  # fmt: skip

    def norm(self, block: str, name: str) -> None:
        """A LayerNorm over the features of one position."""
        teller, focus = self.teller, self.focus
        before = focus.vectors.normed(focus.side, focus.layer, block, focus.query)
        after = teller.values(f"{block}.norm")
        mean, spread = _moments(before)
        line = Line()
        line.latex = r"n = \frac{r - \mathrm{mean}(r)}{\sqrt{\mathrm{var}(r) + 10^{-5}}}\,\gamma + \beta,"
        line.latex += rf"\quad \mathrm{{mean}}(r) = {line.text(short(mean))},"
        line.latex += rf"\ \sqrt{{\mathrm{{var}}(r)}} = {line.text(short(spread))}"
        line.latex += rf" \\ = {line.units([after[u] for u in focus.shown])}"
        key = "norm.feed" if block == "feed" and self.post else "norm"
        slot, scene = slot_of(focus, name), teller.scenes.normed(teller.loupe("norm"), before, after)
        last = {"norm": "across" if self.masked and not self.post else "residual", "h": "residual2"}[name]
        teller.add(key, line, passages.NORM[focus.trace.norm], scene, shows=[slot], stage=key,
                   slots={"mean": short(mean), "spread": short(spread)},
                   **(self.place(name, slot_of(focus, last)) | {"flow": "row", "glow": 1}))  # fmt: skip

    def across(self) -> None:
        """In a decoder, cross-attention comes between; it has its own picture."""
        teller, focus = self.teller, self.focus
        name = "cross.norm" if self.post else "cross.residual"
        state = focus.vectors.state(focus.side, focus.layer, "cross", focus.query)
        lines = [
            teller.scenes.vector(teller.say("selfatt.loupe.came"), "x", state),
            teller.scenes.vector(teller.say("selfatt.loupe.gave.cross"), "+ o", teller.values("cross.out")),
            teller.scenes.vector(teller.say("selfatt.loupe.across"), "→", teller.values(name)),
        ]
        scene = teller.scenes.stack(teller.loupe("across"), lines)
        teller.add("across", teller.units("x", teller.values(name)), passages.RESIDUAL, scene,
                   shows=[slot_of(focus, "across")], stage="across",
                   **self.place("across", slot_of(focus, "norm" if self.post else "residual")))  # fmt: skip

    def inner(self) -> None:
        """The wide layer inside the feed-forward block."""
        teller, focus = self.teller, self.focus
        vector = teller.values("feed.inner")
        u = max(range(len(vector)), key=lambda unit: vector[unit].value)
        weights = focus.vectors.parameter(f"{focus.side}.{focus.layer}.inner.weight")[u]
        read = focus.vectors.read(focus.side, focus.layer, "feed", focus.query)
        title = teller.say("selfatt.loupe.title.inner", query=teller.spot["query"], unit=u + 1)
        scene = teller.scenes.product(title, read, weights, vector[u], "n", "W₁")
        line, active = Line(), sum(number.value > 0 for number in vector)
        line.latex = rf"\varphi = \max(0,\ W_1 n + b_1) \\ \varphi_{{{line.text(u + 1)}}} = {line.number(vector[u])}"
        before = slot_of(focus, "across" if self.masked and self.post else "norm")
        teller.add("inner", line, passages.FEED, scene, shows=[slot_of(focus, "inner")], stage="inner",
                   slots={"active": active, "unit": u + 1, "value": short(vector[u].value)},
                   **(self.place("inner", before) | {"flow": "row", "glow": 1}))  # fmt: skip

    def outer(self) -> None:
        """Back to as many features as a state has."""
        teller, focus = self.teller, self.focus
        vector = teller.values("feed.out")
        u = teller.loud(vector)
        weights = focus.vectors.parameter(f"{focus.side}.{focus.layer}.outer.weight")[u]
        title = teller.say("selfatt.loupe.title.outer", query=teller.spot["query"], feature=u + 1)
        scene = teller.scenes.product(title, teller.values("feed.inner"), weights, vector[u], "φ", "W₂")
        line = teller.units(r"o = W_2 \varphi + b_2", vector)
        slots = {"feature": u + 1, "value": short(vector[u].value)}
        teller.add("outer", line, passages.FEED, scene, shows=[slot_of(focus, "outer")], stage="outer", slots=slots,
                   **(self.place("outer", slot_of(focus, "inner")) | {"flow": "row", "glow": 1}))  # fmt: skip

    def done(self) -> None:
        """The layer's new state, beside what came in."""
        teller, focus = self.teller, self.focus
        state = teller.values("h")
        lines = [
            teller.scenes.vector(teller.say("selfatt.loupe.before.layer"), "x", teller.read()),
            teller.scenes.vector(teller.say("selfatt.loupe.after.layer"), "h", state),
        ]
        last = focus.layer == focus.trace.layers - 1
        key = f"done.{focus.side}" + (".last" if last else "")
        slots: dict[str, object] = {"next": focus.layer + 2}
        if focus.side == "decoder":
            slots["token"] = teller.words.say(
                "selfatt.token", token=quoted(focus.trace.output[focus.query]), position=focus.query + 1
            )
        teller.add(key, teller.units("h", state), passages.RESIDUAL, teller.scenes.stack(teller.loupe("done"), lines),
                   slots=slots, stage="done", flow="none", glow=0, lit=1)  # fmt: skip


def _moments(vector: list[Number]) -> tuple[float, float]:
    values = [number.value for number in vector]
    mean = sum(values) / len(values)
    return mean, (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5
