"""One round as a federated computation."""

from typing import Any

from fl_course.exercises.averaging_by_hand.client_update_fn import client_update_fn_reference
from fl_course.exercises.averaging_by_hand.server_update_fn import server_update_fn_reference
from fl_course.exercises.exercise import OTHER, Exercise, Found, Mistake
from fl_course.exercises.judging import computations, reference


def _judge(answer: Any) -> Found:
    import tensorflow_federated as tff

    if problem := computations.kind_problem(answer):
        return problem
    at_server, at_clients = (
        f"{computations.WEIGHTS_TYPE}@SERVER",
        f"{{{computations.DATASET_TYPE}}}@CLIENTS",
    )
    if problem := computations.argument_problem(answer, [at_server, at_clients]):
        return problem
    result = answer.type_signature.result
    if isinstance(result, tff.FederatedType) and result.placement is tff.CLIENTS:
        return Mistake("stays_at_clients", seen=str(result))
    if problem := computations.result_problem(answer, at_server):
        return problem
    # Clients of unequal sizes, on which a weighted mean differs.
    cohort = [
        [(x / 3, y) for x, y in reference.some_batches(k, n)]
        for k, n in ((21, 7), (22, 2), (23, 4))
    ]
    weights = reference.some_weights(20)
    found = computations.call(
        answer, reference.tensors(weights), [reference.dataset(batches) for batches in cohort]
    )
    updates = [reference.update(weights, batches, reference.LEARNING_RATE) for batches in cohort]
    counts = [sum(len(labels) for _, labels in batches) for batches in cohort]
    zero_updates = [
        reference.update(reference.zeros(), batches, reference.LEARNING_RATE) for batches in cohort
    ]
    known = {
        None: reference.plus(weights, reference.mean(updates)),
        "sum": reference.plus(weights, reference.mean(updates), len(cohort)),
        "weighted": reference.plus(weights, reference.mean(updates, counts)),
        "only_update": reference.mean(updates),
        "unchanged": weights,
        "first_weights": reference.plus(weights, reference.mean(zero_updates)),
        "one_client": reference.plus(weights, updates[0]),
    }
    return next((name for name, value in known.items() if reference.same(found, value)), OTHER)


def _reference() -> Any:
    import tensorflow_federated as tff

    weights_type, dataset_type = computations.model_types()
    client_update_fn = client_update_fn_reference()
    server_update_fn = server_update_fn_reference()

    @tff.federated_computation(
        tff.FederatedType(weights_type, tff.SERVER), tff.FederatedType(dataset_type, tff.CLIENTS)
    )
    def next_fn(server_weights: Any, client_data: Any) -> Any:
        weights_at_clients = tff.federated_broadcast(server_weights)
        updates = tff.federated_map(client_update_fn, (weights_at_clients, client_data))
        mean_update = tff.federated_mean(updates)
        return tff.federated_map(server_update_fn, (server_weights, mean_update))

    return next_fn


EXERCISE = Exercise(
    id="next_fn",
    expects="a `tff.federated_computation` of type "
    f"`(<{computations.WEIGHTS_TYPE}@SERVER,{{{computations.DATASET_TYPE}}}@CLIENTS> -> "
    f"{computations.WEIGHTS_TYPE}@SERVER)`, one "
    "round of Federated Averaging with an unweighted mean",
    judge=_judge,
    reference=_reference,
    hints=(
        "One line for each part of the figure: down, at the clients, up, at the server. Two of "
        "the four operators are the same.",
        "`federated_broadcast`, `federated_map`, `federated_mean`, `federated_map`. What one "
        "line gives is what the next one takes.",
        "The client's map takes `client_update_fn` and the pair (weights at the clients, "
        "client data); the server's map takes `server_update_fn` and the pair (server's "
        "weights, mean update).",
    ),
    mistakes={
        **computations.OF_COMPUTATIONS,
        "swapped": "The clients' data comes first. Wanted are the server's weights, then the "
        "clients' data.",
        "stays_at_clients": "The result is `{seen}`: it stays at the clients. Which operator "
        "leads up, and what is then done at the server?",
        "wrong_result": "The result is of type `{seen}`. Wanted are the new weights and "
        "nothing else, `{wanted}`.",
        "sum": "The server adds the sum of the updates and not their mean. Which operator "
        "leads up?",
        "weighted": "The mean is weighted by numbers of examples. That comes later in the "
        "lesson; here every client counts the same.",
        "only_update": "The result is the mean update. Part 4 is missing, or it drops the "
        "server's weights.",
        "unchanged": "The weights come out as they went in. Is what the clients have learned "
        "used in the last line?",
        "first_weights": "The clients train from zero weights in every round. Broadcast the "
        "argument `server_weights`.",
        "one_client": "Only one client's update has reached the server.",
    },
    right="This is a round of Federated Averaging. What leaves the clients is what goes into "
    "its aggregation, and that you can read in the program.",
)
