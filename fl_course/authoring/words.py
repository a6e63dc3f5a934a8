"""What `fl_course` itself says, to be translated: found in its code, its exercises and its figures.

In the code, what `say`, `word` and `noted` of `fl_course.localization` are called with; in
`plotting`, also the texts that a figure has by default; in a lesson, those that its code gives to a
figure, and names that its records know to be drawn. A text that comes up more than once is one
message, of the place that comes first.
"""

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fl_course.authoring.course import ENGLISH, Course, Lesson, numbered_lesson
from fl_course.authoring.messages import Message, context_of, has_words, parsed
from fl_course.authoring.notebooks import WORDS
from fl_course.authoring.plan_content import messages as plan_messages
from fl_course.authoring.records import drawn_words, records_path
from fl_course.authoring.schedule_text import messages as schedule_messages
from fl_course.authoring.script import Cell
from fl_course.authoring.sheet_content import messages as sheet_messages
from fl_course.exercises.questions import Question
from fl_course.localization import NUMBER, parts_of

_PLAIN_WORD = re.compile(r"(?<![\w@<{.])[a-z]{2,}(?![\w@>}])")
_MARKS = ("say", "word", "noted")
_NOT_SPOKEN = ("authoring", "cli.py")  # these speak to people who write the course, in English


def own_messages(
    root: Path,
    course: Course,
    scripts: Mapping[Lesson, tuple[Cell, ...]],
    exercises: Mapping[Lesson, Mapping[str, Any]],
    questions: Mapping[Lesson, Sequence[Question]],
    language: str = ENGLISH,
) -> list[Message]:
    """All messages of `fl_course`, of its exercises and questions, of the figures, each once.

    Args:
        root: Folder of the repository.
        course: The course.
        scripts: The cells of its lessons.
        exercises: The exercises of its lessons, by id.
        questions: The questions to its lessons.
        language: Leaves out what is only said in lessons that are not released in it.
    """
    lessons = [lesson for lesson in course.lessons if language in lesson.languages]
    left_out = {lesson.slug for lesson in course.lessons} - {lesson.slug for lesson in lessons}
    found = [
        *(Message("course", title) for title in (course.title, *(x.title for x in lessons))),
        *(Message("notebook", sentence) for sentence in WORDS.values()),
        *(Message("sheet", sentence) for sentence in sheet_messages()),
        *(Message("schedule", sentence) for sentence in schedule_messages()),
        *(Message("plan", sentence) for sentence in plan_messages()),
    ]
    for lesson in lessons:
        found += _exercise_messages(lesson, exercises.get(lesson, {}))
        found += _question_messages(lesson, questions.get(lesson, ()))
        found += _figure_messages(lesson, scripts.get(lesson, ()))
    package = root / "fl_course"
    for path in sorted(package.rglob("*.py")):
        name = path.relative_to(package)
        if name.parts[0] not in _NOT_SPOKEN and not left_out.intersection(name.parts[1:2]):
            context = name.with_suffix("").as_posix()
            found += [Message(context, text) for text in _marked(path, name.parts[0] == "plotting")]
    for lesson in lessons:
        known = {message.text for message in found}
        found += _name_messages(lesson, scripts.get(lesson, ()), _drawn(root, lesson), known)
    # A text is translated once, wherever it is said.
    first: dict[str, Message] = {}
    for message in found:
        first.setdefault(message.text, message)
    return list(first.values())


def lesson_problems(course: Course, messages: Iterable[Message]) -> Iterator[str]:
    """What is wrong with how messages of `fl_course` name lessons, with where it is said."""
    slugs = [lesson.slug for lesson in course.lessons]
    for message in messages:
        where = f"fl_course, {message.context}: "
        for slug in course.unknown_lessons(message.text):
            yield f"{where}{{{{{slug}}}}} is no lesson. Use one of: {', '.join(slugs)}."
        for slug in slugs:
            if re.search(rf"(?<!\{{)\{{{slug}\}}(?!\}})", message.text):
                yield f"{where}{{{slug}}} lost its double braces. Write it in a plain string."
        if numbered := numbered_lesson(message.text):
            yield (
                f"{where}{numbered!r} would be wrong when a lesson is moved. Write its slug for "
                f"the number, as in: lesson {{{{{slugs[0]}}}}}."
            )


def _exercise_messages(lesson: Lesson, exercises: Mapping[str, Any]) -> Iterator[Message]:
    for exercise in exercises.values():
        context = f"exercises/{lesson.slug}/{exercise.id}"
        for text in (
            exercise.expects,
            *exercise.mistakes.values(),
            *exercise.hints,
            exercise.right,
        ):
            yield Message(context, text)


def _question_messages(lesson: Lesson, questions: Iterable[Question]) -> Iterator[Message]:
    for question in questions:
        texts = [question.text]
        for choice in question.choices:
            texts += [choice.text, choice.why]
        for text in filter(has_words, texts):
            yield Message(f"exercises/{lesson.slug}/{question.id}", text)


def _marked(path: Path, is_figure: bool) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in _in_order(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in _MARKS and node.args:
                yield from _texts(node.args[0])
            # What changed in TFF, said by name: `Change(note=...)`, `Gone(why=...)`.
            for keyword in node.keywords if path.stem == "api_changes" else ():
                if keyword.arg in ("note", "why"):
                    yield from _texts(keyword.value)
        elif is_figure and isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            for default in (*node.args.defaults, *node.args.kw_defaults):
                yield from (text for text in _texts(default) if has_words(text))


def _in_order(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes as one reads them."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        yield from _in_order(child)


def _texts(node: ast.AST | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, (ast.Tuple, ast.List)):
        for element in node.elts:
            yield from _texts(element)


def _figure_messages(lesson: Lesson, cells: tuple[Cell, ...]) -> Iterator[Message]:
    """Texts that a lesson's code gives to a figure: with a space, or as title or label."""
    for cell in cells:
        if not cell.is_code or "plotting." not in cell.source:
            continue
        tree = ast.parse(cell.variants.solved)
        for node in ast.walk(tree):
            if _is_figure(node):
                for text in _given(node):
                    yield Message(f"figure {context_of(lesson, cell)}", text)


def _drawn(root: Path, lesson: Lesson) -> set[str]:
    path = root / records_path(lesson)
    return drawn_words(path.read_bytes()) if path.is_file() else set()


def _name_messages(
    lesson: Lesson, cells: tuple[Cell, ...], drawn: Collection[str], known: Collection[str]
) -> Iterator[Message]:
    """Names that a lesson's code makes up and a figure of it shows, of series, clients, ways.

    What figures show is known from their records: so a name may come from a cell far above. Proper
    names, and those of variables, are no words.
    """
    inner = {part for name in drawn for part in parts_of(name) if part != name}
    outer = set(drawn) - inner - set(known)
    shown = {part for name in outer for part in parts_of(name, known.__contains__)} - set(known)
    for cell in cells:
        if cell.is_code:
            for text in _literals(parsed(cell.variants.solved)):
                for part in parts_of(text, shown.__contains__):
                    if part in shown and _is_word(part):
                        yield Message(f"figure {context_of(lesson, cell)}", part)


def _literals(tree: ast.AST) -> Iterator[str]:
    """The texts in a cell's code, with `{number}` for what is put into them."""
    for node in _in_order(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (x.value if isinstance(x, ast.Constant) else NUMBER for x in node.values)
            yield "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _is_word(text: str) -> bool:
    is_assignment = re.fullmatch(rf"\w+ = {re.escape(NUMBER)}", text)
    return bool(_PLAIN_WORD.search(text.replace(NUMBER, ""))) and not is_assignment


def _is_figure(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "plotting"
    )


def _given(call: ast.Call) -> Iterator[str]:
    for keyword in call.keywords:
        if (keyword.arg or "").endswith(("title", "_label")):
            yield from _texts(keyword.value)
    for node in ast.walk(call):
        if isinstance(node, ast.Dict):
            for key in node.keys:
                yield from _texts(key)
