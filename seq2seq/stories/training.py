"""Reports of a run → story: each step is a report, so that a run can be watched live and wound back while it goes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from seq2seq.stories.flaws import say_flaw, signed
from seq2seq.stories.formulas import percent
from seq2seq.stories.player_words import player_labels
from seq2seq.stories.questions import training_questions
from seq2seq.stories.sentences import in_a_row
from seq2seq.stories.sources import Passage
from seq2seq.stories.story import Step, Story, View
from seq2seq.stories.tokens import short_sign
from seq2seq.stories.training_views import accuracy_curves, loss_curve, probe_map, sample_lines
from seq2seq.words import Words

Report = Mapping[str, Any]
UPDATES = Passage(
    "training/trainer.py", "Trainer.update",
    ("loss = token_loss", "loss.backward", "clip_grads_with_norm_", "self.optimiser.step()"),
)  # fmt: skip
MEASURES = Passage("training/evaluate.py", "evaluate", ("loss +=", "right_tokens +=", "written, _ =", "exact +="))
SPACING = 0.06  # of the updates so far: reports closer together than this are left out of the story


def thin_out(reports: Sequence[Report]) -> list[Report]:
    """Reports spaced as the learning is, dense at first; what was kept once stays kept when more come."""
    kept: list[Report] = []
    for report in reports:
        if not kept or report["step"] - kept[-1]["step"] >= SPACING * report["step"]:
            kept.append(report)
    if kept and kept[-1] is not reports[-1]:
        kept.append(reports[-1])
    return kept


def training_story(run: str, reports: Sequence[Report], words: Words, tokens: int) -> Story:
    """Tell a run from its reports (at least one), as `Report.to_dict` gives them; tokens: V, the size of the output."""
    kept = thin_out(reports)
    questions = training_questions(kept, words)
    steps = [replace(_step(report, words), question=questions.get(k)) for k, report in enumerate(kept)]
    told = [step.text for step in steps]
    now = [report["step"] for report in kept]
    shown = {report["step"] for report in kept}
    curve = [
        {
            "step": report["step"], "train": report["train_loss"], "loss": report["loss"],
            "token_accuracy": report["token_accuracy"], "exact_match": report["exact_match"],
            "asks": [f"{kind} {report['step']}" for kind in ("train", "loss", "token_accuracy", "exact_match")],
        }
        for report in reports if report["step"] in shown or len(reports) < 300
    ]  # fmt: skip
    say = words.say
    views = [
        View(
            "loss", say("training.loss.title"), say("training.loss.hint"),
            loss_curve(say("axis.step"), say("axis.loss"), say("training.loss.train"), say("training.loss.held_out")),
            "vega-lite", told, {"curve": curve, "guess": [_guess("loss", math.log(tokens), tokens, words)]}, "curve",
            {"now_at": now},
        ),
        View(
            "accuracy", say("training.accuracy.title"), say("training.accuracy.hint"),
            accuracy_curves(
                say("axis.step"), say("axis.share"), say("training.token_accuracy"), say("training.exact_match")
            ),
            "vega-lite", told, {"curve": curve, "guess": [_guess("token", 1 / tokens, tokens, words)]}, "curve",
            {"now_at": now},
        ),
    ]  # fmt: skip
    if kept[-1]["probe"]["weights"] is not None:
        views.append(_probe(kept, words))
    samples = [
        {"k": k, "s": s, "ask": f"letter {report['step']} {s}", "unit": range(len(sample["output"]))}
        | sample
        | {"flaw": signed(say(f"flaw.{sample['flaw']}.short"), sample["flaw"]) if sample.get("flaw") else ""}
        for k, report in enumerate(kept)
        for s, sample in enumerate(report["samples"])
    ]
    views.append(
        View(
            "samples", say("training.samples.title"), say("training.samples.hint"),
            sample_lines(say("training.wanted")), "vega", [_samples_in_words(report, words) for report in kept],
            {"samples": samples}, "samples",
        )
    )  # fmt: skip
    identity = f"training|{run}"
    return Story(identity, say("training.title"), steps, views, [""], player_labels(words), follow=True)


def _guess(kind: str, level: float, tokens: int, words: Words) -> dict[str, Any]:
    """Where a model would be that gives each of the V tokens the same probability."""
    told = words.say(
        f"training.guess.{kind}", tokens=tokens, level=f"{level:.2f}" if kind == "loss" else percent(level)
    )
    return {"v": level, "told": told}


def _step(report: Report, words: Words) -> Step:
    slots = {
        "step": report["step"], "loss": f"{report['loss']:.3f}", "tokens": percent(report["token_accuracy"]),
        "exact": percent(report["exact_match"]), "n": report["n"], "seconds": f"{report['seconds']:.1f}",
    }  # fmt: skip
    key = "untrained" if report["step"] == 0 else "done" if report["done"] else "report"
    title, text = (words.say(f"training.{key}.{part}", **slots) for part in ("title", "text"))
    return Step(title, text, passage=MEASURES if key == "untrained" else UPDATES)


def _probe(kept: Sequence[Report], words: Words) -> View:
    source = kept[-1]["probe"]["source"]
    rows = [
        {
            "k": k, "t": t, "token": short_sign(token), "w": [round(w, 2) for w in weights],
            "ask": f"probe {report['step']} {t}", "unit": range(len(source)),
        }
        for k, report in enumerate(kept)
        for t, (token, weights) in enumerate(zip(report["probe"]["output"], report["probe"]["weights"], strict=True))
    ]  # fmt: skip
    signals = {
        "source_tokens": [short_sign(token) for token in source],
        "S": len(source),
        "rows": max(len(report["probe"]["output"]) for report in kept),
    }
    probe = kept[-1]["probe"]
    layer, heads = probe.get("layer"), len(probe.get("heads") or ())  # of several that look, what is shown
    hint = words.say(
        f"training.probe.{'heads' if heads else 'layer' if layer else 'hint'}", source="".join(source), layer=layer,
        heads=heads,
    )  # fmt: skip
    return View(
        "probe", words.say("training.probe.title"), hint,
        probe_map(words.say("axis.source"), words.say("training.probe.output")), "vega",
        [words.say("training.probe.alt", output="".join(report["probe"]["output"])) for report in kept],
        {"probe": rows}, "probe", signals,
    )  # fmt: skip


def _samples_in_words(report: Report, words: Words) -> str:
    told: list[str] = []
    for sample in report["samples"]:
        told.append(words.say("training.samples.alt", **sample))
        told.append(say_flaw(sample.get("flaw"), sample["output"], words))
    return in_a_row(sentence for sentence in told if sentence)
