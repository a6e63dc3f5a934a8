"""Fingerprints: equal for a process built anew, wherever; different for another algorithm."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import algorithms, data, models, training
from fl_course.checkpoints.fingerprint import fingerprint
from fl_course.preprocessing import make_federated_data

ROOT = pathlib.Path(__file__).parent.parent.parent
UNWEIGHTED = tff.learning.algorithms.build_unweighted_fed_avg


def by_hand(**options):
    return algorithms.build_fed_avg(
        models.functional_model(), **{"client_learning_rate": 0.02} | options
    )


def by_library(build=tff.learning.algorithms.build_weighted_fed_avg, aggregator=None, **options):
    return build(
        models.functional_model(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.02),
        model_aggregator=aggregator,
        **options,
    )


def from_keras():
    model = tff.learning.models.functional_model_from_keras(
        tf.keras.Sequential([tf.keras.layers.InputLayer((784,)), tf.keras.layers.Dense(10)]),
        tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        input_spec=models.input_spec(),
    )
    return tff.learning.algorithms.build_weighted_fed_avg(
        model, client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.02)
    )


CLIPPED, PROXIMAL = algorithms.clip_gradients(1.0), algorithms.proximal_term(0.1)
WAYS = {
    "by hand": by_hand,
    "unweighted by hand": lambda: by_hand(weighted=False),
    "another rate": lambda: by_hand(client_learning_rate=0.03),
    "clipped": lambda: by_hand(edits=[CLIPPED]),
    "clipped elsewhere": lambda: by_hand(edits=[algorithms.clip_gradients(2.0)]),
    "proximal": lambda: by_hand(edits=[PROXIMAL]),
    "clipped and proximal": lambda: by_hand(edits=[CLIPPED, PROXIMAL]),
    "proximal and clipped": lambda: by_hand(edits=[PROXIMAL, CLIPPED]),
    "library": by_library,
    "unweighted": lambda: by_library(UNWEIGHTED),
    "robust": lambda: by_library(aggregator=tff.learning.robust_aggregator()),
    "clipping": lambda: by_library(aggregator=tff.learning.robust_aggregator(zeroing=False)),
    "zeroing": lambda: by_library(aggregator=tff.learning.robust_aggregator(clipping=False)),
    "compression": lambda: by_library(aggregator=tff.learning.compression_aggregator()),
    "private": lambda: by_library(UNWEIGHTED, tff.learning.dp_aggregator(0.5, 100)),
    "keras": from_keras,
}


def fingerprints(names):
    return {name: fingerprint(WAYS[name]().next) for name in names}


def main():
    """Prints the fingerprints as a process finds them that builds in another order."""
    print(json.dumps(fingerprints(sorted(WAYS, reverse=True))))


@pytest.mark.timeout(300)
def test_every_way_has_its_own_in_every_process():
    ours = fingerprints(WAYS)
    assert len(set(ours.values())) == len(WAYS)

    code = "import fl_course; fl_course.setup()\nfrom tests.checkpoints import test_fingerprint\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}test_fingerprint.main()"],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == ours


@pytest.mark.parametrize("way", ["unweighted by hand", "clipped", "another rate"])
def test_a_training_does_not_go_on_in_another_way(tmp_path, way):
    examples, _ = data.load()
    cohort = make_federated_data(examples, examples.client_ids[:2])
    training.train(by_hand(), lambda _: cohort, 1, checkpoint_dir=tmp_path)
    with pytest.raises(ValueError, match="computes something else with it"):
        training.train(WAYS[way](), lambda _: cohort, 2, checkpoint_dir=tmp_path)
    _, history = training.train(by_hand(), lambda _: cohort, 2, checkpoint_dir=tmp_path)
    assert history.rounds == [1, 2]


ON_CLIENTS = tff.FederatedType(np.float32, tff.CLIENTS)
PAIR = tff.StructWithPythonType([np.float32, np.float32], list)


def test_federated_operators_types_selections_and_their_order_count():
    @tff.federated_computation(ON_CLIENTS)
    def mean(x):
        return tff.federated_mean(x)

    @tff.federated_computation(ON_CLIENTS)
    def total(x):
        return tff.federated_sum(x)

    @tff.federated_computation(ON_CLIENTS)
    def weighted(x):
        return tff.federated_mean(x, x)

    @tff.federated_computation(tff.FederatedType(np.float64, tff.CLIENTS))
    def mean_of_doubles(x):
        return tff.federated_mean(x)

    @tff.federated_computation(PAIR)
    def first(x):
        return x[0]

    @tff.federated_computation(PAIR)
    def second(x):
        return x[1]

    @tff.federated_computation(PAIR)
    def swapped(x):
        return [x[1], x[0]]

    @tff.federated_computation(PAIR)
    def rebuilt(x):
        return [x[0], x[1]]

    @tff.federated_computation(ON_CLIENTS, ON_CLIENTS)
    def sum_and_mean(x, y):
        return tff.federated_sum(x), tff.federated_mean(y)

    @tff.federated_computation(ON_CLIENTS, ON_CLIENTS)
    def both_of_the_first(x, y):
        return tff.federated_sum(x), tff.federated_mean(x)

    different = [
        mean,
        total,
        weighted,
        mean_of_doubles,
        first,
        second,
        swapped,
        rebuilt,
        sum_and_mean,
        both_of_the_first,
    ]
    assert len(set(map(fingerprint, different))) == len(different)


def test_names_do_not_count():
    @tff.tensorflow.computation(np.float32)
    def halve(x):
        return x / 2.0

    @tff.federated_computation(ON_CLIENTS)
    def mean(x):
        return tff.federated_mean(tff.federated_map(halve, x))

    @tff.tensorflow.computation(np.float32)
    def half_of(value):
        return tf.divide(value, 2.0, name="another")

    @tff.federated_computation(ON_CLIENTS)
    def average(numbers):
        return tff.federated_mean(tff.federated_map(half_of, numbers))

    assert fingerprint(average) == fingerprint(mean)


def of_two(function):
    return tff.tensorflow.computation(function, np.float32, np.float32)


def test_the_wiring_of_graphs_counts():
    def looped(step):
        return lambda x, y: tf.while_loop(lambda z: z < y, step, [x])[0]

    different = [
        of_two(lambda x, y: x - y),
        of_two(lambda x, y: y - x),
        of_two(lambda x, y: x - x),
        of_two(lambda x, y: (x - y, x)),
        of_two(lambda x, y: (x, x - y)),
        of_two(lambda x, y: tf.cast(x - y, tf.float64)),
        of_two(lambda x, y: tf.cast(x - y, tf.float16)),
        of_two(lambda x, y: tf.function(lambda a, b: a - b)(x, y)),
        of_two(lambda x, y: tf.function(lambda a, b: b - a)(x, y)),
        of_two(lambda x, y: tf.cond(x > y, lambda: x, lambda: y)),
        of_two(lambda x, y: tf.cond(x > y, lambda: y, lambda: x)),
        of_two(looped(lambda z: (z + 1.0,))),
        of_two(looped(lambda z: (z + 2.0,))),
        of_two(lambda x, y: tf.data.Dataset.range(3).reduce(x, lambda z, _: z - y)),
        of_two(lambda x, y: tf.data.Dataset.range(3).reduce(x, lambda z, _: y - z)),
    ]
    assert len(set(map(fingerprint, different))) == len(different)


def test_a_graph_of_any_length():
    @tff.tensorflow.computation(np.float32)
    def long(x):
        for _ in range(3000):
            x = x + 1.0
        return x

    assert len(fingerprint(long)) == 64


def test_a_computation_of_any_depth():
    @tff.federated_computation(np.float32)
    def nested(x):
        for _ in range(300):
            x = tff.federated_computation(lambda y: [y, y][0], np.float32)(x)
        return x

    assert len(fingerprint(nested)) == 64


def of_numbers(change):
    """A computation that adds up a client's numbers, changed before."""
    return tff.tensorflow.computation(
        lambda numbers: change(numbers).reduce(np.int64(0), lambda total, x: total + x),
        tff.SequenceType(np.int64),
    )


def test_whole_numbers_count():
    different = [
        of_numbers(lambda numbers: numbers),
        of_numbers(lambda numbers: numbers.take(2)),
        of_numbers(lambda numbers: numbers.take(3)),
        of_numbers(lambda numbers: numbers.repeat(2)),
        of_numbers(lambda numbers: numbers.repeat(3)),
        of_numbers(lambda numbers: numbers.map(lambda x: x * 2)),
        of_numbers(lambda numbers: numbers.map(lambda x: x * 3)),
        of_numbers(lambda numbers: numbers.filter(lambda x: x > 2)),
        of_numbers(lambda numbers: numbers.filter(lambda x: x > 3)),
        of_numbers(lambda numbers: numbers.shuffle(10, seed=1)),
        of_numbers(lambda numbers: numbers.shuffle(20, seed=1)),
        of_numbers(lambda numbers: numbers.take(2).shuffle(10, seed=1)),
        of_numbers(lambda numbers: numbers.take(3).shuffle(10, seed=1)),
        of_two(lambda x, y: tf.where(True, x, y)),
        of_two(lambda x, y: tf.where(False, x, y)),
    ]
    assert len(set(map(fingerprint, different))) == len(different)


def with_dropout():
    model_fn = models.variable_model_fn(
        lambda: tf.keras.Sequential(
            [
                tf.keras.layers.InputLayer(input_shape=(784,)),
                tf.keras.layers.Dropout(0.5),
                tf.keras.layers.Dense(10, activation="softmax"),
            ]
        )
    )
    return UNWEIGHTED(model_fn, tff.learning.optimizers.build_sgdm(0.02)).next


@tf.function
def drawn_by(seed):
    return tf.random.stateless_uniform([], tf.stack([seed, 0]))


@pytest.mark.parametrize(
    "build",
    [
        lambda seed: with_dropout(),  # Keras draws its seed
        lambda seed: of_numbers(lambda numbers: numbers.shuffle(10, seed=seed)),
        lambda seed: of_numbers(lambda numbers: numbers.shuffle(10)),
        lambda seed: of_two(lambda x, y: x + tf.random.stateless_uniform([], [seed, 0])),
        lambda seed: of_two(lambda x, y: x + drawn_by(tf.constant(seed))),
        lambda seed: of_two(lambda x, y: x + tf.random.uniform([])),
    ],
    ids=["dropout", "shuffle", "shuffle anyhow", "stateless", "in a function", "stateful"],
)
def test_seeds_do_not_count(build):
    assert fingerprint(build(1)) == fingerprint(build(2))
