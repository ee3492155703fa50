"""The lens of a broken power law: the power law where it is one, and the projected density elsewhere."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import beta

from jaxlens.kernels.ellipse import elliptical_radius_squared
from jaxlens.kernels.mass.broken_power_law import bpl, bpl_potential
from jaxlens.kernels.mass.power_law import epl, epl_potential

X, Y = np.array([0.05, -0.4, 0.9, 3.0]), np.array([0.02, 0.5, -0.1, -4.0])


def convergence(radius: float, b: float, a: float, a_c: float, r_c: float) -> float:
    """The density along the line of sight, normalised so that the outer power law has b."""
    density = (3.0 - a) / (2.0 * beta(0.5, 0.5 * a - 0.5)) * (b / r_c) ** (a - 1.0) / r_c

    def along(z: float) -> float:
        r = np.hypot(radius, z) / r_c
        return density * (r**-a_c if r < 1.0 else r**-a)

    edge = np.sqrt(max(r_c**2 - radius**2, 0.0))
    inside = quad(along, 0.0, edge, points=[radius] if 0.0 < radius < edge else None, epsrel=1e-12)[0]
    near = quad(along, edge, edge + 3.0 * radius, epsrel=1e-12)[0]
    far = quad(lambda t: along(np.exp(t)) * np.exp(t), np.log(edge + 3.0 * radius), 60.0, epsrel=1e-12)[0]
    return 2.0 * (inside + near + far)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_half_the_divergence_is_the_projected_density_and_the_potential_has_the_deflection() -> None:
    own = {"b": 1.1, "a": 2.2, "a_c": 0.8, "r_c": 0.6, "e1": 0.15, "e2": -0.2}
    x, y = jnp.asarray(X), jnp.asarray(Y)

    @jax.jit
    def deflection_and_derivatives(x, y):
        one, zero = jnp.ones_like(x), jnp.zeros_like(x)
        alpha, along_x = jax.jvp(lambda x: bpl(x, y, **own), (x,), (one,))
        along_y = jax.jvp(lambda y: bpl(x, y, **own), (y,), (one,))[1]
        return alpha, along_x, along_y, jax.jvp(lambda x: bpl_potential(x, y, **own), (x,), (one,))[1] + zero

    alpha, along_x, along_y, slope = deflection_and_derivatives(x, y)
    radii = np.sqrt(np.asarray(elliptical_radius_squared(x, y, own["e1"], own["e2"])))
    expected = [convergence(r, own["b"], own["a"], own["a_c"], own["r_c"]) for r in radii]
    np.testing.assert_allclose(0.5 * (along_x[0] + along_y[1]), expected, rtol=1e-8)
    np.testing.assert_allclose(along_x[1], along_y[0], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(slope, alpha[0], rtol=1e-7)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_without_a_break_it_is_the_power_law() -> None:
    x, y, shape = jnp.asarray(X), jnp.asarray(Y), {"e1": 0.15, "e2": -0.2}
    deflection = jax.jit(bpl)(x, y, b=1.1, a=2.2, a_c=2.2, r_c=0.6, **shape)
    np.testing.assert_allclose(deflection, epl(x, y, theta_E=1.1, gamma=2.2, **shape), rtol=1e-10)


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
def test_without_a_break_its_potential_is_that_of_the_power_law() -> None:
    x, y, shape = jnp.asarray(X), jnp.asarray(Y), {"e1": 0.15, "e2": -0.2}
    potential = jax.jit(bpl_potential)(x, y, b=1.1, a=2.2, a_c=2.2, r_c=0.6, **shape)
    np.testing.assert_allclose(potential, epl_potential(x, y, theta_E=1.1, gamma=2.2, **shape), rtol=1e-8)
