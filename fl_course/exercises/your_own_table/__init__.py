"""A table of one's own: clients, gaps, moments, who recognises whom, correlation within groups."""

from . import (
    correlation_within,
    fill_missing,
    mean_and_variance,
    seasons,
    silo_sums,
    species_recall,
)

EXERCISES = tuple(
    module.EXERCISE
    for module in (
        seasons,
        silo_sums,
        mean_and_variance,
        fill_missing,
        species_recall,
        correlation_within,
    )
)
