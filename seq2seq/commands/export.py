"""`export`: one decoding as an HTML file that plays offline."""

import argparse
import json

from seq2seq.tasks import InputError
from seq2seq.words import LANGUAGES, Words


def add_exporting(export: argparse.ArgumentParser) -> None:
    """The options of `export`."""
    export.add_argument("model", metavar="RUN", help="a run's id or a shipped model's name")
    export.add_argument("text", metavar="TEXT")
    export.add_argument("--out", required=True, metavar="F.html")
    for name, text in (("layer", "default: the top one"), ("head", "default: the mean of all")):
        export.add_argument(f"--{name}", type=int, metavar="N", help=f"transformer only, from 1; {text}")
    export.add_argument("--step", type=int, metavar="N", help="the step it opens at, from 0, as in a page's address")
    export.add_argument("--theme", choices=["light", "dark"], help="default: the reader's own")
    export.add_argument("--language", default="en", choices=list(LANGUAGES))


def export_story(options: argparse.Namespace) -> int:
    """`export`."""
    from seq2seq.commands.inputs import check_text, facts_of, judge
    from seq2seq.player.export import write_html
    from seq2seq.studies.decoded import story_of
    from seq2seq.studies.trained import load_trained

    text, trained, words = check_text(options.text), load_trained(options.model), Words(options.language)
    decoded = story_of(trained, text, words, options.layer, options.head, options.step)
    story = decoded.story
    try:
        path = write_html(story, options.out, story.title, options.language, decoded.explainer, options.theme)
    except OSError as error:
        raise InputError("input.cannot_write", path=options.out, error=error.strerror) from error
    told = {"output": decoded.output, "ended": decoded.ended, **facts_of(trained, text)}
    judge(trained, told)
    told |= {"file": str(path), "bytes": path.stat().st_size}
    print(json.dumps(told, ensure_ascii=False) if options.json else told["file"])
    return 0
