"""Answers to `client_discriminator`, as learners write them."""

import tensorflow as tf

from tests.exercises.cases import Case
from tests.exercises.images_unseen.at_hand import (
    CLIENT_RATE,
    GAN,
    SERVER_RATE,
    client_discriminator,
    difference,
    discriminator_gradients,
    gradients_at,
    make_images,
    stepped,
)


def by_reduce(generator, discriminator, dataset, round_num):
    def step(weights, batch):
        return stepped(weights, gradients_at(weights, generator, batch, round_num))

    return difference(dataset.reduce(discriminator, step), discriminator)


def adds_up_the_steps(generator, discriminator, dataset, round_num):
    update = tuple(tf.zeros_like(part) for part in discriminator)
    for batch in dataset:
        weights = tuple(w + u for w, u in zip(discriminator, update, strict=True))
        gradients = gradients_at(weights, generator, batch, round_num)
        update = tuple(u - CLIENT_RATE * g for u, g in zip(update, gradients, strict=True))
    return list(update)


def other_names(g, d, batches, number):
    weights = d
    for batch in batches:
        made = make_images(g, batch["y"], number)
        a, b, c, e = discriminator_gradients(weights, batch, made)
        k1, b1, k2, b2 = weights
        weights = (
            k1 - CLIENT_RATE * a,
            b1 - CLIENT_RATE * b,
            k2 - CLIENT_RATE * c,
            b2 - CLIENT_RATE * e,
        )
    return tuple(map(tf.subtract, weights, d))


def trained(step, *, finish=difference):
    """An answer with another step, or another end."""

    def make():
        def client_discriminator(generator, discriminator, dataset, round_num):
            weights = discriminator
            for batch in dataset:
                weights = step(weights, generator, batch, round_num, discriminator)
            return finish(weights, discriminator)

        return client_discriminator

    return make


def right_step(weights, generator, batch, round_num, start):
    return stepped(weights, gradients_at(weights, generator, batch, round_num))


def from_server(weights, generator, batch, round_num, start):
    return stepped(weights, gradients_at(start, generator, batch, round_num))


def only_from_server(weights, generator, batch, round_num, start):
    return stepped(start, gradients_at(start, generator, batch, round_num))


def in_round_0(weights, generator, batch, round_num, start):
    return stepped(weights, gradients_at(weights, generator, batch, 0))


def upwards(weights, generator, batch, round_num, start):
    return stepped(weights, gradients_at(weights, generator, batch, round_num), -CLIENT_RATE)


def at_server_rate(weights, generator, batch, round_num, start):
    return stepped(weights, gradients_at(weights, generator, batch, round_num), SERVER_RATE)


def without_penalty(weights, generator, batch, round_num, start):
    made = make_images(generator, batch["y"], round_num)
    return stepped(weights, discriminator_gradients(weights, batch, made, penalty=0.0))


def of_labels(make):
    """A step with made images of other labels."""

    def step(weights, generator, batch, round_num, start):
        made = make_images(generator, make(batch["y"]), round_num)
        return stepped(weights, discriminator_gradients(weights, batch, made))

    return step


def counting_up(first):
    """The number of the round, or another first one, is counted up after each batch."""

    def client_discriminator(generator, discriminator, dataset, round_num):
        weights, number = discriminator, first(round_num)
        for batch in dataset:
            weights = stepped(weights, gradients_at(weights, generator, batch, number))
            number += 1
        return difference(weights, discriminator)

    return lambda: client_discriminator


def in_numpy(weights, generator, batch, round_num, start):
    gradients = gradients_at(weights, generator, batch, round_num)
    return tuple(
        tf.constant(w.numpy() - CLIENT_RATE * g.numpy())
        for w, g in zip(weights, gradients, strict=True)
    )


def last_step(generator, discriminator, dataset, round_num):
    weights = before = discriminator
    for batch in dataset:
        before = weights
        weights = stepped(weights, gradients_at(weights, generator, batch, round_num))
    return difference(weights, before)


def returns_early(generator, discriminator, dataset, round_num):
    for batch in dataset:
        weights = stepped(discriminator, gradients_at(discriminator, generator, batch, round_num))
        return difference(weights, discriminator)
    return None


def averaged(generator, discriminator, dataset, round_num):
    gradients = [gradients_at(discriminator, generator, batch, round_num) for batch in dataset]
    return tuple(-CLIENT_RATE * sum(parts) / len(parts) for parts in zip(*gradients, strict=True))


def on(change):
    """The right training on another dataset."""
    return lambda: (
        lambda generator, discriminator, dataset, round_num: client_discriminator(
            generator, discriminator, change(dataset), round_num
        )
    )


def keeping_the_first(generator, discriminator, dataset, round_num, kept=[]):  # noqa: B006
    kept.append(round_num)
    return client_discriminator(generator, discriminator, dataset, kept[0])


def with_variables(generator, discriminator, dataset, round_num):
    variables = [tf.Variable(part) for part in discriminator]
    for batch in dataset:
        made = make_images(generator, batch["y"], round_num)
        gradients = discriminator_gradients(variables, batch, made)
        for variable, gradient in zip(variables, gradients, strict=True):
            variable.assign_sub(CLIENT_RATE * gradient)
    return difference(variables, discriminator)


CASE = Case(
    right={
        "loop": lambda: client_discriminator,
        "reduce": lambda: by_reduce,
        "sum of steps": lambda: adds_up_the_steps,
        "other names": lambda: other_names,
    },
    wrong={
        "remembers": lambda: keeping_the_first,
        "not_a_tuple": trained(right_step, finish=lambda weights, start: weights[0] - start[0]),
        "wrong_number": trained(
            right_step, finish=lambda weights, start: difference(weights, start)[:2]
        ),
        "wrong_shape": trained(
            right_step, finish=lambda weights, start: difference(weights, start)[::-1]
        ),
        "only_eager": trained(in_numpy),
        "only_eager: variables": lambda: with_variables,
        "only_eager: list": on(list),
        "unchanged": trained(lambda weights, *others: weights),
        "adds_gradient": trained(upwards),
        "backwards": trained(right_step, finish=lambda weights, start: difference(start, weights)),
        "returns_weights": trained(right_step, finish=lambda weights, start: weights),
        "last_batch": trained(only_from_server),
        "only_last_step": lambda: last_step,
        "first_batch": lambda: returns_early,
        "same_gradient_point": trained(from_server),
        "averaged": lambda: averaged,
        "other_round": trained(in_round_0),
        "no_penalty": trained(without_penalty),
        "other_rate": trained(at_server_rate),
        "repeated": on(lambda dataset: dataset.repeat(2)),
        "counted_up": counting_up(lambda round_num: round_num),
        "counted_up: before the step": counting_up(lambda round_num: round_num + 1),
        "counted_up: from 0": counting_up(lambda round_num: 0),
        "other_labels": trained(of_labels(lambda labels: tf.range(tf.size(labels)) % 10)),
        "other_labels: zeros": trained(of_labels(tf.zeros_like)),
        "wrong_value": trained(of_labels(lambda labels: 9 - labels)),
        "wrong_value: the first six": on(lambda dataset: dataset.take(6)),
        "wrong_value: without the last": on(lambda dataset: dataset.take(2)),
    },
    raises={
        "no images": lambda: (
            lambda generator, discriminator, dataset, round_num: GAN.generate(generator, None, None)
        ),
    },
)
