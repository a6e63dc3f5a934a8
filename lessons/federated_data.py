# %% [markdown] key="what_you_learn"
# After this lesson you can
#
# - open federated data, list its clients, and look at one client's examples;
# - say in which ways clients' data differ, and measure it on real writers;
# - make label skew to order with a Dirichlet distribution and read its heat map;
# - turn a client's examples into batches with `tf.data`, and say why the order of the steps
#   matters;
# - draw the cohort of a round and build the list of datasets that training takes.
#
# **You need** lesson {{centralized_training}}: the digits, the softmax model, and why lone writers' models fall short.
#
# **Why this lesson.** In federated learning the data is many small tables that may not be poured
# together, each the work of one person. Much of what is hard comes from there, so we look before
# we train.

# %% key="imports"
import collections
import itertools

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import data, exercises, plotting, preprocessing

ex = exercises.lesson("federated_data")

# %% [markdown] key="client_data"
# ## Client data
#
# TFF holds a federated data set in a `tff.simulation.datasets.ClientData`: a list of client ids,
# and for each id a dataset. A **client** is whoever owns a part of the data and keeps it: a
# phone, a hospital, or here a person who wrote digits on a sheet of paper.

# %% [markdown] key="teach_client_data" kind="instructor" minutes=9 saves=2
# **Ask the room.** "Which apps on your phone hold data that a model could learn from, and who is
# the client: the phone, the app or the person?" A good answer sees that a client is whoever keeps
# data of its own: one person with two phones is two clients, a family with one tablet is one.
#
# **What people get wrong.** They expect a table with a column for the client. There is none: all
# one has is an id and a stream. Nor can a dataset be indexed. After `iter`, many call `next` once
# for the label and once more for the pixels, and hold parts of two examples; the check says so.
#
# **When time is short.** Run the 40 digits and the label counts without a word. Keep the exercise:
# `cohort_data` at the end builds on reading one client.

# %% key="load"
train, test = data.load("digits")

print(
    f"{len(train.client_ids)} clients in train, {len(test.client_ids)} in test"
)
print(f"same clients in both: {train.client_ids == test.client_ids}")
print("ids:", ", ".join([*train.client_ids[:3], "...", train.client_ids[-1]]))

# %% [markdown] key="client_data_read"
# There are 14 writers, and each is a client in both parts: about four fifths of a writer's images
# are for training, the rest is held out. (Lesson {{federated_evaluation}} holds out whole writers as well.)
#
# Now one client. `create_tf_dataset_for_client` gives its examples as a `tf.data.Dataset`, a
# stream of one after another. Its `element_spec` says what an example looks like.

# %% key="one_client"
dataset = train.create_tf_dataset_for_client("writer_00")

for name, spec in dataset.element_spec.items():
    print(f"{name}: {spec.dtype.name} {spec.shape.as_list()}")

# %% [markdown] key="one_client_read"
# An example has a `label`, one integer (the empty list means no dimensions), and `pixels`, an
# image of 28 by 28 numbers. Federated EMNIST has the same two.
#
# ### Exercise: one example and its label
#
# **Your task.** Take the **first** example of `dataset`. Python's `iter` and `next` work on a
# dataset, and `.numpy()` gives a tensor's value in NumPy. Set
#
# - `first_example`: the dict that the dataset yields first;
# - `label`: the label as a Python `int`;
# - `pixels`: the image as a NumPy array, float32 [28, 28].
#
# The last line of the cell checks your answer and hands back values with which the notebook goes
# on. (It takes a tensor for `label` or `pixels` too, and hands back its value.) If you are stuck,
# run `ex.first_example.hint()` in a cell of its own, more than once if need be.

# %% key="ex_first_example" kind="exercise" exercise="first_example"
# blank: first_example = ...
# blank: label = ...
# blank: pixels = ...
first_example = next(iter(dataset))
label = int(first_example["label"].numpy())
pixels = first_example["pixels"].numpy()
# end blank
first_example, label, pixels = ex.first_example.check(
    (first_example, label, pixels)
)

# %% key="show_first_example"
print(f"label: {label}")
print(f"pixels: {pixels.dtype.name} {list(pixels.shape)}")
print(f"lowest {pixels.min():.2f}, highest {pixels.max():.2f}")
plotting.digits(pixels, label)

# %% [markdown] key="first_example_read"
# The first thing this writer wrote is a 0. Paper is 1 and ink goes down towards 0; the darkest
# pixel here is at 0.09. The edges are soft because the source has 8 by 8 pixels, enlarged to 20
# by 20 in a frame of paper.
#
# Now the first 40 examples of this client.

# %% key="forty_digits"
forty = next(dataset.batch(40).as_numpy_iterator())
plotting.digits(forty["pixels"], forty["label"])

# %% [markdown] key="forty_digits_read"
# Read it row by row: the labels run from 0 to 9 twice, then in a mixed order, that of the sheet
# which every writer copied, without the held-out images. The style is one person's: every 1 has an
# upstroke, every 7 a bar through its stem.
#
# How many examples of each label does a client have? Before you run the cell: all copied the same
# sheet, so how far apart will the bars be? Six clients:

# %% key="six_label_counts"
six = [
    "writer_02",
    "writer_03",
    "writer_06",
    "writer_07",
    "writer_08",
    "writer_12",
]
counts = data.label_counts(train)
plotting.label_counts({client_id: counts[client_id] for client_id in six})

# %% [markdown] key="six_label_counts_read"
# Each panel is one writer and each bar one digit. All have about ten of everything; the shortest
# bar is writer 12's, with seven 8s. So these clients hardly differ in *what* they wrote. Do they
# differ in *how*?

# %% [markdown] key="mean_images"
# ## Each client pulls its own way
#
# The **mean image** of a label is the average, pixel by pixel, of the client's images of that
# label. A stroke that stays in place comes out dark, one that wanders grey.
#
# The next cell reads every client's images, which only a simulation can. In a real federation
# neither you nor the server sees them.

# %% [markdown] key="teach_mean_images" kind="instructor" minutes=10 saves=5 slide="mean_distances"
# **Ask the room.** Before the distances: "These five look different. How would you find out whether
# that is more than chance?" A good answer needs something to compare with: the same writer twice.
# That is what the two halves are for.
#
# **What people get wrong.** They read the cosine of -0.06 as "these two fight". At a right angle a
# small step for one neither helps nor harms the other; harm would be a clearly negative number. And
# the number is for the weights of one label, at the zero model, for the first step only.
#
# **When time is short.** Show the figure and the sentence on client drift. Run the two cells of
# numbers, which later cells need, and leave them and the formula to be read at home. Lesson {{federated_averaging}} comes
# back to drift when it takes a round apart, and lesson {{make_it_your_own}} works against it.

# %% key="five_mean_images"
examples = {
    client_id: data.pool(train, [client_id]) for client_id in train.client_ids
}
five = ["writer_01", "writer_03", "writer_05", "writer_07", "writer_12"]
plotting.mean_images({client_id: examples[client_id] for client_id in five})

# %% [markdown] key="five_mean_images_read"
# Read it column by column. In column 0 the five images are alike. In column 1 they are not:
# writers 1 and 3 draw an upstroke, writer 5 a thick slanted bar, writer 12 a thin upright one, and
# writer 7 leans the stem the other way and puts a foot under it. In column 7, writer 3 is the one
# without a bar through the stem. Writer 12's 9 is a grey cloud: this person writes it now one way,
# now another.
#
# Is this more than chance? We compare the Euclidean distance of two writers' mean images with
# that of the mean images of two halves of *one* writer's examples. Before you run the cell: for
# which of the digits 0, 1 and 7 will two writers be furthest apart?


# %% key="mean_distances"
def mean_image(client_id, label, part=slice(None)):
    images, labels = examples[client_id]
    return images[labels == label][part].mean(axis=0)


odd, even = slice(0, None, 2), slice(1, None, 2)
pairs = list(itertools.combinations(train.client_ids, 2))
for digit in (0, 1, 7):
    apart = [
        np.linalg.norm(mean_image(a, digit) - mean_image(b, digit))
        for a, b in pairs
    ]
    halves = [
        np.linalg.norm(mean_image(c, digit, odd) - mean_image(c, digit, even))
        for c in train.client_ids
    ]
    a, b = pairs[int(np.argmax(apart))]
    print(
        f"{digit}: median of {len(pairs)} pairs {np.median(apart):.1f}",
        end=", ",
    )
    print(
        f"of one writer's halves {np.median(halves):.1f}; furthest {a}, {b}: "
        f"{max(apart):.1f}"
    )

# %% [markdown] key="mean_distances_read"
# For the digit 1, two writers are 4.1 apart in the median of all 91 pairs, and two halves of one
# writer's 1s only 1.2. For the 0 the two are closer: a circle leaves little room for style. The 7
# lies between. (A half is every other image, so that both halves come from the whole sheet. It has
# five images or so, which makes its mean noisier than that of ten: chance explains even less.)
#
# What does this do to a model? Take lesson {{centralized_training}}'s softmax model with all weights at zero. It answers
# 0.1 for every label. For cross-entropy, the gradient with respect to the sum of label $k$ is the
# probability given to $k$ minus $[y = k]$, which is 1 if the example shows a $k$ and 0 if not. Each
# sum is weights times $x$, and the step goes against the gradient. So a client's first step, on
# examples $x$ whose labels are $y$, moves the 784 weights of label $k$ along the mean of
# $([y = k] - 0.1)\,x$. With ten labels in equal shares that is a tenth of the difference **mean
# image of $k$ minus mean of all images**.
#
# The cosine of the angle between two clients' steps says whether they agree: 1 is the same
# direction, 0 a right angle. Predict from the figure of the mean images: writers 1 and 7 and their
# 1s, is their cosine near 1, near 0, or clearly below?


# %% key="first_steps"
def first_step(client_id, label):
    images, labels = examples[client_id]
    error = (labels == label) - 0.1
    return (error[:, None] * images.reshape(-1, 784)).mean(axis=0)


def cosine(a, b):
    return a @ b / (np.linalg.norm(a) * np.linalg.norm(b))


for other in ("writer_00", "writer_07"):
    angle = cosine(first_step("writer_01", 1), first_step(other, 1))
    print(f"weights of label 1, writer_01 and {other}: {angle:.2f}")
angles = [cosine(first_step(a, 1), first_step(b, 1)) for a, b in pairs]
print(f"median of all pairs: {np.median(angles):.2f}")

# %% [markdown] key="first_steps_read"
# Writers 0 and 1 agree well on what a 1 is: their cosine is 0.78. Writers 1 and 7 are almost at a
# right angle, -0.06: in the weights of label 1, a step that helps one does next to nothing for the
# other. The median over all pairs is 0.47. A server that averages such steps gets a compromise, and
# the more steps clients take before the average, the further they come apart. This is called
# **client drift**.
#
# Put other writers in the place of `writer_00` and `writer_07`. Can you find two who agree less?

# %% [markdown] key="non_iid"
# ## Three kinds of skew
#
# Data is **IID**, independent and identically distributed, if every example is drawn on its own
# from one and the same distribution. Client data is **non-IID**: each client has a distribution
# of its own. Three differences matter here.
#
# - **Feature skew**: the same label looks different from client to client (handwriting, cameras,
#   accents).
# - **Label skew**: clients have the labels in different shares (a children's ward, an eye
#   clinic).
# - **Quantity skew**: clients have different numbers of examples (a heavy user, a new one).
#
# Feature skew we have. Label skew we make with `data.label_skew`, which the next section
# explains. For quantity skew we build **client data of our own**: `TestClientData` takes a dict
# with the arrays of each client.

# %% [markdown] key="teach_non_iid" kind="instructor" minutes=10 saves=2 skips="source_description" slide="own_client_data"
# **Ask the room.** "Name a federation and say which of the three skews it has." Hospitals with
# scanners of different makers: feature. A keyboard in two languages: label and feature. Shops of a
# chain, large and small: quantity. Most have all three.
#
# **What people get wrong.** They take "non-IID" for "has other labels". The label counts of our
# writers are nearly equal, and the data is still far from IID: ask for the one number that shows it
# (the 60 %). They also take the heading "Are they 14 people?" for a fault of the data; it is how
# real data arrives, and it changes no result.
#
# **When time is short.** Cut "Are they 14 people?" Keep the figure and the function
# `label_distances`, which the next section uses.

# %% key="own_client_data"
images, labels = data.pool(train)
order = np.random.default_rng(0).permutation(len(labels))
sizes = {
    "client_a": 640,
    "client_b": 320,
    "client_c": 160,
    "client_d": 80,
    "client_e": 40,
}
# A sixth part comes out, the 159 images left over; zip drops it.
parts = np.split(order, np.cumsum(list(sizes.values())))

uneven = tff.simulation.datasets.TestClientData(
    {
        client_id: collections.OrderedDict(
            label=labels[part], pixels=images[part]
        )
        for client_id, part in zip(sizes, parts, strict=False)
    }
)
smallest = uneven.create_tf_dataset_for_client("client_e")
print(
    f"{len(uneven.client_ids)} clients; "
    f"client_e has {int(smallest.cardinality())} examples"
)

# %% [markdown] key="own_client_data_read"
# Every client has half as many examples as the one before, drawn from one mixed pool.
# `TestClientData` keeps everything in memory; for larger data,
# `ClientData.from_clients_and_tf_fn` takes the ids and a function from an id to its dataset.

# %% key="three_skews"
ones = {
    client_id: examples[client_id][0][examples[client_id][1] == 1][:4]
    for client_id in five
}
skewed = data.label_counts(data.label_skew(train, 5, alpha=0.2))
uneven_counts = data.label_counts(uneven)
plotting.skew_panels(
    ones, skewed, {c: int(n.sum()) for c, n in uneven_counts.items()}
)

# %% [markdown] key="three_skews_read"
# Left, feature skew: each row is one writer, and every image is a 1. Within a row they are mostly
# alike, between rows they differ. Middle, label skew: `client_04` has no 0, no 2 and no 6 (the
# orange zeros), a single 4 and a single 9, too few to see, and more than a third of its examples
# are 1s. Right, quantity skew: the first client has more examples than the other four together.
#
# ### Which of the three do our writers have?
#
# A number for each. For quantity, the smallest and the largest client. For labels, half the sum
# of the absolute differences between a client's label shares and those of all clients together:
# the share of its examples that would need another label to make the mix that of all.


# %% key="measure_skew"
def label_distances(counts):
    table = np.stack(list(counts.values()))
    shares = table / table.sum(axis=1, keepdims=True)
    return np.abs(shares - table.sum(axis=0) / table.sum()).sum(axis=1) / 2


totals = [int(n.sum()) for n in counts.values()]
mix = label_distances(counts)
print(f"quantity: {min(totals)} to {max(totals)} examples a client")
print(
    f"label: {100 * mix.mean():.0f} % from the mix of all, "
    f"at most {100 * mix.max():.0f} %"
)

# %% [markdown] key="recognise_writer"
# For features we ask: can one tell who wrote a held-out image? For each image of the test part we
# guess the writer whose mean image of that digit is nearest. Without feature skew no method would
# beat chance. Before you run the cell: how often will the guess be right, with 14 writers and a
# single digit to go by?

# %% key="measure_feature_skew" result=true
means = np.stack(
    [[mean_image(c, digit) for digit in range(10)] for c in train.client_ids]
)
distances, authors = [], []
for author, client_id in enumerate(test.client_ids):
    for image, digit in zip(*data.pool(test, [client_id]), strict=True):
        distances.append(np.linalg.norm(means[:, digit] - image, axis=(1, 2)))
        authors.append(author)
distances, authors = np.array(distances), np.array(authors)

recognised = np.mean(distances.argmin(axis=1) == authors)
print(f"{len(authors)} held-out images")
print(
    f"writer recognised: {100 * recognised:.0f} %, by chance {100 / 14:.0f} %"
)

# %% [markdown] key="measure_skew_read"
# Quantity hardly: 94 to 109 examples. Label hardly: 1 % off the mix of all on average, 3 % at most.
# Feature clearly: from a single digit the writer is found for 60 % of the images, where guessing
# finds 7 %. (Kairouz et al. tell two kinds of it apart: clients may differ in $p(x)$, what comes in
# at all, or in $p(x \mid y)$, how a given label looks. Our writers differ in both.)
#
# ### Are they 14 people?
#
# We cut the data where the sheet begins again. Its own description counts people.

# %% key="source_description"
from sklearn.datasets import load_digits

description = load_digits().DESCR
print(
    next(
        line
        for line in description.splitlines()
        if "copy of the test set" in line
    )
)
print(
    next(s for s in " ".join(description.split()).split(". ") if "people" in s)
)

told_apart = {}
for a, b in itertools.combinations(range(14), 2):
    both = (authors == a) | (authors == b)
    nearer = np.where(distances[both, a] < distances[both, b], a, b)
    told_apart[train.client_ids[a], train.client_ids[b]] = np.mean(
        nearer == authors[both]
    )
hardest = min(told_apart, key=told_apart.get)
median = np.median(list(told_apart.values()))
print(f"two writers told apart: median {100 * median:.0f} %", end=", ")
print(f"lowest {100 * told_apart[hardest]:.0f} % ({' and '.join(hardest)})")

# %% [markdown] key="source_description_read"
# Our images are that test set. The description counts 13 people in this part and the order shows
# 14 runs, so one person may have written two. Which two, if so, is not recorded. By mean images
# the median pair of writers is told apart in 91 % of its held-out images, and the most alike pair
# in 75 %. Nothing in the course depends on it: one person with two devices is two clients, too.

# %% [markdown] key="dirichlet"
# ## Label skew made to order
#
# The usual knob for label skew comes from Hsu, Qi and Brown: draw label shares for each client
# from a **Dirichlet distribution**, and deal the pooled examples out accordingly.
#
# A draw from a Dirichlet distribution over ten labels is ten shares that sum to one: a pie cut at
# random. Its parameter **alpha** says how evenly. At alpha = 1 all ways to cut are equally
# likely. Far below 1, most of the pie goes to a few large slices. Far above 1, all slices come
# out nearly equal. Before you run the cell: in which of its lines will one label have more than
# half?

# %% [markdown] key="teach_dirichlet" kind="instructor" minutes=9 saves=2 skips="three_pies" slide="three_heatmaps"
# **Ask the room.** Cover the titles of the three heat maps: "Which alpha is which, and what did you
# look at?" Then let everybody write down a guess for the exercise before anyone runs it.
#
# **What people get wrong.** They think of alpha as "how much skew" and get it the wrong way round:
# large alpha, little skew. They compare shades between figures whose colour scales differ. And they
# compare alphas between papers that define it in two ways, a factor of ten apart here.
#
# **When time is short.** Skip the pies and begin at the heat maps. Lesson {{make_it_your_own}} trains on clients made
# by `data.label_skew`, so its meaning has to be clear.

# %% key="three_pies"
for alpha in (0.1, 1, 100):
    for client, shares in enumerate(
        data.dirichlet_proportions(2, 10, alpha, seed=1)
    ):
        slices = " ".join(f"{100 * share:3.0f}" for share in shares)
        print(f"alpha {alpha:>5}, client {client}: {slices}  in %")

# %% [markdown] key="three_pies_read"
# Each line is one client and each number the share of a label, 0 to 9. At alpha 0.1 one or two
# labels take nearly all: label 1 makes up 88 % of the first client's examples. At alpha 1 there are
# large and small slices. At alpha 100 all are between 8 % and 12 %.
#
# `data.label_skew` takes such shares and deals our writers' images out to new clients, all of the
# same size, so that only the labels differ. Each heat map below is one deal: a row is a client, a
# column a label, a dark cell many examples.

# %% key="three_heatmaps"
alphas = (0.1, 1, 100)
partitions = {
    f"alpha = {alpha}": data.label_counts(data.label_skew(train, 10, alpha))
    for alpha in alphas
}
plotting.label_heatmaps(partitions)
for alpha, (name, partition) in zip(alphas, partitions.items(), strict=True):
    wanted = np.mean(
        (data.dirichlet_proportions(10, 10, alpha) >= 0.01).sum(axis=1)
    )
    dealt = np.mean([np.count_nonzero(n) for n in partition.values()])
    print(
        f"{name}: {100 * label_distances(partition).mean():.0f} % from the "
        "mix of all",
        end=", ",
    )
    print(f"{wanted:.1f} labels a client by its shares, {dealt:.1f} dealt")
print(f"{partition['client_00'].sum()} examples a client")

# %% [markdown] key="three_heatmaps_read"
# Left, alpha 0.1: a few dark cells in each row. More than half of `client_03`'s examples are 5s,
# and `client_06` has only four labels. Middle, alpha 1: rows have most labels, in shares that
# differ widely. Right, alpha 100: one pale blue all over. The distance from the mix falls from
# 54 % to 32 % to 9 %. It stays above zero, since 139 random draws hardly ever come out even.
#
# Two cautions. The shares are followed as far as the stock allows. At alpha 0.1 they give a client
# 3.8 labels on average (those of 1 % or more), and yet it was dealt 7.0. Whoever wants mostly 6s
# gets other labels when no 6 is left; and in column 9, which two clients wanted, what was left went
# to everybody, 6 or so each. And papers define alpha in two ways: ours is the parameter of each
# label, Hsu et al. spread theirs over all ten, so the same deal has ten times the alpha there.
#
# ### Exercise: which alpha?
#
# The next cell draws a deal whose alpha is one of the four `candidates`.
#
# **Your task.** Compare the picture with the three above, and set `my_alpha` to the candidate that
# you think made it. How many labels does a row have, and how large is its largest number? (Compare
# the numbers, not the blues: the colour scales differ.)

# %% key="mystery_picture"
from fl_course.exercises.federated_data.guess_alpha import mystery_deal

candidates = (0.1, 0.5, 2.0, 100.0)
mystery = data.label_counts(mystery_deal(train))
plotting.label_heatmap(mystery)

# %% key="ex_guess_alpha" kind="exercise" exercise="guess_alpha"
# One of the candidates.
# blank: my_alpha = ...
my_alpha = 0.5
# end blank
my_alpha = ex.guess_alpha.check(my_alpha)

# %% key="compare_guess"
other_deals = {
    f"alpha = {alpha:g}": data.label_counts(
        data.label_skew(train, 10, alpha, seed=8)
    )
    for alpha in (my_alpha, 2.0)
}
plotting.label_heatmaps({"the picture": mystery, **other_deals})
print(
    f"the picture: {100 * label_distances(mystery).mean():.0f} % from the mix "
    "of all"
)
for name, deal in other_deals.items():
    print(f"{name}: {100 * label_distances(deal).mean():.0f} %")

# %% [markdown] key="compare_guess_read"
# Left the picture, in the middle another deal with the same alpha: they are alike in kind, though
# not cell by cell, since the seed differs. Their distances from the mix, 43 % and 40 %, are close.
# Right, the next candidate up, at 28 %: every row has all ten labels, and few cells are dark.

# %% [markdown] key="preprocessing"
# ## From examples to batches
#
# A client trains on batches, and it may go through its data several times before it answers the
# server. One such pass is a **local epoch**. In TFF both are written into the dataset, in five
# steps:
#
# - `shuffle(buffer, seed)` draws the next element at random from a buffer that it keeps filled;
# - `repeat(epochs)` goes through the data again, once for each local epoch;
# - `batch(size)` puts consecutive elements together;
# - `map(function)` applies a function to each element, here to each batch;
# - `prefetch(1)` prepares the next batch while the model works on the current one; it changes
#   when work is done, never what comes out.
#
# Their order matters. Six numbers in place of images show how. Before you run the cell: in which of
# its three lines can a second epoch begin before the first is over, and with which numbers can the
# last line begin?

# %% [markdown] key="teach_preprocessing" kind="instructor" minutes=18 saves=2 skips="seed_of_shuffle" slide="shuffle_and_repeat"
# **Ask the room.** "Of these five steps, which two may change places without any harm?" A good
# answer says what each other swap would spoil. With batch before shuffle, the same neighbours stay
# together for ever. With repeat before shuffle, the epochs run into one another. With batch before
# repeat, each epoch may end in a batch that is not full. `prefetch` changes nothing that comes out.
# Of the other four only `map` and `batch` may swap, given a function that fits one example, and it
# costs time.
#
# **What people get wrong.** They write the map function for one example, and it fails on a batch.
# They fix the batch size, and it fails on the last batch. They write it in NumPy: it works on a
# batch that one holds in hand and not inside `map`. They think that a seed fixes one order; it
# fixes a sequence of orders.
#
# **When time is short.** Cut the cell on the seed of `shuffle`. The map function and the order of
# `x` and `y` have to stay: lesson {{federated_averaging}} reads the type that comes of them.


# %% key="shuffle_and_repeat"
def as_list(dataset):
    return [element.tolist() for element in dataset.as_numpy_iterator()]


numbers = tf.data.Dataset.range(6)
print("shuffle, repeat:", *as_list(numbers.shuffle(6, seed=2).repeat(2)))
print("repeat, shuffle:", *as_list(numbers.repeat(2).shuffle(12, seed=2)))
print("buffer of two:  ", *as_list(numbers.shuffle(2, seed=2)))

# %% [markdown] key="shuffle_and_repeat_read"
# Shuffle before repeat: all six numbers, then all six again in another order. Repeat before
# shuffle: epochs run into each other, and 0 comes twice in a row. We want true epochs, so we
# shuffle first.
#
# With a buffer of two the first number can only be 0 or 1: a small buffer mixes neighbours only.
# A buffer as large as the client's data mixes everything.
#
# Before you run the next cell: how many batches will its first line have, and its second?

# %% key="repeat_and_batch"
print("repeat, batch: ", *as_list(numbers.repeat(2).batch(4)))
print("batch, repeat: ", *as_list(numbers.batch(4).repeat(2)))
print("batch, shuffle:", *as_list(numbers.batch(2).shuffle(3, seed=0)))

# %% [markdown] key="repeat_and_batch_read"
# Repeat before batch: three batches of four, the middle one across the border of two epochs.
# Batch before repeat: every epoch ends in a short batch, so there are four. Each batch is one
# gradient step, and a short one is noisier. We repeat first.
#
# Batch before shuffle: whole batches change places, and the same examples stay together in every
# epoch. We shuffle first. And we map after batching: one call for 20 images in place of 20 calls.
#
# What does the seed of `shuffle` fix? Before you run the cell: which of its three lines will be
# equal?

# %% key="seed_of_shuffle"
shuffled = numbers.shuffle(6, seed=2)
print("one dataset, first pass: ", *as_list(shuffled))
print("one dataset, second pass:", *as_list(shuffled))
print("built again, first pass: ", *as_list(numbers.shuffle(6, seed=2)))

# %% [markdown] key="seed_of_shuffle_read"
# A sequence of orders, one for each pass. A second pass over the same dataset object gives the
# second order, the one that `repeat` gave its second epoch above. A dataset built again begins with
# the first.
#
# TFF builds it again for every call: it sends the worker the recipe of a dataset, and not the
# object that has been read. So a client meets its examples in the same order in every round, unless
# you make its dataset with the round's number as the seed. (In lesson {{averaging_by_hand}} a round that is run twice
# shows it.)

# %% [markdown] key="map_function_task"
# ### Exercise: the map function
#
# The model wants rows of 784 numbers and calls its input `x` and the label `y`.
#
# **Your task.** Write the function `to_model_input(batch)`, which `map` will apply to each batch:
#
# - it takes a dict of `pixels`, float32 [n, 28, 28], and `label`, int32 [n];
# - it returns a `collections.OrderedDict` (the cell after next shows why) of `x`, float32
#   [n, 784], and then `y`, int32 [n].
#
# `tf.reshape(tensor, [-1, 784])` works for any n. It must, because the last batch may be smaller.
# The 784 has to be known when `map` records the function, before there are values: TFF reads it
# there, for the type of a batch.


# %% key="ex_map_function" kind="exercise" exercise="map_function"
def to_model_input(batch):
    # blank: ...
    return collections.OrderedDict(
        x=tf.reshape(batch["pixels"], [-1, 784]), y=batch["label"]
    )
    # end blank


to_model_input = ex.map_function.check(to_model_input)

# %% [markdown] key="why_ordered"
# `tff.learning` looks for the names `x` and `y`. Why ordered? In TFF the order of names is a part
# of the type. We compare with the same two things the other way round.


# %% key="order_in_types"
def the_other_way_round(batch):
    return collections.OrderedDict(reversed(to_model_input(batch).items()))


batches = dataset.batch(20)
yours = tff.types.tensorflow_to_type(batches.map(to_model_input).element_spec)
other = tff.types.tensorflow_to_type(
    batches.map(the_other_way_round).element_spec
)
print(f"yours: {yours.compact_representation()}")
print(f"other: {other.compact_representation()}")
print(f"the other may stand in for yours: {yours.is_assignable_from(other)}")

# %% [markdown] key="order_in_types_read"
# Read yours aloud: `x`, a float32 tensor of any number of rows, `?`, with 784 columns; then `y`,
# any number of int32 labels. A number in place of the first `?` would break on the last, shorter
# batch. Both types hold the same tensors, and TFF still does not take one for the other. (A plain
# dict would do here, but only because `x` and `y` happen to be in alphabetical order: TFF refuses
# datasets of plain dicts whose keys are not. With an `OrderedDict` the order is yours.)
#
# Now all five steps, for one client and five local epochs.

# %% key="client_pipeline"
LOCAL_EPOCHS, BATCH_SIZE, BUFFER = 5, 20, 1000

batches = (
    dataset.shuffle(BUFFER, seed=0)
    .repeat(LOCAL_EPOCHS)
    .batch(BATCH_SIZE)
    .map(to_model_input)
    .prefetch(1)
)
first_batch = next(batches.as_numpy_iterator())
for name, values in first_batch.items():
    print(f"{name}: {values.dtype.name} {list(values.shape)}", end=", ")
    print(f"{values.min():.2g} to {values.max():.2g}")
print("labels:", *first_batch["y"].tolist())

# %% [markdown] key="client_pipeline_read"
# Check a batch before you train on it. Names and order: `x`, then `y`. Types: float32 and int32.
# Shapes: 20 rows of 784 pixels, 20 labels. Range: pixels from 0 to 1, labels no lower than 0 and no
# higher than 9; these 20 go up to 8, since there is no 9 among them. And the labels no longer count
# up: the shuffle works.
#
# `preprocessing.preprocess` does the same in one call. Does it?

# %% key="same_as_helper"
helper = preprocessing.preprocess(
    dataset, epochs=LOCAL_EPOCHS, batch_size=BATCH_SIZE, seed=0
)
helper_batch = next(helper.as_numpy_iterator())

for name, values in first_batch.items():
    print(
        f"{name} equal in the first batch: "
        f"{np.array_equal(values, helper_batch[name])}"
    )

# %% [markdown] key="same_as_helper_read"
# The first batches agree in every pixel: same steps, same seed. The helper leaves `prefetch` out,
# as images in memory give nothing to wait for.

# %% [markdown] key="cohorts"
# ## The cohort of a round
#
# In each round the server picks some of the clients, the **cohort**. A dozen hospitals can all take
# part in every round. Phones cannot: of a million, only those that are idle, charging and on an
# unmetered network take part (Bonawitz et al.), and asking all of those would cost more than it
# teaches. Which clients come is partly chance.
#
# We draw ten of the 14 writers a round. Our draw is **seeded**: the same seed and round always
# give the same cohort. When two algorithms are compared over the same cohorts, a difference comes
# from the algorithms and not from the draw.

# %% [markdown] key="teach_cohorts" kind="instructor" minutes=11 saves=1 skips="count_batches"
# **Ask the room.** "Phones take part when they charge. Who is missing from a cohort that is drawn
# at three in the afternoon?" A good answer: whole time zones and ways of life, so the draw is not
# uniform, and no seed mends that.
#
# **What people get wrong.** They pour the cohort's data into one dataset, which is centralized
# training again. They take `train.client_ids` in place of `cohort`, or make one client's dataset
# ten times in a loop. They forget `epochs`, and would wonder in lesson {{federated_averaging}} why so little is learned.
#
# **When time is short.** Skip the cell that counts batches and name its range: 24 to 28 steps a
# client. Leave time for the second question under *To talk about*; it prepares lesson {{make_it_your_own}}.

# %% key="sample_cohorts"
rounds = [
    data.sample_clients(train.client_ids, 10, seed=0, round_num=round_num)
    for round_num in range(10)
]
plotting.cohorts(rounds, train.client_ids, start=0)
again = data.sample_clients(train.client_ids, 10, seed=0, round_num=0)
print(f"round 0 drawn again is the same: {again == rounds[0]}")
print(
    f"rounds 0 and 1 share {len(set(rounds[0]) & set(rounds[1]))} of 10 clients"
)

# %% [markdown] key="sample_cohorts_read"
# Each column is a round, each filled cell a client that takes part. The cohort changes from round
# to round: rounds 0 and 1 share 8 of their 10 clients. The totals at the right run from 5 to 9:
# chance gives some writers more say.
#
# ### Exercise: the cohort's data
#
# A round takes a Python **list of datasets**, one for each client of the cohort, in the same
# order.
#
# **Your task.** Set `cohort_data` to that list for `cohort`: for each id the client's dataset from
# `train`, through `preprocessing.preprocess` with `LOCAL_EPOCHS` epochs and batches of
# `BATCH_SIZE`. Leave `cohort` itself as the cell's first line draws it.

# %% key="ex_cohort_data" kind="exercise" exercise="cohort_data"
cohort = data.sample_clients(train.client_ids, 10, seed=0, round_num=0)
# blank: cohort_data = ...
cohort_data = [
    preprocessing.preprocess(
        train.create_tf_dataset_for_client(client_id),
        epochs=LOCAL_EPOCHS,
        batch_size=BATCH_SIZE,
    )
    for client_id in cohort
]
# end blank
cohort_data = ex.cohort_data.check(cohort_data, cohort=cohort)

# %% key="count_batches"
for client_id, client_batches in zip(cohort, cohort_data, strict=True):
    lengths = [len(batch["y"]) for batch in client_batches.as_numpy_iterator()]
    print(f"{client_id}: {counts[client_id].sum()} examples", end=", ")
    print(f"{len(lengths)} batches, the last of {lengths[-1]}")

# %% [markdown] key="count_batches_read"
# Ten lines, ten clients. A client with $n$ examples streams $5n$ of them in batches of 20, which
# makes $\lceil 5n / 20 \rceil$ batches; the brackets mean rounding up, and the last batch may be
# short. A client with 100 examples takes 25 gradient steps before it answers the server. Here
# clients take 24 to 28. With quantity skew the gap is wide: of the clients we made above, the one
# with 640 examples would take 160 steps and the one with 40 would take 10.
#
# And this is the type of the list, as TFF sees it.

# %% key="cohort_type"
element = tff.types.tensorflow_to_type(cohort_data[0].element_spec)
cohort_type = tff.FederatedType(tff.SequenceType(element), tff.CLIENTS)
print(f"{len(cohort_data)} datasets: {cohort_type.compact_representation()}")

# %% [markdown] key="cohort_type_read"
# Read it from the inside out: batches of `x` and `y`; the star makes a sequence of them, one
# dataset; the braces and `@CLIENTS` say that each client has its own. This list goes to the
# training process in lesson {{federated_averaging}}.
#
# Your list is good for looking at, and one thing is left to do before training. `preprocess` was
# given no seed, so that all ten clients shuffle with the same one: writers who copied the sheet
# alike meet the same labels in the same order. `preprocessing.make_federated_data(train, cohort,
# epochs=5)` builds such a list in one call, with a shuffle seed of its own for each client. From
# round to round neither changes its seeds; if you want that, pass the round's number as `seed`.

# %% [markdown] key="emnist"
# ### Optional: thousands of writers
#
# Federated EMNIST has the digits of 3,383 writers and loads by name. At first use the cell needs a
# network, downloads about 170 MB and unpacks them to 4.7 GB in the folder `~/.tff`, which takes a
# few minutes. Expect the same names, types and shapes as ours. Loops over all clients take long
# there.

# %% key="load_emnist" kind="optional"
# 3,383 writers; at first use about 170 MB to download, and 4.7 GB on disk.
emnist_train, emnist_test = data.load("emnist")
print(f"{len(emnist_train.client_ids):,} clients")

emnist_client = emnist_train.create_tf_dataset_for_client(
    emnist_train.client_ids[0]
)
for name, spec in emnist_client.element_spec.items():
    print(f"{name}: {spec.dtype.name} {spec.shape.as_list()}")

first_writers = {
    c: data.pool(emnist_train, [c]) for c in emnist_train.client_ids[:5]
}
plotting.mean_images(first_writers)
print("examples:", *(len(labels) for _, labels in first_writers.values()))

# %% [markdown] key="questions" kind="questions"

# %% [markdown] key="summary"
# ## What you now know
#
# - `ClientData` is client ids and a `tf.data.Dataset` for each.
# - Clients differ by feature, label and quantity skew. Ours have feature skew: the writer of a
#   single digit is found in 60 % of cases, against 7 % by chance.
# - A client's first gradient step is made of its mean images: writers who shape a digit
#   differently pull the model in different directions.
# - A Dirichlet partition makes label skew to order: the smaller alpha, the fewer labels a client
#   has.
# - Shuffle, repeat, batch, then map to an ordered `x` and `y`: $\lceil 5n / 20 \rceil$ batches
#   for five local epochs.
# - A round takes a list of datasets, one for each client of its cohort.
#
# ## To talk about
#
# 1. Which skew do you expect among hospitals that share a model for X-ray images? Among phones
#    that learn to complete words? Which of it could the server measure without seeing the data?
# 2. A Dirichlet partition deals out one pool of images. What do real clients have that such
#    clients lack?
# 3. Phones take part when they charge at night. Whose data does the model see first, or never?
# 4. A client has ten times the examples of the others. Should it take ten times as many steps?
#
# ## Further reading
#
# - E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
#   Repository, 1998, doi:10.24432/C50P49: our images.
# - T.-M. H. Hsu, H. Qi and M. Brown, "Measuring the Effects of Non-Identical Data Distribution
#   for Federated Visual Classification", 2019, arXiv:1909.06335: the Dirichlet partition.
# - P. Kairouz, H. B. McMahan et al., "Advances and Open Problems in Federated Learning",
#   Foundations and Trends in Machine Learning, 2021, arXiv:1912.04977: section 3 on non-IID data.
# - S. Caldas et al., "LEAF: A Benchmark for Federated Settings", 2018, arXiv:1812.01097:
#   federated EMNIST and other data with natural clients.
# - K. Bonawitz et al., "Towards Federated Learning at Scale: System Design", MLSys 2019,
#   arXiv:1902.01046: who takes part in a round, and when.
