"""What shows only after long: killed kernels, many rounds, a long round.

A plain run takes a few. `make test-soak` sets FL_COURSE_SOAK and takes all.
"""

import os
import time

import psutil
import pytest
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import data, models, preprocessing, runtime
from tests.runtime.kernels import execute, start_kernel
from tests.runtime.meanwhile import wait_until
from tests.runtime.test_worker import wait_until_gone

WHOLE = bool(os.environ.get("FL_COURSE_SOAK"))
KERNELS = 100 if WHOLE else 2
ROUNDS = 300 if WHOLE else 100
BUSY_SECONDS = 300
SETTLED_AFTER = 60  # rounds, in which caches and heaps get their size

# Kernels are killed while they are at different things.
SETUP = "import fl_course; fl_course.setup()"
TENSORBOARD = "%load_ext tensorboard\n%tensorboard --logdir . --port 0"
ROUND = (
    "import numpy as np, tensorflow as tf, tensorflow_federated as tff\n"
    "@tff.tensorflow.computation(tf.int64)\n"
    "def count(n):\n"
    "    zero = tf.constant(0, tf.int64)\n"
    "    return tf.data.Dataset.range(n).reduce(zero, lambda total, x: total + x)\n"
    "count(10**12)"
)
# The first two are those of a plain run; an idle one that is killed is tests/runtime's.
STAGES = ("setup", "tensorboard and round", "idle", "round")


def descendants(pid):
    return {child.pid for child in psutil.Process(pid).children(recursive=True)}


@pytest.mark.parametrize("number", range(KERNELS))
def test_a_killed_kernel_leaves_nothing_behind(number, tmp_path):
    stage = STAGES[number % len(STAGES)]
    manager, client = start_kernel(tmp_path)
    kernel = manager.provisioner.pid
    try:
        if stage == "setup":
            client.execute(SETUP)
            time.sleep(0.5 + 0.1 * (number // len(STAGES)))
        else:
            assert execute(client, SETUP)[2] == []
            assert len(descendants(kernel)) == 1
        if "tensorboard" in stage:
            client.execute(TENSORBOARD)
            wait_until(lambda: len(descendants(kernel)) >= 2, "for TensorBoard beside the worker")
        if "round" in stage:
            client.execute(ROUND)
            time.sleep(1)
        started = descendants(kernel)
        psutil.Process(kernel).kill()
        left = {pid for pid in started if not wait_until_gone(pid)}
        assert left == set()
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.timeout(300 if not WHOLE else 1200)
def test_memory_stays_flat():
    train, _ = data.load()
    process = tff.learning.algorithms.build_weighted_fed_avg(
        models.functional_model(), client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.02)
    )
    state = process.initialize()
    here, worker = psutil.Process(), psutil.Process(runtime.worker_pid())
    sizes = []
    for round_num in range(ROUNDS):
        cohort = preprocessing.make_federated_data(train, train.client_ids[: 5 + round_num % 6])
        state = process.next(state, cohort).state
        sizes.append((here.memory_info().rss, worker.memory_info().rss))
    window = (ROUNDS - SETTLED_AFTER) // 4
    for name, series in zip(("notebook", "worker"), zip(*sizes, strict=True), strict=True):
        before = max(series[SETTLED_AFTER : SETTLED_AFTER + window])
        after = max(series[-window:])
        print(f"{name}: {before / 2**20:.0f} MiB, later {after / 2**20:.0f} MiB")
        assert after < 1.15 * before, f"{name}'s memory grew over {ROUNDS} rounds"


@pytest.mark.skipif(not WHOLE, reason="takes five minutes: make test-soak")
@pytest.mark.timeout(8 * BUSY_SECONDS)
def test_a_long_computation_goes_on():
    @tff.tensorflow.computation(tf.int64)
    def count(n):
        zero = tf.constant(0, tf.int64)
        return tf.data.Dataset.range(n).reduce(zero, lambda total, x: total + x)

    pid = runtime.worker_pid()
    n = 10**6
    started = time.monotonic()
    count(n)
    n = int(n * BUSY_SECONDS / (time.monotonic() - started))
    started = time.monotonic()
    assert count(n) == n * (n - 1) // 2
    assert time.monotonic() - started > BUSY_SECONDS / 4
    assert runtime.worker_pid() == pid
