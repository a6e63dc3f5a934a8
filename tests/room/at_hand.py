"""Lines of progress for the tests of the room."""

from fl_course.exercises.codes import Progress, State, encode, exercise_ids

IDS = exercise_ids()


def line(tag, solved=(), tried=None, ids=IDS):
    """A line: `solved` are ids, each at the first try; `tried` has tries by id."""
    states = {name: State(True, 1) for name in solved}
    states |= {name: State(False, tries) for name, tries in (tried or {}).items()}
    return encode(Progress(tag, states), ids)
