"""The server's step with momentum."""

import functools
import itertools
from collections.abc import Callable, Mapping
from typing import Any

from fl_course.exercises.exercise import OTHER, Exercise, Found, Mistake, Raised, run
from fl_course.exercises.judging import edits, forms, reference, shown
from fl_course.localization import say

_MOMENTUM = 0.5


_OTHER_MOMENTA = (0.0, 0.9)

Step = tuple[edits.Arrays | None, edits.Arrays]  # velocity (None: any) and weights


def _judge(answer: Any) -> Found:
    if found := edits.memory_problem(answer):
        return found

    def step(*parts: edits.Arrays, **keywords: float) -> Step:
        result = run(answer, *map(reference.tensors, parts), **keywords)
        if not forms.is_sequence(result):
            raise edits.Odd(Mistake("not_a_tuple", type=type(result).__name__))
        if len(result) != 2 or not any(forms.is_sequence(part) for part in result):
            raise edits.Odd("not_a_pair")
        return edits.arrays(result[0], parts[1]), edits.arrays(result[1], parts[1])

    parts = tuple(edits.like_weights(seed) for seed in (1, 2, 3))
    try:
        if found := _judge_step(functools.partial(step, *parts), parts):
            return found
        if found := edits.other_number_problem(
            lambda *parts: [*itertools.chain(*step(*parts))],
            lambda *parts: [*itertools.chain(*_moved(*parts, _MOMENTUM))],
        ):
            return found
    except edits.Odd as odd:
        return odd.mistake
    return None if edits.can_be_recorded(answer, *parts) else "not_recorded"


def _judge_step(step: Callable[..., Step], parts: tuple[edits.Arrays, ...]) -> Found:
    found, given_momentum = step(), _with_momentum(step)
    if _agrees(_moved, {_MOMENTUM: found}, parts):
        right = given_momentum and _agrees(_moved, given_momentum, parts)
        return None if right else "fixed_momentum"
    if given_momentum and _agrees(_moved, given_momentum, parts):
        return "other_default"
    return _known(found, given_momentum, parts)


def _with_momentum(step: Callable[..., Step]) -> dict[float, Step]:
    """What the answer gives with `momentum`; empty if it takes none."""
    try:
        return {one: step(momentum=one) for one in (_MOMENTUM, *_OTHER_MOMENTA)}
    except Raised:
        return {}


def _agrees(
    formula: Callable[..., Step], found: Mapping[float, Step], parts: tuple[edits.Arrays, ...]
) -> bool:
    for momentum, seen in found.items():
        velocity, weights = formula(*parts, momentum)
        if not edits.alike(seen[1], weights):
            return False
        if velocity is not None and not edits.alike(seen[0], velocity):
            return False
    return True


def _known(
    found: Step, given_momentum: Mapping[float, Step], parts: tuple[edits.Arrays, ...]
) -> Found:
    # First what is so for every momentum, then what is so for the usual one.
    for seen in ({_MOMENTUM: found, **given_momentum}, {_MOMENTUM: found}):
        for name, formulas in _KNOWN.items():
            if any(_agrees(formula, seen, parts) for formula in formulas):
                return name
    names = say("velocity"), say("weight")
    for name, seen, wanted in zip(names, found, _moved(*parts, _MOMENTUM), strict=True):
        if not edits.alike(seen, wanted):
            part, place = edits.furthest(seen, wanted)
            velocity, weight, update = (f"{arrays[part][place]:.2f}" for arrays in parts)
            case = say(
                "the velocity {velocity}, the weight {weight}, the update {update} and a momentum "
                "of {momentum}, as the new {name},",
                velocity=velocity,
                weight=weight,
                update=update,
                momentum=_MOMENTUM,
                name=name,
            )
            return shown.wrong_value(case, float(seen[part][place]), float(wanted[part][place]))
    return OTHER


def _mix(v: edits.Arrays, u: edits.Arrays, of_v: float, of_u: float) -> edits.Arrays:
    return reference.plus(edits.scaled(of_v, v), u, of_u)


def _moved(v: edits.Arrays, w: edits.Arrays, u: edits.Arrays, m: float) -> Step:
    new = _mix(v, u, m, 1.0)
    return new, reference.plus(w, new)


def _moved_by(of_v: Callable[[float], float], of_u: Callable[[float], float]) -> Any:
    """A step in which velocity and update count by a factor each; the velocity may be any."""
    return lambda v, w, u, m: (None, reference.plus(w, _mix(v, u, of_v(m), of_u(m))))


_KNOWN: dict[str, list[Callable[..., Step]]] = {
    "swapped_results": [lambda v, w, u, m: _moved(v, w, u, m)[::-1]],
    "not_carried": [lambda v, w, u, m: (v, _moved(v, w, u, m)[1])],
    "old_velocity": [_moved_by(lambda m: 1, lambda m: 0), _moved_by(lambda m: m, lambda m: 0)],
    "no_momentum": [_moved_by(lambda m: 0, lambda m: 1)],
    "backwards": [
        _moved_by(lambda m: -m, lambda m: -1),
        _moved_by(lambda m: -m, lambda m: m - 1),
        _moved_by(lambda m: 0, lambda m: -1),
        # A mean update taken for a gradient.
        _moved_by(lambda m: m, lambda m: -1),
    ],
    "damped": [_moved_by(lambda m: m, lambda m: 1 - m)],
    "both_fade": [_moved_by(lambda m: m, lambda m: m)],
    "nesterov": [_moved_by(lambda m: m * m, lambda m: 1 + m)],
    "never_fades": [_moved_by(lambda m: 1, lambda m: 1)],
    "fades_the_update": [
        _moved_by(lambda m: 1, lambda m: m),
        _moved_by(lambda m: 1 - m, lambda m: m),
    ],
    "twice": [_moved_by(lambda m: 2 * m, lambda m: 2)],
}


def _reference() -> Any:
    from fl_course import algorithms

    def momentum_next(
        velocity: Any, weights: Any, mean_update: Any, momentum: float = _MOMENTUM
    ) -> Any:
        optimizer = algorithms.server_momentum(momentum=momentum)
        return optimizer.next(velocity, weights, mean_update)

    return momentum_next


def _with_tuples(momentum_next: Callable[..., Any]) -> Callable[..., Any]:
    """A list in the state would be another type than the tuple that the state begins with."""

    @functools.wraps(momentum_next)
    def next_(*args: Any, **keywords: Any) -> Any:
        velocity, weights = momentum_next(*args, **keywords)
        return tuple(velocity), tuple(weights)

    return next_


EXERCISE = Exercise(
    id="server_memory",
    expects="a function of `velocity`, `weights`, `mean_update` and `momentum`, 0.5 if not "
    "given, that gives two tuples: the new velocity and the new weights",
    judge=_judge,
    reference=_reference,
    adapt=_with_tuples,
    hints=(
        "Two lines in the order of the two formulas, and a `return` of both results. All three "
        "arguments are tuples of tensors, so work through them with `zip`.",
        "The new velocity: for each pair of `velocity` and `mean_update`, momentum times the "
        "one plus the other. Its name must be a new one or replace the old one before the "
        "weights are moved.",
        "The new weights: weights plus the **new** velocity. Then return a pair: first the "
        "velocity, which is the state, second the weights.",
    ),
    mistakes=edits.FORM
    | shown.OF_CASES
    | {
        "other_default": "With `momentum=0.5` your function gives what is wanted, and without a "
        "`momentum` something else. What does the first line of the function say?",
        "both_fade": "The momentum is applied to the sum of both, so the new update fades as well. "
        "Only the velocity of the earlier rounds does; the update counts in full.",
        "twice": "The weights have moved by twice the velocity. It is added to them once.",
        "not_a_pair": "Wanted are two results, each a tuple of tensors: what the server "
        "remembers, and its weights. What your function gives is not such a pair.",
        "swapped_results": "Both results are there, in the other order: the state comes first, "
        "then the weights.",
        "not_carried": "The weights are right for this round, and the velocity comes back as "
        "it was. In the next round nothing of this update would be remembered.",
        "old_velocity": "The weights move along the velocity of the round before. First make "
        "the new velocity, then move along that.",
        "no_momentum": "The weights move by the mean update alone, as in Federated Averaging. "
        "What the earlier rounds left in the velocity has no part in it.",
        "backwards": "The weights move against the direction they should take. A mean update "
        "is a difference of weights that points where the clients went, unlike a gradient.",
        "damped": "Your velocity is a mean: it takes only a part of the new update, one minus "
        "momentum. That is a sound form too, but wanted is a sum, in which the update counts "
        "in full.",
        "nesterov": "This is Nesterov's form, which looks a step ahead: the momentum is "
        "applied a second time when the weights are moved. Wanted is the plain form, weights "
        "plus velocity.",
        "never_fades": "The velocity is added up in full: old updates never fade. Which of the "
        "two terms does the momentum belong to?",
        "fades_the_update": "The new update is multiplied by the momentum. It is the other way "
        "round: the past fades, and the update counts in full.",
        "fixed_momentum": "With another `momentum` the result is not that of this momentum. "
        "Does your function use its argument, or a number of its own?",
    },
    right="With `momentum=0` this is Federated Averaging; with more, the server also goes on "
    "in the direction of earlier rounds.",
)
