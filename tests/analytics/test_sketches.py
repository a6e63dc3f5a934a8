import numpy as np
import pytest

from fl_course import analytics

WORDS = [f"word {number}" for number in range(3000)]


def test_equal_words_share_a_cell_whoever_throws_them():
    first = analytics.cells_of(["a", "b", "a"], 1000)
    assert first[0] == first[2]
    assert analytics.cells_of(["a"], 1000)[0] == first[0]
    assert analytics.cells_of(["a"], 1000, seed=1)[0] != first[0]
    assert analytics.cells_of([], 10).tolist() == []


def test_cells_are_hit_evenly():
    counts = np.bincount(analytics.cells_of(WORDS, 10), minlength=10)
    assert counts.min() > 240
    assert counts.max() < 360


def test_linear_count_is_whangs_estimate():
    assert analytics.linear_count([0, 1, 0, 5]) == pytest.approx(4 * np.log(2))
    assert analytics.linear_count([0, 0]) == 0
    assert analytics.linear_count([1]) == np.inf


@pytest.mark.parametrize("count", [100, 1000, 3000])
def test_linear_count_is_near_the_truth(count):
    cells = np.zeros(4096, int)
    cells[analytics.cells_of(WORDS[:count], 4096)] = 1
    assert analytics.linear_count(cells) == pytest.approx(count, rel=0.05)


@pytest.mark.parametrize("count", [10, 100, 3000])
def test_hyperloglog_has_its_standard_error(count):
    """Flajolet and others, 2007: about 1.04 divided by the root of the registers."""
    estimates = [
        analytics.hyperloglog_count(analytics.hyperloglog(WORDS[:count], 64, seed=seed))
        for seed in range(30)
    ]
    error = np.sqrt(np.mean((np.array(estimates) / count - 1) ** 2))
    assert error < 1.5 * 1.04 / 8


def test_sketches_merge_by_the_maximum():
    parts = [analytics.hyperloglog(part, 32) for part in (WORDS[:2000], WORDS[1000:])]
    assert np.maximum(*parts).tolist() == analytics.hyperloglog(WORDS, 32).tolist()


def test_nothing_is_no_word():
    assert analytics.hyperloglog_count(analytics.hyperloglog([], 16)) == 0


@pytest.mark.parametrize("count", [15, 48, 2**17])
def test_registers_are_a_power_of_two(count):
    with pytest.raises(ValueError, match="num_registers must be"):
        analytics.hyperloglog(["a"], count)


def test_registers_of_no_sketch_are_refused():
    with pytest.raises(ValueError, match="registers must be a power of two"):
        analytics.hyperloglog_count(np.zeros(20, int))
    with pytest.raises(ValueError, match="registers must be a row of integers from 0 to 61"):
        analytics.hyperloglog_count(np.full(16, 62))
