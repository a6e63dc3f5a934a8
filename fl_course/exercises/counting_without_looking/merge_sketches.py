"""Which cells anybody has filled: the union of sketches."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found
from fl_course.exercises.judging import federated_arrays

_LENGTH = 4096
_PROBES = (
    [[3, 3, 5], [4095, 0], [5, 3]],
    [[], [7, 7, 7, 7], [1, 7], [7]],
    [[4094, 2, 2, 0]],
    [[2000, 9], [9, 2000], [9]],
)
# The same cells at a client, in another order and one more often.
_ALIKE = ([[3, 5, 9]], [[9, 5, 3, 3, 3]])


def _each(clients: federated_arrays.Clients) -> np.ndarray:
    return federated_arrays.counts(clients, _LENGTH)


def _right(clients: federated_arrays.Clients) -> np.ndarray:
    return np.minimum(_each(clients).sum(axis=0), 1)


_KNOWN = {
    "sketches_added": [lambda clients: np.minimum(_each(clients), 1).sum(axis=0)],
    "words_counted": [
        lambda clients: _each(clients).sum(axis=0),
        lambda clients: _each(clients).max(axis=0),
    ],
    "intersection": [
        lambda clients: np.minimum(_each(clients), 1).min(axis=0),
        lambda clients: _each(clients).min(axis=0),
    ],
    "last_only": [lambda clients: _right([own[-1:] for own in clients])],
    "toggled": [
        lambda clients: np.max(_each(clients) % 2, axis=0),
        lambda clients: _each(clients).sum(axis=0) % 2,
        lambda clients: np.minimum(_each(clients), 1).sum(axis=0) % 2,
    ],
    "turned_round": [lambda clients: 1 - _right(clients)],
    "shifted": federated_arrays.shifted(_right),
    "all_filled": [lambda clients: np.ones(_LENGTH)],
}


def _judge(answer: Any) -> Found:
    return federated_arrays.type_problem(answer, _LENGTH) or federated_arrays.compare(
        answer, _PROBES, _right, _KNOWN, "merge_sketches", *_ALIKE
    )


def _reference() -> Any:
    from fl_course import analytics

    return analytics.union_of_cells(_LENGTH)


EXERCISE = Exercise(
    id="merge_sketches",
    expects="a federated computation of type `({int32*}@CLIENTS -> int32[4096]@SERVER)`",
    judge=_judge,
    reference=_reference,
    hints=(
        "As with the histogram: a TensorFlow computation from a dataset to an array, and a "
        "federated one around it. Two places differ, one in each.",
        "At the client: a cell that is hit a second time stays at 1. A maximum of what `reduce` "
        "carries and of the array with a single 1 does that.",
        "Between the clients: a cell is filled if the largest of all clients' entries is 1.",
    ),
    mistakes={
        **federated_arrays.OF_ARRAYS,
        "sketches_added": "Each entry is the number of clients that have filled the cell. In the "
        "union it is 1, however many they are.",
        "words_counted": "There are entries above 1, as if each word that falls into a cell "
        "counted. A sketch says only whether the cell is filled.",
        "intersection": "Only cells that every client has filled are 1. One client is enough.",
        "last_only": "Each client fills the cell of its last word only. What `reduce` carries "
        "along has to go into its next value: does your function use both its arguments?",
        "toggled": "Some cells that are hit a second time are empty again. A cell that is filled "
        "stays so, however often it is hit.",
        "turned_round": "Zeros and ones are exchanged: 1 stands for a cell that is filled.",
        "shifted": "Every 1 stands one place too far to one side. Entry `k` belongs to the cell "
        "`k`, and the first entry to cell 0.",
        "all_filled": "All cells are filled, whatever the clients have. With what does each "
        "client's sketch begin?",
        "tells": "The union is right, but the clients hand in more than their sketches: where the "
        "same cells are hit in another order, or more often, they hand in something different. Let "
        "nothing but the sketches go into an aggregation.",
    },
    right="With `federated_max` nobody sees from the union how many clients have filled a cell. "
    "With a sum that is cut down to 1 afterwards, the server sees it, even if the sum is secure.",
)
