"""Planes of haloes along the line of sight, and the double cone that they fill.

Between two planes of a scene, or the observer and the first, n planes of haloes stand for n slabs of equal
depth in redshift, each in the middle of its slab.  Haloes fill a cone about the line of sight that opens up
to the lens; behind it, where rays converge to the source, it closes.  With T the transverse comoving
distance and e = `cone_end`, the angular radius is

    cone_radius                                                   in front of the lens,
    cone_radius {1 - (1 - e) [T_ls' T_s / (T_s' T_ls)]}           at the redshift s' behind it,

which is pyHalo's geometry DOUBLE_CONE with `angle_pad` = 1 - e and an opening angle of twice the radius.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.kernels.cosmology import ARCSEC, comoving_distance, transverse_from_comoving
from jaxlens.kernels.types import Real


class Slabs(NamedTuple):
    """The slabs that planes of haloes stand for, the nearest first; each array is (planes,).

    Attributes:
        z: redshift of the plane, in the middle of its slab.
        radius: angular radius of the cone at that redshift (arcsec).
        volume: what of the cone is in the slab (comoving Mpc^3).
        near: comoving distance of the slab's front (Mpc).
        far: comoving distance of its back.
        distance: transverse comoving distance to the plane (Mpc).
    """

    z: jax.Array
    radius: jax.Array
    volume: jax.Array
    near: jax.Array
    far: jax.Array
    distance: jax.Array


def slab_edges(redshifts: Real, counts: Sequence[int]) -> tuple[jax.Array, jax.Array]:
    """The redshifts between which the slabs lie.

    Args:
        redshifts: those of the planes of the scene, increasing, (segments,).
        counts: how many planes of haloes are in front of each; static, (segments,).

    Returns:
        Front and back of each slab, each (planes,), the nearest first.

    >>> print(slab_edges(jnp.array([0.5, 2.0]), (2, 3))[0])
    [0.   0.25 0.5  1.   1.5 ]
    """
    ends = jnp.asarray(redshifts)
    starts = jnp.concatenate([jnp.zeros_like(ends[:1]), ends[:-1]])
    segment = np.repeat(np.arange(len(counts)), counts)
    number = np.concatenate([np.arange(count) for count in counts])
    sizes = np.asarray(counts)[segment]
    start, length = starts[segment], (ends - starts)[segment]
    front, back = (jnp.asarray(value / sizes, ends.dtype) for value in (number, number + 1))
    return start + front * length, start + back * length


def slabs(
    redshifts: Real,
    counts: Sequence[int],
    z_lens: Real,
    *,
    cone_radius: Real,
    cone_end: Real = 0.05,
    **cosmology: Real,
) -> Slabs:
    """The slabs in front of the last plane of a scene.

    Args:
        redshifts: those of the planes of the scene, increasing, (segments,).
        counts: how many planes of haloes are in front of each; static, (segments,).
        z_lens: where the cone begins to close; the last redshift where it never does.
        cone_radius: angular radius of the cone in front of the lens (arcsec).
        cone_end: its radius at the source, over that.
        **cosmology: as in `jaxlens.kernels.cosmology`.

    Returns:
        The slabs.
    """
    ends = jnp.asarray(redshifts)
    front, back = slab_edges(ends, counts)
    middle = 0.5 * (front + back)
    points = jnp.stack([front, back, middle])
    comoving = comoving_distance(points, **cosmology)
    T = transverse_from_comoving(comoving, **cosmology)
    shares = _share(points, comoving, T, jnp.stack([jnp.asarray(z_lens, ends.dtype), ends[-1]]), cosmology)
    radii = cone_radius * (1.0 - (1.0 - cone_end) * shares)
    first, last, _ = radii * ARCSEC * T
    # the volume between two discs of a cone, which is exact where space is flat
    depth = comoving[1] - comoving[0]
    volume = jnp.pi / 3.0 * depth * (first * first + first * last + last * last)
    return Slabs(middle, radii[2], volume, comoving[0], comoving[1], T[2])


def radius_at(
    z: Real, z_lens: Real, z_source: Real, *, cone_radius: Real, cone_end: Real = 0.05, **cosmology: Real
) -> jax.Array:
    """The angular radius of the cone at a redshift.

    Args:
        z: the redshift, any shape.
        z_lens: where the cone begins to close.
        z_source: redshift of the source.
        cone_radius: angular radius of the cone in front of the lens (arcsec).
        cone_end: its radius at the source, over that.
        **cosmology: as in `jaxlens.kernels.cosmology`.

    Returns:
        Arcsec, of the shape of z.
    """
    z = jnp.asarray(z)
    comoving = comoving_distance(z, **cosmology)
    ends = jnp.stack([jnp.asarray(end, comoving.dtype) for end in (z_lens, z_source)])
    T = transverse_from_comoving(comoving, **cosmology)
    return cone_radius * (1.0 - (1.0 - cone_end) * _share(z, comoving, T, ends, cosmology))


def _share(
    z: jax.Array, comoving: jax.Array, T: jax.Array, ends: jax.Array, cosmology: dict[str, Real]
) -> jax.Array:
    """How much of the way from the lens to the source, `ends`, the cone has closed: from 0 to 1."""
    lens, source = comoving_distance(ends, **cosmology)
    from_lens = transverse_from_comoving(comoving - lens, **cosmology)
    between, whole = (transverse_from_comoving(gap, **cosmology) for gap in (source - lens, source))
    behind = z > ends[0]
    # in front of the lens the quotient is not used, and is finite
    safe = jnp.where(behind, T * between, 1.0)
    return jnp.where(behind, from_lens * whole / jnp.where(safe > 0.0, safe, 1.0), 0.0)
