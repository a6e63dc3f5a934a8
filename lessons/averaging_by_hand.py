# %% [markdown] key="what_you_learn"
# After this lesson you can
#
# - name the four parts of Federated Averaging, and say where each of them runs;
# - write the client's training with a gradient tape, and the server's step;
# - turn both into computations and put them together in a federated program of four lines;
# - show, by a comparison of all weights, that your algorithm does what that of `tff.learning` does,
#   with an unweighted mean and with a weighted one;
# - say why each line is there, and which mistakes a look at the accuracy would not show.
#
# **You need** the algorithm and the standard experiment of
# [lesson {{federated_averaging}}](federated_averaging.ipynb), and the types and operators of
# [lesson {{federated_core}}](federated_core.ipynb).
#
# **Why this lesson.** A new idea in federated learning is mostly a small change to this algorithm.
# To make one, you need a version in which every line is yours. Lesson {{make_it_your_own}} changes it.

# %% key="imports"
import inspect

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

ex = exercises.lesson("averaging_by_hand")

# %% [markdown] key="four_parts"
# ## The four parts
#
# A round of Federated Averaging is two calculations and two transports.

# %% [markdown] key="teach_four_parts" kind="instructor" minutes=4
# **What people get wrong.** They see the upload as "the server collects a list". What arrives in
# the blue lane of part 3 is one value, the mean. No later line can get at a list.
#
# **Ask the room.** In which of the four parts could one save bytes, energy, or privacy? A good
# answer has something for each: fewer bytes in 1 and 3, less work in 2, secure sums in 3. Part 4
# costs next to nothing.

# %% key="parts_figure"
plotting.averaging_diagram()

# %% [markdown] key="read_parts_figure"
# Time goes from top to bottom. The blue lane is the server, each yellow lane a client; a box is a
# value, in the lane of the one that has it.
#
# 1. **Broadcast**: the weights $w$ go from the server to every client of the cohort.
# 2. **Client update**: client $k$ starts from $w$, takes a gradient step for each batch of its data
#    $D_k$, and ends at weights $w_k$. Its result is the model update $\Delta_k = w_k - w$.
# 3. **Upload**: the updates go up, and what arrives is their mean $\overline{\Delta}$. At first all
#    clients count the same; the weighted mean of lesson {{federated_averaging}} comes later.
# 4. **Server update**: the server adds the mean to $w$. Its new weights are the $w$ of the next
#    round. (This is lesson {{federated_averaging}}'s formula with the server learning rate $\eta = 1$. Lesson {{make_it_your_own}} changes
#    this step.)
#
# Follow the dashed boxes: $D_k$ occurs in part 2 only, and no arrow leads from it to another lane.
#
# ## A skeleton in plain Python
#
# An iterative process is two functions: one makes the first state, the other makes the next state
# from the last one and the clients' data. We first write both in plain Python and TensorFlow,
# without TFF. The state is the model: a pair of a kernel, 784 by 10 numbers, and a bias, ten
# numbers. It has no hidden variables, so who has the pair has the model.

# %% [markdown] key="teach_skeleton" kind="instructor" minutes=25 saves=6
# **What people get wrong.** In the client's loop they take every gradient at the server's weights,
# or let the last batch overwrite the others: both train, only worse. The check tells them apart.
# And without `tape.watch` the gradient is `None`: a tape follows only variables by itself.
#
# **Ask the room.** Why does the client send a difference and not its weights? A good answer: with
# plain addition both can be made to work, but a difference can be clipped, compressed, noised or
# fed to a server optimizer, since it says what was learned *here*.
#
# **When time is short.** Give `server_update` and let only `client_update` be written. The tape is
# what lesson {{make_it_your_own}} edits.


# %% key="model"
def plain_initialize_fn():
    return tf.zeros([784, 10]), tf.zeros([10])


def loss_on(weights, batch):
    kernel, bias = weights
    logits = batch["x"] @ kernel + bias
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=batch["y"], logits=logits
    )
    return tf.reduce_mean(losses)


# %% [markdown] key="model_read"
# `loss_on` is the softmax model with its loss: the *logits* are the ten sums before the softmax,
# and the TensorFlow function takes the softmax and the cross-entropy in one. The mean is over the
# batch.
#
# The data is that of lesson {{federated_averaging}}: the first ten writers, five local epochs, batches of 20. A function
# builds the list, so that we can have it fresh; why that matters comes out below.

# %% key="load"
train, test = data.load("digits")
ten_writers = train.client_ids[:10]
LEARNING_RATE = 0.02


def fresh_cohort():
    return preprocessing.make_federated_data(
        train, ten_writers, epochs=5, batch_size=20, seed=0
    )


first_batch = next(iter(fresh_cohort()[0]))
print(
    f"loss of zero weights: {loss_on(plain_initialize_fn(), first_batch):.2f}"
)
print(f"ln 10 = {np.log(10):.2f}")

# %% [markdown] key="tape_intro"
# The loss of zero weights is ln 10, as it has to be. How do we get its gradient? A **gradient
# tape** records what is computed inside its `with` block, and works out derivatives from the
# recording.

# %% key="tape"
weights = plain_initialize_fn()
with tf.GradientTape() as tape:
    tape.watch(weights)
    loss = loss_on(weights, first_batch)
gradients = tape.gradient(loss, weights)

for gradient in gradients:
    print("gradient:", gradient.shape.as_list())
stepped = tuple(
    w - LEARNING_RATE * g for w, g in zip(weights, gradients, strict=True)
)
print(
    f"same batch, loss before the step {loss:.2f}, "
    f"after {loss_on(stepped, first_batch):.2f}"
)

# %% [markdown] key="task_client_update"
# A tape follows variables by itself; for tensors, such as our weights, `tape.watch` says what to
# follow. `tape.gradient(loss, weights)` is a tuple of the same shapes as `weights`, and a step
# against it makes the loss of this batch smaller. `zip` goes through both tuples in pairs.
#
# ### Exercise: the client's training
#
# **Your task.** Write `client_update(server_weights, dataset, learning_rate)`.
#
# - `server_weights` is a pair of tensors; the training starts from them.
# - `dataset` is the client's batches, as `loss_on` takes them. Go through it once and in its order,
#   with `for batch in dataset`: the local epochs are in it already. For each batch, take one step
#   of gradient descent.
# - The result is the model update, a tuple: the trained weights **minus** `server_weights`.
#
# It must work for any weights, data and rate. Later TFF has to record it, so use TensorFlow
# operations only (no `.numpy()`, no `tf.Variable`), and let the weights stay a tuple in every turn
# of the loop (a recorded loop can't carry on lists).


# %% key="ex_client_update" kind="exercise" exercise="client_update"
def client_update(server_weights, dataset, learning_rate):
    # blank: ...
    weights = server_weights
    for batch in dataset:
        with tf.GradientTape() as tape:
            tape.watch(weights)
            loss = loss_on(weights, batch)
        gradients = tape.gradient(loss, weights)
        weights = tuple(
            w - learning_rate * g
            for w, g in zip(weights, gradients, strict=True)
        )
    return tuple(
        w - w_server
        for w, w_server in zip(weights, server_weights, strict=True)
    )
    # end blank


client_update = ex.client_update.check(client_update)

# %% key="one_client"
first_client = fresh_cohort()[0]
update = client_update(plain_initialize_fn(), first_client, LEARNING_RATE)

trained = tuple(
    w + u for w, u in zip(plain_initialize_fn(), update, strict=True)
)
own_batches = list(first_client)
before, after = (
    np.mean([loss_on(weights, batch) for batch in own_batches])
    for weights in (plain_initialize_fn(), trained)
)
print(f"{ten_writers[0]}: {len(own_batches)} steps")
print(f"loss on its own images: {before:.2f} before, {after:.2f} after")

# %% [markdown] key="task_server_update"
# `writer_00` took 25 steps, and the loss on its images fell to 2.07. (The 2.06 after one step was
# that of the step's own batch. On all its images the loss swings from step to step, as lesson {{federated_averaging}} has
# shown.) The update is all that this client hands on.
#
# ### Exercise: the server's step
#
# **Your task.** Write `server_update(server_weights, updates)`. `updates` is a list with one model
# update for each client, as many as there are; each is a pair of tensors like `server_weights`. The
# result is a tuple: the server's weights **plus the mean** of the updates. All clients count the
# same. The list `updates` stays as it is.


# %% key="ex_server_update" kind="exercise" exercise="server_update"
def server_update(server_weights, updates):
    # blank: ...
    means = [sum(parts) / len(updates) for parts in zip(*updates, strict=True)]
    return tuple(
        w + mean for w, mean in zip(server_weights, means, strict=True)
    )
    # end blank


server_update = ex.server_update.check(server_update)

# %% [markdown] key="skeleton_intro"
# Both calculations are there, so the round can be put together.


# %% key="skeleton"
def plain_next_fn(server_weights, datasets):
    updates = [
        client_update(server_weights, dataset, LEARNING_RATE)
        for dataset in datasets
    ]
    return server_update(server_weights, updates)


plain_round = plain_next_fn(plain_initialize_fn(), fresh_cohort())

# %% [markdown] key="evaluation_intro"
# Is it a better model? The server judges it in one place, with the Keras model of lesson {{centralized_training}}: its
# `set_weights` takes a kernel and a bias, whoever made them.

# %% key="evaluation"
keras_model = models.softmax_model()
keras_model.compile(
    loss=tf.keras.losses.SparseCategoricalCrossentropy(),
    metrics=["sparse_categorical_accuracy"],
)
test_images, test_labels = data.pool(test)
test_inputs = test_images.reshape(len(test_images), 784)


def evaluate(weights):
    keras_model.set_weights([np.asarray(part) for part in weights])
    return keras_model.evaluate(
        test_inputs, test_labels, batch_size=len(test_labels), verbose=0
    )


for name, some_weights in [
    ("before", plain_initialize_fn()),
    ("after", plain_round),
]:
    loss, accuracy = evaluate(some_weights)
    print(f"{name} round 1: loss {loss:.2f}, accuracy {100 * accuracy:.0f} %")

# %% [markdown] key="not_enough"
# From 2.30 to 2.01, and from 10 % to 16 %: the numbers of the first round of lesson {{federated_averaging}}, although the
# mean was weighted there. What is missing?
#
# ## Why that is not yet enough
#
# Look for the four parts in `plain_next_fn`. Parts 2 and 4 are there. **Parts 1 and 3 are not**:
# nothing is sent, because everything is in one place. So the program does not say what leaves a
# client. Nor does anything keep the server's code from the data:

# %% [markdown] key="teach_not_enough" kind="instructor" minutes=4 saves=1
# **What people get wrong.** They think that TFF is there for speed. On one machine the loop in
# plain Python is quite enough; what it lacks is a statement of what is where.
#
# **Ask the room.** How would you convince a hospital's data officer that `plain_next_fn` sends no
# image? A good answer: by reading every line of it and of all it calls; of a federated program, one
# reads its aggregations and what goes into them.
#
# **When time is short.** Run the cell on the second call without a word: later cells use its
# `largest_difference`. Then mention its result at the cell that hands the datasets to TFF.


# %% key="curious_server"
def curious_next_fn(server_weights, datasets):
    secret = next(iter(datasets[3]))
    print(f"the server has seen {len(secret['y'])} images by {ten_writers[3]}")
    return plain_next_fn(server_weights, datasets)


_ = curious_next_fn(plain_initialize_fn(), fresh_cohort()[:4])

# %% [markdown] key="hidden_state_intro"
# The caller of this round gets a good model and, without our `print`, would never hear of the
# images.
#
# The second fault is quieter. We call the round twice with the same arguments. Before you run the
# cell: will the two calls give the same weights?


# %% key="hidden_state"
def largest_difference(one, other):
    return max(
        float(np.abs(np.asarray(a) - b).max())
        for a, b in zip(one, other, strict=True)
    )


same_datasets = fresh_cohort()
first_call = plain_next_fn(plain_initialize_fn(), same_datasets)
second_call = plain_next_fn(plain_initialize_fn(), same_datasets)
print(
    "two calls agree to 1e-6: "
    f"{largest_difference(first_call, second_call) < 1e-6}"
)
print(
    "fresh datasets agree to 1e-6: "
    f"{largest_difference(first_call, plain_round) < 1e-6}"
)

# %% [markdown] key="read_hidden_state"
# A dataset object remembers how often it was gone through, and shuffles in another order the next
# time (lesson {{federated_data}}). So the result depends on something that is not an argument, and such a program
# cannot be repeated, or shipped to another machine.
#
# A program in Federated Core closes both gaps. It is recorded, so that it can be sent; every value
# has a type with a place; what moves, moves by an operator; and a dataset is handed over as a
# recipe, with its seed and without a memory. Most of what we have can stay and be wrapped.
#
# ## The parts as computations
#
# What is computed in one place becomes a `tff.tensorflow.computation`: the first weights, the
# client's update, the server's update.

# %% [markdown] key="teach_computations" kind="instructor" minutes=11 saves=4
# **What people get wrong.** They write placements into these types. A TensorFlow computation knows
# no places; where it runs is said by the operator that maps it.
#
# **Ask the room.** Why does `server_update_fn` not get the list of updates? A good answer: there is
# no type for "a list of all clients' values at the server", and that is the point. The mean is
# taken on the way.
#
# **When time is short.** Let `client_update_fn` be written and show the other two.

# %% [markdown] key="task_server_init"
# ### Exercise: the first weights
#
# **Your task.** Write `server_init`, a `tff.tensorflow.computation` without arguments that gives
# the zero weights as a tuple: a kernel, float32 [784, 10], then a bias, float32 [10]. Put a
# decorator and a function in the place of the line with the dots.
#
# If TFF refuses your definition, the cell stops with a long traceback before the check. Read its
# last line and the deepest line of your own, and look under *Errors, and what they mean* in lesson
# {{federated_core}}. To go on without an answer, run `server_init = ex.server_init.check()` in a cell of its own;
# the same holds for the other three exercises with a decorator.


# %% key="ex_server_init" kind="exercise" exercise="server_init"
# blank: server_init = ...
@tff.tensorflow.computation
def server_init():
    return tf.zeros([784, 10]), tf.zeros([10])


# end blank

server_init = ex.server_init.check(server_init)

# %% key="types"
weights_type = server_init.type_signature.result
dataset_type = tff.SequenceType(
    tff.types.tensorflow_to_type(models.input_spec())
)

print("server_init: ", server_init.type_signature)
print("weights_type:", weights_type)
print("dataset_type:", dataset_type)

# %% [markdown] key="read_types"
# No placement, as in lesson {{federated_core}}. Everything else is made of two types. `weights_type` we take from
# the result of `server_init`, so that the two cannot come apart. `dataset_type` is a sequence of
# batches; `models.input_spec()` is what a batch looks like.
#
# Now the client's update. A first try puts the function as it is into a computation.

# %% key="first_try"
try:

    @tff.tensorflow.computation(weights_type, dataset_type)
    def client_update_fn(server_weights, dataset):
        return client_update(server_weights, dataset, LEARNING_RATE)

except RuntimeError as error:
    print(f"RuntimeError: {str(error).splitlines()[0]}")
else:
    print("No error: TFF can record your client_update as it is.")

# %% [markdown] key="task_client_update_fn"
# While TFF records, there is no dataset yet, and Python's `for` has nothing to go through. TFF
# records operations and translates no Python; `tf.function` does. It makes loops of TensorFlow out
# of Python's loops over tensors and datasets (this is called AutoGraph), and
# `tf.function(client_update)` is the same function, translated. (If yours uses `reduce`, or
# is a `tf.function` already, it needs no translation, and `tf.function` does no harm.)
#
# ### Exercise: the client's update as a computation
#
# **Your task.** Write `client_update_fn`, a `tff.tensorflow.computation` of two arguments: the
# server's weights, of type `weights_type`, and a dataset, of type `dataset_type`. It gives the
# client's update with the learning rate `LEARNING_RATE`. Use `client_update`, translated.


# %% key="ex_client_update_fn" kind="exercise" exercise="client_update_fn"
# blank: client_update_fn = ...
@tff.tensorflow.computation(weights_type, dataset_type)
def client_update_fn(server_weights, dataset):
    return tf.function(client_update)(server_weights, dataset, LEARNING_RATE)


# end blank

client_update_fn = ex.client_update_fn.check(client_update_fn)

# %% key="show_client_update_fn"
print(client_update_fn.type_signature)
in_worker = client_update_fn(server_init(), fresh_cohort()[0])
print(
    "same update as in plain Python: "
    f"{largest_difference(update, in_worker) < 1e-6}"
)

# %% [markdown] key="task_server_update_fn"
# Weights and a dataset go in, an update comes out, with the type of the weights. The recorded
# version gives the same numbers.
#
# ### Exercise: the server's update as a computation
#
# In the skeleton, the server took the mean itself. In a federated program the mean is the operator
# `federated_mean`: updates are averaged on their way up, and the server gets a single one. It only
# has to add that to its weights.
#
# **Your task.** Write `server_update_fn`, a `tff.tensorflow.computation` of two arguments, both of
# type `weights_type`: the server's weights and the mean update. It gives a tuple, the new weights.


# %% key="ex_server_update_fn" kind="exercise" exercise="server_update_fn"
# blank: server_update_fn = ...
@tff.tensorflow.computation(weights_type, weights_type)
def server_update_fn(server_weights, mean_update):
    return tuple(
        w + mean for w, mean in zip(server_weights, mean_update, strict=True)
    )


# end blank

server_update_fn = ex.server_update_fn.check(server_update_fn)

# %% [markdown] key="put_together"
# ## Four lines
#
# So far nothing has a place. The two federated types give each value its own, and `initialize_fn`
# makes the first weights at the server.

# %% [markdown] key="teach_put_together" kind="instructor" minutes=12 saves=0 slide="read_process"
# **What people get wrong.** They hand `client_update_fn` the server's weights without a broadcast,
# and meet the error shown below; or they return the mean update in place of the new weights, which
# looks right in round 1, as the weights begin at zero.
#
# **Ask the room.** Read the type of `next` aloud. Which part of it says that clients' data may
# differ, and which that the result is in one place? (The braces, and `SERVER`.)
#
# **When time is short.** Do not cut here: `next_fn` is what the course has been heading for.


# %% key="federated_types"
server_type = tff.FederatedType(weights_type, tff.SERVER)
client_data_type = tff.FederatedType(dataset_type, tff.CLIENTS)


@tff.federated_computation
def initialize_fn():
    return tff.federated_eval(server_init, tff.SERVER)


print(server_type)
print(client_data_type)

# %% [markdown] key="task_next_fn"
# ### Exercise: a round
#
# **Your task.** Write `next_fn`, a `tff.federated_computation` of two arguments: the server's
# weights, of type `server_type`, and the clients' data, of type `client_data_type`. Its result is
# the new weights, placed at the server. The body has four lines, one for each part of the figure
# at the top. Lesson {{federated_core}} has all the operators; `federated_map` takes its arguments as a tuple, and
# they must be in the same place. The mean is unweighted. (Name `server_type` and
# `client_data_type` in the decorator; in the body use the computations, whose names end in `_fn`.)


# %% key="ex_next_fn" kind="exercise" exercise="next_fn"
# blank: next_fn = ...
@tff.federated_computation(server_type, client_data_type)
def next_fn(server_weights, client_data):
    weights_at_clients = tff.federated_broadcast(server_weights)
    updates = tff.federated_map(
        client_update_fn, (weights_at_clients, client_data)
    )
    mean_update = tff.federated_mean(updates)
    return tff.federated_map(server_update_fn, (server_weights, mean_update))


# end blank

next_fn = ex.next_fn.check(next_fn)

# %% key="process"
process = tff.templates.IterativeProcess(
    initialize_fn=initialize_fn, next_fn=next_fn
)
print("initialize:", process.initialize.type_signature)
print("next:")
print(process.next.type_signature.formatted_representation())

# %% [markdown] key="read_process"
# `IterativeProcess` checks that the two fit: what `initialize` gives, and what `next` gives, must
# be what `next` takes as its first argument. Read aloud:
#
# - *initialize* takes nothing and gives a kernel and a bias, at the server.
# - *next* takes a kernel and a bias, at the server, and from each client a sequence of batches of
#   `x` and `y`, possibly different ones; it gives a kernel and a bias, at the server.
#
# The plain skeleton could say nothing of places. What leaves the clients, the type does not tell;
# for that, read the body. Of the four operators only one leads up, so the mean is the only way from
# the clients' data to the server. (How much a mean can still tell, lesson {{federated_core}} has shown.) Compare
# your four lines with the figure at the top: which of them cross from one lane to another?
#
# Does the program compute what the skeleton computes?

# %% key="first_round"
cohort = fresh_cohort()
server_weights = process.next(process.initialize(), cohort)
difference = largest_difference(plain_round, server_weights)
print(f"one round, same as in plain Python to 1e-6: {difference < 1e-6}")

again = process.next(process.initialize(), cohort)
print(
    "two calls agree to 1e-6: "
    f"{largest_difference(server_weights, again) < 1e-6}"
)

# %% [markdown] key="read_first_round"
# Yes, and now a second call with the same arguments gives the same weights: TFF sends the recipe of
# a dataset, seed included, and not the object with its memory.
#
# ## Ten rounds
#
# The loop over rounds is not part of the program. It is the control loop of lesson {{federated_averaging}}, with a state
# that is nothing but weights.

# %% [markdown] key="teach_rounds" kind="instructor" minutes=3
# **What people get wrong.** They see lesson {{federated_averaging}}'s 90 % again and take that for the proof. One of the
# broken programs further down ends at 90 %, too.
#
# **Ask the room.** Nothing here reports training metrics. What would have to change in which part?
# A good answer: the client update returns sums as well, and `next_fn` adds them up.

# %% key="ten_rounds" result=true
by_hand = [process.initialize()]
for _ in range(10):
    by_hand.append(process.next(by_hand[-1], cohort))

losses, accuracies = zip(
    *(evaluate(weights) for weights in by_hand), strict=True
)
for round_num in (0, 1, 10):
    shown = (
        f"loss {losses[round_num]:.2f}, "
        f"accuracy {100 * accuracies[round_num]:.0f} %"
    )
    print(f"after {round_num:2} rounds: {shown}")
print(f"by hand, 10 rounds: {100 * accuracies[-1]:.0f} % on held-out images")

# %% key="curve"
plotting.learning_curves(
    {
        "loss": {"written by hand": losses},
        "accuracy": {"written by hand": accuracies},
    },
    percent="accuracy",
    start=0,
    title="Held-out images of all 14 writers",
)

# %% [markdown] key="read_curve"
# Both panels begin at 0, before the first round. The loss falls from ln 10 in every round, quickly
# at first. The accuracy hardly moves in round 1, since the mean of ten swinging models is not worth
# much yet (lesson {{federated_averaging}}), and then climbs to 90 %.
#
# It learns. But so do some algorithms with mistakes in them, as we shall see. How do we know that
# this is Federated Averaging?
#
# ## The test
#
# `tff.learning` has an implementation that others have tested. `build_unweighted_fed_avg` with
# plain gradient descent at clients and server should do what ours does. We run both on the same
# data and compare **all 7,850 weights after every round**.

# %% [markdown] key="teach_proof" kind="instructor" minutes=8 saves=3
# **What people get wrong.** They expect a difference of exactly zero. Sums of floats depend on
# their order, and the two programs do not add in the same order.
#
# **Ask the room.** What would you compare if there were no reference implementation? A good answer:
# special cases that can be worked out, such as one client, one batch, or one step of every client
# on all its data, which is gradient descent on the pool if the mean is weighted by the examples.
# Lesson {{make_it_your_own}} does that.
#
# **When time is short.** Say that in the weighted version one argument changes, and run its two
# cells without a word: the figure needs them.


# %% key="unweighted_proof"
def weights_of(learning_process, rounds):
    found = [
        learning_process.get_model_weights(
            learning_process.initialize()
        ).trainable
    ]

    def keep(weights):
        found.append(weights.trainable)
        return {}  # nothing is measured

    training.train(learning_process, lambda _: cohort, rounds, evaluate=keep)
    return found


def differences(one, other):
    return [
        largest_difference(a, b)
        for a, b in zip(one[1:], other[1:], strict=True)
    ]


sgd = tff.learning.optimizers.build_sgdm
settings = {
    "client_optimizer_fn": sgd(LEARNING_RATE),
    "server_optimizer_fn": sgd(1.0),
}
functional_model = models.functional_model()

unweighted = tff.learning.algorithms.build_unweighted_fed_avg(
    functional_model, **settings
)
unweighted_weights = weights_of(unweighted, 10)
unweighted_differences = differences(by_hand, unweighted_weights)
below = sum(difference < 1e-6 for difference in unweighted_differences)
print(f"weights compared: {sum(np.size(part) for part in by_hand[0]):,}")
print(f"largest difference of a weight below 1e-6: in {below} of 10 rounds")
print(f"largest weight after 10 rounds: {np.abs(by_hand[-1][0]).max():.1f}")

# %% [markdown] key="read_unweighted_proof"
# In every round, no weight differs by as much as 1e-6. For weights up to 0.2 a float32 is exact to
# about 1e-8, and over hundreds of steps rounding adds up; 1e-6 leaves it room. With one cohort, one
# order and one learning rate this is no proof, but a strong test.
#
# (The two are not even written alike: our model gives logits, the other one probabilities.)
#
# ### A weighted mean
#
# The original algorithm counts a client by its number of examples. Which of our four lines has to
# change? Only the third: `federated_mean` takes a weight. The clients have to supply it.


# %% key="weighted_next_fn"
@tff.tensorflow.computation(dataset_type)
def number_of_examples(dataset):
    return dataset.reduce(
        0, lambda count, batch: count + tf.shape(batch["y"])[0]
    )


@tff.federated_computation(server_type, client_data_type)
def weighted_next_fn(server_weights, client_data):
    weights_at_clients = tff.federated_broadcast(server_weights)
    updates = tff.federated_map(
        client_update_fn, (weights_at_clients, client_data)
    )
    counts = tff.federated_map(number_of_examples, client_data)
    mean_update = tff.federated_mean(updates, weight=counts)
    return tff.federated_map(server_update_fn, (server_weights, mean_update))


print("number_of_examples:", number_of_examples.type_signature)
same = weighted_next_fn.type_signature.result == next_fn.type_signature.result
print(f"weighted_next_fn gives the same type as next_fn: {same}")

# %% [markdown] key="weighted_proof_intro"
# The count covers all local epochs; the factor cancels in the mean. The type is unchanged: it does
# not say that counts go up as well. (A client without data sends zeros. They count in the
# unweighted mean, and have no weight in this one.)

# %% key="weighted_proof"
weighted_by_hand = [initialize_fn()]
for _ in range(10):
    weighted_by_hand.append(weighted_next_fn(weighted_by_hand[-1], cohort))

weighted = tff.learning.algorithms.build_weighted_fed_avg(
    functional_model, **settings
)
weighted_weights = weights_of(weighted, 10)

pairs = {
    "unweighted by hand, and tff.learning": unweighted_differences,
    "weighted by hand, and tff.learning": differences(
        weighted_by_hand, weighted_weights
    ),
    "control: unweighted and weighted": differences(by_hand, weighted_weights),
}
for name, values in pairs.items():
    print(f"{name}: all below 1e-6: {max(values) < 1e-6}")
print(f"control, after 10 rounds: {values[-1]:.3f}")
for round_num in (2, 10):
    shown = (
        evaluate(weights[round_num])[1]
        for weights in (by_hand, weighted_by_hand)
    )
    shown = " and ".join(f"{100 * accuracy:.0f} %" for accuracy in shown)
    print(
        f"accuracy after {round_num} rounds, unweighted and weighted: {shown}"
    )

# %% key="proof_figure"
plotting.weight_differences(
    pairs,
    lines={"1e-6": 1e-6},
    title="Two runs each, compared weight by weight",
)

# %% [markdown] key="read_proof_figure"
# Each point is the largest of 7,850 differences after a round, on a scale where each grid line is a
# hundred times the one below. Look at the dashed grey line, 1e-6. The two pairs that should be
# equal stay well below it; their slow rise is rounding that adds up. (If you run this on another
# processor, these two lines look a little different.)
#
# The third line is a **control**. It compares two algorithms that differ, if only in the weights of
# writers with almost the same number of images, and it is far above 1e-6 from the first round on.
# Without a control, a comparison that never fails proves nothing. (The accuracies of these two
# differ in round 2, 49 % and 46 %, while the models still swing. In the end both are 90 %: they
# would hardly have told the two apart.)
#
# ## Why each line is there
#
# | line | reason | without it |
# |---|---|---|
# | `federated_broadcast` | the clients need the weights | TFF refuses the program |
# | `tape.watch` | weights are tensors, not variables | the gradient is `None`, an error |
# | start from the server's weights | rounds build on each other | every round repeats the first |
# | minus the server's weights | the mean is to be *added* | the weights about double every round |
# | `federated_mean` | the updates are ten opinions on one way to go | ten times too far |
# | plus the server's weights | an update is a change | what was learned before is lost |
#
# The first line is guarded by the types:

# %% [markdown] key="teach_lines" kind="instructor" minutes=10 saves=3 slide="skip"
# **What people get wrong.** They test an algorithm by whether the accuracy rises. One of the four
# broken versions reaches the accuracy of the right one.
#
# **Ask the room.** Before the figure is shown: which of the broken programs will have the same
# accuracy after round 1 as the right one? (All four. Three give the same weights, because the first
# ones are zero; the sum gives ten times the weights, and the largest logit stays the largest.)
#
# **When time is short.** Run the cells without a word, and show the figure alone, which is drawn
# from what they compute.

# %% key="no_broadcast"
try:

    @tff.federated_computation(server_type, client_data_type)
    def no_broadcast(server_weights, client_data):
        return tff.federated_map(
            client_update_fn, (server_weights, client_data)
        )

except TypeError as error:
    print("TypeError:", str(error).split(" (got")[0])

# %% [markdown] key="broken_intro"
# A value at the server and one at the clients cannot be mapped together. The other mistakes have
# the right types, and TFF runs them. We build four broken programs, each with one part replaced,
# and run ten rounds of each. Before you run the cells: which of the four has the accuracy of the
# right one after round 1, and which after round 10? (The cell that runs them takes five to twenty
# seconds; a bar shows how far it is.)


# %% key="broken_parts"
@tff.tensorflow.computation(weights_type, dataset_type)
def from_zero(server_weights, dataset):
    return tf.function(client_update)(
        plain_initialize_fn(), dataset, LEARNING_RATE
    )


@tff.tensorflow.computation(weights_type, dataset_type)
def relative_to_zero(server_weights, dataset):
    update = tf.function(client_update)(server_weights, dataset, LEARNING_RATE)
    return tuple(w + u for w, u in zip(server_weights, update, strict=True))


@tff.tensorflow.computation(weights_type, weights_type)
def replace(server_weights, mean_update):
    return mean_update


def program(
    client=client_update_fn,
    aggregate=tff.federated_mean,
    server=server_update_fn,
):
    @tff.federated_computation(server_type, client_data_type)
    def next_fn(server_weights, client_data):
        weights_at_clients = tff.federated_broadcast(server_weights)
        updates = tff.federated_map(client, (weights_at_clients, client_data))
        return tff.federated_map(server, (server_weights, aggregate(updates)))

    return next_fn


# %% key="run_broken"
programs = {
    "as written": next_fn,
    "sum instead of mean": program(aggregate=tff.federated_sum),
    "clients start from zero": program(client=from_zero),
    "clients return weights": program(client=relative_to_zero),
    "server replaces": program(server=replace),
}
curves = {}
print("loss after round             1          5         10")
for name, broken_next_fn in training.progress(programs.items()):
    weights_by_round = (
        by_hand if broken_next_fn is next_fn else [initialize_fn()]
    )
    while len(weights_by_round) <= 10:
        weights_by_round.append(broken_next_fn(weights_by_round[-1], cohort))
    measured = [evaluate(weights) for weights in weights_by_round]
    curves[name] = [accuracy for _, accuracy in measured]
    shown = (measured[round_num][0] for round_num in (1, 5, 10))
    shown = ("above 100" if loss > 100 else f"{loss:.2f}" for loss in shown)
    print(f"{name:24}", *(f"{loss:>10}" for loss in shown), sep="")

# %% key="broken_figure"
plotting.learning_curves(
    curves,
    y_label="accuracy on held-out images",
    percent=True,
    start=0,
    title="One line wrong",
)
for name in ("as written", "clients return weights"):
    print(f"{name}: {100 * curves[name][-1]:.0f} % after round 10")

# %% [markdown] key="read_broken"
# First the table. After round 1 all but the sum have the loss of the right program, 2.01. The first
# weights are zero, and whoever starts from zeros, or forgets to subtract zeros or to add to zeros,
# makes no mistake yet. A test of one round from the initial weights would have passed them. (The
# checks of your exercises begin with other weights, for this reason.)
#
# Then the figure. The full line with round markers is the program as written; from round 8 on the
# dotted line of the clients that return weights lies on it.
#
# - **Sum instead of mean**: ten times too far in every round. It is thrown about, and its loss
#   explodes.
# - **Clients start from zero**: every round adds the same update again. It stays where round 1
#   ended, at 16 %, while the weights grow. After ten rounds its loss is 5.11, that of the sum after
#   one: both have then added ten times the same.
# - **Server replaces**: the weights are only the last update, a correction of the ones before. It
#   jumps between two models, round after round; stopped after an even one, it looks acceptable.
# - **Clients return weights**: the line that should worry you. It is behind the right one in rounds
#   2 and 3, then ahead of it, and ends where that ends, at 90 %. In round 5 even its loss is the
#   lower one, 0.40 against 1.09. But a round makes $2w + \overline{\Delta}$ of $w$: the weights
#   double, and from here on the loss rises, to 7.69 where the right one has 0.70. Doubled weights
#   do not change which digit gets the highest probability, so the accuracy sees nothing. They make
#   the model certain of everything, its mistakes included.
#
# So look at the loss as well as the accuracy, over enough rounds; test with weights that are not
# zero; and compare the *weights* with something known to be right. Only that tells for certain, and
# here from round 2 on.
#
# ## The same code in the package
#
# `fl_course.algorithms` holds this algorithm: `client_update`, `server_update`, and
# `build_fed_avg`, which puts them together. Beyond ours it reports training metrics, counts the
# examples while it trains, and has a place where a client's gradients and the server's step can be
# changed. Lesson {{make_it_your_own}} uses that. Is it still the same algorithm? The next cell prints its round and
# compares the weights. Find your four lines before you read on.

# %% [markdown] key="teach_package" kind="instructor" minutes=3 saves=2
# **Ask the room.** What stands around the four lines in the printed round? (Metrics and the weight;
# the four operators are unchanged.)
#
# **When time is short.** Run the cell and go on. Lesson {{make_it_your_own}} relies on its result.

# %% key="package"
source = inspect.getsource(algorithms.build_fed_avg)
print("    def next_" + source.split("def next_")[1].split("@tff")[0].rstrip())

in_package = algorithms.build_fed_avg(
    functional_model, client_learning_rate=LEARNING_RATE, weighted=False
)
values = differences(by_hand, weights_of(in_package, 10))
print(f"build_fed_avg: all 10 rounds below 1e-6: {max(values) < 1e-6}")

# %% [markdown] key="questions" kind="questions"

# %% [markdown] key="summary"
# It is. Broadcast, client update, mean and server update are the operators of your `next_fn`, in
# the same order; a second way up, `federated_sum`, is for the metrics.
#
# ## What you now know
#
# - A round is broadcast, client update, upload and server update: two TensorFlow computations and
#   two operators that move values.
# - A client update is a loop of gradient steps that starts from the server's weights; what it sends
#   is where it ended minus where it started. A server update adds the mean.
# - In plain Python the algorithm works, but nothing says what leaves a client. In Federated Core
#   the operators do: what leaves is what goes into an aggregation. The types say where the
#   arguments and the result are.
# - `initialize` and `next` make an iterative process if the state of one fits the other.
# - Written by hand and built by `tff.learning`, weighted and not, the weights agree to 1e-6 in
#   every round; a control shows that the test could have failed.
# - Most broken versions are right in round 1, and one reaches the right accuracy.
#
# ## To talk about
#
# 1. `next_fn` sends one float32 down and one up for each weight. Which line would you change to
#    send less, and what would the change cost?
# 2. A phone may drop out in the middle of its training. Which of the four parts has to cope with
#    that, and how does the mean have to change?
# 3. Suppose that clients keep something from round to round, such as a momentum. Where in the types
#    would it have to appear, and what would that mean for a cohort that changes?
# 4. Three clients send updates a thousand times longer than the others'. What happens to the mean?
#    Which other aggregation would you try?
#
# ## Further reading
#
# - H. B. McMahan, E. Moore, D. Ramage, S. Hampson, B. Agüera y Arcas: "Communication-Efficient
#   Learning of Deep Networks from Decentralized Data", AISTATS 2017, arXiv:1602.05629. Its
#   Algorithm 1 is our weighted version; its clients send their weights and not the difference.
# - S. Reddi et al.: "Adaptive Federated Optimization", ICLR 2021, arXiv:2003.00295. Why it pays
#   to send updates: the server's step becomes one you can choose.
# - K. Bonawitz et al.: "Towards Federated Learning at Scale: System Design", MLSys 2019,
#   arXiv:1902.01046. The four parts in a system of phones, with dropouts and secure aggregation.
# - J. Wang et al.: "A Field Guide to Federated Optimization", 2021, arXiv:2107.06917. Variants
#   of each part, and how to compare them.
