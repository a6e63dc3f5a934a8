import numpy as np
import pytest

from fl_course import privacy


def bias_update(labels, rate):
    """Of one step with all examples, from weights of zero."""
    shares = np.bincount(labels, minlength=10) / len(labels)
    return rate * (shares - 0.1)


def test_labels_of_one_step_are_counted_exactly():
    rng = np.random.default_rng(0)
    for size in (1, 7, 104):
        labels = rng.integers(0, 10, size)
        counts = privacy.label_counts_from_bias(
            np.float32(bias_update(labels, 0.02)), size, learning_rate=0.02
        )
        assert counts.tolist() == np.bincount(labels, minlength=10).tolist()


def test_labels_are_counted_from_any_model():
    labels = np.array([0, 0, 1, 2, 2, 2])
    probabilities = np.array([0.7, 0.2, 0.1])
    update = 0.5 * (np.bincount(labels) / 6 - probabilities)
    counts = privacy.label_counts_from_bias(
        update, 6, learning_rate=0.5, probabilities=probabilities
    )
    assert counts.tolist() == [2, 1, 3]


def test_labels_of_a_real_update_are_counted():
    rng = np.random.default_rng(1)
    inputs = rng.uniform(size=(50, 784)).astype(np.float32)
    labels = rng.integers(0, 10, 50)
    update = privacy.softmax_update(np.zeros((785, 10)), inputs, labels, learning_rate=0.1)
    counts = privacy.label_counts_from_bias(update[-1], 50, learning_rate=0.1)
    assert counts.tolist() == np.bincount(labels, minlength=10).tolist()


def test_estimates_are_whole_numbers_that_sum_to_the_examples():
    rng = np.random.default_rng(2)
    for _ in range(20):
        counts = privacy.label_counts_from_bias(rng.normal(size=10), 33, learning_rate=0.1)
        assert counts.sum() == 33
        assert counts.min() >= 0
        assert counts.dtype == np.int64


def test_an_update_that_says_nothing_is_all_labels_alike():
    counts = privacy.label_counts_from_bias(np.full(4, -9.0), 8, learning_rate=0.1)
    assert counts.tolist() == [2, 2, 2, 2]


def test_roc_of_scores_that_tell_all_and_that_tell_nothing():
    perfect = privacy.membership_roc([3, 4], [1, 2])
    assert (perfect.area, perfect.advantage) == (1.0, 1.0)
    useless = privacy.membership_roc([1, 2, 3], [1, 2, 3])
    assert (useless.area, useless.advantage) == (0.5, 0.0)
    turned = privacy.membership_roc([1, 2], [3, 4])
    assert (turned.area, turned.advantage) == (0.0, 0.0)


def test_roc_area_is_the_chance_that_a_member_scores_higher():
    rng = np.random.default_rng(3)
    members, others = rng.integers(0, 5, 30), rng.integers(0, 4, 20)
    pairs = (members[:, None] > others) + 0.5 * (members[:, None] == others)
    roc = privacy.membership_roc(members, others)
    assert roc.area == pytest.approx(pairs.mean())
    assert roc.hits[0] == roc.false_alarms[0] == 0
    assert roc.hits[-1] == roc.false_alarms[-1] == 1
    assert (np.diff(roc.hits) >= 0).all()
    thresholds = range(6)
    gains = [np.mean(members >= t) - np.mean(others >= t) for t in thresholds]
    assert roc.advantage == pytest.approx(max(gains))


def test_equal_scores_are_one_threshold():
    roc = privacy.membership_roc([1.0, 1.0], [1.0])
    assert roc.hits.tolist() == roc.false_alarms.tolist() == [0, 1]


@pytest.mark.parametrize("bad", [[], [np.nan], "ab", None, [[1.0]]])
def test_what_is_wrong_is_said(bad):
    with pytest.raises(ValueError, match="other_scores must be a sequence of finite numbers"):
        privacy.membership_roc([1.0], bad)
    with pytest.raises(ValueError, match="bias_update must be a sequence"):
        privacy.label_counts_from_bias(bad, 5, learning_rate=0.1)
    with pytest.raises(ValueError, match="probabilities holds 3 numbers where 2 are needed"):
        privacy.label_counts_from_bias(
            [0.0, 0.0], 5, learning_rate=0.1, probabilities=[0.1, 0.2, 0.7]
        )
