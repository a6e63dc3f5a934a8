# %% [markdown] key="what_you_learn"
# After this lesson you can
#
# - answer questions about clients' data without a model and without the data: counts, histograms,
#   means, quantiles, numbers of different words, frequent words;
# - say for each answer what the clients hand in, how many rounds it takes, and how far off it is;
# - write a histogram and a sketch of distinct values in Federated Core, a step of a bisection, and
#   a round of a prefix tree;
# - use what TFF brings for this, `tff.analytics`, and say who enforces its k-anonymity;
# - estimate a share from answers that are partly lies, and count what a guarantee costs when each
#   client adds its own noise, and when the server adds it for all.
#
# **You need** federated computations from [lesson {{federated_core}}](federated_core.ipynb). The
# last section uses epsilon from [lesson {{measuring_privacy}}](measuring_privacy.ipynb).
#
# **Why this lesson.** Before anybody trains a model, somebody asks how much data there is, what
# range it has and what occurs often. The name for such questions, asked of data that stay where
# they are, is **federated analytics**.

# %% key="imports"
import collections
import itertools

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import analytics, data, exercises, plotting

ex = exercises.lesson("counting_without_looking")

# %% [markdown] key="counting"
# ## Questions that are sums
#
# The first questions are about our 14 writers. How much ink has an image? Its **ink** is the mean
# of 1 minus the pixel, and we count it in percent: a white image has 0, a black one 100. Each
# client knows the ink of its own images and works it out alone.
#
# This notebook plays all the clients, and so it knows the truth. Behind every answer of this lesson
# we print how far it is from that. A real server could not.

# %% [markdown] key="teach_counting" kind="instructor" minutes=14 saves=1 skips="mean" slide="task_histogram"
# **Ask the room.** What does a client hand in for a histogram? Collect three proposals. (Its
# values: then nothing has been gained. Its counts. Its shares: then all clients count the same,
# whatever they hold.)
#
# **What people get wrong.** They hand the values to `tff.federated_aggregate` or make a `reduce`
# over clients. The counting is the client's, the adding up is the server's. Draw the line between
# the two on the board.
#
# **When time is short.** Skip the mean; its cell is two sums.

# %% key="ink"
train, _ = data.load("digits")
writers = train.client_ids
ink_of = {}
for writer in writers:
    images, _ = data.pool(train, [writer])
    ink_of[writer] = np.float32(
        100 * np.mean(1 - images, axis=(1, 2), dtype=np.float64)
    )
# Only the simulation can do this.
everything = np.concatenate(list(ink_of.values()))

print(f"{len(writers)} clients, {len(everything):,} images")
few = ", ".join(f"{ink:.1f}" for ink in ink_of["writer_00"][:4])
print(f"ink of writer_00's first four images, in percent: {few}")

# %% [markdown] key="task_histogram"
# A histogram is the first answer. Each client cuts off what is behind the point, and counts for
# each whole percent how many of its images have so much ink. Counts of different clients can be
# added, entry by entry.
#
# ### Exercise: a histogram
#
# **Your task.** Write `ink_histogram`, a federated computation of the type
#
# `({int32*}@CLIENTS -> int32[24]@SERVER)`
#
# Each client has a dataset of whole numbers from `0` to `23`, in any order; it may be empty. Entry
# `k` of the result is how often `k` occurs in the datasets of all clients together. A client hands
# in its counts, and nothing else that depends on its data: two clients that have the same numbers
# in another order hand in the same.
#
# A client's part is a TensorFlow computation that takes a dataset, as in
# lesson {{federated_core}}. What `dataset.reduce` carries along may be an array: it starts with
# `tf.zeros([24], tf.int32)`. And `tf.one_hot(k, 24, dtype=tf.int32)` is an array of 24 numbers, a
# 1 at place `k` and 0 everywhere else.


# %% key="ex_histogram" kind="exercise" exercise="histogram"
# blank: ink_histogram = ...
@tff.tensorflow.computation(tff.SequenceType(np.int32))
def count_own(values):
    return values.reduce(
        tf.zeros([24], tf.int32),
        lambda counts, value: counts + tf.one_hot(value, 24, dtype=tf.int32),
    )


@tff.federated_computation(
    tff.FederatedType(tff.SequenceType(np.int32), tff.CLIENTS)
)
def ink_histogram(values):
    return tff.federated_sum(tff.federated_map(count_own, values))


# end blank
ink_histogram = ex.histogram.check(ink_histogram)

# %% key="histogram"
percents = [
    tf.data.Dataset.from_tensor_slices(np.int32(ink)) for ink in ink_of.values()
]
counts = np.asarray(ink_histogram(percents))
truth = np.bincount(np.int32(everything), minlength=24)
print(f"images counted: {counts.sum():,}")
print(f"entries that differ from the truth: {np.sum(counts != truth)}")
print(
    f"images with 9 percent of ink: {counts[9]}, with 10 percent: {counts[10]}"
)

plotting.label_counts(
    {
        "all writers": counts,
        "writer_00": np.bincount(np.int32(ink_of["writer_00"]), minlength=24),
    },
    label_names=[str(percent) for percent in range(24)],
    columns=1,
    panel_title="{client}: {total:,} images",
    x_label="ink in percent, without what is behind the point",
    y_label="images",
    title="How much ink an image has",
)

# %% [markdown] key="read_histogram"
# The upper panel is what the server gets: a sum has no error, whatever the number of clients. The
# highest bars are those of 15 and 16 percent. The lower panel is what one client hands in. The
# server does not need to see it: the server wants a **sum**, so the secure sums of
# lesson {{secure_sums}} could carry it, and then nobody but the writer sees the lower panel.
#
# What a secure sum would not hide is in the upper panel itself. At 9 percent there stands no 0: one
# image has so little ink, and its bar is too low to be seen. Whoever knows that you write so thin
# knows that the image is yours. What helps against that is noise, and it comes at the end of this
# lesson.
#
# A mean is two such sums, the total ink and the number of images:

# %% key="mean"
totals = [(ink.sum(dtype=np.float64), len(ink)) for ink in ink_of.values()]
total, number = np.sum(totals, axis=0)
print(
    f"mean ink: {total / number:.2f} %, the truth: "
    f"{everything.mean(dtype=np.float64):.2f} %"
)

# %% [markdown] key="quantiles"
# ## A quantile is not a sum
#
# The **median** is the value in the middle: half of all values are at most as large. Of an even
# number of values we take the smaller of the two in the middle. No client knows where its own
# values stand among those of all. The median of the clients' medians is another number, and to find
# the middle by sorting, one would have to hand in the values.
#
# But there is a question that each client can answer by a count: *how many of your values are at
# most 16?* If the sum of the answers is at least half of all values, the median is not above 16.
# So the server asks for the middle of an interval in which the median must be, and goes on with the
# half that is left. It is the search in a telephone book, a round for each page that
# is opened.

# %% [markdown] key="teach_quantiles" kind="instructor" minutes=16 saves=2 skips="quantile_90" slide="task_bisect"
# **Ask the room.** Play it with the room's shoe sizes: "hands up, who has at most 41?" How many
# rounds until the median is found? (With 16 sizes, 4 rounds.)
#
# **What people get wrong.** They go to the wrong half when exactly half of the values are at most
# as large as the middle. In the task this is the lower half, which has the middle in it.
#
# **When time is short.** Show the figure, skip the 90 % quantile.

# %% [markdown] key="task_bisect"
# We define the quantile for a **share** like this: it is the smallest value such that at least this
# share of all values is at most as large. The median is the one for a share of 0.5.
#
# ### Exercise: one step of the bisection
#
# **Your task.** Write `bisect(low, high, at_most, total, share)`. The quantile for `share` is above
# `low` and at most `high`. Of `total` values, `at_most` are at most as large as the middle of the
# two, `(low + high) / 2`. The result is the half that holds the quantile: a pair of two numbers,
# its lower and its upper end. The middle itself belongs to the lower half. `share` is above 0 and
# below 1.


# %% key="ex_bisect" kind="exercise" exercise="bisect"
def bisect(low, high, at_most, total, share):
    # blank: ...
    middle = (low + high) / 2
    if at_most >= share * total:
        return low, middle
    return middle, high
    # end blank


bisect = ex.bisect.check(bisect)

# %% [markdown] key="count_at_most_text"
# The clients' side is the share above a threshold from lesson {{federated_core}}, turned round: the
# server broadcasts a threshold, each client counts. `analytics.count_at_most()` builds it, and its
# type says all:

# %% key="count_at_most"
count_at_most = analytics.count_at_most()
print(count_at_most.type_signature)
inks = [tf.data.Dataset.from_tensor_slices(ink) for ink in ink_of.values()]


def find_quantile(share, num_rounds):
    intervals = [(0.0, 32.0)]
    for _ in range(num_rounds):
        low, high = intervals[-1]
        told = count_at_most(inks, (low + high) / 2)
        low, high = bisect(
            low, high, int(told["at_most"]), int(told["total"]), share
        )
        intervals.append((float(low), float(high)))
    return intervals


# %% [markdown] key="before_median"
# We begin with the interval from 0 to 32. Before you run the cell: how wide is it after 12 rounds?

# %% key="median"
ordered = np.sort(everything)
median = ordered[int(np.ceil(0.5 * len(ordered))) - 1]
intervals = find_quantile(0.5, 12)
low, high = intervals[-1]
print(
    f"after 12 rounds: above {low:.3f} and at most {high:.3f}; the truth: "
    f"{median:.3f}"
)
print(f"width {high - low:.4f}")

plotting.interval_rounds(
    intervals,
    reference=median,
    x_label="ink in percent",
    reference_label="the true median",
    title="Where the median can still be",
)

# %% [markdown] key="read_median"
# Each bar is half as long as the one above it, and the true median, the dashed line, goes through
# all of them. From round 9 on only the black stroke in the middle of a bar can be seen. The width
# after 12 rounds is 32 divided by $2^{12}$, whatever the data are and however many clients there
# are. A width below a tenth takes 9 rounds, and a tenth of that three more.
#
# The histogram has told already, in **one** round, in which percent the median lies. A histogram
# sends many numbers once, a bisection few numbers often. Which is better depends on what is scarce,
# rounds or bytes.

# %% key="quantile_90"
histogram_says = int(np.flatnonzero(np.cumsum(counts) >= 0.5 * counts.sum())[0])
print(f"median by the histogram, in one round: {histogram_says} and something")
high_end = find_quantile(0.9, 12)[-1]
true_90 = ordered[int(np.ceil(0.9 * len(ordered))) - 1]
print(f"90 % quantile: at most {high_end[1]:.2f}; the truth: {true_90:.2f}")
inside = np.sum((everything > low) & (everything <= high))
print(f"images whose ink is in the median's last interval: {inside}")

# %% [markdown] key="read_quantile_90"
# The last line is worth a thought. A quantile **is** somebody's value: with the interval that
# small, the server knows the ink of 16 images to less than a hundredth of a percent, though not
# whose they are. And it has asked 12 questions about the same data, each of which got an exact
# count. Exact counts are no guarantee for anybody.

# %% [markdown] key="distinct"
# ## How many different words?
#
# Now real text. `data.sonnets()` has the first 96 sonnets of Shakespeare, and we take each of them
# for the phone of a poet. How many different words do the 96 use together?

# %% [markdown] key="teach_distinct" kind="instructor" minutes=17 saves=3 skips="hyperloglog" slide="cells"
# **Ask the room.** Throw 10 balls at random into 10 boxes. How many boxes stay empty? (A bit
# more than a third, near 1 / e. The estimate reads this backwards.)
#
# **What people get wrong.** They add the sketches up and take the sums for the union. A cell that
# three clients have filled is one filled cell. Others take the maximum over a client's cell
# *numbers*.
#
# **When time is short.** Leave out HyperLogLog, keep the cell that looks for a word.

# %% key="sonnets"
poets = data.sonnets()
first = next(iter(poets.values()))
vocabulary = set().union(*poets.values())
own = [len(set(words)) for words in poets.values()]
print("the first one begins:", " ".join(first[:6]))
print(f"{len(poets)} clients with {sum(map(len, poets.values())):,} words")
print(f"sum of how many different words each one uses: {sum(own):,}")
print(f"different words of all, the truth: {len(vocabulary):,}")

# %% [markdown] key="cells_text"
# The sum of the clients' own numbers is more than three times too large: *and* is in nearly every
# sonnet, and counts in each of them. To find out what two clients have in common, somebody has to
# compare, and no client wants to hand in its words.
#
# The idea: agree on a number of **cells** and on a hash function that throws each word into one of
# them. Equal words fall into the same cell, at every client. Each client says which cells it has
# filled, a row of zeros and ones, its **sketch**. A cell is filled in the union if **any** client
# has filled it. And from how many cells are empty in the union, one can tell how many words there
# were.

# %% key="cells"
num_cells = 4096
for word in ("love", "time", "love"):
    print(f"{word}: cell {analytics.cells_of([word], num_cells)[0]}")

# %% [markdown] key="task_merge"
# ### Exercise: the union of sketches
#
# **Your task.** Write `merge_sketches`, a federated computation of the type
#
# `({int32*}@CLIENTS -> int32[4096]@SERVER)`
#
# Each client has a dataset of cell numbers from `0` to `4095`, a number for each of its words, in
# any order and some more than once; it may be empty. Entry `k` of the result is 1 if `k` occurs at
# any client, and 0 if it occurs at none. A client hands in its sketch, the zeros and ones, and
# nothing else that depends on its data: how often it has thrown something into a cell is its own
# business.
#
# You may use the number 4096 as it is. `tf.maximum(a, b)` takes the larger of two arrays' numbers
# at each place, and so does `tff.federated_max`, over the clients.


# %% key="ex_merge" kind="exercise" exercise="merge_sketches"
# blank: merge_sketches = ...
@tff.tensorflow.computation(tff.SequenceType(np.int32))
def own_sketch(cells):
    return cells.reduce(
        tf.zeros([4096], tf.int32),
        lambda sketch, cell: tf.maximum(
            sketch, tf.one_hot(cell, 4096, dtype=tf.int32)
        ),
    )


@tff.federated_computation(
    tff.FederatedType(tff.SequenceType(np.int32), tff.CLIENTS)
)
def merge_sketches(cells):
    return tff.federated_max(tff.federated_map(own_sketch, cells))


# end blank
merge_sketches = ex.merge_sketches.check(merge_sketches)

# %% [markdown] key="linear_text"
# Throw one word into $m$ cells at random: a given cell stays empty with the probability $1-1/m$.
# After $n$ different words it is still empty with about $e^{-n/m}$. So the share of empty cells is
# about $e^{-n/m}$, and solved for $n$:
#
# $$ n \approx -m \ln(\text{share of empty cells}) $$
#
# This is **linear counting** (Whang and others).

# %% key="linear_counting"
cells = [
    tf.data.Dataset.from_tensor_slices(analytics.cells_of(words, num_cells))
    for words in poets.values()
]
sketch = np.asarray(merge_sketches(cells))
empty = np.mean(sketch == 0)
estimate = -num_cells * np.log(empty)
print(
    f"cells filled: {np.sum(sketch):,} of {num_cells:,}, "
    f"{100 * (1 - empty):.0f} %"
)
print(f"estimate {estimate:,.0f}, truth {len(vocabulary):,}")
print(f"off by {100 * abs(estimate / len(vocabulary) - 1):.1f} %")

# %% [markdown] key="read_linear"
# 1,778 cells are filled: words have shared cells, and the logarithm makes up for it. The estimate
# is off by 1.5 %.
#
# Linear counting needs about as many cells as there are words. For a million words there is a
# sketch that needs a few hundred numbers: **HyperLogLog** (Flajolet and others). In each of its
# registers it keeps the longest run of zeros with which the hash of a word has begun. Half of all
# hashes begin with a 0, a quarter with two of them: whoever has seen a run of ten has probably seen
# about a thousand words. Registers merge by the maximum, too. `analytics.hyperloglog` makes a
# client's registers. The cell prints the typical error over 20 seeds of the hash, the root of the
# mean square, beside that of the paper: 1.04 divided by the root of the number of registers.

# %% key="hyperloglog"
for num_registers in (16, 64, 256):
    errors = []
    for seed in range(20):
        merged = np.max(
            [
                analytics.hyperloglog(words, num_registers, seed=seed)
                for words in poets.values()
            ],
            axis=0,
        )
        errors.append(analytics.hyperloglog_count(merged) / len(vocabulary) - 1)
    typical = 100 * np.sqrt(np.mean(np.square(errors)))
    paper = 100 * 1.04 / num_registers**0.5
    print(f"{num_registers} registers: {typical:.0f} %, paper {paper:.0f} %")

# %% [markdown] key="tff_distinct_text"
# With 20 seeds the typical error is itself a matter of luck: for 16 registers it is 36 %, and one
# seed of the 20 is to blame for much of it. The trend is the paper's: four times the registers,
# half the error.
#
# TFF brings one as well, `tff.analytics.count_distinct`, with 32 registers, for which the paper's
# error is 18 %. Here is its answer for all 96, and for the first five words of sonnet 18 alone:

# %% key="tff_distinct"
tff_distinct = (
    tff.analytics.count_distinct.create_federated_hyperloglog_computation()
)
print(tff_distinct.type_signature)
datasets = {
    name: tf.data.Dataset.from_tensor_slices(words)
    for name, words in poets.items()
}
print(
    f"all: {tff_distinct(list(datasets.values())):,}, truth {len(vocabulary):,}"
)
print(f"the paper's error with 32 registers: {100 * 1.04 / 32**0.5:.0f} %")
five = poets["sonnet_18"][:5]
print("five words:", tff_distinct([tf.data.Dataset.from_tensor_slices(five)]))
by_package = analytics.hyperloglog_count(analytics.hyperloglog(five, 32))
print(f"five words, with 32 registers of the package: {by_package:.0f}")

# %% [markdown] key="read_tff_distinct"
# For all words TFF's answer is as near as 32 registers allow. For five words it is useless, and
# that is not luck: a register that no word has reached counts like one with a short run. The paper
# corrects small numbers by linear counting, on the registers that are empty; the package does that
# and comes to 4, and TFF does not.
#
# Is a sketch private, then? Nobody has handed in a word. Suppose that the server wonders whether
# anybody writes of *tyrants*, or of *tomatoes*. It knows the hash function. Before you run the
# cell: what can it find out?

# %% key="look_for_a_word"
for word in ("tyrant", "tomato", "summer", "computer"):
    cell = analytics.cells_of([word], num_cells)[0]
    print(
        f"{word}: cell filled {bool(sketch[cell])}, "
        f"in the poems {word in vocabulary}"
    )

# %% [markdown] key="read_look"
# The word of which the cell is empty is in none of the poems: that much is certain. Where the cell
# is filled, the word may be there, or another one that shares its cell, as with *tomato*; 43 % of
# the cells are filled. So a sketch answers questions about single words, with some doubt, and a
# client's own sketch, of which few cells are filled, with hardly any. A sketch is **small**. To be
# private it needs what the other sums need: a union that shows no client's part, or noise.

# %% [markdown] key="heavy_hitters"
# ## Words that nobody has listed
#
# A keyboard should learn new words that many people type. A histogram needs a list of words to
# count, and the list is what we are looking for. And there are words that must **not** be found:
# the password, the name of a neighbour, whatever one person types. What many have is called a
# **heavy hitter**.
#
# We need more clients than 96. `analytics.zipf_words` gives 100,000 clients a made-up word each, by
# Zipf's law: the second most frequent word is half as frequent as the first, the third a third as
# frequent, and so on.

# %% [markdown] key="teach_heavy" kind="instructor" minutes=24 saves=5 skips="iblt iblt_all" slide="rare_beginnings"
# **Ask the room.** Your password has nine letters, and nobody else has it. How many of them does
# the server see, with a threshold of 1,000? (As many as it has in common with something popular,
# and one more.)
#
# **What people get wrong.** They count a vote for every prefix of a word in the same round. A
# client votes once a round, for one letter more.
#
# **When time is short.** Skip the IBLT's cells, and say who enforces k-anonymity there.

# %% key="typed"
typed = analytics.zipf_words(100_000)
true_counts = collections.Counter(typed)
print(f"{len(typed):,} clients, {len(true_counts):,} different words")
print(
    "most frequent:",
    ", ".join(f"{word} {n:,}" for word, n in true_counts.most_common(4)),
)
often = {word for word, n in true_counts.items() if n >= 1000}
print(f"words that 1,000 clients or more have typed: {len(often)}")

# %% [markdown] key="task_prefixes"
# The way to find them is a **prefix tree**, grown by the clients' votes (Zhu and others). In round
# 1 each client votes for the first letter of its word, and the server keeps the letters that have
# enough votes. In round 2 it sends these letters; a client whose word begins with one of them votes
# for its first **two** letters. And so on. What has too few votes is cut off, and nobody is asked
# about it again. A full stop stands behind each word, so that *an* and *and* can be told apart.
#
# ### Exercise: one round of votes
#
# **Your task.** Write `extend_prefixes(prefixes, words, threshold)`. `prefixes` is a list of
# different texts, all of the same length; before the first round it is `[""]`. `words` is a list
# with a word for each client, each with a full stop at its end. A client votes if its word begins
# with one of the prefixes and is longer than it: for that prefix with one letter more (the full
# stop is a letter, too). The result is a dictionary from each new prefix that has **at least**
# `threshold` votes to the number of its votes. `threshold` is 1 or more. Both lists stay as they
# are.


# %% key="ex_prefixes" kind="exercise" exercise="extend_prefixes"
def extend_prefixes(prefixes, words, threshold):
    # blank: ...
    length = len(prefixes[0]) if prefixes else 0
    known = set(prefixes)
    votes = collections.Counter(
        word[: length + 1]
        for word in words
        if word[:length] in known and len(word) > length
    )
    return {
        prefix: count for prefix, count in votes.items() if count >= threshold
    }
    # end blank


extend_prefixes = ex.extend_prefixes.check(extend_prefixes)

# %% key="tree"
with_end = [word + "." for word in typed]
prefixes, levels = [""], []
for _ in range(9):
    kept = extend_prefixes(prefixes, with_end, 1000)
    if not kept:
        break
    levels.append(dict(kept))
    prefixes = list(kept)
found = {
    prefix.removesuffix("."): votes
    for level in levels
    for prefix, votes in level.items()
    if prefix.endswith(".")
}
print(
    f"words found: {len(found)}; exactly those of 1,000 or more: "
    f"{set(found) == often}"
)
right_counts = all(found[word] == true_counts[word] for word in found)
print(f"with the right counts: {right_counts}")
plotting.prefix_tree(levels, title="Prefixes with 1,000 votes or more")

# %% [markdown] key="read_tree"
# Follow the thickest line: *p*, *pe*, *pem* and on to *pemogika*, which 13,592 clients have typed.
# Grey is where the tree was cut. *ka*, *ke* and *ku* have a thousand votes or more each, and no
# third letter behind them has: many words share these beginnings, and none is frequent enough. So
# of rare words the server keeps beginnings. Before you run the cell: how long can they get?

# %% key="rare_beginnings"
in_the_tree = {prefix for level in levels for prefix in level}
lengths = {}
for word in true_counts.keys() - often:
    lengths[word] = sum(
        word[:n] in in_the_tree for n in range(1, len(word) + 1)
    )
words_by_length = sorted(collections.Counter(lengths.values()).items())
print(f"rare words: {len(lengths)}")
print(
    "letters in the tree:",
    ", ".join(f"{n} of {words} words" for n, words in words_by_length),
)
longest = sorted(
    word for word, n in lengths.items() if n == max(lengths.values())
)
print(
    "the most:",
    ", ".join(f"{word} ({true_counts[word]} clients)" for word in longest),
)

# %% [markdown] key="read_rare"
# Of nearly all rare words one or two letters are in the tree, of three words there are four: *pemo*
# is how *pemogika* begins, and *dagu* how the frequent *dagume* does. A vote that was cut off has
# told the server one letter more. The rest of a word has not left its client. But for *dagu* there
# is no rest: its 68 clients voted for the full stop behind it, so the server has seen the whole
# word, with its count. A rare word is safe in part only, and how much of it depends on what others
# type.
#
# A threshold of exact counts is not a guarantee yet. If the server knows all voters but one, and
# they miss the threshold by one vote, the tree tells what the last one has. Zhu and others add a
# second thing, **sampling**: in each round only a small random cohort votes, so nobody knows
# whether a certain client was asked. Sampling and threshold together give differential privacy,
# without any noise, for a client's one word and a tree that is given out without its votes.
# `analytics.tree_guarantee` computes the paper's Theorem 1. `analytics.prefix_tree` is the loop
# above with such cohorts. Before you run the cell: with a threshold of 10, how many voters must a
# round have so that a word that 1 % type is found?

# %% key="sampled_tree"
for cohort_size in (400, 1000, 4000):
    epsilon, delta = analytics.tree_guarantee(
        num_clients=100_000, cohort_size=cohort_size, threshold=10, num_rounds=9
    )
    numbers, missed = [], []
    for seed in range(10):
        tree = analytics.prefix_tree(
            typed,
            threshold=10,
            num_rounds=9,
            cohort_size=cohort_size,
            seed=seed,
        )
        words = analytics.found_words(tree)
        numbers.append(len(words))
        missed.append(len(often - words.keys()))
    print(
        f"{cohort_size:,} voters a round: epsilon {epsilon:.1f}; "
        f"{np.mean(numbers):.0f} words found, "
        f"of the {len(often)} frequent ones {np.mean(missed):.0f} missed, "
        "on average"
    )
print(f"delta below one in a million: {delta < 1e-6}")

# %% [markdown] key="read_sampled_tree"
# Of 1,000 voters, 10 are expected to have a word that 1 % type: it is at the threshold, and has to
# pass it in each of its rounds, with new voters each time. So the least frequent of the 13 are
# missed, three on average. With 400 voters only the most frequent ones are found. With 4,000 none
# of the 13 is missed, and many are found that fewer than 1,000 have typed; epsilon has grown from
# 0.4 to 4.6. More voters, a higher epsilon, more words: the trade-off that we shall meet once more.
# Each line is a mean over ten draws of the cohorts, of one population.

# %% [markdown] key="iblt_text"
# ### TFF's own: one round, and a table that can be read backwards
#
# The prefix tree takes a round for each letter. `tff.analytics.heavy_hitters.iblt` needs one. A
# client throws each of its words into three cells of a table, adds the word itself to what is
# there, as a number, and a count. Tables add up. In the sum, a cell that only one word has hit can
# be read; that word is taken off its other two cells, which makes further cells readable, until all
# are read. It is called an **invertible Bloom lookup table** (IBLT). `k_anonymity=5` says: give out
# only words that five clients or more have.
#
# Each sonnet hands in its first four words, each of them once. A word longer than
# `string_max_bytes` would be cut off, and there must be room for all different ones together, the
# `capacity`. Before you run the cell: what will happen to the words that only one sonnet has?

# %% key="iblt"
beginnings = [
    tf.data.Dataset.from_tensor_slices(words[:4]).batch(4)
    for words in poets.values()
]
of_begin = collections.Counter(
    word for words in poets.values() for word in set(words[:4])
)


def frequent_words(k_anonymity, capacity=300):
    computation = tff.analytics.heavy_hitters.iblt.build_iblt_computation(
        string_max_bytes=12,
        capacity=capacity,
        k_anonymity=k_anonymity,
        multi_contribution=False,
        batch_size=4,
    )
    output = computation(beginnings)
    names = [word.decode() for word in output.heavy_hitters]
    return dict(
        zip(names, output.heavy_hitters_unique_counts.tolist(), strict=True)
    )


given_out = frequent_words(k_anonymity=5)
common = {word: n for word, n in of_begin.items() if n >= 5}
print(
    f"different words handed in: {len(of_begin)}, by five sonnets or more: "
    f"{len(common)}"
)
print(
    f"given out: {len(given_out)}; the same with the same counts: "
    f"{given_out == common}"
)
top = sorted(given_out, key=lambda word: (-given_out[word], word))
print("most frequent:", ", ".join(top[:3]))

# %% key="iblt_all"
everything_read = frequent_words(k_anonymity=1)
alone = sum(1 for n in everything_read.values() if n == 1)
print(
    f"with k_anonymity=1: {len(everything_read)} words, "
    f"{alone} of a single sonnet"
)
few_read = len(frequent_words(1, capacity=50))
print(f"with a table for 50 words, fewer than 20 are read: {few_read < 20}")

# %% [markdown] key="read_iblt"
# One round, and exact: of 188 different words, the 17 that five sonnets or more begin with, with
# the right counts. That is what the argument promises. And what did the **server** receive? The
# second cell sets the argument to 1: out come all 188 words, 126 of them of a single sonnet. The
# table was the same. `k_anonymity` is a filter that the server applies after it has read
# everything; it protects the clients from whoever gets the result, and nobody from the server. A
# secure sum of the tables would not change that. In a prefix tree, the end of a rare word is asked
# for only if all that stands before it is frequent.
#
# The last line is the other limit. A table for 50 words that has to hold 188 can hardly be read:
# nearly all is lost, not a part in proportion. And TFF's worker crashed when we let it decode
# tables of eight hundred words and more; so here each sonnet hands in its beginning only.
# `tff.analytics` has a histogram over a tree as well, `build_hierarchical_histogram_process`,
# which runs here with `enable_secure_sum=False`.

# %% [markdown] key="noise"
# ## Noise: at the client, or at the server
#
# All answers so far were exact or nearly so, and none was a guarantee but the sampled tree's. For a
# sum there are two ways to a guarantee, and they differ in whom one has to trust.
#
# The question: which share of the 100,000 has typed *pemogika*? Each client has a **bit**, 1 or 0,
# and it may be one that nobody likes to tell.
#
# - **Local.** Each client throws a coin in secret before it answers, and tells the truth with
#   probability $p$, else the opposite. This is **randomized response** (Warner, for
#   interviews about awkward questions). An answer says little about its client: with
#   $p = e^\varepsilon/(1+e^\varepsilon)$ it is at most $e^\varepsilon$ times as likely with the one
#   bit as with the other. The server may know every answer.
# - **Central.** Clients tell the truth, and the server adds noise, once, to the sum: from Laplace's
#   distribution with the scale $1/\varepsilon$, since one client changes the sum by 1 at most
#   (Dwork and others). Without a secure sum they trust the server with every bit. With one it sees
#   the sum only, and they trust it to add the noise before anybody else sees that.

# %% [markdown] key="teach_noise" kind="instructor" minutes=19 saves=5 skips="ex_noise_or_flip clients_needed" slide="told_bits"
# **Ask the room.** Play it: everybody throws two coins in secret. With two heads, tell the opposite
# of the truth, else the truth. "Who has copied homework?" Estimate the share on the board
# ($p = 3/4$).
#
# **What people get wrong.** They clip the estimate to 0 and 1. Each single one gets better, and the
# mean of many gets worse: then it is biased.
#
# **When time is short.** Leave out the last exercise, show both figures.

# %% key="told_bits"
bits = np.array([word == "pemogika" for word in typed], int)
for epsilon in (0.5, 1.0, 3.0):
    p = analytics.truth_probability(epsilon)
    told = analytics.randomized_response(bits, epsilon, seed=1)
    print(
        f"epsilon {epsilon}: the truth with probability {p:.2f}; "
        f"{100 * told.mean():.0f} % of the answers are yes"
    )
print(f"the truth: {100 * bits.mean():.0f} %")

# %% [markdown] key="task_debias"
# The share of yes among the answers is far from the truth, because the many who have not typed the
# word say yes by coin. But the server knows the coin. If $s$ is the true share, how many yes are to
# be expected?
#
# ### Exercise: from answers to the truth
#
# **Your task.** Write `debias(told, truth)`. `told` is the share of yes among the answers, from 0
# to 1. `truth` is the probability $p$ that an answer is true, above a half and at most 1. The
# result is a number, the estimate of the true share that is right **on average**: the share that
# makes `told` exactly what is to be expected. It may be below 0 or above 1, and stays so.


# %% key="ex_debias" kind="exercise" exercise="debias"
def debias(told, truth):
    # blank: ...
    return (told - (1 - truth)) / (2 * truth - 1)
    # end blank


debias = ex.debias.check(debias)

# %% key="both_estimates"
for epsilon in (0.5, 1.0, 3.0):
    told = analytics.randomized_response(bits, epsilon, seed=1)
    local = float(debias(told.mean(), analytics.truth_probability(epsilon)))
    central = analytics.noised_share(bits, epsilon, seed=1)
    print(
        f"epsilon {epsilon}: local off by {100 * abs(local - bits.mean()):.2f} "
        "points, central by less than 0.01: "
        f"{abs(central - bits.mean()) < 0.0001}"
    )

# %% [markdown] key="task_noise_or_flip"
# One seed shows one case. In general the estimates scatter around the truth with these standard
# deviations, for $n$ clients:
#
# - local: $\sqrt{p(1-p)/n}\,/\,(2p-1)$ with $p = e^\varepsilon/(1+e^\varepsilon)$, since the
#   answers scatter like thrown coins, and the estimate divides by $2p-1$;
# - central: $\sqrt{2}/(\varepsilon n)$, since Laplace's noise of the scale $1/\varepsilon$ has the
#   standard deviation $\sqrt{2}/\varepsilon$, and the share divides by $n$.
#
# ### Exercise: how many clients does it take?
#
# **Your task.** Write `clients_needed(epsilon, error)`. The result is a pair of two whole numbers,
# first for local noise, then for central noise: the smallest number of clients, 1 or more, with
# which the standard deviation above is at most `error`. `epsilon` is above 0 and at most 20,
# `error` is above 0 and below 1, a share (0.01 is one point).


# %% key="ex_noise_or_flip" kind="exercise" exercise="noise_or_flip"
def clients_needed(epsilon, error):
    # blank: ...
    p = 1 / (1 + np.exp(-epsilon))
    local = p * (1 - p) / ((2 * p - 1) * error) ** 2
    central = np.sqrt(2) / (epsilon * error)
    return int(np.ceil(local)), int(np.ceil(central))
    # end blank


clients_needed = ex.noise_or_flip.check(clients_needed)

# %% key="clients_needed" result=true
for epsilon in (0.1, 1.0, 3.0, 10.0):
    local, central = (int(number) for number in clients_needed(epsilon, 0.01))
    print(
        f"epsilon {epsilon}: {local:,} clients with local noise, "
        f"{central:,} with central"
    )
print(
    "how many times as likely an answer may be at epsilon 10: "
    f"{np.exp(10):,.0f}"
)
local, central = (int(number) for number in clients_needed(1.0, 0.01))
print(
    f"epsilon 1, an error of one point: {local:,} clients with local noise, "
    f"{central:,} central"
)

# %% [markdown] key="before_errors"
# With epsilon 1 and an error of one point, local noise takes 9,207 clients, central noise 142. With
# epsilon 10 it is the other way round: hardly any answer is a lie, so that even a single one is off
# by less than a point, typically; central noise takes 15.
#
# That is for one error. The two figures show many, once over the number of clients and once over
# epsilon. Measured is the typical error over 300 seeds, for the first clients of the list; beside
# it stand the formulas. Before you run the cell: both axes are logarithmic; how many times smaller
# does each error get, where the clients are 100 times as many?


# %% key="errors_by_clients"
fresh_seeds = itertools.count()


def measured(epsilon, num_clients, num_seeds=300):
    """Typical errors of both ways, over seeds."""
    some = bits[:num_clients]
    p = analytics.truth_probability(epsilon)
    local, central = [], []
    for seed in itertools.islice(fresh_seeds, num_seeds):
        told = analytics.randomized_response(some, epsilon, seed=seed)
        local.append(analytics.debias(told.mean(), p) - some.mean())
        central.append(
            analytics.noised_share(some, epsilon, seed=seed) - some.mean()
        )
    return [np.sqrt(np.mean(np.square(errors))) for errors in (local, central)]


numbers = (10, 30, 100, 300, 1000, 3000, 10_000)
by_number = np.array([measured(1.0, number) for number in numbers])
plotting.log_curves(
    {
        "local, measured": list(zip(numbers, by_number[:, 0], strict=True)),
        "central, measured": list(zip(numbers, by_number[:, 1], strict=True)),
        "local, formula": [(n, analytics.flip_error(1.0, n)) for n in numbers],
        "central, formula": [
            (n, analytics.noise_error(1.0, n)) for n in numbers
        ],
    },
    log_y=True,
    x_label="clients",
    y_label="typical error of the share",
    title="Epsilon 1",
)

# %% key="errors_by_epsilon"
epsilons = (0.1, 0.3, 1.0, 3.0, 6.0, 10.0)
by_epsilon = np.array([measured(epsilon, 1000) for epsilon in epsilons])
plotting.log_curves(
    {
        "local, measured": list(zip(epsilons, by_epsilon[:, 0], strict=True)),
        "central, measured": list(zip(epsilons, by_epsilon[:, 1], strict=True)),
        "local, formula": [
            (e, analytics.flip_error(e, 1000)) for e in epsilons
        ],
        "central, formula": [
            (e, analytics.noise_error(e, 1000)) for e in epsilons
        ],
    },
    log_y=True,
    x_label="epsilon",
    y_label="typical error of the share",
    title="1,000 clients",
)
for epsilon in (0.1, 1.0, 10.0):
    ratio = analytics.flip_error(epsilon, 1000) / analytics.noise_error(
        epsilon, 1000
    )
    print(
        f"epsilon {epsilon}: local noise by its formula {ratio:.1f} times as "
        "far off"
    )

# %% [markdown] key="read_errors"
# In the first figure each formula's line covers the measured one, but for the luck of 300 seeds.
# The upper pair is local noise: with 100 times as many clients its error is a tenth, since every
# client brings noise of its own, and the noises cancel in part only. The lower pair is central
# noise: with 100 times as many clients it is a hundredth, because the noise is one and the sum
# grows. At 10,000 clients local noise is off by a point, and central noise by less than a
# fiftieth of that.
#
# In the second figure both fall with epsilon. Up to 1 they run side by side, local noise more than
# 20 times higher. Beyond 3 the upper pair bends down: lies get exponentially rare, while Laplace's
# noise shrinks in proportion. At 10 they nearly meet. But that is no argument for local noise: an
# epsilon of 10 allows an answer to be 22,026 times as likely with the one bit as with the other,
# which is hardly a guarantee.
#
# So what does the local guarantee buy, for its price? The trust. No server, no thief and no court
# can find out more than the answers say. Between the two lie sums that nobody reads, with noise of
# which each client adds a small part, as in the papers on distributed differential privacy.

# %% [markdown] key="questions" kind="questions"

# %% [markdown] key="summary"
# ## What you now know
#
# - Counts, histograms and means are sums: exact, one round, and secure sums can carry them.
# - A quantile takes rounds: each halves the interval by one count. Or one round and a histogram.
# - Distinct values are counted with sketches that merge by a maximum. They are small, with an error
#   that the number of cells sets, and they answer questions about single words.
# - Frequent words are found by a prefix tree, a letter a round, which asks for a rare one's end
#   only if all before it is frequent; or by TFF's IBLT in one round, whose server reads all
#   and filters.
# - A sampled prefix tree with a threshold is differentially private; an exact threshold is not.
# - Local noise trusts nobody and has an error that falls with the root of the number of clients.
#   Central noise trusts the server, and its error falls with the number itself.
#
# ## To talk about
#
# 1. Your server asks for the same histogram every day. What does it learn of a client that joins?
# 2. The median of salaries in a firm of 12: which of the two ways would you allow?
# 3. Each client had one word here. Real ones have thousands. Where does that change a guarantee?
# 4. A client that lies can vote for a word a thousand times, or fill all cells of a sketch. Which
#    of the answers here does that ruin, and which can be mended?
# 5. Somebody says that the data are "k-anonymous". What do you ask?
#
# ## Further reading
#
# - D. Ramage, S. Mazzocchi: "Federated Analytics: Collaborative Data Science without Data
#   Collection", Google AI Blog, 2020.
# - S. L. Warner: "Randomized Response: A Survey Technique for Eliminating Evasive Answer Bias",
#   Journal of the American Statistical Association, 1965.
# - C. Dwork, F. McSherry, K. Nissim, A. Smith: "Calibrating Noise to Sensitivity in Private Data
#   Analysis", TCC 2006.
# - S. P. Kasiviswanathan et al.: "What Can We Learn Privately?", SIAM Journal on Computing, 2011.
#   Local privacy, and what it costs.
# - K.-Y. Whang, B. Vander-Zanden, H. Taylor: "A Linear-Time Probabilistic Counting Algorithm for
#   Database Applications", ACM Transactions on Database Systems, 1990.
# - P. Flajolet, É. Fusy, O. Gandouet, F. Meunier: "HyperLogLog: the analysis of a near-optimal
#   cardinality estimation algorithm", AofA 2007.
# - W. Zhu et al.: "Federated Heavy Hitters Discovery with Differential Privacy", AISTATS 2020,
#   arXiv:1902.08534. The prefix tree.
# - A. Gascón, P. Kairouz, Z. Sun, A. T. Suresh: "Federated Heavy Hitter Recovery under Linear
#   Sketching", ICML 2023. IBLTs under secure sums.
# - Ú. Erlingsson, V. Pihur, A. Korolova: "RAPPOR: Randomized Aggregatable Privacy-Preserving
#   Ordinal Response", CCS 2014. Local privacy in a browser.
# - P. Kairouz, Z. Liu, T. Steinke: "The Distributed Discrete Gaussian Mechanism for Federated
#   Learning with Secure Aggregation", ICML 2021.
