"""The examples that the web edition shows with the functions: they run, and give what they show."""

import doctest
import importlib.util
import inspect
import pathlib

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import (
    aggregation,
    algorithms,
    analytics,
    data,
    exercises,
    models,
    preprocessing,
    privacy,
    training,
)

PATH = pathlib.Path(__file__).parents[1] / "site" / "examples.py"
_spec = importlib.util.spec_from_file_location("site_examples", PATH)
examples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(examples)

MODULES = {
    module.__name__.removeprefix("fl_course."): module
    for module in (
        *(aggregation, algorithms, analytics, data, exercises, models, preprocessing, privacy),
        training,
    )
}
GIVEN = MODULES | {"np": np, "pd": pd, "tf": tf, "tff": tff}
# They need files, or a TFF computation around them.
WITHOUT = {
    "algorithms.client_discriminator",
    "algorithms.client_update",
    "algorithms.local_steps",
    "algorithms.scaffold_client_update",
    "algorithms.server_generator",
    "algorithms.server_update",
    "data.from_image_folder",
}
EXAMPLES = [
    pytest.param(name, lines, id=f"{module}.{name}")
    for module in MODULES
    for name, lines in examples.read(module).items()
]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("name", "lines"), EXAMPLES)
def test_an_example_gives_what_it_shows(name, lines):
    text = "\n".join(lines) + "\n"
    test = doctest.DocTestParser().get_doctest(text, dict(GIVEN), name, None, None)
    said = []
    failed, tried = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert tried
    assert not failed, "".join(said)


@pytest.mark.timeout(60)
@pytest.mark.parametrize("module", MODULES)
def test_every_function_has_an_example(module):
    public = getattr(MODULES[module], "__all__", None) or [
        name
        for name, value in vars(MODULES[module]).items()
        if inspect.isfunction(value)
        and not name.startswith("_")
        and value.__module__ == MODULES[module].__name__
    ]
    functions = {name for name in public if inspect.isfunction(getattr(MODULES[module], name))}
    without = {name.partition(".")[2] for name in WITHOUT if name.startswith(f"{module}.")}
    assert set(examples.read(module)) == functions - without


def test_no_example_is_of_an_unknown_module():
    assert {path.stem for path in examples.FOLDER.glob("*.txt")} == set(MODULES)
