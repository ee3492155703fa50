"""Subhaloes beside pyHalo: numbers, masses, concentrations, truncation and places.

Cold dark matter and two warm models, half-mode masses of 1e7 and 3e8.  pyHalo's cosmology is that of our
table of concentrations.  Two conventions differ, and the rows allow for them: pyHalo's scatter of 0.2 is of
ln c and ours of log10 c; pyHalo draws r3d from the whole host without regard to the place on the sky, and
ours are those of haloes inside the cylinder.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import numpy as np
from pyHalo.concentration_models import preset_concentration_models
from pyHalo.Cosmology.cosmology import Cosmology
from pyHalo.Halos.concentration import ConcentrationDiemerJoyce
from pyHalo.Halos.lens_cosmo import LensCosmo
from pyHalo.Halos.tidal_truncation import TruncationRN, TruncationRoche
from pyHalo.mass_function_models import preset_mass_function_models
from pyHalo.Rendering.SpatialDistributions.nfw import ProjectedNFW
from pyHalo.Rendering.subhalos import normalization_sigmasub

from jaxlens.kernels import cosmology, halos
from validation.agreement.reporting.rows import Row
from validation.haloes.rows import differences, distributions, means, numbers

SEED = 19
# Draws of each distribution.
DRAWS = 100_000
# Planck 2018, as in `kernels/halos/diemer_joyce_table.py`.
PLANCK = {"H0": 67.66, "Om0": 0.3111, "Ob0": 0.049, "sigma8": 0.8102, "ns": 0.9665}
FLAT = {"H0": PLANCK["H0"], "Om0": PLANCK["Om0"]}
Z_LENS, Z_SOURCE = 0.6, 2.0
# Half-mode masses (solar masses), by name.
MODELS = {"cold": 0.0, "warm, 1e7": 1e7, "warm, 3e8": 3e8}
# The mass function, its normalisation (kpc^-2), the host's mass, and the radius of the disc (arcsec).
M_MIN, M_MAX, SLOPE, SIGMA_SUB, M_HOST, RADIUS = 1e6, 1e10, -1.9, 0.025, 2e13, 3.0
# Realisations whose numbers and masses are averaged.
REALISATIONS = 400
# pyHalo's standard deviation of ln c.
SCATTER = 0.2


class Model(NamedTuple):
    """One model in pyHalo: mass function, median concentrations and drawn ones, and the kpc of an arcsec."""

    kpc: float
    masses: Any
    median: Any
    drawn: Any


def check(quick: bool) -> list[Row]:
    """All comparisons, which take the same time either way."""
    return list(_rows())


def _rows() -> Iterator[Row]:
    lens = LensCosmo(Z_LENS, Z_SOURCE, Cosmology(cosmo_kwargs=PLANCK))
    # pyHalo draws from numpy's global generator
    np.random.seed(SEED)  # noqa: NPY002
    kpc = 1.0 / cosmology.arcsec_per_kpc_proper(Z_LENS, **FLAT)
    # pyHalo's distances are interpolated
    yield numbers("kpc of an arcsec", np.asarray(kpc), lens.cosmo.kpc_proper_per_asec(Z_LENS), 1e-4)
    for name, half_mode_mass in MODELS.items():
        model = _model(lens, half_mode_mass)
        yield from _mass_function(name, half_mode_mass, model)
        yield from _concentrations(name, half_mode_mass, model)
    yield from _truncation(lens)
    yield from _places(lens)


def _model(lens: LensCosmo, half_mode_mass: float) -> Model:
    """PyHalo's model of a half-mode mass."""
    kpc = float(lens.cosmo.kpc_proper_per_asec(Z_LENS))
    norm = normalization_sigmasub(SIGMA_SUB, M_HOST, Z_LENS, kpc, 2.0 * RADIUS, SLOPE, 1e8, 0.88, 1.7)
    own = (np.log10(M_MIN), np.log10(M_MAX), SLOPE, True, norm)
    astropy = lens.cosmo.astropy
    if not half_mode_mass:
        pair = (ConcentrationDiemerJoyce(astropy, scatter=scatter) for scatter in (False, True))
        return Model(kpc, preset_mass_function_models("POWER_LAW")[0](*own), *pair)
    function, settings = preset_mass_function_models("SHMF_LOVELL2020")
    log_mc = np.log10(half_mode_mass)
    concentrations = []
    for scatter in (False, True):
        warm, kwargs = preset_concentration_models("BOSE2016")
        kwargs["kwargs_cdm"] = {"scatter": scatter, "scatter_dex": SCATTER}
        concentrations.append(warm(astropy, log_mc=log_mc, **kwargs))
    return Model(kpc, function(*own, log_mc=log_mc, **settings), *concentrations)


def _shape(half_mode_mass: float) -> dict[str, float]:
    return {"M_min": M_MIN, "M_max": M_MAX, "slope": SLOPE, "half_mode_mass": half_mode_mass}


def _key(what: str) -> jax.Array:
    return jax.random.fold_in(jax.random.key(SEED), zlib.crc32(what.encode()))


def _uniforms(what: str, count: int = DRAWS) -> jax.Array:
    return jax.random.uniform(_key(what), (count,))


def _mean_number(half_mode_mass: float, kpc: float) -> jax.Array:
    """The mean number in the disc, for an arcsec of this length."""
    number = halos.number_integral(**_shape(half_mode_mass))
    disc = {"M_host": M_HOST, "z": Z_LENS, "radius": RADIUS * kpc}
    return halos.number_from_Sigma_sub(SIGMA_SUB, number=number, **disc)


def _mass_function(name: str, half_mode_mass: float, model: Model) -> Iterator[Row]:
    """Mean number and mass, numbers and masses of realisations, and the masses of haloes."""
    mean, shape = _mean_number(half_mode_mass, model.kpc), _shape(half_mode_mass)
    yield numbers(f"{name}: mean number", mean, model.masses.n_mean, 2e-5)
    whole = mean * halos.mass_integral(**shape) / halos.number_integral(**shape)
    yield numbers(f"{name}: mean mass in all (solar masses)", whole, model.masses.first_moment, 2e-5)
    theirs = [model.masses.draw() for _ in range(REALISATIONS)]
    ours = np.asarray(halos.poisson_quantile(_uniforms(f"{name} numbers", REALISATIONS), mean))
    yield means(f"{name}: numbers of {REALISATIONS} systems", ours, np.array([len(m) for m in theirs]))
    yield distributions(f"{name}: numbers", ours, np.array([len(m) for m in theirs]))
    drawn = np.asarray(halos.masses(_uniforms(f"{name} masses"), **shape))
    # the masses of a system are independent, so those of all systems are one sample
    pooled = np.concatenate(theirs)[:DRAWS]
    yield means(f"{name}: ln of masses", np.log(drawn), np.log(pooled))
    yield distributions(f"{name}: masses (solar masses)", drawn, pooled)


def _concentrations(name: str, half_mode_mass: float, model: Model) -> Iterator[Row]:
    """Medians by mass and redshift, and draws at one mass."""
    mass, redshift = np.geomspace(M_MIN, M_MAX, 9), (0.2, Z_LENS, 1.5)
    medians = [model.median.nfw_concentration(mass, z) for z in redshift]
    cold = [halos.diemer_joyce(mass, z) * halos.warm_suppression(mass, half_mode_mass) for z in redshift]
    yield numbers(f"{name}: median concentrations", np.array(cold), np.array(medians), 5e-3)
    theirs = np.array([model.drawn.nfw_concentration(1e8, Z_LENS) for _ in range(DRAWS // 10)])
    normal = jax.random.normal(_key(f"{name} concentrations"), (DRAWS,))
    scatter, warm = SCATTER / np.log(10.0), halos.warm_suppression(1e8, half_mode_mass)
    ours = halos.scattered_concentration(halos.diemer_joyce(1e8, Z_LENS), normal, scatter, warm)
    yield distributions(f"{name}: concentrations of 1e8 solar masses", np.asarray(ours), theirs)


def _truncation(lens: LensCosmo) -> Iterator[Row]:
    """Radii by position, of random haloes, and by overdensity."""
    mass = np.asarray(halos.masses(_uniforms("truncated masses", 1000), **_shape(0.0)), float)
    r3d = np.asarray(300.0 * _uniforms("truncated places", 1000), float)
    # pyHalo's radii are rounded to 1 pc
    theirs = TruncationRoche().truncation_radius(mass, r3d)
    off = np.asarray(halos.truncation_by_position(mass, r3d)) - theirs
    yield differences("truncation by position", off, 5.1e-4, "kpc")
    expansion = cosmology.expansion_rate(Z_LENS, **FLAT)
    ours = halos.truncation_by_overdensity(mass, truncation_overdensity=50.0, H0=PLANCK["H0"], E=expansion)
    r50 = TruncationRN(lens, 50).truncation_radius(mass, Z_LENS)
    yield numbers("truncation at r50 (kpc)", np.asarray(ours), r50, 1e-3)


def _places(lens: LensCosmo) -> Iterator[Row]:
    """The projected cored NFW, and the radius in space against a direct simulation."""
    density = halos.enclosed_density("200c", Z_LENS, **FLAT)
    concentration = float(halos.diemer_joyce(M_HOST, Z_LENS))
    host_radius, host_scale = map(float, halos.host_radii(M_HOST, concentration, density))
    core = halos.positions.CORE_OF_SCALE
    theirs = ProjectedNFW.from_Mhost(M_HOST, Z_LENS, RADIUS, core, lens, c_host=concentration)
    kpc = float(lens.cosmo.kpc_proper_per_asec(Z_LENS))
    yield numbers("host: scale radius (kpc)", host_scale, theirs._rs_arcsec * kpc, 1e-3)
    yield numbers("host: radius (kpc)", host_radius, theirs._rmax3d * kpc, 1e-3)
    host = {"radius": RADIUS * kpc, "host_radius": host_radius, "host_scale": host_scale}
    uniforms = [_uniforms(axis) for axis in ("radius", "angle", "depth")]
    places = halos.cored_nfw_positions(*uniforms, **host, core_radius=core * host_scale)
    x, y, _ = theirs.draw(DRAWS)
    ours = np.hypot(np.asarray(places.x), np.asarray(places.y))
    yield distributions("cored NFW: distance on the sky (kpc)", ours, np.hypot(x, y))
    yield distributions("cored NFW: x (kpc)", np.asarray(places.x), np.asarray(x))
    direct = _direct(host, core * host_scale)
    yield distributions("cored NFW: r3d (kpc; direct draws)", np.asarray(places.r3d), direct[1])
    yield distributions("cored NFW: distance on the sky (kpc; direct draws)", ours, direct[0])


def _direct(host: dict[str, float], core: float) -> tuple[np.ndarray, np.ndarray]:
    """The distances on the sky and in space of haloes of the whole host that fall in the cylinder."""
    rng = np.random.default_rng(SEED)
    r = np.linspace(0.0, host["host_radius"], 400_001)
    density = np.square(r) / ((r + core) * np.square(r + host["host_scale"]))
    shares = np.concatenate([[0.0], np.cumsum(0.5 * (density[1:] + density[:-1]))])
    drawn = np.interp(rng.uniform(size=8_000_000), shares / shares[-1], r)
    on_sky = drawn * np.sqrt(1.0 - np.square(rng.uniform(size=len(drawn))))
    inside = on_sky < host["radius"]
    return on_sky[inside][:DRAWS], drawn[inside][:DRAWS]


def frozen() -> dict[str, list[float]]:
    """PyHalo's numbers for the tests, which do without it."""
    lens = LensCosmo(Z_LENS, Z_SOURCE, Cosmology(cosmo_kwargs=PLANCK))
    found = {}
    for name, half_mode_mass in MODELS.items():
        model = _model(lens, half_mode_mass)
        medians = model.median.nfw_concentration(np.geomspace(M_MIN, M_MAX, 5), Z_LENS)
        found[name] = [float(model.masses.n_mean), float(model.masses.first_moment), *map(float, medians)]
    return found
