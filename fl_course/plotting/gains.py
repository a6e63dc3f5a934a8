"""What each client gains and loses by another way of training, those made worse included."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from fl_course.localization import noted, say, strung, word
from fl_course.plotting.findings import extremes, with_findings
from fl_course.plotting.spread import check_same_rows, offsets_of
from fl_course.plotting.style import (
    BLUE,
    GREY,
    SMALL,
    VERMILION,
    WIDTH,
    add_legend,
    check_each,
    check_mapping,
    check_numbers,
    drawing,
    listed,
    recorded,
)

_RISE = 0.11  # of the height of a row, between dots that lie above each other
_HIGHEST = 0.3  # of the height of a row


@recorded
def gains_and_losses(
    values: Mapping[str, Mapping[str, Mapping[str, float]]],
    *,
    x_label: str = "change of the accuracy, in points",
    better_label: str = "better",
    worse_label: str = "worse",
    equal_label: str = "as before",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws the change of every client as a mark, a row for each way of training.

    To the right of a row stand how many clients are better and how many are worse. Each panel has
    its own scale, so that small changes can be seen beside large ones.

    Args:
      values: For each of 1 or 2 panels side by side, the rows, 1 to 8, the same in both. A row is
        for each client, up to 40, a change: a difference of two shares, between -1 and 1.
      x_label: Text at the horizontal axes.
      better_label: What a mark right of 0 stands for, in the legend.
      worse_label: What a mark left of 0 stands for.
      equal_label: What a mark at 0 stands for.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If a change is not between -1 and 1, or the rows of the panels differ.
    """
    panels = {
        panel: {row: _row(f"values[{panel!r}][{row!r}]", given) for row, given in rows.items()}
        for panel, rows in check_each("values", values, check_mapping, most=2, limit=8).items()
    }
    names = check_same_rows(panels)
    alt = say(
        "{x_label}, of each client: {panels}; rows: {names}",
        x_label=word(x_label),
        panels=strung("; ", map(word, panels)),
        names=listed(names, noted("{count} of them")),
    )
    means = {
        panel: extremes({row: changes.mean() for row, changes in rows.items()}, "mean")
        for panel, rows in panels.items()
    }
    alt = with_findings(alt, means)
    labels = {1: better_label, -1: worse_label, 0: equal_label}
    height = 0.75 * len(names) + 1.4 + (0.35 if title else 0)
    with drawing(figure, (WIDTH, height), alt) as drawn:
        handles: dict[str, Any] = {}
        grid = drawn.subplots(1, len(panels), sharey=True, squeeze=False)
        for axes, (panel, rows) in zip(grid.flat, panels.items(), strict=True):
            everything = np.concatenate(list(rows.values()))
            ends = min(0.0, everything.min()), max(0.0, everything.max())
            margin = 0.06 * max(ends[1] - ends[0], 0.01)
            width = ends[1] - ends[0] + 2 * margin
            axes.axvline(0, color=GREY, linewidth=1.4, zorder=1)
            for place, row in enumerate(rows.values()):
                _draw_row(axes, place, row, width * len(panels), handles, labels)
            axes.grid(visible=True, axis="x")
            axes.set_xlim(ends[0] - margin, ends[1] + margin)
            axes.set_ylim(len(names) - 0.45, -0.55)
            axes.set_yticks(range(len(names)), names)
            axes.tick_params(axis="y", length=0)
            axes.xaxis.set_major_locator(MaxNLocator(6))
            axes.xaxis.set_major_formatter(FuncFormatter(_points))
            axes.set_xlabel(x_label)
            axes.set_title(panel)
        in_order = [labels[sign] for sign in (1, 0, -1) if labels[sign] in handles]
        add_legend(drawn, {name: handles[name] for name in in_order}, title)


def _row(name: str, given: Any) -> np.ndarray:
    clients = check_mapping(name, given, 40)
    changes = check_numbers(name, list(clients.values()))
    if changes.ndim != 1 or (np.abs(changes) > 1).any():
        raise ValueError(
            say("{name} must hold changes between -1 and 1, one for each client.", name=name)
        )
    return changes


def _points(change: float, position: int | None = None) -> str:
    points = round(100 * change, 6) + 0.0
    return f"{points:+.4g}" if points else "0"


def _draw_row(
    axes: Axes,
    place: int,
    row: np.ndarray,
    width: float,
    handles: dict[str, Any],
    labels: dict[int, str],
) -> None:
    signs = np.sign(np.where(np.abs(row) < 1e-9, 0.0, row)).astype(int)
    heights = place + offsets_of(row, 0.017 * width, _RISE, _HIGHEST)
    looks = {
        1: {"marker": "o", "color": "none", "edgecolor": BLUE, "linewidth": 1.6, "s": 34},
        -1: {"marker": "X", "color": VERMILION, "linewidth": 0, "s": 44},
        0: {"marker": "|", "color": GREY, "linewidth": 2, "s": 60},
    }
    for sign, look in looks.items():
        there = signs == sign
        if there.any():
            marks = axes.scatter(row[there], heights[there], zorder=3, clip_on=False, **look)
            handles.setdefault(labels[sign], marks)
    axes.annotate(
        f"+{(signs > 0).sum()} \N{MINUS SIGN}{(signs < 0).sum()}",
        (1, place),
        (4, 0),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        va="center_baseline",
        size=SMALL,
    )
