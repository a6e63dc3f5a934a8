"""Answers to `species_recall`, as learners write them."""

from fractions import Fraction

import numpy as np

from tests.exercises import keeping
from tests.exercises.cases import Case


def with_matrix(labels, predictions, num_labels):
    matrix = np.zeros((num_labels, num_labels))
    np.add.at(matrix, (labels, predictions), 1)
    with np.errstate(invalid="ignore"):
        return np.diag(matrix) / matrix.sum(axis=1)


def with_loops(labels, predictions, num_labels):
    shares = []
    for label in range(num_labels):
        pairs = [p == k for k, p in zip(labels, predictions, strict=True) if k == label]
        shares.append(sum(pairs) / len(pairs) if pairs else float("nan"))
    return shares


def as_dict(labels, predictions, num_labels):
    return {k: np.mean(predictions[labels == k] == k) for k in set(labels)}


def recall(labels, predictions, num_labels):
    return np.array(with_loops(labels, predictions, num_labels))


def hits(labels, predictions, num_labels):
    return np.bincount(labels[labels == predictions], minlength=num_labels)


def sorted_first(labels, predictions, num_labels):
    labels.sort()
    return recall(labels, predictions, num_labels)


def changed_after(labels, predictions, num_labels):
    shares = recall(labels, predictions, num_labels)
    predictions[:] = 0
    return shares


def precision(labels, predictions, num_labels):
    return recall(predictions, labels, num_labels)


def there_only(labels, predictions, num_labels):
    return [np.mean(predictions[labels == k] == k) for k in np.unique(labels)]


def of_hits(labels, predictions, num_labels):
    hit = labels[labels == predictions]
    return [
        np.mean(hit == k) if (labels == k).any() and len(hit) else np.nan for k in range(num_labels)
    ]


def in_fractions(labels, predictions, num_labels):
    shares = []
    for label in range(num_labels):
        there = int(np.sum(labels == label))
        hits = int(np.sum(predictions[labels == label] == label))
        shares.append(Fraction(hits, there) if there else float("nan"))
    return shares


def ten_at_most(labels, predictions, num_labels):
    hits = np.bincount(labels[labels == predictions], minlength=num_labels)
    there = np.bincount(labels, minlength=num_labels)
    with np.errstate(invalid="ignore"):
        return np.minimum(hits, 10) / np.minimum(there, 10)


def remembering():
    hits, there = 0, 0

    def shares(labels, predictions, num_labels):
        nonlocal hits, there
        hits = hits + np.bincount(labels[labels == predictions], minlength=num_labels)
        there = there + np.bincount(labels, minlength=num_labels)
        with np.errstate(invalid="ignore"):
            return hits / there

    return shares


CASE = Case(
    right={
        "with a matrix": lambda: with_matrix,
        "with loops": lambda: with_loops,
        "in fractions": lambda: in_fractions,
    },
    wrong={
        "no_shares": lambda: lambda labels, predictions, n: "all of them",
        "no_shares: a dict": lambda: as_dict,
        "one_number": lambda: lambda labels, predictions, n: np.mean(labels == predictions),
        "other_shape": lambda: lambda labels, predictions, n: [1.0] * (n + 1),
        "absent_left_out": lambda: there_only,
        "zero_for_absent": lambda: lambda *given: np.nan_to_num(recall(*given)),
        "one_for_absent": lambda: lambda *given: np.nan_to_num(recall(*given), nan=1.0),
        "precision": lambda: precision,
        "share_of_all": lambda: lambda a, b, n: hits(a, b, n) / len(a),
        "share_of_all: nobody is missing": lambda: (
            lambda a, b, n: np.where(np.isnan(recall(a, b, n)), np.nan, hits(a, b, n) / len(a))
        ),
        "share_of_hits": lambda: of_hits,
        "wrong_value: ten at most": lambda: ten_at_most,
        "wrong_value: ten labels": lambda: (
            lambda a, b, n: np.append(recall(a, b, n)[:10], [0.5] * (n - 10))
        ),
        "counts": lambda: hits,
        "remembers: by the shapes": lambda: keeping.by_shapes(recall),
        "remembers: without the labels": lambda: keeping.without(recall, 0),
        "remembers: without the predictions": lambda: keeping.without(recall, 1),
        "remembers: without the number": lambda: keeping.without(recall, 2),
        "remembers": remembering,
        "percent": lambda: lambda *given: 100 * recall(*given),
        "one_against_all": lambda: (
            lambda a, b, n: [np.mean((a == k) == (b == k)) for k in range(n)]
        ),
        "one_against_all: nobody is missing": lambda: (
            lambda a, b, n: [
                np.mean((a == k) == (b == k)) if (a == k).any() else np.nan for k in range(n)
            ]
        ),
        "missed": lambda: lambda *given: 1 - recall(*given),
        "changed_given": lambda: changed_after,
        "wrong_value": lambda: sorted_first,
        "wrong_value: rounded": lambda: lambda *given: np.round(recall(*given)),
        "wrong_value: one more": lambda: (
            lambda a, b, n: [np.sum(b[a == k] == k) / (1 + np.sum(a == k)) for k in range(n)]
        ),
    },
    raises={"no such label": lambda: lambda labels, predictions, n: labels[99]},
)
