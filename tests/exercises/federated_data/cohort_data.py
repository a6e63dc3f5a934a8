"""Answers to `cohort_data`, as learners write them."""

import tensorflow as tf

from fl_course import data, preprocessing
from tests.exercises.cases import Case
from tests.exercises.federated_data.at_hand import (
    by_plain_dict,
    dataset,
    ordered,
    other_way_round,
    parts,
    train,
)


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


CASE = Case(
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
