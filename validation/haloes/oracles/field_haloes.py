"""Haloes along the line of sight by pyHalo: how many in each plane, their masses and places, and the sheets.

Its mass function is a power law that is fitted to that of Sheth & Tormen between the least and the largest
mass, at the front of each slab of redshift.
"""

from __future__ import annotations

import numpy as np

from validation.haloes.oracles.pyhalo import importable

importable()

from pyHalo.Cosmology.geometry import Geometry  # noqa: E402
from pyHalo.pyhalo import pyHalo  # noqa: E402
from pyHalo.Rendering.line_of_sight import LineOfSight  # noqa: E402
from pyHalo.Rendering.MassFunctions.density_peaks import ShethTormen, ShethTormenTurnover  # noqa: E402
from pyHalo.Rendering.SpatialDistributions.uniform import LensConeUniform  # noqa: E402
from pyHalo.Rendering.two_halo import TwoHaloContribution  # noqa: E402
from pyHalo.utilities import generate_lens_plane_redshifts  # noqa: E402

# Lens and source, the cone's radius (arcsec), log10 of the masses, and that of the lens's halo.
Z_LENS, Z_SOURCE, CONE_RADIUS, LOG_MASSES, LOG_HOST = 0.5, 2.0, 3.0, (6.0, 10.0), 13.0
# The half-mode masses by the names of the models; 0 is cold dark matter.
MODELS = {"cold": 0.0, "warm_1e7": 1e7, "warm_3e8": 3e8}
# a, b and c of Lovell (2020) for haloes in the field, in the form of `kernels.halos.power_law_masses`.
TURNOVER = (2.3, 0.8, -1.0)
# How often each model is drawn, and how many haloes are kept at most.
REALIZATIONS, SAMPLE = 60, 8000
SEED = 19


def arrays() -> dict[str, np.ndarray]:
    """By model: `number` and `two_halo` are means, `mass`, `plane` and `share` a sample.

    `front` and `depth` of the slabs, their cone's `radius`, and `sheet`, the convergence of the negative
    sheet, of cold dark matter.  `share` is that of the disc's area within the halo.
    """
    np.random.seed(SEED)  # noqa: NPY002  (pyHalo draws from numpy's global state)
    pyhalo = pyHalo(Z_LENS, Z_SOURCE)
    geometry = Geometry(pyhalo.cosmology, Z_LENS, Z_SOURCE, 2.0 * CONE_RADIUS, "DOUBLE_CONE")
    front, depth = (np.asarray(v) for v in generate_lens_plane_redshifts(Z_LENS, Z_SOURCE))
    radius = np.array([CONE_RADIUS * geometry.rendering_scale(z) for z in front])
    found = {"front": front, "depth": depth, "radius": radius}
    for model, half_mode_mass in MODELS.items():
        field, cluster = _populations(pyhalo, geometry, front, depth, half_mode_mass)
        if not half_mode_mass:
            sheets, _, redshifts = field.convergence_sheet_correction(1.0, *LOG_MASSES)
            assert len(redshifts) == len(front)
            found["sheet"] = np.array([-sheet["kappa"] for sheet in sheets])
        found |= {f"{model}_{name}": value for name, value in _drawn(field, cluster, front, radius).items()}
    return found


def _populations(
    pyhalo: pyHalo, geometry: Geometry, front: np.ndarray, depth: np.ndarray, half_mode_mass: float
) -> tuple[LineOfSight, TwoHaloContribution]:
    """Haloes of the mean density, and those that cluster about the lens."""
    numbers = {
        "log_mlow": LOG_MASSES[0],
        "log_mhigh": LOG_MASSES[1],
        "LOS_normalization": 1.0,
        "m_pivot": 1e8,
        "delta_power_law_index": 0.0,
        "log_m_host": LOG_HOST,
        "draw_poisson": True,
    }
    kind = ShethTormen
    if half_mode_mass:
        a, b, c = TURNOVER
        numbers |= {"log_mc": np.log10(half_mode_mass), "a_wdm": a**b, "b_wdm": b, "c_wdm": c}
        kind = ShethTormenTurnover
    places = LensConeUniform(2.0 * CONE_RADIUS, geometry)
    rest = (places, geometry, pyhalo.lens_cosmo, list(front), depth)
    return LineOfSight(kind, dict(numbers), *rest), TwoHaloContribution(kind, dict(numbers), *rest)


def _drawn(
    field: LineOfSight, cluster: TwoHaloContribution, front: np.ndarray, radius: np.ndarray
) -> dict[str, np.ndarray]:
    """Means over realisations and a sample."""
    parts = [field.render() for _ in range(REALIZATIONS)]
    mass, x, y, _, z = (np.concatenate([part[i] for part in parts]) for i in range(5))
    plane = np.abs(front[:, None] - z[None, :].astype(float)).argmin(axis=0)
    chosen = np.random.default_rng(SEED).permutation(len(mass))[:SAMPLE]
    share = (x**2 + y**2) / radius[plane] ** 2
    return {
        "number": np.bincount(plane, minlength=len(front)) / REALIZATIONS,
        "two_halo": np.array(np.mean([len(cluster.render()[0]) for _ in range(REALIZATIONS)])),
        "mass": mass[chosen].astype(np.float32),
        "plane": plane[chosen].astype(np.uint8),
        "share": share[chosen].astype(np.float32),
    }
