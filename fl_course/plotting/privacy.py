"""Figures of privacy: how well an attack tells members from others, and what hiding them costs."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator
from numpy.typing import ArrayLike

from fl_course.arguments import described
from fl_course.localization import joined, noted, say, word
from fl_course.plotting.findings import courses, extremes, with_findings
from fl_course.plotting.style import (
    GREY,
    MAX_RUNS,
    WIDTH,
    add_legend,
    check_each,
    check_groups,
    check_numbers,
    check_shares,
    drawing,
    listed,
    percent_text,
    recorded,
    run_look,
)

_MOST_MARKERS = 20


@recorded
def roc_curves(
    curves: Mapping[str, Sequence[ArrayLike]],
    *,
    bounds: Mapping[str, Sequence[ArrayLike]] | None = None,
    x_label: str = "others taken for members",
    y_label: str = "members found",
    guess_label: str = "guessing",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws for each attack which share of the members it finds, against the false alarms.

    Args:
      curves: For each of up to 7 attacks, two sequences of shares of the same length: false alarms
        and hits, as the first two fields of `fl_course.privacy.membership_roc`. What follows them
        is left out.
      bounds: Likewise up to 3 lines above which no attack can be.
      x_label: Text at the horizontal axis.
      y_label: Text at the vertical axis.
      guess_label: Name of the diagonal.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If a value is not a share between 0 and 1, or the two sequences of an attack
        differ in length.
    """
    pairs = check_each("curves", curves, _shares, most=7)
    limits = {} if bounds is None else check_each("bounds", bounds, _shares, most=3)
    alt = say(
        "{y_label} by {x_label}: {curves}",
        y_label=word(y_label),
        x_label=word(x_label),
        curves=listed([*pairs, *limits], noted("{count} curves")),
    )
    areas = {name: float(np.trapezoid(hits, alarms)) for name, (alarms, hits) in pairs.items()}
    alt = with_findings(alt, {"": extremes(areas)})
    with drawing(figure, (WIDTH, 5.6 if title else 5.2), alt) as drawn:
        axes = drawn.add_subplot()
        handles: dict[str, Any] = {}
        for index, (name, (false_alarms, hits)) in enumerate(pairs.items()):
            every = max(1, -(-len(hits) // _MOST_MARKERS))
            (handles[name],) = axes.plot(
                false_alarms, hits, **run_look(index), markevery=every, clip_on=False
            )
        for index, (name, (false_alarms, hits)) in enumerate(limits.items()):
            look = {"color": GREY, "linestyle": ("-", "--", ":")[index], "linewidth": 1.2}
            (handles[name],) = axes.plot(false_alarms, hits, **look)
        (handles[guess_label],) = axes.plot([0, 1], [0, 1], color=GREY, linestyle=(0, (1, 3)))
        axes.grid(visible=True)
        axes.set(xlim=(0, 1), ylim=(0, 1.01), aspect="equal", xlabel=x_label, ylabel=y_label)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_ticks(np.linspace(0, 1, 6))
            axis.set_major_formatter(percent_text)
        add_legend(drawn, handles, title)


@recorded
def log_curves(
    points: Mapping[str, ArrayLike] | Mapping[str, Mapping[str, ArrayLike]],
    *,
    x_label: str = "epsilon",
    y_label: str = "accuracy",
    percent: bool | str | Collection[str] = False,
    log_y: bool = False,
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws values over a positive quantity that spans powers of ten, for one or more runs.

    A straight line, where both axes are logarithmic, is a power law: its slope is the power.

    Args:
      points: One panel: for each run, pairs of the quantity and the value, [n, 2]. Several panels
        side by side: for each metric, such a mapping of runs. Up to 14 runs and 3 metrics.
      x_label: Text at the horizontal axes.
      y_label: Text at the vertical axis of a single panel. Several panels are named by their
        metrics.
      percent: True if the values are shares between 0 and 1 to be shown in percent from 0 to 100,
        or the name or names of the metrics for which it is so.
      log_y: Whether the vertical axes are logarithmic, too; not for shares.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If there is no run or no pair, a quantity is not above 0, or a share is not in
        0..1.
    """
    panels = check_groups(
        "points",
        points,
        y_label,
        say("runs and metrics; give run -> pairs, or metric -> run -> pairs"),
    )
    shares = _names_of_shares(percent, panels)
    lines = {
        metric: {
            run: _pairs(f"points: {metric} of {run!r}", value, metric in shares, log_y)
            for run, value in runs.items()
        }
        for metric, runs in panels.items()
    }
    names = list(dict.fromkeys(run for runs in lines.values() for run in runs))
    if len(names) > MAX_RUNS:
        raise ValueError(
            say(
                "points holds {num_names} runs; give at most {max_runs} a figure.",
                num_names=len(names),
                max_runs=MAX_RUNS,
            )
        )
    looks = {run: run_look(index) for index, run in enumerate(names)}
    alt = say(
        "{values} by {x_label}, on a logarithmic axis: {runs}",
        values=joined([word(metric) for metric in lines]),
        x_label=word(x_label),
        runs=listed(names, noted("{count} runs")),
    )
    several = len(lines) > 1
    alt = with_findings(
        alt,
        {
            metric if several else "": courses(
                {
                    run: _heights(pairs, log_y and metric not in shares)
                    for run, pairs in runs.items()
                }
            )
            for metric, runs in lines.items()
        },
    )
    with drawing(figure, (WIDTH, 4.7 if title else 4.3), alt) as drawn:
        handles: dict[str, Any] = {}
        grid = drawn.subplots(1, len(lines), squeeze=False)
        for axes, (metric, runs) in zip(grid.flat, lines.items(), strict=True):
            for run, pairs in runs.items():
                (handles[run],) = axes.plot(*pairs.T, **looks[run], clip_on=False)
            axes.set_xscale("log")
            axes.grid(visible=True)
            _plain_ticks(axes.xaxis, axes.get_xlim())
            if metric in shares:
                axes.set_ylim(0, 1.02)
                axes.set_yticks(np.linspace(0, 1, 6))
                axes.yaxis.set_major_formatter(percent_text)
            elif log_y:
                axes.set_yscale("log")
                _plain_ticks(axes.yaxis, axes.get_ylim())
            axes.set(xlabel=x_label, ylabel=metric)
        add_legend(drawn, {run: handles[run] for run in names}, title)


def _heights(pairs: np.ndarray, logarithmic: bool) -> np.ndarray:
    """Returns what is seen of a run's values, from left to right."""
    heights = pairs[pairs[:, 0].argsort(), 1]
    return np.log(heights) if logarithmic else heights


def _plain_ticks(axis: Any, ends: tuple[float, float]) -> None:
    """Writes 0.1, 1, 10 at a logarithmic axis, and what lies between where there is room."""
    decades = np.log10(ends[1] / ends[0])
    subs = (1.0,) if decades > 3 else (1.0, 3.0) if decades > 1.5 else (1.0, 2.0, 5.0)
    axis.set_major_locator(LogLocator(subs=subs))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axis.set_minor_formatter(NullFormatter())


def _pairs(name: str, value: Any, is_share: bool, log_y: bool) -> np.ndarray:
    pairs = check_numbers(name, value)
    if pairs.ndim != 2 or pairs.shape[1:] != (2,) or not len(pairs):
        raise ValueError(
            say(
                "{name} has the shape {shape}; give at least one pair of numbers.",
                name=name,
                shape=pairs.shape,
            )
        )
    if (pairs[:, 0] <= 0).any() or (log_y and (pairs[:, 1] <= 0).any()):
        raise ValueError(
            say("{name} holds a number that is not above 0, for a logarithmic axis.", name=name)
        )
    if is_share:
        check_shares(name, pairs[:, 1])
    return pairs


def _shares(name: str, value: Any) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or len(value) < 2:
        raise ValueError(
            say(
                "{name} is {value}; give false alarms and hits, two sequences of shares.",
                name=name,
                value=described(value),
            )
        )
    false_alarms, hits = (check_shares(name, part) for part in value[:2])
    if len(false_alarms) != len(hits):
        raise ValueError(
            say(
                "{name} holds {false_alarms} false alarms and {hits} hits; give as many.",
                name=name,
                false_alarms=len(false_alarms),
                hits=len(hits),
            )
        )
    return false_alarms, hits


def _names_of_shares(percent: Any, panels: Mapping[str, Any]) -> set[str]:
    if isinstance(percent, bool):
        return set(panels) if percent else set()
    names = {percent} if isinstance(percent, str) else percent
    known = isinstance(names, Collection) and all(isinstance(name, str) for name in names)
    if not known or not set(names) <= set(panels):
        raise ValueError(
            say(
                "percent is {percent}; give True, False, or names of metrics, which here are "
                "{panels}.",
                percent=described(percent),
                panels=list(panels),
            )
        )
    return set(names)
