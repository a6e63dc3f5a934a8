"""Which processes have opened files that are not their own."""

import copy
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import formulas, memory
from fl_course.localization import say

Opened = dict[str, list[str]]
Own = dict[str, str]

_CASES: tuple[tuple[Opened, Own], ...] = (
    (
        {"SuperLink": [], "anna": ["a.npz"], "ben": ["b.npz", "a.npz", "b.npz"]},
        {"anna": "a.npz", "ben": "b.npz"},
    ),
    # One without a file of its own; one whose own is a part of another's name.
    (
        {"SuperLink": ["z.npz", "c.npz", "z.npz"], "anna": ["a.npz.old", "a.npz"]},
        {"anna": "a.npz"},
    ),
    # Two foreign ones, not in order; one that is nobody's; one that has opened nothing.
    (
        {"cleo": ["notes.txt", "b.npz", "a.npz", "b.npz"], "dan": [], "eve": ["e.npz", "e.npz"]},
        {"cleo": "c.npz", "dan": "d.npz", "eve": "e.npz", "anna": "a.npz", "ben": "b.npz"},
    ),
    # Two that share a file.
    ({"fay": ["s.npz"], "gus": ["s.npz", "q.npz"]}, {"fay": "s.npz", "gus": "s.npz"}),
    ({"hal": ["h.npz"]}, {"hal": "h.npz"}),
    ({}, {"anna": "a.npz"}),
)


def _right(opened: Opened, own: Own) -> dict[str, list[str]]:
    found = {who: sorted(set(names) - {own.get(who)}) for who, names in opened.items()}
    return {who: names for who, names in found.items() if names}


def _foreign(opened: Opened, own: Own, who: str) -> list[str]:
    return [name for name in opened[who] if name != own.get(who)]


def _several(make: Callable[[list[str]], list[str]]) -> Callable[..., dict[str, list[str]]]:
    return lambda opened, own: {
        who: make(_foreign(opened, own, who)) for who in opened if _foreign(opened, own, who)
    }


_KNOWN: dict[str, list[Callable[[Opened, Own], dict[str, list[str]]]]] = {
    "everybody": [
        lambda opened, own: {who: sorted(set(_foreign(opened, own, who))) for who in opened}
    ],
    "repeated": [_several(sorted), _several(list)],
    "not_sorted": [
        lambda opened, own: {
            who: list(dict.fromkeys(_foreign(opened, own, who)))
            for who in opened
            if _foreign(opened, own, who)
        }
    ],
    "own_included": [
        lambda opened, own: {who: sorted(set(opened[who])) for who in _right(opened, own)},
        lambda opened, own: {who: sorted(set(names)) for who, names in opened.items() if names},
    ],
    "without_own_left_out": [
        lambda opened, own: {who: names for who, names in _right(opened, own).items() if who in own}
    ],
    "only_of_others": [
        lambda opened, own: {
            who: kept
            for who, names in _right(opened, own).items()
            if (kept := [name for name in names if name in own.values()])
        }
    ],
    "not_anybodys": [
        lambda opened, own: {
            who: kept
            for who, names in _right(opened, own).items()
            if (kept := [name for name in names if name not in own.values()])
        }
    ],
    "first_only": [
        lambda opened, own: {who: _foreign(opened, own, who)[:1] for who in _right(opened, own)},
        lambda opened, own: {who: names[:1] for who, names in _right(opened, own).items()},
    ],
    "by_part_of_name": [
        lambda opened, own: {
            who: kept
            for who, names in _right(opened, own).items()
            if (kept := [name for name in names if own.get(who, "?") not in name])
        }
    ],
}


def _judge(answer: Any) -> Found:
    if found := memory.problem(answer, _case(0), _case(2)):
        return found
    found, changed = [], False
    for opened, own in _CASES:
        handed_in = copy.deepcopy((opened, own))
        result = run(answer, *handed_in)
        if not isinstance(result, Mapping):
            return Mistake("not_a_dictionary", type=type(result).__name__)
        lists = {}
        for who, names in result.items():
            if isinstance(names, str):
                return Mistake("one_text", value=names[:40])
            listed = _texts(names)
            if listed is None:
                return Mistake("not_lists", type=type(names).__name__)
            lists[who] = listed
        found.append(lists)
        changed = changed or handed_in != (opened, own)
    wanted = [_right(*case) for case in _CASES]
    if found == wanted:
        return "changed_what_was_given" if changed else None
    if name := formulas.explained(found, _CASES, _KNOWN, operator.eq):
        return name
    number = next(k for k in range(len(_CASES)) if found[k] != wanted[k])
    return Mistake(
        "wrong_case",
        opened=str(_CASES[number][0]),
        own=str(_CASES[number][1]),
        got=_written(found[number])[:300],
        wanted=_written(wanted[number]),
    )


def _texts(names: Any) -> list[str] | None:
    """A list, a tuple or an array of texts as a list; None if it is something else."""
    if not isinstance(names, (list, tuple, np.ndarray)) or np.ndim(names) != 1:
        return None
    if not all(isinstance(name, str) for name in names):
        return None
    return [str(name) for name in names]


def _written(found: Mapping[Any, Any]) -> str:
    """A dictionary for a sentence, whatever its order."""
    if not found:
        return say("an empty dictionary")
    return f"`{ {str(who): names for who, names in sorted(found.items(), key=str)} }`"


def _case(number: int) -> memory.Case:
    def called(function: Any) -> Any:
        result = run(function, *copy.deepcopy(_CASES[number]))
        # As a text: of two dictionaries with other keys, nobody could say where they differ.
        return _written(result) if isinstance(result, Mapping) else result

    return called


def _reference() -> Any:
    def foreign_files(opened: Any, own: Any) -> Any:
        return _right(opened, own)

    return foreign_files


EXERCISE = Exercise(
    id="foreign_files",
    expects="a function of `opened` and `own`, two dictionaries, that gives a dictionary: for each "
    "process that has opened a file that is not its own, a sorted list of these files",
    judge=_judge,
    reference=_reference,
    hints=(
        "Go through `opened.items()`. For one process: which of the names are not `own[process]`? "
        "And for a process that `own` does not have?",
        "`own.get(process)` gives `None` where there is no entry, which is equal to no file's "
        "name. A `set` has each name once, and `sorted` makes a list of it.",
        "Put a process into the result only if something is left of its list.",
    ),
    mistakes=memory.OF_MEMORY
    | {
        "not_a_dictionary": "Your function gives a value of type `{type}`; wanted is a dictionary.",
        "not_lists": "A process's files are in a value of type `{type}`; wanted is a list of "
        "texts, in order.",
        "one_text": "For a process there stands the text `{value}`. Wanted is a list, even if it "
        "holds one file only.",
        "everybody": "Processes that have opened no foreign file are in the result, with an empty "
        "list. Whoever reads it wants to see only those that have.",
        "repeated": "A file that was opened several times stands there several times. Each once.",
        "not_sorted": "The files stand in the order in which they were opened. The task wants them "
        "sorted.",
        "own_included": "A process's own file is in its list, too.",
        "without_own_left_out": "A process that `own` does not name is left out, as the server is. "
        "It has no file of its own, so that each file that it opens is a foreign one.",
        "only_of_others": "You list only files that are somebody else's. A file that is nobody's, "
        "such as `notes.txt`, is not the process's own either.",
        "not_anybodys": "You list only files that are nobody's. Those of other processes are the "
        "ones that matter most.",
        "first_only": "Of several foreign files only one is listed. Does the loop end too early?",
        "by_part_of_name": "A file counts as a process's own if its name contains the own file's: "
        "`a.npz.old` is another file than `a.npz`. Compare whole names.",
        "changed_what_was_given": "The result is right, but your function changes what it was "
        "given: the list of opened files is evidence, and must stay as it is.",
        "wrong_case": "With `opened = {opened}` and `own = {own}` your function gives {got}; "
        "wanted is {wanted}.",
    },
    right="With three hundred nodes, nobody reads the list; a program does, and says only what is "
    "wrong.",
)
