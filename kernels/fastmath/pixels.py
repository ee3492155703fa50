"""Functions of pixels: the same function in every pixel, with a derivative that a GPU computes in one pass.

In reverse mode the derivative of images f(images, p) in a parameter p_k is a sum over pixels i of
g_i df/dp_k.  Derived from the operations of f it becomes dozens of sums, between which XLA keeps images of
intermediate values in memory.  Here it is derived for one pixel, and the products for all parameters are
summed together: what a pixel needs of f is computed again, and no value of the forward pass is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.custom_derivatives import SymbolicZero
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

P = TypeVar("P")
Images = Sequence[jax.Array]


def of_pixels(function: Callable[[Images, P], Images], images: Images, parameters: P) -> list[jax.Array]:
    """`function(images, parameters)`, whose reverse derivative is one pass over the pixels.

    Args:
        function: gives images (bands, ny, nx), each pixel from that pixel of the arguments alone.
        images: arrays (bands, ny, nx), each with its own number of bands.
        parameters: a pytree of arrays, the same for all pixels.

    Returns:
        The images that `function` returns.

    >>> line = lambda images, slope: [slope * images[0] + 1.0]
    >>> x = jnp.ones((1, 2, 3))
    >>> print(jax.grad(lambda slope: of_pixels(line, [x], slope)[0].sum())(2.0))
    6.0
    """
    leaves, tree = jax.tree.flatten(parameters)
    shapes = [found.shape for found in jax.eval_shape(function, images, parameters)]
    return _of_pixels(_Pixels(function, tree, len(images), tuple(shapes)), (*images, *leaves))


@dataclass(frozen=True, eq=False)
class _Pixels:
    """A function of pixels.

    Attributes:
        function: `(images, parameters)` -> images.
        tree: the structure of the parameters.
        images: the number of images among its operands, which come before the leaves of the parameters.
        shapes: the shape of each image that it returns.
    """

    function: Callable[[Images, Any], Images]
    tree: Any
    images: int
    shapes: tuple[tuple[int, ...], ...]

    def __call__(self, *operands: jax.Array) -> list[jax.Array]:
        """The images that it returns."""
        leaves = operands[self.images :]
        return list(self.function(operands[: self.images], jax.tree.unflatten(self.tree, leaves)))


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _of_pixels(pixels: _Pixels, operands: tuple[jax.Array, ...]) -> list[jax.Array]:
    return pixels(*operands)


def _of_pixels_jvp(
    pixels: _Pixels, primals: tuple[tuple[jax.Array, ...]], tangents: tuple[tuple[Any, ...]]
) -> tuple[list[jax.Array], list[jax.Array]]:
    (operands,), (changes,) = primals, tangents
    varying = tuple(k for k, change in enumerate(changes) if not isinstance(change, SymbolicZero))
    values = _of_pixels(pixels, operands)
    if not varying:
        return values, [jnp.zeros_like(value) for value in values]
    own = [changes[k] for k in varying]
    return values, _tangent.bind(*operands, *own, pixels=pixels, varying=varying, sizes=(), axes=())


_of_pixels.defjvp(_of_pixels_jvp, symbolic_zeros=True)


def _tangent_impl(*operands: jax.Array, pixels: _Pixels, varying: Any, sizes: Any, axes: Any) -> Any:
    """The change of the images: `operands` are those of the function, and the changes of those that vary."""

    def of_system(*operands: jax.Array) -> list[jax.Array]:
        fixed, changes = operands[: -len(varying)], operands[-len(varying) :]
        return jax.jvp(_in_some(pixels, fixed, varying), [fixed[k] for k in varying], list(changes))[1]

    return _mapped(of_system, sizes, axes)(*operands)


def _pullback_impl(*operands: jax.Array, pixels: _Pixels, varying: Any, sizes: Any, axes: Any) -> Any:
    """The cotangents of what varies, from the operands of the function and the cotangents of its images."""
    count = len(pixels.shapes)
    summed = [k >= pixels.images for k in varying]

    def of_pixel(*operands: jax.Array) -> tuple[jax.Array, ...]:
        widened = [jnp.reshape(o, (-1, 1, 1)) for o in operands[: pixels.images]]
        values = [*widened, *operands[pixels.images : -count]]
        cotangents = [jnp.reshape(o, (-1, 1, 1)) for o in operands[-count:]]
        return jax.vjp(_in_some(pixels, values, varying), *(values[k] for k in varying))[1](cotangents)

    def of_system(*operands: jax.Array) -> list[jax.Array]:
        last = [0 if k < pixels.images or k >= len(operands) - count else None for k in range(len(operands))]
        along_rows = [axis if axis is None else 1 for axis in last]
        found = jax.vmap(jax.vmap(of_pixel, along_rows), along_rows)(*operands)
        # found: (ny, nx, bands, 1, 1) of an image, (ny, nx, ...) of a parameter
        sums = iter(_sums([f for f, s in zip(found, summed, strict=True) if s]))
        images = [jnp.moveaxis(jnp.reshape(f, (*f.shape[:2], -1)), -1, 0) for f in found]
        return [next(sums) if s else image for image, s in zip(images, summed, strict=True)]

    return _mapped(of_system, sizes, axes)(*operands)


def _in_some(function: Callable[..., Any], operands: Sequence[jax.Array], varying: Any) -> Callable[..., Any]:
    """`function` of the operands that vary alone."""

    def of_some(*some: jax.Array) -> Any:
        own = dict(zip(varying, some, strict=True))
        return function(*(own.get(k, operand) for k, operand in enumerate(operands)))

    return of_some


def _sums(arrays: Sequence[jax.Array]) -> list[jax.Array]:
    """The sums over the first two axes of some arrays, by a single reduction."""
    if not arrays:
        return []
    columns = [c for array in arrays for c in jnp.moveaxis(jnp.reshape(array, (*array.shape[:2], -1)), -1, 0)]
    zeros = [jnp.zeros((), column.dtype) for column in columns]
    sums = jax.lax.reduce(columns, zeros, _added, (0, 1))
    sizes = [int(np.prod(array.shape[2:])) for array in arrays]
    parts = [sums[end - size : end] for size, end in zip(sizes, np.cumsum(sizes), strict=True)]
    return [jnp.reshape(jnp.stack(p), a.shape[2:]) for p, a in zip(parts, arrays, strict=True)]


def _added(a: Images, b: Images) -> list[jax.Array]:
    return [u + v for u, v in zip(a, b, strict=True)]


def _mapped(
    function: Callable[..., Any], sizes: tuple[int, ...], axes: Sequence[Sequence[int | None]]
) -> Any:
    """`function` mapped over batches; the first of `sizes` and of `axes` is that of the outermost batch."""
    for size, own in zip(reversed(sizes), reversed(axes), strict=True):
        function = jax.vmap(function, tuple(own), axis_size=size)
    return function


def _tangent_shape(*operands: Any, pixels: _Pixels, varying: Any, sizes: Any, axes: Any) -> Any:
    """The abstract values of the changes of the images."""
    return [operands[-1].update(shape=(*sizes, *shape), weak_type=False) for shape in pixels.shapes]


def _pullback_shape(*operands: Any, pixels: _Pixels, varying: Any, sizes: Any, axes: Any) -> Any:
    """The abstract values of the cotangents of what varies."""
    batches = [sum(level[k] is not None for level in axes) for k in varying]
    shapes = [(*sizes, *operands[k].shape[n:]) for k, n in zip(varying, batches, strict=True)]
    return [operands[-1].update(shape=shape, weak_type=False) for shape in shapes]


def _transpose(
    other: str, cotangents: Any, *operands: Any, pixels: _Pixels, varying: Any, sizes: Any, axes: Any
) -> Any:
    """The cotangents of the last operands, in which a primitive is linear, by the other primitive."""
    linear = len(varying) if other == "pullback" else len(pixels.shapes)
    fixed = len(operands) - linear
    given = [ad.instantiate_zeros(cotangent) for cotangent in cotangents]
    own = tuple((*level[:fixed], *[0] * len(given)) for level in axes)
    primitive = _pullback if other == "pullback" else _tangent
    found = primitive.bind(*operands[:fixed], *given, pixels=pixels, varying=varying, sizes=sizes, axes=own)
    shared = [tuple(i for i, level in enumerate(axes) if level[fixed + k] is None) for k in range(linear)]
    return [None] * fixed + [jnp.sum(f, s) if s else f for f, s in zip(found, shared, strict=True)]


def _batched(primitive: Primitive, operands: Any, dims: Any, *, sizes: Any, axes: Any, **static: Any) -> Any:
    """The rule of vmap: one more batch around the others."""
    size = next(o.shape[d] for o, d in zip(operands, dims, strict=True) if d is not None)
    moved = [o if d is None else jnp.moveaxis(o, d, 0) for o, d in zip(operands, dims, strict=True)]
    own = tuple(None if d is None else 0 for d in dims)
    found = primitive.bind(*moved, sizes=(size, *sizes), axes=(own, *axes), **static)
    return found, [0] * len(found)


def _jvp(impl: Callable[..., Any], primals: Any, tangents: Any, **static: Any) -> Any:
    """The derivative of the derivative, from the operations of the function."""
    return jax.jvp(partial(impl, **static), primals, tuple(map(ad.instantiate_zeros, tangents)))


def _primitive(name: str, impl: Callable[..., Any], shapes: Callable[..., Any], other: str) -> Primitive:
    """A primitive with the rules above."""
    primitive = Primitive(name)
    primitive.multiple_results = True
    primitive.def_impl(jax.jit(impl, static_argnames=("pixels", "varying", "sizes", "axes")))
    primitive.def_abstract_eval(shapes)
    ad.primitive_jvps[primitive] = partial(_jvp, impl)
    ad.primitive_transposes[primitive] = partial(_transpose, other)
    batching.primitive_batchers[primitive] = partial(_batched, primitive)
    mlir.register_lowering(primitive, mlir.lower_fun(impl, multiple_results=True))
    return primitive


_tangent = _primitive("jaxlens_tangent_of_pixels", _tangent_impl, _tangent_shape, "pullback")
_pullback = _primitive("jaxlens_pullback_of_pixels", _pullback_impl, _pullback_shape, "tangent")
