"""Sums of shifted images: one symmetric filter along rows or columns, as one linear operation of JAX.

Written out in slices, the sum would be transposed into as many padded images.  As a primitive of its own it
is bilinear in image and taps, and its transpose is itself on the padded image, so that a gradient costs what
the sum costs, in forward and reverse mode and to any order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir


def computed_apart(
    function: Callable[..., Any], *operands: jax.Array, elsewhere: Callable[..., Any] | None = None
) -> Any:
    """`function` of the operands, neither fused with what makes them nor with what uses its result.

    XLA's CPU compiler would compute an image inside of what pads it, pixel by pixel and its edge twice, and a
    filter inside of a sum, without vector instructions.  What goes into a conditional and what comes out of
    it are written to memory, and the compiler does not see that the condition always holds.  Elsewhere than
    on a CPU it is `function` alone, or `elsewhere`, which computes the same.
    """

    def conditional(*operands: jax.Array) -> Any:
        holds = jax.lax.optimization_barrier(jnp.asarray(True))
        return jax.lax.cond(holds, function, nothing, *operands)

    def nothing(*operands: jax.Array) -> Any:
        shapes = jax.eval_shape(function, *operands)
        return jax.tree.map(lambda shape: jnp.zeros(shape.shape, shape.dtype), shapes)

    return jax.lax.platform_dependent(*operands, cpu=conditional, default=elsewhere or function)


def filtered(padded: jax.Array, taps: jax.Array, axis: int) -> jax.Array:
    """The sum of shifted images, out[i] = sum_k taps[|k|] padded[i + r + k] for |k| <= r along `axis`.

    `padded` is (..., ny, nx) with r more pixels on both sides of `axis` (-1 or -2) than the result, and taps
    are (r + 1, ..., 1, 1), where the dots broadcast with those of the image.

    >>> found = filtered(jnp.array([[0.0, 0.0, 3.0, 0.0]]), jnp.array([[[0.5]], [[0.25]]]), -1)
    >>> print(found)
    [[0.75 1.5 ]]
    """
    lead = jnp.broadcast_shapes(padded.shape[:-2], taps.shape[1:-2])
    dtype = jnp.result_type(padded, taps)
    padded = jnp.broadcast_to(padded, (*lead, *padded.shape[-2:])).astype(dtype)
    aligned = jnp.expand_dims(taps, tuple(range(1, len(lead) + 4 - taps.ndim)))
    taps = jnp.broadcast_to(aligned, (len(taps), *lead, 1, 1)).astype(dtype)
    found: jax.Array = _filter.bind(padded, taps, axis=axis)
    return found


def _pair(padded: jax.Array, k: int, radius: int, axis: int) -> jax.Array:
    """The image shifted by k pixels to both sides, added up."""
    size = padded.shape[axis] - 2 * radius
    ahead = jax.lax.slice_in_dim(padded, radius + k, radius + k + size, axis=axis)
    if k == 0:
        return ahead
    return ahead + jax.lax.slice_in_dim(padded, radius - k, radius - k + size, axis=axis)


def _sum(padded: jax.Array, taps: jax.Array, *, axis: int) -> jax.Array:
    radius = len(taps) - 1
    total = taps[0] * _pair(padded, 0, radius, axis)
    for k in range(1, radius + 1):
        total = total + taps[k] * _pair(padded, k, radius, axis)
    return total


def _shape(padded: Any, taps: Any, *, axis: int) -> Any:
    shape = list(padded.shape)
    shape[axis] -= 2 * (taps.shape[0] - 1)
    return padded.update(shape=tuple(shape), weak_type=False)


def _to_padded(cotangent: jax.Array, padded: Any, taps: jax.Array, *, axis: int) -> jax.Array:
    """The transpose in the image: every tap moves light as far the other way."""
    widths = [(0, 0, 0)] * cotangent.ndim
    widths[axis] = (2 * (len(taps) - 1),) * 2 + (0,)
    wide = jax.lax.pad(cotangent, jnp.zeros((), cotangent.dtype), widths)
    return filtered(wide, taps, axis)


def _to_taps(cotangent: jax.Array, padded: jax.Array, taps: Any, *, axis: int) -> jax.Array:
    """The transpose in the taps: how alike the cotangent and each pair of shifted images are."""
    radius = (padded.shape[axis] - cotangent.shape[axis]) // 2
    pairs = (cotangent * _pair(padded, k, radius, axis) for k in range(radius + 1))
    return jnp.stack([jnp.sum(pair, axis=(-2, -1), keepdims=True) for pair in pairs])


def _batched(operands: Any, axes: Any, *, axis: int) -> tuple[jax.Array, int]:
    """Axes of a batch come first; what has none is repeated."""
    padded, taps = operands
    padded = padded[None] if axes[0] is None else jnp.moveaxis(padded, axes[0], 0)
    taps = taps[:, None] if axes[1] is None else jnp.moveaxis(taps, axes[1], 1)
    return filtered(padded, taps, axis), 0


_filter = Primitive("jaxlens_filter")
_filter.def_impl(jax.jit(_sum, static_argnames="axis"))
_filter.def_abstract_eval(_shape)
ad.defbilinear(_filter, _to_padded, _to_taps)
batching.primitive_batchers[_filter] = _batched
mlir.register_lowering(_filter, mlir.lower_fun(_sum, multiple_results=False))
