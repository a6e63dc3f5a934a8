"""How a model, or several, serve each client: means beside the values that they are means of."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MultipleLocator
from numpy.typing import ArrayLike

from fl_course.localization import noted, say, strung, word
from fl_course.plotting.findings import extremes, with_findings
from fl_course.plotting.style import (
    BLUE,
    SMALL,
    VERMILION,
    WIDTH,
    add_legend,
    check_each,
    check_mapping,
    check_shares,
    drawing,
    listed,
    percent_text,
    recorded,
    whole_percent_text,
)

_STEP = 0.011  # of the width of a panel; dots closer than this would cover each other
_RISE = 0.1  # of the height of a row, between dots that lie above each other
_HIGHEST = 0.28  # of the height of a row


@recorded
def accuracy_spread(
    values: Mapping[str, Mapping[str, Mapping[str, float] | float]],
    *,
    x_label: str = "accuracy",
    client_label: str = "one client",
    mean_label: str = "mean",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws the accuracy of every client as a dot, a row for each way of training, with the mean.

    The lowest client of each row is named. Dots of nearly the same accuracy lie above each other.

    Args:
      values: For each of 1 or 2 panels side by side, the rows, 1 to 8, the same in both. A row is
        an accuracy between 0 and 1 for each client, up to 40; or one number, drawn as a mean alone.
      x_label: Text at the horizontal axes.
      client_label: What a dot stands for, in the legend.
      mean_label: What a bar stands for, in the legend.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If an accuracy is not between 0 and 1, or the rows of the panels differ.
    """
    panels = {
        panel: {row: _row(f"values[{panel!r}][{row!r}]", given) for row, given in rows.items()}
        for panel, rows in check_each("values", values, check_mapping, most=2, limit=8).items()
    }
    names = check_same_rows(panels)
    lowest = min(min(row.values()) for rows in panels.values() for row in rows.values())
    start = max(0.0, np.floor(10 * lowest - 0.3) / 10)
    alt = say(
        "{x_label} of each client: {panels}; rows: {names}",
        x_label=word(x_label),
        panels=strung("; ", map(word, panels)),
        names=listed(names, noted("{count} of them")),
    )
    means = {
        panel: extremes(
            {row: np.mean(list(clients.values())) for row, clients in rows.items()}, "mean"
        )
        for panel, rows in panels.items()
    }
    alt = with_findings(alt, means)
    height = 0.8 * len(names) + 1.3 + (0.35 if title else 0)
    with drawing(figure, (WIDTH, height), alt) as drawn:
        handles: dict[str, Any] = {}
        grid = drawn.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)
        for axes, (panel, rows) in zip(grid.flat, panels.items(), strict=True):
            for place, row in enumerate(rows.values()):
                _draw_row(axes, place, row, 1 - start, handles, client_label, mean_label)
            axes.grid(visible=True, axis="x")
            axes.set_xlim(start, 1.005)
            axes.set_ylim(len(names) - 0.45, -0.55)
            axes.set_yticks(range(len(names)), names)
            axes.tick_params(axis="y", length=0)
            axes.xaxis.set_major_locator(MultipleLocator(0.1 if start >= 0.4 else 0.2))
            axes.xaxis.set_major_formatter(percent_text)
            axes.set_xlabel(x_label)
            axes.set_title(panel)
        add_legend(drawn, handles, title)


def check_same_rows(panels: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Checks that all panels have the same rows in the same order, and returns their names.

    Raises:
      ValueError: If they do not.
    """
    names = list(next(iter(panels.values())))
    for panel, rows in panels.items():
        if list(rows) != names:
            raise ValueError(
                say(
                    "values[{panel}] has the rows {rows}, the first panel has {names}; give the "
                    "same rows in the same order.",
                    panel=repr(panel),
                    rows=list(rows),
                    names=names,
                )
            )
    return names


def _row(name: str, given: Any) -> dict[str, float]:
    """Returns accuracies by client; a single number has no client."""
    if not isinstance(given, Mapping):
        return {"": float(check_shares(name, given)[0])}
    clients = check_mapping(name, given, 40)
    return dict(zip(clients, check_shares(name, list(clients.values())).tolist(), strict=True))


def _draw_row(
    axes: Any,
    place: int,
    row: dict[str, float],
    width: float,
    handles: dict[str, Any],
    client_label: str,
    mean_label: str,
) -> None:
    mean = float(np.mean(list(row.values())))
    (bar,) = axes.plot([mean, mean], [place - 0.3, place + 0.3], color=VERMILION, linewidth=4)
    stroke = [withStroke(linewidth=3, foreground="white")]
    text = {"size": SMALL, "ha": "center", "path_effects": stroke, "zorder": 4}
    above = whole_percent_text(mean)
    axes.text(mean, place - 0.32, above, va="bottom", color="#A84A00", weight="bold", **text)
    if list(row) != [""]:
        look = {"color": "none", "edgecolor": BLUE, "linewidth": 1.6, "s": 34, "zorder": 3}
        offsets = offsets_of(list(row.values()), _STEP * 2 * width, _RISE, _HIGHEST)
        dots = axes.scatter(list(row.values()), place + offsets, clip_on=False, **look)
        handles.setdefault(client_label, dots)
        worst = min(row, key=row.__getitem__)
        near = [
            y for y, x in zip(offsets, row.values(), strict=True) if x - row[worst] < 0.1 * width
        ]
        axes.text(row[worst], place + max(near) + 0.1, worst, va="top", color=BLUE, **text)
    handles.setdefault(mean_label, bar)


def offsets_of(values: ArrayLike, step: float, rise: float, highest: float) -> np.ndarray:
    """How far each mark is moved up or down in its row, so that none lies on another one.

    Args:
      values: Where the marks are along the row, [n].
      step: Marks closer than this would cover each other.
      rise: Of the height of a row, between marks that lie above each other.
      highest: Of the height of a row. A higher stack is pushed together rather than let into the
        next row.
    """
    values = np.asarray(values)
    offsets = np.zeros(len(values))
    placed: list[tuple[float, float]] = []
    for index in np.argsort(values, kind="stable"):
        for level in range(len(values)):
            offset = rise * ((level + 1) // 2) * (-1) ** level
            if all(abs(values[index] - x) >= step or offset != y for x, y in placed):
                break
        placed.append((values[index], offset))
        offsets[index] = offset
    return offsets * min(1.0, highest / max(np.abs(offsets).max(), highest))
