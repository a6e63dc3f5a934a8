"""Federated evaluation, the person served worst, going on after a stop."""

from . import evaluate_weights, evaluation_process, go_on, worst_served

EXERCISES = tuple(
    module.EXERCISE for module in (evaluation_process, evaluate_weights, worst_served, go_on)
)
