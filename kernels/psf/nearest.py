"""Symmetric filters of images that continue with their edge pixels, in the form for a GPU: one pass.

Along one axis with the pixels x_0..x_(n-1) and taps t_k, which reach r pixels, the filtered image is

    y_i = t_0 x_i + sum_k t_k (x_(i-k) + x_(i+k)) + T_i x_0 + T_(n-1-i) x_(n-1),
    T_i = sum over m > i of t_m,

where x is zero beyond its edges: what reaches beyond an edge comes back as the edge pixel.  The transpose has
the same sum over k, with t_k + T_k in place of t_k in the two edge pixels.  Each pixel of either is a sum
over the pixels near it, without an image that is padded, a matrix, or a reduction.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir


def with_tails(taps: jax.Array) -> jax.Array:
    """The taps t_k and their sums T_k beyond k, (2, r + 1, ...), of taps (r + 1, ...)."""
    k = np.arange(len(taps))
    beyond = np.stack([np.eye(len(taps)), k[:, None] < k[None, :]])
    weights = jnp.asarray(beyond.reshape(2, len(taps), len(taps), *(1,) * (taps.ndim - 1)), taps.dtype)
    return jnp.sum(weights * taps[None, None], axis=2)


def filtered_nearest(image: jax.Array, weights: jax.Array, axis: int) -> jax.Array:
    """The filtered image y along one axis.

    Args:
        image: images (..., ny, nx).
        weights: those of `with_tails`, (2, r + 1, ..., 1, 1), where the dots broadcast against those of the
            images.
        axis: -1 (along rows) or -2 (along columns); static.

    Returns:
        The filtered images, of the shape of `image` broadcast against the dots of `weights`.

    >>> taps = jnp.array([[[0.5]], [[0.25]]])
    >>> print(filtered_nearest(jnp.array([[0.0, 0.0, 4.0]]), with_tails(taps), -1))
    [[0. 1. 3.]]
    """
    return _bind(image, weights, axis, transposed=False)


def _bind(image: jax.Array, weights: jax.Array, axis: int, transposed: bool) -> jax.Array:
    """The filter, or its transpose, of operands that broadcast."""
    lead = jnp.broadcast_shapes(image.shape[:-2], weights.shape[2:-2])
    dtype = jnp.result_type(image, weights)
    image = jnp.broadcast_to(image, (*lead, *image.shape[-2:])).astype(dtype)
    aligned = jnp.expand_dims(weights, tuple(range(2, len(lead) + 6 - weights.ndim)))
    weights = jnp.broadcast_to(aligned, (*weights.shape[:2], *lead, 1, 1)).astype(dtype)
    result: jax.Array = _filter.bind(image, weights, axis=axis, transposed=transposed)
    return result


def _filter_impl(image: jax.Array, weights: jax.Array, *, axis: int, transposed: bool) -> jax.Array:
    """The sum over pixels near each pixel."""
    taps, tails = weights
    if transposed:
        taps = taps + tails * _edges(image, axis)
    total = taps[0] * image
    for k in range(1, min(len(taps), image.shape[axis])):
        total = total + taps[k] * _shifted_pair(image, k, axis)
    if transposed:
        return total
    first, last = (jax.lax.slice_in_dim(image, i, i + 1, axis=axis) for i in (0, image.shape[axis] - 1))
    tail = _along(tails, image.shape[axis], axis)
    return total + tail * first + jnp.flip(tail, axis) * last


def _edges(image: jax.Array, axis: int) -> jax.Array:
    """How many of the two edges each pixel along `axis` is, with one axis more in front, for the taps."""
    size = image.shape[axis]
    number = np.zeros(size)
    number[0] += 1.0
    number[-1] += 1.0
    shape = [1] * (image.ndim + 1)
    shape[axis] = size
    return jnp.asarray(number.reshape(shape), image.dtype)


def _along(tails: jax.Array, size: int, axis: int) -> jax.Array:
    """T_i for the pixels i of an axis of `size` pixels, zero beyond the reach of the taps."""
    cut = tails[: min(len(tails), size)]
    padded = jnp.pad(cut, [(0, size - len(cut))] + [(0, 0)] * (tails.ndim - 1))
    return jnp.squeeze(jnp.moveaxis(padded, 0, -2), -1 if axis == -1 else -3)


def _shifted_pair(image: jax.Array, k: int, axis: int) -> jax.Array:
    """The sum of the images shifted by k > 0 pixels to either side, with zeros shifted in."""
    return _shifted(image, k, axis) + _shifted(image, -k, axis)


def _shifted(image: jax.Array, k: int, axis: int) -> jax.Array:
    """The image shifted by k pixels, with zeros shifted in."""
    widths = [(0, 0, 0)] * image.ndim
    widths[axis] = (k, -k, 0)
    return jax.lax.pad(image, jnp.zeros((), image.dtype), widths)


def _filter_shape(image: Any, weights: Any, *, axis: int, transposed: bool) -> Any:
    """The abstract value of the result."""
    return image.update(weak_type=False)


def _transpose_in_image(
    cotangent: jax.Array, image: Any, weights: jax.Array, *, axis: int, transposed: bool
) -> jax.Array:
    """The cotangent of the image: the transposed filter, or the filter where it is transposed already."""
    return _bind(cotangent, weights, axis, not transposed)


def _transpose_in_weights(
    cotangent: jax.Array, image: jax.Array, weights: Any, *, axis: int, transposed: bool
) -> jax.Array:
    """The cotangent of the weights, which only a reverse derivative of a reverse derivative needs."""
    in_weights = partial(_filter_impl, image, axis=axis, transposed=transposed)
    (found,) = jax.linear_transpose(in_weights, weights.aval)(cotangent)
    return found


def _filter_batched(operands: Any, axes: Any, *, axis: int, transposed: bool) -> tuple[jax.Array, int]:
    """The rule of vmap: batch axes come first; an operand without one is repeated."""
    image, weights = operands
    image = image[None] if axes[0] is None else jnp.moveaxis(image, axes[0], 0)
    weights = weights[:, :, None] if axes[1] is None else jnp.moveaxis(weights, axes[1], 2)
    return _bind(image, weights, axis, transposed), 0


_filter = Primitive("jaxlens_filter_nearest")
_filter.def_impl(jax.jit(_filter_impl, static_argnames=("axis", "transposed")))
_filter.def_abstract_eval(_filter_shape)
ad.defbilinear(_filter, _transpose_in_image, _transpose_in_weights)
batching.primitive_batchers[_filter] = _filter_batched
mlir.register_lowering(_filter, mlir.lower_fun(_filter_impl, multiple_results=False))
