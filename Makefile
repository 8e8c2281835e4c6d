# make app: everything set up, the app opens.   make test: everything set up, the tests pass.
PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin
HEADLESS := $(if $(CI),true,false)

.PHONY: app test setup lint weights recordings stories peers clean

app: setup
	$(BIN)/python -m seq2seq.ui.serve --server.port $(PORT) --server.headless $(HEADLESS)

# The browser's tests run alone, after the others: beside them a page would wait for the processor. ARGS: these only.
test: setup
	$(BIN)/python -m tests.browser.find
ifdef ARGS
	$(BIN)/python -m pytest $(ARGS)
else
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile -m "not browser" --durations 10
	$(BIN)/python -m pytest -m browser --durations 10
endif

setup: .venv/made seq2seq/player/web/vega.js

.venv/made: requirements.txt requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Seq2Seq Studio needs Python 3.11 or newer; try: make app PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

seq2seq/player/web/vega.js: .venv/made seq2seq/player/bundle.py
	$(BIN)/python -m seq2seq.player.bundle

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

.peers/joeynmt/made: Makefile
	$(PYTHON) -m venv .peers/joeynmt
	.peers/joeynmt/bin/python -m pip install --quiet --disable-pip-version-check \
		joeynmt==2.3.0 torch==2.13.0 'setuptools<80' importlib_metadata
	@touch $@

clean:
	rm -rf .venv .peers seq2seq/player/web/vega.js
