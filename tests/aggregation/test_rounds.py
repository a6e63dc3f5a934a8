import numpy as np
import pytest
import tensorflow_federated as tff

from fl_course import aggregation, algorithms, data, models
from fl_course.preprocessing import preprocess

# Of unequal sizes: the first has two full batches, the second an incomplete one, the third one.
SIZES = {"writer_00": 40, "writer_06": 25, "writer_07": 7}
RATE = 0.1


@pytest.fixture(scope="module")
def examples():
    train, _ = data.load()
    pairs = (data.pool(train, [client]) for client in SIZES)
    return [(x[:n], y[:n]) for (x, y), n in zip(pairs, SIZES.values(), strict=True)]


@pytest.fixture(scope="module")
def batches(examples):
    return aggregation.stack_clients(examples)


@pytest.fixture(scope="module")
def cohort():
    train, _ = data.load()
    return [
        preprocess(train.create_tf_dataset_for_client(client).take(n).map(inked), shuffle_buffer=0)
        for client, n in SIZES.items()
    ]


def inked(example):
    # The softmax model multiplies what it is given: here that is ink.
    return {"label": example["label"], "pixels": 1.0 - example["pixels"]}


def flat(weights):
    return np.concatenate([np.asarray(part).reshape(-1, 10) for part in weights.trainable])


def run(process, cohort, num_rounds):
    state, weights = process.initialize(), []
    for _ in range(num_rounds):
        state = process.next(state, cohort).state
        weights.append(flat(process.get_model_weights(state)))
    return weights


def test_three_rounds_are_those_of_the_courses_federated_averaging(batches, cohort):
    ours = aggregation.train_rounds(batches, aggregation.mean(), num_rounds=3, learning_rate=RATE)
    process = algorithms.build_fed_avg(
        models.functional_model(), client_learning_rate=RATE, weighted=False
    )
    for found, wanted in zip(ours, run(process, cohort, 3), strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_rounds_with_a_rule_are_those_of_tff_with_its_aggregator(batches, cohort):
    ours = aggregation.train_rounds(
        batches, aggregation.coordinate_median(), num_rounds=2, learning_rate=RATE
    )
    process = tff.learning.algorithms.build_unweighted_fed_avg(
        models.functional_model(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=RATE),
        model_aggregator=aggregation.rule_aggregator(aggregation.coordinate_median()),
    )
    for found, wanted in zip(ours, run(process, cohort, 2), strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_attackers_change_what_the_server_gets_and_see_the_weights(batches):
    seen = []

    def zero(updates, weights):
        seen.append(weights.copy())
        return np.zeros_like(updates)

    weights = aggregation.train_rounds(
        batches, aggregation.mean(), num_rounds=2, learning_rate=RATE, change_updates=zero
    )
    assert weights.shape == (2, 785, 10)
    assert not weights.any()
    assert len(seen) == 2


def test_a_batch_of_nothing_changes_nothing(examples):
    alone = aggregation.stack_clients(examples[2:])
    together = aggregation.stack_clients(examples)
    assert together.inputs.shape == (3, 2, 20, 785)
    start = np.zeros((785, 10))
    np.testing.assert_allclose(
        aggregation.local_updates(start, together, RATE)[2],
        aggregation.local_updates(start, alone, RATE)[0],
        atol=1e-12,
    )


def test_predictions_are_labels(batches, examples):
    weights = aggregation.train_rounds(
        batches, aggregation.mean(), num_rounds=10, learning_rate=RATE
    )[-1]
    images, labels = examples[0]
    predicted = aggregation.predict(weights, images)
    assert predicted.shape == labels.shape
    assert np.mean(predicted == labels) > 0.7


@pytest.mark.parametrize(
    "examples",
    [
        [(np.ones((2, 28, 28)), [1])],
        [(np.ones((2, 27, 28)), [1, 2])],
        [(np.ones((2, 28, 28)), [1, 10])],
    ],
)
def test_what_are_no_examples_is_refused(examples):
    with pytest.raises(ValueError, match=r"examples\[0\]"):
        aggregation.stack_clients(examples)


def test_weights_of_another_shape_are_refused(batches):
    with pytest.raises(ValueError, match=r"weights must have the shape \[785, 10\]"):
        aggregation.local_updates(np.zeros((784, 10)), batches, RATE)
