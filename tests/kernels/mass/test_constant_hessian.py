"""Constant Hessians: one lens in several parameters, and what each of them promises."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.lensing.rays import jacobian
from jaxlens.kernels.mass.constant_hessian import const_mag, hessian, hessian_potential, shear_reduced
from jaxlens.kernels.mass.external import shear

X, Y = np.array([0.4, -1.1]), np.array([0.3, 0.7])


def _beta(deflection, **parameters):
    def rays(x, y):
        alpha_x, alpha_y = deflection(x, y, **parameters)
        return x - alpha_x, y - alpha_y

    return rays


@pytest.mark.parametrize("parity", [1.0, -1.0])
def test_const_mag_has_its_two_magnifications_and_its_parity(parity):
    rays = _beta(const_mag, mu_r=1.25, mu_t=8.0, parity=parity, phi_G=0.6)
    with jax.enable_x64(True):
        a_xx, a_xy, a_yx, a_yy = (float(a[0]) for a in jacobian(rays, jnp.asarray(X), jnp.asarray(Y)))
    stretches = 1.0 / np.linalg.eigvalsh([[a_xx, a_xy], [a_yx, a_yy]])
    assert sorted(np.abs(stretches)) == pytest.approx([1.25, 8.0])
    assert np.sign(np.prod(stretches)) == parity


def test_a_reduced_shear_leaves_areas_as_they_are():
    rays = _beta(shear_reduced, gamma1=0.3, gamma2=-0.2, ra_0=0.1)
    a_xx, a_xy, a_yx, a_yy = jacobian(rays, jnp.asarray(X), jnp.asarray(Y))
    np.testing.assert_allclose(a_xx * a_yy - a_xy * a_yx, 1.0, rtol=1e-6)
    # its ratio of shear to 1 - kappa
    np.testing.assert_allclose((a_yy - a_xx) / (a_xx + a_yy), 0.3, rtol=1e-6)


def test_a_hessian_is_a_shear_where_it_has_no_trace():
    ours = hessian(X, Y, f_xx=0.1, f_yy=-0.1, f_xy=0.05, f_yx=0.05, ra_0=0.2, dec_0=-0.3)
    np.testing.assert_allclose(ours, shear(X, Y, gamma1=0.1, gamma2=0.05, ra_0=0.2, dec_0=-0.3), rtol=1e-6)


def test_with_a_curl_the_potential_is_that_of_the_symmetric_part():
    with_curl = hessian_potential(X, Y, f_xx=0.1, f_yy=0.2, f_xy=0.3, f_yx=0.1)
    np.testing.assert_allclose(with_curl, hessian_potential(X, Y, f_xx=0.1, f_yy=0.2, f_xy=0.2, f_yx=0.2))
