# %% [markdown] key="what_you_learn"
# **After this lesson you can**
#
# - say in words and in one formula what a round of Federated Averaging does;
# - hand a Keras model to TFF in two ways, and explain why TFF wants a function and not a model;
# - build an averaging process, read its types, and run rounds in a loop of your own;
# - watch a training run with curves and with TensorBoard;
# - say what a round sends, and why the accuracy that it reports is not the model's.
#
# **From before:** the softmax model of [lesson 1](01_centralized_training.ipynb), and the clients,
# cohorts and preprocessing of [lesson 2](02_federated_data.ipynb).
#
# **Why this lesson.** Later lessons open this algorithm up and change it. Before that you should
# have seen it run, and know which of its numbers to believe.

# %% key="imports"
import tempfile

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from fl_course import data, models, plotting, preprocessing, training

# %% [markdown] key="algorithm"
# ## Federated Averaging in words
#
# One **round** of the algorithm by McMahan and colleagues (see Further reading) goes like this:
#
# 1. The **server** holds the model's weights $w$. It chooses a **cohort**, some of the clients, and
#    sends them $w$.
# 2. Each **client** $k$ of the cohort starts from $w$ and trains on its own $n_k$ examples, for
#    several **local epochs**, with its **client optimizer**. It ends with weights $w_k$.
# 3. The client sends back its **model update** $\Delta_k = w_k - w$ and the number $n_k$. Its
#    examples stay where they are.
# 4. The server takes the **weighted mean** of the updates, and its **server optimizer** applies
#    that mean to $w$.
#
# If the server optimizer is plain gradient descent with learning rate $\eta$, step 4 is one line:
#
# $$ w \leftarrow w + \eta \sum_k \frac{n_k}{n}\, \Delta_k, \qquad n = \sum_k n_k $$
#
# The server optimizer treats $-\sum_k \frac{n_k}{n} \Delta_k$ as if it were a gradient. With
# $\eta = 1$ the old $w$ cancels out, and the new model is $\sum_k \frac{n_k}{n} w_k$: the mean of
# the clients' models. That gives the algorithm its name.
#
# The gain is in step 2: a client does many steps between two exchanges.

# %% [markdown] key="experiment"
# ## The standard experiment
#
# These settings stay the same in all lessons:
#
# | setting | value |
# |---|---|
# | model | softmax regression, 784 inputs, 10 labels, all weights zero at first |
# | cohort | 10 of the 14 writers |
# | client | 5 local epochs, batches of 20, SGD with learning rate 0.02 |
# | server | SGD with learning rate 1.0 |
# | rounds | 10 |
#
# We begin with the same ten writers in every round, and measure on the held-out images of all 14.

# %% key="load_cohort"
train, test = data.load("digits")
ten_writers = train.client_ids[:10]

datasets = preprocessing.make_federated_data(
    train, train.client_ids, epochs=5, batch_size=20, seed=0
)
dataset_of = dict(zip(train.client_ids, datasets, strict=True))
cohort = [dataset_of[client_id] for client_id in ten_writers]

sizes = [len(data.pool(train, [client_id])[1]) for client_id in train.client_ids]
print(f"cohort: {len(cohort)} datasets, {sum(sizes[:10]):,} images")
print(f"images of a writer: {min(sizes)} to {max(sizes)}")

test_images, test_labels = data.pool(test)
test_inputs = test_images.reshape(len(test_images), 784)
print(f"held-out images of all {len(test.client_ids)} writers: {len(test_labels)}")

# %% [markdown] key="read_cohort"
# A cohort is a list with one `tf.data.Dataset` for each client. The writers have almost the same
# number of images; this will matter when we come to weights.
#
# Each client shuffles its images in an order of its own, the same in every round; `seed=0` fixes
# all of these orders. With weights that start at zero, this makes every run of this notebook the
# same.
#
# ## What TFF needs to know of a model
#
# TFF calls your Python code only while it builds the computations. It records the TensorFlow
# operations and sends the recording to the clients. For this it has to know:
#
# - the **model**, from inputs to predictions;
# - the **loss**, which the clients make smaller;
# - the **metrics**, which the clients count and report;
# - the **input spec**, the element type of a client's dataset, since no data is there yet when the
#   recording is made.

# %% key="show_input_spec"
input_spec = cohort[0].element_spec
for name, spec in input_spec.items():
    print(f"{name}: {spec.dtype.name} {list(spec.shape)}")

# %% [markdown] key="read_input_spec"
# `None` stands for the batch size, because a client's last batch may be smaller.
#
# ### A first try, which fails
#
# `tff.learning.models.from_keras_model` takes these four things. Here it wraps a Keras model that
# exists already. We try to build a learning process with it and catch the error.

# %% key="captured_model"
existing_model = models.softmax_model()


def model_fn_around_existing_model():
    return tff.learning.models.from_keras_model(
        existing_model,
        loss=tf.keras.losses.SparseCategoricalCrossentropy(),
        input_spec=input_spec,
        metrics=[tf.keras.metrics.SparseCategoricalAccuracy()],
    )


try:
    tff.learning.algorithms.build_weighted_fed_avg(
        model_fn_around_existing_model,
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=0.02),
    )
except RuntimeError as error:
    print(f"RuntimeError: {error}")

# %% [markdown] key="read_captured_model"
# While TFF was recording, it met a variable that lives in this notebook's process: the
# `EagerTensor` of the message. A client somewhere else can't reach it, so TFF refuses. The cure is
# to make the Keras model **inside** the function: then every recording has variables of its own.
# This is why TFF asks for a function and not for a model.
#
# ### Your turn: write `model_fn`
#
# Complete the function, which returns a `tff.learning.models.VariableModel`: make a **new** Keras
# model with `models.softmax_model()`, and return what `from_keras_model` makes of it, with loss,
# input spec and metric as in the cell above.


# %% key="ex_model_fn" kind="exercise" exercise="model_fn"
def model_fn():
    # blank: keras_model = ...
    # blank: return ...
    keras_model = models.softmax_model()
    return tff.learning.models.from_keras_model(
        keras_model,
        loss=tf.keras.losses.SparseCategoricalCrossentropy(),
        input_spec=input_spec,
        metrics=[tf.keras.metrics.SparseCategoricalAccuracy()],
    )
    # end blank


# %% key="look_at_model"
first, second = model_fn(), model_fn()
for variable in first.trainable_variables:
    print(f"trainable: {variable.dtype.name} {variable.shape.as_list()}")
shared = first.trainable_variables[0] is second.trainable_variables[0]
print(f"two calls share their variables: {shared}")

# %% [markdown] key="read_model"
# There are 784 times 10 weights and 10 biases, and two calls share nothing. The Keras model is not
# compiled: which optimizer the clients use is part of the algorithm, not of the model.
#
# ### The second way: a functional model
#
# A Keras model keeps its weights in variables. A **functional model** has none: it is a set of
# functions that take the weights as an argument, so TFF need not make variables for every client.
# `models.functional_model()` calls `tff.learning.models.functional_model_from_keras` with the same
# model, loss and metric.

# %% key="functional_model"
functional_model = models.functional_model()
trainable, non_trainable = functional_model.initial_weights
for weights in trainable:
    print(f"initial weights: {list(weights.shape)}, all zero: {not np.any(weights)}")
print(f"variables that are not trained: {len(non_trainable)}")

# %% [markdown] key="your_turn_process"
# ## Building the averaging process
#
# `tff.learning.algorithms.build_weighted_fed_avg` puts the four steps together. It takes a
# `model_fn` or a functional model, `client_optimizer_fn` for step 2, and `server_optimizer_fn` for
# step 4. Optimizers come from `tff.learning.optimizers`: `build_sgdm(learning_rate=...)` is
# gradient descent, with momentum if you ask for it.
#
# ### Your turn: build the process
#
# Build `averaging_process`, a `tff.learning.templates.LearningProcess`, from your `model_fn`:
# learning rate 0.02 at the clients and 1.0 at the server. The cell that failed shows the call with
# one of the two optimizers.

# %% key="ex_averaging_process" kind="exercise" exercise="averaging_process"
# blank: averaging_process = ...
averaging_process = tff.learning.algorithms.build_weighted_fed_avg(
    model_fn,
    client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=0.02),
    server_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=1.0),
)
# end blank

# %% key="functional_process"
functional_process = tff.learning.algorithms.build_weighted_fed_avg(
    functional_model,
    client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=0.02),
    server_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=1.0),
)

try:
    tff.learning.algorithms.build_weighted_fed_avg(
        model_fn, client_optimizer_fn=tf.keras.optimizers.SGD(0.02)
    )
except AttributeError as error:
    print(f"AttributeError: {error}")

# %% [markdown] key="read_processes"
# The first call builds the same process from the functional model. The second shows a mistake that
# older tutorials lead to: **Keras optimizers** are refused. TFF wants optimizers that hand their
# state out and take it back, without hidden variables. (Despite the name `client_optimizer_fn`, the
# argument is such an optimizer, not a function that makes one.)
#
# ## The two computations and their types
#
# A learning process holds two **federated computations**, programs whose values live at the server
# or at the clients. `initialize` makes the server's state, and `next` runs one round. The type of
# each says what it takes and returns, and where those values are.

# %% key="initialize_type"
print(averaging_process.initialize.type_signature.formatted_representation())

# %% [markdown] key="read_initialize_type"
# - `( -> ...)` is a function. Nothing stands left of the arrow: `initialize` takes no argument.
# - `<...>` is a structure with named fields.
# - `@SERVER` at the end is the **placement**: this value exists once, at the server.
#
# Inside are the parts of the algorithm, each with its state. `global_model_weights` is $w$, a
# matrix and a vector. `client_work` is step 2 and `finalizer` is step 4; both keep their learning
# rate. `distributor` (how $w$ gets to the clients) and `aggregator` (how updates are averaged) have
# nothing to remember: `<>` is an empty structure.

# %% key="next_type"
next_type = averaging_process.next.type_signature
state_type = averaging_process.initialize.type_signature.result
print(f"takes a state and client data: {next_type.parameter.client_data}")
print(f"the state it takes is what initialize returns: {next_type.parameter.state == state_type}")
print(f"the state it returns is of this type again: {next_type.result.state == state_type}")
print("it also returns metrics:")
print(next_type.result.metrics.formatted_representation())

# %% [markdown] key="read_next_type"
# The type of the client data, `{<x=float32[?,784],y=int32[?]>*}@CLIENTS`, is the one to learn:
#
# - `<x=float32[?,784],y=int32[?]>` is one batch; `?` is a size that is not fixed;
# - `*` makes it a **sequence** of batches: one client's dataset;
# - `{...}@CLIENTS` means one such value **for each client**, at the clients. The type does not say
#   how many clients there are.
#
# The metrics are `@SERVER`: by then they are added up over the cohort. Nothing in the result is
# `@CLIENTS`. The state comes out with the type it went in, so we can call `next` again and again.
#
# ## One round

# %% key="one_round"
state = averaging_process.initialize()
result = averaging_process.next(state, cohort)

train_metrics = result.metrics["client_work"]["train"]
print(f"loss {train_metrics['loss']:.2f}")
print(f"accuracy {100 * train_metrics['sparse_categorical_accuracy']:.0f} %")
print(f"examples seen {train_metrics['num_examples']:,}")
print(f"batches seen {train_metrics['num_batches']}")

# %% [markdown] key="read_one_round"
# `next` does not change `state`. It returns a new one, `result.state`, and metrics.
#
# The clients saw their 1,003 images five times, in 253 batches. The reported accuracy is 14 %, and
# the loss of 2.50 is worse than that of guessing, which is the natural logarithm of ten, 2.30. Has
# nothing been learned? We measure the server's new model on held-out images.
# `training.keras_evaluation` puts the weights of a process into a Keras model at the server and
# calls Keras' `evaluate`.

# %% key="held_out_after_one"
held_out = training.keras_evaluation(models.softmax_model, test_inputs, test_labels)
for when, some_state in [("before", state), ("after", result.state)]:
    measured = held_out(averaging_process.get_model_weights(some_state))
    accuracy = measured["sparse_categorical_accuracy"]
    print(f"{when} round 1: loss {measured['loss']:.2f}, accuracy {100 * accuracy:.0f} %")
print(f"loss of guessing: {np.log(10):.2f}")

# %% [markdown] key="take_apart"
# The loss has fallen from 2.30 to 2.01, in a round whose clients report 2.50, and the accuracy has
# gone from 10 % to 16 %. To see how these numbers fit together, we take the round apart.
#
# A round with a cohort of **one** client returns that client's own model: the mean of one. We run
# ten such rounds, all from the same initial state, and average the ten models in NumPy, with the
# formula from the top.

# %% key="one_round_by_hand"
alone = [averaging_process.next(state, [dataset]) for dataset in cohort]
client_models = [averaging_process.get_model_weights(a.state) for a in alone]
# Five times n_k, since each epoch counts; the factor cancels.
n = [int(a.metrics["client_work"]["train"]["num_examples"]) for a in alone]

kernels = [model.trainable[0] for model in client_models]
mean_kernel = np.average(kernels, axis=0, weights=n)
round_kernel = averaging_process.get_model_weights(result.state).trainable[0]
print(f"equal to 1e-6: {np.abs(mean_kernel - round_kernel).max() < 1e-6}")

losses = []
for client_id, model in zip(ten_writers, client_models, strict=True):
    kernel, bias = model.trainable
    answers = np.argmax(test_inputs @ kernel + bias, axis=1)
    # Labels given to clearly more images than one in ten.
    favourites = [str(k) for k in range(10) if np.mean(answers == k) > 0.15]
    measured = held_out(model)
    losses.append(measured["loss"])
    share = 100 * measured["sparse_categorical_accuracy"]
    print(f"{client_id} alone: loss {measured['loss']:.1f}, {share:.0f} %", end=", ")
    print(f"mostly answers {', '.join(favourites)}")
print(f"mean of the ten losses: {np.average(losses, weights=n):.2f}")
print(f"share of white pixels: {100 * np.mean(test_inputs == 1.0):.0f} %")

# %% [markdown] key="read_by_hand"
# The weighted mean of the clients' models **is** the model of the round.
#
# Each of these models gives nearly all images one, two or three labels. The reason is in the last
# line. White is 1.0, and 64 % of the inputs are white, mostly the same ones in every image: what a
# step changes there counts for all images. A batch of 20 never holds all labels equally often, so
# each step makes the labels that it held more of likelier for *every* image, and the next batch
# pulls elsewhere. The clients reported what they saw while their models were swinging.
#
# The models lean different ways, and in the mean much of it cancels: the loss of the mean, 2.01, is
# far below the mean of the losses, 2.52. For this model it can never be above, since the loss is
# convex in the weights. That says nothing about accuracy, and nothing about deep networks; that
# averaging works for them too is what McMahan and colleagues showed by experiment.
#
# ### Both kinds of model give the same numbers
#
# We run the same round with the functional process and compare the new weights.

# %% key="same_numbers"
functional_result = functional_process.next(functional_process.initialize(), cohort)
functional_metrics = functional_result.metrics["client_work"]["train"]
print(f"accuracy {100 * functional_metrics['sparse_categorical_accuracy']:.0f} %")

functional_kernel = functional_process.get_model_weights(functional_result.state).trainable[0]
print(f"weights equal to 1e-6: {np.abs(functional_kernel - round_kernel).max() < 1e-6}")

# %% [markdown] key="your_turn_loop"
# ## Ten rounds
#
# ### Your turn: write the control loop
#
# Start from a fresh `state` of `averaging_process`. In each round, let `result` be what `next`
# returns for the state and `cohort`; let `state` be the new state, or every round will be the first
# one; and let `train_metrics` be the clients' training metrics, as in the cell that ran one round.
#
# The accuracies that the last line prints should rise from round to round.

# %% key="ex_control_loop" kind="exercise" exercise="control_loop"
# blank: state = ...
state = averaging_process.initialize()
# end blank
reported = []
weights_after = []
for _ in range(10):
    # blank: result = ...
    # blank: state = ...
    # blank: train_metrics = ...
    result = averaging_process.next(state, cohort)
    state = result.state
    train_metrics = result.metrics["client_work"]["train"]
    # end blank
    reported.append(float(train_metrics["sparse_categorical_accuracy"]))
    weights_after.append(averaging_process.get_model_weights(state))
print("training accuracy by round:", ", ".join(f"{100 * a:.0f} %" for a in reported))

# %% [markdown] key="read_loop"
# The reported accuracy climbs from 14 % to 86 %.
#
# `training.train` is the same loop, with a progress bar and a history of the metrics. It takes the
# process, a function from round number to cohort, and the number of rounds. With `evaluate` it also
# measures the server's model after each round.

# %% key="train_ten_rounds"
_, history = training.train(functional_process, lambda round_num: cohort, 10, evaluate=held_out)
print(f"metrics of the training: {', '.join(sorted(history.train))}")
same = np.allclose(reported, history.train["sparse_categorical_accuracy"], atol=1e-6)
print(f"same training accuracies as your loop: {same}")

# %% key="learning_curves"
reported_label = "training, as reported"
plotting.learning_curves(
    {
        "loss": {
            reported_label: history.train["loss"],
            "held-out images": history.evaluation["loss"],
        },
        "accuracy": {
            reported_label: history.train["sparse_categorical_accuracy"],
            "held-out images": history.evaluation["sparse_categorical_accuracy"],
        },
    },
    percent="accuracy",
    title="Ten rounds with the same ten writers",
)

# %% key="result" result=true
final_accuracy = history.evaluation["sparse_categorical_accuracy"][-1]
print(f"10 rounds: {100 * final_accuracy:.0f} % on held-out images")

# %% [markdown] key="read_curves"
# Both losses fall in every round and have not levelled
# off, so more rounds would help. On the right, held-out accuracy is ahead in every round: after
# round two it is at 46 %, when the clients report 25 %, and at the end at 90 % against 86 %. In
# centralized training the training accuracy is usually the higher one. We come back to this.
#
# ## A fresh sample of clients each round
#
# So far the same ten writers took part in every round. A server usually draws a new cohort each
# time. `data.sample_clients` draws it from a seed and a round number, so that the draw can be
# repeated.

# %% key="plan_cohorts"
plans = {
    "the same ten": [ten_writers for _ in range(10)],
    "a fresh sample": [
        data.sample_clients(train.client_ids, 10, seed=0, round_num=round_num)
        for round_num in range(1, 11)
    ],
}
plotting.cohorts(plans, train.client_ids, title="Who takes part in which round")

# %% [markdown] key="read_plan"
# Each row is a writer, each column a round. On the left the last four rows are empty: the model
# will be measured on these writers, but never learns from them. On the right every writer takes
# part in some rounds and misses others.


# %% key="fresh_cohorts"
def sampled_cohort(round_num, seed):
    client_ids = data.sample_clients(train.client_ids, 10, seed=seed, round_num=round_num)
    return [dataset_of[client_id] for client_id in client_ids]


curves = {"the same ten": history.evaluation["sparse_categorical_accuracy"]}
for seed in (0, 1):
    _, fresh = training.train(
        functional_process,
        lambda round_num, seed=seed: sampled_cohort(round_num, seed),
        10,
        evaluate=held_out,
    )
    curves[f"fresh samples, seed {seed}"] = fresh.evaluation["sparse_categorical_accuracy"]

plotting.learning_curves(
    curves, y_label="accuracy on held-out images", percent=True, title="Which clients take part"
)
for name, curve in curves.items():
    print(f"{name}: round 1 {100 * curve[0]:.0f} %, round 10 {100 * curve[-1]:.0f} %")

# %% [markdown] key="read_fresh"
# The lines start apart and end together. In round 1 the mean of ten swinging models depends much on
# which ten they are. After ten rounds all lines are at 89 % or 90 %. One point on 398 images is
# four images, and two seeds are two draws: this does not show that fresh samples are better, or
# worse. Here, leaving four of the 14 writers out costs little on average. Lesson 4 asks what it
# costs each of them.
#
# ## Weighted and unweighted means
#
# The formula weights each update by its number of examples, so that every **example** counts the
# same. `build_unweighted_fed_avg` takes the plain mean, so that every client's **update** counts
# the same. (More images still mean more steps, and so a longer update.) Our writers have between 94
# and 109 images: the two can hardly differ.

# %% key="unweighted"
unweighted_process = tff.learning.algorithms.build_unweighted_fed_avg(
    functional_model,
    client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=0.02),
    server_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=1.0),
)
_, unweighted = training.train(unweighted_process, lambda round_num: cohort, 10, evaluate=held_out)

accuracies = {}
for name, run in [("weighted", history), ("unweighted", unweighted)]:
    accuracies[name] = run.evaluation["sparse_categorical_accuracy"][-1]
    print(f"{name}: held-out loss {run.evaluation['loss'][-1]:.2f}")
difference = accuracies["unweighted"] - accuracies["weighted"]
print(f"difference in accuracy: {difference * len(test_labels):.0f} images of {len(test_labels)}")

# %% [markdown] key="make_unequal"
# As expected: the same loss, and the same number of images recognised. To see a difference we need
# **quantity skew**. We make two cohorts out of the same ten writers by keeping only the first
# images of some, with `.take` before the preprocessing:
#
# - *half have little*: five writers keep all their images, five keep 5 each;
# - *one has a lot*: the first writer keeps all, the other nine keep 10 each.
#
# Few images also means few labels or few of each: quantity skew seldom comes alone.


# %% key="unequal_cohorts"
def truncated_cohort(limits):
    datasets = []
    # The seed gives each client an order of its own.
    for seed, (client_id, limit) in enumerate(zip(ten_writers, limits, strict=True)):
        examples = train.create_tf_dataset_for_client(client_id).take(limit)
        datasets.append(preprocessing.preprocess(examples, epochs=5, batch_size=20, seed=seed))
    return datasets


ALL = 1000  # more than any writer has
limits = {"half have little": [ALL] * 5 + [5] * 5, "one has a lot": [ALL] + [10] * 9}
panels = {}
for name, limit in limits.items():
    unequal_cohort = truncated_cohort(limit)
    panels[name] = {}
    for mean, process in [("weighted", functional_process), ("unweighted", unweighted_process)]:
        state, run = training.train(process, lambda _, c=unequal_cohort: c, 6, evaluate=held_out)
        panels[name][mean] = run.evaluation["sparse_categorical_accuracy"]
        kernel, bias = process.get_model_weights(state).trainable
        right = np.argmax(test_inputs @ kernel + bias, axis=1) == test_labels
        print(f"{name}, {mean}: {100 * np.mean(right):.0f} % after 6 rounds", end=", ")
        print(f"digits 0 to 4 {100 * np.mean(right[test_labels < 5]):.0f} %", end=", ")
        print(f"5 to 9 {100 * np.mean(right[test_labels >= 5]):.0f} %")

plotting.learning_curves(
    panels, percent=list(panels), title="Accuracy on held-out images, unequal clients"
)

# %% [markdown] key="read_unequal"
# **Left.** The writers' images come in the order 0, 1, 2 and so on, so the first five are a 0, a 1,
# a 2, a 3 and a 4. The small clients have never seen a 5 to 9. In the weighted mean they hardly
# count. In the unweighted mean they have half of the say and pull the model to their own five
# digits: it recognises 88 % of those and 26 % of the others.
#
# **Right.** The first ten images are each digit once: little data, but balanced. With weights one
# writer has more than half of the say, and the swings of that one model are hardly averaged out.
# Unweighted, they count for a tenth, and the mean is ahead: 79 % against 75 %.
#
# So neither mean is the right one, and much depends on which images the small clients have. A
# weighted mean serves the average *example*, an unweighted one the average *client*. Which you want
# is a question about the application.
#
# ## TensorBoard
#
# TensorBoard draws numbers that a program writes to **event files** in a log folder. Curves of the
# same name from two folders share a panel, so we write training metrics to `train` and held-out
# metrics to `evaluation`.
#
# ### Your turn: make the summary writers
#
# `log_dir` is a new temporary folder. With `tf.summary.create_file_writer(folder)` make two
# writers: `train_writer` for the path `f"{log_dir}/train"`, and `evaluation_writer` for
# `f"{log_dir}/evaluation"`.

# %% key="ex_summary_writer" kind="exercise" exercise="summary_writer"
log_dir = tempfile.mkdtemp()
# blank: train_writer = ...
# blank: evaluation_writer = ...
train_writer = tf.summary.create_file_writer(f"{log_dir}/train")
evaluation_writer = tf.summary.create_file_writer(f"{log_dir}/evaluation")
# end blank

# %% [markdown] key="about_logging"
# `tf.summary.scalar(name, value, step)` writes a number, inside the `with` block of a writer. The
# step is the round. `close` makes sure that everything reaches the disk.

# %% key="log_rounds"
state = functional_process.initialize()
for round_num in range(1, 6):
    result = functional_process.next(state, cohort)
    state = result.state
    with train_writer.as_default():
        for name, value in result.metrics["client_work"]["train"].items():
            tf.summary.scalar(name, value, step=round_num)
    with evaluation_writer.as_default():
        for name, value in held_out(functional_process.get_model_weights(state)).items():
            tf.summary.scalar(name, value, step=round_num)
train_writer.close()
evaluation_writer.close()

# %% key="read_event_files"
for folder in ("train", "evaluation"):
    events = EventAccumulator(f"{log_dir}/{folder}")
    events.Reload()
    for tag in sorted(events.Tags()["tensors"]):
        points = events.Tensors(tag)
        print(f"{folder}: {tag}, {len(points)} points, last at round {points[-1].step}")

# %% [markdown] key="open_tensorboard_text"
# The files hold five points of loss and accuracy from the training, and five from the evaluation.
# `training.train` writes the same files if you give it `log_dir`.
#
# The next cell opens TensorBoard inside the notebook. It starts a web server beside the notebook,
# which your browser must be able to reach, as on Colab or a local Jupyter. Expect two panels with a
# line for `train` and one for `evaluation`: the first half of the curves in our first figure.

# %% key="open_tensorboard" kind="optional"
# %load_ext tensorboard
# %tensorboard --logdir {log_dir}

# %% [markdown] key="bytes_text"
# ## What one round sends
#
# A client gets the weights and sends an update of the same size, both as `float32`, four bytes a
# number. (A few numbers more go up with it: the count of examples and the metrics.) We count this
# for the softmax model and for a small convolutional network (CNN), and next to it the images of
# one writer: as `float32`, and as the data set has them, 8 by 8 grey values that fit in a byte
# each.

# %% key="count_bytes"
for name, keras_model in [("softmax", models.softmax_model()), ("CNN", models.cnn_model())]:
    arrays = [weights.numpy() for weights in keras_model.trainable_variables]
    model_bytes = sum(array.nbytes for array in arrays)
    print(f"{name}: {keras_model.count_params():,} parameters, {model_bytes:,} bytes")
    print(f"  a client in a round: {model_bytes:,} bytes down, {model_bytes:,} bytes up")
    print(f"  ten clients in a round: {10 * model_bytes:,} down, {10 * model_bytes:,} up")
    print(f"  a client in ten rounds: {10 * 2 * model_bytes:,}, both ways")

writer_images, _ = data.pool(train, ["writer_00"])
print(f"images of writer_00 as float32: {writer_images.nbytes:,} bytes")
print(f"as scans of 8 by 8 bytes: {len(writer_images) * 8 * 8:,} bytes")

# %% [markdown] key="read_bytes"
# The softmax model has 7,850 numbers, or 31,400 bytes; a round sends ten times that to the cohort
# and ten times that back. The CNN costs almost twice as much.
#
# Compare this with the images. In ten rounds one client exchanges 628,000 bytes, while its images
# are 313,600 bytes as the model sees them and 6,400 as scans. So here federated learning sends far
# **more** than the data. What matters is which bytes leave: the images stay with the writer.
# Updates may still give something away about them, which is why secure aggregation and differential
# privacy exist.
#
# What a round sends does not depend on the number of local epochs. Where sending is what costs,
# more local work is the first thing to try, up to a point: clients that train long on different
# data drift apart.
#
# ## What training metrics do not tell
#
# For some rounds of your own loop we put four numbers side by side: what the clients **reported**;
# the server's model on the cohort's training images **before** the round, and **after** it; and the
# latter model on **held-out** images.

# %% key="side_by_side"
train_images, train_labels = data.pool(train, ten_writers)
train_inputs = train_images.reshape(len(train_images), 784)
on_train = training.keras_evaluation(models.softmax_model, train_inputs, train_labels)

weights_by_round = [averaging_process.get_model_weights(averaging_process.initialize())]
weights_by_round += weights_after
print("round  reported  before   after  held-out")
for round_num in (1, 2, 5, 10):
    before, after = weights_by_round[round_num - 1], weights_by_round[round_num]
    measured = [on_train(before), on_train(after), held_out(after)]
    shares = [reported[round_num - 1]] + [m["sparse_categorical_accuracy"] for m in measured]
    columns = [f"{100 * share:.0f} %" for share in shares]
    print(f"{round_num:5}  {columns[0]:>8}  {columns[1]:>6}  {columns[2]:>6}  {columns[3]:>8}")

kernel, bias = weights_after[-1].trainable
for name, ids in [("the ten writers", ten_writers), ("the other four", train.client_ids[10:])]:
    images, labels = data.pool(test, ids)
    answers = np.argmax(images.reshape(-1, 784) @ kernel + bias, axis=1)
    print(f"after round 10, held-out images of {name}: {100 * np.mean(answers == labels):.0f} %")

# %% [markdown] key="read_side_by_side"
# Take the first row. Before the round the model gives every image the same label and is right on
# 10 %. After it, it is right on 17 % of the same images. The clients reported 14 %, because a
# training metric is counted **while a client trains**: over all batches of all local epochs, each
# with a different model, and then added up over the cohort. It is the accuracy of no single model.
#
# In round 5 the clients reported 64 %, while the model that they started from had 83 % on these
# images and the one that came out 87 %: while they train, their own models are worse than both. In
# round 10 they reported 86 %; the models before and after had 92 % and 93 %.
#
# The last two columns measure the same model, on images it has learned from and on held-out ones,
# among them those of four writers it never learned from. The last two lines tell these apart: new
# images of the ten writers cost a point, new writers several.
#
# Reported metrics are not always too low. We deal the training images of all writers out to ten
# clients with **label skew** (lesson 2) so strong that most images of a client have the same label,
# and run two rounds.

# %% key="label_skew"
skewed = data.label_skew(train, 10, alpha=0.001, seed=0)
main_shares = [counts.max() / counts.sum() for counts in data.label_counts(skewed).values()]
print(f"images with the client's main label: {100 * min(main_shares):.0f} % or more")
skewed_cohort = preprocessing.make_federated_data(
    skewed, skewed.client_ids, epochs=5, batch_size=20, seed=0
)
_, skewed_history = training.train(
    functional_process, lambda round_num: skewed_cohort, 2, evaluate=held_out
)
for round_num in range(2):
    seen = skewed_history.train["sparse_categorical_accuracy"][round_num]
    unseen = skewed_history.evaluation["sparse_categorical_accuracy"][round_num]
    print(f"round {round_num + 1}: reported {100 * seen:.0f} %, held-out {100 * unseen:.0f} %")

# %% [markdown] key="read_label_skew"
# Now the reported accuracy is far too **high**: about 90 %, for a model that recognises one image
# in ten. A client that has nearly only one digit soon answers with it, and is right on its own
# images. The mean of ten such models is slow to become useful to anybody.
#
# So: use training metrics to see that training goes on and has not exploded. To say how good the
# model is, evaluate the server's model on examples it did not learn from.
#
# ## Against centralized training
#
# Ten rounds of five local epochs are 50 passes over the cohort's images. We let one Keras model do
# 50 passes over the same images in one place, with the same batch size and learning rate, and
# measure it on the same held-out images after every five.

# %% key="centralized"
centralized_model = models.softmax_model()
centralized_model.compile(
    optimizer=tf.keras.optimizers.SGD(0.02),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(),
    metrics=["sparse_categorical_accuracy"],
)
pooled = tf.data.Dataset.from_tensor_slices((train_inputs, train_labels)).cache()
five_passes = pooled.shuffle(2000, seed=0).repeat(5).batch(20)
fit = centralized_model.fit(
    five_passes,
    epochs=10,
    validation_data=(test_inputs, test_labels),
    verbose=0,
)
centralized = fit.history["val_sparse_categorical_accuracy"]
steps = [10 * len(dataset) for dataset in cohort]
print(f"after {10 * 5} passes over {len(train_inputs):,} images")
print(
    f"federated: {100 * final_accuracy:.0f} %, {sum(steps):,} steps, at most {max(steps)} a client"
)
print(f"centralized: {100 * centralized[-1]:.0f} %, {10 * len(five_passes):,} steps")
print("centralized by five passes:", ", ".join(f"{100 * a:.0f} %" for a in centralized))

# %% key="centralized_figure"
plotting.learning_curves(
    {
        "federated": history.evaluation["sparse_categorical_accuracy"],
        "centralized": centralized,
    },
    x_label="round, or five passes over the pooled images",
    y_label="accuracy on held-out images",
    percent=True,
    title="The same number of passes over the same images",
)

# %% [markdown] key="read_centralized"
# After the same number of passes the centralized model is at 95 % and the federated one at 90 %.
# Both took about as many steps. But the centralized model took its 2,510 steps one after the other.
# In the federated run each client took at most 280, side by side with the others, and they met ten
# times.
#
# The centralized line is at 70 % after five passes and over 90 % by the third point; from there it
# moves by a point or two. The federated line climbs steadily and is still rising. The gap is no
# law; it depends on rounds, local epochs and learning rates.

# %% [markdown] key="summary"
# ## Summary
#
# - A round sends the weights, trains on each client, and applies the weighted mean of the updates
#   at the server. With server learning rate 1.0 the new model is the mean of the clients' models.
# - TFF records your model, so it wants a `model_fn` that makes a new one each time, or a functional
#   model. Both give the same numbers.
# - A learning process is `initialize` and `next`. Your loop carries the state from round to round.
# - A weighted mean serves the average example, an unweighted one the average client.
# - For each client, a round sends the model down and an update of the same size up.
# - Training metrics come from changing models at the clients. Only an evaluation of the server's
#   model says how good it is.
#
# ## Questions to talk about
#
# 1. Ten rounds with five local epochs, or fifty rounds with one: what differs in what is sent, and
#    what do you expect of the accuracy? Try it.
# 2. A client lies about its number of examples. What can it reach with a weighted mean, and what
#    with an unweighted one?
# 3. One hospital in a network has a hundred times as many patients as the smallest. Which mean
#    would you take, and who should decide?
# 4. Evaluation at the clients costs them time and energy too. What would you measure, and how
#    often?
#
# ## Further reading
#
# - H. B. McMahan, E. Moore, D. Ramage, S. Hampson, B. Agüera y Arcas: "Communication-Efficient
#   Learning of Deep Networks from Decentralized Data", AISTATS 2017, arXiv:1602.05629. Its
#   Algorithm 1 is our four steps with $\eta = 1$.
# - S. Reddi et al.: "Adaptive Federated Optimization", ICLR 2021, arXiv:2003.00295. Why there is a
#   server optimizer, and what others than plain gradient descent bring.
# - J. Wang et al.: "A Field Guide to Federated Optimization", 2021, arXiv:2107.06917. How to choose
#   settings and how to report experiments.
# - P. Kairouz et al.: "Advances and Open Problems in Federated Learning", Foundations and Trends in
#   Machine Learning, 2021, arXiv:1912.04977. Among much else, what model updates can give away.
