"""Parts of TFF that no lesson touches and learners try: each gives what NumPy says it should.

TFF's own tests say far more about them; `tools/upstream_tests.py` runs those.
"""

import asyncio
import collections
import datetime
import time

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff

LEARNING_RATE = 0.1

# Two clients of a linear regression with two weights, of different size: (features, targets).
CLIENTS = [
    (
        np.array([[1.0, 0.5]], np.float32),
        np.array([[1.0]], np.float32),
    ),
    (
        np.array([[0.2, -1.0], [2.0, 0.3], [-0.7, 0.1]], np.float32),
        np.array([[0.5], [-1.0], [0.3]], np.float32),
    ),
]
SIZES = np.array([1.0, 3.0])


def keras_model():
    return tf.keras.Sequential(
        [
            tf.keras.layers.InputLayer(input_shape=(2,)),
            tf.keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros"),
        ]
    )


INPUT_SPEC = collections.OrderedDict(
    x=tf.TensorSpec([None, 2], tf.float32), y=tf.TensorSpec([None, 1], tf.float32)
)


def model_fn():
    return tff.learning.models.from_keras_model(
        keras_model(), loss=tf.keras.losses.MeanSquaredError(), input_spec=INPUT_SPEC
    )


def datasets(epochs=1):
    """The clients' data, each as one batch an epoch."""
    return [
        tf.data.Dataset.from_tensor_slices(collections.OrderedDict(x=x, y=y))
        .batch(len(x))
        .repeat(epochs)
        for x, y in CLIENTS
    ]


def gradient(weights, x, y):
    return 2 * x.T @ (x @ weights - y) / len(x)


def gradients(weights):
    return np.stack([gradient(weights, x, y) for x, y in CLIENTS])


def weighted_mean(values):
    return np.average(values, axis=0, weights=SIZES)


def run(process, rounds, epochs=1):
    """The weights after each round."""
    state = process.initialize()
    history = []
    for _ in range(rounds):
        state = process.next(state, datasets(epochs)).state
        history.append(process.get_model_weights(state).trainable[0])
    return history


def close(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-6)


def sgd(momentum=None):
    return tff.learning.optimizers.build_sgdm(LEARNING_RATE, momentum)


@pytest.fixture(scope="module")
def secure_context():
    # TFF's native context has no secure sums; this one replaces them by plain ones.
    return tff.backends.test.create_sync_test_cpp_execution_context()


@pytest.fixture
def secure_sums(secure_context):
    with tff.framework.get_context_stack().install(secure_context):
        yield


class TestLearning:
    def test_unweighted_fed_avg(self):
        process = tff.learning.algorithms.build_unweighted_fed_avg(model_fn, sgd())
        first, second = run(process, 2)
        expected = -LEARNING_RATE * gradients(np.zeros((2, 1))).mean(axis=0)
        close(first, expected)
        close(second, expected - LEARNING_RATE * gradients(expected).mean(axis=0))

    def test_fed_avg_with_a_schedule_of_learning_rates(self):
        process = tff.learning.algorithms.build_weighted_fed_avg_with_optimizer_schedule(
            model_fn,
            client_learning_rate_fn=lambda round_number: 0.2 / (tf.cast(round_number, "float") + 1),
            client_optimizer_fn=tff.learning.optimizers.build_sgdm,
        )
        expected = np.zeros((2, 1))
        for round_number, weights in enumerate(run(process, 2)):
            rate = 0.2 / (round_number + 1)
            expected = expected - rate * weighted_mean(gradients(expected))
            close(weights, expected)

    def test_fed_prox(self):
        # TFF 0.87 adds the term's gradient with the opposite sign: it pushes away from the server's
        # weights, where Li et al. (2020) pull towards them. What is tested is TFF as it is.
        strength = -0.7
        process = tff.learning.algorithms.build_weighted_fed_prox(model_fn, -strength, sgd())
        (weights,) = run(process, 1, epochs=2)
        trained = []
        for x, y in CLIENTS:
            local = -LEARNING_RATE * gradient(np.zeros((2, 1)), x, y)
            local = local - LEARNING_RATE * (gradient(local, x, y) + strength * local)
            trained.append(local)
        close(weights, weighted_mean(trained))

    def test_mime_lite_keeps_its_momentum_on_the_server(self):
        momentum = 0.9
        process = tff.learning.algorithms.build_weighted_mime_lite(model_fn, sgd(momentum))
        velocity, expected = 0.0, np.zeros((2, 1))
        for weights in run(process, 2):
            mean_gradient = weighted_mean(gradients(expected))
            velocity = momentum * velocity + mean_gradient
            expected = expected - LEARNING_RATE * velocity
            close(weights, expected)

    def test_fed_sgd(self):
        process = tff.learning.algorithms.build_fed_sgd(model_fn, sgd())
        (weights,) = run(process, 1)
        close(weights, -LEARNING_RATE * weighted_mean(gradients(np.zeros((2, 1)))))

    @pytest.mark.parametrize(
        "spec", [INPUT_SPEC, tuple(INPUT_SPEC.values())], ids=["names", "pair"]
    )
    def test_a_functional_model_saved_and_loaded_trains_as_before(self, spec, tmp_path):
        model = tff.learning.models.functional_model_from_keras(
            keras_model(), loss_fn=tf.keras.losses.MeanSquaredError(), input_spec=spec
        )
        tff.learning.models.save_functional_model(model, str(tmp_path))
        loaded = tff.learning.models.load_functional_model(str(tmp_path))
        assert loaded.input_spec == spec
        assert type(loaded.input_spec) is type(spec)
        as_spec = [
            d if spec is INPUT_SPEC else d.map(lambda x: (x["x"], x["y"])) for d in datasets()
        ]
        trained = []
        for each in (model, loaded):
            process = tff.learning.algorithms.build_weighted_fed_avg(each, sgd())
            output = process.next(process.initialize(), as_spec)
            trained.append(process.get_model_weights(output.state).trainable[0])
        np.testing.assert_array_equal(*trained)
        close(trained[0], -LEARNING_RATE * weighted_mean(gradients(np.zeros((2, 1)))))

    @pytest.mark.parametrize("name", ["adagrad", "adam", "yogi"])
    def test_adaptive_server_optimizers(self, name):
        build = getattr(tff.learning.optimizers, f"build_{name}")
        process = tff.learning.algorithms.build_weighted_fed_avg(
            model_fn, sgd(), server_optimizer_fn=build(0.5)
        )
        (weights,) = run(process, 1)
        pseudo = LEARNING_RATE * weighted_mean(gradients(np.zeros((2, 1))))
        if name == "adagrad":
            step = 0.5 * pseudo / np.sqrt(0.1 + pseudo**2 + 1e-7)
        elif name == "adam":
            step = 0.5 * pseudo / (np.abs(pseudo) + 1e-7 / np.sqrt(1 - 0.999))
        else:
            initial = 1e-6
            second = initial - 0.001 * np.sign(initial - pseudo**2) * pseudo**2
            step = 0.5 * np.sqrt(1 - 0.999) / (1 - 0.9) * 0.1 * pseudo / (np.sqrt(second) + 1e-3)
        np.testing.assert_allclose(weights, -step, rtol=1e-3)

    def test_kmeans_moves_centres_to_the_mean_of_their_points(self):
        process = tff.learning.algorithms.build_fed_kmeans(2, (2,), random_seed=(1, 2))
        points = np.array([[0, 0], [1, 0], [9, 9], [10, 9], [9, 11]], np.float32)
        clients = [tf.data.Dataset.from_tensor_slices(part) for part in (points[:2], points[2:])]
        state = process.initialize()
        centres, weights = process.get_model_weights(state), np.ones(2)
        for _ in range(2):
            nearest = np.argmin(((points[:, None] - centres) ** 2).sum(-1), axis=1)
            counts = np.bincount(nearest, minlength=2)
            sums = np.stack([points[nearest == k].sum(axis=0) for k in range(2)])
            expected = (centres * weights[:, None] + sums) / (weights + counts)[:, None]
            state = process.next(state, clients).state
            centres, weights = process.get_model_weights(state), weights + counts
            close(centres, expected)

    def test_personalization_evaluation(self):
        @tf.function
        def evaluate(model, data):
            def add(total, batch):
                error = model.forward_pass(batch, training=False).predictions - batch["y"]
                return total + tf.reduce_sum(error**2)

            return collections.OrderedDict(squares=data.batch(9).reduce(tf.constant(0.0), add))

        def personalize():
            @tf.function
            def train(model, train_data, test_data):
                kernel = model.trainable_variables[0]
                for batch in train_data.batch(9):
                    with tf.GradientTape() as tape:
                        loss = model.forward_pass(batch).loss
                    kernel.assign_sub(LEARNING_RATE * tape.gradient(loss, kernel))
                return evaluate(model, test_data)

            return train

        evaluation = tff.learning.algorithms.build_personalization_eval_computation(
            model_fn, collections.OrderedDict(fine_tuned=personalize), evaluate
        )
        examples = [dataset.unbatch() for dataset in datasets()]
        data = [collections.OrderedDict(train_data=data, test_data=data) for data in examples]
        start = np.array([[0.3], [0.1]], np.float32)
        result = evaluation(tff.learning.models.ModelWeights([start], []), data)

        def squares(weights, x, y):
            return np.sum((x @ weights - y) ** 2)

        before = [squares(start, x, y) for x, y in CLIENTS]
        after = [squares(start - LEARNING_RATE * gradient(start, x, y), x, y) for x, y in CLIENTS]
        # The order of clients in the sample is not fixed.
        close(np.sort(result["baseline_metrics"]["squares"]), np.sort(before))
        close(np.sort(result["fine_tuned"]["squares"]), np.sort(after))

    def test_fed_recon_keeps_the_local_bias_on_the_client(self):
        def reconstruction_model_fn():
            inputs = tf.keras.Input((2,))
            shared = tf.keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
            local = tf.keras.layers.Dense(
                1, kernel_initializer="ones", bias_initializer="zeros", name="local"
            )
            return tff.learning.models.ReconstructionModel.from_keras_model_and_layers(
                tf.keras.Model(inputs, local(shared(inputs))),
                global_layers=[shared],
                local_layers=[local],
                input_spec=INPUT_SPEC,
            )

        process = tff.learning.algorithms.build_fed_recon(
            reconstruction_model_fn,
            loss_fn=tf.keras.losses.MeanSquaredError,
            dataset_split_fn=tff.learning.models.ReconstructionModel.simple_dataset_split_fn,
            client_optimizer_fn=sgd(),
            reconstruction_optimizer_fn=sgd(),
        )
        (weights,) = run(process, 1)
        assert weights.shape == (2, 1)
        # With zero weights, the local part sees zeros: only its bias is reconstructed. The mean is
        # weighted by the number of examples of the clients.
        trained = []
        for x, y in CLIENTS:
            bias = LEARNING_RATE * 2 * y.mean()
            trained.append(-LEARNING_RATE * 2 * x.T @ (bias - y) / len(x))
        close(weights, weighted_mean(trained))


def aggregate(factory, values, rounds=1):
    """The results of rounds in which the same clients' values are aggregated."""
    value_type = tff.TensorType(values[0].dtype.type, values[0].shape)
    if isinstance(factory, tff.aggregators.WeightedAggregationFactory):
        process = factory.create(value_type, tff.TensorType(np.float32))
        arguments = (values, [np.float32(1.0)] * len(values))
    else:
        process = factory.create(value_type)
        arguments = (values,)
    state = process.initialize()
    results = []
    for _ in range(rounds):
        output = process.next(state, *arguments)
        state = output.state
        results.append(output.result)
    return results


def clipped(value, norm):
    return value * min(1.0, norm / np.linalg.norm(value))


VALUES = [np.array([3.0, 4.0], np.float32), np.array([0.0, 0.1], np.float32)]


class TestPrivateAggregation:
    def test_fixed_clipping(self):
        factory = tff.aggregators.DifferentiallyPrivateFactory.gaussian_fixed(
            noise_multiplier=0.0, clients_per_round=2, clip=0.5
        )
        (result,) = aggregate(factory, VALUES)
        close(result, (clipped(VALUES[0], 0.5) + VALUES[1]) / 2)

    def test_noise_has_the_deviation_asked_for(self):
        factory = tff.aggregators.DifferentiallyPrivateFactory.gaussian_fixed(
            noise_multiplier=2.0, clients_per_round=4, clip=0.5
        )
        (result,) = aggregate(factory, [np.zeros(40_000, np.float32)] * 4)
        assert np.std(result) == pytest.approx(2.0 * 0.5 / 4, rel=0.03)
        assert abs(np.mean(result)) < 0.01

    def test_adaptive_clipping(self):
        factory = tff.aggregators.DifferentiallyPrivateFactory.gaussian_adaptive(
            noise_multiplier=0.0,
            clients_per_round=2,
            initial_l2_norm_clip=0.05,
            target_unclipped_quantile=0.5,
            learning_rate=0.2,
            clipped_count_stddev=0.0,
        )
        # Both are longer than the first two norms, so that the norm grows by the same factor twice.
        for round_number, result in enumerate(aggregate(factory, VALUES, rounds=3)):
            norm = 0.05 * np.exp(0.2 * 0.5 * round_number)
            close(result, (clipped(VALUES[0], norm) + clipped(VALUES[1], norm)) / 2)

    @pytest.mark.parametrize("noise", [0.0, 1.0])
    def test_tree_aggregation(self, noise):
        factory = tff.aggregators.DifferentiallyPrivateFactory.tree_aggregation(
            noise_multiplier=noise,
            clients_per_round=2,
            l2_norm_clip=0.5,
            record_specs=tf.TensorSpec([20_000]),
            noise_seed=1,
            use_efficient=False,
        )
        values = [np.zeros(20_000, np.float32), np.zeros(20_000, np.float32)]
        values[0][:2] = VALUES[0]
        results = aggregate(factory, values, rounds=4)
        if noise == 0.0:
            for result in results:
                close(result, clipped(values[0], 0.5) / 2)
        else:
            # After 3 rounds two nodes of the tree hold the sum, after 4 one: noise cancels.
            nodes = {1: 1, 2: 1, 3: 2, 4: 1}
            for rounds, count in nodes.items():
                total = np.sum(results[:rounds], axis=0)[2:]
                assert np.std(total) == pytest.approx(0.5 / 2 * np.sqrt(count), rel=0.05)

    def test_tree_aggregation_with_adaptive_clipping(self):
        factory = tff.aggregators.DifferentiallyPrivateFactory.tree_adaptive(
            noise_multiplier=0.0,
            clients_per_round=2,
            record_specs=tf.TensorSpec([2]),
            initial_l2_norm_clip=0.05,
            restart_warmup=1,
            restart_frequency=2,
            clipped_count_stddev=0.0,
        )
        first, second = aggregate(factory, VALUES, rounds=2)
        for result, norm in ((first, 0.05), (second, 0.05 * np.exp(0.2 * 0.5))):
            close(result, (clipped(VALUES[0], norm) + clipped(VALUES[1], norm)) / 2)

    def test_distributed_privacy(self, secure_sums):
        """Composed of so many aggregators that protobuf refuses it unless told to."""
        clients = 4
        factory = tff.learning.ddp_secure_aggregator(
            noise_multiplier=1e-3, expected_clients_per_round=clients
        )
        layers = [((2, 3), 2e-3), ((3,), -4e-3), ((3, 2), 5e-3), ((2,), 1e-3)]
        process = factory.create(tff.to_type([(np.float32, shape) for shape, _ in layers]))
        values = [
            [np.full(shape, value * client, np.float32) for shape, value in layers]
            for client in range(clients)
        ]
        output = process.next(process.initialize(), values)
        for layer, (_, value) in zip(output.result, layers, strict=True):
            np.testing.assert_allclose(layer, np.mean(np.arange(clients)) * value, atol=5e-4)


class TestOtherAggregation:
    def test_compression_stays_within_a_step_of_the_mean(self):
        factory = tff.learning.compression_aggregator(zeroing=False, clipping=False)
        values = [np.linspace(low, 1.0, 20_001, dtype=np.float32) for low in (-1.0, -0.5)]
        (result,) = aggregate(factory, values)
        error = np.abs(result - np.mean(values, axis=0))
        step = 2.0 / (2**8 - 1)  # the clients' values span 2 at most
        assert 0 < np.max(error) <= step

    def test_robust_aggregation_zeroes_and_clips(self):
        values = [np.array([3.0, 4.0], np.float32), np.array([1e6, 0.0], np.float32)]
        (result,) = aggregate(tff.learning.robust_aggregator(), values)
        close(result, clipped(values[0], 1.0) / 2)

    def test_secure_sum_of_integers(self, secure_sums):
        factory = tff.aggregators.SecureSumFactory(
            upper_bound_threshold=10, lower_bound_threshold=0
        )
        values = [np.array([1, 20], np.int32), np.array([-5, 3], np.int32)]
        (result,) = aggregate(factory, values)
        np.testing.assert_array_equal(result, np.sum(np.clip(values, 0, 10), axis=0))

    def test_secure_sum_of_floats(self, secure_sums):
        factory = tff.aggregators.SecureSumFactory(upper_bound_threshold=1.0)
        (result,) = aggregate(factory, VALUES)
        np.testing.assert_allclose(result, np.sum(np.clip(VALUES, -1, 1), axis=0), atol=1e-6)

    def test_secure_aggregation_of_model_updates(self, secure_sums):
        factory = tff.learning.secure_aggregator(zeroing=False, clipping=False)
        (result,) = aggregate(factory, VALUES)
        np.testing.assert_allclose(result, np.mean(VALUES, axis=0), atol=1e-4)

    def test_secure_intrinsics(self, secure_sums):
        @tff.federated_computation(tff.FederatedType(np.int32, tff.CLIENTS))
        def sums(value):
            return (
                tff.federated_secure_sum(value, max_input=15),
                tff.federated_secure_sum_bitwidth(value, bitwidth=4),
            )

        assert [int(total) for total in sums([9, 12, 3])] == [24, 24]

    def test_secure_modular_sum(self, secure_sums):
        factory = tff.aggregators.SecureModularSumFactory(modulus=16)
        (total,) = aggregate(factory, [np.array(value, np.int32) for value in (9, 12, 3)])
        assert total == 24 % 16


WORDS = [["federated", "learning", "federated"], ["learning"], ["averaging", "learning"]]


def iblt_counts(**options):
    heavy_hitters = tff.analytics.heavy_hitters.iblt
    computation = heavy_hitters.build_iblt_computation(capacity=20, batch_size=1, **options)
    result = computation([tf.data.Dataset.from_tensor_slices(words).batch(1) for words in WORDS])
    assert result.clients == len(WORDS)
    assert result.num_not_decoded == 0
    words = [word.decode() for word in result.heavy_hitters]
    return dict(zip(words, result.heavy_hitters_counts.tolist(), strict=True))


class TestAnalytics:
    def test_heavy_hitters(self):
        expected = collections.Counter(word for words in WORDS for word in words)
        assert iblt_counts() == expected

    def test_heavy_hitters_by_secure_sum(self, secure_sums):
        expected = collections.Counter(word for words in WORDS for word in set(words))
        assert iblt_counts(secure_sum_bitwidth=32, multi_contribution=False) == expected

    def test_hierarchical_histogram(self):
        data = [np.array([0.1, 0.2, 0.9], np.float32), np.array([0.3, 0.6, 0.95], np.float32)]
        process = tff.analytics.build_hierarchical_histogram_process(
            0.0, 1.0, num_bins=4, enable_secure_sum=False
        )
        clients = [tf.data.Dataset.from_tensor_slices(values) for values in data]
        output, _ = process.next(process.initialize(), clients)
        histogram = output.aggregated_hierarchical_histogram
        leaves, _ = np.histogram(np.concatenate(data), bins=4, range=(0, 1))
        tree = [leaves.reshape(-1, width).sum(axis=1) for width in (4, 2, 1)]
        np.testing.assert_array_equal(histogram["flat_values"], np.concatenate(tree))


class TestPrograms:
    def test_training_program_resumes_where_it_ended(self, tmp_path):
        process = tff.learning.algorithms.build_weighted_fed_avg(model_fn, sgd())
        context = tff.program.NativeFederatedContext(
            tff.backends.native.create_async_local_cpp_execution_context()
        )
        metrics = tff.program.MemoryReleaseManager()
        models = tff.program.MemoryReleaseManager()

        def train(rounds):
            # Made anew, as by a program that starts again.
            states = tff.program.FileProgramStateManager(tmp_path)
            asyncio.run(
                tff.learning.programs.train_model(
                    train_process=process,
                    train_data_source=tff.program.DatasetDataSource(datasets()),
                    train_per_round_clients=2,
                    train_total_rounds=rounds,
                    program_state_manager=states,
                    model_output_manager=models,
                    train_metrics_manager=metrics,
                    evaluation_manager=None,
                    evaluation_periodicity=1,
                )
            )
            return asyncio.run(states.get_versions())

        with tff.framework.get_context_stack().install(context):
            assert train(1) == [0, 1]
            assert train(3) == [0, 1, 2, 3]
        expected = np.zeros((2, 1))
        for round_number in (1, 2, 3):
            losses = [np.mean((x @ expected - y) ** 2) for x, y in CLIENTS]
            released = metrics.values()[round_number]["model_metrics"]["loss"]
            close(released, np.average(losses, weights=SIZES))
            expected = expected - LEARNING_RATE * weighted_mean(gradients(expected))
        state = models.values()["training_checkpoint_round_3"]
        close(state.global_model_weights.trainable[0], expected)

    def test_evaluation_beside_the_training(self, tmp_path):
        context = tff.program.NativeFederatedContext(
            tff.backends.native.create_async_local_cpp_execution_context()
        )
        metrics = tff.program.MemoryReleaseManager()
        source = tff.program.DatasetDataSource(datasets())
        manager = tff.learning.programs.EvaluationManager(
            source,
            metrics,
            create_state_manager_fn=lambda name: tff.program.FileProgramStateManager(
                tmp_path / name
            ),
            create_process_fn=lambda name: (tff.learning.algorithms.build_fed_eval(model_fn), None),
            cohort_size=2,
            duration=datetime.timedelta(0),
        )
        weights = np.array([[0.3], [0.1]], np.float32)

        async def evaluate():
            await manager.start_evaluation(
                7, int(time.time()), tff.learning.models.ModelWeights([weights], [])
            )
            await manager.wait_for_evaluations_to_finish()

        with tff.framework.get_context_stack().install(context):
            asyncio.run(evaluate())
        losses = [np.mean((x @ weights - y) ** 2) for x, y in CLIENTS]
        assert list(metrics.values()) == [7]
        close(metrics.values()[7]["model_metrics"]["loss"], np.average(losses, weights=SIZES))

    def test_release_to_a_csv_file(self, tmp_path):
        path = tmp_path / "metrics.csv"
        manager = tff.program.CSVFileReleaseManager(path)

        async def release():
            for key in (1, 2):
                await manager.release({"loss": np.float32(key / 2)}, key=key)

        asyncio.run(release())
        assert path.read_text().split() == ["key,loss", "1,0.5", "2,1.0"]


def numbers(client_data, client):
    return [int(x) for x in client_data.create_tf_dataset_for_client(client)]


class TestSimulation:
    def test_client_data_from_arrays_transformed(self):
        data = tff.simulation.datasets.TestClientData({"a": [0, 1, 2], "b": [0, 1]})
        doubled = tff.simulation.datasets.TransformingClientData(
            data, lambda client: lambda x: x * (2 if client == "a" else 10)
        )
        assert doubled.client_ids == ["a", "b"]
        assert numbers(doubled, "a") == [0, 2, 4]
        assert numbers(doubled, "b") == [0, 10]

    def test_client_data_inside_a_computation(self):
        data = tff.simulation.datasets.TestClientData({"a": [0, 1, 2], "b": [0, 1, 2, 3, 4]})

        @tff.tensorflow.computation(tff.SequenceType(np.int32))
        def total(dataset):
            return dataset.reduce(np.int32(0), lambda x, y: x + y)

        @tff.federated_computation(tff.FederatedType(tff.SequenceType(np.int32), tff.CLIENTS))
        def federated_total(values):
            return tff.federated_sum(tff.federated_map(total, values))

        composed = tff.simulation.compose_dataset_computation_with_computation(
            data.dataset_computation, federated_total
        )
        assert composed(["a", "b"]) == 3 + 10

    def test_client_data_from_files(self, tmp_path):
        for client, count in (("a", 2), ("b", 4)):
            (tmp_path / client).write_text("\n".join(str(i * i) for i in range(count)))
        data = tff.simulation.datasets.FilePerUserClientData(
            {client: str(tmp_path / client) for client in "ab"},
            lambda path: tf.data.TextLineDataset(path).map(tf.strings.to_number),
        )
        assert numbers(data, "b") == [0, 1, 4, 9]

    def test_client_data_in_a_database(self, tmp_path):
        saved = tff.simulation.datasets.TestClientData(
            {
                client: collections.OrderedDict(x=np.arange(count, dtype=np.float32))
                for client, count in (("a", 2), ("b", 3))
            }
        )
        path = str(tmp_path / "clients.sqlite")
        tff.simulation.datasets.save_to_sql_client_data(
            saved.client_ids, saved.create_tf_dataset_for_client, path
        )
        loaded = tff.simulation.datasets.load_and_parse_sql_client_data(
            path, collections.OrderedDict(x=tf.TensorSpec([], tf.float32))
        )
        assert loaded.client_ids == ["a", "b"]
        examples = loaded.create_tf_dataset_for_client("b").as_numpy_iterator()
        assert [example["x"] for example in examples] == [0, 1, 2]

    def test_synthetic_emnist(self):
        data = tff.simulation.datasets.emnist.get_synthetic()
        for client in data.client_ids:
            examples = list(data.create_tf_dataset_for_client(client).as_numpy_iterator())
            assert [example["label"] for example in examples] == list(range(10))
            assert examples[0]["pixels"].shape == (28, 28)
            assert 0 <= examples[0]["pixels"].min() < examples[0]["pixels"].max() <= 1

    def test_synthetic_stackoverflow(self):
        data = tff.simulation.datasets.stackoverflow.get_synthetic()
        examples = data.create_tf_dataset_for_client(data.client_ids[0]).as_numpy_iterator()
        assert {"tokens", "tags", "title", "score"} <= set(next(iter(examples)))

    def test_training_loop_resumes_where_it_ended(self, tmp_path):
        @tff.tensorflow.computation
        def zero():
            return np.int32(0)

        @tff.tensorflow.computation(np.int32, np.int32)
        def add(total, value):
            return total + value, collections.OrderedDict(total=total + value)

        drawn = []

        def select(round_number):
            drawn.append(round_number)
            return np.int32(10**round_number)

        def train(rounds):
            return tff.simulation.run_training_process(
                tff.templates.IterativeProcess(zero, add),
                select,
                total_rounds=rounds,
                program_state_manager=tff.program.FileProgramStateManager(tmp_path),
            )

        train(2)
        assert train(4) == 1111 * 10
        assert drawn == [1, 2, 3, 4]

    @pytest.mark.parametrize("name", ["emnist", "stackoverflow"])
    def test_baseline_task(self, name):
        clients = tff.simulation.baselines.ClientSpec(num_epochs=1, batch_size=10)
        if name == "emnist":
            task = tff.simulation.baselines.emnist.create_character_recognition_task(
                clients, model_id="2nn", only_digits=True, use_synthetic_data=True
            )
        else:
            task = tff.simulation.baselines.stackoverflow.create_tag_prediction_task(
                clients, word_vocab_size=20, tag_vocab_size=5, use_synthetic_data=True
            )
        process = tff.learning.algorithms.build_fed_eval(task.model_fn)
        data = [
            task.datasets.train_data.create_tf_dataset_for_client(client)
            for client in task.datasets.train_data.client_ids
        ]
        data = [task.datasets.train_preprocess_fn(dataset) for dataset in data]
        metrics = process.next(process.initialize(), data).metrics["client_work"]["eval"]
        examples = sum(len(labels) for dataset in data for _, labels in dataset)
        assert metrics["current_round_metrics"]["num_examples"] == examples > 0


def test_what_asks_for_a_gpu_runs_on_the_processor():
    """As docs/places.md says: the worker's program has none, and does not insist."""

    @tff.tensorflow.computation(np.float32)
    def row(x):
        with tf.device("/GPU:0"):
            return tf.linalg.matvec(tf.fill([2, 3], x), tf.ones([3]))

    np.testing.assert_allclose(row(2.0), [6.0, 6.0])
