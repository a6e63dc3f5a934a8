"""The server's step: its weights plus the mean update."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import forms, reference

_COHORTS = ((3, (4, 5, 6)), (7, (8, 9)))  # seeds of the server's weights and of the updates


def _judge(answer: Any) -> Found:
    cohorts = [
        (reference.some_weights(server), [reference.some_weights(seed) for seed in seeds])
        for server, seeds in _COHORTS
    ]
    found = []
    for weights, updates in cohorts:
        result = run(
            answer, reference.tensors(weights), [reference.tensors(update) for update in updates]
        )
        if (new_weights := forms.weights(result)) is None:
            return Mistake("wrong_form", seen=forms.told(result))
        found.append(new_weights)
    mistake = reference.which(found, cohorts, _SERVER_UPDATES)
    return None if mistake == "right" else mistake


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
    "always_ten": [
        lambda w, updates: reference.plus(w, reference.mean(updates), len(updates) / 10)
    ],
    "server_counts": [lambda w, updates: reference.mean([w, *updates])],
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
    mistakes={
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
        "always_ten": "The sum was divided by 10, whatever the number of updates. The check "
        "gave three, and then two.",
        "server_counts": "Here the server's weights are one more number in the mean. Take the "
        "mean of the updates, and add it to the weights.",
        "one_client": "Only one client's update was added. Is something overwritten in a loop, "
        "or returned too early?",
        "one_number": "To all weights the same number was added: the mean went over "
        "everything. Take it over the clients only, number by number.",
        "unchanged": "The weights came back as they were. In which line is the mean added?",
    },
    right="With a mean of updates, the new weights are the mean of the clients' weights.",
)
