"""A model in two parts: layers that all clients share, and layers that each keeps for itself.

FedPer: Arivazhagan et al., "Federated Learning with Personalization Layers", 2019. FedRep: Collins
et al., "Exploiting Shared Representations for Personalized Federated Learning", ICML 2021.
"""
# The types of a TFF computation stand in its decorator; while it is recorded, its arguments are
# of others.
# ruff: noqa: ANN001, ANN202

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
)
from fl_course.arguments import check_flag, check_integer, check_number


def local_steps(
    model: tff.learning.models.FunctionalModel,
    dataset: tf.data.Dataset,
    weights: Weights,
    learning_rates: tuple[float, ...],
) -> tuple[Weights, tf.Tensor]:
    """Trains one client, with a learning rate for each tensor of the model; 0 leaves it as it is.

    To be called inside a TFF computation.

    Args:
        model: Gives predictions and loss.
        dataset: The client's batches, `x` and `y`, already repeated for the local epochs.
        weights: What the client starts from, the shared tensors and then its own.
        learning_rates: One for each tensor.

    Returns:
        The weights after the last step, and how many examples were seen, float32 [].
    """

    def local_step(so_far, batch):
        weights, num_examples = so_far
        gradients = batch_gradients(model, weights, batch)
        weights = tuple(
            weight - rate * gradient
            for weight, rate, gradient in zip(weights, learning_rates, gradients, strict=True)
        )
        return weights, num_examples + tf.cast(tf.shape(batch["y"])[0], tf.float32)

    return dataset.reduce((weights, 0.0), local_step)


def build_private_layers(
    model: tff.learning.models.FunctionalModel,
    *,
    num_shared: int,
    client_learning_rate: float,
    private_first: bool = False,
    weighted: bool = True,
) -> ProcessWithClientState:
    """Builds federated training of a model whose last tensors never leave the clients.

    The server averages the first tensors, as in Federated Averaging, and never sees the others. If
    all are shared, it is Federated Averaging; if none is, everybody trains alone.

    Args:
        model: A functional model, such as `fl_course.models.functional_model` makes.
        num_shared: How many of the model's tensors are shared, from the first on, 0 or more. A
            dense layer has two, kernel and bias.
        client_learning_rate: Of the clients' steps, above 0.
        private_first: False steps with all tensors at once, as FedPer. True goes through the
            client's batches twice, as FedRep (Collins et al., Algorithm 1): first with the private
            tensors alone, then with the shared ones alone.
        weighted: Whether a client counts by its number of examples, or all count the same.

    Returns:
        A process whose server state is the shared tensors, and whose clients keep the others.

    Raises:
        TypeError: If an argument is of another type.
        ValueError: If the rate is not above 0, `num_shared` not from 0 to the number of tensors, or
            the model has weights that are not trained.
    """
    check_model(model)
    num_tensors = len(model.initial_weights[0])
    num_shared = check_integer("num_shared", num_shared, 0, num_tensors)
    rate = check_number("client_learning_rate", client_learning_rate, least_allowed=False)
    private_first = check_flag("private_first", private_first)
    weighted = check_flag("weighted", weighted)

    num_private = num_tensors - num_shared
    of_shared, of_private = (rate,) * num_shared, (rate,) * num_private
    no_shared, no_private = (0.0,) * num_shared, (0.0,) * num_private
    passes = (
        [no_shared + of_private, of_shared + no_private]
        if private_first
        else [of_shared + of_private]
    )

    @tff.tensorflow.computation
    def server_init():
        return initial_weights(model)[:num_shared]

    private = tuple(model.initial_weights[0])[num_shared:]
    shared_type = server_init.type_signature.result
    private_type = tff.to_type(tuple(tff.TensorType(part.dtype, part.shape) for part in private))
    dataset_type = tff.SequenceType(tff.types.tensorflow_to_type(model.input_spec))

    @tff.tensorflow.computation(shared_type, private_type, dataset_type)
    def client_update_fn(shared, private, dataset):
        weights, num_examples = tuple(shared) + tuple(private), 0.0
        for learning_rates in passes:
            weights, num_examples = local_steps(model, dataset, weights, learning_rates)
        return minus(weights[:num_shared], tuple(shared)), num_examples, weights[num_shared:]

    @tff.tensorflow.computation(shared_type, shared_type)
    def server_update_fn(shared, mean_update):
        return plus(tuple(shared), tuple(mean_update))

    @tff.federated_computation
    def initialize():
        return tff.federated_eval(server_init, tff.SERVER)

    @tff.federated_computation(
        tff.FederatedType(shared_type, tff.SERVER),
        tff.FederatedType(private_type, tff.CLIENTS),
        tff.FederatedType(dataset_type, tff.CLIENTS),
    )
    def next_(shared, private, client_data):
        at_clients = tff.federated_broadcast(shared)
        update, num_examples, private = tff.federated_map(
            client_update_fn, (at_clients, private, client_data)
        )
        weight = num_examples if weighted else None
        mean_update = tff.federated_mean(update, weight=weight)
        return tff.federated_map(server_update_fn, (shared, mean_update)), private

    return ProcessWithClientState(initialize, private, next_)
