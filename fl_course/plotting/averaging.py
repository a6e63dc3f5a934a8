"""Figures of Federated Averaging written by hand: its four parts, and how equal two runs are."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from numpy.typing import ArrayLike

from fl_course.arguments import described
from fl_course.localization import noted, say, word
from fl_course.plotting.style import (
    BLACK,
    BLUE,
    GREY,
    MAX_RUNS,
    PALE,
    VERMILION,
    WIDTH,
    add_heading,
    add_legend,
    check_each,
    check_sequence,
    check_texts,
    check_whole,
    drawing,
    integer_ticks,
    legend_columns,
    listed,
    recorded,
    run_look,
)

_PARTS = (
    noted("1  broadcast"),
    noted("2  client update"),
    noted("3  upload"),
    noted("4  server update"),
)
_SENTENCES = (
    noted("the server's weights $w$ go to every client of the cohort"),
    noted(r"from $w$, a gradient step for each batch of $D_k$; then $\Delta_k = w_k - w$"),
    noted(r"every client sends $\Delta_k$; what arrives is the mean, $\overline{\Delta}$"),
    noted("the server adds the mean to its weights"),
)
_STRIP, _ROW, _NAMES = 0.34, 0.86, 0.42  # heights in inches: a part's words, its picture, the top
_SERVER, _CLIENTS = ("#DCEBF5", BLUE), ("#FFF6E3", "#8A5F00")  # fill and line
_SERVER_LANE = (0.1, 2.95)  # from left to right, in inches


@recorded
def averaging_diagram(
    *,
    client_names: Sequence[str] = ("client 1", "client 2", "client 3"),
    server_name: str = "server",
    part_names: Sequence[str] = _PARTS,
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws the four parts of a round of Federated Averaging, one below the other.

    Each row shows what a part takes and what it gives, in the lane of the server or of the client
    that has it. Time goes from top to bottom.

    Args:
      client_names: Names of 2 to 4 clients.
      server_name: What the server is called.
      part_names: What the four parts are called.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If there are not four names of parts, or not 2 to 4 clients.
    """
    names = check_texts("part_names", part_names, 4, 4)
    clients = check_texts("client_names", client_names, 2, 4)
    alt = say(
        "diagram of a round of Federated Averaging in four parts: the server's weights "
        "go to the clients, each makes an update from them and its data, the mean of "
        "the updates goes to the server, and the server adds it to its weights"
    )
    height = _NAMES + 4 * (_STRIP + _ROW) + 0.1
    total = height + (0.4 if title else 0)
    with drawing(figure, (WIDTH, total), alt) as drawn:
        drawn.set_layout_engine("none")
        axes = drawn.add_axes((0, 0, 1, height / total))
        # One unit is one inch, so texts and boxes can be measured against each other.
        axes.set(xlim=(0, WIDTH), ylim=(0, height))
        axes.set_axis_off()
        canvas = _Lanes(axes, height, server_name, clients)
        for row, (name, text) in enumerate(zip(names, _SENTENCES, strict=True)):
            canvas.words(row, name, text)
        canvas.broadcast(0)
        canvas.client_update(1)
        canvas.upload(2)
        canvas.server_update(3)
        add_heading(drawn, title)


class _Lanes:
    """Where things stand in the diagram of the four parts, in inches from the lower left corner."""

    def __init__(self, axes: Axes, height: float, server: str, clients: Sequence[str]) -> None:
        self.axes = axes
        self.top = height - _NAMES
        start, pitch = _SERVER_LANE[1] + 0.1, (WIDTH - _SERVER_LANE[1] - 0.15) / len(clients)
        lefts = [start + k * pitch for k in range(len(clients))]
        self.lanes = [_SERVER_LANE, *((left, left + pitch - 0.1) for left in lefts)]
        for index, (name, (left, right)) in enumerate(
            zip([server, *clients], self.lanes, strict=True)
        ):
            fill, line = _CLIENTS if index else _SERVER
            lane = {"facecolor": fill, "edgecolor": "none", "zorder": 0}
            axes.add_patch(Rectangle((left, 0.08), right - left, height - 0.14, **lane))
            middle = {"ha": "center", "va": "center", "weight": "bold", "color": line}
            axes.text((left + right) / 2, self.top + 0.2, name, **middle)
        self.middles = [(left + right) / 2 for left, right in self.lanes]

    def words(self, row: int, name: str, text: str) -> None:
        """Writes a part's name, and beside it a sentence."""
        bottom = self.top - row * (_STRIP + _ROW) - _STRIP
        strip = {"facecolor": PALE, "edgecolor": "none", "zorder": 1}
        self.axes.add_patch(Rectangle((0.05, bottom), WIDTH - 0.1, _STRIP - 0.04, **strip))
        middle = bottom + _STRIP / 2 - 0.02
        self.axes.text(0.16, middle, name, weight="bold", va="center")
        self.axes.text(1.95, middle, text, va="center")

    def broadcast(self, row: int) -> None:
        """Draws how the weights go from the server to the clients."""
        bus, low = self._middle(row) + 0.2, self._middle(row) - 0.22
        self._box(self.middles[0], bus, "$w$", 0)
        start = self.middles[0] + 0.35
        self.axes.plot((start, self.middles[-1]), (bus, bus), color=BLUE, linewidth=2)
        for middle in self.middles[1:]:
            self._arrow((middle, bus), (middle, low + 0.19), BLUE, "-")
            self._box(middle, low, "$w$", 1)

    def client_update(self, row: int) -> None:
        """Draws how each client makes its update from the weights and its data."""
        y = self._middle(row)
        for k, middle in enumerate(self.middles[1:], start=1):
            reach = min(0.55, (self.lanes[k][1] - self.lanes[k][0]) / 2 - 0.3)
            self._box(middle - reach, y + 0.19, "$w$", 1, width=0.5)
            self._box(middle - reach, y - 0.19, f"$D_{k}$", 1, width=0.5, dashed=True)
            self._arrow((middle - reach + 0.3, y), (middle + reach - 0.3, y), BLACK, "-")
            self._box(middle + reach, y, rf"$\Delta_{k}$", 1, width=0.5)

    def upload(self, row: int) -> None:
        """Draws how the updates go up and become their mean."""
        high, bus = self._middle(row) + 0.2, self._middle(row) - 0.22
        dashes = (0, (3, 1.5))
        for k, middle in enumerate(self.middles[1:], start=1):
            self._box(middle, high, rf"$\Delta_{k}$", 1)
            ends = (high - 0.19, bus)
            self.axes.plot((middle, middle), ends, color=VERMILION, linewidth=2, linestyle=dashes)
        end = (self.middles[0] + 0.37, bus)
        self._arrow((self.middles[-1], bus), end, VERMILION, dashes)
        self._box(self.middles[0], bus, r"$\overline{\Delta}$", 0)

    def server_update(self, row: int) -> None:
        """Draws how the server makes its new weights from the old ones and the mean."""
        y, middle = self._middle(row), self.middles[0]
        self._box(middle - 0.75, y + 0.19, "$w$", 0)
        self._box(middle - 0.75, y - 0.19, r"$\overline{\Delta}$", 0)
        self._arrow((middle - 0.35, y), (middle + 0.15, y), BLACK, "-")
        self._box(middle + 0.72, y, r"$w + \overline{\Delta}$", 0, width=1.0)

    def _middle(self, row: int) -> float:
        return self.top - row * (_STRIP + _ROW) - _STRIP - _ROW / 2

    def _box(
        self,
        x: float,
        y: float,
        text: str,
        client: int,
        *,
        width: float = 0.6,
        dashed: bool = False,
    ) -> None:
        corner, inner = (x - width / 2 + 0.06, y - 0.1), (width - 0.12, 0.2)
        line = GREY if dashed else (_CLIENTS if client else _SERVER)[1]
        look = {"boxstyle": "round,pad=0.06", "facecolor": "white", "edgecolor": line}
        look |= {"linewidth": 1.2, "linestyle": "--" if dashed else "-", "zorder": 3}
        self.axes.add_patch(FancyBboxPatch(corner, *inner, **look))
        self.axes.text(x, y, text, ha="center", va="center", zorder=4)

    def _arrow(
        self, tail: tuple[float, float], head: tuple[float, float], color: str, dashes: Any
    ) -> None:
        """Draws an arrow; the head apart, because dashes would break its outline."""
        length = math.dist(tail, head)
        neck = tuple(h - 0.14 * (h - t) / length for t, h in zip(tail, head, strict=True))
        self.axes.plot(*zip(tail, neck, strict=True), color=color, linestyle=dashes, linewidth=2)
        look = {"arrowstyle": "-|>,head_width=0.35,head_length=0.65", "color": color}
        self.axes.annotate("", head, neck, arrowprops={**look, "shrinkA": 0, "shrinkB": 0})


@recorded
def weight_differences(
    runs: Mapping[str, ArrayLike],
    *,
    lines: Mapping[str, float] | None = None,
    floor: float = 1e-10,
    x_label: str = "round",
    y_label: str = "largest difference of a weight",
    start: int = 1,
    title: str | None = None,
    figure: Figure | None = None,
) -> None:
    """Draws how far two runs are apart round by round, for one or more pairs of runs.

    The vertical axis is logarithmic: equal distances are equal factors.

    Args:
      runs: For each pair of runs, its differences in order, 0 or more. Up to 14 pairs.
      lines: Numbers drawn as horizontal lines, by name; at most 2.
      floor: Above 0. Smaller differences, 0 too, are drawn at this height.
      x_label: Text at the horizontal axis.
      y_label: Text at the vertical axis.
      start: What the first difference is called: 1 for the first round, 0 for before training.
      title: Heading of the figure.
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If there is no run or no difference, one is negative or not finite, or `floor`
        or a line is not above 0.
    """
    values = check_each("runs", runs, check_sequence, most=MAX_RUNS)
    for name, differences in values.items():
        if (differences < 0).any():
            raise ValueError(
                say(
                    "runs[{name}] holds {difference}; give sizes of differences, 0 or more.",
                    name=repr(name),
                    difference=f"{differences[differences < 0][0]:g}",
                )
            )
    marks = {} if lines is None else check_each("lines", lines, check_sequence, most=2)
    heights = check_sequence("floor", floor)
    start = check_whole("start", start, 0, 10**6)
    for name, number in {"floor": heights, **marks}.items():
        if len(number) != 1 or not number[0] > 0:
            raise ValueError(
                say(
                    "{name} is {number}; give one number above 0.",
                    name=name,
                    number=described(number.tolist()),
                )
            )
    end = start + max(map(len, values.values())) - 1
    alt = say(
        "{values} by {x_label}, {start} to {end}: {runs}",
        values=word(y_label),
        x_label=word(x_label),
        start=start,
        end=end,
        runs=listed(values, noted("{count} pairs of runs")),
    )
    names = [*values, *marks]
    height = 3.6 + 0.24 * math.ceil(len(names) / legend_columns(names)) + (0.35 if title else 0)
    with drawing(figure, (WIDTH, height), alt) as drawn:
        axes = drawn.add_subplot()
        handles: dict[str, Any] = {}
        for index, (name, differences) in enumerate(values.items()):
            rounds = np.arange(start, start + len(differences))
            shown = np.maximum(differences, floor)
            (handles[name],) = axes.plot(rounds, shown, **run_look(index), clip_on=False)
        for index, (name, (number,)) in enumerate(marks.items()):
            look = {"color": GREY, "linestyle": ("--", ":")[index], "linewidth": 1.5}
            handles[name] = axes.axhline(number, **look)
        axes.set_yscale("log")
        highest = max(max(map(np.max, values.values())), *(m[0] for m in marks.values()), floor)
        top = 10.0 ** math.ceil(math.log10(highest) + 0.1)
        axes.set_ylim(floor, top)
        first, last = math.ceil(math.log10(floor)), round(math.log10(top))
        powers = range(first, last + 1, 1 if last - first <= 6 else 2)
        lowest = rf"$\leq 10^{{{first}}}$"
        axes.set_yticks(
            [10.0**power for power in powers],
            [lowest if power == first else f"$10^{{{power}}}$" for power in powers],
        )
        axes.minorticks_off()
        axes.grid(visible=True)
        axes.set_xticks(integer_ticks(start, end, at_most=12))
        margin = max(0.5, 0.03 * (end - start))
        axes.set_xlim(start - margin, end + margin)
        axes.set(xlabel=x_label, ylabel=y_label)
        add_legend(drawn, handles, title)
