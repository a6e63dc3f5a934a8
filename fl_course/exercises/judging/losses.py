"""Losses of scores: functions of tensors that give one number, through which gradients pass."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Found, Mistake, run
from fl_course.exercises.judging import forms, formulas, memory

OF_LOSSES = formulas.OF_NUMBERS | {
    "per_score": "The result is one number per score: for {count} scores its shape is {seen}. "
    "Wanted is one number: the formula has a mean over the scores.",
    "overflow": "For scores of a moderate size the loss is right. For {case} it is {got}; wanted "
    "is {wanted}. Is something cut off on the way, an exponential that overflows, or a "
    "probability that is rounded to 0 or 1 before its logarithm is taken?",
    "no_gradient": "The numbers are right, but no gradient passes through: the result is no "
    "tensor that TensorFlow has followed. NumPy's functions, `.numpy()` and `float(...)` cut the "
    "way back to the weights.",
}
"""What can be wrong with every loss, beside its formula."""

_CLOSE = 1e-4


def softplus(scores: Any) -> np.ndarray:
    """The logarithm of 1 plus the exponential, computed without overflow."""
    return np.logaddexp(0.0, np.asarray(scores, float))


def judge(
    answer: Any,
    moderate: Sequence[tuple[Any, ...]],
    large: Sequence[tuple[Any, ...]],
    right: Callable[..., float],
    known: Mapping[str, Sequence[Callable[..., float]]],
    told: Callable[..., str],
) -> Found:
    """Judges a loss.

    Args:
        answer: What the learner gave.
        moderate: Cases, each a list of scores for every argument.
        large: Cases with scores of which an exponential overflows in float32.
        right: What it should give.
        known: Wrong formulas by the name of the mistake; each has to explain every moderate case.
        told: Says a case in the learner's language.
    """
    if problem := memory.problem(answer, _call(moderate[0]), _call(moderate[1])):
        return problem
    found = []
    for case in (*moderate, *large):
        result = _call(case)(answer)
        value = getattr(result, "numpy", lambda same=result: same)()
        number = forms.number(value)
        if number is None:
            if _is_per_score(answer, moderate):
                return Mistake("per_score", count=np.size(value), seen=list(np.shape(value)))
            return Mistake("not_a_number", type=type(result).__name__)
        found.append(number)
    some = found[: len(moderate)]
    problem = formulas.which(some, moderate, right, known, told, close=_CLOSE, small=_CLOSE)
    if problem:
        return problem
    for case, seen in zip(large, found[len(moderate) :], strict=True):
        wanted = right(*case)
        if not formulas.alike(seen, wanted, _CLOSE, _CLOSE):
            return Mistake("overflow", case=told(*case), got=f"{seen:g}", wanted=f"{wanted:g}")
    return None if all(_gradients(answer, moderate[0])) else "no_gradient"


def _is_per_score(answer: Any, cases: Sequence[tuple[Any, ...]]) -> bool:
    """Whether the result is a tensor or array as long as one argument, the same in every case."""
    results = [_call(case)(answer) for case in cases]
    return all(hasattr(result, "shape") for result in results) and any(
        all(
            bool(result.shape == (len(case[place]),))
            for result, case in zip(results, cases, strict=True)
        )
        for place in range(len(cases[0]))
    )


def _call(case: Sequence[Any]) -> memory.Case:
    import tensorflow as tf

    return lambda function: run(function, *(tf.constant(scores, tf.float32) for scores in case))


def _gradients(answer: Any, case: Sequence[Any]) -> list[bool]:
    """Whether a gradient comes back to each argument."""
    import tensorflow as tf

    arguments = [tf.constant(scores, tf.float32) for scores in case]
    with tf.GradientTape() as tape:
        tape.watch(arguments)
        result = run(answer, *arguments)
    if not tf.is_tensor(result):
        return [False]
    return [gradient is not None for gradient in tape.gradient(result, arguments)]
