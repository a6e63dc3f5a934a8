"""The server's step: its weights plus the mean update."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Found, Mistake, run
from fl_course.exercises.judging import forms, given, memory, reference, shown
from fl_course.localization import joined, say

_COHORTS = (
    (3, (4, 5, 6)),
    (7, (8, 9, 10, 11, 12)),
)  # seeds of the server's weights and of the updates


def _judge(answer: Any) -> Found:
    if found := memory.problem(answer, _case(13, 14, 15), _case(16, 17, 18)):
        return found
    cohorts = [
        (reference.some_weights(server), [reference.some_weights(seed) for seed in seeds])
        for server, seeds in _COHORTS
    ]
    found, changed = [], False
    for weights, updates in cohorts:
        handed_in = [reference.tensors(update) for update in updates]
        kept = list(handed_in)
        result = run(answer, reference.tensors(weights), handed_in)
        changed = (
            changed or len(handed_in) != len(kept) or any(map(operator.is_not, handed_in, kept))
        )
        if (new_weights := forms.weights(result)) is None:
            return Mistake("wrong_form", seen=forms.told(result))
        found.append(new_weights)
    mistake = reference.which(found, cohorts, _SERVER_UPDATES)
    if mistake == "right":
        return Mistake("changed_given", name="`updates`") if changed else None
    return _with_numbers(found, cohorts) if mistake is OTHER else mistake


def _case(*seeds: int) -> memory.Case:
    weights, *updates = (reference.some_weights(seed) for seed in seeds)
    return lambda function: run(
        function, reference.tensors(weights), [*map(reference.tensors, updates)]
    )


def _with_numbers(found: Sequence[reference.Weights], cohorts: Sequence[tuple[Any, Any]]) -> Found:
    """A factor before the mean, if it is that, else a case."""
    factors = [
        reference.factor(reference.plus(new, weights, -1), reference.mean(updates))
        for new, (weights, updates) in zip(found, cohorts, strict=True)
    ]
    if all(factors):
        divided = [
            len(updates) / times for times, (_, updates) in zip(factors, cohorts, strict=True)
        ]
        if np.allclose(divided, divided[0], rtol=1e-3):
            return Mistake("fixed_number", number=f"{divided[0]:.3g}")
        if np.allclose(factors, factors[0], rtol=1e-3):
            return Mistake("scaled", factor=f"{factors[0]:.3g}")
    return next(
        _shown(new, weights, updates)
        for new, (weights, updates) in zip(found, cohorts, strict=True)
        if not reference.same(new, reference.plus(weights, reference.mean(updates)))
    )


def _shown(
    new: reference.Weights, weights: reference.Weights, updates: Sequence[reference.Weights]
) -> Mistake:
    wanted = reference.plus(weights, reference.mean(updates))
    part, place = reference.furthest(new, wanted)
    case = say(
        "the weight {weight} and the updates {updates}",
        weight=f"{weights[part][place]:.4f}",
        updates=joined([f"{update[part][place]:.4f}" for update in updates]),
    )
    return shown.wrong_value(case, float(new[part][place]), float(wanted[part][place]))


def _halving(updates: Sequence[reference.Weights]) -> reference.Weights:
    mean = updates[0]
    for update in updates[1:]:
        mean = [(m + u) / 2 for m, u in zip(mean, update, strict=True)]
    return mean


_SERVER_UPDATES: Mapping[str, Sequence[Callable[..., reference.Weights]]] = {
    "right": [lambda w, updates: reference.plus(w, reference.mean(updates))],
    "sum": [lambda w, updates: reference.plus(w, reference.mean(updates), len(updates))],
    "replaces": [lambda w, updates: reference.mean(updates)],
    "subtracts": [lambda w, updates: reference.plus(w, reference.mean(updates), -1)],
    "halving": [lambda w, updates: reference.plus(w, _halving(updates))],
    "server_counts": [lambda w, updates: reference.mean([w, *updates])],
    "all_divided": [
        lambda w, updates: [
            part / len(updates) for part in reference.plus(w, reference.mean(updates), len(updates))
        ]
    ],
    "kernel_only": [lambda w, updates: [reference.plus(w, reference.mean(updates))[0], w[1]]],
    "left_out": [
        lambda w, updates: reference.plus(w, reference.mean(updates[1:])),
        lambda w, updates: reference.plus(w, reference.mean(updates[:-1])),
        lambda w, updates: reference.plus(
            w, reference.mean(updates[1:]), (len(updates) - 1) / len(updates)
        ),
        lambda w, updates: reference.plus(
            w, reference.mean(updates[:-1]), (len(updates) - 1) / len(updates)
        ),
    ],
    "one_client": [
        lambda w, updates: reference.plus(w, updates[-1]),
        lambda w, updates: reference.plus(w, updates[0]),
    ],
    "one_number": [
        lambda w, updates: [
            part + np.mean(parts) for part, parts in zip(w, zip(*updates, strict=True), strict=True)
        ]
    ],
    "unchanged": [lambda w, updates: w],
}


def _reference() -> Any:
    def server_update(server_weights: Any, updates: Any) -> Any:
        means = [sum(parts) / len(updates) for parts in zip(*updates, strict=True)]
        return tuple(w + mean for w, mean in zip(server_weights, means, strict=True))

    return server_update


EXERCISE = Exercise(
    id="server_update",
    expects="a function of the server's weights and a list of updates that gives the weights "
    f"plus the mean of the updates, a tuple of two tensors of the shapes "
    f"{forms.SHAPES_IN_WORDS}",
    judge=_judge,
    reference=_reference,
    hints=(
        "Two means are needed: one of the kernels' updates, one of the biases' updates.",
        "`zip(*updates)` gives first all kernels' parts, then all biases' parts. A sum divided "
        "by `len(updates)` is a mean.",
        "At the end, add each mean to its part of `server_weights`, and return a tuple.",
    ),
    mistakes=given.OF_GIVEN
    | memory.OF_MEMORY
    | shown.OF_CASES
    | {
        "wrong_form": "Wanted is a tuple of two tensors, shaped like the weights: "
        f"{forms.SHAPES_IN_WORDS}. Yours is {{seen}}.",
        "sum": "This adds the sum of the updates. With three clients the server would go three "
        "times too far.",
        "replaces": "These are the mean updates alone. An update says how far to go from the "
        "server's weights; add it to them.",
        "subtracts": "This subtracts the mean. The clients' updates point to where the loss is "
        "smaller already.",
        "halving": "Each client was averaged with the mean of those before it, so the last one "
        "counts for half of all. Every client should count the same.",
        "fixed_number": "The sum was divided by {number}, whatever the number of updates. The "
        "check gave three, and then five. By whose length is it to be divided?",
        "scaled": "This adds {factor} times the mean of the updates. Wanted is the mean as it is.",
        "all_divided": "The sum of weights and updates was divided as a whole. Only the sum of the "
        "updates is to be divided by their number; the weights count in full.",
        "kernel_only": "The kernel is right, and the bias is as it was. An update has two parts.",
        "left_out": "One client's update is missing in the mean, the first one's or the last "
        "one's.",
        "server_counts": "Here the server's weights are one more number in the mean. Take the "
        "mean of the updates, and add it to the weights.",
        "one_client": "Only one client's update was added. Is something overwritten in a loop, "
        "or returned too early?",
        "one_number": "In each part, to all weights the same number was added: the mean "
        "went over more than the clients. Take it over the clients only, number by number.",
        "unchanged": "The weights came back as they were. In which line is the mean added?",
    },
    right="With a mean of updates, the new weights are the mean of the clients' weights.",
)
