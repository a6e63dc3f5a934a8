import numpy as np
import pytest
import tensorflow_federated as tff

from fl_course import aggregation

TYPE = tff.to_type([(np.float32, [2, 3]), (np.float32, [4]), np.float32])
RULES = {
    "mean": aggregation.mean(),
    "norm bound": aggregation.norm_bound(1.5),
    "median": aggregation.coordinate_median(),
    "trimmed mean": aggregation.trimmed_mean(1),
    "Krum": aggregation.krum(1),
    "Multi-Krum": aggregation.multi_krum(1, 3),
}


def updates(count, seed=0):
    rng = np.random.default_rng(seed)
    shapes = [(2, 3), (4,), ()]
    return [[np.float32(rng.normal(size=shape)) for shape in shapes] for _ in range(count)]


@pytest.mark.parametrize("rule", RULES)
def test_an_aggregator_gives_what_its_rule_gives(rule):
    values = updates(6)
    process = aggregation.rule_aggregator(RULES[rule]).create(TYPE)
    output = process.next(process.initialize(), values)
    rows = np.stack([np.concatenate([np.ravel(part) for part in value]) for value in values])
    wanted = RULES[rule](rows).numpy()
    found = np.concatenate([np.ravel(part) for part in output.result])
    assert [np.shape(part) for part in output.result] == [(2, 3), (4,), ()]
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


def test_too_few_clients_end_in_an_error():
    process = aggregation.rule_aggregator(aggregation.trimmed_mean(2)).create(TYPE)
    with pytest.raises(Exception, match=r"(?i)assert"):
        process.next(process.initialize(), updates(4))


def test_a_rule_is_a_function():
    with pytest.raises(TypeError, match="rule must be a function"):
        aggregation.rule_aggregator("median")
