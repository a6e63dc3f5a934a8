"""A share of clients, told under noise: by each client for itself, or by the server for all."""

import math

import numpy as np
from numpy.typing import ArrayLike

from fl_course.analytics.checks import check_whole_array
from fl_course.arguments import check_integer, check_number, check_seed

_LARGEST_EPSILON = 100.0  # beyond it, a float knows no probability of a lie


def truth_probability(epsilon: float) -> float:
    """How often randomized response tells the truth, for a given epsilon.

    A bit is told as it is with probability p, else turned round. The likeliest ratio between what
    a 1 and what a 0 tells is p / (1 - p), which is exp(epsilon): local differential privacy
    (Kasiviswanathan et al., "What Can We Learn Privately?", 2011).

    Args:
        epsilon: Above 0 and below 100.

    Returns:
        exp(epsilon) / (1 + exp(epsilon)), above a half.

    Raises:
        TypeError: If `epsilon` is not a number.
        ValueError: If it is out of its range.
    """
    return 1 / (1 + math.exp(-_check_epsilon(epsilon)))


def randomized_response(bits: ArrayLike, epsilon: float, *, seed: int = 0) -> np.ndarray:
    """What clients tell about a bit: the truth, or with some probability the opposite.

    Warner, "Randomized Response: A Survey Technique for Eliminating Evasive Answer Bias", 1965.

    Args:
        bits: 0 or 1 for each client, integers.
        epsilon: Of the local guarantee; see `truth_probability`.
        seed: Of all clients' coins. In earnest each client has a secret one.

    Returns:
        What is told, int64 in the shape of `bits`.

    Raises:
        TypeError: If `bits` holds no integers, or `epsilon` is not a number.
        ValueError: If a value is out of its range.
    """
    bits = check_whole_array("bits", bits, 1)
    truth = truth_probability(epsilon)
    lies = np.random.default_rng(check_seed(seed)).random(bits.shape) >= truth
    return bits ^ lies


def debias(told: float, truth: float) -> float:
    """Estimates the share of ones from the share that was told under randomized response.

    Warner, 1965, Section 2: the estimate is unbiased, and may lie below 0 or above 1.

    Args:
        told: The share of ones among the answers, 0 to 1.
        truth: The probability that an answer is true, above a half and at most 1.

    Returns:
        The estimate of the share of ones among the clients' bits.

    Raises:
        TypeError: If an argument is not a number.
        ValueError: If one is out of its range.
    """
    told = check_number("told", told, below=math.nextafter(1.0, 2.0))
    truth = check_number(
        "truth", truth, least=0.5, least_allowed=False, below=math.nextafter(1.0, 2.0)
    )
    return (told - (1 - truth)) / (2 * truth - 1)


def noised_share(bits: ArrayLike, epsilon: float, *, seed: int = 0) -> float:
    """The share of ones, with the server's noise on the sum: central differential privacy.

    One client's bit changes the sum by 1 at most, so noise of Laplace's distribution with the scale
    1 / epsilon is enough (Dwork, McSherry, Nissim and Smith, "Calibrating Noise to Sensitivity in
    Private Data Analysis", 2006, Section 3). The number of clients is public.

    Args:
        bits: 0 or 1 for each client, integers.
        epsilon: Above 0 and below 100.
        seed: Of the noise.

    Returns:
        The share, which may lie below 0 or above 1.

    Raises:
        TypeError: If `bits` holds no integers, or `epsilon` is not a number.
        ValueError: If a value is out of its range.
    """
    bits = check_whole_array("bits", bits, 1)
    noise = np.random.default_rng(check_seed(seed)).laplace(scale=1 / _check_epsilon(epsilon))
    return float((bits.sum() + noise) / len(bits))


def flip_error(epsilon: float, num_clients: int) -> float:
    """The standard deviation of a share that was estimated from randomized response.

    Args:
        epsilon: Above 0 and below 100.
        num_clients: 1 or more.

    Returns:
        sqrt(p (1 - p) / n) / (2 p - 1); it is the same for every true share.

    Raises:
        TypeError: If `epsilon` is not a number.
        ValueError: If an argument is out of its range.
    """
    # In this form nothing is lost where p is close to 1.
    spread = 1 / (2 * math.sinh(_check_epsilon(epsilon) / 2))
    return spread / math.sqrt(check_integer("num_clients", num_clients, 1))


def noise_error(epsilon: float, num_clients: int) -> float:
    """The standard deviation of a share whose sum has the server's noise.

    Args:
        epsilon: Above 0 and below 100.
        num_clients: 1 or more.

    Returns:
        sqrt(2) / (epsilon n).

    Raises:
        TypeError: If `epsilon` is not a number.
        ValueError: If an argument is out of its range.
    """
    epsilon = _check_epsilon(epsilon)
    return math.sqrt(2) / (epsilon * check_integer("num_clients", num_clients, 1))


def _check_epsilon(epsilon: float) -> float:
    return check_number("epsilon", epsilon, least_allowed=False, below=_LARGEST_EPSILON)
