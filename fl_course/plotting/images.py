"""Figures of digits."""

import math
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from fl_course.arguments import described
from fl_course.localization import noted, say, strung
from fl_course.plotting.style import (
    BLACK,
    NUM_LABELS,
    PALE,
    SMALL,
    WIDTH,
    add_heading,
    check_each,
    check_images,
    check_labels,
    check_mapping,
    check_template,
    check_whole,
    drawing,
    finish_tiles,
    frame,
    gray_scale,
    listed,
    recorded,
    tile,
)


@recorded
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
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If the images are no images, or labels or titles are not one for each image.
    """
    pixels = check_images("images", images, limit=400, allow_one=True)
    texts = None if labels is None else check_labels("labels", labels, len(pixels))
    if titles is not None and (not _is_row(titles) or len(titles) != len(pixels)):
        raise ValueError(
            say(
                "titles holds {num_titles} texts for {num_pixels} images; give one for each image.",
                num_titles=len(titles) if _is_row(titles) else 0,
                num_pixels=len(pixels),
            )
        )
    titles = None if titles is None else [str(text) for text in titles]
    columns = min(check_whole("columns", columns, 1, 20), len(pixels))
    rows = math.ceil(len(pixels) / columns)
    side = min(WIDTH / columns, 1.8)
    above = 0.0 if titles is None else 0.19 * max(1 + text.count("\n") for text in titles) + 0.06
    below = 0.0 if texts is None else 0.26
    pitch = side * pixels.shape[1] / pixels.shape[2] + above + below
    note = label_note if texts is not None else None
    extra = (0.35 if note else 0.0) + (0.4 if title else 0.0)
    # A single image would make a figure too narrow for the line below it.
    width = max(columns * side, 3.0)
    alt = say("{count} images of digits", count=len(pixels))
    if len(pixels) == 1:
        alt = say("1 image of digits")
    with drawing(figure, (width, rows * pitch + extra), alt) as drawn:
        axes = drawn.add_subplot()
        scale = gray_scale(pixels)
        for index, image in enumerate(pixels):
            row, column = divmod(index, columns)
            left, top = column * side, row * pitch + above
            tile(axes, image, left, top, side, pitch - above - below, scale)
            if titles is not None:
                axes.text(left + side / 2, top, titles[index], ha="center", va="bottom", size=SMALL)
            if texts is not None:
                bottom = top + pitch - above - below
                axes.text(left + side / 2, bottom, str(texts[index]), ha="center", va="top")
        finish_tiles(axes, columns * side, rows * pitch)
        if note:
            drawn.supxlabel(note)
        add_heading(drawn, title)


@recorded
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
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If a client's value is not such a pair, or images of clients differ in size.
    """
    clients = check_mapping("examples_by_client", examples_by_client, limit=20)
    check_template("missing", missing, "label")
    means: dict[str, dict[int, np.ndarray]] = {}
    sizes = set()
    for client, pair in clients.items():
        name = f"examples_by_client[{client!r}]"
        if not isinstance(pair, Sequence) or len(pair) != 2:
            raise ValueError(
                say(
                    "{name} is {pair}; give the pair (images, labels).",
                    name=name,
                    pair=described(pair),
                )
            )
        pixels = check_images(f"{name} images", pair[0])
        labels = check_labels(f"{name} labels", pair[1], len(pixels))
        sizes.add(pixels.shape[1:])
        means[client] = {int(k): pixels[labels == k].mean(axis=0) for k in np.unique(labels)}
    if len(sizes) > 1:
        raise ValueError(
            say(
                "examples_by_client holds images of sizes {sizes}; give images of one size.",
                sizes=sorted(sizes),
            )
        )
    (height, width) = sizes.pop()
    pitch = height / width
    missed = [
        say("{client} has {missing}", client=c, missing=say(missing, label=k))
        for c in means
        for k in _absent(means[c])
    ]
    told = listed(means, noted("{count} clients"))
    alt = strung("; ", [say("mean image of each label for {clients}", clients=told), *missed])
    with drawing(figure, (WIDTH, 0.78 * pitch * len(means) + 0.65), alt) as drawn:
        axes = drawn.add_subplot()
        scale = gray_scale(np.stack([image for row in means.values() for image in row.values()]))
        for row, images in enumerate(means.values()):
            for label, image in images.items():
                tile(axes, image, label, row * pitch, 1, pitch, scale)
            for label in _absent(images):
                frame(axes, label, row * pitch, 1, pitch, facecolor=PALE, hatch="///")
                axes.text(
                    label + 0.5,
                    (row + 0.5) * pitch,
                    say(missing, label=label),
                    ha="center",
                    va="center",
                    color=BLACK,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
                )
        finish_tiles(axes, NUM_LABELS, pitch * len(means))
        axes.set_axis_on()
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        axes.set_xticks(np.arange(NUM_LABELS) + 0.5, [str(k) for k in range(NUM_LABELS)])
        axes.set_yticks((np.arange(len(means)) + 0.5) * pitch, list(means))
        axes.set(xlabel=x_label, ylabel=y_label)
        add_heading(drawn, title)


@recorded
def image_rows(
    images: Mapping[str, Mapping[str, ArrayLike]],
    *,
    x_label: str | None = None,
    y_label: str = "round",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws rows of images with their names, in 1 or 2 panels side by side.

    Args:
      images: For each panel its rows, 1 to 12, and for each row [n, height, width] numbers, 1 to 12
        images. Rows have the same names in both panels, and all have as many images, of one size.
      x_label: Text below each panel, such as what a column is.
      y_label: Text at the first panel's vertical axis: what the names of the rows are.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If a row holds no images, or rows differ in names, numbers or sizes.
    """
    panels = check_each("images", images, _rows_of_images, most=2)
    names = {panel: list(rows) for panel, rows in panels.items()}
    first = next(iter(names.values()))
    shapes = sorted({row.shape for rows in panels.values() for row in rows.values()})
    if any(own != first for own in names.values()) or len(shapes) > 1:
        raise ValueError(
            say(
                "images must have the same rows in each panel, and all rows as many images of one "
                "size; rows are {rows}, shapes {shapes}.",
                rows=list(names.values()),
                shapes=[list(shape) for shape in shapes],
            )
        )
    ((count, height, width),) = shapes
    pitch = height / width
    alt = say(
        "rows of {count} images, for {panels}; the rows are {rows}",
        count=count,
        panels=listed(panels, noted("{count} panels")),
        rows=listed(first, noted("{count} of them")),
    )
    side = min((WIDTH - 0.9) / (count * len(panels)), 0.8)
    extra = 0.45 + (0.35 if x_label else 0.0) + (0.4 if title else 0.0)
    size = (max(count * len(panels) * side + 0.9, 4.0), side * pitch * len(first) + extra)
    with drawing(figure, size, alt) as drawn:
        grid = drawn.subplots(1, len(panels), squeeze=False)
        scale = gray_scale(np.stack([row for rows in panels.values() for row in rows.values()]))
        for axes, (panel, rows) in zip(grid.flat, panels.items(), strict=True):
            for number, row in enumerate(rows.values()):
                for column, image in enumerate(row):
                    tile(axes, image, column, number * pitch, 1, pitch, scale)
            finish_tiles(axes, count, pitch * len(rows))
            axes.set_axis_on()
            axes.spines[:].set_visible(False)
            axes.set_xticks([])
            axes.set_yticks([])
            axes.set_title(panel)
            if x_label:
                axes.set_xlabel(x_label)
        grid[0, 0].tick_params(length=0)
        grid[0, 0].set_yticks((np.arange(len(first)) + 0.5) * pitch, first)
        grid[0, 0].set_ylabel(y_label)
        add_heading(drawn, title)


def _rows_of_images(name: str, given: object) -> dict[str, np.ndarray]:
    rows = check_mapping(name, given, limit=12)
    return {row: check_images(f"{name}[{row!r}]", value, limit=12) for row, value in rows.items()}


def _is_row(value: object) -> bool:
    return isinstance(value, Collection | np.ndarray) and not isinstance(value, str | bytes)


def _absent(labels: Collection[int]) -> list[int]:
    return [label for label in range(NUM_LABELS) if label not in labels]
