"""The digits as learners meet them: pooled in rows, as scans, and where each image stands."""

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np

from fl_course.exercises.judging.reference import PIXELS

Arrays = tuple[np.ndarray, np.ndarray]  # rows, float32 [n, 784], and labels, int32 [n]
Place = tuple[str, str, int]  # part, client id, position


@functools.cache
def client_data() -> tuple[Any, Any]:
    """The digits to train with, and those held out."""
    from fl_course import data

    return data.load("digits")


@functools.cache
def rows(held_out: bool, writer: str | None = None) -> Arrays:
    """The digits of a writer, or of all, as the lesson pools them."""
    from fl_course import data

    images, labels = data.pool(client_data()[held_out], [writer] if writer else None)
    return images.reshape(len(images), PIXELS), labels


def scan(held_out: bool) -> np.ndarray:
    """The 8-bit scans that the lesson makes of the digits, uint8 [n, 28, 28]."""
    pooled, _ = rows(held_out)
    return np.round(255 * pooled).astype(np.uint8).reshape(len(pooled), 28, 28)


def scan_rows(held_out: bool) -> Arrays:
    """What `x_train` or `x_test` has to be, but for the type, and its labels."""
    return scan(held_out).reshape(-1, PIXELS) / 255, rows(held_out)[1]


@functools.cache
def examples() -> dict[tuple[str, str], Mapping[str, np.ndarray]]:
    """Part and client id to `label` and `pixels`, in the order of writing."""
    # Not through tf.data, which takes a second for all clients.
    from fl_course.data import digits

    return {
        (part, client_id): examples
        for client_id, written in digits.writers().items()
        for part, examples in zip(("train", "test"), digits.split(written), strict=True)
    }


@functools.cache
def _places() -> dict[bytes, Place]:
    """Where an image is found; no two images of the data are equal."""
    return {
        image.tobytes(): (*key, position)
        for key, written in examples().items()
        for position, image in enumerate(written["pixels"])
    }


def place(image: np.ndarray) -> Place | None:
    """Where an image is found, or None if it is none of the data's."""
    return _places().get(np.ascontiguousarray(image, np.float32).tobytes())
