"""Subhaloes beside pyHalo: numbers, masses, concentrations, truncation radii and places.

Cold dark matter and two warm models.  Our scatter is of log10 c and pyHalo's of ln c, which the comparison
allows for.  Our r3d is that of haloes in the cylinder and pyHalo's that of the whole host, and so tests
compare ours with the host's density (`tests/kernels/halos/test_positions.py`).
"""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from jaxlens.kernels import cosmology, halos
from validation.agreement.reporting.rows import Row, row
from validation.haloes import references
from validation.haloes.samples import CRITICAL_UNIT, STANDARD_ERRORS, distance, mean_errors

# The numbers of `oracles.subhaloes`.
MODELS = {"cold": 0.0, "warm_1e7": 1e7, "warm_3e8": 3e8}
PLANCK = {"H0": 67.66, "Om0": 0.3111}
Z_LENS, M_MIN, M_MAX, SLOPE, SIGMA_SUB, M_HOST, RADIUS = 0.6, 1e6, 1e10, -1.9, 0.025, 2e13, 3.0
C_HOST, CORE, SCATTER = 5.0, 0.25, 0.2
REDSHIFTS, MASSES, DRAWN_MASS = (0.2, 0.6, 1.5), np.geomspace(1e6, 1e10, 9), 1e8
# Haloes, and systems, of ours in a comparison of distributions.
DRAWN, SYSTEMS = 100_000, 20_000
SEED = 20
# Relative errors of means: pyHalo rounds 4.2^2.5 to 36.15, and integrates to 1e-8.
MEANS = 2e-5
# Of concentrations: our polynomial is right to 0.3%, and pyHalo interpolates.
CONCENTRATIONS = 5e-3
# Of an arcsec in kpc, where pyHalo interpolates, and of radii that follow from a density.
KPC, RADII = 1e-4, 1e-5
# kpc: half of the 1 pc to which pyHalo rounds radii.
ROUNDING = 0.51e-3

Arrays = dict[str, np.ndarray]


def check(quick: bool) -> list[Row]:
    """All comparisons; a quick check has no less."""
    del quick
    theirs = references.load("subhaloes")
    kpc = 1.0 / float(cosmology.arcsec_per_kpc_proper(Z_LENS, **PLANCK))
    rows = [row("kpc in an arcsec", _relative(kpc, theirs["kpc"]), KPC, "relative")]
    rng = np.random.default_rng(SEED)
    for model, half_mode_mass in MODELS.items():
        own = {name.removeprefix(f"{model}_"): value for name, value in theirs.items()}
        rows += _masses(model, half_mode_mass, own, float(theirs["kpc"]), rng)
        rows += _concentrations(model, half_mode_mass, own, rng)
    return [*rows, *_truncation(theirs), *_places(theirs, rng)]


def _masses(
    model: str, half_mode_mass: float, theirs: Arrays, kpc: float, rng: np.random.Generator
) -> list[Row]:
    """Means of number and mass, numbers of systems, and masses."""
    shape = {"M_min": M_MIN, "M_max": M_MAX, "slope": SLOPE, "half_mode_mass": half_mode_mass}
    number, mass = halos.number_integral(**shape), halos.mass_integral(**shape)
    disc = {"M_host": M_HOST, "z": Z_LENS, "radius": RADIUS * kpc}
    mean = halos.number_from_Sigma_sub(SIGMA_SUB, number=number, **disc)
    means = [
        _relative(mean, theirs["mean_number"]),
        _relative(mean * mass / number, theirs["mean_mass"]),
    ]
    numbers = np.asarray(halos.poisson_quantile(rng.uniform(size=SYSTEMS), mean))
    drawn = np.asarray(halos.masses(jnp.asarray(rng.uniform(size=DRAWN)), **shape))
    logarithms = np.log(drawn), np.log(theirs["masses"].astype(float))
    return [
        row(f"mean number and mass, {model}", means, MEANS, "relative", f"{float(mean):.0f} haloes"),
        row(f"numbers of systems, {model}", [distance(numbers, theirs["numbers"])], 1.0, CRITICAL_UNIT),
        row(f"masses, {model}", [distance(drawn, theirs["masses"])], 1.0, CRITICAL_UNIT),
        row(f"mean ln mass, {model}", [mean_errors(*logarithms)], 4.0, STANDARD_ERRORS),
    ]


def _concentrations(model: str, half_mode_mass: float, theirs: Arrays, rng: np.random.Generator) -> list[Row]:
    """Medians by mass and redshift, and draws at one mass."""
    warm = halos.warm_suppression(MASSES, half_mode_mass)
    medians = np.array([halos.diemer_joyce(MASSES, z) * warm for z in REDSHIFTS])
    normal = jnp.asarray(rng.normal(size=DRAWN))
    suppression = halos.warm_suppression(DRAWN_MASS, half_mode_mass)
    drawn = halos.scattered_concentration(
        halos.diemer_joyce(DRAWN_MASS, Z_LENS), normal, SCATTER / np.log(10.0), suppression
    )
    # the median of draws differs by what the polynomial is off
    theirs_scaled = theirs["concentrations"] * (medians[1, 4] / theirs["medians"][1, 4])
    return [
        row(
            f"median concentrations, {model}",
            _relative(medians, theirs["medians"]),
            CONCENTRATIONS,
            "relative",
        ),
        row(f"concentrations, {model}", [distance(drawn, theirs_scaled)], 1.0, CRITICAL_UNIT),
    ]


def _truncation(theirs: Arrays) -> list[Row]:
    """Radii by position and by overdensity."""
    mass = theirs["truncated_mass"]
    off = halos.truncation_by_position(mass, theirs["truncated_r3d"]) - theirs["by_position"]
    expansion = cosmology.expansion_rate(Z_LENS, **PLANCK)
    r50 = halos.truncation_by_overdensity(mass, truncation_overdensity=50.0, H0=PLANCK["H0"], E=expansion)
    return [
        row("truncation by position", np.abs(off), ROUNDING, "kpc", "pyHalo rounds to 1 pc"),
        row("truncation at r50", _relative(r50, theirs["by_overdensity"]), RADII, "relative"),
    ]


def _places(theirs: Arrays, rng: np.random.Generator) -> list[Row]:
    """The host's radii, and distances on the sky and x of the cored NFW host."""
    radii = halos.host_radii(M_HOST, C_HOST, halos.enclosed_density("200c", Z_LENS, **PLANCK))
    reach, scale = map(float, radii)
    host = {"host_radius": reach, "host_scale": scale, "core_radius": CORE * scale}
    uniforms = (jnp.asarray(u) for u in rng.uniform(size=(3, DRAWN)))
    x, y, _ = halos.cored_nfw_positions(*uniforms, radius=RADIUS * float(theirs["kpc"]), **host)
    on_sky = np.hypot(x, y), np.hypot(theirs["x"], theirs["y"])
    return [
        row("radii of the host", _relative(np.array(radii), theirs["host_radii"]), RADII, "relative"),
        row("cored NFW: distances on the sky", [distance(*on_sky)], 1.0, CRITICAL_UNIT),
        row("cored NFW: x", [distance(x, theirs["x"])], 1.0, CRITICAL_UNIT),
    ]


def _relative(ours: object, theirs: np.ndarray) -> np.ndarray:
    return np.abs(np.asarray(ours, float) / theirs - 1.0)
