"""Home: a stored story at once, before torch is even imported, and the ways in."""

from seq2seq.stories.stored import (
    HOME_DATES,
)
from seq2seq.ui.controls import choice
from seq2seq.ui.decoding import home_explainer
from seq2seq.ui.page import begin_page, beside_lesson
from seq2seq.ui.player import offer_export, show_story
from seq2seq.ui.stored import stored_story
from seq2seq.ui.ways import show_ways

words = begin_page("home")
with beside_lesson("home", words):
    date = choice("date", words.say("home.pick"), list(HOME_DATES), "fr", HOME_DATES.__getitem__, width=320)
    story = stored_story(f"home-{date}-{words.language}")
    explain = home_explainer(date, words)
    show_story(story, "home", words, explain)
    offer_export(story, "home", words, explain)
show_ways(words)
