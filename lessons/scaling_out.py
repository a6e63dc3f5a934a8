# %% [markdown] key="what_you_learn"
# After this lesson you can
#
# - say what a round with more clients costs, and what it buys;
# - run a round with a thousand clients, and choose how many are computed at a time;
# - spread a round over several workers, and say why the result is the same;
# - lose a worker in the middle of a round, or the whole machine in the middle of a training, and go
#   on with the same result;
# - say what a fleet of real devices adds, and what a simulation leaves out.
#
# **You need** rounds and cohorts from [lesson {{federated_averaging}}](federated_averaging.ipynb), and weighted means
# from [lesson {{federated_core}}](federated_core.ipynb).
#
# **Why this lesson.** The first thing that people try after a course is more clients. Then a round
# takes minutes, a machine is too small, and a training of a night is lost at four in the morning.
# The cells here are plain TFF; one line says where they run.

# %% key="imports"
import tempfile
import threading
import time

import numpy as np
import psutil
import tensorflow_federated as tff

import fl_course
from fl_course import (
    data,
    exercises,
    models,
    plotting,
    preprocessing,
    runtime,
    training,
)

ex = exercises.lesson("scaling_out")

# %% [markdown] key="more_clients"
# ## A thousand clients
#
# We have 14 writers. To make a round large, each of them gets doubles: **pseudo-clients**, with the
# writer's images moved by up to one pixel, at random. `data.pseudo_clients` makes as many as one
# asks for, each at the moment when it is used.

# %% [markdown] key="teach_more_clients" kind="instructor" minutes=9 saves=2 slide="pseudo_clients"
# **What people get wrong.** They take pseudo-clients for data. They are good for the machinery: to
# see what a large round costs. They say nothing about people whom the data lack. Come back to this
# at the figure with the dots.
#
# **Ask the room.** Ten times the clients: how many times the time, how many times the bytes, how
# many times better? Collect three numbers before the cells run.
#
# **When time is short.** Show one row of images, and go on.

# %% key="pseudo_clients"
train, test = data.load("digits")
clients = data.pseudo_clients(train, 1000, seed=0)

print(f"{len(clients.client_ids):,} clients, from {clients.client_ids[0]}")
print(f"to {clients.client_ids[-1]}")

# %% key="pseudo_figure"
doubles = ["writer_03-00", "writer_03-01", "writer_03-02"]
images = [data.pool(train, ["writer_03"])[0][:8]]
images += [data.pool(clients, [name])[0][:8] for name in doubles]
plotting.digits(
    np.concatenate(images),
    columns=8,
    title="A writer's first images, and those of three doubles",
)

# %% [markdown] key="read_pseudo"
# The first row is the writer, the other three are doubles: the same digits, each a little higher,
# lower, to the left or to the right. Their local models will differ a little, too.
#
# What does a round cost? Two things can be counted rather than measured, so that your numbers are
# ours: the local steps, and the bytes of weights that would travel.

# %% key="count_cost"
datasets = preprocessing.make_federated_data(
    clients, clients.client_ids, epochs=1, batch_size=20
)
steps = [int(dataset.cardinality()) for dataset in datasets]
weights = models.functional_model().initial_weights[0]
model_bytes = sum(np.asarray(part).nbytes for part in weights)

for num_clients in (10, 100, 1000):
    megabytes = 2 * num_clients * model_bytes / 1e6
    print(
        f"{num_clients:5,} clients: {sum(steps[:: 1000 // num_clients]):5,} "
        f"local steps, {megabytes:4.1f} MB of weights down and up"
    )

# %% [markdown] key="read_cost"
# From 52 steps to 5,143, and from 0.6 MB to 62.8 MB: **everything grows in proportion**. No part of
# a round gets cheaper per client. Whoever wants to know what 1,000 clients cost can measure 100 and
# multiply by 10, if the memory suffices.
#
# And what do they buy? A cohort is a sample. With everybody in it, the round's mean update would be
# exact; a smaller cohort's is off by chance. We can measure by how much, since our process starts
# from the same weights each time: one round with all 1,000, then five draws each of 10, 30 and 100.
# Before you run the cell: a cohort ten times as large, by what factor will its error shrink? The
# cell takes ten to sixty seconds, depending on the machine and on what else it does; after the
# round with all of them a bar shows how far it is.

# %% key="cohort_noise"
process = tff.learning.algorithms.build_weighted_fed_avg(
    models.functional_model(),
    client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=0.02),
    server_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=1.0),
)
start = process.initialize()


def update_of(state):
    """The mean update that led from the start to a state, as one vector."""
    after = process.get_model_weights(state).trainable
    before = process.get_model_weights(start).trainable
    return np.concatenate(
        [np.ravel(a - b) for a, b in zip(after, before, strict=True)]
    )


def mean_update(cohort):
    return update_of(process.next(start, cohort).state)


one_large_round = process.next(start, datasets).state
everybody = update_of(one_large_round)
print("1,000 clients: this is the update to compare with")
rng = np.random.default_rng(0)
distances = {}
for num_clients in training.progress((10, 30, 100)):
    draws = [rng.choice(1000, num_clients, replace=False) for _ in range(5)]
    updates = [mean_update([datasets[i] for i in draw]) for draw in draws]
    away = [
        np.linalg.norm(update - everybody) / np.linalg.norm(everybody)
        for update in updates
    ]
    distances[f"{num_clients} clients"] = away
    print(
        f"{num_clients} clients: off by {100 * np.mean(away):.0f} % of the "
        "update's length, on average"
    )

# %% key="noise_figure"
plotting.client_values(
    distances,
    x_label="distance from the update of all 1,000, relative to its length",
    y_label="cohort",
    value_label="one draw",
    mean_label="mean of the draws",
    count_label="draws",
    percent=True,
    title="What a larger cohort buys",
)

# %% [markdown] key="read_noise"
# The dots move to the left, and ever less: 59 %, 42 %, 23 %. From 10 to 100 clients the round costs
# ten times as much and the error shrinks to less than half. Chance fades with the **square root**
# of the number, as in any survey; with five draws each, these figures follow it only roughly.
#
# One caution. These doubles come from 14 writers, so the distances show what a draw costs among
# *them*. How far 14 writers are from everybody who writes, no double can tell.
#
# So is one round with all 1,000 clients worth its price? For the same price there are ten rounds
# with 100 each, in which everybody takes part once as well. Which of the two gives the better
# model? Decide before you run the cell, which takes about a third as long as the last.

# %% key="ten_rounds"
test_images, test_labels = data.pool(test)


def accuracy(state):
    kernel, bias = process.get_model_weights(state).trainable
    predicted = np.argmax(test_images.reshape(-1, 784) @ kernel + bias, axis=1)
    return np.mean(predicted == test_labels)


state = start
for round_num in range(10):
    state = process.next(state, datasets[round_num::10]).state
print(
    "one round with 1,000 clients: "
    f"{100 * accuracy(one_large_round):.0f} % on held-out images"
)
print(f"ten rounds with 100 clients:  {100 * accuracy(state):.0f} %")

# %% [markdown] key="read_ten_rounds"
# 30 % against 76 %: the same client trainings, the same bytes, and a model that is far better.
# After the first hundred, the server knows enough to move, and the next hundred can start from
# better weights. That is why servers seldom ask everybody, even where they could.

# %% [markdown] key="concurrency"
# ## How many at a time
#
# A computer with two cores does not train 1,000 clients at once. TFF's worker takes as many at a
# time as we let it, and the others wait: the **concurrency**. Each one at work holds its batches,
# its gradients, its copy of the weights. So concurrency decides how much memory the *work* takes,
# while the client data that was sent for the round waits in memory in any case.

# %% [markdown] key="teach_concurrency" kind="instructor" minutes=8 saves=3 skips="measure_growth" slide="use_concurrency"
# **Ask the room.** Two cores, eight clients at a time: faster, slower, the same? (Two cores do two
# things at once, so not four times as fast; more memory. What it is on your machine, the optional
# cell measures.)
#
# **What people get wrong.** They look for the number of clients in this setting. A round's clients
# are the algorithm's, and change the result. Concurrency is the machine's, and doesn't.
#
# **When time is short.** Leave out the optional cell.

# %% [markdown] key="concurrency_text"
# The course's engine takes one client for each core, which is what `setup` began with.
# `fl_course.use_workers` chooses anew: the next cell starts a worker that computes one client at a
# time, trains two rounds on 100 clients, and does the same with four at a time.

# %% key="use_concurrency"
hundred = datasets[::10]


def train_rounds(num_rounds, before_the_last=lambda: None):
    """The weights after some rounds with the hundred clients."""
    state = process.initialize()
    for round_num in range(1, num_rounds + 1):
        if round_num == num_rounds:
            before_the_last()
        state = process.next(state, hundred).state
    return process.get_model_weights(state).trainable


def same_bits(weights, other_weights):
    return all(
        np.array_equal(a, b)
        for a, b in zip(weights, other_weights, strict=True)
    )


fl_course.use_workers(1, concurrency=1)
one_at_a_time = train_rounds(2)
fl_course.use_workers(1, concurrency=4)
four_at_a_time = train_rounds(2)
print(
    f"the same weights, bit by bit: {same_bits(one_at_a_time, four_at_a_time)}"
)

# %% [markdown] key="read_concurrency"
# `use_workers` says each time what is in use. Not a bit differs: whoever is done first, the worker
# adds up the updates in the clients' order.
#
# ### Optional: measure it
#
# How long a round takes depends on your machine, so the next cell is not run when the course is
# checked. It measures rounds with 10, 100 and 1,000 clients, and the worker's memory, at one, two
# and four clients at a time; a minute in all, or several. Before you run it, write down for 1,000
# clients: what will two at a time gain over one, and four over two? Then read the milliseconds a
# client: does the gain end at the number of your cores?

# %% key="measure_growth" kind="optional"
for concurrency in (1, 2, 4):
    fl_course.use_workers(1, concurrency=concurrency)
    for num_clients in (10, 100, 1000):
        cohort = datasets[:num_clients]
        state = process.next(process.initialize(), cohort).state
        seconds = []
        for _ in range(2):
            begin = time.perf_counter()
            state = process.next(state, cohort).state
            seconds.append(time.perf_counter() - begin)
        megabytes = psutil.Process(runtime.worker_pid()).memory_info().rss / 1e6
        print(
            f"{num_clients:4} clients: {min(seconds):5.2f} s a round, "
            f"{1000 * min(seconds) / num_clients:4.1f} ms a client, "
            f"worker {megabytes:.0f} MB"
        )

# %% [markdown] key="several_workers"
# ## Two workers
#
# Where one machine is not enough, several workers share a round. Each gets a part of the cohort,
# trains and **aggregates** it, and gives back one partial aggregate, whatever the number of its
# clients. These parts are merged, and the server's step follows.
#
# First the parts. They should be as equal as can be, because a round lasts as long as its longest
# part; and they should be runs of neighbours, so that the order of the clients stays.

# %% [markdown] key="teach_several" kind="instructor" minutes=14 saves=5
# **What people get wrong.** The rest of the division: three clients are lost, or all land on the
# last worker. And then the mean of means. Let them find an example with two workers in which it is
# plainly wrong: one client with 10 examples, and 100 clients with 1,000 each.
#
# **Ask the room.** Could the workers send their *means*, if they sent the number of examples along?
# (Yes: mean times number is the sum again. What can't be done is to leave the number out.)
#
# **When time is short.** Do the merging together on the board, and give the splitting as homework.

# %% [markdown] key="task_split"
# ### Exercise: split a cohort
#
# **Your task.** Write `split_cohort(clients, num_workers)`. It takes a list and a number from 1 to
# the list's length, and gives a list of `num_workers` lists: neighbours together, in order, nobody
# lost, nobody twice, and no two lengths that differ by more than one. `clients` itself stays as it
# is.


# %% key="ex_split" kind="exercise" exercise="split_cohort"
def split_cohort(clients, num_workers):
    # blank: ...
    ends = [len(clients) * i // num_workers for i in range(num_workers + 1)]
    return [clients[ends[i] : ends[i + 1]] for i in range(num_workers)]
    # end blank


split_cohort = ex.split_cohort.check(split_cohort)

# %% [markdown] key="task_merge"
# Each worker adds up its clients' updates, each times the client's number of examples, and counts
# the examples. From these parts the server has to make the weighted mean over everybody.
#
# ### Exercise: merge the parts
#
# **Your task.** Write `merge_parts(sums, examples)`. `sums` is a list of NumPy arrays of equal
# shape, one for each worker: $\sum_k n_k \Delta_k$ over its clients. `examples` is the list of
# their $\sum_k n_k$. The result is the weighted mean of all updates, an array of the same shape.
# Both lists, and the arrays in them, stay as they are.


# %% key="ex_merge" kind="exercise" exercise="merge_parts"
def merge_parts(sums, examples):
    # blank: ...
    return sum(sums) / sum(examples)
    # end blank


merge_parts = ex.merge_parts.check(merge_parts)

# %% [markdown] key="merge_check_text"
# Does it work for a real round? We take the updates of seven clients, spread them over three
# workers by your function, merge by your other one, and compare with the round of all seven.

# %% key="merge_check"
seven = list(range(0, 700, 100))
sizes = {i: sum(len(batch["y"]) for batch in datasets[i]) for i in seven}
sums = []
examples = []
for part in split_cohort(seven, 3):
    sums.append(sum(sizes[i] * mean_update([datasets[i]]) for i in part))
    examples.append(sum(sizes[i] for i in part))

together = mean_update([datasets[i] for i in seven])
means = [
    part_sum / count for part_sum, count in zip(sums, examples, strict=True)
]
print("clients of the parts:", *(len(part) for part in split_cohort(seven, 3)))
print("examples of the parts:", *examples)
for name, update in {
    "merged sums": merge_parts(sums, examples),
    "mean of the parts' means": np.mean(means, axis=0),
}.items():
    print(
        f"{name}: as of all at once, to 1e-6: "
        f"{np.abs(update - together).max() < 1e-6}"
    )

# %% [markdown] key="use_two_text"
# The sums give what the whole round gives; the mean of the workers' means does not, because the
# parts hold different numbers of examples.
#
# TFF does the same for every computation with one aggregation in it: it splits the program there.
# `fl_course.use_workers(2)` starts two workers on this machine, and from then on they share each
# round. The cells stay as they are. We train the two rounds from above again, twice.

# %% key="use_two" result=true
fl_course.use_workers(2, concurrency=1)
with_two = train_rounds(2)


def largest_difference(weights, other_weights):
    return max(
        np.abs(a - b).max() for a, b in zip(weights, other_weights, strict=True)
    )


again = train_rounds(2)
print(
    "clients of the two parts:",
    *(len(part) for part in split_cohort(hundred, 2)),
)
print(
    "two runs with two workers, bit by bit the same: "
    f"{same_bits(with_two, again)}"
)
close = largest_difference(one_at_a_time, with_two) < 1e-5
print(f"100 clients on two workers: the weights of one worker to 1e-5: {close}")

# %% [markdown] key="read_two"
# The weights agree to five digits and more, and need not agree to the last: with two workers, the
# clients' updates are added up in two halves, and floats know no law of associativity. But the
# halves are always the same and merged in the same order, so a run can be repeated to the last bit.
#
# Is it faster? That is not what two workers on one machine are for: they share its cores and its
# memory. Two machines would bring their own.

# %% [markdown] key="losing"
# ## A worker is lost
#
# With many machines something is always broken. So a round must not fail because one worker does.
# We try it: the next cell trains the same two rounds, and in the last of them, as soon as the
# second worker is at work, kills it. `SIGKILL` is what the system does when memory runs out.
#
# **Predict.** Two workers hold 50 clients each. One of them dies in the middle. Which clients have
# to be computed again, and will the weights be the same?

# %% [markdown] key="teach_losing" kind="instructor" minutes=7 slide="skip"
# **Ask the room.** Take the vote on the prediction. (The 50 of the lost part, all of them: the
# worker's partial sum is gone with it. The weights are the same, since a client's work depends on
# the server's weights and its data alone.)
#
# **What people get wrong.** They expect the other worker's 50 clients to run again as well. A
# partial aggregate that has arrived is kept.

# %% key="lose_a_worker"


def kill_when_busy(pid):
    """Kills a worker that has computed for some hundredths of a second."""
    worker = psutil.Process(pid)
    idle = worker.cpu_times().user

    def watch():
        while worker.cpu_times().user < idle + 0.05:
            time.sleep(0.01)
        worker.kill()

    threading.Thread(target=watch, daemon=True).start()


before = runtime.worker_pids()
with_a_loss = train_rounds(2, before_the_last=lambda: kill_when_busy(before[1]))
after = runtime.worker_pids()
print(f"the first worker is the same process: {before[0] == after[0]}")
print(f"the second worker is the same process: {before[1] == after[1]}")
print(f"the same weights, bit by bit: {same_bits(with_two, with_a_loss)}")

# %% [markdown] key="read_losing"
# The first line is the engine's: the second worker was lost. A fresh one has taken its place and
# computed its 50 clients again, from the weights that the round began with. Nobody can see from the
# weights that something happened. This works because a client's part of a round is a **pure
# function**: of the server's weights and the client's data. A worker remembers nothing else.
#
# Workers on other machines are not ours to restart. If one of them is lost, those that are left
# compute its part.

# %% [markdown] key="checkpoints"
# ## The machine is lost
#
# Rented machines are cheap where they may be taken away at any moment, and notebooks on free
# machines end after some hours. Then the process with the server's state is gone. What helps is a
# **checkpoint**: the state on a disk, every few rounds. `training.train` saves it, as plain arrays,
# if you name a folder.
#
# For a resumed run to give what an unbroken one gives, the rounds after the resume have to meet the
# same cohorts. So who takes part in round 4 may depend on the 4, and on nothing that happened
# before.

# %% [markdown] key="teach_checkpoints" kind="instructor" minutes=12 saves=4
# **What people get wrong.** They make one generator outside the function and draw from it round by
# round. It works, until the run is resumed: then round 4 draws what round 1 drew. The check tells
# it; let somebody explain it to the others.
#
# **Ask the room.** After how many rounds would you save? (It depends: on how long a save takes, and
# on how much work you are ready to do again.)
#
# **When time is short.** Let them use `data.sample_clients`, the third hint.

# %% [markdown] key="task_cohort"
# ### Exercise: the cohort of a round
#
# **Your task.** Write `cohort_ids(round_num)`. It takes a round's number, from 1, and gives a list
# of 5 different ids out of `clients.client_ids`. Asked again for the same round, in whatever order
# and in another process, it gives the same list. Each round draws for itself: of ten rounds in a
# row no two have the same cohort, and in a thousand rounds nearly every client takes part.


# %% key="ex_cohort" kind="exercise" exercise="cohort_ids"
def cohort_ids(round_num):
    # blank: ...
    return data.sample_clients(
        clients.client_ids, 5, seed=8, round_num=round_num
    )
    # end blank


cohort_ids = ex.cohort_ids.check(cohort_ids, client_ids=clients.client_ids)

# %% [markdown] key="preempt_text"
# We train six rounds and save after every second one. In round 4 the machine is taken away; an
# error stands for it, so that this notebook survives.

# %% key="preempt"
rounds_run = []


def cohort(round_num):
    rounds_run.append(round_num)
    return preprocessing.make_federated_data(
        clients, cohort_ids(round_num), epochs=5
    )


def cohort_until_round_4(round_num):
    if round_num == 4:
        raise ConnectionError("the machine was taken away")
    return cohort(round_num)


folder = tempfile.mkdtemp()
try:
    training.train(
        process,
        cohort_until_round_4,
        6,
        checkpoint_dir=folder,
        checkpoint_every=2,
    )
except ConnectionError as error:
    print(f"in round 4: {error}")
print("rounds run:", *rounds_run)

# %% [markdown] key="resume_text"
# On the next machine, we run the same cell again: the same call, with the same folder.

# %% key="resume"
rounds_run.clear()
resumed, _ = training.train(
    process, cohort, 6, checkpoint_dir=folder, checkpoint_every=2
)
print("rounds run after the resume:", *rounds_run)

unbroken, _ = training.train(process, cohort, 6)
weights_of = process.get_model_weights
same = same_bits(weights_of(resumed).trainable, weights_of(unbroken).trainable)
print(f"the same weights as without a break, bit by bit: {same}")

# %% [markdown] key="read_resume"
# The latest checkpoint was that of round 2, so round 3 ran twice, and what it had done before the
# break is not missed: it did the same again. A run that had never been broken gives the same bits.
#
# What is saved is the whole state: the weights, and what the server's optimizer and the aggregators
# remember. With the weights alone, momentum would begin anew.

# %% [markdown] key="elsewhere"
# ## Workers on other machines
#
# On each of them, with this course installed, a command starts a worker:
#
# ```bash
# fl-course worker --port 8000
# ```
#
# On the machine of the notebook, a tunnel for each of them makes that port one of its own:
#
# ```bash
# ssh -N -L 8001:127.0.0.1:8000 you@machine-1 &
# ssh -N -L 8002:127.0.0.1:8000 you@machine-2 &
# ```
#
# And in the notebook these ports take the place of the number:
#
# ```python
# fl_course.use_workers(["127.0.0.1:8001", "127.0.0.1:8002"])
# ```
#
# Both addresses are on this machine, and that is no mistake: they are the near ends of the **SSH
# tunnels**. A worker of TFF's asks for no password and encrypts nothing, and a computation may read
# and write files. Whoever reaches its port can do what its user can do. So it listens to its own
# machine only, unless it is told otherwise, and a tunnel brings us there.
# [docs/scaling.md](docs/scaling.md) says what
# happens when such a worker is lost, and has files for Compose and Kubernetes.

# %% [markdown] key="fleet"
# ## What a fleet adds
#
# All this was simulation: the notebook had everybody's data, and a client that was lost could be
# computed again. With real devices neither holds. Bonawitz and others describe a system for
# millions of phones. What is different there:
#
# - **Devices come and go.** A phone takes part while it charges, on a network that costs nothing,
#   and unused. It may leave in the middle, and no one can compute its part instead. The paper
#   reports that 6 % to 10 % of the devices drop out, and that a server therefore begins with 130 %
#   of those that it needs.
# - **Slow ones are left behind.** A round ends when enough updates are there. The others,
#   **stragglers**, are not waited for. Whoever has old devices is then heard less often; the model
#   may get worse for them.
# - **Traffic is steered.** With few devices, they have to come at the same time to make up a round;
#   with many, they must not.
# - **The server is many machines.** Each aggregates a part of the devices and hands on a sum, which
#   is the merging of this lesson. Updates are kept in memory only until they are added up.
# - **The server should not see single updates**: secure aggregation (lesson {{federated_core}}) runs in groups,
#   since its cost for the server grows faster than the number of devices in a group.

# %% [markdown] key="teach_fleet" kind="instructor" minutes=10 saves=4
# **Ask the room.** A device drops out because its battery is low, in a region where the power
# fails. Which clients does the model learn less from, and what would you measure to see it?
#
# **What people get wrong.** They add the drop-out's share to the goal, which falls short. With a
# drop-out of one half it is plain to see.
#
# **When time is short.** Read the list aloud, and do the exercise together.

# %% [markdown] key="task_invite"
# ### Exercise: how many to invite
#
# **Your task.** Write `clients_to_invite(goal, dropout)`. `goal` is how many updates a round needs;
# `dropout` is the share of the invited clients that drop out, at least 0 and below 1. The result is
# an `int`: the smallest number of invitations with which, on average, at least `goal` clients
# are left.


# %% key="ex_invite" kind="exercise" exercise="clients_to_invite"
def clients_to_invite(goal, dropout):
    # blank: ...
    return int(np.ceil(goal / (1 - dropout)))
    # end blank


clients_to_invite = ex.clients_to_invite.check(clients_to_invite)

# %% [markdown] key="invite_text"
# *On average* is not always. We invite that many in 10,000 rounds, let each client drop out by
# chance, and count the rounds that miss their goal; then the same with 130 % of the goal. Before
# you run the cell: what share of the rounds will miss it, in each case?

# %% key="invite_rounds"
rng = np.random.default_rng(0)
goal, dropout = 100, 0.1
reserve = round(1.3 * goal) - clients_to_invite(goal, dropout)
print(f"130 % of the goal are {reserve} clients more than needed on average")
for name, invited in {
    "as many as needed on average": clients_to_invite(goal, dropout),
    "130 % of the goal": round(1.3 * goal),
}.items():
    left = rng.binomial(invited, 1 - dropout, size=10_000)
    print(
        f"{name}: {invited} invited, {invited * (1 - dropout):.1f} left on "
        f"average, {100 * np.mean(left < goal):.0f} % of the rounds miss {goal}"
    )

# %% [markdown] key="read_invite"
# With 112 invitations, 100.8 clients are left on average, and yet 33 % of the rounds miss the goal.
# With 130 next to none does: a reserve of 18 clients makes the difference, and it also lets the
# server leave the slowest behind.

# %% [markdown] key="clean_up_text"
# Last, back to one worker.

# %% key="clean_up"
fl_course.use_workers(1, concurrency=2)

# %% [markdown] key="questions" kind="questions"

# %% [markdown] key="summary"
# ## What you now know
#
# - A round's steps, bytes and memory grow in proportion to its clients. What a larger cohort buys
#   grows with the square root.
# - Concurrency is the machine's affair: it changes time and memory, and no bit of the result.
# - Sums can be merged in any number of steps, means can't. Workers and aggregators hand on sums.
# - A client's part of a round is a pure function of the server's weights and the client's data.
#   That is why a lost worker's part can be computed again, with the same result.
# - Checkpoint the whole state, and let a cohort depend on the round's number alone: then a resumed
#   run ends with the bits of an unbroken one.
# - A worker has no password. It listens to its own machine, and tunnels lead there.
# - Real devices drop out and can't be computed again; servers invite more than they need.
#
# ## To talk about
#
# 1. Twice the clients a round, or twice the rounds? For which data would you choose which?
# 2. A machine is taken away every hour on average, and a round takes six minutes. After how many
#    rounds do you save?
# 3. The slowest tenth of the devices is always left behind. Who might that be? How would the server
#    notice?
# 4. Two workers give other last digits than one. When does that matter, and to whom?
# 5. A worker computes whatever it is sent. Whom would you let reach it at your place?
#
# ## Further reading
#
# - K. Bonawitz et al.: "Towards Federated Learning at Scale: System Design", MLSys 2019,
#   arXiv:1902.01046. The system for phones; its section on operation has the drop-out.
# - K. Bonawitz et al.: "Practical Secure Aggregation for Privacy-Preserving Machine Learning", CCS
#   2017.
# - P. Kairouz et al.: "Advances and Open Problems in Federated Learning", 2021, arXiv:1912.04977.
#   Cross-device and cross-silo settings compared, and what differs from a data centre.
# - D. Huba et al.: "Papaya: Practical, Private, and Scalable Federated Learning", MLSys 2022,
#   arXiv:2111.04877. A server that does not wait for rounds.
# - Z. Charles et al.: "On Large-Cohort Training for Federated Learning", NeurIPS 2021,
#   arXiv:2106.07820. What larger cohorts buy, and where they stop to.
