"""Computations of TFF over a model's weights and a client's data: their kind and their types."""

import types
from collections.abc import Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Found, Mistake, run
from fl_course.exercises.judging.reference import SHAPES, Weights
from fl_course.localization import joined, say

WEIGHTS_TYPE = "<float32[784,10],float32[10]>"
DATASET_TYPE = "<x=float32[?,784],y=int32[?]>*"

OF_COMPUTATIONS = {
    "plain_function": "TFF has not recorded this function. One of TFF's decorators in the line "
    "above makes a computation of a function; `tf.function` is TensorFlow's, and makes none.",
    "no_types": "The decorator names no types, so TFF can't record the function yet: it has to "
    "know the types of the arguments first. Name one for each argument, in their order.",
    "wrong_arguments": "The types of the arguments are {seen}. Wanted are {wanted}. They are what "
    "the decorator names.",
}
"""What can be wrong with every computation."""
OF_TENSORFLOW = {
    "placed": "This computation has a placement: `{seen}`. A TensorFlow computation says what is "
    "computed and not where. Is the decorator the one for TensorFlow?",
}
"""What can be wrong with one of TensorFlow, beside that."""


def kind_problem(answer: Any) -> Found:
    """What is wrong with an answer that is no computation, else None."""
    import tensorflow_federated as tff

    # What tf.function makes can be told by this method.
    if isinstance(answer, types.FunctionType) or hasattr(answer, "get_concrete_function"):
        return "plain_function"
    if not isinstance(answer, tff.Computation):
        # Without types the decorator gives something that still waits for its arguments.
        return "no_types" if "Polymorphic" in type(answer).__name__ else OTHER
    return None


def placement_problem(answer: Any) -> Found:
    """What is wrong with a TensorFlow computation that has a placement, else None."""
    if has_placement(answer):
        return Mistake("placed", seen=str(answer.type_signature.result))
    return None


def has_placement(computation: Any) -> bool:
    """Whether an argument or the result of a computation has a placement."""
    import tensorflow_federated as tff

    signature = computation.type_signature
    return tff.types.contains(signature, lambda part: isinstance(part, tff.FederatedType))


def parameters(computation: Any) -> list[Any]:
    """The types of the arguments. One structure is as good as several: the call is the same."""
    import tensorflow_federated as tff

    parameter = computation.type_signature.parameter
    if parameter is None:
        return []
    return list(parameter.children()) if isinstance(parameter, tff.StructType) else [parameter]


def argument_problem(answer: Any, wanted: Sequence[str]) -> Found:
    """What is wrong with the types of the arguments, given in compact notation, else None."""
    found = [str(parameter) for parameter in parameters(answer)]
    if found == [*wanted]:
        return None
    if len(set(wanted)) == 2 and found == [*reversed(wanted)]:
        return "swapped"
    seen = joined([f"`{one}`" for one in found]) or say("none at all")
    return Mistake("wrong_arguments", seen=seen, wanted=joined([f"`{one}`" for one in wanted]))


def result_problem(answer: Any, wanted: str) -> Found:
    """What is wrong with the type of the result, else None."""
    result = str(answer.type_signature.result)
    return None if result == wanted else Mistake("wrong_result", seen=result, wanted=wanted)


def call(computation: Any, *args: Any) -> Weights:
    """The weights that a computation gives."""
    return [np.asarray(part, float) for part in run(computation, *args)]


def model_types() -> tuple[Any, Any]:
    """The types of weights and of a client's dataset."""
    import tensorflow_federated as tff

    from fl_course import models

    weights_type = tff.to_type(tuple(tff.TensorType(np.float32, shape) for shape in SHAPES))
    return weights_type, tff.SequenceType(tff.types.tensorflow_to_type(models.input_spec()))


def num_uses(answer: Any, part: Any) -> int:
    """How often a computation uses another one.

    Args:
        answer: A federated computation.
        part: A TensorFlow computation, which it may apply, by itself or inside of others.
    """
    from tensorflow_federated.python.core.impl.compiler import building_blocks, tree_analysis

    proto = part.to_compiled_building_block().proto
    return tree_analysis.count(
        answer.to_building_block(),
        lambda block: (
            isinstance(block, building_blocks.CompiledComputation) and block.proto == proto
        ),
    )
