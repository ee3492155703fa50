"""Sums over pairs: they and their derivatives are those of the plain sums, in blocks and at once."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jaxlens.kernels.fastmath import pair_forms, pairs
from jaxlens.kernels.fastmath.pairs import Arrays, summed_over_b

# Items a, items b, and how many of the latter count.
ITEMS = (7, 5)
COUNT = 4


def _terms(a: Arrays, b: Arrays) -> list[jax.Array]:
    return [jnp.sin(a[0] * b[0]) + b[1] * a[1], a[1] / (1.0 + jnp.square(a[0] - b[1]))]


def _plain(a: list[jax.Array], b: list[jax.Array]) -> list[jax.Array]:
    terms = _terms([one[:, None] for one in a], [one[None, :COUNT] for one in b])
    return [jnp.sum(jnp.broadcast_to(term, (ITEMS[0], COUNT)), axis=1) for term in terms]


def _in_pairs(a: list[jax.Array], b: list[jax.Array]) -> list[jax.Array]:
    return summed_over_b(_terms, a, b, jnp.asarray(COUNT))


def _arguments(systems: int = 0) -> list[list[jax.Array]]:
    draw = np.random.default_rng(3)
    shape = (systems,) if systems else ()
    return [[jnp.asarray(draw.normal(size=(*shape, n))) for _ in range(2)] for n in ITEMS]


def _derivatives(function: Callable[..., list[jax.Array]]) -> Callable[..., object]:
    """Value, forward and reverse derivative, and the forward derivative of the latter."""

    def total(a: list[jax.Array], b: list[jax.Array]) -> jax.Array:
        first, second = function(a, b)
        return jnp.sum(jnp.square(first) * jnp.cos(second))

    def every(a: list[jax.Array], b: list[jax.Array]) -> object:
        along = (jax.tree.map(jnp.cos, a), jax.tree.map(jnp.sin, b))
        gradient = jax.grad(total, argnums=(0, 1))
        return function(a, b), jax.jvp(function, (a, b), along)[1], jax.jvp(gradient, (a, b), along)

    return every


@pytest.mark.long
@pytest.mark.parametrize("block", [pair_forms.BLOCK, 6])
def test_sums_and_derivatives_of_a_batch_are_those_of_plain_sums(x64, monkeypatch, block):
    monkeypatch.setattr(pair_forms, "BLOCK", block)
    # as the block is no argument of the program that is kept
    jax.clear_caches()
    a, b = _arguments(systems=2)
    found = jax.jit(jax.vmap(_derivatives(_in_pairs), (0, None)))(a, [one[0] for one in b])
    wanted = jax.jit(jax.vmap(_derivatives(_plain), (0, None)))(a, [one[0] for one in b])
    jax.tree.map(lambda u, v: np.testing.assert_allclose(u, v, rtol=1e-10, atol=1e-12), found, wanted)


def test_the_form_for_other_platforms_gives_the_same_sums(x64):
    a, b = _arguments()
    form = pairs._Terms(_terms, 2, 2)
    found = pair_forms.at_once(form, jnp.asarray(COUNT), *a, *b)
    for one, wanted in zip(found, _plain(a, b), strict=True):
        np.testing.assert_allclose(one, wanted, rtol=1e-12)
