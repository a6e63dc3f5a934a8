import numpy as np
import pytest

from fl_course import aggregation


@pytest.mark.parametrize("bits", [8, 32, 62])
def test_every_multiple_of_the_step_comes_back_to_the_bit(bits):
    fraction_bits = 3
    limit = min(2 ** (bits - 1), 2**20)
    steps = np.arange(-limit, limit, max(1, limit // 500))
    values = steps / 2**fraction_bits
    numbers = aggregation.to_fixed_point(values, bits=bits, fraction_bits=fraction_bits)
    assert numbers.dtype == np.uint64
    assert int(numbers.max()) < 2**bits
    back = aggregation.from_fixed_point(numbers, bits=bits, fraction_bits=fraction_bits)
    np.testing.assert_array_equal(back, values)


def test_other_numbers_go_to_the_nearest_step_and_halves_to_the_even_one():
    values = [0.24, 0.26, -0.24, -0.26, 0.25, 0.75, -0.25, -0.75]
    numbers = aggregation.to_fixed_point(values, bits=8, fraction_bits=1)
    assert numbers.tolist() == [0, 1, 0, 255, 0, 2, 0, 254]


def test_sums_wrap_and_come_back():
    rng = np.random.default_rng(0)
    rows = rng.uniform(-9, 9, size=(50, 20))
    numbers = aggregation.to_fixed_point(rows)
    total = numbers.sum(axis=0, dtype=np.uint64) % np.uint64(2**32)
    exact = (np.rint(rows * 2**16).astype(int)).sum(axis=0) / 2**16
    np.testing.assert_array_equal(aggregation.from_fixed_point(total), exact)


def test_a_sum_that_leaves_the_range_is_off_by_the_modulus():
    numbers = aggregation.to_fixed_point([100.0, 100.0], bits=8, fraction_bits=0)
    total = numbers.sum(keepdims=True) % np.uint64(256)
    assert aggregation.from_fixed_point(total, bits=8, fraction_bits=0) == 200 - 256


@pytest.mark.parametrize("value", [128.0, -128.6, 1e300])
def test_a_value_without_room_is_refused(value):
    with pytest.raises(ValueError, match="from -128 to below 128"):
        aggregation.to_fixed_point([1.0, value], bits=8, fraction_bits=0)


def test_the_ends_of_the_range_are_taken():
    ends = aggregation.to_fixed_point([-128.0, 127.0], bits=8, fraction_bits=0)
    assert ends.tolist() == [128, 127]


@pytest.mark.parametrize(("bits", "fraction_bits"), [(1, 0), (63, 0), (8, 8), (8, -1), (8.0, 0)])
def test_forms_that_are_none_are_refused(bits, fraction_bits):
    with pytest.raises(ValueError, match="bits must be"):
        aggregation.to_fixed_point([0.0], bits=bits, fraction_bits=fraction_bits)


@pytest.mark.parametrize("numbers", [[-1], [256]])
def test_numbers_beyond_the_modulus_are_refused(numbers):
    with pytest.raises(ValueError, match="numbers must be from 0"):
        aggregation.from_fixed_point(numbers, bits=8, fraction_bits=0)


def test_reals_are_no_residues():
    with pytest.raises(TypeError, match="numbers must be an array of integers"):
        aggregation.from_fixed_point([1.0])
