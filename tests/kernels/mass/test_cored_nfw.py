"""Haloes with a core or a truncation against projections, and where core and scale radius are equal."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.mass.burkert import core_burkert
from jaxlens.kernels.mass.cored_nfw import cnfw, cnfw_ellipse_potential
from jaxlens.kernels.mass.nfw import nfw
from jaxlens.kernels.mass.truncated_nfw import tnfw

# r_core; alpha / r at the radii 0.1 and 2.5 by integrals of the density (mpmath); Rs = alpha_Rs = 1.
CNFW = [
    (0.2, 2.445727094633, 0.4201658863687),
    (0.9, 1.764265048594, 0.4899462930291),
    (1.0, 1.731223877703, 0.4965030610626),
    (1.1, 1.702969334435, 0.5025682770236),
    (3.0, 1.48756210158, 0.5694352678959),
]
UNIT = {"Rs": 1.0, "alpha_Rs": 1.0}


@pytest.mark.parametrize(("r_core", "inside", "outside"), CNFW)
def test_cnfw_is_the_projection_of_its_density(r_core, inside, outside, x64):
    radii = jnp.asarray([0.1, 2.5])
    alpha, _ = cnfw(radii, jnp.zeros_like(radii), r_core=r_core, **UNIT)
    np.testing.assert_allclose(alpha / radii, [inside, outside], rtol=1e-11)


def test_other_haloes_are_projections_of_their_densities(x64):
    radii = jnp.asarray([0.1, 0.4, 2.5])
    alpha, _ = core_burkert(radii, jnp.zeros_like(radii), r_core=0.4, **UNIT)
    np.testing.assert_allclose(alpha / radii, [1.775757881499, 1.505278361852, 0.4250911760735], rtol=1e-11)
    radii = jnp.asarray([0.1, 1.0, 2.5])
    alpha, _ = tnfw(radii, jnp.zeros_like(radii), r_trunc=3.0, **UNIT)
    np.testing.assert_allclose(alpha / radii, [3.961780717918, 0.8636521360768, 0.2692428491071], rtol=1e-11)


@pytest.mark.parametrize("at", [0.6, 1.0, 1.4])
def test_the_gradient_in_the_core_radius(at, x64, central_difference):
    """At the scale radius, and where one form of the divided difference follows on the other."""

    def alpha(r_core):
        return cnfw(0.7, 0.2, r_core=r_core, **UNIT)[0]

    expected = float(central_difference(alpha, at))
    assert float(jax.grad(alpha)(jnp.asarray(at))) == pytest.approx(expected, rel=1e-8)


def test_without_core_or_truncation_they_are_nfw(x64):
    x, y = jnp.asarray([0.02, 0.5, 1.0, 4.0]), jnp.asarray([0.01, -0.3, 0.0, 2.0])
    expected = nfw(x, y, **UNIT)
    np.testing.assert_allclose(cnfw(x, y, r_core=0.0, **UNIT), expected, rtol=2e-4)
    np.testing.assert_allclose(cnfw(x, y, r_core=1e-7, **UNIT), cnfw(x, y, r_core=0.0, **UNIT), rtol=1e-15)
    np.testing.assert_allclose(tnfw(x, y, r_trunc=1e8, **UNIT), expected, rtol=1e-7)
    slope = jax.grad(lambda r_core: cnfw(0.3, 0.1, r_core=r_core, **UNIT)[0])(jnp.zeros(()))
    assert float(slope) < 0.0


def test_the_ellipse_of_the_cored_potential(x64):
    """R^2 = q x^2 + (2 - q) y^2, which is round and differentiable without ellipticity."""
    q, shape = 0.8, {"r_core": 0.3, **UNIT}
    e1 = (1.0 - q) / (1.0 + q)
    round_alpha, _ = cnfw(np.sqrt(q) * 0.7, 0.0, **shape)
    alpha, _ = cnfw_ellipse_potential(0.7, 0.0, e1=e1, e2=0.0, **shape)
    assert float(alpha) == pytest.approx(np.sqrt(q) * float(round_alpha), rel=1e-14)

    def at(e):
        return cnfw_ellipse_potential(0.7, 0.4, e1=e[0], e2=e[1], **shape)[0]

    step = 1e-7
    expected = [(at(step * d) - at(-step * d)) / (2.0 * step) for d in np.eye(2)]
    np.testing.assert_allclose(jax.grad(at)(jnp.zeros(2)), expected, rtol=1e-5)
