"""A case on which an answer is wrong, shown: what went in, what came out, what is wanted."""

from collections.abc import Sequence

import numpy as np

from fl_course.exercises.exercise import Mistake

Shown = str | float | Sequence[float]  # what a case gives: in words, or one number or several

OF_CASES = {
    "wrong_value": "For {case} your answer gives {got}; wanted is {wanted}.",
}
"""What can be wrong wherever a case can be shown."""


def wrong_value(case: str, got: Shown, wanted: Shown) -> Mistake:
    """The mistake that shows a case.

    Args:
        case: What went in, already said in the learner's language.
        got: What came out.
        wanted: What should have come out, in the same form.
    """
    if not isinstance(got, str) and not isinstance(wanted, str):
        got, wanted = in_digits(got, wanted)
    return Mistake("wrong_value", case=case, got=_text(got), wanted=_text(wanted))


def in_digits(got: float | Sequence[float], wanted: float | Sequence[float]) -> tuple[str, str]:
    """Both with two digits behind the point, or with as many more as it takes to differ."""
    texts = ("", "")
    for digits in range(2, 7):
        texts = _digits(got, digits), _digits(wanted, digits)
        if texts[0] != texts[1] and not _any_lost((got, wanted), texts):
            break
    return texts


def _any_lost(values: Sequence[float | Sequence[float]], texts: Sequence[str]) -> bool:
    """Whether a number that is not zero would be shown as zero."""
    return any(
        text == "0" and np.ndim(value) == 0 and abs(float(value)) > 1e-6
        for value, text in zip(values, texts, strict=True)
    )


def _text(value: Shown) -> str:
    return value if isinstance(value, str) else _digits(value, 2)


def _digits(value: float | Sequence[float], digits: int) -> str:
    parts = [f"{round(float(number), digits) + 0.0:.12g}" for number in np.ravel(value)]
    return parts[0] if np.ndim(value) == 0 else f"({', '.join(parts)})"
