"""Sums over copies: the loop of CPUs, the form of GPUs, derivatives, and copies that are not shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.fastmath.copies import in_any_system, summed_at_once, summed_in_loop

pytestmark = pytest.mark.slow

X = jnp.linspace(0.1, 2.0, 7)
SHOWN = jnp.array([[True, True, False, False], [False, False, False, False]])
WIDTHS = jnp.array([[0.5, 1.5, 0.7, 1.1], [2.0, 0.3, 0.2, 0.9]])
Form = Callable[..., jax.Array]


def total(form: Form, shown: jax.Array, widths: jax.Array, x: jax.Array) -> jax.Array:
    """A sum of Gaussians at each x."""
    return form(lambda width: jnp.exp(-0.5 * jnp.square(x / width)), shown, widths)


@pytest.mark.parametrize("form", [summed_in_loop, summed_at_once])
def test_the_sum_has_the_copies_that_are_shown_alone(form: Form) -> None:
    """Each system of a batch has its own; derivatives of the others are zero."""

    def weighted(shown: jax.Array, widths: jax.Array) -> tuple[jax.Array, jax.Array]:
        found = total(form, shown, widths, X)
        return jnp.sum(found * X), found

    gradients, found = jax.vmap(jax.grad(weighted, argnums=1, has_aux=True))(SHOWN, WIDTHS)
    expected = np.exp(-0.5 * (np.asarray(X) / np.array([[0.5], [1.5]])) ** 2)
    np.testing.assert_allclose(found, [expected.sum(0), np.zeros(7)], rtol=1e-5)
    slopes = (expected * np.asarray(X) ** 3 / np.array([[0.5], [1.5]]) ** 3).sum(1)
    np.testing.assert_allclose(gradients[0], [*slopes, 0.0, 0.0], rtol=1e-5)
    assert not gradients[1].any()


@pytest.mark.parametrize("form", [summed_in_loop, summed_at_once])
def test_forward_and_reverse_derivatives_agree(form: Form) -> None:
    """Also in what all copies share, and of a batch of directions."""

    def at(x: jax.Array) -> jax.Array:
        return total(form, SHOWN[0], WIDTHS[0], x)

    np.testing.assert_allclose(jax.jacfwd(at)(X), jax.jacrev(at)(X), rtol=1e-5, atol=1e-7)


def test_a_copy_that_no_system_shows_is_not_computed() -> None:
    """The loop skips it, so that the function is called once for each copy that a system of the batch has."""
    calls: list[Any] = []

    def counted(width: jax.Array) -> jax.Array:
        jax.debug.callback(lambda w: calls.append(w), width, ordered=False)
        return width

    jax.block_until_ready(jax.vmap(lambda s, w: summed_in_loop(counted, s, w))(SHOWN, WIDTHS))
    jax.effects_barrier()
    assert len(calls) == 2 * WIDTHS.shape[0]


def test_in_any_system_is_one_value_for_all_batches() -> None:
    found = jax.vmap(jax.vmap(lambda c: jnp.where(in_any_system(c), 1, 0)))(SHOWN)
    assert found.tolist() == [[1] * 4] * 2
    assert not in_any_system(jnp.asarray(False))


def test_a_reverse_derivative_keeps_no_array_of_each_copy() -> None:
    """The memory of the loop's derivative hardly depends on the number of copies."""
    x = jnp.linspace(0.1, 2.0, 10_000)

    def memory(copies: int) -> int:
        def weighted(widths: jax.Array) -> jax.Array:
            return jnp.sum(jnp.square(total(summed_in_loop, widths > 0.0, widths, x)))

        compiled = jax.jit(jax.grad(weighted)).lower(jax.ShapeDtypeStruct((copies,), x.dtype)).compile()
        return int(compiled.memory_analysis().temp_size_in_bytes)

    assert memory(32) < memory(2) + x.nbytes
