"""What stands on a slide, and how much room it takes, as far as that can be reckoned.

The browser has the last word: `deck.js` makes the letters as large as they can be there.
"""

import base64
import itertools
import math
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from nbformat import NotebookNode

from fl_course.authoring.slides import essence, sentences

WIDTH, HEIGHT = 1280, 800  # of a slide, in its own pixels
_ACROSS = 1180  # of what stands on it
ROOM = 600  # below the title
_ROOM_OF_SECTION = 470  # below a section's, which has wider margins
_LINE, _LETTER = 38, 13.6  # of a text
_CODE_LINE = 27
_GAP = 14
_NARROW = 2.8  # how much higher a text is beside a figure
_LEAST_FIGURE = 430  # the height at which its letters can be read from the last row
_SMALLER_TABLE = 100  # pixels by which a table may be too high
_MOST_LINES = 24  # of an output, on one slide
# By how much a slide may be overfull, to keep a whole text beside what it reads: a figure becomes
# that much lower, or the letters a bit smaller.
_SQUEEZE = {True: 120, False: 50}
# The same for the steps that a figure shows, and for a line or two that would be left over.
_SQUEEZE_STEPS, _SQUEEZE_REST = 210, 120
_LEFT_OVER = 90  # the height of two lines
SMALLEST_FIGURE = 310  # deck.js makes letters smaller before a figure

SlideKind = Literal["title", "section", "plain", "ask"]
BlockKind = Literal["point", "item", "whole", "task", "prompt", "code", "output", "figure", "lead"]


@dataclass(frozen=True)
class Block:
    """One thing on a slide.

    Attributes:
        kind: What it is.
        text: Markdown, code or what was printed.
        number: Of an ordered list's item.
        figure: The notebook's output, of a figure.
    """

    kind: BlockKind
    text: str = ""
    number: int | None = None
    figure: NotebookNode | None = None

    @property
    def is_high(self) -> bool:
        """Whether it is a figure that would be small with anything above or below it."""
        if self.figure is None:
            return False
        width, height = _size(self.figure)
        return width < 1.5 * height

    @property
    def height(self) -> int:
        """How much room it takes, in a slide's pixels."""
        if self.figure is not None:
            width, height = _size(self.figure)
            return min(_LEAST_FIGURE, math.ceil(height * _ACROSS / width)) + _GAP
        if self.kind in ("code", "output"):
            lines = sum(max(1, math.ceil(len(x) / 96)) for x in self.text.split("\n"))
            return min(lines * _CODE_LINE + 2 * _GAP, ROOM)
        if self.kind == "prompt":
            return math.ceil(sentences.columns(self.text) / 60) * 50 + 110
        rows = self.text.split("\n")
        if self.text.startswith("|"):
            return sum(_lines(row.replace("|", "  ")) * _LINE + 12 for row in rows)
        if self.text.startswith(("$$", "```")):
            return len(rows) * _LINE + 2 * _GAP
        if self.kind in ("whole", "task") and rows[0][:2] in ("- ", "1."):
            return sum(_lines(part.text) * _LINE + 6 for part in essence.parts(self.text))
        return _lines(self.text) * _LINE + _GAP


def _lines(text: str) -> int:
    return max(1, math.ceil(sentences.columns(text) * _LETTER / _ACROSS))


def _size(output: NotebookNode) -> tuple[int, int]:
    """A figure's width and height, as its PNG says."""
    return struct.unpack(">II", base64.b64decode(output.data["image/png"])[16:24])


@dataclass
class Slide:
    """One slide.

    Attributes:
        key: Its name within the deck: the key of the cell that opens it. A cell that opens several
            numbers them, and how many may differ from language to language.
        title: Its heading, as Markdown.
        kind: "title" is the lesson's, "section" opens one, "ask" asks the room.
        blocks: What is on it.
        notes: What only the speaker sees, each a Markdown text.
        is_headed: Whether a heading within a section opens it.
        is_asked_about: Whether the room is asked before anything is read from it.
    """

    key: str
    title: str
    kind: SlideKind = "plain"
    blocks: list[Block] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    is_headed: bool = False
    is_asked_about: bool = False

    @property
    def squeeze(self) -> int:
        """By how much more height it can take than it has."""
        return _SQUEEZE[self.has_figure]

    @property
    def most(self) -> int:
        """The height that there is below the title."""
        return _ROOM_OF_SECTION if self.kind == "section" else ROOM

    @property
    def room(self) -> int:
        """The height that is left."""
        return self.most - self.needs(self.blocks)

    @property
    def is_idle(self) -> bool:
        """Whether it has a heading alone, or below it a few printed lines that no text reads."""
        if self.blocks and self.is_asked_about:
            return False
        lines = sum(block.text.count("\n") + 1 for block in self.blocks)
        return lines <= 3 and all(block.kind == "output" for block in self.blocks)

    @property
    def is_lead(self) -> bool:
        """Whether there is nothing but words, to which a cell may be added."""
        return self.kind == "plain" and all(block.kind == "point" for block in self.blocks)

    @property
    def has_figure(self) -> bool:
        """Whether there is a figure."""
        return any(block.figure is not None for block in self.blocks)

    @property
    def is_beside(self) -> bool:
        """Whether there is a figure that is so high that all else stands at its side."""
        return any(block.is_high for block in self.blocks)

    def needs(self, blocks: Iterable[Block]) -> int:
        """The height that blocks take there."""
        if not (self.is_beside or any(block.is_high for block in blocks)):
            return sum(block.height for block in blocks)
        return sum(math.ceil(block.height * _NARROW) for block in blocks if not block.is_high)

    @property
    def asks(self) -> bool:
        """Whether something is asked, to be answered before any further word."""
        return any(block.kind == "prompt" for block in self.blocks)

    def has_room_for(self, blocks: Sequence[Block], squeeze: int) -> bool:
        """Whether further blocks have room, if it can take so much more height than it has."""
        return self.needs([*self.blocks, *blocks]) <= self.most + squeeze

    def has_room_for_steps(self, steps: Sequence[Block]) -> bool:
        """Whether numbered steps have room below a figure that becomes lower for them."""
        return bool(steps) and not self.is_beside and self.has_room_for(steps, _SQUEEZE_STEPS)

    def can_give(self, kind: BlockKind) -> bool:
        """Whether its last block is of a kind and can be spared, but for a figure's steps."""
        last = self.blocks[-1]
        is_step = self.has_figure and last.number is not None
        return last.kind == kind and len(self.blocks) > 2 and not is_step


def without_leftovers(slides: Sequence[Slide]) -> list[Slide]:
    """The slides without those that hold nothing but a line or two.

    These go on the slide before or after it, where it has room if the letters are a bit smaller; or
    another piece of text is taken from the slide before. Else they stay in the notes, where all of
    the text is.
    """
    kept = [slides[0]]
    for slide, after in itertools.zip_longest(slides[1:], slides[2:]):
        before = kept[-1]
        goes_on = _is_one(before, slide)
        if not _is_left_over(slide):
            kept.append(slide)
        elif goes_on and not before.asks and before.has_room_for(slide.blocks, _SQUEEZE_REST):
            before.blocks += slide.blocks
            before.notes += slide.notes
        elif after and _is_one(slide, after) and after.has_room_for(slide.blocks, _SQUEEZE_REST):
            after.blocks[:0] = slide.blocks
            after.notes[:0] = slide.notes
            after.is_headed |= slide.is_headed
        elif goes_on and before.can_give(slide.blocks[0].kind):
            slide.blocks.insert(0, before.blocks.pop())
            kept.append(slide)
        elif slide.is_headed or slide.blocks[0].kind == "whole":
            kept.append(slide)
        else:
            before.notes += slide.notes
    return kept


def _is_left_over(slide: Slide) -> bool:
    if slide.kind != "plain" or len(slide.blocks) != 1:
        return False
    (block,) = slide.blocks
    return block.kind in ("point", "item", "whole") and block.height <= _LEFT_OVER


def _is_one(slide: Slide, after: Slide) -> bool:
    """Whether two slides, one after the other, stand under one heading and are of no task."""
    of_a_task = any(block.kind == "task" for block in (*slide.blocks, *after.blocks))
    is_plain = slide.kind in ("plain", "section") and after.kind == "plain"
    return is_plain and not of_a_task and not after.is_headed and slide.title == after.title


def in_tables(text: str) -> list[str]:
    """A table as tables that have room on a slide, each with the head."""
    head, *below = text.split("\n")
    if len(below) < 2:  # A head alone, or a sentence that begins as a table does: |x|.
        return [text]
    line, *rows = below
    # Written a bit smaller, a little more has room.
    count = max(1, math.ceil((Block("whole", text).height - _SMALLER_TABLE) / ROOM))
    size = math.ceil(len(rows) / count)
    return ["\n".join([head, line, *rows[at : at + size]]) for at in range(0, len(rows), size)]


def in_pieces(text: str) -> Iterable[str]:
    """What was printed, in pieces of about as many lines that each have room on a slide."""
    lines = text.split("\n")
    count = math.ceil(len(lines) / _MOST_LINES)
    size = math.ceil(len(lines) / count)
    return ("\n".join(lines[at : at + size]) for at in range(0, len(lines), size))


def lists(blocks: Sequence[Block]) -> Iterator[tuple[BlockKind, list[Block]]]:
    """The blocks of a slide, with those together that make one list.

    Points that stand together are a list, but for one that leads to a list's items.
    """
    run: list[Block] = []
    for block in blocks:
        if run and (block.kind != run[-1].kind or block.kind not in ("point", "item")):
            yield from _parted(run, leads=block.kind not in ("point", "code", "output", "figure"))
            run = []
        run.append(block)
    yield from _parted(run, leads=False)


def _parted(run: list[Block], *, leads: bool) -> Iterator[tuple[BlockKind, list[Block]]]:
    if leads and run and run[0].kind == "point" and len(run) > 1:
        yield "point", run[:-1]
        yield "point", run[-1:]
    elif run:
        yield run[0].kind, run
