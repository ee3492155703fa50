"""Sums over pairs: of a function of one item of each of two sets, over the items of one of them.

For items a (say, rays) and b (say, haloes), and functions g and h of a pair,

    G_a = sum over b of g(a, b),        H_b = sum over a of h(a, b).

Forward and reverse derivatives of such sums are such sums again, of derivatives of g and h at a pair, and are
computed as such: no array of all pairs is kept in memory.  On a CPU the pairs are computed in blocks that fit
a cache, and systems one after the other; elsewhere each kind of sum is one reduction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from jaxlens.kernels.fastmath.pair_forms import Arrays, at_once, in_blocks, terms_of


def summed_over_b(
    function: Callable[[Arrays, Arrays], Arrays], a: Arrays, b: Arrays, count: jax.Array
) -> list[jax.Array]:
    """The sums over the first `count` items b of `function(a, b)`, for each item a.

    Args:
        function: from arrays of a and of b, which broadcast, to arrays of terms, element by element; a
            function of a module, so that equal calls share a compiled program.
        a: arrays (items a,).
        b: arrays (items b,).
        count: how many of the items b count, an integer.

    Returns:
        Arrays (items a,).

    >>> numbers = jnp.arange(3.0)
    >>> print(summed_over_b(lambda a, b: [a[0] * b[0]], [numbers], [numbers], jnp.asarray(2))[0])
    [0. 1. 2.]
    """
    pairs = _Terms(function, len(a), len(b))
    found = _pair_sums.bind(count, *a, *b, pairs=pairs, sizes=(), axes=())
    return list(found)


@dataclass(frozen=True)
class _Terms:
    """Terms of G alone.

    Attributes:
        function: `(a, b)` -> terms.
        a: the number of arrays of a.
        b: the number of arrays of b.
    """

    function: Callable[[Arrays, Arrays], Arrays]
    a: int
    b: int

    def __call__(self, a: Arrays, b: Arrays) -> tuple[Arrays, Arrays]:
        """The terms of G, and none of H."""
        return self.function(a, b), ()


@dataclass(frozen=True)
class _Tangent:
    """The change of the terms of a function of pairs, by changes of some of its arrays.

    Attributes:
        of: the function; its arrays come first, and then the changes.
        varying: which of its arrays change, those of a before those of b.
    """

    of: Any
    varying: tuple[int, ...]

    @property
    def a(self) -> int:
        """The number of arrays of a."""
        return int(self.of.a + sum(k < self.of.a for k in self.varying))

    @property
    def b(self) -> int:
        """The number of arrays of b."""
        return int(self.of.b + sum(k >= self.of.a for k in self.varying))

    def __call__(self, a: Arrays, b: Arrays) -> tuple[Arrays, Arrays]:
        """The changes of the terms of G and of H."""
        fixed = [*a[: self.of.a], *b[: self.of.b]]
        changes = [*a[self.of.a :], *b[self.of.b :]]
        some = partial(_of_some, self.of, fixed, self.varying)
        both = [jnp.broadcast_arrays(fixed[k], c) for k, c in zip(self.varying, changes, strict=True)]
        at, along = ([pair[k] for pair in both] for k in (0, 1))
        found: tuple[Arrays, Arrays] = jax.jvp(some, at, along)[1]
        return found


@dataclass(frozen=True)
class _Transposed:
    """The transpose of a function of pairs in some of its arrays, in which it is linear.

    Attributes:
        of: the function; its other arrays come first, and then cotangents of its terms.
        linear: the arrays in which it is linear, those of a before those of b.
        terms: the number of its terms of G, and of H.
    """

    of: Any
    linear: tuple[int, ...]
    terms: tuple[int, int]

    @property
    def a(self) -> int:
        """The number of arrays of a."""
        return int(self.of.a - sum(k < self.of.a for k in self.linear) + self.terms[0])

    @property
    def b(self) -> int:
        """The number of arrays of b."""
        return int(self.of.b - sum(k >= self.of.a for k in self.linear) + self.terms[1])

    def __call__(self, a: Arrays, b: Arrays) -> tuple[Arrays, Arrays]:
        """The cotangents of the arrays of a, which are summed over b, and those of the arrays of b."""
        in_a, in_b = self.a - self.terms[0], self.b - self.terms[1]
        shape = jnp.broadcast_shapes(*(one.shape for one in (*a, *b)))
        rest = iter([*a[:in_a], *b[:in_b]])
        zero = jnp.zeros(shape, (*a, *b)[-1].dtype)
        full = [zero if k in self.linear else next(rest) for k in range(self.of.a + self.of.b)]
        some = partial(_of_some, self.of, full, self.linear)
        given = tuple([jnp.broadcast_to(one, shape) for one in own] for own in (a[in_a:], b[in_b:]))
        terms, pullback = jax.vjp(some, *[zero] * len(self.linear))
        found = pullback(jax.tree.unflatten(jax.tree.structure(terms), jax.tree.leaves(given)))
        first = sum(k < self.of.a for k in self.linear)
        return found[:first], found[first:]


def _of_some(
    of: Any, arrays: Arrays, places: tuple[int, ...], *some: jax.Array
) -> tuple[list[Any], list[Any]]:
    """The terms as a function of the arrays at some places alone."""
    own = dict(zip(places, some, strict=True))
    every = [own.get(k, array) for k, array in enumerate(arrays)]
    shape = jnp.broadcast_shapes(*(array.shape for array in every))
    terms = of(every[: of.a], every[of.a :])
    g, h = ([jnp.broadcast_to(term, shape) for term in kind] for kind in terms)
    return g, h


def _impl(*operands: jax.Array, pairs: Any, sizes: Any, axes: Any) -> list[jax.Array]:
    """The sums of all systems."""
    in_turn, together = partial(in_blocks, pairs), partial(at_once, pairs)
    for size, own in zip(reversed(sizes), reversed(axes), strict=True):
        in_turn = partial(_one_by_one, in_turn, own)
        together = jax.vmap(together, tuple(own), axis_size=size)
    found: list[jax.Array] = jax.lax.platform_dependent(*operands, cpu=in_turn, default=together)
    return found


def _one_by_one(function: Callable[..., Any], axes: Sequence[int | None], *operands: jax.Array) -> Any:
    """A function mapped over batches, one after the other."""
    mapped = [operand for operand, axis in zip(operands, axes, strict=True) if axis is not None]

    def of_one(own: list[jax.Array]) -> Any:
        rest = iter(own)
        return function(*(o if x is None else next(rest) for o, x in zip(operands, axes, strict=True)))

    return jax.lax.map(of_one, mapped)


def _shapes(count: Any, *operands: Any, pairs: Any, sizes: Any, axes: Any) -> list[Any]:
    """The abstract values of the sums."""
    batches = [sum(level[k + 1] is not None for level in axes) for k in range(len(operands))]
    items = [operand.shape[n] for operand, n in zip(operands, batches, strict=True)]
    g, h = terms_of(pairs, operands[: pairs.a], operands[pairs.a :])
    found = [(term.dtype, items[0]) for term in g] + [(term.dtype, items[-1]) for term in h]
    return [operands[0].update(shape=(*sizes, n), dtype=t, weak_type=False) for t, n in found]


def _jvp(primals: Any, tangents: Any, *, pairs: Any, sizes: Any, axes: Any) -> Any:
    """The sums and their change."""
    values = _pair_sums.bind(*primals, pairs=pairs, sizes=sizes, axes=axes)
    changes = tangents[1:]
    varying = tuple(k for k, change in enumerate(changes) if not isinstance(change, ad.Zero))
    if not varying:
        return values, [jnp.zeros_like(value) for value in values]
    places = [*range(pairs.a), *(k for k in varying if k < pairs.a)]
    places_b = [*range(pairs.a, pairs.a + pairs.b), *(k for k in varying if k >= pairs.a)]
    given = [*primals[1 : pairs.a + 1], *(changes[k] for k in varying if k < pairs.a)]
    given += [*primals[pairs.a + 1 :], *(changes[k] for k in varying if k >= pairs.a)]
    own = tuple((level[0], *(level[k + 1] for k in (*places, *places_b))) for level in axes)
    return values, _pair_sums.bind(primals[0], *given, pairs=_Tangent(pairs, varying), sizes=sizes, axes=own)


def _transpose(cotangents: Any, count: Any, *operands: Any, pairs: Any, sizes: Any, axes: Any) -> Any:
    """The cotangents of the arrays in which the sums are linear."""
    linear = tuple(k for k, operand in enumerate(operands) if ad.is_undefined_primal(operand))
    shapes = [operand.aval if k in linear else operand for k, operand in enumerate(operands)]
    g, h = terms_of(pairs, shapes[: pairs.a], shapes[pairs.a :])
    given = [ad.instantiate_zeros(cotangent) for cotangent in cotangents]
    parts = ((0, pairs.a, given[: len(g)]), (pairs.a, pairs.a + pairs.b, given[len(g) :]))
    arrays: list[Any] = []
    own: list[list[Any]] = [[level[0]] for level in axes]
    for start, stop, of_terms in parts:
        fixed = [k for k in range(start, stop) if k not in linear]
        arrays += [*(operands[k] for k in fixed), *of_terms]
        for level, places in zip(axes, own, strict=True):
            places += [*(level[k + 1] for k in fixed), *[0] * len(of_terms)]
    transposed = _Transposed(pairs, linear, (len(g), len(h)))
    batches = tuple(map(tuple, own))
    found = iter(_pair_sums.bind(count, *arrays, pairs=transposed, sizes=sizes, axes=batches))
    results: list[Any] = [None] * (len(operands) + 1)
    for k in linear:
        shared = tuple(i for i, level in enumerate(axes) if level[k + 1] is None)
        one = next(found)
        results[k + 1] = jnp.sum(one, shared) if shared else one
    return results


def _batched(operands: Any, dims: Any, *, pairs: Any, sizes: Any, axes: Any) -> Any:
    """The rule of vmap: one more batch around the others."""
    size = next(o.shape[d] for o, d in zip(operands, dims, strict=True) if d is not None)
    moved = [o if d is None else jnp.moveaxis(o, d, 0) for o, d in zip(operands, dims, strict=True)]
    own = tuple(None if d is None else 0 for d in dims)
    found = _pair_sums.bind(*moved, pairs=pairs, sizes=(size, *sizes), axes=(own, *axes))
    return found, [0] * len(found)


_pair_sums = Primitive("jaxlens_pair_sums")
_pair_sums.multiple_results = True
_pair_sums.def_impl(jax.jit(_impl, static_argnames=("pairs", "sizes", "axes")))
_pair_sums.def_abstract_eval(_shapes)
ad.primitive_jvps[_pair_sums] = _jvp
ad.primitive_transposes[_pair_sums] = _transpose
batching.primitive_batchers[_pair_sums] = _batched
mlir.register_lowering(_pair_sums, mlir.lower_fun(_impl, multiple_results=True))
