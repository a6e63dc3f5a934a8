"""The correlation within groups, from the groups' sums."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import arrays, forms, formulas, given, memory, shown
from fl_course.localization import say

_GROUPS = (
    # Each rises, and all together fall.
    (
        ([0.0, 1.0, 2.0, 4.0], [10.0, 11.5, 11.0, 13.0]),
        ([10.0, 11.0, 14.0], [0.0, 3.0, 2.5]),
    ),
    (
        ([-2.0, 0.0, 1.0, 5.0, 6.0, -3.0], [-1.0, 1.0, -0.5, -2.0, 0.5, 0.0]),
        ([3.0, 3.5], [26.0, 20.0]),
    ),
    (
        ([1.0, 2.0, 4.0], [5.0, 2.0, 1.0]),
        ([], []),
        ([7.0, 8.0, 8.5, 11.0], [6.0, 4.5, 5.0, 1.0]),
    ),
    (([1.0, 3.0, 4.0, 9.0], [-2.0, 1.0, 0.0, 2.0]),),
    (
        ([0.0, 2.0], [1.0, 0.0]),
        ([3.0, 4.0, 6.0], [2.0, 4.0, 3.0]),
        ([-1.0, -2.0, 1.0], [9.0, 8.0, 8.5]),
        ([5.0, 9.0, 7.0, 8.0], [-3.0, 2.0, 0.0, 1.0]),
        ([2.0, 3.0], [6.0, 2.0]),
    ),
)
# Of which float32 has lost the spread.
_GRAMS = (
    ([4201.5, 4203.25, 4202.0], [4399.0, 4402.5, 4400.0]),
    ([5301.0, 5302.5], [4807.5, 4806.0]),
)


def _many() -> np.ndarray:
    """Groups of up to hundreds of examples, more than can be written down."""
    rng = np.random.default_rng(11)
    groups = []
    for n in rng.choice([*range(2, 12), 40, 129, 300, 301], 25):
        x = rng.integers(-20, 60, n) / 2
        x[:2] = 0.5, 3.0
        groups.append((x, rng.integers(0, 30) - x / 2 + rng.integers(-12, 13, n) / 2))
    return _sums(groups)


def _sums(groups: Sequence[tuple[Sequence[float], Sequence[float]]]) -> np.ndarray:
    """For each group n, x, y, xx, yy and xy, [groups, 6]."""
    rows = []
    for x, y in groups:
        a, b = np.array(x, float), np.array(y, float)
        rows.append([len(x), a.sum(), b.sum(), (a * a).sum(), (b * b).sum(), (a * b).sum()])
    return np.array(rows, float)


def _centred(sums: np.ndarray) -> np.ndarray:
    """For each group the sums of squared deviations xx and yy, and of products xy, [groups, 3]."""
    n, x, y, xx, yy, xy = sums[sums[:, 0] > 0].T
    return np.stack([xx - x * x / n, yy - y * y / n, xy - x * y / n], axis=1)


def _of(xx: float, yy: float, xy: float) -> float:
    return float(xy / np.sqrt(xx * yy))


def _within(sums: np.ndarray) -> float:
    return _of(*_centred(sums).sum(axis=0))


def _pooled(sums: np.ndarray) -> float:
    return _of(*_centred(sums.sum(axis=0, keepdims=True))[0])


def _each(sums: np.ndarray) -> list[float]:
    return [_of(*row) for row in _centred(sums)]


def _covariances(sums: np.ndarray, less: float) -> list[float]:
    """Of variances and covariances in place of sums of deviations."""
    n = sums[sums[:, 0] > 0][:, :1]
    return [_of(*(_centred(sums) / (n - less)).sum(axis=0))]


def _root_of_each(sums: np.ndarray) -> list[float]:
    xx, yy, xy = _centred(sums).T
    return [xy.sum() / np.sqrt(xx * yy).sum()]


def _products_first(sums: np.ndarray) -> list[float]:
    xx, yy, xy = _centred(sums).T
    return [xy.sum() / np.sqrt((xx * yy).sum())]


def _weighted(sums: np.ndarray, less: float) -> list[float]:
    weights = sums[sums[:, 0] > 0][:, 0] - less
    return [np.average(_each(sums), weights=weights)]


def _divided_by(sums: np.ndarray, size: Callable[[np.ndarray], Any]) -> list[float]:
    """What is taken off is divided by something else than a group's size."""
    n, x, y, xx, yy, xy = sums[sums[:, 0] > 0].T
    parts = [xx - x * x / size(n), yy - y * y / size(n), xy - x * y / size(n)]
    return [_of(*np.sum(parts, axis=1))]


def _other_products(sums: np.ndarray, chosen: tuple[int, int, int]) -> list[float]:
    """What is taken off is made of other sums: of x and x, of y and y or of x and y."""
    n, x, y, *squares = sums[sums[:, 0] > 0].T
    products = (x * x, y * y, x * y)
    parts = [of - products[k] / n for of, k in zip(squares, chosen, strict=True)]
    return [_of(*np.sum(parts, axis=1))]


def _columns_mixed(found: list[list[float]], probes: list[np.ndarray], right: list[bool]) -> bool:
    """Whether the columns behind the first were taken for each other.

    That gives the root of a negative number now and then; one that is wrong has to tell, too.
    """
    if not (np.isfinite(found).ravel() & ~np.array(right)).any():
        return False
    orders = list(itertools.permutations(range(1, 6)))
    known = {"mixed": [lambda sums, order=o: [_within(sums[:, [0, *order]])] for o in orders]}
    return formulas.explained(found, [(sums,) for sums in probes], known, arrays.alike) is not None


_KNOWN = {
    "root_of_each": [_root_of_each],
    "pooled": [lambda sums: [_pooled(sums)]],
    "mean_of_correlations": [
        lambda sums: [np.mean(_each(sums))],
        lambda sums: [np.sum(_each(sums)) / len(sums)],
    ],
    "weighted_mean": [lambda sums: _weighted(sums, 0.0), lambda sums: _weighted(sums, 1.0)],
    "products_first": [_products_first],
    "not_centred": [lambda sums: [_of(*sums.sum(axis=0)[3:])]],
    "covariances": [
        lambda sums: _covariances(sums, 0.0),
        lambda sums: _covariances(sums, 1.0),
    ],
    "no_root": [
        lambda sums: [
            _centred(sums).sum(axis=0)[2]
            / (_centred(sums).sum(axis=0)[0] * _centred(sums).sum(axis=0)[1])
        ]
    ],
    "squared": [lambda sums: [_within(sums) ** 2]],
    "other_sign": [lambda sums: [-_within(sums)]],
}
# Of these, some cases are roots of negative numbers.
_KNOWN_BY_WHAT_IS_FINITE = {
    "other_divisor": [
        lambda sums: _divided_by(sums, lambda n: 1.0),
        lambda sums: _divided_by(sums, lambda n: n - 1),
        lambda sums: _divided_by(sums, lambda n: n**2),
        lambda sums: _divided_by(sums, lambda n: n.sum()),
    ],
    "other_products": [
        lambda sums, chosen=chosen: _other_products(sums, chosen)
        for chosen in itertools.product(range(3), repeat=3)
        if chosen != (0, 1, 2)
    ],
}


def _judge(answer: Any) -> Found:
    # Of one size, so that what is kept under a size shows.
    if found := memory.problem(answer, _case(_sums(_GROUPS[0])), _case(_sums(_GROUPS[1]))):
        return found
    probes = [*map(_sums, _GROUPS), _many(), _sums(_GRAMS)]
    found, changed = [], False
    for sums in probes:
        handed_in = sums.copy()
        with np.errstate(all="ignore"):
            result = run(answer, handed_in)
        one = arrays.array(result)
        number = forms.number(one) if one is not None and one.ndim == 0 else None
        if number is None:
            return Mistake("no_number", seen=arrays.told(result))
        found.append([number])
        changed = changed or not given.is_as_before(handed_in, sums)
    wanted = [[_within(sums)] for sums in probes]
    right = [arrays.alike(one, other) for one, other in zip(found, wanted, strict=True)]
    if all(right):
        return Mistake("changed_given", name="`sums`") if changed else None
    empty = [(sums[:, 0] == 0).any() for sums in probes]
    if all(fits or gap for fits, gap in zip(right, empty, strict=True)):
        return "empty_group"
    if name := formulas.explained(found, [(sums,) for sums in probes], _KNOWN, arrays.alike):
        return name
    if arrays.are_right_in_float32(found[:-1], wanted[:-1]) or arrays.is_rounded(found, wanted):
        return "few_digits"
    if _columns_mixed(found, probes, right):
        return "columns_mixed"
    finite_and_wrong = np.isfinite(found).ravel() & ~np.array(right)
    if finite_and_wrong.any() and (
        name := formulas.explained(
            found, [(sums,) for sums in probes], _KNOWN_BY_WHAT_IS_FINITE, arrays.alike
        )
    ):
        return name
    probe = _to_show(found, wanted, empty)
    case = (
        say("`sums={sums}`", sums=arrays.written(probes[probe]))
        if probe < len(_GROUPS)
        else say("the sums of {groups} groups", groups=len(probes[probe]))
    )
    (got,), (number,) = found[probe], wanted[probe]
    if not np.isfinite(got):
        return shown.wrong_value(case, f"{got:g}", f"{number:.2f}")
    return shown.wrong_value(case, got, number)


def _to_show(found: list[list[float]], wanted: list[list[float]], empty: list[bool]) -> int:
    """Of what is wrong, the furthest off: if it can be without an empty group, and a number."""

    def rank(probe: int) -> tuple[float, ...]:
        (got,), (number,) = found[probe], wanted[probe]
        is_wrong = not arrays.alike([got], [number])
        off = abs(got - number) if np.isfinite(got) else 0.0
        return is_wrong, probe < len(_GROUPS), bool(np.isfinite(got)), not empty[probe], off

    return max(range(len(found)), key=rank)


def _case(sums: np.ndarray) -> memory.Case:
    def call(function: Any) -> Any:
        with np.errstate(all="ignore"):
            return run(function, sums.copy())

    return call


def _reference() -> Any:
    def correlation_within(sums: Any) -> Any:
        return _within(np.asarray(sums, float))

    return correlation_within


EXERCISE = Exercise(
    id="correlation_within",
    expects="a function of `sums`, float64 [groups, 6], that gives one number from -1 to 1, the "
    "correlation within the groups",
    judge=_judge,
    reference=_reference,
    hints=(
        "First for one group: the sum of its squared deviations in x is `xx - x**2 / n`. That in y "
        "looks the same, and the sum of the products of deviations is `xy - x * y / n`.",
        "Add each of the three over the groups. Only then divide: the products by the root of the "
        "other two multiplied.",
        "`n, x, y, xx, yy, xy = sums.T` gives six arrays, with a number for each group. Leave out "
        "the groups with an `n` of 0 before: `sums[sums[:, 0] > 0]`.",
    ),
    mistakes=shown.OF_CASES
    | given.OF_GIVEN
    | memory.OF_MEMORY
    | {
        "few_digits": "Apart from lost digits the numbers are right: float32 keeps seven, and "
        "rounding leaves fewer. For values in the thousands that spread little, those that matter "
        "are among the lost. Stay with float64, and round only what you print.",
        "products_first": "In the denominator, each group's two sums of squared deviations are "
        "multiplied before they are added. In the formula, two sums over the groups are "
        "multiplied.",
        "other_divisor": "What is taken off the sums has the wrong size: the product of two sums "
        "of a group is not divided by the number of its examples.",
        "other_products": "What is taken off a sum is made of the wrong two, such as x and y for "
        "the squares of y. Compare each of the three with its formula.",
        "root_of_each": "The denominator is a sum of roots, one for each group. Add the sums of "
        "squared deviations over the groups first, in x and in y; then there is a single root.",
        "columns_mixed": "Columns were taken for each other. They stand in the order of the task: "
        "n, x, y, xx, yy, xy.",
        "no_number": "Your function gives {seen}; wanted is one number.",
        "pooled": "This is the correlation of all groups as one: the sums were added before the "
        "means were taken off. Take each group's own means off first, and add then.",
        "mean_of_correlations": "This is the plain mean of the groups' correlations, in which a "
        "group of two counts as much as one of a hundred. Add numerators and denominators first.",
        "weighted_mean": "This is the mean of the groups' correlations, weighted by size or by one "
        "less. It is close, and not the same: add the sums of deviations over the groups, and "
        "divide once.",
        "not_centred": "No means were taken off: what you have depends on where zero is.",
        "covariances": "Variances and covariances were added, each divided by its group's size. "
        "Then a group of two counts as much as one of a hundred. Add the sums themselves.",
        "no_root": "The products are divided by the product of both sums of squares. The result "
        "has a unit; a correlation has none. A root is missing.",
        "squared": "This is the correlation squared. It has lost its sign.",
        "other_sign": "The sign is wrong. Which product is subtracted from which?",
        "empty_group": "All is right while every group has examples. A group with a count of 0 "
        "has nothing to say, and must not spoil the sum: leave it out.",
    },
    right="The server needs nothing but sums over the silos, and the sign is the right one.",
)
