# %% [markdown] key="what_you_learn"
# After this lesson you can
#
# - translate between TFF's words and Flower's, and write a client and a server for Flower;
# - train with processes that each open the file of one client, and no other file;
# - say how far two correct programs may differ, and compare Flower's weights with TFF's by that;
# - lose a client in the middle of a round, and say what the server did meanwhile;
# - name what is still missing between this and hospitals.
#
# **You need** the training of [lesson {{federated_averaging}}](federated_averaging.ipynb) and the client's step from
# [lesson {{averaging_by_hand}}](averaging_by_hand.ipynb).
#
# **Why this lesson.** Until now one notebook has held everybody's data, and has said so. That is a
# simulation. Here each client is a process of its own, and you will see which files it opens.

# %% key="imports"
import collections
import http.client
import json
import os
import pathlib
import ssl
import tempfile

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import data, exercises, flower, models, plotting

ex = exercises.lesson("flower_processes")

# %% [markdown] key="two_libraries"
# ## Two libraries, two purposes
#
# TFF describes a computation, with placements and types, and leaves it to others to carry it out on
# real devices. **Flower** begins at the other end: it has programs that run on a server and at each
# client, and messages that travel between them. What a message means is up to your code.
#
# The programs and parts have names:
#
# - The **SuperLink** runs at the server, all the time. It passes messages on, and knows nothing of
#   your model.
# - A **SuperNode** runs at each client, all the time. It asks the SuperLink for messages; nobody
#   connects *to* a client.
# - A **ServerApp** is your code for the server. It runs as long as one training, and uses a
#   **strategy**, such as `FedAvg`, which says who is asked in a round and what becomes of the
#   replies.
# - A **ClientApp** is your code for a client. It is started when a message comes, answers it, and
#   ends.
# - A message carries an **ArrayRecord** (weights), a **MetricRecord** (numbers such as a count of
#   examples) and a **ConfigRecord** (settings).

# %% [markdown] key="teach_two_libraries" kind="instructor" minutes=12 saves=5 skips="ex_words"
# **What people get wrong.** They take the SuperLink for the server of the algorithm. It is the post
# office: the mean is taken in the ServerApp, by the strategy.
#
# **Ask the room.** Why does a client ask for messages, instead of being called? (A hospital's
# firewall lets connections out, and none in. Phones have no address at which they could be called.)
#
# **When time is short.** Show the table after the exercise, and skip the exercise.

# %% [markdown] key="task_words"
# ### Exercise: translate
#
# **Your task.** Write a dictionary `flowers_word`. Its keys are the words of `tff_words`, all of
# them, and its values are words of `flower_words`: the part of Flower that does, or is, the same.
# One of Flower's words has no counterpart in the list, and none is used twice.

# %% key="words"
tff_words = [
    "client_update: what a client does with the weights it gets",
    "server_update: what the server does with the clients' results",
    "a client's dataset, handed to process.next",
    "the loop over rounds, with process.next",
    "a value at CLIENTS that goes to the server: the weights",
    "a value at CLIENTS that goes to the server: the number of examples",
]
flower_words = [
    "ClientApp",
    "ServerApp",
    "strategy",
    "SuperLink",
    "a file on the SuperNode's computer",
    "ArrayRecord of a reply",
    "MetricRecord of a reply",
]

# %% key="ex_words" kind="exercise" exercise="flowers_word"
# blank: flowers_word = ...
flowers_word = {
    tff_words[0]: "ClientApp",
    tff_words[1]: "strategy",
    tff_words[2]: "a file on the SuperNode's computer",
    tff_words[3]: "ServerApp",
    tff_words[4]: "ArrayRecord of a reply",
    tff_words[5]: "MetricRecord of a reply",
}
# end blank
flowers_word = ex.flowers_word.check(flowers_word)

# %% [markdown] key="word_table"
# | TFF | Flower |
# |---|---|
# | what a client does, in `client_update` | `ClientApp`, a function with `@app.train()` |
# | what the server does with the results, in `server_update` | a strategy's `aggregate_train` |
# | the loop with `process.next` | `ServerApp`: `@app.main()`, which calls `strategy.start` |
# | which clients take part: your list of datasets | a strategy's `configure_train` |
# | a client's dataset | a file at the client, named in its `node_config` |
# | weights and counts, with types | `ArrayRecord` and `MetricRecord`, by name |
# | the worker of this course | SuperLink and SuperNodes |
#
# Two differences go deeper. TFF checks types before anything runs; in Flower a wrong shape shows
# when two arrays are added. And TFF's client returns the **update**, while Flower's `FedAvg`
# expects the client's **weights**: with a server rate of 1, the mean of the weights is the same.

# %% [markdown] key="install_text"
# ## Flower comes in its own environment
#
# Flower wants other versions of some packages than TFF does. So it goes into an environment of its
# own, which this notebook's process never imports from. The next cell makes it, if it is not there:
# 200 MB on disk, a minute or two, and it needs a network. `make course` has done it already.

# %% key="install_flower" kind="optional"
flower.install()

# %% key="is_there"
if flower.is_there():
    print("Flower is here.")

# %% [markdown] key="is_there_text"
# Without Flower, each cell that needs it says so in a line, and the rest of the lesson runs: the
# exercises need no Flower.

# %% [markdown] key="client_step"
# ## A client in NumPy
#
# What a ClientApp does inside is its own business: Keras, PyTorch, anything. We take NumPy, since a
# client's training is a few lines. For a batch of inputs $X$, a row an image, with labels $y$:
#
# $$ E = \mathrm{softmax}(X K + b) - \mathrm{onehot}(y), \qquad
# K \leftarrow K - \frac{r}{n}\, X^\top E, \qquad b \leftarrow b - \frac{r}{n} \sum_i E_i $$
#
# Here $n$ is the number of images in the batch and $r$ the rate. That is what the tape has worked
# out for you in lesson {{averaging_by_hand}}.

# %% [markdown] key="teach_client_step" kind="instructor" minutes=15 saves=6
# **What people get wrong.** `kernel -= ...` changes the array that the message brought. In Flower
# that is a copy of the client's own, so nobody notices; in the exercise's check it is noticed. And
# they return the difference, as in TFF.
#
# **Ask the room.** The last batch may be smaller. What would dividing by 20 in all of them do?
# (Its images would count less. TFF divides by the batch's own size.)
#
# **When time is short.** Show the solution beside the formula.

# %% [markdown] key="task_train_client"
# ### Exercise: train a client
#
# **Your task.** Write `train_client(kernel, bias, x, y, rate, batch_size)`. `kernel` is a float32
# array [784, 10], `bias` a float32 array [10], `x` a float32 array [n, 784], `y` integers [n] from
# 0 to 9, and n is at least 1. Take the examples in their order, `batch_size` at a time; the last
# batch may be smaller, and counts as a batch. Make one step for each batch. The result is the
# trained `(kernel, bias)`, of the same shapes. What you are given stays as it is.


# %% key="ex_train_client" kind="exercise" exercise="train_client"
def train_client(kernel, bias, x, y, rate, batch_size):
    # blank: ...
    for start in range(0, len(y), batch_size):
        inputs, labels = (
            x[start : start + batch_size],
            y[start : start + batch_size],
        )
        scores = inputs @ kernel + bias
        errors = np.exp(scores - scores.max(axis=1, keepdims=True))
        errors /= errors.sum(axis=1, keepdims=True)
        errors[np.arange(len(labels)), labels] -= 1
        errors /= len(labels)
        kernel = kernel - np.float32(rate) * (inputs.T @ errors)
        bias = bias - np.float32(rate) * errors.sum(axis=0)
    return kernel, bias
    # end blank


train_client = ex.train_client.check(train_client)

# %% [markdown] key="files_text"
# ## A file for each client
#
# Three writers take part. Each gets a file with its images as ink, 1 minus a pixel, and its labels.
# This cell is the last one in which one process handles everybody's data: in real life, the files
# are where the data arose.

# %% key="files"
train, test = data.load("digits")
writers = train.client_ids[:3]
folder = pathlib.Path(tempfile.mkdtemp())
os.chdir(folder)  # from here on, what the notebook writes goes there

files = {}
for writer in writers:
    images, labels = data.pool(train, [writer])
    files[writer] = folder / f"{writer}.npz"
    ink = (1 - images).reshape(-1, 784).astype(np.float32)
    np.savez(files[writer], x=ink, y=labels)
    print(f"{files[writer].name}: {len(labels)} images")

test_images, test_labels = data.pool(test)
test_ink = (1 - test_images).reshape(-1, 784)


def accuracy(kernel, bias):
    return np.mean((test_ink @ kernel + bias).argmax(axis=1) == test_labels)


# %% [markdown] key="app_text"
# ## The app
#
# A Flower app is a folder with three files. The first says where the two parts are, and which
# settings a run has.

# %% [markdown] key="teach_app" kind="instructor" minutes=16 saves=4
# **What people get wrong.** They look for the line that sends the data. There is none: the
# ClientApp reads a path that its own SuperNode was started with. Let somebody point to the line.
#
# **Ask the room.** The server's code reaches every client, in this app: Flower packs the folder and
# sends it to the SuperNodes. Whom does a hospital trust then? (Whoever may submit an app. Come back
# to this at the end.)
#
# **When time is short.** Read the ClientApp aloud, and of the ServerApp only `main`.

# %% key="app_settings"
app = folder / "app"
app.mkdir(exist_ok=True)
settings = """
[project]
name = "writers"
version = "1.0.0"
description = "Softmax regression on handwritten digits, in NumPy"
license = "Apache-2.0"
dependencies = ["flwr>=1.42", "numpy"]

[tool.flwr.app]
publisher = "fl-course"

[tool.flwr.app.components]
serverapp = "server_app:app"
clientapp = "client_app:app"

[tool.flwr.app.config]
rounds = 3
least-clients = 3
hangs = ""
results = ""
"""
print(f"pyproject.toml: {(app / 'pyproject.toml').write_text(settings)} bytes")

# %% [markdown] key="client_app_text"
# The second is the client. `%%writefile` writes the cell to a file; nothing of it runs here. The
# training is the function of the exercise, once more. Look for the two lines that matter for
# privacy: where the data come from, and what goes into the reply.

# %% key="client_app"
# %%writefile app/client_app.py
import time

import numpy as np
from flwr.app import (
    ArrayRecord,
    ConfigRecord,
    Message,
    MetricRecord,
    RecordDict,
)
from flwr.clientapp import ClientApp

app = ClientApp()


def train_client(kernel, bias, x, y, rate, batch_size):
    for start in range(0, len(y), batch_size):
        inputs, labels = (
            x[start : start + batch_size],
            y[start : start + batch_size],
        )
        scores = inputs @ kernel + bias
        errors = np.exp(scores - scores.max(axis=1, keepdims=True))
        errors /= errors.sum(axis=1, keepdims=True)
        errors[np.arange(len(labels)), labels] -= 1
        errors /= len(labels)
        kernel = kernel - np.float32(rate) * (inputs.T @ errors)
        bias = bias - np.float32(rate) * errors.sum(axis=0)
    return kernel, bias


def in_order(count, epochs, seed):
    """Places of the examples for all local epochs, each epoch shuffled."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.permutation(count) for _ in range(epochs)])


@app.train()
def train(message, context):
    node, config = context.node_config, message.content["config"]
    if config["server-round"] == 2 and config["hangs"] == node["name"]:
        time.sleep(600)

    with np.load(node["data"]) as file:
        x, y = file["x"], file["y"]
    order = in_order(len(y), config["epochs"], node["seed"])
    kernel, bias = message.content["arrays"].to_numpy_ndarrays()
    trained = train_client(
        kernel, bias, x[order], y[order], config["rate"], config["batch-size"]
    )

    reply = RecordDict(
        {
            "arrays": ArrayRecord(list(trained)),
            "metrics": MetricRecord({"num-examples": len(y)}),
            "who": ConfigRecord({"name": node["name"]}),
        }
    )
    return Message(reply, reply_to=message)


# %% [markdown] key="client_app_read"
# The path of the data is in `node_config`, which the SuperNode was started with. The server never
# learns it. Into the reply go weights, a count and a name. The name is there for our figures only;
# a real client would leave it out. And one writer's computer can be made to hang in round 2: we
# need that later.
#
# The third file is the server. What does `FedAvg` do with the replies? Write that part yourself
# first.
#
# ### Exercise: the mean of the replies
#
# **Your task.** Write `mean_of_replies(replies, arrays)`. `replies` is a list of dictionaries. A
# client that has answered gives `{"arrays": [...], "num-examples": ...}`: a list of NumPy arrays,
# and an integer above 0. One that has not gives `{"error": ...}`, a text. `arrays` is the list of
# arrays that the round began with, of the same shapes. The result is a list of arrays of these
# shapes: the mean of the arrays of those that have answered, weighted by their numbers of examples.
# If nobody has answered, the model stays as it was. What you are given stays as it is.


# %% key="ex_mean" kind="exercise" exercise="mean_of_replies"
def mean_of_replies(replies, arrays):
    # blank: ...
    answered = [reply for reply in replies if "error" not in reply]
    if not answered:
        return list(arrays)
    counts = [reply["num-examples"] for reply in answered]
    columns = zip(*(reply["arrays"] for reply in answered), strict=True)
    return [np.average(column, axis=0, weights=counts) for column in columns]
    # end blank


mean_of_replies = ex.mean_of_replies.check(mean_of_replies)

# %% [markdown] key="server_app_text"
# `FedAvg.aggregate_train` does this. We add one thing to it: it notes for each round who was
# asked and who has answered. `start` runs the rounds, and calls `keep` after each of them, and once
# before the first.

# %% key="server_app"
# %%writefile app/server_app.py
import json
import pathlib

import numpy as np
from flwr.app import ArrayRecord, ConfigRecord
from flwr.serverapp import ServerApp
from flwr.serverapp.strategy import FedAvg

app = ServerApp()


class NotingFedAvg(FedAvg):
    def aggregate_train(self, server_round, replies):
        replies = list(replies)
        names = [
            reply.content["who"]["name"]
            for reply in replies
            if reply.has_content()
        ]
        self.notes.append({"asked": len(replies), "answered": sorted(names)})
        return super().aggregate_train(server_round, replies)


@app.main()
def main(grid, context):
    config = context.run_config
    results = pathlib.Path(config["results"])
    strategy = NotingFedAvg(
        fraction_evaluate=0.0,
        min_train_nodes=config["least-clients"],
        min_available_nodes=config["least-clients"],
    )
    strategy.notes, kernels, biases = [], [], []

    def keep(server_round, arrays):
        kernel, bias = arrays.to_numpy_ndarrays()
        kernels.append(kernel)
        biases.append(bias)

    training = {
        "rate": 0.02,
        "epochs": 5,
        "batch-size": 20,
        "hangs": config["hangs"],
    }
    zeros = [np.zeros((784, 10), np.float32), np.zeros(10, np.float32)]
    strategy.start(
        grid=grid,
        initial_arrays=ArrayRecord(zeros),
        num_rounds=config["rounds"],
        train_config=ConfigRecord(training),
        evaluate_fn=keep,
    )
    (results / "notes.json").write_text(json.dumps(strategy.notes))
    np.savez(
        results / "weights.npz",
        kernels=np.stack(kernels),
        biases=np.stack(biases),
    )


# %% [markdown] key="server_app_read"
# There is no data in it, not even for testing. The clients' settings of training, 5 local epochs,
# batches of 20 and a rate of 0.02, travel with each message: they are those of lesson {{federated_averaging}}.

# %% [markdown] key="start_text"
# ## Start it
#
# `flower.start` starts one SuperLink and three SuperNodes, each with the path of its writer's file.
# They are programs of this computer, and talk through its loopback address; on four computers, the
# commands would be the same, with another address. In one respect they differ from Flower as it is
# delivered: they look for news five times a second instead of every three seconds, and a SuperNode
# is taken for gone after 20 seconds without a sign of life instead of a minute, so that you wait
# less.
#
# Before you run the cell: how many processes will there be, if each of the four programs has a
# helper, which starts apps when they are needed?

# %% [markdown] key="teach_start" kind="instructor" minutes=10 saves=3
# **What people get wrong.** They read TLS as "the server can't see it". It protects the way to the
# server. What arrives is readable there, and lesson {{secure_sums}} is about that.
#
# **Ask the room.** The SuperLink has proved who it is. Who has proved to the SuperLink that the
# clients are the right ones? (Nobody, here. Whoever has the address can connect as a client.)
#
# **When time is short.** Run the cells, and read the three printed answers.

# %% key="start"
nodes = {writer: {"seed": seed} for seed, writer in enumerate(writers)}
if flower.is_there():
    network = flower.start(files, settings=nodes)
    print(f"SuperNodes that run: {', '.join(network.running())}")
    print(f"processes: {network.num_processes()}")

# %% [markdown] key="tls_text"
# Eight: four programs with a helper each. They speak **TLS**, the encryption of web pages:
# `flower.start` has made a certificate for the SuperLink, signed by an authority made for this
# notebook, whose certificate the SuperNodes were given. Three strangers now try to reach the
# SuperLink. The first does not encrypt, the second does but trusts only the authorities that this
# computer knows, the third has been given ours. What will each of them hear?


# %% key="tls"
def ask(connection):
    try:
        connection.request("GET", "/health")
        return f"answer {connection.getresponse().status}"
    except ssl.SSLCertVerificationError:
        return "the certificate is of an unknown authority"
    except (OSError, http.client.HTTPException):
        return "no answer"
    finally:
        connection.close()


if flower.is_there():
    place = network.address
    ours = ssl.create_default_context(cafile=network.authority)
    print("in plain text:", ask(http.client.HTTPConnection(place, timeout=20)))
    print(
        "TLS, known authorities:",
        ask(http.client.HTTPSConnection(place, timeout=20)),
    )
    trusting = http.client.HTTPSConnection(place, timeout=20, context=ours)
    print("TLS, our authority:", ask(trusting))

# %% [markdown] key="tls_read"
# The first is not served. The second breaks off **by itself**: it can't tell our SuperLink from a
# program that only pretends to be it. The third gets 200, the code for *all is well*. So TLS does
# two things: nobody on the way can read, and a client knows whom it sends its weights to.

# %% [markdown] key="run_text"
# ## Train
#
# `network.run` does what the command `flwr run` does: it packs the app, hands it to the SuperLink,
# and waits. The ServerApp starts, asks all three nodes in each of three rounds, and writes its
# results. It takes some seconds, or a minute on a busy machine.

# %% key="run"
if flower.is_there():
    results = network.run(app, rounds=3, least_clients=3)
    notes = json.loads((results / "notes.json").read_text())
    for number, note in enumerate(notes, start=1):
        print(
            f"round {number}: asked {note['asked']}, "
            f"answered {len(note['answered'])}"
        )
    with np.load(results / "weights.npz") as file:
        by_flower = list(zip(file["kernels"], file["biases"], strict=True))
    print(f"accuracy after round 3: {100 * accuracy(*by_flower[-1]):.0f} %")

# %% [markdown] key="run_read"
# In each round all three were asked, and all have answered. Most of the time went into starting
# programs: a ClientApp is started anew for each message, and imports Flower and NumPy before it
# trains for an instant. In a training of hours that is nothing; here it is nearly everything. For
# quick experiments, simulate.
#
# ## Is it the same as TFF?
#
# The same training by TFF: the same writers, and for each the examples in the very order that its
# ClientApp makes of its seed.

# %% [markdown] key="teach_same" kind="instructor" minutes=16 saves=6 slide="tolerance_text"
# **What people get wrong.** "Close enough" without a number. Ask what they would have accepted:
# a hundredth? A wrong seed passes that.
#
# **Ask the room.** Why are the weights not equal to the last bit? (Sums in another order. Flower
# even adds the replies in the order in which they arrive, so two runs of it may differ.)
#
# **When time is short.** Give the tolerance, and show the three printed lines.


# %% key="by_tff"
def in_order(count, epochs, seed):
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.permutation(count) for _ in range(epochs)])


def train_with_tff(seeds, weighted=True):
    datasets = []
    for writer, seed in zip(writers, seeds, strict=True):
        with np.load(files[writer]) as file:
            order = in_order(len(file["y"]), 5, seed)
            examples = collections.OrderedDict(
                x=file["x"][order], y=file["y"][order]
            )
        datasets.append(tf.data.Dataset.from_tensor_slices(examples).batch(20))
    build = (
        tff.learning.algorithms.build_weighted_fed_avg
        if weighted
        else tff.learning.algorithms.build_unweighted_fed_avg
    )
    process = build(
        models.functional_model(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(
            learning_rate=0.02
        ),
        server_optimizer_fn=tff.learning.optimizers.build_sgdm(
            learning_rate=1.0
        ),
    )
    state = process.initialize()
    weights = [process.get_model_weights(state).trainable]
    for _ in range(3):
        state = process.next(state, datasets).state
        weights.append(process.get_model_weights(state).trainable)
    return weights


by_tff = train_with_tff(seeds=(0, 1, 2))
print(f"accuracy after round 3: {100 * accuracy(*by_tff[-1]):.0f} %")

# %% [markdown] key="tolerance_text"
# Equal percents say little. The weights themselves should be equal, but for rounding. How much is
# that?
#
# The next float32 behind 1 is `np.finfo(np.float32).eps` away. The neighbours of a larger number
# are further away, those of a smaller one closer, and never by more than `eps` times the number.
# So rounding a number $w$ errs by **half of `eps`, times $|w|$**, at most; we count with that
# bound for all numbers. Each step rounds each weight once when it is stored. What becomes of the
# error in the steps after it? If it grew in each, no tolerance would help. For our model it
# can't: a step of gradient descent leads no two weights further apart if the rate is below $2/L$,
# where $L$ bounds the curvature of the loss. For softmax regression $L$ is at most half of the
# largest $\|x\|^2$ (Böhning), the bias counted as an input that is 1. The mean over clients does
# not lead weights apart either.

# %% key="not_apart"
most, most_images = 0, 0
for writer in writers:
    with np.load(files[writer]) as file:
        most = max(most, np.max(np.sum(file["x"] ** 2, axis=1)) + 1)
        most_images = max(most_images, len(file["x"]))
print(f"largest squared length of an input: {most:.0f}")
print(f"errors do not grow below a rate of {2 / (most / 2):.3f}")

# %% [markdown] key="task_tolerance"
# Our rate is 0.02, which is below 0.032. So the errors of all steps add up, at worst.
#
# ### Exercise: a tolerance
#
# **Your task.** Write `tolerance(num_rounds, num_steps, largest, dtype)`. In each of `num_rounds`
# rounds a client makes `num_steps` steps, both integers of 1 or more; no weight is ever larger than
# `largest`, a number above 0, in either direction; the weights are stored as `dtype`, such as
# `np.float32` or `np.float64`. The result is one number: what the roundings of storing a weight add
# up to, if each step of a client rounds once, and each rounding errs in the same direction by all
# that the bound above allows for a weight of the size `largest`.


# %% key="ex_tolerance" kind="exercise" exercise="tolerance"
def tolerance(num_rounds, num_steps, largest, dtype):
    # blank: ...
    return num_rounds * num_steps * largest * np.finfo(dtype).eps / 2
    # end blank


tolerance = ex.tolerance.check(tolerance)

# %% [markdown] key="compare_text"
# The gradient's own sums are rounded, too, and enter times the rate of 0.02, and the server rounds
# its mean once a round. And what does not grow is the length of all errors taken together, so that
# a single weight may get a bit more than its share. We work out neither, and take ten times the
# tolerance instead: that is a judgement, not a proof. What makes it a useful one is that mistakes
# lie far above. Two of them for comparison: one writer with another seed, and a mean without
# weights, although the third writer has one image more than the others.

# %% key="compare" result=true
num_steps = int(np.ceil(5 * most_images / 20))
largest = max(np.abs(part).max() for weights in by_tff for part in weights)
allowed = 10 * float(tolerance(3, num_steps, largest, np.float32))
print(f"steps in a round: {num_steps}; allowed: {allowed:.6f}")


def apart(weights, others):
    """The largest difference of any weight."""
    return max(
        np.abs(np.subtract(a, b)).max()
        for a, b in zip(weights, others, strict=True)
    )


other_seed = train_with_tff(seeds=(0, 1, 3))
no_weights = train_with_tff(seeds=(0, 1, 2), weighted=False)
for name, weights in {
    "another seed": other_seed,
    "a mean without weights": no_weights,
}.items():
    times = apart(weights[-1], by_tff[-1]) / allowed
    percent = 100 * accuracy(*weights[-1])
    print(
        f"{name}: accuracy {percent:.0f} %, over ten times what is allowed: "
        f"{times > 10}"
    )
if flower.is_there():
    within = all(
        apart(*pair) < allowed for pair in zip(by_flower, by_tff, strict=True)
    )
    print(f"Flower and TFF have the same weights in every round: {within}")

# %% key="same_figure"
curves = {"TFF, one process": [accuracy(*weights) for weights in by_tff]}
if flower.is_there():
    curves["Flower, eight processes"] = [
        accuracy(*weights) for weights in by_flower
    ]
plotting.learning_curves(
    curves,
    percent=True,
    start=0,
    y_label="accuracy on held-out images",
    title="The same training, twice",
)

# %% [markdown] key="same_read"
# The two mistakes are found, and Flower's weights are TFF's: in all three rounds, to within
# 0.000004. In the figure there seems to be one line, because the two lie on each other. With either
# of the mistakes it would look nearly the same: their accuracies, in the lines above, are within a
# point of the right one. So a figure of accuracies is no proof that two programs do the
# same. Only weights can be compared like this; and only with equal seeds, equal cohorts, and a
# model whose steps do not lead weights apart. A deep network's may. There, compare one step.

# %% [markdown] key="own_text"
# ## Who has opened what
#
# Now to what this lesson promised. Python can tell a function of every file that is opened through
# it, by an **audit hook**. `flower.start` has put one into all processes, and `network.opened()`
# reads what they have noted of the clients' files, each by its client's name; other files are left
# out. (A library that opens files by itself, in C, would not be seen.)

# %% [markdown] key="teach_own" kind="instructor" minutes=8 saves=4
# **What people get wrong.** They take the list for a proof. It shows what happened, not what could
# have happened: all these processes belong to one user, who may open all three files. On three
# computers they could not.
#
# **Ask the room.** Which file could the ServerApp have opened and did not? (Any.) What keeps a
# ClientApp from putting images into its reply? (Only that people read it before it runs.)
#
# **When time is short.** Show the printed lines, and give the exercise as homework.

# %% key="opened"
if flower.is_there():
    for process, names in network.opened().items():
        print(f"{process}: {', '.join(names) or 'none'}")

# %% [markdown] key="task_foreign"
# Each node has opened the file of its own writer, and the server none. With three nodes one sees
# that; with three hundred, a program should look.
#
# ### Exercise: foreign files
#
# **Your task.** Write `foreign_files(opened, own)`. `opened` is a dictionary from the name of each
# process to the list of the files that it has opened, in the order in which it opened them, so that
# a file may come more than once. `own` is a dictionary from the name of a process to its own file,
# a text; a process that is not in it has no file of its own. The result is a dictionary: for each
# process that has opened at least one file that is not its own, a list of these files, each once
# and sorted. Other processes are not in it. What you are given stays as it is.


# %% key="ex_foreign" kind="exercise" exercise="foreign_files"
def foreign_files(opened, own):
    # blank: ...
    found = {}
    for process, names in opened.items():
        foreign = sorted(set(names) - {own.get(process)})
        if foreign:
            found[process] = foreign
    return found
    # end blank


foreign_files = ex.foreign_files.check(foreign_files)

# %% key="foreign"
if flower.is_there():
    found = foreign_files(
        network.opened(), {writer: writer for writer in writers}
    )
    print(f"processes that have opened a file of someone else: {len(found)}")

# %% [markdown] key="kill_text"
# ## A client is lost
#
# The training begins anew, in the same network. In round 2 the computer of `writer_02` hangs, and
# while everybody waits for it, its power fails: `network.kill` ends its processes at once, so that
# no goodbye is sent. Two clients are enough for this run, `least_clients=2`. Before you run the
# cell: what will the server do in round 2, and whom will it ask in round 3?

# %% [markdown] key="teach_kill" kind="instructor" minutes=9 saves=4
# **What people get wrong.** They expect an error. A lost client is an everyday event for the
# server, and what it lacks in round 2 is one reply.
#
# **Ask the room.** Which of the two is worse for the model: a client that is lost for ever, or one
# that is lost in every second round? (It depends on what it alone has. Ask for rare labels.)
#
# **When time is short.** Run it during a break: it takes half a minute.

# %% key="kill"
if flower.is_there():
    run = network.begin(app, rounds=3, least_clients=2, hangs="writer_02")
    run.wait_for("[ROUND 2/")
    network.kill("writer_02")
    print(f"SuperNodes that run: {', '.join(network.running())}")
    results = run.wait()
    notes = json.loads((results / "notes.json").read_text())
    for number, note in enumerate(notes, start=1):
        print(
            f"round {number}: asked {note['asked']}, "
            f"answered {len(note['answered'])}"
        )

# %% key="kill_figure"
if flower.is_there():
    with np.load(results / "weights.npz") as file:
        with_loss = list(zip(file["kernels"], file["biases"], strict=True))
    plotting.cohorts(
        [note["answered"] for note in notes],
        client_ids=writers,
        title="Who has answered, round by round",
    )
    plotting.learning_curves(
        {
            "all three": [accuracy(*weights) for weights in by_flower],
            "one lost in round 2": [
                accuracy(*weights) for weights in with_loss
            ],
        },
        percent=True,
        start=0,
        y_label="accuracy on held-out images",
        title="With and without the third writer",
    )
    for name, weights in {
        "all three": by_flower,
        "one lost": with_loss,
    }.items():
        print(
            f"{name}: accuracy after round 3: "
            f"{100 * accuracy(*weights[-1]):.0f} %"
        )

# %% [markdown] key="kill_read"
# In round 2 three were asked and two have answered. The server did not know that the third was
# gone: it waited. When two of a node's signs of life are missing, the SuperLink answers in the
# node's place: *node unavailable*. In round 3 only two were asked.
#
# The strategy has left the missing reply out, as your `mean_of_replies` does, and the training goes
# on with two. After round 3 the model has 78 % instead of 82 %: a third of the examples is missing
# from round 2 on. This is one run and one lost writer; another one's loss would give another
# number. Had the third been the only one with some label, that label would have been forgotten, as
# in lesson {{make_it_your_own}}.
#
# Would the server have waited for ever for a client that hangs and still gives signs of life? Until
# the `timeout` of `strategy.start`, an hour by default. A deadline is a choice: too short, and slow
# hospitals never take part, which the model then shows.

# %% [markdown] key="hospitals"
# ## Between hospitals
#
# What you have is closer to real use than any lesson before it, and yet no more than a sketch. What
# would have to come, one by one:
#
# - **Computers.** Here one computer and one user; there one at each hospital, behind its firewall,
#   with connections outward only.
# - **Certificates.** Here an authority made for one notebook; there one that all sites trust.
# - **Who is a client.** Here whoever has the address; there each SuperNode has a key of its own,
#   registered before (`--enable-supernode-auth`).
# - **Who may run code.** Here whoever reaches the SuperLink submits an app; there accounts, and
#   apps that are read and signed before a node runs them (`--trusted-entities`).
# - **What the server sees.** Here every reply; there sums under masks (lesson {{secure_sums}}), or
#   noise (lesson {{measuring_privacy}}).
# - **Data.** Here files of one shape, made by us; there an agreed table, and a check at each site
#   before it takes part (lesson {{your_own_table}}).
# - **Logs.** Here deleted with the notebook; there who ran what on which data, and somebody who
#   reads it.
# - **Versions.** Here equal packages everywhere; there versions that are fixed, and updated at all
#   sites at once.
#
# And what no program brings: a contract that says what the model is for and who may have it, an
# ethics board at each site, and somebody at each site who can pull the plug.

# %% [markdown] key="teach_hospitals" kind="instructor" minutes=4 saves=2
# **Ask the room.** Which point would you do first? (There is no right answer; a good one names who
# could do harm, and how.)
#
# **When time is short.** Let them read the list at home.

# %% key="stop"
if flower.is_there():
    network.stop()
    print(f"processes that run: {network.num_processes()}")

# %% [markdown] key="questions" kind="questions"

# %% [markdown] key="summary"
# The processes are gone. They would have ended with the notebook, too, however it ends.
#
# ## What you now know
#
# - Flower's SuperLink and SuperNodes carry messages; ServerApp, strategy and ClientApp are yours.
# - A client's data can be a path that only its own node knows; what leaves is what the ClientApp
#   puts into its reply.
# - Two correct programs agree to a tolerance that can be worked out from the number of steps, if
#   the steps do not lead weights apart. Accuracies agree with many mistakes in them.
# - TLS shows a client that it speaks to the right server, and hides the messages on the way. It
#   hides nothing from the server, and does not show who a client is.
# - A lost client is a missing reply: the server waits for signs of life, and goes on.
#
# ## To talk about
#
# 1. Your audit shows that a node has opened a foreign file. What do you know, and what do you ask
#    next?
# 2. The server sends its code to the clients. Which lines could a hospital allow without reading
#    them?
# 3. A hospital's reply comes an hour late in every round. Would you wait?
# 4. What would you simulate first, before the first hospital installs anything?
#
# ## Further reading
#
# - D. J. Beutel et al.: "Flower: A Friendly Federated Learning Research Framework", 2020,
#   arXiv:2007.14390.
# - B. McMahan et al.: "Communication-Efficient Learning of Deep Networks from Decentralized Data",
#   AISTATS 2017, arXiv:1602.05629.
# - D. Böhning: "Multinomial logistic regression algorithm", Annals of the Institute of Statistical
#   Mathematics, 1992. The bound of the curvature.
# - N. Higham: "Accuracy and Stability of Numerical Algorithms", 2nd edition, SIAM 2002, chapters 2
#   to 4. Rounding, and sums in different orders.
# - N. Rieke et al.: "The future of digital health with federated learning", npj Digital Medicine,
#   2020, arXiv:2003.08119.
# - Python's PEP 578 has the audit hooks; Flower's documentation, authentication of SuperNodes and
#   TLS.
