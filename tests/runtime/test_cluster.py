"""Clients spread over several workers: the same results, also when workers are lost."""

import collections
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent import futures

import grpc
import numpy as np
import psutil
import pytest

import fl_course

fl_course.setup()

import tensorflow as tf  # noqa: E402
import tensorflow_federated as tff  # noqa: E402
from tensorflow_federated.proto.v0 import executor_pb2, executor_pb2_grpc  # noqa: E402

from fl_course import data, localization, models, preprocessing, runtime  # noqa: E402
from fl_course.runtime import ComputationError, WorkerError, cores  # noqa: E402
from tests.runtime.meanwhile import (  # noqa: E402
    PROMPT,
    once_at_work,
    press_ctrl_c,
    within,
)

COMMAND_LINE = [sys.executable, "-c", "from fl_course.cli import main; main()"]
NUMBERS = tff.FederatedType(tff.SequenceType(np.int64), tff.CLIENTS)
SGD = tff.learning.optimizers.build_sgdm


@pytest.fixture(autouse=True)
def one_worker_afterwards():
    yield
    fl_course.use_workers(1)


@contextlib.contextmanager
def served_worker(*options: str):
    """A worker as the command line starts it; gives its address and the command's process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving(port, *options) as process:
        yield f"127.0.0.1:{port}", process


@contextlib.contextmanager
def serving(port: int, *options: str):
    process = subprocess.Popen(
        [*COMMAND_LINE, "worker", "--port", str(port), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert "serves at" in process.stdout.readline()
        yield process
    finally:
        process.terminate()
        process.wait(PROMPT)


@pytest.fixture(scope="module")
def process():
    return tff.learning.algorithms.build_weighted_fed_avg(
        models.functional_model(),
        client_optimizer_fn=SGD(0.02),
        server_optimizer_fn=SGD(1.0),
    )


@pytest.fixture(scope="module")
def cohort():
    train, _ = data.load("digits")
    return preprocessing.make_federated_data(train, train.client_ids[:9], epochs=2)


@pytest.fixture(scope="module")
def long_cohort(cohort):
    """A round long enough for a worker to be lost in the middle."""
    return cohort * 10


def trained(process, cohort, rounds: int = 2, *, before_last=None) -> list[np.ndarray]:
    state = process.initialize()
    for i in range(rounds):
        if before_last is not None and i == rounds - 1:
            before_last()
        output = process.next(state, cohort)
        state = output.state
    loss = output.metrics["client_work"]["train"]["loss"]
    return [*process.get_model_weights(state).trainable, np.asarray(loss)]


def same_bits(one, other) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def close(one, other) -> bool:
    return all(np.abs(a - b).max() < 1e-6 for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("workers", [2, 3])
def test_training_gives_the_same_as_with_one_worker(workers, process, cohort, capsys):
    alone = trained(process, cohort)
    fl_course.use_workers(workers)
    clients = cores.usable() // workers
    clients = "one client" if clients < 2 else f"{clients} clients"
    said = f"{workers} workers on this machine, {clients} at a time each\n"
    assert capsys.readouterr().out.endswith(said)
    assert len(set(runtime.worker_pids())) == workers
    spread = trained(process, cohort)
    assert close(alone, spread)
    assert same_bits(spread, trained(process, cohort))


def test_every_worker_takes_part(process, cohort):
    fl_course.use_workers(2)

    def used() -> list[float]:
        times = [psutil.Process(pid).cpu_times() for pid in runtime.worker_pids()]
        return [t.user + t.system for t in times]

    before = used()
    trained(process, cohort)
    assert all(after - then > 0.01 for after, then in zip(used(), before, strict=True))


def test_results_of_clients_come_back_in_their_order():
    @tff.federated_computation(NUMBERS)
    def sums(numbers):
        def total(dataset):
            return dataset.reduce(np.int64(0), lambda state, x: state + x)

        return tff.federated_map(
            tff.tensorflow.computation(total, tff.SequenceType(np.int64)), numbers
        )

    # The first ones take longest, so that the last part is done first.
    sizes = [40_000, 40_000, 5, 4, 3, 2, 1]
    cohort = [tf.data.Dataset.range(size) for size in sizes]
    expected = [size * (size - 1) // 2 for size in sizes]
    assert [int(x) for x in sums(cohort)] == expected
    fl_course.use_workers(3)
    assert [int(x) for x in sums(cohort)] == expected


def test_what_has_no_clients_is_computed_too():
    fl_course.use_workers(2)

    @tff.tensorflow.computation(np.int32)
    def double(x):
        return 2 * x

    @tff.federated_computation(tff.FederatedType(np.int32, tff.SERVER))
    def double_at_server(x):
        return tff.federated_map(double, x)

    assert double(21) == 42
    assert double_at_server(4) == 8


def test_an_aggregate_of_an_aggregate_is_left_on_one_worker():
    """TFF can't split it, as it has no single place where the workers' parts meet."""

    @tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
    def variance(values):
        mean = tff.federated_broadcast(tff.federated_mean(values))
        squares = tff.federated_map(
            tff.tensorflow.computation(lambda x, m: (x - m) ** 2, (np.float32, np.float32)),
            (values, mean),
        )
        return tff.federated_mean(squares)

    fl_course.use_workers(2)
    assert variance([1.0, 2.0, 3.0, 6.0]) == 3.5


def test_named_results_keep_their_names():
    @tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
    def both(values):
        named = collections.OrderedDict(
            total=tff.federated_sum(values), mean=tff.federated_mean(values)
        )
        return tff.federated_zip(named)

    fl_course.use_workers(2)
    assert both([1.0, 2.0, 6.0]) == collections.OrderedDict(total=9.0, mean=3.0)


def kill_while_busy(pid: int) -> threading.Thread:
    """Kills a worker some time after it has begun to compute."""
    worker = psutil.Process(pid)
    idle = worker.cpu_times().user

    def kill() -> None:
        while worker.cpu_times().user < idle + 0.02:
            time.sleep(0.001)
        worker.kill()

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize("which", [0, 1])
def test_the_part_of_a_killed_worker_is_computed_again(which, process, long_cohort, capsys):
    fl_course.use_workers(2)
    expected = trained(process, long_cohort)
    pids = runtime.worker_pids()
    found = trained(process, long_cohort, before_last=lambda: kill_while_busy(pids[which]))
    assert same_bits(found, expected)
    assert "A worker was lost once; its part" in capsys.readouterr().out
    assert runtime.worker_pids()[which] != pids[which]
    assert runtime.worker_pids()[1 - which] == pids[1 - which]


def test_a_stopped_worker_is_found_out_and_replaced(process, cohort, impatient_watchdog):
    fl_course.use_workers(2)
    expected = trained(process, cohort)
    stop = lambda: os.kill(runtime.worker_pids()[1], signal.SIGSTOP)  # noqa: E731
    with within(PROMPT):
        assert same_bits(trained(process, cohort, before_last=stop), expected)


def test_an_error_in_a_clients_work_is_the_learners(capsys):
    fl_course.use_workers(2)

    @tff.tensorflow.computation(np.float32)
    def picky(x):
        with tf.control_dependencies([tf.debugging.assert_positive(x, message="too small")]):
            return x + 0.0

    @tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
    def total(values):
        return tff.federated_sum(tff.federated_map(picky, values))

    pids = runtime.worker_pids()
    with pytest.raises(ComputationError, match="too small"):
        total([1.0, 2.0, 3.0, -4.0])
    assert total([1.0, 2.0, 3.0, 4.0]) == 10.0
    assert runtime.worker_pids() == pids


def test_an_interrupt_ends_the_call_and_the_next_one_runs(process, cohort, hears_ctrl_c):
    fl_course.use_workers(2)
    expected = trained(process, cohort)

    @tff.federated_computation(NUMBERS)
    def endless(numbers):
        def total(dataset):
            return dataset.repeat().reduce(np.int64(0), lambda state, x: state ^ x)

        return tff.federated_sum(
            tff.federated_map(
                tff.tensorflow.computation(total, tff.SequenceType(np.int64)), numbers
            )
        )

    numbers = [tf.data.Dataset.range(5) for _ in range(4)]
    at_work = once_at_work(runtime.worker_pids()[1], press_ctrl_c)
    with at_work, within(PROMPT), pytest.raises(KeyboardInterrupt):
        endless(numbers)
    assert same_bits(trained(process, cohort), expected)


def test_workers_elsewhere_are_used_again_after_an_interrupt(process, long_cohort, hears_ctrl_c):
    with served_worker() as (one, command), served_worker() as (other, _):
        fl_course.use_workers([one, other])
        expected = trained(process, long_cohort)
        worker = psutil.Process(command.pid).children()[0]
        with within(PROMPT):
            with once_at_work(worker.pid, press_ctrl_c), pytest.raises(KeyboardInterrupt):
                trained(process, long_cohort * 5)
            assert same_bits(trained(process, long_cohort), expected)


def test_workers_that_run_already(process, cohort, capsys):
    fl_course.use_workers(2)
    expected = trained(process, cohort)
    with served_worker() as (first, _), served_worker("--concurrency", "1") as (second, _):
        fl_course.use_workers([first, second])
        assert capsys.readouterr().out.endswith("2 workers at the given addresses\n")
        assert runtime.worker_pids() == []
        assert same_bits(trained(process, cohort), expected)


@pytest.mark.parametrize("which", [0, 1])
def test_the_part_of_a_lost_worker_is_computed_by_those_left(which, process, long_cohort, capsys):
    with served_worker() as one, served_worker() as other:
        served = [one, other]
        fl_course.use_workers([address for address, _ in served])
        expected = trained(process, long_cohort)
        worker = psutil.Process(served[which][1].pid).children()[0]
        found = trained(process, long_cohort, before_last=lambda: kill_while_busy(worker.pid))
        assert same_bits(found, expected)
        assert "A worker was lost once; its part" in capsys.readouterr().out
        # From then on, by the one that is left, with the same parts and so the same sums.
        assert same_bits(trained(process, long_cohort), expected)


def test_a_stopped_worker_elsewhere_is_found_out(process, cohort, impatient_watchdog):
    with served_worker() as (one, _), served_worker() as (other, command):
        fl_course.use_workers([one, other])
        expected = trained(process, cohort)
        worker = psutil.Process(command.pid).children()[0]
        with within(PROMPT):
            assert same_bits(trained(process, cohort, before_last=worker.suspend), expected)


def test_no_worker_left_is_told(process, cohort):
    with served_worker() as (address, command):
        fl_course.use_workers([address])
        trained(process, cohort, rounds=1)
        command.terminate()
        command.wait(PROMPT)
        with within(PROMPT), pytest.raises(WorkerError, match=f"The worker at {address} "):
            trained(process, cohort, rounds=1)
        none_left = "None of the workers can be reached any more"
        with within(PROMPT), pytest.raises(WorkerError, match=none_left):
            trained(process, cohort, rounds=1)
    fl_course.use_workers(1)
    trained(process, cohort, rounds=1)


def test_a_worker_that_comes_back_is_used_again(process, cohort, monkeypatch):
    from fl_course.runtime import cluster

    monkeypatch.setattr(cluster, "_AVOID", 0.0)
    with served_worker() as (address, command):
        fl_course.use_workers([address])
        expected = trained(process, cohort)
        worker = psutil.Process(command.pid).children()[0]
        worker.kill()
        command.wait(PROMPT)
    with pytest.raises(WorkerError):
        trained(process, cohort)
    with serving(int(address.rpartition(":")[2])):
        assert same_bits(trained(process, cohort), expected)


def test_too_few_clients_are_told(process, cohort):
    fl_course.use_workers(3)
    state = process.initialize()
    with pytest.raises(ValueError, match="2 clients can't be spread over 3 workers"):
        process.next(state, cohort[:2])
    too_few = pytest.raises(ValueError, match="클라이언트 2개를 워커 3개에 나누어 맡길 수 없습니다")
    with localization.speaking("ko"), too_few:
        process.next(state, cohort[:2])
    with pytest.raises(ValueError, match="There are no clients in this call"):
        process.next(state, [])
    process.next(state, cohort[:3])


def test_nothing_is_computed_from_no_one():
    """With one worker TFF's own answer stands: zero, or NaN; Federated Core shows it."""

    @tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
    def total(values):
        return tff.federated_sum(values)

    assert total([]) == 0.0
    fl_course.use_workers(2)
    with pytest.raises(ValueError, match="There are no clients in this call"):
        total([])


def test_no_clients_are_told_with_one_worker_too(process):
    with pytest.raises(ValueError, match="There are no clients in this call"):
        process.next(process.initialize(), [])


WRONG = {
    "0": (0, "workers must be an integer of 1 or more, and it is 0"),
    "negative": (-1, "and it is -1"),
    "bool": (True, "and it is True"),
    "fraction": (1.5, "and it is 1.5"),
    "none": (None, "and it is None"),
    "empty": ([], "workers is an empty list"),
    "text": ("10.0.0.5:8000", r"For one address, write \['10.0.0.5:8000'\]"),
    "no port": (["10.0.0.5"], "written as 'host:port'.*'10.0.0.5'"),
    "port out of range": (["10.0.0.5:70000"], "written as 'host:port'"),
    "with a scheme": (["http://10.0.0.5:8000"], "written as 'host:port'"),
    "a number in the list": ([8000], "written as 'host:port'.*8000"),
    "twice": (["10.0.0.5:8000", "10.0.0.5:8000"], "'10.0.0.5:8000' twice"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_workers_are_told(name):
    workers, message = WRONG[name]
    pid = runtime.worker_pid()
    with pytest.raises(ValueError, match=message):
        fl_course.use_workers(workers)
    assert runtime.worker_pid() == pid


@pytest.mark.parametrize("concurrency", [0, -1, True, 1.5])
def test_wrong_concurrency_is_told(concurrency):
    with pytest.raises(ValueError, match="concurrency must be an integer of 1 or more"):
        fl_course.use_workers(2, concurrency=concurrency)


def test_concurrency_is_not_for_workers_that_run():
    with pytest.raises(ValueError, match="fl-course worker --concurrency"):
        fl_course.use_workers(["127.0.0.1:8000"], concurrency=2)


def test_concurrency_reaches_the_workers():
    fl_course.use_workers(2, concurrency=5)
    for pid in runtime.worker_pids():
        assert "--max_concurrent_computation_calls=5" in psutil.Process(pid).cmdline()


def cannot_be_used(address: str, message: str) -> None:
    """Asks for a worker that isn't one: told in time, and what was in use stays."""
    pid = runtime.worker_pid()
    with within(PROMPT), pytest.raises(WorkerError, match=message) as caught:
        fl_course.use_workers([address])
    assert str(caught.value).startswith(f"The worker at {address} can't be used: ")
    assert runtime.worker_pid() == pid


def test_an_address_where_nothing_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        port = taken.getsockname()[1]
        cannot_be_used(f"127.0.0.1:{port}", f"Connection refused.*fl-course worker --port {port}")


def test_a_name_that_does_not_exist():
    cannot_be_used("no-such-computer.invalid:8000", "no computer of that name is known")


def test_an_address_that_never_answers():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        address = silent.getsockname()
        # With its queue full, the kernel lets further connections wait: as behind a firewall.
        waiting = [socket.socket() for _ in range(3)]
        for connection in waiting:
            connection.setblocking(False)
            connection.connect_ex(address)
        cannot_be_used(f"127.0.0.1:{address[1]}", "nothing has answered there so far")
        for connection in waiting:
            connection.close()


def test_a_name_that_takes_too_long_to_look_up(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(3 * PROMPT))
    cannot_be_used("slow.invalid:8000", "nothing has answered there so far")


def test_a_server_that_accepts_and_says_nothing():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        cannot_be_used(f"127.0.0.1:{silent.getsockname()[1]}", "something is there that gives no")


def test_a_web_server():
    import http.server

    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        cannot_be_used(f"127.0.0.1:{server.server_port}", "it speaks no gRPC")
        server.shutdown()


class OtherAnswer(executor_pb2_grpc.ExecutorGroupServicer):
    """A worker that computes, and does not get what this version gets."""

    def GetExecutor(self, request, context):
        return executor_pb2.GetExecutorResponse(executor=executor_pb2.ExecutorId(id="0"))

    def CreateValue(self, request, context):
        return executor_pb2.CreateValueResponse(value_ref=executor_pb2.ValueRef(id="0"))

    def CreateCall(self, request, context):
        return executor_pb2.CreateCallResponse(value_ref=executor_pb2.ValueRef(id="1"))

    def Compute(self, request, context):
        return executor_pb2.ComputeResponse()

    def DisposeExecutor(self, request, context):
        return executor_pb2.DisposeExecutorResponse()


class OtherValues(OtherAnswer):
    """A worker that does not know the values that this version sends."""

    def CreateValue(self, request, context):
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "unknown kind of value")


class OtherMethods(executor_pb2_grpc.ExecutorGroupServicer):
    """A worker without the methods of this version."""


@pytest.mark.parametrize("servicer", [OtherAnswer, OtherValues, OtherMethods])
def test_a_worker_of_another_version(servicer):
    server = grpc.server(futures.ThreadPoolExecutor(2))
    executor_pb2_grpc.add_ExecutorGroupServicer_to_server(servicer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        cannot_be_used(
            f"127.0.0.1:{port}",
            f"not a worker of TFF {tff.__version__}.*Have the same version of the course",
        )
    finally:
        server.stop(None)


def test_all_that_can_not_be_used_are_named():
    with pytest.raises(WorkerError, match=r"127.0.0.1:1 .*\n.*127.0.0.1:2 "):
        fl_course.use_workers(["127.0.0.1:1", "127.0.0.1:2"])


def test_workers_before_setup():
    code = "import fl_course; fl_course.use_workers(2)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "SetupError: The engine is not running. Call fl_course.setup() first" in done.stderr


def test_workers_end_with_the_notebook():
    code = (
        "import fl_course; fl_course.setup(); fl_course.use_workers(3)\n"
        "print(*fl_course.runtime.worker_pids())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    pids = [int(pid) for pid in done.stdout.splitlines()[-1].split()]
    assert len(pids) == 3
    assert not any(psutil.pid_exists(pid) for pid in pids)
