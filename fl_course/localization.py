"""The course's own words in the notebook's language.

The code has them in English, as what `say` and `word` take; `fl_course/locale` has the other
languages, and is built from `translations/`. A word that is missing there is shown in English.

When a notebook is built, what is said in it is recorded, so that the builder can say it in every
other language without executing the notebook again.
"""

import contextlib
import functools
import io
import json
import os
import pathlib
import pickle
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from fl_course import catalog

ENGLISH = "en"
RECORD = "FL_COURSE_RECORD"
"""Names, in the environment, the file that takes the records."""

NUMBER = "{number}"
"""Stands for the number in a word of a figure that is known for all numbers."""

_NUMBER = re.compile(r"(?<![\w.])\d(?:[\d,.]*\d)?(?!\w)")
_BETWEEN = (": ", ", ", "\n")  # the parts of a name; the outer ones first
_LONGEST_NAME = 60
_LOCALE = pathlib.Path(__file__).parent / "locale"
_language = ENGLISH
_at_hand: tuple[Mapping[str, str], tuple[str, ...]] | None = None
_silent = 0
_heard: set[str] | None = None


class Said(str):
    """A text as it is shown, which knows what it was made of.

    Attributes:
        message: The English text, with placeholders.
        values: What was put into the placeholders; None if there are none to fill.
    """

    message: str
    values: Mapping[str, Any] | None


def languages() -> tuple[str, ...]:
    """The languages there are, English first."""
    return (ENGLISH, *sorted(file.stem for file in _LOCALE.glob("*.json")))


def current() -> str:
    """The language that is spoken."""
    return _language


def use(language: str) -> None:
    """Speaks a language from here on.

    Args:
        language: Its code, such as "ko".

    Raises:
        ValueError: If the course has no such language.
    """
    global _language
    if language not in languages():
        raise ValueError(
            f"language is {language!r}, and the course speaks {', '.join(languages())}. Give one "
            "of these."
        )
    _language = language


@contextlib.contextmanager
def speaking(
    language: str, words: Mapping[str, str] | None = None, fonts: Sequence[str] = ()
) -> Iterator[None]:
    """Speaks a language in the block.

    Args:
        language: Its code.
        words: Its words by the English ones, and `fonts` as `fonts()` gives them, instead of those
            that are installed: for the builder, which has them at hand before they are.
        fonts: See there.
    """
    global _language, _at_hand
    before = _language, _at_hand
    _at_hand = None if words is None else (words, tuple(fonts))
    _language = language
    try:
        yield
    finally:
        _language, _at_hand = before


def say(message: str, /, **values: Any) -> Said:
    """A sentence of the course in the language that is spoken.

    Args:
        message: The English sentence. Placeholders in braces, as `str.format` takes them, if there
            are values; without values, braces are just that. `{{slug}}` becomes the number of the
            lesson of this name first.
        **values: Values for the placeholders, by name; they may be texts of the course themselves.
    """
    message = catalog.numbered(message)
    kept = {name: _plain(value) for name, value in values.items()} or None
    said = in_language(message, kept, _language)
    record("say", message, kept)
    return said


def joined(parts: Sequence[str]) -> str:
    """Parts of a sentence, as "a, b and c"; an empty text if there are none."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    first = parts[0]
    for part in parts[1:-1]:
        first = say("{first}, {second}", first=first, second=part)
    return say("{first} and {last}", first=first, last=parts[-1])


def strung(separator: str, parts: Iterable[str]) -> Said:
    """Parts with a separator between them, the same in every language."""
    kept = {f"part_{number}": _plain(part) for number, part in enumerate(parts)}
    said = Said(separator.join(kept.values()))
    said.message, said.values = separator.join(f"{{{name}}}" for name in kept), kept
    return said


def word(message: str) -> Said:
    """A word in a figure in the language that is spoken; one that the course doesn't know stays.

    One that is not known as a whole is put together from what is known of it: `10 clients, alone`
    from `{number} clients` and `alone`.
    """
    return message if isinstance(message, Said) else in_language(message, None, _language)


def tell(text: str) -> None:
    """Prints a line, also where the output has no letters for it: with question marks there."""
    try:
        print(text)
    except UnicodeEncodeError:  # a terminal in EUC-JP, a log file in ASCII
        encoding = sys.stdout.encoding
        print(text.replace("·", "-").encode(encoding, "replace").decode(encoding))


def one_line(text: str) -> str:
    """A text without the line breaks and double spaces that names in it brought along."""
    return " ".join(text.split())


def noted(message: str) -> str:
    """The same text: marks one that `say` or `word` get later, so that it is translated."""
    return message


def in_language(message: str, values: Mapping[str, Any] | None, language: str) -> Said:
    """What `say` gives when another language is spoken.

    Args:
        message: The English sentence.
        values: What is put into its placeholders; None if there are none to fill.
        language: The language's code.
    """
    shown = _translated(message, language)
    if values is not None:
        inner = {
            name: in_language(value.message, value.values, language)
            if isinstance(value, Said)
            else value
            for name, value in values.items()
        }
        shown = shown.format(**inner)
    said = Said(shown)
    said.message, said.values = message, values
    return said


def fonts() -> tuple[str, ...]:
    """Files of the fonts that figures need in the language that is spoken; English needs none.

    Each is a path within the package that it comes with, which its first part names.
    """
    return tuple(_installed(_language)["fonts"]) if _at_hand is None else _at_hand[1]


def record(*entry: Any) -> None:
    """Notes for the builder what was said or drawn, if a notebook is being built."""
    file = os.environ.get(RECORD)
    if file and not _silent:
        with open(file, "ab") as records:
            records.write(_dumps(entry))


@contextlib.contextmanager
def unrecorded() -> Iterator[None]:
    """Records nothing in the block."""
    global _silent
    _silent += 1
    try:
        yield
    finally:
        _silent -= 1


@contextlib.contextmanager
def heard() -> Iterator[set[str]]:
    """Gives the set that takes every English text that is looked up in the block."""
    global _heard
    before, _heard = _heard, set()
    try:
        yield _heard
    finally:
        inside, _heard = _heard, before
        if before is not None:
            before |= inside


def _plain(value: Any) -> Any:
    """A value that can be kept: a number, or a text."""
    return value if isinstance(value, (bool, int, float, Said)) else str(value)


def parts_of(name: str, is_known: Callable[[str], bool] = lambda part: False) -> Iterator[str]:
    """What a word of a figure is looked up by: itself, with its number open, part by part.

    Args:
        name: The word.
        is_known: Tells of a part that it is not divided any more.
    """
    if len(_NUMBER.findall(name)) == 1:
        yield (opened := _NUMBER.sub(NUMBER, name))
        if is_known(opened):
            return
    yield name
    if is_known(name):
        return
    for part in _divided(name)[1]:
        yield from parts_of(part, is_known)


def _divided(name: str) -> tuple[str, list[str]]:
    """What stands between the parts of a name, and its parts; none if it has only one."""
    between = next((x for x in _BETWEEN if x in name), "")
    return between, name.split(between) if between else []


def _translated(message: str, language: str) -> str:
    # A name is short; a sentence that is not translated yet is no patchwork of two languages.
    is_name = len(message) <= _LONGEST_NAME and not message.endswith(".")
    if _heard is not None:
        _heard.update(parts_of(message) if is_name else [message])
    if language == ENGLISH:
        return message
    words = _installed(language)["words"] if _at_hand is None else _at_hand[0]
    return words.get(message) or (_put_together(message, words) if is_name else message)


def _put_together(name: str, words: Mapping[str, str]) -> str:
    if known := words.get(name):
        return known
    numbers = _NUMBER.findall(name)
    if len(numbers) == 1 and (known := words.get(_NUMBER.sub(NUMBER, name))):
        return known.replace(NUMBER, numbers[0])
    between, parts = _divided(name)
    return between.join(_put_together(part, words) for part in parts) if parts else name


@functools.cache
def _installed(language: str) -> dict[str, Any]:
    """What is installed of a language: its words by the English ones, and its fonts."""
    file = _LOCALE / f"{language}.json"
    return json.loads(file.read_bytes()) if file.is_file() else {"words": {}, "fonts": []}


class _Pickler(pickle.Pickler):
    """Keeps arrays of every library as NumPy's, so that reading them needs no other."""

    def reducer_override(self, value: Any) -> Any:
        import numpy as np

        if hasattr(value, "__array__") and not isinstance(value, (np.ndarray, np.generic, type)):
            return np.array, (np.asarray(value),)
        return NotImplemented


def _dumps(entry: tuple[Any, ...]) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer).dump(entry)
    return buffer.getvalue()
