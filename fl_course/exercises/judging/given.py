"""What a check gives to an answer, and whether the answer has left it as it was."""

from collections.abc import Sequence
from typing import Any

import numpy as np

OF_GIVEN = {
    "changed_given": "The result is right, but your function changes {name}, which it was given: "
    "whoever called it has something else in hand afterwards. Make something new, and leave what "
    "you are given as it is.",
}
"""What can be wrong wherever an answer is given something that can be changed."""


def is_as_before(now: Sequence[Any], before: Sequence[Any]) -> bool:
    """Whether a list of texts, numbers or arrays still has the same parts, in the same order."""
    return len(now) == len(before) and all(
        np.array_equal(one, other) for one, other in zip(now, before, strict=True)
    )
