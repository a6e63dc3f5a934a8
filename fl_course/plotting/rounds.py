"""What a server learns round by round: an interval that halves, a tree that grows by letters."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from fl_course.arguments import described
from fl_course.localization import say, word
from fl_course.plotting.style import (
    BLACK,
    BLUE,
    GREY,
    SMALL,
    VERMILION,
    WIDTH,
    add_heading,
    add_legend,
    check_mapping,
    check_numbers,
    check_whole,
    drawing,
    recorded,
)

_MOST_LEVELS = 12
_MOST_BRANCHES = 45  # that end at different heights
_MOST_INTERVALS = 40


@recorded
def interval_rounds(
    intervals: Sequence[Sequence[float]],
    *,
    reference: float | None = None,
    x_label: str = "value",
    y_label: str = "round",
    reference_label: str = "truth",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws how an interval shrinks from round to round, the first at the top.

    A stroke marks its middle, so that it is seen where its ends are too near to each other.

    Args:
      intervals: The lower and the upper end before the first round, and after each: [n, 2] with n
        from 2 to 40.
      reference: A value to be shown as a dashed line.
      x_label: Text at the horizontal axis.
      y_label: Text at the vertical axis.
      reference_label: What the dashed line stands for, in the legend.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If `intervals` is not pairs of finite numbers, or a lower end is not below.
    """
    ends = _intervals(intervals)
    value = None if reference is None else _one_number(reference)
    alt = say(
        "{x_label} by {y_label}: an interval that shrinks in {count} rounds",
        x_label=word(x_label),
        y_label=word(y_label),
        count=len(ends) - 1,
    )
    height = 0.24 * len(ends) + 1.5 + (0.3 if title else 0)
    with drawing(figure, (WIDTH, height), alt) as drawn:
        axes = drawn.add_subplot()
        rounds = np.arange(len(ends))
        bars = axes.barh(rounds, np.diff(ends)[:, 0], left=ends[:, 0], height=0.6, color=BLUE)
        axes.plot(ends.mean(axis=1), rounds, linestyle="", marker="|", markersize=9, color=BLACK)
        handles: dict[str, Any] = {word("interval"): bars}
        if value is not None:
            handles[reference_label] = axes.axvline(
                value, color=VERMILION, linestyle="--", linewidth=1.2, zorder=0.5
            )
        axes.set_ylim(len(ends) - 0.4, -0.6)
        axes.set_yticks(rounds[:: 1 if len(ends) <= 20 else 5])
        axes.grid(visible=True, axis="x")
        axes.set(xlabel=x_label, ylabel=y_label)
        add_legend(drawn, handles, title)


@recorded
def prefix_tree(
    levels: Sequence[Mapping[str, int]],
    *,
    end: str = ".",
    x_label: str = "round",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws a tree of prefixes, a column for each round, in which each prefix gets one letter more.

    The line that leads to a letter is the thicker, the more votes its prefix has. Where a branch
    ends, the whole prefix stands with its votes; a word that is finished in bold.

    Args:
      levels: For each of 1 to 12 rounds the votes of the prefixes that were kept, whose texts are
        longer by one letter from round to round, as `fl_course.analytics.prefix_tree` gives them.
      end: What stands behind a word that is finished.
      x_label: Text at the horizontal axis.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If a prefix has no beginning in the round before, or there are too many branches.
    """
    votes = _levels(levels)
    heights = _heights(votes)
    rows = int(max(heights.values())) + 1
    most = max(map(max, (level.values() for level in votes)))
    alt = say(
        "a tree of prefixes in {rounds} rounds, with {count} branches",
        rounds=len(votes),
        count=rows,
    )
    size = (WIDTH, 0.21 * rows + 1.0 + (0.3 if title else 0))
    with drawing(figure, size, alt) as drawn:
        axes = drawn.add_subplot()
        for number, level in enumerate(votes):
            for prefix, count in level.items():
                here, done = heights[prefix], prefix.endswith(end)
                axes.plot(
                    [number + 0.12, number + 0.9],
                    [heights.get(prefix[:-1], rows / 2 - 0.5), here],
                    color=BLUE,
                    linewidth=0.5 + 5 * count / most,
                    alpha=0.6,
                    solid_capstyle="round",
                    zorder=1,
                )
                goes_on = number + 1 < len(votes) and any(
                    longer[:-1] == prefix for longer in votes[number + 1]
                )
                axes.text(
                    number + 0.95,
                    here,
                    prefix[-1] if goes_on else f"{prefix} {count:,}",
                    va="center",
                    size=SMALL,
                    weight="bold" if done else "normal",
                    color=BLACK if done or goes_on else GREY,
                    parse_math=False,
                    zorder=2,
                )
        longest = max(len(f"{prefix} {count:,}") for prefix, count in votes[-1].items())
        # A letter of the last column's words is about a hundredth of the figure wide.
        axes.set_xlim(0.05, len(votes) + 0.95 * len(votes) * longest / (100 - longest))
        axes.set_ylim(rows - 0.4, -0.6)
        axes.set_xticks(np.arange(len(votes)) + 1, range(1, len(votes) + 1))
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(x_label)
        add_heading(drawn, title)


def _heights(votes: Sequence[Mapping[str, int]]) -> dict[str, float]:
    """Places from the top: ends of branches in lines of their own, others at their middle."""
    inner = {prefix[:-1] for level in votes for prefix in level}
    ends = sorted(prefix for level in votes for prefix in level if prefix not in inner)
    if len(ends) > _MOST_BRANCHES:
        raise ValueError(
            say(
                "levels has {count} branches; give at most {most}, such as those of a higher "
                "threshold.",
                count=len(ends),
                most=_MOST_BRANCHES,
            )
        )
    heights = {prefix: float(place) for place, prefix in enumerate(ends)}
    for level in reversed(votes):
        for prefix in level:
            if prefix not in heights:
                below = [heights[longer] for longer in heights if longer[:-1] == prefix]
                heights[prefix] = (min(below) + max(below)) / 2
    return heights


def _levels(levels: Any) -> list[dict[str, int]]:
    listed = isinstance(levels, Sequence) and not isinstance(levels, str | bytes)
    if not listed or not 1 <= len(levels) <= _MOST_LEVELS:
        raise ValueError(
            say(
                "levels is {value}; give 1 to {most} mappings from prefixes to votes.",
                value=described(levels),
                most=_MOST_LEVELS,
            )
        )
    checked: list[dict[str, int]] = []
    for number, level in enumerate(levels):
        name = f"levels[{number}]"
        counts = check_mapping(name, level)
        for prefix, count in counts.items():
            counts[prefix] = check_whole(f"{name}[{prefix!r}]", count, 1, 10**9)
            if len(prefix) != number + 1 or (number and prefix[:-1] not in checked[-1]):
                raise ValueError(
                    say(
                        "{name} holds {prefix}, which is no prefix of the round before with one "
                        "letter more.",
                        name=name,
                        prefix=repr(prefix),
                    )
                )
        checked.append(counts)
    return checked


def _intervals(intervals: Any) -> np.ndarray:
    ends = check_numbers("intervals", intervals)
    if ends.ndim != 2 or ends.shape[1:] != (2,) or not 2 <= len(ends) <= _MOST_INTERVALS:
        raise ValueError(
            say(
                "intervals has the shape {shape}; give 2 to {most} pairs of a lower and an upper "
                "end.",
                shape=list(ends.shape),
                most=_MOST_INTERVALS,
            )
        )
    if (ends[:, 0] >= ends[:, 1]).any():
        raise ValueError(say("intervals holds a lower end that is not below the upper one."))
    return ends


def _one_number(value: Any) -> float:
    numbers = check_numbers("reference", value)
    if numbers.ndim:
        raise ValueError(say("reference is {value}; give one number.", value=described(value)))
    return float(numbers)
