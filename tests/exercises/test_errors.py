import pytest

from fl_course.exercises.errors import describe


def caught(function):
    try:
        function()
    except BaseException as error:
        return describe(error)
    raise AssertionError("it raised nothing")


def test_only_the_learners_lines_are_shown():
    import json

    def learners():
        return json.loads("{")

    text = caught(learners)
    assert text.startswith("`JSONDecodeError`: `Expecting property name")
    assert ' in learners: return json.loads("{")' in text
    assert "decoder" not in text


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("", "`ValueError`\n"),
        ("at 0x7f93b2244220", "`at (address)`"),
        ("no file /tmp/abc/x.py here", "`no file (file) here`"),
        (
            "{{function_node __wrapped__MatMul_device_/job:a}} bad size [Op:MatMul] name:",
            "`bad size`",
        ),
        ("a `quoted` word", "`a 'quoted' word`"),
        ("first\nsecond", "`first`"),
        ("in user code:\n\n    File x\n\n    TypeError: bad shapes\n", "`TypeError: bad shapes`"),
        ("in user code:\n\n    File x\n\n    ValueError: bad shapes\n", "`bad shapes`"),
        ("outer_factory.<locals>.inner_factory.<locals>.tf__clip() takes 1", "`clip() takes 1`"),
        ("outer_factory.<locals>.inner_factory.<locals>.<lambda>() x", "`<lambda>() x`"),
        ("x" * 5000, f"`{'x' * 300}`"),
    ],
)
def test_a_message_is_short_and_the_same_in_every_run(message, shown):
    def learners():
        raise ValueError(message)

    assert shown in caught(learners)


def test_a_syntax_error_shows_its_line():
    def learners():
        compile("x = (", "answer", "exec")

    assert "x = (" in caught(learners)


def test_an_error_in_the_worker_says_what_it_was():
    import numpy as np
    import tensorflow as tf
    import tensorflow_federated as tff

    @tff.tensorflow.computation(tff.TensorType(np.float32, [None]))
    def take_seven(values):
        return tf.slice(values, [0], [7])

    text = caught(lambda: take_seven(np.float32([1.0, 2.0])))
    assert text.startswith(
        "`ComputationError`: `Failed to run computation: Expected size[0] in [0, 2]"
    )
    assert "take_seven(np.float32([1.0, 2.0]))" in text


def test_what_the_course_adds_to_an_error_of_the_worker_is_kept():
    import numpy as np
    import tensorflow_federated as tff

    @tff.federated_computation(tff.FederatedType(np.int32, tff.CLIENTS))
    def secure(values):
        return tff.federated_secure_sum_bitwidth(values, 8)

    text = caught(lambda: secure([1, 2]))
    first, way_out, _ = text.split("\n\n")
    assert first.startswith("`ComputationError`: `Cannot embed a federated value")
    assert way_out.startswith("`Is there a secure sum in it? A worker has no secure aggregation;")
    assert text.count("secure aggregation") == 1
