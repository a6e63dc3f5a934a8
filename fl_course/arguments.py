"""Checks of what the course's functions are given, a function for each kind of argument.

A check takes the argument's name and what was given for it, and gives back the value in the one
form that the code goes on with. Its error names the argument, and says what is allowed and what
was given. The integers of NumPy are as good as Python's everywhere, and True is no number.
"""

import contextlib
import math
import numbers
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from fl_course.localization import Said, say

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf
    import tensorflow_federated as tff

MOST_CLIENTS = 10**6  # a list of ids of that many takes a tenth of a gigabyte
LARGEST_INT32 = 2**31 - 1
LARGEST_FLOAT32 = (2 - 2**-23) * 2.0**127
SMALLEST_FLOAT32 = 2.0**-126  # of full precision; what is far smaller becomes 0

_SEEDS = 2**32  # as many as NumPy's global generator takes, the pickiest of those that we seed
_ENDLESS = -1  # tf.data.INFINITE_CARDINALITY
_SHORT = 80
_SHOWN_AS_WRITTEN = (str, bytes, numbers.Number, list, tuple, set, dict, type(None))


def described(value: object) -> str:
    """A value as a message shows it: as it is written, or by its type where that has no end."""
    text = ""
    if isinstance(value, _SHOWN_AS_WRITTEN):
        try:
            text = " ".join(repr(value).split())
        except Exception:  # of an integer with thousands of digits, or by an object in a list
            text = ""
    if not text:
        return say("of type {type}", type=type(value).__name__)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 3]}..."


def check_integer(name: str, value: object, least: int, most: int = LARGEST_INT32) -> int:
    """Checks that a value is an integer from `least` to `most`, and makes it Python's own.

    Raises:
        ValueError: If it isn't.
    """
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < least:
        raise ValueError(
            say(
                "{name} must be an integer of {least} or more, and it is {value}.",
                name=name,
                least=least,
                value=described(value),
            )
        )
    if value > most:
        raise ValueError(
            say(
                "{name} must be an integer from {least} to {most}, and it is {value}.",
                name=name,
                least=least,
                most=most,
                value=described(value),
            )
        )
    return int(value)


def check_seed(seed: object) -> int:
    """Checks a seed, which is the same everywhere: an integer from 0 to 2**32 - 1.

    Raises:
        ValueError: If it is anything else.
    """
    whole = isinstance(seed, numbers.Integral) and not isinstance(seed, bool)
    if not whole or not 0 <= seed < _SEEDS:
        raise ValueError(
            say(
                "seed must be an integer from 0 to 2**32 - 1, and it is {seed}.",
                seed=described(seed),
            )
        )
    return int(seed)


def check_number(
    name: str,
    value: Any,
    *,
    least: float = 0.0,
    least_allowed: bool = True,
    below: float = math.inf,
    infinite_allowed: bool = False,
) -> float:
    """Checks that a value is a number within its range, and one that float32 can hold.

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
    number = _real(value)
    if infinite_allowed and number == math.inf:
        return number
    if number is not None and 0 < number < SMALLEST_FLOAT32 and least == 0:
        least, least_allowed = SMALLEST_FLOAT32, True
    if number is not None and number > LARGEST_FLOAT32:
        below = min(below, LARGEST_FLOAT32)
    # Written so that NaN, for which no comparison holds, is refused.
    if (
        number is not None
        and (number > least or (least_allowed and number == least))
        and number < below
    ):
        return number
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
        value=described(value),
    )
    raise TypeError(message) if number is None else ValueError(message)


def _real(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return None
    try:
        return float(value)
    except OverflowError:
        return math.copysign(sys.float_info.max, 1 if value > 0 else -1)


def check_flag(name: str, value: object) -> bool:
    """Checks that a value is True or False.

    Raises:
        TypeError: If it is neither.
    """
    if not isinstance(value, bool):
        raise TypeError(
            say(
                "{name} must be True or False, and it is {value}.",
                name=name,
                value=described(value),
            )
        )
    return value


def check_text(name: str, value: object) -> str:
    """Checks that a value is a text.

    Raises:
        TypeError: If it is none.
    """
    if not isinstance(value, str):
        raise TypeError(
            say("{name} must be a text, and it is {value}.", name=name, value=described(value))
        )
    return value


def check_choice(name: str, value: object, choices: Sequence[str]) -> str:
    """Checks that a value is one of a few texts.

    Raises:
        TypeError: If it is no text.
        ValueError: If it is another text.
    """
    text = check_text(name, value)
    if text not in choices:
        raise ValueError(
            say(
                "{name} must be one of {choices}, and it is {value}.",
                name=name,
                choices=", ".join(map(repr, choices)),
                value=described(text),
            )
        )
    return text


def check_names(name: str, value: Any) -> list[str]:
    """Checks that a value is a list, a tuple or an array of texts, none of them twice.

    Raises:
        TypeError: If it is something else, such as one text.
        ValueError: If it is empty, or a text is in it twice.
    """
    texts = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise TypeError(
            say(
                "{name} must be a list of texts, and it is {value}.",
                name=name,
                value=described(value),
            )
        )
    if not texts:
        raise ValueError(say("{name} is empty; give at least one.", name=name))
    seen: set[str] = set()
    for text in texts:
        if text in seen:
            raise ValueError(
                say("{name} holds {text} twice; give each once.", name=name, text=described(text))
            )
        seen.add(text)
    return list(texts)


def check_function(name: str, value: Any, wanted: str) -> Callable[..., Any]:
    """Checks that a value can be called.

    Args:
        name: The argument's name.
        value: What was given for it.
        wanted: What the function takes and gives, `noted` for its translation.

    Raises:
        TypeError: If it can't be called.
    """
    if not callable(value):
        raise TypeError(
            say(
                "{name} must be a function {wanted}, and it is {value}.",
                name=name,
                wanted=say(wanted),
                value=described(value),
            )
        )
    return value


def check_array(name: str, value: Any) -> "np.ndarray":
    """Checks that a value is an array of numbers, with at least one along its first axis.

    Raises:
        TypeError: If it isn't, and can't be made one.
    """
    import numpy as np  # what reads a folder or a flag needs no arrays

    array = None
    with contextlib.suppress(TypeError, ValueError):
        array = np.asarray(value)
    if array is None or array.dtype.kind not in "biuf" or array.ndim == 0 or len(array) == 0:
        raise TypeError(
            say(
                "{name} must be an array of numbers, with at least one example, and it is {value}.",
                name=name,
                value=described(value),
            )
        )
    return array


def check_folder(name: str, value: Any) -> str:
    """Checks that a value names a folder, or a place where one can be made.

    Raises:
        TypeError: If it is neither a text nor a path.
        ValueError: If it is empty, or there is a file where a folder should be.
    """
    folder = os.fspath(value) if isinstance(value, str | os.PathLike) else None
    if not isinstance(folder, str):
        raise TypeError(_no_folder(name, described(value)))
    if not folder or "\0" in folder:
        raise ValueError(_no_folder(name, described(folder)))
    above = folder
    while above and not os.path.lexists(above):
        above = os.path.dirname(above)
    if above and not os.path.isdir(above):
        raise ValueError(
            say(
                "{name} must be a folder, and {file} is a file. Name another.",
                name=name,
                file=repr(above),
            )
        )
    return folder


def _no_folder(name: str, value: str) -> Said:
    return say("{name} must be the name of a folder, and it is {value}.", name=name, value=value)


def check_client_data(client_data: Any) -> "tff.simulation.datasets.ClientData":
    """Checks that a value is client data, with at least one client.

    Raises:
        TypeError: If it is something else, such as both parts of `fl_course.data.load()`.
        ValueError: If there is no client.
    """
    # Here, because figures and the engine's start use this module without TFF.
    from tensorflow_federated.python.simulation.datasets.client_data import ClientData

    if isinstance(client_data, ClientData):
        if not client_data.client_ids:
            raise ValueError(say("client_data holds no client; give one that has some."))
        return client_data
    if isinstance(client_data, tuple | list) and any(
        isinstance(part, ClientData) for part in client_data
    ):
        raise TypeError(
            say(
                "client_data must be one ClientData, and it is a pair of them. Write "
                "{write}, and give one of the two.",
                write="train, test = fl_course.data.load()",
            )
        )
    raise TypeError(
        say(
            "client_data must be a ClientData, such as data.load()[0], and it is of type {type}.",
            type=type(client_data).__name__,
        )
    )


def is_endless(dataset: "tf.data.Dataset") -> bool:
    """Whether a dataset is known to repeat for ever; of a filtered one, nothing is known."""
    return int(dataset.cardinality()) == _ENDLESS


def check_client_ids(client_ids: Any) -> list[str]:
    """Checks that a value is a list, a tuple or an array of ids; it may be empty.

    Raises:
        TypeError: If it is something else, such as one id.
    """
    if isinstance(client_ids, str):
        raise TypeError(
            say(
                "client_ids must be a list of ids; write [{client_ids}] for one client.",
                client_ids=repr(client_ids),
            )
        )
    ids = client_ids.tolist() if hasattr(client_ids, "tolist") else client_ids
    if not isinstance(ids, list | tuple):
        raise TypeError(
            say(
                "client_ids must be a list of ids, such as client_data.client_ids, and it is "
                "{ids}.",
                ids=described(client_ids),
            )
        )
    for client_id in ids:
        if not isinstance(client_id, str):
            raise TypeError(
                say(
                    "client_ids must be a list of texts, and it holds {client_id}.",
                    client_id=described(client_id),
                )
            )
    return list(ids)


def check_known(client_ids: list[str], client_data: "tff.simulation.datasets.ClientData") -> None:
    """Checks that client data have all of these clients.

    Raises:
        ValueError: If one of them isn't there.
    """
    known = client_data.client_ids
    there = set(known)
    for client_id in client_ids:
        if client_id not in there:
            raise ValueError(
                say(
                    "client_ids holds {client_id}, which is not a client; there are {num_known}, "
                    "from {first} to {last}.",
                    client_id=repr(client_id),
                    num_known=len(known),
                    first=repr(known[0]),
                    last=repr(known[-1]),
                )
            )


def keyed_by_text(name: str, value: Mapping[Any, Any]) -> dict[str, Any]:
    """A mapping with its keys as texts.

    Raises:
        ValueError: If two keys are the same text, as 1 and "1" are.
    """
    keyed = {str(key): item for key, item in value.items()}
    if len(keyed) < len(value):
        texts = [str(key) for key in value]
        twice = next(text for text in texts if texts.count(text) > 1)
        raise ValueError(
            say(
                "{name} has two keys that read {text}; give each entry a name of its own.",
                name=name,
                text=repr(twice),
            )
        )
    return keyed
