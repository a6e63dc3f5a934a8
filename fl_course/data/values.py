"""Single values of a table, as pandas hands them out."""

import decimal
import math
import numbers
from typing import Any

import numpy as np
import pandas as pd


def text_of(value: Any) -> str:
    """A value of a table as a name: 3 for 3.0 too, which is how pandas keeps 3 beside a gap."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    return str(value)


def number_of(value: Any) -> float:
    """A number as a float; NaN for none, and infinity for one that no float holds."""
    try:
        return np.nan if pd.isna(value) else float(value)
    except OverflowError:  # Python's integers have no end
        return math.inf


def rank(value: Any) -> tuple[int, Any]:
    """What values are sorted by: numbers by their size, then texts by the alphabet."""
    return (1, value) if isinstance(value, str) else (0, value)


def kind_of(value: Any) -> str | None:
    """Text, boolean or number; None for what is none of them."""
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool | np.bool_):
        return "boolean"
    return "number" if isinstance(value, numbers.Real | decimal.Decimal) else None
