"""What some lessons need besides the course's packages, and whether it is there."""

from collections.abc import Callable, Sequence

from fl_course.flower import environment

NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "flower": (environment.is_ready, "Flower's environment is not there. Run: fl-course flower"),
}
"""By the name in course.toml: whether it is there, and what to do if it isn't."""


def missing(names: Sequence[str]) -> str:
    """A sentence for the first of what is needed that is not there; empty if all is.

    Args:
        names: Names of `NEEDS`.
    """
    return next((sentence for is_there, sentence in map(NEEDS.get, names) if not is_there()), "")
