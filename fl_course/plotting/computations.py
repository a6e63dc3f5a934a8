"""Figures of federated computations: where values are, and what an aggregation makes of them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from numpy.typing import ArrayLike

from fl_course.arguments import check_text, described
from fl_course.localization import noted, say, strung, word
from fl_course.plotting.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    RUN_COLORS,
    RUN_LINES,
    SMALL,
    SMALLEST,
    VERMILION,
    WIDTH,
    add_heading,
    add_legend,
    beside,
    beside_heading,
    check_each,
    check_sequence,
    check_texts,
    drawing,
    listed,
    percent_text,
    recorded,
)

_SERVER, _CLIENTS = ("#DCEBF5", BLUE), ("#FFF6E3", "#8A5F00")  # fill and line
_MARGIN = 0.95  # inches, to the left of the first column, for the names of the places
_ROW = 0.5  # height of a client's strip
_GAP = 0.95  # between the server and what is written above the clients' values
_OPERATOR = {"size": SMALL, "family": "monospace", "ha": "center", "va": "center"}


@recorded
def client_values(
    values_by_client: Mapping[str, ArrayLike],
    *,
    lines: Mapping[str, float] | None = None,
    x_label: str = "value",
    y_label: str = "client",
    value_label: str = "one value",
    mean_label: str = "mean of the client",
    count_label: str = "values",
    percent: bool = False,
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws every client's values and their mean, a row a client, against means over the clients.

    Args:
      values_by_client: For 1 to 30 clients, their values. Equal values of a client are set apart
        vertically, which means nothing.
      lines: Numbers drawn as vertical lines through all rows, by name; at most 4.
      x_label: Text at the horizontal axis, with the unit.
      y_label: Text at the vertical axis.
      value_label: Says in the legend what a dot is.
      mean_label: Says in the legend what a diamond is.
      count_label: Heading of the numbers of values, at the right.
      percent: True if the values are shares between 0 and 1 to be shown in percent.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If a client has no value, a value is not finite, or there are too many lines.
    """
    values = check_each("values_by_client", values_by_client, check_sequence, most=30)
    marks = {}
    if lines is not None:
        marks = check_each("lines", lines, check_sequence, most=4)
    for name, numbers in marks.items():
        if len(numbers) != 1:
            raise ValueError(
                say(
                    "lines[{name}] holds {num_numbers} numbers; give one.",
                    name=repr(name),
                    num_numbers=len(numbers),
                )
            )
    what = say(
        "{value_label} and {mean_label}: {clients}",
        value_label=word(value_label),
        mean_label=word(mean_label),
        clients=listed(values, noted("{count} clients")),
    )
    alt = strung("; ", [what, *map(word, marks)])
    row = min(0.55, max(0.26, 3.6 / len(values)))
    height = row * len(values) + 1.35 + (0.35 if title else 0)
    with drawing(figure, (WIDTH, height), alt) as drawn:
        axes = drawn.add_subplot()
        handles: dict[str, Any] = {}
        for place, numbers in enumerate(values.values()):
            # Multiples of the golden ratio fill the row evenly, however many values there are.
            spread = (np.arange(len(numbers)) * 0.618 % 1 - 0.5) * 0.6
            dots = {"s": 26 if len(numbers) <= 30 else 12, "color": BLUE, "linewidths": 0}
            many = 0.8 if len(numbers) <= 30 else 0.35
            handles[value_label] = axes.scatter(numbers, place + spread, alpha=many, **dots)
            mean = {"marker": "D", "s": 62, "facecolor": ORANGE, "edgecolor": BLACK, "zorder": 4}
            handles[mean_label] = axes.scatter(numbers.mean(), place, **mean)
            beside(axes, place, str(len(numbers)), GREY)
        for index, (name, (number,)) in enumerate(marks.items()):
            look = {"color": RUN_COLORS[(1, 4, 2, 3)[index]], "linestyle": RUN_LINES[1 - index]}
            handles[name] = axes.axvline(number, zorder=3, **look)
        beside_heading(axes, count_label, GREY)
        axes.set_yticks(range(len(values)), list(values))
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(values) - 0.4, -0.6)
        axes.grid(visible=True, axis="x")
        if percent:
            axes.xaxis.set_major_formatter(percent_text)
        axes.set(xlabel=x_label, ylabel=y_label)
        add_legend(drawn, handles, title)


@recorded
def placement_diagram(
    columns: Sequence[Mapping[str, str | Sequence[str]]],
    steps: Sequence[tuple[str, str, str]],
    *,
    types: Mapping[str, str] | None = None,
    client_names: Sequence[str] | None = None,
    server_name: str = "server",
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws a federated computation: values at the server and at clients, operators as arrows.

    Time goes from left to right. A line of boxes at the top is the server; below it every client
    has a strip of its own. Arrows that leave the strips upwards are all that leaves the clients.

    Args:
      columns: 2 to 6 columns from left to right. Each holds one value at the server, one at the
        clients, or both, by name: a text is at the server; a sequence of texts is at the clients,
        one text for each client.
      steps: Arrows, as (name of a value, operator, name of a value further right). An operator
        that takes two values has an arrow from each; the second one's operator may be "". At the
        server an arrow may pass below other values.
      types: Types of values in compact notation, by name, written below the names.
      client_names: Names of the clients; by default "client 1" and so on.
      server_name: What the server is called.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If a column holds two values at one place, a name comes twice or is not known, or
        a step goes back, or through another value at the clients.
    """
    places = _places(columns)
    shown = [values for _, values in places.values() if not isinstance(values, str)]
    if not shown:
        raise ValueError(
            say("columns has no value at the clients; give a sequence of texts for one.")
        )
    count = len(shown[0])
    if any(len(values) != count for values in shown) or not 1 <= count <= 6:
        raise ValueError(
            say("columns has values of different numbers of clients; give 1 to 6, each.")
        )
    clients = [say("client {number}", number=k + 1) for k in range(count)]
    if client_names is not None:
        clients = check_texts("client_names", client_names, 0, 99)
    if len(clients) != count:
        raise ValueError(
            say(
                "client_names holds {num_clients} names for {count} clients.",
                num_clients=len(clients),
                count=count,
            )
        )
    types = {} if types is None else check_each("types", types, check_text)
    for name in types:
        _known("types", name, places)
    if not isinstance(steps, Sequence) or isinstance(steps, str):
        raise ValueError(
            say("steps holds {step}; give (value, operator, value).", step=described(steps))
        )
    for step in steps:
        _check_step(step, places)
    spoken = strung(
        "; ",
        (
            say("{by} from {start} to {end}", by=word(by), start=word(start), end=word(end))
            for start, by, end in steps
        ),
    )
    alt = say(
        "diagram of values at the server and at {count} clients: {spoken}",
        count=count,
        spoken=spoken,
    )
    labels = [o for s, o, e in steps if _at_clients(places, s) and _at_clients(places, e)]
    below = 0.1 + 0.2 * max((label.count("\n") + 1 for label in labels), default=0)
    bottom = below + count * _ROW  # upper edge of the strips
    above = bottom + 0.5 + _GAP  # lower edge of the server
    height = above + 1.3
    total = height + (0.4 if title else 0)
    with drawing(figure, (WIDTH, total), alt) as drawn:
        drawn.set_layout_engine("none")
        axes = drawn.add_axes((0, 0, 1, height / total))
        # One unit is one inch, so texts and boxes can be measured against each other.
        axes.set(xlim=(0, WIDTH), ylim=(0, height))
        axes.set_axis_off()
        pitch = (WIDTH - _MARGIN - 0.1) / len(columns)
        canvas = _Canvas(axes, pitch, min(1.3, 0.62 * pitch), below, count, above)
        canvas.places(server_name, clients)
        for name, (column, values) in places.items():
            canvas.value(name, types.get(name, ""), column, values)
        for start, operator, end in steps:
            if _between(places, start, end):
                canvas.detour(places[start], operator, places[end])
            else:
                canvas.step(places[start], operator, places[end])
        add_heading(drawn, title)


class _Canvas:
    """Where things stand in a diagram, in inches from the lower left corner."""

    def __init__(
        self, axes: Axes, pitch: float, width: float, below: float, clients: int, above: float
    ) -> None:
        self.axes = axes
        self.pitch = pitch
        self.width = width  # of a box
        self.below = below
        self.clients = clients
        self.strips_top = below + clients * _ROW
        self.server_bottom = above
        self.server_box = above + 0.46  # middle of the server's boxes

    def places(self, server: str, clients: Sequence[str]) -> None:
        """Draws the server and the clients' strips, with their names."""
        name = {"weight": "bold", "va": "center"}
        self._box(0.06, self.server_bottom + 0.02, WIDTH - 0.12, 1.2, *_SERVER)
        self.axes.text(0.16, self.server_box, server, **name)
        for row, client in enumerate(clients):
            middle = self._strip(row)
            self._box(0.06, middle - 0.22, WIDTH - 0.12, 0.44, *_CLIENTS)
            self.axes.text(0.16, middle, client, size=10.5, **name)

    def value(self, name: str, type_text: str, column: int, values: str | Sequence[str]) -> None:
        """Draws a value: one box at the server, or one in each client's strip."""
        x = self._x(column)
        center = {"ha": "center", "va": "center"}
        at_server = isinstance(values, str)
        rows = [self.server_box] if at_server else [self._strip(k) for k in range(self.clients)]
        top = self.server_box + 0.22 if at_server else self.strips_top
        line = _SERVER[1] if at_server else _CLIENTS[1]
        self.axes.text(x, top + (0.36 if type_text else 0.2), name, weight="bold", **center)
        self.axes.text(x, top + 0.14, type_text, size=SMALLEST, family="monospace", **center)
        for y, text in zip(rows, [values] if at_server else values, strict=True):
            self._box(x - self.width / 2, y - 0.17, self.width, 0.34, "white", line)
            self.axes.text(x, y, text, size=10.5, **center)

    def step(self, start: tuple[int, Any], operator: str, end: tuple[int, Any]) -> None:
        """Draws an operator as arrows from one value to another."""
        (tail, tail_values), (head, head_values) = start, end
        up, down = isinstance(head_values, str), isinstance(tail_values, str)
        left, right = self._x(tail), self._x(head)
        label = dict(_OPERATOR)
        if up == down:
            rows = [self.server_box] if up else [self._strip(k) for k in range(self.clients)]
            for y in rows:
                ends = (left + self.width / 2 + 0.03, y), (right - self.width / 2 - 0.03, y)
                self._arrow(*ends, BLACK, "-")
            y = self.server_bottom + 0.13 if up else self.below - 0.04
            label["va"] = "center" if up else "top"
            self.axes.text((left + right) / 2, y, operator, linespacing=1.25, **label)
            return
        high, low = self.server_bottom, self.strips_top + 0.5
        if down:
            ends, color, dashes = ((left, high), (right, low)), BLUE, "-"
        else:
            ends, color, dashes = ((left, low), (right, high)), VERMILION, (0, (3, 1.5))
        self._arrow(*ends, color, dashes)
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 2}
        middle = ((left + right) / 2, (high + low) / 2)
        color = BLUE if down else "#A84A00"
        self.axes.text(*middle, operator, color=color, bbox=paper, linespacing=1.25, **label)

    def detour(self, start: tuple[int, Any], operator: str, end: tuple[int, Any]) -> None:
        """Draws an operator at the server as an arrow that passes below the boxes between."""
        left, right = self._x(start[0]), self._x(end[0])
        floor, boxes = self.server_bottom + 0.1, self.server_box - 0.17
        self.axes.plot([left, left, right], [boxes, floor, floor], color=BLACK, linewidth=2)
        self._arrow((right, floor), (right, boxes - 0.01), BLACK, "-")
        self.axes.text((left + right) / 2, floor + 0.1, operator, **_OPERATOR)

    def _x(self, column: int) -> float:
        return _MARGIN + (column + 0.5) * self.pitch

    def _strip(self, row: int) -> float:
        return self.strips_top - (row + 0.5) * _ROW

    def _box(
        self, left: float, bottom: float, width: float, height: float, fill: str, line: str
    ) -> None:
        corner, inner = (left + 0.06, bottom + 0.06), (width - 0.12, height - 0.12)
        look = {"boxstyle": "round,pad=0.06", "facecolor": fill, "edgecolor": line}
        self.axes.add_patch(FancyBboxPatch(corner, *inner, linewidth=1.2, **look))

    def _arrow(
        self, tail: tuple[float, float], head: tuple[float, float], color: str, dashes: Any
    ) -> None:
        """Draws an arrow; the head apart, because dashes would break its outline."""
        length = math.dist(tail, head)
        neck = tuple(h - 0.14 * (h - t) / length for t, h in zip(tail, head, strict=True))
        self.axes.plot(*zip(tail, neck, strict=True), color=color, linestyle=dashes, linewidth=2)
        look = {"arrowstyle": "-|>,head_width=0.35,head_length=0.65", "color": color}
        self.axes.annotate("", head, neck, arrowprops={**look, "shrinkA": 0, "shrinkB": 0})


def _places(columns: Any) -> dict[str, tuple[int, str | Sequence[str]]]:
    """Returns each value's column and texts, by name."""
    if not isinstance(columns, Sequence) or not 2 <= len(columns) <= 6:
        raise ValueError(
            say(
                "columns is {columns}; give 2 to 6 mappings of names to texts.",
                columns=described(columns),
            )
        )
    places: dict[str, tuple[int, str | Sequence[str]]] = {}
    for index, column in enumerate(columns):
        if not isinstance(column, Mapping) or not 1 <= len(column) <= 2:
            raise ValueError(
                say(
                    "columns[{index}] is {column}; give one or two values.",
                    index=index,
                    column=described(column),
                )
            )
        if len({isinstance(values, str) for values in column.values()}) < len(column):
            raise ValueError(
                say(
                    "columns[{index}] holds two values at one place; give a text for the server and"
                    " a sequence of texts for the clients.",
                    index=index,
                )
            )
        for name, values in column.items():
            if name in places:
                raise ValueError(
                    say(
                        "columns names {name} twice; give each value its own name.", name=repr(name)
                    )
                )
            places[name] = (index, values)
    return places


def _known(what: str, name: str, places: Mapping[str, Any]) -> None:
    if name not in places:
        raise ValueError(
            say(
                "{what} names {name}; the values of columns are {places}.",
                what=what,
                name=repr(name),
                places=", ".join(places),
            )
        )


def _at_clients(places: Mapping[str, tuple[int, Any]], name: str) -> bool:
    return not isinstance(places[name][1], str)


def _check_step(step: Any, places: Mapping[str, tuple[int, Any]]) -> None:
    if not isinstance(step, Sequence) or isinstance(step, str) or len(step) != 3:
        raise ValueError(
            say("steps holds {step}; give (value, operator, value).", step=described(step))
        )
    start, _, end = step
    for name in (start, end):
        _known("steps", name, places)
    (tail, _), (head, _) = places[start], places[end]
    if tail >= head:
        raise ValueError(
            say(
                "steps goes back from {start} to {end}; time goes to the right.",
                start=repr(start),
                end=repr(end),
            )
        )
    if _at_clients(places, start) and (between := _between(places, start, end)):
        raise ValueError(
            say(
                "steps goes from {start} to {end} through {between}.",
                start=repr(start),
                end=repr(end),
                between=repr(between[0]),
            )
        )


def _between(places: Mapping[str, tuple[int, Any]], start: str, end: str) -> list[str]:
    """Returns the values that a step within one place would pass."""
    (tail, _), (head, _) = places[start], places[end]
    here = _at_clients(places, start)
    if here != _at_clients(places, end):
        return []
    return [
        name
        for name, (column, _) in places.items()
        if tail < column < head and _at_clients(places, name) == here
    ]
