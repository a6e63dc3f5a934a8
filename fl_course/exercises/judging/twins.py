"""A learner's function as it was before its first call, here or in a new process."""

import collections
import copy
import functools
import random
import types
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

# What may keep something from one call to the next, and can be copied.
_STATE = (
    list,
    dict,
    set,
    collections.deque,
    random.Random,
    np.random.Generator,
    np.random.RandomState,
)


def twin(function: Any, *, elsewhere: bool = True) -> Any:
    """A copy of a function, with copies of the lists, dicts and generators that it uses.

    Make it before the function is called. What is no Python function is copied if it can be.

    Args:
        function: What the learner gave.
        elsewhere: Whether the twin lives in another process: in it, the hash of a text and the
            order of a set are not those of this one.
    """
    names = _OF_ANOTHER_PROCESS if elsewhere else {}
    return _Copies(getattr(function, "__globals__", None), names).of(function)


class _Copies:
    """Copies of what belongs together: what two functions share, their copies share."""

    def __init__(self, names: dict[str, Any] | None, others: dict[str, Any]) -> None:
        self._names = names  # of the notebook
        self._new_names = {**(names or {})}
        for name, value in others.items():
            self._new_names.setdefault(name, value)
        self._done: dict[int, Any] = {}  # copies, by the id of what was copied
        self._memo: dict[int, Any] = {}

    def of(self, value: Any) -> Any:
        if id(value) in self._done:
            return self._done[id(value)]
        if hasattr(value, "get_concrete_function"):
            return value  # a copy would have the same Python function, and be traced once more
        if isinstance(value, types.FunctionType):
            return self._of_function(value) if value.__globals__ is self._names else value
        if hasattr(value, "cache_info") and hasattr(value, "__wrapped__"):
            self._names = self._names or value.__wrapped__.__globals__
            cached = functools.lru_cache(maxsize=None)(self.of(value.__wrapped__))
            return self._done.setdefault(id(value), cached)
        own_class = self._names is not None and type(value).__module__ == self._names.get(
            "__name__"
        )
        if isinstance(value, _STATE) or own_class or self._names is None:
            try:
                return copy.deepcopy(value, self._memo)
            except Exception:
                return value
        return value

    def _of_function(self, function: types.FunctionType) -> types.FunctionType:
        cells = tuple(types.CellType() for _ in function.__closure__ or ())
        new = types.FunctionType(
            function.__code__, self._new_names, function.__name__, closure=cells or None
        )
        self._done[id(function)] = new
        for cell, old in zip(cells, function.__closure__ or (), strict=True):
            cell.cell_contents = self.of(old.cell_contents)
        new.__defaults__ = function.__defaults__ and tuple(map(self.of, function.__defaults__))
        new.__kwdefaults__ = function.__kwdefaults__ and {
            name: self.of(value) for name, value in function.__kwdefaults__.items()
        }
        new.__dict__.update({name: self.of(value) for name, value in function.__dict__.items()})
        for name in _names_in(function.__code__):
            if name in function.__globals__:
                self._new_names[name] = self.of(function.__globals__[name])
        return new


def _names_in(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names_in(constant)


def _salted(value: Any) -> int:
    return zlib.crc32(f"another process {value!r}".encode())


def _hash(value: Any) -> int:
    """Python's own for numbers; texts have another one in each process."""
    return hash(value) if isinstance(value, (int, float)) else _salted(value)


class _Set(set):
    """A set with another order."""

    def __iter__(self) -> Iterator[Any]:
        return iter(sorted(super().__iter__(), key=_salted))

    def pop(self) -> Any:
        first = next(iter(self))
        self.remove(first)
        return first


def _ending_in_a_set(name: str) -> Any:
    def method(self: _Set, *others: Any) -> Any:
        result = getattr(set, name)(self, *others)
        return result if result is NotImplemented else _Set(result)

    return method


for _name in ("__and__", "__or__", "__sub__", "__xor__", "copy", "difference", "intersection"):
    setattr(_Set, _name, _ending_in_a_set(_name))
for _name in ("symmetric_difference", "union"):
    setattr(_Set, _name, _ending_in_a_set(_name))

_OF_ANOTHER_PROCESS: dict[str, Any] = {"hash": _hash, "set": _Set, "frozenset": _Set}
