"""A day's plan as a page to print: its timetable, and of each section what to know and to say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import jinja2
from markupsafe import Markup

from fl_course import localization
from fl_course.authoring import printed
from fl_course.authoring.course import ENGLISH, Course, Lesson
from fl_course.authoring.notebooks import colab_address, key_of, path_of, read_built
from fl_course.authoring.plan_content import FIRST, WORDS
from fl_course.authoring.schedule import Cut, Plan, Section, Slot
from fl_course.authoring.schedule_text import WORDS as SCHEDULE
from fl_course.authoring.slides import layout, pages
from fl_course.authoring.slides.build import read_slides
from fl_course.authoring.slides.layout import Slide

_HERE = Path(__file__).parent
_SAID = ("lead", "point", "item", "whole")  # the blocks of a slide that tell something
_GAPS = re.compile(r"\n{3,}")  # those between a blank's markers, which are gone


@dataclass(frozen=True)
class _Entry:
    """What the page has in its turn: a "lesson" opens, a "pause", a "cut" or a "section".

    Attributes:
        kind: Which of them.
        title: Its heading.
        lead: What stands with it: when it is, or how much the cut saves.
        text: What it says.
        notes: The instructor's, of a section.
        solutions: A title and the code of each.
        links: Of a lesson: a name and an address of each.
    """

    kind: str
    title: str
    lead: str = ""
    text: Markup | str = ""
    notes: list[Markup] = field(default_factory=list)
    solutions: list[tuple[Markup, str]] = field(default_factory=list)
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
                    yield _Entry("lesson", self._titled(lesson), links=self._links(lesson))
                yield from self._made_cuts(lesson, section)
                if slots and _is_next(slots[0], lesson, section):
                    yield self._section(lesson, section, slides, _clock(slots.pop(0)))

    def _section(self, lesson: Lesson, section: Section, slides: list[Slide], time: str) -> _Entry:
        cells = read_built(self.root, path_of(lesson, self._there(lesson), "solved")).cells
        cells = [cell for cell in cells if key_of(cell) in section.cells]
        kinds = [cell.metadata.fl_course.kind for cell in cells]
        # The builder's own line above a note says for whom it is, and its minutes.
        notes = [
            Markup(pages.html(cell.source.partition("\n\n")[2]))
            for cell, kind in zip(cells, kinds, strict=True)
            if kind == "instructor"
        ]
        solutions = [
            (
                _html(self.word("solution", exercise=cell.metadata.fl_course.exercise)),
                _GAPS.sub("\n\n", cell.source.strip()),
            )
            for cell, kind in zip(cells, kinds, strict=True)
            if kind == "exercise"
        ]
        title = _html(section.title)
        return _Entry("section", title, time, _opening(section, slides), notes, solutions)

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


def _opening(section: Section, slides: list[Slide]) -> Markup:
    """What the slide that opens a section says, or the title's, of what comes before all."""
    slide = next((x for x in slides if x.kind == "section" and x.title == section.title), slides[0])
    said = [block for block in slide.blocks if block.kind in _SAID]
    shown = (pages.markdown_of(kind, run) for kind, run in layout.lists(said))
    return Markup(pages.html("\n\n".join(shown)))


def _is_next(slot: Slot, lesson: Lesson, section: Section) -> bool:
    return (slot.lesson, slot.title) == (lesson.number, section.title)


def _clock(slot: Slot) -> str:
    return f"{slot.start:%H:%M}–{slot.end:%H:%M}"


def _html(markdown: str) -> Markup:
    return Markup(pages.inline(markdown))
