"""Figures of training and of its results."""

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from numpy.typing import ArrayLike

from fl_course.arguments import described, keyed_by_text
from fl_course.localization import joined, noted, say, strung, word
from fl_course.plotting.findings import confusions, courses, extremes, with_findings
from fl_course.plotting.style import (
    BLACK,
    BLUE,
    GREEN,
    MAX_RUNS,
    RUN_COLORS,
    RUN_LINES,
    SMALL,
    WIDTH,
    add_heading,
    add_legend,
    beside,
    beside_heading,
    check_groups,
    check_integers,
    check_label_names,
    check_labels,
    check_sequence,
    check_shares,
    check_whole,
    drawing,
    fitting_size,
    ink,
    integer_ticks,
    legend_columns,
    listed,
    name_labels,
    percent_text,
    recorded,
    run_look,
    whole_percent,
    whole_percent_text,
)


@recorded
def learning_curves(
    histories: Mapping[str, ArrayLike] | Mapping[str, Mapping[str, ArrayLike]],
    *,
    x_label: str = "round",
    y_label: str | None = None,
    percent: bool | str | Collection[str] = False,
    start: int = 1,
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws how metrics change from round to round, or from epoch to epoch, for one or more runs.

    A run has the same colour, line and marker in all panels, and each of the three tells it apart
    from the runs next to it.

    Args:
      histories: One panel: for each run, its values in order. Several panels side by side: for each
        metric, such a mapping of runs. Up to 14 runs and 3 metrics; runs may differ in length.
      x_label: Text at the horizontal axes.
      y_label: Text at the vertical axis of a single panel; by default "loss", or "accuracy" with
        `percent`. Several panels are named by their metrics.
      percent: True if the values are shares between 0 and 1 to be shown in percent, or the name or
        names of the metrics for which it is so.
      start: What the first value is called: 1 for the first round, 0 for before training.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If there is no run or no value, a value is not finite, or a share is not in 0..1.
    """
    panels = check_groups(
        "histories",
        histories,
        y_label or ("accuracy" if percent else "loss"),
        say("runs and metrics; give run -> values, or metric -> run -> values"),
    )
    shares = _names_of_shares(percent, panels)
    values = {
        metric: {run: _curve(metric, run, line, metric in shares) for run, line in runs.items()}
        for metric, runs in panels.items()
    }
    names = list(dict.fromkeys(run for runs in values.values() for run in runs))
    if len(names) > MAX_RUNS:
        raise ValueError(
            say(
                "histories holds {num_names} runs; give at most {max_runs} a figure.",
                num_names=len(names),
                max_runs=MAX_RUNS,
            )
        )
    start = check_whole("start", start, 0, 10**6)
    looks = {run: run_look(index) for index, run in enumerate(names)}
    end = start + max(len(line) for runs in values.values() for line in runs.values()) - 1
    ticks = integer_ticks(start, end, at_most=12 if len(values) == 1 else 8)
    alt = say(
        "{values} by {x_label}, {start} to {end}: {runs}",
        values=joined([word(metric) for metric in values]),
        x_label=word(x_label),
        start=start,
        end=end,
        runs=listed(names, noted("{count} runs")),
    )
    several = len(values) > 1
    found = {metric if several else "": courses(runs) for metric, runs in values.items()}
    alt = with_findings(alt, found)
    height = 3.6 + 0.24 * math.ceil(len(names) / legend_columns(names)) + (0.35 if title else 0)
    with drawing(figure, (WIDTH, height), alt) as drawn:
        handles = {}
        grid = drawn.subplots(1, len(values), squeeze=False)
        for axes, (metric, runs) in zip(grid.flat, values.items(), strict=True):
            for run, line in runs.items():
                rounds = np.arange(start, start + len(line))
                every = math.ceil((end - start + 1) * len(values) / 40)
                marked = ((len(line) - 1) % every, every)  # The last value always has its marker.
                (handles[run],) = axes.plot(
                    rounds, line, **looks[run], markevery=marked, label=run, clip_on=False
                )
            axes.grid(visible=True)
            axes.set_xticks(ticks)
            margin = max(0.5, 0.03 * (end - start))
            axes.set_xlim(start - margin, end + margin)
            if metric in shares:
                # At least four points of percent, so that noise doesn't look like a change.
                bottom, top = axes.get_ylim()
                middle = (bottom + top) / 2
                axes.set_ylim(max(min(bottom, middle - 0.02), 0), min(max(top, middle + 0.02), 1))
                axes.yaxis.set_major_formatter(percent_text)
            axes.set(xlabel=x_label, ylabel=metric)
        add_legend(drawn, {run: handles[run] for run in names}, title)


@recorded
def confusion_matrix(
    labels: ArrayLike | None = None,
    predictions: ArrayLike | None = None,
    *,
    counts: ArrayLike | None = None,
    label_names: Sequence[str] | None = None,
    x_label: str = "recognised as",
    y_label: str = "written digit",
    share_label: str = "right",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws which label was taken for which: a row a written digit, a column an answer.

    Right answers lie on the framed diagonal. Only wrong ones are shaded, by their number, so that
    a few mistakes are seen beside many right answers. At the right end of each row stands the
    share of right answers, or a dash for a label that doesn't occur.

    Args:
      labels: n integers, what was written: 0 to 9, or a label of `label_names` each.
      predictions: n integers, what was recognised.
      counts: Instead of both, integers [labels, labels]: rows by label, columns by prediction.
      label_names: Names of the labels in their order, 2 to 100; by default 0 to 9.
      x_label: Text at the horizontal axis.
      y_label: Text at the vertical axis.
      share_label: Heading of the shares at the right.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If neither or both ways are used, or the values have not the shape above.
    """
    if (counts is None) == (labels is None) or (labels is None) != (predictions is None):
        raise ValueError(
            say(
                "confusion_matrix takes labels and predictions, or counts alone; give one of "
                "the two."
            )
        )
    names = check_label_names(label_names)
    num_labels = len(names)
    if counts is None:
        written = check_labels("labels", labels, num_labels=num_labels)
        recognised = check_labels("predictions", predictions, len(written), num_labels)
        table = np.zeros((num_labels, num_labels), int)
        np.add.at(table, (written, recognised), 1)
    else:
        table = check_integers(
            "counts", counts, (num_labels, num_labels), say("written by recognised")
        )
    totals, hits = table.sum(axis=1), np.diag(table)
    wrong = table - np.diag(hits)
    alt = (
        say("confusion matrix of {count} digits", count=totals.sum())
        if label_names is None
        else say("confusion matrix of {count} examples", count=totals.sum())
    )
    alt = with_findings(alt, {"": confusions(wrong, names)})
    with drawing(figure, (7.2, 5.4 if title else 5.0), alt) as drawn:
        axes = drawn.add_subplot()
        # Below ten mistakes of a kind, the strongest colour would alarm for nothing.
        scale = Normalize(0, max(10, wrong.max()))
        image = axes.imshow(wrong, cmap="Oranges", norm=scale, aspect="auto")
        for (row, column), count in np.ndenumerate(table):
            place = {"ha": "center", "va": "center_baseline"}
            if row == column:
                axes.text(column, row, str(count), color=BLACK, weight="bold", **place)
            else:
                color = ink(image.cmap(scale(count))) if count else "#8C8C8C"
                axes.text(column, row, str(count), color=color, **place)
        for digit, (hit, total) in enumerate(zip(hits, totals, strict=True)):
            corner = (digit - 0.5, digit - 0.5)
            axes.add_patch(
                Rectangle(corner, 1, 1, facecolor="#D6E8F3", edgecolor=BLUE, clip_on=False)
            )
            share = whole_percent_text(hit / total) if total else "–"
            beside(axes, digit, share, BLUE)
        beside_heading(axes, share_label, BLUE)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        name_labels(axes, names, 5.0)
        axes.set_yticks(range(num_labels), None if label_names is None else names)
        axes.set(xlabel=x_label, ylabel=y_label)
        add_heading(drawn, title)


@recorded
def accuracy_bars(
    values: Mapping[str, float] | Mapping[str, Mapping[str, float]],
    *,
    reference: float | Mapping[str, float] | None = None,
    x_label: str = "model trained on the digits of",
    y_label: str = "accuracy",
    reference_label: str = "reference",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws accuracies as bars from 0 to 100 %, in one or more series, against reference lines.

    Args:
      values: For each bar, an accuracy between 0 and 1. For groups of bars: for each of up to 3
        series, such a mapping, all with the same names. Up to 30 names; with 2 or 3 series, the
        numbers above the bars are left out where they wouldn't fit.
      reference: Accuracies drawn as horizontal lines: one, or several by name. Their values are
        written in the legend.
      x_label: Text at the horizontal axis.
      y_label: Text at the vertical axis.
      reference_label: Name of the line if `reference` is a single number.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If an accuracy is not between 0 and 1, or the names of the series differ.
    """
    series = check_groups(
        "values",
        values,
        "",
        say("bars and series; give name -> accuracy, or series of those"),
        limit=30,
    )
    names = list(next(iter(series.values())))
    for key, bars in series.items():
        if set(bars) != set(names):
            raise ValueError(
                say(
                    "values[{key}] has the names {bars}, the first series has {names}; give the "
                    "same names in every series.",
                    key=repr(key),
                    bars=described(list(bars)),
                    names=described(names),
                )
            )
    shares = {
        key: check_shares(f"values[{key!r}]" if key else "values", [bars[name] for name in names])
        for key, bars in series.items()
    }
    if reference is None:
        lines = {}
    else:
        named = isinstance(reference, Mapping)
        lines = keyed_by_text("reference", reference) if named else {reference_label: reference}
        if not lines:
            raise ValueError(
                say("reference is empty; leave it out, or give at least one accuracy.")
            )
        lines = dict(zip(lines, check_shares("reference", list(lines.values())), strict=True))
    # Fill and hatch differ, so that series are told apart in grey too.
    looks = (
        {"color": BLUE},
        {"facecolor": "#F7D9A0", "edgecolor": "#8A5F00", "hatch": "///"},
        {"facecolor": "white", "edgecolor": GREEN, "hatch": "..."},
    )
    tilted = sum(len(name) + 2 for name in names) * 0.085 > WIDTH - 0.8
    highest = max(max(map(len, map(whole_percent, heights))) for heights in shares.values())
    # A number may be a little wider than its bar: the next bar is seldom as high, and as wide.
    slot = 1.12 * (WIDTH - 0.9) / len(names) * 0.8 / len(shares)
    size = fitting_size("0" * highest, slot, 1.0)
    if size:
        size = min(size, SMALL)
    legend = bool(lines) or "" not in series
    alt = strung(
        "; ",
        [
            say(
                "{y_label} of {bars}",
                y_label=word(y_label),
                bars=listed(names, noted("{count} bars")),
            ),
            *(word(key) for key in (*shares, *lines) if key),
        ],
    )
    bars = {key: extremes(dict(zip(names, given, strict=True))) for key, given in shares.items()}
    alt = with_findings(alt, bars)
    height = 3.7 + 0.5 * tilted + 0.3 * legend + (0.35 if title else 0)
    with drawing(figure, (WIDTH, height), alt) as drawn:
        axes = drawn.add_subplot()
        places = np.arange(len(names))
        handles: dict[str, Any] = {}
        width = 0.8 / len(shares)
        for index, (key, heights) in enumerate(shares.items()):
            offset = (index - (len(shares) - 1) / 2) * width
            bars = axes.bar(places + offset, heights, width * 0.92, **looks[index])
            handles[key] = bars
            if size:
                # The stroke keeps a number readable where a reference line crosses it.
                stroke = [withStroke(linewidth=3, foreground="white")]
                texts = [whole_percent(share) for share in heights]
                axes.bar_label(bars, texts, padding=1.5, size=size, path_effects=stroke, zorder=4)
        for index, (name, share) in enumerate(lines.items()):
            look = {"color": RUN_COLORS[1 + index % 4], "linestyle": RUN_LINES[1 + index % 3]}
            handles[f"{word(name)}: {whole_percent_text(share)}"] = axes.axhline(share, **look)
        axes.grid(visible=True, axis="y")
        axes.set_ylim(0, 1.08)
        axes.set_yticks(np.linspace(0, 1, 6))
        axes.yaxis.set_major_formatter(percent_text)
        rotation = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if tilted else {}
        axes.set_xticks(places, names, **rotation)
        axes.tick_params(axis="x", length=0)
        axes.set_xlim(-0.6, len(names) - 0.4)
        axes.set(xlabel=x_label, ylabel=y_label)
        handles.pop("", None)
        if handles:
            add_legend(drawn, handles, title)
        else:
            add_heading(drawn, title)


def _curve(metric: str, run: str, value: Any, is_share: bool) -> np.ndarray:
    name = f"histories: {metric} of {run!r}"
    return check_shares(name, value) if is_share else check_sequence(name, value)


def _names_of_shares(percent: Any, panels: Mapping[str, Any]) -> set[str]:
    if isinstance(percent, bool):
        return set(panels) if percent else set()
    names = {percent} if isinstance(percent, str) else percent
    if not isinstance(names, Collection) or not all(isinstance(name, str) for name in names):
        raise ValueError(
            say(
                "percent is {percent}; give True, False, or names of metrics.",
                percent=described(percent),
            )
        )
    names = set(names)
    if unknown := sorted(names - set(panels)):
        raise ValueError(
            say(
                "percent names {unknown}; the metrics here are {panels}.",
                unknown=unknown,
                panels=list(panels),
            )
        )
    return names
