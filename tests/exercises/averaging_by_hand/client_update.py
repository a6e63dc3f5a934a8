"""Answers to `client_update`, as learners write them."""

import tensorflow as tf

from tests.exercises.averaging_by_hand.at_hand import (
    RATE,
    by_reduce,
    difference,
    gradients_of,
    loss_on,
    stepped,
    trained,
)
from tests.exercises.cases import Case


def part_by_part(server_weights, dataset, learning_rate):
    kernel, bias = server_weights
    for batch in dataset:
        with tf.GradientTape() as tape:
            tape.watch([kernel, bias])
            loss = loss_on((kernel, bias), batch)
        kernel_gradient, bias_gradient = tape.gradient(loss, [kernel, bias])
        kernel = kernel - learning_rate * kernel_gradient
        bias = bias - learning_rate * bias_gradient
    return [kernel - server_weights[0], bias - server_weights[1]]


def adds_up_the_steps(server_weights, dataset, learning_rate):
    """The update itself runs through the loop, and the gradient is written out."""
    update = tuple(tf.zeros_like(w) for w in server_weights)
    for batch in dataset:
        kernel, bias = (w + u for w, u in zip(server_weights, update, strict=True))
        errors = tf.nn.softmax(batch["x"] @ kernel + bias) - tf.one_hot(batch["y"], 10)
        errors = errors / tf.cast(tf.shape(errors)[0], tf.float32)
        gradients = (tf.transpose(batch["x"]) @ errors, tf.reduce_sum(errors, axis=0))
        update = stepped(update, gradients, learning_rate)
    return update


def three_results(server_weights, dataset, learning_rate):
    update = difference(trained(server_weights, dataset, learning_rate), server_weights)
    return *update, tf.constant(7.0)


def numpy_in_the_loop(server_weights, dataset, learning_rate):
    weights = server_weights
    for batch in dataset:
        gradients = gradients_of(weights, batch)
        weights = tuple(
            tf.constant(w.numpy() - learning_rate * g.numpy())
            for w, g in zip(weights, gradients, strict=True)
        )
    return difference(weights, server_weights)


def never_assigned(server_weights, dataset, learning_rate):
    weights = server_weights
    for batch in dataset:
        stepped(weights, gradients_of(weights, batch), learning_rate)
    return difference(weights, server_weights)


OUTER_BATCH = {"x": tf.ones([2, 784]) / 3, "y": tf.constant([3, 4])}


def batch_from_outside(server_weights, dataset, learning_rate):
    weights = server_weights
    for _ in dataset:
        weights = stepped(weights, gradients_of(weights, OUTER_BATCH), learning_rate)
    return difference(weights, server_weights)


def adds_gradient(server_weights, dataset, learning_rate):
    weights = server_weights
    for batch in dataset:
        gradients = gradients_of(weights, batch)
        weights = tuple(w + learning_rate * g for w, g in zip(weights, gradients, strict=True))
    return difference(weights, server_weights)


def backwards(server_weights, dataset, learning_rate):
    return difference(server_weights, trained(server_weights, dataset, learning_rate))


def with_variables(server_weights, dataset, learning_rate):
    variables = [tf.Variable(w) for w in server_weights]
    for batch in dataset:
        with tf.GradientTape() as tape:
            loss = loss_on(variables, batch)
        for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(learning_rate * gradient)
    return difference(variables, server_weights)


def last_batch(server_weights, dataset, learning_rate):
    for batch in dataset:
        weights = stepped(server_weights, gradients_of(server_weights, batch), learning_rate)
    return difference(weights, server_weights)


def only_last_step(server_weights, dataset, learning_rate):
    weights = before = server_weights
    for batch in dataset:
        before = weights
        weights = stepped(weights, gradients_of(weights, batch), learning_rate)
    return difference(weights, before)


def first_batch(server_weights, dataset, learning_rate):
    for batch in dataset:
        weights = stepped(server_weights, gradients_of(server_weights, batch), learning_rate)
        return difference(weights, server_weights)
    return None


def same_batch(server_weights, dataset, learning_rate):
    weights, first = server_weights, next(iter(dataset))
    for _ in dataset:
        weights = stepped(weights, gradients_of(weights, first), learning_rate)
    return difference(weights, server_weights)


def same_gradient_point(server_weights, dataset, learning_rate):
    weights = server_weights
    for batch in dataset:
        weights = stepped(weights, gradients_of(server_weights, batch), learning_rate)
    return difference(weights, server_weights)


def averaged(server_weights, dataset, learning_rate):
    gradients = [gradients_of(server_weights, batch) for batch in dataset]
    mean = [sum(parts) / len(gradients) for parts in zip(*gradients, strict=True)]
    return tuple(-learning_rate * part for part in mean)


def from_zero(server_weights, dataset, learning_rate):
    zeros = tuple(tf.zeros_like(w) for w in server_weights)
    return difference(trained(zeros, dataset, learning_rate), zeros)


def last_gradients(server_weights, dataset, learning_rate):
    weights = server_weights
    for batch in dataset:
        gradients = gradients_of(weights, batch)
        weights = stepped(weights, gradients, learning_rate)
    return gradients


def unwatched(server_weights, dataset, learning_rate):
    weights = server_weights
    for batch in dataset:
        with tf.GradientTape() as tape:
            loss = loss_on(weights, batch)
        weights = stepped(weights, tape.gradient(loss, weights), learning_rate)
    return difference(weights, server_weights)


def one_tape(server_weights, dataset, learning_rate):
    weights = server_weights
    with tf.GradientTape() as tape:
        tape.watch(weights)
        for batch in dataset:
            gradients = tape.gradient(loss_on(weights, batch), weights)
            weights = stepped(weights, gradients, learning_rate)
    return difference(weights, server_weights)


def five_epochs(server_weights, dataset, learning_rate):
    weights = server_weights
    for _ in range(5):
        weights = trained(weights, dataset, learning_rate)
    return difference(weights, server_weights)


def kernel_only(server_weights, dataset, learning_rate):
    kernel, bias = server_weights
    for batch in dataset:
        kernel_gradient, _ = gradients_of((kernel, bias), batch)
        kernel = kernel - learning_rate * kernel_gradient
    return kernel - server_weights[0], bias - server_weights[1]


def divided(server_weights, dataset, learning_rate):
    steps = len(list(dataset))
    update = difference(trained(server_weights, dataset, learning_rate), server_weights)
    return tuple(u / steps for u in update)


def half_the_batches(server_weights, dataset, learning_rate):
    return difference(trained(server_weights, dataset.take(2), learning_rate), server_weights)


def repeats_for_ever(server_weights, dataset, learning_rate):
    return difference(trained(server_weights, dataset.repeat(), learning_rate), server_weights)


def changed_dataset(change):
    return lambda w, dataset, rate: difference(trained(w, change(dataset), rate), w)


def summed_loss(server_weights, dataset, learning_rate):
    weights = server_weights
    for batch in dataset:
        count = tf.cast(tf.shape(batch["y"])[0], tf.float32)
        weights = stepped(weights, gradients_of(weights, batch), learning_rate * count)
    return difference(weights, server_weights)


def decaying(server_weights, dataset, learning_rate):
    weights = server_weights
    for batch in dataset:
        weights = stepped(weights, gradients_of(weights, batch), learning_rate)
        weights = tuple(0.99 * w for w in weights)
    return difference(weights, server_weights)


def from_first_weights():
    kept = []

    def client_update(server_weights, dataset, learning_rate):
        kept.append(server_weights)
        return difference(trained(kept[0], dataset, learning_rate), kept[0])

    return client_update


def going_on():
    kept = []

    def client_update(server_weights, dataset, learning_rate):
        begun = kept.pop() if kept else server_weights
        kept.append(trained(begun, dataset, learning_rate))
        return difference(kept[0], begun)

    return client_update


CASE = Case(
    right={
        "part by part": lambda: part_by_part,
        "reduce": lambda: by_reduce,
        "gradient written out": lambda: adds_up_the_steps,
        "tf.function": lambda: tf.function(by_reduce),
    },
    wrong={
        "remembers": from_first_weights,
        "remembers: trains on": going_on,
        "wrong_form": lambda: three_results,
        "not_watched": lambda: unwatched,
        "only_eager": lambda: numpy_in_the_loop,
        "variables": lambda: with_variables,
        "unchanged": lambda: never_assigned,
        "other_data": lambda: batch_from_outside,
        "adds_gradient": lambda: adds_gradient,
        "backwards": lambda: backwards,
        "returns_weights": lambda: trained,
        "last_batch": lambda: last_batch,
        "only_last_step": lambda: only_last_step,
        "first_batch": lambda: first_batch,
        "same_batch": lambda: same_batch,
        "repeated": lambda: five_epochs,
        "kernel_only": lambda: kernel_only,
        "divided": lambda: divided,
        "same_gradient_point": lambda: same_gradient_point,
        "averaged": lambda: averaged,
        "no_rate": lambda: lambda w, dataset, rate: difference(trained(w, dataset, 1.0), w),
        "other_rate": lambda: lambda w, dataset, rate: difference(trained(w, dataset, RATE), w),
        "from_zero": lambda: from_zero,
        "some_batches": lambda: changed_dataset(lambda dataset: dataset.skip(1).take(1)),
        "without_last: two batches": lambda: half_the_batches,
        "some_batches: another order": lambda: changed_dataset(
            lambda dataset: dataset.skip(1).concatenate(dataset.take(1))
        ),
        "some_batches: two of three": lambda: changed_dataset(
            lambda dataset: dataset.take(1).concatenate(dataset.skip(2))
        ),
        "without_last": lambda: changed_dataset(
            lambda dataset: dataset.filter(lambda batch: tf.shape(batch["y"])[0] == 3)
        ),
        "without_first": lambda: changed_dataset(lambda dataset: dataset.skip(1)),
        "wrong_value: as many as in the lesson": lambda: changed_dataset(
            lambda dataset: dataset.take(25)
        ),
        "wrong_value: smaller batches": lambda: changed_dataset(
            lambda dataset: dataset.unbatch().batch(2)
        ),
        "wrong_value: the sum of the losses": lambda: summed_loss,
        "wrong_value: with decay": lambda: decaying,
        "repeated: by the dataset": lambda: changed_dataset(lambda dataset: dataset.repeat(5)),
        "first_batch: cut short": lambda: changed_dataset(lambda dataset: dataset.take(1)),
        "only_eager: a list of batches": lambda: (
            lambda w, dataset, rate: difference(trained(w, list(dataset), rate), w)
        ),
        "gradients": lambda: last_gradients,
    },
    raises={
        "a tape used twice": lambda: one_tape,
        "typo": lambda: lambda server_weights, dataset, learning_rate: server_weigths,  # noqa: F821
    },
    endless={"repeats": lambda: repeats_for_ever},
)
