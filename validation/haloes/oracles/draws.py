"""Random haloes with their masses and angles, for references; the angles are lenstronomy's."""

from __future__ import annotations

import warnings

import numpy as np
from astropy.cosmology import FlatLambdaCDM
from lenstronomy.Cosmo.lens_cosmo import LensCosmo

# The flat cosmology of all references: H0 in km/s/Mpc, and the density of matter.
COSMOLOGY = FlatLambdaCDM(H0=70.0, Om0=0.3)

Arrays = dict[str, np.ndarray]


def haloes(rng: np.random.Generator, number: int, extent: float, lowest: float = 1e6) -> Arrays:
    """Masses from m^-1.9 between `lowest` and 1e10 solar masses, with usual concentrations, in a disc.

    Args:
        rng: the random numbers.
        number: how many haloes.
        extent: the radius of the disc, arcsec.
        lowest: the lowest mass, solar masses.

    Returns:
        x, y, mass, concentration, and r_trunc as a multiple of the scale radius, `tau`; each (number,).
    """
    u, angle = rng.uniform(size=number), rng.uniform(0.0, 2.0 * np.pi, number)
    low, high = lowest**-0.9, 1e10**-0.9
    mass = (low + u * (high - low)) ** (-1.0 / 0.9)
    radius = extent * np.sqrt(rng.uniform(size=number))
    concentration = 16.0 * (mass / 1e8) ** -0.06 * np.exp(0.3 * rng.normal(size=number))
    tau = np.exp(rng.uniform(np.log(1.0), np.log(25.0), number))
    x, y = single(radius * np.cos(angle)), single(radius * np.sin(angle))
    return {"x": x, "y": y, "mass": mass, "concentration": concentration, "tau": tau}


def single(values: np.ndarray) -> np.ndarray:
    """The values that single precision has, so that a test in it has the same places."""
    return values.astype(np.float32).astype(float)


def tnfw(drawn: Arrays, redshift: float, source: float) -> Arrays:
    """The angles of truncated haloes at a redshift, for a source: Rs, alpha_Rs, r_trunc (arcsec).

    Args:
        drawn: as `haloes` gives them.
        redshift: that of the haloes.
        source: that of the source.

    Returns:
        The arrays of `drawn` without tau, and the angles.
    """
    Rs, alpha_Rs = lens_cosmo(redshift, source).nfw_physical2angle(drawn["mass"], drawn["concentration"])
    rest = {name: value for name, value in drawn.items() if name != "tau"}
    return rest | {"Rs": Rs, "alpha_Rs": alpha_Rs, "r_trunc": drawn["tau"] * Rs}


def lens_cosmo(redshift: float, source: float) -> LensCosmo:
    """Lenstronomy's distances and densities of a lens and a source."""
    with warnings.catch_warnings():
        # lenstronomy warns about every cosmology
        warnings.simplefilter("ignore")
        return LensCosmo(redshift, source, COSMOLOGY)
