"""How often each whole number occurs at all clients together."""

from collections.abc import Callable
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found
from fl_course.exercises.judging import federated_arrays

_LENGTH = 24
# Few calls and few clients, for slow answers.
_PROBES = (
    [[3, 3, 5], [], [23, 0, 5, 3, 4, 12, 3]],
    [[22, 2, 2, 0, 0, 0], [4, 4, 9, 2]],
)
# The same numbers at a client, in another order.
_ALIKE = ([[3, 3, 5, 9]], [[9, 5, 3, 3]])


def _each(clients: federated_arrays.Clients) -> np.ndarray:
    return federated_arrays.counts(clients, _LENGTH)


def _right(clients: federated_arrays.Clients) -> np.ndarray:
    return _each(clients).sum(axis=0)


def _last(clients: federated_arrays.Clients) -> np.ndarray:
    return _each([values[-1:] for values in clients]).sum(axis=0)


def _in_whole_batches(size: int) -> Callable[[federated_arrays.Clients], np.ndarray]:
    return lambda clients: _right([own[: len(own) // size * size] for own in clients])


_KNOWN = {
    "clients_counted": [lambda clients: np.minimum(_each(clients), 1).sum(axis=0)],
    "whether": [lambda clients: np.minimum(_right(clients), 1)],
    "largest": [lambda clients: _each(clients).max(axis=0)],
    "mean": [
        lambda clients: np.floor(_each(clients).mean(axis=0)),
        lambda clients: np.rint(_each(clients).mean(axis=0)),
    ],
    "last_only": [_last],
    "remainder_dropped": [_in_whole_batches(size) for size in range(2, 8)],
    "started_above_zero": [lambda clients: _right(clients) + len(clients)],
    "shifted": federated_arrays.shifted(_right),
    "values_added": [lambda clients: np.arange(_LENGTH) * _right(clients)],
    "cumulated": [lambda clients: np.cumsum(_right(clients))],
}


def _judge(answer: Any) -> Found:
    return federated_arrays.type_problem(answer, _LENGTH) or federated_arrays.compare(
        answer, _PROBES, _right, _KNOWN, "ink_histogram", *_ALIKE
    )


def _reference() -> Any:
    from fl_course import analytics

    return analytics.label_histogram(_LENGTH)


EXERCISE = Exercise(
    id="histogram",
    expects="a federated computation of type `({int32*}@CLIENTS -> int32[24]@SERVER)`",
    judge=_judge,
    compiles=True,  # an answer with a filter for each value takes seconds until it is compiled
    reference=_reference,
    hints=(
        "Two computations: one of TensorFlow, from a dataset to 24 counts, and a federated one "
        "that maps it over the clients and aggregates.",
        "The first takes a `tff.SequenceType(np.int32)`. Its `reduce` starts with 24 zeros, and "
        "for each value adds an array that is 1 at the value's place.",
        "The second takes a `tff.FederatedType` of this sequence at `tff.CLIENTS`. The counts of "
        "different clients are added by `tff.federated_sum`.",
    ),
    mistakes={
        **federated_arrays.OF_ARRAYS,
        "clients_counted": "Each entry is the number of clients that have the value. A client with "
        "three images of that value has to count three times.",
        "whether": "Every entry is 0 or 1: whether the value occurs. Wanted is how often.",
        "largest": "Each entry is the count of the one client that has most of it. Counts of "
        "different clients are to be added.",
        "mean": "Each entry is a mean over the clients, in whole numbers. Wanted is the count of "
        "all of them together.",
        "last_only": "Only the last value of each client is counted. What `reduce` carries along "
        "has to go into its next value: does your function use both its arguments?",
        "remainder_dropped": "The last values of some clients are missing, as if each client "
        "counted in batches and dropped a last one that is not full.",
        "started_above_zero": "Every entry is too large by the number of clients. With what does "
        "each client's counting begin?",
        "shifted": "Every count stands one place too far to one side. Entry `k` belongs to the "
        "value `k`, and the first entry to 0.",
        "values_added": "Entry `k` is `k` times the count: the values themselves are added, not a "
        "1 for each.",
        "cumulated": "Each entry counts all values up to its own. Wanted is each one by itself.",
        "tells": "The histogram is right, but the clients hand in more than their counts: for the "
        "same numbers in another order, they hand in something different. Let nothing but the "
        "counts go into an aggregation.",
    },
    right="A client hands in 24 counts, whatever it holds. Which of its images has which ink, it "
    "has told nobody.",
)
