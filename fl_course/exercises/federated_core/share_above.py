"""The share of clients above the server's threshold."""

from typing import TYPE_CHECKING, Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, run
from fl_course.exercises.judging import computations, federated_numbers, told
from fl_course.localization import noted

if TYPE_CHECKING:
    import tensorflow_federated as tff


def _at_server(member: Any) -> "tff.FederatedType":
    import tensorflow_federated as tff

    return tff.FederatedType(member, tff.SERVER)


_THRESHOLDS = {
    noted("the temperatures 19.0, 20.5, 23.5 and the threshold 20.0"): ([19.0, 20.5, 23.5], 20.0),
    noted("the temperatures 19.0, 20.5, 23.5 and the threshold 22.0"): ([19.0, 20.5, 23.5], 22.0),
    noted("the temperatures 1.0, 2.0, 3.0, 4.0 and the threshold 2.0"): ([1.0, 2.0, 3.0, 4.0], 2.0),
    # Who rounds, adds a bit or drops signs is wrong in one of these.
    noted("the temperatures 20.2, 20.45, 21.0, 20.4, -20.7 and the threshold 20.4"): (
        [20.2, 20.45, 21.0, 20.4, -20.7],
        20.4,
    ),
    noted("the temperatures 20.001, 20.0, 19.999, -30.0, 25.0 and the threshold 20.0"): (
        [20.001, 20.0, 19.999, -30.0, 25.0],
        20.0,
    ),
    noted("the temperatures -3.0, -1.0, -0.5, 2.0 and the threshold -2.5"): (
        [-3.0, -1.0, -0.5, 2.0],
        -2.5,
    ),
    noted("one temperature, 5.0, and the threshold 7.0"): ([5.0], 7.0),
}
_LIMITS = (-50.0, 18.0, 22.0, 50.0)
_ALIKE = ([19.0, 20.5, 23.5], [15.25, 22.0, 31.0])  # for a threshold of 20.0


def _judge(answer: Any) -> Found:
    if problem := federated_numbers.kind_problem(answer):
        return problem
    found = computations.parameters(answer)
    clients, server = federated_numbers.at_clients(np.float32), _at_server(np.float32)
    if federated_numbers.same_types(found, [clients]):
        return "fixed_threshold"
    if federated_numbers.same_types(found, [server, clients]):
        return "swapped_arguments"
    if len(found) == 2 and all(map(federated_numbers.is_at_clients, found)):
        return "threshold_at_clients"
    if problem := federated_numbers.argument_problem(answer, [clients, server]):
        return problem
    # A comparison at the server gives a boolean, if it is not cast.
    boolean = answer.type_signature.result.is_equivalent_to(_at_server(np.bool_))
    if not boolean:
        if problem := federated_numbers.result_problem(answer):
            return problem
        results = [float(run(answer, [19.0, 20.5, 23.5], limit)) for limit in _LIMITS]
        if len(set(results)) == 1:
            return "threshold_ignored"
    found = federated_numbers.compare(
        answer,
        _THRESHOLDS,
        lambda values, limit: np.mean(_compares(values, limit)),
        {
            "mean_compared": [
                lambda values, limit: np.mean(values) > limit,
                lambda values, limit: np.mean(values) >= limit,
            ],
            "count": [lambda values, limit: np.sum(_compares(values, limit))],
            "percent": [lambda values, limit: 100 * np.mean(_compares(values, limit))],
            "not_strict": [lambda values, limit: np.mean(np.float32(values) >= np.float32(limit))],
            "below": [
                lambda values, limit: np.mean(np.float32(values) < np.float32(limit)),
                lambda values, limit: np.mean(~_compares(values, limit)),
            ],
        },
    )
    if boolean and found != "mean_compared":
        return federated_numbers.result_problem(answer)
    return found or ("tells" if _tells(answer) else None)


def _compares(values: list[float], limit: float) -> np.ndarray:
    return np.float32(values) > np.float32(limit)


def _tells(answer: Any) -> bool:
    """Whether what goes into an aggregation differs where the comparisons are the same."""
    return any(
        str(run(stopped, _ALIKE[0], 20.0)) != str(run(stopped, _ALIKE[1], 20.0))
        for stopped in told.by_clients(answer)
    )


def _reference() -> Any:
    import tensorflow as tf
    import tensorflow_federated as tff

    @tff.tensorflow.computation(np.float32, np.float32)
    def is_above(temperature: Any, threshold: Any) -> Any:
        return tf.cast(temperature > threshold, tf.float32)

    @tff.federated_computation(federated_numbers.at_clients(np.float32), _at_server(np.float32))
    def share_above(temperatures: Any, threshold: Any) -> Any:
        at_clients = tff.federated_broadcast(threshold)
        return tff.federated_mean(tff.federated_map(is_above, (temperatures, at_clients)))

    return share_above


EXERCISE = Exercise(
    id="share_above",
    expects="a federated computation of type "
    "`(<{float32}@CLIENTS,float32@SERVER> -> float32@SERVER)`",
    judge=_judge,
    reference=_reference,
    hints=(
        "The path is that of `mean_deviation`: down, side by side, a calculation at each "
        "client, up. Only the calculation differs.",
        "First write the calculation: a `tff.tensorflow.computation` of two float32 that gives "
        "1.0 if the first is greater than the second, else 0.0. The mean of such numbers is a "
        "share.",
        "Then the federated computation: broadcast the threshold, map your calculation over "
        "the pair of temperatures and what was broadcast, and take `tff.federated_mean`.",
    ),
    mistakes={
        **federated_numbers.OF_COMPUTATIONS,
        "fixed_threshold": "Your computation takes the temperatures only. A threshold from the "
        "notebook is frozen when the body is traced; let the server hand it in as the second "
        "argument.",
        "swapped_arguments": "The threshold comes first in your computation. The task has the "
        "temperatures first, and the lesson calls it in this order.",
        "threshold_at_clients": "In your computation every client brings a threshold. It "
        "belongs to the server, which sends it down.",
        "threshold_ignored": "The result does not change with the threshold: your second "
        "argument has no effect yet.",
        "mean_compared": "The result is 1 or 0, as if the mean of all temperatures were compared "
        "with the threshold: one number, once. Each home "
        "has to compare its own temperature, before anything is averaged.",
        "count": "This is how many clients are above the threshold. A share divides by how "
        "many there are.",
        "percent": "The result is a hundred times too large: a share lies between 0 and 1.",
        "not_strict": "A client exactly at the threshold is counted as above it. For the "
        "values 1, 2, 3, 4 and the threshold 2 the share is 0.5.",
        "tells": "The share is right, but what the homes hand in depends on more than the "
        "comparison: for two lists of temperatures with the same homes above the threshold, other "
        "values go into the aggregation. No home shall tell its temperature. Which operator lets "
        "each home compare before anything is aggregated?",
        "below": "This is the share of clients on the other side of the threshold: for 19.0, "
        "20.5 and 23.5 and the threshold 20.0 two of three are above.",
    },
    right="Each home has compared for itself: its temperature has stayed at home, and the "
    "server has learned only what came of the comparisons, put together over all homes.",
)
