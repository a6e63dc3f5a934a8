"""The trimmed mean: without the largest and the smallest values of each column."""

import functools
import warnings
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, Raised, run
from fl_course.exercises.judging import arrays, formulas, given, memory, shown
from fl_course.localization import say

_RNG = np.random.default_rng(4)


def _drawn(clients: int, width: int) -> np.ndarray:
    return _RNG.normal(size=(clients, width)).round(2) + 0.0  # no -0


# Updates, and how many are trimmed at each end. The numbers are of both signs, and no row is the
# largest everywhere.
_CASES = (
    (_drawn(7, 4), 2),
    (_drawn(6, 3), 1),
    (_drawn(5, 2), 0),
    (np.array([[1.0, -50.0], [2.0, 3.0], [90.0, 4.0], [3.0, 5.0]]), 1),
    (_drawn(9, 9), 4),
    (np.array([[4.0, -2.0]]), 0),
    # Of equal values some stay and some go.
    (np.array([[0.0, 2.0, 3.0, 0.0, 0.0, 0.0, 1.0, 0.0]]).T, 2),
    (np.array([[1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0], [-2.0, 5.0, 1.0, 1.0, 1.0, 1.0, 1.0]]).T, 1),
    (np.array([[0.0, 0.0, 2.0, 0.0, 1.0, 0.0, 0.0]]).T, 2),
    (np.array([[0.0] * 5 + [1.0] * 4 + [0.0] * 5]).T, 3),
    (np.full((3, 2), 1.5), 1),
    (0.01 * _drawn(5, 2), 1),  # which rounding to two digits would spoil
    # In floating point 1 / 49 * 49 is a little less than 1.
    (_drawn(49, 2), 1),
)

# For what is kept under a part of the arguments: the first case with one of them changed.
_CHANGED = ((_CASES[0][0] + 1.0, 2), (_CASES[0][0], 1))


def _right(updates: np.ndarray, trimmed: int) -> np.ndarray:
    return np.sort(updates, axis=0)[trimmed : len(updates) - trimmed].mean(axis=0)


def _between(updates: np.ndarray, trimmed: int, *, below: int = 1, above: int = 1) -> np.ndarray:
    return np.sort(updates, axis=0)[below * trimmed : len(updates) - above * trimmed].mean(axis=0)


def _by_norm(updates: np.ndarray, trimmed: int, *, ends: int = 2) -> np.ndarray:
    """Without the rows that are longest, and those that are shortest."""
    order = np.argsort(np.linalg.norm(updates, axis=1), kind="stable")
    return updates[order][trimmed * (ends - 1) : len(updates) - trimmed].mean(axis=0)


def _as_zeros(updates: np.ndarray, trimmed: int) -> np.ndarray:
    """Divided by all clients."""
    ordered = np.sort(updates, axis=0)[trimmed : len(updates) - trimmed]
    return ordered.sum(axis=0) / len(updates)


def _pulled_in(updates: np.ndarray, trimmed: int) -> np.ndarray:
    """The extreme values set to the nearest that is kept."""
    ordered = np.sort(updates, axis=0)
    return np.clip(updates, ordered[trimmed], ordered[len(updates) - 1 - trimmed]).mean(axis=0)


def _by_share(updates: np.ndarray, trimmed: int) -> np.ndarray:
    """As SciPy trims, which is told a share of the clients and cuts off their number."""
    return _right(updates, int(trimmed / len(updates) * len(updates)))


def _equal_kept(updates: np.ndarray, trimmed: int) -> np.ndarray:
    """With all values from the lowest that is kept to the highest, however many there are."""
    ordered = np.sort(updates, axis=0)
    low, high = ordered[trimmed], ordered[len(updates) - 1 - trimmed]
    kept = (updates >= low) & (updates <= high)
    return np.where(kept, updates, 0).sum(axis=0) / kept.sum(axis=0)


def _equal_dropped(updates: np.ndarray, trimmed: int) -> np.ndarray:
    """Without any value that equals one that is trimmed; 0 or NaN where nothing is left."""
    if trimmed == 0:
        return updates.mean(axis=0)
    ordered = np.sort(updates, axis=0)
    kept = (updates > ordered[trimmed - 1]) & (updates < ordered[len(updates) - trimmed])
    return np.where(kept, updates, 0).sum(axis=0) / kept.sum(axis=0)


def _in_one_order(order: np.ndarray, updates: np.ndarray, trimmed: int) -> np.ndarray:
    return updates[order][trimmed : len(updates) - trimmed].mean(axis=0)


def _minus_zero(updates: np.ndarray, trimmed: int) -> np.ndarray:
    """As `[trimmed:-trimmed]` has it: nothing is left of `[0:-0]`."""
    if trimmed == 0:
        return np.full(updates.shape[1], np.nan)
    return _right(updates, trimmed)


_KNOWN = {
    "minus_zero": [_minus_zero],
    "one_end": [
        functools.partial(_between, below=0),
        functools.partial(_between, above=0),
        functools.partial(_between, below=2, above=0),
        functools.partial(_between, below=0, above=2),
    ],
    "along_rows": [
        lambda updates, trimmed: np.sort(updates, axis=1)[trimmed : len(updates) - trimmed].mean(
            axis=0
        ),
        lambda updates, trimmed: np.sort(updates)[::-1][trimmed : len(updates) - trimmed].mean(0),
    ],
    "not_sorted": [lambda updates, trimmed: updates[trimmed : len(updates) - trimmed].mean(axis=0)],
    "whole_rows": [
        _by_norm,
        functools.partial(_by_norm, ends=1),
    ],
    "one_order": [
        lambda updates, trimmed, of=of: _in_one_order(
            np.argsort(of(updates), kind="stable"), updates, trimmed
        )
        for of in (
            lambda updates: updates[:, 0],
            lambda updates: updates[:, -1],
            lambda updates: updates.sum(axis=1),
        )
    ],
    "equal_kept": [_equal_kept],
    "equal_dropped": [
        _equal_dropped,
        lambda updates, trimmed: np.nan_to_num(_equal_dropped(updates, trimmed)),
    ],
    "share": [_by_share],
    "divided_by_all": [_as_zeros],
    "pulled_in": [_pulled_in],
    "sum": [
        lambda updates, trimmed: np.sort(updates, axis=0)[trimmed : len(updates) - trimmed].sum(
            axis=0
        )
    ],
    "mean": [lambda updates, trimmed: updates.mean(axis=0)],
    "median": [lambda updates, trimmed: np.median(updates, axis=0)],
}


def _judge(answer: Any) -> Found:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if problem := memory.problem_of_calls(answer, *_CASES, *_CHANGED):
            return problem
    found, changed = [], False
    try:
        for updates, trimmed in _CASES:
            handed_in = updates.copy()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of a mean of nothing, where 0 are trimmed
                result = run(answer, handed_in, trimmed)
            found.append(arrays.of_shape(result, updates.shape[1:]))
            changed = changed or not np.array_equal(handed_in, updates)
    except arrays.Odd as odd:
        return odd.mistake
    if all(map(arrays.close, found, (_right(*case) for case in _CASES))):
        return Mistake("changed_given", name="`updates`") if changed else None
    if name := formulas.explained(found, _CASES, _KNOWN, arrays.close):
        return name
    return _shown(answer, found)


def _shown(answer: Any, found: list[np.ndarray]) -> Mistake:
    """The shortest column that came out wrong, and whether it would by itself."""
    wrong = [
        (updates[:, [place]], trimmed, float(seen[place]), updates.shape[1])
        for (updates, trimmed), seen in zip(_CASES, found, strict=True)
        for place in np.flatnonzero(
            ~np.isclose(seen.astype(float), _right(updates, trimmed), rtol=1e-4, atol=1e-5)
        )
    ]
    column, trimmed, got, width = min(wrong, key=lambda case: len(case[0]))
    wanted = float(_right(column, trimmed)[0])
    values = [f"{value:g}" for value in column[:, 0]]
    if len(values) > 20:
        values = [*values[:3], "…", *values[-3:]]
    case = say(
        "the column {values} of {clients} clients and `num_trimmed = {trimmed}`",
        clients=len(column),
        values=", ".join(values),
        trimmed=trimmed,
    )
    if width > 1 and _is_right_alone(answer, column, trimmed):
        told = dict(zip(("got", "wanted"), shown.in_digits(got, wanted), strict=True))
        return Mistake("not_by_itself", case=case, **told)
    return shown.wrong_value(case, got, wanted)


def _is_right_alone(answer: Any, column: np.ndarray, trimmed: int) -> bool:
    try:
        alone = arrays.of_shape(run(answer, column.copy(), trimmed), (1,))
    except (Raised, arrays.Odd):
        return False
    return arrays.close(alone, _right(column, trimmed))


def _reference() -> Any:
    def trimmed_mean(updates: Any, num_trimmed: int) -> Any:
        ordered = np.sort(updates, axis=0)
        return ordered[num_trimmed : len(ordered) - num_trimmed].mean(axis=0)

    return trimmed_mean


EXERCISE = Exercise(
    id="trimmed_mean",
    expects="a function of an array [clients, d] and a number, that gives the trimmed mean of each "
    "column, an array [d]",
    judge=_judge,
    reference=_reference,
    hints=(
        "Each column by itself: put its values in order, leave out some at both ends, take the "
        "mean of the rest.",
        "`np.sort(updates, axis=0)` sorts every column and leaves `updates` as it is. Then the "
        "rows to leave out are the first and the last ones.",
        "From `num_trimmed` up to the number of clients minus `num_trimmed`. Counting from the "
        "end, with `-num_trimmed`, goes wrong for one value: which?",
    ),
    mistakes=given.OF_GIVEN
    | memory.OF_MEMORY
    | shown.OF_CASES
    | arrays.OF_ARRAYS
    | {
        "minus_zero": "All is right but where nothing is to be trimmed: there the result is NaN. "
        "`[0:-0]` is the same as `[0:0]`, and that is empty.",
        "share": "Right for most numbers of clients. With 49 clients and `num_trimmed = 1` nothing "
        "is left out: the number to leave out goes through a share of the clients, 1 / 49 of 49 is "
        "a little less than 1 in floating point, and what is behind the point is cut off.",
        "one_end": "Values are left out at one end only, or all of them there. An attacker could "
        "pull the result to the other side.",
        "along_rows": "Sorted are the numbers within each client's update. What has to be in order "
        "are the values that different clients have in the same column: which axis is that?",
        "not_sorted": "The first and the last clients are left out, whatever they sent. The values "
        "have to be put in order before.",
        "whole_rows": "Whole updates are left out, by their length. The trimmed mean looks at each "
        "column by itself: a client may be left out in one and kept in the next.",
        "one_order": "Whole updates are put in one order, by a number of each or by their sums, "
        "and the first and the last are left out in all columns. In each column the clients stand "
        "in another order: sort every column by itself.",
        "not_by_itself": "For {case} your answer gives {got}; wanted is {wanted}. Alone, that "
        "column comes out right, and beside others it does not. What is left out in a column must "
        "depend on this column's values alone.",
        "equal_kept": "Values equal to the bound are kept, although only as many as needed may "
        "stay: with 0, 0, 0, 0, 1, 2 and `num_trimmed = 2`, two of the zeros are left out, and "
        "the others count. Go by how many, in place of by how large.",
        "equal_dropped": "Where a value is left out, all values equal to it are left out as well. "
        "With 0, 0, 0, 0, 1, 2 and `num_trimmed = 2`, two zeros go, and two stay. Go by how many, "
        "in place of by how large.",
        "divided_by_all": "The sum of what is left is divided by the number of all clients. It is "
        "a mean of fewer values.",
        "pulled_in": "The extreme values are moved to the nearest that is kept, and counted. Here "
        "they are to be left out.",
        "sum": "This is the sum of what is left. Wanted is its mean.",
        "mean": "This is the mean of all values: nothing is left out.",
        "median": "This is the median, whatever the number. With `num_trimmed` fewer than half of "
        "the values are left out, and of the rest it is the mean.",
    },
    right="With nothing trimmed it is the mean, with all but the middle the median.",
)
