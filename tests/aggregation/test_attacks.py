import numpy as np
import pytest

from fl_course import aggregation, data

UPDATES = np.array([[1.0, 2.0], [3.0, -4.0], [5.0, 6.0]])


def test_flipped_labels_flip_back():
    labels = np.arange(10, dtype=np.int32)
    flipped = aggregation.flip_labels(labels)
    assert flipped.tolist() == list(range(9, -1, -1))
    assert flipped.dtype == np.int32
    assert aggregation.flip_labels(flipped).tolist() == labels.tolist()


def test_the_mark_is_nine_black_pixels_where_no_digit_has_ink():
    images, _ = data.pool(data.load()[0])
    marked = aggregation.add_mark(images)
    changed = marked != images
    assert marked.dtype == images.dtype
    assert (changed.sum(axis=(1, 2)) == 9).all()
    assert (marked[changed] == 0).all()
    assert (images[changed] == 1).all()


def test_the_backdoor_doubles_the_data():
    images, labels = np.ones((3, 28, 28), np.float32), np.array([1, 7, 2], np.int32)
    both, names = aggregation.add_backdoor(images, labels)
    assert both.shape == (6, 28, 28)
    assert names.tolist() == [1, 7, 2, 7, 7, 7]
    np.testing.assert_array_equal(both[:3], images)
    np.testing.assert_array_equal(both[3:], aggregation.add_mark(images))
    assert aggregation.add_backdoor(images, labels, target=4)[1].tolist() == [1, 7, 2, 4, 4, 4]


def test_attacks_on_updates_change_the_attackers_rows_only():
    before = UPDATES.copy()
    flipped = aggregation.flip_sign(UPDATES, [1])
    assert flipped.tolist() == [[1, 2], [-3, 4], [5, 6]]
    assert aggregation.flip_sign(UPDATES, [0], factor=10)[0].tolist() == [-10, -20]
    scaled = aggregation.scale_updates(UPDATES, [0, 2], factor=2)
    assert scaled.tolist() == [[2, 4], [3, -4], [10, 12]]
    assert aggregation.scale_updates(UPDATES, [], factor=2).tolist() == UPDATES.tolist()
    np.testing.assert_array_equal(UPDATES, before)


def test_scaled_by_the_number_of_clients_one_update_takes_the_place_of_the_mean():
    updates = np.array([[4.0, 8.0], [0.0, 0.0], [0.0, 0.0]])
    scaled = aggregation.scale_updates(updates, [0], factor=3)
    assert scaled.mean(axis=0).tolist() == [4, 8]


def test_the_disguise_is_one_row_on_the_way_from_honest_to_wanted():
    honest = np.array([[0.0, 0.0], [2.0, 2.0], [1.0, 1.0]])
    wanted = np.array([[4.0, 0.0], [6.0, 2.0], [1.0, 1.0]])
    sent = aggregation.disguise(wanted, honest, [0, 1], strength=0.25)
    assert sent.tolist() == [[2, 1], [2, 1], [1, 1]]
    assert aggregation.disguise(wanted, honest, [], strength=1).tolist() == wanted.tolist()


def test_success_counts_only_images_that_do_not_show_the_target():
    predictions, labels = np.array([7, 7, 1, 7]), np.array([7, 1, 1, 2])
    assert aggregation.backdoor_success(predictions, labels) == pytest.approx(2 / 3)
    assert aggregation.backdoor_success(predictions, labels, target=1) == 0.0
    with pytest.raises(ValueError, match="labels are all 7"):
        aggregation.backdoor_success([7], [7])


@pytest.mark.parametrize("attackers", [[3], [-1], [0, 0], [True], [0.0]])
def test_attackers_that_are_not_there_are_refused(attackers):
    with pytest.raises(ValueError, match="attackers"):
        aggregation.flip_sign(UPDATES, attackers)


def test_as_many_labels_as_images():
    with pytest.raises(ValueError, match="labels must be one for each of the 2 images"):
        aggregation.add_backdoor(np.ones((2, 28, 28)), [1])
    with pytest.raises(ValueError, match="labels must be one for each of the 2 predictions"):
        aggregation.backdoor_success([1, 2], [1])
    with pytest.raises(ValueError, match="honest must have the shape of updates"):
        aggregation.disguise(UPDATES, UPDATES[:2], [0], strength=1)
