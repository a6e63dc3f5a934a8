# make course    set up, then run every lesson
# make test      set up, then run every test
# make open      set up, then open the learner's notebooks in JupyterLab
# PYTHON=python3.11 chooses the Python; by default it is the newest of 3.11, 3.12 and 3.13.

PYTHON ?=
VENV ?= .venv
BIN := $(VENV)/bin
COLAB := .venv-colab

.PHONY: course test open build lint lock test-colab clean

course: setup
	@$(BIN)/fl-course run

test: setup
	@$(BIN)/python -m pytest

open: setup
	@$(BIN)/fl-course open

# For contributors.

build: setup
	@$(BIN)/fl-course build

lint: setup
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

lock: setup
	@$(BIN)/python tools/lock.py

test-colab:
	@sh tests/colab/replica.sh $(COLAB)
	@$(COLAB)/bin/python -m pytest -p no:cacheprovider --nbval solutions

clean:
	rm -rf .venv .venv-* dist .pytest_cache .ruff_cache

.PHONY: setup
setup:
	@sh tools/set_up.sh $(VENV) $(PYTHON)
