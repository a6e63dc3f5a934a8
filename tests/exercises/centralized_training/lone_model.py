"""Answers to `lone_model`, as learners write them."""

import functools

import numpy as np
import tensorflow as tf

from fl_course import data
from tests.exercises.cases import Case
from tests.exercises.centralized_training.at_hand import compiled, notebook


@functools.cache
def lone():
    return compiled()()


def rows_of(client_data, writers):
    images, labels = data.pool(client_data, writers)
    return images.reshape(len(images), 784), labels


def fit(rows, labels):
    lone().fit(tf.data.Dataset.from_tensors((rows, labels)).repeat(100), verbose=0)


def train_from_zero(rows, labels):
    lone().set_weights([np.zeros((784, 10)), np.zeros(10)])
    fit(rows, labels)


def accuracy_on(rows, labels):
    return lone().evaluate(rows, labels, batch_size=len(labels), verbose=0)[1]


def digits():
    return notebook()["train"], notebook()["test"]


def everybody():
    return rows_of(notebook()["test"], None)


def measured(writer):
    train, test = digits()
    train_from_zero(*rows_of(train, [writer]))
    return accuracy_on(*rows_of(test, [writer])), accuracy_on(*everybody())


def with_dictionary(writer):
    train, test = digits()
    groups = {"home": [writer], "all": test.client_ids}
    train_from_zero(*rows_of(train, groups["home"]))
    return [accuracy_on(*rows_of(test, group)) for group in groups.values()]


def by_hand(writer):
    train, test = digits()
    rows, labels = rows_of(train, [writer])
    weights = tf.Variable(tf.zeros([785, 10]))

    def sums(images):
        return tf.concat([images, tf.ones([len(images), 1])], axis=1) @ weights

    for _ in range(100):
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, sums(rows))
            loss = tf.reduce_mean(losses)
        weights.assign_sub(0.02 * tape.gradient(loss, weights))

    def share(rows, labels):
        return np.mean(np.argmax(sums(rows), axis=1) == labels)

    return np.array([share(*rows_of(test, [writer])), share(*everybody())])


def train_again(writer):
    train, test = digits()
    fit(*rows_of(train, [writer]))
    return accuracy_on(*rows_of(test, [writer])), accuracy_on(*everybody())


def train_again_after_the_pool():
    of_the_pool("writer_00")
    return train_again


def on_held_out(writer):
    _, test = digits()
    train_from_zero(*rows_of(test, [writer]))
    return accuracy_on(*rows_of(test, [writer])), accuracy_on(*everybody())


def home_from_train(writer):
    train, _ = digits()
    train_from_zero(*rows_of(train, [writer]))
    return accuracy_on(*rows_of(train, [writer])), accuracy_on(*everybody())


def of_the_pool(writer):
    train, test = digits()
    train_from_zero(*rows_of(train, train.client_ids))
    return accuracy_on(*rows_of(test, [writer])), accuracy_on(*everybody())


def not_trained(writer):
    _, test = digits()
    lone().set_weights([np.zeros((784, 10)), np.zeros(10)])
    return accuracy_on(*rows_of(test, [writer])), accuracy_on(*everybody())


def always_writer_04(writer):
    return measured("writer_04")


def trained_on_writer_04(writer):
    _, test = digits()
    measured("writer_04")
    return accuracy_on(*rows_of(test, [writer])), accuracy_on(*everybody())


def at_home_with_writer_03(writer):
    _, test = digits()
    _, on_everybody = measured(writer)
    return accuracy_on(*rows_of(test, ["writer_03"])), on_everybody


def on_the_others(writer):
    _, test = digits()
    at_home, _ = measured(writer)
    others = [other for other in test.client_ids if other != writer]
    return at_home, accuracy_on(*rows_of(test, others))


def name_instead_of_list(writer):
    train, _ = digits()
    train_from_zero(*rows_of(train, writer))


def never_done(writer):
    train, _ = digits()
    for batch in train.create_tf_dataset_for_client(writer).repeat():
        batch["label"]


def after(change):
    """Measured rightly, and then changed."""
    return lambda: lambda writer: change(*measured(writer))


CASE = Case(
    right={
        "as the lesson": lambda: measured,
        "dictionary": lambda: with_dictionary,
        "gradient tape": lambda: by_hand,
    },
    wrong={
        "one_number": after(lambda home, everywhere: everywhere),
        "swapped": after(lambda home, everywhere: (everywhere, home)),
        "home_only": after(lambda home, everywhere: (home, home)),
        "everybody_only": after(lambda home, everywhere: (everywhere, everywhere)),
        "others_only": lambda: on_the_others,
        "percent": after(lambda home, everywhere: (100 * home, 100 * everywhere)),
        "training_images": lambda: home_from_train,
        "trained_on_held_out": lambda: on_held_out,
        "pooled": lambda: of_the_pool,
        "untrained": lambda: not_trained,
        "one_writer": lambda: always_writer_04,
        "trained_on_another": lambda: trained_on_writer_04,
        "home_of_another": lambda: at_home_with_writer_03,
        "not_from_zero": train_again_after_the_pool,
    },
    other={"a guess": lambda: lambda writer: (0.97, 0.75)},
    raises={"a name for a list": lambda: name_instead_of_list},
    endless={"a dataset without end": lambda: never_done},
)
