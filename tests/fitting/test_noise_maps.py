"""Noise maps from variances and weights, and the error of a PSF at point sources."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import shift

from jaxlens.fitting.noise_maps import noise_map, noise_with_psf_error, psf_variance_map
from jaxlens.fitting.observations import read_image

SIGMA = np.random.default_rng(1).uniform(0.5, 2.0, (2, 6, 6))


def test_three_kinds_of_maps_are_one_noise() -> None:
    data = np.ones((2, 6, 6))
    seen = [
        read_image(data, **{name: values})
        for name, values in (("sigma", SIGMA), ("variance", SIGMA**2), ("inverse_variance", SIGMA**-2.0))
    ]
    for one in seen:
        assert one.noise_sigma is not None
        np.testing.assert_allclose(one.noise_sigma[0], SIGMA, rtol=1e-6)
        assert one.mask.all()


def test_a_weight_of_zero_is_a_pixel_that_is_not_used() -> None:
    weight, data = SIGMA[0] ** -2.0, np.ones((6, 6))
    weight[2, 3] = 0.0
    data[2, 3] = np.nan
    seen = read_image(data, inverse_variance=weight)
    assert np.argwhere(~seen.mask).tolist() == [[0, 0, 2, 3]]
    assert np.isfinite(seen.noise_sigma).all()
    # other masks count too
    mask = np.ones((6, 6))
    mask[0, 0] = 0
    assert (~read_image(data, inverse_variance=weight, mask=mask, bad=1 - mask.T).mask).sum() == 2


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"sigma": 1.0, "variance": 1.0},
            "sigma and variance are given; give one of sigma, variance, inverse_",
        ),
        (
            {"inverse_variance": np.full((6, 6), -1.0)},
            "inverse_variance: 36 pixels below 0, the first -1; give 0",
        ),
        ({"variance": np.full((6, 6), -2.0)}, "variance: 36 pixels below 0, the first -2; give variances"),
        ({"variance": np.zeros((6, 6))}, "sigma: 36 pixels used but not above zero"),
        ({"variance": np.ones((5, 6))}, "variance has shape (1, 5, 6); the image has (1, 6, 6)"),
        ({"inverse_variance": np.zeros((6, 6))}, "no pixel of image 0 is used"),
        ({"psf_error": 0.1}, "psf_error is given without a PSF; give psf= too"),
        (
            {"psf": np.ones((3, 3)), "psf_error": 0.1, "psf_variance": 0.1},
            "psf_error and psf_variance are given",
        ),
        ({"psf": np.ones((3, 3)), "psf_error": np.ones((5, 5))}, "psf_error has shape (1, 5, 5); it must be"),
        ({"psf": np.ones((3, 3)), "psf_variance": -np.ones((3, 3))}, "psf_variance has values that are not"),
    ],
)
def test_what_is_no_noise_is_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        read_image(np.ones((6, 6)), **given)


def test_the_variance_of_a_psf_is_that_of_unit_sum() -> None:
    kernel = np.array([[1.0, 2.0, 1.0], [2.0, 8.0, 2.0], [1.0, 2.0, 1.0]])
    relative = read_image(np.ones((6, 6)), psf=kernel, psf_error=0.1)
    given = read_image(np.ones((6, 6)), psf=kernel, psf_variance=(0.1 * kernel) ** 2)
    np.testing.assert_allclose(relative.psf_variance, (0.1 * kernel[None] / 20.0) ** 2, rtol=1e-6)
    np.testing.assert_allclose(given.psf_variance, relative.psf_variance, rtol=1e-6)
    assert noise_map((1, 6, 6), ()) is None
    assert psf_variance_map(None, 1.0) is None


def test_a_star_whose_psf_is_wrong_by_its_error_has_residuals_of_the_noise() -> None:
    """Many PSFs drawn with the error, each a star: the variance of the residuals is that of the map."""
    rng = np.random.default_rng(2)
    kernel = np.exp(-0.5 * (np.arange(-3, 4)[:, None] ** 2 + np.arange(-3, 4)[None] ** 2) / 1.5)
    kernel /= kernel.sum()
    variance, flux, count = (0.2 * kernel) ** 2, 300.0, 4000
    residual = np.zeros((count, 15, 15))
    residual[:, 4:11, 2:9] = flux * np.sqrt(variance) * rng.normal(size=(count, 7, 7))
    residual += rng.normal(size=residual.shape)
    sigma = noise_with_psf_error(np.ones((15, 15)), variance, [[5.0, 7.0]], [flux])
    assert abs(np.std(residual / sigma, axis=0) - 1.0).max() < 0.07
    assert sigma.max() > 5.0


def test_places_between_pixels_and_at_the_edge_are_those_of_scipys_shift() -> None:
    stamp = np.random.default_rng(3).uniform(size=(5, 5))
    sigma = noise_with_psf_error(np.zeros((13, 14)), stamp, [[6.3, 5.8]], [2.0])
    wide = np.zeros((13, 14))
    wide[4:9, 4:9] = 4.0 * stamp
    np.testing.assert_allclose(sigma**2, shift(wide, (-0.2, 0.3), order=1), atol=1e-12)
    edge = noise_with_psf_error(np.zeros((8, 8)), stamp, [[0.0, 7.0]], [1.0])
    np.testing.assert_allclose(edge[5:, :3] ** 2, stamp[:3, 2:])
    assert np.count_nonzero(edge) == 9
    far = noise_with_psf_error(np.ones((8, 8)), stamp, [[50.0, 7.0]], [1.0])
    assert (far == 1.0).all()


def test_bands_have_fluxes_and_kernels_of_their_own() -> None:
    kernels = np.stack([np.full((1, 1), 1.0), np.full((1, 1), 4.0)])
    sigma = noise_with_psf_error(np.zeros((1, 2, 5, 5)), kernels, [[1, 2], [3, 3]], [[1.0, 2.0], [3.0, 5.0]])
    assert sigma.shape == (1, 2, 5, 5)
    assert (sigma[0, 0, 2, 1], sigma[0, 0, 3, 3]) == (1.0, 3.0)
    assert (sigma[0, 1, 2, 1], sigma[0, 1, 3, 3]) == (4.0, 10.0)
    with pytest.raises(ValueError, match="positions has shape"):
        noise_with_psf_error(np.ones((5, 5)), kernels[0], [1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="with k odd"):
        noise_with_psf_error(np.ones((5, 5)), np.ones((2, 2)), [[1.0, 2.0]], [1.0])
