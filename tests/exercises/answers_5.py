"""Answers to lesson 5's exercises, as learners write them."""

import collections

import numpy as np

from tests.exercises.cases import Case


def example():
    import tensorflow_federated as tff

    return collections.OrderedDict(label=np.int32, pixels=tff.TensorType(np.float32, [28, 28]))


def at_clients(member, **options):
    import tensorflow_federated as tff

    return tff.FederatedType(member, tff.CLIENTS, **options)


def at_server(member):
    import tensorflow_federated as tff

    return tff.FederatedType(member, tff.SERVER)


def sequence(element):
    import tensorflow_federated as tff

    return tff.SequenceType(element)


def writers_type():
    return at_clients(sequence(example()))


def from_the_data():
    import tensorflow_federated as tff

    from fl_course import data

    train, _ = data.load("digits")
    element = train.create_tf_dataset_for_client("writer_00").element_spec
    return at_clients(sequence(tff.types.tensorflow_to_type(element)))


def from_pairs():
    import tensorflow_federated as tff

    pairs = [("label", np.int32), ("pixels", tff.TensorType(np.float32, (28, 28)))]
    return at_clients(sequence(tff.StructType(pairs)))


def with_element(element):
    return at_clients(sequence(element))


def images(*shape):
    import tensorflow_federated as tff

    return tff.TensorType(np.float32, shape)


WRITERS_TYPE = Case(
    right={"from pairs": from_pairs, "from the data": from_the_data},
    wrong={
        "not_a_type": example,
        "no_placement": lambda: sequence(example()),
        "at_server": lambda: at_server(sequence(example())),
        "all_equal": lambda: at_clients(sequence(example()), all_equal=True),
        "no_sequence": lambda: at_clients(example()),
        "sequences_inside": lambda: at_clients(
            collections.OrderedDict(label=sequence(np.int32), pixels=sequence(images(28, 28)))
        ),
        "other_order": lambda: with_element(
            collections.OrderedDict(pixels=images(28, 28), label=np.int32)
        ),
        "no_names": lambda: with_element((np.int32, images(28, 28))),
        "wrong_element": lambda: with_element(
            collections.OrderedDict(label=np.int32, pixels=images(784))
        ),
    },
)


# --- Parts of computations ------------------------------------------------------------------------


def federated(*types):
    import tensorflow_federated as tff

    return tff.federated_computation(*types)


def in_tensorflow(*types):
    import tensorflow_federated as tff

    return tff.tensorflow.computation(*types)


def plain_function(*values):
    return values[0]


def without_types():
    import tensorflow_federated as tff

    @tff.federated_computation
    def average(temperatures, counts):
        return tff.federated_mean(temperatures, counts)

    return average


def two_floats():
    return at_clients(np.float32), at_clients(np.int32)


# --- Weighted average -----------------------------------------------------------------------------


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


def called():
    return one_argument()([19.0, 20.5, 23.5])


def float_weights():
    import tensorflow_federated as tff

    kinds = at_clients(np.float32), at_clients(np.float32)
    return federated(*kinds)(lambda temperatures, counts: tff.federated_mean(temperatures, counts))


WEIGHTED_AVERAGE = Case(
    right={"one structure": one_structure, "by hand": by_hand},
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
        "number": called,
        "wrong_result": mean_and_number,
    },
    other={"types alone": two_floats},
)


# --- Share above a threshold ----------------------------------------------------------------------


def share(compare, aggregate="federated_mean", factor=1.0):
    def make():
        import tensorflow as tf
        import tensorflow_federated as tff

        @in_tensorflow(np.float32, np.float32)
        def judge(temperature, threshold):
            return factor * tf.cast(compare(temperature, threshold), tf.float32)

        @federated(at_clients(np.float32), at_server(np.float32))
        def share_above(temperatures, threshold):
            pairs = temperatures, tff.federated_broadcast(threshold)
            return getattr(tff, aggregate)(tff.federated_map(judge, pairs))

        return share_above

    return make


def counted_and_divided():
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(collections.OrderedDict(mine=np.float32, limit=np.float32))
    def judge(pair):
        return tf.where(pair["mine"] > pair["limit"], 1, 0)

    @in_tensorflow(np.int32, np.int32)
    def divide(part, whole):
        return part / whole  # float64

    @federated(at_clients(np.float32), at_server(np.float32))
    def share_above(temperatures, threshold):
        limit = tff.federated_broadcast(threshold)
        pairs = tff.federated_zip(collections.OrderedDict(mine=temperatures, limit=limit))
        above = tff.federated_sum(tff.federated_map(judge, pairs))
        clients = tff.federated_sum(tff.federated_value(1, tff.CLIENTS))
        return tff.federated_map(divide, (above, clients))

    return share_above


def by_sign():
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(np.float32, np.float32)
    def judge(temperature, threshold):
        return tf.maximum(tf.sign(temperature - threshold), 0.0)

    @federated((at_clients(np.float32), at_server(np.float32)))
    def share_above(both):
        pairs = tff.federated_zip((both[0], tff.federated_broadcast(both[1])))
        return tff.federated_mean(tff.federated_map(judge, pairs))

    return share_above


def counted():
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(np.float32, np.float32)
    def judge(temperature, threshold):
        return tf.cast(temperature > threshold, tf.int32)

    @federated(at_clients(np.float32), at_server(np.float32))
    def share_above(temperatures, threshold):
        pairs = temperatures, tff.federated_broadcast(threshold)
        return tff.federated_sum(tff.federated_map(judge, pairs))

    return share_above


def judged_at_clients():
    import tensorflow_federated as tff

    @in_tensorflow(np.float32, np.float32)
    def judge(temperature, threshold):
        return temperature > threshold

    @federated(at_clients(np.float32), at_server(np.float32))
    def share_above(temperatures, threshold):
        return tff.federated_map(judge, (temperatures, tff.federated_broadcast(threshold)))

    return share_above


def at_the_server(compare, aggregate="federated_mean"):
    def make():
        import tensorflow_federated as tff

        comparison = in_tensorflow(np.float32, np.float32)(compare)

        @federated(at_clients(np.float32), at_server(np.float32))
        def share_above(temperatures, threshold):
            return tff.federated_map(comparison, (getattr(tff, aggregate)(temperatures), threshold))

        return share_above

    return make


def mean_cast(mean, threshold):
    import tensorflow as tf

    return tf.cast(mean > threshold, tf.float32)


def with_arguments(*kinds):
    def make():
        import tensorflow_federated as tff

        clients = next(k for k, kind in enumerate(kinds) if kind is at_clients)
        types = [kind(np.float32) for kind in kinds]
        return federated(*types)(lambda a, b: tff.federated_mean((a, b)[clients]))

    return make


def three_arguments():
    import tensorflow_federated as tff

    kinds = at_clients(np.float32), at_server(np.float32), at_server(np.float32)
    return federated(*kinds)(lambda t, low, high: tff.federated_mean(t))


def one_argument():
    import tensorflow_federated as tff

    return federated(at_clients(np.float32))(lambda temperatures: tff.federated_mean(temperatures))


SHARE_ABOVE = Case(
    right={"counted and divided": counted_and_divided, "by sign": by_sign},
    wrong={
        "plain_function": lambda: plain_function,
        "no_types": without_types,
        "not_federated": lambda: in_tensorflow(np.float32, np.float32)(lambda t, limit: t > limit),
        "wrong_arguments": three_arguments,
        "stays_at_clients": judged_at_clients,
        "fixed_threshold": one_argument,
        "swapped_arguments": with_arguments(at_server, at_clients),
        "threshold_at_clients": with_arguments(at_clients, at_clients),
        "count": counted,
        "percent": share(lambda a, b: a > b, factor=100.0),
        "not_strict": share(lambda a, b: a >= b),
        "below": share(lambda a, b: a <= b),
        "threshold_ignored": share(lambda a, b: a > 20.0),
        "mean_compared": at_the_server(mean_cast),
        "wrong_value": share(lambda a, b: a > b, "federated_min"),
        "number": called,
        "wrong_result": at_the_server(lambda coldest, limit: coldest > limit, "federated_min"),
    },
    other={"a text": lambda: "20.0"},
)


# --- Counting examples ----------------------------------------------------------------------------


def counting(count, aggregate="federated_sum", types=writers_type):
    def make():
        import tensorflow_federated as tff

        kind = types()
        counter = in_tensorflow(kind.member)(count)
        return federated(kind)(
            lambda datasets: getattr(tff, aggregate)(tff.federated_map(counter, datasets))
        )

    return make


def reduced(step, start=0):
    return lambda examples: examples.reduce(start, step)


def by_loop(examples):
    import tensorflow as tf

    @tf.function
    def loop(examples):
        number = 0
        for _ in examples:
            number += 1
        return number

    return loop(examples)


def in_batches(examples):
    return examples.batch(2).reduce(
        np.int64(0), lambda number, batch: number + len_of(batch["label"])
    )


def len_of(rows):
    import tensorflow as tf

    return tf.size(rows, out_type=tf.int64)


def one_each(examples):
    import tensorflow as tf

    return tf.constant(1)


def add_label(number, example):
    return number + example["label"]


def add_one(number, example):
    return number + 1


def as_float(examples):
    import tensorflow as tf

    return tf.cast(examples.reduce(0, add_one), tf.float32)


def unplaced():
    return in_tensorflow(writers_type().member)(reduced(add_one))


def only_sevens(number, example):
    import tensorflow as tf

    return number + tf.cast(tf.equal(example["label"], 7), tf.int32)


def both_ends():
    import tensorflow_federated as tff

    counter = unplaced()

    @federated(writers_type())
    def count_examples(datasets):
        counts = tff.federated_map(counter, datasets)
        return tff.federated_min(counts), tff.federated_max(counts)

    return count_examples


def constant():
    import tensorflow_federated as tff

    return federated(writers_type())(lambda datasets: tff.federated_value(1_399, tff.SERVER))


def only_mapped():
    import tensorflow_federated as tff

    counter = unplaced()
    return federated(writers_type())(lambda datasets: tff.federated_map(counter, datasets))


COUNT_EXAMPLES = Case(
    right={
        "by loop": counting(by_loop),
        "in batches": counting(in_batches),
        "as int64": counting(reduced(add_one, np.int64(0))),
        "type from the data": counting(reduced(add_one), types=from_the_data),
    },
    wrong={
        "plain_function": lambda: plain_function,
        "no_types": without_types,
        "not_federated": unplaced,
        "wrong_arguments": counting(reduced(add_one), types=lambda: with_element(np.int32)),
        "stays_at_clients": only_mapped,
        "average": counting(as_float, "federated_mean"),
        "counts_clients": counting(one_each),
        "begins_at_one": counting(reduced(add_one, 1)),
        "adds_labels": counting(reduced(add_label)),
        "largest": counting(reduced(add_one), "federated_max"),
        "float_count": counting(reduced(add_one, 0.0)),
        "one_label": counting(reduced(only_sevens)),
        "cardinality": counting(lambda examples: examples.cardinality()),
        "wrong_value": constant,
        "number": lambda: np.int32(1_399),
        "wrong_result": both_ends,
    },
    other={"an example": example},
)


# --- Spread ---------------------------------------------------------------------------------------


def ends(combine):
    def make():
        import tensorflow_federated as tff

        @federated(at_clients(np.float32))
        def spread(temperatures):
            return combine(tff.federated_max(temperatures), tff.federated_min(temperatures))

        return spread

    return make


def mapped(formula):
    def make():
        import tensorflow_federated as tff

        computation = in_tensorflow(np.float32, np.float32)(formula)
        return ends(lambda *both: tff.federated_map(computation, both))()

    return make


def one_structure_of_ends():
    import tensorflow_federated as tff

    @in_tensorflow(collections.OrderedDict(low=np.float32, high=np.float32))
    def width(ends):
        return ends["high"] - ends["low"]

    @federated(at_clients(np.float32))
    def spread(temperatures):
        low, high = tff.federated_min(temperatures), tff.federated_max(temperatures)
        return tff.federated_map(
            width, tff.federated_zip(collections.OrderedDict(low=low, high=high))
        )

    return spread


def down_again():
    import tensorflow_federated as tff

    minus = in_tensorflow(np.float32, np.float32)(lambda a, b: a - b)

    @federated(at_clients(np.float32))
    def spread(temperatures):
        coldest = tff.federated_broadcast(tff.federated_min(temperatures))
        return tff.federated_max(tff.federated_map(minus, (temperatures, coldest)))

    return spread


def subtracted_at_clients():
    import tensorflow_federated as tff

    minus = in_tensorflow(np.float32, np.float32)(lambda a, b: a - b)

    @federated(at_clients(np.float32))
    def spread(temperatures):
        coldest = tff.federated_broadcast(tff.federated_min(temperatures))
        return tff.federated_map(minus, (temperatures, coldest))

    return spread


def own_difference():
    import tensorflow as tf
    import tensorflow_federated as tff

    @in_tensorflow(np.float32)
    def difference(temperatures):
        return tf.reduce_max(temperatures) - tf.reduce_min(temperatures)

    return federated(at_clients(np.float32))(
        lambda temperatures: tff.federated_max(tff.federated_map(difference, temperatures))
    )


def from_the_mean():
    import tensorflow_federated as tff

    minus = in_tensorflow(np.float32, np.float32)(lambda a, b: a - b)

    @federated(at_clients(np.float32))
    def spread(temperatures):
        coldest = tff.federated_broadcast(tff.federated_min(temperatures))
        return tff.federated_mean(tff.federated_map(minus, (temperatures, coldest)))

    return spread


SPREAD = Case(
    right={"one structure": one_structure_of_ends, "down again": down_again},
    wrong={
        "plain_function": lambda: plain_function,
        "no_types": without_types,
        "not_federated": lambda: in_tensorflow(np.float32, np.float32)(lambda a, b: a - b),
        "wrong_arguments": with_arguments(at_clients, at_clients),
        "stays_at_clients": subtracted_at_clients,
        "two_numbers": ends(lambda warmest, coldest: (warmest, coldest)),
        "negative": mapped(lambda warmest, coldest: coldest - warmest),
        "one_end": ends(lambda warmest, coldest: warmest),
        "added": mapped(lambda warmest, coldest: coldest + warmest),
        "own_difference": own_difference,
        "from_the_mean": from_the_mean,
        "wrong_value": one_argument,
        "number": called,
        "wrong_result": mapped(lambda warmest, coldest: warmest > coldest),
    },
    other={"a list": lambda: [19.0, 23.5]},
)


CASES = {
    "writers_type": WRITERS_TYPE,
    "weighted_average": WEIGHTED_AVERAGE,
    "share_above": SHARE_ABOVE,
    "count_examples": COUNT_EXAMPLES,
    "spread": SPREAD,
}
