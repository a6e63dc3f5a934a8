"""A histogram of the clients' accuracies, of which no single one leaves its client."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import federated_numbers, formulas, told
from fl_course.localization import say

_BINS = 10
# A border that is no sum of halves is on either side of itself in float32: 0.5 alone is sure.
_CASES = (
    [0.05, 0.15, 0.15, 0.95],
    [0.0, 1.0, 0.5, 0.55],
    [0.99, 0.91, 0.09, 0.33, 0.33, 0.38, 0.62],
    [1.0],
    [0.77, 0.72, 0.0, 0.0, 0.26, 0.44, 0.88, 0.51],
)
_ALIKE = ([0.02, 0.13, 0.57, 0.57, 0.98], [0.07, 0.18, 0.51, 0.55, 0.92])  # the same bins


def _places(accuracies: list[float]) -> np.ndarray:
    return np.floor(10 * np.float32(accuracies)).astype(int)


def _counts(places: np.ndarray) -> np.ndarray:
    """How many there are of each place; what is outside is not counted."""
    return np.array([np.sum(places == place) for place in range(_BINS)])


def _right(accuracies: list[float]) -> np.ndarray:
    return _counts(np.minimum(_places(accuracies), _BINS - 1))


_KNOWN = {
    "one_left_out": [lambda a: _counts(_places(a))],
    "rounded": [
        lambda a: _counts(np.minimum(np.rint(10 * np.float32(a)), _BINS - 1)),
        lambda a: _counts(np.rint(10 * np.float32(a))),
    ],
    "upper_border": [
        lambda a: _counts(np.maximum(np.ceil(10 * np.float32(a)) - 1, 0)),
        lambda a: _counts(np.ceil(10 * np.float32(a)) - 1),
    ],
    "nine_parts": [
        lambda a: _counts(np.floor(9 * np.float32(a))),
        lambda a: _counts(np.rint(9 * np.float32(a))),
    ],
    "cumulative": [
        lambda a: np.cumsum(_right(a)),
        lambda a: np.cumsum(_right(a)[::-1])[::-1],
    ],
    "backwards": [lambda a: _right(a)[::-1]],
}


def _judge(answer: Any) -> Found:
    if problem := federated_numbers.kind_problem(answer):
        return problem
    accuracies = federated_numbers.at_clients(np.float32)
    if problem := federated_numbers.argument_problem(answer, [accuracies]):
        return problem
    if problem := _result_problem(answer):
        return problem
    found = [np.asarray(run(answer, [*map(np.float32, case)])) for case in _CASES]
    cases = [(case,) for case in _CASES]
    if problem := formulas.which(found, cases, _right, _KNOWN, _told):
        return problem
    return "tells" if _tells(answer) else None


def _told(accuracies: list[float]) -> str:
    return say("the accuracies {values}", values=", ".join(map(str, accuracies)))


def _result_problem(answer: Any) -> Found:
    import tensorflow_federated as tff

    if problem := federated_numbers.placement_problem(answer):
        return problem
    result = answer.type_signature.result
    wanted = tff.FederatedType(tff.TensorType(np.int32, [_BINS]), tff.SERVER)
    if result.is_equivalent_to(wanted):
        return None
    got, wanted = map(federated_numbers.in_words, (result, wanted))
    return Mistake("wrong_result", got=got, wanted=wanted)


def _tells(answer: Any) -> bool:
    """Whether what goes into an aggregation differs where the bins are the same."""
    return any(
        str(run(stopped, [*map(np.float32, _ALIKE[0])]))
        != str(run(stopped, [*map(np.float32, _ALIKE[1])]))
        for stopped in told.by_clients(answer)
    )


def _reference() -> Any:
    import tensorflow as tf
    import tensorflow_federated as tff

    @tff.tensorflow.computation(np.float32)
    def one_of_ten(accuracy: Any) -> Any:
        place = tf.minimum(tf.cast(10 * accuracy, tf.int32), _BINS - 1)
        return tf.one_hot(place, _BINS, dtype=tf.int32)

    @tff.federated_computation(federated_numbers.at_clients(np.float32))
    def histogram(client_accuracies: Any) -> Any:
        return tff.federated_sum(tff.federated_map(one_of_ten, client_accuracies))

    return histogram


EXERCISE = Exercise(
    id="client_histogram",
    expects="a federated computation of type `({float32}@CLIENTS -> int32[10]@SERVER)`",
    judge=_judge,
    reference=_reference,
    hints=(
        "Two parts: what each client makes of its accuracy, and what the server makes of what all "
        "clients hand in. The second part is one operator.",
        "First a `tff.tensorflow.computation` of one float32: in which of the ten parts is the "
        "accuracy, counted from 0? `tf.cast(..., tf.int32)` cuts off what is behind the point. For "
        "one accuracy the part would be 10.",
        "`tf.one_hot(place, 10, dtype=tf.int32)` has a one at the place and nine zeros. Map your "
        "computation over the accuracies, and take `tff.federated_sum`.",
    ),
    mistakes={
        **federated_numbers.OF_COMPUTATIONS,
        "one_left_out": "A client with an accuracy of 1.0 is counted nowhere. Ten parts of the "
        "range have eleven borders: to which part does the last border belong?",
        "rounded": "An accuracy of 0.38 is counted among those from 0.4 up: something is rounded "
        "to the nearest number that should be cut off.",
        "upper_border": "A client exactly at a border is counted below it: 0.5 belongs to those of "
        "at least 0.5.",
        "nine_parts": "The range is cut into nine parts, and ten are wanted, each 0.1 wide.",
        "cumulative": "Each number counts the clients of all parts up to there, or from there on. "
        "Wanted are those of one part each.",
        "backwards": "The numbers are in the opposite order: the first one is to count the lowest "
        "accuracies.",
        "tells": "The counts are right, but what the clients hand in depends on more than the "
        "part: for two lists of accuracies in the same parts, other values go into the "
        "aggregation. Let each client find its part before anything is aggregated.",
    },
    right="Each client handed in nine zeros and a one. With masks on, the server would see their "
    "sum only.",
)
