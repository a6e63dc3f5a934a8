"""The engine inside a real notebook kernel."""

import threading

import psutil
import pytest

from tests.runtime.kernels import execute, start_kernel
from tests.runtime.meanwhile import PROMPT, within
from tests.runtime.test_worker import wait_until_gone


@pytest.fixture
def kernel(tmp_path):
    manager, client = start_kernel(tmp_path)
    try:
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


ROUND = """
import sys
import tensorflow as tf, tensorflow_federated as tff
sys.modules["ipywidgets"] = None  # as where it is not installed
from fl_course import data, models, preprocessing, training
train, test = data.load()
cohort = preprocessing.make_federated_data(train, train.client_ids[:2])
process = tff.learning.algorithms.build_weighted_fed_avg(
    models.functional_model(), client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.02))
state, history = training.train(process, lambda round_num: cohort, 1)
from fl_course import runtime
print(runtime.worker_pid())
"""


def test_a_round_is_quiet_and_nothing_is_left_behind(kernel):
    manager, client = kernel
    stdout, stderr, errors = execute(client, "import fl_course; fl_course.setup()")
    assert (stderr, errors) == ("", [])
    assert stdout.count("\n") == 1
    stdout, stderr, errors = execute(client, ROUND)
    assert (stderr, errors) == ("", [])
    worker = int(stdout)
    assert psutil.pid_exists(worker)
    assert execute(client, "!echo a fork") == ("a fork\r\n", "", [])
    assert (
        execute(client, "import asyncio; await asyncio.to_thread(process.initialize); 0")[2] == []
    )
    manager.shutdown_kernel()
    assert wait_until_gone(worker)


LONG = """
import tensorflow as tf, tensorflow_federated as tff
@tff.tensorflow.computation(tf.int64)
def count(n):
    zero = tf.constant(0, tf.int64)
    return tf.data.Dataset.range(n).reduce(zero, lambda total, x: total + x)
print(count(10))
"""


def test_interrupt_leaves_an_engine_that_works(hears_ctrl_c, kernel):
    manager, client = kernel
    execute(client, "import fl_course; fl_course.setup()")
    assert execute(client, LONG) == ("45\n", "", [])
    for cell in ("import time; time.sleep(1000)", "count(10**12)"):
        soon = threading.Timer(0.5, manager.interrupt_kernel)
        begun = f"print('begun', flush=True)\n{cell}"
        with within(PROMPT):
            assert execute(client, begun, soon.start)[2] == ["KeyboardInterrupt"]
            assert execute(client, "print(count(10))") == ("45\n", "", [])
    in_charge = "import signal; print(signal.getsignal(signal.SIGINT).__module__)"
    assert execute(client, in_charge) == ("fl_course.runtime.interrupts\n", "", [])
    worker = int(execute(client, "print(fl_course.runtime.worker_pid())")[0])
    psutil.Process(manager.provisioner.pid).kill()
    assert wait_until_gone(worker)
