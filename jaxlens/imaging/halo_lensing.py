"""Lensing by the masses and haloes of a scene: rays of an image, rays to images, and light travel times.

In images the deflection of the haloes of a plane may have an error of `halo_tolerance` times the Einstein
radius of the lens, where there are many of them.  Images of point sources, their magnifications and delays
are exact.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from jaxlens.imaging.copies import CopyNumbers
from jaxlens.imaging.distances import plane_distances
from jaxlens.imaging.enclosed_mass import einstein_radius
from jaxlens.imaging.halo_numbers import HaloNumbers, halo_numbers
from jaxlens.imaging.halo_rays import (
    PlaneDeflection,
    shoot_through_haloes,
    subhalo_deflection,
    subhalo_potential,
    travel_times_through_haloes,
)
from jaxlens.imaging.lens_planes import plane_deflection, plane_fermat_potential, plane_potential
from jaxlens.imaging.pixel_grid import pixel_scale
from jaxlens.imaging.profile_arguments import Value
from jaxlens.imaging.rays import lens_of, mass_groups, ray_parameters
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import ScenePlane
from jaxlens.kernels.fastmath.compiler import computed_apart
from jaxlens.kernels.fastmath.copies import summed_at_once
from jaxlens.kernels.fastmath.pixels import Images, of_pixels
from jaxlens.kernels.halos import sums
from jaxlens.kernels.halos.round_profiles import numbers_of, round_profile
from jaxlens.kernels.lensing.rays import Rays, delay_of
from jaxlens.kernels.types import Pair, Params

# With room for fewer haloes in a plane their exact sum takes no longer than the approximate one.
MANY = 200


def halo_lensed_rays(scene: Scene, params: Params, x: jax.Array, y: jax.Array) -> list[Pair]:
    """Where the rays of an image cross the planes of a scene with haloes, nearest plane first.

    Args:
        scene: the static part of the configuration, with haloes.
        params: the parameters of one system, with the arrays of profiles.
        x: angles on the sky (arcsec), (1, ny, nx).
        y: the other coordinate, of the same shape.

    Returns:
        A pair (x, y) for each plane, arcsec, each (1, ny, nx).
    """
    tolerance = _tolerance(scene, params)

    def deflection(
        profile: str, x: jax.Array, y: jax.Array, numbers: dict[str, jax.Array], present: jax.Array
    ) -> Pair:
        allowed = tolerance if len(present) >= MANY else None
        return sums.deflection(profile, x, y, numbers, present > 0.0, allowed)

    masses = [_plane_of_image(scene, params, j) for j in range(len(scene.planes) - 1)]
    return shoot_through_haloes(scene, x, y, masses, halo_numbers(scene, params), deflection)


class LensArguments(NamedTuple):
    """What rays to images depend on: a pytree of floats.

    Attributes:
        params: the parameters of the masses.
        haloes: what haloes do.
    """

    params: dict[str, jax.Array]
    haloes: HaloNumbers


def lens_arguments(scene: Scene, params: Params, j: int) -> LensArguments:
    """What the rays to plane `j` of a scene with haloes depend on.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, with the arrays of profiles.
        j: the index of the plane.
    """
    return LensArguments(ray_parameters(scene, params, j), halo_numbers(scene, params))


def halo_lensed_to_plane(scene: Scene, j: int, x: jax.Array, y: jax.Array, arguments: LensArguments) -> Pair:
    """Where the rays that are seen at (x, y) cross one plane, exactly.

    Args:
        scene: the static part of the configuration, with haloes.
        j: the index of the plane.
        x: angles on the sky (arcsec), of any shape, not many.
        y: the other coordinate, of the same shape.
        arguments: what the rays depend on.

    Returns:
        x and y in the plane, arcsec.
    """
    masses = [_plane(scene, arguments.params, i) for i in range(j)]
    return shoot_through_haloes(scene, x, y, masses, arguments.haloes, _exact_deflection, j + 1)[j]


def halo_lensed_times(scene: Scene, params: Params, j: int, x: jax.Array, y: jax.Array) -> jax.Array:
    """The light travel times from plane `j` through masses and haloes, beyond a straight path's.

    Args:
        scene: the static part of the configuration, with haloes.
        params: the parameters of one system, with the arrays of profiles.
        j: the index of the plane.
        x: angles on the sky (arcsec), of any shape, not many.
        y: the other coordinate, of the same shape.

    Returns:
        Days, of the shape of `x`.

    Raises:
        ValueError: a mass in front of the plane has no potential.
    """
    numbers = halo_numbers(scene, params)
    lens = next((i for i in range(j) if scene.planes[i].line_of_sight), None)
    if lens is not None:
        # all mass is in this plane
        distances, between = plane_distances(scene, params)
        own = (
            subhalo_deflection(scene, lens, numbers, _exact_deflection),
            subhalo_potential(scene, lens, numbers, _exact_potential),
        )
        fermat = plane_fermat_potential(
            *lens_of(scene, params, lens), x, y, mass_groups(scene, params, lens), own
        )
        return delay_of(fermat, distances[lens], distances[j], between[lens, j])
    masses = [
        (
            _plane(scene, params, i),
            partial(plane_potential, *lens_of(scene, params, i), groups=mass_groups(scene, params, i)),
        )
        for i in range(j)
    ]
    return travel_times_through_haloes(scene, j, x, y, masses, numbers, _exact_deflection, _exact_potential)


def _tolerance(scene: Scene, params: Params) -> jax.Array | None:
    """The error that the haloes of one plane may have in an image (arcsec), or None where they are exact.

    All planes share the error of the scene.  Without an Einstein radius it is the same fraction of a pixel.
    """
    planes = sum(one.bound >= MANY for plane in scene.planes for one in plane.subhaloes)
    if scene.field_haloes is not None and scene.field_haloes.window >= MANY:
        planes += sum(scene.field_haloes.planes)
    if not scene.halo_tolerance or not planes:
        return None
    radius = einstein_radius(scene, params)
    scale = jax.lax.stop_gradient(pixel_scale(params))
    return scene.halo_tolerance / planes * jnp.where(radius > 0.0, radius, scale)


class _Macro(NamedTuple):
    """The numbers of the masses of a plane."""

    values: list[dict[str, Value]]
    groups: list[CopyNumbers]


def _plane_of_image(scene: Scene, params: Params, j: int) -> PlaneDeflection:
    """The deflection of a plane at the pixels of an image."""
    plane, groups = scene.planes[j], mass_groups(scene, params, j)
    if plane.line_of_sight or not plane.masses:
        return _plane(scene, params, j)
    macro = _Macro(lens_of(scene, params, j)[1], [numbers for _, numbers in groups])
    at_once = partial(_macro_deflection, plane)
    forms: dict[str, Callable[..., Any]] = {
        "cpu": partial(computed_apart, at_once),
        "default": partial(of_pixels, at_once),
    }

    def deflection(x: jax.Array, y: jax.Array, subhaloes: Rays) -> Pair:
        alpha_x, alpha_y = jax.lax.platform_dependent([x, y], macro, **forms)
        more_x, more_y = subhaloes(x, y)
        return alpha_x + more_x, alpha_y + more_y

    return deflection


def _macro_deflection(plane: ScenePlane, position: Images, macro: _Macro) -> list[jax.Array]:
    """The deflection of the masses of a plane without subhaloes."""
    groups = list(zip(plane.heavy, macro.groups, strict=True))
    x, y = position
    return list(plane_deflection(plane.mass, macro.values, x, y, groups))


def _plane(scene: Scene, params: Params, j: int) -> PlaneDeflection:
    """The deflection of a plane anywhere."""
    masses, values = lens_of(scene, params, j)
    groups = mass_groups(scene, params, j)

    def deflection(x: jax.Array, y: jax.Array, subhaloes: Rays) -> Pair:
        return plane_deflection(masses, values, x, y, groups, subhaloes)

    return deflection


def _exact_deflection(
    profile: str, x: jax.Array, y: jax.Array, numbers: dict[str, jax.Array], present: jax.Array
) -> Pair:
    """The deflection of haloes at a few points, with all haloes along an axis of their own."""
    radial, exist = round_profile(profile).radial, present > 0.0

    def of_halo(halo: dict[str, jax.Array]) -> Pair:
        own = dict(halo)
        dx, dy = x - own.pop("x"), y - own.pop("y")
        slope = radial.slope(dx * dx + dy * dy, **own)
        return slope * dx, slope * dy

    return summed_at_once(of_halo, exist, numbers_of(profile, numbers, exist))


def _exact_potential(
    profile: str, x: jax.Array, y: jax.Array, numbers: dict[str, jax.Array], present: jax.Array
) -> jax.Array:
    """The potential of haloes at a few points (arcsec^2), likewise."""
    radial, exist = round_profile(profile).radial, present > 0.0

    def of_halo(halo: dict[str, jax.Array]) -> jax.Array:
        own = dict(halo)
        dx, dy = x - own.pop("x"), y - own.pop("y")
        return radial.potential(dx * dx + dy * dy, **own)

    return summed_at_once(of_halo, exist, numbers_of(profile, numbers, exist))
