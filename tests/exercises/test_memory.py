"""That a function that keeps something between calls is told from one that does not."""

import numpy as np
import pytest

from fl_course.exercises.judging import memory
from tests.exercises import keeping


def asked(answer):
    found = memory.problem(answer, lambda function: function(3), lambda function: function(8))
    return found and (found.name, found.values["first"], found.values["second"])


def of_first():
    kept = []

    def double(number):
        kept.append(number)
        return 2 * kept[0]

    return double


def total():
    kept = [0]

    def add(number):
        kept[0] += number
        return kept[0]

    return add


class Counting:
    calls = 0

    def __call__(self, number):
        self.calls += 1
        return {"sum": np.array([number, self.calls])}


def once():
    left = [1]

    def give(number):
        return number + left.pop()

    return give


def cached():
    kept = {}
    return lambda number: kept.setdefault(number, [number, str(number)])


def raising(number):
    raise LookupError(number)


@pytest.mark.parametrize(
    ("make", "seen"),
    [
        (of_first, ("16", "6")),
        (total, ("3", "14")),
        (Counting, ("1 at `result['sum'][1]`", "3 at `result['sum'][1]`")),
        (once, ("a result", "an error of type `IndexError`")),
    ],
)
def test_what_is_kept_is_told(make, seen):
    assert asked(make()) == ("remembers", *seen)


@pytest.mark.parametrize("function", [cached(), raising, lambda number: 2 * number])
def test_what_depends_on_arguments_alone_is_not(function):
    assert asked(function) is None


def test_a_judge_may_call_the_function_first():
    answer = of_first()
    uncalled = memory.uncalled_twin(answer)
    answer(5)
    found = memory.problem(answer, lambda one: one(3), lambda one: one(8), uncalled=uncalled)
    assert found.values == {"first": "16", "second": "10"}


@pytest.mark.parametrize(
    ("one", "other", "seen"),
    [
        (1.0, 1.0 + 1e-7, None),
        (float("nan"), float("nan"), None),
        (object(), object(), None),
        ([1, "a"], (1, "a"), None),
        ([1, "a"], [1, "b"], ("`a` at `result[1]`", "`b` at `result[1]`")),
        ([1], [1, 2], ("a length of 1", "a length of 2")),
        (np.zeros(2), np.zeros(3), ("shape `[2]`", "shape `[3]`")),
        (np.zeros((2, 2)), np.eye(2), ("0 at `result[0, 0]`", "1 at `result[0, 0]`")),
    ],
)
def test_a_difference_is_named_by_its_place(one, other, seen):
    assert memory.difference(one, other) == seen


def test_calls_get_copies_of_the_arguments():
    given = ({"a": 1}, {"b": 2, "c": 3})

    def emptied(names):
        count = len(names)
        names.clear()
        return count

    assert memory.problem_of_calls(emptied, given[:1], given[1:]) is None
    assert given == ({"a": 1}, {"b": 2, "c": 3})

    def counted(names, seen=[]):  # noqa: B006
        seen.extend(names)
        return len(seen)

    assert memory.problem_of_calls(counted, given[:1], given[1:]).name == "remembers"


@pytest.mark.parametrize("place", range(3))
def test_what_is_kept_without_an_argument_is_found_by_changing_it(place):
    def total(a, b, c):
        return a + 10 * b + 100 * c

    answer = keeping.without(total, place)
    calls = memory.one_by_one((1, 2, 3), (4, 5, 6))
    assert memory.problem_of_calls(total, *calls) is None
    assert memory.problem_of_calls(answer, *calls).name == "remembers"


def test_whole_numbers_are_compared_to_the_last_digit():
    large = 12345678901234567
    for make in (int, np.int64, np.uint64, lambda number: np.array(number, object)):
        seen = memory.difference(make(large), make(large + 1))
        assert seen == (str(large), str(large + 1))
        assert memory.difference(make(large), make(large)) is None
    assert memory.difference(np.uint64(7), 7) is None
