# %% [markdown] key="what_you_learn"
# After this lesson you can
#
# - find out whether a fault touches all devices a little or some devices wholly, without asking any
#   device for its number;
# - write a federated GAN in Federated Core: discriminators at the clients, the generator at the
#   server, two models in one state;
# - use two such GANs to see a fault in data that nobody may look at, and back what you see by a
#   measurement;
# - say what clipping and noise cost the pictures, and in which order things are lost;
# - name each algorithm of this course with what it moves, what it protects and what it costs.
#
# **You need** Federated Core from [lesson {{federated_core}}](federated_core.ipynb), the client's
# update from [lesson {{averaging_by_hand}}](averaging_by_hand.ipynb), and the private mean from
# [lesson {{measuring_privacy}}](measuring_privacy.ipynb).
#
# **Why this lesson.** Whoever trains a model looks at examples, all the time: what does a wrong one
# look like? In federated learning nobody may. So one learns to make examples that look like those
# that cannot be seen.

# %% key="imports"
import collections
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import (
    aggregation,
    algorithms,
    data,
    exercises,
    plotting,
    preprocessing,
    privacy,
)

ex = exercises.lesson("images_unseen")

# %% [markdown] key="complaint"
# ## The accuracy has fallen
#
# A model reads digits on 56 devices, four for each of the 14 writers (pseudo-clients of lesson
# {{scaling_out}}: the writers' images, moved by up to a pixel). It was trained by Federated
# Averaging, and it works. Then the app is updated, and the mean accuracy over all devices falls.
#
# The next cell plays the world: it trains the model, and in some of the apps it plants a fault.
# After that you are the server, and the server has no images; where a cell plays the devices once
# more, it says so. **Read the cell only down to the line of comment in its middle** if you want to
# find the fault by yourself.

# %% [markdown] key="teach_complaint" kind="instructor" minutes=9 saves=2
# **Ask the room.** You may ask each device for one number. Which one? (Collect five answers on the
# board. Most are guesses at what the fault is: the mean pixel, the number of labels. The lesson is
# about faults that one has not thought of.)
#
# **What people get wrong.** They would ask ten users to send in a screenshot. Say why that is no
# answer: the users are patients, or the images are letters.
#
# **When time is short.** Run the cells up to the figure of the accuracies.

# %% key="world"
train, test = data.load("digits")
writers = aggregation.stack_clients(
    [data.pool(train, [name]) for name in train.client_ids]
)
model = aggregation.train_rounds(
    writers, rule=aggregation.mean(), num_rounds=50, learning_rate=0.3
)[-1]


def recognised(images, labels):
    """The share of images that the model reads as their labels say."""
    return np.mean(aggregation.predict(model, images) == labels)


devices = data.pseudo_clients(train, 56, seed=1)
images_on = {name: data.pool(devices, [name]) for name in devices.client_ids}
before = np.mean([recognised(*examples) for examples in images_on.values()])

# ---- Stop reading here: below, the fault is planted. ----


def fault(batch):
    return collections.OrderedDict(x=1 - batch["x"], y=batch["y"])


batches_on = dict(
    zip(
        devices.client_ids,
        preprocessing.make_federated_data(
            devices, devices.client_ids, batch_size=20
        ),
        strict=True,
    )
)
for name in (
    np.random.default_rng(3).permutation(devices.client_ids)[:20].tolist()
):
    images, labels = images_on[name]
    images_on[name] = (1 - images, labels)
    batches_on[name] = batches_on[name].map(fault)

accuracies = {
    name: np.float32(recognised(*examples))
    for name, examples in images_on.items()
}
after = np.mean(list(accuracies.values()))
print(
    f"mean accuracy over {len(accuracies)} devices: "
    f"{100 * before:.0f} % before the update"
)
print(f"and {100 * after:.0f} % after it")

# %% [markdown] key="all_or_some"
# ## All a little, or some wholly?
#
# A mean cannot tell. It may be that every device reads a third of its images wrongly, or that a
# third of the devices read nothing. A list of 56 accuracies would tell, and it would tell more than
# anybody should know: that of each single device. A **histogram** is enough: how many devices lie
# between 0 and 10 %, how many between 10 and 20 %, and so on. It is a sum over the devices, if each
# of them hands in ten numbers, nine zeros and a one. Under the masks of lesson {{secure_sums}}, the
# server would get the sum and nothing else.
#
# ### Exercise: a histogram of clients
#
# **Your task.** Write `histogram`, a `tff.federated_computation` of one argument: accuracies at the
# clients, `float32`, each from 0 to 1. Its result is at the server, `int32[10]`: how many clients
# have an accuracy of at least 0 and below 0.1, of at least 0.1 and below 0.2, and so on; the last
# number counts those from `0.9` up, 1.0 with them. No accuracy may leave its client. Our engine has
# no secure sum, so take `tff.federated_sum`, and think of the masks. Put computations and functions
# in the place of the line with the dots.


# %% key="ex_histogram" kind="exercise" exercise="client_histogram"
# blank: histogram = ...
@tff.tensorflow.computation(np.float32)
def one_of_ten(accuracy):
    place = tf.minimum(tf.cast(10 * accuracy, tf.int32), 9)
    return tf.one_hot(place, 10, dtype=tf.int32)


@tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
def histogram(client_accuracies):
    return tff.federated_sum(tff.federated_map(one_of_ten, client_accuracies))


# end blank

histogram = ex.client_histogram.check(histogram)

# %% key="histogram_figure"
counts = np.asarray(histogram(list(accuracies.values())))
print(
    "devices from 0 to 10 %, from 10 to 20 %, ...:",
    *(f"{count}" for count in counts),
)
plotting.label_counts(
    {"all": counts.tolist()},
    label_names=[f"{10 * k}" for k in range(10)],
    columns=1,
    panel_title="{total} devices",
    x_label="accuracy on the device, from ... % up",
    y_label="devices",
    title="What the server may know of the accuracies",
)

# %% [markdown] key="read_histogram"
# Two heaps, and nothing between. 20 devices read next to nothing, below 10 %; the other 36 are
# where they were, at the right end. So the fault is one of some devices, and there it is complete.
# The server could not know that from the mean; it knows now, and of no device which heap it is in.
#
# What is the fault? All that can be said is where to look: at the images of the 20. Each device
# compares its own accuracy with a threshold that the server sends, 50 %, and joins one of two
# groups. The server learns of a device one bit, and that only when it takes part. (The next cell
# plays the devices once more: each of them compares.)

# %% key="groups"
groups = {
    "high": [name for name, accuracy in accuracies.items() if accuracy >= 0.5],
    "low": [name for name, accuracy in accuracies.items() if accuracy < 0.5],
}
print(
    ", ".join(
        f"{name}: {len(members)} devices" for name, members in groups.items()
    )
)

# %% [markdown] key="gan"
# ## Two networks that play against each other
#
# A **generative adversarial network** (Goodfellow and others) learns to make examples like those
# that it is trained on. The **generator** makes an image of random numbers. The **discriminator**
# looks at an image and gives a score: the larger, the more it takes the image for a real one. The
# discriminator learns to tell real images from made ones; the generator learns to be taken for
# real.
#
# Now look at who needs what. The discriminator has to see real images. **The generator never sees
# any.** All it learns comes to it through the discriminator: which way would this image have to
# change, for its score to grow? That is how Augenstein and others divide the work: discriminators
# learn at the clients, where the images are, by Federated Averaging; the generator learns at the
# server.
#
# `algorithms.dense_gan` gives two small networks. Both are told the label: the generator paints a 3
# when it is asked for a 3, and the discriminator has a score for each label and gives that of the
# label asked for.

# %% [markdown] key="teach_gan" kind="instructor" minutes=20 saves=5
# **Ask the room.** The generator has never seen a digit. Where do the strokes come from? (From the
# discriminator's gradient by the image. Draw the arrow: score, image, generator's weights.)
#
# **What people get wrong.** They minimise the generator's part of the discriminator's loss with the
# sign turned, which is right on paper and hardly learns. Let them compute both slopes at a score of
# minus 10: one is 0.00005, the other 1.
#
# **When time is short.** Give `discriminator_loss` and let them write `generator_loss`.

# %% key="networks"
gan = algorithms.dense_gan(seed=0)
generator = tuple(map(tf.constant, gan.generator))
discriminator = tuple(map(tf.constant, gan.discriminator))

labels = tf.range(20) % 10
noise = algorithms.make_noise(gan, 20, 0, 1)
made = gan.generate(generator, noise, labels)
scores = gan.discriminate(discriminator, made, labels)
for name, parts in [("generator", generator), ("discriminator", discriminator)]:
    print(f"{name}: {sum(int(tf.size(part)) for part in parts):,} parameters")
print(
    f"{gan.noise_size} random numbers and a label make {made.shape[1]} pixels; "
    "one score each:"
)
print(f"images {made.shape.as_list()}, scores {scores.shape.as_list()}")

# %% [markdown] key="task_discriminator_loss"
# A score $s$ is a logit: the discriminator takes the image for real with probability
# $\sigma(s) = 1 / (1 + e^{-s})$. Its loss is the cross-entropy of real images, whose answer should
# be 1, plus that of made ones, whose answer should be 0:
#
# $$ L_D = -\,\text{mean} \log \sigma(s_\text{real}) -
# \text{mean} \log (1 - \sigma(s_\text{made})) $$
#
# ### Exercise: the discriminator's loss
#
# **Your task.** Write `discriminator_loss(real_scores, made_scores)`. Both arguments are float32
# tensors of scores, of any lengths, which may differ. The result is one number, $L_D$, each of
# the two means taken over its own scores. Scores may be as large as 100 or as small as -100, and
# the result must be right there, too: `tf.nn.softplus(s)` is $\log(1 + e^s)$, computed with care.
# Use TensorFlow's functions, since gradients have to pass through.


# %% key="ex_discriminator_loss" kind="exercise" exercise="discriminator_loss"
def discriminator_loss(real_scores, made_scores):
    # blank: ...
    of_real = tf.reduce_mean(tf.nn.softplus(-real_scores))
    of_made = tf.reduce_mean(tf.nn.softplus(made_scores))
    return of_real + of_made
    # end blank


discriminator_loss = ex.discriminator_loss.check(discriminator_loss)

# %% [markdown] key="task_generator_loss"
# What should the generator minimise? One could take the second part with its sign turned,
# $\text{mean} \log (1 - \sigma(s))$. But in the beginning the discriminator sees through every
# image, all scores are far below zero, and there this function is flat: its slope is
# $-\sigma(s)$, about zero. Goodfellow and others let the generator minimise
#
# $$ L_G = -\,\text{mean} \log \sigma(s_\text{made}) $$
#
# instead. It wants the same, and is steepest where the generator is worst: its slope there is
# about $-1$.
#
# ### Exercise: the generator's loss
#
# **Your task.** Write `generator_loss(made_scores)`. The argument is a float32 tensor of scores of
# any length, from -100 to 100. The result is one number, $L_G$. Use TensorFlow's functions.


# %% key="ex_generator_loss" kind="exercise" exercise="generator_loss"
def generator_loss(made_scores):
    # blank: ...
    return tf.reduce_mean(tf.nn.softplus(-made_scores))
    # end blank


generator_loss = ex.generator_loss.check(generator_loss)

# %% key="losses_at_zero"
zeros = tf.zeros(20)
print(
    f"no idea at all: discriminator {discriminator_loss(zeros, zeros):.2f}",
    end=", ",
)
print(f"generator {generator_loss(zeros):.2f}")
for score in (-10.0, 0.0):
    s = tf.constant([score])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(s)
        turned = tf.math.log(1 - tf.sigmoid(s))
        ours = generator_loss(s)
    slopes = tape.gradient(turned, s)[0], tape.gradient(ours, s)[0]
    print(f"score {score:g}: slopes {slopes[0]:.5f} and {slopes[1]:.5f}")

# %% [markdown] key="read_losses"
# Where all scores are 0, the losses are 1.39 and 0.69, twice and once the logarithm of 2: the
# discriminator guesses. Keep the first number in mind. **A discriminator whose loss stays not far
# below it has an opponent who is nearly as good.** In the last two lines the slopes: at a score of
# -10 the loss with the turned sign tells the generator next to nothing, ours tells it all.
#
# ## At the client
#
# In a round, a client gets both networks. For each batch of its own images it makes as many images
# of the same labels, and takes a step of the discriminator. What goes back is the discriminator's
# update, and nothing of the generator's.
#
# There is one thing more. A discriminator that is too sure of itself has cliffs: the score jumps
# between real and made images, and a generator on the plain below the cliff feels no slope. So the
# clients add a **gradient penalty** to the loss: half of the mean squared length of the score's
# gradient by the pixels, at the real images (Mescheder and others call it R1). It makes
# discriminators with steep scores pay. What happens without it, we shall see.

# %% [markdown] key="teach_client" kind="instructor" minutes=20 saves=8
# **What people get wrong.** They train the generator at the client as well. It would work; but
# what is sent would be more, and all of it would have to be clipped and noised. Here one of two
# models leaves the clients.
#
# **Ask the room.** Why two tapes, one in the other? (The penalty holds a gradient, and training
# needs the gradient of that.)
#
# **When time is short.** The loop is that of lesson {{averaging_by_hand}}: show the solution.


# %% key="client_parts"
CLIENT_RATE, PENALTY = 0.1, 1.0


def make_images(generator, labels, round_num):
    """As many images as labels; each round has new noise, the same at all."""
    noise = algorithms.make_noise(gan, tf.shape(labels)[0], round_num, 0)
    return gan.generate(generator, noise, labels)


def discriminator_gradients(discriminator, batch, made):
    """Gradients of the loss with its penalty, one for each of the weights."""
    images, labels = batch["x"], batch["y"]
    with tf.GradientTape() as tape:
        tape.watch(discriminator)
        with tf.GradientTape() as inner:
            inner.watch(images)
            real_scores = gan.discriminate(discriminator, images, labels)
        slopes = inner.gradient(real_scores, images)
        steepness = tf.reduce_mean(tf.reduce_sum(slopes**2, axis=1))
        made_scores = gan.discriminate(discriminator, made, labels)
        loss = (
            discriminator_loss(real_scores, made_scores)
            + 0.5 * PENALTY * steepness
        )
    return tape.gradient(loss, discriminator)


# %% [markdown] key="task_client"
# ### Exercise: the client's discriminator
#
# **Your task.** Write `client_discriminator(generator, discriminator, dataset, round_num)`.
#
# - `generator` and `discriminator` are the server's, tuples of float32 tensors; `dataset` is the
#   client's batches, with `"x"` and `"y"`; `round_num` is an int32.
# - Go through the dataset once and in its order, with `for batch in dataset`. For each batch make
#   images of its labels with `make_images`, and take one step of gradient descent with
#   `discriminator_gradients` and the rate `CLIENT_RATE`. The first step starts from the server's
#   discriminator, each further one from where the last one ended. `make_images` gets `round_num` as
#   it is: the noise is the same for all batches of a round.
# - The result is a tuple: the trained discriminator **minus** the server's. The generator stays as
#   it is.
#
# TFF has to record it: TensorFlow operations only, no `.numpy()`, and the weights stay a tuple in
# every turn of the loop, as in lesson {{averaging_by_hand}}.


# %% key="ex_client" kind="exercise" exercise="client_discriminator"
def client_discriminator(generator, discriminator, dataset, round_num):
    # blank: ...
    weights = discriminator
    for batch in dataset:
        made = make_images(generator, batch["y"], round_num)
        gradients = discriminator_gradients(weights, batch, made)
        weights = tuple(
            w - CLIENT_RATE * g for w, g in zip(weights, gradients, strict=True)
        )
    return tuple(
        w - w_server for w, w_server in zip(weights, discriminator, strict=True)
    )
    # end blank


client_discriminator = ex.client_discriminator.check(client_discriminator)

# %% key="one_client"
# The cell plays one of the devices: the server sees neither its images nor its
# scores.
first = groups["high"][0]
update = client_discriminator(generator, discriminator, batches_on[first], 0)
trained = tuple(w + u for w, u in zip(discriminator, update, strict=True))
batch = next(iter(batches_on[first]))
made = make_images(generator, batch["y"], 0)
for name, weights in [
    ("the server's", discriminator),
    ("the client's", trained),
]:
    scores = [
        gan.discriminate(weights, images, batch["y"])
        for images in (batch["x"], made)
    ]
    print(f"{name} discriminator: loss {discriminator_loss(*scores):.2f}")
print(f"steps: {len(list(batches_on[first]))}")

# %% [markdown] key="read_one_client"
# Five steps, and this client's discriminator tells its images from the generator's, which are still
# mere noise. (In the experiments of Augenstein and others it is six steps at a client, and six of
# the generator.)
#
# ## At the server
#
# The server adds the mean update to its discriminator. Then it trains the generator against that
# new discriminator, for six steps with 40 made images each. Look at the arguments: no data.


# %% key="server_part"
SERVER_RATE = 0.2


def train_generator(generator, discriminator, round_num):
    labels = tf.range(40) % 10
    for number in range(1, 7):
        noise = algorithms.make_noise(gan, 40, round_num, number)
        with tf.GradientTape() as tape:
            tape.watch(generator)
            made = gan.generate(generator, noise, labels)
            loss = generator_loss(gan.discriminate(discriminator, made, labels))
        gradients = tape.gradient(loss, generator)
        generator = tuple(
            w - SERVER_RATE * g
            for w, g in zip(generator, gradients, strict=True)
        )
    return generator


# %% [markdown] key="computations_text"
# Now the computations. The state holds two models, and the number of the round, from which the
# noise is drawn.


# %% key="computations"
class State(NamedTuple):
    generator: Any
    discriminator: Any
    round_num: Any


@tff.tensorflow.computation
def server_init():
    weights = [
        tuple(map(tf.constant, parts))
        for parts in (gan.generator, gan.discriminator)
    ]
    return State(*weights, tf.constant(0))


state_type = server_init.type_signature.result
discriminator_type = state_type.discriminator
dataset_type = tff.SequenceType(
    tff.types.tensorflow_to_type(batches_on[first].element_spec)
)


@tff.tensorflow.computation(
    state_type.generator, discriminator_type, state_type.round_num, dataset_type
)
def client_fn(generator, discriminator, round_num, dataset):
    return tf.function(client_discriminator)(
        generator, discriminator, dataset, round_num
    )


@tff.tensorflow.computation(state_type, discriminator_type)
def server_fn(state, mean_update):
    discriminator = tuple(
        w + u for w, u in zip(state.discriminator, mean_update, strict=True)
    )
    generator = train_generator(
        tuple(state.generator), discriminator, state.round_num
    )
    return State(generator, discriminator, state.round_num + 1)


print("up:  ", client_fn.type_signature.result)
print("down:", state_type.generator, "too")

# %% [markdown] key="task_next"
# ### Exercise: one round
#
# **Your task.** Write `gan_next`, a `tff.federated_computation` of two arguments: the state, of
# type `state_type` at the server, and datasets, of type `dataset_type` at the clients. Each client
# gets the server's generator, discriminator and round number, and computes `client_fn` with its
# dataset. The server computes `server_fn` with its state and the **unweighted mean** of the
# clients' updates; that is the result, at the server.


# %% key="ex_next" kind="exercise" exercise="gan_next"
# blank: gan_next = ...
@tff.federated_computation(
    tff.FederatedType(state_type, tff.SERVER),
    tff.FederatedType(dataset_type, tff.CLIENTS),
)
def gan_next(state, client_data):
    generator = tff.federated_broadcast(state.generator)
    discriminator = tff.federated_broadcast(state.discriminator)
    round_num = tff.federated_broadcast(state.round_num)
    updates = tff.federated_map(
        client_fn, (generator, discriminator, round_num, client_data)
    )
    return tff.federated_map(server_fn, (state, tff.federated_mean(updates)))


# end blank

gan_next = ex.gan_next.check(gan_next)

# %% [markdown] key="package_text"
# `algorithms.build_federated_gan` is the same round as a process, with a place for an aggregator,
# which we need below. Do both agree?


# %% key="same_as_package"
def difference(state, other):
    """The largest difference of any weight of the two models."""
    pairs = [*zip(state.generator, other.generator, strict=True)]
    pairs += zip(state.discriminator, other.discriminator, strict=True)
    return max(np.abs(np.subtract(a, b)).max() for a, b in pairs)


process = algorithms.build_federated_gan(gan)
by_hand, of_package = server_init(), process.initialize()
cohort = [batches_on[name] for name in groups["high"][:3]]
for _ in range(2):
    by_hand = gan_next(by_hand, cohort)
    of_package = process.next(of_package, cohort)
print(
    "the same two models after 2 rounds, to 1e-5: "
    f"{difference(by_hand, of_package) < 1e-5}"
)

# %% [markdown] key="what_leaves"
# Read `gan_next` as a data officer would. One operator leads up, the mean, and what goes into it is
# of the discriminator's type. No image goes up, and no made image either; the generator only goes
# down. That is less than it sounds: a discriminator has been trained on images, so its update tells
# of them, as every update does (lesson {{measuring_privacy}}). We come back to that.
#
# ## What differs
#
# One GAN for the devices with high accuracy and one for those with low, 100 rounds each, ten
# devices in a round. Of each we keep the generator after some of the rounds. Before you run the
# cell: after which round will you see what is wrong?

# %% [markdown] key="teach_differs" kind="instructor" minutes=20 saves=4 skips="no_penalty" slide="two_gans"
# **Ask the room.** Cover the figure's lower rows. From which row on do they know the fault, and
# from which row on can they read a digit? (The fault long before. That is the point of the section
# on noise.)
#
# **What people get wrong.** They take the made images for somebody's. And they take the absence of
# something for a proof: the figure without the split cures that.
#
# **When time is short.** Leave out the run without a penalty.


# %% key="run"
KEPT = (0, 5, 10, 25, 50, 75, 100)


def run(next_fn, state, members, num_rounds=100):
    """Generators after the rounds of `KEPT`, by round."""
    kept = {0: state.generator}
    for round_num in range(1, num_rounds + 1):
        cohort = data.sample_clients(members, 10, seed=0, round_num=round_num)
        state = next_fn(state, [batches_on[name] for name in cohort])
        if round_num in KEPT:
            kept[round_num] = state.generator
    return kept


many_labels = np.arange(1000) % 10


def pictures(generator, count=1000):
    """Images of the labels 0 to 9 in turn, [count, 28, 28]."""
    noise = algorithms.make_noise(gan, count, 0, 1000)
    made = gan.generate(
        tuple(map(tf.constant, generator)), noise, many_labels[:count]
    )
    return made.numpy().reshape(-1, 28, 28)


generators = {
    name: run(gan_next, server_init(), groups[name]) for name in ("high", "low")
}

# %% key="two_gans"
rows = {
    name: {
        str(round_num): pictures(kept, 10)
        for round_num, kept in by_round.items()
    }
    for name, by_round in generators.items()
}
plotting.image_rows(
    {
        "GAN of the high devices": rows["high"],
        "GAN of the low devices": rows["low"],
    },
    x_label="labels 0 to 9",
    y_label="after round",
    title="Images of data that nobody has seen",
)

# %% [markdown] key="read_two_gans"
# From top to bottom the rounds. Both start from the same grey noise. On the left the paper gets
# white, and dark digits come out of it. On the right it gets black, and the digits are bright. **On
# the devices with low accuracy, the pixels are inverted.** After round 10 that can be seen, when no
# digit can be read yet; the digits come between round 25 and round 50.
#
# Nobody has looked at an image of a device to find that out. But we have *looked*, and people see
# what they expect. So we measure.
#
# ### Exercise: the share of inverted images
#
# Writers leave the border of an image blank. So the border is paper: near 1 where the image is in
# order, near 0 where it is inverted.
#
# **Your task.** Write `inverted_share(images)`. `images` is an array [n, 28, 28] of numbers from 0
# to 1, n at least 1. The **border** of an image is a frame, two pixels wide on each of its four
# sides; each pixel counts once. An image is **inverted** if the mean of its border is below 0.5.
# The result is the share of inverted images, a number from 0 to 1. The array stays as it is.


# %% key="ex_inverted" kind="exercise" exercise="inverted_share"
def inverted_share(images):
    # blank: ...
    border = np.ones((28, 28), bool)
    border[2:-2, 2:-2] = False
    return np.mean(images[:, border].mean(axis=1) < 0.5)
    # end blank


inverted_share = ex.inverted_share.check(inverted_share)

# %% key="measured" result=true
for name, by_round in generators.items():
    shares = [
        f"{100 * float(inverted_share(pictures(by_round[k]))):.0f}"
        for k in (10, 100)
    ]
    print(
        f"{name}: inverted, of 1,000 made images: "
        f"{shares[0]} % after round 10, ",
        end="",
    )
    print(f"{shares[1]} % after round 100")

# %% [markdown] key="read_measured"
# All of the one, none of the other. That is a finding about 1,000 **made** images, and so a
# hypothesis about the real ones. It can be tested, again without seeing one. If the pixels are
# inverted and nothing else is wrong, then the model should read the made images of the low group
# once they are turned back.


# %% key="turned_back"
def five_percents(share):
    """Percents in steps of five: the last digits of a training are luck."""
    return 5 * round(20 * float(share))


for name, by_round in generators.items():
    made = pictures(by_round[100])
    as_made, turned = (
        five_percents(recognised(m, many_labels)) for m in (made, 1 - made)
    )
    print(
        f"{name}: the model reads about {as_made} % as made, "
        f"{turned} % turned back"
    )

# %% [markdown] key="read_turned"
# It does. Turned back, images of the low group are read as well as those of the high group are as
# they come; as they come, none is read. What one does next is no longer machine learning: somebody
# reads the app's code for a place where pixels are inverted, and ships an update.
#
# (Do not read more into these numbers. The made digits are plainer than the real ones, of which
# the model reads 87 %: a GAN makes what is common, and leaves out what is rare.)
#
# ### What a GAN does not show
#
# Was it necessary to split the devices? Let us train a third GAN on all 56, of which 20 are
# inverted, that is 36 %. Before you run the cell: which share of its images will be inverted?

# %% key="unsplit"
everybody = run(process.next, process.initialize(), devices.client_ids)
plotting.image_rows(
    {
        "GAN of all devices": {
            str(k): pictures(everybody[k], 10) for k in (10, 50, 100)
        },
        "GAN of the low devices": {
            str(k): pictures(generators["low"][k], 10) for k in (10, 50, 100)
        },
    },
    x_label="labels 0 to 9",
    y_label="after round",
    title="Without the split",
)
made = pictures(everybody[100])
print(
    "devices that are inverted: "
    f"{100 * len(groups['low']) / len(accuracies):.0f} %"
)
print(
    f"made images that are inverted: {100 * float(inverted_share(made)):.0f} %"
)

# %% [markdown] key="read_unsplit"
# None. The generator found one way to please the discriminator, and dark digits on white are it: on
# 64 % of devices they pass. What a GAN leaves out is known as a **dropped mode**, and nothing in
# its losses tells of it. So:
#
# - What the images show is in the data, as a rule. What they do **not** show may be there all the
#   same.
# - Shares among made images are not shares among devices. Ask for counts, as in the histogram.
# - The split is half of the method. Where the two groups are mixed, by a threshold that is badly
#   chosen, the fault can vanish.
#
# And the penalty? The GAN of the high group once more, without it. What is drawn is the share of
# made images that the model reads as their labels.

# %% key="no_penalty"
bold = algorithms.build_federated_gan(gan, gradient_penalty=0.0)
without_penalty = run(bold.next, bold.initialize(), groups["high"])


def read_in(by_round):
    """The share of made images that the model reads, round by round."""
    return [
        (k, recognised(pictures(kept), many_labels))
        for k, kept in by_round.items()
        if k > 0
    ]


plotting.log_curves(
    {
        "with penalty": read_in(generators["high"]),
        "without penalty": read_in(without_penalty),
    },
    percent=True,
    x_label="after round",
    y_label="made images that the model reads",
    title="What the gradient penalty is for",
)

# %% [markdown] key="read_no_penalty"
# Without the penalty the dashed line is the faster one at first: at round 25 it is far ahead. Then
# it falls, and at round 100 most of its digits are gone. A curve that is good at one round is not a
# training that is stable. The penalty costs speed and buys that. It is one choice of several
# (clipped weights, noise on the pixels, other losses), and this is one run of one seed; that GANs
# without such a measure tend to run away is an old experience, and Mescheder and others say why.
#
# ## With clipping and noise
#
# The generator is made of discriminators, and these of images. To promise something to the users,
# the discriminators' updates go through the private mean of lesson {{measuring_privacy}}: each
# clipped to a norm of 0.2, Gaussian noise on the sum, and divided by ten. (In the first rounds they
# are longer; later on, 0.2 is about their length.)
# **The generator needs no noise of its own.** It is computed from what was released, without data:
# after-work on a private result stays private.
#
# We train the GAN of the low group with two noise multipliers, and compare with the one from above,
# which was neither clipped nor noised; it is called 0. Before you run the cell: what will the noise
# take first, the digits or the fault?

# %% [markdown] key="teach_noise" kind="instructor" minutes=16 saves=5
# **Ask the room.** Which epsilon would you need for this use, in which one looks at pictures for an
# afternoon and then deletes them? (A published generator lives for ever; one that is looked at by
# one team is another risk. The number does not know that.)
#
# **What people get wrong.** They read "the pictures are as good with noise" as "privacy is free".
# A later cell gives the epsilon that goes with it, on 20 devices.
#
# **When time is short.** Run the two cells and read the table of the summary instead.

# %% key="private"
CLIP_NORM = 0.2
noisy = {"0": generators["low"]}
for multiplier in (0.3, 1.0):
    aggregator = privacy.private_mean(CLIP_NORM, multiplier, 10, seed=1)
    private = algorithms.build_federated_gan(gan, aggregator=aggregator)
    noisy[f"{multiplier}"] = run(
        private.next, private.initialize(), groups["low"]
    )
for multiplier, by_round in noisy.items():
    made = pictures(by_round[100])
    print(
        f"noise {multiplier}: "
        f"inverted {100 * float(inverted_share(made)):.0f} %, "
        "read when turned back about "
        f"{five_percents(recognised(1 - made, many_labels))} %"
    )

# %% key="private_figure"
plotting.image_rows(
    {
        "the low devices, after 100 rounds": {
            multiplier: pictures(by_round[100], 10)
            for multiplier, by_round in noisy.items()
        }
    },
    x_label="labels 0 to 9",
    y_label="noise multiplier",
    title="What noise takes",
)

# %% [markdown] key="read_private"
# A multiplier of 0.3 takes hardly anything. At 1.0 the digits suffer: of those turned back the
# model reads far fewer. But **the fault stands**: every image is inverted. A fault that touches all
# pixels of all images is in every update, and adds up in the sum; the shape of a 7 is in a tenth of
# the images, and drowns sooner. So for finding such a fault one can afford noise with which nobody
# would like to publish the digits.
#
# What has been promised for that? The accountant of lesson {{measuring_privacy}}, for the training
# as it was, and for one with more devices. Noise in the mean is multiplier times norm, divided by
# the cohort: with a multiplier of 3 and 100 devices in a round it is as small as with 0.3 and ten.

# %% key="epsilons"
for multiplier, num_devices, cohort_size in (
    (0.3, 20, 10),
    (1.0, 20, 10),
    (3.0, 10_000, 100),
):
    epsilon = privacy.poisson_epsilon(
        multiplier, num_devices, cohort_size, 100, delta=1e-6, accountant="rdp"
    )
    noise_in_mean = multiplier * CLIP_NORM / cohort_size
    print(
        f"{cohort_size} of {num_devices:,} devices, noise {multiplier}: "
        f"in the mean {noise_in_mean:.3f}, epsilon {epsilon:.1f}"
    )

# %% [markdown] key="read_epsilons"
# For 20 devices neither number promises anything: lesson {{measuring_privacy}} said that for so few
# people no $\varepsilon$ is worth stating, and these two stand here as a warning. The last line has
# the noise in the mean of the first one, with which the pictures were as good as without, and an
# $\varepsilon$ of 0.2. That is a usual way of experimenting: few clients and little noise in the
# simulation, many clients and much noise in the field. It rests on an assumption that this lesson
# cannot check: that the mean of 100 such devices is as good a guide as that of ten. (The published
# experiments of Augenstein and others have 10 users a round, too, and a hundredth for multiplier.)
#
# Two remarks. Our cohorts have a fixed size, and the accountant assumes coins; see there. And
# group membership by accuracy is one more thing that the devices tell.

# %% [markdown] key="questions" kind="questions"

# %% [markdown] key="summary"
# ## What you now know
#
# - A histogram over clients is a sum of ones: it tells all-a-little from some-wholly, and no
#   client's number.
# - In a federated GAN the discriminators learn at the clients and the generator at the server. The
#   generator meets no data; only discriminator updates go up.
# - Two GANs, trained where the accuracy is high and where it is low, show what differs. What
#   one has seen is to be measured, and then tested: turned back, the images are read.
# - What a GAN does not show may be there. Without the split, the fault of 36 % did not show.
# - Noise takes the details first. A fault that is in all images lasts longer than the digits.
#
# ### The whole course, a line an algorithm
#
# Down is what every client gets, up is what leaves it; FC is Federated Core. "Protects" says what,
# or from whom, the algorithm by itself protects.
#
# | Algorithm | Down | Up | Protects | Costs | Where |
# | --- | --- | --- | --- | --- | --- |
# | Centralized training | – | data | nothing | all data in one place | lesson {{centralized_training}} |
# | Federated Averaging | model | update | data stay home | rounds; label skew | lessons {{federated_averaging}}, {{averaging_by_hand}} |
# | Federated evaluation | model | counts | data stay home | a mean hides the few | lesson {{federated_evaluation}} |
# | Sums and means in FC | question | numbers | data stay home | a round a question | lesson {{federated_core}} |
# | Gradient clipping | model | update | from broken clients | honest steps get shorter | lesson {{make_it_your_own}} |
# | FedAvgM, FedAdam | model | update | nothing more | server memory, tuning | lesson {{make_it_your_own}} |
# | FedProx | model | update | nothing more | tuning | lesson {{make_it_your_own}} |
# | Partial sums | model | update | nothing more | nothing | lesson {{scaling_out}} |
# | Sums for a table | question | sums | rows | small groups tell | lesson {{your_own_table}} |
# | Private mean | model | clipped update | each client | noise; many clients | lesson {{measuring_privacy}} |
# | Adaptive clipping | model, bound | update, a bit | each client | some budget | lesson {{measuring_privacy}} |
# | Secure sum | model | masked update | from the server | seeds, shares, integers | lesson {{secure_sums}} |
# | Median, trimmed mean, Krum | model | update | from some liars | rare clients | lesson {{secure_sums}} |
# | Compression | model | fewer bits | nothing more | rounding | lesson {{secure_sums}} |
# | Fine-tuning | model | nothing | what stays home | a model each | lesson {{personal_models}} |
# | FedPer, FedRep | common part | its update | what stays home | a head each | lesson {{personal_models}} |
# | SCAFFOLD, Mime Lite | model, state | update, state | nothing more | more bytes | lesson {{personal_models}} |
# | Federated k-means | centres | sums, counts | data stay home | groups made by luck | lesson {{personal_models}} |
# | q-FFL | model | update, loss | the worst served | accuracy of the many | lesson {{personal_models}} |
# | Counts, sketches | question | counts, bits | data stay home | an error | lesson {{counting_without_looking}} |
# | Randomized response | question | a flipped bit | each client | many clients | lesson {{counting_without_looking}} |
# | FedAvg over a network | model | update | the way, by TLS | processes, waiting | lesson {{flower_processes}} |
# | Federated GAN | two networks | one's update | from eyes | shows no rarities | lesson {{images_unseen}} |
#
# Read the column "protects" once more, from top to bottom. No line has it all, and most have
# nothing more than that the data stay where they are. What you build will be several lines put
# together, and what each of them protects you can now measure.
#
# ## To talk about
#
# 1. The server could have asked each device for the mean of its border pixels, and would have found
#    the fault in one round. When is a GAN worth 100 rounds?
# 2. Which faults would two such GANs not show? Think of one in the labels, and of one that touches
#    a single digit.
# 3. A writer has a very unusual 4, and is in every cohort. Could the generator paint it? How would
#    you find out, and what does the private mean promise?
# 4. Two generators are on your disk. Are they personal data? Who should decide that?
# 5. Take a training that you know from your work. Which lines of the table would you put together
#    for it, and what would still be unprotected?
#
# ## Further reading
#
# - S. Augenstein et al.: "Generative Models for Effective ML on Private, Decentralized Datasets",
#   ICLR 2020, arXiv:1911.06679. Algorithm 1, and the fault of this lesson on a larger data set; the
#   code is in Google Research's repository `federated`, folder `gans`.
# - I. Goodfellow et al.: "Generative Adversarial Nets", NIPS 2014, arXiv:1406.2661.
# - L. Mescheder, A. Geiger, S. Nowozin: "Which Training Methods for GANs do actually Converge?",
#   ICML 2018, arXiv:1801.04406. The gradient penalty.
# - T. Miyato, M. Koyama: "cGANs with Projection Discriminator", ICLR 2018, arXiv:1802.05637. How a
#   discriminator is told the label.
# - P. Kairouz et al.: "Advances and Open Problems in Federated Learning", 2021, arXiv:1912.04977.
#   The map of the field, for after this course.
