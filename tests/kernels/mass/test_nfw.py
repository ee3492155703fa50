"""NFW, HERNQUIST and their ellipses: values and derivatives at the scale radius and at the centre."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.light.hernquist import hernquist as hernquist_light
from jaxlens.kernels.mass.hernquist import hernquist
from jaxlens.kernels.mass.nfw import MEAN_AT_RS, nfw, nfw_ellipse_potential

# Positions at the distance 1.3 from the centre.
X, Y, RS = np.array([0.5, -1.2]), np.array([1.2, 0.5]), 1.3


def full(value):
    """A number as an array of the positions' shape: JAX compiles each operation for one shape."""
    return jnp.full(2, value)


def convergence(deflection, **parameters):
    """Half the divergence at the positions."""
    x, y, one, zero = jnp.asarray(X), jnp.asarray(Y), full(1.0), full(0.0)

    def along(dx, dy):
        return jax.jvp(lambda u, v: deflection(u, v, **parameters), (x, y), (dx, dy))[1]

    return 0.5 * (along(one, zero)[0] + along(zero, one)[1])


def test_at_the_scale_radius(x64):
    Rs = full(RS)
    alpha = nfw(jnp.asarray(X), jnp.asarray(Y), Rs=Rs, alpha_Rs=full(0.8))
    np.testing.assert_allclose(alpha, [0.8 * X / RS, 0.8 * Y / RS], rtol=1e-15)
    found = convergence(nfw, Rs=Rs, alpha_Rs=full(0.8))
    np.testing.assert_allclose(found, 0.8 / RS / MEAN_AT_RS / 6.0, rtol=1e-14)
    alpha = hernquist(jnp.asarray(X), jnp.asarray(Y), sigma0=full(0.3), Rs=Rs)
    np.testing.assert_allclose(alpha, [0.2 * X, 0.2 * Y], rtol=1e-15)
    found = convergence(hernquist, sigma0=full(0.3), Rs=Rs)
    np.testing.assert_allclose(found, 0.3 * 4.0 / 15.0, rtol=1e-14)
    np.testing.assert_allclose(hernquist_light(jnp.asarray(X), jnp.asarray(Y), Rs=Rs), 4.0 / 15.0, rtol=1e-14)


@pytest.mark.long
def test_the_gradient_in_the_scale_radius_where_it_is_the_radius(x64):
    def alpha(Rs):
        return nfw(jnp.asarray(X), jnp.asarray(Y), Rs=Rs, alpha_Rs=full(0.8))[0]

    step = 1e-3
    ahead, behind, far, back = (alpha(full(RS + k * step)) for k in (1.0, -1.0, 2.0, -2.0))
    expected = (8.0 * (ahead - behind) - (far - back)) / (12.0 * step)
    np.testing.assert_allclose(jax.jvp(alpha, (full(RS),), (full(1.0),))[1], expected, rtol=1e-9)


def test_small_radii_in_single_precision():
    """The deflection is x (L - 1/2) / 2 in units of the scale radius, without cancellation."""
    x = np.array([1e-4, 1e-3], np.float32)
    found = nfw(x, np.zeros_like(x), Rs=full(1.0), alpha_Rs=full(MEAN_AT_RS))[0]
    wide = x.astype(float)
    np.testing.assert_allclose(found, wide * (np.log(2.0 / wide) - 0.5) / 2.0, rtol=2e-5)


@pytest.mark.long
def test_the_centre_is_finite(x64):
    """The deflection is 0 there, proportional to the radius about it, and round whatever the ellipticity."""
    zero = full(0.0)

    def alpha_x(x, e1):
        return nfw_ellipse_potential(x, zero, Rs=full(1.0), alpha_Rs=full(0.5), e1=e1, e2=zero)[0]

    value, slope = jax.jvp(lambda x: alpha_x(x, zero), (zero,), (full(1.0),))
    np.testing.assert_allclose(value, 0.0)
    np.testing.assert_allclose(slope, 0.5 / MEAN_AT_RS * (np.log(2e6) / 2.0 - 0.25), rtol=1e-9)
    np.testing.assert_allclose(jax.jvp(lambda e1: alpha_x(zero, e1), (zero,), (full(1.0),))[1], 0.0)
