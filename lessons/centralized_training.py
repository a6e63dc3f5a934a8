# %% [markdown] key="intro"
# Federated learning changes one thing about machine learning: the data stays where it was made. To
# see what that changes, you first need the ordinary way, with all data in one place. This lesson
# trains a small model on handwritten digits in the ordinary way, and then asks what happens when
# the 14 writers of those digits do not pool them.
#
# After this lesson you can
#
# - run a federated computation, and say what ran where;
# - explain federated learning with one figure;
# - train and judge a classifier in Keras: inputs, loss, learning curve, held-out images, confusion
#   matrix;
# - show with numbers what a model loses when it learns from one person only;
# - name reasons not to pool data, and what federated learning does not solve by itself.
#
# **You need** Python, a little NumPy, and the idea that a model is trained by changing its
# parameters step by step so that a loss gets smaller. You need not know TensorFlow Federated, which
# we call TFF from here on.

# %% [markdown] key="first_computation"
# ## A greeting
#
# First we check that TFF works. The function below is turned into a *federated computation*: a
# program that TFF can hand to other processes or machines.

# %% [markdown] key="teach_greeting" kind="instructor" minutes=4 saves=2
# **What people get wrong.** They expect the first line to come with the call. It comes with the
# definition, once, because TFF reads the body to record it. Say it here; in lesson {{federated_core}} the same fact
# decides where a random number is drawn.
#
# **Ask the room.** What would the second call print if the body were `return str(time.time())`? The
# same as the first: the time of the recording has become a constant.
#
# **When time is short.** Run both cells without comment and say only that the worker, a separate
# process, plays the clients. Lesson {{federated_core}} needs the rest and repeats it.

# %% key="define_greeting"
import os

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import data, exercises, plotting, runtime

ex = exercises.lesson("centralized_training")


@tff.federated_computation
def greeting():
    print("Python reads the body of greeting.")
    return "Hello from the worker"


print("Its type:", greeting.type_signature.formatted_representation())

# %% [markdown] key="read_definition"
# The body ran although nobody has called `greeting` yet. TFF ran it once, here in the notebook, to
# record what it computes. The type `( -> str)` says: no argument, and a string as the result. Now
# we call it, twice. Before you run the cell: which lines will it print?

# %% key="call_greeting"
for _ in range(2):
    print(greeting().decode())
print(
    f"the worker is a process of its own: {runtime.worker_pid() != os.getpid()}"
)

# %% [markdown] key="what_ran_where"
# Two greetings, and the line from the body did not come again: the calls did not run the Python
# function. Each call sent the recorded computation to the *worker*, which `fl_course.setup()`
# started on this machine; as the last line shows, its process is not that of this notebook. The
# worker executed the computation and sent the bytes of the string back, which is why we decode
# them.
#
# So nothing left your computer, and no client took part. In the whole course, the worker simulates
# server and clients on one machine, as is usual in research. The algorithms are the real ones; the
# network, the phones and their empty batteries are not there.

# %% [markdown] key="what_is_fl"
# ## What federated learning is
#
# In federated learning many *clients* (phones, hospitals or, in this course, writers) train one
# model together. Each keeps its own *client data*; a *server* coordinates them. The figure shows
# one *round*, with three of our writers as clients.

# %% [markdown] key="teach_what_is_fl" kind="instructor" minutes=4 saves=0
# **What people get wrong.** "The clients send their gradients." In Federated Averaging they send a
# difference of parameters after several steps of their own, which is not a gradient. And "nothing
# leaves the device": a model update does, and the last section of this lesson shows what it tells.
#
# **Ask the room.** Which arrow would an eavesdropper like best, and which grows with the amount of
# data? A good answer: (3) says something about one client, (1) is the same for all; none grows with
# the data, both have the size of the model.
#
# **When time is short.** Keep this section whole. Every later lesson uses its words.

# %% key="diagram"
train, test = data.load("digits")

three_writers = train.client_ids[:3]
plotting.federated_learning_diagram(
    {writer: data.pool(train, [writer])[0][:3] for writer in three_writers}
)

# %% [markdown] key="read_diagram"
# Follow the numbers. (1) The server sends the current model to the clients that take part in this
# round, the *cohort*. (2) Each client trains the model on its own data. (3) It sends back a *model
# update*: the difference between its trained parameters and those it received. (4) The server
# averages the updates, usually weighted by how many examples are behind each, which is called
# *aggregation*, and adds the average to the model. Then the next round begins.
#
# Look at the arrows: parameters travel, images do not. You will run these steps in lesson {{federated_averaging}} and
# write them yourself in lesson {{averaging_by_hand}}. In this lesson there is no server; we look at the two extremes:
# all data in one place, and everybody alone.

# %% [markdown] key="digits_intro"
# ## The pooled digits
#
# `train` and `test` hold the same 14 writers: of each one's images, about four in five are for
# training, the rest is *held out*, which means that no model may learn from it. `data.pool` forgets
# who wrote what and puts everything into two arrays.

# %% [markdown] key="teach_pooled_digits" kind="instructor" minutes=12 saves=5 slide="scans_intro"
# **What people get wrong.** In the exercise: only `x_train` is divided, or the type is forgotten.
# The check names either. A few reshape in such a way that an image's numbers come in another order,
# which no shape shows; the check sees it, and its sentence is worth reading aloud.
#
# **Ask the room.** Four writers, one label: what can a model with one picture of a 1 do with these?
# A good answer: offer a compromise, and serve some writers better than others. That is the lesson's
# second half.
#
# **When time is short.** Let them take the solution of this exercise; the point is to have met
# check, hint and solution once. What every client has to do alike returns in lesson {{federated_data}}.

# %% key="pool_digits"
train_images, y_train = data.pool(train)
test_images, y_test = data.pool(test)

print(f"writers:         {len(train.client_ids)}")
print(
    f"training images: {len(train_images):,} of {train_images.shape[1:]} pixels"
)
print(f"held-out images: {len(test_images):,}")
print(
    f"pixels:          {train_images.dtype}, "
    f"{train_images.min()} to {train_images.max()}"
)
print(f"labels:          {y_train.dtype}, {y_train.min()} to {y_train.max()}")

# %% [markdown] key="read_pool"
# That is little data, but it is enough here and trains in seconds. A pixel is 1.0 where the paper
# is white and goes towards 0.0 with the ink. A label is the digit that the image shows. Next, ten
# images each of four writers.

# %% key="look"
four_writers = train.client_ids[::4]
first_ten = [data.pool(train, [writer]) for writer in four_writers]
plotting.digits(
    np.concatenate([images[:10] for images, labels in first_ten]),
    np.concatenate([labels[:10] for images, labels in first_ten]),
)
print("from the top:", ", ".join(four_writers))

# %% [markdown] key="read_look"
# Each row is one writer. The strokes are blurred because the originals have only 8 × 8 pixels. Go
# down a column and compare: the 1 of `writer_00` has an upstroke, that of `writer_04` a foot, that
# of `writer_08` is a bare bar. One label, several pictures: keep this in mind for the second half
# of the lesson, where `writer_04` comes back.

# %% [markdown] key="scans_intro"
# ### From a scan to the input of a model
#
# Cameras and scanners deliver 8-bit numbers, 0 to 255, and so does the MNIST data of Keras. Our
# pixels are already between 0 and 1. So that you meet the usual case, we turn them back into scans.

# %% key="scan"
train_scans = np.round(255 * train_images).astype(np.uint8)
test_scans = np.round(255 * test_images).astype(np.uint8)

print(
    f"{train_scans.dtype}, {train_scans.shape}, "
    f"{train_scans.min()} to {train_scans.max()}"
)
print("row 14 of the first scan:", *train_scans[0, 14])

# %% [markdown] key="read_scan"
# Read the printed row from left to right: 255 is paper, the numbers fall at the left stroke of the
# 0, rise to paper inside it, and fall again at the right stroke.
#
# ### How exercises answer
#
# The next cell with code has gaps, written `...`, for you to fill. Above it stands **Your task**.
# Run the cell when you have filled it: its last line hands your answer to a check, and the check
# says one of four things. *Not attempted yet*. *Not yet right*, and what it saw. *Your code raised
# an error*, and in which of your lines. Or *right*. It judges what an answer does, not how it is
# written.
#
# The check also gives back a value: your answer if it is right, otherwise one of ours, and it says
# so. The notebook goes on with that value, so every later cell runs however many gaps are left, and
# you can come back to a task when you like.
#
# In a cell of your own you can call
#
# - `ex.reshape_and_scale.hint()` for a hint; each call says more than the one before;
# - `ex.reshape_and_scale.solution()` to see the solved cell;
# - `ex.reshape_and_scale.check()`, without an answer, to be given ours. You need this when a line
#   of yours raises an error before the check is reached and you want to go on:
#   `x_train, x_test = ex.reshape_and_scale.check()`.
#
# What you have solved is noted in one small file on the machine that runs the notebook, and nowhere
# else; no answer and no count is sent anywhere. `fl-course status` in a terminal (in a notebook's
# cell: `!fl-course status`) shows it lesson by lesson, and where the file is. You may delete it.

# %% [markdown] key="task_rows"
# ### Exercise: rows of numbers
#
# Our model takes a row of numbers, not a square, and trains best with numbers of about size 1.
#
# **Your task.** Make `x_train` from `train_scans`, and `x_test` from `test_scans`: arrays of shape
# `[n, 784]` (28 times 28 is 784), with values from 0 to 1, of type `float32`. You need
# `array.reshape`, a division, and `array.astype`, which the cell above uses: NumPy's quotient of
# two integers is wider than `float32`.

# %% key="ex_rows" kind="exercise" exercise="reshape_and_scale"
# blank: x_train = ...
# blank: x_test = ...
x_train = (train_scans.reshape(len(train_scans), 784) / 255).astype(np.float32)
x_test = (test_scans.reshape(len(test_scans), 784) / 255).astype(np.float32)
# end blank

x_train, x_test = ex.reshape_and_scale.check((x_train, x_test))

# %% [markdown] key="check_rows_intro"
# You can also check such a step yourself, by going back: folded into squares again, the rows must
# be the pixels we began with, up to the rounding to 8 bits.

# %% key="check_rows"
print(
    f"x_train: {x_train.dtype}, {x_train.shape}; x_test: {x_test.dtype}, "
    f"{x_test.shape}"
)
difference = np.abs(x_train.reshape(train_images.shape) - train_images).max()
print(f"largest difference from the original pixels: {difference:.4f}")
print(f"half a step of an 8-bit scan, 1/510:         {1 / 510:.4f}")

# %% [markdown] key="read_rows"
# No pixel is off by more than half a step of the scan. In federated learning this work happens on
# each client, and it has to be the same on all of them: a client that forgot to divide would train
# on inputs 255 times too large and pull the shared model with it.

# %% [markdown] key="model_intro"
# ## A model of one layer
#
# The model is *softmax regression*: for each of the ten digits a weighted sum of the 784 pixels,
# plus a bias. The softmax function turns the ten sums into ten probabilities. All parameters start
# at zero.

# %% [markdown] key="teach_model" kind="instructor" minutes=22 saves=3 skips="mistakes mnist" slide="fit_intro"
# **What people get wrong.** In the first exercise: `CategoricalCrossentropy`, because it comes up
# first in the documentation; ask what a label looks like in it. In the second: the numbers that
# `fit` has printed are taken for a test. And in the confusion matrix, rows and columns are mixed up
# until somebody reads one row aloud.
#
# **Ask the room.** The loss starts at ln 10 and the accuracy at 10 %. What would they be for two
# classes? A good answer: ln 2, and the share of the class that happens to be answered, which is
# one half only if both are as frequent.
#
# **When time is short.** Skip the misread images and the optional MNIST cell. Keep the learning
# curve: the warning that training metrics lag behind the model is needed in lesson {{federated_averaging}}.

# %% key="model"
model = tf.keras.Sequential(
    [
        tf.keras.layers.InputLayer(input_shape=(784,)),
        tf.keras.layers.Dense(10, kernel_initializer="zeros"),
        tf.keras.layers.Softmax(),
    ]
)
for name, values in zip(
    ["weights", "biases"], model.get_weights(), strict=True
):
    print(f"{name + ':':12}{values.size:5,}, shape {values.shape}")
print(f"parameters: {model.count_params():5,}")

# %% [markdown] key="read_model"
# There is one weight for each pixel and digit, 784 × 10 = 7,840 in all, and one bias for each
# digit: 7,850 parameters. These numbers *are* the model. They are what a federated server sends out
# and what clients change.
#
# Larger networks need a random start. This one does not: its loss is convex in the parameters, so
# there is no bad valley to start in, and zeros make every run begin the same.

# %% [markdown] key="task_compile" slide="whole"
# Keras needs three more things. The *optimizer* says how parameters change: we take stochastic
# gradient descent, SGD, which moves them against the gradient of the loss, times a *learning rate*.
# The *loss* is what training makes small: cross-entropy, minus the logarithm of the probability
# that the model gave to the right digit; Keras calls it *sparse* when labels are integers such as
# 7. The *metric* is what we want to read: accuracy, the share of images recognised.
#
# ### Exercise: compile the model
#
# **Your task.** Call `model.compile` with `optimizer=` SGD with learning rate 0.02, `loss=` a
# `SparseCategoricalCrossentropy`, and `metrics=` a list with one `SparseCategoricalAccuracy`. They
# are classes in `tf.keras.optimizers`, `tf.keras.losses` and `tf.keras.metrics`; as always in
# Python, an object is made by calling its class, with round brackets. If Keras complains of a
# `property` object, or cannot interpret an identifier, a pair of brackets is missing.
#
# The cell's first line is there already. It takes a fresh copy of the model, not compiled and with
# all parameters at zero, so that you can run the cell as often as you like. Do not train it yet:
# the next cell looks at it as it is.

# %% key="ex_compile" kind="exercise" exercise="compile_model"
model = tf.keras.models.clone_model(model)
# blank: ...
model.compile(
    optimizer=tf.keras.optimizers.SGD(learning_rate=0.02),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(),
    metrics=[tf.keras.metrics.SparseCategoricalAccuracy()],
)
# end blank

model = ex.compile_model.check(model)

# %% [markdown] key="untrained_intro"
# What does this model say before it has learned anything?

# %% key="untrained"
loss, accuracy = model.evaluate(x_train, y_train, verbose=0)
probabilities = model.predict(x_train[:1], verbose=0)[0]
print(
    "probabilities for the first image:", *(f"{p:.1f}" for p in probabilities)
)
print(f"untrained: loss {loss:.2f}, accuracy {100 * accuracy:.0f} %")
print(f"ln 10 = {np.log(10):.2f}")

# %% [markdown] key="read_untrained"
# With all parameters at zero, all ten sums are equal, so every digit gets the probability 0.1, and
# every image has the loss -ln 0.1 = ln 10 = 2.30. Remember this number: from zero weights the first
# loss is ln 10 for any images and any labels from 0 to 9. If it is not, the start or the number of
# classes is wrong. The accuracy of 10 % is what one gets for always giving the same answer.

# %% [markdown] key="fit_intro"
# ### Training
#
# `fit` shuffles the images, goes through them in batches of 20, and takes one step of SGD for each
# batch. One pass over all images is an *epoch*. With a seed the shuffles come out the same in every
# run, and your numbers are those of this text. (The first line sets all parameters back to zero, so
# you can run the cell as often as you like.)

# %% key="fit"
model.set_weights([np.zeros_like(values) for values in model.get_weights()])
tf.keras.utils.set_random_seed(0)
history = model.fit(
    x_train, y_train, epochs=20, batch_size=20, verbose=0
).history
long_trained = model.get_weights()  # for later

epochs, steps = len(history["loss"]), int(np.ceil(len(x_train) / 20))
print(f"steps: {epochs} x {steps} = {epochs * steps:,}")
for epoch in (1, 2, 10, 20):
    loss = history["loss"][epoch - 1]
    accuracy = history["sparse_categorical_accuracy"][epoch - 1]
    print(f"epoch {epoch:2}: loss {loss:.2f}, accuracy {100 * accuracy:.0f} %")

# %% key="curve"
plotting.learning_curves(
    {
        "loss": {"pooled digits": history["loss"]},
        "accuracy": {"pooled digits": history["sparse_categorical_accuracy"]},
    },
    x_label="epoch",
    percent="accuracy",
)

# %% [markdown] key="read_curve"
# An epoch is 70 steps, 1,399 / 20 rounded up. Read both panels from left to right. The loss falls
# from 2.24 in the first epoch to 0.28. The accuracy rises steeply until about epoch 8 and then
# creeps to 94 %.
#
# Two warnings, which return with federated training. Keras averages these values *while* the
# parameters change: the point of epoch 1 mixes 70 models, from the empty one to one that has taken
# 69 steps. And they are measured on images that the model is learning from, not on new ones.

# %% [markdown] key="task_evaluate"
# ### Exercise: held-out images
#
# **Your task.** Measure the trained model on the held-out images `x_test` with labels `y_test`, and
# keep both numbers that come back as `held_out_loss` and `held_out_accuracy`. The cell that looked
# at the untrained model shows the call. (One line can replace the two.) This check is handed more
# than your answer: `model` and `trained` are what it needs of the notebook in order to judge. Leave
# them as they are.

# %% key="ex_evaluate" kind="exercise" exercise="evaluate_held_out"
# blank: held_out_loss = ...
# blank: held_out_accuracy = ...
held_out_loss, held_out_accuracy = model.evaluate(x_test, y_test, verbose=0)
# end blank

held_out_loss, held_out_accuracy = ex.evaluate_held_out.check(
    (held_out_loss, held_out_accuracy), model=model, trained=long_trained
)

# %% key="show_evaluate"
print(
    f"held-out images: loss {held_out_loss:.2f}, "
    f"accuracy {100 * held_out_accuracy:.0f} %"
)
print(
    f"misread: {round((1 - held_out_accuracy) * len(x_test))} of {len(x_test)}"
)

# %% [markdown] key="read_evaluate"
# Held out, the model is as good as in training: it has learned digits, not these particular images.
# But the held-out images come from the same 14 writers. Whether the model would read a stranger is
# another question, which lesson {{federated_evaluation}} takes up.
#
# Which digits does it take for which? A *confusion matrix* counts that.

# %% key="confusion"
predictions = model.predict(x_test, verbose=0).argmax(axis=1)
plotting.confusion_matrix(y_test, predictions)

# %% [markdown] key="read_confusion"
# A row is a written digit, a column is the model's answer. Right answers are on the framed
# diagonal, and their share stands at the end of each row. Every 6 and every 7 is recognised. The
# weakest row is the 1: four 1s are read as 8 and four as 9. Next comes the 3, four of them read as
# 8. Before you go on: which of these counts would you expect again if the images had been shuffled
# in another order? Here are the misread images themselves.

# %% key="mistakes"
wrong = np.flatnonzero(predictions != y_test)
plotting.digits(
    test_images[wrong],
    y_test[wrong],
    titles=[f"read as {prediction}" for prediction in predictions[wrong]],
)

# %% [markdown] key="read_mistakes"
# Above each image is the model's answer, below it the label. Some you might misread too. But look
# at the 1s: those with a long upstroke were read as 9, the thick bars as 8. Different people write
# different 1s, and a model with one weight for each pixel and digit has only one picture of a 1 to
# offer to all of them.
#
# Now test what you expected. Put 1 in the place of 0 in `set_random_seed(0)` above, run the cells
# from there to here again, and compare the rows of the 1 and the 8. Then go back to 0, since the
# numbers of the text are those of this seed.

# %% [markdown] key="mnist_intro"
# ### Optional: the full MNIST
#
# The same code trains on MNIST. The next cell downloads it, so it needs a network connection; it is
# not run when the course is checked, so we promise no accuracy. For orientation: LeCun and others
# (see further reading) report 12 % errors for a linear classifier. MNIST has white ink on black
# paper, so we invert it: 1 - x.

# %% key="mnist" kind="optional"
(mnist_scans, mnist_labels), (new_scans, new_labels) = (
    tf.keras.datasets.mnist.load_data()
)
mnist_rows = 1 - (mnist_scans.reshape(len(mnist_scans), 784) / 255).astype(
    np.float32
)
new_rows = 1 - (new_scans.reshape(len(new_scans), 784) / 255).astype(np.float32)

# same layers, parameters at zero again
mnist_model = tf.keras.models.clone_model(model)
mnist_model.compile(
    optimizer=tf.keras.optimizers.SGD(learning_rate=0.02),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(),
    metrics=[tf.keras.metrics.SparseCategoricalAccuracy()],
)
mnist_model.fit(mnist_rows, mnist_labels, epochs=5, batch_size=20, verbose=0)
_, accuracy = mnist_model.evaluate(new_rows, new_labels, verbose=0)
print(
    f"MNIST, {len(mnist_rows):,} training images: "
    f"{100 * accuracy:.0f} % on {len(new_rows):,}"
)

# %% [markdown] key="why_federate"
# ## Why federate
#
# Suppose now that the writers do not hand their digits over. Each of them can still train alone, on
# about 100 images. How good is such a *lone model*?
#
# The comparison has to be fair: same model, same zeros at the start, same learning rate, same
# number of epochs. One thing remains. With batches of 20, an epoch is 70 steps for the pool and 5
# for a lone writer. So we put all the images of a training run into one batch. An epoch is then one
# step, for one writer as for all, and 100 epochs are 100 steps for every model. No shuffle is left
# either: differences can come from the data alone.

# %% [markdown] key="teach_why_federate" kind="instructor" minutes=20 saves=4 skips="same_amount longer_at_home" slide="same_amount"
# **What people get wrong.** They read 97 % at home as "writers do not need each other". It is the
# number a lone writer would see, and it hides what the model does for everybody else; the second
# column is the point. In the exercise, the name of one writer is written into the function, and
# the check asks for two.
#
# **Ask the room.** Pool and lone writer differ in people and in the number of images. How would you
# tell which of them counts? Collect proposals before running the cell that holds the number fixed.
#
# **When time is short.** Show the bars, then go on with the missing 7. The small pool and the
# longer training can be read at home; lesson {{federated_evaluation}} asks again whom one model serves worst.

# %% key="helpers"
zeros = [np.zeros_like(values) for values in model.get_weights()]


def rows_of(client_data, writers):
    images, labels = data.pool(client_data, writers)
    return images.reshape(len(images), 784), labels


def train_from_zero(rows, labels):
    model.set_weights(zeros)
    one_batch = tf.data.Dataset.from_tensors((rows, labels))
    model.fit(one_batch.repeat(100), verbose=0)


def accuracy_on(rows, labels):
    return model.evaluate(rows, labels, batch_size=len(labels), verbose=0)[1]


# %% [markdown] key="read_helpers"
# `rows_of` gives images and labels of a group of writers, from the original pixels, so without the
# division by 255. `train_from_zero` sets our model's parameters back to zero. That is a full reset,
# as plain SGD remembers nothing from step to step. `from_tensors` makes a dataset whose only
# element is the whole batch, and `repeat(100)` gives it 100 times: 100 steps. (Lesson {{federated_data}} explains
# such datasets.) With a star, as in `train_from_zero(*rows_of(...))`, Python hands both parts of a
# pair over, images and labels.
#
# First the pool, trained this way.

# %% key="pooled"
writers = train.client_ids
everybody = rows_of(test, writers)

train_from_zero(*rows_of(train, writers))
pooled_on_everybody = accuracy_on(*everybody)
pooled_at_home = {
    writer: accuracy_on(*rows_of(test, [writer])) for writer in writers
}

print(
    "pooled, 100 steps, on everybody's held-out images: "
    f"{100 * pooled_on_everybody:.0f} %"
)

# %% [markdown] key="task_lone"
# 91 %, a little less than the 94 % from before: 100 steps instead of 1,400. It is the number to
# hold the lone models against. The cell also kept how this model does on each writer's own held-out
# images, which we call *at home*.
#
# ### Exercise: a lone model
#
# **Your task.** Write `measure_lone(writer)`, for the name of a writer such as `"writer_04"`. It
# trains from zero on this writer's training images. Then it returns two numbers: first the model's
# accuracy on the same writer's held-out images, then its accuracy on all held-out images, which are
# in `everybody`. The cell before shows each of the three functions in use.


# %% key="ex_lone" kind="exercise" exercise="lone_model"
def measure_lone(writer):
    # blank: ...
    train_from_zero(*rows_of(train, [writer]))
    at_home = accuracy_on(*rows_of(test, [writer]))
    on_everybody = accuracy_on(*everybody)
    return at_home, on_everybody
    # end blank


measure_lone = ex.lone_model.check(measure_lone)

# %% key="show_lone"
at_home, on_everybody = measure_lone("writer_04")
print(
    f"writer_04 alone: {100 * at_home:.0f} % at home, "
    f"{100 * on_everybody:.0f} % on everybody's"
)

# %% [markdown] key="read_lone"
# At home this model makes no mistake. On everybody's images it misreads more than one in four,
# which a test at home would never show. One writer can be an accident, so here are all of them.

# %% key="all_lone" result=true
lone_at_home, lone_on_everybody = {}, {}
print("writer     lone at home  lone on everybody's  pooled at home")
for writer in writers:
    lone_at_home[writer], lone_on_everybody[writer] = measure_lone(writer)
    home, everywhere, pooled = (
        100 * column[writer]
        for column in (lone_at_home, lone_on_everybody, pooled_at_home)
    )
    print(f"{writer} {home:12.0f} % {everywhere:18.0f} % {pooled:13.0f} %")

columns = (lone_at_home, lone_on_everybody, pooled_at_home)
means = [100 * np.mean(list(column.values())) for column in columns]
print(f"mean      {means[0]:12.0f} % {means[1]:18.0f} % {means[2]:13.0f} %")
print(
    "the pool's gain on everybody's: "
    f"{100 * pooled_on_everybody - means[1]:.0f} points"
)
print(
    f"everybody's digits: lone {means[1]:.0f} %, "
    f"pooled {100 * pooled_on_everybody:.0f} %"
)

# %% key="bars"
plotting.accuracy_bars(
    {
        "at home": lone_at_home,
        "on everybody's held-out images": lone_on_everybody,
    },
    reference={"pooled model, on everybody's": pooled_on_everybody},
)
num_held_out = [len(rows_of(test, [writer])[1]) for writer in writers]
print(
    f"held-out images of a writer: {min(num_held_out)} to {max(num_held_out)}"
)

# %% [markdown] key="read_bars"
# Each pair of bars is one lone model. The full bar, at home, is between 93 and 100 %. It rests on
# 20 to 30 images, so that one image moves it by 3 to 5 points: trust the means, not single writers.
# The hatched bar, on everybody's images (its own included), is between 69 and 81 %, and 75 % in the
# mean. The dashed line is the pooled model, 91 %. No hatched bar reaches it: with the same model
# and the same number of steps, the pool is 16 points better.
#
# The pool differs in two things, though: it holds more people, and 14 times as many images. Which
# of them counts? We now give it no more images than a lone writer has: ten of each digit, drawn
# from all writers. Since luck plays a part with so few, we draw five times. Before you run the
# cell, write down where between 75 and 91 % you expect the mean to lie.

# %% key="same_amount"
rows, labels = rows_of(train, writers)
small_pool = []
for seed in range(5):
    rng = np.random.default_rng(seed)
    drawn = np.concatenate(
        [rng.permutation(np.flatnonzero(labels == k))[:10] for k in range(10)]
    )
    train_from_zero(rows[drawn], labels[drawn])
    small_pool.append(accuracy_on(*everybody))

small_mean = 100 * np.mean(small_pool)
print(
    f"{len(drawn)} images of all writers: {small_mean:.0f} % on everybody's, "
    "mean of 5 draws"
)
print(f"gain over the lone models: {small_mean - means[1]:.0f} points")

# %% [markdown] key="read_same_amount"
# Of the 16 points, 12 are there with 100 images already. **What a lone writer lacks most is not
# more digits, but other people's digits.** Its own hand it knows well: 97 % at home.
#
# One honest remark. At home, says the table, the pooled model has 91 % in the mean, the lone models
# 97 %, and `writer_04` would be right to complain: 100 % alone, 77 % with the pool. Part of this is
# too little training, since the pool has more to learn than one writer. We ask the model of 1,400
# steps from above.

# %% key="longer_at_home"
model.set_weights(long_trained)
longer_at_home = {
    writer: accuracy_on(*rows_of(test, [writer])) for writer in writers
}

print(
    "pool, 1,400 steps, at home: "
    f"{100 * np.mean(list(longer_at_home.values())):.0f} %",
    end=", ",
)
print(f"writer_04 {100 * longer_at_home['writer_04']:.0f} %")

# %% [markdown] key="read_longer_at_home"
# Closer to the lone models, but not equal to them: 95 % in the mean, 90 % for `writer_04`. One
# model for all hands is a compromise. Lesson {{federated_evaluation}} looks for the people whom it serves worst.

# %% [markdown] key="missing_intro"
# ### The digit that was never written
#
# The gap widens when a writer's data lacks something. Take the 7s out of the training images of
# `writer_04`, train alone on the rest, and ask for everybody's 7s. Before you run the cells, guess
# for which digits it will take them.

# %% key="missing"
writer = "writer_04"
rows, labels = rows_of(train, [writer])
no_sevens = labels != 7
train_from_zero(rows[no_sevens], labels[no_sevens])

everybody_rows, everybody_labels = everybody
sevens = everybody_labels == 7
on_training = accuracy_on(rows[no_sevens], labels[no_sevens])
on_sevens = accuracy_on(everybody_rows[sevens], everybody_labels[sevens])
print(f"{writer} without its {np.sum(~no_sevens)} sevens, alone:")
print(f"{100 * on_training:.0f} % of its training images")
print(f"{100 * on_sevens:.0f} % of everybody's {np.sum(sevens)} held-out 7s")

# %% key="sevens_read_as"
answers = model.predict(everybody_rows[sevens], verbose=0).argmax(axis=1)
for digit in range(10):
    print(f"read as {digit}: {np.sum(answers == digit):2}")
plotting.digits(
    test_images[y_test == 7][:10],
    titles=[f"read as {answer}" for answer in answers[:10]],
)

# %% [markdown] key="read_missing"
# None of the 39 is recognised, and nothing in its training gave a warning: on its own training
# images the model is at 100 %. (The three held-out 7s of `writer_04` would have given one. But
# someone who never writes a 7 has no held-out 7s either.) It was never told that there is such a
# thing as a 7, so it takes each one for another digit. In the figure, most 7s with a crossbar
# become 4s, the two without it become 5s. More training would not help.
#
# Real clients lack labels too: a hospital sees the diseases of its region, a phone the words of its
# owner. What happens if this writer, still without 7s, joins the other 13? Guess before you run the
# cell: how many of everybody's 7s, and how many of the three in this writer's own hand?

# %% key="missing_pooled"
keep = np.concatenate(
    [(rows_of(train, [w])[1] != 7) | (w != writer) for w in writers]
)
rows, labels = rows_of(train, writers)
train_from_zero(rows[keep], labels[keep])

own_rows, own_labels = rows_of(test, [writer])
on_sevens = accuracy_on(everybody_rows[sevens], everybody_labels[sevens])
on_own_sevens = accuracy_on(
    own_rows[own_labels == 7], own_labels[own_labels == 7]
)
print(f"pool of 14 writers, {writer} without sevens:")
print(f"{100 * on_sevens:.0f} % of everybody's {np.sum(sevens)} held-out 7s")
print(
    f"{100 * on_own_sevens:.0f} % of the {np.sum(own_labels == 7)} by {writer}"
)

# %% [markdown] key="read_missing_pooled"
# With the pool, every held-out 7 is recognised, those in this writer's own hand included, although
# no 7 of this hand was in the training. The others have taught it. This is what clients gain by
# learning together, and what federated learning tries to give them without the pool.

# %% [markdown] key="why_not_pool"
# ## Why not pool, then
#
# Often one cannot, or should not:
#
# - **Privacy.** What people type, say or write tells who they are. Data that was never collected
#   cannot be stolen from the collector, nor sold or used for another purpose later.
# - **Law.** Health, school and bank records may not leave an institution or a country without a
#   legal ground.
# - **Ownership.** Two hospitals may both want the better model and still not show each other their
#   data.
# - **Bandwidth.** A fleet of cameras makes more data than its network can carry. A model update has
#   the size of the model, however much data it was trained on. But it is sent in every round, and
#   the model before it: with little data and many rounds, as in this course, federated learning
#   sends more.
#
# Federated learning answers: the training goes to the data. Lesson {{federated_averaging}} shows how far that gets from
# 75 towards 91 %.

# %% [markdown] key="teach_why_not_pool" kind="instructor" minutes=5 saves=2
# **What people get wrong.** Two extremes: "federated learning is private", and, after the next
# figure, "then it is worth nothing". It sends less, and for one purpose. To limit what can be read
# from that, one adds secure aggregation and differential privacy.
#
# **Ask the room.** What would the curious server have seen of a 3 and a 7 in one step? Have them
# look at the gradient: the weights of the 3 grow by the image of the 3, those of the 7 by the
# other, each minus a faint picture of the other one. Two 7s would lie on top of each other.
#
# **When time is short.** Leave out the list of reasons, never the rebuilt image: it is the answer
# to the first question that every audience asks. What stands under *To talk about* suits the break.

# %% [markdown] key="not_by_itself"
# ### What it does not give by itself
#
# What leaves a client is not the data, but it was computed from the data. The next cell plays a
# client that trains for one step on a single image, and a curious server that sees nothing but the
# model update.

# %% key="leak"
secret_image, secret_label = x_train[7:8], y_train[7:8]
model.set_weights(zeros)
model.fit(secret_image, secret_label, verbose=0)
model_update = model.get_weights()[0] - zeros[0]

# From here on, only the update is used: the one digit whose weights grew,
# scaled so that its largest pixel, paper, is 1.
digit = model_update.sum(axis=0).argmax()
rebuilt = model_update[:, digit] / model_update[:, digit].max()
print(f"label read from the update: {digit}; true label: {secret_label[0]}")
print(
    f"largest difference of a pixel: {np.abs(rebuilt - secret_image).max():.4f}"
)
plotting.digits(
    np.stack([secret_image[0], rebuilt]).reshape(2, 28, 28),
    titles=["stayed on the client", "read from the update"],
)

# %% [markdown] key="read_leak"
# The two images are the same, and the server has read the label too. The gradient explains it: all
# ten columns of weights move by a multiple of the image, the right digit's upwards, the others
# downwards, and the sign gives the label away. With 100 images and many steps an update is a
# mixture, but it still carries traces; for deep networks, too, images have been rebuilt from
# gradients (Zhu, Liu and Han, below).
#
# So federated learning is not anonymous, and by itself no guarantee of privacy. It collects less:
# an update in place of the data. Other methods build on that. *Secure aggregation* lets the server
# see only the sum over many clients; *differential privacy* clips updates and adds noise, which
# bounds what the model can tell about any one client. Nor does federated learning by itself stop a
# client that sends a harmful update, or make a model fair.

# %% [markdown] key="questions" kind="questions"

# %% [markdown] key="summary"
# ## What you now know
#
# - A federated computation is recorded once in the notebook and executed by the worker.
# - In a round of federated learning, clients train the server's model on their own data, and the
#   server averages their model updates.
# - Softmax regression on 784 pixels has 7,850 parameters, and its loss starts at ln 10 = 2.30.
#   Trained on the pooled digits, it reads 94 % of the held-out images.
# - Trained on one writer it reads 97 % at home and 75 % of everybody's, and no 7 at all if it never
#   saw one. In as many steps it reaches 91 % on the pool, and 87 % on 100 images by all writers.
# - A model update is not the data, but it can give the data away.
#
# ## To talk about
#
# 1. After the same 100 steps, the lone models beat the pooled one at home. When would you choose a
#    lone model? How could a model be good at both?
# 2. A writer who never wrote a 7 cannot know from its own data that its model fails on 7s. Who
#    could find out, and what would they have to see?
# 3. What else could "the same budget" mean: images seen, seconds, energy, bytes sent? Which would
#    favour the pool?
# 4. What would the curious server have seen if the client had trained on a 3 and a 7? And on two
#    7s?
#
# ## Further reading
#
# - H. B. McMahan, E. Moore, D. Ramage, S. Hampson, B. Agüera y Arcas, "Communication-Efficient
#   Learning of Deep Networks from Decentralized Data", AISTATS 2017, arXiv:1602.05629. It named
#   federated learning.
# - P. Kairouz, H. B. McMahan et al., "Advances and Open Problems in Federated Learning",
#   Foundations and Trends in Machine Learning, 2021, arXiv:1912.04977.
# - L. Zhu, Z. Liu, S. Han, "Deep Leakage from Gradients", NeurIPS 2019, arXiv:1906.08935.
# - K. Bonawitz et al., "Practical Secure Aggregation for Privacy-Preserving Machine Learning",
#   ACM CCS 2017.
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, "Gradient-Based Learning Applied to Document
#   Recognition", Proceedings of the IEEE, 1998.
# - E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
#   Repository, 1998, doi:10.24432/C50P49. Our data.
