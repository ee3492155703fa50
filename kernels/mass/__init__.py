"""Mass profiles: reduced deflection angle and lensing potential; one family of profiles in a file.

Each profile registers itself with `jaxlens.kernels.registry.mass_profile`.  Redshifts, distances and the
sum over several deflectors do not belong here: rays are shot in `jaxlens.kernels.lensing`.
"""

<<<<<<< HEAD
<<<<<<< HEAD
from jaxlens.kernels.mass import (
    cored,
    external,
    gaussian,
    hernquist,
    isothermal,
    nfw,
    point_mass,
    power_law,
    power_law_potential,
    radial,
    sersic,
    truncated_nfw,
)

__all__ = [
    "cored",
    "external",
    "gaussian",
    "hernquist",
    "isothermal",
    "nfw",
    "point_mass",
    "power_law",
    "power_law_potential",
    "radial",
    "sersic",
    "truncated_nfw",
]
