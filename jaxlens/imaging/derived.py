"""Quantities that follow from the parameters and are written to the metadata beside them."""

from __future__ import annotations

import jax

from jaxlens.imaging.axis_ratios import ellipticity
from jaxlens.imaging.point_sources import source_position
from jaxlens.imaging.rays import physical_angles
from jaxlens.imaging.scene import Scene
from jaxlens.kernels.types import Params


def derived_quantities(scene: Scene, params: Params) -> dict[str, jax.Array]:
    """Positions of point sources, angles of masses, and ellipticities of axis ratios.

    Args:
        scene: the static part of the configuration.
        params: the parameters of one system, each () or (bands,).

    Returns:
        Values by name: angles in arcsec, each (); ellipticities () or (bands,).
    """
    values: dict[str, jax.Array] = {}
    for j, plane in enumerate(scene.planes):
        for light in plane.light:
            values |= _named(light.prefix, ellipticity(light, params))
        for mass in plane.mass:
            values |= _named(mass.prefix, ellipticity(mass, params))
            values |= _named(mass.prefix, physical_angles(scene, params, j, mass))
        for point in plane.points:
            position = source_position(scene, params, j, point)
            values[f"{point.prefix}-ra"], values[f"{point.prefix}-dec"] = position
    return values


def _named(prefix: str, values: dict[str, jax.Array]) -> dict[str, jax.Array]:
    """Parameters of a profile by their names among the parameters of a system."""
    return {f"{prefix}-{name}": value for name, value in values.items()}
