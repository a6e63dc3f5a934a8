# %% [markdown] key="what_you_learn"
# After this lesson you can
#
# - make client data out of a table of your own: a CSV file, or a pandas DataFrame;
# - compute count, mean and variance over several silos while every row stays where it is;
# - decide about missing values in each silo, and bring all features to one scale;
# - train a federated model on a table, and compare it with lone models and with a pooled one;
# - notice when an average of what silos report says the opposite of the truth;
# - deal out a table that has no clients.
#
# **You need** federated computations from [lesson {{federated_core}}](federated_core.ipynb), and
# rounds and cohorts from [lesson {{federated_averaging}}](federated_averaging.ipynb).
#
# **Why this lesson.** So far the data came along, in the form that the lessons wanted. Yours will
# be a table with gaps, texts, odd units and too few rows. Nothing here is special to penguins: the
# last section takes your file.

# %% key="imports"
import os

import numpy as np
import pandas as pd
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import data, exercises, models, plotting, preprocessing

ex = exercises.lesson("your_own_table")

# %% [markdown] key="the_file"
# ## The file
#
# The Palmer penguins: birds that Kristen Gorman and her colleagues measured on three islands near
# Palmer Station, Antarctica. The file is text, a line for each bird.

# %% key="first_lines"
file = data.penguins_file()
lines = file.read_text().splitlines()
for line in lines[:5]:
    print(line)
print(f"... {len(lines) - 1} birds")

# %% [markdown] key="read_first_lines"
# The first line names the columns. The fourth bird has `NA` where its measurements should be: it
# is there, and nobody could measure it. Gaps like this are in every table that was not made for a
# course.
#
# We imagine that each island keeps its own records and does not give them away. A client that is
# an institution with a table of its own, such as a hospital or a bank, is called a **silo**. As a
# rule, silos are few, they are always there, and each has many examples. That is another world
# than phones: nobody draws cohorts from three islands.

# %% [markdown] key="teach_the_file" kind="instructor" minutes=8 saves=3
# **What people get wrong.** They put every column into the features. The island would let a model
# guess the species without a look at the bird, and the year is the name of a season, not a
# quantity. Ask for each column: do I know it when I predict, and is it a quantity?
#
# **Ask the room.** Whose table do you have at work, and which column says whose row it is? (Keep
# the answers for the last section. Where no column does, the data are not federated yet.)
#
# **When time is short.** Skip the exercise on seasons: say that clients and label are names of
# columns, show its solution, and run its cell as it is.

# %% key="make_birds"
MEASURES = [
    "bill_length_mm",
    "bill_depth_mm",
    "flipper_length_mm",
    "body_mass_g",
]

birds = data.from_table(
    file,
    client="island",
    label="species",
    features=[*MEASURES, "sex"],
    missing="keep",
)
islands = birds.client_ids
species = list(birds.schema.classes)
entries = birds.schema.entries
print(birds.schema)
print(f"a bird is {birds.schema.num_features} numbers: {', '.join(entries)}")

# %% [markdown] key="read_make_birds"
# `from_table` takes a path or a DataFrame, and asks what no program can know: which column says
# whose row it is (`client`), and which one is to be predicted (`label`). The rest it infers, and
# the **schema** says what: three species are three classes, four columns are numbers, and `sex` is
# a category, for which a vector has one entry for each value: 1 for the one that it is, 0 for the
# other. Whatever was inferred wrongly can be said: `classes=`, `categories=`. We leave out `year`,
# which is the name of a season, and the island is no feature: by it, a model could guess the
# species without a look at the bird.
#
# `missing=` decides about rows with gaps. `"refuse"`, the default, stops and names the first;
# `"drop"` leaves such rows out; `"keep"` leaves NaN, "not a number", in the vector, and the
# decision to each silo. The result is client data, as in lesson {{federated_data}}.

# %% [markdown] key="task_seasons"
# ### Exercise: other clients, another question
#
# The same file can be cut otherwise. In which season was a bird measured, and what is its sex?
#
# **Your task.** Make `seasons`: client data out of the same file whose clients are the seasons,
# column `year`, and whose label is the `sex`, with the classes `female` and `male`, under these
# names and in this order, as they are inferred. The features are the four of `MEASURES`, in their
# order, as the file has them. Rows that lack a value are left out, and no others.

# %% key="ex_seasons" kind="exercise" exercise="seasons"
# blank: seasons = ...
seasons = data.from_table(
    file, client="year", label="sex", features=MEASURES, missing="drop"
)
# end blank
seasons = ex.seasons.check(seasons)

# %% key="count_seasons"
for season, (females, males) in data.label_counts(seasons).items():
    print(f"{season}: {females} females, {males} males")

# %% [markdown] key="each_island"
# Seasons are clients that are alike in the label: in each, half of the birds are female. Islands
# are not alike. What has each of them?

# %% [markdown] key="teach_each_island" kind="instructor" minutes=5 saves=1 slide="island_figure"
# **Ask the room.** Before the figure: a model trained on Torgersen alone, tested on Torgersen:
# what accuracy? (100 %, whatever it has learned. A constant answer is enough.)
#
# **What people get wrong.** They take label skew for something that has to be made, because lesson
# {{federated_data}} made it. Here nobody has made it: Gentoo penguins do not breed on Dream.
#
# **When time is short.** Show the figure, and run the cell on gaps without a word: later cells use
# its `tables`.

# %% key="island_figure"
counts = data.label_counts(birds)
plotting.label_heatmap(
    counts,
    label_names=species,
    x_label="species",
    y_label="island",
    colorbar_label="birds",
    title="Who lives where",
)

# %% key="gaps"
tables = {
    island: data.pool(birds, [island])[0].astype(np.float64)
    for island in islands
}
for island, table in tables.items():
    gaps = np.isnan(table).sum(axis=0)
    print(
        f"{island}: {len(table)} birds, {gaps[0]} without measurements, "
        f"{gaps[-1]} without sex"
    )

# %% [markdown] key="read_islands"
# A row of the figure is an island. Adelie penguins live on all three; Chinstraps on Dream only,
# Gentoos on Biscoe only. This is label skew as nature makes it: two islands know two species each,
# and Torgersen knows one. No island can learn to tell all three.
#
# The printed lines count the gaps. One bird on Biscoe and one on Torgersen have no measurements,
# and eleven birds have no sex.
#
# Before anything is computed, three in ten of each island's birds are put aside for testing, of
# each species in proportion.

# %% key="split"
train, test = data.split(birds, test_share=0.3, seed=0)
for island in islands:
    known, held_out = (
        len(data.pool(part, [island])[1]) for part in (train, test)
    )
    print(f"{island}: {known} birds to train on, {held_out} held out")

# %% [markdown] key="moments"
# ## Mean and variance without a row
#
# A body mass is thousands of grams, a bill's depth some millimetres. Gradient descent has trouble
# with such differences in size (we shall see how much), so one **standardizes**: each feature
# minus its mean, divided by its standard deviation. In one table, that is a line of pandas. But
# whose mean? No island can know the mean over all islands, and none shall hand over its table.
#
# It need not. Mean and variance can be worked out from three numbers for each feature, and each of
# them is a **sum**: how many values there are, what they add up to, and what their squares add up
# to. Sums of silos add up to the sum of all. This is lesson {{federated_core}}, put to use.

# %% [markdown] key="teach_moments" kind="instructor" minutes=22 saves=6
# **What people get wrong.** They send each silo's mean, and average. With counts as weights that
# is right for the mean, and wrong for the variance: the distance between the silos' means is
# missing from it. Sums need no such care, which is why one sends sums.
#
# **Ask the room.** What does the server learn about Torgersen? (From a sum of three, not its sums;
# but Biscoe and Dream together can subtract theirs. Sums hide a silo among the others, and three
# are few.)
#
# **When time is short.** Give the second exercise as a formula on the board. Keep the first: it is
# what a silo computes.

# %% [markdown] key="task_silo_sums"
# ### Exercise: what a silo hands in
#
# **Your task.** Write `silo_sums(table)`. `table` is a float64 tensor [n, columns], with any
# number of columns and of rows: how many rows is unknown while TFF records your code. NaN stands
# where a value is missing. The result is three tensors [columns], in a tuple, a list or stacked:
# in each column how many values are known (integers or floats), their sum, and the sum of their
# squares (float64, and computed in float64). What is missing counts for none of the three. Where
# nothing in a column is known, all three are 0. Use TensorFlow's functions, since TFF has to record
# your code.


# %% key="ex_silo_sums" kind="exercise" exercise="silo_sums"
def silo_sums(table):
    # blank: ...
    known = ~tf.math.is_nan(table)
    values = tf.where(known, table, 0.0)
    count = tf.reduce_sum(tf.cast(known, tf.float64), axis=0)
    return (
        count,
        tf.reduce_sum(values, axis=0),
        tf.reduce_sum(values**2, axis=0),
    )
    # end blank


silo_sums = ex.silo_sums.check(silo_sums)

# %% [markdown] key="sums_text"
# Around it goes a federated computation with two operators: a calculation at each silo, and a sum
# on the way to the server. A silo's value is its table; `?` in the type is its number of rows,
# which differs. Each silo hands in this number as well, so that the server can tell how many
# values are missing.

# %% key="sums_over_silos"
width = birds.schema.num_features
table_type = tff.TensorType(np.float64, [None, width])


@tff.tensorflow.computation(table_type)
def at_silo(table):
    rows = tf.shape(table, tf.int64)[0]
    return rows, silo_sums(table)


@tff.federated_computation(tff.FederatedType(table_type, tff.CLIENTS))
def sums_over_silos(tables):
    return tff.federated_sum(tff.federated_map(at_silo, tables))


print(f"from: {sums_over_silos.type_signature.parameter}")
rows, (count, total, squares) = sums_over_silos(list(tables.values()))
for name, known in zip(entries, count, strict=True):
    print(
        f"{name}: {known:.0f} values known, "
        f"{rows - known:.0f} of {rows} missing"
    )

# %% [markdown] key="task_moments"
# The result of this program is counts, sums and sums of squares over all silos: it does not even
# say which island lacks a value. That is the program's type. It does not say what a server can see
# while it adds: with a plain `federated_sum`, a deployment may bring each silo's numbers to the
# server first. Where it must not see them, the sum has to be a secure one
# ([lesson {{secure_sums}}](secure_sums.ipynb)).
#
# ### Exercise: from sums to a variance
#
# With the values $v_1, \ldots, v_n$ of a feature and their mean $m$, the **unbiased** variance is
#
# $$ \frac{(v_1 - m)^2 + \ldots + (v_n - m)^2}{n - 1} =
# \frac{(v_1^2 + \ldots + v_n^2) - n m^2}{n - 1}. $$
#
# It divides by $n - 1$ and not by $n$, because the mean was taken from the same values and lies
# closer to them than the true one. pandas does so, too.
#
# **Your task.** Write `mean_and_variance(count, total, squares)`. All three are NumPy arrays,
# float64 [columns], as the server has them; every count is 2 or more. The result is a tuple of two
# arrays [columns], neither rounded nor in float32: mean and unbiased variance. What you are given
# stays as it is.


# %% key="ex_moments" kind="exercise" exercise="mean_and_variance"
def mean_and_variance(count, total, squares):
    # blank: ...
    mean = total / count
    return mean, (squares - count * mean**2) / (count - 1)
    # end blank


mean_and_variance = ex.mean_and_variance.check(mean_and_variance)

# %% [markdown] key="proof_text"
# We can check it, because here the whole table is at hand: pandas computes the same on all rows.


# %% key="proof"
def moments_of(tables):
    """Mean and variance over the silos' tables, from their sums alone."""
    _, sums = sums_over_silos(tables)
    return [
        np.asarray(part) for part in mean_and_variance(*map(np.asarray, sums))
    ]


mean, variance = moments_of(list(tables.values()))
whole = pd.read_csv(file)[MEASURES]

for name, m, v in zip(MEASURES, mean, variance, strict=False):
    print(f"{name}: mean {m:.1f}, standard deviation {v**0.5:.1f}")
same_mean = np.allclose(mean[:4], whole.mean(), rtol=1e-6)
same_variance = np.allclose(variance[:4], whole.var(), rtol=1e-6)
print(
    f"as pandas on the whole table, to 1e-6: mean {same_mean}, "
    f"variance {same_variance}"
)

# %% [markdown] key="read_proof"
# The same numbers, and each island has sent sums in place of its table. Sums hide rows only where
# there are many: a silo with a single row would hand in exactly this row. So ask for a least
# number of rows before a silo takes part.
#
# Two more remarks. The sums are float64: a sum of squares of grams has ten digits, of which
# float32 keeps seven, and the variance is a small difference of large numbers. And what one scales
# with is part of the training: from here on, mean and variance are those of the birds to train on.

# %% key="train_moments"
train_tables = [
    data.pool(train, [island])[0].astype(np.float64) for island in islands
]
mean, variance = moments_of(train_tables)

# %% [markdown] key="missing"
# ## Each silo decides about its gaps
#
# A model takes no NaN. What to do about a gap is for those to say who know how it came about: a
# bird that got away is another thing than a broken scale. So it is the silo's decision. It can
# leave the bird out, or fill the gap with the value that stands out least: the mean.
#
# The mean of whom? An island's Gentoos weigh more than another's Adelies. A silo's own mean fits
# its birds better than the mean over all islands, as long as it has one.

# %% [markdown] key="teach_missing" kind="instructor" minutes=9 saves=5
# **What people get wrong.** They compare with NaN (`table == np.nan` is never true), or fill with
# 0, and a bill of no length is an outlier that steers the model. They also divide by the number of
# rows instead of the number of known values.
#
# **Ask the room.** What if values are missing *because* of what they are, such as the mass of
# birds too heavy for the scale? (Then no mean is right, and a silo that fills silently harms
# everybody. The others cannot see it.)
#
# **When time is short.** Use the reference, and discuss the question above.

# %% [markdown] key="task_fill"
# ### Exercise: fill the gaps
#
# **Your task.** Write `fill_missing(table, fallback)`. `table` is a NumPy array, float64 [n,
# columns], of one silo, with NaN where a value is missing; `fallback`, [columns], is the mean over
# all silos. The result is new, also where nothing is missing, and holds float64 numbers in rows and
# columns like `table`: an array, a list of rows or a DataFrame. Each gap holds the silo's own mean
# of the column's known values, be it only one; where the silo knows nothing of a column, the value
# of `fallback`. Known values stay, all rows stay, and what you are given stays as it is. (Of a
# column without a known value, `np.nanmean` gives NaN and warns of an empty slice. That NaN says
# what it should, and the warning is harmless.)


# %% key="ex_fill" kind="exercise" exercise="fill_missing"
def fill_missing(table, fallback):
    # blank: ...
    known = ~np.isnan(table)
    count = known.sum(axis=0)
    total = np.where(known, table, 0.0).sum(axis=0)
    own = np.where(count > 0, total / np.maximum(count, 1), fallback)
    return np.where(known, table, own)
    # end blank


fill_missing = ex.fill_missing.check(fill_missing)


# %% key="filled"
def filled(part, fallback):
    """Client data in which each client has filled its gaps."""
    tables, labels = zip(
        *(data.pool(part, [name]) for name in part.client_ids), strict=True
    )
    names = np.repeat(part.client_ids, [len(table) for table in tables])
    features = [
        fill_missing(table.astype(np.float64), fallback) for table in tables
    ]
    return data.from_arrays(
        names, label=np.concatenate(labels), features=np.concatenate(features)
    )


train_filled, test_filled = filled(train, mean), filled(test, mean)
nobody = np.flatnonzero(
    np.isnan(data.pool(train, ["Torgersen"])[0]).all(axis=1)
)
for number in nobody:
    bird = data.pool(train_filled, ["Torgersen"])[0][number]
    print(f"a bird of Torgersen: {', '.join(f'{value:.1f}' for value in bird)}")

# %% [markdown] key="read_filled"
# `from_arrays` is the other way to make client data: the client of each example, its label, and
# arrays under any names. Each part, to train and to test, is filled from its own values, so
# nothing of the held-out birds gets into the training. (That is a simplification: birds to be
# predicted come one by one, and have no mean of their own. In the field, a silo keeps the means of
# the birds that it has trained on, and fills new ones with these.)
#
# The bird printed here had no value at all. It is now an average bird of its island, partly female
# and partly male. It is invented, and the model will take it for an observation like any other.

# %% [markdown] key="one_scale"
# ## One scale for all
#
# `preprocessing.standardize(mean, variance)` makes the function for a dataset's `map`. A silo
# could also take its *own* mean and variance: that needs no computation with others. Or one could
# leave the numbers as they are. We try all three, on the same model. Before you run the cells:
# with which of the three will accuracy suffer most, and with the islands' own scales, on which
# island?

# %% [markdown] key="teach_one_scale" kind="instructor" minutes=10 saves=3 slide="three_scales"
# **Ask the room.** Before the cell: which of the three will be best, and is the silo's own scale
# worse than none? Let them vote. (Most vote for the own scale as good enough. It is not.)
#
# **What people get wrong.** They standardize at each client, because it is private and a line of
# code. Draw two islands on a line, each with its zero in the middle of its own birds.
#
# **When time is short.** Run the cells, and read only the three accuracies.


# %% key="training"
def keras_fn():
    return models.softmax_model(num_inputs=width, num_labels=len(species))


process = tff.learning.algorithms.build_weighted_fed_avg(
    models.functional_model(keras_fn),
    client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=0.2),
)


def trained(datasets, num_rounds=15):
    """Kernel and bias after rounds in which all of these clients take part."""
    state = process.initialize()
    for _ in range(num_rounds):
        state = process.next(state, datasets).state
    return process.get_model_weights(state).trainable


def predicted(weights, inputs):
    kernel, bias = weights
    # Rounded, because two species that a model has never seen tie, and not on
    # every processor.
    return np.argmax(np.round(inputs @ kernel + bias, 3), axis=1)


def standardized(part, mean, variance):
    example_fn = preprocessing.standardize(mean, variance)
    return part.preprocess(lambda dataset: dataset.map(example_fn))


# %% key="three_scales"
own = {
    island: moments_of([table])
    for island, table in zip(islands, train_tables, strict=True)
}
scales = {
    "as measured": dict.fromkeys(islands, (np.zeros(width), np.ones(width))),
    "own scale": own,
    "one scale for all": dict.fromkeys(islands, (mean, variance)),
}
for name, moments in scales.items():
    parts = {
        island: [
            standardized(part, *moments[island])
            for part in (train_filled, test_filled)
        ]
        for island in islands
    }
    datasets = [
        preprocessing.make_federated_data(parts[island][0], [island], epochs=5)[
            0
        ]
        for island in islands
    ]
    weights = trained(datasets)
    right, named = {}, set()
    for island in islands:
        inputs, labels = data.pool(parts[island][1], [island])
        answers = predicted(weights, inputs)
        right[island] = answers == labels
        named.update(answers.tolist())
    each = ", ".join(
        f"{island} {100 * np.mean(r):.0f} %" for island, r in right.items()
    )
    share = 100 * np.mean(np.concatenate([*right.values()]))
    print(
        f"{name}: {share:.0f} % of the held-out birds ({each}), "
        f"{len(named)} species named"
    )

# %% [markdown] key="read_three_scales"
# **As measured**, the model names one species, whatever the bird: 45 % is the share of the
# Adelies. The body mass, in thousands, decides about every step alone. A learning rate that is
# small enough for it is far too small for all others.
#
# **On its own scale**, each island has its zero in the middle of its own birds. A mass of 0 is an
# average Adelie on Torgersen, and on Biscoe something between an Adelie and a Gentoo. The same
# numbers stand for different birds, and one model has to serve both. Torgersen, where every bird
# is an Adelie, suffers most: 56 %.
#
# **On one scale**, all held-out birds are recognised. Nothing is different but the two lists of
# six numbers that the islands have computed together. What one silo may decide alone, gaps, and
# what it must not, the scale, is the first thing to settle when silos come together.

# %% [markdown] key="comparison"
# ## Alone, together, in one place
#
# Now the comparison that lesson {{federated_evaluation}} made for writers: each island alone, all
# three in federated rounds, and, for reference, all birds in one table. Every model gets 15 rounds
# with 5 local epochs; all use the scale that the islands have computed together.

# %% [markdown] key="teach_comparison" kind="instructor" minutes=10 saves=3 skips="confusion_figure"
# **What people get wrong.** They read a lone model's score on its own island, and conclude that it
# needs nobody. The same bar stands for three species and for one.
#
# **Ask the room.** Torgersen asks: what do we get out of it? Our model has 100 %. (Nothing, as
# long as no Gentoo lands on Torgersen. What a client gains depends on where the model will be
# used.)
#
# **When time is short.** Show the first figure and the recalls; leave out the confusion matrix.

# %% key="train_each"
shared_train, shared_test = (
    standardized(part, mean, variance) for part in (train_filled, test_filled)
)
cohort = preprocessing.make_federated_data(shared_train, islands, epochs=5)
inputs, labels = data.pool(shared_train)
in_one_place = data.from_arrays(
    ["all"] * len(labels), label=labels, features=inputs
)

weights_of = {
    f"{island}, alone": trained([dataset])
    for island, dataset in zip(islands, cohort, strict=True)
}
weights_of["federated"] = trained(cohort)
weights_of["pooled"] = trained(
    preprocessing.make_federated_data(in_one_place, ["all"], epochs=5)
)

held_out = {island: data.pool(shared_test, [island]) for island in islands}
accuracy = {
    f"held-out birds, {island}": {
        name: np.mean(predicted(weights, inputs) == labels)
        for name, weights in weights_of.items()
    }
    for island, (inputs, labels) in held_out.items()
}

# %% key="comparison_figure"
plotting.accuracy_bars(
    accuracy,
    x_label="model",
    title="Accuracy on the held-out birds of each island",
)

# %% key="comparison_line" result=true
test_inputs, test_labels = data.pool(shared_test)
overall = {
    name: 100 * np.mean(predicted(weights, test_inputs) == test_labels)
    for name, weights in weights_of.items()
}
alone = [overall[f"{island}, alone"] for island in islands]
print(
    f"{len(test_labels)} held-out birds: "
    f"alone {min(alone):.0f} to {max(alone):.0f} %, "
    f"federated {overall['federated']:.0f} %, pooled {overall['pooled']:.0f} %"
)

# %% [markdown] key="read_comparison"
# Three bars for each model: on the birds of each island. **Biscoe alone** recognises its own birds
# and Torgersen's, and of Dream's only 46 %: the Adelies. **Dream alone** is good at home, and
# misses most birds of Biscoe. **Torgersen alone** has 100 % at home, where one answer is right for
# every bird; elsewhere "Adelie" is worth 46 % and 26 %, the shares of Adelies there. The
# **federated** model serves all three islands, and lies level with the **pooled** one: 100 % and
# 99 % differ by a single bird, which is luck.
#
# What is not luck is the distance to the lone models, 45 to 81 % on all birds. No island lacks
# birds here; each lacks species. What the figure cannot show: how the models do on a fourth
# island, or in another season.

# %% [markdown] key="task_recall"
# ### Exercise: the share of each species that a model finds
#
# One number for all birds hides who is never recognised. The **recall** of a class is the share of
# its examples that the model gets right.
#
# **Your task.** Write `species_recall(labels, predictions, num_labels)`. `labels` and
# `predictions` are NumPy arrays of integers from 0 to `num_labels - 1`, [n], with an n of 1 or
# more. The result has `num_labels` numbers, not rounded, in an array or a list: for each label
# from 0 to `num_labels - 1` the share, between 0 and 1, of the examples with this label that were
# predicted right; `np.nan` for a label that no example has. What you are given stays as it is.


# %% key="ex_recall" kind="exercise" exercise="species_recall"
def species_recall(labels, predictions, num_labels):
    # blank: ...
    shares = []
    for label in range(num_labels):
        of_label = predictions[labels == label]
        shares.append(np.mean(of_label == label) if len(of_label) else np.nan)
    return np.array(shares)
    # end blank


species_recall = ex.species_recall.check(species_recall)

# %% key="recalls"
for name, weights in weights_of.items():
    recalls = species_recall(
        test_labels, predicted(weights, test_inputs), len(species)
    )
    shares = zip(species, recalls, strict=True)
    print(
        f"{name}: "
        f"{', '.join(f'{one} {100 * share:.0f} %' for one, share in shares)}"
    )

# %% key="confusion_figure"
plotting.confusion_matrix(
    test_labels,
    predicted(weights_of["Biscoe, alone"], test_inputs),
    label_names=species,
    x_label="taken for",
    y_label="species",
    title="The model of Biscoe alone, on all held-out birds",
)

# %% [markdown] key="read_recalls"
# Four times an island meets a species that it has never seen: three times the recall is 0 %. The
# fourth, Dream's 22 % of the Gentoos, looks like knowledge and is none: Dream has no Gentoo. Its
# model has learned which birds are *not* Gentoos, those of Dream, and calls some that lie far away
# by the third name.
#
# The figure shows what becomes of the Chinstraps with Biscoe's model. A row is a species. Most
# Chinstraps become Adelies, and three become Gentoos. A model cannot say "I do not know this one":
# it shares out its probabilities among the names that it has.

# %% [markdown] key="simpson"
# ## What an average of reports can say
#
# Not every question needs a model. Here is one: do penguins with longer bills have deeper bills,
# too? Each island computes the correlation of bill length and depth on its own birds and reports
# that one number. The server takes the mean.

# %% [markdown] key="teach_simpson" kind="instructor" minutes=9 saves=4 skips="ex_within within" slide="simpson_figure"
# **Ask the room.** Before the figure: the pooled table says that longer bills are less deep. Is
# that a fact about penguins? (About this mixture of species, not about any bird. On other islands
# the mixture is another.)
#
# **What people get wrong.** They take the pooled table for the truth that federated numbers have
# to meet. Here it is the pooled table that misleads, and a server with the right sums does better.
#
# **When time is short.** Show the reports and the figure, give the formula, and skip the exercise.


# %% key="reports"
def correlation(table):
    known = table[~np.isnan(table[:, :2]).any(axis=1)]
    return np.corrcoef(known[:, 0], known[:, 1])[0, 1]


reports = {island: correlation(table) for island, table in tables.items()}
sizes = [len(table) for table in tables.values()]
for island, report in reports.items():
    print(f"{island} reports {report:+.2f}")
print(f"plain mean of the reports: {np.mean(list(reports.values())):+.2f}")
print(
    "weighted by birds: "
    f"{np.average(list(reports.values()), weights=sizes):+.2f}"
)
print(
    "all birds in one table: "
    f"{correlation(np.concatenate(list(tables.values()))):+.2f}"
)

# %% [markdown] key="read_reports"
# The same birds, and three kinds of answer. One island reports that longer bills are less deep,
# two report the opposite. The plain mean of the reports is a bit above zero, the weighted one a
# bit below, and all birds in one table have a correlation of -0.24. Before you run the next cell:
# do longer bills go with deeper ones, or not?

# %% key="simpson_figure"
all_labels = data.pool(birds)[1]
all_birds = np.concatenate(list(tables.values()))[:, :2]
there = ~np.isnan(all_birds).any(axis=1)
bills = {
    name: all_birds[there & (all_labels == label)].T.tolist()
    for label, name in enumerate(species)
}
plotting.trend_lines(
    bills,
    x_label="bill length, mm",
    y_label="bill depth, mm",
    all_label="all birds",
    title="Longer bills are deeper, and less deep",
)

# %% [markdown] key="read_simpson_figure"
# A point is a bird. Within each species the line rises: a penguin with a longer bill has a deeper
# one. The dashed line through all birds falls, because Gentoos have long and flat bills, and
# Adelies short and deep ones. What falls is the line from one species to the next. This is
# **Simpson's paradox**: a relation that holds in every group turns round when the groups are
# mixed.
#
# (We may draw the points because this notebook has all three tables. A server could not.)
#
# Islands are mixtures, too, each another one. So neither their reports nor the pooled table answer
# the question; the species do. Can the server compute the correlation *within* the species? Each
# island hands in six sums for each species: the count, and the sums of $x$, $y$, $x^2$, $y^2$ and
# $xy$.

# %% key="species_sums"
silo_type = tff.to_type((table_type, tff.TensorType(np.int32, [None])))


@tff.tensorflow.computation(silo_type)
def sums_by_species(silo):
    table, labels = silo
    x, y = table[:, 0], table[:, 1]
    columns = tf.stack([tf.ones_like(x), x, y, x * x, y * y, x * y], axis=1)
    known = ~tf.math.is_nan(x + y)
    return tf.math.unsorted_segment_sum(
        columns[known], labels[known], len(species)
    )


@tff.federated_computation(tff.FederatedType(silo_type, tff.CLIENTS))
def species_sums(silos):
    return tff.federated_sum(tff.federated_map(sums_by_species, silos))


silos = [
    (table, data.pool(birds, [island])[1]) for island, table in tables.items()
]
sums = species_sums(silos)
print(f"what the server gets: {species_sums.type_signature.result}")
for name, row in zip(species, sums, strict=True):
    print(f"{name}: {row[0]:.0f} birds")

# %% [markdown] key="task_within"
# ### Exercise: the correlation within groups
#
# Within one group, the sum of the products of deviations from the means is
# $S_{xy} = \sum xy - \sum x \sum y / n$; $S_{xx}$ and $S_{yy}$ are the same with $x$ and $x$, and
# with $y$ and $y$. The correlation within several groups adds each of the three over the groups,
# and divides then:
#
# $$ r = \frac{\sum_g S_{xy}}{\sqrt{\sum_g S_{xx} \, \sum_g S_{yy}}} $$
#
# **Your task.** Write `correlation_within(sums)`. `sums` is a NumPy array, float64 [groups, 6]:
# for each group $n$, $\sum x$, $\sum y$, $\sum x^2$, $\sum y^2$, $\sum xy$. The result is the
# number $r$, computed in float64 and not rounded. A group with an $n$ of 0 is left out. Every
# other group has two examples or more, which differ in $x$ and in $y$; there is at least one such
# group. `sums` stays as it is.


# %% key="ex_within" kind="exercise" exercise="correlation_within"
def correlation_within(sums):
    # blank: ...
    n, x, y, xx, yy, xy = sums[sums[:, 0] > 0].T
    products = np.sum(xy - x * y / n)
    return products / np.sqrt(np.sum(xx - x**2 / n) * np.sum(yy - y**2 / n))
    # end blank


correlation_within = ex.correlation_within.check(correlation_within)

# %% key="within"
for name, row in zip(species, sums, strict=True):
    print(f"{name}: {correlation_within(row[np.newaxis]):+.2f}")
print(f"within the species: {correlation_within(sums):+.2f}")
print(
    "all as one group: "
    f"{correlation_within(sums.sum(axis=0, keepdims=True)):+.2f}"
)

# %% [markdown] key="read_within"
# Positive in every species, +0.39, +0.65 and +0.64, and +0.53 within the species taken together.
# The last line adds the *same* sums over the species first, and is the pooled table's -0.24 again.
# So nothing is lost by sending sums; but which sums one asks for decides what one can find. A
# server that has not thought of species sees a fact about penguins that is none.

# %% [markdown] key="no_clients"
# ## A table without clients
#
# Most tables on the web have no column that says whose a row is. To try a method, one deals the
# rows out. Then **you** decide how different the clients are, and a result holds for that deal.
# There are four ways, each with a seed. Before you run the cell, with six clients and three
# species: in which of the four will some client lack a species, and in which will sizes differ
# most?

# %% [markdown] key="teach_no_clients" kind="instructor" minutes=3 saves=1 slide="read_deals"
# **Ask the room.** Which of the four panels looks most like the islands? (Shards: each client has
# two species. Dirichlet draws differ from seed to seed.)
#
# **What people get wrong.** They report a result on one deal as a result on federated data.
#
# **When time is short.** Show the figure and go on.

# %% key="deals"
one_table = data.from_table(
    file,
    client=None,
    label="species",
    features=[*MEASURES, "sex"],
    missing="keep",
)
deals = {
    "IID": data.iid(one_table, 6, seed=0),
    "Dirichlet, 0.5": data.label_skew(one_table, 6, alpha=0.5, seed=0),
    "shards": data.shards(one_table, 6, shards_per_client=2, seed=0),
    "quantity skew": data.quantity_skew(one_table, 6, alpha=1.0, seed=0),
}
plotting.label_heatmaps(
    {name: data.label_counts(deal) for name, deal in deals.items()},
    label_names=species,
    x_label="species",
    colorbar_label="birds",
    title="The same table, dealt out to six clients in four ways",
)

# %% [markdown] key="read_deals"
# A row is a client, a column a species. **IID**: the rows are shuffled and dealt, and each client
# is a small copy of the table. **Dirichlet**: each client has a mixture of its own, drawn at
# random; a smaller `alpha` makes them more extreme (lesson {{federated_data}}). Here two clients
# have no Chinstrap. **Shards**: the rows are sorted by label and cut into equal pieces, two for
# each client; here no client has all three species. **Quantity skew**: mixtures like the table's,
# and very different sizes, down to three birds, which is too few for every species.
#
# None of them is the truth about anybody's data. If a method shall work in the field, look for a
# column that says whose a row is: a station, a doctor, a device, a day.

# %% [markdown] key="yours"
# ## Your table
#
# Here is the whole path as one function, from client data with gaps to a federated model. It knows
# nothing of penguins: sizes come from the schema. A label that is a number, not a class, makes it
# a linear regression, with the mean squared error as loss.

# %% [markdown] key="teach_yours" kind="instructor" minutes=4 saves=4 skips="whole_path how_good other_questions predict_mass upload my_table"
# **What people get wrong.** They begin with the model. Let them print the schema first, and the
# label counts of each client: most surprises are there.
#
# **Ask the room.** Who has a table, and what would be its clients? Do one together.
#
# **When time is short.** Leave the section for home: it is the one they will come back to.


# %% key="whole_path"
def federated_model(
    clients, num_rounds=15, learning_rate=0.1, too_small="refuse"
):
    """Trains on most examples; gives the schema, weights, held-out examples."""
    schema = clients.schema
    train, test = data.split(
        clients, test_share=0.3, seed=0, too_small=too_small
    )

    @tff.tensorflow.computation(
        tff.TensorType(np.float64, [None, schema.num_features])
    )
    def at_client(table):
        return silo_sums(table)

    @tff.federated_computation(
        tff.FederatedType(at_client.type_signature.parameter, tff.CLIENTS)
    )
    def sums(tables):
        return tff.federated_sum(tff.federated_map(at_client, tables))

    tables = [
        data.pool(train, [name])[0].astype(np.float64)
        for name in train.client_ids
    ]
    count, total, squares = map(np.asarray, sums(tables))
    for name, known in zip(schema.entries, count, strict=True):
        if known < 2:
            raise ValueError(
                f"{name}: too few known values to train on, {known:.0f}; "
                "leave it out"
            )
    mean, variance = map(np.asarray, mean_and_variance(count, total, squares))
    # Of a column without spread, rounding may leave less than 0.
    variance = np.maximum(variance, 0.0)
    train, test = (
        standardized(filled(part, mean), mean, variance)
        for part in (train, test)
    )

    def keras_fn():
        if schema.classes is None:
            return models.linear_model(schema.num_features)
        return models.softmax_model(schema.num_features, schema.num_labels)

    process = tff.learning.algorithms.build_weighted_fed_avg(
        models.functional_model(keras_fn),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate),
    )
    datasets = preprocessing.make_federated_data(
        train, train.client_ids, epochs=5
    )
    state = process.initialize()
    for _ in range(num_rounds):
        state = process.next(state, datasets).state
    return schema, process.get_model_weights(state).trainable, data.pool(test)


# %% key="how_good"
def how_good(schema, weights, held_out):
    """Says how many classes are recognised, or how far off numbers are."""
    inputs, labels = held_out
    if schema.classes is not None:
        share = np.mean(predicted(weights, inputs) == labels)
        return (
            f"{schema.label}: {100 * share:.0f} % of {len(labels)} held-out "
            "examples are right"
        )
    kernel, bias = weights
    error = np.sqrt(np.mean(((inputs @ kernel + bias)[:, 0] - labels) ** 2))
    return (
        f"{schema.label}: off by {error:.3g}, "
        f"where the mean is off by {np.std(labels):.3g}"
    )


# %% [markdown] key="two_questions"
# Two other questions to the same file: the sex of a bird, with seasons as clients, and its body
# mass in grams, with islands as clients.

# %% key="other_questions"
print(how_good(*federated_model(seasons)))

# %% key="predict_mass"
masses = data.from_table(
    file,
    client="island",
    label="body_mass_g",
    features=[*MEASURES[:3], "sex"],
    missing="drop",
)
print(how_good(*federated_model(masses, learning_rate=0.05)))

# %% [markdown] key="read_other_questions"
# Both without a change to the function. Sex is harder to tell than the species: 88 %. The
# predicted mass is typically off by 365 g, less than half of what one is off with the mean for
# every bird. Its schema has no classes: body mass has too many different values for that.
#
# For the mass, the learning rate is half of the function's default. The gradient of a squared error
# grows with the error, thousands of grams at first, and long steps overshoot: with the default the
# result is worse, and from some rate on the error grows with every step, until it is `inf` or
# `nan`. Then divide the learning rate by ten, and go up from there.

# %% [markdown] key="own_file"
# Now yours. Name its path in the first cell. On Colab, set `UPLOAD` to `True`: then the cell lets
# you choose a file of your computer, and sends it to Colab's machine, which is Google's. In the
# second cell, fill in two columns, and read the schema before anything else.

# %% key="upload" kind="optional"
path = "my_table.csv"
UPLOAD = False
if UPLOAD:
    from google.colab import files

    path = next(iter(files.upload()))

# %% key="my_table" kind="optional"
if os.path.exists(path):
    mine = data.from_table(path, client="whose", label="what", missing="keep")
    print(mine.schema)
    print(f"{len(mine.client_ids)} clients")
    print(how_good(*federated_model(mine)))
else:
    print(f"There is no file {path} yet.")

# %% [markdown] key="own_advice"
# Where it stops, the message names the file, the column and the row, and what to do. What else to
# look at:
#
# | you see | look at |
# |---|---|
# | a category with hundreds of values | names and numbers that identify a row are no features |
# | a number that is a name, such as a postal code | `categories=["postal_code"]`, or leave it out |
# | a comma in place of the decimal point | `separator=";", decimal=","` |
# | integers to predict, not classes | `classes=False` |
# | clients with a single example | `federated_model(mine, too_small="train")` |
# | an error of `inf` or `nan` | `federated_model(mine, learning_rate=0.01)`, or less |
# | no column that says whose | `client=None`, and one of the four ways above |
# | images, not rows | `data.from_image_folder` |
# | arrays of a program of yours | `data.from_arrays` |

# %% [markdown] key="questions" kind="questions"

# %% [markdown] key="summary"
# ## What you now know
#
# - `data.from_table` asks whose a row is and what to predict, infers the rest, and says in the
#   schema what it has inferred.
# - Counts, sums and sums of squares give mean and variance over all silos, exactly, and no table is
#   sent. Sums add up; means and variances do not.
# - What is missing is decided where it is missing. The scale, though, has to be one for all.
# - A lone model's accuracy on its own data says nothing about what it has never seen. Recall by
#   class does.
# - An average of reports can have another sign than the relation in every group. Ask for sums
#   within groups instead.
# - A table without clients can be dealt out in many ways, and the result is a result on the deal.
#
# ## To talk about
#
# 1. Torgersen has one species, and its model scores 100 %. Why should it take part?
# 2. The server learned six sums for each species. What does it learn if an island has one bird of
#    a species?
# 3. One silo fills its gaps with 0 and tells nobody. How would the others notice?
# 4. In your field: which relation would turn round if groups were mixed?
# 5. Is it a good idea to give the island to the model as a feature? When would it be?
#
# ## Further reading
#
# - K. B. Gorman, T. D. Williams, W. R. Fraser: "Ecological Sexual Dimorphism and Environmental
#   Variability within a Community of Antarctic Penguins (Genus Pygoscelis)", PLoS ONE 9(3), 2014.
#   Where the birds come from.
# - A. M. Horst, A. P. Hill, K. B. Gorman: "palmerpenguins: Palmer Archipelago (Antarctica) penguin
#   data", 2020. The table, CC0.
# - E. H. Simpson: "The Interpretation of Interaction in Contingency Tables", Journal of the Royal
#   Statistical Society B 13, 1951.
# - T. F. Chan, G. H. Golub, R. J. LeVeque: "Algorithms for Computing the Sample Variance: Analysis
#   and Recommendations", The American Statistician 37, 1983. How digits are lost in sums of
#   squares, and how not.
# - H. B. McMahan et al.: "Communication-Efficient Learning of Deep Networks from Decentralized
#   Data", AISTATS 2017, arXiv:1602.05629, section 3. Shards.
# - P. Kairouz et al.: "Advances and Open Problems in Federated Learning", 2021, arXiv:1912.04977,
#   section 1. Silos and devices compared.
