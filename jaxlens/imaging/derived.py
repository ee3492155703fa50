"""Quantities that follow from the parameters and are written to the metadata beside them."""

from __future__ import annotations

from collections.abc import Mapping

import jax

from jaxlens.config.model import PIXEL_SCALE
from jaxlens.imaging.axis_ratios import ellipticity
from jaxlens.imaging.copies import for_each, positions
from jaxlens.imaging.halo_labels import halo_labels
from jaxlens.imaging.pixel_grid import has_pixel_map, pixel_scale
from jaxlens.imaging.point_sources import source_position
from jaxlens.imaging.rays import physical_angles
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Copied, Mass
from jaxlens.kernels.lensing.lens_equation import ImagePositions
from jaxlens.kernels.types import Params


def derived_quantities(
    scene: Scene, params: Params, images: Mapping[str, ImagePositions] | None = None
) -> dict[str, jax.Array]:
    """Positions of point sources, angles of masses, ellipticities of axis ratios, and labels of haloes.

    Where pixels have a map, `pixel_scale` is the side of a square as large as a pixel.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).
        images: the images of every lensed point source, where they are known.

    Returns:
        Values by name: angles in arcsec, each (); ellipticities () or (bands,); masses in solar masses.
    """
    values: dict[str, jax.Array] = halo_labels(scene, params, images)
    if has_pixel_map(params):
        values[PIXEL_SCALE] = pixel_scale(params)
    for j, plane in enumerate(scene.planes):
        for light in plane.light:
            values |= _named(light.prefix, ellipticity(light, params))
        for mass in plane.mass:
            values |= _named(mass.prefix, _of_mass(scene, params, j, mass))
        for copied in plane.copies:
            values |= _of_copies(scene, params, j, copied)
        for point in plane.points:
            position = source_position(scene, params, j, point)
            values[f"{point.prefix}-ra"], values[f"{point.prefix}-dec"] = position
    return values


def _of_mass(scene: Scene, params: Params, j: int, mass: Mass) -> dict[str, jax.Array]:
    """The derived quantities of a mass in plane `j`, by the names that its kernel has for them."""
    return ellipticity(mass, params) | physical_angles(scene, params, j, mass)


def _of_copies(scene: Scene, params: Params, j: int, copied: Copied) -> dict[str, jax.Array]:
    """The derived quantities of all copies of an object in plane `j`."""
    values: dict[str, jax.Array] = {}
    if copied.is_star and copied.is_placed:
        values |= dict(zip(("ra_image", "dec_image"), positions(copied, params), strict=True))

    def derived(system: Params) -> dict[str, jax.Array]:
        found: dict[str, jax.Array] = {}
        for light in copied.light:
            found |= _named(light.prefix, ellipticity(light, system))
        for mass in copied.mass:
            found |= _named(mass.prefix, _of_mass(scene, system, j, mass))
        return {name.removeprefix(f"{copied.prefix}-"): value for name, value in found.items()}

    if not copied.is_star:
        values |= for_each(copied, (*copied.light, *copied.mass), params, derived)
    return {f"{own}-{n}": v[k] for n, v in values.items() for k, own in enumerate(copied.prefixes)}


def _named(prefix: str, values: dict[str, jax.Array]) -> dict[str, jax.Array]:
    """Parameters of a profile by their names among the parameters of a system."""
    return {f"{prefix}-{name}": value for name, value in values.items()}
