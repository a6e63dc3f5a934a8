"""What a private training guarantees: epsilon and delta, and what they say about an attack.

A noise multiplier is, everywhere here, the noise's standard deviation divided by the sensitivity:
by how far one client can move the sum that the noise is added to. Which client that is, says the
neighbouring relation:

- add or remove one client: the sum of clipped updates moves by at most the clip norm;
- replace one client by another: by at most **twice** the clip norm. Noise of 1.2 clip norms then is
  a noise multiplier of 0.6.
"""

import contextlib
import logging
import math
from collections.abc import Iterator
from typing import Any

from fl_course.arguments import check_integer, check_number, described
from fl_course.localization import say

ACCOUNTANTS = ("pld", "rdp")


def poisson_epsilon(
    noise_multiplier: float,
    num_clients: int,
    cohort_size: int,
    num_rounds: int,
    *,
    delta: float,
    accountant: str = "pld",
) -> float:
    """Computes epsilon where each client takes part in a round by a coin of its own.

    Neighbours: add or remove one client. The coin shows "take part" with probability
    `cohort_size / num_clients`, in every round anew, so cohorts differ in size.

    Args:
        noise_multiplier: Standard deviation of the noise in clip norms, 0 or more.
        num_clients: How many clients there are.
        cohort_size: How many take part in a round on average; 1 to `num_clients`.
        num_rounds: 1 or more.
        delta: Above 0 and below 1; useful below `1 / num_clients`.
        accountant: "rdp" for Rényi differential privacy (Mironov, Talwar and Zhang, "Rényi
            Differential Privacy of the Sampled Gaussian Mechanism", 2019), which is quick; "pld"
            for privacy loss distributions (Koskela, Jälkö and Honkela, "Computing Tight
            Differential Privacy Guarantees Using FFT", 2020), which is tighter.

    Returns:
        An upper bound on epsilon; infinity without noise.

    Raises:
        TypeError: If `noise_multiplier` or `delta` is not a number.
        ValueError: If an argument is out of its range.
    """
    noise_multiplier, num_clients, cohort_size, num_rounds, delta = _checked(
        noise_multiplier, num_clients, cohort_size, num_rounds, delta
    )
    if accountant not in ACCOUNTANTS:
        raise ValueError(
            say(
                'accountant must be "pld" or "rdp", and it is {accountant}.',
                accountant=described(accountant),
            )
        )
    if noise_multiplier == 0:
        return math.inf

    import dp_accounting

    release = dp_accounting.PoissonSampledDpEvent(
        cohort_size / num_clients, dp_accounting.GaussianDpEvent(noise_multiplier)
    )
    if accountant == "rdp":
        return _epsilon(dp_accounting.rdp.RdpAccountant(), release, num_rounds, delta)
    return _epsilon(dp_accounting.pld.PLDAccountant(), release, num_rounds, delta)


def fixed_cohort_epsilon(
    noise_multiplier: float,
    num_clients: int,
    cohort_size: int,
    num_rounds: int,
    *,
    delta: float,
) -> float:
    """Computes epsilon where every round draws as many clients, without replacement.

    Neighbours: replace one client by another, so that the number of clients is the same and known.
    By Rényi differential privacy: Wang, Balle and Kasiviswanathan, "Subsampled Rényi Differential
    Privacy and Analytical Moments Accountant", 2019, Theorem 27 of the arXiv version.

    Args:
        noise_multiplier: Standard deviation of the noise divided by **twice** the clip norm: by
            how far a client that is replaced can move the sum. 0 or more.
        num_clients: How many clients there are.
        cohort_size: How many take part in each round; 1 to `num_clients`.
        num_rounds: 1 or more.
        delta: Above 0 and below 1; useful below `1 / num_clients`.

    Returns:
        An upper bound on epsilon; infinity without noise.

    Raises:
        TypeError: If `noise_multiplier` or `delta` is not a number.
        ValueError: If an argument is out of its range.
    """
    noise_multiplier, num_clients, cohort_size, num_rounds, delta = _checked(
        noise_multiplier, num_clients, cohort_size, num_rounds, delta
    )
    if noise_multiplier == 0:
        return math.inf

    import dp_accounting

    accountant = dp_accounting.rdp.RdpAccountant(
        neighboring_relation=dp_accounting.NeighboringRelation.REPLACE_ONE
    )
    release = dp_accounting.SampledWithoutReplacementDpEvent(
        num_clients, cohort_size, dp_accounting.GaussianDpEvent(noise_multiplier)
    )
    return _epsilon(accountant, release, num_rounds, delta)


def gaussian_delta(noise_multiplier: float, epsilon: float) -> float:
    """Computes the smallest delta of one release with Gaussian noise, exactly.

    The closed form of Balle and Wang, "Improving the Gaussian Mechanism for Differential Privacy",
    2018, Theorem 8, with the sensitivity as unit: for all clients at once, without sampling.

    Args:
        noise_multiplier: Standard deviation of the noise divided by the sensitivity; 0 or more.
        epsilon: 0 or more.

    Returns:
        Delta; 1 without noise.

    Raises:
        TypeError: If an argument is not a number.
        ValueError: If an argument is out of its range.
    """
    sigma = check_number("noise_multiplier", noise_multiplier)
    epsilon = check_number("epsilon", epsilon)
    return _gaussian_delta(sigma, epsilon)


def gaussian_epsilon(noise_multiplier: float, *, delta: float) -> float:
    """Computes the smallest epsilon of one release with Gaussian noise, exactly.

    `gaussian_delta` the other way round, by bisection.

    Args:
        noise_multiplier: Standard deviation of the noise divided by the sensitivity; 0 or more.
        delta: Above 0 and below 1.

    Returns:
        Epsilon; infinity without noise.

    Raises:
        TypeError: If an argument is not a number.
        ValueError: If an argument is out of its range.
    """
    sigma = check_number("noise_multiplier", noise_multiplier)
    delta = check_number("delta", delta, least_allowed=False, below=1.0)
    if _gaussian_delta(sigma, 0.0) <= delta:
        return 0.0
    low, high = 0.0, 1.0
    while _gaussian_delta(sigma, high) > delta:
        low, high = high, 2 * high
        if high > 1e300:
            return math.inf
    while (middle := (low + high) / 2) not in (low, high):
        if _gaussian_delta(sigma, middle) > delta:
            low = middle
        else:
            high = middle
    return high


def group_guarantee(epsilon: float, delta: float, group_size: int) -> tuple[float, float]:
    """Computes what a guarantee for one client leaves to several that belong together.

    Dwork and Roth, "The Algorithmic Foundations of Differential Privacy", 2014, Theorem 2.2, for
    epsilon. With delta, the promise is applied k times, one client after another: the deltas add
    up to the sum of exp(i epsilon) delta over i < k, which is at most
    k exp((k - 1) epsilon) delta. So k clients have (k epsilon, k exp((k - 1) epsilon) delta);
    Vadhan, "The Complexity of Differential Privacy", 2017, Lemma 2.2, states it a little larger.

    Args:
        epsilon: Of one client; 0 or more.
        delta: Of one client; 0 or more and below 1.
        group_size: How many clients belong to one person; 1 or more.

    Returns:
        Epsilon and delta of the group. A delta of 1 guarantees nothing.

    Raises:
        TypeError: If `epsilon` or `delta` is not a number.
        ValueError: If an argument is out of its range.
    """
    epsilon = check_number("epsilon", epsilon)
    delta = check_number("delta", delta, below=1.0)
    group_size = check_integer("group_size", group_size, 1)
    if delta == 0:
        return group_size * epsilon, 0.0
    log_delta = math.log(group_size) + (group_size - 1) * epsilon + math.log(delta)
    return group_size * epsilon, math.exp(min(log_delta, 0.0))


def highest_hit_rate(false_alarm_rate: float, epsilon: float, delta: float = 0.0) -> float:
    """Computes how many members any attack can find, at most, under a guarantee.

    Kairouz, Oh and Viswanath, "The Composition Theorem for Differential Privacy", 2015,
    Theorem 2.1: both kinds of errors of any test are bounded together.

    Args:
        false_alarm_rate: The share of non-members that the attack takes for members; 0 to 1.
        epsilon: 0 or more; infinity is no guarantee.
        delta: 0 or more and below 1.

    Returns:
        The largest share of members that it finds.

    Raises:
        TypeError: If an argument is not a number.
        ValueError: If an argument is out of its range.
    """
    # The largest value is in the range, and `below` is not.
    rate = check_number("false_alarm_rate", false_alarm_rate, below=math.nextafter(1.0, 2.0))
    epsilon = check_number("epsilon", epsilon, infinite_allowed=True)
    delta = check_number("delta", delta, below=1.0)
    if epsilon > 700:  # exp would overflow
        return 1.0
    one_way = math.exp(epsilon) * rate + delta
    other_way = 1 - math.exp(-epsilon) * (1 - delta - rate)
    return max(0.0, min(one_way, other_way, 1.0))


def _checked(
    noise_multiplier: Any, num_clients: Any, cohort_size: Any, num_rounds: Any, delta: Any
) -> tuple[float, int, int, int, float]:
    noise_multiplier = check_number("noise_multiplier", noise_multiplier)
    num_clients = check_integer("num_clients", num_clients, 1)
    cohort_size = check_integer("cohort_size", cohort_size, 1, num_clients)
    num_rounds = check_integer("num_rounds", num_rounds, 1)
    delta = check_number("delta", delta, least_allowed=False, below=1.0)
    return noise_multiplier, num_clients, cohort_size, num_rounds, delta


def _epsilon(accountant: Any, release: Any, num_rounds: int, delta: float) -> float:
    import dp_accounting

    with _quiet():
        accountant.compose(dp_accounting.SelfComposedDpEvent(release, num_rounds))
        return float(accountant.get_epsilon(delta))


def _gaussian_delta(sigma: float, epsilon: float) -> float:
    if sigma == 0:
        return 1.0
    from scipy.special import log_ndtr

    half = 1 / (2 * sigma)
    # In logarithms, since exp(epsilon) overflows long before the product does.
    first = math.exp(float(log_ndtr(half - epsilon * sigma)))
    second = math.exp(epsilon + float(log_ndtr(-half - epsilon * sigma)))
    return min(1.0, max(0.0, first - second))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Holds back the accountant's warnings about orders of Rényi divergence that it leaves out.

    An epsilon from fewer orders is an upper bound still.
    """
    logger = logging.getLogger("absl")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
