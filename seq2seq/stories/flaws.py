"""An output that is wrong whatever was read, such as 2021-02-30: its mark, and the sentence that says so."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from seq2seq.stories.sentences import in_a_row
from seq2seq.stories.story import Step
from seq2seq.words import Words

SIGN = "⚠"  # beside every such output: more than a colour
Flaw = Callable[[str], str | None]  # an output's flaw, as `Task.flaw` names it


def say_flaw(flaw: str | None, output: str, words: Words) -> str:
    """What is wrong with the output, in a sentence that begins with the sign; "" for nothing."""
    return "" if flaw is None else f"{SIGN} " + words.say(f"flaw.{flaw}", output=output)


def flawed(step: Step, flaw: str | None, output: str, words: Words) -> Step:
    """The step that tells of the output, its flaw with it."""
    if flaw is None:
        return step
    return replace(
        step,
        title=step.title if step.title.startswith(SIGN) else f"{SIGN} {step.title}",
        text=in_a_row([step.text, say_flaw(flaw, output, words)]),
    )


def say_flaws(text: str, flaws: Iterable[str | None], words: Words) -> str:
    """A text about several outputs, and after it what the sign beside some of them means."""
    found = dict.fromkeys(flaw for flaw in flaws if flaw)
    return in_a_row([text, *(words.say(f"flaw.{flaw}.listed", sign=SIGN) for flaw in found)])


def signed(output: str, flaw: str | None) -> str:
    """The output, with the sign if it has a flaw."""
    return output if flaw is None else f"{output} {SIGN}"
