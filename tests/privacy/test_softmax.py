import numpy as np
import pytest

from fl_course import algorithms, data, models, privacy
from fl_course.preprocessing import preprocess


def client(size=50):
    train, _ = data.load()
    return train.create_tf_dataset_for_client("writer_04").take(size)


def arrays(dataset):
    batch = next(dataset.batch(1000).as_numpy_iterator())
    return batch["pixels"].reshape(-1, 784), batch["label"]


@pytest.mark.parametrize("batch_size", [None, 20])
def test_an_update_is_that_of_federated_averaging(batch_size):
    process = algorithms.build_fed_avg(models.functional_model(), client_learning_rate=0.1)
    batches = preprocess(client(), batch_size=batch_size or 1000, shuffle_buffer=0)
    state = process.next(process.initialize(), [batches]).state
    kernel, bias = process.get_model_weights(state).trainable
    update = privacy.softmax_update(
        np.zeros((785, 10)), *arrays(client()), learning_rate=0.1, batch_size=batch_size
    )
    assert update.dtype == np.float32
    assert update == pytest.approx(np.vstack([kernel, bias]), abs=1e-5)


def test_what_is_given_stays_as_it_is():
    inputs, labels = arrays(client(7))
    weights = np.ones((785, 10), np.float32)
    before = weights.copy(), inputs.copy(), labels.copy()
    privacy.softmax_update(weights, inputs, labels, learning_rate=0.1, batch_size=3)
    privacy.softmax_losses(weights, inputs, labels)
    for now, then in zip((weights, inputs, labels), before, strict=True):
        assert np.array_equal(now, then)


def test_losses_are_cross_entropies():
    inputs, labels = arrays(client(7))
    assert privacy.softmax_losses(np.zeros((785, 10)), inputs, labels) == pytest.approx(np.log(10))
    weights = np.random.default_rng(0).normal(size=(785, 10))
    sums = inputs @ weights[:-1] + weights[-1]
    powers = np.exp(sums)
    wanted = -np.log(powers[np.arange(7), labels] / powers.sum(axis=1))
    found = privacy.softmax_losses(weights, inputs, labels)
    assert found == pytest.approx(wanted, rel=1e-4, abs=1e-4)


def test_large_weights_do_not_overflow():
    losses = privacy.softmax_losses([[1e4, -1e4], [0, 0]], [[1.0]], [1])
    assert losses.tolist() == [2e4]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros((5, 3)), np.zeros((2, 5)), [0, 1]), "do not fit together"),
        ((np.zeros((5, 3)), np.zeros((2, 4)), [0]), "do not fit together"),
        ((np.zeros((5, 3)), np.zeros((2, 4)), [0, 3]), "labels must be integers from 0 to 2"),
        ((np.zeros((5, 3)), np.zeros((2, 4)), [0.0, 1.0]), "labels must be integers"),
        ((np.zeros(5), np.zeros((2, 4)), [0, 1]), "weights must be an array"),
    ],
)
def test_what_is_wrong_is_said(arguments, message):
    with pytest.raises(ValueError, match=message):
        privacy.softmax_losses(*arguments)
