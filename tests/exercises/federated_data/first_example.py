"""Answers to `first_example`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case
from tests.exercises.federated_data.at_hand import dataset, parts


def three(example, label=None, pixels=None):
    label = int(example["label"]) if label is None else label
    pixels = np.asarray(example["pixels"]) if pixels is None else pixels
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


def made(**parts):
    example = {**first(), **parts}
    return three(example, label=0, pixels=example["pixels"])


def taken_apart():
    example = first()
    pixels = example.pop("pixels")
    return example, int(example["label"]), pixels


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
        "pixels_changed: rounded": lambda: three(
            first(), pixels=first()["pixels"].numpy().round(1)
        ),
        "pixels_changed: empty": lambda: three(first(), pixels=np.zeros((28, 28), np.float32)),
        "pixels_changed: inverted": lambda: three(first(), pixels=1 - first()["pixels"].numpy()),
        "pixels_changed: turned": lambda: three(first(), pixels=first()["pixels"].numpy().T),
        "divided: with the example": lambda: made(pixels=first()["pixels"].numpy() / 255),
        "image_changed": lambda: made(pixels=255 * first()["pixels"].numpy()),
        "image_changed: white paper": lambda: made(pixels=np.ones((28, 28), np.float32)),
        "label_changed": lambda: three({**first(), "label": 5}, label=5),
        "other_names": lambda: three({**first(), "client": "writer_00"}),
        "other_names: taken apart": taken_apart,
        "pixels_shape: a channel": lambda: three(first(), pixels=first()["pixels"][..., None]),
        "label_type: a float": lambda: three(first(), label=0.0),
        "not_the_first: the last": lambda: three(list(dataset())[-1]),
        "not_the_first: shuffled": lambda: three(next(iter(dataset().shuffle(100, seed=3)))),
        "a_batch: of one": lambda: (b := next(iter(dataset().batch(1))), b["label"], b["pixels"]),
        "test_split": lambda: three(
            next(iter(parts()[1].create_tf_dataset_for_client("writer_00")))
        ),
        "another_client": lambda: three(next(iter(dataset("writer_05")))),
        "not_the_first": lambda: three(next(iter(dataset().skip(3)))),
    },
    other={
        "only the example": first,
        "two things": lambda: (first(), 0),
    },
)
