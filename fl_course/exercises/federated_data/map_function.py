"""The function that makes a training batch of raw examples."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Found, Mistake, run
from fl_course.exercises.judging import forms, memory, shown
from fl_course.localization import say

BATCH_SIZE = 20


def _batch(size: int, seed: int = 0) -> "OrderedDict[str, Any]":
    """A batch of noise, as the dataset's elements are: right and nearly right differ on it."""
    import tensorflow as tf

    rng = np.random.default_rng([seed, size])
    return OrderedDict(
        label=tf.constant(rng.integers(0, 10, size, np.int32)),
        pixels=tf.constant(rng.random((size, 28, 28), np.float32)),
    )


def _judge(answer: Any) -> Found:
    if found := memory.problem(
        answer,
        lambda function: run(function, _batch(BATCH_SIZE, seed=2)),
        lambda function: run(function, _batch(BATCH_SIZE, seed=3)),
    ):
        return found
    try:
        result = run(answer, _batch(BATCH_SIZE))
    except Exception:
        fitting = [size for size in (1, 7, 10, 32, 40, 50, 100) if _accepts(answer, size)]
        if fitting == [1]:
            return "one_example"
        if fitting:
            return Mistake("fixed_size", size=fitting[0], other=BATCH_SIZE)
        raise
    if found := _mistake_of_names(result):
        return found
    other = run(answer, _batch(BATCH_SIZE, seed=1))
    for name in ("x", "y"):
        first, second = forms.array(result[name]), forms.array(other[name])
        if first.size > 1 and np.array_equal(first, second):
            return "captured"
    if found := _mistake_of_values(result, _batch(BATCH_SIZE)):
        return found
    if list(result) == ["y", "x"]:
        return "wrong_order"
    # Smaller ones, as the last of a client, and larger ones: n may be any number.
    for size in (7, 1, 33, 150):
        if not _accepts(answer, size):
            return Mistake("fixed_size", size=BATCH_SIZE, other=size)
        if found := _mistake_of_values(run(answer, _batch(size)), _batch(size)):
            return found
    return _mistake_in_pipeline(answer)


def _accepts(function: Any, size: int) -> bool:
    try:
        return isinstance(function(_batch(size)), Mapping)
    except Exception:
        return False


def _mistake_of_names(result: Any) -> Found:
    if isinstance(result, (tuple, list)) and not hasattr(result, "_fields"):
        return "no_names"
    if not isinstance(result, Mapping):
        return "only_one" if hasattr(result, "shape") else OTHER
    if any(part is ... for part in result.values()):
        return "returns_blank"
    if set(result) != {"x", "y"}:
        names = ", ".join(f"`{name}`" for name in result)
        return Mistake("wrong_names", names=names or say("none at all"))
    return None


def _mistake_of_values(result: Mapping[str, Any], batch: Mapping[str, Any]) -> Found:
    x, y = forms.array(result["x"]), forms.array(result["y"])
    pixels, labels = batch["pixels"].numpy(), batch["label"].numpy()
    size = len(labels)
    if x.shape == labels.shape and y.shape in (pixels.shape, (size, 784)):
        return "swapped"
    if x.shape == pixels.shape:
        return "not_flattened"
    if x.shape in ((size * 784,), (1, size * 784)) and size > 1:
        return Mistake("all_in_one_row", size=size)
    if x.shape != (size, 784):
        return Mistake("wrong_shape", shape=list(x.shape), size=size)
    if y.shape == (size, 1):
        return "labels_in_a_column"
    if y.shape == (size, 10):
        return "one_hot"
    rows = pixels.reshape(size, 784)
    if np.allclose(255 * x, rows, atol=1e-3):
        return "divided_again"
    precision = max(1e-6, float(np.finfo(x.dtype).eps)) if x.dtype.kind == "f" else 1e-6
    if not np.allclose(x, rows, atol=precision):
        image, pixel = np.argwhere(~np.isclose(x, rows, atol=precision))[0]
        got, wanted = shown.in_digits(x[image, pixel], rows[image, pixel])
        where = {"image": image, "row": pixel // 28, "column": pixel % 28}
        return Mistake("pixels_changed", **where, got=got, wanted=wanted, size=size)
    if y.shape != labels.shape or not np.array_equal(y, labels):
        got, wanted = (", ".join(map(str, part.ravel()[:4])) for part in (y, labels))
        shape = {"got": list(y.shape), "wanted": list(labels.shape)}
        if y.shape != labels.shape:
            return Mistake("labels_shape", **shape, size=size)
        return Mistake("labels_changed", got=got, wanted=wanted, size=size)
    for name, array, wanted in (("x", x, np.float32), ("y", y, np.int32)):
        if array.dtype != wanted:
            return Mistake("wrong_type", name=name, type=array.dtype.name, wanted=wanted.__name__)
    return None


def _mistake_in_pipeline(function: Any) -> Found:
    import tensorflow as tf

    examples = _batch(27)
    batches = tf.data.Dataset.from_tensor_slices(examples).batch(BATCH_SIZE)
    try:
        mapped = batches.map(function)
        shape = mapped.element_spec["x"].shape
        results = list(mapped.as_numpy_iterator())
    except Exception:
        # On a batch of values it did work.
        return "only_on_values"
    if shape.rank is None or shape[-1] is None:
        return "unknown_width"
    for result, batch in zip(results, batches, strict=True):
        if found := _mistake_of_values(result, batch):
            return found
    return None


def _reference() -> Any:
    from fl_course import preprocessing

    return preprocessing.flatten


EXERCISE = Exercise(
    id="map_function",
    expects="a function that takes a dict of `pixels`, float32 [n, 28, 28], and `label`, int32 "
    "[n], and gives an `OrderedDict` of `x`, float32 [n, 784], and then `y`, int32 [n]",
    judge=_judge,
    reference=_reference,
    hints=(
        'The pixels are in `batch["pixels"]`. Give them a new shape, and leave the labels alone.',
        "`tf.reshape` takes the tensor and the new shape. Of a shape, one size may be -1: it is "
        "then worked out from the rest. Here it is the one that changes from batch to batch.",
        "`collections.OrderedDict(first=..., second=...)` makes an ordered dict with two names. "
        "Return one with the rows as `x` and then the labels as `y`.",
    ),
    mistakes=memory.OF_MEMORY
    | {
        "no_names": "Your function gives the parts without names. Return an `OrderedDict`, in "
        "which they are called `x` and `y`.",
        "only_one": "Your function gives one tensor. A model needs both: its input `x` and the "
        "label `y`.",
        "wrong_names": "The names in what your function gives are {names}. `tff.learning` looks "
        "for `x` and `y`, and for nothing else.",
        "captured": "Two different batches gave the same result, so a part of it does not come "
        "from the argument `batch`. Does your function use a variable from another cell?",
        "swapped": "`x` has the labels and `y` the images: the two have changed places.",
        "wrong_order": "Names and values are right, but `y` comes before `x`. In TFF the order of "
        "names is a part of the type, as the next cell shows; put `x` first.",
        "not_flattened": "`x` is still a stack of squares, [n, 28, 28]. The model wants each image "
        "as one row of 784 numbers.",
        "all_in_one_row": "A batch of {size} images became a single row: the batch dimension was "
        "flattened too. Each image needs a row of its own.",
        "wrong_shape": "For a batch of {size} images `x` has shape {shape}. Wanted is one row for "
        "each image, of 784 numbers (28 times 28).",
        "one_example": "Your function fits one image only, but `map` comes after `batch` here: it "
        "gets a stack of images, and each of them should become a row.",
        "fixed_size": "Your function works for a batch of {size} and raises an error for one of "
        "{other}. The last batch of a client is often smaller, so let n be any number.",
        "labels_in_a_column": "`y` has shape [n, 1], a column. Wanted is [n]: leave the labels as "
        "they come.",
        "one_hot": "`y` has ten numbers for each label (one-hot). Wanted is the label itself, one "
        "integer; leave the labels as they come.",
        "divided_again": "The pixels in `x` are 255 times too small. They come with values from 0 "
        "to 1 already, so nothing has to be divided.",
        "pixels_changed": "`x` has the right shape, but not each image's pixels as they come, row "
        "after row. In a batch of {size}, image {image}, row {row}, column {column} (counted from "
        "0) came as {wanted}, and in `x` there is {got}.",
        "labels_changed": "`x` is right, but `y` is not the batch's labels. In a batch of {size} "
        "they begin {wanted}, and `y` begins {got}. Leave them as they come.",
        "labels_shape": "`x` is right, but for a batch of {size} `y` has shape {got}. Wanted is "
        "{wanted}: leave the labels as they come.",
        "wrong_type": "`{name}` is {type} and should be {wanted}. The element type is a part of "
        "TFF's type, so batches of another one would not fit the model.",
        "only_on_values": "Your function works on a batch of values, but not inside "
        "`dataset.map`, which records it once with stand-ins that have no values yet. NumPy "
        "functions, `.numpy()` and `.shape[0]` need values; TensorFlow's own functions do not.",
        "unknown_width": "The values are right, but inside `dataset.map` TensorFlow can't tell how "
        "wide a row is: the type of `x` is float32[?,?]. A model "
        "needs the number of its inputs in advance, so the task asks for [n, 784] there too. Leave "
        "the number of rows open, and write out the 784.",
    },
    right="One function for every client and every batch, whatever its size. A plain dict would "
    "pass too, but only because `x` comes before `y` in the alphabet.",
)
