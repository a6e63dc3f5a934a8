import numpy as np
import pytest

from fl_course import plotting
from tests.plotting.drawing import draw, legend, texts, ticks


def test_diagram_has_four_parts_and_every_value_of_a_round():
    (axes,) = draw(plotting.averaging_diagram).axes
    said = texts(axes)
    for part in ("1  broadcast", "2  client update", "3  upload", "4  server update"):
        assert part in said
    assert said.count("$w$") == 1 + 3 + 3 + 1
    for k in (1, 2, 3):
        assert said.count(f"$D_{k}$") == 1
        assert said.count(rf"$\Delta_{k}$") == 2
    assert said.count(r"$\overline{\Delta}$") == 2
    assert r"$w + \overline{\Delta}$" in said


def test_diagram_with_other_names_and_two_clients():
    figure = draw(
        plotting.averaging_diagram,
        client_names=("phone", "tablet"),
        server_name="hub",
        part_names=("one", "two", "three", "four"),
    )
    (axes,) = figure.axes
    said = texts(axes)
    for words in ("phone", "tablet", "hub", "one", "four"):
        assert words in said
    assert "$D_3$" not in said


def test_diagram_values_stand_in_the_lane_of_who_has_them():
    (axes,) = draw(plotting.averaging_diagram).axes
    places = {
        text.get_text(): text.get_position()[0] for text in axes.texts if text.get_text() != "$w$"
    }
    assert places["server"] < places["client 1"] < places["client 2"] < places["client 3"]
    assert abs(places["$D_2$"] - places["client 2"]) < 0.7
    assert places[r"$\overline{\Delta}$"] < 2.95


def test_differences_are_on_a_logarithmic_axis_with_the_small_ones_at_the_floor():
    runs = {"equal": [0.0, 3e-8], "different": [1e-3, 2e-3]}
    figure = draw(plotting.weight_differences, runs, lines={"bound": 1e-6})
    (axes,) = figure.axes
    assert axes.get_yscale() == "log"
    equal, different, bound = axes.lines
    np.testing.assert_allclose(equal.get_ydata(), [1e-10, 3e-8])
    np.testing.assert_allclose(different.get_ydata(), [1e-3, 2e-3])
    np.testing.assert_allclose(bound.get_ydata(), [1e-6, 1e-6])
    assert legend(figure) == ["equal", "different", "bound"]
    assert ticks(axes.yaxis)[0] == r"$\leq 10^{-10}$"
    assert ticks(axes.xaxis) == ["1", "2"]
    bottom, top = axes.get_ylim()
    assert bottom == 1e-10
    assert top > 2e-3


def test_differences_of_zero_alone_can_be_drawn():
    (axes,) = draw(plotting.weight_differences, {"a": [0.0, 0.0]}, start=0).axes
    assert ticks(axes.xaxis) == ["0", "1"]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [1e-10, 1e-10])


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "message"),
    [
        (
            plotting.averaging_diagram,
            (),
            {"part_names": ["a", "b"]},
            r"part_names is \['a', 'b'\]; give 4 texts",
        ),
        (
            plotting.averaging_diagram,
            (),
            {"part_names": "abcd"},
            "part_names is 'abcd'; give 4 texts",
        ),
        (
            plotting.averaging_diagram,
            (),
            {"client_names": ["only one"]},
            r"client_names is \['only one'\]; give 2 to 4 texts",
        ),
        (plotting.weight_differences, ({},), {}, "runs is empty"),
        (
            plotting.weight_differences,
            ({"a": [1e-3, -1e-3]},),
            {},
            r"runs\['a'\] holds -0.001; give sizes of differences",
        ),
        (
            plotting.weight_differences,
            ({"a": [1.0]},),
            {"floor": 0.0},
            r"floor is \[0.0\]; give one number above 0",
        ),
        (
            plotting.weight_differences,
            ({"a": [1.0]},),
            {"lines": {"bound": [1.0, 2.0]}},
            r"bound is \[1.0, 2.0\]; give one number above 0",
        ),
    ],
)
def test_bad_input_is_named(function, args, kwargs, message):
    with pytest.raises(ValueError, match=message):
        function(*args, **kwargs)
