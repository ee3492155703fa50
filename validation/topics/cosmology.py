"""Distances in flat universes, from astropy, and Einstein radii from lenstronomy.

Each group is a universe: `H0`, `Om0`, `Tcmb0`, `Neff`, `m_nu`; `z` (n,) with its transverse comoving
and angular diameter distances in Mpc and proper kpc per arcsec; pairs `z_lens` < `z_source` (n,)
with the angular diameter distance between them, and `theta_E` in arcsec of `sigma_v` in km/s.
"""

from __future__ import annotations

import numpy as np
from astropy import units
from astropy.cosmology import FlatLambdaCDM
from lenstronomy.Cosmo.lens_cosmo import LensCosmo

UNIVERSES = {
    "matter_and_vacuum": {"H0": 70.0, "Om0": 0.3, "Tcmb0": 0.0, "Neff": 3.04, "m_nu": 0.0},
    "photons": {"H0": 67.7, "Om0": 0.31, "Tcmb0": 2.725, "Neff": 3.04, "m_nu": 0.0},
    "few_neutrinos": {"H0": 73.0, "Om0": 0.27, "Tcmb0": 2.725, "Neff": 2.0, "m_nu": 0.0},
    "light_neutrinos": {"H0": 67.4, "Om0": 0.315, "Tcmb0": 2.7255, "Neff": 3.046, "m_nu": 0.06},
    "heavy_neutrinos": {"H0": 70.0, "Om0": 0.3, "Tcmb0": 2.725, "Neff": 3.04, "m_nu": 0.5},
    "empty": {"H0": 60.0, "Om0": 0.05, "Tcmb0": 0.0, "Neff": 3.04, "m_nu": 0.0},
    "matter": {"H0": 50.0, "Om0": 1.0, "Tcmb0": 0.0, "Neff": 3.04, "m_nu": 0.0},
}
REDSHIFTS = np.array([0.001, 0.01, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.3, 2.0, 3.5, 6.0, 10.0])
Z_LENS = np.array([0.01, 0.1, 0.2, 0.5, 0.5, 0.9, 1.5, 2.0])
Z_SOURCE = np.array([0.02, 1.5, 0.7, 0.51, 2.0, 1.0, 6.0, 2.5])


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Seven universes: with and without radiation, neutrinos without and with mass, extremes."""
    return {name: _universe(values) for name, values in UNIVERSES.items()}


def _universe(values: dict[str, float]) -> dict[str, np.ndarray]:
    cosmology = FlatLambdaCDM(**(values | {"m_nu": values["m_nu"] * units.eV}))
    sigma_v = np.linspace(120.0, 400.0, len(Z_LENS))
    lenses = [LensCosmo(zl, zs, cosmo=cosmology) for zl, zs in zip(Z_LENS, Z_SOURCE, strict=True)]
    theta_e = [lens.sis_sigma_v2theta_E(s) for lens, s in zip(lenses, sigma_v, strict=True)]
    per_arcsec = cosmology.kpc_proper_per_arcmin(REDSHIFTS).to_value(units.kpc / units.arcmin) / 60.0
    return {name: np.array(value) for name, value in values.items()} | {
        "z": REDSHIFTS,
        "transverse_comoving_distance": cosmology.comoving_transverse_distance(REDSHIFTS).value,
        "angular_diameter_distance": cosmology.angular_diameter_distance(REDSHIFTS).value,
        "kpc_proper_per_arcsec": per_arcsec,
        "z_lens": Z_LENS,
        "z_source": Z_SOURCE,
        "angular_diameter_distance_z1z2": np.array([lens.dds for lens in lenses]),
        "sigma_v": sigma_v,
        "theta_E": np.array(theta_e),
    }
