"""What a build checks of a lesson's exercises, and what it writes for them."""

import importlib.util
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import Course, Lesson
from fl_course.authoring.notebooks import Variant, key_of
from fl_course.authoring.outputs import first_line
from fl_course.authoring.script import Cell
from fl_course.exercises.questions import Question

CATALOG = Path("fl_course", "catalog.json")
_MIME = "text/markdown"
_EXPECTED: dict[Variant, str] = {"learner": "not attempted", "solved": "right"}
_TASKS = {"exercise": "exercise", "answer": "question"}  # kind of a cell -> what it answers


def read_exercises(root: Path, lesson: Lesson) -> dict[str, Any]:
    """Loads a lesson's exercises from the repository, by id, and checks them.

    Args:
        root: Folder of the repository.
        lesson: The lesson.

    Raises:
        AuthoringError: If the module can't be loaded, an exercise of course.toml has no check or
            the other way round, or an exercise lacks words; one line for each problem.
    """
    path = Path("fl_course", "exercises", lesson.slug)
    if not (root / path / "__init__.py").is_file():
        if not lesson.exercises:
            return {}
        raise AuthoringError(
            f"{path}/__init__.py is missing, and {lesson.slug!r} has exercises. Write it with a "
            f"tuple EXERCISES of: {', '.join(lesson.exercises)}."
        )
    try:
        found = {exercise.id: exercise for exercise in _load(root / path)}
        problems = [
            *_id_problems(lesson, found),
            *_file_problems(lesson, root / path),
            *_word_problems(found),
        ]
    except Exception as error:
        raise AuthoringError(
            f"{path}: cannot be loaded: {type(error).__name__}: {first_line(str(error))}. Correct "
            "it."
        ) from None
    if problems:
        raise AuthoringError("\n".join(f"{path}: {problem}" for problem in problems))
    return found


def _load(folder: Path) -> tuple[Any, ...]:
    """The exercises of a folder, which need not be that of the installed course."""
    name = f"_exercises_of_{folder.name}"
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    try:
        spec.loader.exec_module(package)
        return package.EXERCISES
    finally:
        for loaded in [x for x in sys.modules if x == name or x.startswith(f"{name}.")]:
            del sys.modules[loaded]


def _id_problems(lesson: Lesson, found: Mapping[str, Any]) -> Iterator[str]:
    for name in lesson.exercises:
        if name not in found:
            yield (
                f"exercise {name!r} of lessons/course.toml has no check. Add an Exercise with this "
                "id to EXERCISES, or take it out there."
            )
    for name in found:
        if name not in lesson.exercises:
            yield (
                f"exercise {name!r} is not in lessons/course.toml. Add it to `exercises` of "
                f"{lesson.slug!r}, or remove it here."
            )
    if set(found) == set(lesson.exercises) and tuple(found) != lesson.exercises:
        yield (
            f"EXERCISES has the order {', '.join(found)}, and lessons/course.toml another. Put "
            "them in the same order."
        )


def _file_problems(lesson: Lesson, folder: Path) -> Iterator[str]:
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "questions"}
    for name in sorted({*lesson.exercises} - files):
        yield f"exercise {name!r} has no module of its own. Write it in {name}.py."
    for name in sorted(files - {*lesson.exercises}):
        yield (
            f"{name}.py is no exercise of the lesson. Remove it; what several judges need is in "
            "fl_course/exercises/judging."
        )


def _word_problems(found: Mapping[str, Any]) -> Iterator[str]:
    for name, exercise in found.items():
        if len(exercise.hints) < 2:
            yield f"exercise {name!r} has {len(exercise.hints)} hints. Write two or more."
        for number, hint in enumerate(exercise.hints, start=1):
            if not hint.strip():
                yield f"exercise {name!r}: hint {number} is empty. Write it, or drop it."
        for mistake, sentence in exercise.mistakes.items():
            if not sentence.strip():
                yield f"exercise {name!r}: mistake {mistake!r} has no sentence. Write it."
        for part in ("expects", "right"):
            if not getattr(exercise, part).strip():
                yield f"exercise {name!r}: `{part}` is empty. Write it."


def outcome_problems(notebook: NotebookNode, variant: Variant) -> list[str]:
    """What is wrong with the answers that a notebook's tasks got when it was executed.

    Args:
        notebook: The executed notebook.
        variant: With the blanks every exercise and every question must be not attempted, solved it
            must be right.
    """
    problems: list[str] = []
    for cell in notebook.cells:
        noted = cell.metadata.get("fl_course", {})
        if noted.get("kind") not in _TASKS:
            continue
        task = _TASKS[noted["kind"]]
        name = noted[task]
        answers = [
            (about["outcome"], output.data[_MIME])
            for output in cell.outputs
            if _MIME in output.get("data", {})
            and (about := output.metadata.get(_MIME, {}).get("fl_course", {})).get(task) == name
        ]
        where = f"lesson {notebook.metadata.fl_course.lesson}, cell {key_of(cell)}: "
        if not answers:
            problems.append(
                f"{where}{task} {name!r} gives no answer. Let the cell run ex.{name}.check()."
            )
        elif answers[-1][0] != _EXPECTED[variant]:
            outcome, text = answers[-1]
            if variant == "solved":
                problems.append(
                    f"{where}the solution of {task} {name!r} is judged as {outcome!r}: "
                    f"{first_line(text)} Correct the solution or the check."
                )
            else:
                problems.append(
                    f"{where}the blank of {task} {name!r} is judged as {outcome!r}, not as not "
                    "attempted. Leave more to fill in, or make the check stricter."
                )
    return problems


def catalog_bytes(
    course: Course,
    scripts: Mapping[Lesson, tuple[Cell, ...]],
    questions: Mapping[Lesson, Sequence[Question]],
    committed: bytes,
) -> bytes:
    """The file that tells an installed course its home, its lessons' order, titles and tasks.

    Args:
        course: The course.
        scripts: The lessons that were read, with their cells.
        questions: Their questions.
        committed: The file as it is; what it says of other lessons of the course is kept.
    """
    try:
        before = {x["slug"]: x for x in json.loads(committed)["lessons"]}
    except (ValueError, TypeError, KeyError):
        before = {}
    entries = [
        {
            "slug": lesson.slug,
            "title": lesson.title,
            "solutions": {
                cell.exercise: course.with_numbers(cell.variants.solved)
                for cell in scripts[lesson]
                if cell.kind == "exercise"
            }
            if lesson in scripts
            else before.get(lesson.slug, {}).get("solutions", {}),
            "questions": [question.id for question in questions.get(lesson, ())]
            if lesson in scripts
            else before.get(lesson.slug, {}).get("questions", []),
        }
        for lesson in course.lessons
    ]
    content = {
        "title": course.title,
        "repository": course.repository,
        "branch": course.branch,
        "lessons": entries,
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
