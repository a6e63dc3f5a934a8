"""A histogram, a bisection, a sketch's union, a prefix tree's round, and two kinds of noise."""

from . import bisect, debias, extend_prefixes, histogram, merge_sketches, noise_or_flip

EXERCISES = tuple(
    module.EXERCISE
    for module in (
        *(histogram, bisect, merge_sketches),
        *(extend_prefixes, debias, noise_or_flip),
    )
)
