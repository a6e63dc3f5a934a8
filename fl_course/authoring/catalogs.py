"""Translations as gettext catalogs: reading, bringing up to date, writing.

A catalog holds its messages in the order of the lesson, without line numbers and dates, so that a
change of one message changes nothing else in the file. A message whose English changed keeps its
translation, marked fuzzy, and the English it was made from.
"""

import difflib
import functools
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from babel.messages.catalog import Catalog as BabelCatalog
from babel.messages.pofile import PoFileError, read_po, write_po

from fl_course.authoring import AuthoringError
from fl_course.authoring.messages import Message

_HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"""
_ENDLESS = 10**9  # columns: a text is one line, however long
_ALIKE = 0.5  # a changed text is taken for the one before it if so much of it is the same


@dataclass(frozen=True)
class Entry:
    """A message and its translation.

    Attributes:
        message: The message.
        translation: What it says in the language, or an empty text.
        fuzzy: Whether the translation is of an earlier English text.
        previous: That earlier text, for a fuzzy one.
        note: A comment of translators, kept as it is.
        line: Line of the entry in its file, from 1; 0 if it is not in a file yet.
    """

    message: Message
    translation: str = ""
    fuzzy: bool = False
    previous: str = ""
    note: tuple[str, ...] = ()
    line: int = field(default=0, compare=False)

    @property
    def current(self) -> str:
        """The translation if it is of the English text of today, otherwise an empty text."""
        return "" if self.fuzzy else self.translation


@dataclass(frozen=True)
class Catalog:
    """The entries of one file.

    Attributes:
        path: The file, relative to the root of the repository.
        language: Its language.
        entries: In the order of the file.
    """

    path: Path
    language: str
    entries: tuple[Entry, ...] = ()

    def translation_of(self, context: str, text: str) -> str:
        """The translation of a message, or an empty text if there is none of today's English."""
        entry = self._by_message.get((context, text))
        return entry.current if entry else ""

    def is_fuzzy(self, context: str, text: str) -> bool:
        """Whether a message's translation is of an earlier English text."""
        entry = self._by_message.get((context, text))
        return entry is not None and entry.fuzzy

    def mapped(self, change: Callable[[str], str]) -> "Catalog":
        """The catalog with all its texts and their translations changed in the same way."""
        entries = (
            replace(
                entry,
                message=replace(entry.message, text=change(entry.message.text)),
                translation=change(entry.translation),
            )
            for entry in self.entries
        )
        return replace(self, entries=tuple(entries))

    @functools.cached_property
    def current_by_text(self) -> dict[str, str]:
        """The translations of today's English, by it."""
        return {entry.message.text: entry.current for entry in self.entries if entry.current}

    @functools.cached_property
    def _by_message(self) -> dict[tuple[str, str], Entry]:
        return {(entry.message.context, entry.message.text): entry for entry in self.entries}


def read_catalog(root: Path, path: Path, language: str) -> Catalog:
    """Reads and checks a catalog; one that does not exist is empty.

    Args:
        root: Folder of the repository.
        path: The file, relative to it.
        language: The language that the file has to be in.

    Raises:
        AuthoringError: If the file can't be read as a catalog of this language; the message says
            file, line, what is wrong and what to do.
    """
    try:
        content = (root / path).read_bytes()
    except FileNotFoundError:
        return Catalog(path, language)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise AuthoringError(
            f"{path}:{line}: not UTF-8: {error.reason}. Save the file as UTF-8."
        ) from None
    if problems := _header_problems(text, language):
        raise AuthoringError("\n".join(f"{path}:{line}: {what}" for line, what in problems))
    for number, row in enumerate(text.splitlines(), start=1):
        if not _ROW.fullmatch(row):
            raise AuthoringError(
                f"{path}:{number}: not a line of a catalog: {_quote(row)}. Write an entry as the "
                'lines msgctxt "...", msgid "..." and msgstr "...", with \\" for a quotation mark.'
            )
    try:
        found = read_po(io.BytesIO(content), locale=_locale(language), abort_invalid=True)
    except PoFileError as error:
        raise AuthoringError(
            f"{path}:{error.lineno + 1}: not a catalog: {_reason(error)}: {error.line.strip()!r}. "
            'Write an entry as the lines msgctxt "...", msgid "..." and msgstr "...".'
        ) from None
    except ValueError as error:
        raise AuthoringError(f"{path}: not a catalog: {error}. Correct it.") from None
    lines, doubled = _lines_of_entries(text)
    entries: dict[tuple[str, str], Entry] = {}
    problems = []
    for message in found:
        if not message.id:
            continue
        key = (message.context or "", message.id)
        line = lines.get(key, 0)
        if not message.context:
            problems.append((line, f"{_quote(message.id)} has no msgctxt. Add its cell's."))
        entries[key] = Entry(
            Message(*key),
            message.string,
            message.fuzzy and bool(message.string),
            _previous(message.user_comments),
            tuple(x for x in message.user_comments if not x.startswith("|")),
            line,
        )
    problems += [(line, f"{_quote(what)} is there twice. Remove one.") for line, what in doubled]
    if problems:
        raise AuthoringError("\n".join(f"{path}:{line}: {what}" for line, what in problems))
    return Catalog(path, language, tuple(entries.values()))


_QUOTED = r'"(?:[^"\\]|\\.)*"'
_ROW = re.compile(rf"\s*|#.*|(?:msgctxt|msgid|msgstr) {_QUOTED}|{_QUOTED}")


def _previous(comments: Sequence[str]) -> str:
    """The earlier English text of a fuzzy entry, which Babel writes but does not read."""
    rows = " ".join(row for row in comments if row.startswith("|"))
    return _unquoted("\n".join(re.findall(_QUOTED, rows)))


def _reason(error: PoFileError) -> str:
    return str(error).rstrip(".")


def _quote(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _header_problems(text: str, language: str) -> list[tuple[int, str]]:
    """What is wrong with the first entry, which says what the file is."""
    first = re.match(r'(?:#[^\n]*\n|\s*\n)*msgid ""\nmsgstr ""\n((?:"[^\n]*"\n)*)', text)
    remedy = "Begin the file with:\n" + _HEADER.format(language=language).rstrip()
    if not first:
        return [(1, f"the file does not begin with a header. {remedy}")]
    line = text[: first.start(1)].count("\n") + 1
    fields = dict(
        re.fullmatch(r'"([\w-]+): *(.*?)(?:\\n)?"', row).groups()
        for row in first[1].splitlines()
        if re.fullmatch(r'"[\w-]+: .*"', row)
    )
    if fields.get("Language") != language:
        return [(line, f"the header's Language is {fields.get('Language')!r}. {remedy}")]
    if "charset=utf-8" not in fields.get("Content-Type", "").lower():
        return [(line, f"the header's Content-Type is {fields.get('Content-Type')!r}. {remedy}")]
    return []


_ENTRY = re.compile(r'^(?:msgctxt ("(?:.*)"(?:\n".*")*)\n)?msgid ("(?:.*)"(?:\n".*")*)', re.M)


def _lines_of_entries(text: str) -> tuple[dict[tuple[str, str], int], list[tuple[int, str]]]:
    """The line where each entry begins, and those that are there again: their line and text."""
    lines: dict[tuple[str, str], int] = {}
    doubled = []
    line, end = 1, 0
    for match in _ENTRY.finditer(text):
        line += text.count("\n", end, match.start())
        end = match.start()
        key = (_unquoted(match[1] or ""), _unquoted(match[2]))
        if key in lines:
            doubled.append((line, key[1]))
        lines[key] = line
    return lines, doubled


def _unquoted(quoted: str) -> str:
    plain = "".join(line.strip()[1:-1] for line in quoted.splitlines())
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t", "r": "\r"}.get(m[1], m[1]), plain)


def update(catalog: Catalog, messages: Sequence[Message]) -> Catalog:
    """A catalog brought up to date with its lesson.

    A text that is there as before, in its cell or in one that has another name now, keeps its
    translation. One that changed gets the translation of the text it stands in the place of,
    marked fuzzy.

    Args:
        catalog: What is in the file.
        messages: The messages of the lesson today, in order.
    """
    known = {entry.message: entry for entry in catalog.entries}
    wanted = set(messages)
    left = [entry for entry in catalog.entries if entry.message not in wanted]
    moved = {entry.message.text: entry for entry in left}
    entries: dict[Message, Entry] = {}
    for message in messages:
        entry = known.get(message)
        if entry is None and message.text in moved:
            entry = moved.pop(message.text)
            left.remove(entry)
        if entry is not None:
            entries[message] = replace(entry, message=message)
    new = [message for message in messages if message not in entries]
    for message, entry in _pairs(new, [entry for entry in left if entry.translation]):
        # Of a text that changed twice, the translation is still that of the first.
        before = entry.previous or entry.message.text
        entries[message] = replace(entry, message=message, fuzzy=True, previous=before)
    return Catalog(
        catalog.path,
        catalog.language,
        tuple(entries.get(message, Entry(message)) for message in messages),
    )


def _pairs(new: list[Message], old: list[Entry]) -> Iterable[tuple[Message, Entry]]:
    """Pairs each new message with the old one of its cell that is most like it."""
    likeness = sorted(
        (
            (_likeness(entry.message.text, message.text), -n, -o)
            for n, message in enumerate(new)
            for o, entry in enumerate(old)
            if entry.message.context == message.context
        ),
        reverse=True,
    )
    used: set[int] = set()
    paired: set[int] = set()
    for ratio, n, o in likeness:
        if ratio >= _ALIKE and -n not in paired and -o not in used:
            paired.add(-n)
            used.add(-o)
            yield new[-n], old[-o]


def _likeness(one: str, other: str) -> float:
    # By default difflib leaves out letters that are frequent, which in a paragraph are most.
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def _locale(language: str) -> str:
    """A language's code as Babel has it: `pt-BR` is `pt_BR`."""
    return language.replace("-", "_")


def dumps(catalog: Catalog) -> bytes:
    """A catalog as the bytes of its file: the same one always gives the same bytes."""
    po = BabelCatalog(locale=_locale(catalog.language))
    for entry in catalog.entries:
        po.add(
            entry.message.text,
            entry.translation,
            flags=("fuzzy",) if entry.fuzzy else (),
            user_comments=entry.note,
            previous_id=(entry.previous,) if entry.previous else (),
            context=entry.message.context,
        )
    file = io.BytesIO()
    # Babel takes no width for that of an 80-column screen where it writes the earlier text.
    write_po(file, po, width=_ENDLESS, no_location=True, omit_header=True, include_previous=True)
    return (_HEADER.format(language=catalog.language) + "\n").encode() + file.getvalue()
