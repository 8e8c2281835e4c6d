"""An exported file is one whole file: nothing in it is fetched, nothing in it can break out of its place."""

import base64
import hashlib
import json
import re

import pytest

from seq2seq.player.export import one_script, to_html, write_html
from tests.models.small import CONFIGS
from tests.stories.test_story import story_of

ODD = ["</script><script>alert(1)</script>", "<!--", "\u2028", "<svg/onload=x>"]


def embedded(page):
    return json.loads(re.search(r'<script type="application/json" id="story">(.*?)</script>', page, re.S)[1])


@pytest.mark.parametrize("text", ODD)
def test_the_story_inside_is_the_story(text):
    _, story = story_of(CONFIGS[4], text=text)
    page = to_html(story)
    assert embedded(page) == json.loads(story.to_json())
    assert page.count("<script") == 2 and page.count("</script") == 2


def test_the_policy_names_just_this_script():
    page = to_html(story_of(CONFIGS[4])[1], title='a "quoted" <title>')
    script = re.search(r'<script type="module">(.*?)</script>', page, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert f"script-src 'sha256-{digest}'" in policy and "default-src 'none'" in policy and "unsafe-eval" not in policy
    assert "<title>a &quot;quoted&quot; &lt;title&gt;</title>" in page


def test_the_script_imports_nothing():
    script = one_script()
    assert not re.search(r"^import ", script, re.M) and not re.search(r"^export ", script, re.M)


def test_it_is_written_to_a_file(tmp_path):
    _, story = story_of(CONFIGS[4])
    assert write_html(story, tmp_path / "story.html").read_text(encoding="utf-8") == to_html(story)


@pytest.mark.parametrize("theme", [None, "light", "dark", "notebook"])
def test_its_theme_is_said_once(theme):
    assert f'<html lang="en" data-theme="{theme or "reader"}">' in to_html(story_of(CONFIGS[4])[1], theme=theme)
