"""The share of each class that a model finds."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import arrays, formulas, given, memory, shown
from fl_course.localization import joined, noted, say

_PROBES = {
    noted("labels 0 0 0 1 1 2 and predictions 0 0 1 1 0 0"): (
        [0, 0, 0, 1, 1, 2],
        [0, 0, 1, 1, 0, 0],
        3,
    ),
    noted("labels 2 0 0 0 and predictions 2 2 1 0, no label 1"): ([2, 0, 0, 0], [2, 2, 1, 0], 3),
    noted("labels 1 1 1 1, all predicted as 1"): ([1, 1, 1, 1], [1, 1, 1, 1], 3),
    noted("one label 3, predicted as 0, of 5 labels"): ([3], [0], 5),
    noted("labels 1 0 1 1 and predictions 1 1 1 0, of 2 labels"): ([1, 0, 1, 1], [1, 1, 1, 0], 2),
}
_NAMES = ("`labels`", "`predictions`")


def _many() -> tuple[list[int], list[int], int]:
    """Hundreds of examples of a dozen labels, one of which does not occur."""
    rng = np.random.default_rng(5)
    labels = rng.choice([*range(7), *range(8, 12)], 401)
    predictions = np.where(rng.random(401) < 0.6, labels, rng.integers(0, 12, 401))
    return labels.tolist(), predictions.tolist(), 12


def _recall(labels: np.ndarray, predictions: np.ndarray, num_labels: int) -> np.ndarray:
    return np.array(
        [
            np.mean(predictions[labels == label] == label) if (labels == label).any() else np.nan
            for label in range(num_labels)
        ]
    )


def _precision(labels: np.ndarray, predictions: np.ndarray, num_labels: int) -> np.ndarray:
    return _recall(predictions, labels, num_labels)


def _hits(labels: np.ndarray, predictions: np.ndarray, num_labels: int) -> np.ndarray:
    return np.bincount(labels[labels == predictions], minlength=num_labels) * 1.0


def _of_all_hits(labels: np.ndarray, predictions: np.ndarray, num_labels: int) -> np.ndarray:
    hits = _hits(labels, predictions, num_labels)
    return hits / hits.sum() if hits.any() else np.full(num_labels, np.nan)


def _one_against_all(labels: np.ndarray, predictions: np.ndarray, num_labels: int) -> np.ndarray:
    return np.array([np.mean((labels == k) == (predictions == k)) for k in range(num_labels)])


_KNOWN = {
    "zero_for_absent": [lambda *given_: [np.nan_to_num(_recall(*given_))]],
    "one_for_absent": [lambda *given_: [np.nan_to_num(_recall(*given_), nan=1.0)]],
    "precision": [
        lambda *given_: [_precision(*given_)],
        lambda *given_: [np.nan_to_num(_precision(*given_))],
    ],
    "share_of_all": [
        lambda labels, *rest: [_hits(labels, *rest) / len(labels)],
        lambda *given_: [
            np.where(np.isnan(_recall(*given_)), np.nan, _hits(*given_) / len(given_[0]))
        ],
    ],
    "share_of_hits": [
        lambda *given_: [_of_all_hits(*given_)],
        lambda *given_: [np.nan_to_num(_of_all_hits(*given_))],
        lambda *given_: [np.where(np.isnan(_recall(*given_)), np.nan, _of_all_hits(*given_))],
        lambda *given_: [
            np.where(np.isnan(_recall(*given_)), np.nan, np.nan_to_num(_of_all_hits(*given_)))
        ],
    ],
    "counts": [lambda *given_: [_hits(*given_)]],
    "percent": [
        lambda *given_: [100 * _recall(*given_)],
        lambda *given_: [np.nan_to_num(100 * _recall(*given_))],
    ],
    "one_against_all": [
        lambda *given_: [_one_against_all(*given_)],
        lambda *given_: [np.where(np.isnan(_recall(*given_)), np.nan, _one_against_all(*given_))],
    ],
    "missed": [lambda *given_: [1 - _recall(*given_)]],
}


def _judge(answer: Any) -> Found:
    # Of one size, so that what is kept under a size shows.
    one = np.array([0, 1, 1]), np.array([0, 0, 1]), 3
    other = np.array([2, 0, 2]), np.array([2, 1, 2]), 4
    if found := memory.problem_of_calls(answer, *memory.one_by_one(one, other)):
        return found
    probes = [(np.array(a), np.array(b), n) for a, b, n in (*_PROBES.values(), _many())]
    found, changed = [], set()
    for labels, predictions, number in probes:
        handed_in = labels.copy(), predictions.copy()
        result = run(answer, *handed_in, number)
        shares = arrays.array(result)
        if shares is None:
            return Mistake("no_shares", seen=arrays.told(result))
        if shares.ndim == 0:
            return "one_number"
        if shares.shape != (number,):
            there = len(np.unique(labels))
            name = "absent_left_out" if shares.shape == (there,) else "other_shape"
            return Mistake(name, seen=list(shares.shape), wanted=number)
        found.append([shares])
        changed |= {
            name
            for name, *parts in zip(_NAMES, handed_in, (labels, predictions), strict=True)
            if not np.array_equal(*parts)
        }
    wanted = [[_recall(*probe)] for probe in probes]
    if all(map(arrays.alike, found, wanted)):
        names = [name for name in _NAMES if name in changed]
        return Mistake("changed_given", name=joined(names)) if names else None
    if name := formulas.explained(found, probes, _KNOWN, arrays.alike):
        return name
    probe, _ = arrays.furthest(found, wanted, short=len(_PROBES))
    labels, _, number = probes[probe]
    case = (
        say([*_PROBES][probe])
        if probe < len(_PROBES)
        else say("{count} examples of {labels} labels", count=len(labels), labels=number)
    )
    return arrays.wrong_number(case, "recall", found[probe][0], wanted[probe][0])


def _reference() -> Any:
    def species_recall(labels: Any, predictions: Any, num_labels: int) -> Any:
        return _recall(np.asarray(labels), np.asarray(predictions), num_labels)

    return species_recall


EXERCISE = Exercise(
    id="species_recall",
    expects="a function of `labels` and `predictions`, int [n] each, and `num_labels`, that gives "
    "the share of each label's examples that were predicted right, float [num_labels]",
    judge=_judge,
    reference=_reference,
    hints=(
        "For one label: look only at the examples that have it, and see which share of the "
        "predictions is right. Then the same for every label from 0 to `num_labels - 1`.",
        "`labels == label` is true where an example has the label; an array in brackets behind "
        "another one, `predictions[labels == label]`, leaves the places where it is true.",
        "The mean of what is true is a share. Where no example has the label there is nothing to "
        "take the mean of: the answer for it is `np.nan`.",
    ),
    mistakes=shown.OF_CASES
    | given.OF_GIVEN
    | memory.OF_MEMORY
    | {
        "no_shares": "Your function gives {seen}; wanted is a number for each label.",
        "one_number": "Your function gives one number for all labels together. Wanted is one for "
        "each: an average hides the species that a model never finds.",
        "other_shape": "The result has the shape {seen}, and there are {wanted} labels.",
        "absent_left_out": "Only labels that occur have a number: the shape is {seen}, and there "
        "are {wanted} labels. A label that does not occur has its place, too, with NaN.",
        "zero_for_absent": "A label without an example gets 0, as if the model had failed on it. "
        "Nothing was asked; NaN says so.",
        "one_for_absent": "A label without an example gets 1, as if the model knew it. "
        "Nothing was asked; NaN says so.",
        "precision": "This is the share of the predictions of a label that are right. Wanted is "
        "the share of the examples with the label: divide by those who have it.",
        "share_of_all": "The right ones are divided by all examples. Each label has a number of "
        "examples of its own.",
        "share_of_hits": "The right ones of a label are divided by the right ones of all labels. "
        "Wanted is the share of the label's own examples, right or wrong.",
        "counts": "These are numbers of right predictions, not shares of a label's examples.",
        "percent": "The shares are a hundred times too large: they lie between 0 and 1.",
        "one_against_all": "Your number also counts the examples of other labels that were not "
        "taken for this one. Look at the examples that have the label, and at no others.",
        "missed": "These are the shares that were predicted wrong.",
    },
    right="A species that an island has never seen can't hide in a mean any more.",
)
