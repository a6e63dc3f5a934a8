"""Answers to `writers_type`, as learners write them."""

import collections

import numpy as np

from tests.exercises.cases import Case
from tests.exercises.federated_core.at_hand import (
    at_clients,
    at_server,
    example,
    from_the_data,
    sequence,
    with_element,
)


def from_pairs():
    import tensorflow_federated as tff

    pairs = [("label", np.int32), ("pixels", tff.TensorType(np.float32, (28, 28)))]
    return at_clients(sequence(tff.StructType(pairs)))


def images(*shape):
    import tensorflow_federated as tff

    return tff.TensorType(np.float32, shape)


def from_numbers(*shape):
    import tensorflow_federated as tff

    return tff.TensorType(np.int32, shape)


def placed_parts():
    import tensorflow_federated as tff

    parts = (("label", at_clients(np.int32)), ("pixels", at_clients(images(28, 28))))
    return tff.to_type(collections.OrderedDict(parts))


CASE = Case(
    right={
        "from pairs": from_pairs,
        "from the data": from_the_data,
        "a dtype of NumPy": lambda: with_element(
            collections.OrderedDict(label=np.dtype("int32"), pixels=images(28, 28))
        ),
    },
    wrong={
        "not_a_type": example,
        "no_placement": lambda: sequence(example()),
        "placed_inside": placed_parts,
        "at_server": lambda: at_server(sequence(example())),
        "all_equal": lambda: at_clients(sequence(example()), all_equal=True),
        "no_sequence": lambda: at_clients(example()),
        "sequences_inside": lambda: at_clients(
            collections.OrderedDict(label=sequence(np.int32), pixels=sequence(images(28, 28)))
        ),
        "other_order": lambda: with_element(
            collections.OrderedDict(pixels=images(28, 28), label=np.int32)
        ),
        "no_names": lambda: with_element((np.int32, images(28, 28))),
        "wrong_element": lambda: with_element(
            collections.OrderedDict(label=np.int32, pixels=images(784))
        ),
        "wrong_element: wide labels": lambda: with_element(
            collections.OrderedDict(label=np.int64, pixels=images(28, 28))
        ),
        "wrong_element: a channel": lambda: with_element(
            collections.OrderedDict(label=np.int32, pixels=images(28, 28, 1))
        ),
        "wrong_element: batches": lambda: with_element(
            collections.OrderedDict(label=from_numbers(None), pixels=images(None, 28, 28))
        ),
        "wrong_element: other names": lambda: with_element(
            collections.OrderedDict(y=np.int32, x=images(28, 28))
        ),
    },
)
