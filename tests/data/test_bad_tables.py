"""What is wrong with a table is said with file, column, row and client, and what to do."""

import datetime
import decimal

import numpy as np
import pandas as pd
import pytest

from fl_course import data
from tests.data.test_tables import NAN, read, table


def told(frame=None, **arguments):
    with pytest.raises((TypeError, ValueError)) as caught:
        read(frame, **arguments)
    return str(caught.value)


def test_columns_that_are_missing_or_there_twice():
    assert told(client="whom").startswith(
        "client names 'whom', which is no column of source; there are ['who'"
    )
    assert told(label="z").startswith("label names 'z', which is no column of source")
    assert told(features=["x", "z"]).startswith("features names 'z', which is no column of source")
    twice = pd.concat([table(), table()[["x"]]], axis=1)
    assert "source has two columns named 'x'; give each" in told(twice)
    assert "frame.columns.map(str) makes them so" in told(table().rename(columns={"x": 5}))
    assert "client and label both name 'y'" in told(client="y")
    assert "features holds 'y', which is the label: a model would" in told(features=["x", "y"])
    assert "source has no column for features" in told(table()[["who", "y"]])


@pytest.mark.parametrize("dtype", ["float64", "Float64", object])
@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e39])
def test_numbers_without_end_are_named(value, dtype):
    frame = table(x=pd.Series([1.0, 2.0, value, 4.0], dtype=dtype))
    assert told(frame).startswith(
        f"row 2, column 'x', client 'b' holds {value}, which a model can't"
    )
    assert "row 2, column 'x'" in told(frame, label="x", features=["colour"])


def test_integers_without_end():
    assert "row 0, column 'x', client 'b' holds inf, which" in told(
        table(x=pd.Series([10**400, 1, 2, 3], dtype=object))
    )


def test_several_types_in_a_column():
    assert told(table(x=[1, "a", 2, 3])) == (
        "row 1, column 'x', client 'a' holds 'a', and other rows hold 1. Make them all numbers, "
        "or all texts."
    )
    assert "row 1, column 'x', client 'a' holds 2, and other rows hold True." in told(
        table(x=[True, 2, 3, 4])
    )
    # As pandas reads them from a file.
    message = told(table(x=["1", "2", "n/k", "4"]))
    assert message.startswith("row 2, column 'x', client 'b' holds 'n/k', and other rows hold num")
    assert "say categories=['x'] if all of these are names" in message
    assert read(table(x=["1", "2", "n/k", "4"]), categories=["x"]).schema.num_features == 6
    assert "say classes=True if" in told(table(y=["1", "2", "n/k", "4"]))


@pytest.mark.parametrize(
    ("value", "type_name"),
    [([1], "list"), ({"a": 1}, "dict"), (b"x", "bytes"), (object(), "object"), (1j, "complex")],
)
def test_values_of_no_kind_that_is_taken(value, type_name):
    frame = table(x=pd.Series([None, value, 1.0, 2.0], dtype=object))
    message = told(frame, missing="keep")
    assert message.startswith(f"row 1, column 'x', client 'a' holds a value of type {type_name}; ")


def test_complex_numbers():
    assert "column 'x' holds complex numbers" in told(table(x=[1j, 2, 3, 4]))


@pytest.mark.parametrize(
    "values",
    [
        pd.date_range("2024-01-31", periods=4),
        pd.date_range("2024-01-31", periods=4, tz="Asia/Seoul"),
        pd.period_range("2024-01", periods=4, freq="M"),
        pd.to_timedelta([1, 2, 3, 4], unit="s"),
        [datetime.date(2024, 1, 31)] * 4,
        ["2024-01-31", "2024-02-01 12:30", "2024-2-2", None],
        ["31.01.2024", "1.2.2024", "1.2.24", "1.2.2024"],
    ],
)
def test_dates_are_no_features(values):
    for label in ("y", "x"):
        message = told(table(x=values), label=label, missing="keep")
        assert message.startswith("column 'x' holds dates. Make numbers of them, such as the year")


def test_a_decimal_comma_is_recognised():
    message = told(table(x=["1,5", "2", "3,25", "4"]))
    assert message.startswith("row 0, column 'x', client 'b' holds '1,5': a decimal comma?")
    assert 'say decimal=","' in message


def test_numbers_written_as_texts():
    assert "holds '1', a number written as a text. Convert" in told(table(x=list("1234")))
    numbers = [decimal.Decimal("1.5")] * 4
    assert read(table(x=numbers)).schema.features[0].kind == "number"


def test_texts_that_are_no_categories():
    frame = pd.DataFrame({"who": "a", "y": "b", "note": [f"note {i}" for i in range(101)]})
    message = told(frame)
    assert message.startswith("column 'note' has 101 different texts, such as 'note 0'")
    assert "Leave it out by features, or say them all by categories" in message
    said = read(frame, categories={"note": list(frame["note"])})
    assert said.schema.num_features == 101


def test_a_category_that_is_not_among_those_said():
    assert told(categories={"colour": ["red"]}).startswith(
        "row 1, column 'colour', client 'a' holds 'blue', which is not among categories: ['red']."
    )
    assert "categories names 'size', which is no feature" in told(categories=["size"])
    assert "holds two values that both read '1'" in told(
        table(x=pd.Series([1, "1", 2, 3], dtype="category"))
    )


def test_labels_out_of_range():
    assert told(table(y=[0, 1, 2, 3]), classes=[0, 1, 2]).startswith(
        "row 3, column 'y', client 'a' holds '3', which is not among classes: ['0', '1', '2']."
    )
    assert "column 'y' holds no numbers, so that classes=False can't be" in told(classes=False)
    many = pd.DataFrame({"who": "a", "x": 1.0, "y": np.arange(1001)})
    assert "has 1001 different values, and at most 1000 can be classes" in told(many, classes=True)


def test_columns_without_a_value():
    gone = [None] * 4
    assert "column 'y' has no value at all" in told(table(y=gone))
    assert "row 0, column 'x', client 'b' has no value; rows without one: 4" in told(table(x=gone))
    assert "column 'colour' has no value at all; leave it out" in told(table(colour=""))
    assert "source has no row that has all its values" in told(table(x=gone), missing="drop")
    assert "source has no rows" in told(table().iloc[:0])


@pytest.mark.parametrize("gap", [None, NAN, "", " "])
def test_a_row_that_is_nobodys(gap):
    assert told(table(who=["a", "b", gap, "a"])).startswith(
        "row 2, column 'who' is blank, so that the row is nobody's. Say whose it is"
    )


def test_ids_that_are_none():
    assert told(table(who=[1.0, 2.5, 1.0, 1.0])).startswith(
        "row 1, column 'who' holds 2.5: a client's id must be a text or an integer."
    )
    assert "row 1, column 'who' holds 'a', and other rows hold 1" in told(table(who=[1, "a", 2, 3]))
    assert "holds '\\udcff', which is no valid Unicode" in told(table(who="\udcff"))
    assert "column 'who' holds dates" in told(table(who=pd.date_range("2024", periods=4)))


def test_a_client_without_an_example_to_test_on():
    frame = table(who=["a", "a", "a", "b"], y="no")
    with pytest.raises(ValueError, match="client 'b' has too few examples, 1, to spare"):
        data.split(read(frame))
    train, test = data.split(read(frame), too_small="train")
    assert (train.client_ids, test.client_ids) == (["a", "b"], ["a"])
    train, test = data.split(read(frame), too_small="drop")
    assert (train.client_ids, test.client_ids) == (["a"], ["a"])
    with pytest.raises(ValueError, match="client_data has no client with an example to spare"):
        data.split(read(frame.iloc[2:]), too_small="drop")


def test_a_client_without_an_example():
    from fl_course.data.in_memory import client_data

    of_a = {"label": np.int32([0, 0]), "x": np.float32([1, 2])}
    nobody = {name: values[:0] for name, values in of_a.items()}
    clients = client_data({"a": of_a, "b": nobody})
    with pytest.raises(ValueError, match="client 'b' has too few examples, 0, to spare"):
        data.split(clients)
    assert data.split(clients, too_small="train")[0].client_ids == ["a", "b"]
    assert data.iid(clients, 2).client_ids == ["client_00", "client_01"]
    # A category that no row has is no client.
    frame = table(who=pd.Categorical(["a", "b", "a", "b"], categories=["a", "b", "c"]))
    assert read(frame).client_ids == ["a", "b"]


def test_gaps_in_the_columns_of_pandas_own_types():
    frame = table(
        x=pd.array([1, None, 3, 4], dtype="Int64"),
        colour=pd.array(["red", "blue", None, "red"], dtype="string"),
        y=pd.array([True, False, True, None], dtype="boolean"),
    )
    assert told(frame).startswith("row 3, column 'y', client 'a' has no label; rows without one: 1")
    clients = read(frame, missing="drop")
    assert data.pool(clients)[0].tolist() == [[1, 0, 1]]
    assert clients.schema.classes == ("False", "True")


def test_sources_that_are_none():
    for source in (5, None, [1, 2], {"a": 1}, b"x"):
        with pytest.raises(TypeError, match="source must be a pandas DataFrame, or the path of"):
            data.from_table(source, client="who", label="y")
