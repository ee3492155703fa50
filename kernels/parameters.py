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
        "F1": Meaning("1/arcsec", "F flexion", -0.05, 0.05),
        "F2": Meaning("1/arcsec", "F flexion", -0.05, 0.05),
        "G1": Meaning("1/arcsec", "G flexion", -0.05, 0.05),
        "G2": Meaning("1/arcsec", "G flexion", -0.05, 0.05),
        "R_sersic": Meaning("arcsec", "half-light radius, product average of the axes", 0.2, 2.0),
        "Ra": Meaning("arcsec", "inner radius", 0.05, 0.4),
        "Rb": Meaning("arcsec", "break radius", 0.05, 0.5),
        "Rs": Meaning("arcsec", "scale radius", 0.5, 5.0),
        "a": Meaning("arcsec^3", "amplitude", 0.1, 1.0),
        "a1_a": Meaning("", "strength of the multipole m = 1, relative to the radius", -0.05, 0.05),
        "a3_a": Meaning("", "strength of the multipole m = 3, relative to the radius", -0.05, 0.05),
        "a4_a": Meaning("", "strength of the multipole m = 4, relative to the radius", -0.05, 0.05),
        "a_c": Meaning("", "logarithmic slope of the density inside r_c", 0.5, 1.8),
        "a_m": Meaning("arcsec", "strength of the multipole", -0.1, 0.1),
        "alpha": Meaning("", "sharpness of the transition at the break radius", 1.0, 4.0),
        "alpha_1": Meaning("arcsec", "deflection at 1 arcsec from the centre", 0.5, 2.0),
        "alpha_Rs": Meaning("arcsec", "deflection at the scale radius", 0.2, 2.0),
        "alpha_x": Meaning("arcsec", "deflection", -0.5, 0.5),
        "alpha_y": Meaning("arcsec", "deflection", -0.5, 0.5),
        "amp": Meaning("", "amplitude, or the relative amplitude of each part", 0.5, 2.0),
        "beta": Meaning("arcsec", "scale of the basis functions", 0.1, 0.5),
        "c_s": Meaning("", "concentration at infall", 5.0, 20.0),
        "center_x": Meaning("arcsec", "centre", -0.2, 0.2),
        "center_y": Meaning("arcsec", "centre", -0.2, 0.2),
        "coeff": Meaning("arcsec^2", "amplitude of the waves", -0.01, 0.01),
        "coeffs": Meaning("arcsec^3", "coefficients of the potential", -0.02, 0.02, 6),
        "com_x": Meaning("arcsec", "centre of mass", -0.2, 0.2),
        "com_y": Meaning("arcsec", "centre of mass", -0.2, 0.2),
        "coupling": Meaning("arcsec", "deflection along the axis of the dipole", -0.2, 0.2),
        "curvature": Meaning("1/arcsec", "inverse radius of the arc", 0.3, 1.5),
        "d_phi": Meaning("radian", "tangential wavelength", 1.0, 3.0),
        "d_r": Meaning("arcsec", "radial wavelength over 2 pi", 0.3, 2.0),
        "dec_0": Meaning("arcsec", "where the deflection is zero", -0.2, 0.2),
        "delta_phi_m1": Meaning("radian", "angle of the multipole m = 1 from the major axis", -3.0, 3.0),
        "delta_phi_m3": Meaning("radian", "angle of the multipole m = 3 from the major axis", -0.5, 0.5),
        "delta_phi_m4": Meaning("radian", "angle of the multipole m = 4 from the major axis", -0.39, 0.39),
        "direction": Meaning("radian", "from the centre of curvature to the arc", -3.1, 3.1),
        "dtan_dtan": Meaning("1/arcsec", "change of the tangential stretch, over it", -0.1, 0.1),
        "e1": Meaning("", "ellipticity", -0.3, 0.3),
        "e11": Meaning("", "ellipticity of the first part", -0.3, 0.3),
        "e12": Meaning("", "ellipticity of the second part", -0.3, 0.3),
        "e13": Meaning("", "ellipticity of the third part", -0.3, 0.3),
        "e2": Meaning("", "ellipticity", -0.3, 0.3),
        "e21": Meaning("", "ellipticity of the first part", -0.3, 0.3),
        "e22": Meaning("", "ellipticity of the second part", -0.3, 0.3),
        "e23": Meaning("", "ellipticity of the third part", -0.3, 0.3),
        "f_b": Meaning("", "fraction of the mass at infall that is still bound", 0.05, 0.9),
        "f_xx": Meaning("", "d alpha_x / d x", -0.2, 0.2),
        "f_yy": Meaning("", "d alpha_y / d y", -0.2, 0.2),
        "g1": Meaning("1/arcsec", "third derivative of the potential in x, x, x", -0.05, 0.05),
        "g2": Meaning("1/arcsec", "third derivative of the potential in x, x, y", -0.05, 0.05),
        "g3": Meaning("1/arcsec", "third derivative of the potential in x, y, y", -0.05, 0.05),
        "g4": Meaning("1/arcsec", "third derivative of the potential in y, y, y", -0.05, 0.05),
        "gamma": Meaning("", "logarithmic slope of the density", 1.5, 2.5),
        "gamma1": Meaning("", "shear along the axes", -0.1, 0.1),
        "gamma2": Meaning("", "shear along the diagonals", -0.1, 0.1),
        "gamma_ext": Meaning("", "strength of the shear", 0.0, 0.2),
        "gamma_in": Meaning("", "logarithmic slope of the density at the centre", 0.5, 2.0),
        "gamma_inner": Meaning("", "logarithmic slope of the density inside Rs", 0.5, 2.0),
        "gamma_outer": Meaning("", "logarithmic slope of the density outside Rs", 2.5, 4.0),
        "k_eff": Meaning("", "convergence at the half-light radius", 0.1, 0.5),
        "kappa": Meaning("", "convergence", -0.2, 0.2),
        "kappa_0": Meaning("", "central convergence", 0.05, 0.5),
        "lambda_approx": Meaning("", "factor of the approximate mass-sheet transformation", 0.7, 1.3),
        "length": Meaning("arcsec", "length", 0.5, 3.0),
        "log10_theta_E": Meaning("", "decimal logarithm of the Einstein radius in arcsec", -1.0, 0.3),
        "m": Meaning("", "order of the multipole", 4, 4),
        "mu_r": Meaning("", "radial magnification", 0.8, 2.0),
        "mu_t": Meaning("", "tangential magnification", 2.0, 20.0),
        "n_max": Meaning("", "largest order of the basis functions", 3, 3),
        "n_sersic": Meaning("", "Sersic index", 0.7, 5.0),
        "phi": Meaning("radian", "position angle, from x towards y", -1.5, 1.5),
        "phi_G": Meaning("radian", "position angle, from x towards y", -1.5, 1.5),
        "phi_dipole": Meaning("radian", "axis of the dipole, from x towards y", -1.5, 1.5),
        "phi_m": Meaning("radian", "angle of the multipole, from x towards y", -1.5, 1.5),
        "psi_ext": Meaning("radian", "angle of the shear, from x towards y", -1.5, 1.5),
        "q": Meaning("", "axis ratio", 0.4, 0.95),
        "r_E": Meaning("arcsec", "radius at which the logarithm of the deflection is zero", 0.5, 2.0),
        "r_c": Meaning("arcsec", "radius where the density's slope breaks", 0.1, 1.0),
        "r_core": Meaning("arcsec", "core radius", 0.1, 1.0),
        "r_s": Meaning("arcsec", "scale radius", 0.5, 5.0),
        "r_trunc": Meaning("arcsec", "truncation radius", 1.0, 10.0),
        "ra_0": Meaning("arcsec", "where the deflection is zero", -0.2, 0.2),
        "radial_stretch": Meaning("", "stretch across the arc", 0.7, 1.4),
        "radius": Meaning("arcsec", "product average of the semi-axes", 0.2, 2.0),
        "ratio": Meaning("", "amplitude of the first part over that of the second", 0.5, 3.0),
        "ratio12": Meaning("", "amplitude of the first part over that of the second", 0.5, 3.0),
        "ratio13": Meaning("", "amplitude of the first part over that of the third", 0.5, 3.0),
        "rho0ang": Meaning("1/arcsec", "density scale before stripping, over the critical one", 0.05, 0.5),
        "rho_s": Meaning("1/arcsec", "density, in units of the critical surface density", 0.05, 0.5),
        "s": Meaning("arcsec", "core radius", 0.1, 1.0),
        "s_scale": Meaning("arcsec", "core radius", 0.01, 0.5),
        "scale_factor": Meaning("", "factor of all amplitudes", 0.5, 2.0),
        "sigma": Meaning("arcsec", "standard deviation", 0.2, 1.0),
        "sigma0": Meaning("", "rho0 Rs over the critical surface density", 0.1, 1.0),
        "sigma_min": Meaning("arcsec", "the smallest standard deviation", 0.05, 0.3),
        "sigma_width": Meaning("arcsec", "the largest standard deviation less the smallest", 0.5, 2.0),
        "sigma_x": Meaning("arcsec", "standard deviation along x", 0.2, 1.0),
        "sigma_y": Meaning("arcsec", "standard deviation along y", 0.2, 1.0),
        "slope": Meaning("", "exponent of the density", 4.0, 10.0),
        "start_x": Meaning("arcsec", "where it starts", -0.2, 0.2),
        "start_y": Meaning("arcsec", "where it starts", -0.2, 0.2),
        "tangential_stretch": Meaning("", "stretch along the arc", 3.0, 15.0),
        "theta_E": Meaning("arcsec", "Einstein radius", 0.5, 2.0),
        "theta_c": Meaning("arcsec", "core radius", 0.5, 5.0),
        "w_c": Meaning("arcsec", "core radius", 0.05, 0.3),
        "w_c1": Meaning("arcsec", "core radius of the first part", 0.05, 0.3),
        "w_c2": Meaning("arcsec", "core radius of the second part", 0.05, 0.3),
        "w_c3": Meaning("arcsec", "core radius of the third part", 0.05, 0.3),
        "w_t": Meaning("arcsec", "truncation radius", 0.5, 3.0),
        "w_t1": Meaning("arcsec", "truncation radius of the first part", 0.5, 3.0),
        "w_t2": Meaning("arcsec", "truncation radius of the second part", 0.5, 3.0),
        "w_t3": Meaning("arcsec", "truncation radius of the third part", 0.5, 3.0),
        "width": Meaning("arcsec", "width", 0.1, 1.0),
    }
)
