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


@jax.jit
def deflection(x: jax.Array, y: jax.Array, r_bin: jax.Array) -> jax.Array:
    """The deflection, and the gradient of the potential, (2, 2, points)."""
    own = {"r_bin": r_bin, "kappa_r": jnp.asarray(KAPPA)}
    assert LENS.potential is not None
    gradient = jax.grad(lambda x, y: jnp.sum(LENS.potential(x, y, **own)), (0, 1))(x, y)
    return jnp.array([LENS.deflection(x, y, **own), gradient])


def mean_convergence(r: float) -> float:
    """Of the convergence that is linear between the radii, and constant inside of the first one."""
    inside, _ = quad(lambda s: 2.0 * s * np.interp(s, RADII, KAPPA), 0.0, r, points=RADII[r > RADII])
    return inside / r**2


def test_the_deflection_is_exact_at_the_radii_linear_between_and_constant_beyond() -> None:
    """At the radii it is the mean convergence times the radius."""
    with jax.enable_x64(True):
        x = np.array([*RADII, 0.1, 0.8, 7.0])
        found = np.asarray(deflection(x, np.zeros(7), RADII))[0, 0]
    np.testing.assert_allclose(found[:4], [r * mean_convergence(r) for r in RADII], rtol=1e-10)
    np.testing.assert_allclose(found[4:], [0.1 * KAPPA[0], 0.5 * (found[1] + found[2]), found[3]], rtol=1e-12)


@pytest.mark.parametrize("first", [0.0, 0.3])
def test_the_deflection_is_the_gradient_of_the_potential_also_at_the_centre(first: float) -> None:
    radii = np.array([first, 0.5, 1.1, 2.0])
    x, y = np.array([0.0, 0.2, 0.5, 0.7, 3.0, 1e-4, 0.0]), np.array([0.0, 0.1, 0.0, -0.9, 1.0, 0.0, 1e-4])
    with jax.enable_x64(True):
        alpha, gradient = np.asarray(deflection(x, y, radii))
        _, slope = jax.jvp(lambda x: deflection(x, y, radii), (x,), (np.ones(7),))
    np.testing.assert_allclose(gradient, alpha, atol=1e-12)
    # at the centre the derivatives of both are the convergence there
    np.testing.assert_allclose(np.asarray(slope)[:, 0, 0], alpha[0, 5] / 1e-4, rtol=1e-9)
