"""Sums of shifted images: a symmetric filter along rows or columns, as a primitive of JAX.

Written as a sum of slices, its transpose would pad as many images.  As a primitive of its own it is bilinear
in image and taps, and its transpose is itself on the padded image, so that a gradient costs what the sum
costs, in forward and reverse mode and to any order.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir


def filtered(padded: jax.Array, taps: jax.Array, axis: int) -> jax.Array:
    """The sum of shifted images, out[i] = sum_k taps[|k|] padded[i + r + k] for |k| <= r along `axis`.

    Args:
        padded: images (..., ny, nx), with r more pixels than the result on both sides of `axis`.
        taps: (r + 1, ..., 1, 1), where the dots broadcast against those of the images.
        axis: -1 (along rows) or -2 (along columns); static.

    Returns:
        The filtered images.

    >>> print(filtered(jnp.array([[0.0, 0.0, 3.0, 0.0]]), jnp.array([[[0.5]], [[0.25]]]), -1))
    [[0.75 1.5 ]]
    """
    lead = jnp.broadcast_shapes(padded.shape[:-2], taps.shape[1:-2])
    dtype = jnp.result_type(padded, taps)
    padded = jnp.broadcast_to(padded, (*lead, *padded.shape[-2:])).astype(dtype)
    aligned = jnp.expand_dims(taps, tuple(range(1, len(lead) + 4 - taps.ndim)))
    taps = jnp.broadcast_to(aligned, (len(taps), *lead, 1, 1)).astype(dtype)
    result: jax.Array = _filter.bind(padded, taps, axis=axis)
    return result


def _filter_impl(padded: jax.Array, taps: jax.Array, *, axis: int) -> jax.Array:
    """The filter as a sum of slices."""
    radius = len(taps) - 1
    total = taps[0] * _shifted_pair(padded, 0, radius, axis)
    for k in range(1, radius + 1):
        total = total + taps[k] * _shifted_pair(padded, k, radius, axis)
    return total


def _shifted_pair(padded: jax.Array, k: int, radius: int, axis: int) -> jax.Array:
    """The sum of the images shifted by k pixels to either side; for k = 0 the image itself."""
    size = padded.shape[axis] - 2 * radius
    ahead = jax.lax.slice_in_dim(padded, radius + k, radius + k + size, axis=axis)
    if k == 0:
        return ahead
    return ahead + jax.lax.slice_in_dim(padded, radius - k, radius - k + size, axis=axis)


def _filter_shape(padded: Any, taps: Any, *, axis: int) -> Any:
    """The abstract value of the result."""
    shape = list(padded.shape)
    shape[axis] -= 2 * (taps.shape[0] - 1)
    return padded.update(shape=tuple(shape), weak_type=False)


def _transpose_in_image(cotangent: jax.Array, padded: Any, taps: jax.Array, *, axis: int) -> jax.Array:
    """The cotangent of the padded image: the filter, being symmetric, of the padded cotangent."""
    widths = [(0, 0, 0)] * cotangent.ndim
    widths[axis] = (2 * (len(taps) - 1),) * 2 + (0,)
    wide = jax.lax.pad(cotangent, jnp.zeros((), cotangent.dtype), widths)
    return filtered(wide, taps, axis)


def _transpose_in_taps(cotangent: jax.Array, padded: jax.Array, taps: Any, *, axis: int) -> jax.Array:
    """The cotangent of the taps: the sum over pixels of the cotangent times each pair of shifted images."""
    radius = (padded.shape[axis] - cotangent.shape[axis]) // 2
    products = (cotangent * _shifted_pair(padded, k, radius, axis) for k in range(radius + 1))
    return jnp.stack([jnp.sum(p, axis=(-2, -1), keepdims=True) for p in products])


def _filter_batched(operands: Any, axes: Any, *, axis: int) -> tuple[jax.Array, int]:
    """The rule of vmap: batch axes come first; an operand without one is repeated."""
    padded, taps = operands
    padded = padded[None] if axes[0] is None else jnp.moveaxis(padded, axes[0], 0)
    taps = taps[:, None] if axes[1] is None else jnp.moveaxis(taps, axes[1], 1)
    return filtered(padded, taps, axis), 0


_filter = Primitive("jaxlens_filter")
_filter.def_impl(jax.jit(_filter_impl, static_argnames="axis"))
_filter.def_abstract_eval(_filter_shape)
ad.defbilinear(_filter, _transpose_in_image, _transpose_in_taps)
batching.primitive_batchers[_filter] = _filter_batched
mlir.register_lowering(_filter, mlir.lower_fun(_filter_impl, multiple_results=False))
