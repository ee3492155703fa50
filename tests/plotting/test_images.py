"""Pictures of images: what is drawn where, and what is refused."""

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
