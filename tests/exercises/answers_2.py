"""Answers to lesson 2's exercises."""

import collections
import functools

import numpy as np
import tensorflow as tf

from fl_course import data, preprocessing
from tests.exercises.cases import Case


@functools.cache
def parts():
    return data.load("digits")


def train():
    return parts()[0]


def dataset(client_id="writer_00"):
    return train().create_tf_dataset_for_client(client_id)


# first_example


def three(example, label=None, pixels=None):
    label = int(example["label"].numpy()) if label is None else label
    pixels = example["pixels"].numpy() if pixels is None else pixels
    return example, label, pixels


def first():
    return next(iter(dataset()))


def first_of_all():
    example, *_ = dataset()
    return [dict(example), example["label"], example["pixels"]]


def first_in_numpy():
    example = next(dataset().as_numpy_iterator())
    return example, example["label"], example["pixels"].astype(np.float64)


def first_by_take():
    (example,) = list(dataset().take(1))
    return three(example, label=example["label"].numpy().item())


def moved_on(part):
    iterator = iter(dataset())
    example = next(iterator)
    return three(example, **{part: next(iterator)[part].numpy()})


FIRST_EXAMPLE = Case(
    right={"unpacking": first_of_all, "NumPy": first_in_numpy, "take": first_by_take},
    wrong={
        "still_a_dataset": lambda: (dataset().take(1), 0, first()["pixels"]),
        "an_iterator": lambda: (iter(dataset()), 0, first()["pixels"]),
        "not_the_dict": lambda: (tuple(first().values()), 0, first()["pixels"]),
        "a_batch": lambda: (b := next(iter(dataset().batch(40))), b["label"], b["pixels"]),
        "swapped": lambda: (first(), first()["pixels"].numpy(), first()["label"].numpy()),
        "names": lambda: (first(), *first()),
        "label_type": lambda: three(first(), label="0"),
        "pixels_type": lambda: three(first(), pixels="an image"),
        "pixels_shape": lambda: three(first(), pixels=first()["pixels"].numpy().reshape(784)),
        "whole_numbers": lambda: three(first(), pixels=first()["pixels"].numpy().astype(int)),
        "divided": lambda: three(first(), pixels=first()["pixels"].numpy() / 255),
        "parts_differ": lambda: moved_on("label"),
        "pixels_changed": lambda: three(first(), pixels=255 * first()["pixels"].numpy()),
        "test_split": lambda: three(
            next(iter(parts()[1].create_tf_dataset_for_client("writer_00")))
        ),
        "another_client": lambda: three(next(iter(dataset("writer_05")))),
        "not_the_first": lambda: three(next(iter(dataset().skip(3)))),
    },
    other={
        "only the example": first,
        "two things": lambda: (first(), 0),
        "white paper": lambda: (e := {"label": 0, "pixels": np.ones((28, 28))}, 0, e["pixels"]),
    },
)


# guess_alpha

CANDIDATES = (0.1, 0.5, 2.0, 100.0)

GUESS_ALPHA = Case(
    right={
        "half": lambda: 1 / 2,
        "NumPy": lambda: np.float32(0.5),
        "by index": lambda: CANDIDATES[1],
    },
    wrong={
        "text": lambda: "0.5",
        "several": lambda: CANDIDATES,
        "in_a_list": lambda: CANDIDATES[1:2],
        "not_a_candidate": lambda: 1,
        "too_small": lambda: 0.1,
        "too_large": lambda: 2,
        "far_too_large": lambda: 100,
    },
    other={"true": lambda: True, "a dict": lambda: {"alpha": 0.5}},
)


# map_function


def ordered(x, y):
    return collections.OrderedDict(x=x, y=y)


def by_plain_dict(batch):
    return {"x": tf.reshape(batch["pixels"], (-1, 28 * 28)), "y": batch["label"]}


def by_keras(batch):
    return ordered(tf.keras.layers.Flatten()(batch["pixels"]), batch["label"])


def by_rows(batch):
    label, pixels = batch.values()
    result = collections.OrderedDict()
    result["x"] = tf.concat(tf.unstack(pixels, axis=1), axis=1)
    result["y"] = tf.identity(label)
    return result


def by_each_image(batch):
    return ordered(
        tf.map_fn(lambda image: tf.reshape(image, [784]), batch["pixels"]), batch["label"]
    )


def by_counting_rows(batch):
    rows = tf.shape(batch["pixels"])[0]
    return ordered(tf.reshape(batch["pixels"], [rows, 784]), batch["label"])


def by_in_place_change(batch):
    batch["x"] = tf.reshape(batch.pop("pixels"), [-1, 784])
    batch["y"] = batch.pop("label")
    return batch


by_lambda = lambda b: ordered(tf.reshape(b["pixels"], [-1, 784]), b["label"])  # noqa: E731


def reshaped(*shape):
    return lambda batch: ordered(tf.reshape(batch["pixels"], shape), batch["label"])


def with_x(change):
    return lambda batch: ordered(change(tf.reshape(batch["pixels"], [-1, 784])), batch["label"])


def with_y(change):
    return lambda batch: ordered(tf.reshape(batch["pixels"], [-1, 784]), change(batch["label"]))


def other_way_round(batch):
    return collections.OrderedDict(y=batch["label"], x=tf.reshape(batch["pixels"], [-1, 784]))


def swapped(batch):
    return ordered(batch["label"], tf.reshape(batch["pixels"], [-1, 784]))


def transposed(batch):
    x = tf.reshape(tf.transpose(batch["pixels"], [0, 2, 1]), [-1, 784])
    return ordered(x, batch["label"])


def in_numpy(batch):
    return ordered(np.reshape(batch["pixels"], (-1, 784)), batch["label"])


def by_static_shape(batch):
    return ordered(tf.reshape(batch["pixels"], [batch["pixels"].shape[0], 784]), batch["label"])


def width_worked_out(batch):
    rows = tf.shape(batch["pixels"])[0]
    return ordered(tf.reshape(batch["pixels"], [rows, -1]), batch["label"])


def captured():
    batch = next(iter(dataset().batch(20)))
    return lambda other: ordered(tf.reshape(batch["pixels"], [-1, 784]), other["label"])


def typo(batch):
    return ordered(tf.reshape(batch["pixel"], [-1, 784]), batch["label"])


def does_not_return(batch):
    ordered(tf.reshape(batch["pixels"], [-1, 784]), batch["label"])


def loops(batch):
    while len(batch):
        pass


MAP_FUNCTION = Case(
    right={
        "plain dict": lambda: by_plain_dict,
        "Keras layer": lambda: by_keras,
        "rows of pixels": lambda: by_rows,
        "image by image": lambda: by_each_image,
        "number of rows": lambda: by_counting_rows,
        "in place": lambda: by_in_place_change,
        "lambda": lambda: by_lambda,
        "tf.function": lambda: tf.function(by_plain_dict),
    },
    wrong={
        "no_names": lambda: lambda b: (tf.reshape(b["pixels"], [-1, 784]), b["label"]),
        "only_one": lambda: lambda b: tf.reshape(b["pixels"], [-1, 784]),
        "wrong_names": lambda: lambda b: {"pixels": b["pixels"], "label": b["label"]},
        "captured": captured,
        "swapped": lambda: swapped,
        "wrong_order": lambda: other_way_round,
        "not_flattened": lambda: reshaped(-1, 28, 28),
        "all_in_one_row": lambda: reshaped(-1),
        "wrong_shape": lambda: reshaped(784, -1),
        "one_example": lambda: reshaped(784),
        "fixed_size": lambda: reshaped(20, 784),
        "labels_in_a_column": lambda: with_y(lambda y: tf.reshape(y, [-1, 1])),
        "one_hot": lambda: with_y(lambda y: tf.one_hot(y, 10)),
        "divided_again": lambda: with_x(lambda x: x / 255),
        "pixels_changed": lambda: transposed,
        "labels_changed": lambda: with_y(lambda y: y[::-1]),
        "wrong_type": lambda: with_y(lambda y: tf.cast(y, tf.int64)),
        "only_on_values": lambda: in_numpy,
        "unknown_width": lambda: width_worked_out,
    },
    other={"text": lambda: lambda batch: str(list(batch))},
    raises={"typo": lambda: typo},
    endless={"loop": lambda: loops},
)


# cohort_data


def cohort():
    return data.sample_clients(train().client_ids, 10, seed=0, round_num=0)


def each(make, ids=None, client_data=None):
    client_data = client_data or train()
    ids = cohort() if ids is None else ids
    return [make(client_data.create_tf_dataset_for_client(client_id)) for client_id in ids]


def prepared(examples, **changes):
    return preprocessing.preprocess(examples, **{"epochs": 5, "batch_size": 20, **changes})


def by_hand(examples):
    return (
        examples.shuffle(1000)
        .repeat(5)
        .batch(20, num_parallel_calls=1)
        .map(by_plain_dict)
        .prefetch(tf.data.AUTOTUNE)
    )


def mapped_first(examples):
    def one(example):
        return ordered(tf.reshape(example["pixels"], [784]), example["label"])

    return examples.map(one).shuffle(500, seed=3).repeat(5).batch(20)


def by_loop():
    datasets = ()
    for client_id in cohort():
        datasets += (prepared(dataset(client_id), seed=7),)
    return datasets


def steps(*names):
    """The five steps in an order of one's own."""
    step = {
        "shuffle": lambda d: d.shuffle(1000, seed=0),
        "repeat": lambda d: d.repeat(5),
        "batch": lambda d: d.batch(20),
        "flatten": lambda d: d.map(preprocessing.flatten),
        "divide": lambda d: d.map(lambda b: ordered(b["x"] / 255, b["y"])),
        "swap": lambda d: d.map(other_way_round),
        "rename": lambda d: d.map(lambda b: ordered(b["pixels"], b["label"])),
        "rows": lambda d: d.map(lambda b: ordered(tf.reshape(b["pixels"], [784]), b["label"])),
        "nothing": lambda d: d.take(0),
        "for ever": lambda d: d.repeat(),
        "cut": lambda d: d.batch(20, drop_remainder=True),
    }

    def make(examples):
        for name in names:
            examples = step[name](examples)
        return examples

    return lambda: each(make)


def without_a_list():
    for client_id in cohort():
        cohort_data = prepared(dataset(client_id))
    return cohort_data


def merged():
    return prepared(train().create_tf_dataset_from_all_clients())


COHORT_DATA = Case(
    context=lambda: {"cohort": cohort()},
    right={
        "the helper for cohorts": lambda: preprocessing.make_federated_data(
            train(), cohort(), epochs=5, batch_size=20
        ),
        "a loop to a tuple": by_loop,
        "five steps": lambda: each(by_hand),
        "map first": lambda: each(mapped_first),
    },
    wrong={
        "last_client": without_a_list,
        "one_dataset": merged,
        "client_data": train,
        "a_dict": lambda: dict(zip(cohort(), each(prepared), strict=True)),
        "an_iterator": lambda: map(prepared, each(lambda examples: examples)),
        "not_datasets": cohort,
        "all_clients": lambda: each(prepared, train().client_ids),
        "wrong_number": lambda: each(prepared)[-1:],
        "not_preprocessed": lambda: each(lambda examples: examples),
        "wrong_order": steps("shuffle", "repeat", "batch", "swap"),
        "not_batched": steps("shuffle", "repeat", "rows"),
        "not_flattened": steps("shuffle", "repeat", "batch", "rename"),
        "divided_again": steps("shuffle", "repeat", "batch", "flatten", "divide"),
        "endless": steps("shuffle", "for ever", "batch", "flatten"),
        "empty_dataset": steps("nothing", "batch", "flatten"),
        "test_split": lambda: each(prepared, client_data=parts()[1]),
        "mixed_clients": lambda: [merged()] * 10,
        "same_client": lambda: [prepared(dataset())] * 10,
        "another_order": lambda: each(prepared, sorted(cohort())),
        "other_clients": lambda: each(prepared, train().client_ids[:10]),
        "batch_size": lambda: each(lambda examples: prepared(examples, batch_size=32)),
        "one_epoch": lambda: each(lambda examples: prepared(examples, epochs=1)),
        "epochs": lambda: each(lambda examples: prepared(examples, epochs=3)),
        "last_batch_missing": steps("shuffle", "repeat", "cut", "flatten"),
        "not_shuffled": lambda: each(lambda examples: prepared(examples, shuffle_buffer=1)),
        "shuffled_batches": steps("repeat", "batch", "shuffle", "flatten"),
        "batched_first": steps("shuffle", "batch", "repeat", "flatten"),
        "mixed_epochs": steps("repeat", "shuffle", "batch", "flatten"),
    },
    other={
        "numbers in place of images": lambda: [tf.data.Dataset.range(20).batch(20)] * 10,
        "labels of others": lambda: each(
            lambda d: prepared(d).map(lambda b: ordered(b["x"], b["y"][::-1]))
        ),
    },
)

CASES = {
    "first_example": FIRST_EXAMPLE,
    "guess_alpha": GUESS_ALPHA,
    "map_function": MAP_FUNCTION,
    "cohort_data": COHORT_DATA,
}
