"""One checkpoint's file: a server's state and the metrics up to it, as numbers and text."""

import json
import zipfile
from typing import Any, BinaryIO
from urllib import parse

import numpy as np
import tree

from fl_course.localization import say

_HISTORY = "history.json"


class NewerError(ValueError):
    """Something is in a checkpoint that only a newer version can have written."""


def parts_of(state: Any) -> dict[str, Any]:
    """The leaves of a state by their place in it, such as `weights/0`, in its own order.

    Raises:
        ValueError: If a leaf is not made of numbers, and so can't be in a checkpoint.
    """
    parts = {
        # Quoted, so that two places never have one name.
        "/".join(parse.quote(str(key), safe="") for key in path): leaf
        for path, leaf in tree.flatten_with_path(state)
    }
    for name, leaf in parts.items():
        if not isinstance(leaf, np.ndarray | np.generic | int | float):
            form = type(leaf).__name__
        elif (dtype := np.asarray(leaf).dtype).hasobject or dtype.kind not in "biufcV":
            form = str(dtype)
        else:
            continue
        raise ValueError(
            say(
                "{name} in the state is of type {form}, and checkpoints hold numbers",
                name=name,
                form=form,
            )
        )
    return parts


def form_of(leaf: Any) -> str:
    """A leaf's dtype and shape, such as `float32[784, 10]`."""
    array = np.asarray(leaf)
    return f"{array.dtype}{list(array.shape)}"


def write(file: BinaryIO, state: Any, history: dict[str, Any], *, like: Any) -> None:
    """Writes a checkpoint.

    Args:
        file: Open for writing, and empty.
        state: The server's state.
        history: The fields of a `fl_course.training.History`.
        like: A state of the process, with whose form the checkpoint will be read.

    Raises:
        OSError: If the file can't be written.
        ValueError: If `state` is not of the form of `like`: it could not be read back.
    """
    parts = parts_of(state)
    then = {name: form_of(leaf) for name, leaf in parts_of(like).items()}
    now = {name: form_of(leaf) for name, leaf in parts.items()}
    for name in [*then, *now]:
        if then.get(name) != now.get(name):
            raise ValueError(
                say(
                    "its part {name} is {now}, and at the start it was {then}",
                    name=name,
                    now=now.get(name, say("not there")),
                    then=then.get(name, say("not there")),
                )
            )
    # Members without a time of their own: the same state gives the same bytes.
    with zipfile.ZipFile(file, "w") as archive:
        for name, leaf in parts.items():
            with archive.open(zipfile.ZipInfo(_member(name)), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, _stored(leaf), (1, 0), allow_pickle=False)
        # As text: numbers keep all their digits.
        archive.writestr(zipfile.ZipInfo(_HISTORY), json.dumps(history))


def read(path: str, round_num: int, *, like: Any) -> tuple[Any, dict[str, Any]]:
    """Reads a checkpoint; nothing but what `like` has is read, and no more of it.

    Args:
        path: The file.
        round_num: The round that it has to be of.
        like: A state of the process.

    Returns:
        The state, of the structure, types, dtypes and shapes of `like`, and the history's fields.

    Raises:
        NewerError: If the history has a field that is not known here.
        Exception: Any other, from OSError to SyntaxError, if the file is damaged.
    """
    parts = parts_of(like)
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if [member.filename for member in members] != [*map(_member, parts), _HISTORY]:
            raise ValueError(say("its parts are not those of the state"))
        # What is stored as it is takes no more memory than the file has bytes.
        if any(member.compress_type != zipfile.ZIP_STORED for member in members):
            raise ValueError(say("it is compressed, as no checkpoint is"))
        leaves = [_read_leaf(archive, name, leaf) for name, leaf in parts.items()]
        history = _read_history(archive.read(_HISTORY), round_num)
    return tree.unflatten_as(like, leaves), history


def _member(name: str) -> str:
    return f"state/{name}.npy"


def _stored(leaf: Any) -> np.ndarray:
    """A leaf as it is in a file: of dtypes that are not NumPy's, such as bfloat16, the bits."""
    array = np.asarray(leaf, order="C")
    return array.view(f"u{array.dtype.itemsize}") if array.dtype.kind == "V" else array


def _read_leaf(archive: zipfile.ZipFile, name: str, like: Any) -> Any:
    """Reads one part of a state, after a look at whether it is of the dtype and shape of `like`."""
    stored = _stored(like)
    with archive.open(_member(name)) as member:
        version = np.lib.format.read_magic(member)
        if version != (1, 0):
            raise ValueError(say("{name} is of a form that is not known", name=name))
        header = np.lib.format.read_array_header_1_0(member)
        if header != (stored.shape, False, stored.dtype):
            raise ValueError(say("{name} is not of the state's form", name=name))
        # One byte more, so that the end is seen, and with it whether the checksum is right.
        numbers = member.read(stored.nbytes + 1)
    if len(numbers) != stored.nbytes:
        raise ValueError(say("{name} is not of the state's form", name=name))
    array = np.frombuffer(numbers, stored.dtype).reshape(stored.shape).copy()
    if isinstance(like, np.ndarray):
        return array.view(like.dtype)
    return array.view(like.dtype)[()] if isinstance(like, np.generic) else type(like)(array)


def _read_history(text: bytes, round_num: int) -> dict[str, Any]:
    """The fields of a `fl_course.training.History` up to a round."""
    fields = json.loads(text)
    if not isinstance(fields, dict):
        raise ValueError(say("its history is no history"))
    known = ("rounds", "train", "evaluation")
    if unknown := sorted(fields.keys() - set(known)):
        raise NewerError(say("{name} in the history is not known here", name=unknown[0]))
    rounds, *metrics = (fields.get(name) for name in known)
    # The length first: a file's name can have a round's number that fits into no memory.
    if (
        not isinstance(rounds, list)
        or len(rounds) != round_num
        or rounds != list(range(1, round_num + 1))
    ):
        raise ValueError(say("its history is not of rounds 1 to {last}", last=round_num))
    for name, values in zip(known[1:], metrics, strict=True):
        if not isinstance(values, dict) or not all(
            isinstance(column, list)
            and len(column) == round_num
            and all(type(value) in (int, float) for value in column)
            for column in values.values()
        ):
            raise ValueError(say("{name} in its history is not a number for each round", name=name))
    return fields
