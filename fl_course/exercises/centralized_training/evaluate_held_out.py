"""Loss and accuracy on the held-out digits."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake
from fl_course.exercises.judging import forms, known_digits, reference, shown
from fl_course.localization import say


def _scores(
    model: known_digits.Arrays, rows: np.ndarray, labels: np.ndarray
) -> tuple[float, float]:
    weights, biases = model
    sums = rows.astype(np.float64) @ weights + biases
    return reference.cross_entropy(sums, labels), float(np.mean(sums.argmax(axis=1) == labels))


def _of_each(
    model: known_digits.Arrays, rows: np.ndarray, labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Loss and hit, 0 or 1, of each image, both float64 [n]."""
    weights, biases = model
    odds = reference.softmax(rows.astype(np.float64) @ weights + biases)
    return -np.log(odds[np.arange(len(labels)), labels]), odds.argmax(axis=1) == labels


def _means(each: tuple[np.ndarray, np.ndarray], size: int) -> tuple[float, float]:
    """The mean of the means of batches of a size, the last of which may be smaller."""
    starts = np.arange(0, len(each[0]), size)
    counts = np.diff([*starts, len(each[0])])
    loss, accuracy = (float(np.mean(np.add.reduceat(one, starts) / counts)) for one in each)
    return loss, accuracy


def _judge(answer: Any, model: Any, trained: known_digits.Arrays) -> Any:
    if not forms.is_pair(answer):
        return OTHER
    for name, part in zip(("held_out_loss", "held_out_accuracy"), answer, strict=True):
        if isinstance(part, (tuple, list, np.ndarray)) and len(part) == 2:
            return Mistake("both_in_one", name=name)
        if forms.number(part) is None:
            return Mistake("not_a_number", name=name, type=type(part).__name__)
    found = np.array([forms.number(part) for part in answer])

    def close(loss: float, accuracy: float, tolerance: float = 1e-4) -> bool:
        return np.allclose(found, (loss, accuracy), rtol=0, atol=tolerance)

    rows, labels = known_digits.scan_rows(True)
    if close(*_scores(trained, rows, labels)):
        now = model.get_weights()
        same = all(np.allclose(one, other) for one, other in zip(now, trained, strict=True))
        return None if same else "changed_after"
    # Other cells may have changed `model` since, and the call is to be judged by itself.
    model = model.get_weights()
    loss, accuracy = _scores(model, rows, labels)
    if close(loss, accuracy):
        return "model_changed"
    if close(accuracy, loss):
        return "swapped"
    if close(loss, 100 * accuracy):
        return Mistake("percent", got=f"{found[1]:.1f}")
    if close(loss, 1 - accuracy):
        return "share_misread"
    if np.isclose(found[0], np.log(reference.LABELS), atol=1e-3):
        return Mistake("untrained", loss=f"{found[0]:.2f}")
    if np.allclose(found, _scores(model, 255 * rows, labels), rtol=1e-3):
        return "scans"
    if all(
        any(abs(seen - round(exact, digits)) < 1e-6 for digits in (2, 3, 4))
        or abs(seen - exact) < 1e-4
        for seen, exact in zip(found, (loss, accuracy), strict=True)
    ):
        return "rounded"
    names = [say("loss"), say("accuracy")]
    for right, wrong in ((0, 1), (1, 0)):
        if np.isclose(found[right], (loss, accuracy)[right], rtol=0, atol=1e-4):
            return Mistake("one_of_two", right=names[right], wrong=names[wrong])
    if close(*_scores(model, *known_digits.scan_rows(False))):
        return "training_images"
    each = _of_each(model, rows, labels)
    if any(close(*_means(each, size)) for size in range(2, len(labels))):
        return "mean_of_means"
    for count in range(1, len(labels)):
        if any(
            close(*(float(np.mean(one[part])) for one in each))
            for part in (slice(count), slice(-count, None))
        ):
            return Mistake("some_images", count=count, wanted=len(labels))
    case = say("the {count} held-out images", count=len(labels))
    return shown.wrong_value(case, [float(number) for number in found], (loss, accuracy))


def _reference(model: Any, trained: known_digits.Arrays) -> tuple[float, float]:
    # The next cells look at this model.
    model.set_weights(trained)
    return _scores(trained, *known_digits.scan_rows(True))


EXERCISE = Exercise(
    id="evaluate_held_out",
    expects="two numbers, the trained model's loss and its accuracy (a share from 0 to 1) on "
    "`x_test` and `y_test`",
    judge=_judge,
    reference=_reference,
    hints=(
        "A call of `model.evaluate` has been in this lesson already, in the cell that looked at "
        "the untrained model. Only the images and the labels are others now.",
        "`model.evaluate(images, labels, verbose=0)` gives a list of two numbers, the loss first. "
        "You can keep both in one line, with two names and a comma on the left side.",
        "On the right side stands `model.evaluate` of `x_test`, `y_test` and `verbose=0`; on the "
        "left side `held_out_loss, held_out_accuracy`. Change nothing about the two numbers.",
    ),
    mistakes={
        "both_in_one": "`{name}` holds two numbers: the whole list that `evaluate` gives. The "
        "first of them is the loss, the second the accuracy.",
        "not_a_number": "`{name}` is of type `{type}`, not a number.",
        "model_changed": "The call is right, but `model` is no longer the one trained above: "
        "another cell, or a `fit` of yours, has changed it. This check has set it back with "
        "`model.set_weights(long_trained)`: run the cell again.",
        "changed_after": "The numbers are right, but since they were measured, `model` has "
        "changed: it no longer has the parameters in `long_trained`. This check has set it back, "
        "because the next cells look at it: leave out what changes it, and run the cell again.",
        "swapped": "The two numbers are there, but exchanged: `evaluate` gives the loss first and "
        "the metrics after it.",
        "percent": "The accuracy is {got}: in percent. Keep the share between 0 and 1, as "
        "`evaluate` gives it; the next cell makes percent of it.",
        "share_misread": "The loss is right. The other number is the share of images that were "
        "misread; wanted is the share that was recognised.",
        "training_images": "These are loss and accuracy on the training images. How well a model "
        "does on what it has learned from was printed above; here, the held-out images count.",
        "mean_of_means": "These are means of the numbers of several batches, each batch counted "
        "once. The last batch has fewer images, and each of them counts for more. Measure all "
        "images in one call.",
        "some_images": "These are the numbers on {count} of the {wanted} held-out images.",
        "wrong_value": "For {case}, loss and accuracy are {wanted}, and yours are {got}. If "
        "yours are those of an epoch of training: they were measured on training images, while "
        "the parameters changed.",
        "untrained": "A loss of {loss} is that of the model before training. Was the trained model "
        "measured, or did an earlier cell's variable slip in?",
        "scans": "The model was given the scans, with values up to 255. It has learned from "
        "values between 0 and 1, and needs the same here.",
        "rounded": "The numbers are right, but rounded. Keep them in full; rounding is for "
        "printing, and the next cell counts images with them.",
        "one_of_two": "The {right} is right, the {wrong} is not. Both come from the same call of "
        "`evaluate`.",
    },
    right="These images had no part in training, so this is what the model is worth on new digits "
    "by the same writers.",
    adapt=lambda answer: tuple(forms.number(part) for part in answer),
)
