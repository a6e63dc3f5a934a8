import inspect

import numpy as np
import pytest
import scipy.stats

from fl_course import aggregation

CLIENTS = [f"writer_{number:02d}" for number in range(6)]
BITS = [8, 32, 62]


def keys_of(clients):
    return {client: aggregation.make_keys(seed) for seed, client in enumerate(clients)}


def values(size=50, seed=0):
    rng = np.random.default_rng(seed)
    return {client: rng.normal(size=size) for client in CLIENTS}


def plain(numbers, clients=CLIENTS):
    """The sum of the fixed-point numbers, in Python's own integers."""
    steps = [[round(float(x) * 2**16) for x in numbers[client].ravel()] for client in clients]
    return np.array([sum(column) for column in zip(*steps, strict=True)]) / 2**16


class TestMasks:
    def test_two_clients_get_the_same_seed_and_a_third_another(self):
        a, b, c = (aggregation.make_keys(seed) for seed in (1, 2, 3))
        common = aggregation.shared_seed(a.secret, b.public)
        assert common == aggregation.shared_seed(b.secret, a.public)
        assert common != aggregation.shared_seed(c.secret, b.public)
        assert common != aggregation.shared_seed(c.secret, a.public)

    @pytest.mark.parametrize("bits", BITS)
    @pytest.mark.parametrize("count", [2, 3, 6])
    def test_masks_sum_to_zero_bit_for_bit(self, bits, count):
        keys = keys_of(CLIENTS[:count])
        public = {client: key.public for client, key in keys.items()}
        masks = [
            aggregation.pairwise_mask(client, key.secret, public, 100, bits=bits)
            for client, key in keys.items()
        ]
        assert all(mask.dtype == np.uint64 and int(mask.max()) < 2**bits for mask in masks)
        assert all(len(np.unique(mask)) > 30 for mask in masks)
        total = sum(mask.astype(object) for mask in masks)
        assert all(number % 2**bits == 0 for number in total)

    def test_one_mask_less_and_the_sum_is_not_zero(self):
        keys = keys_of(CLIENTS)
        public = {client: key.public for client, key in keys.items()}
        masks = [
            aggregation.pairwise_mask(client, keys[client].secret, public, 100)
            for client in CLIENTS[1:]
        ]
        total = sum(mask.astype(object) for mask in masks)
        assert sum(number % 2**32 == 0 for number in total) < 3

    @pytest.mark.parametrize("bits", BITS)
    def test_numbers_are_uniform_over_the_whole_range(self, bits):
        numbers = aggregation.expand(5, 50_000, bits=bits)
        counts, _ = np.histogram(numbers.astype(float) / 2.0**bits, bins=32, range=(0, 1))
        assert scipy.stats.chisquare(counts).pvalue > 1e-3

    def test_the_same_seed_gives_the_same_numbers(self):
        np.testing.assert_array_equal(aggregation.expand(5, 9), aggregation.expand(5, 9))
        assert (aggregation.expand(5, 9) != aggregation.expand(6, 9)).any()


class TestSecureSum:
    def test_the_masked_sum_is_the_plain_fixed_point_sum(self):
        given = values()
        result = aggregation.secure_sum(given)
        np.testing.assert_array_equal(result.total, plain(given))
        assert list(result.received) == CLIENTS
        assert set(result.revealed.values()) == {"self mask"}

    @pytest.mark.parametrize("dropped", [["writer_03"], ["writer_00"], ["writer_01", "writer_05"]])
    def test_it_is_so_after_a_drop_out(self, dropped):
        given = values()
        left = [client for client in CLIENTS if client not in dropped]
        result = aggregation.secure_sum(given, dropped=dropped, threshold=4)
        np.testing.assert_array_equal(result.total, plain(given, left))
        assert list(result.received) == left
        assert [client for client, what in result.revealed.items() if what == "key"] == dropped

    def test_any_shape_comes_back(self):
        given = {client: array.reshape(5, 10) for client, array in values().items()}
        result = aggregation.secure_sum(given)
        assert result.total.shape == (5, 10)
        assert all(numbers.shape == (5, 10) for numbers in result.received.values())

    def test_what_the_server_gets_is_uniform_and_goes_with_no_value(self):
        size = 40_000
        given = {client: np.full(size, 1.5) for client in CLIENTS}
        result = aggregation.secure_sum(given)
        seen = [numbers.astype(float) / 2**32 for numbers in result.received.values()]
        for numbers in seen:
            counts, _ = np.histogram(numbers, bins=32, range=(0, 1))
            assert scipy.stats.chisquare(counts).pvalue > 1e-3
        assert np.abs(np.corrcoef(seen) - np.eye(len(seen))).max() < 0.25

    def test_self_masks_hide_a_value_that_comes_too_late(self):
        """With the key of one who was taken for gone, the pairwise mask alone could be removed."""
        given = values()
        first = aggregation.secure_sum(given).received["writer_03"]
        keys = [aggregation.make_keys(int(s)) for s in np.random.SeedSequence(0).generate_state(6)]
        public = {client: key.public for client, key in zip(CLIENTS, keys, strict=True)}
        mask = aggregation.pairwise_mask("writer_03", keys[3].secret, public, 50)
        late = (first - mask) % np.uint64(2**32)
        assert (late != aggregation.to_fixed_point(given["writer_03"])).all()

    def test_too_few_are_left(self):
        with pytest.raises(
            ValueError, match="dropped leaves 4 of 6 clients, and the threshold is 5"
        ):
            aggregation.secure_sum(values(), dropped=CLIENTS[:2])

    @pytest.mark.parametrize(
        ("given", "error"),
        [
            ({"a": [1.0]}, "values must be of two clients or more"),
            ({"a": [1.0], "b": [1.0, 2.0]}, "values must have one shape"),
            ({"a": [], "b": []}, "values must have one shape"),
            ({"a": [np.nan], "b": [1.0]}, r"values\['a'\] must be finite"),
            ({"a": [1e9], "b": [1.0]}, "values must be from -32768 to below 32768"),
        ],
    )
    def test_values_that_cannot_be_summed_are_refused(self, given, error):
        with pytest.raises(ValueError, match=error):
            aggregation.secure_sum(given)

    def test_an_unknown_client_cannot_drop_out(self):
        with pytest.raises(ValueError, match="dropped holds 'writer_99', which is not a client"):
            aggregation.secure_sum(values(), dropped=["writer_99"])

    def test_arguments_are_by_name_but_for_the_values(self):
        parameters = list(inspect.signature(aggregation.secure_sum).parameters.values())
        assert {parameter.kind for parameter in parameters[1:]} == {parameters[1].KEYWORD_ONLY}
