"""Writes the decks of lessons into a folder."""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from nbformat import NotebookNode

from fl_course.authoring.course import ENGLISH, Course, Lesson
from fl_course.authoring.files import write_atomically
from fl_course.authoring.notebooks import Variant, key_of, path_of, read_built
from fl_course.authoring.script import read_script
from fl_course.authoring.slides.deck import slides_of
from fl_course.authoring.slides.layout import Slide
from fl_course.authoring.slides.pages import ASSETS, page, write_assets

_NOTHING: Mapping[str, Collection[str]] = MappingProxyType({})


def write_decks(
    root: Path,
    course: Course,
    lessons: Iterable[Lesson],
    language: str,
    folder: Path,
    assets: Path | None = None,
    without: Mapping[str, Collection[str]] = _NOTHING,
) -> list[Path]:
    """Writes a deck for each lesson, from the notebooks that are built; nothing runs.

    Args:
        root: Folder of the repository.
        course: The course.
        lessons: The lessons, which have to be released in the language.
        language: The language's code.
        folder: Where the decks are to be, each named after its lesson's slug.
        assets: A folder that has, or gets, what all decks need; by default one beside the decks.
        without: Keys of cells of which nothing is shown, by their lesson's slug.

    Returns:
        The paths of the decks, in the lessons' order.

    Raises:
        AuthoringError: If a notebook is missing or broken, or reveal.js is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    assets = assets or folder / ASSETS
    write_assets(assets)
    prefix = Path(*[".."] * _steps(folder, assets), assets.name).as_posix()
    written = []
    for lesson in lessons:
        left_out = without.get(lesson.slug, ())
        slides = read_slides(root, course, lesson, language, left_out)
        path = folder / f"{lesson.slug}.html"
        write_atomically(path, page(slides, language, prefix).encode())
        written.append(path)
    return written


def read_slides(
    root: Path, course: Course, lesson: Lesson, language: str, without: Collection[str] = ()
) -> list[Slide]:
    """The slides of a lesson, from the notebooks that are built.

    Args:
        root: Folder of the repository.
        course: The course.
        lesson: The lesson, which has to be released in the language.
        language: The language's code.
        without: Keys of cells of which nothing is shown.

    Raises:
        AuthoringError: If a notebook is missing or broken.
    """
    said = {cell.key: cell.slide for cell in read_script(root, course, lesson) if cell.slide}
    solved = _read(root, lesson, language, "solved")
    solved.cells = [cell for cell in solved.cells if key_of(cell) not in without]
    english = _read(root, lesson, ENGLISH, "solved")
    return slides_of(english, solved, _read(root, lesson, language, "learner"), said)


def _steps(folder: Path, assets: Path) -> int:
    """How many folders the assets are above the decks."""
    return len(folder.relative_to(assets.parent).parts)


def _read(root: Path, lesson: Lesson, language: str, variant: Variant) -> NotebookNode:
    return read_built(root, path_of(lesson, language, variant))
