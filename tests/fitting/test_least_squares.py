"""Levenberg-Marquardt descents, and the minimum of a parabola in a box."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import lsq_linear

from jaxlens.fitting.least_squares import Descent, Expansion, box_minimum, descend, start


def rosenbrock(x: jax.Array) -> Expansion:
    """Half the sum of squares of 10 (y - x^2) and 1 - x, whose valley is long and bent."""
    residuals = lambda v: jnp.stack([10.0 * (v[1] - v[0] ** 2), 1.0 - v[0]])  # noqa: E731
    r, jacobian = residuals(x), jax.jacfwd(residuals)(x)
    return Expansion(0.5 * jnp.sum(r * r), jacobian.T @ r, jacobian.T @ jacobian, x[0])


def run(point: list[float], steps: int) -> Descent:
    def step(state: Descent, _: None) -> tuple[Descent, jax.Array]:
        state = descend(rosenbrock, state)
        return state, state.expansion.value

    return jax.jit(lambda p: jax.lax.scan(step, start(p), None, length=steps))(jnp.asarray(point))


def test_a_bent_valley_is_followed_to_its_end(x64: None) -> None:
    state, values = run([-1.2, 1.0], 40)
    np.testing.assert_allclose(state.point, 1.0, atol=1e-6)
    assert float(state.decrease) < 1e-10
    # a step that does not lead down is not taken
    assert (np.diff(np.asarray(values)) <= 0.0).all()


def test_the_expected_decrease_is_the_height_above_the_minimum_of_a_parabola(x64: None) -> None:
    def parabola(x: jax.Array) -> Expansion:
        return Expansion(1.5 * x @ x, 3.0 * x, 3.0 * jnp.eye(2), x[0])

    state = jax.jit(lambda point: descend(parabola, start(point)))(np.asarray([2.0, 1.0]))
    np.testing.assert_allclose(state.decrease, 7.5, rtol=1e-5)


def test_a_descent_never_goes_where_the_function_is_not_finite() -> None:
    def half_line(x: jax.Array) -> Expansion:
        value = jnp.where(x[0] > 0.0, (x[0] + 1.0) ** 2, jnp.nan)
        return Expansion(value, 2.0 * (x + 1.0), 2.0 * jnp.eye(1), x[0])

    step = jax.jit(lambda state: descend(half_line, state))
    state = jax.jit(start)(np.asarray([0.5], np.float32))
    for _ in range(12):
        state = step(state)
    assert 0.0 < float(state.point[0]) < 0.5
    assert np.isfinite(state.expansion.value)


def test_a_box_minimum_has_the_minimum_of_scipy(x64: None) -> None:
    rng = np.random.default_rng(1)
    matrix, data = rng.normal(size=(5, 9, 3)), rng.normal(size=(5, 9))
    low, high = np.full((5, 3), -0.1), np.full((5, 3), 0.2)
    found = box_minimum(
        *(jnp.asarray(np.einsum(s, matrix, b)) for s, b in (("npi,npj->nij", matrix), ("npi,np->ni", data))),
        jnp.asarray(low),
        jnp.asarray(high),
    )
    for one, m, d in zip(found, matrix, data, strict=True):
        np.testing.assert_allclose(one, lsq_linear(m, d, (-0.1, 0.2), tol=1e-14).x, atol=1e-6)
