"""Mass profiles: reduced deflection angle and lensing potential; one family of profiles in a file.

Each profile registers itself with `jaxlens.kernels.registry.mass_profile`.  Redshifts, distances and the
sum over several deflectors do not belong here: rays are shot in `jaxlens.kernels.lensing`.
"""

from jaxlens.kernels.mass import (
    broken_power_law,
    confocal,
    cored,
    double_power_law,
    external,
    isothermal,
    point_mass,
    power_law,
    radial,
    sersic,
    sersic_ellipse,
    softened_power_law,
    spherical,
    stripped_nfw,
)

__all__ = [
    "broken_power_law",
    "confocal",
    "cored",
    "double_power_law",
    "external",
    "isothermal",
    "point_mass",
    "power_law",
    "radial",
    "sersic",
    "sersic_ellipse",
    "softened_power_law",
    "spherical",
    "stripped_nfw",
]
