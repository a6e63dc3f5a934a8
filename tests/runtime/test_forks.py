"""Processes that are started after `setup`: forks say what to do, and others work."""

import os
import subprocess
import sys

import pytest

PATIENCE = 60  # seconds for a program of here; a fork that waits for a thread waits for ever

SAYS = "This process was forked from one in which TensorFlow was running"

# Forks in each way, and prints what the child's calls say and how it ended.
FORKS = """
import concurrent.futures, gc, multiprocessing, os, subprocess, sys, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # Python's own, of forks in general
import fl_course
fl_course.setup()
import numpy as np, tensorflow as tf, tensorflow_federated as tff
from fl_course import algorithms, models

@tff.tensorflow.computation(np.int32)
def double(x):
    return 2 * x

def double_in_a_child(x):
    return double(x)

model = models.functional_model()
keras = models.softmax_model()
tensor = tf.constant([1.0, 2.0])
variable = tf.Variable([1.0])
double(1)
before = fl_course.runtime.worker_pids()

CALLS = {
    "a computation": lambda: double(4),
    "a process": lambda: algorithms.build_fed_avg(model, client_learning_rate=0.1),
    "a new computation": lambda: tff.tensorflow.computation(lambda x: x + 1, np.int32),
    "a model": models.functional_model,
    "a Keras model": lambda: keras(np.zeros((1, 784), np.float32)),
    "a sum": lambda: tensor + tensor,
    "a dataset": lambda: list(tf.data.Dataset.range(3)),
    "setup": fl_course.setup,
    "use_workers": lambda: fl_course.use_workers(2),
}

def call_all():
    said = []
    for name, call in CALLS.items():
        try:
            said.append(f"{name}: {call()}")
        except fl_course.runtime.SetupError as error:
            said.append(f"{name}: {error}")
    fl_course.runtime.end_worker()  # as an exercise that takes too long does; the parent's stays
    return [*said, f"NumPy: {tensor.numpy().sum()}"]

pid = os.fork()
if pid == 0:
    print(*call_all(), sep="\\n", flush=True)
    del variable, keras
    gc.collect()
    sys.exit(3)  # through everything that Python does at its end
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3

context = multiprocessing.get_context("fork")
with context.Pool(1) as pool:
    print(*pool.apply(call_all), sep="\\n")
with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
    error = pool.submit(double_in_a_child, 4).exception()
    print(f"the error of a pool: {error}")
    assert isinstance(error, fl_course.runtime.SetupError)

done = subprocess.run(["true"], preexec_fn=lambda: None)
assert done.returncode == 0
assert fl_course.runtime.worker_pids() == before
assert double(4) == 8
print("the parent computes", flush=True)
"""

SPAWNS = """
import concurrent.futures, multiprocessing
import fl_course

def double(x):
    import numpy as np, tensorflow_federated as tff
    return int(tff.tensorflow.computation(lambda x: 2 * x, np.int32)(x))

if __name__ == "__main__":
    fl_course.setup()
    print(double(1))
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, spawn, fl_course.setup) as pool:
        print(pool.submit(double, 4).result())
    print(double(2))
"""


def run(*arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )


@pytest.fixture(scope="module")
def forks():
    return run("-c", FORKS)


def test_forks_say_what_works_and_the_parent_is_unharmed(forks):
    _, *lines, last = forks.stdout.splitlines()
    assert last == "the parent computes", forks.stderr
    told, others = [], []
    for line in lines:
        (told if SAYS in line else others).append(line)
    assert others == ["NumPy: 3.0"] * 2
    assert len(told) == 2 * 9 + 1
    assert all(line.endswith("'spawn', and call fl_course.setup() in each.") for line in told)


def test_forks_print_nothing_else(forks):
    assert forks.stderr == ""


def test_spawned_processes_work(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(SPAWNS)
    done = run(program)
    assert [line for line in done.stdout.splitlines() if "TFF" not in line] == ["2", "8", "4"], (
        done.stderr
    )
    assert done.stderr == ""
