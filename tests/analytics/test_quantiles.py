import math

import numpy as np
import pytest

from fl_course import analytics

VALUES = np.array([1.5, 2.0, 2.0, 4.0, 9.0])


def count(threshold):
    return int(np.sum(threshold >= VALUES)), len(VALUES)


@pytest.mark.parametrize("share", [0.01, 0.2, 0.21, 0.5, 0.6, 0.61, 0.8, 0.99])
def test_every_interval_holds_the_quantile(share):
    quantile = np.sort(VALUES)[math.ceil(share * len(VALUES)) - 1]
    intervals = analytics.quantile_rounds(count, share, 0.0, 16.0, 20)
    assert all(low < quantile <= high for low, high in intervals)


def test_each_round_halves():
    intervals = analytics.quantile_rounds(count, 0.5, 0.0, 16.0, 10)
    widths = np.diff(intervals)[:, 0]
    assert widths.tolist() == [16 / 2**number for number in range(11)]


def test_a_value_in_the_middle_belongs_to_the_lower_half():
    assert analytics.bisect(0.0, 4.0, 3, 5, 0.5) == (0.0, 2.0)
    assert analytics.bisect(0.0, 4.0, 2, 4, 0.5) == (0.0, 2.0)
    assert analytics.bisect(0.0, 4.0, 2, 5, 0.5) == (2.0, 4.0)


def test_what_computations_give_is_taken():
    named = analytics.quantile_rounds(
        lambda x: dict(zip(("at_most", "total"), np.int32(count(x)), strict=True)), 0.5, 0, 16, 3
    )
    assert named == analytics.quantile_rounds(count, 0.5, 0, 16, 3)


def test_ends_in_the_wrong_order_are_refused():
    with pytest.raises(ValueError, match=r"low must be below high, and they are 2.0 and 1.0"):
        analytics.bisect(2.0, 1.0, 1, 2, 0.5)
    with pytest.raises(ValueError, match="at_most must be an integer from 0 to 2, and it is 3"):
        analytics.bisect(0.0, 1.0, 3, 2, 0.5)
