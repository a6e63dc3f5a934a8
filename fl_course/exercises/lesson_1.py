"""Lesson 1's exercises: Keras on the pooled digits, and a model of one writer alone."""

import functools
from typing import Any

import numpy as np

from fl_course.exercises.exercise import NOT_ATTEMPTED, OTHER, Exercise, Mistake, run
from fl_course.localization import say

_PIXELS = 784
_LABELS = 10
_STEPS = 100  # of the lesson's `train_from_zero`
_RATE = 0.02  # of the lesson's SGD

Arrays = tuple[np.ndarray, np.ndarray]  # rows, float32 [n, 784], and labels, int32 [n]


@functools.cache
def _client_data() -> tuple[Any, Any]:
    from fl_course import data

    return data.load("digits")


@functools.cache
def _rows(held_out: bool, writer: str | None = None) -> Arrays:
    """The digits of a writer, or of all, as the lesson pools them."""
    from fl_course import data

    images, labels = data.pool(_client_data()[held_out], [writer] if writer else None)
    return images.reshape(len(images), _PIXELS), labels


def _scan(held_out: bool) -> np.ndarray:
    """The 8-bit scans that the lesson makes of the digits, uint8 [n, 28, 28]."""
    rows, _ = _rows(held_out)
    return np.round(255 * rows).astype(np.uint8).reshape(len(rows), 28, 28)


def _scan_rows(held_out: bool) -> Arrays:
    """What `x_train` or `x_test` has to be, but for the type, and its labels."""
    return _scan(held_out).reshape(-1, _PIXELS) / 255, _rows(held_out)[1]


def _is_pair(answer: Any) -> bool:
    return isinstance(answer, (tuple, list, np.ndarray)) and len(answer) == 2


def _number(answer: Any) -> float | None:
    """An answer as a number, or None if it is not one."""
    try:
        array = np.asarray(answer)
        return float(array.reshape(())) if array.size == 1 and array.dtype.kind in "iuf" else None
    except (TypeError, ValueError):
        return None


# reshape_and_scale


def _judge_rows(answer: Any) -> Any:
    if not _is_pair(answer):
        return OTHER
    for held_out, name in enumerate(("x_train", "x_test")):
        if found := _rows_mistake(answer[held_out], bool(held_out)):
            return Mistake(found.name, name=name, **found.values)
    return None


def _rows_mistake(answer: Any, held_out: bool) -> Mistake | None:
    array = np.asarray(answer)
    if array.dtype.kind not in "iufb":
        return Mistake("not_an_array", type=type(answer).__name__)
    scans = _scan(held_out).astype(np.float64)
    other = _scan(not held_out)
    right, _ = _scan_rows(held_out)
    if array.size == other.size:
        return Mistake("other_split", wanted=len(scans), got=len(other))
    if array.shape == scans.shape:
        return Mistake("not_flat")
    if array.shape != right.shape:
        return Mistake("wrong_shape", shape=list(array.shape), wanted=list(right.shape))
    found = _values_mistake(array, right, scans)
    if found is None and array.dtype != np.float32:
        return Mistake("wrong_type", type=array.dtype.name)
    return found


def _values_mistake(array: np.ndarray, right: np.ndarray, scans: np.ndarray) -> Mistake | None:
    precision = 1e-6 if array.dtype.kind != "f" else max(1e-6, np.finfo(array.dtype).eps)

    def close(values: np.ndarray) -> bool:
        return np.allclose(array, values, rtol=0, atol=precision)

    if close(right):
        return None
    if np.isin(array, (0, 1)).all():
        return Mistake("whole_numbers")
    # The order of the pixels first: scaling can be judged whatever the order.
    for name, pixels in {
        "mixed_images": scans.reshape(_PIXELS, -1).T,
        "turned_images": scans.transpose(0, 2, 1).reshape(len(scans), _PIXELS),
    }.items():
        if close(pixels / 255) or close(pixels):
            return Mistake(name)
    if close(255 * right):
        return Mistake("not_divided", high=255)
    if np.allclose(array, right / 255, rtol=0, atol=1e-7):
        return Mistake("divided_twice", high=f"{array.max():.4f}")
    if close(1 - right):
        return Mistake("inverted")
    if np.allclose(array, right, rtol=0, atol=0.5 / 255 + 1e-6):
        return Mistake("not_the_scans")
    return Mistake("other_scale", low=f"{array.min():.4g}", high=f"{array.max():.4g}")


def _rows_reference() -> Arrays:
    return tuple(_scan_rows(held_out)[0].astype(np.float32) for held_out in (False, True))


_RESHAPE_AND_SCALE = Exercise(
    id="reshape_and_scale",
    expects="two arrays, `x_train` of shape [1399, 784] and `x_test` of shape [398, 784], made of "
    "the scans, with values from 0 to 1 of type `float32`",
    judge=_judge_rows,
    reference=_rows_reference,
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
        "not_the_scans": "`{name}` is very near, but its values are not whole steps of 1/255: it "
        "was made of the original pixels, not of the 8-bit scans.",
        "other_scale": "The shape of `{name}` is right, but its values go from {low} to {high}. A "
        "scan's 0 has to become 0, and its 255 has to become 1, in every image alike.",
        "wrong_type": "The values of `{name}` are right, but of type `{type}`, and `float32` is "
        "wanted. Dividing can change the type, so look at it last.",
    },
    right="One row of 784 numbers between 0 and 1 for each image, and the same treatment for "
    "held-out images as for those in training.",
    adapt=lambda answer: tuple(np.asarray(part) for part in answer),
)


# compile_model


def _judge_compiled(answer: Any) -> Any:
    import tensorflow as tf

    if not isinstance(answer, tf.keras.Model):
        return OTHER
    if answer.optimizer is None:
        return NOT_ATTEMPTED
    if answer.count_params() != (_PIXELS + 1) * _LABELS:
        return Mistake("other_model", parameters=f"{answer.count_params():,}")
    return _optimizer_mistake(answer.optimizer) or _loss_mistake(answer) or _metric_mistake(answer)


def _optimizer_mistake(optimizer: Any) -> Mistake | None:
    import tensorflow as tf

    # A copy, so that the learner's own takes no step.
    copy = type(optimizer).from_config(optimizer.get_config())
    variable = tf.Variable([1.0, -3.0])
    moves = []
    # Large gradients show clipping, a third step momentum, a late one a rate that decays.
    for gradient, iteration in (([1.0, -2.0], 0), ([300.0, 500.0], 1), ([0.0, 1.0], 1000)):
        before = variable.numpy()
        copy.iterations.assign(iteration)
        copy.apply_gradients([(tf.constant(gradient), variable)])
        moves.append((before - variable.numpy(), np.array(gradient)))
    if all(np.allclose(move, _RATE * gradient, atol=1e-4) for move, gradient in moves):
        return None
    if type(optimizer).__name__ != "SGD":
        return Mistake("not_sgd", name=type(optimizer).__name__)
    move, gradient = moves[0]
    rate = move[0] / gradient[0]
    if not np.isclose(rate, _RATE, rtol=1e-3) and np.allclose(move, rate * gradient, atol=1e-4):
        return Mistake("learning_rate", rate=f"{rate:.3g}")
    return Mistake("not_plain")


def _probes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, int32 [8, 1], as Keras hands them on, sums and probabilities, float32 [8, 10]."""
    sums = np.random.default_rng(0).normal(size=(8, _LABELS), scale=2.0).astype(np.float32)
    ranks = np.argsort(-sums, axis=1)
    # Three right answers, three where the label comes second, two where it comes last.
    labels = ranks[np.arange(8), [0, 0, 0, 1, 1, 1, 9, 9]].astype(np.int32)[:, None]
    odds = np.exp(sums)
    return labels, sums, odds / odds.sum(axis=1, keepdims=True)


def _cross_entropy(sums: np.ndarray, labels: np.ndarray) -> float:
    """Mean of minus the logarithm of softmax, computed without overflow."""
    sums = sums - sums.max(axis=1, keepdims=True)
    of_label = np.take_along_axis(sums, labels.reshape(-1, 1), axis=1)[:, 0]
    return float(np.mean(np.log(np.exp(sums).sum(axis=1)) - of_label))


def _loss_mistake(model: Any) -> Mistake | None:
    import tensorflow as tf

    labels, sums, probabilities = _probes()
    right = _cross_entropy(sums, labels)
    loss = model.loss
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    if loss is None or (isinstance(loss, (dict, list, tuple)) and not loss):
        return Mistake("no_loss")
    if isinstance(loss, type):
        return Mistake("class_only", name=name)
    if name.replace("_", "").lower() == "categoricalcrossentropy":
        return Mistake("loss_of_one_hot", name=name)
    try:
        value = float(model.compute_loss(y=tf.constant(labels), y_pred=tf.constant(probabilities)))
    except Exception:
        return Mistake("other_loss", name=name)
    finally:
        model.reset_metrics()
    if np.isclose(value, right, atol=1e-4):
        return None
    if np.isclose(value, _cross_entropy(probabilities, labels), atol=1e-4):
        return Mistake("from_logits")
    return Mistake("other_loss", name=name)


def _metric_mistake(model: Any) -> Mistake | None:
    import tensorflow as tf

    labels, _, probabilities = _probes()
    try:
        results = dict(
            model.compute_metrics(None, tf.constant(labels), tf.constant(probabilities), None)
        )
    except Exception:
        results = {}  # which is what plain `Accuracy` comes to
    finally:
        model.reset_metrics()
    metrics = [metric for metric in model.metrics if metric.name != "loss"]
    if not metrics:
        return Mistake("no_metric")
    if len(metrics) > 1:
        return Mistake("several_metrics", count=len(metrics))
    results.pop("loss", None)
    value = float(next(iter(results.values()))) if results else float("nan")
    if np.isclose(value, 3 / 8):
        return None
    name = type(metrics[0]).__name__
    if name == "MeanMetricWrapper":
        name = metrics[0].name
    if name == "Accuracy":
        return Mistake("accuracy_of_labels")
    if name.replace("_", "").lower() == "categoricalaccuracy":
        return Mistake("metric_of_one_hot", name=name)
    return Mistake("other_metric", name=name)


def _compiled(model: Any, optimizer: Any, loss: Any) -> Any:
    import tensorflow as tf

    metric = tf.keras.metrics.SparseCategoricalAccuracy()
    model.compile(optimizer=optimizer, loss=loss, metrics=[metric])
    return model


def _compiled_reference() -> Any:
    import tensorflow as tf

    from fl_course import models

    loss = tf.keras.losses.SparseCategoricalCrossentropy()
    return _compiled(models.softmax_model(), tf.keras.optimizers.SGD(_RATE), loss)


def _with_the_lessons_metric(model: Any) -> Any:
    """Later cells read the accuracy by the name that its class gives it."""
    return _compiled(model, model.optimizer, model.loss)


_COMPILE_MODEL = Exercise(
    id="compile_model",
    expects="`model`, compiled with plain SGD of learning rate 0.02, the sparse categorical "
    "cross-entropy as loss, and the sparse categorical accuracy as its one metric",
    judge=_judge_compiled,
    reference=_compiled_reference,
    hints=(
        "`model.compile` takes the three things by name: `model.compile(optimizer=..., loss=..., "
        "metrics=[...])`. It changes the model in place and gives nothing back, so nothing is "
        "assigned.",
        "Each of the three is an object, made by calling its class. A loss, for example: "
        "`tf.keras.losses.MeanSquaredError()`, with the round brackets. Which class the task "
        "wants stands in its text. The metric goes into a list.",
        "The optimizer is `tf.keras.optimizers.SGD(learning_rate=...)`. The other two classes "
        "take no arguments here, and both their names begin with `SparseCategorical`.",
    ),
    mistakes={
        "other_model": "This model has {parameters} parameters, and the one above has 7,850. Run "
        "the cell that makes it again, and compile that one.",
        "not_sgd": "The optimizer is `{name}`, and plain stochastic gradient descent is wanted. "
        "If you gave none, Keras took one of its own choice.",
        "learning_rate": "The optimizer is SGD, but it moves parameters by {rate} times the "
        "gradient. The learning rate is to be 0.02; without one, Keras takes 0.01.",
        "not_plain": "The optimizer is SGD, but its steps are not always the learning rate times "
        "the gradient: it has momentum, clipping, weight decay or a changing rate. Leave those "
        "out; plain SGD remembers nothing, and the lesson relies on that.",
        "no_loss": "The model was compiled without a loss, so there is nothing that training "
        "could make small.",
        "class_only": "The loss is the class `{name}` itself, not an object of it. Add the round "
        "brackets that make one.",
        "loss_of_one_hot": "The loss `{name}` expects each label as a row of ten zeros and ones. "
        "Our labels are integers such as 7; there is a *sparse* form for them.",
        "from_logits": "The loss was told that the model gives raw sums (`from_logits=True`). "
        "This model ends with a softmax layer and gives probabilities.",
        "other_loss": "On labels and probabilities of our own, the loss `{name}` is not the "
        "cross-entropy: the mean over the images of minus the logarithm of the right digit's "
        "probability.",
        "no_metric": "Optimizer and loss are right. A metric is missing: nothing would tell you "
        "the share of images recognised.",
        "several_metrics": "There are {count} metrics. The later cells read exactly one number "
        "beside the loss, so keep one.",
        "accuracy_of_labels": "`Accuracy` compares numbers for being equal. The model gives ten "
        "probabilities, not a digit, so its largest one has to be looked up first: another "
        "accuracy does this, for integer labels.",
        "metric_of_one_hot": "The metric `{name}` expects each label as a row of ten zeros and "
        "ones. Our labels are integers; there is a *sparse* form for them, as with the loss.",
        "other_metric": "On labels and probabilities of our own, the metric `{name}` is not the "
        "share of images whose label has the largest probability.",
    },
    right="The same three choices stand for the whole course: a federated client will use this "
    "optimizer and this loss on its own images. Whatever name your metric had, later cells call it "
    "`sparse_categorical_accuracy`.",
    adapt=_with_the_lessons_metric,
)


# evaluate_held_out


def _scores(model: Arrays, rows: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    weights, biases = model
    sums = rows.astype(np.float64) @ weights + biases
    return _cross_entropy(sums, labels), float(np.mean(sums.argmax(axis=1) == labels))


def _judge_held_out(answer: Any, model: Any, trained: Arrays) -> Any:
    if not _is_pair(answer):
        return OTHER
    for name, part in zip(("held_out_loss", "held_out_accuracy"), answer, strict=True):
        if isinstance(part, (tuple, list, np.ndarray)) and len(part) == 2:
            return Mistake("both_in_one", name=name)
        if _number(part) is None:
            return Mistake("not_a_number", name=name, type=type(part).__name__)
    found = np.array([_number(part) for part in answer])

    def close(loss: float, accuracy: float, tolerance: float = 1e-4) -> bool:
        return np.allclose(found, (loss, accuracy), rtol=0, atol=tolerance)

    rows, labels = _scan_rows(True)
    if close(*_scores(trained, rows, labels)):
        return None
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
    if np.isclose(found[0], np.log(_LABELS), atol=1e-3):
        return Mistake("untrained", loss=f"{found[0]:.2f}")
    if np.allclose(found, _scores(model, 255 * rows, labels), rtol=1e-3):
        return "scans"
    if any(close(round(loss, digits), round(accuracy, digits), 1e-6) for digits in (1, 2, 3)):
        return "rounded"
    names = [say("loss"), say("accuracy")]
    for right, wrong in ((0, 1), (1, 0)):
        if np.isclose(found[right], (loss, accuracy)[right], rtol=0, atol=1e-4):
            return Mistake("one_of_two", right=names[right], wrong=names[wrong])
    in_training = _scores(model, *_scan_rows(False))
    if close(*in_training):
        return "training_images"
    # Keras measures an epoch while it trains, so the last one's numbers are only near these.
    return "last_epoch" if close(*in_training, tolerance=0.01) else OTHER


def _held_out_reference(model: Any, trained: Arrays) -> tuple[float, float]:
    return _scores(trained, *_scan_rows(True))


_EVALUATE_HELD_OUT = Exercise(
    id="evaluate_held_out",
    expects="two numbers, the trained model's loss and its accuracy (a share from 0 to 1) on "
    "`x_test` and `y_test`",
    judge=_judge_held_out,
    reference=_held_out_reference,
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
        "another cell, or a `fit` of yours, has changed it. Run `model.set_weights(long_trained)` "
        "and then this cell again.",
        "swapped": "The two numbers are there, but exchanged: `evaluate` gives the loss first and "
        "the metrics after it.",
        "percent": "The accuracy is {got}: in percent. Keep the share between 0 and 1, as "
        "`evaluate` gives it; the next cell makes percent of it.",
        "share_misread": "The loss is right. The other number is the share of images that were "
        "misread; wanted is the share that was recognised.",
        "training_images": "These are loss and accuracy on the training images. How well a model "
        "does on what it has learned from was printed above; here, the held-out images count.",
        "last_epoch": "These look like the numbers of the last epoch of training. They were "
        "measured on training images, while the parameters changed. The held-out images need a "
        "measurement of their own.",
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
    adapt=lambda answer: tuple(_number(part) for part in answer),
)


# lone_model


@functools.cache
def _trained(held_out: bool, writer: str | None) -> Arrays:
    """Weights and biases after the lesson's training from zero: the same arithmetic in NumPy."""
    rows, labels = _rows(held_out, writer)
    targets = np.eye(_LABELS, dtype=np.float32)[labels]
    # From zero, the weights are always a sum of multiples of the images. Following the multiples
    # takes products with [n, n], which for one writer is much less than [n, 784].
    products = rows @ rows.T + 1  # the one is for the biases
    multiples = np.zeros((len(rows), _LABELS), np.float32)
    for _ in range(_STEPS):
        sums = products @ multiples
        odds = np.exp(sums - sums.max(axis=1, keepdims=True))
        errors = odds / odds.sum(axis=1, keepdims=True) - targets
        multiples -= _RATE / len(rows) * errors
    return rows.T @ multiples, multiples.sum(axis=0)


def _share(model: Arrays, rows_and_labels: Arrays) -> float:
    weights, biases = model
    rows, labels = rows_and_labels
    return float(np.mean((rows @ weights + biases).argmax(axis=1) == labels))


def _alone(writer: str) -> tuple[float, float]:
    model = _trained(False, writer)
    return _share(model, _rows(True, writer)), _share(model, _rows(True))


# Of these two, each of the catalogued mistakes changes a number.
_WRITERS = ("writer_06", "writer_01")


def _judge_lone(answer: Any) -> Any:
    for writer, other in (_WRITERS, _WRITERS[::-1]):
        result = run(answer, writer)
        if _number(result) is not None:
            return "one_number"
        if not _is_pair(result) or any(_number(part) is None for part in result):
            return OTHER
        found = tuple(_number(part) for part in result)
        mistake = _lone_mistake(found, writer)
        if mistake == "unknown":
            mistake = _other_writers_mistake(found, writer)
            if mistake is None:
                run(answer, other)
                again = tuple(_number(part) for part in run(answer, writer))
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
    on_training = _share(lone, _rows(False, writer)), _share(lone, _rows(False))
    if _same(found, (on_training[0], on_everybody)) or _same(found, on_training):
        return "training_images"
    home, everybody = _rows(True, writer), _rows(True)
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
    home = _rows(True, writer)
    for other in _client_data()[0].client_ids:
        if _same(found, _alone(other)):
            return Mistake("one_writer", other=other)
        if _same(found, (_share(_trained(False, other), home), _alone(other)[1])):
            return Mistake("trained_on_another", other=other)
        if _same(found, (_share(_trained(False, writer), _rows(True, other)), _alone(writer)[1])):
            return Mistake("home_of_another", other=other)
    return None


def _others(writer: str) -> Arrays:
    """Everybody's held-out digits but this writer's."""
    others = [_rows(True, c) for c in _client_data()[1].client_ids if c != writer]
    rows, labels = (np.concatenate(parts) for parts in zip(*others, strict=True))
    return rows, labels


def _lone_reference() -> Any:
    def measure_lone(writer: str) -> tuple[float, float]:
        return _alone(writer)

    return measure_lone


_LONE_MODEL = Exercise(
    id="lone_model",
    expects="a function that takes a writer's name, trains from zero on this writer's training "
    "images, and gives two numbers: the accuracy on the same writer's held-out images, and that "
    "on everybody's",
    judge=_judge_lone,
    reference=_lone_reference,
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

EXERCISES = (_RESHAPE_AND_SCALE, _COMPILE_MODEL, _EVALUATE_HELD_OUT, _LONE_MODEL)
