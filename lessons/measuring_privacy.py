# %% [markdown] key="what_you_learn"
# After this lesson you can
#
# - read the labels of a client from its update, and tell from a model who was in its training;
# - say what user-level differential privacy promises, in words and in one formula;
# - clip, sum and add noise by hand in Federated Core, and say who adds it;
# - compute an epsilon, name what it is for, and say when none is worth stating;
# - show in one figure what privacy costs, and what it buys against an attack.
#
# **You need** Federated Core from [lesson {{federated_core}}](federated_core.ipynb), the client's
# update from [lesson {{averaging_by_hand}}](averaging_by_hand.ipynb), clipping from
# [lesson {{make_it_your_own}}](make_it_your_own.ipynb), and pseudo-clients from
# [lesson {{scaling_out}}](scaling_out.ipynb).
#
# **Why this lesson.** "The data never leave the device" is true, and it is no guarantee: updates
# and models are made of the data. What they give away can be measured, and bounded.

# %% key="imports"
import itertools
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
    privacy,
    training,
)

ex = exercises.lesson("measuring_privacy")

# %% [markdown] key="labels"
# ## What an update tells
#
# The first attacker is the **server**, or whoever reads its mail. It sees the update of one
# client, and knows what every server knows: the model it had sent, the learning rate, and how many
# examples the client has, since these weight the mean.
#
# Ten numbers of the update are the bias. The gradient of the mean cross-entropy by the bias of
# label $k$ is
#
# $$ \frac{\partial\,\text{loss}}{\partial b_k} = \bar p_k - \frac{n_k}{n} $$
#
# where $\bar p_k$ is the mean probability that the model gives to label $k$, $n_k$ the number of
# examples with this label, and $n$ that of all. A client that takes one step, with all its
# examples in one batch, changes $b_k$ by minus the learning rate times this.

# %% [markdown] key="teach_labels" kind="instructor" minutes=10 saves=3
# **What people get wrong.** They think that an attack needs a deep network and a GPU. This one is
# a division. Let them say why: an update of the bias is a count of labels, written differently.
#
# **Ask the room.** Is the number of sevens that somebody wrote a secret? And the number of
# messages labelled "depression"? (The formula is the same.)
#
# **When time is short.** Solve the formula together on the board and let them type it in.

# %% key="skewed_client"
train, test = data.load("digits")
skewed = data.label_skew(train, 12, alpha=0.3, seed=1)
victim = skewed.client_ids[2]
true_counts = data.label_counts(skewed)[victim]
num_examples = int(true_counts.sum())


def update_of(client_data, name, learning_rate, *, epochs=1, batch_size=20):
    """One client's plain update, kernel and bias, of a model that is zero."""
    process = algorithms.build_fed_avg(
        models.functional_model(), client_learning_rate=learning_rate
    )
    dataset = preprocessing.make_federated_data(
        client_data, [name], epochs=epochs, batch_size=batch_size
    )
    state = process.next(process.initialize(), dataset).state
    return process.get_model_weights(state).trainable


kernel_update, bias_update = update_of(skewed, victim, 0.005, batch_size=1000)
print("bias update:", *(f"{number:+.4f}" for number in bias_update))

# %% [markdown] key="task_labels"
# ### Exercise: count the labels
#
# **Your task.** Write `labels_from_bias(bias_update, num_examples, learning_rate)`. `bias_update`
# is a float32 array of 10 numbers: the client's bias minus the server's, after **one** step with
# all examples in one batch, from a model whose weights are all **zero**. `num_examples` is the
# number of all examples of the client, and `learning_rate` that of the client's step, such as
# 0.005. The result is an array (or a list) of the 10 counts of the labels 0 to 9; whole numbers,
# or off by less than 0.01. A count may be in the thousands. The array that you are given stays as
# it is.


# %% key="ex_labels" kind="exercise" exercise="labels_from_bias"
def labels_from_bias(bias_update, num_examples, learning_rate):
    # blank: ...
    shares = bias_update / learning_rate + 0.1
    return np.rint(num_examples * shares).astype(int)
    # end blank


labels_from_bias = ex.labels_from_bias.check(labels_from_bias)

# %% [markdown] key="labels_read_text"
# Against the true counts. Clients seldom take a single step, so we also attack updates of one and
# of five local epochs with batches of 20. The package's `label_counts_from_bias` does as you did,
# and divides by the number of steps as well. Will it still work?

# %% key="labels_read"
counts = {
    "written": true_counts.tolist(),
    "read, 1 step": [
        round(float(n))
        for n in labels_from_bias(bias_update, num_examples, 0.005)
    ],
}
for epochs in (1, 5):
    steps = epochs * math.ceil(num_examples / 20)
    _, later_bias_update = update_of(skewed, victim, 0.005, epochs=epochs)
    counts[f"read, {steps} steps"] = privacy.label_counts_from_bias(
        later_bias_update, num_examples, learning_rate=0.005, num_steps=steps
    ).tolist()
for name, row in counts.items():
    print(f"{name:>14}:", *(f"{count:3d}" for count in row))

# %% key="labels_figure"
plotting.label_counts(
    counts, title="The labels of one client, and what its update tells of them"
)

# %% [markdown] key="read_labels"
# After one step, all ten counts are right, also those of the two labels that this client never
# wrote. After 6 steps they are blurred: common labels are read too low and rare ones too high,
# because the model's probabilities have moved meanwhile. After 30 steps they look almost alike.
# But compare within a row: 3, 4, 5 and 7, which this client writes most, are the four largest in
# every row. Local work blurs what an update tells, and does not hide it; and this attack is the
# simplest there is. Better ones recover counts from many steps (Wainakh et al.), or whole images.

# %% [markdown] key="membership"
# ## Was this writer in the training?
#
# The second attacker sees no update, only the **finished model**. It asks about one person: was
# their data in the training? Where a model was trained on patients with a certain disease, the
# answer alone is a diagnosis.
#
# The idea (Shokri et al.; with losses, Yeom et al.): a model has a smaller loss on what it was
# trained on. So the **score** of a person is minus the mean loss on their images, and who scores
# at least a threshold is taken for a **member**.

# %% [markdown] key="teach_membership" kind="instructor" minutes=13 saves=5
# **Ask the room.** What does the attacker need here? Let them list it: the weights, and images by
# the person in question. Then: who has that? (Every participant gets the model; a colleague has
# your handwriting.)
#
# **What people get wrong.** They read an area of 0.5 as "half of the members were found". It is
# what a coin gets. And they take a failed attack for a proof that nothing leaks; the third curve of
# the figure, along the diagonal, invites that.
#
# **When time is short.** Give the exercise as homework and read the figure.

# %% [markdown] key="numpy_text"
# We will need many trainings. `privacy.softmax_update` is the client of lesson
# {{averaging_by_hand}} in NumPy, without TFF around it, for this one model; kernel and bias are
# one array of 785 rows, the bias last. First the proof that it does the same:

# %% key="numpy_is_tff"
dataset = preprocessing.make_federated_data(
    train, ["writer_03"], epochs=1, batch_size=20, shuffle_buffer=0
)
process = algorithms.build_fed_avg(
    models.functional_model(), client_learning_rate=0.02
)
state = process.next(process.initialize(), dataset).state
by_tff = np.vstack(process.get_model_weights(state).trainable)

images, labels = data.pool(train, ["writer_03"])
zeros = np.zeros((785, 10), np.float32)
in_numpy = privacy.softmax_update(
    zeros, images.reshape(-1, 784), labels, learning_rate=0.02, batch_size=20
)
print(
    f"NumPy's update is TFF's to 1e-5: {np.abs(in_numpy - by_tff).max() < 1e-5}"
)

# %% [markdown] key="split_text"
# Seven of the 14 writers train a model, as in Federated Averaging, 50 rounds of one local epoch;
# the model looks at the ink, as in lesson {{make_it_your_own}}. The other seven do not take part.
# One such split has only seven members, so we take six splits and put their scores together.


# %% key="member_trainings"
def arrays(client_data, name):
    """Inputs of a client, 0 for paper and 1 for ink, and its labels."""
    images, labels = data.pool(client_data, [name])
    return 1 - images.reshape(-1, 784), labels


at_training = {name: arrays(train, name) for name in train.client_ids}
held_out = {name: arrays(test, name) for name in train.client_ids}


def train_plainly(members, num_rounds=50, learning_rate=0.3):
    weights = zeros
    for _ in range(num_rounds):
        updates = [
            privacy.softmax_update(
                weights,
                *at_training[name],
                learning_rate=learning_rate,
                batch_size=20,
            )
            for name in members
        ]
        weights = weights + np.mean(updates, axis=0)
    return weights


scores = {"writer": ([], []), "other images": ([], []), "image": ([], [])}
for seed in range(6):
    order = np.random.default_rng(seed).permutation(train.client_ids)
    weights = train_plainly(order[:7])
    for number, name in enumerate(order):
        not_member = int(number >= 7)
        on_training = -privacy.softmax_losses(weights, *at_training[name])
        on_held_out = -privacy.softmax_losses(weights, *held_out[name])
        scores["writer"][not_member].append(on_training.mean())
        scores["other images"][not_member].append(on_held_out.mean())
        if not not_member:  # a member's own images: trained on, or held out
            scores["image"][0].extend(on_training)
            scores["image"][1].extend(on_held_out)
    print(f"split {seed + 1} of 6 done")

# %% [markdown] key="task_advantage"
# Each threshold makes two numbers: the **hits**, the share of members that score at least as much,
# and the **false alarms**, the same share of the others. The attack is good if for some threshold
# the first is large and the second small.
#
# ### Exercise: the advantage
#
# **Your task.** Write `membership_advantage(member_scores, other_scores)`: the largest difference
# of hits minus false alarms, over **all** thresholds. Both arguments are NumPy arrays of floats,
# not necessarily of the same length; the result is a number. A score that equals the threshold
# counts as above it. A threshold may lie above all scores, so the result is at least 0. Both
# arrays stay as they are.


# %% key="ex_advantage" kind="exercise" exercise="membership_advantage"
def membership_advantage(member_scores, other_scores):
    # blank: ...
    best = 0.0
    for threshold in member_scores:
        hits = np.mean(member_scores >= threshold)
        false_alarms = np.mean(other_scores >= threshold)
        best = max(best, hits - false_alarms)
    return best
    # end blank


membership_advantage = ex.membership_advantage.check(membership_advantage)

# %% [markdown] key="roc_text"
# All thresholds at once make the **ROC curve**. The area under it is the chance that a member,
# drawn at random, scores higher than somebody else: 0.5 for guessing, 1 for certainty.

# %% key="roc_figure"
questions = {
    "writer": "this writer, by images of the training",
    "other images": "this writer, by other images",
    "image": "this image of a member",
}
curves = {}
for name, question in questions.items():
    roc = privacy.membership_roc(*scores[name])
    advantage = membership_advantage(*map(np.array, scores[name]))
    curves[question] = roc[:2]  # false alarms and hits
    print(f"{question}: area {roc.area:.2f}, advantage {advantage:.2f}")
plotting.roc_curves(curves, title="Who was in the training?")

# %% [markdown] key="read_roc"
# The line with circles: **writers are found.** In all pairs of a member and somebody else, a share
# of 0.94 has the member higher, and at the best threshold hits and false alarms are 0.81 apart.
# The dashed line with squares is the same attack with images that were held out: the attacker has
# nothing of the training, only other digits by the same hand, and still has an area of 0.87.
#
# The third line lies on the diagonal: whether a **single image** was trained on, this attack
# cannot tell, 0.52. A softmax regression learns hands and not images; how large a loss is depends
# far more on how hard the image is.
#
# What may we conclude? The attacker was given the weights, images by the person, and enough known
# scores to choose a threshold. The model is linear, the writers are 14, and the same ones return
# in all six splits. That single images are safe, the figure does not show: large networks, trained
# for long, remember examples one by one. A failed attack is no guarantee.

# %% [markdown] key="guarantee"
# ## A guarantee
#
# One could now look for a defence against these two attacks. Somebody would find a third. A
# guarantee has to hold against **every** attack, also one that nobody has thought of.
#
# **User-level differential privacy** (McMahan et al.), in words: whoever sees what the server
# publishes can hardly tell whether any one client took part, whatever that client's data are. In a
# formula: for all sets of clients $D$ and $D'$ that differ in **one client**, and for every set
# $S$ of results,
#
# $$ P[M(D) \in S] \le e^{\varepsilon}\, P[M(D') \in S] + \delta $$
#
# $M$ is the whole training, with its coin tosses. $\varepsilon$ says by what factor probabilities
# may differ, $\delta$ is what may go wrong altogether. Read it as the probability of a leak: it
# has to be far below one over the number of clients.

# %% [markdown] key="teach_guarantee" kind="instructor" minutes=8 saves=3
# **What people get wrong.** They read "nobody can learn anything about me". What can be learned
# without you can be learned: that smoking causes cancer, a smoker hears from a private study, too.
#
# **Ask the room.** Which epsilon would you sign? Let them answer as odds: at epsilon 1, a
# suspicion of one in two may become one of almost three in four. (Odds grow by a factor of e.)
#
# **When time is short.** Formula, table, on.

# %% [markdown] key="bound_text"
# What does that mean for membership? Any test has hits $h$ and false alarms $f$. Read for the set
# $S$ of results at which the attacker says "member", the formula bounds one by the other. Read for
# all other results, with $D$ and $D'$ exchanged, it bounds what is left of 1:
#
# $$ h \le e^{\varepsilon} f + \delta, \qquad 1 - f \le e^{\varepsilon} (1 - h) + \delta $$
#
# Both hold. `highest_hit_rate` gives the largest $h$ that both allow, here with $\delta = 0$:

# %% key="bound_table"
false_alarms = 0.05
for epsilon in (0.1, 1, 3, 10):
    hits = privacy.highest_hit_rate(false_alarms, epsilon)
    print(
        f"epsilon {epsilon:>4}: with 5 % false alarms, "
        f"at most {100 * hits:3.0f} % of members found"
    )

# %% [markdown] key="read_bound"
# At $\varepsilon = 0.1$ the best of all attacks is hardly better than a coin that says "member" in
# 5 % of cases, and so finds 5 %. At 1 it finds 14 % at most. At 3 the first formula allows
# everybody, and the second 95 %; at 10 both allow everybody: such an $\varepsilon$ no longer
# guarantees anything of this kind. The table says what is **allowed**; what an attack reaches is
# another matter, to which we come.

# %% [markdown] key="by_hand"
# ## Clip, sum, noise
#
# The recipe has three steps, in a fixed order.
#
# 1. **Clip**: each client shortens its update to a norm of at most $C$. Without that, one client
#    could move the sum as far as it likes, and no noise could hide it.
# 2. **Sum**: one client more or less moves the sum by at most $C$, its **sensitivity**.
# 3. **Noise**: the **server** adds Gaussian noise to the sum, with a standard deviation of $z\,C$
#    for each number. $z$ is the **noise multiplier**. Then it divides by the *expected* number of
#    clients.
#
# This is **central** differential privacy: the clients trust the server to add the noise and to
# forget the sum without it.

# %% [markdown] key="teach_by_hand" kind="instructor" minutes=15 saves=4
# **What people get wrong.** They clip the sum or the mean; the check says so. They divide by the
# number of clients who came: that number depends on who took part, and stands outside of the
# noise.
#
# **Ask the room.** Who adds the noise, and what follows if that machine is hacked before it does?
# (Everything is seen. Secure sums let the server see the sum only; local noise trusts nobody, and
# costs more, as the square-root law below shows.)
#
# **When time is short.** Let them do the clipped sum, and give them `noise_of_mean`.

# %% key="first_updates"
updates = []
for name in train.client_ids:
    update = privacy.softmax_update(
        zeros, *at_training[name], learning_rate=0.1, batch_size=20
    )
    updates.append([update[:-1], update[-1]])  # kernel and bias


def norm(update):
    return math.sqrt(sum(float(np.sum(np.square(part))) for part in update))


norms = [norm(update) for update in updates]
print(f"norms of the 14 updates: {min(norms):.2f} to {max(norms):.2f}")

# %% [markdown] key="read_norms"
# The longest is less than twice the shortest. Below we clip at 0.3, which is shorter than all of
# them, so in this round every client counts by exactly 0.3 and keeps its direction. That is a
# choice: with a bound of 1 nothing would be clipped here, and the noise, which grows with the
# bound, would be more than three times as much.

# %% [markdown] key="task_clipped_sum"
# ### Exercise: the clipped sum
#
# **Your task.** Write `clipped_sum(updates, clip_norm)`. `updates` is a list with an update for
# each client, and an update is a list of two float32 arrays of any shapes, kernel and bias. Every
# update whose norm (of all its numbers together) is above `clip_norm` is multiplied by one factor,
# so that its norm becomes `clip_norm`; all others stay as they are, and so do zeros. The result is
# the **sum** of these: a list (or tuple) of two arrays. What you are given stays as it is.


# %% key="ex_clipped_sum" kind="exercise" exercise="clipped_sum"
def clipped_sum(updates, clip_norm):
    # blank: ...
    total = [np.zeros_like(part) for part in updates[0]]
    for update in updates:
        length = np.sqrt(sum(np.sum(part**2) for part in update))
        factor = clip_norm / length if length > clip_norm else 1.0
        total = [
            so_far + factor * part
            for so_far, part in zip(total, update, strict=True)
        ]
    return total
    # end blank


clipped_sum = ex.clipped_sum.check(clipped_sum)

# %% [markdown] key="task_noise"
# ### Exercise: the noise of the mean
#
# **Your task.** Write `noise_of_mean(noise_multiplier, clip_norm, cohort_size)`. The three are
# $z$, $C$ and the expected number of clients. The result is the standard deviation of the noise in
# each number of the **mean**, that is after the division.


# %% key="ex_noise" kind="exercise" exercise="noise_of_mean"
def noise_of_mean(noise_multiplier, clip_norm, cohort_size):
    # blank: ...
    return noise_multiplier * clip_norm / cohort_size
    # end blank


noise_of_mean = ex.noise_of_mean.check(noise_of_mean)

# %% [markdown] key="core_text"
# Now in Federated Core, where placements say who does what: `clip_at_client` is mapped over values
# at the clients, `noisy_mean_at_server` over values at the server.

# %% key="federated_core"
CLIP_NORM, NOISE_MULTIPLIER, COHORT_SIZE = 0.3, 0.5, 14
update_type = tff.to_type(
    (tff.TensorType(np.float32, [784, 10]), tff.TensorType(np.float32, [10]))
)


def build_private_mean(clip_norm, noise_multiplier, cohort_size, seed=0):
    # Without noise the bound may be infinite, and 0 times infinity is not a
    # number.
    noise_stddev = noise_multiplier * clip_norm if noise_multiplier > 0 else 0.0

    @tff.tensorflow.computation(update_type)
    def clip_at_client(update):
        # An infinite bound gives a factor of 1.
        factor = tf.minimum(1.0, clip_norm / tf.linalg.global_norm(update))
        return tuple(factor * part for part in update)

    @tff.tensorflow.computation(update_type, np.int32)
    def noisy_mean_at_server(total, round_num):
        noisy = []
        for number, part in enumerate(total):
            noise = tf.random.stateless_normal(
                tf.shape(part), [seed, 2 * round_num + number]
            )
            noisy.append((part + noise_stddev * noise) / cohort_size)
        return tuple(noisy)

    @tff.federated_computation(
        tff.FederatedType(update_type, tff.CLIENTS),
        tff.FederatedType(np.int32, tff.SERVER),
    )
    def private_mean(updates, round_num):
        clipped = tff.federated_map(clip_at_client, updates)
        total = tff.federated_sum(clipped)
        return tff.federated_map(noisy_mean_at_server, (total, round_num))

    return private_mean


private_mean = build_private_mean(CLIP_NORM, NOISE_MULTIPLIER, COHORT_SIZE)
print(private_mean.type_signature.result.compact_representation())

# %% [markdown] key="agree_text"
# Does it do what it should? Four facts: without noise it is your sum, divided; without noise it is
# TFF's own private mean; with noise, the standard deviation is what your function says, here and
# in TFF's; and TFF's ready-made `tff.learning.dp_aggregator` gives the same in its first round.


# %% key="agree"
def flat(update):
    return np.concatenate([np.ravel(part) for part in update])


def of_tff(aggregator, updates):
    aggregation = aggregator.create(update_type)
    return flat(aggregation.next(aggregation.initialize(), updates).result)


without_noise = flat(
    build_private_mean(CLIP_NORM, 0.0, COHORT_SIZE)(updates, 0)
)
yours = flat(clipped_sum(updates, CLIP_NORM)) / COHORT_SIZE
fixed = tff.aggregators.DifferentiallyPrivateFactory.gaussian_fixed
theirs = of_tff(fixed(0.0, COHORT_SIZE, CLIP_NORM), updates)
print(
    "without noise, it is your sum divided, to 1e-6: "
    f"{np.abs(without_noise - yours).max() < 1e-6}"
)
print(
    "without noise, it is TFF's, to 1e-6: "
    f"{np.abs(without_noise - theirs).max() < 1e-6}"
)

noise = {
    "by hand": flat(private_mean(updates, 0)) - without_noise,
    "TFF's": of_tff(fixed(NOISE_MULTIPLIER, COHORT_SIZE, CLIP_NORM), updates)
    - without_noise,
}
wanted = noise_of_mean(NOISE_MULTIPLIER, CLIP_NORM, COHORT_SIZE)
for name, drawn in noise.items():
    print(
        f"{name}: standard deviation of {len(drawn):,} numbers, "
        f"measured over computed: {np.std(drawn) / float(wanted):.1f}"
    )

ready_made = of_tff(tff.learning.dp_aggregator(0.0, COHORT_SIZE), updates)
first_norm = flat(build_private_mean(0.1, 0.0, COHORT_SIZE)(updates, 0))
print(
    "dp_aggregator's first round clips at 0.1: "
    f"{np.abs(ready_made - first_norm).max() < 1e-6}"
)

# %% [markdown] key="fed_avg_text"
# And the fact that ties it to all the lessons before: with an infinite bound and no noise it is
# Federated Averaging, in which all clients count the same. `privacy.private_mean` is the
# computation above as an aggregator, with a round number in its state, so that a learning process
# takes it. In one thing it is more careful: an update that is not finite counts as zeros.

# %% key="is_fed_avg"
datasets = preprocessing.make_federated_data(
    train, train.client_ids, epochs=1, batch_size=20
)


def two_rounds(aggregator):
    process = tff.learning.algorithms.build_unweighted_fed_avg(
        models.functional_model(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(
            learning_rate=0.02
        ),
        server_optimizer_fn=tff.learning.optimizers.build_sgdm(
            learning_rate=1.0
        ),
        model_aggregator=aggregator,
    )
    state = process.initialize()
    for _ in range(2):
        state = process.next(state, datasets).state
    return flat(process.get_model_weights(state).trainable)


plain = two_rounds(None)
free = two_rounds(privacy.private_mean(math.inf, 0.0, 14))
print(
    "clipping at infinity and noise 0 is FedAvg to 1e-6: "
    f"{np.abs(free - plain).max() < 1e-6}"
)

# %% [markdown] key="read_agree"
# All the same, by every check. TFF draws its noise anew in each run, so two runs can agree in the
# standard deviation only, and they do. The last fact is the one to keep: a private mean is the
# mean of Federated Averaging with two numbers, and at infinity and 0 these do nothing.
#
# `dp_aggregator` clipped at 0.1 here. It keeps no fixed bound, though:

# %% [markdown] key="adaptive"
# ## Which clip norm?
#
# A small $C$ throws away what honest clients have to say; a large one brings much noise. The norms
# of updates are not known beforehand, and they change during training. Andrew et al. let $C$
# follow a **quantile**: each client says, with one bit, whether its update was within $C$. If more
# than the wanted share $\gamma$ are, $C$ shrinks, otherwise it grows:
#
# $$ C \leftarrow C \cdot \exp(-\eta\,(\bar b - \gamma)) $$
#
# $\bar b$ is the mean of the bits. These are sums over clients, too, so they get noise as well,
# and pay with a small part of the budget. `tff.learning.dp_aggregator` works like that, with
# $\gamma = 0.5$, $\eta = 0.2$, and 0.1 to begin with. Here without noise, so that the numbers are
# the same every time.
#
# These clients see images as they are, where paper is 1 and not ink. Most of a digit is paper, so
# the updates are longer than those that we clipped by hand; how much, the last line that the cell
# prints says. **Before you run it**, sketch the line of $C$ over 40 rounds. Which way does it go
# first, how long, and does it stop once it has reached the middle?

# %% [markdown] key="teach_adaptive" kind="instructor" minutes=5 saves=3
# **What people get wrong.** They take the largest norm they have seen as clip norm, "so that
# nothing is lost". Seen where? Looking at the norms is a release of its own.
#
# **Ask the room.** Why the exponential, and not a plain step? (Norms span powers of ten; steps by
# a factor get anywhere in a few rounds, and never below zero.)
#
# **When time is short.** Show the figure and go on.

# %% key="adaptive_rounds"
process = tff.learning.algorithms.build_unweighted_fed_avg(
    models.functional_model(),
    client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=0.1),
    server_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=1.0),
    model_aggregator=tff.learning.dp_aggregator(0.0, 14),
)
state = process.initialize()
clip_norms, by_formula = [], [0.1]
for _ in range(40):
    result = process.next(state, datasets)
    state = result.state
    clip_norms.append(
        float(
            result.metrics["aggregator"]["zeroing"]["dp_query_metrics"]["clip"]
        )
    )
    by_formula.append(by_formula[-1] * math.exp(-0.2 * (0.0 - 0.5)))
still = np.isclose(clip_norms, by_formula[1:], rtol=1e-4)
print(
    "in each of the first 25 rounds, all 14 updates were longer than the norm: "
    f"{still[:25].all()}"
)
fallen = 1 - clip_norms[-1] / max(clip_norms)
print(f"clip norm: about {max(clip_norms):.0f} at the most")
print(f"fallen by more than a third after 40 rounds: {fallen > 1 / 3}")
on_paper = [
    np.linalg.norm(
        privacy.softmax_update(
            zeros,
            1 - at_training[name][0],
            at_training[name][1],
            learning_rate=0.1,
            batch_size=20,
        )
    )
    for name in train.client_ids
]
print(f"norms of the first updates: {min(on_paper):.1f} to {max(on_paper):.1f}")

# %% key="adaptive_figure"
plotting.learning_curves(
    {"adaptive clip norm": clip_norms},
    y_label="clip norm",
    title="The clip norm looks for the middle of the clients",
)

# %% [markdown] key="read_adaptive"
# For 25 rounds or more every update is longer than $C$: no client says "within", and $C$ grows by
# the same factor each time. That is what a start far below costs. It peaks some rounds later, at
# about 2, and turns round, since now nearly all updates are within: after 40 rounds $C$ has fallen
# by more than a third. It is still looking for the middle, which moves, because updates get
# shorter while the model learns. How far it falls depends on your processor: with updates as long
# as these, the rounding errors of early rounds grow.
#
# The first updates are 1.3 to 4.0 long here, and 0.50 to 0.92 where ink is 1: the way in which
# pixels are written alone makes a bound of 0.3 cautious or much too small. No $C$ is good for all
# models, which is the reason to let it look for itself.

# %% [markdown] key="accounting"
# ## Epsilon, computed
#
# For one round with noise there is a closed form (Balle and Wang): it gives the $\delta$ that
# belongs to an $\varepsilon$, and the $\varepsilon$ for a wanted $\delta$ is found by halving. A
# training has many rounds, and each round sees only some of the clients. That helps, as long as
# nobody learns who was drawn: who may not have been there at all is harder to find. How these add
# up is the work of an **accountant**. It needs to know how the cohort is drawn.
#
# A well-known size of training: 3,383 clients, 120 a round, 100 rounds, noise multiplier 1.2,
# $\delta = 10^{-5}$. Four numbers that one could quote for it:

# %% [markdown] key="teach_accounting" kind="instructor" minutes=12 saves=5
# **What people get wrong.** They quote an epsilon without saying for which neighbours, which
# sampling, which delta. Four numbers for what a report calls one training, each of them right for
# something else, cure that.
#
# **Ask the room.** The program draws exactly 120 clients a round, and the paper quotes the Poisson
# number. What is wrong? (The accountant's coin was never tossed. The number belongs to another
# algorithm.)
#
# **When time is short.** Read the four numbers and give `cheapest_noise` as homework.

# %% key="three_epsilons"
well_known = {
    "num_clients": 3383,
    "cohort_size": 120,
    "num_rounds": 100,
    "delta": 1e-5,
}
renyi = privacy.poisson_epsilon(1.2, **well_known, accountant="rdp")
tight = privacy.poisson_epsilon(1.2, **well_known, accountant="pld")
replaced = privacy.fixed_cohort_epsilon(1.2, **well_known)
half = privacy.fixed_cohort_epsilon(1.2 / 2, **well_known)
print(f"a coin for each client, Rényi:                             {renyi:.2f}")
print(f"a coin for each client, privacy loss distributions:        {tight:.2f}")
print(
    f"exactly 120, a client replaced, noise 1.2 times its reach: {replaced:.2f}"
)
print(f"exactly 120, a client replaced, noise 1.2 clip norms:      {half:.2f}")

one_round = privacy.poisson_epsilon(1.2, 120, 120, 1, delta=1e-5)
closed_form = privacy.gaussian_epsilon(1.2, delta=1e-5)
print(
    f"one round of everybody: {one_round:.2f}; in closed form: "
    f"{closed_form:.2f}"
)

# %% [markdown] key="read_three"
# The first two lines are the **same training and the same promise**. Rényi accounting is quick and
# gives away a little; privacy loss distributions are nearly exact. Both are upper bounds, so the
# smaller one may be quoted: 1.71.
#
# The third is **another algorithm with another promise**. Exactly 120 clients are drawn, and the
# neighbour is not somebody who is missing but somebody who is *replaced*. The sum loses up to $C$
# and gains up to $C$, so its sensitivity is $2C$. A noise multiplier counts in sensitivities: the
# 3.56 hold if the noise is 1.2 times $2C$, twice as much as in the lines above. With the noise of
# those lines it is 14.09. Many reports mix the two: a program that draws a fixed cohort, and the
# number of the coin.
#
# So an $\varepsilon$ comes with four things, or it says nothing: $\delta$, the neighbours, how
# cohorts are drawn, and what the noise is counted in. The last line of the cell is the proof of
# the accountant: for one round of everybody it gives the closed form.

# %% [markdown] key="task_cheapest"
# ### Exercise: the cheapest noise
#
# Usually the question is the other way round: $\varepsilon$ is promised, and the noise is wanted.
#
# **Your task.** Write `cheapest_noise(epsilon_of, wanted)`. `epsilon_of` is a function: it takes a
# noise multiplier and gives an $\varepsilon$, which never grows with the noise. The result is the
# smallest noise multiplier from 0.1 to 50 whose $\varepsilon$ is at most `wanted`. Your answer may
# exceed the smallest by up to 0.01, also where that is 50; it must never lie below the
# smallest. `wanted` can always be met, and 0.1 is never enough. `epsilon_of` may be asked about
# every noise multiplier above 0, also beyond these two. Each call of it costs time; 100 calls have
# to do.


# %% key="ex_cheapest" kind="exercise" exercise="cheapest_noise"
def cheapest_noise(epsilon_of, wanted):
    # blank: ...
    too_little, enough = 0.1, 50.0
    while enough - too_little > 0.01:
        middle = (too_little + enough) / 2
        if epsilon_of(middle) > wanted:
            too_little = middle
        else:
            enough = middle
    return enough
    # end blank


cheapest_noise = ex.cheapest_noise.check(cheapest_noise)

# %% [markdown] key="fourteen_text"
# Now our 14 writers: everybody in each round, 20 rounds, and a $\delta$ of 0.01, which is already
# far too large for 14 people, one in a hundred. What does $\varepsilon = 2$ cost?


# %% key="train_privately"
def train_privately(clients, noise_multiplier, *, share, seed=0, num_rounds=20):
    """Averages privately; gives the weights before and after each round."""
    draws, noise = (
        np.random.default_rng([seed, 0]),
        np.random.default_rng([seed, 1]),
    )
    history = [zeros]
    for _ in range(num_rounds):
        weights = history[-1]
        # A coin for each client.
        cohort = np.flatnonzero(draws.random(len(clients)) < share)
        updates = [
            privacy.softmax_update(
                weights, *clients[i], learning_rate=0.1, batch_size=20
            )
            for i in cohort
        ]
        total = np.zeros_like(zeros)
        if updates:
            total += np.vstack(
                clipped_sum([[u[:-1], u[-1]] for u in updates], CLIP_NORM)
            )
        total += (
            noise_multiplier
            * CLIP_NORM
            * noise.standard_normal(zeros.shape, np.float32)
        )
        history.append(weights + total / (share * len(clients)))
    return history


test_inputs = np.concatenate([held_out[name][0] for name in test.client_ids])
test_labels = np.concatenate([held_out[name][1] for name in test.client_ids])


def accuracy(weights):
    return np.mean(
        np.argmax(test_inputs @ weights[:-1] + weights[-1], axis=1)
        == test_labels
    )


def epsilon_of_fourteen(noise_multiplier):
    return privacy.poisson_epsilon(
        noise_multiplier, 14, 14, 20, delta=0.01, accountant="rdp"
    )


fourteen = [at_training[name] for name in train.client_ids]
needed = float(cheapest_noise(epsilon_of_fourteen, 2.0))
for noise_multiplier in (0.0, 0.5, needed):
    epsilon = epsilon_of_fourteen(noise_multiplier)
    after = train_privately(fourteen, noise_multiplier, share=1.0)[-1]
    print(
        f"14 writers, noise {noise_multiplier:.1f}: epsilon {epsilon:.1f}, "
        f"accuracy {100 * accuracy(after):.0f} %"
    )

# %% [markdown] key="read_fourteen"
# Without noise there is no guarantee at all: $\varepsilon$ is infinite. Noise that the model bears
# well, 0.5, has an $\varepsilon$ of 65.0, which promises nothing. An $\varepsilon$ of 2 takes a
# noise multiplier of 5.7, and leaves 45 % accuracy. And this $\delta$ means a leak for one person
# in a hundred. **For 14 people no $\varepsilon$ is worth stating.** That is not the method's
# fault: in a small group nobody can hide, and whoever publishes something useful about it
# publishes something about its members.

# %% [markdown] key="trade_off"
# ## Accuracy, epsilon, attack
#
# So we need more clients, and take 1,000 pseudo-clients, as in lesson {{scaling_out}}. What these
# doubles are worth as *people*, the next section asks; for now a client is a client.
#
# The attacker, too, gets better. It is a participant that sees the model after **every round**,
# and it asks about clients whose data it knows. To try the guarantee rather than to spare it, an
# auditor plants the clients that are easiest to find (Jagielski et al.; Andrew et al.): each of 60
# **audit clients** has images with nothing but a mark of its own, five pixels in the margin where
# no digit ever has ink. Half of them, drawn at random, are in the training, where they take the
# places of 30 of the 1,000 clients.
#
# **Before you run on**, write down for each of three lines when it starts to fall as noise grows
# from 0.3 to 4: the accuracy with 1,000 clients, the accuracy with 100, and the success of the
# attack.

# %% [markdown] key="teach_trade_off" kind="instructor" minutes=11 saves=3 slide="sweep"
# **Ask the room.** Before the cell runs: how many points of accuracy will an epsilon of about 1
# cost 1,000 clients? And 100 clients? Collect guesses.
#
# **What people get wrong.** They conclude from the right panel that epsilon 8.8 is safe. This
# attack finds little there. The guarantee is about all attacks, and there it says next to nothing.
#
# **When time is short.** Run the cell while you tell what an audit client is, and read the figure.

# %% key="thousand"
pseudo = data.pseudo_clients(train, 1000, seed=0)
thousand = [arrays(pseudo, name) for name in pseudo.client_ids]
is_margin = np.ones((28, 28), bool)
is_margin[3:25, 3:25] = False
margin = np.flatnonzero(is_margin)
inked = max(inputs[:, margin].max() for inputs, _ in thousand)
print(
    f"{len(thousand):,} clients; most ink on the {len(margin)} pixels of the "
    f"margin: {inked:.0f}"
)


def marked_clients(count, pixels, seed):
    """Clients whose 40 images show a mark; no two of them share a pixel."""
    rng = np.random.default_rng(seed)
    places = rng.permutation(margin)[: count * pixels].reshape(count, pixels)
    clients = []
    for own_pixels in places:
        inputs = np.zeros((40, 784), np.float32)
        inputs[:, own_pixels] = 1.0
        clients.append((inputs, np.full(40, rng.integers(10))))
    return clients


# %% key="attack"
def traces(history, client):
    """For each round: how far the model moved this client's way."""
    found = []
    for before, after in itertools.pairwise(history):
        own = privacy.softmax_update(
            before, *client, learning_rate=0.1, batch_size=20
        )
        found.append(np.vdot(after - before, own) / np.linalg.norm(own))
    return np.array(found)


def audit(clients, noise_multiplier, *, count, seed):
    """Trains with half the audit clients; gives accuracy and ROC curve."""
    audits = marked_clients(count, 5, seed)
    is_in = np.random.default_rng(seed).permutation(count) < count // 2
    planted = [
        client for client, planted in zip(audits, is_in, strict=True) if planted
    ]
    history = train_privately(
        planted + clients[len(planted) :],
        noise_multiplier,
        share=0.1,
        seed=seed,
    )
    scores = np.array([traces(history, client).max() for client in audits])
    return accuracy(history[-1]), privacy.membership_roc(
        scores[is_in], scores[~is_in]
    )


# %% [markdown] key="sweep_text"
# Six noise levels, each with 1,000 clients and with 100. Every client takes part in a round with a
# probability of a tenth, so the cohorts are 100 and 10 on average, and $\varepsilon$ is the same
# for both: it knows the probability, the noise and the rounds, not the number of clients. The
# $\delta$ is $10^{-5}$, a hundredth of one over 1,000. An attack on 60 clients has its luck, so we
# train three times at each level, with other noise, marks and members every time, and print means
# with the lowest and highest area. The cell takes half a minute; a bar shows how far it is.

# %% key="sweep" result=true
hundred = thousand[::10]
levels = (0.3, 0.5, 0.7, 1.0, 2.0, 4.0)
rows = []
for number, noise_multiplier in enumerate(training.progress(levels)):
    epsilon = privacy.poisson_epsilon(
        noise_multiplier, 1000, 100, 20, delta=1e-5, accountant="rdp"
    )
    seeds = range(3 * number, 3 * number + 3)
    accuracies, rocs = zip(
        *(
            audit(thousand, noise_multiplier, count=60, seed=seed)
            for seed in seeds
        ),
        strict=True,
    )
    of_many = np.mean(accuracies)
    of_few = np.mean(
        [
            audit(hundred, noise_multiplier, count=10, seed=seed)[0]
            for seed in seeds
        ]
    )
    areas = [roc.area for roc in rocs]
    advantage = np.mean([roc.advantage for roc in rocs])
    rows.append((epsilon, of_many, of_few, np.mean(areas), advantage))
    print(
        f"noise {noise_multiplier}: epsilon {epsilon:4.1f}; "
        f"accuracy with 1,000 clients {100 * of_many:.0f} %, "
        f"with 100 {100 * of_few:.0f} %; "
        f"attack's area {np.mean(areas):.2f} ({min(areas):.2f} to "
        f"{max(areas):.2f})"
    )

# %% key="trade_off_figure"
epsilons, of_many, of_few, areas, advantages = zip(*rows, strict=True)
plotting.log_curves(
    {
        "accuracy on held-out images": {
            "1,000 clients": list(zip(epsilons, of_many, strict=True)),
            "100 clients": list(zip(epsilons, of_few, strict=True)),
        },
        "area under the attack's curve": {
            "attack on an audit client": list(
                zip(epsilons, areas, strict=True)
            ),
            "guessing": [(epsilon, 0.5) for epsilon in epsilons],
        },
    },
    percent="accuracy on held-out images",
    title="What privacy costs, and what it buys",
)

# %% [markdown] key="read_trade_off"
# Read the left panel from right to left, as noise grows. With **1,000 clients** the line stays
# where it is: 92 %, and 91 % at the last two levels, where $\varepsilon$ is 1.2 and 0.5. With
# **100 clients**, which are of the same kind and trained in the same way, it falls to 74 % and to
# 39 % there. The model is the same, $\varepsilon$ is the same; what differs is the number of
# clients.
#
# The right panel is what the noise buys. At noise 0.3 the attack finds most of the audit clients:
# an area of 0.86 in the mean of three trainings. (It has to miss those who were never drawn, by a
# coin of one in ten, tossed in 20 rounds.) The area drops to 0.73, to 0.61, and to 0.56 at a noise
# of 1. Look at the ranges before you read more into the line: 0.52 to 0.60 at noise 1, 0.47 to 0.53
# and 0.42 to 0.56 at the two levels after it. These three overlap, so with 60 audit clients and
# three trainings they cannot be told apart; the last two means, 0.50 and 0.49, are those of a
# coin.
#
# For these 1,000 clients, noise 2 looks like a bargain: $\varepsilon$ of 1.2, a point of accuracy,
# and an attack that fails. Hold on to "these clients" until the next section. And note what is
# special here: a convex model of 7,850 numbers, which needs few rounds. Larger models pay more.

# %% [markdown] key="bounds_text"
# Does the guarantee hold? For each level, the advantage that our attack had in the mean of three
# trainings, and the largest one that the guarantee allows to any attack whatever:

# %% key="bounds"
rates = np.linspace(0, 1, 1001)
for level, epsilon, advantage in zip(levels, epsilons, advantages, strict=True):
    allowed = max(
        privacy.highest_hit_rate(float(rate), epsilon, 1e-5) - rate
        for rate in rates
    )
    print(f"noise {level}: advantage {advantage:.2f}, allowed {allowed:.2f}")

# %% [markdown] key="read_bounds"
# It holds in each line. Up to noise 0.7 the guarantee allows everything, and the attack gets 0.72
# at most. At noise 1 and 2 there is much room, too: 0.20 where 0.97 are allowed, and 0.18 of 0.55.
# The guarantee is about the strongest attack that could be, and about the worst data.
#
# At noise 4 the two are closest, 0.13 and 0.24. But look at the area above: 0.49 is a coin. The
# best of many thresholds, on 60 audit clients, has some advantage by luck alone, here and at noise
# 2. Epsilon cannot be measured by an attack; an attack can only show that a claimed one is
# **wrong**.

# %% [markdown] key="doubles"
# ## Whom does it protect?
#
# The guarantee is about **one client**. In our 1,000 pseudo-clients, a writer is 71 of them, or
# one more. If the writer stays away, all these go, and the formula has to be applied once for
# each. For $k$ clients of one person it becomes
#
# $$ \varepsilon_k = k\,\varepsilon, \qquad \delta_k = k\,e^{(k-1)\varepsilon}\,\delta $$
#
# (a standard bound: each client that goes multiplies by $e^{\varepsilon}$ once more, and adds a
# $\delta$; here each counts as much as the largest), and a $\delta_k$ of 1 or more guarantees
# nothing.

# %% [markdown] key="teach_doubles" kind="instructor" minutes=8 saves=4
# **What people get wrong.** "We have user-level privacy", where a user is an account and a person
# has a phone, a tablet and a watch. Ask in every project: what is a client?
#
# **Ask the room.** And the other way round: a phone that a family shares? (Then the family is
# protected as one.)
#
# **When time is short.** Leave the exercise for home: run its cell as it is, and the check hands
# over the reference, which the attack uses. `privacy.group_guarantee` says the same.

# %% [markdown] key="task_person"
# ### Exercise: the guarantee of a person
#
# **Your task.** Write `person_guarantee(epsilon, delta, num_clients)`: the guarantee of a person
# who is `num_clients` clients, by the two formulas, as a pair of numbers. Where the formula gives
# a $\delta_k$ above 1, give 1.0 instead. $\varepsilon_k$ is never more than a few hundred, for
# which `math.exp` still has a number: you need not care about overflow.


# %% key="ex_person" kind="exercise" exercise="person_guarantee"
def person_guarantee(epsilon, delta, num_clients):
    # blank: ...
    grown = num_clients * math.exp((num_clients - 1) * epsilon) * delta
    return num_clients * epsilon, min(1.0, grown)
    # end blank


person_guarantee = ex.person_guarantee.check(person_guarantee)

# %% [markdown] key="doubles_text"
# At noise 2, the guarantee of a client was a good one. What is left of it for two clients, for
# ten, for a whole writer? And is it only the formula that gets worse? We mark 20 **persons**, half
# of whom are in the training, once with one client each and once with **ten clients each**. The
# attack differs from the one above: a person with ten clients is in most rounds, so the score is
# the mean over the rounds, and the marks have 15 pixels. So that ten clients are compared with one
# fairly, both are attacked in this way, three times each. Will ten be found more often?

# %% key="doubles_attack"
client_epsilon = epsilons[4]
for doubles in (1, 2, 10, 71):
    epsilon, delta = person_guarantee(client_epsilon, 1e-5, doubles)
    print(f"{doubles:2d} clients: epsilon {epsilon:.1f}, delta {delta:.5f}")


def attack_on_persons(clients_each, seed):
    """The area of an attack on 20 persons, ten of them trained on, noise 2."""
    persons = marked_clients(20, 15, seed)
    is_in = np.random.default_rng(seed).permutation(20) < 10
    planted = [
        client
        for client, member in zip(persons, is_in, strict=True)
        if member
        for _ in range(clients_each)
    ]
    history = train_privately(
        planted + thousand[len(planted) :], 2.0, share=0.1, seed=seed
    )
    scores = np.array([traces(history, person).mean() for person in persons])
    return privacy.membership_roc(scores[is_in], scores[~is_in]).area


for clients_each in (1, 10):
    found = [attack_on_persons(clients_each, seed) for seed in range(3)]
    print(
        f"noise 2.0, persons with {clients_each:2d} clients: "
        f"area {np.mean(found):.2f} ({min(found):.2f} to {max(found):.2f})"
    )

# %% [markdown] key="read_doubles"
# One client: $\varepsilon$ of 1.2. Two: 2.5, already with seven times the $\delta$. From ten on,
# $\delta$ is 1 and nothing is promised. And the attack follows. The noise is the same, the attack
# is the same, $\varepsilon$ on paper is the same: persons with one client each are not found, with
# an area of 0.49, and those with ten are, with 0.93. The ranges of the three trainings, 0.42 to
# 0.57 and 0.86 to 0.98, are far apart.
#
# So be exact about our figure. Its $\varepsilon$ is true of a **pseudo-client**. Of the 14
# **writers** whose doubles these are it says nothing, and they could not be protected by it: there
# are 14 of them, and we know what that means. With real data the remedy is in the counting: all
# devices of a person are one client, clipped once.

# %% [markdown] key="square_root"
# ## What noise costs: the square-root law
#
# Why did 100 clients lose so much where 1,000 lost nothing? Their cohorts were 10 and 100. The
# noise on the sum is the same for both; the sum is ten times as long. In the mean over a cohort of
# $n$, the server's noise shrinks like $1/n$.
#
# A client that does not trust the server has to add its own noise before it sends: **local**
# privacy. For the same $z$, every single update then has noise of $z\,C$. The sum of $n$
# independent noises has a standard deviation of $\sqrt{n}$ times one of them, so the mean's noise
# shrinks like $1/\sqrt{n}$ only. We measure both, with $z = 1$:

# %% [markdown] key="teach_square_root" kind="instructor" minutes=4 slide="square_root_figure"
# **Ask the room.** How many clients does local privacy need for as little noise as the server's at
# a cohort of 100? (The square of that number.)

# %% key="square_root_figure"
rng = np.random.default_rng(0)
of_server, of_clients = [], []
for cohort_size in (10, 30, 100, 300, 1000):
    server = CLIP_NORM * rng.standard_normal(7850, np.float32)
    clients_sum = np.zeros(7850, np.float32)
    for _ in range(cohort_size):
        clients_sum += CLIP_NORM * rng.standard_normal(7850, np.float32)
    of_server.append((cohort_size, np.std(server) / cohort_size))
    of_clients.append((cohort_size, np.std(clients_sum) / cohort_size))
for name, points in [
    ("noise of the server", of_server),
    ("noise of every client", of_clients),
]:
    times = points[0][1] / points[-1][1]
    print(f"{name}: from 10 to 1,000 clients, {times:.0f} times less")
for cohort_size in (14, 100):
    length = (
        math.sqrt(7850) * noise_of_mean(1.0, CLIP_NORM, cohort_size) / CLIP_NORM
    )
    print(
        f"length of the server's noise in a cohort of {cohort_size}: "
        f"{length:.2f} clip norms"
    )
of_fourteen = [
    accuracy(train_privately(fourteen, 1.0, share=1.0, seed=seed)[-1])
    for seed in range(5)
]
print(
    "14 writers after 20 rounds with this noise: "
    f"accuracy {100 * np.mean(of_fourteen):.0f} %"
)
plotting.log_curves(
    {
        "noise of the server": of_server,
        "noise of every client": of_clients,
    },
    x_label="clients in the cohort",
    y_label="standard deviation in the mean",
    log_y=True,
    title="Noise in the mean: who adds it matters",
)

# %% [markdown] key="read_square_root"
# Two straight lines, so two power laws. From 10 to 1,000 clients the server's noise in the mean
# shrinks to about a hundredth, and that of the clients to a tenth: the **square root** of the
# number. That is the price of not trusting the server. Much work goes into a way between the two:
# with a **secure sum** (lesson {{secure_sums}}) the server sees the sum and no part of it, so each
# client may add a small share of the noise, and only the sum has all of it. A secure sum without
# noise has no differential privacy: it hides the parts, and not what the sum tells.
#
# The square root has a second part to play. The noise is spread over 7,850 numbers, so its
# *length* is the square root of that many times the deviation of one: with a cohort of 100, as our
# 1,000 clients had, 0.89 clip norms. The mean update cannot be longer than one. So a single round
# is nearly as much noise as signal. With the 14 writers it is 6.33 clip norms, far more noise than
# signal, and still 20 rounds lead to 91 %. Length in one round is not the whole story, since
# the updates of many rounds agree and the noises do not. What the 14 cannot have is this accuracy
# together with a small $\varepsilon$.

# %% [markdown] key="not_protected"
# ## What it does not protect
#
# - **The server sees the updates.** The noise comes after the sum, and the first attack of this
#   lesson works on every update before it. Masks that cancel in the sum (Bonawitz et al., lesson
#   {{secure_sums}}) narrow that gap. They don't close it: the server still sees the exact sum, before
#   its noise.
# - **What the model is used for.** A private model that tells all left-handers from right-handers
#   can be used on you, whether or not you took part. The guarantee is about your part in the
#   training, not about what can be learned without you.
# - **Groups.** It fades with every client that belongs to you, and a family, or a small village,
#   is a group as well.
# - **Everything else that is published.** Training metrics without noise, the number of clients
#   who came, the learning rate that was tuned on the same people: each is a release of its own.
#   `dp_aggregator` itself measures how many updates it zeroed, without noise.
# - **A seed that is known.** Ours is 0, and whoever knows it subtracts the noise. A real server
#   draws from a source that nobody can repeat.

# %% [markdown] key="teach_not_protected" kind="instructor" minutes=4 saves=2
# **Ask the room.** Which sentence about privacy on a website would you now write differently?
#
# **When time is short.** Let them read the list, and ask for the one point that surprised them.

# %% [markdown] key="questions" kind="questions"

# %% [markdown] key="summary"
# ## What you now know
#
# - Updates and models tell of the data. The bias of one step is a count of labels; the loss of a
#   finished model tells who was in its training, even by other images of the person.
# - User-level differential privacy bounds what **any** attack can learn from whether one client
#   took part. $\varepsilon$ bounds a factor, $\delta$ what may go wrong.
# - The recipe: clip each update, sum, add noise at the server, divide by the expected cohort. With
#   an infinite bound and no noise it is Federated Averaging.
# - An $\varepsilon$ is stated with $\delta$, neighbours, sampling and the unit of the noise. 1.99
#   and 1.71 are bounds for the same training and the same promise; 14.09 belongs to another
#   algorithm with another promise.
# - What privacy costs depends on the number of clients: the server's noise in the mean shrinks
#   like $1/n$, local noise like $1/\sqrt{n}$. For 14 people no $\varepsilon$ is worth stating.
# - It protects what you call a client. A person who is ten clients has next to nothing.
#
# ## To talk about
#
# 1. A company states "epsilon 8". Which four questions do you ask?
# 2. The attack on a single image failed here. Write the sentence that a press office would make of
#    it, and then the honest one.
# 3. What is a client in a federation of hospitals: the hospital, the ward, the patient? What would
#    each choice protect, and what would it cost?
# 4. Clipping shortens the updates of those whose data are unusual. Whom does a private model serve
#    worse, and how would you find out (lesson {{federated_evaluation}})?
# 5. Somebody trains twice, with other settings, and publishes the better model. What became of
#    epsilon?
#
# ## Further reading
#
# - H. B. McMahan, D. Ramage, K. Talwar, L. Zhang: "Learning Differentially Private Recurrent
#   Language Models", ICLR 2018, arXiv:1710.06963. User-level privacy in Federated Averaging,
#   Algorithm 1.
# - C. Dwork, A. Roth: "The Algorithmic Foundations of Differential Privacy", 2014.
# - A. Wainakh et al.: "User-Level Label Leakage from Gradients in Federated Learning", PoPETs
#   2022, arXiv:2105.09369.
# - R. Shokri, M. Stronati, C. Song, V. Shmatikov: "Membership Inference Attacks Against Machine
#   Learning Models", IEEE S&P 2017, arXiv:1610.05820.
# - S. Yeom, I. Giacomelli, M. Fredrikson, S. Jha: "Privacy Risk in Machine Learning", CSF 2018,
#   arXiv:1709.01604. Loss thresholds, and the membership advantage.
# - B. Balle, Y.-X. Wang: "Improving the Gaussian Mechanism for Differential Privacy", ICML 2018,
#   arXiv:1805.06530. Theorem 8 is the closed form.
# - I. Mironov, K. Talwar, L. Zhang: "Rényi Differential Privacy of the Sampled Gaussian
#   Mechanism", 2019, arXiv:1908.10530.
# - A. Koskela, J. Jälkö, A. Honkela: "Computing Tight Differential Privacy Guarantees Using FFT",
#   AISTATS 2020, arXiv:1906.03049. Privacy loss distributions.
# - Y.-X. Wang, B. Balle, S. Kasiviswanathan: "Subsampled Rényi Differential Privacy and Analytical
#   Moments Accountant", AISTATS 2019, arXiv:1808.00087. Cohorts without replacement.
# - G. Andrew, O. Thakkar, H. B. McMahan, S. Ramaswamy: "Differentially Private Learning with
#   Adaptive Clipping", NeurIPS 2021, arXiv:1905.03871.
# - G. Andrew et al.: "One-shot Empirical Privacy Estimation for Federated Learning", ICLR 2024,
#   arXiv:2302.03098. Audit clients, there called canaries.
# - M. Jagielski, J. Ullman, A. Oprea: "Auditing Differentially Private Machine Learning", NeurIPS
#   2020, arXiv:2006.07709.
# - S. Vadhan: "The Complexity of Differential Privacy", 2017. Groups: Lemma 2.2.
# - K. Bonawitz et al.: "Practical Secure Aggregation for Privacy-Preserving Machine Learning", CCS
#   2017.
