"""Images as light profiles.  (Values of lenstronomy and derivatives: the tests of all profiles.)"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.light.interpolated import image_flux, interpol

IMAGE = np.zeros((4, 6))
IMAGE[3, 1] = 2.0


def test_columns_are_x_and_rows_are_y_and_the_image_turns_from_x_towards_y() -> None:
    """The bright pixel is 1.5 pixels left of the middle and 1.5 above; turned by a right angle, below."""
    with jax.enable_x64(True):
        x, y = jnp.asarray([-0.15, -0.15, 0.15]), jnp.asarray([0.15, -0.15, 0.15])
        image = jnp.asarray(IMAGE)
        np.testing.assert_allclose(interpol(x, y, image=image, scale=0.1), [2.0, 0.0, 0.0], atol=1e-12)
        turned = interpol(x, y, image=image, scale=0.1, phi_G=jnp.pi / 2.0)
        np.testing.assert_allclose(turned, [0.0, 2.0, 0.0], atol=1e-12)


def test_the_flux_is_the_sum_of_the_pixels_times_their_area() -> None:
    assert float(image_flux(image=jnp.asarray(IMAGE), scale=0.5)) == pytest.approx(0.5)
    by_band = image_flux(image=jnp.asarray(np.stack([IMAGE, 3.0 * IMAGE])), scale=0.5)
    np.testing.assert_allclose(by_band, [[[0.5]], [[1.5]]])


def test_an_image_by_band_with_parameters_by_band() -> None:
    with jax.enable_x64(True):
        rng = np.random.default_rng(3)
        images = jnp.asarray(rng.normal(size=(2, 5, 5)))
        x, y = jnp.asarray(rng.normal(size=(1, 3, 4))) / 5.0, jnp.asarray(rng.normal(size=(1, 3, 4))) / 5.0
        scale = jnp.asarray([0.1, 0.2])
        found = interpol(x, y, image=images, scale=scale[:, None, None], phi_G=0.3)
        for band in (0, 1):
            own = interpol(x[0], y[0], image=images[band], scale=scale[band], phi_G=0.3)
            np.testing.assert_allclose(found[band], own, atol=1e-12)
