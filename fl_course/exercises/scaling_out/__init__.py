"""Spreading a cohort, merging partial sums, repeatable cohorts, drop-out."""

from . import clients_to_invite, cohort_ids, merge_parts, split_cohort

EXERCISES = tuple(
    module.EXERCISE for module in (split_cohort, merge_parts, cohort_ids, clients_to_invite)
)
