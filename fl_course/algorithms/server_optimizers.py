"""How the server moves its weights along the clients' mean update.

A mean update points from the server's weights to the mean of the clients' weights: it takes the
place of a negative gradient (Reddi et al., "Adaptive Federated Optimization", 2021, Section 2).
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf

from fl_course.arguments import LARGEST_FLOAT32, check_number

Weights = tuple[tf.Tensor, ...]


class ServerOptimizer(NamedTuple):
    """Two pure functions; what the server remembers from round to round is handed in and out.

    Attributes:
        init: Takes the weights, gives the first state.
        next: Takes state, weights and mean update, gives the new state and the new weights.
    """

    init: Callable[[Weights], Any]
    next: Callable[[Any, Weights, Weights], tuple[Any, Weights]]


def server_sgd(learning_rate: float = 1.0) -> ServerOptimizer:
    """Moves the server's weights by the mean update times a learning rate.

    With a rate of 1, the new weights are the mean of the clients' weights: Federated Averaging
    (McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data",
    2017, Algorithm 1).

    Args:
        learning_rate: Above 0.

    Returns:
        A server optimizer without a state.

    Raises:
        TypeError: If `learning_rate` is not a number.
        ValueError: If `learning_rate` is not above 0 or not finite.
    """
    learning_rate = check_number("learning_rate", learning_rate, least_allowed=False)

    def init(weights: Weights) -> tuple[()]:
        return ()

    def next_(state: tuple[()], weights: Weights, mean_update: Weights) -> tuple[Any, Weights]:
        return state, _move(weights, learning_rate, mean_update)

    return ServerOptimizer(init, next_)


def server_momentum(learning_rate: float = 1.0, *, momentum: float = 0.9) -> ServerOptimizer:
    """Moves the server's weights along a decaying sum of the mean updates: FedAvgM.

    v = momentum * v + update, w = w + learning_rate * v (Hsu, Qi and Brown, "Measuring the Effects
    of Non-Identical Data Distribution for Federated Visual Classification", 2019). If all updates
    were the same, the step would grow to learning_rate / (1 - momentum) times their length.

    Args:
        learning_rate: Above 0.
        momentum: How much of the sum is kept, 0 or more and below 1; 0 is `server_sgd`.

    Returns:
        A server optimizer whose state is v, zero at first.

    Raises:
        TypeError: If an argument is not a number.
        ValueError: If an argument is out of its range.
    """
    learning_rate = check_number("learning_rate", learning_rate, least_allowed=False)
    momentum = check_number("momentum", momentum, below=1.0)

    def init(weights: Weights) -> Weights:
        return tuple(tf.zeros_like(weight) for weight in weights)

    def next_(velocity: Weights, weights: Weights, mean_update: Weights) -> tuple[Any, Weights]:
        velocity = tuple(
            momentum * v + update for v, update in zip(velocity, mean_update, strict=True)
        )
        return velocity, _move(weights, learning_rate, velocity)

    return ServerOptimizer(init, next_)


class AdamState(NamedTuple):
    """What FedAdam remembers, each shaped as the weights.

    Attributes:
        mean: Decaying mean of the mean updates: m in the paper.
        square: Decaying mean of their squares: v in the paper.
    """

    mean: Weights
    square: Weights


def server_adam(
    learning_rate: float, *, beta_1: float = 0.9, beta_2: float = 0.99, tau: float = 1e-3
) -> ServerOptimizer:
    """Gives each weight a step size of its own: FedAdam.

    m = beta_1 * m + (1 - beta_1) * update, v = beta_2 * v + (1 - beta_2) * update^2,
    w = w + learning_rate * m / (sqrt(v) + tau) (Reddi et al., "Adaptive Federated Optimization",
    2021, Algorithm 2; beta_1 and beta_2 are those of its experiments). As there, m starts at 0 and
    v at tau^2, the least that the algorithm allows, and no bias is corrected. The Adam of Keras and
    of `tff.learning.optimizers` starts both at 0 and corrects the bias: other steps, at first.

    Args:
        learning_rate: Above 0. A weight moves by at most about this in the first round, whatever
            the update's size, so it has to be far smaller than for `server_sgd`. While updates
            agree, the steps grow to twice that within 20 rounds, and then fall back.
        beta_1: How much of m is kept, 0 or more and below 1.
        beta_2: How much of v is kept, 0 or more and below 1.
        tau: Above 0 and below 1.8e19. Weights whose updates are much smaller than this hardly move.

    Returns:
        A server optimizer whose state is an `AdamState`.

    Raises:
        TypeError: If an argument is not a number.
        ValueError: If an argument is out of its range.
    """
    learning_rate = check_number("learning_rate", learning_rate, least_allowed=False)
    beta_1 = check_number("beta_1", beta_1, below=1.0)
    beta_2 = check_number("beta_2", beta_2, below=1.0)
    # Its square is among the weights.
    tau = check_number("tau", tau, least_allowed=False, below=math.sqrt(LARGEST_FLOAT32))

    def init(weights: Weights) -> AdamState:
        return AdamState(
            mean=tuple(tf.zeros_like(weight) for weight in weights),
            square=tuple(tf.fill(weight.shape, tau**2) for weight in weights),
        )

    def next_(
        state: AdamState, weights: Weights, mean_update: Weights
    ) -> tuple[AdamState, Weights]:
        mean = tuple(
            beta_1 * m + (1 - beta_1) * update
            for m, update in zip(state.mean, mean_update, strict=True)
        )
        square = tuple(
            beta_2 * v + (1 - beta_2) * update**2
            for v, update in zip(state.square, mean_update, strict=True)
        )
        direction = tuple(m / (tf.sqrt(v) + tau) for m, v in zip(mean, square, strict=True))
        return AdamState(mean, square), _move(weights, learning_rate, direction)

    return ServerOptimizer(init, next_)


def _move(weights: Weights, learning_rate: float, direction: Weights) -> Weights:
    return tuple(w + learning_rate * d for w, d in zip(weights, direction, strict=True))
