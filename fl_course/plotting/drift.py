"""Where steps lead in a plane: the paths of clients and server, as arrows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from fl_course.localization import noted, say, strung, word
from fl_course.plotting.style import (
    BLACK,
    RUN_COLORS,
    RUN_LINES,
    WIDTH,
    add_legend,
    check_each,
    check_groups,
    check_numbers,
    drawing,
    listed,
    recorded,
)

_MOST_PATHS = 7
_MARKS = ("*", "P", "X", "D", "s")


@recorded
def arrow_paths(
    paths: Mapping[str, ArrayLike] | Mapping[str, Mapping[str, ArrayLike]],
    *,
    marks: Mapping[str, ArrayLike] | None = None,
    x_label: str = "first weight",
    y_label: str = "second weight",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws paths in a plane, step by step, with an arrow at the end of each.

    Args:
      paths: One panel: for each of up to 7 paths its points in order, [n, 2] with n from 2 up.
        Several panels side by side, up to 3: for each, such a mapping. A path looks the same in all
        panels.
      marks: Up to 5 single points, [2], drawn in every panel.
      x_label: Text at the horizontal axes.
      y_label: Text at the first vertical axis.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If a path has not two points or more, or a point not two finite numbers.
    """
    mixed = say("paths and panels; give path -> points, or panel -> path -> points")
    panels = {
        panel: {name: _path(f"paths: {name!r}", points) for name, points in given.items()}
        for panel, given in check_groups("paths", paths, "", mixed, limit=_MOST_PATHS).items()
    }
    places = {} if marks is None else check_each("marks", marks, _point, most=len(_MARKS))
    names = list(dict.fromkeys(name for given in panels.values() for name in given))
    if len(names) > _MOST_PATHS:
        raise ValueError(
            say(
                "paths holds {count} names; give at most {most} a figure.",
                count=len(names),
                most=_MOST_PATHS,
            )
        )
    alt = say(
        "Paths in a plane, {y_label} by {x_label}: {names}",
        y_label=word(y_label),
        x_label=word(x_label),
        names=listed([*names, *places], noted("{count} paths and points")),
    )
    if "" not in panels:
        alt = strung("; ", [alt, *map(word, panels)])
    points = np.concatenate(
        [path for given in panels.values() for path in given.values()]
        + [place[np.newaxis] for place in places.values()]
    )
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.07 * max((high - low).max(), 1e-9)
    height = min(6.5, (WIDTH - 1) / len(panels) * 0.9) + 0.9 + (0.35 if title else 0)
    with drawing(figure, (WIDTH, height), alt) as drawn:
        handles: dict[str, Any] = {}
        grid = drawn.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)
        for axes, (panel, given) in zip(grid.flat, panels.items(), strict=True):
            for name, path in given.items():
                handles[name] = _draw_path(axes, path, names.index(name), margin / 2)
            for number, (name, place) in enumerate(places.items()):
                look = {"color": BLACK, "linestyle": "", "ms": 11, "zorder": 5}
                (handles[name],) = axes.plot(*place, marker=_MARKS[number], mec="white", **look)
            axes.grid(visible=True)
            axes.set_xlim(low[0] - margin, high[0] + margin)
            axes.set_ylim(low[1] - margin, high[1] + margin)
            axes.set_aspect("equal")
            axes.set_xlabel(x_label)
            axes.set_title(panel)
        grid[0, 0].set_ylabel(y_label)
        in_order = [*names, *places]
        add_legend(drawn, {name: handles[name] for name in in_order}, title)


def _draw_path(axes: Axes, path: np.ndarray, number: int, length: float) -> Any:
    """Draws a path; its arrow begins where it is so far from the end that it has a direction."""
    color = RUN_COLORS[number % len(RUN_COLORS)]
    (line,) = axes.plot(
        *path.T,
        color=color,
        linestyle=RUN_LINES[number % len(RUN_LINES)],
        linewidth=1.8,
        marker=".",
        ms=4,
    )
    end = path[-1]
    far = np.flatnonzero(np.linalg.norm(path - end, axis=1) >= length)
    if len(far):
        before = path[far[-1]]
        look = {"arrowstyle": "-|>", "color": color, "linewidth": 1.8, "mutation_scale": 14}
        axes.annotate("", end, before, arrowprops={**look, "shrinkA": 0, "shrinkB": 0})
    return line


def _path(name: str, value: Any) -> np.ndarray:
    points = check_numbers(name, value)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:
        raise ValueError(
            say(
                "{name} has the shape {shape}; give two points or more, [n, 2].",
                name=name,
                shape=points.shape,
            )
        )
    return points


def _point(name: str, value: Any) -> np.ndarray:
    point = check_numbers(name, value)
    if point.shape != (2,):
        raise ValueError(
            say("{name} has the shape {shape}; give a point, [2].", name=name, shape=point.shape)
        )
    return point
