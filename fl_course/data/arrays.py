"""Client data out of arrays: example i is that of client i."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from fl_course.arguments import check_choice, check_names, described
from fl_course.data import table_parts
from fl_course.data.columns import NUMBERS, Table
from fl_course.data.in_memory import InMemory
from fl_course.data.schema import ARRAY, NUMBER, Feature, Schema
from fl_course.localization import say

_LARGEST_LABEL = 999  # as many classes as `label_counts` counts


def from_arrays(
    client_ids: Sequence[Any],
    *,
    label: Sequence[Any],
    classes: Sequence[str] | bool | None = None,
    missing: str = "refuse",
    **arrays: Any,
) -> InMemory:
    """Makes client data out of arrays.

    Labels that are integers are the numbers of classes already, and stay what they are. Texts and
    booleans are classes, in the order of the alphabet. Numbers with a fraction are for regression.

    Args:
        client_ids: Texts or integers, [n]: whose each example is.
        label: Integers, booleans, texts or floats, [n].
        classes: The classes' names in the order of their numbers. By default they are inferred;
            False takes integers for regression.
        missing: What to do with NaN in an array: "refuse", "keep" or "drop", see `from_table`.
        **arrays: The other parts of an example by name, one or more, each numbers or booleans,
            [n, ...]. Floats are kept as float32, and integers in 32 bits or fewer.

    Returns:
        Client data, in the order of the ids. An element of a client's dataset is an ordered dict of
        the names given and `label`, int32 [] or, for regression, float32 []. Its `schema` has the
        classes and the sizes.

    Raises:
        TypeError: If an argument is no array.
        ValueError: If lengths differ, a label is out of range, or values can't be taken; it names
            argument, row (from 0) and client.
    """
    missing = check_choice("missing", missing, table_parts.MISSING)
    ids = _column("client_ids", client_ids)
    labels = _column("label", label)
    _check_length("label", len(labels), len(ids))
    table = Table(pd.DataFrame({"client_ids": ids, "label": labels}), None, "client_ids")
    codes, names = table_parts.clients(table)
    found, values, lacks = _labels(table, classes)
    if not arrays:
        raise TypeError(say("arrays are missing: give one by name, such as pixels=images."))
    parts = {name: _numbers(name, array, table, missing) for name, array in arrays.items()}
    if lacks.any() and missing != "drop":
        raise ValueError(
            say("{where} has no label.", where=table.where("label", int(np.argmax(lacks))))
        )
    kept = ~lacks
    if missing == "drop":
        for part in parts.values():
            kept &= ~_lacking(part)
    if not kept.any():
        raise ValueError(say("arrays have no example that has all its values."))
    order = np.argsort(codes, kind="stable")
    order = order[kept[order]]
    there, starts = np.unique(codes[order], return_index=True)
    features = tuple(_feature(name, parts[name]) for name in sorted(parts))
    return InMemory(
        [names[code] for code in there],
        np.array([*starts, len(order)]),
        {name: part[order] for name, part in {**parts, "label": values}.items()},
        Schema("label", found, features),
    )


def _column(name: str, value: Any) -> pd.Series:
    """Texts or numbers with one axis."""
    if not isinstance(value, np.ndarray | pd.Series | pd.Index | list | tuple):
        value = np.asarray(value) if hasattr(value, "__array__") else value
    if not isinstance(value, np.ndarray | pd.Series | pd.Index | list | tuple):
        raise TypeError(
            say(
                "{name} must be a list or an array with a value for each example, and it is "
                "{value}.",
                name=name,
                value=described(value),
            )
        )
    if np.ndim(np.empty(0) if isinstance(value, list | tuple) else value) != 1:
        raise ValueError(
            say(
                "{name} must have one axis, and it has {axes}.",
                name=name,
                axes=np.ndim(value),
            )
        )
    if not len(value):
        raise ValueError(say("{name} is empty; give at least one example.", name=name))
    column = pd.Series(value).reset_index(drop=True)
    if isinstance(value, np.ndarray) and value.dtype.kind == "S":
        raise ValueError(say("{name} must be texts, and it is bytes; decode them.", name=name))
    return column


def _check_length(name: str, length: int, wanted: int) -> None:
    if length != wanted:
        raise ValueError(
            say(
                "{name} and client_ids must be of the same length, and theirs are {length} and "
                "{wanted}.",
                name=name,
                length=length,
                wanted=wanted,
            )
        )


def _labels(table: Table, classes: Any) -> tuple[tuple[str, ...] | None, np.ndarray, np.ndarray]:
    if classes is not None and not isinstance(classes, bool):
        classes = check_names("classes", classes)
    values = table.frame["label"]
    if classes is False or classes is True or not pd.api.types.is_integer_dtype(values.dtype):
        if classes is None and table.kind("label") == NUMBERS:
            # Numbers with a fraction; booleans are classes.
            classes = None if pd.api.types.infer_dtype(values.dropna()) == "boolean" else False
        return table_parts.label(table, "label", classes)
    most = _LARGEST_LABEL if classes is None else len(classes) - 1
    wrong = (values < 0) | (values > most)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            say(
                "{where} holds {value}; a class's number is from 0 to {most}. For a number to "
                "predict, say {write}.",
                where=table.where("label", row),
                value=int(values.iloc[row]),
                most=most,
                write="classes=False",
            )
        )
    names = map(str, range(int(values.max()) + 1)) if classes is None else classes
    return tuple(names), values.to_numpy(np.int32), np.zeros(len(values), bool)


def _numbers(name: str, value: Any, table: Table, missing: str) -> np.ndarray:
    """An array of numbers with a row for each example, in 32 bits or fewer."""
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.asarray(None)
    if array.dtype.kind not in "biuf":
        raise TypeError(
            say(
                "{name} must be an array of numbers, [n, ...], and it is {value}.",
                name=name,
                value=described(value)
                if array.ndim == 0
                else say("of type {type}", type=str(array.dtype)),
            )
        )
    if array.ndim == 0:
        raise TypeError(
            say(
                "{name} must be an array of numbers, [n, ...], and it is {value}.",
                name=name,
                value=described(value),
            )
        )
    _check_length(name, len(array), len(table.frame))
    if not array.size:
        raise ValueError(
            say(
                "{name} has examples without a number: its shape is {shape}.",
                name=name,
                shape=list(array.shape),
            )
        )
    if array.dtype.kind == "f":
        with np.errstate(over="ignore"):
            array = array.astype(np.float32)
        _check_floats(name, array, table, missing)
        return array
    if array.dtype.itemsize > 4 or array.dtype == np.uint32:
        bounds = np.iinfo(np.int32)
        wrong = ((array < bounds.min) | (array > bounds.max)).reshape(len(array), -1).any(axis=1)
        if wrong.any():
            raise ValueError(
                say(
                    "{where} holds integers of more than 32 bits; give them as floats.",
                    where=table.where(name, int(np.argmax(wrong))),
                )
            )
        return array.astype(np.int32)
    return array


def _check_floats(name: str, array: np.ndarray, table: Table, missing: str) -> None:
    wrong = np.isinf(array).reshape(len(array), -1).any(axis=1)
    if wrong.any():
        raise ValueError(
            say(
                "{where} holds a number that is infinite, or too large for float32.",
                where=table.where(name, int(np.argmax(wrong))),
            )
        )
    lacks = _lacking(array)
    if missing == "refuse" and lacks.any():
        raise ValueError(
            say(
                "{where} holds NaN; rows that do: {number}. Say {keep} to keep it, or {drop} to "
                "leave out such examples.",
                where=table.where(name, int(np.argmax(lacks))),
                number=int(lacks.sum()),
                keep='missing="keep"',
                drop='missing="drop"',
            )
        )


def _lacking(array: np.ndarray) -> np.ndarray:
    """Whether an example has NaN in it, bool [n]."""
    if array.dtype.kind != "f":
        return np.zeros(len(array), bool)
    return np.isnan(array).reshape(len(array), -1).any(axis=1)


def _feature(name: str, array: np.ndarray) -> Feature:
    if array.ndim == 1:
        return Feature(name, NUMBER)
    return Feature(name, ARRAY, size=math.prod(array.shape[1:]))
