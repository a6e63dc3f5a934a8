"""Client data out of a table: a row is an example, and one column says whose it is."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from fl_course.arguments import check_choice, check_names, check_text, described
from fl_course.data import table_parts
from fl_course.data.columns import Table
from fl_course.data.in_memory import InMemory
from fl_course.data.schema import CATEGORY, Schema
from fl_course.data.table_files import check_encoding, read_table
from fl_course.data.values import text_of
from fl_course.localization import say


def from_table(
    source: pd.DataFrame | str | os.PathLike[str],
    *,
    client: str | None,
    label: str,
    features: Sequence[str] | None = None,
    categories: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    classes: bool | Sequence[Any] | None = None,
    schema: Schema | None = None,
    missing: str = "refuse",
    separator: str = ",",
    decimal: str = ".",
    encoding: str = "utf-8",
) -> InMemory:
    """Makes client data out of a table with a row for each example.

    What is inferred is in the result's `schema`; printed, it shows a line for each column. Numbers
    and booleans become one entry of an example's vector. Columns of texts are categories, and get
    an entry for each category, 1.0 for the one that it is and 0.0 for the others. A label of texts,
    booleans or pandas' categories is a class. A label of integers is a class if there are at most
    20 different ones; others, and numbers with a fraction, are for regression. (Where values are
    missing, pandas keeps integers as floats: then numbers without a fraction count as integers.)

    Args:
        source: A pandas DataFrame, or the path of a .csv, .tsv or .parquet file, which needs the
            package pyarrow or fastparquet.
        client: The column that says whose example a row is. None puts all rows together, as one
            client "all", to be dealt out by `iid`, `shards`, `label_skew` or `quantity_skew`.
        label: The column with what is to be predicted.
        features: The columns that a model gets, in this order; by default all others. Leave out
            what is not known when one predicts, and numbers that are names.
        categories: Columns that are categories though they hold numbers, or, as a dict, columns
            with all their categories in the order of the vector. Others are inferred.
        classes: All classes in the order of their numbers; True for classes that are inferred, and
            False for regression. By default what is said above.
        schema: That of an earlier table, such as the train part's: in place of `features`,
            `categories` and `classes`, so that vectors and classes mean the same.
        missing: What to do where a value is missing. "refuse" fails, and says where; "keep" leaves
            NaN in the vector, for each client to decide about, and refuses rows without a label;
            "drop" leaves out every row that lacks its label or a feature.
        separator: Between the fields of a CSV.
        decimal: The decimal point of a CSV: "." or ",".
        encoding: That of a CSV.

    Returns:
        Client data, in the order of the ids. An element of a client's dataset is an ordered dict of
        `features`, float32 [schema.num_features], and `label`: int32 [], the place in
        `schema.classes`, or float32 [] for regression.

    Raises:
        ImportError: If it is a Parquet file, and neither pyarrow nor fastparquet is installed.
        TypeError: If an argument is of a wrong type.
        ValueError: If there is no such column, the file can't be read, or values can't be taken; it
            names file, column, row and client. A DataFrame's rows are counted from 0.
    """
    missing = check_choice("missing", missing, table_parts.MISSING)
    if client is not None:
        client = check_text("client", client)
    label = check_text("label", label)
    table = _table(source, client, separator, decimal, encoding)
    _check_columns(table, client=client, label=label)
    if schema is None:
        if features is not None:
            features = check_names("features", features)
        names = _feature_names(table, features, client, label)
        said = _said_categories(categories, names)
        classes = _check_classes(classes)
    else:
        _check_alone(schema, features, categories, classes)
        names = _feature_names(table, [f.name for f in schema.features], client, label)
        said = {f.name: f.categories for f in schema.features if f.kind == CATEGORY}
        classes = False if schema.classes is None else list(schema.classes)
    codes, client_ids = table_parts.clients(table)
    columns = [table_parts.feature(table, name, said) for name in names]
    found, values, lacks = table_parts.label(table, label, classes)
    found_schema = Schema(label, found, tuple(column.feature for column in columns))
    if schema is not None:
        _check_same(table, schema, found_schema)
    kept = table_parts.kept_rows(table, {label: lacks}, columns, missing)
    order = np.argsort(codes, kind="stable")
    order = order[kept[order]]
    there, starts = np.unique(codes[order], return_index=True)
    return InMemory(
        [client_ids[code] for code in there],
        np.array([*starts, len(order)]),
        {"features": table_parts.vectors(columns, order), "label": values[order]},
        found_schema,
    )


def _table(source: Any, client: str | None, separator: str, decimal: str, encoding: str) -> Table:
    separator = check_text("separator", separator)
    if len(separator) != 1 or separator in '\n\r"\0':
        raise ValueError(
            say(
                "separator must be one character, and it is {separator}.",
                separator=described(separator),
            )
        )
    decimal = check_choice("decimal", decimal, (".", ","))
    encoding = check_encoding(encoding)
    if isinstance(source, pd.DataFrame):
        frame, file = source, None
    elif isinstance(source, str | os.PathLike):
        frame = read_table(
            source, ids=client, separator=separator, decimal=decimal, encoding=encoding
        )
        file = os.path.basename(os.fspath(source))
    else:
        raise TypeError(
            say(
                "source must be a pandas DataFrame, or the path of a .csv or .parquet file, and "
                "it is {value}.",
                value=described(source),
            )
        )
    table = Table(frame, file, client)
    _check_frame(table)
    return table


def _check_frame(table: Table) -> None:
    frame = table.frame
    for name in frame.columns:
        if not isinstance(name, str):
            raise ValueError(
                say(
                    "source has a column named {name}; names must be texts: "
                    "frame.columns = frame.columns.map(str) makes them so.",
                    name=described(name),
                )
            )
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise ValueError(
            say(
                "source has two columns named {column}; give each a name of its own.",
                column=described(twice[0]),
            )
        )
    if not len(frame):
        raise ValueError(say("{source} has no rows; give one that has some.", source=table.name))


def _check_columns(table: Table, **columns: str | None) -> None:
    for argument, column in columns.items():
        if column is not None and column not in table.frame.columns:
            raise ValueError(
                say(
                    "{argument} names {column}, which is no column of {source}; there are "
                    "{columns}.",
                    argument=argument,
                    column=described(column),
                    source=table.name,
                    columns=described(list(table.frame.columns)),
                )
            )
    if columns["client"] == columns["label"]:
        raise ValueError(
            say(
                "client and label both name {column}; a client that knows its label by its own "
                "name has nothing to learn.",
                column=described(columns["label"]),
            )
        )


def _feature_names(
    table: Table, features: list[str] | None, client: str | None, label: str
) -> list[str]:
    if features is None:
        features = [name for name in table.frame.columns if name not in (client, label)]
        unnamed = [name for name in features if not name or name.startswith("Unnamed: ")]
        if unnamed:
            raise ValueError(
                say(
                    "{where} has no name in the file: row numbers that were saved along? Give it "
                    "one, or say by features which columns a model gets.",
                    where=table.where(unnamed[0]),
                )
            )
        if not features:
            raise ValueError(
                say("source has no column for features beside the client's and the label's.")
            )
    for name in features:
        _check_columns(table, features=name, client=None, label=label)
        if name == label:
            raise ValueError(
                say(
                    "features holds {label}, which is the label: a model would read the answer.",
                    label=described(label),
                )
            )
    return features


def _said_categories(categories: Any, names: list[str]) -> dict[str, Sequence[str] | None]:
    if categories is None:
        return {}
    if isinstance(categories, Mapping):
        said = {}
        for name, values in categories.items():
            values = values.tolist() if hasattr(values, "tolist") else values
            if isinstance(values, list | tuple):
                values = [text_of(value) for value in values]
            said[name] = check_names(f"categories[{described(name)}]", values)
        check_names("categories", list(said))
    else:
        said = dict.fromkeys(check_names("categories", categories))
    for name in said:
        if name not in names:
            raise ValueError(
                say(
                    "categories names {name}, which is no feature; there are {names}.",
                    name=described(name),
                    names=described(names),
                )
            )
    return said


def _check_classes(classes: Any) -> bool | list[str] | None:
    if classes is None or isinstance(classes, bool):
        return classes
    values = classes.tolist() if hasattr(classes, "tolist") else classes
    if isinstance(values, list | tuple):
        values = [v if isinstance(v, (list, dict, tuple)) else text_of(v) for v in values]
    return check_names("classes", values)


def _check_alone(schema: Any, features: Any, categories: Any, classes: Any) -> None:
    if not isinstance(schema, Schema):
        raise TypeError(
            say(
                "schema must be that of other client data, such as train.schema, and it is "
                "{value}.",
                value=described(schema),
            )
        )
    given = {"features": features, "categories": categories, "classes": classes}
    for name, value in given.items():
        if value is not None:
            raise ValueError(
                say("schema says what {name} are; leave out one of the two.", name=name)
            )


def _check_same(table: Table, wanted: Schema, found: Schema) -> None:
    for feature, there in zip(wanted.features, found.features, strict=True):
        if feature != there:
            raise ValueError(
                say(
                    "{where} is of kind {there}, and in schema of kind {kind}.",
                    where=table.where(there.name),
                    there=there.kind,
                    kind=feature.kind,
                )
            )
