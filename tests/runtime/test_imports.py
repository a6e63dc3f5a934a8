"""What is arranged at the import of TFF."""

import os
import subprocess
import sys

import pytest

DEEP_COMPUTATION = """
import fl_course; fl_course.setup()
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


@pytest.mark.parametrize("protobuf", ["upb", "python"])
def test_computations_may_nest_deeply(protobuf):
    done = subprocess.run(
        [sys.executable, "-c", DEEP_COMPUTATION],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": protobuf},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"{protobuf} 150"
