"""Sums over copies of an object, of which each system shows some: written once, however many there are.

On a CPU the sum is a loop, which skips a copy that no system of a batch shows.  On a GPU, where a step of a
loop is a kernel launch, all copies are one more axis of the arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import batching, mlir

Tree = TypeVar("Tree")
Item = TypeVar("Item")


def summed(function: Callable[[Item], Tree], shown: jax.Array, items: Item) -> Tree:
    """The sum over copies k that are shown of `function(items[k])`.

    Args:
        function: from what one copy depends on to a pytree of arrays, which must be finite.
        shown: which copies are shown, (n,), of bool.
        items: a pytree of arrays with the copies along their first axis.

    Returns:
        The sum of what `function` returns; zero where no copy is shown.

    >>> print(summed(lambda x: 2.0 * x, jnp.array([True, False]), jnp.array([1.0, 5.0])))
    2.0
    """
    forms = {"cpu": summed_in_loop, "default": summed_at_once}
    own = {platform: partial(form, function) for platform, form in forms.items()}
    found: Tree = jax.lax.platform_dependent(shown, items, **own)
    return found


def summed_in_loop(function: Callable[[Item], Tree], shown: jax.Array, items: Item) -> Tree:
    """`summed` as a loop over copies.

    A reverse derivative computes each step again, so that it keeps no array of each copy in memory.

    Args:
        function: as in `summed`.
        shown: as in `summed`.
        items: as in `summed`.

    Returns:
        As `summed`.
    """
    one = jax.eval_shape(function, jax.tree.map(lambda a: a[0], items))
    zero = jax.tree.map(lambda a: jnp.zeros(a.shape, a.dtype), one)

    @partial(jax.checkpoint, prevent_cse=False)
    def step(total: Tree, copy: tuple[jax.Array, Item]) -> tuple[Tree, None]:
        is_shown, item = copy

        def more(total: Tree) -> Tree:
            return jax.tree.map(lambda a, b: a + jnp.where(is_shown, b, 0.0), total, function(item))

        return jax.lax.cond(in_any_system(is_shown), more, lambda total: total, total), None

    total: Tree = jax.lax.scan(step, zero, (shown, items))[0]
    return total


def summed_at_once(function: Callable[[Item], Tree], shown: jax.Array, items: Item) -> Tree:
    """`summed` with all copies along a first axis.

    Args:
        function: as in `summed`.
        shown: as in `summed`.
        items: as in `summed`.

    Returns:
        As `summed`.
    """

    def total(values: jax.Array) -> jax.Array:
        mask = jnp.reshape(shown, (-1, *[1] * (values.ndim - 1)))
        return jnp.sum(jnp.where(mask, values, 0.0), axis=0)

    found: Tree = jax.tree.map(total, jax.vmap(function)(items))
    return found


def in_any_system(condition: jax.Array) -> jax.Array:
    """Whether a condition, of bool, is true in any system of the batches over which `vmap` maps.

    What depends on it may save work, but its result must not: it would depend on the other systems.

    >>> print(jax.vmap(lambda c: jnp.where(in_any_system(c), 1, 0))(jnp.array([False, True])))
    [1 1]
    """
    found: jax.Array = _in_any_system.bind(condition)
    return found


def _batched(operands: Any, dims: Any) -> Any:
    (condition,), (dim,) = operands, dims
    return _in_any_system.bind(jnp.any(condition, axis=dim)), None


_in_any_system = Primitive("jaxlens_in_any_system")
_in_any_system.def_impl(lambda condition: condition)
_in_any_system.def_abstract_eval(lambda condition: condition)
batching.primitive_batchers[_in_any_system] = _batched
mlir.register_lowering(_in_any_system, lambda ctx, condition: [condition])
