# %% [markdown] key="what_you_learn"
# After this lesson you can
#
# - read and write TFF's types, with their placements, in compact notation;
# - write federated computations: send down, compute at the clients, aggregate, compute at the
#   server;
# - reduce a client's dataset to the little that has to leave it;
# - say, from a computation's operators, what the server learns about its clients;
# - understand the errors that TFF raises, and mend them;
# - say which operator does which step of Federated Averaging.
#
# **You need** the client data of [lesson {{federated_data}}](federated_data.ipynb), and the rounds and types of
# [lesson {{federated_averaging}}](federated_averaging.ipynb).
#
# **Why this lesson.** `tff.learning` handed you a finished algorithm. Below it lies a small
# language, **Federated Core**: values that have a place, and a dozen operators that move them. In
# lesson {{averaging_by_hand}} you write Federated Averaging in it. No model is trained here. The temperatures of three
# homes will do, and later our 14 writers. Where *may be skipped* stands, run the next cell and go
# on after its explanation: nothing later needs it.

# %% key="imports"
import collections
import contextlib
import textwrap

import numpy as np
import tensorflow as tf
import tensorflow_federated as tff

from fl_course import data, exercises, plotting

ex = exercises.lesson("federated_core")

# %% [markdown] key="federated_values"
# ## A value has a type and a place
#
# Three homes have a thermometer each. In Python, the temperatures of the homes would be a list of
# floats. In Federated Core they are one value with a part at every home, a **federated value**. Its
# type says what each part is, and where.

# %% [markdown] key="teach_federated_values" kind="instructor" minutes=11 saves=2 slide="read_first_types"
# **What people get wrong.** They read `{float32}@CLIENTS` as a list that the program holds. No
# process holds it. Draw three separate boxes on the board and never one box with three cells.
#
# **Ask the room.** Why is the number of clients not in the type? (The program is written before
# anybody knows who turns up; the same one has to run for three homes and for a million phones.)
#
# **When time is short.** Read the table of types aloud, and run its cell without reading the code.
# Keep the exercise: the one that counts examples needs the type you build in it.

# %% key="first_types"
float_at_clients = tff.FederatedType(np.float32, tff.CLIENTS)
float_at_server = tff.FederatedType(np.float32, tff.SERVER)

print(f"the temperatures of the homes: {float_at_clients}")
print(f"a number at the server:        {float_at_server}")

# %% [markdown] key="read_first_types"
# - `{float32}@CLIENTS`: **every client has a float32 of its own.** The braces say that they may
#   differ. How many clients there are is not part of the type.
# - `float32@SERVER`: the server has one float32.
#
# What stands behind the `@` is the **placement**. There are only these two. A placement names a
# role, not a machine: nothing in the language says "client 3". So the same program runs for three
# homes or a million phones, and can't single one of them out by name.
#
# What stands before the `@` is an ordinary type, without a place. The course needs these:

# %% key="member_types"
example = collections.OrderedDict(
    label=np.int32, pixels=tff.TensorType(np.float32, [28, 28])
)

types = {
    "a number": tff.TensorType(np.int32),
    "an image": tff.TensorType(np.float32, [28, 28]),
    "rows, any number": tff.TensorType(np.float32, [None, 784]),
    "a sequence": tff.SequenceType(np.int32),
    "a structure": tff.StructType([np.float32, np.int32]),
    "with names": tff.to_type(example),
    "a function": tff.FunctionType(np.float32, np.bool_),
    "equal at clients": tff.FederatedType(
        np.float32, tff.CLIENTS, all_equal=True
    ),
}
for name, some_type in types.items():
    print(f"{name:16}  {some_type}")

# %% [markdown] key="read_member_types"
# This is TFF's **compact notation**. Its parts:
#
# | written | means |
# |---|---|
# | `float32[28,28]` | a tensor; the sizes stand in brackets, `?` is a size that may vary |
# | `int32*` | a sequence, which is a dataset: any number of elements, one after another |
# | `<...,...>` | a structure: several values in this order, with or without names |
# | `(... -> ...)` | a function: what it takes, what it gives |
# | `{...}@CLIENTS` | one value for each client, possibly different ones |
# | `...@CLIENTS`, no braces | the same value at each client |
# | `...@SERVER` | one value at the server |
#
# The notation is for reading. In Python, one writes `tff.TensorType(np.float32, [28, 28])` for
# `float32[28,28]`, and a structure with names is a `collections.OrderedDict`, or another mapping,
# from names to types. Wherever a type is expected you may give that, or a NumPy type; `tff.to_type`
# turns either into the type it stands for.

# %% [markdown] key="task_writers_type"
# ### Exercise: from notation to a type
#
# Our 14 writers are clients, too. Each has a dataset of examples, as in lesson {{federated_data}}.
#
# **Your task.** Build `writers_type`, the type whose compact notation is
#
# `{<label=int32,pixels=float32[28,28]>*}@CLIENTS`
#
# Work from the inside out. The cells above have all you need: the inner structure, which you may
# use under its name `example`, `tff.SequenceType`, `tff.FederatedType`.

# %% key="ex_writers_type" kind="exercise" exercise="writers_type"
# blank: writers_type = ...
writers_type = tff.FederatedType(tff.SequenceType(example), tff.CLIENTS)
# end blank

writers_type = ex.writers_type.check(writers_type)

# %% key="writers_data"
train, _ = data.load("digits")
writers = [
    train.create_tf_dataset_for_client(client_id)
    for client_id in train.client_ids
]

element_type = tff.types.tensorflow_to_type(writers[0].element_spec)
print(f"one example of a writer: {element_type}")
print(
    "fits writers_type: "
    f"{element_type.is_equivalent_to(writers_type.member.element)}"
)

# %% [markdown] key="read_writers_data"
# `member` is what a federated type has at each place, and `element` is what a sequence consists of.
# `writers` is a list of datasets: this notebook simulates the clients, and hands over a value of
# type `{...}@CLIENTS` as a list with one value for each.

# %% [markdown] key="federated_computation"
# ## A federated computation
#
# A **federated computation** takes and gives such values. The first one averages.

# %% [markdown] key="teach_federated_computation" kind="instructor" minutes=6 saves=2 skips="frozen_limit"
# **What people get wrong.** They put `print(temperatures)` into the body and expect numbers, or
# expect the body to run at every call. Both come from reading the body as the program. It is the
# recipe from which TFF makes the program.
#
# **Ask the room.** What would an `if` on the limit do in the body of `server_limit`? (Python
# decides it once, while TFF records. The branch not taken is not in the program.)
#
# **When time is short.** Drop the demonstration with the limit, but say its last sentence; the
# section on values that begin at the server comes back to it.


# %% key="average_temperature"
@tff.federated_computation(float_at_clients)
def average_temperature(temperatures):
    kind = type(temperatures).__name__
    print(
        f"recording; temperatures is a {kind} of type "
        f"{temperatures.type_signature}"
    )
    return tff.federated_mean(temperatures)


print(average_temperature.type_signature)

# %% [markdown] key="read_average_temperature"
# The decorator names the type of the argument. The type of the whole is read aloud like this: *a
# function that takes one float32 from each client, possibly different ones, and gives one float32
# at the server.* The arrow leads from the clients to the server: what arrives there is one mean.
#
# Now we call it, with three homes, and with two.

# %% key="call_average"
temperatures = [19.0, 20.5, 23.5]
print(f"three homes: {average_temperature(temperatures):.1f} °C")
print(f"two homes:   {average_temperature(temperatures[1:]):.1f} °C")

# %% [markdown] key="traced_once"
# The line from the body was printed once, when the function was **defined**, and not by the calls.
# TFF has *traced* the body: it ran the Python function a single time, with a stand-in for the
# argument, a `Value` that has a type but no numbers. What the operators did to the stand-in was
# recorded. A call sends the recording to the worker (lesson {{centralized_training}}) and never runs your Python again.
#
# The recording holds the operators and nothing of Python: `print`s, comments, loops and `if`s were
# carried out while it was made. What does that mean for a variable of your notebook? Before you run
# the cell: which two numbers will it print?

# %% key="frozen_limit"
limit = 20.0


@tff.federated_computation
def server_limit():
    return tff.federated_value(limit, tff.SERVER)


before = server_limit()
limit = 25.0
print(
    f"{server_limit.type_signature}: {before:.1f} before, "
    f"{server_limit():.1f} after the change"
)

# %% [markdown] key="read_frozen_limit"
# `federated_value` puts a constant at a placement. The recording holds the 20.0 of the moment of
# definition, and no later change reaches it. What should vary from call to call has to come in as
# an **argument**.

# %% [markdown] key="tensorflow_inside"
# ## TensorFlow goes inside
#
# Suppose that all thermometers show half a degree too little. The federated language has no plus:
# it only moves values. Calculations are written in TensorFlow, as a `tff.tensorflow.computation`.

# %% [markdown] key="teach_tensorflow_inside" kind="instructor" minutes=7 saves=2 skips="two_orders" slide="errors_two_languages"
# **What people get wrong.** They mix the two languages: a `+` in a federated computation, or a
# `federated_mean` in a TensorFlow computation. Write the rule on the board, operators outside,
# tensors inside, and point at it with every error.
#
# **Ask the room.** The two orders, correct and average, give the same number. When would they not?
# (When the correction is not linear, such as rounding, or clipping to a range: lesson {{make_it_your_own}} clips
# before it averages.)
#
# **When time is short.** The two orders can be told instead of run.


# %% key="add_half"
@tff.tensorflow.computation(np.float32)
def add_half(x):
    return x + 0.5


print(add_half.type_signature)
print(f"{add_half(20.0):.1f}")

# %% [markdown] key="read_add_half"
# A float32 to a float32, and **no placement**: TensorFlow knows tensors, not clients. (The body is
# traced as well, into a TensorFlow graph. And write `20.0`: TFF does not turn the integer 20 into a
# float32.) So the same computation can run at every client or at the server. Where it does is for
# `federated_map` to say: it takes the computation to where its argument is.


# %% key="corrected"
@tff.federated_computation(float_at_clients)
def corrected(temperatures):
    return tff.federated_map(add_half, temperatures)


print(corrected.type_signature)
print(
    "corrected:",
    *(f"{temperature:.1f}" for temperature in corrected(temperatures)),
)

# %% [markdown] key="read_corrected"
# The rule of the two languages: **operators outside** (in the federated computation), **tensors
# inside** (in the TensorFlow computation that it maps).
#
# Clients to clients: in this program nothing leaves a home. We can print the three numbers only
# because this notebook simulates the homes.
#
# *May be skipped:* correct first and then average, or the other way round?


# %% key="two_orders"
@tff.federated_computation(float_at_clients)
def correct_then_average(temperatures):
    return average_temperature(corrected(temperatures))


@tff.federated_computation(float_at_clients)
def average_then_correct(temperatures):
    return tff.federated_map(add_half, average_temperature(temperatures))


for computation in (correct_then_average, average_then_correct):
    print(f"{computation.type_signature}: {computation(temperatures):.1f}")

# %% [markdown] key="read_two_orders"
# Same type, same number. The first program runs `add_half` at three homes, the second once at the
# server, because the mean is there. Who does the work is up to you.

# %% [markdown] key="errors_two_languages"
# ### Two languages mixed up
#
# Whoever breaks the rule is told so when the function is **defined**, by a traceback of a hundred
# lines. Most of them are TFF's own. The helper here prints what matters: the error's kind and the
# line of its text that says most, usually the first. Before you run the second cell: what is wrong
# with each of its three programs?


# %% key="show_error"
@contextlib.contextmanager
def show_error():
    try:
        yield
    except Exception as error:
        lines = str(error).strip().splitlines() or [""]
        line = lines[-1] if lines[0] == "in user code:" else lines[0]
        text = (
            f"{type(error).__name__}: "
            f"{line.strip().removeprefix('TypeError: ')}"
        )
        print(textwrap.fill(text, 95, max_lines=3, placeholder=" ..."))


# %% key="two_languages"
with show_error():

    @tff.federated_computation(float_at_clients)
    def half_more(temperatures):
        return temperatures + 0.5


with show_error():

    @tff.federated_computation(float_at_clients)
    def half_more(temperatures):
        return add_half(temperatures)


with show_error():

    @tff.tensorflow.computation(float_at_clients)
    def mean_in_tensorflow(temperatures):
        return tff.federated_mean(temperatures)


# %% [markdown] key="read_two_languages"
# 1. `unsupported operand type(s) ... 'Value'`: a calculation outside TensorFlow, on the stand-in.
#    Put it into a TensorFlow computation and map that.
# 2. `not assignable`: `add_half` was called on a federated value; it knows no placement.
#    `federated_map` was forgotten.
# 3. `can accept only parameter types ...`: the reverse, a TensorFlow computation with a federated
#    type.

# %% [markdown] key="operators"
# ## Down, up, and what leaves a client
#
# TFF has few operators. It lists them itself:

# %% [markdown] key="teach_operators" kind="instructor" minutes=26 saves=3 skips="initial_weights"
# **What people get wrong.** They conclude that what is aggregated is private. The last code cell of
# this section is there to take that away: an aggregation that lists, and a mean of one. They also
# forget the broadcast, or average first and compare the mean with the threshold. And a wrong
# definition stops the cell before the check: show early how to read the last line.
#
# **Ask the room.** Which operators would you let a stranger run over your phone? (There is no right
# list. A good answer asks how many take part and what is summed, not what the operator is called.)
#
# **When time is short.** Leave out federated_eval; then explain it at the start of lesson {{averaging_by_hand}}, whose
# first cell needs it. Do not cut the share above a threshold: it is the shape of a round.

# %% key="operator_names"
prefix = "federated_"
names = [
    name.removeprefix(prefix) for name in dir(tff) if name.startswith(prefix)
]
print(textwrap.fill(", ".join(names), 80))

# %% [markdown] key="operator_table"
# `computation` is the decorator; `select` fetches parts of a large model; the three `secure_` ones
# come at the end of this section. The others:
#
# | operator | moves | gives |
# |---|---|---|
# | `federated_value(v, place)` | | a constant at a placement |
# | `federated_eval(f, place)` | | what a computation without arguments gives, run at a placement |
# | `federated_map(f, x)` | stays | `f` applied where `x` is |
# | `federated_zip((x, y))` | stays | two values of one place as one value of pairs |
# | `federated_broadcast(x)` | down | the server's value, at every client |
# | `federated_sum(x)` | up | the sum over the clients |
# | `federated_mean(x, weight)` | up | the mean over the clients, weighted if you give a weight |
# | `federated_min(x)`, `federated_max(x)` | up | the smallest and the largest |
# | `federated_aggregate(x, ...)` | up | an aggregation of your own |
#
# Several results make a structure.


# %% key="overview"
@tff.federated_computation(float_at_clients)
def overview(temperatures):
    one_each = tff.federated_value(1, tff.CLIENTS)
    return collections.OrderedDict(
        coldest=tff.federated_min(temperatures),
        warmest=tff.federated_max(temperatures),
        homes=tff.federated_sum(one_each),
    )


print(overview.type_signature)
for name, value in overview(temperatures).items():
    print(f"{name}: {value:.4g}")

# %% [markdown] key="read_overview"
# Three values at the server, in a structure with names. The last shows how a program counts its
# clients: a 1 at each of them, added up.
#
# ### There and back
#
# Most programs go down and up. Here the server knows a reference temperature. Every home finds out
# by how much it deviates, and the server gets the mean deviation.


# %% key="mean_deviation"
@tff.tensorflow.computation(np.float32, np.float32)
def minus(a, b):
    return a - b


@tff.federated_computation(float_at_clients, float_at_server)
def mean_deviation(temperatures, reference):
    at_clients = tff.federated_broadcast(reference)
    print("recording; at_clients:", at_clients.type_signature)
    pairs = tff.federated_zip((temperatures, at_clients))
    deviations = tff.federated_map(minus, pairs)
    return tff.federated_mean(deviations)


print(minus.type_signature)
print(mean_deviation.type_signature)
print(f"mean deviation from 20.0: {mean_deviation(temperatures, 20.0):.1f}")

# %% key="deviation_figure"
plotting.placement_diagram(
    [
        {"reference": "20.0", "temperatures": ["19.0", "20.5", "23.5"]},
        {"pairs": ["19.0, 20.0", "20.5, 20.0", "23.5, 20.0"]},
        {"deviations": ["-1.0", "0.5", "3.5"]},
        {"mean deviation": "1.0"},
    ],
    [
        ("reference", "federated_broadcast", "pairs"),
        ("temperatures", "federated_zip", "pairs"),
        ("pairs", "federated_map\n(minus)", "deviations"),
        ("deviations", "federated_mean", "mean deviation"),
    ],
    types={
        "reference": "float32@SERVER",
        "temperatures": "{float32}@CLIENTS",
        "pairs": "{<float32,float32>}@CLIENTS",
        "deviations": "{float32}@CLIENTS",
        "mean deviation": "float32@SERVER",
    },
    client_names=["home 1", "home 2", "home 3"],
    title="What mean_deviation does",
)

# %% [markdown] key="read_deviation_figure"
# Read it from left to right. The box at the top is the server, each strip below it one home. The
# blue arrow is the broadcast: 20.0 goes down, and every home puts it beside its own temperature.
# (The type of `at_clients` has no braces: after a broadcast all homes hold the same number.) The
# black arrows stay within a strip: each home does its own subtraction. Then look for arrows that
# lead from the homes up to the server. There is one, the dashed one. All that the *server* gets is
# what arrives at its head. The deviations stay at the homes. The program could aggregate them
# again, but that would be another dashed arrow, for all to see.
#
# `federated_map` zips by itself, so `federated_map(minus, (temperatures, at_clients))` is enough.

# %% [markdown] key="task_weighted"
# ### Exercise: weighted average temperature
#
# Home 1 has measured ten times, home 2 six times and home 3 twice. A mean over all *measurements*
# has to count a home as often as it has measured.
#
# **Your task.** Write `weighted_average`, a federated computation of two arguments: the homes'
# temperatures, `{float32}@CLIENTS`, and their numbers of measurements, `{int32}@CLIENTS`. It gives
# the mean of the temperatures weighted by the numbers, `float32@SERVER`. The second type has a name
# already, `counts_at_clients`. Put a decorator and a function in the place of the line with the
# dots.
#
# TFF checks your definition before our check can. If it refuses, the cell stops with a long
# traceback: read its **last line**, and the deepest frame that is one of your own lines. What the
# last lines mean stands under *Errors, and what they mean* (look there now if you like). To go on
# without an answer, run `weighted_average = ex.weighted_average.check()` in a cell of its own.

# %% key="ex_weighted_average" kind="exercise" exercise="weighted_average"
counts_at_clients = tff.FederatedType(np.int32, tff.CLIENTS)


# blank: weighted_average = ...
@tff.federated_computation(float_at_clients, counts_at_clients)
def weighted_average(temperatures, counts):
    return tff.federated_mean(temperatures, counts)


# end blank

weighted_average = ex.weighted_average.check(weighted_average)

# %% key="show_weighted"
measured = [10, 6, 2]
print(f"mean of the homes:        {average_temperature(temperatures):.1f}")
print(
    f"mean of the measurements: {weighted_average(temperatures, measured):.1f}"
)

# %% [markdown] key="read_weighted"
# One degree apart: the warm home counts as much as the others on the first line, and hardly on the
# second. In Federated Averaging the values are model updates and the weights numbers of examples
# (lesson {{federated_averaging}}). No list of the weights arrives at the server.

# %% [markdown] key="task_share"
# ### Exercise: the share above a threshold
#
# The server chooses a threshold and wants to know which share of the homes is **warmer** than that.
# No home shall tell its temperature: each compares for itself, and only what comes out of that goes
# into an aggregation.
#
# **Your task.** Write `share_above`, a federated computation with the temperatures,
# `{float32}@CLIENTS`, and the threshold, `float32@SERVER`, as arguments in this order. It gives a
# share between 0 and 1, `float32@SERVER`. A home exactly at the threshold is not above it.
#
# You need a TensorFlow computation as well. `federated_mean` takes no booleans; `tf.cast(b,
# tf.float32)` makes 1.0 of true and 0.0 of false. (Refused? The last line says why; `share_above =
# ex.share_above.check()` goes on without an answer.)


# %% key="ex_share_above" kind="exercise" exercise="share_above"
# blank: share_above = ...
@tff.tensorflow.computation(np.float32, np.float32)
def is_above(temperature, threshold):
    return tf.cast(temperature > threshold, tf.float32)


@tff.federated_computation(float_at_clients, float_at_server)
def share_above(temperatures, threshold):
    at_clients = tff.federated_broadcast(threshold)
    return tff.federated_mean(
        tff.federated_map(is_above, (temperatures, at_clients))
    )


# end blank

share_above = ex.share_above.check(share_above)

# %% key="above_average"
for threshold in (18.0, 20.0, 22.0):
    print(
        f"above {threshold:.0f} °C: "
        f"{100 * share_above(temperatures, threshold):.0f} %"
    )


@tff.federated_computation(float_at_clients)
def share_above_average(temperatures):
    return share_above(temperatures, average_temperature(temperatures))


print(f"above their average: {100 * share_above_average(temperatures):.0f} %")

# %% [markdown] key="read_above_average"
# Computations are called inside others like functions. The last one goes up, down, and up again:
# the average comes up, `share_above` sends it down as its threshold, and the share comes up. Its
# second half is the path of a round of training: weights down, updates up.
#
# ### Values that begin at the server
#
# A training process begins with a model at the server, which nobody hands over. `federated_value`
# places a constant, made once, like the limit above. What has to be *computed*, at every call, goes
# through `federated_eval`, which runs a TensorFlow computation at a placement.


# %% key="initial_weights"
@tff.tensorflow.computation
def zero_weights():
    return tf.zeros([784, 10]), tf.zeros([10])


@tff.federated_computation
def initialize():
    return tff.federated_eval(zero_weights, tff.SERVER)


print(initialize.type_signature)

# %% [markdown] key="read_initial_weights"
# Nothing to the left of the arrow; at the server a matrix and a vector, the weights of the softmax
# model. Lesson {{federated_averaging}}'s `initialize` gave them too, as a part of its state. There is no `tf.Variable`:
# what changes goes in as an argument and comes out as a result. Lesson {{averaging_by_hand}} trains in that way, and in
# lesson {{make_it_your_own}} the server hands its optimizer's memory from round to round.
#
# ### What leaves a client
#
# From the clients to the server lead only the aggregations (and the keys with which clients ask
# `select` for parts of a model, which we don't use), and what arrives is their result. No operator
# gives the server the list of the clients' values. To know what a program learns about its clients,
# one reads its aggregations and what goes into them.
#
# But a narrow way is not a guarantee. Here are two programs. Before you run them: what will the
# server know of the homes after each?


# %% key="what_leaves"
@tff.tensorflow.computation(np.str_, np.float32)
def append(text, temperature):
    return tf.strings.join(
        [text, tf.strings.as_string(temperature, precision=1)], " "
    )


@tff.tensorflow.computation(np.str_, np.str_)
def join(one_text, other_text):
    return tf.strings.join([one_text, other_text])


@tff.tensorflow.computation(np.str_)
def as_it_is(text):
    return text


@tff.federated_computation(float_at_clients)
def everything(temperatures):
    return tff.federated_aggregate(temperatures, "", append, join, as_it_is)


listed = sorted(everything(temperatures).decode().split())
print(f"{everything.type_signature}: {', '.join(listed)}")
print(
    f"{average_temperature.type_signature}: "
    f"{average_temperature(temperatures[2:]):.1f}"
)

# %% [markdown] key="read_what_leaves"
# The first is an aggregation of our own, which writes every temperature on a list. After the
# clients' values, `federated_aggregate` takes a start value, which has the type of the *state*
# (here a string), and three functions:
#
# - `append`, (state, one client's value) → state, takes in one more client;
# - `join`, (state, state) → state, puts two partial results together;
# - `as_it_is`, state → result, is applied once, at the end.
#
# Clients come in any order (so we sort), and a result should not depend on it. The second program
# is the harmless average, asked of *one* home: the mean of one value is that value.
#
# And the language says what arrives, not how a system gets there. In a plain one, every home sends
# its number to a machine of the server's, which adds them up. That this machine sees no single
# number either takes **secure aggregation** (the `secure_` operators, which our simulator does not
# run). Against programs like `everything`, and means over one client, deployed systems check what
# is aggregated, ask for a minimum number of clients, and add the noise of **differential privacy**.

# %% [markdown] key="sequences"
# ## Clients with many examples
#
# A thermometer measures more than once, a writer writes many digits. A client's dataset has a
# **sequence type**, `int32*` for a dataset of integers. In a TensorFlow computation it is a
# `tf.data.Dataset`, and its `reduce` makes one value of it: it begins with an initial state and
# passes state and element to a function that gives the next state.

# %% [markdown] key="teach_sequences" kind="instructor" minutes=15 saves=2 skips="ink"
# **What people get wrong.** A `for` loop over the dataset in the body of a TensorFlow computation.
# It raises, because the dataset has no elements yet while the body is traced. `reduce` is the loop.
# Others count batches for examples once the data is batched; lesson {{averaging_by_hand}} counts the rows instead.
#
# **Ask the room.** Mean and number of examples leave each writer. Why not only the mean? (Without
# the number the server can't weight; with two sums it could even do without the mean.)
#
# **When time is short.** The ink can be skipped. Keep the structure of mean and count: the client's
# answer in lesson {{averaging_by_hand}} has this form.


# %% key="count_sevens"
@tff.tensorflow.computation(tff.SequenceType(np.int32))
def count_sevens(labels):
    return labels.reduce(
        0, lambda count, label: count + tf.cast(tf.equal(label, 7), tf.int32)
    )


print(
    f"{count_sevens.type_signature}: "
    f"{count_sevens([7, 1, 7, 4])} in the list 7, 1, 7, 4"
)

# %% [markdown] key="read_count_sevens"
# The initial state is 0; every label adds 1 if it is a 7 and 0 otherwise. (Why `tf.equal` and not
# `==`, the section on errors shows.) The state comes first, the element second, and the state has
# to keep its type. For a sequence you may hand over a list, as here, or a dataset.
#
# Now the writers: each counts its own 7s, and the server gets the sum.


# %% key="sevens_of_all"
@tff.federated_computation(
    tff.FederatedType(tff.SequenceType(np.int32), tff.CLIENTS)
)
def sevens_of_all(labels):
    return tff.federated_sum(tff.federated_map(count_sevens, labels))


labels_of_writers = [
    writer.map(lambda example: example["label"]) for writer in writers
]
print(f"{sevens_of_all.type_signature}: {sevens_of_all(labels_of_writers)}")

counted = sum(counts[7] for counts in data.label_counts(train).values())
print(f"counted in one place: {counted}")

# %% [markdown] key="errors_python"
# ### Python where TensorFlow is wanted
#
# Three more programs that are refused. Find the mistake in each before you run the cell.

# %% key="python_inside"
with show_error():

    @tff.tensorflow.computation(np.float32, np.float32)
    def warmer(temperature, threshold):
        return 1.0 if temperature > threshold else 0.0


with show_error():

    @tff.tensorflow.computation(tff.SequenceType(np.int32))
    def count_all(labels):
        return sum(1 for label in labels)


with show_error():

    @tff.tensorflow.computation(tff.SequenceType(np.int32))
    def count_sevens_too(labels):
        return labels.reduce(0, lambda count, label: count + tf.equal(label, 7))


# %% [markdown] key="read_python_inside"
# 1. `Using a symbolic tf.Tensor as a Python bool`: an `if` would be decided once, while tracing.
#    Use `tf.where` or `tf.cast`.
# 2. `only supports Python-style iteration in eager mode`: a dataset that is traced has no elements
#    yet. Use `reduce`. (`len(labels)` is refused in nearly the same words.)
# 3. An error in a function of `map` or `reduce` begins with `in user code:` and has its cause in
#    the **last** line. Here a boolean is added to an integer; `tf.cast` is missing.
#
# Not run here: `The function defined on line ... of file ... returned None`. The file named is
# TFF's, not yours: it is your function that lacks a `return`.

# %% [markdown] key="task_count"
# ### Exercise: count the examples of all clients
#
# **Your task.** Write `count_examples`, a federated computation that takes the datasets of the
# writers, a value of your `writers_type`, and gives how many examples they have together, an
# integer at the server. You need a TensorFlow computation as well; it takes the dataset of one
# client, whose type is `writers_type.member`. In the writers' data an element is a dict; you need
# not look into it to count it. (Refused? The last line says why; `count_examples =
# ex.count_examples.check()` goes on without an answer.)


# %% key="ex_count_examples" kind="exercise" exercise="count_examples"
# blank: count_examples = ...
@tff.tensorflow.computation(writers_type.member)
def count(examples):
    return examples.reduce(0, lambda number, example: number + 1)


@tff.federated_computation(writers_type)
def count_examples(datasets):
    return tff.federated_sum(tff.federated_map(count, datasets))


# end blank

count_examples = ex.count_examples.check(count_examples)

# %% key="counted" result=true
print(
    f"{count_examples(writers):,} images of {len(writers)} writers, "
    "one number at the server"
)

# %% [markdown] key="structures"
# ### Structures: a mean and its weight
#
# The weighted average above was handed the homes' means and counts. Now every home makes them from
# its measurements. A computation gives one result; two numbers make a structure. The state of a
# `reduce` may be a tuple, too: then the function gets a tuple and gives one.


# %% key="summary_of"
@tff.tensorflow.computation(tff.SequenceType(np.float32))
def summary_of(measurements):
    total, count = measurements.reduce(
        (0.0, 0), lambda state, value: (state[0] + value, state[1] + 1)
    )
    mean = tf.math.divide_no_nan(total, tf.cast(count, tf.float32))
    return collections.OrderedDict(mean=mean, count=count)


@tff.federated_computation(
    tff.FederatedType(tff.SequenceType(np.float32), tff.CLIENTS)
)
def mean_of_measurements(measurements):
    summaries = tff.federated_map(summary_of, measurements)
    print("recording; summaries:", summaries.type_signature)
    return tff.federated_mean(summaries.mean, summaries.count)


homes = {
    "home 1": [18.1, 18.4, 18.6, 18.8, 18.9, 19.1, 19.2, 19.4, 19.6, 19.9],
    "home 2": [19.8, 20.1, 20.4, 20.6, 20.9, 21.2],
    "home 3": [23.1, 23.9],
}
print(mean_of_measurements.type_signature)
print(
    "mean of the measurements: "
    f"{mean_of_measurements(list(homes.values())):.1f}"
)

# %% [markdown] key="read_summary_of"
# `summaries` is a federated value of structures: at every client a mean and a count. Its parts are
# reached by name, `summaries.mean` (without names by number, `pairs[0]`); each is a federated value
# again. An aggregation also takes a structure whole: one `federated_mean` averages all the weight
# matrices of a model.
#
# A home without a measurement has no mean. 0 / 0 would give NaN, and NaN times the weight 0 is NaN,
# so one empty client would spoil the mean of all. `divide_no_nan` gives 0 there. This is right only
# for the *weighted* mean, where the 0 has weight 0. In an unweighted mean an empty client now
# counts as a real 0: weight by the count, or by 1.0 for a client with data and 0.0 for one
# without.

# %% key="homes_figure"
plotting.client_values(
    homes,
    lines={
        "mean of the homes": float(average_temperature(temperatures)),
        "mean of the measurements": float(
            mean_of_measurements(list(homes.values()))
        ),
    },
    x_label="temperature (°C)",
    y_label="home",
    value_label="one measurement",
    mean_label="mean of a home",
    count_label="count",
)

# %% [markdown] key="read_homes_figure"
# Each row is a home, each dot a measurement, each diamond what the home reports, with its count at
# the right; the height within a row means nothing. The dashed line is the mean of the diamonds:
# home 3 pulls it to 21.0 °C with two measurements. The full line weights the diamonds by the counts
# and is where the mean of all dots is, at 20.0 °C, although no dot has left its home.
#
# *May be skipped:* the same for the writers, with a new quantity, the **ink** of an image: the
# share of its area that is black. All our writers have images, so an unweighted mean does no harm.
# The threshold is a little above the mean.


# %% key="ink"
@tff.tensorflow.computation(writers_type.member)
def ink_of(examples):
    inks = examples.map(lambda example: tf.reduce_mean(1 - example["pixels"]))
    return summary_of(inks)


@tff.federated_computation(writers_type)
def ink(datasets):
    summaries = tff.federated_map(ink_of, datasets)
    return collections.OrderedDict(
        mean=tff.federated_mean(summaries.mean),
        weighted=tff.federated_mean(summaries.mean, summaries.count),
        above=share_above(
            summaries.mean, tff.federated_value(0.158, tff.SERVER)
        ),
    )


result = ink(writers)
print(f"mean of the writers: {100 * result['mean']:.2f} %")
print(f"mean of the images:  {100 * result['weighted']:.2f} %")
print(
    f"above 15.8 %: {result['above'] * len(writers):.0f} of {len(writers)} "
    "writers"
)

inks = [
    (1 - data.pool(train, [name])[0]).mean(axis=(1, 2))
    for name in train.client_ids
]
spread_of_images = np.mean([values.std() for values in inks])
spread_of_means = np.std([values.mean() for values in inks])
by_chance = np.mean([values.std() / np.sqrt(len(values)) for values in inks])
print(
    "standard deviation of a writer's images: "
    f"{100 * spread_of_images:.1f} points"
)
print(
    f"of the writers' means: {100 * spread_of_means:.2f}; "
    f"by chance alone {100 * by_chance:.2f}"
)

# %% [markdown] key="read_ink"
# Both means are the same: with about a hundred images a writer, weights hardly matter. The last two
# lines read every image, which only a simulation can. If all writers used ink alike, their means
# would still differ by chance, with a standard deviation of 0.17 points; it is 0.40. So writers do
# differ in ink, but much less than images do.

# %% [markdown] key="errors"
# ## Errors, and what they mean
#
# TFF checks types when a function is **defined**, before any data is there. What passes can still
# fail when it is **called**, if the data do not fit the type. You have met two kinds of mistakes,
# under *Two languages mixed up* and *Python where TensorFlow is wanted*; here are the others. Use
# this section to look things up; only the exercise at its end is to be done. Or make a game of it:
# cover the list below each output, and say what each message asks of you before you look.
#
# ### The wrong place or the wrong type

# %% [markdown] key="teach_errors" kind="instructor" minutes=7 saves=2
# **What people get wrong.** They read the last frame of a traceback inside TFF. Read the last line,
# look for two types or two placements in it, and ask which of the two you expected.
#
# **Ask the room.** Why is it worth so much that most errors come before the call? (In a federation
# the call runs on other people's devices, for hours. A type error should not be found there.)
#
# **When time is short.** Run the cells without discussion. Keep the exercise: it is the first
# calculation at the server, which lesson {{averaging_by_hand}} needs.


# %% key="wrong_place"
with show_error():

    @tff.federated_computation(float_at_server)
    def mean_of_one(reference):
        return tff.federated_mean(reference)


with show_error():

    @tff.federated_computation(float_at_clients, float_at_server)
    def deviations(temperatures, reference):
        return tff.federated_map(minus, (temperatures, reference))


# %% key="wrong_type"
with show_error():

    @tff.federated_computation(counts_at_clients)
    def half_more(counts):
        return tff.federated_map(add_half, counts)


with show_error():

    @tff.federated_computation(counts_at_clients)
    def average_count(counts):
        return tff.federated_mean(counts)


# %% [markdown] key="read_wrong_place"
# 1. `should be placed at CLIENTS`: an aggregation of a value that is at the server already.
# 2. `got a <{float32}@CLIENTS,float32@SERVER>`: two values of different places can't be zipped. The
#    server's has to be broadcast first.
# 3. `expects a parameter of type float32`: the computation that is mapped takes a float32, the
#    clients have int32. TFF converts nothing by itself; `tf.cast` does, in a TensorFlow
#    computation.
# 4. `not compatible with the average operator`: a mean of integers need not be an integer.
#
# ### Data that do not fit the type

# %% key="wrong_data"
with show_error():
    average_temperature([19, 20, 23])
with show_error():
    average_temperature(21.0)
with show_error():
    weighted_average(temperatures, [10, 6])
with show_error():
    sevens_of_all([tf.data.Dataset.range(3)])


@tff.tensorflow.computation(np.int32, np.int32)
def whole_mean(total, count):
    return total // count


with show_error():
    whole_mean(0, 0)

# %% [markdown] key="read_wrong_data"
# 1. `Failed to serialize`: Python integers where float32 is wanted. Write 19.0.
# 2. `Expected non-all-equal value`: a value `{...}@CLIENTS` is a list, also for one client:
#    `[21.0]`. (Tuples are refused like NumPy arrays, although the message names them.)
# 3. `Conflicting cardinalities`: one list says three clients, the other two.
# 4. `Cannot serialize dataset`: its elements are int64, as `range` makes them, and not int32.
# 5. `Failed to run computation`: the calculation itself failed, in the worker. (Without this
#    course's `setup`, TFF raises a long `_InactiveRpcError`; this line is in `error.details()`.)
#
# The worst mistakes raise nothing. Before you run the cell: what will each line print?

# %% key="silent"
print(f"no client:       {average_temperature([]):.1f}")
print(f"no weight:       {weighted_average(temperatures, [0, 0, 0]):.1f}")
print(f"one broken home: {average_temperature([19.0, 20.5, float('nan')]):.1f}")
print(f"coldest of none: {overview([])['coldest']:.1e}")


@tff.tensorflow.computation(np.int32)
def is_seven(label):
    return tf.equal(label, 7), label == 7


print("7 is a 7:        {} by tf.equal, {} by ==".format(*is_seven(7)))

# %% [markdown] key="read_silent"
# A mean over nobody, weights that are all zero, and one bad value among good ones: NaN in all three
# cases. The smallest of no values is the largest float32 there is. In a training loop you would
# notice rounds later, when the loss is NaN.
#
# And `==`. In ordinary TensorFlow 2 `tensor == 7` compares values, and so does the same lambda in a
# `dataset.map` outside TFF. TFF records into a plain graph, in which `==` asks whether two Python
# objects are the same one, here and in the functions of `map` and `reduce`. The False is then a
# constant of the program, whatever the label. Write `tf.equal` and `tf.not_equal`; `<` and `>` are
# safe.
#
# ### Exercise: mend a type error
#
# How far apart are the warmest and the coldest home? This program is refused.

# %% key="broken_spread"
with show_error():

    @tff.federated_computation(float_at_clients)
    def spread(temperatures):
        warmest = tff.federated_max(temperatures)
        coldest = tff.federated_min(temperatures)
        return warmest - coldest


# %% [markdown] key="task_spread"
# **Your task.** Write `spread` so that it is accepted: a federated computation that takes the
# temperatures, `{float32}@CLIENTS`, and gives the difference between the highest and the lowest,
# `float32@SERVER`. You may use what this lesson has defined. (`spread = ex.spread.check()` goes on
# without an answer.)


# %% key="ex_spread" kind="exercise" exercise="spread"
# blank: spread = ...
@tff.federated_computation(float_at_clients)
def spread(temperatures):
    warmest = tff.federated_max(temperatures)
    coldest = tff.federated_min(temperatures)
    return tff.federated_map(minus, (warmest, coldest))


# end blank

spread = ex.spread.check(spread)

# %% key="show_spread"
print(f"{spread.type_signature}: {spread(temperatures):.1f}")

# %% [markdown] key="map_to_fedavg"
# ## What all this is for
#
# You now have every part of Federated Averaging. Lesson {{averaging_by_hand}} puts them together:
#
# | stage of a round | operator | where |
# |---|---|---|
# | before the first round: make the weights | `federated_eval` | server |
# | 1. send the weights to the cohort | `federated_broadcast` | down |
# | 2. each client trains on its dataset | `federated_map` of a TensorFlow computation | clients |
# | 3. average the updates | `federated_mean`, weighted or not | up |
# | 4. apply the mean | `federated_map` of a TensorFlow computation over weights and mean | server |

# %% [markdown] key="teach_map_to_fedavg" kind="instructor" minutes=3
# **What people get wrong.** They look for the loop over rounds in this figure. It is plain Python
# outside of it, as in lesson {{federated_averaging}}: one call is one round.
#
# **Ask the room.** Which arrow would you change to send less? To be more private? To serve new
# clients better? (Each idea of lesson {{make_it_your_own}} changes one arrow.)

# %% key="fedavg_figure"
plotting.placement_diagram(
    [
        {"weights": "$w$", "dataset": [f"$D_{k}$" for k in (1, 2, 3)]},
        {"pairs": [f"$D_{k}, w$" for k in (1, 2, 3)]},
        {"updates": [rf"$\Delta_{k}, n_{k}$" for k in (1, 2, 3)]},
        {"mean update": r"$\Delta$"},
        {"new weights": r"$w + \eta\,\Delta$"},
    ],
    [
        ("weights", "federated_broadcast", "pairs"),
        ("dataset", "federated_zip", "pairs"),
        ("pairs", "federated_map\n(client update)", "updates"),
        ("updates", "federated_mean", "mean update"),
        ("weights", "federated_map", "new weights"),
        ("mean update", "", "new weights"),
    ],
    title="One round of Federated Averaging",
)

# %% [markdown] key="read_fedavg_figure"
# It is the figure of the mean deviation with other boxes. The weights $w$ go down and meet each
# client's dataset $D_k$. The client's calculation, there a subtraction, is now training: it gives a
# model update $\Delta_k$ and a number of examples $n_k$, like our mean and count. One dashed arrow
# leads up to the server, with the weighted mean $\Delta$ at its head. Two black arrows end at the
# new weights: the last `federated_map` takes a pair, $w$ and $\Delta$, like the one in your
# `spread`. Its TensorFlow computation gets both as arguments (for a model, two structures of the
# same type), multiplies $\Delta$ by the server learning rate $\eta$ and adds it to $w$: the weights
# of the next round.

# %% [markdown] key="questions" kind="questions"

# %% [markdown] key="summary"
# ## What you now know
#
# - A federated value has a part at every client, `{float32}@CLIENTS`, or is at the server,
#   `float32@SERVER`. Placements are roles: no program names a single client.
# - A decorated body is traced once. What is to vary comes in as an argument; what is to be computed
#   at every call goes through `federated_eval` or `federated_map`.
# - Operators outside, tensors inside: `federated_map` takes a TensorFlow computation, which has no
#   placement, to where its argument is.
# - Broadcast goes down, aggregations go up. The server learns what the aggregations give. That can
#   be much if few clients take part, or if an aggregation keeps everything.
# - `reduce` makes one value of a dataset; a structure carries several, such as a mean and its
#   weight.
# - Type errors come at the definition, data errors at the call, and NaN without an error.
#
# ## To talk about
#
# 1. What changes in the type of `share_above` if every home chooses its own threshold? And what in
#    what the server learns?
# 2. The server asks the same homes for `share_above` again and again and chooses the thresholds.
#    What does it know in the end? What would stop it?
# 3. Which of a hospital's numbers would you let leave as a sum over ten hospitals, and which not
#    even so?
# 4. TFF has no operator by which clients talk to each other. What could one do with it, and what
#    would it cost?
#
# ## Further reading
#
# - K. Bonawitz et al., "Towards Federated Learning at Scale: System Design", MLSys 2019,
#   arXiv:1902.01046. What runs where in a deployment, and what happens when clients drop out.
# - D. Ramage and S. Mazzocchi, "Federated Analytics: Collaborative Data Science without Data
#   Collection", Google AI Blog, 2020. Counts, shares and means as in this lesson, in practice.
# - K. Bonawitz et al., "Practical Secure Aggregation for Privacy-Preserving Machine Learning",
#   ACM CCS 2017. How a server learns a sum and nothing else.
# - K. Rush, Z. Charles and Z. Garrett, "FAX: Scalable and Differentiable Federated Primitives in
#   JAX", 2024, arXiv:2403.07128. The same few operators in another language.
