"""SCAFFOLD, private layers and q-FedAvg: what must hold of each, and where they are FedAvg."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import algorithms, models
from fl_course.preprocessing import preprocess
from tests.algorithms.conftest import RATE


def is_close(ones, others, limit=1e-6):
    return max(np.abs(np.subtract(a, b)).max() for a, b in zip(ones, others, strict=True)) < limit


@pytest.fixture(scope="module")
def fed_avg_weights(cohort, run):
    """After each of three rounds; all clients count the same, or by their examples."""

    def weights(weighted):
        process = algorithms.build_fed_avg(
            models.functional_model(), client_learning_rate=RATE, weighted=weighted
        )
        return run(process, cohort)

    return {weighted: weights(weighted) for weighted in (False, True)}


@pytest.fixture(scope="module")
def scaffold(model):
    return algorithms.build_scaffold(model, client_learning_rate=RATE, num_clients=4)


class TestScaffold:
    def test_first_round_with_zero_controls_is_fed_avg(self, scaffold, cohort, fed_avg_weights):
        controls = [scaffold.first_client_state] * len(cohort)
        state, _ = scaffold.next(scaffold.initialize(), controls, cohort)
        assert is_close(state.weights, fed_avg_weights[False][0])

    def test_equal_full_batch_clients_stay_fed_avg(self, scaffold, clients, run, ours):
        """Their control variates are those of the server, so nothing is corrected."""
        one = preprocess(clients[0], epochs=3, batch_size=1000, shuffle_buffer=0)
        wanted = run(ours(), [one] * 4)
        state, controls = scaffold.initialize(), [scaffold.first_client_state] * 4
        for weights in wanted:
            state, controls = scaffold.next(state, controls, [one] * 4)
            assert is_close(state.weights, weights)
        assert is_close(state.control, controls[0])

    def test_control_after_one_full_batch_step_is_the_gradient(self, scaffold, clients):
        one = preprocess(clients[1], batch_size=1000, shuffle_buffer=0)
        state, controls = scaffold.next(scaffold.initialize(), [scaffold.first_client_state], [one])
        # The server's weights were zero, and moved by -RATE times the gradient.
        assert is_close(controls[0], [-part / RATE for part in state.weights], 1e-5)
        assert is_close([4 * part for part in state.control], controls[0], 1e-5)

    def test_controls_of_the_cohort_alone_change(self, scaffold, cohort):
        zero = scaffold.first_client_state
        state, controls = scaffold.next(scaffold.initialize(), [zero, zero], cohort[:2])
        assert len(controls) == 2
        wanted = [(a + b) / 4 for a, b in zip(*controls, strict=True)]
        assert is_close(state.control, wanted)

    def test_correction_leads_to_the_optimum_where_fed_avg_stops_beside_it(self):
        """Section 3's argument on two parabolas, w^2 and 3 (w - 1)^2 / 2, whose sum has its
        minimum at 0.6."""
        slopes, bottoms = (2.0, 3.0), (0.0, 1.0)

        def rounds(correct):
            server, control, controls = 5.0, 0.0, [0.0, 0.0]
            for _ in range(200):
                ends = []
                for k in range(2):
                    w = server
                    for _ in range(10):
                        gradient = slopes[k] * (w - bottoms[k])
                        ((step,)) = algorithms.corrected_gradients(
                            (gradient,), (control,), (controls[k],)
                        )
                        w -= 0.05 * step
                    ends.append(w)
                if correct:
                    for k in range(2):
                        (controls[k],) = algorithms.new_client_control(
                            (controls[k],), (control,), (ends[k] - server,), 10, 0.05
                        )
                    control = np.mean(controls)
                server = np.mean(ends)
            return server

        assert rounds(correct=True) == pytest.approx(0.6)
        assert abs(rounds(correct=False) - 0.6) > 0.01

    def test_a_client_without_examples_changes_nothing(self, scaffold, cohort):
        zero = scaffold.first_client_state
        state, _ = scaffold.next(scaffold.initialize(), [zero], cohort[:1])
        kept = tuple(np.ones_like(part) for part in zero)
        after, (control,) = scaffold.next(state, [kept], [cohort[0].take(0)])
        assert is_close(after.weights, state.weights)
        assert is_close(control, kept)

    def test_server_learning_rate_scales_the_step(self, model, scaffold, cohort):
        half = algorithms.build_scaffold(
            model, client_learning_rate=RATE, num_clients=4, server_learning_rate=0.5
        )
        zeros = [scaffold.first_client_state] * 4
        one, _ = scaffold.next(scaffold.initialize(), zeros, cohort)
        other, _ = half.next(half.initialize(), zeros, cohort)
        assert is_close([2 * part for part in other.weights], one.weights)


def private_layers(num_shared, **options):
    return algorithms.build_private_layers(
        models.functional_model(models.cnn_model),
        num_shared=num_shared,
        client_learning_rate=RATE,
        **options,
    )


class TestPrivateLayers:
    @pytest.mark.parametrize("weighted", [False, True])
    def test_with_all_layers_shared_it_is_fed_avg(self, model, cohort, fed_avg_weights, weighted):
        process = algorithms.build_private_layers(
            model, num_shared=2, client_learning_rate=RATE, weighted=weighted
        )
        shared, private = process.initialize(), [()] * len(cohort)
        assert process.first_client_state == ()
        for wanted in fed_avg_weights[weighted]:
            shared, private = process.next(shared, private, cohort)
            assert is_close(shared, wanted)

    def test_with_none_shared_everybody_trains_alone(self, model, cohort):
        process = algorithms.build_private_layers(model, num_shared=0, client_learning_rate=RATE)
        one_client = algorithms.build_fed_avg(model, client_learning_rate=RATE)
        private = [process.first_client_state] * 2
        for _ in range(2):
            shared, private = process.next(process.initialize(), private, cohort[:2])
        assert len(shared) == 0
        for dataset, mine in zip(cohort, private, strict=False):
            state = one_client.initialize()
            for _ in range(2):
                state = one_client.next(state, [dataset]).state
            assert is_close(mine, state.weights)

    def test_private_first_trains_the_head_and_then_the_shared_layers(self, cohort):
        model = models.functional_model(models.cnn_model)
        process = private_layers(6, private_first=True)

        @tff.tensorflow.computation(
            tff.SequenceType(tff.types.tensorflow_to_type(model.input_spec))
        )
        def two_passes(dataset):
            weights = tuple(map(tf.convert_to_tensor, model.initial_weights[0]))
            for rates in ((0.0,) * 6 + (RATE,) * 2, (RATE,) * 6 + (0.0,) * 2):
                weights, _ = algorithms.local_steps(model, dataset, weights, rates)
            return weights

        state = process.initialize()
        shared, (head,) = process.next(state, [process.first_client_state], cohort[:1])
        wanted = two_passes(cohort[0])
        assert is_close(shared, wanted[:6])
        assert is_close(head, wanted[6:])

    def test_order_of_clients_does_not_matter(self, cohort):
        process = private_layers(6, private_first=True)
        private = [process.first_client_state] * 2
        shared, heads = process.next(process.initialize(), private, cohort[:2])
        again, swapped = process.next(process.initialize(), private, cohort[:2][::-1])
        assert is_close(swapped[1], heads[0])
        assert is_close(again, shared)

    def test_clients_keep_their_order(self, cohort):
        process = private_layers(6)
        marked = [
            tuple(part + number for part in process.first_client_state) for number in range(3)
        ]
        empty = [cohort[0].take(0)] * 2 + [cohort[1]]
        _, after = process.next(process.initialize(), marked, empty)
        assert is_close(after[0], marked[0])
        assert is_close(after[1], marked[1])
        assert not is_close(after[2], marked[2])

    def test_what_leaves_the_clients_is_the_shared_part(self):
        process = private_layers(6)
        shared, private = process.next.type_signature.result
        assert shared.placement is tff.SERVER
        assert private.placement is tff.CLIENTS
        assert len(shared.member) == 6
        assert len(private.member) == 2


class TestQFedAvg:
    def test_q_0_is_fed_avg_in_which_all_count_the_same(self, model, cohort, fed_avg_weights):
        process = algorithms.build_q_fed_avg(model, client_learning_rate=RATE, q=0)
        weights = process.initialize()
        for wanted in fed_avg_weights[False]:
            weights, _ = process.next(weights, cohort)
            assert is_close(weights, wanted)

    def test_loss_is_the_mean_before_the_round(self, model, cohort):
        process = algorithms.build_q_fed_avg(model, client_learning_rate=RATE, q=1)
        weights, loss = process.next(process.initialize(), cohort)
        assert loss == pytest.approx(np.log(10), rel=1e-5)  # of zero weights
        _, loss = process.next(weights, cohort)
        losses = []
        for dataset in cohort:
            batches = list(dataset.as_numpy_iterator())
            inputs, labels = (np.concatenate([b[k] for b in batches]) for k in ("x", "y"))
            logits = inputs @ weights[0] + weights[1]
            of_label = logits[np.arange(len(labels)), labels]
            losses.append(np.mean(np.log(np.exp(logits).sum(axis=1)) - of_label))
        assert loss == pytest.approx(np.mean(losses), rel=1e-4)

    def test_terms_are_those_of_the_paper(self):
        update, loss, q, rate = (np.array([0.3, -0.4]), np.array([[1.2]])), 2.0, 1.5, 0.1
        numerator, denominator = algorithms.q_terms(update, loss, q, rate)
        square = (0.3**2 + 0.4**2 + 1.2**2) * 100
        assert is_close(numerator, [2**1.5 * 10 * part for part in update])
        assert float(denominator) == pytest.approx(1.5 * 2**0.5 * square + 10 * 2**1.5)

    def test_a_larger_q_listens_to_the_larger_loss(self):
        updates, losses = [(np.array([1.0]),), (np.array([-1.0]),)], [1.0, 2.0]

        def step(q):
            terms = [algorithms.q_terms(*one, q, 0.1) for one in zip(updates, losses, strict=True)]
            numerator, denominator = (sum(t[0][0] for t in terms), sum(float(t[1]) for t in terms))
            return numerator[0] / denominator

        assert step(0) == pytest.approx(0)
        assert step(1) < 0

    def test_a_client_without_examples_adds_nothing(self, model, cohort):
        process = algorithms.build_q_fed_avg(model, client_learning_rate=RATE, q=0.5)
        with_it, loss = process.next(process.initialize(), [*cohort[:2], cohort[0].take(0)])
        without, same_loss = process.next(process.initialize(), cohort[:2])
        assert is_close(with_it, without)
        assert loss == pytest.approx(same_loss)

    @pytest.mark.parametrize("q", [0, 0.5, 1])
    def test_a_loss_of_zero_is_no_division_by_zero(self, q):
        def predict(weights, x, training):
            return x @ weights[0][0]

        model = tff.learning.models.FunctionalModel(
            initial_weights=((np.ones((1, 1), np.float32),), ()),
            predict_on_batch_fn=tf.function(predict),
            loss_fn=lambda predictions, labels, sample_weight=None: tf.reduce_mean(
                (predictions - labels) ** 2
            ),
            input_spec={name: tf.TensorSpec([None, 1], tf.float32) for name in ("x", "y")},
        )
        process = algorithms.build_q_fed_avg(model, client_learning_rate=0.1, q=q)
        solved, other = (
            tf.data.Dataset.from_tensors({"x": [[1.0]], "y": [[label]]}) for label in (1.0, 2.0)
        )
        (weight,), loss = process.next(process.initialize(), [solved])
        assert (weight, loss) == (1, 0)
        (weight,), loss = process.next(process.initialize(), [solved, other])
        assert 1 < weight <= 1.2
        assert loss == 0.5


@pytest.mark.parametrize(
    "build",
    [
        lambda model: algorithms.build_scaffold(model, client_learning_rate=0.1, num_clients=2),
        lambda model: algorithms.build_private_layers(
            model, client_learning_rate=0.1, num_shared=1
        ),
        lambda model: algorithms.build_q_fed_avg(model, client_learning_rate=0.1, q=1),
    ],
)
def test_a_model_with_statistics_is_refused(build):
    def predict(weights, x, training):
        return x @ weights[0][0]

    model = tff.learning.models.FunctionalModel(
        initial_weights=((np.zeros((784, 10), np.float32),), (np.zeros(1, np.float32),)),
        predict_on_batch_fn=tf.function(predict),
        loss_fn=lambda predictions, labels, sample_weight=None: 0.0,
        input_spec=models.input_spec(),
    )
    with pytest.raises(ValueError, match="model must have no weights that are not trained"):
        build(model)
