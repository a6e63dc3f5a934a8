"""Checks of the numbers that the algorithms are given."""

import math
import numbers
from typing import Any

from fl_course.localization import say


def check_number(
    name: str,
    value: Any,
    *,
    least: float = 0.0,
    least_allowed: bool = True,
    below: float = math.inf,
    infinite_allowed: bool = False,
) -> float:
    """Checks that a value is a number within its range.

    Args:
        name: The argument's name, for the message.
        value: What was given for it.
        least: The lower end of the range.
        least_allowed: Whether `least` itself is in the range.
        below: The upper end of the range, which is not in it.
        infinite_allowed: Whether infinity is in the range, although it is not below `below`.

    Returns:
        The value as a Python float.

    Raises:
        TypeError: If `value` is not a number.
        ValueError: If `value` is out of the range.
    """
    wanted = (
        say("{least} or more", least=f"{least:g}")
        if least_allowed
        else say("above {least}", least=f"{least:g}")
    )
    if below < math.inf:
        wanted = say("{wanted} and below {below}", wanted=wanted, below=f"{below:g}")
    message = say(
        "{name} must be a number {wanted}, and it is {value}.",
        name=name,
        wanted=wanted,
        value=repr(value),
    )
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(message)
    number = float(value)
    if infinite_allowed and number == math.inf:
        return number
    # Written so that NaN, for which no comparison holds, is refused.
    if not (number > least or (least_allowed and number == least)) or not number < below:
        raise ValueError(message)
    return number
