"""What the answers to several exercises have at hand."""

import functools

import numpy as np
import tensorflow as tf

from fl_course import data, models

keras = tf.keras


@functools.cache
def notebook():
    train, test = data.load("digits")
    (train_images, y_train), (test_images, y_test) = data.pool(train), data.pool(test)
    return {
        "train": train,
        "test": test,
        "train_images": train_images,
        "test_images": test_images,
        "y_train": y_train,
        "y_test": y_test,
    }


def train_scans():
    return np.round(255 * notebook()["train_images"]).astype(np.uint8)


def held_out_scans():
    return np.round(255 * notebook()["test_images"]).astype(np.uint8)


def x_train():
    return (train_scans().reshape(1399, 784) / 255).astype(np.float32)


def x_test():
    return (held_out_scans().reshape(398, 784) / 255).astype(np.float32)


def compiled(**kwargs):
    """A model compiled as the lesson asks, but for what is given."""

    def make():
        model = models.softmax_model()
        model.compile(
            **{
                "optimizer": keras.optimizers.SGD(learning_rate=0.02),
                "loss": keras.losses.SparseCategoricalCrossentropy(),
                "metrics": [keras.metrics.SparseCategoricalAccuracy()],
                **{name: value() for name, value in kwargs.items()},
            }
        )
        return model

    return make
