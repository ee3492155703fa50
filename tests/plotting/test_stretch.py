"""The stretch of a grid of images."""

import numpy as np

from jaxlens.plotting.images import image_grid


def lens(bands=3, seed=0):
    """A bright blob on noise."""
    y, x = np.mgrid[-8:8, -8:8]
    noise = np.random.default_rng(seed).normal(size=(bands, 16, 16))
    return (100 * np.exp(-(x**2 + y**2) / 8) + noise).astype(np.float32)


def drawn(figure, panel=0):
    return np.asarray(figure.axes[panel].images[0].get_array())


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
