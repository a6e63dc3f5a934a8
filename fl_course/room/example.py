"""A made-up room, to try the page with and to show it: a chat, as it would be pasted."""

import random

from fl_course import catalog
from fl_course.exercises.codes import Progress, State, encode, exercise_ids

_NAMES = (
    *("Anna", "Bao", "Chidi", "Dora", "Emil", "Farah", "김민지", "Hana", "Ivo", "山田太郎"),
    *("Kofi", "Lena"),
)
_LESSONS = 3
_CUT = 20  # characters of a line that is pasted in part at first


def text() -> str:
    """What the participants have pasted: a line each, one of them cut off at first."""
    rng = random.Random(0)
    rows: list[str] = []
    for tag, name in enumerate(_NAMES, start=1):
        heading = f"10:{30 + tag}:00 From {name} to Everyone:"
        line = f"{name}: {encode(Progress(tag, _states(rng)), exercise_ids())}"
        if tag == len(_NAMES):
            rows += [heading, f"\t{line[:_CUT]}", heading, "\tSorry, once more:"]
        rows += [heading, f"\t{line}"]
    return "\n".join(rows)


def _states(rng: random.Random) -> dict[str, State]:
    """A participant's: solved up to somewhere, with one exercise at which many are stuck."""
    exercises = [one for entry in catalog.entries()[:_LESSONS] for one in entry.solutions]
    hard = len(exercises) // 3
    reached = rng.randint(hard - 1, len(exercises) - 1)
    states = {one: State(True, rng.choice((1, 1, 1, 2, 3))) for one in exercises[:reached]}
    states[exercises[reached]] = State(False, rng.randint(1, 4))
    if reached > hard and rng.random() < 0.4:
        states[exercises[hard]] = State(False, rng.randint(3, 7))
    return states
