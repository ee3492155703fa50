"""Rays through several planes, and arrival times behind one.

`two_deflectors`, `three_deflectors`: systems of SIEs, each with a shear in the first plane.  Redshifts
(cases, planes) end with the source's; `theta_E`, `e1`, `e2`, `center_x`, `center_y` are of shape (cases,
deflectors), `gamma1`, `gamma2` of shape (cases,).  A ray at `x`, `y` (cases, rays) meets the planes at
`beta_x`, `beta_y` (cases, planes, rays); `determinant` (cases, planes, rays) is that of d beta / d theta,
from analytic second derivatives (`validation.agreement.exact.images`).  The ray takes `time` (cases, rays) in
days, relative to a straight path.

`arrival_time`: `time` in days (cases, images) of rays at `x`, `y` from a source at `source_x`, `source_y`,
behind an EPL at gamma = 2 with shear.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from astropy.cosmology import FlatLambdaCDM
from lenstronomy.LensModel.lens_model import LensModel

from validation.agreement.exact.images import LensPlanes, Profile
from validation.agreement.inputs.draws import exact, float32_exact

# Systems of each group.
CASES = 40
# Rays through each system.
RAYS = 24
# H0 (km/s/Mpc) and Om0 of the flat cosmology.
COSMOLOGY = {"H0": 70.0, "Om0": 0.3}
SHAPE = ("theta_E", "e1", "e2", "center_x", "center_y")
# Ellipticities of the last cases' first deflectors: round, nearly round, and |e| = 0.5.
EDGES = ((0.0, 0.0), (1e-6, 0.0), (0.5, 0.0), (0.0, -0.5), (0.3, -0.4))


def groups() -> dict[str, dict[str, np.ndarray]]:
    """Two and three deflecting planes, and arrival times."""
    rng = np.random.default_rng(20260105)
    with warnings.catch_warnings():
        # lenstronomy warns about every cosmology.
        warnings.simplefilter("ignore")
        return {
            "two_deflectors": _planes(rng, 2),
            "three_deflectors": _planes(rng, 3),
            "arrival_time": _arrival_time(rng),
        }


def _planes(rng: np.random.Generator, deflectors: int) -> dict[str, np.ndarray]:
    size = (CASES, deflectors)
    gaps = rng.uniform(0.1, 0.8, (CASES, deflectors + 1))
    # The first plane may be very near, and a plane follow closely on another.
    gaps[:3, 0], gaps[3:6, 1] = 0.02, 0.02
    theta_e = _radii(rng, size)
    e1, e2 = _ellipticities(rng, size)
    reach = 2.5 * theta_e.max(axis=1, keepdims=True)
    arrays = {
        "redshift": np.cumsum(gaps, axis=1),
        "theta_E": theta_e,
        "e1": e1,
        "e2": e2,
        "center_x": rng.normal(0, 0.2, size) * theta_e,
        "center_y": rng.normal(0, 0.2, size) * theta_e,
        "gamma1": rng.normal(0, 0.05, CASES),
        "gamma2": rng.normal(0, 0.05, CASES),
        "x": rng.uniform(-1, 1, (CASES, RAYS)) * reach,
        "y": rng.uniform(-1, 1, (CASES, RAYS)) * reach,
    }
    arrays = exact(arrays)
    shot = [_shoot(arrays, case) for case in range(CASES)]
    beta = np.array([positions for positions, _ in shot])
    arrays |= {"beta_x": beta[:, :, 0], "beta_y": beta[:, :, 1], "time": np.array([time for _, time in shot])}
    arrays["determinant"] = np.array([_determinants(arrays, case) for case in range(CASES)])
    return arrays | {name: np.array(value) for name, value in COSMOLOGY.items()}


def _radii(rng: np.random.Generator, size: tuple[int, ...]) -> np.ndarray:
    """Einstein radii from 0.05 to 10 arcsec, most from 0.3 to 3; the first two cases are the ends."""
    theta_e = 10 ** rng.uniform(np.log10(0.3), np.log10(3.0), size)
    wide = rng.uniform(size=size) < 0.25
    theta_e = np.where(wide, 10 ** rng.uniform(np.log10(0.05), 1.0, size), theta_e)
    theta_e[0], theta_e[1] = 0.05, 10.0
    return theta_e


def _ellipticities(rng: np.random.Generator, size: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    modulus, angle = rng.uniform(0, 0.5, size), rng.uniform(0, 2 * np.pi, size)
    e1, e2 = modulus * np.cos(angle), modulus * np.sin(angle)
    first_deflector = (slice(None), 0) if len(size) > 1 else slice(None)
    e1[first_deflector][-len(EDGES) :], e2[first_deflector][-len(EDGES) :] = np.array(EDGES).T
    return e1, e2


def _lenses(arrays: dict[str, np.ndarray], case: int) -> list[list[Profile]]:
    """The profiles of each deflecting plane: an SIE, and in the first a shear."""
    planes: list[list[Profile]] = [
        [("SIE", {name: float(arrays[name][case, k]) for name in SHAPE})]
        for k in range(arrays["theta_E"].shape[1])
    ]
    planes[0].append(("SHEAR", {name: float(arrays[name][case]) for name in ("gamma1", "gamma2")}))
    return planes


def _determinants(arrays: dict[str, np.ndarray], case: int) -> np.ndarray:
    """The exact det d beta / d theta (planes, rays) in every plane."""
    redshifts = arrays["redshift"][case]
    lens = LensPlanes(_lenses(arrays, case), redshifts.tolist(), FlatLambdaCDM(**COSMOLOGY))
    theta = np.array([arrays["x"][case], arrays["y"][case]])
    jacobians = [lens.shoot(theta, plane)[1] for plane in range(len(redshifts))]
    return np.array([np.linalg.det(jacobian.transpose(2, 0, 1)) for jacobian in jacobians])


def _shoot(arrays: dict[str, np.ndarray], case: int) -> tuple[list[Sequence[np.ndarray]], np.ndarray]:
    """(x, y) of the rays of a case in each plane, and their arrival times, by lenstronomy."""
    redshifts = arrays["redshift"][case].tolist()
    lenses = [
        (z, profile) for z, plane in zip(redshifts, _lenses(arrays, case), strict=False) for profile in plane
    ]
    parameters = [dict(values) for _, (_, values) in lenses]
    positions = []
    for z_plane in redshifts:
        lens = LensModel(
            [name for _, (name, _) in lenses],
            lens_redshift_list=[z for z, _ in lenses],
            z_source=z_plane,
            z_source_convention=redshifts[-1],
            multi_plane=True,
            cosmo=FlatLambdaCDM(**COSMOLOGY),
        )
        positions.append(lens.ray_shooting(arrays["x"][case], arrays["y"][case], parameters))
    return positions, np.asarray(lens.arrival_time(arrays["x"][case], arrays["y"][case], parameters))


def _arrival_time(rng: np.random.Generator) -> dict[str, np.ndarray]:
    theta_e = _radii(rng, (CASES,))
    e1, e2 = _ellipticities(rng, (CASES,))
    drawn = {
        "z_lens": rng.uniform(0.1, 0.9, CASES),
        "z_source": rng.uniform(1.0, 3.0, CASES),
        "theta_E": theta_e,
        "e1": e1,
        "e2": e2,
        "gamma1": rng.normal(0, 0.05, CASES),
        "gamma2": rng.normal(0, 0.05, CASES),
        "source_x": rng.normal(0, 0.2, CASES) * theta_e,
        "source_y": rng.normal(0, 0.2, CASES) * theta_e,
    }
    arrays = {name: float32_exact(array) for name, array in drawn.items()}
    reach = 1.5 * theta_e[:, None]
    arrays |= {name: float32_exact(reach * rng.uniform(-1, 1, (CASES, 4))) for name in ("x", "y")}
    times = np.array([_time(arrays, case) for case in range(CASES)])
    return arrays | {name: np.array(value) for name, value in COSMOLOGY.items()} | {"time": times}


def _time(arrays: dict[str, np.ndarray], case: int) -> np.ndarray:
    row = {name: float(array[case]) for name, array in arrays.items() if array.ndim == 1}
    lens = LensModel(
        ["EPL", "SHEAR"],
        z_lens=row["z_lens"],
        z_source=row["z_source"],
        cosmo=FlatLambdaCDM(**COSMOLOGY),
    )
    parameters = [
        {"gamma": 2.0, **{name: row[name] for name in ("theta_E", "e1", "e2")}},
        {name: row[name] for name in ("gamma1", "gamma2")},
    ]
    source = {"x_source": row["source_x"], "y_source": row["source_y"]}
    return np.asarray(lens.arrival_time(arrays["x"][case], arrays["y"][case], parameters, **source))
