import numpy as np
import pytest

from fl_course import plotting
from tests.plotting.drawing import CLIENTS, DIAGRAM, draw, legend, texts, ticks

HOMES = {"home 1": [19.0, 19.0, 22.0], "home 2": [21.0]}


def test_client_values_draws_every_value_and_the_mean():
    figure = draw(plotting.client_values, HOMES, lines={"plain": 20.5, "weighted": 20.25})
    (axes,) = figure.axes
    dots, mean, *_ = axes.collections
    np.testing.assert_allclose(sorted(dots.get_offsets()[:, 0]), [19.0, 19.0, 22.0])
    np.testing.assert_allclose(mean.get_offsets()[:, 0], [20.0])
    assert len(set(dots.get_offsets()[:, 1])) == 3  # equal values do not hide each other
    assert ticks(axes.yaxis) == ["home 1", "home 2"]
    assert texts(axes)[:2] == ["3", "1"]
    assert [line.get_xdata()[0] for line in axes.lines] == [20.5, 20.25]
    assert axes.lines[0].get_linestyle() != axes.lines[1].get_linestyle()
    assert legend(figure) == ["one value", "mean of the client", "plain", "weighted"]


def test_client_values_keeps_each_client_in_its_row_and_shows_percent():
    values = {client: np.linspace(0.1, 0.2, 40) for client in CLIENTS}
    (axes,) = draw(plotting.client_values, values, percent=True, title="Ink").axes
    for row, dots in enumerate(axes.collections[::2]):
        assert np.abs(dots.get_offsets()[:, 1] - row).max() < 0.5
    assert "10 %" in ticks(axes.xaxis)
    top, bottom = axes.get_ylim()[1], axes.get_ylim()[0]
    assert top < bottom  # the first client is the uppermost


def test_placement_diagram_shows_each_value_where_it_is():
    (axes,) = draw(plotting.placement_diagram, *DIAGRAM, types={"mean": "float32@SERVER"}).axes
    said = texts(axes)
    for words in ("server", "client 2", "limit", "pairs", "5", "1, 5", "float32@SERVER"):
        assert words in said
    height = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert height["5"] == height["server"] == height["1.5"]
    assert height["1"] == height["client 1"] == height["1, 5"]
    assert height["server"] > height["federated_broadcast"] > height["client 1"]
    assert height["federated_zip"] < height["client 2"]


def test_placement_diagram_draws_an_arrow_for_each_client_but_one_between_places():
    (axes,) = draw(plotting.placement_diagram, *DIAGRAM).axes
    # Broadcast and mean have one arrow each; zip has one in each of the two strips.
    assert len(axes.lines) == 4
    dashed = [line for line in axes.lines if line.get_linestyle() == "--"]
    ((tail, head),) = [line.get_ydata() for line in dashed]
    assert head > tail  # only what leaves the clients is dashed


def test_placement_diagram_leads_an_arrow_at_the_server_below_other_values():
    columns = [{"a": "1", "all": ["1", "2"]}, {"b": "3"}, {"c": "4"}]
    steps = [("all", "sum", "b"), ("a", "add", "c"), ("b", "", "c")]
    (axes,) = draw(plotting.placement_diagram, columns, steps).axes
    height = {text.get_text(): text.get_position()[1] for text in axes.texts}
    detour = next(line for line in axes.lines if len(line.get_xdata()) == 3)
    x, y = detour.get_data()
    assert min(y) < height["add"] < height["3"] - 0.17
    at = {text.get_text(): text.get_position()[0] for text in axes.texts}
    assert (x[0], x[-1]) == (at["1"], at["4"])  # under the boxes of a and c


def test_placement_diagram_describes_itself(monkeypatch):
    spoken = []
    monkeypatch.setattr("fl_course.plotting.style._display", lambda figure, alt: spoken.append(alt))
    plotting.placement_diagram(*DIAGRAM)
    assert "federated_mean from pairs to mean" in spoken[0]


AB = [{"a": "1"}, {"b": ["1", "2"]}]


@pytest.mark.parametrize(
    ("function", "args", "kwargs", "message"),
    [
        (plotting.client_values, ({},), {}, "values_by_client is empty"),
        (plotting.client_values, ({"a": [np.nan]},), {}, "holds NaN"),
        (plotting.client_values, (HOMES,), {"lines": {"x": [1, 2]}}, "holds 2 numbers"),
        (
            plotting.client_values,
            (HOMES,),
            {"lines": dict.fromkeys("abcde", 1.0)},
            "lines has 5 entries",
        ),
        (plotting.placement_diagram, ([{"a": "1"}], []), {}, "give 2 to 6 mappings"),
        (plotting.placement_diagram, ([{"a": "1"}, {"b": "2"}], []), {}, "no value at the clients"),
        (
            plotting.placement_diagram,
            ([{"a": "1", "b": "2"}, {"c": ["3"]}], []),
            {},
            "two values at one place",
        ),
        (plotting.placement_diagram, ([{"a": "1"}, {"a": ["2"]}], []), {}, "names 'a' twice"),
        (
            plotting.placement_diagram,
            ([{"a": ["1"]}, {"b": ["1", "2"]}], []),
            {},
            "different numbers of clients",
        ),
        (plotting.placement_diagram, (AB, [("b", "mean", "a")]), {}, "goes back from 'b' to 'a'"),
        (plotting.placement_diagram, (AB, [("a", "mean", "z")]), {}, "steps names 'z'"),
        (plotting.placement_diagram, (AB, ["ab"]), {}, r"give \(value, operator, value\)"),
        (plotting.placement_diagram, (AB, []), {"types": {"z": "int32"}}, "types names 'z'"),
        (plotting.placement_diagram, (AB, []), {"client_names": ["x"]}, "1 names for 2 clients"),
        (
            plotting.placement_diagram,
            ([*AB, {"c": ["1", "2"]}, {"d": ["1", "2"]}], [("b", "map", "d")]),
            {},
            "from 'b' to 'd' through 'c'",
        ),
    ],
)
def test_bad_input_is_named(function, args, kwargs, message):
    with pytest.raises(ValueError, match=message):
        function(*args, **kwargs)
