"""The story's steps in order: what comes in, queries and keys and values, the attention itself."""

from seq2seq.stories.explain.vectors import numbers
from seq2seq.stories.formulas import Line, Number, short
from seq2seq.stories.self_attention.focus import Focus
from seq2seq.stories.self_attention.layout import SLOT
from seq2seq.stories.self_attention.passages import SPLIT
from seq2seq.stories.self_attention.rest import Rest
from seq2seq.stories.self_attention.steps import Telling, Told
from seq2seq.stories.transformer import passages
from seq2seq.words import Words

MOST_ROWS = 24  # queries that are told one by one


def tell(focus: Focus, words: Words) -> Told:
    """Every step of one layer, for one query, then every query in turn."""
    teller = Teller(focus, words)
    teller.chapter("in")
    teller.comes_in()
    teller.chapter("qkv")
    teller.project()
    teller.chapter("attend")
    teller.attend()
    teller.chapter("rest")
    Rest(teller).tell()
    teller.chapter("rows")
    teller.every_query()
    return teller.told()


class Teller(Telling):
    """The steps up to the heads."""

    # ---- what comes in

    def comes_in(self) -> None:
        focus = self.focus
        vector = self.read()
        key = f"intro.{focus.side}.{focus.block}"
        scene = self.scenes.stack(self.loupe("in"), [self.scenes.vector("x", "x", vector)])
        passage = passages.EMBED[focus.side]
        self.add(key, None, passage, scene, slots={"source": "".join(focus.trace.source)})
        if focus.block == "cross":
            self.two_sources()
        elif focus.layer == 0:
            self.embed()
        else:
            below = focus.vectors.gate(focus.side, focus.layer - 1, "h", focus.query)
            scene = self.scenes.stack(
                self.loupe("in"), [self.scenes.vector(self.say("selfatt.loupe.below"), "h", below)]
            )
            line = self.units("x", below)
            self.add("below", line, passages.RESIDUAL, scene, shows=["in1"], slot=SLOT["in1"], lit=1, stage="in")
        if focus.trace.norm == "pre" and focus.block != "cross":
            before = focus.vectors.normed(focus.side, focus.layer, focus.block, focus.query)
            scene = self.scenes.normed(self.loupe("norm"), before, self.own("norm"))
            line = self.units(r"x = \mathrm{LayerNorm}(h)", self.own("norm"))
            self.add("prenorm", line, passages.NORM["pre"], scene, shows=["in2"], slot=SLOT["in2"], lit=1, stage="norm")

    def loupe(self, key: str) -> str:
        """A scene's title."""
        return self.say(f"selfatt.loupe.title.{key}", query=self.focus.name(self.words, False, self.focus.query))

    def read(self) -> list[Number]:
        """What the query's row of the block reads."""
        focus = self.focus
        return focus.vectors.read(focus.side, focus.layer, focus.block, focus.query)

    def embed(self) -> None:
        """Token and place, one added to the other."""
        focus, say, at = self.focus, self.say, self.focus.query
        token, place = ("token", "place") if focus.side == "encoder" else ("read", "turn")
        trace = focus.trace
        tokens, places = (
            (trace.source_tokens, trace.source_places) if focus.side == "encoder"
            else (trace.target_tokens, trace.target_places)
        )  # fmt: skip
        parts = [numbers(values[at], f"{address} {at}") for values, address in ((tokens, token), (places, place))]
        both = focus.vectors.embedded(focus.side, at)
        lines = [
            self.scenes.vector(say("selfatt.loupe.token", token=self.token(False, at)), "E", parts[0]),
            self.scenes.vector(say("selfatt.loupe.place", position=at + 1), "+ PE", parts[1]),
            self.scenes.vector(say("selfatt.loupe.both"), "= x", both),
        ]
        post = trace.norm == "post"
        passage = passages.EMBED[focus.side]
        scene = self.scenes.stack(self.loupe("embed"), lines[:1])
        line = self.units(r"\sqrt{d}\, E[w]", parts[0])
        self.add("embed", line, passage, scene, shows=["in1"] if post else [], slot=SLOT["in1"], lit=1, stage="embed")
        scene = self.scenes.stack(self.loupe("place"), lines)
        line = self.units(r"x = \sqrt{d}\, E[w] + \mathrm{PE}", both)
        slots = {"kind": say(f"selfatt.positions.{trace.positions[focus.side == 'decoder']}")}
        last = "in3" if post else "in1"
        self.add("place", line, passage, scene, shows=["in2", "in3"] if post else ["in1"], slot=SLOT[last],
                 stage="place", slots=slots)  # fmt: skip

    def two_sources(self) -> None:
        """Across, queries come from the decoder and keys and values from the encoder."""
        focus = self.focus
        best = focus.ranked()[0]
        lines = [
            self.scenes.vector(self.say("selfatt.loupe.x.decoder"), "x", self.read()),
            self.scenes.vector(
                self.say("selfatt.loupe.memory", token=self.token(True, best)), "m", focus.vectors.memory(best)
            ),
        ]
        scene = self.scenes.stack(self.loupe("sources"), lines)
        self.add("sources", None, passages.MEMORY, scene, shows=["in1", "in2"], slot=SLOT["in1"], lit=1, stage="in")

    # ---- queries, keys and values

    def project(self) -> None:
        focus = self.focus
        best = focus.ranked()[0]
        for letter in "qkv":
            at = focus.query if letter == "q" else best
            vector = self.own(letter, at)
            u = self.loud(vector)
            row = "qkv".index(letter) * focus.trace.width + u
            weights = focus.vectors.layer_parameter(focus.side, focus.layer, focus.block, "project.weight")[row]
            read = self.read() if letter == "q" else focus.vectors.asked(focus.side, focus.layer, focus.block, at)
            title = self.say(
                f"selfatt.loupe.title.{letter}", token=focus.name(self.words, letter != "q", at), feature=u + 1
            )
            matrix = f"W_{letter.upper()}"
            scene = self.scenes.product(title, read, weights, vector[u], "m" if self.across(letter) else "x", matrix)
            line = Line()
            line.latex = rf"{letter}_{{{line.text(at + 1)}}} = W_{letter.upper()}\,"
            line.latex += ("m" if self.across(letter) else "x") + rf"_{{{line.text(at + 1)}}} + b"
            line.latex += rf" \\ = {line.units([vector[u] for u in focus.shown])}"
            passage = passages.PROJECT_SELF if focus.block == "self" else passages.PROJECT_QUERY
            passage = passages.PROJECT_MEMORY if self.across(letter) else passage
            key = f"{letter}.cross" if focus.block == "cross" else letter
            origin = self.asks if letter == "q" else self.tells
            self.add(
                key, line, passage, scene, shows=[letter], slot=SLOT[letter], lit=1, flow="rows", glow=1,
                origin=SLOT[origin], goal=SLOT[letter], stage=letter,
                slots={"asked": focus.name(self.words, True, best), "feature": u + 1, "value": short(vector[u].value)},
            )  # fmt: skip
        self.split()

    def across(self, letter: str) -> bool:
        """Whether this comes from the encoder while the query is the decoder's."""
        return self.focus.block == "cross" and letter != "q"

    def split(self) -> None:
        """Each head reads its own features of Q, K and V."""
        focus = self.focus
        line = Line()
        width, heads = line.text(focus.trace.width), line.text(focus.trace.heads)
        line.latex = rf"d_k = \frac{{d}}{{N}} = \frac{{{width}}}{{{heads}}} = {line.text(focus.trace.head_width)}"
        scene = self.scenes.heads(self.loupe("split"), self.own("q"), "q")
        passage = SPLIT
        key = "split" if focus.trace.heads > 1 else "split.one"
        self.add(key, line, passage, scene, dim=1, flow="none", glow=0, slot=SLOT["q"], stage="split")

    # ---- the attention

    def attend(self) -> None:
        self.multiply()
        self.scale()
        self.mask()
        self.soften()
        self.mix()
        self.everyone()

    def multiply(self) -> None:
        focus = self.focus
        best = focus.ranked()[0]
        names = {"asked": focus.name(self.words, True, best)}
        dot = self.weight("dots", best)
        line = Line()
        query, key = ([vector[u] for u in focus.own] for vector in (self.own("q"), self.own("k", best)))
        line.latex = rf"q_{{{self.at(line)}}} \cdot k_{{{line.text(best + 1)}}}"
        line.latex += rf" \\ = {line.products(query, key)} \\ = {line.number(dot)}"
        title = self.say("selfatt.loupe.title.dot", query=focus.name(self.words, False, focus.query), **names)
        tracks = {"flow": "cols", "origin": SLOT["k"], "goal": SLOT["dots"], "glow": 1, "slot": SLOT["dots"]}
        self.add(
            "dot", line, passages.ATTENTION["dots"], self.scenes.pair(title, best), stage="dot",
            slots=names | {"value": short(dot.value)}, **(tracks | {"flow": "row", "origin": SLOT["q"]}),
        )  # fmt: skip
        line = Line()
        products = [self.weight("dots", j) for j in range(len(focus.keys))]
        line.latex = rf"q_{{{self.at(line)}}} K^\top \\ = {line.units(products)}"
        scene = self.scenes.products(self.loupe("dots"))
        self.add("dots", line, passages.ATTENTION["dots"], scene, stage="dots", begins=["dots"], dots=1, **tracks)

    def scale(self) -> None:
        focus = self.focus
        best = focus.ranked()[0]
        score, dot = self.weight("scores", best), self.weight("dots", best)
        line, passage = Line(), passages.ATTENTION["scores"]
        place = rf"{self.at(line)},{line.text(best + 1)}"
        if focus.trace.scaled:
            root = rf"\sqrt{{{line.text(focus.trace.head_width)}}}"
            line.latex = (
                rf"e_{{{place}}} = \frac{{q \cdot k}}{{\sqrt{{d_k}}}} \\ = \frac{{{line.number(dot)}}}{{{root}}}"
            )
            line.latex += rf" = {line.number(score)}"
        else:
            line.latex = rf"e_{{{place}}} = q \cdot k = {line.number(score)}"
        scene = self.scenes.over_keys(self.loupe("scale"), ["dots", "scores"])
        root = short(focus.trace.head_width**0.5).rstrip("0").rstrip(".")
        self.add(
            "scale" if focus.trace.scaled else "scale.none", line, passage, scene, begins=["scores"], scores=1,
            slot=SLOT["scores"], origin=SLOT["dots"], goal=SLOT["scores"], flow="row", stage="scale",
            slots={"dot": short(dot.value), "score": short(score.value), "root": root},
        )  # fmt: skip

    def mask(self) -> None:
        focus = self.focus
        line = Line()
        at, seen = line.text(focus.query + 1), line.text(len(focus.seen))
        if focus.masked:
            line.latex = rf"e_{{{at},j}} = -\infty \quad \mathrm{{for}}\ j > {line.text(focus.query + 1)}"
        else:
            line.latex = rf"e_{{{at},j}}\ \mathrm{{stays}},\ j = 1 \ldots {seen}"
        key = "mask" if focus.masked else f"mask.none.{focus.side}.{focus.block}"
        slots = {"hidden": len(focus.keys) - len(focus.seen)}
        scene = self.scenes.over_keys(self.loupe("mask"), ["scores", "hidden"])
        self.add(key, line, passages.ATTENTION["mask"], scene, masked=1, hides=1, flow="none", glow=0, stage="mask",
                 slots=slots)  # fmt: skip

    def soften(self) -> None:
        focus = self.focus
        best = focus.ranked()[0]
        weight, score = self.weight("weights", best), self.weight("scores", best)
        line = Line()
        place = rf"{self.at(line)},{line.text(best + 1)}"
        shown = [self.weight("scores", j) for j in focus.seen]
        line.latex = rf"\alpha_{{{place}}} = \frac{{\exp({line.number(score)})}}{{{line.powers(shown)}}}"
        line.latex += rf" \\ = {line.number(weight)}"
        spread = self.spread(focus.row)
        key = "softmax" if focus.row[best] >= 0.5 else "softmax.spread"
        key = key if len(focus.seen) > 1 else "softmax.one"
        scene = self.scenes.over_keys(self.loupe("softmax"), ["hidden", "weights"])
        self.add(
            key, line, passages.ATTENTION["weights"], scene, begins=["weights"], weights=1, own=1, glow=1,
            slot=SLOT["weights"], origin=SLOT["scores"], goal=SLOT["weights"], flow="row", stage="softmax",
            slots=spread,
        )  # fmt: skip

    def mix(self) -> None:
        focus, line = self.focus, Line()
        count = range(len(focus.keys))
        weighted = line.weighted([self.weight("weights", j) for j in count], "v")
        mixed = [self.own("heads")[u] for u in focus.shown]
        line.latex = rf"a_{{{self.at(line)}}} = \sum_j \alpha_j v_j \\ = {weighted} \\ = {line.units(mixed)}"
        self.add(
            "mix", line, passages.ATTENTION["heads"], self.scenes.mixed(self.loupe("mix")), begins=["heads"],
            slot=SLOT["heads"], origin=SLOT["v"], goal=SLOT["heads"], flow="mix", glow=1, stage="mix",
            slots=self.spread(focus.row),
        )  # fmt: skip

    def everyone(self) -> None:
        """All queries at once: the same four products, as matrices."""
        line = Line()
        root = r"\sqrt{d_k}" if self.focus.trace.scaled else "1"
        line.latex = rf"A = \mathrm{{softmax}}\left(\frac{{Q K^\top}}{{{root}}}\right) V"
        self.add(
            "everyone", line, passages.ATTENTION["weights"], self.scenes.everyone(self.loupe("everyone")),
            shows=["dots", "scores", "weights"], slot=SLOT["weights"], flow="none", glow=0, stage="everyone",
            all=1,
        )  # fmt: skip

    def every_query(self) -> None:
        """The heat map, row by row."""
        focus = self.focus
        for t in range(min(len(focus.queries), MOST_ROWS)):
            row = focus.pairs("weights")[t]
            best = int(row.argmax())
            line = Line()
            weights = focus.vectors.attention(focus.side, focus.layer, f"{focus.block}.weights", focus.head, t)
            line.latex = rf"\alpha_{{{line.text(t + 1)}}} = {line.units(weights, 6)}, \quad \sum_j \alpha_j = 1"
            key = "row" if row[best] >= 0.5 else "row.spread"
            title = self.say("selfatt.loupe.title.row", query=focus.name(self.words, False, t))
            scene = self.scenes.over_keys(title, ["hidden", "weights"], t)
            slots = self.spread(row) | {"query": focus.name(self.words, False, t), "seen": int(focus.visible[t].sum())}
            self.add(key, line, passages.ATTENTION["weights"], scene, row=t, slot=SLOT["weights"], lit=1, stage="row",
                     flow="none", glow=0, slots=slots)  # fmt: skip
