"""Answers to `extend_prefixes`, as learners write them."""

import collections

import numpy as np

from tests.exercises.cases import Case


def votes(prefixes, words, more=1, known=True, longer=True):
    length = len(prefixes[0])
    return collections.Counter(
        word[: length + more]
        for word in words
        if (word[:length] in prefixes or not known) and (len(word) > length or not longer)
    )


def kept(counts, threshold):
    return {prefix: count for prefix, count in counts.items() if count >= threshold}


def with_loops(old, typed, least):
    result = {}
    for prefix in old:
        for word in typed:
            if word.startswith(prefix) and word != prefix:
                longer = word[: len(prefix) + 1]
                result[longer] = result.get(longer, 0) + 1
    for longer in list(result):
        if result[longer] < least:
            del result[longer]
    return result


def in_numpy(prefixes, words, threshold):
    length = len(prefixes[0])
    mine = np.array(
        [word[: length + 1] for word in words if word[:length] in prefixes and word[length:]], str
    )
    texts, counts = np.unique(mine, return_counts=True)
    return {text: count for text, count in zip(texts, counts, strict=True) if count >= threshold}


def a_counter(prefixes, words, threshold):
    counts = votes(prefixes, words)
    for prefix in [prefix for prefix in counts if counts[prefix] < threshold]:
        del counts[prefix]
    return counts


def changing(prefixes, words, threshold):
    result = kept(votes(prefixes, words), threshold)
    words.sort()
    return result


def remembering(prefixes, words, threshold, all_votes=collections.Counter()):  # noqa: B006
    all_votes.update(votes(prefixes, words))
    return kept(all_votes, threshold)


def with_(change):
    """What a function of prefixes, words and threshold gives."""
    return lambda: lambda prefixes, words, threshold: change(prefixes, words, threshold)


def somewhere(prefixes, words, threshold):
    counts = collections.Counter()
    for word in words:
        for prefix in prefixes:
            if prefix in word:
                place = word.index(prefix)
                if word[place + len(prefix) :]:
                    counts[word[place : place + len(prefix) + 1]] += 1
    return kept(counts, threshold)


def by_old_votes(prefixes, words, threshold):
    counts = votes(prefixes, words)
    old = votes(prefixes, words, more=0, longer=False)
    return {prefix: count for prefix, count in counts.items() if old[prefix[:-1]] >= threshold}


CASE = Case(
    right={
        "with loops": lambda: with_loops,
        "numpy": lambda: in_numpy,
        "a counter": lambda: a_counter,
    },
    wrong={
        "changed_given": lambda: changing,
        "remembers": lambda: remembering,
        "not_a_dictionary": with_(lambda p, w, t: sorted(kept(votes(p, w), t))),
        "odd_entries": with_(lambda p, w, t: {(k,): n for k, n in kept(votes(p, w), t).items()}),
        "odd_entries: lists": with_(
            lambda p, w, t: {k: [n] for k, n in kept(votes(p, w), t).items()}
        ),
        "strict": with_(lambda p, w, t: {k: n for k, n in votes(p, w).items() if n > t}),
        "no_threshold": with_(lambda p, w, t: votes(p, w)),
        "below": with_(lambda p, w, t: {k: n for k, n in votes(p, w).items() if n < t}),
        "all_words": with_(lambda p, w, t: kept(votes(p, w, known=False), t)),
        "not_longer": with_(lambda p, w, t: kept(votes(p, w, longer=False), t)),
        "same_length": with_(lambda p, w, t: kept(votes(p, w, more=0), t)),
        "whole_words": with_(lambda p, w, t: kept(votes(p, w, more=50), t)),
        "once_a_word": with_(lambda p, w, t: kept(votes(p, set(w)), t)),
        "no_end": with_(lambda p, w, t: kept(votes(p, [word[:-1] for word in w]), t)),
        "letter_only": with_(lambda p, w, t: {k[-1]: n for k, n in kept(votes(p, w), t).items()}),
        "anywhere": lambda: somewhere,
        "old_votes": lambda: by_old_votes,
        "first_prefix_only": with_(lambda p, w, t: kept(votes(p[:1], w), t)),
        "wrong_value": with_(lambda p, w, t: kept(votes(p, w, more=2), t)),
        "wrong_value: one too many": with_(
            lambda p, w, t: {k: n + 1 for k, n in kept(votes(p, w), t).items()}
        ),
        "wrong_value: the most frequent": with_(lambda p, w, t: dict(votes(p, w).most_common(t))),
    },
    raises={"by text": with_(lambda p, w, t: kept(votes(p, w), str(t)))},
)
