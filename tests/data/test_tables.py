"""A table of one's own as client data: what is inferred, what can be said, what TFF makes of it."""

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import data, preprocessing

ClientData = tff.simulation.datasets.ClientData


def table(**columns):
    """Two clients, who take turns, and a label with a class of each kind."""
    usual = {
        "who": ["b", "a", "b", "a"],
        "x": [1.0, 2.0, 3.0, 4.0],
        "colour": ["red", "blue", "blue", "red"],
        "y": ["no", "yes", "yes", "no"],
    }
    return pd.DataFrame({**usual, **columns})


def read(frame=None, **arguments):
    frame = table() if frame is None else frame
    return data.from_table(frame, **{"client": "who", "label": "y", **arguments})


def vectors(clients, client_id):
    return data.pool(clients, [client_id])[0].tolist()


def test_rows_go_to_their_clients_in_their_order():
    clients = read()
    assert clients.client_ids == ["a", "b"]
    assert vectors(clients, "a") == [[2, 1, 0], [4, 0, 1]]
    assert data.pool(clients, ["b"])[1].tolist() == [0, 1]


def test_elements_are_a_vector_and_a_label():
    (first, *_) = read().create_tf_dataset_for_client("a")
    assert list(first) == ["features", "label"]
    assert read().element_type_structure == {
        "features": tf.TensorSpec([3], tf.float32),
        "label": tf.TensorSpec([], tf.int32),
    }


def test_the_schema_says_what_was_inferred():
    schema = read().schema
    assert schema.label == "y"
    assert schema.classes == ("no", "yes")
    assert schema.features == (
        data.Feature("x", "number"),
        data.Feature("colour", "category", ("blue", "red"), 2),
    )
    assert (schema.num_features, schema.num_labels) == (3, 2)
    assert schema.entries == ("x", "colour=blue", "colour=red")


def test_the_schema_is_printed_as_a_table():
    assert str(read().schema).splitlines() == [
        "y       label    no, yes",
        "x       feature  number",
        "colour  feature  blue, red",
    ]
    many = read(table(colour=list("abcd")), label="x", categories={"colour": list("abcdefgh")})
    assert str(many.schema).splitlines()[1] == "colour  feature  a, b, c, d, e, f and 2 more"
    assert str(many.schema).splitlines()[0] == "x       label    number"


NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        (["no", "yes", "no", "no"], ("no", "yes")),
        ([True, False, True, True], ("False", "True")),
        ([7, 10, 7, 7], ("7", "10")),
        ([2.0, 1.0, 2.0, 2.0], None),
        ([0.5, 1.0, 2.0, 2.0], None),
        (pd.Series([2.0, 1.0, 2.0, 2.0], dtype=object), None),
        (pd.Series([2, 1, 2, 2], dtype=object), ("1", "2")),
        (np.float32([2, 1, 2, 2]), None),
        (pd.Categorical(list("baab"), categories=list("cba")), ("c", "b", "a")),
        (pd.array([3, 1, 3, 1], dtype="Int64"), ("1", "3")),
        (pd.array(list("baab"), dtype="string"), ("a", "b")),
    ],
)
def test_what_a_label_is(values, classes):
    assert read(table(y=values)).schema.classes == classes


def test_integers_are_classes_if_they_are_few():
    for different, classes in ((20, 20), (21, None)):
        frame = pd.DataFrame({"who": ["a"] * 50, "x": 1.0, "y": np.arange(50) % different})
        assert read(frame).schema.num_labels == classes


def test_integers_beside_a_gap_are_classes_still():
    clients = read(table(y=[1, 2, None, 2], colour=1.0), missing="drop")
    assert clients.schema.classes == ("1", "2")


def test_regression_has_numbers_for_labels():
    clients = read(label="x")
    assert clients.schema.num_labels is None
    assert clients.element_type_structure["label"] == tf.TensorSpec([], tf.float32)
    assert data.pool(clients)[1].tolist() == [2.0, 4.0, 1.0, 3.0]


def test_what_is_inferred_can_be_said():
    years = table(x=[2007, 2008, 2009, 2007])
    assert read(years, label="x").schema.classes == ("2007", "2008", "2009")
    assert read(years, label="x", classes=False).schema.classes is None
    assert read(table(), label="x", classes=True).schema.classes == ("1", "2", "3", "4")
    said = read(classes=["yes", "perhaps", "no"])
    assert data.pool(said, ["a"])[1].tolist() == [0, 2]
    assert read(years, categories=["x"]).schema.entries[0] == "x=2007"
    said = read(years, categories={"x": [2010, 2009, 2008, 2007], "colour": ["red", "blue"]})
    assert said.schema.entries[:5] == ("x=2010", "x=2009", "x=2008", "x=2007", "colour=red")
    assert vectors(said, "b") == [[0, 0, 0, 1, 1, 0], [0, 1, 0, 0, 0, 1]]
    assert read(features=["colour"]).schema.entries == ("colour=blue", "colour=red")
    assert read(features=["colour", "x"]).schema.entries[2] == "x"


def test_the_schema_of_the_train_part_holds_for_the_test_part():
    train = read()
    test = read(table(colour="blue", y="yes"), schema=train.schema)
    assert test.schema == train.schema
    assert vectors(test, "a")[0] == [2, 1, 0]
    assert data.pool(test)[1].tolist() == [1] * 4
    with pytest.raises(ValueError, match=r"'a' holds 'maybe', which is not among classes"):
        read(table(y=["yes", "maybe", "no", "no"]), schema=train.schema)
    with pytest.raises(ValueError, match="column 'x' is of kind category, and in schema of"):
        read(table(x="tall"), schema=train.schema)
    with pytest.raises(ValueError, match="schema says what classes are; leave out one"):
        read(schema=train.schema, classes=["yes", "no"])
    with pytest.raises(TypeError, match="schema must be that of other client data"):
        read(schema="x")


def test_numbers_of_all_kinds_become_float32():
    frame = table(
        i=np.int8([1, 2, 3, 4]),
        b=[True, False, True, True],
        n=pd.array([5, 6, 7, 8], dtype="Int64"),
        o=pd.Series([1, 2.5, 3, 4], dtype=object),
    )
    clients = read(frame, features=["i", "b", "n", "o"])
    assert vectors(clients, "a") == [[2, 0, 6, 2.5], [4, 1, 8, 4]]
    assert clients.element_type_structure["features"].dtype == tf.float32


def test_missing_values_are_refused_kept_or_dropped():
    frame = table(x=[1.0, NAN, 3.0, 4.0], colour=["red", "blue", None, "red"])
    with pytest.raises(ValueError, match=r"^row 1, column 'x', client 'a' has no value; rows with"):
        read(frame)
    kept = read(frame, missing="keep")
    np.testing.assert_array_equal(vectors(kept, "a"), [[NAN, 1, 0], [4, 0, 1]])
    np.testing.assert_array_equal(vectors(kept, "b"), [[1, 0, 1], [3, NAN, NAN]])
    dropped = read(frame, missing="drop")
    assert vectors(dropped, "a") == [[4, 0, 1]]
    assert vectors(dropped, "b") == [[1, 0, 1]]


def test_rows_without_a_label_are_refused_or_dropped():
    for gap in (None, "", "  "):
        frame = table(y=["no", gap, "yes", gap])
        for missing in ("refuse", "keep"):
            with pytest.raises(ValueError, match="'y', client 'a' has no label; rows without one"):
                read(frame, missing=missing)
        # Client a has none left, and is no client then.
        assert read(frame, missing="drop").client_ids == ["b"]


def test_ids_are_texts_or_integers_in_their_order():
    assert read(table(who=[10, 9, 10, 9])).client_ids == ["9", "10"]
    assert read(table(who=[10.0, 9.0, 10.0, 9.0])).client_ids == ["9", "10"]
    assert read(table(who=["10", "9", "010", "9"])).client_ids == ["9", "010", "10"]
    assert read(table(who=["10", "9", "x", "9"])).client_ids == ["10", "9", "x"]
    assert read(table(who=pd.Categorical(list("baba")))).client_ids == ["a", "b"]
    long, other = "x" * 10_000, "환자 ①\n"
    clients = read(table(who=[long, other, long, other]))
    assert clients.client_ids == [long, other]
    assert len(list(clients.create_tf_dataset_from_all_clients())) == 4


def test_all_rows_together_are_dealt_out():
    everybody = read(table(), client=None, features=["x"])
    assert everybody.client_ids == ["all"]
    assert data.iid(everybody, 2).client_ids == ["client_00", "client_01"]
    assert data.iid(everybody, 2).schema == everybody.schema


def test_one_client_is_enough():
    assert read(table(who="a")).client_ids == ["a"]


def test_a_table_is_not_changed_and_has_any_index():
    frame = table().set_index(pd.Index([3, 3, 1, 1]))
    before = frame.copy()
    assert vectors(read(frame), "a") == vectors(read(), "a")
    pd.testing.assert_frame_equal(frame, before)


def test_the_functions_of_tff_take_it():
    clients = read()
    assert isinstance(clients, ClientData)
    assert sorted(len(list(dataset)) for dataset in clients.datasets(seed=1)) == [2, 2]
    assert len(list(clients.create_tf_dataset_from_all_clients(seed=1))) == 4
    batched = clients.preprocess(lambda dataset: dataset.batch(3))
    assert batched.element_type_structure["features"].shape.as_list() == [None, 3]
    (batch,) = batched.create_tf_dataset_for_client("b")
    assert batch["features"].numpy().tolist() == vectors(clients, "b")
    train, test = ClientData.train_test_client_split(clients, 1, seed=1)
    assert sorted(train.client_ids + test.client_ids) == ["a", "b"]
    by_id = clients.serializable_dataset_fn
    for client_id in "ab":
        read_in_graph = [e["features"].tolist() for e in by_id(client_id).as_numpy_iterator()]
        assert read_in_graph == vectors(clients, client_id)
    with pytest.raises(tf.errors.InvalidArgumentError, match="This is not a client"):
        list(by_id("nobody"))
    assert str(clients.dataset_computation.type_signature) == (
        "(str -> <features=float32[3],label=int32>*)"
    )


def test_the_functions_of_the_course_take_it():
    clients = read()
    assert {c: n.tolist() for c, n in data.label_counts(clients).items()} == {
        "a": [1, 1],
        "b": [1, 1],
    }
    assert data.label_skew(clients, 2, 1.0).schema == clients.schema
    assert len(preprocessing.make_federated_data(data.load()[0], ["writer_00"])) == 1
    with pytest.raises(ValueError, match="must have elements that are dicts of 'pixels"):
        data.pseudo_clients(clients, 2)
    images, labels = data.pool(clients)
    assert images.shape == (4, 3)
    assert labels.dtype == np.int32


def test_a_client_s_dataset_is_made_once_and_an_unknown_one_is_told():
    clients = read()
    dataset = clients.create_tf_dataset_for_client("a")
    assert clients.create_tf_dataset_for_client("a") is dataset
    with pytest.raises(ValueError, match="'c' is not a client; there are 2, from 'a' to 'b'"):
        clients.create_tf_dataset_for_client("c")


def test_what_clients_hold_can_t_be_written_over():
    clients = read()
    with pytest.raises(ValueError, match="read-only"):
        clients.examples("a")["features"][0] = 5
