"""How two measurements go together, in each group and in all groups as one."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fl_course.arguments import described
from fl_course.localization import noted, say, strung, word
from fl_course.plotting.findings import slopes, with_findings
from fl_course.plotting.style import (
    BLACK,
    MAX_RUNS,
    WIDTH,
    add_legend,
    check_groups,
    check_sequence,
    drawing,
    listed,
    recorded,
    run_look,
)


@recorded
def trend_lines(
    points: Mapping[str, Sequence[Any]] | Mapping[str, Mapping[str, Sequence[Any]]],
    *,
    x_label: str = "first measurement",
    y_label: str = "second measurement",
    all_label: str = "all together",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws examples as points, and the straight line that fits best: of each group, and of all.

    The lines are those of least squares: each has the sign of its group's correlation.

    Args:
      points: One panel: for each group, a pair of what lies to the right and what lies up, n
        numbers each. Up to 3 panels side by side: for each, such a mapping. A group looks the same
        in all panels; up to 14 groups.
      x_label: Text at the horizontal axes.
      y_label: Text at the first vertical axis.
      all_label: What the dashed black line stands for, in the legend.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If a group has not two sequences of finite numbers of the same length, 2 or more.
    """
    mixed = say("groups and panels; give group -> pair, or panel -> group -> pair")
    panels = {
        panel: {group: _pair(f"points: {group!r}", pair) for group, pair in groups.items()}
        for panel, groups in check_groups("points", points, "", mixed, limit=MAX_RUNS).items()
    }
    names = list(dict.fromkeys(group for groups in panels.values() for group in groups))
    looks = {group: run_look(index) for index, group in enumerate(names)}
    alt = say(
        "{y_label} by {x_label}, with a line for each of {names}, and one for all",
        y_label=word(y_label),
        x_label=word(x_label),
        names=listed(names, noted("{count} groups")),
    )
    if "" not in panels:
        alt = strung("; ", [alt, *map(word, panels)])
    found = {panel: slopes(groups, all_label) for panel, groups in panels.items()}
    alt = with_findings(alt, found)
    with drawing(figure, (WIDTH, 4.4 if title else 4.1), alt) as drawn:
        handles: dict[str, Any] = {}
        grid = drawn.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)
        for axes, (panel, groups) in zip(grid.flat, panels.items(), strict=True):
            for group, (x, y) in groups.items():
                look = looks[group]
                axes.plot(
                    *(x, y),
                    marker=look["marker"],
                    color=look["color"],
                    linestyle="",
                    ms=4,
                    alpha=0.5,
                )
                handles[group] = _line(axes, x, y, **look, markevery=[0, -1])
            x, y = (np.concatenate(parts) for parts in zip(*groups.values(), strict=True))
            handles[all_label] = _line(
                axes, x, y, color=BLACK, linestyle=(0, (6, 3)), linewidth=2.6
            )
            axes.grid(visible=True)
            axes.set_xlabel(x_label)
            axes.set_title(panel)
        grid[0, 0].set_ylabel(y_label)
        add_legend(drawn, handles, title)


def _line(axes: Axes, x: np.ndarray, y: np.ndarray, **look: Any) -> Any:
    ends = np.array([x.min(), x.max()])
    spread = np.mean((x - x.mean()) ** 2)
    slope = np.mean((x - x.mean()) * (y - y.mean())) / spread if spread > 0 else 0.0
    (line,) = axes.plot(ends, y.mean() + slope * (ends - x.mean()), **look)
    return line


def _pair(name: str, value: Any) -> tuple[np.ndarray, np.ndarray]:
    pair = isinstance(value, Sequence | np.ndarray) and not isinstance(value, str | bytes)
    if not pair or len(value) != 2:
        raise ValueError(
            say(
                "{name} is {value}; give a pair of sequences of numbers.",
                name=name,
                value=described(value),
            )
        )
    x, y = (check_sequence(name, part) for part in value)
    if len(x) != len(y) or len(x) < 2:
        raise ValueError(
            say(
                "{name} has {num_x} numbers to the right and {num_y} up; give the same number of "
                "both, 2 or more.",
                name=name,
                num_x=len(x),
                num_y=len(y),
            )
        )
    return x, y
