"""The process of federated evaluation."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake
from fl_course.exercises.judging import made_up, shown
from fl_course.localization import say


def _judge(answer: Any) -> str | Mistake | Any | None:
    import tensorflow_federated as tff

    if answer is tff.learning.algorithms.build_fed_eval:
        return "not_called"
    if isinstance(answer, tff.learning.templates.LearningAlgorithmState):
        return "a_state"
    if isinstance(answer, tff.Computation):
        return "one_computation"
    if isinstance(answer, (tff.learning.models.FunctionalModel, tff.learning.models.VariableModel)):
        return "model_itself"
    if not isinstance(answer, tff.learning.templates.LearningProcess):
        return OTHER
    metrics = str(answer.next.type_signature.result.metrics)
    if "train=<" in metrics:
        return "training_process"
    if "eval=<" not in metrics:
        return OTHER
    state_type = answer.initialize.type_signature.result.member
    weights = state_type.global_model_weights
    wanted = made_up.built_evaluation().initialize.type_signature.result.member.global_model_weights
    if str(weights) != str(wanted):
        return Mistake("other_model", weights=str(weights.trainable))
    if made_up.ACCURACY not in metrics:
        return "no_accuracy"
    weights, clients = made_up.some_model(), made_up.some_clients((3, 17, 1, 9))
    measured = made_up.evaluate(answer, weights, made_up.datasets(clients))
    wanted = made_up.measured(weights, clients)
    found = [float(measured[name]) for name in wanted if name in measured]
    if np.allclose(found, list(wanted.values())[: len(found)], rtol=0, atol=made_up.TOLERANCE):
        return None
    case = say("clients with 3, 17, 1 and 9 images")
    return shown.wrong_value(case, found, list(wanted.values())[: len(found)])


EXERCISE = Exercise(
    id="evaluation_process",
    expects="a federated evaluation of `functional_model`, as `build_fed_eval` makes it",
    judge=_judge,
    reference=made_up.built_evaluation,
    hints=(
        "The function is named in the text above the cell. What does it need to know?",
        "Call `tff.learning.algorithms.build_fed_eval` with the model as its only argument.",
    ),
    mistakes={
        "not_called": "This is the function `build_fed_eval` itself. Call it with the "
        "model, and it gives the evaluation.",
        "one_computation": "This is a single computation, such as `initialize` or `next`. "
        "Keep the whole thing that `build_fed_eval` gives: the next cells need three of its "
        "parts.",
        "a_state": "This is a state, which `initialize` gave. Keep the process itself: the next "
        "cells need three of its parts.",
        "wrong_value": "For {case}, the accuracy and the loss of a model of ours are {wanted}, and "
        "your evaluation gives {got}. Build it from `functional_model` and leave everything else "
        "as the builder has it.",
        "model_itself": "This is a model. `build_fed_eval` takes the model and gives the "
        "computations that send it out and add up the clients' counts.",
        "training_process": "This process trains: its `next` reports training metrics and "
        "would change the model. Use the builder for evaluation, which takes no optimizer.",
        "other_model": "This evaluates a model with the weights `{weights}`, which are not "
        "those of the softmax model. Build it from `functional_model`.",
        "no_accuracy": "This evaluation reports no `sparse_categorical_accuracy`. Metrics "
        "come with the model: build it from `functional_model`, which counts both loss and "
        "accuracy.",
    },
    right="`evaluation` looks like the averaging process, but its `next` only counts.",
)
