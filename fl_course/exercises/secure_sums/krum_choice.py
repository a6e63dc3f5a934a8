"""Krum: the update that has its nearest neighbours nearest."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import formulas, given, memory, shown
from fl_course.localization import say

Score = Callable[[np.ndarray, int, int], float]  # distances from one row, its place, attackers


def _case(seed: int, clients: int, width: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(clients, width)).round(2) + 0.0  # no -0


def _with_equal(seed: int, clients: int, equal: int) -> np.ndarray:
    """Updates of which the last ones are equal, near to the middle of the others.

    They are whole numbers, of which all scores are exact, so that equal ones are equal.
    """
    updates = (8 * _case(seed, clients, 2)).round() + 0.0  # no -0
    updates[-equal:] = updates[:-equal].mean(axis=0).round() + 2
    return updates


_CASES = (
    (_case(0, 7, 2), 2),
    (_case(3, 6, 3), 1),
    (_case(5, 8, 2), 0),
    (_case(8, 9, 4), 3),
    (_case(12, 5, 2), 1),
    (_case(21, 10, 3), 4),
    (_case(398, 7, 2), 2),
    (np.array([[9.0], [1.0], [1.0], [1.0], [1.0]]), 1),  # four are equally good
    (np.array([[0.0], [0.1], [5.0], [5.2], [5.4], [5.7]]), 2),
    (np.array([[0.0], [0.0], [4.0], [5.0], [20.0], [36.0]]), 2),  # two that are equal win
    (_with_equal(4, 14, 4), 4),
    (_case(31, 6, 5), 1),
    (_case(39, 6, 7), 2),
    (1e-4 * _case(8, 9, 4), 3),
    (1e5 * _case(3, 6, 3), 1),
    (1e-4 * _case(5, 8, 2), 0),
)
_EXTREME = range(len(_CASES) - 3, len(_CASES))  # those with very small and very large numbers
# For what is kept under a part of the arguments: a case with one of them changed.
_CHANGED = ((_CASES[5][0][::-1], 4), (_CASES[5][0], 1))


def _others(distances: np.ndarray, place: int) -> np.ndarray:
    """The distances to the other rows, in order."""
    return np.sort(np.delete(distances, place))


def _nearest(count: Callable[[int, int], int]) -> Score:
    """The sum over so many of the nearest others, of `count(clients, attackers)`."""
    return lambda distances, place, f: float(
        _others(distances, place)[: count(len(distances), f)].sum()
    )


_RIGHT_SCORE = _nearest(lambda n, f: n - f - 2)


def _without_equal(distances: np.ndarray, place: int, f: int) -> float:
    """The score of one who knows a row itself by its distance of 0."""
    return float(np.sort(distances[distances > 0])[: len(distances) - f - 2].sum())


def _of_distinct(distances: np.ndarray, place: int, f: int) -> float:
    """The score over distances that are different from each other."""
    return float(np.unique(distances)[1 : len(distances) - f - 1].sum())


def _choice(
    score: Score, updates: np.ndarray, f: int, *, power: int = 2, last: bool = False
) -> int:
    differences = np.abs(updates[:, np.newaxis] - updates)
    distances = (differences**power).sum(axis=-1)
    return _lowest([score(row, place, f) for place, row in enumerate(distances)], last=last)


def _lowest(scores: list[float], *, last: bool = False) -> int:
    """Which is lowest; of those that are equal but for rounding, the first or the last."""
    least = min(scores)
    near = np.flatnonzero(np.asarray(scores) <= least + 1e-9 * abs(least))
    return int(near[-1 if last else 0])


def _by_columns(updates: np.ndarray, f: int) -> int:
    """With the number of columns where that of clients belongs."""
    distances = np.sort(((updates[:, np.newaxis] - updates) ** 2).sum(axis=-1), axis=1)
    return _lowest(list(distances[:, 1 : updates.shape[1] - f - 1].sum(axis=1)))


def _unsquared(updates: np.ndarray, f: int) -> int:
    distances = np.linalg.norm(updates[:, np.newaxis] - updates, axis=-1)
    return _lowest([_RIGHT_SCORE(row, place, f) for place, row in enumerate(distances)])


def _right(updates: np.ndarray, f: int) -> int:
    return _choice(_RIGHT_SCORE, updates, f)


_KNOWN: dict[str, list[Callable[[np.ndarray, int], int]]] = {
    "itself_counted": [
        functools.partial(_choice, _nearest(lambda n, f: max(n - f - 3, 0))),
    ],
    "other_number": [
        functools.partial(_choice, _nearest(lambda n, f: n - f - 1)),
        functools.partial(_choice, _nearest(lambda n, f: n - f)),
        functools.partial(_choice, _nearest(lambda n, f: n - 2)),
        functools.partial(_choice, _nearest(lambda n, f: max(f, 1))),
        functools.partial(_choice, _nearest(lambda n, f: f + 1)),
        functools.partial(_choice, _nearest(lambda n, f: n - 2 * f)),
        functools.partial(_choice, _nearest(lambda n, f: n - 2 * f - 2)),
    ],
    "columns_counted": [_by_columns],
    "all_others": [functools.partial(_choice, _nearest(lambda n, f: n))],
    "one_other": [functools.partial(_choice, _nearest(lambda n, f: 1))],
    "not_squared": [_unsquared],
    "absolute": [functools.partial(_choice, _RIGHT_SCORE, power=1)],
    "equal_left_out": [
        functools.partial(_choice, _without_equal),
        functools.partial(_choice, _of_distinct),
    ],
    "furthest": [
        lambda updates, f: _furthest(updates, lambda n: n - f - 2),
        lambda updates, f: _furthest(updates, lambda n: n),
    ],
    "last_of_equal": [functools.partial(_choice, _RIGHT_SCORE, last=True)],
    "nearest_to_median": [
        lambda updates, f: _lowest(
            list(np.linalg.norm(updates - np.median(updates, axis=0), axis=1))
        ),
    ],
}


def _furthest(updates: np.ndarray, count: Callable[[int], int]) -> int:
    """The place of the highest score."""
    distances = ((updates[:, np.newaxis] - updates) ** 2).sum(axis=-1)
    scores = [
        -float(_others(row, place)[: count(len(updates))].sum())
        for place, row in enumerate(distances)
    ]
    return _lowest(scores)


def _judge(answer: Any) -> Found:
    if problem := memory.problem_of_calls(answer, *_CASES, *_CHANGED):
        return problem
    found, changed = [], False
    for updates, f in _CASES:
        handed_in = updates.copy()
        seen = run(answer, handed_in, f)
        changed = changed or not np.array_equal(handed_in, updates)
        if mistake := _form(seen, updates):
            return mistake
        found.append(int(np.asarray(seen).reshape(())))
    wanted = [_right(*case) for case in _CASES]
    if found == wanted:
        return Mistake("changed_given", name="`updates`") if changed else None
    if found == [place + 1 for place in wanted]:
        return "from_one"
    if name := formulas.explained(found, _CASES, _KNOWN, lambda one, other: one == other):
        return name
    wrong = [k for k in range(len(_CASES)) if found[k] != wanted[k]]
    number = min(wrong, key=lambda k: _CASES[k][0].size)
    updates, f = _CASES[number]
    case = say(
        "the updates {updates} and `num_attackers = {f}`",
        updates=", ".join(f"({', '.join(f'{x:g}' for x in row)})" for row in updates),
        f=f,
    )
    if set(wrong) <= {*_EXTREME}:
        return Mistake("few_digits", case=case, got=found[number], wanted=wanted[number])
    return shown.wrong_value(case, float(found[number]), float(wanted[number]))


def _form(seen: Any, updates: np.ndarray) -> Found:
    """What is wrong with the form of a result that should be a place."""
    try:
        array = np.asarray(seen)
    except (TypeError, ValueError):
        return Mistake("not_a_place", type=type(seen).__name__)
    is_row = array.dtype.kind in "iuf" and array.size > 1 and array.shape == updates.shape[1:]
    if is_row and any(np.allclose(array, row, rtol=1e-4, atol=1e-5) for row in updates):
        return "the_update"
    if array.dtype.kind in "iuf" and array.shape == (len(updates),):
        return "all_of_them"
    if array.size != 1 or array.dtype.kind not in "iuf" or isinstance(seen, bool):
        return Mistake("not_a_place", type=type(seen).__name__)
    value = float(array.reshape(()))
    if not value.is_integer():
        return "the_score"
    return None


def _reference() -> Any:
    def krum_choice(updates: Any, num_attackers: int) -> int:
        updates = np.asarray(updates, float)
        distances = ((updates[:, np.newaxis] - updates) ** 2).sum(axis=-1)
        # The nearest of all is the update itself, at a distance of 0.
        nearest = np.sort(distances, axis=1)[:, 1 : len(updates) - num_attackers - 1]
        return _lowest(nearest.sum(axis=1).tolist())

    return krum_choice


EXERCISE = Exercise(
    id="krum_choice",
    expects="a function of an array [clients, d] and the number of attackers, that gives the place "
    "of the update with the lowest score, a whole number from 0",
    judge=_judge,
    reference=_reference,
    hints=(
        "Begin with a table of the squared distances between all pairs: `updates[:, np.newaxis] - "
        "updates` has the shape [clients, clients, d].",
        "Sort each row of the table. Its first number is 0, the distance of the update to itself; "
        "the next n - f - 2 ones count.",
        "The score is the sum of these. `np.argmin` gives the place of the lowest, and of equal "
        "ones the first.",
    ),
    mistakes=given.OF_GIVEN
    | memory.OF_MEMORY
    | shown.OF_CASES
    | {
        "not_a_place": "Your function gives a value of type `{type}`. Wanted is one whole number, "
        "the place of an update.",
        "the_update": "This is the chosen update. Wanted is its place among the rows.",
        "the_score": "This looks like a score. Wanted is the place of the update that has the "
        "lowest.",
        "all_of_them": "These are as many numbers as there are clients, such as all scores, or all "
        "places in order. Wanted is one place.",
        "from_one": "The places are counted from 1. As everywhere in Python, they begin at 0.",
        "itself_counted": "One neighbour is missing in the score: the distance of an update to "
        "itself, which is 0, has taken a place among the n - f - 2.",
        "other_number": "The score is a sum over another number of neighbours than n - f - 2, "
        "where n is the number of clients and f that of attackers.",
        "few_digits": "Right for numbers near to 1, and not for very small or large ones. For "
        "{case} your answer gives {got}; wanted is {wanted}. Is something rounded, compared with a "
        "fixed number, or kept in a type with few digits?",
        "columns_counted": "The number of neighbours is made of the number of columns. In "
        "n - f - 2, n is the number of clients, of which there is one in each row.",
        "all_others": "This is the choice of a score over all others, the attackers too, which is "
        "also the update nearest to the mean. One attacker that is far away pulls it along.",
        "one_other": "The score has the nearest neighbour alone. Two attackers that send the same "
        "would win at once.",
        "not_squared": "The distances are Euclidean, and they are added up as they are. Krum adds "
        "up their squares, so that one far neighbour weighs more than two at half the distance.",
        "absolute": "The distances are sums of absolute differences. Krum's are Euclidean, and "
        "squared: sums of squared differences.",
        "equal_left_out": "Rows that are equal to the one that is scored are not counted among its "
        "neighbours. Another row that is equal is not the row itself: it is a neighbour at a "
        "distance of 0. Only one 0 in each row of distances is the row's own.",
        "furthest": "The update with the highest score is chosen. The lowest is that of an update "
        "that is near to many others.",
        "last_of_equal": "Where several scores are equal, the last one is taken. The task wants "
        "the first.",
        "nearest_to_median": "Chosen is the update nearest to the median of all. Krum looks at the "
        "distances between the updates only.",
    },
    right="One update, as it is. All others, the honest ones too, are lost.",
)
