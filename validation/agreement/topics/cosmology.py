"""Distances in flat universes, from astropy, and Einstein radii from lenstronomy.

One group, `universes`: `name`, `H0`, `Om0`, `Tcmb0`, `Neff`, `m_nu` of shape (cases,); `z` (cases, n) with
its transverse comoving and angular diameter distances in Mpc and proper kpc per arcsec; pairs `z_lens` <
`z_source` (cases, m) with the angular diameter distance between them, and `theta_E` in arcsec of `sigma_v` in
km/s.
"""

from __future__ import annotations

import numpy as np
from astropy import units
from astropy.cosmology import FlatLambdaCDM
from lenstronomy.Cosmo.lens_cosmo import LensCosmo

from validation.agreement.inputs.draws import float32_exact

# Parameters by astropy's names: H0 (km/s/Mpc), Tcmb0 (K), m_nu (eV).
UNIVERSES = {
    "matter_and_vacuum": {"H0": 70.0, "Om0": 0.3, "Tcmb0": 0.0, "Neff": 3.04, "m_nu": 0.0},
    "photons": {"H0": 67.7, "Om0": 0.31, "Tcmb0": 2.725, "Neff": 3.04, "m_nu": 0.0},
    "few_neutrinos": {"H0": 73.0, "Om0": 0.27, "Tcmb0": 2.725, "Neff": 2.0, "m_nu": 0.0},
    "light_neutrinos": {"H0": 67.4, "Om0": 0.315, "Tcmb0": 2.7255, "Neff": 3.046, "m_nu": 0.06},
    "heavy_neutrinos": {"H0": 70.0, "Om0": 0.3, "Tcmb0": 2.725, "Neff": 3.04, "m_nu": 0.5},
    "empty": {"H0": 60.0, "Om0": 0.05, "Tcmb0": 0.0, "Neff": 3.04, "m_nu": 0.0},
    "matter": {"H0": 50.0, "Om0": 1.0, "Tcmb0": 0.0, "Neff": 3.04, "m_nu": 0.0},
}
# Random universes beside those.
RANDOM_UNIVERSES = 20
# Redshifts of the distances in every universe.
REDSHIFTS = (0.001, 0.01, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.3, 2.0, 3.5, 6.0, 10.0, 20.0)
# Redshifts of lenses, in pairs with Z_SOURCE.
Z_LENS = (0.01, 0.1, 0.2, 0.5, 0.5, 0.9, 1.5, 2.0)
Z_SOURCE = (0.02, 1.5, 0.7, 0.51, 2.0, 1.0, 6.0, 2.5)
# Random redshifts, and random pairs, beside those.
RANDOM_REDSHIFTS = 16


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Seven universes with and without radiation and massive neutrinos, and random ones."""
    rng = np.random.default_rng(20260104)
    drawn = {f"random_{i:02}": _draw(rng, i) for i in range(RANDOM_UNIVERSES)}
    universes = [_universe(rng, values) for values in (*UNIVERSES.values(), *drawn.values())]
    arrays = {key: np.stack([universe[key] for universe in universes]) for key in universes[0]}
    return {"universes": {"name": np.array([*UNIVERSES, *drawn])} | arrays}


def _draw(rng: np.random.Generator, i: int) -> dict[str, float]:
    """A random universe; every fourth has no radiation, every second massive neutrinos."""
    return {
        "H0": float(rng.uniform(50.0, 90.0)),
        "Om0": float(rng.uniform(0.05, 0.95)),
        "Tcmb0": float(rng.uniform(2.0, 3.5)) if i % 4 else 0.0,
        "Neff": float(rng.uniform(1.0, 5.0)),
        "m_nu": float(10 ** rng.uniform(-3.0, 0.0)) if i % 2 else 0.0,
    }


def _redshifts(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Redshifts, and pairs of lens and source: the fixed ones, then random ones."""
    z = 10 ** rng.uniform(-3.0, 1.3, RANDOM_REDSHIFTS)
    lens = 10 ** rng.uniform(-2.0, 0.5, RANDOM_REDSHIFTS)
    source = lens + 10 ** rng.uniform(-2.0, 0.7, RANDOM_REDSHIFTS)
    drawn = zip((REDSHIFTS, Z_LENS, Z_SOURCE), (z, lens, source), strict=True)
    z, lens, source = (float32_exact(np.concatenate(pair)) for pair in drawn)
    return z, lens, source


def _universe(rng: np.random.Generator, values: dict[str, float]) -> dict[str, np.ndarray]:
    z, z_lens, z_source = _redshifts(rng)
    cosmology = FlatLambdaCDM(**(values | {"m_nu": values["m_nu"] * units.eV}))
    sigma_v = float32_exact(rng.uniform(80.0, 400.0, len(z_lens)))
    lenses = [LensCosmo(zl, zs, cosmo=cosmology) for zl, zs in zip(z_lens, z_source, strict=True)]
    theta_e = [lens.sis_sigma_v2theta_E(s) for lens, s in zip(lenses, sigma_v, strict=True)]
    per_arcsec = cosmology.kpc_proper_per_arcmin(z).to_value(units.kpc / units.arcmin) / 60.0
    return {name: np.array(value) for name, value in values.items()} | {
        "z": z,
        "transverse_comoving_distance": cosmology.comoving_transverse_distance(z).value,
        "angular_diameter_distance": cosmology.angular_diameter_distance(z).value,
        "kpc_proper_per_arcsec": per_arcsec,
        "z_lens": z_lens,
        "z_source": z_source,
        "angular_diameter_distance_z1z2": np.array([lens.dds for lens in lenses]),
        "sigma_v": sigma_v,
        "theta_E": np.array(theta_e),
    }
