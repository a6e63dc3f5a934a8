"""What every public function says to bad input: an error that names the argument.

The functions come from the modules, and their arguments from the signatures. An argument of no
kind that is known here fails `test_every_argument_has_a_kind`: give it one, or a new one.
"""

import importlib
import inspect
import math
import re
import typing

import numpy as np
import pytest

import fl_course
from fl_course import algorithms, data, models, preprocessing
from tests.plotting.test_every_figure import EVERY_FIGURE

# Calls that would install packages, or that only a computation makes, with what it traces.
LEFT_OUT = {"install_missing", "install_and_check", "client_update", "server_update", "flatten"}
MODULES = (
    *("algorithms", "data", "models", "plotting", "preprocessing", "training"),
    *("exercises", "runtime"),
)


def public(module):
    names = getattr(module, "__all__", None) or [
        name for name, value in vars(module).items() if _defined_in(module, value)
    ]
    found = {name: getattr(module, name) for name in names if not name.startswith("_")}
    return {
        name: value
        for name, value in found.items()
        if inspect.isfunction(value)
        and name not in LEFT_OUT
        and inspect.signature(value).parameters
    }


def _defined_in(module, value):
    return inspect.isfunction(value) and value.__module__ == module.__name__


FUNCTIONS = {
    f"{module}.{name}": function
    for module in MODULES
    for name, function in public(importlib.import_module(f"fl_course.{module}")).items()
} | {f"fl_course.{name}": function for name, function in public(fl_course).items() if name != "say"}

TRAIN, TEST = data.load()
IDS = TRAIN.client_ids
EXAMPLES = TRAIN.create_tf_dataset_for_client(IDS[0])
PROCESS = algorithms.build_fed_avg(models.functional_model(), client_learning_rate=0.02)
COHORT = preprocessing.make_federated_data(TRAIN, IDS[:1])
HUGE = 10**5000  # Python itself refuses to write it
NO_INTEGERS = (True, 1.5, 2.0, math.nan, math.inf, "3", b"3", None, [1], {}, -1, HUGE)
NO_NUMBERS = (True, math.nan, -math.inf, "1", None, [1.0], 1j, -1.0, HUGE, 1e39)
NO_RATES = (*NO_NUMBERS, math.inf, 0.0, 1e-50)
NOTHING = (None, 5, "ab", 1.5, object())

# Kind -> what an argument of this kind can't be. None is left out where it is the default.
BAD = {
    "whole": NO_INTEGERS,
    "count": (*NO_INTEGERS, 0, 2**63),
    "seed": (*NO_INTEGERS, 2**32),
    "number": NO_NUMBERS,
    "rate": NO_RATES,
    "positive": tuple(value for value in NO_RATES if value is not math.inf),
    "kept share": (*NO_NUMBERS, math.inf, 1.0),
    "flag": (1, 0, "no", None, [True]),
    "text": (5, b"x", None, ["a"], 1.5),
    "template": (5, None, "{nonsense}", "{", "{0}", "{client.nonsense}", "{label.nonsense}"),
    "language": (5, "nonsense", None, ["en"]),
    "lesson": (1.0, True, None, "nonsense", 0, 99, ["federated_data"], HUGE),
    "data set": (None, "nonsense", 5, ["digits"]),
    "client data": ((TRAIN, TEST), [TRAIN, TEST], *NOTHING, [], {}),
    "dataset": (*NOTHING, IDS[0], COHORT, EXAMPLES.repeat(), COHORT[0]),
    "ids": (IDS[0], 5, None, set(IDS), dict.fromkeys(IDS), TRAIN, [], [5], [None], b"x"),
    "row names": (5, "ab", None, [], ["a", "a"], ["a"] * 5001),
    "texts": (5, "ab", None, ["a"], [1, 2, 3, 4]),
    "function": (5, "f", None, [], COHORT),
    "process": NOTHING,
    "state": ("x", 5, [1.0], {}),
    "folder": (5, True, b"x", "", __file__, f"{__file__}/below", "a\0b"),
    "model": NOTHING,
    "server optimizer": (5, "ab", object()),
    "edits": (5, "ab", [1.0], object()),
    "array": ("ab", None, [], 5, [[1], [1, 2]], ["a"], [object()], {}),
    "workers": (0, True, 1.5, math.nan, "127.0.0.1:8000", None, [], HUGE, -1, {}),
    "figure": (5, "ab", object()),
    "percent": (5, None, "nonsense", ["nonsense"], [5]),
    "numbers": (*NOTHING, [], {}, [math.nan], [HUGE], [1e300], [[1], [1, 2]], [-1], ["a"], [1j]),
    "one number": (None, "ab", math.nan, 1j, HUGE, 1e300, [], -1.0, {}),
    "entries": NOTHING,
    "rows": (*NOTHING, [], [5], [None], ["ab"]),
}
KIND_OF = {
    # Numbers.
    **dict.fromkeys(("num_clients", "num_labels", "epochs", "batch_size", "num_rounds"), "count"),
    **dict.fromkeys(("checkpoint_every", "columns", "port", "concurrency"), "count"),
    **dict.fromkeys(("shuffle_buffer", "round_num", "start"), "whole"),
    "seed": "seed",
    **dict.fromkeys(("alpha", "learning_rate", "client_learning_rate", "tau"), "rate"),
    "mu": "number",
    "max_norm": "positive",
    **dict.fromkeys(("momentum", "beta_1", "beta_2"), "kept share"),
    # Data, models and what is done with them.
    "client_data": "client data",
    "client_ids": "ids",
    "dataset": "dataset",
    "keras_fn": "function",
    "cohort_fn": "function",
    "evaluate": "function",
    "tell": "function",
    "process": "process",
    "state": "state",
    "log_dir": "folder",
    "model": "model",
    "server_optimizer": "server optimizer",
    "edits": "edits",
    "data.load name": "data set",
    "exercises.lesson name": "lesson",
    "training.keras_evaluation images": "array",
    "training.keras_evaluation labels": "array",
    "workers": "workers",
    "language": "language",
    **dict.fromkeys(("weighted", "install", "plotting.client_values percent"), "flag"),
    "host": "text",
    # Figures.
    "figure": "figure",
    **dict.fromkeys(
        ("title", "x_label", "y_label", "label_note", "colorbar_label", "image_label"), "text"
    ),
    **dict.fromkeys(("label_label", "count_label", "client_label", "total_label"), "text"),
    **dict.fromkeys(("share_label", "reference_label", "mean_label", "value_label"), "text"),
    "server_name": "text",
    **dict.fromkeys(("panel_title", "missing"), "template"),
    **dict.fromkeys(("client_names", "part_names", "titles"), "texts"),
    **dict.fromkeys(
        ("plotting.label_heatmap client_ids", "plotting.cohorts client_ids"), "row names"
    ),
    "plotting.label_heatmaps client_ids": "row names",
    "percent": "percent",
    **dict.fromkeys(("images", "labels", "predictions", "counts"), "numbers"),
    "floor": "one number",
    "reference": "one number",
    **dict.fromkeys(("counts_by_client", "partitions", "images_by_client"), "entries"),
    **dict.fromkeys(("sizes_by_client", "examples_by_client", "histories"), "entries"),
    **dict.fromkeys(("values", "values_by_client", "runs", "lines"), "entries"),
    **dict.fromkeys(("types", "words"), "entries"),
    **dict.fromkeys(("plans", "steps"), "rows"),
    "plotting.placement_diagram columns": "rows",
}
# Its own checks come with its own tests.
ELSEWHERE = {"checkpoint_dir"}

FIGURES = {f"plotting.{draw.__name__}": arguments for draw, arguments in EVERY_FIGURE}
GOOD = {
    "algorithms.build_fed_avg": {
        "model": models.functional_model(),
        "client_learning_rate": 0.1,
    },
    "algorithms.server_adam": {"learning_rate": 0.1},
    "data.dirichlet_proportions": {"num_clients": 2, "num_labels": 2, "alpha": 1.0},
    "data.label_skew": {"client_data": TRAIN, "num_clients": 2, "alpha": 1.0},
    "data.label_counts": {"client_data": TRAIN},
    "data.pool": {"client_data": TRAIN},
    "data.pseudo_clients": {"client_data": TRAIN, "num_clients": 2},
    "data.sample_clients": {"client_ids": IDS, "num_clients": 2},
    "preprocessing.make_federated_data": {"client_data": TRAIN, "client_ids": IDS[:1]},
    "preprocessing.preprocess": {"dataset": EXAMPLES},
    "training.train": {
        "process": PROCESS,
        "cohort_fn": lambda round_num: COHORT,
        "num_rounds": 1,
    },
    "training.keras_evaluation": {
        "keras_fn": models.softmax_model,
        "images": np.zeros((3, 784), np.float32),
        "labels": np.zeros(3, np.int32),
    },
    "runtime.serve": {"port": 1, "host": "127.0.0.1", "concurrency": 1, "tell": print},
    "runtime.start": {"seed": 0},
    "runtime.use_workers": {"workers": 1, "concurrency": 1},
    "plotting.png": {},
}
# What an argument that has a default needs in order to be looked at.
TOGETHER = {
    ("plotting.label_heatmap", "client_ids"): {"counts": np.ones((2, 10), int)},
    ("plotting.label_heatmaps", "client_ids"): {"partitions": {"a": np.ones((2, 10), int)}},
    ("plotting.confusion_matrix", "counts"): {"labels": None, "predictions": None},
}
# Good here, bad for others of the kind, as they are written.
FINE = {
    ("plotting.confusion_matrix", "labels"): ("5",),
    ("plotting.placement_diagram", "steps"): ("[]",),
}


def good_arguments(name):
    function = FUNCTIONS[name]
    if name in FIGURES:
        return dict(zip(inspect.signature(function).parameters, FIGURES[name], strict=False))
    return GOOD.get(name, {})


def kind_of(name, argument):
    return KIND_OF.get(f"{name} {argument}") or KIND_OF.get(argument)


def bad_values(name, argument):
    kind = kind_of(name, argument)
    values = [*BAD[kind]]
    good = good_arguments(name).get(argument)
    if kind == "entries" and good:
        first = next(iter(good))
        values += [{}, {1: good[first], "1": good[first]}]
        values += [{**good, first: bad} for bad in (None, "ab", [], [math.nan], [HUGE], object())]
    parameter = inspect.signature(FUNCTIONS[name]).parameters[argument]
    fine = FINE.get((name, argument), ())
    if parameter.default is None or type(None) in typing.get_args(parameter.annotation):
        fine = (*fine, "None")
    return [value for value in values if written(value) not in fine]


ARGUMENTS = [
    (name, argument)
    for name, function in FUNCTIONS.items()
    for argument in inspect.signature(function).parameters
    if argument not in ELSEWHERE
]


def test_every_argument_has_a_kind():
    unknown = [f"{name} {argument}" for name, argument in ARGUMENTS if not kind_of(name, argument)]
    assert unknown == []


@pytest.mark.timeout(60)  # a port that should be refused would be served for ever
@pytest.mark.parametrize(
    ("name", "argument"), ARGUMENTS, ids=[" ".join(pair) for pair in ARGUMENTS]
)
def test_bad_input_is_refused_by_name(name, argument):
    wrong = []
    for value in bad_values(name, argument):
        arguments = {**good_arguments(name), **TOGETHER.get((name, argument), {})}
        told = refusal(FUNCTIONS[name], {**arguments, argument: value}, argument)
        if told:
            wrong.append(f"{written(value)}: {told}")
    assert wrong == []


def refusal(function, arguments, argument):
    """What is wrong with the way in which a bad value is refused; None if nothing is."""
    try:
        function(**arguments)
    except (TypeError, ValueError) as error:
        names_it = re.search(rf"(?<!\w){argument}(?!\w)", str(error))
        return None if names_it else f"{type(error).__name__}: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return "is taken"


def written(value):
    try:
        return repr(value)[:60]
    except ValueError:
        return "10**5000"


def test_no_good_arguments_are_of_a_function_that_is_gone():
    assert GOOD.keys() <= FUNCTIONS.keys()
    assert FIGURES.keys() <= FUNCTIONS.keys()
    assert {name for name, _ in [*TOGETHER, *FINE]} <= FUNCTIONS.keys()


def test_the_integers_of_numpy_are_as_good_as_pythons():
    def batches(whole):
        options = {"epochs": whole(2), "batch_size": whole(50), "shuffle_buffer": whole(9)}
        dataset = preprocessing.preprocess(EXAMPLES, seed=whole(3), **options)
        return [batch["y"].tolist() for batch in dataset.as_numpy_iterator()]

    assert batches(np.int64) == batches(int)
    assert data.sample_clients(IDS, np.int8(3), seed=np.uint32(5)) == data.sample_clients(
        IDS, 3, seed=5
    )
    assert fl_course.exercises.lesson(np.int64(1)).number == 1


def test_both_parts_of_the_data_are_told_apart_by_the_line_that_does():
    with pytest.raises(TypeError, match=r"Write train, test = fl_course.data.load\(\), and"):
        data.pool(data.load())


@pytest.mark.parametrize("rate", [1.2e-38, 3.4e38, np.float32(0.1), np.float64(0.1), 1])
def test_every_number_that_float32_holds_is_taken(rate):
    algorithms.server_sgd(rate)
