"""The accuracy of a model of one writer alone, at home and for everybody."""

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run
from fl_course.exercises.judging import forms, known_digits, memory, reference, shown
from fl_course.localization import say

_STEPS = 100  # of the lesson's `train_from_zero`
# One image of everybody's is 1/398. Another processor's rounding may flip one.
_AN_IMAGE = 1.5 / 398


@functools.cache
def _trained(held_out: bool, writer: str | None, steps: int = _STEPS) -> known_digits.Arrays:
    """Weights and biases after the lesson's training from zero: the same arithmetic in NumPy."""
    return _trained_on(*known_digits.rows(held_out, writer), steps)


def _trained_on(rows: np.ndarray, labels: np.ndarray, steps: int) -> known_digits.Arrays:
    targets = np.eye(reference.LABELS, dtype=np.float32)[labels]
    # From zero, the weights are always a sum of multiples of the images. Following the multiples
    # takes products with [n, n], which for one writer is much less than [n, 784].
    products = rows @ rows.T + 1  # the one is for the biases
    multiples = np.zeros((len(rows), reference.LABELS), np.float32)
    for _ in range(steps):
        sums = products @ multiples
        odds = np.exp(sums - sums.max(axis=1, keepdims=True))
        errors = odds / odds.sum(axis=1, keepdims=True) - targets
        multiples -= reference.LEARNING_RATE / len(rows) * errors
    return rows.T @ multiples, multiples.sum(axis=0)


def _share(model: known_digits.Arrays, rows_and_labels: known_digits.Arrays) -> float:
    weights, biases = model
    rows, labels = rows_and_labels
    return float(np.mean((rows @ weights + biases).argmax(axis=1) == labels))


@functools.cache
def _alone(writer: str) -> tuple[float, float]:
    model = _trained(False, writer)
    return _share(model, known_digits.rows(True, writer)), _share(model, known_digits.rows(True))


# Of these two, each of the catalogued mistakes changes a number.
_WRITERS = ("writer_06", "writer_01")


def _judge(answer: Any) -> Any:
    uncalled = memory.uncalled_twin(answer)
    for called_before, (writer, other) in enumerate((_WRITERS, _WRITERS[::-1])):
        result = run(answer, writer)
        if forms.number(result) is not None:
            return "one_number"
        if not forms.is_pair(result) or any(forms.number(part) is None for part in result):
            return OTHER
        found = tuple(forms.number(part) for part in result)
        mistake = _right_or_nearly(found, writer)
        if mistake == "unknown":
            # Before calls are compared: alone it may be right, and after another writer not.
            if called_before and _is_right(alone := _attempt(uncalled, writer), writer):
                return memory.mistake(tuple(map(forms.number, alone)), found)
            again = tuple(forms.number(part) for part in run(answer, other))
            mistake = _explanation(found, writer, again, other)
            if mistake is None:
                again = tuple(forms.number(part) for part in run(answer, writer))
                case = say('`measure_lone("{writer}")`', writer=writer)
                mistake = (
                    shown.wrong_value(case, found, _alone(writer))
                    if again == found
                    else "not_from_zero"
                )
        if mistake:
            return mistake
    return None


def _attempt(answer: Any, writer: str) -> Any:
    try:
        return run(answer, writer)
    except Exception:
        return None


def _is_right(result: Any, writer: str) -> bool:
    if not forms.is_pair(result) or any(forms.number(part) is None for part in result):
        return False
    return _same(tuple(map(forms.number, result)), _alone(writer))


def _same(
    found: tuple[float, ...], wanted: tuple[float, ...], tolerance: float = _AN_IMAGE
) -> bool:
    return np.allclose(found, wanted, rtol=0, atol=tolerance)


def _right_or_nearly(found: tuple[float, float], writer: str) -> str | None:
    """None if it is right, a mistake if it is too near for `_same`, else "unknown"."""
    if not _same(found, _alone(writer)):
        return "unknown"
    # An accuracy is a whole number of images, divided by how many there are.
    counts = [len(known_digits.rows(True, whose)[1]) for whose in (writer, None)]
    images = np.multiply(found, counts)
    off = np.abs(images - np.round(images)) > 5e-3
    if not off.any():
        return None
    rounded = np.isclose(found, np.round(found, 4), rtol=0, atol=1e-7)
    return "rounded" if np.all(rounded[off]) else "mean_over_writers"


def _explanation(
    found: tuple[float, float], writer: str, again: tuple[float, float], other: str
) -> str | Mistake | None:
    """The mistake that gives what was found for two writers, or exactly for the first."""
    # What agrees exactly is believed before what agrees but for an image.
    for tolerance in (1e-3, _AN_IMAGE):
        others = list(_known_mistakes(again, other, tolerance))
        for mistake in _known_mistakes(found, writer, tolerance):
            if mistake in others:
                return mistake
    return next(_known_mistakes(found, writer, 1e-3), None)


def _known_mistakes(
    found: tuple[float, float], writer: str, tolerance: float
) -> Iterator[str | Mistake]:
    def same(*wanted: float) -> bool:
        return _same(found, wanted, tolerance)

    home, everybody = known_digits.rows(True, writer), known_digits.rows(True)
    lone, (at_home, on_everybody) = _trained(False, writer), _alone(writer)
    if same(on_everybody, at_home):
        yield "swapped"
    if same(at_home, at_home):
        yield "home_only"
    if same(on_everybody, on_everybody):
        yield "everybody_only"
    if same(100 * at_home, 100 * on_everybody):
        yield "percent"
    if same(1 - at_home, 1 - on_everybody):
        yield "misread"
    if same(at_home, _mean_over_writers(lone)):
        yield "mean_over_writers"
    on_training = (
        _share(lone, known_digits.rows(False, writer)),
        _share(lone, known_digits.rows(False)),
    )
    if any(
        same(*measured)
        for measured in (
            (on_training[0], on_everybody),
            (at_home, on_training[1]),
            on_training,
        )
    ):
        yield "training_images"
    if same(at_home, _share(lone, _others(writer))):
        yield "others_only"
    held_out = _trained(True, writer)
    if same(_share(held_out, home), _share(held_out, everybody)):
        yield "trained_on_held_out"
    pooled = _trained(False, None)
    if same(_share(pooled, home), _share(pooled, everybody)):
        yield "pooled"
    if same(_share(pooled, home), on_everybody):
        yield "pooled_at_home"
    if same(at_home, _share(pooled, everybody)):
        yield "pooled_on_everybody"
    parts = zip(known_digits.rows(False, writer), home, strict=True)
    both = _trained_on(*map(np.concatenate, parts), _STEPS)
    if same(_share(both, home), _share(both, everybody)):
        yield "trained_on_both"
    if np.isclose(found[1], np.mean(everybody[1] == 0), atol=1e-3):
        yield "untrained"
    for steps in (1, 10, 20, 50, 200, 500, 1000):
        other = _trained(False, writer, steps)
        if same(_share(other, home), _share(other, everybody)):
            yield Mistake("other_steps", steps=steps, wanted=_STEPS)
    yield from _other_writers_mistakes(found, writer, tolerance)


def _other_writers_mistakes(
    found: tuple[float, float], writer: str, tolerance: float
) -> Iterator[Mistake]:
    """The model, the home or both are another writer's."""
    home = known_digits.rows(True, writer)
    for other in known_digits.client_data()[0].client_ids:
        if _same(found, _alone(other), tolerance):
            yield Mistake("one_writer", other=other)
        if _same(found, (_share(_trained(False, other), home), _alone(other)[1]), tolerance):
            yield Mistake("trained_on_another", other=other)
        if _same(
            found,
            (_share(_trained(False, writer), known_digits.rows(True, other)), _alone(writer)[1]),
            tolerance,
        ):
            yield Mistake("home_of_another", other=other)


def _mean_over_writers(model: known_digits.Arrays) -> float:
    """Where each writer counts once, however many images are held out."""
    writers = known_digits.client_data()[1].client_ids
    return float(np.mean([_share(model, known_digits.rows(True, writer)) for writer in writers]))


def _others(writer: str) -> known_digits.Arrays:
    """Everybody's held-out digits but this writer's."""
    others = [
        known_digits.rows(True, c) for c in known_digits.client_data()[1].client_ids if c != writer
    ]
    rows, labels = (np.concatenate(parts) for parts in zip(*others, strict=True))
    return rows, labels


def _reference() -> Any:
    def measure_lone(writer: str) -> tuple[float, float]:
        return _alone(writer)

    return measure_lone


EXERCISE = Exercise(
    id="lone_model",
    expects="a function that takes a writer's name, trains from zero on this writer's training "
    "images, and gives two numbers: the accuracy on the same writer's held-out images, and that "
    "on everybody's",
    judge=_judge,
    reference=_reference,
    hints=(
        "The cell with the pool does nearly the same: it trains from zero and measures twice. "
        "Which of its groups of writers have to become one writer, and which stay?",
        "Three steps: `train_from_zero` with the training images of the group `[writer]`; "
        "`accuracy_on` with the held-out images of that group; `accuracy_on` with `everybody`. "
        "Then `return` both numbers.",
        "`rows_of(train, [writer])` gives the images and the labels to train on, and the star "
        "hands both on: `train_from_zero(*rows_of(train, [writer]))`. For the accuracies, the "
        "images come from `test`.",
    ),
    mistakes=memory.OF_MEMORY
    | {
        "one_number": "Your function gives one number. Two are wanted: the accuracy at home, then "
        "that on everybody's images.",
        "swapped": "The two accuracies are right but exchanged: at home comes first, everybody's "
        "second.",
        "home_only": "Both numbers are the accuracy at home. The second is to be measured on "
        "everybody's held-out images.",
        "everybody_only": "Both numbers are the accuracy on everybody's images. The first is to be "
        "measured on the held-out images of the one writer.",
        "others_only": "The first number is right. The second was measured on the other 13 writers "
        "only; `everybody` includes this writer's own images, so that all models are measured on "
        "the same ones.",
        "percent": "The accuracies are right, but in percent. Keep them as shares between 0 and 1.",
        "training_images": "The training is right, but an accuracy was measured on training "
        "images. Held-out images are in `test`.",
        "misread": "These are the shares of images that were misread. Wanted are the shares that "
        "were recognised.",
        "rounded": "The accuracies are right, but rounded. Keep them in full; rounding is for "
        "printing.",
        "mean_over_writers": "The first number is right. The second is a mean in which each writer "
        "counts once. The writers have different numbers of held-out images; measure on all images "
        "of `everybody` in one call.",
        "pooled_at_home": "The second number is right. The first is what the pooled model reaches "
        "at home: either it was looked up, or it was measured before the lone model was trained.",
        "pooled_on_everybody": "The first number is right. The second is what the pooled model "
        "reaches on everybody's images: either it was looked up, or it was measured before the "
        "lone model was trained.",
        "trained_on_both": "These are the numbers of a model that was trained on the writer's "
        "training and held-out images together. The held-out ones are for the test alone.",
        "other_steps": "These are the numbers of a model after {steps} of the lesson's steps, or "
        "nearly. A lone model is to be trained as the pooled one was: one call of "
        "`train_from_zero`, which takes {wanted}, with all images in one batch.",
        "wrong_value": "For {case} your function gives {got}, and wanted is {wanted}, at home and "
        "on everybody's images. The model is to be trained as `train_from_zero` does, from zero in "
        "100 steps, each on all training images of this writer.",
        "trained_on_held_out": "The model was trained on the writer's held-out images, and then "
        "tested on what it had learned from. Train on images of `train`.",
        "pooled": "These are the numbers of the pooled model: yours was trained on everybody's "
        "images, or it was not trained and was still the one from the cell before.",
        "untrained": "The model answers 0 to every image, as one whose parameters are all zero "
        "does. It was set back but not trained.",
        "one_writer": "Asked for another writer, your function gives the numbers of `{other}`. Use "
        "the argument `writer` wherever a name is needed, not one from outside.",
        "trained_on_another": "The test is on the right images, but the model is one of `{other}`: "
        "your function trains on that writer's images whoever was asked for, or it does not train, "
        "and the model is still an earlier one.",
        "home_of_another": "The model is trained on the right images, but at home it was tested on "
        "those of `{other}`, whoever was asked for. Test it where the argument says.",
        "not_from_zero": "Asked twice for the same writer, your function gives different numbers: "
        "something is left from the training before. Every model has to start from zero.",
    },
    right="It gives the right numbers for more than one writer, so it can be used for all of them.",
    trains=True,
)
