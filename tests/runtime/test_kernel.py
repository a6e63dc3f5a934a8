"""The engine inside a real notebook kernel."""

import sys
import threading

import psutil
import pytest
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from tests.runtime.test_worker import wait_until_gone

COMMAND = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]


@pytest.fixture
def kernel():
    manager = KernelManager()
    manager._kernel_spec = KernelSpec(argv=COMMAND, language="python", display_name="test")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    try:
        yield manager, client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def execute(client, code):
    """Runs a cell; gives what it printed, everything it wrote to stderr, and its error."""
    texts = {"stdout": "", "stderr": ""}
    errors = []

    def collect(message):
        if message["msg_type"] == "stream":
            texts[message["content"]["name"]] += message["content"]["text"]
        elif message["msg_type"] == "error":
            errors.append(message["content"]["ename"])

    client.execute_interactive(code, output_hook=collect, timeout=120)
    return texts["stdout"], texts["stderr"], errors


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


def test_interrupt_leaves_an_engine_that_works(kernel):
    manager, client = kernel
    execute(client, "import fl_course; fl_course.setup()")
    threading.Timer(1, manager.interrupt_kernel).start()
    assert execute(client, "import time; time.sleep(60)")[2] == ["KeyboardInterrupt"]
    stdout, _, errors = execute(
        client,
        "import tensorflow as tf, tensorflow_federated as tff\n"
        "print(tff.tensorflow.computation(lambda x: x + 1, tf.int32)(1))",
    )
    assert (stdout, errors) == ("2\n", [])
