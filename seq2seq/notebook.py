"""A decoding in a notebook: `from seq2seq import show; show("reverse-gru-general", "hello")`."""

import html
from dataclasses import replace
from pathlib import Path

from seq2seq.player.export import NOTEBOOKS, THEMES, to_html, write_html
from seq2seq.stories.explain import Explainer
from seq2seq.stories.story import Story
from seq2seq.studies.decoded import story_of
from seq2seq.studies.trained import Trained, load_trained
from seq2seq.tasks import InputError
from seq2seq.words import LANGUAGES, Words, say_error

HEIGHT = 1100  # pixels, where the frame is not allowed to take the height of what is in it


class CannotShow(ValueError):
    """What was asked for cannot be shown; a notebook prints the sentence that says why, and no traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Shown:
    """A story that shows itself as the last line of a cell.

    theme: "light", "dark", or None for the notebook's own (light where it does not say which).
    """

    def __init__(
        self, story: Story, explainer: Explainer | None = None, theme: str | None = None, language: str = "en",
        height: int = HEIGHT,
    ) -> None:  # fmt: skip
        self.story, self.explainer, self.theme, self.language, self.height = story, explainer, theme, language, height

    def save(self, path: str | Path) -> Path:
        """Write it as one file that plays offline; returns its path.

        Raises: CannotShow if the file cannot be written.
        """
        try:
            return write_html(self.story, path, self.story.title, self.language, self.explainer, self.theme)
        except OSError as error:
            told = Words(self.language).say("input.cannot_write", path=path, error=error.strerror)
            raise CannotShow(told) from error

    def _repr_html_(self) -> str:
        page = to_html(self.story, self.story.title, self.language, self.explainer, self.theme or NOTEBOOKS)
        title = html.escape(Words(self.language).say("notebook.frame", title=self.story.title))
        style = f"width:100%;height:{self.height}px;border:0"
        return f'<iframe srcdoc="{html.escape(page)}" style="{style}" title="{title}"></iframe>'

    def __repr__(self) -> str:
        title, steps = self.story.title, len(self.story.steps)
        return Words(self.language).say("notebook.plain", title=title, steps=steps)


def show(
    model: str | Trained, text: str, *, step: int | None = None, theme: str | None = None, language: str = "en",
    layer: int | None = None, head: int | None = None,
) -> Shown:  # fmt: skip
    """How a model writes its output for a text, step by step, as in the app.

    Args:   model: a shipped model's name, a run's id, or what `load_trained` gives; step: the step it opens at, counted
            from 0, as in a page's address (None: where the first output token has been written); theme: "light",
            "dark", or None for the notebook's own; language: "en" or "zh"; layer, head: of a Transformer, counted
            from 1 (None: the top layer, the mean of its heads).
    Raises: CannotShow, with one sentence that says what was wrong.
    """
    spoken = language if language in LANGUAGES else "en"
    try:
        _check("language", language, tuple(LANGUAGES))
        _check("theme", theme or THEMES[0], THEMES)
        trained = load_trained(model) if isinstance(model, str) else model
        decoded = story_of(trained, text, Words(language), layer, head, step)
    except InputError as error:
        raise CannotShow(say_error(error, spoken)) from error
    story = decoded.story if step is not None else replace(decoded.story, start=decoded.first_written)
    return Shown(story, decoded.explainer, theme, language)


def _check(what: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices:
        raise InputError("input.no_such", what=what, value=value, choices=", ".join(map(str, choices)))
