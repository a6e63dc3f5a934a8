import logging
import math

import numpy as np
import pytest
from scipy.stats import norm

from fl_course import privacy

KNOWN = {"num_clients": 3383, "cohort_size": 120, "num_rounds": 100, "delta": 1e-5}


@pytest.mark.parametrize(("accountant", "wanted"), [("rdp", 1.99), ("pld", 1.71)])
def test_poisson_epsilon_has_the_known_values(accountant, wanted):
    epsilon = privacy.poisson_epsilon(1.2, **KNOWN, accountant=accountant)
    assert round(epsilon, 2) == wanted


def test_fixed_cohort_epsilon_has_the_known_value():
    assert round(privacy.fixed_cohort_epsilon(1.2, **KNOWN), 2) == 3.56


def test_noise_of_clip_norms_is_half_as_much_where_a_client_is_replaced():
    """The sum then moves by two clip norms."""
    assert privacy.fixed_cohort_epsilon(0.6, **KNOWN) > 3.5 * privacy.fixed_cohort_epsilon(
        1.2, **KNOWN
    )


@pytest.mark.parametrize("noise_multiplier", [0.5, 1.0, 3.0])
def test_one_round_of_everybody_is_the_gaussian_mechanism(noise_multiplier):
    exact = privacy.gaussian_epsilon(noise_multiplier, delta=1e-5)
    options = {"num_clients": 50, "cohort_size": 50, "num_rounds": 1, "delta": 1e-5}
    by_pld = privacy.poisson_epsilon(noise_multiplier, **options)
    by_rdp = privacy.poisson_epsilon(noise_multiplier, **options, accountant="rdp")
    assert by_pld == pytest.approx(exact, abs=0.01)
    assert exact <= by_rdp <= 1.15 * exact
    replaced = privacy.fixed_cohort_epsilon(noise_multiplier, **options)
    assert exact <= replaced <= 1.15 * exact


@pytest.mark.parametrize(("sigma", "epsilon"), [(1.0, 0.0), (1.0, 1.0), (0.5, 3.0), (4.0, 0.1)])
def test_gaussian_delta_is_the_closed_form(sigma, epsilon):
    half = 1 / (2 * sigma)
    wanted = norm.cdf(half - epsilon * sigma) - math.exp(epsilon) * norm.cdf(
        -half - epsilon * sigma
    )
    assert privacy.gaussian_delta(sigma, epsilon) == pytest.approx(wanted, rel=1e-9)


def test_gaussian_delta_is_what_a_threshold_test_sees():
    """Delta is the largest of P(event) - exp(epsilon) Q(event), found here by a grid of events."""
    thresholds = np.linspace(-10, 10, 20001)
    gains = norm.sf(thresholds, loc=1.0, scale=0.8) - math.e * norm.sf(thresholds, scale=0.8)
    assert privacy.gaussian_delta(0.8, 1.0) == pytest.approx(gains.max(), abs=1e-6)


def test_gaussian_epsilon_is_the_other_way_round():
    for sigma in (0.01, 0.3, 1.0, 20.0):
        epsilon = privacy.gaussian_epsilon(sigma, delta=1e-6)
        assert privacy.gaussian_delta(sigma, epsilon) == pytest.approx(1e-6, rel=1e-3)
    assert privacy.gaussian_epsilon(100.0, delta=0.5) == 0.0


def test_without_noise_nothing_is_guaranteed():
    assert privacy.poisson_epsilon(0.0, **KNOWN) == math.inf
    assert privacy.fixed_cohort_epsilon(0, **KNOWN) == math.inf
    assert privacy.gaussian_epsilon(0.0, delta=0.1) == math.inf
    assert privacy.gaussian_delta(0.0, 5.0) == 1.0
    assert privacy.highest_hit_rate(0.0, math.inf) == 1.0


@pytest.mark.parametrize("change", [{"num_rounds": 200}, {"cohort_size": 240}, {"delta": 1e-6}])
def test_more_rounds_larger_cohorts_and_a_smaller_delta_cost_epsilon(change):
    few = privacy.poisson_epsilon(1.2, **KNOWN, accountant="rdp")
    assert privacy.poisson_epsilon(1.2, **{**KNOWN, **change}, accountant="rdp") > few


def test_the_accountant_writes_nothing(caplog, capfd):
    level = logging.getLogger("absl").level
    privacy.poisson_epsilon(0.5, 1000, 100, 30, delta=1e-4, accountant="rdp")
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("absl").level == level


def test_a_group_has_a_weaker_guarantee():
    assert privacy.group_guarantee(0.5, 1e-6, 1) == pytest.approx((0.5, 1e-6))
    epsilon, delta = privacy.group_guarantee(0.5, 1e-6, 3)
    assert epsilon == 1.5
    assert delta == pytest.approx(3 * math.e * 1e-6)
    assert privacy.group_guarantee(1.0, 1e-5, 72) == (72.0, 1.0)
    assert privacy.group_guarantee(2.0, 0.0, 500) == (1000.0, 0.0)


def test_no_test_of_the_gaussian_mechanism_beats_the_bound():
    sigma, delta = 0.7, 1e-3
    epsilon = privacy.gaussian_epsilon(sigma, delta=delta)
    for threshold in np.linspace(-3, 4, 50):
        false_alarms, hits = norm.sf(threshold, scale=sigma), norm.sf(threshold, 1.0, sigma)
        assert hits <= privacy.highest_hit_rate(false_alarms, epsilon, delta) + 1e-9


def test_bound_on_hits_at_its_ends():
    assert privacy.highest_hit_rate(0.0, 1.0) == 0.0
    assert privacy.highest_hit_rate(1.0, 1.0) == 1.0
    assert privacy.highest_hit_rate(0.3, 0.0) == pytest.approx(0.3)
    assert privacy.highest_hit_rate(0.1, 1.0, 0.01) == pytest.approx(0.1 * math.e + 0.01)
    assert privacy.highest_hit_rate(0.5, 1e5) == 1.0


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (privacy.poisson_epsilon, {**KNOWN, "cohort_size": 4000}, "cohort_size must be an integer"),
        (privacy.fixed_cohort_epsilon, {**KNOWN, "delta": 1.0}, "delta must be a number"),
        (privacy.poisson_epsilon, {**KNOWN, "accountant": "RDP"}, "accountant must be"),
    ],
)
def test_what_is_wrong_is_said(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(1.0, **arguments)
