"""Gauss's function of the power law: values and derivatives against scipy's."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import hyp2f1

from jaxlens.kernels.fastmath.hypergeometric import NEAR_ONE, hypergeometric

EXPONENTS = np.array([0.05, 0.5, 0.9, 1.0, 1.0 + 1e-5, 1.3, 1.9])


def arguments() -> np.ndarray:
    """1 - w (24,) for |w| < 1: round the disc, at w = 0, near w = 1, and on both sides of the seam."""
    turn = np.exp(1j * np.linspace(0.1, 2 * np.pi, 7))
    near = np.exp(1j * np.array([-1.2, 0.0, 0.4, 1.3]))
    inside = [1 - 0.4 * turn, 1 - 0.95 * turn, 2e-4 * near, NEAR_ONE * 0.999 * near[1:]]
    return np.concatenate([*inside, [1.0, NEAR_ONE * 1.001, 0.5]])


S = arguments()


def exact(t, s, order: int = 0):
    """The derivative in w of a given order: (1)_k (b)_k / (c)_k 2F1(1 + k, b + k; c + k; w)."""
    b, factor = t / 2, 1.0
    c = 2 - b
    for k in range(order):
        factor = factor * (1 + k) * (b + k) / (c + k)
    return factor * hyp2f1(1 + order, b + order, c + order, 1 - s)


def derivative(function):
    """That of a function of (t, real, imag) in -real, which is along w: the function is analytic."""

    def along(t, real, imag):
        tangents = jnp.zeros_like(t), -jnp.ones_like(real), jnp.zeros_like(imag)
        return jax.jvp(function, (t, real, imag), tangents)[1]

    return along


def point(t):
    return t, jnp.asarray(S.real, t.dtype), jnp.asarray(S.imag, t.dtype)


@jax.jit
@jax.vmap
def values_and_derivatives(t):
    """F, F' and dF/dt at all arguments, each complex."""
    _, *w = point(t)
    value, in_t = jax.jvp(lambda t: hypergeometric(t, *w), (t,), (jnp.ones_like(t),))
    return [real + 1j * imag for real, imag in (value, derivative(hypergeometric)(t, *w), in_t)]


@jax.jit
@jax.vmap
def second_derivative(t):
    """F'' at all arguments."""
    real, imag = derivative(derivative(hypergeometric))(*point(t))
    return real + 1j * imag


def check(name, found, expected, tolerance):
    # near w = 1 the derivatives lose what 1 - w is short of one
    loss = np.maximum(1.0, 0.05 / np.abs(S))
    error = np.abs(np.asarray(found) - expected) / np.maximum(1.0, np.abs(expected)) / loss
    assert np.max(error) < tolerance, f"{name}: {np.max(error)}"


@pytest.mark.long
@pytest.mark.parametrize("precision", [False, True])
def test_values_and_derivatives_are_those_of_scipy(precision):
    with jax.enable_x64(precision):
        value, in_w, in_t = values_and_derivatives(jnp.asarray(EXPONENTS))
    t, h = EXPONENTS[:, None], 5e-3
    # scipy's own error is 1e-11 near t = 1, and these differences multiply it
    first, second, third = (exact(t + k * h, S) - exact(t - k * h, S) for k in (1, 2, 3))
    check("F", value, exact(t, S), 1e-11 if precision else 1e-6)
    check("F'", in_w, exact(t, S, 1), 1e-11 if precision else 1e-5)
    check("dF/dt", in_t, (45 * first - 9 * second + third) / (60 * h), 1e-7 if precision else 1e-5)


@pytest.mark.long
@pytest.mark.parametrize("precision", [False, True])
def test_second_derivatives_are_those_of_scipy(precision):
    with jax.enable_x64(precision):
        found = second_derivative(jnp.asarray(EXPONENTS))
    check("F''", found, exact(EXPONENTS[:, None], S, 2), 1e-10 if precision else 1e-4)


@pytest.mark.usefixtures("x64")
def test_a_column_of_t_meets_a_row_of_arguments():
    column, row = np.array([[0.7], [1.2]]), S[None, :5]
    real, imag = jax.jit(hypergeometric)(
        jnp.asarray(column), *(jnp.asarray(v + 0 * column) for v in (row.real, row.imag))
    )
    np.testing.assert_allclose(np.asarray(real) + 1j * np.asarray(imag), exact(column, row), rtol=1e-11)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_reverse_mode_is_forward_mode():
    def total(t, real, imag):
        f_real, f_imag = hypergeometric(t, real, imag)
        return jnp.sum(f_real * (1.0 + real)) + jnp.sum(f_imag * imag)

    @jax.jit
    def both(*w):
        return jax.jacrev(total, argnums=(0, 1, 2))(*w), jax.jacfwd(total, argnums=(0, 1, 2))(*w)

    for back, forward in zip(*both(*point(jnp.asarray(0.9))), strict=True):
        np.testing.assert_allclose(back, forward, rtol=1e-10, atol=1e-10)


def test_the_centre_of_a_lens_has_finite_derivatives():
    """It arrives as 1 - w = 0."""
    zero = jnp.zeros(())
    at, along = (jnp.asarray(1.1), zero, zero), (1.0 + zero, 1.0 + zero, 1.0 + zero)
    value, tangent = jax.jit(lambda at, along: jax.jvp(hypergeometric, at, along))(at, along)
    np.testing.assert_array_equal(value, (1.0, 0.0))
    assert np.isfinite(tangent).all()
