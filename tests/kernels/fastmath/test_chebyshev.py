"""Interpolation in squares: exact for polynomials, in each square its own."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.fastmath.chebyshev import interpolated, nodes


def test_polynomials_are_interpolated_exactly(x64):
    draw = np.random.default_rng(4)
    u, v = draw.uniform(-1.0, 1.0, (2, 2, 5))
    first, second = np.array([1.0, -2.0]), np.array([0.5, 3.0])

    def function(u: np.ndarray, v: np.ndarray, kind: int) -> np.ndarray:
        shape = (2, *[1] * (u.ndim - 1))
        return first.reshape(shape) * u**3 * v - second.reshape(shape) * v**2 + kind * u

    at_u, at_v = np.meshgrid(nodes(4), nodes(4))
    values = [jnp.asarray(function(at_u[None], at_v[None], kind)) for kind in (0, 1)]
    found = interpolated(values, jnp.asarray(u), jnp.asarray(v))
    for kind in (0, 1):
        np.testing.assert_allclose(found[kind], function(u, v, kind), atol=1e-13)
