"""Quantiles by bisection: a round asks how many values lie up to the middle of an interval."""

from collections.abc import Callable
from typing import Any

from fl_course.arguments import check_function, check_integer, check_number
from fl_course.localization import noted, say

Interval = tuple[float, float]
_LEAST = -1e30


def bisect(low: float, high: float, at_most: int, total: int, share: float) -> Interval:
    """Halves an interval that holds a quantile.

    The quantile is the smallest value up to which at least `share` of all values lie.

    Args:
        low: Lower end; the quantile is above it.
        high: Upper end; the quantile is at most that.
        at_most: How many values lie up to the middle, the middle itself with them; 0 to `total`.
        total: How many values there are; 1 or more.
        share: Which quantile, above 0 and below 1: 0.5 is the median.

    Returns:
        The half that holds the quantile, as its lower and its upper end.

    Raises:
        TypeError: If an end or the share is not a number.
        ValueError: If an argument is out of its range.
    """
    low, high = _check_ends(low, high)
    total = check_integer("total", total, 1)
    at_most = check_integer("at_most", at_most, 0, total)
    share = check_number("share", share, least_allowed=False, below=1.0)
    middle = (low + high) / 2
    return (low, middle) if at_most >= share * total else (middle, high)


def quantile_rounds(
    count: Callable[[float], Any], share: float, low: float, high: float, num_rounds: int
) -> list[Interval]:
    """Finds a quantile of clients' values in rounds, each of which halves an interval.

    Args:
        count: Asks the clients: takes a threshold, and gives how many of all values are at most
            that, and how many there are, as a pair or a mapping in this order.
        share: Which quantile, above 0 and below 1.
        low: Below all values.
        high: At least as large as all values.
        num_rounds: How often the clients are asked.

    Returns:
        The interval before the first round, and after each of them.

    Raises:
        TypeError: If an argument is of another type.
        ValueError: If an argument is out of its range.
    """
    count = check_function("count", count, noted("of a threshold that gives two numbers"))
    share = check_number("share", share, least_allowed=False, below=1.0)
    num_rounds = check_integer("num_rounds", num_rounds, 1)
    intervals = [_check_ends(low, high)]
    for _ in range(num_rounds):
        low, high = intervals[-1]
        found = count((low + high) / 2)
        at_most, total = found.values() if hasattr(found, "values") else found
        intervals.append(bisect(low, high, int(at_most), int(total), share))
    return intervals


def _check_ends(low: float, high: float) -> Interval:
    low = check_number("low", low, least=_LEAST)
    high = check_number("high", high, least=_LEAST)
    if low >= high:
        raise ValueError(
            say("low must be below high, and they are {low} and {high}.", low=low, high=high)
        )
    return low, high
