"""A lesson's cells as slides: which cell gives what, and what has room beside what.

A section opens with its heading and what its text says first. Then each cell that has an output is
a slide: its code, if that is short and does more than draw or print, its output, and below it what
the next text reads from it. A question at the end of the text before a cell comes as a slide of its
own, before the output. A task is shown in full, without its solution. What the room is asked stands
at the end of its section, or before the cell that the script names. The questions to check oneself
have a slide each, with the answer in its notes.
"""

import ast
import itertools
import re
from collections.abc import Iterator, Mapping

from nbformat import NotebookNode

from fl_course.authoring.notebooks import key_of
from fl_course.authoring.slides import alignment, code, essence, layout, sentences
from fl_course.authoring.slides.essence import Part
from fl_course.authoring.slides.layout import ROOM, Block, Slide, SlideKind, in_pieces, in_tables

SKIP, WHOLE = "skip", "whole"  # what a cell of the script may say by slide="..."

_SHORT_LEAD = 90  # columns of a paragraph that only leads to what follows
_PROMPT = 280  # columns of what is asked before a cell, with what leads to it
_STARTS_OTHERWISE = re.compile(r"[-|#$]|```|\d+\. ")  # what is no paragraph of sentences
# Pixels by which code and what stands with it may be too high: all of it is written smaller then.
_SMALLER = 100

_TASK = "**Your task"
_ASK = "**Ask the room"


def slides_of(
    english: NotebookNode,
    solved: NotebookNode,
    learner: NotebookNode,
    said: Mapping[str, str],
) -> list[Slide]:
    """The slides of a lesson.

    Args:
        english: The solved notebook in English: by its words it is known which paragraph is what.
        solved: The solved notebook in the deck's language, with its outputs.
        learner: The learner's notebook in that language, for the cells with blanks.
        said: What cells of the lesson's script say of slides, by their keys: "skip" leaves a cell
            out, "whole" shows all of it, and an instructor's cell names the cell before which the
            room is asked.
    """
    return _Writer(english, solved, learner, said).write()


class _Writer:
    """Goes through the cells, and puts what each gives on the last slide or a new one."""

    def __init__(
        self,
        english: NotebookNode,
        solved: NotebookNode,
        learner: NotebookNode,
        said: Mapping[str, str],
    ) -> None:
        self.cells = solved.cells
        self.english = {cell.id: cell for cell in english.cells}
        self.blanks = {cell.id: cell for cell in learner.cells}
        self.said = said
        self.slides: list[Slide] = []
        self.is_full = False  # Nothing more comes on the last slide, such as a task's.
        self.names: dict[str, int] = {}
        self.section: Slide | None = None
        # What is still to come: a question before the next output, what leads to the next cell, and
        # questions for the room.
        self.prompt = ""
        self.lead = ""
        self.questions: list[str] = []
        self.asked_before: dict[str, list[str]] = {}  # A cell's key, and what is asked before it.
        self.letters = {
            cell.metadata.fl_course.question: ast.literal_eval(_assigned(cell.source))
            for cell in self.cells
            if cell.metadata.fl_course.kind == "answer"
        }

    def write(self) -> list[Slide]:
        # The builder's own cells are the title, the set-up and the last one.
        header, _, *cells, _ = self.cells
        self._title(header)
        if cells and _is_intro(cells[0]):
            self._intro(cells.pop(0))
        for cell in cells:
            # A note may stand after the cell before which it asks.
            if where := self._place(cell):
                self.asked_before.setdefault(where, []).extend(self._asked(cell)[0])
        for at, cell in enumerate(cells):
            kind = cell.metadata.fl_course.kind
            # A learner sees no notes between a text and what it leads to.
            coming = (x for x in cells[at + 1 :] if x.metadata.fl_course.kind != "instructor")
            after = next(coming, self.cells[-1])
            if asked := self.asked_before.pop(key_of(cell), []):
                self.slides[-1].is_asked_about = True
                self._ask(asked)
            if kind == "instructor":
                self._note(cell)
            elif self.said.get(key_of(cell)) == SKIP:
                continue
            elif kind == "text":
                self._text(cell, after)
            elif kind == "questions":
                self._questions(cell)
            elif kind == "exercise":
                self._stub(cell)
            elif kind == "code":
                self._code(cell)
            elif kind == "question":
                self._question(cell)
        self._ask_what_is_left()
        return layout.without_leftovers(self._kept())

    def _kept(self) -> list[Slide]:
        """The slides that show something, the first one after an idle one with its notes."""
        kept: list[Slide] = []
        notes: list[str] = []
        for slide in self.slides:
            notes += slide.notes
            if not slide.is_idle:
                slide.notes, notes = notes, []
                kept.append(slide)
        kept[-1].notes += notes
        return kept

    # Slides.

    def _open(self, key: str, title: str, kind: SlideKind = "plain") -> Slide:
        name = key.strip("_").replace("_", "-")
        self.names[name] = count = self.names.get(name, 0) + 1
        slide = Slide(name if count == 1 else f"{name}-{count}", title, kind)
        self.slides.append(slide)
        self.is_full = kind in ("title", "ask")
        return slide

    def _add(self, key: str, block: Block) -> Slide:
        """Puts a block on the last slide, or on one that goes on where that one is full."""
        last = self.slides[-1]
        if self.is_full or (last.blocks and last.needs([*last.blocks, block]) > last.most):
            last = self._open(key, self.heading)
        last.blocks.append(block)
        return last

    def _add_all(self, key: str, blocks: list[Block]) -> list[Slide]:
        """Puts blocks that belong together on the last slide, if there is nearly room for all."""
        last = self.slides[-1]
        over = last.needs([*last.blocks, *blocks]) - last.most
        if blocks and last.blocks and not self.is_full and 0 < over <= last.squeeze:
            last.blocks += blocks
            return [last]
        if last.has_figure and not self.is_full and any(x.number is not None for x in blocks):
            return self._add_steps(key, blocks)
        return [self._add(key, block) for block in blocks]

    def _add_steps(self, key: str, blocks: list[Block]) -> list[Slide]:
        """Puts steps below the figure that shows them; where that is full, below it once more."""
        numbered = [at for at, block in enumerate(blocks) if block.number is not None]
        first, end = numbered[0], numbered[-1] + 1
        last = self.slides[-1]
        if last.has_room_for_steps(blocks[:end]):
            last.blocks += blocks[:end]
            return [last, *(self._add(key, block) for block in blocks[end:])]
        touched = [self._add(key, block) for block in blocks[:first]]
        again = [block for block in last.blocks if block.figure is not None]
        if Slide("", "", blocks=again).has_room_for_steps(blocks[first:end]):
            touched.append(self._open(key, self.heading))
            touched[-1].blocks += [*again, *blocks[first:end]]
            first = end
        return [*touched, *(self._add(key, block) for block in blocks[first:])]

    # Cells.

    def _title(self, header: NotebookNode) -> None:
        title, facts = header.source.split("\n\n")[:2]
        self.heading = title.lstrip("# ")
        self._open("title", self.heading, "title")
        self.slides[-1].blocks.append(Block("lead", facts.split(" · ")[0]))

    def _intro(self, cell: NotebookNode) -> None:
        """What the lesson is about, on the title's slide, and what one can do after it."""
        first = self.slides[0]
        first.notes.append(cell.source)
        parts = essence.parts(cell.source, self.english[cell.id].source)
        at = next((at for at, part in enumerate(parts) if part.kind == "item"), 0)
        if parts[0].kind == "point" and at != 1:
            first.blocks.append(Block("lead", parts[0].text))
        if at == 0:
            return
        # What leads to the list is its last sentence.
        self.heading = sentences.split(parts[at - 1].text)[-1].rstrip(":：.。")
        self._open(key_of(cell), self.heading)
        for part in itertools.takewhile(lambda part: part.kind == "item", parts[at:]):
            self._add(key_of(cell), Block("item", part.text, part.number))

    def _place(self, cell: NotebookNode) -> str:
        """The cell before which a note asks the room; "" if it does so at its section's end."""
        where = self.said.get(key_of(cell), "")
        return where if cell.metadata.fl_course.kind == "instructor" and where != SKIP else ""

    def _asked(self, cell: NotebookNode) -> tuple[list[str], list[str]]:
        """A note's paragraphs that ask the room, and the others."""
        english = self.english[cell.id].source.split("\n\n")
        asks, rest = [], []
        for at, text in enumerate(cell.source.split("\n\n")):
            is_asked = at < len(english) and english[at].startswith(_ASK)
            (asks if is_asked else rest).append(text)
        return asks, rest

    def _note(self, cell: NotebookNode) -> None:
        asks, rest = self._asked(cell)
        if self.said.get(key_of(cell)) == SKIP:
            rest = [cell.source]
        elif not self._place(cell):
            self.questions += asks
        (self.section or self.slides[-1]).notes.append("\n\n".join(rest))

    def _ask_what_is_left(self) -> None:
        self._ask(self.questions)
        self.questions = []

    def _ask(self, questions: list[str]) -> None:
        """Asks the room, a slide for each question."""
        for question in questions:
            lead, _, text = question.removeprefix("**").partition("**")
            slide = self._open(f"ask-{self.section.key if self.section else ''}", "", "ask")
            slide.title = lead.strip().rstrip(".。:：")
            slide.blocks.append(Block("prompt", sentences.question_of(text.strip())))
            slide.notes.append(question)

    def _questions(self, cell: NotebookNode) -> None:
        """Opens the questions to check oneself; how a notebook takes answers is left out."""
        heading, how = essence.whole(cell.source)
        self._heading(key_of(cell), heading)
        self._add(key_of(cell), Block("point", sentences.split(how.text)[0]))

    def _question(self, cell: NotebookNode) -> None:
        """A question to check oneself, with its choices; the right one is for the speaker."""
        lead, _, text = cell.source.removeprefix("**").partition("**")
        asked, _, choices = text.strip().rpartition("\n\n")
        slide = self._open(key_of(cell), lead.rstrip(".。:："))
        slide.blocks += [Block("prompt", asked), Block("whole", choices)]
        letter = self.letters[cell.metadata.fl_course.question]
        slide.notes.append(choices.split("\n")["abcd".index(letter)].removeprefix("- "))
        self.is_full = True

    def _text(self, cell: NotebookNode, after: NotebookNode) -> None:
        self.lead = ""
        source, english, task = self._without_task(cell)
        all_of_it = self.said.get(key_of(cell)) == WHOLE
        if after.metadata.fl_course.kind == "code" and not all_of_it:
            source, english = self._without_question(source, english)
            if not self.prompt:
                source, english = self._without_lead(source, english)
        found = essence.whole(source) if all_of_it else essence.parts(source, english)
        if after.metadata.fl_course.kind == "optional":
            # What only leads to something that is not shown.
            headings = [at for at, part in enumerate(found) if part.kind == "heading"]
            found = found[: headings[-1]] if headings else found
        touched: list[Slide] = []
        for heading, parts in _under_headings(found):
            if heading:
                touched.append(self._heading(key_of(cell), heading))
            touched += self._add_all(key_of(cell), parts)
        if task:
            self._task(key_of(cell), task)
        if touched and not all_of_it:
            touched[0].notes.append(source.strip())

    def _heading(self, key: str, part: Part) -> Slide:
        self.heading = part.text
        if part.level > 2:
            slide = self._open(key, part.text)
            slide.is_headed = True
            return slide
        self._ask_what_is_left()
        self.section = self._open(key, part.text, "section")
        return self.section

    def _without_task(self, cell: NotebookNode) -> tuple[str, str, str]:
        """A text, the same in English, and the task at its end; "" where there is none."""
        original = self.english[cell.id].source
        english, paragraphs = original.split("\n\n"), cell.source.split("\n\n")
        at = next((n for n, text in enumerate(english) if text.startswith(_TASK)), None)
        if at is None:
            return cell.source, original, ""
        before, task = "\n\n".join(paragraphs[:at]), "\n\n".join(paragraphs[at:])
        return before, "\n\n".join(english[:at]), task

    def _without_question(self, source: str, english: str) -> tuple[str, str]:
        """Takes off what is to be predicted, and keeps it for the next output."""
        originals, paragraphs = english.split("\n\n"), source.split("\n\n")
        if len(originals) != len(paragraphs):
            return source, english
        for at in reversed(range(len(originals))):
            if originals[at].startswith("#"):
                break
            if _STARTS_OTHERWISE.match(originals[at]):
                continue
            told, shown = sentences.split(originals[at]), sentences.split(paragraphs[at])
            asked = sentences.asked_first(told, leads=at == len(originals) - 1)
            if not asked:
                continue
            opens = at > 0 and originals[at - 1].startswith("## ")
            first = asked.start if opens else _leads_from(told, asked)
            places = alignment.alike(told, shown, range(first, asked.stop))
            if not places:
                break
            self.prompt = sentences.joined(shown[place] for place in places)
            originals[at] = " ".join(told[:first])
            paragraphs[at] = sentences.joined(shown[: places[0]])
            break
        return "\n\n".join(paragraphs), "\n\n".join(originals)

    def _without_lead(self, source: str, english: str) -> tuple[str, str]:
        """Takes a short last paragraph off, which leads to the next cell, and keeps it for that."""
        original, _, leads = english.rpartition("\n\n")
        alone = not original or original.split("\n\n")[-1].startswith("#")
        if alone or _STARTS_OTHERWISE.match(leads) or sentences.columns(leads) > _SHORT_LEAD:
            return source, english
        before, _, self.lead = source.rpartition("\n\n")
        return before, original

    def _task(self, key: str, task: str) -> None:
        blocks = [Block("task", part.text) for part in essence.whole(task)]
        last = self.slides[-1]
        if self.is_full or not last.is_lead or sum(block.height for block in blocks) > last.room:
            self._open(f"{key}_task", self.heading)
        for block in blocks:
            self._add(f"{key}_task", block)

    def _stub(self, cell: NotebookNode) -> None:
        """The learner's cell below its task, if there is room: what is to be filled in."""
        if not any(block.kind == "task" for block in self.slides[-1].blocks):
            return
        blank = self.blanks[cell.id].source
        tree = ast.parse(blank)
        check = f"ex.{cell.metadata.fl_course.exercise}.check"
        end = next((x.lineno - 1 for x in tree.body if check in ast.unparse(x)), None)
        source = code.short("\n".join(blank.split("\n")[:end]).strip())
        block = Block("code", source)
        if source and block.height <= self.slides[-1].room:
            self.slides[-1].blocks.append(block)
        # What comes after it is no longer about the task.
        self.is_full = True
        self.heading = self.section.title if self.section else self.heading

    def _code(self, cell: NotebookNode) -> None:
        key = key_of(cell)
        outputs = list(_outputs(cell))
        figures = any(block.figure is not None for block in outputs)
        source = "" if figures else code.essential(cell.source)
        if self.said.get(key) == WHOLE:
            source = cell.source
        if outputs and self.prompt:
            alone = code.short(cell.source, code.MOST_LINES_ALONE)
            self._predict(key, "" if figures else alone)
            source = ""
        blocks = [*([Block("code", source)] if source else []), *outputs]
        # Code that defines something may have a slide of its own; other code gives way to its
        # output.
        over = sum(block.height for block in blocks) - ROOM
        if source and outputs and over > _SMALLER and "def " not in source:
            blocks = blocks if self.said.get(key) == WHOLE else outputs
        if not blocks:
            # What the next text says of it is not about the cell before.
            self.is_full = True
            return
        if self.lead:
            blocks.insert(0, Block("lead", self.lead))
            self.lead = ""
        last = self.slides[-1]
        full = self.is_full or last.needs([*last.blocks, *blocks]) > last.most
        if full or not last.is_lead:
            self._open(key, self.heading)
        for block in blocks:
            self._add(key, block)

    def _predict(self, key: str, source: str) -> None:
        slide = self._open(f"{key}_first", self.heading)
        prompt = Block("prompt", self.prompt)
        shown = Block("code", source)
        if source and slide.needs([shown, prompt]) <= slide.most + _SMALLER:
            slide.blocks.append(shown)
        slide.blocks.append(prompt)
        self.prompt = ""
        self._open(key, self.heading).is_asked_about = True


def _leads_from(told: list[str], asked: range) -> int:
    """From which sentence on a paragraph leads to what it asks before a cell is run.

    A question can be understood alone, more or less; "write down what you expect" cannot.
    """
    first = asked.start
    if sentences.columns(" ".join(told[: asked.stop])) <= 2 * _SHORT_LEAD:
        return 0
    if all(sentences.is_question(told[at]) for at in asked):
        return first
    while first and not sentences.is_aside(told[first - 1]):
        if sentences.columns(" ".join(told[first - 1 : asked.stop])) > _PROMPT:
            break
        first -= 1
        if sentences.is_question(told[first]):
            break
    return first


def _assigned(source: str) -> str:
    """The right-hand side of a cell's first line."""
    return source.split("\n")[0].partition("=")[2].strip()


def _is_intro(cell: NotebookNode) -> bool:
    """Whether a lesson's first cell says what the lesson is about, before any heading."""
    if cell.metadata.fl_course.kind != "text":
        return False
    return all(part.kind != "heading" for part in essence.parts(cell.source))


def _under_headings(parts: list[Part]) -> Iterator[tuple[Part | None, list[Block]]]:
    """A text's blocks, heading by heading; those before the first one come with None."""
    heading, blocks = None, []
    for part in parts:
        if part.kind == "heading":
            yield heading, blocks
            heading, blocks = part, []
        else:
            pieces = in_tables(part.text) if part.text.startswith("|") else [part.text]
            blocks += (Block(part.kind, piece, part.number) for piece in pieces)
    yield heading, blocks


def _outputs(cell: NotebookNode) -> Iterator[Block]:
    """What a cell has printed and drawn, one after the other."""
    for output in cell.outputs:
        if "image/png" in output.get("data", {}):
            yield Block("figure", figure=output)
        elif output.get("text", "").strip():
            yield from (Block("output", text) for text in in_pieces(output.text.strip("\n")))
