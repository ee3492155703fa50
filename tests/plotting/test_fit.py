"""The picture of a fit."""

import numpy as np
import pandas as pd

from jaxlens.plotting.fit import view_fit
from jaxlens.plotting.system import SystemPicture


def lens(bands=3, seed=0):
    """A bright blob on noise."""
    y, x = np.mgrid[-8:8, -8:8]
    noise = np.random.default_rng(seed).normal(size=(bands, 16, 16))
    return (100 * np.exp(-(x**2 + y**2) / 8) + noise).astype(np.float32)


def test_a_fit_shows_data_model_and_residual_with_one_stretch():
    data, model = lens(2), np.zeros((2, 16, 16))
    mask = np.ones((2, 16, 16), bool)
    mask[1] = False
    posterior = pd.DataFrame({"a": np.arange(9.0), "b": np.ones(9), "c": np.arange(9.0) ** 2})
    figure = view_fit(data, model, np.full_like(data, 2.0), mask, ["g", "r"], posterior, [4.0, 1.0, 16.0])
    bands, corner = figure.subfigs
    panels = [axes for axes in bands.axes if axes.images]
    assert [axes.get_title() for axes in panels[:3]] == ["data", "model", r"(data $-$ model) / $\sigma$"]
    assert panels[0].images[0].norm is panels[1].images[0].norm
    np.testing.assert_array_equal(panels[0].images[0].get_array(), data[0])
    np.testing.assert_allclose(panels[2].images[0].get_array(), data[0] / 2.0)
    assert np.ma.getmaskarray(panels[5].images[0].get_array()).all()
    assert len(corner.axes) == 6
    assert [line.get_xdata()[0] for line in corner.axes[0].lines] == [4.0]
    assert [axes.get_xlabel() for axes in corner.axes[3:]] == ["a", "b", "c"]
    figure.canvas.draw()


def test_a_fit_shows_its_lens_above_the_bands():
    image = lens()
    picture = SystemPicture(image, ["g", "r", "i"], 2.0, convergence=np.ones((4, 4)), source=image)
    nothing = pd.DataFrame(index=range(3))
    figure = view_fit(image, image, image**0, image**0, ["g", "r", "i"], nothing, [], picture)
    system, bands = figure.subfigs
    titles = [axes.get_title() for axes in system.axes if axes.get_title()]
    assert titles == ["image (i, r, g)", "critical curves", "source and caustics"]
    assert [axes.get_ylabel() for axes in bands.axes if axes.images and axes.get_ylabel()] == ["g", "r", "i"]
    assert bands.axes[0].title.get_fontsize() >= 14.0, "it is read at half of its size"
