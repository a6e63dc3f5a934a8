"""Writes the tables of docs/api-changes.md from fl_course/runtime/api_changes.py.

Run `python tools/api_changes.py` after a change of that file. A test compares the two.
"""

import pathlib

from fl_course import catalog
from fl_course.runtime import api_changes

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent / "docs" / "api-changes.md"
_BEGIN = "<!-- table: {} -->\n"
_END = "<!-- end -->"


def tables() -> dict[str, str]:
    """Makes the document's tables, by name."""
    return {"changes": _changes(), "moved": _moved(), "arguments": _arguments(), "gone": _gone()}


def with_tables(document: str) -> str:
    """Puts the tables of today between the marks of a document."""
    for name, table in tables().items():
        before, mark, rest = document.partition(_BEGIN.format(name))
        if not mark or _END not in rest:
            raise ValueError(f"{DOCUMENT.name} has no {mark or _BEGIN.format(name)!r}…{_END!r}.")
        document = before + mark + table + rest[rest.index(_END) :]
    return document


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _code(text: str) -> str:
    # One line of a table: an expression that stands on several lines in the source goes on one,
    # statements stay apart.
    text = text.replace("(\n    ", "(").replace("\n)", ")")
    return "<br>".join(f"`{line.strip()}`" for line in text.splitlines())


def _changes() -> str:
    rows = [
        (
            _code(change.old),
            "<br>".join(filter(None, (_code(change.today), change.note))),
            str(catalog.numbers()[change.lesson]),
            change.told,
        )
        for change in api_changes.CHANGES
    ]
    return _table(("2020", "Today", "Lesson", "You see"), rows)


def _moved() -> str:
    return _table(
        ("Then", "Today"),
        [(f"`{old}`", f"`{new}`") for old, new in sorted(api_changes.MOVED.items())],
    )


def _arguments() -> str:
    return _table(
        ("Then", "Today"),
        [(f"`{old}=`", f"`{new}=`") for old, (new, _) in api_changes.OLD_ARGUMENTS.items()],
    )


def _gone() -> str:
    rows = [(", ".join(f"`{name}`" for name in gone.names), gone.why) for gone in api_changes.GONE]
    return _table(("Then", "Why there is no counterpart"), rows)


if __name__ == "__main__":
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text("utf-8")), "utf-8")
