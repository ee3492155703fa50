"""Haloes by mass and concentration: what they are as angles behind which a source is seen.

Distances and the expansion rate are arguments, so that nothing here computes a cosmology of its own.
"""

from jaxlens.kernels.halos.angles import critical_surface_density, gnfw_angles, nfw_angles, point_mass_angle
from jaxlens.kernels.halos.overdensities import MASS_DEFINITIONS, MassDefinition, enclosed_density

__all__ = [
    "MASS_DEFINITIONS",
    "MassDefinition",
    "critical_surface_density",
    "enclosed_density",
    "gnfw_angles",
    "nfw_angles",
    "point_mass_angle",
]
