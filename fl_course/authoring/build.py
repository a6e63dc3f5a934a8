"""Building, or checking, every notebook of the course."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import Course, Lesson, read_course
from fl_course.authoring.execute import CELL_SECONDS, execute
from fl_course.authoring.exercises import CATALOG, catalog_bytes, outcome_problems, read_exercises
from fl_course.authoring.notebooks import (
    FOLDERS,
    Variant,
    dumps,
    executed_cells,
    key_of,
    make,
    path_of,
)
from fl_course.authoring.outputs import inputs_digest, lint, normalize, outputs_digest
from fl_course.authoring.script import Cell, read_script

MAX_BYTES = 1_500_000
_REBUILD = "Run: fl-course build"


@dataclass
class Report:
    """What a build did, in paths relative to the root, and what stood in its way.

    Attributes:
        written: Files that were made or replaced.
        unchanged: Files that were already right.
        executed: Notebooks that were executed.
        removed: Files that no lesson makes any more.
        problems: One message for each thing that is wrong; none means success.
    """

    written: list[Path] = field(default_factory=list)
    unchanged: list[Path] = field(default_factory=list)
    executed: list[Path] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def build(
    root: Path,
    lessons: Sequence[str] = (),
    languages: Sequence[str] = (),
    *,
    check: bool = False,
    force: bool = False,
    cell_seconds: int = CELL_SECONDS,
    on_cell: Callable[[str, str], None] | None = None,
) -> Report:
    """Builds the learner's and the solved notebooks of lessons, or checks the committed ones.

    A notebook is executed only if its code, or `fl_course`, changed since; otherwise the solved
    one's outputs are kept. The learner's is executed, untouched, to prove that it runs to its end
    and that no blank passes its check; its outputs are not stored. A lesson's files are replaced
    together, after all of them are made; a lesson that fails keeps its files and does not keep the
    others from being built.

    Args:
        root: Folder of the repository.
        lessons: Lessons to build, as `Course.select` takes them; none means all.
        languages: Languages to build; none means all released ones.
        check: Write nothing, execute nothing, and report every difference as a problem.
        force: Execute every lesson again.
        cell_seconds: Longest time for a cell, in seconds.
        on_cell: Called with the lesson's name and the cell's key after each executed cell.

    Returns:
        What was done and every problem that was found in a lesson or a file.

    Raises:
        AuthoringError: If course.toml can't be read, or `lessons` or `languages` aren't in it.
    """
    root = root.resolve()
    course = read_course(root)
    if not (root / "fl_course").is_dir():
        raise AuthoringError(
            f"there is no package fl_course in {root}. Give the folder of the course with --root."
        )
    for language in languages:
        if language not in course.languages:
            raise AuthoringError(
                f"language {language!r} is not released. Use one of: "
                f"{', '.join(course.languages)}, or add it to `languages` in lessons/course.toml."
            )
    chosen = course.select(lessons)
    report = Report()
    scripts: dict[Lesson, tuple[Cell, ...]] = {}
    for lesson in chosen:
        try:
            scripts[lesson] = read_script(root, course, lesson)
            read_exercises(root, lesson)
        except AuthoringError as error:
            scripts.pop(lesson, None)
            report.problems.append(str(error))
    # Before the lessons are executed: their exercises read it.
    committed = (root / CATALOG).read_bytes() if (root / CATALOG).is_file() else b""
    _keep(root, CATALOG, catalog_bytes(course, scripts, committed), report, check=check)
    for lesson, cells in scripts.items():
        try:
            _build_lesson(
                root,
                course,
                lesson,
                cells,
                tuple(languages) or course.languages,
                report,
                check=check,
                force=force,
                cell_seconds=cell_seconds,
                on_cell=on_cell,
            )
        except AuthoringError as error:
            report.problems.append(str(error))
    if not lessons and not languages:
        _sweep(root, course, report, check=check)
    return report


def _build_lesson(
    root: Path,
    course: Course,
    lesson: Lesson,
    cells: tuple[Cell, ...],
    languages: tuple[str, ...],
    report: Report,
    *,
    check: bool,
    force: bool,
    cell_seconds: int,
    on_cell: Callable[[str, str], None] | None,
) -> None:
    made: dict[Path, NotebookNode] = {}
    to_execute: dict[Path, NotebookNode] = {}
    for language in languages:
        for variant in FOLDERS:
            path = path_of(lesson, language, variant)
            notebook = make(course, lesson, cells, language, variant)
            notebook.metadata.fl_course.inputs = inputs_digest(
                notebook, root / "fl_course", lesson.number
            )
            stale = _staleness(notebook, _read(root / path), variant)
            if stale and check:
                report.problems.append(f"{path}: {stale}. {_REBUILD}")
                continue
            if stale or (force and not check):
                to_execute[path] = notebook
            made[path] = notebook

    # A kernel keeps about one core busy. The list makes the first failure end the build.
    with ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        list(
            pool.map(
                lambda path: _execute(
                    to_execute[path],
                    root,
                    cell_seconds,
                    lambda key: on_cell(f"{path.parts[0]}/{lesson.name}", key) if on_cell else None,
                ),
                to_execute,
            )
        )
    report.executed += to_execute

    contents = {path: dumps(notebook) for path, notebook in made.items()}
    for path, content in contents.items():
        if len(content) > MAX_BYTES:
            raise AuthoringError(
                f"{path}: {len(content):,} bytes, more than {MAX_BYTES:,}. "
                "Draw fewer or smaller figures."
            )
    for path, content in contents.items():
        _keep(root, path, content, report, check=check, notebook=made[path])


def _keep(
    root: Path,
    path: Path,
    content: bytes,
    report: Report,
    *,
    check: bool,
    notebook: NotebookNode | None = None,
) -> None:
    """Writes a file if it differs from what is there; with `check`, reports the difference."""
    target = root / path
    if target.is_file() and target.read_bytes() == content:
        report.unchanged.append(path)
    elif check:
        difference = _difference(notebook, target) if notebook else "is out of date, or missing"
        report.problems.append(f"{path}: {difference}. {_REBUILD}")
    else:
        write_atomically(target, content)
        report.written.append(path)


def _staleness(notebook: NotebookNode, committed: NotebookNode | None, variant: Variant) -> str:
    """Why a notebook has to be executed, or an empty text.

    A solved notebook that need not be is filled with the committed one's outputs.
    """
    if committed is None:
        return "is missing, or is not a notebook"
    recorded = committed.metadata.get("fl_course", {})
    if recorded.get("inputs") != notebook.metadata.fl_course.inputs:
        return "its execution is out of date, because its code or fl_course changed"
    if variant == "learner":
        return ""
    if recorded.get("outputs") != outputs_digest(committed):
        return "its outputs are not those that were built"
    outputs = {cell.id: cell.outputs for cell in executed_cells(committed)}
    for cell in executed_cells(notebook):
        if cell.id not in outputs:
            return f"cell {key_of(cell)} is missing"
        cell.outputs = outputs[cell.id]
    normalize(notebook)
    notebook.metadata.fl_course.outputs = outputs_digest(notebook)
    return ""


def _execute(
    notebook: NotebookNode, root: Path, cell_seconds: int, on_cell: Callable[[str], None]
) -> None:
    execute(notebook, root, cell_seconds=cell_seconds, on_cell=on_cell)
    normalize(notebook)
    variant = notebook.metadata.fl_course.variant
    if problems := outcome_problems(notebook, variant):
        raise AuthoringError("\n".join(problems))
    if variant == "learner":
        for cell in executed_cells(notebook):
            cell.outputs, cell.execution_count = [], None
        return
    places = (str(root), str(Path.home()), tempfile.gettempdir())
    if faults := lint(notebook, places):
        lesson = notebook.metadata.fl_course.lesson
        raise AuthoringError("\n".join(f"lesson {lesson}, {fault}" for fault in faults))
    notebook.metadata.fl_course.outputs = outputs_digest(notebook)


def _read(path: Path) -> NotebookNode | None:
    """A committed notebook, or None if there is none that can be read."""
    try:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except Exception:  # nbformat raises a different one for each way to be broken.
        return None
    return notebook


def _difference(expected: NotebookNode, target: Path) -> str:
    """Where a committed notebook first differs from the one that would be built."""
    if not target.exists():
        return "is missing"
    found = _read(target)
    if found is None:
        return "is not a notebook"
    for ours, theirs in zip(expected.cells, found.cells, strict=False):
        if ours != theirs:
            return f"differs from its script, first in cell {key_of(ours)}"
    if len(expected.cells) != len(found.cells):
        longer = max(expected.cells, found.cells, key=len)
        extra = longer[min(len(expected.cells), len(found.cells))]
        return f"has {len(found.cells)} cells, not {len(expected.cells)}; first {key_of(extra)}"
    return "differs from its script in its metadata or its spacing"


def write_atomically(path: Path, content: bytes) -> None:
    """Writes a file so that it is never seen half written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()


def _sweep(root: Path, course: Course, report: Report, *, check: bool) -> None:
    """Removes what earlier builds made and no lesson makes now; reports what is not ours."""
    wanted = {
        path_of(lesson, language, variant)
        for lesson in course.lessons
        for language in course.languages
        for variant in FOLDERS
    }
    for variant, folder in FOLDERS.items():
        for path in sorted((root / folder).rglob("*")):
            relative = path.relative_to(root)
            if path.is_dir() or relative in wanted or ".ipynb_checkpoints" in relative.parts:
                continue
            if check:
                report.problems.append(f"{relative}: no lesson makes this file. {_REBUILD}")
            elif _is_built(path, variant):
                path.unlink()
                report.removed.append(relative)
            else:
                report.problems.append(
                    f"{relative}: no lesson makes this file. Move it out of {folder}/."
                )
    known = {lesson.script for lesson in course.lessons}
    for path in sorted((root / "lessons").glob("*.py")):
        if path.relative_to(root) not in known:
            report.problems.append(
                f"{path.relative_to(root)}: is not in lessons/course.toml. Add a [[lesson]] there."
            )


def _is_built(path: Path, variant: Variant) -> bool:
    """Whether a build made this file: someone's own copy under another name is not deleted."""
    notebook = _read(path) if path.suffix == ".ipynb" else None
    recorded = notebook.metadata.get("fl_course", {}) if notebook else {}
    slug = path.stem.partition("_")[2]
    return recorded.get("variant") == variant and recorded.get("lesson") == slug
