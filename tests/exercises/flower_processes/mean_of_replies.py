"""Answers to `mean_of_replies`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def answered(replies):
    return [reply for reply in replies if "arrays" in reply]


def by_loops(replies, arrays):
    total, count = [np.zeros_like(part) for part in arrays], 0
    for reply in replies:
        if reply.get("error") is not None:
            continue
        count += reply["num-examples"]
        for place, part in enumerate(reply["arrays"]):
            total[place] = total[place] + reply["num-examples"] * part
    if count == 0:
        return arrays
    return [part / count for part in total]


def by_shares(replies, arrays):
    there = answered(replies)
    total = sum(reply["num-examples"] for reply in there)
    if not total:
        return tuple(arrays)
    shares = [reply["num-examples"] / total for reply in there]
    return tuple(
        sum(share * reply["arrays"][place] for share, reply in zip(shares, there, strict=True))
        for place in range(len(arrays))
    )


def with_tensors(replies, arrays):
    import tensorflow as tf

    return [tf.constant(np.float32(part)) for part in by_loops(replies, arrays)]


def by_updates(replies, arrays):
    there = answered(replies)
    if not there:
        return list(arrays)
    counts = [reply["num-examples"] for reply in there]
    return [
        part
        + np.average([reply["arrays"][place] - part for reply in there], axis=0, weights=counts)
        for place, part in enumerate(arrays)
    ]


def plain(replies, arrays, *, weigh=lambda reply: 1, divide=None, nobody=list, some=slice(None)):
    there = answered(replies)[some]
    if not there:
        return nobody(arrays)
    weights = [weigh(reply) for reply in there]
    total = divide(weights, replies) if divide else sum(weights)
    return [
        sum(weight * reply["arrays"][place] for weight, reply in zip(weights, there, strict=True))
        / total
        for place in range(len(arrays))
    ]


def changed(**options):
    return lambda replies, arrays: plain(replies, arrays, **options)


def examples(reply):
    return reply["num-examples"]


def zeros(arrays):
    return [np.zeros_like(part) for part in arrays]


def as_before(replies, arrays):
    parts = [reply.get("arrays", arrays) for reply in replies] or [arrays]
    return [np.mean(column, axis=0) for column in zip(*parts, strict=True)]


def until_one_is_missing(replies, arrays):
    there = []
    for reply in replies:
        if "error" in reply:
            break
        there.append(reply)
    return by_loops(there, arrays)


def into_the_first(replies, arrays):
    there = answered(replies)
    if not there:
        return arrays
    total = there[0]["arrays"]
    for part in total:
        part *= there[0]["num-examples"]
    for reply in there[1:]:
        for part, other in zip(total, reply["arrays"], strict=True):
            part += reply["num-examples"] * other
    return [part / sum(map(examples, there)) for part in total]


def sorting_out(replies, arrays):
    for reply in list(replies):
        if "error" in reply:
            replies.remove(reply)
    return by_loops(replies, arrays)


def unpacking(replies, arrays):
    result = by_loops(replies, arrays)
    for place, reply in enumerate(replies):
        replies[place] = reply.get("arrays")
    return result


def emptying(replies, arrays):
    result = by_loops(replies, arrays)
    for reply in answered(replies):
        reply["arrays"] = None
    return result


def into_arrays(replies, arrays):
    for part, new in zip(arrays, by_loops(replies, arrays), strict=True):
        part[:] = new
    return arrays


def remembering():
    kept = []

    def mean_of_replies(replies, arrays):
        kept.extend(answered(replies))
        return by_loops(kept, arrays)

    return mean_of_replies


def minus(replies, arrays):
    return [new - old for new, old in zip(by_loops(replies, arrays), arrays, strict=True)]


def plus(replies, arrays):
    if not answered(replies):
        return arrays
    return [new + old for new, old in zip(by_loops(replies, arrays), arrays, strict=True)]


CASE = Case(
    right={
        "loops": lambda: by_loops,
        "shares": lambda: by_shares,
        "tensors": lambda: with_tensors,
        "updates": lambda: by_updates,
    },
    wrong={
        "changed_given": lambda: into_the_first,
        "changed_given: list": lambda: sorting_out,
        "changed_given: replies unpacked": lambda: unpacking,
        "changed_given: replies emptied": lambda: emptying,
        "changed_given: arrays": lambda: into_arrays,
        "remembers": remembering,
        "wrong_form": lambda: lambda *given: by_loops(*given)[-1],
        "wrong_form: a number": lambda: lambda *given: np.float64(1),
        "wrong_form: dictionary": lambda: lambda *given: {"arrays": by_loops(*given)},
        "wrong_form: flat": lambda: (
            lambda *given: np.concatenate([np.ravel(part) for part in by_loops(*given)])
        ),
        "wrong_shape": lambda: lambda *given: [np.mean(part) for part in by_loops(*given)],
        "wrong_shape: the first alone": lambda: lambda *given: by_loops(*given)[0],
        "unweighted": lambda: changed(),
        "missing_as_zero": lambda: changed(divide=lambda weights, replies: len(replies)),
        "missing_as_before": lambda: as_before,
        "not_divided": lambda: changed(weigh=examples, divide=lambda weights, replies: 1),
        "not_divided: zeros for nobody": lambda: changed(
            weigh=examples, divide=lambda weights, replies: 1, nobody=zeros
        ),
        "by_clients": lambda: changed(weigh=examples, divide=lambda weights, replies: len(weights)),
        "by_clients: all of them": lambda: changed(
            weigh=examples, divide=lambda weights, replies: len(replies)
        ),
        "plain_sum": lambda: changed(divide=lambda weights, replies: 1),
        "up_to_a_missing_one": lambda: until_one_is_missing,
        "first_reply": lambda: changed(some=slice(1)),
        "last_reply": lambda: changed(some=slice(-1, None)),
        "difference": lambda: minus,
        "added_to_arrays": lambda: plus,
        "zeros_for_nobody": lambda: changed(weigh=examples, nobody=zeros),
        "nothing_for_nobody": lambda: changed(weigh=examples, nobody=lambda arrays: []),
        "nan_for_nobody": lambda: changed(
            weigh=examples, nobody=lambda arrays: [np.nan * part for part in arrays]
        ),
        "wrong_value": lambda: lambda *given: [2 * part for part in by_loops(*given)],
        "wrong_value: without the first": lambda: changed(weigh=examples, some=slice(1, None)),
        "wrong_value: by roots": lambda: changed(weigh=lambda reply: reply["num-examples"] ** 0.5),
    },
    raises={
        "without a look": lambda: lambda replies, arrays: replies[0]["arrays"],
        "by zero": lambda: (
            lambda replies, arrays: [
                np.average([reply["arrays"][0] for reply in replies], axis=0, weights=[])
            ]
        ),
    },
)
