"""Lesson 5's exercises: types with placements, and federated computations."""

import collections
import numbers
import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Mistake, run
from fl_course.localization import joined, noted, say

if TYPE_CHECKING:
    import tensorflow_federated as tff

Found = Any  # What a judge may give: None, the name of a mistake, a Mistake, or OTHER.

# What can be wrong with every federated computation.
_OF_COMPUTATIONS = {
    "number": "You gave a number, the result of a call. Wanted is the computation itself, without "
    "a call.",
    "plain_function": "This is a Python function. It becomes a federated computation by the "
    "decorator `tff.federated_computation` in the line above it, which names the types of the "
    "arguments.",
    "no_types": "The decorator names no types, so TFF can't record the function yet: it has to "
    "know the types of the arguments first. Name one for each argument, in their order.",
    "not_federated": "No argument and no result of this computation has a placement: it is what "
    "one place calculates. The federated computation, which brings values to places, is still "
    "missing.",
    "wrong_arguments": "The arguments have other types than the task asks for. Yours: {got}. "
    "Wanted: {wanted}. The types are those that the decorator names.",
    "stays_at_clients": "The result is {got}: every client has its own, and the server has "
    "nothing. Which operators lead from the clients to the server?",
    "wrong_result": "The types of the arguments are right, that of the result is not. Yours: "
    "{got}. Wanted: {wanted}.",
    "wrong_value": "The type is right, the value is not. For {case} your computation gives {got}; "
    "wanted is {wanted}.",
}


# --- Types ----------------------------------------------------------------------------------------


def _example_type() -> "tff.Type":
    import tensorflow_federated as tff

    return tff.to_type(
        collections.OrderedDict(label=np.int32, pixels=tff.TensorType(np.float32, [28, 28]))
    )


def _writers_type() -> "tff.FederatedType":
    import tensorflow_federated as tff

    return tff.FederatedType(tff.SequenceType(_example_type()), tff.CLIENTS)


def _at_clients(member: Any) -> "tff.FederatedType":
    import tensorflow_federated as tff

    return tff.FederatedType(member, tff.CLIENTS)


def _at_server(member: Any) -> "tff.FederatedType":
    import tensorflow_federated as tff

    return tff.FederatedType(member, tff.SERVER)


def _is_at_clients(some_type: Any) -> bool:
    import tensorflow_federated as tff

    return isinstance(some_type, tff.FederatedType) and some_type.placement is tff.CLIENTS


def _is_number_at_server(some_type: Any) -> bool:
    import tensorflow_federated as tff

    if not isinstance(some_type, tff.FederatedType) or some_type.placement is not tff.SERVER:
        return False
    member = some_type.member
    return (
        isinstance(member, tff.TensorType)
        and member.shape == ()
        and np.issubdtype(member.dtype, np.number)
    )


def _in_words(some_type: "tff.Type") -> str:
    """A type as one reads it aloud."""
    import tensorflow_federated as tff

    if isinstance(some_type, tff.FederatedType):
        member = str(some_type.member)
        if not _is_at_clients(some_type):
            return say("`{member}` at the server", member=member)
        if some_type.all_equal:
            return say("the same `{member}` at the clients", member=member)
        return say("`{member}` at the clients", member=member)
    if isinstance(some_type, tff.StructType) and len(some_type):
        return joined([_in_words(part) for part in some_type.children()])
    return say("`{type}` without a placement", type=str(some_type))


def _judge_writers_type(answer: Any) -> Found:
    import tensorflow_federated as tff

    if not isinstance(answer, tff.Type):
        return Mistake("not_a_type", type=type(answer).__name__)
    if not isinstance(answer, tff.FederatedType):
        return Mistake("no_placement", got=str(answer))
    if not _is_at_clients(answer):
        return "at_server"
    if answer.all_equal:
        return "all_equal"
    member = answer.member
    if not isinstance(member, tff.SequenceType):
        parts = list(member.children()) if isinstance(member, tff.StructType) else []
        inside = any(isinstance(part, tff.SequenceType) for part in parts)
        return "sequences_inside" if inside else Mistake("no_sequence", got=str(member))
    element, wanted = member.element, _example_type()
    if element.is_equivalent_to(wanted):
        return None
    if isinstance(element, tff.StructType):
        names = tff.structure.name_list_with_nones(element)
        if names == ["pixels", "label"]:
            return "other_order"
        if names == [None, None]:
            return "no_names"
    return Mistake("wrong_element", got=str(element), wanted=str(wanted))


# --- Computations ---------------------------------------------------------------------------------


def _parameters(computation: "tff.Computation") -> list["tff.Type"]:
    """The types of the arguments. One structure is as good as several: the call is the same."""
    import tensorflow_federated as tff

    parameter = computation.type_signature.parameter
    if parameter is None:
        return []
    if isinstance(parameter, tff.StructType):
        return list(parameter.children())
    return [parameter]


def _same(found: Sequence["tff.Type"], wanted: Sequence["tff.Type"]) -> bool:
    return len(found) == len(wanted) and all(
        mine.is_equivalent_to(theirs) for mine, theirs in zip(found, wanted, strict=True)
    )


def _kind_problem(answer: Any) -> Found:
    """What is wrong with an answer that is no federated computation, else None."""
    import tensorflow_federated as tff

    if isinstance(answer, (numbers.Number, np.generic)):
        return "number"
    if isinstance(answer, types.FunctionType):
        return "plain_function"
    if not isinstance(answer, tff.Computation):
        # Without types the decorator gives something that still waits for its arguments.
        return "no_types" if "Polymorphic" in type(answer).__name__ else OTHER
    signature = answer.type_signature
    if not tff.types.contains(signature, lambda part: isinstance(part, tff.FederatedType)):
        return "not_federated"
    return None


def _argument_problem(answer: Any, wanted: Sequence["tff.Type"]) -> Found:
    found = _parameters(answer)
    if _same(found, wanted):
        return None
    got = joined(list(map(_in_words, found))) or say("no argument")
    return Mistake("wrong_arguments", got=got, wanted=joined(list(map(_in_words, wanted))))


def _result_problem(answer: Any, wanted: str | None = None) -> Found:
    """What is wrong with a result that should be one number at the server."""
    result = answer.type_signature.result
    if _is_at_clients(result):
        return Mistake("stays_at_clients", got=_in_words(result))
    if _is_number_at_server(result):
        return None
    wanted = wanted or say("`float32` at the server")
    return Mistake("wrong_result", got=_in_words(result), wanted=wanted)


def _compare(
    answer: Any,
    probes: Mapping[str, tuple[Any, ...]],
    right: Callable[..., float],
    mistakes: Mapping[str, Sequence[Callable[..., float]]],
) -> Found:
    """Calls a computation on every probe, by its words, and tells whose results it gives."""
    results = [float(run(answer, *probe)) for probe in probes.values()]

    def agrees(formula: Callable[..., float]) -> bool:
        wanted = [float(formula(*probe)) for probe in probes.values()]
        return all(map(_close, results, wanted))

    if agrees(right):
        return None
    for name, formulas in mistakes.items():
        if any(map(agrees, formulas)):
            return name
    return _wrong_value(probes, results, [right(*probe) for probe in probes.values()])


def _wrong_value(cases: Iterable[str], results: Sequence[float], wanted: Sequence[float]) -> Found:
    """The first case whose result is wrong."""
    case, got, right = next(
        (case, got, right)
        for case, got, right in zip(cases, results, wanted, strict=True)
        if not _close(got, right)
    )
    # As short as in the lesson, but never two equal numbers.
    digits = 2 if round(got, 2) != round(right, 2) else 6
    got, right = (f"{round(float(number), digits):g}" for number in (got, right))
    return Mistake("wrong_value", case=say(case), got=got, wanted=right)


def _close(one: float, other: float) -> bool:
    return bool(np.isclose(one, other, rtol=1e-4, atol=1e-5))


# --- Weighted average -----------------------------------------------------------------------------

_TEMPERATURES = {
    noted("the temperatures 19.0, 20.5, 23.5 and the numbers 10, 6, 2"): (
        [19.0, 20.5, 23.5],
        [10, 6, 2],
    ),
    noted("the temperatures 1.0, -2.0, 6.0, 4.0 and the numbers 3, 0, 1, 7"): (
        [1.0, -2.0, 6.0, 4.0],
        [3, 0, 1, 7],
    ),
    noted("one temperature, 5.0, and the number 4"): ([5.0], [4]),
}


def _judge_weighted_average(answer: Any) -> Found:
    return (
        _kind_problem(answer)
        or _argument_problem(answer, [_at_clients(np.float32), _at_clients(np.int32)])
        or _result_problem(answer)
        or _compare(
            answer,
            _TEMPERATURES,
            lambda values, counts: np.average(values, weights=counts),
            {
                "not_weighted": [lambda values, counts: np.mean(values)],
                "not_divided": [lambda values, counts: np.dot(values, counts)],
                "fixed_total": [lambda values, counts: np.dot(values, counts) / 18],
                "mean_of_products": [lambda values, counts: np.dot(values, counts) / len(values)],
                "plain_sum": [lambda values, counts: np.sum(values)],
            },
        )
    )


def _weighted_average_reference() -> Any:
    import tensorflow_federated as tff

    @tff.federated_computation(_at_clients(np.float32), _at_clients(np.int32))
    def weighted_average(temperatures: Any, counts: Any) -> Any:
        return tff.federated_mean(temperatures, counts)

    return weighted_average


# --- Share above a threshold ----------------------------------------------------------------------

_THRESHOLDS = {
    noted("the temperatures 19.0, 20.5, 23.5 and the threshold 20.0"): ([19.0, 20.5, 23.5], 20.0),
    noted("the temperatures 19.0, 20.5, 23.5 and the threshold 22.0"): ([19.0, 20.5, 23.5], 22.0),
    noted("the temperatures 1.0, 2.0, 3.0, 4.0 and the threshold 2.0"): ([1.0, 2.0, 3.0, 4.0], 2.0),
    noted("the temperatures -3.0, -1.0 and the threshold -2.5"): ([-3.0, -1.0], -2.5),
    noted("one temperature, 5.0, and the threshold 7.0"): ([5.0], 7.0),
}


def _judge_share_above(answer: Any) -> Found:
    if problem := _kind_problem(answer):
        return problem
    found = _parameters(answer)
    clients, server = _at_clients(np.float32), _at_server(np.float32)
    if _same(found, [clients]):
        return "fixed_threshold"
    if _same(found, [server, clients]):
        return "swapped_arguments"
    if len(found) == 2 and all(map(_is_at_clients, found)):
        return "threshold_at_clients"
    if problem := _argument_problem(answer, [clients, server]):
        return problem
    # A comparison at the server gives a boolean, if it is not cast.
    boolean = answer.type_signature.result.is_equivalent_to(_at_server(np.bool_))
    if not boolean:
        if problem := _result_problem(answer):
            return problem
        results = [float(run(answer, [19.0, 20.5, 23.5], limit)) for limit in (18.0, 24.0)]
        if results[0] == results[1]:
            return "threshold_ignored"
    found = _compare(
        answer,
        _THRESHOLDS,
        lambda values, limit: np.mean(np.array(values) > limit),
        {
            "mean_compared": [lambda values, limit: np.mean(values) > limit],
            "count": [lambda values, limit: np.sum(np.array(values) > limit)],
            "percent": [lambda values, limit: 100 * np.mean(np.array(values) > limit)],
            "not_strict": [lambda values, limit: np.mean(np.array(values) >= limit)],
            "below": [
                lambda values, limit: np.mean(np.array(values) < limit),
                lambda values, limit: np.mean(np.array(values) <= limit),
            ],
        },
    )
    return found if found == "mean_compared" or not boolean else _result_problem(answer)


def _share_above_reference() -> Any:
    import tensorflow as tf
    import tensorflow_federated as tff

    @tff.tensorflow.computation(np.float32, np.float32)
    def is_above(temperature: Any, threshold: Any) -> Any:
        return tf.cast(temperature > threshold, tf.float32)

    @tff.federated_computation(_at_clients(np.float32), _at_server(np.float32))
    def share_above(temperatures: Any, threshold: Any) -> Any:
        at_clients = tff.federated_broadcast(threshold)
        return tff.federated_mean(tff.federated_map(is_above, (temperatures, at_clients)))

    return share_above


# --- Counting examples ----------------------------------------------------------------------------

_LABELS = {
    noted("clients with 3, 5 and 0 examples"): [[2, 2, 5], [1, 2, 7, 4, 5], []],
    noted("one client with 4 examples"): [[3, 3, 7, 7]],
}


def _judge_count_examples(answer: Any) -> Found:
    import tensorflow as tf

    def dataset(labels: list[int], lengths_known: bool) -> Any:
        pixels = np.zeros([len(labels), 28, 28], np.float32)
        rows = tf.data.Dataset.from_tensor_slices({"label": np.int32(labels), "pixels": pixels})
        return rows if lengths_known else rows.filter(lambda example: example["label"] >= 0)

    problem = (
        _kind_problem(answer)
        or _argument_problem(answer, [_writers_type()])
        or _result_problem(answer, say("an integer at the server"))
    )
    if problem:
        return problem
    cases = list(_LABELS.values())
    lengths = [list(map(len, clients)) for clients in cases]
    sums = [list(map(sum, clients)) for clients in cases]
    counts = [np.sum(clients) for clients in lengths]
    results = [
        float(run(answer, [dataset(labels, index == 0) for labels in clients]))
        for index, clients in enumerate(cases)
    ]
    if all(map(_close, results, counts)):
        dtype = answer.type_signature.result.member.dtype
        # A wider integer does no harm; a float stops counting at 2**24.
        return None if np.issubdtype(dtype, np.integer) else "float_count"
    known = {
        "average": [np.mean(clients) for clients in lengths],
        "counts_clients": [len(clients) for clients in lengths],
        "begins_at_one": [np.sum(clients) + len(clients) for clients in lengths],
        "adds_labels": [np.sum(clients) for clients in sums],
        "largest": [np.max(clients) for clients in lengths],
        "one_label": [sum(labels.count(7) for labels in clients) for clients in cases],
        "cardinality": [counts[0], -2 * len(cases[1])],
    }
    for name, values in known.items():
        if np.allclose(results, values):
            return name
    return _wrong_value(_LABELS, results, counts)


def _count_examples_reference() -> Any:
    import tensorflow_federated as tff

    @tff.tensorflow.computation(_writers_type().member)
    def count(examples: Any) -> Any:
        return examples.reduce(0, lambda number, example: number + 1)

    @tff.federated_computation(_writers_type())
    def count_examples(datasets: Any) -> Any:
        return tff.federated_sum(tff.federated_map(count, datasets))

    return count_examples


# --- Spread ---------------------------------------------------------------------------------------

_SPREADS = {
    noted("the temperatures 19.0, 20.5, 23.5"): ([19.0, 20.5, 23.5],),
    noted("the temperatures -5.0, -2.0"): ([-5.0, -2.0],),
    noted("the temperatures 7.0, 1.0, 2.0, 3.0"): ([7.0, 1.0, 2.0, 3.0],),
}


def _judge_spread(answer: Any) -> Found:
    import tensorflow_federated as tff

    problem = _kind_problem(answer) or _argument_problem(answer, [_at_clients(np.float32)])
    if problem:
        return problem
    result = answer.type_signature.result
    member = result.member if isinstance(result, tff.FederatedType) else result
    if isinstance(member, tff.StructType) and not _is_at_clients(result):
        return Mistake("two_numbers", got=str(result))
    return _result_problem(answer) or _compare(
        answer,
        _SPREADS,
        np.ptp,
        {
            "negative": [lambda values: -np.ptp(values)],
            "one_end": [np.max, np.min],
            "added": [lambda values: np.max(values) + np.min(values)],
            "own_difference": [lambda values: 0.0],
            "from_the_mean": [
                lambda values: np.max(values) - np.mean(values),
                lambda values: np.mean(values) - np.min(values),
            ],
        },
    )


def _spread_reference() -> Any:
    import tensorflow_federated as tff

    @tff.tensorflow.computation(np.float32, np.float32)
    def minus(a: Any, b: Any) -> Any:
        return a - b

    @tff.federated_computation(_at_clients(np.float32))
    def spread(temperatures: Any) -> Any:
        ends = tff.federated_max(temperatures), tff.federated_min(temperatures)
        return tff.federated_map(minus, ends)

    return spread


EXERCISES = (
    Exercise(
        id="writers_type",
        expects="the TFF type `{<label=int32,pixels=float32[28,28]>*}@CLIENTS`",
        judge=_judge_writers_type,
        reference=_writers_type,
        hints=(
            "Read the notation from the inside out: a structure with names; the star behind it; "
            "the braces and the placement around both.",
            "The code above has the structure already: it is called `example`. The star is a "
            "`tff.SequenceType`, the rest a `tff.FederatedType`.",
            "`tff.SequenceType` takes the structure. `tff.FederatedType` takes two things: what "
            "each client has, and where, as for `float_at_clients`.",
        ),
        mistakes={
            "not_a_type": "The answer is of type `{type}`, not a type of TFF. The outermost part "
            "of the notation, `@CLIENTS`, is what `tff.FederatedType` makes.",
            "no_placement": "Your type is `{got}`: what one client has. What says that every "
            "client has one, at the clients?",
            "at_server": "Your type is placed at the server: one dataset at one place. The data of "
            "the writers is at the clients.",
            "all_equal": "Your type says that all clients have the same dataset: there are no "
            "braces around it. Every writer has a dataset of its own.",
            "no_sequence": "Each client has one `{got}` in your type. It should be a dataset: any "
            "number of these, one after another. Which part of the notation says that?",
            "sequences_inside": "In your type each client has two sequences, one of labels and one "
            "of pixels. A dataset is one sequence, and each of its elements has a label and "
            "pixels.",
            "other_order": "The order of the names is the other way round: `pixels` first. In TFF "
            "the order is part of the type.",
            "no_names": "The two parts of an element have no names in your type. An "
            "`OrderedDict` gives them names.",
            "wrong_element": "An element of your sequence is `{got}`. Wanted: `{wanted}`. Compare "
            "names, number types and sizes.",
        },
        right="Read aloud: at every client a dataset of its own, whose elements have a label and "
        "28 by 28 pixels. How many clients or elements there are is not part of the type.",
    ),
    Exercise(
        id="weighted_average",
        expects="a federated computation of type "
        "`(<{float32}@CLIENTS,{int32}@CLIENTS> -> float32@SERVER)`",
        judge=_judge_weighted_average,
        reference=_weighted_average_reference,
        hints=(
            "Begin with `average_temperature`. It has one argument; yours has two, so the "
            "decorator names two types.",
            "Look for the weight in the table of operators: one of the aggregations takes it.",
            "The decorator is `@tff.federated_computation(float_at_clients, counts_at_clients)`; "
            "the body is one line with `tff.federated_mean`, which takes the weight as its second "
            "argument.",
        ),
        mistakes={
            **_OF_COMPUTATIONS,
            "not_weighted": "This is the mean of the clients, each counting the same: for 19.0, "
            "20.5 and 23.5 it gives 21.0 whatever their numbers of measurements. The second "
            "argument has no effect yet.",
            "not_divided": "Every value is multiplied by its weight and all are added, but the sum "
            "is not divided by the sum of the weights: three temperatures of about 20 degrees give "
            "several hundred.",
            "fixed_total": "Your computation divides by 18 whatever the numbers are. The 18 "
            "belongs to the three homes of the notebook; it has to come from the second argument.",
            "mean_of_products": "Values times weights are averaged over the clients: divided by "
            "the number of clients, not by the sum of the weights. There is an aggregation that "
            "does all of it.",
            "plain_sum": "The temperatures are added up. Two homes of 20 degrees would give 40.",
        },
        right="The weights are the clients' own numbers, and TFF divides by their sum: this is the "
        "aggregation of Federated Averaging.",
    ),
    Exercise(
        id="share_above",
        expects="a federated computation of type "
        "`(<{float32}@CLIENTS,float32@SERVER> -> float32@SERVER)`",
        judge=_judge_share_above,
        reference=_share_above_reference,
        hints=(
            "The path is that of `mean_deviation`: down, side by side, a calculation at each "
            "client, up. Only the calculation differs.",
            "First write the calculation: a `tff.tensorflow.computation` of two float32 that gives "
            "1.0 if the first is greater than the second, else 0.0. The mean of such numbers is a "
            "share.",
            "Then the federated computation: broadcast the threshold, map your calculation over "
            "the pair of temperatures and what was broadcast, and take `tff.federated_mean`.",
        ),
        mistakes={
            **_OF_COMPUTATIONS,
            "fixed_threshold": "Your computation takes the temperatures only. A threshold from the "
            "notebook is frozen when the body is traced; let the server hand it in as the second "
            "argument.",
            "swapped_arguments": "The threshold comes first in your computation. The task has the "
            "temperatures first, and the lesson calls it in this order.",
            "threshold_at_clients": "In your computation every client brings a threshold. It "
            "belongs to the server, which sends it down.",
            "threshold_ignored": "The result does not change with the threshold: your second "
            "argument has no effect yet.",
            "mean_compared": "This compares one number, the mean, with the threshold. Each home "
            "has to compare its own temperature, before anything is averaged.",
            "count": "This is how many clients are above the threshold. A share divides by how "
            "many there are.",
            "percent": "The result is a hundred times too large: a share lies between 0 and 1.",
            "not_strict": "A client exactly at the threshold is counted as above it. For the "
            "values 1, 2, 3, 4 and the threshold 2 the share is 0.5.",
            "below": "This is the share of clients on the other side of the threshold: for 19.0, "
            "20.5 and 23.5 and the threshold 20.0 two of three are above.",
        },
        right="If each home has compared for itself, its temperature has stayed at home, and the "
        "server has learned one number.",
    ),
    Exercise(
        id="count_examples",
        expects="a federated computation that takes "
        "`{<label=int32,pixels=float32[28,28]>*}@CLIENTS` and gives an integer at the server",
        judge=_judge_count_examples,
        reference=_count_examples_reference,
        hints=(
            "Two computations, as for the 7s: a TensorFlow computation that counts at one client, "
            "and a federated one that maps it and adds up.",
            "The first takes `writers_type.member` and returns `examples.reduce(...)`. What is the "
            "state at the beginning, and what is added for each example?",
            "The function in `reduce` gets the state and the example, and gives the state plus 1. "
            "The second computation takes `writers_type`, and has a `federated_map` inside a "
            "`federated_sum`.",
        ),
        mistakes={
            **_OF_COMPUTATIONS,
            "average": "This is the mean number of examples a client. Asked for is how many there "
            "are together.",
            "counts_clients": "This is the number of clients: each one adds 1, whatever its "
            "dataset holds.",
            "begins_at_one": "For a client with 3 examples and one with 5 it counts one too many "
            "each. What is the state before the first example?",
            "adds_labels": "The labels are added up. An example counts as 1, whatever its label.",
            "largest": "This is the number of examples of the client that has most. The examples "
            "of the others count too.",
            "one_label": "Only examples of one label are counted, the 7s. Every example counts "
            "as 1.",
            "cardinality": "`cardinality` gives -2 when it does not know the length, as for a "
            "dataset that was filtered. Count with `reduce`.",
            "float_count": "The number is right, but its type is a float, which can no longer "
            "count in ones above some 16 million. Let the state begin as an integer.",
        },
        right="Each client has sent one number into the aggregation, and the server saw no "
        "example.",
    ),
    Exercise(
        id="spread",
        expects="a federated computation of type `({float32}@CLIENTS -> float32@SERVER)`",
        judge=_judge_spread,
        reference=_spread_reference,
        hints=(
            "The error names an operation on two `Value`s. Which rule does it break: operators "
            "outside, tensors inside?",
            "Both values are at the server, and the subtraction has to be a TensorFlow "
            "computation. The lesson has one for two float32.",
            "`tff.federated_map` works at the server too: it takes `minus` and a pair of values.",
        ),
        mistakes={
            **_OF_COMPUTATIONS,
            "two_numbers": "The result is `{got}`: both ends are at the server, but not subtracted "
            "yet. What applies a computation where its argument is?",
            "negative": "The result has the wrong sign: the warmest was subtracted from the "
            "coldest.",
            "one_end": "This is one end only, the warmest or the coldest home, not the difference "
            "between both.",
            "added": "Both ends are added. Asked for is how far apart they are.",
            "own_difference": "The result is 0 whatever the temperatures are: a number less "
            "itself. At one home the highest and the lowest are the same temperature; they have to "
            "be found across the homes first.",
            "from_the_mean": "This is how far one end is from the mean. Asked for is how far the "
            "two ends are apart.",
        },
        right="A calculation at the server is a map like any other. In lesson 6 the server applies "
        "the mean update to the weights in this way.",
    ),
)
