"""A client's gradient with a pull back to the server's weights."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Raised, run
from fl_course.exercises.judging import edits, reference, shown
from fl_course.localization import say

_MU = 0.1


_OTHER_MUS = (0.0, 3.0)


def _judge(answer: Any) -> Found:
    if found := edits.memory_problem(answer):
        return found

    def edited(*parts: edits.Arrays, **keywords: float) -> edits.Arrays:
        result = run(answer, *map(reference.tensors, parts), **keywords)
        return edits.arrays(result, parts[0])

    parts = tuple(edits.like_weights(seed) for seed in (4, 5, 6))
    try:
        if found := _judge_edited(functools.partial(edited, *parts), parts):
            return found
        if found := edits.other_number_problem(edited, functools.partial(_pulled, mu=_MU)):
            return found
    except edits.Odd as odd:
        return odd.mistake
    return None if edits.can_be_recorded(answer, *parts) else "not_recorded"


def _judge_edited(edited: Callable[..., edits.Arrays], parts: tuple[edits.Arrays, ...]) -> Found:
    found, given_mu = edited(), _with_mu(edited)
    if edits.alike(found, _pulled(*parts, _MU)):
        return None if _agrees(_pulled, given_mu, parts) else "fixed_mu"
    if given_mu and _agrees(_pulled, given_mu, parts):
        return "other_default"
    return _known(found, given_mu, parts)


def _with_mu(edited: Callable[..., edits.Arrays]) -> dict[float, edits.Arrays]:
    """What the answer gives with `mu`; empty if it takes none."""
    try:
        return {mu: edited(mu=mu) for mu in (_MU, *_OTHER_MUS)}
    except Raised:
        return {}


def _pulled(gradients: Any, weights: Any, server_weights: Any, mu: float) -> edits.Arrays:
    return reference.plus(gradients, reference.plus(weights, server_weights, -1.0), mu)


def _agrees(
    formula: Callable[..., edits.Arrays],
    found: Mapping[float, edits.Arrays],
    parts: tuple[edits.Arrays, ...],
) -> bool:
    return bool(found) and all(edits.alike(seen, formula(*parts, mu)) for mu, seen in found.items())


def _known(
    found: edits.Arrays, given_mu: Mapping[float, edits.Arrays], parts: tuple[edits.Arrays, ...]
) -> Found:
    # First what is so for every mu, then what is so for the usual one.
    for seen in ({_MU: found, **given_mu}, {_MU: found}):
        for name, formulas in _KNOWN.items():
            if any(_agrees(formula, seen, parts) for formula in formulas):
                return name
    wanted = _pulled(*parts, _MU)
    part, place = edits.furthest(found, wanted)
    gradient, weight, server_weight = (f"{arrays[part][place]:.2f}" for arrays in parts)
    case = say(
        "the gradient {gradient}, the weight {weight}, the server's weight {server_weight} and a "
        "mu of {mu}",
        gradient=gradient,
        weight=weight,
        server_weight=server_weight,
        mu=_MU,
    )
    return shown.wrong_value(case, float(found[part][place]), float(wanted[part][place]))


def _adding(what: Callable[[edits.Arrays], list[Any]]) -> Callable[..., edits.Arrays]:
    """The gradients plus mu times something that is made of the way from the server's weights."""
    return lambda g, w, s, mu: [
        gradient + mu * one
        for gradient, one in zip(g, what(reference.plus(w, s, -1.0)), strict=True)
    ]


_KNOWN: dict[str, list[Callable[..., edits.Arrays]]] = {
    "unchanged": [lambda g, w, s, mu: g],
    "pushes_away": [_adding(lambda away: [-a for a in away])],
    "half": [_adding(lambda away: [a / 2 for a in away])],
    "mean_of_squares": [
        _adding(lambda away: [a / np.size(a) for a in away]),
        _adding(lambda away: [2 * a / np.size(a) for a in away]),
        _adding(lambda away: [a / sum(map(np.size, away)) for a in away]),
    ],
    "twice": [_adding(lambda away: [2 * a for a in away])],
    "without_mu": [lambda g, w, s, mu: reference.plus(g, reference.plus(w, s, -1.0))],
    "towards_zero": [lambda g, w, s, mu: reference.plus(g, w, mu)],
    "only_the_pull": [lambda g, w, s, mu: edits.scaled(mu, reference.plus(w, s, -1.0))],
    "moves_weights": [
        lambda g, w, s, mu: reference.plus(w, reference.plus(w, s, -1.0), -mu),
        lambda g, w, s, mu: reference.plus(w, reference.plus(w, s, -1.0), mu),
    ],
    "term_itself": [
        _adding(lambda away: [edits.norm(away) ** 2 / 2] * len(away)),
        _adding(lambda away: [edits.norm(away) ** 2] * len(away)),
        _adding(lambda away: [(a**2).sum() / 2 for a in away]),
        _adding(lambda away: [a**2 / 2 for a in away]),
        _adding(lambda away: [a**2 for a in away]),
    ],
    "length": [
        _adding(lambda away: [np.linalg.norm(a) for a in away]),
        _adding(lambda away: [np.linalg.norm(a) / 2 for a in away]),
        _adding(lambda away: [edits.norm(away)] * len(away)),
        _adding(lambda away: [edits.norm(away) / 2] * len(away)),
    ],
    "unit_pull": [
        _adding(lambda away: [a / edits.norm(away) for a in away]),
        _adding(lambda away: [a / np.linalg.norm(a) for a in away]),
    ],
    "kernel_only": [lambda g, w, s, mu: [_pulled(g, w, s, mu)[0], g[1]]],
}


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
    | shown.OF_CASES
    | {
        "other_default": "With `mu=0.1` your function gives what is wanted, and without a `mu` "
        "something else. The lesson calls it without: what does the first line of the function "
        "say?",
        "unit_pull": "The pull is divided by the distance from the server's weights, so it is the "
        "same however far the client has gone. The derivative of the square grows with the "
        "distance.",
        "kernel_only": "The gradient of the matrix has the pull, and that of the vector is as it "
        "was. Every tensor has weights that drift.",
        "unchanged": "The gradients come back as they were, although the weights have moved "
        "away from the server's.",
        "pushes_away": "The sign is the other way round: the client subtracts the gradient, so "
        "this pushes it away from the server's weights.",
        "half": "The pull is half as strong as it should be. Differentiating the square brings "
        "a factor down.",
        "mean_of_squares": "The pull has the right direction and is too weak: it is divided by how "
        "many numbers there are. The squared norm is the sum of the squares, not their mean.",
        "twice": "The pull is twice as strong as it should be. The term has a factor of one "
        "half, which the derivative of the square cancels.",
        "without_mu": "The pull is the whole way from the server's weights: it has the right "
        "direction, and `mu` is not in it.",
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
