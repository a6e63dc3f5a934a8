"""How much better than guessing scores tell members from others."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import formulas, given, memory, shown
from fl_course.localization import joined, say

# Ties within and across, unequal numbers, one score, negative scores, an attack turned round; last,
# scores that no grid of thresholds tells apart, nor does float16.
_CASES = (
    ([0.9, 0.8, 0.3], [0.7, 0.2]),
    ([-0.5, -0.1, -0.7, -0.2], [-0.9, -0.4, -0.8]),
    ([1.0, 2.0, 2.0, 3.0], [2.0, 2.0, 1.0]),
    ([0.1, 0.2], [0.6, 0.4, 0.5]),
    ([1.0], [1.0]),
    ([5.0, 1.0], [3.0, 2.0, 4.0]),
    ([0.0, 0.0, 4.0], [0.0]),
    ([0.700002, 0.700001, -9.0], [5.0, 0.7, 0.699999]),
    ([3.0, 1.0, 1.0], [2.0, 2.0, 2.0, 0.0]),
    ([5.0, 2.0], [3.0, 1.0, 1.0, 1.0]),
    ([1.0, 5.0, 5.0, 5.0], [3.0, 4.0, 0.0]),
    ([9.0, 5.0, 5.0, 5.0], [5.0, 1.0, 1.0, 1.0]),
    ([2.0, 7.0, 6.0, 4.0, 8.0], [3.0, 9.0, 1.0]),
)
_CASES = tuple((np.array(members), np.array(others)) for members, others in _CASES)


def _many() -> tuple[np.ndarray, np.ndarray]:
    """Hundreds of scores, whose best threshold no thousand equal steps nor percentiles meet."""
    rng = np.random.default_rng(4)
    return rng.normal(0.3, 1.0, 250), rng.normal(0.0, 1.0, 300)


def _gains(members: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Hits minus false alarms for every threshold, one above all scores included."""
    thresholds = [*np.concatenate([members, others]), np.inf]
    return np.array([np.mean(members >= t) - np.mean(others >= t) for t in thresholds])


def _right(members: np.ndarray, others: np.ndarray) -> float:
    return float(_gains(members, others).max())


def _one_by_one(members: np.ndarray, others: np.ndarray) -> float:
    """As if equal scores could be told apart, members first."""
    scores = np.concatenate([members, others])
    is_member = np.arange(len(scores)) < len(members)
    order = np.lexsort([~is_member, -scores])
    hits = np.cumsum(is_member[order]) / len(members)
    false_alarms = np.cumsum(~is_member[order]) / len(others)
    return float(max(0.0, (hits - false_alarms).max()))


def _area(members: np.ndarray, others: np.ndarray) -> float:
    return float(np.mean((members[:, None] > others) + 0.5 * (members[:, None] == others)))


def _counted_once(members: np.ndarray, others: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Both groups, with a score that occurs twice in one of them, or in both, counted once."""
    once = np.unique(members), np.unique(others)
    return [(members, once[1]), (once[0], others), once]


def _in_orders(members: np.ndarray, others: np.ndarray) -> list[np.ndarray]:
    """Thresholds in the orders in which loops go through them."""
    both = np.concatenate([members, others])
    orders = [members, others, both, np.concatenate([others, members]), np.unique(both)]
    return [*orders, *map(np.sort, (members, others)), *(np.sort(x)[::-1] for x in orders[:3])]


def _until_it_falls(thresholds: np.ndarray, members: np.ndarray, others: np.ndarray) -> float:
    """The best difference of a loop that ends where one is smaller than the one that it keeps."""
    best = 0.0
    for threshold in thresholds:
        gain = _at(threshold, members, others)
        if gain < best:
            break
        best = gain
    return best


def _at(threshold: float, members: np.ndarray, others: np.ndarray) -> float:
    return float(np.mean(members >= threshold) - np.mean(others >= threshold))


_KNOWN: dict[str, list[formulas.Formula]] = {
    "counted_once": [
        lambda m, o, which=which: _right(*_counted_once(m, o)[which]) for which in range(3)
    ],
    "ends_early": [
        lambda m, o, which=which: _until_it_falls(_in_orders(m, o)[which], m, o)
        for which in range(10)
    ],
    "keeps_the_last": [
        lambda m, o, which=which, least=least: max(least, _at(_in_orders(m, o)[which][-1], m, o))
        for which in range(10)
        for least in (-2.0, 0.0)
        if which not in (7, 8, 9)  # those end at the lowest, which gives nearly always 0
    ],
    "both_ways": [lambda m, o: float(np.abs(_gains(m, o)).max())],
    "turned": [lambda m, o: _right(o, m), lambda m, o: float(-_gains(m, o).min())],
    "ties": [_one_by_one],
    "area": [
        _area,
        lambda m, o: 2 * _area(m, o) - 1,
        lambda m, o: float(np.mean(m[:, None] > o)),
        lambda m, o: float(np.mean(m[:, None] >= o)),
    ],
    "one_threshold": [
        *(
            lambda m, o, middle=middle: _at(middle(np.concatenate([m, o])), m, o)
            for middle in (np.mean, np.median)
        ),
        lambda m, o: _at((m.mean() + o.mean()) / 2, m, o),
        lambda m, o: _at(m.mean(), m, o),
        lambda m, o: _at(o.mean(), m, o),
        lambda m, o: _at(0.5, m, o),
    ],
    "hits_only": [lambda m, o: 1.0, lambda m, o: float(np.mean(m > o.max()))],
    "accuracy": [
        lambda m, o: (1 + _right(m, o)) / 2,
        lambda m, o: max(
            (np.sum(m >= t) + np.sum(o < t)) / (len(m) + len(o))
            for t in [*np.concatenate([m, o]), np.inf]
        ),
    ],
    "numbers": [
        lambda m, o: max(
            float(np.sum(m >= t) - np.sum(o >= t)) for t in [*np.concatenate([m, o]), np.inf]
        )
    ],
    "means": [lambda m, o: float(m.mean() - o.mean())],
}


def _judge(answer: Any) -> Found:
    others = np.array([0.9, 0.1, 0.3]), np.array([0.95, 0.2])
    if problem := memory.problem_of_calls(answer, *memory.one_by_one(_CASES[0], others), *_CASES):
        return problem
    cases = (*_CASES, _many())
    problem = formulas.of_numbers(
        answer, cases, _right, _KNOWN, _told, names=("member_scores", "other_scores")
    )
    if isinstance(problem, Mistake) and problem.name == "wrong_value":
        return _of_some_thresholds(answer, cases) or problem
    return problem


def _told(members: np.ndarray, others: np.ndarray) -> str:
    if len(members) > 10:
        return say(
            "the scores of {members} members and {others} others",
            members=len(members),
            others=len(others),
        )
    return say(
        "the members' scores {members} and the others' {others}",
        members=joined([f"{score:.7g}" for score in members]),
        others=joined([f"{score:.7g}" for score in others]),
    )


def _of_some_thresholds(answer: Any, cases: Sequence[tuple[np.ndarray, np.ndarray]]) -> Found:
    """The mistake, if each result is the gain of a threshold, and only not always of the best."""
    found = [float(run(answer, members.copy(), others.copy())) for members, others in cases]
    gains = [_gains(*case) for case in cases]
    if not all(np.isclose(seen, of).any() for seen, of in zip(found, gains, strict=True)):
        return None
    wanted = [float(of.max()) for of in gains]
    best = [bool(np.isclose(seen, right)) for seen, right in zip(found, wanted, strict=True)]
    # Whoever always gives 0, say, has tried no threshold at all.
    if max(found) <= 0:
        return None
    number = best.index(False)
    got, right = shown.in_digits(found[number], wanted[number])
    return Mistake("not_all", case=_told(*cases[number]), got=got, wanted=right)


def _reference() -> Any:
    def membership_advantage(member_scores: Any, other_scores: Any) -> float:
        return _right(np.asarray(member_scores), np.asarray(other_scores))

    return membership_advantage


EXERCISE = Exercise(
    id="membership_advantage",
    expects="a function that takes the scores of members and those of others, and gives the "
    "largest difference of hits and false alarms over all thresholds",
    judge=_judge,
    reference=_reference,
    hints=(
        "Between two neighbouring scores nothing changes: as thresholds, the scores themselves "
        "are enough.",
        "For one threshold `t`, the hits are `np.mean(member_scores >= t)`. The false alarms are "
        "the same of the others.",
        "Take the largest difference over the thresholds. One that lies above all scores gives 0, "
        "so the result is never negative.",
    ),
    mistakes=memory.OF_MEMORY
    | given.OF_GIVEN
    | shown.OF_CASES
    | formulas.OF_NUMBERS
    | {
        "both_ways": "Where members have the **lower** scores, your advantage is large. The attack "
        "takes high scores for members; turned round it would be another attack.",
        "turned": "Members and others have changed places in your difference: an attack that finds "
        "all members and nobody else comes out as 0.",
        "ties": "Where a member and another have the same score, your function lets one of the two "
        "come first. No threshold can do that: equal scores are on the same side.",
        "area": "This compares pairs of a member and another, as the area under the curve does. "
        "The advantage looks for one threshold, the best.",
        "one_threshold": "Your function tries one threshold, in the middle. Wanted is the best of "
        "all.",
        "not_all": "For {case} your answer gives {got}; wanted is {wanted}. Your differences are "
        "those of thresholds, and the best threshold is not among them: scores can lie as close "
        "together as they like, and each of them, of either group, is one to try, and a score "
        "that equals the threshold counts as above it.",
        "counted_once": "A score that several have is counted once in your shares. As a threshold "
        "it is enough once; in a share it counts as often as there are people with it.",
        "ends_early": "Your search ends where a difference is smaller than one before. It can fall "
        "and rise again: a later threshold may be better still.",
        "keeps_the_last": "Your result is the difference of the last threshold that is tried. "
        "Wanted is the largest of all.",
        "hits_only": "The false alarms are missing, or have to be zero: a threshold below "
        "everything finds all members, and takes everybody else for one, too.",
        "accuracy": "This is the share of right answers. Guessing has a half of that, and an "
        "advantage of 0.",
        "numbers": "You subtract numbers of people. Hits and false alarms are shares, each of its "
        "own group.",
        "means": "This is the difference of mean scores. It changes with the scale of the scores; "
        "the advantage is a difference of two shares.",
    },
    right="0 is guessing and 1 is certainty. Epsilon will put a ceiling on it.",
)
