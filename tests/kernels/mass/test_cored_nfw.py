"""Haloes with a core or a truncation against projections, and where core and scale radius are equal.

All arrays have one shape, so that JAX compiles each operation once.
"""

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
CNFW = np.array(
    [
        [0.2, 2.445727094633, 0.4201658863687],
        [0.9, 1.764265048594, 0.4899462930291],
        [1.0, 1.731223877703, 0.4965030610626],
        [1.1, 1.702969334435, 0.5025682770236],
        [3.0, 1.48756210158, 0.5694352678959],
    ]
)
# The same of coreBURKERT with r_core = 0.4 at these radii, and of TNFW with r_trunc = 3.
BURKERT = np.array([[0.1, 1.775757881499], [0.4, 1.505278361852], [2.5, 0.4250911760735]])
TNFW = np.array([[0.1, 3.961780717918], [1.0, 0.8636521360768], [2.5, 0.2692428491071]])


def filled(*values):
    """Each as an array of ten numbers, the last of which are repeated."""
    return tuple(
        jnp.asarray(np.concatenate([v, np.full(10 - len(v), v[-1])])) for v in map(np.atleast_1d, values)
    )


UNIT = np.ones(1)


def test_haloes_are_projections_of_their_densities(x64):
    one, zero = filled(UNIT, 0.0 * UNIT)
    r_core, radii = filled(np.repeat(CNFW[:, 0], 2), np.tile([0.1, 2.5], 5))
    alpha, _ = cnfw(radii, zero, Rs=one, alpha_Rs=one, r_core=r_core)
    np.testing.assert_allclose(alpha / radii, CNFW[:, 1:].ravel(), rtol=1e-11)
    for deflection, known, name, value in (
        (core_burkert, BURKERT, "r_core", 0.4),
        (tnfw, TNFW, "r_trunc", 3.0),
    ):
        radii, radius = filled(known[:, 0], value * UNIT)
        alpha, _ = deflection(radii, zero, Rs=one, alpha_Rs=one, **{name: radius})
        np.testing.assert_allclose((alpha / radii)[:3], known[:, 1], rtol=1e-11)


@pytest.mark.long
def test_the_gradient_in_the_core_radius(x64):
    """At the scale radius, and where one form of the divided difference follows on the other."""
    one, x, y = filled(UNIT, 0.7 * UNIT, 0.2 * UNIT)
    (at,) = filled(np.array([0.0, 0.3, 0.6 - 1e-9, 0.6 + 1e-9, 0.9, 1.0, 1.1, 1.4 - 1e-9, 1.4 + 1e-9, 3.0]))

    def alpha(r_core):
        return cnfw(x, y, Rs=one, alpha_Rs=one, r_core=r_core)[0]

    step = 1e-3
    ahead, behind, far, back = (alpha(at + k * step) for k in (1.0, -1.0, 2.0, -2.0))
    expected = (8.0 * (ahead - behind) - (far - back)) / (12.0 * step)
    _, found = jax.jvp(alpha, (at,), (one,))
    np.testing.assert_allclose(found[1:], expected[1:], rtol=1e-8)
    # without a core the derivative is that at the smallest core
    assert float(found[0]) < float(found[1]) < 0.0


def test_without_core_or_truncation_they_are_nfw(x64):
    one, zero, far = filled(UNIT, 0.0 * UNIT, 1e8 * UNIT)
    x, y = filled(np.array([0.02, 0.5, 1.0, 4.0]), np.array([0.01, -0.3, 0.0, 2.0]))
    shape = {"Rs": one, "alpha_Rs": one}
    expected, none = nfw(x, y, **shape), cnfw(x, y, r_core=zero, **shape)
    np.testing.assert_allclose(none, expected, rtol=2e-4)
    np.testing.assert_allclose(cnfw(x, y, r_core=zero + 1e-7, **shape), none, rtol=1e-15)
    np.testing.assert_allclose(tnfw(x, y, r_trunc=far, **shape), expected, rtol=1e-7)


@pytest.mark.long
def test_the_ellipse_of_the_cored_potential(x64):
    """R^2 = q x^2 + (2 - q) y^2, which is round and differentiable without ellipticity."""
    q = 0.8
    one, zero, core, x, e1 = filled(UNIT, 0.0 * UNIT, 0.3 * UNIT, 0.7 * UNIT, (1.0 - q) / (1.0 + q) * UNIT)
    shape = {"Rs": one, "alpha_Rs": one, "r_core": core}
    round_alpha, _ = cnfw(np.sqrt(q) * x, zero, **shape)
    alpha, _ = cnfw_ellipse_potential(x, zero, e1=e1, e2=zero, **shape)
    np.testing.assert_allclose(alpha, np.sqrt(q) * round_alpha, rtol=1e-14)

    def at(e):
        return cnfw_ellipse_potential(x, core, e1=e, e2=zero, **shape)[0]

    step = 1e-7
    expected = (at(zero + step) - at(zero - step)) / (2.0 * step)
    np.testing.assert_allclose(jax.jvp(at, (zero,), (one,))[1], expected, rtol=1e-5)
