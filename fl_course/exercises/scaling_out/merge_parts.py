"""The mean of all clients, of partial sums of each worker."""

from collections.abc import Callable
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, Raised, run
from fl_course.exercises.judging import given, memory, shown
from fl_course.localization import say

_EXAMPLES = (
    [70.0, 30.0, 50.0],
    [90.0, 10.0, 40.0, 60.0],
    [20.0, 20.0],
    [1.0, 7.0, 3.0, 2.0, 11.0],
    [5.0],
)
_SHAPES = ((3, 2), (4,), (3, 2), (2, 3, 2), (3, 2))

Parts = list[np.ndarray]

_KNOWN: dict[str, list[Callable[[Parts, list[float]], Any]]] = {
    "mean_of_means": [
        lambda sums, examples: np.mean([s / n for s, n in zip(sums, examples, strict=True)], axis=0)
    ],
    "not_divided": [lambda sums, examples: sum(sums)],
    "by_parts": [lambda sums, examples: sum(sums) / len(sums)],
    "divided_twice": [lambda sums, examples: sum(sums) / len(sums) / sum(examples)],
    "weighted_again": [
        lambda sums, examples: (
            sum(n * s for n, s in zip(examples, sums, strict=True)) / sum(examples)
        )
    ],
    "first_part": [lambda sums, examples: sums[0] / examples[0]],
    "last_part": [
        lambda sums, examples: sums[-1] / sum(examples),
        lambda sums, examples: sums[-1] / examples[-1],
    ],
    "two_parts": [lambda sums, examples: sum(sums[:2]) / sum(examples[:2])],
}


def _judge(answer: Any) -> Found:
    if found := memory.problem(answer, _case(1, [3.0, 7.0]), _case(2, [6.0, 2.0])):
        return found
    rng = np.random.default_rng(8)
    cases, found = [], []
    for examples, shape in zip(_EXAMPLES, _SHAPES, strict=True):
        sums = [count * rng.standard_normal(shape) for count in examples]
        handed_in = [part.copy() for part in sums], list(examples)
        try:
            merged = run(answer, *handed_in)
        except Raised:
            # Only for one part, or for two: how it is wrong can be told from the others.
            if problem := _judge_merged(found, cases):
                return problem
            raise
        merged = getattr(merged, "numpy", lambda same=merged: same)()
        if not isinstance(merged, np.ndarray) or merged.dtype == object:
            return Mistake("not_an_array", type=type(merged).__name__)
        if merged.shape != shape:
            return Mistake("wrong_shape", seen=list(merged.shape), wanted=list(shape))
        cases.append((sums, examples))
        found.append(merged)
        kept = given.is_as_before(handed_in[0], sums) and handed_in[1] == examples
        if not kept and np.allclose(merged, sum(sums) / sum(examples)):
            name = "`examples`" if handed_in[1] != examples else "`sums`"
            return Mistake("changed_given", name=name)
    return _judge_merged(found, cases)


def _case(seed: int, examples: list[float]) -> memory.Case:
    rng = np.random.default_rng(seed)
    sums = [count * rng.standard_normal((2, 2)) for count in examples]
    return lambda function: run(function, [part.copy() for part in sums], list(examples))


def _judge_merged(found: Parts, cases: list[tuple[Parts, list[float]]]) -> Found:
    def agrees(formula: Callable[[Parts, list[float]], Any]) -> bool:
        return all(
            np.allclose(merged, formula(*case), rtol=1e-5, atol=1e-6)
            for merged, case in zip(found, cases, strict=True)
        )

    if agrees(lambda sums, examples: sum(sums) / sum(examples)):
        return None
    for name, formulas in _KNOWN.items():
        if any(map(agrees, formulas)):
            return name
    return next(
        _shown(merged, sums, examples)
        for merged, (sums, examples) in zip(found, cases, strict=True)
        if not np.allclose(merged, sum(sums) / sum(examples), rtol=1e-5, atol=1e-6)
    )


def _shown(merged: np.ndarray, sums: Parts, examples: list[float]) -> Mistake:
    wanted = sum(sums) / sum(examples)
    place = np.unravel_index(np.abs(merged - wanted).argmax(), wanted.shape)
    case = say(
        "sums whose numbers at `{place}` are {sums} and the examples {examples}",
        place=[int(number) for number in place],
        sums=", ".join(f"{part[place]:.2f}" for part in sums),
        examples=", ".join(f"{count:g}" for count in examples),
    )
    return shown.wrong_value(case, float(merged[place]), float(wanted[place]))


def _reference() -> Any:
    def merge_parts(sums: Any, examples: Any) -> Any:
        return sum(sums) / sum(examples)

    return merge_parts


EXERCISE = Exercise(
    id="merge_parts",
    expects="a function that takes the list of the workers' sums and the list of their numbers "
    "of examples, and gives one array: the mean over all examples",
    judge=_judge,
    reference=_reference,
    hints=(
        "Each part is a sum already: of its clients' updates, each times the client's number "
        "of examples. What is the sum over all clients?",
        "The weighted mean is one sum divided by another: of updates times examples, and of "
        "examples. Both are sums over the workers' parts.",
        "`sum(...)` adds up a list of arrays as well as a list of numbers. Divide once, at the "
        "end.",
    ),
    mistakes=given.OF_GIVEN
    | memory.OF_MEMORY
    | shown.OF_CASES
    | {
        "not_an_array": "Your function gives a value of type `{type}`; wanted is one array, "
        "with the shape of the sums.",
        "wrong_shape": "The result has shape {seen}, and each of the sums has shape {wanted}. "
        "Adding up over the workers must keep the shape.",
        "mean_of_means": "You take each worker's mean, and then the mean of these. A worker "
        "whose clients have few examples then counts as much as one whose clients have many.",
        "not_divided": "This is the sum over all examples. The mean is one division away.",
        "by_parts": "You divide by the number of parts. The sums hold each update as many "
        "times as its client has examples, so that is what to divide by.",
        "weighted_again": "The sums are weighted by examples already. Your function does so "
        "a second time.",
        "divided_twice": "You divide by the number of parts as well as by the examples. One "
        "division, by all examples, makes the mean of a sum.",
        "two_parts": "Only the first two workers' parts are in the result. There can be any number "
        "of them.",
        "first_part": "Only the first worker's part is in the result.",
        "last_part": "Only the last worker's sum is in the result. Is something "
        "overwritten in a loop that should be added up?",
    },
    right="Sums can be merged in any number of steps, means can't: that is why workers send sums.",
)
