"""How far the clients' values lie apart."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import federated_numbers
from fl_course.localization import noted

_SPREADS = {
    noted("the temperatures 19.0, 20.5, 23.5"): ([19.0, 20.5, 23.5],),
    noted("the temperatures -5.0, -2.0"): ([-5.0, -2.0],),
    noted("the temperatures 7.0, 1.0, 2.0, 3.0"): ([7.0, 1.0, 2.0, 3.0],),
    noted("the temperatures 2.0, 2.25, -0.5, 2.0"): ([2.0, 2.25, -0.5, 2.0],),
    # Beyond every number that one might begin a search with.
    noted("the temperatures 1500.0, -1200.0, 40.0"): ([1500.0, -1200.0, 40.0],),
    noted("the temperatures 2000.0, 1999.0"): ([2000.0, 1999.0],),
}


def _judge(answer: Any) -> Found:
    problem = federated_numbers.kind_problem(answer) or federated_numbers.argument_problem(
        answer, [federated_numbers.at_clients(np.float32)]
    )
    if problem:
        return problem
    if _gives_both_ends(answer):
        return Mistake("two_numbers", got=str(answer.type_signature.result))
    return federated_numbers.result_problem(answer) or federated_numbers.compare(
        answer,
        _SPREADS,
        np.ptp,
        {
            "negative": [lambda values: -np.ptp(values)],
            "one_end": [np.max, np.min],
            "added": [lambda values: np.max(values) + np.min(values)],
            "own_difference": [lambda values: 0.0],
            "from_the_mean": [
                lambda values: np.max(values) - np.mean(values),
                lambda values: np.mean(values) - np.min(values),
            ],
        },
    )


def _gives_both_ends(answer: Any) -> bool:
    import tensorflow as tf
    import tensorflow_federated as tff

    result = answer.type_signature.result
    member = result.member if isinstance(result, tff.FederatedType) else result
    if not isinstance(member, tff.StructType) or federated_numbers.is_at_clients(result):
        return False
    ends = sorted(map(float, tf.nest.flatten(run(answer, [19.0, 20.5, 23.5]))))
    return ends == [19.0, 23.5]


def _reference() -> Any:
    import tensorflow_federated as tff

    @tff.tensorflow.computation(np.float32, np.float32)
    def minus(a: Any, b: Any) -> Any:
        return a - b

    @tff.federated_computation(federated_numbers.at_clients(np.float32))
    def spread(temperatures: Any) -> Any:
        ends = tff.federated_max(temperatures), tff.federated_min(temperatures)
        return tff.federated_map(minus, ends)

    return spread


EXERCISE = Exercise(
    id="spread",
    expects="a federated computation of type `({float32}@CLIENTS -> float32@SERVER)`",
    judge=_judge,
    reference=_reference,
    hints=(
        "The error names an operation on two `Value`s. Which rule does it break: operators "
        "outside, tensors inside?",
        "Both values are at the server, and the subtraction has to be a TensorFlow "
        "computation. The lesson has one for two float32.",
        "`tff.federated_map` works at the server too: it takes `minus` and a pair of values.",
    ),
    mistakes={
        **federated_numbers.OF_COMPUTATIONS,
        "two_numbers": "The result is `{got}`: both ends are at the server, but not subtracted "
        "yet. What applies a computation where its argument is?",
        "negative": "The result has the wrong sign: the warmest was subtracted from the coldest.",
        "one_end": "This is one end only, the warmest or the coldest home, not the difference "
        "between both.",
        "added": "Both ends are added. Asked for is how far apart they are.",
        "own_difference": "The result is 0 for all temperatures that the check tried. Is a number "
        "subtracted from itself? At one home the highest and the lowest are the same temperature; "
        "they have to be found across the homes first.",
        "from_the_mean": "This is how far one end is from the mean. Asked for is how far the "
        "two ends are apart.",
    },
    right="A calculation at the server is a map like any other. In lesson {{averaging_by_hand}} "
    "the server applies the mean update to the weights in this way.",
)
