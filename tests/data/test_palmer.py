"""The Palmer penguins, as the lesson takes them for granted."""

import importlib.util

import pytest

from fl_course import data

needs_the_package = pytest.mark.skipif(
    importlib.util.find_spec("palmerpenguins") is None, reason="palmerpenguins is not installed"
)


@needs_the_package
def test_344_birds_of_three_species_on_three_islands():
    frame = data.penguins()
    assert frame.shape == (344, 8)
    on = frame.groupby("island")["species"].unique().map(set).to_dict()
    assert on == {
        "Biscoe": {"Adelie", "Gentoo"},
        "Dream": {"Adelie", "Chinstrap"},
        "Torgersen": {"Adelie"},
    }
    assert frame["bill_length_mm"].isna().sum() == 2
    assert frame["sex"].isna().sum() == 11


@needs_the_package
def test_the_file_and_the_table_give_the_same_clients():
    arguments = {"client": "island", "label": "species", "missing": "keep"}
    of_file, of_frame = (
        data.from_table(source, **arguments) for source in (data.penguins_file(), data.penguins())
    )
    assert of_file.schema == of_frame.schema
    assert of_file.client_ids == ["Biscoe", "Dream", "Torgersen"]
    assert of_file.schema.classes == ("Adelie", "Chinstrap", "Gentoo")
    assert {c: n.tolist() for c, n in data.label_counts(of_file).items()} == {
        "Biscoe": [44, 0, 124],
        "Dream": [56, 68, 0],
        "Torgersen": [52, 0, 0],
    }


@needs_the_package
def test_missing_values_are_told_with_their_island():
    with pytest.raises(ValueError, match=r"line 5 of 'penguins\.csv', column 'bill_length_mm', cl"):
        data.from_table(data.penguins_file(), client="island", label="species")


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"palmerpenguins is not installed. Run `fl-course"):
        data.penguins()
