"""SCAFFOLD by hand: clients that correct their drift with control variates.

Karimireddy et al., "SCAFFOLD: Stochastic Controlled Averaging for Federated Learning", ICML 2020,
Algorithm 1. In the paper's letters: x are the server's weights, y_i the client's, c and c_i the
control variates of server and client, K the number of local steps.
"""
# The types of a TFF computation stand in its decorator; while it is recorded, its arguments are
# of others.
# ruff: noqa: ANN001, ANN202

from typing import Any, NamedTuple

import tensorflow as tf
import tensorflow_federated as tff

from fl_course.algorithms.client_state import (
    ProcessWithClientState,
    Weights,
    batch_gradients,
    check_model,
    initial_weights,
    minus,
    plus,
    zeros_like,
)
from fl_course.arguments import check_integer, check_number


class ScaffoldState(NamedTuple):
    """What the server keeps from round to round.

    Attributes:
        weights: The model's weights: x.
        control: The server's control variate, shaped as the weights: c.
    """

    weights: Weights
    control: Weights


class ScaffoldUpdate(NamedTuple):
    """What a client works out in a round.

    Attributes:
        change: Its weights minus the server's: sent.
        control_change: Its new control variate minus the old one: sent.
        control: Its new control variate: kept.
    """

    change: Weights
    control_change: Weights
    control: Weights


def corrected_gradients(gradients: Weights, control: Any, client_control: Any) -> Weights:
    """Gradients to step along: g_i(y_i) - c_i + c (Algorithm 1, line 10).

    Args:
        gradients: Of the client's batch, a tuple of tensors or arrays.
        control: The server's control variate, of the same shapes.
        client_control: The client's.

    Returns:
        A tuple of the same shapes.
    """
    return tuple(
        gradient - c_i + c
        for gradient, c, c_i in zip(gradients, control, client_control, strict=True)
    )


def new_client_control(
    client_control: Any, control: Any, change: Any, num_steps: Any, learning_rate: float
) -> Weights:
    """The client's new control variate: c_i - c + (x - y_i) / (K eta) (line 12, Option II).

    Where no correction was made, it is the mean gradient along the client's path.

    Args:
        client_control: The old one, a tuple of tensors or arrays.
        control: The server's.
        change: y_i - x, where the client's steps have led.
        num_steps: K, how many there were, above 0.
        learning_rate: eta, of the local steps.

    Returns:
        A tuple of the same shapes.
    """
    return tuple(
        c_i - c - moved / (num_steps * learning_rate)
        for c_i, c, moved in zip(client_control, control, change, strict=True)
    )


def scaffold_client_update(
    model: tff.learning.models.FunctionalModel,
    dataset: tf.data.Dataset,
    state: ScaffoldState,
    client_control: Weights,
    learning_rate: float,
) -> ScaffoldUpdate:
    """Trains one client: a corrected step for each batch. To be called inside a TFF computation.

    Args:
        model: Gives predictions and loss.
        dataset: The client's batches, `x` and `y`, already repeated for the local epochs.
        state: The server's weights and control variate.
        client_control: The client's control variate from the last round in which it took part.
        learning_rate: Of the local steps.

    Returns:
        What is sent, and what is kept. A client without batches changes nothing.
    """

    def local_step(so_far, batch):
        weights, num_steps = so_far
        gradients = batch_gradients(model, weights, batch)
        gradients = corrected_gradients(gradients, state.control, client_control)
        return plus(weights, gradients, -learning_rate), num_steps + 1.0

    weights, num_steps = dataset.reduce((state.weights, 0.0), local_step)
    change = minus(weights, state.weights)
    control = new_client_control(
        client_control, state.control, change, tf.maximum(num_steps, 1.0), learning_rate
    )
    control = tuple(
        tf.where(num_steps > 0, new, old) for new, old in zip(control, client_control, strict=True)
    )
    return ScaffoldUpdate(change, minus(control, client_control), control)


def build_scaffold(
    model: tff.learning.models.FunctionalModel,
    *,
    client_learning_rate: float,
    num_clients: int,
    server_learning_rate: float = 1.0,
) -> ProcessWithClientState:
    """Builds SCAFFOLD, with Option II for the clients' control variates.

    All clients of a cohort count the same, as in the paper.

    Args:
        model: A functional model, such as `fl_course.models.functional_model` makes.
        client_learning_rate: Of the clients' steps, above 0.
        num_clients: How many clients there are in all, N; a cohort may be smaller.
        server_learning_rate: Of the server's step along the mean change, above 0.

    Returns:
        A process whose clients keep their control variates, zeros at first. The server's state is a
        `ScaffoldState`.

    Raises:
        TypeError: If an argument is of another type.
        ValueError: If a rate is not above 0, `num_clients` not 1 or more, or the model has weights
            that are not trained.
    """
    rate = check_number("client_learning_rate", client_learning_rate, least_allowed=False)
    server_rate = check_number("server_learning_rate", server_learning_rate, least_allowed=False)
    num_clients = check_integer("num_clients", num_clients, 1)
    check_model(model)

    @tff.tensorflow.computation
    def server_init():
        weights = initial_weights(model)
        return ScaffoldState(weights, zeros_like(weights))

    state_type = server_init.type_signature.result
    weights_type = state_type.weights
    dataset_type = tff.SequenceType(tff.types.tensorflow_to_type(model.input_spec))

    @tff.tensorflow.computation(state_type, weights_type, dataset_type)
    def client_update_fn(state, client_control, dataset):
        return scaffold_client_update(model, dataset, state, client_control, rate)

    @tff.tensorflow.computation(state_type, weights_type, weights_type)
    def server_update_fn(state, mean_change, sum_of_control_changes):
        weights = plus(state.weights, mean_change, server_rate)
        # As (|S| / N) times their mean, line 17.
        control = plus(state.control, sum_of_control_changes, 1.0 / num_clients)
        return ScaffoldState(weights, control)

    @tff.federated_computation
    def initialize():
        return tff.federated_eval(server_init, tff.SERVER)

    @tff.federated_computation(
        tff.FederatedType(state_type, tff.SERVER),
        tff.FederatedType(weights_type, tff.CLIENTS),
        tff.FederatedType(dataset_type, tff.CLIENTS),
    )
    def next_(state, client_controls, client_data):
        at_clients = tff.federated_broadcast(state)
        results = tff.federated_map(client_update_fn, (at_clients, client_controls, client_data))
        mean_change = tff.federated_mean(results.change)
        control_changes = tff.federated_sum(results.control_change)
        state = tff.federated_map(server_update_fn, (state, mean_change, control_changes))
        return state, results.control

    zeros = tuple(0.0 * weight for weight in model.initial_weights[0])
    return ProcessWithClientState(initialize, zeros, next_)
