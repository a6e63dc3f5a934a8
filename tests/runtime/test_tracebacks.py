"""What a notebook shows of an error out of TensorFlow's or TFF's inside."""

import re

import nbclient
import nbformat
import pytest

from fl_course.runtime.tracebacks import _comes_from_inside, message_lines

START = """
import fl_course
fl_course.setup()
import numpy as np
import tensorflow as tf
import tensorflow_federated as tff
"""
REFUSED = """
def multiply(a):
    return tf.matmul(a, a)

multiply(tf.ones([2, 3]))
"""
NOT_TRACED = """
@tff.tensorflow.computation(np_type)
def double(x):
    return x.no_such_name
"""
TRANSLATED = """
def halve(x):
    if x > 1:
        x = x.no_such_name
    return x

tf.data.Dataset.range(3).map(halve)
"""
OWN = "def divide(a):\n    return a / 0\n\ndivide(1)"


@pytest.fixture(scope="module")
def shown():
    sources = [
        START,
        REFUSED,
        "%tb",
        "np_type = tff.TensorType(np.int32)",
        NOT_TRACED,
        "tff.federated_computation(lambda x: tff.federated_sum(x), tff.TensorType(np.int32))",
        OWN,
        "%xmode Verbose",
        REFUSED,
        "%xmode Context",
        REFUSED,
        TRANSLATED,
    ]
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(
        notebook, timeout=240, kernel_name="python3", allow_errors=True
    ).execute()
    texts = []
    for cell in notebook.cells:
        errors = [output for output in cell.outputs if output.output_type == "error"]
        texts.append("\n".join(line for error in errors for line in error.traceback))
    return [re.sub(r"\x1b\[[\d;]*m", "", text) for text in texts]


def test_a_refusal_is_its_message_and_the_learners_lines(shown):
    lines = shown[1].splitlines()
    assert re.match(r"InvalidArgumentError: .*[Mm]atrix size-incompatible", lines[0])
    assert lines[1:3] == [
        "  line 4: multiply(tf.ones([2, 3]))",
        "  line 2 in multiply: return tf.matmul(a, a)",
    ]
    assert lines[3].endswith("run a cell with: %tb")
    assert len(lines) == 4


def test_everything_can_be_seen(shown):
    assert "Traceback (most recent call last)" in shown[2]
    assert "site-packages/tensorflow" in shown[2]


def test_the_error_of_a_function_that_tff_traces_is_short(shown):
    lines = shown[4].splitlines()
    assert lines[0].startswith("AttributeError: ")
    assert "line 3 in double: return x.no_such_name" in shown[4]
    assert len(lines) < 12


def test_tffs_own_refusal_is_short(shown):
    assert shown[5].startswith("TypeError: ")
    assert "site-packages" not in shown[5]
    assert len(shown[5].splitlines()) < 12


def test_an_error_of_the_learners_own_is_shown_as_ever(shown):
    assert "Traceback (most recent call last)" in shown[6]
    assert "----> 2     return a / 0" in shown[6]


def test_xmode_has_the_last_word(shown):
    assert "site-packages/tensorflow" in shown[8]
    assert shown[10] == shown[1]


def test_a_function_that_autograph_translates_has_its_lines(shown):
    lines = shown[11].splitlines()
    assert lines[0].startswith("AttributeError: ")
    assert "no_such_name" in lines[0]
    assert lines[1:3] == [
        "  line 6: tf.data.Dataset.range(3).map(halve)",
        "  line 3 in halve: x = x.no_such_name",
    ]
    assert len(lines) == 4


def frames_of(file, error):
    """The traceback that an error has if a function of this file raises it."""
    code = compile("def fail(error):\n    raise error\n", file, "exec")
    exec(code, names := {})
    try:
        names["fail"](error)
    except type(error) as raised:
        return raised


@pytest.mark.parametrize(
    ("file", "inside"),
    [
        ("/srv/env/lib/python3.13/site-packages/tensorflow/ops.py", True),
        ("/usr/lib/python3/dist-packages/tf_keras/layers.py", True),
        # An environment, and a folder of the learner's own, of that name.
        ("/srv/tensorflow/lib/python3.13/site-packages/pandas/io.py", False),
        ("/srv/keras/my_model.py", False),
    ],
)
def test_a_library_is_known_by_where_packages_lie(file, inside):
    assert _comes_from_inside(frames_of(file, ValueError("no"))) == inside


def test_a_message_is_cleaned_of_what_tells_nothing():
    error = ValueError(
        "in user code:\n\n  File 'x', line 3\n\n    ValueError: no <x at 0x7f00aa>\n"
    )
    assert message_lines(error) == ["no <x at (address)>"]
    assert message_lines(ValueError("")) == []
    assert message_lines(ValueError("one\n\ntwo /home/me/x.py"), without=["one"]) == ["two (file)"]
    kept = "No such file: '/home/me/digits.csv', see /data/runs and http://a.org/b/c"
    assert message_lines(ValueError(kept)) == [kept]
