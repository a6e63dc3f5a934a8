"""Answers to `membership_advantage`, as learners write them."""

import math
from fractions import Fraction

import numpy as np

from tests.exercises import keeping
from tests.exercises.cases import Case


def over_thresholds(member_scores, other_scores):
    best = 0.0
    for threshold in np.concatenate([member_scores, other_scores]):
        hits = np.mean(member_scores >= threshold)
        false_alarms = np.mean(other_scores >= threshold)
        best = max(best, hits - false_alarms)
    return best


def above_thresholds(member_scores, other_scores):
    """With "above" in place of "at or above": other thresholds, the same sets."""
    members, others = list(member_scores), list(other_scores)
    gains = [0.0]
    for threshold in [min(members + others) - 1, *members, *others]:
        hits = sum(score > threshold for score in members) / len(members)
        gains.append(hits - sum(score > threshold for score in others) / len(others))
    return max(gains)


def by_the_package(member_scores, other_scores):
    from fl_course import privacy

    return np.float32(privacy.membership_roc(member_scores, other_scores).advantage)


def in_order(first):
    """Walks through the scores from the highest on, one at a time."""

    def advantage(member_scores, other_scores):
        scored = [(score, 1) for score in member_scores] + [(score, 0) for score in other_scores]
        scored.sort(key=lambda pair: (-pair[0], -pair[1] if first else pair[1]))
        hits = false_alarms = best = 0.0
        for _, is_member in scored:
            if is_member:
                hits += 1 / len(member_scores)
            else:
                false_alarms += 1 / len(other_scores)
            best = max(best, hits - false_alarms)
        return best

    return lambda: advantage


def sorting_what_is_given(member_scores, other_scores):
    best = over_thresholds(member_scores, other_scores)
    member_scores.sort()
    return best


def keeping_the_first(member_scores, other_scores, kept=[]):  # noqa: B006
    kept.append(member_scores.copy())
    return over_thresholds(kept[0], other_scores)


def at(thresholds):
    """The best of the thresholds that a function of all scores gives."""

    def advantage(member_scores, other_scores):
        tried = thresholds(np.concatenate([member_scores, other_scores]))
        gains = [np.mean(member_scores >= t) - np.mean(other_scores >= t) for t in tried]
        return max(0.0, *gains)

    return lambda: advantage


def formula(value):
    return lambda: lambda member_scores, other_scores: value(member_scores, other_scores)


def area(members, others):
    return np.mean((members[:, None] > others) + 0.5 * (members[:, None] == others))


def in_fractions(member_scores, other_scores):
    def share(scores, threshold):
        return Fraction(sum(score >= threshold for score in scores.tolist()), len(scores))

    thresholds = [*member_scores.tolist(), *other_scores.tolist(), math.inf]
    return max(share(member_scores, t) - share(other_scores, t) for t in thresholds)


def until_it_falls(thresholds):
    def advantage(member_scores, other_scores):
        best = 0.0
        for t in thresholds(member_scores, other_scores):
            gain = np.mean(member_scores >= t) - np.mean(other_scores >= t)
            if gain < best:
                break
            best = gain
        return best

    return lambda: advantage


def the_last(member_scores, other_scores):
    for t in [*member_scores, *other_scores]:
        best = np.mean(member_scores >= t) - np.mean(other_scores >= t)
    return best


def midpoints(member_scores, other_scores):
    scores = np.unique(np.concatenate([member_scores, other_scores]))
    tried = (scores[1:] + scores[:-1]) / 2
    return max(max(0.0, np.mean(member_scores >= t) - np.mean(other_scores >= t)) for t in tried)


def sorting_both(member_scores, other_scores):
    best = over_thresholds(member_scores, other_scores)
    member_scores.sort()
    other_scores.sort()
    return best


CASE = Case(
    right={
        "over thresholds": lambda: over_thresholds,
        "above thresholds": lambda: above_thresholds,
        "by the package": lambda: by_the_package,
        "in fractions": lambda: in_fractions,
        "in order, others first": in_order(first=False),
    },
    wrong={
        "remembers: by the shapes": lambda: keeping.by_shapes(over_thresholds),
        "remembers: without the members": lambda: keeping.without(over_thresholds, 0),
        "remembers: without the others": lambda: keeping.without(over_thresholds, 1),
        "remembers": lambda: keeping_the_first,
        "not_all: a thousand steps": at(lambda both: np.linspace(both.min(), both.max(), 1000)),
        "not_all: hundredths": at(lambda both: np.arange(both.min(), both.max() + 0.01, 0.01)),
        "not_all: percentiles": at(lambda both: np.percentile(both, range(101))),
        "not_all": formula(lambda m, o: max(0.0, *(np.mean(m >= t) - np.mean(o >= t) for t in o))),
        "not_all: in float16": formula(
            lambda m, o: over_thresholds(m.astype(np.float16), o.astype(np.float16))
        ),
        "counted_once": formula(lambda m, o: over_thresholds(m, np.unique(o))),
        "counted_once: members": formula(lambda m, o: over_thresholds(np.unique(m), o)),
        "counted_once: both": formula(lambda m, o: over_thresholds(np.unique(m), np.unique(o))),
        "ends_early": until_it_falls(lambda m, o: np.append(m, o)),
        "ends_early: from above": until_it_falls(lambda m, o: np.unique(np.append(m, o))[::-1]),
        "ends_early: the members from above": until_it_falls(lambda m, o: np.sort(m)[::-1]),
        "keeps_the_last": lambda: the_last,
        "changed_given: both": lambda: sorting_both,
        "not_a_number": formula(lambda m, o: [0.5, 0.5]),
        "both_ways": formula(lambda m, o: max(over_thresholds(m, o), over_thresholds(-m, -o))),
        "turned": formula(lambda m, o: over_thresholds(o, m)),
        "ties": in_order(first=True),
        "area": formula(area),
        "area: twice, minus 1": formula(lambda m, o: 2 * area(m, o) - 1),
        "one_threshold": formula(
            lambda m, o: (
                np.mean(m >= np.median(np.append(m, o))) - np.mean(o >= np.median(np.append(m, o)))
            )
        ),
        "hits_only": formula(lambda m, o: max(np.mean(m >= t) for t in m)),
        "hits_only: without a false alarm": formula(lambda m, o: np.mean(m > max(o))),
        "accuracy": formula(lambda m, o: (over_thresholds(m, o) + 1) / 2),
        "numbers": formula(
            lambda m, o: max([0, *(np.sum(m >= t) - np.sum(o >= t) for t in np.append(m, o))])
        ),
        "means": formula(lambda m, o: np.mean(m) - np.mean(o)),
        "changed_given": lambda: sorting_what_is_given,
        "wrong_value": formula(lambda m, o: over_thresholds(m, o) ** 2),
        "wrong_value: always 0": formula(lambda m, o: 0.0),
    },
    raises={"midpoints": lambda: midpoints, "a key": formula(lambda m, o: {}["threshold"])},
)
