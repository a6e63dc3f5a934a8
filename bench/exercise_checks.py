"""How long the checks take: the slowest answer of every exercise, in seconds.

Run it from the repository's root on an idle machine: `.venv/bin/python -m bench.exercise_checks`,
with slugs of lessons for these only. It fails if a check is over its limit.

An answer has to be judged within 2 seconds, or 8 where the check trains; the answers are those of
the tests. The first check of a process also loads the data and is warmed up here.
"""

import importlib
import os
import sys
import time

import fl_course
from fl_course import exercises


def main() -> None:
    """Prints a table, and says which exercises are over their limit."""
    slugs = sys.argv[1:] or exercises.lesson_slugs()
    os.environ["TQDM_DISABLE"] = "1"
    fl_course.setup()
    over = []
    for lesson in map(exercises.lesson, slugs):
        for exercise in lesson:
            case = importlib.import_module(f"tests.exercises.{lesson.slug}.{exercise.id}").CASE
            exercise.verdict(exercise.reference(**case.keywords()), **case.keywords())
            slowest, slowest_answer = 0.0, ""
            for kind in ("right", "wrong"):
                for name, make in getattr(case, kind).items():
                    answer, keywords = make(), case.keywords()
                    started = time.perf_counter()
                    exercise.verdict(answer, **keywords)
                    seconds = time.perf_counter() - started
                    if seconds > slowest:
                        slowest, slowest_answer = seconds, name
            limit = 8 if exercise.trains else 2
            if slowest > limit:
                over.append(exercise.id)
            print(
                f"{lesson.number}  {exercise.id:20} {slowest:5.2f} s of {limit}  ({slowest_answer})"
            )
    print(f"over their limit: {', '.join(over) or 'none'}")
    sys.exit(1 if over else 0)


if __name__ == "__main__":
    main()
