import itertools

import pytest

from fl_course import aggregation
from fl_course.aggregation.secret_sharing import PRIME

SECRET = 2**126 + 12345


@pytest.mark.parametrize("threshold", [1, 2, 3, 5])
def test_any_so_many_shares_give_the_secret(threshold):
    shares = aggregation.split_secret(SECRET, 5, threshold, seed=1)
    assert list(shares) == [1, 2, 3, 4, 5]
    for places in itertools.combinations(shares, threshold):
        assert aggregation.join_shares({place: shares[place] for place in places}) == SECRET
    assert aggregation.join_shares(shares) == SECRET


def test_fewer_shares_fit_every_secret():
    """For each other secret, there is a share that would lead to it."""
    shares = aggregation.split_secret(SECRET, 3, 2, seed=1)
    assert aggregation.join_shares({1: shares[1]}) != SECRET
    for other in (0, 7, PRIME - 1):
        # The line through `other` at 0 and the known share at 1.
        at_2 = (2 * shares[1] - other) % PRIME
        assert aggregation.join_shares({1: shares[1], 2: at_2}) == other


def test_shares_depend_on_the_seed_and_the_secret_does_not():
    ones, others = (aggregation.split_secret(SECRET, 3, 2, seed=seed) for seed in (1, 2))
    assert ones != others
    assert ones == aggregation.split_secret(SECRET, 3, 2, seed=1)
    assert aggregation.join_shares(ones) == aggregation.join_shares(others)


def test_shares_of_two_secrets_add_up_to_shares_of_the_sum():
    ones = aggregation.split_secret(5, 3, 2, seed=1)
    others = aggregation.split_secret(8, 3, 2, seed=2)
    assert aggregation.join_shares({p: (ones[p] + others[p]) % PRIME for p in (1, 3)}) == 13


def test_a_threshold_beyond_the_shares_is_refused():
    with pytest.raises(ValueError, match="threshold must be an integer from 1 to 3"):
        aggregation.split_secret(1, 3, 4)


@pytest.mark.parametrize("shares", [{}, {0: 1}, {1: PRIME}, {1.0: 1}])
def test_what_are_no_shares_is_refused(shares):
    with pytest.raises(ValueError, match="shares"):
        aggregation.join_shares(shares)
