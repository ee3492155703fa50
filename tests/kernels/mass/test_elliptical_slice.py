"""The uniform elliptical slice: inside, far outside, and where it is round."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.mass.elliptical_slice import elli_slice, elli_slice_potential

SLICE = {"a": 1.5, "b": 0.7, "psi": 0.4, "sigma_0": 0.8}


def test_far_away_it_is_the_point_of_its_mass():
    with jax.enable_x64(True):
        alpha_x, alpha_y = elli_slice(1000.0, 500.0, **SLICE)
    mass = SLICE["a"] * SLICE["b"] * SLICE["sigma_0"]
    np.testing.assert_allclose([alpha_x, alpha_y], mass * np.array([1000.0, 500.0]) / 1.25e6, rtol=1e-5)


def test_a_round_slice_has_right_gradients_in_its_axes():
    """The derivative in a at a = b is half of that of a disk in its radius, by symmetry on the diagonal."""
    with jax.enable_x64(True):
        at = {"psi": 0.0, "sigma_0": 0.8}
        x = y = 1.3
        d_a, d_b = (
            jax.grad(lambda a, b: elli_slice_potential(x, y, a=a, b=b, **at), argnums=k)(0.9, 0.9)
            for k in (0, 1)
        )
        # psi of a disk: sigma_0 R^2 (ln r + 1/2) outside
        np.testing.assert_allclose(d_a, d_b, rtol=1e-12)
        np.testing.assert_allclose(d_a + d_b, 0.8 * 2.0 * 0.9 * (np.log(np.hypot(x, y)) + 0.5), rtol=1e-12)
        np.testing.assert_allclose(elli_slice(0.3, -0.2, a=0.9, b=0.9, **at), [0.24, -0.16], rtol=1e-12)


def test_the_deflection_is_continuous_at_the_edge():
    with jax.enable_x64(True):
        angle = np.linspace(0.0, 2.0 * np.pi, 50)
        u, v = SLICE["a"] * np.cos(angle), SLICE["b"] * np.sin(angle)
        x = jnp.asarray(u * np.cos(0.4) - v * np.sin(0.4))
        y = jnp.asarray(u * np.sin(0.4) + v * np.cos(0.4))
        inside, outside = (np.stack(elli_slice(s * x, s * y, **SLICE)) for s in (1 - 1e-9, 1 + 1e-9))
    np.testing.assert_allclose(inside, outside, atol=1e-8)
