"""A round of a federated GAN as a federated computation."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from fl_course.exercises.exercise import Exercise, Found, Mistake, run
from fl_course.exercises.images_unseen.client_discriminator import (
    RATE,
    client_discriminator_reference,
    trained_update,
)
from fl_course.exercises.judging import computations, edits, formulas, reference, shown
from fl_course.localization import joined, say

SERVER_RATE, NUM_STEPS, BATCH_SIZE = 0.2, 6, 40  # the lesson's

Arrays = list[np.ndarray]


class State(NamedTuple):
    """A state as the lesson has it."""

    generator: Any
    discriminator: Any
    round_num: Any


Client = list[reference.Batch]


def _judge(answer: Any) -> Found:
    import tensorflow_federated as tff

    if problem := computations.kind_problem(answer):
        return problem
    state_type, dataset_type = _types()
    at_server, at_clients = f"{state_type}@SERVER", f"{{{dataset_type}}}@CLIENTS"
    if _in_order(answer, [at_clients, at_server]):
        return "swapped"
    if not _in_order(answer, [at_server, at_clients]):
        return _argument_mistake(answer)
    result = answer.type_signature.result
    if isinstance(result, tff.FederatedType) and result.placement is tff.CLIENTS:
        return "sent_down" if result.all_equal else "stays_at_clients"
    if str(result) != at_server:
        return Mistake("wrong_result", seen=_short(result))
    # Of another number of clients each: such a number may be written into the answer.
    probes = [
        (_state(4, 3), _cohort((21, 7), (22, 2), (23, 4))),
        (_state(5, 1), _cohort((24, 1), (25, 5))),
    ]
    found = [_called(answer, *probe) for probe in probes]
    right = [
        reference.same(seen, _right(*probe)) for seen, probe in zip(found, probes, strict=True)
    ]
    if all(right):
        return None
    if name := formulas.explained(found, probes, _KNOWN, reference.same):
        return name
    if number := _fixed_count(found, probes):
        return Mistake("fixed_count", number=number)
    wrong = right.index(False)
    return _shown(found[wrong], *probes[wrong])


def _in_order(answer: Any, wanted: Sequence[str]) -> bool:
    return [str(parameter) for parameter in computations.parameters(answer)] == [*wanted]


def _argument_mistake(answer: Any) -> Mistake:
    seen = joined([f"`{_short(part)}`" for part in computations.parameters(answer)])
    return Mistake("wrong_types", seen=seen or say("none at all"))


def _short(some_type: Any) -> str:
    """A type as the lesson calls it, as far as it has a name there."""
    state_type, dataset_type = _types()
    text = str(some_type)
    for name, one in (
        ("state_type", state_type),
        ("dataset_type", dataset_type),
        ("discriminator_type", state_type.discriminator),
    ):
        text = text.replace(str(one), name)
    return text if len(text) < 200 else f"{text[:200]}..."


def _called(answer: Any, state: State, cohort: Sequence[Client]) -> Arrays:
    result = run(answer, state, [*map(reference.dataset, cohort)])
    return _flat(result)


def _flat(state: Any) -> Arrays:
    parts = [*state.generator, *state.discriminator, [state.round_num]]
    return [np.asarray(part, float) for part in parts]


def _state(seed: int, round_num: int) -> State:
    from fl_course import algorithms

    gan = algorithms.dense_gan(seed=seed)
    return State(tuple(gan.generator), tuple(gan.discriminator), np.int32(round_num))


def _cohort(*clients: tuple[int, int]) -> list[Client]:
    """Clients of unequal sizes, on which a weighted mean differs: of seeds and sizes."""
    return [reference.some_batches(*client) for client in clients]


def _updates(state: State, cohort: Sequence[Client], round_num: Any = None) -> list[Arrays]:
    number = int(state.round_num) if round_num is None else round_num
    return [
        trained_update(([*state.generator], [*state.discriminator], client, number), rate=RATE)
        for client in cohort
    ]


def _stepped(state: State, update: Arrays) -> State:
    import tensorflow as tf

    discriminator = [np.float32(w + u) for w, u in zip(state.discriminator, update, strict=True)]
    generator = _generator_steps()(
        reference.tensors(state.generator),
        reference.tensors(discriminator),
        tf.constant(int(state.round_num)),
    )
    arrays = tuple(np.asarray(part) for part in generator)
    return State(arrays, tuple(discriminator), np.int32(int(state.round_num) + 1))


@functools.cache
def _generator_steps() -> Callable[..., Any]:
    """The server's training of the generator, recorded once."""
    import tensorflow as tf

    from fl_course import algorithms

    gan = algorithms.dense_gan()

    @tf.function
    def steps(generator: Any, discriminator: Any, number: Any) -> Any:
        return algorithms.server_generator(
            gan,
            generator,
            discriminator,
            number,
            learning_rate=SERVER_RATE,
            num_steps=NUM_STEPS,
            batch_size=BATCH_SIZE,
        )

    return steps


def _averaged(state: State, cohort: Sequence[Client]) -> State:
    return _stepped(state, reference.mean(_updates(state, cohort)))


def _right(state: State, cohort: Sequence[Client]) -> Arrays:
    return _flat(_averaged(state, cohort))


def _counts(cohort: Sequence[Client]) -> list[int]:
    return [sum(len(labels) for _, labels in client) for client in cohort]


def _from_start(state: State, cohort: Sequence[Client], *names: str) -> Arrays:
    """The clients get these networks as they were at first, whatever the server has."""
    first = _state(0, int(state.round_num))
    start = state._replace(**{name: getattr(first, name) for name in names})
    return _flat(_stepped(state, reference.mean(_updates(start, cohort))))


def _fixed_count(found: Sequence[Arrays], probes: Sequence[tuple[State, Any]]) -> int | None:
    """The number by which the sum of the updates is divided, however many clients there are."""
    numbers = set()
    for seen, (state, cohort) in zip(found, probes, strict=True):
        total = [sum(parts) for parts in zip(*_updates(state, cohort), strict=True)]
        steps = [
            part - before
            for part, before in zip(
                seen[len(state.generator) : -1], state.discriminator, strict=True
            )
        ]
        along = sum(float(np.vdot(step, part)) for step, part in zip(steps, total, strict=True))
        length = sum(float(np.vdot(part, part)) for part in total)
        number = round(length / along) if along > length / 1e6 else 0
        if number < 1 or not reference.same(
            seen, _flat(_stepped(state, [part / number for part in total]))
        ):
            return None
        numbers.add(number)
    return numbers.pop() if len(numbers) == 1 else None


_KNOWN: dict[str, list[Callable[..., Arrays]]] = {
    "sum": [
        lambda state, cohort: _flat(
            _stepped(state, [sum(parts) for parts in zip(*_updates(state, cohort), strict=True)])
        )
    ],
    "weighted": [
        lambda state, cohort: _flat(
            _stepped(state, reference.mean(_updates(state, cohort), _counts(cohort)))
        )
    ],
    "unchanged": [lambda state, cohort: _flat(state)],
    "one_client": [
        lambda state, cohort, k=k: _flat(_stepped(state, _updates(state, cohort)[k]))
        for k in (0, -1)
    ],
    "other_round": [
        lambda state, cohort: _flat(
            _stepped(state, reference.mean(_updates(state, cohort, round_num=0)))
        )
    ],
    "shifted_round": [
        lambda state, cohort, by=by: _flat(
            _stepped(
                state, reference.mean(_updates(state, cohort, round_num=int(state.round_num) + by))
            )
        )
        for by in (1, -1)
    ],
    "first_weights": [
        lambda state, cohort: _from_start(state, cohort, "generator", "discriminator")
    ],
    "first_generator": [lambda state, cohort: _from_start(state, cohort, "generator")],
    "first_discriminator": [lambda state, cohort: _from_start(state, cohort, "discriminator")],
    "two_rounds": [lambda state, cohort: _right(_averaged(state, cohort), cohort)],
}


def _shown(found: Arrays, state: State, cohort: Sequence[Client]) -> Mistake:
    wanted = _right(state, cohort)
    part, place = edits.furthest(found, wanted)
    count = len(state.generator)
    names = [f"generator[{k}]" for k in range(count)]
    names += [f"discriminator[{k}]" for k in range(len(state.discriminator))]
    name = [*names, "round_num"][part]
    case = say(
        "{count} clients with {examples} examples and a state of round {round_num}, at `{place}`,",
        count=len(cohort),
        examples=joined([str(number) for number in _counts(cohort)]),
        round_num=int(state.round_num),
        place=f"{name}[{', '.join(str(int(number)) for number in place)}]",
    )
    return shown.wrong_value(case, float(found[part][place]), float(wanted[part][place]))


@functools.cache
def _computations() -> tuple[Any, Any]:
    """What each client and what the server computes, as the lesson has it."""
    import tensorflow as tf
    import tensorflow_federated as tff

    from fl_course import algorithms

    gan = algorithms.dense_gan()
    state_type, dataset_type = _types()
    generator_type, discriminator_type = state_type.generator, state_type.discriminator
    of_client = client_discriminator_reference()

    @tff.tensorflow.computation(generator_type, discriminator_type, np.int32, dataset_type)
    def client_fn(generator: Any, discriminator: Any, round_num: Any, dataset: Any) -> Any:
        return of_client(generator, discriminator, dataset, round_num)

    @tff.tensorflow.computation(state_type, discriminator_type)
    def server_fn(state: Any, mean_update: Any) -> Any:
        discriminator = tuple(
            w + update for w, update in zip(state.discriminator, mean_update, strict=True)
        )
        generator = algorithms.server_generator(
            gan,
            tuple(state.generator),
            discriminator,
            state.round_num,
            learning_rate=SERVER_RATE,
            num_steps=NUM_STEPS,
            batch_size=BATCH_SIZE,
        )
        return State(generator, discriminator, tf.add(state.round_num, 1))

    return client_fn, server_fn


@functools.cache
def _types() -> tuple[Any, Any]:
    """The types of a state and of a client's dataset."""
    import tensorflow_federated as tff

    from fl_course import algorithms, models

    gan = algorithms.dense_gan()
    weights = (
        tff.to_type(tuple(tff.TensorType(np.float32, part.shape) for part in parts))
        for parts in (gan.generator, gan.discriminator)
    )
    dataset_type = tff.SequenceType(tff.types.tensorflow_to_type(models.input_spec()))
    return tff.to_type(State(*weights, np.int32)), dataset_type


def _reference() -> Any:
    import tensorflow_federated as tff

    client_fn, server_fn = _computations()
    state_type, dataset_type = _types()

    @tff.federated_computation(
        tff.FederatedType(state_type, tff.SERVER), tff.FederatedType(dataset_type, tff.CLIENTS)
    )
    def gan_next(state: Any, client_data: Any) -> Any:
        generator, discriminator, round_num = map(
            tff.federated_broadcast, (state.generator, state.discriminator, state.round_num)
        )
        updates = tff.federated_map(client_fn, (generator, discriminator, round_num, client_data))
        return tff.federated_map(server_fn, (state, tff.federated_mean(updates)))

    return gan_next


EXERCISE = Exercise(
    id="gan_next",
    expects="a `tff.federated_computation` of the state at the server and the clients' datasets, "
    "that gives the next state at the server",
    judge=_judge,
    reference=_reference,
    hints=(
        "It has the form of lesson {{averaging_by_hand}}'s round: down, at the clients, up, at the "
        "server. Here three things go down.",
        "`state.generator`, `state.discriminator` and `state.round_num` can be broadcast one by "
        "one. `client_fn` takes them in this order, and the dataset last.",
        "`tff.federated_map(server_fn, ...)` takes the pair of the state and the mean of the "
        "updates, `tff.federated_mean`.",
    ),
    mistakes={
        **{name: computations.OF_COMPUTATIONS[name] for name in ("plain_function", "no_types")},
        **shown.OF_CASES,
        "wrong_types": "The types of the arguments are {seen}. Wanted are `state_type` at "
        "the server and `dataset_type` at the clients: the decorator names them, each with its "
        "placement.",
        "swapped": "The clients' data comes first. Wanted are the state, then the clients' data.",
        "stays_at_clients": "The result is at the clients, each has its own. The next state "
        "belongs to the server. What leads up?",
        "sent_down": "The result is a copy at every client. The next state stays at the server; "
        "the next round sends down what is needed.",
        "wrong_result": "The result is of type `{seen}`. Wanted is the next state and nothing "
        "else, `state_type@SERVER`.",
        "sum": "The server adds the sum of the updates and not their mean. Which operator leads "
        "up?",
        "weighted": "The mean is weighted by numbers of examples. Here all clients count the "
        "same: clipping and noise will need that.",
        "unchanged": "The state comes out as it went in. Is what the clients have learned used in "
        "the last line?",
        "one_client": "Only one client's update has reached the server.",
        "other_round": "The clients draw the noise of round 0, whatever the state says. The "
        "round's number has to be broadcast as well.",
        "shifted_round": "The clients draw the noise of another round than the state's: they get a "
        "number that is one too large or too small. `server_fn` counts on at the end.",
        "first_weights": "The clients work with the networks of the beginning in every round. "
        "Broadcast what the state holds.",
        "first_generator": "The clients work with the generator of the beginning in every round, "
        "though the state's is a later one. Broadcast what the state holds.",
        "first_discriminator": "The clients work with the discriminator of the beginning in every "
        "round, though the state's is a later one. Broadcast what the state holds.",
        "fixed_count": "The sum of the clients' updates is divided by {number}, with three clients "
        "as with two. The number to divide by is that of the clients who take part.",
        "two_rounds": "This is the state after two rounds. `gan_next` is one; a loop outside calls "
        "it again.",
    },
    right="Two models, one state, and one operator that leads up: what goes into it is of the "
    "discriminator's type.",
    trains=True,
)
