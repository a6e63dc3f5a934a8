"""Client data out of a folder of images, whose folders say whose they are and what they show."""

import contextlib
import os
import pathlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from fl_course.arguments import check_flag, check_integer, check_names, described
from fl_course.data import table_parts
from fl_course.data.columns import Table
from fl_course.data.in_memory import InMemory
from fl_course.data.schema import ARRAY, Feature, Schema
from fl_course.localization import say

Says = int | Callable[[pathlib.PurePath], str]

_SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
_MOST_BYTES = 4 * 10**9  # in memory; more is not for a notebook
_LARGEST_SIDE = 10_000  # pixels
_DEEPEST = 100  # folders in folders


def from_image_folder(
    folder: str | os.PathLike[str],
    *,
    client: Says | None,
    label: Says,
    size: int | tuple[int, int] | None = None,
    color: bool = False,
    classes: Sequence[str] | None = None,
) -> InMemory:
    """Makes client data out of a folder of images.

    Of `photos/anna/cat/1.png`, `from_image_folder("photos", client=0, label=1)` makes an example of
    client "anna" with label "cat". Files that are no images by their names, such as notes, are left
    out, and so are hidden ones.

    Args:
        folder: Has images in it, at any depth. Links to folders are not followed.
        client: What says whose an image is: the place of a folder in its path, 0 for those directly
            in `folder`; or a function from an image's path in `folder`, a `pathlib.PurePath`, to a
            text. None puts all together, as one client "all", to be dealt out by `iid`, `shards`,
            `label_skew` or `quantity_skew`.
        label: What says what it shows, in the same way.
        size: Height and width in pixels, or one number for both: images are stretched to it,
            bilinearly. None takes them as they are: then all must have the same size.
        color: Whether to keep colours. Without, images are grey.
        classes: All labels in the order of their numbers; by default those that are there: as
            numbers if all are some, and in the order of the alphabet if not.

    Returns:
        Client data, in the order of the ids. An element is an ordered dict of `label`, int32 [],
        the place in `schema.classes`, and `pixels`, float32 [height, width], or [height, width, 3]
        with colours. 0.0 is black, and 1.0 white, which also lies behind transparent places.

    Raises:
        TypeError: If an argument is of a wrong type.
        ValueError: If an argument is out of its range, or an image can't be taken; it names the
            file.
    """
    root = _check_folder(folder)
    say_client = None if client is None else _check_says("client", client)
    say_label = _check_says("label", label)
    wanted_size = None if size is None else _check_size(size)
    color = check_flag("color", color)
    if classes is not None:
        classes = check_names("classes", classes)
    paths = sorted(_images(root))
    if not paths:
        raise ValueError(
            say(
                "folder {folder} has no images in it; what is read is {suffixes}.",
                folder=described(str(root)),
                suffixes=", ".join(_SUFFIXES),
            )
        )
    columns = {"label": [say_label(path) for path in paths]}
    if say_client is not None:
        columns["client"] = [say_client(path) for path in paths]
    table = Table(
        pd.DataFrame(columns), None, None if say_client is None else "client", list(map(str, paths))
    )
    codes, ids = table_parts.clients(table)
    if classes is None:
        there = sorted(set(columns["label"]))
        keys = table_parts.by_number(there)
        classes = [there[i] for i in sorted(range(len(there)), key=keys.__getitem__)]
    names, labels, _ = table_parts.label(table, "label", classes)
    order = np.argsort(codes, kind="stable")
    pixels = _read(root, [paths[i] for i in order], wanted_size, color)
    found, starts = np.unique(codes[order], return_index=True)
    feature = Feature("pixels", ARRAY, size=pixels[0].size)
    return InMemory(
        [ids[code] for code in found],
        np.array([*starts, len(order)]),
        {"label": labels[order], "pixels": pixels},
        Schema("label", names, (feature,)),
    )


def _check_folder(folder: Any) -> pathlib.Path:
    text = os.fspath(folder) if isinstance(folder, str | os.PathLike) else None
    if not isinstance(text, str):
        raise TypeError(
            say("folder must be the path of a folder, and it is {value}.", value=described(folder))
        )
    root = pathlib.Path(text)
    if not text or "\0" in text or not root.is_dir():
        raise ValueError(
            say(
                "folder is {value}, and there is no such folder in {place}.",
                value=described(text),
                place=described(str(pathlib.Path.cwd())),
            )
        )
    return root


def _check_says(name: str, value: Any) -> Callable[[pathlib.PurePath], str]:
    if callable(value):
        return lambda path: _text(name, value(path), path)
    if isinstance(value, str):
        raise TypeError(
            say(
                "{name} must be the place of a folder in an image's path, such as 0, or a function "
                "of that path, and it is {value}.",
                name=name,
                value=described(value),
            )
        )
    level = check_integer(name, value, 0, _DEEPEST)

    def by_folder(path: pathlib.PurePath) -> str:
        folders = path.parts[:-1]
        if level >= len(folders):
            raise ValueError(
                say(
                    "{name} is {level}, and the path of image {file} has no such folder; the first "
                    "is 0. Move the image, or say another place.",
                    name=name,
                    level=level,
                    file=described(str(path)),
                )
            )
        return _text(name, folders[level], path)

    return by_folder


def _text(name: str, value: Any, path: pathlib.PurePath) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(
            say(
                "{name} is {value} for image {file}, and must be a text.",
                name=name,
                value=described(value),
                file=described(str(path)),
            )
        )
    return value


def _check_size(size: Any) -> tuple[int, int]:
    sides = size if isinstance(size, tuple | list) else (size, size)
    if len(sides) != 2:
        raise ValueError(
            say(
                "size must be a height and a width in pixels, or one number for both, and it is "
                "{value}.",
                value=described(size),
            )
        )
    height, width = (check_integer("size", side, 1, _LARGEST_SIDE) for side in sides)
    return height, width


def _images(root: pathlib.Path) -> Iterator[pathlib.PurePath]:
    """The paths of all images, within the folder."""
    for place, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if name.lower().endswith(_SUFFIXES) and not name.startswith("."):
                yield pathlib.PurePath(place, name).relative_to(root)


def _read(
    root: pathlib.Path,
    paths: Sequence[pathlib.PurePath],
    size: tuple[int, int] | None,
    color: bool,
) -> np.ndarray:
    """Reads images, float32 [n, height, width], or [n, height, width, 3] with colours."""
    pixels: np.ndarray | None = None
    for i, path in enumerate(paths):
        image = _read_image(root, path, size, color)
        if pixels is None:
            _check_memory(len(paths), image)
            pixels = np.empty((len(paths), *image.shape), np.float32)
        if image.shape != pixels.shape[1:]:
            raise ValueError(
                say(
                    "image {file} has {size} pixels, and {other} has {others}. Say a size, to "
                    "which all are stretched.",
                    file=described(str(path)),
                    size=_sides(image),
                    other=described(str(paths[0])),
                    others=_sides(pixels[0]),
                )
            )
        pixels[i] = image
    return pixels


def _sides(image: np.ndarray) -> str:
    return f"{image.shape[0]} x {image.shape[1]}"


def _check_memory(number: int, image: np.ndarray) -> None:
    if number * image.nbytes > _MOST_BYTES:
        raise ValueError(
            say(
                "{number} images of {size} pixels would take {gigabytes} GB of memory. Say a "
                "smaller size.",
                number=number,
                size=_sides(image),
                gigabytes=number * image.nbytes // 10**9,
            )
        )


def _read_image(
    root: pathlib.Path, path: pathlib.PurePath, size: tuple[int, int] | None, color: bool
) -> np.ndarray:
    from PIL import Image, ImageOps

    try:
        with contextlib.closing(Image.open(root / path)) as opened:
            image = ImageOps.exif_transpose(opened)
            if image.mode == "F":
                raise ValueError(say("its pixels are not integers"))
            if image.mode.startswith("I"):  # 16 bits for a pixel
                grey = (np.asarray(image, np.float64) / 257).round().clip(0, 255)
                image = Image.fromarray(grey.astype(np.uint8))
            # White behind it: transparent places often have black as their colour.
            paper = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(paper, image.convert("RGBA"))
            image = image.convert("RGB" if color else "L")
            if size is not None:
                image = image.resize(size[::-1], Image.Resampling.BILINEAR)
            return np.asarray(image, np.float32) / np.float32(255)
    except (OSError, ValueError, SyntaxError, TypeError, Image.DecompressionBombError) as error:
        raise ValueError(
            say(
                "image {file} can't be read: {reason}. Correct it, or take it out of the folder.",
                file=described(str(path)),
                reason=" ".join(str(error).split()).rstrip(".") or type(error).__name__,
            )
        ) from None
