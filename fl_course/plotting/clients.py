"""Figures of how data and rounds are spread over clients."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from fl_course.arguments import described
from fl_course.localization import noted, say, strung, word
from fl_course.plotting.findings import labels_held, turns_taken, with_findings
from fl_course.plotting.style import (
    BLUE,
    GREY,
    SMALL,
    STYLE,
    VERMILION,
    WIDTH,
    add_heading,
    beside,
    beside_heading,
    check_counts,
    check_each,
    check_images,
    check_integers,
    check_label_names,
    check_mapping,
    check_numbers,
    check_template,
    check_texts,
    check_whole,
    drawing,
    finish_tiles,
    fitting_size,
    gray_scale,
    ink,
    integer_ticks,
    listed,
    name_labels,
    recorded,
    tile,
)

_MOST_LINES = 150
_MOST_ROWS = 5000  # of a heat map: more than EMNIST has writers, and still drawn within seconds


@recorded
def label_counts(
    counts_by_client: Mapping[str, ArrayLike],
    *,
    label_names: Sequence[str] | None = None,
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
      counts_by_client: For 1 to 24 clients, counts of the examples of each label, ten if there are
        no `label_names`.
      label_names: Names of the labels in their order, 2 to 100; by default 0 to 9.
      columns: Panels in a row, 1 to 6.
      panel_title: Heading of a panel; may use {client} and {total}.
      x_label: Text at the horizontal axis.
      y_label: Text at the vertical axis.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If a client's counts are not integers from 0 up, one for each label.
    """
    names = check_label_names(label_names)
    counts = check_each(
        "counts_by_client", counts_by_client, check_counts, most=24, num_labels=len(names)
    )
    columns = min(check_whole("columns", columns, 1, 6), len(counts))
    check_template("panel_title", word(panel_title), "client", "total")
    rows = math.ceil(len(counts) / columns)
    alt = say("label counts of {counts}", counts=listed(counts, noted("{count} clients")))
    alt = with_findings(alt, {"": labels_held(np.array(list(counts.values())))})
    with drawing(figure, (WIDTH, 1.9 * rows + 0.5), alt) as drawn:
        grid = drawn.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
        for axes, (client, values) in zip(grid.flat, counts.items(), strict=False):
            _label_bars(axes, values, names, (WIDTH - 0.8) / columns)
            axes.set_title(word(panel_title).format(client=client, total=int(values.sum())))
        for index in range(len(counts), rows * columns):
            grid.flat[index].remove()
            # Shared axes show tick labels only in the last row, which has a gap here.
            grid.flat[index - columns].tick_params(labelbottom=True)
        drawn.supxlabel(x_label)
        drawn.supylabel(y_label)
        add_heading(drawn, title)


@recorded
def label_heatmap(
    counts: Mapping[str, ArrayLike] | ArrayLike,
    *,
    client_ids: Sequence[str] | None = None,
    label_names: Sequence[str] | None = None,
    x_label: str = "label",
    y_label: str = "client",
    colorbar_label: str = "examples",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws the clients' label counts as a heat map: a row a client, a column a label.

    The counts are written in the cells where they fit (up to about 30 clients).

    Args:
      counts: A count of each label for each client by its id, or an integer array [clients,
        labels]; up to 5,000 clients, and ten labels if there are no `label_names`.
      client_ids: The rows' names if `counts` is an array; by default 0, 1, 2 ...
      label_names: Names of the labels in their order, 2 to 100; by default 0 to 9.
      x_label: Text at the horizontal axis.
      y_label: Text at the vertical axis.
      colorbar_label: Text at the colour bar.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If the counts are not integers from 0 up, for each client one for each label.
    """
    names = check_label_names(label_names)
    ids, table = _count_table("counts", counts, client_ids, len(names))
    alt = say("heat map of label counts of {ids}", ids=listed(ids, noted("{count} clients")))
    alt = with_findings(alt, {"": labels_held(table)})
    _heatmaps({"": (ids, table)}, names, alt, x_label, y_label, colorbar_label, title, figure)


@recorded
def label_heatmaps(
    partitions: Mapping[str, Mapping[str, ArrayLike] | ArrayLike],
    *,
    client_ids: Sequence[str] | None = None,
    label_names: Sequence[str] | None = None,
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
      label_names: Names of the labels in their order, 2 to 100; by default 0 to 9.
      x_label: Text at the horizontal axes.
      y_label: Text at the first vertical axis.
      colorbar_label: Text at the colour bar.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If counts are not integers from 0 up, one for each label, or the numbers of
        clients differ.
    """
    names = check_label_names(label_names)
    tables = check_each(
        "partitions",
        partitions,
        _count_table,
        most=4,
        client_ids=client_ids,
        num_labels=len(names),
    )
    sizes = {name: len(ids) for name, (ids, _) in tables.items()}
    if len(set(sizes.values())) > 1:
        raise ValueError(
            say(
                "partitions have different numbers of clients: {sizes}; give the same number in"
                " each.",
                sizes=sizes,
            )
        )
    alt = say("heat maps of label counts: {tables}", tables=listed(tables, noted("{count} panels")))
    alt = with_findings(alt, {name: labels_held(table) for name, (_, table) in tables.items()})
    _heatmaps(tables, names, alt, x_label, y_label, colorbar_label, title, figure)


@recorded
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
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If a mapping is empty or too long, or a value has not the shape above.
    """
    images = check_each("images_by_client", images_by_client, check_images, most=5, limit=4)
    shapes = {client: value.shape for client, value in images.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(
            say(
                "images_by_client have different shapes: {shapes}; give equal shapes.",
                shapes=shapes,
            )
        )
    counts = check_each("counts_by_client", counts_by_client, check_counts, most=5)
    given = check_mapping("sizes_by_client", sizes_by_client, limit=14)
    sizes = check_integers(
        "sizes_by_client", list(given.values()), (len(given),), say("one number a client")
    )
    titles = check_texts("titles", titles, 3, 3)
    alt = say("three panels: {titles}", titles=strung(", ", map(word, titles)))
    with drawing(figure, (WIDTH, 3.7 if title else 3.4), alt) as drawn:
        left, middle, right = drawn.subfigures(1, 3, width_ratios=(1.25, 1.05, 1.05), wspace=0.03)

        axes = left.add_subplot()
        scale = gray_scale(np.concatenate(list(images.values())))
        per_client, height, width = next(iter(shapes.values()))
        pitch = height / width
        for row, client in enumerate(images):
            for column, image in enumerate(images[client]):
                tile(axes, image, column, row * pitch, 1, pitch, scale)
        finish_tiles(axes, per_client, pitch * len(images))
        axes.set_axis_on()
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        axes.set_xticks([])
        axes.set_yticks((np.arange(len(images)) + 0.5) * pitch, list(images), size=SMALL)
        axes.set_xlabel(image_label)

        grid = middle.subplots(len(counts), 1, sharex=True, sharey=True, squeeze=False)
        for axes, (client, values) in zip(grid.flat, counts.items(), strict=True):
            _label_bars(axes, values, check_label_names(None), WIDTH / 3)
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
        add_heading(drawn, title)


@recorded
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
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If there is no round, or a cohort names a client that `client_ids` lacks.
    """
    ids = _ids(client_ids)
    if not isinstance(plans, Mapping):
        plans = {"": plans}
    tables = {
        name: _participation(f"plans[{name!r}]" if name else "plans", plan, ids)
        for name, plan in check_mapping("plans", plans, limit=3).items()
    }
    start = check_whole("start", start, 0, 10**6)
    row_height = min(0.27, 6.5 / len(ids))
    named = [name for name in tables if name] or [say("{count} clients", count=len(ids))]
    alt = say(
        "clients taking part in each round: {named}", named=listed(named, noted("{count} plans"))
    )
    alt = with_findings(alt, {name: turns_taken(table) for name, table in tables.items()})
    height = row_height * len(ids) + 1.1 + (0.35 if title else 0)
    with drawing(figure, (WIDTH, height), alt) as drawn:
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
            axes.set_xticks(integer_ticks(start, start + rounds - 1, at_most=10))
            rows = _row_ticks(len(ids), row_height)
            axes.set_yticks(rows, [ids[row] for row in rows])
            for row in rows:
                total = str(table[:, row].sum())
                beside(axes, row, total, color=GREY if total != "0" else VERMILION)
            beside_heading(axes, total_label, GREY)
            axes.set_xlabel(x_label)
            axes.set_title(name)
        grid[0, 0].set_ylabel(y_label)
        add_heading(drawn, title)


def _label_bars(axes: Axes, counts: np.ndarray, names: Sequence[str], width: float) -> None:
    axes.bar(range(len(names)), counts, color=BLUE)
    for label in np.flatnonzero(counts == 0):
        axes.text(label, 0, "0", ha="center", va="bottom", color=VERMILION, size=SMALL)
    axes.grid(visible=True, axis="y")
    name_labels(axes, names, width)
    axes.tick_params(axis="x", length=0)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))


def _heatmaps(
    tables: Mapping[str, tuple[list[str], np.ndarray]],
    names: Sequence[str],
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
    width = (WIDTH - 1.2 - 1.1 * (1 if len(tables) == 1 else 1.2)) / len(tables)
    cell_width = width / len(names)
    size = fitting_size(str(largest), cell_width, row_height)
    height = max(row_height * rows, 1.2) + 0.9 + (0.35 if title else 0)
    with drawing(figure, (WIDTH, height), alt) as drawn:
        grid = drawn.subplots(1, len(tables), squeeze=False)
        scale = Normalize(0, largest)
        for panel, (axes, (name, (ids, table))) in enumerate(
            zip(grid.flat, tables.items(), strict=True)
        ):
            image = axes.imshow(table, cmap="Blues", norm=scale, aspect="auto")
            if size:
                for (row, column), count in np.ndenumerate(table):
                    color = ink(image.cmap(scale(count))) if count else "#8C8C8C"
                    place = {"ha": "center", "va": "center_baseline"}
                    axes.text(column, row, str(count), color=color, size=size, **place)
            ticks = _row_ticks(len(ids), row_height)
            first_ids = next(iter(tables.values()))[0]
            shown = panel == 0 or ids != first_ids
            axes.set_yticks(ticks, [ids[tick] for tick in ticks] if shown else [])
            name_labels(axes, names, width)
            _cell_lines(axes, len(names), len(ids), "#E3E3E3", 0.6)
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
        add_heading(drawn, title)


def _row_ticks(rows: int, row_height: float) -> list[int]:
    return list(range(0, rows, math.ceil(0.17 / row_height)))


def _cell_lines(
    axes: Axes, columns: int, rows: int, color: str, width: float, x: float = 0
) -> None:
    """Draws lines between cells whose centres are the integers, from x to the right and 0 down."""
    axes.set_xticks(np.arange(columns + 1) + x - 0.5, minor=True)
    # Below three points a row, lines would hide the cells, and take seconds to draw.
    if rows <= _MOST_LINES:
        axes.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    axes.grid(visible=True, which="minor", color=color, linewidth=width)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)


def _count_table(
    name: str, counts: Any, client_ids: Sequence[str] | None, num_labels: int
) -> tuple[list[str], np.ndarray]:
    if isinstance(counts, Mapping):
        rows = check_each(name, counts, check_counts, most=_MOST_ROWS, num_labels=num_labels)
        return list(rows), np.stack(list(rows.values()))
    numbers = check_numbers(name, counts)
    if numbers.ndim != 2 or len(numbers) == 0:
        raise ValueError(
            say(
                "{name} has the shape {shape}; give [clients, {num_labels}] with at least one "
                "client, or a mapping of client ids to counts.",
                name=name,
                shape=numbers.shape,
                num_labels=num_labels,
            )
        )
    table = check_integers(name, numbers, (len(numbers), num_labels), say("clients by labels"))
    _check_rows(name, len(table))
    ids = [str(k) for k in range(len(table))] if client_ids is None else _ids(client_ids)
    if len(ids) != len(table):
        raise ValueError(
            say(
                "client_ids holds {num_ids} ids for {num_table} rows of {name}; give one for each.",
                num_ids=len(ids),
                num_table=len(table),
                name=name,
            )
        )
    return ids, table


def _ids(client_ids: Any) -> list[str]:
    """Returns ids as texts, each of them once."""
    good = isinstance(client_ids, Collection | np.ndarray) and not isinstance(
        client_ids, str | bytes
    )
    ids = [str(client) for client in client_ids] if good else []
    if not ids or len(set(ids)) != len(ids):
        raise ValueError(
            say(
                "client_ids is {ids}; give at least one id, each of them once.",
                ids=described(client_ids),
            )
        )
    _check_rows("client_ids", len(ids))
    return ids


def _check_rows(name: str, rows: int) -> None:
    if rows > _MOST_ROWS:
        raise ValueError(
            say(
                "{name} has {num_value} entries; give at most {limit}, more can't be read.",
                name=name,
                num_value=rows,
                limit=_MOST_ROWS,
            )
        )


def _participation(name: str, plan: Any, ids: Sequence[str]) -> np.ndarray:
    """Returns a bool array [rounds, clients]."""
    if isinstance(plan, str) or not isinstance(plan, Sequence) or len(plan) == 0:
        raise ValueError(
            say(
                "{name} is {plan}; give at least one round's client ids.",
                name=name,
                plan=described(plan),
            )
        )
    places = {client: column for column, client in enumerate(ids)}
    table = np.zeros((len(plan), len(ids)), bool)
    for row, cohort in enumerate(plan):
        if isinstance(cohort, str) or not isinstance(cohort, Iterable):
            raise ValueError(
                say(
                    "{name}[{row}] is {cohort}; give a sequence of client ids.",
                    name=name,
                    row=row,
                    cohort=described(cohort),
                )
            )
        for client in cohort:
            if str(client) not in places:
                raise ValueError(
                    say(
                        "{name}[{row}] names {client}, which is not in client_ids: {ids}.",
                        name=name,
                        row=row,
                        client=repr(client),
                        ids=described(ids),
                    )
                )
            table[row, places[str(client)]] = True
    return table
