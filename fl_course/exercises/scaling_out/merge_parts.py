"""The mean of all clients, of partial sums of each worker."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run


def _judge(answer: Any) -> Any:
    rng = np.random.default_rng(8)
    found = []
    for examples in ([70.0, 30.0, 50.0], [20.0, 20.0], [5.0], [90.0, 10.0, 40.0, 60.0]):
        means = [rng.standard_normal((3, 2)) for _ in examples]
        sums = [count * mean for count, mean in zip(examples, means, strict=True)]
        merged = run(answer, [part.copy() for part in sums], list(examples))
        merged = getattr(merged, "numpy", lambda same=merged: same)()
        if not isinstance(merged, np.ndarray) or merged.dtype == object:
            return Mistake("not_an_array", type=type(merged).__name__)
        if merged.shape != (3, 2):
            return Mistake("wrong_shape", seen=list(merged.shape))
        found.append(_judge_merged(merged, sums, means, examples))
    # With one part, or equal ones, a wrong formula may give what the right one gives.
    return next((mistake for mistake in found if mistake not in (None, OTHER)), None) or (
        OTHER if OTHER in found else None
    )


def _judge_merged(
    merged: np.ndarray, sums: list[np.ndarray], means: list[np.ndarray], examples: list[float]
) -> Any:
    total = sum(examples)
    for expected, mistake in (
        (sum(sums) / total, None),
        (sum(means) / len(means), "mean_of_means"),
        (sum(sums), "not_divided"),
        (sum(sums) / len(sums), "by_parts"),
        (sum(c * s for c, s in zip(examples, sums, strict=True)) / total, "weighted_again"),
        (sums[0] / examples[0], "first_part"),
        (sums[-1] / total, "last_part"),
    ):
        if np.allclose(merged, expected, rtol=1e-5, atol=1e-6):
            return mistake
    return OTHER


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
    mistakes={
        "not_an_array": "Your function gives a value of type `{type}`; wanted is one array, "
        "with the shape of the sums.",
        "wrong_shape": "The result has shape {seen}, and each of the sums has shape [3, 2]. "
        "Adding up over the workers must keep the shape.",
        "mean_of_means": "You take each worker's mean, and then the mean of these. A worker "
        "whose clients have few examples then counts as much as one whose clients have many.",
        "not_divided": "This is the sum over all examples. The mean is one division away.",
        "by_parts": "You divide by the number of parts. The sums hold each update as many "
        "times as its client has examples, so that is what to divide by.",
        "weighted_again": "The sums are weighted by examples already. Your function does so "
        "a second time.",
        "first_part": "Only the first worker's part is in the result.",
        "last_part": "Only the last worker's sum is in the result, though it is divided by all "
        "examples. Is something overwritten in a loop that should be added up?",
    },
    right="Sums can be merged in any number of steps, means can't: that is why workers send sums.",
)
