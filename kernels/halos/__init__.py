"""Haloes: how many, how massive and where they are, and what they are as angles on the sky.

Distances and the expansion rate are arguments, so that nothing here computes a cosmology of its own.
"""

from jaxlens.kernels.halos.angles import critical_surface_density, gnfw_angles, nfw_angles, point_mass_angle
from jaxlens.kernels.halos.concentrations import (
    diemer_joyce,
    power_law_concentration,
    scattered_concentration,
    warm_suppression,
)
from jaxlens.kernels.halos.counts import largest_count, poisson_quantile
from jaxlens.kernels.halos.field_haloes import FieldHaloes, FieldPlanes, field_haloes, field_planes
from jaxlens.kernels.halos.normalization import (
    Sigma_sub_of,
    f_sub_of,
    host_scaling,
    number_from_f_sub,
    number_from_Sigma_sub,
)
from jaxlens.kernels.halos.overdensities import MASS_DEFINITIONS, MassDefinition, enclosed_density
from jaxlens.kernels.halos.positions import (
    Places,
    cored_nfw_positions,
    cored_nfw_share,
    host_radii,
    uniform_positions,
    uniform_share,
)
from jaxlens.kernels.halos.power_law_masses import mass_integral, masses, number_integral, turnover
from jaxlens.kernels.halos.sheets import mean_convergences
from jaxlens.kernels.halos.truncation import truncation_by_overdensity, truncation_by_position

__all__ = [
    "MASS_DEFINITIONS",
    "FieldHaloes",
    "FieldPlanes",
    "MassDefinition",
    "Places",
    "Sigma_sub_of",
    "cored_nfw_positions",
    "cored_nfw_share",
    "critical_surface_density",
    "diemer_joyce",
    "enclosed_density",
    "f_sub_of",
    "field_haloes",
    "field_planes",
    "gnfw_angles",
    "host_radii",
    "host_scaling",
    "largest_count",
    "mass_integral",
    "masses",
    "mean_convergences",
    "nfw_angles",
    "number_from_Sigma_sub",
    "number_from_f_sub",
    "number_integral",
    "point_mass_angle",
    "poisson_quantile",
    "power_law_concentration",
    "scattered_concentration",
    "truncation_by_overdensity",
    "truncation_by_position",
    "turnover",
    "uniform_positions",
    "uniform_share",
    "warm_suppression",
]
