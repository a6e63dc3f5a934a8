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


_WEIGHTS = {}  # by the images: most answers train the same writers, and differ in what they measure


def train_from_zero(rows, labels):
    images = rows.tobytes()
    if images not in _WEIGHTS:
        lone().set_weights([np.zeros((784, 10)), np.zeros(10)])
        fit(rows, labels)
        _WEIGHTS[images] = lone().get_weights()
    lone().set_weights(_WEIGHTS[images])


def accuracy_on(rows, labels):
    return lone().evaluate(rows, labels, batch_size=len(labels), verbose=0)[1]


def digits():
    return notebook()["train"], notebook()["test"]


@functools.cache
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


def trained(writer, steps=100, size=None, parts=("train",), rate=0.02):
    """A model trained in another way, measured rightly."""
    train, test = digits()
    groups = [rows_of({"train": train, "test": test}[part], [writer]) for part in parts]
    rows, labels = (np.concatenate(part) for part in zip(*groups, strict=True))
    lone().set_weights([np.zeros((784, 10)), np.zeros(10)])
    lone().optimizer.learning_rate.assign(rate)
    dataset = tf.data.Dataset.from_tensor_slices((rows, labels)).batch(size or len(labels))
    lone().fit(dataset.repeat(steps), verbose=0)
    lone().optimizer.learning_rate.assign(0.02)
    return accuracy_on(*rows_of(test, [writer])), accuracy_on(*everybody())


def trained_by(**how):
    return lambda: lambda writer: trained(writer, **how)


def on_each_writer(writer):
    _, test = digits()
    at_home, _ = measured(writer)
    return at_home, np.mean([accuracy_on(*rows_of(test, [other])) for other in test.client_ids])


def everybody_in_training(writer):
    train, _ = digits()
    at_home, _ = measured(writer)
    return at_home, accuracy_on(*rows_of(train, None))


def home_measured_too_early(writer):
    at_home, _ = of_the_pool(writer)
    return at_home, measured(writer)[1]


def everybody_measured_too_early(writer):
    _, on_everybody = of_the_pool(writer)
    return measured(writer)[0], on_everybody


def never_done(writer):
    train, _ = digits()
    for batch in train.create_tf_dataset_for_client(writer).repeat():
        batch["label"]


def after(change):
    """Measured rightly, and then changed."""
    return lambda: lambda writer: change(*measured(writer))


def trained_once():
    done = []

    def measure_lone(writer):
        train, test = digits()
        if not done:
            train_from_zero(*rows_of(train, [writer]))
        done.append(writer)
        return accuracy_on(*rows_of(test, [writer])), accuracy_on(*everybody())

    return measure_lone


def of_all_so_far():
    so_far = []

    def measure_lone(writer):
        train, test = digits()
        so_far.append(writer)
        train_from_zero(*rows_of(train, so_far))
        return accuracy_on(*rows_of(test, [writer])), accuracy_on(*everybody())

    return measure_lone


CASE = Case(
    right={
        "as the lesson": lambda: measured,
        "dictionary": lambda: with_dictionary,
        "gradient tape": lambda: by_hand,
        "numbers of float32": after(lambda home, everywhere: (np.float32(home), everywhere)),
    },
    wrong={
        "remembers": trained_once,
        "remembers: all so far": of_all_so_far,
        "one_number": after(lambda home, everywhere: everywhere),
        "swapped": after(lambda home, everywhere: (everywhere, home)),
        "home_only": after(lambda home, everywhere: (home, home)),
        "everybody_only": after(lambda home, everywhere: (everywhere, everywhere)),
        "others_only": lambda: on_the_others,
        "percent": after(lambda home, everywhere: (100 * home, 100 * everywhere)),
        "misread": after(lambda home, everywhere: (1 - home, 1 - everywhere)),
        "rounded": after(lambda home, everywhere: (round(home, 2), round(everywhere, 2))),
        "rounded: three digits": after(lambda home, everywhere: (home, round(everywhere, 3))),
        "mean_over_writers": lambda: on_each_writer,
        "pooled_at_home": lambda: home_measured_too_early,
        "pooled_on_everybody": lambda: everybody_measured_too_early,
        "trained_on_both": trained_by(parts=("train", "test")),
        "other_steps": trained_by(steps=10),
        "other_steps: more": trained_by(steps=500),
        "wrong_value: small batches": trained_by(size=20),
        "other_steps: a small rate": trained_by(rate=0.002),
        "wrong_value": lambda: lambda writer: (0.97, 0.75),
        "training_images: everybody's": lambda: everybody_in_training,
        "training_images": lambda: home_from_train,
        "trained_on_held_out": lambda: on_held_out,
        "pooled": lambda: of_the_pool,
        "untrained": lambda: not_trained,
        "one_writer": lambda: always_writer_04,
        "trained_on_another": lambda: trained_on_writer_04,
        "home_of_another": lambda: at_home_with_writer_03,
        "not_from_zero": train_again_after_the_pool,
    },
    other={"three": after(lambda home, everywhere: (home, everywhere, 0))},
    raises={"a name for a list": lambda: name_instead_of_list},
    endless={"a dataset without end": lambda: never_done},
)
