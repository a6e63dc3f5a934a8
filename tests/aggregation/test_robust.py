import math

import numpy as np
import pytest

from fl_course import aggregation

ROWS = np.random.default_rng(0).normal(size=(7, 5))
RULES = {
    "mean": aggregation.mean(),
    "norm bound": aggregation.norm_bound(100.0),
    "median": aggregation.coordinate_median(),
    "trimmed mean": aggregation.trimmed_mean(2),
    "Krum": aggregation.krum(2),
    "Multi-Krum": aggregation.multi_krum(2, 3),
}


def krum_by_the_paper(rows, f):
    """Scores as Section 4 has them, in plain Python."""
    scores = []
    for i, row in enumerate(rows):
        others = [float(np.sum((row - other) ** 2)) for j, other in enumerate(rows) if j != i]
        scores.append(sum(sorted(others)[: len(rows) - f - 2]))
    return scores


@pytest.mark.parametrize("rule", RULES)
def test_of_equal_updates_every_rule_gives_that_update(rule):
    np.testing.assert_allclose(RULES[rule](np.tile(ROWS[0], (7, 1))), ROWS[0], rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rule", RULES)
def test_a_rule_keeps_the_type_and_does_not_know_the_order(rule, dtype):
    result = RULES[rule](ROWS.astype(dtype)).numpy()
    assert result.dtype == dtype
    turned = RULES[rule](ROWS[::-1].astype(dtype)).numpy()
    np.testing.assert_allclose(result, turned, rtol=1e-5)


def test_median_is_numpys_for_even_and_odd_numbers():
    for count in (1, 2, 6, 7):
        median = aggregation.coordinate_median()(ROWS[:count])
        np.testing.assert_allclose(median, np.median(ROWS[:count], axis=0))


def test_nothing_trimmed_is_the_mean_and_all_but_one_the_median():
    np.testing.assert_allclose(aggregation.trimmed_mean(0)(ROWS), ROWS.mean(axis=0))
    np.testing.assert_allclose(aggregation.trimmed_mean(3)(ROWS), np.median(ROWS, axis=0))
    between = np.sort(ROWS, axis=0)[1:-1].mean(axis=0)
    np.testing.assert_allclose(aggregation.trimmed_mean(1)(ROWS), between)


def test_an_infinite_bound_is_the_mean_and_a_bound_shortens_the_long_ones():
    np.testing.assert_array_equal(aggregation.norm_bound(math.inf)(ROWS), aggregation.mean()(ROWS))
    rows = np.array([[30.0, 40.0], [0.0, 0.0], [0.3, 0.4]])
    np.testing.assert_allclose(aggregation.norm_bound(5)(rows), np.array([3.3, 4.4]) / 3)


@pytest.mark.parametrize("f", [0, 1, 2, 4])
def test_krum_scores_are_the_papers(f):
    wanted = krum_by_the_paper(ROWS, f)
    np.testing.assert_allclose(aggregation.krum_scores(ROWS, f), wanted, rtol=1e-12)
    np.testing.assert_array_equal(aggregation.krum(f)(ROWS), ROWS[np.argmin(wanted)])


def test_of_equal_scores_krum_takes_the_first():
    rows = np.array([[9.0], [1.0], [1.0], [1.0], [1.0]])
    np.testing.assert_array_equal(aggregation.multi_krum(1, 2)(rows), [1.0])


def test_multi_krum_of_one_is_krum_and_of_all_the_mean():
    np.testing.assert_array_equal(aggregation.multi_krum(2, 1)(ROWS), aggregation.krum(2)(ROWS))
    np.testing.assert_allclose(aggregation.multi_krum(2, 7)(ROWS), ROWS.mean(axis=0))


def test_krum_takes_one_in_the_middle_of_those_that_are_alike():
    rows = np.array([[-10.0], [-0.1], [0.0], [0.1], [10.0], [20.0], [30.0]])
    np.testing.assert_array_equal(aggregation.krum(3)(rows), [0.0])


@pytest.mark.parametrize("rule", ["median", "trimmed mean", "Krum", "Multi-Krum"])
def test_two_liars_of_seven_do_not_move_a_robust_rule_away(rule):
    for lie in (1e6, -1e6):
        attacked = ROWS.copy()
        attacked[[2, 5]] = lie
        assert np.abs(RULES[rule](attacked)).max() < 4
        assert np.abs(aggregation.mean()(attacked)).min() > 1e5


@pytest.mark.parametrize(
    ("rule", "least"),
    [
        (aggregation.trimmed_mean(4), 9),
        (aggregation.krum(5), 8),
        (aggregation.multi_krum(1, 8), 8),
    ],
)
def test_too_few_clients_are_refused(rule, least):
    with pytest.raises(ValueError, match=f"updates must be of {least} clients or more"):
        rule(ROWS)


@pytest.mark.parametrize("updates", [[1.0, 2.0], np.zeros((0, 3)), [[math.nan]]])
def test_what_are_no_updates_is_refused(updates):
    with pytest.raises(ValueError, match="updates"):
        aggregation.mean()(updates)
