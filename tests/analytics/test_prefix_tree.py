import collections
import math

import pytest

from fl_course import analytics

WORDS = ["an", "and", "and", "ant", "bee", "bee", "a", "a"]


def test_a_round_counts_the_next_letter():
    assert analytics.extend_prefixes([""], WORDS, 1) == {"a": 6, "b": 2}
    assert analytics.extend_prefixes(["a"], WORDS, 2) == {"a.": 2, "an": 4}
    assert analytics.extend_prefixes(["an", "be"], WORDS, 2) == {"and": 2, "bee": 2}


def test_the_threshold_is_enough():
    assert analytics.extend_prefixes(["an"], WORDS, 1) == {"an.": 1, "and": 2, "ant": 1}
    assert analytics.extend_prefixes(["an"], WORDS, 3) == {}


def test_a_finished_word_votes_no_more():
    assert analytics.extend_prefixes(["a.", "an"], WORDS, 2) == {"and": 2}


def test_with_everybody_the_tree_finds_exactly_the_frequent_words():
    words = analytics.zipf_words(5000, num_words=200, seed=3)
    truth = {word: n for word, n in collections.Counter(words).items() if n >= 40}
    levels = analytics.prefix_tree(words, threshold=40, num_rounds=12)
    assert analytics.found_words(levels) == truth


def test_a_word_of_few_is_never_spelt_out():
    words = [*["common"] * 50, "compass"]
    levels = analytics.prefix_tree(words, threshold=2, num_rounds=10)
    assert not any("comp" in level for level in levels)


def test_cohorts_are_drawn_anew_and_have_their_size():
    words = [f"{number:03d}" for number in range(500)]
    levels = analytics.prefix_tree(words, threshold=1, num_rounds=2, cohort_size=100, seed=1)
    assert sum(levels[0].values()) == 100
    other = analytics.prefix_tree(words, threshold=1, num_rounds=2, cohort_size=100, seed=2)
    assert levels != other
    again = analytics.prefix_tree(words, threshold=1, num_rounds=2, cohort_size=100, seed=1)
    assert levels == again


def test_a_tree_ends_where_nothing_is_left():
    assert len(analytics.prefix_tree(["ab", "ab"], threshold=2, num_rounds=9)) == 3
    assert analytics.prefix_tree([], threshold=1, num_rounds=9) == []


def test_guarantee_is_that_of_the_paper():
    """Zhu and others, 2020, Theorem 1, in its own letters: gamma is m by the root of n."""
    n, m, theta, rounds = 10_000, 200, 10, 10
    root, gamma = 100, 2
    epsilon, delta = analytics.tree_guarantee(n, m, theta, rounds)
    assert epsilon == pytest.approx(rounds * math.log(1 + 1 / (root / (gamma * theta) - 1)))
    assert delta == pytest.approx((theta - 2) / ((theta - 3) * math.factorial(theta)))


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((10_000, 99, 10, 10), "cohort_size"),
        ((10_000, 910, 10, 10), "cohort_size"),
        ((10_000, 200, 3, 10), "threshold"),
        ((10_000, 100, 101, 10), "threshold"),
    ],
)
def test_no_guarantee_where_the_theorem_says_nothing(arguments, name):
    with pytest.raises(ValueError, match=f"{name} must be an integer"):
        analytics.tree_guarantee(*arguments)
