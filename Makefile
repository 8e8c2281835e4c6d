# make app: everything the app needs set up, the app opens.   make test: everything set up, the tests pass.
PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# What an optional group of pyproject.toml names, a line each, read by this Python.
group = $(2) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"]["$(1)"], sep="\n")'

.PHONY: app test setup lint weights recordings stories peers clean

app: .venv/made
	$(BIN)/python -m seq2seq app --port $(PORT)

# The browser's tests come after the others, two at a time, each with a server of its own: they wait more than they work.
# ARGS: these only.
test: setup
	$(BIN)/python -m tests.browser.find
ifdef ARGS
	$(BIN)/python -m pytest $(ARGS)
else
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile -m "not browser" --durations 10
	$(BIN)/python -m pytest -n 2 --dist loadfile -m browser --durations 10
endif

setup: .venv/made-for-tests

.venv/made: requirements.txt pyproject.toml setup.py
	@$(PYTHON) -c 'import sys; sys.exit("Seq2Seq Studio needs Python 3.11 or newer; try: make app PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(PIP) -r requirements.txt
	$(BIN)/python -m seq2seq.player.bundle
	@touch $@

.venv/made-for-tests: .venv/made
	$(call group,dev,$(BIN)/python) | $(PIP) -r /dev/stdin
	@touch $@

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Train every shipped model again (one thread, so that the result is the same), then its stored stories.
weights: setup
	OMP_NUM_THREADS=1 $(BIN)/python -m seq2seq.studies.ship
	$(MAKE) recordings stories

# Runs whose reports are shown at once on the Gradients page, and the weights they end with.
recordings: setup
	OMP_NUM_THREADS=1 $(BIN)/python -m seq2seq.studies.recordings

stories: setup
	$(BIN)/python -m seq2seq.studies.store_stories

# JoeyNMT, to measure our training beside it, in an environment of its own: the studio needs none of this.
peers: .peers/joeynmt/made

.peers/joeynmt/made: pyproject.toml
	$(PYTHON) -m venv .peers/joeynmt
	$(call group,peers,.peers/joeynmt/bin/python) | .peers/joeynmt/bin/python -m pip install --quiet --disable-pip-version-check -r /dev/stdin
	@touch $@

clean:
	rm -rf .venv .peers build seq2seq/player/web/vega.js
