"""Computations on a worker that dies, stops answering, is busy or is interrupted."""

import asyncio
import gc
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import grpc
import numpy as np
import psutil
import pytest
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import runtime
from fl_course.runtime import context as context_module
from tests.runtime.meanwhile import (
    PROMPT,
    after,
    kill_and_wait,
    once_at_work,
    press_ctrl_c,
    wait_until,
    within,
)

FOREVER = 10**12


@tff.tensorflow.computation(tf.int32)
def add_one(x):
    return x + 1


@tff.tensorflow.computation(tf.int64)
def count_long(n):
    return tf.data.Dataset.range(n).reduce(tf.constant(0, tf.int64), lambda total, x: total + x)


@tff.federated_computation(tff.FederatedType(np.int32, tff.CLIENTS))
def total(values):
    return tff.federated_sum(values)


def to_worker(number):
    """Sends a signal to the worker once it is at work."""
    pid = runtime.worker_pid()
    return once_at_work(pid, lambda: os.kill(pid, number))


def test_worker_killed_between_two_computations_is_no_error():
    assert add_one(1) == 2
    first = runtime.worker_pid()
    assert total([1, 2]) == 3  # an executor for two clients, which must not outlive its worker
    kill_and_wait(first)
    assert total([1, 2]) == 3
    assert runtime.worker_pid() != first


def test_worker_killed_in_the_middle_of_a_computation():
    assert add_one(1) == 2
    with (
        to_worker(signal.SIGKILL),
        within(PROMPT),
        pytest.raises(runtime.WorkerError, match="in the middle of a computation: it was killed"),
    ):
        count_long(FOREVER)
    assert add_one(2) == 3


def test_worker_that_crashes_names_the_signal():
    assert add_one(1) == 2
    with (
        to_worker(signal.SIGABRT),
        pytest.raises(runtime.WorkerError, match=r"signal SIGABRT .*a new worker starts by itself"),
    ):
        count_long(FOREVER)
    assert add_one(2) == 3


MEMORY_GROUPS = pathlib.Path("/sys/fs/cgroup/memory")


@pytest.mark.skipif(not os.access(MEMORY_GROUPS, os.W_OK), reason="no memory groups here")
def test_linux_ends_the_worker_for_want_of_memory():
    @tff.tensorflow.computation(tf.int32)
    def random_sum(n):
        return tf.reduce_sum(tf.random.uniform([n, 1_000_000]))

    assert random_sum(1) > 0
    group = MEMORY_GROUPS / f"fl-course-test-{os.getpid()}"
    group.mkdir()
    try:
        (group / "memory.limit_in_bytes").write_text(str(700 * 2**20))
        (group / "cgroup.procs").write_text(str(runtime.worker_pid()))
        with (
            within(PROMPT),
            pytest.raises(runtime.WorkerError, match=r"ran out of memory.*fewer clients"),
        ):
            random_sum(500)
        assert random_sum(1) > 0
    finally:
        group.rmdir()


def test_computation_that_wants_too_much_memory_is_told_so():
    @tff.tensorflow.computation(tf.int32)
    def huge(n):
        return tf.reduce_sum(tf.ones([n, n, n]))

    pid = runtime.worker_pid()
    with pytest.raises(runtime.ComputationError, match=r"OOM when allocating.*\n.*fewer clients"):
        huge(20_000)
    assert runtime.worker_pid() == pid
    assert huge(2) == 8


def until_all_is_thrown_away():
    """Waits for what comes after a result: a worker that is lost in it is no error."""
    context = tff.framework.get_context_stack().current
    context._async_runner.run_coro_and_return_result(asyncio.sleep(0.05))


def test_worker_that_stops_answering_in_the_middle_of_a_computation():
    assert add_one(1) == 2
    with (
        to_worker(signal.SIGSTOP),
        within(PROMPT),
        pytest.raises(runtime.WorkerError, match="it stopped answering, and was ended"),
    ):
        count_long(FOREVER)
    assert add_one(2) == 3


def test_worker_that_stopped_answering_before_a_computation(impatient_watchdog):
    assert add_one(1) == 2
    until_all_is_thrown_away()
    os.kill(runtime.worker_pid(), signal.SIGSTOP)
    with within(PROMPT), pytest.raises(runtime.WorkerError, match="stopped answering"):
        add_one(1)
    assert add_one(2) == 3


def test_pause_shorter_than_the_watchdogs_patience_is_no_error():
    assert add_one(1) == 2
    pid = runtime.worker_pid()
    with after(3, lambda: os.kill(pid, signal.SIGCONT)):
        os.kill(pid, signal.SIGSTOP)
        assert add_one(1) == 2
    assert runtime.worker_pid() == pid


def test_busy_worker_on_a_busy_machine_is_left_alone(impatient_watchdog, hears_ctrl_c):
    """For longer than the watchdog's limit, with every core taken several times over."""
    assert add_one(1) == 2
    burn = [sys.executable, "-c", "while True: pass"]
    others = [subprocess.Popen(burn) for _ in range(2 * os.cpu_count())]
    try:
        # An interrupt ends it, and not the watchdog's error.
        with after(5, press_ctrl_c), pytest.raises(KeyboardInterrupt):
            count_long(FOREVER)
    finally:
        for other in others:
            other.kill()
            other.wait()


def test_interrupted_computation_ends_and_the_next_one_runs_at_once(hears_ctrl_c):
    assert add_one(1) == 2
    pid = runtime.worker_pid()
    with once_at_work(pid, press_ctrl_c), within(PROMPT), pytest.raises(KeyboardInterrupt):
        count_long(FOREVER)
    with within(PROMPT):
        assert add_one(2) == 3
    assert not psutil.pid_exists(pid)


def test_interrupt_while_no_worker_is_at_work_keeps_it(hears_ctrl_c):
    assert add_one(1) == 2
    pid = runtime.worker_pid()
    with after(0.2, press_ctrl_c), pytest.raises(KeyboardInterrupt):
        time.sleep(60)
    assert add_one(2) == 3
    assert runtime.worker_pid() == pid


def test_what_was_abandoned_before_it_reached_the_worker_never_does(hears_ctrl_c):
    """The interrupt comes while TFF compiles: the computation must not begin afterwards."""
    context = tff.framework.get_context_stack().current
    compiled = threading.Event()
    pipeline = context._async_context._compiler_pipeline
    compile_it = pipeline.compile

    def slowly(comp):
        time.sleep(1)
        compiled.set()
        return compile_it(comp)

    pipeline.compile = slowly
    try:
        with after(0.5, press_ctrl_c), pytest.raises(KeyboardInterrupt):
            count_long(FOREVER)
    finally:
        pipeline.compile = compile_it
    with within(PROMPT):
        assert add_one(2) == 3
    assert compiled.is_set()


@pytest.mark.parametrize(
    "kind", ["sync_local_cpp", "sync_test_cpp"], ids=["native context", "test context"]
)
def test_contexts_that_tff_makes_have_a_supervised_worker(kind, impatient_watchdog, hears_ctrl_c):
    backend = tff.backends.native if "local" in kind else tff.backends.test
    context = getattr(backend, f"create_{kind}_execution_context")()
    with tff.framework.get_context_stack().install(context):
        assert total([1, 2, 3]) == 6
        pid = context.executor_factory.worker.pid
        assert psutil.Process(pid).ppid() == os.getpid()
        assert pid != runtime.worker_pid()
        until_all_is_thrown_away()
        os.kill(pid, signal.SIGSTOP)
        with within(PROMPT), pytest.raises(runtime.WorkerError, match="stopped answering"):
            total([1, 2, 3])
        assert total([1, 2, 3]) == 6
        pid = context.executor_factory.worker.pid
        with once_at_work(pid, press_ctrl_c), within(PROMPT), pytest.raises(KeyboardInterrupt):
            count_long(FOREVER)
        assert total([1, 2, 3]) == 6
        pid = context.executor_factory.worker.pid
    del context
    gc.collect()
    assert not psutil.pid_exists(pid)
    assert add_one(1) == 2


def test_a_computation_that_fails_says_so_at_once_and_in_few_lines(monkeypatch):
    # Not after a while in which the worker's end might be noticed.
    monkeypatch.setattr(context_module, "_DEATH_NOTICE_SECONDS", 3 * PROMPT)

    @tff.tensorflow.computation(tff.TensorType(np.float32, [None, None]))
    def invert(matrix):
        return tf.linalg.inv(matrix)

    with within(PROMPT), pytest.raises(grpc.RpcError) as error:
        invert(np.zeros([2, 2], np.float32))
    assert str(error.value) == "Failed to run computation: Input is not invertible."
    assert error.value.code() is not grpc.StatusCode.UNAVAILABLE
    assert error.value.__suppress_context__
    np.testing.assert_allclose(invert(2 * np.eye(2, dtype=np.float32)), 0.5 * np.eye(2))


def test_a_failure_that_tff_would_retry_for_ever_is_an_error():
    """TFF retries what fails with FAILED_PRECONDITION, which computations can fail with."""

    @tff.tensorflow.computation(tf.int32)
    def look_up(key):
        table = tf.lookup.experimental.MutableHashTable(tf.int32, tf.int32, -1)
        uninitialized = tf.raw_ops.HashTableV2(key_dtype=tf.int32, value_dtype=tf.int32)
        del table
        return tf.raw_ops.LookupTableFindV2(
            table_handle=uninitialized, keys=key, default_value=tf.constant(-1)
        )

    with within(PROMPT), pytest.raises(runtime.ComputationError, match="initialized"):
        look_up(1)
    assert add_one(1) == 2


def test_a_notebook_shows_the_message_and_the_learners_line():
    assert add_one(1) == 2
    with to_worker(signal.SIGKILL):
        try:
            count_long(FOREVER)
        except runtime.WorkerError as error:
            shown = error._render_traceback_()
    assert shown[0].startswith("WorkerError: TFF's worker process ended in the middle of")
    assert shown[1].endswith("count_long(FOREVER)")
    assert len(shown) == 2


def test_ctrl_c_does_not_reach_the_worker():
    assert add_one(1) == 2
    assert os.getpgid(runtime.worker_pid()) != os.getpgid(os.getpid())


def test_secure_sums_are_told_where_they_run():
    @tff.federated_computation(tff.FederatedType(np.int32, tff.CLIENTS))
    def secure_total(values):
        return tff.federated_secure_sum_bitwidth(values, 8)

    with pytest.raises(runtime.ComputationError, match=r"\n.*tff\.backends\.test\.set_sync_test"):
        secure_total([1, 2, 3])
    context = tff.backends.test.create_sync_test_cpp_execution_context()
    with tff.framework.get_context_stack().install(context):
        assert secure_total([1, 2, 3]) == 6


def test_lost_workers_leave_no_threads_behind():
    def lose_one():
        assert add_one(1) == 2
        kill_and_wait(runtime.worker_pid())

    lose_one()
    before = threading.active_count()
    for _ in range(5):
        lose_one()
    wait_until(lambda: threading.active_count() <= before + 1, "for the threads to end")
