"""Deflections and potentials on a grid."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels import MASS_PROFILES
from jaxlens.kernels.mass.power_law import epl

RNG = np.random.default_rng(7)


def test_a_fine_grid_of_a_lens_is_the_lens() -> None:
    """Linear interpolation has an error of the square of the step; rows are y."""
    with jax.enable_x64(True):
        lens = {"theta_E": 1.2, "gamma": 1.9, "e1": 0.2, "e2": -0.1}
        x, y = jnp.linspace(0.4, 2.0, 161), jnp.linspace(-0.9, 0.9, 181)
        f_x, f_y = epl(*jnp.meshgrid(x, y), **lens)
        at = jnp.asarray(RNG.uniform(0.4, 2.0, 50)), jnp.asarray(RNG.uniform(-0.9, 0.9, 50))
        tables = {"grid_interp_x": x[jnp.asarray([0, -1])], "grid_interp_y": y, "f_x": f_x, "f_y": f_y}
        found = MASS_PROFILES["INTERPOL"].deflection(*at, **tables)
        np.testing.assert_allclose(found, epl(*at, **lens), atol=1e-4)
        moved = MASS_PROFILES["TABULATED_DEFLECTIONS"].deflection(at[0] + 0.3, at[1], **tables, center_x=0.3)
        np.testing.assert_allclose(moved, found, atol=1e-9)
        scaled = MASS_PROFILES["INTERPOL_SCALED"].deflection(*at, **tables, scale_factor=1.5)
        np.testing.assert_allclose(scaled, 1.5 * jnp.stack(found), atol=1e-12)


def test_the_deflection_is_the_gradient_of_the_potential_where_both_are_of_first_degree() -> None:
    """Psi = a + b x + c y + d x y is its own interpolation."""
    with jax.enable_x64(True):
        x, y = np.sort(RNG.uniform(-2.0, 2.0, 8)), np.linspace(-1.0, 1.0, 5)
        columns, rows = np.meshgrid(x, y)
        tables = {
            "grid_interp_x": jnp.asarray(x),
            "grid_interp_y": jnp.asarray(y),
            "f_": jnp.asarray(0.3 - 0.2 * columns + 0.1 * rows + 0.4 * columns * rows),
            "f_x": jnp.asarray(-0.2 + 0.4 * rows),
            "f_y": jnp.asarray(0.1 + 0.4 * columns),
        }
        profile = MASS_PROFILES["INTERPOL"]
        at = jnp.asarray(RNG.uniform(x[0], x[-1], 20)), jnp.asarray(RNG.uniform(-1.0, 1.0, 20))
        assert profile.potential is not None
        gradient = jax.grad(lambda x, y: jnp.sum(profile.potential(x, y, **tables)), (0, 1))(*at)
        np.testing.assert_allclose(gradient, profile.deflection(*at, **tables), atol=1e-12)
