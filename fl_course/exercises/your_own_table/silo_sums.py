"""What a silo hands in: counts, sums and sums of squares of what it knows."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, Raised, run
from fl_course.exercises.judging import arrays, formulas, memory, shown
from fl_course.localization import say

_NAN = np.nan
_PROBES = (
    [[1.0, 10.0], [2.0, _NAN], [4.0, 30.0]],
    [
        [_NAN, -2.0, 3.5],
        [1.5, 0.0, -1.0],
        [2.0, _NAN, _NAN],
        [-4.0, 5.0, 6.0],
        [0.0, 1.0, -2.0],
    ],
    [[_NAN, 3.0], [_NAN, -1.0]],
    [[0.0, -3.0, _NAN, 7.0]],
    [[3.0, -1.0], [2.0, 4.0], [0.5, 2.0]],
    [[4201.1234, 39.1], [4203.5678, _NAN], [4202.4321, 38.7]],  # float32 can't keep them
)
_AS_IN_THE_LESSON = [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2.0, 0.0, -1.0, 7.0, _NAN, 1.0]]
_NAMES = ("count", "total", "squares")


def sums(table: np.ndarray) -> arrays.Arrays:
    """Count, sum and sum of squares of each column, without what is missing."""
    known = ~np.isnan(table)
    values = np.where(known, table, 0.0)
    return [known.sum(axis=0).astype(float), values.sum(axis=0), (values**2).sum(axis=0)]


def _many() -> np.ndarray:
    """More rows than can be written down, with gaps in all columns."""
    rng = np.random.default_rng(9)
    table = rng.integers(-40, 400, (300, 7)) / 4
    return np.where(rng.random(table.shape) < 0.2, np.nan, table)


def _complete_rows(table: np.ndarray) -> arrays.Arrays:
    return sums(table[~np.isnan(table).any(axis=1)])


def _rows_counted(table: np.ndarray) -> arrays.Arrays:
    return [np.full(table.shape[1], float(len(table))), *sums(table)[1:]]


def _means(table: np.ndarray) -> arrays.Arrays:
    count, total, squares = sums(table)
    return [count, total / count, squares / count]


def _zeros_missing(table: np.ndarray) -> arrays.Arrays:
    return [np.count_nonzero(np.nan_to_num(table), axis=0) * 1.0, *sums(table)[1:]]


def _means_in_gaps(table: np.ndarray) -> arrays.Arrays:
    """The sums of a table whose gaps hold the column's mean, or 0 where nothing is known."""
    count, total, _ = sums(table)
    filled = np.where(np.isnan(table), total / np.maximum(count, 1), table)
    return [count, *sums(filled)[1:]]


_KNOWN = {
    "zeros_missing": [_zeros_missing],
    "gaps_filled": [
        _means_in_gaps,
        lambda table: [_rows_counted(table)[0], *_means_in_gaps(table)[1:]],
    ],
    "rows_counted": [
        _rows_counted,
        lambda table: [np.full(table.shape[1], float(table.size)), *sums(table)[1:]],
    ],
    "missing_counted": [lambda table: [np.isnan(table).sum(axis=0) * 1.0, *sums(table)[1:]]],
    "rows_dropped": [_complete_rows],
    "square_of_sum": [
        lambda table: [*sums(table)[:2], sums(table)[1] ** 2],
        lambda table: [sums(table)[0], sums(table)[1], np.abs(sums(table)[1])],
    ],
    "means": [
        _means,
        lambda table: [sums(table)[0], _means(table)[1], sums(table)[2]],
        lambda table: [sums(table)[0], np.nan_to_num(_means(table)[1]), sums(table)[2]],
        lambda table: [sums(table)[0], *map(np.nan_to_num, _means(table)[1:])],
    ],
    "other_order": [
        lambda table, order=order: [sums(table)[k] for k in order]
        for order in ((1, 2, 0), (1, 0, 2), (2, 1, 0), (0, 2, 1), (2, 0, 1))
    ],
    "no_gaps_left_out": [
        lambda table: [len(table) * np.ones(table.shape[1]), table.sum(axis=0), (table**2).sum(0)],
        lambda table: [sums(table)[0], table.sum(axis=0), (table**2).sum(axis=0)],
    ],
}


def _judge(answer: Any) -> Found:
    import tensorflow as tf

    probes = [*map(np.array, _PROBES), _many()]
    # Of one shape, so that what is kept under it shows.
    if problem := memory.problem_of_calls(
        answer, *((tf.constant(table),) for table in (probes[0], probes[4], probes[5]))
    ):
        return problem
    found = []
    for table in probes:
        try:
            result = run(answer, tf.constant(table))
        except Raised:
            if _is_of_fixed_width(answer):
                return "fixed_width"
            raise
        parts = arrays.several(result, 3)
        if parts is None:
            return Mistake("not_three", seen=arrays.told(result))
        for part in parts:
            if part.shape != (table.shape[1],):
                if _is_of_fixed_width(answer):
                    return "fixed_width"
                return Mistake(
                    "other_shape", seen=list(part.shape), rows=len(table), columns=table.shape[1]
                )
        if any(getattr(part, "dtype", None) == np.float32 for part in map(_as_it_is, result[1:])):
            return "few_digits"
        found.append(parts)
    wanted = list(map(sums, probes))
    if not all(map(arrays.alike, found, wanted)):
        if name := formulas.explained(found, [(table,) for table in probes], _KNOWN, arrays.alike):
            return name
        probe, part = arrays.furthest(found, wanted, short=len(_PROBES))
        if probe < len(_PROBES):
            case = say("the table `{table}`", table=arrays.written(probes[probe]))
        else:
            rows, columns = probes[probe].shape
            case = say("a table of {rows} rows and {columns} columns", rows=rows, columns=columns)
        return arrays.wrong_number(case, _NAMES[part], found[probe][part], wanted[probe][part])
    if not all(arrays.alike(*both, rtol=1e-11) for both in zip(found, wanted, strict=True)):
        return "few_digits"
    return None if _can_be_recorded(answer, probes[1]) else "not_recorded"


def _as_it_is(part: Any) -> Any:
    """A tensor as an array of its own type."""
    return part.numpy() if hasattr(part, "numpy") else part


def _is_of_fixed_width(answer: Any) -> bool:
    """Whether it is right for tables of the lesson's six columns; of others, it is known not to."""
    import tensorflow as tf

    table = np.array(_AS_IN_THE_LESSON)
    try:
        parts = arrays.several(run(answer, tf.constant(table)), 3)
    except Raised:
        return False
    return parts is not None and arrays.alike(parts, sums(table))


def _can_be_recorded(answer: Any, table: np.ndarray) -> bool:
    """Whether it gives the same for a table whose number of rows is not known beforehand."""
    import tensorflow as tf

    spec = tf.TensorSpec([None, table.shape[1]], tf.float64)
    try:
        recorded = tf.function(lambda rows: answer(rows), input_signature=[spec])
        results = [recorded(tf.constant(rows)) for rows in (table, table[:2])]
    except Exception:
        return False
    return all(
        arrays.alike(arrays.several(result, 3), sums(rows))
        for result, rows in zip(results, (table, table[:2]), strict=True)
    )


def _reference() -> Any:
    import tensorflow as tf

    def silo_sums(table: Any) -> Any:
        known = tf.math.logical_not(tf.math.is_nan(table))
        values = tf.where(known, table, tf.zeros_like(table))
        count = tf.reduce_sum(tf.cast(known, tf.float64), axis=0)
        return count, tf.reduce_sum(values, axis=0), tf.reduce_sum(values**2, axis=0)

    return silo_sums


EXERCISE = Exercise(
    id="silo_sums",
    expects="a function of `table`, float64 [n, columns], that gives three tensors [columns]: the "
    "count, the sum and the sum of squares of the values that are not missing, sums in float64",
    judge=_judge,
    reference=_reference,
    hints=(
        "Begin with which values are known: `tf.math.is_nan(table)` is true where one is missing. "
        "The count is a sum, too: of a 1.0 for each value that is known.",
        "`tf.where(condition, one, other)` takes from one where the condition is true, and from "
        "the other where it is not. A 0.0 in place of a missing value adds nothing to a sum.",
        "`tf.reduce_sum(..., axis=0)` adds up the rows and leaves a number for each column. Square "
        "each value before you sum. `tf.cast(condition, tf.float64)` makes ones and zeros.",
    ),
    mistakes=shown.OF_CASES
    | memory.OF_MEMORY
    | {
        "not_three": "Your function gives {seen}. Wanted are three things, in this order: count, "
        "sum and sum of squares.",
        "other_shape": "For a table of {rows} rows and {columns} columns a part of your result has "
        "the shape {seen}. Each part has one number for each column: along which axis do you sum?",
        "fixed_width": "For tables of six columns all is right, and for others it is not. The "
        "penguins have six; another table has another number, and the table knows it.",
        "zeros_missing": "A known 0 counts as missing: the count is too small where a column holds "
        "one. A penguin that is not female has a 0 there, and that is known.",
        "gaps_filled": "The gaps hold the column's mean before you sum. Then the sum of squares "
        "is that of values that nobody has measured. What is missing counts for none of the three.",
        "rows_counted": "The count is that of all the rows, and the same for every column. A value "
        "that is missing must not count: the mean would come out too close to zero.",
        "missing_counted": "The count is how many values are missing. The mean will be divided by "
        "how many are known.",
        "rows_dropped": "A row with a gap is left out as a whole, and with it the values that are "
        "known in it. Only the missing value itself is to be left out.",
        "square_of_sum": "The third part is made of the sum, not of the single values. It cannot "
        "tell spread: 1 and 3 have the sum of 2 and 2. Which comes first, the square or the sum?",
        "means": "A part of your result is divided by a count already. Means of several silos "
        "can't be added up; sums can.",
        "other_order": "All three are there, in another order than the task's.",
        "no_gaps_left_out": "Sums over a column with a gap are NaN: a single missing value spoils "
        "all that is known. What could stand in its place, and add nothing?",
        "few_digits": "Your sums keep too few digits: float32 has seven, rounding leaves fewer. "
        "Squares of grams add up to more, and a variance is a small difference of such numbers: "
        "stay with float64 from the table to the sum.",
        "not_recorded": "The numbers are right when TensorFlow runs your function at once. TFF "
        "records it first, for tables with any number of rows, and while that happens tensors have "
        "no values yet. Look for NumPy functions, `.numpy()` or `len`, and use TensorFlow's.",
    },
    right="These three lists are all that leaves a silo besides its number of rows.",
)
