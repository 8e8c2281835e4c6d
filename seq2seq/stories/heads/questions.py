"""Questions about heads: what each sees, what it does, which is needed most, and what removing several does."""

from collections.abc import Iterator

from seq2seq.stories.formulas import percent
from seq2seq.stories.heads.names import does, head_name, pattern_name, way_name
from seq2seq.stories.questions.options import MARGIN, ask, mixed, named, offered, rising, spread
from seq2seq.stories.sentences import listed
from seq2seq.stories.story import Question
from seq2seq.traces.heads import HeadsTrace, MeasuredHead
from seq2seq.words import Words

EACH = 2  # questions of one kind in a story
FREE = 0.01  # exact match that a head may cost and still count as free
FELL = 0.3  # exact match that heads, each nearly free, must cost together before it is asked
Key = tuple[str, int]  # the step that answers
Asked = Iterator[tuple[Key, Question]]


def heads_questions(trace: HeadsTrace, way: str, words: Words) -> dict[Key, Question]:
    """Questions by the step before which they are asked."""
    found: dict[Key, Question] = {}
    for maker in (sees, patterns, needed, together, means):
        for key, question in maker(trace, way, words):
            found.setdefault(key, question)
    return found


def sees(trace: HeadsTrace, way: str, words: Words) -> Asked:
    """Of S tokens, how many does head 2 see? All of them: heads split the features."""
    S, heads = len(trace.sentence.source), trace.sentence.heads
    if heads < 2 or heads > S:
        return
    right = S
    guesses = ((max(1, S // heads), "split"), (1, "one"), (trace.sentence.head_width, "features"))
    answers = offered(right, [(n, words.say(f"question.heads.sees.{why}")) for n, why in guesses])
    if len(answers) < 3:
        return
    slots = {"count": S, "heads": heads, "d_k": trace.sentence.head_width, "width": trace.sentence.width}
    prompt, why = words.say("question.heads.sees", **slots), words.say("question.heads.sees.why", **slots)
    yield ("head", 1), ask("sees", "compare", prompt, why, rising(answers))


def patterns(trace: HeadsTrace, way: str, words: Words) -> Asked:
    """Which pattern does a head follow? Only where one is far ahead of the next that is not the same in this task."""
    asked = []
    for k, head in enumerate(trace.measured.heads):
        ranked = sorted(head.shares, key=lambda name: -head.shares[name].value)
        rivals = [name for name in ranked if name != head.best and not _alike(head, name)]
        ahead = head.shares[head.best].value - head.shares[rivals[0]].value if rivals else 0.0
        if does(head) == head.best and ahead > MARGIN and k != 1:
            asked.append((k, head, rivals))
    for k, head, rivals in spread(asked, EACH):
        others = [
            (name, words.say("question.heads.pattern.reply", pattern=pattern_name(name, words),
                             share=percent(head.shares[name].value)))
            for name in rivals
        ]  # fmt: skip
        answers = mixed(offered(head.best, others), f"pattern {head.place.id}")
        slots = {"name": head_name(head.place, words), "n": trace.measured.n}
        slots |= {"pattern": pattern_name(head.best, words), "share": percent(head.shares[head.best].value)}
        slots |= {"second": pattern_name(rivals[0], words), "other": percent(head.shares[rivals[0]].value)}
        prompt, why = words.say("question.heads.pattern", **slots), words.say("question.heads.pattern.why", **slots)
        yield (
            ("head", k),
            ask(f"pattern {head.place.id}", "position", prompt, why, answers, lambda name: pattern_name(name, words)),
        )


def _alike(head: MeasuredHead, name: str) -> bool:
    """Whether a pattern gets about as much as the best: in this task the two mean the same keys."""
    return abs(head.shares[name].value - head.shares[head.best].value) < MARGIN / 2


def needed(trace: HeadsTrace, way: str, words: Words) -> Asked:
    """Which head costs most when it alone is off?"""
    heads = sorted(trace.measured.heads, key=lambda head: head.off[way].exact)
    if len(heads) < 4:
        return
    first = heads[0]
    others = [head for head in heads[1:] if head.off[way].exact - first.off[way].exact > MARGIN]
    blocks = {head.place.block: head for head in reversed(others)}  # the worst of every block
    spared = list({head.place: head for head in [*blocks.values(), *others]}.values())[:3]
    if len(spared) < 2:
        return
    answers = {head_name(first.place, words): ""}
    for head in spared:
        name = head_name(head.place, words)
        answers[name] = words.say("question.heads.needed.reply", name=name, exact=percent(head.off[way].exact))
    slots = {
        "n": trace.measured.n, "name": head_name(first.place, words), "exact": percent(first.off[way].exact),
        "base": percent(trace.measured.base.exact), "way": way_name(way, words),
        "others": listed((f"{h.place.id} {percent(h.off[way].exact)}" for h in spared), words),
    }  # fmt: skip
    prompt, why = words.say("question.heads.needed", **slots), words.say("question.heads.needed.why", **slots)
    yield ("alone", 0), ask("needed", "compare", prompt, why, mixed(answers, "needed"))


def together(trace: HeadsTrace, way: str, words: Words) -> Asked:
    """Each of some heads alone costs next to nothing: and all of them together?"""
    measured, pruning = trace.measured, trace.measured.pruned[way]
    base, alone = measured.base.exact, []
    for k, (place, score) in enumerate(zip(pruning.order, pruning.scores, strict=True), 1):
        alone.append(base - measured.head(place).off[way].exact)
        worst, straight = max(alone), max(0.0, base - sum(alone))  # what it costs if the costs add up
        if worst > 2 * MARGIN or straight < MARGIN:
            return
        if base - score.exact < FELL or straight - score.exact < MARGIN or k < 2:
            continue
        guesses = [(straight, "added"), (max(0.0, base - worst), "worst"), (0.0, "none"), (base, "base")]
        others = [(f"{share:.0%}", words.say(f"question.heads.together.{why}")) for share, why in guesses]
        answers = mixed(offered(f"{score.exact:.0%}", others, 2), "together")
        slots = {
            "count": k, "ids": listed((place.id for place in pruning.order[:k]), words),
            "least": percent(base - worst), "sum": percent(straight), "exact": percent(score.exact),
            "n": measured.n, "way": way_name(way, words),
        }  # fmt: skip
        prompt, why = words.say("question.heads.together", **slots), words.say("question.heads.together.why", **slots)
        yield ("gone", k), ask(f"together {k}", "compare", prompt, why, answers)
        return


def means(trace: HeadsTrace, way: str, words: Words) -> Asked:
    """All heads off: what can the model still write? Nothing that depends on the source."""
    scores, count = trace.measured.pruned[way].scores, len(trace.measured.heads)
    if scores[-1].exact > FREE or trace.measured.base.exact < FELL:
        return
    answers = named(words, "question.heads.all", ("none", "some", "same"), "none")
    slots = {"all": count, "exact": percent(scores[-1].exact), "way": way_name(way, words)}
    slots |= {"written": "".join(t for t in trace.written[way][-1] if t != "⟨eos⟩")}
    prompt, why = words.say("question.heads.all", **slots), words.say("question.heads.all.why", **slots)
    yield ("gone", count), ask("all", "compare", prompt, why, answers)
