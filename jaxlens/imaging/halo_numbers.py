"""What haloes do in each plane, as arrays: the haloes of an object, and those along the line of sight.

Haloes along the line of sight stand in planes between those of the scene.  In front of plane s, behind plane
s - 1 or the observer, there are n = `planes[s]` of them at

    z = z_(s-1) + (k + 1/2) (z_s - z_(s-1)) / n,     k = 0 ... n - 1,

and a halo is in the nearest of them, in front of the same plane of the scene.  One behind the last plane
acts on nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.distances import cosmology_parameters, plane_distances
from jaxlens.imaging.halo_angles import halo_angles
from jaxlens.imaging.mass_angles import Distances
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import FieldHaloes, Haloes
from jaxlens.kernels import cosmology
from jaxlens.kernels.types import Params


class HaloesOfPlane(NamedTuple):
    """The haloes of a plane: a pytree of arrays (n,); of many planes (planes, n).

    Attributes:
        present: 1 where there is a halo, else 0.
        numbers: what `halo_angles` returns.
    """

    present: jax.Array
    numbers: dict[str, jax.Array]


class FieldNumbers(NamedTuple):
    """The planes of haloes along the line of sight, nearest first.

    Attributes:
        q: T_is / (T_i T_s) of each plane i with the source s, 1 / Mpc, (planes,).
        sheet: the convergence that each plane's sheet takes out, (planes,).
        haloes: the haloes of each plane.
    """

    q: jax.Array
    sheet: jax.Array
    haloes: HaloesOfPlane


class HaloNumbers(NamedTuple):
    """What haloes do to rays: a pytree of arrays.

    Attributes:
        q: T_is / (T_i T_s) of each plane i of the scene with the last plane s, 1 / Mpc, (planes,).
        subhaloes: those of each plane of the scene but the last, one entry for each object that has some.
        field: the planes of haloes between them, or None.
    """

    q: jax.Array
    subhaloes: tuple[tuple[HaloesOfPlane, ...], ...]
    field: FieldNumbers | None


def halo_numbers(scene: Scene, params: Params) -> HaloNumbers:
    """What the haloes of a system do to rays, for a source in the last plane."""
    distances, between = plane_distances(scene, params)
    subhaloes = tuple(
        tuple(
            _subhaloes(one, params, Distances(params[plane.redshift], distances[j], distances[-1], to_source))
            for one in plane.subhaloes
        )
        for j, (plane, to_source) in enumerate(zip(scene.planes[:-1], between[:-1, -1], strict=True))
    )
    field = None if scene.field_haloes is None else _field(scene, scene.field_haloes, params)
    return HaloNumbers(between[:, -1] / (distances * distances[-1]), subhaloes, field)


def halo_redshifts(scene: Scene, haloes: FieldHaloes, params: Params) -> jax.Array:
    """The redshifts of the planes of haloes along the line of sight, nearest first, (planes,).

    Args:
        scene: the static part of the configuration.
        haloes: its haloes along the line of sight.
        params: the parameters of one system.
    """
    near, far = _edges(scene, params)
    segment, part = _places(haloes)
    return near[segment] + jnp.asarray(part, near.dtype) * (far - near)[segment]


def shown(haloes: Haloes, params: Params) -> jax.Array:
    """Which haloes a system has: the first NUMBER of them; (bound,), of bool."""
    return jnp.arange(haloes.bound) < params[haloes.number]


def plane_of_each(scene: Scene, haloes: FieldHaloes, params: Params) -> jax.Array:
    """The index of each halo's plane among those of the line of sight, (bound,), an integer.

    The number of planes stands for haloes that do not exist, or that are behind the last plane of the scene,
    and that number plus one for haloes that have no plane.

    Args:
        scene: the static part of the configuration.
        haloes: its haloes along the line of sight.
        params: the parameters of one system.
    """
    near, far, z = jax.lax.stop_gradient((*_edges(scene, params), params[f"{haloes.prefix}-z"]))
    counts = np.asarray(haloes.planes)
    segment = jnp.sum(far[:, None] < z[None, :], axis=0)
    inside = jnp.minimum(segment, len(counts) - 1)
    number = jnp.asarray(counts)[inside]
    width = jnp.maximum((far - near)[inside], jnp.finfo(z.dtype).tiny)
    k = jnp.clip(jnp.floor((z - near[inside]) / width * number).astype(int), 0, jnp.maximum(number - 1, 0))
    total = int(counts.sum())
    own = jnp.where(number > 0, jnp.asarray(np.cumsum(counts) - counts)[inside] + k, total + 1)
    return jnp.where(shown(haloes, params) & (segment < len(counts)), own, total)


def have_room(scene: Scene, params: Params) -> jax.Array:
    """Whether there is room for all haloes of a system, and a plane for each, ().

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system.
    """
    valid = jnp.ones((), bool)
    for haloes in scene.haloes:
        valid = valid & (params[haloes.number] >= 0) & (params[haloes.number] <= haloes.bound)
    return valid & fit_in_planes(scene, scene.field_haloes, params) if scene.field_haloes else valid


def fit_in_planes(scene: Scene, haloes: FieldHaloes, params: Params) -> jax.Array:
    """Whether every halo has a plane, and every plane room for its haloes, ().

    Args:
        scene: the static part of the configuration.
        haloes: its haloes along the line of sight.
        params: the parameters of one system.
    """
    has_plane = jnp.all(plane_of_each(scene, haloes, params) <= sum(haloes.planes))
    return has_plane & ~is_overfull(scene, haloes, params)


def is_overfull(scene: Scene, haloes: FieldHaloes, params: Params) -> jax.Array:
    """Whether a plane has more haloes than it has room for, ().

    Args:
        scene: the static part of the configuration.
        haloes: its haloes along the line of sight.
        params: the parameters of one system.
    """
    planes = plane_of_each(scene, haloes, params)
    each = jnp.sum(planes[None, :] == jnp.arange(sum(haloes.planes))[:, None], axis=1)
    return jnp.any(each > haloes.window)


def _edges(scene: Scene, params: Params) -> tuple[jax.Array, jax.Array]:
    """The redshifts between which the haloes in front of each plane of the scene are, each (planes,)."""
    far = jnp.stack([params[plane.redshift] for plane in scene.planes])
    return jnp.concatenate([jnp.zeros_like(far[:1]), far[:-1]]), far


def _places(haloes: FieldHaloes) -> tuple[np.ndarray, np.ndarray]:
    """In front of which plane of the scene each plane of haloes is, and at which part of the way."""
    segment = np.repeat(np.arange(len(haloes.planes)), haloes.planes)
    part = np.concatenate([(np.arange(n) + 0.5) / max(n, 1) for n in haloes.planes])
    return segment, part


def _subhaloes(haloes: Haloes, params: Params, distances: Distances) -> HaloesOfPlane:
    """The subhaloes of an object."""
    exist = shown(haloes, params)
    own = {name: params[f"{haloes.prefix}-{name}"] for name in haloes.arrays}
    numbers = halo_angles(haloes, own, exist, distances, cosmology_parameters(params))
    return HaloesOfPlane(exist.astype(numbers["x"].dtype), numbers)


def _field(scene: Scene, haloes: FieldHaloes, params: Params) -> FieldNumbers:
    """The planes of haloes along the line of sight, each with those haloes that are in it."""
    parameters = cosmology_parameters(params)
    z, source = halo_redshifts(scene, haloes, params), params[scene.planes[-1].redshift]
    lens = cosmology.transverse_comoving_distance(z, **parameters)
    between = cosmology.transverse_between(z, source, **parameters)
    last = cosmology.transverse_comoving_distance(source, **parameters)
    exist, index = _windows(scene, haloes, params)
    own = {name: params[f"{haloes.prefix}-{name}"][index] for name in haloes.arrays if name != "z"}
    distances = Distances(z[:, None], lens[:, None], last, between[:, None])
    numbers = halo_angles(haloes, own, exist, distances, parameters)
    present = HaloesOfPlane(exist.astype(z.dtype), numbers)
    return FieldNumbers(between / (lens * last), params[haloes.sheets], present)


def _windows(scene: Scene, haloes: FieldHaloes, params: Params) -> tuple[jax.Array, jax.Array]:
    """Which places of each plane have a halo, and which halo that is, each (planes, window)."""
    planes = plane_of_each(scene, haloes, params)
    order = jnp.argsort(planes)
    ends = jnp.searchsorted(planes[order], jnp.arange(sum(haloes.planes) + 1))
    place = ends[:-1, None] + jnp.arange(haloes.window)[None, :]
    return place < ends[1:, None], order[jnp.minimum(place, haloes.bound - 1)]
