"""Answers to `clipped_sum`, as learners write them."""

import numpy as np

from tests.exercises import keeping
from tests.exercises.cases import Case


def norm_of(update):
    return np.sqrt(sum(np.sum(part**2) for part in update))


def by_loops(updates, clip_norm):
    kernel, bias = 0, 0
    for update in updates:
        scale = min(1.0, clip_norm / max(norm_of(update), 1e-12))
        kernel = kernel + scale * update[0]
        bias = bias + scale * update[1]
    return kernel, bias


def in_tensorflow(updates, clip_norm):
    import tensorflow as tf

    clipped = [tf.clip_by_global_norm(update, clip_norm)[0] for update in updates]
    return [tf.add_n(parts) for parts in zip(*clipped, strict=True)]


def with_if(updates, clip_norm):
    clipped = []
    for update in updates:
        norm = norm_of(update)
        clipped.append([part * clip_norm / norm for part in update] if norm > clip_norm else update)
    return [np.sum(parts, axis=0) for parts in zip(*clipped, strict=True)]


def in_place(updates, clip_norm):
    total = updates[0]
    for update in updates:
        scale = min(1.0, clip_norm / max(norm_of(update), 1e-12))
        for part in update:
            part *= scale
    for update in updates[1:]:
        for so_far, part in zip(total, update, strict=True):
            so_far += part
    return total


def each(clip):
    """Clips each update by a rule of its own, and sums."""

    def clipped_sum(updates, clip_norm):
        clipped = [clip(update, clip_norm) for update in updates]
        return [sum(parts) for parts in zip(*clipped, strict=True)]

    return lambda: clipped_sum


def scaled(update, factor):
    return [factor * part for part in update]


def shortened(update, bound):
    return scaled(update, min(1.0, bound / max(norm_of(update), 1e-12)))


def by_factor(norm):
    return each(lambda update, bound: scaled(update, min(1.0, bound / (norm(update) + 1e-9))))


def keeping_the_first_bound(updates, clip_norm, kept=[]):  # noqa: B006
    kept.append(clip_norm)
    return by_loops(updates, kept[0])


def dividing_by_zero(update, bound):
    with np.errstate(all="ignore"):
        return scaled(update, np.float32(min(bound, norm_of(update))) / norm_of(update))


def by_one_norm(norm):
    def clipped_sum(updates, clip_norm):
        scale = min(1.0, clip_norm / max(norm(updates), 1e-12))
        return scaled([sum(parts) for parts in zip(*updates, strict=True)], scale)

    return lambda: clipped_sum


def factor_kept(updates, clip_norm):
    kernel, bias, scale = 0, 0, 1.0
    for update in updates:
        if norm_of(update) > clip_norm:
            scale = clip_norm / norm_of(update)
        kernel = kernel + scale * update[0]
        bias = bias + scale * update[1]
    return kernel, bias


def short_left_out(updates, clip_norm):
    total = [np.zeros_like(part) for part in updates[0]]
    for update in updates:
        if norm_of(update) > clip_norm:
            total = [a + b for a, b in zip(total, shortened(update, clip_norm), strict=True)]
    return total


def bias_inside(updates, clip_norm):
    kernel, bias = (np.zeros_like(part) for part in updates[0])
    for update in updates:
        clipped = shortened(update, clip_norm)
        kernel = kernel + clipped[0]
        if norm_of(update) > clip_norm:
            bias = bias + clipped[1]
    return kernel, bias


def on_the_way(updates, clip_norm):
    total = [np.zeros_like(part) for part in updates[0]]
    for update in updates:
        total = shortened([a + b for a, b in zip(total, update, strict=True)], clip_norm)
    return total


def with_another_factor(updates, clip_norm):
    factors = [min(1.0, clip_norm / max(norm_of(update), 1e-12)) for update in updates]
    factors = factors[1:] + factors[:1]
    clipped = [scaled(update, f) for update, f in zip(updates, factors, strict=True)]
    return [sum(parts) for parts in zip(*clipped, strict=True)]


CASE = Case(
    right={
        "loops": lambda: by_loops,
        "tensorflow": lambda: in_tensorflow,
        "with if": lambda: with_if,
    },
    wrong={
        "not_a_tuple": lambda: lambda updates, clip_norm: 1.0,
        "wrong_number": lambda: lambda updates, clip_norm: [by_loops(updates, clip_norm)[0]],
        "wrong_shape": lambda: lambda updates, clip_norm: [1.0, 2.0],
        "not_summed": lambda: (
            lambda updates, clip_norm: [shortened(update, clip_norm) for update in updates]
        ),
        "not_clipped": each(lambda update, bound: update),
        "sum_clipped": lambda: (
            lambda updates, clip_norm: shortened(
                [sum(parts) for parts in zip(*updates, strict=True)], clip_norm
            )
        ),
        "mean": lambda: (
            lambda updates, clip_norm: scaled(by_loops(updates, clip_norm), 1 / len(updates))
        ),
        "each_alone": each(lambda update, bound: [shortened([part], bound)[0] for part in update]),
        "elementwise": each(
            lambda update, bound: [np.clip(part, -bound, bound) for part in update]
        ),
        "stretched": each(
            lambda update, bound: scaled(update, bound / max(norm_of(update), 1e-12))
        ),
        "left_out": each(lambda update, bound: scaled(update, norm_of(update) <= bound)),
        "one_factor: of the longest": by_one_norm(lambda updates: max(map(norm_of, updates))),
        "one_factor": by_one_norm(lambda updates: norm_of([p for u in updates for p in u])),
        "factor_kept": lambda: factor_kept,
        "short_left_out": lambda: short_left_out,
        "a_part_of_the_short": lambda: bias_inside,
        "clipped_on_the_way": lambda: on_the_way,
        "wrong_value: the factor of the next": lambda: with_another_factor,
        "wrong_value: fourteen clients": lambda: (
            lambda updates, clip_norm: by_loops(updates[:14], clip_norm)
        ),
        "wrong_value: norms of one digit": by_factor(lambda update: round(norm_of(update), 1)),
        "wrong_value: norms of two digits": by_factor(lambda update: round(norm_of(update), 2)),
        "last_only": lambda: lambda updates, clip_norm: shortened(updates[-1], clip_norm),
        "zero_by_zero": each(dividing_by_zero),
        "changed_given": lambda: in_place,
        "wrong_value": each(
            lambda update, bound: scaled(update, min(1.0, bound / (norm_of(update) ** 2 + 1e-9)))
        ),
        "kernel_alone": each(
            lambda update, bound: scaled(update, min(1.0, bound / (norm_of(update[:1]) + 1e-9)))
        ),
        "wrong_value: by the sum of the norms": by_factor(
            lambda update: sum(np.linalg.norm(part) for part in update)
        ),
        "wrong_value: by the larger norm": by_factor(
            lambda update: max(np.linalg.norm(part) for part in update)
        ),
        "wrong_value: by the spectral norm": by_factor(
            lambda update: np.hypot(*(np.linalg.norm(part, 2) for part in update))
        ),
        "wrong_value: nearly": by_factor(lambda update: norm_of(update) + 0.01),
        "wrong_value: the matrix alone is clipped": each(
            lambda update, bound: [shortened(update, bound)[0], update[1]]
        ),
        "remembers: without the updates": lambda: keeping.without(by_loops, 0),
        "remembers: without the bound": lambda: keeping.without(by_loops, 1),
        "remembers": lambda: keeping_the_first_bound,
    },
    raises={"no such part": lambda: lambda updates, clip_norm: updates[0][2]},
)
