"""Exercises that answer back: `ex = exercises.lesson(1)`, then `check`, `hint` and `solution`.

scale = ex.scale.check(scale)  # says what it makes of your answer; gives a value to go on with
ex.scale.hint()  # each call says more
ex.scale.solution()  # shows the solved cell
"""

from fl_course.exercises.lessons import Lesson, lesson, lesson_numbers

__all__ = ["Lesson", "lesson", "lesson_numbers"]
