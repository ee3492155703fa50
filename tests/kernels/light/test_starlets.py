"""Starlets: what their transform takes apart is put together again."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.ndimage import convolve1d

from jaxlens.kernels.light.starlets import slit_starlets, slit_starlets_gen2, starlet_flux, starlet_flux_gen2

B3 = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16.0
RNG = np.random.default_rng(5)


def transform(image: np.ndarray, scales: int, second: bool) -> np.ndarray:
    """The coefficients of an image, by the definition of the transform."""

    def smooth(values: np.ndarray, step: int) -> np.ndarray:
        taps = np.zeros(4 * step + 1)
        taps[::step] = B3
        return convolve1d(convolve1d(values, taps, axis=0, mode="nearest"), taps, axis=1, mode="nearest")

    found = []
    for j in range(scales - 1):
        smoother = smooth(image, 2**j)
        found.append(image - (smooth(smoother, 2**j) if second else smoother))
        image = smoother
    return np.stack([*found, image])


@pytest.mark.parametrize("second", [False, True])
def test_the_image_is_that_of_its_coefficients(second: bool) -> None:
    image = RNG.normal(size=(16, 16))
    offsets = 0.5 * (np.arange(16) - 7.5)
    y, x = np.meshgrid(offsets, offsets, indexing="ij")
    profile = slit_starlets_gen2 if second else slit_starlets
    total = starlet_flux_gen2 if second else starlet_flux
    own = {"n_scales": 4, "n_pixels": 256, "scale": 0.5}

    @jax.jit
    def both(amp: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        moved = profile(x + 1.0, y, amp=amp.ravel(), center_x=1.0, **own)
        return profile(x, y, amp=amp, **own), moved, total(amp=amp, **own)

    with jax.enable_x64(True):
        found, moved, flux = both(transform(image, 4, second))
    np.testing.assert_allclose(found, image, atol=1e-12)
    np.testing.assert_allclose(moved, image, atol=1e-12)
    assert float(flux) == pytest.approx(0.25 * image.sum(), rel=1e-10)


def test_another_number_of_coefficients_is_refused() -> None:
    with pytest.raises(ValueError, match=r"n_scales is 2 and n_pixels 9, but amp has shape \(3, 3, 3\)"):
        slit_starlets(0.0, 0.0, amp=jnp.zeros((3, 3, 3)), n_scales=2, n_pixels=9, scale=1.0)
