"""Workarounds for the compiler change no result."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.fastmath import compiler


def test_a_function_computed_apart_is_the_same() -> None:
    """Value, derivative and batch of a function of several numbers."""

    def both(x: jax.Array, y: jax.Array) -> dict[str, jax.Array]:
        return {"sum": x + y, "product": x * y}

    @jax.jit
    def apart(x: jax.Array, y: jax.Array) -> dict[str, jax.Array]:
        found: dict[str, jax.Array] = jax.vmap(lambda x, y: compiler.computed_apart(both, x, y))(x, y)
        return found

    x, y = jnp.arange(3.0), jnp.linspace(2.0, 5.0, 3)
    for name, value in apart(x, y).items():
        np.testing.assert_array_equal(value, both(x, y)[name])
    gradients = jax.grad(lambda x, y: jnp.sum(apart(x, y)["product"]), (0, 1))(x, y)
    np.testing.assert_array_equal(np.stack(gradients), np.stack([y, x]))


def test_a_tree_computed_once_is_the_same_and_has_derivatives() -> None:
    def function(x: jax.Array) -> jax.Array:
        values = compiler.computed_once({"square": x * x, "x": x})
        return jnp.sum(values["square"] + 2.0 * values["x"])

    value, gradient = jax.jit(jax.value_and_grad(function))(jnp.array([1.0, 3.0]))
    assert float(value) == 18.0
    np.testing.assert_array_equal(gradient, [4.0, 8.0])


def on_other_platforms(*operands: object, cpu: object, default: Callable[..., object]) -> object:
    """`jax.lax.platform_dependent` of a platform that is not a CPU."""
    return default(*operands)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_loop_folds_as_a_scan_does(monkeypatch: pytest.MonkeyPatch, elsewhere: bool) -> None:
    def step(total: jax.Array, item: jax.Array) -> tuple[jax.Array, jax.Array]:
        return 2.0 * total + item, total

    def fold(items: jax.Array) -> tuple[jax.Array, jax.Array]:
        return compiler.folded(step, jnp.zeros(()), items, reverse=True, unroll=2)

    items = jnp.arange(5.0)
    expected = jax.lax.scan(step, jnp.zeros(()), items, reverse=True)
    if elsewhere:
        monkeypatch.setattr(jax.lax, "platform_dependent", on_other_platforms)
    total, totals = jax.jit(fold)(items)
    np.testing.assert_array_equal(total, expected[0])
    np.testing.assert_array_equal(totals, expected[1])
    np.testing.assert_array_equal(jax.grad(lambda items: fold(items)[0])(items), 2.0 ** np.arange(5))


@pytest.mark.parametrize("elsewhere", [False, True])
def test_branches_are_applied_in_turn(monkeypatch: pytest.MonkeyPatch, elsewhere: bool) -> None:
    if elsewhere:
        monkeypatch.setattr(jax.lax, "platform_dependent", on_other_platforms)
    branches = (lambda k, x: 2.0 * x, lambda k, x: x + k, lambda k, x: -x)
    expected = 5.0
    for k in range(4):
        for branch in branches:
            expected = branch(k, expected)
    assert float(jax.jit(lambda x: compiler.in_turn(branches, 4, x))(5.0)) == expected
