"""Newton's method on a map with known roots, and which roots are distinct."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.lensing.roots import are_distinct, newton


def residual(x, y):
    """Zero at (1, 2) and (-1, 2), where its determinant is 2 and -2."""
    return 0.5 * (x * x - 1.0), 2.0 * (y - 2.0)


@pytest.mark.usefixtures("x64")
def test_newtons_method_comes_to_the_roots():
    x, y = jnp.array([0.4, -3.0, 2.5]), jnp.array([1.0, 5.0, -2.0])

    @jax.jit
    def both(x, y):
        every = newton(residual, x, y, jnp.asarray(0.5), 40)
        return every, newton(residual, x, y, jnp.asarray(0.5), 40, jnp.ones(3, bool))

    for found in both(x, y):
        np.testing.assert_allclose(found[0], [1.0, -1.0, 1.0], atol=1e-12)
        np.testing.assert_allclose(found[1], 2.0, atol=1e-12)
        np.testing.assert_allclose(found[2], 0.0, atol=1e-12)
        np.testing.assert_allclose(found[3], [2.0, -2.0, 2.0], rtol=1e-9)


def test_roots_are_distinct_where_place_or_parity_differ():
    """The second is the first again, the third the other image of a fold pair, the fourth is outside."""
    x = jnp.array([0.5, 0.5001, 0.5001, 3.0, 0.9, 1.2])
    det = jnp.array([0.2, 0.2, -0.2, 0.2, 2000.0, 0.3])
    valid = jnp.array([True, True, True, True, True, False])
    found = are_distinct(x, jnp.zeros(6), det, valid, jnp.asarray(2.0), 1e-3)
    np.testing.assert_array_equal(found, [True, False, True, False, False, False])
