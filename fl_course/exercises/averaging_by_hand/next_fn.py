"""One round as a federated computation."""

from typing import Any

from fl_course.exercises.averaging_by_hand.client_update_fn import client_update_fn_reference
from fl_course.exercises.averaging_by_hand.server_update_fn import server_update_fn_reference
from fl_course.exercises.exercise import OTHER, Exercise, Found, Mistake
from fl_course.exercises.judging import computations, reference, shown
from fl_course.localization import joined, say


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
        name = "sent_down" if result.all_equal else "stays_at_clients"
        return Mistake(name, seen=str(result))
    if problem := computations.result_problem(answer, at_server):
        return problem
    probes = [(reference.some_weights(20), _cohort((21, 7), (22, 2), (23, 4)))]
    found = [_round(answer, *probes[0])]
    if reference.same(found[0], _averaged(*probes[0])):
        # As many clients as in no other probe: a number of clients may be written into the answer.
        probes.append((reference.some_weights(24), _cohort((25, 1), (26, 8))))
        found.append(_round(answer, *probes[1]))
    known = reference.which(found, probes, _KNOWN)
    if known is not OTHER:
        return None if known == "right" else known
    weights, cohort = probes[-1]
    times = reference.factor(
        reference.plus(found[-1], weights, -1), reference.mean(_updates(weights, cohort))
    )
    if times is not None:
        return Mistake("scaled", factor=f"{times:.3g}", count=len(cohort))
    case = say(
        "{count} clients with {examples} examples",
        count=len(cohort),
        examples=joined([str(count) for count in _counts(cohort)]),
    )
    return reference.wrong_value(case, found[-1], _averaged(weights, cohort))


Cohort = list[list[reference.Batch]]


def _cohort(*clients: tuple[int, int]) -> Cohort:
    """Clients of unequal sizes, on which a weighted mean differs: of seeds and sizes."""
    return [[(x / 3, y) for x, y in reference.some_batches(*client)] for client in clients]


def _counts(cohort: Cohort) -> list[int]:
    return [sum(len(labels) for _, labels in batches) for batches in cohort]


def _round(answer: Any, weights: reference.Weights, cohort: Cohort) -> reference.Weights:
    return computations.call(answer, reference.tensors(weights), [*map(reference.dataset, cohort)])


def _updates(weights: reference.Weights, cohort: Cohort) -> list[reference.Weights]:
    return [reference.update(weights, batches, reference.LEARNING_RATE) for batches in cohort]


def _averaged(weights: reference.Weights, cohort: Cohort) -> reference.Weights:
    return reference.plus(weights, reference.mean(_updates(weights, cohort)))


_KNOWN = {
    "right": [_averaged],
    "sum": [lambda w, cohort: reference.plus(w, reference.mean(_updates(w, cohort)), len(cohort))],
    "weighted": [
        lambda w, cohort: reference.plus(w, reference.mean(_updates(w, cohort), _counts(cohort)))
    ],
    "only_update": [lambda w, cohort: reference.mean(_updates(w, cohort))],
    "unchanged": [lambda w, cohort: w],
    "first_weights": [
        lambda w, cohort: reference.plus(w, reference.mean(_updates(reference.zeros(), cohort)))
    ],
    "one_client": [
        lambda w, cohort: reference.plus(w, _updates(w, cohort)[0]),
        lambda w, cohort: reference.plus(w, _updates(w, cohort)[-1]),
    ],
    "two_rounds": [lambda w, cohort: _averaged(_averaged(w, cohort), cohort)],
}


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
        **shown.OF_CASES,
        "swapped": "The clients' data comes first. Wanted are the server's weights, then the "
        "clients' data.",
        "stays_at_clients": "The result is `{seen}`: it is at the clients, and the new weights "
        "belong to the server. What leads up, and which part of the figure is the server's own?",
        "sent_down": "The result is `{seen}`: a copy at every client. The new weights stay at the "
        "server; the next round's first line sends them down.",
        "two_rounds": "These are the weights after two rounds. `next_fn` is one; a loop outside "
        "calls it again.",
        "scaled": "With {count} clients, the server adds {factor} times the mean update. Wanted is "
        "the mean as it is, whatever the number of clients.",
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
