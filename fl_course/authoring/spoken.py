"""Outputs in another language, made of those of the English notebook without executing it again.

While the English notebook is executed, `fl_course.localization` records what is said and what is
drawn. From these records the outputs of every other language follow: sentences are said again with
the words of its catalog, figures drawn again from the same numbers. Everything else is the same.
"""

import copy
import io
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import NotebookNode

from fl_course import localization
from fl_course.authoring import AuthoringError
from fl_course.authoring.languages import Language
from fl_course.authoring.notebooks import executed_cells, key_of
from fl_course.exercises import feedback

Records = Mapping[str, Sequence[tuple[Any, ...]]]
"""By cell id, what was recorded in a cell, in order."""

_MARKDOWN, _PLAIN, _IMAGE = "text/markdown", "text/plain", "image/png"


def read_records(content: bytes) -> list[tuple[Any, ...]]:
    """Records as they stand in a file that `fl_course.localization.record` wrote."""
    file = io.BytesIO(content)
    records = []
    while file.tell() < len(content):
        records.append(pickle.load(file))
    return records


def fill(
    notebooks: Mapping[str, NotebookNode],
    english: NotebookNode,
    records: Records,
    languages: Sequence[Language],
) -> None:
    """Gives notebooks in other languages the outputs of the English one.

    Args:
        notebooks: Solved notebooks without outputs, by language.
        english: The solved notebook in English, executed and normalized.
        records: What was recorded in its cells.
        languages: The languages.

    Raises:
        AuthoringError: If a figure can't be drawn again.
    """
    figures = [entry for cell in executed_cells(english) for entry in _figures(records, cell)]
    drawn = _redrawn(figures, languages) if figures else {}
    for language in languages:
        images = iter(drawn.get(language.code, ()))
        cells = {cell.id: cell for cell in notebooks[language.code].cells}
        words = language.words()
        for cell in executed_cells(english):
            target = cells[cell.id]
            target.outputs = copy.deepcopy(cell.outputs)
            target.execution_count = cell.execution_count
            sentences = _sentences(records, cell, language.code, words)
            shown = [output for output in target.outputs if _is_figure(output)]
            if len(shown) != len(_figures(records, cell)):
                raise AuthoringError(
                    f"lesson {english.metadata.fl_course.lesson}, cell {key_of(cell)}: shows "
                    f"{len(shown)} figures and recorded {len(_figures(records, cell))}. Let each "
                    "figure be displayed once, by fl_course.plotting."
                )
            for output in shown:
                output.data, output.metadata = map(NotebookNode, next(images))
                output.metadata = NotebookNode(
                    {mime: NotebookNode(noted) for mime, noted in output.metadata.items()}
                )
            for output in target.outputs:
                _say_again(output, sentences)


def _figures(records: Records, cell: NotebookNode) -> list[tuple[Any, ...]]:
    return [entry for entry in records.get(cell.id, ()) if entry[0] == "figure"]


def _is_figure(output: NotebookNode) -> bool:
    return output.output_type == "display_data" and "alt" in output.metadata.get(_IMAGE, {})


def _sentences(
    records: Records, cell: NotebookNode, code: str, words: Mapping[str, str]
) -> list[tuple[str, str]]:
    """What was said in a cell, in English and in another language; the longest first."""
    said = [entry[1:] for entry in records.get(cell.id, ()) if entry[0] == "say"]
    with localization.speaking(code, words):
        pairs = {
            localization.in_language(message, values, localization.ENGLISH): str(
                localization.in_language(message, values, code)
            )
            for message, values in said
        }
    return sorted(pairs.items(), key=lambda pair: -len(pair[0]))


def _say_again(output: NotebookNode, sentences: Sequence[tuple[str, str]]) -> None:
    if output.output_type == "stream":
        output.text = _replaced(output.text, sentences)
    elif _MARKDOWN in output.get("data", {}):
        output.data[_MARKDOWN] = _replaced(output.data[_MARKDOWN], sentences)
        output.data[_PLAIN] = feedback.plain(output.data[_MARKDOWN])


def _replaced(text: str, sentences: Sequence[tuple[str, str]]) -> str:
    """A text with all sentences replaced, none of them within what replaced another."""
    parts: list[str | None] = [text]
    for english, other in sentences:
        if not english:
            continue
        split: list[str | None] = []
        for part in parts:
            if isinstance(part, _Done):
                split.append(part)
                continue
            pieces = part.split(english)
            for number, piece in enumerate(pieces):
                if number:
                    split.append(_Done(other))
                split.append(piece)
        parts = split
    return "".join(parts)


class _Done(str):
    """A part of a text that is in the other language already."""


def _redrawn(
    figures: Sequence[tuple[Any, ...]], languages: Sequence[Language]
) -> dict[str, list[tuple[dict[str, Any], dict[str, Any]]]]:
    """Each figure's data and metadata in each language, drawn in a process of its own.

    matplotlib is not made for threads, and lessons are built in several.
    """
    asked = pickle.dumps(
        (figures, [(language.code, language.words(), language.fonts) for language in languages])
    )
    done = subprocess.run(
        [sys.executable, "-m", "fl_course.authoring.redraw"],
        input=asked,
        capture_output=True,
        check=False,
    )
    if done.returncode != 0:
        error = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise AuthoringError(
            f"a figure can't be drawn in another language: {''.join(error)}. Mend "
            "fl_course.plotting, or the language's words."
        )
    return pickle.loads(done.stdout)
