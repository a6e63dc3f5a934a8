import math

import numpy as np
import pytest

from fl_course import analytics

BITS = np.arange(2000) % 10 < 3


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 5.0])
def test_answers_of_a_one_and_of_a_zero_differ_by_epsilon(epsilon):
    truth = analytics.truth_probability(epsilon)
    assert math.log(truth / (1 - truth)) == pytest.approx(epsilon)


def test_lies_are_as_frequent_as_they_should_be():
    told = analytics.randomized_response(np.ones(20_000, int), math.log(3), seed=1)
    assert told.mean() == pytest.approx(0.75, abs=0.015)
    assert set(told) == {0, 1}


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_debias_undoes_what_the_coins_do_on_average(share):
    truth = analytics.truth_probability(0.7)
    told = share * truth + (1 - share) * (1 - truth)
    assert analytics.debias(told, truth) == pytest.approx(share)


@pytest.mark.parametrize("epsilon", [0.5, 3.0])
def test_errors_are_those_that_one_finds(epsilon):
    bits = BITS.astype(int)
    truth = analytics.truth_probability(epsilon)
    seeds = range(400)
    flips = [
        analytics.debias(analytics.randomized_response(bits, epsilon, seed=seed).mean(), truth)
        for seed in seeds
    ]
    noised = [analytics.noised_share(bits, epsilon, seed=seed) for seed in seeds]
    for found, error in ((flips, analytics.flip_error), (noised, analytics.noise_error)):
        assert np.mean(found) == pytest.approx(bits.mean(), abs=0.25 * error(epsilon, 2000))
        assert np.std(found) == pytest.approx(error(epsilon, 2000), rel=0.2)


def test_error_of_a_flip_is_warners():
    p = analytics.truth_probability(2.0)
    wanted = math.sqrt(p * (1 - p) / 50) / (2 * p - 1)
    assert analytics.flip_error(2.0, 50) == pytest.approx(wanted)


@pytest.mark.parametrize("epsilon", [0, 100.0, -1.0])
def test_epsilon_is_bounded(epsilon):
    with pytest.raises(ValueError, match="epsilon must be a number above 0 and below 100"):
        analytics.noised_share([0, 1], epsilon)
