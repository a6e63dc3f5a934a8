"""What was said and drawn in a lesson, as the text that is kept beside its solved notebook.

While the English notebook is executed, `fl_course.localization` records sentences and figures. From
this text the outputs in every other language follow, so that a test can derive them again anywhere
without a kernel. Of what a figure is drawn from it has a digest only: the images alone would be
larger than the notebook.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from nbformat import NotebookNode

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import Lesson
from fl_course.authoring.messages import has_words
from fl_course.authoring.notebooks import executed_cells, path_of
from fl_course.localization import ENGLISH, Said, in_language

Raw = Mapping[str, Sequence[tuple[Any, ...]]]
"""By cell id, what `fl_course.localization` recorded in a cell, in order."""

_PLACEHOLDER = re.compile(r"\{\w*\}")

RECORDS_ENDING = ".records.json"


@dataclass(frozen=True)
class Figure:
    """A figure that was displayed.

    Attributes:
        function: Name of the function of `fl_course.plotting` that drew it.
        made_of: SHA-256 over the function's arguments.
        description: Its alternative text.
        words: The English texts in it that are looked up, sorted.
    """

    function: str
    made_of: str
    description: Said
    words: tuple[str, ...]


Records = Mapping[str, Sequence[Said | Figure]]
"""By cell id, what was said and drawn in a cell, in order."""


def records_of(raw: Raw, english: NotebookNode) -> Records:
    """What is kept of what was recorded: what the outputs show of it.

    A single word is a part of a sentence, or of a progress bar: by itself it may as well be the
    learner's own, as in "round 3".

    Args:
        raw: What was recorded.
        english: The solved notebook that it was recorded in, executed.

    Raises:
        AuthoringError: If a figure is drawn from something that has no digest.
    """
    records = {}
    for cell in executed_cells(english):
        shown = "\n".join(map(_text, cell.outputs))
        entries = [_entry(cell.id, *entry) for entry in raw.get(cell.id, ())]
        records[cell.id] = [
            x for x in entries if isinstance(x, Figure) or (x in shown and not x.message.isalpha())
        ]
    return records


def _text(output: NotebookNode) -> str:
    return output.get("text") or output.get("data", {}).get("text/markdown", "")


def figures_of(raw: Raw, cells: Sequence[NotebookNode]) -> list[tuple[Any, ...]]:
    """What each figure is drawn from, in the order of the cells: function and arguments."""
    return [x[1:4] for cell in cells for x in raw.get(cell.id, ()) if x[0] == "figure"]


def dumps_records(records: Records, english: NotebookNode) -> bytes:
    """The kept text: the same records always give the same bytes.

    Args:
        records: What was said and drawn.
        english: The solved notebook that it was said in.
    """
    cells = {
        cell: [_plain(entry) for entry in entries] for cell, entries in records.items() if entries
    }
    content = {"inputs": english.metadata.fl_course.inputs, "cells": cells}
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()


def loads_records(content: bytes, english: NotebookNode) -> Records | None:
    """The records of a kept text, or None if they are not of this notebook's code."""
    try:
        kept = json.loads(content)
        if kept["inputs"] != english.metadata.fl_course.inputs:
            return None
        return {
            cell: [_figure(x) if "figure" in x else _sentence(x) for x in entries]
            for cell, entries in kept["cells"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return None  # Someone edited it; a build makes it anew.


def records_path(lesson: Lesson) -> Path:
    """Where the records of a lesson are kept."""
    return path_of(lesson, ENGLISH, "solved").with_suffix(RECORDS_ENDING)


def drawn_words(content: bytes) -> set[str]:
    """The English texts that are looked up for the figures of a kept text, whatever its code was.

    Args:
        content: As `dumps_records` gives it; of another text they are none.
    """
    try:
        cells = json.loads(content)["cells"].values()
        return {word for entries in cells for x in entries for word in x.get("words", ())}
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()


def _entry(cell: str, kind: str, *entry: Any) -> Said | Figure:
    if kind == "say":
        return in_language(*entry, ENGLISH)
    name, arguments, options, about, words = entry
    try:
        content = json.dumps([_canonical(arguments), _canonical(options)])
    except TypeError as error:
        raise AuthoringError(
            f"cell {cell}: {name} is drawn from {error}. Give it numbers, texts and arrays."
        ) from None
    made_of = hashlib.sha256(content.encode()).hexdigest()
    return Figure(name, made_of, in_language(*about, ENGLISH), tuple(filter(_has_words, words)))


def _has_words(text: str) -> bool:
    """Whether there is more in a text than numbers and placeholders."""
    return has_words(_PLACEHOLDER.sub("", text))


def _canonical(value: Any) -> Any:
    """A value as JSON's, so that equal values give equal texts."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray) and value.dtype != object:
        content = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
        return ["array", value.dtype.str, list(value.shape), content]
    if isinstance(value, Mapping):
        return ["mapping", [[_canonical(x), _canonical(value[x])] for x in value]]
    if isinstance(value, Sequence):
        return [_canonical(x) for x in value]
    raise TypeError(f"a value of type {type(value).__name__}")


def _plain(entry: Any) -> Any:
    if isinstance(entry, Figure):
        return {
            "figure": entry.function,
            "made_of": entry.made_of,
            "description": _plain(entry.description),
            "words": list(entry.words),
        }
    if isinstance(entry, Said):
        if entry.values is None:
            return {"said": entry.message}
        values = {name: _plain(value) for name, value in entry.values.items()}
        return {"said": entry.message, "values": values}
    return entry


def _figure(kept: Mapping[str, Any]) -> Figure:
    description = _sentence(kept["description"])
    return Figure(kept["figure"], kept["made_of"], description, tuple(kept["words"]))


def _sentence(kept: Mapping[str, Any]) -> Said:
    values = kept.get("values")
    if values is not None:
        values = {k: _sentence(x) if isinstance(x, dict) else x for k, x in values.items()}
    return in_language(kept["said"], values, ENGLISH)
