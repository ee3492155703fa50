"""Images as light profiles.  (Values of lenstronomy and derivatives: the tests of all profiles.)"""

from __future__ import annotations

import jax
import numpy as np
import pytest

from jaxlens.kernels.light.interpolated import image_flux, interpol

IMAGE = np.zeros((4, 6), np.float32)
IMAGE[3, 1] = 2.0


def brightness(x, y, image, scale, phi_G):
    return interpol(x, y, image=image, scale=scale, phi_G=phi_G)


def test_columns_are_x_and_rows_are_y_and_the_image_turns_from_x_towards_y() -> None:
    """The bright pixel is 1.5 pixels left of the middle and 1.5 above it; turned by a right angle, below."""
    x, y = np.float32([-0.15, -0.15, 0.15]), np.float32([0.15, -0.15, 0.15])
    found = jax.jit(brightness)
    np.testing.assert_allclose(found(x, y, IMAGE, 0.1, 0.0), [2.0, 0.0, 0.0], atol=1e-5)
    np.testing.assert_allclose(found(x, y, IMAGE, 0.1, np.pi / 2.0), [0.0, 2.0, 0.0], atol=1e-5)


def test_the_flux_is_the_sum_of_the_pixels_times_their_area() -> None:
    flux = jax.jit(lambda image, scale: image_flux(image=image, scale=scale))
    assert float(flux(IMAGE, 0.5)) == pytest.approx(0.5)
    np.testing.assert_allclose(flux(np.stack([IMAGE, 3.0 * IMAGE]), 0.5), [[[0.5]], [[1.5]]])


def test_an_image_by_band_with_parameters_by_band() -> None:
    rng = np.random.default_rng(3)
    images = rng.normal(size=(2, 5, 5)).astype(np.float32)
    x, y = (rng.normal(size=(2, 1, 3, 4)) / 5.0).astype(np.float32)
    scale = np.float32([0.1, 0.2])
    found = jax.jit(brightness)(x, y, images, scale[:, None, None], 0.3)
    own = jax.jit(jax.vmap(brightness, (None, None, 0, 0, None)))(x[0], y[0], images, scale, 0.3)
    np.testing.assert_allclose(found, own, atol=1e-6)


def test_an_image_is_mirrored_before_it_is_turned_and_enlarged_with_its_flux() -> None:
    """The bright pixel, 1.5 pixels left of the middle and above it, is on the right; turned, above again."""
    x, y = np.float32([0.3, -0.3, -0.3]), np.float32([0.3, 0.3, -0.3])

    def found(flip, phi_G, size=2.0):
        return interpol(x, y, image=IMAGE, scale=0.1, phi_G=phi_G, flip=flip, size=size)

    np.testing.assert_allclose(found(0.0, 0.0), [0.0, 2.0, 0.0], atol=1e-5)
    np.testing.assert_allclose(found(1.0, 0.0), [2.0, 0.0, 0.0], atol=1e-5)
    np.testing.assert_allclose(found(1.0, np.pi / 2.0), [0.0, 2.0, 0.0], atol=1e-5)
    assert np.isnan(found(np.nan, 0.0)).all()
    assert float(image_flux(image=IMAGE, scale=0.1, size=2.0)) == pytest.approx(0.08)
