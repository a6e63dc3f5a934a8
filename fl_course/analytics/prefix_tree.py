"""Frequent words that nobody has listed beforehand, found letter by letter: a prefix tree.

Zhu, Kairouz, McMahan, Sun and Li, "Federated Heavy Hitters Discovery with Differential Privacy",
AISTATS 2020, arXiv:1902.08534, Algorithm 1 (TrieHH): in each round a new random cohort votes, each
client by one letter more of its word, and what has too few votes is cut off.
"""

import collections
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.analytics.checks import check_words
from fl_course.arguments import check_integer, check_seed, described
from fl_course.localization import say

END = "."
"""Stands behind every word, so that a word that is finished has a letter of its own."""


def extend_prefixes(
    prefixes: Iterable[str], words: Sequence[str], threshold: int
) -> dict[str, int]:
    """One round: votes for prefixes that are longer by one letter, and who has enough of them.

    A client votes if its word, with `END` behind it, begins with one of the prefixes and goes on
    after it.

    Args:
        prefixes: Those of the round before, all of one length; at first the empty text alone.
        words: A word for each client of the cohort, without `END`.
        threshold: How many votes it takes, 1 or more.

    Returns:
        The votes of each new prefix that has enough, in alphabetical order.

    Raises:
        TypeError: If `prefixes` or `words` holds anything but texts.
        ValueError: If the threshold is out of its range.
    """
    known = set(check_words("prefixes", _listed(prefixes)))
    words = check_words("words", words)
    threshold = check_integer("threshold", threshold, 1)
    lengths = {len(prefix) for prefix in known}
    votes = collections.Counter(
        (word + END)[: length + 1]
        for word in words
        for length in lengths
        if len(word) + 1 > length and (word + END)[:length] in known
    )
    return {prefix: votes[prefix] for prefix in sorted(votes) if votes[prefix] >= threshold}


def prefix_tree(
    words: Sequence[str],
    *,
    threshold: int,
    num_rounds: int,
    cohort_size: int | None = None,
    seed: int = 0,
) -> list[dict[str, int]]:
    """Grows the tree of frequent prefixes, a level in each round.

    Args:
        words: A word for each client.
        threshold: How many votes a prefix needs in its round, 1 or more.
        num_rounds: How many letters deep the tree may get, with `END`.
        cohort_size: How many clients vote in a round, drawn without replacement for each round
            anew; by default all.
        seed: Of the cohorts.

    Returns:
        The votes of the prefixes that were kept, a mapping for each round. A round in which none
        is left is the last.

    Raises:
        TypeError: If `words` is no list of texts.
        ValueError: If a number is out of its range.
    """
    words = check_words("words", words)
    threshold = check_integer("threshold", threshold, 1)
    num_rounds = check_integer("num_rounds", num_rounds, 1)
    if cohort_size is not None:
        cohort_size = check_integer("cohort_size", cohort_size, 1, max(1, len(words)))
    rng = np.random.default_rng(check_seed(seed))
    levels: list[dict[str, int]] = []
    prefixes: Iterable[str] = [""]
    for _ in range(num_rounds):
        cohort = words
        if cohort_size is not None and cohort_size < len(words):
            places = rng.choice(len(words), cohort_size, replace=False)
            cohort = [words[place] for place in places]
        kept = extend_prefixes(prefixes, cohort, threshold)
        if not kept:
            break
        levels.append(kept)
        prefixes = kept
    return levels


def found_words(levels: Sequence[Mapping[str, int]]) -> dict[str, int]:
    """The words that a tree has found: its branches that have come to `END`.

    Args:
        levels: What `prefix_tree` gives.

    Returns:
        The votes of each word in the round in which it ended, most votes first, without `END`.

    Raises:
        TypeError: If `levels` is no list of mappings.
    """
    listed = isinstance(levels, Sequence) and not isinstance(levels, str | bytes)
    if not listed or not all(isinstance(level, Mapping) for level in levels):
        raise TypeError(
            say(
                "levels must be a list of mappings from prefixes to votes, and it is {value}.",
                value=described(levels),
            )
        )
    found = {
        prefix.removesuffix(END): votes
        for level in levels
        for prefix, votes in level.items()
        if prefix.endswith(END)
    }
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def tree_guarantee(
    num_clients: int, cohort_size: int, threshold: int, num_rounds: int
) -> tuple[float, float]:
    """Epsilon and delta of a prefix tree whose cohorts are drawn at random.

    Zhu and others, 2020, Theorem 1, with `cohort_size` for what they call gamma times the root of
    n: epsilon is L ln(1 + 1 / (n / (m theta) - 1)), and delta (theta - 2) / ((theta - 3) theta!).
    It holds for one client's word, for what a tree tells by its shape, not for its votes.

    Args:
        num_clients: n, from which the cohorts are drawn.
        cohort_size: m, from the root of n to n / (theta + 1).
        threshold: theta, from 4 to the root of n.
        num_rounds: L.

    Returns:
        Epsilon and delta.

    Raises:
        ValueError: If a number is out of the range for which the theorem holds.
    """
    num_clients = check_integer("num_clients", num_clients, 16)
    threshold = check_integer("threshold", threshold, 4, math.isqrt(num_clients))
    least = math.isqrt(num_clients - 1) + 1
    cohort_size = check_integer("cohort_size", cohort_size, least, num_clients // (threshold + 1))
    num_rounds = check_integer("num_rounds", num_rounds, 1)
    epsilon = -num_rounds * math.log1p(-cohort_size * threshold / num_clients)
    log_delta = math.log((threshold - 2) / (threshold - 3)) - math.lgamma(threshold + 1)
    return epsilon, math.exp(log_delta)


def _listed(prefixes: Any) -> Any:
    return list(prefixes) if isinstance(prefixes, Mapping | set | frozenset) else prefixes
