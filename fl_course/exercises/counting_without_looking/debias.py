"""The true share, from answers some of which are lies by coin."""

from typing import Any

from fl_course.exercises.exercise import Exercise, Found
from fl_course.exercises.judging import formulas, memory, shown
from fl_course.localization import say

_CASES = (
    (0.33, 0.73),
    (0.6, 0.75),
    (0.5, 0.9),
    (0.2, 0.75),
    (0.9, 0.8),
    (0.3, 1.0),
    (0.0, 0.6),
    (1.0, 0.55),
)


def _right(told: float, truth: float) -> float:
    return (told - (1 - truth)) / (2 * truth - 1)


def _rounded(digits: int) -> formulas.Formula:
    return lambda s, p: round(_right(s, p), digits)


_KNOWN: dict[str, list[formulas.Formula]] = {
    "clipped": [
        lambda s, p: min(1.0, max(0.0, _right(s, p))),
        lambda s, p: max(0.0, _right(s, p)),
        lambda s, p: min(1.0, _right(s, p)),
        lambda s, p: abs(_right(s, p)),
    ],
    "not_scaled": [lambda s, p: s - (1 - p)],
    "answered_at_random": [lambda s, p: (s - (1 - p) / 2) / p],
    "by_the_truth": [lambda s, p: (s - (1 - p)) / p, lambda s, p: s / p],
    "not_shifted": [lambda s, p: s / (2 * p - 1)],
    "share_of_no": [
        lambda s, p: (p - s) / (2 * p - 1),
        lambda s, p: (1 - s - (1 - p)) / (2 * p - 1),
    ],
    "forwards": [lambda s, p: s * p + (1 - s) * (1 - p)],
    "as_told": [lambda s, p: s],
    "half_taken_off": [lambda s, p: (s - 0.5) / (2 * p - 1), lambda s, p: (s - 0.5) / (p - 0.5)],
    "percent": [lambda s, p: 100 * _right(s, p)],
    "rounded": [_rounded(digits) for digits in range(6)],
}


def _judge(answer: Any) -> Found:
    return memory.problem_of_calls(answer, _CASES[0], _CASES[1]) or formulas.of_numbers(
        answer, _CASES, _right, _KNOWN, _told
    )


def _told(told: float, truth: float) -> str:
    return say("a share of {told} among the answers and a truth of {truth}", told=told, truth=truth)


def _reference() -> Any:
    return _right


EXERCISE = Exercise(
    id="debias",
    expects="a function of the share of yes among the answers and of the probability of the truth, "
    "that gives the estimate of the true share, one number",
    judge=_judge,
    reference=_reference,
    hints=(
        "Let the true share be `s`. Who says yes? Of those with yes, the part that tells the "
        "truth; of those with no, the part that lies.",
        "So `told` is expected to be `s * p + (1 - s) * (1 - p)`. Solve that for `s`.",
        "Sorted by `s`, it is `(1 - p) + s * (2 * p - 1)`: first take off what does not depend on "
        "`s`.",
    ),
    mistakes=memory.OF_MEMORY
    | shown.OF_CASES
    | formulas.OF_NUMBERS
    | {
        "clipped": "All is right but where the estimate leaves the range from 0 to 1: there it is "
        "cut off or turned round. Then it is no longer right on average, since errors to one side "
        "are made smaller and those to the other are not.",
        "not_scaled": "Lies are taken off as if all had no, and something is missing: those who "
        "have yes and have lied said no, so that what is left is too small.",
        "answered_at_random": "This is right for clients that throw a fair coin for their answer "
        "where they do not tell the truth. Here such an answer is always the opposite of the "
        "truth.",
        "by_the_truth": "You divide by the probability of the truth. Between a true share of 0 and "
        "one of 1, by how much does the expected share of yes grow?",
        "not_shifted": "Where nobody has yes, some say it all the same. These have to be taken "
        "off before you divide.",
        "share_of_no": "This is the estimate for no: 1 minus what is wanted.",
        "forwards": "This goes from the truth to the answers, once more. Wanted is the way back.",
        "as_told": "This is the share of the answers, as it was told.",
        "half_taken_off": "A half is taken off, whatever the probability is. If nobody has yes, "
        "which share of the answers is yes?",
        "percent": "The result is a hundred times too large: wanted is a share.",
        "rounded": "The estimate is rounded. What is cut off is missing in the mean of many "
        "estimates, too: leave it as it is.",
    },
    right="Right on average: single estimates scatter around the truth, the more so the nearer the "
    "probability is to a half.",
)
