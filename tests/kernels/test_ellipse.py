"""Ellipticities and elliptical coordinates."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels import ellipse

ANGLES = np.linspace(-1.5, 1.5, 7)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("q", [0.05, 0.4, 0.99])
def test_position_angle_and_axis_ratio_come_back(q):
    e1, e2 = ellipse.phi_q_to_ellipticity(ANGLES, q)
    phi, axis_ratio = ellipse.ellipticity_to_phi_q(e1, e2)
    np.testing.assert_allclose(phi, ANGLES, atol=1e-12)
    np.testing.assert_allclose(axis_ratio, q, rtol=1e-12)


@pytest.mark.usefixtures("x64")
def test_rotation_keeps_lengths_and_turns_back():
    x, y = jnp.array([1.0, -2.0]), jnp.array([0.5, 3.0])
    u, v = ellipse.rotate(x, y, 0.7)
    np.testing.assert_allclose(u * u + v * v, x * x + y * y, rtol=1e-14)
    np.testing.assert_allclose(ellipse.rotate(u, v, -0.7), (x, y), rtol=1e-14)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("phi", [0.0, 0.6, -1.1])
def test_radius_is_the_product_average_of_the_ellipse(phi):
    """On the ellipse of semi-axes a, b at angle phi the radius is sqrt(a b)."""
    a, b = 2.0, 0.7
    e1, e2 = ellipse.phi_q_to_ellipticity(phi, b / a)
    angle = np.linspace(0.0, 2 * np.pi, 9)
    x, y = ellipse.rotate(a * np.cos(angle), b * np.sin(angle), -phi)
    np.testing.assert_allclose(ellipse.elliptical_radius_squared(x, y, e1, e2), a * b, rtol=1e-12)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(("e1", "e2"), [(1.2, 0.0), (-3.0, 4.0), (0.6, 0.8)])
def test_long_ellipticities_are_shortened_and_keep_their_direction(e1, e2):
    c1, c2, rest = ellipse.clip_ellipticity(e1, e2)
    assert float(rest) == pytest.approx(1 - 0.9999**2, rel=1e-12)
    assert np.hypot(c1, c2) == pytest.approx(0.9999, rel=1e-12)
    assert float(c1 * e2 - c2 * e1) == pytest.approx(0.0, abs=1e-12)


@pytest.mark.usefixtures("x64")
def test_short_ellipticities_stay():
    assert tuple(map(float, ellipse.clip_ellipticity(0.3, -0.4))) == (0.3, -0.4, 0.75)


def test_radius_is_finite_for_every_ellipticity():
    """The determinant 1 - |e|^2 is floored, so that |e| = 1 and beyond still give an image."""
    e = jnp.array([0.0, 0.6, 1.0, 1.5])
    assert np.isfinite(ellipse.elliptical_radius_squared(1.0, 2.0, e, jnp.array([0.0, 0.8, 0.0, 1.0]))).all()


def test_clipping_has_a_finite_gradient_at_zero_and_beyond_one():
    gradient = jax.jit(jax.jacfwd(lambda e: jnp.stack(ellipse.clip_ellipticity(e[0], e[1])[:2])))
    np.testing.assert_array_equal(gradient(jnp.zeros(2)), np.eye(2))
    assert np.isfinite(gradient(jnp.array([1.0, 1.0]))).all()


@pytest.mark.parametrize(("x", "root", "derivative"), [(4.0, 2.0, 0.25), (0.0, 0.0, 0.0), (-1.0, 0.0, 0.0)])
def test_safe_sqrt(x, root, derivative):
    value, gradient = jax.value_and_grad(ellipse.safe_sqrt)(x)
    assert (float(value), float(gradient)) == (root, derivative)
