"""Mass profiles: reduced deflection angle and lensing potential; one family of profiles in a file.

Each profile registers itself with `jaxlens.kernels.registry.mass_profile`.  Redshifts, distances and the
sum over several deflectors do not belong here: rays are shot in `jaxlens.kernels.lensing`.
"""

from jaxlens.kernels.mass import (
    burkert,
    cored_nfw,
    cse,
    external,
    hernquist,
    isothermal,
    nfw,
    point_mass,
    power_law,
    radial,
    truncated_nfw,
)

__all__ = [
    "burkert",
    "cored_nfw",
    "cse",
    "external",
    "hernquist",
    "isothermal",
    "nfw",
    "point_mass",
    "power_law",
    "radial",
    "truncated_nfw",
]
