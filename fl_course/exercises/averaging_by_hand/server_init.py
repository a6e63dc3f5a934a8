"""The computation that gives the first weights."""

from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake
from fl_course.exercises.judging import computations, forms
from fl_course.localization import joined


def _judge(answer: Any) -> Found:
    import tensorflow_federated as tff

    if forms.weights(answer) is not None:
        return "called"
    if problem := computations.kind_problem(answer) or computations.placement_problem(answer):
        return problem
    if answer.type_signature.parameter is not None:
        return Mistake("takes_argument", seen=str(answer.type_signature.parameter))
    result = answer.type_signature.result
    parts = [*result.children()] if isinstance(result, tff.StructType) else []
    if len(parts) != 2 or not all(isinstance(part, tff.TensorType) for part in parts):
        return Mistake("not_two_tensors", seen=str(result))
    if names := tff.structure.name_list(result):
        return Mistake("named", names=joined([f"`{name}`" for name in names]))
    if str(result) == "<float32[10],float32[784,10]>":
        return "bias_first"
    if any(part.dtype != np.float32 for part in parts):
        return Mistake("wrong_dtype", seen=str(result))
    if str(result) != computations.WEIGHTS_TYPE:
        return Mistake("wrong_shape", seen=str(result))
    for name, part in zip(("kernel", "bias"), computations.call(answer), strict=True):
        if part.any():
            return Mistake(
                "not_zero", part=name, least=f"{part.min():.3g}", most=f"{part.max():.3g}"
            )
    return None


def _reference() -> Any:
    import tensorflow as tf
    import tensorflow_federated as tff

    @tff.tensorflow.computation
    def server_init() -> Any:
        return tf.zeros([784, 10]), tf.zeros([10])

    return server_init


def _server_init_of_tuples(answer: Any) -> Any:
    """The lesson's loops begin with tuples; a list, though right, has another Python type."""
    return answer if isinstance(answer(), tuple) else _reference()


EXERCISE = Exercise(
    id="server_init",
    expects="a `tff.tensorflow.computation` without arguments that gives zero weights, of type "
    f"`{computations.WEIGHTS_TYPE}`",
    judge=_judge,
    reference=_reference,
    adapt=_server_init_of_tuples,
    hints=(
        "The function needs no argument, and the decorator no types. The body is that of "
        "`plain_initialize_fn`.",
        "Write `@tff.tensorflow.computation` in one line, `def server_init():` in the next, "
        "and return a tuple of two `tf.zeros`.",
    ),
    mistakes={
        **{k: v for k, v in computations.OF_COMPUTATIONS.items() if k == "plain_function"},
        **computations.OF_TENSORFLOW,
        "no_types": "TFF waits for the types of arguments, so your function has arguments. "
        "`server_init` needs none.",
        "called": "These are the weights themselves. Wanted is the computation that makes "
        "them, not called.",
        "takes_argument": "This computation takes an argument of type `{seen}`. The first "
        "weights depend on nothing.",
        "not_two_tensors": "The result is `{seen}`. Wanted are two tensors without names, "
        "first the kernel and then the bias.",
        "named": "The parts have names: {names}. Wanted is a tuple, whose parts have none.",
        "bias_first": "The bias comes first. Wanted is the kernel, then the bias.",
        "wrong_dtype": "The result is `{seen}`. Wanted is float32 in both parts; NumPy's own "
        "default is wider.",
        "wrong_shape": "The result is `{seen}`. Wanted are the shapes `[784, 10]` for the "
        "kernel and `[10]` for the bias.",
        "not_zero": "The types are right, but not all numbers are zero: `{part}` has numbers from "
        "{least} to {most}.",
    },
    right="TFF has recorded how the first weights are made, and knows their type.",
)
