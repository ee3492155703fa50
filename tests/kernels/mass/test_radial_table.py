"""A round lens from a table of its convergence."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad

from jaxlens.kernels import MASS_PROFILES

LENS = MASS_PROFILES["RADIAL_INTERPOL"]
RADII = np.array([0.3, 0.5, 1.1, 2.0])
KAPPA = np.array([2.0, 1.1, 0.7, 0.2])


def tables(radii: np.ndarray = RADII, kappa: np.ndarray = KAPPA) -> dict[str, jax.Array]:
    return {"r_bin": jnp.asarray(radii), "kappa_r": jnp.asarray(kappa)}


def mean_convergence(r: float) -> float:
    """Of the convergence that is linear between the radii, and constant inside of the first one."""
    inside, _ = quad(lambda s: 2.0 * s * np.interp(s, RADII, KAPPA), 0.0, r, points=RADII[r > RADII])
    return inside / r**2


def test_the_deflection_at_the_radii_is_the_mean_convergence_times_the_radius() -> None:
    with jax.enable_x64(True):
        found, _ = LENS.deflection(jnp.asarray(RADII), 0.0, **tables())
        np.testing.assert_allclose(found, [r * mean_convergence(r) for r in RADII], rtol=1e-10)


def test_the_deflection_is_linear_between_the_radii_and_constant_beyond() -> None:
    with jax.enable_x64(True):
        r = jnp.asarray([0.1, 0.5, 0.8, 1.1, 2.0, 7.0])
        found, _ = LENS.deflection(r, 0.0, **tables())
        assert float(found[0]) == pytest.approx(0.1 * KAPPA[0])
        assert float(found[2]) == pytest.approx(0.5 * (float(found[1]) + float(found[3])))
        assert float(found[5]) == pytest.approx(float(found[4]))


@pytest.mark.parametrize("first", [0.0, 0.3])
def test_the_deflection_is_the_gradient_of_the_potential_also_at_the_centre(first: float) -> None:
    with jax.enable_x64(True):
        own = tables(np.array([first, 0.5, 1.1, 2.0]))
        assert LENS.potential is not None
        x, y = jnp.asarray([0.0, 0.2, 0.5, 0.7, 3.0]), jnp.asarray([0.0, 0.1, 0.0, -0.9, 1.0])
        gradient = jax.grad(lambda x, y: jnp.sum(LENS.potential(x, y, **own)), (0, 1))(x, y)
        np.testing.assert_allclose(gradient, LENS.deflection(x, y, **own), atol=1e-12)
        slope = jax.grad(lambda x: LENS.deflection(x, 0.0, **own)[0])(0.0)
        curvature = jax.grad(jax.grad(lambda x: LENS.potential(x, 0.0, **own)))(0.0)
        near = float(LENS.deflection(1e-4, 0.0, **own)[0]) / 1e-4
        assert float(slope) == pytest.approx(near) == float(curvature)
