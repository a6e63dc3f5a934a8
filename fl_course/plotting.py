"""Every figure of the course, drawn with matplotlib from plain arrays, mappings and sequences.

One rule holds for every function here: it draws one figure, displays it once where it is called
(also in the middle of a cell), and returns ``None``. It touches neither pyplot, nor the figures
that pyplot knows, nor the user's ``rcParams``. Outside IPython nothing can be displayed; there, and
wherever the figure itself is wanted, pass ``figure=``: it is cleared, sized, drawn into, and not
displayed. `png` turns such a figure into the same bytes that a notebook would have stored::

    figure = matplotlib.figure.Figure()
    fl_course.plotting.digits(images, labels, figure=figure)
    Path("digits.png").write_bytes(fl_course.plotting.png(figure))

Next to the image, the output holds a sentence that says what is drawn. It serves as alternative
text for a reader who can't see the image, and it is what nbval compares. No measured value is in
it, because those may differ in their last digit from one processor to another.

Shapes: an image is [height, width], a list of images [n, height, width], white background (the
largest value) and dark ink, whatever the range. Labels are the integers 0 to 9, counts of labels
are ten integers, accuracies are shares between 0 and 1.
"""

import base64
import io
import math
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike
from PIL import Image

__all__ = [
    "accuracy_bars",
    "cohorts",
    "confusion_matrix",
    "digits",
    "federated_learning_diagram",
    "label_counts",
    "label_heatmap",
    "label_heatmaps",
    "learning_curves",
    "mean_images",
    "png",
    "skew_panels",
]

NUM_LABELS = 10
WIDTH = 9.0  # inches
DPI = 150  # One and a half of a notebook's pixels: sharp on a projector, small in a repository.
DISPLAY_DPI = 100

# The palette of Okabe and Ito, "Color Universal Design" (2008), without its yellow, which is too
# pale for a line on white.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
SKY, VERMILION, BLACK = "#56B4E9", "#D55E00", "#000000"
GREY, PALE = "#6B6B6B", "#E8E8E8"
RUN_COLORS = (BLUE, VERMILION, GREEN, PURPLE, BLACK, ORANGE, SKY)
RUN_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
RUN_LINES = ("-", "--", "-.", ":")
MAX_RUNS = 14  # Colour, marker and line repeat together only after 28; a legend is full earlier.

SMALL = 9.5  # points
STYLE: dict[str, Any] = {
    "font.size": 11.5,
    "axes.titlesize": 11.5,
    "axes.labelsize": 11.5,
    "xtick.labelsize": 10.5,
    "ytick.labelsize": 10.5,
    "legend.fontsize": 10.5,
    "figure.titlesize": 13,
    "figure.labelsize": 11.5,
    "legend.title_fontsize": 13,
    "figure.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.8,
    "lines.linewidth": 2.0,
    "lines.markersize": 6,
    "legend.frameon": False,
    "hatch.linewidth": 0.8,
}


# --- Figures of digits and labels -----------------------------------------------------------------


def digits(
    images: ArrayLike,
    labels: ArrayLike | None = None,
    *,
    titles: Sequence[str] | None = None,
    columns: int = 10,
    label_note: str | None = "Below each image: its label",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws images of digits in a grid, row by row.

    Args:
      images: [n, height, width] numbers, 1 to 400 images; or one square image [height, width].
      labels: n integers 0 to 9, written below the images; one integer for one image.
      titles: n texts written above the images, such as what a model recognised.
      columns: Images in a row, 1 to 20.
      label_note: Says what is written below; shown only with `labels`. None leaves it out.
      title: Heading of the figure.
      figure: See the top of the module.

    Raises:
      ValueError: If the images are no images, or labels or titles are not one for each image.
    """
    pixels = _images("images", images, limit=400, allow_one=True)
    texts = None if labels is None else _labels("labels", labels, len(pixels))
    titles = None if titles is None else [str(text) for text in titles]
    if titles is not None and len(titles) != len(pixels):
        raise ValueError(
            f"titles holds {len(titles)} texts for {len(pixels)} images; give one for each image."
        )
    columns = _whole("columns", columns, 1, 20)
    columns = min(columns, len(pixels))
    rows = math.ceil(len(pixels) / columns)
    side = min(WIDTH / columns, 1.8)
    above = 0.0 if titles is None else 0.19 * max(1 + text.count("\n") for text in titles) + 0.06
    below = 0.0 if texts is None else 0.26
    pitch = side * pixels.shape[1] / pixels.shape[2] + above + below
    note = label_note if texts is not None else None
    extra = (0.35 if note else 0.0) + (0.4 if title else 0.0)
    # A single image would make a figure too narrow for the line below it.
    width = max(columns * side, 3.0)
    alt = f"{len(pixels)} {'image' if len(pixels) == 1 else 'images'} of digits"
    with _drawing(figure, (width, rows * pitch + extra), alt) as drawn:
        axes = drawn.add_subplot()
        scale = _gray_scale(pixels)
        for index, image in enumerate(pixels):
            row, column = divmod(index, columns)
            left, top = column * side, row * pitch + above
            _tile(axes, image, left, top, side, pitch - above - below, scale)
            if titles is not None:
                axes.text(left + side / 2, top, titles[index], ha="center", va="bottom", size=SMALL)
            if texts is not None:
                bottom = top + pitch - above - below
                axes.text(left + side / 2, bottom, str(texts[index]), ha="center", va="top")
        _finish_tiles(axes, columns * side, rows * pitch)
        if note:
            drawn.supxlabel(note)
        _heading(drawn, title)


def label_counts(
    counts_by_client: Mapping[str, ArrayLike],
    *,
    columns: int = 3,
    panel_title: str = "{client}: {total} examples",
    x_label: str = "label",
    y_label: str = "examples",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws how many examples of each label every client has, one small bar chart a client.

    All panels share their axes, so heights compare. A label the client doesn't have carries a 0.

    Args:
      counts_by_client: For 1 to 24 clients, ten counts each: examples labelled 0 to 9.
      columns: Panels in a row, 1 to 6.
      panel_title: Heading of a panel; may use {client} and {total}.
      x_label: Text at the horizontal axis.
      y_label: Text at the vertical axis.
      title: Heading of the figure.
      figure: See the top of the module.

    Raises:
      ValueError: If a client's counts are not ten integers from 0 up.
    """
    clients = _mapping("counts_by_client", counts_by_client, limit=24)
    counts = {c: _counts(f"counts_by_client[{c!r}]", v) for c, v in clients.items()}
    columns = _whole("columns", columns, 1, 6)
    columns = min(columns, len(counts))
    rows = math.ceil(len(counts) / columns)
    alt = f"label counts of {_listed(counts, 'clients')}"
    with _drawing(figure, (WIDTH, 1.9 * rows + 0.5), alt) as drawn:
        grid = drawn.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for axes, (client, values) in zip(grid.flat, counts.items(), strict=False):
            _label_bars(axes, values)
            axes.set_title(panel_title.format(client=client, total=int(values.sum())))
        for index in range(len(counts), rows * columns):
            grid.flat[index].remove()
            # Shared axes show tick labels only in the last row, which has a gap here.
            grid.flat[index - columns].tick_params(labelbottom=True)
        drawn.supxlabel(x_label)
        drawn.supylabel(y_label)
        _heading(drawn, title)


def mean_images(
    examples_by_client: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    missing: str = "no {label}",
    x_label: str = "mean image of the label",
    y_label: str = "client",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws the mean image of every label for every client: a row a client, a column a label.

    Args:
      examples_by_client: For 1 to 20 clients, the pair (images [n, height, width], labels [n]).
      missing: Written in the cell of a label that the client doesn't have; may use {label}.
      x_label: Text at the horizontal axis.
      y_label: Text at the vertical axis.
      title: Heading of the figure.
      figure: See the top of the module.

    Raises:
      ValueError: If a client's value is not such a pair, or images of clients differ in size.
    """
    clients = _mapping("examples_by_client", examples_by_client, limit=20)
    means: dict[str, dict[int, np.ndarray]] = {}
    sizes = set()
    for client, pair in clients.items():
        name = f"examples_by_client[{client!r}]"
        if not isinstance(pair, Sequence) or len(pair) != 2:
            raise ValueError(f"{name} is {_short(pair)}; give the pair (images, labels).")
        pixels = _images(f"{name} images", pair[0])
        labels = _labels(f"{name} labels", pair[1], len(pixels))
        sizes.add(pixels.shape[1:])
        means[client] = {int(k): pixels[labels == k].mean(axis=0) for k in np.unique(labels)}
    if len(sizes) > 1:
        raise ValueError(
            f"examples_by_client holds images of sizes {sorted(sizes)}; give images of one size."
        )
    (height, width) = sizes.pop()
    pitch = height / width
    missed = [f"{c} has {missing.format(label=k)}" for c in means for k in _absent(means[c])]
    alt = "; ".join([f"mean image of each label for {_listed(means, 'clients')}", *missed])
    with _drawing(figure, (WIDTH, 0.78 * pitch * len(means) + 0.65), alt) as drawn:
        axes = drawn.add_subplot()
        scale = _gray_scale(np.stack([image for row in means.values() for image in row.values()]))
        for row, images in enumerate(means.values()):
            for label, image in images.items():
                _tile(axes, image, label, row * pitch, 1, pitch, scale)
            for label in _absent(images):
                _frame(axes, label, row * pitch, 1, pitch, facecolor=PALE, hatch="///")
                axes.text(
                    label + 0.5,
                    (row + 0.5) * pitch,
                    missing.format(label=label),
                    ha="center",
                    va="center",
                    color=BLACK,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
                )
        _finish_tiles(axes, NUM_LABELS, pitch * len(means))
        axes.set_axis_on()
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        axes.set_xticks(np.arange(NUM_LABELS) + 0.5, [str(k) for k in range(NUM_LABELS)])
        axes.set_yticks((np.arange(len(means)) + 0.5) * pitch, list(means))
        axes.set(xlabel=x_label, ylabel=y_label)
        _heading(drawn, title)


def label_heatmap(
    counts: Mapping[str, ArrayLike] | ArrayLike,
    *,
    client_ids: Sequence[str] | None = None,
    x_label: str = "label",
    y_label: str = "client",
    colorbar_label: str = "examples",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws the clients' label counts as a heat map: a row a client, a column a label.

    The counts are written in the cells where they fit (up to about 30 clients).

    Args:
      counts: Ten counts for each client by its id, or an integer array [clients, 10].
      client_ids: The rows' names if `counts` is an array; by default 0, 1, 2 ...
      x_label: Text at the horizontal axis.
      y_label: Text at the vertical axis.
      colorbar_label: Text at the colour bar.
      title: Heading of the figure.
      figure: See the top of the module.

    Raises:
      ValueError: If the counts are not ten integers from 0 up for each client.
    """
    ids, table = _count_table("counts", counts, client_ids)
    alt = f"heat map of label counts of {_listed(ids, 'clients')}"
    _heatmaps({"": (ids, table)}, alt, x_label, y_label, colorbar_label, title, figure)


def label_heatmaps(
    partitions: Mapping[str, Mapping[str, ArrayLike] | ArrayLike],
    *,
    client_ids: Sequence[str] | None = None,
    x_label: str = "label",
    y_label: str = "client",
    colorbar_label: str = "examples",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws 1 to 4 label heat maps side by side on one colour scale, such as one for each alpha.

    Args:
      partitions: Heading of each panel, and what `label_heatmap` takes as `counts`. All of them
        have the same number of clients.
      client_ids: The rows' names where a partition is an array; by default 0, 1, 2 ...
      x_label: Text at the horizontal axes.
      y_label: Text at the first vertical axis.
      colorbar_label: Text at the colour bar.
      title: Heading of the figure.
      figure: See the top of the module.

    Raises:
      ValueError: If counts are not ten integers from 0 up, or the numbers of clients differ.
    """
    given = _mapping("partitions", partitions, limit=4)
    tables = {k: _count_table(f"partitions[{k!r}]", v, client_ids) for k, v in given.items()}
    sizes = {name: len(ids) for name, (ids, _) in tables.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(
            f"partitions have different numbers of clients: {sizes}; give the same number in each."
        )
    alt = f"heat maps of label counts: {_listed(tables, 'panels')}"
    _heatmaps(tables, alt, x_label, y_label, colorbar_label, title, figure)


def skew_panels(
    images_by_client: Mapping[str, ArrayLike],
    counts_by_client: Mapping[str, ArrayLike],
    sizes_by_client: Mapping[str, int],
    *,
    titles: tuple[str, str, str] = ("feature skew", "label skew", "quantity skew"),
    image_label: str = "one digit, by several clients",
    label_label: str = "label",
    count_label: str = "examples",
    client_label: str = "client",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws the three ways in which clients' data differ: how it looks, which labels, how much.

    Args:
      images_by_client: Feature skew. For 1 to 5 clients, images [k, height, width] of one same
        digit, k from 1 to 4 and the same for all.
      counts_by_client: Label skew. For 1 to 5 clients, ten label counts.
      sizes_by_client: Quantity skew. For 1 to 14 clients, the number of examples.
      titles: Headings of the three panels.
      image_label: Text below the first panel.
      label_label: Text below the second panel.
      count_label: Text for numbers of examples, at the second and the third panel.
      client_label: Text at the vertical axes of the first and the third panel.
      title: Heading of the figure.
      figure: See the top of the module.

    Raises:
      ValueError: If a mapping is empty or too long, or a value has not the shape above.
    """
    images = {
        client: _images(f"images_by_client[{client!r}]", value, limit=4)
        for client, value in _mapping("images_by_client", images_by_client, limit=5).items()
    }
    shapes = {client: value.shape for client, value in images.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(f"images_by_client have different shapes: {shapes}; give equal shapes.")
    counts = {
        client: _counts(f"counts_by_client[{client!r}]", value)
        for client, value in _mapping("counts_by_client", counts_by_client, limit=5).items()
    }
    given = _mapping("sizes_by_client", sizes_by_client, limit=14)
    sizes = _integers("sizes_by_client", list(given.values()), (len(given),), "one number a client")
    if len(titles) != 3:
        raise ValueError(f"titles holds {len(titles)} texts; give three, one for each panel.")
    alt = "three panels: " + ", ".join(titles)
    with _drawing(figure, (WIDTH, 3.7 if title else 3.4), alt) as drawn:
        left, middle, right = drawn.subfigures(1, 3, width_ratios=(1.25, 1.05, 1.05), wspace=0.03)

        axes = left.add_subplot()
        scale = _gray_scale(np.concatenate(list(images.values())))
        per_client, height, width = next(iter(shapes.values()))
        pitch = height / width
        for row, client in enumerate(images):
            for column, image in enumerate(images[client]):
                _tile(axes, image, column, row * pitch, 1, pitch, scale)
        _finish_tiles(axes, per_client, pitch * len(images))
        axes.set_axis_on()
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        axes.set_xticks([])
        axes.set_yticks((np.arange(len(images)) + 0.5) * pitch, list(images), size=SMALL)
        axes.set_xlabel(image_label)

        grid = middle.subplots(len(counts), 1, sharex=True, sharey=True, squeeze=False)
        for axes, (client, values) in zip(grid.flat, counts.items(), strict=True):
            _label_bars(axes, values)
            axes.set_title(client, size=SMALL, loc="left", pad=4)
            axes.yaxis.set_major_locator(MaxNLocator(2, integer=True))
            axes.tick_params(labelsize=SMALL)
        axes.set_xlabel(label_label)
        middle.supylabel(count_label, size=STYLE["axes.labelsize"])

        axes = right.add_subplot()
        bars = axes.barh(range(len(sizes)), sizes, color=BLUE)
        axes.bar_label(bars, [str(size) for size in sizes], padding=3, size=SMALL)
        axes.set_yticks(range(len(sizes)), list(given), size=SMALL)
        axes.invert_yaxis()
        axes.margins(x=0.15)
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.set(xlabel=count_label, ylabel=client_label)

        for panel, text in zip((left, middle, right), titles, strict=True):
            panel.suptitle(text, size=12.5, weight="bold")
        _heading(drawn, title)


# --- Figures of training and of its results -------------------------------------------------------


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
      figure: See the top of the module.

    Raises:
      ValueError: If there is no run or no value, a value is not finite, or a share is not in 0..1.
    """
    given = _mapping("histories", histories)
    nested = [isinstance(value, Mapping) for value in given.values()]
    if any(nested) and not all(nested):
        raise ValueError(
            "histories mixes runs and metrics; give run -> values, or metric -> run -> values."
        )
    if all(nested):
        panels = {
            metric: _mapping(f"histories[{metric!r}]", runs)
            for metric, runs in _mapping("histories", given, limit=3).items()
        }
    else:
        panels = {y_label or ("accuracy" if percent else "loss"): given}
    shares = _names_of_shares(percent, panels)
    values = {
        metric: {run: _curve(metric, run, line, metric in shares) for run, line in runs.items()}
        for metric, runs in panels.items()
    }
    names = list(dict.fromkeys(run for runs in values.values() for run in runs))
    if len(names) > MAX_RUNS:
        raise ValueError(f"histories holds {len(names)} runs; give at most {MAX_RUNS} a figure.")
    start = _whole("start", start, 0, 10**6)
    looks = {run: _run_look(index) for index, run in enumerate(names)}
    end = start + max(len(line) for runs in values.values() for line in runs.values()) - 1
    ticks = _integer_ticks(start, end, at_most=12 if len(values) == 1 else 8)
    alt = f"{' and '.join(values)} by {x_label}, {start} to {end}: {_listed(names, 'runs')}"
    height = 3.6 + 0.24 * math.ceil(len(names) / _legend_columns(names)) + (0.35 if title else 0)
    with _drawing(figure, (WIDTH, height), alt) as drawn:
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
                axes.yaxis.set_major_formatter(_percent)
            axes.set(xlabel=x_label, ylabel=metric)
        _legend(drawn, {run: handles[run] for run in names}, title)


def confusion_matrix(
    labels: ArrayLike | None = None,
    predictions: ArrayLike | None = None,
    *,
    counts: ArrayLike | None = None,
    x_label: str = "recognised as",
    y_label: str = "written digit",
    share_label: str = "right",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws which digit was taken for which: a row a written digit, a column an answer.

    Right answers lie on the framed diagonal. Only wrong ones are shaded, by their number, so that
    a few mistakes are seen beside many right answers. At the right end of each row stands the
    share of right answers, or a dash for a digit that doesn't occur.

    Args:
      labels: n integers 0 to 9, what was written.
      predictions: n integers 0 to 9, what was recognised.
      counts: Instead of both, integers [10, 10]: rows by label, columns by prediction.
      x_label: Text at the horizontal axis.
      y_label: Text at the vertical axis.
      share_label: Heading of the shares at the right.
      title: Heading of the figure.
      figure: See the top of the module.

    Raises:
      ValueError: If neither or both ways are used, or the values have not the shape above.
    """
    if (counts is None) == (labels is None) or (labels is None) != (predictions is None):
        raise ValueError(
            "confusion_matrix takes labels and predictions, or counts alone; give one of the two."
        )
    if counts is None:
        written = _labels("labels", labels)
        recognised = _labels("predictions", predictions, len(written))
        table = np.zeros((NUM_LABELS, NUM_LABELS), int)
        np.add.at(table, (written, recognised), 1)
    else:
        table = _integers("counts", counts, (NUM_LABELS, NUM_LABELS), "written by recognised")
    totals, hits = table.sum(axis=1), np.diag(table)
    wrong = table - np.diag(hits)
    alt = f"confusion matrix of {totals.sum()} digits"
    with _drawing(figure, (7.2, 5.4 if title else 5.0), alt) as drawn:
        axes = drawn.add_subplot()
        # Below ten mistakes of a kind, the strongest colour would alarm for nothing.
        scale = Normalize(0, max(10, wrong.max()))
        image = axes.imshow(wrong, cmap="Oranges", norm=scale, aspect="auto")
        for (row, column), count in np.ndenumerate(table):
            place = {"ha": "center", "va": "center_baseline"}
            if row == column:
                axes.text(column, row, str(count), color=BLACK, weight="bold", **place)
            else:
                color = _ink(image.cmap(scale(count))) if count else "#8C8C8C"
                axes.text(column, row, str(count), color=color, **place)
        for digit, (hit, total) in enumerate(zip(hits, totals, strict=True)):
            corner = (digit - 0.5, digit - 0.5)
            axes.add_patch(
                Rectangle(corner, 1, 1, facecolor="#D6E8F3", edgecolor=BLUE, clip_on=False)
            )
            share = f"{_whole_percent(hit / total)} %" if total else "–"
            _beside(axes, digit, share, BLUE)
        _beside_heading(axes, share_label, BLUE)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        axes.set_xticks(range(NUM_LABELS))
        axes.set_yticks(range(NUM_LABELS))
        axes.set(xlabel=x_label, ylabel=y_label)
        _heading(drawn, title)


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
      figure: See the top of the module.

    Raises:
      ValueError: If an accuracy is not between 0 and 1, or the names of the series differ.
    """
    given = _mapping("values", values)
    nested = [isinstance(value, Mapping) for value in given.values()]
    if any(nested) and not all(nested):
        raise ValueError("values mixes bars and series; give name -> accuracy, or series of those.")
    if all(nested):
        series = {
            key: _mapping(f"values[{key!r}]", bars, limit=30)
            for key, bars in _mapping("values", given, limit=3).items()
        }
    else:
        series = {"": _mapping("values", given, limit=30)}
    names = list(next(iter(series.values())))
    for key, bars in series.items():
        if set(bars) != set(names):
            raise ValueError(
                f"values[{key!r}] has the names {_short(list(bars))}, the first series has "
                f"{_short(names)}; give the same names in every series."
            )
    shares = {
        key: _shares(f"values[{key!r}]" if key else "values", [bars[name] for name in names])
        for key, bars in series.items()
    }
    if reference is None:
        lines = {}
    else:
        named = isinstance(reference, Mapping)
        lines = dict(reference) if named else {reference_label: reference}
        if not lines:
            raise ValueError("reference is empty; leave it out, or give at least one accuracy.")
        lines = dict(zip(lines, _shares("reference", list(lines.values())), strict=True))
    # Fill and hatch differ, so that series are told apart in grey too.
    looks = (
        {"color": BLUE},
        {"facecolor": "#F7D9A0", "edgecolor": "#8A5F00", "hatch": "///"},
        {"facecolor": "white", "edgecolor": GREEN, "hatch": "..."},
    )
    tilted = sum(len(name) + 2 for name in names) * 0.085 > WIDTH - 0.8
    highest = max(max(map(len, map(_whole_percent, heights))) for heights in shares.values())
    size = _fitting_size("0" * highest, (WIDTH - 0.9) / len(names) * 0.8 / len(shares), 1.0)
    if size:
        size = min(size, SMALL)
    legend = bool(lines) or all(nested)
    alt = "; ".join(
        [f"{y_label} of {_listed(names, 'bars')}"] + [key for key in shares if key] + list(lines)
    )
    height = 3.7 + 0.5 * tilted + 0.3 * legend + (0.35 if title else 0)
    with _drawing(figure, (WIDTH, height), alt) as drawn:
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
                texts = [_whole_percent(share) for share in heights]
                axes.bar_label(bars, texts, padding=1.5, size=size, path_effects=stroke, zorder=4)
        for index, (name, share) in enumerate(lines.items()):
            look = {"color": RUN_COLORS[1 + index % 4], "linestyle": RUN_LINES[1 + index % 3]}
            handles[f"{name}: {_whole_percent(share)} %"] = axes.axhline(share, **look)
        axes.grid(visible=True, axis="y")
        axes.set_ylim(0, 1.08)
        axes.set_yticks(np.linspace(0, 1, 6))
        axes.yaxis.set_major_formatter(_percent)
        rotation = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if tilted else {}
        axes.set_xticks(places, names, **rotation)
        axes.tick_params(axis="x", length=0)
        axes.set_xlim(-0.6, len(names) - 0.4)
        axes.set(xlabel=x_label, ylabel=y_label)
        handles.pop("", None)
        if handles:
            _legend(drawn, handles, title)
        else:
            _heading(drawn, title)


def cohorts(
    plans: Mapping[str, Sequence[Sequence[str]]] | Sequence[Sequence[str]],
    client_ids: Sequence[str],
    *,
    x_label: str = "round",
    y_label: str = "client",
    total_label: str = "total",
    start: int = 1,
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws which clients took part in which round, one panel a plan of sampling.

    At the right end of each row stands the number of rounds in which the client took part.

    Args:
      plans: The cohorts, round by round, each a sequence of client ids; or up to 3 such plans by
        name, such as a fresh sample each round against the same clients in every round.
      client_ids: All clients, in the order of the rows, those who never take part included.
      x_label: Text at the horizontal axes.
      y_label: Text at the first vertical axis.
      total_label: Heading of the numbers at the right.
      start: What the first round is called.
      title: Heading of the figure.
      figure: See the top of the module.

    Raises:
      ValueError: If there is no round, or a cohort names a client that `client_ids` lacks.
    """
    ids = [str(client) for client in client_ids]
    if not ids or len(set(ids)) != len(ids):
        raise ValueError(f"client_ids is {_short(ids)}; give at least one id, each of them once.")
    if not isinstance(plans, Mapping):
        plans = {"": plans}
    tables = {
        name: _participation(f"plans[{name!r}]" if name else "plans", plan, ids)
        for name, plan in _mapping("plans", plans, limit=3).items()
    }
    start = _whole("start", start, 0, 10**6)
    row_height = min(0.27, 6.5 / len(ids))
    named = [name for name in tables if name] or [f"{len(ids)} clients"]
    alt = f"clients taking part in each round: {_listed(named, 'plans')}"
    height = row_height * len(ids) + 1.1 + (0.35 if title else 0)
    with _drawing(figure, (WIDTH, height), alt) as drawn:
        grid = drawn.subplots(1, len(tables), sharey=True, squeeze=False)
        for axes, (name, table) in zip(grid.flat, tables.items(), strict=True):
            rounds = len(table)
            axes.imshow(
                table.T,
                cmap=ListedColormap(["#F2F2F2", BLUE]),
                vmin=0,
                vmax=1,
                aspect="auto",
                interpolation="nearest",
                extent=(start - 0.5, start + rounds - 0.5, len(ids) - 0.5, -0.5),
            )
            _cell_lines(axes, rounds, len(ids), "white", 1.2 if rounds <= 60 else 0, start)
            axes.set_xticks(_integer_ticks(start, start + rounds - 1, at_most=10))
            rows = _row_ticks(len(ids), row_height)
            axes.set_yticks(rows, [ids[row] for row in rows])
            for row in rows:
                total = str(table[:, row].sum())
                _beside(axes, row, total, color=GREY if total != "0" else VERMILION)
            _beside_heading(axes, total_label, GREY)
            axes.set_xlabel(x_label)
            axes.set_title(name)
        grid[0, 0].set_ylabel(y_label)
        _heading(drawn, title)


# --- What federated learning is -------------------------------------------------------------------

_DIAGRAM_WORDS = {
    "server": "server",
    "server_step": "4  aggregation: the average of the model updates is added to the model,\n"
    "then the next round begins",
    "down": "1  model",
    "up": "3  model\n    update",
    "client_step": "2  trains the model\non its own data",
    "data": "its data never leaves",
}


def federated_learning_diagram(
    images_by_client: Mapping[str, ArrayLike] | None = None,
    *,
    client_names: Sequence[str] = ("client 1", "client 2", "client 3"),
    words: Mapping[str, str] | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws a round of federated learning: the model goes down, model updates come up, data stays.

    Args:
      images_by_client: For 2 to 4 clients, 1 to 3 images [k, height, width], shown as the client's
        data. Without it, a sign stands for the data.
      client_names: Names of 2 to 4 clients; not used with `images_by_client`.
      words: Texts to use in place of the drawn ones, by the keys "server", "server_step", "down",
        "up", "client_step" and "data".
      figure: See the top of the module.

    Raises:
      ValueError: If the number of clients is not 2 to 4, or `words` has another key.
    """
    text = {**_DIAGRAM_WORDS, **(words or {})}
    if unknown := sorted(set(text) - set(_DIAGRAM_WORDS)):
        raise ValueError(f"words has the keys {unknown}; allowed are {sorted(_DIAGRAM_WORDS)}.")
    if images_by_client is None:
        data: dict[str, np.ndarray | None] = dict.fromkeys(client_names)
    else:
        data = {
            client: _images(f"images_by_client[{client!r}]", images, limit=3)
            for client, images in _mapping("images_by_client", images_by_client, limit=4).items()
        }
    if not 2 <= len(data) <= 4:
        name = "client_names" if images_by_client is None else "images_by_client"
        raise ValueError(f"{name} holds {len(data)} different clients; give 2 to 4.")
    alt = (
        "diagram of federated learning: the server sends the model to the clients, each trains it "
        "on its own data, sends a model update back, and the server averages the updates"
    )
    height = 4.75
    with _drawing(figure, (WIDTH, height), alt) as drawn:
        drawn.set_layout_engine("none")
        axes = drawn.add_axes((0, 0, 1, 1))
        # One unit is one inch, so texts and boxes can be measured against each other.
        axes.set(xlim=(0, WIDTH), ylim=(0, height))
        axes.set_axis_off()
        _box(axes, 0.15, 3.6, WIDTH - 0.3, 1.0, "#DCEBF5", BLUE)
        middle = {"ha": "center", "va": "center"}
        axes.text(WIDTH / 2, 4.35, text["server"], weight="bold", size=13, **middle)
        axes.text(WIDTH / 2, 3.93, text["server_step"], linespacing=1.3, **middle)
        slot = (WIDTH - 0.1) / len(data)
        for index, (client, images) in enumerate(data.items()):
            center = 0.05 + (index + 0.5) * slot
            half = slot / 2 - 0.1
            _box(axes, center - half, 0.15, 2 * half, 2.4, "#FFF6E3", "#8A5F00")
            axes.text(center, 2.36, client, weight="bold", size=12.5, **middle)
            axes.text(center, 1.93, text["client_step"], linespacing=1.25, **middle)
            _box(axes, center - half + 0.1, 0.25, 2 * half - 0.2, 1.36, "white", GREY, dashed=True)
            axes.text(center, 0.44, text["data"], size=10.5, **middle)
            _arrow(axes, center - 0.14, 3.56, 2.6, BLUE, "-")
            axes.text(center - 0.25, 3.08, text["down"], ha="right", va="center", color=BLUE)
            _arrow(axes, center + 0.14, 2.6, 3.56, VERMILION, (0, (3, 1.5)))
            axes.text(center + 0.25, 3.08, text["up"], ha="left", va="center", color="#A84A00")
            _data_sign(axes, center, 0.66, 2 * half - 0.36, images)
        # Images set the limits to themselves.
        axes.set(xlim=(0, WIDTH), ylim=(0, height))


# --- Display --------------------------------------------------------------------------------------


def png(figure: Figure) -> bytes:
    """Returns a figure as PNG bytes, the same as a notebook stores when it shows the figure.

    The image has a palette of 256 colours, which halves its size or better, and holds no version
    and no time, so that the same figure gives the same bytes again.
    """
    buffer = io.BytesIO()
    with matplotlib.style.context(STYLE, after_reset=True):
        figure.savefig(buffer, format="png", dpi=DPI, facecolor="white")
    image = Image.open(buffer).convert("RGB")
    image = image.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    packed = io.BytesIO()
    image.save(packed, format="PNG", optimize=True)
    return packed.getvalue()


@contextmanager
def _drawing(figure: Figure | None, size: tuple[float, float], alt: str) -> Iterator[Figure]:
    """Gives an empty figure in the course's style; displays it afterwards if it is our own."""
    with matplotlib.style.context(STYLE, after_reset=True):
        drawn = Figure() if figure is None else figure
        drawn.clear()
        drawn.set_size_inches(size)
        drawn.set_layout_engine("constrained")
        yield drawn
    if figure is None:
        _display(drawn, f"Figure: {alt}.")


def _display(figure: Figure, alt: str) -> None:
    """Sends the figure to the notebook, with its description as plain and as alternative text."""
    # A figure can only be displayed where IPython runs already: no need to import it elsewhere.
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        return
    width, height = (round(inches * DISPLAY_DPI) for inches in figure.get_size_inches())
    display(
        {"image/png": base64.b64encode(png(figure)).decode("ascii"), "text/plain": alt},
        metadata={"image/png": {"width": width, "height": height, "alt": alt}},
        raw=True,
    )


# --- Parts of figures -----------------------------------------------------------------------------


def _heading(figure: Figure, title: str | None) -> None:
    if title:
        figure.suptitle(title)


def _legend_columns(names: Collection[str]) -> int:
    # The longest name sets the width of all columns; equal columns look better than a full row.
    most = max(1, min(len(names), int(88 / (max(map(len, names)) + 6))))
    return math.ceil(len(names) / math.ceil(len(names) / most))


def _legend(figure: Figure, handles: Mapping[str, Any], title: str | None) -> None:
    """Puts the legend above all panels; the heading becomes its title, as both want that place."""
    figure.legend(
        list(handles.values()),
        list(handles),
        loc="outside upper center",
        ncols=_legend_columns(handles),
        title=title,
    )


def _percent(share: float, position: int | None = None) -> str:
    """Writes a share as percent: 0.86 as 86 %. The second argument is what matplotlib passes."""
    return f"{100 * share:.4g} %"


def _gray_scale(images: np.ndarray) -> Normalize:
    # Pixels between 0 and 1 keep that whole range: a faint image must look faint.
    return Normalize(min(0.0, images.min()), max(1.0, images.max()))


def _frame(axes: Axes, left: float, top: float, width: float, height: float, **look: Any) -> None:
    gap = 0.03
    corner = (left + gap * width, top + gap * width)
    inner = (width * (1 - 2 * gap), height - 2 * gap * width)
    look = {"facecolor": "none", "edgecolor": "#C8C8C8", "linewidth": 0.8, **look}
    axes.add_patch(Rectangle(corner, *inner, **look))


def _tile(
    axes: Axes,
    image: np.ndarray,
    left: float,
    top: float,
    width: float,
    height: float,
    scale: Normalize,
) -> None:
    """Puts an image at a place of axes whose vertical axis points down, with a thin frame."""
    gap = 0.03 * width
    extent = (left + gap, left + width - gap, top + height - gap, top + gap)
    # Above the boxes of the diagram, which images would lie below by themselves.
    look = {"interpolation": "nearest", "zorder": 2}
    axes.imshow(image, cmap="gray", norm=scale, extent=extent, **look)
    _frame(axes, left, top, width, height, zorder=2)


def _finish_tiles(axes: Axes, width: float, height: float) -> None:
    axes.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    axes.set_axis_off()


def _label_bars(axes: Axes, counts: np.ndarray) -> None:
    axes.bar(range(NUM_LABELS), counts, color=BLUE)
    for label in np.flatnonzero(counts == 0):
        axes.text(label, 0, "0", ha="center", va="bottom", color=VERMILION, size=SMALL)
    axes.grid(visible=True, axis="y")
    axes.set_xticks(range(NUM_LABELS))
    axes.tick_params(axis="x", length=0)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))


def _heatmaps(
    tables: Mapping[str, tuple[list[str], np.ndarray]],
    alt: str,
    x_label: str,
    y_label: str,
    colorbar_label: str,
    title: str | None,
    figure: Figure | None,
) -> None:
    rows = max(len(ids) for ids, _ in tables.values())
    row_height = min(0.36 if len(tables) == 1 else 0.3, 6.5 / rows)
    largest = max(1, *(int(table.max()) for _, table in tables.values()))
    cell_width = (WIDTH - 1.2 - 1.1 * (1 if len(tables) == 1 else 1.2)) / NUM_LABELS / len(tables)
    size = _fitting_size(str(largest), cell_width, row_height)
    height = max(row_height * rows, 1.2) + 0.9 + (0.35 if title else 0)
    with _drawing(figure, (WIDTH, height), alt) as drawn:
        grid = drawn.subplots(1, len(tables), squeeze=False)
        scale = Normalize(0, largest)
        for panel, (axes, (name, (ids, table))) in enumerate(
            zip(grid.flat, tables.items(), strict=True)
        ):
            image = axes.imshow(table, cmap="Blues", norm=scale, aspect="auto")
            if size:
                for (row, column), count in np.ndenumerate(table):
                    color = _ink(image.cmap(scale(count))) if count else "#8C8C8C"
                    place = {"ha": "center", "va": "center_baseline"}
                    axes.text(column, row, str(count), color=color, size=size, **place)
            ticks = _row_ticks(len(ids), row_height)
            first_ids = next(iter(tables.values()))[0]
            shown = panel == 0 or ids != first_ids
            axes.set_yticks(ticks, [ids[tick] for tick in ticks] if shown else [])
            axes.set_xticks(range(NUM_LABELS))
            _cell_lines(axes, NUM_LABELS, len(ids), "#E3E3E3", 0.6)
            axes.set_xlabel(x_label)
            axes.set_title(name)
        grid[0, 0].set_ylabel(y_label)
        drawn.colorbar(
            image,
            ax=list(grid.flat),
            label=colorbar_label,
            ticks=MaxNLocator(5, integer=True),
            fraction=0.05,
            pad=0.02,
        )
        _heading(drawn, title)


def _run_look(index: int) -> dict[str, Any]:
    return {
        "color": RUN_COLORS[index % len(RUN_COLORS)],
        "marker": RUN_MARKERS[index % len(RUN_MARKERS)],
        "linestyle": RUN_LINES[index % len(RUN_LINES)],
    }


def _integer_ticks(start: int, end: int, at_most: int) -> list[int]:
    """Returns the first number and the multiples of a round step, which is what a reader expects.

    1 to 30 gives 1, 5, 10, 15, 20, 25, 30 rather than 1, 4, 7 ...
    """
    step = next(
        factor * 10**power
        for power in range(20)
        for factor in (1, 2, 5)
        if (end - start) / (factor * 10**power) < at_most
    )
    multiples = range(math.ceil(start / step) * step, end + 1, step)
    return [start, *(k for k in multiples if k - start >= max(1, step / 2))]


def _row_ticks(rows: int, row_height: float) -> list[int]:
    return list(range(0, rows, math.ceil(0.17 / row_height)))


def _beside(axes: Axes, row: int, text: str, color: str) -> None:
    """Writes a text to the right of a row of the axes."""
    axes.annotate(
        text,
        (1, row),
        (6, 0),
        xycoords=axes.get_yaxis_transform(),
        textcoords="offset points",
        va="center_baseline",
        color=color,
        size=SMALL,
    )


def _beside_heading(axes: Axes, text: str, color: str) -> None:
    """Writes a text above those that `_beside` writes."""
    place = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom"}
    axes.annotate(text, (1, 1), (6, 3), **place, color=color, size=SMALL)


def _box(
    axes: Axes,
    left: float,
    bottom: float,
    width: float,
    height: float,
    fill: str,
    line: str,
    *,
    dashed: bool = False,
) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (left + 0.08, bottom + 0.08),
            width - 0.16,
            height - 0.16,
            boxstyle="round,pad=0.08",
            facecolor=fill,
            edgecolor=line,
            linewidth=1.0 if dashed else 1.5,
            linestyle="--" if dashed else "-",
        )
    )


def _arrow(axes: Axes, x: float, tail: float, head: float, color: str, dashes: Any) -> None:
    """Draws a vertical arrow; the head apart, because dashes would break its outline."""
    neck = head - math.copysign(0.15, head - tail)
    axes.plot((x, x), (tail, neck), color=color, linestyle=dashes, linewidth=2.4)
    look = {"arrowstyle": "-|>,head_width=0.4,head_length=0.7", "color": color}
    axes.annotate("", (x, head), (x, neck), arrowprops={**look, "shrinkA": 0, "shrinkB": 0})


def _data_sign(
    axes: Axes, center: float, bottom: float, width: float, images: np.ndarray | None
) -> None:
    """Draws what a client's data is: its images, or a small table where there are none."""
    if images is None:
        width, row = 1.1, 0.2
        for index in range(4):
            place = (center - width / 2, bottom + index * row)
            fill = "#D0D0D0" if index == 3 else "white"
            axes.add_patch(Rectangle(place, width, row, facecolor=fill, edgecolor=GREY))
        axes.plot([center - width / 6] * 2, [bottom, bottom + 4 * row], color=GREY, linewidth=1)
        return
    side = min(0.78, width / len(images))
    bottom += (0.84 - side) / 2
    scale = _gray_scale(images)
    for index, image in enumerate(images):
        left = center + (index - len(images) / 2) * side
        # The axis points up here, so the side where the image starts is the upper one.
        _tile(axes, image[::-1], left, bottom, side, side, scale)


def _fitting_size(digits: str, width: float, height: float) -> float | None:
    """Returns the largest legible font size, in points, that fits a cell measured in inches."""
    # A digit of DejaVu Sans is 0.64 of the font's size wide; 0.2 of a digit stays free.
    for size in (10.5, 9.5, 8.5, 8.0, 7.5):
        if (len(digits) + 0.2) * 0.64 * size / 72 <= width and 1.25 * size / 72 <= height:
            return size
    return None


def _ink(color: tuple[float, float, float, float]) -> str:
    """Returns black or white, whichever contrasts more with a background (WCAG 2.1, 1.4.3)."""
    linear = [channel**2.2 for channel in color[:3]]
    luminance = np.dot(linear, (0.2126, 0.7152, 0.0722))
    return "white" if luminance < 0.179 else BLACK


def _cell_lines(
    axes: Axes, columns: int, rows: int, color: str, width: float, x: float = 0
) -> None:
    """Draws lines between cells whose centres are the integers, from x to the right and 0 down."""
    axes.set_xticks(np.arange(columns + 1) + x - 0.5, minor=True)
    axes.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    axes.grid(visible=True, which="minor", color=color, linewidth=width)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)


def _whole_percent(share: float) -> str:
    return str(round(100 * float(share)))


def _absent(labels: Collection[int]) -> list[int]:
    return [label for label in range(NUM_LABELS) if label not in labels]


def _listed(names: Collection[str], noun: str) -> str:
    """Names few things, counts many."""
    return ", ".join(names) if len(names) <= 6 else f"{len(names)} {noun}"


# --- Checking what comes in -----------------------------------------------------------------------


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _mapping(name: str, value: Any, limit: int | None = None) -> dict[str, Any]:
    if not isinstance(value, Mapping) or not value:
        what = "empty" if isinstance(value, Mapping) else f"a {type(value).__name__}"
        raise ValueError(f"{name} is {what}; give a mapping with at least one entry.")
    if limit is not None and len(value) > limit:
        raise ValueError(
            f"{name} has {len(value)} entries; give at most {limit}, more can't be read."
        )
    return {str(key): item for key, item in value.items()}


def _whole(name: str, value: Any, low: int, high: int) -> int:
    if not isinstance(value, (int, np.integer)) or not low <= value <= high:
        raise ValueError(f"{name} is {_short(value)}; give an integer from {low} to {high}.")
    return int(value)


def _numbers(name: str, value: Any) -> np.ndarray:
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biufO":
            raise ValueError
        numbers = array.astype(float)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} is {_short(value)}; give real numbers, in rows of equal lengths."
        ) from None
    if not np.isfinite(numbers).all():
        raise ValueError(f"{name} holds NaN or infinity; give finite numbers only.")
    return numbers


def _images(
    name: str, value: Any, *, limit: int | None = None, allow_one: bool = False
) -> np.ndarray:
    pixels = _numbers(name, value)
    if allow_one and pixels.ndim == 2 and pixels.shape[0] == pixels.shape[1] > 1:
        pixels = pixels[np.newaxis]
    if pixels.ndim != 3 or min(pixels.shape) < 1 or min(pixels.shape[1:]) < 2:
        one = ", or one square image [height, width]" if allow_one else ""
        raise ValueError(
            f"{name} has the shape {pixels.shape}; give at least one image as [n, height, width]"
            f"{one}. Flat rows of 784 pixels become images by reshape(-1, 28, 28)."
        )
    if limit is not None and len(pixels) > limit:
        raise ValueError(f"{name} holds {len(pixels)} images; give at most {limit}.")
    return pixels


def _integers(name: str, value: Any, shape: tuple[int, ...], what: str) -> np.ndarray:
    numbers = _numbers(name, value)
    if numbers.shape != shape:
        raise ValueError(f"{name} has the shape {numbers.shape}; give {shape}: {what}.")
    if (numbers < 0).any() or (numbers != np.round(numbers)).any():
        bad = numbers[(numbers < 0) | (numbers != np.round(numbers))].flat[0]
        raise ValueError(f"{name} holds {bad:g}; give integers from 0 up.")
    return numbers.astype(int)


def _counts(name: str, value: Any) -> np.ndarray:
    return _integers(name, value, (NUM_LABELS,), "one count for each label from 0 to 9")


def _labels(name: str, value: Any, length: int | None = None) -> np.ndarray:
    numbers = _sequence(name, value)
    if length is not None and len(numbers) != length:
        raise ValueError(
            f"{name} holds {len(numbers)} values where {length} are needed; give one for each."
        )
    bad = numbers[~np.isin(numbers, np.arange(NUM_LABELS))]
    if len(bad):
        raise ValueError(f"{name} holds {bad[0]:g}; give integers from 0 to {NUM_LABELS - 1}.")
    return numbers.astype(int)


def _sequence(name: str, value: Any) -> np.ndarray:
    numbers = np.atleast_1d(_numbers(name, value))
    if numbers.ndim != 1 or len(numbers) == 0:
        raise ValueError(
            f"{name} has the shape {numbers.shape}; give a sequence of at least one number."
        )
    return numbers


def _shares(name: str, value: Any) -> np.ndarray:
    numbers = _sequence(name, value)
    bad = numbers[(numbers < 0) | (numbers > 1)]
    if bad.size:
        raise ValueError(f"{name} holds {bad[0]:g}; give shares between 0 and 1 (0.86, not 86).")
    return numbers


def _count_table(
    name: str, counts: Any, client_ids: Sequence[str] | None
) -> tuple[list[str], np.ndarray]:
    if isinstance(counts, Mapping):
        rows = _mapping(name, counts)
        return list(rows), np.stack([_counts(f"{name}[{k!r}]", v) for k, v in rows.items()])
    numbers = _numbers(name, counts)
    if numbers.ndim != 2 or len(numbers) == 0:
        raise ValueError(
            f"{name} has the shape {numbers.shape}; give [clients, {NUM_LABELS}] with at least one "
            "client, or a mapping of client ids to counts."
        )
    table = _integers(name, numbers, (len(numbers), NUM_LABELS), "clients by labels")
    ids = [str(k) for k in (range(len(table)) if client_ids is None else client_ids)]
    if len(ids) != len(table):
        raise ValueError(
            f"client_ids holds {len(ids)} ids for {len(table)} rows of {name}; give one for each."
        )
    return ids, table


def _curve(metric: str, run: str, value: Any, is_share: bool) -> np.ndarray:
    name = f"histories: {metric} of {run!r}"
    return _shares(name, value) if is_share else _sequence(name, value)


def _names_of_shares(percent: Any, panels: Mapping[str, Any]) -> set[str]:
    if isinstance(percent, bool):
        return set(panels) if percent else set()
    names = {percent} if isinstance(percent, str) else set(percent)
    if unknown := sorted(names - set(panels)):
        raise ValueError(f"percent names {unknown}; the metrics here are {list(panels)}.")
    return names


def _participation(name: str, plan: Any, ids: Sequence[str]) -> np.ndarray:
    """Returns a bool array [rounds, clients]."""
    if isinstance(plan, str) or not isinstance(plan, Sequence) or len(plan) == 0:
        raise ValueError(f"{name} is {_short(plan)}; give at least one round's client ids.")
    places = {client: column for column, client in enumerate(ids)}
    table = np.zeros((len(plan), len(ids)), bool)
    for row, cohort in enumerate(plan):
        if isinstance(cohort, str):
            raise ValueError(f"{name}[{row}] is {cohort!r}; give a sequence of client ids.")
        for client in cohort:
            if str(client) not in places:
                raise ValueError(
                    f"{name}[{row}] names {client!r}, which is not in client_ids: {_short(ids)}."
                )
            table[row, places[str(client)]] = True
    return table
