"""The version is that of the distribution jaxlens-sim."""

import importlib.metadata

import jaxlens
from jaxlens.files.version import version


def test_the_version_is_that_of_the_distribution(monkeypatch):
    asked = []
    monkeypatch.setattr(importlib.metadata, "version", lambda name: asked.append(name) or "1.2.3")
    assert version() == "1.2.3"
    assert asked == ["jaxlens-sim"]


def test_a_checkout_that_is_not_installed_says_so(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert version() == "not installed"


def test_the_package_has_its_version():
    assert jaxlens.__version__ == version()
