"""Which sentences of a translation say what some of the English ones say.

What is shown is chosen in English, so that it is the same in every language. A translation may have
two sentences for one, or one for two: of all ways to pair them in their order, the one is taken in
which lengths, numbers, code and questions agree best.
"""

import functools
import re
from collections.abc import Collection, Sequence

from fl_course.authoring.slides import sentences

# How many sentences may stand for how many, and what speaks against that.
_GROUPS = {(1, 1): 0.0, (1, 2): 0.2, (2, 1): 0.2, (1, 3): 0.5, (3, 1): 0.5, (2, 2): 0.5}
_ALONE = {(1, 0): 1.0, (0, 1): 1.0}  # left out, or added
_MARKS = re.compile(r"`[^`]+`|\$[^$]+\$|\*\*|\d+")


def alike(english: Sequence[str], other: Sequence[str], chosen: Collection[int]) -> list[int]:
    """The places of the sentences of `other` that say what the chosen English ones say."""
    if list(english) == list(other):
        return sorted(chosen)
    return [
        at
        for ours, theirs in _pairs(tuple(english), tuple(other))
        if any(one in chosen for one in ours)
        for at in theirs
    ]


@functools.lru_cache(maxsize=64)
def _pairs(english: tuple[str, ...], other: tuple[str, ...]) -> tuple[tuple[range, range], ...]:
    """The sentences in groups, from first to last, each with its places in both texts."""
    scale = _length(other) / max(1, _length(english))
    best: dict[tuple[int, int], tuple[float, tuple[tuple[range, range], ...]]] = {(0, 0): (0.0, ())}
    for here in ((i, j) for i in range(len(english) + 1) for j in range(len(other) + 1)):
        if here not in best:
            continue
        cost, pairs = best[here]
        for (more, others), against in (_GROUPS | _ALONE).items():
            i, j = here[0] + more, here[1] + others
            if i > len(english) or j > len(other):
                continue
            group = range(here[0], i), range(here[1], j)
            apart = _apart(english[here[0] : i], other[here[1] : j], scale)
            total = cost + (apart + against) * (more + others) / 2
            if (i, j) not in best or total < best[i, j][0]:
                best[i, j] = total, (*pairs, group)
    return best[len(english), len(other)][1]


def _apart(english: Sequence[str], other: Sequence[str], scale: float) -> float:
    """From 0 to 2: how little two groups of sentences look alike."""
    ours, theirs = scale * _length(english), _length(other)
    marks, others = _marks(english), _marks(other)
    different = len(marks ^ others) / max(1, len(marks | others))
    return abs(ours - theirs) / max(ours, theirs, 1) + different


def _length(told: Sequence[str]) -> int:
    return sum(map(_columns, told))


def _marks(told: Sequence[str]) -> set[str]:
    """What a translation leaves as it is, and whether something is asked."""
    return set().union(*map(_marks_of, told))


# Every pair of groups that is tried has the same few sentences.
@functools.lru_cache(maxsize=256)
def _marks_of(sentence: str) -> frozenset[str]:
    asked = {"?"} if sentences.is_question(sentence) else set()
    return frozenset(asked.union(_MARKS.findall(sentence)))


_columns = functools.lru_cache(maxsize=256)(sentences.columns)
