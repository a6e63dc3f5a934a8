"""The datasets of a cohort."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from fl_course.exercises.exercise import OTHER, Exercise, Found, Mistake, run
from fl_course.exercises.federated_data.map_function import BATCH_SIZE
from fl_course.exercises.judging import known_digits, shown
from fl_course.localization import joined, say

_EPOCHS = 5


def _drawn() -> list[str]:
    """The cohort that the cell's first line draws."""
    from fl_course import data

    client_ids = [client_id for part, client_id in known_digits.examples() if part == "train"]
    return data.sample_clients(client_ids, 10, seed=0, round_num=0)


def _judge(answer: Any, cohort: Any = None) -> Found:
    found = _mistake_of_answer(answer, _drawn())
    # What the notebook calls `cohort` may have been sorted or shortened on the way.
    if cohort is not None and not _is_drawn(cohort):
        return "cohort_changed"
    return found


def _is_drawn(cohort: Any) -> bool:
    return isinstance(cohort, (list, tuple, np.ndarray)) and list(cohort) == _drawn()


def _mistake_of_answer(answer: Any, cohort: list[str]) -> Found:
    if found := _mistake_of_list(answer, cohort):
        return found
    for dataset in answer:
        if found := _mistake_of_element(dataset):
            return found
    batches, places = [], []
    for dataset in answer:
        # No more than five epochs in batches of one, because it may be endless without saying so.
        batches.append(run(list, dataset.take(1000).as_numpy_iterator()))
        places.append([known_digits.place(row) for batch in batches[-1] for row in batch["x"]])
        if found := _mistake_of_images(batches[-1], places[-1]):
            return found
    if found := _mistake_of_clients([of_client[0][1] for of_client in places], cohort):
        return found
    orders = []
    for client_id, of_client, placed in zip(cohort, batches, places, strict=True):
        labels = known_digits.examples()["train", client_id]["label"]
        orders.append(np.array([position for _, _, position in placed]))
        got, wanted = np.concatenate([b["y"] for b in of_client]), labels[orders[-1]]
        if got.shape != wanted.shape:
            return OTHER
        if np.any(got != wanted):
            first = int(np.argmax(got != wanted))
            case = say(
                "an image of `{client}` with the label {label}",
                client=client_id,
                label=int(wanted[first]),
            )
            return shown.wrong_value(case, int(got[first]), int(wanted[first]))
        sizes = [len(batch["y"]) for batch in of_client]
        if found := _mistake_of_order(orders[-1], sizes, len(labels)):
            return found
    return _mistake_of_shuffle(orders)


def _mistake_of_shuffle(orders: list[np.ndarray]) -> Found:
    """What is wrong with how all clients' streams of five whole epochs are shuffled."""
    epochs = [np.split(order, _EPOCHS) for order in orders]
    if any(np.array_equal(one[0], one[1]) for one in epochs):
        return "same_order"
    # A full shuffle brings one of the last examples to the front in some epoch of some client.
    earlier = [np.max(epoch - np.arange(len(epoch))) / len(epoch) for e in epochs for epoch in e]
    return "hardly_shuffled" if max(earlier) < 0.8 else None


def _mistake_of_list(answer: Any, cohort: list[str]) -> Found:
    import tensorflow as tf

    if isinstance(answer, tf.data.Dataset):
        last = cohort[-1]
        return Mistake("last_client", client=last) if _writers(answer) == {last} else "one_dataset"
    if hasattr(answer, "create_tf_dataset_for_client"):
        return "client_data"
    if isinstance(answer, Mapping):
        return "a_dict"
    if hasattr(answer, "__next__"):
        return "an_iterator"
    if not isinstance(answer, (list, tuple)):
        return OTHER
    for part in answer:
        if not isinstance(part, tf.data.Dataset):
            return Mistake("not_datasets", type=type(part).__name__)
    if len(answer) == len(cohort):
        return None
    if len(answer) == 14:  # all there are
        return Mistake("all_clients", wanted=len(cohort))
    return Mistake("wrong_number", number=len(answer), wanted=len(cohort))


def _writers(dataset: Any) -> set[str]:
    """Whose images a dataset holds, before or after preprocessing; none if it holds others."""
    elements = run(list, dataset.take(1000).as_numpy_iterator())
    if not all(isinstance(element, Mapping) for element in elements):
        return set()
    images = [element[name] for element in elements for name in ("x", "pixels") if name in element]
    if any(image.size % 784 for image in images):
        return set()
    places = [known_digits.place(row) for image in images for row in image.reshape(-1, 784)]
    return set() if None in places else {client_id for _, client_id, _ in places}


def _mistake_of_element(dataset: Any) -> Found:
    import tensorflow as tf

    spec = dataset.element_spec
    if not isinstance(spec, Mapping):
        return "no_names"
    if set(spec) == {"label", "pixels"}:
        return "not_preprocessed"
    if set(spec) != {"x", "y"}:
        return Mistake("wrong_names", names=joined([f"`{name}`" for name in spec]))
    if list(spec) == ["y", "x"]:
        return "wrong_order"
    if spec["y"].shape.rank == 0:
        return "not_batched"
    if spec["y"].shape.rank == 2:
        return "batched_twice"
    if spec["x"].shape[1:].as_list() == [28, 28]:
        return "not_flattened"
    for name, wanted in (("x", tf.float32), ("y", tf.int32)):
        if spec[name].dtype != wanted:
            seen = {"type": spec[name].dtype.name, "wanted": wanted.name}
            return Mistake("wrong_type", name=name, **seen)
    if int(dataset.cardinality()) == tf.data.INFINITE_CARDINALITY:
        return "endless"
    return None


def _mistake_of_images(
    batches: list[Mapping[str, Any]], places: list[known_digits.Place | None]
) -> Found:
    """What is wrong with the images of one dataset, given where they come from."""
    if not places:
        return "empty_dataset"
    if None in places:
        brightest = max(batch["x"].max() for batch in batches)
        if brightest <= 1 / 255 + 1e-6:
            return "divided_again"
        return Mistake("images_changed", high=f"{brightest:.4g}")
    if any(part == "test" for part, _, _ in places):
        return "test_split"
    return "mixed_clients" if len({client_id for _, client_id, _ in places}) > 1 else None


def _mistake_of_clients(found: list[str], cohort: list[str]) -> Found:
    if found == cohort:
        return None
    if len(set(found)) == 1:
        return Mistake("same_client", client=found[0])
    if sorted(found) == sorted(cohort):
        return "another_order"
    stranger = next((client_id for client_id in found if client_id not in cohort), None)
    return Mistake("other_clients", client=stranger) if stranger else OTHER


def _mistake_of_order(order: np.ndarray, sizes: list[int], written: int) -> Found:
    """What is wrong with one client's stream.

    Args:
        order: Position of each example in the order of writing.
        sizes: Examples in each batch.
        written: How many examples the client has.
    """
    if sizes[0] == _EPOCHS and len(order) == BATCH_SIZE * written:
        return "swapped_numbers"
    if sizes[0] != BATCH_SIZE:
        return Mistake("batch_size", size=sizes[0])
    seen = len(set(order))
    if seen < written:
        return Mistake("some_examples", got=seen, wanted=written)
    if len(order) == written:
        return "one_epoch"
    if len(order) % written == 0 and len(order) != _EPOCHS * written:
        return Mistake("epochs", epochs=len(order) // written)
    if 0 < _EPOCHS * written - len(order) < BATCH_SIZE:
        return "last_batch_missing"
    if np.array_equal(order, np.tile(np.arange(written), len(order) // written)):
        return "not_shuffled"
    inside = np.split(order, np.cumsum(sizes)[:-1])
    if all(np.all(np.diff(batch) % written == 1) for batch in inside):
        return "shuffled_batches"
    if any(size != BATCH_SIZE for size in sizes[:-1]):
        return "batched_first"
    if len(order) != _EPOCHS * written:
        return Mistake("wrong_count", got=len(order), wanted=_EPOCHS * written)
    if any(len(set(epoch)) != written for epoch in np.split(order, _EPOCHS)):
        return "mixed_epochs"
    return None


def _reference(cohort: Any = None) -> list[Any]:
    from fl_course import data, preprocessing

    if isinstance(cohort, list):
        cohort[:] = _drawn()  # the next cell goes through both
    train, _ = data.load("digits")
    return [
        preprocessing.preprocess(
            train.create_tf_dataset_for_client(client_id), epochs=_EPOCHS, batch_size=BATCH_SIZE
        )
        for client_id in _drawn()
    ]


EXERCISE = Exercise(
    id="cohort_data",
    expects="a list with one dataset for each client of `cohort`, in the same order, each with "
    "five shuffled epochs of the client's examples from `train`, in batches of 20 of `x` and `y`",
    judge=_judge,
    reference=_reference,
    adapt=list,
    hints=(
        "Go through `cohort` with a loop or a list comprehension; each id gives one dataset.",
        "`train.create_tf_dataset_for_client(...)` gives a client's examples. They then have to "
        "go through `preprocessing.preprocess`.",
        "`preprocess` takes the dataset and then two named arguments, `epochs=` and "
        "`batch_size=`, as in the cell that compared the helper with your own steps.",
    ),
    mistakes={
        "last_client": "The answer is one dataset, that of the last client, `{client}`. If you "
        "wrote a loop, each turn replaced the dataset before; collect them in a list.",
        "one_dataset": "The answer is a single dataset. A round takes a list with a dataset for "
        "each client; merged into one, the examples would no longer say whose they are.",
        "client_data": "The answer is client data, from which datasets can be made. A round takes "
        "the datasets themselves, as a list.",
        "a_dict": "The answer is a dict. A round takes a plain list: TFF numbers clients, it does "
        "not know their names.",
        "an_iterator": "The answer is a generator or another iterator, which can be gone through "
        "only once. Make a list of it.",
        "not_datasets": "The list holds something of type `{type}`. Each element should be a "
        "dataset, made from the client whose id stands at that place of `cohort`.",
        "all_clients": "The list has a dataset for each of the 14 writers. Only the {wanted} "
        "clients in `cohort` take part in this round.",
        "wrong_number": "The list has length {number}, and the cohort has {wanted} clients. If you "
        "wrote a loop, does each turn add to the list?",
        "not_preprocessed": "A dataset still yields `label` and `pixels`, as the client stored "
        "them. The model wants `x` and `y`: send each dataset through `preprocess`.",
        "wrong_order": "The datasets yield `y` before `x`. The order of names is a part of TFF's "
        "type; put `x` first.",
        "not_batched": "The datasets yield single examples, not batches. Is there a step that puts "
        "20 of them together?",
        "not_flattened": "The datasets yield `x` as squares of 28 by 28. The model wants rows of "
        "784 numbers.",
        "divided_again": "The pixels are 255 times too small. They come with values from 0 to 1 "
        "already, so nothing has to be divided.",
        "endless": "A dataset never ends: `repeat` without a number goes round for ever, and a "
        "client would never answer the server. Say how many epochs.",
        "empty_dataset": "A dataset in the list yields nothing at all. Were its examples skipped "
        "or filtered out on the way?",
        "test_split": "There are held-out images among these. Training takes the clients' examples "
        "from `train`; `test` is for judging the model afterwards.",
        "mixed_clients": "A dataset holds examples of more than one client. Each dataset should "
        "have those of one client only: that is what makes the data federated.",
        "same_client": "All datasets are those of `{client}`. Does your loop use the id that "
        "changes from turn to turn, or a dataset from an earlier cell?",
        "another_order": "These are the right clients, in another order than in `cohort`. Then "
        "nobody can say later which result belongs to whom; go through `cohort` itself.",
        "other_clients": "The list has the data of `{client}`, which is not in the cohort that "
        "the cell's first line draws. Go through `cohort` as it is.",
        "cohort_changed": "`cohort` is not the list that the cell's first line draws as it was "
        "given: ten clients, seed 0, round 0. Was that line changed, or the list sorted, shortened "
        "or replaced afterwards? The check has put it back; the datasets go by it.",
        "no_names": "The datasets yield no names. A batch is a dict of `x` and `y`; `preprocess` "
        "makes it.",
        "wrong_names": "The datasets yield these names: {names}. The model wants `x` and `y`, and "
        "nothing else.",
        "batched_twice": "The datasets yield stacks of batches: `batch` was called twice. "
        "`preprocess` makes batches already.",
        "wrong_type": "`{name}` is {type} and should be {wanted}, which is a part of TFF's type of "
        "a batch.",
        "images_changed": "Some images are none of the data's; the largest value is {high}. The "
        "pixels are to stay as they come, with values from 0 to 1.",
        "wrong_value": "The images are right, the labels are not. For {case} a batch has {got} in "
        "`y`; wanted is {wanted}.",
        "swapped_numbers": "The batches have 5 examples, and a client goes through its examples 20 "
        "times: the two numbers are exchanged.",
        "some_examples": "A client streams {got} different examples, and it has {wanted}. All of "
        "them belong to an epoch.",
        "wrong_count": "A client streams {got} examples, and five epochs of its own are {wanted}.",
        "same_order": "A client meets its examples in the same order in all epochs. Let each epoch "
        "have an order of its own, as `preprocess` does.",
        "hardly_shuffled": "The examples stand nearly as on the sheet: the shuffle mixes only a "
        "few neighbours. Its buffer should hold all examples of a client, as in `preprocess`.",
        "batch_size": "The first batch has {size} examples, and 20 are wanted, the value of "
        "`BATCH_SIZE`.",
        "one_epoch": "Every client streams its examples once. Five local epochs are wanted, the "
        "value of `LOCAL_EPOCHS`, and `preprocess` makes one if it is told nothing.",
        "epochs": "A client goes through its examples {epochs} times. Wanted are five local "
        "epochs, the value of `LOCAL_EPOCHS`.",
        "last_batch_missing": "The last, smaller batch is missing, so some examples are seen less "
        "often than others. Keep the remainder.",
        "not_shuffled": "The examples come as they stand on the sheet, in every epoch the same. "
        "Shuffle them first.",
        "shuffled_batches": "Whole batches changed places, but inside each the examples stand as "
        "on the sheet. Shuffle before you batch.",
        "batched_first": "There is a short batch in the middle of the stream: each epoch ends in "
        "one. Repeat before you batch.",
        "mixed_epochs": "Some examples come again before others have come at all: the epochs ran "
        "into each other. Shuffle before you repeat.",
    },
    right="This list is what a round of training takes: the datasets of its cohort, and nothing "
    "that says whose they are.",
)
