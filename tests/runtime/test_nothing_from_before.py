"""What the engine keeps is never taken for something else.

Two notebooks at one worker, an interrupted round, a lost worker, a dataset that has changed, more
of everything than is kept: each time the digits are those of TFF alone, which keeps nothing.
"""

import asyncio
import collections
import contextlib
import functools
import gc
import hashlib
import itertools
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

import grpc
import numpy as np
import pandas as pd
import psutil
import pytest

import fl_course

fl_course.setup()

import tensorflow as tf  # noqa: E402
import tensorflow_federated as tff  # noqa: E402
from tensorflow_federated.python.core.environments.tensorflow_backend import (  # noqa: E402
    graph_optimizations,
)
from tensorflow_federated.python.core.impl.executors import value_serialization  # noqa: E402
from tensorflow_federated.python.core.impl.types import type_serialization  # noqa: E402

from fl_course import data, models, preprocessing, runtime  # noqa: E402
from fl_course.data import pseudo  # noqa: E402
from fl_course.runtime import (  # noqa: E402
    array_graphs,
    client_data,
    compiled_once,
    context,
    engine,
    exchanges,
    interrupts,
)
from fl_course.runtime.worker import CHANNEL_OPTIONS, start_worker  # noqa: E402
from tests.runtime.meanwhile import (  # noqa: E402
    PROMPT,
    kill_and_wait,
    once_at_work,
    press_ctrl_c,
    within,
)
from tests.runtime.test_cluster import served_worker, serving  # noqa: E402

ROOT = pathlib.Path(__file__).parents[2]
IDS = ["a", "b", "c"]


class Alone:
    """TFF without what is kept: its executor, its serialization, its compiler, its own worker."""

    def __init__(self):
        self.worker = start_worker()
        self.worker.wait_until_listening()
        self._channel = grpc.insecure_channel(self.worker.target, CHANNEL_OPTIONS)
        self._context = tff.framework.SyncExecutionContext(
            tff.framework.ResourceManagingExecutorFactory(self._executor),
            compiler_fn=tff.backends.native.desugar_and_transform_to_native,
            transform_args=tff.tensorflow.transform_args,
            transform_result=tff.tensorflow.transform_result,
        )

    def _executor(self, cardinalities):
        cardinalities.setdefault(tff.CLIENTS, 0)
        executor = tff.framework.RemoteExecutor(tff.framework.RemoteExecutorGrpcStub(self._channel))
        executor.set_cardinalities(cardinalities)
        return executor

    def __call__(self, compute, *args):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(value_serialization, "_serialize_dataset", client_data._serialize_whole)
            patched.setattr(graph_optimizations, "tf_optimizer", compiled_once.tf_optimizer)
            patched.setattr(type_serialization, "deserialize_type", compiled_once._read_type)
            with tff.framework.get_context_stack().install(self._context):
                return compute(*args)


@pytest.fixture(scope="module")
def alone():
    without_caches = Alone()
    yield without_caches
    without_caches.worker.stop()


@pytest.fixture
def one_worker_afterwards():
    yield
    fl_course.use_workers(1)


@functools.cache
def process():
    return tff.learning.algorithms.build_weighted_fed_avg(
        models.functional_model(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.05),
        server_optimizer_fn=tff.learning.optimizers.build_sgdm(1.0),
    )


@functools.cache
def own_data(seed):
    """Client data with the same clients, names and shapes for each seed."""
    rng = np.random.default_rng(seed)
    return data.from_arrays(
        IDS * 15,
        pixels=rng.random((45, 28, 28), np.float32),
        label=rng.integers(0, 10, 45).astype(np.int32),
        classes=[*"0123456789"],
    )


def cohort(data_seed, shuffle_seed, epochs=2):
    return preprocessing.make_federated_data(
        own_data(data_seed), IDS, epochs=epochs, batch_size=4, seed=shuffle_seed
    )


@functools.cache
def first_state(scale):
    state = process().initialize()
    rng = np.random.default_rng(0)
    weights = tff.learning.models.ModelWeights(
        trainable=[
            scale * rng.standard_normal(array.shape, np.float32)
            for array in process().get_model_weights(state).trainable
        ],
        non_trainable=[],
    )
    return process().set_model_weights(state, weights)


def digits(clients, scale=0.01):
    """What a round gives, to the last bit."""
    output = process().next(first_state(scale), clients)
    weights = process().get_model_weights(output.state).trainable
    loss = np.asarray(output.metrics["client_work"]["train"]["loss"])
    return hashlib.sha256(b"".join(x.tobytes() for x in (*weights, loss))).hexdigest()


def a_round(data_seed, shuffle_seed, scale=0.01, epochs=2):
    return digits(cohort(data_seed, shuffle_seed, epochs), scale)


@tff.tensorflow.computation
def drawn():
    """A generator of the worker's, which goes on from call to call."""
    return tf.random.uniform([], seed=5)


# Two notebooks at one worker.


class Notebook:
    """A process that does the rounds that it is told, at a worker that it shares."""

    def __init__(self, address):
        code = f"from tests.runtime import {pathlib.Path(__file__).stem} as it; it.be_a_notebook()"
        # What Python's hash gives is the same in all of them, as some set-ups have it.
        env = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, "-c", code, address],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def start(self, *args):
        self._process.stdin.write(json.dumps(args) + "\n")
        self._process.stdin.flush()

    def ask(self, *args):
        self.start(*args)
        for line in self._process.stdout:
            if line.startswith("= "):
                return json.loads(line[2:])
        raise AssertionError("the notebook has ended")

    def leave(self):
        self._process.stdin.close()
        assert self._process.wait(PROMPT) == 0

    def kill(self):
        self._process.kill()
        self._process.wait(PROMPT)


def be_a_notebook():
    fl_course.use_workers([sys.argv[1]])
    for line in sys.stdin:
        args = json.loads(line)
        print("=", json.dumps(a_round(*args) if args else float(drawn())), flush=True)


def here(*args):
    return a_round(*args) if args else float(drawn())


def test_notebooks_that_share_a_worker(alone, one_worker_afterwards):
    rounds = [(*seeds, scale) for seeds in ((1, 1), (1, 2), (2, 1)) for scale in (0.01, 0.02)]
    wanted = {args: alone(a_round, *args) for args in rounds}
    assert len({*wanted.values()}) == len(rounds)
    draws = [alone(here) for _ in range(3)]
    with served_worker() as (address, command), contextlib.ExitStack() as stack:
        one, other = notebooks = [Notebook(address) for _ in range(2)]
        for notebook in notebooks:
            stack.callback(notebook.kill)
        fl_course.use_workers([address])
        asked = [one.ask, other.ask, here]
        for turn in range(3):
            assert [ask() for ask in asked] == 3 * [draws[turn]]
            for number, ask in enumerate(asked):
                args = rounds[(2 * number + turn) % len(rounds)]
                assert ask(*args) == wanted[args]
        other.leave()
        for args in rounds:
            assert [one.ask(*args), here(*args)] == 2 * [wanted[args]]
        served = psutil.Process(command.pid).children()[0]
        with once_at_work(served.pid, one.kill), within(PROMPT):
            one.start(1, 3, 0.01, 1000)
            one._process.wait()
        for args in rounds:
            assert here(*args) == wanted[args]


def test_a_worker_elsewhere_that_is_started_anew_between_two_rounds(
    alone, one_worker_afterwards, capsys
):
    with served_worker() as (address, command):
        fl_course.use_workers([address])
        assert a_round(1, 1) == alone(a_round, 1, 1)
        command.terminate()
        command.wait(PROMPT)
    with serving(int(address.rpartition(":")[2])):
        capsys.readouterr()
        for args in ((1, 1), (2, 1), (1, 2)):
            assert a_round(*args) == alone(a_round, *args)
        assert a_round(1, 1) == alone(a_round, 1, 1)
        assert capsys.readouterr().out == ""  # nothing was lost


# An interrupted round.

STUB = context._SupervisedStub
MOMENTS = {
    "a client is written down": (value_serialization, "_serialize_dataset", 2),
    "arguments are sent": (STUB, "create_value", 1),
    "the call is made": (STUB, "create_call", 1),
    "the result is fetched": (STUB, "compute", 1),
    "values are thrown away": (STUB, "dispose", 1),
}


def happening(monkeypatch, owner, name, number, before=lambda: None, after=lambda: None):
    """Has something happen before and after the call of that number, once."""
    method = getattr(owner, name)
    calls = itertools.count(1)

    def call(*args):
        it_is = next(calls) == number
        if it_is:
            before()
        result = method(*args)
        if it_is:
            after()
        return result

    monkeypatch.setattr(owner, name, call)


def interrupt():
    """Presses Ctrl-C, and goes on when the notebook does not wait any more."""
    press_ctrl_c()
    ends = time.monotonic() + 0.2  # of what is done after a result, no one knows
    while not context.is_abandoned() and time.monotonic() < ends:
        time.sleep(0.001)


@pytest.mark.parametrize("when", ["before", "in the middle", "after"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_round_that_is_interrupted(moment, when, alone, hears_ctrl_c, monkeypatch):
    interrupts.protect_from_ctrl_c()
    one, other = cohort(1, 1), cohort(2, 1)
    state = first_state(0.01)  # there, and the computation at the worker
    process().next(state, other)
    at_once = threading.Thread(target=press_ctrl_c)
    does = {
        "before": {"before": interrupt},
        "in the middle": {"before": at_once.start},
        "after": {"after": interrupt},
    }
    with monkeypatch.context() as patched, within(PROMPT), pytest.raises(KeyboardInterrupt):
        happening(patched, *MOMENTS[moment], **does[when])
        process().next(state, one)
        time.sleep(PROMPT)  # values are thrown away after the round
    assert digits(one) == alone(digits, one)
    assert a_round(1, 1) == alone(a_round, 1, 1)
    assert digits(other) == alone(digits, other)
    assert a_round(2, 2) == alone(a_round, 2, 2)


def test_an_interrupt_while_this_thread_throws_values_away(alone, hears_ctrl_c, monkeypatch):
    """As where Python collects garbage in the notebook's own thread."""
    interrupts.protect_from_ctrl_c()
    assert a_round(1, 1) == alone(a_round, 1, 1)
    executor = engine._factories[0].create_executor({tff.CLIENTS: 3})
    value = asyncio.run(executor.create_value(np.float32(1.0), tff.TensorType(np.float32)))
    happening(monkeypatch, STUB, "dispose", 1, before=press_ctrl_c)
    with within(PROMPT), pytest.raises(KeyboardInterrupt):
        del value
        time.sleep(PROMPT)
    assert not executor._unused
    assert a_round(1, 1) == alone(a_round, 1, 1)
    assert a_round(2, 2) == alone(a_round, 2, 2)


# A worker that is lost.


def test_a_worker_that_is_lost_between_two_rounds(alone):
    clients = cohort(1, 1)
    for args in ((1, 2), (2, 1), (1, 3)):
        assert digits(clients) == alone(digits, clients)
        kill_and_wait(runtime.worker_pid())
        assert a_round(*args) == alone(a_round, *args)


@pytest.mark.parametrize(
    "moment", ["arguments are sent", "the call is made", "the result is fetched"]
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_worker_that_is_lost_in_a_round(moment, when, alone, monkeypatch):
    clients = cohort(1, 1)
    assert digits(clients) == alone(digits, clients)
    with monkeypatch.context() as patched, contextlib.suppress(runtime.WorkerError):
        happening(patched, *MOMENTS[moment], **{when: lambda: kill_and_wait(runtime.worker_pid())})
        process().next(first_state(0.01), clients)
    assert a_round(1, 2) == alone(a_round, 1, 2)
    assert digits(clients) == alone(digits, clients)
    assert a_round(2, 2) == alone(a_round, 2, 2)


def test_one_of_two_workers_that_is_lost(one_worker_afterwards, monkeypatch):
    fl_course.use_workers(2)
    rounds = [(1, 1), (1, 2), (2, 1), (1, 3)]
    wanted = [a_round(*args) for args in rounds]
    happening(
        monkeypatch, STUB, "compute", 2, before=lambda: kill_and_wait(runtime.worker_pids()[0])
    )
    found = [a_round(*rounds[0])]
    kill_and_wait(runtime.worker_pids()[1])
    found += [a_round(*args) for args in rounds[1:3]]
    kill_and_wait(runtime.worker_pids()[0])
    assert [*found, a_round(*rounds[3])] == wanted


# A dataset that has changed.


@tff.tensorflow.computation(tff.SequenceType(np.float32))
def order(numbers):
    """A number for what is in a dataset, and in which order."""

    def step(so_far, x):
        return (31 * so_far + tf.cast(1000 * x, tf.int64)) % 1_000_003

    return numbers.reduce(tf.constant(0, tf.int64), step)


def order_of(numbers):
    """The same by NumPy, of an array or a list."""
    thousandths = (np.float32(1000) * np.asarray(numbers, np.float32)).astype(np.int64)
    return functools.reduce(lambda so_far, x: (31 * so_far + int(x)) % 1_000_003, thousandths, 0)


BATCHES = tff.SequenceType(
    collections.OrderedDict(
        x=tff.TensorType(np.float32, [None, 2]), y=tff.TensorType(np.int32, [None])
    )
)


@tff.tensorflow.computation(BATCHES)
def order_of_batches(batches):
    def step(so_far, batch):
        places = tf.range(1, 1 + tf.size(batch["y"], tf.int64), dtype=tf.int64)
        pixels = tf.reduce_sum(tf.cast(1000 * batch["x"], tf.int64) * [3, 7], axis=1)
        seen = tf.reduce_sum(places * (pixels + tf.cast(batch["y"], tf.int64)))
        return (31 * so_far + seen) % 1_000_003

    return batches.reduce(tf.constant(0, tf.int64), step)


ONES = np.ones(3, np.float32)


def add_variable():
    variable = tf.Variable(0.0)
    return tf.data.Dataset.from_tensor_slices(ONES).map(lambda x: x + variable), variable.assign


def keep_below():
    variable = tf.Variable(0.0)
    numbers = tf.data.Dataset.from_tensor_slices(np.arange(6, dtype=np.float32))
    return numbers.filter(lambda x: x < variable).batch(2).unbatch().prefetch(1), variable.assign


def inner_dataset():
    variable = tf.Variable(0.0)

    def twice(x):
        return tf.data.Dataset.from_tensors(x * variable).repeat(2)

    return tf.data.Dataset.from_tensor_slices(ONES).flat_map(twice), variable.assign


def cache():
    dataset, change = add_variable()
    return dataset.cache(), change


def look_up():
    table = tf.lookup.experimental.MutableHashTable(tf.int64, tf.float32, -1.0)

    def change(value):
        table.insert(tf.constant([1], tf.int64), tf.constant([value]))

    def found(x):
        return tf.reshape(table.lookup(x), [])

    return tf.data.Dataset.range(3).map(found), change


def draw():
    generator = tf.random.Generator.from_seed(1)
    drawn = tf.data.Dataset.from_tensor_slices(ONES).map(lambda x: x * generator.uniform([]))
    return drawn, lambda value: generator.reset_from_seed(int(value))


CHANGING = [add_variable, keep_below, inner_dataset, cache, look_up, draw]


@pytest.mark.parametrize("make", CHANGING)
def test_a_dataset_that_reads_what_can_change(make, alone):
    dataset, change = make()
    seen = []
    for value in (1.0, 2.0, 2.0, 5.0, 1.0):
        change(value)
        seen.append(int(order(dataset)))
        assert seen[-1] == alone(order, dataset)
        if make not in (cache, draw):  # what this process reads stays there, or is the next
            assert seen[-1] == order_of(list(dataset.as_numpy_iterator()))
    assert seen[0] == seen[4] != seen[1] == seen[2] != seen[3] != seen[0]


def test_batches_of_examples_that_can_change(alone):
    """From round to round, with another seed each: as from a client's graph but for the seeds."""
    variable = tf.Variable(0.0)
    examples = tf.data.Dataset.from_tensor_slices(
        {"pixels": np.arange(24, dtype=np.float32).reshape(12, 2), "label": np.arange(12)}
    ).map(lambda e: {"pixels": e["pixels"] + variable, "label": tf.cast(e["label"], tf.int32)})
    seen = []
    for seed, value in itertools.product((1, 2, 3), (1.0, 2.0)):
        variable.assign(value)
        batches = preprocessing.preprocess(examples, batch_size=5, epochs=2, seed=seed)
        for _ in range(2):
            seen.append(int(order_of_batches(batches)))
            assert seen[-1] == alone(order_of_batches, batches)
            variable.assign(value + 10)
    assert len({*seen}) == len(seen)


def slices(pixels, labels):
    examples = {"pixels": pixels, "label": labels}
    return preprocessing.preprocess(tf.data.Dataset.from_tensor_slices(examples))


def derived(pixels, labels):
    examples = tf.data.Dataset.from_tensor_slices({"pixels": pixels, "label": labels})
    return preprocessing.preprocess(examples.take(10**6))


def arrays(pixels, labels):
    clients = data.from_arrays(["a"] * len(labels), pixels=pixels, label=labels, classes=[*"abcd"])
    return preprocessing.make_federated_data(clients, ["a"])[0]


def table(pixels, labels):
    frame = pd.DataFrame({"client": "a", "label": labels, "p": pixels[:, 0], "q": pixels[:, 1]})
    with_table = data.from_table(frame, client="client", label="label", classes=[*range(4)])
    (batches,) = preprocessing.make_federated_data(with_table, ["a"])
    frame[["p", "q"]] = 77.0
    return batches


@pytest.mark.parametrize("make", [slices, derived, arrays, table])
def test_arrays_that_are_changed_in_place_are_another_dataset_only(make, alone):
    """As in TFF, a dataset has a copy; one that is made again has the arrays as they are then."""
    rng = np.random.default_rng(3)
    pixels = rng.random((20, 2), np.float32)
    labels = np.arange(20, dtype=np.int32) % 4
    first = make(pixels, labels)
    before = int(order_of_batches(first))
    assert before == alone(order_of_batches, first)
    pixels *= 2
    labels[:] = labels[::-1].copy()
    assert int(order_of_batches(first)) == before == alone(order_of_batches, first)
    second = make(pixels, labels)
    after = int(order_of_batches(second))
    assert after == alone(order_of_batches, second) != before
    assert int(order_of_batches(first)) == before


class Moody(tff.simulation.datasets.ClientData):
    """A client that has other examples each time it is asked, as many and of the same shape."""

    client_ids = ("a",)
    serializable_dataset_fn = None
    element_type_structure = None

    def __init__(self, change=lambda dataset: dataset):
        self._numbers = itertools.count(1)
        self._change = change

    def create_tf_dataset_for_client(self, client_id):
        labels = np.full(4, next(self._numbers), np.int32)
        examples = {"label": labels, "pixels": np.zeros((4, 2), np.float32)}
        return self._change(tf.data.Dataset.from_tensor_slices(examples))


@pytest.mark.parametrize("change", [lambda dataset: dataset, lambda dataset: dataset.take(3)])
def test_a_client_that_has_others_each_time(change, alone):
    moody = Moody(change)
    seen = []
    for _ in range(4):
        (batches,) = preprocessing.make_federated_data(moody, ["a"])
        seen.append(int(order_of_batches(batches)))
        assert seen[-1] == alone(order_of_batches, batches)
        gc.collect()
    assert len({*seen}) == 4


def test_what_pythons_own_generators_give_is_refused_each_time():
    numbers = itertools.count(1)
    spec = tf.TensorSpec([], tf.float32)

    def three():
        yield from (next(numbers) for _ in range(3))

    dataset = tf.data.Dataset.from_generator(three, output_signature=spec)
    for turn in range(3):
        with pytest.raises(runtime.ComputationError, match="program without Python"):
            order(dataset)
        given = [*three()]  # what the message says to do
        assert given == [3 * turn + 1, 3 * turn + 2, 3 * turn + 3]
        sent = tf.data.Dataset.from_tensor_slices(np.array(given, np.float32))
        assert int(order(sent)) == order_of(given)


def test_the_same_client_in_other_client_data(alone):
    one, other = own_data(1), own_data(2)
    taken = {of: of.create_tf_dataset_for_client("b").take(9) for of in (one, other)}
    for seed in (1, 2, 3, 4):  # the third time, from a client's graph but for the seeds
        for clients in (one, other):
            examples = clients.create_tf_dataset_for_client("b")
            batches = [
                preprocessing.preprocess(made, batch_size=4, seed=seed)
                for made in (examples, examples.take(9), taken[clients])
            ]
            assert digits(batches) == alone(digits, batches)


def test_a_dataset_with_the_place_in_memory_of_one_that_is_gone():
    places = set()
    for number in range(25):
        wanted = order_of([number] * 3)
        dataset = tf.data.Dataset.from_tensor_slices(np.full(3, number, np.float32))
        places.add(id(dataset))
        assert int(order(dataset)) == wanted
        labels = {"label": np.full(3, number, np.int32), "pixels": np.zeros((3, 2), np.float32)}
        batches = preprocessing.preprocess(tf.data.Dataset.from_tensor_slices(labels).take(3))
        assert int(order_of_batches(batches)) == 6 * number
        del dataset, batches
        gc.collect()
    assert len(places) < 25


@pytest.mark.parametrize("cached", [False, True])
def test_a_file_that_is_written_anew(cached, tmp_path, alone):
    path = tmp_path / "numbers.txt"
    dataset = tf.data.TextLineDataset(str(path)).map(
        lambda line: tf.strings.to_number(line, tf.float32)
    )
    if cached:
        dataset = dataset.cache().repeat(2)
    for numbers in ([1, 2], [3, 4, 5], [6]):
        path.write_text("\n".join(map(str, numbers)))
        wanted = order_of(numbers * (2 if cached else 1))
        assert int(order(dataset)) == alone(order, dataset) == wanted


# More than is kept.


@pytest.fixture
def little_is_kept(monkeypatch):
    engine._factories[0].end_worker("a test begins with nothing kept")
    monkeypatch.setattr(exchanges, "_KEPT_COMPUTATIONS", 2)
    monkeypatch.setattr(client_data, "_KEPT_TEMPLATES", 1)
    monkeypatch.setattr(client_data, "_KEPT_BYTES", 10_000)
    monkeypatch.setattr(client_data, "_packer", client_data._Packer())
    monkeypatch.setattr(pseudo, "_KNOWN", 2)
    monkeypatch.setattr(pseudo, "_KEPT", 2)
    for owner, name in (
        (array_graphs, "_template"),
        (compiled_once, "_optimized"),
        (compiled_once, "_type_of_bytes"),
        (preprocessing, "_batches"),
        (preprocessing, "_batches_of_inputs"),
    ):
        smaller = functools.lru_cache(maxsize=2)(getattr(owner, name).__wrapped__)
        monkeypatch.setattr(owner, name, smaller)


def test_more_clients_and_computations_than_are_kept(little_is_kept, alone):
    train, _ = data.load()
    clients = data.pseudo_clients(train, 40, seed=1)
    others = data.pseudo_clients(train, 40, seed=2)
    spec = preprocessing.preprocess(clients.create_tf_dataset_for_client("writer_00-0"))
    sequence = tff.SequenceType(tff.types.tensorflow_to_type(spec.element_spec))

    def summing(factor):
        @tff.tensorflow.computation(sequence)
        def seen(batches):
            def step(so_far, batch):
                places = tf.range(1, 1 + tf.size(batch["y"], tf.int64), dtype=tf.int64)
                pixels = tf.cast(tf.reduce_sum(tf.cast(99 * batch["x"], tf.int32), 1), tf.int64)
                labels = tf.cast(batch["y"], tf.int64)
                more = tf.reduce_sum(places * (factor * labels + pixels))
                return (31 * so_far + more) % 1_000_003

            return batches.reduce(tf.constant(0, tf.int64), step)

        @tff.federated_computation(tff.FederatedType(sequence, tff.CLIENTS))
        def of_clients(cohort):
            return tff.federated_map(seen, cohort)

        return of_clients

    computations = [summing(factor) for factor in (1, 2, 3)]
    options = [
        {"batch_size": size, "epochs": epochs, "seed": size} for size in (5, 9) for epochs in (1, 2)
    ]
    seen = []
    for turn in range(2):
        for number in range(11):  # TFF keeps the executors of ten numbers of clients
            of = (clients, others)[number % 2]
            ids = of.client_ids[number : 2 * number + 1]
            made = preprocessing.make_federated_data(of, ids, **options[number % len(options)])
            if number % 3 == 0:  # not by its arrays
                made = [
                    preprocessing.preprocess(of.create_tf_dataset_for_client(i).take(15), seed=turn)
                    for i in ids
                ]
            compute = computations[(number + turn) % len(computations)]
            seen.append([int(x) for x in compute(made)])
            assert seen[-1] == [int(x) for x in alone(compute, made)]
    assert len({*map(tuple, seen)}) == len(seen)
