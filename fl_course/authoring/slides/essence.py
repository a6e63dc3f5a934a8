"""What of a text cell is shown: its headings, and of each part what is essential.

Of a paragraph that is its first sentence, and the next one where that is short, and what has words
in bold letters, or all of it where it begins with "Two warnings"; of a list each item's; a table, a
formula and a block of code are shown as they are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from fl_course.authoring.slides import sentences

Kind = Literal["heading", "point", "item", "whole"]

# Columns that the first sentences have to have, to say enough alone: in a section's first text, for
# which there is a slide, and in others.
_ENOUGH_TO_OPEN = 150
_ENOUGH = 75
_STEPS = re.compile(r"\((\d)\) ")


@dataclass(frozen=True)
class Part:
    """A piece of a text.

    Attributes:
        kind: "point" is a paragraph's essence, "item" a list's, "whole" stands as it was written.
        text: Its Markdown, without the mark of a heading or an item.
        level: Of a heading, from 2.
        number: Of an ordered list's item.
    """

    kind: Kind
    text: str
    level: int = 0
    number: int | None = None


def markdown() -> MarkdownIt:
    """The parser of the lessons' texts."""
    return MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, double_inline=True)


def parts(source: str) -> list[Part]:
    """The essence of a text, in its order."""
    blocks = list(_blocks(source))
    opens = any(token.tag == "h2" for token, _ in blocks)
    enough = _ENOUGH_TO_OPEN if opens else _ENOUGH
    return [part for block in blocks for part in _essence(*block, enough)]


def whole(source: str) -> list[Part]:
    """A text in its order, nothing left out."""
    return [
        Part("whole", text) if token.type != "heading_open" else part
        for token, text in _blocks(source)
        for part in _essence(token, text, _ENOUGH)[:1]
    ]


def _blocks(source: str) -> Iterator[tuple[Token, str]]:
    """The blocks at the top of a text, each with its lines."""
    lines = source.split("\n")
    for token in markdown().parse(source):
        if token.level == 0 and token.map:
            yield token, "\n".join(lines[token.map[0] : token.map[1]]).strip()


def _essence(token: Token, text: str, enough: int) -> list[Part]:
    if token.type == "heading_open":
        return [Part("heading", text.lstrip("#").strip(), level=int(token.tag[1]))]
    if token.type in ("bullet_list_open", "ordered_list_open"):
        ordered = token.type == "ordered_list_open"
        first = int(token.attrs.get("start", 1)) if ordered else 0
        return [
            Part(
                "item",
                _shortened(item, with_questions=True),
                number=first + at if ordered else None,
            )
            for at, item in enumerate(_items(text))
        ]
    if token.type == "paragraph_open":
        return list(_paragraph(text, enough))
    return [Part("whole", text)]


def _items(text: str) -> list[str]:
    """The items of a list, each without its mark; lists within one are left out."""
    found: list[str] = []
    for line in text.split("\n"):
        if match := re.match(r"(?:[-*+]|\d+[.)])\s+(.*)", line):
            found.append(match[1])
        elif found:
            found[-1] += f"\n{line.strip()}"
    return [re.split(r"\n(?:[-*+]|\d+[.)])\s", item)[0].rstrip(";") for item in found]


def _paragraph(text: str, enough: int) -> Iterator[Part]:
    steps = _STEPS.split(" ".join(text.split()))
    # "(1) ... (2) ..." is a list that is written as a paragraph.
    if steps[1::2] == [str(at + 1) for at in range(len(steps) // 2)] and len(steps) > 4:
        if sentences.columns(steps[0]) > _ENOUGH // 2:
            yield Part("point", _shortened(steps[0], enough))
        for number, step in zip(steps[1::2], steps[2::2], strict=True):
            yield Part("item", sentences.split(step)[0], number=int(number))
        return
    if shown := _shortened(text, enough):
        yield Part("point", shown)


def _shortened(text: str, enough: int = _ENOUGH, *, with_questions: bool = False) -> str:
    """The first sentences of a paragraph, those in bold letters, and what leads to a list."""
    told = sentences.without_asides(sentences.split(text))
    if not told:
        return ""
    if sentences.is_counted(told[0]):
        return " ".join(told)
    count = 1
    while count < len(told) and sentences.columns(" ".join(told[:count])) < enough:
        count += 1
    kept = [x for x in told[count:] if "**" in x or (with_questions and sentences.is_question(x))]
    if told[-1].endswith((":", "：")) and not with_questions and told[-1] not in kept:
        kept += told[count:][-1:]
    return " ".join([*told[:count], *kept])
