"""The columns of a table: what is in them, and which row of which client is wrong."""

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from fl_course.arguments import LARGEST_FLOAT32, described
from fl_course.data.values import kind_of, number_of, rank, text_of
from fl_course.localization import Said, say

NUMBERS = "numbers"
TEXTS = "texts"
CATEGORIES = "categories"

_DECIMAL_COMMA = re.compile(r"\s*[-+]?\d+(,\d+)?\s*")
_DATE = re.compile(r"\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})\b.*")
_NUMBERS = {"boolean", "integer", "floating", "mixed-integer-float", "decimal", "empty"}
_DATES = {"date", "datetime", "datetime64", "time", "timedelta", "timedelta64", "period"}


@dataclasses.dataclass(frozen=True)
class Table:
    """A table whose errors name column, row and client.

    Attributes:
        frame: Has rows numbered from 0.
        file: Where it was read from; None if it came as a DataFrame.
        client: The column with the clients' ids; None if there is none.
        images: The image that each row is about, if they are about some.
    """

    frame: pd.DataFrame
    file: str | None
    client: str | None
    images: Sequence[str] | None = None

    @property
    def name(self) -> str:
        """What an error calls the table."""
        return "source" if self.file is None else repr(self.file)

    def where(self, column: str, row: int | None = None) -> Said:
        """A column, or a place in it, as an error begins.

        Args:
            column: Its name.
            row: From 0, as `frame.iloc` counts.
        """
        name = described(column)
        if row is None and self.file is None:
            return say("column {column}", column=name)
        if row is None:
            return say("column {column} of {file}", column=name, file=repr(self.file))
        if self.images is not None:
            place = say("{column} of image {file}", column=column, file=repr(self.images[row]))
        elif self.file is None:
            place = say("row {row}, column {column}", row=row, column=name)
        else:
            # The first line has the names. Blank lines are not counted, as pandas reads over them.
            line = row + 2
            place = say(
                "line {line} of {file}, column {column}",
                line=line,
                file=repr(self.file),
                column=name,
            )
        if self.client is None or self.client == column:
            return place
        client_id = self.frame[self.client].iloc[row]
        return say("{place}, client {client_id}", place=place, client_id=described(str(client_id)))

    def kind(self, column: str) -> str:
        """What a column holds: "numbers", "texts", or "categories" that pandas knows as such.

        Raises:
            ValueError: If it holds dates, several kinds of values, or what is none of these.
        """
        values = self.frame[column]
        if isinstance(values.dtype, pd.CategoricalDtype):
            return CATEGORIES
        if pd.api.types.is_complex_dtype(values.dtype):
            raise ValueError(
                say("{where} holds complex numbers; give real ones.", where=self.where(column))
            )
        if pd.api.types.is_numeric_dtype(values.dtype):  # booleans among them
            return NUMBERS
        found = pd.api.types.infer_dtype(values, skipna=True)
        if found in _NUMBERS:
            return NUMBERS
        if found == "string":
            return TEXTS
        if found in _DATES:
            raise ValueError(self._dates(column))
        row, other = _two_kinds(values)
        if other is None:
            raise ValueError(
                say(
                    "{where} holds a value of type {type}; what is taken are numbers, booleans "
                    "and texts.",
                    where=self.where(column, row),
                    type=type(values.iloc[row]).__name__,
                )
            )
        raise ValueError(
            say(
                "{where} holds {value}, and other rows hold {other}. Make them all numbers, or "
                "all texts.",
                where=self.where(column, row),
                value=described(values.iloc[row]),
                other=described(other),
            )
        )

    def numbers(self, column: str) -> np.ndarray:
        """A column of numbers as float32 [number of rows]; NaN where there is none.

        Raises:
            ValueError: If one is infinite, or too large for float32.
        """
        values = self.frame[column]
        if values.dtype == object:
            values = pd.to_numeric(values.map(number_of), errors="coerce")
        whole = values.to_numpy(np.float64, na_value=np.nan)
        # Comparisons with NaN are false, and warn of nothing.
        too_large = np.abs(whole) > LARGEST_FLOAT32
        if too_large.any():
            row = int(np.argmax(too_large))
            raise ValueError(
                say(
                    "{where} holds {value}, which a model can't compute with. Correct it, or "
                    "leave it blank.",
                    where=self.where(column, row),
                    value=described(float(whole[row])),
                )
            )
        return whole.astype(np.float32)

    def check_texts(self, column: str, names: str) -> None:
        """Checks that texts are no dates, and no numbers that were written as texts.

        Args:
            column: Its name.
            names: What one writes for numbers that are names.

        Raises:
            ValueError: If they are.
        """
        values = self.frame[column]
        different = pd.Series([text for text in values.dropna().unique() if text.strip()])
        if different.empty:
            return
        if all(_DATE.fullmatch(text) for text in different):
            raise ValueError(self._dates(column))
        if all(_DECIMAL_COMMA.fullmatch(text) for text in different) and any(
            "," in text for text in different
        ):
            row = _first_row(values, lambda text: "," in text)
            raise ValueError(
                say(
                    "{where} holds {value}: a decimal comma? For a file, say {write}.",
                    where=self.where(column, row),
                    value=described(values.iloc[row]),
                    write='decimal=","',
                )
            )
        are_numbers = pd.to_numeric(different, errors="coerce").notna()
        if not are_numbers.any():
            return
        if are_numbers.all():
            row = _first_row(values, lambda text: bool(text.strip()))
            raise ValueError(
                say(
                    "{where} holds {value}, a number written as a text. Convert the column with "
                    "pd.to_numeric, or say {write} if these are names.",
                    where=self.where(column, row),
                    value=described(values.iloc[row]),
                    write=names,
                )
            )
        odd = set(different[~are_numbers])
        row = _first_row(values, lambda text: text in odd)
        raise ValueError(
            say(
                "{where} holds {value}, and other rows hold numbers. Correct it, leave it blank, "
                "or say {write} if all of these are names.",
                where=self.where(column, row),
                value=described(values.iloc[row]),
                write=names,
            )
        )

    def codes(
        self, column: str, said: Sequence[str] | None, argument: str
    ) -> tuple[np.ndarray, tuple[str, ...]]:
        """A column as numbers of its different values.

        Args:
            column: Its name.
            said: All values that there may be, as texts, in their order; None takes those that are
                there: numbers in their order, texts in that of the alphabet.
            argument: The one that says them, for the error.

        Returns:
            int64 [number of rows], -1 where there is no value, or a text of nothing but spaces, and
            the values as texts.

        Raises:
            ValueError: If there is a value that is not in `said`, or two that read the same.
        """
        values = self.frame[column]
        if isinstance(values.dtype, pd.CategoricalDtype):
            codes, different = values.cat.codes.to_numpy(np.int64), values.cat.categories
            order = range(len(different))
        else:
            codes, different = pd.factorize(values)
            order = sorted(range(len(different)), key=lambda i: rank(different[i]))
        texts = [text_of(value) for value in different]
        self._check_texts_differ(column, texts)
        names = tuple(texts[i] for i in order if texts[i].strip()) if said is None else tuple(said)
        place = {name: i for i, name in enumerate(names)}
        # One more for those without a value, which have code -1.
        new = [place.get(text, -2) if text.strip() else -1 for text in texts]
        codes = np.array([*new, -1], np.int64)[codes]
        if (codes == -2).any():
            row = int(np.argmax(codes == -2))
            raise ValueError(
                say(
                    "{where} holds {value}, which is not among {argument}: {names}. Correct it, "
                    "or say all that there are.",
                    where=self.where(column, row),
                    value=described(text_of(values.iloc[row])),
                    argument=argument,
                    names=described(list(names)),
                )
            )
        return codes, names

    def _check_texts_differ(self, column: str, texts: list[str]) -> None:
        if len(set(texts)) < len(texts):
            twice = next(text for i, text in enumerate(texts) if text in texts[:i])
            raise ValueError(
                say(
                    "{where} holds two values that both read {value}; write one of them otherwise.",
                    where=self.where(column),
                    value=described(twice),
                )
            )

    def _dates(self, column: str) -> Said:
        return say(
            "{where} holds dates. Make numbers of them, such as the year, or leave the column out "
            "by features.",
            where=self.where(column),
        )


def _first_row(values: pd.Series, wanted: Callable[[str], bool]) -> int:
    return next(row for row, text in enumerate(values) if isinstance(text, str) and wanted(text))


def _two_kinds(values: pd.Series) -> tuple[int, Any]:
    """The first row whose value is of another kind than the first, which comes along.

    Where a value is of no kind that is taken, its row, and None.
    """
    rows = np.flatnonzero(values.notna())
    first = values.iloc[rows[0]]
    for row in map(int, rows):
        kind = kind_of(values.iloc[row])
        if kind is None:
            return row, None
        if kind != kind_of(first):
            return row, first
    return int(rows[0]), None
