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
        "other names": lambda d: d.map(lambda b: {"images": b["x"], "labels": b["y"]}),
        "floats": lambda d: d.map(lambda b: ordered(b["x"], tf.cast(b["y"], tf.float32))),
        "invert": lambda d: d.map(lambda b: ordered(1 - b["x"], b["y"])),
        "turn labels": lambda d: d.map(lambda b: ordered(b["x"], b["y"][::-1])),
        "take": lambda d: d.take(80),
        "no zeros": lambda d: d.filter(lambda one: one["label"] > 0),
        "13 batches": lambda d: d.take(13),
        "shuffle once": lambda d: d.shuffle(1000, seed=0, reshuffle_each_iteration=False),
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


CHANGED = []


def changing(change):
    """An answer that goes by a changed cohort; the notebook's has changed with it."""

    def make():
        changed = cohort()
        CHANGED.append(change(changed) or changed)
        return each(prepared, CHANGED[0])

    return make


def notebooks_cohort():
    """As the answer that was made last has left it."""
    return CHANGED.pop() if CHANGED else cohort()


def merged():
    return prepared(train().create_tf_dataset_from_all_clients())


CASE = Case(
    context=lambda: {"cohort": notebooks_cohort()},
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
        "other_clients: another seed": lambda: each(
            prepared, data.sample_clients(train().client_ids, 10, seed=1, round_num=0)
        ),
        "cohort_changed": changing(list.sort),
        "cohort_changed: shortened": changing(lambda ids: ids.remove(ids[0])),
        "cohort_changed: replaced": changing(lambda _: train().client_ids[:10]),
        "another_order: backwards": lambda: each(prepared, cohort()[::-1]),
        "wrong_number: the last left out": lambda: each(prepared)[:-1],
        "no_names": lambda: [tf.data.Dataset.range(20).batch(20)] * 10,
        "wrong_names": steps("shuffle", "repeat", "batch", "flatten", "other names"),
        "batched_twice": steps("shuffle", "repeat", "batch", "flatten", "batch"),
        "wrong_type": steps("shuffle", "repeat", "batch", "flatten", "floats"),
        "images_changed": steps("shuffle", "repeat", "batch", "flatten", "invert"),
        "wrong_value": steps("shuffle", "repeat", "batch", "flatten", "turn labels"),
        "swapped_numbers": lambda: each(lambda d: prepared(d, epochs=20, batch_size=5)),
        "some_examples": steps("take", "shuffle", "repeat", "batch", "flatten"),
        "some_examples: without zeros": steps("no zeros", "shuffle", "repeat", "batch", "flatten"),
        "wrong_count": steps("shuffle", "repeat", "batch", "flatten", "13 batches"),
        "epochs: one too many": lambda: each(lambda d: prepared(d, epochs=6)),
        "batch_size: ten": lambda: each(lambda d: prepared(d, batch_size=10)),
        "same_order": steps("shuffle once", "repeat", "batch", "flatten"),
        "hardly_shuffled": lambda: each(lambda d: prepared(d, shuffle_buffer=10)),
        "divided_again: before": steps("shuffle", "repeat", "batch", "flatten", "divide"),
        "not_shuffled": lambda: each(lambda examples: prepared(examples, shuffle_buffer=1)),
        "shuffled_batches": steps("repeat", "batch", "shuffle", "flatten"),
        "batched_first": steps("shuffle", "batch", "repeat", "flatten"),
        "mixed_epochs": steps("repeat", "shuffle", "batch", "flatten"),
    },
    other={"a number": lambda: 10},
)
