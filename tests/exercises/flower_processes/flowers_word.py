"""Answers to `flowers_word`, as learners write them."""

import collections

from fl_course.exercises.flower_processes.flowers_word import _right
from tests.exercises.cases import Case

FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH = _right()


def with_words(**changes):
    keys = dict(zip("abcdef", _right(), strict=True))
    return {**_right(), **{keys[letter]: word for letter, word in changes.items()}}


CASE = Case(
    right={
        "in another order": lambda: dict(reversed(_right().items())),
        "with spaces": lambda: {f" {key}": f"{word} " for key, word in _right().items()},
        "ordered": lambda: collections.OrderedDict(_right()),
        "by default": lambda: collections.defaultdict(str, _right()),
    },
    wrong={
        "not_a_dictionary": lambda: list(_right().values()),
        "not_a_dictionary: pairs": lambda: list(_right().items()),
        "reversed": lambda: {word: key for key, word in _right().items()},
        "unknown_key": lambda: {**_right(), "client_update": "ClientApp"},
        "unknown_key: numbers": lambda: dict(enumerate(_right().values())),
        "missing": lambda: {key: word for key, word in _right().items() if key != THIRD},
        "missing: all": dict,
        "unknown_word": lambda: with_words(a="SuperNode"),
        "unknown_word: a list": lambda: with_words(a=["ClientApp"]),
        "unknown_word: a number": lambda: with_words(b=2),
        "strategy_and_app": lambda: with_words(b="ServerApp", d="strategy"),
        "records_swapped": lambda: with_words(
            e="MetricRecord of a reply", f="ArrayRecord of a reply"
        ),
        "superlink": lambda: with_words(d="SuperLink"),
        "superlink: for the data": lambda: with_words(c="SuperLink"),
        "twice": lambda: with_words(b="ServerApp"),
        "wrong_pair": lambda: with_words(
            a="ServerApp", d="ClientApp", b="ArrayRecord of a reply", e="strategy"
        ),
    },
)
