"""What of a text cell is shown: its headings, and of each part what is essential.

Of a paragraph that is its first sentence, and the next one where that is short; all up to one that
introduces a term; what is stressed in bold letters; or all of it where it begins with "Two
warnings". Of a list it is each item's, of steps that are numbered all; a table, a formula and a
block of code are shown as they are. What a paragraph shows is chosen by its words in English.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from fl_course.authoring.slides import alignment, sentences

Kind = Literal["heading", "point", "item", "whole"]

# Columns that the first sentences have to have, to say enough alone: in a section's first text, for
# which there is a slide, and in others.
_ENOUGH_TO_OPEN = 150
_ENOUGH = 75
_STEPS = re.compile(r"\((\d)\) ")
# A sentence that says what a word means: a term in bold letters, which has three words at most, or
# one that is "called" so. Lesson 1 has its terms in italics.
_DEFINES = re.compile(
    r"\*\*(?!\*)[^\s*]+(?: [^\s*]+){0,2}\*\*|\bcalled (?:\*|an? )|\b[Ww]e call \*|\bits name\b"
    r"|\b(?:is|are) an? \*(?!\*)"
)


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


_parser = functools.cache(markdown)


def parts(source: str, english: str | None = None) -> list[Part]:
    """The essence of a text, in its order.

    Args:
        source: The text.
        english: The same text in English; by default, that is the text itself.
    """
    blocks = list(_blocks(source))
    originals = list(_blocks(source if english is None else english))
    if [token.type for token, _ in blocks] != [token.type for token, _ in originals]:
        originals = blocks
    opens = any(token.tag == "h2" for token, _ in blocks)
    enough = _ENOUGH_TO_OPEN if opens else _ENOUGH
    return [
        part
        for (token, text), (_, original) in zip(blocks, originals, strict=True)
        for part in _essence(token, text, original, enough)
    ]


def whole(source: str) -> list[Part]:
    """A text in its order, nothing left out."""
    return [
        Part("whole", text) if token.type != "heading_open" else part
        for token, text in _blocks(source)
        for part in _essence(token, text, text, _ENOUGH)[:1]
    ]


def _blocks(source: str) -> Iterator[tuple[Token, str]]:
    """The blocks at the top of a text, each with its lines."""
    lines = source.split("\n")
    for token in _parser().parse(source):
        if token.level == 0 and token.map:
            yield token, "\n".join(lines[token.map[0] : token.map[1]]).strip()


def _essence(token: Token, text: str, english: str, enough: int) -> list[Part]:
    if token.type == "heading_open":
        return [Part("heading", text.lstrip("#").strip(), level=int(token.tag[1]))]
    if token.type == "ordered_list_open":
        first = int(token.attrs.get("start", 1))
        return [
            Part(
                "item",
                sentences.joined(sentences.without_asides(sentences.split(item))),
                number=number,
            )
            for number, item in enumerate(_items(text), start=first)
        ]
    if token.type == "bullet_list_open":
        items, originals = _items(text), _items(english)
        if len(items) != len(originals):
            originals = items
        return [
            Part("item", _shortened(item, original, _ENOUGH, of_list=True))
            for item, original in zip(items, originals, strict=True)
        ]
    if token.type == "paragraph_open":
        return list(_paragraph(text, english, enough))
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


def _paragraph(text: str, english: str, enough: int) -> Iterator[Part]:
    lead, *steps = _STEPS.split(" ".join(text.split()))
    # "(1) ... (2) ..." is a list that is written as a paragraph.
    if steps[::2] == [str(at + 1) for at in range(len(steps) // 2)] and len(steps) > 3:
        original = _STEPS.split(" ".join(english.split()))[0]
        if sentences.columns(original) > _ENOUGH // 2:
            yield Part("point", _shortened(lead, original, enough))
        for number, step in zip(steps[::2], steps[1::2], strict=True):
            yield Part("item", step.strip(), number=int(number))
        return
    if shown := _shortened(text, english, enough):
        yield Part("point", shown)


def _shortened(text: str, english: str, enough: int, *, of_list: bool = False) -> str:
    """The sentences of a paragraph or an item of a list that are shown."""
    told, originals = sentences.split(text), sentences.split(english)
    places = alignment.alike(originals, told, _essential(originals, enough, of_list=of_list))
    return sentences.joined(told[at] for at in places)


def _essential(told: list[str], enough: int, *, of_list: bool) -> list[int]:
    """The places of the first sentences, of definitions, what is stressed, and a list's lead."""
    places = [at for at, sentence in enumerate(told) if not sentences.is_aside(sentence)]
    if not places or sentences.is_counted(told[places[0]]):
        return places
    count = 1
    while (
        count < len(places)
        and sentences.columns(" ".join(told[at] for at in places[:count])) < enough
    ):
        count += 1
    defining = [n for n, at in enumerate(places, start=1) if _DEFINES.search(told[at])]
    count = max([count, *defining])
    kept = [
        at
        for at in places[count:]
        if "**" in told[at] or (of_list and sentences.is_question(told[at]))
    ]
    if told[places[-1]].endswith(":") and not of_list and places[-1] not in kept:
        kept += places[count:][-1:]
    return [*places[:count], *kept]
