"""Answers to lesson 6's exercises, as learners write them."""

import functools

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import models
from tests.exercises.cases import Case

RATE = 0.02
WEIGHTS = tff.to_type((tff.TensorType(np.float32, [784, 10]), tff.TensorType(np.float32, [10])))
DATASET = tff.SequenceType(tff.types.tensorflow_to_type(models.input_spec()))
AT_SERVER = tff.FederatedType(WEIGHTS, tff.SERVER)
AT_CLIENTS = tff.FederatedType(DATASET, tff.CLIENTS)


# --- client_update --------------------------------------------------------------------------------


def loss_on(weights, batch):
    kernel, bias = weights
    logits = batch["x"] @ kernel + bias
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=batch["y"], logits=logits)
    return tf.reduce_mean(losses)


def gradients_of(weights, batch):
    with tf.GradientTape() as tape:
        tape.watch(weights)
        loss = loss_on(weights, batch)
    return tape.gradient(loss, weights)


def stepped(weights, gradients, rate):
    return tuple(w - rate * g for w, g in zip(weights, gradients, strict=True))


def difference(weights, others):
    return tuple(a - b for a, b in zip(weights, others, strict=True))


def trained(weights, dataset, rate):
    for batch in dataset:
        weights = stepped(weights, gradients_of(weights, batch), rate)
    return weights


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


def by_reduce(server_weights, dataset, learning_rate):
    def step(weights, batch):
        return stepped(weights, gradients_of(weights, batch), learning_rate)

    return difference(dataset.reduce(server_weights, step), server_weights)


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


def step_from_the_server(server_weights, dataset, learning_rate):
    weights = server_weights
    for batch in dataset:
        weights = stepped(server_weights, gradients_of(weights, batch), learning_rate)
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


CLIENT_UPDATE = Case(
    right={
        "part by part": lambda: part_by_part,
        "reduce": lambda: by_reduce,
        "gradient written out": lambda: adds_up_the_steps,
        "tf.function": lambda: tf.function(by_reduce),
    },
    wrong={
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
        "gradients": lambda: last_gradients,
    },
    other={"half the batches": lambda: half_the_batches},
    raises={
        "a tape used twice": lambda: one_tape,
        "typo": lambda: lambda server_weights, dataset, learning_rate: server_weigths,  # noqa: F821
    },
    endless={"repeats": lambda: repeats_for_ever},
)


# --- server_update --------------------------------------------------------------------------------


def plus(weights, others):
    return tuple(w + other for w, other in zip(weights, others, strict=True))


def times(factor, weights):
    return tuple(factor * w for w in weights)


def mean_of(updates):
    return tuple(sum(parts) / len(updates) for parts in zip(*updates, strict=True))


def with_numpy(server_weights, updates):
    kernel = server_weights[0] + np.mean([update[0] for update in updates], axis=0)
    bias = server_weights[1] + np.mean([update[1] for update in updates], axis=0)
    return kernel, bias


def mean_of_client_weights(server_weights, updates):
    client_weights = [plus(server_weights, update) for update in updates]
    return [tf.reduce_mean(tf.stack(parts), axis=0) for parts in zip(*client_weights, strict=True)]


def a_share_at_a_time(server_weights, updates):
    for update in updates:
        server_weights = plus(server_weights, times(1 / len(updates), update))
    return server_weights


def server_with_variables(server_weights, updates):
    variables = [tf.Variable(w) for w in server_weights]
    for update in updates:
        for variable, part in zip(variables, update, strict=True):
            variable.assign_add(part / len(updates))
    return variables


def halving(server_weights, updates):
    mean = updates[0]
    for update in updates[1:]:
        mean = tuple((m + u) / 2 for m, u in zip(mean, update, strict=True))
    return plus(server_weights, mean)


def one_client(server_weights, updates):
    for update in updates:
        weights = plus(server_weights, update)
    return weights


def one_number(server_weights, updates):
    return tuple(
        w + tf.reduce_mean(tf.stack(parts))
        for w, parts in zip(server_weights, zip(*updates, strict=True), strict=True)
    )


def by_norm(server_weights, updates):
    norms = [tf.linalg.global_norm(update) ** 2 for update in updates]
    for update, norm in zip(updates, norms, strict=True):
        server_weights = plus(server_weights, times(norm / sum(norms), update))
    return server_weights


SERVER_UPDATE = Case(
    right={
        "numpy": lambda: with_numpy,
        "mean of the clients' weights": lambda: mean_of_client_weights,
        "a share at a time": lambda: a_share_at_a_time,
        "variables": lambda: server_with_variables,
    },
    wrong={
        "wrong_form": lambda: lambda w, updates: w[0] + mean_of(updates)[0],
        "sum": lambda: lambda w, updates: plus(w, times(len(updates), mean_of(updates))),
        "replaces": lambda: lambda w, updates: mean_of(updates),
        "subtracts": lambda: lambda w, updates: plus(w, times(-1, mean_of(updates))),
        "halving": lambda: halving,
        "always_ten": lambda: (
            lambda w, updates: plus(w, times(len(updates) / 10, mean_of(updates)))
        ),
        "server_counts": lambda: lambda w, updates: mean_of([w, *updates]),
        "one_client": lambda: one_client,
        "one_number": lambda: one_number,
        "unchanged": lambda: lambda w, updates: w,
    },
    other={"weighted by norm": lambda: by_norm},
    raises={"tuples are not numbers": lambda: lambda w, updates: w + sum(updates) / 3},
)


# --- server_init ----------------------------------------------------------------------------------


def computation_of(function):
    return tff.tensorflow.computation(function)


def plain_zeros():
    return tf.zeros([784, 10]), tf.zeros([10])


def placed_zeros():
    @tff.federated_computation
    def server_init():
        return tff.federated_eval(computation_of(plain_zeros), tff.SERVER)

    return server_init


def zeros_of_a_type():
    return tff.tensorflow.computation(lambda weights: plain_zeros(), WEIGHTS)


def zeros_of_the_model():
    initial, _ = models.functional_model().initial_weights
    return computation_of(lambda: tuple(tf.constant(weights) for weights in initial))


SERVER_INIT = Case(
    right={
        "numpy": lambda: computation_of(
            lambda: (np.zeros([784, 10], np.float32), np.zeros(10, np.float32))
        ),
        "list": lambda: computation_of(lambda: [*plain_zeros()]),
        "from the model": zeros_of_the_model,
    },
    wrong={
        "plain_function": lambda: plain_zeros,
        "placed": placed_zeros,
        "no_types": lambda: computation_of(lambda weights: weights),
        "called": plain_zeros,
        "takes_argument": zeros_of_a_type,
        "not_two_tensors": lambda: computation_of(lambda: tf.zeros([784, 10])),
        "named": lambda: computation_of(
            lambda: dict(zip(("kernel", "bias"), plain_zeros(), strict=True))
        ),
        "bias_first": lambda: computation_of(lambda: plain_zeros()[::-1]),
        "wrong_dtype": lambda: computation_of(lambda: (np.zeros([784, 10]), np.zeros(10))),
        "wrong_shape": lambda: computation_of(lambda: (tf.zeros([784, 10]), tf.zeros([1, 10]))),
        "not_zero": lambda: computation_of(lambda: (tf.ones([784, 10]), tf.zeros([10]))),
    },
)


# --- client_update_fn -----------------------------------------------------------------------------


def client_computation(function, *types):
    return tff.tensorflow.computation(function, *(types or (WEIGHTS, DATASET)))


def client_update(server_weights, dataset):
    return difference(trained(server_weights, dataset, RATE), server_weights)


@tf.function
def in_a_loop(server_weights, dataset):
    weights = server_weights
    for batch in dataset:
        weights = stepped(weights, gradients_of(weights, batch), RATE)
    return [w - w_server for w, w_server in zip(weights, server_weights, strict=True)]


def with_a_variable_in_tff(server_weights, dataset):
    """TFF makes variables at the start of each call, and so they may be used here."""
    kernel, bias = tf.Variable(tf.zeros([784, 10])), tf.Variable(tf.zeros([10]))

    @tf.function
    def train():
        kernel.assign(server_weights[0])
        bias.assign(server_weights[1])
        for batch in dataset:
            with tf.GradientTape() as tape:
                loss = loss_on((kernel, bias), batch)
            gradients = tape.gradient(loss, (kernel, bias))
            kernel.assign_sub(RATE * gradients[0])
            bias.assign_sub(RATE * gradients[1])
        return kernel - server_weights[0], bias - server_weights[1]

    return train()


def pair_as_one_argument():
    return tff.tensorflow.computation(
        lambda both: by_reduce((both[0][0], both[0][1]), both[1], RATE),
        tff.StructType([WEIGHTS, DATASET]),
    )


def at_the_clients():
    inner = client_computation(lambda w, dataset: by_reduce(w, dataset, RATE))

    @tff.federated_computation(tff.FederatedType(WEIGHTS, tff.CLIENTS), AT_CLIENTS)
    def client_update_fn(weights, dataset):
        return tff.federated_map(inner, (weights, dataset))

    return client_update_fn


def trained_by_reduce(server_weights, dataset, rate):
    return plus(server_weights, by_reduce(server_weights, dataset, rate))


CLIENT_UPDATE_FN = Case(
    right={
        "reduce": lambda: client_computation(lambda w, dataset: by_reduce(w, dataset, RATE)),
        "list": lambda: client_computation(in_a_loop),
        "one argument": pair_as_one_argument,
        "variables": lambda: client_computation(with_a_variable_in_tff),
    },
    wrong={
        "plain_function": lambda: client_update,
        "no_types": lambda: tff.tensorflow.computation(client_update),
        "wrong_arguments": lambda: client_computation(
            lambda w, batch: difference(stepped(w, gradients_of(w, batch), RATE), w),
            WEIGHTS,
            DATASET.element,
        ),
        "placed": at_the_clients,
        "swapped": lambda: client_computation(
            lambda dataset, w: by_reduce(w, dataset, RATE), DATASET, WEIGHTS
        ),
        "wrong_result": lambda: client_computation(
            lambda w, dataset: (*by_reduce(w, dataset, RATE), tf.constant(1.0))
        ),
        "returns_weights": lambda: client_computation(
            lambda w, dataset: trained_by_reduce(w, dataset, RATE)
        ),
        "captured_weights": lambda: client_computation(
            lambda w, dataset: by_reduce(plain_zeros(), dataset, RATE)
        ),
        "other_rate": lambda: client_computation(lambda w, dataset: by_reduce(w, dataset, 0.2)),
    },
    other={
        "one batch": lambda: client_computation(
            lambda w, dataset: by_reduce(w, dataset.take(1), RATE)
        ),
    },
)


# --- server_update_fn -----------------------------------------------------------------------------


def server_computation(function):
    return tff.tensorflow.computation(function, WEIGHTS, WEIGHTS)


def at_the_server():
    inner = server_computation(plus)

    @tff.federated_computation(AT_SERVER, AT_SERVER)
    def server_update_fn(weights, update):
        return tff.federated_map(inner, (weights, update))

    return server_update_fn


SERVER_UPDATE_FN = Case(
    right={
        "part by part": lambda: server_computation(lambda w, u: (w[0] + u[0], w[1] + u[1])),
        "nest": lambda: server_computation(
            lambda w, u: [*map(functools.partial(tf.math.add), w, u)]
        ),
        "the mean of one": lambda: server_computation(lambda w, u: a_share_at_a_time(w, [u])),
    },
    wrong={
        "plain_function": lambda: plus,
        "no_types": lambda: tff.tensorflow.computation(lambda w, u: plus(w, u)),
        "wrong_arguments": lambda: tff.tensorflow.computation(lambda w: w, WEIGHTS),
        "placed": at_the_server,
        "wrong_result": lambda: server_computation(lambda w, u: w[0] + u[0]),
        "replaces": lambda: server_computation(lambda w, u: u),
        "subtracts": lambda: server_computation(lambda w, u: plus(w, times(-1.0, u))),
        "averaged": lambda: server_computation(
            lambda w, u: tuple((a + b) / 2 for a, b in zip(w, u, strict=True))
        ),
        "rate_again": lambda: server_computation(lambda w, u: plus(w, times(RATE, u))),
        "scaled": lambda: server_computation(lambda w, u: plus(w, times(1 / 10, u))),
    },
    other={"kernel only": lambda: server_computation(lambda w, u: (w[0] + u[0], w[1]))},
)


# --- next_fn --------------------------------------------------------------------------------------


@functools.cache
def parts():
    client = client_computation(lambda w, dataset: by_reduce(w, dataset, RATE))
    return client, server_computation(plus)


def federated(function, *types):
    return tff.federated_computation(function, *(types or (AT_SERVER, AT_CLIENTS)))


def updates_of(weights, client_data):
    at_clients = tff.federated_broadcast(weights)
    return tff.federated_map(parts()[0], (at_clients, client_data))


def added(weights, update):
    return tff.federated_map(parts()[1], (weights, update))


def in_one_line(weights, client_data):
    return added(weights, tff.federated_mean(updates_of(weights, client_data)))


def zipped(weights, client_data):
    pairs = tff.federated_zip((tff.federated_broadcast(weights), client_data))
    mean = tff.federated_mean(tff.federated_map(parts()[0], pairs))
    return tff.federated_map(parts()[1], tff.federated_zip((weights, mean)))


def sum_and_division(weights, client_data):
    halves = tff.tensorflow.computation(
        lambda total, count: tuple(part / count for part in total), WEIGHTS, np.float32
    )
    total = tff.federated_sum(updates_of(weights, client_data))
    count = tff.federated_sum(tff.federated_value(np.float32(1), tff.CLIENTS))
    return added(weights, tff.federated_map(halves, (total, count)))


def mean_of_trained_weights(weights, client_data):
    client = client_computation(lambda w, dataset: trained_by_reduce(w, dataset, RATE))
    at_clients = tff.federated_broadcast(weights)
    return tff.federated_mean(tff.federated_map(client, (at_clients, client_data)))


def weighted(weights, client_data):
    count = tff.tensorflow.computation(
        lambda dataset: dataset.reduce(
            0.0, lambda n, batch: n + tf.cast(tf.shape(batch["y"])[0], tf.float32)
        ),
        DATASET,
    )
    counts = tff.federated_map(count, client_data)
    return added(weights, tff.federated_mean(updates_of(weights, client_data), counts))


def from_first_weights(weights, client_data):
    zeros = tff.federated_eval(computation_of(plain_zeros), tff.SERVER)
    return added(weights, tff.federated_mean(updates_of(zeros, client_data)))


def one_client_counts(weights, client_data):
    """The mean with a weight of 1 for the client with seven examples, and 0 for the others."""
    is_large = tff.tensorflow.computation(
        lambda dataset: tf.cast(
            dataset.reduce(0, lambda n, batch: n + tf.shape(batch["y"])[0]) > 5, tf.float32
        ),
        DATASET,
    )
    chosen = tff.federated_map(is_large, client_data)
    return added(weights, tff.federated_mean(updates_of(weights, client_data), chosen))


def two_results(weights, client_data):
    mean = tff.federated_mean(updates_of(weights, client_data))
    return added(weights, mean), mean


def twice(weights, client_data):
    return in_one_line(in_one_line(weights, client_data), client_data)


NEXT_FN = Case(
    right={
        "in one line": lambda: federated(in_one_line),
        "zipped": lambda: federated(zipped),
        "sum and division": lambda: federated(sum_and_division),
        "mean of trained weights": lambda: federated(mean_of_trained_weights),
    },
    wrong={
        "plain_function": lambda: in_one_line,
        "no_types": lambda: tff.federated_computation(in_one_line),
        "wrong_arguments": lambda: federated(
            lambda weights, client_data: weights,
            AT_SERVER,
            tff.FederatedType(DATASET.element, tff.CLIENTS),
        ),
        "swapped": lambda: federated(
            lambda client_data, weights: in_one_line(weights, client_data), AT_CLIENTS, AT_SERVER
        ),
        "stays_at_clients": lambda: federated(updates_of),
        "wrong_result": lambda: federated(two_results),
        "sum": lambda: federated(
            lambda weights, client_data: added(
                weights, tff.federated_sum(updates_of(weights, client_data))
            )
        ),
        "weighted": lambda: federated(weighted),
        "only_update": lambda: federated(
            lambda weights, client_data: tff.federated_mean(updates_of(weights, client_data))
        ),
        "unchanged": lambda: federated(lambda weights, client_data: weights),
        "first_weights": lambda: federated(from_first_weights),
        "one_client": lambda: federated(one_client_counts),
    },
    other={"two rounds": lambda: federated(twice)},
)


CASES = {
    "client_update": CLIENT_UPDATE,
    "server_update": SERVER_UPDATE,
    "server_init": SERVER_INIT,
    "client_update_fn": CLIENT_UPDATE_FN,
    "server_update_fn": SERVER_UPDATE_FN,
    "next_fn": NEXT_FN,
}
