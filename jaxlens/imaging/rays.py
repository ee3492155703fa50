"""The rays of a scene: deflections of its planes, and where rays cross a plane."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from jaxlens.imaging.axis_ratios import ellipticity
from jaxlens.imaging.copies import CopyNumbers, copy_numbers, with_copies
from jaxlens.imaging.distances import cosmology_parameters, plane_distances
from jaxlens.imaging.lens_planes import Groups, plane_deflection, plane_fermat_potential, plane_potential
from jaxlens.imaging.mass_angles import Distances, angles
from jaxlens.imaging.profile_arguments import Value, arguments
from jaxlens.imaging.scene import COSMOLOGY, Scene
from jaxlens.imaging.scene_objects import Copied, Mass
from jaxlens.imaging.tables import tables_of
from jaxlens.kernels.fastmath.compiler import computed_apart
from jaxlens.kernels.lensing.rays import Rays, arrival_time, delay_of, lensing_weights, shoot
from jaxlens.kernels.types import Params


class RayNumbers(NamedTuple):
    """What the rays to all planes depend on besides their direction: a pytree of arrays ().

    Attributes:
        masses: the parameters of each mass of each plane but the last, by the names that its kernel has for
            them.
        weights: B_ij of `shoot` for i < j where j is not the last plane, for which it is 1.
        copies: the numbers of the copies that have mass, for each plane but the last.
    """

    masses: tuple[tuple[dict[str, Value], ...], ...]
    weights: dict[tuple[int, int], jax.Array]
    copies: tuple[tuple[CopyNumbers, ...], ...]

    def up_to(self, j: int) -> RayNumbers:
        """What the rays to the planes 0 to `j` depend on."""
        weights = {pair: b for pair, b in self.weights.items() if pair[1] <= j}
        return RayNumbers(self.masses[:j], weights, self.copies[:j])


def ray_numbers(scene: Scene, params: Params) -> RayNumbers:
    """What the rays to all planes of a system depend on."""
    last = len(scene.planes) - 1
    masses = tuple(
        tuple(mass_parameters(scene, params, j, mass) for mass in plane.mass)
        for j, plane in enumerate(scene.planes[:last])
    )
    weights = _weights(scene, params)
    copies = tuple(
        tuple(numbers for _, numbers in mass_groups(scene, params, j))
        for j in range(len(scene.planes[:last]))
    )
    return RayNumbers(masses, {(i, j): weights[i, j] for j in range(last) for i in range(j)}, copies)


def ray_positions(
    scene: Scene, numbers: RayNumbers, x: jax.Array, y: jax.Array
) -> list[tuple[jax.Array, jax.Array]]:
    """Where the rays that are seen at (x, y) cross the planes of the scene, nearest plane first.

    Args:
        scene: the static part of the configuration.
        numbers: what the rays of one system depend on; they are followed as far as it goes.
        x: angles on the sky, arcsec, of any shape.
        y: the other coordinate.

    Returns:
        A pair (x, y) for each plane, arcsec, each of the shape of `x`.
    """
    groups = [list(zip(scene.planes[j].heavy, own, strict=True)) for j, own in enumerate(numbers.copies)]
    deflections = [
        partial(plane_deflection, scene.planes[j].mass, values, groups=groups[j])
        for j, values in enumerate(numbers.masses)
    ]
    if len(deflections) > 1:
        # Otherwise XLA's CPU compiler computes a deflection again in every plane behind it.
        deflections = [partial(computed_apart, deflection) for deflection in deflections]
    last = len(scene.planes) - 1
    return shoot(x, y, deflections, numbers.weights | {(i, last): 1.0 for i in range(last)})


def rays_to_plane(
    scene: Scene, j: int, x: jax.Array, y: jax.Array, params: Params
) -> tuple[jax.Array, jax.Array]:
    """Where the rays that are seen at (x, y) cross one plane.

    Args:
        scene: the static part of the configuration.
        j: the index of the plane.
        x: angles on the sky, arcsec, of any shape.
        y: the other coordinate.
        params: the parameters of one system; those of `ray_parameters` are enough.

    Returns:
        x and y in the plane, arcsec.
    """
    return shoot(x, y, _deflections(scene, params, j + 1), _weights(scene, params))[j]


def light_travel_times(scene: Scene, params: Params, j: int, x: jax.Array, y: jax.Array) -> jax.Array:
    """The light travel times from plane `j` along rays that are seen at (x, y), beyond a straight path's.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        j: the index of the plane.
        x: angles on the sky, arcsec, of any shape.
        y: the other coordinate.

    Returns:
        Days, of the shape of `x`.

    Raises:
        ValueError: a mass in front of the plane has no potential.
    """
    distances, between = plane_distances(scene, params)
    lens = next((i for i in range(j) if scene.planes[i].line_of_sight), None)
    if lens is not None:
        # all mass is in this plane
        groups = mass_groups(scene, params, lens)
        fermat = plane_fermat_potential(*lens_of(scene, params, lens), x, y, groups)
        return delay_of(fermat, distances[lens], distances[j], between[lens, j])
    positions = shoot(x, y, _deflections(scene, params, j + 1), _weights(scene, params))
    potentials = [
        plane_potential(*lens_of(scene, params, i), *positions[i], mass_groups(scene, params, i))
        for i in range(j)
    ]
    return arrival_time(positions, potentials, distances, between)


def ray_parameters(scene: Scene, params: Params, j: int) -> dict[str, jax.Array]:
    """The parameters that the rays to plane `j` depend on.

    `rays_to_plane` needs no others, and the solver of the lens equation compiles faster without the rest.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        j: the index of the plane.
    """
    masses = [mass for plane in scene.planes[:j] for mass in plane.masses]
    names = {f"{mass.prefix}-{name}" for mass in masses for name in (*mass.parameters, *mass.tables)}
    for copied in (copied for plane in scene.planes[:j] for copied in plane.heavy):
        names |= {copied.number, *(f"{copied.prefix}-{name}" for name in copied.position)}
    names |= {*COSMOLOGY, *(plane.redshift for plane in scene.planes)}
    return {name: value for name, value in with_copies(scene, params).items() if name in names}


def mass_parameters(scene: Scene, params: Params, j: int, mass: Mass) -> dict[str, Value]:
    """The parameters of a mass profile in plane `j`, by the names that its kernel has for them.

    Its whole numbers, which are static, are not among them.

    Where physical parameters stand in place of angles, the angles are computed from them, and so are
    ellipticities from axis ratios.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        j: the index of the mass's plane.
        mass: the profile.
    """
    values = {name: params[f"{mass.prefix}-{name}"] for name in mass.parameters}
    values |= ellipticity(mass, params) | physical_angles(scene, params, j, mass)
    return arguments(mass.kernel, values) | tables_of(mass, params)


def physical_angles(scene: Scene, params: Params, j: int, mass: Mass) -> dict[str, jax.Array]:
    """The angles of a mass from its physical parameters, for a source in the last plane.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        j: the index of the mass's plane.
        mass: a profile.

    Returns:
        The parameters of its kernel that they stand for by name, such as theta_E of sigma_v, arcsec, each ();
        none where all its parameters are angles.
    """
    if mass.form is None:
        return {}
    distances, between = plane_distances(scene, params)
    place = Distances(params[scene.planes[j].redshift], distances[j], distances[-1], between[j, -1])
    values = {name: params[f"{mass.prefix}-{name}"] for name in mass.parameters}
    return angles(mass.form, values, place, cosmology_parameters(params), mass.mass_definition)


def geometry_factor(scene: Scene, params: Params) -> jax.Array:
    """1 where rays reach every plane; NaN where they do not.

    They do where the planes are in order, the nearest first, and where their distances are numbers.  Planes
    may have equal redshifts.  Without mass rays are straight, in any order of the planes.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system.

    Returns:
        1 or NaN, ().
    """
    valid = jnp.ones((), bool)
    if scene.is_lensed(len(scene.planes) - 1):
        redshifts = jnp.stack([params[plane.redshift] for plane in scene.planes])
        nearer = jnp.concatenate([jnp.zeros_like(redshifts[:1]), redshifts[:-1]])
        valid = jnp.all(redshifts >= nearer)
    if _needs_distances(scene):
        valid = valid & jnp.all(jnp.isfinite(plane_distances(scene, params)[0]))
    return one_or_nan(valid)


def one_or_nan(valid: jax.Array) -> jax.Array:
    """1.0 where `valid` () is True, otherwise NaN, ()."""
    return jnp.where(valid, 1.0, jnp.nan).astype(jnp.result_type(float))


def _needs_distances(scene: Scene) -> bool:
    """Whether the image depends on the distances of the planes, and so on the cosmology."""
    masses = [mass for plane in scene.planes for mass in plane.masses]
    points = [point for plane in scene.planes for point in plane.points]
    return (
        bool(scene.haloes)
        or any(mass.form for mass in masses)
        or (len(scene.planes) > 2 and bool(masses))
        or any(point.sep_unit == "kpc" for point in points)
        or bool(scene.series and scene.series.transients)
    )


def _deflections(scene: Scene, params: Params, planes: int) -> list[Rays]:
    """The deflections in planes 0 to `planes` - 2, each a function of (x, y)."""
    return [partial(_deflection, scene, params, j) for j in range(planes - 1)]


def _deflection(
    scene: Scene, params: Params, j: int, x: jax.Array, y: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """The reduced deflection of plane `j`."""
    return plane_deflection(*lens_of(scene, params, j), x, y, mass_groups(scene, params, j))


def lens_of(scene: Scene, params: Params, j: int) -> tuple[tuple[Mass, ...], list[dict[str, Value]]]:
    """The masses of plane `j`, and the parameters of their kernels.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, with the arrays of profiles.
        j: the index of the plane.
    """
    masses = scene.planes[j].mass
    return masses, [mass_parameters(scene, params, j, mass) for mass in masses]


def mass_groups(scene: Scene, params: Params, j: int) -> Groups:
    """The objects with copies of plane `j` that have mass, and the numbers of the copies.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, with the arrays of profiles.
        j: the index of the plane.
    """

    def numbers(copied: Copied) -> CopyNumbers:
        masses = copied.mass
        return copy_numbers(
            copied, masses, params, lambda own: [mass_parameters(scene, own, j, mass) for mass in masses]
        )

    return [(copied, numbers(copied)) for copied in scene.planes[j].heavy]


def _weights(scene: Scene, params: Params) -> jax.Array:
    """The lensing weights B_ij of `shoot`, (planes, planes); with two planes B = 1 in every cosmology."""
    if len(scene.planes) <= 2:
        return jnp.asarray(np.triu(np.ones((len(scene.planes),) * 2), k=1), jnp.result_type(float))
    return lensing_weights(*plane_distances(scene, params))
