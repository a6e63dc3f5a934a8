"""The first example of one writer."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Found, Mistake
from fl_course.exercises.judging import forms, known_digits, shown
from fl_course.localization import joined, say

# What the lesson's text asks for.
_CLIENT = "writer_00"


def _judge(answer: Any) -> Found:
    if not isinstance(answer, (tuple, list)) or len(answer) != 3:
        return OTHER
    example, label, pixels = answer
    if found := _mistake_of_example(example):
        return found
    if found := _mistake_of_parts(label, pixels):
        return found
    own_label, own_pixels = forms.array(example["label"]), forms.array(example["pixels"])
    if 0 < np.asarray(pixels).max() <= 1 / 255:
        return "divided"
    place = known_digits.place(own_pixels)
    if place is None:
        return Mistake(
            "image_changed", low=f"{own_pixels.min():.2g}", high=f"{own_pixels.max():.2g}"
        )
    part, client_id, position = place
    written = int(known_digits.examples()[part, client_id]["label"][position])
    if own_label.dtype.kind not in "iu" or int(own_label) != written:
        return Mistake("label_changed", got=str(own_label), wanted=written)
    if int(label) != int(own_label):
        return Mistake("parts_differ", part="label")
    if not np.allclose(pixels, own_pixels, atol=1e-6):
        of_another = known_digits.place(pixels) is not None
        if of_another:
            return Mistake("parts_differ", part="pixels")
        row, column = np.argwhere(~np.isclose(pixels, own_pixels, atol=1e-6))[0]
        got, wanted = shown.in_digits(np.asarray(pixels)[row, column], own_pixels[row, column])
        return Mistake("pixels_changed", row=row, column=column, got=got, wanted=wanted)
    if part == "test":
        return "test_split"
    if client_id != _CLIENT:
        return Mistake("another_client", client=client_id)
    return Mistake("not_the_first", number=position + 1) if position else None


def _mistake_of_example(example: Any) -> Found:
    import tensorflow as tf

    if isinstance(example, tf.data.Dataset):
        return "still_a_dataset"
    if hasattr(example, "__next__"):
        return "an_iterator"
    if not isinstance(example, Mapping):
        return Mistake("not_the_dict", type=type(example).__name__)
    if set(example) != {"label", "pixels"}:
        names = joined([f"`{name}`" for name in example]) or say("none at all")
        return Mistake("other_names", names=names)
    if shape := forms.array(example["label"]).shape:
        return Mistake("a_batch", shape=list(shape))
    return None


def _mistake_of_parts(label: Any, pixels: Any) -> Found:
    if any(isinstance(part, str) and part in ("label", "pixels") for part in (label, pixels)):
        return "names"
    label_array, pixels_array = forms.array(label), forms.array(pixels)
    if label_array.ndim == 2 and pixels_array.ndim == 0 and pixels_array.dtype.kind in "iu":
        return "swapped"
    if label_array.ndim or label_array.dtype.kind not in "iu":
        return Mistake("label_type", type=type(label).__name__)
    if pixels_array.dtype.kind not in "fiu":
        return Mistake("pixels_type", type=type(pixels).__name__)
    if pixels_array.shape != (28, 28):
        return Mistake("pixels_shape", shape=list(pixels_array.shape))
    return "whole_numbers" if pixels_array.dtype.kind in "iu" else None


def _reference() -> tuple[Mapping[str, np.ndarray], int, np.ndarray]:
    import tensorflow as tf

    examples = known_digits.examples()["train", _CLIENT]
    example = OrderedDict((name, tf.constant(examples[name][0])) for name in ("label", "pixels"))
    return example, int(examples["label"][0]), examples["pixels"][0]


def _adapt_first_example(answer: Sequence[Any]) -> tuple[Any, int, np.ndarray]:
    example, label, pixels = answer
    return example, int(label), np.asarray(pixels, np.float32)


EXERCISE = Exercise(
    id="first_example",
    expects="three things: `first_example`, the dict that `dataset` yields first; `label`, its "
    "label as an `int`; `pixels`, its image as a float32 array of shape [28, 28]",
    judge=_judge,
    reference=_reference,
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
        '`first_example["pixels"]`: in row {row} and column {column}, counted from 0, it has '
        "{got}, and the example has {wanted}. Leave them as they are.",
        "image_changed": "The image in `first_example` is none of the data's: its values go from "
        "{low} to {high}. Keep the dict as the dataset yields it; was it changed on the way, or "
        "made by hand?",
        "label_changed": "The image in `first_example` is one of the data's, but the label beside "
        "it is {got}, and the dataset has {wanted}. Keep the dict as the dataset yields it.",
        "other_names": "The names in `first_example` are: {names}. What the dataset yields has "
        "`label` and `pixels`; keep it whole and as it is.",
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
