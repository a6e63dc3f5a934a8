"""What the notebook and its worker say to each other, and what the worker keeps."""

import collections
import gc
import time

import numpy as np
import pytest

import fl_course

fl_course.setup()

import tensorflow as tf  # noqa: E402
import tensorflow_federated as tff  # noqa: E402
from tensorflow_federated.proto.v0 import executor_pb2  # noqa: E402

from fl_course import data, models, preprocessing  # noqa: E402
from fl_course.runtime import context, engine, exchanges  # noqa: E402

NUMBERS = tff.FederatedType(np.int32, tff.CLIENTS)


@pytest.fixture
def asked(monkeypatch):
    """The requests that a worker gets, in order: (kind, request)."""
    requests = []

    def note(kind, method):
        def noted(stub, request):
            requests.append((kind, request))
            return method(stub, request)

        return noted

    stub = context._SupervisedStub
    for kind in (
        *("get_executor", "create_value", "create_struct", "create_call", "create_selection"),
        *("compute", "dispose", "dispose_executor"),
    ):
        monkeypatch.setattr(stub, kind, note(kind, getattr(stub, kind)))
    return requests


@pytest.fixture
def adding():
    @tff.federated_computation(NUMBERS, tff.FederatedType(np.int32, tff.SERVER))
    def adding(numbers, more):
        return tff.federated_sum(numbers), more

    return adding


def kinds(requests):
    return [kind for kind, _ in requests]


def until(condition):
    """Waits for what comes after a result is there."""
    ends = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends, "it did not come within 10 seconds"
        time.sleep(0.01)


def times(factor):
    @tff.tensorflow.computation(np.int32)
    def times(x):
        return x * factor

    return times


def test_a_round_is_three_exchanges_and_one_that_throws_away(asked):
    train, _ = data.load()
    process = tff.learning.algorithms.build_weighted_fed_avg(
        models.functional_model(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.02),
        server_optimizer_fn=tff.learning.optimizers.build_sgdm(1.0),
    )
    cohort = preprocessing.make_federated_data(train, train.client_ids[:3])
    state = process.next(process.initialize(), cohort).state
    until(lambda: asked[-1][0] == "dispose")
    asked.clear()
    process.next(state, cohort)
    until(lambda: asked[-1][0] == "dispose")
    assert kinds(asked) == ["create_value", "create_call", "compute", "dispose"]


def test_all_values_but_the_computations_are_thrown_away(asked, monkeypatch, adding):
    made = []
    create = exchanges.remote_executor.RemoteValue.__init__
    monkeypatch.setattr(
        exchanges.remote_executor.RemoteValue,
        "__init__",
        lambda self, ref, *args: (made.append(ref.id), create(self, ref, *args))[1],
    )
    for number in range(4):
        assert adding([number, 2], 5) == (number + 2, 5)
    assert len(made) == 8  # four arguments and four results

    def thrown_away():
        gc.collect()
        disposed = [request for kind, request in asked if kind == "dispose"]
        return {ref.id for request in disposed for ref in request.value_ref} == set(made)

    until(thrown_away)


@pytest.fixture
def few_are_kept(monkeypatch):
    engine._factories[0].end_worker("a test begins with nothing kept")
    monkeypatch.setattr(exchanges, "_KEPT_COMPUTATIONS", 3)


def test_a_computation_that_is_made_anew_is_not_taken_for_one_that_is_gone(few_are_kept):
    seen = []
    for factor in range(10):
        seen.append(int(times(factor)(2)))  # the next one may get the last one's id
        gc.collect()
    assert seen == [2 * factor for factor in range(len(seen))]


def test_the_worker_keeps_a_bounded_number_of_computations(asked, few_are_kept):
    computations = [times(factor) for factor in range(6)]
    for computation in [*computations, computations[0]]:
        computation(1)
    until(lambda: asked[-1][0] == "dispose")
    sent = sum(kind == "create_value" and r.value.HasField("computation") for kind, r in asked)
    assert sent == len(computations) + 1  # the first one was thrown away meanwhile
    executor = engine._factories[0].create_executor({})
    assert len(executor._kept) <= 3


def test_an_executor_that_tff_forgets_goes_at_the_worker_too(asked, adding):
    for clients in range(1, 31):
        assert adding([1] * clients, 0) == (clients, 0)
    gc.collect()
    count = collections.Counter(kinds(asked))
    assert count["dispose_executor"] >= count["get_executor"] - 11  # TFF keeps ten
    assert adding([1], 0) == (1, 0)


def test_after_a_worker_that_was_lost_everything_is_sent_again(adding):
    assert adding([1, 2], 3) == (3, 3)
    engine._factories[0].end_worker("a test ended it")
    assert adding([1, 2], 3) == (3, 3)


def test_after_an_error_everything_is_sent_again(adding):
    @tff.tensorflow.computation(np.int32)
    def reciprocal(x):
        return 10 // x

    assert reciprocal(5) == 2
    with pytest.raises(context.ComputationError):
        reciprocal(0)
    assert reciprocal(5) == 2
    assert adding([1, 2], 3) == (3, 3)


def test_arguments_by_name_keep_their_order():
    @tff.tensorflow.computation(np.int32, np.int32)
    def less(x, y):
        return x - y

    assert less(7, 2) == 5
    assert less(y=2, x=7) == 5


@pytest.mark.parametrize(
    "arguments", [([1, 2],), ([1, 2], "text"), (3, 4), ([1, 2], 3, 4), ([1, 2], [3])]
)
def test_a_wrong_argument_is_told_as_tff_tells_it(adding, arguments):
    with pytest.raises((TypeError, ValueError)):
        adding(*arguments)
    assert adding([1, 2], 3) == (3, 3)


PAIR = collections.OrderedDict(a=np.int32, b=tff.TensorType(np.float32, [2]))
VALUES = (
    (3, np.int32),
    ([1.0, 2.0], tff.TensorType(np.float32, [2])),
    ({"a": 1, "b": np.ones(2, np.float32)}, PAIR),
    ([], tff.StructType([])),
    ((1, (2, 3)), (np.int32, [np.int32, np.int32])),
    ([1, 2, 3], NUMBERS),
    ([], NUMBERS),
    (5, tff.FederatedType(np.int32, tff.SERVER)),
    (
        [{"a": k, "b": np.zeros(2, np.float32)} for k in (1, 2)],
        tff.FederatedType(PAIR, tff.CLIENTS),
    ),
    (([1, 2], 7), (NUMBERS, tff.FederatedType(np.int32, tff.SERVER))),
    (
        [tf.data.Dataset.range(2), tf.data.Dataset.range(3)],
        tff.FederatedType(tff.SequenceType(np.int64), tff.CLIENTS),
    ),
)


@pytest.mark.parametrize(("value", "type_spec"), VALUES)
def test_a_value_is_written_as_tff_writes_it(value, type_spec):
    type_spec = tff.to_type(type_spec)
    written = executor_pb2.Value()
    exchanges.write_value(written, value, type_spec)
    by_tff, _ = exchanges.value_serialization.serialize_value(value, type_spec)
    assert written.SerializeToString(deterministic=True) == by_tff.SerializeToString(
        deterministic=True
    )


@pytest.mark.parametrize(
    ("value", "type_spec"),
    [
        ([1, 2, 3], (np.int32, np.int32)),
        ((1, 2), NUMBERS),
        ("text", np.int32),
        ([1, "text"], NUMBERS),
        ([1], tff.SequenceType(PAIR)),
    ],
)
def test_a_value_of_another_type_is_refused_as_tff_does(value, type_spec):
    type_spec = tff.to_type(type_spec)
    with pytest.raises(Exception) as by_tff:
        exchanges.value_serialization.serialize_value(value, type_spec)
    with pytest.raises(type(by_tff.value)) as ours:
        exchanges.write_value(executor_pb2.Value(), value, type_spec)
    assert str(ours.value) == str(by_tff.value)


def test_streamed_structures_travel_in_parts(asked):
    with tff.framework.get_context_stack().install(
        tff.framework.SyncExecutionContext(
            context._local_cpp_executor_factory(stream_structs=True),
            compiler_fn=context.compile_native,
            transform_args=tff.tensorflow.transform_args,
            transform_result=tff.tensorflow.transform_result,
        )
    ):

        @tff.tensorflow.computation(np.int32, np.int32)
        def less(x, y):
            return x - y

        assert less(7, 2) == 5
    assert "create_struct" in kinds(asked)
