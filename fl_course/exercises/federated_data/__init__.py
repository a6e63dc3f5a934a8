"""One example, a picture's alpha, the map function, a cohort's data."""

from . import cohort_data, first_example, guess_alpha, map_function

EXERCISES = tuple(
    module.EXERCISE for module in (first_example, guess_alpha, map_function, cohort_data)
)
