"""A day's plan as a page to print: its timetable, and of each section what to know and to say."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import jinja2
from markupsafe import Markup
from nbformat import NotebookNode

from fl_course import localization
from fl_course.authoring import printed
from fl_course.authoring.course import ENGLISH, Course, Lesson
from fl_course.authoring.notebooks import colab_address, key_of, path_of, read_built
from fl_course.authoring.plan_content import FIRST, WORDS
from fl_course.authoring.schedule import Cut, Plan, Section, Slot, cuts_of
from fl_course.authoring.schedule_text import WORDS as SCHEDULE
from fl_course.authoring.script import CUT
from fl_course.authoring.slides import layout, pages
from fl_course.authoring.slides.build import read_slides
from fl_course.authoring.slides.layout import Slide

_HERE = Path(__file__).parent
_SAID = ("lead", "point", "item", "whole")  # the blocks of a slide that tell something
_SUMMARY = "summary"  # the key of a lesson's last cell, which says what one knows then
_GAPS = re.compile(r"\n{3,}")  # those between a blank's markers, which are gone


@dataclass(frozen=True)
class _Entry:
    """What the page has in its turn: a "lesson" opens, a "pause", a "cut" or a "section".

    Attributes:
        kind: Which of them.
        title: Its heading.
        lead: What stands with it: when it is, or how much the cut saves.
        text: What it says; of a lesson, what one knows after it.
        notes: The instructor's, of a section.
        links: Of a lesson: a name and an address of each.
    """

    kind: str
    title: str
    lead: str = ""
    text: Markup | str = ""
    notes: list[Markup] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)


def page(root: Path, course: Course, plan: Plan, language: str, decks: str) -> str:
    """The plan as HTML.

    Args:
        root: Folder of the repository, whose solved notebooks have the notes.
        course: The course.
        plan: The day.
        language: Code of a released language. A lesson that it lacks is in English.
        decks: Where the lessons' slides are, relative to the page.

    Raises:
        AuthoringError: If a notebook is missing or broken.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    written = _Page(root, course, plan, language, decks)
    return environment.get_template("plan.html.j2").render(
        page=written,
        language=language,
        mark=Markup(printed.mark("plan")),
        style=Markup((_HERE / "plan.css").read_text(encoding="utf-8")),
    )


@dataclass(frozen=True)
class _Page:
    root: Path
    course: Course
    plan: Plan
    language: str
    decks: str

    def word(self, name: str, **values: object) -> str:
        return self._said(WORDS[name], **values)

    @property
    def title(self) -> str:
        return f"{self._said(self.course.title)} · {self.word('plan')}"

    @property
    def late_title(self) -> str:
        return self._said(SCHEDULE["late"])

    @property
    def first_minutes(self) -> list[Markup]:
        first = self._titled(self._taught[0][0])
        return [_html(self._said(sentence, lesson=first)) for sentence in FIRST]

    @property
    def timetable(self) -> Iterator[tuple[str, str, int, Markup, int]]:
        """What each line has: a lesson's title, or a time, minutes, a title and what cuts save."""
        before = None
        for slot in self.plan.slots:
            if slot.lesson not in (None, before):
                before = slot.lesson
                lesson = next(x for x, _ in self._taught if x.number == before)
                yield self._titled(lesson), "", 0, Markup(), 0
            saved = sum(cut.minutes or 0 for cut in self._cuts_left(slot))
            yield "", _clock(slot), slot.minutes, self._slot_title(slot), saved

    @property
    def entries(self) -> Iterator[_Entry]:
        """The lessons with their sections, in the order of the day."""
        slots = [slot for slot in self.plan.slots if slot.title != "Welcome"]
        for lesson, sections in self._taught:
            slides = read_slides(self.root, self.course, lesson, self._there(lesson))
            following = _html(self.word("next", lesson=self._titled(lesson)))
            for at, section in enumerate(sections):
                if slots and slots[0].lesson is None and _is_next(slots[1], lesson, section):
                    pause = slots.pop(0)
                    opens = "" if at else following
                    yield _Entry("pause", self._slot_title(pause), _clock(pause), opens)
                if at == 0:
                    known = _said_on(slide for slide in slides if slide.key == _SUMMARY)
                    title = self._titled(lesson)
                    yield _Entry("lesson", title, text=known, links=self._links(lesson))
                yield from self._made_cuts(lesson, section)
                if slots and _is_next(slots[0], lesson, section):
                    yield self._section(lesson, section, slides, _clock(slots.pop(0)))

    def _section(self, lesson: Lesson, section: Section, slides: list[Slide], time: str) -> _Entry:
        notes = [
            Markup(pages.html(note))
            for cell, english in self._cells(lesson, section, "instructor")
            if (note := _without_cut(cell.source, english.source))
        ]
        opens = (x for x in slides if x.kind == "section" and x.title == section.title)
        # What comes before all sections stands below the lesson's title.
        opening = _said_on([next(opens, slides[0])])
        return _Entry("section", _html(section.title), time, opening, notes)

    @property
    def late(self) -> Iterator[tuple[Markup, int, Markup]]:
        """The cuts that are left: their section, what each saves, and what it says."""
        for lesson, section, cut in cuts_of(self.plan.parts[: self.plan.count]):
            text = self.course.with_numbers(cut.text, self._there(lesson))
            title = f"{lesson.number} · {section.title}"
            yield _html(title), cut.minutes or 0, _html(text)

    @property
    def solutions(self) -> Iterator[tuple[Markup, str]]:
        """A title and the code of each exercise that is taught."""
        for lesson, sections in self.plan.parts[: self.plan.count]:
            for section in sections:
                for cell, _ in self._cells(lesson, section, "exercise"):
                    name = cell.metadata.fl_course.exercise
                    title = _html(self.word("solution", exercise=name))
                    yield title, _GAPS.sub("\n\n", cell.source.strip())

    def _cells(
        self, lesson: Lesson, section: Section, kind: str
    ) -> Iterator[tuple[NotebookNode, NotebookNode]]:
        """The cells of a kind in a section, each with the same in English."""
        ours, english = (
            read_built(self.root, path_of(lesson, language, "solved")).cells
            for language in (self._there(lesson), ENGLISH)
        )
        for cell, original in zip(ours, english, strict=True):
            if cell.metadata.fl_course.kind == kind and key_of(cell) in section.cells:
                yield cell, original

    def _made_cuts(self, lesson: Lesson, section: Section) -> Iterator[_Entry]:
        for its, place, cut in self.plan.made:
            if (its, place) == (lesson, section):
                text = self.course.with_numbers(cut.text, self._there(lesson))
                lead = self.word("cut_today", minutes=cut.minutes)
                yield _Entry("cut", _html(section.title), lead, _html(text))

    def _links(self, lesson: Lesson) -> list[tuple[str, str]]:
        notebook = path_of(lesson, self._there(lesson), "learner")
        return [
            (self.word("slides"), f"{self.decks}/{lesson.slug}.html"),
            (self.word("notebook"), colab_address(self.course, notebook)),
        ]

    @property
    def _taught(self) -> list[tuple[Lesson, tuple[Section, ...]]]:
        """The lessons of the day, with the sections that are cut."""
        return [(lesson, tuple(x)) for lesson, x in self.plan.whole[: self.plan.count]]

    def _cuts_left(self, slot: Slot) -> Iterator[Cut]:
        for lesson, sections in self.plan.parts:
            for section in sections:
                if _is_next(slot, lesson, section):
                    yield from section.cuts

    def _slot_title(self, slot: Slot) -> Markup:
        return _html(slot.title if slot.lesson else self._said(SCHEDULE[slot.title]))

    def _there(self, lesson: Lesson) -> str:
        return self.language if self.language in lesson.languages else ENGLISH

    def _titled(self, lesson: Lesson) -> str:
        return f"{lesson.number} · {self._said(lesson.title)}"

    def _said(self, english: str, **values: object) -> str:
        return localization.in_language(english, values or None, self.language)


def _said_on(slides: Iterable[Slide]) -> Markup:
    """What slides say in sentences."""
    said = [block for slide in slides for block in slide.blocks if block.kind in _SAID]
    shown = (pages.markdown_of(kind, run) for kind, run in layout.lists(said))
    return Markup(pages.html("\n\n".join(shown)))


def _without_cut(note: str, english: str) -> str:
    """A note without what to cut, which stands with the others', and the builder's first line."""
    _, *paragraphs = zip(note.split("\n\n"), english.split("\n\n"), strict=True)
    return "\n\n".join(text for text, original in paragraphs if not original.startswith(CUT))


def _is_next(slot: Slot, lesson: Lesson, section: Section) -> bool:
    return (slot.lesson, slot.title) == (lesson.number, section.title)


def _clock(slot: Slot) -> str:
    return f"{slot.start:%H:%M}–{slot.end:%H:%M}"


def _html(markdown: str) -> Markup:
    return Markup(pages.inline(markdown))
