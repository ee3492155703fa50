"""The pseudo-Jaffe lens where its two radii are equal, and exchanged."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.mass.pseudo_jaffe import pseudo_jaffe

X, Y = np.array([0.4, -1.1, 0.9, 2.3]), np.array([0.3, 0.7, -1.6, -0.2])


def test_it_does_not_matter_which_radius_is_larger(x64):
    one = pseudo_jaffe(X, Y, sigma0=0.7, Ra=0.2, Rs=1.5)
    other = pseudo_jaffe(X, Y, sigma0=0.7, Ra=1.5, Rs=0.2)
    np.testing.assert_allclose(one, other, rtol=1e-14)


def test_equal_radii_are_a_plummer_like_lens(x64):
    """Kappa is sigma0 R^3 (R^2 + r^2)^(-3/2), whose mean within r is 2 sigma0 R^2 (1 - R / S) / r^2."""
    r_squared, radius = X * X + Y * Y, 0.8
    mean = 2.0 * 0.7 * radius**2 * (1.0 - radius / np.sqrt(radius**2 + r_squared)) / r_squared

    def lens(first):
        return jnp.stack(pseudo_jaffe(X, Y, sigma0=0.7, Ra=first, Rs=radius))

    value, slope = jax.jvp(lens, (jnp.asarray(radius),), (jnp.ones(()),))
    np.testing.assert_allclose(value, [mean * X, mean * Y], rtol=1e-13)
    differences = (lens(radius + 1e-5) - lens(radius - 1e-5)) / 2e-5
    np.testing.assert_allclose(slope, differences, rtol=1e-8)
