"""Outputs in another language, derived from those of the English notebook without a kernel.

What was said and drawn while the English notebook was executed is kept beside it (`records`). From
that the outputs of every other language follow: sentences are said again with the words of its
catalog, and everything else is the same. A figure is drawn again only where what it is made of
changed; its image knows that.
"""

import base64
import contextlib
import copy
import hashlib
import json
import math
import os
import pickle
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from fl_course import localization
from fl_course.authoring import AuthoringError
from fl_course.authoring.languages import Language
from fl_course.authoring.notebooks import executed_cells, key_of
from fl_course.authoring.outputs import is_sealed, seal_png
from fl_course.authoring.records import Figure, Records
from fl_course.exercises import feedback
from fl_course.localization import Said, one_line

_MARKDOWN, _PLAIN, _IMAGE = "text/markdown", "text/plain", "image/png"


@dataclass(frozen=True)
class Picture:
    """The image of a figure in a notebook in another language.

    Attributes:
        number: Its place among the lesson's figures, from 0.
        cell: Id of its cell.
        key: Key of its cell.
        output: The cell's output that shows it.
        made_of: What it is drawn from: the English image, the function's arguments, and the words
            in it as the language has them.
    """

    number: int
    cell: str
    key: str
    output: NotebookNode
    made_of: str


def say_again(
    notebook: NotebookNode, english: NotebookNode, records: Records, language: Language
) -> list[Picture]:
    """Gives a notebook in another language the outputs of the English one, all but the images.

    Args:
        notebook: The solved notebook without outputs.
        english: The solved notebook in English, executed and normalized.
        records: What was said and drawn in its cells.
        language: The language.

    Returns:
        The pictures that are to be put in, in their order.

    Raises:
        AuthoringError: If a figure was shown without a record.
    """
    cells = {cell.id: cell for cell in notebook.cells}
    pictures: list[Picture] = []
    with localization.speaking(language.code, language.words()):
        for cell in executed_cells(english):
            target = cells[cell.id]
            target.outputs = copy.deepcopy(cell.outputs)
            target.execution_count = cell.execution_count
            said = [x for x in records.get(cell.id, ()) if isinstance(x, Said)]
            drawn = [x for x in records.get(cell.id, ()) if isinstance(x, Figure)]
            shown = [output for output in target.outputs if _is_figure(output)]
            if len(shown) != len(drawn):
                raise AuthoringError(
                    f"lesson {english.metadata.fl_course.lesson}, cell {key_of(cell)}: shows "
                    f"{len(shown)} figures and recorded {len(drawn)}. Let each figure be displayed "
                    "once, by a function of fl_course.plotting."
                )
            for output, figure in zip(shown, drawn, strict=True):
                made_of = _made_of(output, figure, language)
                pictures.append(Picture(len(pictures), cell.id, key_of(cell), output, made_of))
                _describe_again(output, figure.description)
            sentences = _sentences(said)
            for output in target.outputs:
                _replace(output, sentences)
    return pictures


def keep(pictures: Iterable[Picture], committed: NotebookNode | None) -> list[Picture]:
    """Puts those pictures in that a notebook has already; gives those that are to be drawn."""
    images: dict[str, list[str]] = {}
    for cell in committed.cells if committed else ():
        images[cell.id] = [x.data[_IMAGE] for x in cell.get("outputs", ()) if _is_figure(x)]
    return [picture for picture in pictures if not _kept(picture, images.get(picture.cell, ()))]


def draw(
    pictures: Sequence[tuple[Language, Sequence[Picture]]], figures: Sequence[tuple[Any, ...]]
) -> None:
    """Draws pictures and puts them in.

    Processes draw, one for each core: matplotlib is not made for threads.

    Args:
        pictures: Those to draw, by language.
        figures: What each figure of the lesson is drawn from: see `records.figures_of`.

    Raises:
        AuthoringError: If a figure can't be drawn.
    """
    cores = min(2, os.cpu_count() or 1)
    parts = [
        (language, part)
        for language, wanted in pictures
        for part in _parts(wanted, math.ceil(len(wanted) / cores))
    ]
    with ThreadPoolExecutor(max_workers=cores) as pool:
        drawn = pool.map(lambda part: _drawn([figures[x.number] for x in part[1]], part[0]), parts)
        for (language, part), shown in zip(parts, drawn, strict=True):
            for picture, (data, metadata) in zip(part, shown, strict=True):
                if metadata != picture.output.metadata:
                    raise AuthoringError(
                        f"cell {picture.key}: its figure has another size or description in "
                        f"{language.name} than follows from the English one: {metadata}. Let "
                        "neither depend on the language's words but through `say`."
                    )
                image = seal_png(base64.b64decode(data[_IMAGE]), picture.made_of)
                picture.output.data[_IMAGE] = base64.b64encode(image).decode()


def _parts(pictures: Sequence[Picture], size: int) -> Iterator[Sequence[Picture]]:
    return (pictures[start : start + size] for start in range(0, len(pictures), size or 1))


def _is_figure(output: NotebookNode) -> bool:
    return output.output_type == "display_data" and "alt" in output.metadata.get(_IMAGE, {})


def _made_of(output: NotebookNode, figure: Figure, language: Language) -> str:
    """What a picture is made of, as a digest.

    The English image stands for the code that draws.
    """
    known = language.words()
    words = [[word, known[word]] for word in figure.words if word in known]
    parts = [figure.function, figure.made_of, output.data[_IMAGE], words, list(language.fonts)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _kept(picture: Picture, images: Sequence[str]) -> bool:
    for image in images:
        with contextlib.suppress(ValueError, struct.error):  # It is no PNG, or a broken one.
            if is_sealed(base64.b64decode(image), picture.made_of):
                picture.output.data[_IMAGE] = image
                return True
    return False


def _describe_again(output: NotebookNode, description: Said) -> None:
    alt = one_line(_again(description))
    output.data[_PLAIN] = output.metadata[_IMAGE].alt = alt


def _again(said: Said) -> str:
    return str(localization.in_language(said.message, said.values, localization.current()))


def _sentences(said: Sequence[Said]) -> list[tuple[str, str]]:
    """What was said in a cell, in English and in the language that is spoken; the longest first."""
    pairs = {str(x): _again(x) for x in said}
    return sorted(pairs.items(), key=lambda pair: -len(pair[0]))


def _replace(output: NotebookNode, sentences: Sequence[tuple[str, str]]) -> None:
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


def _drawn(figures: Sequence[tuple[Any, ...]], language: Language) -> Any:
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
