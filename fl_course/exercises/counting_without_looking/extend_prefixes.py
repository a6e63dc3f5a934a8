"""One round of a prefix tree: votes for one letter more, and a threshold."""

import collections
import copy
import numbers
import operator
from collections.abc import Mapping
from typing import Any

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.judging import formulas, given, memory, shown
from fl_course.localization import say

_CASES = (
    ([""], ["an.", "and.", "bee.", "a.", "bee.", "cat."], 2),
    (["a", "b"], ["an.", "and.", "a.", "bee.", "ant.", "a.", "cat.", "bus.", "cab."], 2),
    (["an.", "and"], ["an.", "and.", "andes.", "and.", "ant.", "a.", "an.", "android."], 2),
    (["zo", "ca"], ["zoo.", "zoo.", "zoo.", "cat.", "car.", "cat.", "zone.", "oca.", "a."], 3),
    (["b"], ["bee.", "bee.", "bad.", "b.", "a."], 1),
    (["x"], ["a.", "b.", "ax."], 1),
    (["a"], [], 1),
    ([""], ["no.", "on.", "no."], 4),
    (["fo", "of"], ["of.", "fo.", "fob.", "off.", "off.", "of.", "of."], 2),
)


def _votes(
    prefixes: list[str], words: list[str], *, more: int = 1, longer: bool = True, known: bool = True
) -> collections.Counter[str]:
    length = len(prefixes[0])
    return collections.Counter(
        word[: length + more]
        for word in words
        if (not known or word[:length] in prefixes) and (len(word) > length or not longer)
    )


def _kept(votes: Mapping[str, int], threshold: int) -> dict[str, int]:
    return {prefix: count for prefix, count in votes.items() if count >= threshold}


def _right(prefixes: list[str], words: list[str], threshold: int) -> dict[str, int]:
    return _kept(_votes(prefixes, words), threshold)


def _anywhere(prefixes: list[str], words: list[str], threshold: int) -> dict[str, int]:
    """Where a prefix stands anywhere in the word, with the letter after it."""
    votes: collections.Counter[str] = collections.Counter()
    for word in words:
        for prefix in prefixes:
            place = word.find(prefix)
            if place >= 0 and len(word) > place + len(prefix):
                votes[word[place : place + len(prefix) + 1]] += 1
    return _kept(votes, threshold)


def _letters(prefixes: list[str], words: list[str], threshold: int) -> dict[str, int]:
    votes: collections.Counter[str] = collections.Counter()
    for prefix, count in _votes(prefixes, words).items():
        votes[prefix[-1]] += count
    return _kept(votes, threshold)


_KNOWN: dict[str, list[formulas.Formula]] = {
    "strict": [lambda p, w, t: {k: n for k, n in _votes(p, w).items() if n > t}],
    "no_threshold": [lambda p, w, t: dict(_votes(p, w))],
    "below": [
        lambda p, w, t: {k: n for k, n in _votes(p, w).items() if n < t},
        lambda p, w, t: {k: n for k, n in _votes(p, w).items() if n <= t},
    ],
    "all_words": [
        lambda p, w, t: _kept(_votes(p, w, known=False), t),
        lambda p, w, t: _kept(_votes(p, w, known=False, longer=False), t),
    ],
    "not_longer": [lambda p, w, t: _kept(_votes(p, w, longer=False), t)],
    "same_length": [
        lambda p, w, t: _kept(_votes(p, w, more=0), t),
        lambda p, w, t: _kept(_votes(p, w, more=0, longer=False), t),
    ],
    "whole_words": [
        lambda p, w, t: _kept(_votes(p, w, more=99), t),
        lambda p, w, t: _kept(_votes(p, w, more=99, longer=False), t),
    ],
    "once_a_word": [lambda p, w, t: _kept(_votes(p, sorted(set(w))), t)],
    "no_end": [
        lambda p, w, t: _kept(_votes(p, [word.rstrip(".") for word in w]), t),
        lambda p, w, t: {k: n for k, n in _right(p, w, t).items() if not k.endswith(".")},
    ],
    "letter_only": [
        _letters,
        lambda p, w, t: {k[-1]: n for k, n in _right(p, w, t).items()},
    ],
    "anywhere": [_anywhere],
    "old_votes": [
        lambda p, w, t: {
            k: n for k, n in _votes(p, w).items() if _votes(p, w, more=0, longer=False)[k[:-1]] >= t
        }
    ],
    "first_prefix_only": [
        lambda p, w, t: _right(p[:1], w, t),
        lambda p, w, t: _right(p[-1:], w, t),
    ],
}


def _judge(answer: Any) -> Found:
    if found := memory.problem(answer, lambda f: _called(f, 0), lambda f: _called(f, 1)):
        return found
    found, changed = [], None
    for case in _CASES:
        handed_in = copy.deepcopy(case)
        result = run(answer, *handed_in)
        if not isinstance(result, Mapping):
            return Mistake("not_a_dictionary", type=type(result).__name__)
        if not all(isinstance(key, str) for key in result):
            return "odd_entries"
        if not all(_is_count(count) for count in result.values()):
            return "odd_entries"
        found.append({str(key): float(count) for key, count in result.items()})
        for name, now, before in zip(("prefixes", "words"), handed_in, case, strict=False):
            if now != before:
                changed = name
    if all(seen == _right(*case) for seen, case in zip(found, _CASES, strict=True)):
        return Mistake("changed_given", name=f"`{changed}`") if changed else None
    if name := formulas.explained(found, _CASES, _KNOWN, operator.eq):
        return name
    number = next(k for k, case in enumerate(_CASES) if found[k] != _right(*case))
    return shown.wrong_value(
        _told(*_CASES[number]), _written(found[number]), _written(_right(*_CASES[number]))
    )


def _called(function: Any, number: int) -> Any:
    """What a function gives for a case, as a text: two dictionaries may differ in their keys."""
    result = run(function, *copy.deepcopy(_CASES[number]))
    try:
        return _written(result)
    except (AttributeError, TypeError, ValueError):
        return result


def _is_count(value: Any) -> bool:
    value = getattr(value, "numpy", lambda: value)()
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _told(prefixes: list[str], words: list[str], threshold: int) -> str:
    return say(
        "`prefixes = {prefixes}`, `words = {words}` and `threshold = {threshold}`",
        prefixes=prefixes,
        words=words,
        threshold=threshold,
    )


def _written(votes: Mapping[str, float]) -> str:
    entries = ", ".join(f"{key!r}: {votes[key]:g}" for key in sorted(votes))
    return f"`{{{entries}}}`"


def _reference() -> Any:
    def extend_prefixes(prefixes: Any, words: Any, threshold: int) -> dict[str, int]:
        return _kept(_votes(list(prefixes), list(words)), threshold) if prefixes else {}

    return extend_prefixes


EXERCISE = Exercise(
    id="extend_prefixes",
    expects="a function of the prefixes so far, of the clients' words and of a threshold, that "
    "gives the new prefixes with their votes, a dictionary from texts to numbers",
    judge=_judge,
    reference=_reference,
    hints=(
        "All prefixes have the same length. What a client votes for are the first letters of its "
        "word, one more than that.",
        "Three questions for each word: are its first letters among the prefixes, does it go on, "
        "and which text gets its vote? `collections.Counter` counts texts.",
        "In the end, keep those whose count is not below the threshold.",
    ),
    mistakes=given.OF_GIVEN
    | memory.OF_MEMORY
    | shown.OF_CASES
    | {
        "not_a_dictionary": "Your function gives a value of type `{type}`; wanted is a dictionary "
        "from each new prefix to the number of its votes.",
        "odd_entries": "In your dictionary not every key is a text, or not every value is a "
        "number: wanted are the new prefixes, and how many votes each has.",
        "strict": "A prefix with exactly `threshold` votes is left out. As many are enough.",
        "no_threshold": "Prefixes with fewer votes than the threshold are in the result: nothing "
        "is cut off.",
        "below": "You keep those that should be cut off, with few votes, and drop the others.",
        "all_words": "Words vote whatever they begin with. Only those that begin with one of the "
        "prefixes do: the others have been cut off in an earlier round.",
        "not_longer": "A word that ends with its prefix votes for that prefix again. It has been "
        "found already, and has no further letter.",
        "same_length": "What gets the votes is as long as the prefixes were. It has to be longer "
        "by one letter.",
        "whole_words": "The votes go to whole words. In one round a client tells one letter more, "
        "and nothing of what follows.",
        "once_a_word": "Clients that have the same word count once together. Each has a vote.",
        "no_end": "Words that are finished are missing: the full stop is a letter like the others, "
        "and gets votes.",
        "letter_only": "The keys are single letters. Wanted is the prefix with the letter behind "
        "it, or nobody knows which word the letter continues.",
        "anywhere": "Words vote in which a prefix stands somewhere in the middle. A prefix is how "
        "a word begins.",
        "old_votes": "The threshold is applied to the votes of the old prefixes, not to those of "
        "the new ones.",
        "first_prefix_only": "Only one of the prefixes is followed. All of them are.",
    },
    right="A rare word tells as many letters as it shares with a frequent beginning, and one more.",
)
