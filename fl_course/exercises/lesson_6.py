"""Lesson 6's exercises: the parts of Federated Averaging, as functions and as computations."""

import functools
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, Raised, run
from fl_course.localization import joined, say

Found = Any  # What a judge may give: None, the name of a mistake, a Mistake, or OTHER.
_Weights = list[np.ndarray]  # kernel and bias
_Batch = tuple[np.ndarray, np.ndarray]  # inputs and labels

SHAPES = ([784, 10], [10])  # of kernel and bias
LEARNING_RATE = 0.02  # the lesson's
WEIGHTS_TYPE = "<float32[784,10],float32[10]>"
DATASET_TYPE = "<x=float32[?,784],y=int32[?]>*"

# What can be wrong with every computation.
_OF_COMPUTATIONS = {
    "plain_function": "This is a Python function, and TFF has not recorded it. The decorator in "
    "the line above a function makes a computation of it.",
    "no_types": "The decorator names no types, so TFF can't record the function yet: it has to "
    "know the types of the arguments first. Name one for each argument, in their order.",
    "wrong_arguments": "The types of the arguments are {seen}. Wanted are {wanted}. They are what "
    "the decorator names.",
}
_OF_TENSORFLOW = {
    "placed": "This computation has a placement: `{seen}`. A TensorFlow computation says what is "
    "computed and not where. Is the decorator the one for TensorFlow?",
}
_SHAPES = "`[784, 10]` and `[10]`"


# --- The softmax model in NumPy, and clients of our own -------------------------------------------


def _gradients(weights: _Weights, batch: _Batch) -> _Weights:
    """Of the mean cross-entropy: inputs' (probabilities - one_hot) / n."""
    (kernel, bias), (inputs, labels) = weights, batch
    logits = inputs @ kernel + bias
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    errors = exponentials / exponentials.sum(axis=1, keepdims=True)
    errors[np.arange(len(labels)), labels] -= 1
    return [inputs.T @ errors / len(labels), errors.mean(axis=0)]


def _plus(weights: _Weights, others: _Weights, factor: float = 1.0) -> _Weights:
    return [w + factor * other for w, other in zip(weights, others, strict=True)]


def _zeros() -> _Weights:
    return [np.zeros(shape) for shape in SHAPES]


def _mean(updates: Sequence[_Weights], counts: Sequence[float] | None = None) -> _Weights:
    return [np.average(parts, axis=0, weights=counts) for parts in zip(*updates, strict=True)]


def _update(weights: _Weights, batches: Sequence[_Batch], rate: float) -> _Weights:
    """What a client sends: a step for each batch, minus where it began."""
    trained = weights
    for batch in batches:
        trained = _plus(trained, _gradients(trained, batch), -rate)
    return _plus(trained, weights, -1)


def _some_weights(seed: int) -> _Weights:
    rng = np.random.default_rng(seed)
    return [np.float32(rng.normal(scale=0.02, size=shape)) for shape in SHAPES]


def _some_batches(seed: int, examples: int = 7) -> list[_Batch]:
    """Batches of three; the last one may be smaller."""
    rng = np.random.default_rng(seed)
    inputs = np.float32(rng.uniform(size=[examples, 784]))
    labels = np.int32(rng.integers(0, 10, size=examples))
    starts = range(0, examples, 3)
    return [(inputs[start : start + 3], labels[start : start + 3]) for start in starts]


def _dataset(batches: Sequence[_Batch]) -> Any:
    import collections

    import tensorflow as tf

    inputs, labels = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    examples = collections.OrderedDict(x=inputs, y=labels)
    return tf.data.Dataset.from_tensor_slices(examples).batch(3)


def _tensors(weights: _Weights) -> Any:
    import tensorflow as tf

    return tuple(tf.constant(part, tf.float32) for part in weights)


# --- What several judges look at ------------------------------------------------------------------


def _read(result: Any) -> _Weights | None:
    """A result as kernel and bias, or None if it has another form."""
    if isinstance(result, (str, bytes, Mapping)) or not isinstance(result, Sequence):
        return None
    if len(result) != 2 or any(isinstance(part, (str, bytes, type(None))) for part in result):
        return None
    parts = [np.asarray(part) for part in result]
    if [list(part.shape) for part in parts] != [*SHAPES] or any(p.dtype.kind != "f" for p in parts):
        return None
    return [part.astype(float) for part in parts]


def _form(result: Any) -> str:
    """Says what a result is that is not kernel and bias."""
    if isinstance(result, Sequence) and not isinstance(result, (str, bytes)):
        told = {"type": type(result).__name__, "length": len(result)}
        if not result:
            return say("a {type} of {length}", **told)
        shapes = joined([_shape(part) for part in result[:4]])
        return say("a {type} of {length}: {shapes}", **told, shapes=shapes)
    return _shape(result)


def _shape(part: Any) -> str:
    if hasattr(part, "shape") and hasattr(part, "dtype"):
        return say("a tensor of shape `{shape}`", shape=[int(size) for size in part.shape])
    return say("something of type `{type}`", type=type(part).__name__)


def _same(found: _Weights, wanted: _Weights) -> bool:
    return all(
        np.abs(a - b).max() <= 1e-3 * np.abs(b).max() + 1e-7
        for a, b in zip(found, wanted, strict=True)
    )


def _which(
    found: Sequence[_Weights],
    probes: Sequence[tuple[Any, ...]],
    known: Mapping[str, Sequence[Callable[..., _Weights]]],
) -> Found:
    """The name under which a formula gives what was found, in every probe."""

    def agrees(formula: Callable[..., _Weights]) -> bool:
        return all(
            _same(result, formula(*probe)) for result, probe in zip(found, probes, strict=True)
        )

    return next((name for name, formulas in known.items() if any(map(agrees, formulas))), OTHER)


def _factor(found: _Weights, wanted: _Weights) -> float | None:
    """How many times the wanted values the found ones are, if that is one number."""
    factor = float(np.vdot(wanted[0], found[0]) / np.vdot(wanted[0], wanted[0]))
    return factor if _same(found, _plus(_zeros(), wanted, factor)) else None


# --- client_update --------------------------------------------------------------------------------

# Seed of the weights, seed of the data, learning rate.
_TRAININGS = ((1, 1, 0.003), (1, 2, 0.003), (2, 1, 0.008))


def _judge_client_update(answer: Any) -> Found:
    import tensorflow as tf

    variables = []

    def note(make: Callable[..., Any], **settings: Any) -> Any:
        variables.append(make(**settings))
        return variables[-1]

    probes = [
        (_some_weights(weights), _some_batches(data), rate) for weights, data, rate in _TRAININGS
    ]
    found = []
    for weights, batches, rate in probes:
        try:
            with tf.variable_creator_scope(note):
                result = run(answer, _tensors(weights), _dataset(batches), rate)
        except Raised as raised:
            if any(words in str(raised.error) for words in _WITHOUT_GRADIENT):
                return "not_watched"
            raise
        if (update := _read(result)) is None:
            return Mistake("wrong_form", seen=_form(result))
        found.append(update)
    if all(_same(update, _update(*probe)) for update, probe in zip(found, probes, strict=True)):
        try:
            same = _same(_read(_recorded(answer, *probes[0])), found[0])
        except Exception as error:
            captured = "capture an EagerTensor" in str(error)
            return "variables" if variables or captured else "only_eager"
        return None if same else "only_eager"
    if all(np.all(part == 0) for update in found for part in update):
        return "unchanged"
    if _same(found[0], found[1]):
        return "other_data"
    return _which(found, probes, _WRONG_TRAININGS)


# What TensorFlow, and its optimizers, say when a gradient is None and is used as a number.
_WITHOUT_GRADIENT = (
    "for *: 'float' and 'NoneType'",
    "for *: 'NoneType' and 'float'",
    "Attempt to convert a value (None)",
    "None values not supported",
    "No gradients provided",
)


def _recorded(answer: Any, weights: _Weights, batches: Sequence[_Batch], rate: float) -> Any:
    """What the function gives as the lesson goes on to use it, in a computation of TFF."""
    import tensorflow as tf
    import tensorflow_federated as tff

    def training(weights: Any, dataset: Any) -> Any:
        # A call of a new tf.function in each check would make TensorFlow warn of retracing.
        return tf.function(lambda: answer(weights, dataset, rate)).get_concrete_function()()

    computation = tff.tensorflow.computation(training, *_types())
    return computation(_tensors(weights), _dataset(batches))


def _last_step(weights: _Weights, batches: Sequence[_Batch], rate: float) -> _Weights:
    """Gradients at the present weights, but every step begins at the server's."""
    trained = weights
    for batch in batches:
        trained = _plus(weights, _gradients(trained, batch), -rate)
    return _plus(trained, weights, -1)


def _all_gradients(weights: _Weights, batches: Sequence[_Batch]) -> list[_Weights]:
    return [_gradients(weights, batch) for batch in batches]


def _kernel_only(weights: _Weights, batches: Sequence[_Batch], rate: float) -> _Weights:
    kernel, bias = weights
    for batch in batches:
        kernel = kernel - rate * _gradients([kernel, bias], batch)[0]
    return [kernel - weights[0], 0 * bias]


def _repeated(times: int) -> Callable[..., _Weights]:
    return lambda weights, batches, rate: _update(weights, [*batches] * times, rate)


def _trained_from_zero(batches: Sequence[_Batch], rate: float) -> _Weights:
    return _update(_zeros(), batches, rate)


def _last_gradient(weights: _Weights, batches: Sequence[_Batch], rate: float) -> _Weights:
    return _gradients(_plus(weights, _update(weights, batches[:-1], rate)), batches[-1])


_WRONG_TRAININGS: Mapping[str, Sequence[Callable[..., _Weights]]] = {
    "adds_gradient": [lambda w, batches, rate: _update(w, batches, -rate)],
    "backwards": [lambda w, batches, rate: _plus(_zeros(), _update(w, batches, rate), -1)],
    "returns_weights": [lambda w, batches, rate: _plus(w, _update(w, batches, rate))],
    "last_batch": [lambda w, batches, rate: _update(w, batches[-1:], rate), _last_step],
    "first_batch": [lambda w, batches, rate: _update(w, batches[:1], rate)],
    "same_batch": [lambda w, batches, rate: _update(w, batches[:1] * len(batches), rate)],
    "repeated": [_repeated(times) for times in (2, 3, 4, 5, 10)],
    "kernel_only": [_kernel_only],
    "divided": [
        lambda w, batches, rate: _plus(_zeros(), _update(w, batches, rate), 1 / len(batches))
    ],
    "same_gradient_point": [
        lambda w, batches, rate: _plus(
            _zeros(), _mean(_all_gradients(w, batches)), -rate * len(batches)
        )
    ],
    "averaged": [
        lambda w, batches, rate: _plus(_zeros(), _mean(_all_gradients(w, batches)), -rate)
    ],
    "no_rate": [lambda w, batches, rate: _update(w, batches, 1.0)],
    "other_rate": [lambda w, batches, rate: _update(w, batches, LEARNING_RATE)],
    "from_zero": [
        lambda w, batches, rate: _trained_from_zero(batches, rate),
        lambda w, batches, rate: _plus(_trained_from_zero(batches, rate), w, -1),
    ],
    "gradients": [
        _last_gradient,
        lambda w, batches, rate: _mean(_all_gradients(w, batches)),
    ],
}


def _loss(weights: Any, batch: Any) -> Any:
    import tensorflow as tf

    kernel, bias = weights
    logits = batch["x"] @ kernel + bias
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=batch["y"], logits=logits)
    return tf.reduce_mean(losses)


def _client_update_reference() -> Any:
    import tensorflow as tf

    def client_update(server_weights: Any, dataset: Any, learning_rate: float) -> Any:
        weights = server_weights
        for batch in dataset:
            with tf.GradientTape() as tape:
                tape.watch(weights)
                loss = _loss(weights, batch)
            gradients = tape.gradient(loss, weights)
            weights = tuple(w - learning_rate * g for w, g in zip(weights, gradients, strict=True))
        return tuple(w - w_server for w, w_server in zip(weights, server_weights, strict=True))

    return client_update


# --- server_update --------------------------------------------------------------------------------

_COHORTS = ((3, (4, 5, 6)), (7, (8, 9)))  # seeds of the server's weights and of the updates


def _judge_server_update(answer: Any) -> Found:
    cohorts = [
        (_some_weights(server), [_some_weights(seed) for seed in seeds])
        for server, seeds in _COHORTS
    ]
    found = []
    for weights, updates in cohorts:
        result = run(answer, _tensors(weights), [_tensors(update) for update in updates])
        if (new_weights := _read(result)) is None:
            return Mistake("wrong_form", seen=_form(result))
        found.append(new_weights)
    mistake = _which(found, cohorts, _SERVER_UPDATES)
    return None if mistake == "right" else mistake


def _halving(updates: Sequence[_Weights]) -> _Weights:
    mean = updates[0]
    for update in updates[1:]:
        mean = [(m + u) / 2 for m, u in zip(mean, update, strict=True)]
    return mean


_SERVER_UPDATES: Mapping[str, Sequence[Callable[..., _Weights]]] = {
    "right": [lambda w, updates: _plus(w, _mean(updates))],
    "sum": [lambda w, updates: _plus(w, _mean(updates), len(updates))],
    "replaces": [lambda w, updates: _mean(updates)],
    "subtracts": [lambda w, updates: _plus(w, _mean(updates), -1)],
    "halving": [lambda w, updates: _plus(w, _halving(updates))],
    "always_ten": [lambda w, updates: _plus(w, _mean(updates), len(updates) / 10)],
    "server_counts": [lambda w, updates: _mean([w, *updates])],
    "one_client": [
        lambda w, updates: _plus(w, updates[-1]),
        lambda w, updates: _plus(w, updates[0]),
    ],
    "one_number": [
        lambda w, updates: [
            part + np.mean(parts) for part, parts in zip(w, zip(*updates, strict=True), strict=True)
        ]
    ],
    "unchanged": [lambda w, updates: w],
}


def _server_update_reference() -> Any:
    def server_update(server_weights: Any, updates: Any) -> Any:
        means = [sum(parts) / len(updates) for parts in zip(*updates, strict=True)]
        return tuple(w + mean for w, mean in zip(server_weights, means, strict=True))

    return server_update


# --- Computations ---------------------------------------------------------------------------------


def _kind_problem(answer: Any) -> Found:
    """What is wrong with an answer that is no computation, else None."""
    import tensorflow_federated as tff

    # What tf.function makes can be told by this method.
    if isinstance(answer, types.FunctionType) or hasattr(answer, "get_concrete_function"):
        return "plain_function"
    if not isinstance(answer, tff.Computation):
        # Without types the decorator gives something that still waits for its arguments.
        return "no_types" if "Polymorphic" in type(answer).__name__ else OTHER
    return None


def _placement_problem(answer: Any) -> Found:
    """What is wrong with a TensorFlow computation that has a placement, else None."""
    import tensorflow_federated as tff

    signature = answer.type_signature
    if tff.types.contains(signature, lambda part: isinstance(part, tff.FederatedType)):
        return Mistake("placed", seen=str(signature.result))
    return None


def _argument_types(computation: Any) -> list[str]:
    """In compact notation. One structure is as good as several arguments: the call is the same."""
    import tensorflow_federated as tff

    parameter = computation.type_signature.parameter
    if parameter is None:
        return []
    if isinstance(parameter, tff.StructType):
        return [str(part) for part in parameter.children()]
    return [str(parameter)]


def _argument_problem(answer: Any, wanted: Sequence[str]) -> Found:
    found = _argument_types(answer)
    if found == [*wanted]:
        return None
    if len(set(wanted)) == 2 and found == [*reversed(wanted)]:
        return "swapped"
    seen = joined([f"`{one}`" for one in found]) or say("none at all")
    return Mistake("wrong_arguments", seen=seen, wanted=joined([f"`{one}`" for one in wanted]))


def _result_problem(answer: Any, wanted: str) -> Found:
    result = str(answer.type_signature.result)
    return None if result == wanted else Mistake("wrong_result", seen=result, wanted=wanted)


def _numbers(computation: Any, *args: Any) -> _Weights:
    return [np.asarray(part, float) for part in run(computation, *args)]


# --- server_init ----------------------------------------------------------------------------------


def _judge_server_init(answer: Any) -> Found:
    import tensorflow_federated as tff

    if _read(answer) is not None:
        return "called"
    if problem := _kind_problem(answer) or _placement_problem(answer):
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
    if str(result) != WEIGHTS_TYPE:
        return Mistake("wrong_shape", seen=str(result))
    return "not_zero" if any(part.any() for part in _numbers(answer)) else None


def _server_init_reference() -> Any:
    import tensorflow as tf
    import tensorflow_federated as tff

    @tff.tensorflow.computation
    def server_init() -> Any:
        return tf.zeros([784, 10]), tf.zeros([10])

    return server_init


def _server_init_of_tuples(answer: Any) -> Any:
    """The lesson's loops begin with tuples; a list, though right, has another Python type."""
    return answer if isinstance(answer(), tuple) else _server_init_reference()


# --- client_update_fn -----------------------------------------------------------------------------


def _judge_client_update_fn(answer: Any) -> Found:
    problem = (
        _kind_problem(answer)
        or _placement_problem(answer)
        or _argument_problem(answer, [WEIGHTS_TYPE, DATASET_TYPE])
        or _result_problem(answer, WEIGHTS_TYPE)
    )
    if problem:
        return problem
    # Inputs so small that the lesson's rate is a small step.
    batches = [(inputs / 3, labels) for inputs, labels in _some_batches(11)]
    weights = _some_weights(10)
    found = _numbers(answer, _tensors(weights), _dataset(batches))
    if _same(found, _update(weights, batches, LEARNING_RATE)):
        return None
    if _same(found, _plus(weights, _update(weights, batches, LEARNING_RATE))):
        return "returns_weights"
    if _same(found, _trained_from_zero(batches, LEARNING_RATE)):
        return "captured_weights"
    one_step = _numbers(answer, _tensors(weights), _dataset(batches[:1]))
    rate = _factor(one_step, _update(weights, batches[:1], 1.0))
    if rate is not None and rate > 0 and _same(found, _update(weights, batches, rate)):
        return Mistake("other_rate", rate=f"{rate:.3g}")
    return OTHER


def _types() -> tuple[Any, Any]:
    """The types of weights and of a client's dataset."""
    import tensorflow_federated as tff

    from fl_course import models

    weights_type = tff.to_type(tuple(tff.TensorType(np.float32, shape) for shape in SHAPES))
    return weights_type, tff.SequenceType(tff.types.tensorflow_to_type(models.input_spec()))


@functools.cache  # Many a traced function of the same name makes TensorFlow warn.
def _client_update_fn_reference() -> Any:
    import tensorflow as tf
    import tensorflow_federated as tff

    @tff.tensorflow.computation(*_types())
    def client_update_fn(server_weights: Any, dataset: Any) -> Any:
        return tf.function(_client_update_reference())(server_weights, dataset, LEARNING_RATE)

    return client_update_fn


# --- server_update_fn -----------------------------------------------------------------------------


def _judge_server_update_fn(answer: Any) -> Found:
    problem = (
        _kind_problem(answer)
        or _placement_problem(answer)
        or _argument_problem(answer, [WEIGHTS_TYPE, WEIGHTS_TYPE])
        or _result_problem(answer, WEIGHTS_TYPE)
    )
    if problem:
        return problem
    weights, update = _some_weights(12), _some_weights(13)
    found = _numbers(answer, _tensors(weights), _tensors(update))
    if _same(found, update):
        return "replaces"
    if _same(found, [(w + u) / 2 for w, u in zip(weights, update, strict=True)]):
        return "averaged"
    factor = _factor(_plus(found, weights, -1), update)
    if factor is None:
        return OTHER
    if abs(factor - 1) < 1e-3:
        return None
    if abs(factor + 1) < 1e-3:
        return "subtracts"
    if abs(factor / LEARNING_RATE - 1) < 1e-3:
        return "rate_again"
    return Mistake("scaled", factor=f"{factor:.3g}")


def _server_update_fn_reference() -> Any:
    import tensorflow_federated as tff

    weights_type, _ = _types()

    @tff.tensorflow.computation(weights_type, weights_type)
    def server_update_fn(server_weights: Any, mean_update: Any) -> Any:
        return tuple(w + mean for w, mean in zip(server_weights, mean_update, strict=True))

    return server_update_fn


# --- next_fn --------------------------------------------------------------------------------------


def _judge_next_fn(answer: Any) -> Found:
    import tensorflow_federated as tff

    if problem := _kind_problem(answer):
        return problem
    at_server, at_clients = f"{WEIGHTS_TYPE}@SERVER", f"{{{DATASET_TYPE}}}@CLIENTS"
    if problem := _argument_problem(answer, [at_server, at_clients]):
        return problem
    result = answer.type_signature.result
    if isinstance(result, tff.FederatedType) and result.placement is tff.CLIENTS:
        return Mistake("stays_at_clients", seen=str(result))
    if problem := _result_problem(answer, at_server):
        return problem
    # Clients of unequal sizes, on which a weighted mean differs.
    cohort = [[(x / 3, y) for x, y in _some_batches(k, n)] for k, n in ((21, 7), (22, 2), (23, 4))]
    weights = _some_weights(20)
    found = _numbers(answer, _tensors(weights), [_dataset(batches) for batches in cohort])
    updates = [_update(weights, batches, LEARNING_RATE) for batches in cohort]
    counts = [sum(len(labels) for _, labels in batches) for batches in cohort]
    zero_updates = [_update(_zeros(), batches, LEARNING_RATE) for batches in cohort]
    known = {
        None: _plus(weights, _mean(updates)),
        "sum": _plus(weights, _mean(updates), len(cohort)),
        "weighted": _plus(weights, _mean(updates, counts)),
        "only_update": _mean(updates),
        "unchanged": weights,
        "first_weights": _plus(weights, _mean(zero_updates)),
        "one_client": _plus(weights, updates[0]),
    }
    return next((name for name, value in known.items() if _same(found, value)), OTHER)


def _next_fn_reference() -> Any:
    import tensorflow_federated as tff

    weights_type, dataset_type = _types()
    client_update_fn = _client_update_fn_reference()
    server_update_fn = _server_update_fn_reference()

    @tff.federated_computation(
        tff.FederatedType(weights_type, tff.SERVER), tff.FederatedType(dataset_type, tff.CLIENTS)
    )
    def next_fn(server_weights: Any, client_data: Any) -> Any:
        weights_at_clients = tff.federated_broadcast(server_weights)
        updates = tff.federated_map(client_update_fn, (weights_at_clients, client_data))
        mean_update = tff.federated_mean(updates)
        return tff.federated_map(server_update_fn, (server_weights, mean_update))

    return next_fn


EXERCISES = (
    Exercise(
        id="client_update",
        expects="a function of the server's weights, a dataset and a learning rate that gives the "
        f"trained weights minus the server's, a tuple of two tensors of the shapes {_SHAPES}",
        judge=_judge_client_update,
        reference=_client_update_reference,
        hints=(
            "Let `weights` begin as `server_weights`. The body of the loop is the cell with the "
            "tape, for one `batch` after the other, and it gives `weights` a new value each time.",
            "The last line of the loop makes new weights: go through `weights` and `gradients` in "
            "pairs, as the cell does that makes `stepped`. After the loop, go through `weights` "
            "and `server_weights` in pairs.",
            "If an error says that something is `None`, the tape did not follow the weights: in "
            "every turn of the loop, `tape.watch` must get the weights that the loss is computed "
            "from.",
        ),
        mistakes={
            "wrong_form": "Wanted is a tuple of two tensors, shaped like the weights: "
            f"{_SHAPES}. Yours is {{seen}}.",
            "not_watched": "A gradient is `None`: the tape knows of no way from the weights to the "
            "loss. In every turn of the loop, `tape.watch` must get the very tensors from which "
            "the loss is computed, and the loss must be computed inside the `with` block.",
            "only_eager": "Called as it is, your function is right. But TFF can't record it, as "
            "the next section needs. Usual causes: `.numpy()` or NumPy functions, or weights in a "
            "list: a recorded loop over a dataset can carry on tuples of tensors, and no lists.",
            "variables": "Called as it is, your function is right. But TFF can't record it, as the "
            "next section needs: it uses a `tf.Variable`, or something made outside. Carry the "
            "weights on as tensors: where you now assign, give a name a new value.",
            "unchanged": "The update is zero: nothing was learned. Do the weights get a new value "
            "inside the loop, and does the loop run? Or were `server_weights` overwritten, so that "
            "nothing is left to subtract?",
            "other_data": "Two different datasets gave the same update. Does the loop compute the "
            "loss of its own `batch`, or of one from outside?",
            "adds_gradient": "Every step goes along the gradient, so the loss grows. Gradient "
            "descent goes against it.",
            "backwards": "The update has the wrong sign: it leads from the trained weights to the "
            "server's. Which of the two is to be subtracted?",
            "returns_weights": "These are the trained weights themselves. Wanted is what changed: "
            "the trained weights minus the server's.",
            "last_batch": "Only the last batch has left a trace in the result. Does every step "
            "begin at the weights that the step before has given, or at the server's?",
            "first_batch": "Only the first batch was used. Does the function return inside the "
            "loop?",
            "same_batch": "There are as many steps as batches, but all of them use the first "
            "batch. Which batch does the loss get?",
            "repeated": "The dataset was gone through more than once. The local epochs are in it "
            "already.",
            "kernel_only": "The kernel has learned, and the bias is as it was. Both take a step "
            "for each batch.",
            "divided": "The update was divided by the number of steps. Wanted is the whole way "
            "from the server's weights to the trained ones.",
            "same_gradient_point": "All gradients were taken at the server's weights. Each has to "
            "be taken at the weights that the client has by then: the tape must watch those, and "
            "the loss be computed from them.",
            "averaged": "This is one step along the mean of all gradients. Wanted is a step for "
            "each batch, from where the last step ended.",
            "no_rate": "The steps have the full length of the gradients. The learning rate is "
            "missing.",
            "other_rate": "The check gave another learning rate than 0.02, and the steps were "
            "still 0.02 times the gradient. Use the argument `learning_rate`.",
            "from_zero": "The training begins at zero weights and not at `server_weights`. Then "
            "every round would be the first one.",
            "gradients": "These are gradients. Wanted is how far the weights have moved, after "
            "steps of the learning rate times a gradient each.",
        },
        right="Several steps at the client, and one difference to send.",
    ),
    Exercise(
        id="server_update",
        expects="a function of the server's weights and a list of updates that gives the weights "
        f"plus the mean of the updates, a tuple of two tensors of the shapes {_SHAPES}",
        judge=_judge_server_update,
        reference=_server_update_reference,
        hints=(
            "Two means are needed: one of the kernels' updates, one of the biases' updates.",
            "`zip(*updates)` gives first all kernels' parts, then all biases' parts. A sum divided "
            "by `len(updates)` is a mean.",
            "At the end, add each mean to its part of `server_weights`, and return a tuple.",
        ),
        mistakes={
            "wrong_form": "Wanted is a tuple of two tensors, shaped like the weights: "
            f"{_SHAPES}. Yours is {{seen}}.",
            "sum": "This adds the sum of the updates. With three clients the server would go three "
            "times too far.",
            "replaces": "These are the mean updates alone. An update says how far to go from the "
            "server's weights; add it to them.",
            "subtracts": "This subtracts the mean. The clients' updates point to where the loss is "
            "smaller already.",
            "halving": "Each client was averaged with the mean of those before it, so the last one "
            "counts for half of all. Every client should count the same.",
            "always_ten": "The sum was divided by 10, whatever the number of updates. The check "
            "gave three, and then two.",
            "server_counts": "Here the server's weights are one more number in the mean. Take the "
            "mean of the updates, and add it to the weights.",
            "one_client": "Only one client's update was added. Is something overwritten in a loop, "
            "or returned too early?",
            "one_number": "To all weights the same number was added: the mean went over "
            "everything. Take it over the clients only, number by number.",
            "unchanged": "The weights came back as they were. In which line is the mean added?",
        },
        right="With a mean of updates, the new weights are the mean of the clients' weights.",
    ),
    Exercise(
        id="server_init",
        expects="a `tff.tensorflow.computation` without arguments that gives zero weights, of type "
        f"`{WEIGHTS_TYPE}`",
        judge=_judge_server_init,
        reference=_server_init_reference,
        adapt=_server_init_of_tuples,
        hints=(
            "The function needs no argument, and the decorator no types. The body is that of "
            "`plain_initialize_fn`.",
            "Write `@tff.tensorflow.computation` in one line, `def server_init():` in the next, "
            "and return a tuple of two `tf.zeros`.",
        ),
        mistakes={
            **{k: v for k, v in _OF_COMPUTATIONS.items() if k == "plain_function"},
            **_OF_TENSORFLOW,
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
            "not_zero": "The types are right, but not all numbers are zero.",
        },
        right="TFF has recorded how the first weights are made, and knows their type.",
    ),
    Exercise(
        id="client_update_fn",
        expects="a `tff.tensorflow.computation` of type "
        f"`(<{WEIGHTS_TYPE},{DATASET_TYPE}> -> {WEIGHTS_TYPE})` that gives the client's update "
        "with the lesson's learning rate",
        judge=_judge_client_update_fn,
        reference=_client_update_fn_reference,
        hints=(
            "The first try has the right decorator and the right arguments. One thing in its body "
            "has to change.",
            "In its body, put `tf.function(client_update)` in the place of `client_update`.",
        ),
        mistakes={
            **_OF_COMPUTATIONS,
            **_OF_TENSORFLOW,
            "swapped": "The dataset comes first. Wanted are the server's weights, then the "
            "dataset.",
            "wrong_result": "The result is of type `{seen}`. Wanted is an update, which has the "
            "type of the weights, `{wanted}`.",
            "returns_weights": "These are the client's weights. Wanted is its update, which is "
            "what `client_update` gives.",
            "captured_weights": "The training begins at zero weights, whatever the argument. Does "
            "it use weights from outside, which were recorded as a constant?",
            "other_rate": "This trains with the learning rate {rate}. Wanted is `LEARNING_RATE`, "
            "which is 0.02.",
        },
        right="The same training is now a recorded program that can be sent to a client.",
    ),
    Exercise(
        id="server_update_fn",
        expects="a `tff.tensorflow.computation` of type "
        f"`(<{WEIGHTS_TYPE},{WEIGHTS_TYPE}> -> {WEIGHTS_TYPE})` that adds the mean update to the "
        "weights",
        judge=_judge_server_update_fn,
        reference=_server_update_fn_reference,
        hints=(
            "The decorator names `weights_type` twice: an update has the type of the weights.",
            "Go through `server_weights` and `mean_update` in pairs with `zip`, add, and make a "
            "`tuple` of the sums. No dataset and no loop over clients is left.",
        ),
        mistakes={
            **_OF_COMPUTATIONS,
            **_OF_TENSORFLOW,
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
    ),
    Exercise(
        id="next_fn",
        expects="a `tff.federated_computation` of type "
        f"`(<{WEIGHTS_TYPE}@SERVER,{{{DATASET_TYPE}}}@CLIENTS> -> {WEIGHTS_TYPE}@SERVER)`, one "
        "round of Federated Averaging with an unweighted mean",
        judge=_judge_next_fn,
        reference=_next_fn_reference,
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
            **_OF_COMPUTATIONS,
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
    ),
)
