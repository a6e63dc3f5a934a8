"""The server's step with momentum."""

import functools
from collections.abc import Callable
from typing import Any

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run
from fl_course.exercises.judging import edits, forms, reference

_MOMENTUM = 0.5


def _judge(answer: Any) -> Any:
    velocity, weights, update = (edits.like_weights(seed) for seed in (1, 2, 3))

    def step(**keywords: float) -> tuple[edits.Arrays, edits.Arrays]:
        result = run(answer, *map(reference.tensors, (velocity, weights, update)), **keywords)
        if not forms.is_sequence(result):
            raise edits.Odd(Mistake("not_a_tuple", type=type(result).__name__))
        if len(result) != 2 or not any(forms.is_sequence(part) for part in result):
            raise edits.Odd("not_a_pair")
        return edits.arrays(result[0], weights), edits.arrays(result[1], weights)

    try:
        found = _judge_step(step(), velocity, weights, update)
        if found is not None:
            return found
        for momentum in (0.0, 0.9):
            new_velocity, new_weights = step(momentum=momentum)
            expected = reference.plus(update, velocity, momentum)
            if not edits.alike(new_velocity, expected) or not edits.alike(
                new_weights, reference.plus(weights, expected)
            ):
                return "fixed_momentum"
    except edits.Odd as odd:
        return odd.mistake
    return None if edits.can_be_recorded(answer, velocity, weights, update) else "not_recorded"


def _judge_step(
    seen: tuple[edits.Arrays, edits.Arrays],
    velocity: edits.Arrays,
    weights: edits.Arrays,
    update: edits.Arrays,
) -> Any:
    new_velocity, new_weights = seen
    decayed = reference.plus(update, velocity, _MOMENTUM)
    moved = reference.plus(weights, decayed)
    damped = reference.plus(edits.scaled(1 - _MOMENTUM, update), velocity, _MOMENTUM)
    if edits.alike(new_velocity, moved) and edits.alike(new_weights, decayed):
        return "swapped_results"
    if edits.alike(new_weights, moved):
        if edits.alike(new_velocity, decayed):
            return None
        return "not_carried" if edits.alike(new_velocity, velocity) else OTHER
    if edits.alike(new_weights, reference.plus(weights, velocity)):
        return "old_velocity"
    if edits.alike(new_weights, reference.plus(weights, update)):
        return "no_momentum"
    for direction in (decayed, damped, update):
        if edits.alike(new_weights, reference.plus(weights, direction, -1.0)):
            return "backwards"
    # The deltas are those of both signs of the accumulated update.
    if edits.alike(
        new_weights,
        reference.plus(weights, reference.plus(edits.scaled(_MOMENTUM, velocity), update, -1.0)),
    ):
        return "backwards"
    if edits.alike(new_weights, reference.plus(weights, damped)):
        return "damped"
    if edits.alike(
        new_weights, reference.plus(weights, reference.plus(update, decayed, _MOMENTUM))
    ):
        return "nesterov"
    if edits.alike(new_weights, reference.plus(weights, reference.plus(velocity, update))):
        return "never_fades"
    if edits.alike(
        new_weights, reference.plus(weights, reference.plus(velocity, update, _MOMENTUM))
    ):
        return "fades_the_update"
    return OTHER


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
    | {
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
        "fades_the_update": "The new update is made smaller, and the old velocity counts in "
        "full. It is the other way round: the past fades.",
        "fixed_momentum": "With another `momentum` the result is not that of this momentum. "
        "Does your function use its argument, or a number of its own?",
    },
    right="With `momentum=0` this is Federated Averaging; with more, the server also goes on "
    "in the direction of earlier rounds.",
)
