"""Federated Averaging by hand: TensorFlow at client and server, put together in Federated Core."""
# The types of a TFF computation stand in its decorator; while it is recorded, its arguments are
# of others.
# ruff: noqa: ANN001, ANN202

import collections
from collections.abc import Sequence
from typing import Any, NamedTuple

import tensorflow as tf
import tensorflow_federated as tff

from fl_course.algorithms.client_state import Weights, check_model
from fl_course.algorithms.gradient_edits import GradientEdit
from fl_course.algorithms.server_optimizers import ServerOptimizer, server_sgd
from fl_course.arguments import check_flag, check_number, described
from fl_course.localization import say


class ServerState(NamedTuple):
    """What the server keeps from round to round.

    Attributes:
        weights: The model's weights.
        optimizer: The server optimizer's state.
    """

    weights: Weights
    optimizer: Any


class ClientResult(NamedTuple):
    """What a client sends back.

    Attributes:
        update: The client's weights minus the server's, shaped as the weights.
        num_examples: float32 []; how many examples it trained on, all local epochs counted.
        metrics: Sums from which the server works out the cohort's training metrics.
    """

    update: Weights
    num_examples: tf.Tensor
    metrics: Any


def client_update(
    model: tff.learning.models.FunctionalModel,
    dataset: tf.data.Dataset,
    server_weights: Weights,
    learning_rate: float,
    edits: Sequence[GradientEdit] = (),
) -> ClientResult:
    """Trains one client: a step of gradient descent for each batch, from the server's weights.

    McMahan et al. 2017, Algorithm 1, ClientUpdate. To be called inside a TFF computation: a
    functional model made from Keras works nowhere else.

    Args:
        model: Gives predictions and loss; it must have no weights that are not trained.
        dataset: The client's batches, `x` and `y`, already repeated for the local epochs.
        server_weights: What the client starts from.
        learning_rate: Of the local steps.
        edits: Done to each batch's gradients, in this order, before the step.

    Returns:
        The update and how many examples made it, and sums for the metrics.
    """

    def local_step(so_far, batch):
        weights, num_examples, metrics = so_far
        with tf.GradientTape() as tape:
            tape.watch(weights)
            predictions = model.predict_on_batch((weights, ()), batch["x"], training=True)
            loss = model.loss(predictions, batch["y"])
        gradients = tape.gradient(loss, weights)
        for edit in edits:
            gradients = edit(gradients, weights, server_weights)
        weights = tuple(w - learning_rate * g for w, g in zip(weights, gradients, strict=True))

        batch_size = tf.shape(batch["y"])[0]
        output = tff.learning.models.BatchOutput(loss, predictions, batch_size)
        metrics = model.update_metrics_state(metrics, batch["y"], output)
        return weights, num_examples + tf.cast(batch_size, tf.float32), metrics

    weights, num_examples, metrics = dataset.reduce(
        (server_weights, 0.0, model.initialize_metrics_state()), local_step
    )
    update = tuple(w - w_server for w, w_server in zip(weights, server_weights, strict=True))
    return ClientResult(update, num_examples, metrics)


def server_update(
    optimizer: ServerOptimizer, state: ServerState, mean_update: Weights
) -> ServerState:
    """Moves the server's weights by the clients' mean update.

    Args:
        optimizer: Says how far.
        state: The server's state before the round.
        mean_update: The clients' updates, averaged.

    Returns:
        The server's state after the round.
    """
    optimizer_state, weights = optimizer.next(state.optimizer, state.weights, mean_update)
    return ServerState(weights, optimizer_state)


def build_fed_avg(
    model: tff.learning.models.FunctionalModel,
    *,
    client_learning_rate: float,
    server_optimizer: ServerOptimizer | None = None,
    edits: Sequence[GradientEdit] = (),
    weighted: bool = True,
) -> tff.learning.templates.LearningProcess:
    """Builds Federated Averaging, or a variant of it.

    It serves wherever a process of `tff.learning.algorithms` does, `fl_course.training.train` too.
    Unlike those, it does not leave out clients whose updates are not finite.

    Args:
        model: A functional model, such as `fl_course.models.functional_model` makes.
        client_learning_rate: Of the clients' gradient descent; above 0.
        server_optimizer: What the server does with the mean update; by default `server_sgd()`,
            which adds it.
        edits: What a client does to each gradient before the step, in this order.
        weighted: Whether a client counts by its number of examples, as in McMahan et al. 2017,
            or all count the same.

    Returns:
        A learning process: `initialize`, `next`, and computations to get and set the weights.

    Raises:
        TypeError: If an argument is of another type.
        ValueError: If `client_learning_rate` is not above 0, or the model has weights that are not
            trained.
    """
    if server_optimizer is None:
        server_optimizer = server_sgd()
    client_learning_rate = check_number(
        "client_learning_rate", client_learning_rate, least_allowed=False
    )
    edits = tuple(edits) if isinstance(edits, Sequence) else edits
    _check_parts(model, server_optimizer, edits, weighted)

    @tff.tensorflow.computation
    def server_init():
        weights = tuple(tf.convert_to_tensor(weight) for weight in model.initial_weights[0])
        return ServerState(weights, server_optimizer.init(weights))

    state_type = server_init.type_signature.result
    weights_type = state_type.weights
    dataset_type = tff.SequenceType(tff.types.tensorflow_to_type(model.input_spec))

    @tff.tensorflow.computation(weights_type, dataset_type)
    def client_update_fn(server_weights, dataset):
        return client_update(model, dataset, server_weights, client_learning_rate, edits)

    @tff.tensorflow.computation(state_type, weights_type)
    def server_update_fn(state, mean_update):
        return server_update(server_optimizer, state, mean_update)

    @tff.tensorflow.computation(client_update_fn.type_signature.result.metrics)
    def train_metrics_fn(sums):
        # Named and nested as in tff.learning.
        metrics = model.finalize_metrics(sums)
        return collections.OrderedDict(client_work=collections.OrderedDict(train=metrics))

    @tff.federated_computation
    def initialize():
        return tff.federated_eval(server_init, tff.SERVER)

    @tff.federated_computation(
        tff.FederatedType(state_type, tff.SERVER), tff.FederatedType(dataset_type, tff.CLIENTS)
    )
    def next_(state, client_data):
        weights_at_clients = tff.federated_broadcast(state.weights)
        results = tff.federated_map(client_update_fn, (weights_at_clients, client_data))
        mean_update = tff.federated_mean(
            results.update, weight=results.num_examples if weighted else None
        )
        return tff.learning.templates.LearningProcessOutput(
            state=tff.federated_map(server_update_fn, (state, mean_update)),
            metrics=tff.federated_map(train_metrics_fn, tff.federated_sum(results.metrics)),
        )

    @tff.tensorflow.computation(state_type)
    def get_model_weights(state):
        return tff.learning.models.ModelWeights(state.weights, ())

    @tff.tensorflow.computation(state_type, get_model_weights.type_signature.result)
    def set_model_weights(state, model_weights):
        return ServerState(model_weights.trainable, state.optimizer)

    return tff.learning.templates.LearningProcess(
        initialize, next_, get_model_weights, set_model_weights
    )


def _check_parts(model: Any, server_optimizer: Any, edits: Any, weighted: Any) -> None:
    check_model(model)
    if not isinstance(server_optimizer, ServerOptimizer):
        if isinstance(server_optimizer, Sequence) and any(map(callable, server_optimizer)):
            raise TypeError(
                say(
                    "server_optimizer must be a ServerOptimizer(init, next), and it is of type "
                    "{type}: a {type} of functions does not say which is which.",
                    type=type(server_optimizer).__name__,
                )
            )
        raise TypeError(
            say(
                "server_optimizer must be a ServerOptimizer, such as server_sgd() makes, and it"
                " is {server_optimizer}.",
                server_optimizer=described(server_optimizer),
            )
        )
    if not isinstance(edits, tuple) or not all(map(callable, edits)):
        raise TypeError(
            say(
                "edits must be a list of functions, such as [clip_gradients(1.0)], and it is "
                "{edits}.",
                edits=described(edits),
            )
        )
    check_flag("weighted", weighted)
