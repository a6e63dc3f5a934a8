"""What TFF wants of a model, an averaging process, its loop, its logs."""

from . import averaging_process, control_loop, model_fn, summary_writer

EXERCISES = tuple(
    module.EXERCISE for module in (model_fn, averaging_process, control_loop, summary_writer)
)
