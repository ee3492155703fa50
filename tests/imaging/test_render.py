"""The light of one system, by band.  Whole images: tests/validation."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens import Simulator
from jaxlens.imaging import extended_light
from jaxlens.imaging.scene import Scene


@pytest.mark.long
def test_light_of_several_bands_and_its_derivative_are_those_of_each_band(
    small_lens: dict[str, Any], key: jax.Array
) -> None:
    """Several bands are computed apart from their sum over profiles, which changes no number."""
    sim = Simulator(small_lens)
    values = {name: value[0] for name, value in sim.sample(key, 1).items()}
    theta_E = "PLANE_1-OBJECT_1-MASS_PROFILE_1-theta_E"

    def light(scene: Scene, values: dict[str, jax.Array]) -> tuple[jax.Array, jax.Array]:
        def image(radius: jax.Array) -> jax.Array:
            return extended_light.extended_light(scene, values | {theta_E: radius}, slice(None))

        return jax.jit(lambda radius: jax.jvp(image, (radius,), (jnp.ones_like(radius),)))(values[theta_E])

    together = light(sim.scene, values)
    for band, name in enumerate(sim.bands):
        one = {key: value[band] if value.ndim else value for key, value in values.items()}
        alone = light(dataclasses.replace(sim.scene, bands=(name,)), one)
        for found, expected in zip(together, alone, strict=True):
            np.testing.assert_allclose(found[band], expected[0], atol=2e-5 * float(jnp.abs(expected).max()))


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_the_light_by_plane_for_a_gpu_is_that_of_all_planes_with_the_same_derivatives(
    key: jax.Array, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim = Simulator("double_source_plane")
    params = {name: value[0] for name, value in sim.sample(key, 1).items()}

    def everything(choose: Callable[..., Any]) -> Any:
        monkeypatch.setattr(jax.lax, "platform_dependent", choose)

        @jax.jit
        def light(params: dict[str, jax.Array]) -> Any:
            image, pull = jax.vjp(
                lambda params: extended_light.extended_light(sim.scene, params, slice(None)), params
            )
            return image, pull(jnp.cos(image))

        return light(params)

    found = everything(lambda *values, default, cpu=None, cuda=None: (cuda or default)(*values))
    expected = everything(lambda *values, default, cpu=None, cuda=None: (cpu or default)(*values))
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
    for a, b in zip(jax.tree.leaves(found[1]), jax.tree.leaves(expected[1]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-11)
