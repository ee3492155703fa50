"""Figures: what is said without matplotlib, and no global state."""

import sys

import numpy as np
import pytest

from jaxlens.plotting.images import view_image


def lens(bands=3, seed=0):
    """A bright blob on noise."""
    y, x = np.mgrid[-8:8, -8:8]
    noise = np.random.default_rng(seed).normal(size=(bands, 16, 16))
    return (100 * np.exp(-(x**2 + y**2) / 8) + noise).astype(np.float32)


def test_without_matplotlib_the_message_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r'pip install "jaxlens-sim\[plot\]"'):
        view_image(lens()[0])


def test_nothing_is_left_in_pyplot():
    from matplotlib import pyplot

    view_image(lens())
    assert pyplot.get_fignums() == []
