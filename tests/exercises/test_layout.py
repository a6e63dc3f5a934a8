"""That every exercise is tested, by the tests in `every_exercise.py`."""

import inspect
import pathlib

import pytest

from fl_course import exercises
from tests.exercises import every_exercise
from tests.exercises.cases import KINDS
from tests.exercises.conftest import NO_ANSWERS, Answers, case_of

HERE = pathlib.Path(__file__).parent
ALL = [
    (slug, exercise.id) for slug in exercises.lesson_slugs() for exercise in exercises.lesson(slug)
]


def test_every_exercise_has_answers_and_the_other_way_round():
    files = [path for path in HERE.glob("*/*.py") if path.stem not in NO_ANSWERS]
    assert {(path.parent.name, path.stem) for path in files} == set(ALL)


def test_ids_are_unique_over_the_course():
    assert len({name for _, name in ALL}) == len(ALL)


def test_there_are_enough_exercises_in_every_lesson():
    assert len(ALL) >= 24
    assert all(len(tuple(exercises.lesson(slug))) >= 3 for slug in exercises.lesson_slugs())


@pytest.mark.parametrize(("slug", "name"), ALL, ids=[name for _, name in ALL])
def test_each_file_of_answers_is_collected_with_all_tests(request, slug, name):
    path = HERE / slug / f"{name}.py"
    hook = request.session.gethookproxy(request.path).pytest_collect_file
    (file,) = [x for x in hook(file_path=path, parent=request.node.parent) if type(x) is Answers]
    case = case_of(path)
    wanted = {
        test
        for test, function in inspect.getmembers(every_exercise, inspect.isfunction)
        if test.startswith("test_")
        and all(getattr(case, x) for x in KINDS if x in inspect.signature(function).parameters)
    }
    assert {item.originalname for item in file.collect()} == wanted
    assert len(wanted) >= 9
