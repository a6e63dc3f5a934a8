"""An interrupt of an eager loop ends the loop, and never the process."""

import signal
import subprocess
import sys
import time
import weakref

import pytest

from fl_course.runtime import interrupts
from tests.runtime.meanwhile import PROMPT, within

# Without the guard, a process lives through some 100 of these.
CHILD = """
import faulthandler, os, random
# As a kernel and pytest have it: signals get a stack of their own, which oneDNN needs as well.
faulthandler.enable()
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf
from fl_course.exercises import limits

dice = random.Random(1)
weights = tf.zeros([784, 10])
variable = tf.Variable(weights)
dataset = tf.data.Dataset.from_tensor_slices({"x": tf.ones([40, 784])}).batch(8)

def never_done():
    global weights
    for batch in dataset.repeat():
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss = tf.reduce_mean(batch["x"] @ weights + variable[0]) * 0.5
        weights = weights - 0.003 * tape.gradient(loss, weights)
        variable.assign_sub(0.001 * weights)

for _ in range(400):
    try:
        with limits.at_most(dice.uniform(0.0005, 0.012)):
            never_done()
    except (limits.TimeIsUp, Exception):  # the latter are TensorFlow's, of one that it lost
        pass
print(sum(len(batch["x"]) for batch in dataset))
"""


def test_a_loop_of_small_operations_is_stopped_many_times():
    child = subprocess.run(
        [sys.executable, "-c", CHILD],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert child.returncode == 0, child.stderr[-4000:]
    assert child.stdout == "40\n"
    assert "TimeIsUp" not in child.stderr  # lost in a destructor


def frame_in(function, *arguments):
    """The frame of a function, called."""
    frames = []
    sys.setprofile(lambda frame, event, _: event == "call" and frames.append(frame))
    try:
        function(*arguments)
    finally:
        sys.setprofile(None)
    return next(f for f in frames if f.f_code is function.__code__)


def asked_from_cpp():
    import tensorflow as tf
    from tensorflow.python.eager import context

    tf.constant(1.0)  # makes the context
    yield frame_in(context.Context._handle.fget, context.context())
    yield frame_in(tf.TensorShape.__getitem__, tf.TensorShape([2]), 0)


def test_what_cpp_asks_for_is_known():
    import tensorflow as tf

    assert not any(interrupts.may_raise(frame) for frame in asked_from_cpp())
    assert interrupts.may_raise(frame_in(tf.reduce_sum, [1.0]))
    assert interrupts.may_raise(None)


def test_a_destructor_loses_no_interrupt():
    seen = []

    class Owner:
        def __del__(self):
            seen.append(interrupts.may_raise(sys._getframe()))
            seen.append(interrupts.may_raise(frame_in(len_of, ())))

    def len_of(things):
        return len(things)

    Owner()
    assert seen == [False, False]


def test_what_a_weak_reference_calls_loses_no_interrupt():
    class Owner:
        pass

    seen = []
    owner, key = Owner(), Owner()
    weakref.finalize(owner, lambda: seen.append(interrupts.may_raise(sys._getframe())))
    table = weakref.WeakKeyDictionary({key: 1})
    # The dictionary's own callback, as an alarm would find it.
    sys.setprofile(
        lambda frame, event, _: (
            event == "call"
            and frame.f_code.co_name == "remove"
            and seen.append(interrupts.may_raise(frame))
        )
    )
    try:
        del owner, key
    finally:
        sys.setprofile(None)
    assert not table
    assert seen == [False, False]


def test_ctrl_c_comes_again_a_moment_later(hears_ctrl_c):
    interrupts.protect_from_ctrl_c()
    ring = signal.getsignal(signal.SIGINT)
    for frame in asked_from_cpp():
        with within(PROMPT), pytest.raises(KeyboardInterrupt):
            ring(signal.SIGINT, frame)
            time.sleep(2 * PROMPT)
    with pytest.raises(KeyboardInterrupt):
        ring(signal.SIGINT, sys._getframe())


def test_a_handler_of_ones_own_stays(hears_ctrl_c):
    def own(number, frame):
        pass

    signal.signal(signal.SIGINT, own)
    interrupts.protect_from_ctrl_c()
    assert signal.getsignal(signal.SIGINT) is own
