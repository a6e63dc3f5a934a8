"""The server's step as a TensorFlow computation."""

from typing import Any

from fl_course.exercises.exercise import OTHER, Exercise, Found, Mistake
from fl_course.exercises.judging import computations, reference


def _judge(answer: Any) -> Found:
    problem = (
        computations.kind_problem(answer)
        or computations.placement_problem(answer)
        or computations.argument_problem(
            answer, [computations.WEIGHTS_TYPE, computations.WEIGHTS_TYPE]
        )
        or computations.result_problem(answer, computations.WEIGHTS_TYPE)
    )
    if problem:
        return problem
    weights, update = reference.some_weights(12), reference.some_weights(13)
    found = computations.call(answer, reference.tensors(weights), reference.tensors(update))
    if reference.same(found, update):
        return "replaces"
    if reference.same(found, [(w + u) / 2 for w, u in zip(weights, update, strict=True)]):
        return "averaged"
    factor = reference.factor(reference.plus(found, weights, -1), update)
    if factor is None:
        return OTHER
    if abs(factor - 1) < 1e-3:
        return None
    if abs(factor + 1) < 1e-3:
        return "subtracts"
    if abs(factor / reference.LEARNING_RATE - 1) < 1e-3:
        return "rate_again"
    return Mistake("scaled", factor=f"{factor:.3g}")


def server_update_fn_reference() -> Any:
    """The computation as the lesson has it; a round is made of it."""
    import tensorflow_federated as tff

    weights_type, _ = computations.model_types()

    @tff.tensorflow.computation(weights_type, weights_type)
    def server_update_fn(server_weights: Any, mean_update: Any) -> Any:
        return tuple(w + mean for w, mean in zip(server_weights, mean_update, strict=True))

    return server_update_fn


EXERCISE = Exercise(
    id="server_update_fn",
    expects="a `tff.tensorflow.computation` of type "
    f"`(<{computations.WEIGHTS_TYPE},{computations.WEIGHTS_TYPE}> -> "
    f"{computations.WEIGHTS_TYPE})` that adds the mean update to the "
    "weights",
    judge=_judge,
    reference=server_update_fn_reference,
    hints=(
        "The decorator names `weights_type` twice: an update has the type of the weights.",
        "Go through `server_weights` and `mean_update` in pairs with `zip`, add, and make a "
        "`tuple` of the sums. No dataset and no loop over clients is left.",
    ),
    mistakes={
        **computations.OF_COMPUTATIONS,
        **computations.OF_TENSORFLOW,
        "wrong_result": "The result is of type `{seen}`. Wanted are new weights, `{wanted}`.",
        "replaces": "This gives the mean update and drops the weights. In round 1 nobody would "
        "notice, as the first weights are zero.",
        "subtracts": "This subtracts the mean update. It points to where the loss is smaller "
        "already.",
        "averaged": "This is the mean of the weights and the update. The mean over the clients "
        "is taken before; here the two are added.",
        "rate_again": "This adds `LEARNING_RATE` times the mean update. Wanted is the update "
        "as it is: the clients have applied the learning rate already.",
        "scaled": "This adds {factor} times the mean update. Wanted is the update as it is: "
        "what arrives is a mean, and the operator has divided already.",
    },
    right="Of all the clients' work, this is all that the server's own code gets to see.",
)
