"""The weighted mean of the replies that have come."""

import copy
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import arrays, formulas, given, memory
from fl_course.localization import joined, say

Replies = list[dict[str, Any]]
Arrays = list[np.ndarray]

_NAMES = ("replies", "arrays")
_SHAPES = ((2, 3), (3,))
_ONE = ((4,),)
_THREE = ((2, 2), (2,), (1, 3))
# Numbers of examples, with None for a client that has not answered; the arrays' shapes.
_CASES = (
    ((30, 10, 60), _SHAPES),
    ((20, None, 5), _SHAPES),
    ((None, 1, 9, 2), _THREE),
    ((7, 7, None), _ONE),
    ((12,), _SHAPES),
    ((3, None), _THREE),
    ((None, None), _SHAPES),
    ((), _ONE),
)


def _probe(number: int) -> tuple[Replies, Arrays]:
    counts, shapes = _CASES[number]
    rng = np.random.default_rng(number)

    def made() -> Arrays:
        return [rng.normal(size=shape).round(1).astype(np.float32) for shape in shapes]

    replies: Replies = [
        {"error": "node unavailable"}
        if count is None
        else {"arrays": made(), "num-examples": count}
        for count in counts
    ]
    return replies, made()


def _answered(replies: Replies) -> Replies:
    return [reply for reply in replies if "error" not in reply]


def _mean(
    replies: Replies,
    start: Arrays,
    *,
    weigh: Callable[[dict[str, Any]], float] = lambda reply: reply["num-examples"],
    chosen: slice = slice(None),
    by: Callable[[list[float], Replies], float] = lambda weights, replies: sum(weights),
    missing: Callable[[Arrays], list[tuple[float, Arrays]]] | None = None,
    nobody: Callable[[Arrays], Arrays] = list,
) -> Arrays:
    """The right mean, or one that is wrong in one respect."""
    there = _answered(replies)[chosen]
    pairs = [(weigh(reply), reply["arrays"]) for reply in there]
    if missing is not None:
        pairs += missing(start) * (len(replies) - len(_answered(replies)))
    if not pairs:
        return nobody(start)
    total = by([weight for weight, _ in pairs], replies)
    return [
        sum(weight * np.asarray(parts[place], float) for weight, parts in pairs) / total
        for place in range(len(start))
    ]


def _one(_: dict[str, Any]) -> float:
    return 1.0


def _zeros(start: Arrays) -> Arrays:
    return [np.zeros_like(part) for part in start]


_KNOWN: dict[str, list[Callable[..., Arrays]]] = {
    "unweighted": [functools.partial(_mean, weigh=_one)],
    "missing_as_zero": [
        functools.partial(_mean, weigh=_one, missing=lambda start: [(1.0, _zeros(start))]),
        functools.partial(_mean, weigh=_one, by=lambda weights, replies: len(replies)),
    ],
    "missing_as_before": [
        functools.partial(_mean, weigh=_one, missing=lambda start: [(1.0, start)]),
    ],
    "not_divided": [
        functools.partial(_mean, by=lambda weights, replies: 1.0),
        functools.partial(_mean, by=lambda weights, replies: 1.0, nobody=_zeros),
    ],
    "by_clients": [
        functools.partial(_mean, by=lambda weights, replies: len(weights)),
        functools.partial(_mean, by=lambda weights, replies: len(replies)),
    ],
    "plain_sum": [functools.partial(_mean, weigh=_one, by=lambda weights, replies: 1.0)],
    "first_reply": [functools.partial(_mean, chosen=slice(1))],
    "last_reply": [functools.partial(_mean, chosen=slice(-1, None))],
    "up_to_a_missing_one": [
        lambda replies, start: _mean(
            replies[: next((k for k, one in enumerate(replies) if "error" in one), None)], start
        )
    ],
    "difference": [
        lambda replies, start: [
            part - before for part, before in zip(_mean(replies, start), start, strict=True)
        ]
    ],
    "added_to_arrays": [
        lambda replies, start: [
            part + before if _answered(replies) else before
            for part, before in zip(_mean(replies, start), start, strict=True)
        ]
    ],
    "zeros_for_nobody": [functools.partial(_mean, nobody=_zeros)],
}


def _case(number: int) -> memory.Case:
    return lambda function: run(function, *_probe(number))


def _judge(answer: Any) -> Found:
    if found := memory.problem(answer, _case(0), _case(1)):
        return found
    probes = [_probe(number) for number in range(len(_CASES))]
    found, changed = [], set()
    for replies, start in probes:
        handed_in = copy.deepcopy((replies, start))
        result = run(answer, *handed_in)
        nobody = not _answered(replies)
        if nobody and isinstance(result, (list, tuple)) and not result:
            return "nothing_for_nobody"
        parts = arrays.several(result, len(start))
        if parts is None:
            return Mistake("wrong_form", seen=arrays.told(result), count=len(start))
        for part, before in zip(parts, start, strict=True):
            if part.shape != before.shape:
                return Mistake("wrong_shape", seen=list(part.shape), wanted=list(before.shape))
        if nobody and any(np.isnan(part).any() for part in parts):
            return "nan_for_nobody"
        found.append(parts)
        for name, now, before in zip(_NAMES, handed_in, (replies, start), strict=True):
            if not _is_as_before(now, before):
                changed.add(name)
    wanted = [_mean(*probe) for probe in probes]
    if all(map(_alike, found, wanted)):
        names = [f"`{name}`" for name in _NAMES if name in changed]
        return Mistake("changed_given", name=joined(names)) if names else None
    if name := formulas.explained(found, probes, _KNOWN, _alike):
        return name
    probe, part = arrays.furthest(found, wanted)
    counts = _CASES[probe][0]
    told = [say("no answer") if count is None else str(count) for count in counts]
    case = (
        say("replies with these numbers of examples: {told}", told=joined(told))
        if told
        else say("an empty list of replies")
    )
    name = f"result[{part}]"
    return arrays.wrong_number(case, name, found[probe][part], wanted[probe][part])


def _alike(ones: Arrays, others: Arrays) -> bool:
    """Whether they are the same but for float32's rounding; the numbers are some units large."""
    return all(
        np.allclose(one, other, rtol=1e-5, atol=1e-5)
        for one, other in zip(ones, others, strict=True)
    )


def _is_as_before(now: Any, before: Any) -> bool:
    """Whether what was given is the same, whatever an answer has put into its lists."""
    if isinstance(before, dict):
        return (
            isinstance(now, dict)
            and now.keys() == before.keys()
            and all(_is_as_before(now[key], part) for key, part in before.items())
        )
    if isinstance(before, list):
        return (
            isinstance(now, list)
            and len(now) == len(before)
            and all(map(_is_as_before, now, before))
        )
    return np.array_equal(now, before)


def _reference() -> Any:
    def mean_of_replies(replies: Any, arrays: Any) -> list[Any]:
        answered = _answered(replies)
        if not answered:
            return list(arrays)
        counts = [reply["num-examples"] for reply in answered]
        columns = zip(*(reply["arrays"] for reply in answered), strict=True)
        return [np.average(column, axis=0, weights=counts) for column in columns]

    return mean_of_replies


EXERCISE = Exercise(
    id="mean_of_replies",
    expects="a function of `replies`, a list of dictionaries, and `arrays`, a list of arrays, that "
    "gives a list of arrays: the mean of those that have answered, weighted by their examples",
    judge=_judge,
    reference=_reference,
    hints=(
        'First sort out who has answered: `"error" in reply` tells. If nobody has, there is only '
        "one thing to give.",
        "For each place in the list, 0 and so on, take that array of every answer. "
        "`zip(*lists)` goes through several lists at once.",
        "A weighted mean is the sum of number times array, divided by the sum of the numbers; "
        "`np.average(column, axis=0, weights=counts)` is that.",
    ),
    mistakes=given.OF_GIVEN
    | memory.OF_MEMORY
    | {
        "wrong_form": "Wanted is a list with {count} arrays, as `arrays` has them here. Yours is "
        "{seen}.",
        "wrong_shape": "One of your arrays has the shape {seen}; the arrays there have the shape "
        "{wanted}. The mean goes over the clients, and keeps the shape.",
        "unweighted": "All who have answered count the same. A client with twice as many examples "
        "has twice the weight.",
        "missing_as_zero": "Clients that have not answered pull the mean towards zero: they count "
        "in the number that you divide by, and in nothing else. And all others count the same.",
        "missing_as_before": "A client that has not answered counts as one that has learned "
        "nothing, and all count the same. It is to be left out, and the others have weights.",
        "not_divided": "These are sums of examples times arrays. The mean is one division away.",
        "by_clients": "The sums of examples times arrays are divided by a number of clients. What "
        "makes them a mean is the total number of examples.",
        "plain_sum": "These are the sums of the arrays.",
        "first_reply": "Only the first of those who have answered is in the result.",
        "last_reply": "Only the last of those who have answered is in the result. Is something "
        "overwritten in a loop?",
        "up_to_a_missing_one": "The replies that come after a missing one are left out. One client "
        "that has not answered is no end: go on with the next.",
        "difference": "This is how far the mean lies from `arrays`. Clients of Flower send "
        "weights, so their mean is the new model itself.",
        "added_to_arrays": "The mean is added to `arrays`, as if clients sent updates. Clients of "
        "Flower send weights, so their mean is the new model itself.",
        "zeros_for_nobody": "Right where somebody has answered. If nobody has, you give zeros, and "
        "the model has forgotten everything: it should stay as it was.",
        "nothing_for_nobody": "If nobody has answered, you give an empty list. The model should "
        "stay as it was: what are the arrays that the round began with?",
        "nan_for_nobody": "If nobody has answered, you give NaN, as from 0 divided by 0. The model "
        "should stay as it was.",
        "wrong_value": "For {case} your answer gives {got}; wanted is {wanted}.",
    },
    right="This is what `FedAvg` does with a list of replies, missing ones included.",
)
