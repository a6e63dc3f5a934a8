"""The three parts that a table has for a model: whose a row is, its features, its label."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from fl_course.arguments import described
from fl_course.data.columns import NUMBERS, TEXTS, Table
from fl_course.data.schema import CATEGORY, NUMBER, Feature
from fl_course.localization import say

MISSING = ("refuse", "keep", "drop")

_EVERYBODY = "all"
_FEW = 20  # integers with more different values are something counted or measured
_MOST_CATEGORIES = 100  # each is an entry in the vector
_MOST_CLASSES = 1000  # as many as `label_counts` counts


@dataclasses.dataclass(frozen=True)
class Column:
    """A feature in the rows of a table.

    Attributes:
        feature: What it is.
        values: float32 [number of rows], NaN where there is none; of a category int64, the place
            among its categories, or -1.
    """

    feature: Feature
    values: np.ndarray

    @property
    def lacks(self) -> np.ndarray:
        """Whether a row has no value, bool [number of rows]."""
        return self.values < 0 if self.feature.kind == CATEGORY else np.isnan(self.values)


def clients(table: Table) -> tuple[np.ndarray, list[str]]:
    """Whose each row is.

    Returns:
        int64 [number of rows], places in a list of ids, and the list: in the order of numbers if
        all ids are some, and in that of the alphabet if not.

    Raises:
        ValueError: If a row is nobody's, or what is there is no id.
    """
    column = table.client
    if column is None:
        return np.zeros(len(table.frame), np.int64), [_EVERYBODY]
    values = table.frame[column]
    if table.kind(column) == NUMBERS and pd.api.types.is_float_dtype(values.dtype):
        numbers = values.to_numpy(np.float64, na_value=np.nan)
        fraction = ~np.isnan(numbers) & (np.floor(numbers) != numbers)
        if fraction.any():
            row = int(np.argmax(fraction))
            raise ValueError(
                say(
                    "{where} holds {value}: a client's id must be a text or an integer.",
                    where=table.where(column, row),
                    value=described(float(numbers[row])),
                )
            )
    codes, ids = table.codes(column, None, "client")
    if (codes == -1).any():
        raise ValueError(
            say(
                "{where} is blank, so that the row is nobody's. Say whose it is, or leave out "
                "the row.",
                where=table.where(column, int(np.argmax(codes == -1))),
            )
        )
    for client_id in ids:
        if not _is_unicode(client_id):
            raise ValueError(
                say(
                    "{where} holds {value}, which is no valid Unicode.",
                    where=table.where(column),
                    value=ascii(client_id[:40]),
                )
            )
    order = sorted(range(len(ids)), key=by_number(ids).__getitem__)
    place = np.empty(len(ids), np.int64)
    place[order] = np.arange(len(ids))
    return place[codes], [ids[i] for i in order]


def feature(table: Table, name: str, said: Mapping[str, Sequence[str] | None]) -> Column:
    """Reads a column as a feature.

    Args:
        table: Where it is.
        name: The column's name.
        said: Columns that are categories, with all of these, or None to infer them.

    Raises:
        ValueError: If the column is neither numbers nor categories.
    """
    kind = table.kind(name)
    if kind == NUMBERS and name not in said:
        return Column(Feature(name, NUMBER), table.numbers(name))
    if name not in said and kind == TEXTS:
        table.check_texts(name, f"categories=[{name!r}]")
    codes, categories = table.codes(name, said.get(name), "categories")
    if not categories:
        raise ValueError(
            say("{where} has no value at all; leave it out by features.", where=table.where(name))
        )
    if said.get(name) is None and len(categories) > _MOST_CATEGORIES:
        raise ValueError(
            say(
                "{where} has {number} different texts, such as {value}, and each would be an entry "
                "of the vector. Leave it out by features, or say them all by categories.",
                where=table.where(name),
                number=len(categories),
                value=described(categories[0]),
            )
        )
    return Column(Feature(name, CATEGORY, categories, len(categories)), codes)


def label(
    table: Table, name: str, classes: bool | Sequence[str] | None
) -> tuple[tuple[str, ...] | None, np.ndarray, np.ndarray]:
    """Reads the column of labels.

    Args:
        table: Where it is.
        name: The column's name.
        classes: See `from_table`, as texts.

    Returns:
        The classes, or None for regression; the labels of the rows, int32 places among the classes
        or float32; and bool, whether a row has none.

    Raises:
        ValueError: If there is something else, no label at all, or too many classes.
    """
    kind = table.kind(name)
    if classes is False and kind != NUMBERS:
        raise ValueError(
            say(
                "{where} holds no numbers, so that classes=False can't be: leave that out.",
                where=table.where(name),
            )
        )
    if classes is None and kind == TEXTS:
        table.check_texts(name, "classes=True")
    if classes is False or (classes is None and kind == NUMBERS and not _few(table.frame[name])):
        numbers = table.numbers(name)
        names, values, lacks = None, numbers, np.isnan(numbers)
    else:
        said = None if classes is None or classes is True else classes
        codes, names = table.codes(name, said, "classes")
        values, lacks = codes.astype(np.int32), codes < 0
    if lacks.all():
        raise ValueError(say("{where} has no value at all.", where=table.where(name)))
    if names is not None and len(names) > _MOST_CLASSES:
        raise ValueError(
            say(
                "{where} has {number} different values, and at most {most} can be classes. For a "
                "number to predict, say classes=False.",
                where=table.where(name),
                number=len(names),
                most=_MOST_CLASSES,
            )
        )
    return names, values, lacks


def kept_rows(
    table: Table, label_lacks: Mapping[str, np.ndarray], columns: Sequence[Column], missing: str
) -> np.ndarray:
    """Decides about the rows that lack a value.

    Args:
        table: Where they are.
        label_lacks: The label's column, and bool [number of rows], whether a row has none.
        columns: The features.
        missing: See `from_table`.

    Returns:
        bool [number of rows].

    Raises:
        ValueError: If a value is missing, and none may be; or if no row is left.
    """
    ((name, lacks),) = label_lacks.items()
    if missing != "drop" and lacks.any():
        raise ValueError(
            say(
                "{where} has no label; rows without one: {number}. Say {drop} to leave out rows "
                "that lack a value.",
                where=table.where(name, int(np.argmax(lacks))),
                number=int(lacks.sum()),
                drop='missing="drop"',
            )
        )
    kept = ~lacks
    for column in columns if missing != "keep" else ():
        if missing == "refuse" and column.lacks.any():
            raise ValueError(
                say(
                    "{where} has no value; rows without one: {number}. Say {keep} to have NaN "
                    "there, {drop} to leave out such rows, or leave out the column by features.",
                    where=table.where(column.feature.name, int(np.argmax(column.lacks))),
                    number=int(column.lacks.sum()),
                    keep='missing="keep"',
                    drop='missing="drop"',
                )
            )
        kept &= ~column.lacks
    if not kept.any():
        raise ValueError(
            say(
                "source has no row that has all its values. Say {keep}, or leave out a column by "
                "features.",
                keep='missing="keep"',
            )
        )
    return kept


def vectors(columns: Sequence[Column], order: np.ndarray) -> np.ndarray:
    """Makes a vector of each row's features, a category as one entry for each value.

    Args:
        columns: The features.
        order: int [n], the rows in the order in which they are wanted.

    Returns:
        float32 [n, entries of all features]; NaN where a value is missing.
    """
    made = np.zeros((len(order), sum(column.feature.size for column in columns)), np.float32)
    start = 0
    for column in columns:
        values, size = column.values[order], column.feature.size
        if column.feature.kind == CATEGORY:
            rows = np.flatnonzero(values >= 0)
            made[rows, start + values[rows]] = 1.0
            made[values < 0, start : start + size] = np.nan
        else:
            made[:, start] = values
        start += size
    return made


def _few(values: pd.Series) -> bool:
    """Whether numbers are so few different integers that they are classes."""
    there = values.dropna()
    kind = pd.api.types.infer_dtype(there)
    if kind == "boolean":
        return True
    # Beside a gap, pandas keeps integers as floats; without one, floats were meant.
    made_float = values.dtype == np.float64 and len(there) < len(values)
    if kind not in ("integer", "empty") and not made_float:
        return False
    different = there.unique()
    return len(different) <= _FEW and all(float(value).is_integer() for value in different)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def by_number(names: Sequence[str]) -> list[tuple[int, str]]:
    """What names are sorted by: their numbers if all are some, and the alphabet if not."""
    if all(name.isascii() and name.isdigit() for name in names):
        # Without a limit to their length, which int() has.
        return [(len(name.lstrip("0")), name.lstrip("0") + name) for name in names]
    return [(0, name) for name in names]
