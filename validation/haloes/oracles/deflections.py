"""Deflections of 1,000 haloes in one plane, each profile, and rays through eight planes of TNFW haloes.

Arrays are called `<set>_<name>`.  The sets of one plane are TNFW, NFW, PJAFFE and POINT_MASS: the angles of
the haloes, the rays `ray_x` and `ray_y`, and `deflection_x`, `deflection_y` and `potential` of their sum.
The set PLANES has the haloes with their redshifts `z`, the macro lens at `lens_redshift` (an EPL and a
shear), and where the rays cross the plane of the source, `beta_x` and `beta_y`.
"""

from __future__ import annotations

import warnings

import numpy as np
from lenstronomy.LensModel.lens_model import LensModel

from validation.haloes.oracles.draws import COSMOLOGY, Arrays, haloes, lens_cosmo, single, tnfw

# Haloes of a set, and the radius of their disc (arcsec).
NUMBER, EXTENT = 1000, 3.0
# Rays at random places of a square, its half width (arcsec), and rays close to haloes.
FAR, HALF_WIDTH, NEAR = 200, 2.5, 60
# Redshifts of the lens and of the source.
LENS, SOURCE = 0.5, 2.0
# The planes of haloes: the middles of two slices in front of the lens and of six behind it.
PLANES = (0.125, 0.375, 0.625, 0.875, 1.125, 1.375, 1.625, 1.875)
# The macro lens.
MACRO = {
    "EPL": {"theta_E": 1.1, "gamma": 2.05, "e1": 0.08, "e2": -0.05, "center_x": 0.02, "center_y": -0.01},
    "SHEAR": {"gamma1": 0.03, "gamma2": -0.04},
}
# What lenstronomy calls the profiles, and the parameters of each.
PROFILES = {
    "TNFW": ("TNFW", ("Rs", "alpha_Rs", "r_trunc")),
    "NFW": ("NFW", ("Rs", "alpha_Rs")),
    "PJAFFE": ("PJAFFE", ("sigma0", "Ra", "Rs")),
    "POINT_MASS": ("POINT_MASS", ("theta_E",)),
}


def arrays() -> Arrays:
    """All sets."""
    found: Arrays = {}
    for k, profile in enumerate(PROFILES):
        found |= _named(profile, one_plane(np.random.default_rng(1900 + k), profile))
    return found | _named("PLANES", many_planes(np.random.default_rng(1910)))


def one_plane(rng: np.random.Generator, profile: str) -> Arrays:
    """Haloes of one profile at the redshift of the lens, and the sum of their deflections."""
    name, parameters = PROFILES[profile]
    drawn = tnfw(haloes(rng, NUMBER, EXTENT), LENS, SOURCE)
    angles = {"x": drawn["x"], "y": drawn["y"]} | _angles(profile, drawn)
    rays = _rays(rng, drawn)
    model = LensModel([name] * NUMBER)
    keywords = _keywords(angles, parameters)
    alpha = model.alpha(*rays, keywords)
    out = {"deflection_x": alpha[0], "deflection_y": alpha[1], "potential": model.potential(*rays, keywords)}
    return angles | {"ray_x": rays[0], "ray_y": rays[1]} | out


def many_planes(rng: np.random.Generator) -> Arrays:
    """TNFW haloes in eight planes, with a macro lens between them."""
    share = NUMBER // len(PLANES)
    each = [tnfw(haloes(rng, share, EXTENT), z, SOURCE) | {"z": np.full(share, z)} for z in PLANES]
    drawn = {name: np.concatenate([one[name] for one in each]) for name in each[0]}
    rays = _rays(rng, drawn)
    with warnings.catch_warnings():
        # lenstronomy warns about every cosmology
        warnings.simplefilter("ignore")
        model = LensModel(
            [*MACRO, *["TNFW"] * NUMBER],
            lens_redshift_list=[LENS] * len(MACRO) + drawn["z"].tolist(),
            z_source=SOURCE,
            z_source_convention=SOURCE,
            multi_plane=True,
            cosmo=COSMOLOGY,
        )
    keywords = _keywords(drawn, PROFILES["TNFW"][1])
    beta = model.ray_shooting(*rays, [*MACRO.values(), *keywords])
    macro = {name: np.array(value) for part in MACRO.values() for name, value in part.items()}
    places = {"ray_x": rays[0], "ray_y": rays[1], "beta_x": beta[0], "beta_y": beta[1]}
    redshifts = {"lens_redshift": np.array(LENS), "source_redshift": np.array(SOURCE)}
    return drawn | macro | redshifts | places


def _angles(profile: str, drawn: Arrays) -> Arrays:
    """The parameters of a profile, for haloes with masses and scale radii of usual size."""
    if profile == "PJAFFE":
        # the mass 2 pi sigma0 Ra Rs of lenstronomy's profile is that of the halo
        Ra, Rs = 0.1 * drawn["Rs"], drawn["r_trunc"]
        unit = lens_cosmo(LENS, SOURCE).sigma_crit_angle
        return {"sigma0": drawn["mass"] / (2.0 * np.pi * unit * Ra * Rs), "Ra": Ra, "Rs": Rs}
    if profile == "POINT_MASS":
        cosmo = lens_cosmo(LENS, SOURCE)
        return {"theta_E": np.sqrt(drawn["mass"] / (np.pi * cosmo.sigma_crit_angle))}
    return {name: drawn[name] for name in PROFILES[profile][1]} | {
        name: drawn[name] for name in ("mass", "concentration")
    }


def _rays(rng: np.random.Generator, drawn: Arrays) -> np.ndarray:
    """Rays (2, n): most of them anywhere, the others within 1e-3 to 1 arcsec of a halo."""
    anywhere = rng.uniform(-HALF_WIDTH, HALF_WIDTH, (2, FAR))
    chosen = rng.choice(len(drawn["x"]), NEAR, replace=False)
    distance, angle = 10.0 ** rng.uniform(-3.0, 0.0, NEAR), rng.uniform(0.0, 2.0 * np.pi, NEAR)
    near = np.array([drawn["x"][chosen], drawn["y"][chosen]])
    near += distance * np.array([np.cos(angle), np.sin(angle)])
    return single(np.concatenate([anywhere, near], axis=1))


def _keywords(drawn: Arrays, parameters: tuple[str, ...]) -> list[dict[str, float]]:
    """Lenstronomy's keyword arguments of each halo."""
    names = {"center_x": "x", "center_y": "y"} | {name: name for name in parameters}
    return [{theirs: float(drawn[ours][k]) for theirs, ours in names.items()} for k in range(len(drawn["x"]))]


def _named(prefix: str, found: Arrays) -> Arrays:
    """The arrays of a set, by the names of the file."""
    return {f"{prefix}_{name}": value for name, value in found.items()}
