"""The accuracy of a model of one writer alone, at home and for everybody."""

import functools
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run
from fl_course.exercises.judging import forms, known_digits, reference

_STEPS = 100  # of the lesson's `train_from_zero`


@functools.cache
def _trained(held_out: bool, writer: str | None) -> known_digits.Arrays:
    """Weights and biases after the lesson's training from zero: the same arithmetic in NumPy."""
    rows, labels = known_digits.rows(held_out, writer)
    targets = np.eye(reference.LABELS, dtype=np.float32)[labels]
    # From zero, the weights are always a sum of multiples of the images. Following the multiples
    # takes products with [n, n], which for one writer is much less than [n, 784].
    products = rows @ rows.T + 1  # the one is for the biases
    multiples = np.zeros((len(rows), reference.LABELS), np.float32)
    for _ in range(_STEPS):
        sums = products @ multiples
        odds = np.exp(sums - sums.max(axis=1, keepdims=True))
        errors = odds / odds.sum(axis=1, keepdims=True) - targets
        multiples -= reference.LEARNING_RATE / len(rows) * errors
    return rows.T @ multiples, multiples.sum(axis=0)


def _share(model: known_digits.Arrays, rows_and_labels: known_digits.Arrays) -> float:
    weights, biases = model
    rows, labels = rows_and_labels
    return float(np.mean((rows @ weights + biases).argmax(axis=1) == labels))


def _alone(writer: str) -> tuple[float, float]:
    model = _trained(False, writer)
    return _share(model, known_digits.rows(True, writer)), _share(model, known_digits.rows(True))


# Of these two, each of the catalogued mistakes changes a number.
_WRITERS = ("writer_06", "writer_01")


def _judge(answer: Any) -> Any:
    for writer, other in (_WRITERS, _WRITERS[::-1]):
        result = run(answer, writer)
        if forms.number(result) is not None:
            return "one_number"
        if not forms.is_pair(result) or any(forms.number(part) is None for part in result):
            return OTHER
        found = tuple(forms.number(part) for part in result)
        mistake = _lone_mistake(found, writer)
        if mistake == "unknown":
            mistake = _other_writers_mistake(found, writer)
            if mistake is None:
                run(answer, other)
                again = tuple(forms.number(part) for part in run(answer, writer))
                mistake = OTHER if again == found else "not_from_zero"
        if mistake:
            return mistake
    return None


def _same(found: tuple[float, ...], wanted: tuple[float, ...]) -> bool:
    # One image of everybody's is 1/398. Another processor's rounding may flip one.
    return np.allclose(found, wanted, rtol=0, atol=1.5 / 398)


def _lone_mistake(found: tuple[float, float], writer: str) -> str | Mistake | None:
    at_home, on_everybody = _alone(writer)
    if _same(found, (at_home, on_everybody)):
        return None
    if _same(found, (on_everybody, at_home)):
        return "swapped"
    if _same(found, (at_home, at_home)):
        return "home_only"
    if _same(found, (on_everybody, on_everybody)):
        return "everybody_only"
    if _same(found, (100 * at_home, 100 * on_everybody)):
        return "percent"
    lone = _trained(False, writer)
    on_training = (
        _share(lone, known_digits.rows(False, writer)),
        _share(lone, known_digits.rows(False)),
    )
    if _same(found, (on_training[0], on_everybody)) or _same(found, on_training):
        return "training_images"
    home, everybody = known_digits.rows(True, writer), known_digits.rows(True)
    if _same(found, (at_home, _share(lone, _others(writer)))):
        return "others_only"
    held_out = _trained(True, writer)
    if _same(found, (_share(held_out, home), _share(held_out, everybody))):
        return "trained_on_held_out"
    pooled = _trained(False, None)
    if _same(found, (_share(pooled, home), _share(pooled, everybody))):
        return "pooled"
    if np.isclose(found[1], np.mean(everybody[1] == 0), atol=1e-3):
        return "untrained"
    return "unknown"


def _other_writers_mistake(found: tuple[float, float], writer: str) -> Mistake | None:
    """Whether the model, the home or both are another writer's."""
    home = known_digits.rows(True, writer)
    for other in known_digits.client_data()[0].client_ids:
        if _same(found, _alone(other)):
            return Mistake("one_writer", other=other)
        if _same(found, (_share(_trained(False, other), home), _alone(other)[1])):
            return Mistake("trained_on_another", other=other)
        if _same(
            found,
            (_share(_trained(False, writer), known_digits.rows(True, other)), _alone(writer)[1]),
        ):
            return Mistake("home_of_another", other=other)
    return None


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
    mistakes={
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
