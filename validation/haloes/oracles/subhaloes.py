"""Subhaloes by pyHalo: their numbers, masses, concentrations, truncation radii and places.

The scatter of a concentration is 0.2 in ln c, whatever pyHalo's name of it says.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from validation.haloes.oracles.pyhalo import importable

importable()

from pyHalo.concentration_models import preset_concentration_models  # noqa: E402
from pyHalo.Cosmology.cosmology import Cosmology  # noqa: E402
from pyHalo.Halos.lens_cosmo import LensCosmo  # noqa: E402
from pyHalo.Halos.tidal_truncation import TruncationRN, TruncationRoche  # noqa: E402
from pyHalo.mass_function_models import preset_mass_function_models  # noqa: E402
from pyHalo.Rendering.SpatialDistributions.nfw import ProjectedNFW  # noqa: E402
from pyHalo.Rendering.subhalos import normalization_sigmasub  # noqa: E402

# Planck 2018, as in `kernels/halos/diemer_joyce_table.py`.
PLANCK = {"H0": 67.66, "Om0": 0.3111, "Ob0": 0.049, "sigma8": 0.8102, "ns": 0.9665}
Z_LENS, Z_SOURCE = 0.6, 2.0
# The half-mode masses by the names of the models; 0 is cold dark matter.
MODELS = {"cold": 0.0, "warm_1e7": 1e7, "warm_3e8": 3e8}
# The mass function, its normalisation (kpc^-2), the host's mass, and the radius of the disc (arcsec).
M_MIN, M_MAX, SLOPE, SIGMA_SUB, M_HOST, RADIUS = 1e6, 1e10, -1.9, 0.025, 2e13, 3.0
# Powers of the host's mass and of z + 0.5 (Gilman et al. 2020).
SCALING = (0.88, 1.7)
# The concentration of the host, its core over its scale radius, and the scatter of ln c.
C_HOST, CORE, SCATTER = 5.0, 0.25, 0.2
# Where medians of concentrations are compared, and the mass of which concentrations are drawn.
REDSHIFTS, MASSES, DRAWN_MASS = (0.2, 0.6, 1.5), np.geomspace(1e6, 1e10, 9), 1e8
# Systems of each model, and haloes of each sample.
SYSTEMS, SAMPLE = 400, 12_000
SEED = 19


def arrays() -> dict[str, np.ndarray]:
    """By model: means, numbers of systems, samples of masses and concentrations; then radii and places."""
    np.random.seed(SEED)  # noqa: NPY002  (pyHalo draws from numpy's global state)
    lens = LensCosmo(Z_LENS, Z_SOURCE, Cosmology(cosmo_kwargs=PLANCK))
    kpc = float(lens.cosmo.kpc_proper_per_asec(Z_LENS))
    found = {"kpc": np.array(kpc)}
    for model, half_mode_mass in MODELS.items():
        own = _masses(half_mode_mass, kpc) | _concentrations(lens, half_mode_mass)
        found |= {f"{model}_{name}": values for name, values in own.items()}
    return found | _truncation(lens) | _places(lens, kpc)


def _masses(half_mode_mass: float, kpc: float) -> dict[str, np.ndarray]:
    """The mean number and the mean mass of all, numbers of systems, and a sample of masses."""
    norm = normalization_sigmasub(SIGMA_SUB, M_HOST, Z_LENS, kpc, 2.0 * RADIUS, SLOPE, 1e8, *SCALING)
    own = (np.log10(M_MIN), np.log10(M_MAX), SLOPE, True, norm)
    if half_mode_mass:
        function, settings = preset_mass_function_models("SHMF_LOVELL2020")
        model = function(*own, log_mc=np.log10(half_mode_mass), **settings)
    else:
        model = preset_mass_function_models("POWER_LAW")[0](*own)
    systems = [model.draw() for _ in range(SYSTEMS)]
    return {
        "mean_number": np.array(float(model.n_mean)),
        "mean_mass": np.array(float(model.first_moment)),
        "numbers": np.array([len(drawn) for drawn in systems]),
        "masses": np.concatenate(systems)[:SAMPLE].astype(np.float32),
    }


def _concentrations(lens: LensCosmo, half_mode_mass: float) -> dict[str, np.ndarray]:
    """Medians (redshifts, masses), and a sample at one mass."""
    median, drawn = (_relation(lens, half_mode_mass, scatter) for scatter in (False, True))
    sample = [drawn.nfw_concentration(DRAWN_MASS, Z_LENS) for _ in range(SAMPLE)]
    medians = [median.nfw_concentration(MASSES, z) for z in REDSHIFTS]
    return {"medians": np.array(medians), "concentrations": np.array(sample, np.float32)}


def _relation(lens: LensCosmo, half_mode_mass: float, scatter: bool) -> Any:
    """The relation of mass and concentration."""
    own = {"scatter": scatter, "scatter_dex": SCATTER}
    if not half_mode_mass:
        return preset_concentration_models("DIEMERJOYCE19")[0](lens.cosmo.astropy, **own)
    function, settings = preset_concentration_models("BOSE2016")
    settings["kwargs_cdm"] = own
    return function(lens.cosmo.astropy, log_mc=np.log10(half_mode_mass), **settings)


def _truncation(lens: LensCosmo) -> dict[str, np.ndarray]:
    """Radii by position and by overdensity."""
    rng = np.random.default_rng(SEED)
    mass, r3d = 10.0 ** rng.uniform(6.0, 10.0, 1000), rng.uniform(0.5, 300.0, 1000)
    return {
        "truncated_mass": mass,
        "truncated_r3d": r3d,
        "by_position": TruncationRoche().truncation_radius(mass, r3d),
        "by_overdensity": TruncationRN(lens, 50).truncation_radius(mass, Z_LENS),
    }


def _places(lens: LensCosmo, kpc: float) -> dict[str, np.ndarray]:
    """The host's radius and scale radius (kpc), and x and y of a sample.

    PyHalo draws r3d from the whole host, without regard to x and y; it is not compared.
    """
    host = ProjectedNFW.from_Mhost(M_HOST, Z_LENS, RADIUS, CORE, lens, c_host=C_HOST)
    x, y, _ = host.draw(SAMPLE)
    radii = np.array([host._rmax3d * kpc, host._rs_arcsec * kpc])
    return {"host_radii": radii, "x": x.astype(np.float32), "y": y.astype(np.float32)}
