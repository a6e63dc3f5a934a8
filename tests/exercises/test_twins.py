"""A twin of a function begins with what the function had, and lives in another process."""

import random

from fl_course.exercises.judging import twins

NAMES = [f"writer_{number:02}" for number in range(40)]
USED = []


def helper(name):
    USED.append(name)
    return len(USED)


def counting(name):
    return helper(name)


def test_a_twin_keeps_what_it_uses_to_itself():
    USED.clear()
    twin = twins.twin(counting)
    assert [counting("a"), counting("b"), twin("c")] == [1, 2, 1]
    assert USED == ["a", "b"]


def test_two_names_of_one_generator_are_one_in_the_twin():
    rng = random.Random(1)
    same = rng

    def draw():
        return rng.random(), same.random()

    twin = twins.twin(draw)
    assert twin() == draw()


def in_a_set():
    return list(set(NAMES) - {"writer_00"})


def by_hash():
    return [hash(name) for name in NAMES]


def sorted_set():
    return sorted(set(NAMES)), hash(7), len({*NAMES} & frozenset(NAMES))


def test_hashes_of_texts_and_orders_of_sets_are_others():
    assert twins.twin(in_a_set)() != in_a_set()
    assert sorted(twins.twin(in_a_set)()) == sorted(in_a_set())
    assert twins.twin(by_hash)() != by_hash()
    assert twins.twin(sorted_set)() == sorted_set()


def test_what_is_no_function_is_given_back_or_copied():
    assert twins.twin(3) == 3
    assert twins.twin(len) is len
