"""Types with placements, and federated computations."""

from . import count_examples, share_above, spread, weighted_average, writers_type

EXERCISES = tuple(
    module.EXERCISE
    for module in (writers_type, weighted_average, share_above, count_examples, spread)
)
