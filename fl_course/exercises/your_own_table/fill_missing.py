"""A silo's decision about its gaps: its own mean, or that of all where it knows nothing."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import arrays, formulas, given, memory, shown
from fl_course.localization import say

_NAN = np.nan
_FALLBACK = (70.0, -50.0, 40.0, 0.25, 1200.5, -3.0, 17.125)  # as many as a table has columns
_PROBES = (
    [
        [1.0, _NAN, 5.0],
        [2.0, 10.0, 4.0],
        [_NAN, 30.0, -1.0],
        [6.0, 80.0, 9.0],
    ],
    [
        [_NAN, -2.0, 3.0],
        [_NAN, _NAN, 7.0],
        [_NAN, -4.0, 8.0],
    ],
    [[3.0, _NAN, 2.0]],
    [
        [-1.0, 5.0, _NAN],
        [1.0, 7.0, 3.0],
        [_NAN, 0.0, -3.0],
    ],
    [
        [_NAN, _NAN, _NAN],
        [1.0, 2.0, -3.0],
        [3.0, 4.0, 8.0],
    ],
    [[4.0, _NAN, _NAN], [_NAN, 7.0, 2.0], [_NAN, 5.0, 6.0]],
    [[4201.1234, 3.0, _NAN], [_NAN, 2.0, 39.1], [4203.5678, 1.0, 38.7]],  # float32 loses digits
    [[3.0, -1.0, 0.0], [2.0, 4.0, 0.0]],
    [[2.0], [_NAN], [5.5]],
    [
        [1.0, 2.0, 3.0, _NAN, 0.25, _NAN],
        [4.0, 1.5, -2.0, 6.0, _NAN, _NAN],
        [2.0, _NAN, 7.0, 1.5, 3.5, _NAN],
    ],
    [
        [_NAN, 1.0, 5.0, 3.0, _NAN, 8.25, _NAN],
        [2.0, 6.0, _NAN, 1.0, 4.5, _NAN, 0.125],
        [9.0, _NAN, 2.5, _NAN, 7.0, 2.0, 3.5],
        [3.0, 8.0, 1.0, 2.0, _NAN, 5.0, 1.0],
    ],
)


def _many() -> np.ndarray:
    """More rows than can be written down, with gaps in all columns."""
    rng = np.random.default_rng(7)
    table = rng.integers(-40, 400, (90, 7)) / 4
    return np.where(rng.random(table.shape) < 0.2, np.nan, table)


def _own_means(table: np.ndarray, fallback: np.ndarray) -> np.ndarray:
    known = ~np.isnan(table)
    total = np.where(known, table, 0.0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), fallback)


def _filled(table: np.ndarray, values: Any) -> arrays.Arrays:
    return [np.where(np.isnan(table), values, table)]


def _right(table: np.ndarray, fallback: np.ndarray) -> arrays.Arrays:
    return _filled(table, _own_means(table, fallback))


def _medians(table: np.ndarray, fallback: np.ndarray) -> arrays.Arrays:
    columns = [column[~np.isnan(column)] for column in table.T]
    own = [np.median(c) if len(c) else f for c, f in zip(columns, fallback, strict=True)]
    return _filled(table, np.array(own))


def _means_by_rows(table: np.ndarray, fallback: np.ndarray) -> arrays.Arrays:
    """The sum of what is known, by the number of all rows."""
    total = np.nansum(table, axis=0) / len(table)
    known = ~np.isnan(table).all(axis=0)
    return _filled(table, np.where(known, total, fallback))


def _without_fallback(table: np.ndarray, instead: float) -> arrays.Arrays:
    return _filled(table, _own_means(table, np.full(table.shape[1], instead)))


def _row_means(table: np.ndarray, fallback: np.ndarray) -> arrays.Arrays:
    own = _own_means(table.T, np.full(len(table), np.nan))[:, np.newaxis]
    return _filled(table, np.where(np.isnan(own), fallback, own))


def _replaced(table: np.ndarray, fallback: np.ndarray) -> arrays.Arrays:
    gap = np.isnan(table).any(axis=0)
    return [np.where(gap, _own_means(table, fallback), table)]


_KNOWN = {
    "still_missing": [lambda table, fallback: [table]],
    "zeros": [lambda table, fallback: _filled(table, 0.0)],
    "fallback_everywhere": [lambda table, fallback: _filled(table, fallback)],
    "fallback_forgotten": [
        lambda table, fallback: _without_fallback(table, 0.0),
        lambda table, fallback: _without_fallback(table, np.nan),
    ],
    "mean_by_rows": [_means_by_rows],
    "one_mean": [
        lambda table, fallback: _filled(table, np.nanmean(table)),
        lambda table, fallback: _row_means(table, np.full(len(fallback), np.nan)),
        _row_means,
    ],
    "medians": [_medians],
    "known_replaced": [
        lambda table, fallback: [np.tile(_own_means(table, fallback), (len(table), 1))],
        _replaced,
    ],
}


def _judge(answer: Any) -> Found:
    # Of one size, so that what is kept under a size shows.
    one = np.array([[1.0, _NAN, 5.0]]), np.array(_FALLBACK)
    other = np.array([[_NAN, 2.0, 8.0]]), np.array(_FALLBACK) + 3.0
    if found := memory.problem_of_calls(answer, *memory.one_by_one(one, other)):
        return found
    tables = [*map(np.array, _PROBES), _many()]
    probes = [(table, np.array(_FALLBACK[: table.shape[1]])) for table in tables]
    found, changed, few_digits, shared = [], [], False, False
    for table, fallback in probes:
        handed_in = table.copy(), fallback.copy()
        result = run(answer, *handed_in)
        filled = arrays.array(result)
        if filled is None:
            return Mistake("no_table", seen=arrays.told(result))
        if filled.shape != table.shape:
            rows = filled.ndim == 2 and filled.shape[1] == table.shape[1]
            name = "rows_dropped" if rows and len(filled) < len(table) else "other_shape"
            return Mistake(name, seen=list(filled.shape), wanted=list(table.shape))
        found.append([filled])
        few_digits = few_digits or getattr(result, "dtype", None) in (np.float32, np.float16)
        shared = shared or (
            isinstance(result, np.ndarray) and np.shares_memory(result, handed_in[0])
        )
        changed += [
            name
            for name, now, before in zip(
                ("`table`", "`fallback`"), handed_in, (table, fallback), strict=True
            )
            if not np.array_equal(now, before, equal_nan=True)
        ]
    wanted = [_right(*probe) for probe in probes]
    if all(map(arrays.alike, found, wanted)):
        if changed:
            return Mistake("changed_given", name=changed[0])
        exact = all(arrays.alike(*both, rtol=1e-11) for both in zip(found, wanted, strict=True))
        if few_digits or not exact:
            return "few_digits"
        return "same_array" if shared else None
    if arrays.is_rounded(found, wanted):
        return "few_digits"
    if name := formulas.explained(found, probes, _KNOWN, arrays.alike):
        return name
    probe, _ = arrays.furthest(found, wanted, short=len(_PROBES))
    table, fallback = map(arrays.written, probes[probe])
    if probe < len(_PROBES):
        case = say("`table={table}` and `fallback={fallback}`", table=table, fallback=fallback)
    else:
        rows, columns = tables[probe].shape
        case = say("a table of {rows} rows and {columns} columns", rows=rows, columns=columns)
    return arrays.wrong_number(case, "filled", found[probe][0], wanted[probe][0])


def _reference() -> Any:
    def fill_missing(table: Any, fallback: Any) -> Any:
        return _right(np.asarray(table, float), np.asarray(fallback, float))[0]

    return fill_missing


EXERCISE = Exercise(
    id="fill_missing",
    expects="a function of `table`, [n, columns], and `fallback`, [columns], that gives new "
    "rows and columns like those of `table` in which nothing is missing",
    judge=_judge,
    reference=_reference,
    hints=(
        "For each column: the mean of the values that are known. Then a table in which it stands "
        "wherever a value is missing.",
        "`np.isnan(table)` is true where a value is missing; `np.where(condition, one, other)` "
        "chooses place by place, and a row of [columns] fits every row of the table.",
        "Count the known values of each column. Where the count is 0, there is no mean of one's "
        "own: take `fallback` there, and take care that nothing is divided by that 0.",
    ),
    mistakes=shown.OF_CASES
    | given.OF_GIVEN
    | memory.OF_MEMORY
    | {
        "few_digits": "The result keeps too few digits: float32 has seven, and rounding leaves "
        "fewer. The table is float64, and what is known stays as it is.",
        "same_array": "The numbers are right. Where nothing is missing, though, you give back the "
        "very array that you were given: whoever changes one changes both. A new one is wanted.",
        "no_table": "Your function gives {seen}; wanted is an array of the shape of `table`.",
        "other_shape": "The result has the shape {seen}, and the table has {wanted}.",
        "rows_dropped": "The result has the shape {seen}, and the table {wanted}: rows have been "
        "left out. That is a decision, too, but here every bird is to stay.",
        "still_missing": "What was missing still is. A comparison with NaN is never true, not even "
        "with itself; `np.isnan` tells.",
        "zeros": "Zeros stand where values were missing. A bill of 0 mm is a value like any other "
        "to a model, and a very odd one.",
        "fallback_everywhere": "Every gap gets the value of `fallback`. The silo's own mean comes "
        "first; `fallback` is for columns of which the silo knows nothing.",
        "fallback_forgotten": "Where the silo knows a column, all is right. Where it knows nothing "
        "of a column, `fallback` has a value for it.",
        "mean_by_rows": "The mean is too close to zero: the sum of the known values is divided by "
        "all rows. How many values are in the sum?",
        "one_mean": "The mean is taken over several columns. Millimetres and grams have no mean in "
        "common: each column has its own.",
        "medians": "This is the median of the known values. A fine choice, and not the one that "
        "the task asks for: the mean.",
        "known_replaced": "Values that are known have been replaced as well. Only gaps are filled.",
    },
    right="A decision of the silo alone: nothing that it hands in says which birds had gaps.",
)
