"""TNFWC: its closed form by mpmath, and where the radii are equal."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.mass.cored_truncated_nfw import tnfwc

# r_core, r_trunc, and alpha / r at the radii 1e-3, 0.1, 1 and 5, where Rs = 1 and alpha(1) = 1.
KNOWN = [
    (0.05, 3.0, [3.7182533377856, 3.1812559931952, 1.0, 0.094368212938203]),
    (0.5, 1.0, [2.3920726085222, 2.3568890405951, 1.0, 0.069173788520698]),
    (1, 1.0, [1.999998000002, 1.980198019802, 1.0, 0.076923076923077]),
    (2, 0.4, [3.0270371466856, 2.9524945690636, 1.0, 0.066639098525393]),
]


@pytest.mark.parametrize(("r_core", "r_trunc", "expected"), KNOWN)
def test_the_deflection(r_core, r_trunc, expected, x64):
    x = np.array([1e-3, 0.1, 1.0, 5.0])
    shape = {"Rs": 1.0, "alpha_Rs": 1.0, "r_core": r_core, "r_trunc": r_trunc}
    alpha, _ = tnfwc(jnp.asarray(x), jnp.zeros(4), **shape)
    np.testing.assert_allclose(alpha, x * np.array(expected), atol=1e-9)


@pytest.mark.long
def test_the_gradient_where_all_radii_are_equal(x64, central_difference):
    def alpha(r_trunc):
        return tnfwc(0.6, 0.3, Rs=1.0, alpha_Rs=1.0, r_core=1.0, r_trunc=r_trunc)[0]

    found = jax.jit(jax.grad(alpha))(jnp.ones(()))
    assert float(found) == pytest.approx(float(central_difference(jax.jit(alpha), 1.0)), rel=1e-8)
