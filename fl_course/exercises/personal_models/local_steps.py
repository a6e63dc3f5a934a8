"""Steps of gradient descent: local training, fine-tuning, drift."""

from collections.abc import Callable
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import arrays, edits, given, memory, shown
from fl_course.localization import say

Weights = tuple[np.ndarray, ...]
Gradients = Callable[[Any], Any]
Probe = tuple[Gradients, Weights, int, float]


def slopes(steepness: Weights, bottoms: Weights) -> Gradients:
    """The gradients of bowls: they depend on where one is."""

    def gradients_of(weights: Any) -> Any:
        return tuple(h * (w - m) for h, w, m in zip(steepness, weights, bottoms, strict=True))

    return gradients_of


def saddle(weights: Any) -> Any:
    """The gradients of a*a/2 + a*b - b*b: that of each tensor depends on where the other is."""
    first, second = weights
    return first + second, first - 2 * second


def _probe(seed: int, shapes: tuple[tuple[int, ...], ...], num_steps: int, rate: float) -> Probe:
    rng = np.random.default_rng(seed)
    steepness = tuple(rng.uniform(0.5, 3.0, shape) for shape in shapes)
    bottoms, weights = (
        tuple(rng.normal(size=shape).round(1) for shape in shapes) for _ in range(2)
    )
    return slopes(steepness, bottoms), weights, num_steps, rate


def _alone(bottom: float, start: float, num_steps: int, rate: float) -> Probe:
    """One number, so small that a learner can follow: the gradient is twice the distance."""
    return slopes((np.array([2.0]),), (np.array([bottom]),)), (np.array([start]),), num_steps, rate


_PROBES: tuple[Probe, ...] = (
    _alone(1.0, 3.0, 3, 0.1),
    _alone(-2.0, 0.0, 1, 0.25),
    _probe(1, ((3, 2), (2,)), 4, 0.2),
    _probe(2, ((2, 2), (2,), (2, 3), (3,)), 2, 0.1),
    _probe(3, ((4,), (1,)), 7, 0.05),
    _probe(4, ((2,), (2, 2)), 0, 0.3),
    (saddle, (np.array([1.0, -2.0]), np.array([0.5, 3.0])), 2, 0.1),
)
_IN_WORDS = 2  # probes of one number each, at the beginning


def steps(
    probe: Probe, num_steps: int, rate: float, sign: float = -1.0, part: int | None = None
) -> edits.Arrays:
    """Where so many steps lead; `part` is the only tensor that moves."""
    gradients_of, weights, *_ = probe
    for _ in range(max(num_steps, 0)):
        gradients = gradients_of(weights)
        weights = tuple(
            w + sign * rate * g if part in (None, number) else w
            for number, (w, g) in enumerate(zip(weights, gradients, strict=True))
        )
    return list(weights)


def _right(*probe: Any) -> edits.Arrays:
    return steps(probe, probe[2], probe[3])


def _from_the_start(*probe: Any) -> edits.Arrays:
    """All steps along the first gradient."""
    return steps(probe, 1, probe[2] * probe[3]) if probe[2] else list(probe[1])


def in_turn(probe: Probe, last_first: bool = False) -> edits.Arrays:
    """One tensor after the other, with the gradients asked for again in between."""
    gradients_of, start, num_steps, rate = probe
    weights = list(start)
    order = list(range(len(weights)))
    for _ in range(num_steps):
        for number in reversed(order) if last_first else order:
            weights[number] = weights[number] - rate * gradients_of(tuple(weights))[number]
    return weights


_KNOWN: dict[str, list[Callable[..., edits.Arrays]]] = {
    "uphill": [lambda *p: steps(p, p[2], p[3], sign=1.0)],
    "first_gradient": [_from_the_start],
    "one_step": [
        lambda *p: steps(p, 1, p[3]),
        lambda *p: steps(p, min(1, p[2]), p[3]),
    ],
    "one_too_many": [lambda *p: steps(p, p[2] + 1, p[3])],
    "one_too_few": [lambda *p: steps(p, p[2] - 1, p[3])],
    "rate_divided": [lambda *p: steps(p, p[2], p[3] / max(1, p[2]))],
    "rate_forgotten": [lambda *p: steps(p, p[2], 1.0)],
    "unchanged": [lambda *p: list(p[1])],
    "the_way": [
        lambda *p: [end - begin for end, begin in zip(_right(*p), p[1], strict=True)],
        lambda *p: [begin - end for end, begin in zip(_right(*p), p[1], strict=True)],
    ],
    "gradients": [lambda *p: list(p[0](_right(*p)))],
    "one_tensor": [
        lambda *p: steps(p, p[2], p[3], part=0),
        lambda *p: steps(p, p[2], p[3], part=len(p[1]) - 1),
    ],
    "in_turn": [lambda *p: in_turn(p), lambda *p: in_turn(p, last_first=True)],
}


def _judge(answer: Any) -> Found:
    if problem := memory.problem(answer, _case(_PROBES[2]), _case(_PROBES[4])):
        return problem
    found, changed = [], False
    for gradients_of, weights, num_steps, rate in _PROBES:
        handed_in = tuple(part.copy() for part in weights)
        result = run(answer, gradients_of, handed_in, num_steps, rate)
        changed = changed or not given.is_as_before(handed_in, weights)
        if _is_path(result, weights, num_steps):
            return "path"
        try:
            found.append(edits.arrays(result, list(weights)))
        except edits.Odd as odd:
            return odd.mistake

    def agrees(formula: Callable[..., edits.Arrays]) -> bool:
        return all(
            edits.alike(seen, formula(*probe)) for seen, probe in zip(found, _PROBES, strict=True)
        )

    if agrees(_right):
        if changed:
            return Mistake("changed_given", name="`weights`")
        return None if _can_be_recorded(answer) else "not_recorded"
    for name, formulas in _KNOWN.items():
        if any(map(agrees, formulas)):
            return name
    return _shown(found)


def _case(probe: Probe) -> memory.Case:
    gradients_of, weights, num_steps, rate = probe
    return lambda function: run(
        function, gradients_of, tuple(part.copy() for part in weights), num_steps, rate
    )


def _is_path(result: Any, weights: Weights, num_steps: int) -> bool:
    """Whether it is the weights after each step."""
    if not isinstance(result, list | tuple) or len(result) not in (num_steps, num_steps + 1):
        return False
    return num_steps > 1 and all(
        isinstance(part, list | tuple) and len(part) == len(weights) for part in result
    )


def _can_be_recorded(answer: Any) -> bool:
    """Whether it gives the same when TensorFlow records it, and tensors have no values yet."""
    import tensorflow as tf

    gradients_of, weights, num_steps, rate = _PROBES[2]

    def recorded(*parts: Any) -> Any:
        return tuple(answer(gradients_of, tuple(parts), num_steps, rate))

    try:
        result = tf.function(recorded)(*map(tf.constant, weights))
        return edits.alike(edits.arrays(result, list(weights)), _right(*_PROBES[2]))
    except Exception:
        return False


def _shown(found: list[edits.Arrays]) -> Mistake:
    number = next(k for k, seen in enumerate(found) if not edits.alike(seen, _right(*_PROBES[k])))
    _, weights, num_steps, rate = _PROBES[number]
    seen, wanted = found[number], _right(*_PROBES[number])
    if number < _IN_WORDS:
        case = say(
            "one number, {start}, with a gradient of {gradient} there, `num_steps={steps}` and "
            "`learning_rate={rate}`,",
            start=f"{float(weights[0][0]):g}",
            gradient=f"{float(_PROBES[number][0](weights)[0][0]):g}",
            steps=num_steps,
            rate=f"{rate:g}",
        )
        return shown.wrong_value(case, float(seen[0][0]), float(wanted[0][0]))
    case = say(
        "{count} tensors, `num_steps={steps}` and `learning_rate={rate}`",
        count=len(weights),
        steps=num_steps,
        rate=f"{rate:g}",
    )
    part, _ = edits.furthest(seen, wanted)
    return arrays.wrong_number(case, f"result[{part}]", seen[part], wanted[part])


def _reference() -> Any:
    def local_steps(gradients_of: Any, weights: Any, num_steps: int, learning_rate: float) -> Any:
        for _ in range(num_steps):
            gradients = gradients_of(weights)
            weights = tuple(
                w - learning_rate * gradient for w, gradient in zip(weights, gradients, strict=True)
            )
        return weights

    return local_steps


_NOT_HERE = "fixed_number"  # such an answer raises

EXERCISE = Exercise(
    id="local_steps",
    expects="a function of `gradients_of`, a tuple of weights, a number of steps and a learning "
    "rate, that gives the weights after that many steps of gradient descent, as a tuple",
    judge=_judge,
    reference=_reference,
    hints=(
        "One step first: call `gradients_of` with the weights, and take the learning rate times "
        "each gradient off its tensor. `zip(weights, gradients)` gives the pairs.",
        "A loop around it. In the second step, `gradients_of` is called with what the first one "
        "has made.",
    ),
    mistakes={name: text for name, text in edits.FORM.items() if name != _NOT_HERE}
    | given.OF_GIVEN
    | shown.OF_CASES
    | {
        "path": "These are the weights after each step. Wanted are those after the last one.",
        "uphill": "The steps go uphill: the loss would grow. Gradients point to where it is "
        "larger.",
        "first_gradient": "All steps go along the gradient of the place where they began. After a "
        "step the gradient is another one: ask for it again.",
        "one_step": "There is one step, whatever `num_steps` says.",
        "one_too_many": "There is one step more than `num_steps`.",
        "one_too_few": "There is one step less than `num_steps`.",
        "rate_divided": "The learning rate is divided by the number of steps. Each step has the "
        "whole rate.",
        "rate_forgotten": "The learning rate has no effect: a step is as long as the gradient.",
        "unchanged": "The weights come out as they went in. Is what a step makes kept for the "
        "next?",
        "the_way": "This is how far the steps have led, the difference to the beginning. Wanted "
        "are the weights themselves.",
        "gradients": "These are the gradients at the end. Wanted are the weights there.",
        "one_tensor": "Only one of the tensors moves. Each has a gradient of its own.",
        "in_turn": "The tensors move one after the other, and the gradient is asked for again in "
        "between. Within one step, all tensors move at once, along the gradient at the point where "
        "the step began.",
    },
    right="Local training, fine-tuning and drift: from here on, all of it is this function.",
)
