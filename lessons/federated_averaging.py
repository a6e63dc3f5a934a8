# %% [markdown] key="what_you_learn"
# **After this lesson you can**
#
# - say in words and in one formula what a round of Federated Averaging does;
# - hand a Keras model to TFF in two ways, and explain why TFF wants a function and not a model;
# - build an averaging process, read its types, and run rounds in a loop of your own;
# - watch a training run with curves and with TensorBoard;
# - say what a round sends, and why the accuracy that it reports is not the model's.
#
# **From before:** the softmax model of [lesson {{centralized_training}}](centralized_training.ipynb), and the clients,
# cohorts and preprocessing of [lesson {{federated_data}}](federated_data.ipynb).
#
# **Why this lesson.** Later lessons open this algorithm up and change it. Before that you should
# have seen it run, and know which of its numbers to believe.

# %% key="imports"
import tempfile

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff
from tensorboard.backend.event_processing.event_accumulator import (
    EventAccumulator,
)

from fl_course import data, exercises, models, plotting, preprocessing, training

ex = exercises.lesson("federated_averaging")

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

# %% [markdown] key="teach_algorithm" kind="instructor" minutes=5 slide="step_four"
# **Ask the room.** Before step 4 is on the wall: "Ten models come back. How would you make one of
# them?" Someone says *take the best one*: on whose images, and who may look at them? Someone says
# *average the predictions*: then every client needs all ten models. That the weights themselves can
# be averaged should sound odd; the section on one round shows that it works here.
#
# **What people get wrong.** They take $\eta$ for the clients' learning rate. It is the server's,
# and 1.0 is its neutral value: all of the mean update, neither more nor less.

# %% [markdown] key="step_four"
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

sizes = [
    len(data.pool(train, [client_id])[1]) for client_id in train.client_ids
]
print(f"cohort: {len(cohort)} datasets, {sum(sizes[:10]):,} images")
print(f"images of a writer: {min(sizes)} to {max(sizes)}")

test_images, test_labels = data.pool(test)
test_inputs = test_images.reshape(len(test_images), 784)
print(
    f"held-out images of all {len(test.client_ids)} writers: {len(test_labels)}"
)

# %% [markdown] key="read_cohort"
# A cohort is a list with one `tf.data.Dataset` for each client. The writers have almost the same
# number of images; this will matter when we come to weights.
#
# Each client shuffles its images in an order of its own, the same in every round; `seed=0` fixes
# all of these orders. With weights that start at zero, this makes every run of this notebook the
# same.

# %% [markdown] key="teach_experiment" kind="instructor" minutes=2 saves=1
# **When time is short.** Do not talk the table through; run the cell. These settings come back in
# every later lesson, so it is worth a look at each line, but no discussion yet.

# %% [markdown] key="what_tff_needs"
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

# %% [markdown] key="teach_model" kind="instructor" minutes=9 saves=1 skips="look_at_model" slide="read_captured_model"
# **Ask the room.** After the error: "Lesson {{centralized_training}} trained a Keras model that existed already. Why may
# we not do that here?" A good answer: the variables are in this notebook's process, and the clients
# are elsewhere; a recording that points to them could not be sent.
#
# **What people get wrong.** They write `models.softmax_model` without the parentheses in the body,
# or hand over `model_fn()` with them. They make the metric outside the function: it holds variables
# too, and the error is the same. They compile the Keras model, as in lesson {{centralized_training}}, and TFF refuses.
#
# **When time is short.** Skip the cell that compares two calls; the check of the exercise does the
# same. Keep the functional model: lesson {{federated_evaluation}} uses no other kind.

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
# exists already. To see whether TFF accepts that, we hand it to `build_weighted_fed_avg`, which
# builds Federated Averaging and which the next section explains, and catch the error. Before you
# run the cell: what about this model could TFF not send to a client?

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
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(
            learning_rate=0.02
        ),
    )
except RuntimeError as error:
    print(f"RuntimeError: {error}")

# %% [markdown] key="read_captured_model"
# While TFF was recording, it met a variable that lives in this notebook's process: the
# `EagerTensor` of the message. A client somewhere else can't reach it, so TFF refuses. The cure is
# to make the Keras model **inside** the function: then every recording has variables of its own.
# This is why TFF asks for a function and not for a model.
#
# ### Exercise: write `model_fn`
#
# **Your task.** Write the function `model_fn`, which takes no argument. At each call it makes a
# **new** Keras model with `models.softmax_model()`, and returns what `from_keras_model` makes of
# it, with loss, input spec and metric as in the cell above.
#
# The last line of the cell checks your function. If you are stuck, run `ex.model_fn.hint()` in a
# cell of its own.


# %% key="ex_model_fn" kind="exercise" exercise="model_fn"
def model_fn():
    # blank: ...
    keras_model = models.softmax_model()
    return tff.learning.models.from_keras_model(
        keras_model,
        loss=tf.keras.losses.SparseCategoricalCrossentropy(),
        input_spec=input_spec,
        metrics=[tf.keras.metrics.SparseCategoricalAccuracy()],
    )
    # end blank


model_fn = ex.model_fn.check(model_fn)

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
    print(
        f"initial weights: {list(weights.shape)}, all zero: "
        f"{not np.any(weights)}"
    )
print(f"variables that are not trained: {len(non_trainable)}")

# %% [markdown] key="building"
# ## Building the averaging process
#
# `tff.learning.algorithms.build_weighted_fed_avg` puts the four steps together. It takes a
# `model_fn` or a functional model, `client_optimizer_fn` for step 2, and `server_optimizer_fn` for
# step 4. Both optimizers come from `tff.learning.optimizers`: `build_sgdm(learning_rate=...)` is
# gradient descent, with momentum if you ask for it. (Despite the names, the arguments are such
# optimizers, not functions that make one. Without a server optimizer, as in the cell that failed,
# TFF takes gradient descent with learning rate 1.0.)
#
# Older tutorials hand over **Keras optimizers**. This is what happens today:

# %% key="keras_optimizer"
try:
    tff.learning.algorithms.build_weighted_fed_avg(
        model_fn, client_optimizer_fn=tf.keras.optimizers.SGD(0.02)
    )
except AttributeError as error:
    print(f"AttributeError: {error}")

# %% [markdown] key="teach_building" kind="instructor" minutes=7 slide="functional_process_text"
# **What people get wrong.** They take the optimizer from Keras, out of habit from lesson {{centralized_training}}, and the
# error names TFF's own: point to the cell above. They call `model_fn()`. They swap the two rates,
# and nothing complains: with 0.02 at the server the model creeps, and the check says so.
#
# **Ask the room.** "What would half that learning rate do at the server?" It goes half of the way
# from the old model to the mean of the clients' models. And twice the rate? Beyond the mean, as far
# again.

# %% [markdown] key="your_turn_process"
# TFF wants optimizers that hand their state out and take it back, without hidden variables. That is
# what the missing `initialize` would do.
#
# ### Exercise: build the process
#
# **Your task.** Build `averaging_process`, a `tff.learning.templates.LearningProcess`, with
# `build_weighted_fed_avg` from your `model_fn`: learning rate 0.02 at the clients and 1.0 at the
# server, both plain gradient descent. Hand over `model_fn` itself, without parentheses. If your
# line raises an error, `averaging_process = ex.averaging_process.check()` lets you go on.

# %% key="ex_averaging_process" kind="exercise" exercise="averaging_process"
# blank: averaging_process = ...
averaging_process = tff.learning.algorithms.build_weighted_fed_avg(
    model_fn,
    client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=0.02),
    server_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=1.0),
)
# end blank
averaging_process = ex.averaging_process.check(averaging_process)

# %% [markdown] key="functional_process_text"
# The functional model goes in the same way. We keep this second process for the longer runs.

# %% key="functional_process"
functional_process = tff.learning.algorithms.build_weighted_fed_avg(
    functional_model,
    client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=0.02),
    server_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=1.0),
)

# %% [markdown] key="types"
# ## The two computations and their types
#
# A learning process holds two **federated computations**, programs whose values live at the server
# or at the clients. `initialize` makes the server's state, and `next` runs one round. The type of
# each says what it takes and returns, and where those values are.

# %% [markdown] key="teach_types" kind="instructor" minutes=6 saves=3 slide="read_next_type"
# **Ask the room.** Show the type of `next` and ask: "Where in it could a client's images come back
# to the server?" Nowhere: nothing in the result is at the clients, and all that is at the server is
# a state the size of the model and a few sums. A type is a promise that can be read before anything
# runs.
#
# **What people get wrong.** They read `{...}@CLIENTS` as one value that all clients share. The
# braces say one each, and they may differ.
#
# **When time is short.** Read only the client data's type aloud. Lesson {{federated_core}} teaches the notation from
# the start.

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
print(f"client data it takes: {next_type.parameter.client_data}")
print(
    "the state it takes is what initialize returns: "
    f"{next_type.parameter.state == state_type}"
)
print(
    "the state it returns is of this type again: "
    f"{next_type.result.state == state_type}"
)
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
# The metrics are `@SERVER`: by then they are added up over the cohort. We read those in `train`;
# the other fields count what the course does not use. Nothing in the result is `@CLIENTS`. The
# state comes out with the type it went in, so we can call `next` again and again.

# %% [markdown] key="one_round_text"
# ## One round
#
# `next` takes a state and the cohort's datasets, and runs on the worker of lesson {{centralized_training}}.

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

# %% [markdown] key="teach_one_round" kind="instructor" minutes=11 saves=4 slide="held_out_after_one"
# **Ask the room.** With 14 % and 2.50 on the wall: "Did this round teach the model anything?" Let
# people commit themselves before the next cells. The reported loss is worse than that of guessing,
# and the new model is better than guessing: both are true, of different models.
#
# **What people get wrong.** They keep `state` and wonder why nothing moves; the new state is in the
# result. They conclude from the ten lone models that averaging improves every model. The inequality
# holds for the loss, and because this model's loss is convex.
#
# **When time is short.** Run the cell that averages by hand, and read three lines of its output:
# `equal to 1e-6`, and the last two, the mean of the ten losses and the share of white pixels. White
# is 1.0, so what a step changes there counts for all images. Lesson {{averaging_by_hand}} shows the same with an
# algorithm of your own.

# %% [markdown] key="read_reported"
# The clients saw their 1,003 images five times, in 253 batches. The reported accuracy is 14 %, and
# the loss of 2.50 is worse than that of guessing, which is the natural logarithm of ten, 2.30. Has
# nothing been learned? We measure the server's new model on held-out images.
# `training.keras_evaluation` makes a function for that: it puts a process's weights into a Keras
# model at the server and returns Keras' loss and accuracy.

# %% key="held_out_after_one"
on_held_out = training.keras_evaluation(
    models.softmax_model, test_inputs, test_labels
)
for when, some_state in [("before", state), ("after", result.state)]:
    measured = on_held_out(averaging_process.get_model_weights(some_state))
    accuracy = measured["sparse_categorical_accuracy"]
    print(
        f"{when} round 1: loss {measured['loss']:.2f}, "
        f"accuracy {100 * accuracy:.0f} %"
    )
print(f"loss of guessing: {np.log(10):.2f}")

# %% [markdown] key="take_apart"
# The loss has fallen from 2.30 to 2.01, in a round whose clients report 2.50, and the accuracy has
# gone from 10 % to 16 %. To see how these numbers fit together, we take the round apart.
#
# A round with a cohort of **one** client returns that client's own model: the mean of one. We run
# ten such rounds, all from the same initial state, and average the ten models in NumPy, with the
# formula from the top. Before you run the cell: will the ten models be alike, as the writers copied
# the same sheet?

# %% key="one_round_by_hand"
alone = [averaging_process.next(state, [dataset]) for dataset in cohort]
client_models = [averaging_process.get_model_weights(a.state) for a in alone]
# Five times n_k, since each epoch counts; the factor cancels.
n = [int(a.metrics["client_work"]["train"]["num_examples"]) for a in alone]

kernels = [model.trainable[0] for model in client_models]
mean_kernel = np.average(kernels, axis=0, weights=n)
round_kernel = averaging_process.get_model_weights(result.state).trainable[0]
print(f"equal to 1e-6: {np.abs(mean_kernel - round_kernel).max() < 1e-6}")


def answers_of(weights, inputs):
    kernel, bias = weights.trainable
    return np.argmax(inputs @ kernel + bias, axis=1)


losses = []
for client_id, model in zip(ten_writers, client_models, strict=True):
    answers = answers_of(model, test_inputs)
    # Labels given to clearly more images than one in ten.
    favourites = [k for k in range(10) if np.mean(answers == k) > 0.15]
    measured = on_held_out(model)
    losses.append(measured["loss"])
    share = 100 * measured["sparse_categorical_accuracy"]
    print(
        f"{client_id} alone: loss {measured['loss']:.1f}, {share:.0f} %",
        end=", ",
    )
    print(
        f"{10 * np.mean(np.isin(answers, favourites)):.0f} of ten images are "
        "called",
        *favourites,
    )
print(f"mean of the ten losses: {np.average(losses, weights=n):.2f}")
print(f"share of white pixels: {100 * np.mean(test_inputs == 1.0):.0f} %")

# %% [markdown] key="read_by_hand"
# The weighted mean of the clients' models **is** the model of the round.
#
# Now read the lines of the lone models. Each gives most images, 8 to 10 of ten, the same one, two
# or three labels. Why?
#
# - **White counts.** White is 1.0, and 64 % of the inputs are white (the last line), mostly the
#   same ones in every image. What a step changes there counts for all images.
# - **A batch leans.** A batch of 20 never holds all labels equally often. So each step makes the
#   labels that it held more of likelier for *every* image, and the next batch pulls elsewhere.
#
# The clients reported what they saw while their models were swinging like that.
#
# Each model leans another way, and in the mean much of it cancels: the loss of the mean, 2.01, is
# far below the mean of the losses, 2.52. For this model it can never be above, since the loss is
# convex in the weights. That says nothing about accuracy, and nothing about deep networks; that
# averaging works for them too is what McMahan and colleagues showed by experiment.
#
# ### Both kinds of model give the same numbers
#
# We run the same round with the functional process and compare the new weights.

# %% key="same_numbers"
functional_result = functional_process.next(
    functional_process.initialize(), cohort
)
functional_metrics = functional_result.metrics["client_work"]["train"]
print(
    f"accuracy {100 * functional_metrics['sparse_categorical_accuracy']:.0f} %"
)

functional_kernel = functional_process.get_model_weights(
    functional_result.state
).trainable[0]
print(
    "weights equal to 1e-6: "
    f"{np.abs(functional_kernel - round_kernel).max() < 1e-6}"
)

# %% [markdown] key="many_rounds"
# ## Ten rounds
#
# A process remembers nothing between two calls: what training has reached is in the state, and the
# state is in your hands.
#
# ### Exercise: write the control loop
#
# **Your task.** Write `run_rounds(process, cohort, num_rounds)`. It begins with the state that
# `process.initialize()` returns and runs `num_rounds` rounds of `process`, each with `cohort`, and
# each from the state that the round before it returned. It returns two things: the **state** after
# the last round, and a **list** with the accuracy that the clients reported in each round. The cell
# that ran one round shows the call and where the accuracy is.
#
# To see what your function does, the check gives it a stand-in for a process, which trains nothing
# and takes notes. So use the three arguments, and not `averaging_process`, and leave `cohort` as
# it is.


# %% key="ex_control_loop" kind="exercise" exercise="control_loop"
def run_rounds(process, cohort, num_rounds):
    # blank: ...
    state = process.initialize()
    reported = []
    for _ in range(num_rounds):
        result = process.next(state, cohort)
        state = result.state
        train_metrics = result.metrics["client_work"]["train"]
        reported.append(float(train_metrics["sparse_categorical_accuracy"]))
    return state, reported
    # end blank


run_rounds = ex.control_loop.check(run_rounds)

# %% [markdown] key="teach_many_rounds" kind="instructor" minutes=12 saves=6 slide="run_loop_text"
# **What people get wrong.** They forget `state = result.state`, and all rounds are the first one;
# or they call `initialize` inside the loop, with the same effect. They return `result` where the
# state is wanted. Each has a sentence of its own in the check: let people read it before you help.
#
# **Ask the room.** "The loop is yours, not TFF's. What could you do in it, between two rounds?"
# Draw another cohort, measure the model, save the state, stop early, change the data. Lesson {{federated_evaluation}}
# saves a state and goes on from it.
#
# **When time is short.** Show the loop's solution with `ex.control_loop.solution()`, run the cells
# as they are, and go on to the figure. Everything later runs on `training.train`, which is the same
# loop.

# %% [markdown] key="run_loop_text"
# Now with the real process, for five rounds.

# %% key="run_loop"
_, reported = run_rounds(averaging_process, cohort, 5)
print(
    "reported accuracy by round:",
    ", ".join(f"{100 * a:.0f} %" for a in reported),
)

# %% [markdown] key="read_loop"
# It begins with the 14 % from above and rises with every round. A list of equal numbers would say
# that the state was not carried on.
#
# `training.train` is the same loop, with a progress bar and a history of the metrics. It takes the
# process, a function from round number to cohort, and the number of rounds. If you hand it a
# function as `evaluate`, it calls that with the server's weights after each round. Ours measures
# them on held-out images, and also keeps them for later.

# %% key="train_ten_rounds"
weights_after = []


def evaluate(weights):
    weights_after.append(weights)
    return on_held_out(weights)


_, history = training.train(
    functional_process, lambda round_num: cohort, 10, evaluate=evaluate
)
print(f"metrics of the training: {', '.join(sorted(history.train))}")
same = np.allclose(
    reported, history.train["sparse_categorical_accuracy"][:5], atol=1e-6
)
print(f"the first five accuracies are those of your loop: {same}")

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
            "held-out images": history.evaluation[
                "sparse_categorical_accuracy"
            ],
        },
    },
    percent="accuracy",
    title="Ten rounds with the same ten writers",
)

# %% key="result" result=true
final_accuracy = history.evaluation["sparse_categorical_accuracy"][-1]
print(f"10 rounds: {100 * final_accuracy:.0f} % on held-out images")

# %% [markdown] key="read_curves"
# On the left, both losses fall in every round and have not levelled off, so more rounds would help.
# On the right, held-out accuracy is ahead in every round: after round two it is at 46 %, when the
# clients report 25 %, and at the end at 90 % against 86 %. In centralized training the training
# accuracy is usually the higher one. We come back to this.

# %% [markdown] key="round_time"
# ### Optional: what makes a round fast
#
# Only the last of these four is arithmetic:
#
# - **Compiling.** TFF compiles a computation when it is called for the first time and keeps the
#   result. A process that is built again for each round pays each time.
# - **Sending client data.** A client's dataset goes to the worker process as its examples together
#   with the steps that make batches of them, and the worker does those steps.
#   `preprocessing.preprocess` makes batches first and flattens whole batches, not single images.
# - **Preparing.** The worker has to make each client's training loop ready. This course's engine
#   puts the loop into one graph, which is prepared once; TFF alone would do it for each client
#   anew.
# - **Training**, as many clients at a time as the computer has cores.
#
# The next cell measures the first two: `preprocess` against a pipeline that flattens each image by
# itself, and the first round against the later ones. Which of the two differences do you expect to
# be the larger? Times differ between machines and between runs, so compare only what one run
# measured.

# %% key="measure_rounds" kind="optional"
import time


def flatten_one(example):
    pixels = tf.reshape(example["pixels"], [784])
    return {"x": pixels, "y": example["label"]}


image_by_image = [
    train.create_tf_dataset_for_client(client_id)
    .shuffle(1000, seed=0)
    .repeat(5)
    .map(flatten_one)
    .batch(20)
    for client_id in ten_writers
]

for name, client_datasets in (
    ("preprocess", cohort),
    ("image by image", image_by_image),
):
    process = tff.learning.algorithms.build_weighted_fed_avg(
        functional_model,
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(
            learning_rate=0.02
        ),
    )
    state = process.initialize()
    milliseconds = []
    for _ in range(6):
        start = time.perf_counter()
        state = process.next(state, client_datasets).state
        milliseconds.append(
            1000 * (time.perf_counter() - start) / len(client_datasets)
        )
    later = np.median(milliseconds[1:])
    print(
        f"{name}: first round {milliseconds[0]:.0f} ms per client, "
        f"later ones {later:.1f}"
    )

# %% [markdown] key="fresh_text"
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
# part in some rounds and misses others. Before you run the next cell: where will the two lines of
# accuracy be apart, at the start or at the end?


# %% key="fresh_cohorts"
def sampled_cohort(round_num):
    return [
        dataset_of[client_id]
        for client_id in plans["a fresh sample"][round_num - 1]
    ]


_, fresh = training.train(
    functional_process, sampled_cohort, 10, evaluate=on_held_out
)
curves = {
    "the same ten": history.evaluation["sparse_categorical_accuracy"],
    "a fresh sample": fresh.evaluation["sparse_categorical_accuracy"],
}
plotting.learning_curves(
    curves,
    y_label="accuracy on held-out images",
    percent=True,
    title="Which clients take part",
)
for name, curve in curves.items():
    print(
        f"{name}: round 1 {100 * curve[0]:.0f} %, "
        f"round 10 {100 * curve[-1]:.0f} %"
    )

# %% [markdown] key="read_fresh"
# The lines start apart and end together. In round 1 the mean of ten swinging models depends much on
# which ten they are: 16 % and 28 %. After ten rounds both are at 90 %. This is one draw, and one
# point on 398 images is four images: it does not show that fresh samples are as good, or better.
# Here, leaving four of the 14 writers out costs little on average. Lesson {{federated_evaluation}} asks what it costs each
# of the four.

# %% [markdown] key="teach_fresh" kind="instructor" minutes=4 saves=4 skips="plan_cohorts fresh_cohorts"
# **Ask the room.** "With a fresh sample, can the server say after ten rounds which clients it has
# learned from?" Here yes, from the seed. In a real federation it may not want to know; that some
# clients come more often than others is a bias of the model all the same.
#
# **When time is short.** Skip this section. Lesson {{federated_data}} has shown the draw, and nothing later builds
# on the comparison.

# %% [markdown] key="weights_text"
# ## Weighted and unweighted means
#
# The formula weights each update by its number of examples, so that every **example** counts the
# same. `build_unweighted_fed_avg` takes the plain mean, so that every client's **update** counts
# the same. (More images still mean more steps, and so a longer update.) Our writers have between 94
# and 109 images: the two can hardly differ. We run five rounds.

# %% [markdown] key="teach_weights" kind="instructor" minutes=7 slide="unequal_cohorts"
# **Ask the room.** Before the figure: "Five clients with five images each, five with a hundred.
# Which mean would you take?" Collect votes. Then look at both panels: a good answer asks first
# which images the small clients have, and what the model is for.
#
# **What people get wrong.** They take weighting for the fair choice because it is the default. It
# is fair to examples.

# %% key="unweighted"
unweighted_process = tff.learning.algorithms.build_unweighted_fed_avg(
    functional_model,
    client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=0.02),
    server_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=1.0),
)
_, unweighted = training.train(
    unweighted_process, lambda round_num: cohort, 5, evaluate=on_held_out
)

for name, run in [("weighted", history), ("unweighted", unweighted)]:
    loss = run.evaluation["loss"][4]
    recognised = run.evaluation["sparse_categorical_accuracy"][4] * len(
        test_labels
    )
    print(f"{name}, round 5: held-out loss {loss:.2f}", end=", ")
    print(f"{recognised:.0f} of {len(test_labels)} images recognised")

# %% [markdown] key="make_unequal"
# As expected: the same loss, and one image apart. To see a difference we need **quantity skew**. We
# make two cohorts out of the same ten writers by keeping only the first images of some, with
# `.take` before the preprocessing:
#
# - *half have little*: five writers keep all their images, five keep 5 each;
# - *one has a lot*: the first writer keeps all, the other nine keep 10 each.
#
# Few images also means few labels or few of each: quantity skew seldom comes alone. Before you run
# the cell: in which of the two cohorts will the weighted mean be ahead, if in any?


# %% key="unequal_cohorts"
def truncated_cohort(limits):
    datasets = []
    # The seed gives each client an order of its own.
    for seed, (client_id, limit) in enumerate(
        zip(ten_writers, limits, strict=True)
    ):
        examples = train.create_tf_dataset_for_client(client_id).take(limit)
        datasets.append(
            preprocessing.preprocess(
                examples, epochs=5, batch_size=20, seed=seed
            )
        )
    return datasets


ALL = 1000  # more than any writer has
limits = {
    "half have little": [ALL] * 5 + [5] * 5,
    "one has a lot": [ALL] + [10] * 9,
}
panels = {}
for name, limit in limits.items():
    unequal_cohort = truncated_cohort(limit)
    panel = panels[f"accuracy, {name}"] = {}
    for mean, process in [
        ("weighted", functional_process),
        ("unweighted", unweighted_process),
    ]:
        state, run = training.train(
            process, lambda _, c=unequal_cohort: c, 4, evaluate=on_held_out
        )
        panel[mean] = run.evaluation["sparse_categorical_accuracy"]
        right = (
            answers_of(process.get_model_weights(state), test_inputs)
            == test_labels
        )
        print(
            f"{name}, {mean}: {100 * np.mean(right):.0f} % after 4 rounds",
            end=", ",
        )
        print(
            f"digits 0 to 4 {100 * np.mean(right[test_labels < 5]):.0f} %",
            end=", ",
        )
        print(f"5 to 9 {100 * np.mean(right[test_labels >= 5]):.0f} %")

plotting.learning_curves(
    panels, percent=panels, title="Held-out images, unequal clients"
)

# %% [markdown] key="read_unequal"
# **Left.** The writers' images come in the order 0, 1, 2 and so on, so the first five are a 0, a 1,
# a 2, a 3 and a 4. The small clients have never seen a 5 to 9. In the weighted mean they hardly
# count. In the unweighted mean they have half of the say and pull the model to their own five
# digits: it recognises 82 % of those and 6 % of the others. (After the first round, which is mostly
# swings, the order is still the other way.)
#
# **Right.** The first ten images are each digit once: little data, but balanced. With weights one
# writer has more than half of the say, and the swings of that one model are hardly averaged out.
# Unweighted, these swings count for a tenth, and the mean is ahead: 78 % against 69 %.
#
# So neither mean is the right one, and much depends on which images the small clients have. A
# weighted mean serves the average *example*, an unweighted one the average *client*. Which you want
# is a question about the application.

# %% [markdown] key="tensorboard_text"
# ## TensorBoard
#
# *(This section may be skipped; nothing later needs it.)*
#
# TensorBoard draws numbers that a program writes to **event files** in a log folder. A **summary
# writer** writes them. For one number it looks like this:
#
# ```python
# writer = tf.summary.create_file_writer(folder)
# with writer.as_default():
#     tf.summary.scalar("loss", value, step=round_num)
# writer.close()
# ```
#
# `scalar` writes to the writer whose `with` block it is in, and nowhere if there is none; the file
# is complete when the writer is closed. The step is where the point goes on the horizontal axis;
# for us, the number of the round. Curves of the same name from two folders share a panel. So we
# write training metrics to `train` and held-out metrics to `evaluation`, under the same names.
#
# ### Exercise: write the logs
#
# The `history` of our ten rounds holds all that we want to log: `history.rounds` is the list of
# round numbers, `history.train` and `history.evaluation` are dicts of lists, from a metric's name
# to its values in the order of rounds.
#
# **Your task.** Write `write_logs(log_dir, history)`. It makes a summary writer for the folder
# `train` below the folder `log_dir` and one for `evaluation`, writes each list of `history.train`
# with the one and each list of `history.evaluation` with the other, under its name and with the
# round as the step. It should work for any history, and leave it as it is. It need not return
# anything.


# %% key="ex_summary_writer" kind="exercise" exercise="summary_writer"
def write_logs(log_dir, history):
    # blank: ...
    for part, curves in [
        ("train", history.train),
        ("evaluation", history.evaluation),
    ]:
        writer = tf.summary.create_file_writer(f"{log_dir}/{part}")
        with writer.as_default():
            for name, values in curves.items():
                for round_num, value in zip(
                    history.rounds, values, strict=True
                ):
                    tf.summary.scalar(name, value, step=round_num)
        writer.close()
    # end blank


write_logs = ex.summary_writer.check(write_logs)

# %% [markdown] key="teach_tensorboard" kind="instructor" minutes=12 saves=12 skips="ex_summary_writer write_and_read open_tensorboard"
# **What people get wrong.** They call `tf.summary.scalar` outside of a `with` block: no error, and
# no point. They write both parts with one writer: one zigzag instead of two lines. They leave the
# step at 0, and TensorBoard shows a dot.
#
# **Ask the room.** "Who sees these logs in a real federation?" The server's operators. So ask of
# every number in them whether it could be about one client: a mean over ten is fine, a cohort of
# one is not.
#
# **When time is short.** Skip this section; nothing later needs it. Or leave only the exercise for
# home, which saves eight minutes. The blank does no harm: the check hands over the reference
# function, and the cells after it run.

# %% key="write_and_read"
log_dir = tempfile.mkdtemp()
write_logs(log_dir, history)

for folder in ("train", "evaluation"):
    events = EventAccumulator(f"{log_dir}/{folder}")
    events.Reload()
    for tag in sorted(events.Tags()["tensors"]):
        points = events.Tensors(tag)
        print(
            f"{folder}: {tag}, {len(points)} points, "
            f"last at round {points[-1].step}"
        )

# %% [markdown] key="open_tensorboard_text"
# The files hold ten points of loss and accuracy from the training, and ten from the evaluation. In
# a long run one writes each round's numbers as soon as they are there, to watch them come in:
# `training.train` does so if you give it `log_dir`.
#
# The next cell opens TensorBoard inside the notebook. It starts a web server beside the notebook,
# which your browser must be able to reach, as on Colab or a local Jupyter. Expect two panels with a
# line for `train` and one for `evaluation`: the curves of our first figure, once you move
# *Smoothing* to 0. TensorBoard ends with this notebook's kernel.

# %% key="open_tensorboard" kind="optional"
# %load_ext tensorboard
# %tensorboard --logdir {log_dir}

# %% [markdown] key="bytes_text"
# ## What one round sends
#
# A client gets the weights and sends an update of the same size, both as `float32`, four bytes a
# number. (A few numbers more go up with it: the count of examples and the metrics.) We count this
# for the softmax model and for a small convolutional network (CNN), and next to it the images of
# one writer: as `float32`, and as the dataset has them, 8 by 8 grey values, each of which fits in a
# byte. Before you run the cell: which is more, what a client exchanges in ten rounds or its images?

# %% key="count_bytes"
for name, keras_model in [
    ("softmax", models.softmax_model()),
    ("CNN", models.cnn_model()),
]:
    arrays = [weights.numpy() for weights in keras_model.trainable_variables]
    model_bytes = sum(array.nbytes for array in arrays)
    print(
        f"{name}: {keras_model.count_params():,} parameters, "
        f"{model_bytes:,} bytes"
    )
    print(
        f"  a client in a round: {model_bytes:,} bytes down, "
        f"{model_bytes:,} bytes up"
    )
    print(
        f"  ten clients in a round: {10 * model_bytes:,} down, "
        f"{10 * model_bytes:,} up"
    )
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

# %% [markdown] key="teach_bytes" kind="instructor" minutes=4 slide="count_bytes"
# **Ask the room.** "Federated learning saves sending the data, they say. Does it here?" No: one
# client's ten rounds cost twice its images as arrays, and about a hundred times its scans. A good
# answer then asks when it would: large data at each client, a small model, few rounds.
#
# **What people get wrong.** They count the cohort only once, or one way only. Down and up, for each
# client, in each round.

# %% [markdown] key="read_bytes_more"
# What a round sends does not depend on the number of local epochs. Where sending is what costs,
# more local work is the first thing to try, up to a point: clients that train long on different
# data drift apart.

# %% [markdown] key="metrics_text"
# ## What training metrics do not tell
#
# For some of our ten rounds we put four numbers side by side: what the clients **reported**;
# the server's model on the cohort's training images **before** the round, and **after** it; and the
# latter model on **held-out** images.

# %% key="side_by_side"
train_images, train_labels = data.pool(train, ten_writers)
train_inputs = train_images.reshape(len(train_images), 784)
reported_by_round = history.train["sparse_categorical_accuracy"]


def share_right(weights, inputs, labels):
    return np.mean(answers_of(weights, inputs) == labels)


weights_by_round = [
    functional_process.get_model_weights(functional_process.initialize())
]
weights_by_round += weights_after
print("round  reported  before   after  held-out")
for round_num in (1, 2, 5, 10):
    shares = [
        reported_by_round[round_num - 1],
        share_right(
            weights_by_round[round_num - 1], train_inputs, train_labels
        ),
        share_right(weights_by_round[round_num], train_inputs, train_labels),
        share_right(weights_by_round[round_num], test_inputs, test_labels),
    ]
    columns = [f"{100 * share:.0f} %" for share in shares]
    print(
        f"{round_num:5}  {columns[0]:>8}  {columns[1]:>6}  {columns[2]:>6}  "
        f"{columns[3]:>8}"
    )

for name, ids in [
    ("the ten writers", ten_writers),
    ("the other four", train.client_ids[10:]),
]:
    images, labels = data.pool(test, ids)
    share = share_right(weights_after[-1], images.reshape(-1, 784), labels)
    print(f"after round 10, held-out images of {name}: {100 * share:.0f} %")

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
# images of the ten writers cost a point; the other four writers come out several points lower.
# Whether that is because they are strangers or because of who they are, lesson {{federated_evaluation}} asks.

# %% [markdown] key="teach_metrics" kind="instructor" minutes=6 saves=2 slide="read_side_by_side"
# **Ask the room.** "The training accuracy is below the held-out accuracy, in every round. Is there
# a mistake in the code?" A good answer asks what is being measured: many models on their way
# against one model at the end.
#
# **What people get wrong.** They remember "reported is too low" as a rule. The label skew below
# turns it round: 90 % reported, 10 % held out.
#
# **When time is short.** Show the label skew and its two lines of output. Run the cell of the table
# without a word: the next section uses its `train_inputs` and `train_labels`. The warning must
# stay: lesson {{federated_evaluation}} is about what to measure instead.

# %% [markdown] key="label_skew_text"
# Reported metrics are not always too low. We deal the training images of all writers out to ten
# clients with **label skew** (lesson {{federated_data}}) so strong that most images of a client have the same label,
# and run two rounds. Before you run the cell: which accuracy will the clients report, and which
# will the server's model have on held-out images?

# %% key="label_skew"
skewed = data.label_skew(train, 10, alpha=0.001, seed=0)
main_shares = [
    counts.max() / counts.sum() for counts in data.label_counts(skewed).values()
]
print(
    "images with the client's main label: "
    f"{100 * min(main_shares):.0f} % or more"
)
skewed_cohort = preprocessing.make_federated_data(
    skewed, skewed.client_ids, epochs=5, batch_size=20, seed=0
)
_, skewed_history = training.train(
    functional_process, lambda round_num: skewed_cohort, 2, evaluate=on_held_out
)
for round_num in range(2):
    seen = skewed_history.train["sparse_categorical_accuracy"][round_num]
    unseen = skewed_history.evaluation["sparse_categorical_accuracy"][round_num]
    print(
        f"round {round_num + 1}: reported {100 * seen:.0f} %, "
        f"held-out {100 * unseen:.0f} %"
    )

# %% [markdown] key="read_label_skew"
# Now the reported accuracy is far too **high**: about 90 %, for a model that recognises one image
# in ten. A client that has nearly only one digit soon answers with it, and is right on its own
# images. The mean of ten such models is slow to become useful to anybody.
#
# So: use training metrics to see that training goes on and has not exploded. To say how good the
# model is, evaluate the server's model on examples it did not learn from.

# %% [markdown] key="centralized_text"
# ## Against centralized training
#
# Ten rounds of five local epochs are 50 passes over the cohort's images. We let one Keras model do
# 50 passes over the same images in one place, with the same batch size and learning rate, and
# measure it on the same held-out images after every five. Before you run the cells: which of the
# two will be ahead at the end, and by how many points?

# %% [markdown] key="teach_centralized" kind="instructor" minutes=5 saves=5 skips="centralized centralized_figure" slide="centralized_figure"
# **Ask the room.** "The same number of steps, and five points behind. Where did they go?" Ten
# models that each took a tenth of the steps, and met ten times, are not one model that took them
# all. Then ask what the comparison leaves out: the centralized model needed everybody's images.
#
# **When time is short.** Cut the section; lesson {{federated_evaluation}} has a table with lone models beside both.

# %% key="centralized"
centralized_model = models.softmax_model()
centralized_model.compile(
    optimizer=tf.keras.optimizers.SGD(0.02),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(),
    metrics=["sparse_categorical_accuracy"],
    # As many steps between two returns to Python; this is faster.
    steps_per_execution=251,
)
pooled = tf.data.Dataset.from_tensor_slices(
    (train_inputs, train_labels)
).cache()
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
    f"federated: {100 * final_accuracy:.0f} %, {sum(steps):,} steps, "
    f"at most {max(steps)} a client"
)
print(
    f"centralized: {100 * centralized[-1]:.0f} %, "
    f"{10 * len(five_passes):,} steps"
)
print(
    "centralized by five passes:",
    ", ".join(f"{100 * a:.0f} %" for a in centralized),
)

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

# %% [markdown] key="questions" kind="questions"

# %% [markdown] key="summary"
# ## What you now know
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
# ## To talk about
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
