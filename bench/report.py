"""What the results of `bench.rounds` say: whether all did the same work, a table, a figure."""

import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

LEAST_ACCURACY = 0.25  # chance is 0.1
TOLERANCE = 0.03  # of accuracy; the contenders shuffle in different orders
SCORE_TOLERANCE = 1e-3  # of mean scores; another order of examples moves them by 0.01 and more
CONTENDERS = {
    "tff_learning": "the course: tff.learning",
    "by_hand": "the course: by hand in Federated Core",
    "two_workers": "the course: tff.learning on two workers",
    "plain_tff": "TFF alone, plain tf.data",
    "flower_keras": "Flower, Keras as in its quickstart",
    "flower_numpy": "Flower, the NumPy loop as client",
    "pfl_torch": "pfl, its adapter for PyTorch",
    "pfl_numpy": "pfl, the NumPy loop as client",
    "numpy": "NumPy loop on one core",
    "jax": "JAX loop, compiled, on one core",
}


def check_equal_work(results: Sequence[dict[str, Any]]) -> list[str]:
    """Compares what the contenders of one model and size were given, and what they have learned.

    Returns:
        A sentence for each case in which nothing was learned, for each contender whose rounds had
        another number of examples than the first one's, for each whose accuracy differs by more
        than `TOLERANCE`, and for each whose mean scores, if it has them, differ by more than
        `SCORE_TOLERANCE` from the first ones; none if all is well.
    """
    wrong = []
    for case in sorted({(result["model"], result["clients"]) for result in results}):
        first, *others = [r for r in results if (r["model"], r["clients"]) == case]
        name = f"{case[0]}, {case[1]} clients"
        if not first["accuracy"] >= LEAST_ACCURACY:
            wrong.append(f"{name}: nothing was learned.")
        for other in others:
            if other["examples"] != first["examples"]:
                wrong.append(
                    f"{name}: {other['contender']} had {other['examples']:,} examples a round, and "
                    f"{first['contender']} {first['examples']:,}; that is not the same work."
                )
            if not abs(other["accuracy"] - first["accuracy"]) <= TOLERANCE:
                wrong.append(
                    f"{name}: {other['contender']} reached {other['accuracy']:.3f} and "
                    f"{first['contender']} {first['accuracy']:.3f}; they do not do the same work."
                )
        scored = [result for result in (first, *others) if result.get("mean_scores")]
        for result in scored[1:]:
            other = scored[0]
            apart = np.abs(np.subtract(result["mean_scores"], other["mean_scores"])).max()
            if not apart <= SCORE_TOLERANCE:
                wrong.append(
                    f"{name}: mean scores of {result['contender']} and {other['contender']} "
                    f"are {apart:.4f} apart; they did not take the same steps."
                )
    return wrong


def report(results: Sequence[dict[str, Any]], where: dict[str, Any]) -> str:
    """Writes the results as Markdown: machine, a table for each model, what was to reach.

    Args:
        results: What the contenders gave.
        where: What `bench.rounds.machine` gave.
    """
    versions = {**where["versions"]}
    for result in results:
        versions |= result.get("versions", {})
    lines = [
        "# A round of Federated Averaging",
        "",
        f"{where['processor']}, {where['cores']} cores, {where['memory_bytes'] / 2**30:.0f} GiB, "
        f"{where['kernel']}; {', '.join(f'{name} {v}' for name, v in versions.items())}. "
        "Written by `make bench`, all in one run.",
        "Milliseconds per client: the later rounds' median. Peak memory in MiB, of the process "
        "that a notebook would be and of its children together. The NumPy loop has the course's "
        "engine in it, to load its data. TFF alone has the course's import, to start at all.",
    ]
    for model in dict.fromkeys(result["model"] for result in results):
        lines += [
            "",
            f"## {model}",
            "",
            "| clients | contender | ms per client | against the course | first round | "
            "s to first result | notebook | children | examples | accuracy |",
            "|---|---|---|---|---|---|---|---|---|---|",
        ]
        compiling = [
            f"{r['compile_seconds']:.1f} s for {r['clients']:,} clients"
            for r in results
            if r["model"] == model and "compile_seconds" in r
        ]
        for r in sorted((r for r in results if r["model"] == model), key=lambda r: r["clients"]):
            ours = _find(results, "tff_learning", model, r["clients"])
            ratio = f"{r['later_ms'] / ours['later_ms']:.2f}" if ours else ""
            lines.append(
                f"| {r['clients']} | {CONTENDERS[r['contender']]} | {r['later_ms']:.1f} | {ratio} "
                f"| {r['first_ms']:.1f} | {r['seconds_to_first_result']:.1f} "
                f"| {r['peak_bytes'] / 2**20:.0f} | {_children(r) / 2**20:.0f} "
                f"| {r['examples']:,} | {r['accuracy']:.3f} |"
            )
        if compiling:
            lines += ["", f"To compile, before its first round, JAX takes {', '.join(compiling)}."]
    lines += ["", "## What was to reach", "", "| | measured | reached |", "|---|---|---|"]
    lines += [f"| {text} | {value} | {reached} |" for text, value, reached in _claims(results)]
    return "\n".join(lines) + "\n"


def _claims(results: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    def ms(contender: str, num_clients: int) -> float | None:
        found = _find(results, contender, "softmax", num_clients)
        return found and found["later_ms"]

    def ratio(one: float | None, other: float | None) -> float | None:
        return one / other if one and other else None

    ours = {num_clients: ms("tff_learning", num_clients) for num_clients in (10, 100, 1000)}
    ten, thousand = (_find(results, "tff_learning", "softmax", count) for count in (10, 1000))
    for text, value, shown, reached in (
        *(
            (
                f"{num_clients:,} clients: at most {most:g} times the NumPy loop",
                ratio(ours[num_clients], ms("numpy", num_clients)),
                "{:.1f} times",
                lambda v, most=most: v <= most,
            )
            for num_clients, most in {10: 4, 100: 2, 1000: 2.5}.items()
        ),
        (
            "100 clients: 8 times as fast as TFF alone",
            ratio(ms("plain_tff", 100), ours[100]),
            "{:.1f} times",
            lambda v: v >= 8,
        ),
        (
            "100 clients: twice as fast as Flower with the NumPy loop",
            ratio(ms("flower_numpy", 100), ours[100]),
            "{:.1f} times",
            lambda v: v >= 2,
        ),
        (
            "1,000 clients: worker below 0.5 GB",
            thousand and _children(thousand) / 1e9,
            "{:.2f} GB",
            lambda v: v < 0.5,
        ),
        (
            "1,000 clients: the notebook's process below 1 GB",
            thousand and thousand["peak_bytes"] / 1e9,
            "{:.2f} GB",
            lambda v: v < 1,
        ),
        (
            "10 clients: a fresh process has its first result in 5 s",
            ten and ten["seconds_to_first_result"],
            "{:.1f} s",
            lambda v: v <= 5,
        ),
        *(
            (
                f"{num_clients:,} clients: two workers at least as fast as one",
                ratio(ours[num_clients], ms("two_workers", num_clients)),
                "{:.2f} times",
                lambda v: v >= 1,
            )
            for num_clients in (100, 1000)
        ),
    ):
        if value is None:
            yield text, "not measured", "not measured"
        else:
            yield text, shown.format(value), "yes" if reached(value) else "no"


def _find(
    results: Sequence[dict[str, Any]], contender: str, model: str, num_clients: int
) -> dict[str, Any] | None:
    wanted = (contender, model, num_clients)
    found = (r for r in results if (r["contender"], r["model"], r["clients"]) == wanted)
    return next(found, None)


def _children(result: dict[str, Any]) -> int:
    return sum(result["children_peak_bytes"].values())


def draw(results: Sequence[dict[str, Any]], path: pathlib.Path) -> None:
    """Draws milliseconds per client against the number of clients, one line a contender."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt
    from matplotlib.ticker import NullFormatter

    chosen = list(dict.fromkeys(result["model"] for result in results))
    figure, all_axes = plt.subplots(
        1, len(chosen), figsize=(5 * len(chosen), 4.8), squeeze=False, layout="constrained"
    )
    handles = {}
    for axes, model in zip(all_axes[0], chosen, strict=True):
        for i, (contender, name) in enumerate(CONTENDERS.items()):
            points = [
                (r["clients"], r["later_ms"])
                for r in results
                if (r["contender"], r["model"]) == (contender, model)
            ]
            if points:
                look = {"color": f"C{i}", "marker": "osD^vPX*hp"[i]}
                (handles[name],) = axes.loglog(*zip(*sorted(points), strict=True), **look)
        axes.set(title=model, xlabel="clients in a round", ylabel="time per client (ms)")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter("{x:g}")
            axis.set_minor_formatter(NullFormatter())
        axes.set_ylim(0.3, 1000)
        axes.grid(visible=True, which="both", alpha=0.3)
    figure.legend(
        handles.values(), handles.keys(), loc="outside lower center", ncols=2, fontsize="small"
    )
    figure.savefig(path, dpi=110, metadata={"Software": None})
