"""How many bytes a plan of rounds sends."""

import math
import numbers
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, Raised, run
from fl_course.exercises.judging import edits, given, memory, shown
from fl_course.localization import joined, say

Formula = Callable[[edits.Arrays, list[int]], float]


def _bytes(weights: edits.Arrays) -> int:
    return sum(array.nbytes for array in weights)


def _numbers(weights: edits.Arrays) -> int:
    return sum(array.size for array in weights)


def _objects(weights: edits.Arrays) -> int:
    return sum(map(sys.getsizeof, weights))


def _right(weights: edits.Arrays, sizes: list[int]) -> float:
    return 2 * _bytes(weights) * sum(sizes)


_KNOWN: dict[str, list[Formula]] = {
    "four_bytes": [lambda weights, sizes: 8 * _numbers(weights) * sum(sizes)],
    "one_way": [
        lambda weights, sizes: _bytes(weights) * sum(sizes),
        lambda weights, sizes: _numbers(weights) * sum(sizes),
        lambda weights, sizes: 4 * _numbers(weights) * sum(sizes),
    ],
    "numbers_not_bytes": [
        lambda weights, sizes: 2 * _numbers(weights) * sum(sizes),
        lambda weights, sizes: _bytes(weights) // 4 * 2 * sum(sizes),
    ],
    "bits": [lambda weights, sizes: 16 * _bytes(weights) * sum(sizes)],
    "objects": [
        lambda weights, sizes: 2 * _objects(weights) * sum(sizes),
        lambda weights, sizes: _objects(weights) * sum(sizes),
    ],
    "other_unit": [
        lambda weights, sizes: _right(weights, sizes) / 1_000,
        lambda weights, sizes: _right(weights, sizes) / 1_024,
        lambda weights, sizes: _right(weights, sizes) / 1_000**2,
        lambda weights, sizes: _right(weights, sizes) / 1_024**2,
    ],
    "one_tensor": [
        lambda weights, sizes: 2 * weights[0].nbytes * sum(sizes),
        lambda weights, sizes: 2 * weights[-1].nbytes * sum(sizes),
    ],
    "one_client": [lambda weights, sizes: 2 * _bytes(weights) * len(sizes)],
    "one_round": [lambda weights, sizes: 2 * _bytes(weights) * sizes[0]],
    "equal_cohorts": [
        lambda weights, sizes: 2 * _bytes(weights) * sizes[0] * len(sizes),
        lambda weights, sizes: 2 * _bytes(weights) * sizes[-1] * len(sizes),
        lambda weights, sizes: 2 * _bytes(weights) * max(sizes) * len(sizes),
    ],
    "down_once": [
        lambda weights, sizes: _bytes(weights) * (sum(sizes) + len(sizes)),
        lambda weights, sizes: _bytes(weights) * (sum(sizes) + 1),
    ],
}


def _models() -> list[edits.Arrays]:
    # What nearly every model has comes before what few have. The large one needs numbers above
    # 2**32 with a few hundred clients.
    shapes: list[list[tuple[tuple[int, ...], type]]] = [
        [((784, 10), np.float32), ((10,), np.float32)],
        [((5, 3), np.float32), ((3, 2, 2), np.float32), ((7,), np.float32)],
        [((1000, 2000), np.float32)],
        [((5, 3), np.float16), ((4,), np.float64), ((), np.float32)],
    ]
    return [[np.zeros(shape, dtype) for shape, dtype in model] for model in shapes]


_PLANS = ([3, 7, 2, 10, 1], [4, 4, 4], [6])
_PLAN_WITH_NOBODY = [90, 0, 70, 120]


def _judge(answer: Any) -> Found:
    models = _models()
    if found := memory.problem(
        answer,
        lambda function: run(function, [np.ones((4, 3)), np.ones(3)], [2, 5, 3]),
        lambda function: run(function, [np.ones((6, 2)), np.ones(2)], [4, 1, 8]),
    ):
        return found
    cases = [(weights, plan) for weights in models for plan in (*_PLANS, _PLAN_WITH_NOBODY)]
    found, changed = [], ""
    for weights, plan in cases:
        handed_in = [array.copy() for array in weights], list(plan)
        try:
            seen = run(answer, *handed_in)
        except Raised:
            # Only for a rare array: how it is wrong can be told from the others.
            if problem := _judge_numbers(found, cases[: len(found)]):
                return problem
            raise
        seen = getattr(seen, "numpy", lambda same=seen: same)()
        seen = seen.item() if hasattr(seen, "item") and np.ndim(seen) == 0 else seen
        if isinstance(seen, bool) or not isinstance(seen, numbers.Real):
            return Mistake("not_a_number", type=type(seen).__name__)
        found.append(float(seen))
        changed = changed or ("" if handed_in[1] == plan else "`cohort_sizes`")
        changed = changed or ("" if given.is_as_before(handed_in[0], weights) else "`weights`")
    if problem := _judge_numbers(found, cases):
        return problem
    return Mistake("changed_given", name=changed) if changed else None


def _judge_numbers(found: list[float], cases: list[tuple[edits.Arrays, list[int]]]) -> Found:
    def agrees(formula: Formula) -> bool:
        return all(
            math.isclose(seen, formula(*case), rel_tol=1e-12)
            for seen, case in zip(found, cases, strict=True)
        )

    if agrees(_right):
        return None
    for name, formulas in _KNOWN.items():
        if any(map(agrees, formulas)):
            return name
    seen, (weights, plan) = next(
        (seen, case) for seen, case in zip(found, cases, strict=True) if seen != _right(*case)
    )
    case = say(
        "arrays of {arrays} and cohorts of {sizes}",
        arrays=joined([f"`{array.dtype.name}{list(array.shape)}`" for array in weights]),
        sizes=joined(list(map(str, plan))),
    )
    return shown.wrong_value(case, seen, _right(weights, plan))


def _reference() -> Any:
    def bytes_sent(weights: Any, cohort_sizes: Any) -> int:
        return 2 * sum(array.nbytes for array in weights) * sum(cohort_sizes)

    return bytes_sent


EXERCISE = Exercise(
    id="bytes_sent",
    expects="a function that takes the model's arrays and the list of cohort sizes, one for "
    "each round, and gives the number of bytes that are sent, down and up",
    judge=_judge,
    reference=_reference,
    hints=(
        "First how many bytes the model has: an array knows its own number, `array.nbytes`. "
        "There are several arrays.",
        "Each client of a round gets the model and sends as much back. So what counts is how "
        "many times a client takes part, in all rounds together.",
        "Bytes of all arrays, times two directions, times the sum of the cohort sizes.",
    ),
    mistakes=given.OF_GIVEN
    | memory.OF_MEMORY
    | shown.OF_CASES
    | {
        "objects": "You count what Python's objects take in memory, as `sys.getsizeof` does. What "
        "is sent are the numbers; the array itself knows how many bytes these are.",
        "other_unit": "The result is in another unit, such as kilobytes. Wanted are bytes.",
        "not_a_number": "Your function gives a value of type `{type}`; wanted is a number of "
        "bytes.",
        "one_way": "Only one direction is counted. The weights go down to each client, and an "
        "update of the same size comes up.",
        "numbers_not_bytes": "You have counted the numbers that are sent. How many bytes does "
        "one take? The array knows.",
        "four_bytes": "Right for float32, and wrong for arrays of float16 or float64: you take "
        "four bytes for each number. The array's type says how many it needs.",
        "bits": "This is eight times too much: bits, where bytes are wanted.",
        "one_tensor": "Only one array is counted, the first or the last. The model has others.",
        "one_client": "Only one client a round is counted.",
        "one_round": "Only the first round is counted.",
        "equal_cohorts": "You take all cohorts for equally large, as large as one of them. The "
        "list gives each round's own size.",
        "down_once": "One of the two ways is counted once a round or once in all, and not once for "
        "each client. Every client of the cohort is sent the model, and every one sends an update.",
    },
    right="Local epochs do not occur in it: what a client computes costs no bytes.",
)
