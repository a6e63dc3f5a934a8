"""Answers to `foreign_files`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def by_loops(opened, own):
    result = {}
    for process in opened:
        names = []
        for name in opened[process]:
            if (process not in own or name != own[process]) and name not in names:
                names.append(name)
        if names:
            names.sort()
            result[process] = names
    return result


def in_one(opened, own):
    return {
        who: tuple(sorted(rest))
        for who, names in opened.items()
        if (rest := set(names).difference([own.get(who)]))
    }


def as_arrays(opened, own):
    return {who: np.array(names) for who, names in by_loops(opened, own).items()}


def backwards(opened, own):
    return dict(reversed(by_loops(opened, own).items()))


def foreign(opened, own, who):
    return [name for name in opened[who] if name != own.get(who)]


def taking_out(opened, own):
    result = {}
    for who, names in opened.items():
        while own.get(who) in names:
            names.remove(own[who])
        if names:
            result[who] = sorted(set(names))
    return result


def sorting_in_place(opened, own):
    for names in opened.values():
        names.sort()
    return by_loops(opened, own)


def remembering():
    kept = {}

    def foreign_files(opened, own):
        kept.update(by_loops(opened, own))
        return dict(kept)

    return foreign_files


def kept_if(keep):
    return lambda: (
        lambda opened, own: {
            who: kept
            for who, names in by_loops(opened, own).items()
            if (kept := [name for name in names if keep(name, who, own)])
        }
    )


CASE = Case(
    right={
        "loops": lambda: by_loops,
        "in one": lambda: in_one,
        "arrays": lambda: as_arrays,
        "backwards": lambda: backwards,
    },
    wrong={
        "remembers": remembering,
        "changed_what_was_given": lambda: taking_out,
        "changed_what_was_given: sorted": lambda: sorting_in_place,
        "not_a_dictionary": lambda: lambda opened, own: list(by_loops(opened, own)),
        "not_lists": lambda: (
            lambda opened, own: {who: set(names) for who, names in by_loops(opened, own).items()}
        ),
        "not_lists: counts": lambda: (
            lambda opened, own: {who: len(names) for who, names in by_loops(opened, own).items()}
        ),
        "one_text": lambda: (
            lambda opened, own: {who: names[0] for who, names in by_loops(opened, own).items()}
        ),
        "everybody": lambda: (
            lambda opened, own: {who: sorted(set(foreign(opened, own, who))) for who in opened}
        ),
        "repeated": lambda: (
            lambda opened, own: {
                who: sorted(foreign(opened, own, who)) for who in by_loops(opened, own)
            }
        ),
        "repeated: not sorted": lambda: (
            lambda opened, own: {who: foreign(opened, own, who) for who in by_loops(opened, own)}
        ),
        "not_sorted": lambda: (
            lambda opened, own: {
                who: list(dict.fromkeys(foreign(opened, own, who))) for who in by_loops(opened, own)
            }
        ),
        "own_included": lambda: (
            lambda opened, own: {who: sorted(set(opened[who])) for who in by_loops(opened, own)}
        ),
        "own_included: all": lambda: (
            lambda opened, own: {who: sorted(set(opened[who])) for who in opened if opened[who]}
        ),
        "without_own_left_out": lambda: (
            lambda opened, own: {
                who: names for who, names in by_loops(opened, own).items() if who in own
            }
        ),
        "only_of_others": kept_if(lambda name, who, own: name in own.values()),
        "not_anybodys": kept_if(lambda name, who, own: name not in own.values()),
        "first_only": lambda: (
            lambda opened, own: {
                who: foreign(opened, own, who)[:1] for who in by_loops(opened, own)
            }
        ),
        "by_part_of_name": kept_if(lambda name, who, own: own.get(who, "?") not in name),
        "wrong_case": lambda: lambda opened, own: {},
        "wrong_case: all who opened much": lambda: (
            lambda opened, own: {
                who: sorted(set(names)) for who, names in opened.items() if len(names) > 1
            }
        ),
    },
    raises={
        "no own": lambda: (
            lambda opened, own: {who: [own[who], *names] for who, names in opened.items()}
        )
    },
)
