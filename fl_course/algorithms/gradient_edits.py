"""What a client may do with a gradient before it takes the step.

An edit is a function of the batch's gradients, the client's present weights and the server's
weights that the round began with; it returns the gradients to step along.
"""

from collections.abc import Callable

import tensorflow as tf

from fl_course.arguments import check_number

Weights = tuple[tf.Tensor, ...]
GradientEdit = Callable[[Weights, Weights, Weights], Weights]


def clip_gradients(max_norm: float) -> GradientEdit:
    """Scales gradients that are too long down to a given norm, and keeps their direction.

    The norm is the Euclidean one over all weights together (Pascanu, Mikolov and Bengio, "On the
    difficulty of training recurrent neural networks", 2013, Algorithm 1).

    Args:
        max_norm: Above 0; `math.inf` never clips.

    Returns:
        An edit for `build_fed_avg`.

    Raises:
        TypeError: If `max_norm` is not a number.
        ValueError: If `max_norm` is not above 0.
    """
    max_norm = check_number("max_norm", max_norm, least_allowed=False, infinite_allowed=True)

    def clip(gradients: Weights, weights: Weights, server_weights: Weights) -> Weights:
        # tf.clip_by_global_norm would multiply infinity by zero for max_norm=math.inf, and round
        # gradients that need no clipping; this leaves them as they are, to the bit.
        scale = tf.minimum(1.0, max_norm / tf.linalg.global_norm(gradients))
        return tuple(scale * gradient for gradient in gradients)

    return clip


def proximal_term(mu: float) -> GradientEdit:
    """Pulls the client's weights back to the server's: FedProx.

    FedProx adds mu / 2 * ||w - w_server||^2 to the loss (Li et al., "Federated Optimization in
    Heterogeneous Networks", 2020, Equation 2). Its gradient is mu * (w - w_server).

    Args:
        mu: How strong the pull is, 0 or more; 0 is Federated Averaging.

    Returns:
        An edit for `build_fed_avg`.

    Raises:
        TypeError: If `mu` is not a number.
        ValueError: If `mu` is negative or not finite.
    """
    mu = check_number("mu", mu)

    def pull_back(gradients: Weights, weights: Weights, server_weights: Weights) -> Weights:
        return tuple(
            gradient + mu * (weight - server_weight)
            for gradient, weight, server_weight in zip(
                gradients, weights, server_weights, strict=True
            )
        )

    return pull_back
