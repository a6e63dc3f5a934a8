"""A folder of images as client data: layouts, sizes, colours, and files that are no images."""

import io
import os
import pathlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from fl_course import data


def save(folder, path, pixels, **options):
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    (pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)).save(file, **options)


def grey(value, height=3, width=4):
    return np.full((height, width), value, np.uint8)


@pytest.fixture
def photos(tmp_path):
    for i, (person, animal) in enumerate([("ben", "dog"), ("anna", "cat"), ("anna", "dog")]):
        save(tmp_path, f"{person}/{animal}/{i}.png", grey(51 * i))
    return tmp_path


def test_folders_say_client_and_label(photos):
    clients = data.from_image_folder(photos, client=0, label=1)
    assert clients.client_ids == ["anna", "ben"]
    assert clients.schema.classes == ("cat", "dog")
    assert clients.schema.num_features == 12
    (first, second) = clients.create_tf_dataset_for_client("anna").as_numpy_iterator()
    assert list(first) == ["label", "pixels"]
    assert (first["label"], second["label"]) == (0, 1)
    assert first["pixels"].dtype == np.float32
    np.testing.assert_allclose(first["pixels"], np.full((3, 4), 0.2), rtol=1e-6)


def test_without_clients_they_are_dealt_out(photos):
    everybody = data.from_image_folder(str(photos), client=None, label=1)
    assert everybody.client_ids == ["all"]
    dealt = data.iid(everybody, 3)
    assert [int(counts.sum()) for counts in data.label_counts(dealt).values()] == [1, 1, 1]


def test_functions_read_the_path(tmp_path):
    for name in ("7_anna_1.png", "10_ben_1.png", "7_ben_2.png"):
        save(tmp_path, name, grey(0))
    clients = data.from_image_folder(
        tmp_path,
        client=lambda path: path.stem.split("_")[1],
        label=lambda path: path.stem.split("_")[0],
    )
    assert clients.schema.classes == ("7", "10")  # by number, not by the alphabet
    assert data.label_counts(clients)["ben"].tolist() == [1, 1]


def test_classes_that_are_said_keep_their_numbers(photos):
    clients = data.from_image_folder(photos, client=0, label=1, classes=["ant", "dog", "cat"])
    assert data.pool(clients, ["anna"])[1].tolist() == [2, 1]
    with pytest.raises(ValueError, match=r"label of image 'anna/dog/2\.png', client 'anna' holds"):
        data.from_image_folder(photos, client=0, label=1, classes=["cat", "ant"])


def test_images_of_several_sizes_need_a_size(photos):
    save(photos, "ben/dog/9.png", grey(255, 6, 2))
    with pytest.raises(ValueError, match=r"9\.png' has 6 x 2 pixels.*3 x 4\. Say a size"):
        data.from_image_folder(photos, client=0, label=1)
    images, _ = data.pool(data.from_image_folder(photos, client=0, label=1, size=(5, 2)))
    assert images.shape == (4, 5, 2)
    assert (images[-1] == 1.0).all()
    assert data.pool(data.from_image_folder(photos, client=0, label=1, size=7))[0].shape[1:] == (
        *(7, 7),
    )


def test_colours_are_kept_or_not(tmp_path):
    red = np.zeros((2, 2, 3), np.uint8)
    red[..., 0] = 255
    save(tmp_path, "a/x/1.png", red)
    (pixels,) = data.pool(data.from_image_folder(tmp_path, client=0, label=1, color=True))[0]
    np.testing.assert_array_equal(pixels, red / 255)
    (pixels,) = data.pool(data.from_image_folder(tmp_path, client=0, label=1))[0]
    assert pixels.shape == (2, 2)
    assert pixels == pytest.approx(0.3, abs=0.01)  # as bright as red is to the eye


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_white_is_1_in_every_kind_of_image(tmp_path, mode):
    if mode == "I;16":
        white = Image.fromarray(np.full((2, 2), 65535, np.uint16))
    else:
        white = Image.new("RGB", (2, 2), "white").convert(mode)
    save(tmp_path, "a/x/1.tif" if mode == "CMYK" else "a/x/1.png", white)
    for color in (False, True):
        images, _ = data.pool(data.from_image_folder(tmp_path, client=0, label=1, color=color))
        assert (images == 1.0).all()


def test_what_is_transparent_is_white(tmp_path):
    save(tmp_path, "a/x/1.png", np.zeros((2, 2, 4), np.uint8))
    assert (data.pool(data.from_image_folder(tmp_path, client=0, label=1))[0] == 1.0).all()


def test_files_that_are_no_images_are_left_out(photos):
    (photos / "anna" / "notes.txt").write_text("cat, dog")
    (photos / "anna" / "cat" / ".hidden.png").write_text("")
    (photos / "anna" / "model.pkl").write_bytes(b"\x80\x04.")
    (photos / ".cache" / "dog").mkdir(parents=True)
    save(photos / ".cache", "dog/1.png", grey(0))
    assert data.from_image_folder(photos, client=0, label=1).client_ids == ["anna", "ben"]


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM"])
def test_a_broken_image_is_named(photos, content):
    (photos / "ben" / "dog" / "broken.png").write_bytes(content)
    with pytest.raises(ValueError, match=r"image 'ben/dog/broken\.png' can't be read.*take it out"):
        data.from_image_folder(photos, client=0, label=1)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from(["png", "jpeg", "gif", "bmp", "tiff", "webp"]), st.data())
def test_a_damaged_image_is_read_or_named(tmp_path, form, drawn):
    buffer = io.BytesIO()
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(buffer, form)
    content = bytearray(buffer.getvalue())
    for place in drawn.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=5)):
        content[place] = drawn.draw(st.integers(0, 255))
    (tmp_path / "a" / "x").mkdir(parents=True, exist_ok=True)
    (tmp_path / "a" / "x" / "1.png").write_bytes(content)
    try:
        clients = data.from_image_folder(tmp_path, client=0, label=1, size=4)
    except ValueError as error:
        assert "image 'a/x/1.png' can't be read" in str(error)
    else:
        assert 0 <= data.pool(clients)[0].min() <= data.pool(clients)[0].max() <= 1


def test_an_image_that_broke_off_is_named(photos):
    file = photos / "ben" / "dog" / "large.png"
    noise = np.random.default_rng(0).integers(0, 256, (50, 50), np.uint8)
    save(photos, "ben/dog/large.png", noise)
    file.write_bytes(file.read_bytes()[:-500])
    with pytest.raises(ValueError, match=r"image 'ben/dog/large\.png' can't be read"):
        data.from_image_folder(photos, client=0, label=1, size=3)


def test_images_in_the_wrong_place_are_named(photos):
    save(photos, "anna/lost.png", grey(0))
    with pytest.raises(
        ValueError, match=r"label is 1, and the path of image 'anna/lost\.png' has no"
    ):
        data.from_image_folder(photos, client=0, label=1)


def test_folders_that_are_none(photos, tmp_path_factory):
    empty = tmp_path_factory.mktemp("empty")
    for folder, told in [
        (empty, "has no images in it"),
        (empty / "gone", "there is no such folder"),
        (photos / "ben" / "dog" / "0.png", "there is no such folder"),
        ("", "there is no such folder"),
        ("a\0b", "there is no such folder"),
    ]:
        with pytest.raises(ValueError, match=f"folder.*{told}"):
            data.from_image_folder(folder, client=0, label=1)
    with pytest.raises(TypeError, match="folder must be the path of a folder, and it is 5"):
        data.from_image_folder(5, client=0, label=1)


def test_what_a_function_gives_must_be_a_text(photos):
    with pytest.raises(ValueError, match=r"client is None for image '.*\.png', and must be"):
        data.from_image_folder(photos, client=lambda path: None, label=1)


def test_more_than_memory_takes_is_said_before_it_is_taken(photos, monkeypatch):
    from fl_course.data import image_folder

    monkeypatch.setattr(image_folder, "_MOST_BYTES", 100)
    with pytest.raises(ValueError, match="3 images of 3 x 4 pixels would take"):
        data.from_image_folder(photos, client=0, label=1)


def test_names_of_folders_may_be_in_any_script(tmp_path):
    save(tmp_path, "안나/猫/1.png", grey(0))
    clients = data.from_image_folder(tmp_path, client=0, label=1)
    assert clients.client_ids == ["안나"]
    assert clients.schema.classes == ("猫",)
    assert len(list(clients.create_tf_dataset_from_all_clients())) == 1
    bad = os.fsdecode(b"\xff")
    save(tmp_path, pathlib.Path(bad, "猫", "1.png"), grey(0))
    with pytest.raises(ValueError, match=r"holds '.udcff', which is no valid Unicode"):
        data.from_image_folder(tmp_path, client=0, label=1)
