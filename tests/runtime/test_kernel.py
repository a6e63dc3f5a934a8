"""The engine inside a real notebook kernel."""

import threading
import time

import psutil
import pytest

from tests.runtime.kernels import execute, start_kernel
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
import tensorflow as tf, tensorflow_federated as tff
from fl_course import data, models, preprocessing
train, test = data.load()
cohort = preprocessing.make_federated_data(train, train.client_ids[:2])
process = tff.learning.algorithms.build_weighted_fed_avg(
    models.functional_model(), client_optimizer_fn=tff.learning.optimizers.build_sgdm(0.02))
result = process.next(process.initialize(), cohort)
from fl_course import runtime
print(runtime.worker_pid())
"""


@pytest.mark.parametrize("ending", ["shut down", "killed"])
def test_a_round_is_quiet_and_nothing_is_left_behind(kernel, ending):
    manager, client = kernel
    stdout, stderr, errors = execute(client, "import fl_course; fl_course.setup()")
    assert (stderr, errors) == ("", [])
    assert stdout.count("\n") == 1
    stdout, stderr, errors = execute(client, ROUND)
    assert (stderr, errors) == ("", [])
    worker = int(stdout)
    assert psutil.pid_exists(worker)
    if ending == "killed":
        psutil.Process(manager.provisioner.pid).kill()
    else:
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


@pytest.mark.parametrize("cell", ["import time; time.sleep(60)", "count(10**12)"])
def test_interrupt_leaves_an_engine_that_works(kernel, cell):
    manager, client = kernel
    execute(client, "import fl_course; fl_course.setup()")
    assert execute(client, LONG) == ("45\n", "", [])
    threading.Timer(1, manager.interrupt_kernel).start()
    started = time.monotonic()
    assert execute(client, cell)[2] == ["KeyboardInterrupt"]
    assert execute(client, "print(count(10))") == ("45\n", "", [])
    assert time.monotonic() - started < 10
