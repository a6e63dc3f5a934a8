"""Reading a table from a CSV or Parquet file: what is wrong with the file is said, not guessed."""

import csv
import os
import pathlib
import warnings
from typing import Any

import pandas as pd

from fl_course.arguments import check_text, described
from fl_course.localization import Said, say

_SEPARATORS = {",": ",", ";": ";", "\t": r"\t", "|": "|"}
_SUFFIXES = (".csv", ".tsv", ".parquet")
_PICKLES = (".pkl", ".pickle", ".joblib", ".npy", ".npz")
_MOST_LINE = 10**6  # characters of a header; a longer one is no table


def read_table(
    source: str | os.PathLike[str], *, ids: str | None, separator: str, decimal: str, encoding: str
) -> pd.DataFrame:
    """Reads a table from a file.

    Args:
        source: A .csv, .tsv or .parquet file; a .tsv has tabs, whatever `separator` is.
        ids: The column of a CSV that is read as texts, so that "007" stays what it is; or none.
        separator: Of a CSV's fields, one character.
        decimal: A CSV's decimal point, "." or ",".
        encoding: A CSV's, such as "utf-8" or "cp949".

    Returns:
        The table, with a row for each line after the first and rows numbered from 0.

    Raises:
        ImportError: If it is a Parquet file, and no package that reads those is installed.
        ValueError: If the file is no table, or no file.
    """
    file = _check_file(source)
    if file.suffix.lower() == ".parquet":
        return _read_parquet(file)
    if file.suffix.lower() == ".tsv":
        separator = "\t"
    # What spreadsheets write in front of UTF-8 is not part of the first column's name.
    encoding = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    header = _header(file, separator, encoding)
    options: dict[str, Any] = {"sep": separator, "decimal": decimal, "encoding": encoding}
    if ids in header:
        options["dtype"] = {ids: "category"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(file, low_memory=False, **options)
    except UnicodeError:
        raise _bad_encoding(file, encoding) from None
    except (pd.errors.ParserError, pd.errors.ParserWarning, ValueError, csv.Error) as error:
        raise ValueError(
            say(
                "{file} can't be read as a table: {reason}. Correct the line, or say another "
                "separator.",
                file=repr(str(file)),
                reason=" ".join(str(error).split()),
            )
        ) from None
    if not isinstance(frame.index, pd.RangeIndex):
        raise ValueError(
            say(
                "{file} has more fields in its lines than names in its first line, which has "
                "{num_names}. Name every column.",
                file=repr(str(file)),
                num_names=len(header),
            )
        )
    return frame


def check_encoding(encoding: Any) -> str:
    """Checks that a value names an encoding of texts.

    Raises:
        TypeError: If it is no text.
        ValueError: If there is no such encoding.
    """
    encoding = check_text("encoding", encoding)
    try:
        "".encode(encoding)
    except (LookupError, ValueError):  # a null character in it
        raise ValueError(
            say("encoding must be the name of one, and it is {value}.", value=described(encoding))
        ) from None
    return encoding


def _check_file(source: str | os.PathLike[str]) -> pathlib.Path:
    text = os.fspath(source)
    if not isinstance(text, str) or not text or "\0" in text:
        raise ValueError(_no_source(described(source)))
    file = pathlib.Path(text)
    suffix = file.suffix.lower()
    if suffix in _PICKLES:
        raise ValueError(
            say(
                "source is {file}: a pickle runs its author's code when it is opened, so the "
                "course opens none. Save the table as .csv.",
                file=repr(text),
            )
        )
    if file.is_dir():
        raise ValueError(
            say("source is {file}, which is a folder; give a file in it.", file=described(text))
        )
    if not file.is_file():
        raise ValueError(
            say(
                "source is {file}, and there is no such file in {folder}.",
                file=described(text),
                folder=described(str(pathlib.Path.cwd())),
            )
        )
    if suffix not in _SUFFIXES:
        raise ValueError(
            say(
                "source is {file}, and what is read is {suffixes}. Read it with pandas, and give "
                "the DataFrame.",
                file=described(text),
                suffixes=", ".join(_SUFFIXES),
            )
        )
    if not os.access(file, os.R_OK):
        raise ValueError(say("source is {file}, which may not be read.", file=described(text)))
    if not file.stat().st_size:
        raise ValueError(say("{file} is empty, without even a header.", file=repr(text)))
    return file


def _no_source(value: str) -> Said:
    return say(
        "source must be a pandas DataFrame, or the path of a .csv or .parquet file, and it is "
        "{value}.",
        value=value,
    )


def _header(file: pathlib.Path, separator: str, encoding: str) -> list[str]:
    """The names in the first line that is not blank, as they are written."""
    try:
        with open(file, encoding=encoding, newline="") as lines:
            rows = csv.reader(_short_lines(lines), delimiter=separator)
            header = next((row for row in rows if any(map(str.strip, row))), None)
    except UnicodeError:
        raise _bad_encoding(file, encoding) from None
    except csv.Error as error:
        raise ValueError(
            say("{file} is no table: {reason}.", file=repr(str(file)), reason=str(error))
        ) from None
    if header is None:
        raise ValueError(say("{file} is empty, without even a header.", file=repr(str(file))))
    if len(header) == 1:
        others = [mark for mark in _SEPARATORS if mark != separator and mark in header[0]]
        if others:
            raise ValueError(
                say(
                    "{file} has one column, {column}, when it is split at {separator}. If that is "
                    "not its separator, say separator={other}.",
                    file=repr(str(file)),
                    column=described(header[0]),
                    separator=repr(separator),
                    other=f'"{_SEPARATORS[others[0]]}"',
                )
            )
    # pandas would number the second of them.
    twice = [name for i, name in enumerate(header) if name and name in header[:i]]
    if twice:
        raise ValueError(
            say(
                "{file} has two columns named {column}; give each a name of its own.",
                file=repr(str(file)),
                column=described(twice[0]),
            )
        )
    return header


def _short_lines(lines: Any) -> Any:
    while line := lines.readline(_MOST_LINE):
        yield line


def _bad_encoding(file: pathlib.Path, encoding: str) -> ValueError:
    return ValueError(
        say(
            "{file} is not written in {encoding}. Say another encoding, such as "
            'encoding="cp1252", "cp949" or "utf-16".',
            file=repr(str(file)),
            encoding="utf-8" if encoding == "utf-8-sig" else encoding,
        )
    )


def _read_parquet(file: pathlib.Path) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(file)
        # An index with names is columns that pandas set aside.
        named = [name for name in frame.index.names if name is not None]
        return frame.reset_index(drop=not named or any(name in frame for name in named))
    except ImportError:
        raise ImportError(
            say(
                "{file} is a Parquet file, and no package that reads those is installed. Run "
                "`pip install pyarrow`, restart the kernel, or save the table as .csv.",
                file=repr(str(file)),
            )
        ) from None
    except Exception as error:  # pyarrow's and fastparquet's own kinds
        raise ValueError(
            say(
                "{file} can't be read as a Parquet file: {reason}.",
                file=repr(str(file)),
                reason=" ".join(str(error).split())[:200].rstrip("."),
            )
        ) from None
