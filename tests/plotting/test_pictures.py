"""Pictures: what is drawn where, and what is refused."""

import sys

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from jaxlens.plotting.pictures import image_grid, view_corner, view_fit, view_image, view_image_rgb


def lens(bands=3, seed=0):
    """A bright blob on noise."""
    y, x = np.mgrid[-8:8, -8:8]
    noise = np.random.default_rng(seed).normal(size=(bands, 16, 16))
    return (100 * np.exp(-(x**2 + y**2) / 8) + noise).astype(np.float32)


def drawn(figure, panel=0):
    return np.asarray(figure.axes[panel].images[0].get_array())


def test_one_image_is_drawn_as_it_is_with_y_upwards():
    image = lens()[0]
    figure = view_image(image)
    assert isinstance(figure, Figure)
    np.testing.assert_array_equal(drawn(figure), image)
    assert figure.axes[0].images[0].origin == "lower"


def test_bands_are_drawn_side_by_side_and_stretched():
    figure = view_image(lens(5), stretch_func=np.arcsinh, cmap="gray")
    assert len(figure.axes) == 5
    np.testing.assert_allclose(drawn(figure, 4), np.arcsinh(lens(5)[4]))
    assert figure.axes[0].images[0].get_cmap().name == "gray"


def test_the_reddest_band_is_red():
    images = np.zeros((3, 8, 8))
    images[2, 2, 5] = 50.0
    pixels = drawn(view_image_rgb(images))
    assert pixels[2, 5, 0] > 0
    assert pixels[2, 5, 1] == pixels[2, 5, 2] == 0


@pytest.mark.parametrize("shape", [(2, 8, 8), (8, 8)])
def test_two_bands_are_no_colour_image(shape):
    with pytest.raises(ValueError, match="3 or more bands"):
        view_image_rgb(np.ones(shape))


def test_a_corner_plot_has_histograms_on_and_below_the_diagonal():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(50, 3)), columns=["a", "b", "c"])
    labels = {"a": "alpha", "b": "beta", "c": "gamma"}
    figure = view_corner(frame, labels, hist_kwargs={"bins": 7}, label_kwargs={"fontsize": 20})
    visible = np.reshape([axes.get_visible() for axes in figure.axes], (3, 3))
    np.testing.assert_array_equal(visible, np.tri(3, dtype=bool))
    assert len(figure.axes[0].patches) == 7
    assert [axes.get_xlabel() for axes in figure.axes[6:]] == ["alpha", "beta", "gamma"]
    assert [figure.axes[i].get_ylabel() for i in (3, 6)] == ["beta", "gamma"]
    assert figure.axes[6].xaxis.label.get_fontsize() == 20


def test_a_corner_plot_refuses_what_deeplenstronomys_refuses():
    frame = pd.DataFrame({"a": [1.0, 2.0]})
    with pytest.raises(TypeError, match="DataFrame"):
        view_corner({"a": [1.0]}, {"a": "a"})
    with pytest.raises(TypeError, match="dictionary"):
        view_corner(frame, ["a"])
    with pytest.raises(KeyError, match="b: not in the metadata"):
        view_corner(frame, {"a": "a", "b": "b"})


def test_a_fit_shows_data_model_and_residual_with_one_stretch():
    data, model = lens(2), np.zeros((2, 16, 16))
    mask = np.ones((2, 16, 16), bool)
    mask[1] = False
    posterior = pd.DataFrame({"a": np.arange(9.0), "b": np.ones(9), "c": np.arange(9.0) ** 2})
    figure = view_fit(data, model, np.full_like(data, 2.0), mask, ["g", "r"], posterior, [4.0, 1.0, 16.0])
    bands, corner = figure.subfigs
    panels = [axes for axes in bands.axes if axes.images]
    assert [axes.get_title() for axes in panels[:3]] == ["data", "model", "(data - model) / sigma"]
    assert panels[0].images[0].get_clim() == panels[1].images[0].get_clim()
    np.testing.assert_allclose(panels[2].images[0].get_array(), data[0] / 2.0)
    assert np.ma.getmaskarray(panels[5].images[0].get_array()).all()
    assert len(corner.axes) == 6
    assert [line.get_xdata()[0] for line in corner.axes[0].lines] == [4.0]
    figure.canvas.draw()


def test_a_grid_has_a_panel_for_each_image_and_colours_for_three_bands():
    figure = image_grid([lens(seed=seed) for seed in range(5)], columns=3)
    assert len(figure.axes) == 6
    assert drawn(figure).shape == (16, 16, 3)
    assert not figure.axes[5].images


def test_a_grid_of_fewer_bands_or_without_colours_is_grey():
    assert drawn(image_grid([lens(2)])).shape == (16, 16)
    assert drawn(image_grid([lens(3)], rgb=False)).shape == (16, 16)


def test_none_leaves_a_panel_empty():
    figure = image_grid([lens(), None, lens(), None], columns=2, titles=["first", "second"])
    assert [len(axes.images) for axes in figure.axes] == [1, 0, 1, 0]
    assert figure.axes[2].get_title(loc="left") == "second"


def test_the_stretch_of_a_grid_does_not_depend_on_the_units():
    bright, faint = image_grid([lens()]), image_grid([1e-6 * lens()])
    np.testing.assert_allclose(drawn(bright).astype(int), drawn(faint).astype(int), atol=1)


def test_the_stretch_shows_the_object_and_not_a_white_field():
    pixels = drawn(image_grid([lens()])).mean(axis=-1)
    assert pixels[8, 8] > 150
    assert np.median(pixels) < 100


def test_a_quasar_does_not_leave_its_galaxy_black():
    image = lens()
    image[:, 3, 3] = 1e5
    assert drawn(image_grid([image]))[8, 8].mean() > 30


def test_an_image_without_noise_can_be_drawn():
    assert np.isfinite(drawn(image_grid([np.zeros((1, 8, 8))]))).all()


@pytest.mark.parametrize(
    ("images", "rgb", "message"), [([], None, "no images"), ([lens(2)], True, "three bands")]
)
def test_a_grid_that_cannot_be_drawn_is_refused(images, rgb, message):
    with pytest.raises(ValueError, match=message):
        image_grid(images, rgb=rgb)


def test_without_matplotlib_the_message_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r'pip install "jaxlens\[plot\]"'):
        view_image(lens()[0])


def test_nothing_is_left_in_pyplot():
    from matplotlib import pyplot

    view_image(lens())
    assert pyplot.get_fignums() == []
