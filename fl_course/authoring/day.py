"""What an instructor takes along for a day: the plan, the slides and the sheet, in a folder."""

from collections import defaultdict
from pathlib import Path

from fl_course.authoring import printed, sheet
from fl_course.authoring.course import ENGLISH, Course, Lesson
from fl_course.authoring.plan_page import page
from fl_course.authoring.schedule import Plan
from fl_course.authoring.slides.build import write_decks

PLAN, SHEET, DECKS = "plan.html", "sheet.html", "slides"


def write(
    root: Path, course: Course, plan: Plan, language: str, folder: Path, option: str
) -> list[Path]:
    """Writes the folder; pages and slides of an earlier plan that are there are replaced.

    Args:
        root: Folder of the repository.
        course: The course.
        plan: The day. Of a section that it cuts as a whole there are no slides.
        language: Code of a released language. A lesson that it lacks is in English.
        folder: Where all is to be.
        option: The option of the command that names another folder.

    Returns:
        The plan's page, the sheet and the decks.

    Raises:
        AuthoringError: If a notebook is missing, or a file of another kind is in the place of one.
    """
    written = [folder / PLAN, folder / SHEET]
    printed.write(written[0], page(root, course, plan, language, DECKS), "plan", option)
    sheet.write(course, language, written[1], option)
    in_language: dict[str, list[Lesson]] = defaultdict(list)
    for lesson, _ in plan.whole[: plan.count]:
        in_language[language if language in lesson.languages else ENGLISH].append(lesson)
    gone = left_out(plan)
    for code, lessons in in_language.items():
        written += write_decks(root, course, lessons, code, folder / DECKS, without=gone)
    return written


def left_out(plan: Plan) -> dict[str, set[str]]:
    """The keys of the cells of sections that a plan cuts as a whole, by their lesson's slug."""
    gone: dict[str, set[str]] = {}
    for (lesson, whole), (_, parts) in zip(plan.whole, plan.parts, strict=True):
        taught = {part.title for part in parts}
        keys = (key for part in whole if part.title not in taught for key in part.cells)
        gone[lesson.slug] = set(keys)
    return gone
