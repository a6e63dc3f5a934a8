"""A client's loop in one graph gives what TFF's own loop gives, to the last bit."""

import collections
import functools
import itertools

import numpy as np
import pytest

import fl_course

fl_course.setup()

import tensorflow as tf  # noqa: E402
import tensorflow_federated as tff  # noqa: E402
from tensorflow.core.framework import graph_pb2  # noqa: E402
from tensorflow_federated.python.core.impl.compiler import tree_analysis  # noqa: E402

from fl_course import algorithms, models, preprocessing  # noqa: E402
from fl_course.runtime import ComputationError, client_loops  # noqa: E402


def tffs_own(comp):
    """The same computation, compiled by TFF's compiler alone."""
    return tff.backends.native.desugar_and_transform_to_native(comp)


def operations(comp) -> collections.Counter:
    """What a computation's graphs and their functions are made of."""
    found = collections.Counter()

    def count(block):
        if block.proto.WhichOneof("computation") == "tensorflow":
            graph = graph_pb2.GraphDef()
            block.proto.tensorflow.graph_def.Unpack(graph)
            functions = [function.node_def for function in graph.library.function]
            found.update(node.op for node in itertools.chain(graph.node, *functions))

    tree_analysis.visit_postorder(comp.to_building_block(), count)
    return found


def clients(num_clients: int, *, batch_size: int = 7) -> list[tf.data.Dataset]:
    rng = np.random.default_rng(5)
    datasets = []
    for i in range(num_clients):
        images = rng.random((10 + 9 * i, 28, 28), np.float32)
        labels = rng.integers(0, 10, len(images), np.int32)
        examples = tf.data.Dataset.from_tensor_slices({"label": labels, "pixels": images})
        datasets.append(preprocessing.preprocess(examples, epochs=2, batch_size=batch_size))
    return datasets


def same_bits(first, second) -> bool:
    pairs = list(zip(tf.nest.flatten(first), tf.nest.flatten(second), strict=True))
    assert pairs
    return all(np.array_equal(np.asarray(a), np.asarray(b)) for a, b in pairs)


SGD = tff.learning.optimizers.build_sgdm
ADAM = tff.learning.optimizers.build_adam
PROCESSES = {
    "functional": lambda: tff.learning.algorithms.build_weighted_fed_avg(
        models.functional_model(), client_optimizer_fn=SGD(0.1), server_optimizer_fn=ADAM(0.1)
    ),
    "with_variables": lambda: tff.learning.algorithms.build_unweighted_fed_avg(
        models.variable_model_fn(), client_optimizer_fn=SGD(0.1, 0.9)
    ),
    "convolutional": lambda: tff.learning.algorithms.build_weighted_fed_avg(
        models.functional_model(models.cnn_model), client_optimizer_fn=ADAM(0.01)
    ),
    "proximal": lambda: tff.learning.algorithms.build_weighted_fed_prox(
        models.variable_model_fn(), 0.1, client_optimizer_fn=SGD(0.1)
    ),
    "by_hand": lambda: algorithms.build_fed_avg(
        models.functional_model(), client_learning_rate=0.1
    ),
}


@functools.cache
def process_of(name):
    return PROCESSES[name]()


@pytest.mark.parametrize("name", PROCESSES)
def test_a_round_gives_the_same_bits(name):
    process = process_of(name)
    assert operations(tffs_own(process.next))["ReduceDataset"] == 1
    cohort = clients(3)
    state = process.initialize()
    ours = process.next(process.next(state, cohort).state, cohort)
    with stock_context():
        theirs = process.next(process.next(state, cohort).state, cohort)
    assert same_bits(ours.state, theirs.state)
    assert same_bits(ours.metrics, theirs.metrics)


def stock_context():
    """TFF's own compiler on the same engine."""
    from tensorflow_federated.python.core.impl.context_stack import context_stack_impl

    context = tff.framework.SyncExecutionContext(
        tff.framework.local_cpp_executor_factory(),
        compiler_fn=tffs_own,
        transform_args=tff.tensorflow.transform_args,
        transform_result=tff.tensorflow.transform_result,
    )
    return context_stack_impl.context_stack.install(context)


def test_a_step_of_many_operations_gives_the_same_but_for_rounding():
    """TFF's optimizer now sees the step too, and puts factors together."""
    process = algorithms.build_fed_avg(
        models.functional_model(), client_learning_rate=0.1, edits=[algorithms.clip_gradients(1.0)]
    )
    cohort = clients(3)
    ours = process.next(process.initialize(), cohort)
    with stock_context():
        theirs = process.next(process.initialize(), cohort)
    pairs = zip(ours.state.weights, theirs.state.weights, strict=True)
    assert all(np.allclose(a, b, rtol=0, atol=1e-6) and np.any(a) for a, b in pairs)


@pytest.mark.parametrize("name", PROCESSES)
def test_the_worker_calls_no_function_for_each_batch(name):
    """That is what makes it fast: but for the fallback, all is in one graph."""
    compiled = client_loops.compile_native(process_of(name).next)
    assert operations(compiled)["IteratorGetNextSync"] == 1
    graph = main_graph(compiled)
    called = {"PartitionedCall", "StatefulPartitionedCall", "While", "StatelessWhile"}
    assert not called & {node.op for node in graph.node}


def main_graph(comp) -> graph_pb2.GraphDef:
    graphs = []

    def find(block):
        if block.proto.WhichOneof("computation") == "tensorflow":
            graph = graph_pb2.GraphDef()
            block.proto.tensorflow.graph_def.Unpack(graph)
            if any(node.op == "IteratorGetNextSync" for node in graph.node):
                graphs.append(graph)

    tree_analysis.visit_postorder(comp.to_building_block(), find)
    (graph,) = graphs
    return graph


NUMBERS = tff.SequenceType(np.int64)


def reduced(function, initial=0):
    """A computation that reduces a sequence of numbers with a function."""

    @tff.tensorflow.computation(NUMBERS)
    def compute(dataset):
        return dataset.reduce(tf.constant(initial, tf.int64), function)

    return compute


NUMBER_DATASETS = {
    "empty": lambda: tf.data.Dataset.range(0),
    "one": lambda: tf.data.Dataset.range(3, 4),
    "many": lambda: tf.data.Dataset.range(1000),
    "size unknown": lambda: tf.data.Dataset.range(100).filter(lambda x: x % 7 == 3),
    "flattened": lambda: tf.data.Dataset.range(10).flat_map(tf.data.Dataset.range),
    "repeated and taken": lambda: tf.data.Dataset.range(5).repeat().take(13),
    "parallel": lambda: tf.data.Dataset.range(50).map(lambda x: x * x, num_parallel_calls=4),
    "prefetched": lambda: tf.data.Dataset.range(50).prefetch(3),
}


@pytest.mark.parametrize("name", NUMBER_DATASETS)
def test_any_dataset_is_gone_through_in_order(name):
    horner = reduced(lambda state, x: (31 * state + x) % 1_000_003, initial=7)
    assert operations(client_loops.compile_native(horner))["IteratorGetNextSync"] == 1
    expected = 7
    for x in NUMBER_DATASETS[name]().as_numpy_iterator():
        expected = (31 * expected + int(x)) % 1_000_003
    assert horner(NUMBER_DATASETS[name]()) == expected


def test_an_error_in_a_step_is_told():
    picky = reduced(_refuse_seven)
    assert operations(client_loops.compile_native(picky))["IteratorGetNextSync"] == 1
    assert picky(tf.data.Dataset.range(7)) == 21
    with pytest.raises(ComputationError, match="seven is refused"):
        picky(tf.data.Dataset.range(10))


def _refuse_seven(state, x):
    checked = tf.debugging.assert_none_equal(
        x, tf.constant(7, tf.int64), message="seven is refused"
    )
    with tf.control_dependencies([checked]):
        return state + x


def test_a_state_may_change_its_shape():
    @tff.tensorflow.computation(NUMBERS)
    def collect(dataset):
        return dataset.reduce(
            tf.zeros([0], tf.int64),
            lambda state, x: tf.ensure_shape(tf.concat([state, [x]], 0), [None]),
        )

    # As TFF's own loop: a state of changing shape has to be declared as such.
    assert operations(client_loops.compile_native(collect))["IteratorGetNextSync"] == 1
    assert collect(tf.data.Dataset.range(5)).tolist() == [0, 1, 2, 3, 4]


def test_loops_within_loops():
    @tff.tensorflow.computation(NUMBERS)
    def triangle(dataset):
        def step(state, x):
            return state + tf.data.Dataset.range(x).reduce(tf.constant(0, tf.int64), tf.add)

        return dataset.reduce(tf.constant(0, tf.int64), step)

    assert triangle(tf.data.Dataset.range(6)) == sum(sum(range(i)) for i in range(6))


def test_a_loop_in_a_branch():
    @tff.tensorflow.computation(NUMBERS, np.bool_)
    def sum_if(dataset, wanted):
        zero = tf.constant(0, tf.int64)
        return tf.cond(wanted, lambda: dataset.reduce(zero, tf.add), lambda: zero - 1)

    assert sum_if(tf.data.Dataset.range(5), True) == 10
    assert sum_if(tf.data.Dataset.range(5), False) == -1


def test_two_loops_over_one_dataset():
    @tff.tensorflow.computation(NUMBERS)
    def mean(dataset):
        total = dataset.reduce(tf.constant(0, tf.int64), tf.add)
        count = dataset.reduce(tf.constant(0, tf.int64), lambda n, _: n + 1)
        return total / count

    assert mean(tf.data.Dataset.range(11)) == 5.0


def test_a_for_loop_over_a_dataset():
    @tff.tensorflow.computation(NUMBERS)
    @tf.function
    def total(dataset):
        so_far = tf.constant(0, tf.int64)
        for x in dataset:
            if x > 20:
                break
            so_far += x
        return so_far

    assert total(tf.data.Dataset.range(100)) == sum(range(21))


PIPELINES = {
    "function": lambda numbers: numbers.map(lambda x: 2 * x),
    "function in a function": lambda numbers: numbers.map(tf.function(lambda x: 2 * x)),
    "several at a time": lambda numbers: numbers.map(
        tf.function(lambda x: 2 * x), num_parallel_calls=4
    ),
    "datasets of a dataset": lambda numbers: numbers.interleave(
        lambda x: tf.data.Dataset.from_tensors(tf.function(lambda y: 2 * y)(x)), cycle_length=2
    ),
}


@pytest.mark.parametrize("name", PIPELINES)
def test_clients_at_a_time_never_wait_for_each_other(name):
    """In threads that clients share, some of these hung at once, others in the hundredth round."""
    total = reduced(lambda state, x: state + x)

    @tff.federated_computation(tff.FederatedType(NUMBERS, tff.CLIENTS))
    def totals(numbers):
        return tff.federated_sum(tff.federated_map(total, numbers))

    cohort = 10 * [PIPELINES[name](tf.data.Dataset.range(i, i + 4)) for i in range(10)]
    expected = 10 * sum(2 * x for i in range(10) for x in range(i, i + 4))
    for _ in range(3):
        assert totals(cohort) == expected


def test_a_random_generator_begins_anew_for_each_client():
    """Its loop is left as it is: a graph that is kept would keep the generator's place as well."""
    noisy = reduced(lambda state, x: state + tf.random.uniform([], 0, 1000, tf.int64, seed=3))
    compiled = operations(client_loops.compile_native(noisy))
    assert compiled["IteratorGetNextSync"] == 0
    assert compiled["ReduceDataset"] == 1
    assert noisy(tf.data.Dataset.range(4)) == noisy(tf.data.Dataset.range(4))


def test_what_has_no_loop_is_not_touched():
    @tff.tensorflow.computation(np.float32)
    def add_half(x):
        return x + 0.5

    assert client_loops._with_open_loops(add_half) is add_half
