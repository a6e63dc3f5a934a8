"""What clients keep from round to round, handed in and out of a round's computation."""

from typing import Any, NamedTuple

import tensorflow as tf
import tensorflow_federated as tff

from fl_course.arguments import described
from fl_course.localization import say

Weights = tuple[tf.Tensor, ...]


class ProcessWithClientState(NamedTuple):
    """An algorithm whose clients remember something.

    A process of `tff.learning` has one state, the server's. Here a round takes the state of every
    client of the cohort as well, a federated value at the clients, and gives back the new ones in
    the same order. Whoever calls it keeps them, by client; in production, each client does so
    itself.

    Attributes:
        initialize: Computation `( -> S@SERVER)`.
        first_client_state: What a client that takes part for the first time hands in.
        next: Computation `(<S@SERVER, {C}@CLIENTS, {D*}@CLIENTS> -> <S@SERVER, {C}@CLIENTS>)`.
    """

    initialize: tff.Computation
    first_client_state: Any
    next: tff.Computation


def check_model(model: Any) -> tff.learning.models.FunctionalModel:
    """Checks that a model is a functional one, all of whose weights are trained.

    Raises:
        TypeError: If it is something else.
        ValueError: If it has weights that are not trained.
    """
    if not isinstance(model, tff.learning.models.FunctionalModel):
        raise TypeError(
            say(
                "model must be a tff.learning.models.FunctionalModel, such as "
                "models.functional_model() makes, and it is {model}.",
                model=described(model),
            )
        )
    if len(model.initial_weights[1]) > 0:
        raise ValueError(
            say(
                "model must have no weights that are not trained, and it has "
                "{num_initial_weights}.",
                num_initial_weights=len(model.initial_weights[1]),
            )
        )
    return model


def initial_weights(model: tff.learning.models.FunctionalModel) -> Weights:
    """A model's trainable weights, to be called inside a computation."""
    return tuple(tf.convert_to_tensor(weight) for weight in model.initial_weights[0])


def zeros_like(weights: Weights) -> Weights:
    """Zeros of the same shapes."""
    return tuple(tf.zeros_like(weight) for weight in weights)


def minus(ones: Weights, others: Weights) -> Weights:
    """The difference, tensor by tensor."""
    return tuple(one - other for one, other in zip(ones, others, strict=True))


def plus(ones: Weights, others: Weights, factor: Any = 1.0) -> Weights:
    """The sum, tensor by tensor, with a factor before what is added."""
    return tuple(one + factor * other for one, other in zip(ones, others, strict=True))


def batch_gradients(
    model: tff.learning.models.FunctionalModel, weights: Weights, batch: Any
) -> Weights:
    """Gradients of the model's loss on a batch; to be called inside a computation."""
    with tf.GradientTape() as tape:
        tape.watch(weights)
        predictions = model.predict_on_batch((weights, ()), batch["x"], training=True)
        loss = model.loss(predictions, batch["y"])
    return tape.gradient(loss, weights)
