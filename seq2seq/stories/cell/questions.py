"""Questions about what happens inside a cell: what a gate does with the state, and where the memory lies."""

from collections.abc import Iterator, Sequence

import numpy as np

from seq2seq.stories.cell.subject import Subject
from seq2seq.stories.formulas import short
from seq2seq.stories.questions.options import MARGIN, ask, likelihood, mixed, named, offered, spread, true_or_false
from seq2seq.stories.sentences import listed
from seq2seq.stories.story import Question
from seq2seq.stories.tokens import quoted
from seq2seq.traces import DecodingTrace, EraseState
from seq2seq.words import Words

EACH = 2  # questions of one kind in a story
NEARLY_SHUT, SURELY_OPEN = 0.1, 0.3  # a gate that is closed, and the least that the others must be
KEPT, LOST = 0.9, 0.1  # gates that leave no doubt
NEAR = 0.1  # two numbers that count as about the same
Asked = Iterator[tuple[int, str, Question]]  # position and stage that answer it, and the question


def cell_questions(
    subjects: Sequence[Subject], trials: Sequence[DecodingTrace], words: Words
) -> dict[tuple[int, str], Question]:
    """Questions by the position and the stage before which they are asked; side by side, about the last of a kind."""
    found: dict[tuple[int, str], Question] = {}
    alone = len(subjects) == 1
    for subject in {one.cell: one for one in subjects}.values():
        makers = {"lstm": (outgrows, next_state, shut_gate, moves_most), "gru": (keeps, shut_gate, moves_most)}
        for maker in makers.get(subject.cell, (moves_most,)):
            for position, stage, question in maker(subject, words):
                found.setdefault((position, stage if alone else PHASE[stage]), question)
    for position, stage, question in survives(subjects[0], trials, words):
        found.setdefault((position, stage), question)
    return found


PHASE = {"c": "cell", "h": "out", "i": "gates", "r": "gates"}  # where the answer shows side by side


def next_state(subject: Subject, words: Words) -> Asked:
    """From f, i, g and the state before: what is the cell state next? (LSTM)"""
    gates, clear = subject.gates, []
    for position in subject.trace.order(subject.way):
        new, before = gates["i"][position] * gates["g"][position], subject.before("c", position)
        c = gates["c"][position]
        near = {"before": np.abs(c - before), "new": np.abs(c - new), "zero": np.abs(c)}
        far = np.all([apart > 2 * MARGIN for apart in near.values()], axis=0)
        held = np.abs(before) > 2 * MARGIN
        for kind, apart in near.items():
            others = [other > 2 * MARGIN for name, other in near.items() if name != kind]
            units = np.flatnonzero((apart < NEAR) & held & np.all(others, axis=0))
            clear += [(position, int(unit), kind) for unit in units[:1]]
        clear += [(position, int(unit), "both") for unit in np.flatnonzero(far & held & (np.abs(new) > MARGIN))[:1]]
    first = {kind: (position, unit, kind) for position, unit, kind in reversed(clear)}
    for position, unit, kind in sorted(first.values())[:EACH]:
        f, i, g = (float(gates[name][position, unit]) for name in "fig")
        old = float(subject.before("c", position)[unit])
        values: dict[str, float] = {"before": old, "new": i * g, "both": f * old + i * g, "zero": 0.0}
        kinds = [name for name, value in values.items() if name == kind or abs(value - values[kind]) > 2 * NEAR]
        if abs(i * g) < 2 * NEAR and kind != "zero":
            kinds = [name for name in kinds if name != "zero" or kind == "new"]  # "about 0", said twice
        slots = {"unit": unit + 1, "position": position + 1, "f": short(f), "i": short(i), "g": short(g)}
        slots |= {"before": short(old), "new": short(i * g), "c": short(float(gates["c"][position, unit]))}
        answers = named(words, "question.next", kinds, kind, **slots)
        prompt, why = words.say("question.next", **slots), words.say("question.next.why", **slots)
        yield position, "c", ask(f"next {position} {unit} {subject.key}", "compare", prompt, why, answers)


def outgrows(subject: Subject, words: Words) -> Asked:
    """Gates and candidate are bounded: is the cell state, too? (LSTM)"""
    for position in subject.trace.order(subject.way):
        c = subject.gates["c"][position]
        unit = int(np.abs(c).argmax())
        if abs(c[unit]) > 1 + 2 * MARGIN:
            h = float(subject.gates["h"][position, unit])
            slots = {"unit": unit + 1, "position": position + 1, "c": short(float(c[unit])), "h": short(h)}
            id, seed = f"outgrows {position} {unit} {subject.key}", "".join(subject.trace.source)
            yield position, "c", true_or_false(words, "question.outgrows", id, seed, **slots)
            return


def keeps(subject: Subject, words: Words) -> Asked:
    """Z is near 1 or near 0: does the GRU keep its state or overwrite it?"""
    gates, clear = subject.gates, []
    for position in subject.trace.order(subject.way):
        z, apart = gates["z"][position], np.abs(gates["n"][position] - subject.before("h", position))
        for right, units in enumerate((z > KEPT, z < LOST)):
            clear += [(position, int(unit), right) for unit in np.flatnonzero(units & (apart > 2 * MARGIN))[:1]]
    for right in (0, 1):
        for position, unit, _ in spread([case for case in clear if case[2] == right][1:], 1):
            z, n, h = (float(gates[name][position, unit]) for name in "znh")
            slots = {"unit": unit + 1, "position": position + 1, "z": short(z), "n": short(n), "h": short(h)}
            slots |= {"before": short(float(subject.before("h", position)[unit]))}
            answers = named(words, "question.keeps", ("keep", "overwrite", "both"), ("keep", "overwrite")[right])
            prompt, why = words.say("question.keeps", **slots), words.say("question.keeps.why", **slots)
            yield position, "h", ask(f"keeps {position} {unit} {subject.key}", "compare", prompt, why, answers)


def shut_gate(subject: Subject, words: Words) -> Asked:
    """Which gate of a unit is nearly closed? Asked only where one of them is, and no other comes near."""
    names = ("i", "f", "o") if subject.cell == "lstm" else ("r", "z")
    clear = []
    for position in list(subject.trace.order(subject.way))[1:]:
        ranked = np.sort([subject.gates[name][position] for name in names], axis=0)  # (gates, H)
        units = np.flatnonzero((ranked[0] < NEARLY_SHUT) & (ranked[1] > SURELY_OPEN))
        clear += [(position, int(unit)) for unit in units[:1]]
    for position, unit in spread(clear, EACH):
        values = {name: float(subject.gates[name][position, unit]) for name in names}
        right = min(names, key=values.__getitem__)
        gates = {name: words.say(f"gate.short.{name}") for name in names}
        answers = {
            gates[name]: "" if name == right else words.say("question.shut.reply", gate=gates[name], value=short(value))
            for name, value in values.items()
        }
        told = listed((f"{name} = {short(value)}" for name, value in values.items()), words)
        slots = {"unit": unit + 1, "position": position + 1, "token": quoted(subject.trace.source[position])}
        why = words.say("question.shut.why", values=told, gate=gates[right])
        prompt = words.say("question.shut", cell=words.say(f"cell.{subject.cell}"), **slots)
        yield position, names[0], ask(f"shut {position} {unit} {subject.key}", "compare", prompt, why, answers)


def moves_most(subject: Subject, words: Words) -> Asked:
    """Which unit of the memory changes most at this position?"""
    clear = []
    for position in list(subject.trace.order(subject.way))[1:]:
        moved = np.abs(subject.gates[subject.memory][position] - subject.before(subject.memory, position))
        ranked = np.argsort(-moved, kind="stable")
        if len(ranked) > 3 and moved[ranked[0]] - moved[ranked[1]] > MARGIN:
            clear.append((position, ranked, moved))
    for position, ranked, moved in spread(clear, EACH):
        best, second = int(ranked[0]), int(ranked[1])
        others = [
            (int(u), words.say("question.moves.reply", unit=u + 1, moved=short(float(moved[u])))) for u in ranked[1:4]
        ]
        answers = mixed(offered(best, others), f"{subject.trace.source}{position}")
        slots = {"position": position + 1, "token": quoted(subject.trace.source[position]), "state": subject.memory}
        why = words.say("question.moves.why", unit=best + 1, moved=short(float(moved[best])), second=second + 1,
                        other=short(float(moved[second])))  # fmt: skip
        prompt = words.say("question.moves", cell=words.say(f"cell.{subject.cell}"), **slots)
        yield position, subject.memory, ask(
            f"moves {position} {subject.key}", "position", prompt, why, answers,
            lambda unit: words.say("question.moves.unit", unit=unit + 1),
        )  # fmt: skip


def survives(subject: Subject, trials: Sequence[DecodingTrace], words: Words) -> Asked:
    """A state is erased on the way: is the output still the same? Each trial was really run."""
    before = subject.trace
    for trial in trials:
        change = trial.change
        assert isinstance(change, EraseState)
        first = [float(np.exp(trace.log_probs[0, trace.chosen[0]])) for trace in (before, trial)]
        ranked = np.sort(np.exp(trial.log_probs[0]))[::-1]
        if ranked[0] - ranked[1] <= MARGIN:
            continue
        right = int(before.text != trial.text)
        kind = f"{change.states}.{subject.cell}" if subject.cell == "lstm" else "h"
        slots = {"position": change.position + 1, "output": before.text, "after": trial.text}
        slots |= {"p": likelihood(first[0], words), "q": likelihood(first[1], words)}
        answers = named(words, "question.survives", ("yes", "no"), "no" if right else "yes", **slots)
        slots["after"] = f"“{trial.text}”" if trial.text else words.say("question.survives.empty")
        why = words.say(f"question.survives.{'lost' if right else 'kept'}.{kind}", **slots)
        following = {subject.trace.before(subject.way, i): i for i in subject.trace.order(subject.way)}
        at = following.get(change.position)
        stage = ("in", at) if at is not None else ("start", change.position)
        id = f"survives {change.states} {change.position}"
        yield stage[1], stage[0], ask(id, "true-false", words.say(f"question.survives.{kind}", **slots), why, answers)


def to_try(subject: Subject) -> list[EraseState]:
    """What is really tried, so that it can be asked about: half way, h alone is erased; a step later, everything."""
    order = list(subject.trace.order(subject.way))
    middle = (len(order) - 1) // 2
    everything = "".join(subject.carried)
    tried = [EraseState("h", order[middle], subject.layer, subject.way)]
    if subject.cell == "lstm" and middle + 1 < len(order):
        tried.append(EraseState(everything, order[middle + 1], subject.layer, subject.way))
    return tried
