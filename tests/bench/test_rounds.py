"""The benchmark compares equal work, and would say so if it did not."""

import argparse
import json

import numpy as np
import pytest

import fl_course

fl_course.setup()

import tensorflow as tf  # noqa: E402

from bench import numpy_step, rounds  # noqa: E402
from fl_course import algorithms, models  # noqa: E402


def result(contender, accuracy=0.9, ms=5.0, clients=100, examples=1000):
    return {
        "contender": contender,
        "model": "softmax",
        "clients": clients,
        "first_ms": 2 * ms,
        "later_ms": ms,
        "seconds_to_first_result": 4.0,
        "accuracy": accuracy,
        "peak_bytes": 5 * 2**20,
        "children_peak_bytes": {"0 worker_binary": 7 * 2**20},
        "examples": examples,
    }


WHERE = {
    "processor": "some processor",
    "cores": 2,
    "memory_bytes": 2**34,
    "kernel": "Linux 6.1",
    "versions": {"Python": "3.13.0"},
}


def test_numpy_takes_the_steps_of_the_course():
    """On three clients with examples of their own, in the same order for both, for two rounds."""
    rng = np.random.default_rng(2)
    sizes = (45, 61, 20)
    clients = [
        (rng.random((n, 784), np.float32), rng.integers(0, 10, n).astype(np.int32)) for n in sizes
    ]
    orders = [numpy_step.shuffled(n, seed=n) for n in sizes]
    weights = numpy_step.zeros()
    for _ in range(2):
        trained = [
            numpy_step.client_update(weights, *client, order)
            for client, order in zip(clients, orders, strict=True)
        ]
        weights = tuple(np.mean(parts, axis=0) for parts in zip(*trained, strict=True))

    datasets = [
        tf.data.Dataset.from_tensor_slices({"x": x[order], "y": y[order]}).batch(20)
        for (x, y), order in zip(clients, orders, strict=True)
    ]
    process = algorithms.build_fed_avg(
        models.functional_model(),
        client_learning_rate=rounds.CLIENT_RATES["softmax"],
        weighted=False,
    )
    state = process.initialize()
    for _ in range(2):
        state = process.next(state, datasets).state
    for ours, theirs in zip(weights, state.weights, strict=True):
        assert np.abs(ours).max() > 0.001
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


def test_every_epoch_has_all_examples_in_an_order_of_its_own():
    epochs = numpy_step.shuffled(30, seed=4).reshape(numpy_step.EPOCHS, 30)
    assert all(sorted(epoch) == list(range(30)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == numpy_step.EPOCHS


def test_equal_work_is_no_complaint():
    assert rounds.check_equal_work([result("numpy", 0.90), result("plain_tff", 0.91)]) == []


@pytest.mark.parametrize("accuracy", [0.5, 0.99, float("nan")])
def test_less_work_is_told(accuracy):
    (wrong,) = rounds.check_equal_work([result("numpy"), result("plain_tff", accuracy)])
    assert "plain_tff" in wrong
    assert "0.900" in wrong


def test_fewer_examples_are_told():
    (wrong,) = rounds.check_equal_work([result("numpy"), result("plain_tff", examples=999)])
    assert "plain_tff had 999 examples a round, and numpy 1,000" in wrong


def test_learning_nothing_is_told():
    (wrong,) = rounds.check_equal_work([result("numpy", 0.1), result("plain_tff", 0.1)])
    assert "nothing was learned" in wrong


def test_results_of_other_sizes_are_not_compared():
    assert rounds.check_equal_work([result("numpy"), result("numpy", 0.5, clients=10)]) == []


def claims(results):
    rows = rounds.report(results, WHERE).split("What was to reach")[1].splitlines()[4:]
    cells = [[cell.strip() for cell in row.split("|")[1:4]] for row in rows]
    return {text: (measured, reached) for text, measured, reached in cells}


@pytest.mark.parametrize(("ms", "reached"), [(4.0, "yes"), (9.0, "no")])
def test_what_was_reached_comes_from_the_numbers(ms, reached):
    found = claims(
        [
            result("tff_learning", ms=ms),
            result("tff_learning", ms=ms, clients=10),
            result("tff_learning", ms=ms * ms / 4, clients=1000),
            result("plain_tff", ms=20.0),
            result("flower_keras", ms=100.0),
            result("two_workers", ms=4.0 if ms == 4.0 else 10.0),
        ]
    )
    told = {text: answer for text, (_, answer) in found.items() if answer != "not measured"}
    told.pop("1,000 clients: worker below 1 GB")
    assert len(told) == 5
    assert set(told.values()) == {reached}
    assert found["100 clients: at most 8 ms per client"][0] == f"{ms:.1f} ms"
    assert found["100 clients: 3 times as fast as TFF alone"][0] == f"{20 / ms:.1f} times"


def test_what_was_not_measured_is_not_reached():
    assert set(claims([result("numpy")]).values()) == {("not measured", "not measured")}


def test_the_report_names_the_machine_and_every_version():
    flower = result("flower_numpy") | {"versions": {"Flower": "1.42.0"}}
    text = rounds.report([result("numpy"), flower], WHERE)
    assert "some processor, 2 cores, 16 GiB, Linux 6.1; Python 3.13.0, Flower 1.42.0." in text


def test_the_saved_run_is_what_its_own_numbers_say():
    saved = json.loads((rounds.RESULTS / "rounds.json").read_text())
    assert rounds.report(saved["results"], saved["machine"]) == (
        (rounds.RESULTS / "rounds.md").read_text()
    )
    assert rounds.check_equal_work(saved["results"]) == []


def test_flower_half_installed_is_told_and_left_out(tmp_path, monkeypatch, capsys):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    monkeypatch.setattr(rounds, "FLOWER", tmp_path)
    options = argparse.Namespace(models=["softmax"], sizes=[10], contenders=["flower_numpy"])
    assert list(rounds._measure(options, "digits.npz")) == []
    assert capsys.readouterr().out == "flower_numpy: not measured, Flower is not installed\n"


@pytest.mark.skipif(not (rounds.FLOWER / "ready").exists(), reason="`make bench` installs Flower")
def test_flower_does_the_same_work(tmp_path):
    path = str(tmp_path / "digits.npz")
    rounds.export(path)
    command = [f"{rounds.FLOWER}/bin/python", "-m", "bench.flower_contender", "numpy"]
    command += [path, "10", "3", "0"]
    flower = json.loads(rounds._run(command, numpy=True).splitlines()[-1])
    arrays = numpy_step.examples(path)
    weights = numpy_step.zeros()
    for _ in range(3):
        trained, sizes = [], []
        for i in range(10):
            x, y = arrays[f"images_{i}"], arrays[f"labels_{i}"]
            trained.append(numpy_step.shuffled_client_update(weights, x, y, i)[0])
            sizes.append(len(y))
        weights = tuple(np.average(w, axis=0, weights=sizes) for w in zip(*trained, strict=True))
    accuracy = numpy_step.accuracy(weights, arrays["test_images"], arrays["test_labels"])
    # The order of the sums may turn one image; the examples are those of the smallest round.
    assert flower["accuracy"] == pytest.approx(accuracy, abs=1.5 / len(arrays["test_labels"]))
    assert flower["examples"] == numpy_step.EPOCHS * sum(sizes)
