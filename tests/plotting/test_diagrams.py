import numpy as np
import pytest

from fl_course import plotting
from tests.plotting.drawing import CLIENTS, draw, images, texts


def test_diagram_says_what_moves_and_what_stays():
    (axes,) = draw(plotting.federated_learning_diagram).axes
    said = " ".join(texts(axes))
    for words in ("server", "1  model", "client 3", "never leaves", "aggregation"):
        assert words in said


def test_diagram_with_images_and_other_words():
    data = {client: images(3, seed) for seed, client in enumerate(CLIENTS[:3])}
    (axes,) = draw(plotting.federated_learning_diagram, data, words={"down": "broadcast"}).axes
    assert len(axes.images) == 9
    assert texts(axes).count("broadcast") == 3
    # The vertical axis points up: the image must not stand on its head.
    image = axes.images[0]
    _, _, bottom, top = image.get_extent()
    upright = image.get_array() if top > bottom else image.get_array()[::-1]
    np.testing.assert_array_equal(upright, data[CLIENTS[0]][0])


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "message"),
    [
        (plotting.federated_learning_diagram, ({"a": images(1)},), {}, "holds 1 different clients"),
        (
            plotting.federated_learning_diagram,
            (),
            {"words": {"cloud": "?"}},
            r"words has the keys \['cloud'\]; allowed are",
        ),
    ],
)
def test_bad_input_is_named(function, args, kwargs, message):
    with pytest.raises(ValueError, match=message):
        function(*args, **kwargs)
