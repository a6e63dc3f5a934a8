"""What the web edition is made of: the course, its languages, and the words for them."""

import functools
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

from fl_course import localization
from fl_course.authoring.course import ENGLISH, Course, Lesson, read_course
from fl_course.authoring.languages import ENGLISH_ITSELF, Language, read_facts

SITE = Path(__file__).parent
ROOT = SITE.parent
GLOSSARY = "glossary"
DOCS = "docs"
API = "api"
DECKS = "slides"


@dataclass(frozen=True)
class Edition:
    """A language's part of the site.

    Attributes:
        course: The course.
        language: The language, without its catalogs.
        languages: All that have a part, English first.
    """

    course: Course
    language: Language
    languages: tuple[Language, ...]

    @property
    def code(self) -> str:
        """The language's code."""
        return self.language.code

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """The lessons that are released in the language."""
        return tuple(x for x in self.course.lessons if self.code in x.languages)

    def title(self, lesson: Lesson) -> str:
        """A lesson's title in the language."""
        return localization.in_language(lesson.title, None, self.code)

    def word(self, name: str) -> str:
        """A word of `words.toml`, in English where the language lacks it."""
        words = _words()
        return words.get(self.code, {}).get(name) or words[ENGLISH][name]

    def on_github(self, path: str) -> str:
        """The address of a file or a folder of the repository."""
        kind = "tree" if (ROOT / path).is_dir() else "blob"
        return f"https://github.com/{self.course.repository}/{kind}/{self.course.branch}/{path}"


@functools.cache
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads((SITE / "words.toml").read_text(encoding="utf-8"))


def editions() -> tuple[Edition, ...]:
    """One for each released language, English first."""
    course = read_course(ROOT)
    languages = (
        ENGLISH_ITSELF,
        *(read_facts(ROOT, code) for code in course.languages if code != ENGLISH),
    )
    return tuple(Edition(course, language, languages) for language in languages)


def for_sphinx(edition: Edition, pages: dict[str, list[str]], title: str) -> str:
    """What conf.py has to know, as JSON.

    Args:
        edition: The language's part.
        pages: The pages of each part, by its code: the switcher leads to what is there.
        title: What the course is called in the language.
    """
    return json.dumps(
        {
            "language": edition.code,
            "own_name": edition.language.name,
            "languages": [[language.code, language.name] for language in edition.languages],
            "pages": pages,
            "title": title,
            "repository": f"https://github.com/{edition.course.repository}",
            "words": {name: edition.word(name) for name in ("language", "notes")},
        },
        ensure_ascii=False,
    )
