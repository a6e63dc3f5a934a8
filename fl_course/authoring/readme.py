"""The README's part for learners, in other languages: `README.ko.md` and its kind."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from fl_course.authoring import AuthoringError
from fl_course.authoring.course import Course, Lesson
from fl_course.authoring.languages import README, Language
from fl_course.authoring.messages import Message, is_table_row, spans
from fl_course.authoring.notebooks import WORDS

SOURCE = Path("README.md")
_END = "## For instructors"
_TITLE = re.compile(r"# .+\n")
_SWITCH = re.compile(r"\*\*English\*\*(?: · \[[^\]]+\]\(README\.[\w-]+\.md\))+\n\n?")


def path_of(language: Language) -> Path:
    """The README in a language, relative to the root of the repository."""
    return Path(f"README.{language.code}.md")


def messages(text: str) -> Iterator[Message]:
    """The messages of the README's part for learners, each once.

    Args:
        text: The content of README.md.
    """
    found = [span.text for span in spans(_learners_part(text), code=False)]
    yield from (Message(README, text) for text in dict.fromkeys(found))


def of_lesson(text: str, lesson: Lesson) -> bool:
    """Whether a message is a lesson's row in the table."""
    return is_table_row(text) and f"notebooks/en/{lesson.notebook_file}" in text


def in_language(text: str, course: Course, language: Language, released: Sequence[Language]) -> str:
    """The README's part for learners in a language.

    A lesson that is not released in it is there, leads to the English notebook, and says so.

    Args:
        text: The content of README.md.
        course: The course.
        language: The language.
        released: The released languages, English first, to switch between.
    """
    translated = language.text_of(README, _learners_part(text))
    translated = translated.replace("notebooks/en", f"notebooks/{language.code}")
    for lesson in course.lessons:
        if language.code not in lesson.languages:
            file = lesson.notebook_file
            translated = translated.replace(
                f"notebooks/{language.code}/{file}", f"notebooks/en/{file}"
            )
            said = f"](notebooks/en/{file}) ({language.word(WORDS['in_english'])})"
            translated = translated.replace(f"](notebooks/en/{file})", said)
    translated = translated.replace("\nmake open", f"\nmake open LANGUAGE={language.code}")
    title = _TITLE.match(translated)
    at = title.end() if title else 0
    return f"{translated[:at]}\n{switch(language, released)}\n{translated[at:].rstrip()}\n"


def switch(language: Language, released: Sequence[Language]) -> str:
    """The line that leads to the README in other languages."""
    names = [
        f"**{to.name}**"
        if to.code == language.code
        else f"[{to.name}]({SOURCE if to.code == 'en' else path_of(to)})"
        for to in released
    ]
    return " · ".join(names)


def check_switch(text: str, english: Language, released: Sequence[Language]) -> None:
    """Checks that README.md leads to the other languages.

    Raises:
        AuthoringError: If it does not, with the line to put there.
    """
    line = switch(english, released)
    if len(released) > 1 and line not in text.splitlines():
        raise AuthoringError(
            f"{SOURCE}: does not lead to its other languages. Put this line below its title: {line}"
        )


def _learners_part(text: str) -> str:
    part = text.partition(f"\n{_END}")[0]
    return _SWITCH.sub("", part, count=1)
