import numpy as np
import pytest

from fl_course import plotting
from tests.plotting.drawing import draw, images, texts, ticks


def test_digits_show_every_image_with_its_label_below_and_title_above():
    pixels = images(13)
    figure = draw(plotting.digits, pixels, np.arange(13) % 10, titles=[f"t{k}" for k in range(13)])
    (axes,) = figure.axes
    assert len(axes.images) == 13
    np.testing.assert_array_equal(axes.images[11].get_array(), pixels[11])
    assert texts(axes)[:4] == ["t0", "0", "t1", "1"]
    assert figure.get_supxlabel() == "Below each image: its label"
    # White is the largest value, and a faint image keeps its place in the range.
    assert axes.images[0].get_clim() == (0, 1)


def test_digits_take_one_image_and_other_ranges():
    (axes,) = draw(plotting.digits, images(1)[0] * 255, 7).axes
    assert texts(axes) == ["7"]
    assert axes.images[0].get_clim()[1] == pytest.approx(255, rel=0.01)


def test_mean_images_are_means_and_missing_labels_are_announced():
    pixels = images(4)
    labels = np.array([0, 0, 1, 9])
    (axes,) = draw(plotting.mean_images, {"a": (pixels, labels), "b": (pixels, labels)}).axes
    np.testing.assert_allclose(axes.images[0].get_array(), pixels[:2].mean(axis=0), rtol=1e-6)
    assert len(axes.images) == 6
    assert texts(axes)[:7] == [f"no {k}" for k in range(2, 9)]
    assert ticks(axes.yaxis) == ["a", "b"]
    assert ticks(axes.xaxis) == [str(k) for k in range(10)]


def test_image_rows_stand_in_their_order_with_their_names():
    pixels = images(6)
    panels = {
        "one": {"0": pixels[:3], "50": pixels[3:]},
        "other": {"0": pixels[3:], "50": pixels[:3]},
    }
    left, right = draw(plotting.image_rows, panels, x_label="label", y_label="after round").axes
    assert [axes.get_title() for axes in (left, right)] == ["one", "other"]
    np.testing.assert_array_equal(left.images[4].get_array(), pixels[4])
    np.testing.assert_array_equal(right.images[4].get_array(), pixels[1])
    assert ticks(left.yaxis) == ["0", "50"]
    assert left.get_ylabel() == "after round"
    assert left.images[0].get_clim() == right.images[0].get_clim() == (0, 1)


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "message"),
    [
        (plotting.image_rows, ({"a": {"0": np.zeros((2, 784))}},), {}, r"\['a'\]\['0'\] .*reshape"),
        (
            plotting.image_rows,
            ({"a": {"0": images(2)}, "b": {"1": images(2)}},),
            {},
            "same rows in each panel",
        ),
        (
            plotting.image_rows,
            ({"a": {"0": images(2), "1": images(3)}},),
            {},
            "as many images of one size",
        ),
        (plotting.digits, (np.zeros((2, 784)),), {}, r"images has the shape \(2, 784\).*reshape"),
        (plotting.digits, (np.zeros((0, 28, 28)),), {}, r"images has the shape \(0, 28, 28\)"),
        (plotting.digits, ("digits",), {}, "images is 'digits'; give real numbers"),
        (plotting.digits, ([[1, 2], [3]],), {}, "images is .* rows of equal lengths"),
        (plotting.digits, (np.full((1, 4, 4), np.nan),), {}, "images holds NaN"),
        (plotting.digits, (images(401),), {}, "images holds 401 images; give at most 400"),
        (plotting.digits, (images(2), [1]), {}, "labels holds 1 values where 2 are needed"),
        (plotting.digits, (images(2), [1, 10]), {}, "labels holds 10; give integers from 0 to 9"),
        (plotting.digits, (images(2), [1, 1.5]), {}, "labels holds 1.5; give integers"),
        (plotting.digits, (images(2),), {"titles": ["a"]}, "titles holds 1 texts for 2 images"),
        (plotting.digits, (images(2),), {"columns": 0}, "columns is 0; give an integer from 1"),
        (plotting.mean_images, ({},), {}, "examples_by_client is empty"),
        (plotting.mean_images, ({"a": images(2)},), {}, "give the pair"),
        (plotting.mean_images, ({"a": (images(2), [1])},), {}, "labels holds 1 values where 2"),
        (
            plotting.mean_images,
            ({"a": (images(1), [1]), "b": (images(1)[:, :8, :8], [1])},),
            {},
            "images of sizes",
        ),
    ],
)
def test_bad_input_is_named(function, args, kwargs, message):
    with pytest.raises(ValueError, match=message):
        function(*args, **kwargs)
