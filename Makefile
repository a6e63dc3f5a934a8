# make course    set up, then run every lesson
# make test      set up, then run every test
# make open      set up, then open the learner's notebooks in JupyterLab; LANGUAGE=ko the Korean ones
# PYTHON=python3.11 chooses the Python; by default it is the newest of 3.11, 3.12 and 3.13.

PYTHON ?=
LANGUAGE ?= en
VENV ?= .venv
BIN := $(VENV)/bin
# The months of Colab's package lists: today's runtime, one with Python 3.12 and TensorFlow 2.19, and
# one with Python 3.11 and TensorFlow 2.18.
COLAB := 2026-08 2026-03 2025-07
# A notebook keeps one core busy; two at a time fit on any machine. A file's tests stay together, and
# the order is conftest.py's: what takes longest comes first.
PYTEST := -m pytest -n 2 --dist loadfile --no-loadscope-reorder
# Which notebooks are executed: see docs/checks.md. WHICH=--everything is all of them.
WHICH ?=

.PHONY: setup course test open build lint lock bench test-all test-times test-rebuilt test-colab $(COLAB:%=test-colab-%) test-browser \
	test-deploy test-papermill test-oldest test-processors test-soak clean

course: setup
	@$(BIN)/fl-course run

test: setup
	@$(BIN)/python $(PYTEST) $(WHICH)

open: setup
	@$(BIN)/fl-course open --language $(LANGUAGE)

# For contributors.

build: setup
	@$(BIN)/fl-course build
	@$(BIN)/python tools/readme_figure.py

lint: setup
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

lock: setup
	@$(BIN)/python tools/lock.py

# A round's time and memory, against TFF alone, Flower and NumPy; on an idle machine.
bench: setup .venv-flower/ready
	@$(BIN)/python -m bench.rounds

# Without a network, Flower stays unmeasured.
.venv-flower/ready: bench/flower-requirements.txt
	-@$(BIN)/python -m venv --clear .venv-flower \
	&& .venv-flower/bin/python -m pip --disable-pip-version-check install --quiet --no-deps -r $< \
	&& touch $@

test-colab: $(COLAB:%=test-colab-%)

# The newest runs every English lesson, each other one a quarter of them.
$(COLAB:%=test-colab-%): test-colab-%:
	@sh tests/colab/test.sh $* $(or $(WHICH),$(if $(filter $*,$(firstword $(COLAB))),solutions/en,solutions/en --part 4/4))

# Two lessons in JupyterLab, as a learner uses it; needs Chromium or Chrome.
test-browser: setup
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps -r tests/browser/requirements.txt
	@$(BIN)/python -m pytest --confcutdir=tests/browser tests/browser

# The files in deploy/ against the schemas of Kubernetes and Compose.
test-deploy: setup
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps -r tests/deploy/requirements.txt
	@$(BIN)/python -m pytest tests/deploy

# A round in a notebook that papermill runs.
test-papermill: setup
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps -r tests/runtime/papermill-requirements.txt
	@$(BIN)/python -m pytest tests/runtime/test_ways_to_run.py -k papermill

# A hundred killed kernels, three hundred rounds, a computation of five minutes; a plain test takes a few.
test-soak: setup
	@FL_COURSE_SOAK=1 $(BIN)/python -m pytest -s tests/soak

# The same outputs must come out of other processors' arithmetic: a quarter of the lessons with each.
test-processors: setup
	@ONEDNN_MAX_CPU_ISA=SSE41 $(BIN)/python $(PYTEST) solutions/en $(or $(WHICH),--part 1/4)
	@TF_ENABLE_ONEDNN_OPTS=0 $(BIN)/python $(PYTEST) solutions/en $(or $(WHICH),--part 2/4)

# .venv has the newest Python; what is stored must come out of the oldest one too.
test-oldest:
	@python=$$(sh tools/find_python.sh 3.11 2>/dev/null) || { echo "There is no Python 3.11: it is left out."; exit 0; }; \
	$(MAKE) --no-print-directory setup VENV=.venv-3.11 PYTHON="$$python" && \
	.venv-3.11/bin/python $(PYTEST) tests/runtime tests/exercises/test_exercise.py solutions/en $(or $(WHICH),--part 3/4)

# Every lesson executed and every figure drawn again, blanks included, must give the same bytes.
test-rebuilt: setup
	@$(BIN)/fl-course build --force
	@git diff --stat --exit-code -- notebooks solutions fl_course

# Each check of an exercise within its seconds; on an idle machine.
test-times: setup
	@$(BIN)/python -m bench.exercise_checks

# Every notebook in every language on every runtime, and what else takes long: for the night, and
# before a release.
test-all:
	@$(MAKE) test WHICH="--everything --session-timeout=14400"
	@$(MAKE) lint
	@$(MAKE) test-rebuilt test-times
	@$(MAKE) test-processors test-oldest WHICH="solutions --everything"
	@$(MAKE) test-colab WHICH="solutions --everything"
	@$(MAKE) test-deploy test-papermill test-browser test-soak

clean:
	rm -rf .venv .venv-* dist .pytest_cache .ruff_cache

setup:
	@sh tools/set_up.sh $(VENV) $(PYTHON)
