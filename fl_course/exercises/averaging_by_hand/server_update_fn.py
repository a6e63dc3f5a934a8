"""The server's step as a TensorFlow computation."""

from typing import Any

from fl_course.exercises.exercise import Exercise, Found, Mistake
from fl_course.exercises.judging import computations, reference, shown
from fl_course.localization import say


def _judge(answer: Any) -> Found:
    problem = (
        computations.kind_problem(answer)
        or computations.placement_problem(answer)
        or computations.argument_problem(
            answer, [computations.WEIGHTS_TYPE, computations.WEIGHTS_TYPE]
        )
        or ("concatenated" if _is_concatenated(answer) else None)
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
    change = reference.plus(found, weights, -1)
    for name, zero in (("kernel_only", 1), ("bias_only", 0)):
        partly = [part if index != zero else 0 * part for index, part in enumerate(update)]
        if reference.same(change, partly):
            return name
    factor = reference.factor(change, update)
    if factor is None:
        wanted = reference.plus(weights, update)
        part, place = reference.furthest(found, wanted)
        case = say(
            "the weight {weight} and the mean update {update}",
            weight=f"{weights[part][place]:.4f}",
            update=f"{update[part][place]:.4f}",
        )
        return shown.wrong_value(case, float(found[part][place]), float(wanted[part][place]))
    if abs(factor) < 1e-3:
        return "unchanged"
    if abs(factor - 1) < 1e-3:
        return None
    if abs(factor + 1) < 1e-3:
        return "subtracts"
    if abs(factor / reference.LEARNING_RATE - 1) < 1e-3:
        return "rate_again"
    return Mistake("scaled", factor=f"{factor:.3g}")


def _is_concatenated(answer: Any) -> bool:
    parts = computations.WEIGHTS_TYPE[1:-1]
    return str(answer.type_signature.result) == f"<{parts},{parts}>"


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
        **shown.OF_CASES,
        "wrong_result": "The result is of type `{seen}`. Wanted are new weights, `{wanted}`.",
        "concatenated": "The result has four parts, first the weights and then the update: `+` "
        "puts one tuple behind the other. Each part of the update is to be added to its part of "
        "the weights.",
        "kernel_only": "The kernel is right, and the bias is as it was. An update has two parts.",
        "bias_only": "The bias is right, and the kernel is as it was. An update has two parts.",
        "unchanged": "The weights come out as they went in. Where is the update added?",
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
