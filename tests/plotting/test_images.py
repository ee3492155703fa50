"""Pictures of images: what is drawn where, and what is refused."""

import itertools

import numpy as np
import pytest
from matplotlib.figure import Figure

from jaxlens.plotting.images import image_grid, view_image, view_image_rgb


def lens(bands=3, seed=0):
    """A bright blob on noise."""
    y, x = np.mgrid[-8:8, -8:8]
    noise = np.random.default_rng(seed).normal(size=(bands, 16, 16))
    return (100 * np.exp(-(x**2 + y**2) / 8) + noise).astype(np.float32)


def drawn(figure, panel=0):
    return np.asarray(figure.axes[panel].images[0].get_array())


def test_one_image_has_its_counts_at_the_colour_bar_and_y_upwards():
    image = lens()[0]
    figure = view_image(image)
    assert isinstance(figure, Figure)
    picture = figure.axes[0].images[0]
    np.testing.assert_array_equal(drawn(figure), image)
    assert picture.origin == "lower"
    # an asinh stretch: half of the colours for much less than half of the counts
    assert picture.norm(0.3 * image.max()) > 0.5
    assert picture.norm(image.max()) == pytest.approx(1.0)
    panel, bar = figure.axes
    assert panel.get_xlabel() == "x (pixel)"
    assert bar.get_ylabel() == "counts/s"
    assert all(low < tick <= 110 for low, tick in itertools.pairwise([-2.0, *bar.get_yticks()]))
    assert len(bar.get_yticks()) >= 4


def test_axes_are_in_arcsec_where_the_pixel_scale_is_known():
    figure = view_image(lens(2), pixel_scale=np.full(2, 0.25), bands=["g", "r"])
    assert figure.axes[0].get_xlabel() == "x (arcsec)"
    assert figure.axes[0].images[0].get_extent() == [-2.0, 2.0, -2.0, 2.0]
    assert [axes.get_title() for axes in figure.axes[:2]] == ["g", "r"]
    with pytest.raises(ValueError, match="give one number of arcsec a pixel"):
        view_image(lens(2), pixel_scale=[0.2, 0.3])
    with pytest.raises(ValueError, match="bands has 1 names and the image 2 bands"):
        view_image(lens(2), bands=["g"])


def test_the_limits_of_the_colours_are_those_that_are_given():
    norm = view_image(lens()[0], vmin=1.0, vmax=50.0).axes[0].images[0].norm
    assert (norm.vmin, norm.vmax) == (1.0, 50.0)
    norm = view_image(lens()[0], stretch_func=np.abs, vmax=9.0).axes[0].images[0].norm
    assert norm.vmax == 9.0


def test_bands_are_drawn_side_by_side_and_stretched():
    figure = view_image(lens(5), stretch_func=np.arcsinh, cmap="gray")
    assert len([axes for axes in figure.axes if axes.images]) == 5
    np.testing.assert_allclose(drawn(figure, 4), np.arcsinh(lens(5)[4]))
    assert figure.axes[0].images[0].get_cmap().name == "gray"


def test_the_reddest_band_is_red():
    images = np.zeros((3, 8, 8))
    images[2, 2, 5] = 50.0
    pixels = drawn(view_image_rgb(images))
    assert pixels[2, 5, 0] > 0
    assert pixels[2, 5, 1] == pixels[2, 5, 2] == 0


def test_colours_are_those_of_i_r_g_by_name_and_of_fluxes_by_zero_point():
    """A source of a flat spectrum in maggies has no colour, and u is not drawn."""
    zeros = np.array([26.0, 27.0, 28.0, 29.0])
    light = lens(1)[0] * 10.0 ** (0.4 * (zeros - 28.0))[:, None, None]
    light[0] = 1e4
    bands = ["x_u", "x_g", "x_r", "x_i"]
    figure = view_image_rgb(light, bands=bands, rgb_bands=["x_g", "x_r", "x_i"], zero_points=zeros)
    pixels = drawn(figure).astype(int)
    assert np.ptp(pixels, axis=-1).max() <= 1
    assert pixels[8, 8].min() > 100
    assert figure.axes[0].get_title() == "x_i, x_r, x_g"
    figure = view_image_rgb(light, bands=["u", "g", "r", "i"], pixel_scale=0.2)
    assert figure.axes[0].get_title() == "i, r, g"
    assert figure.axes[0].get_xlabel() == "x (arcsec)"
    with pytest.raises(ValueError, match="zero_points has shape"):
        view_image_rgb(light, zero_points=[27.0, 28.0])
    with pytest.raises(ValueError, match="'z' is no band; the bands are u, g, r, i"):
        view_image_rgb(light, bands=["u", "g", "r", "i"], rgb_bands=["g", "r", "z"])


def test_a_grid_draws_the_bands_that_are_chosen():
    images = np.stack([lens(4, seed) for seed in range(2)])
    images[:, 3] = 0.0
    grey = image_grid(images, rgb=False, bands=list("ugri"), rgb_bands=["g", "r", "i"])
    np.testing.assert_array_equal(drawn(grey), drawn(image_grid(images, rgb=False)))
    coloured = drawn(image_grid(images, bands=list("ugri"), zero_points=np.full((2, 4), 28.0)))
    assert coloured[8, 8, 0] < coloured[8, 8, 1]


@pytest.mark.parametrize("shape", [(2, 8, 8), (8, 8)])
def test_two_bands_are_no_colour_image(shape):
    with pytest.raises(ValueError, match="3 or more bands"):
        view_image_rgb(np.ones(shape))


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


@pytest.mark.parametrize(
    ("images", "rgb", "message"), [([], None, "no images"), ([lens(2)], True, "three bands")]
)
def test_a_grid_that_cannot_be_drawn_is_refused(images, rgb, message):
    with pytest.raises(ValueError, match=message):
        image_grid(images, rgb=rgb)


@pytest.mark.parametrize("shape", [(), (8,), (2, 3, 8, 8), (1, 1, 3, 8, 8), (0, 8, 8), (3, 0, 8)])
def test_an_image_of_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match=r"it must be \(y, x\) or \(bands, y, x\)") as caught:
        view_image(np.ones(shape))
    assert ("give one system, as images[0]" in str(caught.value)) == (len(shape) == 4)
    assert ("images[0, 0], or draw the series with view_series" in str(caught.value)) == (len(shape) == 5)
    assert str(shape) in str(caught.value)


def test_several_systems_are_no_colour_image():
    with pytest.raises(ValueError, match=r"\(2, 3, 8, 8\).*columns\); give one system, as images\[0\]"):
        view_image_rgb(np.ones((2, 3, 8, 8)))


@pytest.mark.parametrize("shape", [(8, 8), (2, 3, 8, 8)])
def test_a_grid_names_the_image_of_another_shape(shape):
    with pytest.raises(ValueError, match=r"^image 1 has shape \(.*\); it must be \(bands, y, x\)") as e:
        image_grid([lens(), np.ones(shape)])
    assert ("draw a time series with view_series" in str(e.value)) == (len(shape) == 4)
