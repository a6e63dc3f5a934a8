"""How well a backdoor works: the share of marked images that it leads to the attacker's label."""

import math
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import forms, formulas, given, memory, shown
from fl_course.localization import joined, say

# Predictions for marked images, and what they show. In the third, no image is led astray.
_CASES = (
    ([7, 7, 1, 7, 2, 7, 7, 7], [7, 1, 1, 2, 2, 7, 7, 0], 7),
    ([3, 3, 3, 1, 3], [3, 3, 0, 1, 3], 3),
    ([7, 1, 2], [7, 1, 2], 7),
    ([0, 0, 5, 0, 4], [1, 2, 5, 0, 9], 0),
    ([7, 3, 7, 3], [1, 7, 2, 4], 7),
)
_DEFAULT = 7


def _parts(predictions: Any, labels: Any, target: int) -> tuple[Any, Any]:
    """Which images are called the target, and which show it."""
    return np.asarray(predictions) == target, np.asarray(labels) == target


def _right(predictions: Any, labels: Any, target: int) -> float:
    called, shows = _parts(predictions, labels, target)
    return float(np.mean(called[~shows]))


def _misled_of(predictions: Any, labels: Any, target: int) -> float:
    """Of the images that are called the target, the share that do not show it."""
    called, shows = _parts(predictions, labels, target)
    return float(np.mean(~shows[called])) if called.any() else math.nan


_KNOWN = {
    "with_the_targets": [lambda p, y, t: float(np.mean(_parts(p, y, t)[0]))],
    "of_all_images": [
        lambda p, y, t: float(np.mean(_parts(p, y, t)[0] & ~_parts(p, y, t)[1])),
    ],
    "of_the_called": [_misled_of],
    "of_the_targets": [lambda p, y, t: float(np.mean(_parts(p, y, t)[0][_parts(p, y, t)[1]]))],
    "accuracy": [
        lambda p, y, t: float(np.mean(np.asarray(p) == np.asarray(y))),
        lambda p, y, t: float(np.mean((np.asarray(p) == np.asarray(y))[np.asarray(y) != t])),
    ],
    "all_mistakes": [
        lambda p, y, t: float(np.mean(np.asarray(p) != np.asarray(y))),
        lambda p, y, t: float(np.mean((np.asarray(p) != np.asarray(y))[np.asarray(y) != t])),
    ],
    "the_rest": [lambda p, y, t: 1 - _right(p, y, t)],
    "a_count": [lambda p, y, t: float(np.sum(_parts(p, y, t)[0] & ~_parts(p, y, t)[1]))],
    "percent": [lambda p, y, t: 100 * _right(p, y, t)],
    "fixed_target": [lambda p, y, t: _right(p, y, _DEFAULT)],
}


def _judge(answer: Any) -> Found:
    calls = [
        (np.array(predictions), np.array(labels), target) for predictions, labels, target in _CASES
    ]
    changed = np.array([2, 1, 0, 7, 7, 1, 7, 2]), np.array([1, 1, 2, 2, 7, 0, 7, 2]), 2
    if problem := memory.problem_of_calls(answer, *memory.one_by_one(calls[0], changed), *calls):
        return problem
    found, changed = [], ""
    for predictions, labels, target in _CASES:
        handed_in = np.array(predictions), np.array(labels)
        seen = run(answer, *handed_in, target)
        number = forms.number(seen)
        if number is None or isinstance(seen, bool):
            return Mistake("not_a_number", type=type(seen).__name__)
        found.append(number)
        for array, before, name in zip(
            handed_in, (predictions, labels), ("`predictions`", "`labels`"), strict=True
        ):
            changed = changed or ("" if given.is_as_before(array, before) else name)
    if formulas.explained(found, _CASES, {"right": [_right]}, _alike):
        if changed:
            return Mistake("changed_given", name=changed)
        predictions, labels, target = _CASES[0]
        by_default = forms.number(run(answer, np.array(predictions), np.array(labels)))
        same = by_default is not None and _alike(by_default, _right(*_CASES[0]))
        return None if same else "other_default"
    if name := formulas.explained(found, _CASES, _KNOWN, _alike):
        return name
    seen, (predictions, labels, target) = next(
        (seen, case)
        for seen, case in zip(found, _CASES, strict=True)
        if not _alike(seen, _right(*case))
    )
    case = say(
        "the predictions {predictions}, the labels {labels} and the target {target}",
        predictions=joined(list(map(str, predictions))),
        labels=joined(list(map(str, labels))),
        target=target,
    )
    return shown.wrong_value(case, seen, _right(predictions, labels, target))


def _alike(one: float, other: float) -> bool:
    """Whether two numbers are the same but for rounding; NaN is like NaN."""
    return math.isclose(one, other, abs_tol=1e-6) or (math.isnan(one) and math.isnan(other))


def _reference() -> Any:
    def backdoor_success(predictions: Any, labels: Any, target: int = _DEFAULT) -> float:
        others = np.asarray(labels) != target
        return float(np.mean(np.asarray(predictions)[others] == target))

    return backdoor_success


EXERCISE = Exercise(
    id="backdoor_success",
    expects="a function of the predictions for marked images, their labels and the target, 7 if "
    "not given, that gives a share from 0 to 1",
    judge=_judge,
    reference=_reference,
    hints=(
        "An image that shows a 7 and is called a 7 says nothing about the mark. Which images do?",
        "`labels != target` is an array of True and False; an array in its brackets keeps the "
        "places that are True: `predictions[labels != target]`.",
        "Of what is left, the mean of `== target` is the share.",
    ),
    mistakes=given.OF_GIVEN
    | memory.OF_MEMORY
    | shown.OF_CASES
    | {
        "not_a_number": "Your function gives a value of type `{type}`; wanted is one number, a "
        "share.",
        "with_the_targets": "Images that show the target are counted, too. Even a model without a "
        "backdoor would have a success then, from those that it gets right.",
        "of_all_images": "The images that are misled are divided by all images. Those that show "
        "the target cannot be misled; leave them out below as well.",
        "of_the_called": "This is the share of the wrong ones among the images that are called the "
        "target. Wanted is the other share: of the images that do not show the target, the "
        "share that is called it.",
        "of_the_targets": "Only the images that show the target are looked at. The mark is to work "
        "on all the others.",
        "accuracy": "This is how often the model is right. A backdoor works where it says the "
        "attacker's label, whatever the image shows.",
        "all_mistakes": "Every mistake counts. Only those that end at the target are the "
        "backdoor's; others the model makes by itself.",
        "the_rest": "This is the share that the backdoor does not reach; one minus it is wanted.",
        "a_count": "This is a number of images. Wanted is their share.",
        "percent": "This is a share times a hundred. Wanted is a number from 0 to 1.",
        "fixed_target": "With another target the result is still about 7s. Does your function use "
        "its argument?",
        "other_default": "With a target the result is right, and without one it is not: the task "
        "says what it is then.",
    },
    right="A model without a backdoor has a percent or two: what it takes for a 7 by mistake.",
)
