"""The benchmark compares equal work, and would say so if it did not."""

import argparse
import json

import numpy as np
import pytest

import fl_course

fl_course.setup()

import tensorflow as tf  # noqa: E402

from bench import contend, numpy_step, report, rounds  # noqa: E402
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
        client_learning_rate=contend.CLIENT_RATES["softmax"],
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
    assert report.check_equal_work([result("numpy", 0.90), result("plain_tff", 0.91)]) == []


@pytest.mark.parametrize("accuracy", [0.5, 0.99, float("nan")])
def test_less_work_is_told(accuracy):
    (wrong,) = report.check_equal_work([result("numpy"), result("plain_tff", accuracy)])
    assert "plain_tff" in wrong
    assert "0.900" in wrong


def test_fewer_examples_are_told():
    (wrong,) = report.check_equal_work([result("numpy"), result("plain_tff", examples=999)])
    assert "plain_tff had 999 examples a round, and numpy 1,000" in wrong


def test_learning_nothing_is_told():
    (wrong,) = report.check_equal_work([result("numpy", 0.1), result("plain_tff", 0.1)])
    assert "nothing was learned" in wrong


def test_other_steps_are_told_though_the_accuracy_is_the_same():
    numpy, flower, jax = (
        result(contender) | {"mean_scores": scores}
        for contender, scores in (
            ("numpy", [0.2, -0.1]),
            ("flower_numpy", [0.2, -0.1001]),
            ("jax", [0.2, -0.11]),
        )
    )
    (wrong,) = report.check_equal_work([result("tff_learning"), numpy, flower, jax])
    assert "jax and numpy are 0.0100 apart" in wrong


def test_results_of_other_sizes_are_not_compared():
    assert report.check_equal_work([result("numpy"), result("numpy", 0.5, clients=10)]) == []


def claims(results):
    rows = report.report(results, WHERE).split("What was to reach")[1].splitlines()[4:]
    cells = [[cell.strip() for cell in row.split("|")[1:4]] for row in rows]
    return {text: (measured, reached) for text, measured, reached in cells}


@pytest.mark.parametrize(("ms", "reached"), [(2.0, "yes"), (9.0, "no")])
def test_what_was_reached_comes_from_the_numbers(ms, reached):
    found = claims(
        [
            *(
                result("tff_learning", ms=ms, clients=clients)
                | {"seconds_to_first_result": ms, "peak_bytes": ms * 4e8}
                | {"children_peak_bytes": {"0 worker_binary": ms * 2e8}}
                for clients in (10, 100, 1000)
            ),
            *(result("numpy", ms=1.0, clients=clients) for clients in (10, 100, 1000)),
            *(result("two_workers", ms=ms * ms / 2, clients=clients) for clients in (100, 1000)),
            result("plain_tff", ms=20.0),
            result("flower_numpy", ms=5.0),
        ]
    )
    assert len(found) == 10
    assert {answer for _, answer in found.values()} == {reached}
    assert found["100 clients: at most 2 times the NumPy loop"][0] == f"{ms:.1f} times"
    assert found["1,000 clients: at most 2.5 times the NumPy loop"][0] == f"{ms:.1f} times"
    assert found["100 clients: 8 times as fast as TFF alone"][0] == f"{20 / ms:.1f} times"
    assert found["1,000 clients: worker below 0.5 GB"][0] == f"{ms / 5:.2f} GB"


def test_what_was_not_measured_is_not_reached():
    assert set(claims([result("numpy")]).values()) == {("not measured", "not measured")}


def test_the_report_names_the_machine_and_every_version():
    flower = result("flower_numpy") | {"versions": {"Flower": "1.42.0"}}
    text = report.report([result("numpy"), flower], WHERE)
    assert "some processor, 2 cores, 16 GiB, Linux 6.1; Python 3.13.0, Flower 1.42.0." in text


def test_the_saved_run_is_what_its_own_numbers_say():
    saved = json.loads((rounds.RESULTS / "rounds.json").read_text())
    assert report.report(saved["results"], saved["machine"]) == (
        (rounds.RESULTS / "rounds.md").read_text()
    )
    assert report.check_equal_work(saved["results"]) == []


def test_compiling_is_told_apart():
    jax = result("jax", ms=0.5) | {"compile_seconds": 1.24}
    text = report.report([result("numpy"), jax], WHERE)
    assert "To compile, before its first round, JAX takes 1.2 s for 100 clients." in text


@pytest.mark.parametrize("contender", rounds.OUTSIDE)
def test_half_installed_is_told_and_left_out(contender, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(rounds, "ROOT", tmp_path)
    (rounds.environment(contender) / "bin").mkdir(parents=True)
    (rounds.environment(contender) / "bin" / "python").touch()
    options = argparse.Namespace(models=["softmax"], sizes=[10], contenders=[contender])
    assert list(rounds._measure(options, "digits.npz")) == []
    name = rounds.OUTSIDE[contender]
    assert capsys.readouterr().out == f"{contender}: not measured, {name} is not installed\n"


def test_what_takes_long_is_run_only_if_it_is_named(monkeypatch):
    monkeypatch.setattr(rounds, "_run", lambda command, one_thread: json.dumps(result(command[4])))
    options = argparse.Namespace(models=["softmax"], sizes=[1000], contenders=None)
    assert "plain_tff" not in {r["contender"] for r in rounds._measure(options, "digits.npz")}
    options.contenders = ["plain_tff"]
    assert [r["contender"] for r in rounds._measure(options, "digits.npz")] == ["plain_tff"]


@pytest.fixture(scope="module")
def examples(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("examples") / "digits.npz")
    contend.export(path)
    return path


def numpy_rounds(path, num_clients, num_rounds):
    """What every contender with the NumPy loop's order comes to: weights, and examples a round."""
    arrays = numpy_step.examples(path)
    weights = numpy_step.zeros()
    for _ in range(num_rounds):
        trained, sizes = [], []
        for i in range(num_clients):
            writer = i % int(arrays["writers"])
            x, y = arrays[f"images_{writer}"], arrays[f"labels_{writer}"]
            trained.append(numpy_step.shuffled_client_update(weights, x, y, i)[0])
            sizes.append(len(y))
        weights = tuple(np.average(w, axis=0, weights=sizes) for w in zip(*trained, strict=True))
    return weights, numpy_step.EPOCHS * sum(sizes)


# 16 clients are more than there are writers.
@pytest.mark.parametrize("contender", ["flower_numpy", "pfl_torch", "pfl_numpy", "jax"])
def test_the_same_work_is_done_outside(contender, examples):
    if not (rounds.environment(contender) / "ready").exists():
        pytest.skip(f"`make bench` installs {rounds.OUTSIDE[contender]}")
    num_rounds = 2
    command = rounds._outside(contender, examples, 10)[:-2]
    command += ["16", str(num_rounds), "0"]
    outcome = json.loads(rounds._run(command, one_thread=True).splitlines()[-1])
    weights, stepped = numpy_rounds(examples, 16, num_rounds)
    arrays = numpy_step.examples(examples)
    accuracy = numpy_step.accuracy(weights, arrays["test_images"], arrays["test_labels"])
    # The order of the sums may turn one image.
    assert outcome["accuracy"] == pytest.approx(accuracy, abs=1.5 / len(arrays["test_labels"]))
    scores = numpy_step.mean_scores(weights, arrays["test_images"])
    assert outcome["mean_scores"] == pytest.approx(scores, abs=1e-4)
    assert outcome["examples"] == stepped
    assert outcome["contender"] == contender
