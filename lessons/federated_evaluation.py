# %% [markdown] key="what_you_learn"
# **After this lesson you can**
#
# - build a federated evaluation, read its types, and run it on data that stays with the clients;
# - tell held-out images from held-out writers, and say which question each of them answers;
# - find the people whom a good average hides, and say how much of their lag may be bad luck;
# - compare lone, federated and centralized training on one budget, and say which budget;
# - export a federated model to Keras, and stop a training and go on without changing its result.
#
# **From before:** the averaging process and the standard experiment of
# [lesson {{federated_averaging}}](federated_averaging.ipynb), the writers of [lesson {{federated_data}}](federated_data.ipynb), and
# the lone models of [lesson {{centralized_training}}](centralized_training.ipynb).
#
# **Why this lesson.** A server never sees the examples on which its model fails. What it knows of
# the model's quality is what it asked the clients to measure, so it had better ask well.

# %% key="imports"
import asyncio
import tempfile

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import data, exercises, models, plotting, preprocessing, training

ex = exercises.lesson("federated_evaluation")

# %% [markdown] key="model_to_judge"
# ## The evaluation computation
#
# First we need a model to judge: that of lesson {{federated_averaging}}, ten rounds with the first ten writers. We write
# the loop out, instead of calling `training.train`, to keep the weights after every round next to
# the accuracies that the clients reported.

# %% key="train_on_ten"
train, test = data.load("digits")
writers = train.client_ids
ten_writers, other_four = writers[:10], writers[10:]

datasets = preprocessing.make_federated_data(
    train, writers, epochs=5, batch_size=20, seed=0
)
dataset_of = dict(zip(writers, datasets, strict=True))

functional_model = models.functional_model()
process = tff.learning.algorithms.build_weighted_fed_avg(
    functional_model,
    client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=0.02),
    server_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=1.0),
)

state = process.initialize()
weights_after, reported = [], []
for _ in range(10):
    result = process.next(state, [dataset_of[writer] for writer in ten_writers])
    state = result.state
    weights_after.append(process.get_model_weights(state))
    reported.append(
        result.metrics["client_work"]["train"]["sparse_categorical_accuracy"]
    )
weights = weights_after[-1]
print(f"reported in round 10: {100 * reported[-1]:.0f} %")

# %% [markdown] key="teach_evaluation" kind="instructor" minutes=19 saves=2 skips="running_totals" slide="task_evaluation"
# **What people get wrong.** They run `next` on the state that `initialize` gives, and wonder about
# 10 %: that state holds the untrained model. The check of the second exercise says so.
#
# **Ask the room.** Which numbers must a client send so that the server can compute an accuracy over
# all clients? A good answer: two sums, right answers and examples; the clients' accuracies alone
# are not enough when their sizes differ.
#
# **When time is short.** Skip the cell on running totals. Nothing later needs it.

# %% [markdown] key="task_evaluation"
# Lesson {{federated_averaging}} measured this model in one place, on the pooled held-out images. A real server has no
# such pool. In **federated evaluation** the server sends the weights to a cohort. Each client goes
# through its held-out examples once and counts: how many, how many right, the sum of the losses.
# Only these sums come back, and the server adds them up and divides. No client trains, and no model
# update is sent.
#
# `tff.learning.algorithms.build_fed_eval` builds this. It takes what the averaging process takes to
# describe a model: a `model_fn` or a functional model.
#
# ### Exercise: build the evaluation
#
# **Your task.** Build `evaluation`, a federated evaluation of `functional_model`. Nothing has to be
# said about optimizers, as nothing is trained.

# %% key="ex_evaluation" kind="exercise" exercise="evaluation_process"
# blank: evaluation = ...
evaluation = tff.learning.algorithms.build_fed_eval(functional_model)
# end blank
evaluation = ex.evaluation_process.check(evaluation)

# %% [markdown] key="types_intro"
# As in lesson {{federated_averaging}} there are `initialize` and `next`. We read the parts of their types that are new.
# (`.member` is the type without its placement.)

# %% key="types"
state_type = evaluation.initialize.type_signature.result.member
next_type = evaluation.next.type_signature
print("the state at the server, in part:")
print("  global_model_weights:", state_type.global_model_weights)
print("  client_work:", state_type.client_work)
print("next takes client data:", next_type.parameter.client_data)
print("next gives metrics at the server, in part:")
print(next_type.result.metrics.member.client_work.formatted_representation())
print(
    "set_model_weights takes:",
    evaluation.set_model_weights.type_signature.parameter.model_weights,
)
unchanged = evaluation.set_model_weights.type_signature.result == state_type
print("set_model_weights gives a state again:", unchanged)

# %% [markdown] key="read_types"
# - The state holds **weights**, the model to be judged, and in `client_work` a pair of numbers for
#   each metric (a sum, and what to divide it by) that run on from call to call. The empty `<>`
#   before them can be ignored.
# - `next` takes `{<x=float32[?,784],y=int32[?]>*}@CLIENTS`, as in training: a sequence of batches
#   for each client, at the clients.
# - It gives `eval` at the server, once for this call (`current_round_metrics`) and once for all
#   calls since `initialize` (`total_rounds_metrics`).
# - `set_model_weights` takes a state and weights, and gives a state that holds these weights.
#
# So one evaluation takes three steps: a fresh state from `initialize`, the weights set in it, and
# one call of `next`, whose `result.metrics["client_work"]["eval"]` has the numbers.
#
# ### Exercise: evaluate weights
#
# **Your task.** Write `evaluate(model_weights, datasets)`. It takes a model's weights, such as
# `weights`, and a list of datasets, one for each client. It gives the `current_round_metrics` of
# these weights on these datasets, a mapping with `loss` and `sparse_categorical_accuracy`. Calls
# must not depend on each other: each begins with a fresh state.


# %% key="ex_evaluate" kind="exercise" exercise="evaluate_weights"
def evaluate(model_weights, datasets):
    # blank: ...
    state = evaluation.set_model_weights(evaluation.initialize(), model_weights)
    result = evaluation.next(state, datasets)
    return result.metrics["client_work"]["eval"]["current_round_metrics"]
    # end blank


evaluate = ex.evaluate_weights.check(evaluate, evaluation=evaluation)

# %% [markdown] key="test_split_intro"
# Now the test split: every writer's held-out images, each in a dataset of its own. They need no
# shuffle and no second pass; `shuffle_buffer=1` keeps their order, and one epoch is the default.
# Two names stay for the whole lesson: `held_out[writer]` is such a dataset, and
# `accuracy(model_weights, datasets)` is a function, which calls your `evaluate`.


# %% key="run_on_test_split"
def accuracy(model_weights, datasets):
    return float(
        evaluate(model_weights, datasets)["sparse_categorical_accuracy"]
    )


held_out_datasets = preprocessing.make_federated_data(
    test, writers, shuffle_buffer=1
)
held_out = dict(zip(writers, held_out_datasets, strict=True))

untrained = process.get_model_weights(process.initialize())
for name, some_weights in [
    ("untrained", untrained),
    ("after 10 rounds", weights),
]:
    metrics = evaluate(some_weights, held_out_datasets)
    share = 100 * metrics["sparse_categorical_accuracy"]
    print(f"{name}: loss {metrics['loss']:.2f}, accuracy {share:.0f} %")

images, labels = data.pool(test)
in_one_place = training.keras_evaluation(
    models.softmax_model, images.reshape(-1, 784), labels
)
pooled = in_one_place(weights)["sparse_categorical_accuracy"]
same = abs(pooled - accuracy(weights, held_out_datasets)) < 1e-6
print(f"same accuracy as Keras on the pooled images: {same}")

# %% [markdown] key="read_test_split"
# The untrained model is right on one image in ten, with lesson {{centralized_training}}'s loss of ln 10. The trained one
# has 90 %, as Keras measures on the pool: adding up counts loses nothing, and the server learned
# this without an image. (It works for metrics made of sums. A median cannot be had this way.)
#
# The totals deserve a warning. Here three evaluations share one state: of the ten writers, of the
# other four, and of everybody with an untrained model. Before you run the cell: what will the third
# total be, 90 %, 10 %, or something else?

# %% key="running_totals"
state = evaluation.set_model_weights(evaluation.initialize(), weights)
for name, client_ids in [
    ("the ten writers", ten_writers),
    ("the other four", other_four),
]:
    result = evaluation.next(state, [held_out[writer] for writer in client_ids])
    state = result.state
    metrics = result.metrics["client_work"]["eval"]
    now, total = (
        part["sparse_categorical_accuracy"] for part in metrics.values()
    )
    print(f"{name}: this round {100 * now:.0f} %, total {100 * total:.0f} %")

state = evaluation.set_model_weights(state, untrained)
result = evaluation.next(state, held_out_datasets)
now, total = (
    part["sparse_categorical_accuracy"]
    for part in result.metrics["client_work"]["eval"].values()
)
print(
    f"the untrained model: this round {100 * now:.0f} %, "
    f"total {100 * total:.0f} %"
)

# %% [markdown] key="read_running_totals"
# The second total is the 90 % from above, put together from two cohorts. That is what totals are
# for: one model, many small cohorts. The third is useless. `set_model_weights` keeps the sums, so
# the 50 % mixes a good model with an empty one. One model, one fresh state.
#
# ## Held-out images and held-out writers
#
# The two cohorts got different numbers. The ten writers trained this model: their test images are
# new to it, but their hands are not. The other four are strangers. *All* their images are new to
# the model, so we can judge it on those, too.

# %% [markdown] key="teach_held_out" kind="instructor" minutes=5
# **What people get wrong.** They take a held-out part of the training clients' data for a test of
# how the model serves new clients.
#
# **Ask the room.** A keyboard maker trains on one per cent of the phones. Which of the two gaps
# matters to its users? A good answer: the participation gap, since nearly all users are strangers
# to the training; and it should be watched over time, as new users come.


# %% key="all_images"
def all_images(writer):
    parts = [
        part.create_tf_dataset_for_client(writer) for part in (train, test)
    ]
    return preprocessing.preprocess(
        parts[0].concatenate(parts[1]), shuffle_buffer=1
    )


every_image = {writer: all_images(writer) for writer in writers}
groups = {
    "training images of the ten": preprocessing.make_federated_data(
        train, ten_writers, shuffle_buffer=1
    ),
    "held-out images of the ten": [held_out[writer] for writer in ten_writers],
    "held-out images of the other four": [
        held_out[writer] for writer in other_four
    ],
    "all images of the other four": [
        every_image[writer] for writer in other_four
    ],
}


def count(datasets):
    return sum(len(batch["y"]) for dataset in datasets for batch in dataset)


for name, group in groups.items():
    print(f"{name}: {100 * accuracy(weights, group):.0f} % of {count(group):,}")

# %% key="curves"
plotting.learning_curves(
    {
        "training of the ten, as reported": [
            float(share) for share in reported
        ],
        "held-out images of the ten": [
            accuracy(w, groups["held-out images of the ten"])
            for w in weights_after
        ],
        "other four writers": [
            accuracy(w, groups["all images of the other four"])
            for w in weights_after
        ],
    },
    percent=True,
    title="One model, three answers to how good it is",
)

# %% [markdown] key="read_held_out"
# From the ten's training images to their held-out ones the model loses one or two points. Yuan and
# colleagues (see Further reading) call this the *out-of-sample gap*. From there to writers whom it
# never met it loses about five more; this difference is called the **participation gap**. (With so
# few images, chance moves it by roughly two points either way.)
#
# In the figure, the squares are the ten's held-out images. The triangles, from round 2 on clearly
# below them, are the other four writers. The circles, lowest for most of the time, are the training
# accuracy, counted while the clients' models swing: it says least about the server's model.
#
# Which of them do you need? If the model will only ever serve those who train it, such as ten
# hospitals, their held-out images. If it will be sent to people who never take part, which most
# phones' owners are, the strangers. But the four are not only strangers, they are also other people
# than the ten, who may be harder to read anyway. We come back to this.
#
# ## An average hides people
#
# ### What the average weights
#
# The server adds up right answers and examples, so every **example** counts the same. To see what
# that does, evaluate on all images that this model has not learned from: the held-out fifth of the
# ten writers, and everything of the other four.

# %% [markdown] key="teach_people" kind="instructor" minutes=15 saves=2 slide="luck"
# **What people get wrong.** They take the lowest of many noisy numbers at face value, as with the
# smallest schools in a league table. The cell on luck is there for that.
#
# **Ask the room.** Your model has 90 % and one user has 77 %. What would you need to know before
# you call that user badly served? A good answer: on how many examples, how low the lowest of so
# many users would come out by chance, and whether it stays low on new examples.
#
# **When time is short.** Show the two means without the code. The exercise and the cell on luck
# are the core of the lesson.

# %% key="two_means"
unseen = {w: held_out[w] for w in ten_writers} | {
    w: every_image[w] for w in other_four
}
accuracies = {
    writer: accuracy(weights, [dataset]) for writer, dataset in unseen.items()
}
sizes = {writer: count([dataset]) for writer, dataset in unseen.items()}

by_server = accuracy(weights, list(unseen.values()))
by_example = np.average(list(accuracies.values()), weights=list(sizes.values()))
by_client = np.mean(list(accuracies.values()))
from_four = sum(sizes[writer] for writer in other_four) / sum(sizes.values())
print(f"images that come from the other four: {100 * from_four:.0f} %")
print(f"the server's accuracy: {100 * by_server:.0f} %")
print(f"mean over clients, weighted by examples: {100 * by_example:.0f} %")
print(f"mean over clients, each counted once: {100 * by_client:.0f} %")

# %% [markdown] key="read_two_means"
# The first two agree, as they must. Counting each person once gives two points more, because the
# four strangers, with most of the images, are only four of 14 people. Neither is wrong: the one is
# the accuracy for a random *image*, the other for a random *person*. Say which one you report.
# Where a few heavy users have most of the data, the first is about them.
#
# ### Exercise: the person served worst
#
# Both means say nothing about the spread. In the simulation we can ask client by client.
#
# **Your task.** Write `worst_served(model_weights, client_data)`. It takes weights and client data,
# such as `test`, and gives two things: the id of the client on whose examples the model has the
# lowest accuracy, and that accuracy, between 0 and 1. It should work for any weights and any client
# data. `client_data.client_ids` has the ids, `client_data.create_tf_dataset_for_client(client_id)`
# gives a client's examples, and `preprocessing.preprocess` makes batches of them. `accuracy` takes
# a list of datasets, which may hold a single one.


# %% key="ex_worst_served" kind="exercise" exercise="worst_served"
def worst_served(model_weights, client_data):
    # blank: ...
    found = {}
    for client_id in client_data.client_ids:
        dataset = preprocessing.preprocess(
            client_data.create_tf_dataset_for_client(client_id)
        )
        found[client_id] = accuracy(model_weights, [dataset])
    worst = min(found, key=found.get)
    return worst, found[worst]
    # end blank


worst_served = ex.worst_served.check(worst_served, accuracy=accuracy)

# %% key="each_client"
worst, worst_accuracy = worst_served(weights, test)
print(f"served worst: {worst}, {100 * worst_accuracy:.0f} %")

at_home = {writer: accuracy(weights, [held_out[writer]]) for writer in writers}
overall = accuracy(weights, held_out_datasets)
plotting.accuracy_bars(
    dict(sorted(at_home.items(), key=lambda item: item[1])),
    reference={"all held-out images": overall},
    x_label="held-out images of",
    title="The same model, person by person",
)

# %% [markdown] key="read_each_client"
# The bars go from the person served worst, on the left, to the best. The dashed line is the 90 %
# that the server would report. Behind this number, every image of `writer_03` is recognised, and of
# `writer_12` only 77 %: almost one in four is misread. Having taken part is not the whole story: of
# the four strangers, `writer_10` to `writer_13`, two are among the lowest three and two are not.
#
# ### How much of this is luck?
#
# Each bar rests on 20 to 30 images; one image moves it by three to five points. Suppose that the
# model served all of them alike, and that only chance decided who got the hard images. How low
# would the lowest of 14 bars come out? Write down a guess; the next cell draws it 10,000 times.


# %% key="luck"
def lowest_by_luck(share, examples):
    rng = np.random.default_rng(0)
    right = rng.binomial(examples, share, size=(10_000, len(examples)))
    return (right / examples).min(axis=1)


held_out_sizes = np.array([count([held_out[writer]]) for writer in writers])
lowest = lowest_by_luck(overall, held_out_sizes)
print(
    f"held-out images of a writer: {held_out_sizes.min()} to "
    f"{held_out_sizes.max()}"
)
print(
    "lowest of 14 if all were served alike: "
    f"{100 * lowest.mean():.0f} % on average"
)
# A little room, since TFF computes in float32.
as_low = 100 * np.mean(lowest <= worst_accuracy + 1e-6)
print(f"{100 * worst_accuracy:.0f} % or lower in {as_low:.0f} % of the draws")

# %% [markdown] key="read_luck"
# On average the lowest of 14 equally served people would be at 80 %, and in three draws out of ten
# it would be as low as ours. So from these images alone we **cannot** say that `writer_12` is
# served worse than others. The lowest of many noisy numbers is always low. What helps is more
# images that the model has not seen.
#
# ## What leaving a writer out costs
#
# Lesson {{federated_averaging}} found that ten rounds without these four cost little on average, and asked what they cost
# each of them. Of a writer who takes no part, *all* images are unseen, four to five times as many.
# So we leave everybody out once: `writer_10` to `writer_13` are out already, three more trainings
# leave out the others in groups, and one has all 14 in it. (Groups save time. But a model without
# `writer_00` is also without two others: what we see is the cost of leaving out the group, and not
# quite that of one person.)

# %% [markdown] key="teach_leave_out" kind="instructor" minutes=12 saves=4 skips="cost cost_figure" slide="read_cost_figure"
# **What people get wrong.** They compare images that a model learned from with images that it did
# not, and take the difference for the gain of taking part.
#
# **Ask the room.** Why does being left out cost one writer much and another nothing? A good answer:
# it depends on whether somebody else in the cohort writes like them.
#
# **When time is short.** Run the trainings, skip the table, and go to the figure of the 1s; or cut
# "Within one person", and with it the 1s of "One table". That section needs `together`.


# %% key="leave_out"
def train_model(cohort):
    state = process.initialize()
    for _ in range(10):
        state = process.next(state, cohort).state
    return process.get_model_weights(state)


together = train_model([dataset_of[writer] for writer in writers])

model_without = dict.fromkeys(other_four, weights)
for group in (writers[:3], writers[3:6], writers[6:10]):
    model = train_model(
        [dataset_of[writer] for writer in writers if writer not in group]
    )
    model_without |= dict.fromkeys(group, model)

# %% key="cost"
print("           held-out images recognised      all images")
print("           left out  took part  images     left out")
left_out, took_part = {}, {}
recognised = np.zeros((len(writers), 2))
for row, writer in enumerate(writers):
    left_out[writer] = accuracy(model_without[writer], [every_image[writer]])
    took_part[writer] = accuracy(together, [every_image[writer]])
    n = held_out_sizes[row]
    for column, model in enumerate((model_without[writer], together)):
        recognised[row, column] = round(n * accuracy(model, [held_out[writer]]))
    counts = f"{recognised[row, 0]:8.0f} {recognised[row, 1]:10.0f} {n:6}"
    print(f"{writer} {counts} {100 * left_out[writer]:11.0f} %")

for name, part in [
    ("all", slice(None)),
    ("first ten", slice(10)),
    ("last four", slice(10, None)),
]:
    shares = 100 * recognised[part].sum(axis=0) / held_out_sizes[part].sum()
    print(
        f"{name:10} {shares[0]:6.0f} % {shares[1]:8.0f} % "
        f"{held_out_sizes[part].sum():6}"
    )

# %% [markdown] key="read_cost"
# On the held-out images, left out and took part differ by at most one image for anybody, and by
# about a point over all. Now compare the last two rows. In a column both groups are treated alike:
# left out, the four are three points below the ten; taking part, two. In the model that we began
# with, the ten had taken part and the four had not, and the gap was five points, 92 % against 87 %.
# So about half of it is who the four are, and taking part accounts for the rest at most. These are
# small numbers: 114 images, two of which changed, and not quite the same models. **To learn what
# taking part changes, compare the same people.**
#
# The last column rests on more than a hundred images a person, none of them seen. We compare it
# with luck again.

# %% key="cost_figure"
all_sizes = np.array([count([every_image[writer]]) for writer in writers])
share = np.average([left_out[writer] for writer in writers], weights=all_sizes)
by_cost = sorted(writers, key=lambda writer: left_out[writer])
lowest = lowest_by_luck(share, all_sizes)
as_low = 100 * np.mean(lowest <= left_out[by_cost[0]] + 1e-6)
print(f"all images of a writer: {all_sizes.min()} to {all_sizes.max()}")
print(
    f"left out: {100 * share:.0f} %, lowest {by_cost[0]}, "
    f"{100 * left_out[by_cost[0]]:.0f} %"
)
print(
    "lowest of 14 if all were served alike: "
    f"{100 * lowest.mean():.0f} % on average"
)
print(f"as low as {by_cost[0]} in {as_low:.0f} % of the draws")

plotting.accuracy_bars(
    {
        "left out: no image seen": {
            writer: left_out[writer] for writer in by_cost
        },
        "took part: four in five seen": {
            writer: took_part[writer] for writer in by_cost
        },
    },
    x_label="all images of",
    title="Left out of the training, and in it",
)

# %% [markdown] key="read_cost_figure"
# This time luck would give a lowest value of 83 % on average, and one as low as that of `writer_12`
# in one draw out of a hundred. So this person **is** served worse than others: 78 % of all images,
# where everybody together has 88 %. (The 77 % further up were of this person's held-out images.)
#
# In the figure, compare the two bars of each pair. The hatched bar is the same images by the model
# in whose training the person took part. It has an unfair advantage, because it learned from most
# of them; for the ten writers above, that was worth a point or two. Still, the four at the left
# gain three to five points, the four at the right less than two. Part of that is only that those at
# the right have fewer errors left. And it is no rule: `writer_07`, fifth from the left, gains only
# about one point, although it writes unlike the others. We shall see why.
#
# ### Within one person
#
# *(This part, and further down "One person in the three trainings", may be skipped.)*
#
# A person's accuracy is itself an average, over digits. We look for the person and the digit that
# fare worst when the person is left out. In a simulation we may look at the images, too.


# %% key="worst_digits"
def answers(model_weights, images):
    kernel, bias = model_weights.trainable
    return np.argmax(images.reshape(-1, 784) @ kernel + bias, axis=1)


pools = {
    writer: [data.pool(part, [writer]) for part in (train, test)]
    for writer in writers
}


def images_of(writer, digit):
    return np.concatenate(
        [images[labels == digit] for images, labels in pools[writer]]
    )


def recognised_share(model_weights, writer, digit):
    return np.mean(answers(model_weights, images_of(writer, digit)) == digit)


shares = {
    (writer, digit): recognised_share(model_without[writer], writer, digit)
    for writer in writers
    for digit in range(10)
}
print(f"{len(shares)} pairs of a writer and a digit; the lowest:")
for writer, digit in sorted(shares, key=shares.get)[:3]:
    n = len(images_of(writer, digit))
    print(
        f"{writer}, the digit {digit}: "
        f"{shares[writer, digit] * n:.0f} of {n} recognised"
    )

ones = {
    writer: images_of(writer, 1)[:10] for writer in ("writer_07", "writer_11")
}
read_as = [
    answers(model_without[writer], images) for writer, images in ones.items()
]
plotting.digits(
    np.concatenate(list(ones.values())),
    titles=[f"read as {answer}" for answer in np.concatenate(read_as)],
    title="The 1s of writer_07 (above) and of writer_11, when left out",
)

# %% [markdown] key="read_worst_digits"
# The three lowest are all 1s, on which, as lesson {{federated_data}} saw, the writers disagree. With 86 % in all,
# `writer_07` did not stand out, and yet **not one** of its 1s is recognised: with the leaning stem
# and the foot, most are read as 2s (upper row). Those of `writer_11`, with an upstroke and no foot,
# are mostly read as 9s.
#
# So it is not enough to look at people. One also looks at **groups of examples** that matter: a
# label, a language, a device. Such groups are best chosen beforehand. We searched 140 pairs, and
# among so many some are always low; but none of 12 is not bad luck.
#
# ## One table
#
# Lesson {{centralized_training}} compared lone writers with the pool, lesson {{federated_averaging}} a federation with the pool. Now all three
# meet: same model, same zeros at the start, same images of 14 writers, same learning rate, same
# batches of 20. The **budget** is that every image is used 50 times: five local epochs in each of
# ten rounds. (Lesson {{centralized_training}} gave each model fewer and larger steps, so its numbers are others.) Before
# you run the cells: order the three, once by how they do at home and once on everybody's images.
#
# The same process trains them all; only the cohort differs. A federation of *one* writer is a lone
# model, since the mean of one model is that model. A federation with *one client who has all the
# images* is centralized training; each round gives it the images in a new order.

# %% [markdown] key="teach_table" kind="instructor" minutes=11 saves=3 slide="read_table"
# **What people get wrong.** They say "federated is worse than centralized", or "as good as", as if
# that were a property of the method. It is a statement about a budget.
#
# **Ask the room.** Why do the lone models win at home? A good answer: they need not share their
# weights with other hands, and a small test at home never shows how they do elsewhere.
#
# **When time is short.** Show the table and the figure only; nothing later needs their code.

# %% key="three_trainings"
images, labels = data.pool(train)
all_images_pooled = tf.data.Dataset.from_tensor_slices(
    {"label": labels, "pixels": images}
)


def pooled_dataset(seed, epochs=5, batch_size=20):
    return preprocessing.preprocess(
        all_images_pooled,
        epochs=epochs,
        batch_size=batch_size,
        shuffle_buffer=2000,
        seed=seed,
    )


def train_centralized(steps, first_seed=0, **batches):
    """Ten rounds of that many steps each."""
    state = process.initialize()
    for round_num in range(10):
        dataset = pooled_dataset(first_seed + round_num, **batches).take(steps)
        state = process.next(state, [dataset]).state
    return process.get_model_weights(state)


lengths = [int(dataset.cardinality()) for dataset in datasets]
pooled_length = int(pooled_dataset(0).cardinality())

lone = {writer: train_model([dataset_of[writer]]) for writer in writers}
centralized = train_centralized(pooled_length)

print(f"every image is used {10 * 5} times")
print(
    f"alone or federated: {10 * sum(lengths):,} steps, "
    f"at most {10 * max(lengths)} a writer"
)
print(f"centralized: {10 * pooled_length:,} steps")

# %% key="table" result=true
model_of = {
    "alone": lone,
    "federated": dict.fromkeys(writers, together),
    "centralized": dict.fromkeys(writers, centralized),
}
home = {
    name: {
        writer: accuracy(of[writer], [held_out[writer]]) for writer in writers
    }
    for name, of in model_of.items()
}
everywhere = {
    "alone": {
        writer: accuracy(lone[writer], held_out_datasets) for writer in writers
    },
    "federated": accuracy(together, held_out_datasets),
    "centralized": accuracy(centralized, held_out_datasets),
}

in_a_row = (10 * max(lengths), 10 * max(lengths), 10 * pooled_length)
sends = ("nothing", "10 updates", "all images")
print("             steps in   a writer       at home          everybody's")
print("             a row      sends          mean   lowest    images, mean")
means = []
for name, steps, what in zip(model_of, in_a_row, sends, strict=True):
    at_home = [100 * share for share in home[name].values()]
    on_all = everywhere[name]
    means.append(
        100 * np.mean(list(on_all.values()) if name == "alone" else on_all)
    )
    columns = (
        f"{np.mean(at_home):3.0f} % {min(at_home):6.0f} % {means[-1]:11.0f} %"
    )
    print(f"{name:12} {steps:6,}     {what:13} {columns}")
print(
    f"everybody's images: {means[0]:.0f} % alone, {means[1]:.0f} % federated, "
    f"{means[2]:.0f} % centralized"
)

# %% key="table_figure"
plotting.accuracy_spread(
    {
        "each writer's own held-out images": home,
        "everybody's held-out images": everywhere,
    },
    client_label="one writer (at the right: this writer's lone model)",
    title="Every image used 50 times: 14 writers, three ways to train",
)

# %% [markdown] key="read_table"
# In the left panel a dot is a writer's own images. The lone models have 95 % in the mean and the
# centralized model has as much; the federated one has 90 %. The lowest person has 77 % alone, 81 %
# federated, 85 % centralized: by this measure the pool is best and the lone models are worst,
# although on average they do as well. (20 to 30 images each; see luck above.)
#
# In the right panel everything is measured on everybody's images. The lone models fall to 73 % and
# lie far apart, the federated model keeps its 90 %, the centralized one its 95 %. (All of this is
# one order of the images. With `first_seed=10` in `train_centralized` and `seed=1` for `datasets`
# you can see how much another one moves.)
#
# So on this budget the federation gets most of what the pool would give, and no image leaves its
# writer. What is missing is the price of averaging after many local steps.
#
# ### The budget decides
#
# In images used and in steps taken, all three cost the same. But the centralized model takes its
# 3,500 steps in a row, while writers work side by side and take 280 at most. What if time is the
# budget? We stop centralized training after 280 steps, for four draws of the batches. Then we give
# it larger batches: in each step the 14 writers together use 14 times 20 images. Which of the two
# will come closer to the federation's 90 %?

# %% key="short_training"
short = [
    accuracy(train_centralized(max(lengths), first_seed), held_out_datasets)
    for first_seed in (0, 10, 20, 30)
]
print(f"centralized, {10 * max(lengths)} steps, batches of 20:", end=" ")
print(f"{100 * np.mean(short):.0f} % in the mean", end=", ")
print(f"{100 * min(short):.0f} to {100 * max(short):.0f} %")

batch_size = len(writers) * 20
# Five epochs would be too short: of such large batches, each of the ten rounds
# needs 28.
large = train_centralized(max(lengths), epochs=6, batch_size=batch_size)
print(
    f"centralized, {10 * max(lengths)} steps, batches of {batch_size}:", end=" "
)
print(f"{100 * accuracy(large, held_out_datasets):.0f} %")

# %% [markdown] key="read_short"
# With batches of 20 the federation is now ahead, with its 90 %. (The short runs differ widely,
# because each ends in the middle of a swing.) But that compares 14 that work side by side with one.
# If the pool may also use 14 times as many images in each step, it has caught up: 91 % after 280
# steps, and lesson {{centralized_training}}'s full batches had 91 % after 100. So a budget has to say what may run side by
# side, too. A sentence such as "federated is worse than centralized" says nothing without its
# budget.
#
# ### One person in the three trainings
#
# `writer_07` was in all three, with ten of its twelve 1s. Before you run the cell: in which of the
# three will they be recognised?

# %% key="ones_again"
n = len(images_of("writer_07", 1))
for name, of in model_of.items():
    share = recognised_share(of["writer_07"], "writer_07", 1)
    print(f"{name}: {share * n:.0f} of the {n} 1s of writer_07 recognised")

# %% [markdown] key="read_ones_again"
# Alone and in the pool these 1s are learned, in the federation hardly any after ten rounds: in each
# round `writer_07` learns its 1, and the mean with 13 others takes most of it away again. More
# rounds help, as question 3 lets you see. An average can hide people in the *training*, too.
#
# ## Export to Keras
#
# A trained model has to leave TFF one day. `assign_weights_to` copies the weights into a Keras
# model of the same layers, and from there on it is an ordinary Keras model. We save it, load it,
# and compare.

# %% [markdown] key="teach_export" kind="instructor" minutes=3
# **What people get wrong.** They expect the file to know how its input was made. Whoever loads it
# has to flatten 28 by 28 pixels, white as 1.0, or the model answers nonsense without an error.

# %% key="export_keras"
keras_model = models.softmax_model()
together.assign_weights_to(keras_model)

with tempfile.TemporaryDirectory() as folder:
    keras_model.save(f"{folder}/digits.keras")
    loaded = tf.keras.models.load_model(f"{folder}/digits.keras")

images, labels = data.pool(test)
predictions = loaded.predict(images.reshape(-1, 784), verbose=0)
before = keras_model.predict(images.reshape(-1, 784), verbose=0)
loaded_accuracy = np.mean(predictions.argmax(axis=1) == labels)
print(
    f"same predictions as before saving: {np.array_equal(predictions, before)}"
)
print(f"accuracy of the loaded model: {100 * loaded_accuracy:.0f} %")
difference = abs(loaded_accuracy - accuracy(together, held_out_datasets))
print(f"same as in federated evaluation: {difference < 1e-6}")

# %% [markdown] key="read_export"
# The file holds layers and weights. It holds neither the preprocessing (784 numbers, white as 1.0)
# nor anything of the training. So it is good for *using* the model, and not enough for going on
# with the training, as we see next.
#
# ## Stop and go on
#
# Training in the field takes days, and servers are restarted. What has to be kept so that the
# training goes on as if nothing had happened? We take a process whose server remembers something:
# its optimizer has **momentum**, a running sum of earlier updates. And each round draws its cohort
# of five clients, and their shuffles, from the round's number.

# %% [markdown] key="teach_checkpoint" kind="instructor" minutes=9 saves=3
# **What people get wrong.** They save the model and call it a checkpoint.
#
# **Ask the room.** What else would have to be in the checkpoint if the cohorts were drawn from a
# random generator that runs on from round to round? A good answer: the generator's state. A draw
# that follows from seed and round number needs nothing saved.
#
# **When time is short.** Do the exercise aloud and run the rest. Lesson {{make_it_your_own}} uses momentum again.


# %% key="momentum_process"
def build_process():
    return tff.learning.algorithms.build_weighted_fed_avg(
        functional_model,
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(
            learning_rate=0.02
        ),
        server_optimizer_fn=tff.learning.optimizers.build_sgdm(
            learning_rate=1.0, momentum=0.5
        ),
    )


def cohort_of(round_num):
    client_ids = data.sample_clients(writers, 5, seed=0, round_num=round_num)
    return preprocessing.make_federated_data(
        train, client_ids, epochs=5, batch_size=20, seed=round_num
    )


momentum_process = build_process()
finalizer = momentum_process.initialize.type_signature.result.member.finalizer
print("the server's optimizer remembers:", finalizer)

# %% [markdown] key="task_go_on"
# `accumulator` is the running sum, as large as the model. It is in the state and not in the
# model's weights.
#
# ### Exercise: go on from a state
#
# **Your task.** Write `go_on(process, state, cohort_of, first_round, last_round)`. It runs the
# rounds from `first_round` to `last_round`, both included, beginning with `state`, and gives the
# state after the last. `cohort_of(round_num)` gives the datasets for a round.


# %% key="ex_go_on" kind="exercise" exercise="go_on"
def go_on(process, state, cohort_of, first_round, last_round):
    # blank: ...
    for round_num in range(first_round, last_round + 1):
        state = process.next(state, cohort_of(round_num)).state
    return state
    # end blank


go_on = ex.go_on.check(go_on)

# %% [markdown] key="stop_intro"
# Ten rounds in one go, to compare with. Then five rounds, a checkpoint, and an end.
#
# TFF has a *program state manager* for checkpoints, which saves a state under a number and finds
# the latest. It works asynchronously, so that a server need not wait for the disk; `asyncio.run`
# waits. (Python allows this call only where no event loop is running yet, and every notebook runs
# one. The course's `setup` lifts that. In other notebooks write `await manager.save(...)`.)

# %% key="stop"
in_one_go = go_on(
    momentum_process, momentum_process.initialize(), cohort_of, 1, 10
)

# otherwise TensorFlow notes the path of each file it writes
tf.get_logger().setLevel("ERROR")
after_five = go_on(
    momentum_process, momentum_process.initialize(), cohort_of, 1, 5
)
folder = tempfile.mkdtemp()
manager = tff.program.FileProgramStateManager(folder)
asyncio.run(manager.save(after_five, version=5))
print("rounds with a checkpoint:", asyncio.run(manager.get_versions()))
del after_five, manager

# %% [markdown] key="resume_intro"
# Now as after a restart: nothing but the folder, and everything else built anew from code.
# `load_latest` wants an example of a state, to know the structure, and gives back the state and its
# number. Without a checkpoint it would give `None` and 0.

# %% key="resume"
process_again = build_process()
manager = tff.program.FileProgramStateManager(folder)
saved, round_num = asyncio.run(manager.load_latest(process_again.initialize()))
print(f"checkpoint found: round {round_num}")

ways = {
    "ten rounds in one go": in_one_go,
    "from the checkpoint": go_on(
        process_again, saved, cohort_of, round_num + 1, 10
    ),
}

# %% [markdown] key="wrong_ways_intro"
# For comparison, two ways that look as good: to keep only the weights, as the Keras file does, and
# to begin to count the rounds at 1 again. Before you run the cell: which of the four ways will end
# with exactly the same weights, and which would you notice by the accuracy?

# %% key="wrong_ways"
only_weights = process_again.set_model_weights(
    process_again.initialize(), process_again.get_model_weights(saved)
)
ways["from the weights alone"] = go_on(
    process_again, only_weights, cohort_of, round_num + 1, 10
)
ways["from round 1 again"] = go_on(process_again, saved, cohort_of, 1, 5)

wanted = process_again.get_model_weights(in_one_go)
for name, state in ways.items():
    got = process_again.get_model_weights(state)
    same = all(map(np.array_equal, got.trainable, wanted.trainable))
    share = accuracy(got, held_out_datasets)
    print(
        f"{name}: accuracy {100 * share:.0f} %, exactly the same weights: "
        f"{same}"
    )

# %% [markdown] key="read_checkpoint"
# From the checkpoint the weights are the same **to the last bit**. The two other ways raise no
# error, and their accuracy looks fine, but they are other trainings: the one has lost the momentum,
# the other shows the first five cohorts twice and the last five never. A checkpoint is the whole
# state and the round's number, next to the code, the seeds and the versions.
#
# The exactness holds on one machine. Another processor may round differently.
#
# ## Evaluation in production
#
# Much of this lesson only a simulation can do. With real clients:
#
# - **Clients report sums, the server sees totals.** With secure aggregation not even the server
#   sees one client's counts. There is no table by person.
# - **A person's metric is personal data.** That the model fails on somebody's writing may tell of a
#   tremor. A cohort of one gives it away, as every `accuracy(weights, [dataset])` above has shown.
#   So servers demand a least number of clients, and differential privacy adds noise.
# - **The spread can be had without names.** Each client says in which tenth its accuracy lies, and
#   the counts are added up: a histogram of people that names nobody.
# - **Evaluation has cohorts of its own**, so that strangers to the training are among them. Those
#   who can be reached are still no fair sample: phones that charge at night.
# - **Held-out data is made at the client**, often by time: train on older examples, test on newer
#   ones. The label has to come from use, such as the word that was typed in the end.
# - **Compare in pairs.** A new model is tried on the same clients as the old one, in the groups
#   that matter, before it is sent to all.

# %% [markdown] key="teach_production" kind="instructor" minutes=6
# **Ask the room.** Your service may not know who is served badly, but must not serve anybody badly.
# What do you do? A good answer: a histogram over people, groups chosen beforehand, and the client
# itself, which may compare the new model with the old one and keep the better.
#
# **Question 3 has an answer.** After each ten rounds 2, 6, 9 and 11 of the twelve 1s, while all
# held-out images together go from 90 % to 93 %. What it costs is rounds.

# %% [markdown] key="questions" kind="questions"

# %% [markdown] key="summary"
# ## What you now know
#
# - `build_fed_eval` sends weights out and adds up the clients' counts. One model, one fresh state.
# - Held-out images of the training's clients and clients held out altogether answer different
#   questions: 92 % and 86 % here. To see what taking part changes, compare the same people: 90 %
#   and 89 %.
# - An average weights: by example or by client. And it hides: of all images of `writer_12` 78 % are
#   recognised, and of the 1s of `writer_07` none was while this writer was left out.
# - The lowest of many noisy numbers is low by luck alone. Count the examples before you blame.
# - With every image used 50 times: on everybody's images 73 % alone, 90 % federated, 95 %
#   centralized; on one's own images 95 %, 90 % and 95 %. Say the budget with such numbers.
# - A Keras file is for using a model. A checkpoint is the whole state and the round's number.
#
# ## To talk about
#
# 1. Which accuracy would you put on a slide for the people who decide, and which two numbers next
#    to it?
# 2. Would you give `writer_07` a larger weight in the training? Who could decide that, if nobody
#    may know that it is `writer_07`?
# 3. Train `together` for forty rounds instead of ten. How many 1s of `writer_07` are recognised
#    after each ten? What does that cost the others?
# 4. How could a client have the federated model's knowledge of others *and* its own 1s?
#
# ## Further reading
#
# - H. Yuan, W. Morningstar, L. Ning, K. Singhal: "What Do We Mean by Generalization in Federated
#   Learning?", ICLR 2022, arXiv:2110.14216. Out-of-sample gap and participation gap.
# - K. Wang et al.: "Federated Evaluation of On-device Personalization", 2019, arXiv:1910.10252.
#   Which users gain and which lose, measured on their phones.
# - M. Mohri, G. Sivek, A. T. Suresh: "Agnostic Federated Learning", ICML 2019, arXiv:1902.00146.
#   Training for the worst mixture of clients.
# - T. Li, M. Sanjabi, A. Beirami, V. Smith: "Fair Resource Allocation in Federated Learning", ICLR
#   2020, arXiv:1905.10497. A knob between the average and the worst-served client.
# - K. Bonawitz et al.: "Towards Federated Learning at Scale: System Design", MLSys 2019,
#   arXiv:1902.01046. Evaluation as a task of its own, and how metrics are reported.
