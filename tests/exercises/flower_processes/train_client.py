"""Answers to `train_client`, as learners write them."""

import numpy as np

from tests.exercises.cases import Case


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def errors_of(kernel, bias, x, y):
    return softmax(x @ kernel + bias) - np.eye(10)[y]


def batches_of(x, y, size):
    for start in range(0, len(y), size):
        yield x[start : start + size], y[start : start + size]


def with_float64(kernel, bias, x, y, rate, batch_size):
    for inputs, labels in batches_of(x.astype(float), y, batch_size):
        errors = errors_of(kernel, bias, inputs, labels) / len(labels)
        kernel = kernel - rate * inputs.T @ errors
        bias = bias - rate * errors.sum(axis=0)
    return kernel, bias


def with_tensorflow(kernel, bias, x, y, rate, batch_size):
    import tensorflow as tf

    weights = [tf.Variable(kernel), tf.Variable(bias)]
    for inputs, labels in batches_of(x, y, batch_size):
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
                labels=labels, logits=inputs @ weights[0] + weights[1]
            )
            loss = tf.reduce_mean(losses)
        for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
            weight.assign_sub(rate * gradient)
    return [weight.numpy() for weight in weights]


def with_a_one_beside(kernel, bias, x, y, rate, batch_size):
    weights = np.vstack([kernel, bias])
    extended = np.hstack([x, np.ones((len(x), 1), np.float32)])
    while len(y):
        inputs, labels = extended[:batch_size], y[:batch_size]
        weights = weights - np.float32(rate) * inputs.T @ (
            softmax(inputs @ weights) - np.eye(10, dtype=np.float32)[labels]
        ) / np.float32(len(labels))
        extended, y = extended[batch_size:], y[batch_size:]
    return weights[:-1], weights[-1]


def naive_softmax(kernel, bias, x, y, rate, batch_size):
    for inputs, labels in batches_of(x, y, batch_size):
        powers = np.exp(inputs @ kernel + bias)
        errors = powers / powers.sum(1)[:, None]
        for row, label in enumerate(labels):
            errors[row, label] -= 1
        kernel = kernel - rate * (inputs.T @ errors) / len(labels)
        bias = bias - rate * errors.mean(0)
    return kernel, bias


def in_place(kernel, bias, x, y, rate, batch_size):
    for inputs, labels in batches_of(x, y, batch_size):
        errors = errors_of(kernel, bias, inputs, labels) / len(labels)
        kernel -= (rate * inputs.T @ errors).astype(np.float32)
        bias -= (rate * errors.sum(axis=0)).astype(np.float32)
    return kernel, bias


def shuffling_given(kernel, bias, x, y, rate, batch_size):
    result = with_float64(kernel, bias, x, y, rate, batch_size)
    y[:] = 0
    return result


def changed(
    *,
    divide=lambda labels, size: len(labels),
    errors=errors_of,
    sign=-1,
    bias_rate=1.0,
    kernel_rate=1.0,
    some=lambda found, size: found,
):
    def train_client(kernel, bias, x, y, rate, batch_size):
        for inputs, labels in some(list(batches_of(x, y, batch_size)), batch_size):
            e = errors(kernel, bias, inputs, labels) / divide(labels, batch_size)
            kernel = kernel + sign * kernel_rate * rate * inputs.T @ e
            bias = bias + sign * bias_rate * rate * e.sum(axis=0)
        return kernel, bias

    return train_client


def at_the_start(kernel, bias, x, y, rate, batch_size):
    new_kernel, new_bias = kernel, bias
    for inputs, labels in batches_of(x, y, batch_size):
        errors = errors_of(kernel, bias, inputs, labels) / len(labels)
        new_kernel = new_kernel - rate * inputs.T @ errors
        new_bias = new_bias - rate * errors.sum(axis=0)
    return new_kernel, new_bias


def one_after_the_other(kernel, bias, x, y, rate, batch_size):
    for inputs, labels in batches_of(x, y, batch_size):
        kernel = kernel - rate * inputs.T @ errors_of(kernel, bias, inputs, labels) / len(labels)
        bias = bias - rate * errors_of(kernel, bias, inputs, labels).mean(axis=0)
    return kernel, bias


def remembering():
    kept = []

    def train_client(kernel, bias, x, y, rate, batch_size):
        kept.append((x, y))
        return with_float64(kernel, bias, *kept[0], rate, batch_size)

    return train_client


CASE = Case(
    right={
        "float64": lambda: with_float64,
        "tensorflow": lambda: with_tensorflow,
        "a one beside": lambda: with_a_one_beside,
        "naive softmax": lambda: naive_softmax,
    },
    wrong={
        "changed_given": lambda: in_place,
        "changed_given: labels": lambda: shuffling_given,
        "remembers": remembering,
        "wrong_form": lambda: lambda *given: with_float64(*given)[0],
        "wrong_form: swapped": lambda: lambda *given: with_float64(*given)[::-1],
        "wrong_form: dictionary": lambda: (
            lambda *given: dict(zip(("kernel", "bias"), with_float64(*given), strict=True))
        ),
        "update": lambda: (
            lambda kernel, bias, *rest: tuple(
                a - b
                for a, b in zip(with_float64(kernel, bias, *rest), (kernel, bias), strict=True)
            )
        ),
        "update_of_server": lambda: (
            lambda kernel, bias, *rest: tuple(
                b - a
                for a, b in zip(with_float64(kernel, bias, *rest), (kernel, bias), strict=True)
            )
        ),
        "one_batch": lambda: (
            lambda kernel, bias, x, y, rate, size: with_float64(kernel, bias, x, y, rate, len(y))
        ),
        "one_by_one": lambda: (
            lambda kernel, bias, x, y, rate, size: with_float64(kernel, bias, x, y, rate, 1)
        ),
        "short_left_out": lambda: changed(
            some=lambda found, size: [batch for batch in found if len(batch[1]) == size]
        ),
        "short_left_out: not a single one": lambda: changed(
            some=lambda found, size: [
                batch for batch in found if len(found) == 1 or len(batch[1]) == size
            ]
        ),
        "one_after_the_other": lambda: one_after_the_other,
        "first_batch": lambda: changed(some=lambda found, size: found[:1]),
        "last_batch": lambda: changed(some=lambda found, size: found[-1:]),
        "by_full_size": lambda: changed(divide=lambda labels, size: size),
        "not_divided": lambda: changed(divide=lambda labels, size: 1),
        "uphill": lambda: changed(sign=1),
        "uphill: errors turned round": lambda: changed(errors=lambda *given: -errors_of(*given)),
        "same_point": lambda: at_the_start,
        "kernel_only": lambda: changed(bias_rate=0.0),
        "bias_only": lambda: changed(kernel_rate=0.0),
        "without_labels": lambda: changed(
            errors=lambda kernel, bias, x, y: softmax(x @ kernel + bias)
        ),
        "without_softmax": lambda: changed(
            errors=lambda kernel, bias, x, y: x @ kernel + bias - np.eye(10)[y]
        ),
        "softmax_over_images": lambda: changed(
            errors=lambda kernel, bias, x, y: softmax((x @ kernel + bias).T).T - np.eye(10)[y]
        ),
        "no_rate": lambda: (
            lambda kernel, bias, x, y, rate, size: with_float64(kernel, bias, x, y, 1.0, size)
        ),
        "rate_of_lesson": lambda: (
            lambda kernel, bias, x, y, rate, size: with_float64(kernel, bias, x, y, 0.02, size)
        ),
        "size_of_lesson": lambda: (
            lambda kernel, bias, x, y, rate, size: with_float64(kernel, bias, x, y, rate, 20)
        ),
        "from_zero": lambda: lambda kernel, bias, *rest: with_float64(0 * kernel, 0 * bias, *rest),
        "wrong_value": lambda: changed(errors=lambda *given: 2 * errors_of(*given)),
        "wrong_value: backwards": lambda: changed(some=lambda found, size: found[::-1]),
        "wrong_value: without the last": lambda: changed(
            some=lambda found, size: found[:-1] or found
        ),
        "wrong_value: twice": lambda: changed(some=lambda found, size: found * 2),
        "wrong_value: bias summed": lambda: (
            lambda kernel, bias, x, y, rate, size: (
                with_float64(kernel, bias, x, y, rate, size)[0],
                with_float64(kernel, bias, x, y, rate, size)[1] + 0.1,
            )
        ),
    },
    raises={
        "no one-hot": lambda: changed(
            errors=lambda kernel, bias, x, y: softmax(x @ kernel + bias) - y
        )
    },
)
