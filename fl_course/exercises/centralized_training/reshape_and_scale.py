"""One row of 784 values between 0 and 1 for each scan."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake
from fl_course.exercises.judging import forms, known_digits, reference, shown
from fl_course.localization import say


def _judge(answer: Any) -> Any:
    if not forms.is_pair(answer):
        return OTHER
    for held_out, name in enumerate(("x_train", "x_test")):
        if found := _rows_mistake(answer[held_out], bool(held_out)):
            return Mistake(found.name, **{"name": name, **found.values})
    return None


def _rows_mistake(answer: Any, held_out: bool) -> Mistake | None:
    array = np.asarray(answer)
    if array.dtype.kind not in "iufb":
        return Mistake("not_an_array", type=type(answer).__name__)
    scans = known_digits.scan(held_out).astype(np.float64)
    other = known_digits.scan(not held_out)
    right, _ = known_digits.scan_rows(held_out)
    if array.size == other.size:
        return Mistake("other_split", wanted=len(scans), got=len(other))
    if array.shape == scans.shape:
        return Mistake("not_flat")
    if array.shape != right.shape:
        return Mistake("wrong_shape", shape=list(array.shape), wanted=list(right.shape))
    found = _values_mistake(array, right, scans, known_digits.rows(held_out)[0])
    if found is None and array.dtype != np.float32:
        return Mistake("wrong_type", type=array.dtype.name)
    return found


def _values_mistake(
    array: np.ndarray, right: np.ndarray, scans: np.ndarray, originals: np.ndarray
) -> Mistake | None:
    precision = 1e-6 if array.dtype.kind != "f" else max(1e-6, np.finfo(array.dtype).eps)

    def close(values: np.ndarray) -> bool:
        return np.allclose(array, values, rtol=0, atol=precision)

    if close(right):
        return None
    if np.isin(array, (0, 1)).all():
        return Mistake("whole_numbers")
    # The order of the pixels first: scaling can be judged whatever the order.
    for name, pixels in {
        "mixed_images": scans.reshape(reference.PIXELS, -1).T,
        "turned_images": scans.transpose(0, 2, 1).reshape(len(scans), reference.PIXELS),
    }.items():
        if close(pixels / 255) or close(pixels):
            return Mistake(name)
    if close(255 * right):
        return Mistake("not_divided", high=255)
    if np.allclose(array, right / 255, rtol=0, atol=1e-7):
        return Mistake("divided_twice", high=f"{array.max():.4f}")
    if close(1 - right):
        return Mistake("inverted")
    if close(originals):
        return Mistake("not_the_scans")
    low, high = float(array.min()), float(array.max())
    if not np.allclose((low, high), (0, 1), rtol=0, atol=precision):
        return Mistake("other_scale", low=f"{low:.4g}", high=f"{high:.4g}")
    # Every value is where a right one could be, so they are told by their places.
    if np.allclose(np.sort(array.ravel()), np.sort(right.ravel()), rtol=0, atol=precision):
        row = int(np.argwhere(~np.isclose(array, right, 0, precision))[0, 0])
        same_pixels = np.allclose(np.sort(array[row]), np.sort(right[row]), rtol=0, atol=precision)
        return Mistake("pixels_moved" if same_pixels else "images_moved", row=row)
    row, column = (int(part) for part in np.argwhere(~np.isclose(array, right, 0, precision))[0])
    return shown.wrong_value(
        say("the scan's value {value}", value=int(scans.reshape(right.shape)[row, column])),
        float(array[row, column]),
        float(right[row, column]),
    )


def _reference() -> known_digits.Arrays:
    return tuple(
        known_digits.scan_rows(held_out)[0].astype(np.float32) for held_out in (False, True)
    )


EXERCISE = Exercise(
    id="reshape_and_scale",
    expects="two arrays, `x_train` of shape [1399, 784] and `x_test` of shape [398, 784], made of "
    "the scans, with values from 0 to 1 of type `float32`",
    judge=_judge,
    reference=_reference,
    hints=(
        "Three things have to be done to `train_scans`, and the same three to `test_scans`: make "
        "a row of each square, bring 0 to 255 down to 0 to 1, change the type. Do one at a time, "
        "and print `x_train.shape` and `x_train.dtype` after each.",
        "`array.reshape(n, 784)` makes n rows of 784 numbers; n is the number of images, "
        "`len(train_scans)`. The largest value of a scan is 255. For the type, the cell above "
        "uses `astype(np.uint8)`; here it is `np.float32`.",
        "Begin with `train_scans.reshape(len(train_scans), 784)`. Divide that by 255. Put the "
        "whole in round brackets and call `.astype(np.float32)` on it. Then the second line, "
        "with `test_scans`.",
    ),
    mistakes={
        "not_an_array": "`{name}` is of type `{type}`, not an array of numbers. Did you assign the "
        "result of the last call?",
        "other_split": "`{name}` has the values of {got} images, and {wanted} are wanted: it looks "
        "as if it was made of the other array of scans. `x_train` comes from `train_scans`, "
        "`x_test` from `test_scans`.",
        "not_flat": "In `{name}` each image is still a square of 28 by 28 pixels. The model takes "
        "one row of 784 numbers for each image.",
        "wrong_shape": "`{name}` has shape {shape}, and {wanted} is wanted: one row for each "
        "image, with all its pixels.",
        "whole_numbers": "`{name}` has nothing but zeros and ones: the greys are gone. A division "
        "with `//`, or a change to a type of whole numbers after dividing, cuts the fractions off.",
        "mixed_images": "`{name}` has the right shape, but its rows mix the pixels of many images. "
        "Reshaping keeps the order in which the numbers lie in memory, so the images have to stay "
        "the first dimension; turning the array afterwards does not put them back.",
        "turned_images": "In `{name}` rows and columns of each image are exchanged: the images are "
        "read from top to bottom, not from left to right. Reshape without turning (`.T`) or "
        "another `order`.",
        "not_divided": "The values of `{name}` still go up to {high}. A model that learns with "
        "these takes steps hundreds of times too large.",
        "divided_twice": "The largest value of `{name}` is {high}, not 1: it looks divided twice. "
        "If the cell changes the scans themselves, run the cell that makes them again.",
        "inverted": "`{name}` goes from 0 to 1, but black and white are exchanged. Our paper is "
        "1, the ink is towards 0, as in the scans.",
        "not_the_scans": "`{name}` holds the original pixels. Very near, but its values are not "
        "whole steps of 1/255: it is to be made of the 8-bit scans.",
        "other_scale": "The shape of `{name}` is right, but its values go from {low} to {high}. A "
        "scan's 0 has to become 0, and its 255 has to become 1, in every image alike.",
        "images_moved": "`{name}` has the right values, but not each image in its place: row "
        "{row}, counted from 0, is the first with another image. The labels in `y_train` and "
        "`y_test` go by the order of the scans.",
        "pixels_moved": "`{name}` has the right values, but pixels of an image have changed "
        "places, first in row {row}, counted from 0. Reshape without turning or reversing.",
        "wrong_value": "The values of `{name}` go from 0 to 1, but not all of them are "
        "right: {case} became {got}, and wanted is {wanted}.",
        "wrong_type": "The values of `{name}` are right, but of type `{type}`, and `float32` is "
        "wanted. Dividing can change the type, so look at it last.",
    },
    right="One row of 784 numbers between 0 and 1 for each image, and the same treatment for "
    "held-out images as for those in training.",
    adapt=lambda answer: tuple(np.asarray(part) for part in answer),
)
