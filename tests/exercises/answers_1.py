"""Answers to lesson 1's exercises."""

import functools

import numpy as np
import tensorflow as tf

from fl_course import data, models
from tests.exercises.cases import Case

keras = tf.keras


# What the lesson has at hand.


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


# reshape_and_scale


def both(make):
    """The pair of arrays that one way of preparing them gives."""
    return lambda: (make(train_scans()), make(held_out_scans()))


def flatten_each(scans):
    return np.array([scan.flatten().astype("float32") / 255.0 for scan in scans], dtype="float32")


def with_tensorflow(scans):
    return tf.reshape(tf.cast(scans, tf.float32), [-1, 28 * 28]) * (1 / 255)


def by_the_largest(scans):
    rows = scans.reshape((scans.shape[0], -1)).astype(np.float32)
    return rows / np.max(rows)


def rows_first(scans):
    return np.float32(scans.reshape(len(scans), 784) / 255)


def only_train():
    return x_train(), train_scans().reshape(1399, 784).astype(np.float32) / 255


def originals():
    known = notebook()
    return known["train_images"].reshape(1399, 784), known["test_images"].reshape(398, 784)


def held_out_not_divided():
    return x_train(), held_out_scans().reshape(398, 784).astype(np.float32)


RESHAPE_AND_SCALE = Case(
    right={
        "an image at a time": both(flatten_each),
        "tensorflow": both(with_tensorflow),
        "by the largest value": both(by_the_largest),
        "a list": lambda: [x_train(), x_test()],
    },
    wrong={
        "not_an_array": lambda: (x_train(), None),
        "other_split": only_train,
        "not_flat": both(lambda scans: (scans / 255).astype(np.float32)),
        "wrong_shape": both(lambda scans: rows_first(scans).T),
        "whole_numbers": both(lambda scans: (scans.reshape(-1, 784) // 255).astype(np.float32)),
        "mixed_images": both(lambda s: (s.reshape(784, -1).T / 255).astype(np.float32)),
        "turned_images": both(lambda s: (s.T.reshape(784, -1).T / 255).astype(np.float32)),
        "not_divided": held_out_not_divided,
        "divided_twice": both(lambda scans: rows_first(scans) / 255),
        "inverted": both(lambda scans: 1 - rows_first(scans)),
        "not_the_scans": originals,
        "other_scale": both(lambda scans: rows_first(scans) * np.float32(255 / 256)),
        "wrong_type": both(lambda scans: scans.reshape(-1, 784) / 255),
    },
    other={"one array": x_train, "three arrays": lambda: (x_train(), x_test(), x_test())},
)


# compile_model


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


def own_loss(labels, probabilities):
    rows = tf.range(tf.shape(probabilities)[0])
    labels = tf.reshape(tf.cast(labels, tf.int32), [-1])
    return -tf.math.log(tf.gather_nd(probabilities, tf.stack([rows, labels], axis=1)))


def own_accuracy(labels, probabilities):
    answers = tf.argmax(probabilities, axis=1, output_type=tf.int32)
    return tf.cast(answers == tf.reshape(tf.cast(labels, tf.int32), [-1]), tf.float32)


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


COMPILE_MODEL = Case(
    right={
        "names": compiled(
            loss=lambda: "sparse_categorical_crossentropy", metrics=lambda: ["accuracy"]
        ),
        "legacy": compiled(optimizer=lambda: keras.optimizers.legacy.SGD(0.02)),
        "function": compiled(loss=lambda: keras.losses.sparse_categorical_crossentropy),
        "own": compiled(loss=lambda: own_loss, metrics=lambda: [own_accuracy]),
        "no list": compiled(metrics=lambda: keras.metrics.SparseCategoricalAccuracy("share")),
        "trained before": trained_before,
    },
    wrong={
        "other_model": hidden_layer,
        "not_sgd": compiled(optimizer=lambda: keras.optimizers.Adam(0.02)),
        "learning_rate": compiled(optimizer=lambda: "sgd"),
        "not_plain": compiled(optimizer=slower_and_slower),
        "no_loss": only_an_optimizer,
        "class_only": compiled(loss=lambda: keras.losses.SparseCategoricalCrossentropy),
        "loss_of_one_hot": compiled(loss=keras.losses.CategoricalCrossentropy),
        "from_logits": compiled(
            loss=lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        ),
        "other_loss": compiled(
            loss=lambda: keras.losses.SparseCategoricalCrossentropy(reduction="sum")
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
    },
    other={"a function": lambda: compiled(), "only the loss": lambda: own_loss},
)


# evaluate_held_out


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


EVALUATE_HELD_OUT = Case(
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
        "last_epoch": last_epoch,
        "untrained": of_untrained,
        "scans": of_scans,
        "rounded": changed(lambda loss, accuracy: (round(loss, 2), round(accuracy, 2))),
        "one_of_two": changed(lambda loss, accuracy: (loss, loss)),
    },
    other={"one number": lambda: held_out()[1], "guess": lambda: (0.2, 0.95)},
)


# lone_model


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


LONE_MODEL = Case(
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

CASES = {
    "reshape_and_scale": RESHAPE_AND_SCALE,
    "compile_model": COMPILE_MODEL,
    "evaluate_held_out": EVALUATE_HELD_OUT,
    "lone_model": LONE_MODEL,
}
