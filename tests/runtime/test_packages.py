"""What is missing, and how it is added."""

import importlib.metadata

import pytest

from fl_course.runtime import SetupError, install_and_check, packages


def pretend(monkeypatch, versions):
    """Makes some packages look as if they were not installed (None) or had another version."""
    real = importlib.metadata.version

    def version(name):
        if name in versions:
            if versions[name] is None:
                raise importlib.metadata.PackageNotFoundError(name)
            return versions[name]
        return real(name)

    monkeypatch.setattr(importlib.metadata, "version", version)


def test_nothing_is_missing_here():
    assert packages.missing() == []
    assert packages.install_missing() == []


def test_missing_packages_are_listed_with_tff_exact(monkeypatch):
    absent = ("dp-accounting", "tensorflow-federated", "tensorflow-privacy")
    pretend(monkeypatch, dict.fromkeys(absent))
    names = packages.missing()
    assert names[0].startswith("dp-accounting")
    assert names[1:] == ["tensorflow-federated==0.87.0", "tensorflow-privacy==0.9.0"]


def test_old_tff_is_replaced_and_another_numpy_is_left_alone(monkeypatch):
    pretend(monkeypatch, {"tensorflow-federated": "0.33.0", "numpy": "2.0.2"})
    assert packages.missing() == ["tensorflow-federated==0.87.0"]


def test_tensorflow_missing_says_to_install_the_course_first(monkeypatch):
    pretend(monkeypatch, {"tensorflow": None})
    with pytest.raises(SetupError, match=r"TensorFlow is not installed.*pip install fl-course"):
        packages.install_missing()


def test_pip_without_an_index_is_a_clear_error(monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    pretend(monkeypatch, {"tensorflow-federated": "0.1.0"})
    monkeypatch.setattr(packages, "WITHOUT_DEPENDENCIES", ("no-such-package-of-fl-course==1.0",))
    with pytest.raises(SetupError) as caught:
        packages.install_missing()
    assert "pip could not install no-such-package-of-fl-course==1.0" in str(caught.value)
    assert "Check the network connection and run `fl-course setup` again" in str(caught.value)


def test_install_and_check_reports_the_versions_in_use():
    assert "TensorFlow 2.20.0 · TFF 0.87.0" in install_and_check()
