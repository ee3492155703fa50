"""Mass profiles: reduced deflection angle and lensing potential; one family of profiles in a file.

Each profile registers itself with `jaxlens.kernels.registry.mass_profile`.  Redshifts, distances and the
sum over several deflectors do not belong here: rays are shot in `jaxlens.kernels.lensing`.
"""

from jaxlens.kernels.mass import (
    constant_hessian,
    cored,
    curved_arcs,
    distorted_arcs,
    elliptical_slice,
    external,
    flexion,
    gaussian,
    hernquist,
    interpolated,
    isothermal,
    nfw,
    perturbations,
    point_mass,
    power_law,
    power_law_potential,
    radial,
    radial_table,
    sersic,
    truncated_nfw,
)

__all__ = [
    "constant_hessian",
    "cored",
    "curved_arcs",
    "distorted_arcs",
    "elliptical_slice",
    "external",
    "flexion",
    "gaussian",
    "hernquist",
    "interpolated",
    "isothermal",
    "nfw",
    "perturbations",
    "point_mass",
    "power_law",
    "power_law_potential",
    "radial",
    "radial_table",
    "sersic",
    "truncated_nfw",
]
