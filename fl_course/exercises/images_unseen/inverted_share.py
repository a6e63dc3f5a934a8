"""The share of images whose border is dark."""

import itertools
from typing import Any

import numpy as np

from fl_course.exercises.exercise import Exercise, Found
from fl_course.exercises.judging import formulas, given, memory, shown
from fl_course.localization import say

_SIZE = 28


def _image(edges: float, corners: float, second: float | None = None, inside: float = 0.3) -> Any:
    """An image of even parts: its border without the corners, these, the border's inner ring."""
    image = np.full((_SIZE, _SIZE), edges)
    for rows in (slice(0, 2), slice(-2, None)):
        for columns in (slice(0, 2), slice(-2, None)):
            image[rows, columns] = corners
    if second is not None:
        image[1:-1, 1:-1] = second
    image[2:-2, 2:-2] = inside
    return image


def _bars(sides: float, ends: float, inside: float = 0.5) -> Any:
    """An image whose upper and lower rows are of one brightness and its sides of another."""
    image = np.full((_SIZE, _SIZE), inside)
    image[:, :2] = image[:, -2:] = sides
    image[:2] = image[-2:] = ends
    return image


def _uneven(values: tuple[float, float], share: float) -> Any:
    """An image of which a share of the border's pixels, spread over it, has the first value."""
    image = np.full((_SIZE, _SIZE), 0.5)
    places = np.flatnonzero(_border(2))
    chosen = np.random.default_rng(5).permutation(places)
    image.flat[chosen[: round(share * len(places))]] = values[0]
    image.flat[chosen[round(share * len(places)) :]] = values[1]
    return image


def _border(width: int) -> np.ndarray:
    border = np.ones((_SIZE, _SIZE), bool)
    border[width:-width, width:-width] = False
    return border


def _frame(upper: int, lower: int, left: int, right: int) -> np.ndarray:
    """A border whose sides have these widths."""
    border = np.ones((_SIZE, _SIZE), bool)
    border[upper : _SIZE - lower, left : _SIZE - right] = False
    return border


def _share(images: Any, border: np.ndarray) -> float:
    return float(np.mean(images.astype(float)[:, border].mean(axis=1) < 0.5))


def _one_side(side: float, rest: float) -> list[Any]:
    """Four images, each with one side of another brightness."""
    return [np.rot90(_bars_of_one(side, rest), turns) for turns in range(4)]


def _bars_of_one(side: float, rest: float) -> Any:
    image = np.full((_SIZE, _SIZE), rest)
    image[:, :2] = side
    image[2:-2, 2:-2] = 0.5
    return image


def _striped(seed: int) -> list[Any]:
    """Images whose rings and sides all have a brightness of their own, their means near 0.5."""
    rng = np.random.default_rng(seed)
    images = []
    while len(images) < 6:
        image = np.full((_SIZE, _SIZE), rng.random())
        for ring in (2, 1, 0):
            for _ in range(4):
                image[ring, ring : _SIZE - ring] = rng.random()
                image = np.rot90(image)
        if 0.01 < abs(np.mean(image[_border(2)]) - 0.5) < 0.06:
            images.append(image)
    return images


def _cases() -> list[tuple[np.ndarray]]:
    groups = (
        [_image(edge, edge) for edge in (0.1, 0.9, 0.45, 0.55, 0.95)],
        [_image(0.56, 0.0), _image(0.44, 1.0), _image(0.56, 0.0), _image(0.9, 0.9)],
        [_image(0.9, 0.9, second=0.0), _image(0.1, 0.1, second=0.9), _image(0.8, 0.8)],
        [_image(0.9, 0.9, inside=0.0), _image(0.2, 0.2, inside=1.0), _image(0.9, 0.9, inside=0.1)],
        [_bars(0.0, 1.0), _bars(1.0, 0.12), _bars(0.95, 0.2), _bars(0.1, 0.2), _bars(0.2, 0.8)],
        [_uneven((0.45, 0.95), 0.6), _uneven((0.55, 0.05), 0.6), _image(0.3, 0.3)],
        [_image(0.5, 0.5), _image(0.25, 0.25), _image(1.0, 1.0)],
        [*_one_side(0.0, 0.72), *_one_side(1.0, 0.28)[:3]],
        [_image(0.2, 0.2)],
        [_image(0.8, 0.8)],
        *(_striped(seed) for seed in (1, 2)),
    )
    return [(np.float32(np.stack(images)),) for images in groups]


def _means(images: Any, width: int = 2) -> np.ndarray:
    return images.astype(float)[:, _border(width)].mean(axis=1)


def _right(images: Any) -> float:
    return float(np.mean(_means(images) < 0.5))


def _strips(images: Any, *sides: int) -> np.ndarray:
    """The means of border strips put one behind the other: corners are in two of them."""
    of = images.astype(float)
    strips = (of[:, :2], of[:, -2:], of[:, :, :2], of[:, :, -2:])
    return np.concatenate([strips[k].reshape(len(of), -1) for k in sides], axis=1).mean(axis=1)


_KNOWN = {
    "upright": [
        lambda images: float(np.mean(_means(images) >= 0.5)),
        lambda images: float(np.mean(_means(images) > 0.5)),
    ],
    "count": [lambda images: float(np.sum(_means(images) < 0.5))],
    "percent": [lambda images: 100 * _right(images)],
    "not_strict": [lambda images: float(np.mean(_means(images) <= 0.5))],
    "corners_twice": [lambda images: float(np.mean(_strips(images, 0, 1, 2, 3) < 0.5))],
    "other_width": [
        lambda images, width=width: float(np.mean(_means(images, width) < 0.5))
        for width in (1, 3, 4)
    ],
    "some_sides": [
        lambda images, sides=sides: float(np.mean(_strips(images, *sides) < 0.5))
        for sides in ((0, 1), (2, 3), (0,), (1,), (2,), (3,), (0, 2), (1, 3))
    ]
    + [
        lambda images, widths=widths: _share(images, _frame(*widths))
        for widths in itertools.product((0, 2), repeat=4)
        if 0 < sum(widths) < 8
    ],
    "inside": [lambda images: float(np.mean(images[:, 2:-2, 2:-2].mean(axis=(1, 2)) < 0.5))],
    "whole_image": [lambda images: float(np.mean(images.mean(axis=(1, 2)) < 0.5))],
    "pixels": [
        lambda images: float(np.mean(images[:, _border(2)] < 0.5)),
        lambda images: float(np.mean(np.mean(images[:, _border(2)] < 0.5, axis=1) > 0.5)),
        lambda images: float(np.mean(np.median(images[:, _border(2)], axis=1) < 0.5)),
    ],
    "all_together": [
        lambda images: float(np.mean(_means(images)) < 0.5),
        lambda images: float(np.mean(_means(images))),
    ],
    "uneven_width": [
        lambda images, widths=widths: _share(images, _frame(*widths))
        for widths in itertools.product((1, 2, 3), repeat=4)
        if 2 in widths and set(widths) != {2}
    ],
}


def _told(images: Any) -> str:
    means = ", ".join(f"{mean:.2f}" for mean in _means(images))
    return say(
        "{count} images whose borders have the means {means}", count=len(images), means=means
    )


def _judge(answer: Any) -> Found:
    cases = _cases()
    if problem := memory.problem_of_calls(answer, cases[0], cases[1]):
        return problem
    return formulas.of_numbers(answer, cases, _right, _KNOWN, _told, names=("images",))


def _reference() -> Any:
    def inverted_share(images: Any) -> float:
        return float(np.mean(images[:, _border(2)].mean(axis=1) < 0.5))

    return inverted_share


EXERCISE = Exercise(
    id="inverted_share",
    expects="a function of images `[n, 28, 28]` that gives the share of those whose border is "
    "dark, one number",
    judge=_judge,
    reference=_reference,
    hints=(
        "Three steps: which pixels are border, the mean of these for each image, and the share of "
        "images for which it is below 0.5.",
        "A mask `[28, 28]` says which pixels are border: all true, and then false from the third "
        "row and column to the third from the end.",
        "`images[:, mask]` has a row for each image. Take the mean along each row, compare, and "
        "take the mean of the comparisons.",
    ),
    mistakes=memory.OF_MEMORY
    | given.OF_GIVEN
    | shown.OF_CASES
    | formulas.OF_NUMBERS
    | {
        "upright": "This is the share of images that are **not** inverted: where the border is "
        "paper, its mean is near 1.",
        "count": "This is how many images are inverted. A share divides by how many there are.",
        "percent": "The result is a hundred times too large: a share lies between 0 and 1.",
        "not_strict": "An image whose border has a mean of exactly 0.5 is counted. Wanted are "
        "those below.",
        "corners_twice": "The pixels in the corners count twice, once as part of a row and once as "
        "part of a column. Each pixel of the border counts once.",
        "other_width": "The border has another width than two pixels.",
        "uneven_width": "On some sides the border is two pixels wide, and on others it is not. "
        "Count the pixels at each end: where does a slice begin, and which one does it take last?",
        "some_sides": "Only some sides of the border are looked at. It has four.",
        "inside": "The mean is that of the inside, without the border. The digit is there; what is "
        "wanted is what is around it.",
        "whole_image": "The mean is that of the whole image. A digit with much ink makes an image "
        "dark that is not inverted.",
        "pixels": "Dark pixels are counted. Wanted is, for each image, the mean of the border's "
        "pixels, and this mean is compared with 0.5.",
        "all_together": "All images go into one mean. Each image has to be judged by itself "
        "before a share is taken.",
    },
    right="It looks at no digit, so it cannot be deceived by what one expects to see.",
)
