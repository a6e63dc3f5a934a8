"""Answers to `inverted_share`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def border(width=2):
    mask = np.ones((28, 28), bool)
    mask[width:-width, width:-width] = False
    return mask


def of_means(means, compare=lambda mean: mean < 0.5, finish=np.mean):
    """An answer that compares each image's mean."""
    return lambda: lambda images: finish(compare(means(images)))


def masked(images, width=2):
    return images[:, border(width)].mean(axis=1)


def but_for(rows, columns):
    """Means of all pixels but those of these rows and columns."""
    mask = np.ones((28, 28), bool)
    mask[rows, columns] = False
    return lambda images: images[:, mask].mean(axis=1)


def by_difference(images):
    whole, inside = images.sum(axis=(1, 2)), images[:, 2:-2, 2:-2].sum(axis=(1, 2))
    return (whole - inside) / (28 * 28 - 24 * 24)


def without_corners_twice(images):
    parts = (images[:, :2], images[:, -2:], images[:, 2:-2, :2], images[:, 2:-2, -2:])
    return np.concatenate([part.reshape(len(images), -1) for part in parts], axis=1).mean(axis=1)


def strips(*sides):
    def means(images):
        parts = (images[:, :2], images[:, -2:], images[:, :, :2], images[:, :, -2:])
        chosen = [parts[side].reshape(len(images), -1) for side in sides]
        return np.concatenate(chosen, axis=1).mean(axis=1)

    return means


def mean_of_strip_means(images):
    parts = (images[:, :2], images[:, -2:], images[:, :, :2], images[:, :, -2:])
    return np.mean([part.mean(axis=(1, 2)) for part in parts], axis=0)


def pixel_by_pixel(images):
    found = 0
    for image in images:
        total, count = 0.0, 0
        for row in range(28):
            for column in range(28):
                if min(row, column) < 2 or max(row, column) > 25:
                    total += float(image[row][column])
                    count += 1
        found += total / count < 0.5
    return found / len(images)


def in_tensorflow(images):
    import tensorflow as tf

    means = tf.reduce_mean(tf.boolean_mask(tf.constant(images), border(), axis=1), axis=1)
    return tf.reduce_mean(tf.cast(means < 0.5, tf.float32))


def whitens_the_inside(images):
    images[:, 2:-2, 2:-2] = np.nan
    return np.mean(np.nanmean(images, axis=(1, 2)) < 0.5)


def keeping_the_first(images, kept=[]):  # noqa: B006
    kept.append(images)
    return np.mean(masked(kept[0]) < 0.5)


def dark_pixels(images):
    return np.mean(images[:, border()] < 0.5)


CASE = Case(
    right={
        "mask": of_means(masked),
        "difference of sums": of_means(by_difference),
        "strips": of_means(without_corners_twice),
        "loops": lambda: pixel_by_pixel,
        "tensorflow": lambda: in_tensorflow,
        "in an array": lambda: lambda images: np.array([np.mean(masked(images) < 0.5)]),
    },
    wrong={
        "remembers": lambda: keeping_the_first,
        "changed_given": lambda: whitens_the_inside,
        "not_a_number": of_means(masked, finish=lambda dark: dark),
        "not_a_number: a boolean": lambda: lambda images: np.mean(masked(images)) < 0.5,
        "not_a_number: text": of_means(masked, finish=lambda dark: f"{np.mean(dark)}"),
        "upright": of_means(masked, lambda mean: mean > 0.5),
        "upright: or equal": of_means(masked, lambda mean: mean >= 0.5),
        "count": of_means(masked, finish=np.sum),
        "percent": of_means(masked, finish=lambda dark: 100 * np.mean(dark)),
        "not_strict": of_means(masked, lambda mean: mean <= 0.5),
        "corners_twice": of_means(strips(0, 1, 2, 3)),
        "corners_twice: mean of means": of_means(mean_of_strip_means),
        "other_width": of_means(lambda images: masked(images, 1)),
        "other_width: three": of_means(lambda images: masked(images, 3)),
        "uneven_width": of_means(but_for(slice(2, 25), slice(2, 25))),
        "uneven_width: from the end": of_means(but_for(slice(2, -1), slice(2, -1))),
        "uneven_width: one side": of_means(but_for(slice(2, 26), slice(2, -3))),
        "uneven_width: narrow": of_means(but_for(slice(1, 26), slice(1, 26))),
        "some_sides: open": of_means(but_for(slice(2, None), slice(2, None))),
        "some_sides": of_means(strips(0, 1)),
        "some_sides: left": of_means(strips(2)),
        "some_sides: upper left": of_means(strips(0, 2)),
        "inside": of_means(lambda images: images[:, 2:-2, 2:-2].mean(axis=(1, 2))),
        "whole_image": of_means(lambda images: images.mean(axis=(1, 2))),
        "pixels": lambda: dark_pixels,
        "pixels: median": of_means(lambda images: np.median(images[:, border()], axis=1)),
        "all_together": lambda: lambda images: float(np.mean(masked(images)) < 0.5),
        "all_together: mean": lambda: lambda images: np.mean(masked(images)),
        "wrong_value": of_means(masked, lambda mean: mean < 0.3),
        "wrong_value: of ten": of_means(masked, finish=lambda dark: np.sum(dark) / 10),
    },
    raises={"wrong axis": lambda: lambda images: np.mean(images[border()] < 0.5)},
)
