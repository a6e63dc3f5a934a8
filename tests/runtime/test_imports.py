"""What is arranged at the import of TFF."""

import os
import subprocess
import sys

import pytest

DEEP_COMPUTATION = """
from google.protobuf.internal import api_implementation
from tensorflow_federated.proto.v0 import computation_pb2 as pb
computation = pb.Computation()
for _ in range(150):
    computation = pb.Computation(**{"lambda": pb.Lambda(result=computation)})
parsed = pb.Computation.FromString(computation.SerializeToString())
depth = 0
while parsed.HasField("lambda"):
    parsed = getattr(parsed, "lambda").result
    depth += 1
print(api_implementation.Type(), depth)
"""

FRAMES_AND_AUGMENTATION = """
import sys
import fl_course; fl_course.setup()
import numpy as np
import tensorflow as tf

print("scipy.sparse" in sys.modules)
model = tf.keras.Sequential([tf.keras.layers.Dense(1, kernel_initializer="ones")])
model.compile(loss="mse")
print(model.predict(np.ones([1, 2]), verbose=0).item())
print("early", sorted({"pandas", "scipy.linalg", "scipy.ndimage"} & set(sys.modules)))

import pandas as pd

print(model.predict(pd.DataFrame({"a": [1.0], "b": [2.0]}), verbose=0).item())
print(model.evaluate(pd.DataFrame({"a": [1.0], "b": [2.0]}), pd.Series([4.0]), verbose=0))
image = np.arange(4.0).reshape(2, 2, 1)
turned = tf.keras.preprocessing.image.apply_affine_transform(
    image, theta=90, row_axis=0, col_axis=1, channel_axis=2
)
print(turned.ravel().round().tolist())
from tf_keras.src.engine import training_arrays_v1, training_v1

print(training_arrays_v1.issparse is training_v1.issparse is not None)
from scipy import sparse

print(training_v1.issparse(image), training_v1.issparse(sparse.eye(2)))
"""


def test_keras_has_pandas_and_scipy_once_they_are_used():
    done = subprocess.run(
        [sys.executable, "-c", FRAMES_AND_AUGMENTATION],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1:] == [
        "False",
        "2.0",
        "early []",
        "3.0",
        "1.0",
        "[1.0, 3.0, 0.0, 2.0]",
        "True",
        "False True",
    ]


def test_computations_may_nest_deeply(capsys):
    exec(DEEP_COMPUTATION, {})
    assert capsys.readouterr().out == "upb 150\n"


def test_computations_may_nest_deeply_with_protobuf_in_python():
    code = f"import fl_course; fl_course.setup()\n{DEEP_COMPUTATION}"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "python 150"


# TensorFlow's own bookkeeping, with two GPUs that do not exist: no operation ever reaches them.
TWO_GPUS = """
import os
os.environ["TF_USE_LEGACY_KERAS"] = "1"
import tensorflow as tf
from tensorflow.python.eager import context

state = context.context()
state.list_physical_devices()
gpus = [context.PhysicalDevice(f"/physical_device:GPU:{{i}}", "GPU") for i in range(2)]
state._physical_devices += gpus
state._visible_device_list += gpus
state._memory_growth_map |= dict.fromkeys(gpus)
{before}
import fl_course; fl_course.setup()
print(tf.config.list_physical_devices("GPU") == gpus)
print([tf.config.experimental.get_memory_growth(gpu) for gpu in gpus])
print(tf.config.get_logical_device_configuration(gpus[0]))
"""
DIVIDED = """
limit = tf.config.LogicalDeviceConfiguration(memory_limit=64)
for gpu in gpus:
    tf.config.set_logical_device_configuration(gpu, [limit])
"""


@pytest.mark.parametrize(
    ("before", "growth"),
    [
        ("", "[True, True]"),
        ("tf.constant(1) + 1", "[None, None]"),  # in use: too late, and no reason to fail
        (DIVIDED, "[None, None]"),
    ],
    ids=["at first", "in use", "divided"],
)
def test_gpu_memory_is_left_to_others(before, growth):
    done = subprocess.run(
        [sys.executable, "-c", TWO_GPUS.format(before=before)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    same, grows, divided = done.stdout.splitlines()[-3:]
    assert (same, grows) == ("True", growth)
    assert ("memory_limit=64" in divided) == (before == DIVIDED)
