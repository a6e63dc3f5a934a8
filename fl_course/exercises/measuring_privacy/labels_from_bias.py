"""The labels of a client, counted by the bias in its update."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import formulas, given, memory, shown
from fl_course.exercises.judging.reference import LABELS
from fl_course.localization import joined, say

# The first is short when printed. Of the last but one, float32 makes numbers just below the counts,
# however the formula is written, and counts that are too many for a byte. Those of the last are
# too many for float16 and for three digits.
_COUNTS = (
    [3, 0, 1, 2, 0, 0, 1, 2, 0, 1],
    [3, 0, 1, 9, 0, 0, 2, 5, 0, 4],
    [0, 0, 0, 0, 0, 0, 0, 1, 0, 0],
    [10, 11, 10, 11, 10, 9, 10, 11, 12, 10],
    [0, 0, 29, 0, 0, 0, 0, 0, 0, 31],
    [300, 12, 0, 7, 41, 0, 130, 0, 9, 22],
    [2051, 4323, 0, 1003, 17, 999, 0, 3, 2497, 1],
)
_RATES = (0.5, 0.02, 0.1, 0.5, 1.5, 0.005, 0.01)
_CLOSE = 0.02  # of a count; float32 leaves less


def _bias_update(counts: list[int], rate: float) -> np.ndarray:
    shares = np.array(counts) / sum(counts)
    return (rate * (shares - 1 / LABELS)).astype(np.float32)


_CASES = tuple(
    (_bias_update(counts, rate), sum(counts), rate)
    for counts, rate in zip(_COUNTS, _RATES, strict=True)
)


def _right(update: np.ndarray, examples: int, rate: float) -> np.ndarray:
    return examples * (np.float64(update) / rate + 1 / LABELS)


_KNOWN: dict[str, list[formulas.Formula]] = {
    "turned": [
        lambda update, n, rate: n * (1 / LABELS - np.float64(update) / rate),
        lambda update, n, rate: np.rint(n * (1 / LABELS - np.float64(update) / rate)),
    ],
    "model_forgotten": [
        lambda update, n, rate: n * np.float64(update) / rate + 1 / LABELS,
        lambda update, n, rate: np.clip(n * np.float64(update) / rate + 1 / LABELS, 0, None),
        lambda update, n, rate: n * np.float64(update) / rate,
        lambda update, n, rate: np.rint(n * np.float64(update) / rate),
        lambda update, n, rate: np.clip(n * np.float64(update) / rate, 0, None),
        lambda update, n, rate: np.rint(np.clip(n * np.float64(update) / rate, 0, None)),
    ],
    "rate_forgotten": [
        lambda update, n, rate: n * (np.float64(update) + 1 / LABELS),
        lambda update, n, rate: np.rint(n * (np.float64(update) + 1 / LABELS)),
    ],
    "rate_multiplied": [
        lambda update, n, rate: n * (np.float64(update) * rate + 1 / LABELS),
        lambda update, n, rate: np.rint(n * (np.float64(update) * rate + 1 / LABELS)),
    ],
    "shares": [lambda update, n, rate: np.float64(update) / rate + 1 / LABELS],
    "presence": [
        lambda update, n, rate: np.rint(_right(update, n, rate)) > 0,
        lambda update, n, rate: np.rint(_right(update, n, rate)) == 0,
    ],
}


def _judge(answer: Any) -> Found:
    calls = memory.one_by_one(*_CASES[:2])
    if problem := memory.problem_of_calls(answer, *calls, *_CASES):
        return problem
    found = []
    changed = False
    for update, examples, rate in _CASES:
        handed_in = update.copy()
        result = run(answer, handed_in, examples, rate)
        changed = changed or not given.is_as_before(handed_in, update)
        try:
            counts = np.asarray(result, np.float64)
        except (TypeError, ValueError):
            return Mistake("not_ten", seen=type(result).__name__)
        if counts.shape != (LABELS,):
            return Mistake("not_ten", seen=type(result).__name__)
        found.append(counts)
    wanted = [_right(*case) for case in _CASES]
    if all(np.abs(seen - right).max() < _CLOSE for seen, right in zip(found, wanted, strict=True)):
        return Mistake("changed_given", name="`bias_update`") if changed else None
    if all(_is_cut_off(seen, right) for seen, right in zip(found, wanted, strict=True)):
        return "cut_off"
    return formulas.which(
        found,
        _CASES,
        lambda *case: np.rint(_right(*case)),
        _KNOWN,
        lambda update, examples, rate: say(
            "a learning rate of {rate}, {examples} examples and the bias update {update}",
            rate=rate,
            examples=examples,
            update=joined([f"{number:.7g}" for number in update]),
        ),
        close=0.0,
        small=_CLOSE,
    )


def _is_cut_off(seen: np.ndarray, right: np.ndarray) -> bool:
    """Whether every count is whole, and right or one too low."""
    off = np.rint(right) - seen
    return bool(np.isin(off, (0, 1)).all() and np.array_equal(seen, np.floor(seen)))


def _reference() -> Any:
    def labels_from_bias(bias_update: Any, num_examples: int, learning_rate: float) -> Any:
        shares = np.asarray(bias_update) / learning_rate + 0.1
        return np.rint(num_examples * shares).astype(int)

    return labels_from_bias


EXERCISE = Exercise(
    id="labels_from_bias",
    expects="a function that takes the bias update of a client, its number of examples and its "
    "learning rate, and gives the ten counts of its labels",
    judge=_judge,
    reference=_reference,
    hints=(
        "The formula above has everything but the shares of the labels. Solve it for them.",
        "The mean probabilities are those of a model that knows nothing yet: the same for every "
        "label, and they sum to 1.",
        "Update divided by learning rate, plus the probability, is the share of a label. A count "
        "is a share of the examples; `np.rint` removes what float32 has left over.",
    ),
    mistakes=memory.OF_MEMORY
    | given.OF_GIVEN
    | shown.OF_CASES
    | {
        "not_ten": "Your function gives a value of type `{seen}` that is not ten numbers; wanted "
        "is a count for each label.",
        "turned": "Labels that the client has often come out rare, and rare ones often. The "
        "client steps against the gradient: check the sign of the update in your formula.",
        "model_forgotten": "Your counts sum to next to nothing where they should sum to the "
        "examples, or labels that are rarer than a tenth are lost. What the model gave each label "
        "before the step is a share: add it to your share before that is multiplied.",
        "rate_forgotten": "For a small learning rate all your counts are nearly the same: the "
        "update is a step, and a step is the gradient times the rate.",
        "rate_multiplied": "You multiply the update by the learning rate. It holds the rate as a "
        "factor already; which operation removes it?",
        "shares": "These are the shares of the labels, which sum to 1. Wanted are counts, which "
        "sum to the number of examples.",
        "presence": "This says which labels occur. The update says more: how often.",
        "cut_off": "Some counts are one too low. What float32 makes of a count can lie a bit "
        "below a whole number, and `int` then cuts it off: round to the nearest.",
    },
    right="Ten numbers of the update tell what the client wrote, and how often.",
)
