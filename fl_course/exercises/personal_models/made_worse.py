"""The share of writers who are served worse than before."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import forms, formulas, given, memory, shown
from fl_course.localization import joined, say

Accuracies = dict[str, float]

# In the second dictionary of each pair, writers stand in another order.
_CASES: tuple[tuple[Accuracies, Accuracies], ...] = (
    (
        {"ann": 0.5, "bob": 0.75, "cleo": 0.875, "dan": 0.625},
        {"dan": 0.75, "bob": 0.75, "ann": 0.375, "cleo": 0.875},
    ),
    (
        {"ann": 0.9, "bob": 0.8, "cleo": 0.7, "dan": 0.6, "eve": 0.5},
        {"eve": 0.4, "ann": 0.85, "dan": 0.6, "cleo": 0.9, "bob": 0.79},
    ),
    ({"ann": 0.8}, {"ann": 0.8}),
    ({"ann": 0.8}, {"ann": 0.0}),
    ({"ann": 0.5, "bob": 0.25}, {"bob": 0.5, "ann": 0.75}),
    (
        {"ann": 0.8334, "bob": 0.1, "cleo": 1.0},  # a loss that rounding hides
        {"cleo": 1.0, "ann": 0.8333, "bob": 0.9},
    ),
    ({"ann": 1.0, "bob": 0.0, "cleo": 0.0}, {"cleo": 0.0, "bob": 0.0, "ann": 1.0}),
)


def _changes(before: Accuracies, after: Accuracies) -> np.ndarray:
    return np.array([after[writer] - before[writer] for writer in before])


def _by_place(before: Accuracies, after: Accuracies) -> np.ndarray:
    return np.array(list(after.values())) - np.array(list(before.values()))


def _right(before: Accuracies, after: Accuracies) -> float:
    return float(np.mean(_changes(before, after) < 0))


def _by_more_than(tolerance: float) -> formulas.Formula:
    return lambda before, after: np.mean(_changes(before, after) < -tolerance)


def _in_whole_percent(before: Accuracies, after: Accuracies) -> float:
    return float(np.mean([round(after[w], 2) < round(before[w], 2) for w in before]))


_KNOWN: dict[str, list[formulas.Formula]] = {
    "count": [lambda b, a: np.sum(_changes(b, a) < 0)],
    "percent": [lambda b, a: 100 * _right(b, a)],
    "ties_counted": [lambda b, a: np.mean(_changes(b, a) <= 0)],
    "better": [lambda b, a: np.mean(_changes(b, a) > 0)],
    "not_worse": [lambda b, a: np.mean(_changes(b, a) >= 0)],
    "by_place": [lambda b, a: np.mean(_by_place(b, a) < 0)],
    "how_much": [
        lambda b, a: np.mean(_changes(b, a)),
        lambda b, a: -np.mean(_changes(b, a)),
        lambda b, a: np.mean(np.maximum(-_changes(b, a), 0)),
        lambda b, a: np.sum(np.maximum(-_changes(b, a), 0)),
    ],
    "of_changed": [
        lambda b, a: np.sum(_changes(b, a) < 0) / max(1, np.sum(_changes(b, a) != 0)),
    ],
    "mean_compared": [
        lambda b, a: float(np.mean(list(a.values())) < np.mean(list(b.values()))),
        lambda b, a: np.mean([value < np.mean(list(b.values())) for value in a.values()]),
    ],
    "small_losses": [_in_whole_percent, *map(_by_more_than, (0.001, 0.02, 0.07))],
}


def _judge(answer: Any) -> Found:
    if problem := memory.problem_of_calls(answer, _CASES[0], _CASES[1]):
        return problem
    found, changed = [], ""
    for before, after in _CASES:
        handed_in = {**before}, {**after}
        result = run(answer, *handed_in)
        result = getattr(result, "numpy", lambda same=result: same)()
        number = None if isinstance(result, bool | np.bool_) else forms.number(result)
        if number is None:
            return Mistake("not_a_number", type=type(result).__name__)
        found.append(number)
        for name, now, then in zip(("before", "after"), handed_in, (before, after), strict=True):
            if list(now.items()) != list(then.items()):
                changed = changed or name
    problem = formulas.which(found, _CASES, _right, _KNOWN, _told)
    if problem is None and changed:
        return Mistake("changed_given", name=f"`{changed}`")
    return problem


def _told(before: Accuracies, after: Accuracies) -> str:
    return say(
        "accuracies that change as follows, {changes},",
        changes=joined([f"{writer} {before[writer]:g} → {after[writer]:g}" for writer in before]),
    )


def _reference() -> Any:
    def made_worse(before: Accuracies, after: Accuracies) -> float:
        return sum(after[writer] < before[writer] for writer in before) / len(before)

    return made_worse


EXERCISE = Exercise(
    id="made_worse",
    expects="a function of two dictionaries, the writers' accuracies before and after, that gives "
    "the share of writers whose accuracy is lower after",
    judge=_judge,
    reference=_reference,
    hints=(
        "Go through the ids, and look up both accuracies of each. The order of the two "
        "dictionaries does not matter then.",
        "Comparing gives `True` or `False`, and `sum` counts the `True`s. A share is a count, "
        "divided by how many there are.",
    ),
    mistakes=memory.OF_MEMORY
    | given.OF_GIVEN
    | shown.OF_CASES
    | formulas.OF_NUMBERS
    | {
        "count": "This is how many writers are made worse. Wanted is their share of all writers, a "
        "number between 0 and 1.",
        "percent": "The result is in percent, a hundred times the share. Wanted is a number "
        "between 0 and 1.",
        "ties_counted": "Who has the same accuracy as before is counted as well. Such a writer is "
        "not made worse.",
        "better": "This is the share of those who have gained. Wanted are those who have lost.",
        "not_worse": "This is the share of those who are **not** made worse. Wanted are the "
        "others.",
        "by_place": "Accuracies are compared that stand at the same place of the two dictionaries. "
        "These may have the writers in different orders: compare what stands under the same id.",
        "how_much": "This is how far accuracies go up or down. Asked for is how many writers lose, "
        "however little, as a share.",
        "of_changed": "You divide by the number of writers whose accuracy has changed. The share "
        "is of all writers.",
        "mean_compared": "A mean over the writers is compared. It hides who loses: compare each "
        "writer with itself.",
        "small_losses": "Small losses do not count with you: is there a tolerance, or rounding? "
        "Who has lost, however little, is made worse.",
    },
    right="A mean can rise while this share does too. That is why it is told beside the mean.",
)
