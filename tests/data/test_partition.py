"""Label skew made to order."""

import numpy as np
import pytest

from fl_course import data


@pytest.fixture(scope="module")
def train():
    return data.load()[0]


def shares(client_data):
    counts = np.array(list(data.label_counts(client_data).values()))
    return counts / counts.sum(axis=1, keepdims=True)


def test_proportions_are_distributions():
    proportions = data.dirichlet_proportions(7, 10, 0.5)
    assert proportions.shape == (7, 10)
    np.testing.assert_allclose(proportions.sum(axis=1), 1.0)


def test_small_alpha_gives_few_labels_and_large_alpha_all(train):
    few = shares(data.label_skew(train, 10, 0.05)).max(axis=1).mean()
    even = shares(data.label_skew(train, 10, 1000.0)).max(axis=1).mean()
    assert few > 0.5
    assert even < 0.2


@pytest.mark.parametrize("alpha", [0.01, 0.3, 100.0])
def test_examples_are_dealt_one_at_a_time_by_what_a_client_wants(train, alpha):
    """Slowly, with NumPy's own draw, which the figures of the lessons came from."""
    num_clients, (_, labels) = 6, data.pool(train)
    proportions = data.dirichlet_proportions(num_clients, 10, alpha, seed=4)
    rng = np.random.default_rng([4, 1])
    left = [list(rng.permutation(np.flatnonzero(labels == label))) for label in range(10)]
    dealt = [[] for _ in range(num_clients)]
    for turn in range(len(labels) // num_clients * num_clients):
        available = np.array([len(stock) > 0 for stock in left])
        wanted = proportions[turn % num_clients] * available
        wanted = wanted if wanted.sum() > 0 else available.astype(float)
        label = rng.choice(10, p=wanted / wanted.sum())
        left[label].pop()
        dealt[turn % num_clients].append(label)
    skewed = data.label_skew(train, num_clients, alpha, seed=4)
    for client_id, expected in zip(skewed.client_ids, dealt, strict=True):
        assert data.pool(skewed, [client_id])[1].tolist() == expected


def test_examples_are_dealt_once_and_evenly(train):
    skewed = data.label_skew(train, 10, 0.3, seed=2)
    images, _ = data.pool(skewed)
    originals = [image.tobytes() for image in data.pool(train)[0]]
    dealt = [image.tobytes() for image in images]
    assert len(dealt) == len(originals) // 10 * 10
    assert len(set(dealt)) == len(dealt)
    assert set(dealt) <= set(originals)
    assert {int(counts.sum()) for counts in data.label_counts(skewed).values()} == {
        len(originals) // 10
    }


def test_labels_go_with_their_images(train):
    label_of = {i.tobytes(): label for i, label in zip(*data.pool(train), strict=True)}
    images, labels = data.pool(data.label_skew(train, 5, 0.5))
    assert all(label_of[i.tobytes()] == label for i, label in zip(images, labels, strict=True))


def test_same_seed_same_clients(train):
    first = data.label_counts(data.label_skew(train, 6, 0.5, seed=1))
    again = data.label_counts(data.label_skew(train, 6, 0.5, seed=1))
    other = data.label_counts(data.label_skew(train, 6, 0.5, seed=2))
    assert all((first[client_id] == again[client_id]).all() for client_id in first)
    assert any((first[client_id] != other[client_id]).any() for client_id in first)


def test_clients_are_named_in_order(train):
    assert data.label_skew(train, 3, 1.0).client_ids == ["client_00", "client_01", "client_02"]


@pytest.mark.parametrize("alpha", [0, -1.0, float("nan"), float("inf")])
def test_bad_alpha(train, alpha):
    with pytest.raises(ValueError, match="alpha must be a number above 0"):
        data.label_skew(train, 10, alpha)


@pytest.mark.parametrize("num_clients", [0, -3])
def test_too_few_clients(train, num_clients):
    with pytest.raises(ValueError, match="num_clients must be an integer of 1 or more, and"):
        data.label_skew(train, num_clients, 1.0)


def test_more_clients_than_examples(train):
    with pytest.raises(
        ValueError, match="num_clients must be at most 1399, the number of examples"
    ):
        data.label_skew(train, 1400, 1.0)


def test_bad_seed():
    with pytest.raises(ValueError, match=r"seed must be an integer from 0 to 2\*\*32 - 1"):
        data.dirichlet_proportions(2, 10, 1.0, seed=-1)


def test_more_labels_than_are_counted(train):
    with pytest.raises(ValueError, match="num_labels must be an integer of 10 or more, and"):
        data.label_counts(train, 3)
    assert data.label_counts(train, 12)["writer_00"].shape == (12,)


def examples_of(client_data):
    return [image.tobytes() for image in data.pool(client_data)[0]]


@pytest.mark.parametrize(
    "deal",
    [
        lambda *a, **k: data.iid(*a, **k),
        lambda *a, **k: data.shards(*a, **k),
        lambda *a, **k: data.quantity_skew(*a, alpha=0.5, **k),
    ],
    ids=["iid", "shards", "quantity_skew"],
)
def test_all_examples_are_dealt_out_once_by_the_seed(train, deal):
    dealt = deal(train, 11, seed=1)
    assert dealt.client_ids == [f"client_{i:02d}" for i in range(11)]
    assert sorted(examples_of(dealt)) == sorted(examples_of(train))
    assert examples_of(deal(train, 11, seed=1)) == examples_of(dealt)
    assert examples_of(deal(train, 11, seed=2)) != examples_of(dealt)
    assert dealt.schema == train.schema
    assert dealt.element_type_structure == train.element_type_structure
    with pytest.raises(ValueError, match="num_clients must be at most 1399, the number of exam"):
        deal(train, 1400)


def test_iid_clients_are_alike(train):
    counts = np.array(list(data.label_counts(data.iid(train, 8)).values()))
    assert set(counts.sum(axis=1)) == {174, 175}
    assert shares(data.iid(train, 4)).max() < 0.16
    assert [len(c) for c in (data.iid(train, 1399).client_ids, data.iid(train, 1).client_ids)] == [
        *(1399, 1),
    ]


def test_clients_of_two_shards_have_few_labels(train):
    counts = np.array(list(data.label_counts(data.shards(train, 20)).values()))
    assert ((counts > 0).sum(axis=1) <= 4).all()
    assert counts.sum(axis=1).max() - counts.sum(axis=1).min() <= 2
    # With as many shards as examples, a client gets what chance gives it.
    many = data.label_counts(data.shards(train, 20, shards_per_client=69))
    assert (np.array(list(many.values())) > 0).sum(axis=1).min() >= 8
    with pytest.raises(ValueError, match="shards_per_client must be an integer from 1 to 69"):
        data.shards(train, 20, shards_per_client=70)


def test_sizes_are_as_unequal_as_alpha_says(train):
    def sizes(alpha):
        counts = data.label_counts(data.quantity_skew(train, 10, alpha))
        return np.array([int(n.sum()) for n in counts.values()])

    assert sizes(0.1).max() > 400
    assert sizes(0.1).min() == 1
    assert np.ptp(sizes(1e6)) <= 2


def test_what_is_dealt_out_keeps_its_label(train):
    label_of = {i.tobytes(): label for i, label in zip(*data.pool(train), strict=True)}
    for dealt in (data.iid(train, 5), data.shards(train, 5), data.quantity_skew(train, 5, 1.0)):
        images, labels = data.pool(dealt)
        assert all(label_of[i.tobytes()] == label for i, label in zip(images, labels, strict=True))


@pytest.fixture
def numbers():
    return data.from_arrays(["a"] * 40, label=np.arange(40.0), x=np.arange(40.0))


def test_numbers_for_regression_are_dealt_out_but_have_no_label_skew(numbers):
    assert len(data.pool(data.iid(numbers, 4), ["client_00"])[1]) == 10
    for client_id in (dealt := data.shards(numbers, 4, shards_per_client=1)).client_ids:
        assert np.ptp(data.pool(dealt, [client_id])[1]) == 9
    for refuses in (lambda: data.label_skew(numbers, 2, 1.0), lambda: data.label_counts(numbers)):
        with pytest.raises(ValueError, match="client_data has labels of float32, and wanted are"):
            refuses()


def test_any_parts_and_any_number_of_classes_are_dealt_out():
    ids, label = ["a"] * 60, np.arange(60) % 12
    clients = data.from_arrays(ids, label=label, x=label * 2.0, y=label[:, None] * [3, 4])
    for dealt in (data.label_skew(clients, 3, 0.5), data.iid(clients, 3)):
        parts, labels = data.pool(dealt)
        np.testing.assert_array_equal(parts["x"], 2 * labels)
        np.testing.assert_array_equal(parts["y"], labels[:, None] * [3, 4])
        assert {len(counts) for counts in data.label_counts(dealt).values()} == {12}


def test_labels_are_counted_without_a_schema_too(train):
    _, one = data.hold_out(train, ["writer_00"])
    plain = one.preprocess(lambda dataset: dataset.map(lambda e: {**e, "label": e["label"] + 5}))
    assert data.label_counts(plain)["writer_00"].shape == (15,)
    fewer = one.preprocess(lambda dataset: dataset.filter(lambda e: e["label"] < 3))
    assert data.label_counts(fewer)["writer_00"].shape == (10,)
