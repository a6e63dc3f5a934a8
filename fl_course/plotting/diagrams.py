"""What federated learning is."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle
from numpy.typing import ArrayLike

from fl_course.arguments import check_text
from fl_course.localization import noted, say
from fl_course.plotting.style import (
    BLUE,
    GREY,
    VERMILION,
    WIDTH,
    check_each,
    check_images,
    check_texts,
    drawing,
    gray_scale,
    recorded,
    tile,
)

_DIAGRAM_WORDS = {
    "server": noted("server"),
    "server_step": noted(
        "4  aggregation: the average of the model updates is added to the model,\n"
        "then the next round begins"
    ),
    "down": noted("1  model"),
    "up": noted("3  model\n    update"),
    "client_step": noted("2  trains the model\non its own data"),
    "data": noted("its data never leaves"),
}


@recorded
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
      figure: Drawn into instead of displayed; see `fl_course.plotting`.

    Raises:
      ValueError: If the number of clients is not 2 to 4, or `words` has another key.
    """
    if words is not None:
        words = check_each("words", words, check_text)
    text = {**_DIAGRAM_WORDS, **(words or {})}
    if unknown := sorted(set(text) - set(_DIAGRAM_WORDS)):
        raise ValueError(
            say(
                "words has the keys {unknown}; allowed are {diagram_words}.",
                unknown=unknown,
                diagram_words=sorted(_DIAGRAM_WORDS),
            )
        )
    if images_by_client is None:
        names = check_texts("client_names", client_names, 0, 99)
        data: dict[str, np.ndarray | None] = dict.fromkeys(names)
    else:
        data = check_each("images_by_client", images_by_client, check_images, most=4, limit=3)
    if not 2 <= len(data) <= 4:
        name = "client_names" if images_by_client is None else "images_by_client"
        raise ValueError(
            say(
                "{name} holds {num_data} different clients; give 2 to 4.",
                name=name,
                num_data=len(data),
            )
        )
    alt = say(
        "diagram of federated learning: the server sends the model to the clients, each"
        " trains it on its own data, sends a model update back, and the server averages"
        " the updates"
    )
    height = 4.75
    with drawing(figure, (WIDTH, height), alt) as drawn:
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
    scale = gray_scale(images)
    for index, image in enumerate(images):
        left = center + (index - len(images) / 2) * side
        # The axis points up here, so the side where the image starts is the upper one.
        tile(axes, image[::-1], left, bottom, side, side, scale)
