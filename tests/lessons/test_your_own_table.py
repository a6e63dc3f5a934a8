"""What the lesson on one's own table shows, without its notebook."""

import numpy as np
import pytest
import tensorflow_federated as tff

from fl_course import data, exercises

EX = exercises.lesson("your_own_table")
MEASURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


@pytest.fixture(scope="module")
def whole():
    return data.penguins()


@pytest.fixture(scope="module")
def birds():
    return data.from_table(
        data.penguins_file(), client="island", label="species", features=MEASURES, missing="keep"
    )


def tables(birds):
    return [data.pool(birds, [name])[0].astype(np.float64) for name in birds.client_ids]


def federated_moments(silos):
    """Mean and variance as the lesson computes them, with the reference answers."""
    silo_sums, mean_and_variance = EX.silo_sums.reference(), EX.mean_and_variance.reference()
    kind = tff.TensorType(np.float64, [None, silos[0].shape[1]])
    at_silo = tff.tensorflow.computation(lambda table: silo_sums(table), kind)

    @tff.federated_computation(tff.FederatedType(kind, tff.CLIENTS))
    def sums_over_silos(tables):
        return tff.federated_sum(tff.federated_map(at_silo, tables))

    count, total, squares = sums_over_silos(silos)
    return (count, *mean_and_variance(count, total, squares))


def test_federated_mean_and_variance_are_those_of_pandas_on_the_pooled_table(whole, birds):
    count, mean, variance = federated_moments(tables(birds))
    np.testing.assert_array_equal(count, whole[MEASURES].notna().sum())
    np.testing.assert_allclose(mean, whole[MEASURES].mean(), rtol=1e-6)
    np.testing.assert_allclose(variance, whole[MEASURES].var(), rtol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_the_same_holds_for_any_silos(seed):
    rng = np.random.default_rng(seed)
    silos = [rng.normal(1000, 5, size=(size, 3)) for size in (2, 17, 300)]
    for silo in silos[1:]:
        silo[rng.random(silo.shape) < 0.2] = np.nan
    pooled = np.concatenate(silos)
    _, mean, variance = federated_moments(silos)
    np.testing.assert_allclose(mean, np.nanmean(pooled, axis=0), rtol=1e-6)
    np.testing.assert_allclose(variance, np.nanvar(pooled, axis=0, ddof=1), rtol=1e-6)


def test_longer_bills_are_deeper_in_every_species_and_less_deep_in_all(whole):
    known = whole.dropna(subset=MEASURES)
    correlation = known["bill_length_mm"].corr(known["bill_depth_mm"])
    by_species = [
        species["bill_length_mm"].corr(species["bill_depth_mm"])
        for _, species in known.groupby("species")
    ]
    assert correlation < -0.2
    assert min(by_species) > 0.3

    centred = known.groupby("species")[MEASURES[:2]].transform(
        lambda values: values - values.mean()
    )
    within = EX.correlation_within.reference()(sums(known))
    assert within == pytest.approx(centred["bill_length_mm"].corr(centred["bill_depth_mm"]))


def sums(known):
    rows = []
    for _, species in known.groupby("species"):
        x, y = (species[name].to_numpy() for name in MEASURES[:2])
        rows.append([len(x), x.sum(), y.sum(), (x * x).sum(), (y * y).sum(), (x * y).sum()])
    return np.array(rows)
