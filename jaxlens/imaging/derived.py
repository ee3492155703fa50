"""Quantities that follow from the parameters and are written to the metadata beside them."""

from __future__ import annotations

import jax

from jaxlens.imaging.point_sources import source_position
from jaxlens.imaging.rays import physical_angles
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.types import Params


def derived_quantities(scene: Scene, params: Params) -> dict[str, jax.Array]:
    """Positions of point sources and angles of physical parameters, in arcsec by name, each ()."""
    values: dict[str, jax.Array] = {}
    for j, plane in enumerate(scene.planes):
        for mass in plane.mass:
            found = physical_angles(scene, params, j, mass)
            values |= {f"{mass.prefix}-{name}": value for name, value in found.items()}
        for point in plane.points:
            position = source_position(scene, params, j, point)
            values[f"{point.prefix}-ra"], values[f"{point.prefix}-dec"] = position
    return values
