"""The course as data: `lessons/course.toml`."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fl_course.authoring import AuthoringError
from fl_course.authoring.needs import NEEDS
from fl_course.catalog import REFERENCE

ENGLISH = "en"
COURSE_FILE = Path("lessons", "course.toml")
MAX_SLUG = 32  # A cell id is the slug and the cell's key, together up to 64 characters.
SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
_BRANCH = re.compile(r"[\w./-]+")
_LINK = re.compile(r"\]\(([a-z][a-z0-9_]*)\.ipynb(?=[)#])")
DOCS_PAGE = re.compile(r"docs/[\w-]+(?:\.[\w-]+)?\.md")
_DOCS = re.compile(rf"\]\(({DOCS_PAGE.pattern})(?=[)#])")
_NUMBERED = re.compile(r"\blessons?[\s#]+\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Lesson:
    """One lesson of the course.

    Attributes:
        number: Position in the course, from 1, as learners see it.
        slug: Name in files and cell ids, snake_case.
        title: Title in English.
        minutes: Time in a classroom.
        exercises: Ids of the exercises, in the order in which they appear.
        languages: Languages that it is released in, English first.
        needs: What its outputs need besides the course's packages: names of `NEEDS`.
    """

    number: int
    slug: str
    title: str
    minutes: int
    exercises: tuple[str, ...]
    languages: tuple[str, ...] = (ENGLISH,)
    needs: tuple[str, ...] = ()

    @property
    def script(self) -> Path:
        """The lesson's script, relative to the root of the repository."""
        return Path("lessons", f"{self.slug}.py")

    @property
    def notebook_file(self) -> str:
        """File name of the lesson's notebooks, such as `01_centralized_training.ipynb`."""
        return f"{self.number:02d}_{self.slug}.ipynb"


@dataclass(frozen=True)
class Course:
    """All lessons in their order, and where the course lives.

    Attributes:
        title: Title of the course in English.
        repository: `owner/name` on GitHub, for the Colab links.
        branch: Branch that the Colab links lead to.
        languages: Released languages, English first.
        lessons: The lessons in their order.
    """

    title: str
    repository: str
    branch: str
    languages: tuple[str, ...]
    lessons: tuple[Lesson, ...]

    def after(self, lesson: Lesson) -> Lesson | None:
        """The lesson that follows `lesson`, or None for the last one."""
        position = self.lessons.index(lesson) + 1
        return self.lessons[position] if position < len(self.lessons) else None

    def with_numbers(self, text: str, language: str = ENGLISH) -> str:
        """A text with the numbers of the lessons that it names, and links to their notebooks.

        `lesson {{federated_data}}` becomes `lesson 2`, and `(federated_data.ipynb)` of a link
        `(02_federated_data.ipynb)`, or `(../en/02_federated_data.ipynb)` where the lesson is not
        released in the language. What is no lesson stays: `unknown_lessons` finds it. A page of
        `docs/`, which Colab doesn't have, gets its whole address.

        Args:
            text: Markdown, Python, or a message of either.
            language: The language of the notebook that the text stands in.
        """
        lessons = {lesson.slug: lesson for lesson in self.lessons}

        def number(match: re.Match[str]) -> str:
            lesson = lessons.get(match[1])
            return str(lesson.number) if lesson else match[0]

        def link(match: re.Match[str]) -> str:
            lesson = lessons.get(match[1])
            if not lesson:
                return match[0]
            folder = "" if language in lesson.languages else f"../{ENGLISH}/"
            return f"]({folder}{lesson.notebook_file}"

        home = f"](https://github.com/{self.repository}/blob/{self.branch}/"
        text = _DOCS.sub(lambda match: home + match[1], text)
        return _LINK.sub(link, REFERENCE.sub(number, text))

    def unknown_lessons(self, text: str) -> list[str]:
        """What a text names as a lesson, as `{{slug}}`, and the course doesn't have."""
        slugs = {lesson.slug for lesson in self.lessons}
        return [slug for slug in REFERENCE.findall(text) if slug not in slugs]

    def select(self, wanted: Sequence[str]) -> tuple[Lesson, ...]:
        """Lessons named by number (`1`), range (`2-3`), slug or file name, in course order.

        Args:
            wanted: Names of lessons; none at all means every lesson.

        Raises:
            ValueError: If a name fits no lesson.
        """
        if not wanted:
            return self.lessons
        chosen: set[Lesson] = set()
        for word in wanted:
            if match := re.fullmatch(r"(\d+)(?:-(\d+))?", word):
                first, last = int(match[1]), int(match[2] or match[1])
                found = [lesson for lesson in self.lessons if first <= lesson.number <= last]
            else:
                stem = Path(word).stem
                found = [
                    lesson
                    for lesson in self.lessons
                    if stem in (lesson.slug, Path(lesson.notebook_file).stem)
                ]
            if not found:
                known = ", ".join(f"{lesson.number} ({lesson.slug})" for lesson in self.lessons)
                raise AuthoringError(
                    f"lesson {word!r} is not in the course. Give a number, a range such as 2-3, "
                    f"or a slug of: {known}."
                )
            chosen.update(found)
        return tuple(lesson for lesson in self.lessons if lesson in chosen)


def find_root(start: Path) -> Path:
    """The nearest folder, from `start` upwards, that holds `lessons/course.toml`.

    Raises:
        AuthoringError: If there is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / COURSE_FILE).is_file():
            return folder
    raise AuthoringError(
        f"no {COURSE_FILE} in {start} or a folder above it. "
        "Run this inside a clone of the course, or give its folder with --root."
    )


@dataclass
class _Fields:
    """Takes typed fields out of one TOML table and remembers what is wrong with them."""

    table: dict[str, Any]
    where: str
    problems: list[str] = field(default_factory=list)

    def take(self, name: str, kind: type, shape: re.Pattern[str] | None, example: str) -> Any:
        if name not in self.table:
            self.problems.append(f"{self.where}: `{name}` is missing. Add {example}.")
            return kind()
        value = self.table.pop(name)
        # TOML's booleans are Python ints.
        if not isinstance(value, kind) or isinstance(value, bool):
            self.problems.append(
                f"{self.where}: `{name}` is {value!r}. Write it like this: {example}."
            )
            return kind()
        if shape and not shape.fullmatch(value):
            self.problems.append(
                f"{self.where}: `{name}` is {value!r}. Write it like this: {example}."
            )
        return value

    def take_names(self, name: str, shape: re.Pattern[str], example: str) -> tuple[str, ...]:
        values = self.take(name, list, None, example)
        for value in values:
            if not isinstance(value, str) or not shape.fullmatch(value):
                self.problems.append(
                    f"{self.where}: `{name}` holds {value!r}. Write it like this: {example}."
                )
        # By position, because a value that is no string need not be hashable.
        doubled = [value for at, value in enumerate(values) if value in values[:at]]
        if doubled:
            self.problems.append(f"{self.where}: `{name}` holds {doubled[0]!r} twice. Drop one.")
        return tuple(value for value in values if isinstance(value, str))

    def finish(self) -> list[str]:
        self.problems += [
            f"{self.where}: `{name}` is not a known field. Remove it, or correct its spelling."
            for name in self.table
        ]
        return self.problems


_LINE = re.compile(r"\S(.*\S)?")


def _languages(fields: _Fields, released: tuple[str, ...]) -> tuple[str, ...]:
    """A lesson's languages in the course's order: all of them where none are given."""
    if "languages" not in fields.table:
        return released
    given = fields.take_names("languages", _LANGUAGE, 'languages = ["en"]')
    if ENGLISH not in given:
        fields.problems.append(
            f'{fields.where}: `languages` lacks "en": a lesson comes in English first. Add it.'
        )
    fields.problems += [
        f"{fields.where}: `languages` holds {code!r}, which the course's `languages` at the top "
        "lack. Add it there, or remove it here."
        for code in given
        if code not in released and code != ENGLISH
    ]
    return tuple(code for code in released if code in given)


def _needs(fields: _Fields) -> tuple[str, ...]:
    if "needs" not in fields.table:
        return ()
    given = fields.take_names("needs", SNAKE_CASE, 'needs = ["flower"]')
    fields.problems += [
        f"{fields.where}: `needs` holds {name!r}. Known are: {', '.join(NEEDS)}."
        for name in given
        if name not in NEEDS
    ]
    return given


def numbered_lesson(text: str) -> str:
    """Where a text names a lesson by a number, such as `lesson 6`, or an empty text.

    The number would be wrong as soon as a lesson is inserted before. A command may have one.
    """
    match = _NUMBERED.search(re.sub(r"`[^`]*`", " ", text))
    return re.sub(r"[\s#]+", " ", match[0]) if match else ""


def read_course(root: Path) -> Course:
    """Reads and checks `lessons/course.toml`.

    Args:
        root: Folder of the repository.

    Raises:
        AuthoringError: If the file is missing, is not TOML, or a field is missing, unknown or
            malformed; the message has one line for each problem.
    """
    path = root / COURSE_FILE
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AuthoringError(
            f"{COURSE_FILE} is missing in {root}. Give the folder of the course with --root."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AuthoringError(f"{COURSE_FILE} is not valid TOML: {error}. Correct it.") from None

    entries = table.pop("lesson", [])
    top = _Fields(table, str(COURSE_FILE))
    title = top.take("title", str, _LINE, 'title = "Federated learning"')
    repository = top.take("repository", str, REPOSITORY, 'repository = "owner/name"')
    branch = top.take("branch", str, _BRANCH, 'branch = "main"')
    languages = top.take_names("languages", _LANGUAGE, 'languages = ["en"]')
    problems = top.finish()
    if ENGLISH not in languages:
        problems.append(
            f'{COURSE_FILE}: `languages` lacks "en", the source of every other. Add it.'
        )
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        problems.append(f"{COURSE_FILE}: `lesson` is not a list. Head each one with [[lesson]].")
        entries = []
    elif not entries:
        problems.append(f"{COURSE_FILE}: there is no lesson. Add one headed [[lesson]].")

    lessons: list[Lesson] = []
    for position, entry in enumerate(entries, start=1):
        fields = _Fields(dict(entry), f"{COURSE_FILE}, [[lesson]] no. {position}")
        lesson = Lesson(
            number=position,
            slug=fields.take("slug", str, SNAKE_CASE, 'slug = "federated_data"'),
            title=fields.take("title", str, _LINE, 'title = "Federated data"'),
            minutes=fields.take("minutes", int, None, "minutes = 30"),
            exercises=fields.take_names("exercises", SNAKE_CASE, 'exercises = ["get_one_example"]'),
            languages=_languages(fields, languages),
            needs=_needs(fields),
        )
        if lesson.minutes <= 0:
            fields.problems.append(
                f"{fields.where}: `minutes` is {lesson.minutes}. Give the minutes of a classroom."
            )
        if len(lesson.slug) > MAX_SLUG:
            fields.problems.append(
                f"{fields.where}: `slug` has {len(lesson.slug)} characters. Use up to {MAX_SLUG}."
            )
        if lesson.slug in {other.slug for other in lessons}:
            fields.problems.append(
                f"{fields.where}: `slug` {lesson.slug!r} is taken. Give each lesson its own."
            )
        problems += fields.finish()
        lessons.append(lesson)
    if problems:
        raise AuthoringError("\n".join(problems))
    return Course(title, repository, branch, languages, tuple(lessons))
