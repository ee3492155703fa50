"""What the parameters of profiles mean: unit, meaning, and the range in which they usually are.

A name means the same in nearly every profile, so one table has them all; a profile of which this is not true
says so where it is registered (`meanings`).  The ranges are those over which profiles are tested against
lenstronomy and over which the pictures of the documentation are drawn; legal values are checked in
`jaxlens.config`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Meaning(NamedTuple):
    """What a parameter means.

    Attributes:
        unit: its unit; "" where it has none.
        text: what it is, in a few words.
        low: the lower end of its usual range; of an integer its usual value.
        high: the upper end; not used for an integer.
        entries: how many entries a list usually has.
    """

    unit: str
    text: str
    low: float
    high: float
    entries: int = 3


# What a parameter means whose name is not in the table, such as one of a user's own profile.
UNKNOWN = Meaning("", "", 0.2, 0.8)

# In alphabetical order.
MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        "R_sersic": Meaning("arcsec", "half-light radius, product average of the axes", 0.2, 2.0),
        "Ra": Meaning("arcsec", "inner radius", 0.05, 0.4),
        "Rb": Meaning("arcsec", "break radius", 0.05, 0.5),
        "Rs": Meaning("arcsec", "scale radius", 0.5, 5.0),
        "a_c": Meaning("", "logarithmic slope of the density inside r_c", 0.5, 1.8),
        "alpha": Meaning("", "sharpness of the transition at the break radius", 1.0, 4.0),
        "alpha_Rs": Meaning("arcsec", "deflection at the scale radius", 0.2, 2.0),
        "amp": Meaning("", "amplitude, or the relative amplitude of each part", 0.5, 2.0),
        "beta": Meaning("arcsec", "scale of the basis functions", 0.1, 0.5),
        "c_s": Meaning("", "concentration at infall", 5.0, 20.0),
        "center_x": Meaning("arcsec", "centre", -0.2, 0.2),
        "center_y": Meaning("arcsec", "centre", -0.2, 0.2),
        "dec_0": Meaning("arcsec", "where the deflection is zero", -0.2, 0.2),
        "e1": Meaning("", "ellipticity", -0.3, 0.3),
        "e2": Meaning("", "ellipticity", -0.3, 0.3),
        "f_b": Meaning("", "fraction of the mass at infall that is still bound", 0.05, 0.9),
        "gamma": Meaning("", "logarithmic slope of the density", 1.5, 2.5),
        "gamma1": Meaning("", "shear along the axes", -0.1, 0.1),
        "gamma2": Meaning("", "shear along the diagonals", -0.1, 0.1),
        "gamma_ext": Meaning("", "strength of the shear", 0.0, 0.2),
        "gamma_in": Meaning("", "logarithmic slope of the density inside Rs", 0.5, 1.8),
        "gamma_inner": Meaning("", "logarithmic slope of the density inside Rs", 0.5, 2.0),
        "gamma_outer": Meaning("", "logarithmic slope of the density outside Rs", 2.5, 4.0),
        "k_eff": Meaning("", "convergence at the half-light radius", 0.1, 0.5),
        "kappa": Meaning("", "convergence", -0.2, 0.2),
        "kappa_0": Meaning("", "central convergence", 0.05, 0.5),
        "lambda_approx": Meaning("", "factor of the approximate mass-sheet transformation", 0.7, 1.3),
        "n_max": Meaning("", "largest order of the basis functions", 3, 3),
        "n_sersic": Meaning("", "Sersic index", 0.7, 5.0),
        "phi": Meaning("radian", "position angle, from x towards y", -1.5, 1.5),
        "phi_G": Meaning("radian", "position angle, from x towards y", -1.5, 1.5),
        "psi_ext": Meaning("radian", "angle of the shear, from x towards y", -1.5, 1.5),
        "q": Meaning("", "axis ratio", 0.4, 0.95),
        "r_c": Meaning("arcsec", "radius where the density's slope breaks", 0.1, 1.0),
        "r_core": Meaning("arcsec", "core radius", 0.1, 1.0),
        "r_trunc": Meaning("arcsec", "truncation radius", 1.0, 10.0),
        "ra_0": Meaning("arcsec", "where the deflection is zero", -0.2, 0.2),
        "rho0ang": Meaning("1/arcsec", "density scale before stripping, over the critical one", 0.05, 0.5),
        "s_scale": Meaning("arcsec", "core radius", 0.01, 0.5),
        "sigma": Meaning("arcsec", "standard deviation", 0.2, 1.0),
        "sigma0": Meaning("", "central convergence", 0.1, 1.0),
        "slope": Meaning("", "exponent of the density", 4.0, 10.0),
        "theta_E": Meaning("arcsec", "Einstein radius", 0.5, 2.0),
        "theta_c": Meaning("arcsec", "core radius", 0.5, 5.0),
    }
)
