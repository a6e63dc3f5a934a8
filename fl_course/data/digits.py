"""The embedded data: handwritten digits by 14 writers, from scikit-learn's own files.

The images are the test part of "Optical Recognition of Handwritten Digits" (E. Alpaydin and
C. Kaynak, UCI Machine Learning Repository, 1998, doi:10.24432/C50P49, CC BY 4.0): 1,797 images of
8 x 8 pixels.
"""

import importlib.util
import itertools
import pathlib
from collections.abc import Mapping

import numpy as np

# Each writer copied the same sheet of digits, so the order of the labels repeats where a new
# writer begins. These are the first images of the 14 runs, and the end of the last.
_BOUNDARIES = (
    *(0, 130, 256, 386, 516, 646, 776, 915),
    *(1029, 1157, 1287, 1415, 1545, 1667, 1797),
)
_MAX_INK = 16.0  # grey levels in the source: 0 is paper, 16 is full ink
_DIGIT_SIZE = 20  # pixels; the digit's size inside the frame, as in MNIST and EMNIST
_FRAME_SIZE = 28  # pixels
_TEST_SHARE = 0.2

Examples = Mapping[str, np.ndarray]


def writers() -> dict[str, Examples]:
    """Loads every image with its label, by writer.

    Returns:
        Client id ("writer_00" to "writer_13") to `label`, int32 [n], and `pixels`, float32
        [n, 28, 28], from 0.0 (ink) to 1.0 (paper), in the order in which they were written.
        n is 114 to 139.
    """
    images, labels = _source()
    pixels = _enlarge(images)
    return {
        f"writer_{i:02d}": {"label": labels[start:stop], "pixels": pixels[start:stop]}
        for i, (start, stop) in enumerate(itertools.pairwise(_BOUNDARIES))
    }


def split(examples: Examples) -> tuple[Examples, Examples]:
    """Splits one writer's examples into train (80 %) and test (20 %).

    Of each label, evenly spaced examples go to the test part: no random choice, and every label
    that the writer wrote three times or more is in both parts.

    Args:
        examples: `label`, int [n], and `pixels`, [n, height, width].

    Returns:
        The train part and the test part, both in the order of writing.
    """
    labels = examples["label"]
    is_test = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        written = np.flatnonzero(labels == label)
        num_test = round(_TEST_SHARE * len(written))
        spaced = (np.arange(num_test) + 0.5) * len(written) / max(num_test, 1)
        is_test[written[spaced.astype(int)]] = True
    train = {name: values[~is_test] for name, values in examples.items()}
    test = {name: values[is_test] for name, values in examples.items()}
    return train, test


def _source() -> tuple[np.ndarray, np.ndarray]:
    """Loads the images, float64 [1797, 8, 8] in grey levels, and the labels, int32 [1797]."""
    # Read past scikit-learn's own loader: importing that takes longer than everything else here.
    spec = importlib.util.find_spec("sklearn")
    if spec is not None and spec.origin is not None:
        table_file = pathlib.Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz"
        if table_file.is_file():
            table = np.loadtxt(table_file, delimiter=",")
            return table[:, :-1].reshape(-1, 8, 8), table[:, -1].astype(np.int32)

    from sklearn.datasets import load_digits

    source = load_digits()
    return source.images, source.target.astype(np.int32)


def _enlarge(images: np.ndarray) -> np.ndarray:
    """Turns 8 x 8 images of ink into 20 x 20 ones, centred in a 28 x 28 frame of paper."""
    weights = _interpolation(images.shape[1], _DIGIT_SIZE)
    ink = np.einsum("ij,njk,lk->nil", weights, images / _MAX_INK, weights)
    margin = (_FRAME_SIZE - _DIGIT_SIZE) // 2
    framed = np.pad(ink, ((0, 0), (margin, margin), (margin, margin)))
    # Sums of products may pass full ink by a rounding error.
    return np.clip(1.0 - framed, 0.0, 1.0).astype(np.float32)


def _interpolation(source_size: int, target_size: int) -> np.ndarray:
    """The matrix of linear interpolation from one row of pixels to another, pixel centres aligned.

    Written out, as plain sums of products it gives the same bits on every machine.
    """
    centres = (np.arange(target_size) + 0.5) * source_size / target_size - 0.5
    centres = np.clip(centres, 0, source_size - 1)
    return np.maximum(0.0, 1.0 - np.abs(centres[:, None] - np.arange(source_size)[None, :]))
