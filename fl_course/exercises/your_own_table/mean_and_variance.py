"""Mean and variance out of sums over all silos."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import arrays, formulas, given, memory, shown
from fl_course.localization import joined, say

_COLUMNS = (
    ([1.0, 3.0], [2.0, 2.0, 5.0, 7.0], [-1.0, -4.0, 2.0]),
    ([-2.0, 2.0, -1.0, 1.5, 0.0],),
    ([4.0, 4.0, 4.0], [0.0, 10.0]),
    ([1.0, 2.0, 2.0], [0.5, -1.0, 7.0, 1.0, 3.0, -2.0, 6.5]),
)
_GRAMS = ([4201.1234, 4203.5678, 4202.4321],)  # of which float32 has lost the spread
_NAMES = ("count", "total", "squares")


def _sums(columns: tuple[list[float], ...]) -> arrays.Arrays:
    """Count, sum and sum of squares of each column."""
    count = [float(len(column)) for column in columns]
    squares = [sum(value**2 for value in column) for column in columns]
    return [np.array(count), np.array([sum(column) for column in columns]), np.array(squares)]


def _large() -> list[arrays.Arrays]:
    """Sums of many values, more than a byte can count, in one column and in several."""
    rng = np.random.default_rng(3)
    counts = ([40], [300, 1000], [2, 129, 5001, 7, 33, 101, 258])
    return [
        _sums(tuple((rng.integers(-20, 60, n) / 2).tolist() for n in of_columns))
        for of_columns in counts
    ]


def _right(count: np.ndarray, total: np.ndarray, squares: np.ndarray) -> arrays.Arrays:
    mean = total / count
    return [mean, (squares - count * mean**2) / (count - 1)]


def _biased(count: np.ndarray, total: np.ndarray, squares: np.ndarray) -> np.ndarray:
    return squares / count - (total / count) ** 2


_KNOWN = {
    "biased": [lambda n, total, squares: [total / n, _biased(n, total, squares)]],
    "not_centred": [
        lambda n, total, squares: [total / n, squares / n],
        lambda n, total, squares: [total / n, squares / (n - 1)],
    ],
    "deviation": [
        lambda n, total, squares: [total / n, np.sqrt(_right(n, total, squares)[1])],
        lambda n, total, squares: [total / n, np.sqrt(_biased(n, total, squares))],
    ],
    "other_order": [lambda *sums: _right(*sums)[::-1]],
    "mean_by_one_less": [
        lambda n, total, squares: [total / (n - 1), _right(n, total, squares)[1]],
        lambda n, t, s: [t / (n - 1), (s - n * (t / (n - 1)) ** 2) / (n - 1)],
    ],
    "mean_square_once": [
        lambda n, total, squares: [total / n, (squares - (total / n) ** 2) / (n - 1)],
        lambda n, total, squares: [total / n, (squares - total / n) / (n - 1)],
        lambda n, total, squares: [total / n, (squares - total**2) / (n - 1)],
        lambda n, total, squares: [total / n, (squares - n * total / n) / (n - 1)],
        lambda n, total, squares: [total / n, squares / (n - 1) - (total / n) ** 2],
    ],
    "upside_down": [lambda *sums: [_right(*sums)[0], -_right(*sums)[1]]],
}


def _judge(answer: Any) -> Found:
    # Of one size, so that what is kept under a size shows.
    one = _sums(([1.0, 4.0], [2.0, 6.0]))
    other = [np.array(part) for part in ([3.0, 3.0], [4.0, 7.0], [20.0, 45.0])]
    if found := memory.problem_of_calls(answer, *memory.one_by_one(one, other), other):
        return found
    probes = [*map(_sums, _COLUMNS), *_large(), _sums(_GRAMS)]
    found, changed = [], []
    for sums in probes:
        handed_in = [part.copy() for part in sums]
        result = run(answer, *handed_in)
        parts = arrays.several(result, 2)
        if parts is None:
            return Mistake("not_two", seen=arrays.told(result))
        for part in parts:
            if part.shape != sums[0].shape:
                return Mistake("other_shape", seen=list(part.shape), wanted=list(sums[0].shape))
        found.append(parts)
        changed += [
            name
            for name, *parts in zip(_NAMES, handed_in, sums, strict=True)
            if not np.array_equal(*parts)
        ]
    wanted = [_right(*sums) for sums in probes]
    if all(map(arrays.alike, found, wanted)):
        names = [f"`{name}`" for name in _NAMES if name in changed]
        return Mistake("changed_given", name=joined(names)) if names else None
    if name := formulas.explained(found, [tuple(sums) for sums in probes], _KNOWN, arrays.alike):
        return name
    if arrays.are_right_in_float32(found[:-1], wanted[:-1]) or arrays.is_rounded(found, wanted):
        return "few_digits"
    # The variance is made of the mean: where both are wrong, the mean tells more.
    for part in range(2):
        ones, others = ([[parts[part]] for parts in all_] for all_ in (found, wanted))
        if not all(map(arrays.alike, ones, others)):
            break
    probe, _ = arrays.furthest(ones, others, short=len(_COLUMNS))
    texts = dict(zip(_NAMES, map(arrays.written, probes[probe]), strict=True))
    case = say("`count={count}`, `total={total}` and `squares={squares}`", **texts)
    name = ("mean", "variance")[part]
    return arrays.wrong_number(case, name, found[probe][part], wanted[probe][part])


def _reference() -> Any:
    def mean_and_variance(count: Any, total: Any, squares: Any) -> Any:
        mean = total / count
        return mean, (squares - count * mean**2) / (count - 1)

    return mean_and_variance


EXERCISE = Exercise(
    id="mean_and_variance",
    expects="a function of `count`, `total` and `squares`, float64 [columns] each, that gives the "
    "mean and the unbiased variance, float64 [columns] each",
    judge=_judge,
    reference=_reference,
    hints=(
        "The mean needs two of the three. NumPy divides arrays number by number.",
        "The sum of the squared deviations from the mean is the sum of squares, minus `count` "
        "times the mean squared.",
        "Unbiased means: the sum of squared deviations is divided by one less than the count.",
    ),
    mistakes=shown.OF_CASES
    | given.OF_GIVEN
    | memory.OF_MEMORY
    | {
        "few_digits": "Apart from lost digits the numbers are right: float32 keeps seven, and "
        "rounding leaves fewer. For grams that spread little, those that matter are among the "
        "lost. Stay with float64, and round only what you print.",
        "not_two": "Your function gives {seen}. Wanted are two arrays: mean and variance.",
        "other_shape": "A part of your result has the shape {seen}, and `count` has {wanted}. "
        "Each column has a mean and a variance of its own.",
        "biased": "This is the variance that divides by the count. pandas and the task divide by "
        "one less, since the mean was taken from the same values.",
        "not_centred": "The variance is the mean of the squares: it grows with the distance from "
        "zero, not with the spread. What has to be taken off?",
        "deviation": "The second part is a standard deviation. The variance is its square.",
        "other_order": "Both are right, in another order than the task's.",
        "mean_by_one_less": "The mean is divided by one less than the count. That is for the "
        "variance only.",
        "mean_square_once": "What is taken off the squares has the wrong size. The mean is taken "
        "off each of the values: how often does its square occur in all?",
        "upside_down": "Your variances are negative. Which of the two is subtracted from which?",
    },
    right="Three silos have added, and none has seen a row of another.",
)
