# %% [markdown] key="what_you_learn"
# After this lesson you can
#
# - change Federated Averaging in the two places where most published variants change it: the
#   client's gradient and the server's step;
# - write gradient clipping, server momentum (FedAvgM), an adaptive server optimizer (FedAdam) and a
#   proximal term (FedProx), each in a few lines;
# - check a new algorithm against facts that must hold;
# - compare algorithms fairly, and say which part of a difference is tuning and which is luck;
# - count what a plan of rounds sends, and train well within a budget of bytes.
#
# **You need** the algorithm of [lesson {{averaging_by_hand}}](averaging_by_hand.ipynb), label skew from
# [lesson {{federated_data}}](federated_data.ipynb), and cohorts from [lesson {{federated_averaging}}](federated_averaging.ipynb).
#
# **Why this lesson.** A method is yours when you can change it and know what the change did. The
# second half is the harder one.

# %% key="imports"
import functools
import math

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import (
    algorithms,
    data,
    exercises,
    models,
    plotting,
    preprocessing,
    training,
)

ex = exercises.lesson("make_it_your_own")

# %% [markdown] key="two_places"
# ## Two places for an edit
#
# Here is Federated Averaging once more, as in lesson {{averaging_by_hand}}, without placements and types. What a client
# does comes first.
#
# One thing is new: the model looks at the **ink**, `1.0 - x`, and not at the paper. Lesson {{federated_averaging}} found
# that white pixels, the same in every image, make the models swing. Ink calms them, and larger
# learning rates can be tried.

# %% [markdown] key="teach_two_places" kind="instructor" minutes=8 saves=2 slide="package_text"
# **What people get wrong.** They look for the place where the two edits "know" of each other. They
# need not: one works at the clients, batch by batch, the other at the server, once a round. Draw
# the loop on the board and mark both places.
#
# **Ask the room.** Which place would you choose against a client whose images are damaged, and
# which against rounds that pull in different directions? (The client's gradient for the first, the
# server's step for the second. This lesson does both.)
#
# **When time is short.** Show both functions, and point to the two comments. Run the cell that
# compares with the package without a word: later cells use its `difference`.


# %% key="recap_client"
def logits(weights, x):
    kernel, bias = weights
    return (1.0 - x) @ kernel + bias


def cross_entropy(weights, batch):
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=batch["y"], logits=logits(weights, batch["x"])
    )
    return tf.reduce_mean(losses)


def client_update(server_weights, dataset, learning_rate, edits):
    weights = server_weights
    for batch in dataset:
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss = cross_entropy(weights, batch)
        gradients = tape.gradient(loss, weights)
        for edit in edits:  # the first place
            gradients = edit(gradients, weights, server_weights)
        weights = tuple(
            w - learning_rate * g
            for w, g in zip(weights, gradients, strict=True)
        )
    return tuple(w - s for w, s in zip(weights, server_weights, strict=True))


# %% [markdown] key="edit_place"
# The first place is between the gradient and the step. An **edit** is a function of the batch's
# gradients, the client's present weights and the server's weights that the round began with. It
# gives the gradients to step along. All three are tuples of tensors; for our softmax model, of a
# matrix and a vector.
#
# The second place is where the server takes the mean update. A **server optimizer** is a pair of
# functions: `init` makes what the server remembers from round to round, and `next` takes this
# memory, the weights and the mean update, and gives the new memory and the new weights.


# %% key="recap_round"
def one_round(memory, weights, cohort, learning_rate, edits, server_optimizer):
    updates = [
        client_update(weights, dataset, learning_rate, edits)
        for dataset in cohort
    ]
    # The clients of this lesson have equally many images, so the plain mean
    # will do.
    mean_update = tuple(
        tf.add_n(parts) / len(parts) for parts in zip(*updates, strict=True)
    )
    # the second place
    return server_optimizer.next(memory, weights, mean_update)


# %% [markdown] key="package_text"
# `fl_course.algorithms` holds the same algorithm with computations, placements and types around it,
# and with both places open: `build_fed_avg(model, client_learning_rate=..., edits=[...],
# server_optimizer=...)` gives a learning process. Without edits, and with `server_sgd()`, which
# adds the mean update to the weights, it is Federated Averaging.
#
# It takes the model as a functional model, which here are a few lines without Keras.


# %% key="functional_model"
def loss_fn(predictions, labels, sample_weight=None):
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=labels, logits=predictions
    )
    return tf.reduce_mean(losses)


@tf.function
def predict(model_weights, x, training):
    trainable, _ = model_weights
    return logits(trainable, x)


zeros = (np.zeros([784, 10], np.float32), np.zeros(10, np.float32))
model = tff.learning.models.FunctionalModel(
    initial_weights=(zeros, ()),
    predict_on_batch_fn=predict,
    loss_fn=loss_fn,
    input_spec=models.input_spec(),
)
initial_weights = tuple(map(tf.constant, zeros))

# %% [markdown] key="deals_text"
# The clients of this lesson: the training images of all writers, dealt anew to 12 clients with
# label skew, `alpha=0.05`. A **deal** is one way to give them out; we make four, from different
# seeds. All clients get equally many images, so a few images are left over. On two clients of the
# first we run one round in plain Python and one with a process.

# %% key="deals"
train, test = data.load("digits")
train_labels = data.pool(train)[1]
train_inputs = data.pool(train)[0].reshape(-1, 784)
test_labels = data.pool(test)[1]
test_inputs = data.pool(test)[0].reshape(-1, 784)


def make_deal(seed, alpha=0.05, epochs=5):
    """Twelve new clients: by name, their batches for one round."""
    clients = data.label_skew(train, 12, alpha=alpha, seed=seed)
    datasets = preprocessing.make_federated_data(
        clients, clients.client_ids, epochs=epochs, batch_size=20, seed=seed
    )
    return dict(zip(clients.client_ids, datasets, strict=True))


deals = {seed: make_deal(seed) for seed in range(4)}
dealt = data.label_skew(train, 12, alpha=0.05, seed=1)
sizes = [int(counts.sum()) for counts in data.label_counts(dealt).values()]
print(
    f"{len(deals)} deals of {sum(sizes):,} of {len(train_labels):,} images to "
    f"{len(sizes)} clients"
)
print(f"each client has {min(sizes)} images: {min(sizes) == max(sizes)}")

# %% key="recap_check"
cohort = list(deals[0].values())[:2]

plain = algorithms.server_sgd()
memory = plain.init(initial_weights)
_, by_hand = one_round(memory, initial_weights, cohort, 0.02, [], plain)

process = algorithms.build_fed_avg(model, client_learning_rate=0.02)
state = process.next(process.initialize(), cohort).state


def difference(weights, other_weights):
    """The largest difference of any weight."""
    return max(
        np.abs(np.subtract(a, b)).max()
        for a, b in zip(weights, other_weights, strict=True)
    )


package_weights = process.get_model_weights(state).trainable
print(
    f"the same weights to 1e-6: {difference(by_hand, package_weights) < 1e-6}"
)

# %% [markdown] key="skewed"
# ## Clients that pull in different directions
#
# This is `deals[1]`, on which this section and the next run:

# %% [markdown] key="teach_skewed" kind="instructor" minutes=6 saves=1 skips="deal_figure" slide="skip"
# **Ask the room.** Before the curves: what will the model do in a round whose three clients hold no
# 3s? (It forgets them: every client's softmax learns that nothing is ever a 3. The line falls.)
#
# **What people get wrong.** They read the last point of a jumping line as *the* accuracy. Cover
# the figure's right end with a hand and ask for the accuracy "now", twice.
#
# **When time is short.** Skip the heat map; lesson {{federated_data}} has shown some.

# %% key="deal_figure"
plotting.label_heatmap(
    data.label_counts(dealt), title="deals[1]: 12 clients, alpha 0.05"
)

# %% [markdown] key="run_text"
# Most clients hold more than ten images of only two or three labels. In each round three of the 12
# clients take part, drawn by seed and round number, so that every algorithm below meets the same
# clients in the same order. `run` gives the model's weights after each round. Before you run the
# cells: what will the model do in a round whose three clients hold no 3s?


# %% key="run"
def run(process, deal, seed, num_rounds=15, cohort_size=3):
    state = process.initialize()
    weights_by_round = []
    for round_num in range(1, num_rounds + 1):
        names = data.sample_clients(
            list(deal), cohort_size, seed=seed, round_num=round_num
        )
        state = process.next(state, [deal[name] for name in names]).state
        weights_by_round.append(process.get_model_weights(state).trainable)
    return weights_by_round


def accuracies(weights_by_round, inputs=test_inputs, labels=test_labels):
    return [
        np.mean(np.argmax(logits(weights, inputs), axis=1) == labels)
        for weights in weights_by_round
    ]


def last_five(curve):
    return np.mean(curve[-5:])


# %% key="skew_curves"
standard = algorithms.build_fed_avg(model, client_learning_rate=0.02)
curves = {
    "clients alike, alpha 100": accuracies(
        run(standard, make_deal(1, alpha=100), seed=1)
    ),
    "label skew, alpha 0.05": accuracies(run(standard, deals[1], seed=1)),
}
plotting.learning_curves(
    curves,
    percent=True,
    y_label="accuracy on held-out images",
    title="What label skew does",
)
for name, curve in curves.items():
    print(
        f"{name}: mean of the last five rounds {100 * last_five(curve):.0f} %"
    )

# %% [markdown] key="read_skew"
# The same number of images, clients and rounds; local epochs, batches and learning rate are those
# of lesson {{federated_averaging}}. With clients that are alike, the line has climbed by round 3 and stays up, at 92 % in
# the mean of the last five rounds. With label skew it climbs late, to 74 %, and it jumps: in round
# 10 it loses more than it had gained in two rounds. The model leans towards the labels of the three
# clients that it met last and forgets others.
#
# Where a line jumps, its last point is luck. So from here on we report the **mean of the last five
# rounds**.

# %% [markdown] key="clip"
# ## The challenge: clip the client's gradients
#
# One of the clients, `client_03` of the heat map above, has an app whose author forgot to scale the
# pixels: they go up to 255. How long are its gradients?

# %% [markdown] key="teach_clip" kind="instructor" minutes=14 saves=2
# **What people get wrong.** They clip each tensor by itself, or each number; both change the
# direction. They forget `min(1, ...)`, and every short gradient is stretched. The check has a
# sentence for each. If somebody has used NumPy: it works when called, and cannot be recorded.
#
# **Ask the room.** Clipping has helped against a fault. Would it help against an attacker? (It
# limits what one step can do. But this is the *client's* code: an attacker would not run it. The
# server has to clip what arrives, the update.)
#
# **When time is short.** Let them write the function and show the figure. Run the cell that prints
# the norms without a word: the figure needs its broken client.


# %% key="broken_client"
def times_255(batch):
    return {"x": 255 * batch["x"], "y": batch["y"]}


broken_deal = dict(deals[1])
broken_deal["client_03"] = deals[1]["client_03"].map(times_255)

for name, dataset in list(broken_deal.items())[:5]:
    batch = next(iter(dataset))
    with tf.GradientTape() as tape:
        tape.watch(initial_weights)
        loss = cross_entropy(initial_weights, batch)
    norm = tf.linalg.global_norm(tape.gradient(loss, initial_weights))
    print(f"{name}: norm of the first gradient {norm:.0f}")

# %% [markdown] key="task_clip"
# The **global norm** of a tuple of gradients is the length of all their numbers taken together: the
# square root of the sum of all squares, over all tensors. Here it is 4 or 5 for clients in order,
# and 3590 for `client_03`. With a client learning rate of 0.1, one such step throws the weights far
# away from anything useful.
#
# **Clipping by global norm** bounds the length and keeps the direction: if the norm is above a
# bound $c$, all gradients are multiplied by the same factor, so that the norm becomes $c$.
#
# $$ g \leftarrow \min\!\left(1, \frac{c}{\lVert g \rVert}\right) g $$
#
# ### Exercise: clip the gradients
#
# **Your task.** Write `clip(gradients, weights, server_weights, max_norm=2.0)`. It takes three
# tuples of float32 tensors and gives the clipped gradients as a tuple of tensors (or a list) with
# the same shapes. Gradients whose norm is at most `max_norm` stay as they are, and so do zeros.
# Work with TensorFlow's functions, since TFF has to record your code.


# %% key="ex_clip" kind="exercise" exercise="clip_by_norm"
def clip(gradients, weights, server_weights, max_norm=2.0):
    # blank: ...
    norm = tf.linalg.global_norm(gradients)
    scale = tf.minimum(1.0, max_norm / norm)
    return tuple(scale * gradient for gradient in gradients)
    # end blank


clip = ex.clip_by_norm.check(clip)

# %% [markdown] key="clip_run_text"
# We run the 15 rounds three times: all clients in order; `client_03` broken; and again with it
# broken, but with your edit at every client.

# %% key="clip_curves"
free = algorithms.build_fed_avg(model, client_learning_rate=0.1)
clipping = algorithms.build_fed_avg(
    model, client_learning_rate=0.1, edits=[clip]
)
curves = {
    "all in order": accuracies(run(free, deals[1], seed=1)),
    "one broken": accuracies(run(free, broken_deal, seed=1)),
    "one broken, clipping at 2": accuracies(run(clipping, broken_deal, seed=1)),
}
plotting.learning_curves(
    curves,
    percent=True,
    y_label="accuracy on held-out images",
    title="One client in twelve",
)
rounds_with_it = [
    round_num
    for round_num in range(1, 16)
    if "client_03"
    in data.sample_clients(list(deals[1]), 3, seed=1, round_num=round_num)
]
print("client_03 takes part in rounds", ", ".join(map(str, rounds_with_it)))
for name, curve in curves.items():
    print(
        f"{name}: mean of the last five rounds {100 * last_five(curve):.0f} %"
    )

# %% [markdown] key="read_clip"
# One client of 12, which takes part in three rounds of 15, ruins the training for everybody. Look
# at its three rounds. In round 1 there is little to lose, since every line starts low; but from
# round 4 on the dashed line with squares lags behind. In round 7 it loses more than half of its
# height, and in the eight rounds after that it does not come back: weights that were thrown far off
# need many steps to return. In round 13 they are far off already. With clipping (triangles) the
# same three rounds do little harm. The line ends where the first one ends, 81 % against 82 %, and
# nobody had to find out which client it was.
#
# A bound has a price: honest gradients are longer than 2 in the beginning and are shortened as
# well. And it has another use: differential privacy bounds each client's influence before noise can
# hide it.

# %% [markdown] key="search_text"
# ## How we compare
#
# Each algorithm below brings a setting of its own, and none is worth anything at a bad learning
# rate. So every algorithm, Federated Averaging among them, gets the same chance: **four settings**,
# tried on the first deal and judged on the pooled **training** images. The best setting then runs
# on the other three deals, measured on the **held-out** images. Neither these deals nor the
# held-out images have had a say in the choice. The chance is not quite the same: the later searches
# start from the two best rates of the first, and so waste no tries on small ones. (Only a
# simulation can pool the training images; in a real federation a federated evaluation, as in lesson
# {{federated_evaluation}}, would give the same number.) Before you run the cell: which of the four rates will win, and by
# how many points over lesson {{federated_averaging}}'s 0.02?

# %% [markdown] key="teach_search" kind="instructor" minutes=6 slide="search"
# **Ask the room.** A paper compares its new method, tuned over thirty settings, with FedAvg "as in
# the original paper". What do you make of the gap? (The next cell is the answer in small: tuning
# alone is worth several points.)
#
# **What people get wrong.** They tune on the deals on which they report. Then the method with the
# most settings wins, by luck alone.


# %% key="search"
def search(settings):
    """Tries each setting on deal 0 by training images; gives the best one."""
    processes, scores = {}, {}
    for name, arguments in training.progress(settings.items()):
        processes[name] = algorithms.build_fed_avg(model, **arguments)
        curve = accuracies(
            run(processes[name], deals[0], seed=0), train_inputs, train_labels
        )
        scores[name] = last_five(curve)
        print(f"{name}: {100 * scores[name]:.0f} %")
    best = max(scores, key=scores.get)
    print(f"best: {best}")
    return processes[best]


tuned = {}
tuned["FedAvg"] = search(
    {
        f"client rate {rate}": {"client_learning_rate": rate}
        for rate in (0.02, 0.1, 0.3, 1.0)
    }
)

# %% [markdown] key="read_search"
# The rate of lesson {{federated_averaging}}, 0.02, is the worst of the four here, with 69 %. At 1.0 it is 86 %: seventeen
# points without any new algorithm. Keep this number in mind.
#
# The best rate lies at the edge of the grid, so a larger one might do better still. Try some in a
# cell of your own: `_ = search({f"client rate {rate}": {"client_learning_rate": rate} for rate in
# (3.0, 10.0, 100.0)})`. But leave the grid above as it is. Four tries are what the algorithms below
# get, too.

# %% [markdown] key="momentum"
# ## A server with a memory: FedAvgM
#
# If one round pulls towards 3s and the next towards 7s, the server should not give in to each.
# Hsu, Qi and Brown let it keep a **velocity** $v$, a decaying sum of the mean updates $\Delta$, and
# move along that:
#
# $$ v \leftarrow \beta v + \Delta, \qquad w \leftarrow w + v $$
#
# What rounds have in common adds up in $v$; what they disagree about cancels. With $\beta = 0$ it
# is Federated Averaging. The velocity is the first thing here that the server has to remember
# besides the weights. At first it is zero:

# %% [markdown] key="teach_momentum" kind="instructor" minutes=10 saves=5 slide="task_momentum"
# **What people get wrong.** They give back the old velocity, or move by the old one. They subtract,
# because gradients are subtracted: a mean update already points where the clients went.
#
# **Ask the room.** With momentum 0.9 and the same update in every round, how long does the step
# become? (Ten times the update, the sum of all powers of 0.9. So momentum also raises the learning
# rate; a fair comparison has to tune both.)
#
# **When time is short.** Show the solution of the exercise, run the cells and go on; later cells
# need them.


# %% key="momentum_init"
def momentum_init(weights):
    return tuple(tf.zeros_like(weight) for weight in weights)


# %% [markdown] key="task_momentum"
# ### Exercise: a step with momentum
#
# **Your task.** Write `momentum_next(velocity, weights, mean_update, momentum=0.5)`, the two
# formulas above with `momentum` for $\beta$. All arguments are tuples of float32 tensors. It gives
# two such tuples: first the new velocity, then the new weights. Wanted is this plain form: the
# update is not scaled by $1 - \beta$, and nothing is looked up ahead as in Nesterov's variant.


# %% key="ex_momentum" kind="exercise" exercise="server_memory"
def momentum_next(velocity, weights, mean_update, momentum=0.5):
    # blank: ...
    velocity = tuple(
        momentum * v + update
        for v, update in zip(velocity, mean_update, strict=True)
    )
    weights = tuple(w + v for w, v in zip(weights, velocity, strict=True))
    return velocity, weights
    # end blank


momentum_next = ex.server_memory.check(momentum_next)

# %% [markdown] key="momentum_search_text"
# The pair becomes a server optimizer, and the process of `build_fed_avg` carries the velocity in
# its state from round to round.


# %% key="momentum_pair"
def fed_avg_m(momentum):
    return algorithms.ServerOptimizer(
        momentum_init, functools.partial(momentum_next, momentum=momentum)
    )


# %% [markdown] key="adam"
# ## A step size for each weight: FedAdam
#
# Reddi and colleagues let the server use **adaptive** optimizers. Adam keeps two memories for each
# weight: a decaying mean $m$ of its updates, and a decaying mean $s$ of their squares. Its step is
# measured against the usual size of its own updates, so a weight that seldom gets a push makes more
# of it.
#
# $$ w \leftarrow w + \eta \frac{m}{\sqrt{s} + \tau} $$
#
# Here $\eta$ is the server's learning rate. $\tau$, 0.001, keeps the step finite where $s$ is near
# zero, and $s$ starts at $\tau^2$. As in the paper, and unlike Keras, nothing corrects the bias of
# $m$ and $s$ towards their start. As code it is another pair:

# %% [markdown] key="teach_adam" kind="instructor" minutes=5 saves=3
# **What people get wrong.** They take a server rate of 1.0 from Federated Averaging. Here the rate
# sets the scale of a weight's change in a round, whatever the size of the update: with 1.0, weights
# would jump by about 1.
#
# **When time is short.** Skip this section's text and run its cells; the comparison needs them.


# %% key="adam_pair"
def adam_init(weights):
    zeros = tuple(tf.zeros_like(weight) for weight in weights)
    return zeros, tuple(zero + 0.001**2 for zero in zeros)


def adam_next(memory, weights, mean_update, learning_rate):
    mean, square = memory
    mean = tuple(
        0.9 * m + 0.1 * u for m, u in zip(mean, mean_update, strict=True)
    )
    square = tuple(
        0.99 * s + 0.01 * u**2 for s, u in zip(square, mean_update, strict=True)
    )
    weights = tuple(
        w + learning_rate * m / (tf.sqrt(s) + 0.001)
        for w, m, s in zip(weights, mean, square, strict=True)
    )
    return (mean, square), weights


def fed_adam(learning_rate):
    return algorithms.ServerOptimizer(
        adam_init, functools.partial(adam_next, learning_rate=learning_rate)
    )


# %% [markdown] key="read_adam"
# The server rate sets the scale of a weight's change in a round, whatever the size of the update.
# So it has nothing to do with the rate of `server_sgd()`, which is 1.0 in Federated Averaging.
#
# The constants 0.9, 0.99 and 0.001 are those of the paper's experiments. `server_momentum` and
# `server_adam` of `fl_course.algorithms` are the same two optimizers, with checks of their
# arguments.

# %% [markdown] key="proximal"
# ## Not too far from the server: FedProx
#
# With many local epochs a client ends near its own best model, far from anybody else's. Li and
# colleagues add a **proximal term** to each client's loss, which grows with the distance from the
# server's weights $w_s$:
#
# $$ \text{loss}(w) + \frac{\mu}{2} \lVert w - w_s \rVert^2 $$
#
# The client's gradient thereby gets a second part, the gradient of this term. So FedProx, too, is
# an edit of the gradient.

# %% [markdown] key="teach_proximal" kind="instructor" minutes=9 saves=4 slide="task_proximal"
# **What people get wrong.** They add the term itself instead of its gradient, keep the half, or
# turn the sign: the client then runs away, which the check says. They confuse it with weight decay,
# which pulls to zero.
#
# **Ask the room.** What does a very large $\mu$ do? (The client hardly moves, and the
# training needs more rounds.)
#
# **When time is short.** The exercise can be homework; the solution is one line.

# %% [markdown] key="task_proximal"
# ### Exercise: pull back to the server
#
# **Your task.** Write `pull_back(gradients, weights, server_weights, mu=0.1)`. It takes the three
# tuples of tensors that every edit takes, and gives the gradients **of the whole loss above**, as a
# tuple: the gradients it was given, plus the gradient of the proximal term at `weights`.


# %% key="ex_proximal" kind="exercise" exercise="pull_back"
def pull_back(gradients, weights, server_weights, mu=0.1):
    # blank: ...
    return tuple(
        gradient + mu * (weight - server_weight)
        for gradient, weight, server_weight in zip(
            gradients, weights, server_weights, strict=True
        )
    )
    # end blank


pull_back = ex.pull_back.check(pull_back)

# %% [markdown] key="searches_text"
# ### Three searches
#
# Now each of the three gets its four settings: the client rates 0.3 and 1.0, each with two values
# of what is its own. Before you run the cell: which of the three numbers, momentum, server rate and
# mu, will matter most? The cell takes some 15 seconds, on a busy machine several times as long; a
# bar shows how far each search is.

# %% key="searches"
own_settings = {
    "FedAvgM": {
        f"momentum {m}": {"server_optimizer": fed_avg_m(m)} for m in (0.5, 0.9)
    },
    "FedAdam": {
        f"server rate {r}": {"server_optimizer": fed_adam(r)}
        for r in (0.01, 0.03)
    },
    "FedProx": {
        f"mu {mu}": {"edits": [functools.partial(pull_back, mu=mu)]}
        for mu in (0.003, 0.03)
    },
}
for name, settings in own_settings.items():
    print(f"{name}:")
    tuned[name] = search(
        {
            f"client rate {rate}, {own}": {
                "client_learning_rate": rate,
                **arguments,
            }
            for rate in (0.3, 1.0)
            for own, arguments in settings.items()
        }
    )

# %% [markdown] key="read_searches"
# Hold these lines against Federated Averaging, which had 82 % at a rate of 0.3 and 86 % at 1.0.
#
# - **FedAvgM.** With momentum 0.5 it has 85 % and 87 %. The better the rate, the less there is to
#   gain: momentum lengthens the steps, so in part it does what a larger rate does. With momentum
#   0.9 they become too long.
# - **FedAdam.** At either client rate the larger server rate wins clearly, so again the best lies
#   at an edge. Its 90 % are the highest number of all the searches. Will it stay ahead on other
#   deals?
# - **FedProx.** The four lines look like those of Federated Averaging: 82 %, and 86 % or one point
#   more. A setting that hardly matters is a result, too.

# %% [markdown] key="must_hold"
# ## What must hold
#
# An algorithm that runs and learns can still be wrong. Before we compare, facts that a variant has
# to obey if it is what its name says. First: with its setting at the neutral value, each is
# Federated Averaging.

# %% [markdown] key="teach_must_hold" kind="instructor" minutes=8 saves=4
# **Ask the room.** Which further facts could be tested? (One client alone is training at that
# client. The order of the clients in the cohort does not matter. A cohort of twins gives what one
# of them gives.)
#
# **What people get wrong.** They take "the accuracy looks right" for a test. A proximal term with
# the wrong sign still learns, with a small mu.
#
# **When time is short.** Run all the cells, and talk only about the last fact; it says what
# Federated Averaging adds to plain gradient descent: several local steps.

# %% key="neutral_edits"
reference = run(free, deals[0], seed=0, num_rounds=3)
neutral = {
    "clipping at infinity": {"edits": [algorithms.clip_gradients(math.inf)]},
    "FedProx with mu 0": {"edits": [functools.partial(pull_back, mu=0.0)]},
    "FedAvgM with momentum 0": {"server_optimizer": fed_avg_m(0.0)},
}
for name, arguments in neutral.items():
    process = algorithms.build_fed_avg(
        model, client_learning_rate=0.1, **arguments
    )
    weights_by_round = run(process, deals[0], seed=0, num_rounds=3)
    largest = max(map(difference, weights_by_round, reference))
    print(f"{name} is FedAvg to 1e-6, in each of 3 rounds: {largest < 1e-6}")

# %% [markdown] key="neutral_text"
# (For an infinite bound we take the package's edit. `tf.clip_by_global_norm`, which passes the
# check above, gives NaN there.)
#
# The next fact concerns the root of the family. If each client takes **one step with all of its
# images in one batch**, then its update is its gradient times the learning rate, negative. The mean
# of the clients' gradients, weighted by the number of images, is the gradient on the pooled images.
# So Federated Averaging becomes **FedSGD**, and FedSGD with all clients is centralized gradient
# descent. We run five rounds of the first with our process, of the second with `tff.learning`, and
# of the third in one place without any clients. Before you run the cell: will they agree although
# the clients' labels hardly overlap?

# %% key="fed_sgd"
clients = data.label_skew(train, 12, alpha=0.05, seed=0)
full_batches = preprocessing.make_federated_data(
    clients, clients.client_ids, epochs=1, batch_size=1000, seed=0
)
pooled_images, pooled_labels = data.pool(clients)
pooled = {
    "x": tf.constant(pooled_images.reshape(-1, 784)),
    "y": tf.constant(pooled_labels),
}

ours = algorithms.build_fed_avg(model, client_learning_rate=0.3)
theirs = tff.learning.algorithms.build_fed_sgd(
    model, tff.learning.optimizers.build_sgdm(0.3)
)
our_state, their_state, central = (
    ours.initialize(),
    theirs.initialize(),
    initial_weights,
)
for round_num in range(1, 6):
    our_state = ours.next(our_state, full_batches).state
    their_state = theirs.next(their_state, full_batches).state
    with tf.GradientTape() as tape:
        tape.watch(central)
        loss = cross_entropy(central, pooled)
    gradients = tape.gradient(loss, central)
    central = tuple(
        w - 0.3 * g for w, g in zip(central, gradients, strict=True)
    )

    our_weights = ours.get_model_weights(our_state).trainable
    their_weights = theirs.get_model_weights(their_state).trainable
    print(
        f"round {round_num}: pooled loss {cross_entropy(central, pooled):.2f}, "
        "to 1e-6 FedAvg is FedSGD: "
        f"{difference(our_weights, their_weights) < 1e-6}, "
        f"FedAvg is centralized: {difference(our_weights, central) < 1e-6}"
    )

# %% [markdown] key="read_fed_sgd"
# To 1e-6, in every round, although the clients' labels could hardly differ more. With one step
# there is no drift: all gradients are taken at the same weights, and their weighted mean is the
# gradient on all images. Drift begins with the second local step. Here are ten of them, with full
# batches, against ten centralized ones:

# %% key="ten_steps"
ten_steps = preprocessing.make_federated_data(
    clients, clients.client_ids, epochs=10, batch_size=116, shuffle_buffer=0
)
print(
    "local steps of each client:",
    sorted({len(list(dataset)) for dataset in ten_steps}),
)
state = ours.next(ours.initialize(), ten_steps).state
after_ten, central = ours.get_model_weights(state).trainable, initial_weights
for _ in range(10):
    with tf.GradientTape() as tape:
        tape.watch(central)
        loss = cross_entropy(central, pooled)
    gradients = tape.gradient(loss, central)
    central = tuple(
        w - 0.3 * g for w, g in zip(central, gradients, strict=True)
    )
print(f"FedAvg is centralized to 1e-6: {difference(after_ten, central) < 1e-6}")
print(f"largest difference of a weight: {difference(after_ten, central):.2f}")

# %% [markdown] key="read_ten_steps"
# The same number of gradients on the same images, and other weights. A client's later gradients are
# taken at weights where no other client has been.

# %% [markdown] key="comparison"
# ## The comparison
#
# Now every algorithm with its best setting, on three deals that took no part in the search. We add
# Federated Averaging at two smaller rates: the 0.02 of lesson {{federated_averaging}}, and 0.3, which we would have
# reported if our grid had ended there. Before you run the cell, write the six names down in the
# order in which you expect them. It takes some 20 seconds, on a busy machine several times as long;
# a bar shows how far it is.

# %% [markdown] key="teach_comparison" kind="instructor" minutes=9 saves=3 slide="skip"
# **Ask the room.** Write the six names on the board before the cell runs, and let everyone bet.
# Afterwards: who would have lost the bet with another cohort size? (Nobody knows. That is the
# point.)
#
# **What people get wrong.** They leave with a ranking. What they may leave with: a way to compare,
# and that learning rates come first.
#
# **When time is short.** Show the figure of the deals instead of the curves.

# %% key="comparison_runs"
contestants = {
    "FedAvg, rate 0.02": standard,
    "FedAvg, rate 0.3": algorithms.build_fed_avg(
        model, client_learning_rate=0.3
    ),
    **tuned,
}
new_deals = (1, 2, 3)
curves_by_deal, results = {}, {}
for name, process in training.progress(contestants.items()):
    curves_by_deal[name] = [
        accuracies(run(process, deals[k], seed=k)) for k in new_deals
    ]
    results[name] = [last_five(curve) for curve in curves_by_deal[name]]
    mean = 100 * np.mean(results[name])
    if name == "FedProx":  # its digits depend on the processor
        ahead = mean - 100 * np.mean(results["FedAvg"])
        print(f"{name}: within two points of FedAvg: {abs(ahead) < 2}")
    else:
        print(f"{name}: {mean:.0f} %, mean of three deals")

# %% key="comparison_figure"
plotting.learning_curves(
    {name: np.mean(curves, axis=0) for name, curves in curves_by_deal.items()},
    percent=True,
    y_label="accuracy on held-out images",
    title="Mean of three deals",
)

# %% key="comparison_spread"
plotting.learning_curves(
    {
        name: shares
        for name, shares in results.items()
        if name != "FedAvg, rate 0.02"
    },
    x_label="deal",
    percent=True,
    y_label="accuracy, mean of the last five rounds",
    title="The same three deals for each",
)

# %% key="comparison_table" result=true
means = {name: 100 * np.mean(shares) for name, shares in results.items()}
print(
    f"label skew: FedAvg at rate 0.02 {means['FedAvg, rate 0.02']:.0f} %, "
    f"tuned {means['FedAvg']:.0f} %, FedAvgM {means['FedAvgM']:.0f} %"
)

# %% [markdown] key="read_comparison"
# In the first figure, one line lies far below all others, and it differs from the next only by its
# learning rate. The dashed line with squares, rate 0.3, climbs with the others and then drops back
# in some rounds. The four tuned lines differ in how they climb: FedAvgM is ahead in rounds 3 and 4,
# FedAdam the last of the four in round 5. Towards the end they lie on top of each other.
#
# The printed lines put numbers on it. Tuning alone leads from 73 % to 90 %. FedAdam ends level with
# tuned Federated Averaging, FedAvgM one point higher, at 91 %. FedProx is near them; how near
# depends on the processor, by a point, so no digits are printed.
#
# The second figure shows the deals one by one (without rate 0.02, which lies far below; the lines
# between the deals only help the eye). Compare within a deal, where all met the same clients in the
# same order. FedAvgM is clearly ahead of FedAvg on deal 1 and hardly on the others. FedProx is the
# last of the tuned four on deal 1, and not on the two others. With three deals, a point is luck.
#
# Luck has chosen, too. In its search FedAdam had 90 %, four points more than Federated Averaging
# with 86 %; on the new deals they are level. Whoever takes the best of several tries on one deal
# takes good luck along with it, and luck does not come along to the next deal. A search chooses
# settings; what they are worth, other data must say.
#
# What can we conclude?
#
# - **Tuning first.** Against FedAvg at 0.02, each of these methods would look like a breakthrough;
#   against a search that ends at 0.3, with 88 %, still like an improvement of two or three points.
#   Against one step more of the grid, nothing is left that three deals could show.
# - **Three deals are few.** That all use the same deals and cohorts helps: differences within a
#   deal tell more than the means. But to show that FedAvgM gains a point takes many more deals.
# - **Nothing wins everywhere.** With five rounds, FedAdam would have come last of the tuned ones.
#   We, the authors, chose skew, cohorts and grids; our model is convex, and our clients are twelve.
# - **A method that gains nothing here is not refuted.** FedProx was made for clients that do very
#   different amounts of work; ours all do the same. At a rate of 0.3 the server's memory was
#   worth three points in the search; where no larger rate can be had, that counts.

# %% [markdown] key="challenge"
# ## An open challenge: two million bytes
#
# Rounds cost. Suppose that you may send **2,000,000 bytes** in all, down and up, to and from all
# clients together. Which accuracy can you reach? First, what does a plan send? As in lesson {{federated_averaging}} we
# count the model's weights, not the few numbers that go with them.

# %% [markdown] key="teach_challenge" kind="instructor" minutes=10 saves=6
# **Ask the room.** After ten minutes: collect the best entries on the board, with the number of
# entries each group has tried. The more tries, the more luck in the best; the check's new deals
# take some of it away.
#
# **What people get wrong.** They forget that each client of a cohort has to be sent the model. They
# shrink the cohort to one client, and the model follows whoever was last.
#
# **When time is short.** Count the bytes together and give the rest as homework, or as a
# competition over the lunch break.

# %% [markdown] key="task_bytes"
# ### Exercise: count the bytes
#
# **Your task.** Write `bytes_sent(weights, cohort_sizes)`. `weights` is a list of NumPy arrays, the
# model; `cohort_sizes` says for each round how many clients take part; in some, nobody may. In
# every round each client of the cohort gets the weights and sends back an update of the same shapes
# and types. The result is the number of bytes that travel in all rounds together, both ways. Both
# lists stay as they are.


# %% key="ex_bytes" kind="exercise" exercise="bytes_sent"
def bytes_sent(weights, cohort_sizes):
    # blank: ...
    model_bytes = sum(array.nbytes for array in weights)
    return 2 * model_bytes * sum(cohort_sizes)
    # end blank


bytes_sent = ex.bytes_sent.check(bytes_sent)

# %% key="plans"
arrays = [tensor.numpy() for tensor in initial_weights]
one_way = sum(array.nbytes for array in arrays)
print(
    f"the model: {sum(array.size for array in arrays):,} float32, "
    f"{one_way:,} bytes"
)
plans = {
    "4 clients, 14 rounds": [4] * 14,
    "2 clients, 14 rounds": [2] * 14,
    "4 clients, 7 rounds": [4] * 7,
    "3 clients, 15 rounds, as above": [3] * 15,
}
for name, cohort_sizes in plans.items():
    print(f"{name}: {bytes_sent(arrays, cohort_sizes):,} bytes")
budget = 2_000_000
print(
    f"within the budget a client may take part {budget // (2 * one_way)} times"
)
print(
    "with uploads of 16 bits a number: "
    f"{budget // (one_way + one_way // 2)} times"
)

# %% [markdown] key="read_plans"
# Half the clients or half the rounds send half the bytes. **Local epochs do not occur**: they cost
# the clients' time, not the network's. Smaller uploads help less than one hopes, since the way down
# stays as it is: with 16 bits a number on the way up, 42 participations fit instead of 31. (The
# entries below cannot use this; see the end for compression.)
#
# A run of the comparison above sends 2,826,000 bytes, too many. The rules of the challenge: at most
# 2,000,000 bytes, 12 clients a round and 20 local epochs, since clients have other things to do.
# `score` takes the settings of an entry and runs it on two deals. What counts here is the accuracy
# **after the last round**, because that is the model one would ship.


# %% key="score"
def score(
    cohort_size,
    num_rounds,
    epochs,
    client_learning_rate,
    edits=(),
    server_optimizer=None,
):
    """Gives an entry's bytes and, if within the budget, its accuracy."""
    sent = bytes_sent(arrays, [cohort_size] * num_rounds)
    if sent > budget:
        print(f"{sent:,} bytes: over the budget, no score")
        return 0.0
    if cohort_size > 12 or epochs > 20:
        print("at most 12 clients a round and 20 local epochs: no score")
        return 0.0
    process = algorithms.build_fed_avg(
        model,
        client_learning_rate=client_learning_rate,
        edits=edits,
        server_optimizer=server_optimizer,
    )
    shares = []
    for seed in (0, 1):
        deal = make_deal(seed, epochs=epochs)
        weights_by_round = run(process, deal, seed, num_rounds, cohort_size)
        shares.append(accuracies(weights_by_round[-1:])[0])
    print(f"{sent:,} bytes: {100 * np.mean(shares):.0f} % on held-out images")
    return np.mean(shares)


baseline = {
    "cohort_size": 4,
    "num_rounds": 7,
    "epochs": 5,
    "client_learning_rate": 0.02,
}
baseline_score = score(**baseline)

# %% [markdown] key="task_challenge"
# Two deals, one last round each: on other deals the same entry gets another score. And the more
# entries you try here, the more your best score flatters you. Therefore the check uses others.
#
# ### Exercise: your entry
#
# **Your task.** Assign `my_entry`, a dictionary of settings like `baseline`, that keeps the rules
# and is clearly better than the baseline. You may add `edits`, a list such as `[clip]`, and
# `server_optimizer`, such as `fed_avg_m(0.5)` or `fed_adam(0.03)`. Try entries with
# `score(**my_entry)` as often as you like: 80 % is good, 85 % very good. The check runs your entry,
# and the baseline, on **two other deals**, asks for a gain of at least 5 points and says both
# numbers.

# %% key="ex_challenge" kind="exercise" exercise="bytes_challenge"
# blank: my_entry = ...
my_entry = {
    "cohort_size": 3,
    "num_rounds": 10,
    "epochs": 10,
    "client_learning_rate": 0.1,
    "server_optimizer": fed_avg_m(0.5),
}
# end blank
my_entry = ex.bytes_challenge.check(my_entry)

# %% key="my_score"
my_score = score(**my_entry)
print(f"better than the baseline: {my_score > baseline_score}")

# %% [markdown] key="read_challenge"
# The sample solution (`ex.bytes_challenge.solution()` shows it) reaches 82 % here, where the
# baseline has 55 %, for a few more bytes. It changes four things at once: a larger rate, twice the
# local epochs, smaller cohorts in more rounds, and a server with a memory. Which of these did it?
# To know, change one at a time. There are better entries than this one, yours perhaps.
#
# The rules matter as much as the entries. Ten clients with 20 local epochs in three rounds are
# within the budget, too: few bytes, much battery. What is scarce decides which algorithm is good.

# %% [markdown] key="next"
# ## Where to go next
#
# [Lesson {{scaling_out}}](scaling_out.ipynb) takes rounds to more clients and more machines, and
# [lesson {{your_own_table}}](your_own_table.ipynb) takes them to a table of your own. Each of the ideas
# here is a change of a part that you have written, and most of them have a lesson.
#
# - **Correct the drift instead of bounding it.** SCAFFOLD (Karimireddy et al.) lets each client
#   remember how its gradients differ from the others', and subtract that:
#   [lesson {{personal_models}}](personal_models.ipynb).
# - **Regularization.** Weight decay is an edit of one line: add a multiple of `weights`. FedProx
#   is its relative; Li et al. discuss where such terms help.
# - **Personalization.** Why one model for all? Clients fine-tune the last model, or keep some
#   layers for themselves: `tff.learning.algorithms.build_fed_recon` (Singhal et al.). TensorFlow
#   Federated's main branch, from which newer versions come, has removed this one. Lesson
#   {{personal_models}} does both by hand.
# - **Federated GANs.** Train a generator of images on data that nobody may look at, to find out
#   what is wrong with it (Augenstein et al.): [lesson {{images_unseen}}](images_unseen.ipynb).
# - **Federated analytics.** No model at all: counts, quantiles, frequent words
#   (`tff.analytics`; Zhu et al.): [lesson {{counting_without_looking}}](counting_without_looking.ipynb).
# - **Compression.** Round the updates to fewer bits on the way up:
#   `tff.learning.compression_aggregator` (Konečný et al.), in
#   [lesson {{secure_sums}}](secure_sums.ipynb).
# - **Differential privacy.** Clip each client's *update* and add noise to the mean:
#   `tff.learning.dp_aggregator` (McMahan et al.). What it protects, and how to compute ε, is
#   [lesson {{measuring_privacy}}](measuring_privacy.ipynb).
# - **Robustness.** Set very large updates to zero and clip the rest, at bounds that follow the
#   clients' own norms: `tff.learning.robust_aggregator` (Andrew et al.). Lesson {{secure_sums}} has
#   clients that lie, rules against them, and sums that nobody can read.
#
# The last three are aggregators. They take the place of the mean, work on whole updates, and go
# into `build_weighted_fed_avg` as `model_aggregator` (the private one into
# `build_unweighted_fed_avg`, so that no client counts for more). We try the robust one on the deal
# with the broken client, this time without an edit at the clients:

# %% key="robust"
robust = tff.learning.algorithms.build_weighted_fed_avg(
    model,
    client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=0.1),
    model_aggregator=tff.learning.robust_aggregator(),
)
curve = accuracies(run(robust, broken_deal, seed=1))
print(
    "one broken, robust aggregator: "
    f"mean of the last five rounds {100 * last_five(curve):.0f} %"
)

# %% [markdown] key="read_robust"
# 80 %: it has the effect of your clipping, which gave 81 %, without an edit of the training.

# %% [markdown] key="questions" kind="questions"

# %% [markdown] key="summary"
# ## What you now know
#
# - Most variants of Federated Averaging are an edit of the client's gradient or of the server's
#   step. An edit is a pure function; what has to be remembered goes into the state.
# - Clipping by global norm bounds what one step can do, and keeps its direction. It saved a
#   training that one broken client had ruined.
# - FedAvgM gives the server a memory, FedAdam a step size for each weight, FedProx ties clients to
#   the server's model. With mu 0, momentum 0 or an infinite bound, all is Federated Averaging.
# - One full-batch step at every client is centralized gradient descent. Drift begins with the
#   second local step.
# - A comparison needs the same deals, the same cohorts, the same number of tries for every
#   algorithm, and more than one deal. The first thing to tune is the client learning rate: tuned
#   Federated Averaging was level with FedAvgM, FedAdam and FedProx here.
# - Bytes are counted per participation. Local epochs cost none of them.
#
# ## To talk about
#
# 1. FedProx gained nothing here. Think of clients or local work where it should, and try it.
# 2. Had FedAvg's grid ended at 0.3, which paper could we have written? How would a reader notice?
# 3. Your boss wants *the best algorithm*. Which three questions do you ask first?
# 4. Clipping hides that `client_03` is broken. Is that good? How could a server notice, if it sees
#    only sums?
# 5. Momentum remembers old cohorts. What becomes of this if somebody withdraws their consent?
# 6. The challenge counts bytes. What would change if it counted the clients' battery instead?
#
# ## Further reading
#
# - R. Pascanu, T. Mikolov, Y. Bengio: "On the difficulty of training recurrent neural networks",
#   ICML 2013, arXiv:1211.5063. Clipping by norm, Algorithm 1.
# - T.-M. H. Hsu, H. Qi, M. Brown: "Measuring the Effects of Non-Identical Data Distribution for
#   Federated Visual Classification", 2019, arXiv:1909.06335. FedAvgM, and Dirichlet label skew.
# - S. Reddi et al.: "Adaptive Federated Optimization", ICLR 2021, arXiv:2003.00295. FedAdam is in
#   Algorithm 2; the appendix shows how much tuning a fair comparison takes.
# - T. Li et al.: "Federated Optimization in Heterogeneous Networks", MLSys 2020, arXiv:1812.06127.
#   FedProx.
# - S. P. Karimireddy et al.: "SCAFFOLD: Stochastic Controlled Averaging for Federated Learning",
#   ICML 2020, arXiv:1910.06378.
# - K. Singhal et al.: "Federated Reconstruction: Partially Local Federated Learning", NeurIPS 2021,
#   arXiv:2102.03448.
# - S. Augenstein et al.: "Generative Models for Effective ML on Private, Decentralized Datasets",
#   ICLR 2020, arXiv:1911.06679.
# - W. Zhu et al.: "Federated Heavy Hitters Discovery with Differential Privacy", AISTATS 2020,
#   arXiv:1902.08534.
# - J. Konečný et al.: "Federated Learning: Strategies for Improving Communication Efficiency",
#   2016, arXiv:1610.05492.
# - H. B. McMahan et al.: "Learning Differentially Private Recurrent Language Models", ICLR 2018,
#   arXiv:1710.06963.
# - G. Andrew et al.: "Differentially Private Learning with Adaptive Clipping", NeurIPS 2021,
#   arXiv:1905.03871.
# - J. Wang et al.: "A Field Guide to Federated Optimization", 2021, arXiv:2107.06917. How to
#   compare and how to report.
