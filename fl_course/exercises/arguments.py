"""The arguments of a call, in words that are short enough for a sentence."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.localization import joined

_MOST_NUMBERS = 24
_LONGEST = 240  # characters of all arguments

Written = tuple[list[str], dict[str, str]] | None  # by position and by name


def written(args: Sequence[Any], kwargs: Mapping[str, Any]) -> Written:
    """The arguments as Python writes them; None if one of them is long, or no number, text or list.

    Args:
        args: Those given by position.
        kwargs: Those given by name.
    """
    by_place = [_text(value) for value in args]
    by_name = {name: _text(value) for name, value in kwargs.items()}
    texts = [*by_place, *by_name.values()]
    if None in texts or sum(map(len, texts)) > _LONGEST:
        return None
    return by_place, by_name


def named(function: Any, texts: Written) -> str:
    """Arguments under the names that the function has for them, for a sentence.

    Args:
        function: What was called with them.
        texts: What `written` gave; where it gave nothing, nothing is said.
    """
    if texts is None or not any(texts):
        return ""
    by_place, by_name = texts
    as_called = joined(
        [f"`{text}`" for text in by_place + [f"{k}={v}" for k, v in by_name.items()]]
    )
    try:
        bound = inspect.signature(function).bind(*by_place, **by_name).arguments
    except (TypeError, ValueError):
        # It takes another number of arguments, or does not say which.
        return as_called
    if any(not isinstance(text, str) for text in bound.values()):
        return as_called
    return joined([f"`{name}={text}`" for name, text in bound.items()])


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return repr(value) if len(value) <= 30 and value.replace("_", "").isalnum() else None
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return _number(value)
    if isinstance(value, np.ndarray):
        few = value.dtype.kind in "biuf" and value.size <= _MOST_NUMBERS
        return _joined([_text(part) for part in value]) if few and value.ndim else None
    if isinstance(value, (list, tuple)) and len(value) <= _MOST_NUMBERS:
        return _joined([_text(part) for part in value])
    return None


def _number(value: Any) -> str:
    text = f"{float(value):.7g}"
    return text if set(text) & set(".en") else f"{text}.0"


def _joined(texts: list[str | None]) -> str | None:
    return None if None in texts else f"[{', '.join(texts)}]"
