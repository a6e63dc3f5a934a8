"""A mean over clients that is weighted."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found
from fl_course.exercises.judging import federated_numbers
from fl_course.localization import noted

_TEMPERATURES = {
    noted("the temperatures 19.0, 20.5, 23.5 and the numbers 10, 6, 2"): (
        [19.0, 20.5, 23.5],
        [10, 6, 2],
    ),
    noted("the temperatures 1.0, -2.0, 6.0, 4.0 and the numbers 3, 0, 1, 7"): (
        [1.0, -2.0, 6.0, 4.0],
        [3, 0, 1, 7],
    ),
    noted("the temperatures -4.25, 3.5, -0.5, 12.0, 7.75 and the numbers 40, 300, 7, 1, 25"): (
        [-4.25, 3.5, -0.5, 12.0, 7.75],
        [40, 300, 7, 1, 25],
    ),
    noted("one temperature, 5.5, and the number 4"): ([5.5], [4]),
}


def _judge(answer: Any) -> Found:
    return (
        federated_numbers.kind_problem(answer)
        or federated_numbers.argument_problem(
            answer,
            [federated_numbers.at_clients(np.float32), federated_numbers.at_clients(np.int32)],
        )
        or federated_numbers.result_problem(answer)
        or federated_numbers.compare(
            answer,
            _TEMPERATURES,
            lambda values, counts: np.average(values, weights=counts),
            {
                "not_weighted": [lambda values, counts: np.mean(values)],
                "not_divided": [lambda values, counts: np.dot(values, counts)],
                "fixed_total": [lambda values, counts: np.dot(values, counts) / 18],
                "mean_of_products": [lambda values, counts: np.dot(values, counts) / len(values)],
                "plain_sum": [lambda values, counts: np.sum(values)],
            },
        )
    )


def _reference() -> Any:
    import tensorflow_federated as tff

    @tff.federated_computation(
        federated_numbers.at_clients(np.float32), federated_numbers.at_clients(np.int32)
    )
    def weighted_average(temperatures: Any, counts: Any) -> Any:
        return tff.federated_mean(temperatures, counts)

    return weighted_average


EXERCISE = Exercise(
    id="weighted_average",
    expects="a federated computation of type "
    "`(<{float32}@CLIENTS,{int32}@CLIENTS> -> float32@SERVER)`",
    judge=_judge,
    reference=_reference,
    hints=(
        "Begin with `average_temperature`. It has one argument; yours has two, so the "
        "decorator names two types.",
        "Look for the weight in the table of operators: one of the aggregations takes it.",
        "The decorator is `@tff.federated_computation(float_at_clients, counts_at_clients)`; "
        "the body is one line with `tff.federated_mean`, which takes the weight as its second "
        "argument.",
    ),
    mistakes={
        **federated_numbers.OF_COMPUTATIONS,
        "not_weighted": "This is the mean of the clients, each counting the same: for 19.0, "
        "20.5 and 23.5 it gives 21.0 whatever their numbers of measurements. The second "
        "argument has no effect on it.",
        "not_divided": "Every value is multiplied by its weight and all are added, but the sum "
        "is not divided by the sum of the weights: three temperatures of about 20 degrees give "
        "several hundred.",
        "fixed_total": "The result is the sum of the products divided by 18, whatever the numbers "
        "are. The 18 belongs to the three homes of the notebook; it has to come from the second "
        "argument.",
        "mean_of_products": "Values times weights are averaged over the clients: divided by "
        "the number of clients, not by the sum of the weights. There is an aggregation that "
        "does all of it.",
        "plain_sum": "The temperatures are added up. Two homes of 20 degrees would give 40.",
    },
    right="The weights are the clients' own numbers, and the sum of the products is divided by "
    "the sum of the weights: this is the aggregation of Federated Averaging, and what "
    "`tff.federated_mean` with a weight does in one line.",
)
