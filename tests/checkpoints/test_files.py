"""One checkpoint's file: any state comes back as it was."""

import collections
from typing import Any, NamedTuple

import attrs
import ml_dtypes
import numpy as np
import pytest

from fl_course.checkpoints import files
from tests.test_checkpoints import same


class Settings(NamedTuple):
    count: int
    rate: float
    on: bool


@attrs.define
class Pair:
    first: Any
    second: Any


@pytest.mark.parametrize(
    "state",
    [
        np.zeros(3, np.float32),
        collections.OrderedDict(b=np.int64(5), a=[np.zeros((0, 2)), np.array(7)]),
        {"a/b": np.ones(1), "a": {"b": np.zeros(1)}},
        Pair((), (np.array(True), np.float16(0.1), np.complex64(1j))),
        Settings(3, 0.1, True),
        np.array([0.5, 2], ml_dtypes.bfloat16),
        ml_dtypes.bfloat16(0.5),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.arange(10)[::3],
    ],
    ids=lambda state: type(state).__name__,
)
def test_a_state_comes_back_in_type_and_bits(state, tmp_path):
    history = {"rounds": [1], "train": {}, "evaluation": {}}
    with open(tmp_path / "round_1.npz", "xb") as file:
        files.write(file, state, history, like=state)
    read, fields = files.read(tmp_path / "round_1.npz", 1, like=state)
    assert same(read, state)
    assert fields == history


@pytest.mark.parametrize("leaf", ["text", np.array(b"text"), np.array(["text"]), None, object()])
def test_a_state_of_other_things_than_numbers_is_refused(leaf):
    with pytest.raises(ValueError, match="weights/1 in the state is of type"):
        files.parts_of({"weights": [np.zeros(1), leaf]})
