"""A language of the course: the folder `translations/<language>`, read and brought up to date.

`language.toml` says what the language is called and which fonts it needs, `glossary.toml` its
terms. Each lesson has a catalog of its name; `fl_course.po` has what the package itself says,
`README.po`, `places.po` and `teaching.po` have pages, and `glossary.po` the definitions of terms.
"""

import dataclasses
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fl_course.authoring import AuthoringError
from fl_course.authoring.catalogs import Catalog, Entry, read_catalog, update
from fl_course.authoring.course import ENGLISH, Course, Lesson
from fl_course.authoring.messages import Message, context_of, is_table_row, translate
from fl_course.authoring.notebooks import WORDS
from fl_course.authoring.script import Cell

TRANSLATIONS = Path("translations")
OWN = "fl_course"
README = "README"
GLOSSARY = "glossary"
LOCALE = Path("fl_course", "locale")


@dataclass(frozen=True)
class Language:
    """A language with all of its catalogs, of today's messages.

    Attributes:
        code: Its code, such as "ko".
        name: What it calls itself.
        fonts: Font files for figures, as `fl_course.localization.fonts` gives them.
        catalogs: By name: a lesson's, `OWN`, `GLOSSARY` and those of pages.
    """

    code: str
    name: str
    fonts: tuple[str, ...] = ()
    catalogs: Mapping[str, Catalog] = dataclasses.field(default_factory=dict)

    def word(self, english: str) -> str:
        """What the package says, in this language; in English if it has no translation of it."""
        return self.words().get(english, english)

    def words(self) -> dict[str, str]:
        """All that the package says in this language, by the English."""
        own = self.catalogs.get(OWN)
        return own.current_by_text if own else {}

    def messages(self) -> tuple[str, ...]:
        """All that the package says, in English."""
        own = self.catalogs.get(OWN)
        return tuple(entry.message.text for entry in own.entries) if own else ()

    def with_numbers(self, course: Course) -> "Language":
        """The language as notebooks are made of it: lessons that are named have their numbers."""
        catalogs = {
            name: catalog.mapped(lambda text: course.with_numbers(text, self.code))
            for name, catalog in self.catalogs.items()
        }
        return dataclasses.replace(self, catalogs=catalogs)

    def source_of(self, lesson: Lesson, cell: Cell, source: str) -> str:
        """A cell's source, with numbers of lessons, with its messages in this language.

        A message whose translation is out of date is in English and marked as such; one that has
        none is in English.
        """
        catalog = self.catalogs.get(lesson.slug)
        if catalog is None:
            return source
        context = context_of(lesson, cell)
        return translate(
            source, lambda text: self._shown(catalog, context, text), code=cell.is_code
        )

    def text_of(self, name: str, markdown: str, context: str = "") -> str:
        """A text, outside of lessons, with its messages in this language.

        Args:
            name: Name of its catalog.
            markdown: The text.
            context: What the catalog calls its place; "" is the catalog's own name.
        """
        catalog = self.catalogs.get(name)
        if catalog is None:
            return markdown
        place = context or name
        return translate(markdown, lambda text: self._shown(catalog, place, text), code=False)

    def _shown(self, catalog: Catalog, context: str, text: str) -> str:
        if not catalog.is_fuzzy(context, text):
            return catalog.translation_of(context, text)
        mark = self.word(WORDS["outdated"])
        if is_table_row(text):
            return f"{text.rstrip().removesuffix('|').rstrip()} {mark} |"
        return f"{text} {mark}"


ENGLISH_ITSELF = Language(ENGLISH, "English")


def codes(root: Path) -> tuple[str, ...]:
    """The languages that have a folder, whether they are released or not."""
    folders = sorted((root / TRANSLATIONS).glob("*/"))
    return tuple(folder.name for folder in folders if not folder.name.startswith("."))


def read_facts(root: Path, code: str) -> Language:
    """Reads what a language is called and needs, without its catalogs.

    Raises:
        AuthoringError: If `language.toml` is missing or malformed.
    """
    facts = _facts(root, TRANSLATIONS / code)
    return Language(code, str(facts["name"]), tuple(facts["fonts"]))


def read_catalogs(
    root: Path, language: Language, messages: Mapping[str, Sequence[Message]]
) -> Language:
    """Reads a language's catalogs and brings them up to date, in memory.

    Args:
        root: Folder of the repository.
        language: As `read_facts` gives it.
        messages: Today's messages of each catalog, by its name.

    Raises:
        AuthoringError: If a file can't be read, or holds a translation for what isn't there; one
            line for each problem, with file, line, and what to do.
    """
    folder = TRANSLATIONS / language.code
    problems: list[str] = []
    catalogs: dict[str, Catalog] = {}
    for name, wanted in messages.items():
        try:
            catalog = read_catalog(root, folder / f"{name}.po", language.code)
        except AuthoringError as error:
            problems.append(str(error))
            continue
        problems += _unknown(catalog, wanted)
        catalogs[name] = update(catalog, wanted)
    for path in sorted((root / folder).glob("*")):
        if path.suffix == ".po" and path.stem not in messages:
            problems.append(
                f"{folder / path.name}: no lesson has this name. Rename it as the lesson's script "
                "is, or remove it."
            )
    if problems:
        raise AuthoringError("\n".join(problems))
    return dataclasses.replace(language, catalogs=catalogs)


def _facts(root: Path, folder: Path) -> dict[str, object]:
    path = folder / "language.toml"
    example = 'name = "한국어"'
    try:
        facts = tomllib.loads((root / path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AuthoringError(f"{path}: is missing. Write it, with: {example}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AuthoringError(f"{path}: is not valid TOML: {error}. Correct it.") from None
    facts.setdefault("fonts", [])
    problems = [
        f"{path}: `{name}` is not a known field. Remove it, or correct its spelling."
        for name in facts
        if name not in ("name", "fonts")
    ]
    if not isinstance(facts.get("name"), str) or not facts["name"]:
        problems.append(f"{path}: `name` is missing. Add what the language calls itself: {example}")
    fonts = facts["fonts"]
    if not isinstance(fonts, list) or not all(isinstance(font, str) for font in fonts):
        problems.append(f'{path}: `fonts` is {fonts!r}. Write it like this: fonts = ["a/b.ttf"]')
    if problems:
        raise AuthoringError("\n".join(problems))
    return facts


def _unknown(catalog: Catalog, messages: Sequence[Message]) -> list[str]:
    """Translations for cells that the lesson does not have, which would be lost."""
    contexts = {message.context for message in messages}
    texts = {message.text for message in messages}
    return [
        f"{catalog.path}:{entry.line}: {entry.message.context!r} is not a cell of the lesson, or "
        "not a part of fl_course. Correct msgctxt, or remove the entry if what it translates is "
        "gone."
        for entry in catalog.entries
        if entry.translation
        and entry.message.context not in contexts
        and entry.message.text not in texts
    ]


def locale_file(language: Language) -> tuple[Path, bytes]:
    """What an installed course needs of a language, as the path and the bytes of its file."""
    content = {
        "fonts": language.fonts,
        "name": language.name,
        "words": language.words(),
    }
    text = json.dumps(content, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    return LOCALE / f"{language.code}.json", text.encode()


@dataclass(frozen=True)
class Count:
    """How far a catalog is translated.

    Attributes:
        translated: Messages with a translation of today's English.
        fuzzy: Messages with a translation of an earlier one.
        missing: Messages without any.
    """

    translated: int
    fuzzy: int
    missing: int

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return not self.fuzzy and not self.missing


def count(entries: Sequence[Entry]) -> Count:
    """Counts a catalog's entries."""
    fuzzy = sum(entry.fuzzy for entry in entries)
    translated = sum(bool(entry.current) for entry in entries)
    return Count(translated, fuzzy, len(entries) - fuzzy - translated)
