"""q-FedAvg by hand: rounds in which a client with a higher loss counts for more.

Li, Sanjabi, Beirami and Smith, "Fair Resource Allocation in Federated Learning", ICLR 2020. Their
objective, q-FFL (Equation 2), is the sum of F_k^(q+1) / (q + 1) over the clients' losses F_k: with
q = 0 all losses count alike, and the larger q is, the more the largest loss counts.
"""
# The types of a TFF computation stand in its decorator; while it is recorded, its arguments are
# of others.
# ruff: noqa: ANN001, ANN202

from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course.algorithms.client_state import (
    Weights,
    batch_gradients,
    check_model,
    initial_weights,
    minus,
    plus,
)
from fl_course.arguments import check_number

_LEAST_LOSS = 1e-10


def q_terms(update: Any, loss: Any, q: float, learning_rate: float) -> tuple[Weights, Any]:
    """What a client hands in to q-FedAvg: a numerator and a denominator (Algorithm 2, line 6).

    With L = 1 / learning_rate and dw = L * (w - w_k), which is -L * update: the numerator is
    -F^q * dw, the denominator q * F^(q-1) * ||dw||^2 + L * F^q. The server divides the sum of the
    former by the sum of the latter.

    Args:
        update: The client's weights after its local steps minus the server's, a tuple.
        loss: F, the client's loss at the server's weights, above 0.
        q: 0 or more.
        learning_rate: Of the local steps.

    Returns:
        The numerator, shaped as the update, and the denominator, [].
    """
    lipschitz = 1.0 / learning_rate
    numerator = tuple(loss**q * lipschitz * part for part in update)
    square = sum(tf.reduce_sum((lipschitz * part) ** 2) for part in update)
    return numerator, q * loss ** (q - 1.0) * square + lipschitz * loss**q


def build_q_fed_avg(
    model: tff.learning.models.FunctionalModel, *, client_learning_rate: float, q: float
) -> tff.templates.IterativeProcess:
    """Builds q-FedAvg.

    Args:
        model: A functional model, such as `fl_course.models.functional_model` makes.
        client_learning_rate: Of the clients' steps, above 0.
        q: How much a large loss counts, 0 or more; 0 is Federated Averaging in which all clients
            count the same.

    Returns:
        A process whose state is the model's weights; the second result of a round is the mean of
        the clients' losses before it, each of them counting the same.

    Raises:
        TypeError: If an argument is of another type.
        ValueError: If the rate is not above 0, `q` is negative, or the model has weights that are
            not trained.
    """
    check_model(model)
    rate = check_number("client_learning_rate", client_learning_rate, least_allowed=False)
    q = check_number("q", q)

    @tff.tensorflow.computation
    def server_init():
        return initial_weights(model)

    weights_type = server_init.type_signature.result
    dataset_type = tff.SequenceType(tff.types.tensorflow_to_type(model.input_spec))

    @tff.tensorflow.computation(weights_type, dataset_type)
    def client_update_fn(weights, dataset):
        weights = tuple(weights)

        def add_loss(so_far, batch):
            total, count = so_far
            predictions = model.predict_on_batch((weights, ()), batch["x"], training=False)
            size = tf.cast(tf.shape(batch["y"])[0], tf.float32)
            return total + size * model.loss(predictions, batch["y"]), count + size

        def local_step(so_far, batch):
            return plus(so_far, batch_gradients(model, so_far, batch), -rate)

        total, count = dataset.reduce((0.0, 0.0), add_loss)
        update = minus(dataset.reduce(weights, local_step), weights)
        # A client without examples has no loss, and adds nothing to either sum.
        is_there = tf.cast(count > 0, tf.float32)
        loss = tf.where(count > 0, total / count, 1.0)
        # With q below 1, a loss of zero would be divided by.
        numerator, denominator = q_terms(update, tf.maximum(loss, _LEAST_LOSS), q, rate)
        return numerator, is_there * denominator, loss, is_there

    @tff.tensorflow.computation(weights_type, weights_type, np.float32)
    def server_update_fn(weights, numerator, denominator):
        return plus(tuple(weights), tuple(numerator), tf.math.reciprocal_no_nan(denominator))

    @tff.federated_computation
    def initialize():
        return tff.federated_eval(server_init, tff.SERVER)

    @tff.federated_computation(
        tff.FederatedType(weights_type, tff.SERVER), tff.FederatedType(dataset_type, tff.CLIENTS)
    )
    def next_(weights, client_data):
        at_clients = tff.federated_broadcast(weights)
        numerator, denominator, loss, is_there = tff.federated_map(
            client_update_fn, (at_clients, client_data)
        )
        sums = weights, tff.federated_sum(numerator), tff.federated_sum(denominator)
        return tff.federated_map(server_update_fn, sums), tff.federated_mean(loss, is_there)

    return tff.templates.IterativeProcess(initialize, next_)
