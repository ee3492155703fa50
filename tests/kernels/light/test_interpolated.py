"""Images as light profiles.  (Values of lenstronomy and derivatives: the tests of all profiles.)"""

from __future__ import annotations

import jax
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

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

    @jax.jit
    def found(flip, phi_G):
        return interpol(x, y, image=IMAGE, scale=0.1, phi_G=phi_G, flip=flip, size=2.0)

    np.testing.assert_allclose(found(0.0, 0.0), [0.0, 2.0, 0.0], atol=1e-5)
    np.testing.assert_allclose(found(1.0, 0.0), [2.0, 0.0, 0.0], atol=1e-5)
    np.testing.assert_allclose(found(1.0, np.pi / 2.0), [0.0, 2.0, 0.0], atol=1e-5)
    assert np.isnan(found(np.nan, 0.0)).all()
    assert float(image_flux(image=IMAGE, scale=0.1, size=2.0)) == pytest.approx(0.08)


def galaxy(side: int = 32) -> np.ndarray:
    """A disk with knots, seen with a PSF of four pixels."""
    rng = np.random.default_rng(4)
    y, x = np.mgrid[:side, :side] - 0.5 * (side - 1)
    found = np.exp(-np.hypot(x, 1.4 * y) / 1.5)
    for at_x, at_y in rng.normal(0.0, 2.5, (4, 2)):
        found += 0.5 * np.exp(-0.5 * ((x - at_x) ** 2 + (y - at_y) ** 2))
    return gaussian_filter(found, 4.0 / 2.355, mode="constant")


@pytest.mark.parametrize(("order", "within"), [(1, 5e-5), (3, 2e-6)])
def test_the_flux_is_kept_where_an_image_is_shifted_turned_and_mirrored(order: int, within: float) -> None:
    """Of the sum over sub-pixels: to rounding where they divide a pixel of the image, wherever it is.

    Turned, four sub-pixels a pixel of the image see the kinks of linear interpolation.
    """
    image, scale, step = galaxy(), 0.1, 0.025
    axis = (np.arange(200) - 99.5) * step
    x, y = np.meshgrid(axis, axis)

    @jax.jit
    def ratio(center_x, center_y, phi_G, flip, size):
        shape = {"image": image, "scale": scale, "size": size}
        own = {"phi_G": phi_G, "flip": flip, "center_x": center_x, "center_y": center_y, "order": order}
        return interpol(x, y, **shape, **own).sum() * step**2 / image_flux(**shape)

    with jax.enable_x64(True):
        assert float(ratio(0.037, -0.021, 0.0, 1.0, 1.0)) == pytest.approx(1.0, rel=2e-6)
        assert float(ratio(0.011, 0.3, 0.7, 0.0, 1.0)) == pytest.approx(1.0, rel=within)
        assert float(ratio(-0.2, 0.043, 2.3, 1.0, 1.3)) == pytest.approx(1.0, rel=within)


@pytest.mark.long
def test_derivatives_in_place_size_and_angle_are_those_of_differences() -> None:
    x, y = np.linspace(-0.6, 0.5, 7), np.linspace(0.3, -0.4, 7)

    def total(values):
        own = dict(zip(("center_x", "center_y", "phi_G", "scale", "size"), values, strict=True))
        flux = image_flux(image=galaxy(16), **{key: own[key] for key in ("scale", "size")})
        return (interpol(x, y, image=galaxy(16), flip=1.0, order=3, **own) ** 2).sum() / flux

    with jax.enable_x64(True):
        at = np.array([0.03, -0.05, 0.4, 0.1, 1.2])
        found = np.asarray(jax.grad(lambda values: total(jax.numpy.unstack(values)))(jax.numpy.asarray(at)))
        for i, step in enumerate(1e-6 * np.eye(len(at))):
            ahead, behind = (float(total(list(at + sign * step))) for sign in (1.0, -1.0))
            assert found[i] == pytest.approx((ahead - behind) / 2e-6, rel=1e-6)
