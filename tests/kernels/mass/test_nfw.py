"""NFW, HERNQUIST and their ellipses: values and derivatives at the scale radius and at the centre."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.light.hernquist import hernquist as hernquist_light
from jaxlens.kernels.mass.hernquist import hernquist
from jaxlens.kernels.mass.nfw import MEAN_AT_RS, nfw, nfw_ellipse_potential

# A position at the distance 1.3 from the centre.
X, Y, RS = 0.5, 1.2, 1.3


def convergence(deflection, **parameters):
    """Half the divergence at (X, Y)."""
    at = jnp.stack([jnp.asarray(X), jnp.asarray(Y)])
    return 0.5 * jnp.trace(jax.jacfwd(lambda z: jnp.stack(deflection(z[0], z[1], **parameters)))(at))


def test_at_the_scale_radius(x64):
    alpha = nfw(X, Y, Rs=RS, alpha_Rs=0.8)
    np.testing.assert_allclose(alpha, [0.8 * X / RS, 0.8 * Y / RS], rtol=1e-15)
    assert float(convergence(nfw, Rs=RS, alpha_Rs=0.8)) == pytest.approx(
        0.8 / RS / MEAN_AT_RS / 6.0, rel=1e-14
    )
    alpha = hernquist(X, Y, sigma0=0.3, Rs=RS)
    np.testing.assert_allclose(alpha, [0.2 * X, 0.2 * Y], rtol=1e-15)
    assert float(convergence(hernquist, sigma0=0.3, Rs=RS)) == pytest.approx(0.3 * 4.0 / 15.0, rel=1e-14)
    assert float(hernquist_light(X, Y, Rs=RS)) == pytest.approx(4.0 / 15.0, rel=1e-14)


@pytest.mark.parametrize(("single", "error"), [(True, 2e-6), (False, 1e-9)])
def test_the_gradient_in_the_scale_radius_where_it_is_the_radius(single, error, x64, central_difference):
    dtype = jnp.float32 if single else jnp.float64

    def alpha(Rs):
        return nfw(
            jnp.asarray(X, Rs.dtype), jnp.asarray(Y, Rs.dtype), Rs=Rs, alpha_Rs=jnp.asarray(0.8, Rs.dtype)
        )[0]

    expected = float(central_difference(lambda Rs: alpha(jnp.asarray(Rs, jnp.float64)), RS))
    assert float(jax.grad(alpha)(jnp.asarray(RS, dtype))) == pytest.approx(expected, rel=error)


def test_small_radii_in_single_precision():
    """The deflection is x (L - 1/2) / 2 in units of the scale radius, without cancellation."""
    x = np.array([1e-5, 1e-4, 1e-3], np.float32)
    found = nfw(x, np.zeros_like(x), Rs=np.float32(1.0), alpha_Rs=np.float32(MEAN_AT_RS))[0]
    wide = x.astype(float)
    np.testing.assert_allclose(found, wide * (np.log(2.0 / wide) - 0.5) / 2.0, rtol=2e-5)


def test_the_centre_is_finite(x64):
    zero = jnp.zeros(())

    def alpha_x(x, e1):
        return nfw_ellipse_potential(x, zero, Rs=1.0, alpha_Rs=0.5, e1=e1, e2=zero)[0]

    assert float(alpha_x(zero, zero)) == 0.0
    slopes = [float(jax.grad(alpha_x, k)(zero, zero)) for k in (0, 1)]
    assert slopes[0] == pytest.approx(0.5 / MEAN_AT_RS * (np.log(2e6) / 2.0 - 0.25), rel=1e-9)
    assert slopes[1] == 0.0
