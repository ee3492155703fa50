"""The noise of an exposure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens import Simulator
from jaxlens.imaging.noise import background_sigma, noise_sigma


def test_noise_is_background_and_shot_noise_in_quadrature(small_lens: dict[str, Any]) -> None:
    scene, time = Simulator(small_lens).scene, 200.0
    params = {"exposure_time": 100.0, "num_exposures": 2.0, "pixel_scale": 0.2, "read_noise": 5.0}
    params |= {"sky_brightness": 22.0, "magnitude_zero_point": 27.0}
    values = {name: jnp.asarray(value) for name, value in params.items()}
    image = np.stack([np.full((2, 2, 2), counts, np.float32) for counts in (-3.0, 0.0, 50.0)])
    sigma = jax.jit(jax.vmap(lambda one: noise_sigma(scene, values, one)))(image)
    background = float(jax.jit(lambda values: background_sigma(scene, values))(values))
    sky = 100.0 * 0.2**2  # 22 mag per square arcsec are 100 electrons/s/arcsec^2
    assert np.isclose(background, np.sqrt(2 * 5.0**2 + time * sky) / time, rtol=1e-5)
    for counts, found in zip((0.0, 0.0, 50.0), sigma, strict=True):
        np.testing.assert_allclose(found, np.sqrt(background**2 + counts / time), rtol=1e-5)


def test_dark_pixels_without_background_have_no_noise_and_finite_gradients(
    small_lens: dict[str, Any],
) -> None:
    scene = replace(Simulator(small_lens).scene, backgrounds="replace")
    params = {"exposure_time": jnp.asarray(100.0), "num_exposures": jnp.asarray(2.0)}

    @jax.jit
    @jax.value_and_grad
    def total(image: jax.Array) -> jax.Array:
        return jnp.sum(noise_sigma(scene, params, image))

    value, gradient = total(np.array([[[0.0, -1.0, 50.0]]], np.float32))
    np.testing.assert_allclose(value, 0.5, rtol=1e-6)
    # d sqrt(I / t) / dI = 1 / (2 sqrt(I t))
    np.testing.assert_allclose(gradient, [[[0.0, 0.0, 0.005]]], rtol=1e-6)
