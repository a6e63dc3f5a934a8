"""How many bytes a plan of rounds sends."""

import numbers
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run
from fl_course.exercises.judging import edits


def _judge(answer: Any) -> Any:
    models = (
        [np.zeros((784, 10), np.float32), np.zeros(10, np.float32)],
        [np.zeros((5, 3), np.float32), np.zeros((3, 2, 2), np.float32), np.zeros(7, np.float32)],
        [np.zeros((5, 3), np.float16), np.zeros(4, np.float16)],
    )
    found = []
    for weights in models:
        for cohort_sizes in ([3, 7, 2, 10, 1], [4, 4, 4]):
            seen = run(answer, weights, cohort_sizes)
            seen = seen.item() if hasattr(seen, "item") and np.ndim(seen) == 0 else seen
            if isinstance(seen, bool) or not isinstance(seen, numbers.Real):
                return Mistake("not_a_number", type=type(seen).__name__)
            found.append(_judge_bytes(float(seen), weights, cohort_sizes))
    # A wrong formula may be right for a plan, such as one with equal cohorts. The last model has
    # numbers of two bytes: who is wrong only there took four for every number.
    mistakes = [mistake for mistake in found[:4] if mistake is not None]
    if mistakes:
        return mistakes[0]
    return None if found[4:] == [None, None] else "four_bytes"


def _judge_bytes(seen: float, weights: edits.Arrays, cohort_sizes: list[int]) -> Any:
    one_way = sum(array.nbytes for array in weights)
    clients, rounds = sum(cohort_sizes), len(cohort_sizes)
    for expected, mistake in (
        (2 * one_way * clients, None),
        (one_way * clients, "one_way"),
        (one_way * clients / 4, "one_way"),
        (2 * one_way * clients / 4, "numbers_not_bytes"),
        (2 * one_way * clients * 8, "bits"),
        (2 * weights[0].nbytes * clients, "one_tensor"),
        (2 * one_way * rounds, "one_client"),
        (2 * one_way * cohort_sizes[0], "one_round"),
        (2 * one_way * cohort_sizes[0] * rounds, "equal_cohorts"),
        (one_way * (clients + rounds), "down_once"),
    ):
        if seen == expected:
            return mistake
    return OTHER


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
    mistakes={
        "not_a_number": "Your function gives a value of type `{type}`; wanted is a number of "
        "bytes.",
        "one_way": "Only one direction is counted. The weights go down to each client, and an "
        "update of the same size comes up.",
        "numbers_not_bytes": "You have counted the numbers that are sent. How many bytes does "
        "one take? The array knows.",
        "four_bytes": "Right for float32, and wrong for arrays of float16: you take four bytes "
        "for each number. The array's type says how many it needs.",
        "bits": "This is eight times too much: bits, where bytes are wanted.",
        "one_tensor": "Only the first array is counted. The model has others.",
        "one_client": "Only one client a round is counted.",
        "one_round": "Only the first round is counted.",
        "equal_cohorts": "You take all cohorts for as large as the first. The list gives each "
        "round's own size.",
        "down_once": "The way down is counted once a round. Every client of the cohort has to "
        "be sent the model.",
    },
    right="Local epochs do not occur in it: what a client computes costs no bytes.",
)
