"""SCAFFOLD: a client's new control variate."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import arrays, formulas, given, memory, shown
from fl_course.localization import say

Probe = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int, float]

_NAMES = ("own", "common", "before", "after")
_PROBES: tuple[Probe, ...] = tuple(
    (*map(np.array, parts), num_steps, rate)
    for *parts, num_steps, rate in (
        ([1.0, -2.0], [0.5, 0.25], [3.0, 1.0], [2.0, 4.0], 5, 0.1),
        ([[0.5], [-1.5], [2.0]], [[1.0], [0.75], [-3.0]], [[0.0], [2.0], [5.0]],
         [[1.0], [2.5], [-1.0]], 4, 0.25),
        (0.75, -0.5, 2.0, 1.25, 1, 0.5),
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 2.0, -1.0], [0.5, 3.0, -1.0], 10, 0.02),
        ([2.0, 1.0], [2.0, 1.0], [4.0, -3.0], [4.0, -1.0], 1, 2.0),
        ([-1.0, 3.0], [0.5, -2.0], [1.0, 1.0], [1.0, 1.0], 20, 0.3),
    )
)  # fmt: skip


def _mean_step(x: Any, y: Any, steps: float, rate: float) -> Any:
    return (x - y) / (steps * rate)


def _right(own: Any, common: Any, x: Any, y: Any, steps: int, rate: float) -> arrays.Arrays:
    return [own - common + _mean_step(x, y, steps, rate)]


_KNOWN = {
    "upside_down": [lambda o, c, x, y, k, r: [o - c - _mean_step(x, y, k, r)]],
    "swapped": [
        lambda o, c, x, y, k, r: [c - o + _mean_step(x, y, k, r)],
        lambda o, c, x, y, k, r: [c - o - _mean_step(x, y, k, r)],
    ],
    "both_added": [lambda o, c, x, y, k, r: [o + c + _mean_step(x, y, k, r)]],
    "without_both": [lambda o, c, x, y, k, r: [_mean_step(x, y, k, r)]],
    "without_own": [lambda o, c, x, y, k, r: [_mean_step(x, y, k, r) - c]],
    "without_common": [lambda o, c, x, y, k, r: [o + _mean_step(x, y, k, r)]],
    "steps_forgotten": [
        lambda o, c, x, y, k, r: [o - c + _mean_step(x, y, 1, r)],
        lambda o, c, x, y, k, r: [o - c + k * _mean_step(x, y, 1, r)],
    ],
    "rate_forgotten": [lambda o, c, x, y, k, r: [o - c + _mean_step(x, y, k, 1)]],
    "way_forgotten": [
        lambda o, c, x, y, k, r: [o - c],
        lambda o, c, x, y, k, r: [o - c + (x - y)],
    ],
    # What a missing pair of parentheses makes of it.
    "operators_in_turn": [
        lambda o, c, x, y, k, r: [o - c + (x - y) / k * r],
        lambda o, c, x, y, k, r: [o - c + x - y / (k * r)],
        lambda o, c, x, y, k, r: [(o - c + x - y) / (k * r)],
    ],
}


def _judge(answer: Any) -> Found:
    if problem := memory.problem_of_calls(answer, _PROBES[0], _PROBES[1]):
        return problem
    found, changed = [], ""
    for *parts, num_steps, rate in _PROBES:
        handed_in = [part.copy() for part in parts]
        result = run(answer, *handed_in, num_steps, rate)
        seen = arrays.array(result)
        if seen is None:
            return Mistake("not_an_array", seen=arrays.told(result))
        if seen.shape != parts[0].shape:
            return Mistake("other_shape", seen=list(seen.shape), wanted=list(parts[0].shape))
        found.append([seen])
        for name, now, before in zip(_NAMES, handed_in, parts, strict=True):
            if not np.array_equal(now, before):
                changed = changed or name
    wanted = [_right(*probe) for probe in _PROBES]
    if all(arrays.alike(*both, rtol=1e-4) for both in zip(found, wanted, strict=True)):
        return Mistake("changed_given", name=f"`{changed}`") if changed else None
    if name := formulas.explained(found, _PROBES, _KNOWN, arrays.alike):
        return name
    probe, _ = arrays.furthest(found, wanted)
    *parts, num_steps, rate = _PROBES[probe]
    case = say(
        "{parts}, `num_steps={num_steps}` and `learning_rate={rate}`",
        parts=", ".join(
            f"`{name}={arrays.written(part)}`" for name, part in zip(_NAMES, parts, strict=True)
        ),
        num_steps=num_steps,
        rate=f"{rate:g}",
    )
    return arrays.wrong_number(case, "result", found[probe][0], wanted[probe][0])


def _reference() -> Any:
    def new_control(
        own: Any, common: Any, before: Any, after: Any, num_steps: int, learning_rate: float
    ) -> Any:
        return own - common + (before - after) / (num_steps * learning_rate)

    return new_control


EXERCISE = Exercise(
    id="new_control",
    expects="a function of the control variates of client and server, the weights before and after "
    "the local steps, the number of steps and the learning rate, that gives the client's new "
    "control variate",
    judge=_judge,
    reference=_reference,
    hints=(
        "What did the client step along on average? Its way, divided by the number of steps and by "
        "the rate. A step goes **against** the gradient, so the way is counted from after to "
        "before.",
        "That mean had the correction in it: minus the own control variate, plus the common one. "
        "Undo both.",
    ),
    mistakes=memory.OF_MEMORY
    | given.OF_GIVEN
    | shown.OF_CASES
    | {
        "not_an_array": "Your function gives {seen}. Wanted is an array of the shape of `own`.",
        "other_shape": "The result has the shape {seen}, and the weights have {wanted}.",
        "upside_down": "The way of the client has the wrong sign. Steps go against the gradient: a "
        "client that has gone down by 3 had a gradient that was positive.",
        "swapped": "The two control variates have changed places. A local step took the own one "
        "off and added the common one; that is what has to be undone.",
        "both_added": "The common control variate is added. The local steps had added it already; "
        "it has to be taken out.",
        "without_both": "Neither control variate occurs. What the client stepped along was its "
        "gradient with a correction by both of them, and that has to be undone.",
        "without_own": "The client's old control variate does not occur. Each local step had taken "
        "it off the gradient, so without it the mean is not that of the gradients.",
        "without_common": "The server's control variate does not occur. Each local step had added "
        "it, so it is still in the mean of the steps.",
        "steps_forgotten": "The way is not divided by the number of steps. Wanted is a mean "
        "gradient, and the way of 20 steps is 20 times as long.",
        "rate_forgotten": "The learning rate does not occur. A step is the rate times the "
        "gradient, so the gradient is the step divided by the rate.",
        "way_forgotten": "The way of the client is left out, or as long as it is: divided neither "
        "by the number of steps nor by the rate.",
        "operators_in_turn": "Something else is divided than the way, or by something else than "
        "steps times rate. Look at the order in which Python takes `-`, `/` and `*`.",
    },
    right="What the client's own gradient has been on its way. It stays at the client.",
)
