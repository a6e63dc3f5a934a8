"""Lesson 2's exercises: one example, a picture's alpha, the map function, a cohort's data."""

import functools
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run
from fl_course.localization import say

# What the lesson's text asks for.
_CLIENT = "writer_00"
_EPOCHS = 5
_BATCH_SIZE = 20
_ALPHA = 0.5
_CANDIDATES = (0.1, _ALPHA, 2.0, 100.0)

_Found = Any  # what a judge gives: None, OTHER, a mistake's name or a Mistake
_Place = tuple[str, str, int]  # "train" or "test", client id, position from 0


@functools.cache
def _examples() -> dict[tuple[str, str], Mapping[str, np.ndarray]]:
    """Part and client id to `label` and `pixels`, in the order of writing."""
    # Not through tf.data, which takes a second for all clients.
    from fl_course.data import digits

    return {
        (part, client_id): examples
        for client_id, written in digits.writers().items()
        for part, examples in zip(("train", "test"), digits.split(written), strict=True)
    }


@functools.cache
def _places() -> dict[bytes, _Place]:
    """Where an image is found; no two images of the data are equal."""
    return {
        image.tobytes(): (*key, position)
        for key, examples in _examples().items()
        for position, image in enumerate(examples["pixels"])
    }


def _place(image: np.ndarray) -> _Place | None:
    return _places().get(np.ascontiguousarray(image, np.float32).tobytes())


def _array(value: Any) -> np.ndarray:
    """A number, an array or a tensor as an array; anything else as an array of objects."""
    if isinstance(value, (str, bytes, Mapping)):
        return np.asarray(None)
    return np.asarray(value)


# first_example


def _judge_first_example(answer: Any) -> _Found:
    if not isinstance(answer, (tuple, list)) or len(answer) != 3:
        return OTHER
    example, label, pixels = answer
    if found := _mistake_of_example(example):
        return found
    if found := _mistake_of_parts(label, pixels):
        return found
    own_label, own_pixels = _array(example["label"]), _array(example["pixels"])
    if np.asarray(pixels).max() <= 1 / 255:
        return "divided"
    if int(label) != int(own_label):
        return Mistake("parts_differ", part="label")
    if not np.allclose(pixels, own_pixels, atol=1e-6):
        of_another = _place(pixels) is not None
        return Mistake("parts_differ", part="pixels") if of_another else "pixels_changed"
    place = _place(own_pixels)
    if place is None:
        return OTHER
    part, client_id, position = place
    if part == "test":
        return "test_split"
    if client_id != _CLIENT:
        return Mistake("another_client", client=client_id)
    return Mistake("not_the_first", number=position + 1) if position else None


def _mistake_of_example(example: Any) -> _Found:
    import tensorflow as tf

    if isinstance(example, tf.data.Dataset):
        return "still_a_dataset"
    if hasattr(example, "__next__"):
        return "an_iterator"
    if not isinstance(example, Mapping) or set(example) != {"label", "pixels"}:
        return Mistake("not_the_dict", type=type(example).__name__)
    if shape := _array(example["label"]).shape:
        return Mistake("a_batch", shape=list(shape))
    return None


def _mistake_of_parts(label: Any, pixels: Any) -> _Found:
    if any(isinstance(part, str) and part in ("label", "pixels") for part in (label, pixels)):
        return "names"
    label_array, pixels_array = _array(label), _array(pixels)
    if label_array.ndim == 2 and pixels_array.ndim == 0 and pixels_array.dtype.kind in "iu":
        return "swapped"
    if label_array.ndim or label_array.dtype.kind not in "iu":
        return Mistake("label_type", type=type(label).__name__)
    if pixels_array.dtype.kind not in "fiu":
        return Mistake("pixels_type", type=type(pixels).__name__)
    if pixels_array.shape != (28, 28):
        return Mistake("pixels_shape", shape=list(pixels_array.shape))
    return "whole_numbers" if pixels_array.dtype.kind in "iu" else None


def _first_example_reference() -> tuple[Mapping[str, np.ndarray], int, np.ndarray]:
    import tensorflow as tf

    examples = _examples()["train", _CLIENT]
    example = OrderedDict((name, tf.constant(examples[name][0])) for name in ("label", "pixels"))
    return example, int(examples["label"][0]), examples["pixels"][0]


def _adapt_first_example(answer: Sequence[Any]) -> tuple[Any, int, np.ndarray]:
    example, label, pixels = answer
    return example, int(label), np.asarray(pixels, np.float32)


_FIRST_EXAMPLE = Exercise(
    id="first_example",
    expects="three things: `first_example`, the dict that `dataset` yields first; `label`, its "
    "label as an `int`; `pixels`, its image as a float32 array of shape [28, 28]",
    judge=_judge_first_example,
    reference=_first_example_reference,
    adapt=_adapt_first_example,
    hints=(
        "A dataset can be looped over, like a list, but not indexed. `iter(dataset)` starts at "
        "its beginning.",
        "`next(...)` of what `iter` gives is the first example, a dict with the names that "
        "`element_spec` showed.",
        'Look things up in that dict, as in `first_example["label"]`. What comes out is a tensor: '
        "`.numpy()` gives its value, and `int(...)` makes a Python `int` of one number.",
    ),
    mistakes={
        "still_a_dataset": "`first_example` is a dataset, a stream that may hold one example, and "
        "not the example itself. (`take` and `batch` give datasets.) Draw an element from it.",
        "an_iterator": "`first_example` is an iterator: it is ready to hand out examples, but "
        "nobody has asked it for one yet.",
        "not_the_dict": "`first_example` is of type `{type}`. What the dataset yields is a dict "
        "with the two names `label` and `pixels`; keep it whole and look things up in it.",
        "a_batch": "`first_example` is a batch, a stack of examples: its label has shape {shape}. "
        "Draw from `dataset` as it is, before `batch`.",
        "swapped": "`label` is the image and `pixels` is the number: the two have changed places.",
        "names": "`label` or `pixels` is the name, not the thing of that name: taking a dict apart "
        'with a comma gives its names. Look the values up, as in `first_example["label"]`.',
        "label_type": "`label` is of type `{type}`, and one whole number is wanted: the label of "
        "this one example.",
        "pixels_type": "`pixels` is of type `{type}`, and an array of numbers is wanted. The image "
        "is in the example under the name `pixels`.",
        "pixels_shape": "`pixels` has shape {shape}. The image is a square of [28, 28] numbers; "
        "leave it as it is.",
        "whole_numbers": "`pixels` holds whole numbers. The image has float32 values between 0 "
        "and 1, and turned into integers nearly all of its ink is lost.",
        "divided": "No pixel is above 1/255: the image was divided by 255. These images come with "
        "values from 0 to 1 already, so nothing has to be scaled.",
        "parts_differ": "`{part}` is not that of `first_example`. Each `next` on the same iterator "
        "moves on to another example; draw once, and take both parts from what you drew.",
        "pixels_changed": "`pixels` has the right shape, but other values than "
        '`first_example["pixels"]`. Leave them as they are.',
        "test_split": "This is an example of the `test` part, which is held out. `dataset` was "
        "made from `train`.",
        "another_client": "This is the right kind of thing, but from `{client}`. `dataset` should "
        "be that of `writer_00`, as the cell before made it.",
        "not_the_first": "This is example number {number} of the client, and the first is wanted. "
        "Was `next` called more than once on an iterator, or the dataset shuffled?",
    },
    right="A federated dataset is read like this on every client: one dict after another, in the "
    "order in which that client's data is stored.",
)


# guess_alpha


def mystery_deal(client_data: Any) -> Any:
    """The deal that the exercise is about; here, so that the notebook does not tell its alpha.

    Args:
        client_data: Where the examples come from, as for `data.label_skew`.

    Returns:
        Client data of ten clients, dealt out with one of the lesson's candidates.
    """
    from fl_course import data

    return data.label_skew(client_data, 10, _ALPHA, seed=7)


def _judge_guess_alpha(answer: Any) -> _Found:
    if isinstance(answer, (str, bytes)):
        return "text"
    guess = _array(answer)
    if guess.size > 1:
        return "several"
    if guess.ndim:
        return "in_a_list"
    if guess.dtype.kind not in "fiu":
        return OTHER
    alpha = float(guess)
    nearest = min(_CANDIDATES, key=lambda candidate: abs(candidate - alpha))
    if not np.isclose(alpha, nearest):
        return Mistake("not_a_candidate", guess=f"{alpha:g}")
    if nearest == _ALPHA:
        return None
    if nearest < _ALPHA:
        return "too_small"
    return "far_too_large" if nearest == max(_CANDIDATES) else "too_large"


_GUESS_ALPHA = Exercise(
    id="guess_alpha",
    expects="one of the four numbers in `candidates`",
    judge=_judge_guess_alpha,
    reference=lambda: _ALPHA,
    adapt=float,
    hints=(
        "Count the zeros: each is a label that a client lacks. Do the same in the three maps "
        "above, whose alphas you know.",
        "Then go down the rows and note the largest number of each. The smaller alpha, the more "
        "of a client's examples have one label.",
        "Between which two of the three maps above does the picture stand, by both counts? Its "
        "alpha lies between theirs.",
    ),
    mistakes={
        "text": "The answer is text. Give the number itself, without quotes.",
        "several": "The answer holds several numbers. Choose one of the four candidates.",
        "in_a_list": "The answer is a list, a tuple or an array with at most one number in it. "
        "Give the number itself.",
        "not_a_candidate": "{guess} is not one of the `candidates`. Give the alpha itself, not its "
        "position among them.",
        "too_small": "With alpha 0.1 clients lack more labels than here. Count the zeros in the "
        "left one of the three maps above and then in the picture: it has half as many.",
        "too_large": "With alpha 2 nearly every client has every label. Even the middle one of the "
        "three maps above, with alpha 1, has half as many zeros as the picture.",
        "far_too_large": "With alpha 100 clients are nearly alike: no zero, and no number far from "
        "14. Compare the right one of the three maps above with the picture, row by row.",
    },
    right="The picture stands between the maps of alpha 0.1 and alpha 1: 15 zeros, where they have "
    "30 and 7.",
)


# map_function


def _batch(size: int, seed: int = 0) -> "OrderedDict[str, Any]":
    """A batch of noise, as the dataset's elements are: right and nearly right differ on it."""
    import tensorflow as tf

    rng = np.random.default_rng([seed, size])
    return OrderedDict(
        label=tf.constant(rng.integers(0, 10, size, np.int32)),
        pixels=tf.constant(rng.random((size, 28, 28), np.float32)),
    )


def _judge_map_function(answer: Any) -> _Found:
    try:
        result = run(answer, _batch(_BATCH_SIZE))
    except Exception:
        fitting = [size for size in (1, 7, 10, 32, 40, 50, 100) if _accepts(answer, size)]
        if fitting == [1]:
            return "one_example"
        if fitting:
            return Mistake("fixed_size", size=fitting[0])
        raise
    if found := _mistake_of_names(result):
        return found
    other = run(answer, _batch(_BATCH_SIZE, seed=1))
    for name in ("x", "y"):
        first, second = _array(result[name]), _array(other[name])
        if first.size > 1 and np.array_equal(first, second):
            return "captured"
    if found := _mistake_of_values(result, _batch(_BATCH_SIZE)):
        return found
    if list(result) == ["y", "x"]:
        return "wrong_order"
    for size in (7, 1):
        if not _accepts(answer, size):
            return Mistake("fixed_size", size=_BATCH_SIZE)
        if found := _mistake_of_values(run(answer, _batch(size)), _batch(size)):
            return found
    return _mistake_in_pipeline(answer)


def _accepts(function: Any, size: int) -> bool:
    try:
        return isinstance(function(_batch(size)), Mapping)
    except Exception:
        return False


def _mistake_of_names(result: Any) -> _Found:
    if isinstance(result, (tuple, list)):
        return "no_names"
    if not isinstance(result, Mapping):
        return "only_one" if hasattr(result, "shape") else OTHER
    if any(part is ... for part in result.values()):
        return "returns_blank"
    if set(result) != {"x", "y"}:
        names = ", ".join(f"`{name}`" for name in result)
        return Mistake("wrong_names", names=names or say("none at all"))
    return None


def _mistake_of_values(result: Mapping[str, Any], batch: Mapping[str, Any]) -> _Found:
    x, y = _array(result["x"]), _array(result["y"])
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
    if not np.allclose(x, rows, atol=1e-6):
        return "pixels_changed"
    if y.shape != labels.shape or not np.array_equal(y, labels):
        return "labels_changed"
    for name, array, wanted in (("x", x, np.float32), ("y", y, np.int32)):
        if array.dtype != wanted:
            return Mistake("wrong_type", name=name, type=array.dtype.name, wanted=wanted.__name__)
    return None


def _mistake_in_pipeline(function: Any) -> _Found:
    import tensorflow as tf

    examples = _batch(27)
    batches = tf.data.Dataset.from_tensor_slices(examples).batch(_BATCH_SIZE)
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


def _map_function_reference() -> Any:
    from fl_course import preprocessing

    return preprocessing.flatten


_MAP_FUNCTION = Exercise(
    id="map_function",
    expects="a function that takes a dict of `pixels`, float32 [n, 28, 28], and `label`, int32 "
    "[n], and gives an `OrderedDict` of `x`, float32 [n, 784], and then `y`, int32 [n]",
    judge=_judge_map_function,
    reference=_map_function_reference,
    hints=(
        'The pixels are in `batch["pixels"]`. Give them a new shape, and leave the labels alone.',
        "`tf.reshape` takes the tensor and the new shape. Of a shape, one size may be -1: it is "
        "then worked out from the rest. Here it is the one that changes from batch to batch.",
        "`collections.OrderedDict(first=..., second=...)` makes an ordered dict with two names. "
        "Return one with the rows as `x` and then the labels as `y`.",
    ),
    mistakes={
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
        "fixed_size": "Your function works for batches of {size} and raises an error for other "
        "sizes. The last batch of a client is often smaller, so let n be any number.",
        "labels_in_a_column": "`y` has shape [n, 1], a column. Wanted is [n]: leave the labels as "
        "they come.",
        "one_hot": "`y` has ten numbers for each label (one-hot). Wanted is the label itself, one "
        "integer; leave the labels as they come.",
        "divided_again": "The pixels in `x` are 255 times too small. They come with values from 0 "
        "to 1 already, so nothing has to be divided.",
        "pixels_changed": "`x` has the right shape, but not each image's pixels as they come, row "
        "after row. Were they transposed, inverted or scaled on the way?",
        "labels_changed": "`x` is right, but `y` is not the batch's labels. Leave them as they "
        "come.",
        "wrong_type": "`{name}` is {type} and should be {wanted}. The element type is a part of "
        "TFF's type, so batches of another one would not fit the model.",
        "only_on_values": "Your function works on a batch of values, but not inside "
        "`dataset.map`, which records it once with stand-ins that have no values yet. NumPy "
        "functions, `.numpy()` and `.shape[0]` need values; TensorFlow's own functions do not.",
        "unknown_width": "The values are right, but inside `dataset.map` TensorFlow can't tell how "
        "wide a row is: the type of `x` is float32[?,?]. A model needs the number of its inputs "
        "in advance. Leave the number of rows open, and write out the 784.",
    },
    right="One function for every client and every batch, whatever its size. A plain dict would "
    "pass too, but only because `x` comes before `y` in the alphabet.",
)


# cohort_data


def _cohort(cohort: Any) -> list[str]:
    """The notebook's cohort, or the lesson's own if a cell has put something else in its place."""
    from fl_course import data

    client_ids = [client_id for part, client_id in _examples() if part == "train"]
    if isinstance(cohort, (list, tuple)) and cohort and all(c in client_ids for c in cohort):
        return list(cohort)
    return data.sample_clients(client_ids, 10, seed=0, round_num=0)


def _judge_cohort_data(answer: Any, cohort: Any = None) -> _Found:
    cohort = _cohort(cohort)
    if found := _mistake_of_list(answer, cohort):
        return found
    for dataset in answer:
        if found := _mistake_of_element(dataset):
            return found
    batches, places = [], []
    for dataset in answer:
        # No more than five epochs in batches of one, because it may be endless without saying so.
        batches.append(run(list, dataset.take(1000).as_numpy_iterator()))
        places.append([_place(row) for batch in batches[-1] for row in batch["x"]])
        if found := _mistake_of_images(batches[-1], places[-1]):
            return found
    if found := _mistake_of_clients([of_client[0][1] for of_client in places], cohort):
        return found
    for client_id, of_client, placed in zip(cohort, batches, places, strict=True):
        labels = _examples()["train", client_id]["label"]
        order = np.array([position for _, _, position in placed])
        if not np.array_equal(np.concatenate([b["y"] for b in of_client]), labels[order]):
            return OTHER
        sizes = [len(batch["y"]) for batch in of_client]
        if found := _mistake_of_order(order, sizes, len(labels)):
            return found
    return None


def _mistake_of_list(answer: Any, cohort: list[str]) -> _Found:
    import tensorflow as tf

    if isinstance(answer, tf.data.Dataset):
        last = cohort[-1]
        return Mistake("last_client", client=last) if _writers(answer) == {last} else "one_dataset"
    if hasattr(answer, "create_tf_dataset_for_client"):
        return "client_data"
    if isinstance(answer, Mapping):
        return "a_dict"
    if hasattr(answer, "__next__"):
        return "an_iterator"
    if not isinstance(answer, (list, tuple)):
        return OTHER
    for part in answer:
        if not isinstance(part, tf.data.Dataset):
            return Mistake("not_datasets", type=type(part).__name__)
    if len(answer) == len(cohort):
        return None
    if len(answer) == 14:
        return Mistake("all_clients", wanted=len(cohort))
    return Mistake("wrong_number", number=len(answer), wanted=len(cohort))


def _writers(dataset: Any) -> set[str]:
    """Whose images a dataset holds, before or after preprocessing; none if it holds others."""
    elements = run(list, dataset.take(1000).as_numpy_iterator())
    if not all(isinstance(element, Mapping) for element in elements):
        return set()
    images = [element[name] for element in elements for name in ("x", "pixels") if name in element]
    if any(image.size % 784 for image in images):
        return set()
    places = [_place(row) for image in images for row in image.reshape(-1, 784)]
    return set() if None in places else {client_id for _, client_id, _ in places}


def _mistake_of_element(dataset: Any) -> _Found:
    import tensorflow as tf

    spec = dataset.element_spec
    if not isinstance(spec, Mapping):
        return OTHER
    if set(spec) == {"label", "pixels"}:
        return "not_preprocessed"
    if set(spec) != {"x", "y"}:
        return OTHER
    if list(spec) == ["y", "x"]:
        return "wrong_order"
    if spec["y"].shape.rank == 0:
        return "not_batched"
    if spec["x"].shape[1:].as_list() == [28, 28]:
        return "not_flattened"
    if (spec["x"].dtype, spec["y"].dtype) != (tf.float32, tf.int32):
        return OTHER
    if int(dataset.cardinality()) == tf.data.INFINITE_CARDINALITY:
        return "endless"
    return None


def _mistake_of_images(batches: list[Mapping[str, Any]], places: list[_Place | None]) -> _Found:
    """What is wrong with the images of one dataset, given where they come from."""
    if not places:
        return "empty_dataset"
    if None in places:
        brightest = max(batch["x"].max() for batch in batches)
        return "divided_again" if brightest <= 1 / 255 + 1e-6 else OTHER
    if any(part == "test" for part, _, _ in places):
        return "test_split"
    return "mixed_clients" if len({client_id for _, client_id, _ in places}) > 1 else None


def _mistake_of_clients(found: list[str], cohort: list[str]) -> _Found:
    if found == cohort:
        return None
    if len(set(found)) == 1:
        return Mistake("same_client", client=found[0])
    if sorted(found) == sorted(cohort):
        return "another_order"
    stranger = next((client_id for client_id in found if client_id not in cohort), None)
    return Mistake("other_clients", client=stranger) if stranger else OTHER


def _mistake_of_order(order: np.ndarray, sizes: list[int], written: int) -> _Found:
    """What is wrong with one client's stream.

    Args:
        order: Position of each example in the order of writing.
        sizes: Examples in each batch.
        written: How many examples the client has.
    """
    if sizes[0] != _BATCH_SIZE:
        return Mistake("batch_size", size=sizes[0])
    if len(order) == written:
        return "one_epoch"
    if len(order) % written == 0 and len(order) != _EPOCHS * written:
        return Mistake("epochs", epochs=len(order) // written)
    if 0 < _EPOCHS * written - len(order) < _BATCH_SIZE:
        return "last_batch_missing"
    if np.array_equal(order, np.tile(np.arange(written), len(order) // written)):
        return "not_shuffled"
    inside = np.split(order, np.cumsum(sizes)[:-1])
    if all(np.all(np.diff(batch) % written == 1) for batch in inside):
        return "shuffled_batches"
    if any(size != _BATCH_SIZE for size in sizes[:-1]):
        return "batched_first"
    if len(order) != _EPOCHS * written:
        return OTHER
    if any(len(set(epoch)) != written for epoch in np.split(order, _EPOCHS)):
        return "mixed_epochs"
    return None


def _cohort_data_reference(cohort: Any = None) -> list[Any]:
    from fl_course import data, preprocessing

    train, _ = data.load("digits")
    return [
        preprocessing.preprocess(
            train.create_tf_dataset_for_client(client_id), epochs=_EPOCHS, batch_size=_BATCH_SIZE
        )
        for client_id in _cohort(cohort)
    ]


_COHORT_DATA = Exercise(
    id="cohort_data",
    expects="a list with one dataset for each client of `cohort`, in the same order, each with "
    "five shuffled epochs of the client's examples from `train`, in batches of 20 of `x` and `y`",
    judge=_judge_cohort_data,
    reference=_cohort_data_reference,
    adapt=list,
    hints=(
        "Go through `cohort` with a loop or a list comprehension; each id gives one dataset.",
        "`train.create_tf_dataset_for_client(...)` gives a client's examples. They then have to "
        "go through `preprocessing.preprocess`.",
        "`preprocess` takes the dataset and then two named arguments, `epochs=` and "
        "`batch_size=`, as in the cell that compared the helper with your own steps.",
    ),
    mistakes={
        "last_client": "The answer is one dataset, that of the last client, `{client}`. If you "
        "wrote a loop, each turn replaced the dataset before; collect them in a list.",
        "one_dataset": "The answer is a single dataset. A round takes a list with a dataset for "
        "each client; merged into one, the examples would no longer say whose they are.",
        "client_data": "The answer is client data, from which datasets can be made. A round takes "
        "the datasets themselves, as a list.",
        "a_dict": "The answer is a dict. A round takes a plain list: TFF numbers clients, it does "
        "not know their names.",
        "an_iterator": "The answer is a generator or another iterator, which can be gone through "
        "only once. Make a list of it.",
        "not_datasets": "The list holds something of type `{type}`. Each element should be a "
        "dataset, made from the client whose id stands at that place of `cohort`.",
        "all_clients": "The list has a dataset for each of the 14 writers. Only the {wanted} "
        "clients in `cohort` take part in this round.",
        "wrong_number": "The list has length {number}, and the cohort has {wanted} clients. If you "
        "wrote a loop, does each turn add to the list?",
        "not_preprocessed": "A dataset still yields `label` and `pixels`, as the client stored "
        "them. The model wants `x` and `y`: send each dataset through `preprocess`.",
        "wrong_order": "The datasets yield `y` before `x`. The order of names is a part of TFF's "
        "type; put `x` first.",
        "not_batched": "The datasets yield single examples, not batches. Is there a step that puts "
        "20 of them together?",
        "not_flattened": "The datasets yield `x` as squares of 28 by 28. The model wants rows of "
        "784 numbers.",
        "divided_again": "The pixels are 255 times too small. They come with values from 0 to 1 "
        "already, so nothing has to be divided.",
        "endless": "A dataset never ends: `repeat` without a number goes round for ever, and a "
        "client would never answer the server. Say how many epochs.",
        "empty_dataset": "A dataset in the list yields nothing at all. Were its examples skipped "
        "or filtered out on the way?",
        "test_split": "There are held-out images among these. Training takes the clients' examples "
        "from `train`; `test` is for judging the model afterwards.",
        "mixed_clients": "A dataset holds examples of more than one client. Each dataset should "
        "have those of one client only: that is what makes the data federated.",
        "same_client": "All datasets are those of `{client}`. Does your loop use the id that "
        "changes from turn to turn, or a dataset from an earlier cell?",
        "another_order": "These are the right clients, in another order than in `cohort`. Then "
        "nobody can say later which result belongs to whom; go through `cohort` itself.",
        "other_clients": "The list has the data of `{client}`, which is not in the cohort. Go "
        "through `cohort`, not through the first ids of `train`.",
        "batch_size": "The first batch has {size} examples, and 20 are wanted, the value of "
        "`BATCH_SIZE`.",
        "one_epoch": "Every client streams its examples once. Five local epochs are wanted, the "
        "value of `LOCAL_EPOCHS`, and `preprocess` makes one if it is told nothing.",
        "epochs": "A client goes through its examples {epochs} times. Wanted are five local "
        "epochs, the value of `LOCAL_EPOCHS`.",
        "last_batch_missing": "The last, smaller batch is missing, so some examples are seen less "
        "often than others. Keep the remainder.",
        "not_shuffled": "The examples come as they stand on the sheet, in every epoch the same. "
        "Shuffle them first.",
        "shuffled_batches": "Whole batches changed places, but inside each the examples stand as "
        "on the sheet. Shuffle before you batch.",
        "batched_first": "There is a short batch in the middle of the stream: each epoch ends in "
        "one. Repeat before you batch.",
        "mixed_epochs": "Some examples come again before others have come at all: the epochs ran "
        "into each other. Shuffle before you repeat.",
    },
    right="This list is what a round of training takes: the datasets of its cohort, and nothing "
    "that says whose they are.",
)

EXERCISES = (_FIRST_EXAMPLE, _GUESS_ALPHA, _MAP_FUNCTION, _COHORT_DATA)
