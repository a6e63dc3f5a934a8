"""The benchmark compares equal work, and would say so if it did not."""

import numpy as np
import pytest

import fl_course

fl_course.setup()

import tensorflow as tf  # noqa: E402

from bench import rounds  # noqa: E402
from fl_course import algorithms, models  # noqa: E402


def result(contender, accuracy=0.9, ms=5.0, clients=100):
    return {
        "contender": contender,
        "model": "softmax",
        "clients": clients,
        "first_ms": 2 * ms,
        "later_ms": ms,
        "seconds_to_first_result": 4.0,
        "accuracy": accuracy,
        "peak_bytes": 5 * 2**20,
        "worker_peak_bytes": 7 * 2**20,
    }


def test_numpy_takes_the_steps_of_the_course():
    """On one client whose examples are all alike, no order of the examples matters."""
    rng = np.random.default_rng(2)
    image, label = rng.random(784, np.float32), 3
    images, labels = np.tile(image, (45, 1)), np.full(45, label, np.int32)
    weights = (np.zeros([784, 10], np.float32), np.zeros(10, np.float32))
    by_numpy = rounds.client_update(weights, images, labels, seed=0)

    batches = tf.data.Dataset.from_tensor_slices({"x": images, "y": labels}).repeat(5).batch(20)
    process = algorithms.build_fed_avg(
        models.functional_model(), client_learning_rate=rounds.CLIENT_RATES["softmax"]
    )
    state = process.next(process.initialize(), [batches]).state
    for ours, theirs in zip(by_numpy, state.weights, strict=True):
        assert np.abs(ours).max() > 0.01
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


def test_equal_work_is_no_complaint():
    assert rounds.check_accuracies([result("numpy", 0.90), result("plain_tff", 0.91)]) == []


@pytest.mark.parametrize("accuracy", [0.5, 0.99, float("nan")])
def test_less_work_is_told(accuracy):
    (wrong,) = rounds.check_accuracies([result("numpy"), result("plain_tff", accuracy)])
    assert "plain_tff" in wrong
    assert "0.900" in wrong


def test_learning_nothing_is_told():
    (wrong,) = rounds.check_accuracies([result("numpy", 0.1), result("plain_tff", 0.1)])
    assert "nothing was learned" in wrong


def test_results_of_other_sizes_are_not_compared():
    assert rounds.check_accuracies([result("numpy"), result("numpy", 0.5, clients=10)]) == []


@pytest.mark.parametrize(("ms", "reached"), [(4.0, ["yes", "yes"]), (9.0, ["no", "no"])])
def test_what_was_reached_comes_from_the_numbers(ms, reached):
    results = [result("tff_learning", ms=ms), result("plain_tff", ms=20.0)]
    rows = rounds.report(results).split("What was to reach")[1].splitlines()[4:]
    assert [row.split("|")[3].strip() for row in rows] == reached
    assert f"{ms:.1f} ms" in rows[0]
    assert f"{20 / ms:.1f} times" in rows[1]
