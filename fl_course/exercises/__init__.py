"""Exercises that answer back: `ex = exercises.lesson("federated_data")`, then `check` and more.

scale = ex.scale.check(scale)  # says what it makes of your answer; gives a value to go on with
ex.scale.hint()  # each call says more
ex.scale.solution()  # shows the solved cell
"""

from fl_course.exercises.codes import progress_code
from fl_course.exercises.lessons import Lesson, lesson, lesson_slugs

__all__ = ["Lesson", "lesson", "lesson_slugs", "progress_code"]
