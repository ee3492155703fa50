"""Elementary functions against numpy's in double precision."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from jaxlens.kernels.fastmath import elementary

# Two or three units in the last place.
PRECISION = {"float32": 3e-7, "float64": 1e-15}
TINY, LARGE = 1.2e-38, 3e38


def arguments(low: float, high: float, dtype: str) -> np.ndarray:
    """Numbers spread evenly in their logarithm."""
    return np.geomspace(low, high, 20_001).astype(dtype)


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("log", TINY, LARGE), ("log1p", TINY, LARGE), ("inverse_root", 1e-36, 1e36)],
)
def test_functions_of_positive_numbers(name, low, high, dtype):
    with jax.enable_x64(dtype == "float64"):
        x = arguments(low, high, dtype)
        found = np.asarray(jax.jit(getattr(elementary, name))(x), np.float64)
    assert found.dtype == np.float64
    exact = {"log": np.log, "log1p": np.log1p, "inverse_root": lambda x: x**-0.5}[name](x.astype(np.float64))
    # ln x has no relative precision beside its zero
    scale = np.maximum(np.abs(exact), 1.0) if name == "log" else exact
    assert np.max(np.abs(found - exact) / scale) < PRECISION[dtype]


@pytest.mark.parametrize("dtype", PRECISION)
def test_exponential(dtype):
    with jax.enable_x64(dtype == "float64"):
        x = np.linspace(-87.0, 88.0, 20_001).astype(dtype)
        found = np.asarray(jax.jit(elementary.exp)(x), np.float64)
    assert np.max(np.abs(found / np.exp(x.astype(np.float64)) - 1.0)) < PRECISION[dtype]


def test_what_a_gpu_has_instructions_for_is_the_same_function():
    """The functions that stand in for a GPU's instructions, beside those that take their place there."""
    x = np.linspace(-87.0, 88.0, 20_001).astype(np.float32)
    positive = arguments(1e-36, 1e36, "float32")
    polynomial, exponential, root, instruction = jax.jit(
        lambda x, y: (
            elementary.exp_by_polynomial(x),
            jnp.exp(x),
            elementary.root_over_itself(y),
            jax.lax.rsqrt(y),
        )
    )(x, positive)
    np.testing.assert_allclose(polynomial, exponential, rtol=2 * PRECISION["float32"])
    np.testing.assert_allclose(root, instruction, rtol=2 * PRECISION["float32"])


def test_exponential_at_the_ends_of_its_range():
    ends = jnp.array([-np.inf, -1e30, -200.0, -88.0, 0.0, 88.5, 1e30, np.inf, np.nan], jnp.float32)
    expected = [0.0, 0.0, 0.0, 0.0, 1.0, np.inf, np.inf, np.inf, np.nan]
    np.testing.assert_array_equal(elementary.exp(ends), np.float32(expected))


def test_exponential_and_logarithm_of_powers_of_two_and_one():
    k = np.arange(-125.0, 127.0, dtype=np.float32)
    np.testing.assert_allclose(elementary.log(jnp.asarray(2.0**k)), k * np.log(2.0), rtol=1.2e-7)
    assert float(elementary.log(jnp.ones(()))) == 0.0
    assert float(elementary.log1p(jnp.zeros(()))) == 0.0


@pytest.mark.parametrize("dtype", PRECISION)
def test_angles_of_the_first_quadrant(dtype):
    angle = np.concatenate([[0.0, np.pi / 8, np.pi / 4, 3 * np.pi / 8], np.geomspace(1e-12, 1.5707, 5_000)])
    with jax.enable_x64(dtype == "float64"):
        y, x = np.sin(angle).astype(dtype), np.cos(angle).astype(dtype)
        found = np.asarray(jax.jit(elementary.first_quadrant_angle)(y, x), np.float64)
    exact = np.arctan2(y.astype(float), x.astype(float))
    np.testing.assert_allclose(found, exact, rtol={"float32": 3e-7, "float64": 4e-15}[dtype])
    assert float(elementary.first_quadrant_angle(jnp.ones(()), jnp.zeros(()))) == np.float32(np.pi / 2)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", ["exp", "log", "log1p", "inverse_root"])
def test_derivatives(name, check_first_derivatives):
    check_first_derivatives(getattr(elementary, name), np.array([0.4, 0.9, 3.0]))


ANGLES = np.array([0.1, 0.9, 3.0, 0.5]), np.array([2.0, 1.0, 0.2, 1.2])


@pytest.mark.usefixtures("x64")
def test_derivatives_of_the_angle(check_first_derivatives):
    check_first_derivatives(elementary.first_quadrant_angle, *ANGLES)


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", ["exp", "log", "log1p", "inverse_root"])
def test_derivatives_to_second_order(name):
    check_grads(jax.jit(getattr(elementary, name)), (jnp.array([0.4, 0.9, 3.0]),), order=2, rtol=1e-5)


@pytest.mark.long
@pytest.mark.usefixtures("x64")
def test_derivatives_of_the_angle_to_second_order():
    y, x = map(jnp.asarray, ANGLES)
    check_grads(jax.jit(elementary.first_quadrant_angle), (y, x), order=2, rtol=1e-5)


def test_derivatives_in_single_precision_are_those_of_the_functions():
    """Where the functions take their argument apart by its bits, which have no derivative."""
    x = jnp.array([0.3, 1.0, 2.5])
    for name, derivative in (("exp", np.exp), ("log", lambda x: 1 / x), ("log1p", lambda x: 1 / (1 + x))):
        found = jax.jit(jax.vmap(jax.grad(getattr(elementary, name))))(x)
        np.testing.assert_allclose(found, derivative(np.asarray(x)), rtol=3e-7)


def test_polynomial_is_horners():
    np.testing.assert_allclose(elementary.polynomial((1.0, -2.0, 0.5), jnp.array([0.0, 2.0])), [1.0, -1.0])
