"""Mass profiles: reduced deflection angle and lensing potential; one family of profiles in a file.

Each profile registers itself with `jaxlens.kernels.registry.mass_profile`.  Redshifts, distances and the
sum over several deflectors do not belong here: rays are shot in `jaxlens.kernels.lensing`.
"""

from jaxlens.kernels.mass import (
    chameleon,
    chameleon_sums,
    epl_multipole,
    external,
    isothermal,
    isothermal_variants,
    multipole,
    multipole_ell,
    point_mass,
    power_law,
    power_law_potential,
    pseudo_jaffe,
    radial,
)

__all__ = [
    "chameleon",
    "chameleon_sums",
    "epl_multipole",
    "external",
    "isothermal",
    "isothermal_variants",
    "multipole",
    "multipole_ell",
    "point_mass",
    "power_law",
    "power_law_potential",
    "pseudo_jaffe",
    "radial",
]
