"""What is arranged at the import of TFF."""

import os
import subprocess
import sys

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
        "2.0",
        "early []",
        "3.0",
        "1.0",
        "[1.0, 3.0, 0.0, 2.0]",
        "True",
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
