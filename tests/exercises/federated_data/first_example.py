"""Answers to `first_example`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case
from tests.exercises.federated_data.at_hand import dataset, parts


def three(example, label=None, pixels=None):
    label = int(example["label"].numpy()) if label is None else label
    pixels = example["pixels"].numpy() if pixels is None else pixels
    return example, label, pixels


def first():
    return next(iter(dataset()))


def first_of_all():
    example, *_ = dataset()
    return [dict(example), example["label"], example["pixels"]]


def first_in_numpy():
    example = next(dataset().as_numpy_iterator())
    return example, example["label"], example["pixels"].astype(np.float64)


def first_by_take():
    (example,) = list(dataset().take(1))
    return three(example, label=example["label"].numpy().item())


def moved_on(part):
    iterator = iter(dataset())
    example = next(iterator)
    return three(example, **{part: next(iterator)[part].numpy()})


CASE = Case(
    right={"unpacking": first_of_all, "NumPy": first_in_numpy, "take": first_by_take},
    wrong={
        "still_a_dataset": lambda: (dataset().take(1), 0, first()["pixels"]),
        "an_iterator": lambda: (iter(dataset()), 0, first()["pixels"]),
        "not_the_dict": lambda: (tuple(first().values()), 0, first()["pixels"]),
        "a_batch": lambda: (b := next(iter(dataset().batch(40))), b["label"], b["pixels"]),
        "swapped": lambda: (first(), first()["pixels"].numpy(), first()["label"].numpy()),
        "names": lambda: (first(), *first()),
        "label_type": lambda: three(first(), label="0"),
        "pixels_type": lambda: three(first(), pixels="an image"),
        "pixels_shape": lambda: three(first(), pixels=first()["pixels"].numpy().reshape(784)),
        "whole_numbers": lambda: three(first(), pixels=first()["pixels"].numpy().astype(int)),
        "divided": lambda: three(first(), pixels=first()["pixels"].numpy() / 255),
        "parts_differ": lambda: moved_on("label"),
        "pixels_changed": lambda: three(first(), pixels=255 * first()["pixels"].numpy()),
        "test_split": lambda: three(
            next(iter(parts()[1].create_tf_dataset_for_client("writer_00")))
        ),
        "another_client": lambda: three(next(iter(dataset("writer_05")))),
        "not_the_first": lambda: three(next(iter(dataset().skip(3)))),
    },
    other={
        "only the example": first,
        "two things": lambda: (first(), 0),
        "white paper": lambda: (e := {"label": 0, "pixels": np.ones((28, 28))}, 0, e["pixels"]),
    },
)
