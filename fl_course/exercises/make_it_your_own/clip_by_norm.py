"""A model update made shorter than a bound."""

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, Raised, run
from fl_course.exercises.judging import edits, forms, reference, shown
from fl_course.localization import say

_MAX_NORM = 2.0
_SHAPES = ((2, 2), (2,))


def _lengths(first: float, second: float) -> edits.Arrays:
    """Two tensors of about these norms, small and rounded: they can be written into a sentence."""
    return [
        np.round(length * part / np.linalg.norm(part), 2)
        for length, part in zip((first, second), edits.like_weights(7, _SHAPES), strict=True)
    ]


def _clipped(gradients: edits.Arrays, max_norm: float) -> edits.Arrays:
    return edits.scaled(min(1.0, max_norm / max(edits.norm(gradients), 1e-30)), gradients)


_WEIGHTS, _SERVER_WEIGHTS = (edits.like_weights(seed, _SHAPES) for seed in (8, 9))

# Norms of the two tensors.
_LONG, _SHORT = (40.0, 4.7), (0.5, 0.4)
_NEAR_THE_BOUND = (
    (1.9, 1.7),  # within the bound each alone, and not together
    (1.5, 1.1),  # within it, and its square is not
    (1.95, 0.5),  # a bit above
    (1.9, 0.5),  # a bit below
)


def _judge(answer: Any) -> Found:
    if found := edits.memory_problem(answer):
        return found

    def clip(
        gradients: edits.Arrays,
        weights: edits.Arrays = _WEIGHTS,
        server_weights: edits.Arrays = _SERVER_WEIGHTS,
        **keywords: float,
    ) -> edits.Arrays:
        parts = gradients, weights, server_weights
        result = run(answer, *map(reference.tensors, parts), **keywords)
        if forms.is_sequence(result) and any(forms.is_sequence(part) for part in result):
            raise edits.Odd("with_the_norm")
        return edits.arrays(result, gradients)

    long = _lengths(*_LONG)
    try:
        if found := _judge_lengths(clip):
            return "other_default" if _is_right_with_bound(clip) else found
        on_zero = clip(edits.scaled(0, long))
        if not all(np.isfinite(part).all() for part in on_zero):
            return "zero_by_zero"
        for max_norm in (1.0, 30.0, 80.0):
            if not edits.alike(clip(long, max_norm=max_norm), _clipped(long, max_norm)):
                return "fixed_bound"
        if found := edits.other_number_problem(
            clip, lambda gradients, *others: _clipped(gradients, _MAX_NORM)
        ):
            return found
    except edits.Odd as odd:
        return odd.mistake
    if not edits.can_be_recorded(answer, long, _WEIGHTS, _SERVER_WEIGHTS):
        return "not_recorded"
    return None if all(np.allclose(part, 0) for part in on_zero) else "zero_changed"


def _is_right_with_bound(clip: Callable[..., edits.Arrays]) -> bool:
    """Whether it is the default alone that is another one."""
    try:
        return _judge_lengths(functools.partial(clip, max_norm=_MAX_NORM)) is None and edits.alike(
            clip(_lengths(*_LONG), max_norm=30.0), _clipped(_lengths(*_LONG), 30.0)
        )
    except Raised:
        return False


def _judge_lengths(clip: Callable[..., edits.Arrays]) -> Found:
    long, short = _lengths(*_LONG), _lengths(*_SHORT)
    on_long, on_short = clip(long), clip(short)
    probes = [long, short, *(_lengths(*norms) for norms in _NEAR_THE_BOUND)]
    results = [on_long, on_short, *map(clip, probes[2:])]
    right = [
        edits.alike(result, _clipped(probe, _MAX_NORM))
        for result, probe in zip(results, probes, strict=True)
    ]
    if all(right):
        return None
    if name := _name(long, on_long, short, on_short, right):
        return name
    wrong = right.index(False)
    return _shown(probes[wrong], results[wrong])


def _shown(gradients: edits.Arrays, result: edits.Arrays) -> Mistake:
    case = say("the gradients {gradients}", gradients=edits.written(gradients))
    texts = [
        say("{gradients}, with a norm of {norm}", gradients=edits.written(parts), norm=norm)
        for parts, norm in zip(
            (result, _clipped(gradients, _MAX_NORM)),
            shown.in_digits(edits.norm(result), min(edits.norm(gradients), _MAX_NORM)),
            strict=True,
        )
    ]
    return shown.wrong_value(case, *texts)


def _name(
    long: edits.Arrays,
    on_long: edits.Arrays,
    short: edits.Arrays,
    on_short: edits.Arrays,
    right: list[bool],
) -> str | None:
    if right[0]:
        times = _MAX_NORM / edits.norm(short)
        return "short_ones_too" if edits.alike(on_short, edits.scaled(times, short)) else None
    if edits.alike(on_long, long):
        return "not_clipped" if right[1] else "upside_down"
    if edits.alike(on_long, edits.scaled(edits.norm(long) / _MAX_NORM, long)):
        return "upside_down"
    if edits.alike(on_long, [np.clip(part, -_MAX_NORM, _MAX_NORM) for part in long]):
        return "elementwise"
    if edits.alike(on_long, [_clipped([part], _MAX_NORM)[0] for part in long]):
        return "each_alone"
    if edits.alike(on_long, edits.scaled(1 / edits.norm(long), long)):
        return "unit_length"
    for norm in _norms_of_others():
        if edits.alike(on_long, edits.scaled(min(1.0, _MAX_NORM / norm), long)):
            return "norm_of_weights"
    for norm in (edits.norm(long) ** 2, sum(np.linalg.norm(part) for part in long)):
        if edits.alike(on_long, edits.scaled(_MAX_NORM / norm, long)):
            return "other_norm"
    if any(edits.alike(on_long, edits.scaled(_MAX_NORM / n, long)) for n in _smaller_norms(long)):
        return "smaller_norm"
    return None


def _smaller_norms(gradients: edits.Arrays) -> list[float]:
    """Norms that leave something out: of one tensor, or of the mean square."""
    norms = [float(np.linalg.norm(part)) for part in gradients]
    count = sum(np.size(part) for part in gradients)
    return [*norms, max(norms), edits.norm(gradients) / math.sqrt(count)]


def _norms_of_others() -> tuple[float, ...]:
    """Norms of what the other two arguments of the check hold."""
    moved = reference.plus(_WEIGHTS, _SERVER_WEIGHTS, -1.0)
    return edits.norm(moved), edits.norm(_WEIGHTS), edits.norm(_SERVER_WEIGHTS)


def _reference() -> Any:
    from fl_course import algorithms

    def clip(gradients: Any, weights: Any, server_weights: Any, max_norm: float = _MAX_NORM) -> Any:
        return algorithms.clip_gradients(max_norm)(gradients, weights, server_weights)

    return clip


EXERCISE = Exercise(
    id="clip_by_norm",
    expects="a function of `gradients`, `weights`, `server_weights` and `max_norm`, 2.0 if not "
    "given, that gives the gradients as a tuple, with a global norm of at most `max_norm`",
    judge=_judge,
    reference=_reference,
    hints=(
        "Two steps: one number for the length of all gradients together, and one factor that "
        "all of them are multiplied by. `weights` and `server_weights` are not needed.",
        "The length is the square root of the sum of all squares, over every tensor; "
        "`tf.linalg.global_norm` works it out from a tuple.",
        "The factor is 1 as long as the norm is within the bound, otherwise bound divided by "
        "norm. `tf.minimum` of the two covers both cases, and a norm of zero as well.",
    ),
    mistakes=edits.FORM
    | shown.OF_CASES
    | {
        "other_default": "With `max_norm=2.0` your function gives what is wanted, and without a "
        "`max_norm` something else. What does the first line of the function say?",
        "zero_changed": "Gradients that are all zero come back with other numbers. They are within "
        "every bound, and stay as they are.",
        "with_the_norm": "A part of your result is itself a list. `tf.clip_by_global_norm` "
        "gives two things, the clipped tensors and the norm they had; only the first is "
        "wanted here.",
        "not_clipped": "Gradients with a norm of 40 came back as they were. The bound is 2.",
        "upside_down": "Gradients that are too long come back no shorter, and short ones are "
        "changed. Check which of bound and norm is divided by which, and whether the factor "
        "should be the smaller or the larger of the two candidates.",
        "short_ones_too": "Short gradients are stretched to the bound. Clipping leaves alone "
        "what is within it: without that, no client could ever take a small step.",
        "elementwise": "Every element is cut off at the bound by itself. That changes the "
        "direction of the step; what is to be bounded is the length of all elements together.",
        "each_alone": "The matrix and the vector are clipped each by its own norm. Together "
        "they are still too long, and their proportion has changed. There is one norm for all.",
        "unit_length": "The gradients end with a norm of 1, and the bound is 2. Something "
        "divides by the norm and does not come back to the bound.",
        "other_norm": "The direction is right and the gradients are too short. The norm that "
        "your function divides by is too large: is it the square root of the sum of all "
        "squares?",
        "smaller_norm": "The direction is right and the gradients are still too long. The norm "
        "that your function divides by is too small: does it sum the squares of every number, "
        "those of the matrix and those of the vector?",
        "norm_of_weights": "The factor follows the length of the weights, or of how far they "
        "have moved. It must depend on the length of the gradients only; the weights are not "
        "needed.",
        "zero_by_zero": "For gradients that are all zero your function gives NaN: a zero was "
        "divided by a zero. Such a gradient is within every bound.",
        "fixed_bound": "With another `max_norm` the result is not that of this bound. Does "
        "your function use its argument, or a number of its own?",
    },
    right="One factor for all tensors: the step keeps its direction, only its length is bounded.",
)
