"""Outputs in another language, made of those of the English notebook without executing it again.

While the English notebook is executed, `fl_course.localization` records what is said and what is
drawn. From these records the outputs of every other language follow: sentences are said again with
the words of its catalog, figures drawn again from the same numbers. Everything else is the same.
"""

import copy
import hashlib
import json
import math
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from nbformat import NotebookNode

from fl_course import localization
from fl_course.authoring import AuthoringError
from fl_course.authoring.languages import Language
from fl_course.authoring.notebooks import executed_cells, key_of
from fl_course.exercises import feedback
from fl_course.localization import Said

Records = Mapping[str, Sequence[tuple[Any, ...]]]
"""By cell id, what was recorded in a cell, in order."""

_MARKDOWN, _PLAIN, _IMAGE = "text/markdown", "text/plain", "image/png"


def fill(
    notebooks: Mapping[str, NotebookNode],
    english: NotebookNode,
    records: Records,
    languages: Sequence[Language],
) -> None:
    """Gives notebooks in other languages the outputs of the English one.

    Each notebook's metadata get `said`, which words its outputs are made of, and `words`, the
    digest of these words and of the English outputs: see `digest`.

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
        notebook = notebooks[language.code]
        shown, heard = drawn.get(language.code, ((), ()))
        images = iter(shown)
        cells = {cell.id: cell for cell in notebook.cells}
        said = {*heard}
        for cell in executed_cells(english):
            target = cells[cell.id]
            target.outputs = copy.deepcopy(cell.outputs)
            target.execution_count = cell.execution_count
            said.update(_messages(entry[1:] for entry in records.get(cell.id, ())))
            _draw_again(target.outputs, images, _where(english, cell), _figures(records, cell))
            sentences = _sentences(records, cell, language)
            for output in target.outputs:
                _say_again(output, sentences)
        known = {short(text) for text in said} & {short(text) for text in language.messages()}
        notebook.metadata.fl_course.said = sorted(known)
        notebook.metadata.fl_course.words = digest(notebook, english, language)


def digest(notebook: NotebookNode, english: NotebookNode, language: Language) -> str:
    """SHA-256 over what the outputs of a notebook in another language are made of.

    That is the English outputs, the words that are said in them (`said` in the notebook's
    metadata) as the language has them, and its fonts.
    """
    said = set(notebook.metadata.fl_course.get("said", ()))
    words = {
        text: translation for text, translation in language.words().items() if short(text) in said
    }
    made_of = [english.metadata.fl_course.outputs, sorted(words.items()), list(language.fonts)]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def short(text: str) -> str:
    """A message's name in a notebook's metadata."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _messages(entries: Any) -> Iterator[str]:
    """The messages of recorded sentences, and of those within them."""
    for message, values, *_ in entries:
        if isinstance(message, str) and (values is None or isinstance(values, Mapping)):
            yield message
            for value in (values or {}).values():
                if isinstance(value, Said):
                    yield from _messages([(value.message, value.values)])


def _where(notebook: NotebookNode, cell: NotebookNode) -> str:
    return f"lesson {notebook.metadata.fl_course.lesson}, cell {key_of(cell)}"


def _figures(records: Records, cell: NotebookNode) -> list[tuple[Any, ...]]:
    return [entry for entry in records.get(cell.id, ()) if entry[0] == "figure"]


def _draw_again(
    outputs: Sequence[NotebookNode], images: Iterator[Any], where: str, figures: Sequence[Any]
) -> None:
    shown = [output for output in outputs if _is_figure(output)]
    if len(shown) != len(figures):
        raise AuthoringError(
            f"{where}: shows {len(shown)} figures and recorded {len(figures)}. Let each figure be "
            "displayed once, by a function of fl_course.plotting."
        )
    for output in shown:
        data, metadata = next(images)
        output.data = NotebookNode(data)
        output.metadata = NotebookNode({mime: NotebookNode(x) for mime, x in metadata.items()})


def _is_figure(output: NotebookNode) -> bool:
    return output.output_type == "display_data" and "alt" in output.metadata.get(_IMAGE, {})


def _sentences(records: Records, cell: NotebookNode, language: Language) -> list[tuple[str, str]]:
    """What was said in a cell, in English and in another language; the longest first.

    A single word is a part of a sentence, or of a progress bar: by itself it may as well be the
    learner's own, as in "round 3".
    """
    said = [x[1:] for x in records.get(cell.id, ()) if x[0] == "say" and not x[1].isalpha()]
    with localization.speaking(language.code, language.words()):
        pairs = {
            localization.in_language(message, values, localization.ENGLISH): (
                localization.in_language(message, values, language.code)
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
    if not sentences:
        return text
    (english, other), *shorter = sentences
    return other.join(_replaced(part, shorter) for part in text.split(english)) if english else text


def _redrawn(
    figures: Sequence[tuple[Any, ...]], languages: Sequence[Language]
) -> dict[str, tuple[list[tuple[dict[str, Any], dict[str, Any]]], list[str]]]:
    """For each language each figure's data and metadata, and the words that are in them.

    Processes draw, one for each core: matplotlib is not made for threads. A single language's
    figures are shared among them too.
    """
    cores = min(2, os.cpu_count() or 1)
    size = math.ceil(len(figures) / cores) or 1
    parts = [figures[start : start + size] for start in range(0, len(figures), size)]
    with ThreadPoolExecutor(max_workers=cores) as pool:
        pending = {
            language.code: [pool.submit(_redrawn_in, part, language) for part in parts]
            for language in languages
        }
    found = {code: [future.result() for future in futures] for code, futures in pending.items()}
    return {
        code: (
            [image for drawn, _ in results for image in drawn],
            sorted({word for _, heard in results for word in heard}),
        )
        for code, results in found.items()
    }


def _redrawn_in(figures: Sequence[tuple[Any, ...]], language: Language) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "fl_course.authoring.redraw"],
        input=pickle.dumps((figures, language.code, language.words(), language.fonts)),
        capture_output=True,
        check=False,
    )
    if done.returncode != 0 or done.stderr:
        reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise AuthoringError(
            f"a figure can't be drawn in {language.name}: {''.join(reason)}. Mend "
            f"fl_course.plotting, or the words in translations/{language.code}/fl_course.po."
        )
    return pickle.loads(done.stdout)
