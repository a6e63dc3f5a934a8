"""A lesson script read into checked cells.

The script is jupytext's percent format. Every cell header names a `key` and may name a `kind`:

    # %% [markdown] key="why_federate"
    # %% key="ex_reshape" kind="exercise" exercise="reshape_and_scale"

Code reaches the notebook as it is written, with one exception: `# %load_ext x` and `# !command`
lose the comment sign, because IPython's own lines are not Python and the script has to be.
"""

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jupytext
import wcwidth
from IPython.core.inputtransformer2 import TransformerManager
from markdown_it import MarkdownIt

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import DOCS_PAGE, SNAKE_CASE, Course, Lesson, numbered_lesson
from fl_course.authoring.skipped import missed
from fl_course.authoring.variants import BlankError, Variants, split

CODE_KINDS = ("code", "exercise", "solution", "optional")
TEXT_KINDS = ("text", "instructor", "questions")
MAX_CELL_ID = 64  # nbformat 4.5 allows no longer one
TEXT_COLUMNS = 100  # of a line in a script, which a notebook breaks where it likes
CODE_COLUMNS = 80  # of a line of code, which a notebook shows as it is: see lessons/ruff.toml

_ATTRIBUTES = ("key", "kind", "exercise", "result", "minutes", "saves", "skips", "slide")
CUT = "**When time is short.**"  # begins a note's paragraph on what to leave out
_ON_SLIDES = ("skip", "whole")
_FROM_JUPYTEXT = ("lines_to_next_cell", "cell_marker")
_HEADER = re.compile(r"#\s*%%%*(\s.*)?")
_BLANK = re.compile(r"^(\s*)# blank: ")
_MAGIC = re.compile(r"^(\s*)# (%{1,2}[A-Za-z]|![A-Za-z])", re.MULTILINE)
# comment_magics would also take the sign off comments such as "# cat pictures".
_MARKDOWN = MarkdownIt("commonmark").enable("table")
_FORMAT = {"extension": ".py", "format_name": "percent", "comment_magics": False}


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson script.

    Attributes:
        key: Name within the lesson, snake_case.
        kind: One of `CODE_KINDS` or `TEXT_KINDS`.
        source: Markdown or Python, with the markers of blanks; empty for kind "questions".
        line: Line of the cell's header in the script, from 1.
        exercise: Id of the exercise, for kind "exercise".
        result: Whether the last line the cell prints is the lesson's key result.
        minutes: Classroom minutes of the section that an instructor's cell belongs to.
        saves: How many of them are saved by what the cell says to cut; 0 if nothing is to be cut.
        skips: Keys of the code cells that are not run if that is cut.
        slide: What the slides do with the cell: "skip" leaves it out, "whole" shows all of it, and
            an instructor's cell has the key of the cell before which the room is asked.
    """

    key: str
    kind: str
    source: str
    line: int
    exercise: str | None = None
    result: bool = False
    minutes: int | None = None
    saves: int | None = None
    skips: tuple[str, ...] = ()
    slide: str | None = None

    @property
    def is_code(self) -> bool:
        """Whether this is a code cell."""
        return self.kind in CODE_KINDS

    @property
    def variants(self) -> Variants:
        """The learner's and the solved source."""
        return split(self.source)


def cell_id(lesson: Lesson, key: str) -> str:
    """The notebook's id of a cell: the same for every build, variant and language."""
    return f"{lesson.slug}-{key}"


def read_script(root: Path, course: Course, lesson: Lesson) -> tuple[Cell, ...]:
    """Parses and checks a lesson's script.

    Args:
        root: Folder of the repository.
        course: The course, to check links between lessons.
        lesson: The lesson whose script is read.

    Raises:
        AuthoringError: One line for each problem, naming file, line, cell key and the remedy.
    """
    try:
        text = (root / lesson.script).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AuthoringError(
            f"{lesson.script} is missing. Write it, or take the lesson out of lessons/course.toml."
        ) from None
    except UnicodeDecodeError as error:
        raise AuthoringError(f"{lesson.script} is not UTF-8: {error}. Save it as UTF-8.") from None
    return parse(text, course, lesson)


@functools.lru_cache(maxsize=64)  # pages and slides of every language ask for it
def parse(text: str, course: Course, lesson: Lesson) -> tuple[Cell, ...]:
    """Parses and checks the text of a lesson's script, as `read_script` does."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if _HEADER.fullmatch(line)]
    if not starts or any(line.strip() for line in lines[: starts[0]]):
        raise AuthoringError(
            f"{lesson.script}:1: the script does not start with a cell header. "
            'Begin it with a line such as: # %% [markdown] key="what_you_learn"'
        )
    parsed = jupytext.reads(text, fmt=_FORMAT).cells
    if len(parsed) != len(starts):
        raise AuthoringError(
            f"{lesson.script}: {len(starts)} lines look like cell headers, but there are "
            f"{len(parsed)} cells. Indent or reword a line in a string that starts with `# %%`."
        )

    problems: list[str] = []
    cells: list[Cell] = []
    for start, end, raw in zip(starts, [*starts[1:], len(lines)], parsed, strict=True):
        metadata = {k: v for k, v in raw.metadata.items() if k not in _FROM_JUPYTEXT}
        default = {"code": "code", "markdown": "text"}.get(raw.cell_type, raw.cell_type)
        source = raw.source
        if raw.cell_type == "code":
            source = _MAGIC.sub(r"\1\2", source)
        cell = Cell(
            key=metadata.get("key", ""),
            kind=metadata.get("kind", default),
            source=source,
            line=start + 1,
            exercise=metadata.get("exercise"),
            result=metadata.get("result", False),
            minutes=metadata.get("minutes"),
            saves=metadata.get("saves"),
            skips=tuple(str(metadata.get("skips", "")).split()),
            slide=metadata.get("slide"),
        )
        found = _header_problems(cell, metadata, raw.cell_type, lesson)
        if not found:
            body = lines[start + 1 : end]
            found = (
                _code_problems(cell, body) if cell.is_code else _text_problems(cell, body, course)
            )
            found = [*found, *_reference_problems(cell, body, course)]
            cells.append(cell)
        problems += [
            f"{lesson.script}:{line}: cell {cell.key or '(no key)'}: {problem}"
            for line, problem in found
        ]
    problems += [
        f"{lesson.script}:{line}: {problem}" for line, problem in _lesson_problems(cells, lesson)
    ]
    problems += [
        f"{lesson.script}:{line}: {problem}" for line, problem in _exercise_problems(cells, lesson)
    ]
    if not problems:  # Only code that can be read tells its names.
        problems = [f"{lesson.script}:{line}: {problem}" for line, problem in missed(cells)]
    if problems:
        raise AuthoringError("\n".join(problems))
    return tuple(cells)


def _header_problems(
    cell: Cell, metadata: dict[str, object], cell_type: str, lesson: Lesson
) -> list[tuple[int, str]]:
    """Problems of one header; with any of them the cell's body is not looked at."""
    problems: list[str] = []
    if "incorrectly_encoded_metadata" in metadata:
        return [
            (
                cell.line,
                f"the header {metadata['incorrectly_encoded_metadata']!r} cannot be read. Write "
                'attributes as name="value", numbers and true without quotes.',
            )
        ]
    if "title" in metadata:
        problems.append(
            f"{metadata['title']!r} in the header is not an attribute. "
            'Write attributes as name="value".'
        )
    problems += [
        f"attribute {name!r} is not known. Use only {', '.join(_ATTRIBUTES)}."
        for name in metadata
        if name not in (*_ATTRIBUTES, "title")
    ]
    if cell_type not in ("code", "markdown"):
        problems.append(f"a {cell_type} cell is not known. Use code or [markdown].")
        return [(cell.line, problem) for problem in problems]
    if not cell.key:
        problems.append('the header has no key. Add key="a_name_of_its_own".')
    elif not isinstance(cell.key, str) or not SNAKE_CASE.fullmatch(cell.key):
        problems.append(f"key {cell.key!r} is not snake_case. Use a-z, 0-9 and single underscores.")
    elif len(cell_id(lesson, cell.key)) > MAX_CELL_ID:
        room = MAX_CELL_ID - len(cell_id(lesson, ""))
        problems.append(f"the key has {len(cell.key)} characters. Shorten it to {room}.")
    kinds = CODE_KINDS if cell_type == "code" else TEXT_KINDS
    if cell.kind not in kinds:
        problems.append(
            f"kind {cell.kind!r} does not fit a {cell_type} cell. Use one of: {', '.join(kinds)}."
        )
    if cell.kind == "exercise" and not (cell.exercise and isinstance(cell.exercise, str)):
        problems.append('an exercise needs its id. Add exercise="id_as_in_course_toml".')
    if cell.kind != "exercise" and "exercise" in metadata:
        problems.append('only an exercise has an exercise id. Add kind="exercise", or remove it.')
    if cell.kind == "instructor" and (
        not isinstance(cell.minutes, int) or isinstance(cell.minutes, bool) or cell.minutes < 1
    ):
        problems.append("an instructor's cell needs its section's minutes. Add minutes=5.")
    if cell.kind != "instructor" and "minutes" in metadata:
        problems.append(
            'only an instructor\'s cell has minutes. Add kind="instructor", or remove it.'
        )
    if "saves" in metadata and (
        not isinstance(cell.saves, int)
        or isinstance(cell.saves, bool)
        or not isinstance(cell.minutes, int)
        or not 0 <= cell.saves <= cell.minutes
        or CUT not in cell.source
    ):
        problems.append(
            f"saves={cell.saves!r} does not say how many of the cell's minutes a cut saves. Give "
            f"an instructor's cell with {CUT} a number from 0, if nothing is to be cut, to its "
            "minutes."
        )
    if "skips" in metadata and (cell.kind != "instructor" or CUT not in cell.source):
        problems.append(
            f"skips names the cells that a cut skips. Give it to an instructor's cell with {CUT}, "
            "or remove it."
        )
    if "result" in metadata and (
        cell.result is not True or cell_type != "code" or cell.kind == "optional"
    ):
        problems.append(
            "result marks an executed code cell, as result=true. Remove it from this header."
        )
    return [(cell.line, problem) for problem in problems]


def _first_line(cell: Cell, body: list[str]) -> int:
    """Line in the script of the first line of the cell's source: jupytext drops empty ones."""
    empty = next((at for at, line in enumerate(body) if line.strip()), 0)
    return cell.line + 1 + empty


def _code_problems(cell: Cell, body: list[str]) -> list[tuple[int, str]]:
    first = _first_line(cell, body)
    if not cell.source.strip():
        return [(cell.line, "the cell is empty. Fill it, or remove it.")]
    try:
        variants = cell.variants
    except BlankError as error:
        return [(first + error.line, str(error))]
    if cell.kind == "exercise" and not variants.blanks:
        return [
            (cell.line, "an exercise has no blank. Put one between `# blank:` and `# end blank`.")
        ]
    if cell.kind != "exercise" and variants.blanks:
        return [(cell.line, f'a blank in a cell of kind "{cell.kind}". Make it kind="exercise".')]
    # The markers are comments: with them in place the lines are the script's.
    if error := _syntax_error(cell.source):
        return [(first + (error.lineno or 1) - 1, f"not valid Python: {error.msg}. Correct it.")]
    if error := _syntax_error(variants.learner):
        return [
            (
                cell.line,
                f"with its blanks the cell is not valid Python: {error.msg}: "
                f"{(error.text or '').strip()!r}. Let the replacement be code, such as `x = ...`.",
            )
        ]
    if cell.kind == "exercise" and f"ex.{cell.exercise}.check(" not in variants.learner:
        return [
            (
                cell.line,
                "an exercise does not answer back. End the cell, outside the blank, with: "
                f"answer = ex.{cell.exercise}.check(answer)",
            )
        ]
    return []


def _syntax_error(source: str) -> SyntaxError | None:
    try:
        python = TransformerManager().transform_cell(source)
        compile(python, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST)
    except SyntaxError as error:
        return error
    return None


def _text_problems(cell: Cell, body: list[str], course: Course) -> Iterator[tuple[int, str]]:
    if cell.kind == "questions":
        if cell.source.strip():
            yield (
                cell.line,
                "text where the questions come to stand. The builder writes it; move yours to a "
                "cell of its own.",
            )
        return
    if not cell.source.strip():
        yield cell.line, "the cell is empty. Fill it, or remove it."
        return
    first = _first_line(cell, body)
    for number, line in enumerate(body, start=cell.line + 1):
        if line.strip() and line.rstrip() != "#" and not line.startswith("# "):
            yield (
                number,
                f"{line.strip()[:40]!r} in a text cell does not start with `# `. Add that, or the "
                "header of a code cell before it.",
            )
            return
    if "data:image" in cell.source or "attachment:" in cell.source:
        yield cell.line, "an embedded image. Draw it with fl_course.plotting instead."
    notebooks = {f"{lesson.slug}.ipynb" for lesson in course.lessons}
    for token in _MARKDOWN.parse(cell.source):
        line = first + (token.map[0] if token.map else 0)
        if token.type == "heading_open" and token.tag == "h1":
            yield line, "a heading of level 1. Start at `##`: the builder writes the title."
        for child in token.children or ():
            if child.type == "image":
                address = str(child.attrs.get("src", ""))
                if not address.startswith("https://"):
                    yield (
                        line,
                        f"image {address[:40]!r} is not in the notebook's reach on Colab. Draw it "
                        "with fl_course.plotting, or link to it with https.",
                    )
            elif child.type == "link_open":
                address = str(child.attrs.get("href", ""))
                target = address.split("#")[0]
                elsewhere = re.match(r"(https?|mailto):", target) or DOCS_PAGE.fullmatch(target)
                if target and not elsewhere and target not in notebooks:
                    yield (
                        line,
                        f"link to {address!r}, which is no lesson. Use its slug, such as "
                        f"{min(notebooks)}, or https.",
                    )


def _reference_problems(cell: Cell, body: list[str], course: Course) -> Iterator[tuple[int, str]]:
    """Lessons that are named by number or that aren't there, and lines too long with numbers."""
    for number, line in enumerate(body, start=cell.line + 1):
        if unknown := course.unknown_lessons(line):
            yield number, f"{{{{{unknown[0]}}}}} is no lesson. {_known(course)}"
            continue
        shown, most = course.with_numbers(line), TEXT_COLUMNS
        if cell.is_code:
            shown, most = _BLANK.sub(r"\1", _MAGIC.sub(r"\1\2", shown)), CODE_COLUMNS
        if (columns := wcwidth.wcswidth(shown)) > most and " " in shown.strip().removeprefix("# "):
            yield number, f"the line has {columns} columns. Break it before {most}."
    if numbered := numbered_lesson(cell.source):
        yield (
            cell.line,
            f"{numbered!r} would be wrong when a lesson is moved. Write its slug for the number, "
            f"as in: lesson {{{{{course.lessons[0].slug}}}}}.",
        )


def _known(course: Course) -> str:
    return f"Use one of: {', '.join(lesson.slug for lesson in course.lessons)}."


def _lesson_problems(cells: list[Cell], lesson: Lesson) -> Iterator[tuple[int, str]]:
    """Problems between the cells of a lesson."""
    first_with: dict[str, Cell] = {}
    for cell in cells:
        if cell.key in first_with:
            yield (
                cell.line,
                f"cell {cell.key}: the key is already used in line {first_with[cell.key].line}. "
                "Give each cell its own.",
            )
        first_with.setdefault(cell.key, cell)
    for cell in cells:
        wanted = _ON_SLIDES if cell.kind != "instructor" else ("skip", *_shown(cells))
        if cell.slide is not None and cell.slide not in wanted:
            yield (
                cell.line,
                f"cell {cell.key}: slide={cell.slide!r} is not known. An instructor's cell has the "
                'key of a text or a code cell, or "skip"; another cell has "skip" or "whole".',
            )
    results = [cell for cell in cells if cell.result]
    for cell in results[1:]:
        yield (
            cell.line,
            f"cell {cell.key}: cell {results[0].key} has result=true too. Keep one of them.",
        )
    asked = [cell for cell in cells if cell.kind == "questions"]
    for cell in asked[1:]:
        yield (
            cell.line,
            f"cell {cell.key}: the questions already stand in line {asked[0].line}. Keep one of "
            "the cells.",
        )
    if asked and any(cell.kind == "exercise" for cell in cells[cells.index(asked[0]) :]):
        yield (
            asked[0].line,
            f"cell {asked[0].key}: an exercise comes after the questions. Let them follow the last "
            "one, before what the lesson ends with.",
        )
    notes = [cell for cell in cells if cell.kind == "instructor"]
    minutes = sum(cell.minutes or 0 for cell in notes)
    if notes and minutes != lesson.minutes:
        yield (
            notes[0].line,
            f"the instructor's cells add up to {minutes} minutes, and lessons/course.toml has "
            f"{lesson.minutes} for the lesson. Correct either.",
        )


def _shown(cells: list[Cell]) -> tuple[str, ...]:
    return tuple(cell.key for cell in cells if cell.kind in ("text", "code"))


def _exercise_problems(cells: list[Cell], lesson: Lesson) -> Iterator[tuple[int, str]]:
    """Differences between the exercises of the script and those of course.toml."""
    found = {cell.exercise: cell for cell in reversed(cells) if cell.kind == "exercise"}
    for cell in cells:
        if cell.kind != "exercise":
            continue
        if cell.exercise not in lesson.exercises:
            yield (
                cell.line,
                f"cell {cell.key}: exercise {cell.exercise!r} is not in lessons/course.toml. "
                f"Add it to `exercises` of {lesson.slug!r}, or correct the id.",
            )
        elif found[cell.exercise] is not cell:
            yield (
                cell.line,
                f"cell {cell.key}: exercise {cell.exercise!r} is already in line "
                f"{found[cell.exercise].line}. Give each exercise its own id.",
            )
    for exercise in lesson.exercises:
        if exercise not in found:
            yield (
                1,
                f"exercise {exercise!r} of lessons/course.toml is not in the script. Write its "
                f'cell with kind="exercise" exercise="{exercise}", or remove it there.',
            )
    in_script = list(dict.fromkeys(c.exercise for c in cells if c.kind == "exercise"))
    if set(in_script) == set(lesson.exercises) and in_script != list(lesson.exercises):
        yield (
            1,
            f"the exercises come in the order {', '.join(map(str, in_script))}, but in "
            f"lessons/course.toml as {', '.join(lesson.exercises)}. Put them in the same order.",
        )
