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

from jaxlens.kernels.cosmology import (
    ARCSEC,
    comoving_distance,
    transverse_between,
    transverse_comoving_distance,
)
from jaxlens.kernels.types import Real


class Slabs(NamedTuple):
    """The slabs that planes of haloes stand for, the nearest first; each array is (planes,).

    Attributes:
        z: redshift of the plane, in the middle of its slab.
        radius: angular radius of the cone at that redshift (arcsec).
        volume: what of the cone is in the slab (comoving Mpc^3).
        near: comoving distance of the slab's front (Mpc).
        far: comoving distance of its back.
    """

    z: jax.Array
    radius: jax.Array
    volume: jax.Array
    near: jax.Array
    far: jax.Array


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
    size = {"cone_radius": cone_radius, "cone_end": cone_end, **cosmology}
    first, last = (radius_at(z, z_lens, ends[-1], **size) * ARCSEC * _T(z, cosmology) for z in (front, back))
    near, far = (comoving_distance(z, **cosmology) for z in (front, back))
    # the volume between two discs of a cone, which is exact where space is flat
    volume = jnp.pi / 3.0 * (far - near) * (first * first + first * last + last * last)
    middle = 0.5 * (front + back)
    return Slabs(middle, radius_at(middle, z_lens, ends[-1], **size), volume, near, far)


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
    behind = z > z_lens
    # in front of the lens the ratio is not used, and its derivative is zero
    distance = transverse_between(z_lens, jnp.where(behind, z, z_lens), **cosmology)
    depth = transverse_between(z_lens, z_source, **cosmology)
    depth = jnp.where(depth > 0.0, depth, 1.0)
    closed = distance * _T(z_source, cosmology) / (_T(jnp.where(behind, z, z_lens), cosmology) * depth)
    return cone_radius * (1.0 - (1.0 - cone_end) * jnp.where(behind, closed, 0.0))


def _T(z: Real, cosmology: dict[str, Real]) -> jax.Array:
    """The transverse comoving distance to a redshift (Mpc)."""
    return transverse_comoving_distance(z, **cosmology)
