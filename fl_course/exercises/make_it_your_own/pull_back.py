"""A client's gradient with a pull back to the server's weights."""

import math
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, run
from fl_course.exercises.judging import edits, reference

_MU = 0.1


def _judge(answer: Any) -> Any:
    gradients, weights, server_weights = (edits.like_weights(seed) for seed in (4, 5, 6))

    def edited(**keywords: float) -> edits.Arrays:
        result = run(
            answer, *map(reference.tensors, (gradients, weights, server_weights)), **keywords
        )
        return edits.arrays(result, gradients)

    try:
        found = _judge_pull(edited(), gradients, weights, server_weights)
        if found is not None:
            return found
        away = reference.plus(weights, server_weights, -1.0)
        for mu in (0.0, 3.0):
            if not edits.alike(edited(mu=mu), reference.plus(gradients, away, mu)):
                return "fixed_mu"
    except edits.Odd as odd:
        return odd.mistake
    recorded = edits.can_be_recorded(answer, gradients, weights, server_weights)
    return None if recorded else "not_recorded"


def _judge_pull(
    seen: edits.Arrays, gradients: edits.Arrays, weights: edits.Arrays, server_weights: edits.Arrays
) -> Any:
    away = reference.plus(weights, server_weights, -1.0)
    squared = edits.norm(away) ** 2
    for expected, mistake in (
        (reference.plus(gradients, away, _MU), None),
        (gradients, "unchanged"),
        (reference.plus(gradients, away, -_MU), "pushes_away"),
        (reference.plus(gradients, away, _MU / 2), "half"),
        (reference.plus(gradients, away, 2 * _MU), "twice"),
        (reference.plus(gradients, away), "without_mu"),
        (reference.plus(gradients, weights, _MU), "towards_zero"),
        (edits.scaled(_MU, away), "only_the_pull"),
        (reference.plus(weights, away, -_MU), "moves_weights"),
        (reference.plus(weights, away, _MU), "moves_weights"),
        ([part + _MU / 2 * squared for part in gradients], "term_itself"),
        ([part + _MU * squared for part in gradients], "term_itself"),
        ([g + _MU / 2 * (a**2).sum() for g, a in zip(gradients, away, strict=True)], "term_itself"),
        ([g + _MU * np.linalg.norm(a) for g, a in zip(gradients, away, strict=True)], "length"),
        ([g + _MU / 2 * np.linalg.norm(a) for g, a in zip(gradients, away, strict=True)], "length"),
        ([part + _MU * math.sqrt(squared) for part in gradients], "length"),
        ([part + _MU / 2 * math.sqrt(squared) for part in gradients], "length"),
        ([g + _MU / 2 * a**2 for g, a in zip(gradients, away, strict=True)], "term_itself"),
    ):
        if edits.alike(seen, expected):
            return mistake
    return OTHER


def _reference() -> Any:
    from fl_course import algorithms

    def pull_back(gradients: Any, weights: Any, server_weights: Any, mu: float = _MU) -> Any:
        return algorithms.proximal_term(mu)(gradients, weights, server_weights)

    return pull_back


EXERCISE = Exercise(
    id="pull_back",
    expects="a function of `gradients`, `weights`, `server_weights` and `mu`, 0.1 if not "
    "given, that gives the gradients with the pull added, as a tuple",
    judge=_judge,
    reference=_reference,
    hints=(
        "The term is added to the loss, and you are given the loss's gradient. So what has to "
        "be added is the term's gradient, tensor by tensor.",
        "The derivative of $\\frac{\\mu}{2}(w - w_s)^2$ by $w$: the square brings a 2 down, "
        "which cancels the half.",
        "For each triple of gradient, weight and server weight: the gradient plus mu times how "
        "far the weight is from the server's. Gradients are subtracted in the step, so this "
        "pulls back.",
    ),
    mistakes=edits.FORM
    | {
        "unchanged": "The gradients come back as they were, although the weights have moved "
        "away from the server's.",
        "pushes_away": "The sign is the other way round: the client subtracts the gradient, so "
        "this pushes it away from the server's weights.",
        "half": "The pull is half as strong as it should be. Differentiating the square brings "
        "a factor down.",
        "twice": "The pull is twice as strong as it should be. The term has a factor of one "
        "half, which the derivative of the square cancels.",
        "without_mu": "The pull has the right direction and does not depend on `mu`.",
        "towards_zero": "This pulls the weights towards zero, which is weight decay. Wanted is "
        "a pull towards the server's weights.",
        "only_the_pull": "What comes back is the pull alone. The gradients of the loss are "
        "lost, so the client would learn nothing.",
        "moves_weights": "What comes back are moved weights. An edit gives gradients; the step "
        "is taken afterwards, by the client.",
        "term_itself": "You add the value of the term, a square. What belongs to a gradient is "
        "the term's derivative by the weights.",
        "length": "You add a length, one number for a whole tensor. The derivative has a "
        "number for each weight: how far, and in which direction, it is from the server's.",
        "fixed_mu": "With another `mu` the result is not that of this mu. Does your function "
        "use its argument, or a number of its own?",
    },
    right="The pull is zero at the first local step and grows with the distance from the "
    "server's model.",
)
