"""Fixed-point numbers, masks that cancel, a drop-out, robust rules, a backdoor's success."""

from . import (
    backdoor_success,
    krum_choice,
    mask_of,
    recover_dropout,
    to_fixed_point,
    trimmed_mean,
)

EXERCISES = tuple(
    module.EXERCISE
    for module in (
        *(to_fixed_point, mask_of, recover_dropout),
        *(backdoor_success, trimmed_mean, krum_choice),
    )
)
