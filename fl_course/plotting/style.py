"""What the figures share: their look, their parts, their display, and checks of arguments.

A check is named after what it gives back, ready for drawing. The first argument is always the name
that the message of a `ValueError` calls the value by.
"""

import base64
import dataclasses
import functools
import html
import importlib.util
import inspect
import io
import math
import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator
from PIL import Image

from fl_course import localization
from fl_course.arguments import (
    LARGEST_FLOAT32,
    check_flag,
    check_text,
    described,
    keyed_by_text,
)
from fl_course.localization import Said, noted, one_line, say, strung, word

NUM_LABELS = 10
MOST_LABELS = 100  # that a figure can name
_LARGEST_COUNT = 2**53  # above it, not every integer is a float64; sums of ten are still int64
WIDTH = 9.0  # inches
DPI = 150  # One and a half of a notebook's pixels: sharp on a projector, small in a repository.
DISPLAY_DPI = 100
# Jupyter Server names the notebook in it. JupyterLab and Notebook show an image without its
# alternative text, and so does nbconvert, unless it is in HTML. A kernel that builds the course has
# no such session: what is in the repository would be twice as large.
_SESSION = "JPY_SESSION_NAME"

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
SMALLEST = 9.0  # that is read from the aisle; what does not fit at that size is left out
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


# --- Display --------------------------------------------------------------------------------------


def png(figure: Figure) -> bytes:
    """Returns a figure as PNG bytes, the same as a notebook stores when it shows the figure.

    The image has a palette of 256 colours, which halves its size or better, and holds no version
    and no time, so that the same figure gives the same bytes again.

    Raises:
      TypeError: If `figure` is not a figure of matplotlib.
    """
    _check_figure("figure", figure)
    buffer = io.BytesIO()
    with matplotlib.style.context({**STYLE, **_fonts()}, after_reset=True):
        figure.savefig(buffer, format="png", dpi=DPI, facecolor="white")
    image = Image.open(buffer).convert("RGB")
    image = image.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    packed = io.BytesIO()
    image.save(packed, format="PNG", optimize=True)
    return packed.getvalue()


@contextmanager
def drawing(figure: Figure | None, size: tuple[float, float], alt: str) -> Iterator[Figure]:
    """Gives an empty figure in the course's style; displays it afterwards if it is our own."""
    global _described
    with matplotlib.style.context({**STYLE, **_fonts()}, after_reset=True):
        drawn = Figure() if figure is None else figure
        drawn.clear()
        drawn.set_size_inches(size)
        drawn.set_layout_engine("constrained")
        yield drawn
        _speak(drawn)
    if figure is None:
        _described = say("Figure: {alt}.", alt=alt)
        _display(drawn, one_line(_described))


def recorded(draw: Callable[..., None]) -> Callable[..., None]:
    """Makes a function that draws a figure leave a record of it while a notebook is being built.

    What every figure takes, texts and a figure to draw into, is checked here, as the function's
    signature has it.
    """
    signature = inspect.signature(draw)

    @functools.wraps(draw)
    def draw_and_record(*args: Any, **options: Any) -> None:
        _check_common(signature, signature.bind(*args, **options).arguments)
        with localization.unrecorded(), localization.heard() as words:
            draw(*args, **options)
        if options.get("figure") is None:
            about = (_described.message, _described.values)
            localization.record("figure", draw.__name__, args, options, about, sorted(words))

    return draw_and_record


def _check_common(signature: inspect.Signature, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        kind = signature.parameters[name].annotation
        if kind is str or (kind == str | None and value is not None):
            check_text(name, value)
        elif kind is bool:
            check_flag(name, value)
        elif kind == Figure | None and value is not None:
            _check_figure(name, value)


def _check_figure(name: str, value: object) -> None:
    if not isinstance(value, Figure):
        raise TypeError(
            say(
                "{name} must be a matplotlib.figure.Figure, and it is {value}.",
                name=name,
                value=described(value),
            )
        )


_described: Said | None = None  # of the figure that was displayed last


@contextmanager
def collected() -> Iterator[list[tuple[dict[str, Any], dict[str, Any]]]]:
    """Gives the list that takes what is displayed in the block, instead of the notebook."""
    global _collected
    before, _collected = _collected, []
    try:
        yield _collected
    finally:
        _collected = before


_collected: list[tuple[dict[str, Any], dict[str, Any]]] | None = None


def _speak(figure: Figure) -> None:
    """Puts the texts of a figure into the language that is spoken, as far as it knows them."""
    families = _families(localization.fonts())
    for text in figure.findobj(Text):
        text.set_text(word(text.get_text()))
        # A text with a formula is set in one font, without another one for missing letters.
        if "$" in text.get_text() and not text.get_text().isascii():
            text.set_family([*families, "DejaVu Sans"])
        # The name of a kind of font stands for one font; what that lacks comes from the others.
        elif text.get_family() == ["monospace"]:
            text.set_family(["monospace", *families])
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            if isinstance(axis.get_major_locator(), FixedLocator):
                names = [name.get_text() for name in axis.get_ticklabels()]
                spoken = [word(name) for name in names]
                if spoken != names:
                    axis.set_ticklabels(spoken)


def _fonts() -> dict[str, Any]:
    """Settings by which letters that DejaVu Sans lacks come from the language's own fonts."""
    families = _families(localization.fonts())
    if not families:
        return {}
    return {
        "font.family": ["DejaVu Sans", *families],
        "font.monospace": ["DejaVu Sans Mono", *families],
    }


@functools.cache
def _families(files: tuple[str, ...]) -> tuple[str, ...]:
    """Makes font files known to matplotlib and returns the names of their families."""
    families: dict[str, None] = {}
    for file in files:
        package, _, name = file.partition("/")
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            continue  # without the font, letters are boxes, and the lesson goes on
        path = os.path.join(spec.submodule_search_locations[0], *name.split("/"))
        font_manager.fontManager.addfont(path)
        families[font_manager.get_font(path).family_name] = None
    known = font_manager.fontManager.ttflist
    for family in families:
        # matplotlib's "bold" is 700, and it complains where a family has no such face: the heaviest
        # stands for it, of 600 or, where there is one face only, of 400.
        heaviest = max((face for face in known if face.name == family), key=lambda x: x.weight)
        if heaviest.weight < 700:
            known.append(dataclasses.replace(heaviest, weight=700))
    return tuple(families)


def _display(figure: Figure, alt: str) -> None:
    """Sends the figure to the notebook, with its description as plain and as alternative text."""
    if _collected is not None:
        _collected.append(_bundle(figure, alt))
        return
    # A figure can only be displayed where IPython runs already: no need to import it elsewhere.
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        return
    data, metadata = _bundle(figure, alt)
    if _SESSION in os.environ:
        data = {"text/html": _as_html(data["image/png"], **metadata["image/png"]), **data}
    display(data, metadata=metadata, raw=True)


def _as_html(image: str, width: int, height: int, alt: str) -> str:
    return (
        f'<img src="data:image/png;base64,{image}" alt="{html.escape(alt)}" '
        f'width="{width}" height="{height}">'
    )


def _bundle(figure: Figure, alt: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns what a notebook stores of a figure: data and metadata by MIME type."""
    width, height = (round(inches * DISPLAY_DPI) for inches in figure.get_size_inches())
    return (
        {"image/png": base64.b64encode(png(figure)).decode("ascii"), "text/plain": alt},
        {"image/png": {"width": width, "height": height, "alt": alt}},
    )


# --- Headings, legends, texts, sizes --------------------------------------------------------------


def add_heading(figure: Figure, title: str | None) -> None:
    """Puts a heading above all panels."""
    if title:
        figure.suptitle(title)


def legend_columns(names: Collection[str]) -> int:
    """Returns in how many columns the names of a legend stand."""
    # The longest name sets the width of all columns; equal columns look better than a full row.
    most = max(1, min(len(names), int(88 / (max(map(len, names)) + 6))))
    return math.ceil(len(names) / math.ceil(len(names) / most))


def add_legend(figure: Figure, handles: Mapping[str, Any], title: str | None) -> None:
    """Puts the legend above all panels; the heading becomes its title, as both want that place."""
    figure.legend(
        list(handles.values()),
        list(handles),
        loc="outside upper center",
        ncols=legend_columns(handles),
        title=title,
    )


def run_look(index: int) -> dict[str, Any]:
    """Returns colour, marker and line of a run, which differ from those of the next runs."""
    return {
        "color": RUN_COLORS[index % len(RUN_COLORS)],
        "marker": RUN_MARKERS[index % len(RUN_MARKERS)],
        "linestyle": RUN_LINES[index % len(RUN_LINES)],
    }


def percent_text(share: float, position: int | None = None) -> str:
    """Writes a share as percent: 0.86 as 86 %. The second argument is what matplotlib passes."""
    return say("{number} %", number=f"{100 * share:.4g}")


def whole_percent_text(share: float) -> str:
    """Writes a share as whole percent: 0.857 as 86 %."""
    return say("{number} %", number=whole_percent(share))


def whole_percent(share: float) -> str:
    """Writes a share as whole percent without the sign: 0.857 as 86."""
    return str(round(100 * float(share)))


def integer_ticks(start: int, end: int, at_most: int) -> list[int]:
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


def name_labels(axes: Axes, names: Sequence[str], width: float) -> None:
    """Puts the names of labels at the whole numbers of the horizontal axis, `width` inches wide."""
    if names == [str(label) for label in range(len(names))]:
        axes.set_xticks(range(len(names)) if len(names) <= NUM_LABELS else _ticks_to(len(names)))
        return
    tilted = sum(len(name) + 2 for name in names) * 0.085 > width
    rotation = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"} if tilted else {}
    axes.set_xticks(range(len(names)), names, **rotation)


def _ticks_to(count: int) -> list[int]:
    return integer_ticks(0, count - 1, at_most=10)


def fitting_size(digits: str, width: float, height: float) -> float | None:
    """Returns the largest legible font size, in points, that fits a cell measured in inches."""
    # A digit of DejaVu Sans is 0.64 of the font's size wide; 0.2 of a digit stays free.
    for size in (10.5, SMALL, SMALLEST):
        if (len(digits) + 0.2) * 0.64 * size / 72 <= width and 1.25 * size / 72 <= height:
            return size
    return None


def ink(color: tuple[float, float, float, float]) -> str:
    """Returns black or white, whichever contrasts more with a background (WCAG 2.1, 1.4.3)."""
    linear = [channel**2.2 for channel in color[:3]]
    luminance = np.dot(linear, (0.2126, 0.7152, 0.0722))
    return "white" if luminance < 0.179 else BLACK


def listed(names: Collection[str], counted: str) -> str:
    """Names few things, counts many; `counted` says how, such as "{count} runs"."""
    if len(names) <= 6:
        return strung(", ", map(word, names))
    return say(counted, count=len(names))


# --- Images, and texts beside rows ----------------------------------------------------------------


def gray_scale(images: np.ndarray) -> Normalize:
    """Returns the range of the pixels of all images of a figure: white is its end."""
    # Pixels between 0 and 1 keep that whole range: a faint image must look faint.
    return Normalize(min(0.0, images.min()), max(1.0, images.max()))


def frame(axes: Axes, left: float, top: float, width: float, height: float, **look: Any) -> None:
    """Draws the frame of a tile, a little smaller than its place."""
    gap = 0.03
    corner = (left + gap * width, top + gap * width)
    inner = (width * (1 - 2 * gap), height - 2 * gap * width)
    look = {"facecolor": "none", "edgecolor": "#C8C8C8", "linewidth": 0.8, **look}
    axes.add_patch(Rectangle(corner, *inner, **look))


def tile(
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
    frame(axes, left, top, width, height, zorder=2)


def finish_tiles(axes: Axes, width: float, height: float) -> None:
    """Fits the axes to their tiles, from the upper left corner on."""
    axes.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    axes.set_axis_off()


def beside(axes: Axes, row: int, text: str, color: str) -> None:
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


def beside_heading(axes: Axes, text: str, color: str) -> None:
    """Writes a text above those that `beside` writes."""
    place = {"xycoords": "axes fraction", "textcoords": "offset points", "va": "bottom"}
    axes.annotate(text, (1, 1), (6, 3), **place, color=color, size=SMALL)


# --- Checking what comes in -----------------------------------------------------------------------


def check_mapping(name: str, value: Any, limit: int | None = None) -> dict[str, Any]:
    """Returns a dict with texts as keys, of 1 to `limit` entries."""
    if not isinstance(value, Mapping) or not value:
        what = (
            say("empty")
            if isinstance(value, Mapping)
            else say("a {kind}", kind=type(value).__name__)
        )
        raise ValueError(
            say("{name} is {what}; give a mapping with at least one entry.", name=name, what=what)
        )
    if limit is not None and len(value) > limit:
        raise ValueError(
            say(
                "{name} has {num_value} entries; give at most {limit}, more can't be read.",
                name=name,
                num_value=len(value),
                limit=limit,
            )
        )
    return keyed_by_text(name, value)


def check_each(
    name: str, value: Any, check: Callable[..., Any], *, most: int | None = None, **options: Any
) -> dict[str, Any]:
    """Returns what `check` with `options` makes of each value of a mapping of 1 to `most`."""
    entries = check_mapping(name, value, most)
    return {key: check(f"{name}[{key!r}]", item, **options) for key, item in entries.items()}


def check_groups(
    name: str, value: Any, default: str, mixed: str, *, limit: int | None = None
) -> dict[str, dict[str, Any]]:
    """Returns up to 3 mappings by name, also for a mapping alone, whose name is then the default.

    `mixed` is the message for a mapping of both mappings and values. `limit` is that of each one.
    """
    given = check_mapping(name, value)
    nested = {isinstance(item, Mapping) for item in given.values()}
    if len(nested) > 1:
        raise ValueError(say("{name} mixes {mixed}.", name=name, mixed=mixed))
    if nested == {False}:
        return {default: check_mapping(name, given, limit)}
    return check_each(name, given, check_mapping, most=3, limit=limit)


def check_whole(name: str, value: Any, low: int, high: int) -> int:
    """Returns an integer from low to high."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or not low <= value <= high:
        raise ValueError(
            say(
                "{name} is {value}; give an integer from {low} to {high}.",
                name=name,
                value=described(value),
                low=low,
                high=high,
            )
        )
    return int(value)


def check_texts(name: str, value: Any, least: int, most: int) -> list[str]:
    """Returns texts, as many as are needed."""
    wanted = str(least) if least == most else say("{least} to {most}", least=least, most=most)
    good = isinstance(value, Sequence) and not isinstance(value, str | bytes)
    if (
        not good
        or not least <= len(value) <= most
        or not all(isinstance(text, str) for text in value)
    ):
        raise ValueError(
            say(
                "{name} is {value}; give {wanted} texts.",
                name=name,
                value=described(value),
                wanted=wanted,
            )
        )
    return list(value)


def check_template(name: str, value: str, *fields: str) -> str:
    """Returns a text that `format` can fill with values of these names."""
    try:
        value.format(**dict.fromkeys(fields, 0))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise ValueError(
            say(
                "{name} is {value}; of what stands in braces, it may use {fields}.",
                name=name,
                value=described(value),
                fields=", ".join(f"{{{field}}}" for field in fields),
            )
        ) from None
    return value


def check_numbers(name: str, value: Any) -> np.ndarray:
    """Returns finite numbers, float64 of any shape."""
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biufO":
            raise ValueError
        numbers = array.astype(float)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(
            say(
                "{name} is {value}; give real numbers, in rows of equal lengths.",
                name=name,
                value=described(value),
            )
        ) from None
    if not np.isfinite(numbers).all():
        raise ValueError(say("{name} holds NaN or infinity; give finite numbers only.", name=name))
    # A figure's margins are sums and products of what it shows, which have to stay finite too.
    _refuse(name, numbers, np.abs(numbers) > LARGEST_FLOAT32, noted("numbers up to 3.4e38"))
    return numbers


def check_images(
    name: str, value: Any, *, limit: int | None = None, allow_one: bool = False
) -> np.ndarray:
    """Returns images, float64 [n, height, width]."""
    pixels = check_numbers(name, value)
    if allow_one and pixels.ndim == 2 and pixels.shape[0] == pixels.shape[1] > 1:
        pixels = pixels[np.newaxis]
    if pixels.ndim != 3 or min(pixels.shape) < 1 or min(pixels.shape[1:]) < 2:
        one = say(", or one square image [height, width]") if allow_one else ""
        raise ValueError(
            say(
                "{name} has the shape {shape}; give at least one image as [n, height, "
                "width]{one}. Flat rows of 784 pixels become images by reshape(-1, 28, 28).",
                name=name,
                shape=pixels.shape,
                one=one,
            )
        )
    if limit is not None and len(pixels) > limit:
        raise ValueError(
            say(
                "{name} holds {num_pixels} images; give at most {limit}.",
                name=name,
                num_pixels=len(pixels),
                limit=limit,
            )
        )
    return pixels


def _refuse(name: str, numbers: np.ndarray, wrong: np.ndarray, wanted: str, **values: int) -> None:
    if wrong.any():
        raise ValueError(
            say(
                "{name} holds {numbers}; give {wanted}.",
                name=name,
                numbers=f"{numbers[wrong][0]:g}",
                wanted=say(wanted, **values),
            )
        )


def check_integers(name: str, value: Any, shape: tuple[int, ...], what: str) -> np.ndarray:
    """Returns integers from 0 up in that shape; `what` says what they are."""
    numbers = check_numbers(name, value)
    if numbers.shape != shape:
        raise ValueError(
            say(
                "{name} has the shape {shape}; give {wanted}: {what}.",
                name=name,
                shape=numbers.shape,
                wanted=shape,
                what=what,
            )
        )
    _refuse(
        name, numbers, (numbers < 0) | (numbers != np.round(numbers)), noted("integers from 0 up")
    )
    _refuse(name, numbers, numbers > _LARGEST_COUNT, noted("integers up to 2**53"))
    return numbers.astype(int)


def check_counts(name: str, value: Any, num_labels: int = NUM_LABELS) -> np.ndarray:
    """Returns counts, one for each label."""
    what = say("one count for each label from 0 to {most}", most=num_labels - 1)
    return check_integers(name, value, (num_labels,), what)


def check_label_names(value: Any) -> list[str]:
    """Returns the names of labels; where none are given, they are digits."""
    if value is None:
        return [str(label) for label in range(NUM_LABELS)]
    return check_texts("label_names", value, 2, MOST_LABELS)


def check_labels(
    name: str, value: Any, length: int | None = None, num_labels: int = NUM_LABELS
) -> np.ndarray:
    """Returns labels, integers 0 to num_labels - 1 [length]."""
    numbers = check_sequence(name, value)
    if length is not None and len(numbers) != length:
        raise ValueError(
            say(
                "{name} holds {num_numbers} values where {length} are needed; give one for each.",
                name=name,
                num_numbers=len(numbers),
                length=length,
            )
        )
    wrong = ~np.isin(numbers, np.arange(num_labels))
    wanted = noted("integers from 0 to {num_labels}")
    _refuse(name, numbers, wrong, wanted, num_labels=num_labels - 1)
    return numbers.astype(int)


def check_sequence(name: str, value: Any) -> np.ndarray:
    """Returns finite numbers, float64 [n] with n from 1 up."""
    numbers = np.atleast_1d(check_numbers(name, value))
    if numbers.ndim != 1 or len(numbers) == 0:
        raise ValueError(
            say(
                "{name} has the shape {shape}; give a sequence of at least one number.",
                name=name,
                shape=numbers.shape,
            )
        )
    return numbers


def check_shares(name: str, value: Any) -> np.ndarray:
    """Returns shares between 0 and 1, float64 [n]."""
    numbers = check_sequence(name, value)
    wrong = (numbers < 0) | (numbers > 1)
    _refuse(name, numbers, wrong, noted("shares between 0 and 1 (0.86, not 86)"))
    return numbers
