"""Answers to `weighted_average`, as learners write them."""

import collections

import numpy as np

from tests.exercises.cases import Case
from tests.exercises.federated_core.at_hand import (
    at_clients,
    called,
    federated,
    in_tensorflow,
    plain_function,
    without_types,
)


def two_floats():
    return at_clients(np.float32), at_clients(np.int32)


def one_structure():
    import tensorflow_federated as tff

    @tff.federated_computation(collections.OrderedDict(zip("tn", two_floats(), strict=True)))
    def average(homes):
        return tff.federated_mean(homes.t, homes.n)

    return average


def by_hand():
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(np.float32, np.int32)
    def times(value, count):
        return value * tf.cast(count, tf.float32)

    @in_tensorflow(np.float32, np.int32)
    def divide(total, count):
        return total / tf.cast(count, tf.float32)

    @federated(*two_floats())
    def average(temperatures, counts):
        total = tff.federated_sum(tff.federated_map(times, (temperatures, counts)))
        return tff.federated_map(divide, (total, tff.federated_sum(counts)))

    return average


def of_products(aggregate):
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(np.float32, np.int32)
    def times(value, count):
        return value * tf.cast(count, tf.float32)

    return federated(*two_floats())(lambda t, n: aggregate(tff.federated_map(times, (t, n))))


def weighted(function):
    return federated(*two_floats())(function)


def products(name):
    def make():
        import tensorflow_federated as tff

        return of_products(getattr(tff, name))

    return make


def not_weighted():
    import tensorflow_federated as tff

    return weighted(lambda temperatures, counts: tff.federated_mean(temperatures))


def plain_sum():
    import tensorflow_federated as tff

    return weighted(lambda temperatures, counts: tff.federated_sum(temperatures))


def warmest():
    import tensorflow_federated as tff

    return weighted(lambda temperatures, counts: tff.federated_max(temperatures))


def divided_by(total):
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(np.float32, np.int32)
    def times(value, count):
        return value * tf.cast(count, tf.float32)

    divide = in_tensorflow(np.float32)(lambda value: value / total)
    return weighted(
        lambda t, n: tff.federated_map(divide, tff.federated_sum(tff.federated_map(times, (t, n))))
    )


def mean_and_number():
    import tensorflow_federated as tff

    return weighted(lambda t, n: (tff.federated_mean(t, n), tff.federated_sum(n)))


def float_weights():
    import tensorflow_federated as tff

    kinds = at_clients(np.float32), at_clients(np.float32)
    return federated(*kinds)(lambda temperatures, counts: tff.federated_mean(temperatures, counts))


def on_the_way(value, count):
    """A mean in which what each home tells is changed first."""

    def make():
        import tensorflow_federated as tff

        values = in_tensorflow(np.float32)(value)
        counts = in_tensorflow(np.int32)(count)
        return weighted(
            lambda t, n: tff.federated_mean(
                tff.federated_map(values, t), tff.federated_map(counts, n)
            )
        )

    return make


def same(one):
    return one


def at_least_one(count):
    import tensorflow as tf

    return tf.maximum(count, 1)


def at_most_ten(count):
    import tensorflow as tf

    return tf.minimum(count, 10)


def rounded(result):
    def make():
        import tensorflow_federated as tff

        last = in_tensorflow(np.float32)(result)
        return weighted(lambda t, n: tff.federated_map(last, tff.federated_mean(t, n)))

    return make


def to_one_digit(value):
    import tensorflow as tf

    return tf.round(value * 10) / 10


def to_whole(value):
    import tensorflow as tf

    return tf.cast(value, tf.int32)


def weighted_twice():
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(np.float32, np.int32)
    def times(value, count):
        return value * tf.cast(count, tf.float32)

    return weighted(lambda t, n: tff.federated_mean(tff.federated_map(times, (t, n)), n))


def down_again():
    import tensorflow_federated as tff

    return weighted(lambda t, n: tff.federated_broadcast(tff.federated_mean(t, n)))


def mapped_down_again():
    import tensorflow_federated as tff

    as_it_is = in_tensorflow(np.float32)(lambda mean: mean)
    return weighted(
        lambda t, n: tff.federated_map(as_it_is, tff.federated_broadcast(tff.federated_mean(t, n)))
    )


CASE = Case(
    right={
        "one structure": one_structure,
        "by hand": by_hand,
        "weights as floats": on_the_way(same, lambda count: count * 1),
    },
    wrong={
        "plain_function": lambda: plain_function,
        "no_types": without_types,
        "not_federated": lambda: in_tensorflow(np.float32, np.int32)(lambda t, n: t),
        "wrong_arguments": float_weights,
        "stays_at_clients": lambda: weighted(lambda temperatures, counts: temperatures),
        "not_weighted": not_weighted,
        "not_divided": products("federated_sum"),
        "fixed_total": lambda: divided_by(18.0),
        "mean_of_products": products("federated_mean"),
        "plain_sum": plain_sum,
        "wrong_value": warmest,
        "wrong_value: signs dropped": on_the_way(lambda value: abs(value), same),
        "wrong_value: whole degrees": on_the_way(lambda value: value // 1, same),
        "wrong_value: nobody without weight": on_the_way(same, at_least_one),
        "wrong_value: counts up to ten": on_the_way(same, at_most_ten),
        "wrong_value: one more each": on_the_way(same, lambda count: count + 1),
        "wrong_value: squared": on_the_way(same, lambda count: count**2),
        "wrong_value: rounded": rounded(to_one_digit),
        "wrong_value: whole": rounded(to_whole),
        "wrong_value: weighted twice": weighted_twice,
        "sent_down": down_again,
        "brought_back": mapped_down_again,
        "number": called,
        "wrong_result": mean_and_number,
    },
    other={"types alone": two_floats},
)
