"""Answers to `private_round`, as learners write them."""

import collections
import functools

import numpy as np

from tests.exercises.cases import Case


@functools.cache
def parts():
    """Types, and what the lesson's cell gives to the check, of a smaller model."""
    import tensorflow as tf
    import tensorflow_federated as tff

    shared = tff.to_type((tff.TensorType(np.float32, [4, 3]), tff.TensorType(np.float32, [3])))
    private = tff.to_type((tff.TensorType(np.float32, [3, 10]), tff.TensorType(np.float32, [10])))
    batch = tff.to_type(
        collections.OrderedDict(
            x=tff.TensorType(np.float32, [None, 4]), y=tff.TensorType(np.int32, [None])
        )
    )

    @tff.tensorflow.computation(shared, private, batch)
    def train_at_home(shared, private, batch):
        weights = (*shared, *private)
        for _ in range(2):
            with tf.GradientTape() as tape:
                tape.watch(weights)
                hidden = tf.tanh(batch["x"] @ weights[0] + weights[1])
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                    labels=batch["y"], logits=hidden @ weights[2] + weights[3]
                )
                loss = tf.reduce_mean(losses)
            gradients = tape.gradient(loss, weights)
            weights = tuple(w - 0.5 * g for w, g in zip(weights, gradients, strict=True))
        update = tuple(new - old for new, old in zip(weights[:2], shared, strict=True))
        return collections.OrderedDict(update=update, private=weights[2:])

    @tff.tensorflow.computation(shared, shared)
    def move(shared, update):
        return tuple(old + change for old, change in zip(shared, update, strict=True))

    return shared, private, batch, train_at_home, move


def context():
    *_, train_at_home, move = parts()
    return {"train_at_home": train_at_home, "move": move}


def federated(body, types=None):
    """A federated computation whose body gets TFF, too."""

    def make():
        import tensorflow_federated as tff

        shared, private, batch, *_ = parts()
        named = types or [
            tff.FederatedType(shared, tff.SERVER),
            tff.FederatedType(private, tff.CLIENTS),
            tff.FederatedType(batch, tff.CLIENTS),
        ]
        return tff.federated_computation(lambda a, b, c: body(tff, a, b, c), *named)

    return make


def trained(tff, shared, private, batches):
    at_clients = tff.federated_broadcast(shared)
    return tff.federated_map(parts()[3], (at_clients, private, batches))


def moved(tff, shared, update):
    return tff.federated_map(parts()[4], (shared, update))


def both(tff, shared, private, batches, new_shared=None, new_private=None):
    results = trained(tff, shared, private, batches)
    first = moved(tff, shared, tff.federated_mean(results.update))
    if new_shared is not None:
        first = new_shared(tff, shared, results, batches)
    second = results.private
    if new_private is not None:
        second = new_private(tff, private, results)
    return first, second


def named(tff, shared, private, batches):
    first, second = both(tff, shared, private, batches)
    return collections.OrderedDict(shared=first, private=second)


def zipped(tff, shared, private, batches):
    """Sum and count instead of the mean, and everything zipped first."""
    _, _, _, train_at_home, _ = parts()
    shared_type = parts()[0]
    clients = tff.federated_zip((tff.federated_broadcast(shared), private, batches))
    results = tff.federated_map(train_at_home, clients)
    count = tff.federated_sum(tff.federated_value(np.float32(1), tff.CLIENTS))

    @tff.tensorflow.computation(shared_type, shared_type, np.float32)
    def add_mean(shared, total, count):
        return tuple(old + part / count for old, part in zip(shared, total, strict=True))

    total = tff.federated_sum(results.update)
    return tff.federated_map(add_mean, (shared, total, count)), results.private


def with_shared(new_shared):
    return federated(lambda tff, *args: both(tff, *args, new_shared=new_shared))


def with_private(new_private):
    return federated(lambda tff, *args: both(tff, *args, new_private=new_private))


def weighted(tff, shared, results, batches):
    import tensorflow as tf

    count = tff.tensorflow.computation(
        lambda batch: tf.cast(tf.shape(batch["y"])[0], tf.float32), parts()[2]
    )
    weights = tff.federated_map(count, batches)
    return moved(tff, shared, tff.federated_mean(results.update, weights))


def twice(tff, shared, results, batches):
    update = tff.federated_mean(results.update)
    return moved(tff, moved(tff, shared, update), update)


def mean_of_heads(tff, private, results):
    return tff.federated_broadcast(tff.federated_mean(results.private))


def blended(tff, private, results):
    """Half of the mean of all heads goes into each client's own."""
    mean = tff.federated_broadcast(tff.federated_mean(results.private))
    blend = tff.tensorflow.computation(
        lambda one, other: tuple((a + b) / 2 for a, b in zip(one, other, strict=True)),
        parts()[1],
        parts()[1],
    )
    return tff.federated_map(blend, (results.private, mean))


def halved(tff, private, results):
    half = tff.tensorflow.computation(lambda p: tuple(part / 2 for part in p), parts()[1])
    return tff.federated_map(half, results.private)


def trained_again(from_new=False, with_moved=True):
    def body(tff, shared, private, batches):
        results = trained(tff, shared, private, batches)
        new_shared = moved(tff, shared, tff.federated_mean(results.update))
        start = results.private if from_new else private
        again = trained(tff, new_shared if with_moved else shared, start, batches)
        return new_shared, again.private

    return federated(body)


def trained_for_each(tff, shared, private, batches):
    update = trained(tff, shared, private, batches).update
    return moved(tff, shared, tff.federated_mean(update)), trained(
        tff, shared, private, batches
    ).private


def a_tenth(tff, shared, results, batches):
    tenth = tff.tensorflow.computation(lambda p: tuple(0.1 * part for part in p), parts()[0])
    return moved(tff, shared, tff.federated_map(tenth, tff.federated_sum(results.update)))


def first_private(tff, private, batches, shared):
    return both(tff, shared, private, batches)


def other_types():
    import tensorflow_federated as tff

    shared, private, batch, *_ = parts()
    types = [
        tff.FederatedType(private, tff.CLIENTS),
        tff.FederatedType(batch, tff.CLIENTS),
        tff.FederatedType(shared, tff.SERVER),
    ]
    return federated(first_private, types)()


def without_types():
    import tensorflow_federated as tff

    return tff.federated_computation(
        lambda shared, private, batches: both(tff, shared, private, batches)
    )


CASE = Case(
    context=context,
    right={
        "with names": federated(named),
        "zipped": federated(zipped),
    },
    wrong={
        "number": lambda: np.float32(3.0),
        "plain_function": lambda: lambda shared, private, batches: (shared, private),
        "no_types": without_types,
        "not_federated": lambda: parts()[3],
        "wrong_arguments": other_types,
        "wrong_result": federated(lambda tff, *args: (*both(tff, *args), args[0])),
        "one_result": federated(lambda tff, *args: both(tff, *args)[0]),
        "one_result: the private one": federated(lambda tff, *args: both(tff, *args)[1]),
        "swapped": federated(lambda tff, *args: both(tff, *args)[::-1]),
        "private_at_server": with_private(
            lambda tff, private, results: tff.federated_mean(results.private)
        ),
        "same_for_all": with_private(mean_of_heads),
        "shared_at_clients": with_shared(
            lambda tff, shared, results, batches: tff.federated_broadcast(shared)
        ),
        "shared_at_clients: the updates": with_shared(
            lambda tff, shared, results, batches: results.update
        ),
        "told": with_private(blended),
        "weighted": with_shared(weighted),
        "sum": with_shared(
            lambda tff, shared, results, batches: moved(
                tff, shared, tff.federated_sum(results.update)
            )
        ),
        "only_update": with_shared(
            lambda tff, shared, results, batches: tff.federated_mean(results.update)
        ),
        "shared_unchanged": with_shared(lambda tff, shared, results, batches: shared),
        "two_moves": with_shared(twice),
        "private_unchanged": with_private(lambda tff, private, results: private),
        "trains_again": federated(trained_for_each),
        "second_training": trained_again(),
        "second_training: on top": trained_again(from_new=True),
        "second_training: the old layers": trained_again(from_new=True, with_moved=False),
        "wrong_value": with_shared(a_tenth),
        "wrong_value: half a head": with_private(halved),
    },
)
