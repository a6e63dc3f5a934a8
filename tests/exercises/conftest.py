"""Makes each file of answers, `<lesson>/<exercise>.py`, a test file with the tests of every one.

So a file can be run by itself, and a run on several cores shares the files among them.
"""

import importlib
import pathlib

import pytest

from fl_course import exercises
from fl_course.exercises import exercise as module
from tests.exercises.cases import KINDS

HERE = pathlib.Path(__file__).parent
NO_ANSWERS = ("__init__", "at_hand")

pytest.register_assert_rewrite("tests.exercises.every_exercise")


class Answers(pytest.Module):
    """A file of answers."""

    def _getobj(self):
        return importlib.import_module("tests.exercises.every_exercise")

    def collect(self):
        case = case_of(self.path)
        none = {kind for kind in KINDS if not getattr(case, kind)}
        return [item for item in super().collect() if not none.intersection(item.fixturenames)]


def pytest_collect_file(file_path, parent):
    if file_path.parent.parent == HERE and file_path.suffix == ".py":
        return None if file_path.stem in NO_ANSWERS else Answers.from_parent(parent, path=file_path)
    return None


def pytest_generate_tests(metafunc):
    if isinstance(metafunc.definition.getparent(pytest.Module), Answers):
        for kind in KINDS:
            if kind in metafunc.fixturenames:
                metafunc.parametrize(kind, getattr(case_of(metafunc.definition.path), kind))


def case_of(path):
    return importlib.import_module(f"tests.exercises.{path.parent.name}.{path.stem}").CASE


@pytest.fixture
def exercise(request):
    return getattr(exercises.lesson(request.path.parent.name), request.path.stem)


@pytest.fixture
def case(request):
    return case_of(request.path)


@pytest.fixture
def judge(exercise, case):
    """Judges an answer as the lesson's cell does."""
    return lambda answer: exercise.verdict(answer, **case.keywords())


@pytest.fixture
def short_limit(monkeypatch):
    """For answers that may be judged in time or not: both are an answer."""
    monkeypatch.setattr(module, "SECONDS", 1.0)
    monkeypatch.setattr(module, "TRAINING_SECONDS", 1.0)


@pytest.fixture
def shortest_limit(monkeypatch):
    """For code that never ends: it is waited for in vain."""
    monkeypatch.setattr(module, "SECONDS", 0.3)
    monkeypatch.setattr(module, "TRAINING_SECONDS", 0.3)
