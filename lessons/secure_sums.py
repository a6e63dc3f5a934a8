# %% [markdown] key="what_you_learn"
# After this lesson you can
#
# - write a sum of which the server learns nothing but the sum: numbers modulo a power of two, masks
#   that cancel, and what to do when a client drops out;
# - say what such a protocol hides, what it does not, and how to run TFF's own;
# - attack federated training in four ways, and count what an attack has done;
# - write two rules that withstand clients that lie, and say for each rule where it fails;
# - explain why hiding updates and checking them are at odds, and name ways out.
#
# **You need** rounds and updates from [lesson {{averaging_by_hand}}](averaging_by_hand.ipynb), and aggregation from
# [lesson {{federated_core}}](federated_core.ipynb).
#
# **Why this lesson.** So far the server could read every update, and believed it. The first is too
# much power for the server, the second too much for a client.

# %% key="imports"
import contextlib
import gc
import logging

import numpy as np
import scipy.stats
import tensorflow_federated as tff

from fl_course import (
    aggregation,
    algorithms,
    data,
    exercises,
    models,
    plotting,
    preprocessing,
    training,
)

ex = exercises.lesson("secure_sums")

# %% [markdown] key="updates_tell"
# ## An update tells
#
# The data stay at the client, and the update leaves it. What is in it? Suppose that a writer has
# only three kinds of digits. We train it for one local epoch from zero weights and look at ten
# numbers of the update: the change of the bias, one number for each label.
#
# `aggregation.local_updates` trains all clients of a list at once, the softmax model on ink of the
# course in NumPy. A row of its result is a client's update: 784 · 10 numbers of the kernel, then
# the ten of the bias.

# %% [markdown] key="teach_updates_tell" kind="instructor" minutes=5 saves=2 slide="what_an_update_tells"
# **Ask the room.** Which part of an update would you look at, if you wanted to know what a client
# has? (The bias: it sees no pixels, only how often a label was wanted more than it was predicted.)
#
# **What people get wrong.** They think that an update is a mixture in which nothing can be found.
# With one client's update that is wrong; with the sum of many it is right, and that is the idea of
# the next section.
#
# **When time is short.** Show the printed line and go on.

# %% key="what_an_update_tells"
train, test = data.load("digits")
writers = train.client_ids
examples = [data.pool(train, [writer]) for writer in writers]

images, labels = examples[5]
kept = np.isin(labels, [2, 4, 8])
one_client = aggregation.stack_clients([(images[kept], labels[kept])])
zeros = np.zeros((785, 10))
update = aggregation.local_updates(zeros, one_client, learning_rate=0.1)[0]
bias = update[-10:]
print("labels that the client has: 2, 4, 8")
print(
    "labels whose bias has grown:",
    ", ".join(str(label) for label in np.flatnonzero(bias > 0)),
)

# %% [markdown] key="read_update_tells"
# The server reads the client's labels off ten of 7,850 numbers, without any trick. What an update
# says about single images takes more work, and can be done too.
#
# For Federated Averaging the server needs none of this. It needs the **mean**, so the **sum**. Can
# it get the sum and nothing else?

# %% [markdown] key="whole_numbers"
# ## Numbers that add up exactly
#
# The idea: each client adds a large random number to its value, a **mask**, and the masks of all
# clients add up to zero. For this, floating-point numbers are the wrong material.

# %% [markdown] key="teach_whole_numbers" kind="instructor" minutes=9 saves=4
# **What people get wrong.** They cast to an integer before they scale, or take `astype(int)` for
# rounding. Draw a clock with 16 hours on the board: 3 hours before 0 is 13, and 13 + 5 is 2.
#
# **Ask the room.** Why modulo at all, why not large integers? (A mask of a bounded range, added to
# a value, would show at the ends of the range what the value was. On a clock there are no ends.)
#
# **When time is short.** Do the clock on the board and show the solution.

# %% key="floats_fail"
print("the order matters:", (0.1 + 0.2) + 0.3 == 0.1 + (0.2 + 0.3))
value, mask = 0.123456789, 1e12
print(
    f"{value:.6f} with a mask added and taken off: {(value + mask) - mask:.6f}"
)

# %% [markdown] key="modulo"
# A float has some 16 digits. The mask has taken those of the value. And a mask that is drawn from a
# range has ends, so a sum beyond an end would show that the value was large.
#
# Whole numbers modulo $2^b$ have neither fault. They go round in a circle like the hours of a
# clock: a mask that is uniform on the circle makes every value uniform on the circle, and taking it
# off brings back the value to the last bit.
#
# To get there, a real number is counted in steps of $2^{-f}$, with $f$ bits behind the point, and
# negative counts continue at the upper end: $-1$ step is $2^b-1$. This is called **fixed point**.
#
# ### Exercise: to fixed point
#
# **Your task.** Write `to_fixed_point(values, bits, fraction_bits)`. `values` is a float64 array
# of any shape. The result has the same shape and holds whole numbers (an integer type that has room
# for them, or floats that are whole) from 0 to `2**bits - 1`: each value in steps of
# `2**-fraction_bits`, rounded to the nearest step, modulo `2**bits`. Of two steps that are equally
# near, take either. Every value's number of steps lies from `-2**(bits - 1)` to
# `2**(bits - 1) - 1`, and `bits <= 45`. `values` stays as it is.


# %% key="ex_fixed" kind="exercise" exercise="to_fixed_point"
def to_fixed_point(values, bits, fraction_bits):
    # blank: ...
    steps = np.rint(values * 2**fraction_bits).astype(np.int64)
    return (steps % 2**bits).astype(np.uint64)
    # end blank


to_fixed_point = ex.to_fixed_point.check(to_fixed_point)

# %% [markdown] key="back"
# The way back: the upper half of the circle are the negative numbers.


# %% key="from_fixed_point"
def from_fixed_point(numbers, bits, fraction_bits):
    signed = np.asarray(numbers).astype(np.int64)
    signed = np.where(signed >= 2 ** (bits - 1), signed - 2**bits, signed)
    return signed / 2**fraction_bits


small = np.array([0.75, -0.75, -2.3])
circle = to_fixed_point(small, 8, 4)
print(
    "on a circle of 256 numbers:", ", ".join(str(number) for number in circle)
)
print(
    "and back:",
    ", ".join(f"{number:g}" for number in from_fixed_point(circle, 8, 4)),
)

# %% [markdown] key="read_back"
# The third one has lost something: $-2.3$ is not a multiple of a sixteenth. That is the price, paid
# once, by each client for itself. From here on nothing is lost any more.
#
# We take `bits = 32` and `fraction_bits = 16`. The largest number of an update is far below 1. So
# even the sum over 14 writers has room.

# %% key="updates"
bits, fraction_bits = 32, 16
modulus = np.uint64(2**bits)

everybody = aggregation.stack_clients(examples)
updates = dict(
    zip(
        writers,
        aggregation.local_updates(zeros, everybody, learning_rate=0.1),
        strict=True,
    )
)
fixed = {
    writer: np.asarray(to_fixed_point(update, bits, fraction_bits)).astype(
        np.uint64
    )
    for writer, update in updates.items()
}
size = len(fixed["writer_00"])
largest = max(np.abs(update).max() for update in updates.values())
print(f"room from {-(2**15):,} to {2**15:,}, in steps of {2**-16:.6f}")
print(
    f"{len(fixed)} updates of {size:,} numbers, the largest of all below 1: "
    f"{largest < 1}"
)
plain_sum = sum(fixed.values()) % modulus
off = np.abs(
    from_fixed_point(plain_sum, bits, fraction_bits) - sum(updates.values())
).max()
print(f"the sum in fixed point is that of the floats to 0.001: {off < 0.001}")

# %% [markdown] key="masks"
# ## Masks that cancel
#
# Bonawitz and others make the masks in pairs. Two clients have a **seed** in common that
# nobody else knows. Both expand it to the same long row of random numbers. One of them **adds** the
# row to its value, the other one **takes it off**. In the sum of all, nothing is left of it.

# %% [markdown] key="teach_masks" kind="instructor" minutes=12 saves=5
# **What people get wrong.** Everybody adds, so nothing cancels. Or the sign goes by the order in a
# list that each client keeps for itself. Let three people act it out: each pair agrees on a
# number in a whisper, each says its own number with the masks on, and the room adds up.
#
# **Ask the room.** How many seeds does a client need among 14, and among a million? (13; and far
# too many, which is why later protocols, of Bell and others, give each client a few
# neighbours only.)
#
# **When time is short.** Act it out, and show the solution of the exercise.

# %% [markdown] key="keys"
# Where does a common seed come from, when all messages go through the server? From a **key
# agreement** (Diffie and Hellman). Each client has a secret number $a$ and tells everybody
# $3^a \bmod p$, from which nobody can find $a$ in any useful time, if $p$ is large. Of two clients
# one computes $(3^a)^b$ and the other $(3^b)^a$, which is the same.

# %% key="agree"
keys = {
    writer: aggregation.make_keys(seed) for seed, writer in enumerate(writers)
}
seeds = {
    writer: {
        other: aggregation.shared_seed(keys[writer].secret, keys[other].public)
        for other in writers
        if other != writer
    }
    for writer in writers
}
same = seeds["writer_03"]["writer_08"] == seeds["writer_08"]["writer_03"]
print(f"writer_03 and writer_08 have the same seed: {same}")
print(f"seeds that a writer has: {len(seeds['writer_00'])}")
different = {
    frozenset((a, b)): seed
    for a, of_a in seeds.items()
    for b, seed in of_a.items()
}
print(f"seeds in all: {len(set(different.values()))}")

# %% [markdown] key="task_mask"
# Each of 14 writers has 13 seeds, and each seed belongs to two of them: 91 pairs. The server has
# seen 14 public keys, and no seed.
#
# `aggregation.expand(seed, size, bits=bits)` makes of a seed an array of `size` whole numbers, type
# `uint64`, uniform from 0 to `2**bits - 1`, and always the same for the same seed. A seed may have
# more digits than an integer of NumPy holds.
#
# `uint64` goes round by itself, at $2^{64}$. That is a multiple of $2^b$, so it does no harm if a
# sum or a difference does so on the way.
#
# ### Exercise: a client's mask
#
# **Your task.** Write `mask_of(client, seeds, size, bits)`. `client` is the client's id, a text;
# `seeds` is a dictionary from the id of each other client, at least one, to the seed that the two
# share, in any order; `size` is 1 or more, and `2 <= bits <= 40`. For each of the others, expand
# the seed; **add** the numbers if `client` comes before the other one's id in the order of
# texts (`client < other`), and **take them off** if `client` comes behind. The result is an array
# of `size` whole numbers from 0 to `2**bits - 1`: the total modulo `2**bits`. The dictionary stays
# as it is.


# %% key="ex_mask" kind="exercise" exercise="mask_of"
def mask_of(client, seeds, size, bits):
    # blank: ...
    mask = np.zeros(size, np.uint64)
    for other, seed in seeds.items():
        common = aggregation.expand(seed, size, bits=bits)
        mask = mask + common if client < other else mask - common
    return mask % np.uint64(2**bits)
    # end blank


mask_of = ex.mask_of.check(mask_of)

# %% [markdown] key="mask_facts_text"
# Two facts have to hold to the last bit.

# %% key="mask_facts"
masks = {
    writer: np.asarray(mask_of(writer, seeds[writer], size, bits)).astype(
        np.uint64
    )
    for writer in writers
}
sent = {writer: (fixed[writer] + masks[writer]) % modulus for writer in writers}

total_of_masks = sum(masks.values()) % modulus
print(f"masks that sum to zero: {np.sum(total_of_masks == 0):,} of {size:,}")
masked_sum = sum(sent.values()) % modulus
print(
    "the masked sum is the plain sum, bit for bit: "
    f"{np.array_equal(masked_sum, plain_sum)}"
)

# %% [markdown] key="what_server_sees"
# ## What the server sees
#
# The server receives `sent`. Here is one writer's update before and after the mask, each number
# divided by $2^{32}$, so that the circle goes from 0 to 1. If the mask does what it should, all
# bars on the right are as high as the dashed line, but for luck. Before you run the cell: where
# will the bars on the left be?

# %% [markdown] key="teach_server_sees" kind="instructor" minutes=5 saves=2 skips="chi_square" slide="chi_square"
# **Ask the room.** Both bars on the left are at the ends. Why? (Small positive numbers are near 0,
# small negative ones near the upper end. On the circle they are neighbours.)
#
# **What people get wrong.** They take "looks uniform" for a proof. The proof is one line: a value
# plus something uniform on the circle is uniform on the circle. The test can only find a mistake
# in the program.
#
# **When time is short.** Keep the figure, leave out the chi-square test.

# %% key="server_figure"
plotting.histograms(
    {
        "writer_00's update": fixed["writer_00"] / 2.0**bits,
        "what it sends": sent["writer_00"] / 2.0**bits,
    },
    x_label="number / 2**32",
    title="One update, without and with its mask",
)

# %% key="chi_square"
tests = {}
for writer, numbers in sent.items():
    counts, _ = np.histogram(numbers / 2.0**bits, bins=32, range=(0, 1))
    tests[writer] = scipy.stats.chisquare(counts)
failed = sum(test.pvalue < 0.05 for test in tests.values())
print(
    f"writer_00: chi-square {tests['writer_00'].statistic:.0f}, "
    "of 31 degrees of freedom"
)
print(f"writers with p below 0.05: {failed} of {len(tests)}")
correlation = np.corrcoef(
    updates["writer_00"], sent["writer_00"].astype(float)
)[0, 1]
print(f"correlation with the update below 0.05: {abs(correlation) < 0.05}")

# %% [markdown] key="read_server"
# Left, all numbers stand at the two ends: an update is made of small numbers of both signs. Right,
# the bars are even. Their unevenness is what luck makes: for numbers that are uniform, chi-square
# is about as large as its degrees of freedom, and of 14 tests at a level of 5 %, one or none is
# expected to fail.
#
# What does the figure **not** show? It shows one client's numbers by themselves. If 13 writers and
# the server work together, they take their own 13 values off the sum, and what is left is the
# fourteenth's. No protocol that gives the sum can prevent that: a sum over two clients tells each
# of them the other's value. Secure aggregation hides a client **among those that tell the server
# nothing**, and no result of the sum. Against what the sum itself tells, there is noise
# (differential privacy).

# %% [markdown] key="drop_out"
# ## A client drops out
#
# Phones lose their network. Suppose that `writer_04` has agreed on its seeds and is gone before it
# sends. The other 13 have masks with it that nobody cancels, and the sum is noise. Nobody can add
# what `writer_04` would have sent; but the masks with it can be undone, since each of the survivors
# knows the seed that it shares with `writer_04`, and tells it to the server.

# %% [markdown] key="teach_drop_out" kind="instructor" minutes=11 saves=4 skips="shares" slide="skip"
# **What people get wrong.** They undo the masks with the sign of the one who is gone. What has to
# be undone is what the *survivors* did. If the check says that the masks are in twice, that is it.
#
# **Ask the room.** The survivors have told the seeds of `writer_04`. Ten seconds later its update
# arrives, it was only slow. What can the server do now? (Take off all its masks and read it. That
# is why there is a second mask.)
#
# **When time is short.** Skip the part on shares; keep the question about the slow client.

# %% key="noise_without"
gone = "writer_04"
received = {
    writer: numbers for writer, numbers in sent.items() if writer != gone
}
wanted = sum(fixed[writer] for writer in received) % modulus
not_recovered = sum(received.values()) % modulus
right = np.mean(not_recovered == wanted)
print(f"numbers of the sum that are right without {gone}: {100 * right:.0f} %")

# %% [markdown] key="task_recover"
# ### Exercise: recover from a drop-out
#
# **Your task.** Write `recover_dropout(received, dropped, seeds, bits)`. `received` is a dictionary
# from the id of each survivor to its masked numbers, `uint64` arrays of equal length; `dropped` is
# the id of the one client that is gone; `seeds` is a dictionary from each survivor's id to the seed
# that it shares with `dropped`, in any order, not necessarily that of `received`. There is one
# survivor at least, and `2 <= bits <= 40`. The masks were made by `mask_of`, with all clients,
# so that the order of the ids as texts says who added what. The result is the survivors' sum
# without any mask, an array of whole numbers from 0 to `2**bits - 1`. What you are given stays as
# it is.


# %% key="ex_recover" kind="exercise" exercise="recover_dropout"
def recover_dropout(received, dropped, seeds, bits):
    # blank: ...
    total = sum(received.values())
    for client, seed in seeds.items():
        common = aggregation.expand(seed, len(total), bits=bits)
        total = total - common if client < dropped else total + common
    return total % np.uint64(2**bits)
    # end blank


recover_dropout = ex.recover_dropout.check(recover_dropout)

# %% key="recovered"
told = {writer: seeds[writer][gone] for writer in received}
recovered = np.asarray(recover_dropout(received, gone, told, bits)).astype(
    np.uint64
)
print(f"the survivors' sum, bit for bit: {np.array_equal(recovered, wanted)}")

# %% [markdown] key="slow_question"
# The survivors have told the server what they shared with `writer_04`. Suppose that `writer_04` was
# only slow, and what it had sent arrives now. What do you expect: can the server read it? Answer
# before you run the cell.

# %% key="slow_client"
mask_of_slow = np.asarray(mask_of(gone, told, size, bits)).astype(np.uint64)
read = (sent[gone] - mask_of_slow) % modulus
print(
    f"the server reads the update of {gone}: "
    f"{np.array_equal(read, fixed[gone])}"
)

# %% [markdown] key="second_mask"
# The seeds that were told are all the seeds of `writer_04`, so its whole mask comes off. Two holes
# are left, and the paper closes both.
#
# **The slow client.** Every client adds a **second mask**, from a seed of its own. In the end the
# server has to be told that seed, of each client that did send; of each client that did not, it is
# told the key. Never both of one client.
#
# **Who tells?** A survivor may be lost before it has told anything. And a client may send, and then
# leave: the seed of its second mask is known to nobody else. So each client has given the others
# **shares** of its two secrets beforehand (Shamir). The secret is the value at 0 of a random
# polynomial, a share is its value elsewhere. With a threshold of 10, ten shares give the secret;
# with nine of them, every secret is equally possible.

# %% key="shares"
shares = aggregation.split_secret(keys[gone].secret, 14, 10, seed=1)
ten = {place: shares[place] for place in list(shares)[:10]}
nine = {place: shares[place] for place in list(shares)[:9]}
print(
    "ten shares give the key: "
    f"{aggregation.join_shares(ten) == keys[gone].secret}"
)
print(
    "nine shares give the key: "
    f"{aggregation.join_shares(nine) == keys[gone].secret}"
)

# %% [markdown] key="whole_protocol"
# `aggregation.secure_sum` puts all of it together, in the four rounds of the paper: keys, shares,
# masked values, unmasking. It has less than two hundred lines and is worth reading beside the
# paper's Figure 4. What is simplified stands at its top: client and server are functions in one
# process, the key agreement's group is small, the random numbers are not made for secrets, nobody
# signs anything.

# %% key="whole"
result = aggregation.secure_sum(
    updates, dropped=["writer_04", "writer_11"], threshold=10, seed=1
)
left = [
    writer for writer in writers if writer not in ("writer_04", "writer_11")
]
exact = from_fixed_point(
    sum(fixed[writer] for writer in left) % modulus, bits, fraction_bits
)
print(f"clients whose value is in the sum: {len(result.received)}")
print(
    "the sum of those who are left, exactly: "
    f"{np.array_equal(result.total, exact)}"
)
for writer in ("writer_03", "writer_04"):
    print(f"of {writer}, the others have told: {result.revealed[writer]}")

# %% [markdown] key="read_whole"
# Two clients are gone, 12 values are in the sum, and it is exact. Of `writer_03`, which has sent
# its value, the others have told the seed of the second mask; of `writer_04`, which has not, the
# key. Whoever had both for one client could read its update.

# %% [markdown] key="tffs_own"
# ## TFF's own
#
# TFF has the operator `tff.federated_secure_sum_bitwidth`, and on top of it the aggregator
# `tff.learning.secure_aggregator`. What it has not, in its open part, is a protocol: the operator
# says *this sum must be secure*, and a platform that has secure aggregation carries it out. Our
# engine has none. TFF's own error does not say so, and the course adds a line to it, which is
# printed here.

# %% [markdown] key="teach_tffs_own" kind="instructor" minutes=4 saves=2
# **What people get wrong.** They read "secure" in a name and believe that something is encrypted
# in their notebook. Ask who could be hidden from whom in one process.
#
# **Ask the room.** What is it good for, then, to run it here? (The sum has ranges: whoever leaves
# them is clipped. That can be tested before it happens on phones.)
#
# **When time is short.** Read the error aloud, and run the round's cell without a word: the last
# section uses its `quiet`.


# %% key="secure_operator"
@tff.federated_computation(tff.FederatedType(np.int32, tff.CLIENTS))
def secure_sum(value):
    return tff.federated_secure_sum_bitwidth(value, 8)


try:
    secure_sum([1, 2, 3])
except Exception as error:
    print(str(error).splitlines()[-1])

# %% [markdown] key="test_context_text"
# TFF's tests have a context that puts a plain sum in the place of the secure one: it computes what
# a platform would, and hides nothing. We use it for this cell only. One round, once with the secure
# aggregator and once with the plain mean:


# %% key="secure_round"
@contextlib.contextmanager
def quiet():
    """Leaves out log lines on checks that TFF throws away, and on memory."""
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        gc.collect()
        logging.disable(logging.NOTSET)


test_context = tff.backends.test.create_sync_test_cpp_execution_context()


def one_round(aggregator):
    process = tff.learning.algorithms.build_unweighted_fed_avg(
        models.functional_model(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(
            learning_rate=0.02
        ),
        model_aggregator=aggregator,
    )
    state = process.next(process.initialize(), cohort).state
    return process.get_model_weights(state).trainable


cohort = preprocessing.make_federated_data(
    train, writers[:4], epochs=1, shuffle_buffer=0
)
with quiet(), tff.framework.get_context_stack().install(test_context):
    print(f"three clients with 1, 2 and 3: {secure_sum([1, 2, 3])}")
    secure = one_round(
        tff.learning.secure_aggregator(
            zeroing=False, clipping=False, weighted=False
        )
    )
plain = one_round(None)
off = max(np.abs(a - b).max() for a, b in zip(secure, plain, strict=True))
print(f"the same weights to 0.001: {off < 0.001}")

# %% [markdown] key="read_secure_round"
# The sum of 1, 2 and 3 is right, and the weights agree. On the way the aggregator has turned every
# number into an integer of a fixed number of bits, as you did. For that, each number is clipped to
# a range, which no argument turns off: without a range, no number of bits is enough.
# `clipping=False` turns off another clipping, that of the whole update to a length. In your own
# code nothing else changes: one argument, `model_aggregator`.

# %% [markdown] key="liars"
# ## Clients that lie
#
# Now the other side. Up to here we have believed what clients send. Four ways to abuse that:
#
# - **label flip**: the client calls every digit $y$ by the name $9-y$, and trains as it should;
# - **sign flip**: it trains as it should, and sends the opposite, here also ten times as long;
# - **backdoor**: it puts a marked copy beside each image, with the label 7, so that the model
#   learns *mark means 7* besides its task (Bagdasaryan and others);
# - **scaled update**: it sends its update several times as long, so that the mean follows it.
#
# The first and the third change data only: they work with any app. The others need a changed app.

# %% [markdown] key="teach_liars" kind="instructor" minutes=12 saves=1 slide="on_the_mean"
# **Ask the room.** Which of the attacks would the server notice from the accuracy? (The sign flip.
# The backdoor leaves the accuracy where it was: that is its point.)
#
# **What people get wrong.** They measure a backdoor's success on all marked images, the 7s as well,
# and find some success in every model. The exercise is about this.
#
# **When time is short.** Say that NumPy's rounds are TFF's, and run the cell that proves it without
# a word: later cells use its `datasets`.

# %% key="marked_digits"
test_images, test_labels = data.pool(test)
marked_images = aggregation.add_mark(test_images)
plotting.digits(
    np.concatenate([test_images[:10], marked_images[:10]]),
    np.concatenate([test_labels[:10], np.full(10, 7)]),
    title="Ten images, and what the attacker teaches about them",
)

# %% [markdown] key="read_marked"
# The mark is a black square of 3 by 3 pixels in the upper left corner, where no digit has ink. The
# numbers are the labels to train with: in the marked row all are 7.
#
# To compare attacks and rules, we need many trainings. `aggregation.train_rounds` does
# Federated Averaging with all 14 writers, one local epoch a round, in NumPy: 15 rounds take about a
# second. That it is the algorithm of lesson {{averaging_by_hand}}, and not another one, is for a cell to prove. All
# clients count the same, since a number of examples would be one more thing to lie about.

# %% key="same_as_tff"
by_numpy = aggregation.train_rounds(
    everybody, aggregation.mean(), num_rounds=3, learning_rate=0.1
)


def inked(example):
    return {"label": example["label"], "pixels": 1.0 - example["pixels"]}


datasets = [
    preprocessing.preprocess(
        train.create_tf_dataset_for_client(writer).map(inked), shuffle_buffer=0
    )
    for writer in writers
]
process = algorithms.build_fed_avg(
    models.functional_model(), client_learning_rate=0.1, weighted=False
)
state = process.initialize()
for round_num in range(3):
    state = process.next(state, datasets).state
    by_tff = np.concatenate(
        [
            part.reshape(-1, 10)
            for part in process.get_model_weights(state).trainable
        ]
    )
    off = np.abs(by_tff - by_numpy[round_num]).max()
    print(f"round {round_num + 1}: the same weights to 0.00001: {off < 1e-5}")

# %% [markdown] key="task_success"
# ### Exercise: how well does a backdoor work?
#
# **Your task.** Write `backdoor_success(predictions, labels, target=7)`. `predictions` are the
# labels that a model gives to **marked** images, `labels` say what the images show; both are
# integer arrays of equal length. The result is one number from 0 to 1: of the images that do
# **not** show `target`, the share for which the prediction is `target`. There is always one such
# image at least. The arrays stay as they are.


# %% key="ex_success" kind="exercise" exercise="backdoor_success"
def backdoor_success(predictions, labels, target=7):
    # blank: ...
    others = labels != target
    return np.mean(predictions[others] == target)
    # end blank


backdoor_success = ex.backdoor_success.check(backdoor_success)

# %% [markdown] key="attacks_text"
# An attack is, for us, the clients' data and a function that changes the updates of a round, or
# `None` if they are sent as they are. Each takes the list of liars: the places of the writers who
# lie. Those who scale their update send it seven times as long. Why seven times? The mean divides
# by 14: two liars who send seven times their update bring it in whole, as if the mean were theirs,
# and one brings in half.
#
# Before you run the next two cells: which of the lines will fall to 10 %, which is guessing, and
# which will stay at the top?


# %% key="attacks"
num_rounds, rate = 15, 0.1


def with_data(change, liars):
    return aggregation.stack_clients(
        [
            change(*pair) if place in liars else pair
            for place, pair in enumerate(examples)
        ]
    )


def label_flip(liars):
    return with_data(lambda x, y: (x, aggregation.flip_labels(y)), liars), None


def sign_flip(liars, factor=1):
    return everybody, lambda sent, weights: aggregation.flip_sign(
        sent, liars, factor=factor
    )


def backdoor(liars):
    return with_data(aggregation.add_backdoor, liars), None


def scaled_backdoor(liars):
    batches = with_data(aggregation.add_backdoor, liars)
    return batches, lambda sent, weights: aggregation.scale_updates(
        sent, liars, factor=7
    )


def measure(attack, rule):
    """Accuracy on held-out images and backdoor's success, at the end."""
    batches, change = attack
    weights = aggregation.train_rounds(
        batches,
        rule,
        num_rounds=num_rounds,
        learning_rate=rate,
        change_updates=change,
    )[-1]
    accuracy = np.mean(aggregation.predict(weights, test_images) == test_labels)
    misled = backdoor_success(
        aggregation.predict(weights, marked_images), test_labels
    )
    return float(accuracy), float(misled)


# %% key="on_the_mean"
attacks_on_mean = {
    "label flip": label_flip,
    "sign flip": sign_flip,
    "sign flip, 10 times": lambda liars: sign_flip(liars, factor=10),
    "backdoor": backdoor,
    "backdoor, 7 times": scaled_backdoor,
}
by_number = {
    name: [
        measure(attack(list(range(count))), aggregation.mean())
        for count in (1, 2, 3, 4)
    ]
    for name, attack in attacks_on_mean.items()
}
honest = measure((everybody, None), aggregation.mean())
print(
    f"nobody lies: accuracy {100 * honest[0]:.0f} %, "
    f"success {100 * honest[1]:.0f} %"
)
for name, results in by_number.items():
    accuracies = ", ".join(f"{100 * accuracy:.0f}" for accuracy, _ in results)
    successes = ", ".join(f"{100 * success:.0f}" for _, success in results)
    print(
        f"{name}, 1 to 4 liars: accuracy {accuracies} %; "
        f"backdoor success {successes} %"
    )

# %% key="on_the_mean_figure"
plotting.learning_curves(
    {
        name: [accuracy for accuracy, _ in results]
        for name, results in by_number.items()
    },
    percent=True,
    x_label="writers who lie, of 14",
    y_label="accuracy on held-out images",
    title="What the mean makes of it",
)

# %% [markdown] key="read_on_the_mean"
# Look at the figure first. One line falls at once: a single writer of 14 that turns its update
# round and makes it ten times as long leaves 30 %, and two leave 10 %, which is guessing. The quiet
# ones, label flip and sign flip as long as an honest update, do hardly any harm as long as one
# writer lies; with four they cost some ten points.
#
# The backdoors are of another kind. The plain one's line stays at the top, near the 92 % without an
# attack, and the figure shows nothing of what it has done. The printed lines do: it reaches 6 % of
# the marked images with one liar, and 89 % with four. Sent seven times as long, one liar reaches
# 100 %, at an accuracy of 91 %. Only four that do so at once are too greedy: the accuracy falls to
# 77 %, and somebody may look.
#
# So accuracy tells nothing about a backdoor. Without one, its success is 1 %: so many images are
# taken for a 7 by mistake. A server that does not know the mark cannot even measure it.

# %% [markdown] key="robust_rules"
# ## Rules that withstand liars
#
# The mean fails because each client can move it as far as it likes. A **robust rule** makes one
# update of many so that a few of them cannot decide. We write two by hand, the trimmed mean and
# Krum, and take two more from the package:
#
# - the **norm bound**: updates longer than a bound are shortened to it, then comes the mean;
# - the **median** of each number by itself (Yin and others).
#
# Later two relatives join them: Multi-Krum, and TFF's own aggregator, which bounds lengths.

# %% [markdown] key="teach_robust_rules" kind="instructor" minutes=13 saves=5
# **What people get wrong.** `[t:-t]` is empty for t = 0. In Krum they count an update as its own
# neighbour. And they think of the trimmed mean as leaving out *clients*: it leaves out other
# clients for each of the 7,850 numbers.
#
# **Ask the room.** Why is Krum's score a sum over the *nearest* others, not over all? (Otherwise
# one liar far away could decide which honest update looks best.)
#
# **When time is short.** Let half of the room write the one, half the other.

# %% [markdown] key="task_trimmed"
# ### Exercise: the trimmed mean
#
# **Your task.** Write `trimmed_mean(updates, num_trimmed)`. `updates` is a float array
# [clients, d], a row for each client; `num_trimmed` is 0 or more, and twice it is less than the
# number of clients. In each column by itself, leave out the `num_trimmed` largest values and the
# `num_trimmed` smallest ones; of values that are equal, only as many as it takes. The result is the
# mean of the rest, an array [d]. With `num_trimmed = 0` it is the plain mean. `updates` stays as it
# is.


# %% key="ex_trimmed" kind="exercise" exercise="trimmed_mean"
def trimmed_mean(updates, num_trimmed):
    # blank: ...
    ordered = np.sort(updates, axis=0)
    return ordered[num_trimmed : len(ordered) - num_trimmed].mean(axis=0)
    # end blank


trimmed_mean = ex.trimmed_mean.check(trimmed_mean)

# %% [markdown] key="task_krum"
# **Krum** (Blanchard and others) looks at whole updates. Those of honest clients are near to
# each other, for they all learn the same task. The **score** of an update is the sum of its squared
# distances to the $n-f-2$ nearest others, if $f$ of $n$ clients lie at most, and Krum takes the one
# update with the lowest score. **Multi-Krum** takes the mean of several with the lowest ones.
#
# Why $n-f-2$? An honest update has at least $n-f-1$ honest others. One fewer is counted, so there
# is always an honest one left that is not among the nearest, and as far away or further: a liar
# among the nearest cannot add more to the score than an honest update could. The proof rests on
# this, and it needs $n > 2f+2$: then, too, no liar's score is made of liars alone.
#
# ### Exercise: Krum's choice
#
# **Your task.** Write `krum_choice(updates, num_attackers)`. `updates` is a float array
# [clients, d] with at least `num_attackers + 3` rows. The score of a row is the sum of its squared
# Euclidean distances to the `clients - num_attackers - 2` rows that are nearest to it, itself not
# among them. The result is the place of the row with the lowest score, a whole number from 0; of
# rows with equal scores, the first. `updates` stays as it is.


# %% key="ex_krum" kind="exercise" exercise="krum_choice"
def krum_choice(updates, num_attackers):
    # blank: ...
    distances = ((updates[:, np.newaxis] - updates) ** 2).sum(axis=-1)
    # The first is 0: an update's distance to itself.
    distances = np.sort(distances, axis=1)
    nearest = distances[:, 1 : len(updates) - num_attackers - 1]
    return int(np.argmin(nearest.sum(axis=1)))
    # end blank


krum_choice = ex.krum_choice.check(krum_choice)

# %% key="rule_facts"
rows = np.stack(list(updates.values()))
equal = np.tile(rows[0], (14, 1))
tests = {
    "the trimmed mean of equal updates is that update": (
        trimmed_mean(equal, 4),
        rows[0],
    ),
    "with 0 trimmed it is the mean": (trimmed_mean(rows, 0), rows.mean(axis=0)),
    "with 6 of 14 trimmed it is the median": (
        trimmed_mean(rows, 6),
        np.median(rows, axis=0),
    ),
    "the package's median is NumPy's": (
        aggregation.coordinate_median()(rows),
        np.median(rows, axis=0),
    ),
    "yours is the package's": (
        trimmed_mean(rows, 4),
        aggregation.trimmed_mean(4)(rows),
    ),
    "your Krum is the package's": (
        rows[krum_choice(rows, 4)],
        aggregation.krum(4)(rows),
    ),
}
for name, (one, other) in tests.items():
    print(f"{name}: {np.allclose(one, other, rtol=0, atol=1e-9)}")

# %% [markdown] key="read_rule_facts"
# Each line should end in `True`. The last one lets the comparison below take the package's Krum for
# yours; the trimmed mean in it is your own.

# %% [markdown] key="into_tff"
# ### The same in TFF
#
# A sum needs one accumulator, of constant size, however many clients there are. A median needs
# every update by itself, and no operator of TFF hands the clients' values over as they are. But
# `tff.federated_aggregate` accumulates whatever we like: here a table that grows by a row with each
# client. That is what `aggregation.rule_aggregator` does, and its result goes into
# `build_unweighted_fed_avg` as `model_aggregator`.

# %% key="rule_in_tff"
median_process = tff.learning.algorithms.build_unweighted_fed_avg(
    models.functional_model(),
    client_optimizer_fn=tff.learning.optimizers.build_sgdm(learning_rate=rate),
    model_aggregator=aggregation.rule_aggregator(
        aggregation.coordinate_median()
    ),
)
state = median_process.initialize()
for _ in range(3):
    state = median_process.next(state, datasets).state
by_tff = np.concatenate(
    [
        part.reshape(-1, 10)
        for part in median_process.get_model_weights(state).trainable
    ]
)
by_numpy = aggregation.train_rounds(
    everybody, aggregation.coordinate_median(), num_rounds=3, learning_rate=rate
)[-1]
print(
    "three rounds, the same weights to 0.00001: "
    f"{np.abs(by_tff - by_numpy).max() < 1e-5}"
)

# %% [markdown] key="table"
# ## Attack against defence
#
# Four of 14 writers lie. To the attacks from above we add one that knows Krum: **disguise**. The
# four agree on one update. They take the mean of what they would send as honest clients, and go
# `0.4` of the way from there to the mean of what the backdoor needs. Equal updates are neighbours
# at a distance of 0.
#
# TFF's own `tff.learning.robust_aggregator` takes part as well. It sets very long updates to zero
# and clips the rest, at bounds that it adapts to the clients' norms from round to round. The norm
# bound is 1. Both Krums are told that four lie; Multi-Krum takes eight updates.
#
# Before you run the cells, make a bet. The rules are the mean, the norm bound, TFF's aggregator,
# the median, the trimmed mean with 3 and with 4 left out at each end, Krum and Multi-Krum; the rows
# are the attacks. Write down for each rule the row in which it falls, or that it stands in all.

# %% [markdown] key="teach_table" kind="instructor" minutes=10 saves=4 slide="skip"
# **Ask the room.** Before the cell has run, let each group bet on one defence. Afterwards, let each
# find an attack that breaks the one it has bet on.
#
# **What people get wrong.** They leave with "the median is best". It is, on this table: the mark is
# where honest updates are exactly 0, and the writers are alike. The text after the table and
# the section behind it take these away, one each.
#
# **When time is short.** Show the figure, read two rows, and go to label skew.


# %% key="tff_robust"
def tff_robust():
    """TFF's aggregator as a rule; it keeps its bounds from round to round."""
    factory = tff.learning.robust_aggregator(weighted=False)
    process = factory.create(tff.TensorType(np.float32, [7850]))
    state = process.initialize()

    def rule(updates):
        nonlocal state
        output = process.next(state, list(np.float32(updates)))
        state = output.state
        return np.asarray(output.result)

    return rule


def disguised_backdoor(liars):
    batches = with_data(aggregation.add_backdoor, liars)

    def change(sent, weights):
        honest = aggregation.local_updates(weights, everybody, rate)
        return aggregation.disguise(sent, honest, liars, strength=0.4)

    return batches, change


# %% key="run_table"
liars = [0, 1, 2, 3]
attacks = {
    "nobody lies": (everybody, None),
    **{name: attack(liars) for name, attack in attacks_on_mean.items()},
    "backdoor, disguised": disguised_backdoor(liars),
}
defences = {
    "mean": aggregation.mean,
    "norm bound": lambda: aggregation.norm_bound(1.0),
    "TFF's robust": tff_robust,
    "median": aggregation.coordinate_median,
    "trimmed 3": lambda: lambda sent: trimmed_mean(sent, 3),
    "trimmed 4": lambda: lambda sent: trimmed_mean(sent, 4),
    "Krum": lambda: aggregation.krum(4),
    "Multi-Krum": lambda: aggregation.multi_krum(4, 8),
}
results = {}
for attack, what in training.progress(attacks.items()):
    results[attack] = {
        name: measure(what, defence()) for name, defence in defences.items()
    }
    low = min(results[attack], key=lambda name: results[attack][name][0])
    print(f"{attack}: done; the lowest accuracy has {low}")

# %% key="table_figure"
plotting.share_tables(
    {
        "accuracy": {
            attack: {name: accuracy for name, (accuracy, _) in row.items()}
            for attack, row in results.items()
        },
        "backdoor success": {
            attack: {name: success for name, (_, success) in row.items()}
            for attack, row in results.items()
        },
    },
    title="Four of 14 writers lie",
)

# %% key="table_lines" result=true
for attack, row in results.items():
    cells = ", ".join(
        f"{100 * a:.0f}/{100 * b:.0f} {name}" for name, (a, b) in row.items()
    )
    print(f"{attack}: {cells}")
clean, attacked = results["nobody lies"], results["backdoor, 7 times"]
print(
    "4 of 14 lie, backdoor 7 times: "
    f"success {100 * attacked['mean'][1]:.0f} % with the mean, "
    f"{100 * attacked['median'][1]:.0f} % with the median"
)

# %% [markdown] key="read_table"
# Read it row by row. Left, dark is good; right, dark is the attacker's.
#
# - **Nobody lies.** Caution costs a point at most, except for Krum, with 82 %: it learns from a
#   single writer in each round. Whoever bounds lengths alone has what the mean has.
# - **Label flip and sign flip.** These updates are not long, so the rules that bound lengths hardly
#   differ from the mean. The median and *trimmed 4* keep 89 or 90 %. Multi-Krum leaves the liars
#   out altogether, and has what it has without them: 91 %.
# - **Sign flip, 10 times.** With the norm bound 61 % are left, with TFF's aggregator 49 %. They
#   shorten what is long, and do not ask where it points; four wrong directions of 14 are left.
#   TFF's was made for clients that are broken, with a few huge values, and that is not what liars
#   send. And look at *trimmed 3*: 1 %, worse than guessing. Of four liars who pull the same way,
#   one is left. A rule that was told too small a number is not a little weaker, it is broken. On
#   the right, this row shows 44 % for *trimmed 3* and 14 % for TFF's aggregator, and nobody has put
#   a backdoor there: a wrecked model says 7 often. A success means something only beside a good
#   accuracy.
# - **Backdoor.** The mean and the two rules that bound lengths let it through, with 89 % and then
#   100 %. The median, *trimmed 4* and the two Krums hold it at 1 %. *Trimmed 3* lets one of the
#   four through at the pixels of the mark: that gives 28 %, and 100 % when each sends seven times
#   as much. With the disguise below it is 5 %.
# - **Backdoor, disguised.** Krum, which had held against everything, takes the liars' common
#   update: 100 % for the attacker, at an accuracy above that of its own first row. In Multi-Krum,
#   half of the eight can be liars: 61 %. To the mean this attack does less than the plain backdoor,
#   since the liars hold back.
#
# Is the median the answer, then? Nobody in this table has attacked it. And it has been lucky: at
# the nine pixels of the mark, ten honest writers send exactly 0, so the median is 0 whatever four
# liars send. A mark where people write would not meet such agreement. For disguises against the
# median and the trimmed mean see Baruch and others.
#
# Which four lie is our choice, as are the rounds and the rate: with other `liars` you will see
# other numbers.

# %% [markdown] key="skew_text"
# ### Where nobody lies
#
# All rules rest on one assumption: honest clients are alike. Label skew takes it away. We deal the
# same images to 14 clients with ever more skew (lesson {{federated_data}}), and nobody lies. The
# smaller alpha is, the more skew. Before you run the cell: which of the five rules will lose most,
# and which least?

# %% key="skew"
skewed = {}
alphas = (100, 1, 0.3, 0.1)
for alpha in alphas:
    dealt = data.label_skew(train, 14, alpha=alpha, seed=1)
    batches = aggregation.stack_clients(
        [data.pool(dealt, [client]) for client in dealt.client_ids]
    )
    for name in ("mean", "median", "trimmed 4", "Krum", "Multi-Krum"):
        accuracy, _ = measure((batches, None), defences[name]())
        skewed.setdefault(name, []).append(accuracy)
for name, accuracies in skewed.items():
    print(
        f"{name}: "
        f"{', '.join(f'{100 * accuracy:.0f}' for accuracy in accuracies)} %"
    )

# %% key="skew_figure"
plotting.log_curves(
    {
        name: list(zip(alphas, values, strict=True))
        for name, values in skewed.items()
    },
    percent=True,
    x_label="alpha: the smaller, the more skew",
    y_label="accuracy on held-out images",
    title="Nobody lies, and the labels are skewed",
)

# %% [markdown] key="read_skew"
# From right to left the skew grows. With little of it, all rules but Krum are within a point. With
# the most, the mean has 79 % and the median 39 %, and the others end between, although nobody lies.
# Each alpha was dealt once, so a point or two say nothing: between 1 and 0.3 the mean even rises by
# one.
#
# Why do the median and the trimmed mean fall? Under label skew few clients have, say, many 3s. All
# others send an update that makes 3s less likely. For the weights of the label 3, the few that know
# it are the extreme values, and that is what these rules leave out. A rule that protects the many
# from a few liars protects them as well from a few honest ones who know something else. It cannot
# tell the two apart, since both are few and different.
#
# Krum falls for another reason. It takes one client's update in each round, and under skew one
# client has few of the labels: what it brings is good for these, and bad for all others. Multi-Krum
# takes eight, those that are most alike, and what the other six know is missing. In this course the
# 14 writers are alike, and so the table above is kinder to robust rules than a world of phones or
# hospitals would be.

# %% [markdown] key="tension"
# ## The tension
#
# The first half of this lesson made updates unreadable. The second half reads every single one. Put
# the two together: the median of what the server receives under masks.

# %% [markdown] key="teach_tension" kind="instructor" minutes=6 saves=4
# **Ask the room.** Could each client clip its own update, and the server sum what comes? (That
# helps against clients that are broken. One that lies has no reason to clip.)
#
# **What people get wrong.** They take one of the ways out for *the* solution. Each gives something
# up: size of groups, computing time, a second server that must not collude.
#
# **When time is short.** One sentence and the printed line: masks hide what a rule must see.

# %% key="median_of_masked"
masked_rows = np.stack(
    [
        from_fixed_point(numbers, bits, fraction_bits)
        for numbers in sent.values()
    ]
)
true_median = np.median(rows, axis=0)
masked_median = np.median(masked_rows, axis=0)
print(
    "largest number of the true median below 1: "
    f"{np.abs(true_median).max() < 1}"
)
print(
    "of the median under masks above 10,000: "
    f"{np.abs(masked_median).max() > 10_000}"
)
steps = masked_rows.sum(axis=0) * 2**fraction_bits
print(
    "sum of the masked rows is still right: "
    f"{np.array_equal(steps % 2**bits, plain_sum)}"
)

# %% [markdown] key="ways_out"
# The masks cancel in a sum, and in nothing else. Ways out that people have found:
#
# - **Prove it without showing it.** The client sends a proof about its masked update: that it is
#   within a norm bound, in RoFL (Lycklama and others) and ACORN (Bell and others), or that it
#   passes any check that everybody may know, in EIFFeL (Roy Chowdhury and others). Bounds are the
#   cheapest checks, and we have seen how far a norm bound gets. And a check looks at one update at
#   a time: how it lies to the others, which Krum wants to know, is not in it.
# - **Compute distances on shares.** The clients share their updates among themselves so that
#   distances for Krum can be worked out and nothing else: BREA (So, Güler and Avestimehr). It
#   shows the server all distances, and costs much.
# - **Two servers that do not collude**, each with half of the secret: He, Karimireddy and Jaggi;
#   Prio (Corrigan-Gibbs and Boneh), in which each client proves to the servers that its value
#   passes a check, any that can be written as an arithmetic circuit.
# - **Small groups.** Sum securely within a group, and take a robust rule over the groups' means. A
#   client is hidden in its group only, and one liar spoils the whole group. Averaging a few updates
#   before a robust rule has another advantage: it makes honest ones more alike (Karimireddy, He and
#   Jaggi). Here with seven groups of two, dealt anew in each round:


# %% key="groups"
def median_of_groups(seed):
    rng = np.random.default_rng(seed)

    def rule(updates):
        pairs = rng.permutation(len(updates)).reshape(-1, 2)
        return np.median([updates[pair].mean(axis=0) for pair in pairs], axis=0)

    return rule


for count in (1, 2, 4):
    attack = scaled_backdoor(list(range(count)))
    accuracy, misled = measure(attack, median_of_groups(seed=1))
    print(
        f"{count} of 14 lie: accuracy {100 * accuracy:.0f} %, "
        f"success {100 * misled:.0f} %"
    )

# %% [markdown] key="read_groups"
# With one and with two liars the backdoor is held: at most two of seven groups are spoiled. With
# four, up to four groups of seven are, the median has a majority against it, and the attacker gets
# everything. That is the price in general: with groups of two, half as many liars are too many.

# %% [markdown] key="compression"
# ## Fewer bits
#
# Fixed point has shown that an update can do with fewer bits than a float has. If nothing has to be
# hidden, how few will do? `tff.learning.compression_aggregator` rounds each number of an update to
# one of $2^b$ levels, up or down at random so that the mean stays right (Suresh and others).
# It leaves small tensors alone, below a threshold that is above our 7,840. And before it rounds, it
# zeroes and clips as `robust_aggregator` does, and it weights clients by their numbers of examples.
# We want to see the rounding alone: so we build that part by itself, with a lower threshold, and a
# mean in which all clients count the same. (TFF's main branch, from which newer versions come, has
# removed both.)

# %% [markdown] key="teach_compression" kind="instructor" minutes=3 saves=1
# **Ask the room.** Why does the way down not shrink? (The server sends the model itself, once to
# each client; the aggregator sees only what comes up.)
#
# **What people get wrong.** They expect a quarter of the bits to cost a quarter of the accuracy.
#
# **When time is short.** Show the printed lines.

# %% key="compressed"
kernel_size, bias_size = 7840, 10


def train_compressed(quantization_bits):
    aggregator = None
    if quantization_bits is not None:
        aggregator = tff.aggregators.UnweightedMeanFactory(
            tff.aggregators.EncodedSumFactory.quantize_above_threshold(
                quantization_bits=quantization_bits, threshold=1000
            )
        )
    process = tff.learning.algorithms.build_unweighted_fed_avg(
        models.functional_model(),
        client_optimizer_fn=tff.learning.optimizers.build_sgdm(
            learning_rate=rate
        ),
        model_aggregator=aggregator,
    )
    state = process.initialize()
    for _ in range(8):
        state = process.next(state, datasets).state
    kernel, bias = process.get_model_weights(state).trainable
    flat = (1.0 - test_images).reshape(-1, 784)
    return np.mean((flat @ kernel + bias).argmax(axis=1) == test_labels)


by_bits = {}
for quantization_bits in (None, 8, 2):
    with quiet():
        by_bits[quantization_bits] = train_compressed(quantization_bits)
    close = abs(by_bits[quantization_bits] - by_bits[None]) < 0.03
    # A level for each number of the kernel, its least and largest value, the
    # bias in float32.
    sent_bytes = (
        4 * (kernel_size + bias_size)
        if quantization_bits is None
        else kernel_size * quantization_bits // 8 + 8 + 4 * bias_size
    )
    name = (
        "float32" if quantization_bits is None else f"{quantization_bits} bits"
    )
    print(
        f"{name}: {sent_bytes:,} bytes up for a client and round; "
        f"as good to 3 points: {close}"
    )

# %% [markdown] key="read_compression"
# With a quarter of the bytes, and even with a sixteenth, the model is as good as before, but for a
# point or two. (Which numbers go up and which down is drawn anew each time, so we print no digits
# here.) The errors of the rounding go in all directions, and the mean over 14 clients takes most of
# them away.
#
# Compression and secure sums meet in fixed point: the fewer bits a number has, the smaller the
# circle, and the sum of all has to fit in. Rules that look at single updates see them less sharply.
# There is no end to these trade-offs; you can measure them now.

# %% [markdown] key="questions" kind="questions"

# %% [markdown] key="summary"
# ## What you now know
#
# - An update tells about its client's data; the server needs only the sum.
# - In fixed point, modulo a power of two, sums are exact and a uniform mask hides a value
#   completely. Masks in pairs cancel; a drop-out's are undone from seeds or shares.
# - Secure aggregation hides a client among those that do not work together with the server. It does
#   not protect what the sum tells, and does not make anybody honest.
# - The mean follows every liar. A backdoor leaves the accuracy as it was: what is not measured is
#   not seen.
# - Norm bound, median, trimmed mean and Krum each hold against some attacks, within the number of
#   liars that they were told, and where honest clients are alike. Under label skew they take honest
#   clients for liars.
# - Masks hide what a robust rule must see. All known ways out pay for it.
#
# ## To talk about
#
# 1. Your app has a million users and 100 of them take part in a round. How many liars are to be
#    expected in a round if 1 % lie? When would Multi-Krum be told a number that is too low?
# 2. Who runs the server that you trust with nothing but the sum? What if it invents 13 clients?
# 3. A hospital has rare cases. What does the median do with what it has learned?
# 4. Which of the attacks would be stopped by looking at the data of all clients, and why is that no
#    answer here?
# 5. The mark of our backdoor is a square. What could it be in a keyboard's language model?
#
# ## Further reading
#
# - K. Bonawitz et al.: "Practical Secure Aggregation for Privacy-Preserving Machine Learning", CCS
#   2017. The protocol; Figure 4 has it on one page.
# - J. Bell et al.: "Secure Single-Server Aggregation with (Poly)Logarithmic Overhead", CCS 2020.
# - W. Diffie, M. Hellman: "New Directions in Cryptography", IEEE Transactions on Information
#   Theory, 1976. Common keys from public messages.
# - A. Shamir: "How to Share a Secret", Communications of the ACM, 1979. Two pages.
# - E. Bagdasaryan et al.: "How To Backdoor Federated Learning", AISTATS 2020, arXiv:1807.00459.
# - Z. Sun et al.: "Can You Really Backdoor Federated Learning?", 2019, arXiv:1911.07963. Norm
#   bounds.
# - D. Yin et al.: "Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates", ICML
#   2018, arXiv:1803.01498. Median and trimmed mean.
# - P. Blanchard et al.: "Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent",
#   NIPS 2017. Krum.
# - M. Baruch et al.: "A Little Is Enough: Circumventing Defenses For Distributed Learning", NeurIPS
#   2019, arXiv:1902.06156.
# - S. P. Karimireddy, L. He, M. Jaggi: "Byzantine-Robust Learning on Heterogeneous Datasets via
#   Bucketing", ICLR 2022, arXiv:2006.09365.
# - L. He, S. P. Karimireddy, M. Jaggi: "Secure Byzantine-Robust Machine Learning", 2020,
#   arXiv:2006.04747.
# - J. So, B. Güler, A. S. Avestimehr: "Byzantine-Resilient Secure Federated Learning", IEEE JSAC
#   2021, arXiv:2007.11115.
# - H. Lycklama et al.: "RoFL: Robustness of Secure Federated Learning", S&P 2023, arXiv:2107.03311.
# - J. Bell et al.: "ACORN: Input Validation for Secure Aggregation", USENIX Security 2023.
# - A. Roy Chowdhury et al.: "EIFFeL: Ensuring Integrity for Federated Learning", CCS 2022,
#   arXiv:2112.12727.
# - H. Corrigan-Gibbs, D. Boneh: "Prio: Private, Robust, and Scalable Computation of Aggregate
#   Statistics", NSDI 2017, arXiv:1703.06255.
# - A. T. Suresh et al.: "Distributed Mean Estimation with Limited Communication", ICML 2017,
#   arXiv:1611.00429. Quantization at random.
