"""Building, or checking, every notebook of the course."""

import os
import pickle
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from fl_course.authoring import AuthoringError, glossary, pages
from fl_course.authoring.catalogs import dumps as dumps_catalog
from fl_course.authoring.course import ENGLISH, Course, Lesson, read_course
from fl_course.authoring.execute import CELL_SECONDS, execute
from fl_course.authoring.exercises import CATALOG, catalog_bytes, outcome_problems, read_exercises
from fl_course.authoring.files import write_atomically
from fl_course.authoring.languages import (
    ENGLISH_ITSELF,
    GLOSSARY,
    LOCALE,
    OWN,
    README,
    Count,
    Language,
    count,
    locale_file,
    read_catalogs,
    read_facts,
)
from fl_course.authoring.languages import codes as language_codes
from fl_course.authoring.lints import Glossary, lint, read_glossary
from fl_course.authoring.messages import Message, context_of, messages_of, same_code
from fl_course.authoring.needs import missing
from fl_course.authoring.notebooks import (
    FOLDERS,
    Variant,
    dumps,
    executed_cells,
    glossary_page,
    key_of,
    make,
    path_of,
    with_numbers,
)
from fl_course.authoring.outputs import inputs_digest, normalize, outputs_digest
from fl_course.authoring.outputs import lint as lint_outputs
from fl_course.authoring.questions import course_problems, proof_problems, read_questions
from fl_course.authoring.records import (
    RECORDS_ENDING,
    Raw,
    Records,
    dumps_records,
    figures_of,
    loads_records,
    records_of,
    records_path,
)
from fl_course.authoring.script import Cell, read_script
from fl_course.authoring.spoken import Picture, draw, keep, say_again
from fl_course.authoring.words import lesson_problems, own_messages
from fl_course.exercises.questions import Question

MAX_BYTES = 1_500_000
_REBUILD = "Run: fl-course build"
# The exercises of each lesson by id, and the questions to it.
_Tasks = tuple[dict[Lesson, dict[str, Any]], dict[Lesson, tuple[Question, ...]]]


@dataclass
class Report:
    """What a build did, in paths relative to the root, and what stood in its way.

    Attributes:
        written: Files that were made or replaced.
        unchanged: Files that were already right.
        executed: Notebooks that were executed.
        removed: Files that no lesson makes any more.
        problems: One message for each thing that is wrong; none means success.
        translated: How far each catalog is, by language and name.
    """

    written: list[Path] = field(default_factory=list)
    unchanged: list[Path] = field(default_factory=list)
    executed: list[Path] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    translated: dict[str, dict[str, Count]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Order:
    """What is to be built, and how."""

    root: Path
    course: Course
    questions: Mapping[Lesson, tuple[Question, ...]]
    languages: tuple[Language, ...]
    released: tuple[Language, ...]
    report: Report
    check: bool
    force: bool
    cell_seconds: int
    on_cell: Callable[[str, str], None] | None


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

    The catalogs of all languages are brought up to date with the lessons first, and the glossaries
    in `docs/` are written.

    A notebook is executed only if its code, or `fl_course`, changed since; otherwise the solved
    one's outputs are kept. The learner's is executed, untouched, to prove that it runs to its end
    and that no blank passes its check; its outputs are not stored. Only English is executed: the
    outputs of other languages are derived from what was recorded then and is kept beside the solved
    notebook. A lesson's files are replaced
    together, after all of them are made; a lesson that fails keeps its files and does not keep the
    others from being built. So does a language whose catalogs have faults.

    Args:
        root: Folder of the repository.
        lessons: Lessons to build, as `Course.select` takes them; none means all.
        languages: Languages to build; none means all released ones.
        check: Write nothing, execute nothing, and report every difference as a problem, and every
            message that a released language lacks.
        force: Execute every lesson again.
        cell_seconds: Longest time for a cell, in seconds.
        on_cell: Called with the lesson's name and the cell's key after each executed cell.

    Returns:
        What was done and every problem that was found in a lesson, a catalog or a file.

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
    exercises: dict[Lesson, dict[str, Any]] = {}
    questions: dict[Lesson, tuple[Question, ...]] = {}
    # All of them, because a catalog holds what every lesson says.
    for lesson in course.lessons:
        try:
            cells = read_script(root, course, lesson)
            exercises[lesson] = read_exercises(root, lesson)
            questions[lesson] = read_questions(root, lesson, cells)
            scripts[lesson] = cells
        except AuthoringError as error:
            report.problems.append(str(error))
    report.problems += course_problems(questions, exercises)
    try:
        released = (
            ENGLISH_ITSELF,
            *(read_facts(root, x) for x in course.languages if x != ENGLISH),
        )
    except AuthoringError as error:
        # Not even the notebooks in English can lead to a language without a name.
        report.problems.append(str(error))
        return report
    spoken = (ENGLISH_ITSELF,)
    tasks = (exercises, questions)
    is_whole = len(scripts) == len(course.lessons)
    own = own_messages(root, course, scripts, *tasks) if is_whole else []
    if is_whole:
        spoken += _read_languages(root, course, scripts, tasks, released, report, check=check)
    order = _Order(
        root,
        course,
        questions,
        tuple(x for x in spoken if not languages or x.code in languages),
        released,
        report,
        check,
        force,
        cell_seconds,
        on_cell,
    )
    # Before the lessons are executed: their exercises read it.
    committed = (root / CATALOG).read_bytes() if (root / CATALOG).is_file() else b""
    read = {lesson: scripts[lesson] for lesson in chosen if lesson in scripts}
    content = catalog_bytes(course, read, questions, committed)
    _keep(root, CATALOG, content, report, check=check)
    for lesson, cells in read.items():
        try:
            _build_lesson(order, lesson, cells)
        except AuthoringError as error:
            report.problems.append(str(error))
    if not lessons and not languages:
        _sweep(root, course, report, check=check)
    if is_whole and report.executed and own_messages(root, course, scripts, *tasks) != own:
        # Figures show names that they did not show before: the catalogs are to hold them.
        again = build(root, lessons, languages, cell_seconds=cell_seconds, on_cell=on_cell)
        again.executed = report.executed + again.executed
        again.written = list(dict.fromkeys((*report.written, *again.written)))
        again.unchanged = [path for path in again.unchanged if path not in report.written]
        return again
    return report


def _read_languages(
    root: Path,
    course: Course,
    scripts: dict[Lesson, tuple[Cell, ...]],
    tasks: _Tasks,
    released: tuple[Language, ...],
    report: Report,
    *,
    check: bool,
) -> tuple[Language, ...]:
    """Reads and checks all languages, writes what follows from them, and gives those to build."""
    texts = pages.read(root)
    try:
        concepts = glossary.read_concepts(root, course)
    except AuthoringError as error:
        # No language is complete without it, and its catalogs would lose what they have.
        report.problems.append(str(error))
        return ()
    report.problems += glossary.bold_problems(concepts, scripts)
    content = glossary.page(concepts, course, ENGLISH_ITSELF, Glossary(), released).encode()
    _keep(root, glossary_page(ENGLISH), content, report, check=check)
    messages = {
        **{lesson.slug: list(messages_of(lesson, cells)) for lesson, cells in scripts.items()},
        OWN: own_messages(root, course, scripts, *tasks),
        **{page.name: list(pages.messages(page, text)) for page, text in texts.items()},
        GLOSSARY: list(glossary.messages(concepts, [lesson.slug for lesson in scripts])),
    }
    report.problems += lesson_problems(course, messages[OWN])
    unseen = {
        context_of(lesson, cell)
        for lesson, cells in scripts.items()
        for cell in cells
        if cell.kind == "instructor"
    }
    found: list[tuple[Language, Glossary]] = []
    codes = dict.fromkeys((*course.languages, *language_codes(root)))
    for code in codes:
        if code == ENGLISH:
            continue
        try:
            language = read_catalogs(root, read_facts(root, code), messages)
            terms = read_glossary(root, code)
        except AuthoringError as error:
            report.problems.append(str(error))
            continue
        faults = [x for catalog in language.catalogs.values() for x in lint(catalog, terms, unseen)]
        report.problems += [fault.text for fault in faults]
        counts = {name: count(catalog.entries) for name, catalog in language.catalogs.items()}
        report.translated[code] = counts
        if check and code in course.languages:
            wanted = _released_messages(root, course, scripts, tasks, messages, concepts, code)
            needed = {
                name: count([x for x in catalog.entries if x.message.text in wanted[name]])
                for name, catalog in language.catalogs.items()
            }
            report.problems += [
                f"{language.catalogs[name].path}: {counted.fuzzy} fuzzy and {counted.missing} "
                "missing, in a released language. Translate them; docs/translating.md says how."
                for name, counted in needed.items()
                if not counted.complete
            ]
            there = [lesson.slug for lesson in course.lessons if code in lesson.languages]
            report.problems += glossary.term_problems(concepts, terms, code, there)
        if any(fault.breaks for fault in faults):
            continue
        for catalog in language.catalogs.values():
            _keep(root, catalog.path, dumps_catalog(catalog), report, check=check)
        if code in course.languages:
            found.append((language, terms))
    for language, terms in found:
        for page, text in pages.in_language(texts, course, language, released).items():
            _keep(root, page.path_in(language.code), text.encode(), report, check=check)
        content = glossary.page(concepts, course, language, terms, released).encode()
        _keep(root, glossary_page(language.code), content, report, check=check)
    report.problems += pages.switch_problems(texts, ENGLISH_ITSELF, released)
    numbered = tuple(language.with_numbers(course) for language, _ in found)
    for language in numbered:
        _keep(root, *locale_file(language), report, check=check)
    return numbered


def _released_messages(
    root: Path,
    course: Course,
    scripts: dict[Lesson, tuple[Cell, ...]],
    tasks: _Tasks,
    messages: dict[str, list[Message]],
    concepts: glossary.Concepts,
    language: str,
) -> dict[str, set[str]]:
    """The messages of each catalog that lessons need which are released in a language."""
    others = [lesson for lesson in course.lessons if language not in lesson.languages]
    wanted = {name: {message.text for message in found} for name, found in messages.items()}
    wanted |= {lesson.slug: set() for lesson in others}
    own = own_messages(root, course, scripts, *tasks, language)
    wanted[OWN] = {message.text for message in own}
    wanted[README] = {
        text
        for text in wanted.get(README, ())
        if not any(pages.of_lesson(text, lesson) for lesson in others)
    }
    slugs = [lesson.slug for lesson in course.lessons if lesson not in others]
    wanted[GLOSSARY] = {message.text for message in glossary.messages(concepts, slugs)}
    return wanted


def _build_lesson(order: _Order, lesson: Lesson, cells: tuple[Cell, ...]) -> None:
    made: dict[Path, NotebookNode] = {}
    to_execute: dict[Path, NotebookNode] = {}
    for variant in FOLDERS:
        path = path_of(lesson, ENGLISH, variant)
        notebook = _make(order, lesson, cells, ENGLISH_ITSELF, variant)
        notebook.metadata.fl_course.inputs = inputs_digest(
            notebook, order.root / "fl_course", order.course, lesson
        )
        reason = _staleness(notebook, _read(order.root / path), variant)
        if reason and order.check:
            order.report.problems.append(f"{path}: {reason}. {_REBUILD}")
            continue
        if reason or (order.force and not order.check):
            to_execute[path] = notebook
        made[path] = notebook
    if to_execute and (sentence := missing(lesson.needs)):
        # Outputs without it would be stored.
        raise AuthoringError(f"lesson {lesson.slug}: {sentence}")
    others = [x for x in order.languages if x.code != ENGLISH and x.code in lesson.languages]
    for language in others:
        for variant in FOLDERS:
            path = path_of(lesson, language.code, variant)
            made[path] = _make(order, lesson, cells, language, variant)
            _check_same_code(order.course, lesson, cells, language, variant)

    solved_path = path_of(lesson, ENGLISH, "solved")
    solved = made.get(solved_path)
    records: Records | None = None
    raw: Raw | None = None
    to_draw: list[tuple[Language, list[Picture]]] = []
    if solved is not None and solved_path not in to_execute:
        records = _kept_records(order.root, lesson, solved)
        if records is None and order.check:
            order.report.problems.append(
                f"{records_path(lesson)}: is missing, or not of the solved notebook. {_REBUILD}"
            )
        elif records is None:
            to_execute[solved_path] = solved
        else:
            to_draw = _say_again(order, lesson, solved, records, made, others)
            raw = _kept_raw(order.root, lesson, solved) if to_draw else None
            if to_draw and raw is None and not order.check:
                to_execute[solved_path] = solved
    # A kernel keeps about one core busy. The list makes the first failure end the build.
    with ThreadPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        executed = dict(
            zip(
                to_execute,
                pool.map(lambda path: _execute(to_execute[path], order, lesson, path), to_execute),
                strict=True,
            )
        )
    order.report.executed += to_execute
    if solved_path in executed:
        raw = executed[solved_path]
        records = records_of(raw, solved)
        _keep_raw(order.root, lesson, solved, raw)
        to_draw = _say_again(order, lesson, solved, records, made, others)
    if order.check:
        undrawn = {language.code: pictures[0].key for language, pictures in to_draw}
        for language in others:
            path = path_of(lesson, language.code, "solved")
            if records is None:  # There is nothing to derive its outputs from.
                del made[path]
            elif language.code in undrawn:
                order.report.problems.append(
                    f"{path}: cell {undrawn[language.code]}: the figure is of something else than "
                    f"today's English one, or of other words. {_REBUILD}"
                )
                del made[path]
    elif to_draw:
        draw(to_draw, figures_of(raw, executed_cells(solved)))

    contents = {path: dumps(notebook) for path, notebook in made.items()}
    for path, content in contents.items():
        if len(content) > MAX_BYTES:
            raise AuthoringError(
                f"{path}: {len(content):,} bytes, more than {MAX_BYTES:,}. "
                "Draw fewer or smaller figures."
            )
    if solved is not None:
        order.report.problems += proof_problems(solved, order.questions[lesson])
    if records is not None:
        contents[records_path(lesson)] = dumps_records(records, solved)
    for path, content in contents.items():
        _keep(order.root, path, content, order.report, check=order.check, notebook=made.get(path))


def _say_again(
    order: _Order,
    lesson: Lesson,
    solved: NotebookNode,
    records: Records,
    made: Mapping[Path, NotebookNode],
    others: Sequence[Language],
) -> list[tuple[Language, list[Picture]]]:
    """Fills the notebooks in other languages; gives the pictures that are to be drawn for them."""
    to_draw = []
    for language in others:
        path = path_of(lesson, language.code, "solved")
        pictures = say_again(made[path], solved, records, language)
        if missing := keep(pictures, None if order.force else _read(order.root / path)):
            to_draw.append((language, missing))
    return to_draw


def _make(
    order: _Order, lesson: Lesson, cells: tuple[Cell, ...], language: Language, variant: Variant
) -> NotebookNode:
    questions = order.questions[lesson]
    return make(order.course, lesson, cells, language, variant, order.released, questions)


def _check_same_code(
    course: Course, lesson: Lesson, cells: tuple[Cell, ...], language: Language, variant: Variant
) -> None:
    """Checks that translated comments left a lesson's code as it is."""
    for cell in with_numbers(course, cells, language):
        if cell.is_code:
            source = getattr(cell.variants, variant)
            if not same_code(source, language.source_of(lesson, cell, source)):
                raise AuthoringError(
                    f"translations/{language.code}/{lesson.slug}.po: {lesson.slug}/{cell.key}: a "
                    "translated comment changes the code. Let it be one line of text."
                )


def _kept_records(root: Path, lesson: Lesson, solved: NotebookNode) -> Records | None:
    path = root / records_path(lesson)
    return loads_records(path.read_bytes(), solved) if path.is_file() else None


_RAW = Path(".build")


def _keep_raw(root: Path, lesson: Lesson, solved: NotebookNode, raw: Raw) -> None:
    """Keeps, on this machine only, what figures are drawn from, for when their words change."""
    content = pickle.dumps((solved.metadata.fl_course.inputs, dict(raw)))
    write_atomically(root / _RAW / f"{lesson.slug}.pickle", content)


def _kept_raw(root: Path, lesson: Lesson, solved: NotebookNode) -> Raw | None:
    try:
        inputs, raw = pickle.loads((root / _RAW / f"{lesson.slug}.pickle").read_bytes())
    except Exception:  # It is missing, or broken in one of pickle's many ways.
        return None
    return raw if inputs == solved.metadata.fl_course.inputs else None


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


def _execute(notebook: NotebookNode, order: _Order, lesson: Lesson, path: Path) -> Raw:
    def told(key: str) -> None:
        if order.on_cell:
            order.on_cell(f"{path.parts[0]}/{lesson.slug}", key)

    done = execute(notebook, order.root, cell_seconds=order.cell_seconds, on_cell=told)
    normalize(notebook)
    variant = notebook.metadata.fl_course.variant
    if problems := outcome_problems(notebook, variant):
        raise AuthoringError("\n".join(problems))
    if variant == "learner":
        for cell in executed_cells(notebook):
            cell.outputs, cell.execution_count = [], None
        return {}
    places = (str(order.root), str(Path.home()), tempfile.gettempdir())
    if faults := lint_outputs(notebook, places):
        raise AuthoringError("\n".join(f"lesson {lesson.slug}, {fault}" for fault in faults))
    notebook.metadata.fl_course.outputs = outputs_digest(notebook)
    return done.records


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


def _sweep(root: Path, course: Course, report: Report, *, check: bool) -> None:
    """Removes what earlier builds made and no lesson makes now; reports what is not ours."""
    wanted = {
        path_of(lesson, language, variant)
        for lesson in course.lessons
        for language in lesson.languages
        for variant in FOLDERS
    } | {records_path(lesson) for lesson in course.lessons}
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
    for path in sorted((root / LOCALE).glob("*.json")):
        if path.stem not in course.languages:
            if check:
                report.problems.append(
                    f"{path.relative_to(root)}: the language is not released. {_REBUILD}"
                )
            else:
                path.unlink()
                report.removed.append(path.relative_to(root))
    known = {lesson.script for lesson in course.lessons}
    for path in sorted((root / "lessons").glob("*.py")):
        if path.relative_to(root) not in known:
            report.problems.append(
                f"{path.relative_to(root)}: is not in lessons/course.toml. Add a [[lesson]] there."
            )


def _is_built(path: Path, variant: Variant) -> bool:
    """Whether a build made this file: someone's own copy under another name is not deleted."""
    if path.name.endswith(RECORDS_ENDING):
        return True
    notebook = _read(path) if path.suffix == ".ipynb" else None
    recorded = notebook.metadata.get("fl_course", {}) if notebook else {}
    slug = path.stem.partition("_")[2]
    return recorded.get("variant") == variant and recorded.get("lesson") == slug
