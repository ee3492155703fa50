"""Functions of pixels: all derivatives are those of the function."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.fastmath.pixels import of_pixels

RANDOM = np.random.default_rng(5)
X, Y = RANDOM.normal(size=(2, 1, 3, 4))
WEIGHTS = RANDOM.normal(size=(3, 3, 4))
PARAMETERS = {"amp": np.array([1.0, 2.0, 3.0])[:, None, None], "s": np.array(0.7), "center": np.array(0.2)}
Function = Callable[..., Any]


def two_images(images: Sequence[jax.Array], values: Mapping[str, jax.Array]) -> list[jax.Array]:
    x, y = images
    bump = (
        values["amp"] * jnp.exp(-values["s"] * (x - values["center"]) ** 2) * (1.0 + jnp.sin(y * values["s"]))
    )
    return [bump, x * values["center"] + y**2]


def directly(function: Function, images: Any, values: Any) -> Any:
    return function(images, values)


def total(evaluate: Function, values: dict[str, jax.Array]) -> jax.Array:
    own = {name: value for name, value in values.items() if name != "x"}
    first, second = evaluate(two_images, [values["x"], jnp.asarray(Y)], own)
    return first**2 * WEIGHTS + jnp.sin(second)


def gradient(evaluate: Function, values: dict[str, jax.Array]) -> Any:
    return jax.grad(lambda values: total(evaluate, values).sum())(values)


def batch(evaluate: Function, values: dict[str, jax.Array]) -> Any:
    """The centre is the same for all of a batch; the other parameters and x are not."""
    center = values.pop("center")
    several = jax.tree.map(lambda v: jnp.stack([v, 1.1 * v]), values)

    def of_center(center: jax.Array) -> jax.Array:
        return jax.vmap(lambda own: total(evaluate, own | {"center": center}))(several)

    return jax.grad(lambda center: jnp.sum(of_center(center) ** 2))(center), jax.jacfwd(of_center)(center)


def forward(evaluate: Function, values: dict[str, jax.Array]) -> Any:
    return jax.jacfwd(lambda values: total(evaluate, values))(values)


def hessian(evaluate: Function, values: dict[str, jax.Array]) -> Any:
    return jax.hessian(lambda values: total(evaluate, values).sum())(values)


def reverse_twice(evaluate: Function, values: dict[str, jax.Array]) -> Any:
    return jax.grad(lambda values: gradient(evaluate, values)["s"])(values)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(
    "derivative",
    [
        total,
        gradient,
        batch,
        forward,
        pytest.param(hessian, marks=pytest.mark.slow),
        pytest.param(reverse_twice, marks=pytest.mark.slow),
    ],
)
def test_values_and_derivatives_are_those_of_the_function(derivative: Function) -> None:
    values = {name: jnp.asarray(value) for name, value in (PARAMETERS | {"x": X}).items()}
    found, expected = (jax.jit(lambda v, e=e: derivative(e, dict(v)))(values) for e in (of_pixels, directly))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12), found, expected)


def test_what_does_not_vary_has_no_cotangent() -> None:
    """The derivative in one parameter sums nothing over the pixels for the others."""
    values = {name: jnp.asarray(value, jnp.float32) for name, value in (PARAMETERS | {"x": X}).items()}
    in_s = jax.grad(lambda s: total(of_pixels, values | {"s": s}).sum())
    program = str(jax.make_jaxpr(in_s)(values["s"]))
    assert set(re.findall(r"varying=(\S*)", program)) == {"(4,)"}
