"""The README and documents in other languages: `README.ko.md`, `docs/places.ko.md` and their kind.

Which ones there are stands in `PAGES`: what learners and instructors read. Each has a catalog.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fl_course.authoring.course import ENGLISH, Course, Lesson
from fl_course.authoring.languages import README, Language
from fl_course.authoring.messages import Message, is_table_row, spans
from fl_course.authoring.notebooks import WORDS, glossary_page

# The English pages show how a language is named by Korean; those in a language, by their own.
_EXAMPLE = re.compile(r"(\bLANGUAGE=|--language |\bslides/|\bsheet\.)ko\b")
_TITLE = re.compile(r"# .+\n")
_SWITCH = re.compile(r"\*\*English\*\*(?: · \[[^\]]+\]\([\w-]+\.[\w-]+\.md\))+\n\n?")
_LINK = re.compile(r"\]\((?P<path>[^)\s#:]*)(?:#(?P<place>[^)\s]+))?\)")
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """A page that is translated.

    Attributes:
        name: Name of its catalog.
        path: The English one, relative to the root of the repository.
        until: The heading before which the part that is translated ends; "" if it is all.
    """

    name: str
    path: Path
    until: str = ""

    def path_in(self, code: str) -> Path:
        """The page in a language, relative to the root of the repository."""
        if code == ENGLISH:
            return self.path
        return self.path.with_name(f"{self.path.stem}.{code}.md")


PAGES = (
    Page(README, Path("README.md"), "## For contributors"),
    Page("places", Path("docs", "places.md")),
    Page("teaching", Path("docs", "teaching.md")),
)


def read(root: Path) -> dict[Page, str]:
    """The pages that are there, in English.

    Args:
        root: Folder of the repository.
    """
    return {
        page: (root / page.path).read_text("utf-8")
        for page in PAGES
        if (root / page.path).is_file()
    }


def messages(page: Page, text: str) -> Iterator[Message]:
    """The messages of a page, each once.

    Args:
        page: The page.
        text: Its content.
    """
    found = [span.text for span in spans(_translated_part(page, text), code=False)]
    yield from (Message(page.name, text) for text in dict.fromkeys(found))


def of_lesson(text: str, lesson: Lesson) -> bool:
    """Whether a message is a lesson's row in the README's table."""
    return is_table_row(text) and f"notebooks/en/{lesson.notebook_file}" in text


def in_language(
    texts: Mapping[Page, str], course: Course, language: Language, released: Sequence[Language]
) -> dict[Page, str]:
    """The pages in a language.

    A lesson that is not released in it is there, leads to the English notebook, and says so. Links
    lead to the pages in this language, where there are such, and to their headings.

    Args:
        texts: The pages in English.
        course: The course.
        language: The language.
        released: The released languages, English first, to switch between.
    """
    parts = {page: _translated_part(page, text) for page, text in texts.items()}
    translated = {page: language.text_of(page.name, part) for page, part in parts.items()}
    places = {
        page: dict(zip(_places(parts[page]), _places(translated[page]), strict=True))
        for page in parts
    }
    made = {}
    for page, text in translated.items():
        text = _to_notebooks(text, course, language)
        text = text.replace("\nmake open\n", f"\nmake open LANGUAGE={language.code}\n")
        text = _EXAMPLE.sub(rf"\1{language.code}", text)
        text = _LINK.sub(lambda match, page=page: _led(match, page, language, places), text)
        title = _TITLE.match(text)
        at = title.end() if title else 0
        lead = f"{switch(page, language, released)}\n"
        made[page] = f"{text[:at]}\n{lead}\n{text[at:].strip()}\n"
    return made


def switch(page: Page, language: Language, released: Sequence[Language]) -> str:
    """The line that leads to a page in other languages."""
    names = [
        f"**{to.name}**"
        if to.code == language.code
        else f"[{to.name}]({page.path_in(to.code).name})"
        for to in released
    ]
    return " · ".join(names)


def switch_problems(
    texts: Mapping[Page, str], english: Language, released: Sequence[Language]
) -> Iterator[str]:
    """English pages that do not lead to those in other languages, with the line to put there."""
    for page, text in texts.items():
        line = switch(page, english, released)
        if len(released) > 1 and line not in text.splitlines():
            yield (
                f"{page.path}: does not lead to its other languages. Put this line below its "
                f"title: {line}"
            )


def _to_notebooks(text: str, course: Course, language: Language) -> str:
    text = text.replace("notebooks/en", f"notebooks/{language.code}")
    for lesson in course.lessons:
        if language.code not in lesson.languages:
            file = lesson.notebook_file
            text = text.replace(f"notebooks/{language.code}/{file}", f"notebooks/en/{file}")
            said = f"](notebooks/en/{file}) ({language.word(WORDS['in_english'])})"
            text = text.replace(f"](notebooks/en/{file})", said)
    return text


def _led(
    match: re.Match[str], page: Page, language: Language, places: Mapping[Page, Mapping[str, str]]
) -> str:
    """A link of an English page as it is in the language."""
    folder = page.path.parent.as_posix()
    path, place = match["path"], match["place"] or ""
    target = posixpath.normpath(posixpath.join(folder, path)) if path else page.path.as_posix()
    for to, known in places.items():
        if target == to.path.as_posix():
            if path:
                path = posixpath.relpath(to.path_in(language.code).as_posix(), folder)
            place = known.get(place, place)
    if target == glossary_page(ENGLISH).as_posix():
        path = posixpath.relpath(glossary_page(language.code).as_posix(), folder)
    return f"]({path}#{place})" if place else f"]({path})"


def _places(text: str) -> list[str]:
    """How links name the headings of a text, in their order, as code hosts do it."""
    headings = _HEADING.findall(_FENCED.sub("", text))
    return [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]


def _translated_part(page: Page, text: str) -> str:
    part = text.partition(f"\n{page.until}")[0] if page.until else text
    return _SWITCH.sub("", part, count=1)
