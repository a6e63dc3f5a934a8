"""Answers to `compile_model`, as learners write them."""

import tensorflow as tf

from fl_course import models
from tests.exercises.cases import Case
from tests.exercises.centralized_training.at_hand import compiled, keras, notebook, x_train


def own_loss(labels, probabilities):
    rows = tf.range(tf.shape(probabilities)[0])
    labels = tf.reshape(tf.cast(labels, tf.int32), [-1])
    return -tf.math.log(tf.gather_nd(probabilities, tf.stack([rows, labels], axis=1)))


def own_accuracy(labels, probabilities):
    answers = tf.argmax(probabilities, axis=1, output_type=tf.int32)
    return tf.cast(answers == tf.reshape(tf.cast(labels, tf.int32), [-1]), tf.float32)


def own_error(labels, probabilities):
    return 1 - own_accuracy(labels, probabilities)


def another_start():
    model = keras.Sequential([keras.layers.InputLayer((784,)), keras.layers.Dense(10, "softmax")])
    model.compile(keras.optimizers.SGD(0.02), "sparse_categorical_crossentropy", ["accuracy"])
    return model


def sgd(*args, **kwargs):
    return compiled(optimizer=lambda: keras.optimizers.SGD(*args, **kwargs))


def slower_and_slower():
    return keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.02, 100, 0.9))


def trained_before():
    model = compiled()()
    model.fit(x_train()[:40], notebook()["y_train"][:40], verbose=0)
    return model


def hidden_layer():
    model = keras.Sequential(
        [keras.layers.InputLayer((784,)), keras.layers.Dense(20), keras.layers.Dense(10, "softmax")]
    )
    model.compile(keras.optimizers.SGD(0.02), "sparse_categorical_crossentropy", ["accuracy"])
    return model


def only_an_optimizer():
    model = models.softmax_model()
    model.compile(keras.optimizers.SGD(0.02))
    return model


CASE = Case(
    right={
        "names": compiled(
            loss=lambda: "sparse_categorical_crossentropy", metrics=lambda: ["accuracy"]
        ),
        "legacy": compiled(optimizer=lambda: keras.optimizers.legacy.SGD(0.02)),
        "function": compiled(loss=lambda: keras.losses.sparse_categorical_crossentropy),
        "own": compiled(loss=lambda: own_loss, metrics=lambda: [own_accuracy]),
        "no list": compiled(metrics=lambda: keras.metrics.SparseCategoricalAccuracy("share")),
        "told all it does not do": compiled(
            optimizer=lambda: keras.optimizers.SGD(0.02, momentum=0.0, nesterov=True)
        ),
        "a rate that stays": compiled(
            optimizer=lambda: keras.optimizers.SGD(
                keras.optimizers.schedules.PiecewiseConstantDecay([100], [0.02, 0.02])
            )
        ),
    },
    wrong={
        "other_model": hidden_layer,
        "not_sgd": compiled(optimizer=lambda: keras.optimizers.Adam(0.02)),
        "learning_rate": compiled(optimizer=lambda: "sgd"),
        "not_plain": compiled(optimizer=slower_and_slower),
        "not_plain: momentum": sgd(0.02, momentum=0.9),
        "not_plain: Nesterov": sgd(0.02, momentum=0.9, nesterov=True),
        "not_plain: little momentum": sgd(0.02, momentum=0.01),
        "not_plain: clipped": sgd(0.02, clipnorm=1000.0),
        "not_plain: clipped together": sgd(0.02, global_clipnorm=1.0),
        "not_plain: weight decay": sgd(0.02, weight_decay=1e-5),
        "not_plain: a late step": compiled(
            optimizer=lambda: keras.optimizers.SGD(
                keras.optimizers.schedules.ExponentialDecay(0.02, 10**4, 0.5, staircase=True)
            )
        ),
        "not_sgd: RMSprop": compiled(optimizer=lambda: keras.optimizers.RMSprop(0.02)),
        "learning_rate: ten times": sgd(0.2),
        "learning_rate: nearly": sgd(0.0201),
        "no_loss": only_an_optimizer,
        "class_only": compiled(loss=lambda: keras.losses.SparseCategoricalCrossentropy),
        "loss_of_one_hot": compiled(loss=keras.losses.CategoricalCrossentropy),
        "from_logits": compiled(
            loss=lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        ),
        "other_loss": compiled(
            loss=lambda: keras.losses.SparseCategoricalCrossentropy(reduction="sum")
        ),
        "other_loss: without the zeros": compiled(
            loss=lambda: keras.losses.SparseCategoricalCrossentropy(ignore_class=0)
        ),
        "other_loss: squares": compiled(loss=keras.losses.MeanSquaredError),
        "no_number": compiled(
            loss=lambda: keras.losses.SparseCategoricalCrossentropy(reduction="none")
        ),
        "no_metric": compiled(metrics=lambda: None),
        "several_metrics": compiled(
            metrics=lambda: ["accuracy", keras.metrics.SparseCategoricalCrossentropy()]
        ),
        "accuracy_of_labels": compiled(metrics=lambda: [keras.metrics.Accuracy()]),
        "metric_of_one_hot": compiled(metrics=lambda: [keras.metrics.CategoricalAccuracy()]),
        "other_metric": compiled(
            metrics=lambda: [keras.metrics.SparseTopKCategoricalAccuracy(k=2)]
        ),
        "other_metric: the loss again": compiled(
            metrics=lambda: [keras.metrics.SparseCategoricalCrossentropy()]
        ),
        "other_metric: misread": compiled(metrics=lambda: [own_error]),
        "not_at_zero": trained_before,
        "not_at_zero: another start": another_start,
    },
    other={"a function": lambda: compiled(), "only the loss": lambda: own_loss},
)
