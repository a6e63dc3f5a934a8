"""What the page of a day's plan says besides the lessons' own words, in English."""

from collections.abc import Iterator

WORDS = {
    "plan": "Plan of the day",
    "answers": "Your notes and the solutions are on this page: it is not for the projector.",
    "time": "Time",
    "minutes": "Minutes",
    "section": "Section",
    "saves": "Cut saves",
    "cut_today": "Cut today ({minutes} min):",
    "slides": "slides",
    "notebook": "notebook on Colab",
    "solution": "Solution of `{exercise}`",
    "solutions": "Solutions",
    "first": "The first minutes",
    "next": "Before it, have everybody open lesson {lesson} and run its first cell.",
}

# What to say and do before the first section, in this order.
FIRST = (
    "Have everybody open lesson {lesson} and run its first cell. On Colab it takes a minute: greet "
    "them meanwhile.",
    "On Colab *File, Save a copy in Drive* comes next; on a laptop `make open` opens the lessons.",
    "Pair those who have it running with those who have not, after ten minutes at most.",
    "Say that exercises answer: a wrong answer is told what is wrong, and the notebook goes on "
    "with the reference answer, so that nobody has to stay with one.",
    "Say where help is: `ex.name.hint()` says more with each call, `ex.name.solution()` shows the "
    "solved cell.",
    "Say what ends a cell that does not end: *Kernel, Interrupt*, on Colab *Runtime, Interrupt "
    "execution*.",
    "Say where they write to you, and what they paste there when you ask how far they are: the "
    'line that `print(fl_course.exercises.progress_code("Anna"))` prints, with their own name.',
)


def messages() -> Iterator[str]:
    """All that is said here."""
    yield from WORDS.values()
    yield from FIRST
