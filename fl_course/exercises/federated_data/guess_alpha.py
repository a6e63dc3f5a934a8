"""Which alpha a deal was made with, told from its picture."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Found, Mistake
from fl_course.exercises.judging import forms

_ALPHA = 0.5


_CANDIDATES = (0.1, _ALPHA, 2.0, 100.0)


def mystery_deal(client_data: Any) -> Any:
    """The deal that the exercise is about; here, so that the notebook does not tell its alpha.

    Args:
        client_data: Where the examples come from, as for `data.label_skew`.

    Returns:
        Client data of ten clients, dealt out with one of the lesson's candidates.
    """
    from fl_course import data

    return data.label_skew(client_data, 10, _ALPHA, seed=7)


def _judge(answer: Any) -> Found:
    if isinstance(answer, (str, bytes)):
        return "text"
    guess = forms.array(answer)
    if guess.size > 1:
        return "several"
    if guess.ndim:
        return "in_a_list"
    if guess.dtype.kind not in "fiu":
        return OTHER
    alpha = float(guess)
    nearest = min(_CANDIDATES, key=lambda candidate: abs(candidate - alpha))
    if not np.isclose(alpha, nearest):
        return Mistake("not_a_candidate", guess=f"{alpha:g}")
    if nearest == _ALPHA:
        return None
    if nearest < _ALPHA:
        return "too_small"
    return "far_too_large" if nearest == max(_CANDIDATES) else "too_large"


EXERCISE = Exercise(
    id="guess_alpha",
    expects="one of the four numbers in `candidates`",
    judge=_judge,
    reference=lambda: _ALPHA,
    adapt=float,
    hints=(
        "Count the zeros: each is a label that a client lacks. Do the same in the three maps "
        "above, whose alphas you know.",
        "Then go down the rows and note the largest number of each. The smaller alpha, the more "
        "of a client's examples have one label.",
        "Between which two of the three maps above does the picture stand, by both counts? Its "
        "alpha lies between theirs.",
    ),
    mistakes={
        "text": "The answer is text. Give the number itself, without quotes.",
        "several": "The answer holds several numbers. Choose one of the four candidates.",
        "in_a_list": "The answer is a list, a tuple or an array with at most one number in it. "
        "Give the number itself.",
        "not_a_candidate": "{guess} is not one of the `candidates`. Give the alpha itself, not its "
        "position among them, and none of the three maps above.",
        "too_small": "With alpha 0.1 clients lack more labels than here. Count the zeros in the "
        "left one of the three maps above and then in the picture: it has half as many.",
        "too_large": "With alpha 2 nearly every client has every label. Even the middle one of the "
        "three maps above, with alpha 1, has half as many zeros as the picture.",
        "far_too_large": "With alpha 100 clients are nearly alike: no zero, and no label that a "
        "client has very many of. Compare the largest number in the right one of the three maps "
        "above with the largest one in the picture.",
    },
    right="The picture stands between the maps of alpha 0.1 and alpha 1: 15 zeros, where they have "
    "30 and 7.",
)
