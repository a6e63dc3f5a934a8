"""Lesson 7's exercises: edits of a client's and the server's step, bytes, an open challenge."""

import functools
import math
import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fl_course.exercises import feedback
from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run
from fl_course.localization import say

_Arrays = list[np.ndarray]

# --- What the judges of the three edits share -----------------------------------------------------


class _Odd(Exception):
    """A learner's result has not the form of the weights."""

    def __init__(self, mistake: Any) -> None:
        super().__init__()
        self.mistake = mistake


def _tensors(arrays: _Arrays) -> Any:
    import tensorflow as tf

    return tuple(tf.constant(array, tf.float32) for array in arrays)


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))


def _arrays(result: Any, like: _Arrays) -> _Arrays:
    """A learner's tensors as arrays."""
    if not _is_sequence(result):
        raise _Odd(Mistake("not_a_tuple", type=type(result).__name__))
    if len(result) != len(like):
        raise _Odd(Mistake("wrong_number", count=len(result), wanted=len(like)))
    arrays = [np.asarray(part, np.float64) for part in result]
    for array, expected in zip(arrays, like, strict=True):
        if array.shape != expected.shape:
            shapes = {"seen": list(array.shape), "wanted": list(expected.shape)}
            raise _Odd(Mistake("wrong_shape", **shapes))
    return arrays


def _same(ones: _Arrays, others: _Arrays) -> bool:
    return all(
        np.allclose(one, other, rtol=1e-4, atol=1e-5)
        for one, other in zip(ones, others, strict=True)
    )


def _scaled(factor: float, arrays: _Arrays) -> _Arrays:
    return [factor * array for array in arrays]


def _plus(ones: _Arrays, others: _Arrays, factor: float = 1.0) -> _Arrays:
    return [one + factor * other for one, other in zip(ones, others, strict=True)]


def _norm(arrays: _Arrays) -> float:
    return math.sqrt(sum(float((array**2).sum()) for array in arrays))


def _like_weights(seed: int) -> _Arrays:
    rng = np.random.default_rng(seed)
    return [rng.standard_normal((6, 4)), rng.standard_normal(4)]


def _can_be_recorded(function: Callable[..., Any], *parts: _Arrays) -> bool:
    """Whether it works in a recorded loop over a dataset, where tensors have no values."""
    import tensorflow as tf

    first, *others = (_tensors(part) for part in parts)

    def step(so_far: Any, number: Any) -> Any:
        edited = tf.nest.flatten(function(so_far, *others))[-len(first) :]
        return tuple(before + 0.1 * after for before, after in zip(so_far, edited, strict=True))

    try:
        tf.data.Dataset.range(2).reduce(first, step)
    except Exception:
        return False
    return True


_FORM = {
    "not_a_tuple": "Your function gives one value of type `{type}`. Wanted is a tuple of tensors, "
    "one for each of the tensors that it was given.",
    "wrong_number": "The tuple has {count} parts, and your function was given {wanted} tensors: "
    "the matrix and the vector. Each needs a result of its own.",
    "wrong_shape": "A result has shape {seen}, and the tensor it belongs to has shape {wanted}. "
    "The model's weights could not be moved by it.",
    "not_recorded": "The numbers are right when TensorFlow runs your function at once. TFF "
    "records it first, and while that happens tensors have no values yet. Look for NumPy "
    "functions, `.numpy()` or `float(...)`, and use TensorFlow's functions instead.",
}


# --- clip_by_norm ---------------------------------------------------------------------------------

_MAX_NORM = 2.0


def _lengths(first: float, second: float) -> _Arrays:
    """Two tensors of given norms."""
    return [
        length * part / np.linalg.norm(part)
        for length, part in zip((first, second), _like_weights(7), strict=True)
    ]


def _clipped(gradients: _Arrays, max_norm: float) -> _Arrays:
    return _scaled(min(1.0, max_norm / max(_norm(gradients), 1e-30)), gradients)


def _judge_clip_by_norm(answer: Any) -> Any:
    weights, server_weights = _like_weights(8), _like_weights(9)

    def clip(gradients: _Arrays, **keywords: float) -> _Arrays:
        result = run(answer, *map(_tensors, (gradients, weights, server_weights)), **keywords)
        if _is_sequence(result) and any(_is_sequence(part) for part in result):
            raise _Odd("with_the_norm")
        return _arrays(result, gradients)

    try:
        # The vector of the first is short enough alone; both of the second are, but not together.
        long, both, short = _lengths(40.0, 4.0), _lengths(4.5, 4.0), _lengths(0.5, 0.4)
        on_long, on_both, on_short, on_zero = map(clip, (long, both, short, _scaled(0, long)))
        found = _judge_lengths(long, on_long, both, on_both, short, on_short)
        if found is not None:
            return found
        if not all(np.isfinite(part).all() for part in on_zero):
            return "zero_by_zero"
        for max_norm in (1.0, 80.0):
            if not _same(clip(long, max_norm=max_norm), _clipped(long, max_norm)):
                return "fixed_bound"
    except _Odd as odd:
        return odd.mistake
    if not _can_be_recorded(answer, long, weights, server_weights):
        return "not_recorded"
    return None if np.allclose(on_zero[0], 0) else OTHER


def _judge_lengths(
    long: _Arrays,
    on_long: _Arrays,
    both: _Arrays,
    on_both: _Arrays,
    short: _Arrays,
    on_short: _Arrays,
) -> Any:
    right_on_long = _same(on_long, _clipped(long, _MAX_NORM))
    if right_on_long and _same(on_short, short):
        return None if _same(on_both, _clipped(both, _MAX_NORM)) else OTHER
    if right_on_long:
        times = _MAX_NORM / _norm(short)
        return "short_ones_too" if _same(on_short, _scaled(times, short)) else OTHER
    if _same(on_long, long):
        return "not_clipped" if _same(on_short, short) else "upside_down"
    if _same(on_long, _scaled(_norm(long) / _MAX_NORM, long)):
        return "upside_down"
    if _same(on_long, [np.clip(part, -_MAX_NORM, _MAX_NORM) for part in long]):
        return "elementwise"
    if _same(on_long, [_clipped([part], _MAX_NORM)[0] for part in long]):
        return "each_alone"
    if _same(on_long, _scaled(1 / _norm(long), long)):
        return "unit_length"
    for norm in _norms_of_others():
        if _same(on_long, _scaled(min(1.0, _MAX_NORM / norm), long)):
            return "norm_of_weights"
    for norm in (_norm(long) ** 2, sum(np.linalg.norm(part) for part in long)):
        if _same(on_long, _scaled(_MAX_NORM / norm, long)):
            return "other_norm"
    return OTHER


def _norms_of_others() -> tuple[float, ...]:
    """Norms of what the other two arguments of the check hold."""
    weights, server_weights = _like_weights(8), _like_weights(9)
    moved = _plus(weights, server_weights, -1.0)
    return _norm(moved), _norm(weights), _norm(server_weights)


def _clip_by_norm_reference() -> Any:
    from fl_course import algorithms

    def clip(gradients: Any, weights: Any, server_weights: Any, max_norm: float = _MAX_NORM) -> Any:
        return algorithms.clip_gradients(max_norm)(gradients, weights, server_weights)

    return clip


# --- server_memory --------------------------------------------------------------------------------

_MOMENTUM = 0.5


def _judge_server_memory(answer: Any) -> Any:
    velocity, weights, update = (_like_weights(seed) for seed in (1, 2, 3))

    def step(**keywords: float) -> tuple[_Arrays, _Arrays]:
        result = run(answer, *map(_tensors, (velocity, weights, update)), **keywords)
        if not _is_sequence(result):
            raise _Odd(Mistake("not_a_tuple", type=type(result).__name__))
        if len(result) != 2 or not any(_is_sequence(part) for part in result):
            raise _Odd("not_a_pair")
        return _arrays(result[0], weights), _arrays(result[1], weights)

    try:
        found = _judge_step(step(), velocity, weights, update)
        if found is not None:
            return found
        for momentum in (0.0, 0.9):
            new_velocity, new_weights = step(momentum=momentum)
            expected = _plus(update, velocity, momentum)
            if not _same(new_velocity, expected) or not _same(
                new_weights, _plus(weights, expected)
            ):
                return "fixed_momentum"
    except _Odd as odd:
        return odd.mistake
    return None if _can_be_recorded(answer, velocity, weights, update) else "not_recorded"


def _judge_step(
    seen: tuple[_Arrays, _Arrays], velocity: _Arrays, weights: _Arrays, update: _Arrays
) -> Any:
    new_velocity, new_weights = seen
    decayed = _plus(update, velocity, _MOMENTUM)
    moved = _plus(weights, decayed)
    damped = _plus(_scaled(1 - _MOMENTUM, update), velocity, _MOMENTUM)
    if _same(new_velocity, moved) and _same(new_weights, decayed):
        return "swapped_results"
    if _same(new_weights, moved):
        if _same(new_velocity, decayed):
            return None
        return "not_carried" if _same(new_velocity, velocity) else OTHER
    if _same(new_weights, _plus(weights, velocity)):
        return "old_velocity"
    if _same(new_weights, _plus(weights, update)):
        return "no_momentum"
    for direction in (decayed, damped, update):
        if _same(new_weights, _plus(weights, direction, -1.0)):
            return "backwards"
    # The deltas are those of both signs of the accumulated update.
    if _same(new_weights, _plus(weights, _plus(_scaled(_MOMENTUM, velocity), update, -1.0))):
        return "backwards"
    if _same(new_weights, _plus(weights, damped)):
        return "damped"
    if _same(new_weights, _plus(weights, _plus(update, decayed, _MOMENTUM))):
        return "nesterov"
    if _same(new_weights, _plus(weights, _plus(velocity, update))):
        return "never_fades"
    if _same(new_weights, _plus(weights, _plus(velocity, update, _MOMENTUM))):
        return "fades_the_update"
    return OTHER


def _server_memory_reference() -> Any:
    from fl_course import algorithms

    def momentum_next(
        velocity: Any, weights: Any, mean_update: Any, momentum: float = _MOMENTUM
    ) -> Any:
        optimizer = algorithms.server_momentum(momentum=momentum)
        return optimizer.next(velocity, weights, mean_update)

    return momentum_next


def _with_tuples(momentum_next: Callable[..., Any]) -> Callable[..., Any]:
    """A list in the state would be another type than the tuple that the state begins with."""

    @functools.wraps(momentum_next)
    def next_(*args: Any, **keywords: Any) -> Any:
        velocity, weights = momentum_next(*args, **keywords)
        return tuple(velocity), tuple(weights)

    return next_


# --- pull_back ------------------------------------------------------------------------------------

_MU = 0.1


def _judge_pull_back(answer: Any) -> Any:
    gradients, weights, server_weights = (_like_weights(seed) for seed in (4, 5, 6))

    def edited(**keywords: float) -> _Arrays:
        result = run(answer, *map(_tensors, (gradients, weights, server_weights)), **keywords)
        return _arrays(result, gradients)

    try:
        found = _judge_pull(edited(), gradients, weights, server_weights)
        if found is not None:
            return found
        away = _plus(weights, server_weights, -1.0)
        for mu in (0.0, 3.0):
            if not _same(edited(mu=mu), _plus(gradients, away, mu)):
                return "fixed_mu"
    except _Odd as odd:
        return odd.mistake
    recorded = _can_be_recorded(answer, gradients, weights, server_weights)
    return None if recorded else "not_recorded"


def _judge_pull(
    seen: _Arrays, gradients: _Arrays, weights: _Arrays, server_weights: _Arrays
) -> Any:
    away = _plus(weights, server_weights, -1.0)
    squared = _norm(away) ** 2
    for expected, mistake in (
        (_plus(gradients, away, _MU), None),
        (gradients, "unchanged"),
        (_plus(gradients, away, -_MU), "pushes_away"),
        (_plus(gradients, away, _MU / 2), "half"),
        (_plus(gradients, away, 2 * _MU), "twice"),
        (_plus(gradients, away), "without_mu"),
        (_plus(gradients, weights, _MU), "towards_zero"),
        (_scaled(_MU, away), "only_the_pull"),
        (_plus(weights, away, -_MU), "moves_weights"),
        (_plus(weights, away, _MU), "moves_weights"),
        ([part + _MU / 2 * squared for part in gradients], "term_itself"),
        ([part + _MU * squared for part in gradients], "term_itself"),
        ([g + _MU / 2 * (a**2).sum() for g, a in zip(gradients, away, strict=True)], "term_itself"),
        ([g + _MU * np.linalg.norm(a) for g, a in zip(gradients, away, strict=True)], "length"),
        ([g + _MU / 2 * np.linalg.norm(a) for g, a in zip(gradients, away, strict=True)], "length"),
        ([part + _MU * math.sqrt(squared) for part in gradients], "length"),
        ([part + _MU / 2 * math.sqrt(squared) for part in gradients], "length"),
        ([g + _MU / 2 * a**2 for g, a in zip(gradients, away, strict=True)], "term_itself"),
    ):
        if _same(seen, expected):
            return mistake
    return OTHER


def _pull_back_reference() -> Any:
    from fl_course import algorithms

    def pull_back(gradients: Any, weights: Any, server_weights: Any, mu: float = _MU) -> Any:
        return algorithms.proximal_term(mu)(gradients, weights, server_weights)

    return pull_back


# --- bytes_sent -----------------------------------------------------------------------------------


def _judge_bytes_sent(answer: Any) -> Any:
    models = (
        [np.zeros((784, 10), np.float32), np.zeros(10, np.float32)],
        [np.zeros((5, 3), np.float32), np.zeros((3, 2, 2), np.float32), np.zeros(7, np.float32)],
        [np.zeros((5, 3), np.float16), np.zeros(4, np.float16)],
    )
    found = []
    for weights in models:
        for cohort_sizes in ([3, 7, 2, 10, 1], [4, 4, 4]):
            seen = run(answer, weights, cohort_sizes)
            seen = seen.item() if hasattr(seen, "item") and np.ndim(seen) == 0 else seen
            if isinstance(seen, bool) or not isinstance(seen, numbers.Real):
                return Mistake("not_a_number", type=type(seen).__name__)
            found.append(_judge_bytes(float(seen), weights, cohort_sizes))
    # A wrong formula may be right for a plan, such as one with equal cohorts. The last model has
    # numbers of two bytes: who is wrong only there took four for every number.
    mistakes = [mistake for mistake in found[:4] if mistake is not None]
    if mistakes:
        return mistakes[0]
    return None if found[4:] == [None, None] else "four_bytes"


def _judge_bytes(seen: float, weights: _Arrays, cohort_sizes: list[int]) -> Any:
    one_way = sum(array.nbytes for array in weights)
    clients, rounds = sum(cohort_sizes), len(cohort_sizes)
    for expected, mistake in (
        (2 * one_way * clients, None),
        (one_way * clients, "one_way"),
        (one_way * clients / 4, "one_way"),
        (2 * one_way * clients / 4, "numbers_not_bytes"),
        (2 * one_way * clients * 8, "bits"),
        (2 * weights[0].nbytes * clients, "one_tensor"),
        (2 * one_way * rounds, "one_client"),
        (2 * one_way * cohort_sizes[0], "one_round"),
        (2 * one_way * cohort_sizes[0] * rounds, "equal_cohorts"),
        (one_way * (clients + rounds), "down_once"),
    ):
        if seen == expected:
            return mistake
    return OTHER


def _bytes_sent_reference() -> Any:
    def bytes_sent(weights: Any, cohort_sizes: Any) -> int:
        return 2 * sum(array.nbytes for array in weights) * sum(cohort_sizes)

    return bytes_sent


# --- bytes_challenge ------------------------------------------------------------------------------

_BUDGET = 2_000_000
_CLIENTS, _MAX_EPOCHS = 12, 20
_BYTES = 2 * 4 * 7_850  # one client, one round, both ways
_NEW_DEALS = (4, 5)
_BASELINE = {"cohort_size": 4, "num_rounds": 7, "epochs": 5, "client_learning_rate": 0.02}
_OPTIONAL = ("edits", "server_optimizer")
_GAIN = 0.05  # what counts as a visible gain over the baseline
_last: dict[str, Any] = {}  # numbers of the last entry that passed


def _judge_bytes_challenge(answer: Any) -> Any:
    found = _judge_settings(answer)
    if found is not None:
        return found
    accuracy, baseline = run(_score, answer), _baseline_score()
    seen = {"seen": f"{100 * accuracy:.0f}", "baseline": f"{100 * baseline:.0f}"}
    if accuracy <= baseline:
        return Mistake("no_better", **seen)
    if accuracy < baseline + _GAIN:
        return Mistake("small_gain", **seen, points=f"{100 * _GAIN:.0f}")
    _last["entry"] = seen
    return None


def _with_numbers(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Says what an entry that passed has reached."""
    feedback.show(
        say(
            "On the two new deals: your entry **{seen} %**, the baseline {baseline} %.",
            seen=_last["entry"]["seen"],
            baseline=_last["entry"]["baseline"],
        )
    )
    return entry


def _judge_settings(answer: Any) -> Any:
    """What is wrong with an entry before it has run."""
    if not isinstance(answer, Mapping):
        return Mistake("not_settings", type=type(answer).__name__)
    for name in _BASELINE:
        if name not in answer:
            return Mistake("missing", name=name)
    for name in answer:
        if name not in (*_BASELINE, *_OPTIONAL):
            return Mistake("unknown", name=name)
    for name, most in (("cohort_size", _CLIENTS), ("num_rounds", None), ("epochs", _MAX_EPOCHS)):
        value = answer[name]
        if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
            return Mistake("not_whole", name=name)
        if most is not None and value > most:
            return Mistake("too_many", name=name, seen=int(value), most=most)
    rate = answer["client_learning_rate"]
    if isinstance(rate, bool) or not isinstance(rate, numbers.Real) or not 0 < rate < math.inf:
        return "bad_rate"
    sent = _BYTES * int(answer["cohort_size"]) * int(answer["num_rounds"])
    if sent > _BUDGET:
        return Mistake("over_budget", sent=f"{sent:,}", budget=f"{_BUDGET:,}")
    if all(answer[name] == value for name, value in _BASELINE.items()) and not any(
        answer.get(name) for name in _OPTIONAL
    ):
        return "the_baseline"
    edits = answer.get("edits")
    if edits is not None and not (_is_sequence(edits) and all(map(callable, edits))):
        return "edits_no_list"
    optimizer = answer.get("server_optimizer")
    if optimizer is not None and not _is_optimizer(optimizer):
        return "no_optimizer"
    return None


def _is_optimizer(value: Any) -> bool:
    from fl_course import algorithms

    return isinstance(value, algorithms.ServerOptimizer)


def _score(settings: Mapping[str, Any]) -> float:
    """Accuracy on held-out images after the last round, the mean over the new deals."""
    from fl_course import algorithms, data, preprocessing

    train, test = data.load("digits")
    images, labels = data.pool(test)
    process = algorithms.build_fed_avg(
        _model(),
        client_learning_rate=float(settings["client_learning_rate"]),
        edits=settings.get("edits") or (),
        server_optimizer=settings.get("server_optimizer"),
    )
    shares = []
    for deal in _NEW_DEALS:
        clients = data.label_skew(train, _CLIENTS, alpha=0.05, seed=deal)
        datasets = preprocessing.make_federated_data(
            clients, clients.client_ids, epochs=int(settings["epochs"]), batch_size=20, seed=deal
        )
        dataset_of = dict(zip(clients.client_ids, datasets, strict=True))
        state = process.initialize()
        for round_num in range(1, int(settings["num_rounds"]) + 1):
            cohort = data.sample_clients(
                clients.client_ids, int(settings["cohort_size"]), seed=deal, round_num=round_num
            )
            state = process.next(state, [dataset_of[client_id] for client_id in cohort]).state
        kernel, bias = process.get_model_weights(state).trainable
        answers = np.argmax((1.0 - images.reshape(-1, 784)) @ kernel + bias, axis=1)
        shares.append(np.mean(answers == labels))
    return float(np.mean(shares))


@functools.cache
def _baseline_score() -> float:
    return _score(_BASELINE)


def _model() -> Any:
    """Softmax regression on ink, as in the lesson."""
    import tensorflow as tf
    import tensorflow_federated as tff

    from fl_course import models

    def loss(logits: Any, labels: Any, sample_weight: Any = None) -> Any:
        return tf.reduce_mean(
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        )

    @tf.function
    def predict(weights: Any, x: Any, training: bool) -> Any:
        kernel, bias = weights[0]
        return (1.0 - x) @ kernel + bias

    zeros = (np.zeros([784, 10], np.float32), np.zeros(10, np.float32))
    return tff.learning.models.FunctionalModel(
        initial_weights=(zeros, ()),
        predict_on_batch_fn=predict,
        loss_fn=loss,
        input_spec=models.input_spec(),
    )


def _bytes_challenge_reference() -> Any:
    from fl_course import algorithms

    return {
        "cohort_size": 3,
        "num_rounds": 10,
        "epochs": 10,
        "client_learning_rate": 0.1,
        "server_optimizer": algorithms.server_momentum(momentum=0.5),
    }


EXERCISES = (
    Exercise(
        id="clip_by_norm",
        expects="a function of `gradients`, `weights`, `server_weights` and `max_norm`, 2.0 if not "
        "given, that gives the gradients as a tuple, with a global norm of at most `max_norm`",
        judge=_judge_clip_by_norm,
        reference=_clip_by_norm_reference,
        hints=(
            "Two steps: one number for the length of all gradients together, and one factor that "
            "all of them are multiplied by. `weights` and `server_weights` are not needed.",
            "The length is the square root of the sum of all squares, over every tensor; "
            "`tf.linalg.global_norm` works it out from a tuple.",
            "The factor is 1 as long as the norm is within the bound, otherwise bound divided by "
            "norm. `tf.minimum` of the two covers both cases, and a norm of zero as well.",
        ),
        mistakes=_FORM
        | {
            "with_the_norm": "A part of your result is itself a list. `tf.clip_by_global_norm` "
            "gives two things, the clipped tensors and the norm they had; only the first is "
            "wanted here.",
            "not_clipped": "Gradients with a norm of 40 came back as they were. The bound is 2.",
            "upside_down": "Gradients that are too long come back no shorter, and short ones are "
            "changed. Check which of bound and norm is divided by which, and whether the factor "
            "should be the smaller or the larger of the two candidates.",
            "short_ones_too": "Short gradients are stretched to the bound. Clipping leaves alone "
            "what is within it: without that, no client could ever take a small step.",
            "elementwise": "Every element is cut off at the bound by itself. That changes the "
            "direction of the step; what is to be bounded is the length of all elements together.",
            "each_alone": "The matrix and the vector are clipped each by its own norm. Together "
            "they are still too long, and their proportion has changed. There is one norm for all.",
            "unit_length": "The gradients end with a norm of 1, whatever the bound is. Something "
            "divides by the norm and does not come back to the bound.",
            "other_norm": "The direction is right and the gradients are too short. The norm that "
            "your function divides by is too large: is it the square root of the sum of all "
            "squares?",
            "norm_of_weights": "The factor follows the length of the weights, or of how far they "
            "have moved. It must depend on the length of the gradients only; the weights are not "
            "needed.",
            "zero_by_zero": "For gradients that are all zero your function gives NaN: a zero was "
            "divided by a zero. Such a gradient is within every bound.",
            "fixed_bound": "With another `max_norm` the result is not that of this bound. Does "
            "your function use its argument, or a number of its own?",
        },
        right="One factor for all tensors: the step keeps its direction, only its length is "
        "bounded.",
    ),
    Exercise(
        id="server_memory",
        expects="a function of `velocity`, `weights`, `mean_update` and `momentum`, 0.5 if not "
        "given, that gives two tuples: the new velocity and the new weights",
        judge=_judge_server_memory,
        reference=_server_memory_reference,
        adapt=_with_tuples,
        hints=(
            "Two lines in the order of the two formulas, and a `return` of both results. All three "
            "arguments are tuples of tensors, so work through them with `zip`.",
            "The new velocity: for each pair of `velocity` and `mean_update`, momentum times the "
            "one plus the other. Its name must be a new one or replace the old one before the "
            "weights are moved.",
            "The new weights: weights plus the **new** velocity. Then return a pair: first the "
            "velocity, which is the state, second the weights.",
        ),
        mistakes=_FORM
        | {
            "not_a_pair": "Wanted are two results, each a tuple of tensors: what the server "
            "remembers, and its weights. What your function gives is not such a pair.",
            "swapped_results": "Both results are there, in the other order: the state comes first, "
            "then the weights.",
            "not_carried": "The weights are right for this round, and the velocity comes back as "
            "it was. In the next round nothing of this update would be remembered.",
            "old_velocity": "The weights move along the velocity of the round before. First make "
            "the new velocity, then move along that.",
            "no_momentum": "The weights move by the mean update alone, as in Federated Averaging. "
            "What the earlier rounds left in the velocity has no part in it.",
            "backwards": "The weights move against the direction they should take. A mean update "
            "is a difference of weights that points where the clients went, unlike a gradient.",
            "damped": "Your velocity is a mean: it takes only a part of the new update, one minus "
            "momentum. That is a sound form too, but wanted is a sum, in which the update counts "
            "in full.",
            "nesterov": "This is Nesterov's form, which looks a step ahead: the momentum is "
            "applied a second time when the weights are moved. Wanted is the plain form, weights "
            "plus velocity.",
            "never_fades": "The velocity is added up in full: old updates never fade. Which of the "
            "two terms does the momentum belong to?",
            "fades_the_update": "The new update is made smaller, and the old velocity counts in "
            "full. It is the other way round: the past fades.",
            "fixed_momentum": "With another `momentum` the result is not that of this momentum. "
            "Does your function use its argument, or a number of its own?",
        },
        right="With `momentum=0` this is Federated Averaging; with more, the server also goes on "
        "in the direction of earlier rounds.",
    ),
    Exercise(
        id="pull_back",
        expects="a function of `gradients`, `weights`, `server_weights` and `mu`, 0.1 if not "
        "given, that gives the gradients with the pull added, as a tuple",
        judge=_judge_pull_back,
        reference=_pull_back_reference,
        hints=(
            "The term is added to the loss, and you are given the loss's gradient. So what has to "
            "be added is the term's gradient, tensor by tensor.",
            "The derivative of $\\frac{\\mu}{2}(w - w_s)^2$ by $w$: the square brings a 2 down, "
            "which cancels the half.",
            "For each triple of gradient, weight and server weight: the gradient plus mu times how "
            "far the weight is from the server's. Gradients are subtracted in the step, so this "
            "pulls back.",
        ),
        mistakes=_FORM
        | {
            "unchanged": "The gradients come back as they were, although the weights have moved "
            "away from the server's.",
            "pushes_away": "The sign is the other way round: the client subtracts the gradient, so "
            "this pushes it away from the server's weights.",
            "half": "The pull is half as strong as it should be. Differentiating the square brings "
            "a factor down.",
            "twice": "The pull is twice as strong as it should be. The term has a factor of one "
            "half, which the derivative of the square cancels.",
            "without_mu": "The pull has the right direction and does not depend on `mu`.",
            "towards_zero": "This pulls the weights towards zero, which is weight decay. Wanted is "
            "a pull towards the server's weights.",
            "only_the_pull": "What comes back is the pull alone. The gradients of the loss are "
            "lost, so the client would learn nothing.",
            "moves_weights": "What comes back are moved weights. An edit gives gradients; the step "
            "is taken afterwards, by the client.",
            "term_itself": "You add the value of the term, a square. What belongs to a gradient is "
            "the term's derivative by the weights.",
            "length": "You add a length, one number for a whole tensor. The derivative has a "
            "number for each weight: how far, and in which direction, it is from the server's.",
            "fixed_mu": "With another `mu` the result is not that of this mu. Does your function "
            "use its argument, or a number of its own?",
        },
        right="The pull is zero at the first local step and grows with the distance from the "
        "server's model.",
    ),
    Exercise(
        id="bytes_sent",
        expects="a function that takes the model's arrays and the list of cohort sizes, one for "
        "each round, and gives the number of bytes that are sent, down and up",
        judge=_judge_bytes_sent,
        reference=_bytes_sent_reference,
        hints=(
            "First how many bytes the model has: an array knows its own number, `array.nbytes`. "
            "There are several arrays.",
            "Each client of a round gets the model and sends as much back. So what counts is how "
            "many times a client takes part, in all rounds together.",
            "Bytes of all arrays, times two directions, times the sum of the cohort sizes.",
        ),
        mistakes={
            "not_a_number": "Your function gives a value of type `{type}`; wanted is a number of "
            "bytes.",
            "one_way": "Only one direction is counted. The weights go down to each client, and an "
            "update of the same size comes up.",
            "numbers_not_bytes": "You have counted the numbers that are sent. How many bytes does "
            "one take? The array knows.",
            "four_bytes": "Right for float32, and wrong for arrays of float16: you take four bytes "
            "for each number. The array's type says how many it needs.",
            "bits": "This is eight times too much: bits, where bytes are wanted.",
            "one_tensor": "Only the first array is counted. The model has others.",
            "one_client": "Only one client a round is counted.",
            "one_round": "Only the first round is counted.",
            "equal_cohorts": "You take all cohorts for as large as the first. The list gives each "
            "round's own size.",
            "down_once": "The way down is counted once a round. Every client of the cohort has to "
            "be sent the model.",
        },
        right="Local epochs do not occur in it: what a client computes costs no bytes.",
    ),
    Exercise(
        id="bytes_challenge",
        expects="a dictionary of settings whose accuracy, on new deals, is at least 5 points above "
        "the baseline's and whose bytes are within the budget",
        judge=_judge_bytes_challenge,
        reference=_bytes_challenge_reference,
        hints=(
            "31 times a client may take part. The baseline uses 28 of these, and it trains with a "
            "client learning rate that the search above found too low.",
            "Local epochs cost no bytes. Raise them, and change one other thing at a time; `score` "
            "takes a few seconds.",
            "Larger cohorts with many local epochs and few rounds are one way, small cohorts with "
            "momentum at the server another. Both gain twenty points or so.",
        ),
        mistakes={
            "not_settings": "What you gave is of type `{type}`; wanted is a dictionary like "
            "`baseline`.",
            "missing": "The setting `{name}` is missing.",
            "unknown": "There is no setting `{name}`; see the names in `baseline`, and `edits` and "
            "`server_optimizer`.",
            "not_whole": "`{name}` must be a whole number of 1 or more.",
            "too_many": "`{name}` is {seen}, and at most {most} are allowed.",
            "bad_rate": "`client_learning_rate` must be a number above 0.",
            "over_budget": "This plan sends {sent} bytes, and the budget is {budget}.",
            "the_baseline": "These are the baseline's own settings. Change at least one.",
            "edits_no_list": "`edits` must be a list of functions, such as `[clip]`, even if there "
            "is only one.",
            "no_optimizer": "`server_optimizer` must be a pair of functions, such as "
            "`fed_avg_m(0.5)` or `fed_adam(0.03)`.",
            "small_gain": "On new deals this reaches {seen} %, and the baseline {baseline} %. That "
            "is ahead, by less than {points} points, which other deals can undo. There is more "
            "to get: which setting was too low in the searches above?",
            "no_better": "On new deals of the images this reaches {seen} %, and the baseline "
            "{baseline} %. If it was ahead on the deals you looked at, that was luck; look for a "
            "larger difference.",
        },
        right="The gain holds on deals that you had not seen.",
        trains=True,
        adapt=_with_numbers,
    ),
)
