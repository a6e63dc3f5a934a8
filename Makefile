# make course    set up, then run every lesson
# make test      set up, then run every test
# make open      set up, then open your copy of the notebooks in JupyterLab; LANGUAGE=ko the Korean ones
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

.PHONY: setup flower course test open build lint lock release bench site test-all test-times test-rebuilt test-colab $(COLAB:%=test-colab-%) test-browser \
	test-site test-deploy test-papermill test-oldest test-processors test-soak clean

course: setup flower
	@$(BIN)/fl-course run

test: setup flower
	@$(BIN)/python $(PYTEST) $(WHICH)

open: setup
	@$(BIN)/fl-course open --language $(LANGUAGE)

# Flower's packages, in an environment of their own. Without a network, the lesson that uses them says
# so in a line, and leaves out what needs them.
flower: setup
	@$(BIN)/fl-course flower --quiet || true

# For contributors.

build: setup flower
	@$(BIN)/fl-course build
	@$(BIN)/python tools/readme_figure.py

lint: setup
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

lock: setup
	@$(BIN)/python tools/lock.py

# A release's wheel and its notebooks, into dist/, as release.yml publishes them: TAG=v1.0.0 on the
# commit that the tag is for, whose time is that of all files in the wheel.
release: setup
	$(if $(TAG),,$(error Give the tag of the version: make release TAG=v1.0.0))
	@rm -rf dist/wheel dist/release
	@SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m pip --disable-pip-version-check wheel \
	--quiet --no-deps --no-build-isolation --wheel-dir dist/wheel .
	@$(BIN)/fl-course build --release '$(TAG)' --wheel dist/wheel/*.whl --output dist/release

# A round's time and memory, against TFF alone, Flower, pfl, NumPy and JAX; on an idle machine.
bench: setup .venv-flower/ready .venv-pfl/ready .venv-jax/ready
	@$(BIN)/python -m bench.rounds

# Each in an environment of its own; without a network, or where it does not run, it stays unmeasured.
# pfl asks for a Python before 3.13.
.venv-flower/ready: IMPORTS := flwr, ray
.venv-pfl/ready: IMPORTS := pfl.model.pytorch
.venv-pfl/ready: OWN_PYTHON = $$(sh tools/find_python.sh 3.11 2>/dev/null || sh tools/find_python.sh 3.12)
.venv-jax/ready: IMPORTS := jax
.venv-%/ready: bench/%-requirements.txt
	-@python="$(or $(OWN_PYTHON),$(BIN)/python)" && "$$python" -m venv --clear .venv-$* \
	&& .venv-$*/bin/python -m pip --disable-pip-version-check install --quiet --no-deps -r $< \
	&& .venv-$*/bin/python -c "import $(IMPORTS)" && touch $@

test-colab: $(COLAB:%=test-colab-%)

# The newest runs every English lesson, each other one a quarter of them.
$(COLAB:%=test-colab-%): test-colab-%:
	@sh tests/colab/test.sh $* $(or $(WHICH),$(if $(filter $*,$(firstword $(COLAB))),solutions/en,solutions/en --part 4/4))

# Two lessons in JupyterLab, as a learner uses it; needs Chromium or Chrome.
test-browser: setup
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps -r tests/browser/requirements.txt
	@$(BIN)/python -m pytest --confcutdir=tests/browser tests/browser

# The web edition, into dist/site, from the notebooks that are built; it needs none of the lessons'
# packages.
site: .venv-site/ready
	@.venv-site/bin/python site/build.py

.venv-site/ready: site/requirements.txt
	@python="$(or $(PYTHON),$$(sh tools/find_python.sh))" && "$$python" -m venv --clear .venv-site \
	&& .venv-site/bin/python -m pip --disable-pip-version-check install --quiet --no-deps -r $< && touch $@

# The web edition as a reader sees it; needs Chromium or Chrome.
test-site: site
	@.venv-site/bin/python -m pip --disable-pip-version-check install --quiet --no-deps -r tests/site/requirements.txt
	@.venv-site/bin/python -m pytest -c tests/site/pytest.ini --rootdir=. --confcutdir=tests/site tests/site

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

# The same outputs must come out of other processors' arithmetic, TensorFlow's (oneDNN) and NumPy's
# (OpenBLAS): a quarter of the lessons with each. With kernels older than Nehalem's, which is the
# first with SSE4.2, the NumPy of Flower's environment ends with a segmentation fault.
test-processors: setup flower
	@ONEDNN_MAX_CPU_ISA=SSE41 OPENBLAS_CORETYPE=Nehalem $(BIN)/python $(PYTEST) solutions/en $(or $(WHICH),--part 1/4)
	@TF_ENABLE_ONEDNN_OPTS=0 OPENBLAS_CORETYPE=Haswell $(BIN)/python $(PYTEST) solutions/en $(or $(WHICH),--part 2/4)

# .venv has the newest Python; what is stored must come out of the oldest one too.
test-oldest:
	@python=$$(sh tools/find_python.sh 3.11 2>/dev/null) || { echo "There is no Python 3.11: it is left out."; exit 0; }; \
	$(MAKE) --no-print-directory setup flower VENV=.venv-3.11 PYTHON="$$python" && \
	.venv-3.11/bin/python $(PYTEST) tests/runtime tests/exercises/test_exercise.py solutions/en $(or $(WHICH),--part 3/4)

# Every lesson executed and every figure drawn again, blanks included, must give the same bytes.
test-rebuilt: setup flower
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
	@$(MAKE) test-deploy test-papermill test-browser test-site test-soak

clean:
	rm -rf .venv .venv-* .build dist .pytest_cache .ruff_cache

setup:
	@sh tools/set_up.sh $(VENV) $(PYTHON)
