"""Answers to `evaluate_held_out`, as learners write them."""

import functools

import numpy as np
import tensorflow as tf

from tests.exercises.cases import Case
from tests.exercises.centralized_training.at_hand import (
    compiled,
    held_out_scans,
    keras,
    notebook,
    x_test,
    x_train,
)


@functools.cache
def trained():
    model = compiled()()
    keras.utils.set_random_seed(0)
    fitted = model.fit(x_train(), notebook()["y_train"], epochs=20, batch_size=20, verbose=0)
    return model, model.get_weights(), fitted.history


def right_model():
    model, weights, _ = trained()
    model.set_weights(weights)
    return model


def evaluate(rows, labels):
    return right_model().evaluate(rows, labels, verbose=0)


def held_out():
    return evaluate(x_test(), notebook()["y_test"])


def by_name():
    both = right_model().evaluate(x_test(), notebook()["y_test"], verbose=0, return_dict=True)
    return both["loss"], both["sparse_categorical_accuracy"]


def with_numpy():
    probabilities = right_model().predict(x_test(), verbose=0)
    labels = notebook()["y_test"]
    loss = -np.log(probabilities[np.arange(len(labels)), labels]).mean()
    return loss, (probabilities.argmax(axis=1) == labels).mean()


def with_tensors():
    probabilities = right_model()(x_test())
    labels = notebook()["y_test"]
    right = tf.argmax(probabilities, axis=1, output_type=tf.int32) == labels
    loss = keras.losses.SparseCategoricalCrossentropy()(labels, probabilities)
    return loss, tf.reduce_mean(tf.cast(right, tf.float32))


def last_epoch():
    *_, history = trained()
    return history["loss"][-1], history["sparse_categorical_accuracy"][-1]


def mean_of_batches(size):
    parts = [slice(start, start + size) for start in range(0, 398, size)]
    return np.mean([evaluate(x_test()[part], notebook()["y_test"][part]) for part in parts], axis=0)


def measured_then_fitted():
    found = held_out()
    trained()[0].fit(x_test(), notebook()["y_test"], verbose=0)
    return found


def of_untrained():
    model = compiled()()
    return model.evaluate(x_train(), notebook()["y_train"], verbose=0)


def after_a_fit_of_ones_own():
    model = right_model()
    model.fit(x_test(), notebook()["y_test"], verbose=0)
    return model.evaluate(x_test(), notebook()["y_test"], verbose=0)


def of_scans():
    return evaluate(held_out_scans().reshape(398, 784), notebook()["y_test"])


def changed(change):
    return lambda: change(*held_out())


CASE = Case(
    context=lambda: {"model": trained()[0], "trained": trained()[1]},
    right={"names": by_name, "numpy": with_numpy, "tensors": with_tensors},
    wrong={
        "both_in_one": lambda: (held_out(), held_out()),
        "not_a_number": lambda: (held_out()[0], "91 %"),
        "model_changed": after_a_fit_of_ones_own,
        "swapped": changed(lambda loss, accuracy: (accuracy, loss)),
        "percent": changed(lambda loss, accuracy: (loss, 100 * accuracy)),
        "share_misread": changed(lambda loss, accuracy: (loss, 1 - accuracy)),
        "training_images": lambda: evaluate(x_train(), notebook()["y_train"]),
        "wrong_value": last_epoch,
        "wrong_value: with one digit": lambda: (0.3, 0.94),
        "wrong_value: guessed": lambda: (0.2, 0.95),
        "wrong_value: after a pass over training images": lambda: np.mean(
            [evaluate(x_train(), notebook()["y_train"]), held_out()], axis=0
        ),
        "mean_of_means": lambda: mean_of_batches(32),
        "mean_of_means: of 100": lambda: mean_of_batches(100),
        "some_images": lambda: evaluate(x_test()[:100], notebook()["y_test"][:100]),
        "some_images: one batch": lambda: evaluate(x_test()[-14:], notebook()["y_test"][-14:]),
        "some_images: the last left out": lambda: evaluate(
            x_test()[:-1], notebook()["y_test"][:-1]
        ),
        "changed_after": measured_then_fitted,
        "untrained": of_untrained,
        "scans": of_scans,
        "rounded": changed(lambda loss, accuracy: (round(loss, 2), round(accuracy, 2))),
        "rounded: three digits": changed(lambda loss, accuracy: (round(loss, 3), accuracy)),
        "one_of_two: misread images": changed(lambda loss, accuracy: (loss, (1 - accuracy) * 398)),
        "one_of_two": changed(lambda loss, accuracy: (loss, loss)),
    },
    other={"one number": lambda: held_out()[1], "three": lambda: (*held_out(), 0)},
)
