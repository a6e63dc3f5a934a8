"""Rounds in the threads that programs have, after `setup` in one of them, and several at a time."""

import asyncio
import concurrent.futures
import http.server
import json
import subprocess
import sys
import threading
import urllib.request

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import runtime
from tests.runtime.meanwhile import PROMPT, once_at_work

# In a thread of its own, before any other: the main thread comes to a ready engine.
PROGRAM = """
import concurrent.futures, signal, threading
import fl_course

starters = [threading.Thread(target=fl_course.setup) for _ in range(2)]
[thread.start() for thread in starters]
[thread.join() for thread in starters]
fl_course.setup()
assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler

import numpy as np, tensorflow_federated as tff
from fl_course import algorithms, data, models, preprocessing

train, _ = data.load()
cohort = preprocessing.make_federated_data(train, train.client_ids[:3])
process = algorithms.build_fed_avg(models.functional_model(), client_learning_rate=0.02)
state = process.initialize()

def loss(num_clients):
    metrics = process.next(state, cohort[:num_clients]).metrics
    return round(float(metrics["client_work"]["train"]["loss"]), 3)

def wrong(num_clients):
    return process.next(state, [])

expected = {n: loss(n) for n in (2, 3)}
for num_workers in (1, 2):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        # In a thread that has run a round before, too.
        pool.submit(fl_course.use_workers, num_workers).result()
        rounds = [(n, pool.submit(loss, n), pool.submit(wrong, n)) for n in (2, 3, 2, 3)]
        for n, right, fails in rounds:
            assert right.result() == expected[n], (n, right.result(), expected)
            assert isinstance(fails.exception(), ValueError), fails.exception()
    assert loss(3) == expected[3]
print("right")
"""


def test_setup_in_a_thread_and_rounds_in_several(hears_ctrl_c):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout.splitlines()[-1:] == ["right"], done.stderr
    assert done.stderr == ""


@tff.federated_computation(tff.FederatedType(np.int32, tff.CLIENTS))
def total(values):
    """What a round does, but for the training."""
    return tff.federated_sum(values)


def in_a_thread(call):
    future = concurrent.futures.Future()
    threading.Thread(target=lambda: future.set_result(call())).start()
    return future.result(PROMPT)


def in_a_pool(call):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(call).result(PROMPT)


def with_asyncio(call):
    return asyncio.run(asyncio.to_thread(call))


def in_an_executor_of_asyncio(call):
    async def run():
        return await asyncio.get_running_loop().run_in_executor(None, call)

    return asyncio.run(run())


def in_a_web_server(call):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            answer = json.dumps(int(call())).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"http://127.0.0.1:{server.server_port}", timeout=PROMPT) as answer:
                return json.load(answer)
        finally:
            server.shutdown()


@pytest.mark.parametrize(
    "run", [in_a_thread, in_a_pool, with_asyncio, in_an_executor_of_asyncio, in_a_web_server]
)
def test_threads_of_every_kind_compute(run):
    assert run(lambda: total([1, 2, 3])) == 6


def test_computations_are_written_in_threads_too():
    def write_and_run():
        return tff.tensorflow.computation(lambda x: tf.square(x), np.int32)(4)

    assert in_a_thread(write_and_run) == 16


def test_what_a_thread_installs_it_alone_sees():
    stack = tff.framework.get_context_stack()
    default = stack.current
    own = tff.backends.native.create_sync_local_cpp_execution_context()
    with stack.install(own):
        assert stack.current is own
        assert in_a_thread(lambda: stack.current) is default
    assert stack.current is default


def test_a_new_default_is_one_for_all_threads():
    stack = tff.framework.get_context_stack()
    default = stack.current
    other = tff.backends.native.create_sync_local_cpp_execution_context()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: stack.current).result() is default
        try:
            in_a_thread(lambda: tff.framework.set_default_context(other))
            assert stack.current is other
            assert pool.submit(lambda: stack.current).result() is other
        finally:
            tff.framework.set_default_context(default)


def test_a_default_must_be_a_context():
    stack = tff.framework.get_context_stack()
    default = stack.current
    with pytest.raises(TypeError):
        stack.set_default_context(3)
    assert stack.current is default


@tff.tensorflow.computation(np.int64)
def count_long(n):
    return tf.data.Dataset.range(n).reduce(np.int64(0), lambda total, x: total + x)


def test_other_workers_are_put_in_place_while_a_thread_computes():
    def replace():
        runtime.use_workers(1, None)

    with (
        once_at_work(runtime.worker_pid(), replace),
        pytest.raises(runtime.WorkerError, match="use_workers\\(\\) put others in its place"),
    ):
        count_long(10**9)
    assert total([1, 2, 3]) == 6
