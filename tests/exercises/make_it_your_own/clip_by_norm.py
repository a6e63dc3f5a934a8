"""Answers to `clip_by_norm`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def clip_with_minimum(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    norm = tf.sqrt(sum(tf.reduce_sum(gradient**2) for gradient in gradients))
    factor = tf.minimum(1.0, max_norm / norm)
    return tuple(factor * gradient for gradient in gradients)


def clip_with_tensorflow(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    clipped, _ = tf.clip_by_global_norm(gradients, max_norm)
    return clipped


def clip_with_if(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    norm = tf.linalg.global_norm(gradients)
    if norm > max_norm:
        return [gradient * max_norm / norm for gradient in gradients]
    return list(gradients)


def clip_in_numpy(gradients, weights, server_weights, max_norm=2.0):
    norm = np.sqrt(sum(np.sum(np.square(gradient)) for gradient in gradients))
    return [np.asarray(gradient) * min(1.0, max_norm / max(norm, 1e-9)) for gradient in gradients]


def times(factor):
    """Scales by what `factor` makes of the norm and the bound."""

    def clip(gradients, weights, server_weights, max_norm=2.0):
        import tensorflow as tf

        scale = factor(tf.linalg.global_norm(gradients), max_norm)
        return tuple(scale * gradient for gradient in gradients)

    return lambda: clip


def mapped(clip_one):
    """Treats each tensor by itself."""

    def clip(gradients, weights, server_weights, max_norm=2.0):
        import tensorflow as tf

        return tuple(clip_one(tf, gradient, max_norm) for gradient in gradients)

    return lambda: clip


def clip_and_norm(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    return tf.clip_by_global_norm(gradients, max_norm)


def clip_zero_badly(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    norm = tf.linalg.global_norm(gradients)
    return tuple(gradient / norm * tf.minimum(norm, max_norm) for gradient in gradients)


def clip_by_sum_of_norms(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    norm = sum(tf.norm(gradient) for gradient in gradients)
    return tuple(tf.minimum(1.0, max_norm / norm) * gradient for gradient in gradients)


def clip_by_drift(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    moved = [w - s for w, s in zip(weights, server_weights, strict=True)]
    factor = tf.minimum(1.0, max_norm / tf.linalg.global_norm(moved))
    return tuple(factor * gradient for gradient in gradients)


def clip_to_two(gradients, weights, server_weights, max_norm=2.0):
    return clip_with_minimum(gradients, weights, server_weights)


def clip_by_matrix(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    factor = tf.minimum(1.0, max_norm / tf.norm(gradients[0]))
    return tuple(factor * gradient for gradient in gradients)


def clip_larger_half(gradients, weights, server_weights, max_norm=2.0):
    return tuple(gradient / 2 for gradient in gradients)


def smaller(one, other):
    import tensorflow as tf

    return tf.minimum(one, other)


def clip_if(is_long):
    """Shortens to the bound if a test says so."""

    def clip(gradients, weights, server_weights, max_norm=2.0):
        import tensorflow as tf

        norm = tf.linalg.global_norm(gradients)
        scale = tf.where(is_long(tf, gradients, norm, max_norm), max_norm / norm, 1.0)
        return tuple(scale * gradient for gradient in gradients)

    return clip


clip_if_one_is_long = clip_if(
    lambda tf, gradients, norm, bound: tf.reduce_max([tf.norm(g) for g in gradients]) > bound
)
clip_if_the_square_is_long = clip_if(lambda tf, gradients, norm, bound: norm**2 > bound)
clip_well_above = clip_if(lambda tf, gradients, norm, bound: norm > 1.1 * bound)
clip_with_where = clip_if(lambda tf, gradients, norm, bound: norm > bound)


def clip_the_matrix(gradients, weights, server_weights, max_norm=2.0):
    return clip_with_minimum(gradients, weights, server_weights, max_norm)[0], gradients[1]


def clip_zero_to_one(gradients, weights, server_weights, max_norm=2.0):
    import tensorflow as tf

    clipped = clip_with_minimum(gradients, weights, server_weights, max_norm)
    is_zero = tf.linalg.global_norm(gradients) == 0.0
    return tuple(tf.where(is_zero, tf.ones_like(part), part) for part in clipped)


def clip_by_first_factor():
    kept = []

    def clip(gradients, weights, server_weights, max_norm=2.0):
        import tensorflow as tf

        kept.append(tf.minimum(1.0, max_norm / tf.linalg.global_norm(gradients)))
        return tuple(kept[0] * gradient for gradient in gradients)

    return clip


def clip_two(gradients, weights, server_weights, max_norm=2.0):
    kernel, bias = gradients
    return clip_with_minimum((kernel, bias), weights, server_weights, max_norm)


def clip_minus_weights(gradients, weights, server_weights, max_norm=2.0):
    clipped = clip_with_minimum(gradients, weights, server_weights, max_norm)
    return tuple(w - g for w, g in zip(weights, clipped, strict=True))


CASE = Case(
    right={
        "with minimum": lambda: clip_with_minimum,
        "with TensorFlow": lambda: clip_with_tensorflow,
        "with where": lambda: clip_with_where,
        "with if, as a list": lambda: clip_with_if,
    },
    wrong={
        "not_a_tuple": lambda: lambda gradients, weights, server_weights: gradients[0],
        "wrong_number": lambda: lambda gradients, weights, server_weights: gradients[:1],
        "wrong_shape": mapped(lambda tf, gradient, bound: tf.reduce_sum(gradient)),
        "with_the_norm": lambda: clip_and_norm,
        "not_clipped": lambda: lambda gradients, weights, server_weights: gradients,
        "upside_down": times(lambda norm, bound: smaller(1.0, norm / bound)),
        "short_ones_too": times(lambda norm, bound: bound / norm),
        "elementwise": mapped(
            lambda tf, gradient, bound: tf.clip_by_value(gradient, -bound, bound)
        ),
        "each_alone": mapped(lambda tf, gradient, bound: tf.clip_by_norm(gradient, bound)),
        "unit_length": times(lambda norm, bound: 1 / norm),
        "other_norm": lambda: clip_by_sum_of_norms,
        "smaller_norm": lambda: clip_by_matrix,
        "norm_of_weights": lambda: clip_by_drift,
        "zero_by_zero": lambda: clip_zero_badly,
        "fixed_bound": lambda: clip_to_two,
        "wrong_value": lambda: clip_larger_half,
        "wrong_value: if one is too long": lambda: clip_if_one_is_long,
        "wrong_value: compared with the square": lambda: clip_if_the_square_is_long,
        "wrong_value: well above only": lambda: clip_well_above,
        "wrong_value: one tensor": lambda: clip_the_matrix,
        "wrong_value: to nine tenths": times(lambda norm, bound: smaller(1.0, 0.9 * bound / norm)),
        "other_default": lambda: lambda g, w, s, max_norm=1.0: clip_with_minimum(g, w, s, max_norm),
        "other_default: longer": lambda: (
            lambda g, w, s, max_norm=5.0: clip_with_minimum(g, w, s, max_norm)
        ),
        "zero_changed": lambda: clip_zero_to_one,
        "wrong_value: weights minus the gradients": lambda: clip_minus_weights,
        "remembers": clip_by_first_factor,
        "fixed_number": lambda: clip_two,
        "not_recorded": lambda: clip_in_numpy,
    },
    raises={"misspelt": lambda: lambda g, w, s: gradient},  # noqa: F821
)
