"""A model compiled with SGD, a loss and a metric."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import NOT_ATTEMPTED, OTHER, Exercise, Mistake
from fl_course.exercises.judging import reference


def _judge(answer: Any) -> Any:
    import tensorflow as tf

    if not isinstance(answer, tf.keras.Model):
        return OTHER
    if answer.optimizer is None:
        return NOT_ATTEMPTED
    if answer.count_params() != (reference.PIXELS + 1) * reference.LABELS:
        return Mistake("other_model", parameters=f"{answer.count_params():,}")
    found = _optimizer_mistake(answer.optimizer) or _loss_mistake(answer) or _metric_mistake(answer)
    if found:
        return found
    if any(np.any(values) for values in answer.get_weights()):
        return Mistake("not_at_zero")
    blank = answer(tf.zeros([1, reference.PIXELS])).numpy()
    return None if np.allclose(blank, 1 / reference.LABELS) else OTHER


def _optimizer_mistake(optimizer: Any) -> Mistake | None:
    import tensorflow as tf

    # A copy, so that the learner's own takes no step.
    copy = type(optimizer).from_config(optimizer.get_config())
    rates = []
    # The second gradient shows clipping, the third a decay of weights or momentum, the others
    # momentum or a rate that decays, however late.
    variable = tf.Variable([0.0, 0.0])
    for gradient, start, iteration in (
        ([1.0, -2.0], [1.0, -3.0], 0),
        ([3e5, 5e5], [0.0, 0.0], 1),
        ([0.0, 0.0], [1e6, -1e6], 2),
        ([1.0, 1.0], [0.0, 0.0], 3),
        ([1.0, 2.0], [0.0, 0.0], 1000),
        ([1.0, 2.0], [0.0, 0.0], 10**6),
    ):
        variable.assign(start)
        copy.iterations.assign(iteration)
        copy.apply_gradients([(tf.constant(gradient), variable)])
        moves = np.array(start) - variable.numpy()
        # Without a gradient no plain step moves anything; a rate that is infinite says so.
        rates += [
            move / slope if slope else (np.inf if move else rates[0])
            for move, slope in zip(moves, gradient, strict=True)
        ]
    if np.allclose(rates, reference.LEARNING_RATE, rtol=1e-4):
        return None
    if type(optimizer).__name__ != "SGD":
        return Mistake("not_sgd", name=type(optimizer).__name__)
    if np.allclose(rates, rates[0], rtol=1e-4):
        return Mistake("learning_rate", rate=f"{rates[0]:.3g}")
    return Mistake("not_plain")


def _probes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, int32 [20, 1], as Keras hands them on, sums and probabilities, float32 [20, 10]."""
    count = 2 * reference.LABELS
    sums = np.random.default_rng(0).normal(size=(count, reference.LABELS), scale=2.0)
    labels = np.arange(count, dtype=np.int32)[:, None] % reference.LABELS
    # Seven labels come first, seven second and six last; each digit is among the right ones or
    # the others, so that a loss or a metric which leaves one out gives another number.
    ranks = np.arange(count)[:, None] % 3
    order = np.argsort(-sums, axis=1)
    there = np.take_along_axis(order, np.array([0, 1, 9])[ranks], axis=1)
    own, other = (np.take_along_axis(sums, where, axis=1) for where in (labels, there))
    np.put_along_axis(sums, there, own, axis=1)
    np.put_along_axis(sums, labels, other, axis=1)
    sums = sums.astype(np.float32)
    return labels, sums, reference.softmax(sums)


def _loss_mistake(model: Any) -> Mistake | None:
    import tensorflow as tf

    labels, sums, probabilities = _probes()
    right = reference.cross_entropy(sums, labels)
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
        return Mistake("no_number", name=name)
    finally:
        model.reset_metrics()
    if np.isclose(value, right, atol=1e-4):
        return None
    if np.isclose(value, reference.cross_entropy(probabilities, labels), atol=1e-4):
        return Mistake("from_logits")
    return Mistake("other_loss", name=name, got=f"{value:.2f}", wanted=f"{right:.2f}")


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
    right = float(np.mean(probabilities.argmax(axis=1) == labels[:, 0]))
    if np.isclose(value, right):
        return None
    name = type(metrics[0]).__name__
    if name == "MeanMetricWrapper":
        name = metrics[0].name
    if name == "Accuracy":
        return Mistake("accuracy_of_labels")
    if name.replace("_", "").lower() == "categoricalaccuracy":
        return Mistake("metric_of_one_hot", name=name)
    return Mistake("other_metric", name=name, got=f"{value:.2f}", wanted=f"{right:.2f}")


def _compiled(model: Any, optimizer: Any, loss: Any) -> Any:
    import tensorflow as tf

    metric = tf.keras.metrics.SparseCategoricalAccuracy()
    model.compile(optimizer=optimizer, loss=loss, metrics=[metric])
    return model


def _reference() -> Any:
    import tensorflow as tf

    from fl_course import models

    loss = tf.keras.losses.SparseCategoricalCrossentropy()
    return _compiled(models.softmax_model(), tf.keras.optimizers.SGD(reference.LEARNING_RATE), loss)


def _with_the_lessons_metric(model: Any) -> Any:
    """Later cells read the accuracy by the name that its class gives it."""
    return _compiled(model, model.optimizer, model.loss)


EXERCISE = Exercise(
    id="compile_model",
    expects="`model`, compiled with plain SGD of learning rate 0.02, the sparse categorical "
    "cross-entropy as loss, and the sparse categorical accuracy as its one metric",
    judge=_judge,
    reference=_reference,
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
        "no_number": "On labels and probabilities of our own, the loss `{name}` does not give one "
        "number. Wanted is the mean over the images of minus the logarithm of the right digit's "
        "probability.",
        "other_loss": "On labels and probabilities of our own, the loss `{name}` gives {got}, and "
        "the cross-entropy is {wanted}: the mean over the images of minus the logarithm of the "
        "right digit's probability.",
        "no_metric": "Optimizer and loss are right. A metric is missing: nothing would tell you "
        "the share of images recognised.",
        "several_metrics": "There are {count} metrics. The later cells read exactly one number "
        "beside the loss, so keep one.",
        "accuracy_of_labels": "`Accuracy` compares numbers for being equal. The model gives ten "
        "probabilities, not a digit, so its largest one has to be looked up first: another "
        "accuracy does this, for integer labels.",
        "metric_of_one_hot": "The metric `{name}` expects each label as a row of ten zeros and "
        "ones. Our labels are integers; there is a *sparse* form for them, as with the loss.",
        "other_metric": "On labels and probabilities of our own, the metric `{name}` gives "
        "{got}, and the share of images whose label has the largest probability is {wanted}.",
        "not_at_zero": "Optimizer, loss and metric are right, but the model's parameters are no "
        "longer all zero: it was trained already, or made anew. Only compile it here; the next "
        "cells look at it before its first step.",
    },
    right="The same three choices stand for the whole course: a federated client will use this "
    "optimizer and this loss on its own images. Whatever name your metric had, later cells call it "
    "`sparse_categorical_accuracy`.",
    adapt=_with_the_lessons_metric,
)
