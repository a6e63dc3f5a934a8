"""Checks of what several modules are given: words, bits, shares above a half."""

import contextlib
from typing import Any

import numpy as np

from fl_course.arguments import described
from fl_course.localization import say


def check_words(name: str, value: Any) -> list[str]:
    """Checks that a value is a list, a tuple or an array of texts; it may be empty.

    Raises:
        TypeError: If it is something else, such as one text.
    """
    words = value.tolist() if isinstance(value, np.ndarray) else value
    if not isinstance(words, list | tuple) or not all(isinstance(word, str) for word in words):
        raise TypeError(
            say(
                "{name} must be a list of texts, and it is {value}.",
                name=name,
                value=described(value),
            )
        )
    return list(words)


def check_whole_array(name: str, value: Any, most: int) -> np.ndarray:
    """Checks that a value is a row of integers from 0 to `most`, and gives it as int64.

    Raises:
        TypeError: If it holds no integers.
        ValueError: If one is out of range, or it has another shape.
    """
    array = None
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        array = np.asarray(value)
    if array is None or array.dtype.kind not in "iu":
        raise TypeError(
            say(
                "{name} must be an array of integers, and it is {value}.",
                name=name,
                value=described(value),
            )
        )
    if array.ndim != 1 or not len(array) or array.min() < 0 or array.max() > most:
        raise ValueError(
            say(
                "{name} must be a row of integers from 0 to {most}, and it is {value}.",
                name=name,
                most=most,
                value=described(value),
            )
        )
    return array.astype(np.int64)
