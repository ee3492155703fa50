"""One system: amplitudes, and the noise of an exposure.  Whole images: tests/validation."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.imaging import noise, photometry, render
from jaxlens.imaging.scene import Scene


@pytest.fixture
def params(small_lens: dict[str, Any], key: jax.Array) -> tuple[Simulator, dict[str, jax.Array]]:
    """A simulator and the parameters of one system."""
    sim = Simulator(small_lens)
    return sim, {name: value[0] for name, value in sim.sample(key, 1).items()}


def test_a_magnitude_is_counts_below_the_zero_point() -> None:
    assert float(photometry.counts(20.0, 25.0)) == pytest.approx(100.0, rel=1e-5)
    assert float(photometry.counts(20.0, 25.0, 4.0)) == pytest.approx(25.0, rel=1e-5)


def test_noise_is_background_and_shot_noise_in_quadrature(
    params: tuple[Simulator, dict[str, jax.Array]],
) -> None:
    sim, values = params
    image = jnp.stack([jnp.full((2, 2, 2), counts) for counts in (-3.0, 0.0, 50.0)])
    sigma = jax.vmap(lambda one: noise.noise_sigma(sim.scene, values, one))(image)
    time = float(values["exposure_time"] * values["num_exposures"])
    background = np.broadcast_to(np.asarray(noise.background_sigma(sim.scene, values)), (2,))[:, None, None]
    for counts, found in zip((0.0, 0.0, 50.0), sigma, strict=True):
        expected = np.sqrt(background**2 + counts / time)
        np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), rtol=1e-5)


def test_light_of_several_bands_and_its_derivative_are_those_of_each_band(
    params: tuple[Simulator, dict[str, jax.Array]],
) -> None:
    """Several bands are computed apart from their sum over profiles, which changes no number."""
    sim, values = params
    theta_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"

    def light(scene: Scene, values: dict[str, jax.Array]) -> tuple[jax.Array, jax.Array]:
        def image(radius: jax.Array) -> jax.Array:
            return render._extended_light(scene, values | {theta_E: radius}, slice(None))

        return jax.jit(lambda radius: jax.jvp(image, (radius,), (jnp.ones_like(radius),)))(values[theta_E])

    together = light(sim.scene, values)
    for band, name in enumerate(sim.bands):
        one = {key: value[band] if value.ndim else value for key, value in values.items()}
        alone = light(dataclasses.replace(sim.scene, bands=(name,)), one)
        for found, expected in zip(together, alone, strict=True):
            np.testing.assert_allclose(found[band], expected[0], atol=2e-5 * float(jnp.abs(expected).max()))
