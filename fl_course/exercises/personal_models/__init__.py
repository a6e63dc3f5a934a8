"""Local steps, who is made worse, private layers, a mean by loss, drift, control variates."""

from . import (
    local_steps,
    made_worse,
    mean_by_loss,
    new_control,
    private_round,
    resting_point,
)

EXERCISES = tuple(
    module.EXERCISE
    for module in (
        *(local_steps, made_worse, private_round),
        *(mean_by_loss, resting_point, new_control),
    )
)
