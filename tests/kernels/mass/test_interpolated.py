"""Deflections and potentials on a grid."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels import MASS_PROFILES

RNG = np.random.default_rng(7)


def lens(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The deflection of a cored isothermal lens that is not round, (2, ...)."""
    return np.array([1.2 * x, 0.9 * y]) / np.sqrt(0.01 + 1.1 * x**2 + 0.9 * y**2)


def test_a_fine_grid_of_a_lens_is_the_lens() -> None:
    """Linear interpolation has an error of the square of the step; rows are y."""
    x, y = np.linspace(0.4, 2.0, 161), np.linspace(-0.9, 0.9, 181)
    f_x, f_y = lens(*np.meshgrid(x, y))
    at = np.array([RNG.uniform(0.4, 2.0, 50), RNG.uniform(-0.9, 0.9, 50)])

    @jax.jit
    def three(at: jax.Array, **tables: jax.Array) -> jax.Array:
        scaled = MASS_PROFILES["INTERPOL_SCALED"].deflection(*at, **tables, scale_factor=1.5)
        moved = MASS_PROFILES["TABULATED_DEFLECTIONS"].deflection(at[0] + 0.3, at[1], **tables, center_x=0.3)
        return jnp.array([MASS_PROFILES["INTERPOL"].deflection(*at, **tables), scaled, moved])

    with jax.enable_x64(True):
        found = np.asarray(three(at, grid_interp_x=x[[0, -1]], grid_interp_y=y, f_x=f_x, f_y=f_y))
    np.testing.assert_allclose(found[0], lens(*at), atol=1e-3)
    np.testing.assert_allclose(found[1], 1.5 * found[0], atol=1e-12)
    np.testing.assert_allclose(found[2], found[0], atol=1e-12)


def test_the_deflection_is_the_gradient_of_the_potential_where_both_are_of_first_degree() -> None:
    """Psi = a + b x + c y + d x y is its own interpolation."""
    x, y = np.sort(RNG.uniform(-2.0, 2.0, 8)), np.linspace(-1.0, 1.0, 5)
    columns, rows = np.meshgrid(x, y)
    tables = {
        "grid_interp_x": x,
        "grid_interp_y": y,
        "f_": 0.3 - 0.2 * columns + 0.1 * rows + 0.4 * columns * rows,
        "f_x": -0.2 + 0.4 * rows,
        "f_y": 0.1 + 0.4 * columns,
    }
    profile = MASS_PROFILES["INTERPOL"]
    at = RNG.uniform(x[0], x[-1], 20), RNG.uniform(-1.0, 1.0, 20)

    @jax.jit
    def both(x: jax.Array, y: jax.Array, tables: dict[str, jax.Array]) -> tuple[jax.Array, jax.Array]:
        assert profile.potential is not None
        gradient = jax.grad(lambda x, y: jnp.sum(profile.potential(x, y, **tables)), (0, 1))(x, y)
        return jnp.array(gradient), jnp.array(profile.deflection(x, y, **tables))

    with jax.enable_x64(True):
        np.testing.assert_allclose(*both(*at, tables), atol=1e-12)
