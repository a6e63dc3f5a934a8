"""Shares in the cells of tables, and how numbers are spread over a range."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from fl_course.localization import noted, say
from fl_course.plotting.findings import extremes, with_findings
from fl_course.plotting.style import (
    BLUE,
    SMALLEST,
    VERMILION,
    WIDTH,
    add_heading,
    check_each,
    check_mapping,
    check_sequence,
    check_shares,
    check_whole,
    drawing,
    fitting_size,
    ink,
    listed,
    recorded,
    whole_percent,
)

_MOST_ROWS = 12
_ROW_HEIGHT = 0.42


@recorded
def share_tables(
    values: Mapping[str, Mapping[str, Mapping[str, float]]],
    *,
    x_label: str = "defence",
    y_label: str = "attack",
    colorbar_label: str = "percent",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws 1 to 2 tables of shares side by side, on one colour scale, with whole percents inside.

    Args:
      values: For each table its rows, 1 to 12, and in each row a share between 0 and 1 for every
        column, 1 to 12. Rows and columns are the same in both tables, in the same order.
      x_label: Text at the horizontal axes.
      y_label: Text at the first vertical axis.
      colorbar_label: Text at the colour bar.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If a share is not between 0 and 1, or rows or columns differ.
    """
    tables = check_each("values", values, _table, most=2)
    names = {table: (list(rows), list(next(iter(rows.values())))) for table, rows in tables.items()}
    rows, columns = next(iter(names.values()))
    for table, own in names.items():
        if own != (rows, columns):
            raise ValueError(
                say(
                    "values[{table}] has other rows or columns than the first table; give the same "
                    "in the same order.",
                    table=repr(table),
                )
            )
    alt = say(
        "tables of {tables}: rows {rows}; columns {columns}",
        tables=listed(tables, noted("{count} tables")),
        rows=listed(rows, noted("{count} of them")),
        columns=listed(columns, noted("{count} of them")),
    )
    means = {
        table: extremes(
            {row: np.mean(list(shares.values())) for row, shares in given.items()}, "mean"
        )
        for table, given in tables.items()
    }
    alt = with_findings(alt, means)
    longest = max(map(len, columns))  # in English: a figure has one size in all languages
    height = _ROW_HEIGHT * len(rows) + 1.3 + 0.05 * longest + (0.35 if title else 0)
    cell_width = (WIDTH - 1.4 - 0.09 * max(map(len, rows))) / len(columns) / len(tables)
    size = fitting_size("100", cell_width, _ROW_HEIGHT)
    with drawing(figure, (WIDTH, height), alt) as drawn:
        grid = drawn.subplots(1, len(tables), sharey=True, squeeze=False)
        scale = Normalize(0, 100)
        for axes, (table, shares) in zip(grid.flat, tables.items(), strict=True):
            percents = 100 * np.array([list(row.values()) for row in shares.values()])
            image = axes.imshow(percents, cmap="Blues", norm=scale, aspect="auto")
            for (row, column), percent in np.ndenumerate(percents):
                place = {"ha": "center", "va": "center_baseline", "size": size or SMALLEST}
                color = ink(image.cmap(scale(percent)))
                axes.text(column, row, whole_percent(percent / 100), color=color, **place)
            axes.set_xticks(range(len(columns)), columns, rotation=35, ha="right")
            axes.set_yticks(range(len(rows)), rows)
            axes.tick_params(length=0)
            axes.spines[:].set_visible(False)
            axes.set_xlabel(x_label)
            axes.set_title(table)
        grid[0, 0].set_ylabel(y_label)
        drawn.colorbar(image, ax=list(grid.flat), label=colorbar_label, pad=0.02)
        add_heading(drawn, title)


@recorded
def histograms(
    values: Mapping[str, ArrayLike],
    *,
    bins: int = 32,
    x_label: str = "value",
    y_label: str = "numbers in a bar",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws how numbers between 0 and 1 are spread, one panel for each kind of numbers.

    A dashed line shows how high all bars would be if the numbers were spread evenly. The panels
    share their horizontal axis; the vertical ones may differ.

    Args:
      values: For 1 to 4 panels, numbers from 0 to 1.
      bins: Bars in a panel, 2 to 200.
      x_label: Text at the horizontal axes.
      y_label: Text at the first vertical axis.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If a number is not between 0 and 1, or there are too many panels.
    """
    panels = check_each("values", values, check_shares, most=4)
    bins = check_whole("bins", bins, 2, 200)
    alt = say("histograms of {panels}", panels=listed(panels, noted("{count} panels")))
    with drawing(figure, (WIDTH, 3.2 + (0.35 if title else 0)), alt) as drawn:
        grid = drawn.subplots(1, len(panels), sharex=True, squeeze=False)
        for axes, (panel, numbers) in zip(grid.flat, panels.items(), strict=True):
            counts, edges = np.histogram(numbers, bins=bins, range=(0.0, 1.0))
            axes.bar(edges[:-1], counts, width=1 / bins, align="edge", color=BLUE)
            axes.axhline(len(numbers) / bins, color=VERMILION, linestyle="--", linewidth=1.8)
            axes.set_xlim(0, 1)
            axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
            axes.grid(visible=True, axis="y")
            axes.set_xlabel(x_label)
            axes.set_title(panel)
        grid[0, 0].set_ylabel(y_label)
        add_heading(drawn, title)


def _table(name: str, given: Any) -> dict[str, dict[str, float]]:
    """Returns shares by row and column; every row has the same columns."""
    rows = check_each(name, given, check_mapping, most=_MOST_ROWS, limit=_MOST_ROWS)
    columns = list(next(iter(rows.values())))
    for row, cells in rows.items():
        if list(cells) != columns:
            raise ValueError(
                say(
                    "{name}[{row}] has other columns than the first row; give the same in the same "
                    "order.",
                    name=name,
                    row=repr(row),
                )
            )
        for column, share in cells.items():
            numbers = check_sequence(f"{name}[{row!r}][{column!r}]", share)
            if len(numbers) != 1:
                raise ValueError(
                    say(
                        "{name} has {count} numbers in a cell; give one.",
                        name=f"{name}[{row!r}][{column!r}]",
                        count=len(numbers),
                    )
                )
    return {
        row: dict(
            zip(
                columns,
                check_shares(f"{name}[{row!r}]", list(map(float, cells.values()))).tolist(),
                strict=True,
            )
        )
        for row, cells in rows.items()
    }
