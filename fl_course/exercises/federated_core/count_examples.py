"""How many examples all clients have."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, run
from fl_course.exercises.judging import federated_numbers
from fl_course.localization import noted, say

# Every label, the first and the last example different, no round numbers, equal ones one after
# another: who leaves out any of these, or counts whole batches, is wrong. The words have the labels
# where a wrong count may depend on them.
_LABELS = {
    noted("clients with the labels 2, 2, 0 and 0, 9, 7, 4, 5 and one without examples"): [
        [2, 2, 0],
        [0, 9, 7, 4, 5],
        [],
    ],
    noted("one client with 4 images without ink, labels 3, 3, 7, 7"): [[3, 3, 7, 7]],
    noted("clients with 263, 10 and 1 examples"): [
        [number * number % 10 for number in range(263)],
        [9, 8, 0, 6, 5, 4, 3, 2, 1, 7],
        [0],
    ],
}


def _judge(answer: Any) -> Found:
    import tensorflow as tf

    def dataset(labels: list[int], first: bool) -> Any:
        pixels = tf.zeros([28, 28]) if first else tf.ones([28, 28])
        rows = tf.data.Dataset.from_tensor_slices(np.int32(labels)).map(
            lambda label: {"label": label, "pixels": pixels}
        )
        # Lengths that a dataset knows, and lengths that it does not.
        return rows if first else rows.filter(lambda example: example["label"] >= 0)

    problem = (
        federated_numbers.kind_problem(answer)
        or federated_numbers.argument_problem(answer, [federated_numbers.writers_type()])
        or federated_numbers.result_problem(answer, say("an integer at the server"))
    )
    if problem:
        return problem
    cases = list(_LABELS.values())
    lengths = [list(map(len, clients)) for clients in cases]
    sums = [list(map(sum, clients)) for clients in cases]
    counts = [np.sum(clients) for clients in lengths]
    results = [
        float(run(answer, [dataset(labels, index == 0) for labels in clients]))
        for index, clients in enumerate(cases)
    ]
    if all(map(federated_numbers.close, results, counts)):
        dtype = answer.type_signature.result.member.dtype
        # A wider integer does no harm; a float stops counting at 2**24.
        return None if np.issubdtype(dtype, np.integer) else "float_count"
    known = {
        "average": [np.mean(clients) for clients in lengths],
        "counts_clients": [len(clients) for clients in lengths],
        "begins_at_one": [np.sum(clients) + len(clients) for clients in lengths],
        "adds_labels": [np.sum(clients) for clients in sums],
        "largest": [np.max(clients) for clients in lengths],
        "one_label": [sum(labels.count(7) for labels in clients) for clients in cases],
        "cardinality": [
            counts[0] if index == 0 else -2 * len(clients) for index, clients in enumerate(cases)
        ],
    }
    for name, values in known.items():
        if np.allclose(results, values):
            return name
    return federated_numbers.wrong_value(_LABELS, results, counts)


def _reference() -> Any:
    import tensorflow_federated as tff

    @tff.tensorflow.computation(federated_numbers.writers_type().member)
    def count(examples: Any) -> Any:
        return examples.reduce(0, lambda number, example: number + 1)

    @tff.federated_computation(federated_numbers.writers_type())
    def count_examples(datasets: Any) -> Any:
        return tff.federated_sum(tff.federated_map(count, datasets))

    return count_examples


EXERCISE = Exercise(
    id="count_examples",
    expects="a federated computation that takes "
    "`{<label=int32,pixels=float32[28,28]>*}@CLIENTS` and gives an integer at the server",
    judge=_judge,
    reference=_reference,
    hints=(
        "Two computations, as for the 7s: a TensorFlow computation that counts at one client, "
        "and a federated one that maps it and adds up.",
        "The first takes `writers_type.member` and returns `examples.reduce(...)`. What is the "
        "state at the beginning, and what is added for each example?",
        "The function in `reduce` gets the state and the example, and gives the state plus 1. "
        "The second computation takes `writers_type`, and has a `federated_map` inside a "
        "`federated_sum`.",
    ),
    mistakes={
        **federated_numbers.OF_COMPUTATIONS,
        "average": "This is the mean number of examples a client. Asked for is how many there "
        "are together.",
        "counts_clients": "This is the number of clients: each one adds 1, whatever its "
        "dataset holds. For clients with 3, 5 and 0 examples it gives 3.",
        "begins_at_one": "Each client counts one too many: for clients with 3, 5 and 0 examples "
        "the result is 11. What is the state before the first example?",
        "adds_labels": "The labels are added up. An example counts as 1, whatever its label.",
        "largest": "This is the number of examples of the client that has most. The examples "
        "of the others count too.",
        "one_label": "Only examples of one label are counted, the 7s. Every example counts as 1.",
        "cardinality": "`cardinality` gives -2 when it does not know the length, as for a "
        "dataset that was filtered. Count with `reduce`.",
        "float_count": "The number is right, but its type is a float, which can no longer "
        "count in ones above some 16 million. Let the state begin as an integer.",
    },
    right="Where each client counts for itself, one number of each goes into the aggregation, and "
    "the server sees no example.",
)
