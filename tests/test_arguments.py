"""What every public function says to bad input: an error that names the argument.

The functions come from the modules, and their arguments from the signatures. An argument of no
kind that is known here fails `test_every_argument_has_a_kind`: give it one, or a new one.
"""

import importlib
import inspect
import math
import pathlib
import re
import tempfile
import typing

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import fl_course
from fl_course import aggregation, algorithms, data, models, preprocessing
from tests.plotting.test_every_figure import EVERY_FIGURE

# Calls that would install packages, or that only a computation makes, with what it traces.
LEFT_OUT = {
    *("install_missing", "install_and_check"),
    *("client_update", "server_update", "flatten", "clip_update"),
    *("scaffold_client_update", "corrected_gradients", "new_client_control"),
    *("local_steps", "q_terms"),
    *("client_discriminator", "server_generator", "make_noise"),
    *("discriminator_loss", "generator_loss"),
}
MODULES = (
    *("aggregation", "algorithms", "analytics", "data", "models", "plotting", "preprocessing"),
    *("privacy", "training", "exercises", "flower", "runtime"),
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
_FOLDER = tempfile.TemporaryDirectory()  # until the process ends
IMAGES = pathlib.Path(_FOLDER.name)
(IMAGES / "anna" / "cat").mkdir(parents=True)
Image.new("L", (2, 2)).save(IMAGES / "anna" / "cat" / "1.png")
TABLE = pd.DataFrame({"who": ["a", "b"] * 3, "x": np.arange(6.0), "y": ["no", "yes"] * 3})
COHORT = preprocessing.make_federated_data(TRAIN, IDS[:1])
HUGE = 10**5000  # Python itself refuses to write it
NO_INTEGERS = (True, 1.5, 2.0, math.nan, math.inf, "3", b"3", None, [1], {}, -1, HUGE)
NO_NUMBERS = (True, math.nan, -math.inf, "1", None, [1.0], 1j, -1.0, HUGE, 1e39)
NO_RATES = (*NO_NUMBERS, math.inf, 0.0, 1e-50)
NOTHING = (None, 5, "ab", 1.5, object())
NO_ARRAYS = ("ab", None, ["a"], [object()], {}, [[1], [1, 2]], [math.nan], [1j], [HUGE])

# Kind -> what an argument of this kind can't be. None is left out where it is the default.
BAD = {
    "whole": NO_INTEGERS,
    "count": (*NO_INTEGERS, 0, 2**63),
    "seed": (*NO_INTEGERS, 2**32),
    "number": NO_NUMBERS,
    "rate": NO_RATES,
    "positive": tuple(value for value in NO_RATES if value is not math.inf),
    "kept share": (*NO_NUMBERS, math.inf, 1.0),
    "share": (*NO_NUMBERS, math.inf, 1.5),
    "inner share": (*NO_RATES, 1.0),
    "epsilon": NO_NUMBERS,
    "accountant": (None, 5, "nonsense", ["pld"], True),
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
    "moments": ("ab", None, [], 5, [[1.0, 2.0], [1]], ["a", "b"], [math.nan, 1.0], [1.0]),
    "workers": (0, True, 1.5, math.nan, "127.0.0.1:8000", None, [], HUGE, -1, {}),
    "part": (*NO_RATES, 1.0, 1.5),
    "choice": (5, None, "nonsense", ["train"], True),
    "table": (5, None, "gone.csv", "", b"x", [1], {}, ".", "table.pkl", object()),
    "image folder": (5, None, "gone", "", b"x", [1], {}, __file__, object()),
    "column": (5, b"x", None, "nonsense", ["who"], True),
    "columns": (5, "who", ["nonsense"], [], [5], [None], ["x", "x"], ["y"], {"x"}),
    "categories": (5, "x", ["nonsense"], [], [5], {}, {"x": 5}, {"x": []}, {"z": ["a"]}),
    "classes": (5, "no", [], [None], ["no", "no"], ["no"], [object()], {}),
    "schema": (5, "ab", [], {}, TRAIN),
    "of examples": ("ab", None, [], 5, [[1], [1, 2]], ["a"], [object()], {}, b"x"),
    "part of a path": (5.5, "ab", True, -1, [0], {}, lambda path: None),
    "size": (0, -1, "ab", True, 2.5, (1,), (1, 2, 3), (0, 1), [], {}, HUGE),
    "held out": (0, -1, True, 2.5, "writer_00", None, [], ["nonsense"], IDS, len(IDS), {}, HUGE),
    "figure": (5, "ab", object()),
    "percent": (5, None, "nonsense", ["nonsense"], [5]),
    "numbers": (*NOTHING, [], {}, [math.nan], [HUGE], [1e300], [[1], [1, 2]], [-1], ["a"], [1j]),
    "one number": (None, "ab", math.nan, 1j, HUGE, 1e300, [], -1.0, {}),
    "entries": NOTHING,
    "rows": (*NOTHING, [], [5], [None], ["ab"]),
    # Aggregation.
    "real numbers": (*NO_ARRAYS, [1e300], math.inf),
    "residues": (*NO_ARRAYS, [1.5], [-1], [2**32], 2**32),
    "updates": (*NO_ARRAYS, [], 5, [1.0], [[]], np.zeros((2, 0))),
    "weights": (*NO_ARRAYS, [], 5, [1.0], [[]], np.zeros((785, 9))),
    "images": (*NO_ARRAYS, [], 5, [1.0], [[]], np.ones((2, 784))),
    "digits": (*NO_ARRAYS, [], 5, [1.5], [10], [-1], [[1]]),
    "digit": (*NO_INTEGERS, 10),
    "places": (*NOTHING, {}, {0}, ["a"], [True], [1.0], [-1], [99], [0, 0], [HUGE]),
    "bits": (*NO_INTEGERS, 0, 1, 63),
    "fraction bits": (*NO_INTEGERS, 32),
    "field": (*NO_INTEGERS, 2**127),
    "key": (*NO_INTEGERS, 0, 2**127),
    "clients' numbers": (*NOTHING, [], {}, {1: [1.0], "b": [1.0]}, {"a": [1.0]}, {"a": 1, "b": 1j}),
    "keys": (*NOTHING, [], {1: 5}, {"b": 0}, {"b": 1.5}, {"b": 2**127}),
    "shares": (*NOTHING, [], {}, {0: 1}, {1: -1}, {1: 1.5}, {"a": 1}, {1: 2**127}),
    "some clients": (5, "a", None, 1.5, {"a": 1}, ["z"], [5], [None]),
    # Analytics.
    "words": (5, "ab", None, [5], {"a"}, {"a": 1}, ["a", None], b"x"),
    "prefixes": (5, "ab", None, [5], {5}, {5: 1}, ["a", None], b"x"),
    "bits of clients": (*NO_ARRAYS, [], 5, [1.5], [2], [-1], [[1]]),
    "cells": (*NO_ARRAYS, [], 5, [1.5], [-1], [[1]]),
    "registers": (*NO_ARRAYS, [], 5, [1.5], [-1], [62] * 16, [1] * 15, [[1]]),
    "power of two": (*NO_INTEGERS, 0, 15, 17, 2**17),
    "end": (True, math.nan, math.inf, "1", None, [1.0], 1j, HUGE, 1e39),
    "levels of a tree": (*NOTHING, [5], [None], ["ab"], {}),
    "bounded epsilon": (*NO_RATES, 100.0, math.inf),
    "above a half": (*NO_RATES, 0.5, 1.5),
    "examples": (*NOTHING, [], [5], [None], ["ab"], [(1, 2, 3)], [("ab", "cd")]),
    # Flower.
    "client files": (
        *(*NOTHING, [], {}, {"a": 5}, {"a": None}, {"a": ""}, {"a": "gone.npz"}),
        *({"a b": __file__}, {"": __file__}, {"SuperLink": __file__}, {"a": "."}),
    ),
    "node settings": (
        *(5, "ab", [], {"b": {}}, {1: {}}, {"a": 5}, {"a": None}, {"a": {"x": [1]}}),
        *({"a": {"x": None}}, {"a": {5: 1}}, {"a": {"x y": 1}}, {"a": {"data": "b.npz"}}),
    ),
}
WITH_WORDS = ("cells_of", "extend_prefixes", "hyperloglog", "prefix_tree")
WITH_EPSILON = (
    *("flip_error", "noise_error", "noised_share", "randomized_response", "truth_probability"),
)
KIND_OF = {
    # Numbers.
    **dict.fromkeys(("num_clients", "num_labels", "epochs", "batch_size", "num_rounds"), "count"),
    "num_inputs": "count",
    **dict.fromkeys(("checkpoint_every", "columns", "port", "concurrency", "bins"), "count"),
    **dict.fromkeys(("cohort_size", "group_size", "num_examples", "num_steps"), "count"),
    **dict.fromkeys(("shuffle_buffer", "round_num", "start"), "whole"),
    "seed": "seed",
    **dict.fromkeys(("alpha", "learning_rate", "client_learning_rate", "tau"), "rate"),
    **dict.fromkeys(("mu", "noise_multiplier", "q"), "number"),
    "server_learning_rate": "rate",
    "num_shared": "whole",
    "private_first": "flag",
    **dict.fromkeys(("max_norm", "clip_norm"), "positive"),
    "delta": "inner share",
    **dict.fromkeys(
        ("privacy.group_guarantee delta", "privacy.highest_hit_rate delta"), "kept share"
    ),
    "privacy.group_guarantee epsilon": "number",
    "privacy.gaussian_delta epsilon": "number",
    "privacy.highest_hit_rate epsilon": "epsilon",
    "false_alarm_rate": "share",
    "accountant": "accountant",
    **dict.fromkeys(("bias_update", "probabilities"), "array"),
    **dict.fromkeys(("member_scores", "other_scores"), "array"),
    **dict.fromkeys(("weights", "inputs", "privacy.softmax_update labels"), "array"),
    "privacy.softmax_losses labels": "array",
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
    "exercises.progress_code name": "text",
    "keep_progress": "choice",
    "training.progress steps": "entries",
    "training.keras_evaluation inputs": "array",
    "training.keras_evaluation labels": "array",
    **dict.fromkeys(("mean", "variance"), "moments"),
    "workers": "workers",
    "language": "language",
    **dict.fromkeys(("weighted", "install", "log_y", "plotting.client_values percent"), "flag"),
    "host": "text",
    # One's own data.
    "source": "table",
    "folder": "image folder",
    "data.from_table client": "column",
    "data.from_table label": "column",
    "features": "columns",
    "categories": "categories",
    "classes": "classes",
    "schema": "schema",
    "data.from_table missing": "choice",
    "data.from_arrays missing": "choice",
    "data.from_arrays client_ids": "of examples",
    "data.from_arrays label": "of examples",
    "arrays": "array",
    "data.from_image_folder client": "part of a path",
    "data.from_image_folder label": "part of a path",
    "size": "size",
    "color": "flag",
    **dict.fromkeys(("separator", "decimal", "too_small"), "choice"),
    "encoding": "choice",
    "test_share": "part",
    "data.hold_out clients": "held out",
    "shards_per_client": "count",
    # Aggregation.
    "aggregation.to_fixed_point values": "real numbers",
    "numbers": "residues",
    "aggregation.secure_sum values": "clients' numbers",
    "bits": "bits",
    "fraction_bits": "fraction bits",
    "dropped": "some clients",
    **dict.fromkeys(("num_shares", "threshold", "num_chosen"), "count"),
    "aggregation.expand size": "count",
    "aggregation.pairwise_mask size": "count",
    **dict.fromkeys(("num_trimmed", "num_attackers"), "whole"),
    **dict.fromkeys(("factor", "strength"), "rate"),
    "aggregation.norm_bound max_norm": "positive",
    "aggregation.split_secret secret": "field",
    "aggregation.expand seed": "field",
    **dict.fromkeys(("secret", "public"), "key"),
    "public_keys": "keys",
    "shares": "shares",
    "client": "text",
    **dict.fromkeys(("updates", "honest"), "updates"),
    "attackers": "places",
    "target": "digit",
    **dict.fromkeys(
        (f"aggregation.{name} images" for name in ("add_mark", "add_backdoor")), "images"
    ),
    "aggregation.predict images": "images",
    **dict.fromkeys(
        (f"aggregation.{name} labels" for name in ("add_backdoor", "backdoor_success")), "digits"
    ),
    "aggregation.flip_labels labels": "digits",
    "aggregation.backdoor_success predictions": "digits",
    "aggregation.local_updates weights": "weights",
    "aggregation.predict weights": "weights",
    "batches": "process",
    "examples": "examples",
    **dict.fromkeys(("rule", "change_updates"), "function"),
    # Analytics.
    **dict.fromkeys(("num_cells", "num_words", "total"), "count"),
    "at_most": "whole",
    **dict.fromkeys(("low", "high"), "end"),
    "analytics.bisect share": "inner share",
    "analytics.quantile_rounds share": "inner share",
    "count": "function",
    **dict.fromkeys((f"analytics.{name} words" for name in WITH_WORDS), "words"),
    "prefixes": "prefixes",
    "analytics.debias told": "share",
    "truth": "above a half",
    "analytics.noised_share bits": "bits of clients",
    "analytics.randomized_response bits": "bits of clients",
    **dict.fromkeys((f"analytics.{name} epsilon" for name in WITH_EPSILON), "bounded epsilon"),
    "sketch": "cells",
    "registers": "registers",
    "num_registers": "power of two",
    "analytics.found_words levels": "levels of a tree",
    "intervals": "rows",
    "plotting.prefix_tree levels": "rows",
    "end": "text",
    # Flower.
    "files": "client files",
    "settings": "node settings",
    # Figures.
    "figure": "figure",
    **dict.fromkeys(
        ("title", "x_label", "y_label", "label_note", "colorbar_label", "image_label"), "text"
    ),
    **dict.fromkeys(("label_label", "count_label", "client_label", "total_label"), "text"),
    **dict.fromkeys(("share_label", "reference_label", "mean_label", "value_label"), "text"),
    **dict.fromkeys(("server_name", "all_label", "guess_label"), "text"),
    **dict.fromkeys(("panel_title", "missing"), "template"),
    **dict.fromkeys(("client_names", "label_names", "part_names", "titles"), "texts"),
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
    **dict.fromkeys(("values", "values_by_client", "runs", "lines", "points"), "entries"),
    **dict.fromkeys(("types", "words", "curves", "bounds", "paths", "marks"), "entries"),
    **dict.fromkeys(("better_label", "worse_label", "equal_label"), "text"),
    **dict.fromkeys(("plans", "steps"), "rows"),
    "plotting.placement_diagram columns": "rows",
    "plotting.image_rows images": "entries",
    # A federated GAN.
    **dict.fromkeys(("num_hidden", "noise_size", "num_generator_steps"), "count"),
    "generator_batch_size": "count",
    "gradient_penalty": "number",
    **dict.fromkeys(("gan", "aggregator"), "process"),
}
# Its own checks come with its own tests.
ELSEWHERE = {"checkpoint_dir"}

FIGURES = {f"plotting.{draw.__name__}": arguments for draw, arguments in EVERY_FIGURE}
PRIVATE_TRAINING = {
    "noise_multiplier": 1.0,
    "num_clients": 20,
    "cohort_size": 5,
    "num_rounds": 2,
    "delta": 0.01,
}
ROWS = np.ones((3, 2))
ONE_IMAGE, ONE_LABEL = np.ones((1, 28, 28)), np.ones(1, int)
BATCHES = aggregation.stack_clients([(ONE_IMAGE, ONE_LABEL)])
GOOD = {
    "aggregation.add_backdoor": {"images": ONE_IMAGE, "labels": ONE_LABEL},
    "aggregation.backdoor_success": {"predictions": ONE_LABEL, "labels": ONE_LABEL},
    "aggregation.disguise": {
        "updates": ROWS,
        "honest": ROWS,
        "attackers": [0],
        "strength": 1.0,
    },
    "aggregation.expand": {"seed": 1, "size": 2},
    "aggregation.flip_sign": {"updates": ROWS, "attackers": [0]},
    "aggregation.from_fixed_point": {"numbers": [0]},
    "aggregation.to_fixed_point": {"values": [0.0]},
    "aggregation.krum_scores": {"updates": ROWS, "num_attackers": 0},
    "aggregation.local_updates": {
        "weights": np.zeros((785, 10)),
        "batches": BATCHES,
        "learning_rate": 0.1,
    },
    "aggregation.multi_krum": {"num_attackers": 1, "num_chosen": 1},
    "aggregation.pairwise_mask": {
        "client": "a",
        "secret": 1,
        "public_keys": {"b": 2},
        "size": 3,
    },
    "aggregation.predict": {"weights": np.zeros((785, 10)), "images": ONE_IMAGE},
    "aggregation.scale_updates": {"updates": ROWS, "attackers": [0], "factor": 2.0},
    "aggregation.secure_sum": {"values": {"a": [1.0], "b": [2.0]}},
    "aggregation.shared_seed": {"secret": 1, "public": 2},
    "aggregation.split_secret": {"secret": 1, "num_shares": 3, "threshold": 2},
    "aggregation.stack_clients": {"examples": [(ONE_IMAGE, ONE_LABEL)]},
    "aggregation.train_rounds": {
        "batches": BATCHES,
        "rule": aggregation.mean(),
        "num_rounds": 1,
        "learning_rate": 0.1,
    },
    "analytics.bisect": {"low": 0.0, "high": 1.0, "at_most": 1, "total": 2, "share": 0.5},
    "analytics.cells_of": {"words": ["a"], "num_cells": 5},
    "analytics.debias": {"told": 0.5, "truth": 0.75},
    "analytics.extend_prefixes": {"prefixes": [""], "words": ["a"], "threshold": 1},
    "analytics.flip_error": {"epsilon": 1.0, "num_clients": 2},
    "analytics.hyperloglog": {"words": ["a"]},
    "analytics.noise_error": {"epsilon": 1.0, "num_clients": 2},
    "analytics.noised_share": {"bits": [0, 1], "epsilon": 1.0},
    "analytics.prefix_tree": {"words": ["a"], "threshold": 1, "num_rounds": 2},
    "analytics.quantile_rounds": {
        "count": lambda threshold: (1, 2),
        "share": 0.5,
        "low": 0.0,
        "high": 1.0,
        "num_rounds": 2,
    },
    "analytics.randomized_response": {"bits": [0, 1], "epsilon": 1.0},
    "analytics.tree_guarantee": {
        "num_clients": 10_000,
        "cohort_size": 100,
        "threshold": 10,
        "num_rounds": 5,
    },
    "analytics.zipf_words": {"num_clients": 3},
    "algorithms.build_fed_avg": {
        "model": models.functional_model(),
        "client_learning_rate": 0.1,
    },
    "algorithms.build_private_layers": {
        "model": models.functional_model(),
        "num_shared": 1,
        "client_learning_rate": 0.1,
    },
    "algorithms.build_q_fed_avg": {
        "model": models.functional_model(),
        "client_learning_rate": 0.1,
        "q": 1.0,
    },
    "algorithms.build_scaffold": {
        "model": models.functional_model(),
        "client_learning_rate": 0.1,
        "num_clients": 2,
    },
    "algorithms.build_federated_gan": {"gan": algorithms.dense_gan(8, 4)},
    "algorithms.server_adam": {"learning_rate": 0.1},
    "data.dirichlet_proportions": {"num_clients": 2, "num_labels": 2, "alpha": 1.0},
    "data.label_skew": {"client_data": TRAIN, "num_clients": 2, "alpha": 1.0},
    "data.label_counts": {"client_data": TRAIN},
    "data.from_arrays": {"client_ids": ["a", "b"], "label": [0, 1], "x": [[1.0], [2.0]]},
    "data.from_image_folder": {"folder": IMAGES, "client": 0, "label": 1},
    "data.from_table": {"source": TABLE, "client": "who", "label": "y"},
    "data.hold_out": {"client_data": TRAIN, "clients": 2},
    "data.iid": {"client_data": TRAIN, "num_clients": 2},
    "data.quantity_skew": {"client_data": TRAIN, "num_clients": 2, "alpha": 1.0},
    "data.shards": {"client_data": TRAIN, "num_clients": 2},
    "data.split": {"client_data": TRAIN},
    "data.pool": {"client_data": TRAIN},
    "data.pseudo_clients": {"client_data": TRAIN, "num_clients": 2},
    "data.sample_clients": {"client_ids": IDS, "num_clients": 2},
    "flower.start": {"files": {"a": __file__}},
    "models.linear_model": {"num_inputs": 3},
    "preprocessing.make_federated_data": {"client_data": TRAIN, "client_ids": IDS[:1]},
    "preprocessing.preprocess": {"dataset": EXAMPLES},
    "preprocessing.standardize": {"mean": [1.0, 2.0], "variance": [1.0, 4.0]},
    "training.train": {
        "process": PROCESS,
        "cohort_fn": lambda round_num: COHORT,
        "num_rounds": 1,
    },
    "training.keras_evaluation": {
        "keras_fn": models.softmax_model,
        "inputs": np.zeros((3, 784), np.float32),
        "labels": np.zeros(3, np.int32),
    },
    "privacy.poisson_epsilon": PRIVATE_TRAINING,
    "privacy.fixed_cohort_epsilon": PRIVATE_TRAINING,
    "privacy.gaussian_delta": {"noise_multiplier": 1.0, "epsilon": 1.0},
    "privacy.gaussian_epsilon": {"noise_multiplier": 1.0, "delta": 0.1},
    "privacy.group_guarantee": {"epsilon": 1.0, "delta": 0.1, "group_size": 2},
    "privacy.highest_hit_rate": {"false_alarm_rate": 0.1, "epsilon": 1.0},
    "privacy.private_mean": {"clip_norm": 1.0, "noise_multiplier": 1.0, "cohort_size": 3},
    "privacy.label_counts_from_bias": {
        "bias_update": [0.1, -0.1],
        "num_examples": 5,
        "learning_rate": 0.1,
    },
    "privacy.membership_roc": {"member_scores": [1.0], "other_scores": [0.0]},
    "privacy.softmax_losses": {
        "weights": np.zeros((3, 2)),
        "inputs": np.zeros((4, 2)),
        "labels": np.zeros(4, int),
    },
    "privacy.softmax_update": {
        "weights": np.zeros((3, 2)),
        "inputs": np.zeros((4, 2)),
        "labels": np.zeros(4, int),
        "learning_rate": 0.1,
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
    ("plotting.interval_rounds", "reference"): ("-1.0",),
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
