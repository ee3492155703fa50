"""Quantities that follow from the parameters and are written to the metadata beside them."""

from __future__ import annotations

from functools import partial

import jax

from jaxlens.imaging.copies import for_each, positions
from jaxlens.imaging.point_sources import source_position
from jaxlens.imaging.rays import physical_angles
from jaxlens.imaging.scene import Scene
from jaxlens.imaging.scene_objects import Copied
from jaxlens.kernels.types import Params


def derived_quantities(scene: Scene, params: Params) -> dict[str, jax.Array]:
    """Positions of point sources and angles of physical parameters, in arcsec by name, each ()."""
    values: dict[str, jax.Array] = {}
    for j, plane in enumerate(scene.planes):
        for mass in plane.mass:
            found = physical_angles(scene, params, j, mass)
            values |= {f"{mass.prefix}-{name}": value for name, value in found.items()}
        for copied in plane.copies:
            values |= _of_copies(scene, params, j, copied)
        for point in plane.points:
            position = source_position(scene, params, j, point)
            values[f"{point.prefix}-ra"], values[f"{point.prefix}-dec"] = position
    return values


def _of_copies(scene: Scene, params: Params, j: int, copied: Copied) -> dict[str, jax.Array]:
    """The derived quantities of all copies of an object in plane `j`."""
    values: dict[str, jax.Array] = {}
    if copied.is_star and copied.is_placed:
        values |= dict(zip(("ra_image", "dec_image"), positions(copied, params), strict=True))
    for mass in copied.mass:
        angles = partial(physical_angles, scene, j=j, mass=mass)
        found = for_each(copied, (mass,), params, angles) if mass.form else {}
        values |= {f"{mass.prefix.removeprefix(f'{copied.prefix}-')}-{n}": v for n, v in found.items()}
    return {f"{own}-{n}": v[k] for n, v in values.items() for k, own in enumerate(copied.prefixes)}
