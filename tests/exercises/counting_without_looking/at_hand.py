"""What the answers to several exercises have at hand: counts of datasets, and their aggregation."""

import numpy as np


def clients_type(dtype=np.int32):
    import tensorflow_federated as tff

    return tff.FederatedType(tff.SequenceType(dtype), tff.CLIENTS)


def counted(length, step=None, *, start=0, after=None, aggregate="federated_sum", at_server=None):
    """A computation that reduces each client's values to an array, and aggregates.

    `step(tf, array, value)` is what `reduce` does, `after(tf, array)` what follows it at the
    client, `at_server(tf, array)` what follows the aggregation.
    """

    def make():
        import tensorflow as tf
        import tensorflow_federated as tff

        @tff.tensorflow.computation(tff.SequenceType(np.int32))
        def own(values):
            array = values.reduce(
                tf.fill([length], start),
                lambda array, value: (step or add_one)(tf, array, value),
            )
            return array if after is None else after(tf, array)

        @tff.federated_computation(clients_type())
        def answer(values):
            result = getattr(tff, aggregate)(tff.federated_map(own, values))
            if at_server is None:
                return result
            finish = tff.tensorflow.computation(
                lambda array: at_server(tf, array), result.type_signature.member
            )
            return tff.federated_map(finish, result)

        return answer

    return make


def one_hot(tf, value, array):
    return tf.one_hot(value, array.shape[0], dtype=tf.int32)


def add_one(tf, array, value):
    return array + one_hot(tf, value, array)


def fill(tf, array, value):
    return tf.maximum(array, one_hot(tf, value, array))


def only_own(length):
    """At the clients, without an aggregation."""

    def make():
        import tensorflow as tf
        import tensorflow_federated as tff

        @tff.tensorflow.computation(tff.SequenceType(np.int32))
        def own(values):
            return values.reduce(tf.zeros([length], tf.int32), lambda a, v: add_one(tf, a, v))

        return tff.federated_computation(
            lambda values: tff.federated_map(own, values), clients_type()
        )

    return make


def unplaced(length):
    def make():
        import tensorflow as tf
        import tensorflow_federated as tff

        return tff.tensorflow.computation(
            lambda values: values.reduce(
                tf.zeros([length], tf.int32), lambda a, v: add_one(tf, a, v)
            ),
            tff.SequenceType(np.int32),
        )

    return make


def broadcast(make, again=True):
    """What `make` gives, and the same brought to the clients once more."""

    def made():
        import tensorflow_federated as tff

        whole = make()
        copied = tff.tensorflow.computation(
            lambda array: array + 0, whole.type_signature.result.member
        )

        @tff.federated_computation(clients_type())
        def answer(values):
            at_clients = tff.federated_broadcast(whole(values))
            return tff.federated_map(copied, at_clients) if again else at_clients

        return answer

    return made


def of_other_numbers(length):
    def make():
        import tensorflow as tf
        import tensorflow_federated as tff

        @tff.tensorflow.computation(tff.SequenceType(np.int64))
        def own(values):
            return values.reduce(
                tf.zeros([length], tf.int32),
                lambda array, value: array + tf.one_hot(value, length, dtype=tf.int32),
            )

        @tff.federated_computation(clients_type(np.int64))
        def answer(values):
            return tff.federated_sum(tff.federated_map(own, values))

        return answer

    return make


def without_types():
    import tensorflow_federated as tff

    return tff.federated_computation(lambda values: tff.federated_sum(values))


def in_batches(length, aggregate="federated_sum", at_most=None, *, drop_remainder=False):
    """Counts by `bincount`, whose length TensorFlow does not know beforehand."""

    def make():
        import tensorflow as tf
        import tensorflow_federated as tff

        @tff.tensorflow.computation(tff.SequenceType(np.int32))
        def own(values):
            counts = values.batch(2, drop_remainder=drop_remainder).reduce(
                tf.zeros([length], tf.int32),
                lambda array, batch: (
                    array + tf.math.bincount(batch, minlength=length, maxlength=length)
                ),
            )
            return counts if at_most is None else tf.minimum(counts, at_most)

        @tff.federated_computation(clients_type())
        def answer(values):
            return getattr(tff, aggregate)(tff.federated_map(own, values))

        return answer

    return make


def in_the_aggregation(length, merge, step=None):
    """A whole dataset goes into the aggregation, which counts it; `merge(tf, one, other)`."""

    def make():
        import tensorflow as tf
        import tensorflow_federated as tff

        array = tff.TensorType(np.int32, [length])

        @tff.tensorflow.computation
        def zero():
            return tf.zeros([length], tf.int32)

        @tff.tensorflow.computation(array, tff.SequenceType(np.int32))
        def accumulate(total, values):
            own = values.reduce(tf.zeros([length], tf.int32), lambda a, v: (step or fill)(tf, a, v))
            return merge(tf, total, own)

        @tff.tensorflow.computation(array, array)
        def both(one, other):
            return merge(tf, one, other)

        @tff.tensorflow.computation(array)
        def report(total):
            return total

        @tff.federated_computation(clients_type())
        def answer(values):
            return tff.federated_aggregate(values, zero(), accumulate, both, report)

        return answer

    return make


def with_the_first_value(make):
    """What `make` gives; beside it the clients hand in their first values, for nothing."""

    def made():
        import tensorflow as tf
        import tensorflow_federated as tff

        whole = make()

        @tff.tensorflow.computation(tff.SequenceType(np.int32))
        def first(values):
            return values.take(1).reduce(tf.constant(0), lambda _, value: value)

        @tff.tensorflow.computation(whole.type_signature.result.member, np.int32)
        def without(array, total):
            return array + 0 * total

        @tff.federated_computation(clients_type())
        def answer(values):
            total = tff.federated_sum(tff.federated_map(first, values))
            return tff.federated_map(without, (whole(values), total))

        return answer

    return made
