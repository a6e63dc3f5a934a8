"""Checks of arrays: updates of several clients, residues, rows."""

import contextlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from fl_course.arguments import check_integer, described
from fl_course.localization import say


def _array(value: Any) -> np.ndarray | None:
    """A value as an array, or None if it has no shape, as rows of different lengths have none."""
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        return np.asarray(value)
    return None


def check_real_array(name: str, value: Any) -> np.ndarray:
    """Checks that a value holds finite real numbers, and gives them as float64 of any shape.

    Raises:
        TypeError: If it holds something else.
        ValueError: If one is NaN or infinite.
    """
    array = _array(value)
    if array is None or array.dtype.kind not in "iuf":
        raise TypeError(
            say(
                "{name} must be an array of real numbers, and it is {value}.",
                name=name,
                value=described(value),
            )
        )
    array = array.astype(np.float64)
    if not np.isfinite(array).all():
        raise ValueError(say("{name} must be finite, and it holds NaN or infinity.", name=name))
    return array


def check_residues(name: str, value: Any, bits: int) -> np.ndarray:
    """Checks that a value holds integers from 0 to 2**bits - 1, and gives them as uint64.

    Raises:
        TypeError: If it holds something else than integers.
        ValueError: If one is out of range.
    """
    array = _array(value)
    if array is None or array.dtype.kind not in "iu":
        raise TypeError(
            say(
                "{name} must be an array of integers, and it is {value}.",
                name=name,
                value=described(value),
            )
        )
    if ((array < 0) | (array >= 2**bits)).any():
        raise ValueError(
            say(
                "{name} must be from 0 to `2**{bits} - 1`, modulo `2**{bits}`.",
                name=name,
                bits=bits,
            )
        )
    return array.astype(np.uint64)


def check_rows(name: str, value: Any) -> np.ndarray:
    """Checks that a value is a row for each client, and gives it as float64 [clients, d].

    Raises:
        TypeError: If it holds no real numbers.
        ValueError: If one is not finite, or it has another shape.
    """
    rows = check_real_array(name, value)
    if rows.ndim != 2 or not rows.size:
        raise ValueError(
            say(
                "{name} must have a row for each client, [clients, d], and it has the shape "
                "{shape}.",
                name=name,
                shape=list(rows.shape),
            )
        )
    return rows


def check_places(name: str, value: Any, count: int) -> list[int]:
    """Checks that a value lists rows by their places, from 0, each once; it may be empty.

    Raises:
        TypeError: If it is no list.
        ValueError: If a place is not there, or is named twice.
    """
    places = value.tolist() if isinstance(value, np.ndarray) else value
    if isinstance(places, range):
        places = list(places)
    if not isinstance(places, Sequence) or isinstance(places, str | bytes):
        raise TypeError(
            say(
                "{name} must be a list of places from 0, and it is {value}.",
                name=name,
                value=described(value),
            )
        )
    checked = [check_integer(name, place, 0, count - 1) for place in places]
    if len(set(checked)) < len(checked):
        raise ValueError(
            say("{name} must name each place once, and it is {value}.", name=name, value=checked)
        )
    return checked


def check_images(name: str, value: Any) -> np.ndarray:
    """Checks that a value is images [n, 28, 28] of finite real numbers, and gives it in its type.

    Raises:
        TypeError: If it holds no real numbers.
        ValueError: If one is not finite, or it has another shape.
    """
    check_real_array(name, value)
    images = np.asarray(value)
    if images.ndim != 3 or images.shape[1:] != (28, 28) or not len(images):
        raise ValueError(
            say(
                "{name} must have the shape [n, 28, 28], and it has {shape}.",
                name=name,
                shape=list(images.shape),
            )
        )
    return images


def check_labels(name: str, value: Any) -> np.ndarray:
    """Checks that a value is labels, integers 0 to 9 [n], and gives it in its type.

    Raises:
        TypeError: If it holds no integers.
        ValueError: If one is out of range, or it has another shape.
    """
    labels = _array(value)
    if labels is None or labels.dtype.kind not in "iu":
        raise TypeError(
            say(
                "{name} must be an array of integers, and it is {value}.",
                name=name,
                value=described(value),
            )
        )
    if labels.ndim != 1 or not len(labels) or labels.min() < 0 or labels.max() > 9:
        raise ValueError(
            say(
                "{name} must be a row of labels from 0 to 9, and it is {value}.",
                name=name,
                value=described(value),
            )
        )
    return labels
