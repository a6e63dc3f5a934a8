"""Writes the tables of docs/api-changes.md from `api_changes` and `newer_names` of the runtime.

Run `python tools/api_changes.py` after a change of either. A test compares them.
"""

import pathlib

from fl_course import catalog
from fl_course.runtime import api_changes, newer_names

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent / "docs" / "api-changes.md"
_BEGIN = "<!-- table: {} -->\n"
_END = "<!-- end -->"


def tables() -> dict[str, str]:
    """Makes the document's tables, by name."""
    return {
        "changes": _changes(),
        "moved": _moved(),
        "arguments": _arguments(),
        "gone": _gone("Then", api_changes.GONE),
        "later": _later(),
        "removed": _gone("0.87", newer_names.REMOVED),
        "newer": _gone("Newer", newer_names.NEW),
    }


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


def _gone(version: str, names: tuple[api_changes.Gone, ...]) -> str:
    rows = [(", ".join(f"`{name}`" for name in gone.names), gone.why) for gone in names]
    return _table((version, "Why there is no counterpart"), rows)


def _later() -> str:
    """Gives what only has another package one row for all its names, the rest a row each."""
    rows: dict[tuple[str, str], list[str]] = {}
    for since, moved in newer_names.MOVED.items():
        for ours, newer in moved.items():
            package, _, name = newer.rpartition(".")
            keeps_name = name == ours.rpartition(".")[2]
            where = f"`{package}`, under the same name" if keeps_name else f"`{newer}`"
            rows.setdefault((where, since), []).append(f"`{ours}`")
    return _table(
        ("0.87", "Newer", "Since"),
        [(", ".join(names), where, since) for (where, since), names in rows.items()],
    )


if __name__ == "__main__":
    DOCUMENT.write_text(with_tables(DOCUMENT.read_text("utf-8")), "utf-8")
