"""Tables in files: what CSV files look like in the world, and what is no table."""

import csv
import io
import os
import pathlib
import pickle
import stat
import string
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fl_course import data

LINES = "who,x,y\nb,1.5,no\na,2.5,yes\nb,3.5,yes\n"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "table.csv"


def read(file, text=None, **arguments):
    if text is not None:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return data.from_table(file, **{"client": "who", "label": "y", **arguments})


def told(file, text=None, **arguments):
    with pytest.raises((TypeError, ValueError)) as caught:
        read(file, text, **arguments)
    return str(caught.value)


def check(clients):
    """That it is what LINES says."""
    assert clients.client_ids == ["a", "b"]
    assert clients.schema.classes == ("no", "yes")
    features, labels = data.pool(clients)
    assert features.tolist() == [[2.5], [1.5], [3.5]]
    assert labels.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        (LINES, {}),
        (LINES.replace("\n", "\r\n"), {}),
        (LINES + "\n\n", {}),
        (LINES.rstrip(), {}),
        ("\n" + LINES, {}),
        (LINES.encode("utf-8-sig"), {}),
        (LINES.encode("utf-16"), {"encoding": "utf-16"}),
        (LINES.replace(",", ";"), {"separator": ";"}),
        (LINES.replace(",", ";").replace(".", ","), {"separator": ";", "decimal": ","}),
        (LINES.replace(",", "\t"), {"separator": "\t"}),
        (LINES.replace("x", '"x"').replace("yes", '"yes"'), {}),
        (LINES.replace("1.5", " 1.5"), {}),
    ],
)
def test_files_of_all_kinds(file, text, arguments):
    check(read(file, text, **arguments))


def test_a_file_is_named_by_a_text_or_a_path(file, monkeypatch):
    file.write_text(LINES)
    monkeypatch.chdir(file.parent)
    for source in (file, str(file), "table.csv", pathlib.PurePath("table.csv")):
        check(data.from_table(source, client="who", label="y"))


def test_tabs_and_compression(tmp_path):
    tabs = tmp_path / "table.TSV"
    check(read(tabs, LINES.replace(",", "\t")))


def test_ids_stay_what_they_are(file):
    clients = read(file, "who,x,y\n007,1,no\n7,2,yes\n1e3,3,no\nTrue,4,no\n")
    assert clients.client_ids == ["007", "1e3", "7", "True"]


def test_other_encodings(file):
    text = "who,x,y\n환자,1,네\n환자,2,아니오\n"
    assert read(file, text).client_ids == ["환자"]
    assert read(file, text.encode("cp949"), encoding="cp949").schema.classes == ("네", "아니오")
    message = told(file, text.encode("cp949"))
    assert "table.csv' is not written in utf-8. Say another encoding, such as" in message
    assert told(file, LINES, encoding="nonsense").startswith("encoding must be the name of one")
    assert "is not written in ascii" in told(file, text, encoding="ascii")


def test_another_separator_is_recognised(file):
    for mark, written in ((";", '";"'), ("\t", r'"\t"'), ("|", '"|"')):
        message = told(file, LINES.replace(",", mark))
        assert f"say separator={written}" in message
        assert "table.csv' has one column, " in message
    for separator in ("", ",,", "\n", '"'):
        assert "separator must be one character" in told(file, LINES, separator=separator)
    assert "decimal must be one of '.', ','" in told(file, LINES, decimal="'")


def test_a_decimal_comma_is_recognised(file):
    message = told(file, LINES.replace(",", ";").replace(".", ","), separator=";")
    assert message.startswith("line 2 of 'table.csv', column 'x', client 'b' holds '1,5': a")


def test_lines_are_named_as_an_editor_counts_them(file):
    assert told(file, LINES.replace("2.5", "")).startswith(
        "line 3 of 'table.csv', column 'x', client 'a' has no value; rows without one: 1."
    )
    assert told(file, LINES.replace("2.5", "-inf")).startswith(
        "line 3 of 'table.csv', column 'x', client 'a' holds -inf, which a model can't compute"
    )
    assert told(file, LINES.replace("3.5", "n/k")).startswith(
        "line 4 of 'table.csv', column 'x', client 'b' holds 'n/k', and other rows hold numbers."
    )
    assert told(file, LINES.replace("a,", ",")).startswith(
        "line 3 of 'table.csv', column 'who' is blank, so that the row is nobody's."
    )


def test_columns_that_are_there_twice(file):
    message = told(file, LINES.replace("x", "who"))
    assert message.endswith("table.csv' has two columns named 'who'; give each a name of its own.")


def test_lines_that_are_too_long_or_short(file):
    message = told(file, LINES.replace("yes\n", "yes,5\n", 1))
    assert "table.csv' can't be read as a table: " in message
    assert "Expected 3 fields in line 3, saw 4" in message
    longer = "\n".join(f"{line},5" if i else line for i, line in enumerate(LINES.splitlines()))
    assert "has more fields in its lines than names in its first line, which has 3" in told(
        file, longer
    )
    assert "line 3 of 'table.csv', column 'y', client 'a' has no label" in told(
        file, LINES.replace(",yes", "", 1)
    )
    assert "can't be read as a table" in told(file, LINES + '"')


def test_row_numbers_that_were_saved_along_are_no_feature(file):
    frame = pd.read_csv(io.StringIO(LINES))
    frame.to_csv(file)
    message = told(file)
    assert message.startswith("column 'Unnamed: 0' of 'table.csv' has no name in the file: row num")
    check(read(file, features=["x"]))


def test_dates_in_a_file(file):
    message = told(file, "who,x,y\na,2024-01-31,no\na,2024-02-01,yes\n")
    assert message.startswith("column 'x' of 'table.csv' holds dates.")


@pytest.mark.parametrize("text", ["", "\n", "\n\n  \n", "\ufeff"])
def test_files_without_a_header(file, text):
    assert "table.csv' is empty, without even a header." in told(file, text)


def test_files_without_rows(file):
    assert "'table.csv' has no rows" in told(file, "who,x,y\n")


def test_what_is_no_file(tmp_path):
    assert "which is a folder; give a file in it" in told(tmp_path)
    assert "and there is no such file in" in told(tmp_path / "gone.csv")
    assert "source is 'http" in told("https://example.org/table.csv")
    assert "there is no such file" in told("https://example.org/table.csv")
    for source in ("", "a\0b"):
        assert "source must be a pandas DataFrame, or the path of" in told(source)
    assert "what is read is .csv, .tsv, .parquet. Read it with pandas" in told(
        tmp_path / "table.xlsx", b"PK"
    )


@pytest.mark.parametrize("suffix", [".pkl", ".pickle", ".joblib", ".npy", ".npz", ".PKL"])
def test_pickles_are_refused_unopened(tmp_path, suffix):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "sprung"),)

    message = told(tmp_path / f"table{suffix}", pickle.dumps(Trap()))
    assert "a pickle runs its author's code when it is opened, so the course opens none" in message
    assert not (tmp_path / "sprung").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(file):
    file.write_text(LINES)
    file.chmod(stat.S_IWUSR)
    assert "which may not be read" in told(file)


def test_parquet_without_its_package(tmp_path, monkeypatch):
    for name in ("pyarrow", "fastparquet"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError) as caught:
        read(tmp_path / "table.parquet", b"PAR1")
    message = str(caught.value)
    assert "table.parquet' is a Parquet file, and no package that reads those is insta" in message
    assert "`pip install pyarrow`, restart the kernel, or save the table as .csv" in message


def test_parquet_is_read_by_pandas(tmp_path, monkeypatch):
    """pyarrow is not here: a stand-in for what reads the file."""
    frame = pd.read_csv(io.StringIO(LINES))
    for stored in (frame, frame.set_index("x"), frame.set_index("x", drop=False)):
        monkeypatch.setattr(pd, "read_parquet", lambda file, stored=stored: stored)
        check(read(tmp_path / "table.parquet", b"PAR1"))

    def fails(file):
        raise OSError("Corrupt footer.")

    monkeypatch.setattr(pd, "read_parquet", fails)
    assert "can't be read as a Parquet file: Corrupt footer." in told(tmp_path / "table.parquet")


QUICK = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1, max_size=8)


@QUICK
@given(st.binary(max_size=200))
@example(b"who,x,y\n\x00,1,2\n")
@example(b'who,x,y\n"')
@example(b"who\rx\ry")
def test_any_bytes_are_read_or_refused_with_a_reason(tmp_path, content):
    try:
        read(tmp_path / "table.csv", content)
    except ValueError as error:
        assert "table.csv" in str(error)


@QUICK
@given(st.text(st.sampled_from('who,xy\n"1.5;- é\t'), max_size=60))
def test_any_lines_below_a_header_are_read_or_refused_with_a_reason(tmp_path, text):
    try:
        clients = read(tmp_path / "table.csv", f"who,x,y\n{text}")
    except ValueError as error:
        assert "table.csv" in str(error)
    else:
        features, labels = data.pool(clients)
        assert len(features) == len(labels) > 0
        assert np.isfinite(features).all()


ROWS = st.tuples(
    NAMES.filter(str.strip),
    st.floats(-(2.0**99), 2.0**99, width=32),
    st.text(string.ascii_letters, min_size=5, max_size=9),
)


@QUICK
@given(st.lists(ROWS, min_size=1, max_size=20), st.sampled_from(",;|\t"))
def test_what_is_written_is_read(tmp_path, rows, separator):
    file = tmp_path / "table.csv"
    with open(file, "w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines, delimiter=separator)
        writer.writerows([("who", "x", "y"), *rows])
    words = pd.read_csv(file, sep=separator)  # some texts mean "nothing is there" to pandas
    if words[["who", "y"]].isna().any(axis=None) or words["who"].nunique() < 1:
        return
    clients = data.from_table(
        file, client="who", label="y", separator=separator, classes=sorted({r[2] for r in rows})
    )
    for client_id in {row[0] for row in rows}:
        features, labels = data.pool(clients, [client_id])
        own = [row for row in rows if row[0] == client_id]
        np.testing.assert_allclose(features[:, 0], [x for _, x, _ in own], rtol=1e-6)
        assert [clients.schema.classes[label] for label in labels] == [y for *_, y in own]
