"""What is kept of a lesson beside its solved notebook."""

import json

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from fl_course.authoring import AuthoringError
from fl_course.authoring.records import Figure, dumps_records, loads_records, records_of
from fl_course.localization import Said, say, strung

ABOUT = ("Figure: {alt}.", {"alt": say("{count} clients", count=2)})


def english(inputs="digest of the code", printed=""):
    cell = new_code_cell("cell()", id="adding-cell")
    cell.outputs = [new_output("stream", name="stdout", text=printed)] if printed else []
    return new_notebook(cells=[cell], metadata={"fl_course": {"inputs": inputs}})


def figure(*arguments, words=("round",), **options):
    raw = {"adding-cell": [("figure", "digits", arguments, options, ABOUT, list(words))]}
    return records_of(raw, english())["adding-cell"][0]


def said(*sentences):
    return [("say", x.message, x.values) for x in sentences]


def test_what_is_kept_is_read_as_it_was():
    inner = say("{first} and {last}", first=say("round"), last="2")
    sentences = [say("{a} of {b:.2f}", a=inner, b=0.1 + 0.2), say("no {braces} here")]
    drawn = ("figure", "digits", ([1.5],), {"title": None}, ABOUT, ["round", "0.25"])
    notebook = english(printed="\n".join(sentences))
    records = records_of({"adding-cell": [*said(*sentences), drawn]}, notebook)
    content = dumps_records(records, notebook)
    read = loads_records(content, english())["adding-cell"]
    assert read == records["adding-cell"]
    assert [str(x) for x in read[:2]] == ["round and 2 of 0.30", "no {braces} here"]
    assert read[0].values["a"].values["first"].message == "round"
    assert read[0].values["b"] == 0.1 + 0.2
    assert isinstance(read[2], Figure)
    assert read[2].description == "Figure: 2 clients."
    assert dumps_records({"adding-cell": read}, english()) == content


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b"{}", b'{"inputs": "digest"}'])
def test_what_is_broken_or_of_other_code_is_not_read(content):
    assert loads_records(content, english("digest")) is None


def test_what_was_recorded_of_other_code_is_not_read():
    content = dumps_records({}, english())
    assert loads_records(content, english()) == {}
    assert loads_records(content, english("another digest")) is None


@pytest.mark.parametrize(
    "other",
    [
        (np.array([1.0, 2.0], np.float64), {"b": 1, "a": 2}),
        (np.array([[1.0, 2.0]], np.float32), {"b": 1, "a": 2}),
        (np.array([1.0, 2.1], np.float32), {"b": 1, "a": 2}),
        (np.array([1.0, 2.0], np.float32), {"a": 2, "b": 1}),  # drawn in another order
        (np.array([1.0, 2.0], np.float32), {"b": 1, "a": 3}),
        (np.array([1.0, 2.0], np.float32), {"b": 1, "a": "2"}),
    ],
)
def test_another_argument_makes_another_figure(other):
    one = np.array([1.0, 2.0], np.float32)
    first = figure(one, {"b": 1, "a": 2}).made_of
    assert figure(one.copy(), {"b": 1, "a": np.int64(2)}).made_of == first
    assert figure(*other).made_of != first
    assert figure(one, {"b": 1, "a": 2}, title="x").made_of != first


def test_a_figure_of_what_has_no_digest_is_refused():
    with pytest.raises(AuthoringError, match="cell adding-cell: digits is drawn from a value of"):
        figure(object())


def test_words_of_a_figure_are_those_with_letters():
    assert figure(words=["round", "0.25", "{part_0}, {part_1}", "{count} %"]).words == ("round",)


def test_what_no_output_shows_is_not_kept():
    two, three = (say("{count} clients", count=count) for count in (2, 3))
    word = say("round")
    notebook = english(printed="round 3: 2 clients\n")
    raw = {"adding-cell": said(two, three, word), "another-cell": said(two)}
    assert records_of(raw, notebook) == {"adding-cell": [two]}
    assert json.loads(dumps_records(records_of(raw, english()), notebook))["cells"] == {}


def test_parts_that_are_strung_are_said_again_each():
    text = strung("; ", [say("{count} clients", count=2), "mine", say("round")])
    assert text == "2 clients; mine; round"
    assert isinstance(text, Said)
    records = records_of({"adding-cell": said(text)}, english(printed=text))
    (read,) = records["adding-cell"]
    assert read == text
    assert read.values["part_2"].message == "round"
