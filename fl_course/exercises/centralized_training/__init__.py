"""Keras on the pooled digits, and a model of one writer alone."""

from . import compile_model, evaluate_held_out, lone_model, reshape_and_scale

EXERCISES = tuple(
    module.EXERCISE for module in (reshape_and_scale, compile_model, evaluate_held_out, lone_model)
)
