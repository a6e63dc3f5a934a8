"""Where Federated Averaging comes to rest on bowls, after several local steps."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import arrays, formulas, given, memory, shown
from fl_course.localization import say

Probe = tuple[np.ndarray, np.ndarray, int, float]

_PROBES: tuple[Probe, ...] = tuple(
    (np.array(steepness), np.array(bottoms), num_steps, rate)
    for steepness, bottoms, num_steps, rate in (
        ([[1.0, 4.0], [3.0, 2.0]], [[0.0, 1.0], [4.0, -3.0]], 3, 0.1),
        ([[0.5, 5.0, 2.0], [4.0, 1.0, 2.0], [1.0, 1.5, 0.25]],
         [[-2.0, 0.5, 3.0], [1.0, 2.0, -1.0], [6.0, -4.0, 0.0]], 6, 0.15),
        ([[2.0], [10.0], [1.0], [1.0]], [[1.0], [-1.0], [5.0], [0.5]], 2, 0.1),
        ([[3.0, 1.0]], [[2.0, -7.0]], 4, 0.2),
        ([[1.5, 0.5], [0.75, 2.0], [2.5, 1.0]], [[3.0, 1.0], [-1.0, 2.0], [0.0, -4.0]], 1, 0.25),
        ([[2.0, 8.0], [6.0, 0.5]], [[-3.0, 2.0], [3.0, 1.0]], 40, 0.05),
        ([[1.0, 4.0], [3.0, 2.0]], [[0.0, 1.0], [4.0, -3.0]], 1, 0.002),
    )
)  # fmt: skip
_SHORT = len(_PROBES) - 1  # the probe with steps so short that hundreds of rounds are far from rest


def _weighted(weights: np.ndarray, bottoms: np.ndarray) -> arrays.Arrays:
    return [(weights * bottoms).sum(axis=0) / weights.sum(axis=0)]


def _gone(steepness: np.ndarray, num_steps: float, rate: float) -> np.ndarray:
    return 1 - (1 - rate * steepness) ** num_steps


def _right(h: np.ndarray, m: np.ndarray, steps: int, rate: float) -> arrays.Arrays:
    return _weighted(_gone(h, steps, rate), m)


def _over_all(h: np.ndarray, m: np.ndarray, steps: int, rate: float) -> arrays.Arrays:
    gone = _gone(h, steps, rate)
    return [(gone * m).sum(axis=0) / gone.sum()]


def _one_number(h: np.ndarray, m: np.ndarray, steps: int, rate: float) -> arrays.Arrays:
    gone = _gone(h, steps, rate).mean(axis=1, keepdims=True)
    return _weighted(gone * np.ones_like(m), m)


_KNOWN = {
    "optimum": [lambda h, m, steps, rate: _weighted(h, m)],
    # What becomes of it if a pair of parentheses, or a star, is missing.
    "precedence": [
        lambda h, m, steps, rate: _weighted(1 - (1 - rate * h**steps), m),
        lambda h, m, steps, rate: _weighted(1 - (1 - rate * h) * steps, m),
    ],
    "plain_mean": [lambda h, m, steps, rate: [m.mean(axis=0)]],
    "what_is_left": [
        lambda h, m, steps, rate: _weighted((1 - rate * h) ** steps, m),
    ],
    "one_too_many": [lambda h, m, steps, rate: _weighted(_gone(h, steps + 1, rate), m)],
    "one_too_few": [lambda h, m, steps, rate: _weighted(_gone(h, steps - 1, rate), m)],
    "exponential": [lambda h, m, steps, rate: _weighted(1 - np.exp(-rate * h * steps), m)],
    "rate_forgotten": [lambda h, m, steps, rate: _weighted(_gone(h, steps, 1.0), m)],
    "not_divided": [
        lambda h, m, steps, rate: [(_gone(h, steps, rate) * m).sum(axis=0)],
        lambda h, m, steps, rate: [(_gone(h, steps, rate) * m).mean(axis=0)],
    ],
    "over_all": [_over_all, _one_number],
}


def _judge(answer: Any) -> Found:
    if problem := memory.problem_of_calls(answer, _PROBES[0], _PROBES[2]):
        return problem
    found, changed = [], ""
    for steepness, bottoms, num_steps, rate in _PROBES:
        handed_in = steepness.copy(), bottoms.copy()
        result = run(answer, *handed_in, num_steps, rate)
        seen = arrays.array(result)
        if seen is None:
            return Mistake("not_an_array", seen=arrays.told(result))
        if seen.shape != (steepness.shape[1],):
            clients, width = steepness.shape
            name = "for_each_client" if seen.shape == steepness.shape else "other_shape"
            return Mistake(name, seen=list(seen.shape), clients=clients, width=width)
        found.append([seen])
        for name, now, before in zip(
            ("steepness", "bottoms"), handed_in, (steepness, bottoms), strict=True
        ):
            if not np.array_equal(now, before):
                changed = changed or name
    wanted = [_right(*probe) for probe in _PROBES]
    if all(arrays.alike(*both, rtol=1e-4) for both in zip(found, wanted, strict=True)):
        return Mistake("changed_given", name=f"`{changed}`") if changed else None
    if name := formulas.explained(found, _PROBES, _KNOWN, arrays.alike):
        return name
    if _rests_elsewhere(found, wanted):
        _, _, num_steps, rate = _PROBES[_SHORT]
        return Mistake("not_at_rest", steps=num_steps, rate=f"{rate:g}", **_told(found, wanted))
    probe, _ = arrays.furthest(found, wanted)
    steepness, bottoms, num_steps, rate = _PROBES[probe]
    case = say(
        "`steepness={steepness}`, `bottoms={bottoms}`, `num_steps={num_steps}` and "
        "`learning_rate={rate}`",
        steepness=arrays.written(steepness),
        bottoms=arrays.written(bottoms),
        num_steps=num_steps,
        rate=f"{rate:g}",
    )
    return arrays.wrong_number(case, "result", found[probe][0], wanted[probe][0])


def _rests_elsewhere(found: list[arrays.Arrays], wanted: list[arrays.Arrays]) -> bool:
    """Whether all is right to two digits but for the probe with short steps."""
    return all(
        arrays.alike(*both, rtol=1e-2)
        for number, both in enumerate(zip(found, wanted, strict=True))
        if number != _SHORT
    )


def _told(found: list[arrays.Arrays], wanted: list[arrays.Arrays]) -> dict[str, str]:
    return {
        "got": arrays.written(found[_SHORT][0].round(4)),
        "wanted": arrays.written(wanted[_SHORT][0].round(4)),
    }


def _reference() -> Any:
    def resting_point(steepness: Any, bottoms: Any, num_steps: int, learning_rate: float) -> Any:
        gone = 1 - (1 - learning_rate * np.asarray(steepness)) ** num_steps
        return (gone * bottoms).sum(axis=0) / gone.sum(axis=0)

    return resting_point


EXERCISE = Exercise(
    id="resting_point",
    expects="a function of `steepness` and `bottoms`, [clients, d], the number of local steps and "
    "the learning rate, that gives the point [d] at which Federated Averaging rests",
    judge=_judge,
    reference=_reference,
    hints=(
        "Begin with $s$ for each client and direction, an array of the shape of `steepness`.",
        "In each direction by itself: the sum of $s\\,(m - w)$ is zero. Take it apart into two "
        "sums, and solve for $w$.",
        "What comes out is a mean of the bottoms, weighted by $s$. Clients are the rows: sum along "
        "`axis=0`.",
    ),
    mistakes=memory.OF_MEMORY
    | given.OF_GIVEN
    | shown.OF_CASES
    | {
        "not_an_array": "Your function gives {seen}. Wanted is an array with a number for each "
        "direction.",
        "for_each_client": "The result has a row for each client, {seen}. At rest there is one "
        "point, the server's: which sum over the clients is zero there?",
        "other_shape": "With {clients} clients and {width} directions your result has the shape "
        "{seen}. Wanted is one number for each direction: along which axis do you sum?",
        "optimum": "This is the optimum, the mean of the bottoms weighted by steepness. Federated "
        "Averaging rests there with a single local step only; with more, each client goes another "
        "share of its way.",
        "precedence": "This is what comes out if the power, or the product with the number of "
        "steps, is taken of another part of the formula. First comes the share that one step "
        "leaves, then its power.",
        "plain_mean": "This is the plain mean of the bottoms, where all clients count the same. It "
        "is right after so many steps that everybody has arrived; before that, steep bowls pull "
        "harder.",
        "what_is_left": "The weights are the shares of the way that are **left** after the steps. "
        "What pulls at the server is the way that the clients have gone.",
        "one_too_many": "This is where Federated Averaging rests with one local step more than "
        "`num_steps`.",
        "one_too_few": "This is where Federated Averaging rests with one local step less than "
        "`num_steps`.",
        "exponential": "The share that is left is an exponential function with you. That holds in "
        "the limit of very many, very short steps; these have a length, and each leaves a certain "
        "share of the distance.",
        "rate_forgotten": "The learning rate has no effect. One step takes away the rate times the "
        "steepness of the distance.",
        "not_divided": "The weighted bottoms are added up, and not divided by the sum of the "
        "weights. A point that all clients have in common should come out as it is.",
        "not_at_rest": "Where steps are short, with `num_steps={steps}` and "
        "`learning_rate={rate}`, your answer is {got}, and the point of rest is {wanted}. Do "
        "you play a number of rounds? From there a round would still lead further. The sum that is "
        "zero at rest can be solved.",
        "over_all": "The directions are mixed: each has its own weights, and its own sum of them.",
    },
    right="With one step it is the optimum, with very many the plain mean of the bottoms.",
)
